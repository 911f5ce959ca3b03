//! What the choice of voices promises.

use std::time::{Duration, Instant};

use crate::chance::Chance;

use super::{LOUDEST, Levels, REMEMBERED};

/// A room in virtual time: each voice sends a packet every 20 ms with the level it has then.
struct Hall {
    levels: Levels,
    start: Instant,
    millis: u64,
    places: Vec<(u64, [Option<u64>; LOUDEST])>,
    speakers: Vec<(u64, Option<u64>)>,
}

impl Hall {
    fn new() -> Self {
        Self { levels: Levels::default(), start: Instant::now(), millis: 0, places: vec![], speakers: vec![] }
    }

    /// Goes on for so long with these voices and levels (0 loud, 127 silent).
    fn go(&mut self, millis: u64, voices: &[(u64, u8)]) {
        self.go_with(millis, |_| voices.to_vec());
    }

    fn go_with(&mut self, millis: u64, mut voices: impl FnMut(u64) -> Vec<(u64, u8)>) {
        let end = self.millis + millis;
        while self.millis < end {
            let now = self.start + Duration::from_millis(self.millis);
            for (voice, level) in voices(self.millis) {
                self.levels.heard(now, voice, level);
            }
            let changed = self.levels.look(now);
            if changed.loudest {
                self.places.push((self.millis, *self.levels.loudest()));
            }
            if changed.speaker {
                self.speakers.push((self.millis, self.levels.speaker()));
            }
            self.millis += 20;
        }
    }

    fn passes(&self, voice: u64) -> bool {
        self.levels.loudest().contains(&Some(voice))
    }
}

#[test]
fn a_voice_passes_within_its_first_words() {
    let mut hall = Hall::new();
    hall.go(3_000, &[(1, 90), (2, 90)]);
    assert_eq!(hall.levels.loudest(), &[None; LOUDEST], "a quiet room passes nothing");
    hall.go(100, &[(1, 30), (2, 90)]);
    assert!(hall.passes(1) && !hall.passes(2));
}

#[test]
fn the_loudest_pass_and_a_murmur_of_seventy_does_not() {
    let mut hall = Hall::new();
    let mut voices: Vec<(u64, u8)> = (10..80).map(|voice| (voice, 55)).collect();
    voices.extend([(1, 20), (2, 25), (3, 30)]);
    hall.go(3_000, &voices);
    let first: Vec<_> = hall.levels.loudest()[..3].iter().flatten().copied().collect();
    assert!([1, 2, 3].iter().all(|voice| first.contains(voice)), "{first:?}");
}

#[test]
fn equal_voices_do_not_push_each_other_out() {
    let mut chance = Chance::new(4);
    let mut hall = Hall::new();
    hall.go_with(60_000, |_| (1..=8).map(|voice| (voice, 30 + chance.below(5) as u8)).collect());
    assert!(hall.places.len() <= 4, "{} changes in a minute", hall.places.len());
}

#[test]
fn pauses_between_words_cost_no_place() {
    let mut hall = Hall::new();
    hall.go_with(30_000, |millis| vec![(1, if millis / 400 % 2 == 0 { 30 } else { 127 }), (2, 100)]);
    assert_eq!(hall.places.len(), 1);
    assert_eq!(hall.speakers.len(), 1);
}

#[test]
fn places_are_kept_while_others_come_and_go() {
    let mut hall = Hall::new();
    hall.go(2_000, &[(1, 30), (2, 30)]);
    let place = |hall: &Hall, voice| hall.levels.loudest().iter().position(|held| *held == Some(voice));
    let (first, second) = (place(&hall, 1), place(&hall, 2));
    assert!(first.is_some() && second.is_some());
    hall.go(4_000, &[(1, 127), (2, 30), (3, 30)]);
    assert_eq!((place(&hall, 1), place(&hall, 2)), (None, second));
    assert!(hall.passes(3));
}

#[test]
fn the_speaker_changes_when_another_takes_over() {
    let mut hall = Hall::new();
    hall.go(5_000, &[(1, 30), (2, 100)]);
    assert_eq!(hall.levels.speaker(), Some(1));
    let before = hall.millis;
    hall.go(5_000, &[(1, 100), (2, 30)]);
    let (at, speaker) = *hall.speakers.last().unwrap();
    assert_eq!(speaker, Some(2));
    assert!((600..=1_000).contains(&(at - before)), "after {} ms", at - before);
    assert_eq!(hall.levels.recent(), &[2, 1]);
}

#[test]
fn a_cough_or_a_short_agreement_takes_nobodys_place() {
    let mut hall = Hall::new();
    hall.go_with(30_000, |millis| vec![(1, 35), (2, if millis % 3_000 >= 2_700 { 15 } else { 110 })]);
    assert_eq!(hall.speakers, [(hall.speakers[0].0, Some(1))]);
}

#[test]
fn two_who_talk_over_each_other_do_not_flicker() {
    let mut chance = Chance::new(8);
    let mut hall = Hall::new();
    hall.go_with(60_000, |_| vec![(1, 25 + chance.below(12) as u8), (2, 25 + chance.below(12) as u8)]);
    assert!(hall.speakers.len() <= 2, "{:?}", hall.speakers);
}

#[test]
fn of_two_who_begin_together_one_takes_over() {
    let mut chance = Chance::new(6);
    let mut hall = Hall::new();
    hall.go(5_000, &[(1, 30)]);
    let before = hall.millis;
    hall.go_with(2_000, |_| {
        vec![(1, 110), (2, 25 + chance.below(12) as u8), (3, 25 + chance.below(12) as u8)]
    });
    let changes: Vec<_> = hall.speakers.iter().filter(|(at, _)| *at > before).collect();
    assert!(changes.len() == 1 && changes[0].0 - before <= 1_000, "{changes:?}");
}

#[test]
fn a_word_thrown_in_while_the_speaker_draws_breath_takes_nothing() {
    let mut hall = Hall::new();
    hall.go_with(30_000, |millis| {
        let breath = millis % 4_000 >= 3_200;
        vec![(1, if breath { 120 } else { 30 }), (2, if breath && millis % 4_000 < 3_700 { 25 } else { 110 })]
    });
    assert_eq!(hall.speakers.len(), 1, "{:?}", hall.speakers);
}

#[test]
fn no_speaker_is_shown_for_less_than_two_seconds() {
    for seed in 0..20 {
        let mut chance = Chance::new(seed);
        let mut hall = Hall::new();
        let mut talks = [0_u64; 6];
        hall.go_with(60_000, |millis| {
            for talk in &mut talks {
                if *talk < millis && chance.happens(10) {
                    *talk = millis + 200 + chance.below(5_000);
                }
            }
            let level = |talk: &u64| if *talk >= millis { 25 } else { 110 };
            talks.iter().enumerate().map(|(voice, talk)| (voice as u64, level(talk))).collect()
        });
        for pair in hall.speakers.windows(2) {
            assert!(pair[1].0 - pair[0].0 >= 2_000, "seed {seed}: {pair:?}");
        }
        assert!(hall.speakers.len() > 3, "seed {seed}: the room was lively");
    }
}

#[test]
fn silence_has_no_speaker_and_remembers_who_spoke() {
    let mut hall = Hall::new();
    hall.go(3_000, &[(1, 30)]);
    hall.go(10_000, &[(1, 127)]);
    assert_eq!((hall.levels.speaker(), hall.levels.recent()), (None, &[1][..]));
    assert_eq!(hall.levels.loud().count(), 0);
}

#[test]
fn a_voice_that_sends_nothing_any_more_fades() {
    let mut hall = Hall::new();
    hall.go(3_000, &[(1, 10)]);
    assert!(hall.passes(1) && hall.levels.loud().any(|(voice, loudness)| voice == 1 && loudness > 100));
    hall.go(8_000, &[]);
    assert!(!hall.passes(1));
    assert_eq!(hall.levels.speaker(), None);
}

#[test]
fn who_leaves_or_is_muted_is_gone_at_once() {
    let mut hall = Hall::new();
    hall.go(3_000, &[(1, 30), (2, 40)]);
    hall.levels.forget(1);
    assert!(!hall.passes(1));
    assert_eq!((hall.levels.speaker(), hall.levels.recent().len()), (None, 0));
    hall.go(1_000, &[(2, 40)]);
    assert_eq!(hall.levels.speaker(), Some(2));
}

#[test]
fn few_speakers_are_remembered_each_once() {
    let mut hall = Hall::new();
    for voice in (0..20).chain(15..20) {
        hall.go(4_000, &[(voice, 30)]);
    }
    assert_eq!(hall.levels.recent(), &[19, 18, 17, 16, 15, 14, 13, 12][..REMEMBERED]);
}

#[test]
fn levels_beyond_silence_count_as_silence() {
    let mut hall = Hall::new();
    hall.go(2_000, &[(1, 255), (2, 128)]);
    assert_eq!(hall.levels.loudest(), &[None; LOUDEST]);
}
