//! What whoever directs has before them where there is no room for all of it at once: who asks, the sites, the agenda, one
//! after the other.

use leptos::prelude::*;

use super::table::Table;
use crate::text::keys::*;
use crate::text::{Text, t};

/// Which list is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tab {
    #[default]
    Requests,
    Sites,
    Agenda,
}

impl Tab {
    pub(super) fn code(self) -> &'static str {
        match self {
            Tab::Requests => "requests",
            Tab::Sites => "sites",
            Tab::Agenda => "agenda",
        }
    }
}

/// The choice among them, on smaller screens.
pub(super) fn tabs(table: Table, tab: RwSignal<Tab>) -> impl IntoView {
    let asking = Memo::new(move |_| table.asking().len());
    let one = move |of: Tab, words: Text, controls: &'static str| {
        let count = move || {
            (of == Tab::Requests && asking.get() > 0)
                .then(|| view! { <span class="nhand num">{asking.get()}</span> })
        };
        view! {
            <button
                class="ctab"
                r#type="button"
                aria-pressed=move || (tab.get() == of).to_string()
                aria-controls=controls
                on:click=move |_| tab.set(of)
            >{t(words)}{count}</button>
        }
    };
    view! {
        <div class="ctabs" role="group" aria-label=t(LIVE_CONSOLE)>
            {one(Tab::Requests, LIVE_ASK, "call-requests")}
            {one(Tab::Sites, LIVE_SITES, "call-sites")}
            {one(Tab::Agenda, LIVE_AGENDA, "call-agenda")}
        </div>
    }
}
