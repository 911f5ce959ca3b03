//! A rehearsal: what a site's technician tried before the meeting, and whether that is enough. The thresholds are those of
//! the pictures that are sent: a line that carries the large picture both ways is good, one that carries voices is weak.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Seat;

/// A line of so many bits per second each way carries the large picture, whatever moves in it.
pub const GOOD_BPS: u64 = 300_000;
/// Voices and small pictures.
pub const WEAK_BPS: u64 = 80_000;
/// More loss is seen and heard, though it is repaired.
pub const GOOD_LOSS_PERMILLE: u32 = 30;
/// More is not repaired in time.
pub const WEAK_LOSS_PERMILLE: u32 = 150;
/// There and back: a longer way makes people speak into each other.
pub const GOOD_ROUND_TRIP_MS: u32 = 400;
/// A longer way makes talking impossible.
pub const WEAK_ROUND_TRIP_MS: u32 = 1_500;

/// How a line was found, with the site's own large picture sent to the server and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// Whether it goes over TCP, because a firewall lets nothing else through.
    pub is_tcp: bool,
    /// What it carries to the server, bits per second.
    pub up_bps: u64,
    /// What it carries from the server, bits per second.
    pub down_bps: u64,
    /// Packets lost, per thousand.
    pub loss_permille: u32,
    /// There and back, in milliseconds; not every browser tells.
    pub round_trip_ms: Option<u32>,
}

/// What was tried at a seat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// A picture came from the camera.
    pub camera: bool,
    /// A voice came from the microphone.
    pub microphone: bool,
    /// Whether the test sound was heard; `None` while nobody has said so.
    pub speaker: Option<bool>,
    /// How the line was; `None` when no connection came about.
    pub line: Option<Tried>,
}

/// Whether what was tried is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The meeting can be followed and joined in as it should.
    Good,
    /// It can be followed: something is missing or poor.
    Weak,
    /// It cannot be taken part in like this.
    Bad,
}

impl Tried {
    /// Whether the line is enough.
    ///
    /// ```
    /// # use domain::live::rehearsal::{Tried, Verdict};
    /// let line = Tried { is_tcp: true, up_bps: 520_000, down_bps: 510_000, loss_permille: 4, round_trip_ms: Some(60) };
    /// assert_eq!(line.verdict(), Verdict::Good);
    /// assert_eq!(Tried { up_bps: 110_000, ..line }.verdict(), Verdict::Weak);
    /// assert_eq!(Tried { loss_permille: 400, ..line }.verdict(), Verdict::Bad);
    /// ```
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let carried = self.up_bps.min(self.down_bps);
        let is = |bps, loss| carried >= bps && self.loss_permille <= loss;
        if is(GOOD_BPS, GOOD_LOSS_PERMILLE)
            && self.round_trip_ms.is_some_and(|away| away <= GOOD_ROUND_TRIP_MS)
        {
            Verdict::Good
        } else if is(WEAK_BPS, WEAK_LOSS_PERMILLE)
            && self.round_trip_ms.is_none_or(|away| away <= WEAK_ROUND_TRIP_MS)
        {
            Verdict::Weak
        } else {
            Verdict::Bad
        }
    }
}

impl Rehearsal {
    /// Whether all of it is enough: who is not heard, or hears nobody, cannot take part; who is not seen can.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let line = self.line.map_or(Verdict::Bad, |line| line.verdict());
        let camera = if self.camera { Verdict::Good } else { Verdict::Weak };
        let microphone = if self.microphone { Verdict::Good } else { Verdict::Bad };
        let speaker = match self.speaker {
            Some(true) => Verdict::Good,
            None => Verdict::Weak,
            Some(false) => Verdict::Bad,
        };
        line.max(camera).max(microphone).max(speaker)
    }
}

/// The last rehearsal of a seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// The seat.
    pub seat: Seat,
    /// The agency's short name, or the person's name; empty for the hall.
    pub name: String,
    /// When, by whom, and what; `None` while nobody has.
    pub last: Option<Last>,
}

/// When a seat rehearsed, and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// When.
    pub at: DateTime<Utc>,
    /// Who pressed.
    pub by: String,
    /// What was tried.
    pub what: Rehearsal,
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Tried = Tried {
        is_tcp: false,
        up_bps: 600_000,
        down_bps: 600_000,
        loss_permille: 0,
        round_trip_ms: Some(30),
    };
    const ALL: Rehearsal =
        Rehearsal { camera: true, microphone: true, speaker: Some(true), line: Some(LINE) };

    #[test]
    fn each_thing_that_is_missing_weighs_as_much_as_it_hinders() {
        assert_eq!(ALL.verdict(), Verdict::Good);
        assert_eq!(Rehearsal { camera: false, ..ALL }.verdict(), Verdict::Weak);
        assert_eq!(Rehearsal { speaker: None, ..ALL }.verdict(), Verdict::Weak);
        assert_eq!(Rehearsal { speaker: Some(false), ..ALL }.verdict(), Verdict::Bad);
        assert_eq!(Rehearsal { microphone: false, ..ALL }.verdict(), Verdict::Bad);
        assert_eq!(Rehearsal { line: None, ..ALL }.verdict(), Verdict::Bad);
        assert_eq!(Rehearsal::default().verdict(), Verdict::Bad);
    }

    #[test]
    fn a_line_is_as_good_as_its_worse_way() {
        let with = |up_bps, down_bps| Tried { up_bps, down_bps, ..LINE }.verdict();
        assert_eq!(with(GOOD_BPS, GOOD_BPS), Verdict::Good);
        assert_eq!(with(GOOD_BPS - 1, 5_000_000), Verdict::Weak);
        assert_eq!(with(5_000_000, WEAK_BPS), Verdict::Weak);
        assert_eq!(with(5_000_000, WEAK_BPS - 1), Verdict::Bad);
        assert_eq!(Tried { round_trip_ms: Some(900), ..LINE }.verdict(), Verdict::Weak);
        assert_eq!(Tried { round_trip_ms: Some(1_501), ..LINE }.verdict(), Verdict::Bad);
        assert_eq!(
            Tried { round_trip_ms: None, ..LINE }.verdict(),
            Verdict::Weak,
            "unknown is not bad by itself"
        );
        assert_eq!(Tried { loss_permille: 31, ..LINE }.verdict(), Verdict::Weak);
    }
}
