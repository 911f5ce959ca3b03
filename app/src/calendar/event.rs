//! A sitting as the calendar draws it: a link to its meeting, or plain words where only time and place may be known.

use domain::access::Stage;
use domain::count::Form;
use domain::meetings::{Entry, MeetingRow};
use leptos::prelude::*;

use crate::parts::meeting_href;
use crate::session::me;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Badge, BadgeTone, Icon};
use crate::words;

/// The look of a form: the class's ending and the icon.
const fn look(form: Form) -> (&'static str, &'static str) {
    match form {
        Form::InPerson => ("inperson", "building-2"),
        Form::Online => ("online", "video"),
        Form::Hybrid => ("hybrid", "blend"),
    }
}

/// The class of a sitting's box.
pub(super) fn class(block: &str, meeting: &MeetingRow) -> String {
    let (form, _) = look(meeting.form);
    let stage = match meeting.stage {
        Stage::Draft => " ev--draft",
        Stage::Cancelled | Stage::Postponed => " is-cancelled",
        Stage::Scheduled | Stage::UnderWay | Stage::Held => "",
    };
    format!("{block} ev--{form}{stage}")
}

/// The address of a meeting, when the person may open it.
pub(super) fn href(meeting: &MeetingRow) -> Option<String> {
    meeting.may_open().then(|| meeting_href(meeting))
}

/// A sitting's box.
pub(super) fn event(entry: &Entry) -> AnyView {
    let meeting = &entry.meeting;
    let (_, icon) = look(meeting.form);
    let inside = view! {
        <span class="t num">{hours(entry)}{badge(entry)}</span>
        <b>{meeting.title.clone()}</b>
        <span class="w"><Icon name=icon/><span class="clamp-2">{place(meeting)}</span></span>
        {held_by(meeting)}
    };
    boxed(meeting, inside.into_any(), String::new())
}

/// A sitting on the board, which says where it is by where it stands.
pub(super) fn on_board(entry: &Entry, style: String) -> AnyView {
    let meeting = &entry.meeting;
    let (_, icon) = look(meeting.form);
    let inside = view! {
        <span class="t num">
            <span class="w"><Icon name=icon/><span class="vh">{words::form(meeting.form)}</span></span>
            {hours(entry)}
            {badge(entry)}
        </span>
        <b>{meeting.title.clone()}</b>
    };
    boxed(meeting, inside.into_any(), style)
}

fn hours(entry: &Entry) -> String {
    text::hours(entry.sitting.from, entry.sitting.to)
}

fn boxed(meeting: &MeetingRow, inside: AnyView, style: String) -> AnyView {
    let (class, title) = (class("ev", meeting), meeting.title.clone());
    match href(meeting) {
        Some(href) => view! { <a class=class style=style href=href title=title>{inside}</a> }.into_any(),
        None => view! { <div class=class style=style title=title>{inside}</div> }.into_any(),
    }
}

/// The one thing about a sitting that must be seen at once.
pub(super) fn badge(entry: &Entry) -> Option<AnyView> {
    let stage = entry.meeting.stage;
    let badge = |tone| view! { <Badge tone text=words::stage(stage)/> }.into_any();
    match stage {
        Stage::UnderWay => Some(badge(BadgeTone::Live)),
        Stage::Cancelled | Stage::Postponed => Some(badge(BadgeTone::Plain)),
        _ if entry.clashes => Some(view! { <Badge tone=BadgeTone::Risk text=t(CALENDAR_CLASH)/> }.into_any()),
        Stage::Draft => Some(badge(BadgeTone::Plain)),
        Stage::Scheduled | Stage::Held => None,
    }
}

/// The agency that holds it, where it is another one than the reader's own.
pub(super) fn other_agency(meeting: &MeetingRow) -> Option<String> {
    let own = me().map(|me| me.agency.id);
    (own != Some(meeting.agency.id)).then(|| meeting.agency.short_name.clone())
}

/// Who holds it and who chairs it.
fn held_by(meeting: &MeetingRow) -> Option<AnyView> {
    let chair = (!meeting.chair.is_empty()).then(|| tf(MEETINGS_ROW_CHAIR, &[("who", &meeting.chair)]));
    let words: Vec<String> = [other_agency(meeting), chair].into_iter().flatten().collect();
    let words = words.join(", ");
    (!words.is_empty()).then(|| {
        view! { <span class="w"><Icon name="user"/><span class="clamp-2">{words}</span></span> }.into_any()
    })
}

/// Form, place and sites in one line.
fn place(meeting: &MeetingRow) -> String {
    let form = words::form(meeting.form);
    let place = (!meeting.place.is_empty()).then(|| meeting.place.clone());
    let sites = (meeting.sites > 0).then(|| tf(MEETINGS_SITES, &[("n", &meeting.sites)]));
    let words: Vec<String> = [Some(form.to_owned()), place, sites].into_iter().flatten().collect();
    words.join(", ")
}
