//! Answers whose bytes count until they are taken. A page is rendered whole; whoever takes it slowly, or several at once, must
//! not fill the memory. Small answers count for nothing: connections are counted already.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use domain::ids::AgencyId;
use http::{HeaderMap, StatusCode, header};
use hyper::body::{Frame, SizeHint};

use crate::fault;
use crate::network::Network;
use crate::places::{ANSWER_PIECE, OfPeople, OfPerson, Sender};
use crate::quota::{Permit, Quota};

/// The server hands on so much at once. Each piece is a copy: what waits to be sent must not keep the whole answer in memory.
const HANDED_ON: usize = 16 * 1024;
/// No page is as large. What is larger is a fault of ours and ends here, not in the memory.
const ANSWER_BYTES_AT_MOST: usize = 32 * 1024 * 1024;

/// Answers of people who are signed in, and of all others, who have a part of their own: strangers never take the room of
/// people, from however many addresses they come.
#[derive(Debug)]
pub struct Answers {
    /// Shared out by office.
    pub of_people: OfPeople,
    /// By the network that they come from.
    pub of_strangers: Quota<Option<Network>>,
}

/// The room of an answer, held while it is sent.
#[expect(dead_code, reason = "held until it is dropped")]
enum Room {
    OfPerson(OfPerson),
    OfStranger(Permit<Option<Network>>),
}

impl Answers {
    async fn room(
        &self,
        pieces: usize,
        (sender, office): (Sender, Option<AgencyId>),
        within: Duration,
    ) -> Option<Room> {
        match sender {
            Sender::Person(person) => {
                let room = match self.of_people.try_acquire_some(pieces, person, office) {
                    Some(room) => Some(room),
                    None => self.of_people.acquire_some(pieces, person, office, within).await,
                };
                room.map(Room::OfPerson)
            }
            Sender::Network(network) => {
                self.of_strangers.acquire_some(pieces, network, within).await.map(Room::OfStranger)
            }
        }
    }
}

/// The answer as it is handed on, once there is room for it: it counts for its sender and their office until its last bytes are
/// taken. A short refusal when there is no room in time. What is not in memory, a download say, is as it was.
pub(super) async fn counted(
    answers: &Answers,
    sender: (Sender, Option<AgencyId>),
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
    match answers.room(pieces, sender, within).await {
        Some(place) => {
            let place = Arc::new(place);
            Response::from_parts(head, Body::new(Counted { rest: bytes, place }))
        }
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

/// An answer in pieces. Its place is given back when the last piece is sent, or thrown away: until then the connection holds it.
struct Counted<P> {
    rest: Bytes,
    place: Arc<P>,
}

/// A piece that is handed on.
struct Piece<P> {
    bytes: Vec<u8>,
    _place: Arc<P>,
}

impl<P> AsRef<[u8]> for Piece<P> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl<P: Send + Sync + 'static> HttpBody for Counted<P> {
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
        let bytes = self.rest.split_to(count).to_vec();
        let piece = Piece { bytes, _place: Arc::clone(&self.place) };
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_owner(piece)))))
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

    use crate::quota::SharedQuota;
    use tokio::time::Instant;
    use uuid::Uuid;

    use super::*;

    const WITHIN: Duration = Duration::from_secs(10);

    fn answers(total: usize, per_person: usize, per_office: usize) -> Answers {
        let of_people = SharedQuota::new(total, per_person, per_office);
        Answers { of_people, of_strangers: Quota::new(4, 2) }
    }

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
        let answers = answers(16, 4, 8);
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
        assert_eq!(answers.of_people.taken(), 8);
        // A place comes free with the last piece, and when somebody hangs up.
        let mut body = held.remove(0).into_body();
        let mut sent = Vec::new();
        while let Some(piece) = body.frame().await {
            sent.push(piece.unwrap().into_data().unwrap());
        }
        drop(body);
        assert_eq!(sent.iter().map(Bytes::len).sum::<usize>(), 4 * ANSWER_PIECE);
        sent.drain(1..);
        assert_eq!(answers.of_people.taken(), 8, "a piece of it is still being sent");
        drop(sent);
        assert_eq!(answers.of_people.taken(), 4);
        held.clear();
        assert_eq!(answers.of_people.taken(), 0);
        // One that is larger than a sender may have takes all that they may.
        let large = of(person(1), office(1), 9).await;
        assert_eq!((large.status(), answers.of_people.taken()), (StatusCode::OK, 4));
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_take_no_room_of_people() {
        let answers = answers(16, 4, 8);
        let network = |last: u8| Sender::Network(Some(Network::of(std::net::IpAddr::from([10, 0, 0, last]))));
        let of = |sender, office, pieces| counted(&answers, (sender, office), WITHIN, page(pieces));
        let mut held = Vec::new();
        for (last, is_answered) in [(1, true), (1, false), (2, true), (3, false)] {
            let answer = of(network(last), None, 2).await;
            assert_eq!(answer.status().is_success(), is_answered, "{last}");
            held.push(answer);
        }
        assert_eq!(of(person(1), office(1), 4).await.status(), StatusCode::OK);
        assert_eq!(
            of(network(4), None, 1).await.status(),
            StatusCode::OK,
            "what is small counts for nothing"
        );
        held.clear();
        assert_eq!(of(network(3), None, 2).await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn an_answer_is_the_same_in_pieces() {
        let answers = answers(1_000, 1_000, 1_000);
        let text: Vec<u8> = (0..(3 * ANSWER_PIECE + 77)).map(|at| (at % 251) as u8).collect();
        let mut answer = Response::new(Body::from(text.clone()));
        answer.headers_mut().insert("x-kept", "1".parse().unwrap());
        let answer = counted(&answers, (person(1), None), WITHIN, answer).await;
        assert!(answer.headers().contains_key("x-kept"));
        assert_eq!(answer.body().size_hint().exact(), Some(text.len() as u64));
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), text);
        assert_eq!(answers.of_people.taken(), 0);
        // What is read from a disk meanwhile is as it was.
        let file = Body::from_stream(Body::from(text).into_data_stream());
        let mut answer = Response::new(file);
        answer.headers_mut().insert(header::CONTENT_TYPE, "application/pdf".parse().unwrap());
        let answer = counted(&answers, (person(1), None), WITHIN, answer).await;
        assert_eq!((answers.of_people.taken(), answer.body().size_hint().exact()), (0, None));
    }
}
