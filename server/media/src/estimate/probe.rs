//! A short train of padding that asks for twice what the line is believed to bear: how far its packets are apart when they
//! come tells within a moment what growing by parts finds out in half a minute. Only a line that is believed to be weak is
//! asked. Knows no packets: it is told of sizes and times, and of a byte stream that what leaves at once comes at once: there
//! the train is spread out, and one that comes as a piece all the same has told nothing.

use std::time::{Duration, Instant};

use crate::command::Over;

/// Asked for, as a multiple of what is believed.
const FURTHER: f64 = 2.0;
/// A train is as long as this time of the rate asked for: as much as an eighth of a second of the line as it is believed.
const LENGTH: f64 = 0.06;
const PACKETS: std::ops::RangeInclusive<usize> = 6..=24;
/// Over a stream a train takes so much of its length to leave: fast enough to ask, slow enough to be read in pieces.
const SPREAD: f64 = 0.5;
/// What comes in less than this part of the time in which it left had gathered somewhere on the way.
const GATHERED: f64 = 0.5;
/// Bytes of padding that one packet takes at most, and what a packet is besides.
const PADDING: usize = 255;
const BESIDES: usize = 58;
/// From so much of what was asked for on, the line bears it.
const BORNE: f64 = 0.9;
/// What is left of what came, when less came than was asked for.
const CAREFUL: f64 = 0.85;
/// Packets that must come, of a hundred.
const COME: usize = 70;
/// What has not been reported by then is not reported any more.
const GIVEN_UP: Duration = Duration::from_secs(2);
/// A queue that is found so soon after a train is the train's own.
const OWN_QUEUE: Duration = Duration::from_millis(700);
/// How long after a train that found nothing the next one leaves: doubling.
const PATIENCE: Duration = Duration::from_secs(4);
/// What was found and holds for so long is true.
const HOLDS: Duration = Duration::from_secs(10);
const PATIENCE_AT_MOST: Duration = Duration::from_secs(16);
/// The same after trains that found more than was true.
const MISTRUST_AT_MOST: Duration = Duration::from_secs(64);

/// A train to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Train {
    /// Its packets.
    pub packets: usize,
    /// Padding in each, bytes.
    pub padding: u8,
    /// How long after the one before each leaves.
    pub apart: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Underway {
    left: Instant,
    asked: f64,
    packets: usize,
    /// From the first packet to the last, as they leave.
    spread: Duration,
    told: usize,
    came: usize,
    bytes: u32,
    first: Option<Duration>,
    last: Duration,
}

/// The trains of one line.
#[derive(Debug)]
pub(super) struct Probe {
    underway: Option<Underway>,
    left: Option<Instant>,
    not_before: Option<Instant>,
    patience: Duration,
    /// When a train last found more than was believed.
    found: Option<Instant>,
}

impl Default for Probe {
    fn default() -> Self {
        Self { underway: None, left: None, not_before: None, patience: PATIENCE, found: None }
    }
}

impl Probe {
    /// A train for a line that is believed to bear so much, if it is time for one.
    pub(super) fn train(&mut self, now: Instant, bits: u32, over: Over) -> Option<Train> {
        if self.underway.is_some_and(|train| now.saturating_duration_since(train.left) >= GIVEN_UP) {
            self.underway = None;
            self.found_nothing(now);
        }
        if self.found.is_some_and(|found| now.saturating_duration_since(found) >= HOLDS) {
            self.found = None;
            self.patience = PATIENCE;
        }
        if self.underway.is_some() || self.not_before.is_some_and(|at| now < at) {
            return None;
        }
        let asked = f64::from(bits) * FURTHER;
        let bytes = (asked * LENGTH / 8.0) as usize;
        let packets = bytes.div_ceil(PADDING + BESIDES).clamp(*PACKETS.start(), *PACKETS.end());
        let padding = (bytes / packets).saturating_sub(BESIDES).clamp(1, PADDING);
        let apart = match over {
            Over::Udp => Duration::ZERO,
            Over::Tcp => Duration::from_secs_f64(LENGTH * SPREAD / packets as f64),
        };
        self.left = Some(now);
        self.underway = Some(Underway {
            left: now,
            asked,
            packets,
            spread: apart * (packets as u32 - 1),
            told: 0,
            came: 0,
            bytes: 0,
            first: None,
            last: Duration::ZERO,
        });
        Some(Train { packets, padding: padding as u8, apart })
    }

    /// One of its packets came then, of the receiver's clock, or did not. Gives what the line is found to bear, when the
    /// train is whole and that is worth knowing.
    pub(super) fn arrived(&mut self, now: Instant, bytes: u32, at: Option<Duration>) -> Option<f64> {
        let train = self.underway.as_mut()?;
        train.told += 1;
        if let Some(at) = at {
            // The first only opens the window in which the others are counted.
            match train.first {
                None => train.first = Some(at),
                Some(_) => train.bytes += bytes,
            }
            train.came += 1;
            train.last = train.last.max(at);
        }
        if train.told < train.packets {
            return None;
        }
        let train = self.underway.take()?;
        let came = train.came * 100 >= train.packets * COME;
        let Some(first) = train.first.filter(|_| came) else {
            self.found_nothing(now);
            return None;
        };
        let took = train.last.saturating_sub(first).as_secs_f64();
        if took < GATHERED * train.spread.as_secs_f64() {
            self.found_nothing(now);
            return None;
        }
        let through = f64::from(train.bytes) * 8.0 / took.max(0.000_1);
        if through >= BORNE * train.asked {
            self.found = Some(now);
            return Some(train.asked);
        }
        self.found_nothing(now);
        Some(CAREFUL * through)
    }

    /// The line failed. What a train found shortly before was a burst that something on the way let through, and what is
    /// still on its way tells nothing any more.
    pub(super) fn failed(&mut self, now: Instant) {
        let is_own = self.found.take().is_some_and(|found| now.saturating_duration_since(found) < HOLDS);
        self.underway = None;
        if is_own {
            self.patience = (self.patience * 4).min(MISTRUST_AT_MOST);
            self.not_before = Some(now + self.patience);
        }
    }

    /// Whether a queue may be a train's doing.
    pub(super) fn has_queued(&self, now: Instant) -> bool {
        self.left.is_some_and(|left| now.saturating_duration_since(left) < OWN_QUEUE)
    }

    fn found_nothing(&mut self, now: Instant) {
        self.not_before = Some(now + self.patience);
        if self.patience < PATIENCE_AT_MOST {
            self.patience = (self.patience * 2).min(PATIENCE_AT_MOST);
        }
    }
}
