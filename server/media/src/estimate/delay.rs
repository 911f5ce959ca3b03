//! Whether a queue builds up on the way: the slope of the one-way delay over the last groups of packets, held against a
//! threshold that adapts to the line's own unrest (after the Google congestion control of RFC drafts and papers).
//! Knows two clocks that share no beginning, and only differences of each.

use std::time::{Duration, Instant};

/// Packets sent within this time are one group: a frame leaves in one go.
const GROUP: Duration = Duration::from_millis(5);
/// Groups over which the slope is taken.
const WINDOW: usize = 20;
/// Groups after which a first slope is believed: a third of a second of frames.
const FIRST: usize = 10;
/// Share of the past in the smoothed delay.
const SMOOTH: f64 = 0.9;
const GAIN: f64 = 4.0;
const GROUPS_AT_MOST: f64 = 60.0;
/// Milliseconds; the threshold at first, and its bounds.
const THRESHOLD: f64 = 12.5;
const THRESHOLDS: std::ops::RangeInclusive<f64> = 6.0..=600.0;
/// How the threshold follows, a millisecond: reluctantly up, readily down.
const UP: f64 = 0.0087;
const DOWN: f64 = 0.039;
/// Overuse must last so many milliseconds.
const LASTS: f64 = 10.0;
/// A jump of the receiver's clock, or of a lying one, of more milliseconds begins the measuring anew.
const CLOCK_JUMP: f64 = 3_000.0;

/// By how much the shortest delay is raised, a millisecond: a second in a quarter of an hour.
const FORGET: f64 = 0.001;

/// How the line is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Usage {
    /// A queue shrinks.
    Under,
    /// None of both.
    #[default]
    Normal,
    /// A queue grows.
    Over,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    first_sent: Instant,
    last_sent: Instant,
    /// Of the receiver's clock, milliseconds.
    arrived: f64,
}

/// The delay of one line.
#[derive(Debug)]
pub(super) struct Delay {
    present: Option<Group>,
    before: Option<Group>,
    /// Arrival and smoothed delay of the last groups, milliseconds.
    points: [(f64, f64); WINDOW],
    groups: u32,
    delay: f64,
    smoothed: f64,
    /// The shortest delay lately: that of an empty queue.
    lowest: f64,
    slope: f64,
    threshold: f64,
    over_for: f64,
    usage: Usage,
    has_seen_any: bool,
}

impl Default for Delay {
    fn default() -> Self {
        Self {
            present: None,
            before: None,
            points: [(0.0, 0.0); WINDOW],
            groups: 0,
            delay: 0.0,
            smoothed: 0.0,
            lowest: 0.0,
            slope: 0.0,
            threshold: THRESHOLD,
            over_for: 0.0,
            usage: Usage::Normal,
            has_seen_any: false,
        }
    }
}

impl Delay {
    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    pub(super) fn has_seen_any(&self) -> bool {
        self.has_seen_any
    }

    /// How long a packet waits on the way now, beyond the way itself.
    pub(super) fn queue(&self) -> Duration {
        Duration::from_secs_f64((self.delay - self.lowest).clamp(0.0, 10_000.0) / 1000.0)
    }

    /// A packet left at one time of our clock and came at one of the receiver's.
    pub(super) fn arrived(&mut self, sent: Instant, at: Duration) {
        self.has_seen_any = true;
        let at = at.as_secs_f64() * 1000.0;
        let Some(present) = &mut self.present else {
            self.present = Some(Group { first_sent: sent, last_sent: sent, arrived: at });
            return;
        };
        if sent < present.first_sent {
            // Reordered on the way: its group has been measured.
            return;
        }
        if sent.duration_since(present.first_sent) <= GROUP {
            present.last_sent = present.last_sent.max(sent);
            present.arrived = present.arrived.max(at);
            return;
        }
        let done = *present;
        self.present = Some(Group { first_sent: sent, last_sent: sent, arrived: at });
        if let Some(before) = self.before.replace(done) {
            self.compare(before, done);
        }
    }

    fn compare(&mut self, before: Group, now: Group) {
        let sent = now.last_sent.saturating_duration_since(before.last_sent).as_secs_f64() * 1000.0;
        let arrived = now.arrived - before.arrived;
        if !(-CLOCK_JUMP..=CLOCK_JUMP).contains(&(arrived - sent)) {
            let threshold = self.threshold;
            *self = Self { threshold, has_seen_any: true, ..Self::default() };
            return;
        }
        self.delay += arrived - sent;
        // The clocks drift apart, and ways change: what was the shortest is slowly forgotten.
        self.lowest = (self.lowest + FORGET * sent).min(self.delay);
        self.smoothed = SMOOTH * self.smoothed + (1.0 - SMOOTH) * self.delay;
        self.points[self.groups as usize % WINDOW] = (now.arrived, self.smoothed);
        self.groups = self.groups.saturating_add(1);
        if self.groups as usize >= FIRST {
            let slope = self.fit();
            self.judge(slope, sent.max(0.1));
        }
    }

    /// The slope of the smoothed delay, by least squares; 0 for a line that stands still.
    fn fit(&self) -> f64 {
        let points = &self.points[..WINDOW.min(self.groups as usize)];
        let count = points.len() as f64;
        let (sum_x, sum_y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
        let (mean_x, mean_y) = (sum_x / count, sum_y / count);
        let (over, under) = points.iter().fold((0.0, 0.0), |(over, under), (x, y)| {
            (over + (x - mean_x) * (y - mean_y), under + (x - mean_x) * (x - mean_x))
        });
        if under > 0.0 { over / under } else { 0.0 }
    }

    fn judge(&mut self, slope: f64, passed: f64) {
        let trend = slope * f64::from(self.groups).min(GROUPS_AT_MOST) * GAIN;
        if trend > self.threshold {
            self.over_for += passed;
            if self.over_for > LASTS && slope >= self.slope {
                self.usage = Usage::Over;
            }
        } else {
            self.over_for = 0.0;
            self.usage = if trend < -self.threshold { Usage::Under } else { Usage::Normal };
        }
        self.slope = slope;
        // A single leap says nothing of the line's usual unrest.
        if trend.abs() <= self.threshold + 15.0 {
            let follow = if trend.abs() < self.threshold { DOWN } else { UP };
            self.threshold += follow * (trend.abs() - self.threshold) * passed.min(100.0);
            self.threshold = self.threshold.clamp(*THRESHOLDS.start(), *THRESHOLDS.end());
        }
    }
}
