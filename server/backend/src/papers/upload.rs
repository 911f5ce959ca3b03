//! Adding a paper chunk by chunk: its type is checked by content, its first page for a classification marking, and it
//! is on the disk before anyone is told so. Opening a paper's file for the same rights as reading it.

use std::path::PathBuf;

use domain::access::{Action, Caller, Stage};
use domain::audit::Deed;
use domain::error::{Outcome, Refusal};
use domain::ids::{AgendaItemId, HeldPaperId, MeetingId, PaperId};
use domain::papers::{Level, PAPER_MIB_AT_MOST, PAPERS_AT_MOST, Unread, marking};
use domain::text::Line;
use foreign::Inspection;

use super::{NewPaper, Row, clean_title, insert, kind, managed_item, sweep};
use crate::audit::{self, Entry};
use crate::blobs::Incoming;
use crate::db::{Tx, q};
use crate::meetings::paper_changes::{self, PaperDeed};
use crate::scope::MeetingScope;
use crate::stop::Done;
use crate::{Backend, access};

/// How much of the beginning is kept to check the type by.
const HEAD_BYTES: usize = 1029;

/// Free space is checked again after this many bytes of a paper, because many uploads at once could use up
/// the reserve.
const SPACE_CHECKED_EVERY: u64 = 8 * 1024 * 1024;

/// A paper being uploaded. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Upload {
    backend: Backend,
    caller: Caller,
    item: AgendaItemId,
    title: Line,
    head: Vec<u8>,
    incoming: Incoming,
    answers: Answers,
}

/// What a sender has answered about a file, in advance or when asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// It holds no state secret, if its first page cannot be read or may be marked.
    pub is_declared: bool,
    /// It is to be there a second time, if the agenda item has it already.
    pub is_again: bool,
}

/// Why a paper's file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileUse {
    /// To take it along. That counts as reading it.
    Download,
    /// For the reader, which says itself when it shows the first page.
    Reader,
}

/// A paper's file, for those who may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Size.
    pub bytes: u64,
    /// SHA-256 of the content, hex: what the browser may keep it under.
    pub hash: String,
    /// Title.
    pub title: String,
}

impl Backend {
    /// Begins an upload to an agenda item. `title` is the file's name or what was typed; `.pdf` is cut off.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`; `Refused(Classified)` when a level above open is declared: then nothing is stored, not
    /// even the title. `Refused(TooMany)`; `Invalid` for a title that is too long.
    pub async fn begin_upload(
        &self,
        caller: &Caller,
        item: AgendaItemId,
        title: &str,
        level: Level,
    ) -> Outcome<Upload> {
        self.outcome(begin(self, caller, item, title, level).await)
    }

    /// Checks that the caller may manage the papers of a meeting, before an upload is read at all.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn may_manage_papers(&self, caller: &Caller, meeting: MeetingId) -> Outcome<()> {
        self.outcome(may_manage(self, caller, meeting).await)
    }

    /// Refuses if taking in more would use the space that is reserved for the database.
    pub(crate) async fn keep_reserve(&self) -> Done<()> {
        let reserve = self.0.config.reserve_bytes;
        if reserve > 0 && self.blobs().free_space().await? < reserve {
            tracing::error!(reserve, "files are refused: the disk has less free space than the reserve");
            return Err(Refusal::DiskFull.into());
        }
        Ok(())
    }

    /// The sender answers what was asked about a file that waits. When this returns, the paper is on the agenda.
    /// Returns the paper with its title.
    ///
    /// # Errors
    /// `Refused(NoLongerKept)` if the file belonged to another person or another meeting, or waited too long.
    /// Also what beginning and finishing an upload refuse; then the file keeps waiting.
    pub async fn finish_held(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        kept: HeldPaperId,
        answers: Answers,
    ) -> Outcome<(PaperId, String)> {
        self.outcome(finish_held(self, caller, meeting, kept, answers).await)
    }

    /// The file of a paper.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn open_file(&self, caller: &Caller, paper: PaperId, used: FileUse) -> Outcome<PaperFile> {
        self.outcome(open_file(self, caller, paper, used).await)
    }
}

async fn may_manage(backend: &Backend, caller: &Caller, meeting: MeetingId) -> Done<()> {
    let scope = MeetingScope::load(backend.db(), caller, meeting).await?;
    scope.permit(caller, Action::ManagePapers)
}

async fn begin(
    backend: &Backend,
    caller: &Caller,
    item: AgendaItemId,
    title: &str,
    level: Level,
) -> Done<Upload> {
    let mut tx = backend.begin_by(caller).await?;
    managed_item(&mut tx, caller, item).await?;
    if level != Level::Open {
        return Err(Refusal::Classified.into());
    }
    refuse_full(&mut tx, item).await?;
    drop(tx);
    backend.keep_reserve().await?;
    let title = Line::new(title);
    let title = match title.rsplit_once('.') {
        Some((stem, ending)) if ending.eq_ignore_ascii_case("pdf") => stem,
        _ => &title,
    };
    let incoming = backend.blobs().begin(&backend.entropy().id(caller.now).to_string()).await?;
    Ok(Upload {
        backend: backend.clone(),
        caller: caller.clone(),
        item,
        title: clean_title(title)?,
        head: Vec::new(),
        incoming,
        answers: Answers::default(),
    })
}

impl Upload {
    /// The title that the paper will have.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// `Refused(TooLarge)` as soon as the limit is passed; `Refused(NotPdf)` as soon as that is clear.
    pub async fn write(&mut self, chunk: &[u8]) -> Outcome<()> {
        let done = self.take(chunk).await;
        self.backend.outcome(done)
    }

    async fn take(&mut self, chunk: &[u8]) -> Done<()> {
        if self.head.len() < HEAD_BYTES {
            let wanted = (HEAD_BYTES - self.head.len()).min(chunk.len());
            self.head.extend_from_slice(&chunk[..wanted]);
            if self.head.len() == HEAD_BYTES && !kind::looks_like_pdf(&self.head) {
                return Err(Refusal::NotPdf { kind: kind::of(&self.head) }.into());
            }
        }
        if self.incoming.bytes() + chunk.len() as u64 > PAPER_MIB_AT_MOST << 20 {
            return Err(Refusal::TooLarge { limit_mib: PAPER_MIB_AT_MOST }.into());
        }
        let before = self.incoming.bytes();
        self.incoming.write(chunk).await?;
        if before / SPACE_CHECKED_EVERY != self.incoming.bytes() / SPACE_CHECKED_EVERY {
            self.backend.keep_reserve().await?;
        }
        Ok(())
    }

    /// Continues with the sender's present roles: an upload takes minutes, in which roles and sessions may
    /// end.
    pub fn continue_as(&mut self, caller: Caller) {
        self.caller = caller;
    }

    /// The sender answers in advance what may be asked.
    pub fn answer(&mut self, answers: Answers) {
        self.answers = answers;
    }

    /// Ends the upload: when this returns, the paper is on the disk and on the agenda.
    ///
    /// # Errors
    /// `Refused(EmptyFile | NotPdf | MarkedClassified)`: nothing of the file is kept.
    /// `Refused(SamePaper | FirstPageUnread)` if the sender has not answered that: the file waits some minutes for
    /// [`Backend::finish_held`]. Also what beginning an upload refuses, if that has changed meanwhile.
    pub async fn finish(self) -> Outcome<PaperId> {
        let backend = self.backend.clone();
        backend.outcome(self.put_away().await)
    }

    /// Has the child process look into the file.
    async fn look(&mut self) -> Done<Inspection> {
        let file = std::fs::File::open(self.incoming.settle().await?)?;
        let sender = access::sender(&self.caller);
        Ok(self.backend.inspector().inspect(file, sender).await.unwrap_or_else(|_| Inspection::given_up()))
    }

    async fn put_away(mut self) -> Done<PaperId> {
        if self.incoming.bytes() == 0 {
            return Err(Refusal::EmptyFile.into());
        }
        if !kind::looks_like_pdf(&self.head) {
            return Err(Refusal::NotPdf { kind: kind::of(&self.head) }.into());
        }
        let look = self.look().await?;
        if let Some(kind) = look.unreadable {
            return Err(Refusal::NotPdf { kind }.into());
        }
        if let Some(level) = marking(&look.lines) {
            return Err(Refusal::MarkedClassified { level }.into());
        }
        let Upload { backend, caller, item, title, incoming, answers, .. } = self;
        let unread = Unread::choose(look.unread, &look.lines);
        let sent = HeldPaper { item, title, incoming, pages: look.pages, unread, answers };
        let kept = HeldPaperId(backend.entropy().id(caller.now));
        sent.store_or_ask(&backend, &caller, kept).await
    }
}

/// A file that was sent and looked into. Dropping it deletes the file.
#[derive(Debug)]
pub(crate) struct HeldPaper {
    item: AgendaItemId,
    title: Line,
    incoming: Incoming,
    pages: Option<u32>,
    /// Why its first page may carry a marking that was not found. The file is stored only once its sender has
    /// declared that it holds no state secret.
    unread: Option<Unread>,
    answers: Answers,
}

impl HeldPaper {
    /// Stores the paper, or keeps the file and asks its sender.
    async fn store_or_ask(self, backend: &Backend, caller: &Caller, kept: HeldPaperId) -> Done<PaperId> {
        let name = self.title.to_string();
        let same = if self.answers.is_again { None } else { self.same_in_item(backend).await? };
        let asked = match (same, self.unread) {
            (Some(title), _) => Refusal::SamePaper { name, title, kept },
            (None, Some(why)) if !self.answers.is_declared => {
                Refusal::FirstPageUnread { why, title: name, kept }
            }
            (None, _) => return self.store(backend, caller).await,
        };
        backend.held().keep(kept, caller.person, self);
        Err(asked.into())
    }

    /// The title of a paper of the same agenda item with the same content.
    async fn same_in_item(&self, backend: &Backend) -> Done<Option<String>> {
        let found: Option<(String,)> = q("SELECT title FROM paper WHERE item_id = $1 AND hash = $2 \
                                          AND withdrawn_at IS NULL ORDER BY position LIMIT 1")
        .bind(self.item)
        .bind(self.incoming.hash())
        .optional(backend.db())
        .await?;
        Ok(found.map(|(title,)| title))
    }

    async fn store(self, backend: &Backend, caller: &Caller) -> Done<PaperId> {
        let blob = self.incoming.keep(backend.blobs()).await?;
        let mut tx = backend.begin_by(caller).await?;
        let (meeting, scope) = managed_item(&mut tx, caller, self.item).await?;
        let before = paper_changes::before(&mut tx, meeting).await?;
        // Other papers may have arrived meanwhile.
        refuse_full(&mut tx, self.item).await?;
        sweep::make_sure(&mut tx, backend, &blob.hash).await?;
        let id = PaperId(backend.entropy().id(caller.now));
        let paper = NewPaper {
            id,
            meeting,
            item: self.item,
            is_neutral: false,
            title: &self.title,
            hash: &blob.hash,
            bytes: i64::try_from(blob.bytes).unwrap_or(i64::MAX),
            pages: self.pages.map(i64::from),
            unread: self.unread,
        };
        insert(&mut tx, caller, &paper).await?;
        paper_changes::papers_changed(&mut tx, caller, before, PaperDeed::Changed).await?;
        let entry = |what| Entry::new(what, &scope.title).of(scope.agency).about(meeting);
        let added = entry(Deed::PapersAdd).after(&(&self.title, &blob.hash))?;
        audit::record(&mut tx, backend, caller, added).await?;
        if let Some(why) = self.unread {
            let declared = entry(Deed::PapersDeclare).after(&(&self.title, &blob.hash, why.code()))?;
            audit::record(&mut tx, backend, caller, declared).await?;
        }
        tx.commit().await?;
        Ok(id)
    }
}

async fn finish_held(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    kept: HeldPaperId,
    answers: Answers,
) -> Done<(PaperId, String)> {
    let mut sent = backend.held().take(kept, caller.person).ok_or(Refusal::NoLongerKept)?;
    if let Err(refused) = permit_held(backend, caller, meeting, sent.item).await {
        backend.held().keep(kept, caller.person, sent);
        return Err(refused);
    }
    sent.answers.is_declared |= answers.is_declared;
    sent.answers.is_again |= answers.is_again;
    let title = sent.title.to_string();
    Ok((sent.store_or_ask(backend, caller, kept).await?, title))
}

/// Repeats the checks from the beginning of the upload, because minutes have passed.
async fn permit_held(backend: &Backend, caller: &Caller, meeting: MeetingId, item: AgendaItemId) -> Done<()> {
    backend.keep_reserve().await?;
    let mut tx = backend.begin_by(caller).await?;
    let (of, _) = managed_item(&mut tx, caller, item).await?;
    if of != meeting {
        return Err(Refusal::NoLongerKept.into());
    }
    refuse_full(&mut tx, item).await
}

/// Refuses if the agenda item already has the most papers allowed.
pub(super) async fn refuse_full(tx: &mut Tx, item: AgendaItemId) -> Done<()> {
    let (papers,): (i64,) =
        q("SELECT CAST(COUNT(*) AS BIGINT) FROM paper WHERE item_id = $1 AND withdrawn_at IS NULL")
            .bind(item)
            .one(tx)
            .await?;
    match papers >= PAPERS_AT_MOST as i64 {
        true => Err(Refusal::TooMany { at_most: PAPERS_AT_MOST as u32 }.into()),
        false => Ok(()),
    }
}

async fn open_file(backend: &Backend, caller: &Caller, paper: PaperId, used: FileUse) -> Done<PaperFile> {
    let row = Row::load(backend.db(), paper).await?;
    permit_reading(backend, caller, &row).await?;
    if used == FileUse::Download {
        super::mark_read(backend, caller, &row).await?;
    }
    Ok(PaperFile {
        path: backend.blobs().path(&row.hash),
        bytes: u64::try_from(row.bytes).unwrap_or(0),
        hash: row.hash,
        title: row.title,
    })
}

/// Whether the caller may open the paper's file.
pub(super) async fn permit_reading(backend: &Backend, caller: &Caller, row: &Row) -> Done<()> {
    let scope = MeetingScope::load(backend.db(), caller, row.meeting()?).await?;
    if let Err(refused) = scope.permit(caller, Action::ReadPaper)
        && !lies_open(backend, caller, row, &scope).await?
    {
        return Err(refused);
    }
    if row.is_neutral { Err(domain::error::Failure::NotFound.into()) } else { Ok(()) }
}

/// Whether the paper lies open before everybody of a meeting under way, and the caller sits in it: at a site, say, whose
/// technician is no delegate. What is shown to a site is read by whoever sits there, as long as it is shown.
async fn lies_open(backend: &Backend, caller: &Caller, row: &Row, scope: &MeetingScope) -> Done<bool> {
    if scope.stage != Stage::UnderWay {
        return Ok(false);
    }
    let sits: Option<(String,)> = q("SELECT c.id FROM live_meeting l \
         JOIN seat_connection c ON c.meeting_id = l.meeting_id AND c.ended_at IS NULL \
         WHERE l.meeting_id = $1 AND l.paper_id = $2 AND c.person_id = $3 LIMIT 1")
    .bind(row.meeting()?)
    .bind(&row.id)
    .bind(access::person(caller))
    .optional(backend.db())
    .await?;
    Ok(sits.is_some())
}
