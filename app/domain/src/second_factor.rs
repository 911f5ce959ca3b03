//! The second factor: a code that changes every half-minute on one's phone, asked for after the password.
//! Knows no picture of it; the codes themselves are made and compared behind the port.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::accounts::SignedIn;
use crate::error::Outcome;

/// Recovery codes made at a time: a person who loses the phone twice a year has enough for five years.
pub const RECOVERY_CODES: usize = 10;

/// What a phone needs to show the codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorSetup {
    /// The secret, base32, to be typed where nothing can be scanned.
    pub secret: String,
    /// The same as an address (`otpauth://…`), to be scanned.
    pub address: String,
}

/// A person's own second factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorState {
    /// Since when it is on; none while it is off.
    pub since: Option<DateTime<Utc>>,
    /// Whether one of the person's roles must have one.
    pub is_demanded: bool,
    /// What was begun and not confirmed yet.
    pub setup: Option<SecondFactorSetup>,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: u32,
}

/// The caller's own second factor.
///
/// Refusals: `WrongSecondCode` for a code that does not fit or was used before, `WrongCredentials` for a wrong password,
/// `WaitBeforeSignIn` after failures, `WrongState` for one that is on already, or off.
#[async_trait]
pub trait SecondFactor: Send + Sync {
    /// How it stands.
    async fn state(&self, caller: &Caller) -> Outcome<SecondFactorState>;
    /// Makes a secret, unless one is there that was not confirmed yet.
    async fn begin(&self, caller: &Caller) -> Outcome<()>;
    /// Turns it on with the first code and gives the recovery codes, to be shown once.
    async fn confirm(&self, caller: &Caller, code: &str) -> Outcome<Vec<String>>;
    /// Turns it off, with the password and a code or a recovery code.
    async fn turn_off(&self, caller: &Caller, password: &str, code: &str) -> Outcome<()>;
    /// Ends a sign-in that waits for a code or a recovery code: the session that waited is replaced by a whole one.
    async fn enter_code(&self, caller: &Caller, code: &str, device: &str, address: &str)
    -> Outcome<SignedIn>;
}
