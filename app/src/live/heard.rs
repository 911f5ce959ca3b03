//! What the server's words change on the page, and when the page asks for its seat again by itself. Knows neither the
//! socket nor the element.

use domain::error::{Failure, Refusal};
use domain::live::wire::{State, ToPage, ToServer};
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
                self.stands_otherwise();
            }
            ToPage::Update(update) => {
                let goes_on = |state: &mut Option<State>| state.as_mut().map(|state| state.take(update));
                match self.state.try_update(goes_on).flatten() {
                    Some(Ok(())) => self.stands_otherwise(),
                    _ => self.begin_anew(),
                }
            }
            ToPage::Has { version, seat, devices } => self.state.update(|state| {
                if let Some(state) = state {
                    state.has(version, seat, devices);
                }
            }),
            ToPage::Seated(seat) | ToPage::Stays(seat) => self.seated(seat),
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

    /// What it was told does not fit: over another socket it is told everything.
    fn begin_anew(self) {
        self.line.with_value(|line| line.iter().for_each(|line| line.begin_anew()));
    }

    /// The meeting stands in another way than a moment ago.
    fn stands_otherwise(self) {
        self.obey();
        self.say_why_lost();
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
mod tests;
