//! Finds what a new thing of a file may already be: codes that differ only in what people mistype and spreadsheets lose,
//! and equal names in one place. Compares texts, and knows no table.

use std::collections::HashMap;

use domain::error::Problem;
use domain::ids::AgencyId;
use domain::imports::{Doubt, doubt_of_code, loose_key, name_key, without_zeros};

use super::Import;
use super::table::Cells;

/// Codes by what is left of them without capitals, marks, spaces, dashes and the zeros before numbers.
#[derive(Debug, Default)]
pub(super) struct LikeCodes(HashMap<String, Vec<String>>);

impl LikeCodes {
    /// Adds a code.
    pub(super) fn insert(&mut self, code: &str) {
        self.0.entry(without_zeros(&loose_key(code))).or_default().push(code.to_owned());
    }

    fn like(&self, code: &str) -> &[String] {
        let key = without_zeros(&loose_key(code));
        self.0.get(&key).filter(|_| !key.is_empty()).map_or(&[], Vec::as_slice)
    }

    /// Why a code that nobody has cannot be taken. Names the one that is meant if only one looks like it.
    pub(super) fn no_such(&self, code: &str) -> Problem {
        let like = match self.like(code) {
            [only] => only.clone(),
            _ => String::new(),
        };
        Problem::NoSuchCode { like }
    }

    /// What is doubtful about a new code.
    fn doubt(&self, code: &str) -> Option<Doubt> {
        if let Some(doubt) = doubt_of_code(code) {
            return Some(doubt);
        }
        let other = self.like(code).iter().min()?.clone();
        let is_zeros = loose_key(&other) != loose_key(code);
        Some(if is_zeros { Doubt::ZerosLost { code: other } } else { Doubt::LikeCode { code: other } })
    }
}

impl<'c> FromIterator<&'c str> for LikeCodes {
    fn from_iter<I: IntoIterator<Item = &'c str>>(codes: I) -> LikeCodes {
        let mut like = LikeCodes::default();
        codes.into_iter().for_each(|code| like.insert(code));
        like
    }
}

/// Things of agencies by their names, each with its code.
#[derive(Debug, Default)]
pub(super) struct SameNames(HashMap<(Option<AgencyId>, String), String>);

impl SameNames {
    /// Adds a thing. Of several with one name the one whose code is the first in order is told, so that a file has the
    /// same warnings each time.
    pub(super) fn insert(&mut self, place: Option<AgencyId>, name: &str, code: &str) {
        let known = self.0.entry((place, name_key(name))).or_insert_with(|| code.to_owned());
        if code < known.as_str() {
            code.clone_into(known);
        }
    }

    /// The code of the thing with this name.
    pub(super) fn find(&self, place: Option<AgencyId>, name: &str) -> Option<&str> {
        self.0.get(&(place, name_key(name))).map(String::as_str)
    }
}

/// What there is already, stored or in rows above: what a new thing is compared with.
#[derive(Debug, Default)]
pub(super) struct Likeness {
    codes: LikeCodes,
    names: SameNames,
}

impl Likeness {
    /// Adds a thing of an agency.
    pub(super) fn insert(&mut self, place: Option<AgencyId>, code: &str, name: &str) {
        self.codes.insert(code);
        self.names.insert(place, name, code);
    }

    /// Warns of what is doubtful about a new thing in a row, and adds it. `column` holds its code.
    pub(super) fn look_at_new(
        &mut self,
        import: &mut Import<'_>,
        (cells, column): (Cells<'_>, &str),
        place: Option<AgencyId>,
        code: &str,
        name: &str,
    ) {
        let doubt = self.codes.doubt(code);
        let other = self.names.find(place, name);
        let is_told = match (&doubt, other) {
            (Some(Doubt::ZerosLost { code } | Doubt::LikeCode { code }), Some(other)) => code == other,
            _ => false,
        };
        if let (Some(other), false) = (other, is_told) {
            import.bad.doubt(cells, "name", Doubt::SameName { code: other.to_owned() });
        }
        if let Some(doubt) = doubt {
            import.bad.doubt(cells, column, doubt);
        }
        self.insert(place, code, name);
    }
}
