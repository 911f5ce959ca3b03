//! The audit trail: every use case hands its lines to its transaction, and the commit writes them.
//! Administrators read it.
//! Knows nothing of what the stored JSON means, only which meeting it is about and who may read it.

mod chain;
mod clean;
mod cut;
mod guard;
mod list;

use async_trait::async_trait;
use domain::access::{Action, Caller};
use domain::audit::{Audience, Audit, AuditEntry, AuditFilter, Deed};
use domain::error::Outcome;
use domain::ids::{AgencyId, AuditId, MeetingId};
use domain::people::Page;
use domain::text::fold;
use serde::Serialize;

pub(crate) use chain::{LINES_AT_ONCE, Line, append};
#[cfg(test)]
pub(crate) use cut::DIFFERENCE_BYTES_AT_MOST;
pub(crate) use cut::{Difference, difference, fields};
pub use guard::{TrailFault, TrailState};
pub(crate) use guard::{ensure, verify};

use crate::db::Tx;
use crate::stop::Done;
use crate::{Backend, access};

/// Characters of what a line is about: longer than any title that can be published.
const SUBJECT_CHARS_AT_MOST: usize = 500;

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
/// Every line is held to its size here, because it can never be deleted.
pub(crate) async fn record(tx: &mut Tx, backend: &Backend, caller: &Caller, entry: Entry<'_>) -> Done<()> {
    let Entry { what, subject, agency, meeting, before, after } = entry;
    let subject = cut::cut_text(&clean::subject(subject), SUBJECT_CHARS_AT_MOST);
    let (before, after) = cut::fit(clean::value(before), clean::value(after));
    // The search text holds nothing that is not for every reader of the trail.
    let found_by = if what.audience() == Audience::TrailReaders { subject.as_str() } else { "" };
    if let Some(meeting) = meeting {
        tx.changes(meeting);
    }
    let folded = fold(&format!("{} {} {found_by}", caller.name, what.code()));
    let line = Line {
        id: AuditId(backend.entropy().id(caller.now)).to_string(),
        at: caller.now.timestamp_millis(),
        person_id: access::person(caller).map(|person| person.to_string()),
        who: caller.name.clone(),
        agency_id: agency.map(|agency| agency.to_string()),
        meeting_id: meeting.map(|meeting| meeting.to_string()),
        what: what.code().to_owned(),
        subject,
        before_json: before,
        after_json: after,
        audience: what.audience().code().to_owned(),
        folded,
    };
    Ok(tx.record(line).await?)
}

#[async_trait]
impl Audit for Backend {
    async fn list(&self, caller: &Caller, filter: AuditFilter) -> Outcome<Page<AuditEntry>> {
        self.outcome(access::permit_somewhere(caller, Action::ViewAudit))?;
        self.in_expensive_turn(caller, list::list(self, caller, filter)).await
    }
}
