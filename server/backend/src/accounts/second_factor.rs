//! The second factor: codes of six digits that change every half-minute (TOTP, RFC 6238), and recovery codes.
//!
//! The secret is stored in the database in clear. The program has no key outside the database to encrypt it
//! with. Only the program's user can read the file, and anyone who reads it also has the password hashes and
//! papers.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Action, Caller, Scope};
use domain::accounts::SignedIn;
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::PersonId;
use domain::notices::AccountEventKind;
use domain::second_factor::{RECOVERY_CODES, SecondFactor, SecondFactorSetup, SecondFactorState};
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Secret, TOTP};

use super::delay::{self, Subject};
use super::devices::Origin;
use super::{note, password, sign_in};
use crate::access::permit;
use crate::db::{Source, Tx, q};
use crate::notices::tell_owner;
use crate::stop::{Done, Stop};
use crate::{Backend, stored};

/// What every phone app supports: SHA-1, six digits, 30 s.
const DIGITS: usize = 6;
const STEP_SECONDS: u64 = 30;
/// Steps before and after the present one whose code is accepted: a phone's clock may be 30 s off.
const SKEW: u8 = 1;
/// 160 bits, as RFC 4226 recommends for SHA-1.
const SECRET_BYTES: usize = 20;
/// An unconfirmed secret is shown for this long: enough time to install an app. Later, another person may see
/// the screen.
const SET_UP_WITHIN: TimeDelta = TimeDelta::minutes(15);
/// The field for the password on both forms.
const PASSWORD_FIELD: &str = "second_password";
/// The issuer that apps show.
const ISSUER: &str = "Phiên";

#[async_trait]
impl SecondFactor for Backend {
    async fn state(&self, caller: &Caller) -> Outcome<SecondFactorState> {
        self.outcome(state(self, caller).await)
    }

    async fn begin(&self, caller: &Caller, password: &str) -> Outcome<()> {
        self.outcome(begin(self, caller, password).await)
    }

    async fn confirm(&self, caller: &Caller, code: &str) -> Outcome<Vec<String>> {
        self.outcome(confirm(self, caller, code).await)
    }

    async fn turn_off(&self, caller: &Caller, password: &str, code: &str) -> Outcome<()> {
        self.outcome(turn_off(self, caller, password, code).await)
    }

    async fn renew_recovery_codes(
        &self,
        caller: &Caller,
        password: &str,
        code: &str,
    ) -> Outcome<Vec<String>> {
        self.outcome(renew_recovery_codes(self, caller, password, code).await)
    }

    async fn enter_code(
        &self,
        caller: &Caller,
        code: &str,
        device: &str,
        address: &str,
    ) -> Outcome<SignedIn> {
        self.outcome(enter_code(self, caller, code, device, address).await)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    secret: String,
    begun_at: i64,
    confirmed_at: Option<i64>,
    last_step: i64,
}

impl Row {
    /// Whether the setup is still open at `now`.
    fn is_being_set_up(&self, now: DateTime<Utc>) -> Done<bool> {
        Ok(self.confirmed_at.is_none() && now - stored::instant(self.begun_at)? < SET_UP_WITHIN)
    }
}

async fn row(on: impl Source, person: PersonId) -> Done<Option<Row>> {
    let found = q("SELECT secret, begun_at, confirmed_at, last_step FROM second_factor WHERE person_id = $1");
    Ok(found.bind(person).optional(on).await?)
}

/// Whether a person's second factor is on.
pub(super) async fn is_on(on: impl Source, person: PersonId) -> Done<bool> {
    Ok(row(on, person).await?.is_some_and(|row| row.confirmed_at.is_some()))
}

/// Whether a role of the caller requires a second factor.
pub(super) fn is_demanded(backend: &Backend, caller: &Caller) -> bool {
    backend.0.config.second_factor_roles.iter().any(|role| caller.has_role(*role))
}

async fn user_name(on: impl Source, person: PersonId) -> Done<String> {
    let found: Option<(String,)> =
        q("SELECT user_name FROM person WHERE id = $1").bind(person).optional(on).await?;
    Ok(found.ok_or(Failure::NotFound)?.0)
}

fn totp(secret: &str, account: &str) -> Done<TOTP> {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes();
    let bytes = bytes.map_err(|cause| Stop::Stored(format!("secret of a second factor: {cause:?}")))?;
    let issuer = Some(ISSUER.to_owned());
    TOTP::new(Algorithm::SHA1, DIGITS, SKEW, STEP_SECONDS, bytes, issuer, account.to_owned())
        .map_err(|cause| Stop::Stored(format!("second factor: {cause}")))
}

async fn state(backend: &Backend, caller: &Caller) -> Done<SecondFactorState> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    let row = row(backend.db(), caller.person).await?;
    let left = codes_left(backend.db(), caller.person).await?;
    let setup = match &row {
        Some(row) if row.is_being_set_up(caller.now)? => {
            let account = user_name(backend.db(), caller.person).await?;
            let address = totp(&row.secret, &account)?.get_url();
            Some(SecondFactorSetup { secret: row.secret.clone(), address })
        }
        _ => None,
    };
    let since = stored::optional_instant(row.and_then(|row| row.confirmed_at))?;
    let recovery_codes_left = stored::number(left)?;
    Ok(SecondFactorState { since, is_demanded: is_demanded(backend, caller), setup, recovery_codes_left })
}

/// The caller's user name, and the hash of their password if they have one.
async fn own_password(backend: &Backend, caller: &Caller) -> Done<(String, Option<String>)> {
    let found: Option<(String, String)> = q("SELECT user_name, password_hash FROM person WHERE id = $1")
        .bind(caller.person)
        .optional(backend.db())
        .await?;
    let (user_name, hash) = found.ok_or(Failure::NotFound)?;
    Ok((user_name, Some(hash).filter(|hash| !hash.is_empty())))
}

fn wrong_password() -> Failure {
    Failure::Invalid(vec![FieldProblem::new(PASSWORD_FIELD, Problem::WrongPassword)])
}

async fn codes_left(on: impl Source, person: PersonId) -> Done<i64> {
    let found = q("SELECT CAST(COUNT(*) AS BIGINT) FROM recovery_code WHERE person_id = $1").bind(person);
    let (left,): (i64,) = found.one(on).await?;
    Ok(left)
}

async fn begin(backend: &Backend, caller: &Caller, password: &str) -> Done<()> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    let (user_name, hash) = own_password(backend, caller).await?;
    let subjects = [Subject::change(&user_name)];
    let turn = backend.hashing().turn().await?;
    delay::check(backend.db(), &subjects, caller.now).await?;
    let fits = turn.verify(password, hash).await?;
    let mut tx = backend.db().begin().await?;
    if !fits {
        sign_in::count_failed_try(&mut tx, caller.person).await?;
        delay::failed(&mut tx, &subjects, caller.now).await?;
        tx.commit().await?;
        return Err(wrong_password().into());
    }
    delay::cleared(&mut tx, &subjects).await?;
    let secret = Secret::Raw(backend.entropy().array::<SECRET_BYTES>().to_vec()).to_encoded().to_string();
    let fresh = q(
        // Other people may have seen a secret that was begun and not confirmed.
        "INSERT INTO second_factor (person_id, secret, begun_at, last_step) VALUES ($1, $2, $3, 0) \
         ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, begun_at = excluded.begun_at \
         WHERE second_factor.confirmed_at IS NULL",
    )
    .bind(caller.person)
    .bind(secret)
    .bind(caller.now)
    .run(&mut tx)
    .await?;
    if fresh == 0 && is_on(&mut tx, caller.person).await? {
        return Err(Refusal::WrongState.into());
    }
    Ok(tx.commit().await?)
}

async fn confirm(backend: &Backend, caller: &Caller, code: &str) -> Done<Vec<String>> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    let mut tx = backend.db().begin().await?;
    let row = row(&mut tx, caller.person).await?.ok_or(Refusal::WrongState)?;
    if !row.is_being_set_up(caller.now)? {
        return Err(Refusal::WrongState.into());
    }
    let step = fitting_step(&row, &digits(code), caller.now)?.ok_or(Refusal::WrongSecondCode)?;
    let confirmed = q("UPDATE second_factor SET confirmed_at = $2, last_step = $3 \
       WHERE person_id = $1 AND confirmed_at IS NULL AND secret = $4")
    .bind(caller.person)
    .bind(caller.now)
    .bind(step)
    .bind(&row.secret)
    .run(&mut tx)
    .await?;
    if confirmed == 0 {
        return Err(Refusal::WrongState.into());
    }
    let codes = make_recovery_codes(&mut tx, backend, caller.person).await?;
    note(&mut tx, backend, caller, Deed::AccountsSecondFactorOn).await?;
    tell_owner(&mut tx, backend, caller.person, &AccountEventKind::SecondFactorOn, caller.now).await?;
    tx.commit().await?;
    Ok(codes)
}

async fn make_recovery_codes(tx: &mut Tx, backend: &Backend, person: PersonId) -> Done<Vec<String>> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| password::made(backend.entropy())).collect();
    for code in &codes {
        q("INSERT INTO recovery_code (person_id, code_hash) VALUES ($1, $2)")
            .bind(person)
            .bind(password::code_hash(code))
            .run(&mut *tx)
            .await?;
    }
    Ok(codes)
}

async fn turn_off(backend: &Backend, caller: &Caller, password: &str, code: &str) -> Done<()> {
    let mut tx = begin_proven(backend, caller, password, code).await?;
    remove(&mut tx, caller.person).await?;
    note(&mut tx, backend, caller, Deed::AccountsSecondFactorOff).await?;
    let off = AccountEventKind::SecondFactorOff { by: caller.name.clone() };
    tell_owner(&mut tx, backend, caller.person, &off, caller.now).await?;
    Ok(tx.commit().await?)
}

async fn renew_recovery_codes(
    backend: &Backend,
    caller: &Caller,
    password: &str,
    code: &str,
) -> Done<Vec<String>> {
    let mut tx = begin_proven(backend, caller, password, code).await?;
    q("DELETE FROM recovery_code WHERE person_id = $1").bind(caller.person).run(&mut tx).await?;
    let codes = make_recovery_codes(&mut tx, backend, caller.person).await?;
    note(&mut tx, backend, caller, Deed::AccountsRenewRecoveryCodes).await?;
    let renewed = AccountEventKind::RecoveryCodesRenewed;
    tell_owner(&mut tx, backend, caller.person, &renewed, caller.now).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Begins a change of a second factor that is on. The caller has proven the password and a code, which is used up; a wrong
/// one counts as a failed try and delays the next.
async fn begin_proven(backend: &Backend, caller: &Caller, password: &str, code: &str) -> Done<Tx> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    // Before anything is hashed, which takes the turn of others who sign in.
    if !is_on(backend.db(), caller.person).await? {
        return Err(Refusal::WrongState.into());
    }
    let (user_name, hash) = own_password(backend, caller).await?;
    let subjects = [Subject::change(&user_name)];
    let turn = backend.hashing().turn().await?;
    delay::check(backend.db(), &subjects, caller.now).await?;
    let fits = turn.verify(password, hash).await?;
    let mut tx = backend.db().begin().await?;
    lock(&mut tx, caller.person).await?;
    delay::check(&mut tx, &subjects, caller.now).await?;
    if !is_on(&mut tx, caller.person).await? {
        return Err(Refusal::WrongState.into());
    }
    if !fits || !take_code(&mut tx, backend, caller.person, code, caller.now).await? {
        sign_in::count_failed_try(&mut tx, caller.person).await?;
        delay::failed(&mut tx, &subjects, caller.now).await?;
        tx.commit().await?;
        return Err(if fits { Refusal::WrongSecondCode.into() } else { wrong_password().into() });
    }
    delay::cleared(&mut tx, &subjects).await?;
    Ok(tx)
}

/// Deletes a person's second factor with its recovery codes. Returns false if there was none.
pub(crate) async fn remove(tx: &mut Tx, person: PersonId) -> Done<bool> {
    q("DELETE FROM recovery_code WHERE person_id = $1").bind(person).run(&mut *tx).await?;
    let removed = q("DELETE FROM second_factor WHERE person_id = $1 AND confirmed_at IS NOT NULL");
    Ok(removed.bind(person).run(tx).await? > 0)
}

async fn enter_code(
    backend: &Backend,
    caller: &Caller,
    code: &str,
    device: &str,
    address: &str,
) -> Done<SignedIn> {
    permit(caller, Action::ManageOwnAccount, Scope::Myself)?;
    let (person, now) = (caller.person, caller.now);
    let user_name = user_name(backend.db(), person).await?;
    let subjects = sign_in::subjects(&user_name, address);
    let key = backend.kept_key(sign_in::MARKS_KEY).await?;
    let from = Origin { device, address, key: &key };
    let is_familiar = delay::is_familiar(backend.db(), &user_name, address, now).await?;
    let held_up_by = if is_familiar { &subjects[..1] } else { &subjects[..] };
    let mut tx = backend.db().begin().await?;
    // One code at a time: of a hundred codes sent at once, the second already waits for the first.
    lock(&mut tx, person).await?;
    delay::check(&mut tx, held_up_by, now).await?;
    let waiting: Option<(bool,)> = q("SELECT is_kept FROM session WHERE id = $1 AND awaits_code")
        .bind(caller.session)
        .optional(&mut tx)
        .await?;
    let (keep,) = waiting.ok_or(Failure::SignedOut)?;
    // If an administrator turned it off in between, the password was right and no code is needed.
    if is_on(&mut tx, person).await? && !take_code(&mut tx, backend, person, code, now).await? {
        let of = Some((caller.name.clone(), caller.agency.id));
        sign_in::failed(&mut tx, backend, &user_name, of, from, now).await?;
        tx.commit().await?;
        tracing::warn!("sign-in failed");
        return Err(Refusal::WrongSecondCode.into());
    }
    q("DELETE FROM session WHERE id = $1").bind(caller.session).run(&mut tx).await?;
    let signed_in = sign_in::succeeded(&mut tx, backend, person, &user_name, keep, from, now).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// Makes every other attempt to enter a code of this person wait until the transaction ends.
async fn lock(tx: &mut Tx, person: PersonId) -> Done<()> {
    // The person's row first, in the same order as an administrator who turns it off.
    q("UPDATE person SET failed_tries = failed_tries WHERE id = $1").bind(person).run(&mut *tx).await?;
    q("UPDATE second_factor SET last_step = last_step WHERE person_id = $1").bind(person).run(tx).await?;
    Ok(())
}

/// Whether a code or a recovery code is right. If so, it is used up.
async fn take_code(
    tx: &mut Tx,
    backend: &Backend,
    person: PersonId,
    typed: &str,
    now: DateTime<Utc>,
) -> Done<bool> {
    let Some(row) = row(&mut *tx, person).await?.filter(|row| row.confirmed_at.is_some()) else {
        return Ok(false);
    };
    if let Some(step) = fitting_step(&row, &digits(typed), now)? {
        let taken = q("UPDATE second_factor SET last_step = $2 WHERE person_id = $1 AND last_step < $2");
        return Ok(taken.bind(person).bind(step).run(tx).await? > 0);
    }
    let taken = q("DELETE FROM recovery_code WHERE person_id = $1 AND code_hash = $2");
    let is_taken = taken.bind(person).bind(password::code_hash(typed)).run(&mut *tx).await? > 0;
    if is_taken {
        let left = stored::number(codes_left(&mut *tx, person).await?)?;
        tell_owner(tx, backend, person, &AccountEventKind::RecoveryCodeUsed { left }, now).await?;
    }
    Ok(is_taken)
}

/// Removes spaces: apps show a code with a space in the middle, and people may type it.
fn digits(typed: &str) -> String {
    typed.chars().filter(|letter| !letter.is_whitespace()).take(DIGITS + 1).collect()
}

/// The step of this code, among the steps that are near and later than the last accepted one.
fn fitting_step(row: &Row, code: &str, now: DateTime<Utc>) -> Done<Option<i64>> {
    let totp = totp(&row.secret, "")?;
    let present = now.timestamp().div_euclid(STEP_SECONDS as i64);
    let near = (present - i64::from(SKEW)..=present + i64::from(SKEW)).filter(|step| *step > row.last_step);
    let fits = |step: &i64| {
        let seconds = u64::try_from(*step).unwrap_or(0) * STEP_SECONDS;
        // Compares in constant time, so that the time does not reveal how many digits match.
        totp.generate(seconds).as_bytes().ct_eq(code.as_bytes()).into()
    };
    Ok(near.into_iter().find(fits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(last_step: i64) -> Row {
        // The key of RFC 6238's examples.
        Row {
            secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into(),
            begun_at: 0,
            confirmed_at: Some(0),
            last_step,
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let step = seconds / STEP_SECONDS as i64;
            assert_eq!(fitting_step(&row(0), code, at(seconds)).unwrap(), Some(step), "{code}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_before_and_after_and_never_again() {
        let taken = |last, seconds| fitting_step(&row(last), "081804", at(seconds)).unwrap();
        let step = 1_111_111_109 / STEP_SECONDS as i64;
        assert_eq!([taken(0, 1_111_111_109 - 30), taken(0, 1_111_111_109 + 30)], [Some(step); 2]);
        assert_eq!([taken(0, 1_111_111_109 - 60), taken(0, 1_111_111_109 + 60)], [None; 2]);
        assert_eq!(taken(step, 1_111_111_109), None);
    }

    #[test]
    fn a_code_may_be_typed_with_a_space() {
        assert_eq!(digits(" 081 804 "), "081804");
        assert_eq!(digits("0818041"), "0818041");
    }
}
