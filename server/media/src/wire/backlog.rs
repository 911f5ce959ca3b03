//! Events that wait for a slow reader. They never wait without bound: of several that say the same of the same, the newest
//! stands for all.

use std::collections::VecDeque;
use std::mem::discriminant;
use std::sync::mpsc::{SyncSender, TrySendError};

use crate::command::Event;

/// Events that the channel holds: a join storm of a whole meeting.
pub(super) const CHANNEL: usize = 4_096;
/// Different things that may wait besides: eight of each seat of every meeting at the limits.
const WAITING: usize = 16_384;

/// What the channel would not take yet.
#[derive(Default)]
pub(super) struct Backlog {
    waiting: VecDeque<Event>,
}

impl Backlog {
    /// Passes events on, after those that wait.
    pub(super) fn pass(&mut self, channel: &SyncSender<Event>, events: impl Iterator<Item = Event>) {
        self.drain(channel);
        for event in events {
            if self.waiting.is_empty() {
                match channel.try_send(event) {
                    Ok(()) => {}
                    Err(TrySendError::Full(event)) => self.waiting.push_back(event),
                    // Nobody listens: the program is ending.
                    Err(TrySendError::Disconnected(_)) => return,
                }
                continue;
            }
            self.waiting.retain(|waiting| !is_superseded(waiting, &event));
            if self.waiting.len() == WAITING {
                self.waiting.pop_front();
            }
            self.waiting.push_back(event);
        }
    }

    /// Whether anything waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn drain(&mut self, channel: &SyncSender<Event>) {
        while let Some(event) = self.waiting.pop_front() {
            match channel.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => return self.waiting.push_front(event),
                Err(TrySendError::Disconnected(_)) => return self.waiting.clear(),
            }
        }
    }
}

/// Whether a later event says all that an earlier one said.
fn is_superseded(earlier: &Event, later: &Event) -> bool {
    use Event::{Answer, Ask, Connected, Disconnected, Levels, Line, Offer, Refused, Slots, Speaker};
    match (earlier, later) {
        (Answer { seat: a, .. }, Answer { seat: b, .. })
        | (Offer { seat: a, .. }, Offer { seat: b, .. })
        | (Slots { seat: a, .. }, Slots { seat: b, .. })
        | (Ask { seat: a, .. }, Ask { seat: b, .. })
        | (Line { seat: a, .. }, Line { seat: b, .. })
        | (Refused { seat: a, .. }, Refused { seat: b, .. }) => a == b,
        (Speaker { meeting: a, .. }, Speaker { meeting: b, .. })
        | (Levels { meeting: a, .. }, Levels { meeting: b, .. }) => a == b,
        (Connected { seat: a, link: x, .. }, Connected { seat: b, link: y, .. })
        | (Disconnected { seat: a, link: x, .. }, Disconnected { seat: b, link: y, .. }) => {
            a == b && x == y && discriminant(earlier) == discriminant(later)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::MeetingId;
    use std::sync::mpsc::sync_channel;

    #[test]
    fn a_slow_reader_gets_the_newest_of_each_kind_in_order() {
        let meeting: MeetingId = "00000000-0000-0000-0000-000000000001".parse().unwrap();
        let speaker = |seat| Event::Speaker { meeting, seat: Some(seat) };
        let levels = |loud| Event::Levels { meeting, loud: vec![(loud, 1)] };
        let (sender, receiver) = sync_channel(1);
        let mut backlog = Backlog::default();
        backlog.pass(&sender, [speaker(1), speaker(2), levels(3), speaker(4), levels(5)].into_iter());
        let mut got = Vec::new();
        while let Ok(event) = receiver.try_recv() {
            got.push(event);
            backlog.pass(&sender, std::iter::empty());
        }
        assert_eq!(got, [speaker(1), speaker(4), levels(5)]);
        assert!(backlog.is_empty());
    }
}
