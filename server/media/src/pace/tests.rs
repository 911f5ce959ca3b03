//! What the pacer promises.

use std::time::{Duration, Instant};

use crate::chance::Chance;

use super::{BURST, Class, Overflow, Pacer, Repeats, TOO_LATE, WAITING};

const RATE: u32 = 500_000;

fn after(start: Instant, millis: u64) -> Instant {
    start + Duration::from_millis(millis)
}

/// Steps through time and gives what left, with its millisecond.
fn run(pacer: &mut Pacer<u32>, start: Instant, millis: std::ops::Range<u64>) -> Vec<(u64, u32)> {
    let mut left = Vec::new();
    for millisecond in millis {
        while let Some(packet) = pacer.pop(after(start, millisecond)) {
            left.push((millisecond, packet));
        }
    }
    left
}

#[test]
fn sound_leaves_at_once_while_a_keyframe_waits() {
    let start = Instant::now();
    let mut pacer = Pacer::new(RATE);
    for packet in 0..60 {
        pacer.push(start, Class::Picture, 1200, packet).unwrap();
    }
    run(&mut pacer, start, 0..1);
    assert!(!pacer.is_empty());
    pacer.push(start, Class::Sound, 120, 999).unwrap();
    assert_eq!(pacer.pop(start), Some(999));
}

#[test]
fn what_was_asked_for_again_goes_before_what_is_new() {
    let start = Instant::now();
    let mut pacer = Pacer::new(RATE);
    for packet in 0..20 {
        pacer.push(start, Class::Picture, 1200, packet).unwrap();
    }
    pacer.push(start, Class::Repeat, 1200, 999).unwrap();
    assert_eq!(run(&mut pacer, start, 0..1)[0].1, 999);
}

#[test]
fn a_frame_after_a_rest_leaves_in_one_go_and_a_keyframe_does_not() {
    let start = Instant::now();
    let mut pacer = Pacer::new(RATE);
    // 20 ms of the line: an ordinary frame.
    pacer.push(start, Class::Picture, 1200, 0).unwrap();
    assert_eq!(run(&mut pacer, start, 0..1).len(), 1);
    let start = after(start, 1000);
    for packet in 0..50 {
        pacer.push(start, Class::Picture, 1200, packet).unwrap();
    }
    let left = run(&mut pacer, start, 0..2000);
    assert_eq!(left.len(), 50);
    assert!(left.windows(2).all(|pair| pair[0].1 < pair[1].1), "in order");
    // Never more in any stretch of time than half as much again as the rate and one burst; the last packet may overhang.
    for (from, _) in &left {
        for span in [10, 50, 200] {
            let bits =
                left.iter().filter(|(at, _)| (*from..from + span).contains(at)).count() as u64 * 1200 * 8;
            let most = 3 * u64::from(RATE) * (span + BURST.as_millis() as u64) / 2000 + 1200 * 8;
            assert!(bits <= most, "{bits} bits in {span} ms");
        }
    }
}

#[test]
fn waking_at_the_time_it_says_finds_a_packet() {
    let start = Instant::now();
    let mut pacer = Pacer::new(RATE);
    for packet in 0..40 {
        pacer.push(start, Class::Picture, 1200, packet).unwrap();
    }
    let mut now = start;
    let mut wakes = 0;
    while !pacer.is_empty() {
        while pacer.pop(now).is_some() {}
        let Some(wake) = pacer.wake(now) else { break };
        assert!(wake > now, "it would spin");
        now = wake;
        wakes += 1;
        assert!(pacer.pop(now).is_some(), "woken for nothing");
    }
    assert!(wakes <= 40 && now - start < Duration::from_secs(1));
}

#[test]
fn pictures_that_would_come_too_late_are_let_go_all_at_once() {
    let start = Instant::now();
    let mut pacer = Pacer::new(60_000);
    for packet in 0..100 {
        pacer.push(start, Class::Picture, 1200, packet).unwrap();
    }
    run(&mut pacer, start, 0..TOO_LATE.as_millis() as u64);
    assert!(!pacer.is_empty());
    let late = start + TOO_LATE + Duration::from_millis(1);
    assert_eq!(pacer.push(late, Class::Sound, 120, 1), Ok(()), "sound is always taken");
    assert_eq!(pacer.push(late, Class::Picture, 1200, 2), Err(Overflow));
    assert_eq!(pacer.len(), 1);
    assert_eq!(pacer.push(late, Class::Picture, 1200, 3), Ok(()));
}

#[test]
fn nothing_makes_it_grow() {
    let mut chance = Chance::new(3);
    let start = Instant::now();
    let mut pacer = Pacer::new(RATE);
    for packet in 0..50_000 {
        let class = [Class::Sound, Class::Repeat, Class::Picture][chance.below(3) as usize];
        let _ = pacer.push(after(start, packet / 50), class, chance.below(1500) as usize, packet);
        if chance.happens(200) {
            pacer.pop(after(start, packet / 50));
        }
        assert!(pacer.len() <= 3 * WAITING);
    }
}

#[test]
fn a_clock_that_stands_still_or_a_rate_of_nothing_harms_nobody() {
    let start = Instant::now();
    let mut pacer = Pacer::new(0);
    pacer.push(start, Class::Picture, 1200, 1).unwrap();
    pacer.push(start, Class::Picture, 1200, 2).unwrap();
    assert_eq!(pacer.pop(start), Some(1));
    assert_eq!(pacer.pop(start), None);
    assert!(pacer.wake(start).is_some());
    pacer.set_rate(after(start, 10), RATE);
    assert_eq!(run(&mut pacer, start, 10..500).len(), 1);
}

#[test]
fn a_packet_asked_for_again_and_again_is_sent_ever_more_rarely() {
    let start = Instant::now();
    let mut repeats = Repeats::default();
    let trip = Some(Duration::from_millis(100));
    let may = |at: &u64| repeats.may(after(start, *at), (0, 7), 1200, trip, RATE);
    let sent: Vec<u64> = (0..20_000).step_by(50).filter(may).collect();
    assert_eq!(sent, [0, 100, 300, 700, 1500], "and then no more");
    assert!(repeats.may(after(start, 20_000), (0, 8), 1200, trip, RATE), "another number");
    assert!(repeats.may(after(start, 20_000), (1, 8), 1200, trip, RATE), "another place");
}

#[test]
fn repeats_take_a_quarter_of_the_line_at_most() {
    let start = Instant::now();
    let mut repeats = Repeats::default();
    let mut number = 0;
    let asks = (0..10_000).filter(|at| {
        number += 1;
        repeats.may(after(start, *at), (0, number), 1200, Some(Duration::ZERO), RATE)
    });
    let bits = asks.count() as u64 * 1200 * 8;
    let share = u64::from(RATE) / 4;
    assert!((share * 10..=share * 11).contains(&bits), "{bits}");
}
