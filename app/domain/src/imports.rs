//! Files of rows: agencies, people, rooms, meetings of the past, figures of years before the system.
//! All or nothing; a dry run says what would happen; every bad row is named with its line and reason.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::error::{BadRow, Outcome};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// `code,parent,level,name,short_name[,aliases]`.
    Agencies,
    /// `user_name,name,position,agency[,roles,password]`; a role in another agency is written `secretary@UBND`.
    People,
    /// `code,name,agency,capacity[,video,equipment]`.
    Rooms,
    /// `agency,title,kind,form,sittings,status,role,counterpart,sites_connected`.
    Meetings,
    /// `agency,year,base,held,source`.
    Baseline,
}

impl ImportKind {
    /// Every kind.
    pub const ALL: [ImportKind; 5] =
        [Self::Agencies, Self::People, Self::Rooms, Self::Meetings, Self::Baseline];

    /// The code in links and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Agencies => "agencies",
            Self::People => "people",
            Self::Rooms => "rooms",
            Self::Meetings => "meetings",
            Self::Baseline => "baseline",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<ImportKind> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The columns, those in brackets optional.
    pub const fn columns(self) -> &'static str {
        match self {
            Self::Agencies => "code,parent,level,name,short_name[,aliases]",
            Self::People => "user_name,name,position,agency[,roles,password]",
            Self::Rooms => "code,name,agency,capacity[,video,equipment]",
            Self::Meetings => "agency,title,kind,form,sittings,status,role,counterpart,sites_connected",
            Self::Baseline => "agency,year,base,held,source",
        }
    }
}

/// Whether to look or to leap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// Check everything, write nothing.
    DryRun,
    /// Write all rows, or none.
    Write,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Rows read.
    pub rows: u64,
    /// Rows that are new.
    pub added: u64,
    /// Rows that change what is there.
    pub changed: u64,
    /// Rows that are there already, word for word.
    pub unchanged: u64,
    /// So many rows cannot be taken; when there is one, nothing is written.
    pub bad_rows: u64,
    /// What is wrong with them, cell by cell, the first [`BAD_CELLS_LISTED`].
    pub bad: Vec<BadRow>,
    /// First passwords made for people without one: user name and password, shown once.
    pub passwords: Vec<(String, String)>,
    /// Whether it was written.
    pub is_written: bool,
}

/// Largest file: 100,000 meetings take about 12 MB.
pub const IMPORT_MIB_AT_MOST: u64 = 32;
/// So many bad cells are listed: correcting them takes an hour, and the next import lists the rest.
pub const BAD_CELLS_LISTED: usize = 200;

/// Imports. The caller needs the right of the kind (`ManageAgencies`, `ManagePeople`, …) for every agency in the file.
#[async_trait]
pub trait Imports: Send + Sync {
    /// Reads a CSV file: UTF-8 with or without byte-order mark, comma or semicolon, first line the header.
    async fn import(
        &self,
        caller: &Caller,
        kind: ImportKind,
        file: &[u8],
        mode: ImportMode,
    ) -> Outcome<ImportReport>;
}
