//! The page of imports: what kind, which file, look or leap; the report, and how such a file is written.

use domain::access::Action;
use domain::imports::ImportKind;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::calls::import_report;
use super::words::kind_words;
use super::{format, report};
use crate::admin;
use crate::context::Report;
use crate::failure::Problem;
use crate::form::posted;
use crate::session;
use crate::text::keys::*;
use crate::text::{number, t, tf};
use crate::ui::{Choice, Icon, loaded, resource};

/// The page of imports.
#[component]
pub fn ImportsPage() -> impl IntoView {
    let query = use_query_map();
    let name = Memo::new(move |_| query.with(|query| query.get("report").unwrap_or_default()));
    let told = resource(move || name.get(), import_report);
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
            {posted().failure.map(|failure| view! { <Problem failure/> })}
            {loaded(told, move |told| {
                let kinds = told.kinds;
                let checked = Checked::of(told.report.as_ref());
                view! {
                    {report::shown(told.report, &kinds)}
                    {move || form(asked(), checked.as_ref().filter(|checked| checked.kind == asked()))}
                    {move || format::card(asked(), &kinds)}
                }
                .into_any()
            })}
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
        ImportKind::WorkDays => Action::ManageWorkDays,
    })
}

/// A file that can be written as the form is sent next.
#[derive(Clone, Copy)]
struct Checked {
    kind: ImportKind,
    warnings: u64,
    /// Stands for the warnings, which were shown above.
    mark: u64,
}

impl Checked {
    fn of(report: Option<&Report>) -> Option<Checked> {
        let Some(Report::Import { kind, outcome, .. }) = report else { return None };
        let kind = ImportKind::parse(kind)?;
        let is_open = outcome.bad.is_empty() && !outcome.is_written;
        is_open.then_some(Checked { kind, warnings: outcome.warnings_count, mark: outcome.warnings_mark })
    }
}

fn form(kind: ImportKind, checked: Option<&Checked>) -> AnyView {
    let writes = checked.is_some();
    let read = checked.filter(|checked| checked.warnings > 0).map(|checked| {
        let count = number(i64::try_from(checked.warnings).unwrap_or(i64::MAX));
        let label = tf(IMPORTS_WARNINGS_READ, &[("n", &count)]);
        view! { <div class="choices"><Choice name="warnings_read" value=checked.mark.to_string() label/></div> }
    });
    view! {
        <form class="card" method="post" enctype="multipart/form-data" action=format!("/admin/imports/{}", kind.code())>
            <div class="formpage__sec">
                <h2>{t(kind_words(kind))}</h2>
                // The choices stand before the file, so that the server knows them when the bytes come.
                <fieldset class="field">
                    <legend>{t(IMPORTS_MODE)}</legend>
                    <div class="choices choices--2">
                        <Choice name="mode" value="dry_run" label=t(IMPORTS_DRY_RUN) hint=t(IMPORTS_DRY_RUN_HINT) radio=true checked=!writes/>
                        <Choice name="mode" value="write" label=t(IMPORTS_WRITE) hint=t(IMPORTS_WRITE_HINT) radio=true checked=writes/>
                    </div>
                    {read}
                </fieldset>
                <div class="field">
                    <label for="file">{t(IMPORTS_FILE)}</label>
                    <p class="hint">{t(IMPORTS_FILE_HINT)}</p>
                    <input class="input" id="file" name="file" r#type="file" accept=".csv,.txt,.xlsx,.xlsm,text/csv" required=true/>
                </div>
                <div class="formpage__acts">
                    <button class="btn btn--primary"><Icon name="upload"/>{t(IMPORTS_SUBMIT)}</button>
                </div>
            </div>
        </form>
    }
    .into_any()
}
