//! The live socket: one per open page of a meeting. [`Hub`] knows the meetings that somebody on this node looks at and
//! hears of every change of them; a [`room::Room`] holds what its pages are told; [`page`] is one page's conversation,
//! whose words are in `domain::live::wire`. Of several nodes that share a database one hosts a meeting ([`node`]); pages
//! that come to another are passed on to it ([`relay`]).
//!
//! ```text
//! commit → backend::Event → Hub → Room: read anew → State → every page
//! page → ToServer → permission, port → commit
//! ```

mod channel;
mod claims;
pub mod door;
mod media;
mod node;
mod page;
mod presence;
mod relay;
mod room;
mod telling;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use backend::{Backend, Event};
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Caller;
use domain::error::Failure;
use domain::ids::{AgencyId, ConnectionId, MeetingId, PersonId};
use domain::live::wire::ToPage;
use domain::live::{DROP_OUT_SECONDS, SEATS_AT_MOST};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use url::Url;

use crate::allowance::{Allowances, Rate};
use crate::clock::Clock;
use claims::{Carried, Claim, Claimed, Claims};
pub(crate) use door::SOCKET;
use media::{Became, Carrier};
use node::Node;
pub(crate) use relay::PASSED_ON;
use room::Room;

/// Open pages at once: every tablet and desk of a province's largest conference, ten times over. Each takes some 30 KB.
const PAGES_AT_MOST: usize = 3000;
/// Open pages of one person: a desk, a tablet, the hall's display, and tabs that were forgotten.
const PAGES_OF_ONE_AT_MOST: u32 = 24;
/// The same for whoever rehearses a meeting that they direct and that is not opened yet: every seat of it besides.
const PAGES_OF_A_REHEARSAL_AT_MOST: u32 = PAGES_OF_ONE_AT_MOST + SEATS_AT_MOST;
/// Open pages of the people of one office together: its administrator makes as many people as they like, and a hall is of many
/// offices.
const PAGES_OF_AN_OFFICE_AT_MOST: u32 = PAGES_AT_MOST as u32 / 4;
/// The last quarter of all open pages is for the first ones of each office, so that a few offices together do not take them all:
/// whoever comes to a meeting under way finds a place.
const PAGES_KEPT: u32 = PAGES_AT_MOST as u32 / 4;
/// So many pages of each office are its first ones: those of its own tablets in a hall.
const FIRST_PAGES_OF_AN_OFFICE: u32 = PAGES_KEPT / 8;
/// Most meetings in which one person has seats at the same time. A technician who looks after several halls
/// needs a few. Without a limit one account could take the places of all meetings.
const MEETINGS_OF_ONE_AT_MOST: u32 = 5;
/// How often one person may sit down. A page sits down once when it is opened or its line is back, so all pages of a
/// person may come back twice at once, and a bad line is never too fast.
const SITS_OF_ONE: Rate = Rate { at_once: 2 * PAGES_OF_ONE_AT_MOST, every: Duration::from_secs(1) };
/// The same for a person who rehearses a meeting that they direct: every seat of it comes from them.
const SITS_OF_A_REHEARSAL: Rate =
    Rate { at_once: 2 * PAGES_OF_A_REHEARSAL_AT_MOST, every: Duration::from_millis(50) };
/// Connections that stand are marked so often; what a killed program loses of a seat's time is at most this.
const MARK_EVERY: Duration = Duration::from_secs(5);
/// A connection that nobody has marked for so long is one of a program that is gone.
const LOST_AFTER: TimeDelta = TimeDelta::seconds(45);
/// Pause before the database is asked again to tell of changes.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Pages that are told that the program ends close within this, or are cut off.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// The meetings that somebody on this node looks at. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    backend: Backend,
    clock: Clock,
    /// This program among several, where it is not the only one.
    node: Option<Node>,
    rooms: Mutex<HashMap<MeetingId, Arc<Room>>>,
    places: Arc<Semaphore>,
    pages: Mutex<OpenPages>,
    claims: Claims,
    /// How often each person sits down, and the same of those who rehearse.
    sits: Allowances<PersonId>,
    rehearsal_sits: Allowances<PersonId>,
    /// Tells states apart, those of a program that ran before too.
    version: AtomicU64,
    ending: watch::Sender<bool>,
    /// Picture and sound, where the program carries them.
    carrier: OnceLock<Carrier>,
    /// It was to carry them and cannot any more.
    has_lost_media: AtomicBool,
}

/// How many pages each person has open, and the people of each office together.
#[derive(Default)]
struct OpenPages {
    of_people: HashMap<PersonId, u32>,
    of_offices: HashMap<AgencyId, u32>,
    /// Those that are not among the first ones of their office.
    further: u32,
}

impl OpenPages {
    /// Counts one more page of a person; refuses when they, who may have `at_most`, or their office have enough, or when only
    /// the first pages of other offices have a place left.
    fn open(&mut self, person: PersonId, office: AgencyId, at_most: u32) -> bool {
        let of_person = self.of_people.get(&person).copied().unwrap_or_default();
        let of_office = self.of_offices.get(&office).copied().unwrap_or_default();
        if of_person >= at_most || of_office >= PAGES_OF_AN_OFFICE_AT_MOST {
            return false;
        }
        if of_office >= FIRST_PAGES_OF_AN_OFFICE {
            if self.further >= PAGES_AT_MOST as u32 - PAGES_KEPT {
                return false;
            }
            self.further += 1;
        }
        self.of_people.insert(person, of_person + 1);
        self.of_offices.insert(office, of_office + 1);
        true
    }

    fn close(&mut self, person: PersonId, office: AgencyId) {
        if self.of_offices.get(&office).is_some_and(|count| *count > FIRST_PAGES_OF_AN_OFFICE) {
            self.further -= 1;
        }
        take_one(&mut self.of_people, person);
        take_one(&mut self.of_offices, office);
    }
}

fn take_one<K: Eq + std::hash::Hash>(counts: &mut HashMap<K, u32>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hub({} meetings)", self.rooms().len())
    }
}

impl Hub {
    /// Over an open backend; where other programs share its database, with the address at which they reach this one.
    pub fn new(backend: Backend, clock: Clock, node: Option<&Url>) -> Hub {
        let first = u64::try_from(clock.now().timestamp_millis()).unwrap_or_default();
        Hub(Arc::new(Inner {
            backend,
            clock,
            node: node.map(Node::new),
            rooms: Mutex::default(),
            places: Arc::new(Semaphore::new(PAGES_AT_MOST)),
            pages: Mutex::default(),
            claims: Claims::default(),
            sits: Allowances::new(SITS_OF_ONE),
            rehearsal_sits: Allowances::new(SITS_OF_A_REHEARSAL),
            version: AtomicU64::new(first),
            ending: watch::Sender::new(false),
            carrier: OnceLock::new(),
            has_lost_media: AtomicBool::new(false),
        }))
    }

    /// Hears of changes and keeps the marks of seats, until the program ends.
    pub async fn follow(self) {
        let mut ending = self.0.ending.subscribe();
        tokio::select! {
            () = self.hear() => {}
            () = self.mark() => {}
            () = ended(&mut ending) => {}
        }
    }

    /// Carries picture and sound from now on; once in a program's life.
    pub fn carry(&self, media: ::media::Media, events: ::media::Events) {
        if self.0.carrier.set(Carrier::new(media)).is_err() {
            return;
        }
        let hub = Arc::downgrade(&self.0);
        let runtime = Handle::current();
        std::thread::spawn(move || {
            while let Some(event) = events.next() {
                let Some(inner) = hub.upgrade() else { return };
                let hub = Hub(inner);
                hub.note_line(&event, &runtime);
                hub.pass_on(event);
            }
            // It ends before the program only when it cannot go on at all; the watch is to start the program anew.
            if let Some(inner) = hub.upgrade() {
                tracing::error!("the media thread has ended: no meeting has picture and sound any more");
                inner.has_lost_media.store(true, Ordering::Relaxed);
            }
        });
    }

    /// Whether picture and sound, which it was to carry, have ended for good.
    pub fn has_lost_media(&self) -> bool {
        self.0.has_lost_media.load(Ordering::Relaxed)
    }

    /// A line that was silent for longer than a reload takes is an interruption, though its page stood.
    fn note_line(&self, event: &::media::Event, runtime: &Handle) {
        let Some((seat, link, became)) = media::of_line(event) else { return };
        let room = self.rooms().get(&seat.meeting).cloned();
        let now = self.0.clock.now();
        let line = match became {
            Became::Silent(since) => Err(now - TimeDelta::from_std(since.elapsed()).unwrap_or_default()),
            Became::Carrying => Ok(()),
        };
        let interrupted = room.and_then(|room| room.note_line(seat.number, link, line));
        let Some((connection, since)) = interrupted else { return };
        if now - since > TimeDelta::seconds(DROP_OUT_SECONDS) {
            let backend = self.0.backend.clone();
            runtime.spawn(async move {
                if let Err(failure) = backend.interrupted(connection, since, now).await {
                    tracing::warn!(?failure, "an interruption was not noted");
                }
            });
        }
    }

    fn pass_on(&self, event: ::media::Event) {
        let Some(carrier) = self.carrier() else { return };
        let Some((meeting, number, message)) = carrier.heard(event) else { return };
        let room = self.rooms().get(&meeting).cloned();
        let Some(room) = room else { return };
        if let (Some(number), ToPage::Line(line)) = (number, &message) {
            room.note_carries(number, line.carries);
        }
        room.say(number, &message);
    }

    fn carrier(&self) -> Option<&Carrier> {
        self.0.carrier.get()
    }

    async fn hear(&self) {
        loop {
            let mut listener = match self.0.backend.listen().await {
                Ok(listener) => listener,
                Err(cause) => {
                    tracing::warn!(%cause, "changes are not heard of yet");
                    sleep(AGAIN_AFTER).await;
                    continue;
                }
            };
            // What changed before the line stood.
            self.tell_all();
            while let Some(event) = listener.next().await {
                match event {
                    Event::Meeting(meeting) => self.tell(meeting),
                    Event::Resync => self.tell_all(),
                }
            }
        }
    }

    async fn mark(&self) {
        let mut turns = interval(MARK_EVERY);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            turns.tick().await;
            self.go_on_hosting().await;
            let now = self.0.clock.now();
            let standing: Vec<(ConnectionId, Option<DateTime<Utc>>)> =
                self.all().iter().flat_map(|room| room.connections(now)).collect();
            match self.0.backend.standing_by(&standing, now).await {
                Ok(gone) => self.all().iter().for_each(|room| room.unseat(&gone)),
                Err(failure) => {
                    // What could not be marked must not be taken for left.
                    tracing::warn!(?failure, "seats were not marked");
                    continue;
                }
            }
            if let Err(failure) = self.0.backend.end_lost(now - LOST_AFTER).await {
                tracing::warn!(?failure, "seats that were left were not ended");
            }
            if let Err(failure) = self.0.backend.give_back_lost(now).await {
                tracing::warn!(?failure, "the floor of lost lines was not given back");
            }
        }
    }

    fn tell(&self, meeting: MeetingId) {
        if let Some(room) = self.rooms().get(&meeting) {
            room.change();
        }
    }

    fn tell_all(&self) {
        self.all().iter().for_each(|room| room.change());
    }

    fn all(&self) -> Vec<Arc<Room>> {
        self.rooms().values().cloned().collect()
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<MeetingId, Arc<Room>>> {
        self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks how often the person sits down, over all their pages. A page that is told `Unavailable` asks again by
    /// itself.
    fn may_sit_down(&self, person: PersonId, rehearses: bool) -> Result<(), Failure> {
        let allowances = if rehearses { &self.0.rehearsal_sits } else { &self.0.sits };
        if allowances.takes(person, Instant::now()) { Ok(()) } else { Err(Failure::Unavailable) }
    }

    /// Claims a seat in a meeting, before it is asked for; see [`Claims::claim`].
    fn claim(&self, claim: Claim, meetings: u32) -> Result<Claimed, Failure> {
        let under_way: HashSet<MeetingId> =
            self.all().iter().filter(|room| room.is_under_way()).map(|room| room.meeting()).collect();
        let at_most = usize::try_from(meetings).unwrap_or(usize::MAX);
        let carried = self.carrier().map(|_| Carried { at_most, under_way: &under_way });
        self.0.claims.claim(claim, carried)
    }

    fn next_version(&self) -> u64 {
        self.0.version.fetch_add(1, Ordering::Relaxed)
    }

    /// A place for one more page of a person; none when they or their office have enough, or the program is full or ends.
    fn place(&self, caller: &Caller, rehearses: bool) -> Option<Place> {
        if *self.0.ending.borrow() {
            return None;
        }
        let permit = self.0.places.clone().try_acquire_owned().ok()?;
        let at_most = if rehearses { PAGES_OF_A_REHEARSAL_AT_MOST } else { PAGES_OF_ONE_AT_MOST };
        let (person, office) = (caller.person, caller.office());
        let is_open = self.pages().open(person, office, at_most);
        is_open.then(|| Place { hub: self.clone(), person, office, _permit: permit })
    }

    fn pages(&self) -> MutexGuard<'_, OpenPages> {
        self.0.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One page looks at a meeting, until what this gives is dropped.
    fn enter(&self, meeting: MeetingId) -> Visit {
        let mut rooms = self.rooms();
        let room = rooms.entry(meeting).or_insert_with(|| Room::open(self.clone(), meeting));
        room.enter();
        Visit { hub: self.clone(), room: Arc::clone(room) }
    }

    /// The same, where somebody looks at it already.
    fn enter_open(&self, meeting: MeetingId) -> Option<Visit> {
        let rooms = self.rooms();
        let room = rooms.get(&meeting)?;
        room.enter();
        Some(Visit { hub: self.clone(), room: Arc::clone(room) })
    }

    /// Tells every page to come back, and waits until they have heard it and their seats are left.
    pub async fn end(&self) {
        self.0.ending.send_replace(true);
        self.host_nothing().await;
        let all = u32::try_from(PAGES_AT_MOST).expect("a small number");
        if timeout(CLOSE_WITHIN, self.0.places.acquire_many(all)).await.is_err() {
            tracing::warn!("some pages did not hear that the program ends");
        }
    }
}

/// An open page's place.
struct Place {
    hub: Hub,
    person: PersonId,
    office: AgencyId,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hub.pages().close(self.person, self.office);
    }
}

/// Waits until the program ends.
async fn ended(ending: &mut watch::Receiver<bool>) {
    // That nobody can say so any more is an end too.
    let _ = ending.wait_for(|is_ending| *is_ending).await;
}

/// A page's stay with a meeting.
struct Visit {
    hub: Hub,
    room: Arc<Room>,
}

impl Drop for Visit {
    fn drop(&mut self) {
        let meeting = self.room.meeting();
        let mut rooms = self.hub.rooms();
        let is_replaced = rooms.get(&meeting).is_some_and(|room| !Arc::ptr_eq(room, &self.room));
        if !self.room.leave() || is_replaced {
            return;
        }
        rooms.remove(&meeting);
        drop(rooms);
        if let Some(carrier) = self.hub.carrier() {
            carrier.close(meeting);
        }
        self.hub.left(meeting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_of_one_office_leave_pages_to_others() {
        let mut pages = OpenPages::default();
        let (office, other) = (AgencyId(uuid::Uuid::from_u128(1)), AgencyId(uuid::Uuid::from_u128(2)));
        let person = |number: u32| PersonId(uuid::Uuid::from_u128(number.into()));
        let open: Vec<u32> =
            (0..200).flat_map(|one| [one; 8]).filter(|one| pages.open(person(*one), office, 5)).collect();
        assert_eq!(open.len(), PAGES_OF_AN_OFFICE_AT_MOST as usize);
        assert_eq!(open.iter().filter(|one| **one == 0).count(), 5, "and a person has no more than before");
        assert!(pages.open(person(300), other, 5));
        pages.close(person(0), office);
        assert!(pages.open(person(301), office, 5));
        assert!(!pages.open(person(302), office, 5));
        open[1..].iter().chain([&301]).for_each(|one| pages.close(person(*one), office));
        pages.close(person(300), other);
        assert!(pages.of_people.is_empty() && pages.of_offices.is_empty(), "nothing is kept of who has gone");
        assert_eq!(pages.further, 0);
    }

    #[test]
    fn a_few_offices_together_leave_the_first_pages_of_the_others() {
        let mut pages = OpenPages::default();
        let office = |number: u32| AgencyId(uuid::Uuid::from_u128(number.into()));
        let person = |number: u32| PersonId(uuid::Uuid::from_u128(number.into()));
        let mut open = Vec::new();
        for number in 0..14 {
            let of = |at: u32| person(number * 10 + at % 10);
            open.extend(
                (0..224 * 10)
                    .filter(|at| pages.open(of(*at), office(number % 4), 224))
                    .map(|at| (of(at), office(number % 4))),
            );
        }
        let first = 4 * FIRST_PAGES_OF_AN_OFFICE;
        assert_eq!(u32::try_from(open.len()).unwrap(), PAGES_AT_MOST as u32 - PAGES_KEPT + first);
        assert!(
            pages.open(person(900), office(9), 24),
            "whoever comes to a meeting of another office is let in"
        );
        pages.close(person(900), office(9));
        open.into_iter().for_each(|(person, office)| pages.close(person, office));
        assert_eq!((pages.further, pages.of_people.len()), (0, 0));
    }
}
