//! Meetings as rows of a list: everything a row shows, in four queries however many rows there are. A row
//! that the caller may not know of keeps only agency, kind, time and form; only a list behind figures holds
//! such rows.
//! Knows no filter and no order: the caller supplies them.

use std::collections::HashMap;

use domain::access::{Action, Caller, Stage};
use domain::agencies::AgencyRef;
use domain::count::{self, Form};
use domain::ids::{MeetingId, RoomId};
use domain::meetings::{DraftHistory, MeetingRow};
use domain::rules::KindRule;
use domain::sight::Sight;
use domain::time::Sitting;

use super::sight::StandingRow;
use crate::access::Within;
use crate::db::{BINDS_AT_MOST, Q, Source, places, q};
use crate::rules::kind_on;
use crate::stop::Done;
use crate::stored;

/// A line with what a calendar needs besides.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) row: MeetingRow,
    pub(super) sittings: Vec<Sitting>,
    pub(super) rooms: Vec<RoomId>,
}

/// A condition on `meeting m`: an agency for which the caller composes meetings holds it.
pub(super) fn secretariat(query: &mut Q, caller: &Caller) -> String {
    Within::of(caller, Action::ComposeMeeting).condition(query, "m.agency_id")
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    title: String,
    kind: String,
    scope: String,
    form: String,
    place: String,
    has_exceeded: bool,
    first_date: Option<String>,
    agency_id: String,
    code: String,
    short_name: String,
    #[sqlx(flatten)]
    standing: StandingRow,
    chair: Option<String>,
    sites: i64,
    papers: i64,
    saved_at: i64,
    begun_by: Option<String>,
}

/// `$1` is the person who asks.
const ROWS: &str = "\
    m.id, m.title, m.kind, m.scope, m.form, m.place, m.has_exceeded, m.first_date, m.agency_id, \
           a.code, a.short_name, \
           (SELECT MIN(c.name) FROM participant k JOIN person c ON c.id = k.person_id \
            WHERE k.meeting_id = m.id AND k.part = 'chair') AS chair, \
           (SELECT COUNT(*) FROM site k WHERE k.meeting_id = m.id) AS sites, \
           (SELECT COUNT(*) FROM paper k WHERE k.meeting_id = m.id AND k.withdrawn_at IS NULL) AS papers, \
           COALESCE(m.saved_at, m.created_at) AS saved_at, \
           (SELECT c.name FROM person c WHERE c.id = m.created_by) AS begun_by \
    FROM meeting m JOIN agency a ON a.id = m.agency_id \
    LEFT JOIN participant p ON p.meeting_id = m.id AND p.person_id = $1 WHERE ";

/// The beginning of a question for lines; a condition on `meeting m` and an order follow.
pub(super) fn ask(caller: &Caller) -> Q {
    let mut query = q("SELECT ").bind(caller.person);
    let standing = StandingRow::columns(&mut query, caller);
    query.push(&format!("{standing}, {ROWS}"));
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
    let stage = row.standing.stage()?;
    let sight = row.standing.sight(caller)?;
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
        // Who takes part is for those who may open it.
        chair: match sight >= Sight::Opens {
            true => row.chair.clone().unwrap_or_default(),
            false => String::new(),
        },
        sites: stored::number(row.sites)?,
        // How many papers there are is for those who may read them.
        papers: if sight >= Sight::Papers { stored::number(row.papers)? } else { 0 },
        has_exceeded: row.has_exceeded,
        draft: match stage == Stage::Draft && sight >= Sight::Opens {
            true => Some(history(row)?),
            false => None,
        },
        sight,
    };
    if row.is_withheld() {
        let row = MeetingRow { title: String::new(), place: String::new(), sites: 0, papers: 0, ..row };
        return Ok(Line { row, sittings, rooms: Vec::new() });
    }
    Ok(Line { row, sittings, rooms: rooms.into_iter().map(|(id, _)| id).collect() })
}

/// Who began a draft and when it was saved last.
fn history(row: &Row) -> Done<DraftHistory> {
    Ok(DraftHistory {
        begun_by: row.begun_by.clone().unwrap_or_default(),
        changed: stored::instant(row.saved_at)?,
    })
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
