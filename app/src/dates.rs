//! Fields for dates and times. What is typed is put into one form when the field is left, with the day of the week in words
//! beside it; what is not understood stays as typed, and is told. The server reads the same, so a page without script works.
//! The small calendar beside a date is `elements/date-field.js`. Knows no feature.

use chrono::NaiveDate;
use domain::error::Problem;
use domain::meetings::parse_moment;
use domain::time::{DateReading, Toward, read_ends, read_time};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Event, HtmlInputElement};
use leptos_meta::Script;

use crate::failure::describe_problem;
use crate::session::{self, with_page};
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, Words};

/// A field for a date without a label: the input, and its small calendar where there is script.
#[component]
pub fn DateInput(
    /// Name of the form's field.
    #[prop(into)]
    name: String,
    /// Its id; the name when none is given.
    #[prop(into, optional)]
    id: Option<String>,
    /// What stands in it at first, as typed.
    #[prop(into)]
    value: String,
    /// Which date is meant where the year or the week is not typed.
    #[prop(into)]
    toward: Signal<Toward>,
    /// Ids of what describes it.
    #[prop(into, optional)]
    described: Option<String>,
    /// Whether it is wrong, for those who hear it.
    #[prop(into, optional)]
    invalid: Signal<Option<&'static str>>,
    /// Whether the browser asks for it before sending.
    #[prop(optional)]
    required: bool,
    /// Id of the field with the first day of a window of which this is the last one.
    #[prop(optional_no_strip)]
    after: Option<&'static str>,
    /// Told when the field is left, with what stands in it then.
    #[prop(into, optional)]
    left: Option<Callback<String>>,
) -> impl IntoView {
    let clock = session::clock();
    let reading = move || DateReading { today: clock.today(), toward: toward.get_untracked() };
    let value = reading().read(&value).map_or(value, text::typed);
    let leave = move |event: Event| {
        let Some(field) = field_of(&event) else { return };
        let read = match after.and_then(field_named) {
            Some(first) => {
                let [_, last] = read_ends(&first.value(), &field.value(), clock.today());
                last.ok().flatten()
            }
            None => reading().read(&field.value()).ok(),
        };
        if let Some(date) = read {
            field.set_value(&text::typed(date));
        }
        if let Some(left) = left {
            left.run(field.value());
        }
    };
    let script = with_page(|page| page.assets.dates.clone());
    let script = (!script.is_empty()).then(|| view! { <Script type_="module" src=script/> });
    view! {
        {script}
        <date-field
            class="datefield"
            data-today=text::iso(clock.today())
            data-t-choose=t(DATES_CHOOSE)
            data-t-previous=t(DATES_PREVIOUS_MONTH)
            data-t-next=t(DATES_NEXT_MONTH)
            data-t-year-before=t(DATES_PREVIOUS_YEAR)
            data-t-year-after=t(DATES_NEXT_YEAR)
            data-t-today=t(DATES_TODAY)
            data-t-off=t(DATES_OFF)
            data-t-work=t(DATES_WORK)
            data-t-not-entered=tf(DATES_NOT_ENTERED, &[("year", &"{year}")])
        >
            <input
                class="input num"
                id=id.unwrap_or_else(|| name.clone())
                name=name
                value=value
                required=required
                autocomplete="off"
                placeholder=t(MEETINGS_DATE_EXAMPLE)
                aria-invalid=move || invalid.get()
                aria-describedby=described
                on:change=leave
            />
        </date-field>
    }
}

/// A date with its label. Under it stands the day of the week in words, above it what is wrong with what was typed.
#[component]
pub fn DateField(
    /// Name of the form's field.
    #[prop(into)]
    name: String,
    /// Its id; the name when none is given.
    #[prop(into, optional)]
    id: Option<String>,
    /// Its label.
    #[prop(into)]
    label: String,
    /// What stands in it at first, as typed.
    #[prop(into)]
    value: String,
    /// Which date is meant where the year or the week is not typed.
    toward: Toward,
    /// What the server found wrong with it.
    #[prop(into, optional)]
    error: Words,
    /// Whether the browser asks for it before sending.
    #[prop(optional)]
    required: bool,
    /// Id of the field with the first day of a window of which this is the last one.
    #[prop(optional_no_strip)]
    after: Option<&'static str>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let (said, wrong) = (format!("{id}-said"), format!("{id}-error"));
    let clock = session::clock();
    let say = move |typed: &str| say(typed, DateReading { today: clock.today(), toward });
    let words = RwSignal::new(error.0.map(Err).or_else(|| say(&value)));
    let class = move || if words.with(is_wrong) { "field field--error" } else { "field" };
    let day = move || words.get().and_then(Result::ok);
    let error = move || {
        let wrong = words.get().and_then(Result::err);
        wrong.map(|wrong| view! { <p class="field__error"><Icon name="octagon-x"/>{wrong}</p> })
    };
    view! {
        <div class=class>
            <label for=id.clone()>{label}</label>
            <div class="datefield__wrong" id=wrong.clone() aria-live="polite">{error}</div>
            <DateInput
                name
                id
                value
                toward
                required
                after
                described=format!("{wrong} {said}")
                invalid=Signal::derive(move || words.with(is_wrong).then_some("true"))
                left=Callback::new(move |typed: String| words.set(say(&typed)))
            />
            <p class="datefield__said hint" id=said aria-live="polite">{day}</p>
        </div>
    }
}

fn is_wrong(words: &Option<Result<String, String>>) -> bool {
    words.as_ref().is_some_and(Result::is_err)
}

/// What is said of a typed date: its day of the week, or what is wrong with it. Nothing of an empty field.
fn say(typed: &str, reading: DateReading) -> Option<Result<String, String>> {
    if typed.trim().is_empty() {
        return None;
    }
    Some(reading.read(typed).map(text::long_date).map_err(|problem: Problem| describe_problem(&problem)))
}

/// Puts the time of a field that is left into one form.
pub fn leave_time(event: Event) {
    let Some(field) = field_of(&event) else { return };
    if let Some(time) = read_time(&field.value()) {
        field.set_value(&time.to_string());
    }
}

/// Puts the time and the date of a field that is left into one form. An hour alone is of `day`; of today when there is none.
pub fn leave_moment(day: Option<NaiveDate>) -> impl Fn(Event) + Copy {
    let clock = session::clock();
    move |event| {
        let Some(field) = field_of(&event) else { return };
        let today = clock.today();
        if let Ok(Some(at)) = parse_moment(&field.value(), day.unwrap_or(today), today) {
            field.set_value(&moment(at));
        }
    }
}

/// A local time as fields hold it: `07:30, 05/06/2026`.
pub fn moment(at: chrono::NaiveDateTime) -> String {
    format!("{}, {}", text::time(at.time()), text::typed(at.date()))
}

fn field_named(id: &str) -> Option<HtmlInputElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Says that a window's last day lies before its first; nothing while one of them cannot be read.
pub fn inverted(from: &str, to: &str) -> Option<&'static str> {
    let [from, to] = read_ends(from, to, session::clock().today());
    let (from, to) = from.ok().flatten().zip(to.ok().flatten())?;
    (to < from).then(|| t(DATES_INVERTED))
}

fn field_of(event: &Event) -> Option<HtmlInputElement> {
    event.target()?.dyn_into().ok()
}

#[cfg(all(test, not(feature = "hydrate")))]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_ends_before_it_begins_is_told() {
        assert!(inverted("5/12/2026", "4/12/2026").is_some());
        for (from, to) in
            [("5/12/2026", "5/12/2026"), ("5/12/2026", ""), ("", "5/12/2026"), ("1/6", "15/12"), ("x", "1/1")]
        {
            assert_eq!(inverted(from, to), None, "{from} {to}");
        }
    }

    #[test]
    fn a_typed_date_is_said_with_its_day_of_the_week_or_with_what_is_wrong() {
        let past = DateReading::past("2026-11-29".parse().unwrap());
        assert_eq!(say(" ", past), None);
        assert_eq!(say("5.12.2026", past), Some(Ok("Thứ Bảy, 05/12/2026".to_owned())));
        let Some(Err(wrong)) = say("31/11/2026", past) else { panic!("no such day") };
        assert!(wrong.contains("31/11/2026") && wrong.contains("30/11/2026"), "{wrong}");
        assert!(matches!(say("cuối năm", past), Some(Err(_))));
    }
}
