//! What the page of an online meeting knows, shared by its parts: what the server told, what this seat has on, and how
//! both are said. Refuses to draw.

use chrono::{DateTime, Utc};
use domain::error::{Failure, Refusal};
#[cfg(any(feature = "hydrate", test))]
use domain::ids::PersonId;
use domain::ids::{MeetingId, PageId};
#[cfg(feature = "hydrate")]
use domain::live::wire::ToPage;
use domain::live::wire::{Carries, Devices, Look, Slot, State, ToServer};
use domain::live::{Arrival, Coming, Direction, Kept, Seat, Standing, may_share_screen};
use leptos::prelude::*;
use serde::Deserialize;

#[cfg(feature = "hydrate")]
use super::Line;
use super::devices::Chosen;
#[cfg(feature = "hydrate")]
use super::element;
#[cfg(feature = "hydrate")]
use crate::failure::CallError;
use crate::text::keys::*;
use crate::text::t;

/// What the page says things over.
#[cfg(any(feature = "hydrate", test))]
pub(super) trait Says {
    /// Tells one socket from the next.
    fn turn(&self) -> u32;
    /// Says a text; whether it could be said.
    fn pass(&self, text: &str) -> bool;
    /// Closes the socket and opens another, which is told everything.
    fn begin_anew(&self);
}

#[cfg(feature = "hydrate")]
impl Says for Line {
    fn turn(&self) -> u32 {
        Line::turn(self)
    }

    fn pass(&self, text: &str) -> bool {
        Line::pass(self, text)
    }

    fn begin_anew(&self) {
        Line::begin_anew(self);
    }
}

/// How far the question for a seat has come, and over which socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "only a live page hears answers"))]
pub(super) enum Asked {
    Not,
    Over(u32),
    Answered(u32),
}

/// How the element finds its connections.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Measured {
    /// `connecting`, `up` or `lost`.
    pub(super) state: String,
    pub(super) up_bps: f64,
    pub(super) down_bps: f64,
    /// What the browser believes it could send.
    pub(super) up_may_bps: Option<f64>,
    pub(super) loss_permille: f64,
    /// Unknown until something came back.
    pub(super) rtt_ms: Option<f64>,
    pub(super) is_tcp: bool,
}

/// Why a seat is gone that this page has not left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "only a live page loses a seat"))]
pub(super) enum Lost {
    /// Another page sits there now.
    Replaced,
    SentOut,
}

/// The meeting on the page.
#[derive(Clone, Copy)]
pub(super) struct Table {
    pub(super) standing: RwSignal<Option<Standing>>,
    pub(super) state: RwSignal<Option<State>>,
    /// The seat this page has.
    pub(super) seat: RwSignal<Option<Seat>>,
    /// Whether another page is on the screen, and this one a small picture beside it.
    pub(super) is_small: RwSignal<bool>,
    /// Whether this page is that of somebody in the hall, who takes no seat.
    is_in_hall: bool,
    /// Grows whenever a seat was taken.
    pub(super) seating: RwSignal<u32>,
    /// The seat it takes again when the line is back.
    pub(super) wanted: RwSignal<Option<Seat>>,
    pub(super) asked: StoredValue<Asked>,
    /// The seat it lost last, until one is taken again.
    pub(super) lost: RwSignal<Option<(Seat, Lost)>>,
    pub(super) slots: RwSignal<Vec<Slot>>,
    pub(super) speaking: RwSignal<Vec<Seat>>,
    pub(super) failure: RwSignal<Option<Failure>>,
    /// What keeps camera, microphone or sound off, as the element says.
    pub(super) problem: RwSignal<Option<String>>,
    /// Whether that was read and put away; the tools go on saying it.
    pub(super) is_noted: RwSignal<bool>,
    pub(super) measured: RwSignal<Measured>,
    pub(super) level: RwSignal<u32>,
    pub(super) camera: RwSignal<bool>,
    pub(super) microphone: RwSignal<bool>,
    /// Whether the chair turned it off: from then on until somebody here presses.
    pub(super) silenced: RwSignal<bool>,
    /// Held down to speak, while the microphone is off.
    pub(super) talking: RwSignal<bool>,
    /// Whether the browser can lift a picture out of the page.
    pub(super) floats: RwSignal<bool>,
    pub(super) sharing: RwSignal<bool>,
    pub(super) look: RwSignal<Look>,
    /// How much the line carries, as the server finds it.
    pub(super) carries: RwSignal<Carries>,
    /// What it believes it could send to this page, bits per second.
    pub(super) down_may_bps: RwSignal<u64>,
    /// There and back as the server measures it, once it has.
    pub(super) trip_ms: RwSignal<Option<u32>>,
    /// The server's time, second by second.
    pub(super) now: RwSignal<Option<DateTime<Utc>>>,
    /// How far the server's clock is ahead of this machine's, in milliseconds.
    #[cfg(feature = "hydrate")]
    ahead_ms: StoredValue<i64>,
    /// Whether everybody of the meeting is listed.
    pub(super) lists: RwSignal<bool>,
    /// Since when neither picture nor sound goes over the seat of this page.
    pub(super) dark_since: RwSignal<Option<DateTime<Utc>>>,
    /// The question before leaving.
    pub(super) leaving: NodeRef<leptos::html::Dialog>,
    /// The seat whose menu is open in a list.
    pub(super) opened: RwSignal<Option<Seat>>,
    /// Which devices are used.
    pub(super) chosen: Chosen,
    /// By whose wish the seat is wanted.
    pub(super) how: StoredValue<Coming>,
    /// Whose session the line was opened with last.
    #[cfg(any(feature = "hydrate", test))]
    pub(super) person: StoredValue<Option<PersonId>>,
    /// Whether pages reach the server and the line does not: something on the way does not let it through.
    pub(super) is_blocked: RwSignal<bool>,
    pub(super) page: StoredValue<PageId>,
    /// The seat that this tab had before the page was loaded anew.
    #[cfg(feature = "hydrate")]
    pub(super) sat: StoredValue<Option<super::recalled::Sat>>,
    #[cfg(any(feature = "hydrate", test))]
    pub(super) line: StoredValue<Option<Box<dyn Says>>, LocalStorage>,
}

impl Table {
    pub(super) fn new() -> Table {
        Table {
            standing: RwSignal::new(None),
            state: RwSignal::new(None),
            seat: RwSignal::new(None),
            is_small: RwSignal::new(false),
            is_in_hall: false,
            seating: RwSignal::new(0),
            wanted: RwSignal::new(None),
            asked: StoredValue::new(Asked::Not),
            lost: RwSignal::new(None),
            slots: RwSignal::new(Vec::new()),
            speaking: RwSignal::new(Vec::new()),
            failure: RwSignal::new(None),
            problem: RwSignal::new(None),
            is_noted: RwSignal::new(false),
            measured: RwSignal::new(Measured::default()),
            level: RwSignal::new(0),
            camera: RwSignal::new(true),
            microphone: RwSignal::new(true),
            silenced: RwSignal::new(false),
            talking: RwSignal::new(false),
            floats: RwSignal::new(false),
            sharing: RwSignal::new(false),
            look: RwSignal::new(Look::Speaker),
            carries: RwSignal::new(Carries::All),
            down_may_bps: RwSignal::new(0),
            trip_ms: RwSignal::new(None),
            now: RwSignal::new(None),
            #[cfg(feature = "hydrate")]
            ahead_ms: StoredValue::new(0),
            lists: RwSignal::new(false),
            dark_since: RwSignal::new(None),
            leaving: NodeRef::new(),
            opened: RwSignal::new(None),
            chosen: Chosen::new(),
            how: StoredValue::new(Coming::Pressed),
            #[cfg(any(feature = "hydrate", test))]
            person: StoredValue::new(None),
            is_blocked: RwSignal::new(false),
            page: StoredValue::new(PageId(crate::session::draw_number())),
            #[cfg(feature = "hydrate")]
            sat: StoredValue::new(None),
            #[cfg(any(feature = "hydrate", test))]
            line: StoredValue::new_local(None),
        }
    }

    /// What is kept of a seat.
    pub(super) fn kept(self, seat: Seat) -> Option<Kept> {
        self.state.with(|state| state.as_ref().and_then(|state| state.live.seat(seat).cloned()))
    }

    /// For somebody in the hall.
    pub(super) fn in_hall() -> Table {
        Table { is_in_hall: true, ..Table::new() }
    }

    /// The seat that this page speaks for: the one it has, or in the hall the person's own.
    pub(super) fn own_seat(self) -> Option<Seat> {
        let own = || {
            self.standing.with(|standing| {
                let seats = standing.as_ref().map(|standing| standing.seats.as_slice()).unwrap_or_default();
                seats.iter().copied().find(|seat| matches!(seat, Seat::Person(_)))
            })
        };
        self.seat.get().or_else(|| if self.is_in_hall { own() } else { None })
    }

    /// What is kept of this page's own seat.
    pub(super) fn own(self) -> Option<Kept> {
        self.own_seat().and_then(|seat| self.kept(seat))
    }

    pub(super) fn directs(self) -> bool {
        self.standing.with(|standing| standing.as_ref().is_some_and(|standing| standing.directs))
    }

    /// Starts or stops sharing the screen. If sharing is not allowed, says what is needed.
    pub(super) fn toggle_sharing(self) {
        let is_on = self.sharing.get_untracked();
        if !is_on && !untrack(|| self.may_share()) {
            return self.failure.set(Some(Refusal::ScreenNeedsFloor.into()));
        }
        self.failure.set(None);
        self.sharing.set(!is_on);
    }

    fn may_share(self) -> bool {
        let floor = self.state.with(|state| state.as_ref().and_then(|state| state.live.floor));
        self.seat.get().is_some_and(|seat| may_share_screen(self.directs(), floor, seat))
    }

    /// A seat's name, as everybody is shown it.
    pub(super) fn name(self, seat: Seat) -> String {
        match self.kept(seat) {
            Some(kept) if !kept.name.is_empty() => kept.name,
            _ if seat == Seat::Hall => t(LIVE_HALL).to_owned(),
            _ => String::new(),
        }
    }

    /// What a seat has on.
    pub(super) fn devices(self, seat: Seat) -> Devices {
        self.state.with(|state| state.as_ref().map(|state| state.devices(seat)).unwrap_or_default())
    }

    /// Decides for all.
    pub(super) fn direct(self, direction: Direction) {
        self.failure.set(None);
        self.say(&ToServer::Direct(direction));
    }

    /// Takes a seat.
    pub(super) fn sit(self, seat: Seat) {
        self.come(seat, Coming::Pressed);
    }

    /// Takes a seat to try it.
    pub(super) fn try_out(self, seat: Seat) {
        self.come(seat, Coming::Rehearsing);
    }

    fn come(self, seat: Seat, how: Coming) {
        self.how.set_value(how);
        self.failure.set(None);
        self.lost.set(None);
        self.wanted.set(Some(seat));
        self.ask(seat);
    }

    /// Asks for it; over a line that is away, once it is back.
    pub(super) fn ask(self, seat: Seat) {
        let asked = match self.say(&ToServer::Sit(Arrival {
            seat,
            page: self.page.get_value(),
            how: self.how.get_value(),
        })) {
            Some(turn) => Asked::Over(turn),
            None => Asked::Not,
        };
        self.asked.set_value(asked);
    }

    /// Leaves it.
    pub(super) fn rise(self) {
        self.say(&ToServer::Rise);
        self.unseated();
        #[cfg(feature = "hydrate")]
        self.give("\"unseated\"");
    }

    /// Nobody here is seen or heard any more, and no seat is asked for by itself: the session has ended, or another person's
    /// has begun. Whoever sits before this browser now has to press.
    #[cfg(any(feature = "hydrate", test))]
    pub(super) fn let_go(self) {
        self.unseated();
        for source in [self.camera, self.microphone, self.talking] {
            source.set(false);
        }
        #[cfg(feature = "hydrate")]
        self.give("\"unseated\"");
    }

    /// There is no seat any more, and none is asked for by itself.
    pub(super) fn unseated(self) {
        self.wanted.set(None);
        self.asked.set_value(Asked::Not);
        self.seat.set(None);
        self.slots.set(Vec::new());
        self.sharing.set(false);
        self.silenced.set(false);
        self.carries.set(Carries::All);
        self.down_may_bps.set(0);
    }

    /// Wants to see this from here on.
    pub(super) fn look_at(self, look: Look) {
        self.look.set(look);
        if self.seat.with_untracked(Option::is_some) {
            self.say(&ToServer::Look(look));
        }
    }

    /// The socket of now.
    pub(super) fn turn(self) -> Option<u32> {
        #[cfg(any(feature = "hydrate", test))]
        return self.line.try_with_value(|line| line.as_ref().map(|line| line.turn())).flatten();
        #[cfg(not(any(feature = "hydrate", test)))]
        None
    }

    /// Says something; over which socket, when it could be said.
    pub(super) fn say(self, message: &ToServer) -> Option<u32> {
        #[cfg(any(feature = "hydrate", test))]
        return self.pass(&serde_json::to_string(message).expect("a message has only texts for keys"));
        #[cfg(not(any(feature = "hydrate", test)))]
        {
            let _ = message;
            None
        }
    }

    #[cfg(any(feature = "hydrate", test))]
    fn pass(self, text: &str) -> Option<u32> {
        let over = |line: &Option<Box<dyn Says>>| {
            line.as_ref().filter(|line| line.pass(text)).map(|line| line.turn())
        };
        self.line.try_with_value(over).flatten()
    }
}

#[cfg(feature = "hydrate")]
impl Table {
    /// Opens the line of a meeting, until the page is left.
    pub(super) fn open(self, meeting: MeetingId) {
        use web_sys::js_sys::Reflect;

        self.chosen.recall();
        let floats = Reflect::get(&document(), &"pictureInPictureEnabled".into());
        self.floats.set(floats.is_ok_and(|floats| floats.is_truthy()));
        // What the element found before this program had come.
        element::call("tell", None);
        let line = Line::open(meeting, move |text| self.hear(text), move || self.find_out());
        self.line.set_value(Some(Box::new(line)));
        let second = std::time::Duration::from_secs(1);
        let ticking = set_interval_with_handle(move || self.tick(), second).ok();
        on_cleanup(move || {
            if let Some(ticking) = ticking {
                ticking.clear();
            }
            let _ = self.line.try_set_value(None);
        });
    }

    /// The time goes on, as far as the server has told it.
    fn tick(self) {
        if self.standing.try_with_untracked(Option::is_some) == Some(true) {
            let now = web_sys::js_sys::Date::now() as i64 + self.ahead_ms.get_value();
            self.now.try_set(DateTime::from_timestamp_millis(now));
        }
    }

    /// The server has told its time.
    pub(super) fn set_clock(self, now: DateTime<Utc>) {
        self.ahead_ms.set_value(now.timestamp_millis() - web_sys::js_sys::Date::now() as i64);
        self.now.set(Some(now));
    }

    /// The line does not come about. A browser does not say why, so the server is asked in another way.
    fn find_out(self) {
        leptos::task::spawn_local(async move {
            match super::calls::session().await {
                Ok(()) => {
                    self.is_blocked.try_set(true);
                }
                // Unless the page was left meanwhile.
                Err(CallError(Failure::SignedOut)) if self.failure.try_get_untracked().is_some() => {
                    self.take(ToPage::Refused(Failure::SignedOut));
                }
                // No connection at all: that is waited for.
                Err(_) => {}
            }
        });
    }

    fn hear(self, text: &str) {
        let Ok(message) = serde_json::from_str::<ToPage>(text) else { return };
        if self.is_blocked.get_untracked() {
            self.is_blocked.set(false);
        }
        // An answer that was overtaken: who has left meanwhile must not be seen there.
        if matches!(&message, ToPage::Seated(seat) | ToPage::Stays(seat) if self.wanted.get_untracked() != Some(*seat))
        {
            if self.wanted.get_untracked().is_none() {
                self.say(&ToServer::Rise);
            }
            return;
        }
        self.give(text);
        self.take(message);
    }

    /// Gives the element a text of the line.
    pub(super) fn give(self, text: &str) {
        element::call("hear", Some(text));
    }

    /// What the element says with one of its events.
    pub(super) fn told(self, event: &leptos::ev::Event) {
        use wasm_bindgen::JsCast;

        let Some(event) = event.dyn_ref::<web_sys::CustomEvent>() else { return };
        let detail = event.detail();
        let text = || detail.as_string().unwrap_or_default();
        match event.type_().as_str() {
            "say" => {
                self.pass(&text());
            }
            "problem" => {
                self.is_noted.set(false);
                self.problem.set(Some(text()));
            }
            "solved" => {
                self.is_noted.set(false);
                self.problem.set(None);
            }
            // What the server said before is said again by the next seat, or now by the one there is.
            "ready" => {
                if let Some(seat) = self.seat.get_untracked() {
                    let seated = serde_json::to_string(&ToPage::Seated(seat));
                    self.give(&seated.expect("a seat is a text"));
                }
            }
            "devices" => {
                if let Ok(offered) = serde_json::from_str(&text()) {
                    self.chosen.offered.set(offered);
                }
            }
            "level" => self.level.set(detail.as_f64().unwrap_or_default() as u32),
            "shared" => self.sharing.set(false),
            "line" => {
                if let Ok(measured) = serde_json::from_str(&text()) {
                    self.measured.set(measured);
                }
            }
            _ => {}
        }
    }
}

#[cfg(not(feature = "hydrate"))]
impl Table {
    pub(super) fn open(self, _: MeetingId) {}

    pub(super) fn told(self, _: &leptos::ev::Event) {}
}
