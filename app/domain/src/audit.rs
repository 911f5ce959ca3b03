//! The audit trail: who did what, when, before and after. Written in the same transaction as the change; only grows.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::error::Outcome;
use crate::ids::AuditId;
use crate::people::Page;

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Identifier; sorts by time.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, as named then; "Phiên" for the program itself.
    pub who: String,
    /// What, as `feature.verb`, such as `meetings.publish`.
    pub what: String,
    /// What it was about, in words (a title, a name); empty when that is not the caller's to know.
    pub subject: String,
    /// Before, as JSON; empty when there was nothing.
    pub before: String,
    /// After, as JSON; empty when nothing is left.
    pub after: String,
    /// Before and after are of a meeting that the caller may not open, or of papers that they may not read.
    pub is_withheld: bool,
}

/// Which lines to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// Folded text in who, what or subject.
    pub text: String,
    /// First local day.
    pub from: Option<NaiveDate>,
    /// Last local day.
    pub to: Option<NaiveDate>,
    /// Page from 1.
    pub page: u32,
}

/// The trail, for administrators: the system's for the system administrator, an agency's for its own. Who, what
/// and when are for all of them; what a meeting held, before and after, only for those who may open it.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Lines, newest first.
    async fn list(&self, caller: &Caller, filter: AuditFilter) -> Outcome<Page<AuditEntry>>;
}
