//! What a meeting's page offers to put its record right, and what it says of it: opened at its real start, a step or the
//! closing taken back, past its planned end, entered afterwards and that taken back. The hours are corrected in [`super::correct`].

use domain::access::{Action, Stage};
use domain::error::{Failure, Refusal};
use domain::time::Sitting;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::actions::wrong;
use super::desk::Desk;
use super::record_calls::{BackToDraft, OpenSince, Reopen, UndoStep};
use super::step::Step;
use super::words;
use crate::dates;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, Notice, Tone, textarea_text};

/// What everybody is told of the record: that it was entered afterwards, or that the planned end has passed.
pub(super) fn notices(desk: Desk) -> impl IntoView {
    let entered = Memo::new(move |_| desk.meeting.with(|meeting| meeting.record.entered.clone()));
    let over = Memo::new(move |_| {
        let now = words::local(desk.now.get());
        desk.meeting.with(|meeting| {
            let end = meeting.sittings.iter().map(Sitting::end).max()?;
            let minutes = (now - end).num_minutes();
            (meeting.state.stage() == Stage::UnderWay && minutes > 0).then_some((end, minutes))
        })
    });
    let entered = move || {
        entered.get().map(|entered| {
            let when = text::moment(words::local(entered.at));
            let title = tf(MEETINGS_ENTERED, &[("who", &entered.by), ("when", &when)]);
            view! { <Notice icon="history" title/> }
        })
    };
    let over = move || {
        over.get().map(|(end, minutes)| {
            let title = tf(MEETINGS_OVERTIME, &[("planned", &text::moment(end)), ("n", &minutes)]);
            view! { <Notice tone=Tone::Risk icon="timer" title/> }
        })
    };
    view! { {entered} {over} }
}

/// Opening a meeting that began earlier, once its planned start has passed: the real start is typed.
pub(super) fn opening_since(desk: Desk) -> impl IntoView {
    let is_late = Memo::new(move |_| {
        let now = words::local(desk.now.get());
        desk.meeting.with(|meeting| {
            let is_open = meeting.may(Action::ConductMeeting) && meeting.state.stage() == Stage::Scheduled;
            let has_begun = |sitting: &Sitting| sitting.date == now.date() && sitting.start() < now;
            is_open && meeting.sittings.iter().any(has_begun)
        })
    });
    let planned = move || {
        let today = words::local(desk.now.get_untracked()).date();
        let start = desk.meeting.with_untracked(|meeting| {
            meeting.sittings.iter().find(|sitting| sitting.date == today).map(Sitting::start)
        });
        start.map(dates::moment).unwrap_or_default()
    };
    let form = move || {
        let typed = desk.typed("began");
        let is_back = !typed.is_empty() || untrack(|| desk.problem("began").is_some());
        let value = if typed.is_empty() { planned() } else { typed };
        view! {
            <details class="menu" open=is_back>
                <summary class="btn btn--secondary"><Icon name="history"/>{t(STATE_OPEN_SINCE)}</summary>
                <div class="menu__pop menu__pop--form">
                    <Step desk path=OpenSince::PATH class="stack stack--s">
                        <input r#type="hidden" name="id" value=desk.id.to_string()/>
                        <p class="hint" id="began-hint">{t(STATE_OPEN_SINCE_HINT)}</p>
                        <div class="field">
                            <label for="began">{t(STATE_BEGAN)}</label>
                            <input
                                class="input num"
                                id="began"
                                name="began"
                                value=value
                                autocomplete="off"
                                on:change=dates::leave_moment(None)
                                aria-describedby="began-hint began-error"
                            />
                            {wrong(desk, "began")}
                        </div>
                        <button class="btn btn--primary">{t(STATE_OPEN)}</button>
                    </Step>
                </div>
            </details>
        }
    };
    move || is_late.get().then(form)
}

/// Taking the closing back: folded, because the meeting then leaves the figures.
pub(super) fn reopening(desk: Desk) -> impl IntoView {
    let may = Memo::new(move |_| desk.meeting.with(|meeting| meeting.record.may_reopen));
    move || {
        may.get().then(|| {
            view! {
                <details class="menu">
                    <summary class="btn btn--secondary"><Icon name="rotate-ccw"/>{t(STATE_REOPEN)}</summary>
                    <div class="menu__pop menu__pop--form">
                        <Step desk path=Reopen::PATH class="stack stack--s">
                            <input r#type="hidden" name="id" value=desk.id.to_string()/>
                            <p>{t(STATE_REOPEN_FOLLOWS)}</p>
                            <button class="btn btn--primary">{t(STATE_REOPEN_NOW)}</button>
                        </Step>
                    </div>
                </details>
            }
        })
    }
}

/// Taking back that it was entered: folded, because the meeting then leaves the figures.
pub(super) fn going_back_to_draft(desk: Desk) -> impl IntoView {
    let may = Memo::new(move |_| desk.meeting.with(|meeting| meeting.record.may_back_to_draft));
    let form = move || {
        let typed = desk.typed("draft_reason");
        let is_back = !typed.is_empty() || untrack(|| desk.problem("draft_reason").is_some());
        view! {
            <details class="menu" open=is_back>
                <summary class="btn btn--secondary"><Icon name="undo-2"/>{t(STATE_BACK_TO_DRAFT)}</summary>
                <div class="menu__pop menu__pop--form">
                    <Step desk path=BackToDraft::PATH class="stack stack--s">
                        <input r#type="hidden" name="id" value=desk.id.to_string()/>
                        <p id="draft-hint">{t(STATE_BACK_TO_DRAFT_FOLLOWS)}</p>
                        <div class="field">
                            <label for="draft-reason">{t(STATE_BACK_TO_DRAFT_REASON)}</label>
                            <textarea
                                class="input"
                                id="draft-reason"
                                name="reason"
                                required=true
                                aria-describedby="draft-hint draft_reason-error"
                            >
                                {textarea_text(typed)}
                            </textarea>
                            {wrong(desk, "draft_reason")}
                        </div>
                        <button class="btn btn--danger">{t(STATE_BACK_TO_DRAFT_NOW)}</button>
                    </Step>
                </div>
            </details>
        }
    };
    move || may.get().then(form)
}

/// Back to the item before.
pub(super) fn undoing(desk: Desk) -> impl IntoView {
    let may = Memo::new(move |_| desk.meeting.with(|meeting| meeting.record.may_undo_step));
    move || {
        may.get().then(|| {
            view! {
                <Step desk path=UndoStep::PATH>
                    <input r#type="hidden" name="id" value=desk.id.to_string()/>
                    <button class="btn btn--quiet btn--sm"><Icon name="undo-2"/>{t(AGENDA_UNDO_STEP)}</button>
                </Step>
            }
        })
    }
}

/// The button of the closing form: when the closing would be early it says so, and closes all the same with the next
/// press.
pub(super) fn close_button(desk: Desk) -> impl IntoView {
    let early = Memo::new(move |_| {
        desk.failure.with(|failure| match failure {
            Some(Failure::Refused(refusal @ Refusal::ClosesEarly { .. })) => Some(refusal.clone()),
            _ => None,
        })
    });
    move || match early.get() {
        None => view! { <button class="btn btn--primary">{t(STATE_CLOSE_NOW)}</button> }.into_any(),
        Some(refusal) => {
            let said = crate::failure::describe(&refusal.into());
            let not_yet = format!("/meetings/{}", desk.id);
            view! {
                <Notice tone=Tone::Risk title=said.title alert=true>{said.body}</Notice>
                <input r#type="hidden" name="sure" value="on"/>
                <div class="row row--wrap">
                    <a class="btn btn--secondary" href=not_yet rel="external">{t(STATE_CLOSE_NOT)}</a>
                    <button class="btn btn--danger">{t(STATE_CLOSE_ANYWAY)}</button>
                </div>
            }
            .into_any()
        }
    }
}

/// Whether the closing form has come back with its question, so that it is not folded away.
pub(super) fn is_asked_early(desk: Desk) -> bool {
    desk.failure.with(|failure| matches!(failure, Some(Failure::Refused(Refusal::ClosesEarly { .. }))))
}
