//! The column `sittings` of a file of meetings, read to the minute. Knows no other column.

use chrono::{NaiveDate, NaiveTime, Timelike};
use domain::error::Problem;
use domain::meetings::SITTINGS_AT_MOST;
use domain::time::{DayTime, Sitting, parse_date};

use super::Import;
use super::cells::line;
use super::table::Cells;

/// `2026-05-04T07:30/11:30`, several parted by spaces; in order, at least one.
pub(super) fn sittings(import: &mut Import<'_>, cells: Cells<'_>) -> Option<Vec<Sitting>> {
    let mut sittings: Vec<Sitting> = Vec::new();
    let mut is_good = true;
    // Each sitting is compared with those before it, so a cell with thousands would take a minute. One more
    // than the limit is enough to refuse the cell.
    let cell = line(cells, "sittings");
    for text in cell.split(' ').filter(|text| !text.is_empty()).take(SITTINGS_AT_MOST as usize + 1) {
        let problem = match sitting(text) {
            Ok(sitting) if sittings.iter().any(|s| s.overlaps(&sitting)) => Problem::OverlapsOwn,
            Ok(sitting) => {
                sittings.push(sitting);
                continue;
            }
            // Once for the whole cell: another way of writing sittings has spaces in it.
            Err(Problem::NotADate | Problem::NotATime) => {
                import.bad.cell(cells, "sittings", Problem::NotASitting { proposal: proposal(&cell) });
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

/// One sitting in the form of files, if a date and two times are written in another one: `5/3/2025 7h30 - 11h30`. Empty if
/// they are not.
fn proposal(text: &str) -> String {
    let digits = text.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let numbers: Vec<u32> = digits.take(8).map_while(|digits| digits.parse().ok()).collect();
    let [one, month, three, from_hour, from_minute, to_hour, to_minute] = numbers[..] else {
        return String::new();
    };
    let (year, day) = if one > 31 { (one, three) } else { (three, one) };
    let date = i32::try_from(year).ok().filter(|year| *year >= 1000);
    let date = date.and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    let from = NaiveTime::from_hms_opt(from_hour, from_minute, 0);
    let to = match (to_hour, to_minute) {
        (24, 0) => Some(DayTime::End),
        (hour, minute) => NaiveTime::from_hms_opt(hour, minute, 0).map(DayTime::At),
    };
    let sitting = date.zip(from).zip(to).and_then(|((date, from), to)| Sitting::new(date, from, to));
    sitting.map_or(String::new(), |Sitting { date, from, to }| {
        format!("{}T{}/{to}", date.format("%Y-%m-%d"), from.format("%H:%M"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sitting_that_is_written_otherwise_is_proposed_in_the_form_of_files() {
        for text in [
            "5/3/2025 7h30 - 11h30",
            "05-03-2025, 07:30/11:30",
            "2025-03-05 07:30-11:30",
            "7:30 5/3/2025",
            "",
        ] {
            let is_clear = text.len() > 15;
            assert_eq!(proposal(text), if is_clear { "2025-03-05T07:30/11:30" } else { "" }, "{text}");
        }
        assert_eq!(proposal("5/3/2025 18h00 - 24h00"), "2025-03-05T18:00/24:00");
        for text in
            ["30/2/2025 7:30-11:30", "5/3/25 7:30-11:30", "5/3/2025 11:30-7:30", "5/3/2025 7:30:00-11:30:00"]
        {
            assert_eq!(proposal(text), "", "{text}");
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
