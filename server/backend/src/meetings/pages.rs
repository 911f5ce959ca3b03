//! What each open page kept last. Its saves may arrive twice, late, or in another order than they were typed in; they end
//! in one draft, with what was typed last.

use chrono::Duration;
use domain::access::Caller;
use domain::error::Failure;
use domain::ids::MeetingId;
use domain::meetings::{Saved, Typing};

use crate::access;
use crate::db::{Tx, q};
use crate::stop::Done;
use crate::stored;

/// A page is forgotten so long after its last save. It may stay open longer: then its next save begins its row anew.
const FORGOTTEN_AFTER: Duration = Duration::days(1);

/// What a page kept last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LastKept {
    pub(super) saved: Saved,
    pub(super) turn: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    person_id: Option<String>,
    meeting_id: String,
    turn: i64,
    rev: i64,
}

/// What the page kept last; its other saves wait from here to the end of the transaction.
///
/// `Forbidden` when the page is somebody else's.
pub(super) async fn lock(tx: &mut Tx, caller: &Caller, typing: Typing) -> Done<Option<LastKept>> {
    let row: Option<Row> = q("UPDATE draft_page SET kept_at = $2 WHERE page = $1 \
                              RETURNING person_id, meeting_id, turn, rev")
    .bind(typing.page.to_string())
    .bind(caller.now)
    .optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.person_id != access::person(caller).map(|person| person.to_string()) {
        return Err(Failure::Forbidden.into());
    }
    let saved = Saved { id: stored::id(&row.meeting_id)?, rev: row.rev };
    Ok(Some(LastKept { saved, turn: u64::try_from(row.turn).unwrap_or_default() }))
}

/// Writes down what the page has kept now. False when another save of a page that had kept nothing was faster: what this
/// one wrote is to be taken back.
pub(super) async fn keep(
    tx: &mut Tx,
    caller: &Caller,
    typing: Typing,
    saved: Saved,
    is_known: bool,
) -> Done<bool> {
    let sql = if is_known {
        "UPDATE draft_page SET person_id = $2, meeting_id = $3, turn = $4, rev = $5, kept_at = $6 WHERE page = $1"
    } else {
        "INSERT INTO draft_page (page, person_id, meeting_id, turn, rev, kept_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
    };
    let written = q(sql)
        .bind(typing.page.to_string())
        .bind(access::person(caller))
        .bind(saved.id)
        .bind(i64::try_from(typing.turn).unwrap_or(i64::MAX))
        .bind(saved.rev)
        .bind(caller.now)
        .run(&mut *tx)
        .await?;
    if !is_known {
        q("DELETE FROM draft_page WHERE kept_at < $1").bind(caller.now - FORGOTTEN_AFTER).run(tx).await?;
    }
    Ok(written == 1)
}

/// A draft is dropped, or a meeting called off: a page that still shows it begins another.
pub(super) async fn forget(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    q("DELETE FROM draft_page WHERE meeting_id = $1").bind(meeting).run(tx).await?;
    Ok(())
}
