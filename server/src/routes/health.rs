//! The health check for the proxy and the monitoring: the program runs, its database answers, its media
//! thread (if it should have one) runs, and there are free places. Says nothing else.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::fault;
use crate::site::Site;

/// `200 ok`, or 503 if the database does not answer, the media thread has ended for good, or for a minute no place for
/// pages or forms, or no connection for expensive reads, has become free.
pub async fn health(State(site): State<Site>) -> Response {
    if site.live.has_lost_media() {
        return fault::plain(StatusCode::SERVICE_UNAVAILABLE);
    }
    let limits = &site.config.limits;
    // The database ends each expensive read within seconds, so nobody can hold all connections on purpose.
    let reads_full_for = site.backend.heavy_reads_full_for();
    let reads = reads_full_for.filter(|full| *full >= limits.pages_stuck_after).map(|_| "expensive reads");
    if let Some(kind) = site.places.stuck(limits).or(reads) {
        tracing::error!(kind, "no place has come free for too long");
        let words = format!("no free place for {kind}\n");
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::CACHE_CONTROL, "no-store")], words)
            .into_response();
    }
    if let Some(kind) = site.places.crowded(limits) {
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
