//! Figures against the two targets.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Empty, PageHead};

/// A page of this feature.
#[component]
pub fn FiguresPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_FIGURES)/>
        <PageHead title=t(NAV_FIGURES)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}
