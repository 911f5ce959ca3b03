//! What a row changes, cell by cell, as its sender reads it before the file is written.

use domain::imports::{CellChange, RowChange};
use domain::text::Line;

use super::table::{Cells, shortened};

/// What stands in the database, or is to stand there, as the cells of a file would say it. Names no secret.
pub(super) trait Shown {
    /// Columns with their values, in the same order whatever the values are.
    fn cells(&self) -> Vec<(&'static str, String)>;
}

/// What a row changes. Whoever may not read what is stored gets no such list.
pub(super) fn change<S: Shown + ?Sized>(cells: Cells<'_>, stored: &S, after: &S) -> RowChange {
    let short = |text: String| Line::new(&shortened(&text)).into();
    let changed = stored.cells().into_iter().zip(after.cells()).filter(|(before, after)| before.1 != after.1);
    let changed = changed.map(|((column, before), (_, after))| CellChange {
        column: column.to_owned(),
        before: short(before),
        after: short(after),
    });
    RowChange {
        line: cells.line(),
        name: short(cells.get(cells.named_by()).to_owned()),
        cells: changed.collect(),
    }
}

/// A cell that says yes or no.
pub(super) fn yes_no(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}
