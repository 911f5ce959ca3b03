//! One line in the log for each request, under a number that the answer carries too; and a net under panics.
//! The line holds the route, never the address asked for, for that may name people; no cookie, no client address.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt;
use http::HeaderValue;
use tracing::Instrument;

use crate::fault;
use crate::site::Site;
use crate::visitor;

/// The number of a request, in its log lines and in the answer's `X-Request-Id`.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Numbers the request, logs it, and turns a panic into an error page with an incident number.
pub async fn record(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = site.request_id();
    let method = request.method().clone();
    let route = route(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    if visitor::has_unbelieved_address(&site.config, request.headers(), request.extensions()) {
        site.unbelieved_address.call_once(|| {
            tracing::warn!(
                "a request says X-Forwarded-For and is not believed; if a proxy wrote it, all people behind the proxy \
                 count as one: set PHIEN_TRUST_PROXY=true"
            );
        });
    }
    let html = fault::wants_html(request.headers());
    let locale = visitor::locale(request.headers());

    let span = tracing::info_span!("request", id = %id);
    let run = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let _inside = span.enter();
    let mut response = run.unwrap_or_else(|_| {
        // The panic's own message is in the log already, written by the hook, on the line before.
        let incident = site.incident();
        tracing::error!(%incident, route, "a request broke");
        fault::internal(incident, html, locale)
    });

    let status = response.status().as_u16();
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    if is_asset(&route) && status < 400 {
        tracing::debug!(%method, route, status, milliseconds, "answered");
    } else {
        tracing::info!(%method, route, status, milliseconds, "answered");
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// The route's pattern. A call's path is its name and holds nothing else.
pub(super) fn route(request: &Request) -> String {
    let path = request.uri().path();
    match request.extensions().get::<MatchedPath>() {
        Some(matched) if !matched.as_str().starts_with("/api/") => matched.as_str().to_owned(),
        Some(_) => path.to_owned(),
        None => "unknown".to_owned(),
    }
}

fn is_asset(route: &str) -> bool {
    crate::routes::files::ADDRESSES.contains(&route)
}
