//! Everybody of the meeting: who asks for the floor first, then who is connected, then who is not. The chair decides
//! here, seat by seat.

use domain::live::{Direction, Kept, Seat};
use leptos::prelude::*;
use uuid::Uuid;

use super::table::Table;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Icon, rows};

pub(super) fn people(table: Table) -> impl IntoView {
    let seats = Memo::new(move |_| {
        table.state.with(|state| state.as_ref().map(|of| sorted(&of.live.seats)).unwrap_or_default())
    });
    let ids = move || seats.with(|seats| seats.iter().map(|seat| id(*seat)).collect());
    let drawn = move |of: Uuid| {
        let seat = seats.with_untracked(|seats| seats.iter().copied().find(|seat| id(*seat) == of));
        seat.map(|seat| row(table, seat).into_any()).unwrap_or_else(|| ().into_any())
    };
    let here = move || {
        table.state.with(|state| {
            let seats = state.as_ref().map(|state| state.live.seats.as_slice()).unwrap_or_default();
            tf(
                LIVE_HERE,
                &[("n", &seats.iter().filter(|kept| kept.is_connected).count()), ("m", &seats.len())],
            )
        })
    };
    view! {
        <section class="card live__people" aria-labelledby="people">
            <header class="card__head"><h2 id="people">{t(LIVE_PEOPLE)}</h2><span class="hint">{here}</span></header>
            <ul class="sites" tabindex="0" aria-labelledby="people">{rows(ids, drawn)}</ul>
        </section>
    }
}

/// A seat's own number, for the list to know it by. The hall is nobody's.
fn id(seat: Seat) -> Uuid {
    match seat {
        Seat::Hall => Uuid::nil(),
        Seat::Site(agency) => agency.0,
        Seat::Person(person) => person.0,
    }
}

fn sorted(seats: &[Kept]) -> Vec<Seat> {
    let mut seats: Vec<&Kept> = seats.iter().collect();
    seats.sort_by_key(|kept| (kept.asked.is_none(), kept.asked, !kept.is_connected));
    seats.into_iter().map(|kept| kept.seat).collect()
}

fn row(table: Table, seat: Seat) -> impl IntoView {
    let kept = Memo::new(move |_| table.kept(seat));
    let is = move |mark: fn(&Kept) -> bool| kept.with(|kept| kept.as_ref().is_some_and(mark));
    let icon = match seat {
        Seat::Hall => "landmark",
        Seat::Site(_) => "building-2",
        Seat::Person(_) => "user",
    };
    let words = move || {
        let devices = table.devices(seat);
        let has_floor =
            table.state.with(|state| state.as_ref().is_some_and(|of| of.live.floor == Some(seat)));
        let speaks = table.speaking.with(|seats| seats.contains(&seat));
        let mut words = Vec::new();
        if is(|kept| kept.is_removed) {
            words.push(t(LIVE_SENT_OUT));
        } else if !is(|kept| kept.is_connected) {
            words.push(t(LIVE_NOT_HERE));
        }
        if has_floor {
            words.push(t(LIVE_HAS_FLOOR));
        } else if is(|kept| kept.asked.is_some()) {
            words.push(t(LIVE_ASKS));
        }
        if is(|kept| kept.is_connected) {
            words.push(t(match (is(|kept| kept.is_muted), devices.microphone, speaks) {
                (true, ..) => LIVE_IS_MUTED,
                (false, false, _) => LIVE_IS_SILENT,
                (false, true, true) => LIVE_SPEAKS,
                (false, true, false) => LIVE_IS_HEARD,
            }));
        }
        words.join(" · ")
    };
    view! {
        <li class:is-away=move || !is(|kept| kept.is_connected)>
            <span class="ava ava--site" aria-hidden="true"><Icon name=icon/></span>
            <span class="grow"><b>{move || table.name(seat)}</b><span class="hint live__words">{words}</span></span>
            {move || table.directs().then(|| menu(table, seat, kept))}
        </li>
    }
}

/// What the chair can decide about a seat.
fn menu(table: Table, seat: Seat, kept: Memo<Option<Kept>>) -> impl IntoView {
    let live = move || table.state.with(|state| state.as_ref().map(|of| (of.live.floor, of.live.large)));
    let opened = NodeRef::<leptos::html::Details>::new();
    let press = move |word: crate::text::Text, direction: Direction| {
        let decide = move |_| {
            // A choice closes the menu.
            if let Some(menu) = opened.get_untracked() {
                menu.set_open(false);
            }
            table.direct(direction);
        };
        view! { <button class="menu__item" r#type="button" on:click=decide>{t(word)}</button> }
    };
    let choices = move || {
        let (floor, large) = live().unwrap_or_default();
        let (is_muted, is_removed) =
            kept.with(|kept| kept.as_ref().map(|kept| (kept.is_muted, kept.is_removed))).unwrap_or_default();
        let floor = match floor == Some(seat) {
            true => press(LIVE_FLOOR_TAKE, Direction::Floor(None)),
            false => press(LIVE_FLOOR_GIVE, Direction::Floor(Some(seat))),
        };
        let sound = match is_muted {
            true => press(LIVE_UNMUTE, Direction::Mute { seat, is_muted: false }),
            false => press(LIVE_MUTE, Direction::Mute { seat, is_muted: true }),
        };
        let large = match large == Some(seat) {
            true => press(LIVE_LARGE_NO_LONGER, Direction::Large(None)),
            false => press(LIVE_LARGE, Direction::Large(Some(seat))),
        };
        // Nobody sends out themselves, nor the chair.
        let is_kept = table.seat.get() == Some(seat)
            || table.state.with(|state| state.as_ref().is_some_and(|of| of.live.chair == Some(seat)));
        let there = match is_removed {
            true => Some(press(LIVE_ADMIT, Direction::Admit(seat)).into_any()),
            false if is_kept => None,
            false => {
                Some(removing(&table.name(seat), press(LIVE_REMOVE_NOW, Direction::Remove(seat))).into_any())
            }
        };
        let screen = table.devices(seat).screen.then(|| press(LIVE_SCREEN_END, Direction::EndScreen(seat)));
        view! { {floor}{sound}{screen}{large}{there} }
    };
    view! {
        <details class="menu menu--end" node_ref=opened>
            <summary class="btn btn--icon" aria-label=move || tf(LIVE_MENU, &[("name", &table.name(seat))])><Icon name="ellipsis"/></summary>
            <div class="menu__pop stack stack--s">{choices}</div>
        </details>
    }
}

/// Sending somebody out asks first, apart from everything else.
fn removing(name: &str, now: impl IntoView) -> impl IntoView {
    view! {
        <details class="menu__asked menu__asked--danger">
            <summary class="menu__item is-danger">{t(LIVE_REMOVE)}</summary>
            <div class="menu__question">
                <p>{tf(LIVE_REMOVE_FOLLOWS, &[("name", &name)])}</p>
                {now}
            </div>
        </details>
    }
}
