//! The composer.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Empty, PageHead};

/// A page of this feature.
#[component]
pub fn NewPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_MEETINGS)/>
        <PageHead title=t(NAV_MEETINGS)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}

/// A page of this feature.
#[component]
pub fn EditPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_MEETINGS)/>
        <PageHead title=t(NAV_MEETINGS)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}
