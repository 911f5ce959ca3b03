//! The empty state: the dashed half-disc, one sentence, one way out.

use leptos::prelude::*;

/// Nothing here yet, why, and what to do.
#[component]
pub fn Empty(
    /// What is not there.
    #[prop(into)]
    title: String,
    /// Why, or what comes next.
    #[prop(into, optional)]
    body: Option<String>,
    /// Whether it is all that the page has, and so its main heading.
    #[prop(optional)]
    is_page: bool,
    /// The way out.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let title =
        if is_page { view! { <h1>{title}</h1> }.into_any() } else { view! { <h2>{title}</h2> }.into_any() };
    view! {
        <div class="card empty">
            <svg
                class="art"
                viewBox="0 0 96 96"
                fill="none"
                stroke="currentColor"
                stroke-width="2"
                stroke-linejoin="round"
                aria-hidden="true"
            >
                <path d="M12 45a26 26 0 0 1 52 0z" fill="var(--accent-tint)"></path>
                <path d="M32 51a26 26 0 0 0 52 0z" stroke-dasharray="5 5"></path>
            </svg>
            {title}
            {body.map(|body| view! { <p>{body}</p> })}
            {children.map(|children| children())}
        </div>
    }
}
