//! What the rows of a file change of what is there, before it is written.

use domain::imports::{CHANGES_LISTED, CellChange, ImportKind, ImportReport, RowChange};
use domain::rules::KindRef;
use leptos::prelude::*;

use super::words::{allowed, heading};
use crate::text::keys::*;
use crate::text::{number, t, tf};
use crate::ui::Card;

/// The changed rows, with what is there and what the file puts there.
pub(super) fn card(kind: ImportKind, kinds: &[KindRef], report: &ImportReport) -> AnyView {
    let count = |count: usize| number(i64::try_from(count).unwrap_or(i64::MAX));
    let all = usize::try_from(report.changed).unwrap_or(usize::MAX);
    let cut = (all > CHANGES_LISTED).then(|| {
        let words = tf(IMPORTS_CHANGES_LISTED, &[("n", &count(CHANGES_LISTED)), ("all", &count(all))]);
        view! { <div class="card__body"><p class="hint">{words}</p></div> }
    });
    let title = if report.is_written { IMPORTS_CHANGES_WRITTEN } else { IMPORTS_CHANGES };
    let rows = report.changes.iter().map(|change| row(kind, kinds, change)).collect_view();
    view! {
        <Card title=tf(title, &[("n", &count(all))])>
            {cut}
            <table class="table table--cards" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{t(IMPORTS_LINE)}</th>
                        <th role="columnheader" scope="col">{heading(Some(kind), kind.named_by())}</th>
                        <th role="columnheader" scope="col">{t(IMPORTS_CHANGE)}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </Card>
    }
    .into_any()
}

fn row(kind: ImportKind, kinds: &[KindRef], change: &RowChange) -> AnyView {
    let cells = change.cells.iter().map(|cell| changed_cell(kind, kinds, cell)).collect_view();
    // A day off that is stored already changes nothing itself; its year is now marked as entered in full.
    let same = change.cells.is_empty().then(|| view! { <p>{t(IMPORTS_CHANGE_OF_YEAR)}</p> });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" class="report__line">{change.line}</th>
            <td role="cell" data-label=heading(Some(kind), kind.named_by())>{change.name.clone()}</td>
            <td role="cell" data-label=t(IMPORTS_CHANGE)>{cells}{same}</td>
        </tr>
    }
    .into_any()
}

fn changed_cell(kind: ImportKind, kinds: &[KindRef], cell: &CellChange) -> AnyView {
    let [before, after] = [&cell.before, &cell.after].map(|value| worded(kind, &cell.column, value, kinds));
    view! {
        <p>
            {heading(Some(kind), &cell.column)}": "<span class="was">{before}</span>" → "<b>{after}</b>
        </p>
    }
    .into_any()
}

/// The value of a cell, with words in place of codes. An empty value is shown as `(empty)`.
fn worded(kind: ImportKind, column: &str, value: &str, kinds: &[KindRef]) -> String {
    if value.is_empty() {
        return t(IMPORTS_EMPTY_CELL).to_owned();
    }
    // Whether sites were connected is all that is kept of their number.
    let words = match (kind, column) {
        (ImportKind::Meetings, "sites_connected") => allowed(ImportKind::Rooms, "video", kinds),
        _ => allowed(kind, column, kinds),
    };
    let word = |code: &str| words.iter().find(|(known, _)| known == code).map(|(_, word)| word.clone());
    let part = |part: &str| match part.split_once('@') {
        Some((role, agency)) => word(role).map(|role| format!("{role} ({agency})")),
        None => word(part),
    };
    let parts = value.split('|').map(|text| part(text).unwrap_or_else(|| text.to_owned()));
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::context::Locale;

    #[test]
    fn a_cell_is_said_in_words() {
        Owner::new().with(|| {
            provide_context(Locale::Vi);
            for (kind, column, value, words) in [
                (ImportKind::People, "roles", "delegate|secretary@Sở Y tế", "Đại biểu, Thư ký (Sở Y tế)"),
                (ImportKind::People, "roles", "", "(trống)"),
                (ImportKind::People, "name", "secretary", "secretary"),
                (ImportKind::Meetings, "sites_connected", "yes", "có"),
                (ImportKind::Meetings, "form", "online", "Trực tuyến"),
                (ImportKind::Agencies, "aliases", "Sở A|Sở B", "Sở A, Sở B"),
            ] {
                assert_eq!(worded(kind, column, value, &[]), words);
            }
        });
    }
}
