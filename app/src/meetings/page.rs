//! One meeting: its head, then agenda, delegates or sites. Keeps what is shown in step with the server while the
//! meeting is being held, and redraws only what has changed.

use domain::access::Stage;
use domain::error::Failure;
use domain::ids::MeetingId;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::calls::{self, Shown};
use super::desk::{Desk, Tab};
use super::{agenda, changes, head, roll, sites};
use crate::failure::Problem;
use crate::text::keys::MEETINGS_COLUMN_TITLE;
use crate::text::t;
use crate::ui::{Loaded, loaded_page, resource};

/// A meeting under way is asked about so often: soon enough that a delegate sees the next item while it is introduced,
/// seldom enough that three hundred tablets in one hall are twenty questions a second.
#[cfg(feature = "hydrate")]
const REFRESH_SECONDS: u64 = 15;

/// `/meetings/:id`.
#[component]
pub fn MeetingPage() -> impl IntoView {
    let query = use_query_map();
    let tab = Memo::new(move |_| query.with(|query| Tab::parse(&query.get("tab").unwrap_or_default())));
    opened(tab)
}

/// `/meetings/:id/roll`: the same page, open at the roll.
#[component]
pub fn RollPage() -> impl IntoView {
    opened(Memo::new(|_| Tab::Delegates))
}

fn opened(tab: Memo<Tab>) -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id").and_then(|id| id.parse::<MeetingId>().ok()))
    });
    let data: Loaded<Shown> = resource(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => calls::fetch(id).await,
                None => Err(Failure::NotFound.into()),
            }
        },
    );
    loaded_page(data, t(MEETINGS_COLUMN_TITLE), move |shown| meeting_view(Desk::new(shown), tab).into_any())
}

fn meeting_view(desk: Desk, tab: Memo<Tab>) -> impl IntoView {
    follow(desk);
    let failure = move || desk.failure.get().map(|failure| view! { <Problem failure/> });
    let body = move || match tab.get() {
        Tab::Agenda => agenda::agenda(desk).into_any(),
        Tab::Delegates => roll::roll(desk).into_any(),
        Tab::Sites => sites::sites(desk).into_any(),
    };
    view! {
        <Title text=title(desk)/>
        {head::head(desk, tab)}
        <div class="stack">
            {failure}
            {changes::changes(desk)}
            {head::to_name(desk)}
            {body}
        </div>
    }
}

/// The document's title. The server writes it into the head after the page was drawn, when the page's signals may be gone.
fn title(desk: Desk) -> TextProp {
    let title = move || desk.meeting.with(|meeting| meeting.title.clone());
    if cfg!(feature = "ssr") { untrack(title).into() } else { title.into() }
}

/// While the meeting is being held, the page follows it.
fn follow(desk: Desk) {
    #[cfg(feature = "hydrate")]
    {
        let interval = std::time::Duration::from_secs(REFRESH_SECONDS);
        let handle = set_interval_with_handle(
            move || {
                let stage = desk.meeting.try_with_untracked(|meeting| meeting.state.stage());
                if matches!(stage, Some(Stage::UnderWay | Stage::Scheduled)) {
                    desk.refresh();
                }
            },
            interval,
        );
        if let Ok(handle) = handle {
            on_cleanup(move || handle.clear());
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (desk, Stage::UnderWay);
}
