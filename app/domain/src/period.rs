//! Reporting periods: what a month, quarter, half-year and year are in the report regime of the offices.
//! Source: NĐ 09/2019/NĐ-CP (15th of the month before to the 14th). Knows dates only.

use std::ops::RangeInclusive;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// Years of windows: wide enough for whatever an office kept, narrow enough to step a year or a month beyond either end.
const YEARS: RangeInclusive<i32> = 1900..=2999;

/// A stretch of local dates, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct Window {
    /// First day.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
}

/// A window as it comes over the wire, not yet looked at.
#[derive(Deserialize)]
struct Ends {
    from: NaiveDate,
    to: NaiveDate,
}

impl TryFrom<Ends> for Window {
    type Error = &'static str;

    fn try_from(ends: Ends) -> Result<Self, Self::Error> {
        Window::new(ends.from, ends.to).ok_or("no window of dates")
    }
}

impl Window {
    /// A window, if it does not end before it begins and lies in the years from 1900 to 2999.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        let are_near = [from, to].iter().all(|date| YEARS.contains(&date.year()));
        (from <= to && are_near).then_some(Self { from, to })
    }

    /// Whether a date lies inside.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from <= date && date <= self.to
    }

    /// Whether its last day is over. Until then its figures, and whether they meet a target, are only so far.
    ///
    /// ```
    /// use domain::period::Period;
    /// let year = Period::Year(2026).window();
    /// assert!(!year.has_ended("2026-12-14".parse().unwrap()));
    /// assert!(year.has_ended("2026-12-15".parse().unwrap()));
    /// ```
    pub fn has_ended(&self, today: NaiveDate) -> bool {
        self.to < today
    }

    /// The same window a year before, moved day for day; 29 February becomes 28.
    pub fn year_before(&self) -> Window {
        Window { from: year_before(self.from), to: year_before(self.to) }
    }

    /// The calendar year, when the window is exactly one.
    pub fn calendar_year(&self) -> Option<i32> {
        (*self == Period::CalendarYear(self.from.year()).window()).then(|| self.from.year())
    }
}

fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day that every such month has")
}

fn year_before(date: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(date.year() - 1, date.month(), date.day())
        .unwrap_or_else(|| ymd(date.year() - 1, date.month(), 28))
}

/// A period that a report is about. Over the wire it is its code, so that none comes in that [`Period::parse`] refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Period {
    /// NĐ 09 month (year, 1–12): the 15th of the month before to the 14th.
    Month(i32, u32),
    /// NĐ 09 quarter (year, 1–4).
    Quarter(i32, u32),
    /// NĐ 09 half-year (year, 1–2): 15/12–14/6 and 15/6–14/12.
    HalfYear(i32, u32),
    /// NĐ 09 year: 15/12 of the year before to 14/12.
    Year(i32),
    /// 1 January to 31 December.
    CalendarYear(i32),
    /// Any window by hand.
    Custom(Window),
}

impl Period {
    /// The dates of the period.
    ///
    /// ```
    /// use domain::period::Period;
    /// assert_eq!(Period::HalfYear(2026, 1).window().from.to_string(), "2025-12-15");
    /// assert_eq!(Period::HalfYear(2026, 1).window().to.to_string(), "2026-06-14");
    /// ```
    pub fn window(&self) -> Window {
        match *self {
            Period::Month(year, month) => months(year, month, month),
            Period::Quarter(year, quarter) => months(year, quarter * 3 - 2, quarter * 3),
            Period::HalfYear(year, half) => months(year, half * 6 - 5, half * 6),
            Period::Year(year) => months(year, 1, 12),
            Period::CalendarYear(year) => Window { from: ymd(year, 1, 1), to: ymd(year, 12, 31) },
            Period::Custom(window) => window,
        }
    }

    /// The NĐ 09 month a date belongs to.
    pub fn month_of(date: NaiveDate) -> Period {
        match (date.day() >= 15, date.month()) {
            (true, 12) => Period::Month(date.year() + 1, 1),
            (true, month) => Period::Month(date.year(), month + 1),
            (false, month) => Period::Month(date.year(), month),
        }
    }

    /// Whether the period is one of NĐ 09's, whose months begin on the 15th.
    pub fn follows_decree(&self) -> bool {
        !matches!(self, Period::CalendarYear(_) | Period::Custom(_))
    }

    /// The parts that make up the period, in order, each with its own dates and together all of it: NĐ 09 months for
    /// NĐ 09 periods, calendar months, cut at the ends, for the others. A window of more than [`PARTS_AT_MOST`] months
    /// has quarters instead, one of more quarters years, as many to a part as it takes.
    ///
    /// ```
    /// use domain::period::{Part, Period};
    /// let parts = Period::parse("2020-02-10_2026-06-30").unwrap().parts();
    /// assert_eq!((parts.len(), parts[0].0), (26, Part::Quarter(2020, 1)));
    /// ```
    pub fn parts(&self) -> Vec<(Part, Window)> {
        let whole = self.window();
        let step = if self.follows_decree() { Step::ReportMonth } else { Step::fitting(whole) };
        let mut parts = Vec::new();
        let mut from = whole.from;
        while from <= whole.to {
            let (part, end) = step.part_of(from, whole.to);
            let to = end.min(whole.to);
            parts.push((part, Window { from, to }));
            let Some(next) = to.checked_add_days(Days::new(1)) else { break };
            from = next;
        }
        parts
    }

    /// The code used in links: `m-2026-06`, `q-2026-2`, `h-2026-1`, `y-2026`, `c-2026`, `2026-04-16_2026-05-15`.
    pub fn code(&self) -> String {
        match *self {
            Period::Month(y, m) => format!("m-{y}-{m:02}"),
            Period::Quarter(y, q) => format!("q-{y}-{q}"),
            Period::HalfYear(y, h) => format!("h-{y}-{h}"),
            Period::Year(y) => format!("y-{y}"),
            Period::CalendarYear(y) => format!("c-{y}"),
            Period::Custom(w) => format!("{}_{}", w.from, w.to),
        }
    }

    /// Reads a [`Period::code`]; `None` for anything else, out-of-range parts included.
    pub fn parse(code: &str) -> Option<Period> {
        if let Some((from, to)) = code.split_once('_') {
            return Window::new(from.parse().ok()?, to.parse().ok()?).map(Period::Custom);
        }
        let mut parts = code.split('-');
        let (kind, year) = (parts.next()?, parts.next()?.parse::<i32>().ok()?);
        if !YEARS.contains(&year) {
            return None;
        }
        let number = parts.next().map(|p| p.parse::<u32>().ok());
        match (kind, number, parts.next()) {
            ("m", Some(Some(m @ 1..=12)), None) => Some(Period::Month(year, m)),
            ("q", Some(Some(q @ 1..=4)), None) => Some(Period::Quarter(year, q)),
            ("h", Some(Some(h @ 1..=2)), None) => Some(Period::HalfYear(year, h)),
            ("y", None, None) => Some(Period::Year(year)),
            ("c", None, None) => Some(Period::CalendarYear(year)),
            _ => None,
        }
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.code()
    }
}

impl TryFrom<String> for Period {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Period::parse(&code).ok_or("no code of a period")
    }
}

/// One part of a period, as a chart shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A month, 1–12.
    Month(u32),
    /// A calendar quarter: year, 1–4.
    Quarter(i32, u32),
    /// Calendar years from one to another, both included.
    Years(i32, i32),
}

/// A chart stays readable up to so many bars: three years of months.
pub const PARTS_AT_MOST: i32 = 36;

/// How long the parts of a period are.
#[derive(Clone, Copy)]
enum Step {
    ReportMonth,
    Month,
    Quarter,
    Years(i32),
}

impl Step {
    /// The shortest of which the window has few enough.
    fn fitting(window: Window) -> Step {
        let count = |of: &dyn Fn(NaiveDate) -> i32| of(window.to) - of(window.from) + 1;
        let years = count(&|date| date.year());
        if count(&|date| date.year() * 12 + date.month0() as i32) <= PARTS_AT_MOST {
            Step::Month
        } else if count(&|date| date.year() * 4 + date.month0() as i32 / 3) <= PARTS_AT_MOST {
            Step::Quarter
        } else {
            Step::Years((years + PARTS_AT_MOST - 1) / PARTS_AT_MOST)
        }
    }

    /// The part that begins on a date, and its last day.
    fn part_of(self, from: NaiveDate, last: NaiveDate) -> (Part, NaiveDate) {
        let (year, month) = (from.year(), from.month());
        match self {
            Step::ReportMonth => {
                let part = Period::month_of(from);
                let Period::Month(_, month) = part else { unreachable!("month_of gives a month") };
                (Part::Month(month), part.window().to)
            }
            Step::Month => (Part::Month(month), last_day(from)),
            Step::Quarter => {
                let quarter = (month - 1) / 3 + 1;
                (Part::Quarter(year, quarter), last_day(ymd(year, quarter * 3, 1)))
            }
            Step::Years(years) => {
                let to = (year + years - 1).min(last.year());
                (Part::Years(year, to), ymd(to, 12, 31))
            }
        }
    }
}

fn months(year: i32, first: u32, last: u32) -> Window {
    let from = if first == 1 { ymd(year - 1, 12, 15) } else { ymd(year, first - 1, 15) };
    Window { from, to: ymd(year, last, 14) }
}

fn last_day(date: NaiveDate) -> NaiveDate {
    let (year, month) =
        if date.month() == 12 { (date.year() + 1, 1) } else { (date.year(), date.month() + 1) };
    ymd(year, month, 1).pred_opt().expect("a first of the month has a day before it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn decree_periods_run_from_the_fifteenth_to_the_fourteenth() {
        let table = [
            (Period::Month(2026, 1), "2025-12-15", "2026-01-14"),
            (Period::Month(2026, 6), "2026-05-15", "2026-06-14"),
            (Period::Quarter(2026, 1), "2025-12-15", "2026-03-14"),
            (Period::Quarter(2026, 4), "2026-09-15", "2026-12-14"),
            (Period::HalfYear(2026, 1), "2025-12-15", "2026-06-14"),
            (Period::HalfYear(2026, 2), "2026-06-15", "2026-12-14"),
            (Period::Year(2026), "2025-12-15", "2026-12-14"),
            (Period::CalendarYear(2026), "2026-01-01", "2026-12-31"),
        ];
        for (period, from, to) in table {
            assert_eq!(period.window(), Window { from: d(from), to: d(to) }, "{period:?}");
        }
    }

    #[test]
    fn leap_day_moves_to_the_28th() {
        let leap = Window { from: d("2028-02-29"), to: d("2028-03-01") };
        assert_eq!(leap.year_before(), Window { from: d("2027-02-28"), to: d("2027-03-01") });
    }

    #[test]
    fn a_period_comes_over_the_wire_as_its_code_alone() {
        let june = serde_json::to_string(&Period::Month(2026, 6)).unwrap();
        assert_eq!(june, "\"m-2026-06\"");
        assert_eq!(serde_json::from_str::<Period>(&june).unwrap(), Period::Month(2026, 6));
        for wrong in [
            r#"{"month":[2026,13]}"#,
            "\"m-2026-13\"",
            "\"-262143-01-01_-262143-01-02\"",
            "\"2026-01-01_20266-01-01\"",
            "\"2026-05-16_2026-05-15\"",
        ] {
            assert!(serde_json::from_str::<Period>(wrong).is_err(), "{wrong}");
        }
        let window = r#"{"from":"-262143-01-01","to":"-262143-01-02"}"#;
        assert!(serde_json::from_str::<Window>(window).is_err());
    }

    #[test]
    fn a_long_window_has_quarters_or_years_instead_of_months() {
        let of = |code: &str| {
            let parts = Period::parse(code).unwrap().parts();
            (parts.len(), parts[0], parts[parts.len() - 1])
        };
        let window = |from, to| Window { from: d(from), to: d(to) };
        let table = [
            ("2023-07-02_2026-06-30", 36, Part::Month(7), ("2023-07-02", "2023-07-31"), Part::Month(6)),
            (
                "2023-07-02_2026-07-01",
                13,
                Part::Quarter(2023, 3),
                ("2023-07-02", "2023-09-30"),
                Part::Quarter(2026, 3),
            ),
            (
                "2017-12-31_2026-06-30",
                35,
                Part::Quarter(2017, 4),
                ("2017-12-31", "2017-12-31"),
                Part::Quarter(2026, 2),
            ),
            (
                "2016-05-01_2026-06-30",
                11,
                Part::Years(2016, 2016),
                ("2016-05-01", "2016-12-31"),
                Part::Years(2026, 2026),
            ),
            (
                "1945-01-01_2026-06-30",
                28,
                Part::Years(1945, 1947),
                ("1945-01-01", "1947-12-31"),
                Part::Years(2026, 2026),
            ),
            (
                "1900-01-01_2999-12-31",
                36,
                Part::Years(1900, 1930),
                ("1900-01-01", "1930-12-31"),
                Part::Years(2985, 2999),
            ),
        ];
        for (code, count, first, (from, to), last) in table {
            let (found, head, tail) = of(code);
            assert_eq!((found, head), (count, (first, window(from, to))), "{code}");
            assert_eq!(tail.0, last, "{code}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_as_a_period_has_its_dates(
            code in "\\PC{0,24}|[mqhyc]-[0-9]{1,5}(-[0-9]{1,3})?|-?[0-9]{4,6}-[01][0-9]-[0-3][0-9]_-?[0-9]{4,6}-[01][0-9]-[0-3][0-9]",
        ) {
            if let Some(period) = Period::parse(&code) {
                let window = period.window();
                prop_assert!(window.from <= window.to);
                prop_assert!(window.year_before().from < window.from);
                prop_assert!((1..=PARTS_AT_MOST as usize).contains(&period.parts().len()));
                prop_assert_eq!(Period::parse(&period.code()), Some(period));
            }
        }

        #[test]
        fn parts_cover_a_window_without_gap_or_overlap(from in 738_000i32..741_000, days in 0i32..40_000) {
            let from = NaiveDate::from_num_days_from_ce_opt(from).unwrap();
            let window = Window { from, to: from + chrono::Duration::days(i64::from(days)) };
            for period in [Period::Custom(window), Period::month_of(from), Period::Year(from.year())] {
                let parts = period.parts();
                prop_assert_eq!(parts[0].1.from, period.window().from);
                prop_assert_eq!(parts[parts.len() - 1].1.to, period.window().to);
                for pair in parts.windows(2) {
                    prop_assert_eq!(pair[0].1.to.succ_opt().unwrap(), pair[1].1.from);
                }
            }
        }

        #[test]
        fn every_date_is_in_its_own_month(day in 738_000i32..741_000) {
            let date = NaiveDate::from_num_days_from_ce_opt(day).unwrap();
            prop_assert!(Period::month_of(date).window().contains(date));
        }

        #[test]
        fn codes_read_back(year in 1990i32..2100, m in 1u32..=12, q in 1u32..=4, h in 1u32..=2) {
            for p in [Period::Month(year, m), Period::Quarter(year, q), Period::HalfYear(year, h), Period::Year(year), Period::CalendarYear(year)] {
                prop_assert_eq!(Period::parse(&p.code()), Some(p));
            }
        }
    }
}
