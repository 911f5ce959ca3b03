//! What a person is shown until they have seen it. Leaders see which roles were given in their agencies.
//! Knows nothing of the audit trail: these rows are written for the reader and kept for a month.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::{Caller, Role};
use crate::error::Outcome;
use crate::ids::RoleGivenId;
use crate::people::PersonRef;

/// A role given by an administrator is shown for a month: a leader on leave for three weeks still sees it.
pub const ROLE_SHOWN_DAYS: i64 = 31;

/// A role that opens meetings, given by an administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGiven {
    /// Identifier.
    pub id: RoleGivenId,
    /// When it was given.
    pub at: DateTime<Utc>,
    /// Who has it now.
    pub person: PersonRef,
    /// Which role.
    pub role: Role,
    /// Short name of the agency that it is held in.
    pub agency: String,
    /// Name of the administrator.
    pub given_by: String,
}

/// Notices.
///
/// Each person reads and acknowledges their own. Failures: `NotFound` for a notice that is not shown to the caller.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Roles given during the last month in agencies that the caller leads and that the caller has not acknowledged,
    /// newest first. In an agency without another leader the leaders of the nearest agency above see them.
    async fn roles_given(&self, caller: &Caller) -> Outcome<Vec<RoleGiven>>;
    /// Acknowledges one of them; other leaders still see it.
    async fn acknowledge_role(&self, caller: &Caller, id: RoleGivenId) -> Outcome<()>;
}
