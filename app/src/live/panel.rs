//! `/meetings/:id/panel`: for those who sit in the hall with a tablet, outside of the call. What is discussed and for how long
//! still, who speaks, the papers of the item, what comes next, and the request to speak. Whoever directs steers the meeting from
//! here as from the call, without a camera. No picture, no sound: nothing howls.

use domain::access::{Action, Stage};
use domain::ids::MeetingId;
use domain::live::{Direction, ShownPaper};
use domain::meetings::Meeting;
use leptos::html;
use leptos::prelude::*;
use leptos_meta::Title;

use super::agenda::{Agenda, minutes_up};
use super::page::{failures, over};
use super::paper::Papers;
use super::table::Table;
use super::{agenda, console, controls, paper, people, requests, top, turn};
use crate::failure::CallError;
use crate::meetings::calls::{self, Shown};
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Badge, BadgeTone, Dialog, Icon, Loaded, dialog, loaded_page, named, resource_of};
use crate::words;

/// The panel of somebody in the hall.
#[component]
pub fn PanelPage() -> impl IntoView {
    let id = named::<MeetingId>();
    let data: Loaded<Shown> = resource_of(id, opened);
    loaded_page(data, t(PANEL_TITLE), move |of| shown(&of.meeting, data))
}

async fn opened(id: MeetingId) -> Result<Shown, CallError> {
    calls::fetch(id).await
}

fn shown(meeting: &Meeting, data: Loaded<Shown>) -> AnyView {
    match meeting.state.stage() {
        Stage::Scheduled | Stage::UnderWay => panel(meeting, data).into_any(),
        Stage::Draft | Stage::Held | Stage::Cancelled | Stage::Postponed => view! {
            <Title text=meeting.title.clone()/>
            {over(meeting, ())}
        }
        .into_any(),
    }
}

fn panel(meeting: &Meeting, data: Loaded<Shown>) -> impl IntoView + use<> {
    let (table, id) = (Table::in_hall(), meeting.id);
    let directs = meeting.may(Action::ConductMeeting);
    let agenda = Agenda::of(table, meeting);
    Effect::new(move |_| {
        table.open(id);
        controls::take_keys(table);
        table.lists.set(directs);
    });
    // Once it is over, the page says when.
    Effect::new(move |_| {
        let stage = table.state.with(|state| state.as_ref().map(|state| state.live.stage));
        if stage.is_some_and(|stage| !domain::live::is_on(stage)) {
            data.refetch();
        }
    });
    let titled = meeting.papers().map(|paper| (paper.id, paper.title.clone())).collect();
    let shows = Papers::new(table, titled);
    let tab = RwSignal::new(console::Tab::default());
    let where_in = meeting
        .rooms
        .first()
        .map(|room| room.name.clone())
        .or_else(|| (!meeting.place.is_empty()).then(|| meeting.place.clone()));
    let room = view! {
        <div class="call__room hpanel">
            {now(table, agenda, where_in)}
            {directs.then(|| turn::panel(table))}
            {papers(table, agenda, id)}
            {(!directs).then(|| next(table, agenda))}
        </div>
    };
    let foot = match directs {
        true => view! {
            <div class="calltools__floor">{controls::mute_all(table, "tool tool--all")}</div>
            <div class="calltools__rest">{paper::menu(shows)}{join(id)}</div>
        }
        .into_any(),
        false => view! {
            <div class="calltools__floor">{controls::floor(table)}</div>
            <div class="calltools__rest">{controls::everybody(table)}{join(id)}</div>
        }
        .into_any(),
    };
    view! {
        <Title text=meeting.title.clone()/>
        <div class="call call--panel call--whole">
            {top::top(table, meeting, agenda)}
            <div class="call__media">
                <div class="call__told">{failures(table)}</div>
                <div
                    class="call__body"
                    class:has-people=move || table.lists.get()
                    class:is-console=directs
                    data-tab=move || directs.then(|| tab.get().code())
                >
                    {room}
                    {directs.then(|| console::tabs(table, tab))}
                    {directs.then(|| agenda::panel(table, agenda))}
                    <aside class="call__people" id="call-people" aria-label=t(LIVE_PEOPLE)>
                        {directs.then(|| requests::panel(table))}
                        {people::people(table)}
                    </aside>
                </div>
                <div class="live__bar calltools hpanel__foot" role="group" aria-label=t(LIVE_TOOLBAR)>{foot}</div>
            </div>
        </div>
    }
}

/// What is discussed, how long still, and who speaks.
fn now(table: Table, agenda: Agenda, where_in: Option<String>) -> impl IntoView {
    let item = Memo::new(move |_| agenda.now());
    let stage = Memo::new(move |_| table.state.with(|state| state.as_ref().map(|state| state.live.stage)));
    let head = move || {
        let place = where_in
            .clone()
            .map_or_else(|| t(PANEL_HERE).to_owned(), |room| tf(PANEL_IN, &[("room", &room)]));
        match item.get() {
            Some((at, count, item)) => view! {
                <p class="hpanel__k">{tf(PANEL_ITEM, &[("n", &at), ("m", &count)])}<span>{place}</span></p>
                <h2>{item.title}</h2>
            }
            .into_any(),
            None => view! {
                <p class="hpanel__k">
                    {move || (stage.get() == Some(Stage::UnderWay)).then(|| view! { <Badge tone=BadgeTone::Live text=words::stage(Stage::UnderWay)/> })}
                    <span>{place}</span>
                </p>
                <h2>{move || t(if stage.get() == Some(Stage::UnderWay) { PANEL_NO_ITEM } else { PANEL_NOT_OPEN })}</h2>
            }
            .into_any(),
        }
    };
    let left = move || {
        let (_, _, item) = item.get()?;
        let left = item.left(table.now.get()?)?;
        let minutes = minutes_up(left);
        let planned = i64::from(item.minutes) * 60;
        let spent = ((planned - left.num_seconds()) * 100 / planned.max(1)).clamp(0, 100);
        let word = if minutes < 0 { PANEL_MINUTES_OVER } else { PANEL_MINUTES_LEFT };
        Some(view! {
            <p class="hpanel__left"><b class="num">{minutes.abs()}</b><span>{t(word)}</span></p>
            <i class="hpanel__bar" style=format!("--v:{spent}")></i>
        })
    };
    let floor =
        Memo::new(move |_| table.state.with(|state| state.as_ref().and_then(|state| state.live.floor)));
    let speaker = move || {
        floor.get().map(|seat| {
            view! {
                <div class="hpanel__speaker">
                    <p><span>{t(LIVE_HAS_FLOOR)}</span><b>{move || table.name(seat)}</b></p>
                    {turn::plate(table)}
                </div>
            }
        })
    };
    view! { <section class="hpanel__now on-deep" aria-label=t(PANEL_NOW)>{head}{left}{speaker}</section> }
}

/// The papers of the item, or of the whole meeting between two items; the one that lies open before everybody is read along.
fn papers(table: Table, agenda: Agenda, meeting: MeetingId) -> impl IntoView {
    let presented: Memo<Option<ShownPaper>> =
        Memo::new(move |_| table.state.with(|state| state.as_ref().and_then(|state| state.live.paper)));
    let listed = move || {
        let papers = agenda.now().map_or_else(|| agenda.papers(), |(_, _, item)| item.papers);
        let presented = presented.get();
        // What lies open may belong to another item.
        let all = agenda.papers();
        let other = presented
            .and_then(|open| all.into_iter().find(|paper| paper.id == open.paper))
            .filter(|open| !papers.iter().any(|paper| paper.id == open.id));
        let rows = other.into_iter().chain(papers).map(|paper| {
            let page = presented.filter(|open| open.paper == paper.id).map(|open| open.page);
            let words = match (page, paper.pages) {
                (Some(page), _) => tf(PANEL_PRESENTED, &[("n", &page)]),
                (None, Some(pages)) => tf(PAPER_PAGES, &[("n", &pages)]),
                (None, None) => String::new(),
            };
            let (href, word, class) = match page {
                Some(_) => (format!("/papers/{}?follow=on", paper.id), PANEL_FOLLOW, "btn btn--primary"),
                None => (format!("/papers/{}", paper.id), HOME_READ, "btn btn--secondary"),
            };
            view! {
                <li class:is-open=page.is_some()>
                    <Icon name=if page.is_some() { "presentation" } else { "file-text" }/>
                    <span class="grow"><b>{paper.title}</b><small>{words}</small></span>
                    <a class=class href=href>{t(word)}</a>
                </li>
            }
        });
        let rows: Vec<_> = rows.collect();
        match rows.is_empty() {
            true => {
                let words = if agenda.now().is_some() { PANEL_NO_PAPERS } else { AGENDA_NO_PAPERS };
                view! { <p class="cpanel__none">{t(words)}</p> }.into_any()
            }
            false => view! { <ul class="hpanel__papers">{rows}</ul> }.into_any(),
        }
    };
    let close = move || {
        (table.directs() && presented.get().is_some()).then(|| {
            view! {
                <button class="btn btn--quiet" r#type="button" on:click=move |_| table.direct(Direction::Paper(None))>{t(SHOWN_CLOSE)}</button>
            }
        })
    };
    view! {
        <section class="cpanel" aria-labelledby="panel-papers">
            <header class="cpanel__h">
                <h2 id="panel-papers">{move || t(if agenda.now().is_some() { PANEL_PAPERS } else { NAV_PAPERS })}</h2>
                {close}
                <a class="btn btn--quiet" href=format!("/meetings/{meeting}#agenda")>{t(PANEL_ALL_PAPERS)}</a>
            </header>
            {listed}
        </section>
    }
}

/// The items that are still to come.
fn next(table: Table, agenda: Agenda) -> impl IntoView {
    let lines = agenda::to_come(table, agenda);
    move || {
        let lines = lines();
        (!lines.is_empty()).then(|| {
            view! {
                <section class="cpanel" aria-labelledby="panel-next">
                    <header class="cpanel__h"><h2 id="panel-next">{t(PANEL_NEXT)}</h2></header>
                    <ol class="csteps">{lines.into_iter().collect_view()}</ol>
                </section>
            }
        })
    }
}

/// The way into the call from here, which asks first: two machines in one hall howl.
fn join(meeting: MeetingId) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    view! {
        <button class="tool" r#type="button" aria-haspopup="dialog" on:click=move |_| dialog::show(node)>
            <Icon name="video"/><span class="live__word">{t(LIVE_SIT_PERSON)}</span>
        </button>
        <Dialog node id="panel-join" title=t(PANEL_JOIN_ASK)>
            <p>{t(PANEL_ECHO)}</p>
            <div class="dialog__acts">
                <button class="btn btn--secondary" r#type="button" autofocus=true on:click=move |_| dialog::close(node)>{t(LIVE_STAY)}</button>
                <a class="btn btn--primary" href=format!("/meetings/{meeting}/live")>{t(PANEL_JOIN)}</a>
            </div>
        </Dialog>
    }
}
