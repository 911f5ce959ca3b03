//! What stands at a connection's ends within the library's chain: repeats become what they repeat before anything looks
//! for gaps, what has come is watched and goes no further, and who needs a whole picture is noted.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rtc::interceptor::{AttributedPacket, Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::sansio::Protocol;
use rtc::shared::TransportContext;
use rtc::shared::error::Error;

use super::watch::{Pictures, Shown, Sounds};
use crate::peer::pieces;
use crate::sdp::{Description, Kind, payload};

/// Whose pictures came where, for the time a change of speaker takes; the last few are enough.
const TURNS: usize = 64;

/// A place and what comes into it.
#[derive(Debug)]
pub(super) enum Stream {
    Pictures(Box<Pictures>),
    Sounds(Box<Sounds>),
}

/// What comes over a receiving connection, by its streams.
#[derive(Debug)]
pub(super) struct Ear {
    /// The clock that all sites share.
    began: Instant,
    mids: HashMap<String, u32>,
    streams: HashMap<u32, Stream>,
    /// Streams of repeats, and what they repeat.
    repeats: HashMap<u32, u32>,
    /// The stream shown large, and whose pictures were shown there since when.
    main: Option<u32>,
    turns: VecDeque<(Duration, u32)>,
}

impl Ear {
    /// For the places that the server offers.
    pub(super) fn new(began: Instant, offer: &Description) -> Ear {
        let (mut mids, mut streams, mut repeats) = (HashMap::new(), HashMap::new(), HashMap::new());
        for section in &offer.sections {
            let Some(ssrc) = section.streams.first() else { continue };
            mids.insert(section.mid.clone(), *ssrc);
            let stream = match section.kind {
                Kind::Audio => Stream::Sounds(Box::default()),
                _ => Stream::Pictures(Box::default()),
            };
            streams.insert(*ssrc, stream);
            repeats.extend(section.repeats.iter().map(|(of, repeat)| (*repeat, *of)));
        }
        Ear { began, mids, streams, repeats, main: None, turns: VecDeque::new() }
    }

    /// Which place is shown large.
    pub(super) fn set_main(&mut self, mid: &str) {
        self.main = self.mids.get(mid).copied();
    }

    /// Whether a picture is promised in a place.
    pub(super) fn promise(&mut self, mid: &str, is_promised: bool, now: Duration) {
        let stream = self.mids.get(mid).and_then(|ssrc| self.streams.get_mut(ssrc));
        if let Some(Stream::Pictures(pictures)) = stream {
            pictures.promise(is_promised, now);
        }
    }

    pub(super) fn streams(&self) -> impl Iterator<Item = &Stream> {
        self.streams.values()
    }

    /// Since when whose pictures were shown large, the oldest first.
    pub(super) fn turns(&self) -> impl Iterator<Item = (Duration, u32)> {
        self.turns.iter().copied()
    }

    /// The newest number of a stream of pictures that has begun.
    fn newest(&self, ssrc: u32) -> Option<u16> {
        match self.streams.get(&ssrc)? {
            Stream::Pictures(pictures) => pictures.newest(),
            Stream::Sounds(_) => None,
        }
    }

    /// Takes a packet; gives the stream for which a whole picture is to be asked.
    fn take(&mut self, at: Instant, packet: &rtc::rtp::Packet) -> Option<u32> {
        let now = at.saturating_duration_since(self.began);
        let header = &packet.header;
        let (is_main, turns) = (self.main == Some(header.ssrc), &mut self.turns);
        match self.streams.get_mut(&header.ssrc)? {
            Stream::Sounds(sounds) if header.payload_type == payload::RED => {
                let pieces = pieces(&packet.payload);
                for (back, piece) in (0..pieces.len() as u16).rev().zip(pieces) {
                    sounds.take(now, header.sequence_number.wrapping_sub(back), piece.1);
                }
            }
            Stream::Sounds(sounds) => sounds.take(now, header.sequence_number, &packet.payload),
            Stream::Pictures(pictures) => {
                pictures.take(
                    now,
                    header.sequence_number,
                    header.marker,
                    &packet.payload,
                    |Shown { source }| {
                        let Some(source) = source.filter(|_| is_main) else { return };
                        if turns.back().is_none_or(|(_, last)| *last != source) {
                            turns.push_back((now, source));
                            turns.drain(..turns.len().saturating_sub(TURNS));
                        }
                    },
                );
                if pictures.asks(now) {
                    return Some(header.ssrc);
                }
            }
        }
        None
    }
}

/// An ear that two stages of a chain and the site share.
pub(super) type SharedEar = Arc<Mutex<Ear>>;

/// Nobody panics while listening; if somebody did, what was counted is still true.
pub(super) fn lock(ear: &SharedEar) -> MutexGuard<'_, Ear> {
    ear.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The queues through which a stage passes on.
#[derive(Default)]
pub(super) struct Passing {
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

/// What a stage does with what has come; what it leaves in the queues goes on.
pub(super) trait Stage: Send + Sync {
    fn came(&mut self, message: TaggedPacket, passing: &mut Passing);
}

/// A stage of the library's chain.
pub(super) struct Staged<S> {
    stage: S,
    passing: Passing,
}

impl<S: Stage> Staged<S> {
    pub(super) fn new(stage: S) -> Staged<S> {
        Staged { stage, passing: Passing::default() }
    }
}

impl<S: Stage> Protocol<TaggedPacket, TaggedPacket, ()> for Staged<S> {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.stage.came(message, &mut self.passing);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.passing.reads.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.passing.writes.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.passing.writes.pop_front()
    }
}

impl<S: Stage> Interceptor for Staged<S> {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}

    fn unbind_local_stream(&mut self, _: &StreamInfo) {}

    fn bind_remote_stream(&mut self, _: &StreamInfo) {}

    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

/// Makes of a repeat what it repeats (RFC 4588): the library's search for gaps knows nothing of repeats, and would ask
/// for what has come.
pub(super) struct Mend(pub(super) SharedEar);

impl Stage for Mend {
    fn came(&mut self, mut message: TaggedPacket, passing: &mut Passing) {
        if let Packet::Rtp(packet) = &mut message.message.packet {
            let ear = lock(&self.0);
            if let Some(of) = ear.repeats.get(&packet.header.ssrc).copied() {
                // Padding alone is a probe of the line, and counts as a packet that has come before: its arrival is told.
                let (number, rest) = match packet.payload.first_chunk::<2>() {
                    Some(number) => (Some(u16::from_be_bytes(*number)), 2),
                    None => (ear.newest(of), 0),
                };
                let Some(number) = number else { return };
                packet.header.ssrc = of;
                packet.header.payload_type = payload::VP8;
                packet.header.sequence_number = number;
                packet.payload = packet.payload.slice(rest.min(packet.payload.len())..);
            }
        }
        passing.reads.push_back(message);
    }
}

/// Watches what has come, and asks for whole pictures.
pub(super) struct Listen(pub(super) SharedEar);

impl Stage for Listen {
    fn came(&mut self, message: TaggedPacket, passing: &mut Passing) {
        match &message.message.packet {
            Packet::Rtp(packet) => {
                if let Some(media_ssrc) = lock(&self.0).take(message.now, packet) {
                    let asks = PictureLossIndication { sender_ssrc: 1, media_ssrc };
                    passing.writes.push_back(TaggedPacket {
                        now: message.now,
                        transport: TransportContext::default(),
                        message: AttributedPacket::new(Packet::Rtcp(vec![Box::new(asks)])),
                    });
                }
            }
            _ => passing.reads.push_back(message),
        }
    }
}

/// Whether somebody needs a whole picture of a size of the camera.
#[derive(Debug, Default)]
pub(super) struct Wanted([AtomicBool; 3]);

impl Wanted {
    /// The sizes that are wanted; they count as heard.
    pub(super) fn take(&self) -> impl Iterator<Item = usize> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, wanted)| wanted.swap(false, Ordering::Relaxed))
            .map(|(size, _)| size)
    }
}

/// Hears requests for whole pictures of a camera whose streams have numbers from this on.
pub(super) struct Obey {
    pub(super) first: u32,
    pub(super) wanted: Arc<Wanted>,
}

impl Stage for Obey {
    fn came(&mut self, message: TaggedPacket, passing: &mut Passing) {
        if let Packet::Rtcp(packets) = &message.message.packet {
            for packet in packets {
                let any = packet.as_any();
                let one = any.downcast_ref::<PictureLossIndication>().map(|asks| asks.media_ssrc);
                let several = any.downcast_ref::<FullIntraRequest>().into_iter().flat_map(|asks| &asks.fir);
                for ssrc in one.into_iter().chain(several.map(|entry| entry.ssrc)) {
                    let size = ssrc.wrapping_sub(self.first) as usize;
                    if let Some(wanted) = self.wanted.0.get(size) {
                        wanted.store(true, Ordering::Relaxed);
                    }
                }
            }
        }
        passing.reads.push_back(message);
    }
}
