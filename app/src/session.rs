//! Who asks, and what the pages may show them: the server's caller, and the little of it that the browser knows.
//! Decides nothing: that is `domain::access`, asked by the backend on every call.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use domain::access::{Action, Caller, Grant, Role};
use domain::agencies::AgencyRef;
use domain::ids::{AgencyId, PersonId};
use domain::time::Zone;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::context::{Assets, Locale, Now, SingleKeys, Theme, UploadMib};
#[cfg(feature = "ssr")]
use crate::failure::CallError;
use crate::ui::Json;

/// The cookie that holds the session's token if the site is reached over plain HTTP.
pub const COOKIE: &str = "phien";
/// The same over TLS. Browsers accept a cookie with this prefix only from this exact host, so no neighbouring
/// host can sign a person in to an account of its own.
pub const SECURE_COOKIE: &str = "__Host-phien";

/// The name of the session's cookie.
pub const fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure { SECURE_COOKIE } else { COOKIE }
}

/// The signed-in person, as the pages see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Position.
    pub position: String,
    /// Own agency.
    pub agency: AgencyRef,
    /// Roles held.
    pub grants: Vec<Grant>,
}

impl Me {
    /// Whether any of the roles is this one.
    pub fn has_role(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// Whether some agency lets the person do this; what the menus go by.
    pub fn may_somewhere(&self, action: Action) -> bool {
        self.grants.iter().any(|grant| {
            domain::access::permits(
                std::slice::from_ref(grant),
                action,
                domain::access::Scope::Agency(std::slice::from_ref(&grant.agency)),
            )
        })
    }
}

impl From<&Caller> for Me {
    fn from(caller: &Caller) -> Self {
        Self {
            person: caller.person,
            name: caller.name.clone(),
            position: caller.position.clone(),
            agency: caller.agency.clone(),
            grants: caller.grants.clone(),
        }
    }
}

/// What every page stands on: who is signed in, the language, the theme, the site's files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The signed-in person.
    pub me: Option<Me>,
    /// The language.
    pub locale: Locale,
    /// The theme.
    pub theme: Theme,
    /// Whether single keys are shortcuts.
    pub keys: SingleKeys,
    /// The largest paper that is taken.
    pub upload: UploadMib,
    /// The year in which the page was read, for dates that are shown without it.
    pub year: Option<i32>,
    /// The site's files.
    pub assets: Assets,
    /// When the page was asked for.
    pub now: DateTime<Utc>,
}

/// Reads the request's context on the server; the browser reads the same value from the document.
pub(crate) fn provide_page() {
    let page = SharedValue::<Page, Json>::new_with_encoding(|| Page {
        me: use_context::<Option<Caller>>().flatten().as_ref().map(Me::from),
        locale: use_context().unwrap_or_default(),
        theme: use_context().unwrap_or_default(),
        keys: use_context().unwrap_or_default(),
        upload: use_context().unwrap_or_default(),
        now: use_context::<Now>().map(|now| now.0).unwrap_or_default(),
        year: use_context::<Option<Caller>>().flatten().map(|me| Zone::VIETNAM.date(me.now).year()),
        // What comes with which page is told in its head, once.
        assets: Assets { bundles: BTreeMap::new(), ..use_context().unwrap_or_default() },
    });
    provide_context(StoredValue::new(page.into_inner()));
    #[cfg(feature = "hydrate")]
    provide_context(LoadedAt(leptos::web_sys::js_sys::Date::now()));
}

/// What the browser's clock showed when the page was loaded, in milliseconds.
#[cfg(feature = "hydrate")]
#[derive(Clone, Copy)]
struct LoadedAt(f64);

/// The server's clock, as a page that stays open carries it on: by how long it has been open. A browser's clock that is wrong
/// does no harm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageClock {
    now: DateTime<Utc>,
    #[cfg(feature = "hydrate")]
    loaded: f64,
}

impl PageClock {
    /// The local date of now: what `mai` and `5/12` are read by.
    pub fn today(self) -> NaiveDate {
        Zone::VIETNAM.date(self.now.checked_add_signed(self.open_for()).unwrap_or(self.now))
    }

    #[cfg(feature = "hydrate")]
    fn open_for(self) -> TimeDelta {
        TimeDelta::milliseconds((leptos::web_sys::js_sys::Date::now() - self.loaded) as i64)
    }

    #[cfg(not(feature = "hydrate"))]
    const fn open_for(self) -> TimeDelta {
        TimeDelta::zero()
    }
}

/// The page's clock. Taken while the page is drawn and kept: an event has no page around it.
pub fn clock() -> PageClock {
    PageClock {
        now: with_page(|page| page.now),
        #[cfg(feature = "hydrate")]
        loaded: use_context::<LoadedAt>().map_or_else(leptos::web_sys::js_sys::Date::now, |LoadedAt(at)| at),
    }
}

/// The page's ground.
pub fn page() -> Page {
    with_page(Page::clone)
}

/// Reads something of the page's ground without copying it whole.
pub fn with_page<T>(read: impl FnOnce(&Page) -> T) -> T {
    match use_context::<StoredValue<Page>>() {
        Some(page) => page.with_value(read),
        None => read(&Page::default()),
    }
}

/// The signed-in person.
pub fn me() -> Option<Me> {
    with_page(|page| page.me.clone())
}

/// Whether the agency is the signed-in person's own, or one that they have a role in.
pub fn is_own(agency: AgencyId) -> bool {
    me().is_some_and(|me| me.agency.id == agency || me.grants.iter().any(|grant| grant.agency == agency))
}

/// Whether the menus show what needs this permission.
pub fn may_somewhere(action: Action) -> bool {
    with_page(|page| page.me.as_ref().is_some_and(|me| me.may_somewhere(action)))
}

/// Whether the pages show what needs this permission for the whole system.
pub fn may_system(action: Action) -> bool {
    let may = |me: &Me| domain::access::permits(&me.grants, action, domain::access::Scope::System);
    with_page(|page| page.me.as_ref().is_some_and(may))
}

/// Longest address to go on to; no page of ours has a longer one.
const NEXT_BYTES_AT_MOST: usize = 2_000;

/// A path of this site, or the home page for anything else: nobody is sent elsewhere after signing in.
pub fn safe_next(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/\\");
    let is_plain = next.chars().all(|letter| !letter.is_control() && letter != '\\');
    if is_path && is_plain && next.len() <= NEXT_BYTES_AT_MOST { next } else { "/" }
}

/// The ports and the caller: the first line of every server function.
#[cfg(feature = "ssr")]
pub fn asked() -> Result<(domain::services::Services, Caller), CallError> {
    let caller = use_context::<Option<Caller>>().flatten().ok_or(domain::error::Failure::SignedOut)?;
    Ok((services()?, caller))
}

/// The ports, for what can be asked without being signed in.
#[cfg(feature = "ssr")]
pub fn services() -> Result<domain::services::Services, CallError> {
    Ok(use_context::<domain::services::Services>().ok_or(domain::error::Failure::Unavailable)?)
}

/// When the request came in.
#[cfg(feature = "ssr")]
pub fn now() -> Result<chrono::DateTime<chrono::Utc>, CallError> {
    Ok(use_context::<crate::context::Now>().ok_or(domain::error::Failure::Unavailable)?.0)
}

/// Signs this browser in: stores the session's token in its cookie.
#[cfg(feature = "ssr")]
pub(crate) fn begin_in_browser(signed_in: &domain::accounts::SignedIn) {
    set_cookie(cookie_name(is_secure()), &signed_in.token, signed_in.max_age_seconds);
}

/// Signs this browser out. Over TLS it also tells the browser to empty its cache, which may hold papers that
/// were read. Other stored data, such as language and theme, is unchanged.
#[cfg(feature = "ssr")]
pub(crate) fn end_in_browser() {
    set_cookie(cookie_name(is_secure()), "", Some(0));
    if let (true, Some(response)) = (is_secure(), use_context::<leptos_axum::ResponseOptions>()) {
        let (name, cache) = ("clear-site-data", "\"cache\"");
        response.insert_header(http::HeaderName::from_static(name), http::HeaderValue::from_static(cache));
    }
}

#[cfg(feature = "ssr")]
fn is_secure() -> bool {
    use_context::<crate::context::ClientInfo>().is_some_and(|client| client.is_secure)
}

/// Sets a cookie of this site. `max_age_seconds` of `None` lasts as long as the browser is open, 0 removes it.
#[cfg(feature = "ssr")]
pub(crate) fn set_cookie(name: &str, value: &str, max_age_seconds: Option<i64>) {
    let mut cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax");
    if let Some(seconds) = max_age_seconds {
        cookie.push_str(&format!("; Max-Age={seconds}"));
    }
    if is_secure() {
        cookie.push_str("; Secure");
    }
    if let (Some(response), Ok(cookie)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::HeaderValue::from_str(&cookie))
    {
        response.append_header(http::header::SET_COOKIE, cookie);
    }
}

/// The number that an open page is known by: the browser's own drawing, and none on the server, which opens no page.
pub(crate) fn draw_number() -> uuid::Uuid {
    #[cfg_attr(not(feature = "hydrate"), expect(unused_mut, reason = "only a browser draws"))]
    let mut drawn = [0; 16];
    #[cfg(feature = "hydrate")]
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut drawn);
    }
    uuid::Builder::from_random_bytes(drawn).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::safe_next;

    #[test]
    fn signing_in_leads_only_into_this_site() {
        assert_eq!(safe_next("/meetings?page=2"), "/meetings?page=2");
        assert_eq!(safe_next(&format!("/search?q={}", "x".repeat(60_000))), "/", "no page of ours");
        for elsewhere in
            ["//evil.example", "https://evil.example", "/\\evil.example", "", "/\u{9}/evil.example"]
        {
            assert_eq!(safe_next(elsewhere), "/");
        }
    }
}
