//! The lines between the sites and the server: delay, jitter (which reorders), loss, duplicates, and a narrow place with
//! a queue. Each site has its own, and chance with a seed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// How one site's line is, both ways.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quality {
    /// Of a thousand packets.
    pub(crate) lost: u32,
    pub(crate) doubled: u32,
    /// One way, and by how much it varies, in milliseconds.
    pub(crate) delay: u64,
    pub(crate) jitter: u64,
    /// Bit/s towards the site; `None` for plenty.
    pub(crate) bears: Option<u32>,
}

impl Default for Quality {
    fn default() -> Self {
        Self { lost: 0, doubled: 0, delay: 20, jitter: 2, bears: None }
    }
}

/// What the narrow place holds back at most before it drops.
const QUEUE: Duration = Duration::from_millis(600);

/// A datagram on its way: to the server, or to a site.
#[derive(Debug)]
pub(crate) struct Flying {
    pub(crate) site: u64,
    pub(crate) is_up: bool,
    pub(crate) path: media::peer::Path,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) struct Net {
    chance: StdRng,
    qualities: BTreeMap<u64, Quality>,
    free: BTreeMap<u64, Instant>,
    /// By time and order of sending.
    times: BinaryHeap<Reverse<(Instant, u64)>>,
    flying: BTreeMap<u64, Flying>,
    sent: u64,
}

impl Net {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            chance: StdRng::seed_from_u64(seed),
            qualities: BTreeMap::new(),
            free: BTreeMap::new(),
            times: BinaryHeap::new(),
            flying: BTreeMap::new(),
            sent: 0,
        }
    }

    pub(crate) fn set(&mut self, site: u64, quality: Quality) {
        self.qualities.insert(site, quality);
    }

    pub(crate) fn send(&mut self, now: Instant, flying: Flying) {
        let quality = self.qualities.get(&flying.site).copied().unwrap_or_default();
        if self.chance.random_range(0..1000) < quality.lost {
            return;
        }
        let mut leaves = now;
        if let Some(bears) = quality.bears.filter(|_| !flying.is_up) {
            let free = self.free.entry(flying.site).or_insert(now);
            leaves = (*free).max(now);
            if leaves - now > QUEUE {
                return;
            }
            let bits = (flying.bytes.len() as u64 + 28) * 8;
            leaves += Duration::from_micros(bits * 1_000_000 / u64::from(bears));
            *free = leaves;
        }
        let copies = 1 + u64::from(self.chance.random_range(0..1000) < quality.doubled);
        for _ in 0..copies {
            let way = quality.delay * 1000 + self.chance.random_range(0..=quality.jitter * 1000);
            self.sent += 1;
            self.times.push(Reverse((leaves + Duration::from_micros(way), self.sent)));
            let Flying { site, is_up, path, ref bytes } = flying;
            self.flying.insert(self.sent, Flying { site, is_up, path, bytes: bytes.clone() });
        }
    }

    /// The next datagram that has come by now.
    pub(crate) fn arrived(&mut self, now: Instant) -> Option<Flying> {
        let Reverse((at, number)) = *self.times.peek()?;
        if at > now {
            return None;
        }
        self.times.pop();
        self.flying.remove(&number)
    }
}
