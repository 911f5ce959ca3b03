//! Roles that open meetings, given by administrators, and seats in meetings, given by callers whose own roles open
//! no meetings of the agency: stored for a month for the leaders of the agency.
//! Does not decide who may give a role or a seat; that is checked before.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use domain::access::{Action, Caller, Role, Scope};
use domain::error::Failure;
use domain::ids::{AgencyId, MeetingId, PersonId, RoleGivenId};
use domain::notices::{Given, ROLE_SHOWN_DAYS, RoleGiven, SeatMeeting};
use domain::sight::Sight;

use crate::access::{self, permit};
use crate::db::{BINDS_AT_MOST, Q, Tx, places, q};
use crate::meetings::sight;
use crate::people::{namesake_mark, reference};
use crate::stop::Done;
use crate::{Backend, stored};

/// Values of a row that is written.
const COLUMNS: usize = 8;
/// Most rows of one reading: more would push the meetings of the day off the screen.
const SHOWN_AT_MOST: i64 = 50;

/// Stores a role that a person was given in the agency at the end of a path, so that its leaders see it. Does nothing
/// for a role that opens no meeting. Does nothing if the program itself gives the role: anyone who can start it on the
/// machine has all access already.
pub(crate) async fn show_leaders(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    person: PersonId,
    role: Role,
    path: &[AgencyId],
) -> Done<()> {
    if !role.opens_meetings() {
        return Ok(());
    }
    store(tx, backend, caller, (&[person], role, None), path).await
}

/// Stores that people were named for the seat of the agency at the end of a path, so that its leaders see it. Call
/// it for a caller whose own roles open no meetings of the agency: a delegate reads papers that the caller may not
/// read, and the account may be one that the caller has made.
pub(crate) async fn show_naming(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (meeting, people): (MeetingId, &[PersonId]),
    path: &[AgencyId],
) -> Done<()> {
    store(tx, backend, caller, (people, Role::Delegate, Some(meeting)), path).await
}

async fn store(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (people, role, meeting): (&[PersonId], Role, Option<MeetingId>),
    path: &[AgencyId],
) -> Done<()> {
    let (Some(giver), Some(agency)) = (access::person(caller), path.last().copied()) else { return Ok(()) };
    q("DELETE FROM role_given WHERE at <= $1").bind(oldest(caller.now)).run(&mut *tx).await?;
    let led = led_agencies(tx, path, giver).await?;
    for some in people.chunks(BINDS_AT_MOST / COLUMNS) {
        let rows = (0..some.len()).map(|n| format!("({})", places(n * COLUMNS + 1, COLUMNS)));
        let rows: Vec<String> = rows.collect();
        let mut query = q(format!(
            "INSERT INTO role_given (id, at, person_id, role, agency_id, shown_in, given_by, meeting_id) VALUES {}",
            rows.join(", ")
        ));
        for person in some {
            query = query
                .bind(RoleGivenId(backend.entropy().id(caller.now)))
                .bind(caller.now)
                .bind(*person)
                .bind(role.code())
                .bind(agency)
                .bind(shown_in(&led, *person).unwrap_or(agency))
                .bind(&caller.name)
                .bind(meeting);
        }
        query.run(&mut *tx).await?;
    }
    Ok(())
}

/// An agency that is led by somebody else than the giver: by one of these two, who are the same where it is one alone.
type Led = (AgencyId, [PersonId; 2]);

/// The lowest of these agencies with a leader other than the person, who already knows of the role.
fn shown_in(led: &[Led], person: PersonId) -> Option<AgencyId> {
    led.iter().find(|(_, leaders)| *leaders != [person; 2]).map(|(agency, _)| *agency)
}

/// The agencies of a path that somebody else than the giver leads, the lowest first.
async fn led_agencies(tx: &mut Tx, path: &[AgencyId], giver: PersonId) -> Done<Vec<Led>> {
    let mut query = q(format!(
        "SELECT a.id, MIN(p.id), MAX(p.id) FROM agency a JOIN role_grant g ON g.agency_id = a.id \
         JOIN person p ON p.id = g.person_id WHERE p.is_active AND a.id IN ({})",
        places(1, path.len())
    ));
    query = query.bind_all(path.iter().copied());
    let (role, giver) = (query.place(Role::Leader.code()), query.place(giver));
    query.push(&format!(
        " AND g.role = {role} AND p.id <> {giver} GROUP BY a.id, a.depth ORDER BY a.depth DESC"
    ));
    let found: Vec<(String, String, String)> = query.all(tx).await?;
    let read = |(agency, first, last): (String, String, String)| {
        Ok((stored::id(&agency)?, [stored::id(&first)?, stored::id(&last)?]))
    };
    found.into_iter().map(read).collect()
}

fn oldest(now: DateTime<Utc>) -> DateTime<Utc> {
    now - Duration::days(ROLE_SHOWN_DAYS)
}

/// Narrows a query over `role_given r` to the agencies that the caller leads. None if they lead none.
fn narrow_to_led(query: &mut Q, caller: &Caller) -> Option<()> {
    let led = caller.grants.iter().filter(|grant| grant.role == Role::Leader);
    let led: Vec<String> = led.map(|grant| query.place(grant.agency)).collect();
    query.push(&format!(" AND r.shown_in IN ({})", led.join(", ")));
    (!led.is_empty()).then_some(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    at: i64,
    role: String,
    given_by: String,
    agency: String,
    person: String,
    name: String,
    position: String,
    of: String,
    namesake_mark: String,
    meeting_id: Option<String>,
    title: Option<String>,
}

fn rows() -> String {
    let mark = namesake_mark("p", "o");
    format!(
        "SELECT r.id, r.at, r.role, r.given_by, a.short_name AS agency, p.id AS person, p.name, p.position, \
         o.short_name AS of, {mark} AS namesake_mark, r.meeting_id, m.title FROM role_given r \
         JOIN agency a ON a.id = r.agency_id JOIN person p ON p.id = r.person_id \
         JOIN agency o ON o.id = p.agency_id LEFT JOIN meeting m ON m.id = r.meeting_id WHERE r.at > $1"
    )
}

pub(super) async fn given(backend: &Backend, caller: &Caller) -> Done<Vec<RoleGiven>> {
    permit(caller, Action::UseSystem, Scope::Myself)?;
    let mut query = q(rows()).bind(oldest(caller.now));
    if narrow_to_led(&mut query, caller).is_none() {
        return Ok(Vec::new());
    }
    let (own, seen, limit) =
        (query.place(caller.person), query.place(caller.person), query.place(SHOWN_AT_MOST));
    query.push(&format!(
        " AND r.person_id <> {own} AND NOT EXISTS (SELECT 1 FROM role_given_seen s WHERE s.role_given_id = r.id \
         AND s.person_id = {seen}) ORDER BY r.at DESC, r.id DESC LIMIT {limit}"
    ));
    let rows: Vec<Row> = query.all(backend.db()).await?;
    let meetings = rows.iter().filter_map(|row| row.meeting_id.clone()).collect();
    let sights = sight::of_meetings(backend.db(), caller, meetings).await?;
    rows.into_iter().map(|row| read(row, &sights)).collect()
}

fn read(row: Row, sights: &HashMap<String, Sight>) -> Done<RoleGiven> {
    let given = match row.meeting_id {
        None => Given::Role(stored::code(&row.role, Role::parse)?),
        Some(id) if sights.get(&id).is_some_and(|sight| *sight >= Sight::Title) => {
            Given::Seat(Some(SeatMeeting { id: stored::id(&id)?, title: row.title.unwrap_or_default() }))
        }
        Some(_) => Given::Seat(None),
    };
    Ok(RoleGiven {
        id: stored::id(&row.id)?,
        at: stored::instant(row.at)?,
        person: reference((row.person, row.name, row.position, row.of, row.namesake_mark))?,
        given,
        agency: row.agency,
        given_by: row.given_by,
    })
}

pub(super) async fn acknowledge(backend: &Backend, caller: &Caller, id: RoleGivenId) -> Done<()> {
    permit(caller, Action::UseSystem, Scope::Myself)?;
    let mut tx = backend.db().begin().await?;
    let mut query = q("SELECT r.id FROM role_given r WHERE r.id = $1").bind(id);
    let leads = narrow_to_led(&mut query, caller);
    let shown: Option<(String,)> = match leads {
        Some(()) => query.optional(&mut tx).await?,
        None => None,
    };
    shown.ok_or(Failure::NotFound)?;
    q("INSERT INTO role_given_seen (role_given_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(id)
        .bind(caller.person)
        .run(&mut tx)
        .await?;
    Ok(tx.commit().await?)
}
