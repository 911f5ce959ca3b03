//! The sites of a meeting: one row each, connected or not. What is marked here decides how a hybrid meeting counts.

use domain::access::{Action, Stage};
use domain::meetings::Site;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::desk::Desk;
use super::roll_calls::MarkSite;
use super::step::Step;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Badge, BadgeTone, Empty, Icon};

/// The sites, redrawn when the meeting changes.
pub(super) fn sites(desk: Desk) -> impl IntoView {
    move || {
        let meeting = desk.meeting.get();
        if meeting.sites.is_empty() {
            return view! { <Empty title=t(ROLL_NO_SITES) body=t(ROLL_NO_SITES_BODY)/> }.into_any();
        }
        let stage = meeting.state.stage();
        let marks = meeting.may(Action::CallRoll) && matches!(stage, Stage::UnderWay | Stage::Held);
        let is_shown = matches!(stage, Stage::UnderWay | Stage::Held);
        let connected = meeting.sites.iter().filter(|site| site.is_connected).count();
        let sum = tf(ROLL_SITES_CONNECTED, &[("n", &connected), ("m", &meeting.sites.len())]);
        let rows = meeting.sites.iter().map(|site| row(desk, site, marks, is_shown)).collect_view();
        view! {
            <section class="card" aria-labelledby="sites">
                <header class="card__head">
                    <h2 id="sites">{t(MEETINGS_TAB_SITES)}</h2>
                    {is_shown.then(|| view! { <span class="hint" role="status">{sum}</span> })}
                </header>
                <ul class="sites">{rows}</ul>
            </section>
        }
        .into_any()
    }
}

fn row(desk: Desk, site: &Site, marks: bool, is_shown: bool) -> impl IntoView + use<> {
    let (name, connected) = (site.agency.short_name.clone(), site.is_connected);
    let state = is_shown.then(|| match connected {
        true => view! { <Badge tone=BadgeTone::Met icon="wifi" text=t(ROLL_SITE_CONNECTED)/> },
        false => view! { <Badge icon="wifi-off" text=t(ROLL_SITE_NOT_CONNECTED)/> },
    });
    let toggle = marks.then(|| {
        let (to, word) = if connected { ("", t(ROLL_SITE_OFF)) } else { ("on", t(ROLL_SITE_ON)) };
        let label = format!("{word}: {name}");
        let site = site.agency.id.to_string();
        view! {
            <Step desk path=MarkSite::PATH>
                <input r#type="hidden" name="id" value=desk.id.to_string()/>
                <input r#type="hidden" name="site" value=site/>
                <input r#type="hidden" name="connected" value=to/>
                <button class="btn btn--secondary btn--sm" aria-label=label>{word}</button>
            </Step>
        }
    });
    view! {
        <li>
            <span class="ava ava--site" aria-hidden="true"><Icon name="video"/></span>
            <span class="grow">{name}</span>
            {state}
            {toggle}
        </li>
    }
}
