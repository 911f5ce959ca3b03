//! Publishing: the plan is parsed, everything it names is there, the law and the bookings allow it, and it is written
//! with the record of what changed. All in one transaction; a refusal leaves nothing behind.

use chrono::{Datelike, NaiveDate, TimeDelta};
use domain::access::{Action, Caller, Stage};
use domain::audit::Deed;
use domain::duration::{sessions, what_fits};
use domain::error::{Failure, Refusal};
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::{
    Before, GuestsTold, Meeting, MeetingInput, PUBLISHED_AN_HOUR_AT_MOST, Saved, may_still_begin,
};
use domain::rules::{KindRule, rule_on};
use domain::time::{Hours, Sitting};
use serde_json::{Map, Value};

use super::agenda::{self, NewItems};
use super::booking::Booking;
use super::head::{Head, store_state};
use super::rows::{Known, Rows};
use super::{booking, draft, draft_trail, enter, load, store};
use crate::audit::{self, Entry};
use crate::bounds::{self, AgencyYear};
use crate::counted::derived;
use crate::db::{Tx, q};
use crate::stop::Done;
use crate::{Backend, agencies, rules, search};

/// Refuses who has published as often in the last hour as one person may.
async fn refuse_too_often(tx: &mut Tx, caller: &Caller) -> Done<()> {
    let (sent,): (i64,) =
        q("SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE at >= $1 AND person_id = $2 AND what = $3")
            .bind(caller.now - TimeDelta::hours(1))
            .bind(caller.person)
            .bind(Deed::MeetingsPublish.code())
            .one(tx)
            .await?;
    let at_most = PUBLISHED_AN_HOUR_AT_MOST;
    if sent >= i64::from(at_most) { Err(Refusal::PublishedTooOften { at_most }.into()) } else { Ok(()) }
}

/// Publishes what was saved.
pub(super) async fn publish(backend: &Backend, caller: &Caller, id: MeetingId, rev: i64) -> Done<Saved> {
    let (now, today) = (caller.now, backend.zone().date(caller.now));
    let mut tx = backend.begin_for(caller, id).await?;
    let head = Head::lock(&mut tx, caller, id, today).await?;
    head.permit(caller, Action::PublishMeeting)?;
    head.newest(rev)?;
    refuse_too_often(&mut tx, caller).await?;
    let state = head.state()?;
    let mut input = draft::typed(&mut tx, id, &head).await?;
    let stage = head.stage()?;
    let own = head.agency_id()?;
    let saved = Saved { id, rev: head.rev };
    if stage == Stage::Scheduled && input == draft::of_rows(&mut tx, id, &head).await? {
        return nothing_new(tx, caller, saved).await;
    }
    let (before, _) = load::whole(&mut tx, caller, id, head).await?;
    agenda::settle(&mut tx, backend, now, id, &mut input, NewItems::Numbered).await?;
    let (rows, known) = planned(&mut tx, &input, today).await?;
    if rows.agency != own {
        draft::permit_compose(&mut tx, caller, rows.agency).await?;
    }
    let rules = rules::all(&mut tx).await?;
    let hours = agencies::hours(&mut tx, rows.agency).await?;
    let next = if rows.is_held {
        enter::state(backend, caller, state, &rows)?
    } else {
        within_the_law(&rows, &rules, &hours)?;
        let invited_to = (stage == Stage::Scheduled).then_some(before.sittings.as_slice());
        not_in_the_past(backend, caller, &rows, invited_to)?;
        state.publish(now)?
    };
    let chair = rows.chair().ok_or(Failure::NotFound)?;
    let held = if stage == Stage::Draft { Vec::new() } else { booking::rooms_of(&mut tx, id).await? };
    let holder = agencies::path(&mut tx, rows.agency).await?;
    if let Some(room) = booking::room_not_on_line(caller, &rows, &known, &holder, &held) {
        return Err(Refusal::RoomNotOnLine { room: room.to_owned() }.into());
    }
    booking::lock(&mut tx, &rows.rooms, chair).await?;
    let booking = Booking { caller, meeting: id, rows: &rows, known: &known, hours: &Hours::default() };
    if rows.is_held {
        enter::refuse(&mut tx, &booking, &rules).await?;
    } else {
        if let Some(room) = booking::withdrawn_room(&mut tx, &rows).await? {
            return Err(Refusal::RoomWithdrawn { room }.into());
        }
        booking::refuse_taken(&mut tx, &booking).await?;
    }

    let went: &[Sitting] = if rows.is_held { &rows.sittings } else { &[] };
    let counted = derived(&rows.sittings, went, 0, &rows.kind, &rules, &hours);
    // Whoever joins with this change need not be told of it.
    let joining = if stage == Stage::Draft { 0 } else { newest_change(&mut tx, id).await? + 1 };
    store::store(&mut tx, backend, now, id, (&rows, &known), &counted, joining).await?;
    // Whoever sends the invitations knows of their own.
    saw(&mut tx, caller, id, 0).await?;
    booking::mark_planned(&mut tx, &booking).await?;
    store_state(&mut tx, id, &next).await?;
    enter::store(&mut tx, caller, id, &next, &counted).await?;
    draft_trail::settled(&mut tx, id).await?;
    search::refresh(&mut tx, id).await?;
    let was = (stage != Stage::Draft).then(|| year_of(own, &before.sittings)).flatten();
    if let Some(is) = year_of(rows.agency, &rows.sittings).filter(|is| was != Some(*is)) {
        bounds::refuse_full_year(&mut tx, is).await?;
    }
    let head = Head::load(&mut tx, caller, id, today).await?;
    let (after, _) = load::whole(&mut tx, caller, id, head).await?;
    if stage != Stage::Draft {
        record_change(&mut tx, caller, &before, &changed(&before, &after)).await?;
    }
    let difference = audit::difference(&told(&before)?, &told(&after)?);
    if !difference.is_empty() {
        let deed = if rows.is_held { Deed::MeetingsEnter } else { Deed::MeetingsPublish };
        let entry = Entry::new(deed, &after.title)
            .of(rows.agency)
            .about(id)
            .before(&difference.before)?
            .after(&difference.after)?;
        audit::record(&mut tx, backend, caller, entry).await?;
    }
    tx.commit().await?;
    Ok(saved)
}

/// What was typed is what people are invited to already: the form is put away, and no row is written again.
async fn nothing_new(mut tx: Tx, caller: &Caller, saved: Saved) -> Done<Saved> {
    q("UPDATE meeting SET draft = '' WHERE id = $1").bind(saved.id).run(&mut tx).await?;
    draft_trail::settled(&mut tx, saved.id).await?;
    saw(&mut tx, caller, saved.id, 0).await?;
    tx.commit().await?;
    Ok(saved)
}

/// The agency and the year that a meeting is counted in.
fn year_of(agency: AgencyId, sittings: &[Sitting]) -> Option<AgencyYear> {
    sittings.iter().map(|sitting| sitting.date).min().map(|first| (agency, first.year()))
}

/// Fields of a meeting that the trail does not hold: how the caller sees it, and what every publishing changes.
const NOT_TOLD: [&str; 7] = ["rev", "has_unpublished", "changes", "may", "my_part", "record", "to_name"];

/// The fields of a meeting that a line of the trail is about.
fn told(meeting: &Meeting) -> Done<Map<String, Value>> {
    let mut fields = audit::fields(meeting)?;
    fields.retain(|name, _| !NOT_TOLD.contains(&name.as_str()));
    Ok(fields)
}

/// The plan's rows, when everything can be read and everything named is there.
async fn planned(tx: &mut Tx, input: &MeetingInput, today: NaiveDate) -> Done<(Rows, Known)> {
    let rows = Rows::of_plan(input.parse(today).map_err(Failure::Invalid)?);
    let known = Known::load(tx, &rows).await?;
    let unknown = rows.unknown(&known);
    if unknown.is_empty() { Ok((rows, known)) } else { Err(Failure::Invalid(unknown).into()) }
}

/// Refuses what is longer than its kind allows on its first date.
fn within_the_law(rows: &Rows, rules: &[KindRule], hours: &Hours) -> Done<()> {
    let first = rows.sittings.first().map(|sitting| sitting.date);
    let rule = first.and_then(|date| rule_on(rules, &rows.kind, date)).ok_or(Refusal::NoRule)?;
    let length = sessions(&rows.sittings, hours).len();
    if length <= rule.limit_sessions as usize {
        return Ok(());
    }
    Err(Refusal::TooLong {
        kind_vi: rule.kind.name_vi.clone(),
        kind_en: rule.kind.name_en.clone(),
        sessions: u32::try_from(length).unwrap_or(u32::MAX),
        limit: rule.limit_sessions,
        source: rule.source.clone(),
        fits: what_fits(&rows.sittings, hours, rule.limit_sessions),
    }
    .into())
}

/// A first sitting that people are invited to already may have begun; a new one only as [`may_still_begin`] says.
fn not_in_the_past(
    backend: &Backend,
    caller: &Caller,
    rows: &Rows,
    invited_to: Option<&[Sitting]>,
) -> Done<()> {
    let Some(first) = rows.sittings.first() else { return Ok(()) };
    let stands_already = invited_to.and_then(<[Sitting]>::first) == Some(first);
    if !stands_already && !may_still_begin(first, rows.is_unexpected, backend.zone().local(caller.now)) {
        return Err(Refusal::InThePast.into());
    }
    Ok(())
}

pub(super) async fn newest_change(tx: &mut Tx, id: MeetingId) -> Done<i64> {
    let (number,): (i64,) =
        q("SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM meeting_change WHERE meeting_id = $1")
            .bind(id)
            .one(tx)
            .await?;
    Ok(number)
}

/// What of a published meeting is no longer as people were told.
fn changed(before: &Meeting, after: &Meeting) -> Vec<&'static str> {
    let item = |meeting: &Meeting| -> Vec<_> {
        let items = meeting.agenda.iter();
        items.map(|i| (i.id, i.title.clone(), i.minutes, i.presenter.clone(), i.is_discussion)).collect()
    };
    let people = |meeting: &Meeting| -> std::collections::BTreeSet<_> {
        meeting.participants.iter().map(|p| (p.part, p.person.as_ref().map(|h| h.id), p.agency.id)).collect()
    };
    let others = |meeting: &Meeting| -> std::collections::BTreeSet<_> {
        people(meeting).into_iter().filter(|p| p.0 != domain::access::Part::Chair).collect()
    };
    let guests = |meeting: &Meeting| -> Vec<_> {
        let guests = meeting.guests.iter();
        guests.map(|g| (g.name.clone(), g.position.clone(), g.organisation.clone(), g.sort)).collect()
    };
    let sites = |meeting: &Meeting| meeting.sites.iter().map(|s| s.agency.id).collect::<Vec<_>>();
    let was_off = before.state.stage() != Stage::Scheduled;
    [
        ("state", was_off),
        ("title", before.title != after.title),
        ("kind", before.kind.code != after.kind.code),
        ("counterpart", before.counterpart != after.counterpart),
        ("notice", before.is_unexpected != after.is_unexpected),
        ("time", before.sittings != after.sittings),
        ("place", before.rooms != after.rooms || before.place != after.place),
        ("form", before.form != after.form),
        ("chair", before.chair().map(|p| p.id) != after.chair().map(|p| p.id)),
        ("agenda", item(before) != item(after)),
        ("delegates", others(before) != others(after)),
        ("guests", guests(before) != guests(after)),
        ("sites", sites(before) != sites(after)),
    ]
    .into_iter()
    .filter_map(|(what, is_changed)| is_changed.then_some(what))
    .collect()
}

/// Writes a change that delegates see; nothing when nothing changed. The one who made it has seen it.
pub(super) async fn record_change(tx: &mut Tx, caller: &Caller, before: &Meeting, what: &[&str]) -> Done<()> {
    if what.is_empty() {
        return Ok(());
    }
    let rooms = before.rooms.iter().map(|room| room.name.clone()).collect();
    let guests = what.contains(&"guests").then(|| GuestsTold::of(&before.guests));
    let was = Before { sittings: before.sittings.clone(), rooms, place: before.place.clone(), guests };
    let number = newest_change(tx, before.id).await? + 1;
    add_change(tx, caller, (before.id, number), &serde_json::to_string(what)?, &serde_json::to_string(&was)?)
        .await
}

pub(super) async fn add_change(
    tx: &mut Tx,
    caller: &Caller,
    (meeting, number): (MeetingId, i64),
    what: &str,
    before: &str,
) -> Done<()> {
    q("INSERT INTO meeting_change (meeting_id, number, at, what, before_text) VALUES ($1, $2, $3, $4, $5)")
        .bind(meeting)
        .bind(number)
        .bind(caller.now)
        .bind(what)
        .bind(before)
        .run(&mut *tx)
        .await?;
    saw(tx, caller, meeting, number).await
}

/// The caller, where listed, has opened the meeting and seen the changes up to this one.
pub(super) async fn saw(tx: &mut Tx, caller: &Caller, meeting: MeetingId, number: i64) -> Done<()> {
    q("UPDATE participant SET has_opened = TRUE, \
         seen_change = CASE WHEN seen_change < $3 THEN $3 ELSE seen_change END \
       WHERE meeting_id = $1 AND person_id = $2 AND (seen_change < $3 OR NOT has_opened)")
    .bind(meeting)
    .bind(caller.person)
    .bind(number)
    .run(tx)
    .await?;
    Ok(())
}
