//! The program's configuration: one file and the environment, read together, every mistake named at once.
//! Knows nothing of what the values are used for; whether they work on this machine is [`crate::cli::check`]'s to say.

mod read;
mod settings;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use domain::access::Role;
use url::Url;

use crate::places::Limits;
use crate::tls::Certificate;

pub use read::Sources;
pub use settings::{FILE_VARIABLE, SETTINGS, Setting, setting};

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person at a terminal.
    Text,
    /// For a collector: one object a line.
    Json,
}

/// The configuration, valid by construction.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to serve.
    pub listen: SocketAddr,
    /// The certificate that the program serves with itself.
    pub tls: Option<Certificate>,
    /// Folder of the database and the papers.
    pub data_dir: PathBuf,
    /// Empty for the embedded database.
    pub database_url: String,
    /// Folder of the site, when one was named.
    pub site: Option<PathBuf>,
    /// Address that people type.
    pub public_url: Option<Url>,
    /// Whether forwarding headers are believed.
    pub trust_proxy: bool,
    /// Where the other nodes of the same database reach this one; none when it is the only one.
    pub node_url: Option<Url>,
    /// Where picture and sound of meetings are listened for; none when this program carries none.
    pub media_listen: Option<SocketAddr>,
    /// The addresses that sites reach it at.
    pub media_addresses: Vec<IpAddr>,
    /// A further port at which they reach it by TCP.
    pub media_tcp_port: Option<u16>,
    /// Seats of one meeting that carry at once.
    pub media_seats: u32,
    /// Meetings that carry at once.
    pub media_meetings: u32,
    /// What is sent to one seat at most.
    pub media_seat_kbps: u64,
    /// What is sent to all together at most.
    pub media_mbps: u64,
    /// Hours without use after which a session ends.
    pub session_idle_hours: i64,
    /// Hours after sign-in after which a session ends.
    pub session_absolute_hours: i64,
    /// Anyone with one of these roles needs a second factor.
    pub second_factor_roles: Vec<Role>,
    /// Largest paper.
    pub upload_mib: u64,
    /// Papers are refused when the disk has less free space than this.
    pub reserve_mib: u64,
    /// Days for which the file of a withdrawn paper is kept.
    pub withdrawn_days: i64,
    /// Requests worked on at one time.
    pub concurrent_requests: usize,
    /// Most connections from one address.
    pub connections_per_address: usize,
    /// The limits that cannot be configured.
    pub limits: Limits,
    /// How the log is written.
    pub log_format: LogFormat,
    /// What the log holds.
    pub log_level: String,
}

impl Config {
    /// Reads all sources; on failure every mistake, not the first.
    pub fn read(sources: &Sources) -> Result<Config, Vec<Mistake>> {
        read::read(sources)
    }

    /// The site's folder: the one named, else `site` beside the program.
    pub fn site_dir(&self) -> PathBuf {
        self.site.clone().unwrap_or_else(|| {
            let program = std::env::current_exe().unwrap_or_default();
            program.parent().unwrap_or(Path::new(".")).join("site")
        })
    }

    /// Whether people reach the program over TLS, so that cookies must never travel without it.
    pub fn is_secure(&self) -> bool {
        self.tls.is_some() || self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Which peers are trusted as proxies. With one node it is the proxy on this machine. With several nodes
    /// it is every peer that the firewall lets in: the proxy, and the other nodes, which pass on what the
    /// proxy told them.
    pub fn proxies(&self) -> Proxies {
        match (self.trust_proxy, &self.node_url) {
            (false, _) => Proxies::None,
            (true, None) => Proxies::Loopback,
            (true, Some(_)) => Proxies::All,
        }
    }

    /// Whether a client could reach the port past the proxy and so forge the trusted forwarding headers. With
    /// several nodes, the firewall keeps other clients out.
    pub fn can_be_reached_past_the_proxy(&self) -> bool {
        self.trust_proxy && !self.listen.ip().is_loopback() && self.node_url.is_none()
    }

    /// The TCP port of the pages, where media comes over it too: this program takes the connections itself.
    pub fn shared_port(&self) -> Option<u16> {
        self.tls.as_ref().map(|_| self.listen.port())
    }

    /// The address people type, without a slash at its end; that of the port when none is set.
    pub fn address(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("{}://{}", if self.tls.is_some() { "https" } else { "http" }, self.listen),
        }
    }
}

/// Which peers are trusted as proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxies {
    /// No peer.
    None,
    /// Peers on this machine.
    Loopback,
    /// Every peer.
    All,
}

impl Proxies {
    /// Whether a peer is trusted as a proxy.
    pub fn include(self, peer: IpAddr) -> bool {
        match self {
            Proxies::None => false,
            Proxies::Loopback => peer.to_canonical().is_loopback(),
            Proxies::All => true,
        }
    }
}

/// A mistake in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where: a key with its file, or a variable.
    pub place: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}
