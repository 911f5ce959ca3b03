//! Home: the next meeting, what waits, the coming days.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Empty, PageHead};

/// A page of this feature.
#[component]
pub fn HomePage() -> impl IntoView {
    view! {
        <Title text=t(NAV_HOME)/>
        <PageHead title=t(NAV_HOME)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}

/// A page of this feature.
#[component]
pub fn PapersPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_HOME)/>
        <PageHead title=t(NAV_HOME)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}
