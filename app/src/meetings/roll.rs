//! The delegates of a meeting and their roll: three words per person, the reason of an absence, the tallies above.
//! Marking needs no script; with it a press is sent at once and only that row changes.

use domain::access::{Action, Part, Stage};
use domain::attendance::{CalledBy, Presence, RollTally};
use domain::meetings::{Meeting, Participant};
use leptos::prelude::*;
use server_fn::ServerFn;

use super::desk::Desk;
use super::roll_calls::{self, Mark, MarkRest};
use super::step::Step;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Avatar, Empty, Icon};

/// Delegates and roll, redrawn when the meeting changes on the server.
pub(super) fn roll(desk: Desk) -> impl IntoView {
    move || {
        let meeting = desk.meeting.get();
        if meeting.participants.is_empty() {
            return view! { <Empty title=t(ROLL_EMPTY) body=t(ROLL_EMPTY_BODY)/> }.into_any();
        }
        let is_called = meeting.may(Action::CallRoll) && meeting.state.stage() != Stage::Draft;
        let is_shown = is_called || matches!(meeting.state.stage(), Stage::UnderWay | Stage::Held);
        let rows: Vec<Row> = meeting.participants.iter().map(Row::new).collect();
        let tally = {
            let presences: Vec<RwSignal<Presence>> = rows.iter().map(|row| row.presence).collect();
            Memo::new(move |_| {
                let now: Vec<Presence> = presences.iter().map(|presence| presence.get()).collect();
                RollTally::of(&now)
            })
        };
        let lines = rows.into_iter().map(|row| line(desk, row, is_called, is_shown)).collect_view();
        view! {
            <section class="card" aria-labelledby="roll">
                <header class="card__head card__head--wrap">
                    <h2 id="roll">{t(if is_shown { ROLL_TITLE } else { ROLL_DELEGATES })}</h2>
                    {is_called.then(|| rest(desk, tally))}
                    {hall_link(&meeting)}
                </header>
                {is_shown.then(|| summary(tally))}
                <div>{lines}</div>
            </section>
        }
        .into_any()
    }
}

/// One delegate on the page.
#[derive(Clone)]
struct Row {
    of: Participant,
    presence: RwSignal<Presence>,
}

impl Row {
    fn new(of: &Participant) -> Row {
        Row { of: of.clone(), presence: RwSignal::new(of.presence.clone()) }
    }
}

fn hall_link(meeting: &Meeting) -> Option<AnyView> {
    meeting.may(Action::ShowHall).then(|| {
        let href = format!("/meetings/{}/hall", meeting.id);
        view! { <a class="btn btn--quiet" href=href target="_blank"><Icon name="qr-code"/>{t(ROLL_BY_CODE)}</a> }.into_any()
    })
}

fn rest(desk: Desk, tally: Memo<RollTally>) -> impl IntoView {
    move || {
        let left = tally.get().not_called;
        (left > 0).then(|| {
            view! {
                <Step desk path=MarkRest::PATH>
                    <input r#type="hidden" name="id" value=desk.id.to_string()/>
                    <input r#type="hidden" name="presence" value="in_room"/>
                    <button class="btn btn--secondary btn--sm"><Icon name="user-check"/>{tf(ROLL_MARK_REST, &[("n", &left)])}</button>
                </Step>
            }
        })
    }
}

/// The bar and the four numbers.
fn summary(tally: Memo<RollTally>) -> impl IntoView {
    let share = move |part: fn(&RollTally) -> u32| {
        move || {
            let tally = tally.get();
            format!("--v:{}", f64::from(part(&tally)) * 100.0 / f64::from(tally.total().max(1)))
        }
    };
    let sentence = move || {
        let RollTally { in_room, online, absent, not_called } = tally.get();
        tf(ROLL_SENTENCE, &[("a", &in_room), ("b", &online), ("c", &absent), ("d", &not_called)])
    };
    let number = move |part: fn(&RollTally) -> u32, colour: &'static str, word: &'static str| {
        view! { <div><b class="num">{move || tally.with(part)}</b><span><i style=colour></i>{word}</span></div> }
    };
    view! {
        <div class="rollsum">
            <div class="progress" role="img" aria-label=sentence>
                <i style=share(|tally| tally.in_room)></i>
                <i style=move || format!("{};--c:var(--online-fill)", share(|tally| tally.online)())></i>
                <i style=move || format!("{};--c:var(--missed)", share(|tally| tally.absent)())></i>
            </div>
            <div class="sum">
                {number(|tally| tally.in_room, "--c:var(--accent-fill)", t(ROLL_IN_ROOM))}
                {number(|tally| tally.online, "--c:var(--online-fill)", t(ROLL_ONLINE))}
                {number(|tally| tally.absent, "--c:var(--missed)", t(ROLL_ABSENT_WITH_REASON))}
                {number(|tally| tally.not_called, "--c:var(--sunken);box-shadow:inset 0 0 0 1px var(--line-strong)", t(ROLL_NOT_CALLED))}
            </div>
        </div>
    }
}

fn line(desk: Desk, row: Row, is_called: bool, is_shown: bool) -> impl IntoView {
    let name = name_of(&row.of);
    let meta = meta_of(&row.of);
    let code = matches!(row.of.called_by, Some(CalledBy::Code)).then(|| {
        view! { <span><Icon name="qr-code"/>{t(ROLL_CALLED_BY_CODE)}</span> }
    });
    let presence = row.presence;
    let state = move || {
        let presence = presence.get();
        let reason = match &presence {
            Presence::Absent { reason } if !reason.is_empty() => format!(": {reason}"),
            _ => String::new(),
        };
        format!("{}{reason}", crate::words::presence(&presence))
    };
    let control = if is_called {
        marks(desk, &row, name.clone()).into_any()
    } else if is_shown {
        view! { <span class="rc__state">{state}</span> }.into_any()
    } else {
        ().into_any()
    };
    view! {
        <div class="rc">
            <Avatar agency=row.of.agency.short_name.clone() large=true/>
            <span class="item__text grow">
                <span class="item__title">{name}</span>
                <span class="item__meta">{meta.into_iter().map(|part| view! { <span>{part}</span> }).collect_view()}{code}</span>
            </span>
            {control}
        </div>
    }
}

fn name_of(of: &Participant) -> String {
    match &of.person {
        Some(person) => person.name.clone(),
        None => tf(ROLL_TO_BE_NAMED, &[("agency", &of.agency.short_name)]),
    }
}

fn meta_of(of: &Participant) -> Vec<String> {
    let part = match of.part {
        Part::Chair => Some(t(PART_CHAIR).to_owned()),
        Part::Secretary => Some(t(PART_SECRETARY).to_owned()),
        Part::Delegate | Part::Invited => None,
    };
    let position = of.person.as_ref().map(|person| person.position.clone()).filter(|text| !text.is_empty());
    let agency = of.person.is_some().then(|| of.agency.short_name.clone());
    [part, position, agency].into_iter().flatten().collect()
}

/// The three words, and the reason once "absent" is chosen.
fn marks(desk: Desk, row: &Row, name: String) -> impl IntoView + use<> {
    let presence = row.presence;
    let participant = row.of.id;
    let chosen = RwSignal::new(presence.get_untracked());
    let is_alive = RwSignal::new(false);
    Effect::new(move |_| is_alive.set(true));
    let tell = move |code: &'static str, reason: String| {
        leptos::task::spawn_local(async move {
            match roll_calls::mark(desk.id, participant, code.to_owned(), reason.clone()).await {
                Ok(()) => {
                    desk.failure.try_set(None);
                    if let Some(now) = Presence::parse(code, &reason) {
                        presence.try_set(now);
                    }
                }
                Err(failure) => {
                    chosen.try_set(presence.get_untracked());
                    desk.failure.try_set(Some(failure.0));
                }
            }
        });
    };
    let word = move |code: &'static str, icon: &'static str, word: &'static str| {
        let is_chosen = move || chosen.with(|chosen| chosen.code() == code);
        let choose = move |_| {
            chosen.set(Presence::parse(code, "").unwrap_or_default());
            // An absence is sent with its reason, by the button beside it.
            if code != "absent" {
                tell(code, String::new());
            }
        };
        view! {
            <label>
                <input
                    r#type="radio"
                    name="presence"
                    value=code
                    checked=presence.with_untracked(|now| now.code() == code)
                    prop:checked=is_chosen
                    required=true
                    on:change=choose
                />
                {move || is_chosen().then(|| view! { <Icon name=icon/> })}
                {word}
            </label>
        }
    };
    let asks = move || !is_alive.get() || chosen.with(|chosen| matches!(chosen, Presence::Absent { .. }));
    let written = match presence.get_untracked() {
        Presence::Absent { reason } => reason,
        _ => String::new(),
    };
    let field = format!("reason-{participant}");
    view! {
        <Step desk path=Mark::PATH class="rc__form">
            <input r#type="hidden" name="id" value=desk.id.to_string()/>
            <input r#type="hidden" name="participant" value=participant.to_string()/>
            <span class="seg" role="radiogroup" aria-label=tf(ROLL_OF, &[("name", &name)])>
                {word("in_room", "user-check", t(ROLL_IN_ROOM))}
                {word("online", "video", t(ROLL_ONLINE))}
                {word("absent", "user-x", t(ROLL_ABSENT))}
            </span>
            <span class="rc__reason" hidden=move || !asks()>
                <label class="vh" for=field.clone()>{tf(ROLL_REASON_OF, &[("name", &name)])}</label>
                <input class="input" id=field name="reason" value=written placeholder=t(ROLL_REASON)/>
                <button class="btn btn--secondary">{t(ROLL_WRITE)}</button>
            </span>
        </Step>
    }
}
