//! A camera as a browser sends it: frames of a few packets, VP8 with picture ids, TL0PICIDX and KEYIDX.

use std::time::Instant;

use crate::chance::Chance;
use crate::rewrite::Incoming;

/// A packet on its way.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    pub(super) source: u64,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) payload: Vec<u8>,
}

impl Packet {
    pub(super) fn incoming(&self) -> Incoming<'_> {
        let Self { source, sequence, timestamp, marker, .. } = *self;
        Incoming { source, sequence, timestamp, marker, payload: &self.payload }
    }
}

/// One sending camera.
pub(super) struct Camera {
    pub(super) source: u64,
    chance: Chance,
    began: Option<Instant>,
    sequence: u16,
    timestamp: u32,
    picture: u16,
    base: u8,
    key: u8,
    is_wide: bool,
}

impl Camera {
    pub(super) fn new(source: u64, seed: u64) -> Self {
        let mut chance = Chance::new(seed ^ 0xca3e_4a00);
        Self {
            source,
            began: None,
            sequence: chance.number() as u16,
            timestamp: chance.number() as u32,
            picture: chance.number() as u16 & 0x7fff,
            base: chance.number() as u8,
            key: chance.number() as u8 & 0x1f,
            is_wide: true,
            chance,
        }
    }

    pub(super) fn narrow(mut self) -> Self {
        self.is_wide = false;
        self
    }

    /// The same with sequence numbers elsewhere.
    pub(super) fn moved(mut self, by: u16) -> Self {
        self.sequence = self.sequence.wrapping_add(by);
        self
    }

    /// The packets of the next frame.
    pub(super) fn frame(&mut self, now: Instant, is_key: bool) -> Vec<Packet> {
        let passed = now - *self.began.get_or_insert(now);
        let timestamp = self.timestamp.wrapping_add((passed.as_millis() * 90) as u32);
        let temporal = if is_key { 0 } else { self.chance.below(3) as u8 };
        self.picture = (self.picture + 1) & 0x7fff;
        self.base = self.base.wrapping_add(u8::from(temporal == 0));
        self.key = (self.key + u8::from(is_key)) & 0x1f;
        let count = if is_key { 4 } else { 1 + self.chance.below(3) };
        let mut packets = Vec::new();
        for part in 0..count {
            self.sequence = self.sequence.wrapping_add(1);
            let payload = self.payload(part == 0, is_key, temporal);
            let marker = part + 1 == count;
            packets.push(Packet { source: self.source, sequence: self.sequence, timestamp, marker, payload });
        }
        packets
    }

    /// The number of a packet without a frame.
    pub(super) fn padding(&mut self) -> u16 {
        self.sequence = self.sequence.wrapping_add(1);
        self.sequence
    }

    fn payload(&self, is_first: bool, is_key: bool, temporal: u8) -> Vec<u8> {
        let mut payload = vec![if is_first { 0x90 } else { 0x80 }, 0xf0];
        if self.is_wide {
            payload.extend((0x8000 | self.picture).to_be_bytes());
        } else {
            payload.push(self.picture as u8 & 0x7f);
        }
        payload.extend([self.base, temporal << 6 | self.key, u8::from(!is_key), 0, 0, 0x9d, 0x01, 0x2a]);
        payload.extend([64, 1, 180, 0]);
        payload
    }
}
