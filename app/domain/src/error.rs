//! Why an operation did not happen, typed and with its data. The words are made where they are shown.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Stage;
use crate::accounts::{Duty, Weakness};
use crate::ids::{HeldPaperId, IncidentId};
use crate::imports::ImportKind;
use crate::meetings::Holder;
use crate::time::Sitting;

/// The result of every operation.
pub type Outcome<T> = Result<T, Failure>;

/// Why an operation did not happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// A rule of the house forbids it, whoever asks.
    Refused(Refusal),
    /// What was typed cannot be understood; every field at once.
    Invalid(Vec<FieldProblem>),
    /// The person may not do this.
    Forbidden,
    /// There is no such thing, or it is not theirs to know of.
    NotFound,
    /// Nobody is signed in, or the session has ended.
    SignedOut,
    /// Somebody else changed it meanwhile.
    Stale,
    /// The service is busy or starting; trying again is right.
    Unavailable,
    /// Something broke; the cause is in the log under this number.
    Internal(IncidentId),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(refusal)
    }
}

/// A rule that stood in the way, with what would let it pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The meeting is longer than its kind allows on that date.
    TooLong {
        /// Name of the kind, Vietnamese.
        kind_vi: String,
        /// Name of the kind, English.
        kind_en: String,
        /// Length asked for, in sessions.
        sessions: u32,
        /// The limit, in sessions.
        limit: u32,
        /// The rule's source.
        source: String,
        /// What would fit.
        fits: Vec<Vec<Sitting>>,
    },
    /// The kind has no rule on the meeting's date, so it cannot be scheduled.
    NoRule,
    /// A room is held by another meeting.
    RoomTaken {
        /// The room.
        room: String,
        /// What the caller may know of the other meeting.
        by: Holder,
    },
    /// The caller has sent as many invitations and changes as one person may in an hour.
    PublishedTooOften {
        /// How many.
        at_most: u32,
    },
    /// This server carries no picture and sound.
    MediaOff,
    /// The agenda item holds papers, so it cannot be dropped.
    ItemHasPapers {
        /// How many.
        papers: u32,
    },
    /// The meeting is not open yet, so nobody can be marked as present and no site as connected.
    RollNotOpen,
    /// Only somebody who was added while the meeting is under way is taken off the roll, and only until they are called or
    /// have sat down in the call.
    NotToBeTakenOff,
    /// The room is no longer in use, so no new meeting may book it.
    RoomWithdrawn {
        /// The room.
        room: String,
    },
    /// A meeting that is not over holds the room, so it cannot be withdrawn.
    RoomInUse {
        /// The last date on which one holds it.
        until: chrono::NaiveDate,
    },
    /// The room belongs to an agency that is neither the meeting's agency nor above or below it.
    RoomNotOnLine {
        /// The room.
        room: String,
    },
    /// The chair is in another meeting.
    ChairTaken {
        /// The chair.
        chair: String,
        /// What the caller may know of the other meeting.
        by: Holder,
    },
    /// The first sitting has already begun.
    InThePast,
    /// The meeting has no sitting now, so it cannot be opened.
    NoSittingNow {
        /// When it has.
        sittings: Vec<Sitting>,
    },
    /// The meeting is in a state in which this cannot be done.
    WrongState,
    /// The meeting was held, cancelled or postponed, so this comes too late. Told only to those who may open it.
    MeetingOver {
        /// Which of the three.
        stage: Stage,
        /// Since when.
        at: DateTime<Utc>,
    },
    /// A reason is needed.
    ReasonNeeded,
    /// The meeting ran past its planned end, which needs a reason.
    OverrunReasonNeeded {
        /// The planned end, local.
        planned: NaiveDateTime,
    },
    /// The paper was taken out of its meeting; told only to those who could read it.
    Withdrawn,
    /// Classified papers are not kept here (S3 row 11).
    Classified,
    /// The text of the first page carries a classification marking.
    MarkedClassified {
        /// The level marked.
        level: crate::papers::Level,
    },
    /// The first page could not be read for a marking, or something on it may be one: the sender must declare that
    /// the paper holds no state secret.
    FirstPageUnread {
        /// Why.
        why: crate::papers::Unread,
        /// The paper's title.
        title: String,
        /// Where the file is kept for some minutes, so that the sender can declare without sending it again.
        kept: HeldPaperId,
    },
    /// The agenda item already has a paper with this content: the sender is asked whether it should be there twice.
    SamePaper {
        /// The title that the paper would have.
        name: String,
        /// The title of the paper that is there.
        title: String,
        /// Where the file is kept for some minutes, so that it need not be sent again.
        kept: HeldPaperId,
    },
    /// A paper was withdrawn too long ago to be put back.
    RestoredTooLate {
        /// How many minutes it could be.
        minutes: i64,
    },
    /// A file that waited for its declaration is no longer kept.
    NoLongerKept,
    /// The file is no PDF, whatever its name says.
    NotPdf {
        /// What it is.
        kind: crate::papers::FileKind,
    },
    /// The file is larger than the limit.
    TooLarge {
        /// The limit in mebibytes.
        limit_mib: u64,
    },
    /// The file is empty.
    EmptyFile,
    /// The file to import holds no rows that can be read.
    NotRows {
        /// Why.
        why: crate::imports::NotRows,
    },
    /// The disk of the server has only the space left that is reserved for the database.
    DiskFull,
    /// Another file is being imported.
    ImportUnderWay,
    /// What the file was checked against has changed again and again while it was prepared.
    ImportOvertaken,
    /// The caller has imported as many files as one person may in this time.
    ImportsTooOften {
        /// Minutes until the next one.
        minutes: u64,
    },
    /// There are as many as there may be.
    TooMany {
        /// The limit.
        at_most: u32,
    },
    /// Every seat of the meeting that may be taken at once is taken.
    MeetingFull {
        /// How many.
        at_most: u32,
    },
    /// As many meetings as may be are held by picture and sound at this moment.
    MeetingsFull {
        /// How many.
        at_most: u32,
    },
    /// The caller has as many drafts as one person may have.
    TooManyDrafts {
        /// How many.
        at_most: u32,
    },
    /// The agency has as many meetings on a day as it may have.
    DayFull {
        /// The day.
        date: NaiveDate,
        /// How many.
        at_most: u32,
    },
    /// The agency has as many meetings in a calendar year as it may have.
    YearFull {
        /// The year.
        year: i32,
        /// How many.
        at_most: u32,
    },
    /// The caller has seats in as many other meetings as one person may have.
    SeatsElsewhere {
        /// How many.
        at_most: u32,
    },
    /// The server's own line carries no more seats.
    ServerLineFull,
    /// User name or password do not fit.
    WrongCredentials,
    /// Too many failures; wait so many seconds.
    WaitBeforeSignIn {
        /// Seconds to wait.
        seconds: u64,
    },
    /// The one-time code is wrong or has been used.
    WrongCode,
    /// The code of the second factor is wrong, or was used before.
    WrongSecondCode,
    /// The caller must do something else first.
    DutyFirst {
        /// What the caller must do.
        duty: Duty,
    },
    /// The roll-call code has run out; the hall shows a new one.
    CodeExpired,
    /// The person is not on the list of this meeting.
    NotADelegate,
    /// The chair sent this seat out of the meeting; only the chair lets it in again.
    SentOut,
    /// Somebody sits there from another page; a rehearsal leaves them alone.
    SeatTaken,
    /// The caller may not share a screen without the floor; see
    /// [`may_share_screen`](crate::live::may_share_screen).
    ScreenNeedsFloor,
    /// The chair has ended the screen that was shared from this seat.
    ScreenEnded,
    /// There is already one with this code or name.
    AlreadyThere {
        /// The code or name.
        name: String,
    },
    /// A rule of the law may be added, never changed: it must begin after today and after the newest row
    /// of its kind.
    RuleInThePast,
    /// The meeting is being closed long before its planned end; closed all the same when the caller is sure.
    ClosesEarly {
        /// When it would be closed, local.
        closed: NaiveDateTime,
        /// The planned end, local.
        planned: NaiveDateTime,
    },
    /// The time at which the meeting is said to have begun is on none of its days, or in the future.
    OpeningTime {
        /// When the meeting has sittings.
        sittings: Vec<Sitting>,
    },
    /// The meeting is said to have been held and is not over yet.
    NotOverYet,
    /// The meeting was held too long ago to be entered.
    TooLongAgo {
        /// The first day that may be entered.
        from: NaiveDate,
    },
    /// The figures of the period that counts the meeting are signed.
    PeriodSigned,
    /// The close time lies before the opening or in the future.
    ClosingTime {
        /// When the meeting was opened, local.
        opened: NaiveDateTime,
    },
}

/// One field that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The name of the form's field, such as `title` or `sittings[0][to]`.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl FieldProblem {
    /// A problem of a field.
    pub fn new(field: impl Into<String>, problem: Problem) -> Self {
        Self { field: field.into(), problem }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Nothing was entered.
    Missing,
    /// Longer than this many bytes or characters; the excess is not reported.
    TooLong(u32),
    /// A text of more letters than it may have.
    TooManyLetters {
        /// How many it may have.
        at_most: u32,
        /// How many are too many.
        over: u32,
    },
    /// Holds what a user name may not hold.
    UserName {
        /// A user name that would do; empty when none could be made.
        proposal: String,
    },
    /// Shorter than so many characters.
    TooShort(u32),
    /// Not a date.
    NotADate,
    /// It is nobody yet: a name that nobody was chosen for, or a pasted list that was not added.
    Unplaced,
    /// A date of a day or a month that does not exist.
    NoSuchDay {
        /// The date as it was understood, `31/11/2026`.
        typed: String,
        /// The date that was probably meant.
        meant: NaiveDate,
    },
    /// This date has another day of the week than the one typed beside it.
    OtherWeekday(NaiveDate),
    /// A day that is worked in any case, so it is not worked in exchange for another.
    WorkedAnyway,
    /// Not a time of day.
    NotATime,
    /// This line is no short form with its meaning.
    NotAShortForm(String),
    /// Ends before it begins.
    EndsBeforeStart,
    /// Ends at 00:00, which is the beginning of a date.
    EndsAtMidnight,
    /// An evening that ends on the next date.
    PastMidnight,
    /// Overlaps another sitting of the same meeting.
    OverlapsOwn,
    /// Not a number of this range.
    NotInRange(i64, i64),
    /// Not one of the choices, or no longer there.
    Unknown,
    /// No agency has this code.
    NoSuchCode {
        /// A code that looks like it; empty when there is none.
        like: String,
    },
    /// A number that is not written in digits alone, such as `1.000` or `40 người`.
    WriteNumber(i64),
    /// No sitting, neither as programs nor as offices write it.
    NotASitting,
    /// A quotation mark opens a cell of a file, and nothing closes it where the cell ends.
    QuoteOpen,
    /// The whole row of a file stands in one cell.
    RowInOneCell,
    /// The header of a file lacks this column.
    ColumnMissing,
    /// No line of the file names its columns.
    NoHeader {
        /// What the file holds, which says the columns that it must have.
        kind: ImportKind,
    },
    /// More entries than so many.
    TooMany(u32),
    /// Already listed.
    Repeated,
    /// Does not match the other entry.
    Different,
    /// Lies outside what the person may change.
    NotYours,
    /// Is said to be over and has not ended yet.
    InTheFuture,
    /// A time that has not come yet.
    NotYet,
    /// On none of the meeting's days, or too long before it.
    NotItsDay,
    /// Before the meeting was opened, or after it was closed.
    OutsideMeeting,
    /// No rule allows such a kind on the date.
    NoRule,
    /// Longer than the kind allows on the date.
    OverLimit {
        /// Length, in sessions.
        sessions: u32,
        /// The limit, in sessions.
        limit: u32,
        /// The rule's source.
        source: String,
    },
    /// The agency has as many meetings on a day as it may have, counting those of the file.
    DayFull {
        /// The day.
        date: NaiveDate,
        /// How many.
        at_most: u32,
    },
    /// The agency has as many meetings in a calendar year as it may have, counting those of the file.
    YearFull {
        /// The year.
        year: i32,
        /// How many.
        at_most: u32,
    },
    /// The agency has as many people as it may have, counting those of the file.
    PeopleFull {
        /// How many.
        at_most: u32,
    },
    /// As many agencies as may be are below the agency above.
    BelowFull {
        /// How many.
        at_most: u32,
    },
    /// The agency, or one below it, is on a level that is too deep.
    TooDeep {
        /// How many levels there may be.
        at_most: u32,
    },
    /// People are invited to it here.
    PlannedHere,
    /// It was opened, closed or called off here.
    LedHere,
    /// A role that the person tries to give to themselves.
    OwnRole,
    /// The name, position or agency of the person themselves, which another administrator changes.
    OwnName,
    /// An administrator of an agency, without another role there, names themselves as its delegate.
    OwnSeat,
    /// A password that is easily guessed.
    Weak(Weakness),
    /// The same as before, where something new is needed.
    Unchanged,
    /// Not the password of the account.
    WrongPassword,
}

/// A row of an imported file that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// Line in the file, the header being line 1.
    pub line: u64,
    /// Column, as in the header; empty when the whole row is wrong.
    pub column: String,
    /// The value found.
    pub value: String,
    /// What is wrong with it.
    pub problem: Problem,
}
