//! Signing in and staying signed in. Passwords and tokens pass through here once and are never kept in clear.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::error::Outcome;
use crate::ids::SessionId;

/// A fresh session: the token goes to the browser and only its hash stays.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// 256 random bits, hex. Never logged.
    pub token: String,
    /// How long the cookie may live, in seconds; `None` for the browser's own session.
    pub max_age_seconds: Option<i64>,
}

/// One of a person's own sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSession {
    /// Identifier.
    pub id: SessionId,
    /// Browser, shortened.
    pub device: String,
    /// When it began.
    pub began: DateTime<Utc>,
    /// When it was last used.
    pub used: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// The first administrator, made with the one-time code that the program prints on an empty database.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FirstAdministrator {
    /// The printed code.
    pub code: String,
    /// Name of the root agency.
    pub agency_name: String,
    /// User name.
    pub user_name: String,
    /// Name.
    pub name: String,
    /// Password, at least 10 characters.
    pub password: String,
}

/// Shortest password.
pub const PASSWORD_AT_LEAST: u32 = 10;
/// Longest password: argon2 takes any length, a request must not.
pub const PASSWORD_AT_MOST: u32 = 200;

/// Accounts and sessions.
///
/// Refusals: `WrongCredentials` (the same for an unknown name), `WaitBeforeSignIn` (doubling per failure of a name or
/// an address), `WrongCode`.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Signs in. `address` is the client's, for the delay; `keep` asks for a long-lived session.
    async fn sign_in(
        &self,
        user_name: &str,
        password: &str,
        keep: bool,
        device: &str,
        address: &str,
        now: DateTime<Utc>,
    ) -> Outcome<SignedIn>;
    /// Who holds a token, if its session is still good; also marks it as used.
    async fn identify(&self, token: &str, now: DateTime<Utc>) -> Outcome<Caller>;
    /// The same without marking the session as used: for what an open page asks by itself, so that the session of a tablet
    /// that nobody touches ends.
    async fn identify_in_background(&self, token: &str, now: DateTime<Utc>) -> Outcome<Caller>;
    /// Ends the caller's session.
    async fn sign_out(&self, caller: &Caller) -> Outcome<()>;
    /// Ends all of the caller's sessions, on every device.
    async fn sign_out_everywhere(&self, caller: &Caller) -> Outcome<()>;
    /// The caller's sessions, newest use first.
    async fn sessions(&self, caller: &Caller) -> Outcome<Vec<OwnSession>>;
    /// Changes the caller's password and ends the other sessions.
    async fn change_password(&self, caller: &Caller, old: &str, new: &str) -> Outcome<()>;
    /// Whether nobody can sign in yet and the first administrator is to be made.
    async fn is_empty(&self) -> Outcome<bool>;
    /// Makes the first administrator and signs them in.
    async fn claim(&self, first: FirstAdministrator, device: &str, now: DateTime<Utc>) -> Outcome<SignedIn>;
}
