//! Papers: reading and managing them. Uploading, which moves bytes, is in [`upload`]; detecting the kind of a
//! sent file in [`kind`]; files that wait for a declaration in [`held`]; deleting unneeded files in
//! [`sweep`]. The crate `foreign` looks into the files.

mod find;
mod held;
mod kind;
mod sweep;
mod upload;

use async_trait::async_trait;
use domain::access::{Action, Caller, Stage};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::{AgendaItemId, MeetingId, PaperId};
use domain::meetings::TITLE_AT_MOST;
use domain::papers::{FoundPaper, Paper, Papers, RESTORED_WITHIN, Reading, Unread, may_be_restored};
use domain::text::{Line, fold};

use crate::audit::{self, Entry};
use crate::db::{Source, Tx, q};
use crate::meetings::paper_changes::{self, PaperDeed};
use crate::scope::MeetingScope;
use crate::stop::Done;
use crate::{Backend, stored};

pub(crate) use held::PendingDeclarations;
pub(crate) use kind::of as file_kind;
pub use sweep::Swept;
pub(crate) use upload::HeldPaper;
pub use upload::{Answers, FileUse, PaperFile, Upload};

/// A stored paper.
#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    meeting_id: String,
    item_id: String,
    is_neutral: bool,
    title: String,
    version: i64,
    hash: String,
    bytes: i64,
    pages: Option<i64>,
    unread: String,
    withdrawn_at: Option<i64>,
}

impl Row {
    /// A paper that has not been withdrawn.
    async fn load(on: impl Source, paper: PaperId) -> Done<Row> {
        let row = Row::load_any(on, paper).await?;
        if row.withdrawn_at.is_some() { Err(Failure::NotFound.into()) } else { Ok(row) }
    }

    async fn load_any(on: impl Source, paper: PaperId) -> Done<Row> {
        let row =
            q("SELECT id, meeting_id, item_id, is_neutral, title, version, hash, bytes, pages, unread, \
                     withdrawn_at FROM paper WHERE id = $1")
            .bind(paper)
            .optional(on)
            .await?;
        Ok(row.ok_or(Failure::NotFound)?)
    }

    fn meeting(&self) -> Done<MeetingId> {
        stored::id(&self.meeting_id)
    }

    fn to_paper(&self, is_read: bool) -> Done<Paper> {
        Ok(Paper {
            id: stored::id(&self.id)?,
            title: self.title.clone(),
            version: u32::try_from(self.version).unwrap_or(1),
            pages: self.pages.and_then(|n| u32::try_from(n).ok()),
            bytes: self.bytes,
            is_read,
            unread: Unread::parse(&self.unread),
            declaration: None,
        })
    }
}

#[async_trait]
impl Papers for Backend {
    async fn read(&self, caller: &Caller, paper: PaperId) -> Outcome<Reading> {
        self.outcome(read(self, caller, paper).await)
    }

    async fn mark_read(&self, caller: &Caller, paper: PaperId) -> Outcome<()> {
        self.outcome(mark_opened(self, caller, paper).await)
    }

    async fn leave_neutral_line(&self, caller: &Caller, item: AgendaItemId) -> Outcome<PaperId> {
        self.outcome(leave_neutral_line(self, caller, item).await)
    }

    async fn rename(&self, caller: &Caller, paper: PaperId, title: &str) -> Outcome<()> {
        self.outcome(rename(self, caller, paper, title).await)
    }

    async fn find(&self, caller: &Caller, text: &str) -> Outcome<Vec<FoundPaper>> {
        self.in_expensive_turn(caller, find::find(self, caller, text)).await
    }

    async fn withdraw(&self, caller: &Caller, paper: PaperId) -> Outcome<()> {
        self.outcome(withdraw(self, caller, paper).await)
    }

    async fn restore(&self, caller: &Caller, paper: PaperId) -> Outcome<()> {
        self.outcome(restore(self, caller, paper).await)
    }
}

async fn read(backend: &Backend, caller: &Caller, paper: PaperId) -> Done<Reading> {
    let db = backend.db();
    let row = Row::load_any(db, paper).await?;
    let meeting = row.meeting()?;
    let scope = MeetingScope::load(db, caller, meeting).await?;
    scope.permit(caller, Action::ReadPaper)?;
    if row.withdrawn_at.is_some() {
        return Err(Refusal::Withdrawn.into());
    }
    if row.is_neutral {
        return Err(Failure::NotFound.into());
    }
    let (item_title,): (String,) =
        q("SELECT title FROM agenda_item WHERE id = $1").bind(&row.item_id).one(db).await?;
    let order = reading_order(db, meeting).await?;
    let here = order.iter().position(|(id, _)| *id == paper);
    Ok(Reading {
        paper: row.to_paper(false)?,
        meeting,
        is_under_way: scope.stage == Stage::UnderWay,
        meeting_title: scope.title,
        item_title,
        previous: here.and_then(|at| at.checked_sub(1)).and_then(|at| order.get(at).cloned()),
        next: here.and_then(|at| order.get(at + 1).cloned()),
    })
}

/// The caller sees the first page of a paper.
async fn mark_opened(backend: &Backend, caller: &Caller, paper: PaperId) -> Done<()> {
    let row = Row::load(backend.db(), paper).await?;
    upload::permit_reading(backend, caller, &row).await?;
    mark_read(backend, caller, &row).await
}

/// The papers of a meeting in the order of its agenda.
async fn reading_order(on: impl Source, meeting: MeetingId) -> Done<Vec<(PaperId, String)>> {
    let rows: Vec<(String, String)> = q("SELECT p.id, p.title FROM paper p JOIN agenda_item i ON i.id = p.item_id \
         WHERE p.meeting_id = $1 AND p.withdrawn_at IS NULL AND NOT p.is_neutral ORDER BY i.position, p.position, p.id")
    .bind(meeting)
    .all(on)
    .await?;
    rows.into_iter().map(|(id, title)| Ok((stored::id(&id)?, title))).collect()
}

/// The condition that somebody has read a paper: opened it, or added it. `paper` is its alias, `person` a placeholder.
pub(crate) fn is_read_by(paper: &str, person: &str) -> String {
    format!(
        "({paper}.added_by = {person} OR EXISTS (SELECT 1 FROM paper_reading r WHERE r.paper_id = {paper}.id \
         AND r.version = {paper}.version AND r.person_id = {person}))"
    )
}

/// Opened once is read: the chair sees who has, and the reader's own list stops calling it unread. While another holds
/// the database the next opening does it: reading never waits.
async fn mark_read(backend: &Backend, caller: &Caller, row: &Row) -> Done<()> {
    let is_marked: Option<(i64,)> =
        q("SELECT version FROM paper_reading WHERE paper_id = $1 AND version = $2 AND person_id = $3")
            .bind(&row.id)
            .bind(row.version)
            .bind(caller.person)
            .optional(backend.db())
            .await?;
    if is_marked.is_none()
        && let Some(mut tx) = backend.db().begin_in_passing().await?
    {
        q("INSERT INTO paper_reading (paper_id, version, person_id, first_at) VALUES ($1, $2, $3, $4) \
           ON CONFLICT DO NOTHING")
        .bind(&row.id)
        .bind(row.version)
        .bind(caller.person)
        .bind(caller.now)
        .run(&mut tx)
        .await?;
        // Whoever reads its papers knows of the meeting.
        q("UPDATE participant SET has_opened = TRUE WHERE person_id = $2 AND NOT has_opened \
           AND meeting_id = (SELECT meeting_id FROM paper WHERE id = $1)")
        .bind(&row.id)
        .bind(caller.person)
        .run(&mut tx)
        .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The meeting an agenda item belongs to, if the caller may manage its papers; it stays as it is until the transaction ends.
async fn managed_item(tx: &mut Tx, caller: &Caller, item: AgendaItemId) -> Done<(MeetingId, MeetingScope)> {
    let found: Option<(String,)> =
        q("SELECT meeting_id FROM agenda_item WHERE id = $1").bind(item).optional(&mut *tx).await?;
    let (meeting,) = found.ok_or(Failure::NotFound)?;
    let meeting = stored::id(&meeting)?;
    Ok((meeting, managed(tx, caller, meeting).await?))
}

/// A meeting that stays as it is until the transaction ends, if the caller may manage its papers.
async fn managed(tx: &mut Tx, caller: &Caller, meeting: MeetingId) -> Done<MeetingScope> {
    let scope = MeetingScope::hold(tx, caller, meeting).await?;
    scope.permit(caller, Action::ManagePapers)?;
    Ok(scope)
}

async fn leave_neutral_line(backend: &Backend, caller: &Caller, item: AgendaItemId) -> Done<PaperId> {
    let mut tx = backend.begin_by(caller).await?;
    let (meeting, scope) = managed_item(&mut tx, caller, item).await?;
    let before = paper_changes::before(&mut tx, meeting).await?;
    let there: Option<(String,)> =
        q("SELECT id FROM paper WHERE item_id = $1 AND is_neutral AND withdrawn_at IS NULL")
            .bind(item)
            .optional(&mut tx)
            .await?;
    if let Some((id,)) = there {
        return stored::id(&id);
    }
    let id = PaperId(backend.entropy().id(caller.now));
    insert(
        &mut tx,
        caller,
        &NewPaper {
            id,
            meeting,
            item,
            is_neutral: true,
            title: "",
            hash: "",
            bytes: 0,
            pages: None,
            unread: None,
        },
    )
    .await?;
    paper_changes::papers_changed(&mut tx, caller, before, PaperDeed::Changed).await?;
    audit::record(
        &mut tx,
        backend,
        caller,
        Entry::new(Deed::PapersLeaveNeutralLine, &scope.title)
            .of(scope.agency)
            .about(meeting)
            .after(&item.to_string())?,
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// A paper about to be stored.
struct NewPaper<'a> {
    id: PaperId,
    meeting: MeetingId,
    item: AgendaItemId,
    is_neutral: bool,
    title: &'a str,
    hash: &'a str,
    bytes: i64,
    pages: Option<i64>,
    /// Why its first page could not be read. If set, the caller has declared that it holds no state secret.
    unread: Option<Unread>,
}

async fn insert(tx: &mut Tx, caller: &Caller, paper: &NewPaper<'_>) -> Done<()> {
    q("INSERT INTO paper (id, meeting_id, item_id, position, is_neutral, title, version, hash, bytes, pages, added_by, added_at, \
                          unread, declared_by, declared_at, folded) \
       VALUES ($1, $2, $3, (SELECT CAST(COALESCE(MAX(position), 0) + 1 AS BIGINT) FROM paper WHERE item_id = $3), \
               $4, $5, 1, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
    .bind(paper.id)
    .bind(paper.meeting)
    .bind(paper.item)
    .bind(paper.is_neutral)
    .bind(paper.title)
    .bind(paper.hash)
    .bind(paper.bytes)
    .bind(paper.pages)
    .bind(caller.person)
    .bind(caller.now)
    .bind(paper.unread.map_or("", Unread::code))
    .bind(paper.unread.map(|_| caller.person))
    .bind(paper.unread.map(|_| caller.now.timestamp_millis()))
    .bind(fold(paper.title))
    .run(tx)
    .await?;
    Ok(())
}

async fn rename(backend: &Backend, caller: &Caller, paper: PaperId, title: &str) -> Done<()> {
    let title = clean_title(title)?;
    let mut tx = backend.begin_by(caller).await?;
    let meeting = Row::load(&mut tx, paper).await?.meeting()?;
    let scope = managed(&mut tx, caller, meeting).await?;
    let row = Row::load(&mut tx, paper).await?;
    let before = paper_changes::before(&mut tx, meeting).await?;
    if title == row.title {
        return Ok(());
    }
    q("UPDATE paper SET title = $2, folded = $3 WHERE id = $1")
        .bind(paper)
        .bind(&title)
        .bind(fold(&title))
        .run(&mut tx)
        .await?;
    paper_changes::papers_changed(&mut tx, caller, before, PaperDeed::Changed).await?;
    let entry = Entry::new(Deed::PapersRename, &scope.title)
        .of(scope.agency)
        .about(meeting)
        .before(&row.title)?
        .after(&title)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// The title of a paper, with a letter or a digit to know it by: a file may be called `..pdf`.
fn clean_title(title: &str) -> Done<Line> {
    let title = Line::parse(title, TITLE_AT_MOST).and_then(|title| {
        if title.contains(char::is_alphanumeric) { Ok(title) } else { Err(Problem::Missing) }
    });
    title.map_err(|problem| Failure::Invalid(vec![FieldProblem::new("title", problem)]).into())
}

async fn withdraw(backend: &Backend, caller: &Caller, paper: PaperId) -> Done<()> {
    let mut tx = backend.begin_by(caller).await?;
    let meeting = Row::load(&mut tx, paper).await?.meeting()?;
    let scope = managed(&mut tx, caller, meeting).await?;
    let row = Row::load(&mut tx, paper).await?;
    let before = paper_changes::before(&mut tx, meeting).await?;
    q("UPDATE paper SET withdrawn_at = $2 WHERE id = $1").bind(paper).bind(caller.now).run(&mut tx).await?;
    // One that lies open before everybody is closed.
    q("UPDATE live_meeting SET paper_id = NULL WHERE paper_id = $1").bind(paper).run(&mut tx).await?;
    paper_changes::papers_changed(&mut tx, caller, before, PaperDeed::Withdrawn).await?;
    let entry =
        Entry::new(Deed::PapersWithdraw, &scope.title).of(scope.agency).about(meeting).before(&row.title)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts back what was withdrawn by a slip. Whoever has read it need not read it again.
async fn restore(backend: &Backend, caller: &Caller, paper: PaperId) -> Done<()> {
    let mut tx = backend.begin_by(caller).await?;
    let meeting = Row::load_any(&mut tx, paper).await?.meeting()?;
    let scope = managed(&mut tx, caller, meeting).await?;
    let row = Row::load_any(&mut tx, paper).await?;
    let before = paper_changes::before(&mut tx, meeting).await?;
    if row.is_neutral {
        return Err(Failure::NotFound.into());
    }
    let Some(at) = stored::optional_instant(row.withdrawn_at)? else { return Ok(()) };
    if !may_be_restored(at, caller.now) {
        return Err(Refusal::RestoredTooLate { minutes: RESTORED_WITHIN.num_minutes() }.into());
    }
    upload::refuse_full(&mut tx, stored::id(&row.item_id)?).await?;
    sweep::make_sure(&mut tx, backend, &row.hash).await?;
    q("UPDATE paper SET withdrawn_at = NULL WHERE id = $1").bind(paper).run(&mut tx).await?;
    paper_changes::papers_changed(&mut tx, caller, before, PaperDeed::Restored).await?;
    let entry =
        Entry::new(Deed::PapersRestore, &scope.title).of(scope.agency).about(meeting).after(&row.title)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.commit().await?;
    Ok(())
}
