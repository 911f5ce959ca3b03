//! Reads foreign files, papers and workbooks; no other crate does. A child process that may crash looks into them, under limits
//! that the kernel enforces, and reports what it saw. [`Inspector`] is the serving process's side, [`child`] the
//! child's.
//! Knows no database, no page and no permission; of the domain it uses only the types of a look.

#![deny(unsafe_code)]

pub mod child;
mod inspector;
mod lanes;
mod letters;
mod pdf;
mod seal;
mod sheet;

use domain::imports::NotRows;
use domain::papers::{FileKind, PageLine, Unread};
use serde::{Deserialize, Serialize};

pub use inspector::{Inspector, Program, SheetRows, Unseen};
pub use lanes::{LOOKS_AT_ONCE, Sender};

/// Longest answer of a child. A dense first page needs a tenth of it.
const ANSWER_BYTES_AT_MOST: usize = 512 * 1024;

/// What was seen in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// Number of pages, if it is certain.
    pub pages: Option<u32>,
    /// The lines of the first page, in every way that it can be read.
    pub lines: Vec<PageLine>,
    /// Why the first page could not be read, or not all of it, or may have a marking that is no text.
    pub unread: Option<Unread>,
    /// What the file is, if nobody can read it in a browser.
    pub unreadable: Option<FileKind>,
    /// Whether the kernel let the child give up its system calls.
    is_sealed: bool,
}

impl Inspection {
    /// The result for a file that could not be looked into.
    pub fn given_up() -> Inspection {
        Inspection::unread(Unread::GivenUp)
    }

    fn unread(why: Unread) -> Inspection {
        Inspection { unread: Some(why), ..Inspection::default() }
    }
}

/// Which sheet of a workbook was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetRead {
    /// Its name.
    pub name: String,
    /// How many visible sheets the workbook has.
    pub of: u32,
}

/// The last line of a child's answer about a workbook. The rows come before it.
#[derive(Debug, Serialize, Deserialize)]
struct SheetEnd {
    read: Result<SheetRead, NotRows>,
    is_sealed: bool,
}

/// Longest such line: the name of a sheet has 31 letters in Excel, and any number in a file that somebody made.
const SHEET_END_BYTES_AT_MOST: usize = 64 * 1024;
