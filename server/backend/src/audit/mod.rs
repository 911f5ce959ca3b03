//! The audit trail: every use case hands its lines to its transaction, and the commit writes them.
//! Administrators read it.
//! Knows nothing of what the stored JSON means, only which meeting it is about and who may read it.

mod chain;
mod guard;

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::Days;
use domain::access::{Action, Caller};
use domain::audit::{Audience, Audit, AuditEntry, AuditFilter, Deed};
use domain::error::{Failure, Outcome};
use domain::ids::{AgencyId, AuditId, MeetingId};
use domain::people::Page;
use domain::sight::Sight;
use domain::text::fold;
use serde::Serialize;

pub(crate) use chain::{LINES_AT_ONCE, Line, append};
pub use guard::{TrailFault, TrailState};
pub(crate) use guard::{ensure, verify};

use crate::access::{self, Within};
use crate::db::{Q, Tx, q};
use crate::meetings::sight::{self, MeetingSight};
use crate::stop::Done;
use crate::{Backend, stored};

/// Lines on one page: as many as a long screen shows.
const PER_PAGE: u32 = 50;

/// A line to be written.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    what: Deed,
    subject: &'a str,
    agency: Option<AgencyId>,
    meeting: Option<MeetingId>,
    before: String,
    after: String,
}

impl<'a> Entry<'a> {
    /// A line that says what was done, and to what, in words. The deed determines who may read the values
    /// before and after.
    pub(crate) fn new(what: Deed, subject: &'a str) -> Self {
        Self { what, subject, agency: None, meeting: None, before: String::new(), after: String::new() }
    }

    /// The agency concerned: its administrators may read the line. Without one, only system administrators
    /// may.
    pub(crate) fn of(mut self, agency: AgencyId) -> Self {
        self.agency = Some(agency);
        self
    }

    /// The meeting concerned: only people who may know of the meeting see its title.
    pub(crate) fn about(mut self, meeting: MeetingId) -> Self {
        self.meeting = Some(meeting);
        self
    }

    /// The value before the change.
    pub(crate) fn before(mut self, before: &impl Serialize) -> Done<Self> {
        self.before = serde_json::to_string(before)?;
        Ok(self)
    }

    /// The value after the change.
    pub(crate) fn after(mut self, after: &impl Serialize) -> Done<Self> {
        self.after = serde_json::to_string(after)?;
        Ok(self)
    }
}

/// Adds a line that the commit of this transaction writes. Clients that follow the meeting are notified then.
pub(crate) async fn record(tx: &mut Tx, backend: &Backend, caller: &Caller, entry: Entry<'_>) -> Done<()> {
    let Entry { what, subject, agency, meeting, before, after } = entry;
    // The search text holds nothing that is not for every reader of the trail.
    let found_by = if what.audience() == Audience::TrailReaders { subject } else { "" };
    if let Some(meeting) = meeting {
        tx.changes(meeting);
    }
    let line = Line {
        id: AuditId(backend.entropy().id(caller.now)).to_string(),
        at: caller.now.timestamp_millis(),
        person_id: access::person(caller).map(|person| person.to_string()),
        who: caller.name.clone(),
        agency_id: agency.map(|agency| agency.to_string()),
        meeting_id: meeting.map(|meeting| meeting.to_string()),
        what: what.code().to_owned(),
        subject: subject.to_owned(),
        before_json: before,
        after_json: after,
        audience: what.audience().code().to_owned(),
        folded: fold(&format!("{} {} {found_by}", caller.name, what.code())),
    };
    Ok(tx.record(line).await?)
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
    audience: String,
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
