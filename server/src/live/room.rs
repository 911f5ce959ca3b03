//! A meeting that somebody on this node looks at: its newest state, written out once for all its pages, and the seats
//! that are taken from here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use ::media::command::Link;
use chrono::{DateTime, Utc};
use domain::access::Stage;
use domain::error::{Failure, Refusal};
use domain::ids::{ConnectionId, MeetingId, PageId};
use domain::live::wire::{Carries, Devices, State, ToPage, Trouble};
use domain::live::{Live, Seat, is_on, may_share_screen};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Hub;
use super::media::Carried;
use super::presence::{Line, Presence};
use super::telling::Telling;

/// States come no closer together: seventy sites that join in one second are ten readings and not seventy.
const APART: Duration = Duration::from_millis(100);
/// A large one is followed by a longer pause: states take no more than so many bits a second of a line, as much as the
/// voices leave of the weakest.
const STATES_BPS: u64 = 64_000;
/// What changes is told within this all the same.
const APART_AT_MOST: Duration = Duration::from_secs(2);
/// A large meeting that changes without end is read for one part in so many of the time, and one more.
const READS_SHARE: u32 = 3;
/// A meeting that has not been read by then counts as not begun.
const READ_WITHIN: Duration = Duration::from_secs(2);
/// Changes of what seats have on that wait for a page: as many as all seats of a meeting make at once. A page that missed
/// one is told the state.
const CHANGES_AT_MOST: usize = 256;
/// Picture and sound of a page whose socket broke go on for so long: a browser notices after twelve seconds at the latest that
/// nobody is heard, and comes back within one or two.
const WAITED_FOR: Duration = Duration::from_secs(16);
/// Pause before a state that could not be read is read again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Messages that wait for one page. One that takes them slower has lost sight, and begins anew.
const WAITING_AT_MOST: usize = 64;

/// A state as it is told; `None` until the first is read.
pub(super) type Told = Option<Arc<Telling>>;

pub(super) struct Room {
    meeting: MeetingId,
    pages: AtomicUsize,
    told: watch::Sender<Told>,
    has: broadcast::Sender<Arc<str>>,
    /// The newest that was told, and its version.
    last: Mutex<Option<(u64, Live)>>,
    changed: Notify,
    /// What is wrong with a line has changed; nothing that is kept has.
    has_trouble: Notify,
    seated: Mutex<BTreeMap<Seat, Seated>>,
    /// Seats that were left without picture and sound that they had had.
    dark: Mutex<BTreeSet<Seat>>,
    reading: OnceLock<AbortHandle>,
    /// Whether another node hosts the meeting since.
    has_moved: watch::Sender<bool>,
}

/// A seat that is taken from a page of this node.
struct Seated {
    connection: ConnectionId,
    /// Its picture and sound, where the program carries them; they end with this.
    carried: Option<Carried>,
    devices: Devices,
    outbox: mpsc::Sender<ToPage>,
    presence: Arc<Presence>,
    /// How much its line carries.
    carries: Carries,
    /// The page whose socket broke, while its picture and sound go on without it.
    waits_for: Option<PageId>,
}

/// What goes on of a seat whose page comes back.
pub(super) struct Resumed {
    pub(super) carried: Carried,
    pub(super) presence: Arc<Presence>,
}

impl Seated {
    /// What is wrong with its line.
    fn trouble(&self) -> Option<Trouble> {
        self.carried.as_ref()?;
        match (self.presence.dark_since(), self.carries) {
            (Some(since), _) => Some(Trouble::Dark(since)),
            (None, Carries::All) => None,
            (None, Carries::Small) => Some(Trouble::Small),
            (None, Carries::SoundAndScreen) => Some(Trouble::SoundAndScreen),
        }
    }
}

impl Room {
    /// With nobody in it yet. Reads until the last page has left.
    pub(super) fn open(hub: Hub, meeting: MeetingId) -> Arc<Room> {
        let room = Arc::new(Room {
            meeting,
            pages: AtomicUsize::new(0),
            told: watch::Sender::new(None),
            has: broadcast::Sender::new(CHANGES_AT_MOST),
            last: Mutex::default(),
            changed: Notify::new(),
            has_trouble: Notify::new(),
            seated: Mutex::default(),
            dark: Mutex::default(),
            reading: OnceLock::new(),
            has_moved: watch::Sender::new(false),
        });
        room.change();
        let reading = tokio::spawn({
            let room = Arc::clone(&room);
            async move {
                let (mut is_untold, mut tells) = (false, Instant::now());
                loop {
                    let mut took = Duration::ZERO;
                    tokio::select! {
                        () = room.changed.notified() => {
                            let begin = Instant::now();
                            is_untold |= room.read(&hub).await;
                            took = begin.elapsed();
                        }
                        () = room.has_trouble.notified() => is_untold |= room.renew(&hub),
                        () = sleep_until(tells), if is_untold => {}
                    }
                    // What was decided is carried out at once; only telling it waits for the line.
                    if is_untold && Instant::now() >= tells {
                        tells = Instant::now() + apart(room.tell());
                        is_untold = false;
                    }
                    sleep(APART.max(took * READS_SHARE).min(APART_AT_MOST)).await;
                }
            }
        });
        room.reading.set(reading.abort_handle()).expect("the room was just made");
        room
    }

    pub(super) fn meeting(&self) -> MeetingId {
        self.meeting
    }

    /// One page more.
    pub(super) fn enter(&self) {
        self.pages.fetch_add(1, Ordering::AcqRel);
    }

    /// One page less; whether it was the last, and the room is closed.
    pub(super) fn leave(&self) -> bool {
        let was_last = self.pages.fetch_sub(1, Ordering::AcqRel) == 1;
        if let Some(reading) = self.reading.get().filter(|_| was_last) {
            reading.abort();
        }
        was_last
    }

    /// Another node hosts the meeting: every page is to come back, and meets the others there.
    pub(super) fn move_away(&self) {
        self.has_moved.send_replace(true);
    }

    /// Whether another node hosts the meeting.
    pub(super) fn moved(&self) -> watch::Receiver<bool> {
        self.has_moved.subscribe()
    }

    /// The states from now on, the newest first.
    pub(super) fn listen(&self) -> watch::Receiver<Told> {
        let mut told = self.told.subscribe();
        told.mark_changed();
        told
    }

    /// What single seats have on from now on. Whoever misses one asks for the state.
    pub(super) fn listen_to_seats(&self) -> broadcast::Receiver<Arc<str>> {
        self.has.subscribe()
    }

    /// The state as it is this moment, for a page that missed something.
    pub(super) fn state(&self) -> Told {
        let seated = self.seated();
        let (version, live) = self.last().clone()?;
        Some(Telling::of(stated(version, live, &seated), None))
    }

    /// Waits until the meeting has been read once, for at most [`READ_WITHIN`].
    pub(super) async fn until_read(&self) {
        let mut told = self.told.subscribe();
        let _ = timeout(READ_WITHIN, told.wait_for(|_| self.last().is_some())).await;
    }

    /// Whether the meeting has begun, as last read.
    pub(super) fn is_under_way(&self) -> bool {
        self.last().as_ref().is_some_and(|(_, live)| live.stage == Stage::UnderWay)
    }

    fn last(&self) -> MutexGuard<'_, Option<(u64, Live)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something has changed: it is read anew.
    pub(super) fn change(&self) {
        self.changed.notify_one();
    }

    /// Whether there is a newer state.
    async fn read(&self, hub: &Hub) -> bool {
        match hub.0.backend.live_for_all(self.meeting).await {
            Ok(live) => {
                self.take(hub, live);
                true
            }
            // Dropped meanwhile: its pages find that out for themselves.
            Err(Failure::NotFound) => false,
            Err(failure) => {
                tracing::warn!(?failure, "a meeting's state was not read");
                sleep(AGAIN_AFTER).await;
                self.change();
                false
            }
        }
    }

    /// The state of before is told under a new version; whether there is one.
    fn renew(&self, hub: &Hub) -> bool {
        let mut last = self.last();
        match last.as_mut() {
            Some((version, _)) => {
                *version = hub.next_version();
                true
            }
            None => false,
        }
    }

    /// Does what a newer state says.
    fn take(&self, hub: &Hub, live: Live) {
        let mut seated = self.seated();
        seated.retain(|seat, at| {
            let stays = is_on(live.stage) && live.seat(*seat).is_some_and(|kept| !kept.is_removed);
            if !stays {
                let _ = at.outbox.try_send(ToPage::Unseated);
            }
            stays
        });
        self.direct(hub, &live, &seated);
        *self.last() = Some((hub.next_version(), live));
    }

    /// Tells the newest state, under one lock with what seats have on, so that no page hears an older one after a newer
    /// change; gives the bytes that it takes most pages.
    fn tell(&self) -> usize {
        let seated = self.seated();
        let Some((version, live)) = self.last().clone() else { return 0 };
        let before = self.told.borrow().clone();
        let telling = Telling::of(stated(version, live, &seated), before.as_deref());
        let bytes = telling.usual().len();
        self.told.send_replace(Some(telling));
        bytes
    }

    /// Tells the media thread what the chair has decided and what seats have on.
    fn direct(&self, hub: &Hub, live: &Live, seated: &BTreeMap<Seat, Seated>) {
        let Some(carrier) = hub.carrier() else { return };
        let taken = |(seat, at): (&Seat, &Seated)| Some((*seat, (at.carried.as_ref()?.number, at.devices)));
        if !carrier.direct(self.meeting, live, &seated.iter().filter_map(taken).collect()) {
            self.change();
        }
    }

    fn seated(&self) -> MutexGuard<'_, BTreeMap<Seat, Seated>> {
        self.seated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page took a seat; whoever had it from another page of this node is told. Gives what is sent to the seat.
    pub(super) fn seat(
        &self,
        seat: Seat,
        connection: ConnectionId,
        carried: Option<Carried>,
        presence: Arc<Presence>,
    ) -> mpsc::Receiver<ToPage> {
        let (outbox, messages) = mpsc::channel(WAITING_AT_MOST);
        let (devices, carries) = (Devices::default(), Carries::All);
        let taken = Seated { connection, carried, devices, outbox, presence, carries, waits_for: None };
        if let Some(before) = self.seated().insert(seat, taken) {
            let _ = before.outbox.try_send(ToPage::Unseated);
        }
        // Whom the chair wants seen or silent is told to the media thread with the next state.
        self.change();
        messages
    }

    /// Says something to the page at a seat, or to all that have one. A page that takes it slower than it comes has lost
    /// sight of what is true, and begins anew.
    pub(super) fn say(&self, number: Option<u64>, message: &ToPage) {
        let concerns =
            |at: &Seated| number.is_none() || at.carried.as_ref().map(|carried| carried.number) == number;
        let takes = |at: &Seated| at.waits_for.is_some() || at.outbox.try_send(message.clone()).is_ok();
        self.seated().retain(|_, at| !concerns(at) || takes(at));
    }

    /// A page's socket broke: what its seat carries goes on for [`WAITED_FOR`], in case the page comes back. Not what carries
    /// nothing.
    pub(super) fn wait_for(self: &Arc<Room>, page: PageId, seat: Seat, connection: ConnectionId) -> bool {
        let mut seated = self.seated();
        let at = seated.get_mut(&seat).filter(|at| at.connection == connection && at.carried.is_some());
        let Some(at) = at.filter(|at| at.presence.carries_now()) else { return false };
        at.waits_for = Some(page);
        let room = Arc::clone(self);
        tokio::spawn(async move {
            sleep(WAITED_FOR).await;
            let is_over = |at: &Seated| at.connection == connection && at.waits_for.is_some();
            room.seated().retain(|of, at| *of != seat || !is_over(at));
            room.change();
        });
        true
    }

    /// Gives back what goes on of a seat to the page that had it.
    pub(super) fn resume(&self, page: PageId, seat: Seat) -> Option<Resumed> {
        let mut seated = self.seated();
        let at =
            seated.get_mut(&seat).filter(|at| at.waits_for == Some(page) && at.presence.carries_now())?;
        let (carried, presence) = (at.carried.take()?, Arc::clone(&at.presence));
        seated.remove(&seat);
        Some(Resumed { carried, presence })
    }

    /// A page left its seat, which somebody else may have by now.
    pub(super) fn rise(&self, seat: Seat, connection: ConnectionId, presence: &Presence) {
        let mut seated = self.seated();
        if presence.silent_since().is_some() {
            self.dark().insert(seat);
        }
        if seated.get(&seat).is_some_and(|at| at.connection == connection) {
            seated.remove(&seat);
        }
    }

    /// Who has a seat now, and since when they are not really there.
    pub(super) fn former(&self, seat: Seat, now: DateTime<Utc>) -> Option<(ConnectionId, DateTime<Utc>)> {
        let seated = self.seated();
        let at = seated.get(&seat)?;
        Some((at.connection, at.presence.gone_since(now)?))
    }

    /// Whether a seat was, or is, without picture and sound that it had had; asked once, by whoever takes it.
    pub(super) fn takes_over_in_the_dark(&self, seat: Seat) -> bool {
        let is_dark = self.seated().get(&seat).is_some_and(|at| at.presence.silent_since().is_some());
        self.dark().remove(&seat) || is_dark
    }

    fn dark(&self) -> MutexGuard<'_, BTreeSet<Seat>> {
        self.dark.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat's connection fell silent, or carries again. Gives what was interrupted until now, if nothing had carried.
    pub(super) fn note_line(
        &self,
        number: u64,
        link: Link,
        line: Line,
    ) -> Option<(ConnectionId, DateTime<Utc>)> {
        let seated = self.seated();
        let at = seated.values().find(|at| at.carried.as_ref().is_some_and(|of| of.number == number))?;
        let before = at.trouble();
        let interrupted = at.presence.note(link, line);
        if at.trouble() != before {
            self.has_trouble.notify_one();
        }
        Some((at.connection, interrupted?))
    }

    /// How much a seat's line carries from now on.
    pub(super) fn note_carries(&self, number: u64, carries: Carries) {
        let mut seated = self.seated();
        let at = seated.values_mut().find(|at| at.carried.as_ref().is_some_and(|of| of.number == number));
        if let Some(at) = at.filter(|at| at.carries != carries) {
            at.carries = carries;
            self.has_trouble.notify_one();
        }
    }

    /// What a seat has on; the others are told.
    pub(super) fn have(&self, hub: &Hub, seat: Seat, connection: ConnectionId, devices: Devices) {
        let mut seated = self.seated();
        let at = seated.get_mut(&seat).filter(|at| at.connection == connection);
        let Some(at) = at.filter(|at| at.devices != devices) else { return };
        at.devices = devices;
        // Nobody listens yet, or any more.
        let has = ToPage::Has { version: hub.next_version(), seat, devices };
        let _ = self.has.send(written(&has).into());
        if let Some((_, live)) = self.last().as_ref() {
            self.direct(hub, live, &seated);
        }
    }

    /// Whether a seat may share a screen, or already does.
    pub(super) fn may_share(&self, directs: bool, seat: Seat, connection: ConnectionId) -> bool {
        let shares = |at: &Seated| at.connection == connection && at.devices.screen;
        let floor = self.last().as_ref().and_then(|(_, live)| live.floor);
        may_share_screen(directs, floor, seat) || self.seated().get(&seat).is_some_and(shares)
    }

    /// Whether a seat shares a screen.
    pub(super) fn shares_screen(&self, seat: Seat) -> bool {
        self.seated().get(&seat).is_some_and(|at| at.devices.screen)
    }

    /// Ends a shared screen on behalf of the chair. The page is told, and needs permission to share again.
    pub(super) fn end_screen(&self, hub: &Hub, seat: Seat) {
        let shared =
            self.seated().get(&seat).filter(|at| at.devices.screen).map(|at| (at.connection, at.devices));
        let Some((connection, devices)) = shared else { return };
        self.have(hub, seat, connection, Devices { screen: false, ..devices });
        if let Some(at) = self.seated().get(&seat) {
            let _ = at.outbox.try_send(ToPage::Refused(Refusal::ScreenEnded.into()));
        }
    }

    /// The connections of the seats taken from here whose pages are heard, and since when each is silent.
    pub(super) fn connections(&self, now: DateTime<Utc>) -> Vec<(ConnectionId, Option<DateTime<Utc>>)> {
        let seated = self.seated();
        let heard = seated.values().filter(|at| at.presence.is_heard(now));
        heard.map(|at| (at.connection, at.presence.silent_since())).collect()
    }

    /// Seats whose connections have ended elsewhere: taken from a page of another node.
    pub(super) fn unseat(&self, gone: &[ConnectionId]) {
        self.seated().retain(|_, at| {
            let is_gone = gone.contains(&at.connection);
            if is_gone {
                let _ = at.outbox.try_send(ToPage::Unseated);
            }
            !is_gone
        });
    }
}

/// The pause after a state of so many bytes.
fn apart(bytes: usize) -> Duration {
    Duration::from_millis(bytes as u64 * 8 * 1_000 / STATES_BPS).clamp(APART, APART_AT_MOST)
}

fn stated(version: u64, live: Live, seated: &BTreeMap<Seat, Seated>) -> State {
    let on = seated.iter().map(|(seat, at)| (*seat, at.devices)).collect();
    let troubles = seated.iter().filter_map(|(seat, at)| Some((*seat, at.trouble()?))).collect();
    State { version, live, on, troubles }
}

/// A message as it is sent.
pub(super) fn written(message: &ToPage) -> String {
    serde_json::to_string(message).expect("a message has only texts for keys")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_leave_a_weak_line_to_its_voices() {
        assert_eq!(apart(400), APART);
        assert_eq!(apart(8_000), Duration::from_secs(1));
        assert_eq!(apart(1_000_000), APART_AT_MOST);
    }
}
