//! What a tab remembers through loading the page anew: which seat it had, and whether its microphone was on there. Another tab,
//! a copy of this one too, another day and another person begin at the entrance, silent.

#[cfg(feature = "hydrate")]
use domain::ids::{MeetingId, PageId, PersonId};
#[cfg(feature = "hydrate")]
use domain::live::Seat;
#[cfg(feature = "hydrate")]
use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use serde::{Deserialize, Serialize};

#[cfg(feature = "hydrate")]
use super::table::Table;

/// Where the browser keeps the seat, for this tab.
#[cfg(feature = "hydrate")]
const SEAT_KEPT: &str = "phien-seat";
/// A page that was away for longer does not sit down by itself.
#[cfg(feature = "hydrate")]
const SEAT_GOOD_MILLISECONDS: f64 = 2.0 * 60.0 * 1_000.0;

/// The seat that this tab had.
#[cfg(feature = "hydrate")]
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Sat {
    meeting: MeetingId,
    pub(super) person: PersonId,
    pub(super) seat: Seat,
    pub(super) page: PageId,
    /// Whether its microphone was on.
    pub(super) is_heard: bool,
    /// When the tab last had it, in milliseconds of its own clock.
    at: f64,
}

#[cfg(feature = "hydrate")]
fn kept() -> Option<leptos::web_sys::Storage> {
    window().session_storage().ok().flatten()
}

/// Whether this page was loaded once more in its place.
#[cfg(feature = "hydrate")]
fn is_loaded_anew() -> bool {
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::js_sys::{Array, Function, Reflect};

    let of = |object: &JsValue, name: &str| Reflect::get(object, &JsValue::from_str(name)).ok();
    let kind = || {
        let performance = of(&window(), "performance")?;
        let entries = of(&performance, "getEntriesByType")?.dyn_into::<Function>().ok()?;
        let entries = entries.call1(&performance, &JsValue::from_str("navigation")).ok()?;
        of(&Array::from(&entries).get(0), "type")?.as_string()
    };
    kind().as_deref() == Some("reload")
}

/// The seat of before, which is taken again as soon as the server says that the same person is there. From then on the seat is
/// kept as long as there is one.
#[cfg(feature = "hydrate")]
pub(super) fn recall_seat(table: Table, meeting: MeetingId) {
    let sat = kept().and_then(|store| store.get_item(SEAT_KEPT).ok().flatten());
    let sat = sat.and_then(|text| serde_json::from_str::<Sat>(&text).ok());
    let now = web_sys::js_sys::Date::now();
    let sat = sat.filter(|sat| sat.meeting == meeting && (now - sat.at).abs() < SEAT_GOOD_MILLISECONDS);
    // The browser gives a copied tab what the first one remembers, and the seat would be taken from that.
    let sat = sat.filter(|_| is_loaded_anew());
    table.sat.set_value(sat);
    Effect::new(move |had: Option<bool>| {
        // Every second, for as long as it lasts.
        table.now.track();
        let seat = table.seat.get();
        match (seat, table.person.get_value()) {
            (Some(seat), Some(person)) => {
                let at = web_sys::js_sys::Date::now();
                let (page, is_heard) = (table.page.get_value(), table.microphone.get());
                let sat = Sat { meeting, person, seat, page, is_heard, at };
                let text = serde_json::to_string(&sat).unwrap_or_default();
                let _ = kept().map(|store| store.set_item(SEAT_KEPT, &text));
            }
            // One that is wanted is only interrupted.
            _ if had == Some(true) && table.wanted.with(Option::is_none) => {
                let _ = kept().map(|store| store.remove_item(SEAT_KEPT));
            }
            _ => {}
        }
        seat.is_some() || had == Some(true) && table.wanted.with(Option::is_some)
    });
}

#[cfg(not(feature = "hydrate"))]
pub(super) fn recall_seat(_: super::table::Table, _: domain::ids::MeetingId) {}
