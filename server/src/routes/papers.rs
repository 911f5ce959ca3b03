//! Receives papers: streamed piece by piece to the backend, which checks and stores them; never held in
//! memory.
//! The fields `item`, `level`, `title`, `declared` and `again` come before the files. The field `kept` names a file
//! that waits for its sender's answer and replaces a file. Answers a script with JSON, and a plain form with a
//! redirect to its meeting, or with the meeting's page and what was wrong.

use std::time::Duration;

use app::form::FormPage;
use axum::Extension;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use backend::Answers;
use domain::access::Caller;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::{AgendaItemId, HeldPaperId, MeetingId, PaperId};
use domain::papers::{Level, PAPER_MIB_AT_MOST, PAPERS_AT_MOST, PaperLine};
use domain::text::Line;
use http::StatusCode;
use http::request::Parts;

use super::form::Form;
use super::{plain_form, streams};
use crate::fault;
use crate::guard::Visitor;
use crate::places::Turn;
use crate::site::Site;

/// A sender that is silent for so long is gone; a weak line pauses for seconds.
const SILENT_AT_MOST: Duration = Duration::from_secs(60);
/// A title of 300 letters takes at most 1,200 bytes.
const TEXT_BYTES_AT_MOST: usize = 4096;
/// The value that a declaration and an answer send.
const YES: &str = "yes";
/// Titles named with a refusal: they say which files arrived last, and fit on two lines.
const TITLES_TOLD: usize = 3;
/// The rest of a refused form is read up to the size of one largest paper, so that the sender receives the
/// refusal and not a broken connection.
const DRAINED_BYTES_AT_MOST: u64 = PAPER_MIB_AT_MOST * 1024 * 1024;

/// Receives the files of one form, after checking that the caller may add papers to the meeting. A caller who
/// may not is answered before the first byte of the form is read.
pub async fn upload(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Extension(turn): Extension<Turn>,
    Path(meeting): Path<String>,
    head: Parts,
    form: Form,
) -> Response {
    let headers = &head.headers;
    let mut form = form;
    let (caller, meeting) = match permitted(&site, visitor, &meeting).await {
        Ok(permitted) => permitted,
        Err(failure) => return streams::unheard(fault::failure(&failure, headers)),
    };
    let place = match streams::place(&site, &turn, &site.places.uploads, &caller, headers).await {
        Ok(place) => place,
        Err(busy) => return busy,
    };
    // What came in before a refusal stays, and is told beside it.
    let mut received = Received::default();
    let taken = take(&site, &caller, (meeting, &head), &mut form, &mut received).await;
    if taken.is_err() {
        drain(&site, &mut form).await;
    }
    drop(place);
    let wants_html = fault::wants_html(headers);
    match taken {
        Ok(()) if wants_html => Redirect::to(&format!("/meetings/{meeting}")).into_response(),
        Ok(()) => {
            let papers: Vec<String> = received.kept.iter().map(|(paper, _)| paper.to_string()).collect();
            (StatusCode::CREATED, axum::Json(serde_json::json!({ "papers": papers }))).into_response()
        }
        Err(failure) if wants_html => {
            let told = told(&received);
            let told: Vec<(&str, &str)> = told.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let page = FormPage::refused(format!("/meetings/{meeting}"), failure, &told);
            plain_form::show(&site, head, page).await
        }
        Err(failure) => fault::failure(&failure, headers),
    }
}

/// The caller and the meeting, if the caller may manage its papers.
async fn permitted(site: &Site, visitor: Visitor, meeting: &str) -> Result<(Caller, MeetingId), Failure> {
    let caller = visitor.0.ok_or(Failure::SignedOut)?;
    let meeting: MeetingId = meeting.parse().map_err(|_| Failure::NotFound)?;
    site.backend.may_manage_papers(&caller, meeting).await?;
    Ok((caller, meeting))
}

/// What came of a form's files.
#[derive(Default)]
struct Received {
    /// The stored papers with their titles.
    kept: Vec<(PaperId, String)>,
    /// The name of the file that was refused. Files after it were not looked at.
    refused: Option<String>,
}

/// What was stored, for the page: how many papers, the titles of the last ones, and which file was refused.
fn told(Received { kept, refused }: &Received) -> Vec<(&'static str, String)> {
    let last = &kept[kept.len().saturating_sub(TITLES_TOLD)..];
    let titles = last.iter().map(|(_, title)| ("kept", title.clone()));
    let refused = refused.iter().map(|name| ("refused_file", name.clone()));
    std::iter::once(("kept_count", kept.len().to_string())).chain(titles).chain(refused).collect()
}

/// What stands before the files of a form.
#[derive(Default)]
struct Heading {
    item: Option<AgendaItemId>,
    level: Option<Level>,
    title: String,
    /// What the sender answers before being asked, or when asked.
    answers: Answers,
    /// A file that was sent before and waits for this answer.
    kept: Option<HeldPaperId>,
}

async fn take(
    site: &Site,
    caller: &Caller,
    (meeting, head): (MeetingId, &Parts),
    form: &mut Form,
    received: &mut Received,
) -> Result<(), Failure> {
    let mut heading = Heading::default();
    while let Some(field) = form.next_field().await? {
        match field.name().unwrap_or_default() {
            "item" => heading.item = text(field).await?.parse().ok(),
            "level" => heading.level = Level::parse(&text(field).await?),
            "title" => heading.title = text(field).await?,
            "declared" => heading.answers.is_declared = text(field).await? == YES,
            "again" => heading.answers.is_again = text(field).await? == YES,
            "kept" => heading.kept = text(field).await?.parse().ok(),
            _ if field.file_name().is_none_or(str::is_empty) => {}
            _ if received.kept.len() == PAPERS_AT_MOST => {
                return Err(invalid("file", Problem::TooMany(PAPERS_AT_MOST as u32)));
            }
            _ => match keep(site, caller, (&heading, head), (field, &mut received.refused)).await {
                Ok(paper) => received.kept.push(paper),
                Err(failure) => {
                    leave_line(site, caller, meeting, &heading, &failure).await?;
                    return Err(failure);
                }
            },
        }
    }
    if let Some(held) = heading.kept {
        if heading.answers == Answers::default() {
            return Err(invalid("declared", Problem::Missing));
        }
        if heading.level.is_some_and(|level| level != Level::Open) {
            let failure = Refusal::Classified.into();
            leave_line(site, caller, meeting, &heading, &failure).await?;
            return Err(failure);
        }
        received.kept.push(site.backend.finish_held(caller, meeting, held, heading.answers).await?);
    }
    if received.kept.is_empty() {
        return Err(invalid("file", Problem::Missing));
    }
    Ok(())
}

/// Streams one file to the backend; the paper with its title. `refused` holds the file's name until it is stored.
async fn keep(
    site: &Site,
    caller: &Caller,
    (heading, head): (&Heading, &Parts),
    (field, refused): (Field<'_>, &mut Option<String>),
) -> Result<(PaperId, String), Failure> {
    *refused = field.file_name().map(|name| Line::new(name).into());
    let item = heading.item.ok_or_else(|| invalid("item", Problem::Missing))?;
    let level = heading.level.ok_or_else(|| invalid("level", Problem::Missing))?;
    let mut field = field;
    let mut title = Line::new(&heading.title);
    if title.is_empty() {
        title = title_of(field.file_name().unwrap_or_default());
    }
    let mut upload = site.backend.begin_upload(caller, item, &title, level).await?;
    upload.answer(heading.answers);
    let most = site.config.upload_mib * 1024 * 1024;
    let mut bytes = 0;
    while let Some(piece) = in_time(field.chunk()).await? {
        bytes += piece.len() as u64;
        if bytes > most {
            return Err(Refusal::TooLarge { limit_mib: site.config.upload_mib }.into());
        }
        upload.write(&piece).await?;
    }
    upload.continue_as(streams::still(site, head, caller).await?);
    let title = upload.title().to_owned();
    let paper = upload.finish().await?;
    *refused = None;
    Ok((paper, title))
}

/// A classified paper is refused; what is left of it is the neutral line, one for each agenda item.
async fn leave_line(
    site: &Site,
    caller: &Caller,
    meeting: MeetingId,
    heading: &Heading,
    failure: &Failure,
) -> Result<(), Failure> {
    let is_classified =
        matches!(failure, Failure::Refused(Refusal::Classified | Refusal::MarkedClassified { .. }));
    let Some(item) = heading.item.filter(|_| is_classified) else { return Ok(()) };
    let meeting = site.services.meetings.get(caller, meeting).await?;
    let papers = meeting.agenda.iter().filter(|line| line.id == item).flat_map(|line| &line.papers);
    let has_line = papers.into_iter().any(|paper| matches!(paper, PaperLine::OnPaper { .. }));
    if !has_line {
        site.services.papers.leave_neutral_line(caller, item).await?;
    }
    Ok(())
}

/// A file's name without its ending and folders: `Bao_cao.pdf` is "Bao cao".
fn title_of(file: &str) -> Line {
    let file = Line::new(file);
    let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.eq_ignore_ascii_case("pdf") => stem,
        _ => name,
    };
    Line::new(&stem.replace('_', " "))
}

/// A short field of a form.
pub(super) async fn text(field: Field<'_>) -> Result<String, Failure> {
    let mut field = field;
    let name = field.name().unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Some(piece) = in_time(field.chunk()).await? {
        if bytes.len() + piece.len() > TEXT_BYTES_AT_MOST {
            return Err(invalid(&name, Problem::TooLong(TEXT_BYTES_AT_MOST as u32)));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| invalid(&name, Problem::Unknown))
}

/// A part of the form, if it comes in time. A broken form and a lost sender look the same: nobody reads the answer.
pub(super) async fn in_time<T>(part: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Failure> {
    match tokio::time::timeout(SILENT_AT_MOST, part).await {
        Ok(Ok(part)) => Ok(part),
        Ok(Err(cause)) => {
            tracing::debug!(%cause, "a form broke off");
            Err(invalid("file", Problem::Unknown))
        }
        Err(_) => Err(Failure::Unavailable),
    }
}

/// Reads on for a while and discards what arrives. Stops at once if the form is broken.
pub(super) async fn drain(site: &Site, form: &mut Form) {
    let read = async {
        let mut left = DRAINED_BYTES_AT_MOST;
        while let Ok(Some(mut field)) = form.next_field_after(left).await {
            while let Ok(Some(piece)) = in_time(field.chunk()).await {
                left = left.saturating_sub(piece.len() as u64);
                if left == 0 {
                    return;
                }
            }
        }
    };
    if tokio::time::timeout(site.config.limits.drained_within, read).await.is_err() {
        tracing::debug!("a refused form was longer than its sender is listened to");
    }
}

fn invalid(field: &str, problem: Problem) -> Failure {
    Failure::Invalid(vec![FieldProblem::new(field, problem)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_papers_that_were_kept_the_last_three_are_told_by_title() {
        let paper = |n: usize| (PaperId(uuid::Uuid::from_u128(1)), n.to_string());
        let texts = |kept: Vec<_>, refused: Option<&str>| {
            let told = told(&Received { kept, refused: refused.map(str::to_owned) });
            told.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
        };
        assert_eq!(texts(vec![], None), ["0"]);
        assert_eq!(texts(vec![paper(1)], Some("mat.pdf")), ["1", "1", "mat.pdf"]);
        assert_eq!(texts((0..40).map(paper).collect(), None), ["40", "37", "38", "39"]);
    }

    #[test]
    fn a_paper_is_named_after_its_file() {
        assert_eq!(title_of("Bao_cao thang 6.PDF"), "Bao cao thang 6");
        assert_eq!(title_of("C:\\hop\\Tờ trình 2.1"), "Tờ trình 2.1");
        assert_eq!(title_of(".pdf"), "");
        assert_eq!(title_of("Ke\u{302}\u{301} hoa\u{323}ch__quy\u{301}\tIII.Pdf"), "Kế hoạch quý III");
        assert_eq!(title_of("hóa đơn\u{202e}fdp.exe.pdf\u{200b}"), "hóa đơnfdp.exe");
        assert_eq!(title_of("../../a#b?c=d&e.pdf"), "a#b?c=d&e");
    }
}
