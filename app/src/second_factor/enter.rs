//! The second step of signing in: the code that the phone shows, or a recovery code.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::accounts::sign_in::{halves, other_account};
use crate::failure::Problem;
use crate::form::posted;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::Field;

/// `/sign-in/code`.
#[component]
pub fn CodePage() -> impl IntoView {
    let next = use_query_map().get_untracked().get("next").unwrap_or_default();
    let posted = posted();
    let elsewhere = posted.failure.clone().filter(|_| posted.error("second_code").is_none());
    let form = view! {
        <div class="si__f">
            <form class="si__step" method="post" action="/api/second-factor/enter">
                <div><h1>{t(CODE_TITLE)}</h1><p class="muted">{t(CODE_LEAD)}</p></div>
                {elsewhere.map(|failure| view! { <Problem failure/> })}
                <input r#type="hidden" name="next" value=next/>
                <Field
                    name="second_code"
                    label=t(CODE_LABEL)
                    hint=t(CODE_HINT)
                    error=posted.error("second_code")
                    autocomplete="one-time-code"
                    required=true
                />
                <button class="btn btn--primary btn--lg btn--block">{t(CODE_SUBMIT)}</button>
                <p class="hint">{t(CODE_LOST)}</p>
            </form>
            {other_account()}
        </div>
    };
    view! {
        <Title text=t(CODE_TITLE)/>
        {halves(form.into_any())}
    }
}
