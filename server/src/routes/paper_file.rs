//! A paper's bytes, whole or in pieces: what the reader asks for page by page. Large buffers, so that a download
//! costs little more than the copying. Who may read is the backend's to decide, on every request.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use backend::{FileUse, PaperFile};
use bytes::{Bytes, BytesMut};
use domain::error::Failure;
use domain::ids::PaperId;
use futures::Stream;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::streams;
use crate::fault;
use crate::guard::{self, Visitor};
use crate::places::{OfPerson, Sender, Turn};
use crate::site::Site;

/// One read and one piece of the answer: small enough to stay in the processor's cache, large enough to make the
/// handing over between threads cheap.
const PIECE_BYTES: usize = 256 * 1024;

/// How the reader's element asks. The paper is marked as read once it shows the first page, not by its bytes: a locked
/// or damaged file has bytes too.
const IN_READER: &str = "in=reader";

/// Answers GET and HEAD.
pub async fn download(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Extension(turn): Extension<Turn>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let used = if query.as_deref() == Some(IN_READER) { FileUse::Reader } else { FileUse::Download };
    let failed = |failure: Failure| fault::failure(&failure, &headers);
    let Some(caller) = visitor.0 else { return failed(Failure::SignedOut) };
    let Ok(paper) = id.parse::<PaperId>() else { return failed(Failure::NotFound) };
    let sender = (Sender::Person(caller.person), Some(caller.office()));
    let Some(share) = guard::shared_place_of(&site, &site.places.requests, sender, Some(&turn)).await else {
        return failed(Failure::Unavailable);
    };
    let paper = match site.backend.open_file(&caller, paper, used).await {
        Ok(paper) => paper,
        Err(failure) => return failed(failure),
    };
    drop(share);
    let place = match streams::place(&site, &turn, &site.places.downloads, &caller, &headers).await {
        Ok(place) => place,
        Err(busy) => return busy,
    };
    answer(&site, paper, place, &method, &headers).unwrap_or_else(failed)
}

/// The answer, which keeps its place until its last byte is sent.
fn answer(
    site: &Site,
    paper: PaperFile,
    place: OfPerson,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let tag = format!("\"{}\"", paper.hash);
    let size = paper.bytes;

    let mut response = if names(headers, header::IF_NONE_MATCH, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let range = match headers.get(header::IF_RANGE) {
            // The file changed since the first piece, so the whole of the new one is sent.
            Some(condition) if condition.as_bytes() != tag.as_bytes() => Wanted::Whole,
            _ => wanted(headers.get(header::RANGE), size),
        };
        match range {
            Wanted::Nothing => unsatisfiable(size),
            Wanted::Whole | Wanted::Part(..) if *method == Method::HEAD => head(range, size),
            Wanted::Whole => body(site, &paper.path, place, (0, size), StatusCode::OK)?,
            Wanted::Part(from, length) => {
                let mut part = body(site, &paper.path, place, (from, length), StatusCode::PARTIAL_CONTENT)?;
                part.headers_mut().insert(header::CONTENT_RANGE, content_range(from, length, size));
                part
            }
        }
    };
    describe(response.headers_mut(), &tag, &paper.title);
    Ok(response)
}

fn describe(headers: &mut HeaderMap, tag: &str, title: &str) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // Not `no-store`: pdf.js keeps pages only while the reader is open, and a paper of 200 MB should cross a
    // commune's line only once. The browser revalidates its copy by the tag each time, so the copy is shown
    // only in a session that may read the paper. Signing out empties the cache (`Clear-Site-Data`, over TLS).
    // Over plain HTTP, or when a session expired by itself, the copy stays in the files of the device's own
    // account until the browser drops it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
    for (name, value) in [(header::ETAG, tag.to_owned()), (header::CONTENT_DISPOSITION, disposition(title))] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
}

/// What of the file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    /// First byte and length.
    Part(u64, u64),
    Nothing,
}

/// Reads a `Range` of one piece. Several pieces, other units and what cannot be read are answered with the whole
/// file, as RFC 9110 §14.2 allows.
fn wanted(range: Option<&HeaderValue>, size: u64) -> Wanted {
    let Some(range) = range.and_then(|range| range.to_str().ok()) else { return Wanted::Whole };
    let Some((from, to)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Wanted::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (from.trim(), to.trim()) {
        ("", last) => match number(last) {
            None => Wanted::Whole,
            Some(0) => Wanted::Nothing,
            Some(last) if size > 0 => Wanted::Part(size.saturating_sub(last), last.min(size)),
            Some(_) => Wanted::Nothing,
        },
        (from, to) => match (number(from), number(to)) {
            (Some(from), _) if from >= size && (to.is_empty() || number(to).is_some()) => Wanted::Nothing,
            (Some(from), None) if to.is_empty() => Wanted::Part(from, size - from),
            (Some(from), Some(to)) if from <= to => Wanted::Part(from, to.min(size - 1) - from + 1),
            _ => Wanted::Whole,
        },
    }
}

fn content_range(from: u64, length: u64, size: u64) -> HeaderValue {
    let text = format!("bytes {from}-{}/{size}", from + length - 1);
    text.parse().expect("digits and dashes are valid in a header")
}

fn unsatisfiable(size: u64) -> Response {
    let range = format!("bytes */{size}");
    (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)]).into_response()
}

/// The headers of an answer without reading the file.
fn head(wanted: Wanted, size: u64) -> Response {
    let (status, length) = match wanted {
        Wanted::Part(_, length) => (StatusCode::PARTIAL_CONTENT, length),
        _ => (StatusCode::OK, size),
    };
    let mut response = (status, [(header::CONTENT_LENGTH, length)]).into_response();
    if let Wanted::Part(from, length) = wanted {
        response.headers_mut().insert(header::CONTENT_RANGE, content_range(from, length, size));
    }
    response
}

fn body(
    site: &Site,
    path: &std::path::Path,
    place: OfPerson,
    (from, length): (u64, u64),
    status: StatusCode,
) -> Result<Response, Failure> {
    let file = File::open(path).map_err(|cause| {
        let incident = site.incident();
        tracing::error!(%incident, %cause, "a paper's file cannot be opened");
        Failure::Internal(incident)
    })?;
    let body = Body::from_stream(pieces(Arc::new((file, place)), from, length));
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    Ok(response)
}

/// The file's bytes, read piece by piece on a thread for blocking work as the connection takes them. A piece's buffer
/// serves the next one too once the connection has let go of it: fresh memory costs as much as the copying.
fn pieces(file: Arc<(File, OfPerson)>, from: u64, length: u64) -> impl Stream<Item = io::Result<Bytes>> {
    futures::stream::try_unfold((file, from, length, Bytes::new()), |(file, from, left, last)| async move {
        if left == 0 {
            return Ok(None);
        }
        let size = usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
        let reader = Arc::clone(&file);
        let read = tokio::task::spawn_blocking(move || {
            let mut buffer = match last.try_into_mut() {
                Ok(buffer) if buffer.len() >= size => buffer,
                _ => BytesMut::zeroed(size),
            };
            buffer.truncate(size);
            reader.0.read_exact_at(&mut buffer, from).map(|()| buffer.freeze())
        });
        let piece = read.await.map_err(io::Error::other)??;
        let read = size as u64;
        Ok(Some((piece.clone(), (file, from + read, left - read, piece))))
    })
}

/// Whether a header's list of tags names this one, or any.
fn names(headers: &HeaderMap, name: header::HeaderName, tag: &str) -> bool {
    let list = headers.get(name).and_then(|list| list.to_str().ok());
    list.is_some_and(|list| {
        list.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    })
}

/// Shown in the browser, saved under its title: RFC 6266, with the name in RFC 5987's coding.
fn disposition(title: &str) -> String {
    let mut name = String::new();
    for byte in format!("{}.pdf", title.trim()).bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'-' | b'_' => name.push(byte as char),
            // No path can be built with it, whatever the browser does.
            b'/' | b'\\' => name.push('_'),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("inline; filename=\"paper.pdf\"; filename*=UTF-8''{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let table = [
            ("bytes=0-0", Wanted::Part(0, 1)),
            ("bytes=0-99", Wanted::Part(0, 10)),
            ("bytes=3-", Wanted::Part(3, 7)),
            ("bytes=-4", Wanted::Part(6, 4)),
            ("bytes=-40", Wanted::Part(0, 10)),
            ("bytes=9-9", Wanted::Part(9, 1)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=10-12", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-3", Wanted::Whole),
            ("bytes=0-1,4-5", Wanted::Whole),
            ("lines=0-1", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=", Wanted::Whole),
        ];
        for (text, expected) in table {
            assert_eq!(wanted(Some(&HeaderValue::from_static(text)), 10), expected, "{text}");
        }
        assert_eq!(wanted(None, 10), Wanted::Whole);
        assert_eq!(wanted(Some(&HeaderValue::from_static("bytes=-1")), 0), Wanted::Nothing);
    }

    #[test]
    fn a_title_becomes_a_harmless_file_name() {
        assert_eq!(
            disposition("Báo cáo 6/2026\r\n"),
            "inline; filename=\"paper.pdf\"; filename*=UTF-8''B%C3%A1o%20c%C3%A1o%206_2026.pdf"
        );
    }
}
