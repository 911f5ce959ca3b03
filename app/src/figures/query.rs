//! What the figures are asked for: their address, read and written. Pure: today comes with the caller.

use chrono::NaiveDate;
use domain::access::Caller;
use domain::count::Base;
use domain::figures::{FiguresFilter, Reach};
use domain::ids::AgencyId;
use domain::period::{Period, Window};
use domain::time::{Zone, read_ends};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// What the report is about, as far as the address says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subject {
    /// The agency; one's own when none.
    pub agency: Option<AgencyId>,
    /// Alone or with all below it.
    pub reach: Option<Reach>,
    /// The period; the half-year of today when none.
    pub period: Option<Period>,
}

impl Subject {
    /// What the backend is asked.
    pub fn filter(&self, caller: &Caller) -> FiguresFilter {
        FiguresFilter {
            agency: self.agency.unwrap_or(caller.agency.id),
            reach: self.reach.unwrap_or(Reach::Subtree),
            period: self.period.unwrap_or_else(|| half_year_of(Zone::VIETNAM.date(caller.now))),
        }
    }
}

/// The half-year of the decree that a date lies in.
fn half_year_of(date: NaiveDate) -> Period {
    match Period::month_of(date) {
        Period::Month(year, month) => Period::HalfYear(year, if month <= 6 { 1 } else { 2 }),
        other => other,
    }
}

/// What the table of agencies is ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Tree,
    Name,
    Held,
    Share,
    Reduction,
}

impl Order {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Order::Tree => "tree",
            Order::Name => "name",
            Order::Held => "held",
            Order::Share => "share",
            Order::Reduction => "reduction",
        }
    }

    fn parse(code: &str) -> Order {
        [Order::Name, Order::Held, Order::Share, Order::Reduction]
            .into_iter()
            .find(|order| order.code() == code)
            .unwrap_or_default()
    }
}

/// The whole address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) subject: Subject,
    /// The base of the chart and the table of agencies.
    pub(super) base: Base,
    pub(super) order: Order,
    pub(super) is_descending: bool,
    /// Every agency and not only the first ones.
    pub(super) shows_all: bool,
}

impl Asked {
    /// Reads an address; what cannot be read is left out.
    pub(super) fn parse(query: &ParamsMap, today: NaiveDate) -> Asked {
        let get = |name| query.get(name).unwrap_or_default();
        let window = || {
            let [from, to] = read_ends(&get("from"), &get("to"), today);
            Window::new(from.ok()??, to.ok()??).map(Period::Custom)
        };
        let period = get("period");
        Asked {
            subject: Subject {
                agency: get("agency").parse().ok(),
                reach: Reach::parse(&get("scope")),
                period: if period == "custom" { window() } else { Period::parse(&period) },
            },
            base: Base::parse(&get("base")).unwrap_or(Base::All),
            order: Order::parse(&get("sort")),
            is_descending: get("dir") == "desc",
            shows_all: get("all") == "1",
        }
    }

    /// The address, optionally at a part of the page.
    pub(super) fn href(&self, part: &str) -> String {
        let part = if part.is_empty() { String::new() } else { format!("#{part}") };
        format!("/figures?{}{part}", self.query())
    }

    /// The query of the address.
    pub(super) fn query(&self) -> String {
        let mut parts = Vec::new();
        if let Some(agency) = self.subject.agency {
            parts.push(format!("agency={agency}"));
        }
        if let Some(reach) = self.subject.reach {
            parts.push(format!("scope={}", reach.code()));
        }
        if let Some(period) = self.subject.period {
            parts.push(format!("period={}", period.code()));
        }
        if self.base != Base::All {
            parts.push(format!("base={}", self.base.code()));
        }
        if self.order != Order::Tree {
            parts.push(format!(
                "sort={}&dir={}",
                self.order.code(),
                if self.is_descending { "desc" } else { "asc" }
            ));
        }
        if self.shows_all {
            parts.push("all=1".into());
        }
        parts.join("&")
    }

    /// The same report in another period.
    pub(super) fn in_period(&self, period: Period) -> Asked {
        Asked { subject: Subject { period: Some(period), ..self.subject }, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&'static str, &str)]) -> Asked {
        let mut query = ParamsMap::new();
        for (name, value) in pairs {
            query.insert(*name, (*value).to_owned());
        }
        Asked::parse(&query, "2026-11-29".parse().unwrap())
    }

    #[test]
    fn a_window_by_hand_becomes_a_period() {
        let asked = parse(&[("period", "custom"), ("from", "16/4/2026"), ("to", "2026-05-15")]);
        assert_eq!(asked.subject.period.unwrap().code(), "2026-04-16_2026-05-15");
        assert_eq!(asked.href(""), "/figures?period=2026-04-16_2026-05-15");
        assert_eq!(
            parse(&[("period", "custom"), ("from", "2026-05-16"), ("to", "2026-05-15")]).subject.period,
            None
        );
    }

    #[test]
    fn the_half_year_of_the_decree_begins_in_december() {
        let half = |date: &str| half_year_of(date.parse().unwrap());
        assert_eq!(half("2026-06-14"), Period::HalfYear(2026, 1));
        assert_eq!(half("2026-06-15"), Period::HalfYear(2026, 2));
        assert_eq!(half("2026-12-15"), Period::HalfYear(2027, 1));
    }
}
