//! The child: drops its privileges, reads the file from its standard input, looks into it and writes the
//! answer.
//! Any error ends the process; the room turns that into an answer.

use std::io::{Read, Write};
use std::process::ExitCode;

use domain::papers::{PAPER_MIB_AT_MOST, Unread};

use crate::{ANSWER_BYTES_AT_MOST, Inspection, pdf, seal};

/// The word on the command line that makes the program a child.
pub const VERB: &str = "look-into";

/// Exit status of a child that could not limit itself. It has read nothing.
const NOT_LIMITED: u8 = 3;

/// Runs the child to its end. It must be the first thing that the program does.
pub fn run() -> ExitCode {
    answer(|| pdf::inspect(read()?))
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

/// The file on the standard input; none if it is larger than any paper.
fn read() -> Option<Vec<u8>> {
    let stdin = std::io::stdin();
    let bytes = u64::try_from(rustix::fs::fstat(&stdin).ok()?.st_size).ok()?;
    if bytes > PAPER_MIB_AT_MOST << 20 {
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
