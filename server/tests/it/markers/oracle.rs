//! Who may see what, written a second time in plain words and tables. Uses nothing of `domain::sight` or
//! `domain::access::permits`: where this and they differ, one of the two is wrong.

use domain::access::{Role, Stage};

use super::office::{Made, Office, VICTIM_OF};

/// Somebody who asks: one of the office by number, or nobody who is signed in.
pub(super) type Who = Option<usize>;

/// How much of a meeting somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seen {
    Nothing,
    Title,
    Opened,
    Papers,
}

/// What somebody must be, to be shown a word. Meetings and people by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Signed in: names of people, agencies and rooms.
    SignedIn,
    /// Must see so much of a meeting.
    Sees(usize, Seen),
    /// Must write the meeting's form: what is typed and not published yet.
    Writes(usize),
    /// Must call the roll of a meeting, chair it, or be the absent one: why somebody is absent.
    Reason(usize, usize),
    /// Must manage the person, or be the person: a user name.
    Manages(usize),
    /// Must be this one: a report of one's own file.
    Is(usize),
}

/// What a request is narrowed to: whatever it finds, it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Narrow {
    /// Nothing that tells.
    Not,
    /// Those that a person takes part in.
    Person(usize),
    /// Those that an agency takes part in, as the calendar shows them.
    Agency(&'static str),
    /// Those that other people and agencies of a form take part in.
    Others,
}

/// What somebody does for an agency that it invites or that joins as a site.
const NAMES: [Role; 3] = [Role::AgencyAdministrator, Role::Secretary, Role::Leader];
const CONNECTS: [Role; 3] = [Role::Secretary, Role::Leader, Role::Delegate];

impl Office {
    /// Whether somebody holds one of these roles in the agency or above it.
    fn reaches(&self, who: usize, roles: &[Role], agency: &str) -> bool {
        let held = &self.people[who].roles;
        held.iter().any(|(role, at)| roles.contains(role) && self.is_below(agency, at))
    }

    pub(super) fn seen(&self, who: usize, meeting: &Made) -> Seen {
        let person = &self.people[who];
        let secretary = self.reaches(who, &[Role::Secretary], meeting.agency);
        if meeting.stage == Stage::Draft {
            return if secretary { Seen::Papers } else { Seen::Nothing };
        }
        if secretary || meeting.everybody().any(|listed| listed == who) {
            return Seen::Papers;
        }
        let speaks = meeting.invited().any(|agency| self.reaches(who, &NAMES, agency))
            || meeting.sites.iter().any(|agency| self.reaches(who, &CONNECTS, agency));
        if speaks || self.reaches(who, &[Role::Leader, Role::ReportingOfficer], meeting.agency) {
            return Seen::Opened;
        }
        let is_on_line =
            self.is_below(meeting.agency, person.agency) || self.is_below(person.agency, meeting.agency);
        let is_for_own = self.own_agency_is_invited(who, meeting);
        let administers = self.reaches(who, &[Role::AgencyAdministrator], meeting.agency);
        if is_on_line || is_for_own || administers { Seen::Title } else { Seen::Nothing }
    }

    fn own_agency_is_invited(&self, who: usize, meeting: &Made) -> bool {
        let own = self.people[who].agency;
        meeting.invited().chain(meeting.sites.iter().copied()).any(|agency| agency == own)
    }

    /// Whether somebody may write the form, the papers and the roll of a meeting.
    pub(super) fn writes(&self, who: usize, meeting: &Made) -> bool {
        let is_listed = meeting.stage != Stage::Draft && meeting.secretary == Some(who);
        is_listed || self.reaches(who, &[Role::Secretary], meeting.agency)
    }

    pub(super) fn may_see(&self, who: Who, need: Need) -> bool {
        let Some(who) = who else { return false };
        match need {
            Need::SignedIn => true,
            Need::Sees(meeting, wanted) => self.seen(who, &self.meetings[meeting]) >= wanted,
            Need::Writes(meeting) => self.writes(who, &self.meetings[meeting]),
            Need::Reason(meeting, absent) => {
                let meeting = &self.meetings[meeting];
                who == absent || meeting.chair == who || self.writes(who, meeting)
            }
            Need::Manages(person) => {
                let runs = self.people[who].roles.iter().any(|(role, _)| *role == Role::SystemAdministrator);
                let agency = self.people.get(person).map_or(VICTIM_OF, |person| person.agency);
                let managed = self.reaches(who, &[Role::AgencyAdministrator], agency);
                who == person || runs || managed
            }
            Need::Is(person) => who == person,
        }
    }

    /// What a word needs in the answer to a request that is narrowed: that a meeting is found by those who take part
    /// tells that they do.
    pub(super) fn least(&self, who: Who, narrow: Narrow, need: Need) -> Need {
        let Need::Sees(number, seen) = need else { return need };
        let meeting = &self.meetings[number];
        let tells = match narrow {
            Narrow::Not => false,
            Narrow::Person(person) => who != Some(person),
            Narrow::Others => true,
            Narrow::Agency(agency) => {
                let of_own = who.is_some_and(|who| {
                    self.is_below(self.people[who].agency, agency) && self.own_agency_is_invited(who, meeting)
                });
                !self.is_below(meeting.agency, agency) && !of_own
            }
        };
        if tells { Need::Sees(number, seen.max(Seen::Opened)) } else { need }
    }
}
