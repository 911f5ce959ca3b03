//! Each target for a while with fixed seeds: noise, and good examples with a few bytes changed.

use crate::chance::Chance;

use super::{fuzz_datagram, fuzz_estimate, fuzz_framing, fuzz_packet, fuzz_rewrite, fuzz_signalling};

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

/// One of each that is understood: reports, a clock, what is missing, a keyframe's request, arrival times.
fn control() -> Vec<u8> {
    let mut out = Vec::new();
    let report = crate::rtcp::Report {
        about: 7,
        fraction: 3,
        lost: -1,
        highest: 9,
        jitter: 1,
        last_clock: 5,
        clock_age: 6,
    };
    crate::rtcp::write_reports(&mut out, 1, &[report, report]);
    crate::rtcp::write_clock(
        &mut out,
        &crate::rtcp::Clock { ssrc: 1, wall: 2, timestamp: 3, packets: 4, bytes: 5 },
    );
    crate::rtcp::write_missing(&mut out, 1, 2, &[5, 6, 9, 40]);
    crate::rtcp::write_keyframe(&mut out, 1, 2);
    // Five packets by a run, seven by two bits each, with their differences.
    let body = [0, 9, 0, 12, 0, 0, 1, 0, 0x20, 5, 0xd5, 0x55, 1, 2, 3, 4, 5, 1, 1, 1, 1, 1, 1, 1];
    crate::rtcp::write_arrivals(&mut out, 1, 2, &body);
    out
}

#[test]
fn any_packet_is_read_without_harm() {
    let mut rtp =
        vec![0xb0, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 2, 0x10, 0x55, 0x31, 1, 2, 0, 0, 0];
    rtp.extend(keyframe());
    rtp.extend([0, 0, 3]);
    try_out(fuzz_packet, &[control(), rtp], 40_000);
}

const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\na=setup:actpass\r\n\
    a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\n\
    a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=rtpmap:111 opus/48000/2\r\na=ssrc:11 cname:x\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n\
    a=fmtp:97 apt=96\r\na=rid:l send\r\na=rid:m send\r\na=rid:h send\r\na=simulcast:send l;m;h\r\n";

#[test]
fn any_description_is_answered_or_refused() {
    let offer = OFFER.as_bytes().to_vec();
    assert_eq!(crate::sdp::read(OFFER).unwrap().sections.len(), 2);
    try_out(fuzz_signalling, &[offer.clone(), offer.repeat(3), offer[..300].to_vec()], 10_000);
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
