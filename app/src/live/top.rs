//! What is always in sight of a meeting: its title, the item and how long that has still, the line, the time.

use chrono::{DateTime, Utc};
use domain::live::wire::Carries;
use domain::meetings::Meeting;
use leptos::prelude::*;

use super::agenda::{Agenda, Item, minutes_up};
use super::leave;
use super::table::Table;
use crate::meetings::words;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::Icon;

/// The bar of a meeting; a press on the arrow leads back to its page.
pub(super) fn top(table: Table, meeting: &Meeting, agenda: Agenda) -> impl IntoView + use<> {
    let title = meeting.title.clone();
    let when = words::when(&meeting.sittings);
    let id = meeting.id;
    let now = Memo::new(move |_| agenda.now());
    let heading = {
        let title = title.clone();
        move || match now.get() {
            None => view! { <p>{when.clone()}</p><h1>{title.clone()}</h1> }.into_any(),
            Some((at, count, item)) => view! {
                <p>{title.clone()}</p>
                <h1><span class="num">{format!("{at}/{count}")}</span>" "{item.title}</h1>
            }
            .into_any(),
        }
    };
    let left = move || {
        let (_, _, item) = now.get()?;
        left(&item, table.now.get()?)
    };
    let clock = Memo::new(move |_| table.now.get().map(|now| text::time(words::local(now).time())));
    view! {
        <header class="ctop">
            <a class="btn btn--icon" href=format!("/meetings/{id}") aria-label=t(LIVE_BACK) title=t(LIVE_BACK)>
                <Icon name="arrow-left"/>
            </a>
            <div class="ctop__t">{heading}</div>
            {left}
            {line(table)}
            {move || table.seat.get().map(|_| leave::button(table, "btn btn--icon ctop__leave"))}
            {move || clock.get().map(|time| view! { <span class="ctop__clock num">{time}</span> })}
        </header>
    }
}

/// How long an item has still, of a length that was planned for it; nothing of one without.
fn left(item: &Item, now: DateTime<Utc>) -> Option<impl IntoView + use<>> {
    let left = item.left(now)?;
    let minutes = minutes_up(left);
    let planned = i64::from(item.minutes) * 60;
    let words = match minutes {
        0.. => tf(LIVE_ITEM_LEFT, &[("n", &minutes)]),
        _ => tf(LIVE_ITEM_OVER, &[("n", &-minutes)]),
    };
    let share = ((planned - left.num_seconds()) * 100 / planned.max(1)).clamp(0, 100);
    Some(view! {
        <div class="ctop__left" class:is-over=minutes < 0>
            <span><b>{words}</b><small>{tf(LIVE_ITEM_OF, &[("n", &item.minutes)])}</small></span>
            <i style=format!("--v:{share}")></i>
        </div>
    })
}

/// How the line is, in words: what it carries and which way it takes are two things. What changes every two seconds is
/// no news, and stands outside of what is read aloud.
fn line(table: Table) -> impl IntoView {
    let sits = Memo::new(move |_| table.seat.get().is_some());
    let state = Memo::new(move |_| table.measured.with(|measured| measured.state.clone()));
    let is_around =
        Memo::new(move |_| table.measured.with(|measured| measured.is_tcp) && state.get() == "up");
    let found = move || {
        state.with(|state| match (state.as_str(), table.carries.get()) {
            ("up", Carries::All) => ("ctop__state is-good", "wifi", LIVE_LINE_GOOD),
            ("up", Carries::Small) => ("ctop__state is-weak", "wifi", LIVE_LINE_SMALL),
            ("up", Carries::SoundAndScreen) => ("ctop__state is-weak", "wifi", LIVE_LINE_SOUND),
            ("lost", _) => ("ctop__state is-lost", "wifi-off", LIVE_LINE_LOST),
            _ => ("ctop__state", "wifi", LIVE_LINE_CONNECTING),
        })
    };
    let words = move || {
        let (class, icon, words) = found();
        view! { <span class=class><Icon name=icon/><span class="ctop__words">{t(words)}</span></span> }
    };
    let around = move || is_around.get().then(|| view! { <span class="ctop__way">{t(LIVE_LINE_TCP)}</span> });
    let rates = move || {
        let kilobits = |bits: f64| format!("{:.0}", bits / 1000.0);
        let (up, down) =
            table.measured.with(|measured| (kilobits(measured.up_bps), kilobits(measured.down_bps)));
        let words = || tf(LIVE_LINE_RATES, &[("up", &up), ("down", &down)]);
        (state.get() == "up").then(|| view! { <span class="ctop__rates">{words()}</span> })
    };
    move || {
        sits.get().then(|| {
            view! { <div class="ctop__line"><span class="live__state" role="status">{words}{around}</span>{rates}</div> }
        })
    }
}
