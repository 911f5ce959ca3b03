//! Nothing changes without proof that the request comes from our own pages. Browsers say where a request comes from
//! in headers that a page cannot write; a request that says nothing is refused too. Knows no user.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, header};
use url::Url;

use crate::site::Site;

/// Refuses every request other than GET, HEAD and OPTIONS that another site caused.
pub async fn same_origin(State(site): State<Site>, request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe || is_own(request.headers(), site.config.public_url.as_ref()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "cross-origin request refused\n").into_response()
    }
}

/// Whether one of our own pages sent the request: for a GET that opens more than a page.
pub fn is_own_page(site: &Site, headers: &HeaderMap) -> bool {
    is_own(headers, site.config.public_url.as_ref())
}

/// Whether the headers prove that one of our pages sent the request. `public` is the address that people
/// type. If it is known, a page at any other address is not ours, even if its name leads to this machine and
/// the browser calls the request "same-origin".
fn is_own(headers: &HeaderMap, public: Option<&Url>) -> bool {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let origin = headers.contains_key(header::ORIGIN).then(|| {
        let origin = text(header::ORIGIN).and_then(|origin| Url::parse(origin).ok());
        origin.is_some_and(|origin| is_on(&origin, headers, public))
    });
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        // "none": typed or bookmarked by the person.
        Some("same-origin" | "none") => public.is_none() || origin.unwrap_or(true),
        Some(_) => false,
        None => origin.unwrap_or(false),
    }
}

/// Whether an address leads to one of our own pages.
pub(super) fn is_ours(site: &Site, address: &url::Url, headers: &HeaderMap) -> bool {
    matches!(address.scheme(), "http" | "https") && is_on(address, headers, site.config.public_url.as_ref())
}

/// Whether an address belongs to the public server name or, if that is unknown, to the host of the request.
fn is_on(address: &Url, headers: &HeaderMap, public: Option<&Url>) -> bool {
    if let Some(public) = public {
        return address.scheme() == public.scheme() && authority(address) == authority(public);
    }
    let Some(address) = authority(address) else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(|host| host.eq_ignore_ascii_case(&address))
}

/// Host and port as `Host` carries them: a scheme's own port is left out.
fn authority(url: &Url) -> Option<String> {
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
        let own_of = |headers: &HeaderMap, public: &str| is_own(headers, Some(&public.parse().unwrap()));
        assert!(own_of(&proxied, "https://hop.vn"));
        assert!(own_of(&proxied, "https://hop.vn:443/"));
        assert!(!own_of(&proxied, "https://khac.vn"));
        assert!(!own_of(&proxied, "http://hop.vn"), "the scheme counts");
    }

    #[test]
    fn a_foreign_name_that_leads_to_this_machine_is_not_ours_once_the_public_address_is_known() {
        let public: Url = "https://hop.vn".parse().unwrap();
        let rebound = [("host", "evil.example"), ("origin", "http://evil.example")];
        let told = [rebound[0], rebound[1], ("sec-fetch-site", "same-origin")];
        for pairs in [&rebound[..], &told[..]] {
            assert!(!is_own(&headers(pairs), Some(&public)), "{pairs:?}");
        }
        let ours = [("host", "hop.vn"), ("origin", "https://hop.vn"), ("sec-fetch-site", "same-origin")];
        assert!(is_own(&headers(&ours), Some(&public)));
        let typed = headers(&[("host", "hop.vn"), ("sec-fetch-site", "none")]);
        assert!(is_own(&typed, Some(&public)), "browsers say no origin of what is typed");
    }
}
