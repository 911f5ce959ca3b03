//! The tree of agencies over the database: a path of identifiers makes every subtree one comparison of text.
//! Knows nothing of people and meetings.

mod order;
mod place;
mod written;

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use domain::access::{Action, Caller, Scope};
use domain::agencies::{
    Agencies, Agency, AgencyChange, AgencyInput, AgencyRef, AgencySettings, HoursInput, Level,
};
use domain::audit::Deed;
use domain::count::HybridCounts;
use domain::error::{Failure, FieldProblem, Outcome, Problem};
use domain::ids::AgencyId;
use domain::text::Line;
use domain::time::Hours;

use crate::access::permit;
use crate::audit::{self, Entry};
use crate::db::{BINDS_AT_MOST, Source, places, q};
use crate::stop::Done;
use crate::{Backend, stored, typed, work_days};
pub(crate) use order::places_in_tree;
pub(crate) use place::{Place, Places, place, places_by_code, places_of};
pub(crate) use written::{NewAgency, ParsedAgency, UPDATE, insert, parse, write_change};

/// So many agencies are offered while a name is typed.
const FOUND_AT_MOST: i64 = 20;
/// Longest code: it stands in addresses and files.
pub(crate) const CODE_AT_MOST: u32 = 40;
/// Longest name of anything but a meeting.
pub(crate) const NAME_AT_MOST: u32 = 200;

/// What a subtree's paths look like, for `LIKE`: the agency and all below it.
pub(crate) fn subtree_pattern(agency: AgencyId) -> String {
    format!("%/{agency}/%")
}

/// The path of an agency, root first, itself last.
pub(crate) async fn path(on: impl Source, agency: AgencyId) -> Done<Vec<AgencyId>> {
    let row: Option<(String,)> = q("SELECT path FROM agency WHERE id = $1").bind(agency).optional(on).await?;
    let (path,) = row.ok_or(Failure::NotFound)?;
    read_path(&path)
}

/// A stored path as identifiers, root first.
pub(crate) fn read_path(path: &str) -> Done<Vec<AgencyId>> {
    path.split('/').filter(|part| !part.is_empty()).map(stored::id).collect()
}

#[derive(sqlx::FromRow)]
struct RefRow {
    id: String,
    code: String,
    short_name: String,
}

impl RefRow {
    fn read(self) -> Done<AgencyRef> {
        Ok(AgencyRef { id: stored::id(&self.id)?, code: self.code, short_name: self.short_name })
    }
}

/// Agencies as other things name them, by identifier; unknown ones are left out.
pub(crate) async fn refs(
    mut on: impl Source,
    agencies: impl IntoIterator<Item = AgencyId>,
) -> Done<HashMap<AgencyId, AgencyRef>> {
    let mut wanted: Vec<AgencyId> = agencies.into_iter().collect();
    wanted.sort();
    wanted.dedup();
    let mut found = HashMap::with_capacity(wanted.len());
    for chunk in wanted.chunks(BINDS_AT_MOST) {
        let sql = format!("SELECT id, code, short_name FROM agency WHERE id IN ({})", places(1, chunk.len()));
        for row in q(sql).bind_all(chunk.iter().copied()).all::<RefRow>(&mut on).await? {
            let agency = row.read()?;
            found.insert(agency.id, agency);
        }
    }
    Ok(found)
}

/// An agency by its code, with its path.
pub(crate) async fn by_code(on: impl Source, code: &str) -> Done<Option<(AgencyId, Vec<AgencyId>)>> {
    let row: Option<(String, String)> =
        q("SELECT id, path FROM agency WHERE code = $1").bind(Line::new(code)).optional(on).await?;
    row.map(|(id, path)| Ok((stored::id(&id)?, read_path(&path)?))).transpose()
}

/// Everything scheduling and counting read of one agency.
pub(crate) async fn settings(mut on: impl Source, agency: AgencyId) -> Done<AgencySettings> {
    Ok(AgencySettings {
        hours: hours(&mut on, agency).await?,
        calendar: work_days::calendar(&mut on, agency).await?,
        hybrid: hybrid(on).await?,
    })
}

/// The working hours of one agency.
pub(crate) async fn hours(on: impl Source, agency: AgencyId) -> Done<Hours> {
    let row: Option<(String,)> =
        q("SELECT hours FROM agency WHERE id = $1").bind(agency).optional(on).await?;
    read_hours(&row.ok_or(Failure::NotFound)?.0)
}

/// Stored working hours; the default when none were set.
pub(crate) fn read_hours(text: &str) -> Done<Hours> {
    if text.is_empty() { Ok(Hours::default()) } else { stored::json(text) }
}

/// How hybrid meetings count, for the whole system.
pub(crate) async fn hybrid(on: impl Source) -> Done<HybridCounts> {
    let row: Option<(String,)> =
        q("SELECT value FROM setting WHERE name = $1").bind(HYBRID).optional(on).await?;
    Ok(match row {
        Some((value,)) => serde_json::from_value(serde_json::Value::String(value))?,
        None => HybridCounts::OnlineWhenConnected,
    })
}

/// The setting's name.
pub(crate) const HYBRID: &str = "hybrid";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    code: String,
    parent_id: Option<String>,
    level: String,
    name: String,
    short_name: String,
    depth: i64,
}

/// Every agency, with its aliases, in display order.
pub(crate) async fn all(mut on: impl Source) -> Done<Vec<Agency>> {
    let rows: Vec<Row> =
        q("SELECT id, code, parent_id, level, name, short_name, depth FROM agency").all(&mut on).await?;
    let names: Vec<(String, String)> =
        q("SELECT agency_id, alias FROM agency_alias ORDER BY agency_id, alias").all(on).await?;
    let mut aliases: HashMap<String, Vec<String>> = HashMap::new();
    for (agency, alias) in names {
        aliases.entry(agency).or_default().push(alias);
    }
    let agencies = rows
        .into_iter()
        .map(|row| {
            Ok(Agency {
                id: stored::id(&row.id)?,
                aliases: aliases.remove(&row.id).unwrap_or_default(),
                code: row.code,
                parent: stored::optional_id(row.parent_id.as_deref())?,
                level: stored::code(&row.level, Level::parse)?,
                name: row.name,
                short_name: row.short_name,
                depth: stored::number(row.depth)?,
            })
        })
        .collect::<Done<Vec<Agency>>>()?;
    Ok(in_display_order(agencies))
}

/// Parents before children, siblings by level and code.
fn in_display_order(agencies: Vec<Agency>) -> Vec<Agency> {
    let mut below: BTreeMap<Option<AgencyId>, Vec<Agency>> = BTreeMap::new();
    for agency in agencies {
        below.entry(agency.parent).or_default().push(agency);
    }
    for siblings in below.values_mut() {
        // Last first: they are taken from the end.
        siblings.sort_by(|a, b| (b.level, &b.code).cmp(&(a.level, &a.code)));
    }
    let mut ordered = Vec::new();
    let mut waiting = below.remove(&None).unwrap_or_default();
    while let Some(agency) = waiting.pop() {
        waiting.extend(below.remove(&Some(agency.id)).unwrap_or_default());
        ordered.push(agency);
    }
    ordered
}

#[async_trait]
impl Agencies for Backend {
    async fn tree(&self, caller: &Caller) -> Outcome<Vec<Agency>> {
        self.outcome(tree(self, caller).await)
    }

    async fn find(&self, caller: &Caller, text: &str) -> Outcome<Vec<AgencyRef>> {
        self.outcome(find(self, caller, text).await)
    }

    async fn add(&self, caller: &Caller, input: AgencyInput) -> Outcome<AgencyId> {
        self.outcome(written::add(self, caller, input).await)
    }

    async fn change(&self, caller: &Caller, agency: AgencyId, input: AgencyChange) -> Outcome<()> {
        self.outcome(written::change(self, caller, agency, input).await)
    }

    async fn settings(&self, caller: &Caller, agency: AgencyId) -> Outcome<AgencySettings> {
        self.outcome(view_settings(self, caller, agency).await)
    }

    async fn set_hours(&self, caller: &Caller, agency: AgencyId, input: HoursInput) -> Outcome<()> {
        self.outcome(set_hours(self, caller, agency, &input).await)
    }
}

async fn tree(backend: &Backend, caller: &Caller) -> Done<Vec<Agency>> {
    permit(caller, Action::ViewAgencies, Scope::Myself)?;
    all(backend.db()).await
}

async fn find(backend: &Backend, caller: &Caller, text: &str) -> Done<Vec<AgencyRef>> {
    permit(caller, Action::ViewAgencies, Scope::Myself)?;
    let words = typed::words(text);
    let mut q = q("SELECT a.id, a.code, a.short_name FROM agency a WHERE ");
    let mut all = vec!["1 = 1".to_owned()];
    for word in &words {
        let like = q.place(format!("%{word}%"));
        all.push(format!(
            "(a.folded LIKE {like} OR EXISTS (SELECT 1 FROM agency_alias n \
             WHERE n.agency_id = a.id AND n.folded LIKE {like}))"
        ));
    }
    q.push(&all.join(" AND "));
    // The names that begin with what was typed come first.
    let (begins, limit) = (q.place(format!("{}%", words.join(" "))), q.place(FOUND_AT_MOST));
    q.push(&format!(
        " ORDER BY CASE WHEN a.folded LIKE {begins} THEN 0 ELSE 1 END, a.depth, a.name_key, a.code LIMIT {limit}"
    ));
    q.all::<RefRow>(backend.db()).await?.into_iter().map(RefRow::read).collect()
}

async fn view_settings(backend: &Backend, caller: &Caller, agency: AgencyId) -> Done<AgencySettings> {
    permit(caller, Action::ViewAgencies, Scope::Myself)?;
    settings(backend.db(), agency).await
}

async fn set_hours(backend: &Backend, caller: &Caller, agency: AgencyId, input: &HoursInput) -> Done<()> {
    let mut tx = backend.begin_by(caller).await?;
    let path = path(&mut tx, agency).await?;
    permit(caller, Action::SetHours, Scope::Agency(&path))?;
    let (hours, blocked_days) = input.parse().map_err(Failure::Invalid)?;
    let (name, hours_before, blocked_before): (String, String, String) =
        q("SELECT name, hours, blocked_days FROM agency WHERE id = $1").bind(agency).one(&mut tx).await?;
    let before = (read_hours(&hours_before)?, stored::json::<Vec<u32>>(&blocked_before)?);
    if before == (hours, blocked_days.clone()) {
        return Ok(());
    }
    q("UPDATE agency SET hours = $1, blocked_days = $2 WHERE id = $3")
        .bind(serde_json::to_string(&hours)?)
        .bind(serde_json::to_string(&blocked_days)?)
        .bind(agency)
        .run(&mut tx)
        .await?;
    let entry = Entry::new(Deed::AgenciesSetHours, &name).of(agency);
    audit::record(&mut tx, backend, caller, entry.before(&before)?.after(&(hours, blocked_days))?).await?;
    Ok(tx.commit().await?)
}

/// A field of text that must be there and not be too long.
pub(crate) fn text(problems: &mut Vec<FieldProblem>, field: &str, value: &str, at_most: u32) -> Line {
    put_aside(problems, field, Line::parse(value, at_most))
}

/// A field of text that may be empty.
pub(crate) fn optional_text(
    problems: &mut Vec<FieldProblem>,
    field: &str,
    value: &str,
    at_most: u32,
) -> Line {
    put_aside(problems, field, Line::parse_optional(value, at_most))
}

fn put_aside(problems: &mut Vec<FieldProblem>, field: &str, parsed: Result<Line, Problem>) -> Line {
    parsed.unwrap_or_else(|problem| {
        problems.push(FieldProblem::new(field, problem));
        Line::default()
    })
}
