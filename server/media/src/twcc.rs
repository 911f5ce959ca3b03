//! Transport-wide arrival times: writing when a publisher's packets came, reading when a subscriber's did.
//! What the times mean for a line is `estimate`'s business; nothing here sends or waits.
//!
//! The form is that of draft-holmer-rmcat-transport-wide-cc-extensions-01: a first number, a 64 ms reference time,
//! two bits of state a packet, and a difference of 250 µs units for each that came.

use std::time::{Duration, Instant};

use crate::rtp::{after, be16};

/// A unit of the differences, µs.
const UNIT: i64 = 250;
/// A unit of the reference time, µs.
const REFERENCE: i64 = 64_000;
/// Packets kept between two feedbacks: a tenth of a second at 3 Mbit/s is forty, so this is a burst and a pause.
const KEPT: usize = 1_000;
/// Packets told in one feedback, received or not: it stays below a datagram, and a lying sender's jump costs no more.
const TOLD: u16 = 400;
/// Packets that one feedback may tell of: several seconds of a full line.
const READ: usize = 2_048;

/// The arrival times of one publisher's packets, until they are told.
#[derive(Debug)]
pub struct Arrivals {
    epoch: Instant,
    kept: Vec<(u16, Instant)>,
    next: Option<u16>,
    count: u8,
}

impl Arrivals {
    /// None yet; `epoch` is any moment before the first.
    pub fn new(epoch: Instant) -> Self {
        Self { epoch, kept: Vec::new(), next: None, count: 0 }
    }

    /// Notes a packet.
    pub fn note(&mut self, now: Instant, number: u16) {
        // What comes after it was told missing is late: the sender has already drawn its conclusion.
        let late = self.next.is_some_and(|next| after(next, number));
        if self.kept.len() < KEPT && !late {
            self.kept.push((number, now));
        }
    }

    /// Whether there is something to tell.
    pub fn waiting(&self) -> bool {
        !self.kept.is_empty()
    }

    /// Writes the body of one feedback over `out`; false when nothing is left to tell.
    pub fn tell(&mut self, out: &mut Vec<u8>) -> bool {
        out.clear();
        let Some(&(some, _)) = self.kept.first() else { return false };
        // Sorted by distance from any of them, half a circle back, so that wrapping does not part them.
        let origin = some.wrapping_sub(0x8000);
        self.kept.sort_by_key(|(number, _)| number.wrapping_sub(origin));
        self.kept.dedup_by_key(|(number, _)| *number);
        let (first, at) = self.kept[0];
        let base = self.next.filter(|next| first.wrapping_sub(*next) < TOLD).unwrap_or(first);
        let reference = self.micros(at).div_euclid(REFERENCE);
        let (states, differences, told) = self.states(base, reference * REFERENCE);
        out.extend_from_slice(&base.to_be_bytes());
        out.extend_from_slice(&u16::try_from(states.len()).unwrap_or(TOLD).to_be_bytes());
        out.extend_from_slice(&(reference as u32).to_be_bytes()[1..]);
        out.push(self.count);
        for seven in states.chunks(7) {
            let bits =
                seven.iter().enumerate().fold(0xC000_u16, |bits, (i, state)| bits | state << (12 - 2 * i));
            out.extend_from_slice(&bits.to_be_bytes());
        }
        out.extend_from_slice(&differences);
        out.resize(out.len().next_multiple_of(4), 0);
        self.next = Some(base.wrapping_add(states.len() as u16));
        self.count = self.count.wrapping_add(1);
        self.kept.drain(..told);
        true
    }

    fn micros(&self, at: Instant) -> i64 {
        i64::try_from(at.saturating_duration_since(self.epoch).as_micros()).unwrap_or(i64::MAX)
    }

    /// States from `base` on, the differences of those that came, and how many were used up.
    fn states(&self, base: u16, start: i64) -> (Vec<u16>, Vec<u8>, usize) {
        let (mut states, mut differences, mut told, mut last) = (Vec::new(), Vec::new(), 0, start);
        for (number, at) in &self.kept {
            let place = number.wrapping_sub(base);
            // In whole units from the last told time, so that rounding does not add up.
            let difference = (self.micros(*at) - last).div_euclid(UNIT);
            let Ok(large) = i16::try_from(difference) else { break };
            if place >= TOLD {
                break;
            }
            states.resize(place.into(), 0);
            if let Ok(small) = u8::try_from(difference) {
                states.push(1);
                differences.push(small);
            } else {
                states.push(2);
                differences.extend_from_slice(&large.to_be_bytes());
            }
            last += difference * UNIT;
            told += 1;
        }
        // A single packet further off than a difference can say is told by the next reference time.
        (states, differences, told.max(usize::from(told == 0)))
    }
}

/// Reads the body of a feedback: every number told of, with its arrival in the receiver's clock if it came.
/// Stops where the feedback is torn.
pub fn read(body: &[u8], mut tell: impl FnMut(u16, Option<Duration>)) {
    let Some(head) = body.get(..8) else { return };
    let (mut number, count) = (be16(head), usize::from(be16(&head[2..])));
    // A run of thousands fits into two bytes: a liar would have much counted for little.
    if count > READ {
        return;
    }
    let reference = i64::from(u32::from_be_bytes([0, head[4], head[5], head[6]])) * REFERENCE;
    let mut states = Vec::with_capacity(count.min(usize::from(u16::MAX)));
    let mut rest = &body[8..];
    while states.len() < count {
        let Some(chunk) = rest.get(..2).map(be16) else { return };
        rest = &rest[2..];
        match chunk >> 14 {
            3 => states.extend((0..7).map(|i| chunk >> (12 - 2 * i) & 3)),
            2 => states.extend((0..14).map(|i| chunk >> (13 - i) & 1)),
            _ => states.extend(std::iter::repeat_n(chunk >> 13, usize::from(chunk & 0x1FFF))),
        }
    }
    let mut at = reference;
    for state in &states[..count] {
        let difference = match state {
            1 => rest.first().map(|small| (i64::from(*small), 1)),
            2 => rest.get(..2).map(|large| (i64::from(be16(large) as i16), 2)),
            _ => {
                tell(number, None);
                number = number.wrapping_add(1);
                continue;
            }
        };
        let Some((units, length)) = difference else { return };
        rest = &rest[length..];
        at += units * UNIT;
        tell(number, Some(Duration::from_micros(u64::try_from(at).unwrap_or(0))));
        number = number.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(body: &[u8]) -> Vec<(u16, Option<u128>)> {
        let mut all = Vec::new();
        read(body, |number, at| all.push((number, at.map(|at| at.as_micros()))));
        all
    }

    #[test]
    fn arrivals_are_told_across_the_wrap_with_the_gaps() {
        let epoch = Instant::now();
        let mut arrivals = Arrivals::new(epoch);
        for (number, millis) in [(65_534, 100), (0, 103), (65_535, 101), (3, 200)] {
            arrivals.note(epoch + Duration::from_millis(millis), number);
        }
        let mut body = Vec::new();
        assert!(arrivals.tell(&mut body));
        assert_eq!(
            told(&body),
            [
                (65_534, Some(100_000)),
                (65_535, Some(101_000)),
                (0, Some(103_000)),
                (1, None),
                (2, None),
                (3, Some(200_000))
            ]
        );
        assert!(!arrivals.tell(&mut body));
    }

    #[test]
    fn what_is_lost_between_two_feedbacks_is_told_missing() {
        let epoch = Instant::now();
        let mut arrivals = Arrivals::new(epoch);
        let mut body = Vec::new();
        arrivals.note(epoch, 10);
        arrivals.tell(&mut body);
        arrivals.note(epoch + Duration::from_millis(70), 13);
        arrivals.note(epoch + Duration::from_millis(71), 9);
        arrivals.tell(&mut body);
        assert_eq!(told(&body), [(11, None), (12, None), (13, Some(70_000))]);
    }

    #[test]
    fn a_jump_costs_no_more_than_a_datagram() {
        let epoch = Instant::now();
        let mut arrivals = Arrivals::new(epoch);
        for i in 0..2_000u16 {
            arrivals.note(epoch + Duration::from_secs(u64::from(i)), i.wrapping_mul(7_919));
        }
        let mut body = Vec::new();
        let mut rounds = 0;
        while arrivals.tell(&mut body) {
            assert!(body.len() < 1_200);
            rounds += 1;
        }
        assert!(rounds <= KEPT);
    }

    #[test]
    fn no_torn_feedback_stops_the_reader() {
        let mut body = vec![0, 1, 0, 40, 0, 0, 1, 0, 0xD5, 0x55, 0x20, 0x30, 1, 2, 3];
        for end in 0..body.len() {
            told(&body[..end]);
        }
        for wrong in 0..=255u8 {
            body[8] = wrong;
            body[3] = wrong;
            told(&body);
        }
    }
}
