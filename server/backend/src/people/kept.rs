//! A person as they stand, or are to stand: the agency they are of and every role with the agency it is held in.
//! Permission is asked here, because a role reaches as far as its agency, not as far as the person's.

use std::collections::HashMap;

use domain::access::{Action, Caller, Role, Scope};
use domain::error::{Failure, FieldProblem, Problem};
use domain::ids::{AgencyId, PersonId};
use domain::people::TypedRole;
use domain::text::Line;
use serde_json::json;

use crate::access::permit;
use crate::agencies::{Place, Places, places_by_code, places_of};
use crate::db::{Source, Tx, q};
use crate::stop::{Done, Stop};
use crate::stored;

/// A role and where it is held.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) role: Role,
    pub(crate) place: Place,
}

impl Held {
    fn is(&self, other: &Held) -> bool {
        self.role == other.role && self.place.id == other.place.id
    }
}

/// A person as they stand, or are to stand.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) user_name: String,
    pub(crate) name: Line,
    pub(crate) position: Line,
    pub(crate) place: Place,
    pub(crate) roles: Vec<Held>,
}

/// A person who is there already.
#[derive(Clone, Debug)]
pub(crate) struct There {
    pub(crate) id: PersonId,
    pub(crate) kept: Kept,
}

impl Kept {
    /// Whether one of the roles is to run the system.
    pub(crate) fn runs_the_system(&self) -> bool {
        self.roles.iter().any(|held| held.role == Role::SystemAdministrator)
    }

    /// Whether the person already has everything that a role gives: the same role in that agency or in one
    /// above, because roles reach down. A system administrator reaches everything, whatever agency the role
    /// is held in.
    fn reaches(&self, wanted: &Held) -> bool {
        self.roles.iter().any(|held| {
            let reaches = wanted.place.path.contains(&held.place.id);
            held.role == wanted.role && (reaches || held.role == Role::SystemAdministrator)
        })
    }

    /// The codes of the roles. A role in another agency has that agency's short name behind `@`.
    pub(crate) fn role_codes(&self) -> Vec<String> {
        let code = |held: &Held| match held.place.id == self.place.id {
            true => held.role.code().to_owned(),
            false => format!("{}@{}", held.role.code(), held.place.short_name),
        };
        self.roles.iter().map(code).collect()
    }

    /// What the trail may show: everything but the password. A role of another agency stands with that agency's name.
    pub(super) fn shown(&self) -> serde_json::Value {
        json!({
            "user_name": self.user_name, "name": self.name, "position": self.position,
            "agency": self.place.short_name, "roles": self.role_codes(),
        })
    }

    /// Whether anything of the person would change.
    pub(crate) fn differs(&self, after: &Kept) -> bool {
        self.name != after.name
            || self.position != after.position
            || self.place.id != after.place.id
            || missing(&self.roles, &after.roles).next().is_some()
            || missing(&after.roles, &self.roles).next().is_some()
    }
}

/// The roles of the second list that the first has not.
pub(super) fn missing<'h>(from: &[Held], of: &'h [Held]) -> impl Iterator<Item = &'h Held> {
    of.iter().filter(move |held| !from.iter().any(|other| other.is(held)))
}

/// The roles typed with their agencies, each once; or the code that nobody has.
pub(crate) fn held<'t>(typed: &'t [TypedRole], own: &Place, places: &Places) -> Result<Vec<Held>, &'t str> {
    let mut roles: Vec<Held> = Vec::with_capacity(typed.len());
    for TypedRole { role, agency } in typed {
        let place = match agency {
            None => own,
            Some(code) => places.get(code).ok_or(code.as_str())?,
        };
        join(&mut roles, [Held { role: *role, place: place.clone() }]);
    }
    Ok(roles)
}

/// Adds roles, each once.
pub(crate) fn join(roles: &mut Vec<Held>, more: impl IntoIterator<Item = Held>) {
    for held in more {
        if !roles.iter().any(|other| other.is(&held)) {
            roles.push(held);
        }
    }
}

/// Whether the caller may give this role, and take it away. Who runs the whole system is for those who run it to say.
pub(crate) fn permit_role(caller: &Caller, held: &Held) -> Done<()> {
    permit_role_at(caller, held.role, &held.place.path)
}

/// The same of a role in the agency of a path.
pub(super) fn permit_role_at(caller: &Caller, role: Role, path: &[AgencyId]) -> Done<()> {
    permit(caller, Action::ManagePeople, Scope::Agency(path))?;
    if role == Role::SystemAdministrator {
        permit(caller, Action::ManagePeople, Scope::System)?;
    }
    Ok(())
}

/// Whether the caller may have such a person added.
pub(crate) fn permit_new(caller: &Caller, new: &Kept) -> Done<()> {
    permit(caller, Action::ManagePeople, Scope::Agency(&new.place.path))?;
    new.roles.iter().try_for_each(|held| permit_role(caller, held))
}

/// Whether the caller may change this account: neither the person's agency nor any of the roles may lie outside what the
/// caller manages, or a new password would open more than the caller has.
pub(crate) fn permit_all(caller: &Caller, there: &There) -> Done<()> {
    permit_new(caller, &there.kept)
}

/// Checks that the caller may make this change. A person cannot give themselves a role. They cannot take an
/// administrator's role from themselves or reduce its reach either: every agency that they administered must
/// still be below one that they administer. Their own name, position and agency, by which the trail and every list
/// name them, are changed by another administrator, unless `is_alone`: then nobody else could.
pub(crate) fn permit_change(caller: &Caller, there: &There, after: &Kept, is_alone: bool) -> Done<()> {
    permit_all(caller, there)?;
    permit_new(caller, after)?;
    if there.id != caller.person {
        return Ok(());
    }
    let before = &there.kept;
    let administers = |kept: &Kept, place: &Place| {
        kept.roles
            .iter()
            .any(|held| held.role == Role::AgencyAdministrator && place.path.contains(&held.place.id))
    };
    let keeps = before.roles.iter().all(|held| match held.role {
        Role::SystemAdministrator => after.runs_the_system(),
        Role::AgencyAdministrator => administers(after, &held.place),
        _ => true,
    });
    if !keeps {
        return Err(Failure::Forbidden.into());
    }
    let own = [
        ("name", before.name != after.name),
        ("position", before.position != after.position),
        ("agency", before.place.id != after.place.id),
    ];
    let own = own.into_iter().filter(|(_, is_changed)| *is_changed && !is_alone);
    let mut problems: Vec<_> = own.map(|(field, _)| FieldProblem::new(field, Problem::OwnName)).collect();
    if after.roles.iter().any(|held| !before.reaches(held)) {
        problems.push(FieldProblem::new("roles", Problem::OwnRole));
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::Invalid(problems).into()) }
}

/// Whether the caller is the only person who runs the system.
pub(crate) async fn runs_the_system_alone(on: impl Source, caller: &Caller) -> Done<bool> {
    if !caller.has_role(Role::SystemAdministrator) {
        return Ok(false);
    }
    let (others,): (i64,) =
        q("SELECT CAST(COUNT(*) AS BIGINT) FROM person p WHERE p.is_active AND p.id <> $1 \
         AND EXISTS (SELECT 1 FROM role_grant g WHERE g.person_id = p.id AND g.role = $2)")
        .bind(caller.person)
        .bind(Role::SystemAdministrator.code())
        .one(on)
        .await?;
    Ok(others == 0)
}

/// Refuses when nobody is left who runs the system: asked within the transaction that took such a role or account away,
/// for two who take each other's at once are both still allowed to. One agency's row makes the second wait for the first.
pub(crate) async fn keep_a_system_administrator(tx: &mut Tx) -> Done<()> {
    q("UPDATE agency SET name = name WHERE parent_id IS NULL").run(&mut *tx).await?;
    let (left,): (i64,) = q("SELECT CAST(COUNT(*) AS BIGINT) FROM person p WHERE p.is_active \
         AND EXISTS (SELECT 1 FROM role_grant g WHERE g.person_id = p.id AND g.role = $1)")
    .bind(Role::SystemAdministrator.code())
    .one(tx)
    .await?;
    if left == 0 { Err(Failure::Forbidden.into()) } else { Ok(()) }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_name: String,
    name: String,
    position: String,
    code: String,
}

const ROWS: &str =
    "SELECT p.id, p.user_name, p.name, p.position, a.code FROM person p JOIN agency a ON a.id = p.agency_id";
const GRANTS: &str =
    "SELECT g.person_id, g.role, a.code FROM role_grant g JOIN agency a ON a.id = g.agency_id";

/// A person's identifier, the role's and the agency's code.
type Grant = (String, String, String);

/// Everybody, by user name.
pub(crate) async fn everybody(mut on: impl Source) -> Done<HashMap<String, There>> {
    let places = places_by_code(&mut on).await?;
    let mut grants: HashMap<String, Vec<Grant>> = HashMap::new();
    for grant in q(GRANTS).all::<Grant>(&mut on).await? {
        grants.entry(grant.0.clone()).or_default().push(grant);
    }
    let rows: Vec<Row> = q(ROWS).all(on).await?;
    let there = |row: Row| {
        let grants = grants.remove(&row.id).unwrap_or_default();
        Ok((row.user_name.clone(), read(row, grants, &places)?))
    };
    rows.into_iter().map(there).collect()
}

/// One person.
pub(super) async fn of(mut on: impl Source, person: PersonId) -> Done<There> {
    let row: Option<Row> = q(format!("{ROWS} WHERE p.id = $1")).bind(person).optional(&mut on).await?;
    let row = row.ok_or(Failure::NotFound)?;
    let grants: Vec<Grant> = q(format!("{GRANTS} WHERE g.person_id = $1")).bind(person).all(&mut on).await?;
    let codes: Vec<&str> = grants.iter().map(|(.., code)| code.as_str()).chain([row.code.as_str()]).collect();
    let places = places_of(on, &codes).await?;
    read(row, grants, &places)
}

/// A person whose account the caller may change, after whoever is changing the same one.
pub(super) async fn managed(tx: &mut Tx, caller: &Caller, person: PersonId) -> Done<There> {
    q("UPDATE person SET name = name WHERE id = $1").bind(person).run(&mut *tx).await?;
    let there = of(tx, person).await?;
    permit_all(caller, &there)?;
    Ok(there)
}

fn read(row: Row, grants: Vec<Grant>, places: &Places) -> Done<There> {
    let place = |code: &str| {
        places.get(code).cloned().ok_or_else(|| Stop::Stored(format!("agency {code} of a person")))
    };
    let held =
        |(_, role, code): Grant| Ok(Held { role: stored::code(&role, Role::parse)?, place: place(&code)? });
    let mut roles = grants.into_iter().map(held).collect::<Done<Vec<Held>>>()?;
    roles.sort_by(|a, b| (a.role, &a.place.short_name).cmp(&(b.role, &b.place.short_name)));
    let Row { id, user_name, name, position, code } = row;
    let (name, position) = (Line::new(&name), Line::new(&position));
    Ok(There { id: stored::id(&id)?, kept: Kept { user_name, name, position, place: place(&code)?, roles } })
}
