//! The form in which the secretariat corrects the hours of a held meeting and of its agenda, and the corrections made. Whether they can be is decided
//! behind the port.

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Action;
use domain::ids::AgendaItemId;
use domain::meetings::{HoursCorrected, HoursKept, Meeting, Reopened, State};
use leptos::prelude::*;
use server_fn::ServerFn;

use super::actions::wrong_named;
use super::desk::Desk;
use super::record_calls::Correct;
use super::step::Step;
use super::words;
use crate::dates;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, textarea_text};

/// The hours as the form shows them. The form is drawn anew when they change, and never while one types.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hours {
    day: NaiveDate,
    opened: String,
    closed: String,
    overrun_reason: String,
    items: Vec<ItemHours>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct ItemHours {
    id: AgendaItemId,
    title: String,
    began: String,
    done: String,
}

impl Hours {
    fn of(meeting: &Meeting) -> Option<Hours> {
        let State::Held { opened, closed, overrun_reason } = &meeting.state else { return None };
        let local = |at: DateTime<Utc>| dates::moment(words::local(at));
        let items = meeting.agenda.iter().map(|item| ItemHours {
            id: item.id,
            title: item.title.clone(),
            began: item.began.map(local).unwrap_or_default(),
            done: item.done.map(local).unwrap_or_default(),
        });
        meeting.may(Action::CorrectMeeting).then(|| Hours {
            day: words::local(*opened).date(),
            opened: local(*opened),
            closed: local(*closed),
            overrun_reason: overrun_reason.clone(),
            items: items.collect(),
        })
    }
}

/// What was put right in the record: each correction with the hours before and since then, and each closing that was taken back;
/// for those who may read them.
pub(super) fn corrected(desk: Desk) -> impl IntoView {
    let made = Memo::new(move |_| desk.meeting.with(|meeting| meeting.record.corrections.clone()));
    let reopened = Memo::new(move |_| desk.meeting.with(|meeting| meeting.record.reopened.clone()));
    move || {
        let corrections = made.get().iter().map(correction).collect_view();
        let closings = reopened.get().iter().map(reopening).collect_view();
        (made.with(|made| !made.is_empty()) || reopened.with(|reopened| !reopened.is_empty())).then(|| {
            view! {
                <section class="card card__body stack stack--s" aria-labelledby="corrected">
                    <h2 id="corrected">{t(CORRECTED_TITLE)}</h2>
                    <ul class="stack stack--s">{corrections}{closings}</ul>
                </section>
            }
        })
    }
}

fn reopening(made: &Reopened) -> impl IntoView + use<> {
    let moment = |at| text::moment(words::local(at));
    let (who, when) = (&made.by, moment(made.at));
    let words = match made.closed {
        Some(closed) => tf(REOPENED_AFTER, &[("closed", &moment(closed)), ("who", who), ("when", &when)]),
        None => tf(REOPENED, &[("who", who), ("when", &when)]),
    };
    view! { <li><p class="muted">{words}</p></li> }
}

fn correction(made: &HoursCorrected) -> impl IntoView + use<> {
    let hour = |at: Option<DateTime<Utc>>| at.map(|at| dates::moment(words::local(at))).unwrap_or_default();
    let both = |of: fn(&HoursKept) -> String| (of(&made.before), of(&made.after));
    let (opened, closed) = (
        (hour(made.before.opened), hour(made.after.opened)),
        (hour(made.before.closed), hour(made.after.closed)),
    );
    let rows = [
        (CORRECT_OPENED, opened),
        (STATE_ENDED, closed),
        (COMPOSER_ITEMS, both(|hours| hours.agenda.join("; "))),
        (AUDIT_FIELD_OVERRUN, both(|hours| hours.overrun_reason.clone())),
    ];
    let rows =
        rows.into_iter().filter(|(_, (before, after))| before != after).map(|(label, (before, after))| {
            let or_none = |text: String| if text.is_empty() { t(CORRECTED_NONE).to_owned() } else { text };
            view! {
                <dt>{t(label)}</dt>
                <dd>{tf(CORRECTED_FROM_TO, &[("before", &or_none(before)), ("after", &or_none(after))])}</dd>
            }
        });
    let rows = rows.collect_view();
    let who = tf(CORRECTED_BY, &[("who", &made.by), ("when", &text::moment(words::local(made.at)))]);
    view! {
        <li class="stack stack--s">
            <p class="muted">{who}</p>
            <dl class="deflist">
                {rows}
                <dt>{t(CORRECT_REASON)}</dt>
                <dd>{made.reason.clone()}</dd>
            </dl>
        </li>
    }
}

/// The form, folded, below the rest of the page; for those who may correct the record.
pub(super) fn correcting(desk: Desk) -> impl IntoView {
    let hours = Memo::new(move |_| desk.meeting.with(Hours::of));
    move || hours.get().map(|hours| form(desk, &hours))
}

fn form(desk: Desk, hours: &Hours) -> impl IntoView + use<> {
    let is_back = !desk.typed("opened").is_empty();
    let day = hours.day;
    let kept = |name: &str, value: &str| if is_back { desk.typed(name) } else { value.to_owned() };
    let items = hours.items.iter().enumerate().map(|(at, item)| {
        let name = |field: &str| format!("items[{at}][{field}]");
        let (began, done) = (name("began"), name("done"));
        let (from, to) = (kept(&began, &item.began), kept(&done, &item.done));
        view! {
            <fieldset class="field">
                <legend>{item.title.clone()}</legend>
                <input r#type="hidden" name=name("id") value=item.id.to_string()/>
                <div class="two">
                    {time(desk, began, t(CORRECT_ITEM_BEGAN), from, day)}
                    {time(desk, done, t(CORRECT_ITEM_DONE), to, day)}
                </div>
            </fieldset>
        }
    });
    let items = items.collect_view();
    let (opened, closed) = (kept("opened", &hours.opened), kept("closed", &hours.closed));
    let overrun = kept("overrun_reason", &hours.overrun_reason);
    let reason = kept("correct_reason", "");
    view! {
        <details class="card card__body more" open=is_back>
            <summary><Icon name="chevron-right"/>{t(CORRECT_TITLE)}</summary>
            <Step desk path=Correct::PATH class="stack">
                <input r#type="hidden" name="id" value=desk.id.to_string()/>
                <p class="hint" id="correct-hint">{t(CORRECT_HINT)}</p>
                <div class="two">
                    {time(desk, "opened".to_owned(), t(CORRECT_OPENED), opened, day)}
                    {time(desk, "closed".to_owned(), t(STATE_ENDED), closed, day)}
                </div>
                {items}
                {wrong_named(desk, "items".to_owned())}
                {reason_field(desk, "overrun_reason", t(CORRECT_OVERRUN), overrun)}
                {reason_field(desk, "reason", t(CORRECT_REASON), reason)}
                <div class="row"><button class="btn btn--primary">{t(CORRECT_SAVE)}</button></div>
            </Step>
        </details>
    }
}

fn time(desk: Desk, name: String, label: &'static str, value: String, day: NaiveDate) -> impl IntoView {
    let described = format!("correct-hint {name}-error");
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <input
                class="input num"
                id=name.clone()
                name=name.clone()
                value=value
                autocomplete="off"
                on:change=dates::leave_moment(Some(day))
                aria-describedby=described
            />
            {wrong_named(desk, name)}
        </div>
    }
}

fn reason_field(desk: Desk, name: &'static str, label: &'static str, value: String) -> impl IntoView {
    let id = format!("correct-{name}");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea class="input" id=id name=name aria-describedby=format!("{name}-error")>{textarea_text(value)}</textarea>
            {wrong_named(desk, name.to_owned())}
        </div>
    }
}
