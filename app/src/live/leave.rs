//! Leaving a meeting: asked about, with what is given up by it.

use leptos::html;
use leptos::prelude::*;

use super::table::Table;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Dialog, Icon, dialog};

/// The question.
pub(super) fn dialog(table: Table) -> impl IntoView {
    let node = table.leaving;
    let follows = move || {
        let has_floor = table.has_floor();
        let has_asked = table.own().is_some_and(|own| own.asked.is_some());
        t(match (has_floor, has_asked) {
            (true, _) => LIVE_LEAVE_FLOOR,
            (false, true) => LIVE_LEAVE_ASKED,
            (false, false) => LIVE_LEAVE_BACK,
        })
    };
    let leave = move |_| {
        dialog::close(node);
        table.rise();
    };
    view! {
        <Dialog node id="leave-call" title=t(LIVE_LEAVE_ASK)>
            <p>{follows}</p>
            <div class="dialog__acts">
                <button class="btn btn--secondary" r#type="button" autofocus=true on:click=move |_| dialog::close(node)>{t(LIVE_STAY)}</button>
                <button class="btn btn--danger" r#type="button" on:click=leave><Icon name="log-out"/>{t(LIVE_LEAVE)}</button>
            </div>
        </Dialog>
    }
}

/// The button that asks it.
pub(super) fn button(table: Table, class: &'static str) -> impl IntoView {
    let node: NodeRef<html::Dialog> = table.leaving;
    view! {
        <button class=class r#type="button" aria-haspopup="dialog" on:click=move |_| dialog::show(node)>
            <Icon name="log-out"/><span class="live__word">{t(LIVE_LEAVE)}</span>
        </button>
    }
}

/// The browser asks before a tab is closed that sits in a meeting.
pub(super) fn guard(table: Table) {
    #[cfg(feature = "hydrate")]
    {
        let closes = window_event_listener(leptos::ev::beforeunload, move |event| {
            if table.seat.try_with_untracked(Option::is_some) == Some(true) {
                event.prevent_default();
            }
        });
        on_cleanup(move || closes.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = table;
}
