//! The offices' words for the domain's kinds of things, in the page's language. One match each, without wildcard.

use domain::access::{Part, Role, Stage};
use domain::agencies::Level;
use domain::attendance::Presence;
use domain::calendar::DayKind;
use domain::count::{Counterpart, Form, Scope};
use domain::duration::DaySession;
use domain::meetings::{GuestSort, Holder};

use crate::text::keys::*;
use crate::text::{self, Text, t, tf};

/// How people take part.
pub fn form(form: Form) -> &'static str {
    t(match form {
        Form::InPerson => FORM_IN_PERSON,
        Form::Online => FORM_ONLINE,
        Form::Hybrid => FORM_HYBRID,
    })
}

/// What a listed date is.
pub fn day_kind(kind: DayKind) -> &'static str {
    t(match kind {
        DayKind::Off => DATES_OFF,
        DayKind::Work => DATES_WORK,
    })
}

/// With whom a meeting is held.
pub fn counterpart(with: Counterpart) -> &'static str {
    t(match with {
        Counterpart::Internal => COUNTERPART_INTERNAL,
        Counterpart::Communes => COUNTERPART_COMMUNES,
        Counterpart::Departments => COUNTERPART_DEPARTMENTS,
        Counterpart::Ministries => COUNTERPART_MINISTRIES,
        Counterpart::People => COUNTERPART_PEOPLE,
    })
}

/// The word of where a delegate is.
pub fn presence(presence: &Presence) -> &'static str {
    t(match presence {
        Presence::NotCalled => ROLL_NOT_CALLED,
        Presence::InRoom => ROLL_IN_ROOM,
        Presence::Online => ROLL_ONLINE,
        Presence::Absent { reason } if reason.is_empty() => ROLL_ABSENT_WITHOUT_REASON,
        Presence::Absent { .. } => ROLL_ABSENT_WITH_REASON,
    })
}

/// Says that a time is taken, without saying by what.
pub fn busy(holder: &Holder) -> String {
    match holder {
        Holder::Meeting(meeting) => tf(BUSY_AT, &[("when", &text::sitting(&meeting.sitting))]),
        Holder::Hours(sitting) => tf(BUSY_AT, &[("when", &text::sitting(sitting))]),
        Holder::HalfDay(half) => tf(
            BUSY_HALF_DAY,
            &[("session", &day_session(half.session)), ("date", &text::weekday_date(half.date))],
        ),
    }
}

/// How far a meeting has come.
pub fn stage(stage: Stage) -> &'static str {
    t(match stage {
        Stage::Draft => STAGE_DRAFT,
        Stage::Scheduled => STAGE_SCHEDULED,
        Stage::UnderWay => STAGE_UNDER_WAY,
        Stage::Held => STAGE_HELD,
        Stage::Cancelled => STAGE_CANCELLED,
        Stage::Postponed => STAGE_POSTPONED,
    })
}

/// What a guest from outside is.
pub fn guest_sort(sort: GuestSort) -> &'static str {
    t(match sort {
        GuestSort::Ministry => GUEST_SORT_MINISTRY,
        GuestSort::Enterprise => GUEST_SORT_ENTERPRISE,
        GuestSort::Organisation => GUEST_SORT_ORGANISATION,
        GuestSort::Citizen => GUEST_SORT_CITIZEN,
    })
}

/// What a person is in one meeting.
pub fn part(part: Part) -> &'static str {
    t(match part {
        Part::Chair => PART_CHAIR,
        Part::Secretary => PART_SECRETARY,
        Part::Delegate => PART_DELEGATE,
        Part::Invited => PART_INVITED,
    })
}

/// What a person is in an agency.
pub fn role(role: Role) -> &'static str {
    t(match role {
        Role::SystemAdministrator => ROLE_SYSTEM_ADMINISTRATOR,
        Role::AgencyAdministrator => ROLE_AGENCY_ADMINISTRATOR,
        Role::Secretary => ROLE_SECRETARY,
        Role::Leader => ROLE_LEADER,
        Role::Delegate => ROLE_DELEGATE,
        Role::ReportingOfficer => ROLE_REPORTING_OFFICER,
    })
}

/// Where an agency stands.
pub fn agency_level(level: Level) -> &'static str {
    t(match level {
        Level::Province => AGENCY_LEVEL_PROVINCE,
        Level::Department => AGENCY_LEVEL_DEPARTMENT,
        Level::Commune => AGENCY_LEVEL_COMMUNE,
        Level::Unit => AGENCY_LEVEL_UNIT,
    })
}

/// What a kind of meeting counts as.
pub fn scope(scope: Scope) -> &'static str {
    t(match scope {
        Scope::Conference => SCOPE_CONFERENCE,
        Scope::Meeting => SCOPE_MEETING,
    })
}

/// A part of the day.
pub fn day_session(session: DaySession) -> &'static str {
    t(match session {
        DaySession::Morning => SESSION_MORNING,
        DaySession::Afternoon => SESSION_AFTERNOON,
        DaySession::Evening => SESSION_EVENING,
    })
}

/// What changed in a published meeting, by the code of `domain::meetings::Change`.
pub fn change(what: &str) -> &'static str {
    let text: Text = match what {
        "title" => CHANGE_TITLE,
        "kind" => CHANGE_KIND,
        "counterpart" => CHANGE_COUNTERPART,
        "notice" => CHANGE_NOTICE,
        "time" => CHANGE_TIME,
        "place" => CHANGE_PLACE,
        "form" => CHANGE_FORM,
        "agenda" => CHANGE_AGENDA,
        "delegates" => CHANGE_DELEGATES,
        "guests" => CHANGE_GUESTS,
        "sites" => CHANGE_SITES,
        "chair" => CHANGE_CHAIR,
        "state" => CHANGE_STATE,
        "papers" => CHANGE_PAPERS,
        _ => CHANGE_OTHER,
    };
    t(text)
}
