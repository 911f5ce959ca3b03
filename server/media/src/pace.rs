//! In which order and how fast one subscriber's packets leave, so that a keyframe does not flood a weak line and sound
//! never waits behind pictures. A queue of fixed size with three classes. Refuses to know packets (it holds the caller's
//! handles), sockets and what rate a line bears: it is told.

mod repeats;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

pub use repeats::Repeats;

/// What a packet is worth when not all can leave at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Leaves at once, whatever the rate: it is small, and late sound is lost sound.
    Sound,
    /// Something asked for again: a picture waits for it.
    Repeat,
    /// Pictures and screens, in the order in which they came.
    Picture,
}

/// Packets that may wait: a keyframe of a screen is some hundred and fifty.
const WAITING: usize = 512;

/// What waits longer than this would only be shown late; the queue is given up and the stream begins anew.
pub const TOO_LATE: Duration = Duration::from_millis(600);

/// Leaving at exactly the estimate would never empty a queue, and never show that the line bears more.
const HEADROOM: (u64, u64) = (3, 2);

/// What may leave in one go after a rest: one frame of 640×360 on an ordinary line, sent in one call.
const BURST: Duration = Duration::from_millis(40);

/// A packet could not be taken, and neither could those that wait: all pictures were let go, and every picture of this
/// subscriber has to begin anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

#[derive(Debug)]
struct Waiting<P> {
    since: Instant,
    bytes: usize,
    packet: P,
}

/// What waits for one subscriber.
#[derive(Debug)]
pub struct Pacer<P> {
    queues: [VecDeque<Waiting<P>>; 3],
    bits_per_second: u64,
    /// Bits that may leave now; below zero after something left that may always leave.
    credit: i64,
    counted: Option<Instant>,
}

impl<P> Pacer<P> {
    /// An empty queue for a line that bears so much.
    #[must_use]
    pub fn new(bits_per_second: u32) -> Self {
        Self {
            queues: Default::default(),
            bits_per_second: u64::from(bits_per_second),
            credit: 0,
            counted: None,
        }
    }

    /// The line bears so much from now on.
    pub fn set_rate(&mut self, now: Instant, bits_per_second: u32) {
        self.count(now);
        self.bits_per_second = u64::from(bits_per_second);
    }

    /// A packet of this many bytes wants to leave. On overflow all waiting pictures are let go with it.
    pub fn push(&mut self, now: Instant, class: Class, bytes: usize, packet: P) -> Result<(), Overflow> {
        let waits_too_long = |queue: &VecDeque<Waiting<P>>| {
            queue.front().is_some_and(|first| now.saturating_duration_since(first.since) > TOO_LATE)
        };
        let pictures = &self.queues[Class::Picture as usize];
        let overflows = self.queues[class as usize].len() >= WAITING || waits_too_long(pictures);
        if overflows && class != Class::Sound {
            self.queues[Class::Picture as usize].clear();
            self.queues[Class::Repeat as usize].clear();
            return Err(Overflow);
        }
        let queue = &mut self.queues[class as usize];
        if queue.len() >= WAITING {
            // Sound is never held back, so this is a caller who does not fetch; the oldest is worth least.
            queue.pop_front();
        }
        queue.push_back(Waiting { since: now, bytes, packet });
        Ok(())
    }

    /// The next packet to leave now; call until `None`.
    pub fn pop(&mut self, now: Instant) -> Option<P> {
        self.count(now);
        if let Some(sound) = self.queues[Class::Sound as usize].pop_front() {
            self.spend(sound.bytes);
            return Some(sound.packet);
        }
        if self.credit < 0 {
            return None;
        }
        let queue = self.queues.iter_mut().find(|queue| !queue.is_empty())?;
        let next = queue.pop_front()?;
        self.spend(next.bytes);
        Some(next.packet)
    }

    /// When `pop` will have something again, if nothing else comes.
    #[must_use]
    pub fn wake(&self, now: Instant) -> Option<Instant> {
        if self.queues.iter().all(VecDeque::is_empty) {
            return None;
        }
        let counted = self.counted.unwrap_or(now);
        if self.credit >= 0 || !self.queues[Class::Sound as usize].is_empty() {
            return Some(now);
        }
        let bits = self.credit.unsigned_abs();
        let wait = Duration::from_micros((bits * 1_000_000).div_ceil(self.rate()));
        Some((counted + wait).max(now))
    }

    /// How long the oldest picture has waited.
    #[must_use]
    pub fn delay(&self, now: Instant) -> Duration {
        let first = self.queues[Class::Picture as usize].front();
        first.map_or(Duration::ZERO, |first| now.saturating_duration_since(first.since))
    }

    /// Packets that wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queues.iter().map(VecDeque::len).sum()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn rate(&self) -> u64 {
        (self.bits_per_second * HEADROOM.0 / HEADROOM.1).max(1)
    }

    fn spend(&mut self, bytes: usize) {
        self.credit = self.credit.saturating_sub_unsigned(bytes as u64 * 8);
    }

    fn count(&mut self, now: Instant) {
        let most = (u128::from(self.rate()) * BURST.as_micros() / 1_000_000) as i64;
        let Some(counted) = self.counted else {
            self.counted = Some(now);
            self.credit = most;
            return;
        };
        let earned = u128::from(self.rate()) * now.saturating_duration_since(counted).as_micros() / 1_000_000;
        // Too short a time to earn a bit is left to be counted with the next.
        if earned > 0 {
            self.counted = Some(now);
            self.credit = self.credit.saturating_add(earned.min(1 << 40) as i64).min(most);
        }
    }
}

#[cfg(test)]
mod tests;
