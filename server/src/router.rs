//! The router: which address is answered by what, and which guards stand before it, outermost last.
//! Its addresses are named in [`crate::permission`]; a test compares the two.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use http::{HeaderValue, StatusCode, header};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, ResponseOptions};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use app::context::{Now, UploadMib};
use app::form::{NOTE_COOKIE, NoteCookie};

use crate::guard::{self, Visitor, page_policy};
use crate::live;
use crate::routes::{files, health, imports, invitation, paper_file, papers, plain_form};
use crate::site::Site;
use crate::visitor;

/// Our own routes that answer at once, or not at all.
pub fn quick_routes() -> Vec<(&'static str, MethodRouter<Site>)> {
    vec![
        ("/health", get(health::health)),
        ("/robots.txt", get(files::robots)),
        ("/meetings/{id}/invitation.ics", get(invitation::invitation)),
        (live::SOCKET, get(live::door::socket)),
        ("/admin/imports/{kind}/sample.xlsx", get(imports::sample)),
    ]
}

/// Our own routes that move bytes and so keep their own time and size.
pub fn streaming_routes() -> Vec<(&'static str, MethodRouter<Site>)> {
    vec![
        ("/meetings/{id}/papers", post(papers::upload)),
        ("/admin/imports/{kind}", post(imports::import)),
        ("/papers/{id}/file", get(paper_file::download)),
    ]
}

/// The pages' addresses, as the app declares them.
///
/// They are read off once: while Leptos does that, no page of the whole process gets its data, and one that asks
/// for it in that moment waits for ever (leptos-rs/leptos#4773).
pub fn page_routes() -> &'static [AxumRouteListing] {
    &ROUTES.0
}

/// The pages and the calls. Leptos would answer the calls itself; [`plain_form::call`] does it instead.
static ROUTES: LazyLock<(Vec<AxumRouteListing>, Vec<AxumRouteListing>)> = LazyLock::new(|| {
    let calls = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let routes = leptos_axum::generate_route_list_with_exclusions(app::App, Some(calls));
    routes.into_iter().partition(|route| route.methods().next().is_some())
});

/// The whole router.
pub fn router(site: Site) -> Router {
    let (pages, calls) = &*ROUTES;
    let routes = pages.iter().chain(calls).cloned().collect();
    let mut quick = Router::new();
    for (path, route) in quick_routes() {
        quick = quick.route(path, route);
    }
    let context = {
        let site = site.clone();
        move || provide(&site)
    };
    let quick = quick
        .route("/api/{*call}", get(plain_form::call).post(plain_form::call))
        .leptos_routes_with_context(&site, routes, context, app::document)
        .fallback(nothing_here)
        .layer(from_fn(guard::in_time))
        // A page is an eighth of itself then; the quickest level, for the weak line gains little by a better one.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn_with_state(site.clone(), guard::own_share));

    let mut router = quick.merge(files::router(&site));
    for (path, route) in streaming_routes() {
        // These count what they take themselves; the framework's own limit would end every upload at 2 MB.
        router = router.route(path, route.layer(DefaultBodyLimit::disable()));
    }
    router
        .layer(from_fn_with_state(site.clone(), guard::arrived))
        .layer(from_fn_with_state(site.clone(), guard::session))
        .layer(from_fn_with_state(site.clone(), guard::enough_room))
        .layer(from_fn_with_state(site.clone(), guard::same_origin))
        .layer(from_fn_with_state(site.clone(), guard::security_headers))
        .layer(from_fn_with_state(site.clone(), guard::record))
        .with_state(site)
}

/// The page that says that there is no such page.
async fn nothing_here(State(site): State<Site>, request: Request) -> Response {
    let show = leptos_axum::render_app_async_with_context(move || provide(&site), app::document);
    let mut response = show(request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// What a page or a call finds in its context.
pub(crate) fn provide(site: &Site) {
    if let Some(parts) = use_context::<http::request::Parts>() {
        let visitor = parts.extensions.get::<Visitor>();
        provide_context(visitor.and_then(|visitor| visitor.0.clone()));
        provide_context(visitor::locale(&parts.headers));
        provide_context(visitor::theme(&parts.headers));
        provide_context(visitor::single_keys(&parts.headers));
        provide_context(visitor::client(&site.config, &parts.headers, &parts.extensions));
        if let Some(note) = visitor::cookie(&parts.headers, NOTE_COOKIE) {
            provide_context(NoteCookie(note.to_owned()));
        }
    }
    provide_context(site.services.clone());
    provide_context(site.assets.clone());
    provide_context(site.reports.clone());
    provide_context(UploadMib(site.config.upload_mib));
    provide_context(Now(site.clock.now()));
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
