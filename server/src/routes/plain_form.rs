//! The calls of the pages, and the answer to a plain form that ends without a redirect: the page of the form,
//! rendered in the same answer with what was typed. Stores nothing, so it works on any node, in any tab and
//! without a session.

use app::failure::page_of;
use app::form::{FormAnswer, FormOutcome, FormPage, is_plain_request, page_of_call};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{Method, StatusCode, Uri, header};
use leptos::prelude::provide_context;

use crate::fault;
use crate::guard::OutstandingDuty;
use crate::permission;
use crate::router::provide;
use crate::site::Site;

/// Answers a call of a page: data for a script; for a plain form a redirect, or the form's page again.
pub async fn call(State(site): State<Site>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::GET && fault::wants_html(&parts.headers) {
        return Redirect::to(page_of_call(parts.uri.path())).into_response();
    }
    let form = is_plain_request(&parts).then(|| parts.clone());
    let left = FormAnswer::default();
    let context = {
        let (site, left) = (site.clone(), left.clone());
        move || {
            provide(&site);
            provide_context(left.clone());
        }
    };
    let request = Request::from_parts(parts, body);
    let answer = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    let Some(form) = form else { return answer };
    let mut shown = match left.take() {
        None => return answer,
        Some(FormOutcome::Page(page)) => show(&site, form, *page).await,
        Some(FormOutcome::Failed(failure)) => fault::failure(&failure, &form.headers),
    };
    for cookie in answer.headers().get_all(header::SET_COOKIE) {
        shown.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    shown
}

/// The page of a form, for the visitor who sent it.
pub async fn show(site: &Site, form: Parts, page: FormPage) -> Response {
    let page = match form.extensions.get::<OutstandingDuty>() {
        // The page is behind the same guard that let the form in. Nothing else is open while a duty is
        // outstanding.
        Some(OutstandingDuty(Some(duty))) if !permission::duties(page.path()).contains(duty) => {
            page.moved_to(page_of(*duty))
        }
        _ => page,
    };
    let status = page.status();
    let Ok(address) = page.address.parse::<Uri>() else {
        return fault::plain(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut parts = form;
    (parts.method, parts.uri) = (Method::GET, address);
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
        parts.headers.remove(name);
    }
    let context = {
        let site = site.clone();
        move || {
            provide(&site);
            provide_context(page.clone());
        }
    };
    let render = leptos_axum::render_app_async_with_context(context, app::document);
    let mut response = render(Request::from_parts(parts, Body::empty())).await;
    // A page that redirects, or has an error of its own, keeps its status.
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}
