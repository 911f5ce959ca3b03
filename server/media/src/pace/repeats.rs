//! Which packets are sent again of those a subscriber asks for. It asks again before the answer can have come when a queue
//! has built up on its line, and each answer makes the queue longer; so one packet is sent again once in a round trip, and
//! all together take a share of the line. Knows numbers and times, not packets.

use std::time::{Duration, Instant};

/// Packets remembered: some seconds of losses of a bad line.
const REMEMBERED: usize = 256;

/// A packet is sent again so often, each time after twice as long: what has not come by then helps nobody, and what did come
/// and is asked for all the same must not keep others waiting.
const TIMES: u32 = 5;

/// After this a number may be that of another packet.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// However short the way, a packet is not sent again sooner.
const SOONEST: Duration = Duration::from_millis(30);

/// Repeats take a quarter of the line, and at most what that is in half a second at once: a lost keyframe.
const SHARE: u64 = 4;
const AT_ONCE: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug)]
struct Sent {
    which: (usize, u16),
    at: Instant,
    times: u32,
}

/// The repeats of one subscriber.
#[derive(Debug)]
pub struct Repeats {
    sent: Box<[Option<Sent>; REMEMBERED]>,
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
        which: (usize, u16),
        bytes: usize,
        round_trip: Option<Duration>,
        bits_per_second: u32,
    ) -> bool {
        let place = (usize::from(which.1) ^ which.0.wrapping_mul(37)) % REMEMBERED;
        let is_of_late = |sent: &Sent| now.saturating_duration_since(sent.at) < FORGOTTEN;
        let before = self.sent[place].filter(|sent| sent.which == which && is_of_late(sent));
        let trip = round_trip.unwrap_or(Duration::from_millis(100)).max(SOONEST);
        let is_on_its_way = before.is_some_and(|sent| {
            sent.times == TIMES || now.saturating_duration_since(sent.at) < trip * (1 << (sent.times - 1))
        });
        self.count(now);
        let cost = bytes as u64 * 8 * SHARE * 1_000_000 / u64::from(bits_per_second.max(1));
        if is_on_its_way || cost > self.left {
            return false;
        }
        self.left -= cost;
        self.sent[place] = Some(Sent { which, at: now, times: before.map_or(0, |sent| sent.times) + 1 });
        true
    }

    fn count(&mut self, now: Instant) {
        let counted = self.counted.replace(now).unwrap_or(now);
        let earned = now.saturating_duration_since(counted).min(AT_ONCE).as_micros() as u64;
        self.left = (self.left + earned).min(AT_ONCE.as_micros() as u64);
    }
}
