//! Pages whose code comes to the browser in a bundle of its own, when one of them is first shown: four bundles by who
//! needs them together. Home, sign-in and a meeting are in none: they are what people open first, often over a weak line.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use leptos_router::LazyRoute;

use crate::text::keys::*;
use crate::text::t;
use crate::ui::Empty;
use crate::{
    accounts, agencies, attendance, audit, calendar, figures, hall, home, imports, live, meetings, people,
    reader, rooms, rules, search, second_factor, work_days,
};

/// A bundle of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bundle {
    /// What a delegate reads.
    Reading,
    /// What a secretary composes and runs a meeting with.
    Composing,
    /// What a meeting by picture and sound takes.
    Joining,
    /// What the office keeps: figures, people, agencies, rules.
    Keeping,
}

impl Bundle {
    /// The bundle of the page at a path; none for pages that are in the main module, and for paths that lead nowhere.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
        match steps[..] {
            ["papers" | "calendar" | "meetings" | "search" | "account" | "more"] => Some(Self::Reading),
            ["sign-in", "code"] | ["account", "password" | "second-factor"] => Some(Self::Reading),
            ["papers", _] | ["meetings", _, "hall" | "in" | "delegates"] => Some(Self::Reading),
            ["meetings", _, "live" | "panel" | "rehearsal"] => Some(Self::Joining),
            ["meetings", "new"] | ["meetings", _, "edit" | "roll"] => Some(Self::Composing),
            ["figures" | "admin" | "first", ..] => Some(Self::Keeping),
            _ => None,
        }
    }

    /// Its name in `assets.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Composing => "composing",
            Self::Joining => "joining",
            Self::Keeping => "keeping",
        }
    }
}

/// Brings what the page at a path needs, so that it can be shown without waiting. Over a line that breaks it tries again
/// until it is there, ever more seldom.
#[cfg(feature = "hydrate")]
pub async fn bring_at_last(path: &str) {
    let mut pause_milliseconds = FIRST_PAUSE_MILLISECONDS;
    while !bring(path).await {
        gloo_timers::future::TimeoutFuture::new(pause_milliseconds).await;
        pause_milliseconds = LONGEST_PAUSE_MILLISECONDS.min(pause_milliseconds * 2);
    }
}

/// As long as a tablet takes to change from one antenna to the next.
#[cfg(feature = "hydrate")]
const FIRST_PAUSE_MILLISECONDS: u32 = 1_000;
/// A line that is back is noticed within this.
#[cfg(feature = "hydrate")]
const LONGEST_PAUSE_MILLISECONDS: u32 = 30_000;

#[cfg(feature = "hydrate")]
async fn bring(path: &str) -> bool {
    match Bundle::of(path) {
        None => true,
        Some(Bundle::Reading) => bring_reading().await.is_ok(),
        Some(Bundle::Composing) => bring_composing().await.is_ok(),
        Some(Bundle::Joining) => bring_joining().await.is_ok(),
        Some(Bundle::Keeping) => bring_keeping().await.is_ok(),
    }
}

/// The pages of a bundle: for each a route whose view is asked of the bundle by name.
macro_rules! pages {
    ($bundle:ident, $bring:ident, $pages:ident: $($route:ident => $page:path),+ $(,)?) => {
        #[derive(Clone, Copy)]
        enum $pages { $($route),+ }

        #[wasm_split($bundle, fallible, preload($bring), wasm_split_path = ::leptos::wasm_split)]
        fn $bundle(page: $pages) -> Result<AnyView, ::leptos::wasm_split::SplitLoaderError> {
            Ok(match page { $($pages::$route => $page().into_any()),+ })
        }

        $(
            #[doc = concat!("`", stringify!($page), "`, which comes with its bundle.")]
            #[derive(Debug)]
            pub(crate) struct $route;

            impl LazyRoute for $route {
                fn data() -> Self {
                    Self
                }

                async fn view(_: Self) -> AnyView {
                    $bundle($pages::$route).await.unwrap_or_else(|_| missing())
                }

                // The page before stays until this is done.
                async fn preload() {
                    let _ = $bring().await;
                }
            }
        )+
    };
}

pages! { reading, bring_reading, Reading:
    Papers => home::PapersPage,
    Calendar => calendar::CalendarPage,
    MeetingList => meetings::ListPage,
    Search => search::SearchPage,
    Reader => reader::ReaderPage,
    Hall => hall::HallPage,
    Scan => attendance::ScanPage,
    Naming => attendance::NamingPage,
    More => accounts::MorePage,
    Account => accounts::AccountPage,
    Code => second_factor::CodePage,
    ChoosePassword => accounts::ChoosePasswordPage,
    SecondFactor => second_factor::SecondFactorPage,
}

pages! { composing, bring_composing, Composing:
    New => meetings::NewPage,
    Edit => meetings::EditPage,
    Roll => meetings::RollPage,
}

pages! { joining, bring_joining, Joining:
    Live => live::LivePage,
    Rehearsal => live::RehearsalPage,
    Panel => live::PanelPage,
}

pages! { keeping, bring_keeping, Keeping:
    First => accounts::FirstPage,
    Figures => figures::FiguresPage,
    Administration => accounts::AdminPage,
    Agencies => agencies::AgenciesPage,
    AgencyHours => agencies::HoursPage,
    People => people::PeoplePage,
    Person => people::PersonPage,
    Rooms => rooms::RoomsPage,
    Room => rooms::RoomPage,
    Rules => rules::RulesPage,
    WorkDays => work_days::WorkDaysPage,
    Imports => imports::ImportsPage,
    Audit => audit::AuditPage,
}

/// In place of a page whose bundle the line did not let through; the same address asked of the server shows it.
fn missing() -> AnyView {
    #[cfg(feature = "hydrate")]
    crate::ui::load::when_online(Callback::new(|()| drop(window().location().reload())));
    view! {
        <Empty title=t(FAILURE_UNAVAILABLE) body=t(FAILURE_UNAVAILABLE_PAGE) is_page=true>
            <a class="btn btn--primary" href="" rel="external">{t(FAILURE_TRY_AGAIN)}</a>
        </Empty>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::Bundle;

    #[test]
    fn what_people_open_first_needs_no_bundle() {
        for path in ["/", "/sign-in", "/meetings/0190", "/nowhere", "/meetings/1/nowhere"] {
            assert_eq!(Bundle::of(path), None, "{path}");
        }
    }

    #[test]
    fn a_new_meeting_is_composed_and_any_other_is_read() {
        assert_eq!(Bundle::of("/meetings/new"), Some(Bundle::Composing));
        assert_eq!(Bundle::of("/meetings/0190/edit"), Some(Bundle::Composing));
        assert_eq!(Bundle::of("/meetings/0190/live"), Some(Bundle::Joining));
        assert_eq!(Bundle::of("/meetings/"), Some(Bundle::Reading));
        assert_eq!(Bundle::of("/admin/people"), Some(Bundle::Keeping));
    }
}
