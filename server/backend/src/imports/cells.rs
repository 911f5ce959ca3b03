//! Reads the cells that several kinds of file share. A cell that cannot be taken is reported, and then there is no value.

use std::collections::HashMap;

use domain::access::Scope;
use domain::error::Problem;
use domain::imports::ImportKind;

use super::table::Cells;
use super::{Import, action};
use crate::access::permit;
use crate::agencies::Place;
use crate::stop::Done;

/// The agency a row names; a code that nobody has, or for which the caller may not import, is a bad cell.
pub(super) fn place_of<'p>(
    import: &mut Import<'_>,
    places: &'p HashMap<String, Place>,
    cells: Cells<'_>,
    kind: ImportKind,
) -> Done<Option<&'p Place>> {
    let code = cells.get("agency");
    let Some(place) = places.get(code) else {
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
    let text = cells.get(column);
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
    let text = cells.get(column);
    let value = parse(text);
    if value.is_none() {
        let problem = if text.is_empty() { Problem::Missing } else { Problem::Unknown };
        import.bad.cell(cells, column, problem);
    }
    value
}

/// A text that must be there and not be too long.
pub(super) fn text(import: &mut Import<'_>, cells: Cells<'_>, column: &str, at_most: u32) -> Option<String> {
    let text = cells.get(column);
    let problem = match text.chars().count() {
        0 => Problem::Missing,
        length if length > at_most as usize => Problem::TooLong(at_most),
        _ => return Some(text.to_owned()),
    };
    import.bad.cell(cells, column, problem);
    None
}
