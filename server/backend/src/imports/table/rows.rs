//! Rows of a table one after the other, read into buffers of a fixed size. Says what is wrong with a row as a whole:
//! too long, too many cells, all in one cell, a quotation mark that nothing closes.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use domain::error::Problem;

use super::bad::shortened;
use super::{Bad, Cells, Lines, Table, newlines};

/// Longest row: a meeting with the most sittings is under 4 KiB.
pub(super) const ROW_BYTES_AT_MOST: usize = 64 * 1024;
/// Most cells of a row that are kept: no kind of file has more than ten columns, and spreadsheets add empty
/// ones at the end.
pub(super) const CELLS_AT_MOST: usize = 64;

/// Iterates over the rows through one buffer.
pub(in crate::imports) struct Rows<'r, 't> {
    table: &'r Table<'t>,
    reader: Reader,
    /// Where the next row begins.
    pub(super) lines: Lines<'t>,
    /// Line of the row in the buffer.
    line: u64,
    count: usize,
    text: Box<[u8]>,
    ends: [usize; CELLS_AT_MOST],
    cells: usize,
}

/// What does not fit into the buffers of a row.
#[derive(Default)]
struct Overflow {
    is_too_long: bool,
    /// Content after the last cell that fits.
    cell: Option<String>,
}

impl<'r, 't> Rows<'r, 't> {
    pub(super) fn of(table: &'r Table<'t>) -> Rows<'r, 't> {
        Rows {
            table,
            reader: ReaderBuilder::new().delimiter(table.delimiter).build(),
            lines: table.body.clone(),
            line: 0,
            count: 0,
            text: vec![0; ROW_BYTES_AT_MOST].into(),
            ends: [0; CELLS_AT_MOST],
            cells: 0,
        }
    }

    /// The next row that is not blank. None at the end of the file, or when the file holds more than a file may.
    /// Reports what is wrong with the row as a whole.
    pub(in crate::imports) fn next(&mut self, bad: &mut Bad) -> Option<Cells<'_>> {
        loop {
            if bad.stopped_at().is_some() {
                return None;
            }
            let cells_before = bad.cells();
            let is_row = self.read_row(bad)?;
            // A row that cannot be read is one of the rows too.
            if !is_row && bad.cells() == cells_before {
                continue;
            }
            self.count += 1;
            if self.count > self.table.rows_at_most {
                self.count -= 1;
                bad.stop_at(self.line, "", self.table.rows_at_most);
                return None;
            }
            if !is_row {
                continue;
            }
            let width = self.table.columns.values().max().map_or(0, |last| last + 1);
            if let Some(row) = row_in_one_cell(self.cells(), width) {
                bad.add(self.line, "", &row, Problem::RowInOneCell);
                continue;
            }
            let extra = self.cells().each().skip(width).find(|cell| !cell.is_empty()).map(shortened);
            if let Some(extra) = extra {
                bad.add(self.line, "", &extra, Problem::TooMany(width as u32));
            }
            return Some(self.cells());
        }
    }

    /// How many rows have been read.
    pub(in crate::imports) fn count(&self) -> u64 {
        self.count as u64
    }

    pub(super) fn cells(&self) -> Cells<'_> {
        let ends = &self.ends[..self.cells];
        let length = ends.last().copied().unwrap_or(0);
        Cells {
            kind: self.table.kind,
            columns: &self.table.columns,
            line: self.line,
            text: &self.text[..length],
            ends,
        }
    }

    /// Reads one row into the buffers. False if it is blank or cannot be read. None at the end of the file.
    pub(super) fn read_row(&mut self, bad: &mut Bad) -> Option<bool> {
        self.line = self.lines.line_ahead();
        let begin = self.lines.at;
        let (end, overflow) = self.fill()?;
        let row = self.lines.text.get(begin..end).unwrap_or(&[]);
        self.lines.go_on(end);
        if let Some((at, cell)) = open_quote(row, self.table.delimiter) {
            let line = self.line_of(begin, begin + at);
            bad.add(line, "", &shortened(&String::from_utf8_lossy(cell)), Problem::QuoteOpen);
            return Some(false);
        }
        if overflow.is_too_long {
            bad.add(self.line, "", "", Problem::TooLong(ROW_BYTES_AT_MOST as u32));
            return Some(false);
        }
        if let Some(cell) = &overflow.cell {
            bad.add(self.line, "", cell, Problem::TooMany(CELLS_AT_MOST as u32));
        }
        Some(self.cells().each().any(|cell| !cell.is_empty()))
    }

    /// Reads one row into the buffers, and gives where it ends.
    fn fill(&mut self) -> Option<(usize, Overflow)> {
        let (mut at, mut overflow) = (self.lines.at, Overflow::default());
        let (mut length, mut cells) = (0, 0);
        let (mut scrap, mut scrap_ends) = ([0; 1024], [0; CELLS_AT_MOST]);
        loop {
            let is_overflow = overflow.is_too_long || cells == CELLS_AT_MOST;
            let (text, ends): (&mut [u8], &mut [usize]) = match is_overflow {
                true => (&mut scrap, &mut scrap_ends),
                false => (&mut self.text[length..], &mut self.ends[cells..]),
            };
            let (result, read, written, ended) = self.reader.read_record(&self.lines.text[at..], text, ends);
            at += read;
            if is_overflow {
                let piece = String::from_utf8_lossy(&scrap[..written]);
                if overflow.cell.is_none() && !piece.trim().is_empty() {
                    overflow.cell = Some(shortened(piece.trim()));
                }
            } else {
                length += written;
                cells += ended;
            }
            match result {
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputEndsFull => {}
                ReadRecordResult::OutputFull => overflow.is_too_long = overflow.is_too_long || !is_overflow,
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
            }
        }
        self.cells = cells;
        Some((at, overflow))
    }

    /// The line of a byte of the row that begins at `begin`.
    fn line_of(&self, begin: usize, byte: usize) -> u64 {
        let row = self.lines.text.get(begin..byte).unwrap_or(&[]);
        let blank = row.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.line + newlines(&row[blank..], self.lines.line_end)
    }
}

/// The row if all of it stands in its first cell: as many separators of another kind as the table has columns.
fn row_in_one_cell(cells: Cells<'_>, width: usize) -> Option<String> {
    let mut filled = cells.each().enumerate().filter(|(_, cell)| !cell.is_empty());
    let (Some((0, row)), None) = (filled.next(), filled.next()) else { return None };
    let is_row = [",", ";", "\t"].iter().any(|separator| row.matches(separator).count() + 1 >= width.max(3));
    is_row.then(|| shortened(row))
}

/// The first quoted cell of a row that is not closed before its end: the mark is missing, or something follows the mark
/// that closes the cell after a line end, so that it opens another one. Gives where it begins, and its first line.
///
/// The reader of rows takes such cells, and with them all rows up to the next mark.
fn open_quote(row: &[u8], delimiter: u8) -> Option<(usize, &[u8])> {
    if !row.contains(&b'"') {
        return None;
    }
    let is_end =
        |byte: Option<&u8>| byte.is_none_or(|byte| *byte == delimiter || matches!(byte, b'\r' | b'\n'));
    // Line ends before the first cell do not belong to it.
    let mut at = row.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    while at < row.len() {
        if row[at] != b'"' {
            at += row[at..].iter().position(|byte| *byte == delimiter).map_or(row.len(), |next| next + 1);
            continue;
        }
        let begin = at;
        at += 1;
        let closed = loop {
            let Some(mark) = row[at..].iter().position(|byte| *byte == b'"').map(|next| at + next) else {
                break false;
            };
            at = mark + 1;
            if row.get(at) == Some(&b'"') {
                at += 1;
                continue;
            }
            let spans_lines = row[begin..mark].iter().any(|byte| matches!(byte, b'\r' | b'\n'));
            break is_end(row.get(at)) || !spans_lines;
        };
        if !closed {
            let line = row[begin..].split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or(&[]);
            return Some((begin, line));
        }
        at += row[at..].iter().position(|byte| *byte == delimiter).map_or(row.len(), |next| next + 1);
    }
    None
}
