//! One seat of a room: its two connections, and what of their state has been told.

use std::time::Instant;

use crate::command::{Link, Look, Over, Slot};
use crate::peer::{GONE_AFTER, Publisher, SILENT_AFTER, State, Subscriber, Transport};

/// What the program was last told of a connection.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum Told {
    #[default]
    Nothing,
    Connected(Over),
    Disconnected,
}

/// What has become of a connection.
pub(super) enum News {
    /// It carries media, or does again, or does by another transport.
    Connected(Over),
    /// It has been silent since then.
    Disconnected(Instant),
    /// It is over, silent since then, and to be let go.
    Gone(Instant),
}

/// A seat.
#[derive(Default)]
pub(crate) struct Place {
    pub(super) publisher: Option<Box<Publisher>>,
    pub(super) subscriber: Option<Box<Subscriber>>,
    pub(super) look: Look,
    /// It has had a receiving connection; what that may be sent is set aside as long as it sits here.
    pub(super) has_share: bool,
    pub(super) slots: Vec<Slot>,
    told: [Told; 2],
}

impl Place {
    /// The seat without its connections.
    pub(super) fn anew(&self) -> Self {
        Self { look: self.look, has_share: self.has_share, ..Self::default() }
    }

    /// One of its connections.
    pub(crate) fn transport(&mut self, link: Link) -> Option<&mut Transport> {
        match link {
            Link::Publish => self.publisher.as_deref_mut().map(|publisher| &mut publisher.transport),
            Link::Subscribe => self.subscriber.as_deref_mut().map(|subscriber| &mut subscriber.transport),
        }
    }

    /// Whether a connection carries media.
    pub(super) fn is_connected(&self, link: Link) -> bool {
        let state = match link {
            Link::Publish => self.publisher.as_ref().map(|publisher| publisher.transport.state()),
            Link::Subscribe => self.subscriber.as_ref().map(|subscriber| subscriber.transport.state()),
        };
        state == Some(State::Connected)
    }

    /// Whether something may leave by a connection now: it holds something to be sent, or its handshake may.
    pub(crate) fn may_send(&self, link: Link) -> bool {
        match link {
            Link::Publish => self.publisher.as_ref().is_some_and(|publisher| {
                publisher.transport.state() != State::Connected || !publisher.out.is_empty()
            }),
            Link::Subscribe => self.subscriber.as_ref().is_some_and(|subscriber| {
                subscriber.transport.state() != State::Connected
                    || subscriber.is_ready()
                    || !subscriber.out.is_empty()
            }),
        }
    }

    /// When a connection that is said to carry was last heard: another takes its place.
    pub(crate) fn replaced(&mut self, link: Link) -> Option<Instant> {
        let carried = matches!(self.told[link as usize], Told::Connected(_));
        self.transport(link).filter(|_| carried).map(|transport| transport.heard())
    }

    /// A connection is new: nothing has been told of it.
    pub(super) fn begin(&mut self, link: Link) {
        self.told[link as usize] = Told::Nothing;
        if link == Link::Subscribe {
            self.slots.clear();
        }
    }

    /// What is to be told of a connection now.
    pub(super) fn news(&mut self, now: Instant, link: Link) -> Option<News> {
        let told = self.told[link as usize];
        let transport = self.transport(link)?;
        let (state, heard, path) = (transport.state(), transport.heard(), transport.path());
        let silent = now.saturating_duration_since(heard);
        if state == State::Closed || silent >= GONE_AFTER {
            self.told[link as usize] = Told::Disconnected;
            return Some(News::Gone(heard));
        }
        let over = path.map(|path| path.over());
        match (state, over, told) {
            (State::Connected, _, Told::Connected(_)) if silent >= SILENT_AFTER => {
                self.told[link as usize] = Told::Disconnected;
                Some(News::Disconnected(heard))
            }
            (State::Connected, Some(over), told)
                if silent < SILENT_AFTER && told != Told::Connected(over) =>
            {
                self.told[link as usize] = Told::Connected(over);
                Some(News::Connected(over))
            }
            _ => None,
        }
    }
}
