//! What has changed since the invitations went out, for those who were invited.

use domain::access::Stage;
use domain::meetings::{Before, Change, GuestsTold};
use leptos::prelude::*;

use super::desk::Desk;
use super::words;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Notice, Tone};

/// The newest change as a notice, older ones folded away below it.
pub(super) fn changes(desk: Desk) -> impl IntoView {
    move || {
        let (changes, stage, now_when, now_where, now_guests) = desk.meeting.with(|meeting| {
            (
                meeting.changes.clone(),
                meeting.state.stage(),
                words::when(&meeting.sittings),
                words::place(meeting),
                guests(&GuestsTold::of(&meeting.guests)),
            )
        });
        let is_told = matches!(stage, Stage::Scheduled | Stage::UnderWay);
        let (newest, older) = changes.split_first().filter(|_| is_told)?;
        let older = (!older.is_empty()).then(|| {
            let lines = older.iter().map(|change| view! { <li>{line(change)}</li> }).collect_view();
            view! { <details class="more"><summary>{t(MEETINGS_CHANGED_BEFORE)}</summary><ul>{lines}</ul></details> }
        });
        let (title, said) = (title(newest), said(newest, &now_when, &now_where, &now_guests));
        Some(view! {
            <Notice tone=Tone::Risk icon="history" title>
                {said}
                {older}
            </Notice>
        })
    }
}

fn title(change: &Change) -> String {
    let what: Vec<&str> = change.what.iter().map(|code| crate::words::change(code)).collect();
    let at = text::moment(words::local(change.at));
    tf(MEETINGS_CHANGED, &[("what", &what.join(", ")), ("at", &at)])
}

fn line(change: &Change) -> String {
    match before(change) {
        Some(before) => format!("{}. {}", title(change), tf(MEETINGS_CHANGED_WAS, &[("before", &before)])),
        None => title(change),
    }
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
    let Ok(before) = leptos::serde_json::from_str::<Before>(&change.before) else {
        return (!change.before.is_empty()).then(|| change.before.clone());
    };
    let when = (has("time") && !before.sittings.is_empty()).then(|| words::when(&before.sittings));
    let places: Vec<String> =
        before.rooms.into_iter().chain([before.place]).filter(|place| !place.is_empty()).collect();
    let at = (has("place") && !places.is_empty()).then(|| places.join("; "));
    let with = before.guests.filter(|_| has("guests")).map(|told| guests(&told));
    let parts: Vec<String> = [when, at, with].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Before and now, for time, place and guests.
fn said(change: &Change, now_when: &str, now_where: &str, now_guests: &str) -> Option<AnyView> {
    let before = before(change)?;
    let has = |code: &str| change.what.iter().any(|what| what == code);
    let now: Vec<&str> = [("time", now_when), ("place", now_where), ("guests", now_guests)]
        .into_iter()
        .filter(|(code, _)| has(code))
        .map(|(_, now)| now)
        .collect();
    let now = (!now.is_empty()).then(|| view! { <p>{t(MEETINGS_CHANGED_NOW)}" "<b>{now.join("; ")}</b></p> });
    Some(
        view! {
            <p>{t(MEETINGS_CHANGED_BEFORE_WORD)}" "<span class="was">{before}</span></p>
            {now}
        }
        .into_any(),
    )
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
