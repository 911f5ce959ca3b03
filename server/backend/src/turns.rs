//! Turns for what reads much. One person has only so many at once, counted where the work is done: a page that hangs up does
//! not end what it asked for, so a limit on requests alone would let one person queue without end. Knows no query.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::error::{Failure, Outcome};
use domain::ids::PersonId;
use tokio::sync::Semaphore;

use crate::Backend;
use crate::stop::Done;
use domain::access::Caller;

/// Turns of one person at once: one fewer than there are connections for expensive reads, so that others always find one.
const AT_ONCE: usize = 2;
/// So much of one person's waits at most: a few tabs that are opened together. What comes then is told to try again.
const WAITING_AT_MOST: usize = 8;

/// The turns of everybody.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    people: Mutex<HashMap<PersonId, Share>>,
}

/// One person's turns, as long as there are any.
#[derive(Debug)]
struct Share {
    free: Arc<Semaphore>,
    /// Turns held and waited for.
    asked: usize,
}

/// Counts as asked for until it is dropped, also when whoever waits goes away.
struct Asked<'t> {
    turns: &'t Turns,
    person: PersonId,
}

impl Turns {
    fn people(&self) -> MutexGuard<'_, HashMap<PersonId, Share>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, person: PersonId) -> Option<(Asked<'_>, Arc<Semaphore>)> {
        let mut people = self.people();
        let new = || Share { free: Arc::new(Semaphore::new(AT_ONCE)), asked: 0 };
        let share = people.entry(person).or_insert_with(new);
        if share.asked >= AT_ONCE + WAITING_AT_MOST {
            return None;
        }
        share.asked += 1;
        Some((Asked { turns: self, person }, Arc::clone(&share.free)))
    }

    /// Does the work in one of the person's turns.
    ///
    /// # Errors
    /// `Unavailable` when too much of the person's waits already.
    async fn take<T>(&self, person: PersonId, work: impl Future<Output = Done<T>>) -> Done<T> {
        let (_asked, free) = self.ask(person).ok_or(Failure::Unavailable)?;
        let _turn = free.acquire().await.map_err(|_| Failure::Unavailable)?;
        work.await
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let mut people = self.turns.people();
        if let Some(share) = people.get_mut(&self.person) {
            share.asked -= 1;
            if share.asked == 0 {
                people.remove(&self.person);
            }
        }
    }
}

impl Backend {
    /// The outcome of work that reads much, done in one of the caller's turns. Work within it must not ask for another.
    pub(crate) async fn in_turn<T>(
        &self,
        caller: &Caller,
        work: impl Future<Output = Done<T>>,
    ) -> Outcome<T> {
        self.outcome(self.turns().take(caller.person, work).await)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::poll;
    use uuid::Uuid;

    use super::*;
    use crate::stop::Stop;

    #[tokio::test]
    async fn one_person_has_few_turns_and_others_do_not_wait_for_them() {
        let turns = Turns::default();
        let (one, other) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let never = || std::future::pending::<Done<()>>();
        let mut held: Vec<_> =
            (0..AT_ONCE + WAITING_AT_MOST).map(|_| Box::pin(turns.take(one, never()))).collect();
        for work in &mut held {
            assert!(poll!(work).is_pending());
        }
        let refused = turns.take(one, async { Ok(()) }).await;
        assert!(matches!(refused, Err(Stop::Failure(Failure::Unavailable))), "{refused:?}");
        turns.take(other, async { Ok(()) }).await.unwrap();
        // Whoever waited goes away, and makes place for the next one, who waits for a turn.
        held.pop();
        {
            let mut next = pin!(turns.take(one, async { Ok(()) }));
            assert!(poll!(&mut next).is_pending());
            held.clear();
            assert!(poll!(&mut next).is_ready());
        }
        assert!(turns.people().is_empty(), "nothing is kept of who has gone");
    }
}
