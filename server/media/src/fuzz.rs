//! Where fuzzers enter: any bytes at all into what reads a stranger's bytes, with what must hold of the outcome. Each
//! function is one target of `fuzz/`, and runs for a while with fixed seeds in every test, where no fuzzer is installed.
//! Knows no socket; what it finds wrong it says by panicking.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::command::Over;
use crate::demux::{self, Kind};
use crate::estimate::Estimate;
use crate::framing::{Frames, LONGEST};
use crate::peer::Credentials;
use crate::rewrite::{Carries, Incoming, Rewriter, Start};
use crate::rtcp::Said;
use crate::{rtcp, rtp, sdp, twcc, vp8};

/// A datagram from anybody.
pub fn fuzz_datagram(data: &[u8]) {
    let kind = demux::kind(data);
    let username = demux::username(data);
    assert!(username.is_none() || kind == Some(Kind::Stun));
    assert_eq!(demux::ssrc(data).is_some(), kind == Some(Kind::Rtp));
    let Some(found) = vp8::parse(data) else { return };
    let mut copy = data.to_vec();
    found.patch(&mut copy, vp8::Fields { picture: 0x1234, base: 56, key: 17 });
    let again = vp8::parse(&copy).expect("its form has not changed");
    assert_eq!(
        (again.len, again.temporal, again.is_layer_sync),
        (found.len, found.temporal, found.is_layer_sync)
    );
    assert_eq!(found.size(data), again.size(&copy), "the frame has not changed");
}

/// A packet of media or of control from a client that has the keys: what is inside after decryption.
pub fn fuzz_packet(data: &[u8]) {
    if let Some(packet) = rtp::Packet::read(data) {
        assert!(packet.payload.len() + 12 <= data.len());
        for id in 0..=255 {
            assert!(packet.extension(id).is_none_or(|value| value.len() <= data.len()));
        }
    }
    let mut said = 0;
    rtcp::read(data, |one| {
        said += 1;
        match one {
            Said::Missing { entries, .. } => {
                assert!(rtcp::numbers(entries).count() <= entries.len() / 4 * 17)
            }
            Said::Arrivals(body) => {
                let mut told = 0_usize;
                twcc::read(body, |_, _| told += 1);
                assert!(told <= 2_048, "much counted for little");
            }
            _ => {}
        }
    });
    assert!(said <= data.len() / 4, "one thing said for four bytes at most");
    twcc::read(data, |_, _| {});
}

/// A session description from whoever has a seat, and the server's answer to it.
pub fn fuzz_signalling(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(offer) = sdp::read(&text) else { return };
    let credentials = Credentials { fragment: "fragment".to_owned(), password: "password".to_owned() };
    let fingerprint = [7; 32];
    let ours =
        sdp::Ours { credentials: &credentials, fingerprint: &fingerprint, candidates: &[], kbps: 3_000 };
    let takes = |section: &sdp::Section| {
        [sdp::codec::OPUS, sdp::codec::VP8].iter().any(|name| section.codec(name).is_some())
    };
    let answer = sdp::answer(&offer, |section| section.kind != sdp::Kind::Other && takes(section), ours);
    let lines = |text: &str| text.lines().filter(|line| line.starts_with("m=")).count();
    assert_eq!(
        lines(&answer),
        offer.sections.len(),
        "each m-line is answered by one, whatever names they bear"
    );
}

/// A stream of frames from anybody; its first byte says how it is cut.
pub fn fuzz_framing(data: &[u8]) {
    let Some((cut, mut rest)) = data.split_first() else { return };
    let mut frames = Frames::default();
    while !rest.is_empty() {
        let space = frames.space();
        let piece = (usize::from(*cut) * 8 + 1).min(rest.len()).min(space.len());
        assert!(piece > 0, "a connection read in full comes to a halt");
        space[..piece].copy_from_slice(&rest[..piece]);
        frames.filled(piece);
        rest = &rest[piece..];
        loop {
            match frames.take() {
                Ok(Some(datagram)) => assert!((1..=LONGEST).contains(&datagram.len())),
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
}

/// A run of packets and decisions on one outgoing stream: four bytes of what, the rest of the payload.
pub fn fuzz_rewrite(data: &[u8]) {
    let Some((first, mut rest)) = data.split_first() else { return };
    let carries = if first & 1 == 0 { Carries::Picture } else { Carries::Sound };
    let start = Start {
        sequence: u16::from(*first) << 8,
        timestamp: u32::from(*first) << 24,
        picture: u16::from(*first) << 8,
    };
    let mut rewriter = Rewriter::new(7, carries, start);
    let mut now = Instant::now();
    let mut gone = Gone::default();
    while let Some((&[what, high, low, length], after)) = rest.split_first_chunk::<4>() {
        let source = u64::from(what >> 6);
        let sequence = u16::from_be_bytes([high, low]);
        let payload = &after[..usize::from(length % 32).min(after.len())];
        rest = &after[payload.len()..];
        now += Duration::from_millis(u64::from(length));
        match what & 0x0f {
            0 => rewriter.want(source),
            1 => rewriter.stop(),
            2 => rewriter.begin_anew(),
            3 => rewriter.leave_out(source, sequence),
            _ => {
                let timestamp = u32::from(sequence) << 8;
                let packet = Incoming { source, sequence, timestamp, marker: length & 1 == 1, payload };
                rewrite_one(&mut rewriter, now, &packet, &mut gone);
            }
        }
    }
}

/// The numbers that went out, counted on where they wrap around.
#[derive(Default)]
struct Gone {
    newest: Option<i64>,
    all: HashSet<i64>,
}

/// Passes a packet and holds the outcome against what went before.
fn rewrite_one(rewriter: &mut Rewriter, now: Instant, packet: &Incoming<'_>, gone: &mut Gone) {
    let Some(outgoing) = rewriter.pass(now, packet) else { return };
    let mut payload = packet.payload.to_vec();
    outgoing.patch(&mut payload);
    assert_eq!(payload.len(), packet.payload.len());
    assert_eq!(rewriter.origin(outgoing.sequence), Some((packet.source, packet.sequence)));
    let again = rewriter.repeat(packet).expect("what just went out can go out again");
    assert_eq!((again.sequence, again.timestamp), (outgoing.sequence, outgoing.timestamp));
    let ahead = gone.newest.map_or(1, |newest| outgoing.sequence.wrapping_sub(newest as u16) as i16);
    assert!(!outgoing.is_switch || ahead == 1, "a source takes over with the next number");
    assert!(ahead.unsigned_abs() <= 1024, "numbers never jump");
    let number = gone.newest.map_or(i64::from(outgoing.sequence), |newest| newest + i64::from(ahead));
    assert!(gone.all.insert(number), "no number goes out twice");
    gone.newest = gone.newest.max(Some(number));
}

/// What a subscriber reports of its line: eight bytes an event.
pub fn fuzz_estimate(data: &[u8]) {
    let at_most = 1_200_000;
    let mut now = Instant::now();
    let mut estimate = Estimate::new(now, at_most);
    for event in data.chunks_exact(8) {
        let number = u16::from_be_bytes([event[1], event[2]]);
        let value = u32::from_be_bytes([event[3], event[4], event[5], event[6]]);
        now += Duration::from_millis(u64::from(event[7]));
        match event[0] % 7 {
            0 => estimate.sent(now, number, value as usize),
            1 => estimate.arrived(
                now,
                number,
                Some(Duration::from_micros(u64::from(value) << (event[7] % 32))),
            ),
            2 => estimate.arrived(now, number, None),
            3 => estimate.feedback_ends(now),
            4 => estimate.reported(
                now,
                event[1],
                (event[2] > 9).then(|| Duration::from_millis(u64::from(value))),
            ),
            5 => estimate.look(now),
            _ => {
                let over = if event[1] % 2 == 0 { Over::Udp } else { Over::Tcp };
                if estimate.train(now, over, number % 2 == 0).is_some() {
                    estimate.sent_of_train(now, number, value as usize);
                }
            }
        }
        assert!((1..=at_most).contains(&estimate.bits_per_second()));
        assert!(estimate.loss_permille() <= 1000);
    }
}

#[cfg(test)]
mod tests;
