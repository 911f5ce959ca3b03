//! The document around every page, and the frame that pages share: rail at a desk, bar and tab bar elsewhere.
//! Shows each person what they may use; what they may do is decided by the backend.

use leptos::prelude::*;
use leptos::web_sys;
use leptos_meta::{MetaTags, Title};
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;

use crate::context::{Assets, Locale, SingleKeys, Theme};
use crate::session::{self, Me};
use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Avatar, Empty, Icon, told};

pub mod entries;
pub mod prefs;

use entries::{Entry, Place};

/// The whole HTML document of a request: what the server renders.
pub fn document() -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_default();
    let locale = use_context::<Locale>().unwrap_or_default();
    let theme = use_context::<Theme>().unwrap_or_default();
    let keys = use_context::<SingleKeys>().unwrap_or_default();
    view! {
        <!DOCTYPE html>
        <html
            lang=locale.code()
            data-theme=theme.code()
            data-keys=keys.code()
            data-icons=assets.icons.clone()
            data-t-missing=t(PROBLEM_MISSING)
            data-t-tick=t(FIELD_TICK)
            data-t-choose=t(FIELD_CHOOSE)
            data-t-wrong=t(FIELD_WRONG)
        >
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content=theme.code().unwrap_or("light dark")/>
                {own_address()}
                {crate::assets::head(&assets)}
                <MetaTags/>
            </head>
            <body>
                <crate::App/>
            </body>
        </html>
    }
}

#[cfg(feature = "ssr")]
use crate::form::own_address;

/// Only the server renders documents.
#[cfg(not(feature = "ssr"))]
const fn own_address() -> Option<()> {
    None
}

/// The frame around the pages of a signed-in person. Anybody else is sent to sign in.
#[component]
pub fn Frame() -> impl IntoView {
    let Some(me) = session::me() else {
        return signed_out().into_any();
    };
    let location = use_location();
    let path = location.pathname;
    let class = move || path.with(|path| format!("main{}", page_class(path)));
    let shown = entries::entries(&me);
    let main = NodeRef::new();
    attend(path, main);
    // Made before the pages, which look for it around them.
    let told = told();
    view! {
        <a class="skip" href="#main" rel="external">{t(SHELL_SKIP)}</a>
        <div class="app">
            {rail(&me, &shown, path)}
            <div>
                {bar(&me)}
                <main class=class id="main" tabindex="-1" node_ref=main>
                    <Outlet/>
                </main>
            </div>
            {tab_bar(&shown, path)}
        </div>
        {told}
    }
    .into_any()
}

/// Frames that a page is waited for, a few seconds: its part of the program may have to be fetched first.
const FRAMES_AT_MOST: u32 = 300;

/// Moves the focus to a page that was reached without loading the document, as the browser would have.
fn attend(path: Memo<String>, main: NodeRef<leptos::html::Main>) {
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            let left = Left { page: first_of(main), focus: focused() };
            request_animation_frame(move || focus_when_drawn(main, left, FRAMES_AT_MOST));
        }
        now
    });
}

/// What was on the screen when another page was asked for.
struct Left {
    page: Option<web_sys::Element>,
    focus: Option<web_sys::Element>,
}

fn first_of(main: NodeRef<leptos::html::Main>) -> Option<web_sys::Element> {
    main.try_get_untracked().flatten()?.first_element_child()
}

fn focused() -> Option<web_sys::Element> {
    leptos::prelude::document().active_element()
}

fn focus_when_drawn(main: NodeRef<leptos::html::Main>, left: Left, frames: u32) {
    if first_of(main) == left.page && frames > 0 {
        request_animation_frame(move || focus_when_drawn(main, left, frames - 1));
        return;
    }
    let focus = focused();
    let is_moved = focus != left.focus && focus.is_some_and(|focus| focus.tag_name() != "BODY");
    // Whoever has moved on meanwhile is left where they are.
    if !is_moved {
        focus_page(main);
    }
}

fn focus_page(main: NodeRef<leptos::html::Main>) {
    use leptos::wasm_bindgen::JsCast;
    // A page outside the frame, such as a paper, has taken its place by then.
    let Some(main) = main.try_get_untracked().flatten() else { return };
    let wanted = main.query_selector("[autofocus]").ok().flatten();
    let wanted = wanted.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok());
    // A browser that refuses leaves the focus on the link, which is no harm.
    let _ = match wanted {
        Some(field) => field.focus(),
        None => main.focus(),
    };
}

/// What the style sheet hangs its per-page rules under.
fn page_class(path: &str) -> &'static str {
    match path {
        "/" => " page--home",
        path if path.starts_with("/calendar") => " page--calendar",
        path if path.starts_with("/meetings/") => " page--meeting",
        path if path.starts_with("/admin") || path == "/account" => " page--admin",
        _ => "",
    }
}

fn signed_out() -> impl IntoView {
    let location = use_location();
    let next = location.pathname.with_untracked(Clone::clone) + &query(&location.search.get_untracked());
    let target = format!("/sign-in?next={}", crate::form::escape(&next));
    #[cfg(feature = "ssr")]
    if use_context::<http::request::Parts>().is_some() {
        leptos_axum::redirect(&target);
    }
    view! {
        <main class="main" id="main">
            <Empty title=t(FAILURE_SIGNED_OUT) body=t(FAILURE_SIGNED_OUT_BODY) is_page=true>
                <a class="btn btn--primary" href=target rel="external">{t(SIGN_IN)}</a>
            </Empty>
        </main>
    }
}

fn query(search: &str) -> String {
    match search.trim_start_matches('?') {
        "" => String::new(),
        search => format!("?{search}"),
    }
}

/// The mark: two half-discs, a morning and an afternoon.
pub fn mark_drawing() -> impl IntoView {
    view! {
        <svg viewBox="0 0 28 28" aria-hidden="true">
            <rect width="28" height="28" rx="6" fill="var(--accent-solid)"></rect>
            <path d="M4.6 13.2a6.9 6.9 0 0 1 13.8 0z" fill="#fff"></path>
            <path d="M9.6 14.8a6.9 6.9 0 0 0 13.8 0z" fill="#fff" opacity=".62"></path>
        </svg>
    }
}

fn rail(me: &Me, shown: &[Entry], path: Memo<String>) -> impl IntoView + use<> {
    let compose = entries::may_compose(me).then(|| {
        view! { <a class="btn btn--secondary rail__new" href="/meetings/new"><Icon name="plus"/>{t(NAV_COMPOSE)}</a> }
    });
    let items = shown
        .iter()
        .filter(|entry| entry.place != Place::TabsOnly)
        .map(|entry| view! { <li>{link(entry, "nav", path)}</li> })
        .collect_view();
    let (name, org) = (me.name.clone(), me.agency.short_name.clone());
    let current = move || path.with(|path| path == "/account").then_some("page");
    view! {
        <nav class="rail" aria-label=t(NAV_MAIN)>
            <div class="rail__head">
                <a class="mark" href="/">{mark_drawing()}{t(APP_NAME)}</a>
                <p class="rail__org">{org.clone()}</p>
            </div>
            {compose}
            <ul>{items}</ul>
            <div class="rail__foot">
                <a class="nav" href="/search" aria-keyshortcuts="/" data-search=""><Icon name="search"/>{t(NAV_SEARCH)}<kbd aria-hidden="true">"/"</kbd></a>
                <a class="nav" href="/account" aria-current=current>
                    <Avatar agency=org.clone()/>
                    <span class="nav__who"><b>{name}</b><small>{org}</small></span>
                </a>
                {prefs::prefs()}
            </div>
        </nav>
    }
}

fn bar(me: &Me) -> impl IntoView + use<> {
    let label = format!("{}, {}: {}", me.name, me.agency.short_name, t(NAV_ACCOUNT));
    view! {
        <header class="bar">
            <a class="mark" href="/">{mark_drawing()}{t(APP_NAME)}</a>
            <span class="grow"></span>
            <a class="btn btn--icon" href="/search" aria-label=t(NAV_SEARCH) data-search=""><Icon name="search" large=true/></a>
            <a class="btn btn--icon" href="/account"><Avatar agency=me.agency.short_name.clone() large=true/><span class="vh">{label}</span></a>
        </header>
    }
}

fn tab_bar(shown: &[Entry], path: Memo<String>) -> impl IntoView + use<> {
    let tabs = shown
        .iter()
        .filter(|entry| entry.place != Place::RailOnly)
        .map(|entry| link(entry, "", path))
        .collect_view();
    view! { <nav class="tabbar" aria-label=t(NAV_TABS)>{tabs}</nav> }
}

fn link(entry: &Entry, class: &'static str, path: Memo<String>) -> impl IntoView + use<> {
    let href = entry.href;
    let current = move || path.with(|path| entries::is_at(href, path)).then_some("page");
    view! { <a class=class href=href aria-current=current><Icon name=entry.icon/>{t(entry.text)}</a> }
}

/// The answer to an address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text=t(NOT_FOUND)/>
        <main class="main" id="main">
            <Empty title=t(NOT_FOUND) body=t(NOT_FOUND_BODY) is_page=true>
                <a class="btn btn--secondary" href="/">{t(NAV_HOME_LINK)}</a>
            </Empty>
        </main>
    }
}
