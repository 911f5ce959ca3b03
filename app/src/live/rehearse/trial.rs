//! One trial: what is tried, how far it has come, and what was found. The line is tried with the site's own large picture,
//! sent to the server and back; the element's figures of both ways are what is measured.

use domain::live::Seat;
use domain::live::rehearsal::{GOOD_BPS, Rehearsal, Tried, Verdict};
use domain::live::wire::{Look, Place, ToServer};
use leptos::prelude::*;

use super::super::calls::Readiness;
use super::super::table::{Measured, Table};
use super::telling::Telling;

/// So loud is a voice close to the microphone, of 100; a quiet room is below.
const VOICE: u32 = 30;
/// So many loud readings are a voice; one may be a door.
const VOICE_READINGS: u32 = 3;
/// So many readings, two seconds apart, with the picture coming back, are one finding.
const READINGS: usize = 5;
/// Before so long a connection has come about, or will not.
#[cfg(feature = "hydrate")]
const GIVEN_UP_AFTER: std::time::Duration = std::time::Duration::from_secs(30);

/// How far a trial has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Before,
    Trying,
    After,
}

#[derive(Clone, Copy)]
pub(super) struct Trial {
    pub(super) table: Table,
    pub(super) phase: RwSignal<Phase>,
    /// A picture came back, or the camera gives one.
    pub(super) camera: RwSignal<bool>,
    /// A voice was heard.
    pub(super) voice: RwSignal<bool>,
    /// Whether the test sound was heard.
    pub(super) speaker: RwSignal<Option<bool>>,
    pub(super) line: RwSignal<Option<Tried>>,
    /// Where it is tried.
    seat: RwSignal<Option<Seat>>,
    loud: StoredValue<u32>,
    /// Readings, and whether the picture came back while they were taken.
    readings: StoredValue<Vec<(Measured, bool)>>,
    /// Grows with each trial, so that an old one is not given up in place of a new one.
    turn: StoredValue<u32>,
}

impl Trial {
    pub(super) fn new(table: Table) -> Trial {
        Trial {
            table,
            phase: RwSignal::new(Phase::Before),
            camera: RwSignal::new(false),
            voice: RwSignal::new(false),
            speaker: RwSignal::new(None),
            line: RwSignal::new(None),
            seat: RwSignal::new(None),
            loud: StoredValue::new(0),
            readings: StoredValue::new(Vec::new()),
            turn: StoredValue::new(0),
        }
    }

    /// Listens to what the element and the server say, until the page is left.
    pub(super) fn follow(self, tried: RwSignal<Readiness>) {
        Effect::new(move |_| {
            if self.table.level.get() < VOICE {
                return;
            }
            let loud = self.loud.try_update_value(|loud| {
                *loud += 1;
                *loud
            });
            if loud.is_some_and(|loud| loud >= VOICE_READINGS) && !self.voice.get_untracked() {
                self.voice.set(true);
            }
        });
        // Another device has not been tried yet.
        Effect::new(move |before: Option<String>| {
            let microphone = self.table.chosen.microphone.get();
            if before.is_some_and(|before| before != microphone) {
                self.forget_voice();
            }
            microphone
        });
        Effect::new(move |before: Option<String>| {
            let speaker = self.table.chosen.speaker.get();
            if before.is_some_and(|before| before != speaker) {
                self.speaker.set(None);
            }
            speaker
        });
        self.tell(tried);
        Effect::new(move |_| {
            let own = self.table.seat.get();
            if own.is_some_and(|seat| self.table.devices(seat).camera) {
                self.camera.set(true);
            }
        });
        Effect::new(move |_| {
            let reading = self.table.measured.get();
            if self.phase.get_untracked() == Phase::Trying {
                self.read(reading);
            }
        });
        // Somebody else sits there now, or the server refused: the trial is off. After it the seat is let go of.
        Effect::new(move |_| {
            if self.table.wanted.get().is_none() && self.phase.get_untracked() == Phase::Trying {
                self.phase.set(Phase::Before);
            }
        });
    }

    /// Tells the server what was found. What is kept of the seat is read anew over each new line.
    fn tell(self, tried: RwSignal<Readiness>) {
        let found = Memo::new(move |_| self.found());
        let telling = StoredValue::new(Telling::default());
        Effect::new(move |_| {
            let (Some(what), Some(seat)) = (found.get(), self.seat.get_untracked()) else {
                return telling.set_value(Telling::default());
            };
            let over = self.table.turn();
            let is_due = tried.with(|tried| {
                let kept = tried.seats.iter().find(|one| one.seat == seat);
                let kept = kept.and_then(|one| one.last.as_ref());
                telling.try_update_value(|telling| telling.is_due(what, kept, over)) == Some(true)
            });
            if is_due {
                let over = self.table.say(&ToServer::Rehearsed { seat, what });
                telling.update_value(|telling| telling.note(what, over));
            }
        });
    }

    /// The line of the large picture in the receiving connection.
    pub(super) fn main(self) -> String {
        let main = |slots: &Vec<domain::live::wire::Slot>| {
            slots.iter().find(|slot| slot.place == Place::Main).map(|slot| slot.mid.clone())
        };
        self.table.slots.with(main).unwrap_or_default()
    }

    /// Whether one's own picture is coming back now.
    pub(super) fn comes_back(self) -> bool {
        let own = self.table.seat.get();
        self.table.slots.with(|slots| {
            slots.iter().any(|slot| slot.place == Place::Main && slot.has_picture && slot.seat == own)
        })
    }

    /// Begins, within a press.
    pub(super) fn start(self, seat: Seat) {
        self.line.set(None);
        self.camera.set(false);
        self.forget_voice();
        self.seat.set(Some(seat));
        self.readings.set_value(Vec::new());
        self.phase.set(Phase::Trying);
        self.table.start();
        self.table.look_at(Look::Mirror);
        self.table.try_out(seat);
        let turn = self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        self.give_up_later(turn);
    }

    #[cfg(feature = "hydrate")]
    fn give_up_later(self, turn: Option<u32>) {
        let give_up = move || {
            let is_same = self.turn.try_get_value() == turn;
            if is_same && self.phase.try_get_untracked() == Some(Phase::Trying) {
                self.finish();
            }
        };
        set_timeout(give_up, GIVEN_UP_AFTER);
    }

    #[cfg(not(feature = "hydrate"))]
    fn give_up_later(self, _: Option<u32>) {}

    fn read(self, mut reading: Measured) {
        if reading.state != "up" {
            return;
        }
        let comes_back = untrack(|| self.comes_back());
        // A picture in which little moves takes less than the line carries: both ends know what it would. What they
        // believe before any picture has come back was not tried.
        let at_most = if comes_back { f64::INFINITY } else { (GOOD_BPS - 1) as f64 };
        let may = |carried: f64, believed: f64| carried.max(believed.min(at_most));
        reading.up_bps = may(reading.up_bps, reading.up_may_bps.unwrap_or_default());
        reading.down_bps = may(reading.down_bps, self.table.down_may_bps.get_untracked() as f64);
        reading.rtt_ms = reading.rtt_ms.or(self.table.trip_ms.get_untracked().map(f64::from));
        let whole = self.readings.try_update_value(|readings| {
            readings.push((reading, comes_back));
            // The first with the picture was half without it.
            readings.iter().filter(|(_, comes_back)| *comes_back).count() > READINGS
        });
        if whole == Some(true) {
            self.finish();
        }
    }

    /// Takes what was read for what it is, and tells the server.
    fn finish(self) {
        let tried = self.readings.with_value(|readings| tried(readings));
        self.line.set(tried);
        self.phase.set(Phase::After);
        // Whoever tried does not sit there: a page that is forgotten must not stand for a site that came.
        self.table.rise();
        self.table.start();
    }

    fn forget_voice(self) {
        self.voice.set(false);
        self.loud.set_value(0);
    }

    /// Says whether the test sound was heard.
    pub(super) fn answer_speaker(self, is_heard: bool) {
        self.speaker.set(Some(is_heard));
    }

    /// What was found, once the line was tried.
    pub(super) fn found(self) -> Option<Rehearsal> {
        (self.phase.get() == Phase::After).then(|| Rehearsal {
            camera: self.camera.get(),
            microphone: self.voice.get(),
            speaker: self.speaker.get(),
            line: self.line.get(),
        })
    }

    pub(super) fn verdict_of_line(self) -> Option<Verdict> {
        let is_done = self.phase.get() == Phase::After;
        match self.line.get() {
            Some(line) => Some(line.verdict()),
            None => is_done.then_some(Verdict::Bad),
        }
    }
}

/// The mean of the readings with the picture, or of all when it never came back.
fn tried(readings: &[(Measured, bool)]) -> Option<Tried> {
    let with: Vec<&Measured> =
        readings.iter().filter(|(_, back)| *back).map(|(one, _)| one).skip(1).collect();
    let all = || readings.iter().map(|(one, _)| one).collect();
    let used: Vec<&Measured> = if with.is_empty() { all() } else { with };
    let last = *used.last()?;
    let mean = |of: fn(&Measured) -> f64| used.iter().map(|one| of(one)).sum::<f64>() / used.len() as f64;
    Some(Tried {
        is_tcp: last.is_tcp,
        up_bps: mean(|one| one.up_bps) as u64,
        down_bps: mean(|one| one.down_bps) as u64,
        loss_permille: mean(|one| one.loss_permille).round() as u32,
        round_trip_ms: used.iter().filter_map(|one| one.rtt_ms).map(|ms| ms as u32).max(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(kilobits: f64, comes_back: bool) -> (Measured, bool) {
        let state = "up".to_owned();
        let bits = kilobits * 1000.0;
        let one = Measured { state, up_bps: bits, down_bps: bits, rtt_ms: Some(40.0), ..Measured::default() };
        (one, comes_back)
    }

    #[test]
    fn readings_before_the_picture_came_back_count_for_nothing() {
        assert_eq!(tried(&[]), None);
        let readings = [reading(5.0, false), reading(90.0, true), reading(500.0, true), reading(600.0, true)];
        let found = tried(&readings).unwrap();
        assert_eq!((found.up_bps, found.down_bps, found.round_trip_ms), (550_000, 550_000, Some(40)));
    }

    #[test]
    fn a_line_that_brings_no_picture_back_is_told_as_it_is() {
        let found = tried(&[reading(30.0, false), reading(40.0, false)]).unwrap();
        assert_eq!(found.up_bps, 35_000);
        assert_eq!(found.verdict(), Verdict::Bad);
    }
}
