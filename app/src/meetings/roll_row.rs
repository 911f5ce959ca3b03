//! What a row of the roll shows, whoever it is of: a delegate, a seat that nobody has been named for, a guest; and the
//! numbers above the rows. Knows no mark and no form.

use chrono::{DateTime, Utc};
use domain::access::Part;
use domain::attendance::{CalledBy, Presence, RollTally};
use domain::ids::ParticipantId;
use domain::meetings::{Guest, Meeting, Participant};

use super::words::local;
use crate::text::keys::*;
use crate::text::{self, t, tf};

/// Delegates and guests, counted apart, and agencies that have named nobody yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tallies {
    pub(super) delegates: RollTally,
    pub(super) guests: RollTally,
    pub(super) unnamed: usize,
}

impl Tallies {
    pub(super) fn of(meeting: &Meeting) -> Tallies {
        Tallies {
            delegates: RollTally::of(&meeting.participants),
            guests: RollTally::of_guests(&meeting.guests),
            unnamed: meeting.participants.iter().filter(|of| of.person.is_none()).count(),
        }
    }

    /// Everybody who is called.
    pub(super) fn everybody(&self) -> RollTally {
        self.delegates.and(self.guests)
    }
}

/// One row of the roll: a delegate, a seat that nobody has been named for, or a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RollRow {
    pub(super) name: String,
    /// Short name of the agency, or a guest's organisation.
    pub(super) agency: String,
    pub(super) meta: Vec<String>,
    pub(super) presence: Presence,
    pub(super) called_by: Option<CalledBy>,
    /// Whether there is somebody to be called.
    pub(super) is_named: bool,
    /// Whether they were added while the meeting is under way.
    pub(super) is_added: bool,
}

impl RollRow {
    pub(super) fn of(meeting: &Meeting, id: ParticipantId) -> Option<RollRow> {
        let delegate = meeting.participants.iter().find(|of| of.id == id).map(RollRow::of_participant);
        delegate.or_else(|| meeting.guests.iter().find(|of| of.id == id).map(RollRow::of_guest))
    }

    fn of_participant(of: &Participant) -> RollRow {
        RollRow {
            name: name_of(of),
            agency: of.agency.short_name.clone(),
            meta: meta_of(of).into_iter().chain(of.added.map(added)).collect(),
            presence: of.presence.clone(),
            called_by: of.called_by,
            is_named: of.person.is_some(),
            is_added: of.added.is_some(),
        }
    }

    fn of_guest(of: &Guest) -> RollRow {
        let sort = crate::words::guest_sort(of.sort).to_owned();
        let meta = [of.position.clone(), of.organisation.clone(), sort];
        RollRow {
            name: of.name.clone(),
            agency: if of.organisation.is_empty() { of.name.clone() } else { of.organisation.clone() },
            meta: meta.into_iter().filter(|part| !part.is_empty()).chain(of.added.map(added)).collect(),
            presence: of.presence.clone(),
            called_by: of.called_by,
            is_named: true,
            is_added: of.added.is_some(),
        }
    }
}

/// That somebody was added while the meeting was under way.
fn added(at: DateTime<Utc>) -> String {
    tf(ROLL_ADDED, &[("time", &text::time(local(at).time()))])
}

fn name_of(of: &Participant) -> String {
    match &of.person {
        Some(person) => person.distinct_name(),
        None => tf(ROLL_TO_BE_NAMED, &[("agency", &of.agency.short_name)]),
    }
}

fn meta_of(of: &Participant) -> Vec<String> {
    let part = match of.part {
        Part::Chair => Some(t(PART_CHAIR).to_owned()),
        Part::Secretary => Some(t(PART_SECRETARY).to_owned()),
        Part::Delegate | Part::Invited => None,
    };
    let position = of.person.as_ref().map(|person| person.position.clone()).filter(|text| !text.is_empty());
    let agency = of.person.is_some().then(|| of.agency.short_name.clone());
    [part, position, agency].into_iter().flatten().collect()
}
