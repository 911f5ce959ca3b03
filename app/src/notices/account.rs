//! The events of one's own account: above the home page until acknowledged, and as a list on the account
//! page.

use domain::notices::{AccountEvent, AccountEventKind};
use domain::time::Zone;
use leptos::prelude::*;

use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Card, Icon};

/// The unseen events, with a button to acknowledge them; nothing if there are none.
pub fn account_news(events: &[AccountEvent]) -> AnyView {
    let Some(newest) = events.first() else { return ().into_any() };
    let newest = newest.id.to_string();
    view! {
        <section class="notices" aria-labelledby="account-news">
            <h2 class="sec" id="account-news">{t(NOTICES_ACCOUNT)}</h2>
            <p class="hint">{t(NOTICES_ACCOUNT_HINT)}</p>
            <div class="card">
                <ul class="list">{event_rows(events)}</ul>
                <form class="card__foot" method="post" action="/api/notices/acknowledge-account">
                    <input r#type="hidden" name="newest" value=newest/>
                    <button class="btn btn--secondary"><Icon name="check"/>{t(NOTICES_SEEN)}</button>
                    <a class="btn btn--quiet" href="/account">{t(NOTICES_TO_ACCOUNT)}</a>
                </form>
            </div>
        </section>
    }
    .into_any()
}

/// All stored events, seen or not.
pub fn account_history(events: &[AccountEvent]) -> AnyView {
    let body = if events.is_empty() {
        view! { <div class="card__body"><p class="muted">{t(NOTICES_NONE)}</p></div> }.into_any()
    } else {
        view! { <ul class="list">{event_rows(events)}</ul> }.into_any()
    };
    view! { <Card title=t(NOTICES_HISTORY)>{body}</Card> }.into_any()
}

/// The events as rows of a list.
pub fn event_rows(events: &[AccountEvent]) -> AnyView {
    events.iter().map(row).collect_view().into_any()
}

fn row(event: &AccountEvent) -> impl IntoView + use<> {
    let (icon, title) = words(&event.kind);
    let when = text::moment(Zone::VIETNAM.local(event.at));
    view! {
        <li>
            <div class="item">
                <span class="glyph"><Icon name=icon/></span>
                <span class="item__text">
                    <span class="item__title">{title}</span>
                    <span class="item__meta"><span>{when}</span></span>
                </span>
            </div>
        </li>
    }
}

fn words(kind: &AccountEventKind) -> (&'static str, String) {
    match kind {
        AccountEventKind::FailedTries { count } => {
            ("triangle-alert", tf(EVENT_FAILED_TRIES, &[("n", count)]))
        }
        AccountEventKind::NewDevice { device } if device.is_empty() => {
            ("monitor", t(EVENT_NEW_DEVICE_UNKNOWN).to_owned())
        }
        AccountEventKind::NewDevice { device } => ("monitor", tf(EVENT_NEW_DEVICE, &[("device", device)])),
        AccountEventKind::PasswordReset { by } => ("key-round", tf(EVENT_PASSWORD_RESET, &[("by", by)])),
        AccountEventKind::SecondFactorOn => ("circle-check", t(EVENT_SECOND_FACTOR_ON).to_owned()),
        AccountEventKind::SecondFactorOff { by } => {
            ("triangle-alert", tf(EVENT_SECOND_FACTOR_OFF, &[("by", by)]))
        }
        AccountEventKind::RecoveryCodesRenewed => ("key-round", t(EVENT_RECOVERY_CODES_RENEWED).to_owned()),
        AccountEventKind::RecoveryCodeUsed { left } => {
            ("key-round", tf(EVENT_RECOVERY_CODE_USED, &[("n", left)]))
        }
    }
}
