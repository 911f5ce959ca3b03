//! The page to choose a new password because another person knows the present one.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::sign_in::{advice, halves, other_account, password_field};
use crate::failure::Problem;
use crate::form::posted;
use crate::notices::{calls::unseen, event_rows};
use crate::session;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::{loaded, resource};

/// `/account/password`.
#[component]
pub fn ChoosePasswordPage() -> impl IntoView {
    let next = use_query_map().get_untracked().get("next").unwrap_or_default();
    let next = session::safe_next(&next).to_owned();
    let posted = posted();
    let news = resource(|| (), |()| unseen());
    let news = loaded(news, |unseen| match unseen.events.is_empty() {
        true => ().into_any(),
        false => view! { <ul class="card list">{event_rows(&unseen.events)}</ul> }.into_any(),
    });
    let form = view! {
        <div class="si__f">
            <form class="si__step" method="post" action="/api/accounts/change-password" data-stay=next.clone()>
                <div><h1>{t(CHOOSE_PASSWORD_TITLE)}</h1><p class="muted">{t(CHOOSE_PASSWORD_LEAD)}</p></div>
                {news}
                <div data-refusal="">{posted.failure.clone().map(|failure| view! { <Problem failure/> })}</div>
                <input r#type="hidden" name="next" value=next.clone()/>
                {password_field("old", CHOOSE_PASSWORD_OLD, "current-password", None, &posted)}
                {password_field("new", ACCOUNT_PASSWORD_NEW, "new-password", Some(advice("new", &posted)), &posted)}
                {password_field("again", ACCOUNT_PASSWORD_AGAIN, "new-password", None, &posted)}
                <button class="btn btn--primary btn--lg btn--block">{t(ACCOUNT_PASSWORD_CHANGE)}</button>
            </form>
            {other_account()}
        </div>
    };
    view! {
        <Title text=t(CHOOSE_PASSWORD_TITLE)/>
        {halves(form.into_any())}
    }
}
