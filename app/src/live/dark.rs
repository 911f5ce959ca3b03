//! A seat whose picture and sound do not come about: told after a while, with what helps, instead of connecting for ever.

use leptos::prelude::*;

use super::people::COMES_WITHIN_SECONDS;
use super::table::Table;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Notice, Tone};

/// Notes since when neither goes.
pub(super) fn watch(table: Table) {
    let is_dark = Memo::new(move |_| {
        table.seat.with(Option::is_some) && table.measured.with(|measured| measured.state != "up")
    });
    Effect::new(move |_| {
        let since = if is_dark.get() { table.now.get_untracked() } else { None };
        table.dark_since.set(since);
    });
}

/// What to do about it.
pub(super) fn notice(table: Table) -> impl IntoView {
    let is_told = Memo::new(move |_| {
        let (Some(since), Some(now)) = (table.dark_since.get(), table.now.get()) else { return false };
        let cannot = table.problem.with(|problem| problem.as_deref() == Some("unsupported"));
        !cannot && (now - since).num_seconds() >= COMES_WITHIN_SECONDS
    });
    move || {
        is_told.get().then(|| {
            view! {
                <Notice tone=Tone::Risk alert=true icon="wifi-off" title=t(LIVE_DARK)>
                    <ol class="call__ways">
                        <li>{t(LIVE_DARK_WAIT)}</li>
                        <li>{t(LIVE_DARK_NETWORK)}</li>
                        <li>{t(LIVE_DARK_FIREWALL)}</li>
                    </ol>
                    <button class="btn btn--secondary" r#type="button" on:click=move |_| table.renew()>{t(LIVE_DARK_AGAIN)}</button>
                </Notice>
            }
        })
    }
}
