//! What a request says of the person before us: cookies, language, theme, browser, address.
//! Believes forwarding headers only where the configuration says that a proxy writes them.

use std::net::{IpAddr, SocketAddr};

use app::context::{ClientInfo, KEYS_COOKIE, LOCALE_COOKIE, Locale, SingleKeys, THEME_COOKIE, Theme};
use app::session::{COOKIE, SECURE_COOKIE};
use http::{Extensions, HeaderMap, header};

use crate::config::Config;
use crate::network::Network;
use crate::places::peer;

/// The header in which a proxy names the client.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers, name).next()
}

/// Every value that was sent for this cookie name.
fn cookies<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value)
}

/// The token of the visitor's session. If there are two, another person may have set one of them, so none
/// counts.
pub fn session_token<'a>(
    config: &Config,
    headers: &'a HeaderMap,
    extensions: &Extensions,
) -> Option<&'a str> {
    let only = |name| {
        let mut values = cookies(headers, name);
        (values.next(), values.next())
    };
    match only(SECURE_COOKIE) {
        (Some(token), None) => Some(token),
        // Also over plain HTTP: a node passes on to another node a request that came to it over TLS.
        (None, _) if !is_secure(config, headers, extensions) => match only(COOKIE) {
            (Some(token), None) => Some(token),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the visitor's own connection is encrypted.
fn is_secure(config: &Config, headers: &HeaderMap, extensions: &Extensions) -> bool {
    let is_forwarded = || headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
    config.is_secure() || (believes(config, extensions) && is_forwarded())
}

/// The language chosen on this device.
pub fn locale(headers: &HeaderMap) -> Locale {
    Locale::parse(cookie(headers, LOCALE_COOKIE).unwrap_or_default())
}

/// The theme chosen on this device.
pub fn theme(headers: &HeaderMap) -> Theme {
    Theme::parse(cookie(headers, THEME_COOKIE).unwrap_or_default())
}

/// Whether single keys are shortcuts on this device.
pub fn single_keys(headers: &HeaderMap) -> SingleKeys {
    SingleKeys::parse(cookie(headers, KEYS_COOKIE).unwrap_or_default())
}

/// An address as proxies write it, with or without its port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// The browser that asks.
pub fn client(config: &Config, headers: &HeaderMap, extensions: &Extensions) -> ClientInfo {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_secure = is_secure(config, headers, extensions);
    let asked = || {
        let scheme = if is_secure { "https" } else { "http" };
        text("host").map(|host| format!("{scheme}://{host}"))
    };
    let public = config.public_url.is_some().then(|| config.address());
    ClientInfo {
        device: device(text("user-agent").unwrap_or_default()),
        address: network(config, headers, extensions).map(|network| network.to_string()).unwrap_or_default(),
        is_secure,
        origin: public.or_else(asked).unwrap_or_else(|| config.address()),
    }
}

/// The network whose failures, forms and connections are counted together.
pub fn network(config: &Config, headers: &HeaderMap, extensions: &Extensions) -> Option<Network> {
    // The proxy appends the address that it saw, in the same line or in a line of its own. The client itself
    // wrote everything before that.
    let forwarded = headers.get_all(FORWARDED_FOR).iter().next_back();
    let forwarded = forwarded.and_then(|list| list.to_str().ok()?.rsplit(',').next()).and_then(address);
    let forwarded = forwarded.filter(|_| believes(config, extensions));
    forwarded.or(peer(extensions)).map(Network::of)
}

/// Whether the request names a forwarded address that is not trusted: a proxy that the configuration does not
/// name, or a client that tries to impersonate another.
pub fn has_unbelieved_address(config: &Config, headers: &HeaderMap, extensions: &Extensions) -> bool {
    headers.contains_key(FORWARDED_FOR) && !believes(config, extensions)
}

fn believes(config: &Config, extensions: &Extensions) -> bool {
    peer(extensions).map_or(config.trust_proxy, |peer| config.proxies().include(peer))
}

/// Browser and system, such as `Chrome, Android`: enough to know one's own device by, too little to follow one by.
fn device(agent: &str) -> String {
    // The order matters: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("coc_coc", "Cốc Cốc"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("iPad", "iPad"),
        ("iPhone", "iPhone"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let parts: Vec<&str> = [find(&browsers), find(&systems)].into_iter().flatten().collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use axum::extract::ConnectInfo;

    use super::*;
    use crate::config::Sources;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        pairs.collect()
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let jar = headers(&[("cookie", "xphien=1; phien=abc; locale=en")]);
        assert_eq!(cookie(&jar, "phien"), Some("abc"));
        assert_eq!(cookie(&jar, "hien"), None);
        assert_eq!(locale(&jar), Locale::En);
        assert_eq!(theme(&jar), Theme::Device);
    }

    #[test]
    fn a_session_is_known_by_the_one_cookie_that_nobody_else_can_have_set() {
        let clear = Config::read(&Sources::default()).unwrap();
        let mut secure = clear.clone();
        secure.public_url = Some("https://hop.sonla.gov.vn".parse().unwrap());
        let mut proxied = clear.clone();
        proxied.trust_proxy = true;
        let table = [
            ("phien=a", Some("a"), None),
            ("__Host-phien=a", Some("a"), Some("a")),
            ("phien=evil; __Host-phien=a", Some("a"), Some("a")),
            ("phien=evil; phien=a", None, None),
            ("__Host-phien=evil; __Host-phien=a", None, None),
            ("__host-phien=evil", None, None),
            ("locale=en", None, None),
        ];
        for (sent, in_clear, over_tls) in table {
            let jar = headers(&[("cookie", sent), ("x-forwarded-proto", "https")]);
            assert_eq!(session_token(&clear, &jar, &Extensions::new()), in_clear, "{sent}");
            assert_eq!(session_token(&secure, &jar, &Extensions::new()), over_tls, "{sent}");
            assert_eq!(session_token(&proxied, &jar, &Extensions::new()), over_tls, "{sent}");
        }
        let mut lines = headers(&[("cookie", "phien=evil")]);
        lines.append("cookie", "phien=a".parse().unwrap());
        assert_eq!(session_token(&clear, &lines, &Extensions::new()), None, "in two lines as in one");
    }

    #[test]
    fn forwarding_headers_count_only_behind_a_trusted_proxy() {
        let mut config = Config::read(&Sources::default()).unwrap();
        let jar = headers(&[("x-forwarded-for", "9.9.9.9, 10.0.0.7"), ("x-forwarded-proto", "https")]);
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 5))));
        let direct = client(&config, &jar, &extensions);
        assert_eq!((direct.address.as_str(), direct.is_secure), ("127.0.0.1", false));
        config.trust_proxy = true;
        let proxied = client(&config, &jar, &extensions);
        assert_eq!((proxied.address.as_str(), proxied.is_secure), ("10.0.0.7", true));
        extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 5))));
        let past_the_proxy = client(&config, &jar, &extensions);
        assert_eq!((past_the_proxy.address.as_str(), past_the_proxy.is_secure), ("10.0.0.9", false));
        config.node_url = "http://10.0.0.8:3000".parse().ok();
        let other_node = client(&config, &jar, &extensions);
        assert_eq!((other_node.address.as_str(), other_node.is_secure), ("10.0.0.7", true));
    }

    #[test]
    fn the_address_that_is_given_out_is_the_configured_one_and_else_the_one_asked() {
        let mut config = Config::read(&Sources::default()).unwrap();
        let jar = headers(&[("host", "10.0.0.7:3000")]);
        let origin = |config: &Config, jar: &HeaderMap| client(config, jar, &Extensions::new()).origin;
        assert_eq!(origin(&config, &jar), "http://10.0.0.7:3000");
        assert_eq!(origin(&config, &headers(&[])), "http://127.0.0.1:3000");
        config.public_url = Some("https://hop.sonla.gov.vn".parse().unwrap());
        assert_eq!(origin(&config, &jar), "https://hop.sonla.gov.vn");
    }

    #[test]
    fn a_device_is_named_in_two_words() {
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(device(edge), "Edge, Windows");
        assert_eq!(
            device("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"),
            "Safari, iPad"
        );
        assert_eq!(device("curl/8"), "");
    }
}
