//! A line with a rate, a queue, loss and jitter, and a browser at its end that reports arrivals every 100 ms.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::chance::Chance;
use crate::command::Over;
use crate::estimate::{Estimate, Train};

/// One way there; the report takes as long back.
const WAY: f64 = 0.030;
/// What the narrowest point holds, in seconds; more is dropped.
const QUEUE: f64 = 0.8;

/// A packet's number, and when it came, if it did.
type Arrival = (u16, Option<f64>);

pub(super) struct Line {
    pub(super) estimate: Estimate,
    chance: Chance,
    start: Instant,
    millis: u64,
    bears: u32,
    loses: u64,
    jitter: u64,
    /// Seconds of its rate that it lets through at once after a rest.
    bucket: f64,
    over: Over,
    /// More is to be sent than the estimate lets through.
    pub(super) waits: bool,
    /// A byte stream is read in pieces: what comes within so many milliseconds comes at once.
    piece: u64,
    train: Option<(Train, u64)>,
    /// When the narrowest point is free again, in seconds.
    busy_until: f64,
    number: u16,
    owed: f64,
    /// Not yet reported.
    came: VecDeque<Arrival>,
    reports: VecDeque<(u64, Vec<Arrival>)>,
    /// Second, queue and bits of everything that was sent.
    log: Vec<(f64, f64, f64)>,
}

impl Line {
    pub(super) fn new(seed: u64, bears: u32, at_most: u32) -> Self {
        let start = Instant::now();
        Self {
            estimate: Estimate::new(start, at_most),
            chance: Chance::new(seed),
            start,
            millis: 0,
            bears,
            loses: 0,
            jitter: 0,
            bucket: 0.0,
            over: Over::Udp,
            waits: false,
            piece: 0,
            train: None,
            busy_until: 0.0,
            number: 65_000,
            owed: 0.0,
            came: VecDeque::new(),
            reports: VecDeque::new(),
            log: Vec::new(),
        }
    }

    pub(super) fn bears(&mut self, bears: u32) {
        self.bears = bears;
    }

    pub(super) fn loses(&mut self, permille: u64) {
        self.loses = permille;
    }

    pub(super) fn jitters(&mut self, millis: u64) {
        self.jitter = millis;
    }

    pub(super) fn lets_bursts_through(&mut self, seconds: f64) {
        self.bucket = seconds;
    }

    /// A byte stream: nothing overtakes, and it is read so many milliseconds apart.
    pub(super) fn is_stream(&mut self, piece: u64) {
        (self.over, self.piece) = (Over::Tcp, piece);
    }

    pub(super) fn seconds(&self) -> f64 {
        self.millis as f64 / 1000.0
    }

    /// The longest queue since then, in seconds.
    pub(super) fn queue_at_worst(&self, from: f64) -> f64 {
        self.log.iter().filter(|(at, ..)| *at >= from).map(|(_, queue, _)| *queue).fold(0.0, f64::max)
    }

    /// What got through a second since then.
    pub(super) fn through(&self, from: f64) -> f64 {
        let bits: f64 = self.log.iter().filter(|(at, ..)| *at >= from).map(|(.., bits)| *bits).sum();
        bits / (self.seconds() - from)
    }

    /// Sends for so many seconds what `wants` makes of the estimate: frames of 33 ms in packets.
    pub(super) fn run(&mut self, seconds: u64, mut wants: impl FnMut(u32) -> u32) {
        for _ in 0..seconds * 1000 {
            self.step(&mut wants);
        }
    }

    pub(super) fn changes_of_state(&mut self, seconds: u64, mut wants: impl FnMut(u32) -> u32) -> usize {
        let mut changes = 0;
        for _ in 0..seconds * 1000 {
            let before = self.estimate.state();
            self.step(&mut wants);
            changes += usize::from(self.estimate.state() != before);
        }
        changes
    }

    fn step(&mut self, wants: &mut impl FnMut(u32) -> u32) {
        self.millis += 1;
        let now = self.start + Duration::from_millis(self.millis);
        if self.millis.is_multiple_of(33) {
            self.owed += f64::from(wants(self.estimate.bits_per_second())) * 0.033;
            while self.owed > 0.0 {
                let bytes = (self.owed / 8.0).clamp(100.0, 1200.0) as usize;
                self.owed -= bytes as f64 * 8.0;
                self.send(now, bytes, false);
            }
        }
        if self.millis.is_multiple_of(100) {
            self.report();
        }
        while self.reports.front().is_some_and(|(at, _)| *at <= self.millis) {
            let (_, entries) = self.reports.pop_front().unwrap();
            for (number, at) in entries {
                // The browser's clock began some time before ours.
                self.estimate.arrived(now, number, at.map(|at| Duration::from_secs_f64(at + 1_000.0)));
            }
            self.estimate.feedback_ends(now);
        }
        if self.millis.is_multiple_of(500) {
            self.estimate.look(now);
            self.train = self
                .train
                .or(self.estimate.train(now, self.over, self.waits).map(|train| (train, self.millis * 1000)));
        }
        while let Some((mut train, due)) = self.train.filter(|(_, due)| *due <= self.millis * 1000) {
            self.send(now, usize::from(train.padding) + 58, true);
            train.packets -= 1;
            self.train = (train.packets > 0).then_some((train, due + train.apart.as_micros() as u64));
        }
    }

    fn send(&mut self, now: Instant, bytes: usize, is_probe: bool) {
        let seconds = self.seconds();
        if is_probe {
            self.estimate.sent_of_train(now, self.number, bytes);
        } else {
            self.estimate.sent(now, self.number, bytes);
        }
        let bits = bytes as f64 * 8.0;
        let starts = self.busy_until.max(seconds - self.bucket);
        let queue = (starts - seconds).max(0.0);
        let is_lost = self.bears == 0 || queue > QUEUE || self.chance.happens(self.loses);
        if is_lost {
            self.came.push_back((self.number, None));
        } else {
            self.busy_until = starts + bits / f64::from(self.bears);
            let jitter = self.chance.below(self.jitter + 1) as f64 / 1000.0;
            let mut at = self.busy_until.max(seconds) + WAY + jitter;
            if self.piece > 0 {
                let piece = self.piece as f64 / 1000.0;
                at = (at / piece).ceil() * piece;
            }
            self.came.push_back((self.number, Some(at)));
            self.log.push((seconds, queue, bits));
        }
        self.number = self.number.wrapping_add(1);
    }

    /// What has come until now; what is lost is only known by what came after it.
    fn report(&mut self) {
        let now = self.seconds();
        let last = self.came.iter().rposition(|(_, at)| at.is_some_and(|at| at <= now));
        let Some(last) = last else { return };
        let entries: Vec<_> = self.came.drain(..=last).collect();
        // Late by jitter: it counts as come, like in the feedback after the next.
        self.reports.push_back((self.millis + (WAY * 1000.0) as u64, entries));
    }
}
