//! A meeting that took place and is entered afterwards: it is held from the moment it is published, at the hours of its
//! sittings, and nobody is invited. Called by publishing, which has permitted it.

use domain::access::Caller;
use domain::error::{Failure, Refusal};
use domain::ids::MeetingId;
use domain::meetings::{State, may_enter};
use domain::rules::{KindRule, rule_on};

use super::booking::{self, Booking};
use super::record::IS_PERIOD_SIGNED;
use super::rows::Rows;
use crate::counted::Counted;
use crate::db::{Tx, q};
use crate::stop::Done;
use crate::{Backend, access};

/// The state in which the meeting is entered.
pub(super) fn state(backend: &Backend, caller: &Caller, before: State, rows: &Rows) -> Done<State> {
    let zone = backend.zone();
    may_enter(&rows.sittings, zone.local(caller.now), IS_PERIOD_SIGNED)?;
    let (Some(first), Some(last)) = (rows.sittings.first(), rows.sittings.last()) else {
        return Err(Failure::NotFound.into());
    };
    Ok(before.enter(zone.instant(first.start()), zone.instant(last.end()))?)
}

/// Refuses what cannot be entered: a kind without a rule on that date, and a day that is full. A room or a person that
/// was taken then is no reason: what happened is recorded.
pub(super) async fn refuse(tx: &mut Tx, booking: &Booking<'_>, rules: &[KindRule]) -> Done<()> {
    let rows = booking.rows;
    let first = rows.sittings.first().map(|sitting| sitting.date);
    first.and_then(|date| rule_on(rules, &rows.kind, date)).ok_or(Refusal::NoRule)?;
    booking::refuse_full_day(tx, booking).await
}

/// Writes what only such a meeting has.
pub(super) async fn store(
    tx: &mut Tx,
    caller: &Caller,
    id: MeetingId,
    state: &State,
    counted: &Counted,
) -> Done<()> {
    let State::Held { opened, .. } = state else { return Ok(()) };
    q("UPDATE meeting SET opened_at = $2, has_exceeded = $3, entered_at = $4, entered_by = $5, draft = '' \
       WHERE id = $1")
    .bind(id)
    .bind(*opened)
    .bind(counted.has_exceeded)
    .bind(caller.now)
    .bind(access::person(caller))
    .run(tx)
    .await?;
    Ok(())
}
