//! When the meeting is: its sittings, and their length in half-days, computed as they are typed.

use domain::meetings::{DurationCheck, MeetingInput, SittingInput, parse_date};
use domain::time::{Toward, read_time};
use leptos::prelude::*;

use super::field::{error, framed, invalid, press};
use super::sheet::Sheet;
use crate::dates::{self, DateInput};
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::meter::Block;
use crate::ui::{Badge, BadgeTone, DurationMeter};
use crate::words;

/// The second section.
pub(super) fn time(sheet: Sheet) -> impl IntoView {
    view! {
        <section class="card cmp__sec" aria-labelledby="time">
            <h2 id="time">{t(COMPOSER_TIME)}</h2>
            {sheet.drawn(move |input| rows(sheet, input))}
            {move || sheet.length().map(|length| meter(&length))}
            {sheet.drawn(move |input| held(sheet, input))}
            <div>{press("add_sitting".to_owned(), "plus", Some(t(COMPOSER_ADD_SITTING)), None, "btn btn--quiet")}</div>
        </section>
    }
}

/// Whether the meeting took place already; only a draft can be entered so.
fn held(sheet: Sheet, input: &MeetingInput) -> Option<AnyView> {
    let is_held = input.held == "on";
    (sheet.stage == domain::access::Stage::Draft).then(|| {
        view! {
            <label class="tick">
                <input r#type="checkbox" name="held" value="on" checked=is_held/>
                {t(COMPOSER_HELD)}
            </label>
        }
        .into_any()
    })
}

fn rows(sheet: Sheet, input: &MeetingInput) -> impl IntoView + use<> {
    let only_one = input.sittings.len() < 2;
    let blank = [SittingInput::default()];
    let sittings: &[SittingInput] = if input.sittings.is_empty() { &blank } else { &input.sittings };
    sittings.iter().enumerate().map(|(at, sitting)| row(sheet, at, sitting, only_one)).collect_view()
}

fn row(sheet: Sheet, at: usize, sitting: &SittingInput, only_one: bool) -> impl IntoView + use<> {
    let name = |field: &str| format!("sittings[{at}][{field}]");
    let drop = (!only_one).then(|| {
        press(
            format!("drop_sitting:{at}"),
            "trash-2",
            None,
            Some(t(COMPOSER_DROP_SITTING).to_owned()),
            "btn btn--icon",
        )
    });
    let day = move || {
        let date =
            sheet.input.with(|input| input.sittings.get(at).and_then(|sitting| parse_date(&sitting.date)));
        date.map(text::long_date)
    };
    let toward = Signal::derive(move || if sheet.is_held() { Toward::Past } else { Toward::Future });
    // A line of text and not the browser's own field, which follows the language of the browser: 12/01 would be December
    // for one office and January for the next.
    let date_field = view! {
        <DateInput
            name=name("date")
            value=sitting.date.clone()
            toward
            invalid=Signal::derive(invalid(sheet, &name("date")))
            described=format!("{}-error", name("date"))
        />
    };
    let from = name("from");
    let from_error = error(sheet, &from);
    let hour = |field: &'static str, label: &'static str, typed: &str, example: &'static str| {
        let id = name(field);
        let value = read_time(typed).map_or_else(|| typed.to_owned(), |time| time.to_string());
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input
                    class="input num"
                    id=id.clone()
                    name=id.clone()
                    value=value
                    list="hours"
                    autocomplete="off"
                    placeholder=example
                    on:change=dates::leave_time
                    aria-invalid=invalid(sheet, &id)
                    aria-describedby=format!("{id}-error")
                />
            </div>
        }
    };
    view! {
            <input r#type="hidden" name=name("two_ways") value=sitting.two_ways.clone()/>
            <div class="sit">
    {framed(sheet, name("date"), t(COMPOSER_DATE), date_field.into_any(), false)}
                {hour("from", t(COMPOSER_FROM), &sitting.from, "07:30")}
                {hour("to", t(COMPOSER_TO), &sitting.to, "11:30")}
                {drop}
            </div>
            <div class="sit__say" aria-live="polite">
                <span class="hint">{day}</span>
                {from_error}
                {error(sheet, &name("to"))}
            </div>
        }
}

/// The meter: one block a half-day, free ones up to the limit.
pub(super) fn meter(length: &DurationCheck) -> impl IntoView + use<> {
    let limit = length.rule.limit_sessions;
    let count = u32::try_from(length.sessions.len()).unwrap_or(u32::MAX);
    let mut blocks: Vec<Block> = length
        .sessions
        .iter()
        .map(|half| Block {
            text: format!("{} {}", words::day_session(half.session), text::day_month(half.date)),
            is_taken: true,
        })
        .collect();
    for _ in count..limit {
        blocks.push(Block { text: t(COMPOSER_FREE_HALF).to_owned(), is_taken: false });
    }
    let over = count.saturating_sub(limit);
    let sentence = if over > 0 {
        tf(
            COMPOSER_LENGTH_OVER,
            &[
                ("n", &text::sessions(count)),
                ("limit", &text::sessions(limit)),
                ("over", &text::sessions(over)),
            ],
        )
    } else {
        tf(COMPOSER_LENGTH_WITHIN, &[("n", &text::sessions(count)), ("limit", &text::sessions(limit))])
    };
    let badge = if over > 0 {
        view! { <Badge tone=BadgeTone::Missed text=tf(COMPOSER_OVER_BY, &[("n", &text::sessions(over))])/> }
    } else {
        view! { <Badge tone=BadgeTone::Met text=t(COMPOSER_WITHIN)/> }
    };
    let limit_words = tf(COMPOSER_LIMIT, &[("limit", &text::sessions(limit)), ("days", &text::days(limit))]);
    let length_words = text::sessions(count);
    view! {
        <DurationMeter blocks limit=limit as usize sentence>
            <b>{length_words}</b>
            {limit_words}
            {badge}
        </DurationMeter>
    }
}
