//! Signing in and staying signed in. Passwords and tokens pass through here once and are never kept in clear.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::error::{Outcome, Refusal};
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

/// What a person has to do before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Enter the code of the second factor: the sign-in is not finished.
    EnterCode,
    /// Choose a new password: another person knows the present one.
    ChangePassword,
    /// Set up a second factor, because one of the person's roles requires it.
    SetUpSecondFactor,
}

impl Duty {
    /// Every duty, in the order in which they are asked for.
    pub const ALL: [Duty; 3] = [Self::EnterCode, Self::ChangePassword, Self::SetUpSecondFactor];
}

/// The holder of a session, and what they must do before anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionHolder {
    /// The person who holds the session.
    pub caller: Caller,
    /// What the person must do before they may use anything else.
    pub duty: Option<Duty>,
}

impl SessionHolder {
    /// The caller, if they have no outstanding duty.
    ///
    /// # Errors
    /// `DutyFirst` if they have one.
    pub fn without_duty(self) -> Outcome<Caller> {
        match self.duty {
            None => Ok(self.caller),
            Some(duty) => Err(Refusal::DutyFirst { duty }.into()),
        }
    }
}

/// What causes a request: the person or the open page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionUse {
    /// The person, by a click or a link. It counts as a use of the session.
    ByPerson,
    /// The open page, by itself. Possibly nobody is there, so it does not keep an idle session alive.
    ByPage,
}

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weakness {
    /// It is one of the most common passwords.
    Common,
    /// It hardly differs from one of the most common passwords.
    LikeCommon,
    /// Keys that are next to each other.
    Keys,
    /// The same letters repeated.
    Repeats,
    /// Consecutive letters or digits.
    Sequence,
    /// A date or a year.
    Date,
    /// One word.
    Word,
    /// A name.
    Name,
    /// The person's own user name, name or agency.
    Own,
    /// It has too few words to withstand automated guessing.
    Guessable,
}

/// Shortest password.
pub const PASSWORD_AT_LEAST: u32 = 10;
/// Longest password: argon2 takes any length, a request must not.
pub const PASSWORD_AT_MOST: u32 = 200;

/// Accounts and sessions.
///
/// Refusals: `WrongCredentials` (the same for an unknown name), `WaitBeforeSignIn` (the wait doubles with
/// each failure of a name or an address), `WrongCode`, `DutyFirst`.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Signs in. `address` is the client's address, used for the delay. `keep` asks for a long-lived session.
    /// If the person has a second factor, the session waits for the code and is good only for entering it.
    async fn sign_in(
        &self,
        user_name: &str,
        password: &str,
        keep: bool,
        device: &str,
        address: &str,
        now: DateTime<Utc>,
    ) -> Outcome<SignedIn>;
    /// Returns the holder of a token whose session is valid, with what they must do first. Marks the session
    /// as used, unless the page itself causes the request. Use it only to fulfil a duty; everything else
    /// calls [`Accounts::identify`].
    async fn recognise(&self, token: &str, by: SessionUse, now: DateTime<Utc>) -> Outcome<SessionHolder>;
    /// Returns the holder of a token and marks the session as used. `DutyFirst` if they have an outstanding
    /// duty.
    async fn identify(&self, token: &str, now: DateTime<Utc>) -> Outcome<Caller> {
        self.recognise(token, SessionUse::ByPerson, now).await?.without_duty()
    }
    /// The same without marking the session as used. It is for requests that an open page makes by itself, so
    /// that the session of an untouched tablet ends.
    async fn identify_in_background(&self, token: &str, now: DateTime<Utc>) -> Outcome<Caller> {
        self.recognise(token, SessionUse::ByPage, now).await?.without_duty()
    }
    /// Ends the caller's session.
    async fn sign_out(&self, caller: &Caller) -> Outcome<()>;
    /// Ends all of the caller's sessions, on every device.
    async fn sign_out_everywhere(&self, caller: &Caller) -> Outcome<()>;
    /// The caller's sessions, newest use first.
    async fn sessions(&self, caller: &Caller) -> Outcome<Vec<OwnSession>>;
    /// Changes the caller's password and ends their other sessions. A weak password, or the same one again,
    /// is an invalid `new`.
    async fn change_password(&self, caller: &Caller, old: &str, new: &str) -> Outcome<()>;
    /// Whether nobody can sign in yet and the first administrator is to be made.
    async fn is_empty(&self) -> Outcome<bool>;
    /// Makes the first administrator and signs them in. `address` is the client's, for the delay.
    async fn claim(
        &self,
        first: FirstAdministrator,
        device: &str,
        address: &str,
        now: DateTime<Utc>,
    ) -> Outcome<SignedIn>;
}
