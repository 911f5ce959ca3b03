//! Which address shows which page. Every route is rendered whole before it is sent, so that pages work without script.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};

use crate::calls::CallPlace;
use crate::shell::{Frame, NotFound};
use crate::text::keys::APP_NAME;
use crate::text::t;
use crate::{accounts, bundles, form, home, meetings, session};

/// The document's title. The server writes it into the head as it stands, so what people have typed is made harmless here;
/// the browser sets it as text.
fn titled(title: String) -> String {
    let title = if title.is_empty() { t(APP_NAME).to_owned() } else { format!("{title} · {}", t(APP_NAME)) };
    if cfg!(feature = "ssr") {
        title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        title
    }
}

/// The whole program.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    session::provide_page();
    form::provide_posted();
    view! {
        <Title formatter=titled/>
        <Router>
            <form::ForgetPosted/>
            <CallPlace>
            <Routes fallback=NotFound>
                <Route path=path!("/sign-in") view=accounts::SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in/done") view=accounts::SignedInPage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in/code") view={Lazy::<bundles::Code>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/account/password") view={Lazy::<bundles::ChoosePassword>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/account/second-factor") view={Lazy::<bundles::SecondFactor>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/first") view={Lazy::<bundles::First>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/meetings/:id/hall") view={Lazy::<bundles::Hall>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/papers/:id") view={Lazy::<bundles::Reader>::new()} ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("/") view=home::HomePage ssr=SsrMode::Async/>
                    <Route path=path!("/papers") view={Lazy::<bundles::Papers>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/calendar") view={Lazy::<bundles::Calendar>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/meetings") view={Lazy::<bundles::MeetingList>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/new") view={Lazy::<bundles::New>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id") view=meetings::MeetingPage ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id/edit") view={Lazy::<bundles::Edit>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id/roll") view={Lazy::<bundles::Roll>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id/live") view={Lazy::<bundles::Live>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id/panel") view={Lazy::<bundles::Panel>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id/rehearsal") view={Lazy::<bundles::Rehearsal>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id/delegates") view={Lazy::<bundles::Naming>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/meetings/:id/in") view={Lazy::<bundles::Scan>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/figures") view={Lazy::<bundles::Figures>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/search") view={Lazy::<bundles::Search>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/more") view={Lazy::<bundles::More>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/account") view={Lazy::<bundles::Account>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin") view={Lazy::<bundles::Administration>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin/agencies") view={Lazy::<bundles::Agencies>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin/agencies/:id") view={Lazy::<bundles::AgencyHours>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin/people") view={Lazy::<bundles::People>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin/people/:id") view={Lazy::<bundles::Person>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin/rooms") view={Lazy::<bundles::Rooms>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin/rooms/:id") view={Lazy::<bundles::Room>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin/rules") view={Lazy::<bundles::Rules>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin/days-off") view={Lazy::<bundles::WorkDays>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin/imports") view={Lazy::<bundles::Imports>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/admin/audit") view={Lazy::<bundles::Audit>::new()} ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
            </CallPlace>
        </Router>
    }
}
