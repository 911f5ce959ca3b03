//! Who may see what, written a second time in plain words and tables. Uses nothing of `domain::sight` or
//! `domain::access::permits`: if this module and they differ, one of them is wrong.

use domain::access::{Role, Stage};

use super::office::{Office, TestMeeting, VICTIM_OF};

/// A caller: one of the office by number, or one who is not signed in.
pub(super) type Who = Option<usize>;

/// How much of a meeting a caller sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MeetingView {
    Nothing,
    Title,
    Opened,
    Papers,
}

/// What a caller must be to see a word. Meetings and people are given by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clearance {
    /// The caller must be signed in: names of people, agencies and rooms.
    SignedIn,
    /// The caller must see at least this much of a meeting.
    Sees(usize, MeetingView),
    /// The caller must write the meeting's form: what is typed and not published yet.
    Writes(usize),
    /// The caller must call the roll of a meeting, chair it, or be the absent person: reasons for absence.
    Reason(usize, usize),
    /// The caller must manage the person, or be the person: a user name.
    Manages(usize),
    /// The caller must be this person: a report of their own file.
    Is(usize),
}

/// What a request is narrowed to: every meeting that it finds reveals something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Narrow {
    /// Nothing revealing.
    Not,
    /// Meetings in which a person takes part.
    Person(usize),
    /// Meetings in which an agency takes part, as the calendar shows them.
    Agency(&'static str),
    /// Meetings in which other people and agencies of a form take part.
    Others,
}

/// What these roles may do for an agency that is invited or joins as a site.
const NAMES: [Role; 3] = [Role::AgencyAdministrator, Role::Secretary, Role::Leader];
const CONNECTS: [Role; 3] = [Role::Secretary, Role::Leader, Role::Delegate];

impl Office {
    /// Whether the person holds one of these roles in the agency or above it. A delegate speaks for their own
    /// agency alone.
    fn reaches(&self, who: usize, roles: &[Role], agency: &str) -> bool {
        let held = &self.people[who].roles;
        let reaches = |role: Role, at: &str| {
            if role == Role::Delegate { agency == at } else { self.is_below(agency, at) }
        };
        held.iter().any(|(role, at)| roles.contains(role) && reaches(*role, at))
    }

    pub(super) fn seen(&self, who: usize, meeting: &TestMeeting) -> MeetingView {
        let person = &self.people[who];
        let secretary = self.reaches(who, &[Role::Secretary], meeting.agency);
        if meeting.stage == Stage::Draft {
            return if secretary { MeetingView::Papers } else { MeetingView::Nothing };
        }
        if secretary || meeting.everybody().any(|listed| listed == who) {
            return MeetingView::Papers;
        }
        let speaks = meeting.invited().any(|agency| self.reaches(who, &NAMES, agency))
            || meeting.sites.iter().any(|agency| self.reaches(who, &CONNECTS, agency));
        if speaks || self.reaches(who, &[Role::Leader, Role::ReportingOfficer], meeting.agency) {
            return MeetingView::Opened;
        }
        let is_on_line =
            self.is_below(meeting.agency, person.agency) || self.is_below(person.agency, meeting.agency);
        let is_for_own = self.own_agency_is_invited(who, meeting);
        let administers = self.reaches(who, &[Role::AgencyAdministrator], meeting.agency);
        if is_on_line || is_for_own || administers { MeetingView::Title } else { MeetingView::Nothing }
    }

    fn own_agency_is_invited(&self, who: usize, meeting: &TestMeeting) -> bool {
        let own = self.people[who].agency;
        meeting.invited().chain(meeting.sites.iter().copied()).any(|agency| agency == own)
    }

    /// Whether the person may write the form, the papers and the roll of a meeting.
    pub(super) fn writes(&self, who: usize, meeting: &TestMeeting) -> bool {
        let is_listed = meeting.stage != Stage::Draft && meeting.secretary == Some(who);
        is_listed || self.reaches(who, &[Role::Secretary], meeting.agency)
    }

    pub(super) fn may_see(&self, who: Who, need: Clearance) -> bool {
        let Some(who) = who else { return false };
        match need {
            Clearance::SignedIn => true,
            Clearance::Sees(meeting, wanted) => self.seen(who, &self.meetings[meeting]) >= wanted,
            Clearance::Writes(meeting) => self.writes(who, &self.meetings[meeting]),
            Clearance::Reason(meeting, absent) => {
                let meeting = &self.meetings[meeting];
                who == absent || meeting.chair == who || self.writes(who, meeting)
            }
            Clearance::Manages(person) => {
                let runs = self.people[who].roles.iter().any(|(role, _)| *role == Role::SystemAdministrator);
                let agency = self.people.get(person).map_or(VICTIM_OF, |person| person.agency);
                let managed = self.reaches(who, &[Role::AgencyAdministrator], agency);
                who == person || runs || managed
            }
            Clearance::Is(person) => who == person,
        }
    }

    /// What a word needs in the answer to a narrowed request: finding a meeting by its participants reveals
    /// that they take part.
    pub(super) fn least(&self, who: Who, narrow: Narrow, need: Clearance) -> Clearance {
        let Clearance::Sees(number, seen) = need else { return need };
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
        if tells { Clearance::Sees(number, seen.max(MeetingView::Opened)) } else { need }
    }
}
