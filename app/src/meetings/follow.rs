//! Keeps a meeting's page in step with the server while the meeting is ahead or being held: told of every change over
//! the live socket, and asking by itself while that is broken.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use domain::access::{Action, Stage};
use domain::live::ShownPaper;
use leptos::leptos_dom::helpers::{set_interval_with_handle, set_timeout, window_event_listener_untyped};
use leptos::prelude::*;
use serde::Deserialize;
use web_sys::js_sys::Math;

use super::desk::Desk;
use crate::live::Line;

/// Without the socket the server is asked so often: soon enough that a delegate sees the next item while it is
/// introduced, seldom enough that three hundred tablets in one hall are twenty questions a second.
const ASKED_EVERY: Duration = Duration::from_secs(15);
/// Told of a change, all pages of a hall read it within this and not at one moment.
const SPREAD_MILLISECONDS: f64 = 1_500.0;

/// All that this page needs of what it is told.
#[derive(Deserialize)]
struct Told {
    #[serde(alias = "update")]
    state: Option<State>,
}

#[derive(Deserialize)]
struct State {
    version: u64,
    live: Shown,
}

#[derive(Deserialize)]
struct Shown {
    paper: Option<ShownPaper>,
}

/// What this page has heard.
#[derive(Default)]
struct Heard {
    version: Cell<Option<u64>>,
    /// Something changed while nobody looked at the page. It is read when somebody does.
    is_behind: Cell<bool>,
    /// It is read soon anyway.
    is_due: Cell<bool>,
}

/// Follows, until the page is left.
pub(super) fn follow(desk: Desk) {
    // What holds a socket belongs to one thread, as this program in the browser does.
    let line = StoredValue::new_local(None::<Line>);
    let heard = StoredValue::new_local(Rc::new(Heard::default()));
    let open = move || {
        let heard = heard.get_value();
        Line::open(desk.id, move |text| hear(desk, &heard, text), || {})
    };
    if is_on(desk) {
        line.set_value(Some(open()));
    }
    let tick = move || {
        if !is_on(desk) {
            return;
        }
        match line.try_with_value(|line| line.as_ref().map(Line::stands)) {
            Some(None) => line.set_value(Some(open())),
            Some(Some(false)) if !document().hidden() => desk.refresh(),
            _ => {}
        }
    };
    let asking = set_interval_with_handle(tick, ASKED_EVERY);
    let shown = window_event_listener_untyped("visibilitychange", move |_| {
        let is_behind = heard.try_with_value(|heard| !document().hidden() && heard.is_behind.take());
        if is_behind == Some(true) {
            desk.refresh();
        }
    });
    on_cleanup(move || {
        if let Ok(asking) = asking {
            asking.clear();
        }
        shown.remove();
        let _ = line.try_set_value(None);
    });
}

fn is_on(desk: Desk) -> bool {
    let stage = desk.meeting.try_with_untracked(|meeting| meeting.state.stage());
    matches!(stage, Some(Stage::UnderWay | Stage::Scheduled))
}

fn hear(desk: Desk, heard: &Rc<Heard>, text: &str) {
    let Ok(Told { state: Some(State { version, live }) }) = serde_json::from_str(text) else { return };
    if desk.shown.try_get_untracked() != Some(live.paper) {
        desk.shown.try_set(live.paper);
    }
    let before = heard.version.replace(Some(version));
    let stage = desk.meeting.try_with_untracked(|meeting| meeting.state.stage());
    // The page came a moment ago; what can have changed since then changes only while the meeting is on.
    let is_new = before != Some(version) && (before.is_some() || stage == Some(Stage::UnderWay));
    if !is_new {
        return;
    }
    if document().hidden() {
        return heard.is_behind.set(true);
    }
    let conducts = desk.meeting.try_with_untracked(|meeting| meeting.may(Action::ConductMeeting));
    if conducts == Some(true) {
        return desk.refresh();
    }
    if heard.is_due.replace(true) {
        return;
    }
    let heard = Rc::clone(heard);
    let read = move || {
        heard.is_due.set(false);
        desk.refresh();
    };
    set_timeout(read, Duration::from_millis((Math::random() * SPREAD_MILLISECONDS) as u64));
}
