//! One outgoing stream fed by changing sources: cameras, simulcast layers, voices. The receiver sees one sender whose
//! sequence numbers, time and VP8 picture numbers never jump, so a change of source needs no negotiation. Gaps and
//! reordering pass through as they are, a packet that comes twice passes once; what the receiver asks for again is mapped
//! back to the source's own number.
//! Refuses to know bytes on the wire, seats and policy; holds a fixed number of small records and never allocates.

mod gone;
mod kept;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::vp8;
use gone::Gone;
pub use kept::Kept;

/// Stretches with one mapping that are remembered, for late packets and repeats. Each switch and each packet left out
/// begins a new one; a second of thirty frames, each with a packet left out, fits.
const STRETCHES: usize = 32;

/// How far back of the newest packet a repeat is answered: two seconds of a screen at its best.
const REPEATS: u16 = 1024;

/// A source that jumps further than this has been restarted, or its line was gone for seconds; it is waited for like a
/// new one.
const JUMP: u16 = REPEATS - 1;

/// What the stream carries, which decides where a source may take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// VP8: a new source takes over at its next keyframe.
    Picture,
    /// Opus: a new source takes over at once.
    Sound,
}

impl Carries {
    /// Ticks of the RTP timestamp in a second.
    #[must_use]
    pub fn clock(self) -> u32 {
        match self {
            Carries::Picture => 90_000,
            Carries::Sound => 48_000,
        }
    }

    /// The time that a new source's first frame is put after the last one, at least.
    fn step(self) -> u32 {
        match self {
            // 1/50 s, 20 ms: what lies between two frames at the fastest.
            Carries::Picture => 1_800,
            Carries::Sound => 960,
        }
    }
}

/// The header fields of a packet that matter here, and its payload.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// The stream it belongs to: any number that names one camera's layer or one microphone, until it is replaced.
    pub source: u64,
    /// RTP sequence number.
    pub sequence: u16,
    /// RTP timestamp.
    pub timestamp: u32,
    /// RTP marker.
    pub marker: bool,
    /// The payload, as the publisher sent it.
    pub payload: &'a [u8],
}

/// The header fields with which to send a packet on, and what to write into a copy of its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The SSRC of the outgoing stream.
    pub ssrc: u32,
    /// RTP sequence number.
    pub sequence: u16,
    /// RTP timestamp.
    pub timestamp: u32,
    /// RTP marker.
    pub marker: bool,
    /// The source took over with this packet.
    pub is_switch: bool,
    descriptor: Option<(vp8::Descriptor, vp8::Fields)>,
}

impl Outgoing {
    /// Writes the picture numbers into a copy of the packet's payload; its length stays.
    pub fn patch(&self, payload: &mut [u8]) {
        if let Some((descriptor, fields)) = self.descriptor {
            descriptor.patch(payload, fields);
        }
    }

    /// Whether the payload is to be changed at all; where not, it may be shared between subscribers.
    #[must_use]
    pub fn changes_payload(&self) -> bool {
        self.descriptor.is_some()
    }
}

/// Where the numbers of a stream begin. Random, so that a stream cannot be guessed; tests choose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start {
    /// First sequence number.
    pub sequence: u16,
    /// First timestamp.
    pub timestamp: u32,
    /// First picture id, of which 15 bits count.
    pub picture: u16,
}

/// What is added to a source's numbers, over one stretch of outgoing sequence numbers.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    source: u64,
    /// First and newest number of the source in this stretch.
    first: u16,
    newest: u16,
    sequence: u16,
    timestamp: u32,
    picture: u16,
    base: u8,
    key: u8,
}

impl Stretch {
    fn holds(&self, source: u64, sequence: u16) -> bool {
        self.source == source && !is_before(sequence, self.first) && !is_before(self.newest, sequence)
    }

    fn extend_to(&mut self, sequence: u16) {
        if is_before(self.newest, sequence) {
            self.newest = sequence;
            // Numbers compare by the shorter way round, so a stretch must not grow to half of them.
            if distance(self.first, self.newest).unsigned_abs() > JUMP {
                self.first = self.newest.wrapping_sub(JUMP);
            }
        }
    }
}

/// The newest numbers that went out, from which the next source goes on.
#[derive(Clone, Copy, Debug)]
struct Sent {
    sequence: u16,
    timestamp: u32,
    picture: u16,
    base: u8,
    key: u8,
    at: Instant,
}

/// One outgoing stream.
#[derive(Debug)]
pub struct Rewriter {
    ssrc: u32,
    carries: Carries,
    start: Start,
    wanted: Option<u64>,
    /// The last stretch is the one in use, if `is_flowing`.
    stretches: VecDeque<Stretch>,
    is_flowing: bool,
    sent: Option<Sent>,
    gone: Gone,
}

impl Rewriter {
    /// A stream that has sent nothing yet.
    #[must_use]
    pub fn new(ssrc: u32, carries: Carries, start: Start) -> Self {
        Self {
            ssrc,
            carries,
            start,
            wanted: None,
            stretches: VecDeque::with_capacity(STRETCHES),
            is_flowing: false,
            sent: None,
            gone: Gone::default(),
        }
    }

    /// The SSRC under which everything goes out.
    #[must_use]
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Take this source as soon as it can take over; until then the present one goes on. The source in use again cancels
    /// a change that has not come about.
    pub fn want(&mut self, source: u64) {
        self.wanted = Some(source).filter(|_| self.source() != Some(source));
    }

    /// Nothing goes out from here on, and a source that comes later, even the same, begins anew.
    pub fn stop(&mut self) {
        self.is_flowing = false;
        self.wanted = None;
    }

    /// The receiver has lost its way, or packets were left out that others need: the source in use goes on only with a
    /// keyframe.
    pub fn begin_anew(&mut self) {
        if self.carries == Carries::Picture && self.is_flowing {
            self.wanted = self.wanted.or(self.source());
            self.is_flowing = false;
        }
    }

    /// The source that flows now.
    #[must_use]
    pub fn source(&self) -> Option<u64> {
        self.stretches.back().filter(|_| self.is_flowing).map(|stretch| stretch.source)
    }

    /// The source that has yet to take over: for a picture, the one to be asked for a keyframe.
    #[must_use]
    pub fn waits_for(&self) -> Option<u64> {
        self.wanted
    }

    /// The header fields under which a packet goes out now, or `None` if it does not. No number goes out twice.
    pub fn pass(&mut self, now: Instant, packet: &Incoming<'_>) -> Option<Outgoing> {
        let descriptor = self.describe(packet.payload)?;
        let begins = descriptor.as_ref().is_none_or(|found| found.starts_keyframe(packet.payload));
        if self.source() == Some(packet.source) && self.has_restarted(packet.sequence) {
            self.wanted = self.wanted.or(Some(packet.source));
            self.is_flowing = false;
        }
        if self.wanted == Some(packet.source) && begins {
            self.switch(now, packet, descriptor.as_ref());
            let outgoing = self.number(self.stretches.back()?, packet, descriptor, true);
            return self.gone.take(outgoing.sequence).then_some(outgoing);
        }
        let flows = self.source() == Some(packet.source);
        let stretch = self.stretches.back_mut().filter(|_| flows);
        match stretch.filter(|stretch| !is_before(packet.sequence, stretch.first)) {
            Some(stretch) => {
                stretch.extend_to(packet.sequence);
                let stretch = *stretch;
                let outgoing = self.number(&stretch, packet, descriptor, false);
                if !self.gone.take(outgoing.sequence) {
                    return None;
                }
                self.remember(now, &outgoing);
                Some(outgoing)
            }
            // Late: it closes a gap before the last switch, if there is one at its number.
            None => self.repeat(packet).filter(|outgoing| self.gone.take(outgoing.sequence)),
        }
    }

    fn has_restarted(&self, sequence: u16) -> bool {
        self.stretches.back().is_some_and(|stretch| distance(stretch.newest, sequence).unsigned_abs() > JUMP)
    }

    /// The packet is not to go out although its source flows (padding, a disposable frame): those after it close up, so
    /// that the receiver misses nothing.
    pub fn leave_out(&mut self, source: u64, sequence: u16) {
        let flows = self.source() == Some(source);
        let Some(stretch) = self.stretches.back().copied().filter(|_| flows) else { return };
        // Only the next in line can be closed up; one that comes late leaves its gap, which is asked for in vain.
        if sequence != stretch.newest.wrapping_add(1) {
            return;
        }
        let first = sequence.wrapping_add(1);
        self.push(Stretch { first, newest: sequence, sequence: stretch.sequence.wrapping_sub(1), ..stretch });
    }

    /// Which packet of which source went out under this number, if it is recent.
    #[must_use]
    pub fn origin(&self, outgoing: u16) -> Option<(u64, u16)> {
        let sent = self.sent?;
        if is_before(sent.sequence, outgoing) || distance(outgoing, sent.sequence).unsigned_abs() >= REPEATS {
            return None;
        }
        self.stretches.iter().rev().find_map(|stretch| {
            let sequence = outgoing.wrapping_sub(stretch.sequence);
            stretch.holds(stretch.source, sequence).then_some((stretch.source, sequence))
        })
    }

    /// The header fields under which a packet went out or would have, to send it again. Changes nothing.
    #[must_use]
    pub fn repeat(&self, packet: &Incoming<'_>) -> Option<Outgoing> {
        let descriptor = self.describe(packet.payload)?;
        let stretch =
            self.stretches.iter().rev().find(|stretch| stretch.holds(packet.source, packet.sequence))?;
        let outgoing = self.number(stretch, packet, descriptor, false);
        (self.origin(outgoing.sequence) == Some((packet.source, packet.sequence))).then_some(outgoing)
    }

    /// `None` for a picture that is not VP8, `Some(None)` for sound.
    fn describe(&self, payload: &[u8]) -> Option<Option<vp8::Descriptor>> {
        match self.carries {
            Carries::Picture => vp8::parse(payload).map(Some),
            Carries::Sound => Some(None),
        }
    }

    fn switch(&mut self, now: Instant, packet: &Incoming<'_>, descriptor: Option<&vp8::Descriptor>) {
        let next = self.next(now);
        let picture = descriptor.and_then(|found| found.picture).map_or(0, |picture| picture.id);
        let base = descriptor.and_then(|found| found.base).unwrap_or(0);
        let key = descriptor.and_then(|found| found.key).unwrap_or(0);
        self.push(Stretch {
            source: packet.source,
            first: packet.sequence,
            newest: packet.sequence,
            sequence: next.sequence.wrapping_sub(packet.sequence),
            timestamp: next.timestamp.wrapping_sub(packet.timestamp),
            picture: next.picture.wrapping_sub(picture) % vp8::PICTURE_IDS,
            base: next.base.wrapping_sub(base),
            key: next.key.wrapping_sub(key),
        });
        self.sent = Some(next);
        self.is_flowing = true;
        self.wanted = None;
    }

    /// The numbers that follow what was sent, for a packet that begins a frame now.
    fn next(&self, now: Instant) -> Sent {
        let Some(sent) = self.sent else {
            let Start { sequence, timestamp, picture } = self.start;
            return Sent {
                sequence,
                timestamp,
                picture: picture % vp8::PICTURE_IDS,
                base: 0,
                key: 0,
                at: now,
            };
        };
        Sent {
            sequence: sent.sequence.wrapping_add(1),
            timestamp: sent.timestamp.wrapping_add(self.ticks(now.saturating_duration_since(sent.at))),
            picture: sent.picture.wrapping_add(1) % vp8::PICTURE_IDS,
            base: sent.base.wrapping_add(1),
            key: sent.key.wrapping_add(1),
            at: now,
        }
    }

    fn ticks(&self, passed: Duration) -> u32 {
        let ticks = passed.as_micros() * u128::from(self.carries.clock()) / 1_000_000;
        // A stream that rested for hours wraps around, as the timestamp does.
        (ticks as u32).max(self.carries.step())
    }

    fn number(
        &self,
        stretch: &Stretch,
        packet: &Incoming<'_>,
        descriptor: Option<vp8::Descriptor>,
        is_switch: bool,
    ) -> Outgoing {
        let fields = |found: vp8::Descriptor| vp8::Fields {
            picture: found.picture.map_or(0, |picture| picture.id).wrapping_add(stretch.picture)
                % vp8::PICTURE_IDS,
            base: found.base.unwrap_or(0).wrapping_add(stretch.base),
            key: found.key.unwrap_or(0).wrapping_add(stretch.key) & 0x1f,
        };
        Outgoing {
            ssrc: self.ssrc,
            sequence: packet.sequence.wrapping_add(stretch.sequence),
            timestamp: packet.timestamp.wrapping_add(stretch.timestamp),
            // A new voice is a new beginning for the receiver's jitter buffer.
            marker: packet.marker || (is_switch && self.carries == Carries::Sound),
            is_switch,
            descriptor: descriptor.map(|found| (found, fields(found))),
        }
    }

    /// Moves the newest numbers on, each by its own order.
    fn remember(&mut self, now: Instant, outgoing: &Outgoing) {
        let Some(sent) = &mut self.sent else { return };
        if is_before(sent.sequence, outgoing.sequence) {
            sent.sequence = outgoing.sequence;
        }
        if outgoing.timestamp.wrapping_sub(sent.timestamp) as i32 > 0 {
            sent.timestamp = outgoing.timestamp;
            sent.at = now;
        }
        let Some((descriptor, fields)) = outgoing.descriptor else { return };
        if let Some(picture) = descriptor.picture {
            // The narrow form wraps at 128, so its order is that of the shorter circle.
            let circle = if picture.is_wide { vp8::PICTURE_IDS } else { 128 };
            let ahead = fields.picture.wrapping_sub(sent.picture) % circle;
            if ahead < circle / 2 {
                sent.picture = (sent.picture + ahead) % vp8::PICTURE_IDS;
            }
        }
        if descriptor.base.is_some() && fields.base.wrapping_sub(sent.base) < 128 {
            sent.base = fields.base;
        }
        if descriptor.key.is_some() && fields.key.wrapping_sub(sent.key) & 0x1f < 16 {
            sent.key = fields.key;
        }
    }

    fn push(&mut self, stretch: Stretch) {
        if self.stretches.len() == STRETCHES {
            self.stretches.pop_front();
        }
        self.stretches.push_back(stretch);
    }
}

/// How far `to` is ahead of `from`, by the shorter way round.
fn distance(from: u16, to: u16) -> i16 {
    to.wrapping_sub(from) as i16
}

fn is_before(one: u16, other: u16) -> bool {
    distance(other, one) < 0
}

#[cfg(test)]
mod tests;
