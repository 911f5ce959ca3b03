//! The steps from one item of a meeting's agenda to the next, kept so that they can be taken back, newest first. Knows
//! no permission.

use domain::error::Failure;
use domain::ids::{AgendaItemId, MeetingId};

use crate::db::{Source, Tx, q};
use crate::stop::Done;

/// An item with its times before a step.
#[derive(Clone, Debug)]
pub(super) struct ItemBefore {
    id: String,
    began_at: Option<i64>,
    done_at: Option<i64>,
}

impl ItemBefore {
    /// Reads it; `NotFound` when the meeting has no such item.
    pub(super) async fn load(on: impl Source, meeting: MeetingId, item: AgendaItemId) -> Done<ItemBefore> {
        let row: Option<(Option<i64>, Option<i64>)> =
            q("SELECT began_at, done_at FROM agenda_item WHERE id = $1 AND meeting_id = $2")
                .bind(item)
                .bind(meeting)
                .optional(on)
                .await?;
        let (began_at, done_at) = row.ok_or(Failure::NotFound)?;
        Ok(ItemBefore { id: item.to_string(), began_at, done_at })
    }
}

/// A step that can be taken back.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct AgendaStep {
    number: i64,
    pub(super) is_closing: bool,
    pub(super) from_item: Option<String>,
    pub(super) to_item: Option<String>,
    to_began_at: Option<i64>,
    to_done_at: Option<i64>,
}

/// Keeps a step that was taken.
pub(super) async fn keep(
    tx: &mut Tx,
    meeting: MeetingId,
    from: Option<&str>,
    to: Option<ItemBefore>,
    is_closing: bool,
) -> Done<()> {
    let (to, began, done) = match to {
        Some(item) => (Some(item.id), item.began_at, item.done_at),
        None => (None, None, None),
    };
    q("INSERT INTO agenda_step (meeting_id, number, is_closing, from_item, to_item, to_began_at, to_done_at) \
       SELECT $1, CAST(COALESCE(MAX(number), 0) AS BIGINT) + 1, $6, $2, $3, $4, $5 \
       FROM agenda_step WHERE meeting_id = $1")
    .bind(meeting)
    .bind(from.map(str::to_owned))
    .bind(to)
    .bind(began)
    .bind(done)
    .bind(is_closing)
    .run(tx)
    .await?;
    Ok(())
}

/// The newest step.
pub(super) async fn newest(on: impl Source, meeting: MeetingId) -> Done<Option<AgendaStep>> {
    Ok(q("SELECT number, is_closing, from_item, to_item, to_began_at, to_done_at FROM agenda_step \
          WHERE meeting_id = $1 ORDER BY number DESC LIMIT 1")
    .bind(meeting)
    .optional(on)
    .await?)
}

/// Takes a step back: both items have the times they had, and the one before is under discussion again.
pub(super) async fn undo(tx: &mut Tx, meeting: MeetingId, step: &AgendaStep) -> Done<()> {
    q("UPDATE agenda_item SET began_at = $3, done_at = $4 WHERE id = $1 AND meeting_id = $2")
        .bind(step.to_item.clone())
        .bind(meeting)
        .bind(step.to_began_at)
        .bind(step.to_done_at)
        .run(&mut *tx)
        .await?;
    q("UPDATE agenda_item SET done_at = NULL WHERE id = $1 AND meeting_id = $2")
        .bind(step.from_item.clone())
        .bind(meeting)
        .run(&mut *tx)
        .await?;
    q("UPDATE meeting SET current_item = $2 WHERE id = $1")
        .bind(meeting)
        .bind(step.from_item.clone())
        .run(&mut *tx)
        .await?;
    q("DELETE FROM agenda_step WHERE meeting_id = $1 AND number = $2")
        .bind(meeting)
        .bind(step.number)
        .run(tx)
        .await?;
    Ok(())
}

/// Forgets every step, because the times of the items were entered by hand.
pub(super) async fn forget(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    q("DELETE FROM agenda_step WHERE meeting_id = $1").bind(meeting).run(tx).await?;
    Ok(())
}
