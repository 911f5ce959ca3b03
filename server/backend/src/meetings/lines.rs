//! Meetings as lines of a list: who may know of them, and everything a line shows, in four queries however many lines.
//! Knows no filter and no order: those come with the question.

use std::collections::HashMap;

use domain::access::{Action, Caller, Grant, Part, Role, Scope, Stage, permits};
use domain::agencies::AgencyRef;
use domain::count::{self, Form};
use domain::ids::{AgencyId, MeetingId, RoomId};
use domain::meetings::MeetingRow;
use domain::rules::KindRule;
use domain::time::Sitting;

use crate::agencies::subtree_pattern;
use crate::db::{BINDS_AT_MOST, Q, Source, places, q};
use crate::rules::kind_on;
use crate::scope::{is_invited, part_of, standing};
use crate::stop::Done;
use crate::{agencies, stored};

/// A line with what a calendar needs besides.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) row: MeetingRow,
    pub(super) sittings: Vec<Sitting>,
    pub(super) rooms: Vec<RoomId>,
}

/// A condition on `meeting m`: the caller may know that it takes place.
///
/// They take part, or it is held by an agency of their own line (their own, those above and below it) or below one in
/// which they hold a role, or their agency is a site or invited. A draft is known to its secretariat alone.
pub(super) fn known_to(query: &mut Q, caller: &Caller) -> String {
    let me = query.place(caller.person);
    let own = query.place(caller.agency.id);
    let mut reached = vec![caller.agency.id];
    reached.extend(caller.grants.iter().filter(|grant| shows_calendar(grant.role)).map(|grant| grant.agency));
    let line = within(query, &reached);
    let drafts = secretariat(query, caller);
    format!(
        "((m.stage <> 'draft' AND (m.agency_id IN (SELECT id FROM agency WHERE {line} \
            OR (SELECT path FROM agency WHERE id = {own}) LIKE '%/' || id || '/%') \
          OR m.id IN (SELECT k.meeting_id FROM participant k WHERE k.person_id = {me} \
            UNION ALL SELECT k.meeting_id FROM participant k WHERE k.agency_id = {own} \
                AND (k.person_id IS NULL OR k.is_named) \
            UNION ALL SELECT k.meeting_id FROM site k WHERE k.agency_id = {own}))) \
        OR (m.stage = 'draft' AND {drafts}))"
    )
}

/// A condition on `meeting m`, one that the caller may know of: they may open it too, which `ViewMeeting` decides for
/// each. A draft is known to those alone who may open it.
pub(super) fn open_to(query: &mut Q, caller: &Caller) -> String {
    let me = query.place(caller.person);
    let opens = |grant: &&Grant| {
        let path = [grant.agency];
        let scope = Scope::Meeting { agency: &path, part: None, stage: Stage::Scheduled };
        permits(&[**grant], Action::ViewMeeting, scope)
    };
    let opened: Vec<AgencyId> = caller.grants.iter().filter(opens).map(|grant| grant.agency).collect();
    let agencies = within(query, &opened);
    let invited = is_invited(query, caller);
    format!(
        "(m.stage = 'draft' OR m.id IN (SELECT k.meeting_id FROM participant k WHERE k.person_id = {me}) \
         OR m.agency_id IN (SELECT id FROM agency WHERE {agencies}) OR {invited})"
    )
}

/// A condition on `meeting m`: an agency holds it whose secretary the caller is.
pub(super) fn secretariat(query: &mut Q, caller: &Caller) -> String {
    let own: Vec<AgencyId> = caller
        .grants
        .iter()
        .filter(|grant| grant.role == Role::Secretary)
        .map(|grant| grant.agency)
        .collect();
    let paths = within(query, &own);
    format!("m.agency_id IN (SELECT id FROM agency WHERE {paths})")
}

/// Roles that show the meetings of the agencies they reach. The system administrator runs the system, not its meetings.
fn shows_calendar(role: Role) -> bool {
    matches!(role, Role::AgencyAdministrator | Role::Secretary | Role::Leader | Role::ReportingOfficer)
}

/// A condition on `agency`: it is one of these or lies below one.
fn within(query: &mut Q, agencies: &[AgencyId]) -> String {
    let paths = agencies.iter().map(|agency| format!("path LIKE {}", query.place(subtree_pattern(*agency))));
    let paths: Vec<String> = paths.collect();
    if paths.is_empty() { "1 = 0".into() } else { paths.join(" OR ") }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    title: String,
    kind: String,
    scope: String,
    form: String,
    stage: String,
    place: String,
    has_exceeded: bool,
    first_date: Option<String>,
    agency_id: String,
    code: String,
    short_name: String,
    path: String,
    part: Option<String>,
    is_invited: bool,
    sites: i64,
    papers: i64,
}

/// `$1` is the person who asks.
const ROWS: &str = "\
    m.id, m.title, m.kind, m.scope, m.form, m.stage, m.place, m.has_exceeded, m.first_date, m.agency_id, \
           a.code, a.short_name, a.path, p.part, \
           (SELECT COUNT(*) FROM site k WHERE k.meeting_id = m.id) AS sites, \
           (SELECT COUNT(*) FROM paper k WHERE k.meeting_id = m.id AND k.withdrawn_at IS NULL) AS papers \
    FROM meeting m JOIN agency a ON a.id = m.agency_id \
    LEFT JOIN participant p ON p.meeting_id = m.id AND p.person_id = $1 WHERE ";

/// The beginning of a question for lines; a condition on `meeting m` and an order follow.
pub(super) fn ask(caller: &Caller) -> Q {
    let mut query = q("SELECT ").bind(caller.person);
    let is_invited = is_invited(&mut query, caller);
    query.push(&format!("{is_invited} AS is_invited, {ROWS}"));
    query
}

/// The lines of a question, in its order.
pub(super) async fn fetch(
    on: &mut impl Source,
    caller: &Caller,
    rules: &[KindRule],
    query: Q,
) -> Done<Vec<Line>> {
    let rows: Vec<Row> = query.all(&mut *on).await?;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let mut sittings = sittings(&mut *on, &ids).await?;
    let mut rooms = rooms(&mut *on, &ids).await?;
    rows.iter()
        .map(|row| {
            let sittings = sittings.remove(&row.id).unwrap_or_default();
            let rooms = rooms.remove(&row.id).unwrap_or_default();
            line(caller, rules, row, sittings, rooms)
        })
        .collect()
}

/// Lines of these meetings, by identifier.
pub(super) async fn of(
    on: &mut impl Source,
    caller: &Caller,
    rules: &[KindRule],
    mut ids: Vec<String>,
) -> Done<HashMap<MeetingId, MeetingRow>> {
    ids.sort();
    ids.dedup();
    let mut found = HashMap::new();
    for chunk in ids.chunks(BINDS_AT_MOST) {
        let mut query = ask(caller);
        let these: Vec<String> = chunk.iter().map(|id| query.place(id)).collect();
        query.push(&format!("m.id IN ({})", these.join(", ")));
        for line in fetch(&mut *on, caller, rules, query).await? {
            found.insert(line.row.id, line.row);
        }
    }
    Ok(found)
}

fn line(
    caller: &Caller,
    rules: &[KindRule],
    row: &Row,
    sittings: Vec<Sitting>,
    rooms: Vec<(RoomId, String)>,
) -> Done<Line> {
    let first_date = row.first_date.as_deref().map(stored::date).transpose()?;
    let kind = kind_on(rules, &row.kind, first_date);
    let stage = stored::code(&row.stage, Stage::parse)?;
    let path = agencies::read_path(&row.path)?;
    let part: Option<Part> = row.part.as_deref().map(|part| stored::code(part, part_of)).transpose()?;
    let part = standing(part, row.is_invited);
    let may = |action| caller.may(action, Scope::Meeting { agency: &path, part, stage });
    let is_mine = may(Action::ViewMeeting);
    let place: Vec<&str> = rooms.iter().map(|(_, name)| name.as_str()).chain([row.place.as_str()]).collect();
    let place = place.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
    let row = MeetingRow {
        id: stored::id(&row.id)?,
        title: row.title.clone(),
        agency: AgencyRef {
            id: stored::id(&row.agency_id)?,
            code: row.code.clone(),
            short_name: row.short_name.clone(),
        },
        kind_vi: kind.map_or_else(|| row.kind.clone(), |kind| kind.name_vi.clone()),
        kind_en: kind.map_or_else(|| row.kind.clone(), |kind| kind.name_en.clone()),
        scope: stored::code(&row.scope, count::Scope::parse)?,
        form: Form::parse(&row.form).unwrap_or(Form::InPerson),
        stage,
        first: sittings.first().copied(),
        last: sittings.last().copied(),
        place,
        sites: stored::number(row.sites)?,
        // How many papers there are is for those who may read them.
        papers: if may(Action::ReadPaper) { stored::number(row.papers)? } else { 0 },
        has_exceeded: row.has_exceeded,
        is_mine,
    };
    Ok(Line { row, sittings, rooms: rooms.into_iter().map(|(id, _)| id).collect() })
}

/// What somebody may see of a meeting where it is only mentioned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sight {
    /// That it takes place, so its title.
    pub(crate) knows: bool,
    /// What it holds.
    pub(crate) opens: bool,
    /// Its papers.
    pub(crate) reads: bool,
    /// Its roll, with why somebody is absent.
    pub(crate) calls: bool,
}

#[derive(sqlx::FromRow)]
struct SightRow {
    id: String,
    stage: String,
    path: String,
    part: Option<String>,
    is_invited: bool,
    is_known: bool,
}

/// What the caller may see of each of these meetings, by identifier; one that is gone is missing.
pub(crate) async fn sights(
    on: impl Source,
    caller: &Caller,
    mut ids: Vec<String>,
) -> Done<HashMap<String, Sight>> {
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = q("SELECT ").bind(caller.person);
    let is_invited = is_invited(&mut query, caller);
    let is_known = known_to(&mut query, caller);
    let these: Vec<String> = ids.into_iter().map(|id| query.place(id)).collect();
    query.push(&format!(
        "m.id, m.stage, a.path, p.part, {is_invited} AS is_invited, {is_known} AS is_known \
         FROM meeting m JOIN agency a ON a.id = m.agency_id \
         LEFT JOIN participant p ON p.meeting_id = m.id AND p.person_id = $1 WHERE m.id IN ({})",
        these.join(", ")
    ));
    query.all::<SightRow>(on).await?.into_iter().map(|row| sight(caller, row)).collect()
}

fn sight(caller: &Caller, row: SightRow) -> Done<(String, Sight)> {
    let stage = stored::code(&row.stage, Stage::parse)?;
    let path = agencies::read_path(&row.path)?;
    let part: Option<Part> = row.part.as_deref().map(|part| stored::code(part, part_of)).transpose()?;
    let part = standing(part, row.is_invited);
    let may = |action| caller.may(action, Scope::Meeting { agency: &path, part, stage });
    let (opens, reads) = (may(Action::ViewMeeting), may(Action::ReadPaper));
    let calls = may(Action::CallRoll) || part == Some(Part::Chair);
    Ok((row.id, Sight { knows: opens || row.is_known, opens, reads, calls }))
}

async fn sittings(on: &mut impl Source, ids: &[&str]) -> Done<HashMap<String, Vec<Sitting>>> {
    let mut found: HashMap<String, Vec<Sitting>> = HashMap::new();
    for chunk in ids.chunks(BINDS_AT_MOST) {
        let sql = format!(
            "SELECT meeting_id, date, from_minute, to_minute FROM sitting WHERE meeting_id IN ({}) \
             ORDER BY meeting_id, position",
            places(1, chunk.len())
        );
        let rows: Vec<(String, String, i64, i64)> =
            q(sql).bind_all(chunk.iter().copied()).all(&mut *on).await?;
        for (meeting, date, from, to) in rows {
            found.entry(meeting).or_default().push(stored::sitting(&date, from, to)?);
        }
    }
    Ok(found)
}

async fn rooms(on: &mut impl Source, ids: &[&str]) -> Done<HashMap<String, Vec<(RoomId, String)>>> {
    let mut found: HashMap<String, Vec<(RoomId, String)>> = HashMap::new();
    for chunk in ids.chunks(BINDS_AT_MOST) {
        let sql = format!(
            "SELECT mr.meeting_id, r.id, r.name FROM meeting_room mr JOIN room r ON r.id = mr.room_id \
             WHERE mr.meeting_id IN ({}) ORDER BY mr.meeting_id, mr.position",
            places(1, chunk.len())
        );
        let rows: Vec<(String, String, String)> =
            q(sql).bind_all(chunk.iter().copied()).all(&mut *on).await?;
        for (meeting, room, name) in rows {
            found.entry(meeting).or_default().push((stored::id(&room)?, name));
        }
    }
    Ok(found)
}
