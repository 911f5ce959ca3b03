//! Search.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Empty, PageHead};

/// A page of this feature.
#[component]
pub fn SearchPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_SEARCH)/>
        <PageHead title=t(NAV_SEARCH)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}
