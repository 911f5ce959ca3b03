//! A dialog, only for what cannot be undone. It is the browser's own, so Escape closes it and focus stays inside.
//! Its button needs script; without it the plain button of the form asks nothing and does the same.

use leptos::prelude::*;

/// A dialog with its heading, body and actions. Open it with [`show`], close it with [`close`].
#[component]
pub fn Dialog(
    /// The element, for [`show`] and [`close`].
    node: NodeRef<leptos::html::Dialog>,
    /// Identifier of the heading.
    id: &'static str,
    /// The question.
    #[prop(into)]
    title: String,
    /// What follows from it, and the actions in a `dialog__acts`.
    children: Children,
) -> impl IntoView {
    view! {
        <dialog class="dialog" node_ref=node aria-labelledby=id>
            <div class="dialog__body">
                <h2 id=id>{title}</h2>
                {children()}
            </div>
        </dialog>
    }
}

/// Opens a dialog over the page.
pub fn show(node: NodeRef<leptos::html::Dialog>) {
    #[cfg(feature = "hydrate")]
    if let Some(dialog) = node.get_untracked()
        && dialog.show_modal().is_err()
    {
        dialog.set_open(true);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = node;
}

/// Closes a dialog.
pub fn close(node: NodeRef<leptos::html::Dialog>) {
    // The page that had it may be gone with the step that it asked about.
    #[cfg(feature = "hydrate")]
    if let Some(dialog) = node.try_get_untracked().flatten() {
        dialog.close();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = node;
}
