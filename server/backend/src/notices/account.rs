//! Events of an account, kept for its owner: the last 50 of each person.
//! Knows nothing of the trail, which is written separately.

use chrono::{DateTime, Utc};
use domain::access::{Action, Caller, Scope};
use domain::error::Failure;
use domain::ids::{AccountEventId, PersonId};
use domain::notices::{ACCOUNT_EVENTS_KEPT, AccountEvent, AccountEventKind};

use crate::access::permit;
use crate::db::{Tx, q};
use crate::stop::{Done, Stop};
use crate::{Backend, stored};

/// Rows that one write may delete: more than can ever be above the limit, even if the limit is lowered.
const DROPPED_AT_MOST: i64 = 1_000;

/// Stores an event for the owner of an account, and deletes the oldest ones above the limit.
pub(crate) async fn tell_owner(
    tx: &mut Tx,
    backend: &Backend,
    person: PersonId,
    kind: &AccountEventKind,
    now: DateTime<Utc>,
) -> Done<()> {
    let (what, detail) = written(kind);
    if matches!(kind, AccountEventKind::SecondFactorOff { .. }) {
        // Home would say that it is on as well.
        q("UPDATE account_event SET is_seen = TRUE WHERE person_id = $1 AND what = 'second_factor_on'")
            .bind(person)
            .run(&mut *tx)
            .await?;
    }
    q("INSERT INTO account_event (id, person_id, at, what, detail, is_seen) VALUES ($1, $2, $3, $4, $5, FALSE)")
        .bind(AccountEventId(backend.entropy().id(now)))
        .bind(person)
        .bind(now)
        .bind(what)
        .bind(detail)
        .run(&mut *tx)
        .await?;
    q("DELETE FROM account_event WHERE id IN (SELECT id FROM account_event WHERE person_id = $1 \
       ORDER BY at DESC, id DESC LIMIT $2 OFFSET $3)")
    .bind(person)
    .bind(DROPPED_AT_MOST)
    .bind(ACCOUNT_EVENTS_KEPT as i64)
    .run(tx)
    .await?;
    Ok(())
}

fn written(kind: &AccountEventKind) -> (&'static str, String) {
    match kind {
        AccountEventKind::FailedTries { count } => ("failed_tries", count.to_string()),
        AccountEventKind::NewDevice { device } => ("new_device", device.clone()),
        AccountEventKind::PasswordReset { by } => ("password_reset", by.clone()),
        AccountEventKind::SecondFactorOn => ("second_factor_on", String::new()),
        AccountEventKind::SecondFactorOff { by } => ("second_factor_off", by.clone()),
        AccountEventKind::RecoveryCodesRenewed => ("recovery_codes_renewed", String::new()),
        AccountEventKind::RecoveryCodeUsed { left } => ("recovery_code_used", left.to_string()),
    }
}

fn kind(what: &str, detail: String) -> Done<AccountEventKind> {
    let unreadable = |detail: &str| Stop::Stored(format!("event {what:?} of an account: {detail:?}"));
    Ok(match what {
        "failed_tries" => {
            AccountEventKind::FailedTries { count: detail.parse().map_err(|_| unreadable(&detail))? }
        }
        "new_device" => AccountEventKind::NewDevice { device: detail },
        "password_reset" => AccountEventKind::PasswordReset { by: detail },
        "second_factor_on" => AccountEventKind::SecondFactorOn,
        "second_factor_off" => AccountEventKind::SecondFactorOff { by: detail },
        "recovery_codes_renewed" => AccountEventKind::RecoveryCodesRenewed,
        "recovery_code_used" => {
            AccountEventKind::RecoveryCodeUsed { left: detail.parse().map_err(|_| unreadable(&detail))? }
        }
        _ => return Err(unreadable(&detail)),
    })
}

pub(super) async fn events(backend: &Backend, caller: &Caller) -> Done<Vec<AccountEvent>> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    let rows: Vec<(String, i64, String, String, bool)> =
        q("SELECT id, at, what, detail, is_seen FROM account_event WHERE person_id = $1 \
           ORDER BY at DESC, id DESC LIMIT $2")
        .bind(caller.person)
        .bind(ACCOUNT_EVENTS_KEPT as i64)
        .all(backend.db())
        .await?;
    let read = |(id, at, what, detail, is_seen): (String, i64, String, String, bool)| {
        let (id, at) = (stored::id(&id)?, stored::instant(at)?);
        Ok(AccountEvent { id, at, kind: kind(&what, detail)?, is_seen })
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn acknowledge(backend: &Backend, caller: &Caller, newest: AccountEventId) -> Done<()> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    let mut tx = backend.db().begin().await?;
    let at: Option<(i64,)> = q("SELECT at FROM account_event WHERE id = $1 AND person_id = $2")
        .bind(newest)
        .bind(caller.person)
        .optional(&mut tx)
        .await?;
    let (at,) = at.ok_or(Failure::NotFound)?;
    q("UPDATE account_event SET is_seen = TRUE WHERE person_id = $1 AND at <= $2 AND NOT is_seen")
        .bind(caller.person)
        .bind(at)
        .run(&mut tx)
        .await?;
    Ok(tx.commit().await?)
}
