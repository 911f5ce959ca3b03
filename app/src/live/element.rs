//! What the page asks of the element that holds cameras and connections.

#[cfg(feature = "hydrate")]
use leptos::prelude::*;

use super::table::Table;

/// The element's identifier on the page.
pub(super) const ELEMENT: &str = "live-media";

#[cfg(feature = "hydrate")]
impl Table {
    /// Within a press: a test sound.
    pub(super) fn chime(self) {
        call("chime", None);
    }

    /// Both connections are tried again at once.
    pub(super) fn renew(self) {
        call("renew", None);
    }

    /// Within a press: the largest picture beside other programs, or back in its place.
    pub(super) fn float(self) {
        call("float", None);
    }

    /// Within a press: sound may play from here on, and refused devices are asked for again.
    pub(super) fn start(self) {
        self.problem.set(None);
        self.is_noted.set(false);
        call("start", None);
    }
}

#[cfg(not(feature = "hydrate"))]
impl Table {
    pub(super) fn start(self) {}

    pub(super) fn chime(self) {}

    pub(super) fn renew(self) {}

    pub(super) fn float(self) {}
}

/// Calls a function of the element. One that is not there yet has nothing to hear: it is told all with the next seat.
#[cfg(feature = "hydrate")]
pub(super) fn call(name: &str, text: Option<&str>) {
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::js_sys::{Function, Reflect};

    let Some(element) = document().get_element_by_id(ELEMENT) else { return };
    let function = Reflect::get(&element, &JsValue::from_str(name)).ok();
    let Some(function) = function.and_then(|function| function.dyn_into::<Function>().ok()) else { return };
    let _ = match text {
        Some(text) => function.call1(&element, &JsValue::from_str(text)),
        None => function.call0(&element),
    };
}
