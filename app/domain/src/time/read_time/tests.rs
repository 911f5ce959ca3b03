//! Times of day as people type them.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Option<String> {
    read_time(text).map(|time| time.to_string())
}

#[test]
fn times_are_read_as_offices_type_them() {
    let table = [
        ("7h30", "07:30"),
        ("7H30", "07:30"),
        ("7h", "07:00"),
        ("7", "07:00"),
        ("07", "07:00"),
        ("19h", "19:00"),
        ("0730", "07:30"),
        ("730", "07:30"),
        ("1930", "19:30"),
        ("7.30", "07:30"),
        ("7,30", "07:30"),
        ("7:30", "07:30"),
        ("07:30:00", "07:30"),
        ("7g30", "07:30"),
        ("14 g", "14:00"),
        ("7 30", "07:30"),
        ("7 giờ 30", "07:30"),
        ("7 gio 30 phut", "07:30"),
        ("8 giờ", "08:00"),
        ("8 giờ rưỡi", "08:30"),
        ("7h30'", "07:30"),
        ("7h30p", "07:30"),
        ("7h5", "07:05"),
        ("7:5", "07:05"),
        ("8 giờ sáng", "08:00"),
        ("2 giờ chiều", "14:00"),
        ("14 giờ chiều", "14:00"),
        ("2h30 chiều", "14:30"),
        ("7 giờ tối", "19:00"),
        ("12 giờ trưa", "12:00"),
        ("1h trưa", "13:00"),
        ("2:30 pm", "14:30"),
        ("2pm", "14:00"),
        ("12 am", "00:00"),
        ("12 pm", "12:00"),
        ("0h", "00:00"),
        ("00:00", "00:00"),
        ("23:59", "23:59"),
        ("24:00", "24:00"),
        ("24h", "24:00"),
        ("24", "24:00"),
        ("2400", "24:00"),
        ("24 giờ", "24:00"),
    ];
    for (text, time) in table {
        assert_eq!(read(text).as_deref(), Some(time), "{text:?}");
    }
}

#[test]
fn what_is_no_time_is_not_read() {
    for text in [
        "",
        " ",
        "x",
        "h",
        "7h60",
        "24:01",
        "25",
        "25h",
        "-7",
        "+7",
        "7/30",
        "7-30",
        "7.5",
        "73",
        "760",
        "12345",
        "7h300",
        "7:30:99",
        "13 am",
        "0 pm",
        "9 trưa",
        "noon",
        "sáng",
        "7 8 9",
        "7h30 8",
        "７x",
        "99999999999999999999",
    ] {
        assert_eq!(read(text), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn every_minute_that_is_written_in_a_way_that_is_read_reads_back(minute in 0u32..=1440) {
        let time = DayTime::from_minute(minute).unwrap();
        let (hour, minute) = (minute / 60, minute % 60);
        let mut ways = vec![
            time.to_string(), format!("{hour}:{minute:02}"), format!("{hour}h{minute:02}"), format!("{hour}g{minute:02}"),
            format!("{hour}.{minute:02}"), format!("{hour}{minute:02}"), format!("{hour:02}{minute:02}"),
            format!("{hour} giờ {minute} phút"), format!("{hour:02}:{minute:02}:00"),
        ];
        if minute == 0 {
            ways.extend([format!("{hour}h"), format!("{hour}"), format!("{hour} giờ")]);
        }
        for text in ways {
            prop_assert_eq!(read_time(&text), Some(time), "{}", text);
        }
    }

    #[test]
    fn whatever_is_typed_is_a_time_or_none(text in "\\PC{0,12}|[0-9]{0,5}[hg:. ]{0,2}[0-9]{0,3}") {
        if let Some(time) = read_time(&text) {
            prop_assert!(time.minute() <= DayTime::MINUTES);
        }
    }
}
