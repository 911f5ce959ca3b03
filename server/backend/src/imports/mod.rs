//! Imports of CSV files. A file is checked as a whole, and written as a whole or not at all. A dry run makes
//! the same checks and blocks nobody. Only one import runs at a time, on a thread for blocking work.
//! Each kind of file has a module; this one knows only what they share.

mod agencies;
mod baseline;
mod meetings;
mod people;
mod rooms;
mod sittings;
mod table;
mod upload;

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use domain::access::{Action, Caller, Scope};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::AgencyId;
use domain::imports::{ImportKind, ImportMode, ImportReport, Imports};
use serde_json::json;
use sha2::{Digest, Sha256};
pub use upload::ImportUpload;

use crate::Backend;
use crate::access::permit;
use crate::agencies::Place;
use crate::audit::{self, Entry};
use crate::db::{BINDS_AT_MOST, Db, Source, Tx, Value, Via, places, q};
use crate::stop::{Done, Stop};
use table::{Bad, Cells, Table};

impl Backend {
    /// Whether the caller may import such files at all, for any agency: asked before a file is taken in.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn may_import(&self, caller: &Caller, kind: ImportKind) -> Outcome<()> {
        self.outcome(permit_somewhere(caller, kind))
    }
}

#[async_trait]
impl Imports for Backend {
    async fn import(
        &self,
        caller: &Caller,
        kind: ImportKind,
        file: Vec<u8>,
        mode: ImportMode,
    ) -> Outcome<ImportReport> {
        self.outcome(apart(self, caller, kind, file, mode).await)
    }
}

/// Most rows of a file: two years of meetings of a whole province. While a file is written nobody else writes, in a
/// conference either; this many rows take less than 4 s on two slow cores, and a page waits longer than that.
const ROWS_AT_MOST: usize = 20_000;

/// Runs the import on a thread of its own, because reading a large file takes seconds without a pause. The
/// turn belongs to the work: it ends with the work, even if nobody waits for the answer any more.
async fn apart(
    backend: &Backend,
    caller: &Caller,
    kind: ImportKind,
    file: Vec<u8>,
    mode: ImportMode,
) -> Done<ImportReport> {
    permit_somewhere(caller, kind)?;
    let turn = backend.import_turn().ok_or(Refusal::ImportUnderWay)?;
    let asker = Arc::new(());
    let (backend, caller) = (backend.clone(), caller.clone());
    let (waits, runtime) = (Arc::downgrade(&asker), tokio::runtime::Handle::current());
    let work = tokio::task::spawn_blocking(move || {
        let _held_until_done = turn;
        runtime.block_on(import(&backend, &caller, kind, (&file, waits), mode))
    });
    let done = work.await;
    drop(asker);
    match done {
        Ok(done) => done,
        Err(broken) if broken.is_panic() => std::panic::resume_unwind(broken.into_panic()),
        Err(_) => Err(Failure::Unavailable.into()),
    }
}

async fn import(
    backend: &Backend,
    caller: &Caller,
    kind: ImportKind,
    (file, asker): (&[u8], Weak<()>),
    mode: ImportMode,
) -> Done<ImportReport> {
    let (table, bad) = Table::read(file, kind, ROWS_AT_MOST)?;
    let import = Import { backend, caller, mode, bad, report: ImportReport::default(), file, asker };
    match kind {
        ImportKind::Agencies => agencies::run(import, &table).await,
        ImportKind::People => people::run(import, &table).await,
        ImportKind::Rooms => rooms::run(import, &table).await,
        ImportKind::Meetings => meetings::run(import, &table).await,
        ImportKind::Baseline => baseline::run(import, &table).await,
    }
}

/// Refuses before the file is read at all when there is no agency the caller could import for.
fn permit_somewhere(caller: &Caller, kind: ImportKind) -> Done<()> {
    let action = action(kind);
    let grants: Vec<AgencyId> = caller.grants.iter().map(|grant| grant.agency).collect();
    if grants.iter().any(|agency| caller.may(action, Scope::Agency(&[*agency]))) {
        return Ok(());
    }
    permit(caller, action, Scope::System)
}

/// The right that a kind of file needs for every agency in it.
fn action(kind: ImportKind) -> Action {
    match kind {
        ImportKind::Agencies => Action::ManageAgencies,
        ImportKind::People => Action::ManagePeople,
        ImportKind::Rooms => Action::ManageRooms,
        ImportKind::Meetings => Action::ImportMeetings,
        ImportKind::Baseline => Action::ImportBaseline,
    }
}

/// An import on its way.
struct Import<'a> {
    backend: &'a Backend,
    caller: &'a Caller,
    mode: ImportMode,
    bad: Bad,
    report: ImportReport,
    file: &'a [u8],
    /// No longer alive once nobody waits for the answer.
    asker: Weak<()>,
}

/// Where an import looks: who only checks reads beside everybody else, who writes holds the database.
enum Ground {
    Beside(Db),
    Within(Tx),
}

impl Ground {
    /// The transaction, of an import that writes.
    fn tx(&mut self) -> Option<&mut Tx> {
        match self {
            Ground::Beside(_) => None,
            Ground::Within(tx) => Some(tx),
        }
    }
}

impl Source for Ground {
    fn via(&mut self) -> Via<'_> {
        match self {
            Ground::Beside(db) => db.reading(),
            Ground::Within(tx) => tx.via(),
        }
    }
}

impl Import<'_> {
    /// What the rows are held against. A file that is known to be wrong holds nothing either.
    async fn ground(&self) -> Done<Ground> {
        let db = self.backend.db();
        Ok(if self.writes() { Ground::Within(db.begin().await?) } else { Ground::Beside(db.clone()) })
    }

    /// Whether what was found is to be written.
    fn writes(&self) -> bool {
        self.bad.is_empty() && self.mode == ImportMode::Write
    }

    /// The transaction to write in; none when nothing is to be written.
    fn writing<'g>(&self, ground: &'g mut Ground) -> Option<&'g mut Tx> {
        ground.tx().filter(|_| self.writes())
    }

    /// A bad row unless the caller's rights allow what it asks for.
    fn allowed(&mut self, cells: Cells<'_>, column: &str, permitted: Done<()>) -> Done<bool> {
        match permitted {
            Ok(()) => Ok(true),
            Err(Stop::Failure(Failure::Forbidden)) => {
                self.bad.cell(cells, column, Problem::NotYours);
                Ok(false)
            }
            Err(Stop::Failure(Failure::Invalid(problems))) => {
                for FieldProblem { field, problem } in problems {
                    self.bad.cell(cells, &field, problem);
                }
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    /// Ends the import. If it wrote, this adds a line to the trail and commits; otherwise nothing is changed. A file that
    /// says what is there already adds no line.
    /// An import that nobody waits for writes nothing: its first passwords would be lost.
    async fn finish(mut self, ground: Ground, what: Deed) -> Done<ImportReport> {
        if self.asker.strong_count() == 0 {
            return Err(Failure::Unavailable.into());
        }
        if let (Ground::Within(mut tx), true) = (ground, self.writes()) {
            let ImportReport { rows, added, changed, unchanged, .. } = self.report;
            let hash = hex::encode(Sha256::digest(self.file));
            let counts = json!({
                "rows": rows, "added": added, "changed": changed, "unchanged": unchanged,
                "bytes": self.file.len(), "sha256": hash,
            });
            let subject = what.code().rsplit('.').next().unwrap_or_default();
            if added + changed > 0 {
                let entry = Entry::new(what, subject).after(&counts)?;
                audit::record(&mut tx, self.backend, self.caller, entry).await?;
                tx.commit().await?;
            }
            self.report.is_written = true;
        } else {
            self.report.passwords.clear();
        }
        (self.report.bad_rows, self.report.bad_cells) = (self.bad.rows(), self.bad.cells());
        self.report.stopped_at = self.bad.stopped_at();
        self.report.bad = self.bad.listed();
        Ok(self.report)
    }
}

/// The agency a row names; a code that nobody has, or for which the caller may not import, is a bad cell.
fn place_of<'p>(
    import: &mut Import<'_>,
    places: &'p HashMap<String, Place>,
    cells: Cells<'_>,
    kind: ImportKind,
) -> Done<Option<&'p Place>> {
    let code = cells.get("agency");
    let Some(place) = places.get(code) else {
        let problem = if code.is_empty() { Problem::Missing } else { Problem::Unknown };
        import.bad.cell(cells, "agency", problem);
        return Ok(None);
    };
    let permitted = permit(import.caller, action(kind), Scope::Agency(&place.path));
    Ok(import.allowed(cells, "agency", permitted)?.then_some(place))
}

/// Inserts many rows with as few statements as the limit of values allows. All rows have the same width; the full
/// statements share one text, so that the engine prepares it once.
async fn insert_rows(tx: &mut Tx, into: &str, width: usize, values: Vec<Value>) -> Done<()> {
    let at_once = (BINDS_AT_MOST / width).max(1);
    let mut values = values.into_iter().peekable();
    while values.peek().is_some() {
        let chunk: Vec<Value> = values.by_ref().take(at_once * width).collect();
        let groups: Vec<String> =
            (0..chunk.len() / width).map(|row| format!("({})", places(row * width + 1, width))).collect();
        q(format!("INSERT INTO {into} VALUES {}", groups.join(", "))).bind_all(chunk).run(&mut *tx).await?;
    }
    Ok(())
}

/// A whole number of a range.
fn number(import: &mut Import<'_>, cells: Cells<'_>, column: &str, from: i64, to: i64) -> Option<i64> {
    let text = cells.get(column);
    let value = text.parse().ok().filter(|value| (from..=to).contains(value));
    if value.is_none() {
        let problem = if text.is_empty() { Problem::Missing } else { Problem::NotInRange(from, to) };
        import.bad.cell(cells, column, problem);
    }
    value
}

/// One of the words that a column knows.
fn choice<T>(
    import: &mut Import<'_>,
    cells: Cells<'_>,
    column: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let text = cells.get(column);
    let value = parse(text);
    if value.is_none() {
        let problem = if text.is_empty() { Problem::Missing } else { Problem::Unknown };
        import.bad.cell(cells, column, problem);
    }
    value
}

/// A text that must be there and not be too long.
fn text(import: &mut Import<'_>, cells: Cells<'_>, column: &str, at_most: u32) -> Option<String> {
    let text = cells.get(column);
    let problem = match text.chars().count() {
        0 => Problem::Missing,
        length if length > at_most as usize => Problem::TooLong(at_most),
        _ => return Some(text.to_owned()),
    };
    import.bad.cell(cells, column, problem);
    None
}
