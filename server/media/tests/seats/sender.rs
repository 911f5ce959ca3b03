//! What a browser sends: a voice with its level, a camera in three sizes, a screen. Every frame carries who made it and
//! its number, so that the receiver can tell whether it has what the frame is built on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use media::command::Sending;

/// Between two frames of a camera, and of voice.
const FRAME: Duration = Duration::from_millis(66);
const VOICE: Duration = Duration::from_millis(20);
/// Opus says in silence only that it is there.
const SILENCE: Duration = Duration::from_millis(400);
/// Packets kept for repeats, of pictures and of voice.
const KEPT: u16 = 400;
const VOICES_KEPT: u16 = 50;

/// The sizes, and a screen: rid, packets of a frame, bytes of a packet.
const STREAMS: [(&str, usize, usize); 4] = [("l", 1, 600), ("m", 2, 850), ("h", 5, 900), ("", 3, 900)];
pub(crate) const SCREEN: usize = 3;

struct Stream {
    ssrc: u32,
    sequence: u16,
    picture: u16,
    base: u8,
    key: u8,
    frame: u32,
    wants_key: bool,
    is_on: bool,
    kept: BTreeMap<u16, (u32, bool, Vec<u8>)>,
    repeat_sequence: u16,
}

pub(crate) struct Sender {
    seat: u64,
    pub(crate) is_speaking: bool,
    pub(crate) has_screen: bool,
    /// Nothing of the screen is sent, although it is asked for.
    pub(crate) screen_rests: bool,
    streams: Vec<Stream>,
    voice: u16,
    voices: BTreeMap<u16, Vec<u8>>,
    transport: u16,
    start: Instant,
    next_frame: Instant,
    next_voice: Instant,
    pub(crate) keyframes_asked: u32,
}

impl Sender {
    pub(crate) fn new(now: Instant, seat: u64) -> Self {
        let stream = |place: u32| Stream {
            ssrc: seat as u32 * 100 + 10 + place,
            sequence: (seat * 977) as u16,
            picture: (seat * 31) as u16 & 0x7fff,
            base: seat as u8,
            key: seat as u8 & 0x1f,
            frame: 0,
            wants_key: true,
            is_on: false,
            kept: BTreeMap::new(),
            repeat_sequence: 0,
        };
        Self {
            seat,
            is_speaking: false,
            has_screen: false,
            screen_rests: false,
            streams: (0..4).map(stream).collect(),
            voice: (seat * 131) as u16,
            voices: BTreeMap::new(),
            transport: 0,
            start: now,
            // Not all in the same millisecond.
            next_frame: now + Duration::from_millis(seat % 66),
            next_voice: now + Duration::from_millis(seat % 20),
            keyframes_asked: 0,
        }
    }

    pub(crate) fn offer(&self, fingerprint: &[u8]) -> String {
        let hex: Vec<String> = fingerprint.iter().map(|byte| format!("{byte:02X}")).collect();
        let extensions = "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n\
            a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n";
        let video = |mid: u32, simulcast: &str| {
            format!(
                "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:{mid}\r\na=sendonly\r\na=rtcp-mux\r\n{extensions}\
                 a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n\
                 a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n\
                 a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n{simulcast}"
            )
        };
        let screen = if self.has_screen { video(2, "") } else { String::new() };
        format!(
            "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\na=setup:actpass\r\n\
             a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=rtcp-rsize\r\na=fingerprint:sha-256 {}\r\n\
             m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\n{extensions}\
             a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=rtpmap:111 opus/48000/2\r\n\
             a=rtcp-fb:111 nack\r\n{}{screen}",
            hex.join(":"),
            video(1, "a=rid:l send\r\na=rid:m send\r\na=rid:h send\r\na=simulcast:send l;m;h\r\n"),
        )
    }

    /// Does as it was asked; an encoding that begins again begins with a keyframe.
    pub(crate) fn ask(&mut self, sending: Sending) {
        let on = [sending.low, sending.mid, sending.high, sending.screen && self.has_screen];
        for (stream, on) in self.streams.iter_mut().zip(on) {
            stream.wants_key |= on && !stream.is_on;
            stream.is_on = on;
        }
    }

    pub(crate) fn wants_keyframe(&mut self, ssrc: u32) {
        self.keyframes_asked += 1;
        self.streams
            .iter_mut()
            .filter(|stream| stream.ssrc == ssrc)
            .for_each(|stream| stream.wants_key = true);
    }

    /// The packets that are due.
    pub(crate) fn produce(&mut self, now: Instant, mut send: impl FnMut(&[u8])) {
        if now >= self.next_voice {
            self.next_voice = now + if self.is_speaking { VOICE } else { SILENCE };
            let packet = self.voice_packet(now);
            self.voices.insert(self.voice, packet.clone());
            self.voices.remove(&self.voice.wrapping_sub(VOICES_KEPT));
            send(&packet);
        }
        if now >= self.next_frame {
            self.next_frame += FRAME;
            for place in 0..self.streams.len() {
                if self.streams[place].is_on && !(place == SCREEN && self.screen_rests) {
                    self.frame(now, place, &mut send);
                }
            }
        }
    }

    /// The packet again, as RFC 4588 says; of voice as it was.
    pub(crate) fn repeat(&mut self, ssrc: u32, number: u16, mut send: impl FnMut(&[u8])) {
        if ssrc == self.voice_ssrc() {
            self.voices.get(&number).into_iter().for_each(|packet| send(packet));
            return;
        }
        let Some(place) = self.streams.iter().position(|stream| stream.ssrc == ssrc) else { return };
        let stream = &mut self.streams[place];
        let Some((timestamp, marker, payload)) = stream.kept.get(&number).cloned() else { return };
        stream.repeat_sequence = stream.repeat_sequence.wrapping_add(1);
        let sequence = stream.repeat_sequence;
        let rid = STREAMS[place].0;
        let mid = if place == SCREEN { b"2" } else { b"1" };
        let mut packet =
            self.header(97, marker, sequence, timestamp, ssrc + 50, &[(4, mid), (11, rid.as_bytes())]);
        packet.extend(number.to_be_bytes());
        packet.extend(payload);
        send(&packet);
    }

    fn voice_ssrc(&self) -> u32 {
        self.seat as u32 * 100 + 1
    }

    fn voice_packet(&mut self, now: Instant) -> Vec<u8> {
        self.voice = self.voice.wrapping_add(1);
        let ticks = ((now - self.start).as_millis() * 48) as u32;
        let level = [if self.is_speaking { 25 } else { 127 }];
        let ssrc = self.voice_ssrc();
        let mut packet = self.header(111, false, self.voice, ticks, ssrc, &[(4, b"0"), (1, &level)]);
        packet.extend(self.seat.to_be_bytes());
        packet.resize(packet.len() + 70, 0);
        packet
    }

    fn frame(&mut self, now: Instant, place: usize, send: &mut impl FnMut(&[u8])) {
        let (rid, parts, bytes) = STREAMS[place];
        let stream = &mut self.streams[place];
        let is_key = std::mem::take(&mut stream.wants_key);
        stream.frame += 1;
        stream.picture = (stream.picture + 1) & 0x7fff;
        stream.base = stream.base.wrapping_add(1);
        stream.key = (stream.key + u8::from(is_key)) & 0x1f;
        let timestamp = ((now - self.start).as_millis() * 90) as u32;
        let parts = if is_key { parts * 4 } else { parts };
        for part in 0..parts {
            let stream = &mut self.streams[place];
            stream.sequence = stream.sequence.wrapping_add(1);
            let mut payload = vec![if part == 0 { 0x90 } else { 0x80 }, 0xf0];
            payload.extend((0x8000 | stream.picture).to_be_bytes());
            payload.extend([
                stream.base,
                stream.key,
                u8::from(!is_key),
                0,
                0,
                0x9d,
                0x01,
                0x2a,
                64,
                1,
                180,
                0,
            ]);
            payload.extend(self.seat.to_be_bytes());
            payload.push(place as u8);
            payload.extend(stream.frame.to_be_bytes());
            payload.extend([part as u8, parts as u8, u8::from(is_key)]);
            payload.resize(bytes, 0);
            let (sequence, ssrc, marker) = (stream.sequence, stream.ssrc, part + 1 == parts);
            stream.kept.insert(sequence, (timestamp, marker, payload.clone()));
            stream.kept.remove(&sequence.wrapping_sub(KEPT));
            let mid = if place == SCREEN { b"2" } else { b"1" };
            let mut packet =
                self.header(96, marker, sequence, timestamp, ssrc, &[(4, mid), (10, rid.as_bytes())]);
            packet.extend(payload);
            send(&packet);
        }
    }

    fn header(
        &mut self,
        kind: u8,
        marker: bool,
        sequence: u16,
        timestamp: u32,
        ssrc: u32,
        extensions: &[(u8, &[u8])],
    ) -> Vec<u8> {
        self.transport = self.transport.wrapping_add(1);
        let mut body = vec![0x31];
        body.extend(self.transport.to_be_bytes());
        for (id, value) in extensions.iter().filter(|(_, value)| !value.is_empty()) {
            body.push(id << 4 | (value.len() as u8 - 1));
            body.extend(*value);
        }
        body.resize(body.len().next_multiple_of(4), 0);
        let mut packet = vec![0x90, u8::from(marker) << 7 | kind];
        packet.extend(sequence.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(ssrc.to_be_bytes());
        packet.extend([0xbe, 0xde]);
        packet.extend((body.len() as u16 / 4).to_be_bytes());
        packet.extend(body);
        packet
    }
}
