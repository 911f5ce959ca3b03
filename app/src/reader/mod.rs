//! The reader of papers.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Empty, PageHead};

/// A page of this feature.
#[component]
pub fn ReaderPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_PAPERS)/>
        <PageHead title=t(NAV_PAPERS)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}
