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
        let claim = self.claim(key);
        let places = Arc::clone(&claim.places);
        let held = timeout(within, async {
            let own = places.acquire_owned().await.ok()?;
            Some((own, Arc::clone(&self.0.all).acquire_owned().await.ok()?))
        });
        let held = held.await.ok().flatten()?;
        Some(self.permit(claim, held))
    }

    /// Returns a place if one is free now.
    pub fn try_acquire(&self, key: K) -> Option<Permit<K>> {
        let claim = self.claim(key);
        let own = Arc::clone(&claim.places).try_acquire_owned().ok()?;
        let all = Arc::clone(&self.0.all).try_acquire_owned().ok()?;
        Some(self.permit(claim, (own, all)))
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
