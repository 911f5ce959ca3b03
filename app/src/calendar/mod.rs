//! The calendar: week, month, rooms.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Empty, PageHead};

/// A page of this feature.
#[component]
pub fn CalendarPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_CALENDAR)/>
        <PageHead title=t(NAV_CALENDAR)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}
