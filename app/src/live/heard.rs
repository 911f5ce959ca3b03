//! What the server's words change on the page, and when the page asks for its seat again by itself. Knows neither the
//! socket nor the element.

use domain::error::{Failure, Refusal};
use domain::live::wire::{ToPage, ToServer};
use domain::live::{Coming, Seat, is_no_room, is_on};
use leptos::prelude::*;

use super::table::{Asked, Lost, Table};

/// Pause before a seat is asked for again.
#[cfg(feature = "hydrate")]
const AGAIN_AFTER: std::time::Duration = std::time::Duration::from_secs(2);

impl Table {
    /// Takes what the server said for true.
    pub(super) fn take(self, message: ToPage) {
        match message {
            ToPage::Welcome { person, standing, now } => {
                #[cfg(feature = "hydrate")]
                self.set_clock(now);
                #[cfg(not(feature = "hydrate"))]
                self.now.set(Some(now));
                if self.person.get_value().is_some_and(|before| before != person) {
                    self.let_go();
                }
                self.person.set_value(Some(person));
                #[cfg(feature = "hydrate")]
                self.sit_again(person, &standing);
                self.standing.set(Some(standing));
                self.come_back();
                self.say_why_lost();
            }
            ToPage::State(state) => {
                self.state.set(Some(state));
                self.obey();
                self.say_why_lost();
            }
            ToPage::Has { version, seat, devices } => self.state.update(|state| {
                if let Some(state) = state {
                    state.has(version, seat, devices);
                }
            }),
            ToPage::Seated(seat) => self.seated(seat),
            ToPage::Unseated => self.lose(),
            ToPage::Slots(slots) => self.slots.set(slots),
            ToPage::Speaking(seats) => self.speaking.set(seats),
            // What was said from the seat before it was lost: the loss itself is told already.
            ToPage::Refused(Failure::Refused(Refusal::WrongState | Refusal::SeatTaken))
                if self.has_lost() => {}
            ToPage::Refused(failure) => {
                if failure == Failure::SignedOut {
                    self.let_go();
                }
                if matches!(self.asked.get_value(), Asked::Over(_)) || is_no_room(&failure) {
                    self.not_seated(&failure);
                }
                // Without permission the page stops sharing. The user must start sharing again.
                if matches!(failure, Failure::Refused(Refusal::ScreenNeedsFloor | Refusal::ScreenEnded)) {
                    self.sharing.set(false);
                }
                self.failure.set(Some(failure));
            }
            ToPage::Line(line) => {
                self.carries.set(line.carries);
                self.down_may_bps.set(line.down_bps);
                self.trip_ms.set((line.round_trip_ms > 0).then_some(line.round_trip_ms));
            }
            ToPage::Answer { .. } | ToPage::Offer { .. } | ToPage::Send(_) | ToPage::Here | ToPage::Again => {
            }
        }
    }

    /// Over a new line the server knows of no seat of this page. Over the one that stands it does: it only says what
    /// else may be done now, and to sit again would tear picture and sound.
    fn come_back(self) {
        let turn = self.turn();
        let is_asked = match self.asked.get_value() {
            Asked::Not => false,
            Asked::Over(over) | Asked::Answered(over) => Some(over) == turn,
        };
        if let Some(seat) = self.wanted.get_untracked().filter(|_| !is_asked) {
            // What was pressed has been said: from there on the page comes by itself, and yields to whoever pressed since.
            if self.asked.get_value() != Asked::Not && self.how.get_value() == Coming::Pressed {
                self.how.set_value(Coming::Back);
            }
            self.ask(seat);
        }
    }

    /// The page was loaded anew: whoever sat there sits there again, without a press, unless somebody else has come meanwhile.
    #[cfg(feature = "hydrate")]
    fn sit_again(self, person: domain::ids::PersonId, standing: &domain::live::Standing) {
        let Some(sat) = self.sat.get_value() else { return };
        self.sat.set_value(None);
        if sat.person == person && standing.seats.contains(&sat.seat) && self.wanted.get_untracked().is_none()
        {
            self.page.set_value(sat.page);
            self.microphone.set(sat.is_heard);
            self.how.set_value(Coming::Back);
            self.wanted.set(Some(sat.seat));
        }
    }

    fn seated(self, seat: Seat) {
        if let Asked::Over(turn) = self.asked.get_value() {
            self.asked.set_value(Asked::Answered(turn));
        }
        self.failure.set(None);
        self.seat.set(Some(seat));
        self.obey();
        self.seating.update(|count| *count = count.wrapping_add(1));
        self.say(&ToServer::Look(self.look.get_untracked()));
    }

    /// What the chair turned off is off: once it is allowed again, somebody here has to turn it on.
    fn obey(self) {
        if !untrack(|| self.is_muted()) {
            return;
        }
        self.silenced.set(true);
        for microphone in [self.microphone, self.talking] {
            if microphone.get_untracked() {
                microphone.set(false);
            }
        }
    }

    fn has_lost(self) -> bool {
        self.lost.with_untracked(Option::is_some) && self.seat.with_untracked(Option::is_none)
    }

    fn lose(self) {
        let seat = self.seat.get_untracked().or(self.wanted.get_untracked());
        self.unseated();
        self.lost.set(seat.map(|seat| (seat, Lost::Replaced)));
        self.say_why_lost();
    }

    /// The state that tells why may come before the word or after it. A meeting that is over and a part that was taken
    /// away speak for themselves.
    fn say_why_lost(self) {
        let Some((seat, lost)) = self.lost.get_untracked() else { return };
        let is_removed = untrack(|| self.kept(seat)).is_some_and(|kept| kept.is_removed);
        let stage = self.state.with_untracked(|state| state.as_ref().map(|state| state.live.stage));
        let is_own = self.standing.with_untracked(|standing| {
            standing.as_ref().is_none_or(|may| may.rehearses || may.seats.contains(&seat))
        });
        let why = match lost {
            _ if !is_own || !stage.is_none_or(is_on) => None,
            _ if is_removed => Some(Lost::SentOut),
            // Admitted again.
            Lost::SentOut => None,
            Lost::Replaced => Some(Lost::Replaced),
        };
        self.lost.set(why.map(|why| (seat, why)));
    }

    /// The seat was not to be had: it is asked for again when the server is only busy, and else given up.
    fn not_seated(self, failure: &Failure) {
        self.asked.set_value(Asked::Not);
        if *failure == Failure::Unavailable {
            return self.ask_later();
        }
        self.unseated();
        #[cfg(feature = "hydrate")]
        self.give("\"unseated\"");
    }

    fn ask_later(self) {
        #[cfg(feature = "hydrate")]
        set_timeout(
            move || {
                // The line may have been lost meanwhile, and the seat asked for over the new one.
                if self.asked.try_get_value() == Some(Asked::Not) {
                    self.come_back();
                }
            },
            AGAIN_AFTER,
        );
    }
}

#[cfg(test)]
mod tests {
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
}
