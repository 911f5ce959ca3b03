//! Papers: the documents of an agenda item. Knows their names and pages, never where the bytes lie.
//! Classified ones are refused; what is left is a neutral line (S3 row 11).

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::error::Outcome;
use crate::ids::{AgendaItemId, MeetingId, PaperId};

/// Largest paper.
pub const PAPER_MIB_AT_MOST: u64 = 200;
/// Most papers of one agenda item: a list longer than this is a library.
pub const PAPERS_AT_MOST: usize = 50;

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

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Level> {
        [Self::Open, Self::Confidential, Self::Secret, Self::TopSecret].into_iter().find(|l| l.code() == code)
    }
}

/// A classification marking found in the text of a first page: `MẬT`, `TỐI MẬT` or `TUYỆT MẬT` standing on a line of
/// its own, or after "Độ mật". "Bí mật" and "bảo mật" in running text are no marking.
///
/// ```
/// use domain::papers::{Level, marking};
/// assert_eq!(marking("UBND TỈNH\nTỐI MẬT\nBÁO CÁO"), Some(Level::Secret));
/// assert_eq!(marking("Công tác bảo vệ bí mật nhà nước"), None);
/// ```
pub fn marking(first_page: &str) -> Option<Level> {
    first_page.lines().find_map(|line| {
        let is_shouted = !line.chars().any(char::is_lowercase);
        let folded = crate::text::fold(line);
        // A stamp is often set with wide letter spacing, which comes out as single letters.
        let squeezed: String = folded.split(' ').collect();
        let (after_label, rest) = match squeezed.strip_prefix("domat") {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, squeezed.as_str()),
        };
        if !(is_shouted || after_label) {
            return None;
        }
        match rest {
            "mat" => Some(Level::Confidential),
            "toimat" => Some(Level::Secret),
            "tuyetmat" => Some(Level::TopSecret),
            _ => None,
        }
    })
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

/// Papers.
///
/// Readers are the meeting's chair, secretary, delegates and secretariat (`ReadPaper`); the secretariat manages them
/// (`ManagePapers`). Uploading is a streaming route of the server, for it moves bytes. Refusals: `Classified`,
/// `MarkedClassified`, `NotPdf`, `TooLarge`, `EmptyFile`, `WrongState`.
#[async_trait]
pub trait Papers: Send + Sync {
    /// Opens a paper for reading and marks it as read by the caller.
    async fn read(&self, caller: &Caller, paper: PaperId) -> Outcome<Reading>;
    /// Leaves the neutral line on an agenda item whose paper is classified. Asks for no title: that may be secret too.
    async fn leave_neutral_line(&self, caller: &Caller, item: AgendaItemId) -> Outcome<PaperId>;
    /// Renames a paper.
    async fn rename(&self, caller: &Caller, paper: PaperId, title: &str) -> Outcome<()>;
    /// Withdraws a paper, or removes a neutral line; it can be opened no longer.
    async fn withdraw(&self, caller: &Caller, paper: PaperId) -> Outcome<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markings_are_found_however_they_are_set() {
        for (text, level) in [
            ("MẬT", Some(Level::Confidential)),
            ("  T U Y Ệ T   M Ậ T  ", Some(Level::TopSecret)),
            ("Độ mật: Tối mật", Some(Level::Secret)),
            ("Độ mật", None),
            ("BẢO MẬT THÔNG TIN", None),
            ("mật", None),
            ("Mật ong rừng Sơn La", None),
        ] {
            assert_eq!(marking(text), level, "{text}");
        }
    }
}
