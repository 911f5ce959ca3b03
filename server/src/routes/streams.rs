//! What uploads, imports and downloads share: places of their own, never those of pages, and answers to
//! refused senders that end without reading on for long.

use axum::response::{IntoResponse, Response};
use domain::access::Caller;
use domain::error::Failure;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};

use crate::fault;
use crate::places::{OfPeople, OfPerson, Turn};
use crate::site::Site;
use crate::visitor;

/// A place for the stream. The request gives back its place among the pages because it no longer needs it.
///
/// # Errors
/// The answer that says to try again, if the person, their office or the program has no place.
pub(super) async fn place(
    site: &Site,
    turn: &Turn,
    quota: &OfPeople,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<OfPerson, Response> {
    turn.release();
    let permit = quota.acquire(caller.person, Some(caller.office()), site.config.limits.turn_within).await;
    permit.ok_or_else(|| {
        let busy = fault::failure(&Failure::Unavailable, headers);
        unheard(([(header::RETRY_AFTER, "5")], busy).into_response())
    })
}

/// The sender as they are once a body has arrived. That takes minutes, in which their session may end and
/// their roles change.
///
/// # Errors
/// `SignedOut` if the session has ended or now belongs to another person; also what the session's guard
/// refuses.
pub(super) async fn still(site: &Site, head: &Parts, caller: &Caller) -> Result<Caller, Failure> {
    let token = visitor::session_token(&site.config, &head.headers, &head.extensions);
    let token = token.ok_or(Failure::SignedOut)?;
    let now = site.services.accounts.identify(token, site.clock.now()).await?;
    if now.person == caller.person { Ok(now) } else { Err(Failure::SignedOut) }
}

/// The answer to a form of which nothing was read. The connection closes after it, whatever is still being
/// sent.
pub(super) fn unheard(answer: Response) -> Response {
    let mut answer = answer;
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}
