//! The health check for the proxy and the monitoring: the program runs, its database answers, its media
//! thread (if it should have one) runs, and there are free places. Says nothing else.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::fault;
use crate::site::Site;

/// `200 ok`, or 503 if the database does not answer, the media thread has ended for good, or no place for
/// pages or forms has become free for a minute.
pub async fn health(State(site): State<Site>) -> Response {
    if site.live.has_lost_media() {
        return fault::plain(StatusCode::SERVICE_UNAVAILABLE);
    }
    if let Some(kind) = site.places.stuck(&site.config.limits) {
        tracing::error!(kind, "no place has come free for too long");
        let words = format!("no free place for {kind}\n");
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::CACHE_CONTROL, "no-store")], words)
            .into_response();
    }
    if let Some(kind) = site.places.crowded(&site.config.limits) {
        tracing::warn!(kind, "no place has come free for long");
    }
    match site.backend.ping().await {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(cause) => {
            tracing::error!(?cause, "the database does not answer");
            fault::plain(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}
