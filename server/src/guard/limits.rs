//! A limit on everything a request can take: how many at once, how long, how large. Uploads have their own time
//! and size, because a paper over a weak line may rightly take minutes.

use std::time::Duration;

use axum::RequestExt;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::fault;
use crate::site::Site;

/// Largest body of a page's form or call: a meeting with 500 delegates and 100 agenda items is under 200 KB.
const FORM_BYTES_AT_MOST: usize = 1024 * 1024;

/// A page or a call that takes longer than this will not come; the slowest report takes under a second.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// How long a request waits for its turn when the program is full: longer than a burst, shorter than patience.
const TURN_WITHIN: Duration = Duration::from_secs(10);

/// Lets so many requests in at one time; more wait, then are told to try again.
pub async fn enough_room(State(site): State<Site>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(TURN_WITHIN, site.turns.acquire()).await {
        Ok(Ok(_turn)) => next.run(request).await,
        _ => {
            let again = [(header::RETRY_AFTER, "5")];
            (again, fault::plain(StatusCode::SERVICE_UNAVAILABLE)).into_response()
        }
    }
}

/// Bounds the time until an answer begins, the reading of the request's body included.
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

/// Bounds a form's body, for those who say its length beforehand and for those who do not.
pub async fn body_limit(mut request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > FORM_BYTES_AT_MOST) {
        return fault::plain(StatusCode::PAYLOAD_TOO_LARGE);
    }
    DefaultBodyLimit::max(FORM_BYTES_AT_MOST).apply(&mut request);
    next.run(request.with_limited_body()).await
}
