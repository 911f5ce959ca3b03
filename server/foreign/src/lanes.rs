//! Who may start a child when. One lane is for everybody, by turns: whose office has used least comes next. The other is kept
//! for those whose files took little lately, so that hard files, from however many senders, hold up each other and not the
//! paper of somebody else. Knows no child.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};

/// Children at once, one in each lane. Each may use 512 MiB and one core; looking into a paper takes a fraction of a second.
pub const LOOKS_AT_ONCE: usize = 2;
/// Whose files took longer than this lately has only the lane for everybody: a hard file takes some seconds, ten papers of
/// an office one.
pub(crate) const LIGHT_BELOW: Duration = Duration::from_secs(3);
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
    any: Mutex<AnyLane>,
    light: Arc<Semaphore>,
    uses: Mutex<HashMap<u128, Use>>,
    /// Told when a file is done: then others of its office may be light again.
    done: Notify,
}

/// The lane for everybody.
#[derive(Debug, Default)]
struct AnyLane {
    is_taken: bool,
    /// Who waits for it, in the order in which they came.
    waiting: Vec<(Sender, oneshot::Sender<AnyPlace>)>,
}

/// The place in the lane for everybody. Whoever lets go of it passes it on, also when it was never used.
#[derive(Debug)]
struct AnyPlace(Arc<Lanes>);

impl Drop for AnyPlace {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}

/// What a place holds.
#[derive(Debug)]
#[expect(dead_code, reason = "held until it is dropped")]
enum Held {
    Any(AnyPlace),
    Kept(OwnedSemaphorePermit),
}

/// What the files of a person or an office took.
#[derive(Clone, Copy, Debug)]
struct Use {
    /// As it counted at `at`.
    took: Duration,
    at: Instant,
    /// Files that are looked into now. What they will take is not known, so that each counts as a hard one.
    now: u32,
}

/// A place in a lane, until it is dropped; what it took is counted then.
#[derive(Debug)]
pub(crate) struct Place {
    lanes: Arc<Lanes>,
    sender: Sender,
    began: Instant,
    // Released after the rest was counted.
    held: Held,
}

impl Place {
    /// Whether it is in the kept lane. What takes longer than [`LIGHT_BELOW`] there has to leave it: however many offices
    /// send their first hard file at once, each holds up the others by so much at most.
    pub(crate) fn is_kept(&self) -> bool {
        matches!(self.held, Held::Kept(_))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let now = Instant::now();
        self.lanes.end(self.sender, now.saturating_duration_since(self.began), now);
    }
}

impl Lanes {
    pub(crate) fn new() -> Lanes {
        Lanes {
            any: Mutex::default(),
            light: Arc::new(Semaphore::new(LOOKS_AT_ONCE - 1)),
            uses: Mutex::default(),
            done: Notify::new(),
        }
    }

    pub(crate) fn free(&self) -> usize {
        usize::from(!self.any().is_taken) + self.light.available_permits()
    }

    /// Waits for a place in a lane that the sender may use. Whether the kept lane is for them is
    /// judged when a place in it is there: of people of one office who send at once, one has it. A file that `is_long` for
    /// the kept lane waits for the other. None if there are no places any more.
    pub(crate) async fn enter(self: &Arc<Lanes>, sender: Sender, is_long: bool) -> Option<Place> {
        let mut any = self.wait_for_any(sender);
        loop {
            let mut done = pin!(self.done.notified());
            done.as_mut().enable();
            if !is_long && self.is_light(sender, Instant::now()) {
                tokio::select! {
                    biased;
                    // Before the kept lane: as long as one office sends, that one stays free for others.
                    place = &mut any => {
                        self.begin(sender, false);
                        return Some(self.place(sender, Held::Any(place.ok()?)));
                    }
                    permit = Arc::clone(&self.light).acquire_owned() => {
                        let permit = permit.ok()?;
                        if self.begin(sender, true) {
                            return Some(self.place(sender, Held::Kept(permit)));
                        }
                    }
                }
            }
            tokio::select! {
                biased;
                place = &mut any => {
                    self.begin(sender, false);
                    return Some(self.place(sender, Held::Any(place.ok()?)));
                }
                () = &mut done => {}
            }
        }
    }

    fn place(self: &Arc<Lanes>, sender: Sender, held: Held) -> Place {
        Place { lanes: Arc::clone(self), sender, began: Instant::now(), held }
    }

    /// The lane for everybody: at once where it is free, else when it is passed on to the sender.
    fn wait_for_any(self: &Arc<Lanes>, sender: Sender) -> oneshot::Receiver<AnyPlace> {
        let (give, given) = oneshot::channel();
        let mut any = self.any();
        if any.is_taken {
            any.waiting.retain(|(_, give)| !give.is_closed());
            any.waiting.push((sender, give));
            return given;
        }
        any.is_taken = true;
        drop(any);
        let _ = give.send(AnyPlace(Arc::clone(self)));
        given
    }

    /// Gives the lane for everybody to whose office has used least, and of one office to whoever has; first come, first served
    /// among equals. Without anybody who waits it is free.
    fn pass_on(self: &Arc<Lanes>) {
        let now = Instant::now();
        let mut any = self.any();
        any.waiting.retain(|(_, give)| !give.is_closed());
        let used = |of: u128, uses: &HashMap<u128, Use>| {
            uses.get(&of).map_or(Duration::ZERO, |used| used.remaining(now))
        };
        let next = {
            let uses = self.uses();
            let waiting = any.waiting.iter().enumerate();
            waiting.min_by_key(|(_, (sender, _))| (used(sender.office, &uses), used(sender.person, &uses)))
        };
        let Some((at, _)) = next else {
            any.is_taken = false;
            return;
        };
        let (_, give) = any.waiting.remove(at);
        drop(any);
        // Whoever has left meanwhile drops the place, which passes it on.
        drop(give.send(AnyPlace(Arc::clone(self))));
    }

    fn any(&self) -> MutexGuard<'_, AnyLane> {
        self.any.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a file of the sender as looked into; refuses if that is to be for the light alone and they are not.
    fn begin(&self, sender: Sender, is_for_light: bool) -> bool {
        let now = Instant::now();
        let mut uses = self.uses();
        if is_for_light && !is_light(&uses, sender, now) {
            return false;
        }
        for of in [sender.person, sender.office] {
            uses.entry(of).or_insert(Use { took: Duration::ZERO, at: now, now: 0 }).now += 1;
        }
        true
    }

    /// A file of the sender is done, and took so long.
    fn end(&self, sender: Sender, took: Duration, now: Instant) {
        let mut uses = self.uses();
        for of in [sender.person, sender.office] {
            let used = uses.entry(of).or_insert(Use { took: Duration::ZERO, at: now, now: 0 });
            let before = used.remaining(now);
            *used = Use { took: before + took, at: now, now: used.now.saturating_sub(1) };
        }
        if uses.len() > REMEMBERED_AT_MOST {
            let idle = uses.iter().filter(|(_, used)| used.now == 0);
            let mut idle: Vec<(Duration, u128)> = idle.map(|(of, used)| (used.remaining(now), *of)).collect();
            idle.sort_unstable();
            for (_, of) in idle.iter().take(REMEMBERED_AT_MOST / 2) {
                uses.remove(of);
            }
        }
        drop(uses);
        self.done.notify_waiters();
    }

    fn is_light(&self, sender: Sender, now: Instant) -> bool {
        is_light(&self.uses(), sender, now)
    }

    fn uses(&self) -> MutexGuard<'_, HashMap<u128, Use>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Use {
    fn remaining(&self, now: Instant) -> Duration {
        let halvings = now.saturating_duration_since(self.at).as_secs_f64() / HALVED_AFTER.as_secs_f64();
        self.took.mul_f64(0.5_f64.powf(halvings))
    }
}

fn is_light(uses: &HashMap<u128, Use>, sender: Sender, now: Instant) -> bool {
    let is_light = |used: &Use| used.now == 0 && used.remaining(now) < LIGHT_BELOW;
    [sender.person, sender.office].iter().all(|of| uses.get(of).is_none_or(is_light))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(person: u128, office: u128) -> Sender {
        Sender { person, office }
    }

    /// Whether the sender gets a place without waiting.
    async fn gets(lanes: &Arc<Lanes>, of: Sender) -> Option<Place> {
        tokio::select! {
            biased;
            place = lanes.enter(of, false) => place,
            () = std::future::ready(()) => None,
        }
    }

    fn lanes() -> (Arc<Lanes>, Instant) {
        (Arc::new(Lanes::new()), Instant::now())
    }

    #[tokio::test]
    async fn hard_files_leave_a_lane_to_those_whose_files_are_light() {
        let (lanes, now) = lanes();
        for (person, office) in [(1, 101), (2, 102), (3, 103)] {
            lanes.end(sender(person, office), LIGHT_BELOW * 2, now);
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
    async fn people_of_one_office_who_send_at_once_leave_a_lane_to_others() {
        let (lanes, _) = lanes();
        let first = gets(&lanes, sender(1, 101)).await.unwrap();
        // Others of the office wait, from before anything of theirs is done.
        let mut waiting: Vec<_> =
            (2..9).map(|person| Box::pin(lanes.enter(sender(person, 101), false))).collect();
        for enter in &mut waiting {
            assert!(at_once(enter).await.is_none());
        }
        let others = gets(&lanes, sender(10, 102)).await;
        assert!(others.is_some(), "somebody of another office waits for none of them");
        drop(first);
        let second = at_once(&mut waiting[0]).await;
        assert!(second.is_some(), "they come one after the other");
        drop(others);
        assert!(gets(&lanes, sender(11, 103)).await.is_some());
        drop(second);
        assert!(at_once(&mut waiting[1]).await.is_some(), "and nobody waits for ever");
    }

    async fn at_once<T>(future: &mut (impl Future<Output = Option<T>> + Unpin)) -> Option<T> {
        tokio::select! {
            biased;
            place = future => place,
            () = std::future::ready(()) => None,
        }
    }

    #[tokio::test]
    async fn a_file_that_is_long_waits_for_the_lane_for_everybody() {
        let (lanes, _) = lanes();
        let any = gets(&lanes, sender(1, 101)).await.unwrap();
        let kept = gets(&lanes, sender(2, 102)).await.unwrap();
        assert!(!any.is_kept() && kept.is_kept());
        drop(kept);
        let mut long = Box::pin(lanes.enter(sender(2, 102), true));
        assert!(at_once(&mut long).await.is_none(), "the kept lane is free, and not for it");
        assert!(gets(&lanes, sender(3, 103)).await.unwrap().is_kept());
        drop(any);
        assert!(!at_once(&mut long).await.unwrap().is_kept());
    }

    #[tokio::test]
    async fn the_lane_for_everybody_goes_to_the_office_that_has_used_least() {
        let (lanes, now) = lanes();
        lanes.end(sender(1, 101), LIGHT_BELOW * 9, now);
        lanes.end(sender(9, 102), LIGHT_BELOW * 2, now);
        let first = gets(&lanes, sender(1, 101)).await.unwrap();
        // Colleagues of the first, then one of an office that has used less, then one who gives up.
        let mut waiting: Vec<_> = [(2, 101), (3, 101), (9, 102), (8, 102)]
            .map(|(person, office)| Box::pin(lanes.enter(sender(person, office), true)))
            .into();
        for enter in &mut waiting {
            assert!(at_once(enter).await.is_none());
        }
        drop(waiting.pop());
        drop(first);
        assert!(at_once(&mut waiting[0]).await.is_none());
        let second = at_once(&mut waiting[2]).await;
        assert!(second.is_some(), "it waited for none of the others");
        drop(second);
        assert!(at_once(&mut waiting[0]).await.is_some_and(|place| !place.is_kept()));
        assert!(at_once(&mut waiting[1]).await.is_some());
        drop(waiting);
        assert_eq!(lanes.free(), LOOKS_AT_ONCE, "nobody holds what nobody waits for");
    }

    #[tokio::test]
    async fn what_files_took_is_forgotten_with_time() {
        let (lanes, now) = lanes();
        let of = sender(1, 101);
        lanes.end(of, LIGHT_BELOW * 2, now);
        assert!(!lanes.is_light(of, now + HALVED_AFTER / 2));
        assert!(lanes.is_light(of, now + HALVED_AFTER * 2));
        lanes.end(of, LIGHT_BELOW, now + HALVED_AFTER * 2);
        assert!(!lanes.is_light(of, now + HALVED_AFTER * 2), "what is left is added to");
    }

    #[test]
    fn of_too_many_senders_those_whose_files_took_least_are_forgotten() {
        let (lanes, now) = lanes();
        let heavy = sender(1, 2);
        lanes.end(heavy, LIGHT_BELOW * 2, now);
        for person in 0..5_000 {
            lanes.end(sender(1_000 + person, 100_000 + person), Duration::from_millis(1), now);
        }
        assert!(lanes.uses().len() <= REMEMBERED_AT_MOST);
        assert!(!lanes.is_light(heavy, now));
    }
}
