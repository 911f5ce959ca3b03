//! An icon of the sprite. It never stands alone: a word beside it, or `aria-label` on its button.

use leptos::prelude::*;

/// A Lucide icon by its name in `style/icons.txt`.
#[component]
pub fn Icon(
    /// The name, such as `calendar-days`.
    name: &'static str,
    /// 24 px instead of the size of the text.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let href = format!("{}#i-{name}", crate::session::with_page(|page| page.assets.icons.clone()));
    view! {
        <svg class=if large { "i i--lg" } else { "i" } aria-hidden="true">
            <use href=href></use>
        </svg>
    }
}
