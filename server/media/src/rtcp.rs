//! RTCP as bytes: reading what a client reports and asks for, writing what the server reports and asks for.
//! No state: who is meant is said by stream numbers, which the connections know.

use crate::rtp::{be16, be32};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const BYE: u8 = 203;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;
/// Numbers in one NACK: enough for a burst of loss, less than a datagram.
const NACK_ENTRIES: usize = 64;

/// One thing a client says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said<'a> {
    /// How it receives one of the server's streams.
    Report(Report),
    /// A clock reading of one of its own streams.
    Clock {
        /// The stream.
        ssrc: u32,
        /// The middle 32 bits of its wall clock, to be given back in the next report.
        middle: u32,
    },
    /// Packets of a stream are missing: (number, bits of the sixteen after it), four bytes each.
    Missing {
        /// The stream.
        about: u32,
        /// Read them with [`numbers`].
        entries: &'a [u8],
    },
    /// A whole picture of a stream is needed.
    Keyframe {
        /// The stream.
        about: u32,
    },
    /// Arrival times of everything, read by [`crate::twcc`].
    Arrivals(&'a [u8]),
    /// A stream has ended.
    Bye {
        /// The stream.
        ssrc: u32,
    },
}

/// How a stream is received.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Report {
    /// The stream.
    pub about: u32,
    /// Lost since the last report, of 256.
    pub fraction: u8,
    /// Lost altogether; below zero when packets came twice. 24 bits.
    pub lost: i32,
    /// The highest number received, with its rounds.
    pub highest: u32,
    /// In the stream's clock.
    pub jitter: u32,
    /// The middle of the last clock reading received.
    pub last_clock: u32,
    /// How long ago that was, in 65536ths of a second.
    pub clock_age: u32,
}

/// Reads a compound packet, thing by thing; what is not understood is passed over, what is torn ends it.
pub fn read<'a>(mut bytes: &'a [u8], mut hear: impl FnMut(Said<'a>)) {
    while bytes.len() >= 4 && bytes[0] >> 6 == 2 {
        let length = 4 + 4 * usize::from(be16(&bytes[2..4]));
        let Some(packet) = bytes.get(..length) else { return };
        read_one(packet, &mut hear);
        bytes = &bytes[length..];
    }
}

fn read_one<'a>(packet: &'a [u8], hear: &mut impl FnMut(Said<'a>)) {
    let (count, body) = (packet[0] & 0x1F, &packet[4..]);
    match (packet[1], count) {
        (SENDER_REPORT, _) if body.len() >= 24 => {
            hear(Said::Clock { ssrc: be32(body), middle: be32(&body[6..]) });
            body[24..]
                .chunks_exact(24)
                .take(count.into())
                .for_each(|block| hear(Said::Report(report(block))));
        }
        (RECEIVER_REPORT, _) if body.len() >= 4 => {
            body[4..].chunks_exact(24).take(count.into()).for_each(|block| hear(Said::Report(report(block))));
        }
        (BYE, _) => {
            body.chunks_exact(4).take(count.into()).for_each(|ssrc| hear(Said::Bye { ssrc: be32(ssrc) }));
        }
        (TRANSPORT_FEEDBACK, 1) if body.len() >= 8 => {
            hear(Said::Missing { about: be32(&body[4..]), entries: &body[8..] });
        }
        (TRANSPORT_FEEDBACK, 15) if body.len() >= 8 => hear(Said::Arrivals(&body[8..])),
        (PAYLOAD_FEEDBACK, 1) if body.len() >= 8 => hear(Said::Keyframe { about: be32(&body[4..]) }),
        (PAYLOAD_FEEDBACK, 4) if body.len() >= 8 => {
            body[8..].chunks_exact(8).for_each(|entry| hear(Said::Keyframe { about: be32(entry) }));
        }
        _ => {}
    }
}

fn report(block: &[u8]) -> Report {
    // Sign-extends the 24 bits of the loss.
    let lost = (be32(&[block[5], block[6], block[7], 0]) as i32) >> 8;
    Report {
        about: be32(block),
        fraction: block[4],
        lost,
        highest: be32(&block[8..]),
        jitter: be32(&block[12..]),
        last_clock: be32(&block[16..]),
        clock_age: be32(&block[20..]),
    }
}

/// The sequence numbers of [`Said::Missing`].
pub fn numbers(entries: &[u8]) -> impl Iterator<Item = u16> + '_ {
    entries.chunks_exact(4).flat_map(|entry| {
        let (first, bits) = (be16(entry), be16(&entry[2..]));
        let others =
            (0..16).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| first.wrapping_add(bit + 1));
        std::iter::once(first).chain(others)
    })
}

fn header(out: &mut Vec<u8>, count: u8, kind: u8, words: usize) {
    out.push(0x80 | count);
    out.push(kind);
    out.extend_from_slice(&u16::try_from(words).unwrap_or(u16::MAX).to_be_bytes());
}

/// Adds a receiver report about up to 31 streams.
pub fn write_reports(out: &mut Vec<u8>, from: u32, reports: &[Report]) {
    let reports = &reports[..reports.len().min(31)];
    header(out, reports.len() as u8, RECEIVER_REPORT, 1 + 6 * reports.len());
    out.extend_from_slice(&from.to_be_bytes());
    for report in reports {
        out.extend_from_slice(&report.about.to_be_bytes());
        let lost = report.lost.clamp(-0x80_0000, 0x7F_FFFF);
        out.extend_from_slice(
            &((u32::from(report.fraction) << 24) | (lost as u32 & 0xFF_FFFF)).to_be_bytes(),
        );
        for word in [report.highest, report.jitter, report.last_clock, report.clock_age] {
            out.extend_from_slice(&word.to_be_bytes());
        }
    }
}

/// A stream of the server as it says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// The stream.
    pub ssrc: u32,
    /// The server's clock, seconds and fractions of them.
    pub wall: u64,
    /// The stream's clock at that moment.
    pub timestamp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Bytes of payload sent.
    pub bytes: u32,
}

/// Adds a sender report and the name every stream of the server shares.
pub fn write_clock(out: &mut Vec<u8>, clock: &Clock) {
    header(out, 0, SENDER_REPORT, 6);
    out.extend_from_slice(&clock.ssrc.to_be_bytes());
    out.extend_from_slice(&clock.wall.to_be_bytes());
    for word in [clock.timestamp, clock.packets, clock.bytes] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    header(out, 1, DESCRIPTION, 3);
    out.extend_from_slice(&clock.ssrc.to_be_bytes());
    out.extend_from_slice(&[1, 5]);
    out.extend_from_slice(CNAME.as_bytes());
    out.push(0);
}

/// The name the server's streams share: five letters, as [`write_clock`] counts.
pub const CNAME: &str = "phien";

/// Adds a request for missing packets of one stream; numbers rise.
pub fn write_missing(out: &mut Vec<u8>, from: u32, about: u32, missing: &[u16]) {
    let mut entries: Vec<(u16, u16)> = Vec::new();
    for &number in missing {
        if let Some((first, bits)) = entries.last_mut()
            && let further @ 1..=16 = number.wrapping_sub(*first)
        {
            *bits |= 1 << (further - 1);
        } else if entries.len() < NACK_ENTRIES {
            entries.push((number, 0));
        } else {
            break;
        }
    }
    if entries.is_empty() {
        return;
    }
    header(out, 1, TRANSPORT_FEEDBACK, 2 + entries.len());
    out.extend_from_slice(&from.to_be_bytes());
    out.extend_from_slice(&about.to_be_bytes());
    for (first, bits) in entries {
        out.extend_from_slice(&first.to_be_bytes());
        out.extend_from_slice(&bits.to_be_bytes());
    }
}

/// Adds a request for a whole picture.
pub fn write_keyframe(out: &mut Vec<u8>, from: u32, about: u32) {
    header(out, 1, PAYLOAD_FEEDBACK, 2);
    out.extend_from_slice(&from.to_be_bytes());
    out.extend_from_slice(&about.to_be_bytes());
}

/// Adds arrival times, as [`crate::twcc`] writes them; its length is a multiple of four.
pub fn write_arrivals(out: &mut Vec<u8>, from: u32, about: u32, body: &[u8]) {
    header(out, 15, TRANSPORT_FEEDBACK, 2 + body.len() / 4);
    out.extend_from_slice(&from.to_be_bytes());
    out.extend_from_slice(&about.to_be_bytes());
    out.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(bytes: &[u8]) -> Vec<Said<'_>> {
        let mut all = Vec::new();
        read(bytes, |said| all.push(said));
        all
    }

    #[test]
    fn what_is_written_is_read() {
        let mut out = Vec::new();
        let report = Report {
            about: 5,
            fraction: 9,
            lost: -2,
            highest: 70_000,
            jitter: 3,
            last_clock: 4,
            clock_age: 8,
        };
        write_reports(&mut out, 1, &[report]);
        write_missing(&mut out, 1, 5, &[65_535, 0, 3, 40]);
        write_keyframe(&mut out, 1, 6);
        let all = heard(&out);
        assert_eq!(all[0], Said::Report(report));
        let Said::Missing { about: 5, entries } = all[1] else { panic!("{all:?}") };
        assert_eq!(numbers(entries).collect::<Vec<_>>(), [65_535, 0, 3, 40]);
        assert_eq!(all[2], Said::Keyframe { about: 6 });
    }

    #[test]
    fn a_clock_reading_comes_back_by_its_middle() {
        let mut out = Vec::new();
        write_clock(
            &mut out,
            &Clock { ssrc: 2, wall: 0x1111_2222_3333_4444, timestamp: 9, packets: 1, bytes: 1 },
        );
        assert_eq!(heard(&out), [Said::Clock { ssrc: 2, middle: 0x2222_3333 }]);
        assert_eq!(out.len() % 4, 0);
    }

    #[test]
    fn no_torn_packet_stops_the_reader() {
        let mut out = Vec::new();
        write_reports(&mut out, 1, &[Report::default(); 3]);
        write_missing(&mut out, 1, 5, &[1, 2, 90]);
        for end in 0..out.len() {
            heard(&out[..end]);
            let mut torn = out.clone();
            torn[end] ^= 0xFF;
            heard(&torn);
        }
    }
}
