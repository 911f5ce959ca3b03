//! `/meetings/:id/live`: the meeting by picture and sound. Before one takes a seat one sees one's own picture and level;
//! then who speaks is large, the others are small, and everybody of the meeting stands in a list beside.

use domain::access::{Action, Stage};
use domain::count::Form;
use domain::error::Refusal;
use domain::ids::MeetingId;
use domain::live::Seat;
use domain::meetings::Meeting;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::Title;

use super::agenda::Agenda;
use super::calls::{LineRecords, lines};
use super::element::ELEMENT;
use super::paper::Papers;
use super::shape::{Shape, Shaped};
use super::table::{Lost, Table};
use super::{
    agenda, behind, console, controls, dark, devices, leave, paper, people, recalled, record, requests,
    shape, small, stage, top, turn,
};
use crate::calls::Calls;
use crate::failure::{CallError, Problem};
use crate::meetings::calls::{Shown, fetch};
use crate::meetings::words;
use crate::session::with_page;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Icon, Loaded, Notice, Tone, loaded_page, named, resource_of, told};

/// From this width on.
#[cfg(feature = "hydrate")]
const LIST_FROM_PX: f64 = 1_200.0;

/// An online meeting.
#[component]
pub fn LivePage() -> impl IntoView {
    let id = named::<MeetingId>();
    let data: Loaded<Opened> = resource_of(id, opened);
    let (script, reader) = with_page(|page| (page.assets.live.clone(), page.assets.reader.clone()));
    view! {
        <script r#type="module" src=script nonce=use_nonce()></script>
        <script r#type="module" src=reader nonce=use_nonce()></script>
        {loaded_page(data, t(LIVE_TITLE), move |(of, records)| shown(&of.meeting, records, data))}
    }
}

/// The meeting, and how its lines held for those to whom this page tells it.
type Opened = (Shown, Option<LineRecords>);

/// One after the other in one: data that is asked for within a page's data would reach the browser too late.
async fn opened(id: MeetingId) -> Result<Opened, CallError> {
    let shown = fetch(id).await?;
    let tells = match shown.meeting.state.stage() {
        Stage::UnderWay => shown.meeting.may(Action::ConductMeeting),
        stage => stage != Stage::Scheduled,
    };
    let records = if tells { Some(lines(id).await?) } else { None };
    Ok((shown, records))
}

/// While the meeting is ahead or being held it is joined here; then this tells how its lines held.
fn shown(meeting: &Meeting, records: Option<LineRecords>, data: Loaded<Opened>) -> AnyView {
    let body = match meeting.state.stage() {
        Stage::Scheduled | Stage::UnderWay => opening(meeting, records, data).into_any(),
        Stage::Draft | Stage::Held | Stage::Cancelled | Stage::Postponed => {
            over(meeting, records.as_ref().map(record::record)).into_any()
        }
    };
    view! { <Title text=meeting.title.clone()/> {body} }.into_any()
}

/// A meeting that nobody can join: why, and what else there is to tell.
pub(super) fn over(meeting: &Meeting, more: impl IntoView) -> impl IntoView {
    view! {
        <header class="mh live__head">
            <a class="back" href=format!("/meetings/{}", meeting.id)><Icon name="arrow-left"/>{t(LIVE_BACK)}</a>
            <h1>{meeting.title.clone()}</h1>
        </header>
        <div class="stack">
            <Problem failure=meeting.state.refusal().into()/>
            {more}
        </div>
    }
}

/// Opens the call beside the pages, where it outlasts this one; until it is there, says what it is.
fn opening(meeting: &Meeting, records: Option<LineRecords>, data: Loaded<Opened>) -> impl IntoView + use<> {
    let (calls, id, title) = (Calls::here(), meeting.id, meeting.title.clone());
    let meeting = meeting.clone();
    // Whoever sits in another meeting says first that they leave it.
    let (other, leaves) = (move || calls.other(id), RwSignal::new(false));
    Effect::new(move |_| {
        if other().is_some() && !leaves.get() {
            return;
        }
        let (meeting, records) = (meeting.clone(), records.clone());
        calls.open(id, move || joined(&meeting, records.as_ref().map(record::record)).into_any());
    });
    // Once it is over, this page tells when it ended and how its lines held.
    Effect::new(move |before: Option<u32>| {
        let ended = calls.ended();
        if before.is_some_and(|before| before != ended) {
            data.refetch();
        }
        ended
    });
    move || {
        (!calls.holds(id)).then(|| {
            view! {
                <div class="call call--whole">
                    <header class="ctop"><div class="ctop__t"><h1>{title.clone()}</h1></div></header>
                    {move || match other() {
                        Some(other) => elsewhere(other, leaves).into_any(),
                        None => view! { <p class="call__waits" role="status">{t(LIVE_LINE_CONNECTING)}</p> }.into_any(),
                    }}
                </div>
            }
        })
    }
}

/// Asks whoever sits in another meeting whether they leave it for this one.
fn elsewhere(other: MeetingId, leaves: RwSignal<bool>) -> impl IntoView {
    view! {
        <div class="call__waits">
            <Notice tone=Tone::Risk icon="video" title=t(LIVE_ELSEWHERE)>
                <p>{t(LIVE_ELSEWHERE_BODY)}</p>
                <div class="live__sit">
                    <a class="btn btn--primary" href=format!("/meetings/{other}/live")>{t(LIVE_ELSEWHERE_BACK)}</a>
                    <button class="btn btn--secondary" r#type="button" on:click=move |_| leaves.set(true)>{t(LIVE_ELSEWHERE_LEAVE)}</button>
                </div>
            </Notice>
        </div>
    }
}

fn joined<V: IntoView + 'static>(meeting: &Meeting, record: Option<V>) -> impl IntoView + use<V> {
    let calls = Calls::here();
    let (table, id) = (Table::new(), meeting.id);
    table.microphone.set(false);
    Effect::new(move |_| {
        recalled::recall_seat(table, id);
        table.open(id);
        controls::take_keys(table);
    });
    dark::watch(table);
    leave::guard(table);
    let directs = meeting.may(Action::ConductMeeting);
    let agenda = Agenda::of(table, meeting);
    // Who directs, and a site that says who sits behind its camera, have the list beside the pictures where there is room.
    let is_listed = StoredValue::new(false);
    Effect::new(move |_| {
        let is_site = matches!(table.seat.get(), Some(Seat::Site(_)));
        if (directs || is_site && is_wide()) && !is_listed.get_value() {
            is_listed.set_value(true);
            table.lists.set(true);
        }
    });
    Effect::new(move |_| {
        let stage = table.state.with(|state| state.as_ref().map(|state| state.live.stage));
        if stage.is_some_and(|stage| !domain::live::is_on(stage)) {
            calls.end(id);
        }
    });
    // On another page it goes on for whoever sits; an entrance that was left is gone.
    Effect::new(move |_| {
        let is_small = calls.is_small(id);
        table.is_small.set(is_small);
        if is_small && table.seat.with(Option::is_none) && table.wanted.with(Option::is_none) {
            calls.close(id);
        }
    });
    // What is said after a step belongs to this page, wherever it stands.
    let told = told();
    let papers = meeting.papers().map(|paper| (paper.id, paper.title.clone())).collect();
    let papers = Papers::new(table, papers);
    let is_ahead = meeting.state.stage() == Stage::Scheduled;
    let starts = words::when(&meeting.sittings);
    let tab = RwSignal::new(console::Tab::default());
    let Shaped { shape, is_quiet } = Shaped::follow(table, papers, directs);
    // Who directs steers without a camera too; a delegate may sit in the hall, where there is one.
    let has_hall = meeting.form != Form::Online && meeting.may(Action::JoinMeeting);
    let in_hall = (directs || has_hall).then_some((id, directs));
    let body = view! {
        <div class="call__told">{notices(table)}</div>
        <div
            class="call__body"
            class:has-people=move || table.lists.get()
            class:is-console=directs
            data-tab=move || directs.then(|| tab.get().code())
        >
            <div class="call__room">
                {paper::paper(papers)}
                {stage::stage(table, shape)}
                {shape::foot(table, shape)}
                {directs.then(|| turn::panel(table))}
            </div>
            {directs.then(|| console::tabs(table, tab))}
            {directs.then(|| agenda::panel(table, agenda))}
            <aside class="call__people" id="call-people" aria-label=t(LIVE_PEOPLE)>
                {directs.then(|| requests::panel(table))}
                {behind::behind(id, table)}
                {people::people(table)}
                {record.map(|record| view! {
                    <details class="crecord"><summary>{t(LIVE_RECORD)}</summary>{record}</details>
                })}
            </aside>
        </div>
        {move || match table.seat.get() {
            Some(_) => controls::bar(table, papers).into_any(),
            // On its way back to its seat: no entrance that would flash by.
            None if table.wanted.with(Option::is_some) && table.failure.with(Option::is_none) => {
                view! { <footer class="call__enter"><p class="hint" role="status">{t(LIVE_LINE_CONNECTING)}</p></footer> }.into_any()
            }
            None => {
                let ahead = is_ahead.then_some(id);
                entrance(table, (ahead, ahead.map(|_| starts.clone())), in_hall).into_any()
            }
        }}
    };
    view! {
        <div
            class="call"
            class:call--filled=move || shape.get() == Shape::Filled
            class:call--tv=move || shape.get() == Shape::Television
            class:is-quiet=is_quiet
        >
            {move || table.seat.get().map(|_| view! { <a class="skip" href="#call-tools" rel="external">{t(LIVE_SKIP)}</a> })}
            {top::top(table, meeting, agenda)}
            {leave::dialog(table)}
            {small::bar(table, agenda, id)}
            {element(table, "call__media", body)}
            {told}
        </div>
    }
}

/// Whether a list has room beside the pictures.
fn is_wide() -> bool {
    #[cfg(feature = "hydrate")]
    return window()
        .inner_width()
        .ok()
        .and_then(|width| width.as_f64())
        .is_some_and(|width| width >= LIST_FROM_PX);
    #[cfg(not(feature = "hydrate"))]
    false
}

/// The element that holds cameras and connections, around what the page shows.
pub(super) fn element<V: IntoView + 'static>(table: Table, class: &'static str, body: V) -> impl IntoView {
    let on_off = |is_on: bool| if is_on { "on" } else { "off" };
    let hear = move |event: leptos::ev::Event| table.told(&event);
    view! {
        <live-media
            id=ELEMENT
            class=class
            camera=move || on_off(table.camera.get())
            microphone=move || on_off(table.is_heard())
            sharing=move || on_off(table.sharing.get())
            camera-id=move || table.chosen.camera.get()
            microphone-id=move || table.chosen.microphone.get()
            speaker-id=move || table.chosen.speaker.get()
            muted-by-chair=move || table.is_muted().then_some("on")
            on:ready=hear
            on:devices=hear
            on:say=hear
            on:problem=hear
            on:solved=hear
            on:level=hear
            on:line=hear
            on:shared=hear
        >
            {body}
        </live-media>
    }
}

/// What was refused, and a network that lets the page's line through no more.
pub(super) fn failures(table: Table) -> impl IntoView {
    let failure = move || table.failure.get().map(|failure| view! { <Problem failure/> });
    let blocked = move || {
        table.is_blocked.get().then(|| {
            view! {
                <Notice tone=Tone::Risk alert=true icon="wifi-off" title=t(LIVE_BLOCKED)><p>{t(LIVE_BLOCKED_BODY)}</p></Notice>
            }
        })
    };
    view! { {blocked} {failure} }
}

pub(super) fn notices(table: Table) -> impl IntoView {
    let problem = move || {
        table.problem.get().filter(|_| !table.is_noted.get()).map(|word| {
            let (title, body) = match word.as_str() {
                "denied" => (LIVE_DENIED, LIVE_DENIED_BODY),
                "missing" => (LIVE_MISSING, LIVE_MISSING_BODY),
                "busy" => (LIVE_BUSY, LIVE_BUSY_BODY),
                "held" => (LIVE_HELD, LIVE_HELD_BODY),
                "unanswered" => (LIVE_UNANSWERED, LIVE_UNANSWERED_BODY),
                "insecure" => (LIVE_INSECURE, LIVE_INSECURE_BODY),
                "blocked-sound" => (LIVE_BLOCKED_SOUND, LIVE_BLOCKED_SOUND_BODY),
                _ => (LIVE_UNSUPPORTED, LIVE_UNSUPPORTED_BODY),
            };
            view! {
                <Notice tone=Tone::Risk icon="triangle-alert" title=t(title)>
                    <p>{t(body)}</p>
                    <div class="live__sit">
                        <button class="btn btn--secondary" r#type="button" on:click=move |_| table.start()>{t(FAILURE_TRY_AGAIN)}</button>
                        <button class="btn btn--quiet" r#type="button" on:click=move |_| table.is_noted.set(true)>{t(LIVE_NOTED)}</button>
                    </div>
                </Notice>
            }
        })
    };
    let lost = move || {
        let (_, why) = table.lost.get()?;
        Some(match why {
            Lost::SentOut => view! { <Problem failure=Refusal::SentOut.into()/> }.into_any(),
            Lost::Replaced => view! {
                <Notice tone=Tone::Risk alert=true icon="log-out" title=t(LIVE_REPLACED)><p>{t(LIVE_REPLACED_BODY)}</p></Notice>
            }
            .into_any(),
        })
    };
    view! { {lost} {failures(table)} {problem} {dark::notice(table)} }
}

/// Before one sits: which seat, and whether one is seen and heard. A meeting that is not opened yet offers the rehearsal.
fn entrance(
    table: Table,
    (rehearses, starts): (Option<MeetingId>, Option<String>),
    in_hall: Option<(MeetingId, bool)>,
) -> impl IntoView {
    let is_taken = move |seat| table.kept(seat).is_some_and(|kept| kept.is_connected);
    // A seat that another device has comes last: whoever takes it puts that one out.
    let seats = Memo::new(move |_| {
        let seats = table.standing.with(|standing| standing.as_ref().map(|of| of.seats.clone()));
        let mut seats: Vec<_> =
            seats.unwrap_or_default().into_iter().map(|seat| (is_taken(seat), seat)).collect();
        seats.sort_by_key(|(is_taken, _)| *is_taken);
        seats
    });
    let words = move |seat: Seat| match seat {
        Seat::Hall => t(LIVE_SIT_HALL).to_owned(),
        Seat::Site(_) => tf(LIVE_SIT_SITE, &[("name", &table.name(seat))]),
        Seat::Person(_) if table.directs() => t(LIVE_SIT_CHAIR).to_owned(),
        Seat::Person(_) => t(LIVE_SIT_PERSON).to_owned(),
    };
    let what = move |seat: Seat| match seat {
        Seat::Hall => t(LIVE_SIT_HALL_HINT).to_owned(),
        Seat::Site(_) => tf(LIVE_SIT_SITE_HINT, &[("name", &table.name(seat))]),
        Seat::Person(_) => t(LIVE_SIT_PERSON_HINT).to_owned(),
    };
    let is_there = move |seat: Seat| match seat {
        Seat::Hall => t(LIVE_TAKEN_HALL).to_owned(),
        Seat::Site(_) | Seat::Person(_) => tf(LIVE_TAKEN, &[("name", &table.name(seat))]),
    };
    let buttons = move || {
        let seats = seats.get();
        if table.standing.with(Option::is_none) && table.is_blocked.get() {
            return ().into_any();
        }
        if table.standing.with(Option::is_none) {
            return view! { <p class="hint" role="status">{t(LIVE_LINE_CONNECTING)}</p> }.into_any();
        }
        if seats.is_empty() {
            return view! { <p>{t(LIVE_NO_SEAT)}</p> }.into_any();
        }
        let button = move |(place, (is_taken, seat)): (usize, (bool, Seat))| {
            let class =
                if place == 0 && !is_taken { "btn btn--primary btn--lg" } else { "btn btn--secondary" };
            let sit = move |_| {
                table.start();
                table.sit(seat);
            };
            view! {
                <button class=class r#type="button" on:click=sit><Icon name="video"/>{move || words(seat)}</button>
            }
        };
        let (_, first) = seats[0];
        let taken = seats.iter().filter(|(is_taken, _)| *is_taken).map(|(_, seat)| *seat);
        let taken =
            taken.map(|seat| view! { <p class="live__taken">{move || is_there(seat)}</p> }).collect_view();
        let buttons = seats.into_iter().enumerate().map(button).collect_view();
        view! { <p>{move || what(first)}</p> <div class="live__sit">{buttons}</div> {taken} }.into_any()
    };
    let panel = in_hall.map(|(id, directs)| {
        let word = if directs { PANEL_STEER } else { PANEL_OPEN };
        view! {
            <a class="btn btn--quiet" href=format!("/meetings/{id}/panel")><Icon name="tablet"/>{t(word)}</a>
        }
    });
    let rehearse = rehearses.map(|id| {
        view! {
            <a class="btn btn--quiet" href=format!("/meetings/{id}/rehearsal")><Icon name="list-checks"/>{t(LIVE_REHEARSE)}</a>
        }
    });
    view! {
        <footer class="call__enter">
            {starts.map(|starts| view! { <p><b>{tf(LIVE_NOT_OPEN, &[("when", &starts)])}</b></p> })}
            <div class="live__enter">
                {controls::own(table)}
                {devices::menu(table.chosen)}
                {rehearse}
                {panel}
            </div>
            {buttons}
            <p class="hint">{t(LIVE_NOT_RECORDED)}</p>
        </footer>
    }
}
