//! A workbook of Excel with one sheet to fill in. Its columns hold text, so that Excel leaves codes, dates and long numbers
//! as they are typed.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

/// Why a sheet cannot be made: a name that Excel does not take, or a text that is too long for a cell.
#[derive(Debug)]
pub struct SheetError(XlsxError);

impl std::fmt::Display for SheetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SheetError {}

impl From<XlsxError> for SheetError {
    fn from(error: XlsxError) -> SheetError {
        SheetError(error)
    }
}

/// The workbook. The first row names the columns; it stays on the screen.
///
/// # Errors
/// See [`SheetError`].
pub fn sheet<'t>(
    name: &str,
    rows: impl Iterator<Item = impl Iterator<Item = &'t str>>,
) -> Result<Vec<u8>, SheetError> {
    let text = Format::new().set_num_format("@");
    let head = Format::new().set_num_format("@").set_bold();
    let mut book = Workbook::new();
    // The library would ask the clock. The same rows are the same file.
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    sheet.set_name(name)?;
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            if row == 0 {
                sheet.set_column_format(column, &text)?;
            }
            sheet.write_string_with_format(row, column, cell, if row == 0 { &head } else { &text })?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    Ok(book.save_to_buffer()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rows_are_the_same_workbook() {
        let rows = [["code", "name"], ["09001", "=1+1"]];
        let made = || sheet("rooms", rows.iter().map(|row| row.iter().copied())).ok();
        assert!(made().is_some_and(|file| file.starts_with(b"PK") && Some(file) == made()));
        assert!(sheet("a/b", rows.iter().map(|row| row.iter().copied())).is_err());
    }
}
