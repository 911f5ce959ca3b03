//! What the calendar is asked for: its address, read and written, and the dates it shows.
//! Pure: today is an argument.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use domain::access::{Caller, Role};
use domain::ids::{AgencyId, PersonId, RoomId};
use domain::meetings::CalendarFilter;
use domain::period::Window;
use domain::time::{DateReading, Zone};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::form::escape;

/// How the calendar is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Days by sessions.
    #[default]
    Week,
    /// Weeks by days.
    Month,
    /// Rooms by hours of one day.
    Rooms,
}

impl Shape {
    /// The code in links.
    pub const fn code(self) -> &'static str {
        match self {
            Shape::Week => "week",
            Shape::Month => "month",
            Shape::Rooms => "rooms",
        }
    }

    fn parse(code: &str) -> Shape {
        match code {
            "month" => Shape::Month,
            "rooms" => Shape::Rooms,
            _ => Shape::Week,
        }
    }
}

/// Whose meetings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Those one most likely came for: a delegate's own, otherwise the office's.
    #[default]
    Mine,
    /// Everybody's.
    All,
    /// Held by an agency or one below it.
    Agency(AgencyId),
}

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// How it is drawn.
    pub shape: Shape,
    /// A date that is shown; today when none.
    pub date: Option<NaiveDate>,
    /// Whose meetings.
    pub whose: Whose,
    /// In this room.
    pub room: Option<RoomId>,
    /// With this person.
    pub person: Option<PersonId>,
    /// The person's name, carried for show.
    pub who: String,
    /// A name that is being looked for.
    pub find: String,
}

impl Asked {
    /// Reads an address; what cannot be read is left out.
    pub fn parse(query: &ParamsMap, today: NaiveDate) -> Asked {
        let get = |name| query.get(name).unwrap_or_default();
        let agency = get("agency");
        Asked {
            shape: Shape::parse(&get("view")),
            date: DateReading::coming(today).read(&get("date")).ok(),
            whose: match agency.as_str() {
                "all" => Whose::All,
                id => id.parse().map_or(Whose::Mine, Whose::Agency),
            },
            room: get("room").parse().ok(),
            person: get("person").parse().ok(),
            who: get("who"),
            find: get("find").trim().to_owned(),
        }
    }

    /// The address. A name being looked for is not kept: it was answered by the page that it opened.
    pub fn href(&self) -> String {
        let mut parts = vec![format!("view={}", self.shape.code())];
        if let Some(date) = self.date {
            parts.push(format!("date={}", crate::text::iso(date)));
        }
        match self.whose {
            Whose::Mine => {}
            Whose::All => parts.push("agency=all".into()),
            Whose::Agency(id) => parts.push(format!("agency={id}")),
        }
        if let Some(room) = self.room {
            parts.push(format!("room={room}"));
        }
        if let Some(person) = self.person {
            parts.push(format!("person={person}&who={}", escape(&self.who)));
        }
        format!("/calendar?{}", parts.join("&"))
    }

    /// The date around which the calendar is shown. When none is asked for it is today; a week that is over on Sunday gives
    /// way to the next one, which people come to plan.
    pub fn day(&self, today: NaiveDate) -> NaiveDate {
        let is_week_over = self.shape == Shape::Week && today.weekday() == Weekday::Sun;
        self.date.unwrap_or(if is_week_over { later(today, 1) } else { today })
    }

    /// The dates shown.
    pub fn window(&self, today: NaiveDate) -> Window {
        let date = self.day(today);
        let (from, to) = match self.shape {
            Shape::Week => (monday(date), later(monday(date), 6)),
            Shape::Month => {
                let first = date.with_day(1).unwrap_or(date);
                let last =
                    first.checked_add_months(Months::new(1)).and_then(|d| d.pred_opt()).unwrap_or(date);
                (monday(first), later(monday(last), 6))
            }
            Shape::Rooms => (date, date),
        };
        Window { from, to }
    }

    /// The same calendar one step back or on.
    pub fn step(&self, today: NaiveDate, onward: bool) -> Asked {
        let date = self.day(today);
        let days = |count| {
            if onward {
                date.checked_add_days(Days::new(count))
            } else {
                date.checked_sub_days(Days::new(count))
            }
        };
        let moved = match self.shape {
            // A week is its Monday, so that no weekend is carried on into another shape.
            Shape::Week => days(7).map(monday),
            Shape::Rooms => days(1),
            Shape::Month => {
                let first = date.with_day(1).unwrap_or(date);
                if onward {
                    first.checked_add_months(Months::new(1))
                } else {
                    first.checked_sub_months(Months::new(1))
                }
            }
        };
        Asked { date: moved.or(self.date), ..self.clone() }
    }

    /// What the backend is asked. The board is of rooms and not of people, so it never narrows to one person.
    pub fn filter(&self, caller: &Caller) -> CalendarFilter {
        let is_board = self.shape == Shape::Rooms;
        let is_open = self.whose == Whose::Mine && self.person.is_none() && self.room.is_none();
        let only_takes_part = caller.grants.iter().all(|grant| grant.role == Role::Delegate);
        CalendarFilter {
            window: self.window(Zone::VIETNAM.date(caller.now)),
            agency: match self.whose {
                Whose::Agency(id) => Some(id),
                Whose::Mine if is_open && !only_takes_part && !is_board => Some(caller.agency.id),
                _ => None,
            },
            room: self.room,
            person: self
                .person
                .or((is_open && only_takes_part).then_some(caller.person))
                .filter(|_| !is_board),
        }
    }
}

/// The Monday of a date's week.
fn monday(date: NaiveDate) -> NaiveDate {
    date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday()))).unwrap_or(date)
}

/// So many days later.
fn later(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn asked(shape: Shape) -> Asked {
        Asked { shape, ..Asked::default() }
    }

    #[test]
    fn a_month_is_shown_in_whole_weeks() {
        let window = asked(Shape::Month).window(d("2026-06-11"));
        assert_eq!((window.from, window.to), (d("2026-06-01"), d("2026-07-05")));
        let longest = asked(Shape::Month).window(d("2026-08-20"));
        assert_eq!((longest.from, longest.to), (d("2026-07-27"), d("2026-09-06")));
        assert!((longest.to - longest.from).num_days() < 42);
    }

    #[test]
    fn a_week_that_is_over_gives_way_to_the_next() {
        let week = |date: &str| asked(Shape::Week).window(d(date)).from;
        assert_eq!(week("2026-11-27"), d("2026-11-23"));
        assert_eq!(week("2026-11-28"), d("2026-11-23"));
        assert_eq!(week("2026-11-29"), d("2026-11-30"));
        assert_eq!(asked(Shape::Rooms).window(d("2026-11-29")).from, d("2026-11-29"));
        let typed = Asked { date: Some(d("2026-11-29")), ..asked(Shape::Week) };
        assert_eq!(
            typed.window(d("2026-11-29")).from,
            d("2026-11-23"),
            "a Sunday that is asked for is shown"
        );
    }

    #[test]
    fn stepping_moves_by_what_is_shown() {
        let today = d("2026-03-31");
        assert_eq!(asked(Shape::Week).step(today, true).date, Some(d("2026-04-06")));
        assert_eq!(asked(Shape::Rooms).step(today, false).date, Some(d("2026-03-30")));
        assert_eq!(asked(Shape::Month).step(today, false).date, Some(d("2026-02-01")));
    }

    #[test]
    fn an_address_reads_back() {
        let id = "00000000-0000-7000-8000-000000000001";
        let asked = Asked {
            shape: Shape::Month,
            date: Some(d("2026-06-11")),
            whose: Whose::Agency(id.parse().unwrap()),
            room: None,
            person: Some(id.parse().unwrap()),
            who: "A & B".into(),
            find: String::new(),
        };
        let href = asked.href();
        assert!(href.ends_with("&who=A%20%26%20B"), "{href}");
        let mut query = ParamsMap::new();
        for (name, value) in
            [("view", "month"), ("date", "2026-06-11"), ("agency", id), ("person", id), ("who", "A & B")]
        {
            query.insert(name, value.to_owned());
        }
        assert_eq!(Asked::parse(&query, d("2026-06-01")), asked);
    }
}
