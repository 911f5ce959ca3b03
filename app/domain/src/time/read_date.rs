//! Dates as people type them: without the year, by the day of the week, or by their distance from today. Today is an
//! argument. A day that does not exist is told as such, with the one that was probably meant.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::YEARS;
use crate::error::Problem;
use crate::text::fold;

/// Which date is meant where the year or the week is not typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// The next such date, today included: what is planned.
    Future,
    /// The latest such date, today included: what has taken place, and what a list is narrowed by.
    Past,
}

/// How a field's dates are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateReading {
    /// The local date of now.
    pub today: NaiveDate,
    /// Which date is meant where the year or the week is not typed.
    pub toward: Toward,
}

impl DateReading {
    /// Reads a date that is planned.
    pub fn coming(today: NaiveDate) -> Self {
        Self { today, toward: Toward::Future }
    }

    /// Reads a date that has been.
    pub fn past(today: NaiveDate) -> Self {
        Self { today, toward: Toward::Past }
    }

    /// Reads a date: `5/12`, `5.12`, `05-12-2026`, `5/12/26`, `5 tháng 12`, `2026-12-05`, `0512`, `512` when only one day can
    /// be meant, `mai`, `ngày kia`, `thứ sáu`, `t6`, `CN`, `thứ hai tuần sau`, `Thứ Sáu, 04/12/2026`; with marks or without;
    /// `tomorrow`, `fri`, `5 Dec 2026`. A [`Problem`] says what is wrong with anything else.
    ///
    /// ```
    /// use domain::time::DateReading;
    /// let coming = DateReading::coming("2026-11-29".parse().unwrap());
    /// assert_eq!(coming.read("5/12").unwrap().to_string(), "2026-12-05");
    /// assert_eq!(coming.read("5/3").unwrap().to_string(), "2027-03-05");
    /// assert_eq!(coming.read("thứ sáu").unwrap().to_string(), "2026-12-04");
    /// ```
    pub fn read(&self, text: &str) -> Result<NaiveDate, Problem> {
        if !text.chars().all(is_of_a_date) {
            return Err(Problem::NotADate);
        }
        let folded = fold(text);
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let mut nearest = Problem::NotADate;
        // `thu 4` is a Wednesday in Vietnamese, `Thu 4 Dec` a Thursday in English: the first that makes a date is meant.
        for (weekday, rest) in weekdays(&words) {
            match self.after_weekday(weekday, rest) {
                Err(Problem::NotADate) => {}
                Err(problem) => nearest = problem,
                read => return read,
            }
        }
        Err(nearest)
    }

    fn after_weekday(&self, weekday: Option<Weekday>, rest: &[&str]) -> Result<NaiveDate, Problem> {
        let Some(weekday) = weekday else {
            return match self.by_distance(rest) {
                Some(date) => Ok(date),
                None => self.by_numbers(rest),
            };
        };
        let this_week = monday(self.today).and_then(|monday| later(monday, weekday.num_days_from_monday()));
        let week = |weeks: i64| {
            this_week
                .and_then(|day| day.checked_add_signed(chrono::Duration::weeks(weeks)))
                .ok_or(Problem::NotADate)
        };
        match rest {
            [] => Ok(self.nearest(weekday)),
            ["tuan", "nay"] => week(0),
            ["tuan", "sau" | "toi"] | ["next", "week"] => week(1),
            ["tuan", "truoc"] | ["last", "week"] => week(-1),
            rest => {
                let date = self.by_numbers(rest)?;
                if date.weekday() == weekday { Ok(date) } else { Err(Problem::OtherWeekday(date)) }
            }
        }
    }

    fn nearest(&self, weekday: Weekday) -> NaiveDate {
        let (wanted, now) = (weekday.num_days_from_monday(), self.today.weekday().num_days_from_monday());
        let moved = match self.toward {
            Toward::Future => self.today.checked_add_days(Days::new(u64::from((wanted + 7 - now) % 7))),
            Toward::Past => self.today.checked_sub_days(Days::new(u64::from((now + 7 - wanted) % 7))),
        };
        moved.unwrap_or(self.today)
    }

    fn by_distance(&self, words: &[&str]) -> Option<NaiveDate> {
        let days = match words {
            ["hom", "nay"] | ["ngay", "hom", "nay"] | ["bua", "nay"] | ["nay"] | ["today"] => 0,
            ["mai"] | ["ngay", "mai"] | ["tomorrow"] => 1,
            ["mot"] | ["ngay", "mot"] | ["ngay", "kia"] | ["day", "after", "tomorrow"] => 2,
            ["hom", "qua"] | ["qua"] | ["yesterday"] => -1,
            ["hom", "kia"] | ["day", "before", "yesterday"] => -2,
            _ => return None,
        };
        self.today.checked_add_signed(chrono::Duration::days(days))
    }

    fn by_numbers(&self, words: &[&str]) -> Result<NaiveDate, Problem> {
        let words = match words {
            ["ngay", rest @ ..] => rest,
            words => words,
        };
        if let [digits] = words {
            return self.by_digits(digits);
        }
        let parts = parts(words).ok_or(Problem::NotADate)?;
        self.resolve(parts)
    }

    /// `512`, `0512`, `051226`, `05122026`, `20261205`: read when exactly one date can be meant.
    fn by_digits(&self, digits: &str) -> Result<NaiveDate, Problem> {
        let cuts: &[[usize; 2]] = match digits.len() {
            3 => &[[1, 2], [2, 1]],
            4 | 6 | 8 => &[[2, 2]],
            _ => &[],
        };
        if !is_number(digits) {
            return Err(Problem::NotADate);
        }
        let cut = |day: usize, month: usize| {
            let (day, rest) = digits.split_at(day);
            let (month, year) = rest.split_at(month);
            Parts {
                day: day.parse().ok(),
                month: month.parse().ok(),
                year: Some(year).filter(|year| !year.is_empty()),
            }
        };
        let mut all: Vec<Parts<'_>> = cuts.iter().map(|[day, month]| cut(*day, *month)).collect();
        if digits.len() == 8 {
            let (year, rest) = digits.split_at(4);
            let (month, day) = rest.split_at(2);
            all.push(Parts { day: day.parse().ok(), month: month.parse().ok(), year: Some(year) });
        }
        let mut read: Vec<NaiveDate> = all.into_iter().filter_map(|parts| self.resolve(parts).ok()).collect();
        read.dedup();
        match read[..] {
            [date] => Ok(date),
            _ => Err(Problem::NotADate),
        }
    }

    /// The date of a day and a month, and of a year where one is typed.
    fn resolve(&self, parts: Parts<'_>) -> Result<NaiveDate, Problem> {
        let (Some(day), Some(month)) = (parts.day, parts.month) else { return Err(Problem::NotADate) };
        let year = match parts.year {
            Some(year) => full_year(year).ok_or(Problem::NotADate)?,
            None => self.year_of(day, month),
        };
        if day == 0 || day > 31 || month == 0 {
            return Err(Problem::NotADate);
        }
        if let Some(date) = NaiveDate::from_ymd_opt(year, month, day) {
            return Ok(date);
        }
        // A month beyond 12 is the day of somebody who writes the month first; a day beyond the month's is its last.
        let meant = if month > 12 { NaiveDate::from_ymd_opt(year, day, month) } else { last_of(year, month) };
        let typed = format!("{day:02}/{month:02}/{year}");
        meant.map_or(Err(Problem::NotADate), |meant| Err(Problem::NoSuchDay { typed, meant }))
    }

    fn year_of(&self, day: u32, month: u32) -> i32 {
        let today = (self.today.month(), self.today.day());
        let year = self.today.year();
        match self.toward {
            Toward::Future if (month, day) < today => year + 1,
            Toward::Past if (month, day) > today => year - 1,
            _ => year,
        }
    }
}

/// Reads the two ends that a list is narrowed by; `None` for an end that is empty. The first is the latest such date; so is
/// the last, unless it would then lie before the first: from `1/6` to `15/12` is a window of one year.
pub fn read_ends(from: &str, to: &str, today: NaiveDate) -> [Result<Option<NaiveDate>, Problem>; 2] {
    let read = |text: &str, reading: DateReading| {
        if text.trim().is_empty() { Ok(None) } else { reading.read(text).map(Some) }
    };
    let from = read(from, DateReading::past(today));
    let latest = read(to, DateReading::past(today));
    let to = match (&from, &latest) {
        (Ok(Some(first)), Ok(Some(last))) if last < first => read(to, DateReading::coming(today)),
        _ => latest,
    };
    [from, to]
}

/// Two digits of a year are of this century, from 90 on of the last one, because [`YEARS`] begins there.
const CENTURY_BEGINS: i32 = 90;

fn full_year(text: &str) -> Option<i32> {
    let year: i32 = is_number(text).then(|| text.parse().ok()).flatten()?;
    let year = match (text.len(), year) {
        (2, CENTURY_BEGINS..) => year + 1900,
        (2, _) => year + 2000,
        (4, year) => year,
        _ => return None,
    };
    YEARS.contains(&year).then_some(year)
}

/// A day, a month and, where it is typed, a year.
struct Parts<'a> {
    day: Option<u32>,
    month: Option<u32>,
    year: Option<&'a str>,
}

/// The parts of a date of several words.
fn parts<'a>(words: &[&'a str]) -> Option<Parts<'a>> {
    let (head, year) = match *words {
        // The year comes first: the international way.
        [year, month, day] if year.len() == 4 && is_number(year) => {
            return Some(Parts { day: small(day), month: small(month), year: Some(year) });
        }
        [ref head @ .., "nam", year] => (head, Some(year)),
        [ref head @ .., year] if head.len() > 1 && is_number(year) && head.last() != Some(&"thang") => {
            (head, Some(year))
        }
        ref head => (head, None),
    };
    let (day, month) = match *head {
        [day, "thang", month] | [day, month] if is_number(day) => {
            (small(day), small(month).or_else(|| month_named(month)))
        }
        [month, day] => (small(day), month_named(month)),
        _ => return None,
    };
    Some(Parts { day, month, year })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number of one or two digits.
fn small(text: &str) -> Option<u32> {
    (is_number(text) && text.len() < 3).then(|| text.parse().ok()).flatten()
}

/// An English month, whole or by its first three letters.
fn month_named(text: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let is_meant = |month: &str| {
        text == month
            || (text.len() == 3 && month.starts_with(text))
            || (text == "sept" && month == "september")
    };
    MONTHS.iter().position(|month| is_meant(month)).map(|place| place as u32 + 1)
}

/// Every way in which the words may begin with a day of the week, and what is left of them; last the way without one.
fn weekdays<'a, 'b>(words: &'b [&'a str]) -> Vec<(Option<Weekday>, &'b [&'a str])> {
    let vietnamese = match words {
        ["thu", day, rest @ ..] => counted(day).map(|day| (day, rest)),
        ["chu" | "chua", "nhat", rest @ ..] | ["cn", rest @ ..] => Some((Weekday::Sun, rest)),
        [short, rest @ ..] => {
            short.strip_prefix('t').filter(|day| is_number(day)).and_then(counted).map(|day| (day, rest))
        }
        [] => None,
    };
    let english = match words {
        [name, rest @ ..] => english_weekday(name).map(|day| (day, rest)),
        [] => None,
    };
    let named = [vietnamese, english].into_iter().flatten().map(|(day, rest)| (Some(day), rest));
    named.chain([(None, words)]).collect()
}

/// The days of the week by their number: Monday is the second.
fn counted(word: &str) -> Option<Weekday> {
    Some(match word {
        "hai" | "2" => Weekday::Mon,
        "ba" | "3" => Weekday::Tue,
        "tu" | "4" => Weekday::Wed,
        "nam" | "5" => Weekday::Thu,
        "sau" | "6" => Weekday::Fri,
        "bay" | "7" => Weekday::Sat,
        _ => return None,
    })
}

fn english_weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mon" | "monday" => Weekday::Mon,
        "tue" | "tues" | "tuesday" => Weekday::Tue,
        "wed" | "wednesday" => Weekday::Wed,
        "thu" | "thur" | "thurs" | "thursday" => Weekday::Thu,
        "fri" | "friday" => Weekday::Fri,
        "sat" | "saturday" => Weekday::Sat,
        "sun" | "sunday" => Weekday::Sun,
        _ => return None,
    })
}

/// Letters, digits and what stands between the parts of a date.
fn is_of_a_date(c: char) -> bool {
    c.is_alphanumeric()
        || c.is_whitespace()
        || matches!(c, '/' | '-' | '.' | ',' | '\u{300}'..='\u{36f}' | '\u{2010}'..='\u{2015}')
}

fn monday(date: NaiveDate) -> Option<NaiveDate> {
    date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))
}

fn later(date: NaiveDate, days: u32) -> Option<NaiveDate> {
    date.checked_add_days(Days::new(u64::from(days)))
}

fn last_of(year: i32, month: u32) -> Option<NaiveDate> {
    (28..=31).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
}

#[cfg(test)]
mod tests;
