//! Lists, calendars and the home page: what is asked for and what comes back.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Stage;
use crate::agencies::AgencyRef;
use crate::count::{Base, Form, Scope, What};
use crate::ids::{AgencyId, MeetingId, PaperId, PersonId, RoomId};
use crate::papers::Paper;
use crate::period::Window;
use crate::rooms::Room;
use crate::sight::Sight;
use crate::time::{Hours, Sitting};

use super::Meeting;

/// Which meetings to list. Everything empty lists all that the caller may know of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MeetingFilter {
    /// Held by this agency.
    pub agency: Option<AgencyId>,
    /// … or one below it.
    pub with_subtree: bool,
    /// In this room.
    pub room: Option<RoomId>,
    /// With this person.
    pub person: Option<PersonId>,
    /// First sitting in this window, local dates.
    pub window: Option<Window>,
    /// In this state.
    pub stage: Option<Stage>,
    /// Of this form.
    pub form: Option<Form>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Text, folded before it is compared: title, agenda, agency.
    pub text: String,
    /// Exactly those that one number of a report counts.
    pub counted: Option<(Base, What)>,
    /// … and of these only those that the reduction compares: of agencies with a figure of the same days a year before.
    pub is_compared: bool,
    /// Page from 1.
    pub page: u32,
}

/// A meeting in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingRow {
    /// Identifier.
    pub id: MeetingId,
    /// Title.
    pub title: String,
    /// Agency that holds it.
    pub agency: AgencyRef,
    /// Vietnamese name of the kind.
    pub kind_vi: String,
    /// English name of the kind.
    pub kind_en: String,
    /// Conference or meeting.
    pub scope: Scope,
    /// Form.
    pub form: Form,
    /// How far it has come.
    pub stage: Stage,
    /// First sitting; none while a draft has none.
    pub first: Option<Sitting>,
    /// Last sitting.
    pub last: Option<Sitting>,
    /// Rooms and place, in words.
    pub place: String,
    /// Who chairs it; empty for those who may not open it.
    pub chair: String,
    /// Number of sites.
    pub sites: u32,
    /// Number of papers; none for those who may not read them.
    pub papers: u32,
    /// Its actual length went over the limit.
    pub has_exceeded: bool,
    /// Who works on a draft. None for every other meeting, and for those who may not open it.
    pub draft: Option<DraftHistory>,
    /// What the caller may see of it. Below [`Sight::Title`] the title, place, rooms, sites, chair and papers are
    /// empty; only lists behind figures hold such rows.
    pub sight: Sight,
}

/// Who began a draft and when it was changed last: several people of one secretariat share their drafts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftHistory {
    /// Name of the person who began it; empty if it came from a file or from the command line.
    pub begun_by: String,
    /// When it was saved last.
    pub changed: DateTime<Utc>,
}

/// Who saved the form of a meeting last, for a colleague who was overtaken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSaved {
    /// Their name, told apart from namesakes; empty when nobody is known.
    pub who: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The revision that it made.
    pub rev: i64,
}

impl MeetingRow {
    /// Whether the caller may open it, not only know when and where it is.
    pub fn may_open(&self) -> bool {
        self.sight >= Sight::Opens
    }

    /// Whether the caller may only know that the agency has a meeting that was counted.
    pub fn is_withheld(&self) -> bool {
        self.sight < Sight::Title
    }
}

/// Which calendar to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarFilter {
    /// The days shown, at most 42.
    pub window: Window,
    /// Held by this agency or one below it, or with somebody of theirs: an office plans around both.
    pub agency: Option<AgencyId>,
    /// In this room.
    pub room: Option<RoomId>,
    /// With this person.
    pub person: Option<PersonId>,
}

/// One sitting in a calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The sitting.
    pub sitting: Sitting,
    /// The meeting.
    pub meeting: MeetingRow,
    /// Rooms held by it.
    pub rooms: Vec<RoomId>,
    /// Another meeting has the same room or chair at the same time (possible in drafts only).
    pub clashes: bool,
}

/// A calendar window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Sittings in order.
    pub entries: Vec<Entry>,
    /// Days with more sittings than are shown, and how many are not.
    pub left_out: Vec<(NaiveDate, u32)>,
    /// Days off in the window that are not plain weekends: date and name.
    pub days_off: Vec<(NaiveDate, String)>,
    /// Years of the window whose days off are not entered yet.
    pub years_not_entered: Vec<i32>,
    /// Weekend days that are worked.
    pub working_weekends: Vec<NaiveDate>,
    /// Days the agency keeps free of meetings.
    pub blocked: Vec<NaiveDate>,
    /// Working hours of the agency shown, or of the caller's.
    pub hours: Hours,
    /// Rooms of the agency shown, for the board.
    pub rooms: Vec<RoomDay>,
    /// Whether it has more rooms than the board shows.
    pub has_more_rooms: bool,
    /// The server's now.
    pub now: DateTime<Utc>,
}

/// A room on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomDay {
    /// The room.
    pub room: Room,
    /// Its bookings in the window, also by meetings that the caller may not know of: a room must not look free when
    /// booking it would be refused.
    pub taken: Vec<Sitting>,
}

/// The home page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Today {
    /// The server's now.
    pub now: DateTime<Utc>,
    /// The caller's meeting under way, or the next one.
    pub next: Option<Meeting>,
    /// What waits for the caller.
    pub waiting: Vec<Waiting>,
    /// The caller's other meetings of the coming seven days.
    pub coming: Vec<MeetingRow>,
    /// Meetings of today and the coming seven days, and those under way, that an agency of the caller joins as a site.
    pub sites: Vec<SiteMeeting>,
}

/// A meeting that an agency of the caller joins online.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteMeeting {
    /// The meeting.
    pub meeting: MeetingRow,
    /// The agency that joins it.
    pub site: AgencyRef,
}

/// Something that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// A paper of a coming meeting, not opened yet.
    Unread {
        /// The paper.
        paper: Paper,
        /// Its meeting.
        meeting_title: String,
        /// When that is.
        sitting: Sitting,
    },
    /// The caller was added to a meeting that is under way, and is not there yet.
    Added {
        /// The meeting.
        meeting: MeetingRow,
        /// Name of the person who added them.
        by: String,
    },
    /// The caller is invited to a coming meeting and has not opened it yet.
    Invited {
        /// The meeting.
        meeting: MeetingRow,
    },
    /// A published change not seen yet, of a meeting opened before.
    Changed {
        /// The meeting.
        meeting: MeetingRow,
        /// What changed, the weightiest first.
        what: Vec<String>,
    },
    /// A meeting that would still have been to come was cancelled or postponed, as its stage says. Told to its delegates
    /// until they have seen it, and to the invited agencies and sites until its last day is over.
    CalledOff {
        /// The meeting.
        meeting: MeetingRow,
        /// Why.
        reason: String,
    },
    /// The caller's agency is invited and has named nobody yet.
    NameDelegates {
        /// The meeting.
        meeting: MeetingRow,
        /// The agency.
        agency: AgencyRef,
        /// What changed since the invitations were sent, the weightiest first.
        changed: Vec<String>,
    },
    /// A change of a meeting of the caller's own secretariat that is kept and not sent.
    Unsent {
        /// The meeting, as it was sent.
        meeting: MeetingRow,
        /// Who kept it; empty when nobody is known.
        by: String,
        /// When it was kept last.
        at: DateTime<Utc>,
    },
    /// A draft of the caller's own secretariat.
    Draft {
        /// The draft.
        meeting: MeetingRow,
    },
    /// A meeting whose planned end has passed and that nobody closed.
    NotClosed {
        /// The meeting.
        meeting: MeetingRow,
    },
}

impl Waiting {
    /// A paper's identifier when it is one.
    pub fn paper(&self) -> Option<PaperId> {
        match self {
            Waiting::Unread { paper, .. } => Some(paper.id),
            _ => None,
        }
    }
}
