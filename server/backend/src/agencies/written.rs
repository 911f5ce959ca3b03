//! Writing agencies: a new one, and new names of one that is there. The page and files come here alike, each with its own
//! transaction and a line in the trail.

use std::collections::HashSet;

use domain::access::{Action, Caller, Scope};
use domain::agencies::{Agency, AgencyChange, AgencyInput, Level};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::AgencyId;
use domain::text::{Line, fold, same_key, title_key};
use serde_json::json;

use super::{CODE_AT_MOST, NAME_AT_MOST, all, by_code, optional_text, path, text};
use crate::access::permit;
use crate::audit::{self, Entry};
use crate::db::{Q, Tx, q};
use crate::search::{Due, be_due};
use crate::stop::Done;
use crate::{Backend, bounds};

pub(super) async fn add(backend: &Backend, caller: &Caller, input: AgencyInput) -> Done<AgencyId> {
    permit(caller, Action::ManageAgencies, Scope::System)?;
    let mut tx = backend.begin_by(caller).await?;
    bounds::lock_tree(&mut tx).await?;
    let parsed = parse(&input).map_err(Failure::Invalid)?;
    let mut agency = NewAgency { id: AgencyId(backend.entropy().id(caller.now)), parent: None, parsed };
    if !input.parent.trim().is_empty() {
        let Some((_, path)) = by_code(&mut tx, &input.parent).await? else {
            return Err(Failure::Invalid(vec![FieldProblem::new("parent", Problem::Unknown)]).into());
        };
        agency.parent = Some(path);
    }
    if by_code(&mut tx, &agency.parsed.code).await?.is_some() {
        return Err(Refusal::AlreadyThere { name: agency.parsed.code.into() }.into());
    }
    bounds::refuse_below(&mut tx, agency.parent.as_deref().unwrap_or_default()).await?;
    insert(&mut tx, &agency).await?;
    let entry = Entry::new(Deed::AgenciesAdd, &agency.parsed.name).of(agency.id).after(&input)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.commit().await?;
    Ok(agency.id)
}

pub(super) async fn change(
    backend: &Backend,
    caller: &Caller,
    agency: AgencyId,
    input: AgencyChange,
) -> Done<()> {
    permit(caller, Action::ManageAgencies, Scope::System)?;
    let mut tx = backend.begin_by(caller).await?;
    // Whoever changes the same agency waits here.
    q("UPDATE agency SET name = name WHERE id = $1").bind(agency).run(&mut tx).await?;
    let there = all(&mut tx).await?.into_iter().find(|there| there.id == agency);
    let before = ParsedAgency::of(&there.ok_or(Failure::NotFound)?);
    let AgencyChange { name, short_name, aliases } = input;
    let input = AgencyInput {
        code: before.code.to_string(),
        parent: String::new(),
        level: before.level.code().to_owned(),
        name,
        short_name,
        aliases,
    };
    let parsed = parse(&input).map_err(Failure::Invalid)?;
    if before != parsed {
        let mut above = path(&mut tx, agency).await?;
        above.pop();
        let parent = above.last().copied();
        let after = NewAgency { id: agency, parent: Some(above).filter(|above| !above.is_empty()), parsed };
        after.bound(UPDATE).run(&mut tx).await?;
        write_change(&mut tx, backend, caller, (&before, parent), &after).await?;
    }
    Ok(tx.commit().await?)
}

/// An agency as typed, every field read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParsedAgency {
    pub(crate) code: Line,
    pub(crate) level: Level,
    pub(crate) name: Line,
    pub(crate) short_name: Line,
    pub(crate) aliases: Vec<Line>,
}

/// Reads the fields; the agency above is for the caller to look up.
pub(crate) fn parse(input: &AgencyInput) -> Result<ParsedAgency, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let code = text(&mut problems, "code", &input.code, CODE_AT_MOST);
    let level = Level::parse(input.level.trim());
    if level.is_none() {
        let problem = if input.level.trim().is_empty() { Problem::Missing } else { Problem::Unknown };
        problems.push(FieldProblem::new("level", problem));
    }
    let name = text(&mut problems, "name", &input.name, NAME_AT_MOST);
    let short_name = text(&mut problems, "short_name", &input.short_name, NAME_AT_MOST);
    let aliases = aliases(&mut problems, &input.aliases);
    match level {
        Some(level) if problems.is_empty() => Ok(ParsedAgency { code, level, name, short_name, aliases }),
        _ => Err(problems),
    }
}

/// Other names, parted by `|`. Of several that people see as one, the first in order is kept.
fn aliases(problems: &mut Vec<FieldProblem>, typed: &str) -> Vec<Line> {
    let mut aliases: Vec<Line> =
        typed.split('|').map(|alias| optional_text(problems, "aliases", alias, NAME_AT_MOST)).collect();
    aliases.retain(|alias| !alias.is_empty());
    aliases.sort();
    let mut seen = HashSet::new();
    aliases.retain(|alias| seen.insert(same_key(alias)));
    aliases
}

/// An agency ready to be stored.
#[derive(Clone, Debug)]
pub(crate) struct NewAgency {
    pub(crate) id: AgencyId,
    /// The path of the agency above, root first; none for a root.
    pub(crate) parent: Option<Vec<AgencyId>>,
    pub(crate) parsed: ParsedAgency,
}

impl NewAgency {
    /// The stored path.
    pub(crate) fn path(&self) -> String {
        let above = self.parent.iter().flatten().map(|id| format!("/{id}")).collect::<String>();
        format!("{above}/{}/", self.id)
    }

    /// A statement with the agency's columns as `$1` to `$10`: id, code, parent_id, level, name, short_name, path, depth,
    /// folded, name_key.
    pub(crate) fn bound(&self, sql: &str) -> Q {
        let parsed = &self.parsed;
        q(sql)
            .bind(self.id)
            .bind(&parsed.code)
            .bind(self.parent.as_ref().and_then(|path| path.last().copied()))
            .bind(parsed.level.code())
            .bind(&parsed.name)
            .bind(&parsed.short_name)
            .bind(self.path())
            .bind(i64::try_from(self.parent.as_ref().map_or(0, Vec::len)).unwrap_or(i64::MAX))
            .bind(parsed.folded())
            .bind(title_key(&parsed.short_name))
    }
}

impl ParsedAgency {
    /// As it stands.
    pub(crate) fn of(agency: &Agency) -> ParsedAgency {
        // Databases sort names by rules of their own.
        let mut aliases: Vec<Line> = agency.aliases.iter().map(|alias| Line::new(alias)).collect();
        aliases.sort();
        ParsedAgency {
            code: Line::new(&agency.code),
            level: agency.level,
            name: Line::new(&agency.name),
            short_name: Line::new(&agency.short_name),
            aliases,
        }
    }

    /// What it is found by, other names apart.
    pub(crate) fn folded(&self) -> String {
        fold(&format!("{} {} {}", self.short_name, self.name, self.code))
    }
}

/// Stores a new agency with its other names.
pub(crate) async fn insert(tx: &mut Tx, agency: &NewAgency) -> Done<()> {
    agency
        .bound(
            "INSERT INTO agency (id, code, parent_id, level, name, short_name, path, depth, folded, name_key) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .run(&mut *tx)
        .await?;
    insert_aliases(tx, agency.id, &agency.parsed.aliases).await
}

/// Stores the other names of an agency.
async fn insert_aliases(tx: &mut Tx, agency: AgencyId, aliases: &[Line]) -> Done<()> {
    for alias in aliases {
        q("INSERT INTO agency_alias (agency_id, alias, folded) VALUES ($1, $2, $3)")
            .bind(agency)
            .bind(alias)
            .bind(fold(alias))
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Writes an agency's columns, as [`NewAgency::bound`] binds them.
pub(crate) const UPDATE: &str = "UPDATE agency SET code = $2, parent_id = $3, level = $4, name = $5, \
    short_name = $6, path = $7, depth = $8, folded = $9, name_key = $10 WHERE id = $1";

/// Stores what follows from an agency's changed columns: its other names, what its people and meetings are found by, and
/// the line of it.
pub(crate) async fn write_change(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (before, parent): (&ParsedAgency, Option<AgencyId>),
    after: &NewAgency,
) -> Done<()> {
    let parsed = &after.parsed;
    q("DELETE FROM agency_alias WHERE agency_id = $1").bind(after.id).run(&mut *tx).await?;
    insert_aliases(tx, after.id, &parsed.aliases).await?;
    let is_renamed = (&before.name, &before.short_name) != (&parsed.name, &parsed.short_name);
    if is_renamed || before.code != parsed.code {
        be_due(tx, Due::PeopleOfAgency(after.id)).await?;
    }
    if is_renamed {
        be_due(tx, Due::MeetingsOfAgency(after.id)).await?;
    }
    let shown = |agency: &ParsedAgency, parent: Option<AgencyId>| {
        json!({
            "code": agency.code, "parent": parent, "level": agency.level, "name": agency.name,
            "short_name": agency.short_name, "aliases": agency.aliases,
        })
    };
    let entry = Entry::new(Deed::AgenciesChange, &parsed.name).of(after.id);
    let above = after.parent.as_ref().and_then(|path| path.last().copied());
    let entry = entry.before(&shown(before, parent))?.after(&shown(parsed, above))?;
    audit::record(tx, backend, caller, entry).await
}
