use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::super::table::Says;
use domain::access::Stage;
use domain::ids::{AgencyId, PersonId};
use domain::live::wire::{Devices, State};
use domain::live::{Direction, Kept, Live, Standing};
use uuid::Uuid;

use super::*;
use crate::text::keys::*;
use crate::text::t;

const ME: PersonId = PersonId(Uuid::nil());

/// A line whose sockets come and go as a test wants.
#[derive(Clone, Default)]
struct Socket {
    turn: Rc<Cell<u32>>,
    said: Rc<RefCell<Vec<String>>>,
}

impl Says for Socket {
    fn turn(&self) -> u32 {
        self.turn.get()
    }

    fn pass(&self, text: &str) -> bool {
        self.said.borrow_mut().push(text.to_owned());
        true
    }

    fn begin_anew(&self) {
        self.turn.set(self.turn.get() + 1);
    }
}

fn page() -> (Owner, Table, Socket) {
    let owner = Owner::new();
    owner.set();
    let (table, socket) = (Table::new(), Socket::default());
    table.line.set_value(Some(Box::new(socket.clone())));
    (owner, table, socket)
}

fn welcome(rehearses: bool) -> ToPage {
    let now = "2026-06-11T01:00:00Z".parse().unwrap();
    let standing =
        Standing { seats: vec![Seat::Hall], directs: true, rehearses, office: AgencyId(Uuid::nil()) };
    ToPage::Welcome { person: ME, standing, now }
}

fn state(seat: Kept) -> ToPage {
    let stage = Stage::UnderWay;
    let live = Live {
        stage,
        item: None,
        floor: None,
        turn: None,
        turn_minutes: 7,
        large: None,
        paper: None,
        chair: Some(Seat::Hall),
        is_all_muted: false,
        seats: vec![seat],
    };
    ToPage::State(State { version: 1, live, on: Vec::new(), troubles: Vec::new() })
}

fn hall() -> Kept {
    Kept {
        seat: Seat::Hall,
        name: String::new(),
        is_removed: false,
        is_muted: false,
        asked: None,
        is_connected: true,
        lost: None,
    }
}

fn words(table: Table) -> Option<&'static str> {
    table.of_the_chair().map(t)
}

fn times_asked(socket: &Socket) -> usize {
    socket.said.borrow().iter().filter(|text| text.contains("sit")).count()
}

#[test]
fn who_may_do_other_things_now_stays_seated() {
    let (_owner, table, socket) = page();
    table.take(welcome(true));
    table.sit(Seat::Hall);
    table.take(welcome(true));
    assert_eq!(times_asked(&socket), 1, "the answer is on its way");
    table.take(ToPage::Seated(Seat::Hall));
    table.take(welcome(false));
    assert_eq!(times_asked(&socket), 1);
    assert_eq!(table.standing.get_untracked().map(|standing| standing.rehearses), Some(false));
}

#[test]
fn a_new_line_is_asked_for_the_seat_once() {
    let (_owner, table, socket) = page();
    table.take(welcome(false));
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    socket.turn.set(1);
    table.take(welcome(false));
    table.take(ToPage::Seated(Seat::Hall));
    table.take(welcome(true));
    assert_eq!(times_asked(&socket), 2);
    assert!(socket.said.borrow()[0].contains("pressed"));
    let again = socket.said.borrow().iter().filter(|text| text.contains("\"back\"")).count();
    assert_eq!(again, 1, "by itself it takes no seat from another device");
    table.sit(Seat::Hall);
    assert!(socket.said.borrow().last().is_some_and(|text| text.contains("pressed")));
}

#[test]
fn a_page_that_was_replaced_while_it_slept_does_not_ask_again_by_itself() {
    let (_owner, table, socket) = page();
    table.take(welcome(false));
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    socket.turn.set(1);
    table.take(welcome(false));
    table.take(ToPage::Unseated);
    assert_eq!((table.seat.get_untracked(), table.wanted.get_untracked()), (None, None));
    socket.turn.set(2);
    table.take(welcome(false));
    assert_eq!(times_asked(&socket), 2);
}

#[test]
fn who_lost_the_seat_is_told_why() {
    let (_owner, table, _) = page();
    let why = || table.lost.get_untracked().map(|(_, why)| why);
    table.take(welcome(false));
    table.take(state(hall()));
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    table.take(ToPage::Unseated);
    assert_eq!(why(), Some(Lost::Replaced));
    table.take(state(Kept { is_removed: true, ..hall() }));
    assert_eq!(why(), Some(Lost::SentOut));
    table.take(state(hall()));
    assert_eq!(why(), None, "admitted again");
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    table.rise();
    assert_eq!(why(), None, "who leaves knows");
}

#[test]
fn what_the_chair_turned_off_is_turned_on_by_who_sits_there_alone() {
    let (_owner, table, _) = page();
    table.take(state(hall()));
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    assert!(table.is_heard());
    table.talking.set(true);
    table.take(state(Kept { is_muted: true, ..hall() }));
    assert!(!table.is_heard());
    assert_eq!(words(table), Some(t(LIVE_MUTED_BY_CHAIR)));
    table.toggle_microphone();
    assert!(!table.is_heard(), "not while it is off for all");
    table.take(state(hall()));
    assert!(!table.is_heard(), "nobody there has pressed");
    assert_eq!(words(table), Some(t(LIVE_MAY_BE_HEARD)));
    table.toggle_microphone();
    assert!(table.is_heard());
    assert_eq!(words(table), None);
}

#[test]
fn who_sits_down_at_a_seat_that_is_muted_is_silent() {
    let (_owner, table, _) = page();
    table.take(state(Kept { is_muted: true, ..hall() }));
    assert!(table.is_heard(), "nobody hears who does not sit");
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    assert!(!table.is_heard());
}

#[test]
fn who_is_given_the_floor_is_told_to_press() {
    let (_owner, table, _) = page();
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    table.take(state(Kept { is_muted: true, ..hall() }));
    let ToPage::State(mut given) = state(hall()) else { unreachable!() };
    given.live.floor = Some(Seat::Hall);
    table.take(ToPage::State(given));
    assert!(table.is_awaited() && !table.is_heard());
    assert_eq!(words(table), Some(t(LIVE_FLOOR_SILENT)));
    table.toggle_microphone();
    assert!(table.is_heard() && !table.is_awaited());
    assert_eq!(words(table), None);
}

#[test]
fn who_is_signed_out_is_seen_and_heard_no_more() {
    let (_owner, table, _) = page();
    table.take(welcome(false));
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    table.take(ToPage::Refused(Failure::SignedOut));
    assert_eq!((table.seat.get_untracked(), table.wanted.get_untracked()), (None, None));
    assert!(!table.camera.get_untracked() && !table.is_heard());
    assert_eq!(table.failure.get_untracked(), Some(Failure::SignedOut), "why is said");
}

#[test]
fn who_signs_in_after_another_person_is_seated_by_no_press_of_theirs() {
    let (_owner, table, socket) = page();
    table.take(welcome(false));
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    socket.said.borrow_mut().clear();
    socket.turn.set(1);
    let ToPage::Welcome { standing, now, .. } = welcome(false) else { unreachable!() };
    table.take(ToPage::Welcome { person: PersonId(Uuid::from_u128(2)), standing, now });
    assert_eq!(*socket.said.borrow(), [""; 0], "no seat is asked for");
    assert!(!table.camera.get_untracked() && !table.is_heard());
    table.sit(Seat::Hall);
    assert_eq!(socket.said.borrow().len(), 1, "pressing works");
}

#[test]
fn who_was_replaced_is_told_that_alone() {
    let (_owner, table, _) = page();
    table.take(welcome(false));
    table.take(state(hall()));
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    table.take(ToPage::Unseated);
    table.take(ToPage::Refused(Refusal::WrongState.into()));
    assert_eq!(table.failure.get_untracked(), None, "what was on its way meanwhile is no news");
    assert_eq!(table.lost.get_untracked(), Some((Seat::Hall, Lost::Replaced)));
    table.sit(Seat::Hall);
    table.take(ToPage::Refused(Refusal::SeatTaken.into()));
    assert!(table.failure.get_untracked().is_some(), "what was pressed since then is answered");
}

#[test]
fn a_seat_without_room_is_given_up_though_it_was_taken() {
    let (_owner, table, _) = page();
    table.take(welcome(false));
    table.sit(Seat::Hall);
    table.take(ToPage::Seated(Seat::Hall));
    table.take(ToPage::Refused(Refusal::MeetingsFull { at_most: 20 }.into()));
    assert_eq!((table.seat.get_untracked(), table.wanted.get_untracked()), (None, None));
    assert!(table.failure.get_untracked().is_some(), "why is said");
    table.direct(Direction::MuteAll);
    assert_eq!(table.failure.get_untracked(), None, "until the next thing is done");
}

#[test]
fn a_screen_is_shared_with_the_floor_until_the_chair_ends_it() {
    let (_owner, table, socket) = page();
    let site = Seat::Site(AgencyId(Uuid::from_u128(1)));
    let standing =
        Standing { seats: vec![site], directs: false, rehearses: false, office: AgencyId(Uuid::nil()) };
    let now = "2026-06-11T01:00:00Z".parse().unwrap();
    table.take(ToPage::Welcome { person: ME, standing, now });
    table.sit(site);
    table.take(ToPage::Seated(site));
    let with_floor = |floor| {
        let ToPage::State(mut state) = state(Kept { seat: site, ..hall() }) else { unreachable!() };
        state.live.floor = floor;
        ToPage::State(state)
    };
    table.take(with_floor(None));
    table.toggle_sharing();
    assert!(!table.sharing.get_untracked(), "nobody is asked for a screen that nobody would see");
    assert_eq!(table.failure.get_untracked(), Some(Refusal::ScreenNeedsFloor.into()));
    table.take(with_floor(Some(site)));
    table.toggle_sharing();
    assert!(table.sharing.get_untracked());
    assert_eq!(table.failure.get_untracked(), None);
    table.take(ToPage::Refused(Refusal::ScreenEnded.into()));
    assert!(!table.sharing.get_untracked());
    assert!(!socket.said.borrow().is_empty());
}

#[test]
fn what_one_seat_has_on_is_known_before_the_next_state() {
    let (_owner, table, _) = page();
    table.take(state(hall()));
    let on = Devices { microphone: true, ..Devices::default() };
    table.take(ToPage::Has { version: 2, seat: Seat::Hall, devices: on });
    assert_eq!(table.devices(Seat::Hall), on);
    table.take(ToPage::Has { version: 0, seat: Seat::Hall, devices: Devices::default() });
    assert_eq!(table.devices(Seat::Hall), on, "what is older than the state is known");
    table.take(state(hall()));
    assert_eq!(table.devices(Seat::Hall), Devices::default(), "the state is whole");
}

#[test]
fn a_seat_that_is_refused_is_given_up_and_one_of_a_busy_server_is_not() {
    let (_owner, table, socket) = page();
    table.take(welcome(false));
    table.sit(Seat::Hall);
    table.take(ToPage::Refused(Failure::Unavailable));
    assert_eq!(table.wanted.get_untracked(), Some(Seat::Hall));
    socket.turn.set(1);
    table.take(welcome(false));
    table.take(ToPage::Refused(Refusal::SentOut.into()));
    assert_eq!(table.wanted.get_untracked(), None);
}

#[test]
fn an_update_goes_on_from_the_state_or_another_line_is_opened() {
    let (_owner, table, socket) = page();
    table.take(welcome(false));
    let ToPage::State(first) = state(hall()) else { unreachable!() };
    table.take(ToPage::State(first.clone()));
    let mut next = first.clone();
    (next.version, next.live.is_all_muted, next.live.seats[0].is_muted) = (2, true, true);
    table.take(ToPage::Update(next.since(&first)));
    assert_eq!(table.state.get_untracked(), Some(next.clone()));
    assert_eq!(socket.turn.get(), 0);
    table.take(ToPage::Update(next.since(&first)));
    assert_eq!(table.state.get_untracked(), Some(next), "what does not fit changes nothing");
    assert_eq!(socket.turn.get(), 1);
}
