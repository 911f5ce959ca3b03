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
/// Whoever has used less than this lately, holds nothing and asks for no more than one page does is new. Less than a list and a
/// calendar of a large office take.
const NEW_BELOW: Duration = Duration::from_secs(1);
/// Of the new, those whose use differs by less than this are alike.
const ALIKE_WITHIN: Duration = Duration::from_millis(100);
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
    /// Turns begun so far.
    called: u64,
    /// The office of whoever had the last turn for somebody new.
    last_new: Option<Sharer>,
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
            && let Some((number, is_for_new)) = self.next(at_once, now)
            && let Some(Waiting { whose, call }) = self.waiting.remove(&number)
        {
            for sharer in &whose.sharers {
                self.uses.entry(*sharer).or_insert_with(|| Use::new(now)).held += 1;
            }
            let office = whose.office;
            self.held.insert(number, Held { whose, since: now });
            self.called += 1;
            if is_for_new {
                self.last_new = Some(office);
            }
            // Whoever has gone meanwhile drops the place.
            call.send(()).ok();
        }
    }

    /// Who comes next: at each step down the tree those who hold fewest turns, of these those who have used least, and
    /// at last those who asked first. One turn is never held by the agency that holds all others.
    ///
    /// Every other turn is for somebody new, by their own use and the time of asking, and not twice in a row for one office
    /// while another waits:
    /// otherwise the colleagues of one who asks without end would wait as long as that one, and with the new alone a crowd of
    /// them would keep everybody else out.
    fn next(&self, at_once: usize, now: Instant) -> Option<(u64, bool)> {
        let of_office = at_once.saturating_sub(1).max(1);
        let may = |whose: &Whose| {
            self.count(whose.person, |of| of.held) < AT_ONCE
                && self.count(whose.office, |of| of.held) < of_office
        };
        let order = |whose: &Whose| -> Vec<(usize, Duration)> {
            let of = |sharer| self.uses.get(sharer).map_or((0, Duration::ZERO), |of| (of.held, of.used(now)));
            whose.sharers.iter().map(of).collect()
        };
        let is_new = |whose: &Whose| {
            let is_page = |of: &Use| of.held == 0 && of.asked <= AT_ONCE && of.used(now) < NEW_BELOW;
            self.uses.get(&whose.person).is_none_or(is_page)
        };
        let waiting = || self.waiting.iter().filter(|(_, waiting)| may(&waiting.whose));
        let new = || {
            let new = waiting().filter(|(_, waiting)| is_new(&waiting.whose));
            let used = |whose: &Whose| {
                let used = self.uses.get(&whose.person).map_or(Duration::ZERO, |of| of.used(now));
                used.as_millis() / ALIKE_WITHIN.as_millis()
            };
            let first = new.min_by_key(|(number, Waiting { whose, .. })| {
                (self.last_new == Some(whose.office), used(whose), **number)
            });
            first.map(|(number, _)| (*number, true))
        };
        let first = || {
            let first = waiting().min_by_key(|(_, waiting)| order(&waiting.whose));
            first.map(|(number, _)| (*number, false))
        };
        self.called.is_multiple_of(2).then(new).flatten().or_else(first)
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

    /// One of the caller's turns, as soon as it comes. None when too much of the caller's waits already, or when it does not
    /// come in time.
    async fn wait(&self, caller: &Caller, within: Duration) -> Option<Place<'_>> {
        let (place, called) = self.ask(caller)?;
        let called = timeout(within, called).await;
        called.ok().and_then(Result::ok).map(|()| place)
    }

    /// Does the work in one of the caller's turns.
    ///
    /// # Errors
    /// `Unavailable` when too much of the caller's waits already, or has waited too long.
    async fn take<T>(&self, caller: &Caller, work: impl Future<Output = Done<T>>) -> Done<T> {
        let _place = self.wait(caller, WAIT_AT_MOST).await.ok_or(Failure::Unavailable)?;
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

/// The turn to import a file, until it is dropped.
#[expect(missing_debug_implementations, reason = "nobody prints a turn")]
pub struct ImportTurn<'b>(#[expect(dead_code, reason = "held until it is dropped")] Place<'b>);

impl Backend {
    /// Waits for the turn to import a file, which one sender has at a time. Whoever has imported or checked least lately comes
    /// next, by office, unit and person: files that are checked without end keep only their senders waiting. None when it does
    /// not come in time.
    pub async fn turn_to_import(&self, caller: &Caller, within: Duration) -> Option<ImportTurn<'_>> {
        self.import_turns().wait(caller, within).await.map(ImportTurn)
    }

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
mod tests;
