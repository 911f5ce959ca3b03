//! Test pictures and test sound: frames of VP8 with a true header and a true size, and frames of Opus, cut into packets.
//! What would be the picture is a stamp, from which a receiver knows whose it is and when it was made. Knows no connection.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use domain::live::wire::Sending;

use crate::vp8;

/// A size of the camera, as a browser is told to send it.
struct Size {
    rid: &'static str,
    width: u16,
    height: u16,
    bits: u32,
    frames: u32,
}

const SIZES: [Size; 3] = [
    Size { rid: "l", width: 160, height: 90, bits: 100_000, frames: 15 },
    Size { rid: "m", width: 320, height: 180, bits: 250_000, frames: 15 },
    Size { rid: "h", width: 640, height: 360, bits: 500_000, frames: 25 },
];

/// The camera's sizes by their names, smallest first.
pub(super) const RIDS: [&str; 3] = [SIZES[0].rid, SIZES[1].rid, SIZES[2].rid];

/// A whole picture is so many times as large as one that says what has changed.
const KEY_TIMES: u32 = 5;
/// A whole picture comes at least so often, though nobody asks.
const KEY_EVERY: Duration = Duration::from_secs(8);
/// A whole picture comes at most so often, whoever asks: as an encoder does it.
const KEY_APART: Duration = Duration::from_millis(300);
/// Bytes of a frame in one packet, as Chromium cuts them.
const PACKET_BYTES: usize = 1_150;
/// Packets of one size that leave within a turn of 20 ms; the rest of a large frame follows in the next.
const PACKETS_A_TURN: usize = 8;
/// Bytes of 20 ms of speech at 32 kbit/s.
const VOICE_BYTES: usize = 80;

const MARK: [u8; 4] = *b"Phi\xEA";
const STAMP_BYTES: usize = 16;

/// What a test frame says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Who made it.
    pub(super) source: u32,
    /// When, by the clock that all sites of the process share.
    pub(super) made: Duration,
}

impl Stamp {
    fn write(self, to: &mut BytesMut) {
        to.put_slice(&MARK);
        to.put_u32(self.source);
        to.put_u64(u64::try_from(self.made.as_micros()).unwrap_or(u64::MAX));
    }

    fn read(bytes: &[u8]) -> Option<Stamp> {
        let (mark, rest) = bytes.split_first_chunk::<4>()?;
        let (source, rest) = rest.split_first_chunk::<4>()?;
        let made = u64::from_be_bytes(*rest.first_chunk::<8>()?);
        let source = u32::from_be_bytes(*source);
        (*mark == MARK).then_some(Stamp { source, made: Duration::from_micros(made) })
    }

    /// Of the first packet of a picture.
    pub(super) fn of_picture(payload: &[u8]) -> Option<Stamp> {
        let at = usize::from(vp8::parse(payload)?.len);
        let is_key = payload.get(at)? & 1 == 0;
        Stamp::read(payload.get(at + if is_key { 10 } else { 3 }..)?)
    }

    /// Of a packet of sound.
    pub(super) fn of_sound(payload: &[u8]) -> Option<Stamp> {
        Stamp::read(payload.get(1..)?)
    }
}

/// A packet to be sent.
pub(super) struct Piece {
    /// Which size of the camera.
    pub(super) size: usize,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) is_last: bool,
    pub(super) payload: Bytes,
}

/// A camera of three sizes.
pub(super) struct Camera {
    source: u32,
    streams: [Stream; 3],
}

#[derive(Default)]
struct Stream {
    sequence: u16,
    picture: u16,
    /// When the next frame is taken; none while nothing is asked for.
    due: Option<Duration>,
    key: Option<Duration>,
    is_key_wanted: bool,
    waiting: VecDeque<Piece>,
}

impl Camera {
    pub(super) fn new(source: u32) -> Camera {
        Camera { source, streams: Default::default() }
    }

    /// Somebody needs a whole picture of a size.
    pub(super) fn want_key(&mut self, size: usize) {
        self.streams[size].is_key_wanted = true;
    }

    /// What leaves in this turn.
    pub(super) fn turn(&mut self, now: Duration, sending: Sending) -> Vec<Piece> {
        let asked = [sending.low, sending.mid, sending.high];
        let mut pieces = Vec::new();
        for (size, stream) in self.streams.iter_mut().enumerate() {
            if !asked[size] {
                stream.stop();
                continue;
            }
            stream.film(size, Stamp { source: self.source, made: now });
            let count = stream.waiting.len().min(PACKETS_A_TURN);
            pieces.extend(stream.waiting.drain(..count));
        }
        pieces
    }
}

impl Stream {
    fn stop(&mut self) {
        self.due = None;
        self.key = None;
        // A number that was given to a packet which never leaves would look lost.
        let unsent = u16::try_from(self.waiting.len()).unwrap_or_default();
        self.sequence = self.sequence.wrapping_sub(unsent);
        self.waiting.clear();
    }

    fn film(&mut self, size: usize, stamp: Stamp) {
        let apart = Duration::from_secs(1) / SIZES[size].frames;
        let due = *self.due.get_or_insert(stamp.made);
        // A frame that is not yet out is not overtaken: the picture is late then, as behind a busy encoder.
        if stamp.made < due || !self.waiting.is_empty() {
            return;
        }
        self.due = Some((due + apart).max(stamp.made));
        let since_key = self.key.map(|key| stamp.made.saturating_sub(key));
        let is_key =
            since_key.is_none_or(|since| since >= KEY_EVERY || self.is_key_wanted && since >= KEY_APART);
        if is_key {
            self.key = Some(stamp.made);
            self.is_key_wanted = false;
        }
        self.cut(size, is_key, stamp);
    }

    fn cut(&mut self, size: usize, is_key: bool, stamp: Stamp) {
        let Size { width, height, bits, frames, .. } = SIZES[size];
        let bytes = (bits / 8 / frames) as usize * if is_key { KEY_TIMES as usize } else { 1 };
        let mut frame = BytesMut::with_capacity(bytes);
        // RFC 6386, 9.1: whether it is a whole picture, version 0, to be shown, the length of the first partition.
        let tag = u32::from(!is_key) | 1 << 4 | (bytes as u32 / 2) << 5;
        frame.put_slice(&tag.to_le_bytes()[..3]);
        if is_key {
            frame.put_slice(&[0x9D, 0x01, 0x2A]);
            frame.put_u16_le(width);
            frame.put_u16_le(height);
        }
        stamp.write(&mut frame);
        frame.resize(bytes.max(frame.len()), 0x55);
        let picture = self.picture;
        self.picture = (picture + 1) % vp8::PICTURE_IDS;
        let timestamp = (stamp.made.as_micros() * 9 / 100) as u32;
        let count = frame.len().div_ceil(PACKET_BYTES);
        for (place, part) in frame.chunks(PACKET_BYTES).enumerate() {
            let mut payload = BytesMut::with_capacity(4 + part.len());
            payload.put_u8(if place == 0 { 0x90 } else { 0x80 });
            payload.put_u8(0x80);
            payload.put_u16(0x8000 | picture);
            payload.put_slice(part);
            self.sequence = self.sequence.wrapping_add(1);
            self.waiting.push_back(Piece {
                size,
                sequence: self.sequence,
                timestamp,
                is_last: place + 1 == count,
                payload: payload.freeze(),
            });
        }
    }
}

/// Twenty milliseconds of sound.
pub(super) fn voice(source: u32, now: Duration) -> Bytes {
    let mut frame = BytesMut::with_capacity(VOICE_BYTES);
    // RFC 6716, 3.1: CELT over the full band, 20 ms, one channel, one frame.
    frame.put_u8(0xF8);
    Stamp { source, made: now }.write(&mut frame);
    frame.resize(VOICE_BYTES.max(1 + STAMP_BYTES), 0x55);
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Sending = Sending { low: true, mid: true, high: true, screen: false, sound: true };

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_camera_sends_what_is_asked_for_at_the_rate_it_promises() {
        let mut camera = Camera::new(7);
        let mut bytes = [0; 3];
        for turn in 0..500 {
            for piece in camera.turn(at(turn * 20), ALL) {
                bytes[piece.size] += piece.payload.len();
            }
        }
        for (size, bytes) in bytes.into_iter().enumerate() {
            let bits = bytes as u32 * 8 / 10;
            let asked = SIZES[size].bits;
            assert!((asked * 9 / 10..asked * 13 / 10).contains(&bits), "{size}: {bits} of {asked}");
        }
        assert!(camera.turn(at(10_000), Sending::default()).is_empty(), "what is not asked for is not sent");
        let low = Sending { low: true, ..Sending::default() };
        assert!(camera.turn(at(10_020), low).iter().all(|piece| piece.size == 0));
    }

    #[test]
    fn a_stream_begins_with_a_whole_picture_and_gives_another_when_asked() {
        let mut camera = Camera::new(7);
        let is_key = |pieces: &[Piece]| {
            let found = vp8::parse(&pieces[0].payload).unwrap();
            found.starts_keyframe(&pieces[0].payload)
        };
        let high = Sending { high: true, ..Sending::default() };
        let first = camera.turn(at(0), high);
        let found = vp8::parse(&first[0].payload).unwrap();
        assert_eq!(found.size(&first[0].payload), Some((640, 360)));
        assert_eq!(Stamp::of_picture(&first[0].payload), Some(Stamp { source: 7, made: at(0) }));
        let mut sequence = 0;
        let mut keys = 0;
        for turn in 0..200 {
            if turn == 100 {
                camera.want_key(2);
            }
            let pieces = camera.turn(at(20 + turn * 20), high);
            keys += u32::from(pieces.first().is_some_and(|_| is_key(&pieces)));
            for piece in pieces {
                assert!(sequence == 0 || piece.sequence == sequence + 1);
                sequence = piece.sequence;
            }
        }
        assert_eq!(keys, 1);
    }

    #[test]
    fn sound_says_when_it_was_made() {
        assert_eq!(Stamp::of_sound(&voice(9, at(1_234))), Some(Stamp { source: 9, made: at(1_234) }));
        assert_eq!(Stamp::of_sound(b"\xF8 anything else that is sound"), None);
    }
}
