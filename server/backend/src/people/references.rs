//! People as other things name them: the columns, and what tells two people apart who look the same in a list.
//! Knows no caller.

use domain::people::PersonRef;

use crate::stop::Done;
use crate::stored;

/// A person's identifier, name, position, agency and mark.
pub(crate) type ReferenceRow = (String, String, String, String, String);

/// Reads people `p` of agencies `a` as others name them.
pub(crate) fn references() -> String {
    format!(
        "SELECT p.id, p.name, p.position, a.short_name, {} FROM person p JOIN agency a ON a.id = p.agency_id",
        namesake_mark("p", "a")
    )
}

/// The same without what tells namesakes apart, for rows that are not shown.
pub(super) const UNMARKED: &str =
    "SELECT p.id, p.name, p.position, a.short_name, '' FROM person p JOIN agency a ON a.id = p.agency_id";

pub(crate) fn reference((id, name, position, agency, mark): ReferenceRow) -> Done<PersonRef> {
    Ok(PersonRef { id: stored::id(&id)?, name, position, agency, namesake_mark: mark })
}

/// Whether somebody else looks the same in a list: name, position and the agency's short name. People who no longer
/// sign in count, because rolls name them for ever.
fn has_namesake(person: &str, agency: &str) -> String {
    format!(
        "{person}.name_key <> '' AND EXISTS (SELECT 1 FROM person n JOIN agency na ON na.id = n.agency_id WHERE n.name_key = {person}.name_key \
         AND n.id <> {person}.id AND n.position = {person}.position AND na.short_name = {agency}.short_name)"
    )
}

/// What tells a person from such a namesake: the user name, else nothing.
pub(crate) fn namesake_mark(person: &str, agency: &str) -> String {
    let has_namesake = has_namesake(person, agency);
    format!("CASE WHEN {has_namesake} THEN {person}.user_name ELSE '' END")
}

/// The same in brackets, as it stands behind a name.
pub(crate) fn behind_name(person: &str, agency: &str) -> String {
    let has_namesake = has_namesake(person, agency);
    format!("CASE WHEN {has_namesake} THEN ' (' || {person}.user_name || ')' ELSE '' END")
}

/// The name as [`PersonRef::distinct_name`] gives it, for what keeps a name alone.
pub(crate) fn distinct_name(person: &str, agency: &str) -> String {
    format!("{person}.name || {}", behind_name(person, agency))
}
