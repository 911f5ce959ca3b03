//! People over the database: finding whom to invite, and what administrators do with accounts.
//! Knows no session but to end them.

mod kept;
mod parsed;
mod references;
mod written;

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use domain::access::{Action, Caller, Role, Scope};
use domain::agencies::AgencyRef;
use domain::audit::Deed;
use domain::error::{Failure, Outcome};
use domain::ids::{AgencyId, PersonId};
use domain::meetings::{near_people, person_in};
use domain::notices::AccountEventKind;
use domain::people::{NAMED_AT_MOST, Page, People, Person, PersonChange, PersonInput, PersonRef};
use serde_json::json;

use crate::access::{Within, permit, permit_somewhere};
use crate::accounts::{self, password, second_factor, session};
use crate::agencies;
use crate::audit::{self, Entry};
use crate::db::{BINDS_AT_MOST, Q, Source, places, q};
use crate::notices::tell_owner;
use crate::stop::Done;
use crate::{Backend, stored, typed};
pub(crate) use kept::{
    Held, Kept, There, everybody, held, join, keep_a_system_administrator, permit_all, permit_change,
    permit_new, permit_role, runs_the_system_alone,
};
pub(crate) use parsed::{ParsedPerson, parse, user_name};
use references::UNMARKED;
pub(crate) use references::{ReferenceRow, behind_name, distinct_name, namesake_mark, reference, references};
pub(crate) use written::{enter, insert, own_words, refold, write_change, write_new};

/// So many people are offered while a name is typed.
const FOUND_AT_MOST: i64 = 20;
/// So many people are compared with a name that is nobody's: those who share the commonest family and middle name of a
/// province. Their names are still to be compared letter by letter.
const NEAR_AT_MOST: i64 = 500;
/// Words of a name that is compared: each is looked for in everybody. A name has up to seven, and some write a position before
/// it.
const NEAR_WORDS_AT_MOST: usize = 12;
/// People a page.
const PER_PAGE: u32 = 50;

#[async_trait]
impl People for Backend {
    async fn find(&self, caller: &Caller, text: &str) -> Outcome<Vec<PersonRef>> {
        self.in_turn(caller, find(self, caller, text)).await
    }

    async fn find_near(&self, caller: &Caller, line: &str) -> Outcome<Vec<PersonRef>> {
        self.in_turn(caller, find_near(self, caller, line)).await
    }

    async fn named(&self, caller: &Caller, people: Vec<PersonId>) -> Outcome<Vec<PersonRef>> {
        self.outcome(named(self, caller, &people).await)
    }

    async fn list(
        &self,
        caller: &Caller,
        agency: Option<AgencyId>,
        text: &str,
        page: u32,
    ) -> Outcome<Page<Person>> {
        self.outcome(permit_somewhere(caller, Action::ManagePeople))?;
        self.in_turn(caller, list(self, caller, agency, text, page)).await
    }

    async fn get(&self, caller: &Caller, person: PersonId) -> Outcome<Person> {
        self.outcome(get(self, caller, person).await)
    }

    async fn add(&self, caller: &Caller, input: PersonInput) -> Outcome<(PersonId, Option<String>)> {
        self.outcome(written::add(self, caller, input).await)
    }

    async fn change(&self, caller: &Caller, person: PersonId, input: PersonChange) -> Outcome<()> {
        self.outcome(written::change(self, caller, person, input).await)
    }

    async fn reset_password(&self, caller: &Caller, person: PersonId) -> Outcome<String> {
        self.outcome(reset_password(self, caller, person).await)
    }

    async fn turn_off_second_factor(&self, caller: &Caller, person: PersonId) -> Outcome<()> {
        self.outcome(turn_off_second_factor(self, caller, person).await)
    }

    async fn set_active(&self, caller: &Caller, person: PersonId, is_active: bool) -> Outcome<()> {
        self.outcome(set_active(self, caller, person, is_active).await)
    }
}

/// Every word of the text is part of the person's name, position or agency. The user name does not count:
/// anyone may search for people, and a user name is half of what is needed to sign in.
pub(crate) fn words(q: &mut Q, text: &str) -> String {
    typed::every_word(q, text, |word| format!("p.folded LIKE {word}"))
}

/// The same for people who manage the accounts and may also search by user name.
fn words_or_user_name(q: &mut Q, text: &str) -> String {
    typed::every_word(q, text, |word| format!("(p.folded LIKE {word} OR p.user_name LIKE {word})"))
}

async fn find(backend: &Backend, caller: &Caller, text: &str) -> Done<Vec<PersonRef>> {
    permit(caller, Action::ViewPeople, Scope::Myself)?;
    let begin = typed::words(text).join(" ");
    let mut q = q(format!("{} WHERE p.is_active AND ", references()));
    let chosen = words(&mut q, text);
    let (begins, own, limit) =
        (q.place(format!("{begin}%")), q.place(caller.agency.id), q.place(FOUND_AT_MOST));
    q.push(&format!(
        "{chosen} ORDER BY CASE WHEN p.folded LIKE {begins} THEN 0 ELSE 1 END, \
         CASE WHEN p.agency_id = {own} THEN 0 ELSE 1 END, a.depth, p.name_key, p.id LIMIT {limit}"
    ));
    let rows: Vec<ReferenceRow> = q.all(backend.db()).await?;
    rows.into_iter().map(reference).collect()
}

async fn find_near(backend: &Backend, caller: &Caller, line: &str) -> Done<Vec<PersonRef>> {
    permit(caller, Action::ViewPeople, Scope::Myself)?;
    let words = typed::words(&person_in(line));
    if !(2..=NEAR_WORDS_AT_MOST).contains(&words.len()) {
        return Ok(Vec::new());
    }
    // What tells namesakes apart costs much for each of them, and is looked up for those who are proposed alone.
    let mut query = q(format!("{UNMARKED} WHERE p.is_active AND "));
    let fits = |word: &String| {
        let word = query.place(format!("%{word}%"));
        format!("CASE WHEN p.folded LIKE {word} THEN 1 ELSE 0 END")
    };
    let fitting: Vec<String> = words.iter().map(fits).collect();
    let (at_least, limit) = (query.place(words.len() as i64 - 1), query.place(NEAR_AT_MOST));
    query.push(&format!("{} >= {at_least} ORDER BY p.name_key, p.id LIMIT {limit}", fitting.join(" + ")));
    let rows: Vec<ReferenceRow> = query.all(backend.db()).await?;
    let fitting = rows.into_iter().map(reference).collect::<Done<Vec<PersonRef>>>()?;
    let near: Vec<PersonId> = near_people(line, fitting).into_iter().map(|person| person.id).collect();
    let mut marked = named(backend, caller, &near).await?;
    marked.sort_by_key(|person| near.iter().position(|id| *id == person.id));
    Ok(marked)
}

async fn named(backend: &Backend, caller: &Caller, people: &[PersonId]) -> Done<Vec<PersonRef>> {
    permit(caller, Action::ViewPeople, Scope::Myself)?;
    let mut seen = HashSet::new();
    let people: Vec<PersonId> =
        people.iter().copied().filter(|person| seen.insert(*person)).take(NAMED_AT_MOST).collect();
    let mut named = Vec::with_capacity(people.len());
    for some in people.chunks(BINDS_AT_MOST) {
        let rows: Vec<ReferenceRow> =
            q(format!("{} WHERE p.id IN ({})", references(), places(1, some.len())))
                .bind_all(some.iter().copied())
                .all(backend.db())
                .await?;
        for row in rows {
            named.push(reference(row)?);
        }
    }
    Ok(named)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_name: String,
    name: String,
    position: String,
    is_active: bool,
    confirmed_at: Option<i64>,
    agency_id: String,
    code: String,
    short_name: String,
}

const ROWS: &str = "SELECT p.id, p.user_name, p.name, p.position, p.is_active, f.confirmed_at, p.agency_id, a.code, \
    a.short_name FROM person p JOIN agency a ON a.id = p.agency_id LEFT JOIN second_factor f ON f.person_id = p.id";

async fn list(
    backend: &Backend,
    caller: &Caller,
    agency: Option<AgencyId>,
    text: &str,
    page: u32,
) -> Done<Page<Person>> {
    let within = match agency {
        Some(agency) => {
            let path = agencies::path(backend.db(), agency).await?;
            permit(caller, Action::ManagePeople, Scope::Agency(&path))?;
            Within::Subtrees(vec![agency])
        }
        None => Within::of(caller, Action::ManagePeople),
    };
    let page = page.max(1);
    let mut counting =
        q("SELECT CAST(COUNT(*) AS BIGINT) FROM person p JOIN agency a ON a.id = p.agency_id WHERE ");
    let chosen = [within.condition(&mut counting, "p.agency_id"), words_or_user_name(&mut counting, text)]
        .join(" AND ");
    counting.push(&chosen);
    let (total,): (i64,) = counting.one(backend.db()).await?;
    let mut rows = q(format!("{ROWS} WHERE "));
    let chosen =
        [within.condition(&mut rows, "p.agency_id"), words_or_user_name(&mut rows, text)].join(" AND ");
    let (limit, offset) =
        (rows.place(i64::from(PER_PAGE)), rows.place(i64::from(page - 1) * i64::from(PER_PAGE)));
    rows.push(&format!("{chosen} ORDER BY a.depth, a.code, p.name_key, p.id LIMIT {limit} OFFSET {offset}"));
    let rows: Vec<Row> = rows.all(backend.db()).await?;
    let mut roles = roles(backend.db(), caller, &rows).await?;
    let rows = rows.into_iter().map(|row| read(row, &mut roles, caller)).collect::<Done<_>>()?;
    Ok(Page { rows, total, has_more: false, page, per_page: PER_PAGE })
}

/// A role with its agency, and whether the caller may give and take it.
type RoleHeld = (Role, AgencyRef, bool);

/// A person within what the caller manages.
fn read(row: Row, roles: &mut HashMap<String, Vec<RoleHeld>>, caller: &Caller) -> Done<Person> {
    let roles = roles.remove(&row.id).unwrap_or_default();
    let id = stored::id(&row.id)?;
    Ok(Person {
        id,
        may_rename: id != caller.person,
        may_change: roles.iter().all(|(.., may)| *may),
        roles: roles.into_iter().map(|(role, agency, _)| (role, agency)).collect(),
        has_second_factor: row.confirmed_at.is_some(),
        user_name: row.user_name,
        name: row.name,
        position: row.position,
        agency: AgencyRef { id: stored::id(&row.agency_id)?, code: row.code, short_name: row.short_name },
        is_active: row.is_active,
    })
}

/// The roles of the people of a page.
async fn roles(on: impl Source, caller: &Caller, rows: &[Row]) -> Done<HashMap<String, Vec<RoleHeld>>> {
    let mut roles: HashMap<String, Vec<RoleHeld>> = HashMap::new();
    if rows.is_empty() {
        return Ok(roles);
    }
    let found: Vec<(String, String, String, String, String, String)> = q(format!(
        "SELECT g.person_id, g.role, a.id, a.code, a.short_name, a.path FROM role_grant g \
         JOIN agency a ON a.id = g.agency_id WHERE g.person_id IN ({})",
        places(1, rows.len())
    ))
    .bind_all(rows.iter().map(|row| &row.id))
    .all(on)
    .await?;
    for (person, role, id, code, short_name, path) in found {
        let agency = AgencyRef { id: stored::id(&id)?, code, short_name };
        let (role, path) = (stored::code(&role, Role::parse)?, agencies::read_path(&path)?);
        let may = kept::permit_role_at(caller, role, &path).is_ok();
        roles.entry(person).or_default().push((role, agency, may));
    }
    for roles in roles.values_mut() {
        roles.sort_by(|(role, at, _), (other, there, _)| {
            (role, &at.short_name).cmp(&(other, &there.short_name))
        });
    }
    Ok(roles)
}

async fn get(backend: &Backend, caller: &Caller, person: PersonId) -> Done<Person> {
    let there = kept::of(backend.db(), person).await?;
    permit_all(caller, &there)?;
    let row: Row = q(format!("{ROWS} WHERE p.id = $1")).bind(person).one(backend.db()).await?;
    let rows = [row];
    let mut roles = roles(backend.db(), caller, &rows).await?;
    let [row] = rows;
    let person = read(row, &mut roles, caller)?;
    let may_rename = person.may_rename || runs_the_system_alone(backend.db(), caller).await?;
    Ok(Person { may_rename, ..person })
}

async fn reset_password(backend: &Backend, caller: &Caller, person: PersonId) -> Done<String> {
    // Before anything is hashed, which takes the turn of others who sign in.
    {
        let mut tx = backend.begin_by(caller).await?;
        kept::managed(&mut tx, caller, person).await?;
    }
    let made = password::made(backend.entropy());
    let password_hash = backend.hashing().hash(backend.entropy(), &made).await?;
    let mut tx = backend.begin_by(caller).await?;
    let Kept { name, user_name, place, .. } = kept::managed(&mut tx, caller, person).await?.kept;
    q("UPDATE person SET password_hash = $1, must_change = TRUE WHERE id = $2")
        .bind(password_hash)
        .bind(person)
        .run(&mut tx)
        .await?;
    session::end_all(&mut tx, person, None).await?;
    accounts::forgive(&mut tx, &user_name).await?;
    let kind = AccountEventKind::PasswordReset { by: caller.name.clone() };
    tell_owner(&mut tx, backend, person, &kind, caller.now).await?;
    audit::record(&mut tx, backend, caller, Entry::new(Deed::PeopleResetPassword, &name).of(place.id))
        .await?;
    tx.commit().await?;
    Ok(made)
}

async fn turn_off_second_factor(backend: &Backend, caller: &Caller, person: PersonId) -> Done<()> {
    let mut tx = backend.begin_by(caller).await?;
    let Kept { name, place, .. } = kept::managed(&mut tx, caller, person).await?.kept;
    // To turn off their own, a person needs the password and a code: that is an operation of the second
    // factor.
    if person == caller.person {
        return Err(Failure::Forbidden.into());
    }
    if second_factor::remove(&mut tx, person).await? {
        let kind = AccountEventKind::SecondFactorOff { by: caller.name.clone() };
        tell_owner(&mut tx, backend, person, &kind, caller.now).await?;
        let entry = Entry::new(Deed::PeopleTurnOffSecondFactor, &name).of(place.id);
        audit::record(&mut tx, backend, caller, entry).await?;
    }
    Ok(tx.commit().await?)
}

async fn set_active(backend: &Backend, caller: &Caller, person: PersonId, is_active: bool) -> Done<()> {
    let mut tx = backend.begin_by(caller).await?;
    let There { kept, .. } = kept::managed(&mut tx, caller, person).await?;
    if person == caller.person && !is_active {
        // Nobody locks themselves out.
        return Err(Failure::Forbidden.into());
    }
    let changed = q("UPDATE person SET is_active = $1 WHERE id = $2 AND is_active <> $1")
        .bind(is_active)
        .bind(person)
        .run(&mut tx)
        .await?;
    if changed > 0 {
        if !is_active {
            session::end_all(&mut tx, person, None).await?;
        }
        if !is_active && kept.runs_the_system() {
            kept::keep_a_system_administrator(&mut tx).await?;
        }
        let entry = Entry::new(Deed::PeopleSetActive, &kept.name).of(kept.place.id);
        let entry = entry.before(&json!({ "is_active": !is_active }))?;
        let entry = entry.after(&json!({ "is_active": is_active }))?;
        audit::record(&mut tx, backend, caller, entry).await?;
    }
    Ok(tx.commit().await?)
}
