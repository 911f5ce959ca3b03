//! What delegates are told when papers of a meeting come, go or get another title. Papers that are back as they were are no
//! news. Knows no file.

use domain::access::{Caller, Stage};
use domain::ids::MeetingId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::publish::{add_change, newest_change};
use crate::db::{Tx, q};
use crate::stop::Done;

/// Changes of papers in a row that can be found void: a morning's work on a long agenda. Of more, the oldest are news in
/// any case.
const STEPS_AT_MOST: usize = 50;
/// Bytes of a print. A meeting has a few dozen of them, and a chance agreement would hide one notice.
const PRINT_BYTES: usize = 8;

/// The papers that delegates find, as one short text that is another when anything of them is.
pub(crate) struct PapersBefore {
    meeting: MeetingId,
    print: String,
}

/// A change of papers, kept in its row beside what the pages read there.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Step {
    number: i64,
    at: i64,
    /// The print of the papers before it.
    before: String,
    /// Whether a paper was withdrawn.
    is_withdrawal: bool,
}

/// The steps that led to the newest change, itself included.
#[derive(Serialize, Deserialize)]
struct Steps {
    papers: Vec<Step>,
}

/// The papers before a change, in a meeting that is held.
pub(crate) async fn before(tx: &mut Tx, meeting: MeetingId) -> Done<PapersBefore> {
    Ok(PapersBefore { meeting, print: print(tx, meeting).await? })
}

async fn print(tx: &mut Tx, meeting: MeetingId) -> Done<String> {
    // The identifiers are all of one length, a title has none of it.
    let (papers,): (String,) = q("SELECT COALESCE(string_agg(id || item_id || title, '/' ORDER BY id), '') \
         FROM paper WHERE meeting_id = $1 AND withdrawn_at IS NULL")
    .bind(meeting)
    .one(tx)
    .await?;
    let digest = Sha256::digest(papers);
    Ok(hex::encode(&digest[..PRINT_BYTES]))
}

/// What was done to a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaperDeed {
    /// It was added, or got another title.
    Changed,
    /// It was withdrawn.
    Withdrawn,
    /// It was put back.
    Restored,
}

/// Writes that papers were added, renamed or withdrawn, once people are invited and until the meeting is over. Several in
/// a row are one change, the newest: ten papers that are sent together are told once. When a paper is put back and the papers
/// are again as they were before one was withdrawn, the changes since then are taken back, and nobody is told of them.
pub(crate) async fn papers_changed(
    tx: &mut Tx,
    caller: &Caller,
    before: PapersBefore,
    deed: PaperDeed,
) -> Done<()> {
    let PapersBefore { meeting, print: before } = before;
    let (stage,): (String,) =
        q("SELECT stage FROM meeting WHERE id = $1").bind(meeting).one(&mut *tx).await?;
    if !matches!(Stage::parse(&stage), Some(Stage::Scheduled | Stage::UnderWay)) {
        return Ok(());
    }
    let now = print(&mut *tx, meeting).await?;
    let what = serde_json::to_string(&["papers"])?;
    let newest = newest_change(tx, meeting).await?;
    let last: Option<(String, i64)> = q("SELECT before_text, at FROM meeting_change \
         WHERE meeting_id = $1 AND number = $2 AND what = $3")
    .bind(meeting)
    .bind(newest)
    .bind(&what)
    .optional(&mut *tx)
    .await?;
    let mut steps = match last {
        Some((kept, at)) => match serde_json::from_str::<Steps>(&kept) {
            Ok(steps) => steps.papers,
            // A change from before steps were kept.
            Err(_) => vec![Step { number: newest, at, before: String::new(), is_withdrawal: false }],
        },
        None => Vec::new(),
    };
    q("DELETE FROM meeting_change WHERE meeting_id = $1 AND number = $2 AND what = $3")
        .bind(meeting)
        .bind(newest)
        .bind(&what)
        .run(&mut *tx)
        .await?;
    let void_from = steps.iter().position(|step| step.is_withdrawal && step.before == now);
    if let Some(void_from) = void_from.filter(|_| deed == PaperDeed::Restored) {
        return take_back(tx, meeting, &what, steps, void_from).await;
    }
    let (number, is_withdrawal) = (newest + 1, deed == PaperDeed::Withdrawn);
    steps.push(Step { number, at: caller.now.timestamp_millis(), before, is_withdrawal });
    if steps.len() > STEPS_AT_MOST {
        steps.remove(0);
    }
    let steps = serde_json::to_string(&Steps { papers: steps })?;
    add_change(tx, caller, (meeting, number), &what, &steps).await
}

/// Puts the change before the void ones back. Whoever has seen a void one has seen that one too: their numbers are given
/// again, and would otherwise hide what comes.
async fn take_back(
    tx: &mut Tx,
    meeting: MeetingId,
    what: &str,
    mut steps: Vec<Step>,
    void_from: usize,
) -> Done<()> {
    let first_void = steps[void_from].number;
    steps.truncate(void_from);
    if let Some(last) = steps.last().cloned() {
        q("INSERT INTO meeting_change (meeting_id, number, at, what, before_text) VALUES ($1, $2, $3, $4, $5)")
            .bind(meeting)
            .bind(last.number)
            .bind(last.at)
            .bind(what)
            .bind(serde_json::to_string(&Steps { papers: steps })?)
            .run(&mut *tx)
            .await?;
    }
    q("UPDATE participant SET seen_change = $2 WHERE meeting_id = $1 AND seen_change > $2")
        .bind(meeting)
        .bind(first_void - 1)
        .run(tx)
        .await?;
    Ok(())
}
