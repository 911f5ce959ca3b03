//! Signing in and staying signed in: passwords, growing delays, sessions, the second factor, the first administrator.
//! Knows nothing of cookies; the token comes and goes as text.

mod delay;
mod devices;
mod first;
pub(crate) mod password;
pub(crate) mod second_factor;
pub(crate) mod session;
mod sign_in;
pub(crate) mod strength;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{Action, Caller, Scope};
use domain::accounts::{Accounts, Duty, FirstAdministrator, OwnSession, SessionHolder, SessionUse, SignedIn};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Outcome, Problem};

use crate::Backend;
use crate::access::permit;
use crate::audit::{self, Entry};
use crate::db::{Tx, q};
use crate::stop::Done;
use delay::Subject;
use sign_in::Attempt;

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
        let attempt = Attempt { user_name, password, keep, device, address, now };
        self.outcome(sign_in::sign_in(self, attempt).await)
    }

    async fn recognise(&self, token: &str, by: SessionUse, now: DateTime<Utc>) -> Outcome<SessionHolder> {
        self.outcome(recognise(self, token, by, now).await)
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

    async fn claim(
        &self,
        first: FirstAdministrator,
        device: &str,
        address: &str,
        now: DateTime<Utc>,
    ) -> Outcome<SignedIn> {
        self.outcome(first::claim(self, first, device, address, now).await)
    }
}

/// A line of the trail about the caller's own account.
async fn note(tx: &mut Tx, backend: &Backend, caller: &Caller, what: Deed) -> Done<()> {
    audit::record(tx, backend, caller, Entry::new(what, &caller.name).of(caller.agency.id)).await
}

async fn recognise(
    backend: &Backend,
    token: &str,
    by: SessionUse,
    now: DateTime<Utc>,
) -> Done<SessionHolder> {
    let found = session::find(backend.db(), token, now).await?;
    let caller = found.caller;
    if by == SessionUse::ByPerson && found.is_to_be_marked {
        session::mark_used(backend, &caller).await?;
    }
    let duty = if found.awaits_code {
        Some(Duty::EnterCode)
    } else if found.must_change {
        Some(Duty::ChangePassword)
    } else if !found.has_second_factor && second_factor::is_demanded(backend, &caller) {
        Some(Duty::SetUpSecondFactor)
    } else {
        None
    };
    Ok(SessionHolder { caller, duty })
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

#[derive(sqlx::FromRow)]
struct Own {
    user_name: String,
    name: String,
    password_hash: String,
    short_name: String,
    agency: String,
    code: String,
}

async fn change_password(backend: &Backend, caller: &Caller, old: &str, new: &str) -> Done<()> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    let wrong = |problem| Failure::Invalid(vec![FieldProblem::new("new", problem)]);
    if let Some(problem) = password::problem(new) {
        return Err(wrong(problem).into());
    }
    let own: Option<Own> = q(
        "SELECT p.user_name, p.name, p.password_hash, a.short_name, a.name AS agency, a.code FROM person p \
           JOIN agency a ON a.id = p.agency_id WHERE p.id = $1",
    )
    .bind(caller.person)
    .optional(backend.db())
    .await?;
    let Own { user_name, name, password_hash: hash, short_name, agency, code } =
        own.ok_or(Failure::NotFound)?;
    let subjects = [Subject::change(&user_name)];
    let turn = backend.hashing().turn().await?;
    delay::check(backend.db(), &subjects, caller.now).await?;
    if !turn.verify(old, Some(hash.clone()).filter(|hash| !hash.is_empty())).await? {
        let mut tx = backend.db().begin().await?;
        sign_in::count_failed_try(&mut tx, caller.person).await?;
        delay::failed(&mut tx, &subjects, caller.now).await?;
        tx.commit().await?;
        return Err(Failure::Invalid(vec![FieldProblem::new("old", Problem::WrongPassword)]).into());
    }
    if old == new {
        return Err(wrong(Problem::Unchanged).into());
    }
    // Judged after the old password is checked, so that a caller who does not know it learns nothing about
    // passwords.
    let own = strength::own_words(&[&user_name, &name, &short_name, &agency, &code]);
    if let Some(weakness) = backend.hashing().weakness(new, own).await? {
        return Err(wrong(Problem::Weak(weakness)).into());
    }
    let new_hash = backend.hashing().hash(backend.entropy(), new).await?;
    let mut tx = backend.db().begin().await?;
    let changed =
        q("UPDATE person SET password_hash = $1, must_change = FALSE WHERE id = $2 AND password_hash = $3")
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
