//! Which packets are sent again of those a subscriber asks for. It asks again before the answer can have come when a queue
//! has built up on its line, and each answer makes the queue longer; so one packet is sent again once in a round trip, and
//! all together take a share of the line. Knows numbers and times, not packets.

use std::time::{Duration, Instant};

/// Packets remembered: some seconds of losses of a bad line.
const REMEMBERED: usize = 256;

/// However short the way, a packet is not sent again sooner.
const SOONEST: Duration = Duration::from_millis(30);

/// Repeats take a quarter of the line, and at most what that is in half a second at once: a lost keyframe.
const SHARE: u64 = 4;
const AT_ONCE: Duration = Duration::from_millis(500);

/// The repeats of one subscriber.
#[derive(Debug)]
pub struct Repeats {
    sent: Box<[Option<(usize, u16, Instant)>; REMEMBERED]>,
    /// Microseconds of the share that are left, and when that was counted.
    left: u64,
    counted: Option<Instant>,
}

impl Default for Repeats {
    fn default() -> Self {
        Self { sent: Box::new([None; REMEMBERED]), left: AT_ONCE.as_micros() as u64, counted: None }
    }
}

impl Repeats {
    /// Whether the packet of this number in this place, of so many bytes, is to be sent again now over a line with this
    /// round trip that bears so much. If so, it counts as sent.
    pub fn may(
        &mut self,
        now: Instant,
        (place, number): (usize, u16),
        bytes: usize,
        round_trip: Option<Duration>,
        bits_per_second: u32,
    ) -> bool {
        let at = (usize::from(number) ^ place.wrapping_mul(37)) % REMEMBERED;
        let wait = round_trip.unwrap_or(Duration::from_millis(100)).max(SOONEST);
        let is_on_its_way = self.sent[at].is_some_and(|(sent_place, sent_number, when)| {
            (sent_place, sent_number) == (place, number) && now.saturating_duration_since(when) < wait
        });
        self.count(now);
        let cost = bytes as u64 * 8 * SHARE * 1_000_000 / u64::from(bits_per_second.max(1));
        if is_on_its_way || cost > self.left {
            return false;
        }
        self.left -= cost;
        self.sent[at] = Some((place, number, now));
        true
    }

    fn count(&mut self, now: Instant) {
        let counted = self.counted.replace(now).unwrap_or(now);
        let earned = now.saturating_duration_since(counted).min(AT_ONCE).as_micros() as u64;
        self.left = (self.left + earned).min(AT_ONCE.as_micros() as u64);
    }
}
