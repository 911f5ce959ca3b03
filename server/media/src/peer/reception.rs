//! How one of a client's streams arrives: what is missing and worth asking for again, and the report the client gets.
//! It sees numbers and times, never a payload.

use std::time::{Duration, Instant};

use crate::rtcp::Report;
use crate::rtp::after;

/// Packets that come out of order are within this of each other; asking sooner would ask for what is on its way.
const REORDERED: Duration = Duration::from_millis(15);
/// Between two questions for the same packet: a round trip in the country and what the client takes to answer.
const PATIENCE: Duration = Duration::from_millis(90);
/// Questions for one packet of pictures. What has not come by then would come too late to be shown.
pub(super) const PICTURE_QUESTIONS: u8 = 6;
/// Questions for one packet of sound, which is heard sooner.
pub(super) const SOUND_QUESTIONS: u8 = 3;
/// Missing numbers kept. A longer gap is a restart, which a new whole picture mends and repeats do not.
const MISSING: usize = 128;

struct Missing {
    number: u16,
    asked: u8,
    next: Instant,
}

/// The arrival of one stream.
pub(super) struct Reception {
    /// Questions for one packet; 0 where nothing is sent again.
    questions: u8,
    clock: u32,
    highest: Option<u64>,
    first: u64,
    received: u64,
    told: (u64, u64),
    jitter: f64,
    last: Option<(Instant, u32)>,
    clock_read: Option<(Instant, u32)>,
    missing: Vec<Missing>,
}

impl Reception {
    /// Nothing has come yet; `clock` is the stream's, and what is missing is asked for so often.
    pub(super) fn new(clock: u32, questions: u8) -> Self {
        Self {
            questions,
            clock,
            highest: None,
            first: 0,
            received: 0,
            told: (0, 0),
            jitter: 0.0,
            last: None,
            clock_read: None,
            missing: Vec::new(),
        }
    }

    /// Notes a packet, or the repeat of one.
    pub(super) fn take(&mut self, now: Instant, number: u16, timestamp: u32, is_repeat: bool) {
        let Some(highest) = self.highest else {
            self.highest = Some(number.into());
            self.first = number.into();
            self.received = 1;
            self.last = Some((now, timestamp));
            return;
        };
        self.received += 1;
        if !after(number, highest as u16) {
            self.missing.retain(|missing| missing.number != number);
            return;
        }
        let ahead = number.wrapping_sub(highest as u16);
        self.highest = Some(highest + u64::from(ahead));
        self.note_missing(now, highest as u16, ahead);
        if !is_repeat {
            self.note_jitter(now, timestamp);
        }
    }

    fn note_missing(&mut self, now: Instant, highest: u16, ahead: u16) {
        if self.questions == 0 || ahead == 1 {
            return;
        }
        if usize::from(ahead) > MISSING {
            self.missing.clear();
            return;
        }
        let room = MISSING - usize::from(ahead - 1);
        if self.missing.len() > room {
            self.missing.drain(..self.missing.len() - room);
        }
        let numbers = (1..ahead).map(|step| highest.wrapping_add(step));
        self.missing.extend(numbers.map(|number| Missing { number, asked: 0, next: now + REORDERED }));
    }

    /// RFC 3550, 6.4.1.
    fn note_jitter(&mut self, now: Instant, timestamp: u32) {
        if let Some((at, before)) = self.last {
            let passed = now.saturating_duration_since(at).as_secs_f64() * f64::from(self.clock);
            let difference = (passed - f64::from(timestamp.wrapping_sub(before) as i32)).abs();
            self.jitter += (difference.min(f64::from(self.clock)) - self.jitter) / 16.0;
        }
        self.last = Some((now, timestamp));
    }

    /// The client has read its clock.
    pub(super) fn clock_read(&mut self, now: Instant, middle: u32) {
        self.clock_read = Some((now, middle));
    }

    /// The numbers to be asked for now, over what `ask` held.
    pub(super) fn questions(&mut self, now: Instant, ask: &mut Vec<u16>) {
        ask.clear();
        let at_most = self.questions;
        self.missing.retain_mut(|missing| {
            if missing.next > now {
                return true;
            }
            if missing.asked == at_most {
                return false;
            }
            missing.asked += 1;
            missing.next = now + PATIENCE;
            ask.push(missing.number);
            true
        });
    }

    /// When the next question is due.
    pub(super) fn wake(&self) -> Option<Instant> {
        self.missing.iter().map(|missing| missing.next).min()
    }

    /// The report since the last one; `None` before anything came.
    pub(super) fn report(&mut self, now: Instant, about: u32) -> Option<Report> {
        let highest = self.highest?;
        let expected = highest - self.first + 1;
        let (expected_before, received_before) = std::mem::replace(&mut self.told, (expected, self.received));
        let (expected_now, received_now) = (expected - expected_before, self.received - received_before);
        let lost_now = expected_now.saturating_sub(received_now);
        let fraction = (lost_now * 256).checked_div(expected_now).unwrap_or(0).min(255) as u8;
        let (last_clock, clock_age) = self.clock_read.map_or((0, 0), |(at, middle)| {
            (middle, (now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000) as u32)
        });
        Some(Report {
            about,
            fraction,
            lost: i32::try_from(expected as i64 - self.received as i64).unwrap_or(i32::MAX),
            highest: highest as u32,
            jitter: self.jitter as u32,
            last_clock,
            clock_age,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(reception: &mut Reception, now: Instant) -> Vec<u16> {
        let mut ask = Vec::new();
        reception.questions(now, &mut ask);
        ask
    }

    #[test]
    fn a_gap_is_asked_for_until_it_is_mended_or_hopeless() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut reception = Reception::new(90_000, PICTURE_QUESTIONS);
        reception.take(start, 65_534, 0, false);
        reception.take(start, 1, 0, false);
        assert!(asked(&mut reception, at(10)).is_empty());
        assert_eq!(asked(&mut reception, at(15)), [65_535, 0]);
        reception.take(at(60), 0, 0, true);
        assert_eq!(asked(&mut reception, at(105)), [65_535]);
        let more = (2..20).filter(|i| !asked(&mut reception, at(15 + 90 * i)).is_empty()).count();
        assert_eq!(more, 4);
        assert_eq!(reception.wake(), None);
    }

    #[test]
    fn a_jump_is_no_gap() {
        let start = Instant::now();
        let mut reception = Reception::new(90_000, PICTURE_QUESTIONS);
        reception.take(start, 0, 0, false);
        reception.take(start, 1_000, 0, false);
        assert_eq!(reception.wake(), None);
    }

    #[test]
    fn loss_is_reported_of_what_was_expected() {
        let start = Instant::now();
        let mut reception = Reception::new(48_000, 0);
        assert_eq!(reception.report(start, 9), None);
        (0..100).filter(|i| i % 4 != 1).for_each(|i| reception.take(start, i, 0, false));
        let report = reception.report(start, 9).unwrap();
        assert_eq!((report.about, report.fraction, report.lost, report.highest), (9, 64, 25, 99));
        assert_eq!(reception.report(start, 9).unwrap().fraction, 0);
    }
}
