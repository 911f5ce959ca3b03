//! What is said to whoever directs when somebody asks for the floor: a short tone, which can be turned off on this machine, and a
//! word where the requests are not in view.

use leptos::prelude::*;

use super::table::Table;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::Icon;

/// Where the browser keeps that no tone is wanted.
#[cfg(feature = "hydrate")]
const SILENT_KEPT: &str = "phien-request-silent";

/// Tells requests from now on; whether a tone comes with them, and what is said aloud.
pub(super) fn tell(table: Table) -> (RwSignal<bool>, RwSignal<String>) {
    let (has_tone, said) = (RwSignal::new(true), RwSignal::new(String::new()));
    #[cfg(feature = "hydrate")]
    {
        use crate::text::tf;
        use crate::ui::Told;

        let told = Told::here();
        Effect::new(move |_| has_tone.set(kept().is_none()));
        Effect::new(move |before: Option<Option<Vec<_>>>| {
            // What stood there as the page came is no news.
            let asking = table.state.with(Option::is_some).then(|| table.asking());
            if let (Some(Some(before)), Some(asking)) = (before, &asking) {
                let new = asking.iter().copied().find(|seat| !before.contains(seat));
                let own = untrack(|| table.seat.get());
                if let Some(seat) = new.filter(|seat| own != Some(*seat)) {
                    if has_tone.get_untracked() {
                        super::element::call("tone", None);
                    }
                    let words = tf(LIVE_ASKS_NOW, &[("name", &untrack(|| table.name(seat)))]);
                    // A word in the corner is said aloud as well.
                    match is_in_view() {
                        true => said.set(words),
                        false => told.say(words),
                    }
                }
            }
            asking
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = table;
    (has_tone, said)
}

/// Whether the list of requests is on the screen.
#[cfg(feature = "hydrate")]
fn is_in_view() -> bool {
    // The page itself never scrolls.
    document().get_element_by_id("call-requests").is_some_and(|list| list.client_height() > 0)
}

#[cfg(feature = "hydrate")]
fn store() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

#[cfg(feature = "hydrate")]
fn kept() -> Option<String> {
    store()?.get_item(SILENT_KEPT).ok().flatten()
}

/// Turns the tone on and off, on this machine.
pub(super) fn tone(has_tone: RwSignal<bool>) -> impl IntoView {
    let press = move |_| {
        has_tone.update(|has| *has = !*has);
        #[cfg(feature = "hydrate")]
        if let Some(store) = store() {
            // A browser that keeps nothing asks again next time.
            let _ = match has_tone.get_untracked() {
                true => store.remove_item(SILENT_KEPT),
                false => store.set_item(SILENT_KEPT, "1"),
            };
        }
    };
    view! {
        <button
            class="btn btn--icon"
            r#type="button"
            aria-pressed=move || has_tone.get().to_string()
            aria-label=t(LIVE_REQUEST_TONE)
            title=move || t(if has_tone.get() { LIVE_REQUEST_TONE_OFF } else { LIVE_REQUEST_TONE_ON })
            on:click=press
        >{move || view! { <Icon name=if has_tone.get() { "bell" } else { "bell-off" }/> }}</button>
    }
}
