//! A limit on everything a request can take: how many at once, how long, how large. Uploads have their own time
//! and size, because a paper over a weak line may rightly take minutes.

use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::fault;
use crate::permission::{self, Access};
use crate::router::STREAMS;
use crate::site::Site;

/// Largest body of a page's form or call: a meeting with 500 delegates and 100 agenda items is under 200 KB.
const FORM_BYTES_AT_MOST: usize = 1024 * 1024;

/// A page or a call that takes longer than this will not come; the slowest report takes under a second.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// How long a request waits for its turn when the program is full: longer than a burst, shorter than patience.
const TURN_WITHIN: Duration = Duration::from_secs(10);

/// A form of the largest size comes within this over any line that deserves the name.
const FORM_WITHIN: Duration = Duration::from_secs(10);

/// Lets so many requests in at one time; more wait, then are told to try again. Files and the question whether all is
/// well need no turn.
pub async fn enough_room(State(site): State<Site>, request: Request, next: Next) -> Response {
    if permission::of(route(&request)) == Some(Access::Open) {
        return next.run(request).await;
    }
    match tokio::time::timeout(TURN_WITHIN, site.turns.acquire()).await {
        Ok(Ok(_turn)) => next.run(request).await,
        _ => full(),
    }
}

fn full() -> Response {
    ([(header::RETRY_AFTER, "5")], fault::plain(StatusCode::SERVICE_UNAVAILABLE)).into_response()
}

/// The route that a request leads to, or its path where there is none.
fn route(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or(request.uri().path(), MatchedPath::as_str)
}

/// Takes a form's body in whole before the request takes its turn, so that slow senders, however many, hold no turn of
/// those who read. Streams are not forms and keep their own count.
pub async fn arrived(State(site): State<Site>, request: Request, next: Next) -> Response {
    let is_stream = STREAMS.contains(&route(&request));
    if is_stream || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > FORM_BYTES_AT_MOST) {
        return fault::plain(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let Ok(Ok(place)) = tokio::time::timeout(TURN_WITHIN, site.arrivals.acquire()).await else {
        return full();
    };
    let (parts, body) = request.into_parts();
    let body = tokio::time::timeout(FORM_WITHIN, to_bytes(body, FORM_BYTES_AT_MOST)).await;
    drop(place);
    match body {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        // Too large, or broken off, and then nobody hears it.
        Ok(Err(_)) => fault::plain(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => fault::plain(StatusCode::REQUEST_TIMEOUT),
    }
}

/// Bounds the time until an answer begins.
pub async fn in_time(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(path, "no answer in time");
            fault::plain(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}
