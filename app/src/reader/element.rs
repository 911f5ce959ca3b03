//! The element that reads, with its words: as a page of its own, or within another one.

use domain::ids::PaperId;
use leptos::prelude::*;

use crate::session::with_page;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::Icon;

/// What is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The paper.
    pub paper: PaperId,
    /// Its title.
    pub title: String,
    /// Where the way out leads when it cannot be read; empty for none.
    pub back: String,
    /// Whether it is a part of a page, whose address is not the paper's.
    pub is_embedded: bool,
}

/// The element; a plain link to the file for browsers without script. It turns to `page` whenever that changes, and
/// calls `turned` with the page that is before the reader.
pub fn element(
    read: &Read,
    page: impl Fn() -> String + Send + Sync + 'static,
    turned: impl Fn(u32) + 'static,
) -> AnyView {
    let file = format!("/papers/{}/file", read.paper);
    let (icons, pdfjs) = with_page(|page| (page.assets.icons.clone(), page.assets.pdfjs.clone()));
    let title = read.title.clone();
    let paper = read.paper;
    let back = (!read.back.is_empty()).then(|| read.back.clone());
    view! {
        <pdf-reader
            src=file.clone()
            page=page
            pdfjs=pdfjs
            icons=icons
            data-embedded=read.is_embedded.then_some("")
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
            data-t-turn=t(READER_TURN)
            data-t-turned=t(READER_TURNED)
            data-t-turn-all=t(READER_TURN_ALL)
            data-t-single=t(READER_SINGLE)
            data-t-previous-page=t(READER_PREVIOUS_PAGE)
            data-t-next-page=t(READER_NEXT_PAGE)
            data-t-go=t(READER_GO)
            data-t-page-blank=t(READER_PAGE_BLANK)
            data-t-page-broken=t(READER_PAGE_BROKEN)
            data-t-page-lost=t(READER_PAGE_LOST)
            data-t-page-heavy=t(READER_PAGE_HEAVY)
            data-t-page-held=t(READER_PAGE_HELD)
            data-t-page-draw=t(READER_PAGE_DRAW)
            data-t-stalled=t(READER_STALLED)
            data-t-broken=t(READER_BROKEN)
            data-t-broken-hint=t(READER_BROKEN_HINT)
            data-t-engine=t(READER_ENGINE)
            data-t-engine-hint=t(READER_ENGINE_HINT)
            data-t-form=t(READER_FORM)
            data-t-form-hint=t(READER_FORM_HINT)
            data-t-locked=t(READER_LOCKED)
            data-t-locked-hint=t(READER_LOCKED_HINT)
            data-t-gone=t(READER_GONE)
            data-t-gone-hint=t(READER_GONE_HINT)
            data-t-forbidden=t(READER_FORBIDDEN)
            data-t-forbidden-hint=t(READER_FORBIDDEN_HINT)
            data-t-signed-out=t(READER_SIGNED_OUT)
            data-t-signed-out-hint=t(READER_SIGNED_OUT_HINT)
            data-t-sign-in=t(READER_SIGN_IN)
            data-t-offline=t(READER_OFFLINE)
            data-t-offline-hint=t(READER_OFFLINE_HINT)
            data-t-retry=t(READER_RETRY)
            data-t-download=t(READER_DOWNLOAD)
            data-t-back=t(READER_BACK_SHORT)
            on:ready=move |_: leptos::ev::Event| opened(paper)
            on:pagechange=move |event: leptos::ev::Event| {
                if let Some(page) = page_of(&event) {
                    turned(page);
                }
            }
        >
            <p data-fallback="" class="rdr__fallback">
                <a class="btn btn--primary" href=file.clone() rel="external"><Icon name="file-down"/>{tf(READER_OPEN_FILE, &[("title", &title)])}</a>
            </p>
        </pdf-reader>
    }
    .into_any()
}

/// The first page is on the screen. A line that breaks now leaves the paper unread until it is opened again.
#[cfg(feature = "hydrate")]
fn opened(paper: PaperId) {
    leptos::task::spawn_local(async move {
        let _ = super::calls::mark_paper_read(paper).await;
    });
}

#[cfg(not(feature = "hydrate"))]
fn opened(_: PaperId) {}

#[cfg(feature = "hydrate")]
fn page_of(event: &leptos::ev::Event) -> Option<u32> {
    use wasm_bindgen::JsCast;

    let detail = event.dyn_ref::<web_sys::CustomEvent>()?.detail();
    let page = web_sys::js_sys::Reflect::get(&detail, &"page".into()).ok()?.as_f64()?;
    Some(page as u32)
}

#[cfg(not(feature = "hydrate"))]
fn page_of(_: &leptos::ev::Event) -> Option<u32> {
    None
}
