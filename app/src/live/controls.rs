//! What one has on, and what one asks for: microphone, camera, screen, the floor, how much one wants to see.

use domain::live::Direction;
use domain::live::wire::{Look, ToServer};
use leptos::prelude::*;

use super::table::Table;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::Icon;

/// Microphone and camera, with one's own level.
pub(super) fn own(table: Table) -> impl IntoView {
    let is_muted = move || table.own().is_some_and(|own| own.is_muted);
    let microphone = move || {
        let is_on = table.microphone.get() && !is_muted();
        let word = if is_on { LIVE_MICROPHONE_OFF } else { LIVE_MICROPHONE_ON };
        view! { <Icon name=if is_on { "mic" } else { "mic-off" }/>{t(word)} }
    };
    let camera = move || {
        let is_on = table.camera.get();
        let word = if is_on { LIVE_CAMERA_OFF } else { LIVE_CAMERA_ON };
        view! { <Icon name=if is_on { "video" } else { "video-off" }/>{t(word)} }
    };
    let level = move || format!("--v:{}", if table.microphone.get() { table.level.get() } else { 0 });
    view! {
        <button
            class="btn btn--secondary"
            r#type="button"
            aria-pressed=move || (table.microphone.get() && !is_muted()).to_string()
            disabled=is_muted
            on:click=move |_| table.microphone.update(|is_on| *is_on = !*is_on)
        >{microphone}</button>
        <button
            class="btn btn--secondary"
            r#type="button"
            aria-pressed=move || table.camera.get().to_string()
            on:click=move |_| table.camera.update(|is_on| *is_on = !*is_on)
        >{camera}</button>
        <span class="live__level" role="img" aria-label=t(LIVE_LEVEL)><i style=level></i></span>
        {move || is_muted().then(|| view! { <span class="hint" role="status">{t(LIVE_MUTED_BY_CHAIR)}</span> })}
    }
}

/// The bar of whoever sits.
pub(super) fn bar(table: Table) -> impl IntoView {
    let has_asked = Memo::new(move |_| table.own().is_some_and(|own| own.asked.is_some()));
    let has_floor = Memo::new(move |_| {
        let floor = table.state.with(|state| state.as_ref().and_then(|state| state.live.floor));
        floor.is_some() && floor == table.seat.get()
    });
    let floor = move || {
        if has_floor.get() {
            return view! { <span class="badge badge--live" role="status">{t(LIVE_HAVE_FLOOR)}</span> }
                .into_any();
        }
        let wants = !has_asked.get();
        let word = if wants { LIVE_ASK } else { LIVE_ASK_NO_LONGER };
        view! {
            <button
                class="btn btn--secondary"
                r#type="button"
                aria-pressed=(!wants).to_string()
                on:click=move |_| table.say(&ToServer::Ask { wants })
            ><Icon name="hand"/>{t(word)}</button>
        }
        .into_any()
    };
    let sharing = move || {
        let is_on = table.sharing.get();
        let word = if is_on { LIVE_SHARE_END } else { LIVE_SHARE };
        view! { <Icon name="presentation"/>{t(word)} }
    };
    let looks = [("speaker", LIVE_LOOK_SPEAKER), ("grid", LIVE_LOOK_GRID), ("sound", LIVE_LOOK_SOUND)];
    let chosen = move |code: &str| {
        let look = match code {
            "grid" => Look::Grid { page: 0 },
            "sound" => Look::SoundOnly,
            _ => Look::Speaker,
        };
        table.look.set(look);
        table.say(&ToServer::Look(look));
    };
    view! {
        <div class="live__bar" role="toolbar" aria-label=t(LIVE_TOOLBAR)>
            {own(table)}
            {floor}
            <button
                class="btn btn--secondary"
                r#type="button"
                aria-pressed=move || table.sharing.get().to_string()
                on:click=move |_| table.sharing.update(|is_on| *is_on = !*is_on)
            >{sharing}</button>
            <label class="live__look">
                <span>{t(LIVE_LOOK)}</span>
                <select class="select" on:change=move |event| chosen(&event_target_value(&event))>
                    {looks.map(|(code, word)| view! { <option value=code>{t(word)}</option> }).collect_view()}
                </select>
            </label>
            {move || table.directs().then(|| view! {
                <button class="btn btn--secondary" r#type="button" on:click=move |_| table.direct(Direction::MuteAll)>
                    <Icon name="mic-off"/>{t(LIVE_MUTE_ALL)}
                </button>
            })}
            <button class="btn btn--danger" r#type="button" on:click=move |_| table.rise()>
                <Icon name="log-out"/>{t(LIVE_LEAVE)}
            </button>
        </div>
    }
}
