//! The head of a meeting: what it is, when, where, who leads it, and the way to its parts.

use domain::access::Stage;
use domain::agencies::AgencyRef;
use domain::meetings::{Meeting, State};
use leptos::prelude::*;

use super::desk::{Desk, Tab};
use super::{actions, words};
use crate::parts::naming_href;
use crate::session;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Badge, BadgeTone, FormLabel, Icon, Notice, StageBadge};

/// The head; each part is redrawn when it has changed itself.
pub(super) fn head(desk: Desk, tab: Memo<Tab>) -> impl IntoView {
    let counts = Memo::new(move |_| desk.meeting.with(Counts::of));
    view! {
        <header class="mh">
            <a class="back" href="/meetings"><Icon name="arrow-left"/>{t(NAV_MEETINGS)}</a>
            {move || desk.meeting.with(|meeting| facts(meeting).into_any())}
            {actions::actions(desk)}
            {move || tabs(desk, tab, &counts.get())}
        </header>
    }
}

fn facts(meeting: &Meeting) -> impl IntoView + use<> {
    let stage = meeting.state.stage();
    let chair = meeting.chair().map(|chair| {
        let who = if chair.agency.is_empty() {
            chair.name.clone()
        } else {
            format!("{}, {}", chair.name, chair.agency)
        };
        view! { <span><Icon name="user"/>{tf(MEETINGS_CHAIRED_BY, &[("who", &who)])}</span> }
    });
    let unexpected = meeting.is_unexpected.then(|| view! { <Badge text=t(MEETINGS_UNEXPECTED)/> });
    let attended =
        (meeting.side == domain::count::Side::Attended).then(|| view! { <Badge text=t(MEETINGS_ATTENDED)/> });
    let unpublished = (meeting.has_unpublished && stage != Stage::Draft)
        .then(|| view! { <Badge tone=BadgeTone::Risk text=t(MEETINGS_UNPUBLISHED)/> });
    // A draft may have none yet.
    let kind = words::kind(&meeting.kind).to_owned();
    let kind = (!kind.is_empty()).then(|| view! { <span class="badge badge--kind">{kind}</span> });
    view! {
        <p class="mh__b">
            <StageBadge stage text=crate::words::stage(stage)/>
            {kind}
            <FormLabel form=meeting.form text=crate::words::form(meeting.form)/>
            {unexpected}
            {attended}
            {unpublished}
        </p>
        <h1>{title(meeting)}</h1>
        <p class="mh__m">
            <span><Icon name="clock"/>{words::when(&meeting.sittings)}</span>
            <span><Icon name="map-pin"/>{words::place(meeting)}</span>
            {chair}
            <span><Icon name="building-2"/>{meeting.agency.short_name.clone()}</span>
        </p>
        {outcome(&meeting.state)}
    }
}

fn title(meeting: &Meeting) -> String {
    if meeting.title.is_empty() { t(MEETINGS_UNTITLED).to_owned() } else { meeting.title.clone() }
}

/// What became of it: when it was really held, or why it was not.
fn outcome(state: &State) -> Option<AnyView> {
    let line = match state {
        State::Draft | State::Scheduled { .. } => return None,
        State::UnderWay { opened, .. } => {
            tf(MEETINGS_OPENED_AT, &[("time", &text::time(words::local(*opened).time()))])
        }
        State::Held { opened, closed, overrun_reason } => {
            let held = held(words::local(*opened), words::local(*closed));
            if overrun_reason.is_empty() {
                held
            } else {
                format!("{held} {}", tf(MEETINGS_RAN_OVER, &[("reason", overrun_reason)]))
            }
        }
        State::Cancelled { at, reason } => off(MEETINGS_CANCELLED_AT, at, reason),
        State::Postponed { at, reason } => off(MEETINGS_POSTPONED_AT, at, reason),
    };
    Some(view! { <p class="mh__m"><span><Icon name="history"/>{line}</span></p> }.into_any())
}

fn held(from: chrono::NaiveDateTime, to: chrono::NaiveDateTime) -> String {
    if from.date() == to.date() {
        let hours = text::hours(from.time(), to.time());
        return tf(MEETINGS_HELD_ON, &[("date", &text::long_date(from.date())), ("hours", &hours)]);
    }
    tf(MEETINGS_HELD_FROM_TO, &[("from", &text::moment(from)), ("to", &text::moment(to))])
}

fn off(said: text::Text, at: &chrono::DateTime<chrono::Utc>, reason: &str) -> String {
    let reason = if reason.is_empty() { t(MEETINGS_NO_REASON) } else { reason };
    tf(said, &[("when", &text::moment(words::local(*at))), ("reason", &reason)])
}

/// What the caller's own agency has still to do, above everything else; and in one line, which other agencies have named
/// nobody yet.
pub(super) fn to_name(desk: Desk) -> impl IntoView {
    move || {
        let agencies = desk.meeting.with(|meeting| meeting.to_name.clone());
        let (own, others): (Vec<AgencyRef>, Vec<AgencyRef>) =
            agencies.into_iter().partition(|agency| session::is_own(agency.id));
        let notices = own.into_iter().map(|agency| {
            let title = tf(NAMING_WAITS, &[("agency", &agency.short_name)]);
            let href = naming_href(desk.id, agency.id);
            view! {
                <Notice icon="user-plus" title>
                    <a class="btn btn--secondary" href=href><Icon name="user-plus"/>{t(NAMING_TITLE)}</a>
                </Notice>
            }
        });
        view! {
            {notices.collect_view()}
            {others_to_name(desk, &others)}
        }
    }
}

/// However many agencies were invited, they are one line; each can be named for from its list.
fn others_to_name(desk: Desk, agencies: &[AgencyRef]) -> Option<AnyView> {
    let links = agencies.iter().map(|agency| {
        let label = format!("{}: {}", t(NAMING_TITLE), agency.short_name);
        view! {
            <li><a class="btn btn--quiet btn--sm" href=naming_href(desk.id, agency.id) aria-label=label>{agency.short_name.clone()}</a></li>
        }
    });
    let links = links.collect_view();
    (!agencies.is_empty()).then(|| {
        view! {
            <details class="card more">
                <summary class="card__head">
                    <Icon name="chevron-right"/>
                    {tf(NAMING_WAITS_MANY, &[("n", &agencies.len())])}
                </summary>
                <div class="card__body">
                    <p class="hint">{t(NAMING_WAITS_MANY_HINT)}</p>
                    <ul class="row row--wrap">{links}</ul>
                </div>
            </details>
        }
        .into_any()
    })
}

/// What the tabs say of the meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Counts {
    delegates: usize,
    sites: usize,
    has_sites: bool,
}

impl Counts {
    fn of(meeting: &Meeting) -> Counts {
        let (delegates, sites) = (meeting.participants.len() + meeting.guests.len(), meeting.sites.len());
        let has_sites = sites > 0 || meeting.form != domain::count::Form::InPerson;
        Counts { delegates, sites, has_sites }
    }
}

fn tabs(desk: Desk, tab: Memo<Tab>, counts: &Counts) -> impl IntoView + use<> {
    let Counts { delegates, sites, has_sites } = *counts;
    let base = format!("/meetings/{}", desk.id);
    let link = |href: String, to: Tab, word: &'static str, count: usize| {
        let current = move || (tab.get() == to).then_some("page");
        let count = (count > 0).then(|| view! { <span class="count">{count}</span> });
        view! { <a href=href aria-current=current>{word}" "{count}</a> }
    };
    view! {
        <nav class="tabs" aria-label=t(MEETINGS_TABS)>
            {link(base.clone(), Tab::Agenda, t(MEETINGS_TAB_AGENDA), 0)}
            {link(format!("{base}?tab=delegates"), Tab::Delegates, t(MEETINGS_TAB_DELEGATES), delegates)}
            {has_sites.then(|| link(format!("{base}?tab=sites"), Tab::Sites, t(MEETINGS_TAB_SITES), sites))}
        </nav>
    }
}
