//! The record of a meeting put right: a step of the agenda or the closing taken back, the hours of a held meeting
//! corrected. What may be corrected is the domain's; here it is permitted, stored and remembered.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use domain::access::{Action, Caller, Stage};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::MeetingId;
use domain::meetings::{
    Correction, CorrectionInput, ItemTimes, MeetingInput, RecordState, Recorded, State, correctable,
    may_enter,
};
use domain::time::{Hours, Sitting};
use serde::Serialize;

use super::booking::{self, Booking};
use super::conduct::{HeldCheck, clean_reason, item_title, locked, step};
use super::head::Head;
use super::rows::{Known, Rows};
use super::{corrections, draft, enter, load, steps};
use crate::audit::{self, Entry};
use crate::counted::{self, derived};
use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::stored::minute_of;
use crate::{Backend, agencies, bounds, rules, stored};

/// Whether the figures of the period that counts a meeting are signed. Reports are not signed in the program yet.
pub(super) const IS_PERIOD_SIGNED: bool = false;

/// How the record of a meeting came about, and what the caller may take back.
pub(super) async fn state(
    mut on: impl Source,
    caller: &Caller,
    id: MeetingId,
    head: &Head,
    (stage, may): (Stage, &[Action]),
) -> Done<RecordState> {
    let conducts = stage == Stage::UnderWay && may.contains(&Action::ConductMeeting);
    let is_to_enter = stage == Stage::Draft
        && !head.draft.is_empty()
        && stored::json::<MeetingInput>(&head.draft)?.held == "on";
    let corrections = match stage {
        Stage::Held => corrections::load(&mut on, caller, id, head, may).await?,
        _ => Vec::new(),
    };
    let reopened = match stage {
        Stage::Held | Stage::UnderWay => corrections::reopened(&mut on, caller, id, head, may).await?,
        _ => Vec::new(),
    };
    Ok(RecordState {
        entered: head.entered()?,
        corrections,
        reopened,
        is_to_enter,
        may_undo_step: conducts && steps::newest(on, id).await?.is_some(),
        may_reopen: may.contains(&Action::CorrectMeeting)
            && head.invited()?.is_some()
            && correctable(IS_PERIOD_SIGNED).is_ok(),
        may_back_to_draft: may.contains(&Action::CorrectMeeting) && enter::may_back_to_draft(caller, head)?,
    })
}

/// Takes the last step of the agenda back.
pub(super) async fn undo_step(backend: &Backend, caller: &Caller, id: MeetingId) -> Done<()> {
    let mut tx = backend.begin_for(caller, id).await?;
    let head = locked(&mut tx, backend, caller, id, Action::ConductMeeting).await?;
    let newest = steps::newest(&mut tx, id).await?;
    let Some(newest) = newest.filter(|_| matches!(head.state(), Ok(State::UnderWay { .. }))) else {
        return Err(Refusal::WrongState.into());
    };
    steps::undo(&mut tx, id, &newest).await?;
    let (before, after) = (
        item_title(&mut tx, newest.to_item.as_deref()).await?,
        item_title(&mut tx, newest.from_item.as_deref()).await?,
    );
    let entry = Entry::new(Deed::MeetingsUndoStep, &head.title)
        .of(head.agency_id()?)
        .about(id)
        .before(&before)?
        .after(&after)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    Ok(tx.commit().await?)
}

/// Takes the closing back.
pub(super) async fn reopen(backend: &Backend, caller: &Caller, id: MeetingId) -> Done<()> {
    let mut tx = backend.begin_for(caller, id).await?;
    let head = locked(&mut tx, backend, caller, id, Action::CorrectMeeting).await?;
    correctable(IS_PERIOD_SIGNED)?;
    // An imported meeting, and one entered afterwards, was never closed here.
    let invited = head.invited()?.ok_or(Refusal::WrongState)?;
    let next = head.state()?.reopen(invited)?;
    refuse_taken_since(&mut tx, backend, caller, (id, &head)).await?;
    q("UPDATE meeting SET closed_at = NULL, reason = '', has_exceeded = FALSE WHERE id = $1")
        .bind(id)
        .run(&mut tx)
        .await?;
    // Closing ended the item under discussion, as the last step.
    if let Some(closing) = steps::newest(&mut tx, id).await?.filter(|newest| newest.is_closing) {
        steps::undo(&mut tx, id, &closing).await?;
    }
    step(&mut tx, backend, caller, (id, &head), Deed::MeetingsReopen, &next).await?;
    Ok(tx.commit().await?)
}

/// Refuses when, since the closing, another meeting has taken a room or the chair for the time that is left.
async fn refuse_taken_since(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (id, head): (MeetingId, &Head),
) -> Done<()> {
    let input = draft::of_rows(&mut *tx, id, head).await?;
    let mut rows = Rows::of_input(&input, head.agency_id()?, backend.zone().date(caller.now));
    let now = backend.zone().local(caller.now);
    rows.sittings.retain(|sitting| sitting.end() > now);
    let Some(chair) = rows.chair().filter(|_| !rows.sittings.is_empty()) else { return Ok(()) };
    let known = Known::load(&mut *tx, &rows).await?;
    booking::lock(tx, &rows.rooms, chair).await?;
    let booking = Booking { caller, meeting: id, rows: &rows, known: &known, hours: &Hours::default() };
    booking::refuse_taken(tx, &booking).await
}

/// What the trail says of the hours before or after a correction.
#[derive(Serialize)]
pub(super) struct HoursEntry<'a> {
    pub(super) opened: DateTime<Utc>,
    pub(super) closed: DateTime<Utc>,
    pub(super) overrun_reason: &'a str,
    /// The items whose times differ, each with its hours.
    pub(super) agenda: Vec<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) reason: &'a str,
}

/// An item of the agenda with its recorded times, local.
struct ItemRow {
    title: String,
    item: ItemTimes,
}

/// Corrects the hours of a held meeting.
pub(super) async fn correct(
    backend: &Backend,
    caller: &Caller,
    id: MeetingId,
    input: CorrectionInput,
) -> Done<()> {
    let zone = backend.zone();
    let now = zone.local(caller.now);
    let mut tx = backend.begin_for(caller, id).await?;
    let head = locked(&mut tx, backend, caller, id, Action::CorrectMeeting).await?;
    correctable(IS_PERIOD_SIGNED)?;
    let State::Held { opened, closed, overrun_reason } = head.state()? else {
        return Err(Refusal::WrongState.into());
    };
    let items = items(&mut tx, backend, id, zone.local(closed)).await?;
    let recorded = Recorded {
        opened: zone.local(opened),
        closed: zone.local(closed),
        items: items.iter().map(|row| row.item).collect(),
    };
    let planned = load::Parts::load(&mut tx, id).await?.sittings;
    // The only sitting of a meeting entered afterwards is no plan: it was written from its hours, and follows them.
    let follows = head.entered()?.is_some() && planned.len() == 1;
    let correction =
        input.parse(&recorded, (!follows).then_some(planned.as_slice()), now).map_err(Failure::Invalid)?;
    let sittings = if follows { vec![sitting_of(&correction, now)?] } else { planned };
    store_items(&mut tx, backend, id, &correction).await?;
    let check = HeldCheck::of(&mut tx, backend, id, &head, (&sittings, correction.opened, correction.closed));
    let check = check.await?;
    let is_over = check.overrun.is_some() || (check.has_exceeded && !follows);
    if is_over && correction.overrun_reason.is_empty() {
        return Err(Failure::Invalid(vec![FieldProblem::new("overrun_reason", Problem::Missing)]).into());
    }
    // What was typed is kept; a reason that the hours no longer need goes with them.
    let reason = clean_reason(&correction.overrun_reason)?;
    let why = if is_over || reason != overrun_reason { reason } else { String::new() };
    let (begins, ends) = (zone.instant(correction.opened), zone.instant(correction.closed));
    q("UPDATE meeting SET opened_at = $2, closed_at = $3, reason = $4 WHERE id = $1")
        .bind(id)
        .bind(begins)
        .bind(ends)
        .bind(&why)
        .run(&mut tx)
        .await?;
    check.store(&mut tx, id, &head).await?;
    if follows {
        move_sitting(&mut tx, id, &head, &sittings).await?;
    }
    let (were, are) = changed_items(&items, &correction);
    let before = HoursEntry { opened, closed, overrun_reason: &overrun_reason, agenda: were, reason: "" };
    let after = HoursEntry {
        opened: begins,
        closed: ends,
        overrun_reason: &why,
        agenda: are,
        reason: &correction.reason,
    };
    let entry = Entry::new(Deed::MeetingsCorrect, &head.title)
        .of(head.agency_id()?)
        .about(id)
        .before(&before)?
        .after(&after)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    Ok(tx.commit().await?)
}

/// The agenda with the recorded times. An item that nobody ended was under discussion until the closing.
async fn items(
    on: impl Source,
    backend: &Backend,
    id: MeetingId,
    closed: NaiveDateTime,
) -> Done<Vec<ItemRow>> {
    let rows: Vec<(String, String, Option<i64>, Option<i64>)> =
        q("SELECT id, title, began_at, done_at FROM agenda_item WHERE meeting_id = $1 ORDER BY position")
            .bind(id)
            .all(on)
            .await?;
    let local =
        |at| Ok::<_, crate::stop::Stop>(stored::optional_instant(at)?.map(|at| backend.zone().local(at)));
    let mut items = Vec::with_capacity(rows.len());
    for (item, title, began, done) in rows {
        let done = local(done)?.unwrap_or(closed);
        let times = local(began)?.map(|began| (began, done));
        items.push(ItemRow { title, item: ItemTimes { id: stored::id(&item)?, times } });
    }
    Ok(items)
}

/// Every item that was begun, with its hours, as the trail tells them.
pub(super) async fn all_hours(
    on: impl Source,
    backend: &Backend,
    id: MeetingId,
    closed: DateTime<Utc>,
) -> Done<Vec<String>> {
    let items = items(on, backend, id, backend.zone().local(closed)).await?;
    Ok(items.iter().filter_map(|row| item_hours(&row.title, &row.item)).collect())
}

/// The sitting that a meeting entered afterwards had, by its corrected hours.
fn sitting_of(correction: &Correction, now: NaiveDateTime) -> Done<Sitting> {
    let (opened, closed) = (correction.opened, correction.closed);
    let sitting = Sitting::between(opened, closed)
        .ok_or_else(|| Failure::Invalid(vec![FieldProblem::new("closed", Problem::NotItsDay)]))?;
    may_enter(&[sitting], now, IS_PERIOD_SIGNED)?;
    Ok(sitting)
}

async fn store_items(tx: &mut Tx, backend: &Backend, id: MeetingId, correction: &Correction) -> Done<()> {
    let zone = backend.zone();
    for item in &correction.items {
        let (began, done) = item.times.unzip();
        let written =
            q("UPDATE agenda_item SET began_at = $3, done_at = $4 WHERE id = $1 AND meeting_id = $2")
                .bind(item.id)
                .bind(id)
                .bind(began.map(|at| zone.instant(at).timestamp_millis()))
                .bind(done.map(|at| zone.instant(at).timestamp_millis()))
                .run(&mut *tx)
                .await?;
        if written == 0 {
            return Err(Failure::NotFound.into());
        }
    }
    steps::forget(tx, id).await
}

/// Writes the sitting of a meeting that was entered afterwards, and what counting reads of its date.
async fn move_sitting(tx: &mut Tx, id: MeetingId, head: &Head, sittings: &[Sitting]) -> Done<()> {
    let rules = rules::all(&mut *tx).await?;
    let hours = agencies::hours(&mut *tx, head.agency_id()?).await?;
    let counted = derived(sittings, sittings, 0, &head.kind, &rules, &hours);
    booking::refuse_full_days(tx, (head.agency_id()?, id), sittings).await?;
    for sitting in sittings {
        q("UPDATE sitting SET date = $2, from_minute = $3, to_minute = $4 WHERE meeting_id = $1")
            .bind(id)
            .bind(sitting.date)
            .bind(minute_of(sitting.from))
            .bind(minute_of(sitting.to))
            .run(&mut *tx)
            .await?;
    }
    q("UPDATE meeting SET scope = $2, first_date = $3, last_date = $4, month_civil = $5, month_report = $6, \
       has_exceeded = $7 WHERE id = $1")
    .bind(id)
    .bind(counted.scope.code())
    .bind(counted.first_date)
    .bind(counted.last_date)
    .bind(counted.month_civil)
    .bind(counted.month_report)
    .bind(counted.has_exceeded)
    .run(&mut *tx)
    .await?;
    counted::keep_connection(tx, id).await?;
    let year = counted.first_date.map(|first| first.year());
    let before = head.first_date.as_deref().map(stored::date).transpose()?.map(|first| first.year());
    match year.filter(|_| year != before) {
        Some(year) => bounds::refuse_full_year(tx, (head.agency_id()?, year)).await,
        None => Ok(()),
    }
}

/// The items whose times differ, as they were and as they are.
fn changed_items(items: &[ItemRow], correction: &Correction) -> (Vec<String>, Vec<String>) {
    let (mut were, mut are) = (Vec::new(), Vec::new());
    for now in &correction.items {
        let Some(row) = items.iter().find(|row| row.item.id == now.id) else { continue };
        if row.item.times != now.times {
            were.extend(item_hours(&row.title, &row.item));
            are.extend(item_hours(&row.title, now));
        }
    }
    (were, are)
}

/// An item with its hours, as the trail tells them.
fn item_hours(title: &str, item: &ItemTimes) -> Option<String> {
    let (began, done) = item.times?;
    Some(format!("{title}: {}–{}", began.format("%H:%M"), done.format("%H:%M")))
}
