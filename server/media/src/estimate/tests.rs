//! What the estimate of a line promises, on lines that are simulated packet by packet.

mod line;

use line::Line;

use super::{AT_LEAST, Estimate, LineState};

const AT_MOST: u32 = 1_500_000;

#[test]
fn a_good_line_is_believed_more_and_more() {
    let mut line = Line::new(1, 5_000_000, AT_MOST);
    line.run(30, |estimate| estimate.min(950_000));
    assert!(line.estimate.bits_per_second() >= 1_200_000, "{}", line.estimate.bits_per_second());
    assert_eq!((line.estimate.state(), line.estimate.loss_permille()), (LineState::Full, 0));
}

#[test]
fn a_narrow_line_is_found_out_within_seconds_and_its_queue_stays_short() {
    for (bears, state) in [(300_000, LineState::Thumbs), (150_000, LineState::AudioAndScreen)] {
        let mut line = Line::new(2, bears, AT_MOST);
        line.run(8, |estimate| estimate);
        assert!(
            line.estimate.bits_per_second() <= bears * 11 / 10,
            "{bears}: {}",
            line.estimate.bits_per_second()
        );
        assert_eq!(line.estimate.state(), state, "{bears}");
        let from = line.seconds();
        line.run(60, |estimate| estimate);
        let (kept, used) = (line.queue_at_worst(from), line.through(from));
        assert!(kept <= 0.25, "{bears}: queue of {kept} s");
        assert!(used >= f64::from(bears) * 0.8, "{bears}: {used} bit/s got through");
    }
}

#[test]
fn a_line_that_breaks_down_falls_at_once_and_comes_back_by_itself() {
    let mut line = Line::new(3, 2_000_000, AT_MOST);
    line.run(20, |estimate| estimate.min(950_000));
    assert_eq!(line.estimate.state(), LineState::Full);
    line.bears(150_000);
    line.run(4, |estimate| estimate.min(950_000));
    assert_eq!(line.estimate.state(), LineState::AudioAndScreen);
    line.run(20, |estimate| estimate.min(100_000));
    line.bears(2_000_000);
    line.run(60, |estimate| estimate.min(950_000));
    assert_eq!(line.estimate.state(), LineState::Full);
}

#[test]
fn a_line_used_below_its_means_recovers_too() {
    // Only voices are sent after the fall: what is sent says little of what the line bears.
    let mut line = Line::new(4, 150_000, AT_MOST);
    line.run(10, |estimate| estimate);
    assert_eq!(line.estimate.state(), LineState::AudioAndScreen);
    line.bears(3_000_000);
    line.run(60, |_| 60_000);
    assert_eq!(line.estimate.state(), LineState::Full);
}

#[test]
fn a_line_that_bears_what_waits_for_it_is_believed_within_two_seconds() {
    let mut line = Line::new(17, 20_000_000, 3_000_000);
    line.waits = true;
    line.run(2, |estimate| estimate.min(2_300_000));
    assert!(line.estimate.bits_per_second() >= 2_200_000, "{}", line.estimate.bits_per_second());
}

#[test]
fn a_line_that_does_not_bear_what_waits_for_it_keeps_its_queue_short() {
    for bears in [500_000, 900_000] {
        let mut line = Line::new(18, bears, 3_000_000);
        line.waits = true;
        line.run(60, |estimate| estimate.min(2_300_000));
        let from = 10.0;
        let (queue, used) = (line.queue_at_worst(from), line.through(from));
        assert!(queue <= 0.35, "{bears}: queue of {queue} s");
        assert!(used >= f64::from(bears) * 0.75, "{bears}: {used} bit/s got through");
    }
}

#[test]
fn a_weak_line_that_becomes_good_is_believed_again_within_seconds() {
    let mut line = Line::new(13, 80_000, AT_MOST);
    line.run(20, |estimate| estimate);
    assert_eq!(line.estimate.state(), LineState::AudioAndScreen);
    line.bears(3_000_000);
    // Voices alone: it is trains that tell, the last of which found nothing.
    line.run(24, |_| 60_000);
    assert_eq!(line.estimate.state(), LineState::Full, "{}", line.estimate.bits_per_second());
}

#[test]
fn a_weak_stream_that_becomes_good_is_believed_again_within_seconds() {
    for piece in [1, 5, 10] {
        let mut line = Line::new(16, 80_000, AT_MOST);
        line.is_stream(piece);
        line.run(20, |estimate| estimate);
        assert_eq!(line.estimate.state(), LineState::AudioAndScreen);
        line.bears(3_000_000);
        line.run(24, |_| 60_000);
        assert_eq!(line.estimate.state(), LineState::Full, "{piece}: {}", line.estimate.bits_per_second());
    }
}

#[test]
fn a_stream_whose_trains_come_as_one_piece_is_believed_no_more_than_it_shows() {
    let mut line = Line::new(17, 120_000, AT_MOST);
    line.is_stream(250);
    line.run(20, |estimate| estimate);
    let from = line.seconds();
    let changes = line.changes_of_state(60, |estimate| estimate);
    assert!(changes <= 4, "{changes} changes in a minute");
    assert!(line.queue_at_worst(from) <= 0.8, "{}", line.queue_at_worst(from));
}

#[test]
fn asking_a_line_that_stays_weak_for_more_costs_it_little() {
    let mut line = Line::new(14, 200_000, AT_MOST);
    line.run(10, |estimate| estimate);
    let from = line.seconds();
    line.run(60, |_| 120_000);
    let queue = line.queue_at_worst(from);
    assert!(queue <= 0.25, "queue of {queue} s");
    assert!(line.through(from) <= 125_000.0, "padding: {} bit/s", line.through(from));
}

#[test]
fn a_line_that_lets_bursts_through_is_not_taken_for_a_good_one_again_and_again() {
    let mut line = Line::new(15, 120_000, AT_MOST);
    line.lets_bursts_through(0.5);
    line.run(20, |estimate| estimate);
    let from = line.seconds();
    let changes = line.changes_of_state(180, |estimate| estimate.min(950_000));
    assert!(changes <= 16, "{changes} changes in three minutes");
    assert!(line.queue_at_worst(from) <= 0.8, "{}", line.queue_at_worst(from));
}

#[test]
fn a_keyframe_on_a_line_that_is_little_used_costs_nothing() {
    let mut line = Line::new(12, 500_000, AT_MOST);
    line.run(10, |estimate| estimate.min(300_000));
    let before = line.estimate.bits_per_second();
    // Every three seconds a frame of 25 kbit.
    let mut frame = 0;
    line.run(60, |_| {
        frame += 1;
        if frame % 90 == 0 { 750_000 } else { 120_000 }
    });
    assert!(line.estimate.bits_per_second() >= before, "{before}, then {}", line.estimate.bits_per_second());
}

#[test]
fn random_loss_of_a_few_percent_does_not_take_the_picture() {
    for permille in [20, 50] {
        let mut line = Line::new(5, 3_000_000, AT_MOST);
        line.loses(permille);
        line.run(60, |estimate| estimate.min(950_000));
        assert_eq!(line.estimate.state(), LineState::Full, "{permille}");
        assert!(
            line.estimate.loss_permille().abs_diff(permille as u16) <= 35,
            "{}",
            line.estimate.loss_permille()
        );
    }
}

#[test]
fn a_line_that_loses_a_third_is_relieved() {
    let mut line = Line::new(6, 3_000_000, AT_MOST);
    line.loses(330);
    line.run(15, |estimate| estimate);
    assert_eq!(line.estimate.state(), LineState::AudioAndScreen);
    line.loses(0);
    line.run(90, |estimate| estimate.min(950_000));
    assert_eq!(line.estimate.state(), LineState::Full);
}

#[test]
fn an_unsteady_line_keeps_its_picture() {
    let mut line = Line::new(7, 3_000_000, AT_MOST);
    line.jitters(25);
    line.run(60, |estimate| estimate.min(950_000));
    assert_eq!(line.estimate.state(), LineState::Full);
}

#[test]
fn silence_takes_the_credit_and_the_first_reports_do_not_give_it_back() {
    let mut line = Line::new(8, 2_000_000, AT_MOST);
    line.run(10, |estimate| estimate.min(950_000));
    line.bears(0);
    line.run(6, |estimate| estimate.min(950_000));
    assert_eq!(line.estimate.state(), LineState::AudioAndScreen);
    line.bears(2_000_000);
    line.run(1, |estimate| estimate.min(950_000));
    assert_ne!(line.estimate.state(), LineState::Full);
}

#[test]
fn the_state_does_not_flutter_on_a_line_at_its_bound() {
    for bears in [200_000, 400_000, 440_000] {
        let mut line = Line::new(9, bears, AT_MOST);
        line.run(20, |estimate| estimate);
        let changes = line.changes_of_state(120, |estimate| estimate);
        assert!(changes <= 12, "{bears}: {changes} changes in two minutes");
    }
}

#[test]
fn without_arrival_times_the_receiver_reports_count() {
    let start = std::time::Instant::now();
    let mut estimate = Estimate::new(start, AT_MOST);
    for second in 1..20 {
        estimate.reported(start + std::time::Duration::from_secs(second), 80, None);
    }
    assert_eq!(estimate.state(), LineState::AudioAndScreen);
    for second in 20..80 {
        estimate.reported(
            start + std::time::Duration::from_secs(second),
            0,
            Some(std::time::Duration::from_millis(50)),
        );
    }
    assert_eq!(estimate.state(), LineState::Full);
    assert!(estimate.round_trip().is_some());
}

#[test]
fn a_lying_receiver_gets_no_more_than_the_most_and_no_less_than_the_least() {
    use std::time::{Duration, Instant};
    for seed in 0..50 {
        let mut chance = crate::chance::Chance::new(seed);
        let start = Instant::now();
        let mut estimate = Estimate::new(start, AT_MOST);
        for step in 0..3_000_u64 {
            let now = start + Duration::from_millis(step * 7);
            estimate.sent(now, step as u16, chance.below(3_000) as usize);
            let number = (step as u16).wrapping_sub(chance.below(40) as u16);
            let at = Duration::from_micros(chance.number() >> chance.below(60));
            estimate.arrived(now, number, chance.happens(800).then_some(at));
            match chance.below(12) {
                0 => estimate.feedback_ends(now),
                1 => estimate.look(now),
                2 => estimate.reported(now, chance.number() as u8, Some(at)),
                _ => {}
            }
            assert!((AT_LEAST..=AT_MOST).contains(&estimate.bits_per_second()));
            assert!(estimate.loss_permille() <= 1000);
        }
    }
}
