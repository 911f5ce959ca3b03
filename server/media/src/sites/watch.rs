//! What comes of a stream at the one who watches it: packets that are missing after all repair, pictures that can be
//! shown, how late they are and when they stood still. Decodes nothing: a picture can be shown when all of it is there and
//! of all those it builds on. Knows no connection; `now` is an argument.

use std::collections::BTreeMap;
use std::time::Duration;

use super::film::Stamp;
use crate::vp8;

/// A picture that follows later than this after the one before it stood still.
pub const FREEZE: Duration = Duration::from_millis(500);
/// So long is waited for what is missing, before a whole picture is asked for: several tries of repair over a slow line.
const PATIENCE: Duration = Duration::from_millis(400);
/// A whole picture is asked for at most so often.
const ASKED_APART: Duration = Duration::from_millis(500);
/// A picture that has not come so long after it was promised stands still too.
const FIRST_WITHIN: Duration = Duration::from_secs(3);
/// Packets kept until what is before them has come.
const HELD: usize = 1_024;
/// Lateness is counted in steps of so many milliseconds.
const STEP_MS: usize = 5;
const STEPS: usize = 400;

/// How late things were.
#[derive(Clone, Debug)]
pub struct Lateness {
    steps: Vec<u32>,
}

impl Default for Lateness {
    fn default() -> Lateness {
        Lateness { steps: vec![0; STEPS] }
    }
}

impl Lateness {
    fn note(&mut self, late: Duration) {
        let step = late.as_millis() as usize / STEP_MS;
        self.steps[step.min(STEPS - 1)] += 1;
    }

    /// So many of a hundred were no later than this; none when nothing came.
    #[must_use]
    pub fn of(&self, percent: u32) -> Option<Duration> {
        let all: u64 = self.steps.iter().map(|count| u64::from(*count)).sum();
        let mut before = 0;
        let step = self.steps.iter().position(|count| {
            before += u64::from(*count);
            all > 0 && before * 100 >= all * u64::from(percent)
        })?;
        Some(Duration::from_millis(((step + 1) * STEP_MS) as u64))
    }

    /// Of what came since an earlier look at the same things.
    #[must_use]
    pub fn since(&self, before: &Lateness) -> Lateness {
        let steps = self.steps.iter().zip(&before.steps).map(|(now, then)| now.saturating_sub(*then));
        Lateness { steps: steps.collect() }
    }

    fn add(&mut self, other: &Lateness) {
        self.steps.iter_mut().zip(&other.steps).for_each(|(all, some)| *all += some);
    }
}

/// What came of one or several streams.
#[derive(Clone, Debug, Default)]
pub struct Came {
    /// Packets that came, each once.
    pub packets: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Pictures that could be shown, or pieces of sound that could be heard.
    pub frames: u64,
    /// How often a picture stood still for longer than [`FREEZE`].
    pub freezes: u64,
    /// How long in all.
    pub frozen: Duration,
    /// How late what came was, from the camera or microphone to here.
    pub late: Lateness,
}

impl Came {
    /// Adds what came of another stream.
    pub fn add(&mut self, other: &Came) {
        self.packets += other.packets;
        self.lost += other.lost;
        self.frames += other.frames;
        self.freezes += other.freezes;
        self.frozen += other.frozen;
        self.late.add(&other.late);
    }
}

/// Sequence numbers seen.
#[derive(Debug, Default)]
struct Seen {
    first: Option<u64>,
    newest: u64,
    bits: [u64; HELD / 64],
}

impl Seen {
    /// The number counted on from the newest; none when it was seen before, or is too old to tell.
    fn note(&mut self, sequence: u16) -> Option<u64> {
        let Some(_) = self.first else {
            // Room below, for what was overtaken at the start.
            let number = u64::from(sequence) + (1 << 16);
            (self.first, self.newest) = (Some(number), number);
            self.set(number);
            return Some(number);
        };
        let ahead = sequence.wrapping_sub(self.newest as u16).cast_signed();
        let number = self.newest.checked_add_signed(ahead.into())?;
        for between in self.newest + 1..=number {
            self.bits[Self::word(between)] &= !Self::bit(between);
        }
        if self.newest.saturating_sub(number) >= HELD as u64 || self.has(number) {
            return None;
        }
        self.newest = self.newest.max(number);
        self.first = self.first.map(|first| first.min(number));
        self.set(number);
        Some(number)
    }

    fn word(number: u64) -> usize {
        (number / 64 % (HELD as u64 / 64)) as usize
    }

    fn bit(number: u64) -> u64 {
        1 << (number % 64)
    }

    fn has(&self, number: u64) -> bool {
        number <= self.newest && self.bits[Self::word(number)] & Self::bit(number) != 0
    }

    fn set(&mut self, number: u64) {
        self.bits[Self::word(number)] |= Self::bit(number);
    }

    fn expected(&self) -> u64 {
        self.first.map_or(0, |first| self.newest - first + 1)
    }
}

/// A packet that waits for those before it.
#[derive(Clone, Copy, Debug)]
struct Held {
    starts: bool,
    starts_key: bool,
    ends: bool,
    stamp: Option<Stamp>,
}

/// A picture that can be shown, and who made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) source: Option<u32>,
}

/// One stream of pictures.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    seen: Seen,
    came: Came,
    held: BTreeMap<u64, Held>,
    /// The next packet of what can be shown; none until a whole picture begins.
    next: Option<u64>,
    /// The stamp of the picture that is being put together.
    stamp: Option<Stamp>,
    stuck_since: Option<Duration>,
    asked: Option<Duration>,
    /// Since when a picture is promised.
    promised: Option<Duration>,
    shown: Option<Duration>,
}

impl Pictures {
    /// Whether a picture is promised from now on.
    pub(super) fn promise(&mut self, is_promised: bool, now: Duration) {
        if is_promised == self.promised.is_some() {
            return;
        }
        self.end_stretch(now);
        self.promised = is_promised.then_some(now);
        self.shown = None;
    }

    /// What is standing still now has stood still until now.
    fn end_stretch(&mut self, now: Duration) {
        if let Some(frozen) = self.stands_still(now) {
            self.came.freezes += 1;
            self.came.frozen += frozen;
        }
    }

    /// For how long the picture has been standing still.
    fn stands_still(&self, now: Duration) -> Option<Duration> {
        let promised = self.promised?;
        let since = self.shown.map_or(promised + FIRST_WITHIN, |shown| shown + FREEZE);
        (now > since).then(|| now - self.shown.unwrap_or(promised))
    }

    /// A packet came; calls for each picture that can be shown now.
    pub(super) fn take(
        &mut self,
        now: Duration,
        sequence: u16,
        ends: bool,
        payload: &[u8],
        mut show: impl FnMut(Shown),
    ) {
        let Some(number) = self.seen.note(sequence) else { return };
        self.came.packets += 1;
        let Some(found) = vp8::parse(payload) else { return };
        let starts = found.starts_frame();
        let stamp = Stamp::of_picture(payload).filter(|_| starts);
        let held = Held { starts, starts_key: found.starts_keyframe(payload), ends, stamp };
        if self.next.is_none_or(|next| number >= next) {
            self.held.insert(number, held);
        }
        if self.held.len() > HELD {
            self.next = None;
            self.held.clear();
        }
        self.skip();
        while let Some((next, held)) = self.next.and_then(|next| Some((next, self.held.remove(&next)?))) {
            self.next = Some(next + 1);
            self.stuck_since = None;
            if held.starts {
                self.stamp = held.stamp;
            }
            if held.ends {
                self.show(now);
                show(Shown { source: self.stamp.map(|stamp| stamp.source) });
            }
        }
        if !self.held.is_empty() || self.next.is_none() {
            self.stuck_since.get_or_insert(now);
        }
    }

    /// A whole picture that is there makes what is missing before it unimportant.
    fn skip(&mut self) {
        if self.next.is_some_and(|next| self.held.contains_key(&next)) {
            return;
        }
        let key = self.held.iter().rev().find(|(_, held)| held.starts_key).map(|(number, _)| *number);
        let Some(key) = key else { return };
        let is_whole = || {
            let mut at = key;
            loop {
                match self.held.get(&at) {
                    Some(held) if held.ends => return true,
                    Some(_) => at += 1,
                    None => return false,
                }
            }
        };
        if self.next.is_none() || is_whole() {
            self.next = Some(key);
            self.held = self.held.split_off(&key);
        }
    }

    fn show(&mut self, now: Duration) {
        self.came.frames += 1;
        if let Some(stamp) = self.stamp {
            self.came.late.note(now.saturating_sub(stamp.made));
        }
        if let Some(shown) = self.shown.filter(|shown| now > *shown + FREEZE) {
            self.came.freezes += 1;
            self.came.frozen += now - shown;
        }
        self.shown = Some(now);
    }

    /// The newest number that has come.
    pub(super) fn newest(&self) -> Option<u16> {
        self.seen.first.map(|_| self.seen.newest as u16)
    }

    /// Whether a whole picture is to be asked for now; then it counts as asked.
    pub(super) fn asks(&mut self, now: Duration) -> bool {
        let is_stuck = self.stuck_since.is_some_and(|since| now > since + PATIENCE);
        let asks = is_stuck && self.asked.is_none_or(|asked| now > asked + ASKED_APART);
        if asks {
            self.asked = Some(now);
        }
        asks
    }

    /// What came until now.
    pub(super) fn came(&self, now: Duration) -> Came {
        let mut came = self.came.clone();
        came.lost = self.seen.expected().saturating_sub(came.packets);
        if let Some(frozen) = self.stands_still(now) {
            came.freezes += 1;
            came.frozen += frozen;
        }
        came
    }
}

/// One stream of sound.
#[derive(Debug, Default)]
pub(super) struct Sounds {
    seen: Seen,
    came: Came,
}

impl Sounds {
    /// A packet came.
    pub(super) fn take(&mut self, now: Duration, sequence: u16, payload: &[u8]) {
        if self.seen.note(sequence).is_none() {
            return;
        }
        self.came.packets += 1;
        self.came.frames += 1;
        if let Some(stamp) = Stamp::of_sound(payload) {
            self.came.late.note(now.saturating_sub(stamp.made));
        }
    }

    /// What came until now.
    pub(super) fn came(&self) -> Came {
        let lost = self.seen.expected().saturating_sub(self.came.packets);
        Came { lost, ..self.came.clone() }
    }
}

#[cfg(test)]
mod tests {
    use domain::live::wire::Sending;

    use super::super::film::{Camera, Piece, voice};
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// So many seconds of a camera, turn by turn.
    fn film(seconds: u64, mut each: impl FnMut(Duration, Piece, &mut Camera)) {
        let mut camera = Camera::new(3);
        let high = Sending { high: true, ..Sending::default() };
        for turn in 0..seconds * 50 {
            let now = at(turn * 20);
            for piece in camera.turn(now, high) {
                each(now, piece, &mut camera);
            }
        }
    }

    fn take(pictures: &mut Pictures, now: Duration, piece: &Piece) -> u32 {
        let mut shown = 0;
        pictures.take(now, piece.sequence, piece.is_last, &piece.payload, |_| shown += 1);
        shown
    }

    #[test]
    fn over_a_good_line_every_picture_is_shown_and_none_stands_still() {
        let mut pictures = Pictures::default();
        pictures.promise(true, at(0));
        film(10, |now, piece, _| {
            take(&mut pictures, now + at(30), &piece);
        });
        let came = pictures.came(at(10_000));
        assert!((240..=250).contains(&came.frames), "{}", came.frames);
        assert_eq!((came.lost, came.freezes), (0, 0));
        assert_eq!(came.late.of(50), Some(at(35)));
    }

    #[test]
    fn what_is_repaired_in_time_is_neither_lost_nor_frozen() {
        let mut pictures = Pictures::default();
        pictures.promise(true, at(0));
        let mut late: Option<Piece> = None;
        film(10, |now, piece, _| {
            if piece.sequence % 50 == 10 {
                late = Some(piece);
            } else {
                take(&mut pictures, now, &piece);
                if piece.sequence % 50 == 15 {
                    take(&mut pictures, now, late.as_ref().unwrap());
                    assert_eq!(take(&mut pictures, now, late.as_ref().unwrap()), 0, "twice counts once");
                }
            }
        });
        let came = pictures.came(at(10_000));
        assert_eq!((came.lost, came.freezes), (0, 0));
        assert!(came.frames >= 240);
    }

    #[test]
    fn what_is_not_repaired_stands_still_until_a_whole_picture_that_is_asked_for() {
        let mut pictures = Pictures::default();
        pictures.promise(true, at(0));
        let mut asked = None;
        film(6, |now, piece, camera| {
            if piece.sequence != 100 {
                take(&mut pictures, now, &piece);
            }
            if pictures.asks(now) {
                asked.get_or_insert(now);
                camera.want_key(2);
            }
        });
        let came = pictures.came(at(6_000));
        assert_eq!((came.lost, came.freezes), (1, 1));
        assert!(came.frozen > FREEZE && came.frozen < at(700), "{:?}", came.frozen);
        assert!(asked.is_some());
    }

    #[test]
    fn a_picture_that_is_promised_and_never_comes_stands_still() {
        let mut pictures = Pictures::default();
        pictures.promise(true, at(1_000));
        assert_eq!(pictures.came(at(2_000)).freezes, 0);
        assert_eq!(pictures.came(at(9_000)).freezes, 1);
        pictures.promise(false, at(9_000));
        assert_eq!(pictures.came(at(90_000)).freezes, 1, "nobody promises it any more");
    }

    #[test]
    fn numbers_that_wrap_and_overtake_each_other_are_counted_once() {
        let mut sounds = Sounds::default();
        for sequence in [65_533, 65_535, 65_534, 0, 2, 2, 1, 5] {
            sounds.take(at(40), sequence, &voice(1, at(20)));
        }
        let came = sounds.came();
        assert_eq!((came.packets, came.lost), (7, 2));
        assert_eq!(came.late.of(95), Some(at(25)));
    }
}
