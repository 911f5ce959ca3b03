//! Files of rows: agencies, people, rooms, meetings of the past, figures of years before the system, days off.
//! All or nothing; a dry run says what would happen; every bad row is named with its line and reason. What is doubtful
//! is written only when the sender has read of it.

mod doubts;
mod headings;
mod values;
mod words;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use doubts::{
    Doubt, Encoding, NotRows, Note, Warning, doubt_of_code, doubt_of_text, loose_key, name_key, without_zeros,
};
pub use values::{number, yes_or_no};

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
    /// `date,kind,name`.
    WorkDays,
}

impl ImportKind {
    /// Every kind.
    pub const ALL: [ImportKind; 6] =
        [Self::Agencies, Self::People, Self::Rooms, Self::Meetings, Self::Baseline, Self::WorkDays];

    /// The code in links and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Agencies => "agencies",
            Self::People => "people",
            Self::Rooms => "rooms",
            Self::Meetings => "meetings",
            Self::Baseline => "baseline",
            Self::WorkDays => "work_days",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<ImportKind> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Each column in order, and whether a file may leave it out.
    ///
    /// ```
    /// use domain::imports::ImportKind;
    /// let rooms: Vec<_> = ImportKind::Rooms.each_column().collect();
    /// assert_eq!((rooms[3], rooms[4]), (("capacity", false), ("video", true)));
    /// ```
    pub fn each_column(self) -> impl Iterator<Item = (&'static str, bool)> {
        let (needed, optional) = self.columns().split_once('[').unwrap_or((self.columns(), ""));
        let split = |list: &'static str| list.split([',', '[', ']']).filter(|name: &&str| !name.is_empty());
        split(needed).map(|name| (name, false)).chain(split(optional).map(|name| (name, true)))
    }

    /// How many of the cells name a column of this kind, each once.
    ///
    /// ```
    /// use domain::imports::ImportKind;
    /// assert_eq!(ImportKind::Rooms.columns_named(["Code ", "NAME", "code", "Ghi chú"].into_iter()), 2);
    /// ```
    pub fn columns_named<'c>(self, cells: impl Iterator<Item = &'c str>) -> usize {
        let mut named: Vec<&str> = cells.filter_map(|cell| self.column(cell)).collect();
        named.sort_unstable();
        named.dedup();
        named.len()
    }

    /// Whether so many columns named in a line make it the header: a title may name one by chance.
    pub const fn is_header(columns_named: usize) -> bool {
        columns_named >= 2
    }

    /// The column by which people know a row.
    pub const fn named_by(self) -> &'static str {
        match self {
            Self::Agencies | Self::Rooms => "code",
            Self::People => "user_name",
            Self::Meetings => "title",
            Self::Baseline => "agency",
            Self::WorkDays => "date",
        }
    }

    /// A file of this kind that can be imported as it stands where its agencies are there.
    pub const fn sample(self) -> &'static str {
        match self {
            Self::Agencies => {
                "code,parent,level,name,short_name,aliases\n\
                 SNV,UBND,department,Sở Nội vụ tỉnh,Sở Nội vụ,Sở Lao động|Ban Dân tộc\n"
            }
            Self::People => {
                "user_name,name,position,agency,roles,password\n\
                 thuky.snv,Thư ký 1,Chuyên viên,SNV,secretary|reporting_officer,\n"
            }
            Self::Rooms => {
                "code,name,agency,capacity,video,equipment\nP201,Phòng họp 201,SNV,40,yes,Máy chiếu\n"
            }
            Self::Meetings => {
                "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n\
                 SNV,Hội nghị triển khai nhiệm vụ,professional,hybrid,2025-03-05T07:30/11:30,held,organised,communes,12\n\
                 SNV,Hội nghị tập huấn,training,in_person,2025-04-10T07:30/11:30 2025-04-10T13:30/16:30,held,organised,internal,0\n"
            }
            Self::Baseline => {
                "agency,year,base,held,source\n\
                 SNV,2024,all,120,Báo cáo tổng kết năm 2024\nSNV,2024,conferences,30,Báo cáo tổng kết năm 2024\n"
            }
            // A whole year that is over, so that trying the sample does no harm.
            Self::WorkDays => {
                "date,kind,name\n2024-01-01,off,Tết Dương lịch\n2024-02-08,off,29 Tết\n\
                 2024-02-09,off,Giao thừa Tết Nguyên đán\n2024-02-10,off,Tết Nguyên đán\n\
                 2024-02-11,off,Mùng hai Tết\n2024-02-12,off,Mùng ba Tết\n2024-02-13,off,Mùng bốn Tết\n\
                 2024-02-14,off,Mùng năm Tết\n2024-04-18,off,Giỗ Tổ Hùng Vương\n\
                 2024-04-29,off,Nghỉ thay cho 04/5/2024\n2024-04-30,off,Ngày Chiến thắng\n\
                 2024-05-01,off,Quốc tế Lao động\n2024-05-04,work,Làm bù cho 29/4/2024\n\
                 2024-09-02,off,Quốc khánh\n2024-09-03,off,Quốc khánh\n"
            }
        }
    }

    /// The columns, those in brackets optional.
    pub const fn columns(self) -> &'static str {
        match self {
            Self::Agencies => "code,parent,level,name,short_name[,aliases]",
            Self::People => "user_name,name,position,agency[,roles,password]",
            Self::Rooms => "code,name,agency,capacity[,video,equipment]",
            Self::Meetings => "agency,title,kind,form,sittings,status,role,counterpart,sites_connected",
            Self::Baseline => "agency,year,base,held,source",
            Self::WorkDays => "date,kind,name",
        }
    }
}

/// Whether to check a file or to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// Check everything, write nothing.
    DryRun,
    /// Write all rows, or none. A file with warnings is only checked.
    Write,
    /// Write all rows, or none, although there are warnings. The caller has read them: it is the
    /// [`warnings_mark`](ImportReport::warnings_mark) of their report. With other warnings the file is only checked.
    WriteWarned(u64),
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
    /// So many cells in them are wrong.
    pub bad_cells: u64,
    /// The line at which reading stopped. Set when the file holds more than [`IMPORT_ROWS_AT_MOST`] rows or
    /// [`IMPORT_PARTS_AT_MOST`] parts.
    pub stopped_at: Option<u64>,
    /// What the first [`CHANGES_LISTED`] changed rows change.
    pub changes: Vec<RowChange>,
    /// What is wrong with the rows, cell by cell in the order of the file: the first [`BAD_CELLS_LISTED`] bad
    /// cells.
    pub bad: Vec<BadRow>,
    /// What is doubtful, in the order of the file: the first [`WARNINGS_LISTED`] warnings.
    pub warnings: Vec<Warning>,
    /// How many warnings there are.
    pub warnings_count: u64,
    /// Stands for all warnings of the file. 0 if there are none.
    pub warnings_mark: u64,
    /// How the file was read, where that is not plain.
    pub notes: Vec<Note>,
    /// First passwords made for people without one: user name and password, shown once.
    pub passwords: Vec<(String, String)>,
    /// Whether it was written.
    pub is_written: bool,
}

/// What a row changes of what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowChange {
    /// Line in the file.
    pub line: u64,
    /// What the row is about: the cell of [`ImportKind::named_by`].
    pub name: String,
    /// The cells that change, in the order of [`ImportKind::each_column`].
    pub cells: Vec<CellChange>,
}

/// A cell that changes, with codes for the words of its column. A long text is shortened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellChange {
    /// The column.
    pub column: String,
    /// What is there.
    pub before: String,
    /// What the file puts there.
    pub after: String,
}

/// Largest file: 10,000 meetings take about 1.2 MB, and with titles of the greatest length 12 MB.
pub const IMPORT_MIB_AT_MOST: u64 = 32;
/// Most rows of a file: a year of meetings of a whole province. Nobody else writes while a file is written, so this
/// limit and the next one keep that time below two seconds.
pub const IMPORT_ROWS_AT_MOST: usize = 10_000;
/// Most parts of all rows together: sittings of meetings, roles of people, former names of agencies. Each is a row of
/// the database. Most meetings have one sitting or two.
pub const IMPORT_PARTS_AT_MOST: usize = 15_000;
/// Most rows of a file that add or change something, unless it is a file of meetings: each leaves a line in the audit
/// trail, and a new person costs a password's hash, some 25 ms of a core. Rows that change nothing are not counted.
pub const IMPORT_WRITTEN_AT_MOST: usize = 2_000;
/// Most bad cells that are listed; the others are only counted. Correcting them takes days, and as a report
/// they take about 1 MB.
pub const BAD_CELLS_LISTED: usize = 5_000;

/// Most changed rows that are listed with what they change; the others are only counted. Of meetings as many leave a line in
/// the audit trail.
pub const CHANGES_LISTED: usize = 200;
/// Most warnings that are listed; the others are only counted. Nobody reads more, and they take some 200 KB.
pub const WARNINGS_LISTED: usize = 1_000;
/// The header of a file is among this many lines that are not blank: a title, the office, a date, an empty border.
pub const HEADER_AMONG: usize = 20;

/// Imports. The caller needs the right of the kind (`ManageAgencies`, `ManagePeople`, …) for every agency in the file.
#[async_trait]
pub trait Imports: Send + Sync {
    /// Reads a CSV file (UTF-8, UTF-16, or Windows-1258 where that is certain; commas, semicolons or tabs) or a workbook of
    /// Excel (.xlsx). Lines above the header are skipped.
    async fn import(
        &self,
        caller: &Caller,
        kind: ImportKind,
        file: Vec<u8>,
        mode: ImportMode,
    ) -> Outcome<ImportReport>;
}
