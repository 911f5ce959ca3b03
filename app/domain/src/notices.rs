//! Notices that a person is shown until they acknowledge them. Leaders see which roles were given in their
//! agencies, and which delegates administrators named for them. Everyone sees what happened to their own account.
//! Knows nothing of the audit trail: these rows are written for the reader and kept for a month.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::{Caller, Role};
use crate::error::Outcome;
use crate::ids::{AccountEventId, MeetingId, RoleGivenId};
use crate::people::PersonRef;

/// A role given by an administrator is shown for a month, so that a leader who is on leave for three weeks
/// still sees it.
pub const ROLE_SHOWN_DAYS: i64 = 31;

/// What a person was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// A role that opens meetings.
    Role(Role),
    /// A seat of an invited agency, with the meeting; without it if the reader may not know of the meeting. A delegate
    /// reads the papers.
    Seat(Option<SeatMeeting>),
}

/// A meeting in which a person was given a seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatMeeting {
    /// Identifier.
    pub id: MeetingId,
    /// Title.
    pub title: String,
}

/// A role that opens meetings, given by an administrator, or a seat in a meeting, given by a person whose own
/// roles open no meetings of the agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGiven {
    /// Identifier.
    pub id: RoleGivenId,
    /// When it was given.
    pub at: DateTime<Utc>,
    /// The person who now has it.
    pub person: PersonRef,
    /// Which role or seat.
    pub given: Given,
    /// Short name of the agency in which the role is held, or whose seat it is.
    pub agency: String,
    /// Name of the administrator.
    pub given_by: String,
}

/// What happened to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountEventKind {
    /// Wrong passwords or codes, reported at the next successful sign-in.
    FailedTries {
        /// How many.
        count: u32,
    },
    /// A sign-in from a device at an address where the person had not signed in before.
    NewDevice {
        /// Browser and system, as far as known.
        device: String,
    },
    /// Another person set the password.
    PasswordReset {
        /// Name of that person.
        by: String,
    },
    /// The second factor was turned on.
    SecondFactorOn,
    /// The second factor was turned off.
    SecondFactorOff {
        /// Name of the person who turned it off: an administrator or the owner.
        by: String,
    },
    /// The owner replaced all recovery codes by new ones.
    RecoveryCodesRenewed,
    /// A recovery code was used up in place of a code on the phone.
    RecoveryCodeUsed {
        /// How many are left.
        left: u32,
    },
}

/// Failed tries that the home page reports. Fewer are mostly the owner's own mistakes and would be shown
/// above the next meeting each time. The account page reports all of them.
pub const FAILED_TRIES_ON_HOME: u32 = 3;

impl AccountEventKind {
    /// Whether the home page reports it, above the next meeting.
    ///
    /// ```
    /// use domain::notices::AccountEventKind;
    /// assert!(!AccountEventKind::FailedTries { count: 2 }.is_told_on_home());
    /// assert!(AccountEventKind::FailedTries { count: 3 }.is_told_on_home());
    /// assert!(AccountEventKind::SecondFactorOn.is_told_on_home());
    /// ```
    pub fn is_told_on_home(&self) -> bool {
        match self {
            Self::FailedTries { count } => *count >= FAILED_TRIES_ON_HOME,
            Self::NewDevice { .. }
            | Self::PasswordReset { .. }
            | Self::SecondFactorOn
            | Self::SecondFactorOff { .. }
            | Self::RecoveryCodesRenewed
            | Self::RecoveryCodeUsed { .. } => true,
        }
    }
}

/// Events kept for one account: some months of a person who travels, and a bounded number of rows.
pub const ACCOUNT_EVENTS_KEPT: usize = 50;

/// An event of an account, as shown to its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEvent {
    /// Identifier.
    pub id: AccountEventId,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: AccountEventKind,
    /// Whether the owner has acknowledged it.
    pub is_seen: bool,
}

/// Notices.
///
/// Each person reads and acknowledges their own notices. Failures: `NotFound` for a notice that is not shown
/// to the caller.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Roles and seats that were given during the last month in agencies that the caller leads, and that the caller has
    /// not acknowledged; newest first. If an agency has no other leader, the leaders of the nearest agency
    /// above see them.
    async fn roles_given(&self, caller: &Caller) -> Outcome<Vec<RoleGiven>>;
    /// Acknowledges one of them. Other leaders still see it.
    async fn acknowledge_role(&self, caller: &Caller, id: RoleGivenId) -> Outcome<()>;
    /// What happened to the caller's own account, newest first; at most [`ACCOUNT_EVENTS_KEPT`].
    async fn account_events(&self, caller: &Caller) -> Outcome<Vec<AccountEvent>>;
    /// Acknowledges this one and all older ones.
    async fn acknowledge_account(&self, caller: &Caller, newest: AccountEventId) -> Outcome<()>;
}
