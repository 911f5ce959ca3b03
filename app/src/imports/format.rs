//! How a file of each kind is written: its columns with the words they take, and a file to begin with.

use domain::access::{Role, Stage};
use domain::agencies::Level;
use domain::calendar::DayKind;
use domain::count::{Base, Counterpart, Form, Side};
use domain::imports::ImportKind;
use domain::rules::KindRef;
use leptos::prelude::*;

use super::page::kind_words;
use crate::context::Locale;
use crate::text::keys::*;
use crate::text::{self, Text, t, tf};
use crate::ui::{Card, Icon};
use crate::words;

/// Columns, allowed words, sample rows.
pub(super) fn card(kind: ImportKind, kinds: &[KindRef]) -> AnyView {
    let rows = kind
        .each_column()
        .map(|(column, is_optional)| {
            let about = about(kind, column).map(t).unwrap_or_default();
            let optional = is_optional.then(|| view! { <small class="hint">{t(IMPORTS_OPTIONAL)}</small> });
            let words = allowed(kind, column, kinds)
                .into_iter()
                .map(|(code, word)| value(code, word))
                .collect_view();
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row">{heading(kind, column)}" "{optional}</th>
                    <td role="cell" data-label=t(IMPORTS_CONTENT)><p>{about}</p><ul class="formats__words">{words}</ul></td>
                </tr>
            }
        })
        .collect_view();
    let sample = sample(kind, text::locale());
    let title = tf(IMPORTS_FORMAT, &[("kind", &t(kind_words(kind)))]);
    let name = format!("{}.csv", kind.code());
    let book = format!("/admin/imports/{}/sample.xlsx", kind.code());
    // No cell of a sample holds a comma.
    let file = text::csv_href(&sample.replace(',', separator()));
    view! {
        <Card title=title>
            <p class="card__body hint">{t(IMPORTS_COLUMNS)}</p>
            <table class="table table--cards" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{t(IMPORTS_COLUMN)}</th>
                        <th role="columnheader" scope="col">{t(IMPORTS_CONTENT)}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
            <div class="card__body formats__sample">
                <p class="hint">{t(IMPORTS_SAMPLE)}</p>
                <pre class="report__cell" tabindex="0">{sample}</pre>
                <div class="formats__files">
                    <a class="btn btn--secondary" href=book download=format!("{}.xlsx", kind.code()) rel="external">
                        <Icon name="download"/>{t(IMPORTS_SAMPLE_BOOK)}
                    </a>
                    <a class="btn btn--secondary" href=file download=name>
                        <Icon name="download"/>{t(IMPORTS_SAMPLE_DOWNLOAD)}
                    </a>
                </div>
            </div>
        </Card>
    }
    .into_any()
}

/// A column as its header names it: for readers of Vietnamese by its heading, and beside it by the code that is read as well.
fn heading(kind: ImportKind, column: &'static str) -> AnyView {
    let code = || view! { <code lang="en">{column}</code> };
    match text::locale() {
        Locale::Vi => {
            view! { {kind.heading(column).to_owned()}<br/><small class="hint">{code()}</small> }.into_any()
        }
        Locale::En => code().into_any(),
    }
}

/// A value that a column takes: for readers of Vietnamese by its word, and beside it by the code that is read as well.
fn value(code: String, word: String) -> AnyView {
    match text::locale() {
        Locale::Vi => {
            view! { <li>{word}" "<small class="hint"><code lang="en">{code}</code></small></li> }.into_any()
        }
        Locale::En => view! { <li><code lang="en">{code}</code>" "{word}</li> }.into_any(),
    }
}

/// The sample of a kind of file, with its headings in the language of the reader.
pub fn sample(kind: ImportKind, locale: Locale) -> String {
    match locale {
        Locale::Vi => kind.sample_with_headings(),
        Locale::En => kind.sample().to_owned(),
    }
}

/// What spreadsheets part cells by. Where the comma is the decimal mark, it is the semicolon.
pub(super) fn separator() -> &'static str {
    text::locale().pick(";", ",")
}

/// What stands in a column; none for a column that no kind of file has.
fn about(kind: ImportKind, column: &str) -> Option<Text> {
    Some(match (kind, column) {
        (ImportKind::Agencies | ImportKind::Rooms, "code") => IMPORTS_ABOUT_CODE,
        (ImportKind::Agencies, "parent") => IMPORTS_ABOUT_PARENT,
        (ImportKind::Agencies, "level") => IMPORTS_ABOUT_LEVEL,
        (ImportKind::Agencies, "name") => IMPORTS_ABOUT_AGENCY_NAME,
        (ImportKind::Agencies, "short_name") => IMPORTS_ABOUT_SHORT_NAME,
        (ImportKind::Agencies, "aliases") => IMPORTS_ABOUT_ALIASES,
        (ImportKind::People, "user_name") => IMPORTS_ABOUT_USER_NAME,
        (ImportKind::People, "name") => IMPORTS_ABOUT_PERSON_NAME,
        (ImportKind::People, "position") => IMPORTS_ABOUT_POSITION,
        (ImportKind::People, "roles") => IMPORTS_ABOUT_ROLES,
        (ImportKind::People, "password") => IMPORTS_ABOUT_PASSWORD,
        (ImportKind::Rooms, "name") => IMPORTS_ABOUT_ROOM_NAME,
        (ImportKind::Rooms, "capacity") => IMPORTS_ABOUT_CAPACITY,
        (ImportKind::Rooms, "video") => IMPORTS_ABOUT_VIDEO,
        (ImportKind::Rooms, "equipment") => IMPORTS_ABOUT_EQUIPMENT,
        (ImportKind::Meetings, "title") => IMPORTS_ABOUT_TITLE,
        (ImportKind::Meetings, "kind") => IMPORTS_ABOUT_KIND,
        (ImportKind::Meetings, "form") => IMPORTS_ABOUT_FORM,
        (ImportKind::Meetings, "sittings") => IMPORTS_ABOUT_SITTINGS,
        (ImportKind::Meetings, "status") => IMPORTS_ABOUT_STATUS,
        (ImportKind::Meetings, "role") => IMPORTS_ABOUT_ROLE,
        (ImportKind::Meetings, "counterpart") => IMPORTS_ABOUT_COUNTERPART,
        (ImportKind::Meetings, "sites_connected") => IMPORTS_ABOUT_SITES,
        (ImportKind::Baseline, "year") => IMPORTS_ABOUT_YEAR,
        (ImportKind::Baseline, "base") => IMPORTS_ABOUT_BASE,
        (ImportKind::Baseline, "held") => IMPORTS_ABOUT_HELD,
        (ImportKind::Baseline, "source") => IMPORTS_ABOUT_SOURCE,
        (ImportKind::WorkDays, "date") => IMPORTS_ABOUT_DATE,
        (ImportKind::WorkDays, "kind") => IMPORTS_ABOUT_DAY_KIND,
        (ImportKind::WorkDays, "name") => IMPORTS_ABOUT_DAY_NAME,
        (_, "agency") => IMPORTS_ABOUT_AGENCY,
        _ => return None,
    })
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
    use leptos::reactive::owner::Owner;

    use super::*;

    #[test]
    fn every_column_of_every_file_is_explained() {
        for kind in ImportKind::ALL {
            for (column, _) in kind.each_column() {
                assert!(about(kind, column).is_some(), "{kind:?} {column}");
            }
        }
        assert!(about(ImportKind::Rooms, "colour").is_none());
    }

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

    #[test]
    fn a_sample_begins_with_every_column() {
        for kind in ImportKind::ALL {
            let columns: Vec<&str> = kind.each_column().map(|(column, _)| column).collect();
            assert_eq!(kind.sample().lines().next(), Some(columns.join(",").as_str()), "{kind:?}");
        }
    }
}
