//! Texts in the page's language, and numbers, dates and lengths as the offices write them.
//! Knows no sentence itself: those are in `locales/`, one constant each in [`keys`].

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Weekday};
use domain::targets::Fraction;
use domain::time::{DayTime, Sitting};
#[cfg(not(feature = "hydrate"))]
use leptos::prelude::*;

use crate::context::Locale;

/// One text in both languages.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

/// Every text of `locales/`, by its key in capitals.
pub mod keys {
    use super::Text;
    include!(concat!(env!("OUT_DIR"), "/keys.rs"));
}

/// The page's language: from the request on the server, from `<html lang>` in the browser.
pub fn locale() -> Locale {
    #[cfg(feature = "hydrate")]
    {
        crate::context::browser_locale()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        use_context::<Locale>().unwrap_or_default()
    }
}

/// A text in the page's language.
pub fn t(text: Text) -> &'static str {
    locale().pick(text.vi, text.en)
}

/// A text with its arguments filled in: `{n}` is the argument, `{n:day|days}` the word that goes with it.
pub fn tf(text: Text, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
    fill(t(text), arguments)
}

fn fill(text: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        let (name, forms) = name.split_once(':').unwrap_or((name, ""));
        let value =
            arguments.iter().find(|(argument, _)| *argument == name).map(|(_, value)| value.to_string());
        match (value, forms.split_once('|')) {
            (Some(value), Some((one, many))) => filled.push_str(if value == "1" { one } else { many }),
            (Some(value), None) => filled.push_str(&value),
            (None, _) => filled.push_str(name),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The Vietnamese name or the English one.
pub fn either<'a>(vi: &'a str, en: &'a str) -> &'a str {
    if en.is_empty() { vi } else { locale().pick(vi, en) }
}

/// A whole number: `1.250` in Vietnamese, `1,250` in English.
pub fn number(value: i64) -> String {
    grouped(value, if locale() == Locale::Vi { '.' } else { ',' })
}

fn grouped(value: i64, mark: char) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    if value < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// A fraction as a percentage with one decimal: `98,5 %`; a whole one has none: `60 %`. It is rounded, but never across
/// the target that it is measured by.
pub fn percent(fraction: Fraction, target: Fraction) -> String {
    permille(fraction.permille_shown(target))
}

/// Tenths of a percent: `985` is `98,5 %`.
pub fn permille(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, tenth) = (tenths.abs() / 10, tenths.abs() % 10);
    let whole = number(whole);
    match (locale(), tenth) {
        (Locale::Vi, 0) => format!("{sign}{whole}\u{a0}%"),
        (Locale::Vi, tenth) => format!("{sign}{whole},{tenth}\u{a0}%"),
        (Locale::En, 0) => format!("{sign}{whole}%"),
        (Locale::En, tenth) => format!("{sign}{whole}.{tenth}%"),
    }
}

/// A date with its year: `05/6/2026`, `5 Jun 2026`.
///
/// The day has two digits; months 1 and 2 keep their zero, as official documents write them.
pub fn date(date: NaiveDate) -> String {
    match locale() {
        Locale::Vi => format!("{}/{}", day_month_vi(date), date.year()),
        Locale::En => format!("{} {}", day_month_en(date), date.year()),
    }
}

/// A date without its year: `05/6`, `5 Jun`.
pub fn day_month(date: NaiveDate) -> String {
    match locale() {
        Locale::Vi => day_month_vi(date),
        Locale::En => day_month_en(date),
    }
}

fn day_month_vi(date: NaiveDate) -> String {
    let zero = if date.month() < 3 { "0" } else { "" };
    format!("{:02}/{zero}{}", date.day(), date.month())
}

fn day_month_en(date: NaiveDate) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!("{} {}", date.day(), MONTHS[date.month0() as usize])
}

/// The day of the week: `Thứ Năm`, `Thu`.
pub fn weekday(date: NaiveDate) -> &'static str {
    let (vi, en) = match date.weekday() {
        Weekday::Mon => ("Thứ Hai", "Mon"),
        Weekday::Tue => ("Thứ Ba", "Tue"),
        Weekday::Wed => ("Thứ Tư", "Wed"),
        Weekday::Thu => ("Thứ Năm", "Thu"),
        Weekday::Fri => ("Thứ Sáu", "Fri"),
        Weekday::Sat => ("Thứ Bảy", "Sat"),
        Weekday::Sun => ("Chủ nhật", "Sun"),
    };
    locale().pick(vi, en)
}

/// A date with its day of the week: `Thứ Năm, 11/6/2026`, `Thu 11 Jun 2026`.
pub fn long_date(day: NaiveDate) -> String {
    match locale() {
        Locale::Vi => format!("{}, {}", weekday(day), date(day)),
        Locale::En => format!("{} {}", weekday(day), date(day)),
    }
}

/// A day and month with the day of the week: `Thứ Năm, 11/6`, `Thu 11 Jun`.
pub fn weekday_date(date: NaiveDate) -> String {
    match locale() {
        Locale::Vi => format!("{}, {}", weekday(date), day_month(date)),
        Locale::En => format!("{} {}", weekday(date), day_month(date)),
    }
}

/// A time of day: `07:30`; the end of a day is `24:00`.
pub fn time(time: impl Into<DayTime>) -> String {
    time.into().to_string()
}

/// A stretch of hours: `08:00–11:30`.
pub fn hours(from: NaiveTime, to: impl Into<DayTime>) -> String {
    format!("{}–{}", time(from), time(to))
}

/// A sitting: `Thứ Năm, 11/6, 08:00–11:30`.
pub fn sitting(sitting: &Sitting) -> String {
    format!("{}, {}", weekday_date(sitting.date), hours(sitting.from, sitting.to))
}

/// A local instant: `07:30, 05/6/2026`.
pub fn moment(at: NaiveDateTime) -> String {
    format!("{}, {}", time(at.time()), date(at.date()))
}

/// The machine's reading of a local time for `<time datetime>`: `2026-06-11T14:00`.
pub fn machine(at: NaiveDateTime) -> String {
    format!("{:04}-{:02}-{:02}T{:02}:{:02}", at.year(), at.month(), at.day(), at.hour(), at.minute())
}

/// The machine's reading of a date: `2026-06-11`, as links and date fields carry it.
pub fn iso(date: NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// A date as people type it into a field, in either language: `05/06/2026`.
pub fn typed(date: NaiveDate) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// A length in sessions: `2 buổi`, `2 half-days`.
pub fn sessions(count: u32) -> String {
    let text = if count == 1 { keys::SESSIONS_ONE } else { keys::SESSIONS_MANY };
    tf(text, &[("n", &count)])
}

/// A length in days: `nửa ngày`, `1 ngày`, `1,5 ngày`.
pub fn days(sessions: u32) -> String {
    match (sessions, sessions % 2) {
        (1, _) => t(keys::DAYS_HALF).to_owned(),
        (2, _) => t(keys::DAYS_ONE).to_owned(),
        (_, 0) => tf(keys::DAYS_MANY, &[("n", &(sessions / 2))]),
        (_, _) => {
            let mark = locale().pick(",", ".");
            tf(keys::DAYS_MANY, &[("n", &format!("{}{mark}5", sessions / 2))])
        }
    }
}

/// A file of rows as an address that a browser saves: with the mark by which spreadsheets know the letters.
pub fn csv_href(csv: &str) -> String {
    let escape = crate::form::escape;
    format!("data:text/csv;charset=utf-8,{}{}", escape("\u{feff}"), escape(csv))
}

/// A size, rounded to the nearest: `850 KB`, `2,4 MB`. The upload's rows write it the same way.
pub fn bytes(size: i64) -> String {
    let kilobytes = (size + 500) / 1000;
    if kilobytes < 1000 {
        // What is there is never shown as nothing.
        return format!("{} KB", kilobytes.max(size.min(1)));
    }
    let tenths = (size + 50_000) / 100_000;
    let mark = locale().pick(",", ".");
    format!("{}{mark}{} MB", number(tenths / 10), tenths % 10)
}

#[cfg(all(test, not(feature = "hydrate")))]
#[expect(clippy::unwrap_used, reason = "a test whose data cannot be read has nothing to say")]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_size_is_rounded_to_the_nearest() {
        for (size, shown) in [
            (0, "0 KB"),
            (1, "1 KB"),
            (38_499, "38 KB"),
            (38_500, "39 KB"),
            (999_499, "999 KB"),
            (999_500, "1,0 MB"),
            (2_449_999, "2,4 MB"),
            (2_450_000, "2,5 MB"),
            (1_234_567_890, "1.234,6 MB"),
        ] {
            assert_eq!(bytes(size), shown);
        }
    }

    #[test]
    fn months_one_and_two_keep_their_zero() {
        assert_eq!(day_month(day("2026-06-05")), "05/6");
        assert_eq!(day_month(day("2026-12-15")), "15/12");
        assert_eq!(day_month(day("2026-01-05")), "05/01");
        assert_eq!(day_month(day("2026-02-15")), "15/02");
        assert_eq!(day_month(day("2026-03-15")), "15/3");
        assert_eq!(long_date(day("2026-06-11")), "Thứ Năm, 11/6/2026");
    }

    #[test]
    fn english_dates_are_written_the_english_way() {
        let owner = Owner::new();
        owner.with(|| {
            provide_context(Locale::En);
            assert_eq!(long_date(day("2026-06-11")), "Thu 11 Jun 2026");
            assert_eq!(number(1250), "1,250");
            assert_eq!(permille(985), "98.5%");
            let sites = |n: usize| fill("{n} {n:site|sites}, {n:is|are} on", &[("n", &n)]);
            assert_eq!((sites(1), sites(12)), ("1 site, is on".into(), "12 sites, are on".into()));
        });
    }

    #[test]
    fn numbers_are_written_the_vietnamese_way() {
        assert_eq!(number(1250), "1.250");
        assert_eq!(number(-1_234_567), "-1.234.567");
        assert_eq!(number(250), "250");
        assert_eq!(permille(985), "98,5\u{a0}%");
        assert_eq!(permille(-5), "-0,5\u{a0}%");
        assert_eq!(permille(600), "60\u{a0}%");
    }

    #[test]
    fn lengths_are_counted_in_half_days() {
        assert_eq!(days(1), "nửa ngày");
        assert_eq!(days(3), "1,5 ngày");
        assert_eq!(sessions(2), "2 buổi");
    }

    #[test]
    fn arguments_are_filled_in_by_name() {
        assert_eq!(fill("{a} và {b}", &[("b", &2), ("a", &1)]), "1 và 2");
        assert_eq!(fill("{gone", &[]), "{gone");
    }
}
