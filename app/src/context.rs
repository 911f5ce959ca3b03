//! What a request brings to the page: language, theme, the site's files, the clock's reading.
//! The server provides these types as context; nothing here reads a header or a clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::access::Caller;
use domain::ids::SessionId;
use domain::imports::ImportReport;
use serde::{Deserialize, Serialize};

/// The cookie that holds the language.
pub const LOCALE_COOKIE: &str = "locale";
/// The cookie that holds the theme.
pub const THEME_COOKIE: &str = "theme";

/// The cookie that says that keys pressed alone do nothing.
pub const KEYS_COOKIE: &str = "keys";

/// Whether single keys are shortcuts (`/` to search, `+` and `-` in the reader, `f` in the hall). Speech input and a shaking
/// hand press them unawares, so they can be turned off (WCAG 2.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SingleKeys(pub bool);

impl Default for SingleKeys {
    fn default() -> Self {
        Self(true)
    }
}

impl SingleKeys {
    /// The code in the cookie and in `<html data-keys>`; none leaves them on.
    pub const fn code(self) -> Option<&'static str> {
        if self.0 { None } else { Some("off") }
    }

    /// Reads a code; anything else leaves them on.
    pub fn parse(code: &str) -> SingleKeys {
        SingleKeys(code != "off")
    }
}

/// The page's language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// Vietnamese, the offices' own.
    #[default]
    Vi,
    /// English.
    En,
}

impl Locale {
    /// The code in the cookie and in `<html lang>`.
    pub const fn code(self) -> &'static str {
        self.pick("vi", "en")
    }

    /// Reads a code; anything else is Vietnamese.
    pub fn parse(code: &str) -> Locale {
        if code == "en" { Locale::En } else { Locale::Vi }
    }

    /// The one of two that is in this language.
    pub const fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Locale::Vi => vi,
            Locale::En => en,
        }
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the device is set.
    #[default]
    Device,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The code in the cookie and in `<html data-theme>`; none follows the device.
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Theme::Device => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }

    /// Reads a code; anything else follows the device.
    pub fn parse(code: &str) -> Theme {
        match code {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::Device,
        }
    }
}

/// Paths of the site's hashed files, as `assets.json` names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assets {
    /// The program's script.
    pub js: String,
    /// The program's module.
    pub wasm: String,
    /// The style sheet.
    pub css: String,
    /// The sprite of icons.
    pub icons: String,
    /// The reader's element.
    pub reader: String,
    /// The upload's element.
    pub upload: String,
    /// The element of date fields.
    pub dates: String,
    /// The element of picture and sound.
    pub live: String,
    /// The small script of every page.
    pub page: String,
    /// The folder of the PDF engine.
    pub pdfjs: String,
    /// For each [bundle](crate::bundles::Bundle) by its name the files it consists of.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bundles: BTreeMap<String, Vec<String>>,
}

/// The browser that asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientInfo {
    /// Browser and device, shortened, for the list of one's own sessions.
    pub device: String,
    /// Network address, for the delay after failed sign-ins.
    pub address: String,
    /// Whether the connection is encrypted, so that cookies can insist on it.
    pub is_secure: bool,
    /// Where people reach this site, without a slash at its end: for addresses that leave the page.
    pub origin: String,
}

/// The largest paper that is taken, in mebibytes, as this server is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UploadMib(pub u64);

impl Default for UploadMib {
    /// The most that any server takes.
    fn default() -> Self {
        Self(domain::papers::PAPER_MIB_AT_MOST)
    }
}

/// The clock's reading when the request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now(pub DateTime<Utc>);

/// A thing that one session may look at once more, after the page that made it has been left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// What an import did, or would do.
    Import {
        /// Code of the kind of file.
        kind: String,
        /// Name of the file.
        file: String,
        /// The result of the import.
        outcome: Box<ImportReport>,
    },
    /// A password that was made: user name and password.
    Password {
        /// User name.
        user_name: String,
        /// The password, shown once.
        password: String,
    },
    /// Recovery codes of the caller's second factor, shown once.
    RecoveryCodes(Vec<String>),
}

impl Report {
    /// Whether the report is the only place where a first password can still be read.
    pub fn has_passwords(&self) -> bool {
        match self {
            Report::Import { outcome, .. } => !outcome.passwords.is_empty(),
            Report::Password { .. } | Report::RecoveryCodes(_) => true,
        }
    }
}

/// Keeps reports for some minutes, each for its session alone.
pub trait ReportStore: Send + Sync {
    /// Stores a report for the caller's session and returns the random name under which it can be fetched.
    fn put(&self, caller: &Caller, report: Report) -> String;
    /// The report with this name, if it belongs to this session and is not too old. A password and recovery
    /// codes are returned only once.
    fn get(&self, session: SessionId, name: &str) -> Option<Report>;
}

/// The store of reports, as the server provides it.
#[derive(Clone)]
pub struct Reports(pub Arc<dyn ReportStore>);

#[cfg(feature = "hydrate")]
static ENGLISH: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Reads the language of the document, once, before hydration.
#[cfg(feature = "hydrate")]
pub fn read_browser_locale() {
    let lang = leptos::prelude::document()
        .document_element()
        .and_then(|html| html.get_attribute("lang"))
        .unwrap_or_default();
    ENGLISH.store(Locale::parse(&lang) == Locale::En, std::sync::atomic::Ordering::Relaxed);
}

/// The language of the document.
#[cfg(feature = "hydrate")]
pub fn browser_locale() -> Locale {
    if ENGLISH.load(std::sync::atomic::Ordering::Relaxed) { Locale::En } else { Locale::Vi }
}
