//! A sign of life for the proxy and the watch: the program runs, its database answers and its media thread, where it is to
//! have one, goes on. Says nothing else.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::fault;
use crate::site::Site;

/// `200 ok`, or 503 when the database does not answer or picture and sound have ended for good.
pub async fn health(State(site): State<Site>) -> Response {
    if site.live.has_lost_media() {
        return fault::plain(StatusCode::SERVICE_UNAVAILABLE);
    }
    match site.backend.ping().await {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(cause) => {
            tracing::error!(?cause, "the database does not answer");
            fault::plain(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}
