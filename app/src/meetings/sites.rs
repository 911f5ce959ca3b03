//! The sites of a meeting: one row each, connected or not. What is marked here decides how a hybrid meeting counts.

use domain::access::{Action, Stage};
use domain::ids::AgencyId;
use domain::meetings::{Meeting, Site};
use leptos::prelude::*;
use server_fn::ServerFn;

use super::desk::Desk;
use super::roll_calls::MarkSite;
use super::step::Step;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Badge, BadgeTone, Empty, Icon, rows};

/// The sites. A press changes its own row, so that whoever marks seventy of them keeps their place.
pub(super) fn sites(desk: Desk) -> impl IntoView {
    let is_empty = Memo::new(move |_| desk.meeting.with(|meeting| meeting.sites.is_empty()));
    move || match is_empty.get() {
        true => view! { <Empty title=t(ROLL_NO_SITES) body=t(ROLL_NO_SITES_BODY)/> }.into_any(),
        false => whole(desk).into_any(),
    }
}

fn whole(desk: Desk) -> impl IntoView {
    let is_shown = Memo::new(move |_| desk.meeting.with(is_shown));
    let marks = Memo::new(move |_| {
        desk.meeting.with(|meeting| meeting.may(Action::CallRoll) && self::is_shown(meeting))
    });
    let sum = Memo::new(move |_| {
        desk.meeting.with(|meeting| {
            let connected = meeting.sites.iter().filter(|site| site.is_connected).count();
            tf(ROLL_SITES_CONNECTED, &[("n", &connected), ("m", &meeting.sites.len())])
        })
    });
    let ids =
        move || desk.meeting.with(|meeting| meeting.sites.iter().map(|site| site.agency.id.0).collect());
    let drawn = move |id| row(desk, site(desk, AgencyId(id)), marks, is_shown).into_any();
    view! {
        <section class="card" aria-labelledby="sites">
            <header class="card__head">
                <h2 id="sites">{t(MEETINGS_TAB_SITES)}</h2>
                {move || is_shown.get().then(|| view! { <span class="hint" role="status">{sum}</span> })}
            </header>
            <ul class="sites">{rows(ids, drawn)}</ul>
        </section>
    }
}

fn is_shown(meeting: &Meeting) -> bool {
    matches!(meeting.state.stage(), Stage::UnderWay | Stage::Held)
}

/// One site; as it was last while its row is on its way out.
fn site(desk: Desk, id: AgencyId) -> Memo<Site> {
    Memo::new(move |last: Option<&Site>| {
        let now =
            desk.meeting.with(|meeting| meeting.sites.iter().find(|site| site.agency.id == id).cloned());
        now.or_else(|| last.cloned()).expect("a row is drawn for a site that is there")
    })
}

fn row(desk: Desk, of: Memo<Site>, marks: Memo<bool>, is_shown: Memo<bool>) -> impl IntoView {
    let (name, id) = of.with_untracked(|of| (of.agency.short_name.clone(), of.agency.id.to_string()));
    let is_connected = Memo::new(move |_| of.with(|of| of.is_connected));
    let state = move || {
        is_shown.get().then(|| match is_connected.get() {
            true => view! { <Badge tone=BadgeTone::Met icon="wifi" text=t(ROLL_SITE_CONNECTED)/> },
            false => view! { <Badge icon="wifi-off" text=t(ROLL_SITE_NOT_CONNECTED)/> },
        })
    };
    let word = move || if is_connected.get() { t(ROLL_SITE_OFF) } else { t(ROLL_SITE_ON) };
    let to = move || if is_connected.get() { "" } else { "on" };
    let shown = name.clone();
    let toggle = move || {
        let (id, name) = (id.clone(), name.clone());
        let label = move || format!("{}: {name}", word());
        marks.get().then(|| {
            view! {
                <Step desk path=MarkSite::PATH>
                    <input r#type="hidden" name="id" value=desk.id.to_string()/>
                    <input r#type="hidden" name="site" value=id/>
                    <input r#type="hidden" name="connected" value=to/>
                    <button class="btn btn--secondary btn--sm" aria-label=label>{word}</button>
                </Step>
            }
        })
    };
    view! {
        <li>
            <span class="ava ava--site" aria-hidden="true"><Icon name="video"/></span>
            <span class="grow">{shown}</span>
            {state}
            {toggle}
        </li>
    }
}
