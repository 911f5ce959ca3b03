//! What the requests for keyframes promise.

use std::time::{Duration, Instant};

use crate::chance::Chance;

use super::{APART, Keyframes, PATIENCE};

fn after(start: Instant, millis: u64) -> Instant {
    start + Duration::from_millis(millis)
}

#[test]
fn seventy_five_wishes_are_one_request() {
    let start = Instant::now();
    let mut keyframes = Keyframes::default();
    for _ in 0..75 {
        keyframes.want(7);
    }
    assert_eq!(keyframes.due(start), Some(7));
    assert_eq!(keyframes.due(start), None);
}

#[test]
fn each_source_has_its_own_turn() {
    let start = Instant::now();
    let mut keyframes = Keyframes::default();
    keyframes.want(2);
    keyframes.want(1);
    assert_eq!((keyframes.due(start), keyframes.due(start), keyframes.due(start)), (Some(1), Some(2), None));
}

#[test]
fn a_lost_request_is_repeated_and_an_answered_one_is_not() {
    let start = Instant::now();
    let mut keyframes = Keyframes::default();
    keyframes.want(1);
    assert_eq!(keyframes.due(start), Some(1));
    assert_eq!(keyframes.due(after(start, 299)), None);
    assert_eq!(keyframes.wake(start), Some(start + APART));
    assert_eq!(keyframes.due(after(start, 300)), Some(1));
    keyframes.came(1);
    assert_eq!((keyframes.due(after(start, 900)), keyframes.wake(start)), (None, None));
}

#[test]
fn a_new_wish_right_after_an_answer_waits_its_time() {
    let start = Instant::now();
    let mut keyframes = Keyframes::default();
    keyframes.want(1);
    assert_eq!(keyframes.due(start), Some(1));
    keyframes.came(1);
    keyframes.want(1);
    assert_eq!(keyframes.due(after(start, 100)), None);
    assert_eq!(keyframes.due(after(start, 300)), Some(1));
}

#[test]
fn a_source_that_never_answers_is_asked_ever_more_rarely_but_for_ever() {
    let start = Instant::now();
    let mut keyframes = Keyframes::default();
    keyframes.want(1);
    let asked: Vec<u64> =
        (0..20_000).filter(|millis| keyframes.due(after(start, *millis)).is_some()).collect();
    let pauses: Vec<u64> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses[..5], [300, 300, 600, 1200, 2400]);
    assert!(pauses[5..].iter().all(|pause| u128::from(*pause) == PATIENCE.as_millis()));
}

#[test]
fn a_subscriber_that_wants_keyframes_for_ever_gets_few() {
    let start = Instant::now();
    let mut keyframes = Keyframes::default();
    let mut asked = Vec::new();
    for millis in 0..60_000 {
        keyframes.want(1);
        if keyframes.due(after(start, millis)).is_some() {
            asked.push(millis);
            keyframes.came(1);
        }
    }
    assert_eq!(asked[..3], [0, 300, 600], "a meeting's own wishes are quickly met");
    assert!(asked.len() <= 46, "{} in a minute", asked.len());
    // After a rest the quick ones are there again.
    let later = |millis| after(start, 120_000 + millis);
    let quick = (0..1_000).filter(|millis| {
        keyframes.want(1);
        keyframes.due(later(*millis)).inspect(|_| keyframes.came(1)).is_some()
    });
    assert_eq!(quick.collect::<Vec<u64>>(), [0, 300, 600, 900]);
}

#[test]
fn giving_up_and_wanting_again_does_not_ask_sooner() {
    let start = Instant::now();
    let mut keyframes = Keyframes::default();
    keyframes.want(1);
    assert_eq!(keyframes.due(start), Some(1));
    keyframes.give_up(1);
    assert_eq!(keyframes.due(after(start, 400)), None);
    keyframes.want(1);
    assert_eq!(keyframes.due(after(start, 400)), Some(1));
    keyframes.give_up(1);
    keyframes.want(1);
    assert_eq!(keyframes.due(after(start, 500)), None);
    keyframes.forget(1);
    assert_eq!((keyframes.wake(start), keyframes.due(after(start, 5_000))), (None, None));
}

#[test]
fn whatever_happens_no_source_is_asked_twice_within_its_time() {
    for seed in 0..50 {
        let mut chance = Chance::new(seed);
        let start = Instant::now();
        let mut keyframes = Keyframes::default();
        let mut asked = [None::<Instant>; 8];
        for millis in 0..5_000 {
            let source = chance.below(8);
            match chance.below(20) {
                0..=6 => keyframes.want(source),
                7 => keyframes.came(source),
                8 => keyframes.give_up(source),
                _ => {}
            }
            let now = after(start, millis);
            while let Some(source) = keyframes.due(now) {
                let before = asked[source as usize].replace(now);
                assert!(before.is_none_or(|before| now - before >= APART), "seed {seed}");
            }
        }
    }
}
