//! The first administrator: made once, on an empty database, with a code that only the machine's owner can read.

use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::accounts::{FirstAdministrator, SignedIn};
use domain::agencies::{AgencyInput, Level};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::{AgencyId, PersonId};
use domain::text::{Line, fold};

use super::delay::{self, Subject};
use super::devices::{self, Origin};
use super::password::{self, StoredPassword};
use super::session::{self, SessionStart};
use super::sign_in::MARKS_KEY;
use super::strength;
use crate::agencies::{self, NAME_AT_MOST, NewAgency, text};
use crate::audit::{self, Entry};
use crate::db::{Source, Tx, q};
use crate::people::{self, Held};
use crate::stop::Done;
use crate::{Backend, stored};

/// The setting that keeps the code's hash.
const FIRST_CODE: &str = "first_code";

impl Backend {
    /// A new one-time code for the first administrator, to be printed; none once somebody can sign in. Only its hash is
    /// kept, and an earlier code no longer works.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn first_code(&self) -> Outcome<Option<String>> {
        self.outcome(first_code(self).await)
    }
}

async fn first_code(backend: &Backend) -> Done<Option<String>> {
    let mut tx = backend.db().begin().await?;
    if !is_empty(&mut tx).await? {
        return Ok(None);
    }
    let code = password::made(backend.entropy());
    q("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2")
        .bind(FIRST_CODE)
        .bind(password::code_hash(&code))
        .run(&mut tx)
        .await?;
    delay::forgive_first_code(&mut tx).await?;
    tx.commit().await?;
    Ok(Some(code))
}

/// Whether nobody is there who could sign in.
pub(super) async fn is_empty(on: impl Source) -> Done<bool> {
    let (people,): (i64,) = q("SELECT CAST(COUNT(*) AS BIGINT) FROM person").one(on).await?;
    Ok(people == 0)
}

pub(super) async fn claim(
    backend: &Backend,
    first: FirstAdministrator,
    device: &str,
    address: &str,
    now: DateTime<Utc>,
) -> Done<SignedIn> {
    check_code(backend, &first.code, address, now).await?;
    let person = parse(&first).map_err(Failure::Invalid)?;
    let own = strength::own_words(&[&person.user_name, &person.name, &first.agency_name]);
    if let Some(weakness) = backend.hashing().weakness(&first.password, own).await? {
        let problem = FieldProblem::new("password", Problem::Weak(weakness));
        return Err(Failure::Invalid(vec![problem]).into());
    }
    let key = backend.kept_key(MARKS_KEY).await?;
    let password_hash = backend.hashing().hash(backend.entropy(), &first.password).await?;
    let mut tx = backend.db().begin().await?;
    // The row that is deleted decides between two who claim at once.
    let taken = q("DELETE FROM setting WHERE name = $1 AND value = $2")
        .bind(FIRST_CODE)
        .bind(password::code_hash(&first.code))
        .run(&mut tx)
        .await?;
    if taken == 0 || !is_empty(&mut tx).await? {
        return Err(Refusal::WrongCode.into());
    }
    let system = backend.system_caller(now);
    let agency = root(&mut tx, backend, &first.agency_name, now).await?;
    let id = PersonId(backend.entropy().id(now));
    let place = agencies::place(&mut tx, agency).await?;
    let runs = Held { role: Role::SystemAdministrator, place: place.clone() };
    let new = person.kept(place, vec![runs]);
    people::insert(&mut tx, id, &new, &StoredPassword::chosen(password_hash), now).await?;
    let entry = Entry::new(Deed::AccountsClaim, &new.name).of(agency);
    audit::record(&mut tx, backend, &system, entry.after(&new.user_name)?).await?;
    devices::is_new(&mut tx, id, Origin { device, address, key: &key }, now).await?;
    let begun = SessionStart { keep: false, device, awaits_code: false };
    let signed_in = session::begin(&mut tx, backend, id, begun, now).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// Checks the code. Wrong codes cost growing time per address, so that nobody can try them all and no
/// stranger makes the owner wait.
async fn check_code(backend: &Backend, code: &str, address: &str, now: DateTime<Utc>) -> Done<()> {
    let subjects = [Subject::first_code_at(address), Subject::first_code()];
    let mut tx = backend.db().begin().await?;
    delay::check(&mut tx, &subjects, now).await?;
    let kept: Option<(String,)> =
        q("SELECT value FROM setting WHERE name = $1").bind(FIRST_CODE).optional(&mut tx).await?;
    let typed = password::code_hash(code);
    let is_right = kept.is_some_and(|(kept,)| is_same(kept.as_bytes(), typed.as_bytes()));
    if !is_right {
        delay::failed(&mut tx, &subjects, now).await?;
        tx.commit().await?;
        return Err(Refusal::WrongCode.into());
    }
    Ok(())
}

/// Compares without telling by its time where the difference lies.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |found, (a, b)| found | (a ^ b)) == 0
}

fn parse(first: &FirstAdministrator) -> Result<people::ParsedPerson, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    text(&mut problems, "agency_name", &first.agency_name, NAME_AT_MOST);
    let user_name = people::user_name(&mut problems, &first.user_name, &first.name);
    let name = text(&mut problems, "name", &first.name, NAME_AT_MOST);
    if let Some(problem) = password::problem(&first.password) {
        problems.push(FieldProblem::new("password", problem));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(people::ParsedPerson { user_name, name, position: Line::default(), roles: Vec::new(), password: None })
}

/// The root agency: the one imported before, else a new one whose code is the initials of its name.
async fn root(tx: &mut Tx, backend: &Backend, name: &str, now: DateTime<Utc>) -> Done<AgencyId> {
    let there: Option<(String,)> =
        q("SELECT id FROM agency WHERE parent_id IS NULL ORDER BY id LIMIT 1").optional(&mut *tx).await?;
    if let Some((id,)) = there {
        return stored::id(&id);
    }
    let initials: String = fold(name).split(' ').filter_map(|word| word.chars().next()).take(12).collect();
    let code = if initials.is_empty() { "ROOT".into() } else { initials.to_uppercase() };
    let input = AgencyInput {
        code,
        parent: String::new(),
        level: Level::Province.code().into(),
        name: name.into(),
        short_name: name.into(),
        aliases: String::new(),
    };
    let parsed = agencies::parse(&input).map_err(Failure::Invalid)?;
    let agency = NewAgency { id: AgencyId(backend.entropy().id(now)), parent: None, parsed };
    agencies::insert(tx, &agency).await?;
    Ok(agency.id)
}
