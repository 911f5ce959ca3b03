//! The words of one meeting: kind, counterpart, roll, when and where. Words that other features use too are in
//! [`crate::words`].

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::count::{Base, Counterpart, Form, What};
use domain::meetings::{Meeting, Reach};
use domain::papers::Level;
use domain::rules::KindRef;
use domain::time::{Sitting, Zone};

use crate::text::keys::*;
use crate::text::{self, Text, t, tf};
use crate::words::counterpart;

/// The forms, the most usual first.
pub(crate) const FORMS: [Form; 3] = [Form::InPerson, Form::Online, Form::Hybrid];

/// The name of a kind.
pub(crate) fn kind(kind: &KindRef) -> &str {
    text::either(&kind.name_vi, &kind.name_en)
}

/// The word of a classification level.
pub(crate) fn level(level: Level) -> &'static str {
    t(match level {
        Level::Open => MEETINGS_LEVEL_OPEN,
        Level::Confidential => MEETINGS_LEVEL_CONFIDENTIAL,
        Level::Secret => MEETINGS_LEVEL_SECRET,
        Level::TopSecret => MEETINGS_LEVEL_TOP_SECRET,
    })
}

/// The levels, the open one first.
pub(crate) const LEVELS: [Level; 4] = [Level::Open, Level::Confidential, Level::Secret, Level::TopSecret];

/// How many people and agencies an invitation reaches.
pub(crate) fn reach(reach: Reach) -> String {
    let Reach { people, agencies } = reach;
    match agencies {
        0 => tf(PREVIEW_REACHES_PEOPLE, &[("people", &people)]),
        agencies => tf(PREVIEW_REACHES, &[("people", &people), ("agencies", &agencies)]),
    }
}

/// When a meeting is, one line a day: `Thứ Năm, 11/6/2026, 08:00–11:30`.
pub(crate) fn when(sittings: &[Sitting]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut previous = None;
    for sitting in sittings {
        let hours = text::hours(sitting.from, sitting.to);
        match lines.last_mut() {
            Some(line) if previous == Some(sitting.date) => {
                line.push(' ');
                line.push_str(&tf(MEETINGS_AND_HOURS, &[("hours", &hours)]));
            }
            _ => lines.push(format!("{}, {hours}", text::long_date(sitting.date))),
        }
        previous = Some(sitting.date);
    }
    if lines.is_empty() { t(WHEN_UNSET).to_owned() } else { lines.join("; ") }
}

/// Where a meeting is: rooms, another place, or online only.
pub(crate) fn place(meeting: &Meeting) -> String {
    let mut places: Vec<&str> = meeting.rooms.iter().map(|room| room.name.as_str()).collect();
    if !meeting.place.is_empty() {
        places.push(&meeting.place);
    }
    match (places.is_empty(), meeting.form) {
        (false, _) => places.join("; "),
        (true, Form::Online) => t(MEETINGS_ONLINE_ONLY).to_owned(),
        (true, _) => t(MEETINGS_NO_PLACE).to_owned(),
    }
}

/// The local clock's reading of an instant.
pub(crate) fn local(at: DateTime<Utc>) -> NaiveDateTime {
    Zone::VIETNAM.local(at)
}

/// What a number of the figures counts, in words.
pub(crate) fn counted(base: Base, what: What) -> String {
    let of = |with: Counterpart, text: Text| tf(text, &[("with", &counterpart(with).to_lowercase())]);
    let what = match what {
        What::Held => t(MEETINGS_COUNTED_HELD).to_owned(),
        What::InPerson => t(MEETINGS_COUNTED_IN_PERSON).to_owned(),
        What::Online => t(MEETINGS_COUNTED_ONLINE).to_owned(),
        What::Hybrid => t(MEETINGS_COUNTED_HYBRID).to_owned(),
        What::HybridOnline => t(MEETINGS_COUNTED_HYBRID_ONLINE).to_owned(),
        What::CountedOnline => t(MEETINGS_COUNTED_COUNTED_ONLINE).to_owned(),
        What::Exceeded => t(MEETINGS_COUNTED_EXCEEDED).to_owned(),
        What::Cancelled => t(MEETINGS_COUNTED_CANCELLED).to_owned(),
        What::Postponed => t(MEETINGS_COUNTED_POSTPONED).to_owned(),
        What::OrganisedOnline(with) => of(with, MEETINGS_COUNTED_ORGANISED_ONLINE),
        What::Attended(with) => of(with, MEETINGS_COUNTED_ATTENDED),
        What::AttendedOnline(with) => of(with, MEETINGS_COUNTED_ATTENDED_ONLINE),
    };
    format!("{what} ({})", self::base(base))
}

/// The name of a base within a sentence.
pub(crate) fn base(base: Base) -> &'static str {
    t(match base {
        Base::Conferences => MEETINGS_BASE_CONFERENCES,
        Base::All => MEETINGS_BASE_ALL,
    })
}
