//! The steps of a meeting's life as buttons, each shown only to those who may take it now: invite, open, close; and the
//! ways to the composer and the papers. What is needed less often is in `asides`.

use chrono::NaiveDate;
use domain::access::{Action, Stage};
use domain::attendance::Presence;
use domain::count::Form;
use domain::duration::opening as opening_at;
use domain::ids::{MeetingId, PaperId};
use domain::meetings::Meeting;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::asides::Asides;
use super::calls::{Close, Open, Publish, TakeBack};
use super::desk::Desk;
use super::step::Step;
use super::{record, words};
use crate::dates;
use crate::text::keys::*;
use crate::text::{Text, t, tf};
use crate::ui::{Icon, Notice, Tone, textarea_text};

/// The row of actions. Each is drawn anew only when it is another itself, so that what is being typed into one of them
/// outlives what happens to the meeting meanwhile.
pub(super) fn actions(desk: Desk) -> impl IntoView {
    let edit = of(desk, |meeting| {
        meeting.may(Action::ComposeMeeting).then(|| meeting.state.stage() == Stage::Draft)
    });
    let sends = of(desk, |meeting| {
        let is_change = meeting.state.stage() == Stage::Scheduled;
        let sends = meeting.may(Action::PublishMeeting) && (!is_change || meeting.has_unpublished);
        sends.then_some((is_change, meeting.rev))
    });
    let drops = of(desk, |meeting| {
        let is_sent = meeting.state.stage() != Stage::Draft;
        (is_sent && meeting.has_unpublished && meeting.may(Action::ComposeMeeting)).then_some(())
    });
    let conducts = |meeting: &Meeting, stage| {
        (meeting.may(Action::ConductMeeting) && meeting.state.stage() == stage).then_some(())
    };
    let opens = Memo::new(move |_| {
        let now = words::local(desk.now.get());
        let may = desk.meeting.with(|meeting| conducts(meeting, Stage::Scheduled));
        may.map(|()| desk.meeting.with(|meeting| opening_at(&meeting.sittings, now).is_some()))
    });
    let is_early = Memo::new(move |_| opens.get() == Some(false));
    let closes = of(desk, move |meeting| conducts(meeting, Stage::UnderWay));
    let takes_back = Memo::new(move |_| {
        let now = desk.now.get();
        desk.meeting.with(|meeting| meeting.may(Action::ConductMeeting) && meeting.taken_back(now).is_ok())
    });
    let off = of(desk, |meeting| meeting.may(Action::CallOffMeeting).then(|| meeting.state.stage()));
    let reads = of(desk, Reading::of);
    let hall = of(desk, |meeting| meeting.may(Action::ShowHall).then_some(()));
    let joins = Memo::new(move |_| {
        let today = words::local(desk.now.get()).date();
        desk.meeting.with(|meeting| Joining::of(meeting, today))
    });
    let calendar = of(desk, |meeting| match meeting.state.stage() {
        Stage::Draft | Stage::Held => None,
        // During the meeting its secretary needs the row for other buttons.
        Stage::UnderWay if meeting.may(Action::ConductMeeting) => None,
        Stage::Scheduled | Stage::UnderWay => Some(true),
        // The file marks the entry that is there as cancelled. Nobody has one of a meeting that came from a file.
        Stage::Cancelled | Stage::Postponed => meeting.was_invited.then_some(false),
    });
    let id = desk.id;
    let early = Memo::new(move |_| is_early.get().then_some(()));
    let asides = Asides::new(desk, (early, hall, calendar, drops), off);
    view! {
        <div class="mh__act">
            {move || opens.get().filter(|is_time| *is_time).map(|_| opening(desk, "btn btn--primary"))}
            {record::opening_since(desk)}
            {move || closes.get().map(|()| closing(desk))}
            {move || takes_back.get().then(|| taking_back(desk))}
            {record::reopening(desk)}
            {record::going_back_to_draft(desk)}
            {move || joins.get().map(|joins| joining(id, joins))}
            // The main action leads: of a draft, and of a meeting that is not to be opened yet, it is the composer.
            {move || edit.get().filter(|is_draft| *is_draft || is_early.get()).map(|is_draft| editing(id, is_draft, true))}
            {move || reads.get().map(|reads| reading(id, &reads))}
            {move || sends.get().map(|(is_change, rev)| send(desk, is_change, rev))}
            {move || edit.get().filter(|is_draft| !is_draft && !is_early.get()).map(|is_draft| editing(id, is_draft, false))}
            {asides.view()}
        </div>
    }
}

/// What of the meeting one action is drawn from; none when it cannot be taken.
pub(super) fn of<T: Clone + PartialEq + Send + Sync + 'static>(
    desk: Desk,
    take: impl Fn(&Meeting) -> Option<T> + Send + Sync + 'static,
) -> Memo<Option<T>> {
    Memo::new(move |_| desk.meeting.with(&take))
}

/// Opening it. Before its day the press is refused and says when it will be.
pub(super) fn opening(desk: Desk, class: &'static str) -> impl IntoView {
    view! {
        <Step desk path=Open::PATH>
            <input r#type="hidden" name="id" value=desk.id.to_string()/>
            <button class=class><Icon name="play"/>{t(STATE_OPEN)}</button>
        </Step>
    }
}

/// Back to before an opening that was a mistake. Nothing is lost by a slip here either: it is opened again.
fn taking_back(desk: Desk) -> impl IntoView {
    view! {
        <Step desk path=TakeBack::PATH>
            <input r#type="hidden" name="id" value=desk.id.to_string()/>
            <button class="btn btn--quiet"><Icon name="undo-2"/>{t(STATE_TAKE_BACK)}</button>
        </Step>
    }
}

/// What there is of a meeting by picture and sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Joining {
    /// Devices and line are tried before it.
    rehearses: bool,
    /// One takes part.
    joins: bool,
    /// One sits in the hall with a tablet.
    sits_in_hall: bool,
    /// How its lines held.
    is_held: bool,
}

impl Joining {
    /// From the meeting's day on one joins it, before that one tries; whoever has few other buttons may try on that day too.
    fn of(meeting: &Meeting, today: NaiveDate) -> Option<Joining> {
        let may = [Action::JoinMeeting, Action::ConnectSite, Action::ShowHall];
        let stage = meeting.state.stage();
        let is_online = meeting.form != Form::InPerson || !meeting.sites.is_empty();
        let is_held = stage == Stage::Held;
        let takes_part = may.into_iter().any(|action| meeting.may(action));
        if !is_online || !(is_held || takes_part) {
            return None;
        }
        let is_ahead = meeting.sittings.iter().all(|sitting| sitting.date > today);
        let (rehearses, joins) = match stage {
            Stage::Scheduled if is_ahead => (true, false),
            Stage::Scheduled => (!meeting.may(Action::ConductMeeting), true),
            _ => (false, !is_held),
        };
        let sits_in_hall = stage == Stage::UnderWay
            && meeting.form != Form::Online
            && meeting.may(Action::JoinMeeting)
            && !meeting.may(Action::ConductMeeting);
        Some(Joining { rehearses, joins, sits_in_hall, is_held })
    }
}

/// To the rehearsal, to the meeting by picture and sound, to how its lines held.
fn joining(id: MeetingId, of: Joining) -> impl IntoView {
    let to = |page: &str, icon: &'static str, word: Text| {
        view! { <a class="btn btn--secondary" href=format!("/meetings/{id}/{page}")><Icon name=icon/>{t(word)}</a> }
    };
    let live = match (of.joins, of.is_held) {
        (true, _) => Some(("video", LIVE_JOIN)),
        (false, true) => Some(("wifi", LIVE_RECORD)),
        (false, false) => None,
    };
    view! {
        {of.rehearses.then(|| to("rehearsal", "list-checks", LIVE_REHEARSE))}
        {live.map(|(icon, word)| to("live", icon, word))}
        {of.sits_in_hall.then(|| to("panel", "tablet", PANEL_TITLE))}
    }
}

fn editing(id: MeetingId, is_draft: bool, is_main: bool) -> impl IntoView {
    let class = if is_main { "btn btn--primary" } else { "btn btn--secondary" };
    let word = t(if is_draft { STATE_COMPOSE_ON } else { STATE_EDIT });
    view! { <a class=class href=format!("/meetings/{id}/edit")><Icon name="pencil"/>{word}</a> }
}

/// The ways of those who were invited.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reading {
    runs: bool,
    scans: bool,
    /// The first paper not read yet, else the first.
    paper: Option<PaperId>,
}

impl Reading {
    fn of(meeting: &Meeting) -> Option<Reading> {
        let runs = meeting.may(Action::ConductMeeting) || meeting.may(Action::ComposeMeeting);
        let first = meeting.papers().find(|paper| !paper.is_read).or_else(|| meeting.papers().next());
        let paper = first.filter(|_| meeting.may(Action::ReadPaper)).map(|paper| paper.id);
        let scans = meeting.may(Action::ScanIn) && !runs;
        (scans || paper.is_some()).then_some(Reading { runs, scans, paper })
    }
}

/// To the first paper not read yet, and to the hall's code.
fn reading(id: MeetingId, reads: &Reading) -> impl IntoView + use<> {
    let read = reads.paper.map(|paper| {
        let class = if reads.runs { "btn btn--secondary" } else { "btn btn--primary" };
        view! { <a class=class href=format!("/papers/{paper}")><Icon name="book-open"/>{t(STATE_READ)}</a> }
    });
    let scan = reads.scans.then(|| {
        view! { <a class="btn btn--secondary" href=format!("/meetings/{id}/in")><Icon name="qr-code"/>{t(STATE_SCAN_IN)}</a> }
    });
    view! { {read} {scan} }
}

/// Sending the invitations or a change: folded, with whom it reaches, for what was sent cannot be taken back. What is entered
/// afterwards reaches nobody.
fn send(desk: Desk, is_change: bool, rev: i64) -> AnyView {
    let fields = move || {
        view! {
            <input r#type="hidden" name="id" value=desk.id.to_string()/>
            <input r#type="hidden" name="rev" value=rev/>
        }
    };
    if !is_change && desk.meeting.with_untracked(|meeting| meeting.record.is_to_enter) {
        return view! {
            <Step desk path=Publish::PATH>
                {fields()}
                <button class="btn btn--secondary"><Icon name="history"/>{t(COMPOSER_ENTER)}</button>
            </Step>
        }
        .into_any();
    }
    let word = t(if is_change { STATE_SEND_CHANGES } else { STATE_SEND });
    let follows = if is_change {
        t(STATE_SEND_CHANGES_FOLLOWS).to_owned()
    } else {
        words::reach(desk.meeting.with_untracked(Meeting::reach))
    };
    let says = Some(if is_change { DONE_CHANGES_SENT } else { DONE_SENT });
    let guests = desk.meeting.with_untracked(|meeting| meeting.guests.len());
    let (when, is_postponed) = desk.meeting.with_untracked(|meeting| {
        (words::when(&meeting.sittings), meeting.state.stage() == Stage::Postponed)
    });
    let when = (!is_change).then(|| view! { <p>{tf(STATE_SEND_WHEN, &[("when", &when)])}</p> });
    let is_old = is_postponed && desk.meeting.with_untracked(|meeting| !meeting.has_unpublished);
    let is_old = is_old.then(|| {
        let edit = format!("/meetings/{}/edit", desk.id);
        view! {
            <Notice tone=Tone::Risk title=t(STATE_SEND_OLD)>
                <a class="btn btn--secondary btn--sm" href=edit><Icon name="pencil"/>{t(STATE_SEND_OLD_EDIT)}</a>
            </Notice>
        }
    });
    let unreached = (guests > 0).then(|| view! { <p>{tf(PREVIEW_GUESTS_UNREACHED, &[("n", &guests)])}</p> });
    view! {
        <details class="menu">
            <summary class="btn btn--secondary"><Icon name="send"/>{word}</summary>
            <div class="menu__pop menu__pop--form">
                <Step desk path=Publish::PATH says class="stack stack--s">
                    {fields()}
                    {is_old}
                    {when}
                    <p>{follows}</p>
                    {unreached}
                    <button class="btn btn--primary">{t(STATE_SEND_NOW)}</button>
                </Step>
            </div>
        </details>
    }
    .into_any()
}

/// How many on the roll, guests included, nobody has called yet.
fn uncalled(meeting: &Meeting) -> usize {
    let people = meeting.participants.iter().filter(|of| of.person.is_some()).map(|of| &of.presence);
    let guests = meeting.guests.iter().map(|of| &of.presence);
    people.chain(guests).filter(|presence| **presence == Presence::NotCalled).count()
}

/// Closing, with the real end and, past the planned one, why. The end follows the clock until somebody types another.
fn closing(desk: Desk) -> impl IntoView {
    let planned =
        move || desk.meeting.with(|meeting| meeting.sittings.last().map(domain::time::Sitting::end));
    // What is closed on a later day most likely ended as planned.
    let now = move || {
        let now = words::local(desk.now.get());
        planned().filter(|end| end.date() < now.date()).unwrap_or(now)
    };
    let written = move || dates::moment(now());
    let (typed, reason) = (desk.typed("ended"), desk.typed("close_reason"));
    let is_typed = StoredValue::new(!typed.is_empty());
    let is_refused = !typed.is_empty() || !reason.is_empty();
    let ended = RwSignal::new(if typed.is_empty() { untrack(written) } else { typed });
    Effect::new(move |_| {
        let written = written();
        if !is_typed.get_value() {
            ended.set(written);
        }
    });
    let type_in = move |event| {
        is_typed.set_value(true);
        ended.set(event_target_value(&event));
    };
    let over = Memo::new(move |_| {
        let now = now();
        planned().filter(|end| now > *end).map(|end| (now - end).num_minutes())
    });
    let hint = move || match over.get() {
        Some(minutes) => tf(STATE_CLOSE_OVER, &[("n", &minutes)]),
        None => t(STATE_CLOSE_HINT).to_owned(),
    };
    let why = move || t(if over.get().is_some() { STATE_OVERRUN_REASON } else { STATE_OVERRUN_REASON_IF });
    let uncalled = Memo::new(move |_| desk.meeting.with(uncalled));
    let uncalled = move || {
        let left = Some(uncalled.get()).filter(|left| *left > 0)?;
        Some(view! { <p class="hint">{tf(STATE_CLOSE_UNCALLED, &[("n", &left)])}</p> })
    };
    let id = desk.id.to_string();
    // Sent without script the form comes back on a new page, where what was wrong must not be folded away.
    let is_back = is_refused
        || untrack(|| {
            ["ended", "reason"].iter().any(|name| desk.problem(name).is_some())
                || record::is_asked_early(desk)
        });
    view! {
        <details class="menu" open=is_back>
            <summary class="btn btn--primary"><Icon name="check"/>{t(STATE_CLOSE)}</summary>
            <div class="menu__pop menu__pop--form">
                <Step desk path=Close::PATH class="stack stack--s">
                    <input r#type="hidden" name="id" value=id/>
                    <p class="hint" id="ended-hint">{hint}</p>
                    {uncalled}
                    <div class="field">
                        <label for="ended">{t(STATE_ENDED)}</label>
                        <input
                            class="input num"
                            id="ended"
                            name="ended"
                            value=ended.get_untracked()
                            prop:value=ended
                            on:input=type_in
                            on:change=dates::leave_moment(None)
                            autocomplete="off"
                            aria-describedby="ended-hint ended-error"
                        />
                        {wrong(desk, "ended")}
                    </div>
                    <div class="field">
                        <label for="close-reason">{why}</label>
                        <textarea class="input" id="close-reason" name="reason" rows="2" aria-describedby="reason-error">{textarea_text(reason)}</textarea>
                        {wrong(desk, "reason")}
                    </div>
                    {record::close_button(desk)}
                </Step>
            </div>
        </details>
    }
}

/// What was wrong with a field of the last step, beside it.
pub(super) fn wrong(desk: Desk, name: &'static str) -> impl IntoView {
    wrong_named(desk, name.to_owned())
}

/// The same for a field of a list.
pub(super) fn wrong_named(desk: Desk, name: String) -> impl IntoView {
    let id = format!("{name}-error");
    let said = Memo::new(move |_| desk.problem(&name));
    view! {
        <p class="field__error" id=id hidden=move || said.with(Option::is_none)>
            <Icon name="octagon-x"/>
            <span>{said}</span>
        </p>
    }
}
