//! A CSV file as rows with named columns, read one row at a time into buffers of a fixed size. Also the list
//! of bad cells: all of them are counted, and the first ones are kept. Defines no columns itself.

use std::collections::{HashMap, HashSet};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use domain::error::{BadRow, FieldProblem, Problem, Refusal};
use domain::imports::{BAD_CELLS_LISTED, IMPORT_MIB_AT_MOST, ImportKind};

use crate::stop::Done;

/// Longest row: a meeting with the most sittings is under 4 KiB.
const ROW_BYTES_AT_MOST: usize = 64 * 1024;
/// Most cells of a row that are kept: no kind of file has more than ten columns, and spreadsheets add empty
/// ones at the end.
const CELLS_AT_MOST: usize = 64;

/// A file whose first line names its columns.
#[derive(Debug)]
pub(super) struct Table<'t> {
    text: &'t [u8],
    delimiter: u8,
    columns: HashMap<&'static str, usize>,
    /// Where the first row begins, and the line it is on.
    body: Lines<'t>,
    rows_at_most: usize,
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'r> {
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
    /// Line in the file, the header being line 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The cell of a column without the space around it; empty when the column or the cell is missing.
    pub(super) fn get(&self, column: &str) -> &'r str {
        self.columns.get(column).map_or("", |index| self.at(*index))
    }

    /// A copy of the row that can be kept.
    pub(super) fn keep(&self) -> Row {
        Row { line: self.line, text: self.text.into(), ends: self.ends.into() }
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
        Cells { columns: &table.columns, line: self.line, text: &self.text, ends: &self.ends }
    }
}

/// What is wrong with a file, row by row.
#[derive(Debug, Default)]
pub(super) struct Bad {
    listed: Vec<BadRow>,
    cells: u64,
    lines: HashSet<u64>,
    stopped_at: Option<u64>,
}

impl Bad {
    /// A cell that cannot be taken.
    pub(super) fn cell(&mut self, cells: Cells<'_>, column: &str, problem: Problem) {
        self.value(cells, column, cells.get(column), problem);
    }

    /// A part of a cell that cannot be taken.
    pub(super) fn value(&mut self, cells: Cells<'_>, column: &str, value: &str, problem: Problem) {
        self.add(cells.line(), column, value, problem);
    }

    /// The problems of a form's fields, which have the names of the columns.
    pub(super) fn fields(&mut self, cells: Cells<'_>, problems: Vec<FieldProblem>) {
        for FieldProblem { field, problem } in problems {
            self.cell(cells, &field, problem);
        }
    }

    /// Reports a row that is bad whatever its cells say.
    pub(super) fn row(&mut self, cells: Cells<'_>, problem: Problem) {
        self.add(cells.line(), "", "", problem);
    }

    /// Reports that the file holds more than `at_most` of something, and ends the reading at this row.
    pub(super) fn stop(&mut self, cells: Cells<'_>, column: &str, at_most: usize) {
        self.stop_at(cells.line(), column, at_most);
    }

    fn stop_at(&mut self, line: u64, column: &str, at_most: usize) {
        self.stopped_at = Some(line);
        self.add(line, column, "", Problem::TooMany(at_most as u32));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// How many rows are bad. Each has one bad cell or several.
    pub(super) fn rows(&self) -> u64 {
        self.lines.len() as u64
    }

    /// How many cells are bad.
    pub(super) fn cells(&self) -> u64 {
        self.cells
    }

    /// The line at which reading stopped because the file holds more than a file may.
    pub(super) fn stopped_at(&self) -> Option<u64> {
        self.stopped_at
    }

    /// The first bad cells, by line.
    pub(super) fn listed(mut self) -> Vec<BadRow> {
        self.listed.sort_by_key(|bad| bad.line);
        self.listed
    }

    fn add(&mut self, line: u64, column: &str, value: &str, problem: Problem) {
        self.cells += 1;
        self.lines.insert(line);
        if self.listed.len() < BAD_CELLS_LISTED {
            self.listed.push(BadRow { line, column: column.to_owned(), value: shortened(value), problem });
        }
    }
}

/// Long enough to recognise the cell.
fn shortened(value: &str) -> String {
    const SHOWN: usize = 120;
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

impl<'t> Table<'t> {
    /// Reads the header of a file. A wrong header gives an empty table and bad rows.
    pub(super) fn read(file: &'t [u8], kind: ImportKind, rows_at_most: usize) -> Done<(Table<'t>, Bad)> {
        if file.len() as u64 > IMPORT_MIB_AT_MOST << 20 {
            return Err(Refusal::TooLarge { limit_mib: IMPORT_MIB_AT_MOST }.into());
        }
        let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
        let mut bad = Bad::default();
        let nothing = Lines { text: &[], at: 0, line: 1 };
        let mut table =
            Table { text: &[], delimiter: b',', columns: HashMap::new(), body: nothing, rows_at_most };
        let text = match std::str::from_utf8(file) {
            Ok(text) => text,
            Err(error) => {
                let line = 1 + newlines(&file[..error.valid_up_to()]);
                bad.add(line, "", "UTF-8", Problem::Unknown);
                return Ok((table, bad));
            }
        };
        if text.trim().is_empty() {
            return Err(Refusal::EmptyFile.into());
        }
        table.text = text.as_bytes();
        table.delimiter = delimiter(text);
        table.body.text = table.text;
        let (columns, body) = {
            let mut rows = table.rows();
            rows.read_row(&mut bad);
            (header(rows.cells(), kind, &mut bad), rows.lines.clone())
        };
        (table.columns, table.body) = (columns, body);
        if !bad.is_empty() {
            table.body.at = table.text.len();
        }
        Ok((table, bad))
    }

    /// The rows in the order of the file.
    pub(super) fn rows(&self) -> Rows<'_, 't> {
        let reader = ReaderBuilder::new().delimiter(self.delimiter).build();
        Rows {
            table: self,
            reader,
            lines: self.body.clone(),
            line: 0,
            count: 0,
            text: vec![0; ROW_BYTES_AT_MOST].into(),
            ends: [0; CELLS_AT_MOST],
            cells: 0,
        }
    }

    /// Whether the file has an optional column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }
}

/// Iterates over the rows through one buffer.
pub(super) struct Rows<'r, 't> {
    table: &'r Table<'t>,
    reader: Reader,
    /// Where the next row begins.
    lines: Lines<'t>,
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

impl Rows<'_, '_> {
    /// The next row that is not blank. None at the end of the file, or when the file holds more than a file may.
    /// Reports what is wrong with the row as a whole.
    pub(super) fn next(&mut self, bad: &mut Bad) -> Option<Cells<'_>> {
        loop {
            if bad.stopped_at.is_some() {
                return None;
            }
            if !self.read_row(bad)? {
                continue;
            }
            self.count += 1;
            if self.count > self.table.rows_at_most {
                self.count -= 1;
                bad.stop_at(self.line, "", self.table.rows_at_most);
                return None;
            }
            let width = self.table.columns.values().max().map_or(0, |last| last + 1);
            let extra = self.cells().each().skip(width).find(|cell| !cell.is_empty()).map(shortened);
            if let Some(extra) = extra {
                bad.add(self.line, "", &extra, Problem::TooMany(width as u32));
            }
            return Some(self.cells());
        }
    }

    /// How many rows have been read.
    pub(super) fn count(&self) -> u64 {
        self.count as u64
    }

    fn cells(&self) -> Cells<'_> {
        let ends = &self.ends[..self.cells];
        let length = ends.last().copied().unwrap_or(0);
        Cells { columns: &self.table.columns, line: self.line, text: &self.text[..length], ends }
    }

    /// Reads one row into the buffers. False if it is blank or too long. None at the end of the file.
    fn read_row(&mut self, bad: &mut Bad) -> Option<bool> {
        self.line = self.lines.line_ahead();
        let (mut at, mut overflow) = (self.lines.at, Overflow::default());
        let (mut length, mut cells) = (0, 0);
        let (mut scrap, mut scrap_ends) = ([0; 1024], [0; CELLS_AT_MOST]);
        loop {
            let is_overflow = overflow.is_too_long || cells == CELLS_AT_MOST;
            let (text, ends): (&mut [u8], &mut [usize]) = match is_overflow {
                true => (&mut scrap, &mut scrap_ends),
                false => (&mut self.text[length..], &mut self.ends[cells..]),
            };
            let (result, read, written, ended) = self.reader.read_record(&self.table.text[at..], text, ends);
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
        self.lines.go_on(at);
        if overflow.is_too_long {
            bad.add(self.line, "", "", Problem::TooLong(ROW_BYTES_AT_MOST as u32));
            return Some(false);
        }
        if let Some(cell) = &overflow.cell {
            bad.add(self.line, "", cell, Problem::TooMany(CELLS_AT_MOST as u32));
        }
        Some(self.cells().each().any(|cell| !cell.is_empty()))
    }
}

/// Comma or semicolon: whichever the first line has more of.
fn delimiter(text: &str) -> u8 {
    let header = text.trim_start().lines().next().unwrap_or("");
    let count = |c| header.matches(c).count();
    if count(';') > count(',') { b';' } else { b',' }
}

/// The place of each column; unknown, repeated and missing ones are bad.
fn header(cells: Cells<'_>, kind: ImportKind, bad: &mut Bad) -> HashMap<&'static str, usize> {
    let (line, mut columns) = (cells.line(), HashMap::new());
    for (index, cell) in cells.each().enumerate() {
        let name = cell.to_lowercase();
        match kind.each_column().map(|(known, _)| known).find(|known| *known == name) {
            Some(known) if columns.contains_key(known) => bad.add(line, known, cell, Problem::Repeated),
            Some(known) => {
                columns.insert(known, index);
            }
            // Spreadsheets leave empty columns at the end.
            None if name.is_empty() => {}
            None => bad.add(line, &shortened(&name), cell, Problem::Unknown),
        }
    }
    for (name, is_optional) in kind.each_column() {
        if !is_optional && !columns.contains_key(name) {
            bad.add(line, name, "", Problem::Missing);
        }
    }
    columns
}

/// Converts byte positions to line numbers, counted while the file is read.
#[derive(Clone, Debug)]
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the next character. Blank lines before a row do not belong to it.
    fn line_ahead(&self) -> u64 {
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        self.line + newlines(&rest[..blank])
    }

    /// Moves forward to a byte.
    fn go_on(&mut self, byte: usize) {
        self.line += newlines(self.text.get(self.at..byte).unwrap_or(&[]));
        self.at = byte;
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|b| **b == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "agency,year,base,held,source\n";

    /// Line, agency and source of each row, and the bad cells.
    fn read(text: &str) -> (Vec<(u64, String, String)>, Bad) {
        let (table, mut bad) = Table::read(text.as_bytes(), ImportKind::Baseline, 50_000).unwrap();
        let (mut rows, mut found) = (table.rows(), Vec::new());
        while let Some(row) = rows.next(&mut bad) {
            found.push((row.line(), row.get("agency").to_owned(), row.get("source").to_owned()));
        }
        (found, bad)
    }

    #[test]
    fn mark_delimiter_order_and_quotes_do_not_matter() {
        let comma = "agency,year,base,held,source\nSNV,2024,all,12,\"Báo cáo \"\"A\"\", số 5\"\n";
        let semicolon =
            "\u{feff}source;held; Year ;AGENCY;base;\r\n\"Báo cáo \"\"A\"\", số 5\";12;2024; SNV;all;\r\n";
        for text in [comma, semicolon, comma.trim_end()] {
            let (rows, bad) = read(text);
            assert_eq!(bad.listed(), []);
            assert_eq!(rows, [(2, "SNV".to_owned(), "Báo cáo \"A\", số 5".to_owned())]);
        }
    }

    #[test]
    fn lines_are_those_an_editor_shows() {
        for end in ["\n", "\r\n"] {
            let text = [
                "agency,year,base,held,source",
                "",
                "A,1,all,1,\"hai",
                "dòng\"",
                "",
                "",
                "B,2,all,2,x",
                ",,,,",
                "C,3,all,3,y",
            ];
            let (rows, _) = read(&text.join(end));
            let lines: Vec<(u64, &str)> = rows.iter().map(|(line, agency, _)| (*line, &**agency)).collect();
            assert_eq!(lines, [(3, "A"), (7, "B"), (9, "C")], "{end:?}");
        }
    }

    #[test]
    fn a_header_that_does_not_fit_is_bad_on_its_line() {
        let (rows, bad) = read("agency,year,base,held,note,year\nSNV,2024,all,1,x,2\n");
        assert_eq!(rows, []);
        let found: Vec<_> =
            bad.listed().iter().map(|b| (b.line, b.column.clone(), b.problem.clone())).collect();
        let expected =
            [("note", Problem::Unknown), ("year", Problem::Repeated), ("source", Problem::Missing)];
        assert_eq!(found, expected.map(|(column, problem)| (1, column.to_owned(), problem)));
    }

    #[test]
    fn a_row_with_more_cells_than_columns_is_bad() {
        let (_, bad) = read(&format!("{HEAD}SNV,2024,all,1,x,y\n"));
        let bad = bad.listed();
        assert_eq!((bad[0].line, bad[0].value.as_str()), (2, "y"));
        let (rows, bad) = read(&format!("{HEAD}SNV,2024,all,1,x{}\nB,2024,all,1,x\n", ",".repeat(500)));
        assert_eq!((rows.len(), bad.cells()), (2, 0), "empty ones do no harm");
        let (rows, bad) = read(&format!("{HEAD}SNV,2024,all,1,x{}z\nB,2024,all,1,x\n", ",".repeat(500)));
        assert_eq!((rows.len(), bad.listed()[0].value.as_str()), (2, "z"));
    }

    #[test]
    fn a_row_without_end_is_one_bad_row_and_the_next_is_read() {
        let long = "x".repeat(ROW_BYTES_AT_MOST);
        let (rows, bad) = read(&format!("{HEAD}A,2024,all,1,{long}\nB,2024,all,1,x\n"));
        assert_eq!(rows.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [3]);
        assert_eq!(bad.listed()[0].problem, Problem::TooLong(ROW_BYTES_AT_MOST as u32));
        let open = format!("{HEAD}A,2024,all,1,\"{}", "x\n".repeat(ROW_BYTES_AT_MOST));
        assert_eq!(read(&open).1.rows(), 1, "a quote that nobody closes");
    }

    #[test]
    fn rows_beyond_the_most_are_not_read_and_it_is_said() {
        let row = "A,2024,all,1,x\n";
        let (rows, bad) = read(&format!("{HEAD}{}", row.repeat(50_000)));
        assert_eq!((rows.len(), bad.cells(), bad.stopped_at()), (50_000, 0, None));
        let (rows, bad) = read(&format!("{HEAD}{}", row.repeat(50_002)));
        assert_eq!((rows.len(), bad.cells(), bad.stopped_at()), (50_000, 1, Some(50_002)));
        assert_eq!(bad.listed()[0].problem, Problem::TooMany(50_000));
    }

    #[test]
    fn bad_cells_are_counted_and_only_the_first_are_kept() {
        let (rows, bad) = read(&format!("{HEAD}{}", "A,1,all,1,x,y\n".repeat(BAD_CELLS_LISTED + 5)));
        assert_eq!((rows.len(), bad.rows()), (BAD_CELLS_LISTED + 5, (BAD_CELLS_LISTED + 5) as u64));
        assert_eq!((bad.stopped_at(), bad.cells()), (None, (BAD_CELLS_LISTED + 5) as u64));
        assert_eq!(bad.listed().len(), BAD_CELLS_LISTED);
    }

    #[test]
    fn reading_ends_where_a_row_holds_too_much() {
        let file = format!("{HEAD}A,1,all,1,x\nB,1,all,1,x\n");
        let (table, mut bad) = Table::read(file.as_bytes(), ImportKind::Baseline, 10).unwrap();
        let mut rows = table.rows();
        bad.stop(rows.next(&mut Bad::default()).unwrap(), "source", 7);
        assert!(rows.next(&mut bad).is_none());
        assert_eq!((bad.stopped_at(), bad.rows()), (Some(2), 1));
        assert_eq!(bad.listed()[0].problem, Problem::TooMany(7));
    }
}
