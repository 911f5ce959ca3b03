//! A receiver that writes down what came and holds it against what one single sender would have sent.

use std::time::Instant;

use crate::rewrite::Outgoing;
use crate::vp8;

use super::camera::Packet;

struct Came {
    at: Instant,
    outgoing: Outgoing,
    descriptor: vp8::Descriptor,
    is_key: bool,
}

/// The receiving end.
#[derive(Default)]
pub(super) struct Receiver {
    came: Vec<Came>,
}

impl Receiver {
    pub(super) fn take(&mut self, at: Instant, outgoing: &Outgoing, packet: &Packet) {
        let mut payload = packet.payload.clone();
        outgoing.patch(&mut payload);
        let descriptor = vp8::parse(&payload).unwrap();
        let is_key = descriptor.starts_keyframe(&payload);
        self.came.push(Came { at, outgoing: *outgoing, descriptor, is_key });
    }

    /// Frames that began to come.
    pub(super) fn frames(&self) -> usize {
        self.came.iter().filter(|came| came.descriptor.starts_frame()).count()
    }

    /// Sequence numbers without a gap; picture ids, base and key numbers that rise by at most one; time that goes with
    /// the clock; each switch at a keyframe.
    pub(super) fn assert_flawless(&self) {
        assert!(self.came[0].is_key);
        for pair in self.came.windows(2) {
            let [before, now] = pair else { unreachable!("windows of two") };
            assert_eq!(now.outgoing.sequence, before.outgoing.sequence.wrapping_add(1), "a gap");
            assert_eq!(now.outgoing.ssrc, before.outgoing.ssrc);
            assert!(!now.outgoing.is_switch || now.is_key, "a switch without a keyframe");
            let is_next = u16::from(now.descriptor.starts_frame());
            assert_numbers(&before.descriptor, &now.descriptor, is_next, now.is_key);
            let ticks = now.outgoing.timestamp.wrapping_sub(before.outgoing.timestamp);
            let passed = (now.at - before.at).as_millis() as u32 * 90;
            assert!(ticks.abs_diff(passed) <= 1_800, "{ticks} ticks in {passed}");
            assert!((ticks > 0) == (is_next == 1), "each frame has its own time");
        }
    }
}

fn assert_numbers(before: &vp8::Descriptor, now: &vp8::Descriptor, is_next: u16, is_key: bool) {
    let (old, new) = (before.picture.unwrap(), now.picture.unwrap());
    let circle = if new.is_wide { 0x8000 } else { 0x80 };
    assert_eq!(new.id, (old.id + is_next) % circle, "picture ids");
    let risen = |old: Option<u8>, new: Option<u8>, bits: u32| {
        u16::from(new.unwrap().wrapping_sub(old.unwrap())) % (1 << bits)
    };
    let is_base = u16::from(now.temporal == Some(0)) * is_next;
    assert_eq!(risen(before.base, now.base, 8), is_base, "TL0PICIDX");
    assert_eq!(risen(before.key, now.key, 5), u16::from(is_key), "KEYIDX");
}
