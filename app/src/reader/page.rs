//! The reader's page: the page of paper is the screen. A line above it leads back and on; the element does the reading.

use domain::error::Failure;
use domain::ids::PaperId;
use domain::live::ShownPaper;
#[cfg(feature = "hydrate")]
use domain::live::StateUpdate;
#[cfg(feature = "hydrate")]
use domain::live::wire::{State, ToPage};
use domain::papers::Reading;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::calls::read_paper;
use super::element::Read;
use super::shown::Follower;
use crate::failure::CallError;
use crate::session::with_page;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, Loaded, PageHead, missing, named, resource_of};

/// One paper, page by page.
#[component]
pub fn ReaderPage() -> impl IntoView {
    let id = named::<PaperId>();
    let reading: Loaded<Reading> = resource_of(id, read_paper);
    let script = with_page(|page| page.assets.reader.clone());
    let body = move || {
        Suspend::new(async move {
            match reading.await {
                Ok(reading) => paper(&reading),
                Err(CallError(failure)) => refused(reading, failure),
            }
        })
    };
    view! {
        <script r#type="module" src=script nonce=use_nonce()></script>
        <Transition>{body}</Transition>
    }
}

fn paper(reading: &Reading) -> AnyView {
    let back = format!("/meetings/{}", reading.meeting);
    let pages = reading.paper.pages.map(|pages| format!(", {}", tf(PAPER_PAGES, &[("n", &pages)])));
    let page = use_query_map().with_untracked(|query| query.get("page")).and_then(|page| page.parse().ok());
    let read = Read {
        paper: reading.paper.id,
        title: reading.paper.title.clone(),
        back: back.clone(),
        is_embedded: false,
    };
    // Whoever came to read along follows; whoever reads is left where they are.
    let follows = use_query_map().with_untracked(|query| query.get("follow").is_some());
    let follower = Follower::new(shown_at(reading), follows, page.unwrap_or(1));
    #[cfg(feature = "hydrate")]
    {
        // Keys turn pages wherever they are pressed.
        let keys = window_event_listener(leptos::ev::keydown, move |_| follower.touch());
        on_cleanup(move || keys.remove());
    }
    let (strip, body) = (strip(reading.paper.id, follower), follower.reader(&read, |_| false));
    let about =
        format!("{}{}", tf(READER_VERSION, &[("n", &reading.paper.version)]), pages.unwrap_or_default());
    view! {
        <Title text=reading.paper.title.clone()/>
        <div class="page--reader">
            <header class="rd">
                <a class="btn btn--icon" href=back.clone() aria-label=tf(READER_BACK, &[("title", &reading.meeting_title)])>
                    <Icon name="arrow-left" large=true/>
                </a>
                <div class="rd__t">
                    <h1 class="rd__h">{reading.paper.title.clone()}</h1>
                    <span><span class="clamp-1">{format!("{about}. {}", reading.item_title)}</span></span>
                </div>
                {neighbour(reading.previous.as_ref(), "chevron-left", READER_PREVIOUS)}
                {neighbour(reading.next.as_ref(), "chevron-right", READER_NEXT)}
            </header>
            {strip}
            <main id="main">{body}</main>
        </div>
    }
    .into_any()
}

/// What lies open before everybody of the meeting, told over its live socket while it is under way.
fn shown_at(reading: &Reading) -> Memo<Option<ShownPaper>> {
    let told = RwSignal::new(None::<ShownPaper>);
    #[cfg(feature = "hydrate")]
    if reading.is_under_way {
        let meeting = reading.meeting;
        let line = StoredValue::new_local(None::<crate::live::Line>);
        Effect::new(move |_| {
            let hear = move |text: &str| {
                let heard = serde_json::from_str(text);
                if let Ok(ToPage::State(State { live, .. }) | ToPage::Update(StateUpdate { live, .. })) =
                    heard
                {
                    told.try_set(live.paper);
                }
            };
            line.set_value(Some(crate::live::Line::open(meeting, hear, || {})));
        });
        on_cleanup(move || {
            let _ = line.try_set_value(None);
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = reading;
    Memo::new(move |_| told.get())
}

/// Above the page, while a paper lies open before everybody: this one, at which page; or the way to the other.
fn strip(paper: PaperId, follower: Follower) -> impl IntoView {
    let which = Memo::new(move |_| follower.shown.with(|shown| shown.map(|shown| shown.paper)));
    move || {
        let words = match which.get()? {
            shown if shown == paper => {
                view! { <span role="status">{follower.words()}</span> {follower.way_back()} }.into_any()
            }
            other => view! {
                <span role="status">{t(SHOWN_OTHER)}</span>
                <a class="btn btn--secondary" href=format!("/papers/{other}?follow=on") rel="external">
                    <Icon name="presentation"/>{t(SHOWN_GO)}
                </a>
            }
            .into_any(),
        };
        Some(view! { <div class="rd__shown">{words}</div> })
    }
}

/// The paper before or after on the agenda. The page is loaded anew, so that the element starts afresh with it.
fn neighbour(paper: Option<&(PaperId, String)>, icon: &'static str, words: text::Text) -> Option<AnyView> {
    paper.map(|(id, title)| {
        let label = tf(words, &[("title", title)]);
        view! {
            <a class="btn btn--icon" href=format!("/papers/{id}") aria-label=label.clone() title=label rel="external">
                <Icon name=icon large=true/>
            </a>
        }
        .into_any()
    })
}

/// Why the paper is not shown, with a way out.
fn refused(reading: Loaded<Reading>, failure: Failure) -> AnyView {
    #[cfg(feature = "ssr")]
    if failure == Failure::SignedOut {
        leptos_axum::redirect(&format!("/sign-in?next={}", crate::form::escape(&here())));
    }
    view! {
        <Title text=t(NAV_PAPERS)/>
        <main class="main reader__none" id="main">
            <PageHead title=t(NAV_PAPERS)/>
            {missing(reading, failure)}
            <p class="reader__out"><a class="btn btn--secondary" href="/papers">{t(READER_ALL)}</a></p>
        </main>
    }
    .into_any()
}

/// The path and query of this request: the page that was being read is in the query.
#[cfg(feature = "ssr")]
fn here() -> String {
    let uri = use_context::<http::request::Parts>().map(|parts| parts.uri);
    uri.and_then(|uri| Some(uri.path_and_query()?.to_string())).unwrap_or_else(|| "/".into())
}
