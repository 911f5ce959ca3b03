//! Reads a page of the trail.

use std::collections::HashMap;

use chrono::Days;
use domain::access::{Action, Caller};
use domain::audit::{Audience, AuditEntry, AuditFilter};
use domain::error::Failure;
use domain::people::Page;
use domain::sight::Sight;

use crate::access::Within;
use crate::db::{Q, q};
use crate::meetings::sight::{self, MeetingSight};
use crate::stop::Done;
use crate::{Backend, stored};

/// Lines on one page: as many as a long screen shows.
const PER_PAGE: u32 = 50;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    at: i64,
    who: String,
    what: String,
    subject: String,
    before_json: String,
    after_json: String,
    audience: String,
    meeting_id: Option<String>,
}

pub(super) async fn list(backend: &Backend, caller: &Caller, filter: AuditFilter) -> Done<Page<AuditEntry>> {
    let within = Within::of(caller, Action::ViewAudit);
    if within == Within::Subtrees(Vec::new()) {
        return Err(Failure::Forbidden.into());
    }
    let page = filter.page.max(1);
    let mut counting = q("SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE ");
    let chosen = condition(backend, &mut counting, &within, &filter);
    counting.push(&chosen);
    let mut db = backend.db().heavy_reader().await?;
    let (total,): (i64,) = counting.one(&mut db).await?;
    let mut rows = q(
        "SELECT id, at, who, what, subject, before_json, after_json, audience, meeting_id FROM audit WHERE ",
    );
    let chosen = condition(backend, &mut rows, &within, &filter);
    rows.push(&chosen).push(" ORDER BY at DESC, seq DESC");
    let (limit, offset) =
        (rows.place(i64::from(PER_PAGE)), rows.place(i64::from(page - 1) * i64::from(PER_PAGE)));
    rows.push(&format!(" LIMIT {limit} OFFSET {offset}"));
    let rows = rows.all::<Row>(&mut db).await?;
    let about = rows.iter().filter_map(|row| row.meeting_id.clone()).collect();
    let sights = sight::with_rolls(&mut db, caller, about).await?;
    let rows = rows.into_iter().map(|row| entry(row, &sights)).collect::<Done<_>>()?;
    Ok(Page { rows, total, page, per_page: PER_PAGE })
}

fn condition(backend: &Backend, q: &mut Q, within: &Within, filter: &AuditFilter) -> String {
    let mut all = vec![within.condition(q, "agency_id")];
    let midnight = |day: chrono::NaiveDate| backend.zone().instant(day.and_time(chrono::NaiveTime::MIN));
    if let Some(from) = filter.from {
        all.push(format!("at >= {}", q.place(midnight(from))));
    }
    if let Some(after) = filter.to.and_then(|to| to.checked_add_days(Days::new(1))) {
        all.push(format!("at < {}", q.place(midnight(after))));
    }
    for word in crate::typed::words(&filter.text) {
        all.push(format!("folded LIKE {}", q.place(format!("%{word}%"))));
    }
    all.join(" AND ")
}

/// What the caller may see of the meeting that a line is about.
fn sight_of(row: &Row, sights: &HashMap<String, MeetingSight>) -> MeetingSight {
    row.meeting_id.as_ref().and_then(|id| sights.get(id)).copied().unwrap_or_default()
}

/// Whether a caller with this sight of the meeting is in the audience.
fn is_among(audience: Audience, seen: MeetingSight) -> bool {
    let (opens, reads) = (seen.sight >= Sight::Opens, seen.sight >= Sight::Papers);
    let calls = seen.shows_absences;
    match audience {
        Audience::TrailReaders => true,
        Audience::MeetingReaders => opens,
        Audience::PaperReaders => opens && reads,
        Audience::RollCallers => opens && calls,
        Audience::FormWriters => opens && seen.shows_form,
        Audience::PaperReadersWhoCallTheRoll => opens && reads && calls,
    }
}

fn entry(row: Row, sights: &HashMap<String, MeetingSight>) -> Done<AuditEntry> {
    let (audience, seen) = (Audience::parse(&row.audience), sight_of(&row, sights));
    let is_shown = is_among(audience, seen);
    let is_named = audience == Audience::TrailReaders || seen.sight >= Sight::Title;
    let [subject, before, after] =
        [(is_named, row.subject), (is_shown, row.before_json), (is_shown, row.after_json)]
            .map(|(is_shown, text)| if is_shown { text } else { String::new() });
    Ok(AuditEntry {
        id: stored::id(&row.id)?,
        at: stored::instant(row.at)?,
        who: row.who,
        what: row.what,
        subject,
        before,
        after,
        is_withheld: !is_shown,
    })
}
