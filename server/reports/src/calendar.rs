//! Meetings as iCalendar (RFC 5545), one event a sitting, for people's own calendars.

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component, Event as IcalEvent, EventLike, EventStatus, Property};

/// A sitting to be put into a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Stable identifier: the same sitting sent again replaces the old one.
    pub uid: String,
    /// Grows with every change of the meeting.
    pub sequence: u32,
    /// Title.
    pub title: String,
    /// Start.
    pub from: DateTime<Utc>,
    /// End.
    pub to: DateTime<Utc>,
    /// Where, in words.
    pub place: String,
    /// What else is to be read, in lines.
    pub description: String,
    /// Address of the meeting's page.
    pub url: String,
    /// Address of the online meeting.
    pub online: Option<String>,
    /// Whether it was called off.
    pub is_cancelled: bool,
}

/// The events as a calendar file, stamped with the time it is made.
pub fn ics(events: &[Event], now: DateTime<Utc>) -> String {
    let mut calendar = Calendar::new();
    for event in events {
        let status = if event.is_cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed };
        let lines: Vec<String> = event.description.split('\n').map(one_line).collect();
        let mut entry = IcalEvent::new()
            .uid(&event.uid)
            .sequence(event.sequence)
            .timestamp(now)
            .summary(&one_line(&event.title))
            .starts(event.from)
            .ends(event.to)
            .location(&one_line(&event.place))
            .description(&lines.join("\n"))
            .url(&event.url)
            .status(status)
            .done();
        if let Some(online) = &event.online {
            // RFC 7986.
            let mut conference = Property::new("CONFERENCE", online);
            entry.append_multi_property(conference.add_parameter("VALUE", "URI").done());
        }
        calendar.push(entry);
    }
    calendar.done().to_string()
}

/// A text without breaks and controls. The library writes a lone carriage return as it is, and programs read what stands
/// behind it as another property.
fn one_line(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().map(|c| if is_break(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_breaks_adds_no_line_of_its_own() {
        let at = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let event = Event {
            uid: "sitting-1@phien".into(),
            sequence: 0,
            title: "Họp\rATTENDEE:mailto:a@b.vn\r\nX:1\nY:2\u{b}\0\u{85}Z:3\u{2028}".into(),
            from: at,
            to: at,
            place: "Phòng\rCLASS:PRIVATE".into(),
            description: "Chủ trì: A\rX:1\nMục 1\u{2028}Z:3".into(),
            url: String::new(),
            online: None,
            is_cancelled: false,
        };
        let text = ics(&[event], at);
        let unfolded = text.replace("\r\n ", "");
        assert!(
            !unfolded.replace("\r\n", "").contains(|c: char| c.is_control() || c == '\u{2028}'),
            "{text:?}"
        );
        let begins = |name: &str| unfolded.split("\r\n").any(|line| line.starts_with(name));
        assert!(begins("SUMMARY:Họp ATTENDEE"), "{unfolded}");
        assert!(!["ATTENDEE", "X:", "Y:", "Z:", "CLASS"].iter().any(|name| begins(name)), "{unfolded}");
    }

    #[test]
    fn a_change_replaces_the_event_it_changes() {
        let at = |minute: i64| DateTime::from_timestamp(1_780_000_000 + minute * 60, 0).unwrap();
        let event = Event {
            uid: "sitting-1@phien".into(),
            sequence: 3,
            title: "Họp giao ban tháng 6".into(),
            from: at(0),
            to: at(90),
            place: "Phòng họp số 1, trụ sở".into(),
            description: "Chủ trì: Giám đốc\nTài liệu: https://hop.example.vn/meetings/1".into(),
            url: "https://hop.example.vn/meetings/1".into(),
            online: Some("https://hop.example.vn/meetings/1/live".into()),
            is_cancelled: false,
        };
        let text = ics(&[event], at(-1));
        for line in ["UID:sitting-1@phien", "SEQUENCE:3", "STATUS:CONFIRMED", "SUMMARY:Họp giao ban tháng 6"]
        {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.contains("LOCATION:Phòng họp số 1\\, trụ sở"), "{text}");
        let unfolded = text.replace("\r\n ", "");
        for line in [
            "DESCRIPTION:Chủ trì: Giám đốc\\nTài liệu: https://hop.example.vn/meetings/1",
            "CONFERENCE;VALUE=URI:https://hop.example.vn/meetings/1/live",
        ] {
            assert!(unfolded.contains(line), "{line} in {unfolded}");
        }
    }
}
