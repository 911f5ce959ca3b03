//! Turns for what reads much. There are as many at once as connections for it, and they are shared out fairly: among the
//! agencies under the topmost one, the units below them and the people in each. They are counted where the work is done: a
//! page that hangs up does not end what it asked for, so a limit on requests alone would let one person, or a few together,
//! queue before everybody else. Knows no query.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::access::Caller;
use domain::error::{Failure, Outcome};
use domain::ids::{AgencyId, PersonId};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use crate::Backend;
use crate::stop::Done;

/// Turns of one person at once: a list and the calendar beside it.
const AT_ONCE: usize = 2;
/// So much of one person's waits at most: a few tabs that are opened together. What comes then is told to try again.
const WAITING_AT_MOST: usize = 8;
/// Nobody waits longer for a turn. A page is given up after thirty seconds.
const WAIT_AT_MOST: Duration = Duration::from_secs(20);
/// What somebody has used counts half after this time. Longer than anybody waits, so that whoever floods is known as such when
/// the next one of their turns would come; a burst is forgotten within some minutes.
const HALVED_AFTER: Duration = Duration::from_secs(60);
/// Uses that are remembered without anybody asking. Of more, those that have become nothing are forgotten.
const REMEMBERED_AT_MOST: usize = 1024;

/// The turns of everybody, for one kind of connections.
#[derive(Debug)]
pub(crate) struct Turns {
    at_once: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    asked: u64,
    /// Who waits, in the order of asking.
    waiting: BTreeMap<u64, Waiting>,
    held: HashMap<u64, Held>,
    uses: HashMap<Sharer, Use>,
}

/// Who shares with others: an office with the other offices, an agency below it with those beside it, a person with the
/// people of their agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sharer {
    /// An agency right under the topmost one with all below it, or the topmost one's own people.
    Office(AgencyId),
    Agency(AgencyId),
    Person(PersonId),
}

#[derive(Debug)]
struct Waiting {
    whose: Whose,
    call: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Held {
    whose: Whose,
    since: Instant,
}

/// Whose turn it is: the caller's office, the agencies below it in the caller's line, then the caller.
#[derive(Clone, Debug)]
struct Whose {
    sharers: Vec<Sharer>,
    office: Sharer,
    person: Sharer,
}

/// What one sharer has of the turns.
#[derive(Debug)]
struct Use {
    /// Turns held and waited for.
    asked: usize,
    held: usize,
    /// Time used, as it counted at `at`.
    used: Duration,
    at: Instant,
}

/// A turn, waited for or held, until it is dropped: also when whoever waits goes away.
struct Place<'t> {
    turns: &'t Turns,
    number: u64,
}

impl Whose {
    fn of(caller: &Caller) -> Whose {
        let (office, person) = (Sharer::Office(caller.office()), Sharer::Person(caller.person));
        let below = caller.line.iter().skip(2).map(|agency| Sharer::Agency(*agency));
        Whose { sharers: [office].into_iter().chain(below).chain([person]).collect(), office, person }
    }
}

impl Use {
    fn new(now: Instant) -> Use {
        Use { asked: 0, held: 0, used: Duration::ZERO, at: now }
    }

    /// The time used as it counts now. 8 s count 4 s after ten seconds, and 2 s after twenty.
    fn used(&self, now: Instant) -> Duration {
        let halvings = now.saturating_duration_since(self.at).as_secs_f64() / HALVED_AFTER.as_secs_f64();
        self.used.mul_f64(0.5_f64.powf(halvings))
    }

    fn charge(&mut self, time: Duration, now: Instant) {
        self.used = self.used(now).saturating_add(time);
        self.at = now;
    }

    fn is_forgotten(&self, now: Instant) -> bool {
        self.asked == 0 && self.used(now) < Duration::from_millis(1)
    }
}

impl State {
    fn count(&self, sharer: Sharer, of: impl Fn(&Use) -> usize) -> usize {
        self.uses.get(&sharer).map_or(0, of)
    }

    /// Calls whoever comes next, as long as there is a turn free.
    fn call_next(&mut self, at_once: usize, now: Instant) {
        while self.held.len() < at_once
            && let Some(number) = self.next(at_once, now)
            && let Some(Waiting { whose, call }) = self.waiting.remove(&number)
        {
            for sharer in &whose.sharers {
                self.uses.entry(*sharer).or_insert_with(|| Use::new(now)).held += 1;
            }
            self.held.insert(number, Held { whose, since: now });
            // Whoever has gone meanwhile drops the place.
            call.send(()).ok();
        }
    }

    /// Who comes next: at each step down the tree those who hold fewest turns, of these those who have used least, and
    /// at last those who asked first. One turn is never held by the agency that holds all others.
    fn next(&self, at_once: usize, now: Instant) -> Option<u64> {
        let of_office = at_once.saturating_sub(1).max(1);
        let may = |whose: &Whose| {
            self.count(whose.person, |of| of.held) < AT_ONCE
                && self.count(whose.office, |of| of.held) < of_office
        };
        let order = |whose: &Whose| -> Vec<(usize, Duration)> {
            let of = |sharer| self.uses.get(sharer).map_or((0, Duration::ZERO), |of| (of.held, of.used(now)));
            whose.sharers.iter().map(of).collect()
        };
        let waiting = self.waiting.iter().filter(|(_, waiting)| may(&waiting.whose));
        waiting.min_by_key(|(_, waiting)| order(&waiting.whose)).map(|(number, _)| *number)
    }

    /// Takes a turn out, held or waited for.
    fn leave(&mut self, number: u64, now: Instant) {
        let waited = self.waiting.remove(&number).map(|waiting| (waiting.whose, None));
        let held = || self.held.remove(&number).map(|held| (held.whose, Some(held.since)));
        let Some((whose, since)) = waited.or_else(held) else { return };
        for sharer in &whose.sharers {
            let Some(of) = self.uses.get_mut(sharer) else { continue };
            of.asked -= 1;
            if let Some(since) = since {
                of.held -= 1;
                of.charge(now.saturating_duration_since(since), now);
            }
        }
    }
}

impl Turns {
    /// So many at once.
    pub(crate) fn new(at_once: usize) -> Turns {
        Turns { at_once: at_once.max(1), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, caller: &Caller) -> Option<(Place<'_>, oneshot::Receiver<()>)> {
        let (whose, now) = (Whose::of(caller), Instant::now());
        let mut state = self.state();
        if state.count(whose.person, |of| of.asked) >= AT_ONCE + WAITING_AT_MOST {
            return None;
        }
        if state.uses.len() >= REMEMBERED_AT_MOST {
            state.uses.retain(|_, of| !of.is_forgotten(now));
        }
        for sharer in &whose.sharers {
            state.uses.entry(*sharer).or_insert_with(|| Use::new(now)).asked += 1;
        }
        let (call, called) = oneshot::channel();
        let number = state.asked;
        state.asked += 1;
        state.waiting.insert(number, Waiting { whose, call });
        state.call_next(self.at_once, now);
        Some((Place { turns: self, number }, called))
    }

    /// Does the work in one of the caller's turns.
    ///
    /// # Errors
    /// `Unavailable` when too much of the caller's waits already, or has waited too long.
    async fn take<T>(&self, caller: &Caller, work: impl Future<Output = Done<T>>) -> Done<T> {
        let (_place, called) = self.ask(caller).ok_or(Failure::Unavailable)?;
        let called = timeout(WAIT_AT_MOST, called).await;
        called.ok().and_then(Result::ok).ok_or(Failure::Unavailable)?;
        work.await
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut state = self.turns.state();
        state.leave(self.number, now);
        state.call_next(self.turns.at_once, now);
    }
}

impl Backend {
    /// The outcome of work on a connection for expensive reads, done in one of the caller's turns. Work within it must not
    /// ask for another.
    pub(crate) async fn in_expensive_turn<T>(
        &self,
        caller: &Caller,
        work: impl Future<Output = Done<T>>,
    ) -> Outcome<T> {
        self.outcome(self.expensive_turns().take(caller, work).await)
    }

    /// The same for a search, which may have to look at whatever holds a common word: it has a connection and turns of its
    /// own, so that it keeps no list or calendar waiting.
    pub(crate) async fn in_search_turn<T>(
        &self,
        caller: &Caller,
        work: impl Future<Output = Done<T>>,
    ) -> Outcome<T> {
        self.outcome(self.search_turns().take(caller, work).await)
    }

    /// The same for work that reads much on the other connections.
    pub(crate) async fn in_turn<T>(
        &self,
        caller: &Caller,
        work: impl Future<Output = Done<T>>,
    ) -> Outcome<T> {
        self.outcome(self.turns().take(caller, work).await)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use chrono::DateTime;
    use domain::agencies::AgencyRef;
    use domain::ids::SessionId;
    use futures::poll;
    use uuid::Uuid;

    use super::*;
    use crate::stop::Stop;

    const ROOT: u128 = 1;

    /// A person of an agency, by their numbers; the agency's line begins at the root.
    fn caller(person: u128, line: &[u128]) -> Caller {
        let line: Vec<AgencyId> = line.iter().map(|id| AgencyId(Uuid::from_u128(*id))).collect();
        Caller {
            person: PersonId(Uuid::from_u128(person)),
            name: String::new(),
            position: String::new(),
            agency: AgencyRef { id: line[line.len() - 1], code: String::new(), short_name: String::new() },
            line,
            grants: Vec::new(),
            session: SessionId(Uuid::nil()),
            now: DateTime::UNIX_EPOCH,
        }
    }

    type Work<'t> = Pin<Box<dyn Future<Output = Done<()>> + 't>>;

    /// Work that begins when its turn comes, says so, and lasts until it is dropped.
    struct Asked<'t> {
        work: Work<'t>,
        begun: std::rc::Rc<std::cell::Cell<bool>>,
    }

    impl<'t> Asked<'t> {
        async fn new(turns: &'t Turns, caller: &'t Caller) -> Asked<'t> {
            let begun = std::rc::Rc::new(std::cell::Cell::new(false));
            let begins = begun.clone();
            let work = Box::pin(turns.take(caller, async move {
                begins.set(true);
                std::future::pending().await
            }));
            let mut asked = Asked { work, begun };
            asked.has_begun().await;
            asked
        }

        async fn has_begun(&mut self) -> bool {
            assert!(poll!(&mut self.work).is_pending());
            self.begun.get()
        }
    }

    async fn many<'t>(turns: &'t Turns, caller: &'t Caller, count: usize) -> Vec<Asked<'t>> {
        let mut asked = Vec::new();
        for _ in 0..count {
            asked.push(Asked::new(turns, caller).await);
        }
        asked
    }

    /// Ends what has begun, and tells how many there were. Those who come next begin only afterwards.
    async fn end_begun(asked: &mut Vec<Asked<'_>>) -> usize {
        for one in asked.iter_mut() {
            one.has_begun().await;
        }
        let (begun, rest): (Vec<_>, Vec<_>) =
            std::mem::take(asked).into_iter().partition(|one| one.begun.get());
        *asked = rest;
        begun.len()
    }

    #[tokio::test]
    async fn one_person_has_few_turns_and_others_do_not_wait_for_them() {
        let turns = Turns::new(3);
        let (one, other) = (caller(11, &[ROOT, 2]), caller(12, &[ROOT, 3]));
        let mut held = many(&turns, &one, AT_ONCE + WAITING_AT_MOST).await;
        let refused = turns.take(&one, async { Ok(()) }).await;
        assert!(matches!(refused, Err(Stop::Failure(Failure::Unavailable))), "{refused:?}");
        turns.take(&other, async { Ok(()) }).await.unwrap();
        // Whoever waited goes away, and makes place for the next one, who waits for a turn.
        held.pop();
        let mut next = Asked::new(&turns, &one).await;
        assert!(!next.has_begun().await);
        held.clear();
        assert!(next.has_begun().await);
        drop(next);
        let state = turns.state();
        assert!(state.held.is_empty() && state.waiting.is_empty());
        assert!(state.uses.values().all(|of| (of.asked, of.held) == (0, 0)), "{:?}", state.uses);
    }

    #[tokio::test(start_paused = true)]
    async fn an_army_of_one_agency_leaves_others_a_turn_that_is_free() {
        let turns = Turns::new(3);
        // Some sit in units that were made for it.
        let army: Vec<Caller> = (0..40).map(|n| caller(100 + n, &[ROOT, 2, 20 + n % 5])).collect();
        let mut asked = Vec::new();
        for soldier in &army {
            asked.extend(many(&turns, soldier, AT_ONCE + WAITING_AT_MOST).await);
        }
        for _ in 0..20 {
            let clerk = caller(12, &[ROOT, 3]);
            let mut page = Asked::new(&turns, &clerk).await;
            assert!(page.has_begun().await, "nobody waits behind another agency");
            drop(page);
            tokio::time::advance(Duration::from_millis(200)).await;
            assert_eq!(end_begun(&mut asked).await, 2);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_people_of_many_agencies_delay_a_page_by_one_turn_alone() {
        let turns = Turns::new(3);
        let few: Vec<Caller> = (0..8).map(|n| caller(100 + n, &[ROOT, 2 + n])).collect();
        let mut asked = Vec::new();
        for one in &few {
            asked.extend(many(&turns, one, AT_ONCE + WAITING_AT_MOST).await);
        }
        // One of their colleagues, and somebody of another agency.
        for line in [[ROOT, 2], [ROOT, 50]] {
            for _ in 0..5 {
                tokio::time::advance(Duration::from_millis(200)).await;
                end_begun(&mut asked).await;
                let clerk = caller(12, &line);
                let mut page = Asked::new(&turns, &clerk).await;
                let mut waited = 0;
                while !page.has_begun().await {
                    tokio::time::advance(Duration::from_millis(200)).await;
                    for one in asked.iter_mut() {
                        one.has_begun().await;
                    }
                    let one = asked.iter().position(|one| one.begun.get()).unwrap();
                    drop(asked.remove(one));
                    waited += 1;
                }
                let of_own = line == [ROOT, 2];
                assert!(waited <= if of_own { 8 } else { 1 }, "{waited} turns of others");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_colleague_comes_before_those_who_have_used_more() {
        let turns = Turns::new(2);
        let few: Vec<Caller> = (0..8).map(|n| caller(100 + n, &[ROOT, 2])).collect();
        let mut asked = Vec::new();
        for _ in 0..3 {
            for one in &few {
                asked.extend(many(&turns, one, 1).await);
            }
        }
        // Each of them has had a turn; all of them ask again before the colleague does.
        for _ in 0..few.len() {
            tokio::time::advance(Duration::from_millis(200)).await;
            assert_eq!(end_begun(&mut asked).await, 1);
        }
        let clerk = caller(12, &[ROOT, 2]);
        let mut page = Asked::new(&turns, &clerk).await;
        assert!(!page.has_begun().await);
        end_begun(&mut asked).await;
        assert!(page.has_begun().await, "whoever has used nothing comes first");
    }

    #[tokio::test(start_paused = true)]
    async fn people_of_the_topmost_agency_are_an_office_like_any_other() {
        let turns = Turns::new(3);
        let few: Vec<Caller> = (0..8).map(|n| caller(100 + n, &[ROOT, 2 + n])).collect();
        let mut asked = Vec::new();
        for one in &few {
            asked.extend(many(&turns, one, AT_ONCE + WAITING_AT_MOST).await);
        }
        let chairman = caller(12, &[ROOT]);
        for _ in 0..5 {
            let mut page = Asked::new(&turns, &chairman).await;
            assert!(!page.has_begun().await, "all turns are held");
            let mut rounds = 0;
            while !page.has_begun().await {
                tokio::time::advance(Duration::from_millis(200)).await;
                end_begun(&mut asked).await;
                rounds += 1;
            }
            // Those who asked before and have had no turn yet come first, each once.
            assert!(rounds <= 3, "{rounds}");
        }
        // An army of its own people leaves others a turn, as that of any office does.
        drop(asked);
        let own: Vec<Caller> = (0..8).map(|n| caller(200 + n, &[ROOT])).collect();
        let mut asked = Vec::new();
        for one in &own {
            asked.extend(many(&turns, one, AT_ONCE + WAITING_AT_MOST).await);
        }
        let clerk = caller(13, &[ROOT, 3]);
        assert!(Asked::new(&turns, &clerk).await.has_begun().await);
        assert_eq!(end_begun(&mut asked).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_used_is_forgotten_within_minutes() {
        let turns = Turns::new(1);
        let one = caller(11, &[ROOT, 2]);
        let held = Asked::new(&turns, &one).await;
        tokio::time::advance(Duration::from_secs(8)).await;
        drop(held);
        let used = |sharer| turns.state().uses[&sharer].used(Instant::now()).as_millis();
        assert_eq!(used(Sharer::Person(one.person)), 8000);
        tokio::time::advance(HALVED_AFTER * 2).await;
        assert_eq!(used(Sharer::Person(one.person)), 2000);
        assert_eq!(used(Sharer::Office(one.office())), 2000);
        tokio::time::advance(HALVED_AFTER * 11).await;
        assert!(turns.state().uses.values().all(|of| of.is_forgotten(Instant::now())));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let turns = Turns::new(1);
        let (one, other) = (caller(11, &[ROOT, 2]), caller(12, &[ROOT, 3]));
        let _held = Asked::new(&turns, &one).await;
        let late = turns.take(&other, async { Ok(()) }).await;
        assert!(matches!(late, Err(Stop::Failure(Failure::Unavailable))), "{late:?}");
        assert!(turns.state().waiting.is_empty());
    }
}
