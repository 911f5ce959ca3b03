//! When the server is told what a trial found: each finding once, and again over a new line when it did not get through.
//! A page that is forgotten must not put an old finding over what another device found since.

use domain::live::rehearsal::{Last, Rehearsal};

/// What one trial has told.
#[derive(Clone, Debug, Default)]
pub(super) struct Telling {
    /// Oldest first: a finding grows while somebody answers.
    told: Vec<Rehearsal>,
    /// The socket over which the newest went; none when it could not be said.
    over: Option<u32>,
    /// What was kept of the seat when this was last looked at.
    kept: Option<Last>,
    is_kept: bool,
    /// Another device's finding took the place of these.
    is_over: bool,
}

impl Telling {
    /// Whether to tell it now, given what is kept of the seat and over which socket it would go.
    pub(super) fn is_due(&mut self, what: Rehearsal, kept: Option<&Last>, over: Option<u32>) -> bool {
        if !self.told.is_empty()
            && let Some(last) = kept.filter(|last| Some(*last) != self.kept.as_ref())
        {
            self.is_kept = self.told.last() == Some(&last.what);
            self.is_over = !self.told.contains(&last.what);
        }
        self.kept = kept.cloned();
        match self.told.last() {
            _ if self.is_over => false,
            Some(last) if *last == what => !self.is_kept && self.over != over,
            _ => true,
        }
    }

    /// It was said, over this socket, or could not be.
    pub(super) fn note(&mut self, what: Rehearsal, over: Option<u32>) {
        if self.told.last() != Some(&what) {
            self.told.push(what);
        }
        self.over = over;
        self.is_kept = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Rehearsal = Rehearsal { camera: true, microphone: true, speaker: None, line: None };
    const ANSWERED: Rehearsal = Rehearsal { speaker: Some(true), ..HERE };
    const ELSEWHERE: Rehearsal =
        Rehearsal { camera: false, microphone: true, speaker: Some(true), line: None };

    fn last(second: i64, what: Rehearsal) -> Last {
        let at = chrono::DateTime::from_timestamp(1_780_000_000 + second, 0).unwrap();
        Last { at, by: String::new(), what }
    }

    /// Tells it if it is due; whether it was.
    fn tell(telling: &mut Telling, what: Rehearsal, kept: Option<&Last>, over: Option<u32>) -> bool {
        let is_due = telling.is_due(what, kept, over);
        if is_due {
            telling.note(what, over);
        }
        is_due
    }

    #[test]
    fn a_finding_is_told_once() {
        let mut telling = Telling::default();
        let before = last(0, ELSEWHERE);
        assert!(tell(&mut telling, HERE, Some(&before), Some(1)));
        assert!(!tell(&mut telling, HERE, Some(&before), Some(1)), "the server may do other things now");
        let kept = last(1, HERE);
        assert!(!tell(&mut telling, HERE, Some(&kept), Some(1)));
        assert!(!tell(&mut telling, HERE, Some(&kept), Some(2)), "a new line, and it is kept");
    }

    #[test]
    fn what_did_not_get_through_is_told_over_the_next_line() {
        let mut telling = Telling::default();
        assert!(tell(&mut telling, HERE, None, None), "the line is away");
        assert!(tell(&mut telling, HERE, None, Some(1)));
        assert!(tell(&mut telling, HERE, None, Some(2)), "it broke before it was kept");
        assert!(!tell(&mut telling, HERE, Some(&last(1, HERE)), Some(3)));
    }

    #[test]
    fn an_answer_that_is_added_is_told_even_before_the_first_is_known_to_be_kept() {
        let mut telling = Telling::default();
        assert!(tell(&mut telling, HERE, None, Some(1)));
        assert!(tell(&mut telling, ANSWERED, None, Some(1)));
        let first = last(1, HERE);
        assert!(!tell(&mut telling, ANSWERED, Some(&first), Some(1)));
        assert!(tell(&mut telling, ANSWERED, Some(&first), Some(2)), "only the first got through");
    }

    #[test]
    fn another_devices_newer_finding_is_left_alone() {
        let mut telling = Telling::default();
        assert!(tell(&mut telling, HERE, None, Some(1)));
        assert!(!tell(&mut telling, HERE, Some(&last(1, HERE)), Some(1)));
        let newer = last(9, ELSEWHERE);
        assert!(!tell(&mut telling, HERE, Some(&newer), Some(2)));
        assert!(!tell(&mut telling, ANSWERED, Some(&newer), Some(2)), "a sound by chance is no trial");
        assert!(tell(&mut Telling::default(), ANSWERED, Some(&newer), Some(2)), "a new trial is");
    }
}
