//! `/meetings/:id/rehearsal`: before the meeting a site tries its camera, microphone, loudspeaker and line with one press,
//! and is told in plain words whether that is enough. Those who direct the meeting see all sites beside.

use domain::access::{Action, Stage};
use domain::ids::MeetingId;
use domain::live::Seat;
use domain::live::rehearsal::{Rehearsal, Verdict};
use domain::meetings::Meeting;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::Title;

use super::super::calls::{Readiness, rehearsals};
use super::super::page::{element, notices};
use super::super::table::Table;
use super::super::{controls, devices};
use super::overview;
use super::trial::{Phase, Trial};
use crate::failure::{CallError, Problem};
use crate::meetings::calls::{self, Shown};
use crate::session::with_page;
use crate::text::keys::*;
use crate::text::{Text, t, tf};
use crate::ui::{Icon, Loaded, Notice, Tone, loaded_page, named, resource_of};

/// Trying before a meeting.
#[component]
pub fn RehearsalPage() -> impl IntoView {
    let id = named::<MeetingId>();
    let data: Loaded<Opened> = resource_of(id, opened);
    let script = with_page(|page| page.assets.live.clone());
    view! {
        <script r#type="module" src=script nonce=use_nonce()></script>
        {loaded_page(data, t(REHEARSAL_TITLE), |(of, tried)| shown(&of.meeting, tried))}
    }
}

type Opened = (Shown, Readiness);

async fn opened(id: MeetingId) -> Result<Opened, CallError> {
    Ok((calls::fetch(id).await?, rehearsals(id).await?))
}

fn shown(meeting: &Meeting, tried: Readiness) -> AnyView {
    let id = meeting.id;
    let body = match meeting.state.stage() {
        Stage::Scheduled => trying(meeting, tried).into_any(),
        Stage::UnderWay => view! {
            <Notice tone=Tone::Plain title=t(REHEARSAL_TOO_LATE)>
                <a class="btn btn--primary" href=format!("/meetings/{id}/live")><Icon name="video"/>{t(LIVE_JOIN)}</a>
            </Notice>
        }
        .into_any(),
        Stage::Draft => view! { <Notice tone=Tone::Plain title=t(REHEARSAL_NOT_NOW)/> }.into_any(),
        Stage::Held | Stage::Cancelled | Stage::Postponed => {
            view! { <Problem failure=meeting.state.refusal().into()/> }.into_any()
        }
    };
    view! {
        <Title text=format!("{}: {}", t(REHEARSAL_TITLE), meeting.title)/>
        <header class="mh live__head">
            <a class="back" href=format!("/meetings/{id}")><Icon name="arrow-left"/>{t(LIVE_BACK)}</a>
            <h1>{t(REHEARSAL_TITLE)}</h1>
            <p class="mh__m">{meeting.title.clone()}</p>
        </header>
        {body}
    }
    .into_any()
}

fn trying(meeting: &Meeting, tried: Readiness) -> impl IntoView + use<> {
    let (id, directs) = (meeting.id, meeting.may(Action::ConductMeeting));
    let (table, tried) = (Table::new(), RwSignal::new(tried));
    let trial = Trial::new(table);
    Effect::new(move |_| {
        table.open(id);
        trial.follow(tried);
    });
    overview::follow(id, table, tried);
    let body = view! {
        <div class="live__body">
            <div class="live__main">
                {pictures(trial)}
                <div class="live__enter">{controls::own(table)}</div>
            </div>
            <section class="card" aria-labelledby="tried">
                <header class="card__head"><h2 id="tried">{t(REHEARSAL_CHECKS)}</h2></header>
                <div class="card__body stack stack--s">
                    <ul class="tried">{lines(trial)}</ul>
                    {move || answer(trial)}
                    {move || seats(trial)}
                    <details class="more">
                        <summary>{t(LIVE_DEVICES)}</summary>
                        {devices::choices(table.chosen)}
                    </details>
                </div>
            </section>
        </div>
    };
    view! {
        {directs.then(|| overview::overview(table, tried))}
        {element(table, "live", view! { {notices(table)} {body} })}
    }
}

/// One's own picture, and the same as it comes back from the server.
fn pictures(trial: Trial) -> impl IntoView {
    let table = trial.table;
    view! {
        <div class="live__stage tried__stage">
            <figure class="seatv seatv--own" class:is-off=move || !table.camera.get()>
                <video data-self="" autoplay=true playsinline=true prop:muted=true aria-label=t(LIVE_OWN_PICTURE)></video>
                <figcaption>{t(REHEARSAL_HERE)}</figcaption>
            </figure>
            <figure class="seatv" class:is-dark=move || !trial.comes_back()>
                <video data-mid=move || trial.main() autoplay=true playsinline=true prop:muted=true aria-label=t(REHEARSAL_BACK)></video>
                <figcaption>{t(REHEARSAL_BACK)}</figcaption>
            </figure>
        </div>
    }
}

/// A light, what it is about, and what was found.
fn line(
    name: Text,
    light: impl Fn() -> Option<Verdict> + Copy + Send + Sync + 'static,
    words: impl Fn() -> String + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <li>
            {move || view! { <span class=lamp(light()).0><Icon name=lamp(light()).1/></span> }}
            <span class="grow"><b>{t(name)}</b><span class="hint" role="status">{words}</span></span>
        </li>
    }
}

/// How a verdict looks: its class and its icon.
pub(super) fn lamp(of: Option<Verdict>) -> (&'static str, &'static str) {
    match of {
        None => ("lamp", "circle"),
        Some(Verdict::Good) => ("lamp lamp--met", "circle-check"),
        Some(Verdict::Weak) => ("lamp lamp--risk", "triangle-alert"),
        Some(Verdict::Bad) => ("lamp lamp--missed", "octagon-x"),
    }
}

fn lines(trial: Trial) -> impl IntoView {
    let is_done = move || trial.phase.get() == Phase::After;
    let good = |is_good: bool| is_good.then_some(Verdict::Good);
    let camera = line(
        LIVE_CAMERA,
        move || good(trial.camera.get()).or_else(|| is_done().then_some(Verdict::Weak)),
        move || {
            t(match (trial.camera.get(), is_done()) {
                (true, _) => REHEARSAL_CAMERA_GOOD,
                (false, true) => REHEARSAL_CAMERA_BAD,
                (false, false) => REHEARSAL_CAMERA,
            })
            .to_owned()
        },
    );
    let microphone = line(
        LIVE_MICROPHONE,
        move || good(trial.voice.get()).or_else(|| is_done().then_some(Verdict::Bad)),
        move || {
            t(match (trial.voice.get(), is_done()) {
                (true, _) => REHEARSAL_VOICE_GOOD,
                (false, true) => REHEARSAL_VOICE_BAD,
                (false, false) => REHEARSAL_VOICE,
            })
            .to_owned()
        },
    );
    let speaker = line(
        LIVE_SPEAKER,
        move || trial.speaker.get().map(|heard| if heard { Verdict::Good } else { Verdict::Bad }),
        move || {
            t(match trial.speaker.get() {
                Some(true) => REHEARSAL_SOUND_GOOD,
                Some(false) => REHEARSAL_SOUND_BAD,
                None => REHEARSAL_SOUND,
            })
            .to_owned()
        },
    );
    let line = line(
        REHEARSAL_LINE,
        move || trial.verdict_of_line(),
        move || match (trial.line.get(), trial.phase.get()) {
            (Some(line), _) => overview::of_line(&line),
            (None, Phase::Before) => t(REHEARSAL_LINE_UNTRIED).to_owned(),
            (None, Phase::Trying) => t(REHEARSAL_LINE_TRYING).to_owned(),
            (None, Phase::After) => t(REHEARSAL_LINE_NONE).to_owned(),
        },
    );
    view! {
        {camera}
        {microphone}
        {speaker}
        <li class="tried__ask">
            <button class="btn btn--secondary" r#type="button" on:click=move |_| trial.table.chime()>
                <Icon name="volume-2"/>{t(REHEARSAL_CHIME)}
            </button>
            {heard(trial, true, REHEARSAL_HEARD)}
            {heard(trial, false, REHEARSAL_NOT_HEARD)}
        </li>
        {line}
    }
}

/// Says whether the test sound was heard.
fn heard(trial: Trial, is_heard: bool, word: Text) -> impl IntoView {
    view! {
        <button
            class="btn btn--secondary"
            r#type="button"
            aria-pressed=move || (trial.speaker.get() == Some(is_heard)).to_string()
            on:click=move |_| trial.answer_speaker(is_heard)
        >{t(word)}</button>
    }
}

/// What all of it comes to.
fn answer(trial: Trial) -> Option<impl IntoView> {
    let found = trial.found()?;
    let (tone, title, body) = match found.verdict() {
        Verdict::Good => (Tone::Met, REHEARSAL_GOOD, REHEARSAL_GOOD_BODY),
        Verdict::Weak => (Tone::Risk, REHEARSAL_WEAK, what_is_missing(&found)),
        Verdict::Bad => (Tone::Missed, REHEARSAL_BAD, what_is_missing(&found)),
    };
    Some(view! { <Notice tone alert=true title=t(title)><p>{t(body)}</p></Notice> })
}

/// What to do about the worst of it.
fn what_is_missing(found: &Rehearsal) -> Text {
    let line = found.line.map_or(Verdict::Bad, |line| line.verdict());
    match found {
        _ if found.line.is_none() => REHEARSAL_DO_CONNECT,
        Rehearsal { microphone: false, .. } => REHEARSAL_DO_MICROPHONE,
        Rehearsal { speaker: Some(false), .. } => REHEARSAL_DO_SPEAKER,
        _ if line == Verdict::Bad => REHEARSAL_DO_LINE,
        Rehearsal { speaker: None, .. } => REHEARSAL_DO_HEAR,
        Rehearsal { camera: false, .. } => REHEARSAL_DO_CAMERA,
        _ => REHEARSAL_DO_WEAK_LINE,
    }
}

/// From which seat it is tried.
fn seats(trial: Trial) -> AnyView {
    let table = trial.table;
    let Some(standing) = table.standing.get() else {
        return view! { <p class="hint" role="status">{t(LIVE_LINE_CONNECTING)}</p> }.into_any();
    };
    if standing.seats.is_empty() {
        return view! { <p class="hint">{t(REHEARSAL_NO_SEAT)}</p> }.into_any();
    }
    let phase = trial.phase.get();
    let several = standing.seats.len() > 1;
    let button = move |(place, seat): (usize, Seat)| {
        let class = if place == 0 { "btn btn--primary" } else { "btn btn--secondary" };
        let words = match (phase, several) {
            (Phase::Trying, _) => t(REHEARSAL_LINE_TRYING).to_owned(),
            (Phase::Before, false) => t(REHEARSAL_START).to_owned(),
            (Phase::After, false) => t(REHEARSAL_AGAIN).to_owned(),
            (Phase::Before | Phase::After, true) => {
                tf(REHEARSAL_START_AT, &[("name", &seat_name(table, seat))])
            }
        };
        view! {
            <button class=class r#type="button" disabled=phase == Phase::Trying on:click=move |_| trial.start(seat)>
                <Icon name="activity"/>{words}
            </button>
        }
    };
    let shown = if phase == Phase::Trying { &standing.seats[..1] } else { &standing.seats[..] };
    let buttons = shown.iter().copied().enumerate().map(button).collect_view();
    view! { <div class="live__sit">{buttons}</div> }.into_any()
}

fn seat_name(table: Table, seat: Seat) -> String {
    match seat {
        Seat::Person(_) => t(REHEARSAL_PERSON).to_owned(),
        seat => table.name(seat),
    }
}
