//! The tree of agencies from a file: rows may name a parent that comes later in it, and move what is there already.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::access::{Action, Caller, Role, Scope};
use domain::agencies::{AGENCIES_BELOW_AT_MOST, AGENCY_LEVELS_AT_MOST, Agency, AgencyInput};
use domain::audit::Deed;
use domain::error::Problem;
use domain::ids::AgencyId;
use domain::text::{Line, same_key};

use super::cells::line;
use super::changes::{Area, Change};
use super::likeness::{LikeCodes, Likeness};
use super::shown::Shown;
use super::table::{Row, Table};
use super::{FileSteps, Import};
use crate::access::permit;
use crate::agencies::{self, NewAgency, ParsedAgency};
use crate::audit::{self, Entry};
use crate::codes::Codes;
use crate::db::{Tx, places, q};
use crate::notices::show_leaders;
use crate::stop::Done;
use crate::{bounds, stored};

/// Longest path that is walked: a chain of 10,000 would take hours. Agencies stored long ago may be deeper than new ones
/// may.
const WALKED_AT_MOST: usize = 20;

/// An agency as it is to be: from the file, or as it stands.
#[derive(Clone, Debug)]
struct Node {
    id: AgencyId,
    parent: Option<AgencyId>,
    parsed: ParsedAgency,
}

/// An agency in the tree as it is.
impl Shown for (&HashMap<AgencyId, Node>, &Node) {
    fn cells(&self) -> Vec<(&'static str, String)> {
        let (tree, node) = self;
        let parent =
            node.parent.and_then(|parent| tree.get(&parent)).map(|node| node.parsed.code.to_string());
        let aliases: Vec<&str> = node.parsed.aliases.iter().map(|alias| &**alias).collect();
        vec![
            ("parent", parent.unwrap_or_default()),
            ("level", node.parsed.level.code().to_owned()),
            ("name", node.parsed.name.to_string()),
            ("short_name", node.parsed.short_name.to_string()),
            ("aliases", aliases.join("|")),
        ]
    }
}

/// A file of agencies.
pub(super) struct AgencyFile;

/// The tree as it is, and as it is to be.
pub(super) struct Plan {
    before: HashMap<AgencyId, Node>,
    after: BTreeMap<AgencyId, Node>,
}

impl FileSteps for AgencyFile {
    type Plan = Plan;
    const DEED: Deed = Deed::ImportsAgencies;

    async fn prepare(&mut self, import: &mut Import<'_>, table: &Table<'_>) -> Done<Plan> {
        permit(import.caller, Action::ManageAgencies, Scope::System)?;
        let there = agencies::all(import.backend.db()).await?;
        let mut rows = read(import, table)?;
        take_over_root(&there, &mut rows);
        let before: HashMap<AgencyId, Node> = there.iter().map(|agency| (agency.id, node(agency))).collect();
        let after = connect(import, table, &there, &before, rows)?;
        Ok(Plan { before, after })
    }

    fn is_concerned(_: &Plan, change: &Change) -> bool {
        matches!(change.area, Area::Agencies | Area::Any)
    }

    async fn write(&mut self, import: &mut Import<'_>, plan: Plan, tx: &mut Tx) -> Done<bool> {
        bounds::lock_tree(tx).await?;
        // An agency that was added in the last moment counts too.
        let (there,): (i64,) = q("SELECT CAST(COUNT(*) AS BIGINT) FROM agency").one(&mut *tx).await?;
        if there != plan.before.len() as i64 {
            return Ok(false);
        }
        write(import, tx, &plan.before, &plan.after).await?;
        Ok(true)
    }
}

/// A row of the file.
struct Read {
    row: Row,
    parsed: ParsedAgency,
    parent: Line,
    /// The agency there that it stands for under another code.
    stands_for: Option<AgencyId>,
}

fn read(import: &mut Import<'_>, table: &Table<'_>) -> Done<Vec<Read>> {
    let mut rows = Vec::new();
    let mut seen = HashSet::new();
    let mut lines = table.rows();
    while let Some(cells) = import.next_row(&mut lines)? {
        let cell = |column| line(cells, column).into();
        let input = AgencyInput {
            code: cell("code"),
            parent: cell("parent"),
            level: cell("level"),
            name: cell("name"),
            short_name: cell("short_name"),
            aliases: cell("aliases"),
        };
        match agencies::parse(&input) {
            Ok(parsed) if !seen.insert(same_key(&parsed.code)) => {
                import.bad.cell(cells, "code", Problem::Repeated);
            }
            Ok(parsed) => {
                import.count_parts(cells, "aliases", parsed.aliases.len());
                rows.push(Read {
                    row: cells.keep(),
                    parsed,
                    parent: Line::new(&input.parent),
                    stands_for: None,
                })
            }
            Err(problems) => import.bad.fields(cells, problems),
        }
    }
    import.report.rows = lines.count();
    Ok(rows)
}

/// The root that the first administrator made by name alone, when nothing is below it yet, becomes the file's root.
fn take_over_root(there: &[Agency], rows: &mut [Read]) {
    let [alone] = there else { return };
    if rows.iter().any(|row| same_key(&row.parsed.code) == same_key(&alone.code)) {
        return;
    }
    let mut roots = rows.iter_mut().filter(|row| row.parent.is_empty());
    if let (Some(root), None) = (roots.next(), roots.next()) {
        root.stands_for = Some(alone.id);
    }
}

fn node(agency: &Agency) -> Node {
    Node { id: agency.id, parent: agency.parent, parsed: ParsedAgency::of(agency) }
}

/// The whole tree as it is to be; parents that nobody has, or that lead in a circle, are bad cells.
fn connect(
    import: &mut Import<'_>,
    table: &Table<'_>,
    there: &[Agency],
    before: &HashMap<AgencyId, Node>,
    rows: Vec<Read>,
) -> Done<BTreeMap<AgencyId, Node>> {
    let mut after: BTreeMap<AgencyId, Node> = before.iter().map(|(id, node)| (*id, node.clone())).collect();
    let mut ids: Codes<AgencyId> = there.iter().map(|a| (a.code.clone(), a.id)).collect();
    let mut placed = Vec::with_capacity(rows.len());
    for mut row in rows {
        let known = row.stands_for.or_else(|| ids.get(&row.parsed.code).copied());
        let id = known.unwrap_or_else(|| AgencyId(import.backend.entropy().id(import.caller.now)));
        match (before.get(&id), row.stands_for) {
            (Some(node), None) => row.parsed.code.clone_from(&node.parsed.code),
            _ => ids.insert(row.parsed.code.to_string(), id),
        }
        if let (Some(node), false) = (before.get(&id), table.has("aliases")) {
            row.parsed.aliases.clone_from(&node.parsed.aliases);
        }
        after.insert(id, Node { id, parent: None, parsed: row.parsed });
        placed.push((id, row.row, row.parent));
    }
    let mut codes: Option<LikeCodes> = None;
    for (id, row, parent) in &placed {
        let above = ids.get(parent).copied();
        if above.is_none() && !parent.is_empty() {
            let codes = codes.get_or_insert_with(|| ids.codes().collect());
            import.bad.cell(row.cells(table), "parent", codes.no_such(parent));
        }
        if let Some(node) = after.get_mut(id) {
            node.parent = above;
        }
    }
    let beyond = beyond_bounds(before, &after, placed.iter().map(|(id, ..)| *id));
    let mut likeness = Likeness::default();
    there.iter().for_each(|agency| likeness.insert(agency.parent, &agency.code, &agency.name));
    for (id, row, _) in &placed {
        import.still_asked()?;
        match path_of(&after, *id) {
            Err(problem) => import.bad.cell(row.cells(table), "parent", problem),
            Ok(_) if beyond.contains_key(id) => {
                import.bad.cell(row.cells(table), "parent", beyond[id].clone());
            }
            Ok(path) if gives_own_role(import.caller, &gained(before, &path)) => {
                import.bad.cell(row.cells(table), "parent", Problem::OwnRole);
            }
            Ok(_) => {}
        }
        match (after.get(id), before.get(id)) {
            (Some(node), before) if !is_changed(node, before) => import.report.unchanged += 1,
            (Some(Node { parent, parsed, .. }), None) => {
                let cells = row.cells(table);
                likeness.look_at_new(import, (cells, "code"), *parent, &parsed.code, &parsed.name);
                import.adds(cells);
            }
            (Some(node), Some(stored)) => {
                import.changes(row.cells(table), &(before, stored), &(before, node));
            }
            (None, _) => {}
        }
    }
    Ok(after)
}

/// The rows by which agencies come to be too deep, or too many below one that is not topmost. A tree that was stored
/// beyond these limits may stay, but not grow. `placed` are the rows in the order of the file.
fn beyond_bounds(
    before: &HashMap<AgencyId, Node>,
    after: &BTreeMap<AgencyId, Node>,
    placed: impl Iterator<Item = AgencyId>,
) -> HashMap<AgencyId, Problem> {
    let placed: Vec<AgencyId> = placed.collect();
    let is_placed: HashSet<AgencyId> = placed.iter().copied().collect();
    let is_moved = |id: &AgencyId| {
        is_placed.contains(id)
            && before.get(id).is_none_or(|node| Some(node.parent) != after.get(id).map(|n| n.parent))
    };
    let path_before = |id| if before.contains_key(&id) { path_in(before, id) } else { Vec::new() };
    let mut found = HashMap::new();
    // The agencies below each branch, and the rows by which some have come there.
    let mut below: HashMap<AgencyId, usize> = HashMap::new();
    let mut came: HashMap<AgencyId, HashMap<AgencyId, usize>> = HashMap::new();
    for id in after.keys() {
        let Ok(path) = path_of(after, *id) else { continue };
        let was = path_before(*id);
        let by = path.iter().rev().find(|above| is_moved(above));
        if let Some(by) = by
            && path.len() > (AGENCY_LEVELS_AT_MOST as usize).max(was.len())
        {
            found.insert(*by, Problem::TooDeep { at_most: AGENCY_LEVELS_AT_MOST });
        }
        let Some(branch) = path.get(1).filter(|branch| *branch != id) else { continue };
        *below.entry(*branch).or_default() += 1;
        if let Some(by) = by.filter(|_| !was.contains(branch)) {
            *came.entry(*branch).or_default().entry(*by).or_default() += 1;
        }
    }
    for (branch, came) in came {
        let mut count = below[&branch] - came.values().sum::<usize>();
        for by in &placed {
            let Some(more) = came.get(by) else { continue };
            count += more;
            if count > AGENCIES_BELOW_AT_MOST as usize {
                found.entry(*by).or_insert(Problem::BelowFull { at_most: AGENCIES_BELOW_AT_MOST });
            }
        }
    }
    found
}

/// The agencies above one that is there already, at the end of its new path, that are not above it yet.
fn gained(before: &HashMap<AgencyId, Node>, path: &[AgencyId]) -> Vec<AgencyId> {
    let Some(node) = path.last().and_then(|id| before.get(id)) else { return Vec::new() };
    let path_before = path_in(before, node.id);
    path.iter().copied().filter(|above| !path_before.contains(above)).collect()
}

/// Whether a role of the caller that opens meetings comes to reach an agency, or the caller's own agency comes to stand
/// above it: nobody gives themselves a role, or the sight that an agency above has.
fn gives_own_role(caller: &Caller, gained: &[AgencyId]) -> bool {
    let reaches = caller.grants.iter().any(|grant| {
        grant.role.opens_meetings() && grant.role != Role::Delegate && gained.contains(&grant.agency)
    });
    reaches || gained.contains(&caller.agency.id)
}

/// The path from the root down to the agency; a problem if its parents form a circle or are too many.
fn path_of(nodes: &BTreeMap<AgencyId, Node>, id: AgencyId) -> Result<Vec<AgencyId>, Problem> {
    let mut path = vec![id];
    let parent_of = |path: &[AgencyId]| path.last().and_then(|last| nodes.get(last)?.parent);
    while let Some(parent) = parent_of(&path) {
        if path.contains(&parent) {
            return Err(Problem::Repeated);
        }
        if path.len() == WALKED_AT_MOST {
            return Err(Problem::TooDeep { at_most: AGENCY_LEVELS_AT_MOST });
        }
        path.push(parent);
    }
    path.reverse();
    Ok(path)
}

fn is_changed(node: &Node, before: Option<&Node>) -> bool {
    before.is_none_or(|before| before.parsed != node.parsed || before.parent != node.parent)
}

async fn write(
    import: &Import<'_>,
    tx: &mut Tx,
    before: &HashMap<AgencyId, Node>,
    after: &BTreeMap<AgencyId, Node>,
) -> Done<()> {
    let mut nodes: Vec<(Vec<AgencyId>, &Node)> =
        after.values().filter_map(|node| Some((path_of(after, node.id).ok()?, node))).collect();
    // Parents first: a new agency points to the one above it.
    nodes.sort_by_key(|(path, _)| path.len());
    for (path, node) in nodes {
        let above = path[..path.len() - 1].to_vec();
        let new = NewAgency {
            id: node.id,
            parent: Some(above).filter(|above| !above.is_empty()),
            parsed: node.parsed.clone(),
        };
        match before.get(&node.id) {
            None => {
                agencies::insert(tx, &new).await?;
                let entry =
                    Entry::new(Deed::AgenciesAdd, &new.parsed.name).of(new.id).after(&new.parsed.code)?;
                audit::record(tx, import.backend, import.caller, entry).await?;
            }
            Some(there) => {
                let path_before = path_in(before, node.id);
                if is_changed(node, Some(there)) || path_before != path {
                    change(import, tx, there, &new).await?;
                    show_gained(import, tx, &path, &gained(before, &path)).await?;
                }
            }
        }
    }
    Ok(())
}

/// Shows the leaders of a moved agency whose roles reach it from now on.
async fn show_gained(import: &Import<'_>, tx: &mut Tx, path: &[AgencyId], gained: &[AgencyId]) -> Done<()> {
    if gained.is_empty() {
        return Ok(());
    }
    let rows: Vec<(String, String)> = q(format!(
        "SELECT g.person_id, g.role FROM role_grant g JOIN person p ON p.id = g.person_id \
         WHERE p.is_active AND g.agency_id IN ({}) ORDER BY g.person_id, g.role",
        places(1, gained.len())
    ))
    .bind_all(gained.iter().copied())
    .all(&mut *tx)
    .await?;
    for (person, role) in rows {
        let role = stored::code(&role, Role::parse)?;
        if role != Role::Delegate {
            show_leaders(tx, import.backend, import.caller, stored::id(&person)?, role, path).await?;
        }
    }
    Ok(())
}

fn path_in(nodes: &HashMap<AgencyId, Node>, id: AgencyId) -> Vec<AgencyId> {
    let mut path = vec![id];
    while let Some(parent) = path.last().and_then(|last| nodes.get(last)).and_then(|node| node.parent) {
        path.push(parent);
    }
    path.reverse();
    path
}

/// Writes an agency that is there already; only its path changes with those above it.
async fn change(import: &Import<'_>, tx: &mut Tx, there: &Node, agency: &NewAgency) -> Done<()> {
    agency.bound(agencies::UPDATE).run(&mut *tx).await?;
    let parent = agency.parent.as_ref().and_then(|path| path.last().copied());
    if there.parsed == agency.parsed && there.parent == parent {
        return Ok(());
    }
    let before = (&there.parsed, there.parent);
    agencies::write_change(tx, import.backend, import.caller, before, agency).await
}
