//! What has changed since the invitations went out, for those who were invited.

use chrono::{DateTime, Utc};
use domain::access::Stage;
use domain::meetings::{Before, Change, Foremost, GuestsTold, Meeting, by_weight, foremost};
use leptos::prelude::*;

use super::desk::Desk;
use super::words;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Notice, Tone};

/// What a reader is told first, as a notice; the other changes folded away below it.
pub(super) fn changes(desk: Desk) -> impl IntoView {
    move || {
        desk.meeting.with(|meeting| {
            let is_told = matches!(meeting.state.stage(), Stage::Scheduled | Stage::UnderWay);
            let first = foremost(&meeting.changes).filter(|_| is_told)?;
            let others = (!first.others.is_empty()).then(|| {
                let lines = first.others.iter().map(|change| view! { <li>{line(change)}</li> }).collect_view();
                view! { <details class="more"><summary>{t(MEETINGS_CHANGED_OTHERS)}</summary><ul>{lines}</ul></details> }
            });
            let moved = moved(&first, meeting).into_iter().map(|Moved { before, now }| {
                view! {
                    <p>
                        {t(MEETINGS_CHANGED_BEFORE_WORD)}" "<span class="was">{before}</span>
                        <br/>
                        {t(MEETINGS_CHANGED_NOW)}" "<b>{now}</b>
                    </p>
                }
            });
            Some(view! {
                <Notice tone=Tone::Risk icon="history" title=title(&first.what, first.at, true)>
                    {moved.collect_view()}
                    {others}
                </Notice>
            })
        })
    }
}

/// What changed, and when. A meeting that `is_on` although its state has changed was postponed and is to come again.
fn title(what: &[String], at: DateTime<Utc>, is_on: bool) -> String {
    let word = |code: &String| match code.as_str() {
        "state" if is_on => t(MEETINGS_RECONVENED),
        code => crate::words::change(code),
    };
    let what: Vec<&str> = what.iter().map(word).collect();
    tf(MEETINGS_CHANGED, &[("what", &what.join(", ")), ("at", &text::moment(words::local(at)))])
}

fn line(change: &Change) -> String {
    let title = title(&by_weight(&change.what), change.at, false);
    match before(change) {
        Some(before) => format!("{title}. {}", tf(MEETINGS_CHANGED_WAS, &[("before", &before)])),
        None => title,
    }
}

/// One thing as the reader knew it, and as it is now.
#[derive(Debug, PartialEq, Eq)]
struct Moved {
    before: String,
    now: String,
}

/// Time, place and guests, as far as they are another than the reader knew: what was changed and changed back is as it was.
fn moved(first: &Foremost, meeting: &Meeting) -> Vec<Moved> {
    let time = first
        .time
        .as_ref()
        .filter(|before| !before.sittings.is_empty())
        .map(|before| Moved { before: words::when(&before.sittings), now: words::when(&meeting.sittings) });
    let place =
        first.place.as_ref().map(|before| Moved { before: places(before), now: words::place(meeting) });
    let with = first
        .guests
        .as_ref()
        .and_then(|before| before.guests.as_ref())
        .map(|before| Moved { before: guests(before), now: guests(&GuestsTold::of(&meeting.guests)) });
    let known = |moved: &Moved| !moved.before.is_empty() && moved.before != moved.now;
    [time, place, with].into_iter().flatten().filter(known).collect()
}

/// Where a meeting was to be.
fn places(before: &Before) -> String {
    let places = before.rooms.iter().chain([&before.place]).filter(|place| !place.is_empty());
    places.cloned().collect::<Vec<_>>().join("; ")
}

/// Guests in words: the first ones, and how many more.
fn guests(told: &GuestsTold) -> String {
    let first = told.first.join("; ");
    match (told.first.is_empty(), told.more) {
        (true, _) => t(MEETINGS_NO_GUESTS).to_owned(),
        (false, 0) => first,
        (false, more) => tf(MEETINGS_GUESTS_MORE, &[("first", &first), ("n", &more)]),
    }
}

/// What time, place and guests were, in words; nothing when none of them changed.
fn before(change: &Change) -> Option<String> {
    let has = |code: &str| change.what.iter().any(|what| what == code);
    let Some(before) = change.before() else {
        return (!change.before.is_empty()).then(|| change.before.clone());
    };
    let when = (has("time") && !before.sittings.is_empty()).then(|| words::when(&before.sittings));
    let at = has("place").then(|| places(&before)).filter(|places| !places.is_empty());
    let with = before.guests.filter(|_| has("guests")).map(|told| guests(&told));
    let parts: Vec<String> = [when, at, with].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

#[cfg(all(test, feature = "ssr"))]
#[expect(clippy::unwrap_used, reason = "a test whose data cannot be read has nothing to say")]
mod tests {
    use super::*;

    fn change(what: &[&str], before: &str) -> Change {
        Change {
            at: "2026-06-10T03:00:00Z".parse().unwrap(),
            what: what.iter().map(|code| (*code).to_owned()).collect(),
            before: before.to_owned(),
            is_unseen: false,
        }
    }

    #[test]
    fn delegates_read_what_time_and_place_were() {
        let kept = r#"{"sittings":[{"date":"2026-06-11","from":"08:00:00","to":"11:30:00"}],"rooms":["P1"],"place":""}"#;
        let when = words::when(&leptos::serde_json::from_str::<Before>(kept).unwrap().sittings);
        assert_eq!(before(&change(&["time"], kept)), Some(when.clone()));
        assert_eq!(before(&change(&["time", "place"], kept)), Some(format!("{when}; P1")));
        assert_eq!(before(&change(&["form", "sites"], kept)), None);
        assert_eq!(before(&change(&["agenda"], "")), None);
    }

    #[test]
    fn delegates_read_who_the_guests_were() {
        let of = |guests: &str| before(&change(&["guests"], &format!(r#"{{"guests":{guests}}}"#)));
        assert_eq!(
            of(r#"{"first":["Khách, Bộ Y tế","Hai"],"more":0}"#).as_deref(),
            Some("Khách, Bộ Y tế; Hai")
        );
        assert_eq!(of(r#"{"first":["Khách"],"more":3}"#).as_deref(), Some("Khách và 3 người khác"));
        assert_eq!(of(r#"{"first":[],"more":0}"#).as_deref(), Some("không có khách mời"));
        assert_eq!(before(&change(&["place"], r#"{"guests":{"first":["Khách"],"more":0}}"#)), None);
    }
}
