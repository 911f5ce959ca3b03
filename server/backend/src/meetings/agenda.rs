//! The agenda between the form and the tables: which typed item is which stored one, and that no paper is lost.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::ids::{AgendaItemId, MeetingId};
use domain::meetings::{AGENDA_AT_MOST, AgendaInput, MeetingInput};

use crate::Backend;
use crate::db::{Source, q};
use crate::stop::Done;

/// Whether items that are new get their identifier now: a draft's do when it is saved, so that papers can be added; those
/// of a meeting people are invited to only when the change is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewItems {
    /// They get one.
    Numbered,
    /// They wait.
    Wait,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    title: String,
    minutes: i64,
    presenter: String,
    is_discussion: bool,
    holds_paper: bool,
}

/// Makes the typed agenda agree with the stored one.
///
/// Identifiers that are not of this meeting, or stand twice, are taken for new items. An item that holds a paper and is
/// no longer listed comes back at the end: first the paper is withdrawn, then the item goes.
pub(super) async fn settle(
    on: &mut impl Source,
    backend: &Backend,
    now: DateTime<Utc>,
    meeting: MeetingId,
    input: &mut MeetingInput,
    new_items: NewItems,
) -> Done<()> {
    let stored: Vec<Row> = q("SELECT i.id, i.title, i.minutes, i.presenter, i.is_discussion, \
            EXISTS (SELECT 1 FROM paper p WHERE p.item_id = i.id AND p.withdrawn_at IS NULL) AS holds_paper \
         FROM agenda_item i WHERE i.meeting_id = $1 ORDER BY i.position")
    .bind(meeting)
    .all(&mut *on)
    .await?;
    let mut seen = HashSet::new();
    for item in &mut input.agenda {
        let id = item.id.trim().to_lowercase();
        let is_ours = stored.iter().any(|row| row.id == id) && seen.insert(id.clone());
        item.id = if is_ours { id } else { String::new() };
    }
    let is_kept = |row: &&Row| row.holds_paper && !seen.contains(&row.id);
    input.agenda.extend(stored.iter().filter(is_kept).map(typed));
    if new_items == NewItems::Numbered {
        for item in input.agenda.iter_mut().take(AGENDA_AT_MOST as usize) {
            if item.id.is_empty() && !is_blank(item) {
                item.id = AgendaItemId(backend.entropy().id(now)).to_string();
            }
        }
    }
    Ok(())
}

fn is_blank(item: &AgendaInput) -> bool {
    [&item.title, &item.minutes, &item.presenter].iter().all(|text| text.trim().is_empty())
}

fn typed(row: &Row) -> AgendaInput {
    AgendaInput {
        id: row.id.clone(),
        title: row.title.clone(),
        minutes: if row.minutes == 0 { String::new() } else { row.minutes.to_string() },
        presenter: row.presenter.clone(),
        discussion: if row.is_discussion { "on".into() } else { String::new() },
    }
}

/// The whole stored agenda as the form shows it.
pub(super) async fn stored(on: impl Source, meeting: MeetingId) -> Done<Vec<AgendaInput>> {
    let rows: Vec<Row> = q("SELECT id, title, minutes, presenter, is_discussion, FALSE AS holds_paper \
                            FROM agenda_item WHERE meeting_id = $1 ORDER BY position")
    .bind(meeting)
    .all(on)
    .await?;
    Ok(rows.iter().map(typed).collect())
}
