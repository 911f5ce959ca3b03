//! Writing people: somebody new, and what has changed of somebody who is there. The page, files and the demo come here
//! alike, each with its own transaction and a line in the trail.

use chrono::{DateTime, Utc};
use domain::access::{Action, Caller};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::PersonId;
use domain::people::{PersonChange, PersonInput};
use domain::text::{Line, fold, name_key};

use super::kept::{
    Held, Kept, There, held, keep_a_system_administrator, managed, missing, permit_change, permit_new,
    runs_the_system_alone,
};
use super::parsed::{ParsedPerson, parse, parse_change};
use crate::access::Within;
use crate::accounts::password::{self, StoredPassword};
use crate::accounts::strength;
use crate::agencies::{Place, places_of};
use crate::audit::{self, Entry};
use crate::db::{Tx, places, q};
use crate::notices::show_leaders;
use crate::search::{Due, be_due};
use crate::stop::Done;
use crate::{Backend, bounds};

pub(super) async fn add(
    backend: &Backend,
    caller: &Caller,
    input: PersonInput,
) -> Done<(PersonId, Option<String>)> {
    if Within::of(caller, Action::ManagePeople) == Within::Subtrees(Vec::new()) {
        return Err(Failure::Forbidden.into());
    }
    let parsed = parse(&input).map_err(Failure::Invalid)?;
    if let Some(typed) = &parsed.password {
        let places = places_of(backend.db(), &[&input.agency]).await?;
        let own = own_words(&parsed, places.get(&Line::new(&input.agency)));
        if let Some(weakness) = backend.hashing().weakness(typed, own).await? {
            let problem = FieldProblem::new("password", Problem::Weak(weakness));
            return Err(Failure::Invalid(vec![problem]).into());
        }
    }
    let made = parsed.password.is_none().then(|| password::made(backend.entropy()));
    let first = parsed.password.as_ref().or(made.as_ref()).expect("typed or made");
    let hash = backend.hashing().hash(backend.entropy(), first).await?;
    let mut tx = backend.begin_by(caller).await?;
    let first = StoredPassword::given(hash);
    let (id, _) = enter(&mut tx, backend, caller, &parsed, &input.agency, &first).await?;
    tx.commit().await?;
    Ok((id, made))
}

/// The words that a password of this person is compared with.
pub(crate) fn own_words(parsed: &ParsedPerson, place: Option<&Place>) -> Vec<String> {
    let agency = place.map(|place| place.words.as_str()).unwrap_or_default();
    strength::own_words(&[&parsed.user_name, &parsed.name, agency])
}

/// Adds somebody whose password is hashed already.
pub(crate) async fn enter(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    parsed: &ParsedPerson,
    agency: &str,
    first: &StoredPassword,
) -> Done<(PersonId, Kept)> {
    let new = looked_up(tx, parsed, agency).await?;
    permit_new(caller, &new)?;
    let there: Option<(String,)> =
        q("SELECT id FROM person WHERE user_name = $1").bind(&new.user_name).optional(&mut *tx).await?;
    if there.is_some() {
        return Err(Refusal::AlreadyThere { name: new.user_name }.into());
    }
    let id = write_new(tx, backend, caller, &new, first).await?;
    bounds::refuse_full_agency(tx, new.place.id).await?;
    Ok((id, new))
}

/// The person in the agency of a code, with the agencies of the roles; a code that nobody has is a wrong field.
async fn looked_up(tx: &mut Tx, parsed: &ParsedPerson, agency: &str) -> Done<Kept> {
    let agency = &*Line::new(agency);
    let of_roles = parsed.roles.iter().filter_map(|role| role.agency.as_deref());
    let codes: Vec<&str> = of_roles.chain([agency]).collect();
    let places = places_of(tx, &codes).await?;
    let wrong = |field, problem| Failure::Invalid(vec![FieldProblem::new(field, problem)]);
    let Some(own) = places.get(agency) else {
        let problem = if agency.is_empty() { Problem::Missing } else { Problem::Unknown };
        return Err(wrong("agency", problem).into());
    };
    let roles = held(&parsed.roles, own, &places).map_err(|_| wrong("roles", Problem::Unknown))?;
    Ok(parsed.kept(own.clone(), roles))
}

/// Stores somebody new with the roles, and the line of it.
pub(crate) async fn write_new(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    new: &Kept,
    first: &StoredPassword,
) -> Done<PersonId> {
    let id = PersonId(backend.entropy().id(caller.now));
    insert(tx, id, new, first, caller.now).await?;
    for held in &new.roles {
        show_leaders(tx, backend, caller, id, held.role, &held.place.path).await?;
    }
    let entry = Entry::new(Deed::PeopleAdd, &new.name).of(new.place.id).after(&new.shown())?;
    audit::record(tx, backend, caller, entry).await?;
    Ok(id)
}

/// Stores somebody new with the roles.
pub(crate) async fn insert(
    tx: &mut Tx,
    id: PersonId,
    new: &Kept,
    first: &StoredPassword,
    now: DateTime<Utc>,
) -> Done<()> {
    q("INSERT INTO person (id, user_name, name, position, agency_id, password_hash, must_change, is_active, \
       folded, name_key, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, TRUE, $8, $9, $10)")
    .bind(id)
    .bind(&new.user_name)
    .bind(&new.name)
    .bind(&new.position)
    .bind(new.place.id)
    .bind(&first.hash)
    .bind(first.must_change)
    .bind(folded(new))
    .bind(name_key(&new.name))
    .bind(now)
    .run(&mut *tx)
    .await?;
    for held in &new.roles {
        grant(tx, id, held).await?;
    }
    Ok(())
}

/// The text by which anyone may find a person.
fn folded(kept: &Kept) -> String {
    fold(&format!("{} {} {}", kept.name, kept.position, kept.place.words))
}

/// Gives a role in an agency; one that is held already stays.
async fn grant(tx: &mut Tx, person: PersonId, held: &Held) -> Done<()> {
    q("INSERT INTO role_grant (person_id, role, agency_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(person)
        .bind(held.role.code())
        .bind(held.place.id)
        .run(tx)
        .await?;
    Ok(())
}

pub(super) async fn change(
    backend: &Backend,
    caller: &Caller,
    person: PersonId,
    input: PersonChange,
) -> Done<()> {
    let mut tx = backend.begin_by(caller).await?;
    let there = managed(&mut tx, caller, person).await?;
    let parsed = parse_change(&there.kept.user_name, &input).map_err(Failure::Invalid)?;
    let after = looked_up(&mut tx, &parsed, &input.agency).await?;
    let is_alone = runs_the_system_alone(&mut tx, caller).await?;
    permit_change(caller, &there, &after, is_alone)?;
    if there.kept.differs(&after) {
        write_change(&mut tx, backend, caller, &there, &after).await?;
    }
    if there.kept.runs_the_system() && !after.runs_the_system() {
        keep_a_system_administrator(&mut tx).await?;
    }
    if there.kept.place.id != after.place.id {
        bounds::refuse_full_agency(&mut tx, after.place.id).await?;
    }
    Ok(tx.commit().await?)
}

/// Stores what has changed of a person, and the line of it.
pub(crate) async fn write_change(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    there: &There,
    after: &Kept,
) -> Done<()> {
    q("UPDATE person SET name = $2, position = $3, agency_id = $4, folded = $5, name_key = $6 WHERE id = $1")
        .bind(there.id)
        .bind(&after.name)
        .bind(&after.position)
        .bind(after.place.id)
        .bind(folded(after))
        .bind(name_key(&after.name))
        .run(&mut *tx)
        .await?;
    if there.kept.name != after.name {
        be_due(tx, Due::MeetingsOfChair(there.id)).await?;
    }
    for held in missing(&after.roles, &there.kept.roles) {
        q("DELETE FROM role_grant WHERE person_id = $1 AND role = $2 AND agency_id = $3")
            .bind(there.id)
            .bind(held.role.code())
            .bind(held.place.id)
            .run(&mut *tx)
            .await?;
    }
    for held in missing(&there.kept.roles, &after.roles) {
        grant(tx, there.id, held).await?;
        show_leaders(tx, backend, caller, there.id, held.role, &held.place.path).await?;
    }
    let entry = Entry::new(Deed::PeopleChange, &after.name).of(after.place.id);
    let entry = entry.before(&there.kept.shown())?.after(&after.shown())?;
    audit::record(tx, backend, caller, entry).await
}

/// Writes anew what people are found by, after the names of their agencies changed.
pub(crate) async fn refold(tx: &mut Tx, people: &[String]) -> Done<()> {
    let rows: Vec<(String, String)> = q(format!(
        "SELECT h.id, h.name || ' ' || h.position || ' ' || a.short_name || ' ' || a.name || ' ' || a.code \
         FROM person h JOIN agency a ON a.id = h.agency_id WHERE h.id IN ({}) ORDER BY h.id",
        places(1, people.len())
    ))
    .bind_all(people)
    .all(&mut *tx)
    .await?;
    for (id, words) in rows {
        q("UPDATE person SET folded = $1 WHERE id = $2").bind(fold(&words)).bind(id).run(&mut *tx).await?;
    }
    Ok(())
}
