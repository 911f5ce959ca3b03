//! Meetings as iCalendar (RFC 5545), one event a sitting, for people's own calendars.

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component, Event as IcalEvent, EventLike, EventStatus};

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
    /// Address of the meeting's page.
    pub url: String,
    /// Whether it was called off.
    pub is_cancelled: bool,
}

/// The events as a calendar file, stamped with the time it is made.
pub fn ics(events: &[Event], now: DateTime<Utc>) -> String {
    let mut calendar = Calendar::new();
    for event in events {
        let status = if event.is_cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed };
        calendar.push(
            IcalEvent::new()
                .uid(&event.uid)
                .sequence(event.sequence)
                .timestamp(now)
                .summary(&event.title)
                .starts(event.from)
                .ends(event.to)
                .location(&event.place)
                .url(&event.url)
                .status(status)
                .done(),
        );
    }
    calendar.done().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            url: "https://hop.example.vn/meetings/1".into(),
            is_cancelled: false,
        };
        let text = ics(&[event], at(-1));
        for line in ["UID:sitting-1@phien", "SEQUENCE:3", "STATUS:CONFIRMED", "SUMMARY:Họp giao ban tháng 6"]
        {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.contains("LOCATION:Phòng họp số 1\\, trụ sở"), "{text}");
    }
}
