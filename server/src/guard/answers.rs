//! Answers whose bytes count until they are taken. A page is rendered whole; whoever takes it slowly, or several at once, must
//! not fill the memory. Small answers count for nothing: connections are counted already.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use domain::ids::AgencyId;
use http::{HeaderMap, StatusCode, header};
use hyper::body::{Frame, SizeHint};

use crate::fault;
use crate::places::{ANSWER_PIECE, Sender};
use crate::quota::{SharedPermit, SharedQuota};

/// The server hands on so much at once: an answer counts until all but the last pieces are taken.
const HANDED_ON: usize = 16 * 1024;
/// No page is as large. What is larger is a fault of ours and ends here, not in the memory.
const ANSWER_BYTES_AT_MOST: usize = 32 * 1024 * 1024;

/// The answer as it is handed on, once there is room for it: it counts for its sender and their office until its last bytes are
/// taken. A short refusal when there is no room in time. What is not in memory, a download say, is as it was.
pub(super) async fn counted(
    answers: &SharedQuota<Sender, AgencyId>,
    (sender, office): (Sender, Option<AgencyId>),
    within: Duration,
    response: Response,
) -> Response {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS || !is_in_memory(&response) {
        return response;
    }
    let (head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, ANSWER_BYTES_AT_MOST).await else {
        tracing::error!("an answer of more than {ANSWER_BYTES_AT_MOST} bytes");
        return fault::plain(StatusCode::INTERNAL_SERVER_ERROR);
    };
    if bytes.len() <= ANSWER_PIECE {
        return Response::from_parts(head, Body::from(bytes));
    }
    let pieces = bytes.len().div_ceil(ANSWER_PIECE);
    let place = match answers.try_acquire_some(pieces, sender, office) {
        Some(place) => Some(place),
        None => answers.acquire_some(pieces, sender, office, within).await,
    };
    match place {
        Some(place) => Response::from_parts(head, Body::new(Counted { rest: bytes, _place: place })),
        None => super::limits::full(),
    }
}

/// Whether an answer is a text that was made whole: a page, or what a call answers.
fn is_in_memory(response: &Response) -> bool {
    response.body().size_hint().exact().is_some() || is_text(response.headers())
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/html") || kind.starts_with("application/json")
}

/// An answer in pieces; its place is given back with the last one.
struct Counted {
    rest: Bytes,
    _place: SharedPermit<Sender, AgencyId>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let count = HANDED_ON.min(self.rest.len());
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(count)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::PersonId;
    use http_body_util::BodyExt;
    use tokio::time::Instant;
    use uuid::Uuid;

    use super::*;

    const WITHIN: Duration = Duration::from_secs(10);

    fn person(number: u128) -> Sender {
        Sender::Person(PersonId(Uuid::from_u128(number)))
    }

    fn office(number: u128) -> Option<AgencyId> {
        Some(AgencyId(Uuid::from_u128(number)))
    }

    fn page(pieces: usize) -> Response {
        let mut page = Response::new(Body::from(vec![b'x'; pieces * ANSWER_PIECE]));
        page.headers_mut().insert(header::CONTENT_TYPE, "text/html; charset=utf-8".parse().unwrap());
        page
    }

    #[tokio::test(start_paused = true)]
    async fn answers_that_are_not_taken_leave_room_for_others() {
        // Sixteen pieces, four of a sender, eight of an office.
        let answers = SharedQuota::new(16, 4, 8);
        let of = |sender, office, pieces| counted(&answers, (sender, office), WITHIN, page(pieces));
        let mut held = Vec::new();
        for sender in 1..=2 {
            let answer = of(person(sender), office(1), 4).await;
            assert_eq!(answer.status(), StatusCode::OK);
            held.push(answer);
        }
        // Their own are taken; their office's too.
        let began = Instant::now();
        for sender in [1, 3] {
            assert_eq!(of(person(sender), office(1), 2).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        }
        assert_eq!(began.elapsed(), 2 * WITHIN, "who waited was told");
        assert_eq!(of(person(4), office(2), 4).await.status(), StatusCode::OK);
        // What is small counts for nothing.
        assert_eq!(of(person(1), office(1), 1).await.status(), StatusCode::OK);
        assert_eq!(answers.taken(), 8);
        // A place comes free with the last piece, and when somebody hangs up.
        let taken = held.remove(0).into_body().collect().await.unwrap().to_bytes();
        assert_eq!((taken.len(), answers.taken()), (4 * ANSWER_PIECE, 4));
        held.clear();
        assert_eq!(answers.taken(), 0);
        // One that is larger than a sender may have takes all that they may.
        let large = of(person(1), office(1), 9).await;
        assert_eq!((large.status(), answers.taken()), (StatusCode::OK, 4));
    }

    #[tokio::test]
    async fn an_answer_is_the_same_in_pieces() {
        let answers = SharedQuota::new(1_000, 1_000, 1_000);
        let text: Vec<u8> = (0..(3 * ANSWER_PIECE + 77)).map(|at| (at % 251) as u8).collect();
        let mut answer = Response::new(Body::from(text.clone()));
        answer.headers_mut().insert("x-kept", "1".parse().unwrap());
        let answer = counted(&answers, (person(1), None), WITHIN, answer).await;
        assert!(answer.headers().contains_key("x-kept"));
        assert_eq!(answer.body().size_hint().exact(), Some(text.len() as u64));
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), text);
        assert_eq!(answers.taken(), 0);
        // What is read from a disk meanwhile is as it was.
        let file = Body::from_stream(Body::from(text).into_data_stream());
        let mut answer = Response::new(file);
        answer.headers_mut().insert(header::CONTENT_TYPE, "application/pdf".parse().unwrap());
        let answer = counted(&answers, (person(1), None), WITHIN, answer).await;
        assert_eq!((answers.taken(), answer.body().size_hint().exact()), (0, None));
    }
}
