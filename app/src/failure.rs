//! Why something did not happen: how it crosses the wire, the one place that sets the status, the one that finds the words.
//! Every refusal says what, which rule, and what would fit.

use chrono::{DateTime, Utc};
use domain::access::Stage;
use domain::accounts::{Duty, Weakness};
use domain::error::{Failure, FieldProblem, Problem as Wrong, Refusal};
use domain::ids::IncidentId;
use domain::imports::ImportKind;
use domain::meetings::Holder;
use domain::time::Zone;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

use crate::refused_paper::{first_page, instead_of, late, marking, not_pdf, same, unread};
use crate::text::keys::*;
use crate::text::{self, Text, t, tf};
use crate::ui::notice::{Notice, Tone};

/// A failure as server functions return it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallError(pub Failure);

impl From<Failure> for CallError {
    /// Where `?` ends in every server function, and so the one place that sets the answer's status.
    fn from(failure: Failure) -> Self {
        #[cfg(feature = "ssr")]
        set_status(&failure);
        Self(failure)
    }
}

impl From<Refusal> for CallError {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(refusal).into()
    }
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for CallError {}

impl FromServerFnError for CallError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // In the browser, an answer that cannot be read comes from a proxy whose program is being restarted.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "hydrate") => Failure::Unavailable.into(),
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => {
                Failure::Invalid(vec![FieldProblem::new("", Wrong::Unknown)]).into()
            }
            _ => Failure::Unavailable.into(),
        }
    }
}

/// The HTTP status of a failure.
#[cfg(feature = "ssr")]
pub fn status(failure: &Failure) -> http::StatusCode {
    use http::StatusCode;
    match failure {
        Failure::Refused(_) | Failure::Stale => StatusCode::CONFLICT,
        Failure::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Failure::Forbidden => StatusCode::FORBIDDEN,
        Failure::NotFound => StatusCode::NOT_FOUND,
        Failure::SignedOut => StatusCode::UNAUTHORIZED,
        Failure::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Failure::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A form posted without script is answered with a page, which sets its own status.
#[cfg(feature = "ssr")]
fn set_status(failure: &Failure) {
    if crate::form::is_plain() {
        crate::form::FormAnswer::fail(failure);
    } else if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(status(failure));
    }
}

/// A failure in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub body: String,
    /// What would fit, each on its own.
    pub fits: Vec<String>,
}

impl Described {
    fn new(title: impl Into<String>, body: impl Into<String>) -> Self {
        Self { title: title.into(), body: body.into(), fits: Vec::new() }
    }
}

/// The words of a failure.
pub fn describe(failure: &Failure) -> Described {
    match failure {
        Failure::Refused(refusal) => refused(refusal),
        Failure::Invalid(problems) => {
            let count = problems.len().max(1);
            Described::new(t(FAILURE_INVALID), tf(FAILURE_INVALID_BODY, &[("n", &count)]))
        }
        Failure::Forbidden => Described::new(t(FAILURE_FORBIDDEN), t(FAILURE_FORBIDDEN_BODY)),
        Failure::NotFound => Described::new(t(FAILURE_NOT_FOUND), t(FAILURE_NOT_FOUND_BODY)),
        Failure::SignedOut => Described::new(t(FAILURE_SIGNED_OUT), t(FAILURE_SIGNED_OUT_BODY)),
        Failure::Stale => Described::new(t(FAILURE_STALE), t(FAILURE_STALE_BODY)),
        Failure::Unavailable => Described::new(t(FAILURE_UNAVAILABLE), t(FAILURE_UNAVAILABLE_BODY)),
        Failure::Internal(IncidentId(number)) => {
            Described::new(t(FAILURE_INTERNAL), tf(FAILURE_INTERNAL_BODY, &[("number", &number.as_simple())]))
        }
    }
}

/// The words of a refusal. Without a wildcard, so that a new one does not compile until it has its own.
fn refused(refusal: &Refusal) -> Described {
    let plain = |title: Text, body: Text| Described::new(t(title), t(body));
    match refusal {
        Refusal::TooLong { .. } => too_long(refusal),
        Refusal::RoomTaken { room, by } => taken(tf(REFUSED_ROOM_TAKEN, &[("room", room)]), by),
        Refusal::ChairTaken { chair, by } => taken(tf(REFUSED_CHAIR_TAKEN, &[("chair", chair)]), by),
        Refusal::RoomNotOnLine { room } => {
            Described::new(tf(REFUSED_ROOM_NOT_ON_LINE, &[("room", room)]), t(REFUSED_ROOM_NOT_ON_LINE_BODY))
        }
        Refusal::PublishedTooOften { at_most } => Described::new(
            tf(REFUSED_PUBLISHED_TOO_OFTEN, &[("n", at_most)]),
            t(REFUSED_PUBLISHED_TOO_OFTEN_BODY),
        ),
        Refusal::MediaOff => Described::new(t(REFUSED_MEDIA_OFF), t(REFUSED_MEDIA_OFF_BODY)),
        Refusal::ItemHasPapers { papers } => {
            Described::new(tf(REFUSED_ITEM_HAS_PAPERS, &[("n", papers)]), t(REFUSED_ITEM_HAS_PAPERS_BODY))
        }
        Refusal::RollNotOpen => Described::new(t(REFUSED_ROLL_NOT_OPEN), t(REFUSED_ROLL_NOT_OPEN_BODY)),
        Refusal::NotToBeTakenOff => {
            Described::new(t(REFUSED_NOT_TO_BE_TAKEN_OFF), t(REFUSED_NOT_TO_BE_TAKEN_OFF_BODY))
        }
        Refusal::RoomWithdrawn { room } => {
            Described::new(tf(REFUSED_ROOM_WITHDRAWN, &[("room", room)]), t(REFUSED_ROOM_WITHDRAWN_BODY))
        }
        Refusal::RoomInUse { until } => Described::new(
            t(REFUSED_ROOM_IN_USE),
            tf(REFUSED_ROOM_IN_USE_BODY, &[("date", &text::date(*until))]),
        ),
        Refusal::ClosingTime { opened } => Described::new(
            t(REFUSED_CLOSING_TIME),
            tf(REFUSED_CLOSING_TIME_BODY, &[("opened", &text::moment(*opened))]),
        ),
        Refusal::ClosesEarly { closed, planned } => Described::new(
            t(REFUSED_CLOSES_EARLY),
            tf(
                REFUSED_CLOSES_EARLY_BODY,
                &[("closed", &text::moment(*closed)), ("planned", &text::moment(*planned))],
            ),
        ),
        Refusal::OpeningTime { sittings } => Described::new(
            t(REFUSED_OPENING_TIME),
            tf(REFUSED_OPENING_TIME_BODY, &[("when", &days(sittings)), ("n", &hours_early())]),
        ),
        Refusal::TooLongAgo { from } => Described::new(
            t(REFUSED_TOO_LONG_AGO),
            tf(REFUSED_TOO_LONG_AGO_BODY, &[("from", &text::date(*from))]),
        ),
        Refusal::NoSittingNow { sittings } => {
            let body = tf(REFUSED_NO_SITTING_NOW_BODY, &[("when", &days(sittings)), ("n", &hours_early())]);
            Described::new(t(REFUSED_NO_SITTING_NOW), body)
        }
        Refusal::OverrunReasonNeeded { planned } => Described::new(
            t(REFUSED_OVERRUN_REASON),
            tf(REFUSED_OVERRUN_REASON_BODY, &[("planned", &text::moment(*planned))]),
        ),
        Refusal::MarkedClassified { level } => Described::new(
            tf(REFUSED_MARKED_CLASSIFIED, &[("marking", &marking(*level))]),
            t(REFUSED_CLASSIFIED_BODY),
        ),
        Refusal::FirstPageUnread { why, title, .. } => Described::new(
            tf(first_page(*why), &[("title", title)]),
            format!("{} {}", unread(*why), t(REFUSED_FIRST_PAGE_UNREAD_BODY)),
        ),
        Refusal::SamePaper { name, title, .. } => {
            Described::new(same(name, title), t(REFUSED_SAME_PAPER_BODY))
        }
        Refusal::RestoredTooLate { minutes } => Described::new(late(*minutes), t(REFUSED_RESTORED_LATE_BODY)),
        Refusal::NoLongerKept => plain(REFUSED_NO_LONGER_KEPT, REFUSED_NO_LONGER_KEPT_BODY),
        Refusal::TooLarge { limit_mib } => {
            Described::new(t(REFUSED_TOO_LARGE), tf(REFUSED_TOO_LARGE_BODY, &[("limit", limit_mib)]))
        }
        Refusal::TooMany { at_most } => {
            Described::new(t(REFUSED_TOO_MANY), tf(REFUSED_TOO_MANY_BODY, &[("limit", at_most)]))
        }
        Refusal::MeetingFull { at_most } => {
            Described::new(t(REFUSED_MEETING_FULL), tf(REFUSED_MEETING_FULL_BODY, &[("limit", at_most)]))
        }
        Refusal::MeetingsFull { at_most } => {
            Described::new(t(REFUSED_MEETINGS_FULL), tf(REFUSED_MEETINGS_FULL_BODY, &[("limit", at_most)]))
        }
        Refusal::TooManyDrafts { at_most } => Described::new(
            tf(REFUSED_TOO_MANY_DRAFTS, &[("limit", at_most)]),
            t(REFUSED_TOO_MANY_DRAFTS_BODY),
        ),
        Refusal::DayFull { date, at_most } => Described::new(
            tf(REFUSED_DAY_FULL, &[("date", &text::date(*date)), ("limit", at_most)]),
            tf(REFUSED_DAY_FULL_BODY, &[("limit", at_most)]),
        ),
        Refusal::YearFull { year, at_most } => Described::new(
            tf(REFUSED_YEAR_FULL, &[("year", year), ("limit", at_most)]),
            tf(REFUSED_YEAR_FULL_BODY, &[("limit", at_most)]),
        ),
        Refusal::SeatsElsewhere { at_most } => Described::new(
            t(REFUSED_SEATS_ELSEWHERE),
            tf(REFUSED_SEATS_ELSEWHERE_BODY, &[("limit", at_most)]),
        ),
        Refusal::ServerLineFull => plain(REFUSED_SERVER_LINE_FULL, REFUSED_SERVER_LINE_FULL_BODY),
        Refusal::WaitBeforeSignIn { seconds } => {
            Described::new(t(REFUSED_WAIT), tf(REFUSED_WAIT_BODY, &[("seconds", seconds)]))
        }
        Refusal::AlreadyThere { name } => {
            Described::new(tf(REFUSED_ALREADY_THERE, &[("name", name)]), t(REFUSED_ALREADY_THERE_BODY))
        }
        Refusal::NoRule => plain(REFUSED_NO_RULE, REFUSED_NO_RULE_BODY),
        Refusal::NotOverYet => plain(REFUSED_NOT_OVER_YET, REFUSED_NOT_OVER_YET_BODY),
        Refusal::PeriodSigned => plain(REFUSED_PERIOD_SIGNED, REFUSED_PERIOD_SIGNED_BODY),
        Refusal::InThePast => plain(REFUSED_IN_THE_PAST, REFUSED_IN_THE_PAST_BODY),
        Refusal::WrongState => plain(REFUSED_WRONG_STATE, REFUSED_WRONG_STATE_BODY),
        Refusal::MeetingOver { stage, at } => over(*stage, *at),
        Refusal::ReasonNeeded => plain(REFUSED_REASON_NEEDED, REFUSED_REASON_NEEDED_BODY),
        Refusal::Withdrawn => plain(READER_GONE, READER_GONE_HINT),
        Refusal::Classified => plain(REFUSED_CLASSIFIED, REFUSED_CLASSIFIED_BODY),
        Refusal::NotPdf { kind } => plain(not_pdf(*kind), instead_of(*kind)),
        Refusal::NotRows { why } => {
            let (title, body) = crate::refused_rows::not_rows(*why);
            Described::new(title, body)
        }
        Refusal::EmptyFile => plain(REFUSED_EMPTY_FILE, REFUSED_EMPTY_FILE_BODY),
        Refusal::DiskFull => plain(REFUSED_DISK_FULL, REFUSED_DISK_FULL_BODY),
        Refusal::ImportUnderWay => plain(REFUSED_IMPORT_UNDER_WAY, REFUSED_IMPORT_UNDER_WAY_BODY),
        Refusal::ImportOvertaken => plain(REFUSED_IMPORT_OVERTAKEN, REFUSED_IMPORT_OVERTAKEN_BODY),
        Refusal::ImportsTooOften { minutes } => {
            Described::new(t(REFUSED_IMPORTS_OFTEN), tf(REFUSED_IMPORTS_OFTEN_BODY, &[("minutes", minutes)]))
        }
        Refusal::WrongCredentials => plain(REFUSED_WRONG_CREDENTIALS, REFUSED_WRONG_CREDENTIALS_BODY),
        Refusal::WrongSecondCode => plain(REFUSED_WRONG_SECOND_CODE, REFUSED_WRONG_SECOND_CODE_BODY),
        Refusal::DutyFirst { duty } => first(*duty),
        Refusal::WrongCode => plain(REFUSED_WRONG_CODE, REFUSED_WRONG_CODE_BODY),
        Refusal::CodeExpired => plain(REFUSED_CODE_EXPIRED, REFUSED_CODE_EXPIRED_BODY),
        Refusal::NotADelegate => plain(REFUSED_NOT_A_DELEGATE, REFUSED_NOT_A_DELEGATE_BODY),
        Refusal::SentOut => plain(REFUSED_SENT_OUT, REFUSED_SENT_OUT_BODY),
        Refusal::SeatTaken => plain(REFUSED_SEAT_TAKEN, REFUSED_SEAT_TAKEN_BODY),
        Refusal::ScreenNeedsFloor => plain(REFUSED_SCREEN_NEEDS_FLOOR, REFUSED_SCREEN_NEEDS_FLOOR_BODY),
        Refusal::ScreenEnded => plain(REFUSED_SCREEN_ENDED, REFUSED_SCREEN_ENDED_BODY),
        Refusal::RuleInThePast => plain(REFUSED_RULE_IN_THE_PAST, REFUSED_RULE_IN_THE_PAST_BODY),
    }
}

/// What comes too late for a meeting, and the way on.
fn over(stage: Stage, at: DateTime<Utc>) -> Described {
    let (title, body) = match stage {
        Stage::Cancelled => (REFUSED_CANCELLED, REFUSED_CANCELLED_BODY),
        Stage::Postponed => (REFUSED_POSTPONED, REFUSED_POSTPONED_BODY),
        Stage::Draft | Stage::Scheduled | Stage::UnderWay | Stage::Held => (REFUSED_HELD, REFUSED_HELD_BODY),
    };
    Described::new(t(title), tf(body, &[("when", &text::moment(Zone::VIETNAM.local(at)))]))
}

/// The columns that a file must have, by their headings in the reader's language.
fn needed_columns(kind: ImportKind) -> String {
    let needed = kind.each_column().filter(|(_, is_optional)| !is_optional);
    needed.map(|(column, _)| text::locale().pick(kind.heading(column), column)).collect::<Vec<_>>().join(", ")
}

/// The sittings of a meeting in one line.
fn days(sittings: &[domain::time::Sitting]) -> String {
    sittings.iter().map(text::sitting).collect::<Vec<_>>().join("; ")
}

/// How many hours before its first sitting of a day a meeting may be opened.
fn hours_early() -> i64 {
    domain::duration::OPENED_EARLY_AT_MOST.num_hours()
}

/// What the caller must do first.
fn first(duty: Duty) -> Described {
    let (title, body) = match duty {
        Duty::EnterCode => (REFUSED_CODE_FIRST, REFUSED_CODE_FIRST_BODY),
        Duty::ChangePassword => (REFUSED_PASSWORD_FIRST, REFUSED_PASSWORD_FIRST_BODY),
        Duty::SetUpSecondFactor => (REFUSED_SECOND_FACTOR_FIRST, REFUSED_SECOND_FACTOR_FIRST_BODY),
    };
    Described::new(t(title), t(body))
}

/// The page on which a duty is fulfilled.
pub const fn page_of(duty: Duty) -> &'static str {
    match duty {
        Duty::EnterCode => "/sign-in/code",
        Duty::ChangePassword => "/account/password",
        Duty::SetUpSecondFactor => "/account/second-factor",
    }
}

fn taken(title: String, by: &Holder) -> Described {
    let body = match by {
        Holder::Meeting(meeting) => {
            tf(REFUSED_TAKEN_BODY, &[("by", &meeting.title), ("when", &text::sitting(&meeting.sitting))])
        }
        Holder::Hours(_) | Holder::HalfDay(_) => {
            tf(REFUSED_TAKEN_UNKNOWN_BODY, &[("busy", &crate::words::busy(by))])
        }
    };
    Described::new(title, body)
}

fn too_long(refusal: &Refusal) -> Described {
    let Refusal::TooLong { kind_vi, kind_en, sessions, limit, source, fits } = refusal else {
        return Described::default();
    };
    Described {
        title: tf(
            REFUSED_TOO_LONG,
            &[("kind", &text::either(kind_vi, kind_en)), ("limit", &text::sessions(*limit))],
        ),
        body: tf(
            REFUSED_TOO_LONG_BODY,
            &[("sessions", &text::sessions(*sessions)), ("days", &text::days(*limit)), ("source", source)],
        ),
        fits: fits
            .iter()
            .map(|sittings| sittings.iter().map(text::sitting).collect::<Vec<_>>().join("; "))
            .collect(),
    }
}

/// What is wrong with one field, in words.
pub fn describe_problem(problem: &Wrong) -> String {
    match problem {
        Wrong::Missing => t(PROBLEM_MISSING).to_owned(),
        Wrong::TooLong(most) => tf(PROBLEM_TOO_LONG, &[("n", most)]),
        Wrong::TooManyLetters { at_most, over } => {
            tf(PROBLEM_TOO_MANY_LETTERS, &[("n", at_most), ("over", over)])
        }
        Wrong::UserName { proposal } if proposal.is_empty() => t(PROBLEM_USER_NAME).to_owned(),
        Wrong::UserName { proposal } => tf(PROBLEM_USER_NAME_PROPOSED, &[("proposal", proposal)]),
        Wrong::TooShort(least) => tf(PROBLEM_TOO_SHORT, &[("n", least)]),
        Wrong::NotADate => t(PROBLEM_NOT_A_DATE).to_owned(),
        Wrong::Unplaced => t(PROBLEM_UNPLACED).to_owned(),
        Wrong::NoSuchDay { typed, meant } => {
            tf(PROBLEM_NO_SUCH_DAY, &[("typed", typed), ("meant", &text::typed(*meant))])
        }
        Wrong::OtherWeekday(date) => {
            tf(PROBLEM_OTHER_WEEKDAY, &[("date", &text::typed(*date)), ("weekday", &text::weekday(*date))])
        }
        Wrong::WorkedAnyway => t(PROBLEM_WORKED_ANYWAY).to_owned(),
        Wrong::NotATime => t(PROBLEM_NOT_A_TIME).to_owned(),
        Wrong::NotAShortForm(line) => tf(PROBLEM_NOT_A_SHORT_FORM, &[("line", line)]),
        Wrong::EndsBeforeStart => t(PROBLEM_ENDS_BEFORE_START).to_owned(),
        Wrong::EndsAtMidnight => t(PROBLEM_ENDS_AT_MIDNIGHT).to_owned(),
        Wrong::PastMidnight => t(PROBLEM_PAST_MIDNIGHT).to_owned(),
        Wrong::OverlapsOwn => t(PROBLEM_OVERLAPS_OWN).to_owned(),
        Wrong::NotInRange(least, most) => tf(PROBLEM_NOT_IN_RANGE, &[("least", least), ("most", most)]),
        Wrong::Unknown => t(PROBLEM_UNKNOWN).to_owned(),
        Wrong::NoSuchCode { like } if like.is_empty() => t(PROBLEM_NO_SUCH_CODE).to_owned(),
        Wrong::NoSuchCode { like } => tf(PROBLEM_NO_SUCH_CODE_LIKE, &[("like", like)]),
        Wrong::WriteNumber(number) => tf(PROBLEM_WRITE_NUMBER, &[("n", number)]),
        Wrong::NotASitting => t(PROBLEM_NOT_A_SITTING).to_owned(),
        Wrong::QuoteOpen => t(PROBLEM_QUOTE_OPEN).to_owned(),
        Wrong::RowInOneCell => t(PROBLEM_ROW_IN_ONE_CELL).to_owned(),
        Wrong::ColumnMissing => t(PROBLEM_COLUMN_MISSING).to_owned(),
        Wrong::NoHeader { kind } => tf(PROBLEM_NO_HEADER, &[("columns", &needed_columns(*kind))]),
        Wrong::TooMany(most) => tf(PROBLEM_TOO_MANY, &[("n", most)]),
        Wrong::Repeated => t(PROBLEM_REPEATED).to_owned(),
        Wrong::Different => t(PROBLEM_DIFFERENT).to_owned(),
        Wrong::NotYours => t(PROBLEM_NOT_YOURS).to_owned(),
        Wrong::InTheFuture => t(PROBLEM_IN_THE_FUTURE).to_owned(),
        Wrong::NotYet => t(PROBLEM_NOT_YET).to_owned(),
        Wrong::NotItsDay => t(PROBLEM_NOT_ITS_DAY).to_owned(),
        Wrong::OutsideMeeting => t(PROBLEM_OUTSIDE_MEETING).to_owned(),
        Wrong::NoRule => t(REFUSED_NO_RULE).to_owned(),
        Wrong::OverLimit { sessions, limit, source } => tf(
            PROBLEM_OVER_LIMIT,
            &[
                ("sessions", &text::sessions(*sessions)),
                ("limit", &text::sessions(*limit)),
                ("source", source),
            ],
        ),
        Wrong::DayFull { date, at_most } => {
            tf(PROBLEM_DAY_FULL, &[("date", &text::date(*date)), ("n", at_most)])
        }
        Wrong::YearFull { year, at_most } => tf(PROBLEM_YEAR_FULL, &[("year", year), ("n", at_most)]),
        Wrong::PeopleFull { at_most } => tf(PROBLEM_PEOPLE_FULL, &[("n", at_most)]),
        Wrong::BelowFull { at_most } => tf(PROBLEM_BELOW_FULL, &[("n", at_most)]),
        Wrong::TooDeep { at_most } => tf(PROBLEM_TOO_DEEP, &[("n", at_most)]),
        Wrong::PlannedHere => t(PROBLEM_PLANNED_HERE).to_owned(),
        Wrong::LedHere => t(PROBLEM_LED_HERE).to_owned(),
        Wrong::OwnRole => t(PROBLEM_OWN_ROLE).to_owned(),
        Wrong::OwnName => t(PROBLEM_OWN_NAME).to_owned(),
        Wrong::OwnSeat => t(PROBLEM_OWN_SEAT).to_owned(),
        Wrong::Weak(weakness) => format!("{} {}", t(weak(*weakness)), t(PROBLEM_WEAK_BETTER)),
        Wrong::Unchanged => t(PROBLEM_UNCHANGED).to_owned(),
        Wrong::WrongPassword => t(PROBLEM_WRONG_PASSWORD).to_owned(),
    }
}

/// Why a password is easily guessed.
const fn weak(weakness: Weakness) -> Text {
    match weakness {
        Weakness::Common => PROBLEM_WEAK_COMMON,
        Weakness::LikeCommon => PROBLEM_WEAK_LIKE_COMMON,
        Weakness::Keys => PROBLEM_WEAK_KEYS,
        Weakness::Repeats => PROBLEM_WEAK_REPEATS,
        Weakness::Sequence => PROBLEM_WEAK_SEQUENCE,
        Weakness::Date => PROBLEM_WEAK_DATE,
        Weakness::Word => PROBLEM_WEAK_WORD,
        Weakness::Name => PROBLEM_WEAK_NAME,
        Weakness::Own => PROBLEM_WEAK_OWN,
        Weakness::Guessable => PROBLEM_WEAK_GUESSABLE,
    }
}

/// The first problem of a field of this name, in words: what [`crate::ui::field::Field`] takes as its `error`.
pub fn field_error(failure: Option<&Failure>, name: &str) -> Option<String> {
    match failure {
        Some(Failure::Invalid(problems)) => problems
            .iter()
            .find(|problem| problem.field == name)
            .map(|found| describe_problem(&found.problem)),
        Some(Failure::Refused(refusal)) if field_of(refusal) == Some(name) => {
            let Described { title, body, .. } = refused(refusal);
            Some(format!("{title}. {body}"))
        }
        _ => None,
    }
}

/// The field that a refusal asks to be filled or changed, where it is one.
fn field_of(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::ReasonNeeded | Refusal::OverrunReasonNeeded { .. } => Some("reason"),
        Refusal::ClosingTime { .. } => Some("ended"),
        Refusal::OpeningTime { .. } => Some("began"),
        Refusal::WrongSecondCode => Some("second_code"),
        _ => None,
    }
}

/// A failure as a notice, with the way on where there is one.
#[component]
pub fn Problem(
    /// What happened.
    failure: Failure,
) -> impl IntoView {
    let Described { title, body, fits } = describe(&failure);
    let tone = match failure {
        Failure::Stale | Failure::Unavailable | Failure::SignedOut => Tone::Risk,
        // Nothing is wrong with a meeting that is over.
        Failure::Refused(Refusal::MeetingOver { .. }) => Tone::Plain,
        _ => Tone::Missed,
    };
    let fits = (!fits.is_empty())
        .then(|| view! { <ul>{fits.into_iter().map(|fit| view! { <li>{fit}</li> }).collect_view()}</ul> });
    let way_on = match &failure {
        Failure::SignedOut => Some(sign_in_beside().into_any()),
        Failure::Refused(Refusal::DutyFirst { duty }) => Some(go_first(*duty).into_any()),
        _ => None,
    };
    view! {
        <Notice tone title=title alert=true>
            {body}
            {fits}
            {way_on.map(|way| view! { <p class="notice__acts">{way}</p> })}
        </Notice>
    }
}

/// A link to what the caller must do first. The page is loaded from the server, because the server redirects
/// there.
fn go_first(duty: Duty) -> impl IntoView {
    view! { <a class="btn btn--secondary" href=page_of(duty) rel="external">{t(FAILURE_GO_ON)}</a> }
}

/// Signing in again beside this page, which keeps what was typed into it. Whoever has signed in is sent back here, and
/// not to a second page of the same form.
fn sign_in_beside() -> impl IntoView {
    view! { <a class="btn btn--secondary" href="/sign-in?next=%2Fsign-in%2Fdone" target="_blank">{t(SIGN_IN)}</a> }
}

#[cfg(all(test, not(feature = "hydrate")))]
mod tests;
