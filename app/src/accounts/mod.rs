//! Signing in, one's own account, the entry to administration.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Empty, PageHead};

/// A page of this feature.
#[component]
pub fn SignInPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_ACCOUNT)/>
        <PageHead title=t(NAV_ACCOUNT)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}

/// A page of this feature.
#[component]
pub fn FirstPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_ACCOUNT)/>
        <PageHead title=t(NAV_ACCOUNT)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}

/// A page of this feature.
#[component]
pub fn AccountPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_ACCOUNT)/>
        <PageHead title=t(NAV_ACCOUNT)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}

/// A page of this feature.
#[component]
pub fn MorePage() -> impl IntoView {
    view! {
        <Title text=t(NAV_ACCOUNT)/>
        <PageHead title=t(NAV_ACCOUNT)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}

/// A page of this feature.
#[component]
pub fn AdminPage() -> impl IntoView {
    view! {
        <Title text=t(NAV_ACCOUNT)/>
        <PageHead title=t(NAV_ACCOUNT)/>
        <Empty title=t(NOTHING_HERE)/>
    }
}
