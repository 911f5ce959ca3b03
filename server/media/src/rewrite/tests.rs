//! What one outgoing stream promises its receiver.

mod camera;
mod receiver;

use std::time::{Duration, Instant};

use crate::chance::Chance;

use super::{Carries, Incoming, Kept, Rewriter, Start};
use camera::{Camera, Packet};
use receiver::Receiver;

fn after(start: Instant, millis: u64) -> Instant {
    start + Duration::from_millis(millis)
}

fn picture(start: Start) -> Rewriter {
    Rewriter::new(0xfeed, Carries::Picture, start)
}

/// Beginnings close to the wrap of every number.
const NEAR_THE_END: Start = Start { sequence: 65_530, timestamp: u32::MAX - 9_000, picture: 32_765 };

fn forward(rewriter: &mut Rewriter, receiver: &mut Receiver, now: Instant, packets: &[Packet]) {
    for packet in packets {
        if let Some(outgoing) = rewriter.pass(now, &packet.incoming()) {
            receiver.take(now, &outgoing, packet);
        }
    }
}

#[test]
fn nothing_goes_out_before_the_first_keyframe() {
    let start = Instant::now();
    let mut camera = Camera::new(1, 10);
    let mut rewriter = picture(Start::default());
    rewriter.want(1);
    assert_eq!((rewriter.source(), rewriter.waits_for()), (None, Some(1)));
    for packet in camera.frame(start, false) {
        assert_eq!(rewriter.pass(start, &packet.incoming()), None);
    }
    let keyframe = camera.frame(after(start, 33), true);
    assert!(rewriter.pass(after(start, 33), &keyframe[0].incoming()).unwrap().is_switch);
    assert_eq!((rewriter.source(), rewriter.waits_for()), (Some(1), None));
}

#[test]
fn the_old_source_goes_on_until_the_new_one_has_a_keyframe() {
    let start = Instant::now();
    let (mut old, mut new) = (Camera::new(1, 10), Camera::new(2, 20));
    let mut rewriter = picture(NEAR_THE_END);
    let mut receiver = Receiver::default();
    rewriter.want(1);
    for frame in 0..60 {
        let now = after(start, frame * 33);
        if frame == 20 {
            rewriter.want(2);
        }
        forward(&mut rewriter, &mut receiver, now, &old.frame(now, frame == 0));
        forward(&mut rewriter, &mut receiver, now, &new.frame(now, frame == 30));
        let expected = if frame < 30 { 1 } else { 2 };
        assert_eq!(rewriter.source(), Some(expected));
    }
    receiver.assert_flawless();
    assert_eq!(
        receiver.frames(),
        61,
        "one picture every time, and at the change the last of one and the first of the other"
    );
}

#[test]
fn numbers_and_time_never_jump_over_a_hundred_changes() {
    for seed in 0..20 {
        let mut chance = Chance::new(seed);
        let start = Instant::now();
        let mut cameras: Vec<Camera> = (0..6).map(|id| Camera::new(id, seed * 31 + id)).collect();
        let mut rewriter = picture(NEAR_THE_END);
        let mut receiver = Receiver::default();
        for frame in 0..3_000 {
            let now = after(start, frame * 33);
            if frame % 30 == 0 {
                rewriter.want(chance.below(6));
            }
            for camera in &mut cameras {
                let packets = camera.frame(now, chance.happens(50));
                forward(&mut rewriter, &mut receiver, now, &packets);
            }
        }
        receiver.assert_flawless();
        assert!(receiver.frames() > 2_500, "seed {seed}: {}", receiver.frames());
    }
}

#[test]
fn narrow_picture_ids_go_on_around_their_small_circle() {
    let start = Instant::now();
    let mut cameras = [Camera::new(1, 10).narrow(), Camera::new(2, 20).narrow()];
    let mut rewriter = picture(Start { picture: 120, ..Start::default() });
    let mut receiver = Receiver::default();
    for frame in 0..2_000 {
        let now = after(start, frame * 33);
        rewriter.want(1 + frame / 150 % 2);
        for camera in &mut cameras {
            forward(&mut rewriter, &mut receiver, now, &camera.frame(now, frame % 15 == 0));
        }
    }
    receiver.assert_flawless();
}

#[test]
fn a_rest_of_an_hour_shows_as_an_hour() {
    let start = Instant::now();
    let mut camera = Camera::new(1, 10);
    let mut rewriter = picture(Start::default());
    rewriter.want(1);
    let first = rewriter.pass(start, &camera.frame(start, true)[0].incoming()).unwrap();
    rewriter.stop();
    assert_eq!((rewriter.source(), rewriter.waits_for()), (None, None));
    let later = after(start, 3_600_000);
    rewriter.want(1);
    let second = rewriter.pass(later, &camera.frame(later, true)[0].incoming()).unwrap();
    assert_eq!(second.sequence, first.sequence.wrapping_add(1));
    assert_eq!(second.timestamp.wrapping_sub(first.timestamp), 3_600 * 90_000);
}

#[test]
fn gaps_and_reordering_stay_what_they_are_and_what_comes_twice_passes_once() {
    for seed in 0..50 {
        let mut chance = Chance::new(seed);
        let start = Instant::now();
        let mut camera = Camera::new(1, seed);
        let mut rewriter = picture(NEAR_THE_END);
        rewriter.want(1);
        let first = camera.frame(start, true);
        let offset =
            rewriter.pass(start, &first[0].incoming()).unwrap().sequence.wrapping_sub(first[0].sequence);
        let mut line: Vec<Packet> =
            (1..200).flat_map(|frame| camera.frame(after(start, frame * 33), false)).collect();
        // Each may be late by up to eight places; some are lost, some come twice.
        for at in 0..line.len() {
            let other = (at + chance.below(8) as usize).min(line.len() - 1);
            line.swap(at, other);
        }
        for packet in &line {
            let times = [1, 1, 1, 1, 1, 0, 2][chance.below(7) as usize];
            for time in 0..times {
                let outgoing = rewriter.pass(after(start, 9_000), &packet.incoming());
                let passed = outgoing.map(|outgoing| outgoing.sequence);
                assert_eq!(passed, (time == 0).then_some(packet.sequence.wrapping_add(offset)));
            }
        }
    }
}

#[test]
fn what_is_left_out_is_not_missed() {
    let mut chance = Chance::new(5);
    let start = Instant::now();
    let mut camera = Camera::new(1, 10);
    let mut rewriter = picture(NEAR_THE_END);
    let mut receiver = Receiver::default();
    rewriter.want(1);
    for frame in 0..300 {
        let now = after(start, frame * 33);
        let packets = camera.frame(now, frame == 0);
        forward(&mut rewriter, &mut receiver, now, &packets);
        for _ in 0..chance.below(3) {
            rewriter.leave_out(1, camera.padding());
        }
    }
    receiver.assert_flawless();
    assert_eq!(receiver.frames(), 300);
}

#[test]
fn a_number_asked_for_again_leads_to_its_packet_and_out_the_same() {
    let mut chance = Chance::new(9);
    let start = Instant::now();
    let mut cameras = [Camera::new(1, 10), Camera::new(2, 20)];
    let mut rewriter = picture(NEAR_THE_END);
    rewriter.want(1);
    let mut kept = [Kept::new(512), Kept::new(512)];
    let mut sent = Vec::new();
    for frame in 0..400 {
        let now = after(start, frame * 33);
        if frame % 40 == 39 {
            rewriter.want(1 + chance.below(2));
        }
        for (camera, kept) in cameras.iter_mut().zip(&mut kept) {
            for packet in camera.frame(now, frame % 20 == 0) {
                if let Some(outgoing) = rewriter.pass(now, &packet.incoming()) {
                    sent.push(outgoing);
                }
                kept.put(packet.sequence, packet);
            }
            if chance.happens(100) {
                rewriter.leave_out(camera.source, camera.padding());
            }
        }
    }
    for outgoing in &sent[sent.len() - 500..] {
        let (source, sequence) = rewriter.origin(outgoing.sequence).unwrap();
        let packet = kept[source as usize - 1].get(sequence).unwrap();
        let again = rewriter.repeat(&packet.incoming()).unwrap();
        assert_eq!(
            (again.sequence, again.timestamp, again.marker),
            (outgoing.sequence, outgoing.timestamp, outgoing.marker)
        );
        assert_eq!(again.descriptor, outgoing.descriptor);
    }
}

#[test]
fn numbers_never_sent_and_those_long_gone_lead_nowhere() {
    let start = Instant::now();
    let mut camera = Camera::new(1, 10);
    let mut rewriter = picture(Start::default());
    assert_eq!(rewriter.origin(0), None);
    rewriter.want(1);
    let mut newest = 0;
    for frame in 0..40_000 {
        let now = after(start, frame * 33);
        for packet in camera.frame(now, frame == 0) {
            newest = rewriter.pass(now, &packet.incoming()).unwrap().sequence;
        }
    }
    assert!(rewriter.origin(newest).is_some() && rewriter.origin(newest.wrapping_sub(1_000)).is_some());
    for outgoing in [newest.wrapping_add(1), newest.wrapping_sub(1_024), newest.wrapping_sub(30_000)] {
        assert_eq!(rewriter.origin(outgoing), None);
    }
}

#[test]
fn a_late_packet_of_the_former_source_closes_its_gap_and_a_new_one_does_not_pass() {
    let start = Instant::now();
    let (mut old, mut new) = (Camera::new(1, 10), Camera::new(2, 20));
    let mut rewriter = picture(Start::default());
    rewriter.want(1);
    let mut frames: Vec<Packet> = old.frame(start, true);
    frames.extend(old.frame(start, false));
    let late = frames.remove(1);
    let gap = rewriter.pass(start, &frames[0].incoming()).unwrap().sequence.wrapping_add(1);
    for packet in &frames[1..] {
        rewriter.pass(start, &packet.incoming()).unwrap();
    }
    rewriter.want(2);
    rewriter.pass(start, &new.frame(start, true)[0].incoming()).unwrap();
    assert_eq!(rewriter.pass(start, &late.incoming()).unwrap().sequence, gap);
    // Its repeat, asked for meanwhile, comes after it.
    assert_eq!(rewriter.pass(start, &late.incoming()), None);
    assert_eq!(rewriter.pass(start, &old.frame(start, false)[0].incoming()), None);
}

#[test]
fn a_source_that_starts_over_is_taken_up_at_its_keyframe() {
    let start = Instant::now();
    let mut rewriter = picture(Start::default());
    let mut receiver = Receiver::default();
    rewriter.want(1);
    for run in 0..20 {
        // The same stream with all numbers elsewhere, before or behind.
        let mut camera = Camera::new(1, 10).moved([20_000, 45_000][run as usize % 2]);
        for frame in 0..10 {
            let now = after(start, run * 1_000 + frame * 33);
            forward(&mut rewriter, &mut receiver, now, &camera.frame(now, frame == 3));
        }
        assert_eq!(rewriter.source(), Some(1), "run {run}");
    }
    receiver.assert_flawless();
    assert_eq!(receiver.frames(), 20 * 7);
}

#[test]
fn a_source_that_goes_around_its_numbers_sends_none_of_them_out_again() {
    let start = Instant::now();
    let mut rewriter = picture(Start::default());
    let mut camera = Camera::new(1, 10);
    let frames = [camera.frame(start, true), camera.frame(start, false)].concat();
    rewriter.want(1);
    assert!(frames.iter().all(|packet| rewriter.pass(start, &packet.incoming()).is_some()));
    // In two jumps right around, and again with other content under the old numbers.
    for by in [25_000, 50_000] {
        let mut elsewhere = Camera::new(1, 10).moved(by);
        assert_eq!(
            elsewhere
                .frame(start, true)
                .iter()
                .filter_map(|packet| rewriter.pass(start, &packet.incoming()))
                .count(),
            4
        );
    }
    assert!(frames[1..].iter().all(|packet| rewriter.pass(start, &packet.incoming()).is_none()));
}

#[test]
fn a_receiver_that_lost_its_way_gets_nothing_but_a_keyframe() {
    let start = Instant::now();
    let mut camera = Camera::new(1, 10);
    let mut rewriter = picture(Start::default());
    let mut receiver = Receiver::default();
    rewriter.want(1);
    forward(&mut rewriter, &mut receiver, start, &camera.frame(start, true));
    rewriter.begin_anew();
    assert_eq!(rewriter.waits_for(), Some(1));
    assert_eq!(rewriter.pass(start, &camera.frame(start, false)[0].incoming()), None);
    forward(&mut rewriter, &mut receiver, after(start, 99), &camera.frame(after(start, 99), true));
    receiver.assert_flawless();
    assert_eq!(receiver.frames(), 2);
}

#[test]
fn wanting_the_source_in_use_cancels_a_change() {
    let start = Instant::now();
    let (mut one, mut two) = (Camera::new(1, 10), Camera::new(2, 20));
    let mut rewriter = picture(Start::default());
    rewriter.want(1);
    rewriter.pass(start, &one.frame(start, true)[0].incoming()).unwrap();
    rewriter.want(2);
    rewriter.want(1);
    assert_eq!(rewriter.waits_for(), None);
    assert_eq!(rewriter.pass(start, &two.frame(start, true)[0].incoming()), None);
}

#[test]
fn a_voice_takes_over_at_once_and_says_so() {
    let start = Instant::now();
    let mut rewriter = Rewriter::new(7, Carries::Sound, NEAR_THE_END);
    let voice = |source, sequence, timestamp| Incoming {
        source,
        sequence,
        timestamp,
        marker: false,
        payload: &[1, 2],
    };
    rewriter.want(1);
    let first = rewriter.pass(start, &voice(1, 500, 9_000)).unwrap();
    let second = rewriter.pass(after(start, 20), &voice(1, 501, 9_960)).unwrap();
    rewriter.want(2);
    let third = rewriter.pass(after(start, 40), &voice(2, 40_000, 77)).unwrap();
    assert_eq!([first.marker, second.marker, third.marker], [true, false, true]);
    assert_eq!(
        (second.sequence.wrapping_sub(first.sequence), third.sequence.wrapping_sub(second.sequence)),
        (1, 1)
    );
    assert_eq!(
        (second.timestamp.wrapping_sub(first.timestamp), third.timestamp.wrapping_sub(second.timestamp)),
        (960, 960)
    );
    assert!(!third.changes_payload());
    assert_eq!(rewriter.pass(after(start, 41), &voice(1, 502, 10_920)), None);
    // Restarted with other numbers: heard on at once.
    assert!(rewriter.pass(after(start, 60), &voice(2, 10_000, 1)).unwrap().is_switch);
}

#[test]
fn what_is_no_vp8_does_not_pass_as_a_picture() {
    let mut rewriter = picture(Start::default());
    rewriter.want(1);
    let empty = Incoming { source: 1, sequence: 1, timestamp: 1, marker: true, payload: &[] };
    assert_eq!((rewriter.pass(Instant::now(), &empty), rewriter.repeat(&empty)), (None, None));
}

#[test]
fn only_the_newest_packets_are_kept() {
    let mut kept = Kept::new(100);
    for sequence in 65_000..=66_000_u32 {
        kept.put(sequence as u16, sequence);
    }
    assert_eq!(kept.get((66_000_u32 - 127) as u16), Some(&(66_000 - 127)));
    assert_eq!(kept.get((66_000_u32 - 128) as u16), None);
    kept.clear();
    assert_eq!(kept.get(66_000_u32 as u16), None);
}
