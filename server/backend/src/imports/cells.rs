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
        let problem = if code.is_empty() { Problem::Missing } else { no_such_agency(import, places, &code) };
        import.bad.cell(cells, "agency", problem);
        return Ok(None);
    };
    let permitted = permit(import.caller, action(kind), Scope::Agency(&place.path));
    Ok(import.allowed(cells, "agency", permitted)?.then_some(place))
}

/// Why no agency is found by a code.
pub(super) fn no_such_agency(import: &mut Import<'_>, places: &Places, code: &str) -> Problem {
    // Made when the first unknown code comes: a file may have thousands, and there may be thousands of agencies.
    import.agency_codes.get_or_insert_with(|| places.codes().collect()).no_such(code)
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
    let problem = match domain::imports::number(&text) {
        Ok(value) if (from..=to).contains(&value) => return Some(value),
        Err(Some(value)) if (from..=to).contains(&value) => Problem::WriteNumber(value),
        _ if text.is_empty() => Problem::Missing,
        _ => Problem::NotInRange(from, to),
    };
    import.bad.cell(cells, column, problem);
    None
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

/// A cell as people see it, with the codes for the words that its column knows.
pub(super) fn line(cells: Cells<'_>, column: &str) -> Line {
    Line::new(&cells.value(column))
}
