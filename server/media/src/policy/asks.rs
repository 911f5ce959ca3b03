//! When a seat is told what to send: more at once, less only after a while, so that a camera which has just left the
//! stage is still warm when its speaker goes on.

use std::time::{Duration, Instant};

use crate::command::Sending;

/// How long a camera goes on unwatched. An encoder's start costs a keyframe and half a second.
pub const LINGER: Duration = Duration::from_secs(8);

#[derive(Clone, Copy, Debug)]
struct Asked {
    seat: u64,
    sending: Sending,
    /// Since when less would do.
    too_much_since: Option<Instant>,
}

/// What the seats of one room have been asked for.
#[derive(Debug, Default)]
pub struct Asks {
    asked: Vec<Asked>,
}

impl Asks {
    /// Takes the seats' sendings, by seat, and calls `tell` for each that has to be told something new now. A seat
    /// unknown so far is told in any case; those that are missing are forgotten.
    pub fn update(&mut self, now: Instant, sends: &[(u64, Sending)], mut tell: impl FnMut(u64, Sending)) {
        self.asked.retain(|asked| sends.binary_search_by_key(&asked.seat, |(seat, _)| *seat).is_ok());
        for (seat, wanted) in sends {
            match self.asked.binary_search_by_key(seat, |asked| asked.seat) {
                Err(at) => {
                    self.asked.insert(at, Asked { seat: *seat, sending: *wanted, too_much_since: None });
                    tell(*seat, *wanted);
                }
                Ok(at) => {
                    if self.asked[at].follow(now, *wanted) {
                        tell(*seat, self.asked[at].sending);
                    }
                }
            }
        }
    }

    /// What a seat has been asked for last.
    #[must_use]
    pub fn asked(&self, seat: u64) -> Sending {
        let at = self.asked.binary_search_by_key(&seat, |asked| asked.seat);
        at.map_or_else(|_| Sending::default(), |at| self.asked[at].sending)
    }

    /// Tells a seat again, because its connection is new.
    pub fn forget(&mut self, seat: u64) {
        self.asked.retain(|asked| asked.seat != seat);
    }

    /// When `update` will have to be called again, if nothing else happens.
    #[must_use]
    pub fn wake(&self) -> Option<Instant> {
        self.asked.iter().filter_map(|asked| asked.too_much_since).map(|since| since + LINGER).min()
    }
}

impl Asked {
    /// Whether there is something to tell.
    fn follow(&mut self, now: Instant, wanted: Sending) -> bool {
        let before = self.sending;
        let both = Sending {
            low: before.low || wanted.low,
            mid: before.mid || wanted.mid,
            high: before.high || wanted.high,
            // A screen that is no longer shown is nobody's business from then on.
            screen: wanted.screen,
        };
        if both == wanted {
            self.too_much_since = None;
        } else {
            let since = *self.too_much_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= LINGER {
                self.too_much_since = None;
                self.sending = wanted;
                return true;
            }
        }
        self.sending = both;
        both != before
    }
}
