//! `/meetings/:id/live`: the meeting by picture and sound. Before one takes a seat one sees one's own picture and level;
//! then who speaks is large, the others are small, and everybody of the meeting stands in a list beside.

use domain::access::{Action, Stage};
use domain::error::Refusal;
use domain::ids::MeetingId;
use domain::live::Seat;
use domain::live::wire::Carries;
use domain::meetings::Meeting;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::Title;

use super::calls::{LineRecords, lines};
use super::table::{ELEMENT, Lost, Table};
use super::{behind, controls, devices, paper, people, record, stage};
use crate::failure::{CallError, Problem};
use crate::meetings::calls::{self, Shown};
use crate::session::with_page;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Icon, Loaded, Notice, Tone, loaded_page, named, resource_of};

/// An online meeting.
#[component]
pub fn LivePage() -> impl IntoView {
    let id = named::<MeetingId>();
    let data: Loaded<Opened> = resource_of(id, opened);
    let (script, reader) = with_page(|page| (page.assets.live.clone(), page.assets.reader.clone()));
    view! {
        <script r#type="module" src=script nonce=use_nonce()></script>
        <script r#type="module" src=reader nonce=use_nonce()></script>
        {loaded_page(data, t(LIVE_TITLE), |(of, records)| shown(&of.meeting, records))}
    }
}

/// The meeting, and how its lines held for those to whom this page tells it.
type Opened = (Shown, Option<LineRecords>);

/// One after the other in one: data that is asked for within a page's data would reach the browser too late.
async fn opened(id: MeetingId) -> Result<Opened, CallError> {
    let shown = calls::fetch(id).await?;
    let tells = match shown.meeting.state.stage() {
        Stage::UnderWay => shown.meeting.may(Action::ConductMeeting),
        stage => stage != Stage::Scheduled,
    };
    let records = if tells { Some(lines(id).await?) } else { None };
    Ok((shown, records))
}

/// While the meeting is ahead or being held it is joined here; then this tells how its lines held.
fn shown(meeting: &Meeting, records: Option<LineRecords>) -> AnyView {
    let record = records.as_ref().map(record::record);
    match meeting.state.stage() {
        Stage::Scheduled | Stage::UnderWay => view! { {joined(meeting)} {record} }.into_any(),
        Stage::Draft | Stage::Held | Stage::Cancelled | Stage::Postponed => view! {
            <Title text=meeting.title.clone()/>
            <header class="mh live__head">
                <a class="back" href=format!("/meetings/{}", meeting.id)><Icon name="arrow-left"/>{t(LIVE_BACK)}</a>
                <h1>{meeting.title.clone()}</h1>
            </header>
            <div class="stack">
                <Problem failure=meeting.state.refusal().into()/>
                {record}
            </div>
        }
        .into_any(),
    }
}

fn joined(meeting: &Meeting) -> impl IntoView + use<> {
    let (table, id) = (Table::new(), meeting.id);
    Effect::new(move |_| {
        table.open(id);
        controls::take_keys(table);
    });
    let rehearses = meeting.state.stage() == Stage::Scheduled;
    let rehearse = rehearses.then(|| {
        view! {
            <a class="btn btn--secondary" href=format!("/meetings/{id}/rehearsal")><Icon name="list-checks"/>{t(LIVE_REHEARSE)}</a>
        }
    });
    let papers: Vec<_> = meeting.papers().map(|paper| (paper.id, paper.title.clone())).collect();
    let shows = papers.clone();
    let body = view! {
        <div class="live__body">
            <div class="live__main">
                {paper::paper(table, papers)}
                {stage::stage(table)}
                {move || match table.seat.get() {
                    Some(_) => controls::bar(table, shows.clone()).into_any(),
                    None => entrance(table).into_any(),
                }}
            </div>
            <div class="stack live__side">
                {people::people(table)}
                {behind::behind(id, table)}
            </div>
        </div>
    };
    view! {
        <Title text=meeting.title.clone()/>
        <header class="mh live__head">
            <a class="back" href=format!("/meetings/{}", meeting.id)><Icon name="arrow-left"/>{t(LIVE_BACK)}</a>
            <h1>{meeting.title.clone()}</h1>
            {line_words(table)}
            {rehearse}
        </header>
        {element(table, body)}
        <p class="hint live__note">{t(LIVE_NOT_RECORDED)}</p>
    }
}

/// The element that holds cameras and connections, around what the page shows.
pub(super) fn element<V: IntoView + 'static>(table: Table, body: V) -> impl IntoView {
    let on_off = |is_on: bool| if is_on { "on" } else { "off" };
    let hear = move |event: leptos::ev::Event| table.told(&event);
    view! {
        <live-media
            id=ELEMENT
            class="live"
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
            {notices(table)}
            {body}
        </live-media>
    }
}

/// How the line is, in words: what it carries and which way it takes are two things. What changes every two seconds is
/// no news, and stands outside of what is read aloud.
fn line_words(table: Table) -> impl IntoView {
    let sits = Memo::new(move |_| table.seat.get().is_some());
    let state = Memo::new(move |_| table.measured.with(|measured| measured.state.clone()));
    let is_around =
        Memo::new(move |_| table.measured.with(|measured| measured.is_tcp) && state.get() == "up");
    let words = move || {
        let (icon, words) = state.with(|state| match (state.as_str(), table.carries.get()) {
            ("up", Carries::All) => ("wifi", LIVE_LINE_GOOD),
            ("up", Carries::Small) => ("wifi", LIVE_LINE_SMALL),
            ("up", Carries::SoundAndScreen) => ("wifi", LIVE_LINE_SOUND),
            ("lost", _) => ("wifi-off", LIVE_LINE_LOST),
            _ => ("wifi", LIVE_LINE_CONNECTING),
        });
        view! { <span><Icon name=icon/>{t(words)}</span> }
    };
    let around = move || is_around.get().then(|| view! { <span>{t(LIVE_LINE_TCP)}</span> });
    let rates = move || {
        let kilobits = |bits: f64| format!("{:.0}", bits / 1000.0);
        let (up, down) =
            table.measured.with(|measured| (kilobits(measured.up_bps), kilobits(measured.down_bps)));
        let words = || tf(LIVE_LINE_RATES, &[("up", &up), ("down", &down)]);
        (state.get() == "up").then(|| view! { <span>{words()}</span> })
    };
    move || {
        sits.get().then(|| {
            view! { <div class="mh__m"><span class="live__state" role="status">{words}{around}</span>{rates}</div> }
        })
    }
}

fn notices(table: Table) -> impl IntoView {
    let failure = move || table.failure.get().map(|failure| view! { <Problem failure/> });
    let problem = move || {
        table.problem.get().map(|word| {
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
                    <button class="btn btn--secondary" r#type="button" on:click=move |_| table.start()>{t(FAILURE_TRY_AGAIN)}</button>
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
    let blocked = move || {
        table.is_blocked.get().then(|| {
            view! {
                <Notice tone=Tone::Risk alert=true icon="wifi-off" title=t(LIVE_BLOCKED)><p>{t(LIVE_BLOCKED_BODY)}</p></Notice>
            }
        })
    };
    view! { {blocked} {lost} {failure} {problem} }
}

/// Before one sits: which seat, and whether one is seen and heard.
fn entrance(table: Table) -> impl IntoView {
    let seats = move || {
        table.standing.with(|standing| standing.as_ref().map(|of| of.seats.clone()).unwrap_or_default())
    };
    let words = move |seat: Seat| match seat {
        Seat::Hall => t(LIVE_SIT_HALL).to_owned(),
        Seat::Site(_) => tf(LIVE_SIT_SITE, &[("name", &table.name(seat))]),
        Seat::Person(_) => t(LIVE_SIT_PERSON).to_owned(),
    };
    let buttons = move || {
        let seats = seats();
        if table.standing.with(Option::is_none) && table.is_blocked.get() {
            return ().into_any();
        }
        if table.standing.with(Option::is_none) {
            return view! { <p class="hint" role="status">{t(LIVE_LINE_CONNECTING)}</p> }.into_any();
        }
        if seats.is_empty() {
            return view! { <p>{t(LIVE_NO_SEAT)}</p> }.into_any();
        }
        let button = move |(place, seat): (usize, Seat)| {
            let class = if place == 0 { "btn btn--primary" } else { "btn btn--secondary" };
            let sit = move |_| {
                table.start();
                table.sit(seat);
            };
            view! {
                <button class=class r#type="button" on:click=sit><Icon name="video"/>{move || words(seat)}</button>
            }
        };
        seats.into_iter().enumerate().map(button).collect_view().into_any()
    };
    view! {
        <div class="live__enter">
            {controls::own(table)}
            {devices::menu(table.chosen)}
            <div class="live__sit">{buttons}</div>
        </div>
    }
}
