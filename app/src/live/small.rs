//! The meeting as a small picture, while another page is open: one's own microphone, and the way back.

use domain::ids::MeetingId;
use leptos::prelude::*;

use super::agenda::{Agenda, minutes_up};
use super::table::Table;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::Icon;

pub(super) fn bar(table: Table, agenda: Agenda, id: MeetingId) -> impl IntoView {
    let told = move || {
        let (at, count, item) = agenda.now()?;
        let left = table.now.get().and_then(|now| item.left(now)).map(minutes_up);
        Some(match left {
            Some(minutes @ 0..) => tf(LIVE_SMALL_ITEM, &[("n", &at), ("m", &count), ("left", &minutes)]),
            _ => format!("{at}/{count}"),
        })
    };
    let is_on = move || table.microphone.get() && !table.is_muted();
    view! {
        <div class="csmall">
            <p><b>{t(LIVE_SMALL)}</b><span>{told}</span></p>
            <button
                class="btn btn--icon"
                class:is-hot=is_on
                r#type="button"
                aria-pressed=move || is_on().to_string()
                aria-label=move || t(if is_on() { LIVE_MICROPHONE_OFF } else { LIVE_MICROPHONE_ON })
                disabled=move || table.is_muted()
                on:click=move |_| table.toggle_microphone()
            >{move || view! { <Icon name=if is_on() { "mic" } else { "mic-off" }/> }}</button>
            <a class="btn btn--primary" href=format!("/meetings/{id}/live")>{t(LIVE_SMALL_BACK)}</a>
        </div>
    }
}
