//! What keeps the display alive in the browser: its clock, its questions to the server, the key for the full screen.
//! When the line fails it keeps what it has, says so, and asks again, ever more slowly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::error::Failure;
use domain::ids::MeetingId;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::js_sys::Date;

use super::calls::hall_display;
use super::display::Display;
use crate::failure::CallError;
use crate::session::with_page;

/// A hall notices a new speaker or a new code within so long.
const ASK_MS: u32 = 5_000;
/// A failed line is tried at least once a minute, so that the display heals by itself.
const ASK_AT_LEAST_MS: u32 = 60_000;
/// The clock shows seconds.
const TICK_MS: u32 = 1_000;

/// The parts of the display that change.
#[derive(Clone, Copy)]
pub(super) struct Live {
    pub(super) shown: RwSignal<Display>,
    pub(super) seconds: RwSignal<i64>,
    pub(super) is_offline: RwSignal<bool>,
    pub(super) is_signed_out: RwSignal<bool>,
}

/// Starts the clock and the questions; they end with the page.
pub(super) fn start(meeting: MeetingId, live: Live) {
    let is_open = Arc::new(AtomicBool::new(true));
    let heard = StoredValue::new(Date::now());
    {
        let is_open = Arc::clone(&is_open);
        on_cleanup(move || is_open.store(false, Ordering::Relaxed));
    }
    let ticking = Arc::clone(&is_open);
    spawn_local(async move {
        while ticking.load(Ordering::Relaxed) {
            let Some(since) = heard.try_get_value() else { return };
            #[expect(clippy::cast_possible_truncation, reason = "whole seconds since the last answer")]
            let seconds = ((Date::now() - since) / 1000.0) as i64;
            if live.seconds.try_set(seconds).is_some() {
                return;
            }
            TimeoutFuture::new(TICK_MS).await;
        }
    });
    spawn_local(async move {
        let mut wait = ASK_MS;
        loop {
            TimeoutFuture::new(wait).await;
            if !is_open.load(Ordering::Relaxed) {
                return;
            }
            let answer = hall_display(meeting).await;
            let is_offline = answer.is_err();
            let is_signed_out = matches!(answer, Err(CallError(Failure::SignedOut)));
            wait = if is_offline { (wait * 2).min(ASK_AT_LEAST_MS) } else { ASK_MS };
            if let Ok(shown) = answer {
                heard.try_set_value(Date::now());
                live.seconds.try_set(0);
                live.shown.try_set(shown);
            }
            live.is_signed_out.try_set(is_signed_out);
            live.is_offline.try_set(is_offline);
        }
    });
    let is_on = with_page(|page| page.keys.0);
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let is_plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if is_on && is_plain && event.key().eq_ignore_ascii_case("f") {
            turn_full_screen();
        }
    });
    on_cleanup(move || keys.remove());
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
