//! Setting up one's own second factor: scan, enter the first code, keep the recovery codes. The page has no
//! frame, because some people must finish it before they may use anything else.

use domain::second_factor::SecondFactorSetup;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::calls::{SecondFactorShown, second_factor};
use crate::accounts::sign_in::{halves, other_account, password_field};
use crate::failure::Problem;
use crate::form::{Posted, posted};
use crate::text::keys::*;
use crate::text::{Text, t, tf};
use crate::ui::{Field, Icon, Notice, Tone, loaded, resource};

/// `/account/second-factor`.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let report = use_query_map().with_untracked(|query| query.get("report")).unwrap_or_default();
    let shown = resource(move || report.clone(), second_factor);
    // The link on the account page: new recovery codes.
    let is_asked_for = use_query_map().with_untracked(|query| query.get("renew").is_some());
    let posted = StoredValue::new(posted());
    let body = loaded(shown, move |shown| posted.with_value(|posted| steps(&shown, posted, is_asked_for)));
    let body = view! { <div class="si__f">{body}</div> };
    view! {
        <Title text=t(SECOND_FACTOR_TITLE)/>
        {halves(body.into_any())}
    }
}

fn steps(shown: &SecondFactorShown, posted: &Posted, is_asked_for: bool) -> AnyView {
    let elsewhere = posted
        .failure
        .clone()
        .filter(|_| posted.error("second_code").or(posted.error("second_password")).is_none());
    let step = match (&shown.state.setup, shown.state.since) {
        (_, Some(_)) if !shown.codes.is_empty() => codes(&shown.codes),
        (_, Some(_)) => {
            let left = tf(SECOND_FACTOR_CODES_LEFT, &[("n", &shown.state.recovery_codes_left)]);
            view! {
                <Notice tone=Tone::Met title=t(SECOND_FACTOR_IS_ON)><p>{left}</p></Notice>
                {renewing(posted, is_asked_for)}
                {way_home()}
            }
            .into_any()
        }
        (Some(setup), None) => scan(setup, shown.picture.as_ref(), posted),
        (None, None) => begin(posted),
    };
    let lead = if shown.state.is_demanded && shown.state.since.is_none() {
        SECOND_FACTOR_DEMANDED
    } else {
        SECOND_FACTOR_LEAD
    };
    // A person who was redirected here can only set it up or sign out.
    let away = match (shown.state.since, shown.state.is_demanded) {
        (Some(_), _) => ().into_any(),
        (None, true) => other_account().into_any(),
        (None, false) => {
            view! { <p><a href="/account" rel="external">{t(SECOND_FACTOR_NOT_NOW)}</a></p> }.into_any()
        }
    };
    view! {
        <div><h1>{t(SECOND_FACTOR_TITLE)}</h1><p class="muted">{t(lead)}</p></div>
        {elsewhere.map(|failure| view! { <Problem failure/> })}
        {step}
        {away}
    }
    .into_any()
}

fn begin(posted: &Posted) -> AnyView {
    view! {
        <form class="si__step" method="post" action="/api/second-factor/begin">
            <p>{t(SECOND_FACTOR_APP)}</p>
            {password_field("second_password", ACCOUNT_PASSWORD, "current-password", None, posted)}
            <button class="btn btn--primary btn--lg btn--block"><Icon name="smartphone"/>{t(SECOND_FACTOR_BEGIN)}</button>
        </form>
    }
    .into_any()
}

fn scan(setup: &SecondFactorSetup, picture: Option<&(usize, String)>, posted: &Posted) -> AnyView {
    let picture = picture.map(|(side, path)| {
        // Four light squares around it, as the standard requires.
        let (whole, path) = (side + 8, path.clone());
        view! {
            <svg class="si__qr" viewBox=format!("-4 -4 {whole} {whole}") role="img" aria-label=t(SECOND_FACTOR_PICTURE) shape-rendering="crispEdges">
                <rect x="-4" y="-4" width=whole height=whole fill="#fff"></rect>
                <path d=path fill="#000"></path>
            </svg>
        }
    });
    view! {
        <form class="si__step" method="post" action="/api/second-factor/confirm">
            <p>{t(SECOND_FACTOR_SCAN)}</p>
            {picture}
            <p class="hint">{t(SECOND_FACTOR_BY_HAND)}" "<code class="num si__secret">{in_fours(&setup.secret)}</code></p>
            <div class="si__acts">
                <a class="btn btn--secondary si__app" href=setup.address.clone() rel="external"><Icon name="smartphone"/>{t(SECOND_FACTOR_OPEN)}</a>
                {copying(setup.secret.clone(), SECOND_FACTOR_COPY)}
            </div>
            <Field
                name="second_code"
                label=t(CODE_LABEL)
                hint=t(SECOND_FACTOR_FIRST_CODE)
                error=posted.error("second_code")
                autocomplete="one-time-code"
                required=true
            />
            <button class="btn btn--primary btn--lg btn--block">{t(SECOND_FACTOR_CONFIRM)}</button>
        </form>
    }
    .into_any()
}

/// A secret in groups of four, for reading and typing.
fn in_fours(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// New recovery codes for those that were lost or never kept.
fn renewing(posted: &Posted, is_asked_for: bool) -> AnyView {
    view! {
        <details class="more" open=is_asked_for || posted.failure.is_some()>
            <summary><Icon name="chevron-right"/>{t(SECOND_FACTOR_RENEW)}</summary>
            <form class="si__step" method="post" action="/api/second-factor/renew-codes">
                <p class="hint">{t(SECOND_FACTOR_RENEW_HINT)}</p>
                {password_field("second_password", ACCOUNT_PASSWORD, "current-password", None, posted)}
                <Field
                    name="second_code"
                    label=t(CODE_LABEL)
                    hint=t(CODE_HINT)
                    error=posted.error("second_code")
                    autocomplete="one-time-code"
                    required=true
                />
                <button class="btn btn--secondary btn--block"><Icon name="key-round"/>{t(SECOND_FACTOR_RENEW)}</button>
            </form>
        </details>
    }
    .into_any()
}

fn codes(codes: &[String]) -> AnyView {
    let rows =
        codes.iter().map(|code| view! { <li><code class="num">{code.clone()}</code></li> }).collect_view();
    view! {
        <Notice tone=Tone::Met title=t(SECOND_FACTOR_IS_ON) alert=true>{t(SECOND_FACTOR_CODES_HINT)}</Notice>
        <section aria-labelledby="codes">
            <h2 class="sec" id="codes">{t(SECOND_FACTOR_CODES)}</h2>
            <ul class="si__codes">{rows}</ul>
            <div class="si__acts">
                <button r#type="button" class="btn btn--secondary" data-print=true><Icon name="printer"/>{t(SECOND_FACTOR_CODES_PRINT)}</button>
                {copying(codes.join("\n"), SECOND_FACTOR_CODES_COPY)}
            </div>
        </section>
        {way_home()}
    }
    .into_any()
}

/// A button that copies, which is `elements/page.js`.
fn copying(text: String, label: Text) -> impl IntoView {
    view! {
        <button r#type="button" class="btn btn--secondary si__copy" data-copy=text data-t-copied=t(COPIED)>
            <Icon name="copy"/>{t(label)}<span class="si__copied" role="status"></span>
        </button>
    }
}

fn way_home() -> impl IntoView {
    view! { <a class="btn btn--primary btn--lg btn--block" href="/" rel="external">{t(FAILURE_GO_ON)}</a> }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_secret_is_shown_in_groups_of_four() {
        assert_eq!(super::in_fours("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
