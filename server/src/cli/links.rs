//! Finds connections of the program that leave the machine without verifying who answers: the one to
//! PostgreSQL, and the one between nodes. Looks only at addresses.

use std::net::IpAddr;

use url::{Host, Url};

/// A warning about the connection to the database; none if it stays on this machine or is verified.
pub fn to_database(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let query = |names: [&str; 2]| {
        url.query_pairs().find(|(name, _)| names.contains(&&**name)).map(|(_, value)| value.into_owned())
    };
    let host = query(["host", "hostaddr"]).or_else(|| url.host_str().map(str::to_owned)).unwrap_or_default();
    let is_verified = query(["sslmode", "ssl-mode"]).as_deref() == Some("verify-full");
    // Without a host, or with a folder as host, it is a socket on this machine.
    let is_socket = host.is_empty() || host.starts_with('/') || host.starts_with("%2F");
    if is_socket || is_verified || is_loopback(&host) {
        return None;
    }
    Some(format!(
        "The connection to PostgreSQL on {host} is not verified: whoever stands between can read all data. Add \
         ?sslmode=verify-full&sslrootcert=FILE to database_url."
    ))
}

/// A warning about the address at which other nodes reach this one; none if it is encrypted or stays in a
/// private network.
pub fn between_nodes(url: &Url) -> Option<String> {
    let host = url.host_str().unwrap_or_default();
    if url.scheme() != "http" || is_loopback(host) || is_private(url) {
        return None;
    }
    Some(format!(
        "Between nodes sessions travel in clear to {host}, which may lie beyond your own network: use https in node_url."
    ))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Whether the host is an address in a private network. A name may lead anywhere, so it is not.
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local(),
        Some(Host::Domain(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{between_nodes, to_database};

    #[test]
    fn a_database_over_a_network_is_verified_or_told() {
        for (address, is_told) in [
            ("postgres://phien:x@localhost/phien", false),
            ("postgres://phien@127.0.0.1:5433/phien", false),
            ("postgres://phien@[::1]/phien", false),
            ("postgres://%2Fvar%2Frun%2Fpostgresql/phien", false),
            ("postgres:///phien?host=/var/run/postgresql", false),
            ("postgres://phien@db.example.vn/phien?sslmode=verify-full&sslrootcert=/ca.pem", false),
            ("postgres://phien@db.example.vn/phien", true),
            ("postgres://phien@10.1.2.3/phien?sslmode=require", true),
            ("postgres://phien@localhost/phien?host=10.1.2.3", true),
        ] {
            assert_eq!(to_database(address).is_some(), is_told, "{address}");
        }
    }

    #[test]
    fn sessions_in_clear_beyond_ones_own_network_are_told() {
        for (address, is_told) in [
            ("http://127.0.0.1:3000", false),
            ("http://10.1.2.3:3000", false),
            ("http://192.168.7.1", false),
            ("http://[fd00::1]:3000", false),
            ("https://node1.example.vn", false),
            ("http://node1.example.vn:3000", true),
            ("http://203.0.113.5:3000", true),
            ("http://[2001:db8::1]:3000", true),
        ] {
            let url = address.parse().expect("an address");
            assert_eq!(between_nodes(&url).is_some(), is_told, "{address}");
        }
    }
}
