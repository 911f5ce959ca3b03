//! Cards, page heads, chips and avatars: what holds and names things.

use leptos::prelude::*;

use super::icon::Icon;

/// The head of a page: eyebrow, title, actions.
#[component]
pub fn PageHead(
    /// The title, the page's one `h1`.
    #[prop(into)]
    title: String,
    /// A line above it.
    #[prop(into, optional)]
    eyebrow: Option<String>,
    /// A line below it.
    #[prop(into, optional)]
    lead: Option<String>,
    /// Buttons at its side.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="pagehead">
            <div class="pagehead__text">
                {eyebrow.map(|eyebrow| view! { <p class="eyebrow">{eyebrow}</p> })}
                <h1>{title}</h1>
                {lead.map(|lead| view! { <p class="muted">{lead}</p> })}
            </div>
            {children.map(|children| children())}
        </header>
    }
}

/// A card with a heading.
#[component]
pub fn Card(
    /// The heading.
    #[prop(into, optional)]
    title: Option<String>,
    /// What stands in it.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card">
            {title.map(|title| view! { <div class="card__head card__head--line"><h2>{title}</h2></div> })}
            {children()}
        </section>
    }
}

/// The two letters of an agency.
#[component]
pub fn Avatar(
    /// Short name of the agency.
    #[prop(into)]
    agency: String,
    /// 40 px instead of 28.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    view! {
        <span class=if large { "ava ava--lg" } else { "ava" } aria-hidden="true">
            {domain::agencies::two_letters(&agency)}
        </span>
    }
}

/// A chosen person or site.
#[component]
pub fn Chip(
    /// Who or where.
    #[prop(into)]
    text: String,
    /// Short name of the agency, for the two letters.
    #[prop(into)]
    agency: String,
    /// A site, which is square, and not a person.
    #[prop(optional)]
    is_site: bool,
    /// Taken at that time; the word for it stands in the text.
    #[prop(optional)]
    is_busy: bool,
    /// A button that takes it away.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let mark = if is_busy {
        view! { <span class="ava"><Icon name="triangle-alert"/></span> }.into_any()
    } else if is_site {
        view! { <span class="ava ava--site"><Icon name="video"/></span> }.into_any()
    } else {
        view! { <Avatar agency/> }.into_any()
    };
    view! {
        <span class=if is_busy { "chip chip--busy" } else { "chip" }>
            {mark}
            <span>{text}</span>
            {children.map(|children| children())}
        </span>
    }
}
