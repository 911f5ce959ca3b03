//! The board: rooms by the hours of one day. What is free is a link that composes a meeting there and then.

use chrono::{NaiveDate, NaiveTime, Timelike};
use domain::access::{Action, Stage};
use domain::count::Form;
use domain::meetings::RoomDay;
use domain::meetings::{Calendar, Entry};
use domain::rooms::Room;
use domain::time::{DayTime, Sitting, Zone};
use leptos::prelude::*;

use super::days::{Closed, days};
use super::event::{event, on_board};
use super::free::free;
use super::week::off;
use crate::session::may_somewhere;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Empty, FormLabel, Icon};
use crate::words;

/// A shorter stretch has no room for its words on a desk; its name still says them.
const NARROW_MINUTES: i64 = 120;

/// The hours drawn, and where a time stands among them. Positions are for show only.
#[derive(Clone, Copy)]
struct Scale {
    from: u32,
    to: u32,
}

impl Scale {
    /// A whole office day, and more where something lies outside it.
    fn of(entries: &[&Entry]) -> Scale {
        let mut scale = Scale { from: 7, to: 17 };
        for entry in entries {
            let end = entry.sitting.to.minute().div_ceil(60);
            scale = Scale { from: scale.from.min(entry.sitting.from.hour()), to: scale.to.max(end) };
        }
        scale
    }

    fn hours(self) -> u32 {
        (self.to - self.from).max(1)
    }

    fn at(self, time: impl Into<DayTime>) -> f64 {
        let minutes = f64::from(time.into().minute()) - f64::from(self.from * 60);
        (minutes / f64::from(self.hours() * 60) * 100.0).clamp(0.0, 100.0)
    }

    fn span(self, from: NaiveTime, to: impl Into<DayTime>) -> String {
        let x = self.at(from);
        format!("--x:{x:.3};--w:{:.3}", self.at(to) - x)
    }
}

/// The board of a day, and on phones the same as a list.
pub(super) fn board(calendar: &Calendar, date: NaiveDate, rooms: &[RoomDay]) -> AnyView {
    if rooms.is_empty() {
        return view! { <Empty title=t(CALENDAR_NO_ROOMS) body=t(CALENDAR_NO_ROOMS_BODY)/> }.into_any();
    }
    // What was called off holds no room any more.
    let is_on = |entry: &&Entry| !matches!(entry.meeting.stage, Stage::Cancelled | Stage::Postponed);
    let of_day: Vec<&Entry> =
        calendar.entries.iter().filter(|entry| entry.sitting.date == date).filter(is_on).collect();
    let scale = Scale::of(&of_day);
    let now = Zone::VIETNAM.local(calendar.now);
    let closed =
        days(calendar, domain::period::Window { from: date, to: date }).pop().and_then(|day| day.closed);
    let line = (now.date() == date && (scale.from..scale.to).contains(&now.hour())).then(|| now.time());
    let day = BoardDay { calendar, date, scale, line, is_closed: closed.is_some() };
    let (mut rows, mut items) = (Vec::new(), Vec::new());
    for RoomDay { room, taken } in rooms {
        let held: Vec<&Entry> = of_day.iter().copied().filter(|e| e.rooms.contains(&room.id)).collect();
        let taken: Vec<Sitting> = taken.iter().copied().filter(|sitting| sitting.date == date).collect();
        rows.push(day.row(room, &held, &taken));
        items.push(day.item(room, &held, &taken));
    }
    let more = calendar.has_more_rooms.then(|| {
        view! { <p class="hint">{tf(CALENDAR_MORE_ROOMS, &[("n", &rooms.len())])}</p> }
    });
    view! {
        {closed.as_ref().map(notice)}
        <div
            class="bd not-phone"
            role="group"
            aria-label=t(CALENDAR_BOARD)
            tabindex="0"
            style=format!("--cols:{}", scale.hours())
        >
            {day.head()}
            {rows}
            {legend()}
        </div>
        <div class="days only-phone">{items}</div>
        {more}
    }
    .into_any()
}

fn notice(closed: &Closed) -> AnyView {
    view! { <div class="bd__closed">{off(closed)}</div> }.into_any()
}

struct BoardDay<'a> {
    calendar: &'a Calendar,
    date: NaiveDate,
    scale: Scale,
    line: Option<NaiveTime>,
    is_closed: bool,
}

impl BoardDay<'_> {
    fn head(&self) -> AnyView {
        let near = |hour: u32| {
            self.line.is_some_and(|now| {
                let minutes = i64::from(now.hour() * 60 + now.minute()) - i64::from(hour * 60);
                (-35..=35).contains(&(minutes - 20))
            })
        };
        let hours = (self.scale.from..self.scale.to)
            .filter(|hour| !near(*hour))
            .map(|hour| {
                view! { <span style=format!("--x:{}", hour - self.scale.from)>{format!("{hour:02}:00")}</span> }
            })
            .collect_view();
        let now = self.line.map(|now| {
            view! { <b class="nowl" style=format!("--x:{:.3}", self.scale.at(now))>{text::time(now)}</b> }
        });
        view! {
            <div class="bd__r">
                <div class="bd__n hint">{t(CALENDAR_ROOM)}</div>
                <div class="bd__hrs">{hours}{now}</div>
            </div>
        }
        .into_any()
    }

    fn row(&self, room: &Room, held: &[&Entry], taken: &[Sitting]) -> AnyView {
        let hours = &self.calendar.hours;
        let noon = self.scale.span(hours.morning_to, hours.afternoon_from);
        let events: Vec<AnyView> = held
            .iter()
            .map(|entry| on_board(entry, self.scale.span(entry.sitting.from, entry.sitting.to)))
            .collect();
        let hidden: Vec<AnyView> = unknown(held, taken)
            .map(|sitting| busy(sitting, "bd__busy", self.scale.span(sitting.from, sitting.to)))
            .collect();
        let gaps: Vec<AnyView> = self
            .gaps(taken)
            .into_iter()
            .map(|gap| self.gap(room, &gap, "free", self.scale.span(gap.from, gap.to)))
            .collect();
        let now = self
            .line
            .map(|now| view! { <span class="now" style=format!("--x:{:.3}", self.scale.at(now))></span> });
        view! {
            <div class="bd__r" role="group" aria-label=room.name.clone()>
                <div class="bd__n"><b>{room.name.clone()}</b><small>{seats(room)}</small></div>
                <div class="bd__t"><span class="noon" style=noon></span>{events}{hidden}{gaps}{now}</div>
            </div>
        }
        .into_any()
    }

    fn item(&self, room: &Room, held: &[&Entry], taken: &[Sitting]) -> AnyView {
        let events: Vec<AnyView> = held.iter().map(|entry| event(entry)).collect();
        let hidden: Vec<AnyView> =
            unknown(held, taken).map(|sitting| busy(sitting, "hint", String::new())).collect();
        let gaps: Vec<AnyView> = self
            .gaps(taken)
            .into_iter()
            .map(|gap| self.gap(room, &gap, "btn btn--secondary", String::new()))
            .collect();
        let nothing = (held.is_empty() && gaps.is_empty() && hidden.is_empty())
            .then(|| view! { <p class="hint">{t(CALENDAR_NOTHING)}</p> });
        view! {
            <section class="days__d">
                <h2>{room.name.clone()}<small>{seats(room)}</small></h2>
                <div class="stack stack--s">{events}{hidden}{gaps}{nothing}</div>
            </section>
        }
        .into_any()
    }

    fn gaps(&self, taken: &[Sitting]) -> Vec<Sitting> {
        if self.is_closed {
            return Vec::new();
        }
        free(self.date, taken, &self.calendar.hours, Zone::VIETNAM.local(self.calendar.now))
    }

    /// A free stretch: a link for those who plan meetings, words for the others.
    fn gap(&self, room: &Room, gap: &Sitting, class: &'static str, style: String) -> AnyView {
        let hours = text::hours(gap.from, gap.to);
        if !may_somewhere(Action::ComposeMeeting) {
            let class = if class == "free" { "free is-plain" } else { "hint" };
            return view! { <span class=class style=style>{tf(CALENDAR_FREE, &[("hours", &hours)])}</span> }
                .into_any();
        }
        let href = format!(
            "/meetings/new?date={}&from={}&to={}&room={}",
            text::iso(gap.date),
            text::time(gap.from),
            text::time(gap.to),
            room.id
        );
        let is_narrow = gap.minutes() < NARROW_MINUTES && class == "free";
        let words = (!is_narrow).then(|| tf(CALENDAR_FREE, &[("hours", &hours)]));
        let label = tf(CALENDAR_COMPOSE_AT, &[("room", &room.name), ("hours", &hours)]);
        view! {
            <a class=class style=style href=href aria-label=label.clone() title=label>
                <Icon name="plus"/>
                {words}
            </a>
        }
        .into_any()
    }
}

/// Bookings by meetings that the person may not know of.
fn unknown<'a>(held: &'a [&Entry], taken: &'a [Sitting]) -> impl Iterator<Item = &'a Sitting> {
    taken.iter().filter(|sitting| !held.iter().any(|entry| entry.sitting == **sitting))
}

fn busy(sitting: &Sitting, class: &'static str, style: String) -> AnyView {
    let hours = text::hours(sitting.from, sitting.to);
    view! { <span class=class style=style><Icon name="lock"/>{tf(CALENDAR_BUSY, &[("hours", &hours)])}</span> }.into_any()
}

fn seats(room: &Room) -> String {
    let text = if room.has_video { CALENDAR_SEATS_VIDEO } else { CALENDAR_SEATS };
    tf(text, &[("n", &room.capacity)])
}

fn legend() -> impl IntoView {
    let forms = [Form::InPerson, Form::Online, Form::Hybrid]
        .map(|form| view! { <FormLabel form text=words::form(form)/> })
        .into_iter()
        .collect_view();
    let hint = may_somewhere(Action::ComposeMeeting).then(|| view! { <span>{t(CALENDAR_BOARD_HINT)}</span> });
    view! {
        <div class="bd__f">
            {forms}
            <span class="row bd__noon"><i></i>{t(CALENDAR_NOON)}</span>
            <span class="grow"></span>
            {hint}
        </div>
    }
}
