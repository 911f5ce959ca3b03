//! What a tab remembers of its microphone, through loading the page anew.

#[cfg(feature = "hydrate")]
use leptos::prelude::*;

use super::table::Table;

/// Where the browser keeps, for this tab, whether the microphone was on.
#[cfg(feature = "hydrate")]
const MICROPHONE_KEPT: &str = "phien-microphone";

/// The microphone is off at first, and after the page was loaded anew as it was: nobody is heard unknowing.
#[cfg(feature = "hydrate")]
pub(super) fn recall_microphone(table: Table) {
    let store = || window().session_storage().ok().flatten();
    let was_on = store().and_then(|store| store.get_item(MICROPHONE_KEPT).ok().flatten());
    table.microphone.set(was_on.as_deref() == Some("on"));
    Effect::new(move |_| {
        let is_on = if table.microphone.get() { "on" } else { "off" };
        // A tab that keeps nothing begins silent each time.
        let _ = store().map(|store| store.set_item(MICROPHONE_KEPT, is_on));
    });
}

#[cfg(not(feature = "hydrate"))]
pub(super) fn recall_microphone(_: Table) {}
