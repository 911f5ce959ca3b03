//! What is wrong with the rows of a file, and what is doubtful: all of it is counted, and the first of it is kept.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::error::{BadRow, FieldProblem, Problem};
use domain::imports::{BAD_CELLS_LISTED, Doubt, WARNINGS_LISTED, Warning};
use domain::text::Line;

use super::Cells;

/// What is wrong with a file, row by row, and what is doubtful.
#[derive(Debug, Default)]
pub(in crate::imports) struct Bad {
    listed: Vec<BadRow>,
    cells: u64,
    lines: HashSet<u64>,
    stopped_at: Option<u64>,
    warnings: Warnings,
}

/// What is doubtful.
#[derive(Debug, Default)]
struct Warnings {
    listed: Vec<Warning>,
    count: u64,
    /// Over all warnings, so that reading some does not stand for having read others.
    hasher: DefaultHasher,
}

impl Bad {
    /// A cell that cannot be taken.
    pub(in crate::imports) fn cell(&mut self, cells: Cells<'_>, column: &str, problem: Problem) {
        self.value(cells, column, cells.get(column), problem);
    }

    /// A part of a cell that cannot be taken.
    pub(in crate::imports) fn value(
        &mut self,
        cells: Cells<'_>,
        column: &str,
        value: &str,
        problem: Problem,
    ) {
        self.add(cells.line(), column, value, problem);
    }

    /// The problems of a form's fields, which have the names of the columns.
    pub(in crate::imports) fn fields(&mut self, cells: Cells<'_>, problems: Vec<FieldProblem>) {
        for FieldProblem { field, problem } in problems {
            self.cell(cells, &field, problem);
        }
    }

    /// Reports a row that is bad whatever its cells say.
    pub(in crate::imports) fn row(&mut self, cells: Cells<'_>, problem: Problem) {
        self.add(cells.line(), "", "", problem);
    }

    /// Reports that the file holds more than `at_most` of something, and ends the reading at this row.
    pub(in crate::imports) fn stop(&mut self, cells: Cells<'_>, column: &str, at_most: usize) {
        self.stop_at(cells.line(), column, at_most);
    }

    pub(super) fn stop_at(&mut self, line: u64, column: &str, at_most: usize) {
        self.stopped_at = Some(line);
        self.add(line, column, "", Problem::TooMany(at_most as u32));
    }

    /// A cell that can be taken and is doubtful.
    pub(in crate::imports) fn doubt(&mut self, cells: Cells<'_>, column: &str, doubt: Doubt) {
        let warnings = &mut self.warnings;
        warnings.count += 1;
        let value = Line::new(&shortened(cells.get(column))).into();
        let warning = Warning { line: cells.line(), column: column.to_owned(), value, doubt };
        warning.hash(&mut warnings.hasher);
        if warnings.listed.len() < WARNINGS_LISTED {
            warnings.listed.push(warning);
        }
    }

    pub(in crate::imports) fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// How many rows are bad. Each has one bad cell or several.
    pub(in crate::imports) fn rows(&self) -> u64 {
        self.lines.len() as u64
    }

    /// How many cells are bad.
    pub(in crate::imports) fn cells(&self) -> u64 {
        self.cells
    }

    /// The line at which reading stopped because the file holds more than a file may.
    pub(in crate::imports) fn stopped_at(&self) -> Option<u64> {
        self.stopped_at
    }

    /// The mark of all warnings; 0 if there are none.
    pub(in crate::imports) fn warnings_mark(&self) -> u64 {
        if self.warnings.count == 0 { 0 } else { self.warnings.hasher.finish().max(1) }
    }

    /// How many warnings there are.
    pub(in crate::imports) fn warnings_count(&self) -> u64 {
        self.warnings.count
    }

    /// Takes the first warnings out, by line.
    pub(in crate::imports) fn take_warnings(&mut self) -> Vec<Warning> {
        let mut listed = std::mem::take(&mut self.warnings.listed);
        listed.sort_by_key(|warning| warning.line);
        listed
    }

    /// The first bad cells, by line.
    pub(in crate::imports) fn listed(mut self) -> Vec<BadRow> {
        self.listed.sort_by_key(|bad| bad.line);
        self.listed
    }

    pub(super) fn add(&mut self, line: u64, column: &str, value: &str, problem: Problem) {
        self.cells += 1;
        self.lines.insert(line);
        if self.listed.len() < BAD_CELLS_LISTED {
            self.listed.push(BadRow { line, column: column.to_owned(), value: shortened(value), problem });
        }
    }
}

/// Long enough to recognise the cell.
pub(in crate::imports) fn shortened(value: &str) -> String {
    const SHOWN: usize = 120;
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}
