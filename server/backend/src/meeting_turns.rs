//! One change of a meeting after the other. Whoever waits for a meeting waits here, before a transaction is begun: on a server
//! a transaction that waits for a row holds a connection, and a few dozen of them would hold all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use domain::ids::MeetingId;
use tokio::sync::OwnedMutexGuard;

use crate::Backend;
use crate::db::Tx;
use crate::stop::Done;

/// Meetings that nobody waits for any more are forgotten from this many on.
const REMEMBERED: usize = 256;

/// Whose turn it is in each meeting.
#[derive(Debug, Default)]
pub(crate) struct MeetingTurns(Mutex<HashMap<MeetingId, Weak<tokio::sync::Mutex<()>>>>);

impl MeetingTurns {
    /// Waits for the turn in a meeting, first come, first served. It lasts until the guard is dropped.
    async fn next(&self, meeting: MeetingId) -> OwnedMutexGuard<()> {
        self.of(meeting).lock_owned().await
    }

    fn of(&self, meeting: MeetingId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&meeting).and_then(Weak::upgrade) {
            return turn;
        }
        if turns.len() >= REMEMBERED {
            turns.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::default();
        turns.insert(meeting, Arc::downgrade(&turn));
        turn
    }
}

impl Backend {
    /// Begins a transaction that changes a meeting, when those before it on this node have ended. Other nodes wait at the
    /// meeting's row, see [`scope::hold`](crate::scope::hold).
    pub(crate) async fn begin_for(&self, meeting: MeetingId) -> Done<Tx> {
        let turn = self.meeting_turns().next(meeting).await;
        let mut tx = self.db().begin().await?;
        tx.keep_turn(turn);
        Ok(tx)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn one_after_the_other_in_a_meeting_and_beside_each_other_in_two() {
        let turns = Arc::new(MeetingTurns::default());
        let meeting = |number| MeetingId(Uuid::from_u128(number));
        let held = turns.next(meeting(1)).await;
        drop(turns.next(meeting(2)).await);
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let one = async || {
            let turn = turns.next(meeting(1)).await;
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
        assert_eq!(most.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn meetings_that_nobody_waits_for_are_forgotten() {
        let turns = MeetingTurns::default();
        let held = turns.next(MeetingId(Uuid::from_u128(0))).await;
        for number in 1..=3 * REMEMBERED as u128 {
            drop(turns.next(MeetingId(Uuid::from_u128(number))).await);
        }
        assert!(turns.0.lock().unwrap().len() <= REMEMBERED);
        let again = turns.of(MeetingId(Uuid::from_u128(0)));
        assert!(again.try_lock().is_err(), "one that is held is remembered");
        drop(held);
        assert!(again.try_lock().is_ok());
    }
}
