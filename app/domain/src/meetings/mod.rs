//! Meetings: the noun everything else hangs on, its states, and the port that plans and runs it.
//! Knows no form field (see [`input`]) and no search rule (see [`list`]).

mod booking;
mod changes;
mod check;
mod guest;
mod heading;
mod input;
mod list;
mod listed;
mod numbered;
mod reach;
mod record;
mod shortened;
mod state;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use booking::{Bookable, Disclosure, Holder, disclosure, keeps_chair, may_hold_room, plans_for};
pub use changes::{
    Before, CHANGES_TOLD, Change, Foremost, OLDER_HOURS_TOLD, by_weight, decisive, foremost, is_decisive,
};
pub use check::{
    BaseShift, BusyOf, CONCLUSION_MINUTES_AT_MOST, Check, Conflict, DurationCheck, FAR_AHEAD_DAYS,
    MeetingBrief, Note, OthersInvited, Shift, TargetsCheck, agenda_notes, is_conclusion, others_invited,
};
pub use guest::{
    GUEST_TEXT_AT_MOST, GUESTS_AT_MOST, Guest, GuestInput, GuestProblem, GuestSort, GuestsTold, PlannedGuest,
    pasted_guests, without_address,
};
pub use heading::is_heading;
pub use input::{
    AgendaInput, Delegation, MeetingInput, Plan, PlannedItem, SittingInput, UNPLACED_BYTES_AT_MOST,
    UNPLACED_FIELDS, parse_time,
};
pub use list::{
    Calendar, CalendarFilter, DraftHistory, Entry, LastSaved, MeetingFilter, MeetingRow, RoomDay,
    SiteMeeting, Today, Waiting,
};
pub use listed::{
    AgencyNames, LISTED_NAME_BYTES_AT_MOST, PROPOSED_AT_MOST, may_mean, names_several, near_people,
    parts_of_line, person_in,
};
pub use numbered::{Numbered, numbered};
pub use reach::Reach;
pub use record::{
    Correction, CorrectionInput, EnteredAfterwards, HoursCorrected, HoursKept, ItemTimes, ItemTimesInput,
    MeetingRecord, RecordState, Recorded, Reopened, START_GRACE, began_before, closes_early, correctable,
    first_day_to_enter, may_enter, may_still_begin, parse_moment,
};
pub use shortened::post_written_out;
pub use state::{State, TAKEN_BACK_WITHIN_MINUTES};

pub use crate::time::parse_date;

use crate::access::{Action, Caller, Part, Stage};
use crate::agencies::AgencyRef;
use crate::attendance::{CalledBy, Presence};
use crate::count::{Counterpart, Form, Side};
use crate::error::{Outcome, Refusal};
use crate::ids::{AgendaItemId, MeetingId, ParticipantId};
use crate::papers::{PaperLine, WithdrawnPaper};
use crate::people::{Page, PersonRef};
use crate::rooms::RoomRef;
use crate::rules::KindRef;
use crate::time::Sitting;

/// Longest title, in characters.
pub const TITLE_AT_MOST: u32 = 300;
/// Longest free text: a place, a presenter, a reason.
pub const TEXT_AT_MOST: u32 = 500;
/// Most sittings: the longest kind allows far fewer; historic imports may need more than the law.
pub const SITTINGS_AT_MOST: u32 = 20;
/// Most meetings that one agency holds on one day: a province's committee holds some ten. A calendar of a day stays one
/// that can be read and computed. Drafts do not count, and neither does what was called off or is only attended.
pub const MEETINGS_A_DAY_AT_MOST: u32 = 50;
/// Most meetings of one agency that begin in one calendar year, attended and called-off ones included, drafts left out.
/// The busiest office of a province has under 2,000, and 5,000 are 20 on each working day. A year of an agency takes at
/// most some 10 MB then, however many files are sent.
pub const MEETINGS_A_YEAR_AT_MOST: u32 = 5_000;
/// Most agenda items.
pub const AGENDA_AT_MOST: u32 = 60;
/// Most delegates listed by name or agency.
pub const DELEGATES_AT_MOST: u32 = 1000;
/// Most people of one meeting, with guests and with those whom invited agencies name: 75 communes with some 60 people each.
pub const PEOPLE_AT_MOST: u32 = 5000;
/// Most sites: the 75 communes, the departments and room to grow.
pub const SITES_AT_MOST: u32 = 200;
/// Most rooms held at once.
pub const ROOMS_AT_MOST: u32 = 10;

/// Whether a meeting is one of those that its agency holds on a day.
pub fn takes_its_days(side: Side, stage: Stage) -> bool {
    side == Side::Organised && matches!(stage, Stage::Scheduled | Stage::UnderWay | Stage::Held)
}

/// A meeting as its people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Identifier.
    pub id: MeetingId,
    /// Grows with every change; sent back with an edit, so that two editors notice each other.
    pub rev: i64,
    /// The agency that holds it (or attends it).
    pub agency: AgencyRef,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: KindRef,
    /// Limit of the kind on the meeting's date, in sessions; `None` when no rule holds.
    pub limit_sessions: Option<u32>,
    /// Form.
    pub form: Form,
    /// Organised or attended.
    pub side: Side,
    /// With whom.
    pub counterpart: Counterpart,
    /// Called at short notice (đột xuất), so that the three days of notice do not apply.
    pub is_unexpected: bool,
    /// Sittings in order. A draft may have none yet.
    pub sittings: Vec<Sitting>,
    /// Rooms of the system.
    pub rooms: Vec<RoomRef>,
    /// Another place, as text.
    pub place: String,
    /// Sites that join online.
    pub sites: Vec<Site>,
    /// Chair, secretary and delegates, in that order.
    pub participants: Vec<Participant>,
    /// Guests from outside, in order.
    pub guests: Vec<Guest>,
    /// Agenda in order.
    pub agenda: Vec<AgendaItem>,
    /// How far it has come.
    pub state: State,
    /// When its opening was pressed, for those who may take it back and as long as they may.
    pub pressed: Option<DateTime<Utc>>,
    /// Changes since the invitations went out, newest first.
    pub changes: Vec<Change>,
    /// Whether the secretariat has typed changes that are not published yet. Always false for delegates.
    pub has_unpublished: bool,
    /// Whether invitations went out for it, so that people may have it in calendars of their own.
    pub was_invited: bool,
    /// Invited agencies that have named nobody yet and for which the caller may name who comes.
    pub to_name: Vec<AgencyRef>,
    /// The caller's own part.
    pub my_part: Option<Part>,
    /// How its record came about, and what of it the caller may take back.
    pub record: RecordState,
    /// What the caller may do now.
    pub may: Vec<Action>,
}

impl Meeting {
    /// Whether the caller may do this now.
    pub fn may(&self, action: Action) -> bool {
        self.may.contains(&action)
    }

    /// The chair, when one is named.
    pub fn chair(&self) -> Option<&PersonRef> {
        self.participants.iter().find(|p| p.part == Part::Chair).and_then(|p| p.person.as_ref())
    }

    /// Whether nothing has come of its opening: nobody is there, no site is connected, no item was begun.
    pub fn is_untouched(&self) -> bool {
        !self.participants.iter().any(|participant| participant.presence.is_present())
            && !self.guests.iter().any(|guest| guest.presence.is_present())
            && !self.sites.iter().any(|site| site.is_connected)
            && !self.agenda.iter().any(|item| item.began.is_some())
    }

    /// The meeting as it was before its opening, as far as that may be taken back: soon, and while nothing has come of it.
    pub fn taken_back(&self, now: DateTime<Utc>) -> Result<State, Refusal> {
        let pressed = self.pressed.filter(|_| self.is_untouched()).ok_or(Refusal::WrongState)?;
        self.state.clone().take_back(pressed, now)
    }

    /// All papers of the agenda.
    pub fn papers(&self) -> impl Iterator<Item = &crate::papers::Paper> {
        self.agenda.iter().flat_map(|item| &item.papers).filter_map(|line| match line {
            PaperLine::Paper(paper) => Some(paper),
            PaperLine::OnPaper { .. } => None,
        })
    }
}

/// An agency that joins online.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The agency.
    pub agency: AgencyRef,
    /// Whether it was really connected.
    pub is_connected: bool,
}

/// A person in a meeting, or an agency that names its own later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Identifier.
    pub id: ParticipantId,
    /// Part in the meeting.
    pub part: Part,
    /// The person; none while the agency has named nobody.
    pub person: Option<PersonRef>,
    /// The agency invited.
    pub agency: AgencyRef,
    /// Where they are.
    pub presence: Presence,
    /// How that is known.
    pub called_by: Option<CalledBy>,
    /// When they were added, if that was while the meeting was under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<DateTime<Utc>>,
}

/// A line of the agenda.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaItem {
    /// Identifier.
    pub id: AgendaItemId,
    /// Title.
    pub title: String,
    /// Planned minutes; 0 when not planned.
    pub minutes: u32,
    /// Who presents it, as text.
    pub presenter: String,
    /// Discussed at once, the report is not read out again (S3 II.4).
    pub is_discussion: bool,
    /// Papers and neutral lines; none for those who may not read papers.
    pub papers: Vec<PaperLine>,
    /// Papers that were withdrawn; none for those who do not manage papers.
    pub withdrawn: Vec<WithdrawnPaper>,
    /// When its discussion began.
    pub began: Option<DateTime<Utc>>,
    /// When it was done.
    pub done: Option<DateTime<Utc>>,
}

/// What saving gives back: where the draft is and the revision to send with the next edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The meeting.
    pub id: MeetingId,
    /// Its revision now.
    pub rev: i64,
}

/// Which open page typed something, and how far it had come: its saves may arrive twice or in another order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// The page, by a number it drew itself.
    pub page: uuid::Uuid,
    /// Grows whenever something is typed in it.
    pub turn: u64,
}

/// The most times that one person may send invitations or changes in an hour. A secretariat sends a few dozen on a busy
/// day. Each leaves a line in the audit trail that is never deleted.
pub const PUBLISHED_AN_HOUR_AT_MOST: u32 = 200;

/// Planning and running meetings.
///
/// Drafting saves whatever was typed, valid or not, so that nothing is lost. Publishing parses it, applies
/// the limits and the double-booking rules, and refuses with data. Refusals: `TooLong`, `NoRule`,
/// `RoomTaken`, `RoomNotOnLine`, `ChairTaken`, `InThePast`, `WrongState`, `ReasonNeeded`,
/// `OverrunReasonNeeded`, `ClosingTime`, `ClosesEarly`, `NotOverYet`, `TooLongAgo`, `PeriodSigned`, `NoSittingNow`; `Invalid` names every field at once; `Stale` when
/// the revision sent is not the newest.
#[async_trait]
pub trait Meetings: Send + Sync {
    /// What stands beside the form while it is typed: limit, conflicts, free slots, share and reduction. Writes nothing.
    /// `meeting` is the one being edited, whose own bookings are no conflict.
    async fn check(&self, caller: &Caller, meeting: Option<MeetingId>, input: MeetingInput)
    -> Outcome<Check>;
    /// Keeps what was typed. `None` makes a new draft; otherwise `rev` must be the newest.
    async fn save(
        &self,
        caller: &Caller,
        meeting: Option<(MeetingId, i64)>,
        input: MeetingInput,
    ) -> Outcome<Saved>;
    /// Keeps what a live page typed, as [`Meetings::save`] does. The saves of one page end in one draft with what was
    /// typed last, also when they are sent twice or overtake each other: a save older than what the page has kept
    /// changes nothing, and the page's own saves are not `Stale` to it.
    async fn keep(
        &self,
        caller: &Caller,
        meeting: Option<(MeetingId, i64)>,
        typing: Typing,
        input: MeetingInput,
    ) -> Outcome<Saved>;
    /// What was typed last: the draft, or the unpublished changes, or the meeting as published.
    async fn input(&self, caller: &Caller, meeting: MeetingId) -> Outcome<(MeetingInput, Saved, State)>;
    /// What those who are invited know of: the meeting as it was sent last, as a form shows it, whatever was typed since;
    /// nothing of a draft. For those who write it.
    async fn sent(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Option<MeetingInput>>;
    /// Publishes what was saved: a draft is scheduled, a scheduled meeting is changed, a postponed one gets its new date.
    /// A draft that is declared as held is entered as held at the hours of its sittings; over the limit is then recorded
    /// and not refused.
    async fn publish(&self, caller: &Caller, meeting: MeetingId, rev: i64) -> Outcome<Saved>;
    /// One meeting, opened: a listed person has seen its changes.
    async fn get(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Meeting>;
    /// One meeting for a page that stays open and asks by itself. Nobody may be looking at it, so nothing counts as seen.
    async fn follow(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Meeting>;
    /// Meetings of a filter, page by page. Without a counted filter, newest first; only those the caller may know of.
    async fn list(&self, caller: &Caller, filter: MeetingFilter) -> Outcome<Page<MeetingRow>>;
    /// A calendar window by agency, room or person.
    async fn calendar(&self, caller: &Caller, filter: CalendarFilter) -> Outcome<Calendar>;
    /// The caller's home: the next meeting, what waits, the days ahead.
    async fn today(&self, caller: &Caller) -> Outcome<Today>;
    /// Cancels or postpones, with a reason; drafts are dropped by cancelling.
    async fn call_off(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        postponed: bool,
        reason: &str,
    ) -> Outcome<()>;
    /// Who saved the form last, for those who write it.
    async fn last_saved(&self, caller: &Caller, meeting: MeetingId) -> Outcome<LastSaved>;
    /// Drops what was changed in the form since the meeting was sent. Refusals: `WrongState` of a draft, and when nothing was.
    async fn drop_changes(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()>;
    /// Opens the meeting now, where `duration::opening` allows it: on a day of one of its sittings, from three hours
    /// before the first of that day; or after its last day, as it was planned.
    async fn open(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()>;
    /// Takes back an opening that was a mistake: soon after it, as [`State::take_back`] says, and while nothing has come of
    /// it. Later the meeting is closed; `WrongState` says so.
    async fn take_back(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()>;
    /// Says which item is being discussed; `None` when the agenda is through.
    async fn discuss(&self, caller: &Caller, meeting: MeetingId, item: Option<AgendaItemId>) -> Outcome<()>;
    /// Closes the meeting, now or at the local time at which it really ended; past the planned end, or over the
    /// limit, needs a reason. Long before the planned end, as [`closes_early`] says, it is refused with `ClosesEarly`
    /// unless `is_sure`.
    async fn close(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        ended: Option<chrono::NaiveDateTime>,
        reason: &str,
        is_sure: bool,
    ) -> Outcome<()>;
}
