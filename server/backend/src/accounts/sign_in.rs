//! Signing in: the password, its growing delays, and what a failed or successful sign-in records.
//! The module of the second factor asks for the code and then completes the sign-in with the functions here.

use chrono::{DateTime, Utc};
use domain::accounts::SignedIn;
use domain::audit::Deed;
use domain::error::Refusal;
use domain::ids::{AgencyId, PersonId};
use domain::notices::AccountEventKind;
use domain::people::typed_user_name;
use serde_json::json;

use super::delay::{self, GuessedSubject, Subject};
use super::devices::{self, Origin};
use super::session::{self, SessionStart};
use super::{note, second_factor};
use crate::audit::{self, Entry};
use crate::db::{Tx, q};
use crate::notices::tell_owner;
use crate::stop::Done;
use crate::{Backend, keys, stored};

/// The name of the key for the marks of addresses and devices.
pub(super) const MARKS_KEY: &str = "sign_in_marks_key";
/// Bytes of an address's mark in the trail: enough to see that two lines are about the same address.
const ADDRESS_MARK_BYTES: usize = 6;

/// What the client sends to sign in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt<'a> {
    pub(super) user_name: &'a str,
    pub(super) password: &'a str,
    pub(super) keep: bool,
    pub(super) device: &'a str,
    pub(super) address: &'a str,
    pub(super) now: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Account {
    id: String,
    name: String,
    agency_id: String,
    password_hash: String,
    is_active: bool,
}

pub(super) async fn sign_in(backend: &Backend, attempt: Attempt<'_>) -> Done<SignedIn> {
    let Attempt { password, keep, device, address, now, .. } = attempt;
    let user_name = typed_user_name(attempt.user_name);
    let subjects = subjects(&user_name, address);
    let key = backend.kept_key(MARKS_KEY).await?;
    let from = Origin { device, address, key: &key };
    let is_familiar = delay::is_familiar(backend.db(), &user_name, address, now).await?;
    let held_up_by = if is_familiar { &subjects[..1] } else { &subjects[..] };
    delay::check(backend.db(), held_up_by, now).await?;
    // Checked again while holding the turn: of a hundred guesses sent at once, only as many as there are
    // cores get through.
    let turn = backend.hashing().turn().await?;
    delay::check(backend.db(), held_up_by, now).await?;
    let account: Option<Account> =
        q("SELECT id, name, agency_id, password_hash, is_active FROM person WHERE user_name = $1")
            .bind(&user_name)
            .optional(backend.db())
            .await?;
    let stored_hash =
        account.as_ref().map(|account| account.password_hash.clone()).filter(|hash| !hash.is_empty());
    let fits = turn.verify(password, stored_hash).await?;
    let of = match &account {
        Some(account) => Some((account.name.clone(), stored::id(&account.agency_id)?)),
        None => None,
    };
    let mut tx = backend.db().begin().await?;
    let Some(account) = account.filter(|account| fits && account.is_active) else {
        failed(&mut tx, backend, &user_name, of, from, now).await?;
        tx.commit().await?;
        tracing::warn!("sign-in failed");
        return Err(Refusal::WrongCredentials.into());
    };
    let person: PersonId = stored::id(&account.id)?;
    let signed_in = if second_factor::is_on(&mut tx, person).await? {
        // Nothing is forgiven before the code is entered; otherwise each right password would allow more
        // guesses at the code.
        session::begin(&mut tx, backend, person, SessionStart { keep, device, awaits_code: true }, now)
            .await?
    } else {
        succeeded(&mut tx, backend, person, &user_name, keep, from, now).await?
    };
    tx.commit().await?;
    Ok(signed_in)
}

/// The subjects whose failures delay a sign-in.
pub(super) fn subjects(user_name: &str, address: &str) -> [Subject; 3] {
    [Subject::at(user_name, address), Subject::user(user_name), Subject::address(address)]
}

/// Counts a wrong password or code. The work is the same for a known and an unknown user name. A line of the
/// trail says when a user name or an address has used up its free failures. It does not repeat an unknown
/// name, because that may be a password.
pub(super) async fn failed(
    tx: &mut Tx,
    backend: &Backend,
    user_name: &str,
    of: Option<(String, AgencyId)>,
    from: Origin<'_>,
    now: DateTime<Utc>,
) -> Done<()> {
    // The person first, then the failures: the same order as a password reset.
    q("UPDATE person SET failed_tries = failed_tries + 1 WHERE user_name = $1")
        .bind(user_name)
        .run(&mut *tx)
        .await?;
    let reported = delay::failed(tx, &subjects(user_name, from.address), now).await?;
    for (what, failures) in reported {
        let mark = keys::mark(from.key, &[from.address], ADDRESS_MARK_BYTES);
        let after = json!({ "failures": failures, "address": mark });
        let system = backend.system_caller(now);
        let (name, agency) = match (what, &of) {
            (GuessedSubject::UserName, Some((name, agency))) => (name.as_str(), Some(*agency)),
            (GuessedSubject::UserName | GuessedSubject::Address, _) => ("", None),
        };
        let what = match what {
            GuessedSubject::UserName => Deed::AccountsManyFailuresOfUser,
            GuessedSubject::Address => Deed::AccountsManyFailuresOfAddress,
        };
        let entry = Entry::new(what, name).after(&after)?;
        let entry = match agency {
            Some(agency) => entry.of(agency),
            None => entry,
        };
        audit::record(tx, backend, &system, entry).await?;
    }
    Ok(())
}

/// Counts a wrong password or code of a person who is signed in. The owner is told at the next sign-in.
pub(super) async fn count_failed_try(tx: &mut Tx, person: PersonId) -> Done<()> {
    q("UPDATE person SET failed_tries = failed_tries + 1 WHERE id = $1").bind(person).run(tx).await?;
    Ok(())
}

/// Starts the full session of a person who has passed every check, and tells them what happened since the
/// last sign-in.
pub(super) async fn succeeded(
    tx: &mut Tx,
    backend: &Backend,
    person: PersonId,
    user_name: &str,
    keep: bool,
    from: Origin<'_>,
    now: DateTime<Utc>,
) -> Done<SignedIn> {
    // The person first, then the failures, as everywhere.
    q("UPDATE person SET failed_tries = failed_tries WHERE id = $1").bind(person).run(&mut *tx).await?;
    // The address is not cleared: otherwise a person with one account could try the passwords of all others.
    // Nor is the name cleared for every address: each sign-in of its owner would allow more guesses from
    // elsewhere.
    delay::cleared(tx, &subjects(user_name, from.address)[..1]).await?;
    delay::signed_in(tx, person, from.address, now).await?;
    let (tries,): (i64,) =
        q("SELECT failed_tries FROM person WHERE id = $1").bind(person).one(&mut *tx).await?;
    if tries > 0 {
        let kind = AccountEventKind::FailedTries { count: stored::number(tries)? };
        tell_owner(tx, backend, person, &kind, now).await?;
        q("UPDATE person SET failed_tries = 0 WHERE id = $1").bind(person).run(&mut *tx).await?;
    }
    let is_new = devices::is_new(tx, person, from, now).await?;
    let begun = SessionStart { keep, device: from.device, awaits_code: false };
    let signed_in = session::begin(tx, backend, person, begun, now).await?;
    let caller = session::find(&mut *tx, &signed_in.token, now).await?.caller;
    note(tx, backend, &caller, Deed::AccountsSignIn).await?;
    if is_new {
        let kind = AccountEventKind::NewDevice { device: from.device.to_owned() };
        tell_owner(tx, backend, person, &kind, now).await?;
        let mark = keys::mark(from.key, &[from.address], ADDRESS_MARK_BYTES);
        let entry = Entry::new(Deed::AccountsNewDevice, &caller.name).of(caller.agency.id);
        let entry = entry.after(&json!({ "device": from.device, "address": mark }))?;
        audit::record(tx, backend, &caller, entry).await?;
    }
    Ok(signed_in)
}
