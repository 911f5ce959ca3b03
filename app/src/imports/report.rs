//! What came of a file: how it was read, sums, warnings, first passwords, and every bad cell with its line and reason.

use domain::error::BadRow;
use domain::imports::{IMPORT_PARTS_AT_MOST, IMPORT_ROWS_AT_MOST, ImportKind, ImportReport};
use domain::rules::KindRef;
use leptos::prelude::*;

use super::changed;
use super::words::{heading, separator};
use crate::context::Report;
use crate::failure::describe_problem;
use crate::refused_rows::{describe_doubt, describe_note};
use crate::text::keys::*;
use crate::text::{self, number, t, tf};
use crate::ui::{Card, Icon, Notice, Tone};

/// Bad cells, and warnings, on the page: correcting them takes an hour. More bad cells are in the file beside.
const SHOWN: usize = 200;

/// What came of the file that was sent last.
pub(super) fn shown(report: Option<Report>, kinds: &[KindRef]) -> AnyView {
    match report {
        Some(Report::Import { file, kind, outcome }) => {
            done((&file, ImportKind::parse(&kind)), kinds, &outcome)
        }
        _ => ().into_any(),
    }
}

/// A file by its name, and what it holds.
type FileOf<'f> = (&'f str, Option<ImportKind>);

fn done((file, kind): FileOf<'_>, kinds: &[KindRef], report: &ImportReport) -> AnyView {
    let (tone, title) = match (report.bad.is_empty(), report.is_written) {
        (false, _) => (Tone::Missed, IMPORTS_BAD),
        (true, true) => (Tone::Met, IMPORTS_WRITTEN),
        (true, false) if report.warnings_count > 0 => (Tone::Risk, IMPORTS_WOULD_WRITE),
        (true, false) => (Tone::Met, IMPORTS_WOULD_WRITE),
    };
    let title = tf(title, &[("file", &file)]);
    let notes: Vec<String> = report.notes.iter().map(describe_note).collect();
    let notice = match notes.is_empty() {
        true => view! { <Notice tone title alert=true/> }.into_any(),
        false => view! { <Notice tone title alert=true>{notes.join(" ")}</Notice> }.into_any(),
    };
    let sums = [
        (report.rows, IMPORTS_ROWS),
        (report.added, IMPORTS_ADDED),
        (report.changed, IMPORTS_CHANGED),
        (report.unchanged, IMPORTS_UNCHANGED),
        (report.bad_rows, IMPORTS_BAD_ROWS),
    ]
    .map(|(count, word)| {
        let count = number(i64::try_from(count).unwrap_or(i64::MAX));
        view! { <div><b>{count}</b><span>{t(word)}</span></div> }
    })
    .into_iter()
    .collect_view();
    let bad = (!report.bad.is_empty()).then(|| bad_cells((file, kind), report));
    let warnings = (!report.warnings.is_empty()).then(|| warnings((file, kind), report));
    let changed = kind.filter(|_| report.bad.is_empty() && !report.changes.is_empty());
    let changed = changed.map(|kind| changed::card(kind, kinds, report));
    let stopped = report.stopped_at.map(|line| {
        let shown = |count: u64| number(i64::try_from(count).unwrap_or(i64::MAX));
        let title = tf(IMPORTS_STOPPED, &[("line", &shown(line))]);
        let (rows, parts) = (shown(IMPORT_ROWS_AT_MOST as u64), shown(IMPORT_PARTS_AT_MOST as u64));
        let body = tf(IMPORTS_STOPPED_BODY, &[("rows", &rows), ("parts", &parts)]);
        view! { <Notice tone=Tone::Missed title=title>{body}</Notice> }
    });
    let passwords = (!report.passwords.is_empty()).then(|| passwords(&report.passwords));
    view! {
        <div class="report">
            {notice}
            {stopped}
            <Card>
                <div class="card__body report__sum">{sums}</div>
            </Card>
            {passwords}
            {bad}
            {warnings}
            {changed}
        </div>
    }
    .into_any()
}

fn passwords(made: &[(String, String)]) -> AnyView {
    let rows = made
        .iter()
        .map(|(user, password)| {
            view! { <tr role="row"><th role="rowheader" scope="row">{user.clone()}</th><td role="cell"><code class="num">{password.clone()}</code></td></tr> }
        })
        .collect_view();
    view! {
        <Card title=t(IMPORTS_PASSWORDS)>
            <table class="table">
                <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">{t(PERSON_USER_NAME)}</th><th role="columnheader" scope="col">{t(ACCOUNT_PASSWORD)}</th></tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </Card>
    }
    .into_any()
}

/// Cells with what is wrong or doubtful about them.
fn cells<'c>(cells: impl Iterator<Item = (u64, String, &'c str, String)>, reason: &'static str) -> AnyView {
    let rows = cells
        .take(SHOWN)
        .map(|(line, column, value, why)| {
            let column = if column.is_empty() { t(IMPORTS_WHOLE_ROW).to_owned() } else { column };
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row" class="report__line">{line}</th>
                    <td role="cell" data-label=t(IMPORTS_COLUMN)>{column}</td>
                    <td role="cell" data-label=t(IMPORTS_VALUE)><span class="report__cell">{value.to_owned()}</span></td>
                    <td role="cell" data-label=reason>{why}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table table--cards" role="table">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">{t(IMPORTS_LINE)}</th>
                    <th role="columnheader" scope="col">{t(IMPORTS_COLUMN)}</th>
                    <th role="columnheader" scope="col">{t(IMPORTS_VALUE)}</th>
                    <th role="columnheader" scope="col">{reason}</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .into_any()
}

/// What to look at before the file is written.
fn warnings((file, kind): FileOf<'_>, report: &ImportReport) -> AnyView {
    let count = |count: usize| number(i64::try_from(count).unwrap_or(i64::MAX));
    let all = usize::try_from(report.warnings_count).unwrap_or(usize::MAX);
    let lead = (!report.is_written).then(|| view! { <p class="hint">{t(IMPORTS_WARNINGS_LEAD)}</p> });
    let cut = (all > SHOWN).then(|| {
        let words = tf(IMPORTS_WARNINGS_LISTED, &[("n", &count(SHOWN)), ("all", &count(all))]);
        view! { <p class="hint">{words}</p> }
    });
    let rows = report
        .warnings
        .iter()
        .map(|of| (of.line, heading(kind, &of.column), &*of.value, describe_doubt(&of.doubt)));
    let table = cells(rows, t(IMPORTS_DOUBT));
    view! {
        <Card title=tf(IMPORTS_WARNINGS, &[("file", &file), ("n", &count(all))])>
            <div class="card__body">{lead} {cut}</div>
            {table}
        </Card>
    }
    .into_any()
}

fn bad_cells((file, kind): FileOf<'_>, report: &ImportReport) -> AnyView {
    let rows = report
        .bad
        .iter()
        .map(|bad| (bad.line, heading(kind, &bad.column), &*bad.value, describe_problem(&bad.problem)));
    let table = cells(rows, t(IMPORTS_REASON));
    let count = |count: usize| number(i64::try_from(count).unwrap_or(i64::MAX));
    let cut = (report.bad.len() > SHOWN).then(|| {
        let all = usize::try_from(report.bad_cells).unwrap_or(usize::MAX);
        let words = tf(IMPORTS_BAD_LISTED, &[("n", &count(SHOWN)), ("all", &count(all))]);
        let download = tf(IMPORTS_BAD_DOWNLOAD, &[("n", &count(report.bad.len()))]);
        view! {
            <div class="card__body">
                <p class="hint">{words}</p>
                <a class="btn btn--secondary" href=text::csv_href(&as_csv(kind, &report.bad)) download=t(IMPORTS_BAD_FILE)>
                    <Icon name="download"/>{download}
                </a>
            </div>
        }
    });
    view! {
        <Card title=tf(IMPORTS_BAD_ROWS_OF, &[("file", &file)])>
            {cut}
            {table}
        </Card>
    }
    .into_any()
}

/// The bad cells as a file of rows for a spreadsheet.
fn as_csv(kind: Option<ImportKind>, bad: &[BadRow]) -> String {
    let separator = separator();
    let head = [IMPORTS_LINE, IMPORTS_COLUMN, IMPORTS_VALUE, IMPORTS_REASON].map(|word| quoted(t(word)));
    let mut text = head.join(separator) + "\r\n";
    for row in bad {
        let cells = [
            row.line.to_string(),
            quoted(&heading(kind, &row.column)),
            quoted(&row.value),
            quoted(&describe_problem(&row.problem)),
        ];
        text.push_str(&cells.join(separator));
        text.push_str("\r\n");
    }
    text
}

/// Beginnings with which a spreadsheet takes a cell for a formula, in half and in full width. It skips tabs and line ends and
/// reads what follows.
const FORMULA_BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell that a spreadsheet always reads as text.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(FORMULA_BEGINNINGS) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::error::Problem;

    use super::*;

    #[test]
    fn bad_cells_become_rows_that_no_spreadsheet_reckons_with() {
        let bad = |line, value: &str| BadRow {
            line,
            column: "title".into(),
            value: value.into(),
            problem: Problem::Missing,
        };
        let csv =
            as_csv(None, &[bad(2, "=1+1"), bad(14, "Họp \"A\", B"), bad(15, "\t=1+1"), bad(16, "\r=1+1")]);
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 5);
        assert!(lines[1].starts_with("2;\"title\";\"'=1+1\";"), "{csv}");
        assert!(lines[2].starts_with("14;\"title\";\"Họp \"\"A\"\", B\";"), "{csv}");
        assert!(lines[3].starts_with("15;\"title\";\"'\t=1+1\";"), "{csv}");
        assert!(lines[4].starts_with("16;\"title\";\"'\r=1+1\";"), "{csv}");
    }
}
