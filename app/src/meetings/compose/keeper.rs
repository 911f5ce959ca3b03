//! The saves of one draft, one at a time: each waits for the one before and carries the revision that it brought. Outlives
//! the page, so that what is under way when somebody leaves is followed by what they typed last.
//! Knows no form and no server.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use domain::meetings::{Saved, Typing};
use uuid::Uuid;

/// Who keeps a draft.
#[derive(Clone, Debug, Default)]
pub(super) struct Keeper(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The page as the server knows it; the number after it is that of a draft of its own.
    page: u128,
    saved: Option<Saved>,
    /// The turn of typing that was kept last.
    kept: u64,
    /// Whether anything was kept by this keeper.
    has_kept: bool,
    /// Whether somebody else was faster, so that the revision will not be taken any more.
    is_stale: bool,
    /// Saves that failed since one went through.
    misses: u32,
    is_busy: bool,
    waiting: Vec<Waker>,
}

/// The right to save; the next in line gets it when this is dropped.
#[derive(Debug)]
pub(super) struct Place(Keeper);

impl Keeper {
    /// Of a draft as it was read, on a page that drew this number.
    pub(super) fn new(saved: Option<Saved>, page: Uuid) -> Keeper {
        Keeper(Arc::new(Mutex::new(State { saved, page: page.as_u128(), ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no save is under way.
    pub(super) async fn place(&self) -> Place {
        poll_fn(|context| {
            let mut state = self.state();
            if state.is_busy {
                state.waiting.push(context.waker().clone());
                return Poll::Pending;
            }
            state.is_busy = true;
            Poll::Ready(())
        })
        .await;
        Place(self.clone())
    }

    /// The meeting and its newest revision, and what a save of this turn says of the page.
    pub(super) fn next(&self, turn: u64) -> (Option<Saved>, Typing) {
        let state = self.state();
        (state.saved, Typing { page: Uuid::from_u128(state.page), turn })
    }

    /// The meeting and its newest revision.
    pub(super) fn saved(&self) -> Option<Saved> {
        self.state().saved
    }

    /// What a save that nobody will see the answer of is to carry: a draft of its own when somebody else was faster.
    pub(super) fn at_last(&self, turn: u64) -> (Option<Saved>, Typing) {
        let state = self.state();
        let page = if state.is_stale { apart(state.page) } else { state.page };
        (state.saved.filter(|_| !state.is_stale), Typing { page: Uuid::from_u128(page), turn })
    }

    /// Whether this turn of typing, or a later one, is kept; an untouched form is as it was read.
    pub(super) fn holds(&self, turn: u64) -> bool {
        self.state().kept >= turn
    }

    /// Whether a save of this turn would bring nothing.
    pub(super) fn has_kept(&self, turn: u64) -> bool {
        let state = self.state();
        state.has_kept && state.kept >= turn
    }

    /// Whether somebody else was faster.
    pub(super) fn is_stale(&self) -> bool {
        self.state().is_stale
    }

    /// A turn of typing is kept.
    pub(super) fn keep(&self, saved: Saved, turn: u64) {
        let mut state = self.state();
        state.saved = Some(saved);
        state.kept = state.kept.max(turn);
        (state.has_kept, state.is_stale, state.misses) = (true, false, 0);
    }

    /// How many saves failed since one went through.
    pub(super) fn misses(&self) -> u32 {
        self.state().misses
    }

    /// A save did not go through; how many did not by now.
    pub(super) fn miss(&self, is_stale: bool) -> u32 {
        let mut state = self.state();
        state.is_stale |= is_stale;
        state.misses = state.misses.saturating_add(1);
        state.misses
    }

    /// What follows takes the place of what somebody else saved.
    pub(super) fn go_over(&self, theirs: Saved) {
        let mut state = self.state();
        (state.saved, state.has_kept, state.is_stale) = (Some(theirs), false, false);
    }

    /// What follows is a draft of its own.
    pub(super) fn part(&self) {
        let mut state = self.state();
        state.page = apart(state.page);
        (state.saved, state.has_kept, state.is_stale) = (None, false, false);
    }
}

/// The page of a draft of its own.
fn apart(page: u128) -> u128 {
    page.wrapping_add(1)
}

impl Drop for Place {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.0.state();
            state.is_busy = false;
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Waker};

    use super::*;

    fn saved(rev: i64) -> Saved {
        Saved { id: domain::ids::MeetingId(Default::default()), rev }
    }

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_save_waits_for_the_one_before_and_carries_its_revision() {
        let keeper = Keeper::new(None, Uuid::nil());
        let mut first = pin!(keeper.place());
        let Poll::Ready(place) = poll(first.as_mut()) else { panic!("nothing was under way") };
        let mut second = pin!(keeper.place());
        assert!(poll(second.as_mut()).is_pending());
        keeper.keep(saved(1), 3);
        drop(place);
        assert!(poll(second.as_mut()).is_ready());
        assert_eq!(keeper.saved(), Some(saved(1)));
        assert!(keeper.has_kept(3) && !keeper.has_kept(4));
    }

    #[test]
    fn an_untouched_form_is_as_it_was_read_but_nothing_was_kept_yet() {
        let keeper = Keeper::new(Some(saved(7)), Uuid::nil());
        assert!(keeper.holds(0) && !keeper.has_kept(0));
        assert!(!keeper.holds(1));
    }

    #[test]
    fn whoever_goes_over_what_somebody_else_saved_carries_their_revision() {
        let keeper = Keeper::new(Some(saved(7)), Uuid::nil());
        keeper.miss(true);
        keeper.go_over(saved(9));
        assert!(!keeper.is_stale() && !keeper.has_kept(0));
        assert_eq!(keeper.next(1).0, Some(saved(9)));
        assert_eq!(keeper.at_last(1).0, Some(saved(9)));
    }

    #[test]
    fn whoever_was_overtaken_ends_with_a_draft_of_their_own() {
        let keeper = Keeper::new(Some(saved(7)), Uuid::nil());
        let page = |at: u128| Typing { page: Uuid::from_u128(at), turn: 4 };
        assert_eq!((keeper.miss(false), keeper.at_last(4)), (1, (Some(saved(7)), page(0))));
        assert_eq!((keeper.miss(true), keeper.at_last(4)), (2, (None, page(1))));
        keeper.part();
        assert_eq!(keeper.next(4), (None, page(1)), "what was kept at last is gone on with");
        assert_eq!((keeper.saved(), keeper.is_stale(), keeper.misses()), (None, false, 2));
        keeper.keep(saved(1), 1);
        assert_eq!((keeper.at_last(4), keeper.miss(false)), ((Some(saved(1)), page(1)), 1));
    }
}
