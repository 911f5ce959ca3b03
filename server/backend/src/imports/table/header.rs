//! Where a table begins: the line that tells the separator, the separator itself, the lines above the header, and the
//! header. Reads only the beginning of the file for it.

use std::collections::HashMap;

use domain::error::Problem;
use domain::imports::{HEADER_AMONG, ImportKind};

use super::bad::shortened;
use super::rows::Rows;
use super::{Bad, Cells, Lines, Table};

/// The separators that are tried. Comma comes first: it is the one of a file of one column.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
/// The header is looked for in the beginning of the file. The longest title of a list is far shorter.
const LOOKED_AT: usize = 64 * 1024;

/// How the rows of a file are parted, and where its header is.
pub(super) struct Beginning<'t> {
    pub(super) delimiter: u8,
    /// Where the header's row begins.
    pub(super) header: Lines<'t>,
    /// Whether the row there names columns. Otherwise it is the first row.
    pub(super) is_found: bool,
    /// Whether there are other rows above it.
    pub(super) is_below: bool,
}

impl<'t> Beginning<'t> {
    pub(super) fn of(text: &'t str, given: Option<u8>, kind: ImportKind) -> Beginning<'t> {
        let mut start = Lines::of(text);
        let told = given.is_none().then(|| told_separator(text)).flatten();
        let told = given.or(told.inspect(|(_, end)| start.go_on(*end)).map(|(separator, _)| separator));
        let tried: &[u8] = told.as_ref().map_or(&SEPARATORS, std::slice::from_ref);
        let found = tried.iter().filter_map(|delimiter| find(&start, *delimiter, kind));
        // The first one of those that name the most columns.
        let best = found.reduce(|best, next| if next.named > best.named { next } else { best });
        match best {
            Some(Found { delimiter, header, is_below, .. }) => {
                Beginning { delimiter, header, is_found: true, is_below }
            }
            None => {
                let delimiter = told.unwrap_or_else(|| most_frequent(&text[start.at..]));
                Beginning { delimiter, header: start, is_found: false, is_below: false }
            }
        }
    }
}

/// A first line such as `sep=;`, with which Excel tells the separator, and where the next line begins.
fn told_separator(text: &str) -> Option<(u8, usize)> {
    let line = text.split(['\r', '\n']).next()?;
    let bare = line.trim().trim_start_matches('"');
    let told = bare.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).and(bare.get(4..))?;
    let separator = *told.as_bytes().first()?;
    // A program that parts by something else has quoted the line or put separators behind it.
    let is_all = told[1..].chars().all(|letter| matches!(letter, '"' | ',' | ';' | '\t' | ' '));
    let rest = &text[line.len()..];
    let end = if rest.starts_with("\r\n") { 2 } else { rest.len().min(1) };
    (separator.is_ascii() && !separator.is_ascii_alphanumeric() && separator != b'"' && is_all)
        .then_some((separator, line.len() + end))
}

struct Found<'t> {
    delimiter: u8,
    named: usize,
    header: Lines<'t>,
    is_below: bool,
}

/// The first of the rows at the beginning that is a header when they are parted by `delimiter`.
fn find<'t>(start: &Lines<'t>, delimiter: u8, kind: ImportKind) -> Option<Found<'t>> {
    let end = (start.at + LOOKED_AT).min(start.text.len());
    let table = Table::parted_by(delimiter, Lines { text: &start.text[..end], ..start.clone() }, kind);
    let (mut rows, mut unsaid) = (table.rows(), Bad::default());
    let mut above = 0;
    while above < HEADER_AMONG {
        let at = rows.lines.clone();
        if !rows.read_row(&mut unsaid)? {
            continue;
        }
        let named = kind.columns_named(rows.cells().each());
        if ImportKind::is_header(named) {
            let header = Lines { text: start.text, ..at };
            return Some(Found { delimiter, named, header, is_below: above > 0 });
        }
        above += 1;
    }
    None
}

/// The separator that the first line has most of.
fn most_frequent(text: &str) -> u8 {
    let header = text.trim_start().lines().next().unwrap_or("");
    let count = |separator: &u8| header.bytes().filter(|byte| byte == separator).count();
    let best = SEPARATORS.iter().rev().max_by_key(|separator| count(separator));
    best.copied().unwrap_or(b',')
}

/// Reads the header's row, and gives the place of each column. Unknown, repeated and missing ones are bad.
pub(super) fn read(
    rows: &mut Rows<'_, '_>,
    kind: ImportKind,
    is_found: bool,
    bad: &mut Bad,
) -> HashMap<&'static str, usize> {
    // A row that is blank says nothing.
    while rows.read_row(bad) == Some(false) && bad.is_empty() {}
    if !bad.is_empty() {
        return HashMap::new();
    }
    let cells = rows.cells();
    if !is_found && kind.columns_named(cells.each()) == 0 {
        bad.add(cells.line(), "", &first_cell(cells), without_header(cells, kind));
        return HashMap::new();
    }
    columns(cells, kind, bad)
}

fn first_cell(cells: Cells<'_>) -> String {
    cells.each().find(|cell| !cell.is_empty()).map(shortened).unwrap_or_default()
}

fn without_header(cells: Cells<'_>, kind: ImportKind) -> Problem {
    let is_alone = cells.each().filter(|cell| !cell.is_empty()).count() == 1;
    let inner = first_cell(cells);
    let parts = inner.split([',', ';', '\t']).map(|part| part.trim_matches(['"', ' ']));
    if is_alone && ImportKind::is_header(kind.columns_named(parts)) {
        return Problem::RowInOneCell;
    }
    Problem::NoHeader { kind }
}

fn columns(cells: Cells<'_>, kind: ImportKind, bad: &mut Bad) -> HashMap<&'static str, usize> {
    let (line, mut columns) = (cells.line(), HashMap::new());
    for (index, cell) in cells.each().enumerate() {
        match kind.column(cell) {
            Some(known) if columns.contains_key(known) => bad.add(line, known, cell, Problem::Repeated),
            Some(known) => {
                columns.insert(known, index);
            }
            // Spreadsheets leave empty columns at the end.
            None if cell.is_empty() => {}
            None => bad.add(line, &shortened(cell), cell, Problem::Unknown),
        }
    }
    for (name, is_optional) in kind.each_column() {
        if !is_optional && !columns.contains_key(name) {
            bad.add(line, name, "", Problem::ColumnMissing);
        }
    }
    columns
}
