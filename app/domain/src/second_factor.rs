//! The second factor: a code on the person's phone that changes every 30 s. Signing in asks for it after the
//! password. Knows nothing of the QR code; the port makes and compares the codes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::accounts::SignedIn;
use crate::error::Outcome;

/// Recovery codes made at a time: enough for five years for a person who loses the phone twice a year.
pub const RECOVERY_CODES: usize = 10;

/// What a phone needs to show the codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorSetup {
    /// The secret, base32, for typing it where the phone cannot scan.
    pub secret: String,
    /// The same secret as an address (`otpauth://…`), for scanning.
    pub address: String,
}

/// A person's own second factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorState {
    /// Since when the second factor is on; none while it is off.
    pub since: Option<DateTime<Utc>>,
    /// Whether one of the person's roles requires a second factor.
    pub is_demanded: bool,
    /// A setup that was begun and is not confirmed yet.
    pub setup: Option<SecondFactorSetup>,
    /// Recovery codes that are not used yet.
    pub recovery_codes_left: u32,
}

/// The caller's own second factor.
///
/// Refusals: `WrongSecondCode` for a code that is wrong or was used before, `WrongPassword` at the field for a
/// wrong password, `WaitBeforeSignIn` after failures, `WrongState` if the second factor is already on, or off.
#[async_trait]
pub trait SecondFactor: Send + Sync {
    /// The state of the caller's second factor.
    async fn state(&self, caller: &Caller) -> Outcome<SecondFactorState>;
    /// Makes a secret, which replaces one that is not confirmed yet. Asks for the password: anyone who finds the device
    /// signed in could otherwise add their own phone and lock the owner out.
    async fn begin(&self, caller: &Caller, password: &str) -> Outcome<()>;
    /// Turns the second factor on with the first code and returns the recovery codes, to be shown once.
    async fn confirm(&self, caller: &Caller, code: &str) -> Outcome<Vec<String>>;
    /// Turns the second factor off, with the password and a code or a recovery code.
    async fn turn_off(&self, caller: &Caller, password: &str, code: &str) -> Outcome<()>;
    /// Replaces all recovery codes by new ones, with the password and a code or a recovery code, and returns them, to be
    /// shown once.
    async fn renew_recovery_codes(&self, caller: &Caller, password: &str, code: &str)
    -> Outcome<Vec<String>>;
    /// Completes a sign-in with a code or a recovery code: a full session replaces the one that waits for the
    /// code.
    async fn enter_code(&self, caller: &Caller, code: &str, device: &str, address: &str)
    -> Outcome<SignedIn>;
}
