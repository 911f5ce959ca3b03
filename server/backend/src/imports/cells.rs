//! Reads the cells that several kinds of file share. A cell that cannot be taken is reported, and then there is no value.

use domain::access::Scope;
use domain::error::Problem;
use domain::imports::ImportKind;
use domain::text::Line;

use super::table::Cells;
use super::{Import, action};
use crate::access::permit;
use crate::agencies::{Place, Places};
use crate::stop::Done;

/// The agency a row names; a code that nobody has, or for which the caller may not import, is a bad cell.
pub(super) fn place_of<'p>(
    import: &mut Import<'_>,
    places: &'p Places,
    cells: Cells<'_>,
    kind: ImportKind,
) -> Done<Option<&'p Place>> {
    let code = line(cells, "agency");
    let Some(place) = places.get(&code) else {
        let problem = if code.is_empty() { Problem::Missing } else { Problem::Unknown };
        import.bad.cell(cells, "agency", problem);
        return Ok(None);
    };
    let permitted = permit(import.caller, action(kind), Scope::Agency(&place.path));
    Ok(import.allowed(cells, "agency", permitted)?.then_some(place))
}

/// A whole number of a range.
pub(super) fn number(
    import: &mut Import<'_>,
    cells: Cells<'_>,
    column: &str,
    from: i64,
    to: i64,
) -> Option<i64> {
    let text = line(cells, column);
    let value = text.parse().ok().filter(|value| (from..=to).contains(value));
    if value.is_none() {
        let problem = if text.is_empty() { Problem::Missing } else { Problem::NotInRange(from, to) };
        import.bad.cell(cells, column, problem);
    }
    value
}

/// One of the words that a column knows.
pub(super) fn choice<T>(
    import: &mut Import<'_>,
    cells: Cells<'_>,
    column: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let text = line(cells, column);
    let value = parse(&text);
    if value.is_none() {
        let problem = if text.is_empty() { Problem::Missing } else { Problem::Unknown };
        import.bad.cell(cells, column, problem);
    }
    value
}

/// A text that must be there and not be too long.
pub(super) fn text(import: &mut Import<'_>, cells: Cells<'_>, column: &str, at_most: u32) -> Option<Line> {
    match Line::parse(cells.get(column), at_most) {
        Ok(text) => Some(text),
        Err(problem) => {
            import.bad.cell(cells, column, problem);
            None
        }
    }
}

/// A cell as people see it.
pub(super) fn line(cells: Cells<'_>, column: &str) -> Line {
    Line::new(cells.get(column))
}
