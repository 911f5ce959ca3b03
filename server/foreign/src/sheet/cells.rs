//! A cell of a sheet as the text that people see: numbers in their formats, dates, times, yes and no.

use calamine::{Cell, DataRef, ExcelDateTime, ExcelDateTimeType, Style};

/// A cell as people see it, on one line.
pub(super) fn text_of(cell: &Cell<DataRef<'_>>, style: Option<&Style>, is_1904: bool) -> String {
    let format =
        style.and_then(|style| style.number_format.as_ref()).map_or("", |format| &format.format_code);
    match cell.get_value() {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => on_one_line(text),
        DataRef::SharedString(text) => on_one_line(text),
        DataRef::Int(number) => number_text(*number as f64, format),
        DataRef::Float(number) => number_text(*number, format),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(date) => date_text(*date, is_1904),
        DataRef::Error(error) => error.to_string(),
    }
}

fn on_one_line(text: &str) -> String {
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    line.trim().to_owned()
}

/// A number. A format of zeros alone, such as `00000`, shows the zeros of a code; a percentage is shown as one.
fn number_text(number: f64, format: &str) -> String {
    let first = format.split(';').next().unwrap_or_default();
    if first.ends_with('%') {
        return format!("{}%", plain(number * 100.0));
    }
    let is_zeros = first.len() > 1 && first.bytes().all(|letter| letter == b'0');
    let text = plain(number);
    if is_zeros && text.bytes().all(|digit| digit.is_ascii_digit()) {
        return format!("{text:0>width$}", width = first.len().min(32));
    }
    text
}

/// The digits of a number as Excel keeps them: 15 of them, so that 0.1 + 0.2 is 0.3.
fn plain(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}")
}

/// A date, a time of day, or both in the form of the column `sittings`.
fn date_text(date: ExcelDateTime, is_1904: bool) -> String {
    // The last second that Excel knows is before the year 10000.
    let seconds = (date.as_f64() * 86_400.0).round().clamp(0.0, 2_958_466.0 * 86_400.0 - 1.0) as u64;
    let (day, minutes) = (seconds / 86_400, seconds % 86_400 / 60);
    let time = |minutes: u64| match seconds % 60 {
        0 => format!("{:02}:{:02}", minutes / 60, minutes % 60),
        rest => format!("{:02}:{:02}:{rest:02}", minutes / 60, minutes % 60),
    };
    if date.is_duration() {
        return time(seconds / 60);
    }
    if day == 0 {
        return time(minutes);
    }
    let whole = ExcelDateTime::new(day as f64, ExcelDateTimeType::DateTime, is_1904);
    let (year, month, of_month, ..) = whole.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{of_month:02}");
    if seconds.is_multiple_of(86_400) { date } else { format!("{date}T{}", time(minutes)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_excel_shows_them() {
        for (number, format, shown) in [
            (40.0, "General", "40"),
            (0.1 + 0.2, "General", "0.3"),
            (9001.0, "00000", "09001"),
            (9001.0, "00000;-00000", "09001"),
            (-1.0, "00000", "-1"),
            (9001.0, "0", "9001"),
            (50_000_000_000.0, "0.00E+00", "50000000000"),
            (0.4, "0%", "40%"),
            (0.125, "0.00%", "12.5%"),
            (1000.0, "#,##0", "1000"),
        ] {
            assert_eq!(number_text(number, format), shown, "{number} {format}");
        }
    }

    #[test]
    fn dates_and_times_are_those_of_both_calendars_of_excel() {
        let text = |value, is_1904| {
            date_text(ExcelDateTime::new(value, ExcelDateTimeType::DateTime, is_1904), is_1904)
        };
        assert_eq!(text(45721.0, false), "2025-03-05");
        assert_eq!(text(45721.0 - 1462.0, true), "2025-03-05");
        assert_eq!(text(45721.3125, false), "2025-03-05T07:30");
        assert_eq!(text(45721.0 + 7.0 / 24.0 + 20.0 / 1440.0, false), "2025-03-05T07:20");
        assert_eq!(text(0.3125, false), "07:30");
        assert_eq!(text(45_720.999_999_99, false), "2025-03-05", "rounded to the next day");
        assert_eq!(text(f64::MAX, false), "9999-12-31T23:59:59");
        let length = ExcelDateTime::new(1.25, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(date_text(length, false), "30:00");
    }
}
