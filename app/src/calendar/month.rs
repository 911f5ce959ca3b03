//! The month: seven columns, a line for each meeting; a day opens its week. Phones get the days with something on.

use chrono::Datelike;
use domain::meetings::{Calendar, Entry};
use domain::period::Window;
use leptos::prelude::*;

use super::days::{Closed, Day, days};
use super::event;
use super::query::{Asked, Shape};
use super::week;
use crate::text::keys::*;
use crate::text::{self, t, tf};

/// So many lines fit a day's box on a desk; the rest is one press away.
const LINES: usize = 4;

/// The grid and the list.
pub(super) fn month(calendar: &Calendar, asked: &Asked, window: Window, label: &str) -> AnyView {
    let days = days(calendar, window);
    let today = domain::time::Zone::VIETNAM.date(calendar.now);
    let shown = asked.date.unwrap_or(today).month();
    let heads = days
        .iter()
        .take(7)
        .map(|day| view! { <div class="mo__h">{text::weekday(day.date)}</div> })
        .collect_view();
    let boxes = days
        .iter()
        .map(|day| {
            let left_out = calendar.left_out.iter().find(|(date, _)| *date == day.date);
            one(day, left_out.map_or(0, |(_, count)| *count), asked, day.date.month() != shown)
        })
        .collect_view();
    let within: Vec<Day> = days.iter().filter(|day| day.date.month() == shown).cloned().collect();
    view! {
        <div class="mo not-phone" role="group" aria-label=label.to_owned()>{heads}{boxes}</div>
        {week::list(&within, false)}
    }
    .into_any()
}

fn one(day: &Day, left_out: u32, asked: &Asked, is_out: bool) -> impl IntoView + use<> {
    let mut class = String::from("mo__d");
    for (is, name) in [(is_out, " is-out"), (day.is_today, " is-today"), (day.closed.is_some(), " is-off")] {
        if is {
            class.push_str(name);
        }
    }
    let week = Asked { shape: Shape::Week, date: Some(day.date), ..asked.clone() }.href();
    let name = match &day.closed {
        Some(Closed::Off(name)) => Some(name.clone()),
        Some(Closed::Blocked) => Some(t(CALENDAR_BLOCKED).to_owned()),
        Some(Closed::Weekend) | None => None,
    };
    // A rest of one would take the line that it saves.
    let lines = if day.entries.len() == LINES + 1 { LINES + 1 } else { LINES };
    let rest = day.entries.len().saturating_sub(lines) + left_out as usize;
    let more = (rest > 0)
        .then(|| view! { <a class="mo__more" href=week.clone()>{tf(CALENDAR_MORE, &[("n", &rest)])}</a> });
    view! {
        <div class=class role="group" aria-label=text::weekday_date(day.date)>
            <a
                class="mo__n"
                href=week.clone()
                aria-label=tf(CALENDAR_WEEK_OF, &[("date", &text::weekday_date(day.date))])
                aria-current=day.is_today.then_some("date")
            >
                {day.date.day()}
            </a>
            {name.map(|name| view! { <p class="mo__name">{name}</p> })}
            {day.entries.iter().take(lines).map(line).collect_view()}
            {more}
        </div>
    }
}

fn line(entry: &Entry) -> AnyView {
    let meeting = &entry.meeting;
    let class = event::class("mo__ev", meeting);
    let form = crate::words::form(meeting.form);
    let inside = view! {
        <time>{text::time(entry.sitting.from)}</time>
        {event::other_agency(meeting).map(|agency| view! { <span class="mo__who">{agency}</span> })}
        <b>{meeting.title.clone()}</b>
        <span class="vh">{format!(", {form}")}{event::badge(entry)}</span>
    };
    match event::href(meeting) {
        Some(href) => view! { <a class=class href=href title=meeting.title.clone()>{inside}</a> }.into_any(),
        None => view! { <div class=class title=meeting.title.clone()>{inside}</div> }.into_any(),
    }
}
