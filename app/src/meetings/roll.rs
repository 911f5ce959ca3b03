//! The delegates and guests of a meeting and their roll: three words per person, the way back from a slip, the reason of an absence,
//! the tallies above. Marking needs no script; with it a press is sent at once and only that row changes.

use domain::access::{Action, Stage};
use domain::attendance::{CalledBy, Presence, RollTally};
use domain::count::Form;
use domain::ids::ParticipantId;
use domain::meetings::Meeting;
use leptos::html::Input;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::desk::Desk;
use super::roll_add;
use super::roll_calls::{Mark, TakeOff};
use super::roll_marking::{Marking, stays_within};
use super::roll_narrow::Narrowing;
use super::roll_rest::rest;
use super::roll_row::{RollRow, Tallies};
use super::step::Step;
use crate::failure::describe;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Avatar, Empty, Icon, hydrated, rows};

/// Delegates and roll. Whoever comes in changes their own row; a reason that is being typed in another one stays.
pub(super) fn roll(desk: Desk) -> impl IntoView {
    let is_empty = Memo::new(move |_| {
        desk.meeting.with(|meeting| meeting.participants.is_empty() && meeting.guests.is_empty())
    });
    move || match is_empty.get() {
        true => view! { <Empty title=t(ROLL_EMPTY) body=t(ROLL_EMPTY_BODY)/> }.into_any(),
        false => whole(desk).into_any(),
    }
}

/// What the caller may do with the roll now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct How {
    /// Marks it.
    is_called: bool,
    /// Sees it.
    is_shown: bool,
    /// Whether the meeting is open, or was: before that only an absence is known.
    is_open: bool,
    /// Shows the hall's code.
    shows_hall: bool,
}

impl How {
    fn of(meeting: &Meeting) -> How {
        let stage = meeting.state.stage();
        let is_called = meeting.may(Action::CallRoll) && stage != Stage::Draft;
        let is_open = matches!(stage, Stage::UnderWay | Stage::Held);
        How { is_called, is_shown: is_called || is_open, is_open, shows_hall: meeting.may(Action::ShowHall) }
    }
}

fn whole(desk: Desk) -> impl IntoView {
    let how = Memo::new(move |_| desk.meeting.with(How::of));
    let tallies = Memo::new(move |_| desk.meeting.with(Tallies::of));
    let narrowing = Narrowing::of_address();
    let ids = move || {
        desk.meeting.with(|meeting| narrowing.of(meeting, meeting.participants.iter().map(|of| &of.id)))
    };
    let guests =
        move || desk.meeting.with(|meeting| narrowing.of(meeting, meeting.guests.iter().map(|of| &of.id)));
    let is_found = Memo::new(move |_| !ids().is_empty() || !guests().is_empty());
    let count =
        Memo::new(move |_| desk.meeting.with(|meeting| meeting.participants.len() + meeting.guests.len()));
    let drawn = move |id| {
        let id = ParticipantId(id);
        line(desk, row_of(desk, id), id, (how, narrowing)).into_any()
    };
    let title = move || t(if how.get().is_shown { ROLL_TITLE } else { ROLL_DELEGATES });
    view! {
        <section class="card" aria-labelledby="roll">
            <header class="card__head card__head--wrap">
                <h2 id="roll">{title}</h2>
                {move || (how.get().is_called && how.get().is_open).then(|| rest(desk, tallies))}
                {move || how.get().shows_hall.then(|| hall_link(desk))}
            </header>
            {move || how.get().is_shown.then(|| summary(desk, tallies))}
            {roll_add::adding(desk)}
            {move || (how.get().is_called && !how.get().is_open).then(|| view! { <p class="hint rc__early">{t(ROLL_EARLY)}</p> })}
            {move || narrowing.form(desk.id, count.get())}
            {move || (!is_found.get()).then(|| view! { <p class="muted rc__early" role="status">{t(ROLL_NONE_FOUND)}</p> })}
            <div>{rows(ids, drawn)}</div>
            {move || guests_title(tallies, how.get().is_shown)}
            <div>{rows(guests, drawn)}</div>
        </section>
    }
}

/// The head of the guests' rows; nothing without guests.
fn guests_title(tallies: Memo<Tallies>, is_shown: bool) -> Option<AnyView> {
    let guests = tallies.get().guests;
    let present = tf(ROLL_GUESTS_PRESENT, &[("a", &guests.present()), ("n", &guests.total())]);
    let present = is_shown.then(|| view! { <span class="hint">{present}</span> });
    (guests.total() > 0).then(|| view! { <h3 class="rc__group">{t(ROLL_GUESTS)}" "{present}</h3> }.into_any())
}

/// One row; as it was last while it is on its way out.
fn row_of(desk: Desk, id: ParticipantId) -> Memo<RollRow> {
    Memo::new(move |last: Option<&RollRow>| {
        let now = desk.meeting.with(|meeting| RollRow::of(meeting, id));
        now.or_else(|| last.cloned()).expect("a row is drawn for somebody who is there")
    })
}

fn hall_link(desk: Desk) -> impl IntoView {
    let href = format!("/meetings/{}/hall", desk.id);
    view! { <a class="btn btn--quiet" href=href target="_blank"><Icon name="qr-code"/>{t(ROLL_BY_CODE)}</a> }
}

/// The bar and the numbers of everybody who is called, the agencies that are to name somebody, and in one line how many of
/// delegates and guests are present.
fn summary(desk: Desk, tallies: Memo<Tallies>) -> impl IntoView {
    let tally = Memo::new(move |_| tallies.with(Tallies::everybody));
    let present = move || {
        let Tallies { delegates, guests, .. } = tallies.get();
        let numbers = [delegates.present(), delegates.total(), guests.present(), guests.total()];
        let [a, n, b, m] = &numbers;
        (guests.total() > 0).then(|| {
            let words = tf(ROLL_DELEGATES_PRESENT, &[("a", a), ("n", n), ("b", b), ("m", m)]);
            view! { <p class="hint" role="status">{words}</p> }
        })
    };
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
    let joins = Memo::new(move |_| {
        let is_possible = desk.meeting.with(|meeting| meeting.form != Form::InPerson);
        is_possible || tally.with(|tally| tally.online > 0)
    });
    let unnamed = move || {
        let count = tallies.get().unnamed;
        (count > 0).then(|| view! { <div><b class="num">{count}</b><span>{t(ROLL_UNNAMED)}</span></div> })
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
                {move || joins.get().then(|| number(|tally| tally.online, "--c:var(--online-fill)", t(ROLL_ONLINE)))}
                {number(|tally| tally.absent, "--c:var(--missed)", t(ROLL_ABSENT))}
                {number(|tally| tally.not_called, "--c:var(--sunken);box-shadow:inset 0 0 0 1px var(--line-strong)", t(ROLL_NOT_CALLED))}
                {unnamed}
            </div>
            {present}
        </div>
    }
}

fn line(
    desk: Desk,
    of: Memo<RollRow>,
    id: ParticipantId,
    (how, narrowing): (Memo<How>, Narrowing),
) -> impl IntoView {
    let presence = Memo::new(move |_| of.with(|of| of.presence.clone()));
    let name = Memo::new(move |_| of.with(|of| of.name.clone()));
    let meta = move || {
        let parts = of.with(|of| of.meta.clone());
        parts.into_iter().map(|part| view! { <span>{part}</span> }).collect_view()
    };
    let code = move || {
        of.with(|of| matches!(of.called_by, Some(CalledBy::Code))).then(|| {
            view! { <span><Icon name="qr-code"/>{t(ROLL_CALLED_BY_CODE)}</span> }
        })
    };
    // Nobody is there to be called before the agency has named somebody.
    let is_named = Memo::new(move |_| of.with(|of| of.is_named));
    let control = move || match how.get() {
        _ if !is_named.get() => ().into_any(),
        How { is_called: true, is_open, .. } => {
            marks(desk, presence, (id, narrowing), name, is_open).into_any()
        }
        How { is_shown: true, .. } => {
            view! { <span class="rc__state">{move || presence.with(state)}</span> }.into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <div class="rc">
            {move || view! { <Avatar agency=of.with(|of| of.agency.clone()) large=true/> }}
            <span class="item__text grow">
                <span class="item__title">{name}</span>
                <span class="item__meta">{meta}{code}</span>
            </span>
            {taking_off(desk, of, id)}
            {control}
        </div>
    }
}

/// Whoever was added by mistake is taken off again, until they are called.
fn taking_off(desk: Desk, of: Memo<RollRow>, id: ParticipantId) -> impl IntoView {
    let may = Memo::new(move |_| {
        let is_open = of.with(|of| of.is_added && of.presence == Presence::NotCalled);
        is_open && desk.meeting.with(|meeting| meeting.may(Action::AddParticipants))
    });
    move || {
        may.get().then(|| {
            let label = of.with(|of| tf(ROLL_TAKE_OFF_OF, &[("name", &of.name)]));
            view! {
                <Step desk path=TakeOff::PATH says=Some(DONE_TAKEN_OFF)>
                    <input r#type="hidden" name="id" value=desk.id.to_string()/>
                    <input r#type="hidden" name="participant" value=id.to_string()/>
                    <button class="btn btn--quiet btn--sm" aria-label=label><Icon name="user-minus"/>{t(ROLL_TAKE_OFF)}</button>
                </Step>
            }
        })
    }
}

/// Where somebody is, and why.
fn state(presence: &Presence) -> String {
    let word = crate::words::presence(presence);
    match presence {
        Presence::Absent { reason } if !reason.is_empty() => format!("{word}: {reason}"),
        _ => word.to_owned(),
    }
}

/// Takes a mark back: the delegate was not called.
fn undo(
    desk: Desk,
    presence: Memo<Presence>,
    (participant, narrowing): (ParticipantId, Narrowing),
    name: Memo<String>,
    first: NodeRef<Input>,
) -> impl IntoView {
    let is_called = Memo::new(move |_| presence.with(|presence| *presence != Presence::NotCalled));
    // The button goes with the mark; whoever pressed it stays in the row.
    let done = Callback::new(move |()| {
        if let Some(radio) = first.get_untracked() {
            let _ = radio.focus();
        }
    });
    move || {
        is_called.get().then(|| {
            let label = move || tf(ROLL_UNDO, &[("name", &name.get())]);
            view! {
                <Step desk path=Mark::PATH done>
                    <input r#type="hidden" name="id" value=desk.id.to_string()/>
                    <input r#type="hidden" name="participant" value=participant.to_string()/>
{narrowing.fields()}
                    <input r#type="hidden" name="presence" value=Presence::NotCalled.code()/>
                    <button class="btn btn--icon" aria-label=label title=t(ROLL_UNDO_SHORT)><Icon name="undo-2"/></button>
                </Step>
            }
        })
    }
}

/// The three words, and the reason once "absent" is chosen. Before the meeting is open there is only that one.
fn marks(
    desk: Desk,
    presence: Memo<Presence>,
    (participant, narrowing): (ParticipantId, Narrowing),
    name: Memo<String>,
    is_open: bool,
) -> impl IntoView {
    let marking = Marking::new(desk, participant, presence);
    let is_hydrated = hydrated();
    let asks =
        move || !is_hydrated.get() || marking.chosen.with(|chosen| matches!(chosen, Presence::Absent { .. }));
    let is_back = desk.typed("of") == participant.to_string();
    let written = match presence.get_untracked() {
        _ if is_back => desk.typed("reason"),
        Presence::Absent { reason } => reason,
        _ => String::new(),
    };
    let field = format!("reason-{participant}");
    let leave = move |event| {
        if !stays_within(&event) {
            marking.tell();
        }
    };
    let (first, second, third) = (NodeRef::new(), NodeRef::new(), NodeRef::new());
    // Nobody joins an in-person meeting from afar; whoever was marked so is shown as such.
    let is_online = Memo::new(move |_| {
        let joins = desk.meeting.with(|meeting| meeting.form != Form::InPerson);
        joins || presence.with(|presence| *presence == Presence::Online)
    });
    view! {
            {undo(desk, presence, (participant, narrowing), name, first)}
            <Step desk path=Mark::PATH class="rc__form">
                <input r#type="hidden" name="id" value=desk.id.to_string()/>
                <input r#type="hidden" name="participant" value=participant.to_string()/>
    {narrowing.fields()}
                <span
                    class="seg"
                    role="radiogroup"
                    aria-label=move || tf(ROLL_OF, &[("name", &name.get())])
                    on:keydown=move |event| marking.on_key(&event)
                    on:keyup=move |_| marking.is_passing.set_value(false)
                    on:focusout=leave
                >
                    {is_open.then(|| marking.word("in_room", "user-check", t(ROLL_IN_ROOM), first))}
                    {move || (is_open && is_online.get()).then(|| marking.word("online", "video", t(ROLL_ONLINE), second))}
                    {marking.word("absent", "user-x", t(ROLL_ABSENT), third)}
                </span>
                <span class="rc__reason" hidden=move || !asks()>
                    <label class="vh" for=field.clone()>{move || tf(ROLL_REASON_OF, &[("name", &name.get())])}</label>
                    <input
                        class="input"
                        id=field
                        name="reason"
                        value=written
                        placeholder=t(ROLL_REASON)
                        on:change=move |event| marking.tell_why(event_target_value(&event))
                    />
                    <button class="btn btn--secondary">{t(ROLL_WRITE)}</button>
                </span>
                {move || marking.refused.get().map(|failure| {
                    view! { <p class="field__error rc__refused"><Icon name="octagon-x"/>{describe(&failure).title}</p> }
                })}
            </Step>
        }
}
