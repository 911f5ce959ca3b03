//! The entries of the rail and the tab bar, by what a person may use.

use domain::access::{Action, Role};

use crate::session::Me;
use crate::text::Text;
use crate::text::keys::*;

/// Where an entry is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the rail and the tab bar.
    Both,
    /// In the rail of a desk.
    RailOnly,
    /// In the tab bar of phones and tablets.
    TabsOnly,
}

/// One entry.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Where it leads.
    pub href: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Its word.
    pub text: Text,
    /// Where it is shown.
    pub place: Place,
}

/// Whether the person plans meetings.
pub fn may_compose(me: &Me) -> bool {
    me.has_role(Role::Secretary)
}

/// Whether the person administers anything.
pub fn may_administer(me: &Me) -> bool {
    [
        Action::ManageAgencies,
        Action::ManagePeople,
        Action::ManageRooms,
        Action::ViewAudit,
        Action::ImportBaseline,
    ]
    .into_iter()
    .any(|action| me.may_somewhere(action))
}

/// The entries of a person, in order; the tab bar takes five at most.
pub fn entries(me: &Me) -> Vec<Entry> {
    let entry = |href, icon, text, place| Entry { href, icon, text, place };
    let is_planner = may_compose(me);
    let mut all = vec![
        entry("/", "house", NAV_HOME, Place::Both),
        entry("/calendar", "calendar-days", NAV_CALENDAR, Place::Both),
        entry(
            "/meetings",
            "users-round",
            NAV_MEETINGS,
            if is_planner { Place::Both } else { Place::RailOnly },
        ),
        entry("/papers", "book-open", NAV_PAPERS, if is_planner { Place::RailOnly } else { Place::Both }),
    ];
    if me.may_somewhere(Action::ViewFigures) {
        all.push(entry("/figures", "chart-column", NAV_FIGURES, Place::Both));
    }
    if may_administer(me) {
        all.push(entry("/admin", "settings", NAV_ADMIN, Place::RailOnly));
    }
    all.push(entry("/more", "ellipsis", NAV_MORE, Place::TabsOnly));
    all
}

/// Whether a page belongs to an entry.
pub fn is_at(href: &str, path: &str) -> bool {
    match href {
        "/" => path == "/",
        // What is only in the rail lights up the last tab on small screens.
        "/more" => path == "/more" || path == "/account" || path == "/search" || path.starts_with("/admin"),
        href => path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn a_meeting_lights_up_the_meetings() {
        assert!(is_at("/meetings", "/meetings/42/roll"));
        assert!(is_at("/meetings", "/meetings"));
        assert!(!is_at("/meetings", "/meetingsx"));
        assert!(!is_at("/", "/meetings"));
        assert!(is_at("/more", "/admin/audit"));
    }
}
