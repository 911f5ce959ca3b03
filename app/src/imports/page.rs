//! The page of imports: what kind, which file, look or leap; then the report.

use domain::access::Action;
use domain::error::BadRow;
use domain::imports::{BAD_CELLS_LISTED, ImportKind, ImportReport};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::calls::import_report;
use crate::admin;
use crate::context::Report;
use crate::failure::{Problem, describe_problem};
use crate::session;
use crate::text::keys::*;
use crate::text::{Text, number, t, tf};
use crate::ui::{Card, Choice, Icon, Notice, Tone, loaded, resource};

/// The page of imports.
#[component]
pub fn ImportsPage() -> impl IntoView {
    let query = use_query_map();
    let name = Memo::new(move |_| query.with(|query| query.get("report").unwrap_or_default()));
    let report = resource(move || name.get(), import_report);
    let kinds: Vec<ImportKind> = ImportKind::ALL.into_iter().filter(|kind| may(*kind)).collect();
    let first = kinds.first().copied().unwrap_or(ImportKind::Meetings);
    let asked = move || {
        let asked = query.with(|query| query.get("kind")).and_then(|kind| ImportKind::parse(&kind));
        asked.filter(|kind| may(*kind)).unwrap_or(first)
    };
    let tabs = move || {
        let link = |kind: &ImportKind| {
            let href = format!("/admin/imports?kind={}", kind.code());
            view! { <a href=href aria-current=(*kind == asked()).then_some("page")>{t(kind_words(*kind))}</a> }
        };
        view! { <nav class="tabs" aria-label=t(IMPORTS_KIND)>{kinds.iter().map(link).collect_view()}</nav> }
    };
    view! {
        {admin::head(IMPORTS_TITLE, IMPORTS_LEAD)}
        <div class="admin">
            {tabs}
            {loaded(report, shown)}
            {move || form(asked())}
        </div>
    }
}

fn may(kind: ImportKind) -> bool {
    session::may_somewhere(match kind {
        ImportKind::Agencies => Action::ManageAgencies,
        ImportKind::People => Action::ManagePeople,
        ImportKind::Rooms => Action::ManageRooms,
        ImportKind::Meetings => Action::ImportMeetings,
        ImportKind::Baseline => Action::ImportBaseline,
    })
}

fn kind_words(kind: ImportKind) -> Text {
    match kind {
        ImportKind::Agencies => AGENCIES_TITLE,
        ImportKind::People => PEOPLE_TITLE,
        ImportKind::Rooms => ROOMS_TITLE,
        ImportKind::Meetings => IMPORTS_MEETINGS,
        ImportKind::Baseline => IMPORTS_BASELINE,
    }
}

fn form(kind: ImportKind) -> AnyView {
    view! {
        <form class="card" method="post" enctype="multipart/form-data" action=format!("/admin/imports/{}", kind.code())>
            <div class="formpage__sec">
                <h2>{t(kind_words(kind))}</h2>
                <p class="hint">{t(IMPORTS_COLUMNS)}" "<code class="report__cell" lang="en">{kind.columns()}</code></p>
                // The choice stands before the file, so that the server knows it when the bytes come.
                <fieldset class="field">
                    <legend>{t(IMPORTS_MODE)}</legend>
                    <div class="choices choices--2">
                        <Choice name="mode" value="dry_run" label=t(IMPORTS_DRY_RUN) hint=t(IMPORTS_DRY_RUN_HINT) radio=true checked=true/>
                        <Choice name="mode" value="write" label=t(IMPORTS_WRITE) hint=t(IMPORTS_WRITE_HINT) radio=true/>
                    </div>
                </fieldset>
                <div class="field">
                    <label for="file">{t(IMPORTS_FILE)}</label>
                    <p class="hint">{t(IMPORTS_FILE_HINT)}</p>
                    <input class="input" id="file" name="file" r#type="file" accept=".csv,text/csv" required=true/>
                </div>
                <div class="formpage__acts">
                    <button class="btn btn--primary"><Icon name="upload"/>{t(IMPORTS_SUBMIT)}</button>
                </div>
            </div>
        </form>
    }
    .into_any()
}

fn shown(report: Option<Report>) -> AnyView {
    match report {
        Some(Report::Import { file, outcome, .. }) => match outcome {
            Ok(report) => done(&file, &report),
            Err(failure) => view! { <Problem failure/> }.into_any(),
        },
        _ => ().into_any(),
    }
}

fn done(file: &str, report: &ImportReport) -> AnyView {
    let (tone, title) = match (report.bad.is_empty(), report.is_written) {
        (false, _) => (Tone::Missed, IMPORTS_BAD),
        (true, true) => (Tone::Met, IMPORTS_WRITTEN),
        (true, false) => (Tone::Met, IMPORTS_WOULD_WRITE),
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
    let bad = (!report.bad.is_empty()).then(|| bad_rows(file, &report.bad));
    let passwords = (!report.passwords.is_empty()).then(|| passwords(&report.passwords));
    view! {
        <div class="report">
            <Notice tone title=tf(title, &[("file", &file)]) alert=true/>
            <Card>
                <div class="card__body report__sum">{sums}</div>
            </Card>
            {passwords}
            {bad}
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

fn bad_rows(file: &str, bad: &[BadRow]) -> AnyView {
    let rows = bad
        .iter()
        .map(|row| {
            let column =
                if row.column.is_empty() { t(IMPORTS_WHOLE_ROW).to_owned() } else { row.column.clone() };
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row" class="report__line">{row.line}</th>
                    <td role="cell" data-label=t(IMPORTS_COLUMN)>{column}</td>
                    <td role="cell" data-label=t(IMPORTS_VALUE)><span class="report__cell">{row.value.clone()}</span></td>
                    <td role="cell" data-label=t(IMPORTS_REASON)>{describe_problem(&row.problem)}</td>
                </tr>
            }
        })
        .collect_view();
    let is_cut = bad.len() >= BAD_CELLS_LISTED;
    let cut = is_cut
        .then(|| view! { <p class="card__body hint">{tf(IMPORTS_BAD_LISTED, &[("n", &bad.len())])}</p> });
    view! {
        <Card title=tf(IMPORTS_BAD_ROWS_OF, &[("file", &file)])>
            {cut}
            <table class="table table--cards" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{t(IMPORTS_LINE)}</th>
                        <th role="columnheader" scope="col">{t(IMPORTS_COLUMN)}</th>
                        <th role="columnheader" scope="col">{t(IMPORTS_VALUE)}</th>
                        <th role="columnheader" scope="col">{t(IMPORTS_REASON)}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </Card>
    }
    .into_any()
}
