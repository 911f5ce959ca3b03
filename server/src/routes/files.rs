//! The site's files: hashed ones for a year, the others for as long as an old one does no harm. Compressed at build
//! time, never on the fly. The faces of official documents lie beside them and are not served.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::{HeaderValue, header};
use tower_http::services::{ServeDir, ServeFile};

use crate::site::Site;

/// Names carry a hash or a version: what is under one never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Fonts keep their names over versions and hardly ever change.
const A_MONTH: HeaderValue = HeaderValue::from_static("public, max-age=2592000");
/// Icons keep their names too, and change with the look.
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// A script that runs as a worker takes its policy from here: it may load our own files and compile modules.
const FILE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
     object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
);

/// The addresses of the files' routes.
pub const ADDRESSES: [&str; 8] = [
    "/pkg/{*file}",
    "/fonts/{*file}",
    "/pdfjs/{*file}",
    "/favicon.svg",
    "/icon-192.png",
    "/icon-512.png",
    "/apple-touch-icon.png",
    "/manifest.webmanifest",
];

/// The files' routes.
pub fn router(site: &Site) -> Router<Site> {
    let folder = &site.folder;
    Router::new()
        .merge(served("/pkg", &folder.join("pkg"), FOR_EVER))
        .merge(served("/fonts", &folder.join("fonts"), A_MONTH))
        // The engine lies in a folder of its version, so that its halves are always of one.
        .merge(served("/pdfjs", &folder.join("pdfjs"), FOR_EVER))
        .merge(single("/favicon.svg", folder))
        .merge(single("/icon-192.png", folder))
        .merge(single("/icon-512.png", folder))
        .merge(single("/apple-touch-icon.png", folder))
        .merge(single("/manifest.webmanifest", folder))
}

/// Offices' calendars are nobody's search results.
pub async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /\n"
}

fn served(path: &'static str, folder: &Path, keep: HeaderValue) -> Router<Site> {
    let files = ServeDir::new(folder).precompressed_br().append_index_html_on_directories(false);
    let keep = from_fn(move |request, next| kept(keep.clone(), request, next));
    Router::new()
        .route_service(&format!("{path}/{{*file}}"), tower::util::MapRequest::new(files, strip(path)))
        .layer(keep)
}

fn single(path: &'static str, folder: &Path) -> Router<Site> {
    let file = ServeFile::new(folder.join(path.trim_start_matches('/'))).precompressed_br();
    Router::new().route_service(path, file).layer(from_fn(|request, next| kept(AN_HOUR, request, next)))
}

/// Takes the folder's own name off the path, as `nest` would; unlike it, the route keeps its name in the log and
/// in the table of permissions.
fn strip(prefix: &'static str) -> impl Fn(Request) -> Request + Clone {
    move |mut request| {
        let rest = request.uri().path().strip_prefix(prefix).unwrap_or("/").to_owned();
        if let Ok(uri) = rest.parse() {
            *request.uri_mut() = uri;
        }
        request
    }
}

/// Only what was found is kept: a missing file may come with the next upgrade.
async fn kept(keep: HeaderValue, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let status = response.status();
    let headers = response.headers_mut();
    if status.is_success() || status == http::StatusCode::NOT_MODIFIED {
        headers.insert(header::CACHE_CONTROL, keep);
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_SECURITY_POLICY, FILE_POLICY);
    response
}
