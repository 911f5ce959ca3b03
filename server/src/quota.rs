//! Places for actions that are limited in number at once: a total, and a limit per key, such as a person or a
//! network. Knows neither what the places are for nor how long one may be held.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// The places. Cheap to clone; clones share them.
#[derive(Debug)]
pub struct Quota<K: Eq + Hash + Copy>(Arc<Inner<K>>);

#[derive(Debug)]
struct Inner<K: Eq + Hash + Copy> {
    total: usize,
    per_key: usize,
    all: Arc<Semaphore>,
    state: Mutex<State<K>>,
}

#[derive(Debug)]
struct State<K> {
    /// Only keys that hold a place or wait for one, so that the table stays as small as the limits.
    by_key: HashMap<K, KeyState>,
    /// Since when all places have been taken without one becoming free.
    full_since: Option<Instant>,
}

#[derive(Debug)]
struct KeyState {
    places: Arc<Semaphore>,
    /// How many requests hold a place of this key or wait for one.
    claims: usize,
}

/// A place, held until it is dropped.
#[derive(Debug)]
pub struct Permit<K: Eq + Hash + Copy> {
    claim: Claim<K>,
    held: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

/// Places of which one key holds some, and all keys of one group together a share: whoever can make any number of keys has
/// no more places by them. Cheap to clone; clones share them.
///
/// A place is taken in steps, the narrowest first: of the key, of its group, of those that groups may fill, of all. Whoever
/// waits for one holds only those that are narrower: who has enough takes nothing from their group, and a group that has enough
/// nothing from others.
///
/// A part of all places cannot be filled by a few groups, however full their shares are: each group takes only its first ones
/// from there.
#[derive(Clone, Debug)]
pub struct SharedQuota<K: Eq + Hash + Copy, G: Eq + Hash + Copy> {
    own: Quota<K>,
    groups: Quota<G>,
    /// The first places of each group.
    first: Quota<G>,
    /// All places that are not kept for the first ones of groups.
    common: Quota<()>,
    all: Quota<()>,
}

/// One in so many of all places is kept for the first ones of groups.
const KEPT: usize = 4;
/// So many groups have their first places in what is kept.
const KEPT_FOR_GROUPS: usize = 8;

/// A place that counts for its key and its group, held until it is dropped.
#[derive(Debug)]
pub struct SharedPermit<K: Eq + Hash + Copy, G: Eq + Hash + Copy> {
    _own: Permit<K>,
    _of_group: Option<(Permit<G>, Within<G>)>,
    _of_all: Permit<()>,
}

/// What a place of a group is taken from.
#[derive(Debug)]
#[expect(dead_code, reason = "held until it is dropped")]
enum Within<G: Eq + Hash + Copy> {
    First(Permit<G>),
    Common(Permit<()>),
}

impl<K: Eq + Hash + Copy, G: Eq + Hash + Copy> SharedQuota<K, G> {
    /// `total` places, of which one key holds at most `per_key`, and a group at most `per_group`.
    pub fn new(total: usize, per_key: usize, per_group: usize) -> SharedQuota<K, G> {
        let kept = total / KEPT;
        SharedQuota {
            own: Quota::new(Semaphore::MAX_PERMITS, per_key),
            groups: Quota::new(Semaphore::MAX_PERMITS, per_group),
            first: Quota::new(Semaphore::MAX_PERMITS, (kept / KEPT_FOR_GROUPS).max(1)),
            common: Quota::new(total - kept, total - kept),
            all: Quota::new(total, total),
        }
    }

    /// Returns a place as soon as the key, its group and the total have one free. None after `within`. A key without a group
    /// has no other limit.
    pub async fn acquire(&self, key: K, group: Option<G>, within: Duration) -> Option<SharedPermit<K, G>> {
        self.acquire_some(1, key, group, within).await
    }

    /// The same of several places at once; of more than one key may hold, as many as it may hold.
    pub async fn acquire_some(
        &self,
        count: usize,
        key: K,
        group: Option<G>,
        within: Duration,
    ) -> Option<SharedPermit<K, G>> {
        let count = count.min(self.own.0.per_key);
        let held = timeout(within, async {
            let own = self.own.acquire_some(count, key, within).await?;
            let of_group = match group {
                Some(group) => {
                    let of_group = self.groups.acquire_some(count, group, within).await?;
                    Some((of_group, self.within(count, group).await?))
                }
                None => None,
            };
            let of_all = self.all.acquire_some(count, (), within).await?;
            Some(SharedPermit { _own: own, _of_group: of_group, _of_all: of_all })
        });
        held.await.ok().flatten()
    }

    /// Returns a place if one is free now.
    pub fn try_acquire(&self, key: K, group: Option<G>) -> Option<SharedPermit<K, G>> {
        self.try_acquire_some(1, key, group)
    }

    /// The same of several places at once; of more than one key may hold, as many as it may hold.
    pub fn try_acquire_some(&self, count: usize, key: K, group: Option<G>) -> Option<SharedPermit<K, G>> {
        let count = count.min(self.own.0.per_key);
        let own = self.own.try_acquire_some(count, key)?;
        let of_group = match group {
            Some(group) => {
                let of_group = self.groups.try_acquire_some(count, group)?;
                let first = self.first.try_acquire_some(count, group).map(Within::First);
                let within = first.or_else(|| self.common.try_acquire_some(count, ()).map(Within::Common));
                Some((of_group, within?))
            }
            None => None,
        };
        let of_all = self.all.try_acquire_some(count, ())?;
        Some(SharedPermit { _own: own, _of_group: of_group, _of_all: of_all })
    }

    /// Some of the group's first places, or of those that all groups share, whichever are free sooner. Waits until then.
    async fn within(&self, count: usize, group: G) -> Option<Within<G>> {
        let common = self.common.acquire_some(count, (), Duration::MAX);
        // More than a group has in what is kept would be waited for in vain, before everybody else of the group.
        if count > self.first.0.per_key {
            return common.await.map(Within::Common);
        }
        tokio::select! {
            biased;
            first = self.first.acquire_some(count, group, Duration::MAX) => first.map(Within::First),
            common = common => common.map(Within::Common),
        }
    }

    /// How many places are taken.
    pub fn taken(&self) -> usize {
        self.all.taken()
    }

    /// How long all places have been taken without one becoming free. None while a place is free.
    pub fn full_for(&self) -> Option<Duration> {
        self.all.full_for()
    }
}

/// Keeps a key in the table while it exists.
#[derive(Debug)]
struct Claim<K: Eq + Hash + Copy> {
    quota: Quota<K>,
    key: K,
    places: Arc<Semaphore>,
}

impl<K: Eq + Hash + Copy> Clone for Quota<K> {
    fn clone(&self) -> Self {
        Quota(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash + Copy> Quota<K> {
    /// `total` places, of which one key holds at most `per_key`.
    pub fn new(total: usize, per_key: usize) -> Quota<K> {
        let state = State { by_key: HashMap::new(), full_since: None };
        let all = Arc::new(Semaphore::new(total));
        Quota(Arc::new(Inner { total, per_key, all, state: Mutex::new(state) }))
    }

    /// Returns a place as soon as both the key and the total have one free. None after `within`.
    pub async fn acquire(&self, key: K, within: Duration) -> Option<Permit<K>> {
        self.acquire_some(1, key, within).await
    }

    /// The same of several places at once. None at once when one key may not hold so many.
    pub async fn acquire_some(&self, count: usize, key: K, within: Duration) -> Option<Permit<K>> {
        let number = self.number(count)?;
        let claim = self.claim(key);
        let places = Arc::clone(&claim.places);
        let held = timeout(within, async {
            let own = places.acquire_many_owned(number).await.ok()?;
            Some((own, Arc::clone(&self.0.all).acquire_many_owned(number).await.ok()?))
        });
        let held = held.await.ok().flatten()?;
        Some(self.permit(claim, held))
    }

    /// Returns a place if one is free now.
    pub fn try_acquire(&self, key: K) -> Option<Permit<K>> {
        self.try_acquire_some(1, key)
    }

    /// The same of several places at once.
    pub fn try_acquire_some(&self, count: usize, key: K) -> Option<Permit<K>> {
        let number = self.number(count)?;
        let claim = self.claim(key);
        let own = Arc::clone(&claim.places).try_acquire_many_owned(number).ok()?;
        let all = Arc::clone(&self.0.all).try_acquire_many_owned(number).ok()?;
        Some(self.permit(claim, (own, all)))
    }

    fn number(&self, count: usize) -> Option<u32> {
        u32::try_from(count).ok().filter(|_| count <= self.0.per_key)
    }

    /// How many places are taken.
    pub fn taken(&self) -> usize {
        self.0.total.saturating_sub(self.0.all.available_permits())
    }

    /// How long all places have been taken without one becoming free. None while a place is free.
    pub fn full_for(&self) -> Option<Duration> {
        self.state().full_since.map(|since| since.elapsed())
    }

    fn permit(&self, claim: Claim<K>, held: (OwnedSemaphorePermit, OwnedSemaphorePermit)) -> Permit<K> {
        let mut state = self.state();
        if self.0.all.available_permits() == 0 {
            state.full_since.get_or_insert_with(Instant::now);
        }
        Permit { claim, held: Some(held) }
    }

    fn claim(&self, key: K) -> Claim<K> {
        let mut state = self.state();
        let per_key = self.0.per_key;
        let entry = state.by_key.entry(key);
        let of_key =
            entry.or_insert_with(|| KeyState { places: Arc::new(Semaphore::new(per_key)), claims: 0 });
        of_key.claims += 1;
        Claim { quota: self.clone(), key, places: Arc::clone(&of_key.places) }
    }

    fn state(&self) -> MutexGuard<'_, State<K>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Copy> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut state = self.claim.quota.state();
        state.full_since = None;
        self.held = None;
    }
}

impl<K: Eq + Hash + Copy> Drop for Claim<K> {
    fn drop(&mut self) {
        let mut state = self.quota.state();
        let Some(of_key) = state.by_key.get_mut(&self.key) else { return };
        of_key.claims -= 1;
        if of_key.claims == 0 {
            state.by_key.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn one_key_never_takes_all_places() {
        let quota = Quota::new(4, 2);
        let held: Vec<_> = (0..9).filter_map(|_| quota.try_acquire("a")).collect();
        assert_eq!((held.len(), quota.taken()), (2, 2));
        assert!(quota.acquire("a", PATIENCE).await.is_none(), "it waits, and is told so");
        let others = [quota.try_acquire("b").unwrap(), quota.try_acquire("b").unwrap()];
        assert!(quota.try_acquire("c").is_none(), "all are taken");
        drop(held);
        assert!(quota.acquire("a", PATIENCE).await.is_some());
        drop(others);
        assert_eq!(quota.taken(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_gets_the_place_that_comes_free() {
        let quota = Quota::new(1, 1);
        let held = quota.try_acquire(1);
        let waiting = tokio::spawn({
            let quota = quota.clone();
            async move { quota.acquire(2, PATIENCE).await }
        });
        tokio::task::yield_now().await;
        drop(held);
        assert!(waiting.await.unwrap().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn keys_that_hold_nothing_take_no_memory() {
        let quota = Quota::new(1, 1);
        for key in 0..1_000 {
            let held = quota.try_acquire(key);
            assert!(quota.acquire(key, PATIENCE).await.is_none());
            drop(held);
        }
        assert!(quota.state().by_key.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn keys_of_one_group_have_its_share_and_leave_the_rest_to_others() {
        let quota: SharedQuota<u32, char> = SharedQuota::new(8, 2, 3);
        let held: Vec<_> = (0..10).filter_map(|key| quota.try_acquire(key, Some('a'))).collect();
        assert_eq!((held.len(), quota.taken()), (3, 3));
        // Those of the group who wait hold nothing of what is left.
        let waiting: Vec<_> = (10..30)
            .map(|key| {
                let quota = quota.clone();
                tokio::spawn(async move { quota.acquire(key, Some('a'), PATIENCE).await.is_some() })
            })
            .collect();
        tokio::task::yield_now().await;
        assert_eq!(quota.taken(), 3);
        let others: Vec<_> = (40..42).filter_map(|key| quota.try_acquire(key, Some('b'))).collect();
        let lone: Vec<_> = (0..4).filter_map(|_| quota.try_acquire(50, None)).collect();
        assert_eq!((others.len(), lone.len(), quota.taken()), (2, 2, 7));
        drop(held);
        let mut served = 0;
        for waiting in waiting {
            served += u32::from(waiting.await.unwrap());
        }
        assert_eq!(served, 20, "one after the other");
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_groups_together_leave_the_first_places_of_the_others() {
        let quota: SharedQuota<u32, char> = SharedQuota::new(32, 3, 16);
        let take = |group: char, count: u32| -> Vec<_> {
            let key = |number: u32| u32::from(group) * 100 + number;
            (0..count).filter_map(|number| quota.try_acquire(key(number), Some(group))).collect()
        };
        let held: Vec<_> = ['a', 'b', 'c', 'd'].map(|group| take(group, 20)).into_iter().flatten().collect();
        assert_eq!((held.len(), quota.taken()), (28, 28), "24 in common, and the first one of each");
        let waiting: Vec<_> = (0..50)
            .map(|key| {
                let quota = quota.clone();
                tokio::spawn(async move { quota.acquire(key, Some('a'), PATIENCE).await.is_some() })
            })
            .collect();
        tokio::task::yield_now().await;
        let others: Vec<_> = ['e', 'f', 'g', 'h'].map(|group| take(group, 2)).into_iter().flatten().collect();
        assert_eq!((others.len(), quota.taken()), (4, 32), "one of each");
        drop(others);
        let late = quota.acquire(9, Some('i'), PATIENCE).await;
        assert!(late.is_some());
        for waiting in waiting {
            assert!(!waiting.await.unwrap(), "their office has its share");
        }
        drop(held);
        assert_eq!(take('a', 20).len(), 16, "alone a group has its whole share");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_for_more_than_their_own_takes_nothing_from_their_group() {
        let quota: SharedQuota<u32, char> = SharedQuota::new(8, 2, 4);
        let _own: Vec<_> = (0..2).map(|_| quota.try_acquire(1, Some('a')).unwrap()).collect();
        let waiting: Vec<_> = (0..50)
            .map(|_| {
                let quota = quota.clone();
                tokio::spawn(async move { quota.acquire(1, Some('a'), PATIENCE).await.is_some() })
            })
            .collect();
        tokio::task::yield_now().await;
        assert_eq!(quota.taken(), 2);
        let colleague = quota.try_acquire(2, Some('a'));
        let other = quota.acquire(3, Some('a'), Duration::ZERO).await;
        assert!(colleague.is_some() && other.is_some(), "colleagues have the rest of the share");
        for waiting in waiting {
            assert!(!waiting.await.unwrap(), "their own are still held");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_full_only_as_long_as_no_place_comes_free() {
        let quota = Quota::new(2, 2);
        assert_eq!(quota.full_for(), None);
        let first = quota.try_acquire(());
        let _second = quota.try_acquire(());
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(quota.full_for(), Some(Duration::from_secs(5)));
        drop(first);
        let _third = quota.try_acquire(());
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(quota.full_for(), Some(Duration::from_secs(2)));
    }
}
