//! Days, months and years in what somebody typed to find a meeting.

use chrono::{Datelike, NaiveDate};

use crate::period::Window;
use crate::text::fold;

/// Years before and after this one in which a date without a year is looked for: as long as offices keep their meetings,
/// and as far ahead as they plan.
const YEARS_BACK: i32 = 10;
const YEARS_AHEAD: i32 = 2;
/// Years that are taken for years, not for numbers of documents.
const YEARS: std::ops::RangeInclusive<i32> = 1945..=2999;

/// The dates of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedDates {
    /// When the meeting is to be: one of these, the nearest to today first. At least one.
    pub windows: Vec<Window>,
    /// What else was typed.
    pub rest: String,
}

/// What is read of the first date.
enum Part {
    Day(Option<i32>, u32, u32),
    Month(Option<i32>, u32),
    Year(i32),
}

/// The first day, month or year of a text. None when it has none.
///
/// ```
/// use domain::search::asked_dates;
/// let today = "2026-11-29".parse().unwrap();
/// let asked = asked_dates("giao ban tháng 12", today).unwrap();
/// assert_eq!(asked.windows[0].from.to_string(), "2026-12-01");
/// assert_eq!(asked.rest, "giao ban");
/// ```
pub fn asked_dates(text: &str, today: NaiveDate) -> Option<AskedDates> {
    let words: Vec<&str> = text.split_whitespace().take(super::WORDS_AT_MOST * 2).collect();
    let (from, to, part) = (0..words.len()).find_map(|at| {
        let (count, part) = part_at(&words[at..])?;
        Some((at, at + count, part))
    })?;
    let mut windows: Vec<Window> =
        years(&part, today).into_iter().filter_map(|year| window(&part, year)).collect();
    windows.sort_by_key(|window| (distance(*window, today), std::cmp::Reverse(window.from)));
    let rest: Vec<&str> = words[..from].iter().chain(&words[to..]).copied().collect();
    (!windows.is_empty()).then(|| AskedDates { windows, rest: rest.join(" ") })
}

/// Days between today and a window; none within it.
fn distance(window: Window, today: NaiveDate) -> i64 {
    (window.from - today).num_days().max((today - window.to).num_days()).max(0)
}

fn years(part: &Part, today: NaiveDate) -> Vec<i32> {
    match part {
        Part::Day(Some(year), ..) | Part::Month(Some(year), _) | Part::Year(year) => vec![*year],
        Part::Day(None, ..) | Part::Month(None, _) => {
            (today.year() - YEARS_BACK..=today.year() + YEARS_AHEAD).collect()
        }
    }
}

fn window(part: &Part, year: i32) -> Option<Window> {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let (from, to) = match *part {
        Part::Day(_, of, month) => (day(month, of)?, day(month, of)?),
        Part::Month(_, 12) => (day(12, 1)?, day(12, 31)?),
        Part::Month(_, month) => (day(month, 1)?, day(month + 1, 1)?.pred_opt()?),
        Part::Year(_) => (day(1, 1)?, day(12, 31)?),
    };
    Window::new(from, to)
}

/// A date at the beginning of these words, and how many of them it takes.
fn part_at(words: &[&str]) -> Option<(usize, Part)> {
    let first = fold(words.first()?);
    match first.as_str() {
        // The word before a date says nothing more than the date.
        "ngay" | "nam" | "thang" if words.len() > 1 => {
            let is_month = first == "thang";
            let number = trimmed(words[1]);
            let month = number.parse::<u32>().ok().filter(|month| is_month && (1..=12).contains(month));
            let Some(month) = month else {
                return part_at(&words[1..2]).map(|(count, part)| (count + 1, part));
            };
            let names_year = words.get(2).is_some_and(|word| fold(word) == "nam");
            let at = if names_year { 3 } else { 2 };
            match words.get(at).and_then(|word| year(trimmed(word))) {
                Some(year) => Some((at + 1, Part::Month(Some(year), month))),
                None => Some((2, Part::Month(None, month))),
            }
        }
        _ => numbers(trimmed(words[0])).map(|part| (1, part)),
    }
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn year(text: &str) -> Option<i32> {
    text.parse().ok().filter(|year| text.len() == 4 && YEARS.contains(year))
}

/// `29/11`, `04/12/2026`, `2026-12-04`, `12/2026`, `2026`; points and dashes do as well where a year is written.
fn numbers(word: &str) -> Option<Part> {
    let slash = word.contains('/');
    let parts: Vec<&str> = word.split(['/', '-', '.']).collect();
    let small = |text: &str, most: u32| {
        let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|number| is_number && (1..=most).contains(number))
    };
    match parts.as_slice() {
        [one] => year(one).map(Part::Year),
        [month, of] if year(of).is_some() => Some(Part::Month(year(of), small(month, 12)?)),
        [day, month] if slash => Some(Part::Day(None, small(day, 31)?, small(month, 12)?)),
        [day, month, of] if year(of).is_some() => {
            Some(Part::Day(year(of), small(day, 31)?, small(month, 12)?))
        }
        [of, month, day] if year(of).is_some() => {
            Some(Part::Day(year(of), small(day, 31)?, small(month, 12)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, usize, String)> {
        let asked = asked_dates(text, "2026-11-29".parse().unwrap())?;
        let first = asked.windows[0];
        let shown = if first.from == first.to {
            first.from.to_string()
        } else {
            format!("{}/{}", first.from, first.to)
        };
        Some((shown, asked.windows.len(), asked.rest))
    }

    #[test]
    fn days_months_and_years_are_read() {
        for (text, shown, windows, rest) in [
            ("2025", "2025-01-01/2025-12-31", 1, ""),
            ("tổng kết năm 2025", "2025-01-01/2025-12-31", 1, "tổng kết"),
            ("29/11", "2026-11-29", 13, ""),
            ("5/1", "2027-01-05", 13, ""),
            ("họp ngày 04/12/2026, UBND", "2026-12-04", 1, "họp UBND"),
            ("4-12-2026", "2026-12-04", 1, ""),
            ("4.12.2026", "2026-12-04", 1, ""),
            ("2026-12-04", "2026-12-04", 1, ""),
            ("tháng 12", "2026-12-01/2026-12-31", 13, ""),
            ("Thang 2 nam 2027 giao ban", "2027-02-01/2027-02-28", 1, "giao ban"),
            ("tháng 2/2028", "2028-02-01/2028-02-29", 1, ""),
            ("12/2026", "2026-12-01/2026-12-31", 1, ""),
            ("29/2", "2028-02-29", 4, ""),
        ] {
            assert_eq!(read(text), Some((shown.to_owned(), windows, rest.to_owned())), "{text}");
        }
    }

    #[test]
    fn numbers_of_documents_and_rooms_are_no_dates() {
        for text in [
            "",
            "226-KL/TW",
            "phòng số 2",
            "31/11/2026",
            "40/12",
            "12.5",
            "năm tới",
            "tháng tới",
            "1812",
            "3/4/5",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_window_nearest_to_today_comes_first() {
        let asked = asked_dates("tháng 1", "2026-11-29".parse().unwrap()).unwrap();
        let years: Vec<i32> = asked.windows.iter().map(|window| window.from.year()).collect();
        assert_eq!(years[..4], [2027, 2026, 2028, 2025]);
    }
}
