//! The rate that follows from overuse, loss and time: fifteen parts of a hundred down below what got through, up by parts
//! of it, and beyond what was ever tried only after a patience that doubles with each failure.
//! Knows nothing of packets and of how overuse was found.

use std::time::{Duration, Instant};

use super::AT_LEAST;

/// What is left of what got through, when a queue builds up.
const BACK_OFF: f64 = 0.85;
/// The same when the queue is so long that sound comes late: it has to empty before anything else.
const BACK_OFF_FAR: f64 = 0.7;
pub(super) const LONG_QUEUE: Duration = Duration::from_millis(250);
/// A queue of one frame.
const SHORT_QUEUE: Duration = Duration::from_millis(80);
const SHORT_LASTS: Duration = Duration::from_millis(300);
/// Below this part of the rate, what gets through is what happens to be sent.
const IDLE: f64 = 0.6;
const IDLE_LASTS: Duration = Duration::from_secs(1);
/// Growth a second, far from where the line failed last, and near to it.
const GROWTH: f64 = 0.08;
const CAREFUL_GROWTH: f64 = 0.02;
/// Near means between these parts of the rate at the last failure.
const NEAR: std::ops::Range<f64> = 0.85..1.15;
/// Without a trial the rate stays below this part of what gets through.
const UNTRIED: f64 = 1.3;
/// After a failure nothing grows for so long: the queue has to empty first.
const REST: Duration = Duration::from_secs(1);
/// How long after a failure more than ever is tried again: doubling, and forgotten after a good time.
const PATIENCE: Duration = Duration::from_secs(4);
const PATIENCE_AT_MOST: Duration = Duration::from_secs(64);
const GOOD_TIME: Duration = Duration::from_secs(90);
/// More loss than this is congestion; below, growth slows in proportion.
const LOSS: f64 = 0.10;
const HEAVY_LOSS: f64 = 0.25;
/// The loss that follows one step down is that of the former rate.
const LOSS_STEP: Duration = Duration::from_millis(700);
/// The measure of what gets through looks back so far, in seconds.
const MEASURED: f64 = 0.25;

/// The rate of one line.
#[derive(Debug)]
pub(super) struct Rate {
    bits: f64,
    at_most: f64,
    grown: Instant,
    /// When the line last failed, and what got through then.
    failed: Option<(Instant, f64)>,
    patience: Duration,
    stepped: Option<Instant>,
    /// When a queue last cost a step.
    backed_off: Option<Instant>,
    /// Since when a queue has been building up.
    over_since: Option<Instant>,
    /// Bits that got through, fading, and the receiver's time up to which they are counted.
    through: f64,
    since: Option<Duration>,
    measured_for: f64,
}

impl Rate {
    pub(super) fn new(now: Instant, bits: u32, at_most: u32) -> Self {
        Self {
            bits: f64::from(bits.max(AT_LEAST)),
            at_most: f64::from(at_most.max(AT_LEAST)),
            grown: now,
            failed: None,
            patience: PATIENCE,
            stepped: None,
            backed_off: None,
            over_since: None,
            through: 0.0,
            since: None,
            measured_for: 0.0,
        }
    }

    pub(super) fn bits_per_second(&self) -> u32 {
        self.bits as u32
    }

    /// So many bytes got through by this time of the receiver's clock.
    pub(super) fn acknowledged(&mut self, at: Duration, bytes: u32) {
        let since = *self.since.get_or_insert(at);
        // A clock that goes back, or leaps, is taken as standing still for this packet.
        let passed = at.saturating_sub(since).as_secs_f64().min(5.0);
        self.through = self.through * (-passed / MEASURED).exp() + f64::from(bytes) * 8.0;
        self.measured_for = (self.measured_for + passed).min(60.0);
        self.since = Some(since.max(at).min(since + Duration::from_secs(5)));
    }

    /// What gets through, in bit/s, once it has been measured for long enough.
    fn through(&self) -> Option<f64> {
        let share = 1.0 - (-self.measured_for / MEASURED).exp();
        (self.measured_for > 0.2).then(|| self.through / (MEASURED * share))
    }

    pub(super) fn overused(&mut self, now: Instant, round_trip: Duration, queue: Duration) {
        self.grown = now;
        // The effect of a step shows after a round trip, and the queue needs time to empty.
        if self.failed_within(now, Duration::from_millis(200) + round_trip) {
            return;
        }
        let through = self.through().unwrap_or(self.bits);
        // A short queue is that of one keyframe, another's, or a busy computer's, as long as it does not last. Where far less
        // is sent than the line bore, what gets through says nothing of the line, and what lasts costs one step.
        let lasts = now.saturating_duration_since(*self.over_since.get_or_insert(now));
        let is_idle = through < IDLE * self.bits;
        if is_idle && queue <= LONG_QUEUE {
            if lasts >= IDLE_LASTS {
                self.failed = Some((now, self.bits));
                self.set(BACK_OFF * self.bits);
            }
            return;
        }
        if queue <= SHORT_QUEUE && lasts < SHORT_LASTS {
            return;
        }
        // While the queue empties, what gets through is what the line bears, and more than is sent: that is no failure.
        let back_off = if queue > LONG_QUEUE { BACK_OFF_FAR } else { BACK_OFF };
        let lower = back_off * through;
        if lower < self.bits {
            self.backed_off = Some(now);
            self.fail(now, through);
            self.set(lower);
        } else if !self.failed_within(now, 2 * REST) {
            self.fail(now, self.bits);
            self.set(BACK_OFF * self.bits);
        }
    }

    pub(super) fn lost(&mut self, now: Instant, loss: f64, round_trip: Duration) {
        // What is reported lost right after a step was sent before it.
        let rests = self.stepped.is_some_and(|at| now.saturating_duration_since(at) < LOSS_STEP);
        if loss <= LOSS || rests || self.backed_off_within(now, LOSS_STEP + round_trip) {
            return;
        }
        self.stepped = Some(now);
        let step = self.bits * (1.0 - 0.5 * loss);
        // A queue that is full grows no more; what is lost then tells what the line bears.
        let through = self.through().filter(|_| loss > HEAVY_LOSS).unwrap_or(self.bits);
        self.fail(now, through.min(self.bits));
        self.set(if loss > HEAVY_LOSS { step.min(BACK_OFF * through) } else { step });
    }

    fn backed_off_within(&self, now: Instant, time: Duration) -> bool {
        self.backed_off.is_some_and(|at| now.saturating_duration_since(at) < time)
    }

    pub(super) fn failed_within(&self, now: Instant, time: Duration) -> bool {
        self.failed.is_some_and(|(at, _)| now.saturating_duration_since(at) < time)
    }

    /// Nothing has been reported for too long.
    pub(super) fn unreported(&mut self, now: Instant) {
        let rests = self.stepped.is_some_and(|at| now.saturating_duration_since(at) < Duration::from_secs(1));
        if !rests {
            self.stepped = Some(now);
            self.set(self.bits / 2.0);
            self.grown = now;
        }
    }

    /// A queue empties: nothing changes.
    pub(super) fn rest(&mut self, now: Instant) {
        self.over_since = None;
        self.grown = now;
    }

    pub(super) fn grow(&mut self, now: Instant, loss: f64) {
        self.over_since = None;
        let passed = now.saturating_duration_since(self.grown).as_secs_f64().min(1.0);
        self.grown = now;
        let since_failure = self.failed.map(|(at, through)| (now.saturating_duration_since(at), through));
        let (speed, may_try) = match since_failure {
            None => (GROWTH, true),
            Some((since, _)) if since < REST => return,
            Some((since, through)) => {
                if since > GOOD_TIME {
                    self.patience = PATIENCE;
                    self.failed = None;
                }
                let is_near = NEAR.contains(&(self.bits / through.max(1.0)));
                (if is_near { CAREFUL_GROWTH } else { GROWTH }, since >= self.patience)
            }
        };
        let calm = (1.0 - loss / LOSS).clamp(0.0, 1.0);
        let grown = self.bits * (1.0 + speed * passed * calm);
        // What is not sent is not tried: without patience the rate does not run away from what gets through.
        let bound =
            self.through().filter(|_| !may_try).map_or(self.at_most, |through| through * UNTRIED + 20_000.0);
        if grown <= bound {
            self.set(grown);
        }
    }

    /// When the line last failed.
    pub(super) fn failed_at(&self) -> Option<Instant> {
        self.failed.map(|(at, _)| at)
    }

    /// A trial has shown that the line bears so much.
    pub(super) fn found(&mut self, now: Instant, bits: f64) {
        if bits <= self.bits {
            return;
        }
        self.grown = now;
        self.set(bits);
    }

    fn fail(&mut self, now: Instant, through: f64) {
        if let Some((at, _)) = self.failed {
            let since = now.saturating_duration_since(at);
            // Steps of one and the same failure do not count twice.
            if since > 2 * REST {
                self.patience = (self.patience * 2).min(PATIENCE_AT_MOST);
            }
        }
        self.failed = Some((now, through));
    }

    fn set(&mut self, bits: f64) {
        self.bits = bits.clamp(f64::from(AT_LEAST), self.at_most);
    }
}
