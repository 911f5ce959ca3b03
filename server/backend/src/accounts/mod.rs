//! Signing in and staying signed in: passwords, growing delays, sessions, the first administrator.
//! Knows nothing of cookies; the token comes and goes as text.

mod delay;
mod first;
pub(crate) mod password;
pub(crate) mod session;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{Action, Caller, Scope};
use domain::accounts::{Accounts, FirstAdministrator, OwnSession, SignedIn};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Outcome, Refusal};
use domain::ids::PersonId;

use crate::access::permit;
use crate::audit::{self, Entry};
use crate::db::{Tx, q};
use crate::stop::Done;
use crate::{Backend, stored};
use delay::Subject;

#[async_trait]
impl Accounts for Backend {
    async fn sign_in(
        &self,
        user_name: &str,
        password: &str,
        keep: bool,
        device: &str,
        address: &str,
        now: DateTime<Utc>,
    ) -> Outcome<SignedIn> {
        self.outcome(sign_in(self, user_name, password, keep, device, address, now).await)
    }

    async fn identify(&self, token: &str, now: DateTime<Utc>) -> Outcome<Caller> {
        self.outcome(identify(self, token, now).await)
    }

    async fn identify_in_background(&self, token: &str, now: DateTime<Utc>) -> Outcome<Caller> {
        self.outcome(session::caller(self.db(), token, now).await.map(|(caller, _)| caller))
    }

    async fn sign_out(&self, caller: &Caller) -> Outcome<()> {
        self.outcome(sign_out(self, caller).await)
    }

    async fn sign_out_everywhere(&self, caller: &Caller) -> Outcome<()> {
        self.outcome(sign_out_everywhere(self, caller).await)
    }

    async fn sessions(&self, caller: &Caller) -> Outcome<Vec<OwnSession>> {
        self.outcome(sessions(self, caller).await)
    }

    async fn change_password(&self, caller: &Caller, old: &str, new: &str) -> Outcome<()> {
        self.outcome(change_password(self, caller, old, new).await)
    }

    async fn is_empty(&self) -> Outcome<bool> {
        self.outcome(first::is_empty(self.db()).await)
    }

    async fn claim(&self, first: FirstAdministrator, device: &str, now: DateTime<Utc>) -> Outcome<SignedIn> {
        self.outcome(first::claim(self, first, device, now).await)
    }
}

async fn sign_in(
    backend: &Backend,
    user_name: &str,
    password: &str,
    keep: bool,
    device: &str,
    address: &str,
    now: DateTime<Utc>,
) -> Done<SignedIn> {
    let user_name = user_name.trim().to_lowercase();
    let subjects = [Subject::at(&user_name, address), Subject::user(&user_name), Subject::address(address)];
    let is_familiar = delay::is_familiar(backend.db(), &user_name, address, now).await?;
    let held_up_by = if is_familiar { &subjects[..1] } else { &subjects[..] };
    delay::check(backend.db(), held_up_by, now).await?;
    // Checked again with the turn in hand: of a hundred guesses sent at once only as many as there are cores get by.
    let turn = backend.hashing().turn().await?;
    delay::check(backend.db(), held_up_by, now).await?;
    let row: Option<(String, String, bool)> =
        q("SELECT id, password_hash, is_active FROM person WHERE user_name = $1")
            .bind(&user_name)
            .optional(backend.db())
            .await?;
    let stored_hash = row.as_ref().map(|(_, hash, _)| hash.clone()).filter(|hash| !hash.is_empty());
    let fits = turn.verify(password, stored_hash).await?;
    let mut tx = backend.db().begin().await?;
    let Some((id, _, _)) = row.filter(|(_, _, is_active)| fits && *is_active) else {
        delay::failed(&mut tx, &subjects, now).await?;
        tx.commit().await?;
        tracing::warn!("sign-in failed");
        return Err(Refusal::WrongCredentials.into());
    };
    // Not the address: who has one account would otherwise try the passwords of all others. Nor the name everywhere: each
    // sign-in of its owner would make room for those who guess elsewhere.
    delay::cleared(&mut tx, &subjects[..1]).await?;
    let person: PersonId = stored::id(&id)?;
    delay::signed_in(&mut tx, person, address, now).await?;
    let signed_in = session::begin(&mut tx, backend, person, keep, device, now).await?;
    let (caller, _) = session::caller(&mut tx, &signed_in.token, now).await?;
    note(&mut tx, backend, &caller, Deed::AccountsSignIn).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// A line of the trail about the caller's own account.
async fn note(tx: &mut Tx, backend: &Backend, caller: &Caller, what: Deed) -> Done<()> {
    audit::record(tx, backend, caller, Entry::new(what, &caller.name).of(caller.agency.id)).await
}

async fn identify(backend: &Backend, token: &str, now: DateTime<Utc>) -> Done<Caller> {
    let (caller, is_to_be_marked) = session::caller(backend.db(), token, now).await?;
    if is_to_be_marked {
        session::mark_used(backend, &caller).await?;
    }
    Ok(caller)
}

async fn sign_out(backend: &Backend, caller: &Caller) -> Done<()> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    let mut tx = backend.db().begin().await?;
    q("DELETE FROM session WHERE id = $1 AND person_id = $2")
        .bind(caller.session)
        .bind(caller.person)
        .run(&mut tx)
        .await?;
    note(&mut tx, backend, caller, Deed::AccountsSignOut).await?;
    Ok(tx.commit().await?)
}

async fn sign_out_everywhere(backend: &Backend, caller: &Caller) -> Done<()> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    let mut tx = backend.db().begin().await?;
    session::end_all(&mut tx, caller.person, None).await?;
    note(&mut tx, backend, caller, Deed::AccountsSignOutEverywhere).await?;
    Ok(tx.commit().await?)
}

async fn sessions(backend: &Backend, caller: &Caller) -> Done<Vec<OwnSession>> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    session::of_caller(backend.db(), caller).await
}

async fn change_password(backend: &Backend, caller: &Caller, old: &str, new: &str) -> Done<()> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    if let Some(problem) = password::problem(new) {
        return Err(Failure::Invalid(vec![FieldProblem::new("new", problem)]).into());
    }
    let row: Option<(String, String)> = q("SELECT user_name, password_hash FROM person WHERE id = $1")
        .bind(caller.person)
        .optional(backend.db())
        .await?;
    let (user_name, hash) = row.ok_or(Failure::NotFound)?;
    let subjects = [Subject::change(&user_name)];
    let turn = backend.hashing().turn().await?;
    delay::check(backend.db(), &subjects, caller.now).await?;
    if !turn.verify(old, Some(hash.clone()).filter(|hash| !hash.is_empty())).await? {
        let mut tx = backend.db().begin().await?;
        delay::failed(&mut tx, &subjects, caller.now).await?;
        tx.commit().await?;
        return Err(Refusal::WrongCredentials.into());
    }
    let new_hash = backend.hashing().hash(backend.entropy(), new).await?;
    let mut tx = backend.db().begin().await?;
    let changed = q("UPDATE person SET password_hash = $1 WHERE id = $2 AND password_hash = $3")
        .bind(new_hash)
        .bind(caller.person)
        .bind(hash)
        .run(&mut tx)
        .await?;
    if changed == 0 {
        return Err(Failure::Stale.into());
    }
    delay::cleared(&mut tx, &subjects).await?;
    session::end_all(&mut tx, caller.person, Some(caller.session)).await?;
    note(&mut tx, backend, caller, Deed::AccountsChangePassword).await?;
    Ok(tx.commit().await?)
}

/// Forgets the failures of a user name: whoever was given a new password may use it at once.
pub(crate) async fn forgive(tx: &mut Tx, user_name: &str) -> Done<()> {
    delay::forgive(tx, user_name).await
}
