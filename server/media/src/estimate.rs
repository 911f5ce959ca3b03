//! What one subscriber's line bears, from the arrival times and losses its browser reports (TWCC; receiver reports where
//! there are none): quickly down, slowly up, and back by itself. A rising delay is believed before anything is lost.
//! One estimate knows one line and nothing of any other; it refuses to know packets, rooms and what is sent.

mod delay;
mod probe;
mod rate;

use std::time::{Duration, Instant};

use crate::command::{LineState, Over};
use delay::{Delay, Usage};
use probe::Probe;
pub use probe::Train;
use rate::Rate;

/// Believed of a line that nobody knows yet: a large picture of the middle size, two small ones and the voices.
pub const AT_FIRST: u32 = 600_000;

/// Never less: one voice, so that there is always something to measure.
pub const AT_LEAST: u32 = 60_000;

/// From here on a line carries everything; below, only small pictures.
const FULL: u32 = 400_000;

/// From here on a line carries small pictures; below, voices and a screen.
const THUMBS: u32 = 160_000;

/// A line must stay above a bound by a seventh and for so long to be trusted with more again.
const TRUST: Duration = Duration::from_secs(3);

/// After a failure the line is left alone for so long before it is asked for more.
const LEFT_ALONE: Duration = Duration::from_secs(3);

/// Packets whose arrival may still be reported: some five seconds of a full line.
const ON_THE_WAY: usize = 1024;

/// Loss is counted over so many packets at least, or one lost packet of three would be a third.
const COUNTED: u32 = 25;

/// A longer round trip is a client that lies or has slept.
const LONGEST_TRIP: Duration = Duration::from_secs(10);

/// A line that has not reported for so long while it was sent to is failing.
const UNREPORTED: Duration = Duration::from_millis(1500);

#[derive(Clone, Copy, Debug)]
struct Sent {
    number: u16,
    bytes: u32,
    at: Instant,
    /// Padding that asks what the line bears: it tells nothing of what the line is used for.
    is_probe: bool,
}

/// The estimate of one line.
#[derive(Debug)]
pub struct Estimate {
    sent: Box<[Option<Sent>; ON_THE_WAY]>,
    delay: Delay,
    rate: Rate,
    probe: Probe,
    /// When the line last failed, as far as the trials know.
    failed: Option<Instant>,
    received: u32,
    lost: u32,
    loss: f64,
    round_trip: Option<Duration>,
    /// When the newest packet left of those that a feedback tells of.
    newest: Option<Instant>,
    /// When anything was last sent, and last reported.
    sends: Option<Instant>,
    reported: Instant,
    state: LineState,
    /// Since when the line would carry more than its state gives it.
    better_since: Option<Instant>,
}

impl Estimate {
    /// A line of which nothing is known, and of which no more than this will ever be believed. Allow a fifth more than is
    /// ever sent, or the last step is never taken.
    #[must_use]
    pub fn new(now: Instant, at_most: u32) -> Self {
        let rate = Rate::new(now, AT_FIRST.min(at_most), at_most);
        let state = bare_state(rate.bits_per_second());
        Self {
            sent: Box::new([None; ON_THE_WAY]),
            delay: Delay::default(),
            rate,
            probe: Probe::default(),
            failed: None,
            received: 0,
            lost: 0,
            loss: 0.0,
            round_trip: None,
            newest: None,
            sends: None,
            reported: now,
            state,
            better_since: None,
        }
    }

    /// A packet left under this transport-wide number, with so many bytes on the wire.
    pub fn sent(&mut self, now: Instant, number: u16, bytes: usize) {
        self.note(now, number, bytes, false);
    }

    /// A packet of a [train](Self::train) left.
    pub fn sent_of_train(&mut self, now: Instant, number: u16, bytes: usize) {
        self.note(now, number, bytes, true);
    }

    fn note(&mut self, now: Instant, number: u16, bytes: usize, is_probe: bool) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.sent[usize::from(number) % ON_THE_WAY] = Some(Sent { number, bytes, at: now, is_probe });
        self.sends = Some(now);
    }

    /// Padding to be sent, to find out whether a weak line has become better, or whether a line bears what `waits` for it; to be
    /// asked for at every look.
    pub fn train(&mut self, now: Instant, over: Over, waits: bool) -> Option<Train> {
        let bits = self.rate.bits_per_second();
        let is_heard = self.delay.has_seen_any() && now.saturating_duration_since(self.reported) < UNREPORTED;
        let is_calm = self.delay.usage() == Usage::Normal && !self.rate.failed_within(now, LEFT_ALONE);
        if bits >= AT_FIRST && !waits || !is_heard || !is_calm {
            return None;
        }
        self.probe.train(now, bits, over)
    }

    /// A trial after which the line failed had found too much.
    fn learn(&mut self, now: Instant) {
        let failed = self.rate.failed_at();
        if failed != self.failed {
            self.failed = failed;
            self.probe.failed(now);
        }
    }

    /// One entry of a feedback: the packet of this number came at this time of the receiver's clock, or did not come. In
    /// the order of the feedback; what was never sent, or was reported before, is passed over.
    pub fn arrived(&mut self, now: Instant, number: u16, at: Option<Duration>) {
        let place = &mut self.sent[usize::from(number) % ON_THE_WAY];
        let Some(sent) = place.take_if(|sent| sent.number == number) else { return };
        if sent.is_probe {
            if let Some(bits) = self.probe.arrived(now, sent.bytes, at) {
                self.rate.found(now, bits);
            }
            return;
        }
        match at {
            Some(at) => {
                self.received += 1;
                self.newest = self.newest.max(Some(sent.at));
                self.delay.arrived(sent.at, at);
                self.rate.acknowledged(at, sent.bytes);
            }
            None => self.lost += 1,
        }
    }

    /// All entries of a feedback have been given.
    pub fn feedback_ends(&mut self, now: Instant) {
        self.reported = now;
        if let Some(newest) = self.newest.take() {
            let told = now.saturating_duration_since(newest).min(LONGEST_TRIP);
            self.round_trip = Some(self.round_trip.map_or(told, |known| (known + told) / 2));
        }
        let round_trip = self.round_trip.unwrap_or(Duration::from_millis(100));
        if let Some(loss) = self.counted_loss() {
            self.loss = loss;
            self.rate.lost(now, loss, round_trip);
        }
        match self.delay.usage() {
            Usage::Over if self.probe.has_queued(now) && self.delay.queue() <= rate::LONG_QUEUE => {
                self.rate.rest(now);
            }
            Usage::Over => self.rate.overused(now, round_trip, self.delay.queue()),
            Usage::Under => self.rate.rest(now),
            Usage::Normal => self.rate.grow(now, self.loss),
        }
        self.learn(now);
        self.settle(now);
    }

    /// A receiver report: the share of packets lost, of 256, and the round trip if it could be told. It counts only where
    /// the browser reports no arrival times, which tell both ten times as often.
    pub fn reported(&mut self, now: Instant, lost_of_256: u8, round_trip: Option<Duration>) {
        if self.delay.has_seen_any() {
            return;
        }
        self.round_trip = round_trip.map(|told| told.min(LONGEST_TRIP)).or(self.round_trip);
        self.reported = now;
        self.loss = f64::from(lost_of_256) / 256.0;
        self.rate.lost(now, self.loss, self.round_trip.unwrap_or_default());
        self.rate.grow(now, self.loss);
        self.settle(now);
    }

    /// Time has passed: a line that has fallen silent loses its credit. Twice a second is enough.
    pub fn look(&mut self, now: Instant) {
        let silent = now.saturating_duration_since(self.reported);
        let is_sent_to = self.sends.is_some_and(|sends| sends > self.reported);
        if is_sent_to && silent > UNREPORTED {
            self.rate.unreported(now);
        }
        self.settle(now);
    }

    /// What the line bears, in bit/s.
    #[must_use]
    pub fn bits_per_second(&self) -> u32 {
        self.rate.bits_per_second()
    }

    /// What is sent over the line therefore.
    #[must_use]
    pub fn state(&self) -> LineState {
        self.state
    }

    /// Packets lost of a thousand, lately.
    #[must_use]
    pub fn loss_permille(&self) -> u16 {
        (self.loss * 1000.0) as u16
    }

    /// There and back with what waits on the way, once a report has told it.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    fn counted_loss(&mut self) -> Option<f64> {
        let all = self.received + self.lost;
        if all < COUNTED {
            return None;
        }
        let now = f64::from(self.lost) / f64::from(all);
        (self.received, self.lost) = (0, 0);
        // Half of it from before: loss comes in bursts, and a burst is not a state.
        Some((self.loss + now) / 2.0)
    }

    /// Down at once, up one step at a time and only after a while.
    fn settle(&mut self, now: Instant) {
        let bits = self.rate.bits_per_second();
        if bare_state(bits) < self.state {
            self.state = bare_state(bits);
            self.better_since = None;
        }
        if bare_state(bits - bits / 8) <= self.state {
            self.better_since = None;
            return;
        }
        let since = *self.better_since.get_or_insert(now);
        if now.saturating_duration_since(since) >= TRUST {
            self.better_since = None;
            self.state = match self.state {
                LineState::AudioAndScreen => LineState::Thumbs,
                LineState::Thumbs | LineState::Full => LineState::Full,
            };
        }
    }
}

fn bare_state(bits_per_second: u32) -> LineState {
    match bits_per_second {
        FULL.. => LineState::Full,
        THUMBS.. => LineState::Thumbs,
        _ => LineState::AudioAndScreen,
    }
}

#[cfg(test)]
mod tests;
