//! The two pages for those who are not signed in: signing in, and making the first administrator.

use domain::accounts::PASSWORD_AT_LEAST;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_query_map;

use super::calls::is_first;
use crate::failure::Problem;
use crate::form::{Posted, posted};
use crate::session;
use crate::shell::prefs;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Choice, Field, Icon, Password, resource};

/// Two fields, one button.
#[component]
pub fn SignInPage() -> impl IntoView {
    let next = use_query_map().get_untracked().get("next").unwrap_or_default();
    if session::me().is_some() {
        return view! { <Redirect path=session::safe_next(&next).to_owned()/> }.into_any();
    }
    let first = resource(|| (), |()| is_first());
    let to_first = move || {
        Suspend::new(
            async move { matches!(first.await, Ok(true)).then(|| view! { <Redirect path="/first"/> }) },
        )
    };
    view! {
        <Title text=t(SIGN_IN)/>
        <Transition>{to_first}</Transition>
        {halves(sign_in_form(session::safe_next(&next).to_owned(), &posted()))}
    }
    .into_any()
}

fn sign_in_form(next: String, posted: &Posted) -> AnyView {
    let keep = posted.typed("keep") == "yes";
    view! {
        <form class="si__f" method="post" action="/api/accounts/sign-in">
            <div><h1>{t(SIGN_IN)}</h1><p class="muted">{t(SIGN_IN_LEAD)}</p></div>
            {posted.failure.clone().map(|failure| view! { <Problem failure/> })}
            <input r#type="hidden" name="next" value=next/>
            <Field
                name="user_name"
                label=t(ACCOUNT_USER_NAME)
                value=posted.typed("user_name")
                error=posted.error("user_name")
                autocomplete="username"
                required=true
            />
            {password_field("password", ACCOUNT_PASSWORD, "current-password", None, posted)}
            <Choice name="keep" value="yes" label=t(SIGN_IN_KEEP) hint=t(SIGN_IN_KEEP_HINT) checked=keep/>
            <button class="btn btn--primary btn--lg btn--block">{t(SIGN_IN)}</button>
            <p class="hint">{t(SIGN_IN_FORGOTTEN)}</p>
        </form>
    }
    .into_any()
}

/// Tells whoever signed in again beside another page that they may go back to it.
#[component]
pub fn SignedInPage() -> impl IntoView {
    let done = view! {
        <div class="si__f">
            <div><h1>{t(SIGN_IN_DONE)}</h1><p class="muted">{t(SIGN_IN_DONE_BODY)}</p></div>
            <a class="btn btn--secondary" href="/">{t(NAV_HOME_LINK)}</a>
        </div>
    };
    view! {
        <Title text=t(SIGN_IN_DONE)/>
        {halves(done.into_any())}
    }
}

/// A password field with the words that both languages share.
pub(crate) fn password_field(
    name: &'static str,
    label: crate::text::Text,
    autocomplete: &'static str,
    hint: Option<String>,
    posted: &Posted,
) -> AnyView {
    view! {
        <Password
            name=name
            label=t(label)
            show=t(ACCOUNT_PASSWORD_SHOW)
            hide=t(ACCOUNT_PASSWORD_HIDE)
            autocomplete=autocomplete
            hint=hint
            error=posted.error(name)
        />
    }
    .into_any()
}

/// What makes a new password good, before one is refused. The refusal of a weak one says it itself.
pub(crate) fn advice(name: &str, posted: &Posted) -> String {
    let least = tf(ACCOUNT_PASSWORD_LEAST, &[("n", &PASSWORD_AT_LEAST)]);
    match posted.error(name) {
        None => format!("{least}. {}", t(PROBLEM_WEAK_BETTER)),
        Some(_) => least,
    }
}

/// The first administrator, with the code that the program printed.
#[component]
pub fn FirstPage() -> impl IntoView {
    let first = resource(|| (), |()| is_first());
    let away = move || {
        Suspend::new(async move {
            matches!(first.await, Ok(false)).then(|| view! { <Redirect path="/sign-in"/> })
        })
    };
    view! {
        <Title text=t(FIRST_TITLE)/>
        <Transition>{away}</Transition>
        {halves(first_form(&posted()))}
    }
}

fn first_form(posted: &Posted) -> AnyView {
    let field = |name: &'static str, label, hint: Option<&'static str>, autocomplete: &'static str| {
        view! {
            <Field
                name=name
                label=t(label)
                value=posted.typed(name)
                error=posted.error(name)
                hint=hint
                autocomplete=autocomplete
                required=true
            />
        }
    };
    view! {
        <form class="si__f" method="post" action="/api/accounts/claim-first">
            <div><h1>{t(FIRST_TITLE)}</h1><p class="muted">{t(FIRST_LEAD)}</p></div>
            {posted.failure.clone().map(|failure| view! { <Problem failure/> })}
            {field("code", FIRST_CODE, Some(t(FIRST_CODE_HINT)), "off")}
            {field("agency_name", FIRST_AGENCY, Some(t(FIRST_AGENCY_HINT)), "organization")}
            {field("name", FIRST_NAME, None, "name")}
            {field("user_name", ACCOUNT_USER_NAME, None, "username")}
            {password_field("password", ACCOUNT_PASSWORD, "new-password", Some(advice("password", posted)), posted)}
            <button class="btn btn--primary btn--lg btn--block">{t(FIRST_SUBMIT)}</button>
        </form>
    }
    .into_any()
}

/// A button to sign out and use another account, for a person who cannot or will not continue with this one.
pub(crate) fn other_account() -> impl IntoView {
    view! {
        <form method="post" action="/api/accounts/sign-out">
            <button class="btn btn--quiet btn--block"><Icon name="log-out"/>{t(SIGN_IN_OTHER)}</button>
        </form>
    }
}

/// The deep half with the promise, the other with the form.
pub(crate) fn halves(form: AnyView) -> impl IntoView {
    view! {
        <div class="si">
            <aside class="si__l on-deep" aria-label=t(APP_NAME)>
                <svg class="motif" viewBox="0 0 188 136" aria-hidden="true" fill="#fff">
                    <path d="M0 66a66 66 0 0 1 132 0z" opacity="0.06"></path>
                    <path d="M56 70a66 66 0 0 0 132 0z" opacity="0.0372"></path>
                </svg>
                <span class="mark">
                    <svg viewBox="0 0 28 28" aria-hidden="true">
                        <rect width="28" height="28" rx="6" fill="#fff"></rect>
                        <path d="M4.6 13.2a6.9 6.9 0 0 1 13.8 0z" fill="#16305F"></path>
                        <path d="M9.6 14.8a6.9 6.9 0 0 0 13.8 0z" fill="#16305F" opacity=".62"></path>
                    </svg>
                    {t(APP_NAME)}
                </span>
                <h2>{t(SIGN_IN_PROMISE)}</h2>
                <p>{t(SIGN_IN_PROMISE_BODY)}</p>
                <footer>{t(SIGN_IN_FOOTER)}</footer>
            </aside>
            <main class="si__r" id="main">
                <div class="lang prefs">{prefs::language()}</div>
                {form}
            </main>
        </div>
    }
}
