//! Whom the rooms work for at the moment. Should the work find a fault in the program, it is laid at this door alone: who
//! stands there loses the connection and makes another, everybody else goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use domain::ids::MeetingId;

use super::Rooms;
use crate::command::{Event, Link, Seat};
use crate::room::Room;

/// Whom the work is for.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) enum At {
    /// Nobody in particular.
    #[default]
    Everybody,
    /// Whoever sent something that belongs to nobody; there is nothing to lose.
    Stranger,
    /// All of a meeting.
    Meeting(MeetingId),
    /// A seat.
    Seat(Seat),
    /// One of a seat's connections.
    Link(Seat, Link),
}

/// The work that is being done.
#[derive(Default, Debug)]
pub(crate) struct Work {
    at: At,
    /// A fault that a test has laid out.
    #[cfg(test)]
    pub(crate) trap: Option<At>,
}

impl Work {
    /// What follows is for these.
    pub(crate) fn is_for(&mut self, at: At) {
        self.at = at;
        #[cfg(test)]
        assert_ne!(self.trap, Some(at), "a trap that a test has laid out");
    }
}

impl Rooms {
    /// Ends the connections of those for whom the work was that has been broken off, because it cannot be borne.
    pub fn recover(&mut self, now: Instant) {
        tracing::error!(at = ?self.work.at, "the connections that a fault was found at are ended");
        match self.work.at {
            At::Link(seat, link) => self.cut_off(now, seat, link),
            At::Seat(seat) => {
                self.cut_off(now, seat, Link::Publish);
                self.cut_off(now, seat, Link::Subscribe);
            }
            At::Meeting(meeting) => self.empty(now, meeting),
            At::Everybody => self.begin_anew(now),
            At::Stranger => {}
        }
    }

    /// Lays out a fault for a test.
    #[cfg(test)]
    pub(crate) fn trap(&mut self, at: Option<At>) {
        self.work.trap = at;
    }

    /// Ends every connection; the seats are kept.
    pub fn begin_anew(&mut self, now: Instant) {
        self.direct.clear();
        self.dirty.clear();
        self.gone.clear();
        self.rooms.keys().copied().collect::<Vec<_>>().into_iter().for_each(|room| self.empty(now, room));
    }

    /// Ends every connection of a meeting, and keeps nothing of it but its seats and the chair's will.
    fn empty(&mut self, now: Instant, meeting: MeetingId) {
        for number in self.rooms.get(&meeting).map(Room::numbers).unwrap_or_default() {
            self.cut_off(now, Seat { meeting, number }, Link::Publish);
            self.cut_off(now, Seat { meeting, number }, Link::Subscribe);
        }
        let bps = self.limits.seat_downlink_bps;
        self.rooms.entry(meeting).and_modify(|room| *room = Room::anew(now, room, bps));
    }

    /// Ends a connection of which nothing is certain any more, and tells of it.
    fn cut_off(&mut self, now: Instant, seat: Seat, link: Link) {
        let route = (seat, link);
        let is_there = self.fragments.values().any(|known| *known == route);
        self.end(now, seat, link);
        // It may have been lost on the way, and what leads to it is here still.
        self.fragments.retain(|_, known| *known != route);
        self.paths.retain(|_, way| way.route != route);
        if is_there {
            self.events.push(Event::Disconnected { seat, link, since: now });
        }
    }
}

/// Does what need not be done, should it fail.
pub(super) fn try_to(work: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(work)).is_err() {
        tracing::error!("a connection could not be closed in good order");
    }
}

#[cfg(test)]
mod tests;
