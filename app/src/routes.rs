//! Which address shows which page. Every route is rendered whole before it is sent, so that pages work without script.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::shell::{Frame, NotFound};
use crate::text::keys::APP_NAME;
use crate::text::t;
use crate::{
    accounts, agencies, attendance, audit, calendar, figures, hall, home, imports, meetings, people, reader,
    rooms, rules, search, session,
};

/// The whole program.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    session::provide_page();
    view! {
        <Title formatter=|title: String| {
            if title.is_empty() { t(APP_NAME).to_owned() } else { format!("{title} · {}", t(APP_NAME)) }
        }/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/sign-in") view=accounts::SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/first") view=accounts::FirstPage ssr=SsrMode::Async/>
                <Route path=path!("/meetings/:id/hall") view=hall::HallPage ssr=SsrMode::Async/>
                <Route path=path!("/papers/:id") view=reader::ReaderPage ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("/") view=home::HomePage ssr=SsrMode::Async/>
                    <Route path=path!("/papers") view=home::PapersPage ssr=SsrMode::Async/>
                    <Route path=path!("/calendar") view=calendar::CalendarPage ssr=SsrMode::Async/>
                    <Route path=path!("/meetings") view=meetings::ListPage ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/new") view=meetings::NewPage ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id") view=meetings::MeetingPage ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id/edit") view=meetings::EditPage ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id/roll") view=meetings::RollPage ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id/in") view=attendance::ScanPage ssr=SsrMode::Async/>
                    <Route path=path!("/figures") view=figures::FiguresPage ssr=SsrMode::Async/>
                    <Route path=path!("/search") view=search::SearchPage ssr=SsrMode::Async/>
                    <Route path=path!("/more") view=accounts::MorePage ssr=SsrMode::Async/>
                    <Route path=path!("/account") view=accounts::AccountPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin") view=accounts::AdminPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/agencies") view=agencies::AgenciesPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/people") view=people::PeoplePage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/rooms") view=rooms::RoomsPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/rules") view=rules::RulesPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/imports") view=imports::ImportsPage ssr=SsrMode::Async/>
                    <Route path=path!("/admin/audit") view=audit::AuditPage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
