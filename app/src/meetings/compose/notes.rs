//! What the check has to say of a meeting beside lengths and clashes, in words. Knows no place where it is said.

use domain::meetings::{BusyOf, CONCLUSION_MINUTES_AT_MOST, Note};
use leptos::prelude::*;

use super::sheet::Sheet;
use crate::meetings::words as meeting_words;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::words;

/// Everything that only warns, as headings, in the order of the panel: what is looked at before sending names it too.
pub(super) fn warning_titles(sheet: Sheet) -> Vec<String> {
    sheet.check.with(|check| {
        let warned = || check.conflicts.iter().filter(|conflict| !conflict.blocks);
        let is_chair = |of: &BusyOf| matches!(of, BusyOf::Chair(_));
        let chair = warned().any(|conflict| is_chair(&conflict.of)).then_some(COMPOSER_BUSY_CHAIR_TITLE);
        let others = warned().any(|conflict| !is_chair(&conflict.of)).then_some(COMPOSER_BUSY_TITLE);
        let busy = [chair, others].into_iter().flatten().map(|title| t(title).to_owned());
        let notes = check.notes.iter().filter(|note| !note.blocks()).map(|note| note_words(sheet, note).1);
        busy.chain(notes).collect()
    })
}

/// Icon, heading and sentence of a note.
pub(super) fn note_words(sheet: Sheet, note: &Note) -> (&'static str, String, String) {
    match note {
        Note::LateInvitation { days } => {
            ("mail", tf(COMPOSER_LATE, &[("n", days)]), t(COMPOSER_LATE_BODY).to_owned())
        }
        Note::FarAhead { date } => (
            "calendar-clock",
            tf(COMPOSER_FAR_AHEAD, &[("date", &text::date(*date))]),
            t(COMPOSER_FAR_AHEAD_BODY).to_owned(),
        ),
        Note::DayOff { date, name } => {
            let next = sheet.choices.with_value(|choices| choices.calendar.next_working_day(*date));
            let next = next.map(|next| tf(COMPOSER_NEXT_WORKING_DAY, &[("date", &text::weekday_date(next))]));
            let said = [Some(name.clone()).filter(|name| !name.is_empty()), next].into_iter().flatten();
            let title = tf(COMPOSER_DAY_OFF, &[("date", &text::weekday_date(*date))]);
            ("calendar-x", title, said.collect::<Vec<_>>().join(". "))
        }
        Note::DaysNotEntered { year } => (
            "calendar-x",
            tf(DATES_NOT_ENTERED, &[("year", year)]),
            t(COMPOSER_DAYS_NOT_ENTERED_BODY).to_owned(),
        ),
        Note::BlockedDay { date } => (
            "calendar-x",
            tf(COMPOSER_BLOCKED_DAY, &[("date", &text::weekday_date(*date))]),
            t(COMPOSER_BLOCKED_DAY_BODY).to_owned(),
        ),
        Note::InThePast => {
            ("history", t(REFUSED_IN_THE_PAST).to_owned(), t(REFUSED_IN_THE_PAST_BODY).to_owned())
        }
        Note::NotOverYet => {
            ("history", t(REFUSED_NOT_OVER_YET).to_owned(), t(REFUSED_NOT_OVER_YET_BODY).to_owned())
        }
        Note::TooLongAgo { from } => (
            "history",
            t(REFUSED_TOO_LONG_AGO).to_owned(),
            tf(REFUSED_TOO_LONG_AGO_BODY, &[("from", &text::date(*from))]),
        ),
        Note::NoRule => ("gavel", t(REFUSED_NO_RULE).to_owned(), t(REFUSED_NO_RULE_BODY).to_owned()),
        Note::RoomNotOnLine { room } => (
            "door-open",
            tf(REFUSED_ROOM_NOT_ON_LINE, &[("room", room)]),
            t(REFUSED_ROOM_NOT_ON_LINE_BODY).to_owned(),
        ),
        Note::RoomWithdrawn { room } => (
            "door-open",
            tf(REFUSED_ROOM_WITHDRAWN, &[("room", room)]),
            t(REFUSED_ROOM_WITHDRAWN_BODY).to_owned(),
        ),
        Note::AgendaTooLong { minutes, planned } => (
            "timer",
            t(COMPOSER_AGENDA_LONG).to_owned(),
            tf(COMPOSER_AGENDA_LONG_BODY, &[("n", minutes), ("m", planned)]),
        ),
        Note::ConclusionTooLong { minutes } => (
            "timer",
            t(COMPOSER_CONCLUSION_LONG).to_owned(),
            tf(COMPOSER_CONCLUSION_LONG_BODY, &[("n", minutes), ("most", &CONCLUSION_MINUTES_AT_MOST)]),
        ),
        Note::NoSites => ("video", t(COMPOSER_NO_SITES).to_owned(), t(COMPOSER_NO_SITES_BODY).to_owned()),
        Note::InvitesOthers { agencies, guests, counterpart } => (
            "users",
            match (agencies, guests) {
                (_, 0) => tf(COMPOSER_INVITES_OTHERS, &[("n", agencies)]),
                (0, _) => tf(COMPOSER_INVITES_GUESTS, &[("n", guests)]),
                _ => tf(COMPOSER_INVITES_BOTH, &[("n", agencies), ("guests", guests)]),
            },
            tf(COMPOSER_INVITES_OTHERS_BODY, &[("with", &words::counterpart(*counterpart))]),
        ),
        Note::RoomTooSmall { room, seats, delegates } => (
            "users",
            t(COMPOSER_ROOM_SMALL).to_owned(),
            tf(COMPOSER_ROOM_SMALL_BODY, &[("room", room), ("seats", seats), ("delegates", delegates)]),
        ),
        Note::OverCeiling { base, ceiling, count } => {
            let numbers = [text::number(*ceiling), text::number(*count)];
            let base = meeting_words::base(*base);
            let body =
                tf(COMPOSER_CEILING_BODY, &[("ceiling", &numbers[0]), ("n", &numbers[1]), ("base", &base)]);
            ("chart-column", t(COMPOSER_CEILING).to_owned(), body)
        }
    }
}
