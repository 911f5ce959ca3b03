//! The line above the calendar: what is shown, one step back and on, the three shapes, the filter. Links and a plain form.

use chrono::{Datelike, NaiveDate};
use domain::access::Action;
use domain::meetings::Calendar;
use domain::people::PersonRef;
use domain::rooms::Room;
use domain::time::Zone;
use leptos::prelude::*;

use super::choices::Choices;
use super::days::of_week;
use super::query::{Asked, Shape, Whose};
use crate::session::{may_somewhere, me};
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, Notice, SegLinks};

/// The line itself.
pub(super) fn tools(asked: &Asked, calendar: &Calendar, choices: &Choices) -> AnyView {
    let today = Zone::VIETNAM.date(calendar.now);
    let (before, after) = match asked.shape {
        Shape::Week => (t(CALENDAR_WEEK_BEFORE), t(CALENDAR_WEEK_AFTER)),
        Shape::Month => (t(CALENDAR_MONTH_BEFORE), t(CALENDAR_MONTH_AFTER)),
        Shape::Rooms => (t(CALENDAR_DAY_BEFORE), t(CALENDAR_DAY_AFTER)),
    };
    let shapes =
        [(Shape::Week, CALENDAR_WEEK), (Shape::Month, CALENDAR_MONTH), (Shape::Rooms, CALENDAR_ROOMS)]
            .into_iter()
            .map(|(shape, word)| {
                let href = Asked { shape, ..asked.clone() }.href();
                (href, t(word).to_owned(), shape == asked.shape)
            })
            .collect::<Vec<_>>();
    let compose = may_somewhere(Action::ComposeMeeting).then(|| {
        let href = format!("/meetings/new?date={}", text::iso(asked.date.unwrap_or(today).max(today)));
        view! { <a class="btn btn--primary tools__new" href=href><Icon name="plus"/>{t(NAV_COMPOSE)}</a> }
    });
    view! {
        <div class="tools">
            <h1>{t(NAV_CALENDAR)}</h1>
            <a class="btn btn--icon" href=asked.step(today, false).href() aria-label=before rel="prev"><Icon name="chevron-left"/></a>
            <span class="range" aria-live="polite">{range(asked, calendar, today)}</span>
            <a class="btn btn--icon" href=asked.step(today, true).href() aria-label=after rel="next"><Icon name="chevron-right"/></a>
            <a class="btn btn--secondary" href=Asked { date: None, ..asked.clone() }.href()>{t(NAV_HOME)}</a>
            <span class="grow"></span>
            <SegLinks label=t(CALENDAR_SHAPE) links=shapes/>
            {filter(asked, choices)}
            {compose}
        </div>
    }
    .into_any()
}

/// The dates shown, in words.
fn range(asked: &Asked, calendar: &Calendar, today: NaiveDate) -> String {
    let date = asked.date.unwrap_or(today);
    match asked.shape {
        Shape::Week => {
            let days = of_week(calendar, asked.window(today));
            let (from, to) =
                (days.first().map_or(date, |day| day.date), days.last().map_or(date, |day| day.date));
            let first = if from.year() == to.year() { text::day_month(from) } else { text::date(from) };
            format!("{first} – {}", text::date(to))
        }
        Shape::Month => tf(CALENDAR_MONTH_OF, &[("month", &date.month()), ("year", &date.year())]),
        Shape::Rooms => text::long_date(date),
    }
}

/// What a filter asks, as a plain form under its button.
fn filter(asked: &Asked, choices: &Choices) -> AnyView {
    let agencies = choices
        .agencies
        .iter()
        .map(|agency| {
            let name = format!("{}{}", "\u{2003}".repeat(agency.depth as usize), agency.name);
            let chosen = asked.whose == Whose::Agency(agency.id);
            view! { <option value=agency.id.to_string() selected=chosen>{name}</option> }
        })
        .collect_view();
    let rooms = choices
        .rooms
        .iter()
        .map(|room| {
            let name = format!("{}, {}", room.name, room.agency.short_name);
            view! { <option value=room.id.to_string() selected=asked.room == Some(room.id)>{name}</option> }
        })
        .collect_view();
    let date = asked.date.map(|date| view! { <input r#type="hidden" name="date" value=text::iso(date)/> });
    view! {
        <details class="menu menu--end">
            <summary class="btn btn--secondary"><Icon name="funnel"/>{t(CALENDAR_FILTER)}</summary>
            <form class="menu__pop menu__pop--form" action="/calendar" method="get">
                <input r#type="hidden" name="view" value=asked.shape.code()/>
                {date}
                <div class="field">
                    <label for="calendar-agency">{t(CALENDAR_AGENCY)}</label>
                    <select class="select" id="calendar-agency" name="agency">
                        <option value="">{t(CALENDAR_AGENCY_OWN)}</option>
                        <option value="all" selected=asked.whose == Whose::All>{t(CALENDAR_AGENCY_ALL)}</option>
                        {agencies}
                    </select>
                </div>
                <div class="field">
                    <label for="calendar-room">{t(CALENDAR_ROOM)}</label>
                    <select class="select" id="calendar-room" name="room">
                        <option value="">{t(CALENDAR_ROOM_ANY)}</option>
                        {rooms}
                    </select>
                </div>
                {person_fields(asked)}
                <button class="btn btn--primary" r#type="submit">{t(CALENDAR_FILTER_APPLY)}</button>
            </form>
        </details>
    }
    .into_any()
}

/// Whose calendar: everybody's, one's own, the one already shown, or somebody found by name.
fn person_fields(asked: &Asked) -> AnyView {
    let own = me().map(|me| {
        let chosen = asked.person == Some(me.person);
        view! { <option value=me.person.to_string() selected=chosen>{t(CALENDAR_PERSON_ME)}</option> }
    });
    let is_other = asked.person.is_some() && asked.person != me().map(|me| me.person);
    let other = asked.person.filter(|_| is_other).map(|person| {
        let who = asked.who.clone();
        view! { <option value=person.to_string() selected=true>{who}</option> }
    });
    view! {
        <div class="field">
            <label for="calendar-person">{t(CALENDAR_PERSON)}</label>
            <select class="select" id="calendar-person" name="person">
                <option value="">{t(CALENDAR_PERSON_ANY)}</option>
                {own}
                {other}
            </select>
            <input r#type="hidden" name="who" value=asked.who.clone()/>
        </div>
        <div class="field">
            <label for="calendar-find">{t(CALENDAR_FIND)}</label>
            <input class="input" id="calendar-find" name="find" value=asked.find.clone() autocomplete="off"/>
        </div>
    }
    .into_any()
}

/// What is in force, each with its way off; and whose calendar this is when nothing is.
pub(super) fn in_force(asked: &Asked, choices: &Choices) -> AnyView {
    let mut chips = Vec::new();
    let whose = match asked.whose {
        Whose::Agency(id) => choices.agency(id).map(str::to_owned),
        Whose::All => Some(t(CALENDAR_AGENCY_ALL).to_owned()),
        Whose::Mine => None,
    };
    if let Some(name) = whose {
        chips.push(chip(name, &Asked { whose: Whose::Mine, ..asked.clone() }));
    }
    if let Some(name) = asked.room.and_then(|room| choices.room(room)) {
        chips.push(chip(name.to_owned(), &Asked { room: None, ..asked.clone() }));
    }
    if let Some(person) = asked.person {
        let own = me().filter(|me| me.person == person).map(|_| t(CALENDAR_PERSON_ME).to_owned());
        let name = own.unwrap_or_else(|| asked.who.clone());
        chips.push(chip(name, &Asked { person: None, who: String::new(), ..asked.clone() }));
    }
    if chips.is_empty() {
        return ().into_any();
    }
    view! { <div class="filterbar"><div class="filterbar__on">{chips}</div></div> }.into_any()
}

fn chip(name: String, without: &Asked) -> AnyView {
    let label = tf(CALENDAR_FILTER_OFF, &[("name", &name)]);
    view! {
        <a class="btn btn--tonal btn--sm" href=without.href() aria-label=label>{name}<Icon name="x"/></a>
    }
    .into_any()
}

/// Days that the notice names.
const DAYS_NAMED: usize = 7;

/// Says on which days more meetings are than the calendar shows, each with the way to all of them.
pub(super) fn left_out(calendar: &Calendar) -> AnyView {
    let days = &calendar.left_out;
    if days.is_empty() {
        return ().into_any();
    }
    let named = days.iter().take(DAYS_NAMED).enumerate().map(|(position, (date, count))| {
        let href = format!("/meetings?from={0}&to={0}", text::iso(*date));
        let label = tf(CALENDAR_LEFT_OUT_DAY, &[("date", &text::day_month(*date)), ("n", count)]);
        view! { {(position > 0).then_some(", ")}<a href=href>{label}</a> }
    });
    let named = named.collect_view();
    let rest = (days.len() > DAYS_NAMED).then_some(", …");
    view! {
        <Notice title=t(CALENDAR_LEFT_OUT)>
            <p>{named}{rest}</p>
            <p>{t(CALENDAR_LEFT_OUT_HINT)}</p>
        </Notice>
    }
    .into_any()
}

/// The people and rooms that a name may mean, each a link to their calendar.
pub(super) fn found(asked: &Asked, people: &[PersonRef], rooms: &[Room]) -> AnyView {
    if asked.find.is_empty() {
        return ().into_any();
    }
    let title = if people.is_empty() && rooms.is_empty() { CALENDAR_FOUND_NONE } else { CALENDAR_FOUND };
    let base = || Asked { whose: Whose::All, find: String::new(), ..asked.clone() };
    let people = people.iter().map(|person| {
        let with = Asked { person: Some(person.id), who: person.distinct_name(), ..base() };
        found_link(&with, person.distinct_name(), format!("{}, {}", person.position, person.agency))
    });
    let rooms = rooms.iter().map(|room| {
        let with = Asked { room: Some(room.id), ..base() };
        found_link(&with, room.name.clone(), room.agency.short_name.clone())
    });
    view! {
        <section class="card calendar__found">
            <header class="card__head"><h2>{tf(title, &[("name", &asked.find)])}</h2></header>
            <ul>{people.chain(rooms).collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn found_link(with: &Asked, name: String, detail: String) -> AnyView {
    view! {
        <li>
            <a class="menu__item" href=with.href()>
                <span class="grow">{name}<small class="hint">" "{detail}</small></span>
                <Icon name="chevron-right"/>
            </a>
        </li>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use chrono::Days;
    use domain::time::Hours;
    use leptos::prelude::RenderHtml;

    use super::*;

    #[test]
    fn days_with_more_than_is_shown_lead_to_their_lists() {
        let first: NaiveDate = "2026-12-03".parse().unwrap();
        let mut calendar = Calendar {
            entries: Vec::new(),
            left_out: Vec::new(),
            days_off: Vec::new(),
            working_weekends: Vec::new(),
            blocked: Vec::new(),
            hours: Hours::default(),
            rooms: Vec::new(),
            has_more_rooms: false,
            now: "2026-12-03T03:00:00Z".parse().unwrap(),
        };
        assert!(!left_out(&calendar).to_html().contains("notice"));
        calendar.left_out = (0..7).map(|day| (first + Days::new(day), 120)).collect();
        let html = left_out(&calendar).to_html();
        assert!(html.contains("href=\"/meetings?from=2026-12-03&amp;to=2026-12-03\""), "{html}");
        assert!(html.contains("120") && !html.contains('…'), "{html}");
        calendar.left_out.push((first + Days::new(7), 1));
        let html = left_out(&calendar).to_html();
        assert!(html.contains('…') && !html.contains("2026-12-10"), "{html}");
    }
}
