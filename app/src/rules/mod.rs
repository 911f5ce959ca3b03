//! The rules on kinds of meeting.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Empty, PageHead};

/// A page of this feature.
#[component]
pub fn RulesPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_ADMIN)/>
        <PageHead title=t(NAV_ADMIN)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}
