//! The home page.

use domain::meetings::{MeetingRow, Today, Waiting};
use domain::time::Zone;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{calls, hero, sites, waiting};
use crate::failure::Problem;
use crate::form::posted;
use crate::notices::{self, UnseenNotices};
use crate::parts::meeting_href;
use crate::session;
use crate::shell::entries;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Empty, FormLabel, Icon, Loaded, PageHead, loaded, loaded_page, resource};
use crate::words;

/// The page that a signed-in person starts from.
#[component]
pub fn HomePage() -> impl IntoView {
    let today = resource(|| (), |()| calls::today());
    let unseen = resource(|| (), |()| notices::calls::unseen());
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| crate::ui::keep_fresh(today));
    let refused = posted().failure.map(|failure| view! { <Problem failure/> });
    view! {
        <Title text=t(NAV_HOME)/>
        {refused}
        {loaded_page(today, t(NAV_HOME), move |today| shown(&today, unseen))}
    }
}

fn shown(today: &Today, unseen: Loaded<UnseenNotices>) -> AnyView {
    let now = Zone::VIETNAM.local(today.now);
    let is_planner = session::me().as_ref().is_some_and(entries::may_compose);
    let compose = is_planner.then(|| {
        view! { <a class="btn btn--secondary not-desk" href="/meetings/new"><Icon name="plus"/>{t(NAV_COMPOSE)}</a> }
    });
    let next = match &today.next {
        Some(meeting) => Some(hero::hero(meeting, now)),
        // What the agency joins as a site comes first then.
        None if !today.sites.is_empty() => None,
        None => Some(nothing_next()),
    };
    // The invitation to what comes next stands above already.
    let is_next = |waiting: &&Waiting| {
        let Waiting::Invited { meeting } = waiting else { return false };
        today.next.as_ref().is_some_and(|next| next.id == meeting.id)
    };
    let (drafts, waiting): (Vec<Waiting>, Vec<Waiting>) = today
        .waiting
        .iter()
        .filter(|waiting| !is_next(waiting))
        .cloned()
        .partition(|waiting| matches!(waiting, Waiting::Draft { .. }));
    let count = (!waiting.is_empty())
        .then(|| view! { <span>{tf(HOME_WAITING_COUNT, &[("n", &waiting.len())])}</span> });
    let waits = if waiting.is_empty() {
        view! { <p class="muted">{t(HOME_NOTHING_WAITS)}</p> }.into_any()
    } else {
        waits(&waiting)
    };
    view! {
        <PageHead title=t(NAV_HOME) eyebrow=text::long_date(now.date())>{compose}</PageHead>
        {loaded(unseen, |unseen| above(&unseen))}
        <div class="home">
            {next}
            {sites::section(&today.sites, now.date())}
            <section aria-labelledby="waiting">
                <h2 class="sec" id="waiting">{t(HOME_WAITING)}" "{count}</h2>
                {waits}
            </section>
            {own_drafts(&drafts)}
            <section class="day" aria-labelledby="coming">
                <h2 class="sec" id="coming">{t(HOME_COMING)}</h2>
                {coming(&today.coming, now.date())}
            </section>
        </div>
    }
    .into_any()
}

fn above(unseen: &UnseenNotices) -> AnyView {
    view! {
        {notices::account_news(&unseen.events)}
        {notices::roles_given(&unseen.roles)}
    }
    .into_any()
}

/// So many things wait in sight; more would push the day itself off the screen.
const WAITING_SHOWN: usize = 6;

fn waits(waiting: &[Waiting]) -> AnyView {
    let list = |some: &[Waiting]| {
        let rows = some.iter().map(waiting::item).collect_view();
        view! { <ul class="card list">{rows}</ul> }
    };
    // A rest of one would take the line that it saves.
    if waiting.len() <= WAITING_SHOWN + 1 {
        return list(waiting).into_any();
    }
    let (first, rest) = waiting.split_at(WAITING_SHOWN);
    view! {
        {list(first)}
        <details class="more">
            <summary><Icon name="chevron-right"/>{tf(HOME_WAITING_MORE, &[("n", &rest.len())])}</summary>
            {list(rest)}
        </details>
    }
    .into_any()
}

/// What was begun and not sent yet.
fn own_drafts(drafts: &[Waiting]) -> Option<AnyView> {
    let rows = drafts.iter().map(waiting::item).collect_view();
    (!drafts.is_empty()).then(|| {
        view! {
            <section aria-labelledby="drafts">
                <h2 class="sec" id="drafts">{t(HOME_DRAFTS)}</h2>
                <ul class="card list">
                    {rows}
                    <li><a class="item list__more" href="/meetings?stage=draft">{t(HOME_DRAFTS_ALL)}</a></li>
                </ul>
            </section>
        }
        .into_any()
    })
}

fn nothing_next() -> AnyView {
    view! {
        <Empty title=t(HOME_NO_MEETING) body=t(HOME_NO_MEETING_BODY)>
            <a class="btn btn--secondary" href="/calendar">{t(HOME_SEE_CALENDAR)}</a>
        </Empty>
    }
    .into_any()
}

fn coming(rows: &[MeetingRow], today: chrono::NaiveDate) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="muted">{t(HOME_NOTHING_COMING)}</p> }.into_any();
    }
    let items = rows
        .iter()
        .map(|row| {
            let when = row.first.map(|first| {
                let day = match (first.date - today).num_days() {
                    0 => t(DAY_TODAY).to_owned(),
                    1 => t(DAY_TOMORROW).to_owned(),
                    _ => text::weekday_date(first.date),
                };
                let machine = text::machine(first.start());
                view! { <time datetime=machine>{day}", "{text::time(first.from)}</time> }
            });
            let papers =
                (row.papers > 0).then(|| view! { <span>{tf(PAPERS_COUNT, &[("n", &row.papers)])}</span> });
            view! {
                <li>
                    <a class="item" href=meeting_href(row)>
                        {when}
                        <span class="item__text">
                            <span class="item__title">{row.title.clone()}</span>
                            <span class="item__meta">
                                <FormLabel form=row.form text=words::form(row.form)/>
                                {papers}
                            </span>
                        </span>
                        <span class="chev"><Icon name="chevron-right"/></span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="card list">{items}</ul> }.into_any()
}
