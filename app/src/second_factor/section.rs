//! The second factor on the account page: its state, and how to turn it on or off.

use domain::time::Zone;
use leptos::prelude::*;

use super::calls::SecondFactorShown;
use crate::accounts::sign_in::password_field;
use crate::form::Posted;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Badge, BadgeTone, Field, Icon};

/// The section.
pub fn section(shown: &SecondFactorShown, posted: &Posted) -> AnyView {
    let body = match shown.state.since {
        None => off(),
        Some(since) => {
            let since = text::moment(Zone::VIETNAM.local(since));
            let left = shown.state.recovery_codes_left;
            on(tf(SECOND_FACTOR_SINCE, &[("when", &since), ("n", &left)]), posted)
        }
    };
    view! {
        <section class="card" id="second-factor">
            <div class="formpage__sec">
                <h2>{t(SECOND_FACTOR_TITLE)}</h2>
                {body}
            </div>
        </section>
    }
    .into_any()
}

fn off() -> AnyView {
    view! {
        <p class="hint">{t(SECOND_FACTOR_LEAD)}</p>
        <div class="formpage__acts">
            <a class="btn btn--secondary" href="/account/second-factor"><Icon name="smartphone"/>{t(SECOND_FACTOR_TURN_ON)}</a>
        </div>
    }
    .into_any()
}

fn on(since: String, posted: &Posted) -> AnyView {
    view! {
        <p><Badge tone=BadgeTone::Met text=t(SECOND_FACTOR_ON)/>" "{since}</p>
        <div class="formpage__acts">
            <a class="btn btn--secondary" href="/account/second-factor?renew=yes"><Icon name="key-round"/>{t(SECOND_FACTOR_RENEW)}</a>
        </div>
        <details class="more" open=posted.error("second_code").or(posted.error("second_password")).is_some()>
            <summary><Icon name="chevron-right"/>{t(SECOND_FACTOR_TURN_OFF)}</summary>
            <form class="formpage__sec" method="post" action="/api/second-factor/turn-off">
                <p class="hint">{t(SECOND_FACTOR_TURN_OFF_HINT)}</p>
                {password_field("second_password", ACCOUNT_PASSWORD, "current-password", None, posted)}
                <Field
                    name="second_code"
                    label=t(CODE_LABEL)
                    error=posted.error("second_code")
                    autocomplete="one-time-code"
                    required=true
                />
                <div class="formpage__acts"><button class="btn btn--danger">{t(SECOND_FACTOR_TURN_OFF)}</button></div>
            </form>
        </details>
    }
    .into_any()
}
