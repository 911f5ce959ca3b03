//! Times of day as people type them. Knows no date and no clock.

use chrono::NaiveTime;

use super::DayTime;
use crate::text::fold;

/// Reads a time of day: `7h30`, `7h`, `7g30`, `7 giờ 30`, `7h rưỡi`, `0730`, `730`, `7.30`, `07:30`, `7`, `2 giờ chiều`,
/// `2:30 pm`; `24:00` and `24h` are the end of the day. Seconds are dropped.
///
/// ```
/// use domain::time::read_time;
/// let read = |text| read_time(text).map(|time| time.to_string());
/// assert_eq!(read("7g30").as_deref(), Some("07:30"));
/// assert_eq!(read("24h").as_deref(), Some("24:00"));
/// assert_eq!(read("7.5"), None);
/// ```
pub fn read_time(text: &str) -> Option<DayTime> {
    if !text.chars().all(is_of_a_time) {
        return None;
    }
    let words = words(&fold(text));
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    let half = take_half(&mut words);
    let (hour, minute) = read_clock(&words, text.contains(['.', ',']))?;
    let hour = in_half(hour, half)?;
    match (hour, minute) {
        (24, 0) => Some(DayTime::End),
        _ => NaiveTime::from_hms_opt(hour, minute, 0).map(DayTime::At),
    }
}

/// Letters, digits and the marks that stand between hour and minute.
fn is_of_a_time(c: char) -> bool {
    c.is_alphanumeric()
        || c.is_whitespace()
        || matches!(c, ':' | '.' | ',' | '\'' | '’' | '\u{300}'..='\u{36f}')
}

/// Runs of digits and runs of letters: `7h30` is three words.
fn words(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in folded.split(' ').filter(|part| !part.is_empty()) {
        let mut was_digit = None;
        for c in part.chars() {
            let is_digit = c.is_ascii_digit();
            match words.last_mut() {
                Some(word) if was_digit == Some(is_digit) => word.push(c),
                _ => words.push(c.to_string()),
            }
            was_digit = Some(is_digit);
        }
    }
    words
}

/// Which half of the day is said behind the hour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    /// `sáng`, `am`.
    First,
    /// `chiều`, `tối`, `pm`.
    Second,
    /// `trưa`: 11, 12 or 13.
    Noon,
}

/// The half of the day said at the end, taken off.
fn take_half(words: &mut Vec<&str>) -> Option<Half> {
    let half = match *words.last()? {
        "sang" | "sa" | "am" => Half::First,
        "chieu" | "toi" | "ch" | "pm" => Half::Second,
        "trua" => Half::Noon,
        _ => return None,
    };
    words.pop();
    Some(half)
}

fn in_half(hour: u32, half: Option<Half>) -> Option<u32> {
    match (half, hour) {
        (None, hour) => Some(hour),
        (Some(Half::First), 12) => Some(0),
        (Some(Half::First), 0..=11) => Some(hour),
        (Some(Half::Second), 1..=11) => Some(hour + 12),
        (Some(Half::Second), 12..=23) => Some(hour),
        (Some(Half::Noon), 10..=14) => Some(hour),
        (Some(Half::Noon), 1 | 2) => Some(hour + 12),
        (Some(_), _) => None,
    }
}

/// Hour and minute. One digit of minutes after a dot or a comma could be a part of an hour: `7.5` is not read.
fn read_clock(words: &[&str], has_dot: bool) -> Option<(u32, u32)> {
    let is_hour_word = |word: &str| matches!(word, "h" | "g" | "gio");
    let is_minute_word = |word: &str| matches!(word, "p" | "ph" | "phut" | "m");
    let hour = |text: &str| number(text, 1..=2);
    let minute = |text: &str| {
        let least = if has_dot { 2 } else { 1 };
        number(text, least..=2)
    };
    match *words {
        [digits] if digits.len() > 2 => {
            let (hours, minutes) = digits.split_at_checked(digits.len() - 2)?;
            Some((number(hours, 1..=2)?, number(minutes, 2..=2)?))
        }
        [hours] => Some((hour(hours)?, 0)),
        [hours, word] if is_hour_word(word) => Some((hour(hours)?, 0)),
        [hours, word, "ruoi"] if is_hour_word(word) => Some((hour(hours)?, 30)),
        [hours, minutes] => Some((hour(hours)?, minute(minutes)?)),
        [hours, word, minutes] | [hours, word, minutes, _]
            if is_hour_word(word) && words.get(3).is_none_or(|word| is_minute_word(word)) =>
        {
            Some((hour(hours)?, minute(minutes)?))
        }
        [hours, minutes, seconds] => {
            number(seconds, 2..=2).filter(|seconds| *seconds < 60)?;
            Some((hour(hours)?, number(minutes, 2..=2)?))
        }
        _ => None,
    }
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let is_plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
