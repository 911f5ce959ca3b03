//! One tool of the meeting's bar: what a press does, and how it stands.

use leptos::prelude::*;

use crate::text::keys::*;
use crate::text::{Text, t};
use crate::ui::Icon;

/// What a tool is for, which decides how it looks while it is on and off.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A microphone. That it is on has to be seen at once.
    Microphone,
    /// Seen.
    Camera,
    /// Anything else.
    Other,
}

/// Something that is on or off.
pub(super) struct Toggle {
    /// What it is for.
    pub(super) sort: Sort,
    /// Icons while it is on, and while it is off.
    pub(super) icons: [&'static str; 2],
    /// What a press does while it is on, and while it is off.
    pub(super) words: [Text; 2],
    /// The key beside it.
    pub(super) key: &'static str,
}

/// How a tool stands, where it is not just on or off.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stand {
    Free,
    /// It is what one should press now.
    Called,
    /// The chair turned it off.
    Barred,
    /// Wanted, and its device gives nothing: a press asks for it again.
    Vain(Text),
}

pub(super) fn toggle(
    of: Toggle,
    stand: impl Fn() -> Stand + Copy + Send + Sync + 'static,
    is_on: impl Fn() -> bool + Copy + Send + Sync + 'static,
    press: impl Fn() + 'static,
) -> impl IntoView {
    let Toggle { sort, icons: [on, off], words: [when_on, when_off], key } = of;
    let is_vain = move || matches!(stand(), Stand::Vain(_));
    let is_barred = move || matches!(stand(), Stand::Barred);
    let is_up = move || is_on() && !is_vain();
    let word = move || match stand() {
        Stand::Barred => LIVE_WAIT,
        Stand::Vain(word) => word,
        Stand::Free | Stand::Called if is_on() => when_on,
        Stand::Free | Stand::Called => when_off,
    };
    view! {
        <button
            class="tool"
            class:is-off=move || sort != Sort::Other && !is_on() && !is_barred()
            class:is-hot=move || sort == Sort::Microphone && is_up()
            class:is-on=move || sort == Sort::Other && is_on()
            class:is-held=move || is_barred() || is_vain()
            class:is-awaited=move || matches!(stand(), Stand::Called)
            r#type="button"
            aria-pressed=move || is_up().to_string()
            aria-keyshortcuts=(!key.is_empty()).then_some(key)
            title=(!key.is_empty()).then_some(key)
            disabled=is_barred
            on:click=move |_| press()
        >
            {move || view! { <Icon name=if is_up() { on } else { off }/> }}
            <span class="live__word">{move || t(word())}</span>
        </button>
    }
}
