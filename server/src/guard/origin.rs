//! Nothing changes without proof that the request comes from our own pages. Browsers say where a request comes from
//! in headers that a page cannot write; a request that says nothing is refused too. Knows no user.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, header};

use crate::site::Site;

/// Refuses every request other than GET, HEAD and OPTIONS that another site caused.
pub async fn same_origin(State(site): State<Site>, request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let public_host = site.config.public_url.as_ref().and_then(authority);
    if is_safe || is_own(request.headers(), public_host.as_deref()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "cross-origin request refused\n").into_response()
    }
}

/// Whether one of our own pages sent the request: for a GET that opens more than a page.
pub fn is_own_page(site: &Site, headers: &HeaderMap) -> bool {
    let public_host = site.config.public_url.as_ref().and_then(authority);
    is_own(headers, public_host.as_deref())
}

/// Whether the headers prove that one of our pages sent the request. `public_host` is the address that people type,
/// which a proxy may have replaced in `Host`.
fn is_own(headers: &HeaderMap, public_host: Option<&str>) -> bool {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        // "none": typed or bookmarked by the person.
        Some(site) => matches!(site, "same-origin" | "none"),
        None => {
            let origin = text(header::ORIGIN).and_then(|origin| url::Url::parse(origin).ok());
            origin.is_some_and(|origin| is_on(&origin, headers, public_host))
        }
    }
}

/// Whether an address leads to one of our own pages.
pub(super) fn is_ours(site: &Site, address: &url::Url, headers: &HeaderMap) -> bool {
    let public_host = site.config.public_url.as_ref().and_then(authority);
    matches!(address.scheme(), "http" | "https") && is_on(address, headers, public_host.as_deref())
}

fn is_on(address: &url::Url, headers: &HeaderMap, public_host: Option<&str>) -> bool {
    let Some(address) = authority(address) else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(|host| host.eq_ignore_ascii_case(&address)) || public_host == Some(address.as_str())
}

/// Host and port as `Host` carries them: a scheme's own port is left out.
fn authority(url: &url::Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        pairs.collect()
    }

    #[test]
    fn only_our_own_pages_may_change_things() {
        let table: [(&[(&str, &str)], bool); 8] = [
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "cross-site"), ("host", "a.vn"), ("origin", "https://a.vn")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("host", "a.vn"), ("origin", "https://a.vn")], true),
            (&[("host", "a.vn"), ("origin", "https://b.vn")], false),
            (&[("host", "a.vn"), ("origin", "null")], false),
            (&[("host", "a.vn")], false),
        ];
        for (pairs, own) in table {
            assert_eq!(is_own(&headers(pairs), None), own, "{pairs:?}");
        }
    }

    #[test]
    fn the_public_address_is_our_own_behind_a_proxy() {
        let proxied = headers(&[("host", "127.0.0.1:3000"), ("origin", "https://hop.vn")]);
        assert!(is_own(&proxied, Some("hop.vn")));
        assert!(!is_own(&proxied, Some("khac.vn")));
    }
}
