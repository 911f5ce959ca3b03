//! The meeting on the whole screen: a commune's television, a phone on its side.

use leptos::prelude::*;

use crate::text::keys::*;
use crate::text::t;
use crate::ui::Icon;

/// The whole screen for the meeting, or no longer. Nothing where the system has none.
pub(super) fn tool() -> impl IntoView {
    let (has, is_whole) = (RwSignal::new(false), RwSignal::new(false));
    watch(has, is_whole);
    move || {
        has.get().then(|| {
            let (icon, word) =
                if is_whole.get() { ("minimize", LIVE_WHOLE_END) } else { ("maximize", LIVE_WHOLE) };
            view! {
                <button class="tool tool--whole" r#type="button" title="F" on:click=move |_| toggle()>
                    <Icon name=icon/><span class="live__word">{t(word)}</span>
                </button>
            }
        })
    }
}

/// Whether the browser lets a page have the whole screen, and whether this one has it.
fn watch(has: RwSignal<bool>, is_whole: RwSignal<bool>) {
    #[cfg(feature = "hydrate")]
    {
        let follow = move |_| {
            is_whole.try_set(document().fullscreen_element().is_some());
        };
        Effect::new(move |_| has.set(document().fullscreen_enabled()));
        let changed = window_event_listener_untyped("fullscreenchange", follow);
        on_cleanup(move || changed.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (has, is_whole);
}

/// The whole screen, or back.
pub(super) fn toggle() {
    #[cfg(feature = "hydrate")]
    match document().fullscreen_element() {
        Some(_) => document().exit_fullscreen(),
        // A browser that refuses leaves the page as it is.
        None => {
            let _ = document().document_element().map(|page| page.request_fullscreen());
        }
    }
}
