//! The audit trail: written by every use case in its own transaction, read by administrators. Only ever inserted into.
//! Knows nothing of what the JSON it keeps means.

use async_trait::async_trait;
use chrono::Days;
use domain::access::{Action, Caller};
use domain::audit::{Audit, AuditEntry, AuditFilter};
use domain::error::{Failure, Outcome};
use domain::ids::{AgencyId, AuditId};
use domain::people::Page;
use domain::text::fold;
use serde::Serialize;

use crate::access::{self, Within};
use crate::db::{Q, Tx, q};
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
    before: String,
    after: String,
}

impl<'a> Entry<'a> {
    /// What was done, as `feature.verb`, and to what, in words.
    pub(crate) fn new(what: &'static str, subject: &'a str) -> Self {
        Self { what, subject, agency: None, before: String::new(), after: String::new() }
    }

    /// The agency it concerns: its administrators may read the line. Without one, only the system's may.
    pub(crate) fn of(mut self, agency: AgencyId) -> Self {
        self.agency = Some(agency);
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

/// Writes a line in the transaction of the change.
pub(crate) async fn record(tx: &mut Tx, backend: &Backend, caller: &Caller, entry: Entry<'_>) -> Done<()> {
    let Entry { what, subject, agency, before, after } = entry;
    q("INSERT INTO audit (id, at, person_id, who, agency_id, what, subject, before_json, after_json, folded) \
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(AuditId(backend.entropy().id(caller.now)))
    .bind(caller.now)
    .bind(access::person(caller))
    .bind(&caller.name)
    .bind(agency)
    .bind(what)
    .bind(subject)
    .bind(before)
    .bind(after)
    .bind(fold(&format!("{} {what} {subject}", caller.name)))
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
    let mut rows = q("SELECT id, at, who, what, subject, before_json, after_json FROM audit WHERE ");
    let chosen = condition(backend, &mut rows, &within, &filter);
    rows.push(&chosen).push(" ORDER BY at DESC, id DESC");
    let (limit, offset) =
        (rows.place(i64::from(PER_PAGE)), rows.place(i64::from(page - 1) * i64::from(PER_PAGE)));
    rows.push(&format!(" LIMIT {limit} OFFSET {offset}"));
    let rows = rows.all::<Row>(backend.db()).await?;
    let rows = rows.into_iter().map(entry).collect::<Done<_>>()?;
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
    for word in fold(&filter.text).split(' ').filter(|word| !word.is_empty()) {
        all.push(format!("folded LIKE {}", q.place(format!("%{word}%"))));
    }
    all.join(" AND ")
}

fn entry(row: Row) -> Done<AuditEntry> {
    Ok(AuditEntry {
        id: stored::id(&row.id)?,
        at: stored::instant(row.at)?,
        who: row.who,
        what: row.what,
        subject: row.subject,
        before: row.before_json,
        after: row.after_json,
    })
}
