//! What keeps the display alive in the browser: its clock, its questions to the server, the key for the full screen.
//! When the line fails it keeps what it has, says so, and asks again, ever more slowly.

use domain::error::Failure;
use domain::ids::MeetingId;
use gloo_timers::future::TimeoutFuture;
use leptos::leptos_dom::helpers::window_event_listener_untyped;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::js_sys::Date;

use super::calls::hall_display;
use super::display::Display;
use crate::failure::CallError;
use crate::session::with_page;

/// A hall notices a new speaker or a new code within so long.
const ASK_MS: u32 = 5_000;
/// A failed line is tried so often: there is one display in a hall, and delegates stand before it.
const ASK_AT_LEAST_MS: u32 = 10_000;
/// The clock shows seconds.
const TICK_MS: u32 = 1_000;
/// A clock that was not heard for so long stood still with the machine.
const SLEPT_MS: f64 = 10_000.0;

/// The parts of the display that change.
#[derive(Clone, Copy)]
pub(super) struct Live {
    pub(super) shown: RwSignal<Display>,
    pub(super) seconds: RwSignal<i64>,
    pub(super) is_offline: RwSignal<bool>,
    pub(super) is_signed_out: RwSignal<bool>,
}

/// One display's questions.
#[derive(Clone, Copy)]
struct Asking {
    meeting: MeetingId,
    live: Live,
    /// When the server answered last.
    heard: StoredValue<f64>,
    /// Which row of questions goes on. An older one ends: its answer may never come over a line that broke.
    row: StoredValue<u32>,
}

/// Starts the clock and the questions; they end with the page. A machine that wakes up, a line that comes back and a page
/// that is seen again ask at once.
pub(super) fn start(meeting: MeetingId, live: Live) {
    let asking = Asking { meeting, live, heard: StoredValue::new(Date::now()), row: StoredValue::new(0) };
    spawn_local(tick(asking));
    asking.begin(ASK_MS);
    let wakes = ["online", "pageshow", "visibilitychange"].map(|event| {
        window_event_listener_untyped(event, move |_| {
            if !document().hidden() {
                asking.begin(0);
            }
        })
    });
    on_cleanup(move || wakes.into_iter().for_each(|wake| wake.remove()));
    let is_on = with_page(|page| page.keys.0);
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let is_plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if is_on && is_plain && event.key().eq_ignore_ascii_case("f") {
            turn_full_screen();
        }
    });
    on_cleanup(move || keys.remove());
}

/// Counts the seconds since the last answer. Ends with the page.
async fn tick(asking: Asking) {
    let mut before = Date::now();
    loop {
        let Some(heard) = asking.heard.try_get_value() else { return };
        let now = Date::now();
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds since the last answer")]
        let seconds = ((now - heard) / 1000.0) as i64;
        if asking.live.seconds.try_set(seconds).is_some() {
            return;
        }
        if now - before > SLEPT_MS {
            asking.begin(0);
        }
        before = now;
        TimeoutFuture::new(TICK_MS).await;
    }
}

impl Asking {
    /// Asks from now on, the first time after so many milliseconds.
    fn begin(self, first: u32) {
        let Some(row) = self.row.try_get_value().map(|row| row.wrapping_add(1)) else { return };
        self.row.set_value(row);
        spawn_local(async move {
            let mut wait = first;
            loop {
                TimeoutFuture::new(wait).await;
                if !self.goes_on(row) {
                    return;
                }
                let answer = hall_display(self.meeting).await;
                if !self.goes_on(row) {
                    return;
                }
                wait = if answer.is_ok() { ASK_MS } else { (wait * 2).clamp(ASK_MS, ASK_AT_LEAST_MS) };
                self.show(answer);
            }
        });
    }

    fn goes_on(self, row: u32) -> bool {
        self.row.try_get_value() == Some(row)
    }

    fn show(self, answer: Result<Display, CallError>) {
        let live = self.live;
        live.is_signed_out.try_set(matches!(answer, Err(CallError(Failure::SignedOut))));
        live.is_offline.try_set(answer.is_err());
        if let Ok(shown) = answer {
            self.heard.try_set_value(Date::now());
            live.seconds.try_set(0);
            live.shown.try_set(shown);
        }
    }
}

/// Fills the screen, or leaves it. A browser that refuses keeps its window.
pub(super) fn turn_full_screen() {
    let document = document();
    if document.fullscreen_element().is_some() {
        document.exit_fullscreen();
    } else if let Some(root) = document.document_element() {
        let _ = root.request_fullscreen();
    }
}
