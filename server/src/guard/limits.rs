//! Limits everything that a request can use: how many requests at once, how long, how large. Uploads have
//! their own places, time and size, because a paper over a slow line may rightly take minutes.

use std::hash::Hash;
use std::pin::pin;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::ids::AgencyId;
use http::request::Parts;
use http::{Method, StatusCode, header};
use tokio::time::Instant;

use super::record::route as logged;
use super::session::identify;
use super::{Visitor, answers};
use crate::fault;
use crate::live::{PASSED_ON, SOCKET};
use crate::network::Network;
use crate::permission::{self, Access};
use crate::places::{OfPerson, Sender, Turn};
use crate::quota::{Permit, Quota, SharedPermit, SharedQuota};
use crate::site::Site;
use crate::visitor;

/// Largest body of a page's form or call: a meeting with 500 delegates and 100 agenda items is under 200 KB.
const FORM_BYTES_AT_MOST: usize = 1024 * 1024;

/// A page or a call that takes longer than this will not come; the slowest report takes under a second.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Pages and calls that read much of the database: lists with their counts, searches, figures.
pub const HEAVY_READS: [&str; 32] = [
    "/admin/rooms",
    "/api/rooms/list",
    "/api/calendar/choices",
    "/api/calendar/find",
    "/api/meetings/find-list",
    "/api/meetings/find-rooms",
    "/meetings/{id}",
    "/meetings/{id}/roll",
    "/meetings/{id}/live",
    "/meetings/{id}/panel",
    "/meetings/{id}/rehearsal",
    "/admin/people",
    "/api/meetings/get",
    "/api/people/list",
    "/meetings/new",
    "/meetings/{id}/edit",
    "/api/meetings/compose",
    "/",
    "/papers",
    "/api/meetings/today",
    "/api/papers/coming",
    "/search",
    "/meetings",
    "/calendar",
    "/figures",
    "/admin/audit",
    "/api/search/find",
    "/api/meetings/check",
    "/api/meetings/list",
    "/api/calendar/show",
    "/api/figures/report",
    "/api/audit/list",
];

/// Lets a limited number of requests in at once. Others wait, and are told to try again if they get no place
/// in time. Files and the health check need no place.
pub async fn enough_room(State(site): State<Site>, request: Request, next: Next) -> Response {
    if permission::of(route(&request)) == Some(Access::Open) {
        return next.run(request).await;
    }
    let Some(permit) = site.places.pages.acquire((), site.config.limits.turn_within).await else {
        return full();
    };
    let mut request = request;
    let turn = Turn::new(permit);
    request.extensions_mut().insert(turn.clone());
    let response = next.run(request).await;
    // A socket may keep the request's extensions alive.
    turn.release();
    response
}

pub(super) fn full() -> Response {
    ([(header::RETRY_AFTER, "5")], fault::plain(StatusCode::SERVICE_UNAVAILABLE)).into_response()
}

/// The route that a request leads to, or its path where there is none.
fn route(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or(request.uri().path(), MatchedPath::as_str)
}

/// Receives the whole body of a form. The request gives its place back meanwhile, so that slow senders never
/// hold a place that readers need. One network gets only some of the places for forms. Streams are not forms
/// and have their own places.
pub async fn arrived(
    State(site): State<Site>,
    turn: Option<Extension<Turn>>,
    request: Request,
    next: Next,
) -> Response {
    // Only calls accept forms. The body of any other request is not read.
    let is_form = route(&request).starts_with("/api/");
    if !is_form || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > FORM_BYTES_AT_MOST) {
        return fault::plain(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let limits = &site.config.limits;
    if let Some(Extension(turn)) = &turn {
        turn.release();
    }
    let (parts, body) = request.into_parts();
    let mut body = pin!(tokio::time::timeout(limits.form_within, to_bytes(body, FORM_BYTES_AT_MOST)));
    let at_once = tokio::time::timeout(limits.form_at_once, &mut body).await;
    let is_late = at_once.is_err();
    let body = match at_once {
        Ok(body) => body,
        Err(_) => {
            let Some(_place) = place_for_form(&site, &parts).await else { return full() };
            body.await
        }
    };
    let bytes = match body {
        Ok(Ok(bytes)) => bytes,
        // Too large, or broken off, and then nobody hears it.
        Ok(Err(_)) => return fault::plain(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => return fault::plain(StatusCode::REQUEST_TIMEOUT),
    };
    if let Some(Extension(turn)) = &turn
        && !turn.reacquire(&site.places.pages, limits.turn_within).await
    {
        return full();
    }
    let mut request = Request::from_parts(parts, Body::from(bytes));
    if is_late && let Err(answer) = identify(&site, &mut request).await {
        return *answer;
    }
    next.run(request).await
}

/// A place to go on receiving a form. Slow strangers take no place of anyone who is signed in.
async fn place_for_form(site: &Site, head: &Parts) -> Option<FormPlace> {
    let within = site.config.limits.turn_within;
    let visitor = head.extensions.get::<Visitor>().and_then(|visitor| visitor.0.as_ref());
    if let Some(caller) = visitor {
        let place = site.places.forms_of_people.acquire(caller.person, Some(caller.office()), within);
        return place.await.map(FormPlace::OfPerson);
    }
    let network = visitor::network(&site.config, &head.headers, &head.extensions);
    site.places.forms.acquire(network, within).await.map(FormPlace::OfNetwork)
}

/// A place for a form, held while it arrives.
#[expect(dead_code, reason = "held until it is dropped")]
enum FormPlace {
    OfPerson(OfPerson),
    OfNetwork(Permit<Option<Network>>),
}

/// Limits how many requests of one sender are answered at once, and how many calls a person makes. The request gives
/// back its place among the pages while it waits.
pub async fn own_share(
    State(site): State<Site>,
    turn: Option<Extension<Turn>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(Share { quota, sender, office }) = share(&site, &request) else {
        return next.run(request).await;
    };
    if !may_call(&site, sender, &request) {
        return full();
    }
    let turn = turn.map(|Extension(turn)| turn);
    let place = shared_place_of(&site, quota, (sender, office), turn.as_ref()).await;
    let Some(_place) = place else { return full() };
    let response = next.run(request).await;
    // It is made: whoever waits to be answered need not wait until it is taken.
    if let Some(turn) = &turn {
        turn.release();
    }
    let within = site.config.limits.turn_within;
    answers::counted(&site.places.answers, (sender, office), within, response).await
}

/// A place of some kind, as soon as one is free for this sender. Meanwhile the request gives back its place among the
/// pages. None if it has not got both in time.
pub async fn place_of<K: Eq + Hash + Copy>(
    site: &Site,
    quota: &Quota<K>,
    key: K,
    turn: Option<&Turn>,
) -> Option<Permit<K>> {
    let within = site.config.limits.turn_within;
    match quota.try_acquire(key) {
        Some(place) => Some(place),
        None => beside(site, turn, quota.acquire(key, within)).await,
    }
}

/// The same of places that are shared out by office: for a sender, and their office if they are signed in.
pub async fn shared_place_of(
    site: &Site,
    quota: &SharedQuota<Sender, AgencyId>,
    (sender, office): (Sender, Option<AgencyId>),
    turn: Option<&Turn>,
) -> Option<SharedPermit<Sender, AgencyId>> {
    let within = site.config.limits.turn_within;
    match quota.try_acquire(sender, office) {
        Some(place) => Some(place),
        None => beside(site, turn, quota.acquire(sender, office, within)).await,
    }
}

/// Waits for a place without the place among the pages, and takes that one again.
async fn beside<P>(site: &Site, turn: Option<&Turn>, place: impl Future<Output = Option<P>>) -> Option<P> {
    if let Some(turn) = turn {
        turn.release();
    }
    let place = place.await?;
    match turn {
        Some(turn) if !turn.reacquire(&site.places.pages, site.config.limits.turn_within).await => None,
        _ => Some(place),
    }
}

/// Whether a request is no call, or one that its sender may still make. Expensive reads are limited by their places.
fn may_call(site: &Site, sender: Sender, request: &Request) -> bool {
    let is_call = request.method() == Method::POST && route(request).starts_with("/api/");
    match sender {
        Sender::Person(person) if is_call && !HEAVY_READS.contains(&&*logged(request)) => {
            site.places.calls.takes(person, Instant::now())
        }
        _ => true,
    }
}

/// What a request takes a place of.
struct Share<'a> {
    quota: &'a SharedQuota<Sender, AgencyId>,
    sender: Sender,
    /// The office that takes a place too, of whoever is signed in.
    office: Option<AgencyId>,
}

/// The kind of places that a request takes one of, and for whom. None if it needs none.
fn share<'a>(site: &'a Site, request: &Request) -> Option<Share<'a>> {
    if permission::of(route(request)) == Some(Access::Open) {
        return None;
    }
    let places = &site.places;
    match request.extensions().get::<Visitor>().and_then(|visitor| visitor.0.as_ref()) {
        Some(caller) => {
            let is_heavy = HEAVY_READS.contains(&&*logged(request));
            let is_passed_on = request.headers().contains_key(PASSED_ON) && route(request) == SOCKET;
            let quota = match (is_heavy, is_passed_on) {
                (true, _) => &places.heavy_reads,
                (false, true) => &places.passed_on,
                (false, false) => &places.requests,
            };
            Some(Share { quota, sender: Sender::Person(caller.person), office: Some(caller.office()) })
        }
        None => {
            let network = visitor::network(&site.config, request.headers(), request.extensions());
            Some(Share { quota: &places.requests, sender: Sender::Network(network), office: None })
        }
    }
}

/// Bounds the time until an answer begins.
pub async fn in_time(request: Request, next: Next) -> Response {
    let route = logged(&request);
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(route, "no answer in time");
            fault::plain(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_that_takes_too_long_is_in_the_log_by_its_pattern() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        tracing::callsite::rebuild_interest_cache();
        let slow = get(std::future::pending::<()>);
        let router = Router::new().route("/meetings/{id}", slow).layer(from_fn(in_time));
        let request = Request::get("/meetings/0190f0c0").body(Body::empty()).unwrap();
        let answer = router.oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("/meetings/{id}") && !text.contains("0190f0c0"), "{text}");
    }
}
