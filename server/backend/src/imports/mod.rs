//! Imports of CSV files. A file is checked as a whole, and written as a whole or not at all. It is prepared beside
//! the database's lock: the lock is held only to check that nothing has changed meanwhile, and to write. A dry run
//! makes the same checks and blocks nobody. Only one import runs at a time, on a thread for blocking work.
//! Each kind of file has a module; this one knows only what they share.

mod agencies;
mod baseline;
mod cells;
mod changes;
mod meetings;
mod people;
mod rooms;
mod sittings;
mod table;
mod upload;
mod work_days;

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use domain::access::{Action, Caller, Scope};
use domain::audit::Deed;
use domain::error::{BadRow, Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::AgencyId;
use domain::imports::{
    IMPORT_PARTS_AT_MOST, IMPORT_ROWS_AT_MOST, IMPORT_WRITTEN_AT_MOST, ImportKind, ImportMode, ImportReport,
    Imports,
};
use domain::text::Line;
use serde_json::json;
use sha2::{Digest, Sha256};
pub use upload::ImportUpload;

use crate::Backend;
use crate::access::permit;
use crate::audit::{self, Entry};
use crate::db::{BINDS_AT_MOST, Tx, Value, places, q};
use crate::stop::{Done, Stop};
use changes::Change;
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

/// How often a file is prepared before its sender is asked to send it again. A file is prepared in a second or two, and
/// what it reads rarely changes in that time. It is never prepared under the lock: a sender who keeps changing
/// something would hold up everybody's writing.
const PREPARED_AT_MOST: usize = 4;

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
    let (table, bad) = Table::read(file, kind, IMPORT_ROWS_AT_MOST)?;
    let report = ImportReport::default();
    let import = Import { backend, caller, mode, bad, report, parts: 0, unlisted: 0, file, asker };
    match kind {
        ImportKind::Agencies => run(agencies::AgencyFile, import, &table).await,
        ImportKind::People => run(people::PeopleFile::default(), import, &table).await,
        ImportKind::Rooms => run(rooms::RoomFile, import, &table).await,
        ImportKind::Meetings => run(meetings::MeetingFile, import, &table).await,
        ImportKind::Baseline => run(baseline::BaselineFile, import, &table).await,
        ImportKind::WorkDays => run(work_days::WorkDayFile, import, &table).await,
    }
}

/// The steps of importing one kind of file.
trait FileSteps {
    /// What is to be written, worked out in full.
    type Plan;
    /// The deed of the import.
    const DEED: Deed;

    /// Reads the file and judges it against what is stored. Writes nothing.
    async fn prepare(&mut self, import: &mut Import<'_>, table: &Table<'_>) -> Done<Self::Plan>;

    /// Whether a line of the trail may change what `prepare` has read.
    fn is_concerned(plan: &Self::Plan, change: &Change) -> bool;

    /// Writes the plan. False if something that it changes is no longer as `prepare` has read it.
    async fn write(&mut self, import: &mut Import<'_>, plan: Self::Plan, tx: &mut Tx) -> Done<bool>;
}

/// Prepares the file beside the database's lock, and writes it under the lock if nothing that was read has changed.
/// Otherwise it prepares the file again.
async fn run<F: FileSteps>(mut steps: F, mut import: Import<'_>, table: &Table<'_>) -> Done<ImportReport> {
    let db = import.backend.db();
    for _ in 0..PREPARED_AT_MOST {
        let seen = changes::newest(db).await?;
        let plan = steps.prepare(&mut import, table).await?;
        if !import.writes() {
            import.report.passwords.clear();
            return Ok(import.reported());
        }
        import.still_asked()?;
        // A file that says what is there already needs no lock and no line in the trail.
        if import.report.added + import.report.changed == 0 {
            import.report.is_written = true;
            return Ok(import.reported());
        }
        let hash = hex::encode(Sha256::digest(import.file));
        let mut tx = db.begin().await?;
        changes::wait_for_other_imports(&mut tx).await?;
        let since = changes::since(&mut tx, seen).await?;
        let is_current = !since.iter().any(|change| F::is_concerned(&plan, change));
        if is_current && steps.write(&mut import, plan, &mut tx).await? {
            return import.commit(tx, F::DEED, &hash).await;
        }
        drop(tx);
        import.start_again();
    }
    Err(Refusal::ImportOvertaken.into())
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
        ImportKind::WorkDays => Action::ManageWorkDays,
    }
}

/// An import on its way.
struct Import<'a> {
    backend: &'a Backend,
    caller: &'a Caller,
    mode: ImportMode,
    bad: Bad,
    report: ImportReport,
    /// Parts of all rows so far.
    parts: usize,
    /// Changes that have no line of their own in the trail.
    unlisted: u64,
    file: &'a [u8],
    /// No longer alive once nobody waits for the answer.
    asker: Weak<()>,
}

impl Import<'_> {
    /// Whether what was found is to be written.
    fn writes(&self) -> bool {
        self.bad.is_empty() && self.mode == ImportMode::Write
    }

    /// Forgets what was found, before the file is prepared again. Only a file without bad cells is.
    fn start_again(&mut self) {
        self.bad = Bad::default();
        let passwords = std::mem::take(&mut self.report.passwords);
        self.report = ImportReport { passwords, ..ImportReport::default() };
        (self.parts, self.unlisted) = (0, 0);
    }

    /// Counts the parts of a row. Ends the reading when all rows together have more than a file may.
    fn count_parts(&mut self, cells: Cells<'_>, column: &str, parts: usize) {
        self.parts += parts;
        if self.parts > IMPORT_PARTS_AT_MOST && self.bad.stopped_at().is_none() {
            self.bad.stop(cells, column, IMPORT_PARTS_AT_MOST);
        }
    }

    /// Counts a row that adds something.
    fn adds(&mut self, cells: Cells<'_>) {
        self.report.added += 1;
        self.limit_written(cells);
    }

    /// Counts a row that changes something.
    fn changes(&mut self, cells: Cells<'_>) {
        self.report.changed += 1;
        self.limit_written(cells);
    }

    fn limit_written(&mut self, cells: Cells<'_>) {
        if self.report.added + self.report.changed == IMPORT_WRITTEN_AT_MOST as u64 + 1 {
            self.bad.row(cells, Problem::TooMany(IMPORT_WRITTEN_AT_MOST as u32));
        }
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

    /// An import that nobody waits for writes nothing: its first passwords would be lost.
    fn still_asked(&self) -> Done<()> {
        if self.asker.strong_count() == 0 { Err(Failure::Unavailable.into()) } else { Ok(()) }
    }

    /// Adds the import's line to the trail and makes everything permanent.
    async fn commit(mut self, mut tx: Tx, what: Deed, hash: &str) -> Done<ImportReport> {
        let ImportReport { rows, added, changed, unchanged, .. } = self.report;
        let mut counts = json!({
            "rows": rows, "added": added, "changed": changed, "unchanged": unchanged,
            "bytes": self.file.len(), "sha256": hash,
        });
        if self.unlisted > 0 {
            counts["unlisted"] = self.unlisted.into();
        }
        let subject = what.code().rsplit('.').next().unwrap_or_default();
        let entry = Entry::new(what, subject).after(&counts)?;
        audit::record(&mut tx, self.backend, self.caller, entry).await?;
        self.still_asked()?;
        tx.commit().await?;
        self.report.is_written = true;
        Ok(self.reported())
    }

    fn reported(mut self) -> ImportReport {
        (self.report.bad_rows, self.report.bad_cells) = (self.bad.rows(), self.bad.cells());
        self.report.stopped_at = self.bad.stopped_at();
        // Shown on pages and on terminals, which obey some of the characters that nobody sees.
        let seen = |bad: BadRow| BadRow { value: Line::new(&bad.value).into(), ..bad };
        self.report.bad = self.bad.listed().into_iter().map(seen).collect();
        self.report
    }
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
