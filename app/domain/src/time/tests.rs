//! Local days, sittings and their ends.

use chrono::Datelike;
use proptest::prelude::*;

use super::*;

#[test]
fn a_date_has_a_year_that_an_office_could_mean() {
    let table = [
        ("2026-06-16", Some("2026-06-16")),
        (" 16/6/2026 ", Some("2026-06-16")),
        ("16-06-2026", Some("2026-06-16")),
        ("16.6.2026", Some("2026-06-16")),
        ("1/1/1990", Some("1990-01-01")),
        ("31/12/2999", Some("2999-12-31")),
        ("31/12/1989", None),
        ("1/1/3000", None),
        ("16/6/26", None),
        ("16/6/0026", None),
        ("16/6/20266", None),
        ("20266-06-16", None),
        ("+2026-06-16", None),
        ("-262143-01-01", None),
        ("31/2/2026", None),
        ("16/6", None),
        ("16/6/2026/1", None),
        ("", None),
    ];
    for (text, read) in table {
        assert_eq!(parse_date(text).map(|date| date.to_string()).as_deref(), read, "{text:?}");
    }
}

#[test]
fn the_ends_of_time_stop_no_clock() {
    let zone = Zone::VIETNAM;
    assert_eq!(zone.instant(NaiveDateTime::MIN), NaiveDateTime::MIN.and_utc());
    assert_eq!(zone.local(DateTime::<Utc>::MAX_UTC), NaiveDateTime::MAX);
}

#[test]
fn a_sitting_until_midnight_touches_the_next_date_and_takes_none_of_it() {
    let day: NaiveDate = "2026-06-16".parse().unwrap();
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let evening = Sitting::new(day, at(20), DayTime::End).unwrap();
    assert_eq!((evening.minutes(), evening.end().to_string()), (240, "2026-06-17 00:00:00".to_owned()));
    assert!(evening.overlaps(&Sitting::new(day, at(23), DayTime::End).unwrap()));
    assert!(!evening.overlaps(&Sitting::new(day, at(18), at(20)).unwrap()));
    assert!(!evening.overlaps(&Sitting::new(day.succ_opt().unwrap(), at(0), at(8)).unwrap()));
    assert_eq!(Sitting::between(evening.start(), evening.end()), Some(evening));
    assert_eq!(Sitting::between(evening.start(), day.succ_opt().unwrap().and_time(at(1))), None);
}

#[test]
fn the_end_of_a_day_survives_the_wire_and_the_database() {
    let end = serde_json::to_string(&DayTime::End).unwrap();
    assert_eq!(serde_json::from_str::<DayTime>(&end).unwrap(), DayTime::End);
    assert_eq!(serde_json::from_str::<DayTime>("\"07:30:00\"").unwrap().to_string(), "07:30");
    assert!(serde_json::from_str::<DayTime>("\"24:30:00\"").is_err());
    for minute in 0..=DayTime::MINUTES {
        assert_eq!(DayTime::from_minute(minute).unwrap().minute(), minute);
    }
    assert_eq!(DayTime::from_minute(1441), None);
}

proptest! {
    #[test]
    fn whatever_is_typed_is_a_date_of_these_years_or_none(text in "\\PC{0,14}|[-+0-9/. ]{0,16}") {
        if let Some(date) = parse_date(&text) {
            prop_assert!(YEARS.contains(&date.year()));
            prop_assert_eq!(parse_date(&date.to_string()), Some(date));
        }
    }
}
