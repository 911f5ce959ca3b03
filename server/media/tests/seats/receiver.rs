//! What a browser receives: it puts each slot's packets in order, asks for what is missing, puts frames together and
//! decodes those whose predecessor it has. What a decoder would stumble over, it says by panicking.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use media::rtp::Packet;
use media::vp8;

/// A gap is asked for after this, again after that, and given up when a keyframe has to help.
const ASK_AFTER: Duration = Duration::from_millis(12);
const ASK_AGAIN: Duration = Duration::from_millis(100);
const GIVE_UP: Duration = Duration::from_millis(500);
/// Between two requests for a keyframe.
const KEYFRAMES: Duration = Duration::from_millis(500);
/// A picture that stands still for longer is a freeze.
const FREEZE: Duration = Duration::from_millis(700);

/// The payload type of sound with what was said before it.
const DOUBLED: u8 = 63;

/// The bytes before the sender's own words in a payload.
const WORDS: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) seat: u64,
    pub(crate) size: u8,
    frame: u32,
    picture: u16,
    base: u8,
    timestamp: u32,
}

struct Kept {
    marker: bool,
    timestamp: u32,
    payload: Vec<u8>,
}

/// One m-line.
pub(crate) struct Slot {
    pub(crate) mid: String,
    pub(crate) ssrc: u32,
    repeats: Option<u32>,
    highest: Option<u64>,
    next: Option<u64>,
    waiting: BTreeMap<u64, Kept>,
    missing: BTreeMap<u64, (Instant, Instant, u32)>,
    pub(crate) last: Option<(Instant, Shown)>,
    asked: Option<Instant>,
    pub(crate) frames: u32,
    pub(crate) freezes: u32,
    pub(crate) switches: u32,
    pub(crate) heard: BTreeMap<u64, u32>,
    sounds: BTreeSet<u64>,
    /// Packets of sound that held what was said before too.
    pub(crate) doubled: u32,
}

impl Slot {
    pub(crate) fn new(mid: String, ssrc: u32, repeats: Option<u32>) -> Self {
        Self {
            mid,
            ssrc,
            repeats,
            highest: None,
            next: None,
            waiting: BTreeMap::new(),
            missing: BTreeMap::new(),
            last: None,
            asked: None,
            frames: 0,
            freezes: 0,
            switches: 0,
            heard: BTreeMap::new(),
            sounds: BTreeSet::new(),
            doubled: 0,
        }
    }

    /// Takes a packet if it is of this slot.
    pub(crate) fn take(&mut self, now: Instant, packet: &Packet<'_>) -> bool {
        if Some(packet.ssrc) == self.repeats {
            // Padding alone asks what the line bears.
            let Some((number, payload)) = packet.payload.split_first_chunk::<2>() else { return true };
            self.insert(now, u16::from_be_bytes(*number), packet, payload);
            return true;
        }
        if packet.ssrc != self.ssrc {
            return false;
        }
        if self.repeats.is_none() {
            self.hear(now, packet);
            return true;
        }
        self.insert(now, packet.sequence, packet, packet.payload);
        true
    }

    /// One piece of sound, or one and what was said before it (RFC 2198, one piece of 20 ms).
    fn hear(&mut self, now: Instant, packet: &Packet<'_>) {
        let mut pieces = vec![(packet.sequence, packet.payload)];
        if packet.payload_type == DOUBLED {
            let (head, rest) = packet.payload.split_first_chunk::<5>().expect("a head of two");
            assert_eq!((head[0], head[4]), (0x80 | 111, 111));
            let length = usize::from(u16::from_be_bytes([head[2], head[3]]) & 0x3FF);
            let (before, piece) = rest.split_at(length);
            pieces = vec![(packet.sequence.wrapping_sub(1), before), (packet.sequence, piece)];
            self.doubled += 1;
        }
        for (number, piece) in pieces {
            let highest = *self.highest.get_or_insert(u64::from(number) + (1 << 20));
            let number =
                highest.checked_add_signed(i64::from(number.wrapping_sub(highest as u16) as i16)).unwrap();
            for gap in highest + 1..number {
                self.missing.insert(gap, (now, now + ASK_AFTER, 0));
            }
            self.highest = Some(highest.max(number));
            self.missing.remove(&number);
            if self.sounds.insert(number) {
                let seat = u64::from_be_bytes(*piece.first_chunk().expect("a voice says whose it is"));
                *self.heard.entry(seat).or_default() += 1;
            }
        }
    }

    fn insert(&mut self, now: Instant, number: u16, packet: &Packet<'_>, payload: &[u8]) {
        let highest = *self.highest.get_or_insert(u64::from(number) + (1 << 20));
        let ahead = i64::from(number.wrapping_sub(highest as u16) as i16);
        let number = highest.checked_add_signed(ahead).unwrap();
        assert!(ahead < 1_000, "the numbers of {} jump by {ahead}", self.mid);
        for gap in highest + 1..number {
            self.missing.insert(gap, (now, now + ASK_AFTER, 0));
        }
        self.highest = Some(highest.max(number));
        self.missing.remove(&number);
        if self.next.is_none_or(|next| number >= next) {
            let kept = Kept { marker: packet.marker, timestamp: packet.timestamp, payload: payload.to_vec() };
            self.waiting.insert(number, kept);
        }
        self.decode(now);
    }

    /// The numbers to ask for now.
    pub(crate) fn questions(&mut self, now: Instant) -> Vec<u16> {
        let next = self.next.unwrap_or(0);
        self.missing.retain(|number, (_, _, times)| *number >= next && *times < 8);
        let due = self.missing.iter_mut().filter(|(_, (_, ask, _))| *ask <= now);
        due.map(|(number, (_, ask, times))| {
            *ask = now + ASK_AGAIN;
            *times += 1;
            *number as u16
        })
        .collect()
    }

    /// Whether a keyframe is to be asked for: something waits, and cannot be decoded for too long.
    pub(crate) fn wants_keyframe(&mut self, now: Instant) -> bool {
        let is_stuck = match (self.waiting.is_empty(), self.last) {
            (true, _) => false,
            (false, None) => true,
            (false, Some((at, _))) => now - at > GIVE_UP,
        };
        let wants = is_stuck && self.asked.is_none_or(|asked| now - asked >= KEYFRAMES);
        if wants {
            self.asked = Some(now);
        }
        wants
    }

    fn decode(&mut self, now: Instant) {
        while let Some((first, last)) = self.whole_frame() {
            self.show(now, first);
            self.waiting = self.waiting.split_off(&(last + 1));
            self.missing.retain(|number, _| *number > last);
            self.next = Some(last + 1);
        }
    }

    /// The next frame in order, or the next keyframe if it is complete and its predecessors are not.
    fn whole_frame(&self) -> Option<(u64, u64)> {
        let begins = |number: &u64| {
            let kept = &self.waiting[number];
            let found = vp8::parse(&kept.payload).expect("pictures are VP8");
            found.starts_frame().then(|| found.starts_keyframe(&kept.payload))
        };
        let ends = |first: u64| {
            let run = (first..).take_while(|number| self.waiting.contains_key(number));
            run.take_while(|number| *number == first || begins(number).is_none())
                .find(|number| self.waiting[number].marker)
        };
        if let Some(next) = self.next.filter(|next| self.waiting.contains_key(next)) {
            assert!(begins(&next).is_some(), "{}: a frame without its beginning", self.mid);
            if let Some(last) = ends(next) {
                return Some((next, last));
            }
        }
        self.waiting
            .keys()
            .filter(|number| begins(number) == Some(true))
            .find_map(|first| Some((*first, ends(*first)?)))
    }

    fn show(&mut self, now: Instant, first: u64) {
        let kept = &self.waiting[&first];
        let found = vp8::parse(&kept.payload).unwrap();
        let words = &kept.payload[WORDS..];
        let shown = Shown {
            seat: u64::from_be_bytes(*words.first_chunk().unwrap()),
            size: words[8],
            frame: u32::from_be_bytes(*words[9..].first_chunk().unwrap()),
            picture: found.picture.unwrap().id,
            base: found.base.unwrap(),
            timestamp: kept.timestamp,
        };
        let is_key = found.starts_keyframe(&kept.payload);
        assert!(is_key || self.last.is_some(), "{} begins without a keyframe", self.mid);
        if let Some((at, before)) = self.last {
            let is_same = (before.seat, before.size) == (shown.seat, shown.size);
            assert!(
                is_key || (is_same && shown.frame == before.frame + 1),
                "{}: {before:?}, then {shown:?}",
                self.mid
            );
            let is_next = self.next == Some(first);
            assert!(
                !is_next || shown.picture == (before.picture + 1) & 0x7fff,
                "{}: picture {before:?} {shown:?}",
                self.mid
            );
            assert!(
                !is_next || shown.base == before.base.wrapping_add(1),
                "{}: base {before:?} {shown:?}",
                self.mid
            );
            let passed = shown.timestamp.wrapping_sub(before.timestamp) as i32;
            assert!(passed > 0, "{}: time goes back", self.mid);
            self.freezes += u32::from(is_same && now - at > FREEZE);
            self.switches += u32::from(!is_same);
        }
        self.last = Some((now, shown));
        self.frames += 1;
    }
}
