//! The check beside the form: everything that publishing would refuse and everything worth knowing, worked out of what
//! can be read so far. Writes nothing.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use domain::access::{Action, Caller, Part, Stage};
use domain::agencies::{AgencySettings, Level};
use domain::count::{Counterpart, Form, Side};
use domain::duration::{sessions, what_fits};
use domain::error::{FieldProblem, Refusal};
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::{
    AgendaInput, Check, Delegation, DurationCheck, FAR_AHEAD_DAYS, MeetingInput, Note, OthersInvited, State,
    agenda_notes, may_enter, may_still_begin, others_invited,
};
use domain::rules::{KindRule, rule_on};
use domain::slots::nearest_free;
use domain::time::Hours;

use super::conflicts::{self, Asked};
use super::head::Head;
use super::record::IS_PERIOD_SIGNED;
use super::rows::{Known, Rows};
use super::{booking, draft, targets};
use crate::db::{BINDS_AT_MOST, Source, places, q};
use crate::stop::Done;
use crate::{Backend, agencies, rules, stored};

/// What stands beside the form.
pub(super) async fn check(
    backend: &Backend,
    caller: &Caller,
    meeting: Option<MeetingId>,
    input: MeetingInput,
) -> Done<Check> {
    draft::within_bounds(&input)?;
    let today = backend.zone().date(caller.now);
    let mut db = backend.db().heavy_reader().await?;
    let head = match meeting {
        Some(id) => Some(Head::load(&mut db, caller, id, today).await?),
        None => None,
    };
    let agency = agency(&mut db, caller, head.as_ref(), &input).await?;
    let settings = agencies::settings(&mut db, agency).await?;
    let rules = rules::all(&mut db).await?;
    let mut rows = Rows::of_input(&input, agency, today);
    if rows.form == Some(Form::InPerson) {
        rows.sites.clear();
    }
    let known = Known::load(&mut db, &rows).await?;
    let fields = fields(&input, &rows, &known, today);
    rows.keep_known(&known);

    let near = booking::near(&mut db, caller, &rows.persons()).await?;
    let cuts = Hours::default();
    let asked = Asked { rows: &rows, known: &known, own: meeting, caller, hours: &cuts, near: &near };
    let is_held = rows.is_held;
    // What took place is recorded, whoever else was there.
    let (conflicts, more_conflicts) =
        if is_held { (Vec::new(), 0) } else { conflicts::all(&mut db, &asked).await? };
    let duration = duration(&rows, &rules, &settings);
    let targets = targets::check(&mut db, &rows, meeting, settings.hybrid, &rules).await?;
    let mut notes = notes(backend, caller, head.as_ref(), &rows, &settings)?;
    if first(&rows).is_some() && !rows.kind.is_empty() && duration.is_none() {
        notes.push(Note::NoRule);
    }
    notes.extend(unusable_room(&mut db, caller, head.as_ref(), meeting, (&rows, &known)).await?);
    notes.extend(room_too_small(&rows, &known));
    let minutes = |item: &AgendaInput| item.minutes.trim().parse().unwrap_or(0);
    let items = input.agenda.iter().map(|item| (item.title.as_str(), minutes(item)));
    notes.extend(agenda_notes(&rows.sittings, items));
    if rows.form == Some(Form::Hybrid) && rows.sites.is_empty() {
        notes.push(Note::NoSites);
    }
    notes.extend(invites_others(&mut db, (&rows, &known)).await?);
    notes.extend(targets.iter().flat_map(targets::over_ceiling));
    let is_time_bad = !conflicts.is_empty() || notes.iter().any(is_about_time);
    let free_slots = if is_time_bad && !rows.sittings.is_empty() {
        let busy = conflicts::busy_around(&mut db, &asked).await?;
        let now = backend.zone().local(caller.now);
        nearest_free(&rows.sittings, &busy, &settings.calendar, &settings.hours, now)
    } else {
        Vec::new()
    };
    let free_rooms = if conflicts.iter().any(conflicts::is_of_room) {
        conflicts::free_rooms(&mut db, &asked).await?
    } else {
        Vec::new()
    };
    let busy_rooms = if rows.sittings.is_empty() || is_held {
        None
    } else {
        Some(conflicts::busy_rooms(&mut db, &asked).await?)
    };
    let targets = targets.map(|found| found.check);
    Ok(Check {
        fields,
        duration,
        is_held,
        conflicts,
        more_conflicts,
        free_slots,
        free_rooms,
        busy_rooms,
        targets,
        notes,
    })
}

/// The agency the meeting is for; the caller must be one who composes for it.
async fn agency(
    db: &mut impl Source,
    caller: &Caller,
    head: Option<&Head>,
    input: &MeetingInput,
) -> Done<AgencyId> {
    let Some(head) = head else { return draft::agency_to_compose(db, caller, input).await };
    head.permit(caller, Action::ComposeMeeting)?;
    let own = head.agency_id()?;
    let typed = draft::typed_agency(&mut *db, input).await?.unwrap_or(own);
    if typed != own {
        draft::permit_compose(db, caller, typed).await?;
    }
    Ok(typed)
}

fn first(rows: &Rows) -> Option<NaiveDate> {
    rows.sittings.first().map(|sitting| sitting.date)
}

/// What cannot be read, and what is not there; each field once.
fn fields(input: &MeetingInput, rows: &Rows, known: &Known, today: NaiveDate) -> Vec<FieldProblem> {
    let mut fields = input.parse(today).err().unwrap_or_default();
    for problem in rows.unknown(known) {
        if !fields.iter().any(|field| field.field == problem.field) {
            fields.push(problem);
        }
    }
    fields
}

fn duration(rows: &Rows, rules: &[KindRule], settings: &AgencySettings) -> Option<DurationCheck> {
    let rule = rule_on(rules, &rows.kind, first(rows)?)?;
    Some(DurationCheck {
        sessions: sessions(&rows.sittings, &settings.hours).into_iter().collect(),
        rule: rule.clone(),
        fits: what_fits(&rows.sittings, &settings.hours, rule.limit_sessions),
    })
}

/// What there is to say about the days and the notice.
fn notes(
    backend: &Backend,
    caller: &Caller,
    head: Option<&Head>,
    rows: &Rows,
    settings: &AgencySettings,
) -> Done<Vec<Note>> {
    let Some(first) = rows.sittings.first() else { return Ok(Vec::new()) };
    let (zone, calendar) = (backend.zone(), &settings.calendar);
    if rows.is_held {
        return Ok(held_note(rows, zone.local(caller.now)).into_iter().collect());
    }
    let mut notes = Vec::new();
    let stands_already = match head {
        Some(head) => head.stage()? == Stage::Scheduled && head.first_date == Some(first.date.to_string()),
        None => false,
    };
    let sent = match head.map(Head::state).transpose()? {
        Some(State::Scheduled { invited }) if stands_already => zone.date(invited),
        _ => zone.date(caller.now),
    };
    let has_begun = first.start() < zone.local(caller.now);
    if !stands_already && !may_still_begin(first, rows.is_unexpected, zone.local(caller.now)) {
        notes.push(Note::InThePast);
    }
    if !stands_already && (first.date - zone.date(caller.now)).num_days() > FAR_AHEAD_DAYS {
        notes.push(Note::FarAhead { date: first.date });
    }
    let late = calendar.invitation_late_by(sent, first.date);
    if !has_begun && !rows.is_unexpected && late > 0 {
        notes.push(Note::LateInvitation { days: late });
    }
    // A late invitation is late whatever the unknown days are; one that looks in time may be late.
    let last = rows.sittings.last().map_or(first.date, |sitting| sitting.date);
    let since = if has_begun || rows.is_unexpected || late > 0 { first.date } else { sent.min(first.date) };
    notes.extend(
        calendar.years_not_entered(since, last).into_iter().map(|year| Note::DaysNotEntered { year }),
    );
    let dates: BTreeSet<NaiveDate> = rows.sittings.iter().map(|sitting| sitting.date).collect();
    for date in dates {
        if !calendar.is_working(date) {
            let name = calendar.day_off(date).unwrap_or_default().to_owned();
            notes.push(Note::DayOff { date, name });
        }
        if calendar.is_blocked(date) {
            notes.push(Note::BlockedDay { date });
        }
    }
    Ok(notes)
}

/// Why a meeting that is declared as held cannot be entered at these hours.
fn held_note(rows: &Rows, now: NaiveDateTime) -> Option<Note> {
    match may_enter(&rows.sittings, now, IS_PERIOD_SIGNED) {
        Err(Refusal::TooLongAgo { from }) => Some(Note::TooLongAgo { from }),
        Err(_) => Some(Note::NotOverYet),
        Ok(()) => None,
    }
}

/// Notes that another time would do away with.
fn is_about_time(note: &Note) -> bool {
    matches!(note, Note::DayOff { .. } | Note::BlockedDay { .. } | Note::InThePast)
}

/// A room that publishing would refuse: because its agency is neither the meeting's agency nor above or below it, or
/// because it is no longer in use.
async fn unusable_room(
    on: impl Source,
    caller: &Caller,
    head: Option<&Head>,
    meeting: Option<MeetingId>,
    (rows, known): (&Rows, &Known),
) -> Done<Option<Note>> {
    let mut on = on;
    let held = match (head, meeting) {
        (Some(head), Some(id)) if head.stage()? != Stage::Draft => booking::rooms_of(&mut on, id).await?,
        _ => Vec::new(),
    };
    let holder = agencies::path(&mut on, rows.agency).await?;
    if let Some(room) = booking::room_not_on_line(caller, rows, known, &holder, &held) {
        return Ok(Some(Note::RoomNotOnLine { room: room.to_owned() }));
    }
    if rows.is_held {
        return Ok(None);
    }
    Ok(booking::withdrawn_room(&mut on, rows).await?.map(|room| Note::RoomWithdrawn { room }))
}

/// Whether a meeting that is said to be within the agency invites others: their delegates, as sites, or guests from outside.
async fn invites_others(on: impl Source, (rows, known): (&Rows, &Known)) -> Done<Option<Note>> {
    if rows.counterpart != Counterpart::Internal || rows.side != Side::Organised {
        return Ok(None);
    }
    let mut on = on;
    let of_delegates = rows.people.iter().filter(|(part, _)| *part == Part::Delegate);
    let of_delegates = of_delegates.filter_map(|(_, delegation)| match delegation {
        Delegation::Agency(agency) => Some(*agency),
        Delegation::Person(person) => known.people.get(person).map(|person| person.agency),
    });
    let own = agencies::path(&mut on, rows.agency).await?;
    let others: BTreeSet<AgencyId> =
        of_delegates.chain(rows.sites.iter().copied()).filter(|agency| !own.contains(agency)).collect();
    let mut levels = Vec::new();
    for some in others.into_iter().collect::<Vec<_>>().chunks(BINDS_AT_MOST) {
        let sql = format!("SELECT level FROM agency WHERE id IN ({})", places(1, some.len()));
        let found: Vec<(String,)> = q(sql).bind_all(some.iter().copied()).all(&mut on).await?;
        for (level,) in found {
            levels.push(stored::code(&level, Level::parse)?);
        }
    }
    let found = others_invited(&levels, &rows.guests);
    Ok(found.map(|OthersInvited { agencies, guests, counterpart }| Note::InvitesOthers {
        agencies,
        guests,
        counterpart,
    }))
}

/// Only where everybody sits in the room can it be too small.
fn room_too_small(rows: &Rows, known: &Known) -> Option<Note> {
    let largest = rows.rooms.iter().filter_map(|room| known.rooms.get(room)).max_by_key(|room| room.seats)?;
    let (delegates, seats) = (rows.delegates_and_guests(), u32::try_from(largest.seats).unwrap_or(0));
    (rows.form == Some(Form::InPerson) && delegates > seats).then(|| Note::RoomTooSmall {
        room: largest.name.clone(),
        seats,
        delegates,
    })
}
