//! The pictures: a shared screen or whoever speaks large, the others small, and one's own. Each track keeps its picture
//! from the first to the last; what changes is whose it is and how large.

use domain::live::wire::{Place, Slot};
use leptos::prelude::*;

use super::table::Table;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::Icon;

pub(super) fn stage(table: Table) -> impl IntoView {
    let mids = Memo::new(move |_| {
        table.slots.with(|slots| {
            let pictures = slots.iter().filter(|slot| slot.place != Place::Sound);
            pictures.map(|slot| slot.mid.clone()).collect::<Vec<_>>()
        })
    });
    let pictures = move || mids.get().into_iter().map(|mid| picture(table, mid)).collect_view();
    let is_alone = move || table.slots.with(|slots| slots.iter().all(|slot| slot.seat.is_none()));
    let waits = move || {
        (table.seat.get().is_some() && is_alone()).then(|| {
            view! { <p class="live__alone" role="status"><Icon name="users-round" large=true/>{t(LIVE_ALONE)}</p> }
        })
    };
    view! {
        <div class="live__stage" class:is-alone=is_alone>
            {waits}
            {pictures}
            <figure class="seatv seatv--own" class:is-off=move || !table.camera.get()>
                <video data-self="" autoplay=true playsinline=true prop:muted=true aria-label=t(LIVE_OWN_PICTURE)></video>
                <figcaption>{t(LIVE_OWN)}</figcaption>
            </figure>
        </div>
    }
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
    view! {
        <figure
            class="seatv"
            class:is-large=is_large
            class:is-off=move || seat.get().is_none()
            class:is-dark=move || !has_picture()
            class:is-screen=move || place.get() == Some(Place::Screen)
            class:speaks=speaks
        >
            <video data-mid=mid autoplay=true playsinline=true prop:muted=true aria-label=name></video>
            <figcaption>{name}</figcaption>
        </figure>
    }
}
