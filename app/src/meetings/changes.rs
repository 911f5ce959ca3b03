//! What has changed since the invitations went out, for those who were invited.

use domain::access::Stage;
use domain::meetings::Change;
use leptos::prelude::*;

use super::page::Desk;
use super::words;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Notice, Tone};

/// The newest change as a notice, older ones folded away below it.
pub(super) fn changes(desk: Desk) -> impl IntoView {
    move || {
        let (changes, stage, now_when, now_where) = desk.meeting.with(|meeting| {
            (
                meeting.changes.clone(),
                meeting.state.stage(),
                words::when(&meeting.sittings),
                words::place(meeting),
            )
        });
        let is_told = matches!(stage, Stage::Scheduled | Stage::UnderWay);
        let (newest, older) = changes.split_first().filter(|_| is_told)?;
        let older = (!older.is_empty()).then(|| {
            let lines = older.iter().map(|change| view! { <li>{line(change)}</li> }).collect_view();
            view! { <details class="more"><summary>{t(MEETINGS_CHANGED_BEFORE)}</summary><ul>{lines}</ul></details> }
        });
        let (title, said) = (title(newest), said(newest, &now_when, &now_where));
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
    if change.before.is_empty() {
        title(change)
    } else {
        format!("{}. {}", title(change), tf(MEETINGS_CHANGED_WAS, &[("before", &change.before)]))
    }
}

/// Before and now, for time and place.
fn said(change: &Change, now_when: &str, now_where: &str) -> Option<AnyView> {
    if change.before.is_empty() {
        return None;
    }
    let has = |code: &str| change.what.iter().any(|what| what == code);
    let now = match (has("time"), has("place")) {
        (true, true) => format!("{now_when}; {now_where}"),
        (true, false) => now_when.to_owned(),
        (false, true) => now_where.to_owned(),
        (false, false) => String::new(),
    };
    let before = change.before.clone();
    let now = (!now.is_empty()).then(|| view! { <p>{t(MEETINGS_CHANGED_NOW)}" "<b>{now}</b></p> });
    Some(
        view! {
            <p>{t(MEETINGS_CHANGED_BEFORE_WORD)}" "<span class="was">{before}</span></p>
            {now}
        }
        .into_any(),
    )
}
