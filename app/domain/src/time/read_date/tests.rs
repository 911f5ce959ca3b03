//! Dates as people type them.

use proptest::prelude::*;

use super::*;

/// A Sunday.
const TODAY: &str = "2026-11-29";

fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn coming(text: &str) -> Result<String, Problem> {
    DateReading::coming(d(TODAY)).read(text).map(|date| date.to_string())
}

fn past(text: &str) -> Result<String, Problem> {
    DateReading::past(d(TODAY)).read(text).map(|date| date.to_string())
}

#[test]
fn a_day_and_a_month_are_of_the_nearest_year_in_the_asked_direction() {
    let table = [
        ("5/12", "2026-12-05", "2025-12-05"),
        ("5.12", "2026-12-05", "2025-12-05"),
        ("05-12", "2026-12-05", "2025-12-05"),
        ("5 12", "2026-12-05", "2025-12-05"),
        ("ngày 5/12", "2026-12-05", "2025-12-05"),
        ("Ngày 5 tháng 12", "2026-12-05", "2025-12-05"),
        ("5 Dec", "2026-12-05", "2025-12-05"),
        ("December 5", "2026-12-05", "2025-12-05"),
        ("0512", "2026-12-05", "2025-12-05"),
        ("512", "2026-12-05", "2025-12-05"),
        ("29/11", "2026-11-29", "2026-11-29"),
        ("28/11", "2027-11-28", "2026-11-28"),
        ("30.11", "2026-11-30", "2025-11-30"),
        ("1/3", "2027-03-01", "2026-03-01"),
    ];
    for (text, next, latest) in table {
        assert_eq!(coming(text).as_deref(), Ok(next), "{text:?}");
        assert_eq!(past(text).as_deref(), Ok(latest), "{text:?}");
    }
}

#[test]
fn a_typed_year_is_the_year_in_either_direction() {
    for text in [
        "5/12/2025",
        "05-12-2025",
        "5.12.2025",
        "5/12/25",
        "5 12 2025",
        "05122025",
        "051225",
        "20251205",
        "2025-12-05",
        "2025/12/5",
        "5 tháng 12 năm 2025",
        "ngày 05/12 năm 2025",
        "5 December 2025",
        "Dec 5, 2025",
        "Thứ Sáu, 05/12/2025",
        "thu sau 5.12.2025",
        "T6 5/12/25",
        "Fri 5 Dec 2025",
        "Thứ 6 ngày 5 tháng 12 năm 2025",
    ] {
        assert_eq!(coming(text).as_deref(), Ok("2025-12-05"), "{text:?}");
        assert_eq!(past(text).as_deref(), Ok("2025-12-05"), "{text:?}");
    }
    assert_eq!(coming("1/1/90").as_deref(), Ok("1990-01-01"));
    assert_eq!(coming("1/1/89").as_deref(), Ok("2089-01-01"));
}

#[test]
fn days_are_named_by_their_distance_from_today() {
    let table = [
        ("hôm nay", "2026-11-29"),
        ("nay", "2026-11-29"),
        ("today", "2026-11-29"),
        ("mai", "2026-11-30"),
        ("Ngày mai", "2026-11-30"),
        ("NGAY MAI", "2026-11-30"),
        ("tomorrow", "2026-11-30"),
        ("mốt", "2026-12-01"),
        ("ngày kia", "2026-12-01"),
        ("nga\u{300}y kia", "2026-12-01"),
        ("hôm qua", "2026-11-28"),
        ("hôm kia", "2026-11-27"),
        ("yesterday", "2026-11-28"),
    ];
    for (text, date) in table {
        assert_eq!(coming(text).as_deref(), Ok(date), "{text:?}");
        assert_eq!(past(text).as_deref(), Ok(date), "{text:?}");
    }
}

#[test]
fn a_day_of_the_week_is_the_nearest_one() {
    let table = [
        ("thứ sáu", "2026-12-04", "2026-11-27"),
        ("thu sau", "2026-12-04", "2026-11-27"),
        ("Thứ 6", "2026-12-04", "2026-11-27"),
        ("t6", "2026-12-04", "2026-11-27"),
        ("fri", "2026-12-04", "2026-11-27"),
        ("Friday", "2026-12-04", "2026-11-27"),
        ("thứ năm", "2026-12-03", "2026-11-26"),
        ("thu", "2026-12-03", "2026-11-26"),
        ("thứ tư", "2026-12-02", "2026-11-25"),
        ("thu 4", "2026-12-02", "2026-11-25"),
        ("thứ hai", "2026-11-30", "2026-11-23"),
        ("T7", "2026-12-05", "2026-11-28"),
        ("CN", "2026-11-29", "2026-11-29"),
        ("chủ nhật", "2026-11-29", "2026-11-29"),
        ("Chúa nhật", "2026-11-29", "2026-11-29"),
        ("thứ sáu tuần sau", "2026-12-04", "2026-12-04"),
        ("thứ sáu tuần này", "2026-11-27", "2026-11-27"),
        ("CN tuần tới", "2026-12-06", "2026-12-06"),
        ("t2 tuần trước", "2026-11-16", "2026-11-16"),
    ];
    for (text, next, latest) in table {
        assert_eq!(coming(text).as_deref(), Ok(next), "{text:?}");
        assert_eq!(past(text).as_deref(), Ok(latest), "{text:?}");
    }
}

#[test]
fn a_day_that_does_not_exist_is_told_with_the_one_that_was_meant() {
    let table = [
        ("31/11", "31/11/2026", "2026-11-30"),
        ("31/11/2026", "31/11/2026", "2026-11-30"),
        ("30/2", "30/02/2027", "2027-02-28"),
        ("29/02/2027", "29/02/2027", "2027-02-28"),
        ("29/2", "29/02/2027", "2027-02-28"),
        ("12/31/2026", "12/31/2026", "2026-12-31"),
        ("2026-09-31", "31/09/2026", "2026-09-30"),
        ("Thứ Hai, 31/11/2026", "31/11/2026", "2026-11-30"),
    ];
    for (text, typed, meant) in table {
        let problem = Problem::NoSuchDay { typed: typed.into(), meant: d(meant) };
        assert_eq!(coming(text), Err(problem), "{text:?}");
    }
    assert_eq!(coming("29/2/2028").as_deref(), Ok("2028-02-29"));
}

#[test]
fn a_date_with_another_day_of_the_week_is_told() {
    assert_eq!(coming("thứ sáu 5/12"), Err(Problem::OtherWeekday(d("2026-12-05"))));
    assert_eq!(coming("Fri 5 Dec 2026"), Err(Problem::OtherWeekday(d("2026-12-05"))));
}

#[test]
fn what_may_mean_two_days_or_none_is_not_read() {
    for text in [
        "",
        " ",
        "5",
        "12",
        "112",
        "111",
        "2026",
        "12/2026",
        "5/12/202",
        "5/12/20266",
        "5/12/2026/1",
        "0/12",
        "5/0",
        "32/12",
        "13/13",
        "+5/12",
        "5/12?",
        "-262143-01-01",
        "5/12/1989",
        "1/1/3000",
        "thứ tám",
        "t8",
        "t1",
        "kia",
        "mùng 1 tháng giêng",
        "sau",
        "tuần sau",
        "5 tháng",
        "tháng 12",
        "Decem 5",
        "５",
        "t6 t7",
        "mai mốt",
        "9999999999999999999999",
        "99999999999/1",
    ] {
        assert_eq!(coming(text), Err(Problem::NotADate), "{text:?}");
    }
}

/// Every way of writing a whole date that is read.
fn whole(date: NaiveDate) -> Vec<String> {
    const WEEKDAYS: [(&str, &str, &str); 7] = [
        ("Thứ Hai", "t2", "Mon"),
        ("Thứ Ba", "t3", "Tuesday"),
        ("thu tu", "T4", "wed"),
        // Not `Thu`: `Thu 5/5/05` is a Thursday of 2005 in English, and `thứ 5, 5/05` in Vietnamese.
        ("Thứ Năm", "t5", "Thursday"),
        ("THỨ SÁU", "t6", "fri"),
        ("thứ bảy", "T7", "Sat"),
        ("Chủ nhật", "CN", "Sunday"),
    ];
    let (day, month, year) = (date.day(), date.month(), date.year());
    let (long, short, english) = WEEKDAYS[date.weekday().num_days_from_monday() as usize];
    let mut all = vec![
        date.to_string(),
        format!("{day}/{month}/{year}"),
        format!("{day:02}/{month:02}/{year}"),
        format!("{day}.{month}.{year}"),
        format!("{day:02}-{month:02}-{year}"),
        format!("{day} – {month} – {year}"),
        format!("{day:02}{month:02}{year}"),
        format!("ngày {day} tháng {month} năm {year}"),
        date.format("%-d %B %Y").to_string(),
        date.format("%b %-d, %Y").to_string(),
    ];
    if (1990..2090).contains(&year) {
        all.push(format!("{day}/{month}/{:02}", year % 100));
        all.push(format!("{day:02}{month:02}{:02}", year % 100));
    }
    let named: Vec<String> = all
        .iter()
        .filter(|text| text.contains(['/', '.', '-', ' ']))
        .flat_map(|text| [format!("{long}, {text}"), format!("{short} {text}"), format!("{english} {text}")])
        .collect();
    all.extend(named);
    all
}

proptest! {
    #[test]
    fn every_date_that_is_written_in_a_way_that_is_read_reads_back(day in 726_468i32..1_095_363, today in 738_000i32..741_000) {
        let (date, today) = (NaiveDate::from_num_days_from_ce_opt(day).unwrap(), NaiveDate::from_num_days_from_ce_opt(today).unwrap());
        for text in whole(date) {
            // Eight digits may be read from either end.
            let is_double = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
            for reading in [DateReading::coming(today), DateReading::past(today)] {
                match reading.read(&text) {
                    Err(Problem::NotADate) if is_double => {}
                    read => prop_assert_eq!(read, Ok(date), "{}", text),
                }
            }
        }
    }

    #[test]
    fn a_date_without_its_year_is_the_nearest_in_its_direction(days in 0i64..365, today in 738_000i32..741_000) {
        let today = NaiveDate::from_num_days_from_ce_opt(today).unwrap();
        for (date, reading) in [
            (today + chrono::Duration::days(days), DateReading::coming(today)),
            (today - chrono::Duration::days(days), DateReading::past(today)),
        ] {
            prop_assert_eq!(reading.read(&format!("{}/{}", date.day(), date.month())), Ok(date));
        }
    }

    #[test]
    fn whatever_is_typed_is_a_date_of_these_years_or_a_problem(text in "\\PC{0,14}|[-+0-9/. ]{0,16}|(thứ |t|CN )?[0-9]{0,4}[ /.-][0-9]{0,4}[ /.-]?[0-9]{0,4}") {
        if let Ok(date) = DateReading::coming(d(TODAY)).read(&text) {
            prop_assert!(YEARS.contains(&date.year()));
        }
    }
}
