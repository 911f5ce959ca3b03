//! The pictures: a shared screen or whoever speaks large, the others small, and one's own. Each track keeps its picture
//! from the first to the last; what changes is whose it is and how large.

use domain::live::Seat;
use domain::live::wire::{Place, Slot};
use leptos::prelude::*;

use super::shape::{self, Shape};
use super::table::Table;
use super::turn;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::Icon;

pub(super) fn stage(table: Table, shape: Memo<Shape>) -> impl IntoView {
    let mids = Memo::new(move |_| {
        table.slots.with(|slots| {
            let pictures = slots.iter().filter(|slot| slot.place != Place::Sound);
            pictures.map(|slot| slot.mid.clone()).collect::<Vec<_>>()
        })
    });
    let pictures = move || mids.get().into_iter().map(|mid| picture(table, mid)).collect_view();
    let is_alone = move || table.slots.with(|slots| slots.iter().all(|slot| slot.seat.is_none()));
    // Whoever does not see yet does not know who is there.
    let is_up = Memo::new(move |_| {
        table.seat.with(Option::is_some) && table.measured.with(|measured| measured.state == "up")
    });
    // Before one sits, the seat that one would take.
    let likely = move || {
        let offered = || table.standing.with(|may| may.as_ref().and_then(|may| may.seats.first().copied()));
        table.seat.get().or_else(offered)
    };
    // Others may be in whose pictures have not come yet.
    let has_others = Memo::new(move |_| {
        let own = table.seat.get();
        let is_other = |kept: &domain::live::Kept| kept.is_connected && Some(kept.seat) != own;
        table.state.with(|state| state.as_ref().is_some_and(|state| state.live.seats.iter().any(is_other)))
    });
    let waits = move || {
        (is_up.get() && is_alone() && !has_others.get()).then(|| {
            view! { <p class="live__alone" role="status"><Icon name="users-round" large=true/>{t(LIVE_ALONE)}</p> }
        })
    };
    let own_hand = move || table.place_asked().map(hand);
    view! {
        <div class="live__stage" class:is-alone=is_alone>
            {waits}
            {pictures}
            {turn::plate(table)}
            <figure class="seatv seatv--own" class:is-off=move || !table.camera.get()>
                <div class="seatv__tags seatv__tags--own">{own_hand}</div>
                <video data-self="" autoplay=true playsinline=true prop:muted=true aria-label=t(LIVE_OWN_PICTURE)></video>
                <figcaption>
                    {move || microphone(table.is_heard() && !table.is_muted())}
                    <span>{move || t(match likely() {
                        Some(Seat::Person(_)) => LIVE_OWN_MACHINE,
                        Some(Seat::Hall) => LIVE_OWN_HALL,
                        Some(Seat::Site(_)) | None => LIVE_OWN,
                    })}</span>
                </figcaption>
            </figure>
            {shape::microphone(table, shape)}
        </div>
    }
}

/// The state of a microphone on a picture's plate.
fn microphone(is_on: bool) -> impl IntoView {
    view! { <Icon name=if is_on { "mic" } else { "mic-off" }/> }
}

/// Whose turn it is among those who ask.
fn hand(place: usize) -> impl IntoView {
    view! { <span class="seatv__tag seatv__tag--hand"><Icon name="hand"/>{tf(LIVE_TURN, &[("n", &place)])}</span> }
}

fn picture(table: Table, mid: String) -> impl IntoView {
    let of = mid.clone();
    let slot: Memo<Option<Slot>> =
        Memo::new(move |_| table.slots.with(|slots| slots.iter().find(|slot| slot.mid == of).cloned()));
    let seat = Memo::new(move |_| slot.with(|slot| slot.as_ref().and_then(|slot| slot.seat)));
    let place = Memo::new(move |_| slot.with(|slot| slot.as_ref().map(|slot| slot.place)));
    let is_shared = Memo::new(move |_| {
        table.slots.with(|slots| slots.iter().any(|slot| slot.place == Place::Screen && slot.seat.is_some()))
    });
    let is_large = move || match place.get() {
        Some(Place::Screen) => true,
        Some(Place::Main) => !is_shared.get(),
        _ => false,
    };
    let has_picture = move || slot.with(|slot| slot.as_ref().is_some_and(|slot| slot.has_picture));
    let name = move || seat.get().map(|seat| table.name(seat)).unwrap_or_default();
    let speaks = move || seat.get().is_some_and(|seat| table.speaking.with(|seats| seats.contains(&seat)));
    let is_chair = Memo::new(move |_| {
        let seat = seat.get();
        table.state.with(|state| state.as_ref().is_some_and(|of| seat.is_some() && of.live.chair == seat))
    });
    // Who leads the meeting, and whose turn it is among those who ask.
    let tag = move || {
        let seat = seat.get()?;
        let asked = table.asking().iter().position(|asking| *asking == seat);
        let chair = is_chair.get().then(|| view! { <span class="seatv__tag">{t(LIVE_CHAIR)}</span> });
        let hand = asked.map(|at| hand(at + 1));
        Some(view! { <div class="seatv__tags">{chair}{hand}</div> })
    };
    // Among the small pictures, the first ones: the last give way where there is no room.
    let own = mid.clone();
    let rank = move || {
        table.slots.with(|slots| {
            let small = slots.iter().filter(|slot| slot.place == Place::Thumb && slot.seat.is_some());
            small.map(|slot| slot.mid.as_str()).position(|mid| mid == own).map(|at| at.to_string())
        })
    };
    view! {
        <figure
            class="seatv"
            data-rank=rank
            class:is-large=is_large
            class:is-off=move || seat.get().is_none()
            class:is-dark=move || !has_picture()
            class:is-screen=move || place.get() == Some(Place::Screen)
            class:is-chair=is_chair
            class:speaks=speaks
        >
            <video data-mid=mid autoplay=true playsinline=true prop:muted=true aria-label=name></video>
            {tag}
            <figcaption>
                {move || seat.get().map(|seat| microphone(table.devices(seat).microphone))}
                <span>{name}</span>
            </figcaption>
        </figure>
    }
}
