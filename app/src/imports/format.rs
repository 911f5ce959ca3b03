//! How a file of each kind is written: its columns with the words they take, and a file to begin with.

use domain::imports::ImportKind;
use domain::rules::KindRef;
use leptos::prelude::*;

use super::words::{allowed, kind_words, separator};
use crate::context::Locale;
use crate::text::keys::*;
use crate::text::{self, Text, t, tf};
use crate::ui::{Card, Icon};

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

#[cfg(all(test, feature = "ssr"))]
mod tests {
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
    fn a_sample_begins_with_every_column() {
        for kind in ImportKind::ALL {
            let columns: Vec<&str> = kind.each_column().map(|(column, _)| column).collect();
            assert_eq!(kind.sample().lines().next(), Some(columns.join(",").as_str()), "{kind:?}");
        }
    }
}
