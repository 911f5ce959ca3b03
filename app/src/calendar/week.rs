//! The week as offices print it: days across, sessions down. Phones get the same days as a list.

use domain::duration::{DaySession, bounds};
use domain::meetings::Calendar;
use domain::period::Window;
use leptos::prelude::*;

use super::days::{Closed, Day, of_week};
use super::event::event;
use super::query::{Asked, Shape};
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::words;

/// The grid and the list.
pub(super) fn week(calendar: &Calendar, asked: &Asked, window: Window, label: &str) -> AnyView {
    let days = of_week(calendar, window);
    let class = match days.len() {
        6 => "wk wk--6 not-phone",
        7 => "wk wk--7 not-phone",
        _ => "wk not-phone",
    };
    let heads = days.iter().map(|day| head(day, asked)).collect_view();
    let rows = DaySession::ALL.map(|session| row(calendar, &days, session)).into_iter().collect_view();
    view! {
        <div class=class role="group" aria-label=label.to_owned() tabindex="0">
            <div class="wk__h"><span class="vh">{t(CALENDAR_SESSION)}</span></div>
            {heads}
            {rows}
        </div>
        {list(&days, true)}
    }
    .into_any()
}

fn head(day: &Day, asked: &Asked) -> impl IntoView + use<> {
    let class = match (day.is_today, day.closed.is_some()) {
        (true, _) => "wk__h is-today",
        (false, true) => "wk__h is-off",
        (false, false) => "wk__h",
    };
    let rooms = Asked { shape: Shape::Rooms, date: Some(day.date), ..asked.clone() }.href();
    view! {
        <a class=class href=rooms aria-current=day.is_today.then_some("date")>
            {text::weekday(day.date)}
            <small>{dated(day)}</small>
        </a>
    }
}

/// The date under a day's name: `11/6, today`.
fn dated(day: &Day) -> String {
    let date = text::day_month(day.date);
    if day.is_today { tf(CALENDAR_TODAY_DATE, &[("date", &date)]) } else { date }
}

fn row(calendar: &Calendar, days: &[Day], session: DaySession) -> AnyView {
    let (from, to) = bounds(session, &calendar.hours);
    let hours = (session != DaySession::Evening).then(|| view! { <small>{text::hours(from, to)}</small> });
    let cells = days.iter().map(|day| cell(calendar, day, session)).collect_view();
    view! {
        <div class="wk__b">{words::day_session(session)}{hours}</div>
        {cells}
    }
    .into_any()
}

fn cell(calendar: &Calendar, day: &Day, session: DaySession) -> impl IntoView + use<> {
    let mut class = String::from("cell");
    if day.is_today {
        class.push_str(" is-today");
    }
    if session == DaySession::Evening {
        class.push_str(" cell--s");
    }
    let events: Vec<AnyView> = day.in_session(session, calendar).map(event).collect();
    let note = (session == DaySession::Morning || (events.is_empty() && session == DaySession::Afternoon))
        .then(|| day.closed.as_ref().filter(|closed| **closed != Closed::Weekend).map(off))
        .flatten();
    let label = format!("{}, {}", text::weekday_date(day.date), words::day_session(session));
    view! { <div class=class role="group" aria-label=label>{note}{events}</div> }
}

/// Why nothing is planned on a day, hatched.
pub(super) fn off(closed: &Closed) -> AnyView {
    let (name, why) = match closed {
        Closed::Off(name) => (name.clone(), t(CALENDAR_OFF)),
        Closed::Blocked => (t(CALENDAR_BLOCKED).to_owned(), t(CALENDAR_BLOCKED_WHY)),
        Closed::Weekend => (t(CALENDAR_WEEKEND).to_owned(), t(CALENDAR_OFF)),
    };
    view! { <div class="off"><b>{name}</b>{why}</div> }.into_any()
}

/// The same days one under the other, for phones. `whole` lists the empty ones too.
pub(super) fn list(days: &[Day], whole: bool) -> AnyView {
    let days = days
        .iter()
        .filter(|day| whole || !day.entries.is_empty() || day.is_today)
        .map(|day| {
            let class = if day.is_today { "days__d is-today" } else { "days__d" };
            let events = day.entries.iter().map(event).collect_view();
            let nothing = (day.entries.is_empty() && day.closed.is_none())
                .then(|| view! { <p class="hint">{t(CALENDAR_NOTHING)}</p> });
            view! {
                <section class=class>
                    <h2>{text::weekday(day.date)}<small>{dated(day)}</small></h2>
                    <div class="stack stack--s">
                        {day.closed.as_ref().filter(|closed| **closed != Closed::Weekend).map(off)}
                        {nothing}
                        {events}
                    </div>
                </section>
            }
        })
        .collect_view();
    view! { <div class="days only-phone">{days}</div> }.into_any()
}
