//! The line above the calendar: what is shown, one step back and on, the three shapes, the filter. Links and a plain form.

use chrono::{Datelike, NaiveDate};
use domain::access::Action;
use domain::meetings::Calendar;
use domain::people::PersonRef;
use domain::period::Window;
use domain::rooms::Room;
use domain::time::{Toward, Zone};
use leptos::prelude::*;

use super::choices::Choices;
use super::days::{days, of_week};
use super::query::{Asked, Shape, Whose};
use crate::dates::DateField;
use crate::session::{may_somewhere, me};
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, Notice, SegLinks, Tone};

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
                let href = in_shape(asked, shape, calendar, today).href();
                (href, t(word).to_owned(), shape == asked.shape)
            })
            .collect::<Vec<_>>();
    let compose = may_somewhere(Action::ComposeMeeting).then(|| {
        let date = first_open(calendar, asked, today.max(asked.window(today).from));
        let href = format!("/meetings/new?date={}", text::iso(date.unwrap_or(today)));
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

/// The same calendar in another shape. A day is chosen when the shape shows one day and several were shown: today, when it is
/// among them, or else the first on which offices work.
fn in_shape(asked: &Asked, shape: Shape, calendar: &Calendar, today: NaiveDate) -> Asked {
    let window = asked.window(today);
    let date = match (asked.shape, shape) {
        (before, after) if before == after => asked.date,
        (Shape::Rooms, _) => asked.date,
        (Shape::Week | Shape::Month, Shape::Rooms) if window.contains(today) => None,
        (Shape::Week, _) => first_open(calendar, asked, window.from),
        (Shape::Month, _) => {
            let first = asked.day(today).with_day(1).unwrap_or(window.from);
            first_open(calendar, asked, if window.contains(today) { today } else { first })
        }
    };
    Asked { shape, date, ..asked.clone() }
}

/// The first day shown, not before another, on which offices work; the day itself when there is none.
fn first_open(calendar: &Calendar, asked: &Asked, from: NaiveDate) -> Option<NaiveDate> {
    let last = asked.window(Zone::VIETNAM.date(calendar.now)).to;
    let rest = Window::new(from, last)?;
    days(calendar, rest).into_iter().find(|day| day.closed.is_none()).map(|day| day.date).or(Some(from))
}

/// The dates shown, in words.
fn range(asked: &Asked, calendar: &Calendar, today: NaiveDate) -> String {
    let date = asked.day(today);
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
    let date = asked.date.map(text::typed).unwrap_or_default();
    view! {
        <details class="menu menu--end">
            <summary class="btn btn--secondary"><Icon name="funnel"/>{t(CALENDAR_FILTER)}</summary>
            <form class="menu__pop menu__pop--form" action="/calendar" method="get">
                <input r#type="hidden" name="view" value=asked.shape.code()/>
                <DateField id="calendar-date" name="date" label=t(CALENDAR_GO_TO) value=date toward=Toward::Future/>
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

/// Says of which years shown the days off are not entered, with the way to their page.
pub(super) fn not_entered(calendar: &Calendar) -> AnyView {
    let notices = calendar.years_not_entered.iter().map(|year| {
        let title = tf(DATES_NOT_ENTERED, &[("year", year)]);
        let href = format!("/admin/days-off?year={year}");
        view! {
            <Notice tone=Tone::Risk icon="calendar-x" title=title>
                {t(CALENDAR_NOT_ENTERED_BODY)}
                " "
                <a href=href>{t(CALENDAR_DAYS_OFF)}</a>
            </Notice>
        }
    });
    notices.collect_view().into_any()
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

    fn calendar(now: &str) -> Calendar {
        Calendar {
            entries: Vec::new(),
            left_out: Vec::new(),
            days_off: Vec::new(),
            years_not_entered: Vec::new(),
            working_weekends: Vec::new(),
            blocked: Vec::new(),
            hours: Hours::default(),
            rooms: Vec::new(),
            has_more_rooms: false,
            now: now.parse().expect("an instant"),
        }
    }

    #[test]
    fn rooms_of_another_week_open_on_its_first_working_day() {
        let today: NaiveDate = "2026-11-29".parse().unwrap();
        let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
        let mut calendar = calendar("2026-11-29T03:00:00Z");
        let week = Asked::default();
        let rooms = |asked: &Asked, calendar: &Calendar| in_shape(asked, Shape::Rooms, calendar, today).date;
        assert_eq!(rooms(&week, &calendar), day("2026-11-30"), "on Sunday the next week is shown");
        assert_eq!(rooms(&week.step(today, true), &calendar), day("2026-12-07"));
        assert_eq!(rooms(&week.step(today, false), &calendar), None, "today is in the week before");
        calendar.days_off = vec![("2026-12-07".parse().unwrap(), "Nghỉ bù".into())];
        assert_eq!(rooms(&week.step(today, true), &calendar), day("2026-12-08"));
        let month = Asked { shape: Shape::Month, date: day("2026-12-01"), ..Asked::default() };
        assert_eq!(rooms(&month, &calendar), day("2026-12-01"));
        assert_eq!(in_shape(&month, Shape::Week, &calendar, today).date, day("2026-12-01"));
    }

    #[test]
    fn a_year_without_its_days_off_says_so() {
        let mut calendar = calendar("2027-12-29T03:00:00Z");
        assert!(!not_entered(&calendar).to_html().contains("days-off"));
        calendar.years_not_entered = vec![2028];
        let html = not_entered(&calendar).to_html();
        assert!(html.contains("2028") && html.contains("/admin/days-off?year=2028"), "{html}");
    }

    #[test]
    fn days_with_more_than_is_shown_lead_to_their_lists() {
        let first: NaiveDate = "2026-12-03".parse().unwrap();
        let mut calendar = calendar("2026-12-03T03:00:00Z");
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
