//! The periods a report can be about, by name.

use chrono::{Datelike, NaiveDate};
use domain::period::Period;

use crate::text::keys::*;
use crate::text::{self, t, tf};

/// The name of a period.
pub(super) fn name(period: &Period) -> String {
    match period {
        Period::Month(year, month) => tf(FIGURES_PERIOD_MONTH, &[("month", month), ("year", year)]),
        Period::Quarter(year, quarter) => {
            tf(FIGURES_PERIOD_QUARTER, &[("quarter", &roman(*quarter)), ("year", year)])
        }
        Period::HalfYear(year, 1) => tf(FIGURES_PERIOD_HALF_FIRST, &[("year", year)]),
        Period::HalfYear(year, _) => tf(FIGURES_PERIOD_HALF_LAST, &[("year", year)]),
        Period::Year(year) => tf(FIGURES_PERIOD_YEAR, &[("year", year)]),
        Period::CalendarYear(year) => tf(FIGURES_PERIOD_CALENDAR_YEAR, &[("year", year)]),
        Period::Custom(window) => {
            tf(FIGURES_PERIOD_CUSTOM, &[("from", &text::date(window.from)), ("to", &text::date(window.to))])
        }
    }
}

/// The numeral of a quarter.
pub(super) fn roman(quarter: u32) -> &'static str {
    ["I", "II", "III", "IV"].get(quarter.saturating_sub(1) as usize).copied().unwrap_or("I")
}

/// The periods to choose from, by the group they stand in: those of this year and the last that have begun.
pub(super) fn choices(today: NaiveDate) -> Vec<(String, Vec<Period>)> {
    let decree_year = match Period::month_of(today) {
        Period::Month(year, _) => year,
        _ => today.year(),
    };
    let years = [decree_year, decree_year - 1];
    let has_begun = |period: &Period| period.window().from <= today;
    let group = |text, make: &dyn Fn(i32) -> Vec<Period>| {
        let periods = years.iter().flat_map(|year| make(*year)).filter(has_begun).collect::<Vec<_>>();
        (t(text).to_owned(), periods)
    };
    vec![
        group(FIGURES_PERIODS_HALF, &|year| (1..=2).rev().map(|half| Period::HalfYear(year, half)).collect()),
        group(FIGURES_PERIODS_YEAR, &|year| vec![Period::Year(year), Period::CalendarYear(year)]),
        group(FIGURES_PERIODS_QUARTER, &|year| (1..=4).rev().map(|q| Period::Quarter(year, q)).collect()),
        group(FIGURES_PERIODS_MONTH, &|year| (1..=12).rev().map(|m| Period::Month(year, m)).collect()),
    ]
}

#[cfg(all(test, not(feature = "hydrate")))]
mod tests {
    use super::*;

    #[test]
    fn only_periods_that_have_begun_are_offered() {
        let today = "2026-06-11".parse().unwrap();
        let all: Vec<Period> = choices(today).into_iter().flat_map(|(_, periods)| periods).collect();
        assert!(all.contains(&Period::HalfYear(2026, 1)) && !all.contains(&Period::HalfYear(2026, 2)));
        assert!(all.contains(&Period::Quarter(2026, 2)) && !all.contains(&Period::Month(2026, 7)));
        assert!(all.contains(&Period::CalendarYear(2025)));
    }
}
