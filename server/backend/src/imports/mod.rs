//! Imports of files of rows. A file is checked as a whole, and written as a whole or not at all. It is prepared beside
//! the database's lock: the lock is held only to check that nothing has changed meanwhile, and to write. A dry run
//! makes the same checks and blocks nobody. Only one import runs at a time, on a thread for blocking work.
//! Each kind of file has a module; this one knows only what they share.

mod agencies;
mod baseline;
mod cells;
mod changes;
mod decode;
mod likeness;
mod meetings;
mod people;
mod rooms;
mod sheets;
mod shown;
mod sittings;
mod table;
mod upload;
mod work_days;

use std::borrow::Cow;

use async_trait::async_trait;
use domain::access::{Action, Caller, Scope};
use domain::audit::Deed;
use domain::error::{BadRow, Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::AgencyId;
use domain::imports::{
    CHANGES_LISTED, IMPORT_MIB_AT_MOST, IMPORT_PARTS_AT_MOST, IMPORT_ROWS_AT_MOST, IMPORT_WRITTEN_AT_MOST,
    ImportKind, ImportMode, ImportReport, Imports, Note, doubt_of_text,
};
use domain::text::Line;
use domain::time::Sitting;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
pub use upload::ImportUpload;

use crate::Backend;
use crate::access::permit;
use crate::audit::{self, Entry};
use crate::db::{BINDS_AT_MOST, Tx, Value, places, q};
use crate::stop::{Done, Stop};
use changes::Change;
use likeness::LikeCodes;
use sheets::SheetText;
use shown::Shown;
use table::{Bad, Cells, Rows, Table};

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
        let read = self.read_import(caller, kind, file).await?;
        self.import_read(caller, kind, read, mode).await
    }
}

/// A file that can be imported: a workbook has been read in a process of its own.
#[derive(Debug)]
pub struct ReadImport(SentFile);

impl Backend {
    /// Reads a file as far as it needs no place of the imports: a workbook takes its time, and only its sender waits for it.
    ///
    /// # Errors
    /// `Forbidden`; `Refused(TooLarge)`, `Refused(NotRows)` of a workbook; `Unavailable` while too many files are looked into.
    pub async fn read_import(&self, caller: &Caller, kind: ImportKind, file: Vec<u8>) -> Outcome<ReadImport> {
        self.outcome(read_file(self, caller, kind, file).await.map(ReadImport))
    }

    /// Imports what was read.
    ///
    /// # Errors
    /// As [`Imports::import`].
    pub async fn import_read(
        &self,
        caller: &Caller,
        kind: ImportKind,
        ReadImport(file): ReadImport,
        mode: ImportMode,
    ) -> Outcome<ImportReport> {
        self.outcome(apart(self, caller, kind, file, mode).await)
    }
}

/// A file as it was sent.
#[derive(Debug)]
struct SentFile {
    bytes: Vec<u8>,
    /// Its rows, if it is a workbook.
    sheet: Option<SheetText>,
}

/// Reads a workbook before it is the import's turn: that may take as long as the process that reads it may live.
async fn read_file(backend: &Backend, caller: &Caller, kind: ImportKind, bytes: Vec<u8>) -> Done<SentFile> {
    permit_somewhere(caller, kind)?;
    if bytes.len() as u64 > IMPORT_MIB_AT_MOST << 20 {
        return Err(Refusal::TooLarge { limit_mib: IMPORT_MIB_AT_MOST }.into());
    }
    let sheet = match decode::is_archive(&bytes) {
        true => Some(sheets::read(backend, caller, kind, &bytes).await?),
        false => None,
    };
    Ok(SentFile { bytes, sheet })
}

/// Longest cell that a note repeats: two sittings with all their words.
const NOTED_AT_MOST: u32 = 80;

/// How often a file is prepared before its sender is asked to send it again. A file is prepared in a second or two, and
/// what it reads rarely changes in that time. It is never prepared under the lock: a sender who keeps changing
/// something would hold up everybody's writing.
const PREPARED_AT_MOST: usize = 4;

/// Runs the import on a thread of its own, because reading a large file takes seconds without a pause. The
/// turn belongs to the work: it ends with the work. That ends soon after nobody waits for the answer any more, unless it
/// is already writing.
async fn apart(
    backend: &Backend,
    caller: &Caller,
    kind: ImportKind,
    file: SentFile,
    mode: ImportMode,
) -> Done<ImportReport> {
    let turn = backend.import_turn().ok_or(Refusal::ImportUnderWay)?;
    let (asker, waits) = watch::channel(());
    let (backend, caller) = (backend.clone(), caller.clone());
    let runtime = tokio::runtime::Handle::current();
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
    (file, asker): (&SentFile, watch::Receiver<()>),
    mode: ImportMode,
) -> Done<ImportReport> {
    let (text, note) = match &file.sheet {
        Some(SheetText { rows, note }) => (Cow::Borrowed(rows.as_str()), note.clone()),
        None => {
            let decoded = decode::decode(&file.bytes).map_err(|why| Refusal::NotRows { why })?;
            (decoded.0, decoded.1.map(Note::Encoding))
        }
    };
    let delimiter = file.sheet.as_ref().map(|_| sheets::DELIMITER);
    let (table, bad, header) = Table::read(&text, delimiter, kind, IMPORT_ROWS_AT_MOST)?;
    let notes = note.into_iter().chain(header).collect();
    let import = Import::new(backend, caller, (&file.bytes, asker), mode, bad, notes);
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
        let mut asker = import.asker.clone();
        // What the database is asked ends with the reader that asks it.
        let plan = tokio::select! {
            plan = steps.prepare(&mut import, table) => plan?,
            _ = asker.changed() => return Err(Failure::Unavailable.into()),
        };
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
    /// How the file was read.
    notes: Vec<Note>,
    /// The codes of all agencies, once one was not found.
    agency_codes: Option<LikeCodes>,
    file: &'a [u8],
    /// Closed once nobody waits for the answer.
    asker: watch::Receiver<()>,
}

impl<'a> Import<'a> {
    fn new(
        backend: &'a Backend,
        caller: &'a Caller,
        (file, asker): (&'a [u8], watch::Receiver<()>),
        mode: ImportMode,
        bad: Bad,
        notes: Vec<Note>,
    ) -> Import<'a> {
        let report = ImportReport::default();
        let (parts, unlisted, agency_codes) = (0, 0, None);
        Import { backend, caller, mode, bad, report, parts, unlisted, notes, agency_codes, file, asker }
    }

    /// Notes, once, how dates are read that are written as offices write them.
    fn note_sittings(&mut self, written: &str, read: Sitting) {
        if !self.notes.iter().any(|note| matches!(note, Note::Sittings { .. })) {
            let written = Line::shortened(written, NOTED_AT_MOST).into();
            self.notes.push(Note::Sittings { written, read });
        }
    }

    /// Whether what was found is to be written: nothing is wrong, and the sender has read all warnings.
    fn writes(&self) -> bool {
        let is_asked = match self.mode {
            ImportMode::DryRun => false,
            ImportMode::Write => self.bad.warnings_mark() == 0,
            ImportMode::WriteWarned(mark) => [0, mark].contains(&self.bad.warnings_mark()),
        };
        is_asked && self.bad.is_empty()
    }

    /// Forgets what was found, before the file is prepared again. Only a file without bad cells is.
    fn start_again(&mut self) {
        self.bad = Bad::default();
        let passwords = std::mem::take(&mut self.report.passwords);
        self.report = ImportReport { passwords, ..ImportReport::default() };
        (self.parts, self.unlisted, self.agency_codes) = (0, 0, None);
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
        self.doubt_letters(cells);
    }

    /// Counts a row that changes something, and lists what: `stored` is what is there, `after` what is to be there.
    fn changes<S: Shown + ?Sized>(&mut self, cells: Cells<'_>, stored: &S, after: &S) {
        self.report.changed += 1;
        self.list_change(cells, stored, after);
        self.limit_written(cells);
        self.doubt_letters(cells);
    }

    fn list_change<S: Shown + ?Sized>(&mut self, cells: Cells<'_>, stored: &S, after: &S) {
        if self.report.changes.len() < CHANGES_LISTED {
            self.report.changes.push(shown::change(cells, stored, after));
        }
    }

    /// Warns of damaged letters in a row that is to be written.
    fn doubt_letters(&mut self, cells: Cells<'_>) {
        // What somebody chose as a password is not repeated in a report.
        for column in cells.columns().into_iter().filter(|column| *column != "password") {
            if let Some(doubt) = doubt_of_text(cells.get(column)) {
                self.bad.doubt(cells, column, doubt);
            }
        }
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
        if self.asker.has_changed().is_err() { Err(Failure::Unavailable.into()) } else { Ok(()) }
    }

    /// The next row that can be read, as long as somebody waits for the answer.
    fn next_row<'r>(&mut self, rows: &'r mut Rows<'_, '_>) -> Done<Option<Cells<'r>>> {
        self.still_asked()?;
        Ok(rows.next(&mut self.bad))
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
        if self.bad.warnings_count() > 0 {
            counts["warnings"] = self.bad.warnings_count().into();
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
        self.report.notes = self.notes;
        if !self.bad.is_empty() {
            // What it would change comes once it can be written.
            self.report.changes.clear();
        }
        (self.report.bad_rows, self.report.bad_cells) = (self.bad.rows(), self.bad.cells());
        (self.report.warnings_count, self.report.warnings_mark) =
            (self.bad.warnings_count(), self.bad.warnings_mark());
        self.report.warnings = self.bad.take_warnings();
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
