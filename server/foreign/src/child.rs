//! The child: drops its privileges, reads the file from its standard input, looks into it and writes the
//! answer.
//! Any error ends the process; the room turns that into an answer.

use std::io::{BufWriter, Read, Write};
use std::process::ExitCode;

use domain::imports::{IMPORT_MIB_AT_MOST, ImportKind, NotRows};
use domain::papers::{PAPER_MIB_AT_MOST, Unread};

use crate::{ANSWER_BYTES_AT_MOST, Inspection, SHEET_END_BYTES_AT_MOST, SheetEnd, pdf, seal, sheet};

/// The word on the command line that makes the program a child. A kind of import after it says that the file is a
/// workbook with such rows; without one it is a paper.
pub const VERB: &str = "look-into";

/// Exit status of a child that could not limit itself. It has read nothing.
const NOT_LIMITED: u8 = 3;

/// Runs the child to its end. It must be the first thing that the program does.
pub fn run() -> ExitCode {
    match std::env::args().nth(2).as_deref().map(ImportKind::parse) {
        None => answer(|| pdf::inspect(read(PAPER_MIB_AT_MOST)?)),
        Some(None) => ExitCode::FAILURE,
        Some(Some(kind)) => answer_rows(kind),
    }
}

/// Limits the process, and writes the rows of a workbook and what became of it.
fn answer_rows(kind: ImportKind) -> ExitCode {
    let Ok(is_sealed) = seal::seal() else { return ExitCode::from(NOT_LIMITED) };
    match write_rows(kind, is_sealed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn write_rows(kind: ImportKind, is_sealed: bool) -> std::io::Result<()> {
    let mut output = BufWriter::new(std::io::stdout().lock());
    let read = match read(IMPORT_MIB_AT_MOST) {
        Some(file) => sheet::read(&file, kind, &mut output)?,
        None => Err(NotRows::HugeWorkbook),
    };
    let mut end = serde_json::to_vec(&SheetEnd { read, is_sealed })?;
    if end.len() > SHEET_END_BYTES_AT_MOST {
        end = serde_json::to_vec(&SheetEnd { read: Err(NotRows::BrokenWorkbook), is_sealed })?;
    }
    output.write_all(&end)?;
    output.flush()
}

/// Limits the process, does the work and writes what it saw.
///
/// The limits are set here and not between fork and exec of the parent. Either way no foreign byte is read
/// before the limits are set, because the file is only read below. And the serving process, which has many
/// threads and much memory, can start children without unsafe code and without copying its page tables.
pub fn answer(work: impl FnOnce() -> Option<Inspection>) -> ExitCode {
    let Ok(is_sealed) = seal::seal() else { return ExitCode::from(NOT_LIMITED) };
    let mut look = work().unwrap_or_else(Inspection::given_up);
    look.is_sealed = is_sealed;
    match write(&look) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The file on the standard input; none if it is larger than any such file.
fn read(mib_at_most: u64) -> Option<Vec<u8>> {
    let stdin = std::io::stdin();
    let bytes = u64::try_from(rustix::fs::fstat(&stdin).ok()?.st_size).ok()?;
    if bytes > mib_at_most << 20 {
        return None;
    }
    let mut content = Vec::with_capacity(usize::try_from(bytes).ok()? + 1);
    stdin.lock().take(bytes).read_to_end(&mut content).ok()?;
    Some(content)
}

fn write(look: &Inspection) -> std::io::Result<()> {
    let mut json = serde_json::to_vec(look)?;
    if json.len() > ANSWER_BYTES_AT_MOST {
        let short = Inspection { lines: Vec::new(), unread: Some(Unread::GivenUp), ..look.clone() };
        json = serde_json::to_vec(&short)?;
    }
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&json)?;
    stdout.flush()
}
