//! Who sits behind this site's camera: the site itself says so, delegate by delegate, and the roll follows.

use domain::access::Stage;
use domain::attendance::Presence;
#[cfg(feature = "hydrate")]
use domain::error::Failure;
use domain::ids::{MeetingId, ParticipantId};
#[cfg(any(feature = "hydrate", test))]
use domain::live::wire::ToServer;
use domain::live::{Behind, Seat};
use leptos::prelude::*;

use super::table::Table;
#[cfg(feature = "hydrate")]
use crate::failure::CallError;
use crate::text::keys::*;
use crate::text::t;

/// Told of a change, all sites ask within this and not at one moment.
#[cfg(feature = "hydrate")]
const SPREAD_MILLISECONDS: f64 = 1_000.0;

/// Pause before a list that could not be read is read again.
#[cfg(feature = "hydrate")]
const AGAIN_MILLISECONDS: u32 = 5_000;

/// The list on the page, and what was pressed in it that the server was not told yet.
#[derive(Clone, Copy)]
struct List {
    listed: RwSignal<Vec<Behind>>,
    marks: RwSignal<Vec<Mark>>,
}

/// Whether a delegate is here, as somebody pressed.
type Mark = (ParticipantId, bool);

/// Who was marked otherwise was not marked by this site: neither taken back by it, nor overruled.
fn is_fixed(one: &Behind) -> bool {
    match one.presence {
        Presence::NotCalled => false,
        Presence::Online => !one.is_by_site,
        Presence::InRoom | Presence::Absent { .. } => true,
    }
}

fn apply(listed: &mut [Behind], marks: &[Mark]) {
    for (id, is_here) in marks {
        let one = listed.iter_mut().find(|one| one.participant == *id && !is_fixed(one));
        if let Some(one) = one {
            one.presence = if *is_here { Presence::Online } else { Presence::NotCalled };
            one.is_by_site = *is_here;
        }
    }
}

/// Those who are here by this site's word.
#[cfg(any(feature = "hydrate", test))]
fn present(listed: &[Behind]) -> Vec<ParticipantId> {
    let marked = listed.iter().filter(|one| one.is_by_site && one.presence == Presence::Online);
    marked.map(|one| one.participant).collect()
}

/// The site's own delegates, while one sits there and the meeting is under way.
pub(super) fn behind(meeting: MeetingId, table: Table) -> impl IntoView {
    let list = List { listed: RwSignal::new(Vec::new()), marks: RwSignal::new(Vec::new()) };
    let listed = list.listed;
    let site = Memo::new(move |_| match table.seat.get() {
        Some(Seat::Site(_)) => table.seat.get(),
        _ => None,
    });
    let is_on = Memo::new(move |_| {
        table.state.with(|state| state.as_ref().is_some_and(|state| state.live.stage == Stage::UnderWay))
    });
    follow(meeting, table, site, list);
    move || {
        let shown = site.get().is_some() && is_on.get() && !listed.with(Vec::is_empty);
        shown.then(|| view! {
            <section class="card" aria-labelledby="behind">
                <header class="card__head"><h2 id="behind">{t(LIVE_BEHIND)}</h2></header>
                <ul class="sites">{move || listed.get().into_iter().map(|one| row(list, one)).collect_view()}</ul>
            </section>
        })
    }
}

/// Reads the list when a site is sat at, when the meeting has changed, for the secretary marks people too, and when
/// somebody here has pressed. One question at a time, and not all sites at one moment.
fn follow(meeting: MeetingId, table: Table, site: Memo<Option<Seat>>, list: List) {
    #[cfg(feature = "hydrate")]
    {
        let (is_asking, is_behind) = (StoredValue::new(false), StoredValue::new(false));
        let version = Memo::new(move |_| table.state.with(|state| state.as_ref().map(|state| state.version)));
        Effect::new(move |_| {
            version.track();
            // What was refused stands as the server has it.
            table.failure.track();
            list.marks.track();
            if site.get().is_none() {
                return;
            }
            is_behind.set_value(true);
            if is_asking.get_value() {
                return;
            }
            is_asking.set_value(true);
            leptos::task::spawn_local(async move {
                while is_behind.try_update_value(std::mem::take) == Some(true) {
                    let Some(Some(Seat::Site(agency))) = site.try_get_untracked() else { break };
                    // Whoever has pressed waits for nobody.
                    if list.marks.try_with_untracked(Vec::is_empty) == Some(true) {
                        let pause = (web_sys::js_sys::Math::random() * SPREAD_MILLISECONDS) as u32;
                        gloo_timers::future::TimeoutFuture::new(pause).await;
                    }
                    is_behind.try_set_value(false);
                    match super::calls::behind(meeting, agency).await {
                        Ok(newer) => list.take(table, newer),
                        Err(CallError(Failure::Unavailable | Failure::Internal(_))) => {
                            gloo_timers::future::TimeoutFuture::new(AGAIN_MILLISECONDS).await;
                            is_behind.try_set_value(true);
                        }
                        Err(_) => {}
                    }
                }
                is_asking.try_set_value(false);
            });
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (meeting, table, site, list);
}

#[cfg(any(feature = "hydrate", test))]
impl List {
    /// The server's newest list, with what was pressed meanwhile. A site says its whole list, so it is said from the
    /// newest one: what others marked since stands.
    fn take(self, table: Table, mut newer: Vec<Behind>) {
        let Some(marks) = self.marks.try_get_untracked() else { return };
        apply(&mut newer, &marks);
        let is_said =
            !marks.is_empty() && table.say(&ToServer::Behind { present: present(&newer) }).is_some();
        if is_said {
            self.marks.update_untracked(Vec::clear);
        }
        self.listed.try_set(newer);
    }
}

fn row(list: List, one: Behind) -> impl IntoView {
    let is_here = one.presence == Presence::Online;
    let is_fixed = is_fixed(&one);
    let id = one.participant;
    let mark = move |event: leptos::ev::Event| {
        let mark = (id, event_target_checked(&event));
        // At once, so that the next press knows of this one; the server's word replaces it.
        list.listed.update_untracked(|listed| apply(listed, &[mark]));
        list.marks.update(|marks| marks.push(mark));
    };
    let note = match &one.presence {
        Presence::InRoom => Some(t(ROLL_IN_ROOM)),
        Presence::Online if !one.is_by_site => Some(t(ROLL_ONLINE)),
        Presence::Absent { .. } => Some(crate::words::presence(&one.presence)),
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn one(id: u128, presence: Presence, is_by_site: bool) -> Behind {
        let participant = ParticipantId(Uuid::from_u128(id));
        Behind { participant, name: String::new(), position: String::new(), presence, is_by_site }
    }

    #[test]
    fn what_was_marked_by_others_meanwhile_stands() {
        let absent = || Presence::Absent { reason: "nghỉ phép".to_owned() };
        let mut newest = [
            one(1, Presence::Online, true),
            one(2, absent(), false),
            one(3, Presence::InRoom, false),
            one(4, Presence::Online, false),
            one(5, Presence::NotCalled, false),
        ];
        let id = |id: u128| ParticipantId(Uuid::from_u128(id));
        apply(&mut newest, &[(id(2), true), (id(3), false), (id(4), false), (id(5), true), (id(6), true)]);
        assert_eq!(newest[1].presence, absent());
        assert_eq!(newest[2].presence, Presence::InRoom);
        assert_eq!(newest[3].presence, Presence::Online);
        assert_eq!(present(&newest), [id(1), id(5)]);
    }

    #[test]
    fn of_two_presses_the_later_counts() {
        let id = ParticipantId(Uuid::from_u128(1));
        let mut newest = [one(1, Presence::NotCalled, false)];
        apply(&mut newest, &[(id, true), (id, false)]);
        assert_eq!(newest[0], one(1, Presence::NotCalled, false));
    }

    #[test]
    fn what_could_not_be_said_is_kept_for_the_next_list() {
        let owner = Owner::new();
        owner.set();
        let id = ParticipantId(Uuid::from_u128(1));
        let list = List { listed: RwSignal::new(Vec::new()), marks: RwSignal::new(vec![(id, true)]) };
        list.take(Table::new(), vec![one(1, Presence::NotCalled, false)]);
        assert_eq!(list.listed.get_untracked(), [one(1, Presence::Online, true)]);
        assert_eq!(list.marks.get_untracked(), [(id, true)]);
    }
}
