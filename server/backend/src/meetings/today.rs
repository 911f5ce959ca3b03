//! The home page: the next meeting, what waits, and the days ahead, for the one who asks.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::access::{Action, Caller, Scope};
use domain::agencies::AgencyRef;
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::{CHANGES_TOLD, MeetingRow, SiteMeeting, Today, Waiting, by_weight, is_decisive};
use domain::papers::Paper;
use domain::rules::KindRule;
use domain::sight::Sight;

use super::booking::HOLDING;
use super::{lines, load};
use crate::db::{Q, Source, places, q};
use crate::papers::is_read_by;
use crate::stop::Done;
use crate::stored::minute_of;
use crate::{Backend, access, people, rules, stored};

/// Days ahead that the home page shows.
const DAYS_AHEAD: u64 = 7;
/// An evening's meeting may go on past midnight for so long.
const PAST_MIDNIGHT: TimeDelta = TimeDelta::hours(6);
/// So many things of one sort wait at most: a home page is no archive.
const WAITING_AT_MOST: i64 = 10;
/// Changes of the nearest meetings among which those are looked for.
const CHANGES_LOOKED_AT: i64 = 1_000;
/// Of invitations more wait at once: what is never seen has no other news, and the list folds them.
const INVITED_AT_MOST: i64 = 50;
/// Of an agency's path these name its office: the topmost agency and the one below it, each with its slash.
const OFFICE_LETTERS: usize = 75;
/// So many meetings ahead are shown.
const COMING_AT_MOST: i64 = 20;

/// The caller and their local now.
struct Asking<'a> {
    caller: &'a Caller,
    today: NaiveDate,
    /// A meeting whose last date is earlier is no longer sat in, whatever its stage says.
    sitting_since: NaiveDate,
    minute: i64,
    rules: Vec<KindRule>,
}

/// The caller's home.
pub(super) async fn today(backend: &Backend, caller: &Caller) -> Done<Today> {
    access::permit(caller, Action::UseSystem, Scope::Myself)?;
    let mut db = backend.db();
    let local = backend.zone().local(caller.now);
    let asking = Asking {
        caller,
        today: local.date(),
        sitting_since: (local - PAST_MIDNIGHT).date(),
        minute: minute_of(local.time()),
        rules: rules::all(db).await?,
    };
    let next = match next(db, &asking).await? {
        Some(id) => Some(load::meeting(&mut db, caller, id, asking.today).await?),
        None => None,
    };
    let coming = coming(&mut db, &asking, next.as_ref().map(|meeting| meeting.id)).await?;
    // Nobody must travel to what was called off. Then comes what others wait for.
    let mut waiting = called_off(&mut db, &asking).await?;
    waiting.extend(added(&mut db, &asking).await?);
    waiting.extend(not_closed(&mut db, &asking).await?);
    waiting.extend(to_name(&mut db, &asking).await?);
    // Other hours or another place of what one has planned for come before what is only new.
    let (decisive, changed): (Vec<Waiting>, Vec<Waiting>) =
        changed(&mut db, &asking).await?.into_iter().partition(is_decisive_change);
    waiting.extend(decisive);
    waiting.extend(invited(&mut db, &asking).await?);
    waiting.extend(changed);
    waiting.extend(unread(db, &asking).await?);
    waiting.extend(unsent(&mut db, &asking).await?);
    waiting.extend(drafts(&mut db, &asking).await?);
    let sites = sites(&mut db, &asking).await?;
    Ok(Today { now: caller.now, next, waiting, coming, sites })
}

fn is_decisive_change(waiting: &Waiting) -> bool {
    matches!(waiting, Waiting::Changed { what, .. } if is_decisive(what))
}

/// The caller's own agency and those that they have a role in, as far as their roles there allow the action. Agencies above
/// reach down to others, and still do not do their work.
fn own_agencies(caller: &Caller, action: Action) -> Vec<AgencyId> {
    let granted = caller.grants.iter().map(|grant| grant.agency);
    let mut own: Vec<AgencyId> = granted.chain([caller.agency.id]).collect();
    own.sort();
    own.dedup();
    own.retain(|agency| caller.may(action, Scope::Agency(&[*agency])));
    own
}

/// The places of values in a list, `1 = 0` for none.
fn one_of(query: &mut Q, column: &str, agencies: &[AgencyId]) -> String {
    let places: Vec<String> = agencies.iter().map(|agency| query.place(*agency)).collect();
    if places.is_empty() { "1 = 0".into() } else { format!("{column} IN ({})", places.join(", ")) }
}

/// What was called off and would still have been to come: for a delegate who has not seen it, and for the agencies that
/// would have sent somebody or joined as a site.
async fn called_off(on: &mut impl Source, asking: &Asking<'_>) -> Done<Vec<Waiting>> {
    let caller = asking.caller;
    let mut query = lines::ask(caller);
    let invited = one_of(&mut query, "k.agency_id", &own_agencies(caller, Action::NameDelegates));
    let joined = one_of(&mut query, "k.agency_id", &own_agencies(caller, Action::ConnectSite));
    let (today, limit) = (query.place(asking.today), query.place(WAITING_AT_MOST));
    query.push(&format!(
        "m.stage IN ('cancelled', 'postponed') AND m.last_date >= {today} \
         AND (EXISTS (SELECT 1 FROM meeting_change c WHERE c.meeting_id = m.id AND c.number > p.seen_change) \
           OR (p.id IS NULL AND (EXISTS (SELECT 1 FROM participant k WHERE k.meeting_id = m.id \
                                         AND k.person_id IS NULL AND {invited}) \
                              OR EXISTS (SELECT 1 FROM site k WHERE k.meeting_id = m.id AND {joined})))) \
         ORDER BY m.first_date, m.id LIMIT {limit}"
    ));
    let found = rows(&mut *on, asking, query).await?;
    let ids: Vec<MeetingId> = found.iter().map(|row| row.id).collect();
    let reasons = reasons(on, &ids).await?;
    let told = found.into_iter().filter(|row| row.sight >= Sight::Title).map(|meeting| {
        let reason = reasons.get(&meeting.id).filter(|_| meeting.may_open()).cloned().unwrap_or_default();
        Waiting::CalledOff { meeting, reason }
    });
    Ok(told.collect())
}

/// Why each of these meetings was called off.
async fn reasons(on: impl Source, meetings: &[MeetingId]) -> Done<HashMap<MeetingId, String>> {
    if meetings.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, String)> =
        q(format!("SELECT id, reason FROM meeting WHERE id IN ({})", places(1, meetings.len())))
            .bind_all(meetings.iter().copied())
            .all(on)
            .await?;
    rows.into_iter().map(|(id, reason)| Ok((stored::id(&id)?, reason))).collect()
}

/// The meetings that an agency of the caller joins as a site, those under way first.
async fn sites(on: &mut impl Source, asking: &Asking<'_>) -> Done<Vec<SiteMeeting>> {
    let own = own_agencies(asking.caller, Action::ConnectSite);
    let last = asking.today.checked_add_days(Days::new(DAYS_AHEAD)).unwrap_or(asking.today);
    let mut query =
        q("SELECT m.id, a.id, a.code, a.short_name FROM site k JOIN meeting m ON m.id = k.meeting_id \
         JOIN agency a ON a.id = k.agency_id WHERE ");
    let own = one_of(&mut query, "k.agency_id", &own);
    let (since, today) = (query.place(asking.sitting_since), query.place(asking.today));
    let (last, now) = (query.place(last), query.place(asking.minute));
    let limit = query.place(COMING_AT_MOST);
    query.push(&format!(
        "{own} AND ((m.stage = 'under_way' AND m.last_date >= {since}) OR (m.stage = 'scheduled' AND EXISTS ( \
            SELECT 1 FROM sitting s WHERE s.meeting_id = m.id AND s.date BETWEEN {today} AND {last} \
              AND (s.date > {today} OR s.to_minute > {now})))) \
         ORDER BY CASE m.stage WHEN 'under_way' THEN 0 ELSE 1 END, m.first_date, m.id, a.code LIMIT {limit}"
    ));
    let joined: Vec<(String, String, String, String)> = query.all(&mut *on).await?;
    let ids = joined.iter().map(|row| row.0.clone()).collect();
    let found = lines::of(on, asking.caller, &asking.rules, ids).await?;
    let mut sites = Vec::new();
    for (meeting, id, code, short_name) in joined {
        if let Some(meeting) = found.get(&stored::id(&meeting)?).filter(|row| row.may_open()) {
            let site = AgencyRef { id: stored::id(&id)?, code, short_name };
            sites.push(SiteMeeting { meeting: meeting.clone(), site });
        }
    }
    Ok(sites)
}

/// The meeting under way, or the one whose sitting is the next to end. One that nobody closed on its last day is not it:
/// it waits for its secretary among what is not closed.
async fn next(on: impl Source, asking: &Asking<'_>) -> Done<Option<MeetingId>> {
    let row: Option<(String,)> = q("SELECT m.id FROM participant p JOIN meeting m ON m.id = p.meeting_id \
         JOIN sitting s ON s.meeting_id = m.id \
         WHERE p.person_id = $1 AND ((m.stage = 'under_way' AND m.last_date >= $4) OR (m.stage = 'scheduled' \
             AND (s.date > $2 OR (s.date = $2 AND s.to_minute > $3)))) \
         ORDER BY CASE m.stage WHEN 'under_way' THEN 0 ELSE 1 END, s.date, s.from_minute, m.id LIMIT 1")
    .bind(asking.caller.person)
    .bind(asking.today)
    .bind(asking.minute)
    .bind(asking.sitting_since)
    .optional(on)
    .await?;
    row.map(|(id,)| stored::id(&id)).transpose()
}

async fn coming(on: &mut impl Source, asking: &Asking<'_>, next: Option<MeetingId>) -> Done<Vec<MeetingRow>> {
    let last = asking.today.checked_add_days(Days::new(DAYS_AHEAD)).unwrap_or(asking.today);
    let mut query = lines::ask(asking.caller);
    let (from, to, now) = (query.place(asking.today), query.place(last), query.place(asking.minute));
    query.push(&format!(
        "p.person_id = $1 AND m.stage IN {HOLDING} AND m.id IN (SELECT s.meeting_id FROM sitting s \
         WHERE s.date BETWEEN {from} AND {to} AND (s.date > {from} OR s.to_minute > {now}))"
    ));
    if let Some(next) = next {
        let next = query.place(next);
        query.push(&format!(" AND m.id <> {next}"));
    }
    let limit = query.place(COMING_AT_MOST);
    query.push(&format!(" ORDER BY m.first_date, m.id LIMIT {limit}"));
    let mut found = rows(on, asking, query).await?;
    found.sort_by_key(|row| (row.first, row.id));
    Ok(found)
}

async fn rows(on: &mut impl Source, asking: &Asking<'_>, query: Q) -> Done<Vec<MeetingRow>> {
    let found = lines::fetch(on, asking.caller, &asking.rules, query).await?;
    Ok(found.into_iter().map(|line| line.row).collect())
}

/// Meetings that should have ended and that the caller could close.
async fn not_closed(on: &mut impl Source, asking: &Asking<'_>) -> Done<Vec<Waiting>> {
    let mut query = lines::ask(asking.caller);
    let own = lines::secretariat(&mut query, asking.caller);
    let (today, now, limit) =
        (query.place(asking.today), query.place(asking.minute), query.place(WAITING_AT_MOST));
    query.push(&format!(
        "m.stage IN {HOLDING} AND (p.part IN ('chair', 'secretary') OR {own}) AND m.last_date <= {today} \
         AND NOT EXISTS (SELECT 1 FROM sitting s WHERE s.meeting_id = m.id \
                         AND (s.date > {today} OR (s.date = {today} AND s.to_minute > {now}))) \
         ORDER BY m.first_date, m.id LIMIT {limit}"
    ));
    Ok(rows(on, asking, query).await?.into_iter().map(|meeting| Waiting::NotClosed { meeting }).collect())
}

/// Meetings under way that the caller was added to, until they are there.
async fn added(on: &mut impl Source, asking: &Asking<'_>) -> Done<Vec<Waiting>> {
    let added: Vec<(String, String)> = q("SELECT p.meeting_id, p.added_by FROM participant p \
         JOIN meeting m ON m.id = p.meeting_id WHERE p.person_id = $1 AND p.added_at IS NOT NULL \
         AND p.presence = 'not_called' AND m.stage = 'under_way' AND m.last_date >= $2 \
         ORDER BY p.added_at DESC, p.id LIMIT $3")
    .bind(asking.caller.person)
    .bind(asking.sitting_since)
    .bind(WAITING_AT_MOST)
    .all(&mut *on)
    .await?;
    let ids = added.iter().map(|row| row.0.clone()).collect();
    let mut found = lines::of(on, asking.caller, &asking.rules, ids).await?;
    let mut waiting = Vec::new();
    for (meeting, by) in added {
        if let Some(meeting) = found.remove(&stored::id(&meeting)?) {
            waiting.push(Waiting::Added { meeting, by });
        }
    }
    Ok(waiting)
}

/// Meetings that the caller is invited to and has not opened yet. Where there are too many, those of one office, which sends as
/// many as it likes, push out no first one of another.
async fn invited(on: &mut impl Source, asking: &Asking<'_>) -> Done<Vec<Waiting>> {
    let invited: Vec<(String,)> = q(format!(
        "SELECT meeting_id FROM (SELECT meeting_id, first_date FROM (\
           SELECT p.meeting_id, m.first_date, ROW_NUMBER() OVER ( \
             PARTITION BY SUBSTR(a.path, 1, {OFFICE_LETTERS}) ORDER BY m.first_date, m.id) AS of_office \
           FROM participant p JOIN meeting m ON m.id = p.meeting_id JOIN agency a ON a.id = m.agency_id \
           WHERE p.person_id = $1 AND NOT p.has_opened AND m.stage IN ('scheduled', 'under_way') \
             AND m.last_date >= $2) AS numbered \
         ORDER BY of_office, first_date, meeting_id LIMIT $3) AS chosen ORDER BY first_date, meeting_id"
    ))
    .bind(asking.caller.person)
    .bind(asking.today)
    .bind(INVITED_AT_MOST)
    .all(&mut *on)
    .await?;
    let ids: Vec<String> = invited.into_iter().map(|(id,)| id).collect();
    let mut found = lines::of(on, asking.caller, &asking.rules, ids.clone()).await?;
    let mut waiting = Vec::new();
    for id in ids {
        if let Some(meeting) = found.remove(&stored::id(&id)?) {
            waiting.push(Waiting::Invited { meeting });
        }
    }
    Ok(waiting)
}

/// The changes `c` among the newest ones of their meeting, which its page tells.
fn is_told() -> String {
    format!(
        "c.number > (SELECT MAX(n.number) FROM meeting_change n WHERE n.meeting_id = c.meeting_id) - {CHANGES_TOLD}"
    )
}

/// Changes that the caller has not seen, of meetings that are not over and that they have opened before.
async fn changed(on: &mut impl Source, asking: &Asking<'_>) -> Done<Vec<Waiting>> {
    let changes: Vec<(String, String)> = q(format!(
        "SELECT c.meeting_id, c.what FROM participant p \
         JOIN meeting m ON m.id = p.meeting_id JOIN meeting_change c ON c.meeting_id = m.id \
         WHERE p.person_id = $1 AND c.number > p.seen_change AND p.has_opened AND {} \
           AND m.stage IN ('scheduled', 'under_way') AND m.last_date >= $2 \
         ORDER BY m.first_date, c.meeting_id, c.number LIMIT {CHANGES_LOOKED_AT}",
        is_told()
    ))
    .bind(asking.caller.person)
    .bind(asking.today)
    .all(&mut *on)
    .await?;
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for (id, json) in changes {
        let what: Vec<String> = stored::json(&json)?;
        match told.last_mut().filter(|(last, _)| *last == id) {
            Some((_, all)) => all.extend(what),
            None => told.push((id, what)),
        }
    }
    // Other hours or another place may be missed; papers are read when one is there.
    told.sort_by_key(|(_, what)| !is_decisive(what));
    told.truncate(usize::try_from(WAITING_AT_MOST).unwrap_or(usize::MAX));
    let ids = told.iter().map(|(id, _)| id.clone()).collect();
    let mut found = lines::of(on, asking.caller, &asking.rules, ids).await?;
    let mut waiting = Vec::new();
    for (id, what) in told {
        if let Some(meeting) = found.remove(&stored::id(&id)?) {
            waiting.push(Waiting::Changed { meeting, what: by_weight(&what) });
        }
    }
    Ok(waiting)
}

#[derive(sqlx::FromRow)]
struct PaperRow {
    id: String,
    title: String,
    version: i64,
    pages: Option<i64>,
    bytes: i64,
    meeting_title: String,
    date: String,
    from_minute: i64,
    to_minute: i64,
}

/// Papers of coming meetings, in the order in which they will be needed.
async fn unread(on: impl Source, asking: &Asking<'_>) -> Done<Vec<Waiting>> {
    let rows: Vec<PaperRow> = q(format!(
        "SELECT d.id, d.title, d.version, d.pages, d.bytes, m.title AS meeting_title, \
                s.date, s.from_minute, s.to_minute \
         FROM participant p JOIN meeting m ON m.id = p.meeting_id \
         JOIN sitting s ON s.meeting_id = m.id AND s.position = 0 \
         JOIN paper d ON d.meeting_id = m.id JOIN agenda_item i ON i.id = d.item_id \
         WHERE p.person_id = $1 AND m.stage IN {HOLDING} AND m.last_date >= $2 \
           AND d.withdrawn_at IS NULL AND NOT d.is_neutral \
           AND NOT {} \
         ORDER BY s.date, s.from_minute, m.id, i.position, d.position LIMIT $3",
        is_read_by("d", "$1")
    ))
    .bind(asking.caller.person)
    .bind(asking.today)
    .bind(WAITING_AT_MOST)
    .all(on)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Waiting::Unread {
                paper: Paper {
                    id: stored::id(&row.id)?,
                    title: row.title,
                    version: stored::number(row.version)?,
                    pages: row.pages.map(stored::number).transpose()?,
                    bytes: row.bytes,
                    is_read: false,
                    unread: None,
                    declaration: None,
                },
                meeting_title: row.meeting_title,
                sitting: stored::sitting(&row.date, row.from_minute, row.to_minute)?,
            })
        })
        .collect()
}

/// Invitations of the caller's own agencies, which have named nobody yet.
async fn to_name(on: &mut impl Source, asking: &Asking<'_>) -> Done<Vec<Waiting>> {
    let mut query = q("SELECT m.id, a.id, a.code, a.short_name FROM participant p \
         JOIN meeting m ON m.id = p.meeting_id JOIN agency a ON a.id = p.agency_id WHERE p.person_id IS NULL AND ");
    let own = one_of(&mut query, "p.agency_id", &own_agencies(asking.caller, Action::NameDelegates));
    let (today, limit) = (query.place(asking.today), query.place(WAITING_AT_MOST));
    query.push(&format!(
        "{own} AND m.stage IN {HOLDING} AND m.last_date >= {today} ORDER BY m.first_date, m.id, a.code LIMIT {limit}"
    ));
    let invited: Vec<(String, String, String, String)> = query.all(&mut *on).await?;
    let ids: Vec<String> = invited.iter().map(|row| row.0.clone()).collect();
    let changes = if ids.is_empty() { Vec::new() } else { all_changes(&mut *on, &ids).await? };
    let found: HashMap<MeetingId, MeetingRow> = lines::of(on, asking.caller, &asking.rules, ids).await?;
    let mut waiting = Vec::new();
    for (meeting, id, code, short_name) in invited {
        // Nobody of the agency is told of changes one by one yet.
        let changed = changes.iter().filter(|(of, _)| *of == meeting).flat_map(|(_, what)| what);
        let changed = by_weight(changed);
        if let Some(meeting) = found.get(&stored::id(&meeting)?).cloned() {
            let agency = AgencyRef { id: stored::id(&id)?, code, short_name };
            waiting.push(Waiting::NameDelegates { meeting, agency, changed });
        }
    }
    Ok(waiting)
}

/// What changed of each of these meetings, change by change; of what a page tells.
async fn all_changes(on: impl Source, meetings: &[String]) -> Done<Vec<(String, Vec<String>)>> {
    let rows: Vec<(String, String)> = q(format!(
        "SELECT c.meeting_id, c.what FROM meeting_change c WHERE c.meeting_id IN ({}) AND {} \
         ORDER BY c.meeting_id, c.number",
        places(1, meetings.len()),
        is_told()
    ))
    .bind_all(meetings.iter().cloned())
    .all(on)
    .await?;
    rows.into_iter().map(|(id, what)| Ok((id, stored::json(&what)?))).collect()
}

/// Meetings of the caller's secretariat with a change that was not sent, the nearest first.
async fn unsent(on: &mut impl Source, asking: &Asking<'_>) -> Done<Vec<Waiting>> {
    let mut query = lines::ask(asking.caller);
    let own = lines::secretariat(&mut query, asking.caller);
    let (today, limit) = (query.place(asking.today), query.place(WAITING_AT_MOST));
    query.push(&format!(
        "m.stage = 'scheduled' AND m.last_date >= {today} AND m.draft <> '' AND {own} \
         ORDER BY m.first_date, m.id LIMIT {limit}"
    ));
    let found = rows(&mut *on, asking, query).await?;
    let ids: Vec<MeetingId> = found.iter().map(|row| row.id).collect();
    let mut kept = kept_last(on, &ids).await?;
    let waiting = found.into_iter().filter_map(|meeting| {
        let (by, at) = kept.remove(&meeting.id)?;
        Some(Waiting::Unsent { meeting, by, at })
    });
    Ok(waiting.collect())
}

/// Who kept the form of each of these meetings last, and when.
async fn kept_last(
    on: impl Source,
    meetings: &[MeetingId],
) -> Done<HashMap<MeetingId, (String, DateTime<Utc>)>> {
    if meetings.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, Option<String>, i64)> = q(format!(
        "SELECT m.id, (SELECT {} FROM person h JOIN agency a ON a.id = h.agency_id WHERE h.id = m.saved_by), \
         COALESCE(m.saved_at, m.created_at) FROM meeting m WHERE m.id IN ({})",
        people::distinct_name("h", "a"),
        places(1, meetings.len())
    ))
    .bind_all(meetings.iter().copied())
    .all(on)
    .await?;
    let read = |(id, who, at): (String, Option<String>, i64)| {
        Ok((stored::id(&id)?, (who.unwrap_or_default(), stored::instant(at)?)))
    };
    rows.into_iter().map(read).collect()
}

/// Drafts of the caller's secretariat, the newest first.
async fn drafts(on: &mut impl Source, asking: &Asking<'_>) -> Done<Vec<Waiting>> {
    let mut query = lines::ask(asking.caller);
    let own = lines::secretariat(&mut query, asking.caller);
    let limit = query.place(WAITING_AT_MOST);
    query.push(&format!("m.stage = 'draft' AND {own} ORDER BY m.created_at DESC, m.id DESC LIMIT {limit}"));
    Ok(rows(on, asking, query).await?.into_iter().map(|meeting| Waiting::Draft { meeting }).collect())
}
