//! Every setting in one table: its key, its default, what it means. The file, the environment, `phien check` and
//! the manual all read from here, so that none can know of a setting that the others do not.

/// One setting. In the file it is `key`, in the environment `PHIEN_KEY`.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Key in the file.
    pub key: &'static str,
    /// Value when neither the file nor the environment names it.
    pub default: &'static str,
    /// What it means, with its unit.
    pub meaning: &'static str,
}

impl Setting {
    /// Name in the environment.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.key.to_ascii_uppercase())
    }
}

/// What every variable of the environment begins with.
pub(super) const PREFIX: &str = "PHIEN_";

/// Names the configuration file; it is no setting itself, for a file cannot say where it lies.
pub const FILE_VARIABLE: &str = "PHIEN_CONFIG";

/// The settings, in the order in which they are shown.
pub const SETTINGS: [Setting; 26] = [
    Setting {
        key: "listen",
        default: "127.0.0.1:3000",
        meaning: "Address and port to serve on. Leave it on this machine and put a proxy with TLS before it, or name a \
                  certificate.",
    },
    Setting {
        key: "tls_certificate",
        default: "",
        meaning: "File of the office's own certificate, PEM, the ones that vouch for it after it: the program speaks \
                  https itself. Empty: a proxy does. A renewed one is read at the next start.",
    },
    Setting {
        key: "tls_key",
        default: "",
        meaning: "File of its private key, PEM, which only the program's user should be able to read.",
    },
    Setting {
        key: "data_dir",
        default: "./data",
        meaning: "Folder of the database and the papers. Back it up.",
    },
    Setting {
        key: "database_url",
        default: "",
        meaning: "Empty for the embedded database in data_dir, or postgres://user:password@host/name.",
    },
    Setting {
        key: "site",
        default: "",
        meaning: "Folder of the pages' scripts, styles and fonts. Empty for `site` beside the program.",
    },
    Setting {
        key: "public_url",
        default: "",
        meaning: "Address that people type, such as https://hop.sonla.gov.vn. Used in codes and links; https marks \
                  cookies as secure.",
    },
    Setting {
        key: "trust_proxy",
        default: "false",
        meaning: "Believe X-Forwarded-For and X-Forwarded-Proto. Only when nothing but the proxy can reach the port.",
    },
    Setting {
        key: "node_url",
        default: "",
        meaning: "Where several nodes share one PostgreSQL: the address at which the others reach this one, such as \
                  http://10.1.2.3:3000. Empty: this is the only one.",
    },
    Setting {
        key: "media_listen",
        default: "",
        meaning: "Address and port for picture and sound of online meetings, by UDP and by TCP, such as \
                  0.0.0.0:3478. Empty: this program carries none.",
    },
    Setting {
        key: "media_addresses",
        default: "",
        meaning: "Addresses that sites reach media_listen at, parted by commas: this machine's own, and the one that a \
                  firewall passes on. Empty: the address of media_listen.",
    },
    Setting {
        key: "media_tcp_port",
        default: "",
        meaning: "A further port at which sites reach picture and sound by TCP: one that a proxy passes on to media_listen. \
                  Empty: the port of the pages, where the program speaks https itself.",
    },
    Setting {
        key: "media_seats",
        default: "200",
        meaning: "Seats of one meeting that may carry picture and sound at once, 2 to 200: sites, the hall, delegates who \
                  join alone.",
    },
    Setting {
        key: "media_meetings",
        default: "20",
        meaning: "Meetings by picture and sound at once, 1 to 200.",
    },
    Setting {
        key: "media_seat_kbps",
        default: "1000",
        meaning: "What is sent to one seat at most, in kbit/s, 200 to 5000; a site's line carries it beside its other work.",
    },
    Setting {
        key: "media_mbps",
        default: "400",
        meaning: "What this program sends to all seats together at most, in Mbit/s, 1 to 10000: less than the office's \
                  line carries upwards. Seats above it are refused; meetings under way go on.",
    },
    Setting {
        key: "session_idle_hours",
        default: "8",
        meaning: "A session ends after so many hours without use, 1 to 168.",
    },
    Setting {
        key: "session_absolute_hours",
        default: "24",
        meaning: "A session ends so many hours after sign-in, used or not, 1 to 720; on a device that is to \
                  stay signed in both times are ten times as long, at most 90 days.",
    },
    Setting {
        key: "second_factor_roles",
        default: "",
        meaning: "Roles that must enter a code from a phone after the password, parted by commas, such as \
                  system_administrator,agency_administrator,secretary. Empty: everybody decides for themselves.",
    },
    Setting { key: "upload_mib", default: "200", meaning: "Largest paper in mebibytes, 1 to 200." },
    Setting {
        key: "reserve_mib",
        default: "2048",
        meaning: "Papers are refused when the disk of data_dir has less free space than this, in mebibytes, so that the \
                  database always has room. 0 to 1048576.",
    },
    Setting {
        key: "withdrawn_days",
        default: "90",
        meaning: "The file of a withdrawn paper is deleted after so many days, at the next start, 1 to 3650.",
    },
    Setting {
        key: "concurrent_requests",
        default: "256",
        meaning: "Requests worked on at one time, 8 to 4096; more wait, then are told to try again.",
    },
    Setting {
        key: "connections_per_address",
        default: "512",
        meaning: "Connections of one address, an IPv6 network /64 counting as one, 8 to 4096. A proxy that is trusted is \
                  not counted. A hall of ninety tablets behind one address opens a page with some 360.",
    },
    Setting { key: "log_format", default: "text", meaning: "text, or json: one object a line." },
    Setting {
        key: "log_level",
        default: "info",
        meaning: "error, warn, info, debug or trace, or a filter such as `info,backend=debug`.",
    },
];

/// The setting with a key.
pub fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}
