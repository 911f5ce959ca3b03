//! Security headers of every answer. Pages bring their own content policy with the nonce of their scripts; everything
//! else gets the strictest one.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

use crate::site::Site;

/// The content policy of a page whose inline scripts carry this nonce.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; worker-src 'self' blob:; \
         style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data: blob:; \
         connect-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'self'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// What is not a page runs nothing and loads nothing; a browser's own PDF viewer needs its style.
const BARE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A camera and a microphone serve scanning and meetings of our own; nothing else of the device is used.
const PERMISSIONS: &str = "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), \
     geolocation=(), payment=(), usb=(), serial=(), midi=(), accelerometer=(), gyroscope=(), \
     magnetometer=()";

/// Browsers come over TLS alone from then on; a proxy says so itself.
const TLS_ALONE: &str = "max-age=31536000";

/// Adds the headers that the answer does not bring itself.
pub async fn security_headers(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let fixed: [(HeaderName, &str); 7] = [
        // Pages show what is one person's alone, on tablets that several use.
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, BARE_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if site.config.tls.is_some() {
        let only = HeaderValue::from_static(TLS_ALONE);
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, only);
    }
    response
}
