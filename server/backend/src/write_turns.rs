//! Whose change comes next. Whoever waits to write waits here, before a transaction is begun: on a server a transaction that
//! waits for a row holds a connection, and a few dozen of them would hold all; in a file they stand one behind the other. A
//! person writes one thing at a time and rests after what took long, the people of an office write a few at once, and a meeting
//! is changed by one after the other: nobody queues before everybody else, however many sockets, meetings or colleagues they have.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use domain::access::Caller;
use domain::ids::{AgencyId, MeetingId, PersonId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use crate::Backend;
use crate::db::{PATIENCE, Tx};
use crate::stop::Done;

/// Changes of one office at once.
const OF_AN_OFFICE: usize = 2;
/// A change that takes longer is followed by a rest.
const LONG: Duration = Duration::from_millis(100);
/// So many times as long as it took.
const RESTS: u32 = 2;
const RESTS_AT_MOST: Duration = Duration::from_secs(3);
/// Keys that nobody waits for any more are forgotten from this many on.
const REMEMBERED: usize = 256;

/// So many at once for each key, first come, first served.
#[derive(Debug)]
struct Shares<K> {
    at_once: usize,
    of: Mutex<HashMap<K, Weak<Semaphore>>>,
}

impl<K: Copy + Eq + Hash> Shares<K> {
    fn new(at_once: usize) -> Shares<K> {
        Shares { at_once, of: Mutex::default() }
    }

    /// Waits for a turn, which lasts until the permit is dropped.
    async fn next(&self, key: K) -> Result<OwnedSemaphorePermit, sqlx::Error> {
        self.of(key).acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)
    }

    fn of(&self, key: K) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = of.get(&key).and_then(Weak::upgrade) {
            return turns;
        }
        if of.len() >= REMEMBERED {
            of.retain(|_, turns| turns.strong_count() > 0);
        }
        let turns = Arc::new(Semaphore::new(self.at_once));
        of.insert(key, Arc::downgrade(&turns));
        turns
    }
}

/// Turns by person, by meeting and by office, taken in this order: who waits for a busy meeting keeps no colleague from another.
#[derive(Debug)]
pub(crate) struct WriteTurns {
    people: Shares<PersonId>,
    offices: Shares<AgencyId>,
    meetings: Shares<MeetingId>,
}

impl Default for WriteTurns {
    fn default() -> WriteTurns {
        WriteTurns { people: Shares::new(1), offices: Shares::new(OF_AN_OFFICE), meetings: Shares::new(1) }
    }
}

impl WriteTurns {
    async fn next(&self, caller: Option<&Caller>, meeting: Option<MeetingId>) -> Result<Turn, sqlx::Error> {
        let all = async {
            let mut turn = Turn::default();
            if let Some(caller) = caller {
                turn.person = Some(self.people.next(caller.person).await?);
            }
            if let Some(meeting) = meeting {
                turn.others.push(self.meetings.next(meeting).await?);
            }
            if let Some(caller) = caller {
                turn.others.push(self.offices.next(caller.office()).await?);
            }
            turn.began = Some(Instant::now());
            Ok(turn)
        };
        timeout(PATIENCE, all).await.map_err(|_| sqlx::Error::PoolTimedOut)?
    }
}

/// What was waited for; it ends with the transaction.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    person: Option<OwnedSemaphorePermit>,
    others: Vec<OwnedSemaphorePermit>,
    began: Option<Instant>,
}

impl Drop for Turn {
    /// Whoever has changed something that took long rests for twice as long, and the others come in between.
    fn drop(&mut self) {
        let (Some(person), Some(began)) = (self.person.take(), self.began) else { return };
        let took = began.elapsed();
        if took < LONG {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                sleep((took * RESTS).min(RESTS_AT_MOST)).await;
                drop(person);
            });
        }
    }
}

impl Backend {
    /// Begins a transaction in which the caller changes a meeting, when it is their turn, their office's and the meeting's. Other
    /// nodes wait at the meeting's row, see [`scope::hold`](crate::scope::hold).
    pub(crate) async fn begin_for(&self, caller: &Caller, meeting: MeetingId) -> Done<Tx> {
        self.begin_after(Some(caller), Some(meeting)).await
    }

    /// The same of something that the caller changes where it is not known yet which meeting that concerns.
    pub(crate) async fn begin_by(&self, caller: &Caller) -> Done<Tx> {
        self.begin_after(Some(caller), None).await
    }

    /// The same of what the program does to a meeting by itself.
    pub(crate) async fn begin_in(&self, meeting: MeetingId) -> Done<Tx> {
        self.begin_after(None, Some(meeting)).await
    }

    async fn begin_after(&self, caller: Option<&Caller>, meeting: Option<MeetingId>) -> Done<Tx> {
        let turn = self.write_turns().next(caller, meeting).await?;
        let mut tx = self.db().begin().await?;
        tx.keep_turn(turn);
        Ok(tx)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use chrono::{DateTime, Utc};
    use domain::agencies::AgencyRef;
    use domain::ids::SessionId;
    use futures::FutureExt;
    use futures::future::join_all;
    use uuid::Uuid;

    use super::*;

    fn caller(person: u128, office: u128) -> Caller {
        let (agency, root) = (AgencyId(Uuid::from_u128(office)), AgencyId(Uuid::from_u128(1)));
        let now: DateTime<Utc> = "2026-06-16T02:00:00Z".parse().unwrap();
        Caller {
            person: PersonId(Uuid::from_u128(person)),
            name: String::new(),
            position: String::new(),
            agency: AgencyRef { id: agency, code: String::new(), short_name: String::new() },
            line: vec![root, agency],
            grants: Vec::new(),
            session: SessionId(Uuid::from_u128(person)),
            now,
        }
    }

    /// However many meetings, sockets and colleagues somebody has, what waits of them is little.
    #[tokio::test]
    async fn a_person_writes_one_thing_at_a_time_and_an_office_two() {
        let turns = WriteTurns::default();
        let meeting = |number| Some(MeetingId(Uuid::from_u128(number)));
        let next = |person, office, number| {
            let caller = caller(person, office);
            turns.next(Some(&caller), meeting(number)).now_or_never().map(Result::unwrap)
        };
        let first = next(10, 2, 1).unwrap();
        assert!(next(10, 2, 2).is_none(), "the same person in another meeting");
        assert!(next(11, 2, 1).is_none(), "a colleague in the same meeting");
        let second = next(11, 2, 2).unwrap();
        assert!(next(12, 2, 3).is_none(), "a third of the office");
        assert!(next(20, 3, 1).is_none(), "another office in the same meeting");
        let other = next(20, 3, 3).unwrap();
        drop(first);
        assert!(next(12, 2, 1).is_some());
        drop((second, other));
        let alone = turns.next(None, meeting(1)).now_or_never();
        assert!(alone.is_some(), "what the program does itself waits for the meeting alone");
    }

    #[tokio::test]
    async fn so_many_at_once_for_each_key_and_others_beside_them() {
        let turns: Shares<u32> = Shares::new(2);
        let held = [turns.next(1).await.unwrap(), turns.next(1).await.unwrap()];
        drop(turns.next(2).await.unwrap());
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let one = async || {
            let turn = turns.next(1).await.unwrap();
            most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            inside.fetch_sub(1, Ordering::SeqCst);
            drop(turn);
        };
        let all = join_all((0..20).map(|_| one()));
        let rest = async {
            tokio::task::yield_now().await;
            assert_eq!(most.load(Ordering::SeqCst), 0, "all wait");
            drop(held);
        };
        tokio::join!(all, rest);
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn keys_that_nobody_waits_for_are_forgotten() {
        let turns: Shares<usize> = Shares::new(1);
        let held = turns.next(0).await.unwrap();
        for number in 1..=3 * REMEMBERED {
            drop(turns.next(number).await.unwrap());
        }
        assert!(turns.of.lock().unwrap().len() <= REMEMBERED);
        let again = turns.of(0);
        assert_eq!(again.available_permits(), 0, "one that is held is remembered");
        drop(held);
        assert_eq!(again.available_permits(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_changed_something_that_took_long_rests_and_colleagues_do_not() {
        let turns = WriteTurns::default();
        let one = caller(10, 2);
        let turn = turns.next(Some(&one), None).await.unwrap();
        sleep(LONG / 2).await;
        drop(turn);
        let turn = turns.next(Some(&one), None).now_or_never().expect("that was short").unwrap();
        sleep(LONG).await;
        let begin = Instant::now();
        drop(turn);
        let other = caller(11, 2);
        assert!(turns.next(Some(&other), None).now_or_never().is_some(), "a colleague");
        drop(turns.next(Some(&one), None).await.unwrap());
        assert_eq!(begin.elapsed(), LONG * RESTS);
    }
}
