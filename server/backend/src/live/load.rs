//! Reads how a meeting stands while it is on: its seats in the meeting's order with what was decided about each.

use std::collections::{HashMap, HashSet};

use domain::access::{Action, Caller, Stage};
use domain::error::Failure;
use domain::ids::MeetingId;
use domain::live::record::{drop_outs_while_it_sat, sat};
use domain::live::{Kept, LineRecord, Live, Seat, ShownPaper, Standing, Stretch, TURN_MINUTES, Turn};
use domain::time::Sitting;

use crate::db::{Source, q};
use crate::scope::MeetingScope;
use crate::stop::{Done, Stop};
use crate::{Backend, agencies, people, stored};

pub(super) async fn standing(backend: &Backend, caller: &Caller, meeting: MeetingId) -> Done<Standing> {
    let mut reader = backend.db().reader().await?;
    let scope = MeetingScope::load(&mut reader, caller, meeting).await?;
    scope.permit(caller, Action::ViewMeeting)?;
    let mut seats = Vec::new();
    if domain::live::is_on(scope.stage) {
        let sites: Vec<(String, String)> = q("SELECT s.agency_id, a.path FROM site s \
             JOIN agency a ON a.id = s.agency_id WHERE s.meeting_id = $1 ORDER BY s.position")
        .bind(meeting)
        .all(&mut reader)
        .await?;
        for (agency, path) in sites {
            let agency = stored::id(&agency)?;
            if super::is_own_site(caller, agency, &agencies::read_path(&path)?) {
                seats.push(Seat::Site(agency));
            }
        }
        // One's own agency's site before those that one only has a role in.
        seats.sort_by_key(|seat| *seat != Seat::Site(caller.agency.id));
        if scope.may(caller, Action::JoinMeeting) {
            seats.push(Seat::Person(caller.person));
        }
        if scope.may(caller, Action::ShowHall) && super::has_hall(&mut reader, meeting).await? {
            seats.push(Seat::Hall);
        }
    }
    let directs = scope.may(caller, Action::ConductMeeting);
    Ok(Standing { seats, directs, rehearses: super::rehearses(caller, &scope), office: scope.office() })
}

pub(super) async fn live(backend: &Backend, caller: &Caller, meeting: MeetingId) -> Done<Live> {
    MeetingScope::load(backend.db(), caller, meeting).await?.permit(caller, Action::ViewMeeting)?;
    whole(backend, meeting).await
}

#[derive(sqlx::FromRow)]
struct MeetingRow {
    stage: String,
    form: String,
    item: Option<String>,
    floor: Option<String>,
    floor_since: Option<i64>,
    floor_ends: Option<i64>,
    turn_minutes: Option<i64>,
    large: Option<String>,
    paper: Option<String>,
    page: Option<i64>,
    is_all_muted: bool,
    chair: Option<String>,
}

/// How a meeting stands, for whoever may see it.
pub(super) async fn whole(backend: &Backend, meeting: MeetingId) -> Done<Live> {
    let mut reader = backend.db().reader().await?;
    let row: Option<MeetingRow> =
        q("SELECT m.stage, m.form, m.current_item AS item, l.floor_seat AS floor, l.floor_since, l.floor_ends, \
                  l.turn_minutes, l.large_seat AS large, \
                  l.paper_id AS paper, l.page, COALESCE(l.is_all_muted, FALSE) AS is_all_muted, \
                  (SELECT MIN(p.person_id) FROM participant p WHERE p.meeting_id = m.id AND p.part = 'chair') AS chair \
         FROM meeting m LEFT JOIN live_meeting l ON l.meeting_id = m.id WHERE m.id = $1")
        .bind(meeting)
        .optional(&mut reader)
        .await?;
    let row = row.ok_or(Failure::NotFound)?;
    let paper = stored::optional_id(row.paper.as_deref())?;
    let ends = stored::optional_instant(row.floor_ends)?;
    let turn = stored::optional_instant(row.floor_since)?.map(|since| Turn { since, ends });
    let person = stored::optional_id(row.chair.as_deref())?.map(Seat::Person);
    let seats = seats(&mut reader, meeting).await?;
    // Whoever leads from a hall may have a camera of their own there; while it is on, it is the chair's.
    let has_hall = row.form != "online";
    let is_before_own = seats.iter().any(|kept| Some(kept.seat) == person && kept.is_connected);
    Ok(Live {
        stage: stored::code(&row.stage, Stage::parse)?,
        item: stored::optional_id(row.item.as_deref())?,
        floor: optional_seat(row.floor)?,
        turn,
        turn_minutes: row
            .turn_minutes
            .and_then(|minutes| u32::try_from(minutes).ok())
            .unwrap_or(TURN_MINUTES),
        large: optional_seat(row.large)?,
        paper: paper.map(|paper| ShownPaper {
            paper,
            page: row.page.and_then(|page| u32::try_from(page).ok()).unwrap_or(1),
        }),
        chair: if has_hall && !is_before_own { Some(Seat::Hall) } else { person },
        is_all_muted: row.is_all_muted,
        seats,
    })
}

pub(super) fn seat(text: &str) -> Done<Seat> {
    text.parse().map_err(|_| Stop::Stored(format!("seat {text:?}")))
}

fn optional_seat(text: Option<String>) -> Done<Option<Seat>> {
    text.as_deref().map(seat).transpose()
}

/// Every seat that somebody could take, and what is kept of it. The hall is there when the meeting has one: in person,
/// or partly.
pub(super) async fn seats(on: impl Source, meeting: MeetingId) -> Done<Vec<Kept>> {
    let mut on = on;
    let named: Vec<(String, String, Option<i64>)> = q(format!(
        "\
        SELECT seat, name, ( \
            SELECT CASE WHEN c.was_left THEN NULL ELSE c.ended_at END FROM seat_connection c \
            WHERE c.meeting_id = $1 AND c.seat = seats.seat AND NOT c.is_rehearsal ORDER BY c.began_at DESC LIMIT 1 \
        ) AS lost FROM ( \
            SELECT 'hall' AS seat, '' AS name, 0 AS sort, 0 AS position, '' AS name_key FROM meeting \
            WHERE id = $1 AND form <> 'online' \
            UNION ALL \
            SELECT 'site:' || s.agency_id, a.short_name, 1, s.position, '' FROM site s \
            JOIN agency a ON a.id = s.agency_id WHERE s.meeting_id = $1 \
            UNION ALL \
            SELECT 'person:' || p.person_id, {}, 2, 0, h.name_key FROM participant p \
            JOIN person h ON h.id = p.person_id JOIN agency a ON a.id = h.agency_id WHERE p.meeting_id = $1 \
        ) AS seats ORDER BY sort, position, name_key, seat",
        people::distinct_name("h", "a")
    ))
    .bind(meeting)
    .all(&mut on)
    .await?;
    let kept: Vec<(String, bool, bool, Option<i64>)> =
        q("SELECT seat, is_removed, is_muted, asked_at FROM live_seat WHERE meeting_id = $1")
            .bind(meeting)
            .all(&mut on)
            .await?;
    let mut kept: HashMap<String, _> =
        kept.into_iter().map(|(seat, removed, muted, asked)| (seat, (removed, muted, asked))).collect();
    let connected: Vec<(String,)> =
        q("SELECT DISTINCT seat FROM seat_connection WHERE meeting_id = $1 AND ended_at IS NULL")
            .bind(meeting)
            .all(&mut on)
            .await?;
    let connected: HashSet<String> = connected.into_iter().map(|(seat,)| seat).collect();
    let of = |(text, name, lost): (String, String, Option<i64>)| {
        let (is_removed, is_muted, asked) = kept.remove(&text).unwrap_or((false, false, None));
        let is_connected = connected.contains(&text);
        Ok(Kept {
            seat: seat(&text)?,
            name,
            is_removed,
            is_muted,
            asked: stored::optional_instant(asked)?,
            is_connected,
            lost: if is_connected || is_removed { None } else { stored::optional_instant(lost)? },
        })
    };
    named.into_iter().map(of).collect()
}

async fn sittings(backend: &Backend, meeting: MeetingId) -> Done<Vec<Sitting>> {
    let rows: Vec<(String, i64, i64)> =
        q("SELECT date, from_minute, to_minute FROM sitting WHERE meeting_id = $1 ORDER BY position")
            .bind(meeting)
            .all(backend.db())
            .await?;
    rows.iter().map(|(date, from, to)| stored::sitting(date, *from, *to)).collect()
}

/// Connections of one meeting that are read, the newest: some hundred times as many as a bad day's.
const CONNECTIONS_READ: u32 = 20_000;

pub(super) async fn lines(backend: &Backend, caller: &Caller, meeting: MeetingId) -> Done<Vec<LineRecord>> {
    MeetingScope::load(backend.db(), caller, meeting).await?.permit(caller, Action::ViewMeeting)?;
    let (opened, closed): (Option<i64>, Option<i64>) =
        q("SELECT opened_at, closed_at FROM meeting WHERE id = $1").bind(meeting).one(backend.db()).await?;
    let Some(opened) = stored::optional_instant(opened)? else { return Ok(Vec::new()) };
    let closed = stored::optional_instant(closed)?;
    let sat = sat(&sittings(backend, meeting).await?, opened, closed, caller.now);
    let mut rows: Vec<(String, i64, Option<i64>, bool)> = q(format!(
        "SELECT seat, carried_at, ended_at, was_left FROM seat_connection \
         WHERE meeting_id = $1 AND NOT is_rehearsal AND carried_at IS NOT NULL \
         ORDER BY carried_at DESC, id DESC LIMIT {CONNECTIONS_READ}"
    ))
    .bind(meeting)
    .all(backend.db())
    .await?;
    rows.reverse();
    let mut times: HashMap<Seat, Vec<Stretch>> = HashMap::new();
    for (text, began, ended, was_left) in rows {
        let (began, ended) = (stored::instant(began)?, stored::optional_instant(ended)?);
        let time = Stretch { began, ended, was_left };
        let was_on =
            time.ended.is_none_or(|ended| ended > opened) && closed.is_none_or(|closed| time.began < closed);
        if was_on {
            times.entry(seat(&text)?).or_default().push(time);
        }
    }
    let record = |kept: Kept| {
        let times = times.get(&kept.seat)?;
        let joined = times.first()?.began.max(opened);
        let drop_outs = drop_outs_while_it_sat(times, &sat);
        // The end that nothing outlasts; one that lasts has none.
        let last = times.iter().max_by_key(|time| (time.ended.is_none(), time.ended))?;
        let left = last.ended.filter(|ended| last.was_left && closed.is_none_or(|closed| *ended < closed));
        Some(LineRecord { seat: kept.seat, name: kept.name, joined, drop_outs, left })
    };
    Ok(seats(backend.db(), meeting).await?.into_iter().filter_map(record).collect())
}
