//! The room: the serving process's side. Starts a child for each file, reads its answer, and kills it if it
//! takes too long, answers too much, or nobody waits for it any more. Knows nothing of the file's content.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::imports::{ImportKind, NotRows};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::lanes::{LIGHT_BELOW, Lanes, Place, Sender};
use crate::{ANSWER_BYTES_AT_MOST, Inspection, SHEET_END_BYTES_AT_MOST, SheetEnd, SheetRead, child, sheet};

/// Longest time for a child, however busy the machine is. Its 10 s of processor time take longer on a busy
/// machine.
const SECONDS_AT_MOST: Duration = Duration::from_secs(15);

/// The smallest file of one page.
const EMPTY_PAGE: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>\
endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// The program that is started as a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its path.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

impl Program {
    /// The running program itself, even if its file was replaced meanwhile. It must call [`child::run`] when
    /// it is started with [`child::VERB`].
    pub fn itself() -> Program {
        Program::at("/proc/self/exe")
    }

    /// Another program that does the same.
    pub fn at(path: impl Into<PathBuf>) -> Program {
        Program { path: path.into(), arguments: vec![child::VERB.into()] }
    }
}

/// Why a file could not be looked into.
#[derive(Debug)]
pub enum Unseen {
    /// The child did not start, or its answer could not be kept.
    NotStarted(std::io::Error),
    /// The child ended without an answer.
    Died(ExitStatus),
    /// The child took too long.
    TookTooLong,
    /// The child's answer was too long.
    SaidTooMuch,
    /// The child's answer cannot be parsed.
    SaidNonsense,
    /// Nobody waits for the answer any more.
    Abandoned,
}

impl std::fmt::Display for Unseen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unseen::NotStarted(cause) => write!(f, "the process that looks into it did not start: {cause}"),
            Unseen::Died(status) => write!(f, "the process that looked into it ended with {status}"),
            Unseen::TookTooLong => {
                write!(f, "looking into it took longer than {} s", SECONDS_AT_MOST.as_secs())
            }
            Unseen::SaidTooMuch => write!(f, "the answer was longer than {ANSWER_BYTES_AT_MOST} bytes"),
            Unseen::SaidNonsense => write!(f, "the answer was no answer"),
            Unseen::Abandoned => write!(f, "the sender did not wait for it"),
        }
    }
}

/// Permission to run one child.
struct Slot {
    place: Place,
    _turn: OwnedSemaphorePermit,
}

/// Looks into foreign files. Clones share the same slots.
#[derive(Clone, Debug)]
pub struct Inspector {
    program: Program,
    lanes: Arc<Lanes>,
    /// One semaphore for each sender whose file is being looked into or waits.
    turns: Arc<Mutex<HashMap<u128, Arc<Semaphore>>>>,
    is_told_unsealed: Arc<AtomicBool>,
}

impl Inspector {
    /// A room that starts its children from this program.
    pub fn new(program: Program) -> Inspector {
        Inspector {
            program,
            lanes: Arc::new(Lanes::new()),
            turns: Arc::default(),
            is_told_unsealed: Arc::default(),
        }
    }

    /// Number of children that could be started now.
    pub fn free_slots(&self) -> usize {
        self.lanes.free()
    }

    /// The semaphore of one sender, with one permit. Semaphores without a holder are removed.
    fn turn_of(&self, sender: u128) -> Arc<Semaphore> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry(sender).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }

    /// Looks into an empty page, to find out whether this machine can read papers at all. Returns whether the
    /// kernel took the child's system calls away.
    ///
    /// # Errors
    /// Why the child gave no answer.
    pub async fn try_out(&self) -> Result<bool, Unseen> {
        let file = rustix::fs::memfd_create("page", rustix::fs::MemfdFlags::CLOEXEC).map(File::from);
        let file = file.map_err(Into::into).and_then(|mut file| {
            file.write_all(EMPTY_PAGE)?;
            file.rewind()?;
            Ok(file)
        });
        let look = self.inspect(file.map_err(Unseen::NotStarted)?, Sender { person: 0, office: 0 }).await?;
        if look.pages == Some(1) { Ok(look.is_sealed) } else { Err(Unseen::SaidNonsense) }
    }

    /// Looks into a file that is open for reading. The files of one person are looked into one at a time, so that they,
    /// however bad, leave a place for everyone else's. Waits its turn if every slot is taken; first come, first served, but
    /// one slot is kept for senders whose files took little lately. Dropping the future ends the child at
    /// once.
    ///
    /// # Errors
    /// Why there is no answer. It has already been logged.
    pub async fn inspect(&self, file: File, sender: Sender) -> Result<Inspection, Unseen> {
        let said = self.ask(self.program.clone(), file, sender, hear).await;
        let answer = said.and_then(|(said, status)| match serde_json::from_slice::<Inspection>(&said) {
            Ok(look) => Ok(look),
            Err(_) if said.is_empty() => Err(Unseen::Died(status)),
            Err(_) => Err(Unseen::SaidNonsense),
        });
        match &answer {
            Ok(look) => self.tell_unsealed(look.is_sealed),
            Err(unseen) => tracing::warn!(reason = %unseen, "a paper could not be looked into"),
        }
        answer
    }

    /// Reads the rows of a workbook that is open for reading, as CSV, into another file. Each row is on the line that is
    /// its number in the sheet. Turns and slots are those of [`Inspector::inspect`].
    ///
    /// # Errors
    /// Why there is no answer. It has already been logged.
    pub async fn read_sheet(
        &self,
        workbook: File,
        kind: ImportKind,
        rows: File,
        sender: Sender,
    ) -> Result<SheetRows, Unseen> {
        let mut program = self.program.clone();
        program.arguments.push(kind.code().into());
        let spooled =
            self.ask(program, workbook, sender, move |output| spool(output, rows.try_clone())).await;
        let answer = match spooled {
            Ok((rows, status)) => {
                let end = tokio::task::spawn_blocking(move || sheet_end(rows));
                let end = end.await.map_err(std::io::Error::other).and_then(|end| end);
                end.map_err(Unseen::NotStarted).and_then(|end| end.ok_or(Unseen::Died(status)))
            }
            Err(unseen) => Err(unseen),
        };
        match answer {
            Ok((SheetEnd { read, is_sealed }, rows)) => {
                self.tell_unsealed(is_sealed);
                Ok(match read {
                    Ok(sheet) => SheetRows::Read { sheet, rows },
                    Err(why) => SheetRows::Not(why),
                })
            }
            Err(unseen) => {
                tracing::warn!(reason = %unseen, "a workbook could not be read");
                unseen.into_rows()
            }
        }
    }

    fn tell_unsealed(&self, is_sealed: bool) {
        if !is_sealed && !self.is_told_unsealed.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "this kernel cannot take system calls away from the process that reads foreign files"
            );
        }
    }

    /// Starts a child for a file when it is the sender's turn, and hears what it says. A child that takes long in the lane
    /// that is kept for short files is ended, and another one begins anew in the lane for everybody.
    async fn ask<T, H>(
        &self,
        program: Program,
        mut file: File,
        sender: Sender,
        hear: impl Fn(ChildStdout) -> H,
    ) -> Result<(T, ExitStatus), Unseen>
    where
        T: Send + 'static,
        H: Future<Output = Result<T, Unseen>> + Send + 'static,
    {
        let mut is_long = false;
        loop {
            let slot = async {
                let turn = self.turn_of(sender.person).acquire_owned().await.ok()?;
                Some(Slot { place: self.lanes.enter(sender, is_long).await?, _turn: turn })
            };
            let Some(slot) = slot.await else { return Err(Unseen::Abandoned) };
            let is_kept = slot.place.is_kept();
            let begun = file.try_clone().and_then(|file| start(&program, file)).map_err(Unseen::NotStarted);
            let mut child = begun?;
            let hearing = child.stdout.take().map(&hear);
            let (tell, told) = oneshot::channel();
            // The work has a task of its own: it holds the slot until the child is gone, even if this future is
            // dropped first.
            tokio::spawn(look(child, slot, tell, hearing));
            match told.await.unwrap_or(Err(Unseen::Abandoned)) {
                Err(Unseen::TookTooLong) if is_kept => {
                    file.rewind().map_err(Unseen::NotStarted)?;
                    is_long = true;
                }
                answer => return answer,
            }
        }
    }
}

/// What became of a workbook.
#[derive(Debug)]
pub enum SheetRows {
    /// Its rows.
    Read {
        /// The sheet they are from.
        sheet: SheetRead,
        /// The rows as CSV, to be read from the beginning.
        rows: File,
    },
    /// It has none that can be read.
    Not(NotRows),
}

impl Unseen {
    /// A child that died or was ended is an answer about its workbook.
    fn into_rows(self) -> Result<SheetRows, Unseen> {
        use std::os::unix::process::ExitStatusExt;
        match self {
            Unseen::Died(status) if status.signal().is_none() => Ok(SheetRows::Not(NotRows::BrokenWorkbook)),
            Unseen::Died(_) | Unseen::TookTooLong | Unseen::SaidTooMuch => {
                Ok(SheetRows::Not(NotRows::HugeWorkbook))
            }
            other => Err(other),
        }
    }
}

/// Hears a child's answer, ends it, and only then releases the slot.
async fn look<T, H: Future<Output = Result<T, Unseen>>>(
    mut child: Child,
    slot: Slot,
    mut tell: oneshot::Sender<Result<(T, ExitStatus), Unseen>>,
    hearing: Option<H>,
) {
    let within = if slot.place.is_kept() { LIGHT_BELOW } else { SECONDS_AT_MOST };
    let hearing = async {
        match hearing {
            Some(hearing) => hearing.await,
            None => Err(Unseen::SaidNonsense),
        }
    };
    let heard = tokio::select! {
        heard = tokio::time::timeout(within, hearing) => heard.unwrap_or(Err(Unseen::TookTooLong)),
        () = tell.closed() => Err(Unseen::Abandoned),
    };
    let status = end(&mut child).await;
    drop(slot);
    let answer = heard.and_then(|said| Ok((said, status.map_err(Unseen::NotStarted)?)));
    let _ = tell.send(answer);
}

/// The child leads a process group of its own, so that it can be killed together with everything that it may
/// have started.
fn start(program: &Program, file: File) -> std::io::Result<Child> {
    Command::new(&program.path)
        .args(&program.arguments)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::from(file))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

/// Everything that the child writes, until it closes its output.
async fn hear(output: ChildStdout) -> Result<Vec<u8>, Unseen> {
    let mut said = Vec::new();
    let read = output.take(ANSWER_BYTES_AT_MOST as u64 + 1).read_to_end(&mut said).await;
    read.map_err(Unseen::NotStarted)?;
    if said.len() > ANSWER_BYTES_AT_MOST { Err(Unseen::SaidTooMuch) } else { Ok(said) }
}

/// Writes what the child says into a file, because it is too much to hold. What an earlier child wrote there goes.
async fn spool(output: ChildStdout, rows: std::io::Result<File>) -> Result<File, Unseen> {
    let at_most = (sheet::ROWS_BYTES_AT_MOST + SHEET_END_BYTES_AT_MOST) as u64;
    let mut rows = tokio::fs::File::from_std(rows.map_err(Unseen::NotStarted)?);
    rows.set_len(0).await.map_err(Unseen::NotStarted)?;
    rows.rewind().await.map_err(Unseen::NotStarted)?;
    let copied =
        tokio::io::copy(&mut output.take(at_most + 1), &mut rows).await.map_err(Unseen::NotStarted)?;
    rows.flush().await.map_err(Unseen::NotStarted)?;
    if copied > at_most { Err(Unseen::SaidTooMuch) } else { Ok(rows.into_std().await) }
}

/// Cuts the last line off the rows and reads it. None if the child ended before it.
fn sheet_end(mut rows: File) -> std::io::Result<Option<(SheetEnd, File)>> {
    let bytes = rows.metadata()?.len();
    let from = bytes.saturating_sub(SHEET_END_BYTES_AT_MOST as u64);
    rows.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    rows.read_to_end(&mut tail)?;
    let begin = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let Ok(end) = serde_json::from_slice(&tail[begin..]) else { return Ok(None) };
    rows.set_len(from + begin as u64)?;
    rows.rewind()?;
    Ok(Some((end, rows)))
}

/// Kills the child's whole group, then collects its status. The order matters: until the status is collected,
/// no other process can get the group's number.
async fn end(child: &mut Child) -> std::io::Result<ExitStatus> {
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(group) = group {
        // This fails if the group has already ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
    child.wait().await
}
