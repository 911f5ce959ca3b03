//! A CSV file as rows by column name, and the list of what is wrong with them. Knows no column of its own.

use std::collections::{HashMap, HashSet};

use domain::error::{BadRow, FieldProblem, Problem, Refusal};
use domain::imports::{IMPORT_MIB_AT_MOST, ImportKind};

use crate::stop::{Done, Stop};

/// A file whose first line names its columns.
#[derive(Debug)]
pub(super) struct Table {
    columns: HashMap<&'static str, usize>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    line: u64,
    cells: csv::StringRecord,
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'t> {
    table: &'t Table,
    row: &'t Row,
}

impl<'t> Cells<'t> {
    /// Line in the file, the header being line 1.
    pub(super) fn line(&self) -> u64 {
        self.row.line
    }

    /// The cell of a column without the space around it; empty when the column or the cell is missing.
    pub(super) fn get(&self, column: &str) -> &'t str {
        let index = self.table.columns.get(column);
        index.and_then(|index| self.row.cells.get(*index)).unwrap_or("").trim()
    }
}

/// What is wrong with a file, row by row.
#[derive(Debug, Default)]
pub(super) struct Bad(Vec<BadRow>);

impl Bad {
    /// A cell that cannot be taken.
    pub(super) fn cell(&mut self, cells: Cells<'_>, column: &str, problem: Problem) {
        self.value(cells, column, cells.get(column), problem);
    }

    /// A part of a cell that cannot be taken.
    pub(super) fn value(&mut self, cells: Cells<'_>, column: &str, value: &str, problem: Problem) {
        let (column, value) = (column.to_owned(), shortened(value));
        self.0.push(BadRow { line: cells.line(), column, value, problem });
    }

    /// The problems of a form's fields, which have the names of the columns.
    pub(super) fn fields(&mut self, cells: Cells<'_>, problems: Vec<FieldProblem>) {
        for FieldProblem { field, problem } in problems {
            self.cell(cells, &field, problem);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// So many rows cannot be taken, each with one bad cell or several.
    pub(super) fn rows(&self) -> u64 {
        self.0.iter().map(|bad| bad.line).collect::<HashSet<_>>().len() as u64
    }

    /// All of them by line.
    pub(super) fn listed(mut self) -> Vec<BadRow> {
        self.0.sort_by_key(|bad| bad.line);
        self.0
    }

    /// A row that cannot be taken whatever its cells say.
    pub(super) fn row(&mut self, cells: Cells<'_>, problem: Problem) {
        self.0.push(bad_row(cells.line(), "", "", problem));
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

impl Table {
    /// Reads a file; a header that does not fit makes an empty table and its bad rows.
    pub(super) fn read(file: &[u8], kind: ImportKind) -> Done<(Table, Bad)> {
        if file.len() as u64 > IMPORT_MIB_AT_MOST << 20 {
            return Err(Refusal::TooLarge { limit_mib: IMPORT_MIB_AT_MOST }.into());
        }
        let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
        let mut bad = Bad::default();
        let mut table = Table { columns: HashMap::new(), rows: Vec::new() };
        let text = match std::str::from_utf8(file) {
            Ok(text) => text,
            Err(error) => {
                let line = 1 + newlines(&file[..error.valid_up_to()]);
                bad.0.push(bad_row(line, "", "UTF-8", Problem::Unknown));
                return Ok((table, bad));
            }
        };
        if text.trim().is_empty() {
            return Err(Refusal::EmptyFile.into());
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter(text))
            .from_reader(text.as_bytes());
        let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
        let mut cells = csv::StringRecord::new();
        let mut is_header = true;
        while reader.read_record(&mut cells).map_err(|error| Stop::Stored(format!("csv: {error}")))? {
            let start = cells.position().map_or(0, csv::Position::byte);
            let line = lines.of(usize::try_from(start).unwrap_or(usize::MAX));
            if std::mem::take(&mut is_header) {
                table.columns = header(&cells, line, kind, &mut bad);
                if !bad.is_empty() {
                    break;
                }
            } else if cells.iter().any(|cell| !cell.trim().is_empty()) {
                let width = table.columns.values().max().map_or(0, |last| last + 1);
                if let Some(extra) = cells.iter().skip(width).find(|cell| !cell.trim().is_empty()) {
                    bad.0.push(bad_row(line, "", extra, Problem::TooMany(width as u32)));
                }
                table.rows.push(Row { line, cells: cells.clone() });
            }
        }
        Ok((table, bad))
    }

    /// The rows in the order of the file.
    pub(super) fn rows(&self) -> impl Iterator<Item = Cells<'_>> {
        self.rows.iter().map(|row| Cells { table: self, row })
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the file has an optional column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }
}

fn bad_row(line: u64, column: &str, value: &str, problem: Problem) -> BadRow {
    BadRow { line, column: column.into(), value: shortened(value), problem }
}

/// Comma or semicolon: whichever the first line has more of.
fn delimiter(text: &str) -> u8 {
    let header = text.trim_start().lines().next().unwrap_or("");
    let count = |c| header.matches(c).count();
    if count(';') > count(',') { b';' } else { b',' }
}

/// The place of each column; unknown, repeated and missing ones are bad.
fn header(
    cells: &csv::StringRecord,
    line: u64,
    kind: ImportKind,
    bad: &mut Bad,
) -> HashMap<&'static str, usize> {
    let mut columns = HashMap::new();
    for (index, cell) in cells.iter().enumerate() {
        let name = cell.trim().to_lowercase();
        match kind.each_column().map(|(known, _)| known).find(|known| *known == name) {
            Some(known) if columns.contains_key(known) => {
                bad.0.push(bad_row(line, known, cell, Problem::Repeated));
            }
            Some(known) => {
                columns.insert(known, index);
            }
            // Spreadsheets leave empty columns at the end.
            None if name.is_empty() => {}
            None => bad.0.push(bad_row(line, &name, cell, Problem::Unknown)),
        }
    }
    for (name, is_optional) in kind.each_column() {
        if !is_optional && !columns.contains_key(name) {
            bad.0.push(bad_row(line, name, "", Problem::Missing));
        }
    }
    columns
}

/// Line numbers by byte, counted as the file is read: the reader's own begin at the blank lines before a row.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first letter at or after a byte.
    fn of(&mut self, byte: usize) -> u64 {
        let rest = self.text.get(byte..).unwrap_or(&[]);
        let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let end = (byte + blank).min(self.text.len());
        self.line += newlines(self.text.get(self.at..end).unwrap_or(&[]));
        self.at = end.max(self.at);
        self.line
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|b| **b == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Table, Vec<BadRow>) {
        let (table, bad) = Table::read(text.as_bytes(), ImportKind::Baseline).unwrap();
        (table, bad.listed())
    }

    #[test]
    fn mark_delimiter_order_and_quotes_do_not_matter() {
        let comma = "agency,year,base,held,source\nSNV,2024,all,12,\"Báo cáo \"\"A\"\", số 5\"\n";
        let semicolon =
            "\u{feff}source;held; Year ;AGENCY;base;\r\n\"Báo cáo \"\"A\"\", số 5\";12;2024; SNV;all;\r\n";
        for text in [comma, semicolon] {
            let (table, bad) = read(text);
            assert_eq!(bad, []);
            let row = table.rows().next().unwrap();
            assert_eq!((row.line(), row.get("agency"), row.get("year")), (2, "SNV", "2024"));
            assert_eq!(row.get("source"), "Báo cáo \"A\", số 5");
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
            let (table, _) = read(&text.join(end));
            let lines: Vec<(u64, &str)> = table.rows().map(|row| (row.line(), row.get("agency"))).collect();
            assert_eq!(lines, [(3, "A"), (7, "B"), (9, "C")], "{end:?}");
        }
    }

    #[test]
    fn a_header_that_does_not_fit_is_bad_on_its_line() {
        let (table, bad) = read("agency,year,base,held,note,year\nSNV,2024,all,1,x,2\n");
        assert_eq!(table.len(), 0);
        let found: Vec<_> = bad.iter().map(|b| (b.line, b.column.as_str(), b.problem.clone())).collect();
        assert_eq!(
            found,
            [(1, "note", Problem::Unknown), (1, "year", Problem::Repeated), (1, "source", Problem::Missing)]
        );
    }

    #[test]
    fn a_row_with_more_cells_than_columns_is_bad() {
        let (_, bad) = read("agency,year,base,held,source\nSNV,2024,all,1,x,y\n");
        assert_eq!((bad[0].line, bad[0].value.as_str()), (2, "y"));
    }
}
