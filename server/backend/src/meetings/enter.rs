//! A meeting that took place and is entered afterwards: it is held from the moment it is published, at the hours of its
//! sittings, and nobody is invited. Entering is called by publishing, which has permitted it; taking it back, so that the
//! meeting is a draft again, is an operation of its own.

use domain::access::{Action, Caller};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::MeetingId;
use domain::meetings::{MeetingInput, State, TEXT_AT_MOST, correctable, first_day_to_enter, may_enter};
use domain::rules::{KindRule, rule_on};
use domain::text::Paragraphs;
use domain::time::Zone;
use serde_json::json;

use super::booking::{self, Booking};
use super::conduct::locked;
use super::head::{Head, store_state};
use super::record::{self, HoursEntry, IS_PERIOD_SIGNED};
use super::rows::Rows;
use super::{draft, load, steps};
use crate::audit::{self, Entry};
use crate::counted::Counted;
use crate::db::{Tx, q};
use crate::stop::Done;
use crate::{Backend, access, search, stored};

/// The state in which the meeting is entered.
pub(super) fn state(backend: &Backend, caller: &Caller, before: State, rows: &Rows) -> Done<State> {
    let zone = backend.zone();
    may_enter(&rows.sittings, zone.local(caller.now), IS_PERIOD_SIGNED)?;
    let (Some(first), Some(last)) = (rows.sittings.first(), rows.sittings.last()) else {
        return Err(Failure::NotFound.into());
    };
    Ok(before.enter(zone.instant(first.start()), zone.instant(last.end()))?)
}

/// Refuses what cannot be entered: a kind without a rule on that date, and a day that is full. A room or a person that
/// was taken then is no reason: what happened is recorded.
pub(super) async fn refuse(tx: &mut Tx, booking: &Booking<'_>, rules: &[KindRule]) -> Done<()> {
    let rows = booking.rows;
    let first = rows.sittings.first().map(|sitting| sitting.date);
    first.and_then(|date| rule_on(rules, &rows.kind, date)).ok_or(Refusal::NoRule)?;
    booking::refuse_full_day(tx, booking).await
}

/// Writes what only such a meeting has.
pub(super) async fn store(
    tx: &mut Tx,
    caller: &Caller,
    id: MeetingId,
    state: &State,
    counted: &Counted,
) -> Done<()> {
    let State::Held { opened, .. } = state else { return Ok(()) };
    q("UPDATE meeting SET opened_at = $2, has_exceeded = $3, entered_at = $4, entered_by = $5, draft = '' \
       WHERE id = $1")
    .bind(id)
    .bind(*opened)
    .bind(counted.has_exceeded)
    .bind(caller.now)
    .bind(access::person(caller))
    .run(tx)
    .await?;
    Ok(())
}

/// Whether the caller, who may correct the record, may take the entry back: as a draft it must be theirs to compose, and
/// still one that can be entered.
pub(super) fn may_back_to_draft(caller: &Caller, head: &Head) -> Done<bool> {
    let first = head.first_date.as_deref().map(stored::date).transpose()?;
    let from = first_day_to_enter(Zone::VIETNAM.date(caller.now));
    Ok(head.entered()?.is_some()
        && head.may_compose_as_draft(caller)?
        && first.is_some_and(|first| first >= from)
        && correctable(IS_PERIOD_SIGNED).is_ok())
}

/// Takes back that the meeting was entered. Its roll, sites and papers stay; the hours of its agenda go, because the
/// sittings they lie in may change.
pub(super) async fn back_to_draft(
    backend: &Backend,
    caller: &Caller,
    id: MeetingId,
    reason: &str,
) -> Done<()> {
    let wrong = |problem| Failure::Invalid(vec![FieldProblem::new("draft_reason", problem)]);
    let mut tx = backend.begin_for(caller, id).await?;
    let head = locked(&mut tx, backend, caller, id, Action::CorrectMeeting).await?;
    if !head.may_compose_as_draft(caller)? {
        return Err(Failure::Forbidden.into());
    }
    // Any other held meeting was closed here, or imported.
    head.entered()?.ok_or(Refusal::WrongState)?;
    let State::Held { opened, closed, overrun_reason } = head.state()? else {
        return Err(Refusal::WrongState.into());
    };
    let next = head.state()?.back_to_draft()?;
    let sittings = load::Parts::load(&mut tx, id).await?.sittings;
    may_enter(&sittings, backend.zone().local(caller.now), IS_PERIOD_SIGNED)?;
    let reason: String = Paragraphs::parse_optional(reason, TEXT_AT_MOST).map_err(wrong)?.into();
    if reason.is_empty() {
        return Err(wrong(Problem::Missing).into());
    }
    let input = MeetingInput { held: "on".into(), ..draft::of_rows(&mut tx, id, &head).await? };
    let agenda = record::all_hours(&mut tx, backend, id, closed).await?;
    let before = HoursEntry { opened, closed, overrun_reason: &overrun_reason, agenda, reason: "" };

    store_state(&mut tx, id, &next).await?;
    clear(&mut tx, caller, id).await?;
    draft::keep_text(&mut tx, id, &input).await?;
    search::refresh(&mut tx, id).await?;
    let entry = Entry::new(Deed::MeetingsBackToDraft, &head.title)
        .of(head.agency_id()?)
        .about(id)
        .before(&before)?
        .after(&json!({ "state": next, "reason": reason }))?;
    audit::record(&mut tx, backend, caller, entry).await?;
    draft::refuse_more(&mut tx, caller, head.agency_id()?).await?;
    Ok(tx.commit().await?)
}

/// Clears what only a held meeting has. The draft counts as one of the person who made it one.
async fn clear(tx: &mut Tx, caller: &Caller, id: MeetingId) -> Done<()> {
    q("UPDATE meeting SET opened_at = NULL, closed_at = NULL, reason = '', current_item = NULL, \
       has_exceeded = FALSE, entered_at = NULL, entered_by = NULL, created_by = $2 WHERE id = $1")
    .bind(id)
    .bind(access::person(caller))
    .run(&mut *tx)
    .await?;
    q("UPDATE agenda_item SET began_at = NULL, done_at = NULL WHERE meeting_id = $1")
        .bind(id)
        .run(&mut *tx)
        .await?;
    steps::forget(tx, id).await
}
