//! Which camera, microphone and loudspeaker are used: what the browser offers, what was chosen, and the form to choose by.
//! A choice is kept on this machine, for whoever sits here next time.

use leptos::prelude::*;
use serde::Deserialize;

use crate::text::keys::*;
use crate::text::{Text, t, tf};
use crate::ui::Icon;

/// A device as the browser tells it; without a name until one was allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Device {
    pub(super) id: String,
    pub(super) label: String,
}

/// What there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Devices {
    pub(super) cameras: Vec<Device>,
    pub(super) microphones: Vec<Device>,
    pub(super) speakers: Vec<Device>,
}

/// What was chosen; an empty text is the system's own choice.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    pub(super) offered: RwSignal<Devices>,
    pub(super) camera: RwSignal<String>,
    pub(super) microphone: RwSignal<String>,
    pub(super) speaker: RwSignal<String>,
}

const CAMERA: &str = "live-camera";
const MICROPHONE: &str = "live-microphone";
const SPEAKER: &str = "live-speaker";

impl Chosen {
    pub(super) fn new() -> Chosen {
        let nothing = || RwSignal::new(String::new());
        Chosen {
            offered: RwSignal::new(Devices::default()),
            camera: nothing(),
            microphone: nothing(),
            speaker: nothing(),
        }
    }

    /// Takes what was chosen on this machine before.
    #[cfg(feature = "hydrate")]
    pub(super) fn recall(self) {
        for (name, choice) in [(CAMERA, self.camera), (MICROPHONE, self.microphone), (SPEAKER, self.speaker)]
        {
            if let Some(id) = kept(name) {
                choice.set(id);
            }
        }
    }
}

#[cfg(feature = "hydrate")]
fn store() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

#[cfg(feature = "hydrate")]
fn kept(name: &str) -> Option<String> {
    store()?.get_item(name).ok().flatten()
}

fn keep(name: &str, id: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(store) = store() {
        // A browser that keeps nothing asks again next time.
        let _ = store.set_item(name, id);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (name, id);
}

/// The three choices.
pub(super) fn choices(chosen: Chosen) -> impl IntoView {
    let camera = choice(LIVE_CAMERA, CAMERA, chosen.camera, move || {
        chosen.offered.with(|offered| offered.cameras.clone())
    });
    let microphone = choice(LIVE_MICROPHONE, MICROPHONE, chosen.microphone, move || {
        chosen.offered.with(|offered| offered.microphones.clone())
    });
    let speaker = choice(LIVE_SPEAKER, SPEAKER, chosen.speaker, move || {
        chosen.offered.with(|offered| offered.speakers.clone())
    });
    view! { <div class="stack stack--s">{camera}{microphone}{speaker}</div> }
}

/// The same, folded.
pub(super) fn menu(chosen: Chosen) -> impl IntoView {
    view! {
        <details class="menu menu--up">
            <summary class="btn btn--secondary"><Icon name="settings"/>{t(LIVE_DEVICES)}</summary>
            <div class="menu__pop live__devices">{choices(chosen)}</div>
        </details>
    }
}

fn choice(
    word: Text,
    name: &'static str,
    id: RwSignal<String>,
    offered: impl Fn() -> Vec<Device> + Send + Sync + 'static,
) -> impl IntoView {
    let chosen = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        keep(name, &value);
        id.set(value);
    };
    let options = move || {
        let known = id.get();
        let named = offered().into_iter().filter(|device| !device.id.is_empty()).enumerate();
        let option = |(place, device): (usize, Device)| {
            let label = match device.label.as_str() {
                "" => tf(LIVE_DEVICE_NUMBER, &[("n", &(place + 1))]),
                label => label.to_owned(),
            };
            let is_chosen = device.id == known;
            view! { <option value=device.id selected=is_chosen>{label}</option> }
        };
        named.map(option).collect_view()
    };
    let is_systems = move || id.with(String::is_empty);
    view! {
        <div class="field">
            <label for=name>{t(word)}</label>
            <select class="select" id=name on:change=chosen>
                <option value="" selected=is_systems>{t(LIVE_DEVICE_SYSTEMS)}</option>
                {options}
            </select>
        </div>
    }
}
