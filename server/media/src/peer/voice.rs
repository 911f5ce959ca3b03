//! What mends the sound of one place on a line that loses: what was sent lately, to be sent again as it was, and before each
//! piece of sound the one before it (RFC 2198). Knows neither keys nor the way.

use std::array;

use bytes::{Bytes, BytesMut};

use crate::rewrite::Outgoing;
use crate::sdp::payload;

/// Packets kept: 640 ms of speech. What is older is not heard any more.
const KEPT: usize = 32;
/// A larger packet is not kept; one of speech with what was said before is some 250 bytes.
const LARGEST: usize = 400;
/// How far back a piece may lie, in ticks: fourteen bits (RFC 2198, 3).
const FURTHEST: u32 = (1 << 14) - 1;
/// The longest piece: ten bits.
const LONGEST: usize = (1 << 10) - 1;

/// A piece of sound, and its numbers in the stream that the client hears.
pub(super) struct Piece {
    sequence: u16,
    timestamp: u32,
    payload: Bytes,
}

/// What was sealed last, each at the remainder of its number.
type Sealed = [Option<(u16, BytesMut)>; KEPT];

/// The sound of one place.
#[derive(Default)]
pub(super) struct Voice {
    before: Option<Piece>,
    /// Kept from the first question on, for most lines lose nothing.
    sealed: Option<Box<Sealed>>,
}

impl Voice {
    /// Takes the next piece; gives the one before it, where that is the next older one and may go with it.
    pub(super) fn next(&mut self, outgoing: &Outgoing, piece: &Bytes) -> Option<Piece> {
        let (sequence, timestamp) = (outgoing.sequence, outgoing.timestamp);
        let before = self.before.replace(Piece { sequence, timestamp, payload: piece.clone() });
        before.filter(|before| fits(before, outgoing))
    }

    /// Keeps what was sealed, where anything was ever asked for.
    pub(super) fn keep(&mut self, sequence: u16, sealed: &BytesMut) {
        if let Some(kept) = self.sealed.as_mut().filter(|_| sealed.len() <= LARGEST) {
            kept[usize::from(sequence) % KEPT] = Some((sequence, sealed.clone()));
        }
    }

    /// What was sent under a number, as it was: sealed anew under the same number it would give away the key's tags.
    pub(super) fn again(&mut self, sequence: u16) -> Option<&BytesMut> {
        let kept = self.sealed.get_or_insert_with(|| Box::new(array::from_fn(|_| None)));
        kept[usize::from(sequence) % KEPT]
            .as_ref()
            .filter(|(number, _)| *number == sequence)
            .map(|(_, sealed)| sealed)
    }
}

/// Writes the piece before, and what leads to the one that follows, as a payload of [`payload::RED`] begins.
pub(super) fn write_before(before: &Piece, outgoing: &Outgoing, out: &mut Vec<u8>) {
    let back = outgoing.timestamp.wrapping_sub(before.timestamp);
    let head = 1 << 31 | u32::from(payload::OPUS) << 24 | back << 10 | before.payload.len() as u32;
    out.extend_from_slice(&head.to_be_bytes());
    out.push(payload::OPUS);
    out.extend_from_slice(&before.payload);
}

fn fits(before: &Piece, outgoing: &Outgoing) -> bool {
    let back = outgoing.timestamp.wrapping_sub(before.timestamp);
    let is_next = before.sequence.wrapping_add(1) == outgoing.sequence;
    is_next && (1..=FURTHEST).contains(&back) && (1..=LONGEST).contains(&before.payload.len())
}

/// The pieces of a payload of [`payload::RED`], the oldest first: how many ticks before the packet's own time, and the sound.
/// Nothing where it is torn.
pub(crate) fn pieces(bytes: &[u8]) -> Vec<(u32, &[u8])> {
    let (mut heads, mut rest) = (Vec::new(), bytes);
    loop {
        let Some(first) = rest.first() else { return Vec::new() };
        if first & 0x80 == 0 {
            rest = &rest[1..];
            break;
        }
        let Some(head) = rest.first_chunk::<4>() else { return Vec::new() };
        let head = u32::from_be_bytes(*head);
        heads.push((head >> 10 & FURTHEST, head as usize & LONGEST));
        rest = &rest[4..];
    }
    let mut pieces = Vec::with_capacity(heads.len() + 1);
    for (back, length) in heads {
        let Some((piece, others)) = rest.split_at_checked(length) else { return Vec::new() };
        pieces.push((back, piece));
        rest = others;
    }
    pieces.push((0, rest));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::{Carries, Incoming, Rewriter, Start};

    fn outgoing(rewriter: &mut Rewriter, sequence: u16) -> Outgoing {
        let packet = Incoming {
            source: 1,
            sequence,
            timestamp: u32::from(sequence) * 960,
            marker: false,
            payload: &[1, 2, 3],
        };
        rewriter.pass(std::time::Instant::now(), &packet).unwrap()
    }

    fn rewriter() -> Rewriter {
        let mut rewriter = Rewriter::new(7, Carries::Sound, Start::default());
        rewriter.want(1);
        rewriter
    }

    #[test]
    fn a_piece_goes_with_the_one_before_it() {
        let (mut voice, mut rewriter) = (Voice::default(), rewriter());
        let mut written = |number: u16, text: &'static str| {
            let outgoing = outgoing(&mut rewriter, number);
            let before = voice.next(&outgoing, &Bytes::from_static(text.as_bytes()))?;
            let mut out = Vec::new();
            write_before(&before, &outgoing, &mut out);
            out.extend_from_slice(text.as_bytes());
            Some(out)
        };
        assert_eq!(written(1, "one"), None, "there is none before it");
        assert_eq!(pieces(&written(2, "two").unwrap()), [(960, &b"one"[..]), (0, b"two")]);
        assert_eq!(written(4, "four"), None, "three never came from the speaker");
        assert_eq!(pieces(&written(5, "five").unwrap()), [(960, &b"four"[..]), (0, b"five")]);
    }

    #[test]
    fn what_was_asked_for_once_is_kept_from_then_on_as_it_was_sent() {
        let mut voice = Voice::default();
        voice.keep(1, &BytesMut::from(&b"one"[..]));
        assert_eq!(voice.again(1), None, "a line that loses nothing keeps nothing");
        voice.keep(2, &BytesMut::from(&b"two"[..]));
        assert_eq!(voice.again(2).map(|sealed| sealed.to_vec()), Some(b"two".to_vec()));
        voice.keep(2 + KEPT as u16, &BytesMut::from(&b"later"[..]));
        assert_eq!(voice.again(2), None);
        voice.keep(3, &BytesMut::from(&[0; LARGEST + 1][..]));
        assert_eq!(voice.again(3), None);
    }

    #[test]
    fn torn_pieces_are_none() {
        for torn in [&[][..], &[0x80], &[0xEF, 0, 0], &[0xEF, 0, 0, 200, 111, 1, 2]] {
            assert_eq!(pieces(torn), []);
        }
        assert_eq!(pieces(&[111, 9]), [(0, &[9][..])]);
    }
}
