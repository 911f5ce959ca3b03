//! The connection on which a client sends: one voice, one camera in up to three sizes, perhaps a screen.
//! It tells the room what came and keeps it for repeats; whether anybody watches is the room's to know.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use super::lines::{Line, lines};
use super::reception::{PICTURE_QUESTIONS, Reception, SOUND_QUESTIONS};
use super::{Identity, Path, State, Transport};
use crate::command::Layer;
use crate::peer::transport::Credentials;
use crate::rewrite::Kept;
use crate::rtcp::{self, Said};
use crate::rtp::{self, Packet};
use crate::sdp::{self, Candidate, Ours};
use crate::twcc::Arrivals;

/// Streams of one client: the voice, three sizes and a screen, and what of them began anew with a new number.
const STREAMS: usize = 16;
/// Numbers of sources that one connection may use up.
pub(crate) const SOURCES: u64 = STREAMS as u64;
/// Arrival times are told this often: a browser adapts within a few of them, and each costs a datagram.
const ARRIVALS_EVERY: Duration = Duration::from_millis(100);
/// Reports tell nothing that arrival times do not, except to the client's statistics.
const REPORTS_EVERY: Duration = Duration::from_secs(1);
/// Packets kept of one stream of pictures: seven seconds of the largest camera, four of a screen at 1.5 Mbit/s.
const KEPT: usize = 512;
/// A burst that a client may send above its limit, as a share of a second's bytes: a keyframe of a screen.
const BURST: u64 = 2;
/// Bytes that do not open may arrive from a client's address up to this many times the client's own limit.
/// Checking the seal of each such byte takes some nanoseconds. A larger flood costs the client its packets,
/// but it would fill the client's line anyway.
const FAILURES: u64 = 16;

/// What a stream shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// The microphone.
    Voice,
    /// A size of the camera.
    Camera(Layer),
    /// The screen.
    Screen,
}

/// A packet of media, opened.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The stream, by the room's number.
    pub source: u64,
    /// What it shows.
    pub what: What,
    /// See [`Packet::marker`].
    pub marker: bool,
    /// See [`Packet::sequence`].
    pub sequence: u16,
    /// See [`Packet::timestamp`].
    pub timestamp: u32,
    /// How loud, of a voice: 0 the loudest, 127 silence.
    pub level: Option<u8>,
    /// The payload; empty when the packet only measured the line.
    pub payload: Bytes,
}

/// A stream as the room sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Source {
    /// The room's number.
    pub number: u64,
    /// What it shows.
    pub what: What,
    /// When it was last heard.
    pub heard: Instant,
}

/// What is kept of a packet for repeats.
pub(crate) struct Stored {
    pub(crate) marker: bool,
    pub(crate) timestamp: u32,
    pub(crate) payload: Bytes,
}

struct Stream {
    source: Source,
    ssrc: u32,
    repeats: Option<u32>,
    reception: Reception,
    kept: Option<Kept<Stored>>,
}

/// Bytes that are earned with time, up to a burst.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    bps: u64,
    left: u64,
    counted: Instant,
}

impl Allowance {
    fn new(now: Instant, bps: u64) -> Self {
        Self { bps, left: bps / 8 * BURST, counted: now }
    }

    /// Whether at least `bytes` bytes are left.
    fn covers(&mut self, now: Instant, bytes: u64) -> bool {
        let since = now.saturating_duration_since(self.counted).as_micros().min(10_000_000) as u64;
        let earned = self.bps * since / 8_000_000;
        // A time too short to earn a byte is counted with the next packet.
        if earned > 0 {
            self.counted = now;
        }
        self.left = (self.left + earned).min(self.bps / 8 * BURST);
        self.left >= bytes
    }

    /// Uses up bytes that were covered.
    fn take(&mut self, bytes: u64) {
        self.left = self.left.saturating_sub(bytes);
    }
}

/// A client's sending connection.
pub struct Publisher {
    /// The way it comes by.
    pub transport: Transport,
    /// Datagrams to be sent by that way.
    pub out: Vec<BytesMut>,
    lines: Vec<Line>,
    streams: Vec<Stream>,
    first_source: u64,
    arrivals: Arrivals,
    next_arrivals: Instant,
    next_reports: Instant,
    /// Bytes that the client may still send now.
    allowance: Allowance,
    /// Bytes that may still arrive from the client's address without opening.
    failures: Allowance,
    ssrc: u32,
    scratch: Vec<u8>,
    body: Vec<u8>,
    numbers: Vec<u16>,
}

impl Publisher {
    /// Takes a client's offer; `Ok` has the answer too.
    pub fn new(
        now: Instant,
        offer: &str,
        identity: &Arc<Identity>,
        ours: Credentials,
        candidates: &[Candidate],
        bps: u64,
        first_source: u64,
    ) -> Result<(Self, String), &'static str> {
        let offer = sdp::read(offer)?;
        if !offer.can_shake {
            return Err("the client wants to be the server of the handshake");
        }
        if !offer.can_connect {
            return Err("the offer has no ICE name and password");
        }
        if offer.sections.iter().all(|section| section.mid.is_empty()) {
            return Err("the offer's m-lines have no names");
        }
        let lines = lines(&offer);
        if lines.is_empty() {
            return Err("the offer has neither Opus nor VP8");
        }
        let mut transport = Transport::new(now, identity.clone(), ours);
        transport.expect(offer.fingerprint).map_err(|_| "the handshake cannot be prepared")?;
        let ours = Ours {
            credentials: transport.ours(),
            fingerprint: &identity.fingerprint(),
            candidates,
            kbps: bps / 1_000,
        };
        let answer = sdp::answer(&offer, |section| lines.iter().any(|line| line.mid == section.mid), ours);
        let publisher = Self {
            transport,
            out: Vec::new(),
            lines,
            streams: Vec::new(),
            first_source,
            arrivals: Arrivals::new(now),
            next_arrivals: now,
            next_reports: now + REPORTS_EVERY,
            allowance: Allowance::new(now, bps),
            failures: Allowance::new(now, bps * FAILURES),
            // The server receives here: the number only has to be none of the client's, which draws at random.
            ssrc: 1,
            scratch: Vec::new(),
            body: Vec::new(),
            numbers: Vec::new(),
        };
        Ok((publisher, answer))
    }

    /// The streams that have been heard.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.streams.iter().map(|stream| &stream.source)
    }

    /// Whether it has a camera, and a screen, that it can send.
    pub fn pictures(&self) -> (bool, bool) {
        let has =
            |is_screen: bool| self.lines.iter().any(|line| !line.is_sound && line.is_screen == is_screen);
        (has(false), has(true))
    }

    /// A packet that is kept, to be sent again.
    pub(crate) fn stored(&self, source: u64, sequence: u16) -> Option<&Stored> {
        let stream = self.streams.iter().find(|stream| stream.source.number == source)?;
        stream.kept.as_ref()?.get(sequence)
    }

    /// Opens a datagram of media. If a client sends more than it may, the excess is dropped without
    /// decryption. Only what the client itself sealed counts. Anyone may send datagrams with its address that
    /// cannot be opened; these have a limit of their own.
    pub fn media(&mut self, now: Instant, path: Path, datagram: &[u8]) -> Option<Arrived> {
        let bytes = datagram.len() as u64;
        if !self.allowance.covers(now, bytes) || !self.failures.covers(now, bytes) {
            return None;
        }
        let Some(opened) = self.transport.open(now, path, datagram) else {
            self.failures.take(bytes);
            return None;
        };
        self.allowance.take(bytes);
        let opened = opened.freeze();
        let packet = Packet::read(&opened)?;
        let transport = self.lines.first().and_then(|line| line.ids.transport);
        if let Some(&[high, low]) = transport.and_then(|id| packet.extension(id)) {
            self.arrivals.note(now, u16::from_be_bytes([high, low]));
        }
        let (place, is_repeat) = self.stream(now, &packet)?;
        let stream = &mut self.streams[place];
        let (sequence, payload) = if is_repeat {
            // RFC 4588: the number of the packet repeated, then its payload. Without them it measures the line.
            (rtp::be16(packet.payload.get(..2)?), packet.payload.get(2..)?)
        } else {
            (packet.sequence, packet.payload)
        };
        stream.source.heard = now;
        stream.reception.take(now, sequence, packet.timestamp, is_repeat);
        let payload = opened.slice_ref(payload);
        if let Some(kept) = stream.kept.as_mut().filter(|_| !payload.is_empty()) {
            let (marker, timestamp) = (packet.marker, packet.timestamp);
            kept.put(sequence, Stored { marker, timestamp, payload: payload.clone() });
        }
        let level = self.lines.iter().find(|line| line.is_sound).and_then(|line| line.ids.level);
        let level = level
            .and_then(|id| packet.extension(id))
            .and_then(|value| value.first())
            .map(|value| value & 0x7F);
        Some(Arrived {
            source: stream.source.number,
            what: stream.source.what,
            marker: packet.marker,
            sequence,
            timestamp: packet.timestamp,
            level: level.filter(|_| stream.source.what == What::Voice),
            payload,
        })
    }

    /// The stream of a packet, begun if it is new, and whether the packet repeats one of that stream.
    fn stream(&mut self, now: Instant, packet: &Packet<'_>) -> Option<(usize, bool)> {
        if let Some(place) = self.streams.iter().position(|stream| stream.ssrc == packet.ssrc) {
            return Some((place, false));
        }
        if let Some(place) = self.streams.iter().position(|stream| stream.repeats == Some(packet.ssrc)) {
            return Some((place, true));
        }
        let text = |id: Option<u8>| {
            id.and_then(|id| packet.extension(id)).and_then(|value| std::str::from_utf8(value).ok())
        };
        let line = self.lines.iter().find(|line| {
            let declares = line.streams.contains(&packet.ssrc);
            declares || text(line.ids.mid) == Some(line.mid.as_str())
        });
        // A client with one camera and one microphone may mark nothing: the codec tells.
        let by_codec = |line: &&Line| line.codec == packet.payload_type && !line.is_screen;
        let line = line.or_else(|| self.lines.iter().find(by_codec))?;
        if line.repeat == Some(packet.payload_type) {
            let what = line.what(text(line.ids.repaired).unwrap_or(""));
            let declared =
                line.repeats.iter().find(|(_, repeat)| *repeat == packet.ssrc).map(|(first, _)| *first);
            let place = self.streams.iter().position(|stream| match declared {
                Some(first) => stream.ssrc == first,
                None => stream.source.what == what,
            })?;
            self.streams[place].repeats = Some(packet.ssrc);
            return Some((place, true));
        }
        if line.codec != packet.payload_type || self.streams.len() == STREAMS {
            return None;
        }
        let rid = text(line.ids.rid).or_else(|| line.declared_rid(packet.ssrc));
        let (what, is_sound, is_mended) = (line.what(rid.unwrap_or("")), line.is_sound, line.is_mended);
        let number = self.first_source + self.streams.len() as u64;
        self.streams.push(Stream {
            source: Source { number, what, heard: now },
            ssrc: packet.ssrc,
            repeats: None,
            reception: match (is_sound, is_mended) {
                (true, true) => Reception::new(48_000, SOUND_QUESTIONS),
                (true, false) => Reception::new(48_000, 0),
                (false, _) => Reception::new(90_000, PICTURE_QUESTIONS),
            },
            kept: (!is_sound).then(|| Kept::new(KEPT)),
        });
        Some((self.streams.len() - 1, false))
    }

    /// Opens a control datagram.
    pub fn control(&mut self, now: Instant, path: Path, datagram: &[u8]) {
        let Some(opened) = self.transport.open_control(now, path, datagram) else { return };
        let streams = &mut self.streams;
        rtcp::read(&opened, |said| {
            if let Said::Clock { ssrc, middle } = said
                && let Some(stream) = streams.iter_mut().find(|stream| stream.ssrc == ssrc)
            {
                stream.reception.clock_read(now, middle);
            }
        });
    }

    /// Asks for a whole picture of a stream.
    pub fn ask_keyframe(&mut self, source: u64) {
        let Some(stream) = self.streams.iter().find(|stream| stream.source.number == source) else { return };
        self.scratch.clear();
        // A control packet begins with a report, if an empty one (RFC 3550, 6.1).
        rtcp::write_reports(&mut self.scratch, self.ssrc, &[]);
        rtcp::write_keyframe(&mut self.scratch, self.ssrc, stream.ssrc);
        self.out.extend(self.transport.seal_control(&self.scratch));
    }

    /// Sends what is due: questions for missing packets, arrival times, reports.
    pub fn timeout(&mut self, now: Instant) {
        if self.transport.state() != State::Connected {
            return;
        }
        self.scratch.clear();
        let mut reports = Vec::new();
        if now >= self.next_reports {
            self.next_reports = now + REPORTS_EVERY;
            reports.extend(
                self.streams.iter_mut().filter_map(|stream| stream.reception.report(now, stream.ssrc)),
            );
        }
        rtcp::write_reports(&mut self.scratch, self.ssrc, &reports);
        let bare = self.scratch.len();
        for stream in &mut self.streams {
            stream.reception.questions(now, &mut self.numbers);
            rtcp::write_missing(&mut self.scratch, self.ssrc, stream.ssrc, &self.numbers);
        }
        if !reports.is_empty() || self.scratch.len() > bare {
            self.out.extend(self.transport.seal_control(&self.scratch));
        }
        if now >= self.next_arrivals && self.arrivals.waiting() {
            self.next_arrivals = now + ARRIVALS_EVERY;
            self.tell_arrivals();
        }
    }

    fn tell_arrivals(&mut self) {
        let about = self.streams.first().map_or(0, |stream| stream.ssrc);
        // More than one only after a jump of the numbers; what a liar's jumps leave over waits for the next time.
        for _ in 0..4 {
            if !self.arrivals.tell(&mut self.body) {
                return;
            }
            self.scratch.clear();
            rtcp::write_reports(&mut self.scratch, self.ssrc, &[]);
            rtcp::write_arrivals(&mut self.scratch, self.ssrc, about, &self.body);
            self.out.extend(self.transport.seal_control(&self.scratch));
        }
    }

    /// When [`Self::timeout`] is due.
    pub fn wake(&self) -> Option<Instant> {
        let arrivals = self.arrivals.waiting().then_some(self.next_arrivals);
        let reports = (!self.streams.is_empty()).then_some(self.next_reports);
        let questions = self.streams.iter().filter_map(|stream| stream.reception.wake()).min();
        [arrivals, reports, questions].into_iter().flatten().min()
    }
}
