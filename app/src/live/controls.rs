//! What one has on, and what one asks for: microphone, camera, screen, the floor, how much one wants to see. Everything is
//! a button; what is needed while one speaks has a key as well.

use domain::live::wire::{Devices, ToServer};
use domain::live::{Direction, Seat};
use leptos::prelude::*;

use super::paper::{self, Papers};
use super::table::Table;
use super::tool::{Sort, Stand, Toggle, toggle};
use super::{devices, fullscreen, leave, look};
use crate::text::keys::*;
use crate::text::{Text, t, tf};
use crate::ui::Icon;

/// Microphone and camera, with one's own level.
pub(super) fn own(table: Table) -> impl IntoView {
    let level = move || format!("--v:{}", if table.is_heard() { table.level.get() } else { 0 });
    view! {
        {switches(table)}
        <span class="live__level" role="img" aria-label=t(LIVE_LEVEL)><i style=level></i></span>
        {move || table.of_the_chair().map(|word| view! { <span class="hint" role="status">{t(word)}</span> })}
    }
}

fn switches(table: Table) -> impl IntoView {
    let is_muted = move || table.is_muted();
    let microphone = toggle(
        Toggle {
            sort: Sort::Microphone,
            icons: ["mic", "mic-off"],
            words: [LIVE_MICROPHONE_OFF, LIVE_MICROPHONE_ON],
            key: "Alt+M",
        },
        move || {
            if is_muted() {
                Stand::Barred
            } else if table.lacks(table.microphone, |on| on.microphone) {
                Stand::Vain(LIVE_MICROPHONE_NONE)
            } else if table.is_awaited() {
                Stand::Called
            } else {
                Stand::Free
            }
        },
        move || table.microphone.get() && !is_muted(),
        move || table.press(table.microphone, |on| on.microphone, Table::toggle_microphone),
    );
    let camera = toggle(
        Toggle {
            sort: Sort::Camera,
            icons: ["video", "video-off"],
            words: [LIVE_CAMERA_OFF, LIVE_CAMERA_ON],
            key: "Alt+V",
        },
        move || match table.lacks(table.camera, |on| on.camera) {
            true => Stand::Vain(LIVE_CAMERA_NONE),
            false => Stand::Free,
        },
        move || table.camera.get(),
        move || table.press(table.camera, |on| on.camera, Table::toggle_camera),
    );
    view! { {microphone} {camera} }
}

/// Held down it lets one speak while the microphone is off.
fn talk(table: Table) -> impl IntoView {
    let hold = move || table.talking.set(true);
    let release = move || table.talking.set(false);
    let is_key = |event: &leptos::ev::KeyboardEvent| matches!(event.code().as_str(), "Space" | "Enter");
    let button = move || {
        view! {
            <button
                class="tool live__talk"
                r#type="button"
                title=t(LIVE_TALK_KEY)
                aria-pressed=move || table.talking.get().to_string()
                on:pointerdown=move |_| hold()
                on:pointerup=move |_| release()
                on:pointerleave=move |_| release()
                on:pointercancel=move |_| release()
                on:contextmenu=|event| event.prevent_default()
                on:keydown=move |event| if is_key(&event) { event.prevent_default(); hold() }
                on:keyup=move |event| if is_key(&event) { release() }
                on:blur=move |_| release()
            ><Icon name="mic"/><span class="live__word">{t(LIVE_TALK)}</span></button>
        }
    };
    move || (!table.microphone.get() && !table.is_muted()).then(button)
}

pub(super) fn floor(table: Table) -> impl IntoView {
    let asked = Memo::new(move |_| table.place_asked());
    let has_floor = Memo::new(move |_| table.has_floor());
    move || {
        if has_floor.get() {
            return view! {
                <button class="tool tool--ask is-floor" r#type="button" on:click=move |_| table.give_floor_back()>
                    <Icon name="mic"/><span>{t(LIVE_FLOOR_GIVE_BACK)}<small>{t(LIVE_HAVE_FLOOR)}</small></span>
                </button>
                <span class="vh" role="alert">{t(LIVE_FLOOR_IS_YOURS)}</span>
            }
            .into_any();
        }
        let words = move || match asked.get() {
            Some(place) => {
                let is_next = place == 1
                    && table
                        .state
                        .with(|state| state.as_ref().is_some_and(|state| state.live.floor.is_some()));
                let below = if is_next { t(LIVE_ASKED_NEXT) } else { t(LIVE_ASK_NO_LONGER) };
                view! { <span>{tf(LIVE_ASKED, &[("n", &place)])}<small>{below}</small></span> }.into_any()
            }
            None => view! { <span>{t(LIVE_ASK)}</span> }.into_any(),
        };
        view! {
            <button
                class="tool tool--ask"
                class:is-asked=move || asked.get().is_some()
                r#type="button"
                aria-pressed=move || asked.get().is_some().to_string()
                aria-keyshortcuts="Alt+H"
                title="Alt+H"
                on:click=move |_| table.toggle_ask()
            ><Icon name="hand"/>{words}</button>
            <span class="vh" role="status">{move || asked.get().map(|n| format!("{} · {}", t(LIVE_ASK), tf(LIVE_TURN, &[("n", &n)])))}</span>
        }
        .into_any()
    }
}

/// For those who direct: all microphones off, or on again for whoever wants.
pub(super) fn mute_all(table: Table, class: &'static str) -> impl IntoView {
    let is_all_muted = Memo::new(move |_| {
        table.state.with(|state| state.as_ref().is_some_and(|state| state.live.is_all_muted))
    });
    let directs = Memo::new(move |_| table.directs());
    move || {
        directs.get().then(|| {
            let (icon, word, direction) = match is_all_muted.get() {
                true => ("mic", LIVE_UNMUTE_ALL, Direction::UnmuteAll),
                false => ("mic-off", LIVE_MUTE_ALL, Direction::MuteAll),
            };
            view! {
                <button class=class r#type="button" on:click=move |_| table.direct(direction)>
                    <Icon name=icon/><span class="live__word">{t(word)}<small>{t(LIVE_ALL_BUT)}</small></span>
                </button>
            }
        })
    }
}

/// Everybody of the meeting, listed or not, with how many ask for the floor.
pub(super) fn everybody(table: Table) -> impl IntoView {
    let asking = Memo::new(move |_| table.asking().len());
    let count = move || {
        (asking.get() > 0).then(|| {
            let words = tf(LIVE_ASKING, &[("n", &asking.get())]);
            view! { <span class="tool__n" aria-hidden="true">{asking.get()}</span><span class="vh">{words}</span> }
        })
    };
    view! {
        <button
            class="tool"
            r#type="button"
            aria-expanded=move || table.lists.get().to_string()
            aria-controls="call-people"
            on:click=move |_| table.lists.update(|lists| *lists = !*lists)
        ><Icon name="users-round"/><span class="live__word">{t(LIVE_EVERYBODY)}</span>{count}</button>
    }
}

/// What has no room in the bar of a smaller screen.
fn more(table: Table) -> impl IntoView {
    let share = move || if table.sharing.get() { LIVE_SHARE_END } else { LIVE_SHARE };
    view! {
        <button class="menu__item" r#type="button" on:click=move |_| table.toggle_sharing()>
            <Icon name="presentation"/>{move || t(share())}
        </button>
        <button class="menu__item" r#type="button" on:click=move |_| fullscreen::toggle()>
            <Icon name="maximize"/>{t(LIVE_WHOLE)}
        </button>
        <div class="tool__phone">{mute_all(table, "menu__item")}</div>
    }
}

/// The bar of whoever sits: one's own devices, the floor, what is looked at, the way out.
pub(super) fn bar(table: Table, papers: Papers) -> impl IntoView {
    let share = toggle(
        Toggle {
            sort: Sort::Other,
            icons: ["presentation", "presentation"],
            words: [LIVE_SHARE_END, LIVE_SHARE],
            key: "",
        },
        || Stand::Free,
        move || table.sharing.get(),
        move || table.toggle_sharing(),
    );
    let float = move || {
        table.floats.get().then(|| {
            view! {
                <button class="menu__item" r#type="button" on:click=move |_| table.float()>
                    <Icon name="picture-in-picture-2"/>{t(LIVE_FLOAT)}
                </button>
            }
        })
    };
    let tools = NodeRef::new();
    come_in(table, tools);
    view! {
        <div class="live__bar calltools" id="call-tools" tabindex="-1" node_ref=tools role="group" aria-label=t(LIVE_TOOLBAR)>
            <div class="calltools__own">
                {switches(table)}
                {talk(table)}
                <span class="tool__wide">{share}</span>
                {move || table.of_the_chair().map(|word| view! { <span class="calltools__said" role="status">{t(word)}</span> })}
            </div>
            <div class="calltools__floor">
                {move || (!table.directs()).then(|| floor(table))}
                {mute_all(table, "tool tool--all")}
            </div>
            <div class="calltools__rest">
                {everybody(table)}
                {paper::menu(papers)}
                <details class="menu menu--up menu--end">
                    <summary class="tool">
                        <span class="tool__wide"><Icon name="layout-grid"/><span class="live__word">{t(LIVE_LOOK)}</span></span>
                        <span class="tool__small"><Icon name="ellipsis"/><span class="live__word">{t(LIVE_MORE)}</span></span>
                    </summary>
                    <div class="menu__pop live__devices stack stack--s">
                        <div class="tool__small tool__more">{more(table)}</div>
                        {look::looks(table)}
                        {float}
                        {devices::choices(table.chosen)}
                    </div>
                </details>
                <span class="tool__wide">{fullscreen::tool()}</span>
                {leave::button(table, "tool tool--leave")}
            </div>
        </div>
    }
}

/// Moves the focus to the first tool after joining by a press.
fn come_in(table: Table, tools: NodeRef<leptos::html::Div>) {
    Effect::new(move |_| {
        let Some(tools) = tools.get() else { return };
        #[cfg(feature = "hydrate")]
        {
            use wasm_bindgen::JsCast;

            let is_elsewhere = document().active_element().is_some_and(|at| at.tag_name() != "BODY");
            if table.how.get_value() != domain::live::Coming::Pressed || is_elsewhere {
                return;
            }
            let first = tools.query_selector("button:not([disabled])").ok().flatten();
            if let Some(first) = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = first.focus();
            }
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (tools, table);
    });
}

impl Table {
    /// Whether the chair turned this seat's microphone off.
    pub(super) fn is_muted(self) -> bool {
        self.own().is_some_and(|own| own.is_muted)
    }

    /// Whether this seat can be heard.
    pub(super) fn is_heard(self) -> bool {
        self.microphone.get() || self.talking.get()
    }

    /// Whether this page opens papers before everybody.
    pub(super) fn presents(self) -> bool {
        self.directs() || self.has_floor()
    }

    pub(super) fn has_floor(self) -> bool {
        let floor = self.state.with(|state| state.as_ref().and_then(|state| state.live.floor));
        floor.is_some() && floor == self.own_seat()
    }

    /// Whether everybody waits for this seat to turn its microphone on.
    pub(super) fn is_awaited(self) -> bool {
        self.has_floor() && !self.microphone.get() && !self.is_muted()
    }

    /// What the chair has decided about the microphone, until it is on.
    pub(super) fn of_the_chair(self) -> Option<Text> {
        if self.is_muted() {
            Some(LIVE_MUTED_BY_CHAIR)
        } else if self.is_awaited() {
            Some(LIVE_FLOOR_SILENT)
        } else {
            (self.silenced.get() && !self.microphone.get()).then_some(LIVE_MAY_BE_HEARD)
        }
    }

    /// Whether a device is wanted and gives nothing, and why was said and put away.
    fn lacks(self, wanted: RwSignal<bool>, is_on: fn(Devices) -> bool) -> bool {
        let own = || self.seat.get().map(|seat| self.devices(seat));
        self.is_noted.get() && wanted.get() && own().is_some_and(|on| !is_on(on))
    }

    /// A press on a device's tool: asks again for one that gives nothing, and says again what is wrong.
    fn press(self, wanted: RwSignal<bool>, is_on: fn(Devices) -> bool, turn: fn(Table)) {
        if untrack(|| self.lacks(wanted, is_on)) {
            self.start();
        } else {
            turn(self);
        }
    }

    fn has_asked(self) -> bool {
        self.own().is_some_and(|own| own.asked.is_some())
    }

    /// Who asks for the floor, in turn.
    pub(super) fn asking(self) -> Vec<Seat> {
        self.state.with(|state| {
            let seats = state.as_ref().map(|state| state.live.seats.as_slice()).unwrap_or_default();
            let mut asking: Vec<_> = seats.iter().filter_map(|kept| Some((kept.asked?, kept.seat))).collect();
            asking.sort_by_key(|(asked, _)| *asked);
            asking.into_iter().map(|(_, seat)| seat).collect()
        })
    }

    /// This seat's place among those who ask, from 1.
    pub(super) fn place_asked(self) -> Option<usize> {
        let own = self.own_seat()?;
        self.asking().iter().position(|seat| *seat == own).map(|at| at + 1)
    }

    pub(super) fn toggle_microphone(self) {
        if !untrack(|| self.is_muted()) {
            self.silenced.set(false);
            self.microphone.update(|is_on| *is_on = !*is_on);
        }
    }

    fn toggle_camera(self) {
        self.camera.update(|is_on| *is_on = !*is_on);
    }

    fn toggle_ask(self) {
        self.failure.set(None);
        self.say(&ToServer::Ask { wants: !untrack(|| self.has_asked()) });
    }

    /// Whoever has the floor has said what there was to say.
    fn give_floor_back(self) {
        self.failure.set(None);
        self.say(&ToServer::Ask { wants: false });
    }

    /// A key went down: whether it meant something here.
    #[cfg(feature = "hydrate")]
    fn key_down(self, event: &leptos::ev::KeyboardEvent) -> bool {
        if event.repeat() {
            // A key that is held to talk must not turn the page as well.
            return event.code() == "Space" && self.talking.get_untracked();
        }
        // Beside another page the keys are that page's, but those with Alt.
        if event.ctrl_key() || event.meta_key() || self.is_small.get_untracked() && !event.alt_key() {
            return false;
        }
        match (event.alt_key(), event.code().as_str()) {
            (true, "KeyM") => self.toggle_microphone(),
            (true, "KeyV") => self.toggle_camera(),
            (false, "KeyF") if !is_in_field() => {
                // The button that was pressed last would keep the bars in sight.
                blur();
                fullscreen::toggle();
            }
            (true, "KeyH") if untrack(|| self.own_seat()).is_some() => self.toggle_ask(),
            (false, "Space") if is_free() && !untrack(|| self.is_muted()) => self.talking.set(true),
            _ => return false,
        }
        true
    }
}

/// Whether the space key belongs to no field and no button.
#[cfg(feature = "hydrate")]
fn is_free() -> bool {
    document().active_element().is_none_or(|element| matches!(element.tag_name().as_str(), "BODY" | "MAIN"))
}

/// Whether something is being typed or chosen.
#[cfg(feature = "hydrate")]
fn is_in_field() -> bool {
    let fields = ["INPUT", "TEXTAREA", "SELECT"];
    document().active_element().is_some_and(|element| fields.contains(&element.tag_name().as_str()))
}

#[cfg(feature = "hydrate")]
fn blur() {
    use wasm_bindgen::JsCast;

    let element = document().active_element();
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.blur();
    }
}

/// Takes keys until the page is left.
#[cfg(feature = "hydrate")]
pub(super) fn take_keys(table: Table) {
    let down = window_event_listener(leptos::ev::keydown, move |event| {
        if table.key_down(&event) {
            event.prevent_default();
        }
    });
    let up = window_event_listener(leptos::ev::keyup, move |event| {
        if event.code() == "Space" {
            table.talking.set(false);
        }
    });
    // A key that is let go elsewhere is not heard of here: nobody stays on the air by it.
    let left = ["blur", "visibilitychange"]
        .map(|name| window_event_listener_untyped(name, move |_| table.talking.set(false)));
    let may_talk = Memo::new(move |_| !table.microphone.get() && !table.is_muted());
    Effect::new(move |_| {
        if !may_talk.get() {
            table.talking.set(false);
        }
    });
    on_cleanup(move || {
        down.remove();
        up.remove();
        left.into_iter().for_each(|listener| listener.remove());
    });
}

#[cfg(not(feature = "hydrate"))]
pub(super) fn take_keys(_: Table) {}
