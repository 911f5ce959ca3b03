//! One line of what waits: what it is, which meeting it belongs to, where it leads.

use domain::access::Stage;
use domain::meetings::{MeetingRow, Waiting};
use leptos::prelude::*;

use crate::parts::{history, kept_by, meeting_href, naming_href, when};
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::Icon;
use crate::words;

/// The item of a list for something that waits.
pub(super) fn item(waiting: &Waiting) -> AnyView {
    match waiting {
        Waiting::Unread { paper, meeting_title, sitting } => {
            let pages = paper.pages.map(|pages| tf(PAPER_PAGES, &[("n", &pages)]));
            line(
                "file-text",
                format!("/papers/{}", paper.id),
                tf(HOME_UNREAD, &[("title", &paper.title)]),
                [pages, Some(meeting_title.clone()), Some(text::sitting(sitting))],
            )
        }
        Waiting::Changed { meeting, what } => {
            // The state changes when a postponed meeting is sent out again.
            let (state, others): (Vec<_>, Vec<_>) = what.iter().partition(|what| *what == "state");
            let title = if state.is_empty() { HOME_CHANGED } else { HOME_RECONVENED };
            let what = changed_words(others);
            let time = when(meeting.first.as_ref(), meeting.last.as_ref());
            line(
                "history",
                meeting_href(meeting),
                tf(title, &[("title", &meeting.title)]),
                [what, Some(time), None],
            )
        }
        Waiting::Invited { meeting } => about(
            "mail",
            meeting,
            tf(HOME_INVITED, &[("title", &meeting.title)]),
            tf(HOME_INVITED_BY, &[("agency", &meeting.agency.short_name)]),
        ),
        Waiting::Added { meeting, by } => about(
            "user-plus",
            meeting,
            tf(HOME_ADDED, &[("title", &meeting.title)]),
            tf(HOME_ADDED_BY, &[("by", by)]),
        ),
        Waiting::CalledOff { meeting, reason } => {
            let (icon, title) = match meeting.stage {
                Stage::Postponed => ("calendar-clock", HOME_POSTPONED),
                _ => ("ban", HOME_CANCELLED),
            };
            let reason = (!reason.is_empty()).then(|| tf(HOME_CALLED_OFF_REASON, &[("reason", reason)]));
            let was =
                tf(HOME_CALLED_OFF_WAS, &[("when", &when(meeting.first.as_ref(), meeting.last.as_ref()))]);
            line(
                icon,
                meeting_href(meeting),
                tf(title, &[("title", &meeting.title)]),
                [Some(was), reason, None],
            )
        }
        Waiting::NameDelegates { meeting, agency, changed } => line(
            "user-plus",
            naming_href(meeting.id, agency.id),
            tf(HOME_NAME_DELEGATES, &[("title", &meeting.title)]),
            [
                Some(tf(HOME_NAME_DELEGATES_OF, &[("agency", &agency.short_name)])),
                Some(when(meeting.first.as_ref(), meeting.last.as_ref())),
                changed_words(changed),
            ],
        ),
        Waiting::Unsent { meeting, by, at } => line(
            "pencil",
            meeting_href(meeting),
            tf(HOME_UNSENT, &[("title", &meeting.title)]),
            [
                Some(t(HOME_UNSENT_WHAT).to_owned()),
                Some(kept_by(by, *at)),
                Some(when(meeting.first.as_ref(), meeting.last.as_ref())),
            ],
        ),
        Waiting::Draft { meeting } => {
            let title = if meeting.title.is_empty() { t(MEETINGS_UNTITLED) } else { &meeting.title };
            let history = meeting.draft.as_ref().map(history);
            let time = when(meeting.first.as_ref(), meeting.last.as_ref());
            line(
                "pencil",
                meeting_href(meeting),
                title.to_owned(),
                [Some(meeting.agency.short_name.clone()), Some(time), history],
            )
        }
        Waiting::NotClosed { meeting } => about(
            "timer",
            meeting,
            tf(HOME_NOT_CLOSED, &[("title", &meeting.title)]),
            t(HOME_NOT_CLOSED_WHAT).to_owned(),
        ),
    }
}

/// What changed, in words; nothing when nothing did.
fn changed_words<'w>(what: impl IntoIterator<Item = &'w String>) -> Option<String> {
    let what = what.into_iter().map(|what| words::change(what)).collect::<Vec<_>>().join(", ");
    (!what.is_empty()).then(|| tf(HOME_CHANGED_WHAT, &[("what", &what)]))
}

fn about(icon: &'static str, meeting: &MeetingRow, title: String, what: String) -> AnyView {
    let time = when(meeting.first.as_ref(), meeting.last.as_ref());
    line(icon, meeting_href(meeting), title, [Some(what), Some(time), None])
}

fn line(icon: &'static str, href: String, title: String, meta: [Option<String>; 3]) -> AnyView {
    let meta = meta.into_iter().flatten().map(|part| view! { <span>{part}</span> }).collect_view();
    view! {
        <li>
            <a class="item" href=href>
                <span class="glyph"><Icon name=icon/></span>
                <span class="item__text">
                    <span class="item__title">{title}</span>
                    <span class="item__meta">{meta}</span>
                </span>
                <span class="chev"><Icon name="chevron-right"/></span>
            </a>
        </li>
    }
    .into_any()
}
