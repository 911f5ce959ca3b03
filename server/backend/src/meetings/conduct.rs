//! Running a meeting: opened, discussed item by item, closed at the time it really ended, or called off before. The
//! steps themselves are the domain's; here they are permitted, stored and remembered.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::access::{Action, Caller};
use domain::audit::Deed;
use domain::duration::{self, is_within, opening};
use domain::error::{Failure, FieldProblem, Refusal};
use domain::ids::{AgendaItemId, MeetingId};
use domain::meetings::{State, TEXT_AT_MOST, began_before, closes_early};
use domain::text::Paragraphs;
use domain::time::Sitting;

use super::head::{Head, store_state};
use super::steps::{self, ItemBefore};
use super::{draft_trail, load, pages, publish};
use crate::audit::{self, Entry};
use crate::db::{Tx, q};
use crate::stop::Done;
use crate::{Backend, agencies, counted, live, search, stored};

/// A locked meeting on which the caller may do this.
pub(super) async fn locked(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    id: MeetingId,
    action: Action,
) -> Done<Head> {
    let head = Head::lock(tx, caller, id, backend.zone().date(caller.now)).await?;
    head.permit(caller, action)?;
    Ok(head)
}

/// Keeps a step from one state to the next, and its line in the trail.
pub(super) async fn step(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (id, head): (MeetingId, &Head),
    what: Deed,
    next: &State,
) -> Done<()> {
    store_state(tx, id, next).await?;
    let entry =
        Entry::new(what, &head.title).of(head.agency_id()?).about(id).before(&head.state()?)?.after(next)?;
    audit::record(tx, backend, caller, entry).await
}

/// A reason, of one line or several.
pub(super) fn clean_reason(reason: &str) -> Done<String> {
    let reason = Paragraphs::parse_optional(reason, TEXT_AT_MOST);
    Ok(reason.map_err(|problem| Failure::Invalid(vec![FieldProblem::new("reason", problem)]))?.into())
}

/// Opens the meeting now, or at the local time at which it really began; one whose days are over as it was planned.
pub(super) async fn open(
    backend: &Backend,
    caller: &Caller,
    id: MeetingId,
    began: Option<NaiveDateTime>,
) -> Done<()> {
    let mut tx = backend.begin_for(caller, id).await?;
    let head = locked(&mut tx, backend, caller, id, Action::ConductMeeting).await?;
    let sittings = load::Parts::load(&mut tx, id).await?.sittings;
    let now = backend.zone().local(caller.now);
    let opened = match began {
        None => opening(&sittings, now),
        Some(began) => Some(began_before(&sittings, began, now)?),
    };
    let opened = opened.map(|local| backend.zone().instant(local));
    let next = head.state()?.open(opened.unwrap_or(caller.now))?;
    if opened.is_none() {
        return Err(Refusal::NoSittingNow { sittings }.into());
    }
    step(&mut tx, backend, caller, (id, &head), Deed::MeetingsOpen, &next).await?;
    live::mark_all_seated(&mut tx, backend, caller, id).await?;
    Ok(tx.commit().await?)
}

/// Takes the opening back. What was typed and not sent before it waits as it did, so only the opening goes.
pub(super) async fn take_back(backend: &Backend, caller: &Caller, id: MeetingId) -> Done<()> {
    let mut tx = backend.begin_for(caller, id).await?;
    let head = locked(&mut tx, backend, caller, id, Action::ConductMeeting).await?;
    let (before, agency, title) = (head.state()?, head.agency_id()?, head.title.clone());
    let (meeting, _) = load::whole(&mut tx, caller, id, head).await?;
    let next = meeting.taken_back(caller.now)?;
    q("UPDATE meeting SET stage = $2, opened_at = NULL WHERE id = $1")
        .bind(id)
        .bind(next.stage().code())
        .run(&mut tx)
        .await?;
    let entry = Entry::new(Deed::MeetingsTakeBack, &title).of(agency).about(id);
    audit::record(&mut tx, backend, caller, entry.before(&before)?.after(&next)?).await?;
    Ok(tx.commit().await?)
}

/// Says which item is being discussed; the one before it is done.
pub(super) async fn discuss(
    backend: &Backend,
    caller: &Caller,
    id: MeetingId,
    item: Option<AgendaItemId>,
) -> Done<()> {
    let mut tx = backend.begin_for(caller, id).await?;
    let head = locked(&mut tx, backend, caller, id, Action::ConductMeeting).await?;
    let state = head.state()?;
    if !matches!(state, State::UnderWay { .. }) {
        return Err(state.refusal().into());
    }
    // The item that is open already, or no item again: nothing changes, and the trail is kept for ever.
    if head.current_item == item.map(|item| item.to_string()) {
        return Ok(());
    }
    let to = match item {
        Some(item) => Some(ItemBefore::load(&mut tx, id, item).await?),
        None => None,
    };
    finish_current(&mut tx, id, item, caller.now).await?;
    if let Some(item) = item {
        q("UPDATE agenda_item SET began_at = COALESCE(began_at, $3), done_at = NULL \
                       WHERE id = $1 AND meeting_id = $2")
        .bind(item)
        .bind(id)
        .bind(caller.now)
        .run(&mut tx)
        .await?;
    }
    steps::keep(&mut tx, id, head.current_item.as_deref(), to, false).await?;
    q("UPDATE meeting SET current_item = $2 WHERE id = $1").bind(id).bind(item).run(&mut tx).await?;
    let (before, after) = (
        item_title(&mut tx, head.current_item.as_deref()).await?,
        item_title(&mut tx, item.map(|item| item.to_string()).as_deref()).await?,
    );
    let entry = Entry::new(Deed::MeetingsDiscuss, &head.title)
        .of(head.agency_id()?)
        .about(id)
        .before(&before)?
        .after(&after)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    Ok(tx.commit().await?)
}

/// What the trail calls an item of the agenda.
pub(super) async fn item_title(tx: &mut Tx, item: Option<&str>) -> Done<Option<String>> {
    let Some(item) = item else { return Ok(None) };
    let row: Option<(String,)> =
        q("SELECT title FROM agenda_item WHERE id = $1").bind(item).optional(tx).await?;
    Ok(row.map(|(title,)| title))
}

/// What was being discussed is done at this time, unless it is what comes next. An item that was begun after it, because
/// the end was entered as an earlier one, was done when it was begun.
async fn finish_current(
    tx: &mut Tx,
    id: MeetingId,
    next: Option<AgendaItemId>,
    at: DateTime<Utc>,
) -> Done<()> {
    q("UPDATE agenda_item SET done_at = CASE WHEN began_at > $2 THEN began_at ELSE $2 END \
       WHERE meeting_id = $1 AND began_at IS NOT NULL AND done_at IS NULL AND id <> COALESCE($3, '')")
    .bind(id)
    .bind(at)
    .bind(next)
    .run(tx)
    .await?;
    Ok(())
}

/// Closes the meeting at the time it ended.
pub(super) async fn close(
    backend: &Backend,
    caller: &Caller,
    id: MeetingId,
    ended: Option<NaiveDateTime>,
    reason: &str,
    is_sure: bool,
) -> Done<()> {
    let reason = clean_reason(reason)?;
    let zone = backend.zone();
    let mut tx = backend.begin_for(caller, id).await?;
    let head = locked(&mut tx, backend, caller, id, Action::ConductMeeting).await?;
    let state = head.state()?;
    let State::UnderWay { opened, .. } = state else { return Err(state.refusal().into()) };
    let closed = ended.map_or(caller.now, |local| closed_at(zone.instant(local), opened, caller.now));
    if closed <= opened || closed > caller.now {
        return Err(Refusal::ClosingTime { opened: zone.local(opened) }.into());
    }
    let parts = load::Parts::load(&mut tx, id).await?;
    let (from, to) = (zone.local(opened), zone.local(closed));
    if !is_sure && let Some(planned) = closes_early(&parts.sittings, from, to) {
        return Err(Refusal::ClosesEarly { closed: to, planned }.into());
    }
    let check = HeldCheck::of(&mut tx, backend, id, &head, (&parts.sittings, from, to)).await?;
    if reason.is_empty()
        && let Some(refusal) = check.overrun.clone().or(check.has_exceeded.then_some(Refusal::ReasonNeeded))
    {
        return Err(refusal.into());
    }
    let next = head.state()?.close(closed, reason)?;
    finish_current(&mut tx, id, None, closed).await?;
    if head.current_item.is_some() {
        steps::keep(&mut tx, id, head.current_item.as_deref(), None, true).await?;
    }
    check.store(&mut tx, id, &head).await?;
    step(&mut tx, backend, caller, (id, &head), Deed::MeetingsClose, &next).await?;
    Ok(tx.commit().await?)
}

/// How a meeting really went, held against its plan and its limit.
pub(super) struct HeldCheck {
    /// What is asked of one that ran past its planned end.
    pub(super) overrun: Option<Refusal>,
    /// Whether it went over the limit of its kind.
    pub(super) has_exceeded: bool,
}

impl HeldCheck {
    /// Works it out of its sittings and its real hours, local. The items of the agenda are stored by now.
    pub(super) async fn of(
        tx: &mut Tx,
        backend: &Backend,
        id: MeetingId,
        head: &Head,
        (sittings, opened, closed): (&[Sitting], NaiveDateTime, NaiveDateTime),
    ) -> Done<HeldCheck> {
        let began = first_begun(&mut *tx, id).await?.map(|at| backend.zone().local(at));
        let went = duration::counted(sittings, opened, began, closed);
        let hours = agencies::hours(&mut *tx, head.agency_id()?).await?;
        Ok(HeldCheck {
            overrun: overrun(sittings, closed),
            has_exceeded: head.limit().is_some_and(|limit| !is_within(&went, &hours, limit)),
        })
    }

    /// Writes what counting reads. The rule may have come while the meeting was being sent, past the row that planned
    /// meetings are brought in step by.
    pub(super) async fn store(&self, tx: &mut Tx, id: MeetingId, head: &Head) -> Done<()> {
        q("UPDATE meeting SET has_exceeded = $2, scope = $3 WHERE id = $1")
            .bind(id)
            .bind(self.has_exceeded)
            .bind(head.kind_ref().scope.code())
            .run(&mut *tx)
            .await?;
        counted::keep_connection(tx, id).await
    }
}

/// When the first item of the agenda was begun.
async fn first_begun(tx: &mut Tx, id: MeetingId) -> Done<Option<DateTime<Utc>>> {
    let (began,): (Option<i64>,) =
        q("SELECT MIN(began_at) FROM agenda_item WHERE meeting_id = $1").bind(id).one(tx).await?;
    stored::optional_instant(began)
}

/// What is asked of a meeting that ended in a later minute than planned: one pressed to its end in the very minute that was
/// planned kept to its time.
fn overrun(planned: &[Sitting], closed: NaiveDateTime) -> Option<Refusal> {
    let planned = planned.iter().map(Sitting::end).max()?;
    (closed >= planned + TimeDelta::minutes(1)).then_some(Refusal::OverrunReasonNeeded { planned })
}

/// The end as typed, to the minute; now, when this minute is typed, so that nothing of its last seconds is lost. In the
/// minute of the opening it is the end of that minute: a meeting lasts.
fn closed_at(typed: DateTime<Utc>, opened: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let minute = TimeDelta::minutes(1);
    let is_within = |at: DateTime<Utc>| typed <= at && at < typed + minute;
    if is_within(now) {
        now
    } else if is_within(opened) {
        typed + minute
    } else {
        typed
    }
}

/// Cancels or postpones. A draft is dropped: nobody was invited, so it never was a meeting that could be cancelled.
pub(super) async fn call_off(
    backend: &Backend,
    caller: &Caller,
    id: MeetingId,
    postponed: bool,
    reason: &str,
) -> Done<()> {
    let reason = clean_reason(reason)?;
    let mut tx = backend.begin_for(caller, id).await?;
    // In the order in which a save takes its locks: the page, then the meeting.
    pages::forget(&mut tx, id).await?;
    let head = locked(&mut tx, backend, caller, id, Action::CallOffMeeting).await?;
    let state = head.state()?;
    let is_draft = state == State::Draft;
    let next = if postponed { state.postpone(caller.now, reason) } else { state.cancel(caller.now, reason) }?;
    if is_draft {
        drop_draft(&mut tx, id).await?;
        let entry = Entry::new(Deed::MeetingsDrop, &head.title).of(head.agency_id()?).about(id);
        let entry = entry.before(&draft_trail::whole(&head.draft)?)?;
        audit::record(&mut tx, backend, caller, entry).await?;
        return Ok(tx.commit().await?);
    }
    let what = if postponed { Deed::MeetingsPostpone } else { Deed::MeetingsCancel };
    step(&mut tx, backend, caller, (id, &head), what, &next).await?;
    let (meeting, _) = load::whole(&mut tx, caller, id, head).await?;
    publish::record_change(&mut tx, caller, &meeting, &["state"]).await?;
    Ok(tx.commit().await?)
}

async fn drop_draft(tx: &mut Tx, id: MeetingId) -> Done<()> {
    search::forget(tx, id).await?;
    q("DELETE FROM paper_reading WHERE paper_id IN (SELECT id FROM paper WHERE meeting_id = $1)")
        .bind(id)
        .run(&mut *tx)
        .await?;
    draft_trail::settled(tx, id).await?;
    for table in ["paper", "agenda_item", "participant", "guest", "site", "meeting_room", "sitting"] {
        q(format!("DELETE FROM {table} WHERE meeting_id = $1")).bind(id).run(&mut *tx).await?;
    }
    q("DELETE FROM meeting WHERE id = $1").bind(id).run(tx).await?;
    Ok(())
}
