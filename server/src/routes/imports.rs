//! A file of rows comes in from the administration's page: held in memory, so only of those who may import. The report
//! waits in memory for the page that the browser is led to; a file that is refused is answered with that page at once.

use app::context::Report;
use app::form::FormPage;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Caller;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::imports::{IMPORT_MIB_AT_MOST, ImportKind, ImportMode};
use http::request::Parts;

use crate::fault;
use crate::guard::Visitor;
use crate::places::Turn;
use crate::routes::form::Form;
use crate::routes::papers::{drain, in_time, text};
use crate::routes::{plain_form, streams};
use crate::site::Site;

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
    turn.release();
    let Some(_place) = site.places.imports.try_acquire(caller.person) else {
        let busy = Failure::from(Refusal::ImportUnderWay);
        return streams::unheard(if fault::wants_html(headers) {
            plain_form::show(&site, head, FormPage::refused(page, busy, &[])).await
        } else {
            fault::failure(&busy, headers)
        });
    };
    let mut form = form;
    match take(&site, &caller, kind, &head, &mut form).await {
        Ok(name) => Redirect::to(&format!("{page}&report={name}")).into_response(),
        Err(failure) if fault::wants_html(headers) => {
            plain_form::show(&site, head, FormPage::refused(page, failure, &[])).await
        }
        Err(failure) => fault::failure(&failure, headers),
    }
}

/// The name of the report.
async fn take(
    site: &Site,
    caller: &Caller,
    kind: ImportKind,
    head: &Parts,
    form: &mut Form,
) -> Result<String, Failure> {
    let sent = read(form).await?;
    let bytes = match sent.bytes {
        Ok(bytes) => bytes,
        Err(failure) => {
            drain(site, form).await;
            return Err(failure);
        }
    };
    let caller = &streams::still(site, head, caller).await?;
    let outcome = site.services.imports.import(caller, kind, &bytes, sent.mode).await?;
    let report = Report::Import { kind: kind.code().to_owned(), file: sent.name, outcome };
    Ok(site.reports.0.put(caller, report))
}

/// What the form carried.
struct Sent {
    name: String,
    bytes: Result<Vec<u8>, Failure>,
    mode: ImportMode,
}

/// Anything but the word itself writes nothing.
fn mode(text: &str) -> ImportMode {
    if text.trim() == "write" { ImportMode::Write } else { ImportMode::DryRun }
}

async fn read(form: &mut Form) -> Result<Sent, Failure> {
    let most = IMPORT_MIB_AT_MOST * 1024 * 1024;
    let empty = || Failure::from(Refusal::EmptyFile);
    let mut sent = Sent { name: String::new(), bytes: Err(empty()), mode: ImportMode::DryRun };
    while let Some(mut field) = form.next_field().await? {
        match field.name().unwrap_or_default() {
            "mode" => sent.mode = mode(&text(field).await?),
            "file" => {
                sent.name = field.file_name().unwrap_or_default().to_owned();
                let mut bytes = Vec::new();
                while let Some(piece) = in_time(field.chunk()).await? {
                    if (bytes.len() + piece.len()) as u64 > most {
                        return Ok(Sent {
                            bytes: Err(Refusal::TooLarge { limit_mib: IMPORT_MIB_AT_MOST }.into()),
                            ..sent
                        });
                    }
                    bytes.extend_from_slice(&piece);
                }
                sent.bytes = if bytes.is_empty() { Err(empty()) } else { Ok(bytes) };
            }
            _ => {}
        }
    }
    if sent.name.is_empty() && sent.bytes.is_err() {
        return Err(Failure::Invalid(vec![FieldProblem::new("file", Problem::Missing)]));
    }
    Ok(sent)
}
