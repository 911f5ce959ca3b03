//! Each target for a while with fixed seeds: noise, and good examples with a few bytes changed.

use crate::chance::Chance;

use super::{fuzz_datagram, fuzz_estimate, fuzz_framing, fuzz_rewrite};

/// Runs a target with so many inputs, half of them noise and half made from the examples.
fn try_out(target: fn(&[u8]), examples: &[Vec<u8>], runs: u64) {
    for example in examples {
        target(example);
    }
    for seed in 0..runs {
        let mut chance = Chance::new(seed);
        let mut data = if seed % 2 == 0 || examples.is_empty() {
            let mut noise = vec![0; chance.below(400) as usize];
            chance.fill(&mut noise);
            noise
        } else {
            examples[chance.below(examples.len() as u64) as usize].clone()
        };
        for _ in 0..chance.below(6) {
            damage(&mut data, &mut chance);
        }
        target(&data);
    }
}

fn damage(data: &mut Vec<u8>, chance: &mut Chance) {
    if data.is_empty() {
        return;
    }
    let at = chance.below(data.len() as u64) as usize;
    match chance.below(4) {
        0 => data[at] = chance.number() as u8,
        1 => data[at] ^= 1 << chance.below(8),
        2 => data.truncate(at),
        _ => data.insert(at, chance.number() as u8),
    }
}

fn binding_request() -> Vec<u8> {
    let mut message = vec![0, 1, 0, 20, 0x21, 0x12, 0xa4, 0x42];
    message.extend([9; 12]);
    message.extend([0, 6, 0, 15]);
    message.extend(b"oursABCD:theirs\0");
    message
}

fn keyframe() -> Vec<u8> {
    vec![0x90, 0xf0, 0x92, 0x34, 0x07, 0x25, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]
}

#[test]
fn any_datagram_is_read_without_harm() {
    let rtp = [&[0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3][..], &keyframe()].concat();
    try_out(fuzz_datagram, &[binding_request(), keyframe(), rtp, vec![0x80; 40], vec![22; 40]], 40_000);
}

#[test]
fn any_stream_is_cut_without_harm() {
    let frames = [&[3][..], &[0, 3, 1, 2, 3], &[0, 0], &[0, 1, 9], &[8, 0], &[7; 2048]].concat();
    try_out(fuzz_framing, &[frames], 10_000);
}

/// A stream that begins, goes on, loses, changes and is asked again.
fn decisions() -> Vec<u8> {
    let mut data = vec![0];
    for step in 0..60_u8 {
        let source = step / 20 % 3;
        if step % 20 == 0 {
            data.extend([source << 6, 0, 0, 0]);
        }
        let is_key = step % 10 == 0;
        let mut payload = keyframe();
        payload[6] |= u8::from(!is_key);
        payload[3] = step;
        data.extend([source << 6 | 0x0f, 0xff, 0xe0_u8.wrapping_add(step), payload.len() as u8]);
        data.extend(payload);
    }
    data
}

#[test]
fn any_run_of_packets_leaves_a_stream_without_jumps() {
    let mut sound = decisions();
    sound[0] = 1;
    try_out(fuzz_rewrite, &[decisions(), sound], 20_000);
}

#[test]
fn any_reports_leave_an_estimate_within_its_bounds() {
    let mut report = Vec::new();
    for number in 0..40_u8 {
        report.extend([0, 0, number, 0, 0, 4, 0xb0, 10, 1, 0, number, 0, 1, number, 0, 0]);
        if number % 8 == 7 {
            report.extend([3, 0, 0, 0, 0, 0, 0, 100]);
        }
    }
    try_out(fuzz_estimate, &[report], 10_000);
}
