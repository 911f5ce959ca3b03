//! The audit trail: written by every use case in its own transaction, read by administrators. Only ever inserted into.
//! Knows nothing of what the JSON it keeps means, only which meeting it tells of and who may open that.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::Days;
use domain::access::{Action, Caller};
use domain::audit::{Audit, AuditEntry, AuditFilter};
use domain::error::{Failure, Outcome};
use domain::ids::{AgencyId, AuditId, MeetingId};
use domain::people::Page;
use domain::text::fold;
use serde::Serialize;

use crate::access::{self, Within};
use crate::db::{Q, Tx, q};
use crate::meetings::lines::{self, Sight};
use crate::stop::Done;
use crate::{Backend, stored};

/// Lines a page: what fits a long screen.
const PER_PAGE: u32 = 50;

/// A line to be written.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    what: &'static str,
    subject: &'a str,
    agency: Option<AgencyId>,
    meeting: Option<MeetingId>,
    before: String,
    after: String,
}

impl<'a> Entry<'a> {
    /// What was done, as `feature.verb`, and to what, in words.
    pub(crate) fn new(what: &'static str, subject: &'a str) -> Self {
        Self { what, subject, agency: None, meeting: None, before: String::new(), after: String::new() }
    }

    /// The agency it concerns: its administrators may read the line. Without one, only the system's may.
    pub(crate) fn of(mut self, agency: AgencyId) -> Self {
        self.agency = Some(agency);
        self
    }

    /// The meeting it is about: only those who may open it are shown what it was about, before and after.
    pub(crate) fn about(mut self, meeting: MeetingId) -> Self {
        self.meeting = Some(meeting);
        self
    }

    /// How it was.
    pub(crate) fn before(mut self, before: &impl Serialize) -> Done<Self> {
        self.before = serde_json::to_string(before)?;
        Ok(self)
    }

    /// How it is now.
    pub(crate) fn after(mut self, after: &impl Serialize) -> Done<Self> {
        self.after = serde_json::to_string(after)?;
        Ok(self)
    }
}

/// Writes a line in the transaction of the change. Whoever follows the meeting it is about hears of it on commit.
pub(crate) async fn record(tx: &mut Tx, backend: &Backend, caller: &Caller, entry: Entry<'_>) -> Done<()> {
    let Entry { what, subject, agency, meeting, before, after } = entry;
    // A meeting's title is not for all who read the trail, so it is not what a line is found by either.
    let found_by = if meeting.is_some() { "" } else { subject };
    if let Some(meeting) = meeting {
        tx.changes(meeting);
    }
    q("INSERT INTO audit (id, at, person_id, who, agency_id, what, subject, before_json, after_json, folded, \
       meeting_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind(AuditId(backend.entropy().id(caller.now)))
    .bind(caller.now)
    .bind(access::person(caller))
    .bind(&caller.name)
    .bind(agency)
    .bind(what)
    .bind(subject)
    .bind(before)
    .bind(after)
    .bind(fold(&format!("{} {what} {found_by}", caller.name)))
    .bind(meeting)
    .run(tx)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    at: i64,
    who: String,
    what: String,
    subject: String,
    before_json: String,
    after_json: String,
    meeting_id: Option<String>,
}

#[async_trait]
impl Audit for Backend {
    async fn list(&self, caller: &Caller, filter: AuditFilter) -> Outcome<Page<AuditEntry>> {
        self.outcome(list(self, caller, filter).await)
    }
}

async fn list(backend: &Backend, caller: &Caller, filter: AuditFilter) -> Done<Page<AuditEntry>> {
    let within = Within::of(caller, Action::ViewAudit);
    if within == Within::Subtrees(Vec::new()) {
        return Err(Failure::Forbidden.into());
    }
    let page = filter.page.max(1);
    let mut counting = q("SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE ");
    let chosen = condition(backend, &mut counting, &within, &filter);
    counting.push(&chosen);
    let (total,): (i64,) = counting.one(backend.db()).await?;
    let mut rows =
        q("SELECT id, at, who, what, subject, before_json, after_json, meeting_id FROM audit WHERE ");
    let chosen = condition(backend, &mut rows, &within, &filter);
    rows.push(&chosen).push(" ORDER BY at DESC, id DESC");
    let (limit, offset) =
        (rows.place(i64::from(PER_PAGE)), rows.place(i64::from(page - 1) * i64::from(PER_PAGE)));
    rows.push(&format!(" LIMIT {limit} OFFSET {offset}"));
    let rows = rows.all::<Row>(backend.db()).await?;
    let about = rows.iter().filter_map(|row| row.meeting_id.clone()).collect();
    let sights = lines::sights(backend.db(), caller, about).await?;
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

/// What of a line is for the one who asks: running the system or an agency's people opens no meeting.
fn sight_of(row: &Row, sights: &HashMap<String, Sight>) -> Sight {
    let is_of_a_meeting =
        ["meetings.", "papers.", "attendance.", "live."].iter().any(|of| row.what.starts_with(of));
    if !is_of_a_meeting {
        return Sight { knows: true, opens: true, reads: true };
    }
    row.meeting_id.as_ref().and_then(|id| sights.get(id)).copied().unwrap_or_default()
}

/// Whether a line tells of papers, as what was published does with its agenda.
fn tells_of_papers(what: &str) -> bool {
    what.starts_with("papers.") || what == "meetings.publish"
}

fn entry(row: Row, sights: &HashMap<String, Sight>) -> Done<AuditEntry> {
    let sight = sight_of(&row, sights);
    let is_shown = sight.opens && (sight.reads || !tells_of_papers(&row.what));
    let [subject, before, after] =
        [(sight.knows, row.subject), (is_shown, row.before_json), (is_shown, row.after_json)]
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
