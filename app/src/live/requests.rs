//! Who asks for the floor, in their turn, for whoever directs: the first is called with one press, anybody with another.

use domain::live::{Direction, Kept, REQUEST_KEPT_SECONDS, Seat, TURN_MINUTES};
use leptos::prelude::*;

use super::people::{id, menu};
use super::table::Table;
use super::told;
use crate::meetings::words;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, rows};

/// Lengths of a turn that are offered, in minutes; 0 without end.
const LENGTHS: [u32; 6] = [3, 5, 7, 10, 15, 0];

pub(super) fn panel(table: Table) -> impl IntoView {
    let (has_tone, said) = told::tell(table);
    let asking = Memo::new(move |_| table.asking());
    let count = move || {
        let count = asking.with(Vec::len);
        (count > 0).then(|| view! { <span class="nhand num">{count}</span> })
    };
    let ids = move || asking.with(|seats| seats.iter().map(|seat| id(*seat)).collect());
    let drawn = move |of| {
        let seat = asking.with_untracked(|seats| seats.iter().copied().find(|seat| id(*seat) == of));
        seat.map(|seat| row(table, asking, seat).into_any()).unwrap_or_else(|| ().into_any())
    };
    let none = move || {
        asking.with(Vec::is_empty).then(|| view! { <p class="cpanel__none">{t(LIVE_NOBODY_ASKS)}</p> })
    };
    view! {
        <section class="cpanel cpanel--requests" id="call-requests" aria-labelledby="call-requests-head">
            <header class="cpanel__h">
                <h2 id="call-requests-head"><Icon name="hand"/>{t(LIVE_ASK)}{count}</h2>
                {told::tone(has_tone)}
                {length(table)}
            </header>
            <ol class="cqueue" tabindex="0" aria-labelledby="call-requests-head">{rows(ids, drawn)}</ol>
            {none}
            <p class="vh" role="status">{said}</p>
        </section>
    }
}

/// How long turns last from the next one on.
fn length(table: Table) -> impl IntoView {
    let minutes = Memo::new(move |_| {
        table.state.with(|state| state.as_ref().map_or(TURN_MINUTES, |state| state.live.turn_minutes))
    });
    let option = move |of: u32| {
        let words = if of == 0 { t(LIVE_TURN_ENDLESS).to_owned() } else { tf(LIVE_TURN_EACH, &[("n", &of)]) };
        view! { <option value=of.to_string() selected=move || minutes.get() == of>{words}</option> }
    };
    let options = move || {
        let mut lengths = LENGTHS.to_vec();
        if !lengths.contains(&minutes.get()) {
            lengths.insert(0, minutes.get());
        }
        lengths.into_iter().map(option).collect_view()
    };
    let choose = move |event| {
        if let Ok(minutes) = event_target_value(&event).parse() {
            table.direct(Direction::TurnMinutes(minutes));
        }
    };
    view! { <select class="select cpanel__length" aria-label=t(LIVE_TURN_LENGTH) on:change=choose>{options}</select> }
}

fn row(table: Table, asking: Memo<Vec<Seat>>, seat: Seat) -> impl IntoView {
    let kept: Memo<Option<Kept>> = Memo::new(move |_| table.kept(seat));
    let place = Memo::new(move |_| asking.with(|seats| seats.iter().position(|of| *of == seat)));
    let words = move || {
        let kept = kept.get()?;
        let asked = kept.asked?;
        let since = text::time(words::local(asked).time());
        let waited = table.now.get().map(|now| (now - asked).num_minutes().max(0)).unwrap_or_default();
        let mut words = match waited {
            0 => tf(LIVE_ASKED_AT, &[("time", &since)]),
            _ => tf(LIVE_ASKED_SINCE, &[("time", &since), ("n", &waited)]),
        };
        let has_hall = table.kept(Seat::Hall).is_some();
        if has_hall && !kept.is_connected && kept.lost.is_none() {
            words = tf(LIVE_ASKED_IN_HALL, &[("words", &words)]);
        } else if kept.lost.is_some() {
            words = format!("{words} · {}", tf(LIVE_ASKED_LOST, &[("n", &(REQUEST_KEPT_SECONDS / 60))]));
        } else if let Some(trouble) = table.trouble_words(seat) {
            words = format!("{words} · {trouble}");
        }
        Some(words)
    };
    let is_dark =
        move || table.is_dark(seat) || kept.with(|kept| kept.as_ref().is_some_and(|of| of.lost.is_some()));
    // Whoever is not heard is called only after one has been told.
    let asks = RwSignal::new(false);
    let call = move |_| {
        if untrack(is_dark) && !asks.get_untracked() {
            asks.set(true);
        } else {
            asks.set(false);
            table.direct(Direction::Floor(Some(seat)));
        }
    };
    let button = move || {
        let is_first = place.get() == Some(0);
        let class = if is_first { "btn btn--primary" } else { "btn btn--secondary" };
        let words = match (asks.get(), is_first) {
            (true, _) => LIVE_CALL_ANYWAY,
            (false, true) => LIVE_FLOOR_GIVE,
            (false, false) => LIVE_CALL,
        };
        view! {
            <button class=class r#type="button" on:click=call>
                {t(words)}<span class="vh">" "{table.name(seat)}</span>
            </button>
        }
    };
    let asked = move || {
        asks.get().then(|| view! { <p class="cqueue__asks" role="alert">{t(LIVE_CALL_NOT_HEARD)}</p> })
    };
    view! {
        <li>
            <span class="num cqueue__n">{move || place.get().map(|place| place + 1)}</span>
            <span class="cqueue__t"><b>{move || table.name(seat)}</b><small class:is-lost=is_dark>{words}</small></span>
            {button}
            {menu(table, seat, kept)}
            {asked}
        </li>
    }
}
