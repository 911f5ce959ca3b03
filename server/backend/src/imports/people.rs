//! People from a file: a user name that is there already is changed, its password stays. First passwords are made for
//! those without one and shown once.

use std::collections::{HashMap, HashSet};

use domain::access::{Caller, Role, Scope};
use domain::error::Problem;
use domain::ids::{AgencyId, PersonId};
use domain::imports::{ImportKind, ImportReport};
use domain::people::PersonInput;
use futures::{StreamExt, TryStreamExt};

use super::table::{Cells, Table};
use super::{Ground, Import, Place, place_of, places_by_code};
use crate::access::permit;
use crate::accounts::password;
use crate::agencies::read_path;
use crate::audit::{self, Entry};
use crate::db::{Source, Tx, q};
use crate::people::{self, NewPerson, ParsedPerson, permit_roles};
use crate::stop::Done;
use crate::{Backend, stored};

/// Passwords hashed side by side: the cap on hashing itself is the cores.
const HASHED_AT_ONCE: usize = 8;
/// New people of one file. Each costs a password's hash, some 25 ms of a core: a minute for a file on one core, which is
/// what a proxy waits.
const NEW_AT_MOST: usize = 2_000;

struct There {
    id: PersonId,
    agency: AgencyId,
    path: Vec<AgencyId>,
    name: String,
    position: String,
    grants: Vec<(Role, AgencyId, Vec<AgencyId>)>,
}

pub(super) async fn run(mut import: Import<'_>, table: &Table) -> Done<ImportReport> {
    const WHAT: &str = "imports.people";
    let (rows, has_roles) = (read(&mut import, table), table.has("roles"));
    // Hashing takes a while: it is not spent on a file that is wrong, and must not hold the database. So every row is
    // checked before, and again within.
    let db = import.backend.db();
    let (places, there) = (places_by_code(db).await?, stored_people(db).await?);
    let writes = compare(&mut import, &rows, &places, &there, has_roles)?;
    if !import.writes() {
        return import.finish(Ground::Beside(db.clone()), WHAT).await;
    }
    let new = writes.iter().filter(|write| write.before.is_none()).map(|write| write.parsed).collect();
    let mut hashes = hash_all(import.backend, &mut import.report, new).await?;
    let mut ground = import.ground().await?;
    let (places, there) = (places_by_code(&mut ground).await?, stored_people(&mut ground).await?);
    let writes = compare(&mut import, &rows, &places, &there, has_roles)?;
    if let Some(tx) = import.writing(&mut ground) {
        for Write { parsed, place, before } in writes {
            match before {
                None => add(&import, tx, parsed, place, &mut hashes).await?,
                Some(there) => change(&import, tx, there, parsed, place, has_roles).await?,
            }
        }
    }
    // Whoever was added by somebody else meanwhile keeps the password given there.
    import.report.passwords.retain(|(user_name, _)| !hashes.contains_key(user_name));
    import.finish(ground, WHAT).await
}

/// What is to be written of one row.
struct Write<'a> {
    parsed: &'a ParsedPerson,
    place: &'a Place,
    /// The person who is there already; none for a new one.
    before: Option<&'a There>,
}

/// What each row means for who is there, counted anew in the report.
fn compare<'a>(
    import: &mut Import<'_>,
    rows: &'a [(Cells<'_>, ParsedPerson)],
    places: &'a HashMap<String, Place>,
    there: &'a HashMap<String, There>,
    has_roles: bool,
) -> Done<Vec<Write<'a>>> {
    let (mut added, mut changed, mut unchanged) = (0, 0, 0);
    let mut writes = Vec::new();
    for (cells, parsed) in rows {
        let Some(place) = place_of(import, places, *cells, ImportKind::People)? else { continue };
        let permitted = permit_roles(import.caller, &parsed.roles, &place.path);
        if !import.allowed(*cells, "roles", permitted)? {
            continue;
        }
        let before = there.get(&parsed.user_name);
        match before {
            None => {
                added += 1;
                if added == NEW_AT_MOST + 1 {
                    import.bad.row(*cells, Problem::TooMany(NEW_AT_MOST as u32));
                }
            }
            Some(before) if !is_changed(before, parsed, place, has_roles) => {
                unchanged += 1;
                continue;
            }
            Some(before) => {
                let permitted = permit_all(import.caller, before);
                if !import.allowed(*cells, "user_name", permitted)? {
                    continue;
                }
                changed += 1;
            }
        }
        writes.push(Write { parsed, place, before });
    }
    import.report.added = added as u64;
    (import.report.changed, import.report.unchanged) = (changed, unchanged);
    Ok(writes)
}

fn read<'t>(import: &mut Import<'_>, table: &'t Table) -> Vec<(Cells<'t>, ParsedPerson)> {
    let mut rows = Vec::with_capacity(table.len());
    let mut seen = HashSet::new();
    for cells in table.rows() {
        let cell = |column| cells.get(column).to_owned();
        let input = PersonInput {
            user_name: cell("user_name"),
            name: cell("name"),
            position: cell("position"),
            agency: cell("agency"),
            roles: cell("roles"),
            password: cell("password"),
        };
        match people::parse(&input) {
            Ok(parsed) if !seen.insert(parsed.user_name.clone()) => {
                import.bad.cell(cells, "user_name", Problem::Repeated);
            }
            Ok(parsed) => rows.push((cells, parsed)),
            Err(problems) => {
                for problem in problems {
                    // What somebody chose as a password is not repeated in a report.
                    let value = if problem.field == "password" { "…" } else { cells.get(&problem.field) };
                    import.bad.value(cells, &problem.field, value, problem.problem);
                }
            }
        }
    }
    rows
}

/// The hashes of first passwords by user name; those made here are put into the report.
async fn hash_all(
    backend: &Backend,
    report: &mut ImportReport,
    people: Vec<&ParsedPerson>,
) -> Done<HashMap<String, String>> {
    let mut firsts = Vec::with_capacity(people.len());
    for person in people {
        let first = person.password.clone().unwrap_or_else(|| {
            let made = password::made(backend.entropy());
            report.passwords.push((person.user_name.clone(), made.clone()));
            made
        });
        firsts.push((person.user_name.clone(), first));
    }
    let hashing = firsts.into_iter().map(|(user_name, first)| async move {
        Ok::<_, crate::stop::Stop>((user_name, backend.hashing().hash(backend.entropy(), &first).await?))
    });
    futures::stream::iter(hashing).buffer_unordered(HASHED_AT_ONCE).try_collect().await
}

async fn stored_people(mut on: impl Source) -> Done<HashMap<String, There>> {
    let grants: Vec<(String, String, String, String)> =
        q("SELECT g.person_id, g.role, a.id, a.path FROM role_grant g JOIN agency a ON a.id = g.agency_id")
            .all(&mut on)
            .await?;
    let mut roles: HashMap<String, Vec<(Role, AgencyId, Vec<AgencyId>)>> = HashMap::new();
    for (person, role, agency, path) in grants {
        let grant = (stored::code(&role, Role::parse)?, stored::id(&agency)?, read_path(&path)?);
        roles.entry(person).or_default().push(grant);
    }
    let rows: Vec<(String, String, String, String, String, String)> =
        q("SELECT p.user_name, p.id, p.name, p.position, a.id, a.path FROM person p \
           JOIN agency a ON a.id = p.agency_id")
        .all(on)
        .await?;
    rows.into_iter()
        .map(|(user_name, id, name, position, agency, path)| {
            let grants = roles.remove(&id).unwrap_or_default();
            let (agency, path) = (stored::id(&agency)?, read_path(&path)?);
            Ok((user_name, There { id: stored::id(&id)?, agency, path, name, position, grants }))
        })
        .collect()
}

fn is_changed(before: &There, parsed: &ParsedPerson, place: &Place, has_roles: bool) -> bool {
    let mut held: Vec<Role> =
        before.grants.iter().filter(|(_, agency, _)| *agency == place.id).map(|(role, ..)| *role).collect();
    held.sort();
    before.name != parsed.name
        || before.position != parsed.position
        || before.agency != place.id
        || (has_roles && held != parsed.roles)
}

/// Whether the caller may change this account with all that it opens.
fn permit_all(caller: &Caller, before: &There) -> Done<()> {
    permit(caller, super::action(ImportKind::People), Scope::Agency(&before.path))?;
    before.grants.iter().try_for_each(|(role, _, path)| permit_roles(caller, &[*role], path))
}

async fn add(
    import: &Import<'_>,
    tx: &mut Tx,
    parsed: &ParsedPerson,
    place: &Place,
    hashes: &mut HashMap<String, String>,
) -> Done<()> {
    // Somebody was taken out between the two looks: nobody signs in until a password is set.
    let password_hash = hashes.remove(&parsed.user_name).unwrap_or_default();
    let id = PersonId(import.backend.entropy().id(import.caller.now));
    let agency_words = place.words.clone();
    let new = NewPerson { id, agency: place.id, agency_words, password_hash, parsed: parsed.clone() };
    people::insert(tx, &new, import.caller.now).await?;
    for role in &new.parsed.roles {
        people::grant(tx, id, *role, place.id).await?;
    }
    let entry = Entry::new("people.add", &new.parsed.name).of(place.id).after(&new.parsed.shown())?;
    audit::record(tx, import.backend, import.caller, entry).await
}

/// Writes a person who is there already. The file is the word on the roles in the person's own agency when it has that
/// column; whoever moves to another agency leaves the roles of the old one behind.
async fn change(
    import: &Import<'_>,
    tx: &mut Tx,
    before: &There,
    parsed: &ParsedPerson,
    place: &Place,
    has_roles: bool,
) -> Done<()> {
    q("UPDATE person SET name = $2, position = $3, agency_id = $4, folded = $5 WHERE id = $1")
        .bind(before.id)
        .bind(&parsed.name)
        .bind(&parsed.position)
        .bind(place.id)
        .bind(people::folded(parsed, &place.words))
        .run(&mut *tx)
        .await?;
    let mut left = Vec::new();
    if before.agency != place.id {
        left.push(before.agency);
    }
    if has_roles {
        left.push(place.id);
    }
    for agency in left {
        q("DELETE FROM role_grant WHERE person_id = $1 AND agency_id = $2")
            .bind(before.id)
            .bind(agency)
            .run(&mut *tx)
            .await?;
    }
    for role in parsed.roles.iter().filter(|_| has_roles) {
        people::grant(tx, before.id, *role, place.id).await?;
    }
    let roles: Vec<Role> = before.grants.iter().map(|(role, ..)| *role).collect();
    let was = ParsedPerson {
        name: before.name.clone(),
        position: before.position.clone(),
        roles,
        ..parsed.clone()
    };
    let entry = Entry::new("people.change", &parsed.name).of(place.id);
    let entry = entry.before(&was.shown())?.after(&parsed.shown())?;
    audit::record(tx, import.backend, import.caller, entry).await
}
