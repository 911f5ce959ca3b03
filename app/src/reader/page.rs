//! The reader's page: the page of paper is the screen. A line above it leads back and on; the element does the reading.

use domain::error::Failure;
use domain::ids::PaperId;
use domain::papers::Reading;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::calls::read_paper;
use crate::failure::{CallError, Problem};
use crate::session::with_page;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, Loaded, PageHead, resource};

/// One paper, page by page.
#[component]
pub fn ReaderPage() -> impl IntoView {
    let params = use_params_map();
    let id =
        Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<PaperId>().ok())));
    let reading: Loaded<Reading> = resource(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => read_paper(id).await,
                None => Err(CallError::from(Failure::NotFound)),
            }
        },
    );
    let script = with_page(|page| page.assets.reader.clone());
    let body = move || {
        Suspend::new(async move {
            match reading.await {
                Ok(reading) => paper(&reading),
                Err(CallError(failure)) => refused(failure),
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
            <main id="main">{element(reading, back)}</main>
        </div>
    }
    .into_any()
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

/// The element that reads, with its words; a plain link to the file for browsers without script.
fn element(reading: &Reading, back: String) -> AnyView {
    let file = format!("/papers/{}/file", reading.paper.id);
    let page = use_query_map().with_untracked(|query| query.get("page")).unwrap_or_else(|| "1".to_owned());
    let (icons, pdfjs) = with_page(|page| (page.assets.icons.clone(), page.assets.pdfjs.clone()));
    let title = reading.paper.title.clone();
    view! {
        <pdf-reader
            src=file.clone()
            page=page
            pdfjs=pdfjs
            icons=icons
            data-title=title.clone()
            data-back=back
            data-t-loading=t(READER_LOADING)
            data-t-page=t(READER_PAGE)
            data-t-pages=t(READER_PAGES)
            data-t-of=t(READER_OF)
            data-t-toolbar=t(READER_TOOLBAR)
            data-t-thumbs=t(READER_THUMBS)
            data-t-zoom-in=t(READER_ZOOM_IN)
            data-t-zoom-out=t(READER_ZOOM_OUT)
            data-t-fit-width=t(READER_FIT_WIDTH)
            data-t-fit-page=t(READER_FIT_PAGE)
            data-t-single=t(READER_SINGLE)
            data-t-previous-page=t(READER_PREVIOUS_PAGE)
            data-t-next-page=t(READER_NEXT_PAGE)
            data-t-go=t(READER_GO)
            data-t-page-broken=t(READER_PAGE_BROKEN)
            data-t-stalled=t(READER_STALLED)
            data-t-broken=t(READER_BROKEN)
            data-t-broken-hint=t(READER_BROKEN_HINT)
            data-t-engine=t(READER_ENGINE)
            data-t-engine-hint=t(READER_ENGINE_HINT)
            data-t-locked=t(READER_LOCKED)
            data-t-locked-hint=t(READER_LOCKED_HINT)
            data-t-gone=t(READER_GONE)
            data-t-gone-hint=t(READER_GONE_HINT)
            data-t-forbidden=t(READER_FORBIDDEN)
            data-t-forbidden-hint=t(READER_FORBIDDEN_HINT)
            data-t-offline=t(READER_OFFLINE)
            data-t-offline-hint=t(READER_OFFLINE_HINT)
            data-t-retry=t(READER_RETRY)
            data-t-download=t(READER_DOWNLOAD)
            data-t-back=t(READER_BACK_SHORT)
        >
            <p data-fallback="" class="rdr__fallback">
                <a class="btn btn--primary" href=file.clone() rel="external"><Icon name="file-down"/>{tf(READER_OPEN_FILE, &[("title", &title)])}</a>
            </p>
        </pdf-reader>
    }
    .into_any()
}

/// Why the paper is not shown, with a way out.
fn refused(failure: Failure) -> AnyView {
    #[cfg(feature = "ssr")]
    if failure == Failure::SignedOut {
        leptos_axum::redirect(&format!("/sign-in?next={}", crate::form::escape(&here())));
    }
    view! {
        <Title text=t(NAV_PAPERS)/>
        <main class="main reader__none" id="main">
            <PageHead title=t(NAV_PAPERS)/>
            <Problem failure/>
            <p class="reader__out"><a class="btn btn--secondary" href="/papers">{t(READER_ALL)}</a></p>
        </main>
    }
    .into_any()
}

/// The path of this request.
#[cfg(feature = "ssr")]
fn here() -> String {
    use_context::<http::request::Parts>().map_or_else(|| "/".into(), |parts| parts.uri.path().to_owned())
}
