//! People over the database: finding whom to invite, and what administrators do with accounts.
//! Knows no session but to end them.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{Action, Caller, Role, Scope};
use domain::agencies::AgencyRef;
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::{AgencyId, PersonId};
use domain::people::{Page, People, Person, PersonInput, PersonRef};
use domain::text::fold;
use serde_json::json;

use crate::access::{Within, permit};
use crate::accounts::{self, password, session};
use crate::agencies::{self, NAME_AT_MOST, text};
use crate::audit::{self, Entry};
use crate::db::{BINDS_AT_MOST, Q, Source, Tx, places, q};
use crate::stop::Done;
use crate::{Backend, stored, typed};

/// So many people are offered while a name is typed.
const FOUND_AT_MOST: i64 = 20;
/// People a page.
const PER_PAGE: u32 = 50;
/// Longest user name.
const USER_NAME_AT_MOST: u32 = 60;

#[async_trait]
impl People for Backend {
    async fn find(&self, caller: &Caller, text: &str) -> Outcome<Vec<PersonRef>> {
        self.outcome(find(self, caller, text).await)
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
        self.outcome(list(self, caller, agency, text, page).await)
    }

    async fn add(&self, caller: &Caller, input: PersonInput) -> Outcome<(PersonId, Option<String>)> {
        self.outcome(add(self, caller, input).await)
    }

    async fn reset_password(&self, caller: &Caller, person: PersonId) -> Outcome<String> {
        self.outcome(reset_password(self, caller, person).await)
    }

    async fn set_active(&self, caller: &Caller, person: PersonId, is_active: bool) -> Outcome<()> {
        self.outcome(set_active(self, caller, person, is_active).await)
    }
}

/// Every word of the text stands somewhere in what the person is found by.
pub(crate) fn words(q: &mut Q, text: &str) -> String {
    let mut all = vec!["1 = 1".to_owned()];
    for word in typed::words(text) {
        all.push(format!("p.folded LIKE {}", q.place(format!("%{word}%"))));
    }
    all.join(" AND ")
}

async fn find(backend: &Backend, caller: &Caller, text: &str) -> Done<Vec<PersonRef>> {
    permit(caller, Action::ViewPeople, Scope::Myself)?;
    let begin = typed::words(text).join(" ");
    let mut q =
        q("SELECT p.id, p.name, p.position, a.short_name FROM person p JOIN agency a ON a.id = p.agency_id \
         WHERE p.is_active AND ");
    let chosen = words(&mut q, text);
    let (begins, own, limit) =
        (q.place(format!("{begin}%")), q.place(caller.agency.id), q.place(FOUND_AT_MOST));
    q.push(&format!(
        "{chosen} ORDER BY CASE WHEN p.folded LIKE {begins} THEN 0 ELSE 1 END, \
         CASE WHEN p.agency_id = {own} THEN 0 ELSE 1 END, a.depth, p.folded, p.id LIMIT {limit}"
    ));
    let rows: Vec<(String, String, String, String)> = q.all(backend.db()).await?;
    rows.into_iter().map(reference).collect()
}

async fn named(backend: &Backend, caller: &Caller, people: &[PersonId]) -> Done<Vec<PersonRef>> {
    permit(caller, Action::ViewPeople, Scope::Myself)?;
    let mut named = Vec::with_capacity(people.len());
    for some in people.chunks(BINDS_AT_MOST) {
        let rows: Vec<(String, String, String, String)> = q(format!(
            "SELECT p.id, p.name, p.position, a.short_name FROM person p JOIN agency a ON a.id = p.agency_id \
             WHERE p.id IN ({})",
            places(1, some.len())
        ))
        .bind_all(some.iter().copied())
        .all(backend.db())
        .await?;
        for row in rows {
            named.push(reference(row)?);
        }
    }
    Ok(named)
}

/// A person's identifier, name, position and agency as others name them.
pub(crate) fn reference((id, name, position, agency): (String, String, String, String)) -> Done<PersonRef> {
    Ok(PersonRef { id: stored::id(&id)?, name, position, agency })
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_name: String,
    name: String,
    position: String,
    is_active: bool,
    agency_id: String,
    code: String,
    short_name: String,
}

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
    if within == Within::Subtrees(Vec::new()) {
        return Err(Failure::Forbidden.into());
    }
    let page = page.max(1);
    let from = "FROM person p JOIN agency a ON a.id = p.agency_id WHERE ";
    let mut counting = q(format!("SELECT CAST(COUNT(*) AS BIGINT) {from}"));
    let chosen = [within.condition(&mut counting, "p.agency_id"), words(&mut counting, text)].join(" AND ");
    counting.push(&chosen);
    let (total,): (i64,) = counting.one(backend.db()).await?;
    let mut rows = q(format!(
        "SELECT p.id, p.user_name, p.name, p.position, p.is_active, p.agency_id, a.code, a.short_name {from}"
    ));
    let chosen = [within.condition(&mut rows, "p.agency_id"), words(&mut rows, text)].join(" AND ");
    let (limit, offset) =
        (rows.place(i64::from(PER_PAGE)), rows.place(i64::from(page - 1) * i64::from(PER_PAGE)));
    rows.push(&format!("{chosen} ORDER BY a.depth, a.code, p.folded, p.id LIMIT {limit} OFFSET {offset}"));
    let rows: Vec<Row> = rows.all(backend.db()).await?;
    let mut roles = roles(backend.db(), &rows).await?;
    let rows = rows.into_iter().map(|row| read(row, &mut roles)).collect::<Done<_>>()?;
    Ok(Page { rows, total, page, per_page: PER_PAGE })
}

fn read(row: Row, roles: &mut HashMap<String, Vec<(Role, String)>>) -> Done<Person> {
    Ok(Person {
        id: stored::id(&row.id)?,
        roles: roles.remove(&row.id).unwrap_or_default(),
        user_name: row.user_name,
        name: row.name,
        position: row.position,
        agency: AgencyRef { id: stored::id(&row.agency_id)?, code: row.code, short_name: row.short_name },
        is_active: row.is_active,
    })
}

/// The roles of the people of a page, with the short name of the agency of each.
async fn roles(on: impl Source, rows: &[Row]) -> Done<HashMap<String, Vec<(Role, String)>>> {
    let mut roles: HashMap<String, Vec<(Role, String)>> = HashMap::new();
    if rows.is_empty() {
        return Ok(roles);
    }
    let found: Vec<(String, String, String)> = q(format!(
        "SELECT g.person_id, g.role, a.short_name FROM role_grant g JOIN agency a ON a.id = g.agency_id \
         WHERE g.person_id IN ({})",
        places(1, rows.len())
    ))
    .bind_all(rows.iter().map(|row| &row.id))
    .all(on)
    .await?;
    for (person, role, agency) in found {
        roles.entry(person).or_default().push((stored::code(&role, Role::parse)?, agency));
    }
    roles.values_mut().for_each(|roles| roles.sort());
    Ok(roles)
}

async fn add(backend: &Backend, caller: &Caller, input: PersonInput) -> Done<(PersonId, Option<String>)> {
    if Within::of(caller, Action::ManagePeople) == Within::Subtrees(Vec::new()) {
        return Err(Failure::Forbidden.into());
    }
    let parsed = parse(&input).map_err(Failure::Invalid)?;
    let made = parsed.password.is_none().then(|| password::made(backend.entropy()));
    let first = parsed.password.as_ref().or(made.as_ref()).expect("typed or made");
    let password_hash = backend.hashing().hash(backend.entropy(), first).await?;
    let mut tx = backend.db().begin().await?;
    let Some((agency, path)) = agencies::by_code(&mut tx, &input.agency).await? else {
        let problem = if input.agency.trim().is_empty() { Problem::Missing } else { Problem::Unknown };
        return Err(Failure::Invalid(vec![FieldProblem::new("agency", problem)]).into());
    };
    permit_roles(caller, &parsed.roles, &path)?;
    let there: Option<(String,)> =
        q("SELECT id FROM person WHERE user_name = $1").bind(&parsed.user_name).optional(&mut tx).await?;
    if there.is_some() {
        return Err(Refusal::AlreadyThere { name: parsed.user_name }.into());
    }
    let id = PersonId(backend.entropy().id(caller.now));
    let agency_words = agency_words(&mut tx, agency).await?;
    let new = NewPerson { id, agency, agency_words, password_hash, parsed };
    insert(&mut tx, &new, caller.now).await?;
    for role in &new.parsed.roles {
        grant(&mut tx, id, *role, agency).await?;
    }
    let entry = Entry::new("people.add", &new.parsed.name).of(agency).after(&new.parsed.shown())?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.commit().await?;
    Ok((id, made))
}

/// Whether the caller may have people in an agency, and give them these roles. Who runs the whole system is for those
/// who run it to say.
pub(crate) fn permit_roles(caller: &Caller, roles: &[Role], path: &[AgencyId]) -> Done<()> {
    permit(caller, Action::ManagePeople, Scope::Agency(path))?;
    if roles.contains(&Role::SystemAdministrator) {
        permit(caller, Action::ManagePeople, Scope::System)?;
    }
    Ok(())
}

/// Name, user name and agency of a person whose account the caller may change: neither the person's agency nor any of
/// the roles may lie outside what the caller manages, or a new password would open more than the caller has.
async fn managed(tx: &mut Tx, caller: &Caller, person: PersonId) -> Done<(String, String, AgencyId)> {
    let row: Option<(String, String, String, String)> =
        q("SELECT p.name, p.user_name, a.id, a.path FROM person p JOIN agency a ON a.id = p.agency_id \
           WHERE p.id = $1")
        .bind(person)
        .optional(&mut *tx)
        .await?;
    let (name, user_name, agency, path) = row.ok_or(Failure::NotFound)?;
    permit(caller, Action::ManagePeople, Scope::Agency(&agencies::read_path(&path)?))?;
    let grants: Vec<(String, String)> = q(
        "SELECT g.role, a.path FROM role_grant g JOIN agency a ON a.id = g.agency_id WHERE g.person_id = $1",
    )
    .bind(person)
    .all(&mut *tx)
    .await?;
    for (role, path) in grants {
        permit_roles(caller, &[stored::code(&role, Role::parse)?], &agencies::read_path(&path)?)?;
    }
    Ok((name, user_name, stored::id(&agency)?))
}

async fn reset_password(backend: &Backend, caller: &Caller, person: PersonId) -> Done<String> {
    let made = password::made(backend.entropy());
    let password_hash = backend.hashing().hash(backend.entropy(), &made).await?;
    let mut tx = backend.db().begin().await?;
    let (name, user_name, agency) = managed(&mut tx, caller, person).await?;
    q("UPDATE person SET password_hash = $1 WHERE id = $2")
        .bind(password_hash)
        .bind(person)
        .run(&mut tx)
        .await?;
    session::end_all(&mut tx, person, None).await?;
    accounts::forgive(&mut tx, &user_name).await?;
    audit::record(&mut tx, backend, caller, Entry::new("people.reset_password", &name).of(agency)).await?;
    tx.commit().await?;
    Ok(made)
}

async fn set_active(backend: &Backend, caller: &Caller, person: PersonId, is_active: bool) -> Done<()> {
    let mut tx = backend.db().begin().await?;
    let (name, _, agency) = managed(&mut tx, caller, person).await?;
    if person == caller.person && !is_active {
        // Nobody locks themselves out, and so the last administrator stays.
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
        let entry = Entry::new("people.set_active", &name).of(agency);
        let entry = entry.before(&json!({ "is_active": !is_active }))?;
        let entry = entry.after(&json!({ "is_active": is_active }))?;
        audit::record(&mut tx, backend, caller, entry).await?;
    }
    Ok(tx.commit().await?)
}

/// A person as typed, every field read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParsedPerson {
    pub(crate) user_name: String,
    pub(crate) name: String,
    pub(crate) position: String,
    pub(crate) roles: Vec<Role>,
    /// None when one is to be made.
    pub(crate) password: Option<String>,
}

impl ParsedPerson {
    /// What the trail may show: everything but the password.
    pub(crate) fn shown(&self) -> serde_json::Value {
        json!({
            "user_name": self.user_name, "name": self.name, "position": self.position, "roles": self.roles,
        })
    }
}

/// Reads the fields; the agency is for the caller to look up.
pub(crate) fn parse(input: &PersonInput) -> Result<ParsedPerson, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let user_name = user_name(&mut problems, &input.user_name);
    let name = text(&mut problems, "name", &input.name, NAME_AT_MOST);
    let position = input.position.trim().to_owned();
    if position.chars().count() > NAME_AT_MOST as usize {
        problems.push(FieldProblem::new("position", Problem::TooLong(NAME_AT_MOST)));
    }
    let mut roles = Vec::new();
    for code in input.roles.split([' ', '|', ',']).filter(|code| !code.is_empty()) {
        match Role::parse(code) {
            Some(role) => roles.push(role),
            None => problems.push(FieldProblem::new("roles", Problem::Unknown)),
        }
    }
    roles.sort();
    roles.dedup();
    let password = Some(input.password.clone()).filter(|password| !password.is_empty());
    if let Some(problem) = password.as_deref().and_then(password::problem) {
        problems.push(FieldProblem::new("password", problem));
    }
    if problems.is_empty() {
        Ok(ParsedPerson { user_name, name, position, roles, password })
    } else {
        Err(problems)
    }
}

/// A user name: letters without marks, digits, `.`, `-`, `_`, `@`; kept in lower case.
pub(crate) fn user_name(problems: &mut Vec<FieldProblem>, value: &str) -> String {
    let user_name = text(problems, "user_name", value, USER_NAME_AT_MOST).to_lowercase();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    if !user_name.chars().all(is_plain) {
        problems.push(FieldProblem::new("user_name", Problem::Unknown));
    }
    user_name
}

/// A person ready to be stored.
#[derive(Clone, Debug)]
pub(crate) struct NewPerson {
    pub(crate) id: PersonId,
    pub(crate) agency: AgencyId,
    /// The agency's names: a person is found by them too.
    pub(crate) agency_words: String,
    pub(crate) password_hash: String,
    pub(crate) parsed: ParsedPerson,
}

/// The names of an agency, for what its people are found by.
pub(crate) async fn agency_words(on: impl Source, agency: AgencyId) -> Done<String> {
    let (short_name, name, code): (String, String, String) =
        q("SELECT short_name, name, code FROM agency WHERE id = $1").bind(agency).one(on).await?;
    Ok(format!("{short_name} {name} {code}"))
}

/// What a person is found by.
pub(crate) fn folded(parsed: &ParsedPerson, agency_words: &str) -> String {
    fold(&format!("{} {} {agency_words} {}", parsed.name, parsed.position, parsed.user_name))
}

/// Writes anew what the people of an agency are found by, after its names changed.
pub(crate) async fn refold(tx: &mut Tx, agency: AgencyId) -> Done<()> {
    let words = agency_words(&mut *tx, agency).await?;
    let rows: Vec<(String, String, String, String)> =
        q("SELECT id, user_name, name, position FROM person WHERE agency_id = $1")
            .bind(agency)
            .all(&mut *tx)
            .await?;
    for (id, user_name, name, position) in rows {
        let found_by = fold(&format!("{name} {position} {words} {user_name}"));
        q("UPDATE person SET folded = $1 WHERE id = $2").bind(found_by).bind(id).run(&mut *tx).await?;
    }
    Ok(())
}

/// Stores a new person, without roles.
pub(crate) async fn insert(tx: &mut Tx, person: &NewPerson, now: DateTime<Utc>) -> Done<()> {
    let parsed = &person.parsed;
    q("INSERT INTO person (id, user_name, name, position, agency_id, password_hash, is_active, folded, created_at) \
       VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7, $8)")
        .bind(person.id)
        .bind(&parsed.user_name)
        .bind(&parsed.name)
        .bind(&parsed.position)
        .bind(person.agency)
        .bind(&person.password_hash)
        .bind(folded(parsed, &person.agency_words))
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// Gives a role in an agency; one that is held already stays.
pub(crate) async fn grant(tx: &mut Tx, person: PersonId, role: Role, agency: AgencyId) -> Done<()> {
    q("INSERT INTO role_grant (person_id, role, agency_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(person)
        .bind(role.code())
        .bind(agency)
        .run(tx)
        .await?;
    Ok(())
}
