//! From text to typed values. Every mistake is collected, so that one run of `phien check` names them all.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use domain::access::Role;
use domain::live::SEATS_AT_MOST;
use domain::papers::PAPER_MIB_AT_MOST;
use url::Url;

use super::settings::{FILE_VARIABLE, PREFIX, SETTINGS, Setting, setting};
use super::{Config, LogFormat, Mistake};
use crate::places::Limits;
use crate::tls::Certificate;

/// Variables of the environment that begin like ours and belong to the tools around the program.
const TOOLS: [&str; 4] = ["PHIEN_E2E_", "PHIEN_CHROMIUM", "PHIEN_PROGRAM", "PHIEN_TEST_"];

/// Everything the configuration is read from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Variables of the environment.
    pub environment: BTreeMap<String, String>,
    /// The file and its text, if there is one.
    pub file: Option<(PathBuf, String)>,
    /// What kept a file from being read.
    pub mistakes: Vec<Mistake>,
}

impl Sources {
    /// The process's environment and the file that it leads to: `PHIEN_CONFIG`, else `phien.toml` in the data
    /// folder, else `phien.toml` here.
    pub fn of_process() -> Sources {
        let ours = std::env::vars().filter(|(name, _)| name.starts_with(PREFIX));
        let mut sources = Sources { environment: ours.collect(), ..Sources::default() };
        let data = sources.environment.get("PHIEN_DATA_DIR").map_or("./data", String::as_str);
        let candidates = match sources.environment.get(FILE_VARIABLE) {
            Some(named) => vec![(PathBuf::from(named), true)],
            None => vec![(Path::new(data).join("phien.toml"), false), (PathBuf::from("phien.toml"), false)],
        };
        for (path, is_named) in candidates {
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    sources.file = Some((path, text));
                    break;
                }
                Err(cause) if is_named || cause.kind() != std::io::ErrorKind::NotFound => {
                    let place = path.display().to_string();
                    sources.mistakes.push(Mistake { place, what: format!("cannot be read: {cause}") });
                }
                Err(_) => {}
            }
        }
        sources
    }
}

impl Sources {
    /// The value that was given for a setting, as written; `None` when its default stands.
    pub fn given(&self, setting: &Setting) -> Option<String> {
        self.environment.get(&setting.variable()).cloned().or_else(|| {
            let table: toml::Table = self.file.as_ref()?.1.parse().ok()?;
            match table.get(setting.key)? {
                toml::Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            }
        })
    }
}

/// A value with the place that it comes from.
struct Value {
    text: String,
    place: String,
}

struct Reader {
    values: BTreeMap<&'static str, Value>,
    mistakes: Vec<Mistake>,
}

pub(super) fn read(sources: &Sources) -> Result<Config, Vec<Mistake>> {
    let mut reader = Reader { values: BTreeMap::new(), mistakes: sources.mistakes.clone() };
    for setting in &SETTINGS {
        reader
            .values
            .insert(setting.key, Value { text: setting.default.to_owned(), place: setting.variable() });
    }
    if let Some((path, text)) = &sources.file {
        reader.take_file(path, text);
    }
    reader.take_environment(&sources.environment);
    let config = reader.config();
    if reader.mistakes.is_empty() { Ok(config) } else { Err(reader.mistakes) }
}

impl Reader {
    fn take_file(&mut self, path: &Path, text: &str) {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(cause) => return self.wrong(path.display(), format!("is not TOML: {}", cause.message())),
        };
        for (key, value) in table {
            let place = format!("{key} in {}", path.display());
            let Some(setting) = setting(&key) else {
                self.wrong(place, "is no setting; `phien check` lists them");
                continue;
            };
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(truth) => truth.to_string(),
                _ => {
                    self.wrong(place, "must be text, a whole number, true or false");
                    continue;
                }
            };
            self.values.insert(setting.key, Value { text, place });
        }
    }

    fn take_environment(&mut self, environment: &BTreeMap<String, String>) {
        for (name, text) in environment {
            if name == FILE_VARIABLE || TOOLS.iter().any(|tool| name.starts_with(tool)) {
                continue;
            }
            let known = SETTINGS.iter().find(|setting| setting.variable() == *name);
            let Some(setting) = known else {
                self.wrong(name, "is no setting; `phien check` lists them");
                continue;
            };
            self.values.insert(setting.key, Value { text: text.clone(), place: name.clone() });
        }
    }

    fn config(&mut self) -> Config {
        Config {
            listen: self.parsed("listen", "an address with a port, such as 127.0.0.1:3000"),
            tls: self.tls(),
            data_dir: self.folder("data_dir"),
            database_url: self.database_url(),
            site: Some(self.folder("site")).filter(|path| !path.as_os_str().is_empty()),
            public_url: self.public_url(),
            trust_proxy: self.parsed("trust_proxy", "true or false"),
            node_url: self.node_url(),
            media_listen: self.media_listen(),
            media_addresses: self.media_addresses(),
            media_tcp_port: self.media_tcp_port(),
            media_seats: self.between("media_seats", 2, SEATS_AT_MOST),
            media_meetings: self.between("media_meetings", 1, 200),
            media_seat_kbps: self.between("media_seat_kbps", 200, 5_000),
            media_mbps: self.between("media_mbps", 1, 10_000),
            session_idle_hours: self.between("session_idle_hours", 1, 168),
            session_absolute_hours: self.between("session_absolute_hours", 1, 720),
            second_factor_roles: self.second_factor_roles(),
            upload_mib: self.between("upload_mib", 1, PAPER_MIB_AT_MOST),
            reserve_mib: self.between("reserve_mib", 0, 1024 * 1024),
            withdrawn_days: self.between("withdrawn_days", 1, 3650),
            concurrent_requests: self.between("concurrent_requests", 8, 4096),
            connections_per_address: self.between("connections_per_address", 8, 4096),
            limits: Limits::default(),
            log_format: self.log_format(),
            log_level: self.log_level(),
        }
    }

    fn tls(&mut self) -> Option<Certificate> {
        let (chain, key) = (self.folder("tls_certificate"), self.folder("tls_key"));
        match (chain.as_os_str().is_empty(), key.as_os_str().is_empty()) {
            (true, true) => None,
            (false, false) => Some(Certificate { chain, key }),
            (is_bare, _) => {
                let missing = if is_bare { "tls_certificate" } else { "tls_key" };
                self.not(missing, "the file that belongs to the other of the two");
                None
            }
        }
    }

    fn text(&self, key: &str) -> String {
        self.values[key].text.trim().to_owned()
    }

    fn folder(&self, key: &str) -> PathBuf {
        PathBuf::from(self.text(key))
    }

    /// The value, or after a mistake the default, so that reading goes on.
    fn parsed<T: FromStr>(&mut self, key: &str, right: &str) -> T {
        let text = self.text(key);
        text.parse().unwrap_or_else(|_| {
            self.not(key, right);
            self.fallback(key)
        })
    }

    fn fallback<T: FromStr>(&self, key: &str) -> T {
        let default = setting(key).map_or("", |setting| setting.default);
        default.parse().ok().expect("every default in the table is valid; a test reads them")
    }

    fn between<T: FromStr + PartialOrd + Display>(&mut self, key: &str, least: T, most: T) -> T {
        let value = self.text(key).parse::<T>().ok();
        match value.filter(|value| least <= *value && *value <= most) {
            Some(value) => value,
            None => {
                self.not(key, &format!("a whole number from {least} to {most}"));
                self.fallback(key)
            }
        }
    }

    fn database_url(&mut self) -> String {
        let text = self.text("database_url");
        let is_postgres =
            Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql"));
        if !text.is_empty() && !is_postgres {
            // The value itself is not repeated: it may hold a password.
            let place = self.values["database_url"].place.clone();
            self.wrong(place, "is neither empty nor postgres://user:password@host/name");
        }
        text
    }

    fn public_url(&mut self) -> Option<Url> {
        self.web_address("public_url", "an address such as https://hop.sonla.gov.vn, without a path")
    }

    fn node_url(&mut self) -> Option<Url> {
        let url = self.web_address("node_url", "an address such as http://10.1.2.3:3000, without a path")?;
        if self.text("database_url").is_empty() {
            let place = self.values["node_url"].place.clone();
            self.wrong(place, "is for nodes that share one PostgreSQL: name it in database_url");
        }
        if url.scheme() == "http" && !self.text("tls_certificate").is_empty() {
            self.not("node_url", "an https address where the program has a certificate of its own");
        }
        Some(url)
    }

    /// An address of the web that leads to a whole server. None when it is empty, or after a mistake.
    fn web_address(&mut self, key: &str, right: &str) -> Option<Url> {
        let text = self.text(key);
        if text.is_empty() {
            return None;
        }
        let url = Url::parse(&text).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
        let url = url.filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none());
        let url = url.filter(|url| url.username().is_empty() && url.password().is_none());
        if url.is_none() {
            self.not(key, right);
        }
        url
    }

    fn media_listen(&mut self) -> Option<SocketAddr> {
        let text = self.text("media_listen");
        let address = text.parse().ok();
        if address.is_none() && !text.is_empty() {
            self.not("media_listen", "an address with a port, such as 0.0.0.0:3478");
        }
        address
    }

    /// Sites are told real addresses: one that stands for all of a machine's own leads nowhere.
    fn media_addresses(&mut self) -> Vec<IpAddr> {
        let text = self.text("media_addresses");
        let named: Vec<Option<IpAddr>> = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| name.parse().ok())
            .collect();
        if named.iter().any(|address| address.is_none_or(|address| address.is_unspecified())) {
            self.not("media_addresses", "a list of addresses such as 10.1.2.3, 203.0.113.5");
        }
        let listens_everywhere =
            self.text("media_listen").parse().is_ok_and(|at: SocketAddr| at.ip().is_unspecified());
        if named.is_empty() && listens_everywhere {
            self.not(
                "media_addresses",
                "enough where media_listen stands for every address: name those of this machine",
            );
        }
        named.into_iter().flatten().collect()
    }

    fn media_tcp_port(&mut self) -> Option<u16> {
        let text = self.text("media_tcp_port");
        let port = text.parse().ok().filter(|port| *port > 0);
        if port.is_none() && !text.is_empty() {
            self.not("media_tcp_port", "a port such as 443");
        }
        port
    }

    fn second_factor_roles(&mut self) -> Vec<Role> {
        let text = self.text("second_factor_roles");
        let named: Option<Vec<Role>> =
            text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Role::parse).collect();
        named.unwrap_or_else(|| {
            let all = Role::ALL.map(Role::code).join(", ");
            self.not("second_factor_roles", &format!("a list of roles, parted by commas: {all}"));
            Vec::new()
        })
    }

    fn log_format(&mut self) -> LogFormat {
        match self.text("log_format").as_str() {
            "json" => LogFormat::Json,
            "text" => LogFormat::Text,
            _ => {
                self.not("log_format", "text or json");
                LogFormat::Text
            }
        }
    }

    fn log_level(&mut self) -> String {
        let text = self.text("log_level");
        if text.is_empty() || tracing_subscriber::EnvFilter::try_new(&text).is_err() {
            self.not("log_level", "error, warn, info, debug or trace, or a filter");
        }
        text
    }

    fn not(&mut self, key: &str, right: &str) {
        let value = &self.values[key];
        let (place, what) = (value.place.clone(), format!("`{}` is not {right}", value.text));
        self.wrong(place, what);
    }

    fn wrong(&mut self, place: impl Display, what: impl Into<String>) {
        self.mistakes.push(Mistake { place: place.to_string(), what: what.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(environment: &[(&str, &str)], file: &str) -> Sources {
        let environment = environment.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Sources {
            environment: environment.collect(),
            file: (!file.is_empty()).then(|| ("phien.toml".into(), file.into())),
            mistakes: Vec::new(),
        }
    }

    #[test]
    fn defaults_are_valid() {
        let config = read(&Sources::default()).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        assert!(!config.trust_proxy && config.database_url.is_empty() && config.site.is_none());
    }

    #[test]
    fn environment_wins_over_file_and_file_over_default() {
        let both = sources(&[("PHIEN_LISTEN", "0.0.0.0:81")], "listen = \"0.0.0.0:80\"\nupload_mib = 20\n");
        let config = read(&both).unwrap();
        assert_eq!((config.listen.port(), config.upload_mib), (81, 20));
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        let file = "listem = \"x\"\nupload_mib = 900\ntrust_proxy = \"maybe\"\nsite = [1]\n";
        let environment =
            [("PHIEN_PUBLIC_URL", "hop.vn/x"), ("PHIEN_LSITEN", "1"), ("PHIEN_E2E_PORT", "3199")];
        let places: Vec<String> =
            read(&sources(&environment, file)).unwrap_err().into_iter().map(|m| m.place).collect();
        assert_eq!(
            places,
            [
                "listem in phien.toml",
                "site in phien.toml",
                "PHIEN_LSITEN",
                "PHIEN_PUBLIC_URL",
                "trust_proxy in phien.toml",
                "upload_mib in phien.toml"
            ]
            .map(str::to_owned)
        );
    }

    #[test]
    fn who_listens_everywhere_says_where_sites_find_it() {
        let everywhere = ("PHIEN_MEDIA_LISTEN", "0.0.0.0:3478");
        let named = |addresses| read(&sources(&[everywhere, ("PHIEN_MEDIA_ADDRESSES", addresses)], ""));
        assert_eq!(named("10.1.2.3, 203.0.113.5").unwrap().media_addresses.len(), 2);
        for addresses in ["", "0.0.0.0", "hop.vn"] {
            assert_eq!(named(addresses).unwrap_err()[0].place, "PHIEN_MEDIA_ADDRESSES", "{addresses}");
        }
        let one = read(&sources(&[("PHIEN_MEDIA_LISTEN", "10.1.2.3:3478")], "")).unwrap();
        assert_eq!(one.media_listen.unwrap().port(), 3478);
        assert_eq!(read(&Sources::default()).unwrap().media_listen, None);
    }

    #[test]
    fn a_node_is_named_by_its_server_and_shares_a_database() {
        let shared = ("PHIEN_DATABASE_URL", "postgres://u:p@h/d");
        let named = |url| read(&sources(&[shared, ("PHIEN_NODE_URL", url)], ""));
        assert_eq!(named("http://10.1.2.3:3000").unwrap().node_url.unwrap().port(), Some(3000));
        assert_eq!(named("").unwrap().node_url, None);
        for url in ["10.1.2.3:3000", "ws://10.1.2.3", "http://10.1.2.3/live", "http://u:p@10.1.2.3"] {
            assert_eq!(named(url).unwrap_err()[0].place, "PHIEN_NODE_URL", "{url}");
        }
        let alone = read(&sources(&[("PHIEN_NODE_URL", "http://10.1.2.3:3000")], "")).unwrap_err();
        assert_eq!(alone[0].place, "PHIEN_NODE_URL");
    }

    #[test]
    fn roles_that_must_have_a_second_factor_are_named_by_their_codes() {
        let named = |roles| read(&sources(&[("PHIEN_SECOND_FACTOR_ROLES", roles)], ""));
        let roles = named("system_administrator, secretary").unwrap().second_factor_roles;
        assert_eq!(roles, [Role::SystemAdministrator, Role::Secretary]);
        assert_eq!(named("").unwrap().second_factor_roles, []);
        assert_eq!(named("minister").unwrap_err()[0].place, "PHIEN_SECOND_FACTOR_ROLES");
    }

    #[test]
    fn a_mistaken_database_url_is_not_repeated() {
        let wrong = sources(&[("PHIEN_DATABASE_URL", "mysql://u:secret@h/d")], "");
        let mistakes = read(&wrong).unwrap_err();
        assert!(!mistakes[0].to_string().contains("secret"), "{}", mistakes[0]);
    }
}
