//! How the meeting lies on the screen: as a page with its bars; filling a phone on its side or a whole screen, where bars come
//! with a touch and go; or as a commune's television, read from four metres away. Knows the screen and not the meeting.

use domain::live::wire::Place;
use leptos::prelude::*;

use super::paper::Papers;
use super::table::Table;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::Icon;

/// Bars hide when nobody has touched anything for so long.
#[cfg(feature = "hydrate")]
const QUIET_AFTER_MILLISECONDS: f64 = 4_000.0;
/// What keeps them: an open menu or question, and the focus of whoever goes by keys.
#[cfg(feature = "hydrate")]
const IN_USE: &str = ".call details[open], .call dialog[open], .calltools :focus-visible, .ctop :focus-visible, .callcard :focus-visible";
/// A phone on its side is no higher.
const PHONE_HIGH: f64 = 480.0;
/// A television is at least so large.
const TELEVISION: (f64, f64) = (1_600.0, 900.0);

/// How the meeting lies on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    /// Bars above and below, the pictures between them.
    #[default]
    Page,
    /// The large picture over all of it, bars over the picture.
    Filled,
    /// Large letters, the speaker, the chair and oneself.
    Television,
}

/// The shape for a screen of this size. Whoever directs keeps the console.
fn of(size: (f64, f64), is_whole: bool, directs: bool) -> Shape {
    let (width, height) = size;
    let is_phone = height <= PHONE_HIGH && width > height;
    let is_television = width >= TELEVISION.0 && height >= TELEVISION.1;
    match (directs, is_whole) {
        (true, _) => Shape::Page,
        (false, true) if is_television => Shape::Television,
        (false, true) => Shape::Filled,
        (false, false) if is_phone => Shape::Filled,
        (false, false) => Shape::Page,
    }
}

/// The shape, and whether the bars are hidden.
#[derive(Clone, Copy)]
pub(super) struct Shaped {
    pub(super) shape: Memo<Shape>,
    pub(super) is_quiet: RwSignal<bool>,
}

impl Shaped {
    /// Follows the screen. Before one sits, with the list or a paper beside the pictures, and on another page it is a page.
    pub(super) fn follow(table: Table, papers: Papers, directs: bool) -> Shaped {
        let (screen, is_quiet) = (RwSignal::new(((0.0, 0.0), false)), RwSignal::new(false));
        let shape = Memo::new(move |_| {
            let has_paper = papers.open().is_some();
            let is_page =
                table.seat.with(Option::is_none) || table.lists.get() || has_paper || table.is_small.get();
            let (size, is_whole) = screen.get();
            if is_page || size.0 == 0.0 { Shape::Page } else { of(size, is_whole, directs) }
        });
        // The whole screen is for the pictures; the list is a press away.
        let is_whole = Memo::new(move |_| screen.get().1);
        Effect::new(move |before: Option<bool>| {
            let is_whole = is_whole.get();
            if is_whole && before == Some(false) && !directs {
                table.lists.set(false);
            }
            is_whole
        });
        let shaped = Shaped { shape, is_quiet };
        #[cfg(feature = "hydrate")]
        shaped.watch(screen);
        shaped
    }

    #[cfg(feature = "hydrate")]
    fn watch(self, screen: RwSignal<((f64, f64), bool)>) {
        use leptos::leptos_dom::helpers::set_interval_with_handle;
        use web_sys::js_sys::Date;

        let measure = move || {
            let length =
                |of: Result<wasm_bindgen::JsValue, _>| of.ok().and_then(|of| of.as_f64()).unwrap_or_default();
            let size = (length(window().inner_width()), length(window().inner_height()));
            screen.try_set((size, document().fullscreen_element().is_some()));
        };
        let touched = StoredValue::new(Date::now());
        let touch = move || {
            touched.try_set_value(Date::now());
            if self.is_quiet.try_get_untracked() == Some(true) {
                self.is_quiet.set(false);
            }
        };
        Effect::new(move |_| measure());
        let sizes = ["resize", "fullscreenchange"].map(|name| {
            window_event_listener_untyped(name, move |_| {
                measure();
                touch();
            })
        });
        let touches = ["pointerdown", "pointermove", "keydown", "focusin"]
            .map(|name| window_event_listener_untyped(name, move |_| touch()));
        let look = move || {
            let is_over = self.shape.try_get_untracked().is_some_and(|shape| shape != Shape::Page);
            let is_late = Date::now() - touched.get_value() >= QUIET_AFTER_MILLISECONDS;
            let is_quiet = is_over && is_late && matches!(document().query_selector(IN_USE), Ok(None));
            if self.is_quiet.try_get_untracked() != Some(is_quiet) {
                self.is_quiet.try_set(is_quiet);
            }
        };
        let looks = set_interval_with_handle(look, std::time::Duration::from_millis(500)).ok();
        on_cleanup(move || {
            sizes.into_iter().chain(touches).for_each(|listener| listener.remove());
            if let Some(looks) = looks {
                looks.clear();
            }
        });
    }
}

/// One's own microphone, in sight when the bars are not.
pub(super) fn microphone(table: Table, shape: Memo<Shape>) -> impl IntoView {
    let is_on = Memo::new(move |_| table.is_heard() && !table.is_muted());
    move || {
        (shape.get() != Shape::Page).then(|| {
            let (icon, words) =
                if is_on.get() { ("mic", LIVE_MIC_IS_ON) } else { ("mic-off", LIVE_MIC_IS_OFF) };
            view! { <p class="cmic" class:is-hot=is_on><Icon name=icon/><span>{t(words)}</span></p> }
        })
    }
}

/// Who speaks, in letters that are read from the back of a room.
pub(super) fn foot(table: Table, shape: Memo<Shape>) -> impl IntoView {
    let floor = move || table.state.with(|state| state.as_ref().and_then(|state| state.live.floor));
    let large = move || {
        table
            .slots
            .with(|slots| slots.iter().find(|slot| slot.place == Place::Main).and_then(|slot| slot.seat))
    };
    let who = move || {
        let (seat, words) = match (floor(), large()) {
            (Some(seat), _) => (seat, t(LIVE_HAS_FLOOR)),
            (None, Some(seat)) => (seat, ""),
            (None, None) => return None,
        };
        Some(view! { <b>{table.name(seat)}</b> {words} })
    };
    move || (shape.get() == Shape::Television).then(|| view! { <p class="cfoot">{who}</p> })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_on_its_side_and_a_whole_screen_are_filled_and_a_large_one_is_a_television() {
        let cases = [
            ((844.0, 390.0), false, Shape::Filled),
            ((390.0, 844.0), false, Shape::Page),
            ((1366.0, 768.0), false, Shape::Page),
            ((1366.0, 768.0), true, Shape::Filled),
            ((1920.0, 1080.0), false, Shape::Page),
            ((1920.0, 1080.0), true, Shape::Television),
        ];
        for (size, is_whole, shape) in cases {
            assert_eq!(of(size, is_whole, false), shape, "{size:?} {is_whole}");
            assert_eq!(of(size, is_whole, true), Shape::Page, "whoever directs keeps the console");
        }
    }
}
