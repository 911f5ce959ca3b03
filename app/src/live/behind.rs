//! Who sits behind this site's camera: the site itself says so, delegate by delegate, and the roll follows.

use domain::access::Stage;
use domain::attendance::Presence;
use domain::ids::MeetingId;
use domain::live::wire::ToServer;
use domain::live::{Behind, Seat};
use leptos::prelude::*;

use super::table::Table;
use crate::text::keys::*;
use crate::text::t;

/// Told of a change, all sites ask within this and not at one moment.
#[cfg(feature = "hydrate")]
const SPREAD_MILLISECONDS: f64 = 1_000.0;

/// The site's own delegates, while one sits there and the meeting is under way.
pub(super) fn behind(meeting: MeetingId, table: Table) -> impl IntoView {
    let listed = RwSignal::new(Vec::<Behind>::new());
    let site = Memo::new(move |_| match table.seat.get() {
        Some(Seat::Site(_)) => table.seat.get(),
        _ => None,
    });
    let is_on = Memo::new(move |_| {
        table.state.with(|state| state.as_ref().is_some_and(|state| state.live.stage == Stage::UnderWay))
    });
    follow(meeting, table, site, listed);
    move || {
        let shown = site.get().is_some() && is_on.get() && !listed.with(Vec::is_empty);
        shown.then(|| view! {
            <section class="card" aria-labelledby="behind">
                <header class="card__head"><h2 id="behind">{t(LIVE_BEHIND)}</h2></header>
                <ul class="sites">{move || listed.get().into_iter().map(|one| row(table, listed, one)).collect_view()}</ul>
            </section>
        })
    }
}

/// Reads the list when a site is sat at, and again when the meeting has changed: the secretary marks people too. One
/// question at a time, and not all sites at one moment.
fn follow(meeting: MeetingId, table: Table, site: Memo<Option<Seat>>, listed: RwSignal<Vec<Behind>>) {
    #[cfg(feature = "hydrate")]
    {
        let (is_asking, is_behind) = (StoredValue::new(false), StoredValue::new(false));
        Effect::new(move |_| {
            table.state.with(|state| state.as_ref().map(|state| state.version));
            // What was refused stands as the server has it.
            table.failure.track();
            let Some(Seat::Site(agency)) = site.get() else { return };
            is_behind.set_value(true);
            if is_asking.get_value() {
                return;
            }
            is_asking.set_value(true);
            leptos::task::spawn_local(async move {
                while is_behind.try_update_value(std::mem::take) == Some(true) {
                    let pause = (web_sys::js_sys::Math::random() * SPREAD_MILLISECONDS) as u32;
                    gloo_timers::future::TimeoutFuture::new(pause).await;
                    is_behind.try_set_value(false);
                    if let Ok(newer) = super::calls::behind(meeting, agency).await {
                        listed.try_set(newer);
                    }
                }
                is_asking.try_set_value(false);
            });
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (meeting, table, site, listed);
}

fn row(table: Table, listed: RwSignal<Vec<Behind>>, one: Behind) -> impl IntoView {
    let is_here = one.presence == Presence::Online;
    // Whoever was marked elsewhere was not marked by this site, and is not taken back by it.
    let is_fixed = one.presence == Presence::InRoom || (is_here && !one.is_by_site);
    let id = one.participant;
    let mark = move |event: leptos::ev::Event| {
        let here = event_target_checked(&event);
        // At once, so that the next press knows of this one; the server's word replaces it.
        listed.update_untracked(|listed| {
            if let Some(one) = listed.iter_mut().find(|other| other.participant == id) {
                one.presence = if here { Presence::Online } else { Presence::NotCalled };
                one.is_by_site = here;
            }
        });
        let present = listed.with_untracked(|listed| {
            let marked = listed.iter().filter(|other| other.is_by_site && other.presence == Presence::Online);
            marked.map(|other| other.participant).collect()
        });
        table.say(&ToServer::Behind { present });
    };
    let note = match one.presence {
        Presence::InRoom => Some(t(ROLL_IN_ROOM)),
        Presence::Online if !one.is_by_site => Some(t(ROLL_ONLINE)),
        _ => None,
    };
    view! {
        <li>
            <label class="checkline grow">
                <input type="checkbox" prop:checked=is_here checked=is_here disabled=is_fixed on:change=mark/>
                <span><b>{one.name}</b><span class="hint live__words">{one.position}{note.map(|note| format!(" · {note}"))}</span></span>
            </label>
        </li>
    }
}
