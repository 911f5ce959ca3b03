//! What was tried at each seat before the meeting. Only the last time counts: whoever mended something tries again.

use std::collections::HashMap;

use domain::access::{Action, Caller, Stage};
use domain::ids::MeetingId;
use domain::live::Seat;
use domain::live::rehearsal::{Last, Rehearsal, Rehearsed, Tried};

use super::{load, permit_seat};
use crate::db::q;
use crate::scope::MeetingScope;
use crate::stop::Done;
use crate::{Backend, access, stored};

pub(super) async fn keep(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    seat: Seat,
    what: Rehearsal,
) -> Done<()> {
    let mut db = backend.db();
    let scope = MeetingScope::load(db, caller, meeting).await?;
    permit_seat(&mut db, caller, (meeting, &scope), seat).await?;
    let mut tx = backend.begin_for(caller, meeting).await?;
    let scope = MeetingScope::hold(&mut tx, caller, meeting).await?;
    permit_seat(&mut tx, caller, (meeting, &scope), seat).await?;
    if scope.stage != Stage::Scheduled {
        return Err(scope.refusal().into());
    }
    let line = what.line;
    q("INSERT INTO rehearsal (meeting_id, seat, person_id, tried_at, camera, microphone, speaker, is_tcp, \
       up_bps, down_bps, loss_permille, round_trip_ms) \
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
       ON CONFLICT (meeting_id, seat) DO UPDATE SET person_id = excluded.person_id, \
       tried_at = excluded.tried_at, camera = excluded.camera, microphone = excluded.microphone, \
       speaker = excluded.speaker, is_tcp = excluded.is_tcp, up_bps = excluded.up_bps, \
       down_bps = excluded.down_bps, loss_permille = excluded.loss_permille, \
       round_trip_ms = excluded.round_trip_ms")
    .bind(meeting)
    .bind(seat.to_string())
    .bind(access::person(caller))
    .bind(caller.now)
    .bind(what.camera)
    .bind(what.microphone)
    .bind(what.speaker)
    .bind(line.map(|line| line.is_tcp))
    .bind(line.map(|line| whole(line.up_bps)))
    .bind(line.map(|line| whole(line.down_bps)))
    .bind(line.map(|line| i64::from(line.loss_permille)))
    .bind(line.and_then(|line| line.round_trip_ms).map(i64::from))
    .run(&mut tx)
    .await?;
    tx.changes(meeting);
    Ok(tx.commit().await?)
}

fn whole(bps: u64) -> i64 {
    i64::try_from(bps).unwrap_or(i64::MAX)
}

#[derive(sqlx::FromRow)]
struct Row {
    seat: String,
    name: String,
    tried_at: i64,
    camera: bool,
    microphone: bool,
    speaker: Option<bool>,
    is_tcp: Option<bool>,
    up_bps: Option<i64>,
    down_bps: Option<i64>,
    loss_permille: Option<i64>,
    round_trip_ms: Option<i64>,
}

impl Row {
    fn last(&self) -> Done<Last> {
        let small = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
        let large =
            |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default();
        let line = self.is_tcp.map(|is_tcp| Tried {
            is_tcp,
            up_bps: large(self.up_bps),
            down_bps: large(self.down_bps),
            loss_permille: small(self.loss_permille).unwrap_or_default(),
            round_trip_ms: small(self.round_trip_ms),
        });
        let what =
            Rehearsal { camera: self.camera, microphone: self.microphone, speaker: self.speaker, line };
        Ok(Last { at: stored::instant(self.tried_at)?, by: self.name.clone(), what })
    }
}

pub(super) async fn list(backend: &Backend, caller: &Caller, meeting: MeetingId) -> Done<Vec<Rehearsed>> {
    let scope = MeetingScope::load(backend.db(), caller, meeting).await?;
    scope.permit(caller, Action::ViewMeeting)?;
    let rows: Vec<Row> =
        q("SELECT r.seat, COALESCE(h.name, '') AS name, r.tried_at, r.camera, r.microphone, \
         r.speaker, r.is_tcp, r.up_bps, r.down_bps, r.loss_permille, r.round_trip_ms \
         FROM rehearsal r LEFT JOIN person h ON h.id = r.person_id WHERE r.meeting_id = $1")
        .bind(meeting)
        .all(backend.db())
        .await?;
    let mut last = HashMap::new();
    for row in rows {
        last.insert(load::seat(&row.seat)?, row.last()?);
    }
    let own = load::standing(backend, caller, meeting).await?;
    let seats = load::seats(backend.db(), meeting).await?.into_iter();
    let told = seats.filter(|kept| own.directs || own.seats.contains(&kept.seat));
    Ok(told
        .map(|kept| Rehearsed { last: last.remove(&kept.seat), seat: kept.seat, name: kept.name })
        .collect())
}
