//! Language, theme and single keys: plain forms, so that they work without script. The page is loaded again in the new language.

use leptos::prelude::*;

use crate::context::{Locale, Theme};
use crate::failure::CallError;
use crate::session;
use crate::text::keys::*;
use crate::text::{locale, t};
use crate::ui::Icon;

/// Sets language, theme or single keys for this browser and goes back to the page it came from.
#[server(prefix = "/api", endpoint = "preferences/set")]
pub async fn set_preferences(
    /// Code of the language; empty leaves it.
    #[server(default)]
    locale: String,
    /// Code of the theme; empty leaves it.
    #[server(default)]
    theme: String,
    /// `on` or `off`: whether single keys are shortcuts; empty leaves it.
    #[server(default)]
    keys: String,
) -> Result<(), CallError> {
    use crate::context::{KEYS_COOKIE, LOCALE_COOKIE, SingleKeys, THEME_COOKIE};
    /// A year: a device keeps what was chosen on it.
    const KEPT_SECONDS: i64 = 365 * 24 * 60 * 60;
    if !locale.is_empty() {
        session::set_cookie(LOCALE_COOKIE, Locale::parse(&locale).code(), Some(KEPT_SECONDS));
    }
    if !theme.is_empty() {
        let theme = Theme::parse(&theme).code();
        session::set_cookie(THEME_COOKIE, theme.unwrap_or("device"), Some(theme.map_or(0, |_| KEPT_SECONDS)));
    }
    if !keys.is_empty() {
        let keys = SingleKeys::parse(&keys).code();
        session::set_cookie(KEYS_COOKIE, keys.unwrap_or("on"), Some(keys.map_or(0, |_| KEPT_SECONDS)));
    }
    Ok(())
}

/// The two switches.
pub fn prefs() -> impl IntoView {
    let theme = session::with_page(|page| page.theme);
    let (next_theme, icon, word) = match theme {
        Theme::Device | Theme::Light => ("dark", "moon", PREFS_DARK),
        Theme::Dark => ("light", "sun", PREFS_LIGHT),
    };
    view! {
        <div class="prefs">
            {language()}
            <form method="post" action="/api/preferences/set">
                <button name="theme" value=next_theme><Icon name=icon/>{t(word)}</button>
            </form>
        </div>
    }
}

/// The switch to the other language, in that language.
pub fn language() -> impl IntoView {
    let (other, word, lang) = match locale() {
        Locale::Vi => ("en", "English", "en"),
        Locale::En => ("vi", "Tiếng Việt", "vi"),
    };
    view! {
        <form method="post" action="/api/preferences/set">
            <button name="locale" value=other lang=lang><Icon name="globe"/>{word}</button>
        </form>
    }
}

/// The same on the account's page, every choice named.
pub fn section() -> impl IntoView {
    let (theme, keys) = session::with_page(|page| (page.theme, page.keys));
    let button = |value: &'static str,
                  is_on: bool,
                  icon: &'static str,
                  word: &'static str,
                  name: &'static str| {
        let lang = (name == "locale").then_some(value);
        view! {
            <button name=name value=value lang=lang aria-pressed=is_on.to_string()><Icon name=icon/>{word}</button>
        }
    };
    let here = locale();
    view! {
        <section class="card">
            <div class="formpage__sec">
                <h2>{t(PREFS_TITLE)}</h2>
                <form class="prefs" method="post" action="/api/preferences/set">
                    {button("vi", here == Locale::Vi, "globe", "Tiếng Việt", "locale")}
                    {button("en", here == Locale::En, "globe", "English", "locale")}
                </form>
                <form class="prefs" method="post" action="/api/preferences/set">
                    {button("device", theme == Theme::Device, "monitor", t(PREFS_DEVICE), "theme")}
                    {button("light", theme == Theme::Light, "sun", t(PREFS_LIGHT), "theme")}
                    {button("dark", theme == Theme::Dark, "moon", t(PREFS_DARK), "theme")}
                </form>
                <h3>{t(PREFS_KEYS)}</h3>
                <p class="hint">{t(PREFS_KEYS_HINT)}</p>
                <form class="prefs" method="post" action="/api/preferences/set">
                    {button("on", keys.0, "keyboard", t(PREFS_KEYS_ON), "keys")}
                    {button("off", !keys.0, "keyboard-off", t(PREFS_KEYS_OFF), "keys")}
                </form>
            </div>
        </section>
    }
}
