//! Who may book a room or a person, which bookings block others, and what the caller is told of a conflicting
//! meeting. Plain rules. The backend uses them both for the check beside the form and for publishing.

use serde::{Deserialize, Serialize};

use super::MeetingBrief;
use crate::access::{Action, Caller, Scope};
use crate::duration::{HalfDay, touched_by};
use crate::ids::AgencyId;
use crate::sight::Sight;
use crate::time::{Hours, Sitting};

/// What the caller is told of the meeting that holds a room, a person or a site. Only `Meeting` says which
/// one it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// The meeting, if the caller may know of it.
    Meeting(MeetingBrief),
    /// Only when it takes place, because the caller may not know of it.
    Hours(Sitting),
    /// Only a half-day in which a person is busy: neither the time nor the meeting.
    HalfDay(HalfDay),
}

/// What a meeting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bookable {
    /// A room.
    Room,
    /// An agency that joins as a site.
    Site,
    /// A person.
    Person {
        /// Whether the person is near the caller: the caller manages them, composes their agency's meetings,
        /// or may open a coming meeting that lists them.
        is_near: bool,
        /// Whether the person is the proposed chair.
        is_chair: bool,
    },
}

/// How much is told of a meeting that holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// Title, agency and time.
    Meeting,
    /// Only the time.
    Hours,
    /// Only the half-days.
    HalfDays,
    /// Nothing.
    Nothing,
}

/// How much of a meeting the caller is told when it holds something, given how much of the meeting they may
/// see.
///
/// The title shows the rooms too, so the room of a known meeting is no secret. The participants are shown
/// only to people who may open the meeting. Of people who are not near, only the chair is looked up, and only
/// by half-day: without that nobody could find a time for the chair.
pub fn disclosure(sight: Sight, booked: Bookable) -> Disclosure {
    let (needed, otherwise) = match booked {
        Bookable::Room => (Sight::Title, Disclosure::Hours),
        Bookable::Site | Bookable::Person { is_near: true, .. } => (Sight::Opens, Disclosure::Hours),
        Bookable::Person { is_near: false, is_chair: true } => (Sight::Opens, Disclosure::HalfDays),
        Bookable::Person { is_near: false, is_chair: false } => (Sight::Opens, Disclosure::Nothing),
    };
    if sight >= needed { Disclosure::Meeting } else { otherwise }
}

impl Holder {
    /// What is told of one sitting of a meeting. `hours` divide the day into half-days.
    pub fn of(brief: MeetingBrief, disclosure: Disclosure, hours: &Hours) -> Vec<Holder> {
        match disclosure {
            Disclosure::Meeting => vec![Holder::Meeting(brief)],
            Disclosure::Hours => vec![Holder::Hours(brief.sitting)],
            Disclosure::HalfDays => touched_by(&brief.sitting, hours).map(Holder::HalfDay).collect(),
            Disclosure::Nothing => Vec::new(),
        }
    }

    /// The meeting, if the caller may know of it.
    pub fn meeting(&self) -> Option<&MeetingBrief> {
        match self {
            Holder::Meeting(brief) => Some(brief),
            Holder::Hours(_) | Holder::HalfDay(_) => None,
        }
    }
}

/// Whether a meeting of the agency `holder` may use a room of another agency. It may if the room's agency is
/// the same, above or below, or if the caller composes the meetings of the room's agency. Both arguments are
/// paths, root first.
///
/// Without this rule any secretary could book any room of the province and keep the room's own agency out.
pub fn may_hold_room(caller: &Caller, room: &[AgencyId], holder: &[AgencyId]) -> bool {
    let is_on_line = room.last().is_some_and(|of| holder.contains(of))
        || holder.last().is_some_and(|of| room.contains(of));
    is_on_line || caller.may(Action::ComposeMeeting, Scope::Agency(room))
}

/// Whether a person's time is the planner's to decide: the person's agency or one above it holds the meeting, or
/// the caller composes the meetings of the person's agency. `agency` is the path of that agency, root first.
pub fn plans_for(caller: &Caller, agency: &[AgencyId], holder: AgencyId) -> bool {
    agency.contains(&holder) || caller.may(Action::ComposeMeeting, Scope::Agency(agency))
}

/// Whether another meeting blocks the chair from a meeting at the same time. Both arguments say whether the
/// meeting was planned for the chair, see [`plans_for`].
///
/// Anyone may enter the head of another office as chair. Such a booking blocks other such bookings. It does
/// not block the chair's own secretariat, which knows where its head will be and only gets a warning.
pub fn keeps_chair(is_planned: bool, other_is_planned: bool) -> bool {
    !is_planned || other_is_planned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Grant, Role};

    fn agency(n: u128) -> AgencyId {
        AgencyId(uuid::Uuid::from_u128(n))
    }

    fn secretary_of(agency: AgencyId) -> Caller {
        Caller {
            person: crate::ids::PersonId(uuid::Uuid::from_u128(99)),
            name: String::new(),
            position: String::new(),
            agency: crate::agencies::AgencyRef { id: agency, code: String::new(), short_name: String::new() },
            line: vec![agency],
            grants: vec![Grant { role: Role::Secretary, agency }],
            session: crate::ids::SessionId(uuid::Uuid::nil()),
            now: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_is_told_follows_what_is_seen_and_who_it_is() {
        let near = Bookable::Person { is_near: true, is_chair: false };
        let chair = Bookable::Person { is_near: false, is_chair: true };
        let stranger = Bookable::Person { is_near: false, is_chair: false };
        use Disclosure::{HalfDays, Hours, Meeting, Nothing};
        // Nothing, Taken, Title, Opens, Papers.
        let table = [
            (Bookable::Room, [Hours, Hours, Meeting, Meeting, Meeting]),
            (Bookable::Site, [Hours, Hours, Hours, Meeting, Meeting]),
            (near, [Hours, Hours, Hours, Meeting, Meeting]),
            (chair, [HalfDays, HalfDays, HalfDays, Meeting, Meeting]),
            (stranger, [Nothing, Nothing, Nothing, Meeting, Meeting]),
        ];
        for (booked, expected) in table {
            assert_eq!(Sight::ALL.map(|sight| disclosure(sight, booked)), expected, "{booked:?}");
        }
    }

    #[test]
    fn rooms_are_for_their_own_line_and_for_those_who_plan_there() {
        let (root, snv, stc, office) = (agency(1), agency(2), agency(3), agency(4));
        let clerk = secretary_of(snv);
        let may = |room: &[AgencyId]| may_hold_room(&clerk, room, &[root, snv]);
        assert!(may(&[root, snv]) && may(&[root]) && may(&[root, snv, office]));
        assert!(!may(&[root, stc]));
        assert!(may_hold_room(&secretary_of(root), &[root, stc], &[root, snv]));
    }

    #[test]
    fn only_bookings_planned_for_the_chair_keep_out_its_own_secretariat() {
        let (root, snv, ward) = (agency(1), agency(2), agency(3));
        let chair = [root, snv];
        for (holder, is_own) in [(root, true), (snv, true), (ward, false)] {
            assert_eq!(plans_for(&secretary_of(ward), &chair, holder), is_own);
        }
        assert!(plans_for(&secretary_of(root), &chair, ward), "the secretariat above composes for all below");
        assert!(keeps_chair(true, true), "two meetings of the own secretariat");
        assert!(!keeps_chair(true, false), "a stranger's booking");
        assert!(keeps_chair(false, true) && keeps_chair(false, false), "a stranger is kept out by any");
    }
}
