//! The address of a draft that has just been made, so that a reload finds it. It is the page's own with one word more:
//! another page's would have the router draw that page, and whoever types would lose their place.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use super::super::Opened;
use super::super::sheet::Sheet;

/// Keeps the address in step with the draft that is kept.
pub(super) fn follow(sheet: Sheet) {
    let Some(Opened(opened)) = use_context::<Opened>() else { return };
    let (navigate, path) = (use_navigate(), use_location().pathname);
    Effect::new(move |_| {
        let Some(saved) = sheet.saved.get() else { return };
        if opened.get_value() == Some(saved.id) {
            return;
        }
        // The page is told first, or it would open the draft anew.
        opened.set_value(Some(saved.id));
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{}?draft={}", path.get_untracked(), saved.id), options);
    });
}
