//! The search page. Its text is in the address, so a search can be kept and sent.

use domain::period::Window;
use domain::search::{AskedDates, asked_dates};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::calls::{Found, find_all};
use crate::form::escape;
use crate::parts::meeting_item;
use crate::session;
use crate::text::keys::*;
use crate::text::{self, number, t, tf};
use crate::ui::{Avatar, Card, Empty, Icon, PageHead, loaded, resource};

/// The search page.
#[component]
pub fn SearchPage() -> impl IntoView {
    let query = use_query_map();
    let text = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default()));
    let found = resource(move || text.get(), find_all);
    view! {
        <Title text=t(NAV_SEARCH)/>
        <PageHead title=t(NAV_SEARCH)/>
        <form class="filterbar" method="get" action="/search" role="search">
            <div class="affix">
                <Icon name="search"/>
                <input
                    class="input"
                    r#type="search"
                    name="q"
                    id="q"
                    aria-label=t(SEARCH_LABEL)
                    placeholder=t(SEARCH_LABEL)
                    value=text.get_untracked()
                    autofocus=text.with_untracked(String::is_empty)
                    data-search=""
                />
            </div>
            <button class="btn btn--primary">{t(SEARCH_SUBMIT)}</button>
        </form>
        {loaded(found, move |found| shown(&found, &text.get_untracked()))}
    }
}

fn shown(found: &Found, text: &str) -> AnyView {
    if text.trim().is_empty() {
        return view! { <p class="muted">{t(SEARCH_HINT)}</p> }.into_any();
    }
    if *found == Found::default() {
        return match asked_dates(text, session::clock().today()) {
            Some(AskedDates { windows, rest }) if rest.is_empty() => none_within(windows[0]),
            _ => view! { <Empty title=tf(SEARCH_NONE, &[("text", &text)]) body=t(SEARCH_NONE_BODY)/> }
                .into_any(),
        };
    }
    view! { <div class="stack">{meetings(found, text)}{papers(found)}{people(found)}{rooms(found)}{agencies(found)}</div> }
        .into_any()
}

/// Nothing on a day, in a month or in a year: other words would find no more, the calendar shows what is around.
fn none_within(window: Window) -> AnyView {
    let Window { from, to } = window;
    let is_day = from == to;
    let title = if is_day {
        tf(SEARCH_NONE_ON_DAY, &[("date", &text::date(from))])
    } else {
        tf(SEARCH_NONE_BETWEEN, &[("from", &text::date(from)), ("to", &text::date(to))])
    };
    let href = format!(
        "/calendar?view={}&date={}&agency=all",
        if is_day { "week" } else { "month" },
        text::iso(from)
    );
    view! {
        <Empty title>
            <a class="btn btn--secondary" href=href><Icon name="calendar-days"/>{t(SEARCH_CALENDAR)}</a>
        </Empty>
    }
    .into_any()
}

fn meetings(found: &Found, text: &str) -> Option<impl IntoView + use<>> {
    let rest = found.meetings_total - i64::try_from(found.meetings.len()).unwrap_or(i64::MAX);
    let all = (rest > 0).then(|| {
        let href = format!("/meetings?text={}", escape(text));
        let words = if found.has_more_meetings { SEARCH_NEWEST_MEETINGS } else { SEARCH_ALL_MEETINGS };
        view! { <a class="list__more" href=href>{tf(words, &[("n", &number(found.meetings_total))])}</a> }
    });
    let rows = found.meetings.iter().map(meeting_item).collect_view();
    (!found.meetings.is_empty())
        .then(|| view! { <Card title=t(NAV_MEETINGS)><ul class="list">{rows}</ul>{all}</Card> })
}

fn papers(found: &Found) -> Option<impl IntoView + use<>> {
    let rows = found
        .papers
        .iter()
        .map(|paper| {
            let date = paper.date.map(|date| view! { <span class="num">{text::date(date)}</span> });
            view! {
                <li>
                    <a class="item" href=format!("/papers/{}", paper.id)>
                        <Icon name="file-text"/>
                        <span class="item__text">
                            <span class="item__title">{paper.title.clone()}</span>
                            <span class="item__meta"><span>{paper.meeting_title.clone()}</span>{date}</span>
                        </span>
                        <span class="chev"><Icon name="chevron-right"/></span>
                    </a>
                </li>
            }
        })
        .collect_view();
    (!found.papers.is_empty())
        .then(|| view! { <Card title=t(SEARCH_PAPERS)><ul class="list">{rows}</ul></Card> })
}

fn people(found: &Found) -> Option<impl IntoView + use<>> {
    let rows = found
        .people
        .iter()
        .map(|person| {
            let href =
                format!("/calendar?view=week&person={}&who={}", person.id, escape(&person.distinct_name()));
            let detail = format!("{}, {}", person.position, person.agency);
            row(href, person.agency.clone(), person.distinct_name(), detail)
        })
        .collect_view();
    (!found.people.is_empty())
        .then(|| view! { <Card title=t(PEOPLE_TITLE)><ul class="list">{rows}</ul></Card> })
}

fn rooms(found: &Found) -> Option<impl IntoView + use<>> {
    let rows = found
        .rooms
        .iter()
        .map(|room| {
            let href = format!("/calendar?view=week&room={}", room.id);
            let seats = tf(ROOM_SEATS, &[("n", &room.capacity)]);
            row(
                href,
                room.agency.code.clone(),
                room.name.clone(),
                format!("{}, {seats}", room.agency.short_name),
            )
        })
        .collect_view();
    (!found.rooms.is_empty())
        .then(|| view! { <Card title=t(ROOMS_TITLE)><ul class="list">{rows}</ul></Card> })
}

fn agencies(found: &Found) -> Option<impl IntoView + use<>> {
    let rows = found
        .agencies
        .iter()
        .map(|agency| {
            let href = format!("/calendar?view=week&agency={}", agency.id);
            row(href, agency.short_name.clone(), agency.short_name.clone(), agency.code.clone())
        })
        .collect_view();
    (!found.agencies.is_empty())
        .then(|| view! { <Card title=t(AGENCIES_TITLE)><ul class="list">{rows}</ul></Card> })
}

fn row(href: String, agency: String, title: String, detail: String) -> impl IntoView {
    view! {
        <li>
            <a class="item" href=href>
                <Avatar agency large=true/>
                <span class="item__text">
                    <span class="item__title">{title}</span>
                    <span class="item__meta">{detail}</span>
                </span>
                <span class="chev"><Icon name="calendar-days"/></span>
            </a>
        </li>
    }
}
