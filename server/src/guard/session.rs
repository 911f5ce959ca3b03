//! Identifies the caller: turns the cookie's token into a caller, once, here. A visitor who is not signed in
//! reaches only what the table of permissions calls public. A caller with an outstanding duty reaches only
//! the addresses at which they can fulfil it. On an empty system every page leads to the page for the first
//! administrator.

use app::failure::page_of;
use axum::Extension;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Caller;
use domain::accounts::{Duty, SessionHolder, SessionUse};
use domain::error::{Failure, Refusal};
use http::{Method, header};

use super::limits::{full, place_of};
use super::origin::is_ours;
use crate::fault;
use crate::permission::{self, Access};
use crate::places::Turn;
use crate::site::Site;
use crate::visitor;

/// Where people sign in.
const SIGN_IN: &str = "/sign-in";
/// Where the first administrator is made.
const FIRST: &str = "/first";

/// The caller, for the routes; `None` on what is public.
#[derive(Clone, Debug)]
pub struct Visitor(pub Option<Caller>);

/// The caller's outstanding duty, for handlers that answer with another page than the requested one.
#[derive(Clone, Copy, Debug)]
pub struct OutstandingDuty(pub Option<Duty>);

/// Identifies the caller and turns away who is not signed in. The requests of one network are identified only some at
/// a time, because until then nobody knows whose they are.
pub async fn session(
    State(site): State<Site>,
    turn: Option<Extension<Turn>>,
    mut request: Request,
    next: Next,
) -> Response {
    if access(&request) == Access::Open {
        return next.run(request).await;
    }
    let network = visitor::network(&site.config, request.headers(), request.extensions());
    let turn = turn.map(|Extension(turn)| turn);
    let place = place_of(&site, &site.places.identifications, network, turn.as_ref()).await;
    let Some(place) = place else { return full() };
    let identified = identify(&site, &mut request).await;
    drop(place);
    match identified {
        Ok(()) => next.run(request).await,
        Err(answer) => *answer,
    }
}

/// Puts the caller into the request's extensions. Called a second time if a body arrived late, because the
/// session may have ended and the roles may have changed since.
///
/// # Errors
/// The answer for a caller who may not continue.
pub(super) async fn identify(site: &Site, request: &mut Request) -> Result<(), Box<Response>> {
    let access = access(request);
    let token =
        visitor::session_token(&site.config, request.headers(), request.extensions()).map(str::to_owned);
    let by = if permission::is_background(name(request)) { SessionUse::ByPage } else { SessionUse::ByPerson };
    let (caller, duty) = match recognised(site, token, by).await {
        Ok(Some(SessionHolder { caller, duty })) => (Some(caller), duty),
        Ok(None) => (None, None),
        Err(failure) => return Err(fault::failure(&failure, request.headers()).into()),
    };
    // On public pages, a caller who has not entered the code counts as not signed in, so that they can sign
    // in as another person.
    let caller = caller.filter(|_| access != Access::Public || duty != Some(Duty::EnterCode));
    if let Some(duty) = duty.filter(|duty| access != Access::Public && !duties(request).contains(duty)) {
        return Err(led_to(duty, request).into());
    }
    if caller.is_none() {
        match site.is_claimed().await {
            Ok(true) if access == Access::Public => {}
            Ok(true) => return Err(turned_away(site, request).into()),
            Ok(false) if is_page(request) && request.uri().path() != FIRST => return Err(to(FIRST).into()),
            Ok(false) => {}
            Err(failure) => return Err(fault::failure(&failure, request.headers()).into()),
        }
    }
    request.extensions_mut().insert(Visitor(caller));
    request.extensions_mut().insert(OutstandingDuty(duty));
    Ok(())
}

/// What the table says of this request. A path that it does not name asks for a signed-in person.
fn access(request: &Request) -> Access {
    permission::of(name(request)).unwrap_or(Access::SignedIn)
}

/// The name of this request's address in the table.
fn name(request: &Request) -> &str {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    match route {
        Some(route) if !route.starts_with("/api/") => route,
        _ => request.uri().path(),
    }
}

/// The duties under which this request is still allowed.
fn duties(request: &Request) -> &'static [Duty] {
    permission::duties(name(request))
}

/// Redirects a page, or a form without script, to the page of the duty; a script's call gets a refusal.
fn led_to(duty: Duty, request: &Request) -> Response {
    let refused = Failure::Refused(Refusal::DutyFirst { duty });
    if !fault::wants_html(request.headers()) {
        return match request.uri().path().starts_with("/api/") {
            true => fault::call(refused),
            false => fault::failure(&refused, request.headers()),
        };
    }
    // The browser does not return to the page of another duty.
    let asked = request.uri().path_and_query().filter(|_| is_page(request) && duties(request).is_empty());
    let next = asked.map_or("/", |path| path.as_str());
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    to(&format!("{}?next={next}", page_of(duty)))
}

async fn recognised(
    site: &Site,
    token: Option<String>,
    by: SessionUse,
) -> Result<Option<SessionHolder>, Failure> {
    let Some(token) = token else { return Ok(None) };
    match site.services.accounts.recognise(&token, by, site.clock.now()).await {
        Ok(found) => Ok(Some(found)),
        Err(Failure::SignedOut | Failure::NotFound | Failure::Forbidden) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn is_page(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD) && !request.uri().path().starts_with("/api/")
}

/// A page leads to signing in and back again, a form without script to the page that it stands on; a call is told so.
fn turned_away(site: &Site, request: &Request) -> Response {
    if !fault::wants_html(request.headers()) {
        return match request.uri().path().starts_with("/api/") {
            true => fault::call(Failure::SignedOut),
            false => fault::failure(&Failure::SignedOut, request.headers()),
        };
    }
    let asked = || request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let path = if is_page(request) { Some(asked()) } else { page_under(site, request) };
    let Some(path) = path.filter(|path| !matches!(path.as_str(), "/" | SIGN_IN | FIRST)) else {
        return to(SIGN_IN);
    };
    let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    to(&format!("{SIGN_IN}?next={next}"))
}

/// The page of ours that a form stands on, as far as the browser says.
fn page_under(site: &Site, request: &Request) -> Option<String> {
    let page = request.headers().get(header::REFERER)?.to_str().ok()?;
    let page = url::Url::parse(page).ok()?;
    let query = page.query().map_or(String::new(), |query| format!("?{query}"));
    is_ours(site, &page, request.headers()).then(|| format!("{}{query}", page.path()))
}

fn to(path: &str) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(path)).into_response()
}
