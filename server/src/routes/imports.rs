//! Receives an import file from the administration page: first to the disk, in a place for uploads, then it is imported in
//! its sender's turn. The report waits in memory for the page to which the browser is
//! redirected. A refused file is answered with that page at once.

use std::time::Duration;

use app::context::{Locale, Report};
use app::form::FormPage;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use backend::ImportUpload;
use domain::access::Caller;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::imports::{ImportKind, ImportMode};
use http::request::Parts;
use http::{HeaderMap, header};
use tokio::time::Instant;

use crate::fault;
use crate::guard::Visitor;
use crate::places::Turn;
use crate::routes::form::Form;
use crate::routes::papers::{drain, in_time, text};
use crate::routes::{plain_form, streams};
use crate::site::Site;
use crate::visitor::locale;

/// A workbook to fill in, with the columns of a kind of file and sample rows.
pub async fn sample(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Path(kind): Path<String>,
    headers: HeaderMap,
) -> Response {
    match workbook(&site, visitor, &kind, locale(&headers)) {
        Ok((kind, file)) => {
            let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            let name = format!("attachment; filename=\"{}.xlsx\"", kind.code());
            ([(header::CONTENT_TYPE, media), (header::CONTENT_DISPOSITION, &*name)], file).into_response()
        }
        Err(failure) => fault::failure(&failure, &headers),
    }
}

fn workbook(
    site: &Site,
    visitor: Visitor,
    kind: &str,
    locale: Locale,
) -> Result<(ImportKind, Vec<u8>), Failure> {
    let caller = visitor.0.ok_or(Failure::SignedOut)?;
    let kind = ImportKind::parse(kind).ok_or(Failure::NotFound)?;
    site.backend.may_import(&caller, kind)?;
    let sample = app::imports::sample(kind, locale);
    let rows = sample.lines().map(|line| line.split(','));
    let file = reports::sheet(kind.code(), rows).map_err(|error| {
        tracing::error!(%error, kind = kind.code(), "a sample cannot be made");
        Failure::Unavailable
    })?;
    Ok((kind, file))
}

/// Checks or writes the file and leads back to the page with its report.
pub async fn import(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Extension(turn): Extension<Turn>,
    Path(kind): Path<String>,
    head: Parts,
    form: Form,
) -> Response {
    let headers = &head.headers;
    let (Some(caller), Some(kind)) = (visitor.0, ImportKind::parse(&kind)) else {
        return streams::unheard(fault::failure(&Failure::NotFound, headers));
    };
    let page = format!("/admin/imports?kind={}", kind.code());
    if let Err(failure) = site.backend.may_import(&caller, kind) {
        return streams::unheard(if fault::wants_html(headers) {
            plain_form::show(&site, head, FormPage::refused(page, failure, &[])).await
        } else {
            fault::failure(&failure, headers)
        });
    }
    let place = match streams::place(&site, &turn, &site.places.uploads, &caller, headers).await {
        Ok(place) => place,
        Err(busy) => return busy,
    };
    let mut form = form;
    let taken = take(&site, &caller, kind, &head, &mut form).await;
    if taken.is_err() {
        drain(&site, &mut form).await;
    }
    drop(place);
    match taken {
        Ok(name) => Redirect::to(&format!("{page}&report={name}")).into_response(),
        Err(failure) if fault::wants_html(headers) => {
            plain_form::show(&site, head, FormPage::refused(page, failure, &[])).await
        }
        Err(failure) => fault::failure(&failure, headers),
    }
}

/// Receives the file and imports it. Returns the name of the report.
async fn take(
    site: &Site,
    caller: &Caller,
    kind: ImportKind,
    head: &Parts,
    form: &mut Form,
) -> Result<String, Failure> {
    let Sent { name, rows, mode } = read(site, caller, kind, form).await?;
    let caller = &streams::still(site, head, caller).await?;
    // A workbook is read before the one place is taken, so that it keeps nobody else's file waiting.
    let read = site.backend.read_import(caller, kind, rows.read().await?).await?;
    let turn = site.backend.turn_to_import(caller, site.config.limits.import_turn_within).await;
    let _turn = turn.ok_or(Refusal::ImportUnderWay)?;
    let writes = mode != ImportMode::DryRun;
    if writes {
        take_written(site, caller)?;
    }
    let outcome = site.backend.import_read(caller, kind, read, mode).await?;
    // A file with bad rows or unread warnings holds up nobody. One that was left or that failed may have, and stays counted.
    if writes && !outcome.is_written {
        site.places.written_imports.give_back(&caller.person);
        site.places.written_imports_of_office.give_back(&caller.office());
    }
    let report = Report::Import { kind: kind.code().to_owned(), file: name, outcome: Box::new(outcome) };
    Ok(site.reports.0.put(caller, report))
}

/// Takes one of the files that the caller, and their office, may still write.
fn take_written(site: &Site, caller: &Caller) -> Result<(), Failure> {
    let (places, now) = (&site.places, Instant::now());
    let too_often = |wait: Duration| Refusal::ImportsTooOften { minutes: wait.as_secs().div_ceil(60).max(1) };
    places.written_imports.try_take(caller.person, now).map_err(too_often)?;
    places.written_imports_of_office.try_take(caller.office(), now).map_err(|wait| {
        places.written_imports.give_back(&caller.person);
        too_often(wait)
    })?;
    Ok(())
}

/// What the form carried.
struct Sent {
    name: String,
    rows: ImportUpload,
    mode: ImportMode,
}

/// Anything but the word itself writes nothing. `read` is the mark of the warnings that were ticked as read.
fn mode(text: &str, read: &str) -> ImportMode {
    match (text.trim() == "write", read.trim().parse()) {
        (false, _) => ImportMode::DryRun,
        (true, Err(_)) => ImportMode::Write,
        (true, Ok(mark)) => ImportMode::WriteWarned(mark),
    }
}

async fn read(site: &Site, caller: &Caller, kind: ImportKind, form: &mut Form) -> Result<Sent, Failure> {
    let (mut sent, mut write, mut warnings_read) = (None, String::new(), String::new());
    while let Some(mut field) = form.next_field().await? {
        match field.name().unwrap_or_default() {
            "mode" => write = text(field).await?,
            "warnings_read" => warnings_read = text(field).await?,
            "file" => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let mut rows = site.backend.begin_import_upload(caller, kind).await?;
                let mut is_empty = true;
                while let Some(piece) = in_time(field.chunk()).await? {
                    is_empty = false;
                    rows.write(&piece).await?;
                }
                // If no file was chosen, a browser sends an empty file without a name.
                if !(is_empty && name.is_empty()) {
                    sent = Some((name, rows));
                }
            }
            _ => {}
        }
    }
    let missing = || Failure::Invalid(vec![FieldProblem::new("file", Problem::Missing)]);
    let (name, rows) = sent.ok_or_else(missing)?;
    Ok(Sent { name, rows, mode: mode(&write, &warnings_read) })
}
