//! An online meeting that goes on while other pages are opened: drawn beside the pages, over all of the screen on its own
//! address and as a small picture on every other one, so that no link drops a call. Knows what it draws as a function alone; the
//! meeting itself is in [`crate::live`], which most people never load.

use std::sync::Arc;

use domain::ids::MeetingId;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::text::keys::LIVE_TITLE;
use crate::text::t;

/// Draws a meeting.
type Drawn = Arc<dyn Fn() -> AnyView + Send + Sync>;

/// The meeting that is open in this tab, if one is.
#[derive(Clone, Copy)]
pub struct Calls {
    open: RwSignal<Option<(MeetingId, Drawn)>>,
    path: Memo<String>,
    /// Grows whenever a meeting has ended that was open.
    ended: RwSignal<u32>,
}

impl Calls {
    /// That of the program around the page.
    pub fn here() -> Calls {
        expect_context()
    }

    /// Draws a meeting from now on, in place of another; one that is open goes on as it is.
    pub fn open(self, meeting: MeetingId, draw: impl Fn() -> AnyView + Send + Sync + 'static) {
        if !self.holds(meeting) {
            self.open.set(Some((meeting, Arc::new(draw))));
        }
    }

    /// Whether this meeting is open.
    pub fn holds(self, meeting: MeetingId) -> bool {
        self.open.with(|open| open.as_ref().is_some_and(|(of, _)| *of == meeting))
    }

    /// Another meeting than this one, if one is open.
    pub fn other(self, meeting: MeetingId) -> Option<MeetingId> {
        self.open.with(|open| open.as_ref().map(|(of, _)| *of).filter(|of| *of != meeting))
    }

    /// Whether another page than the meeting's own is on the screen.
    pub fn is_small(self, meeting: MeetingId) -> bool {
        self.path.with(|path| *path != address(meeting))
    }

    /// Nobody sits there any more.
    pub fn close(self, meeting: MeetingId) {
        if untrack(|| self.holds(meeting)) {
            self.open.set(None);
        }
    }

    /// The meeting is over: its own page tells what has become of it.
    pub fn end(self, meeting: MeetingId) {
        self.close(meeting);
        self.ended.update(|count| *count += 1);
    }

    /// How many have ended.
    pub fn ended(self) -> u32 {
        self.ended.get()
    }
}

fn address(meeting: MeetingId) -> String {
    format!("/meetings/{meeting}/live")
}

/// The place of an open meeting, around the pages: within the router, which knows the address.
#[component]
pub fn CallPlace(
    /// The pages.
    children: Children,
) -> impl IntoView {
    let calls = Calls { open: RwSignal::new(None), path: use_location().pathname, ended: RwSignal::new(0) };
    provide_context(calls);
    let call = move || {
        let (meeting, draw) = calls.open.get()?;
        let is_small = move || calls.is_small(meeting);
        Some(view! {
            <section class="callhost" class:is-small=is_small class:call--whole=move || !is_small() aria-label=t(LIVE_TITLE)>
                {draw()}
            </section>
        })
    };
    view! { {children()} {call} }
}
