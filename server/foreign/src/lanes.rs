//! Who may start a child when. One lane is for everybody; the other is kept for those whose files took little lately, so
//! that hard files, from however many senders, hold up each other and not the paper of somebody else. Knows no child.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Children at once, one in each lane. Each may use 512 MiB and one core; looking into a paper takes a fraction of a second.
pub const LOOKS_AT_ONCE: usize = 2;
/// Whose files took longer than this lately has only the lane for everybody: a hard file takes some seconds, ten papers of
/// an office one.
const LIGHT_BELOW: Duration = Duration::from_secs(3);
/// What somebody's files took counts half after this: a secretary whose one paper was hard is soon like anybody else.
const HALVED_AFTER: Duration = Duration::from_secs(180);
/// Senders that are remembered; of more, those whose files took least are forgotten.
const REMEMBERED_AT_MOST: usize = 1024;

/// Whose file it is. The files of one office together are counted as well as those of a person: an office can have as many
/// people as its administrator adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The person.
    pub person: u128,
    /// Their office.
    pub office: u128,
}

#[derive(Debug)]
pub(crate) struct Lanes {
    any: Arc<Semaphore>,
    light: Arc<Semaphore>,
    uses: Mutex<HashMap<u128, (Duration, Instant)>>,
}

impl Lanes {
    pub(crate) fn new() -> Lanes {
        Lanes {
            any: Arc::new(Semaphore::new(1)),
            light: Arc::new(Semaphore::new(LOOKS_AT_ONCE - 1)),
            uses: Mutex::default(),
        }
    }

    pub(crate) fn free(&self) -> usize {
        self.any.available_permits() + self.light.available_permits()
    }

    /// Waits for a place in a lane that the sender may use; first come, first served. None if there are no places any more.
    pub(crate) async fn enter(&self, sender: Sender) -> Option<OwnedSemaphorePermit> {
        let any = Arc::clone(&self.any).acquire_owned();
        if !self.is_light(sender, Instant::now()) {
            return any.await.ok();
        }
        let light = Arc::clone(&self.light).acquire_owned();
        tokio::select! {
            biased;
            place = light => place.ok(),
            place = any => place.ok(),
        }
    }

    /// A file of the sender took so long.
    pub(crate) fn note(&self, sender: Sender, took: Duration, now: Instant) {
        let mut uses = self.uses();
        for of in [sender.person, sender.office] {
            let counted = uses.get(&of).map_or(Duration::ZERO, |used| remaining(*used, now));
            uses.insert(of, (counted + took, now));
        }
        if uses.len() > REMEMBERED_AT_MOST {
            let mut all: Vec<(Duration, u128)> =
                uses.iter().map(|(of, used)| (remaining(*used, now), *of)).collect();
            all.sort_unstable();
            for (_, of) in all.iter().take(REMEMBERED_AT_MOST / 2) {
                uses.remove(of);
            }
        }
    }

    fn is_light(&self, sender: Sender, now: Instant) -> bool {
        let uses = self.uses();
        [sender.person, sender.office]
            .iter()
            .all(|of| uses.get(of).is_none_or(|used| remaining(*used, now) < LIGHT_BELOW))
    }

    fn uses(&self) -> MutexGuard<'_, HashMap<u128, (Duration, Instant)>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remaining((used, at): (Duration, Instant), now: Instant) -> Duration {
    let halvings = now.saturating_duration_since(at).as_secs_f64() / HALVED_AFTER.as_secs_f64();
    used.mul_f64(0.5_f64.powf(halvings))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(person: u128, office: u128) -> Sender {
        Sender { person, office }
    }

    /// Whether the sender gets a place without waiting.
    async fn gets(lanes: &Lanes, of: Sender) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            biased;
            place = lanes.enter(of) => place,
            () = std::future::ready(()) => None,
        }
    }

    #[tokio::test]
    async fn hard_files_leave_a_lane_to_those_whose_files_are_light() {
        let (lanes, now) = (Lanes::new(), Instant::now());
        for (person, office) in [(1, 101), (2, 102), (3, 103)] {
            lanes.note(sender(person, office), LIGHT_BELOW * 2, now);
        }
        let first = gets(&lanes, sender(1, 101)).await;
        assert!(first.is_some());
        assert!(gets(&lanes, sender(2, 102)).await.is_none(), "the lane that is left is not theirs");
        assert!(gets(&lanes, sender(4, 103)).await.is_none(), "nor their colleagues'");
        let light = gets(&lanes, sender(5, 105)).await;
        assert!(light.is_some() && lanes.free() == 0);
        drop(first);
        assert!(gets(&lanes, sender(2, 102)).await.is_some());
        assert!(gets(&lanes, sender(6, 106)).await.is_some(), "the light may use either");
    }

    #[tokio::test]
    async fn what_files_took_is_forgotten_with_time() {
        let (lanes, now) = (Lanes::new(), Instant::now());
        let of = sender(1, 101);
        lanes.note(of, LIGHT_BELOW * 2, now);
        assert!(!lanes.is_light(of, now + HALVED_AFTER / 2));
        assert!(lanes.is_light(of, now + HALVED_AFTER * 2));
        lanes.note(of, LIGHT_BELOW, now + HALVED_AFTER * 2);
        assert!(!lanes.is_light(of, now + HALVED_AFTER * 2), "what is left is added to");
    }

    #[test]
    fn of_too_many_senders_those_whose_files_took_least_are_forgotten() {
        let (lanes, now) = (Lanes::new(), Instant::now());
        let heavy = sender(1, 2);
        lanes.note(heavy, LIGHT_BELOW * 2, now);
        for person in 0..5_000 {
            lanes.note(sender(1_000 + person, 100_000 + person), Duration::from_millis(1), now);
        }
        assert!(lanes.uses().len() <= REMEMBERED_AT_MOST);
        assert!(!lanes.is_light(heavy, now));
    }
}
