//! A word after a step that was taken, said once above the foot of the page and gone after a while. Needs script: without it
//! the page that answers shows what became of the step. Says nothing that is not also seen on the page itself.

use leptos::prelude::*;

/// Time enough to read a sentence twice; whoever missed it sees the outcome on the page.
#[cfg(feature = "hydrate")]
const SHOWN_FOR: std::time::Duration = std::time::Duration::from_secs(8);
/// Where a word waits for the page that is loaded next.
#[cfg(feature = "hydrate")]
const KEPT_AS: &str = "phien-told";

/// What was said last, shared by the pages of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Told(RwSignal<Option<String>>);

impl Told {
    /// That of the frame around the page.
    pub fn here() -> Told {
        use_context().unwrap_or_else(|| Told(RwSignal::new(None)))
    }

    /// Says it on this page.
    #[cfg(feature = "hydrate")]
    pub fn say(self, words: String) {
        self.0.try_set(Some(words.clone()));
        let forget = move || {
            self.0.try_update(|said| said.take_if(|said| *said == words));
        };
        set_timeout(forget, SHOWN_FOR);
    }

    /// Says it on the page that is loaded next. A browser that keeps nothing says nothing.
    #[cfg(feature = "hydrate")]
    pub fn say_next(words: &str) {
        if let Some(kept) = kept() {
            let _ = kept.set_item(KEPT_AS, words);
        }
    }

    /// Says what the page before left to be said.
    #[cfg(feature = "hydrate")]
    fn say_left(self) {
        let Some(kept) = kept() else { return };
        if let Ok(Some(words)) = kept.get_item(KEPT_AS) {
            let _ = kept.remove_item(KEPT_AS);
            self.say(words);
        }
    }
}

#[cfg(feature = "hydrate")]
fn kept() -> Option<leptos::web_sys::Storage> {
    window().session_storage().ok().flatten()
}

/// The place of these words; belongs to the frame, which outlives its pages.
pub fn told() -> impl IntoView {
    let told = Told(RwSignal::new(None));
    provide_context(told);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| told.say_left());
    let said = move || told.0.get().map(|words| view! { <p class="toast">{words}</p> });
    view! { <div class="toasts" role="status">{said}</div> }
}
