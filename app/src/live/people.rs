//! Everybody of the meeting: whose line needs looking after, who is heard, all; found by name without marks. The chair
//! decides here, seat by seat.

use chrono::{DateTime, Utc};
use domain::live::wire::Trouble;
use domain::live::{Direction, Kept, Seat};
use domain::text::fold;
use leptos::prelude::*;
use uuid::Uuid;

use super::table::Table;
use crate::meetings::words;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, rows};

/// A seat without picture and sound has only just come, up to here; then its network lets nothing through.
pub(super) const COMES_WITHIN_SECONDS: i64 = 20;
/// Of more seats than these the ones that need looking after are listed first.
const IN_SIGHT: usize = 12;

/// Which seats are listed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listed {
    /// Lost, without picture and sound, weak, and sites that are not in.
    Attention,
    /// With a microphone that is on.
    Heard,
    All,
}

/// How a seat's line is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Condition {
    Lost,
    Dark,
    SoundOnly,
    Small,
    /// Sent out, or never in.
    Away,
    Good,
}

impl Table {
    fn condition(self, kept: &Kept) -> Condition {
        if self.lost(kept).is_some() {
            return Condition::Lost;
        }
        if !kept.is_connected {
            return Condition::Away;
        }
        match self.trouble(kept.seat) {
            Some(Trouble::Dark(_)) if self.is_dark(kept.seat) => Condition::Dark,
            Some(Trouble::SoundAndScreen) => Condition::SoundOnly,
            Some(Trouble::Small) => Condition::Small,
            Some(Trouble::Dark(_)) | None => Condition::Good,
        }
    }

    /// Since when a seat is lost, if somebody may expect it back.
    fn lost(self, kept: &Kept) -> Option<DateTime<Utc>> {
        kept.lost.and_then(|_| kept.lost_lately(self.now.get()?))
    }

    /// The menu of a seat has been opened, or closed.
    fn note_menu(self, seat: Seat, is_open: bool) {
        self.opened.try_update(|opened| match is_open {
            true => *opened = Some(seat),
            false if *opened == Some(seat) => *opened = None,
            false => {}
        });
    }

    fn trouble(self, seat: Seat) -> Option<Trouble> {
        self.state.with(|state| state.as_ref().and_then(|state| state.trouble(seat)))
    }

    /// Whether a seat is in without picture and sound for longer than coming in takes.
    pub(super) fn is_dark(self, seat: Seat) -> bool {
        match (self.trouble(seat), self.now.get()) {
            (Some(Trouble::Dark(since)), Some(now)) => (now - since).num_seconds() >= COMES_WITHIN_SECONDS,
            _ => false,
        }
    }

    /// What is wrong with the line of a seat that is in.
    pub(super) fn trouble_words(self, seat: Seat) -> Option<&'static str> {
        Some(t(match self.trouble(seat)? {
            Trouble::Dark(_) if self.is_dark(seat) => LIVE_IS_DARK,
            Trouble::Dark(_) => LIVE_COMES_IN,
            Trouble::Small => LIVE_IS_SMALL,
            Trouble::SoundAndScreen => LIVE_IS_SOUND_ONLY,
        }))
    }

    /// Whether somebody has to look after a seat. A person who is not in may sit in the hall.
    fn needs_attention(self, kept: &Kept) -> bool {
        match self.condition(kept) {
            Condition::Good => false,
            Condition::Away => matches!(kept.seat, Seat::Site(_)) && !kept.is_removed,
            Condition::Lost | Condition::Dark | Condition::SoundOnly | Condition::Small => true,
        }
    }
}

/// The seats that are listed, in their order.
fn listed(table: Table, seats: &[Kept], which: Listed, text: &str) -> Vec<Seat> {
    let words = fold(text);
    let is_listed = |kept: &&Kept| match which {
        _ if !words.is_empty() => words.split(' ').all(|word| fold(&table.name(kept.seat)).contains(word)),
        Listed::Attention => table.needs_attention(kept),
        Listed::Heard => kept.is_connected && table.devices(kept.seat).microphone && !kept.is_muted,
        Listed::All => true,
    };
    let mut seats: Vec<&Kept> = seats.iter().filter(is_listed).collect();
    seats.sort_by_cached_key(|kept| {
        let condition = table.condition(kept);
        // Away is worse than weak where it is looked after, and last in the list of all.
        let rank = match (which, condition) {
            (Listed::Attention, _) => (false, condition),
            (_, condition) => (condition == Condition::Away, Condition::Good),
        };
        (kept.asked.is_none(), kept.asked, rank)
    });
    seats.into_iter().map(|kept| kept.seat).collect()
}

pub(super) fn people(table: Table) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<Listed>);
    let all = Memo::new(move |_| {
        table.state.with(|state| state.as_ref().map(|of| of.live.seats.clone()).unwrap_or_default())
    });
    let which = Memo::new(move |_| {
        chosen.get().unwrap_or_else(|| match table.directs() && all.with(Vec::len) > IN_SIGHT {
            true => Listed::Attention,
            false => Listed::All,
        })
    });
    // Under an open menu nothing moves.
    let opened = table.opened;
    let seats = Memo::new(move |before: Option<&Vec<Seat>>| match before {
        Some(before) if opened.get().is_some() => before.clone(),
        _ => all.with(|seats| listed(table, seats, which.get(), &text.get())),
    });
    let ids = move || seats.with(|seats| seats.iter().map(|seat| id(*seat)).collect());
    let drawn = move |of: Uuid| {
        let seat = seats.with_untracked(|seats| seats.iter().copied().find(|seat| id(*seat) == of));
        seat.map(|seat| row(table, seat).into_any()).unwrap_or_else(|| ().into_any())
    };
    let here = move || {
        all.with(|seats| {
            let count = |is: fn(&Seat) -> bool| {
                let of: Vec<&Kept> = seats.iter().filter(|kept| is(&kept.seat)).collect();
                (of.iter().filter(|kept| kept.is_connected).count(), of.len())
            };
            let (sites, persons) =
                (count(|seat| matches!(seat, Seat::Site(_))), count(|seat| matches!(seat, Seat::Person(_))));
            let told = |(n, m): (usize, usize), words| (m > 0).then(|| tf(words, &[("n", &n), ("m", &m)]));
            let told = [told(sites, LIVE_SITES_HERE), told(persons, LIVE_PERSONS_HERE)];
            told.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        })
    };
    let attention =
        Memo::new(move |_| all.with(|seats| seats.iter().filter(|of| table.needs_attention(of)).count()));
    let heard = Memo::new(move |_| all.with(|seats| listed(table, seats, Listed::Heard, "").len()));
    let pick = move |of: Listed, words: crate::text::Text, count: Option<Memo<usize>>| {
        view! {
            <button
                class="pick"
                r#type="button"
                aria-pressed=move || (which.get() == of && text.with(String::is_empty)).to_string()
                on:click=move |_| { text.set(String::new()); chosen.set(Some(of)); }
            >{t(words)}{count.map(|count| view! { <span class="num">{count}</span> })}</button>
        }
    };
    let none = move || {
        seats.with(Vec::is_empty).then(|| {
            let words = match which.get() {
                _ if !text.with(String::is_empty) => LIVE_NONE_FOUND,
                Listed::Attention => LIVE_NONE_IN_TROUBLE,
                Listed::Heard => LIVE_NONE_HEARD,
                Listed::All => LIVE_NONE_LISTED,
            };
            view! { <p class="cpanel__none">{t(words)}</p> }
        })
    };
    view! {
        <section class="cpanel cpanel--people live__people" id="call-sites" aria-labelledby="people">
            <header class="cpanel__h"><h2 id="people">{t(LIVE_PEOPLE)}</h2><span class="hint">{here}</span></header>
            <div class="cpanel__find">
                <label class="csearch">
                    <Icon name="search"/>
                    <input
                        class="input"
                        r#type="search"
                        maxlength="100"
                        autocomplete="off"
                        aria-label=move || tf(LIVE_FIND, &[("n", &all.with(Vec::len))])
                        placeholder=move || tf(LIVE_FIND, &[("n", &all.with(Vec::len))])
                        prop:value=text
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                </label>
                <div class="picks" role="group" aria-label=t(LIVE_LISTED)>
                    {pick(Listed::Attention, LIVE_ATTENTION, Some(attention))}
                    {pick(Listed::Heard, LIVE_ARE_HEARD, Some(heard))}
                    {pick(Listed::All, LIVE_ALL, None)}
                </div>
            </div>
            <ul class="sites" tabindex="0" aria-labelledby="people">{rows(ids, drawn)}</ul>
            {none}
        </section>
    }
}

/// A seat's own number, for the list to know it by. The hall is nobody's.
pub(super) fn id(seat: Seat) -> Uuid {
    match seat {
        Seat::Hall => Uuid::nil(),
        Seat::Site(agency) => agency.0,
        Seat::Person(person) => person.0,
    }
}

fn row(table: Table, seat: Seat) -> impl IntoView {
    let kept = Memo::new(move |_| table.kept(seat));
    let is = move |mark: fn(&Kept) -> bool| kept.with(|kept| kept.as_ref().is_some_and(mark));
    let condition = Memo::new(move |_| kept.with(|kept| kept.as_ref().map(|kept| table.condition(kept))));
    let icon = move || match (condition.get(), seat) {
        (Some(Condition::Lost | Condition::Dark), _) => "wifi-off",
        (_, Seat::Hall) => "landmark",
        (_, Seat::Site(_)) => "building-2",
        (_, Seat::Person(_)) => "user",
    };
    let words = move || {
        let devices = table.devices(seat);
        let has_floor =
            table.state.with(|state| state.as_ref().is_some_and(|of| of.live.floor == Some(seat)));
        let speaks = table.speaking.with(|seats| seats.contains(&seat));
        let lost = kept.with(|kept| kept.as_ref().and_then(|kept| table.lost(kept)));
        let mut words = Vec::new();
        if is(|kept| kept.is_removed) {
            words.push(t(LIVE_SENT_OUT).to_owned());
        } else if let Some(lost) = lost {
            words.push(tf(LIVE_LOST_SINCE, &[("time", &text::time(words::local(lost).time()))]));
        } else if !is(|kept| kept.is_connected) {
            words.push(t(LIVE_NOT_HERE).to_owned());
        } else if let Some(trouble) = table.trouble_words(seat) {
            words.push(trouble.to_owned());
        }
        if has_floor {
            words.push(t(LIVE_HAS_FLOOR).to_owned());
        } else if is(|kept| kept.asked.is_some()) {
            words.push(t(LIVE_ASKS).to_owned());
        }
        if is(|kept| kept.is_connected) {
            let microphone = match (is(|kept| kept.is_muted), devices.microphone, speaks) {
                (true, ..) => LIVE_IS_MUTED,
                (false, false, _) => LIVE_IS_SILENT,
                (false, true, true) => LIVE_SPEAKS,
                (false, true, false) => LIVE_IS_HEARD,
            };
            words.push(t(microphone).to_owned());
        }
        words.join(" · ")
    };
    view! {
        <li
            class:is-away=move || condition.get() == Some(Condition::Away)
            class:is-lost=move || matches!(condition.get(), Some(Condition::Lost | Condition::Dark))
            class:is-weak=move || matches!(condition.get(), Some(Condition::Small | Condition::SoundOnly))
        >
            <span class="ava ava--site" aria-hidden="true">{move || view! { <Icon name=icon()/> }}</span>
            <span class="grow"><b>{move || table.name(seat)}</b><span class="hint live__words">{words}</span></span>
            {move || table.directs().then(|| menu(table, seat, kept))}
        </li>
    }
}

/// What the chair can decide about a seat.
pub(super) fn menu(table: Table, seat: Seat, kept: Memo<Option<Kept>>) -> impl IntoView + use<> {
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
        // Nobody sends out themselves, nor the chair, nor the hall.
        let is_kept = table.seat.get() == Some(seat)
            || seat == Seat::Hall
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
    let toggled = move |_| {
        let is_open = opened.get_untracked().is_some_and(|menu| menu.open());
        table.note_menu(seat, is_open);
    };
    // A row that goes takes its open menu with it.
    on_cleanup(move || table.note_menu(seat, false));
    view! {
        <details class="menu menu--end" node_ref=opened on:toggle=toggled>
            <summary class="btn btn--icon" aria-label=move || tf(LIVE_MENU, &[("name", &table.name(seat))])><Icon name="ellipsis"/></summary>
            <div class="menu__pop stack stack--s">{choices}</div>
        </details>
    }
}

/// Sending somebody out asks first, apart from everything else; the question comes into sight, where the list ends below it.
fn removing(name: &str, now: impl IntoView) -> impl IntoView {
    let question = NodeRef::<leptos::html::Details>::new();
    let show = move |_| {
        #[cfg(feature = "hydrate")]
        if let Some(question) = question.get_untracked().filter(|question| question.open()) {
            let nearest = web_sys::ScrollIntoViewOptions::new();
            nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
            question.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = question;
    };
    view! {
        <details class="menu__asked menu__asked--danger" node_ref=question on:toggle=show>
            <summary class="menu__item is-danger">{t(LIVE_REMOVE)}</summary>
            <div class="menu__question">
                <p>{tf(LIVE_REMOVE_FOLLOWS, &[("name", &name)])}</p>
                {now}
            </div>
        </details>
    }
}
