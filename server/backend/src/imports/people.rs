//! People from a file: a user name that is there already is changed, its password stays. First passwords are made for
//! those without one and shown once. The file is the word on all roles when it has that column.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::audit::Deed;
use domain::error::Problem;
use domain::ids::AgencyId;
use domain::imports::{Doubt, IMPORT_WRITTEN_AT_MOST, ImportKind, ImportReport};
use domain::people::{PEOPLE_OF_AGENCY_AT_MOST, PersonInput};
use futures::{StreamExt, TryStreamExt};

use super::cells::{line, no_such_agency, place_of};
use super::changes::{Area, Change};
use super::likeness::SameNames;
use super::shown::Shown;
use super::table::{Cells, Row, Table};
use super::{FileSteps, Import};
use crate::accounts::password::{self, StoredPassword};
use crate::agencies::{Place, Places, places_by_code};
use crate::db::Tx;
use crate::people::{
    self, Kept, ParsedPerson, There, everybody, permit_all, permit_change, permit_new, permit_role,
};
use crate::stop::Done;
use crate::{Backend, bounds};

/// Passwords hashed side by side: the cap on hashing itself is the cores.
const HASHED_AT_ONCE: usize = 8;
/// Shown in a report instead of a password.
const HIDDEN: &str = "…";

/// A file of people.
#[derive(Default)]
pub(super) struct PeopleFile {
    /// The hashes of first passwords by user name. They are kept when the file is prepared again: hashing takes long.
    hashes: HashMap<String, String>,
}

impl FileSteps for PeopleFile {
    type Plan = Vec<Write>;
    const DEED: Deed = Deed::ImportsPeople;

    async fn prepare(&mut self, import: &mut Import<'_>, table: &Table<'_>) -> Done<Vec<Write>> {
        let db = import.backend.db();
        let rows = read(import, table)?;
        let (places, there) = (places_by_code(db).await?, everybody(db).await?);
        let is_alone = people::runs_the_system_alone(db, import.caller).await?;
        refuse_weak_passwords(import, table, &rows, &places, &there).await?;
        let plan = compare(import, table, rows, &places, there, is_alone)?;
        // Hashing takes a while, and is not spent on a file that is wrong.
        if import.writes() {
            let is_hashed = |write: &&Write| self.hashes.contains_key(&write.after.user_name);
            let new = plan.iter().filter(|write| write.before.is_none() && !is_hashed(write)).collect();
            let made = hash_all(import.backend, &mut import.report, new).await?;
            self.hashes.extend(made);
        }
        Ok(plan)
    }

    fn is_concerned(_: &Vec<Write>, change: &Change) -> bool {
        matches!(change.area, Area::Agencies | Area::People | Area::Any)
    }

    async fn write(&mut self, import: &mut Import<'_>, plan: Vec<Write>, tx: &mut Tx) -> Done<bool> {
        let demotes = plan.iter().any(|write| {
            let runs = write.before.as_ref().is_some_and(|there| there.kept.runs_the_system());
            runs && !write.after.runs_the_system()
        });
        let mut grown = BTreeSet::new();
        let mut added = Vec::new();
        for Write { after, before, .. } in plan {
            if before.as_ref().is_none_or(|there| there.kept.place.id != after.place.id) {
                grown.insert(after.place.id);
            }
            match before {
                None => {
                    let hash = self.hashes.get(&after.user_name).cloned().unwrap_or_default();
                    let first = StoredPassword::given(hash);
                    added.push(after.user_name.clone());
                    people::write_new(tx, import.backend, import.caller, &after, &first).await?;
                }
                Some(there) => {
                    people::write_change(tx, import.backend, import.caller, &there, &after).await?;
                }
            }
        }
        if demotes {
            people::keep_a_system_administrator(tx).await?;
        }
        // Others may have added people since the file was prepared. It is prepared again then, with its hashes.
        if !bounds::keep_people(tx, &grown).await? {
            return Ok(false);
        }
        for user_name in added {
            self.hashes.remove(&user_name);
        }
        // Whoever was added by somebody else meanwhile keeps the password given there.
        import.report.passwords.retain(|(user_name, _)| !self.hashes.contains_key(user_name));
        Ok(true)
    }
}

/// Reports passwords of new people that are easily guessed. Examines at most as many rows as may be new; a
/// file with more is refused for that.
async fn refuse_weak_passwords(
    import: &mut Import<'_>,
    table: &Table<'_>,
    rows: &[(Row, ParsedPerson)],
    places: &Places,
    there: &HashMap<String, There>,
) -> Done<()> {
    let new = rows.iter().filter(|(_, parsed)| !there.contains_key(&parsed.user_name));
    let typed = new.filter_map(|(row, parsed)| {
        let cells = row.cells(table);
        let place = places.get(&line(cells, "agency"));
        Some((cells, (parsed.password.clone()?, people::own_words(parsed, place))))
    });
    let (cells, passwords): (Vec<Cells<'_>>, Vec<_>) = typed.take(IMPORT_WRITTEN_AT_MOST).unzip();
    if passwords.is_empty() {
        return Ok(());
    }
    let found = import.backend.hashing().weaknesses(passwords).await?;
    for (cells, weakness) in cells.into_iter().zip(found) {
        if let Some(weakness) = weakness {
            import.bad.value(cells, "password", HIDDEN, Problem::Weak(weakness));
        }
    }
    Ok(())
}

impl Shown for Kept {
    fn cells(&self) -> Vec<(&'static str, String)> {
        let mut roles = self.role_codes();
        roles.sort();
        vec![
            ("name", self.name.to_string()),
            ("position", self.position.to_string()),
            ("agency", self.place.short_name.clone()),
            ("roles", roles.join("|")),
        ]
    }
}

/// What is to be written of one row.
pub(super) struct Write {
    /// The password in the file.
    password: Option<String>,
    /// The person as they are to stand.
    after: Kept,
    /// The person who is there already; none for a new one.
    before: Option<There>,
}

/// What each row means for who is there, counted in the report. `is_alone`: the caller alone runs the system.
fn compare(
    import: &mut Import<'_>,
    table: &Table<'_>,
    rows: Vec<(Row, ParsedPerson)>,
    places: &Places,
    mut there: HashMap<String, There>,
    is_alone: bool,
) -> Done<Vec<Write>> {
    let (mut writes, mut names) = (Vec::new(), SameNames::default());
    let mut counts: HashMap<AgencyId, u32> = HashMap::new();
    for there in there.values() {
        *counts.entry(there.kept.place.id).or_default() += 1;
        names.insert(Some(there.kept.place.id), &there.kept.name, &there.kept.user_name);
    }
    for (row, parsed) in rows {
        import.still_asked()?;
        let cells = row.cells(table);
        let Some(place) = place_of(import, places, cells, ImportKind::People)? else { continue };
        let before = there.remove(&parsed.user_name);
        let typed = table.has("roles").then_some(places);
        let Some(after) = standing(import, cells, &parsed, place, typed, before.as_ref()) else { continue };
        let left = before.as_ref().map(|there| there.kept.place.id);
        if left != Some(place.id) && counts.get(&place.id).is_some_and(|n| *n >= PEOPLE_OF_AGENCY_AT_MOST) {
            let problem = Problem::PeopleFull { at_most: PEOPLE_OF_AGENCY_AT_MOST };
            import.bad.cell(cells, "agency", problem);
            continue;
        }
        match &before {
            None => {
                let permitted = permit_new(import.caller, &after);
                if !import.allowed(cells, "roles", permitted)? {
                    continue;
                }
                if let Some(user_name) = names.find(Some(place.id), &after.name) {
                    import.bad.doubt(cells, "name", Doubt::SameName { code: user_name.to_owned() });
                }
                names.insert(Some(place.id), &after.name, &after.user_name);
                import.adds(cells);
            }
            Some(before) if !before.kept.differs(&after) => {
                import.report.unchanged += 1;
                continue;
            }
            Some(before) => {
                let permitted = permit_all(import.caller, before);
                if !import.allowed(cells, "user_name", permitted)? {
                    continue;
                }
                let permitted = permit_change(import.caller, before, &after, is_alone);
                if !import.allowed(cells, "roles", permitted)? {
                    continue;
                }
                import.changes(cells, &before.kept, &after);
            }
        }
        if left != Some(place.id) {
            *counts.entry(place.id).or_default() += 1;
            if let Some(left) = left.and_then(|agency| counts.get_mut(&agency)) {
                *left = left.saturating_sub(1);
            }
        }
        writes.push(Write { password: parsed.password, after, before });
    }
    Ok(writes)
}

/// The person as they are to stand; a role in an agency that nobody has is a bad cell. The file says nothing of roles that
/// the caller could not give: they stay. Without the column of roles all stay, but whoever moves to another agency leaves
/// those of the old one behind.
fn standing(
    import: &mut Import<'_>,
    cells: Cells<'_>,
    parsed: &ParsedPerson,
    place: &Place,
    typed: Option<&Places>,
    before: Option<&There>,
) -> Option<Kept> {
    let held = before.map(|there| there.kept.roles.as_slice()).unwrap_or_default();
    let Some(places) = typed else {
        let left = before.map(|there| there.kept.place.id).filter(|left| *left != place.id);
        let roles = held.iter().filter(|held| Some(held.place.id) != left).cloned().collect();
        return Some(parsed.kept(place.clone(), roles));
    };
    let mut roles = match people::held(&parsed.roles, place, places) {
        Ok(roles) => roles,
        Err(code) => {
            let problem = no_such_agency(import, places, code);
            import.bad.value(cells, "roles", code, problem);
            return None;
        }
    };
    let beyond = held.iter().filter(|held| permit_role(import.caller, held).is_err());
    people::join(&mut roles, beyond.cloned());
    Some(parsed.kept(place.clone(), roles))
}

fn read(import: &mut Import<'_>, table: &Table<'_>) -> Done<Vec<(Row, ParsedPerson)>> {
    let mut rows = Vec::new();
    let mut seen = HashSet::new();
    let mut lines = table.rows();
    while let Some(cells) = import.next_row(&mut lines)? {
        let cell = |column| line(cells, column).into();
        let input = PersonInput {
            user_name: cell("user_name"),
            name: cell("name"),
            position: cell("position"),
            agency: cell("agency"),
            roles: cell("roles"),
            // Never cleaned: it is compared with what is typed at the sign-in.
            password: cells.get("password").to_owned(),
        };
        match people::parse(&input) {
            Ok(parsed) if !seen.insert(parsed.user_name.clone()) => {
                import.bad.cell(cells, "user_name", Problem::Repeated);
            }
            Ok(parsed) => {
                import.count_parts(cells, "roles", parsed.roles.len());
                rows.push((cells.keep(), parsed));
            }
            Err(problems) => {
                for problem in problems {
                    // What somebody chose as a password is not repeated in a report.
                    let value = if problem.field == "password" { HIDDEN } else { cells.get(&problem.field) };
                    import.bad.value(cells, &problem.field, value, problem.problem);
                }
            }
        }
    }
    import.report.rows = lines.count();
    Ok(rows)
}

/// The hashes of first passwords by user name; those made here are put into the report.
async fn hash_all(
    backend: &Backend,
    report: &mut ImportReport,
    people: Vec<&Write>,
) -> Done<HashMap<String, String>> {
    let mut firsts = Vec::with_capacity(people.len());
    for Write { password, after, .. } in people {
        let first = password.clone().unwrap_or_else(|| {
            let made = password::made(backend.entropy());
            report.passwords.push((after.user_name.clone(), made.clone()));
            made
        });
        firsts.push((after.user_name.clone(), first));
    }
    let hashing = firsts.into_iter().map(|(user_name, first)| async move {
        Ok::<_, crate::stop::Stop>((user_name, backend.hashing().hash(backend.entropy(), &first).await?))
    });
    futures::stream::iter(hashing).buffer_unordered(HASHED_AT_ONCE).try_collect().await
}
