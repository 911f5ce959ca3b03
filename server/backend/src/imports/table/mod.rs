//! A file of rows as a table with named columns, read one row at a time. Defines no columns itself, and knows no
//! encoding.

mod bad;
mod header;
mod rows;

use std::borrow::Cow;
use std::collections::HashMap;

use domain::error::Refusal;
use domain::imports::{ImportKind, Note};

pub(super) use self::bad::{Bad, shortened};
use self::header::Beginning;
pub(super) use self::rows::Rows;
use crate::stop::Done;

/// A file with a line that names its columns.
#[derive(Debug)]
pub(super) struct Table<'t> {
    kind: ImportKind,
    delimiter: u8,
    columns: HashMap<&'static str, usize>,
    /// Where the first row begins, and the line it is on.
    body: Lines<'t>,
    rows_at_most: usize,
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'r> {
    kind: ImportKind,
    columns: &'r HashMap<&'static str, usize>,
    line: u64,
    text: &'r [u8],
    ends: &'r [usize],
}

/// A row that is kept after the next one is read.
#[derive(Debug)]
pub(super) struct Row {
    line: u64,
    text: Box<[u8]>,
    ends: Box<[usize]>,
}

impl<'r> Cells<'r> {
    /// Line in the file, as an editor shows it.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The cell of a column without the space around it; empty when the column or the cell is missing.
    pub(super) fn get(&self, column: &str) -> &'r str {
        self.columns.get(column).map_or("", |index| self.at(*index))
    }

    /// The column by which people know the row.
    pub(super) fn named_by(&self) -> &'static str {
        self.kind.named_by()
    }

    /// The cell with the codes for the words that its column knows.
    pub(super) fn value(&self, column: &str) -> Cow<'r, str> {
        self.kind.value(column, self.get(column))
    }

    /// A copy of the row that can be kept.
    pub(super) fn keep(&self) -> Row {
        Row { line: self.line, text: self.text.into(), ends: self.ends.into() }
    }

    /// The columns in the order of the file.
    pub(super) fn columns(&self) -> Vec<&'static str> {
        let mut columns: Vec<(usize, &'static str)> =
            self.columns.iter().map(|(name, index)| (*index, *name)).collect();
        columns.sort_unstable();
        columns.into_iter().map(|(_, name)| name).collect()
    }

    fn at(&self, index: usize) -> &'r str {
        let begin = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let (Some(begin), Some(end)) = (begin, self.ends.get(index)) else { return "" };
        // The whole text is UTF-8, and cells end at ASCII characters.
        self.text.get(begin..*end).and_then(|cell| std::str::from_utf8(cell).ok()).unwrap_or("").trim()
    }

    fn each(&self) -> impl Iterator<Item = &'r str> {
        let cells = *self;
        (0..self.ends.len()).map(move |index| cells.at(index))
    }
}

impl Row {
    /// The row's cells again.
    pub(super) fn cells<'r>(&'r self, table: &'r Table<'_>) -> Cells<'r> {
        Cells {
            kind: table.kind,
            columns: &table.columns,
            line: self.line,
            text: &self.text,
            ends: &self.ends,
        }
    }
}

impl<'t> Table<'t> {
    /// Reads the header of a file. A wrong header gives an empty table and bad rows. A note says where the header is if
    /// lines above it were skipped. `delimiter` is looked for where it is not given.
    pub(super) fn read(
        text: &'t str,
        delimiter: Option<u8>,
        kind: ImportKind,
        rows_at_most: usize,
    ) -> Done<(Table<'t>, Bad, Option<Note>)> {
        if text.trim().is_empty() {
            return Err(Refusal::EmptyFile.into());
        }
        let Beginning { delimiter, header, is_found, is_below } = Beginning::of(text, delimiter, kind);
        let note = is_below.then(|| Note::Header { line: header.line_ahead() });
        let mut table = Table { rows_at_most, ..Table::parted_by(delimiter, header, kind) };
        let mut bad = Bad::default();
        let (columns, body) = {
            let mut rows = table.rows();
            (header::read(&mut rows, kind, is_found, &mut bad), rows.lines.clone())
        };
        (table.columns, table.body) = (columns, body);
        if !bad.is_empty() {
            table.body.at = table.body.text.len();
        }
        Ok((table, bad, note))
    }

    fn parted_by(delimiter: u8, body: Lines<'t>, kind: ImportKind) -> Table<'t> {
        Table { kind, delimiter, columns: HashMap::new(), body, rows_at_most: usize::MAX }
    }

    /// The rows in the order of the file.
    pub(super) fn rows(&self) -> Rows<'_, 't> {
        Rows::of(self)
    }

    /// Whether the file has an optional column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }
}

/// Converts byte positions to line numbers, counted while the file is read.
#[derive(Clone, Debug)]
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
    /// The byte that ends each line.
    line_end: u8,
}

impl<'t> Lines<'t> {
    /// From the beginning of a text. In a file without line feeds lines end with carriage returns, as old Macs write.
    fn of(text: &'t str) -> Lines<'t> {
        let line_end = if text.contains('\n') { b'\n' } else { b'\r' };
        Lines { text: text.as_bytes(), at: 0, line: 1, line_end }
    }

    /// The line of the next character. Blank lines before a row do not belong to it.
    fn line_ahead(&self) -> u64 {
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        self.line + newlines(&rest[..blank], self.line_end)
    }

    /// Moves forward to a byte.
    fn go_on(&mut self, byte: usize) {
        self.line += newlines(self.text.get(self.at..byte).unwrap_or(&[]), self.line_end);
        self.at = byte;
    }
}

fn newlines(bytes: &[u8], line_end: u8) -> u64 {
    bytes.iter().filter(|byte| **byte == line_end).count() as u64
}

#[cfg(test)]
mod tests;
