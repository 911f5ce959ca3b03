//! Reads the rows of a workbook of Excel: the first visible sheet with a line that names the columns, cell by cell, as
//! text. What spreadsheets keep as numbers (dates, times, codes with leading zeros, yes and no) becomes what people see.
//! Knows which names the columns have and nothing else of what is imported.

mod cells;

use std::io::{Cursor, Write};

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use domain::imports::{HEADER_AMONG, IMPORT_ROWS_AT_MOST, ImportKind, NotRows};
use domain::papers::FileKind;

use self::cells::text_of;
use crate::SheetRead;

/// Most text of all rows. A file of the same rows as CSV may not be larger either.
pub(crate) const ROWS_BYTES_AT_MOST: usize = (domain::imports::IMPORT_MIB_AT_MOST as usize) << 20;
/// Rows that are passed on. The import stops at the first one beyond its limit, which must be among them.
const ROWS_AT_MOST: usize = IMPORT_ROWS_AT_MOST + HEADER_AMONG + 1;
/// Columns that are passed on. No kind of file has more than ten; what is further right comes in one more column.
const COLUMNS_AT_MOST: usize = 64;
/// Cells that are looked at in all sheets together, blank ones included: three times what the longest file has when every row
/// has as many columns as are passed on. Read within a second.
const CELLS_AT_MOST: u32 = 2_000_000;
/// The last row of a sheet.
const LAST_ROW: u32 = 1_048_575;
/// Sheets that are searched for the header. More are made by programs, not by offices.
const SHEETS_AT_MOST: usize = 100;
/// The end of a file of which its folder is, with the names of its parts.
const FOLDER_WITHIN: usize = 1 << 20;

type Book<'f> = Xlsx<Cursor<&'f [u8]>>;

/// Why the reading ends early.
enum Stop {
    Because(NotRows),
    /// The answer cannot be written.
    Output(std::io::Error),
}

impl From<XlsxError> for Stop {
    fn from(_: XlsxError) -> Stop {
        Stop::Because(NotRows::BrokenWorkbook)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        Stop::Output(error)
    }
}

/// Writes the rows of a workbook as CSV, each on the line that is its number in the sheet, and gives which sheet it was.
pub(crate) fn read(
    file: &[u8],
    kind: ImportKind,
    output: &mut impl Write,
) -> std::io::Result<Result<SheetRead, NotRows>> {
    match rows_of(file, kind, output) {
        Ok(read) => Ok(Ok(read)),
        Err(Stop::Because(why)) => Ok(Err(why)),
        Err(Stop::Output(error)) => Err(error),
    }
}

fn rows_of(file: &[u8], kind: ImportKind, output: &mut impl Write) -> Result<SheetRead, Stop> {
    let mut book: Book<'_> = Xlsx::new(Cursor::new(file)).map_err(|_| Stop::Because(kind_of(file)))?;
    let sheets = book.sheets_metadata().iter();
    let visible =
        sheets.filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    let mut left = CELLS_AT_MOST;
    for name in names.iter().take(SHEETS_AT_MOST) {
        if has_header(&mut book, name, kind, &mut left)? {
            write_rows(&mut book, name, &mut left, output)?;
            let of = u32::try_from(names.len()).unwrap_or(u32::MAX);
            return Ok(SheetRead { name: name.clone(), of });
        }
    }
    Err(Stop::Because(NotRows::NoSheet))
}

/// What an archive is that is no workbook which can be opened.
fn kind_of(file: &[u8]) -> NotRows {
    let folder = &file[file.len().saturating_sub(FOLDER_WITHIN)..];
    let names = |part: &str| folder.windows(part.len()).any(|window| window == part.as_bytes());
    let head = &file[..file.len().min(128)];
    let is_open_sheet = b"application/vnd.oasis.opendocument.spreadsheet";
    if head.windows(is_open_sheet.len()).any(|window| window == is_open_sheet) {
        NotRows::OpenDocument
    } else if names("xl/workbook.bin") {
        NotRows::BinaryWorkbook
    } else if names("word/document.xml") || names("ppt/presentation.xml") || names("META-INF/manifest.xml") {
        NotRows::Other(FileKind::Office)
    } else if names("xl/") || names("[Content_Types].xml") {
        NotRows::BrokenWorkbook
    } else {
        // A folder at the end is what a file that was cut off lacks.
        let begins = [&b"[Content_Types].xml"[..], b"xl/", b"_rels/", b"docProps/"];
        let is_workbook = begins.iter().any(|name| file.get(30..).is_some_and(|rest| rest.starts_with(name)));
        if is_workbook { NotRows::BrokenWorkbook } else { NotRows::Other(FileKind::Packed) }
    }
}

/// A row of a sheet on its way.
struct Row {
    /// From 0.
    number: u32,
    cells: Vec<String>,
}

/// Calls `each` with every row that is not blank, in order, until it returns false. `left` is how many cells may still be
/// looked at.
fn for_each_row(
    book: &mut Book<'_>,
    sheet: &str,
    left: &mut u32,
    mut each: impl FnMut(&Row) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    let is_1904 = book.has_1904_epoch();
    let mut cells = book.worksheet_cells_reader(sheet)?;
    let mut row = Row { number: 0, cells: Vec::new() };
    while let Some((cell, style)) = cells.next_cell_with_style_id()? {
        *left = left.checked_sub(1).ok_or(Stop::Because(NotRows::HugeWorkbook))?;
        let (number, column) = cell.get_position();
        let text = text_of(&cell, cells.styles().get(style), is_1904);
        if !text.is_empty() && (number < row.number || number > LAST_ROW) {
            return Err(Stop::Because(NotRows::BrokenWorkbook));
        }
        // A blank cell ends the row before it as well.
        if number > row.number {
            if !row.cells.is_empty() && !each(&row)? {
                return Ok(());
            }
            (row.number, row.cells) = (number, Vec::new());
        }
        if text.is_empty() {
            continue;
        }
        let column = (column as usize).min(COLUMNS_AT_MOST);
        if row.cells.len() <= column {
            row.cells.resize(column + 1, String::new());
        }
        if row.cells[column].is_empty() {
            row.cells[column] = text;
        }
    }
    if !row.cells.is_empty() {
        each(&row)?;
    }
    Ok(())
}

fn has_header(book: &mut Book<'_>, sheet: &str, kind: ImportKind, left: &mut u32) -> Result<bool, Stop> {
    let (mut is_found, mut rows) = (false, 0);
    for_each_row(book, sheet, left, |row| {
        is_found = ImportKind::is_header(kind.columns_named(row.cells.iter().map(String::as_str)));
        rows += 1;
        Ok(!is_found && rows < HEADER_AMONG)
    })?;
    Ok(is_found)
}

fn write_rows(book: &mut Book<'_>, sheet: &str, left: &mut u32, output: &mut impl Write) -> Result<(), Stop> {
    let (mut rows, mut bytes, mut next) = (0, 0, 0);
    for_each_row(book, sheet, left, |row| {
        let mut line = "\n".repeat((row.number - next) as usize);
        next = row.number + 1;
        for (column, cell) in row.cells.iter().enumerate() {
            line.push_str(if column > 0 { "," } else { "" });
            if !cell.is_empty() {
                line.push('"');
                line.push_str(&cell.replace('"', "\"\""));
                line.push('"');
            }
        }
        line.push('\n');
        bytes += line.len();
        if bytes > ROWS_BYTES_AT_MOST {
            return Err(Stop::Because(NotRows::HugeWorkbook));
        }
        output.write_all(line.as_bytes())?;
        rows += 1;
        Ok(rows < ROWS_AT_MOST)
    })
}
