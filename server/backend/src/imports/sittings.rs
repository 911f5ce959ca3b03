//! The column `sittings` of a file of meetings, read to the minute. Knows no other column.

use chrono::{NaiveDate, NaiveTime, Timelike};
use domain::error::Problem;
use domain::meetings::SITTINGS_AT_MOST;
use domain::time::{DayTime, Sitting, parse_date};

use super::Import;
use super::cells::line;
use super::table::Cells;

/// `2026-05-04T07:30/11:30`, several parted by spaces, or as offices write them; in order, at least one.
pub(super) fn sittings(import: &mut Import<'_>, cells: Cells<'_>) -> Option<Vec<Sitting>> {
    let mut sittings: Vec<Sitting> = Vec::new();
    let mut is_good = true;
    // Each sitting is compared with those before it, so a cell with thousands would take a minute. One more
    // than the limit is enough to refuse the cell.
    let cell = line(cells, "sittings");
    for (text, read) in read(import, &cell) {
        let problem = match read {
            Ok(sitting) if sittings.iter().any(|s| s.overlaps(&sitting)) => Problem::OverlapsOwn,
            Ok(sitting) => {
                sittings.push(sitting);
                continue;
            }
            // Once for the whole cell: another way of writing sittings has spaces in it.
            Err(Problem::NotADate | Problem::NotATime) => {
                import.bad.cell(cells, "sittings", Problem::NotASitting);
                return None;
            }
            Err(problem) => problem,
        };
        is_good = false;
        import.bad.value(cells, "sittings", text, problem);
    }
    let problem = match sittings.len() {
        0 if is_good => Problem::Missing,
        n if n > SITTINGS_AT_MOST as usize => Problem::TooMany(SITTINGS_AT_MOST),
        _ => {
            sittings.sort();
            import.count_parts(cells, "sittings", sittings.len());
            return is_good.then_some(sittings);
        }
    };
    import.bad.cell(cells, "sittings", problem);
    None
}

/// So many parts of a cell are looked at: one more than the limit is enough to refuse it.
const PARTS_AT_MOST: usize = SITTINGS_AT_MOST as usize + 1;

/// The sittings of a cell, or what is wrong with each, beside what is written of it. It is noted when a cell is read as offices
/// write it.
fn read<'c>(import: &mut Import<'_>, cell: &'c str) -> Vec<(&'c str, Result<Sitting, Problem>)> {
    let parts = cell.split(' ').filter(|text| !text.is_empty()).take(PARTS_AT_MOST);
    let read: Vec<_> = parts.map(|text| (text, sitting(text))).collect();
    let is_other =
        |read: &Result<Sitting, Problem>| matches!(read, Err(Problem::NotADate | Problem::NotATime));
    if !read.iter().any(|(_, read)| is_other(read)) {
        return read;
    }
    let Some(sittings) = as_offices_write(cell) else { return read };
    if let [first, ..] = sittings[..] {
        import.note_sittings(cell, first);
    }
    sittings.into_iter().map(|sitting| (cell, Ok(sitting))).collect()
}

/// One sitting. The end may carry its date too, as ISO 8601 allows; it must be the same one. Midnight is `24:00`, or `00:00`
/// with the next date.
fn sitting(text: &str) -> Result<Sitting, Problem> {
    let (start, end) = text.split_once('/').ok_or(Problem::NotATime)?;
    let (date, from) = start.split_once('T').ok_or(Problem::NotADate)?;
    let date = parse_date(date).ok_or(Problem::NotADate)?;
    let from = time(from)?.time().ok_or(Problem::NotATime)?;
    let (end_date, to) = match end.split_once('T') {
        Some((end_date, to)) => (parse_date(end_date).ok_or(Problem::NotADate)?, time(to)?),
        None => (date, time(end)?),
    };
    if end_date == date {
        return Sitting::checked(date, from, to);
    }
    let is_next = date.succ_opt() == Some(end_date);
    match to.time() {
        Some(NaiveTime::MIN) if is_next => Sitting::checked(date, from, DayTime::End),
        Some(to) if is_next && Sitting::checked(date, from, to.into()) == Err(Problem::PastMidnight) => {
            Err(Problem::PastMidnight)
        }
        _ => Err(Problem::Different),
    }
}

/// A time to the minute; a file may write its seconds.
fn time(text: &str) -> Result<DayTime, Problem> {
    if matches!(text, "24:00" | "24:00:00") {
        return Ok(DayTime::End);
    }
    let read = |format| NaiveTime::parse_from_str(text, format).ok();
    let time = read("%H:%M").or_else(|| read("%H:%M:%S")).filter(|time| time.second() == 0);
    time.map(DayTime::At).ok_or(Problem::NotATime)
}

/// The sittings of a cell that holds nothing but dates, each with two times, the day before the month: `5/3/2025 7h30 - 11h30`,
/// several parted by anything.
fn as_offices_write(cell: &str) -> Option<Vec<Sitting>> {
    let digits = cell.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let digits = digits.take(NUMBERS_OF_ONE * PARTS_AT_MOST);
    let numbers = digits.map(|digits| digits.parse().ok()).collect::<Option<Vec<u32>>>()?;
    let (sittings, rest) = numbers.as_chunks::<NUMBERS_OF_ONE>();
    if sittings.is_empty() || !rest.is_empty() {
        return None;
    }
    sittings.iter().map(|numbers| of_numbers(*numbers)).collect()
}

/// Day, month and year, and two times of hour and minute.
const NUMBERS_OF_ONE: usize = 7;

fn of_numbers(numbers: [u32; NUMBERS_OF_ONE]) -> Option<Sitting> {
    let [one, month, three, from_hour, from_minute, to_hour, to_minute] = numbers;
    let (year, day) = if one > 31 { (one, three) } else { (three, one) };
    let year = i32::try_from(year).ok().filter(|year| *year >= 1000)?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let from = NaiveTime::from_hms_opt(from_hour, from_minute, 0)?;
    let to = match (to_hour, to_minute) {
        (24, 0) => DayTime::End,
        (hour, minute) => DayTime::At(NaiveTime::from_hms_opt(hour, minute, 0)?),
    };
    Sitting::new(date, from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sittings_are_read_as_offices_write_them() {
        let read = |text: &str| {
            let sittings = as_offices_write(text)?;
            let words =
                |Sitting { date, from, to }: &Sitting| format!("{date} {}-{to}", from.format("%H:%M"));
            Some(sittings.iter().map(words).collect::<Vec<_>>().join(", "))
        };
        for text in [
            "5/3/2025 7h30 - 11h30",
            "05-03-2025, 07:30/11:30",
            "2025-03-05 07:30-11:30",
            "Ngày 05/3/2025 từ 7h30 đến 11h30",
        ] {
            assert_eq!(read(text).as_deref(), Some("2025-03-05 07:30-11:30"), "{text}");
        }
        assert_eq!(read("5/3/2025 18h00 - 24h00").as_deref(), Some("2025-03-05 18:00-24:00"));
        assert_eq!(
            read("5/3/2025 7h30-11h30; 6/3/2025 7h30-11h30").as_deref(),
            Some("2025-03-05 07:30-11:30, 2025-03-06 07:30-11:30")
        );
        for text in [
            "7:30 5/3/2025",
            "",
            "sáng thứ hai",
            "30/2/2025 7:30-11:30",
            "3/25/2025 7:30-11:30",
            "5/3/25 7:30-11:30",
            "5/3/2025 11:30-7:30",
            "5/3/2025 7:30:00-11:30:00",
            "5/3/2025 7h30-11h30, 13h30-16h30",
            "5/3/2025 7h30-11h30; 84912345678; 6/3/2025 7h30-11h30",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn an_evening_may_end_at_midnight() {
        for text in [
            "2026-05-04T20:00/24:00",
            "2026-05-04T20:00/24:00:00",
            "2026-05-04T20:00/2026-05-04T24:00",
            "2026-05-04T20:00/2026-05-05T00:00",
        ] {
            assert_eq!(sitting(text).map(|sitting| sitting.to), Ok(DayTime::End), "{text}");
        }
    }

    #[test]
    fn a_sitting_ends_on_the_date_it_begins() {
        assert!(sitting("2026-05-04T07:30/11:30").is_ok());
        assert!(sitting("2026-05-04T07:30/2026-05-04T11:30").is_ok());
        let table = [
            ("2026-05-04T07:30/2026-05-05T11:30", Problem::Different),
            ("2026-05-04T11:30/07:30", Problem::EndsBeforeStart),
            ("2026-05-04T07:30/07:30", Problem::EndsBeforeStart),
            ("2026-02-30T07:30/11:30", Problem::NotADate),
            ("2026-05-04T07:30/24:01", Problem::NotATime),
            ("2026-05-04T24:00/24:00", Problem::NotATime),
            ("2026-05-04T20:00/00:00", Problem::EndsAtMidnight),
            ("2026-05-04T22:00/01:00", Problem::PastMidnight),
            ("2026-05-04T22:00/2026-05-05T01:00", Problem::PastMidnight),
            ("2026-05-04T20:00/2026-05-06T00:00", Problem::Different),
            ("2026-05-04T20:00/2026-05-05T24:00", Problem::Different),
            ("2026-05-04T07:30", Problem::NotATime),
            ("07:30/11:30", Problem::NotADate),
            ("20266-06-16T07:30/11:30", Problem::NotADate),
        ];
        for (text, problem) in table {
            assert_eq!(sitting(text), Err(problem), "{text}");
        }
    }
}
