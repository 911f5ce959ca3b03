//! Papers: the documents of an agenda item. Knows their names and pages, never where the bytes lie.
//! Classified ones are refused; what is left is a neutral line (S3 row 11).

mod marking;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::error::Outcome;
use crate::ids::{AgendaItemId, MeetingId, PaperId};

pub use marking::{COLUMN_GAP, PageLine, marking, may_be_marked};

/// Largest paper.
pub const PAPER_MIB_AT_MOST: u64 = 200;
/// Most papers of one agenda item: a list longer than this is a library.
pub const PAPERS_AT_MOST: usize = 50;
/// How long a withdrawn paper can be put back. A mistake is noticed within minutes; later, delegates have already been told
/// that the paper is gone.
pub const RESTORED_WITHIN: TimeDelta = TimeDelta::minutes(15);

/// Whether a paper that was withdrawn can be put back.
pub fn may_be_restored(withdrawn: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - withdrawn <= RESTORED_WITHIN
}

/// The levels that keep a paper out of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Not classified.
    Open,
    /// Mật.
    Confidential,
    /// Tối mật.
    Secret,
    /// Tuyệt mật.
    TopSecret,
}

impl Level {
    /// The code in forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confidential => "confidential",
            Self::Secret => "secret",
            Self::TopSecret => "top_secret",
        }
    }

    /// Its position among the levels, starting with the open one.
    const fn rank(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Confidential => 1,
            Self::Secret => 2,
            Self::TopSecret => 3,
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Level> {
        [Self::Open, Self::Confidential, Self::Secret, Self::TopSecret].into_iter().find(|l| l.code() == code)
    }
}

/// Why it is not certain that the first page of a paper has no marking: it could not be read, or something on it
/// may be a marking. The person who uploads it must then declare that it holds no state secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unread {
    /// The page is a picture, or has no text.
    NoText,
    /// Some letters are drawn, but the file does not say which letters they are.
    Letters,
    /// It is written in an old Vietnamese encoding, such as TCVN3 or VNI.
    OldLetters,
    /// The file needs a password.
    Locked,
    /// The file, or a page of it, is damaged.
    Damaged,
    /// Part of the page is not read: it is within too many others, or letters draw a text.
    NotAll,
    /// Reading it took more time or memory than is allowed for a paper.
    GivenUp,
    /// A word on the page may be a marking.
    Doubtful,
    /// A picture on the page is large enough for a stamp.
    Pictures,
    /// Shapes are drawn on the page that may be letters.
    Outlines,
}

impl Unread {
    /// The question to ask about a page with these lines, if the look into the file gave this reason. A word is
    /// named before a picture, because it can be found at once. A page that was not read is named before a word.
    pub fn choose(looked: Option<Unread>, lines: &[PageLine]) -> Option<Unread> {
        match looked {
            Some(why) if !why.is_doubt() => Some(why),
            _ if may_be_marked(lines) => Some(Self::Doubtful),
            _ => looked,
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Unread> {
        let all = [
            Self::NoText,
            Self::Letters,
            Self::OldLetters,
            Self::Locked,
            Self::Damaged,
            Self::NotAll,
            Self::GivenUp,
            Self::Doubtful,
            Self::Pictures,
            Self::Outlines,
        ];
        all.into_iter().find(|why| why.code() == code)
    }

    /// Whether the page was read, and something on it may be a marking.
    pub const fn is_doubt(self) -> bool {
        matches!(self, Self::Doubtful | Self::Pictures | Self::Outlines)
    }

    /// The code that is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoText => "no_text",
            Self::Letters => "letters",
            Self::OldLetters => "old_letters",
            Self::Locked => "locked",
            Self::Damaged => "damaged",
            Self::NotAll => "not_all",
            Self::GivenUp => "given_up",
            Self::Doubtful => "doubtful",
            Self::Pictures => "pictures",
            Self::Outlines => "outlines",
        }
    }
}

/// What kind of file was sent instead of a PDF that can be read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A document, sheet or slides of Word, Excel, PowerPoint or LibreOffice.
    Office,
    /// A picture.
    Picture,
    /// An archive: ZIP, gzip, RAR, 7z.
    Packed,
    /// A web page, such as an error page instead of the file.
    WebPage,
    /// A PDF whose pages are an XFA form: every browser shows a sentence that asks for another program.
    Form,
    /// The beginning of a PDF, or less: the rest is missing, and no page can be opened.
    Cut,
    /// Something else.
    Other,
}

/// The declaration that a paper whose first page could not be read holds no state secret: by whom, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// The name of the person who declared it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A line of an agenda item: a paper to read, or the neutral line in its stead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperLine {
    /// A paper.
    Paper(Paper),
    /// "Tài liệu phát bản giấy, thu hồi sau họp"; nothing of the paper itself is kept.
    OnPaper {
        /// Identifier of the line.
        id: PaperId,
    },
}

impl PaperLine {
    /// The identifier of the line.
    pub fn id(&self) -> PaperId {
        match self {
            PaperLine::Paper(paper) => paper.id,
            PaperLine::OnPaper { id } => *id,
        }
    }
}

/// A paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Identifier.
    pub id: PaperId,
    /// Title.
    pub title: String,
    /// Version, from 1.
    pub version: u32,
    /// Pages; `None` when the file could not be opened to count them.
    pub pages: Option<u32>,
    /// Size in bytes.
    pub bytes: i64,
    /// Whether the caller has opened this version.
    pub is_read: bool,
    /// Why its first page could not be read when it was uploaded.
    pub unread: Option<Unread>,
    /// The declaration under which the paper was accepted. Shown only to people who manage papers.
    pub declaration: Option<Declaration>,
}

/// A paper that was withdrawn. Told only to those who manage papers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawnPaper {
    /// Identifier.
    pub id: PaperId,
    /// Title.
    pub title: String,
    /// When it was withdrawn.
    pub at: DateTime<Utc>,
}

/// What the reader shows around the pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The paper.
    pub paper: Paper,
    /// Its meeting.
    pub meeting: MeetingId,
    /// Whether the meeting is under way, so that a paper may lie open before everybody.
    pub is_under_way: bool,
    /// Title of the meeting.
    pub meeting_title: String,
    /// Title of the agenda item.
    pub item_title: String,
    /// The paper before it on the agenda: identifier and title.
    pub previous: Option<(PaperId, String)>,
    /// The next paper of the agenda.
    pub next: Option<(PaperId, String)>,
}

/// A paper that was found by its title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPaper {
    /// Identifier.
    pub id: PaperId,
    /// Title.
    pub title: String,
    /// Its meeting.
    pub meeting: MeetingId,
    /// Title of the meeting.
    pub meeting_title: String,
    /// First day of the meeting.
    pub date: Option<NaiveDate>,
}

/// Papers.
///
/// Readers are the meeting's chair, secretary, delegates and secretariat (`ReadPaper`); the secretariat
/// manages papers (`ManagePapers`). Uploading is a streaming route of the server because it moves bytes.
/// Refusals: `Classified`, `MarkedClassified`, `FirstPageUnread`, `SamePaper`, `NotPdf`, `TooLarge`, `EmptyFile`,
/// `RestoredTooLate`, `WrongState`.
#[async_trait]
pub trait Papers: Send + Sync {
    /// What stands around the pages of a paper. Does not mark it as read: the file may not open.
    async fn read(&self, caller: &Caller, paper: PaperId) -> Outcome<Reading>;
    /// Marks a paper as read by the caller, who sees its first page.
    async fn mark_read(&self, caller: &Caller, paper: PaperId) -> Outcome<()>;
    /// Leaves the neutral line on an agenda item whose paper is classified. Asks for no title: that may be secret too.
    async fn leave_neutral_line(&self, caller: &Caller, item: AgendaItemId) -> Outcome<PaperId>;
    /// Renames a paper.
    async fn rename(&self, caller: &Caller, paper: PaperId, title: &str) -> Outcome<()>;
    /// Papers whose titles hold every word of a text, of meetings whose papers the caller may read, best first; at most 20.
    async fn find(&self, caller: &Caller, text: &str) -> Outcome<Vec<FoundPaper>>;
    /// Withdraws a paper, or removes a neutral line; it can be opened no longer.
    async fn withdraw(&self, caller: &Caller, paper: PaperId) -> Outcome<()>;
    /// Puts a paper back that was withdrawn by a slip, at most [`RESTORED_WITHIN`] later.
    async fn restore(&self, caller: &Caller, paper: PaperId) -> Outcome<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawn_paper_is_put_back_for_a_quarter_of_an_hour() {
        let at = DateTime::UNIX_EPOCH;
        assert!(may_be_restored(at, at + TimeDelta::minutes(15)));
        assert!(!may_be_restored(at, at + TimeDelta::minutes(15) + TimeDelta::milliseconds(1)));
    }

    #[test]
    fn a_reason_that_was_stored_is_read_again() {
        for why in [Unread::NoText, Unread::OldLetters, Unread::Locked, Unread::Damaged, Unread::Outlines] {
            assert_eq!(Unread::parse(why.code()), Some(why));
        }
        assert_eq!(Unread::parse(""), None);
    }
}
