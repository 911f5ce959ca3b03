//! The connection on which a client receives: one large picture, six small ones, a screen and three voices, whose m-lines
//! are offered once. A change of what stands in a place is a change of numbers in packets, never of the description.
//! It measures its own line and sends no faster than that bears; what stands where is decided by the room.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rand::RngExt;
use rand::rngs::StdRng;

use super::publisher::Stored;
use super::transport::Credentials;
use super::voice::{self, Voice};
use super::{Identity, Path, State, Transport};
use crate::command::{LineState, Place};
use crate::estimate::{Estimate, Train};
use crate::pace::{Class, Pacer, Repeats};
use crate::policy::{THUMBS, VOICES};
use crate::rewrite::{Carries, Incoming, Outgoing, Rewriter, Start};
use crate::rtcp::{self, Clock, Said};
use crate::rtp::Header;
use crate::sdp::{self, Candidate, Offered, Ours, extension, payload};
use crate::twcc;

/// The places, in the order of the m-lines.
pub const PLACES: usize = 1 + THUMBS + 1 + VOICES;
/// Where the screen stands among them.
pub(crate) const SCREEN: usize = 1 + THUMBS;
/// Where the voices begin.
pub(crate) const VOICE: usize = SCREEN + 1;
/// The names of the m-lines.
pub const MIDS: [&str; PLACES] = [
    "main", "thumb0", "thumb1", "thumb2", "thumb3", "thumb4", "thumb5", "screen", "voice0", "voice1",
    "voice2",
];
/// A client reads the server's clock this often; it serves the round trip and its statistics.
const CLOCKS_EVERY: Duration = Duration::from_secs(2);
/// The estimate looks at a line that has fallen silent.
const LOOKS_EVERY: Duration = Duration::from_millis(500);
/// Pictures that wait for longer than one frame want more of the line than it is believed to bear.
const WAITS: Duration = Duration::from_millis(60);
/// One client's wish for a whole picture in one place counts this often: the publisher is shared.
const WISHES_APART: Duration = Duration::from_millis(500);
/// Repeats asked for in one datagram that are considered: a lost keyframe has some fifty packets.
const REPEATS: usize = 200;
/// From this loss on, of a thousand packets, each piece of sound goes with the one before it, and for so long after.
const LOSES_PERMILLE: u16 = 10;
const LOSES_FOR: Duration = Duration::from_secs(10);
/// What IP and UDP add to a datagram.
const UNDERWAY: usize = 28;

/// The place of an m-line.
pub fn place(index: usize) -> Place {
    match index {
        0 => Place::Main,
        SCREEN => Place::Screen,
        VOICE.. => Place::Audio((index - VOICE) as u8),
        _ => Place::Thumb((index - 1) as u8),
    }
}

/// What a client asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wish {
    /// A packet of a source, once more, in this place.
    Repeat {
        /// Which m-line.
        place: usize,
        /// The room's number of the stream.
        source: u64,
        /// The packet's number in it.
        sequence: u16,
    },
    /// A whole picture of a source.
    Keyframe {
        /// The room's number of the stream.
        source: u64,
    },
}

/// A packet on its way out.
struct Leaving {
    place: usize,
    outgoing: Outgoing,
    payload: Bytes,
    is_repeat: bool,
}

struct Slot {
    rewriter: Rewriter,
    repeats: u32,
    repeat_number: u16,
    packets: u32,
    bytes: u32,
    last: Option<(u32, Instant)>,
    wished: Option<Instant>,
}

/// A client's receiving connection.
pub struct Subscriber {
    /// The way it goes by.
    pub transport: Transport,
    /// Datagrams to be sent by that way.
    pub out: Vec<BytesMut>,
    /// What is believed of its line.
    pub estimate: Estimate,
    slots: Vec<Slot>,
    voices: [Voice; VOICES],
    /// Whether the client knows sound with what was said before it.
    takes_doubled: bool,
    /// Until when the line counts as one that loses sound.
    loses_until: Option<Instant>,
    pacer: Pacer<Leaving>,
    repeats: Repeats,
    /// A frame is whole, or something waits that does not wait for frames.
    is_ready: bool,
    transport_id: Option<u8>,
    number: u16,
    epoch: Instant,
    next_clocks: Instant,
    next_look: Instant,
    /// What has not left yet of a train of padding, and when the next of it does.
    train: Option<(Train, Instant)>,
    scratch: Vec<u8>,
}

impl Subscriber {
    /// A connection to be answered, and its offer.
    pub fn new(
        now: Instant,
        identity: &Arc<Identity>,
        ours: Credentials,
        candidates: &[Candidate],
        bps: u64,
        rng: &mut StdRng,
    ) -> (Self, String) {
        let transport = Transport::new(now, identity.clone(), ours);
        // Streams are told apart by the upper bits, so that no two draw the same number.
        let base: u32 = rng.random::<u32>() & !0xFF;
        let slots: Vec<Slot> = (0..PLACES)
            .map(|index| {
                let carries = if index >= VOICE { Carries::Sound } else { Carries::Picture };
                let start = Start { sequence: rng.random(), timestamp: rng.random(), picture: rng.random() };
                Slot {
                    rewriter: Rewriter::new(base + 2 * index as u32 + 2, carries, start),
                    repeats: base + 2 * index as u32 + 3,
                    repeat_number: rng.random(),
                    packets: 0,
                    bytes: 0,
                    last: None,
                    wished: None,
                }
            })
            .collect();
        let offered: Vec<Offered> = slots
            .iter()
            .enumerate()
            .map(|(index, slot)| Offered {
                mid: MIDS[index],
                is_sound: index >= VOICE,
                ssrc: slot.rewriter.ssrc(),
                repeats: slot.repeats,
            })
            .collect();
        let fingerprint = identity.fingerprint();
        let ours =
            Ours { credentials: transport.ours(), fingerprint: &fingerprint, candidates, kbps: bps / 1_000 };
        let offer = sdp::offer(&offered, ours);
        // A fifth more than is ever sent, or the estimate's last step is never taken.
        let estimate = Estimate::new(now, u32::try_from(bps * 6 / 5).unwrap_or(u32::MAX));
        let subscriber = Self {
            transport,
            out: Vec::new(),
            pacer: Pacer::new(estimate.bits_per_second()),
            repeats: Repeats::default(),
            estimate,
            slots,
            voices: Default::default(),
            takes_doubled: false,
            loses_until: None,
            is_ready: false,
            transport_id: None,
            number: rng.random(),
            epoch: now,
            next_clocks: now,
            next_look: now + LOOKS_EVERY,
            train: None,
            scratch: Vec::new(),
        };
        (subscriber, offer)
    }

    /// Takes the client's answer.
    pub fn answer(&mut self, answer: &str) -> Result<(), &'static str> {
        let answer = sdp::read(answer)?;
        if !answer.can_shake {
            return Err("the client wants to be the server of the handshake");
        }
        let knows =
            |section: &sdp::Section| section.extension(extension::TRANSPORT) == Some(payload::TRANSPORT_ID);
        let doubled = |section: &sdp::Section| {
            section.codec(sdp::codec::RED).is_some_and(|codec| codec.number == payload::RED)
        };
        self.takes_doubled = answer.sections.iter().any(doubled);
        self.transport_id = answer.sections.iter().any(knows).then_some(payload::TRANSPORT_ID);
        self.transport.expect(answer.fingerprint).map_err(|_| "the handshake cannot be prepared")
    }

    /// Puts a source in a place, or nothing. A picture changes at the source's next whole picture.
    pub fn show(&mut self, place: usize, source: Option<u64>) {
        let rewriter = &mut self.slots[place].rewriter;
        match source {
            Some(source) => rewriter.want(source),
            None => rewriter.stop(),
        }
    }

    /// The source that flows in a place.
    pub fn shown(&self, place: usize) -> Option<u64> {
        self.slots[place].rewriter.source()
    }

    /// The source that a place waits for.
    pub fn awaited(&self, place: usize) -> Option<u64> {
        self.slots[place].rewriter.waits_for()
    }

    /// A packet of a source that stands, or shall stand, in a place. True when the source took over with it.
    pub fn forward(&mut self, now: Instant, place: usize, packet: &Incoming<'_>, payload: &Bytes) -> bool {
        if self.transport.state() != State::Connected {
            return false;
        }
        if payload.is_empty() {
            self.slots[place].rewriter.leave_out(packet.source, packet.sequence);
            return false;
        }
        let Some(outgoing) = self.slots[place].rewriter.pass(now, packet) else { return false };
        let class = if place >= VOICE { Class::Sound } else { Class::Picture };
        self.is_ready |= place >= VOICE || outgoing.marker;
        let leaving = Leaving { place, outgoing, payload: payload.clone(), is_repeat: false };
        if self.pacer.push(now, class, payload.len() + UNDERWAY, leaving).is_err() {
            self.slots[..VOICE].iter_mut().for_each(|slot| slot.rewriter.begin_anew());
        }
        outgoing.is_switch
    }

    /// Sends a packet once more.
    pub(crate) fn repeat(&mut self, now: Instant, place: usize, source: u64, sequence: u16, stored: &Stored) {
        let packet = Incoming {
            source,
            sequence,
            timestamp: stored.timestamp,
            marker: stored.marker,
            payload: &stored.payload,
        };
        let Some(outgoing) = self.slots[place].rewriter.repeat(&packet) else { return };
        let (bytes, line) = (stored.payload.len() + UNDERWAY, &self.estimate);
        let which = (place, outgoing.sequence);
        if !self.repeats.may(now, which, bytes, line.round_trip(), line.bits_per_second()) {
            return;
        }
        self.is_ready = true;
        let leaving = Leaving { place, outgoing, payload: stored.payload.clone(), is_repeat: true };
        if self.pacer.push(now, Class::Repeat, bytes, leaving).is_err() {
            self.slots[..VOICE].iter_mut().for_each(|slot| slot.rewriter.begin_anew());
        }
    }

    /// Whether it is worth to [`flush`](Self::flush) before the next timeout: a frame's packets leave in one go, which
    /// spares the kernel half its work.
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Seals what may leave now.
    pub fn flush(&mut self, now: Instant) {
        self.is_ready = false;
        let is_doubled = self.takes_doubled && self.loses_until.is_some_and(|until| now < until);
        while let Some(leaving) = self.pacer.pop(now) {
            self.number = self.number.wrapping_add(1);
            let slot = &mut self.slots[leaving.place];
            let is_sound = leaving.place >= VOICE;
            let outgoing = &leaving.outgoing;
            let mut header = Header {
                marker: outgoing.marker,
                payload_type: if is_sound { payload::OPUS } else { payload::VP8 },
                sequence: outgoing.sequence,
                timestamp: outgoing.timestamp,
                ssrc: outgoing.ssrc,
                transport: self.transport_id.map(|id| (id, self.number)),
                padding: 0,
            };
            if leaving.is_repeat {
                slot.repeat_number = slot.repeat_number.wrapping_add(1);
                header.payload_type = payload::RTX;
                header.sequence = slot.repeat_number;
                header.ssrc = slot.repeats;
            } else {
                slot.packets = slot.packets.wrapping_add(1);
                slot.bytes = slot.bytes.wrapping_add(leaving.payload.len() as u32);
                slot.last = Some((outgoing.timestamp, now));
            }
            let before = is_sound
                .then(|| self.voices[leaving.place - VOICE].next(outgoing, &leaving.payload))
                .flatten()
                .filter(|_| is_doubled);
            if before.is_some() {
                header.payload_type = payload::RED;
            }
            header.write(&mut self.scratch);
            if leaving.is_repeat {
                self.scratch.extend_from_slice(&outgoing.sequence.to_be_bytes());
            }
            if let Some(before) = before {
                voice::write_before(&before, outgoing, &mut self.scratch);
            }
            let begin = self.scratch.len();
            self.scratch.extend_from_slice(&leaving.payload);
            outgoing.patch(&mut self.scratch[begin..]);
            let Some(sealed) = self.transport.seal(&header, &self.scratch) else { continue };
            self.estimate.sent(now, self.number, sealed.len() + UNDERWAY);
            if is_sound {
                self.voices[leaving.place - VOICE].keep(outgoing.sequence, &sealed);
            }
            self.out.push(sealed);
        }
    }

    /// Opens a control datagram; what the client asks for is added to `wishes`.
    pub fn control(&mut self, now: Instant, path: Path, datagram: &[u8], wishes: &mut Vec<Wish>) {
        let Some(opened) = self.transport.open_control(now, path, datagram) else { return };
        let wall = (wall(self.epoch, now) >> 16) as u32;
        let (slots, estimate) = (&mut self.slots, &mut self.estimate);
        let (voices, repeats, out) = (&mut self.voices, &mut self.repeats, &mut self.out);
        let mut has_arrivals = false;
        rtcp::read(&opened, |said| match said {
            Said::Missing { about, entries } => {
                let Some(place) = slots.iter().position(|slot| slot.rewriter.ssrc() == about) else { return };
                for number in rtcp::numbers(entries).take(REPEATS) {
                    if place >= VOICE {
                        let Some(sealed) = voices[place - VOICE].again(number) else { continue };
                        let (trip, bps) = (estimate.round_trip(), estimate.bits_per_second());
                        if repeats.may(now, (place, number), sealed.len() + UNDERWAY, trip, bps) {
                            out.push(sealed.clone());
                        }
                    } else if let Some((source, sequence)) = slots[place].rewriter.origin(number) {
                        wishes.push(Wish::Repeat { place, source, sequence });
                    }
                }
            }
            Said::Keyframe { about } => {
                let Some(slot) = slots.iter_mut().find(|slot| slot.rewriter.ssrc() == about) else { return };
                if slot.wished.is_none_or(|wished| now.saturating_duration_since(wished) >= WISHES_APART) {
                    slot.wished = Some(now);
                    wishes.extend(slot.rewriter.source().map(|source| Wish::Keyframe { source }));
                }
            }
            Said::Arrivals(body) => {
                twcc::read(body, |number, at| estimate.arrived(now, number, at));
                has_arrivals = true;
            }
            Said::Report(report) => {
                let is_measured = report.last_clock != 0;
                let passed = wall.wrapping_sub(report.last_clock).wrapping_sub(report.clock_age);
                // A round trip of more than eight seconds is a client that lies or has slept.
                let there_and_back = (is_measured && passed < 8 << 16)
                    .then(|| Duration::from_micros(u64::from(passed) * 1_000_000 / 65_536));
                estimate.reported(now, report.fraction, there_and_back);
            }
            Said::Clock { .. } | Said::Bye { .. } => {}
        });
        if has_arrivals {
            estimate.feedback_ends(now);
        }
        if self.estimate.loss_permille() >= LOSES_PERMILLE {
            self.loses_until = Some(now + LOSES_FOR);
        }
        self.pacer.set_rate(now, self.estimate.bits_per_second());
    }

    /// Does what is due.
    pub fn timeout(&mut self, now: Instant) {
        if self.transport.state() != State::Connected {
            return;
        }
        if now >= self.next_look {
            self.next_look = now + LOOKS_EVERY;
            self.estimate.look(now);
            self.pacer.set_rate(now, self.estimate.bits_per_second());
            self.ask_for_more(now);
        }
        self.send_train(now);
        if now >= self.next_clocks {
            self.next_clocks = now + CLOCKS_EVERY;
            self.tell_clocks(now);
        }
        self.flush(now);
    }

    /// Where the estimate wants to know whether a weak line has become better, or one for which pictures wait bears more, a train of
    /// padding leaves from now on.
    fn ask_for_more(&mut self, now: Instant) {
        let Some(path) = self.transport.path().filter(|_| self.transport_id.is_some()) else { return };
        if self.train.is_none() {
            let waits = self.pacer.delay(now) >= WAITS;
            self.train = self.estimate.train(now, path.over(), waits).map(|train| (train, now));
        }
    }

    /// Sends what is due of a train. It stands among the repeats of the large picture, as browsers expect padding.
    fn send_train(&mut self, now: Instant) {
        while let (Some((mut train, due)), Some(id)) = (self.train, self.transport_id) {
            if now < due {
                return;
            }
            self.send_padding(now, id, train.padding);
            train.packets -= 1;
            self.train = (train.packets > 0).then_some((train, due + train.apart));
        }
    }

    fn send_padding(&mut self, now: Instant, id: u8, padding: u8) {
        self.number = self.number.wrapping_add(1);
        let slot = &mut self.slots[0];
        slot.repeat_number = slot.repeat_number.wrapping_add(1);
        let header = Header {
            marker: false,
            payload_type: payload::RTX,
            sequence: slot.repeat_number,
            timestamp: slot.last.map_or(0, |(timestamp, _)| timestamp),
            ssrc: slot.repeats,
            transport: Some((id, self.number)),
            padding,
        };
        header.write(&mut self.scratch);
        header.pad(&mut self.scratch);
        let Some(sealed) = self.transport.seal(&header, &self.scratch) else { return };
        self.estimate.sent_of_train(now, self.number, sealed.len() + UNDERWAY);
        self.out.push(sealed);
    }

    fn tell_clocks(&mut self, now: Instant) {
        let wall = wall(self.epoch, now);
        self.scratch.clear();
        for (index, slot) in self.slots.iter().enumerate() {
            let Some((timestamp, at)) = slot.last else { continue };
            let passed = now.saturating_duration_since(at);
            if passed > 2 * CLOCKS_EVERY {
                continue;
            }
            let clock: u64 = if index >= VOICE { 48_000 } else { 90_000 };
            let ticks = (passed.as_micros() as u64 * clock / 1_000_000) as u32;
            let timestamp = timestamp.wrapping_add(ticks);
            let (packets, bytes) = (slot.packets, slot.bytes);
            rtcp::write_clock(
                &mut self.scratch,
                &Clock { ssrc: slot.rewriter.ssrc(), wall, timestamp, packets, bytes },
            );
        }
        if !self.scratch.is_empty() {
            self.out.extend(self.transport.seal_control(&self.scratch));
        }
    }

    /// When [`Self::timeout`] is due.
    pub fn wake(&self, now: Instant) -> Option<Instant> {
        if self.transport.state() != State::Connected {
            return None;
        }
        let due = self.next_look.min(self.next_clocks);
        let due = self.train.map_or(due, |(_, leaves)| due.min(leaves));
        Some(self.pacer.wake(now).map_or(due, |leaves| due.min(leaves)))
    }

    /// What the line gets, by its strength.
    pub fn line(&self) -> LineState {
        self.estimate.state()
    }
}

/// A clock that agrees with no other: seconds and fractions since a day before the connection began. Clients only ever
/// take differences of it.
fn wall(epoch: Instant, now: Instant) -> u64 {
    let passed = now.saturating_duration_since(epoch);
    let seconds = passed.as_secs() + 86_400;
    (seconds << 32) | ((u64::from(passed.subsec_nanos()) << 32) / 1_000_000_000)
}
