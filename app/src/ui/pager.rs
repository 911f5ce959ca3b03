//! The pages of a long list, as links.

use leptos::prelude::*;

use super::icon::Icon;

/// Words of a pager.
#[derive(Clone, Debug)]
pub struct PagerWords {
    /// Names the strip for those who hear it.
    pub label: String,
    /// To the page before.
    pub previous: String,
    /// To the next page.
    pub next: String,
    /// What is shown, of how many.
    pub sum: String,
}

/// Links to the pages around the current one. Nothing when there is only one.
#[component]
pub fn Pager(
    /// The current page, from 1.
    page: u32,
    /// Number of pages.
    pages: u32,
    /// The address of a page.
    #[prop(into)]
    href: Callback<u32, String>,
    /// Its words.
    words: PagerWords,
) -> impl IntoView {
    let step = move |to: u32, icon: &'static str, word: String, is_there: bool| {
        if is_there {
            view! { <a href=href.run(to) aria-label=word><Icon name=icon/></a> }.into_any()
        } else {
            view! { <span aria-disabled="true"><Icon name=icon/><span class="vh">{word}</span></span> }
                .into_any()
        }
    };
    let numbers = (page.saturating_sub(2).max(1)..=page.saturating_add(2).min(pages))
        .map(|number| {
            if number == page {
                view! { <span class="num" aria-current="page">{number}</span> }.into_any()
            } else {
                view! { <a class="num" href=href.run(number)>{number}</a> }.into_any()
            }
        })
        .collect_view();
    (pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label=words.label>
                <span class="pager__sum">{words.sum}</span>
                {step(page.saturating_sub(1), "chevron-left", words.previous, page > 1)}
                {numbers}
                {step(page + 1, "chevron-right", words.next, page < pages)}
            </nav>
        }
    })
}
