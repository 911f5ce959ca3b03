//! What the page of imports calls things: kinds of files, their columns, and the words that columns take.

use domain::access::{Role, Stage};
use domain::agencies::Level;
use domain::calendar::DayKind;
use domain::count::{Base, Counterpart, Form, Side};
use domain::imports::ImportKind;
use domain::rules::KindRef;

use crate::text::keys::*;
use crate::text::{self, Text, t};
use crate::words;

/// The name of a kind of file.
pub(super) fn kind_words(kind: ImportKind) -> Text {
    match kind {
        ImportKind::Agencies => AGENCIES_TITLE,
        ImportKind::People => PEOPLE_TITLE,
        ImportKind::Rooms => ROOMS_TITLE,
        ImportKind::Meetings => IMPORTS_MEETINGS,
        ImportKind::Baseline => IMPORTS_BASELINE,
        ImportKind::WorkDays => WORK_DAYS_TITLE,
    }
}

/// A column by its heading in the reader's language; one that the kind does not have as it was written.
pub(super) fn heading(kind: Option<ImportKind>, column: &str) -> String {
    let heading = kind.map_or(column, |kind| kind.heading(column));
    text::locale().pick(heading, column).to_owned()
}

/// What spreadsheets part cells by. Where the comma is the decimal mark, it is the semicolon.
pub(super) fn separator() -> &'static str {
    text::locale().pick(";", ",")
}

/// The words that a column takes and no others, each with its meaning; none where it takes any.
pub(super) fn allowed(kind: ImportKind, column: &str, kinds: &[KindRef]) -> Vec<(String, String)> {
    let word = |code: &str, word: &str| (code.to_owned(), word.to_owned());
    match (kind, column) {
        (ImportKind::Agencies, "level") => [Level::Province, Level::Department, Level::Commune, Level::Unit]
            .map(|level| word(level.code(), words::agency_level(level)))
            .to_vec(),
        (ImportKind::People, "roles") => Role::ALL.map(|role| word(role.code(), words::role(role))).to_vec(),
        (ImportKind::Rooms, "video") => {
            vec![word("yes", t(IMPORTS_WORD_YES)), word("no", t(IMPORTS_WORD_NO))]
        }
        (ImportKind::Meetings, "kind") => {
            kinds.iter().map(|kind| word(&kind.code, text::either(&kind.name_vi, &kind.name_en))).collect()
        }
        (ImportKind::Meetings, "form") => [Form::InPerson, Form::Online, Form::Hybrid]
            .map(|form| word(form.code(), words::form(form)))
            .to_vec(),
        (ImportKind::Meetings, "status") => {
            [Stage::Held, Stage::Cancelled, Stage::Postponed, Stage::Scheduled]
                .map(|stage| word(stage.code(), words::stage(stage)))
                .to_vec()
        }
        (ImportKind::Meetings, "role") => vec![
            word(Side::Organised.code(), t(IMPORTS_WORD_ORGANISED)),
            word(Side::Attended.code(), t(IMPORTS_WORD_ATTENDED)),
        ],
        (ImportKind::Meetings, "counterpart") => {
            Counterpart::ALL.map(|with| word(with.code(), words::counterpart(with))).to_vec()
        }
        (ImportKind::Baseline, "base") => vec![
            word(Base::Conferences.code(), t(IMPORTS_WORD_CONFERENCES)),
            word(Base::All.code(), t(IMPORTS_WORD_ALL)),
        ],
        (ImportKind::WorkDays, "kind") => {
            DayKind::ALL.map(|kind| word(kind.code(), words::day_kind(kind))).to_vec()
        }
        _ => Vec::new(),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos::prelude::*;

    use super::*;
    use crate::context::Locale;

    #[test]
    fn every_word_that_is_shown_is_read() {
        for locale in [Locale::Vi, Locale::En] {
            Owner::new().with(|| {
                provide_context(locale);
                for kind in ImportKind::ALL {
                    for (column, _) in kind.each_column() {
                        for (code, word) in allowed(kind, column, &[]) {
                            assert_eq!(kind.value(column, &word), code, "{kind:?} {column} {word}");
                        }
                    }
                }
            });
        }
    }
}
