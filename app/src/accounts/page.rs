//! One's own account: who one is here, the password, the devices that are signed in, language and theme.

use domain::accounts::OwnSession;
use domain::time::Zone;
use leptos::prelude::*;
use leptos_meta::Title;

use super::calls::own_sessions;
use super::sign_in::{advice, password_field};
use crate::failure::Problem;
use crate::form::{FlashMessage, Posted, posted};
use crate::notices;
use crate::second_factor;
use crate::session::{self, Me};
use crate::shell::prefs;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Badge, BadgeTone, Card, Icon, Notice, PageHead, Tone, loaded, resource};
use crate::words;

/// The account of the signed-in person.
#[component]
pub fn AccountPage() -> impl IntoView {
    let sessions = resource(|| (), |()| own_sessions());
    let factor = resource(String::new, second_factor::calls::second_factor);
    let events = resource(|| (), |()| notices::calls::account_events());
    let posted = posted();
    let came_back = posted.clone();
    let done = posted.note.and_then(|note| match note {
        FlashMessage::PasswordChanged => Some(ACCOUNT_PASSWORD_CHANGED),
        FlashMessage::SecondFactorTurnedOff => Some(SECOND_FACTOR_TURNED_OFF),
        FlashMessage::Saved | FlashMessage::CopyOf(_) => None,
    });
    let done = done.map(|title| view! { <Notice tone=Tone::Met title=t(title) alert=true/> });
    view! {
        <Title text=t(ACCOUNT_TITLE)/>
        <PageHead title=t(ACCOUNT_TITLE)>
            <form method="post" action="/api/accounts/sign-out">
                <button class="btn btn--secondary"><Icon name="log-out"/>{t(ACCOUNT_SIGN_OUT)}</button>
            </form>
        </PageHead>
        <div class="formpage">
            {done}
            <div data-refusal="">{posted.failure.clone().map(|failure| view! { <Problem failure/> })}</div>
            {session::me().map(|me| about(&me))}
            {prefs::section()}
            {password(&posted)}
            {loaded(factor, move |factor| second_factor::section(&factor, &came_back))}
            {loaded(events, |events| notices::account_history(&events))}
            {loaded(sessions, |sessions| devices(&sessions))}
        </div>
    }
}

fn about(me: &Me) -> AnyView {
    let roles = me.grants.iter().map(|grant| words::role(grant.role)).collect::<Vec<_>>().join(", ");
    let agency = me.agency.short_name.clone();
    let position = (!me.position.is_empty())
        .then(|| view! { <dt>{t(ACCOUNT_POSITION)}</dt><dd>{me.position.clone()}</dd> });
    view! {
        <Card title=me.name.clone()>
            <div class="card__body">
                <dl class="deflist">
                    {position}
                    <dt>{t(ACCOUNT_AGENCY)}</dt>
                    <dd>{agency}</dd>
                    <dt>{t(ACCOUNT_ROLES)}</dt>
                    <dd>{if roles.is_empty() { t(ROLE_DELEGATE).to_owned() } else { roles }}</dd>
                </dl>
            </div>
        </Card>
    }
    .into_any()
}

fn password(posted: &Posted) -> AnyView {
    view! {
        <form class="card" method="post" action="/api/accounts/change-password" data-stay="/account">
            <div class="formpage__sec">
                <h2>{t(ACCOUNT_PASSWORD_CHANGE)}</h2>
                <p class="hint">{t(ACCOUNT_PASSWORD_CHANGE_HINT)}</p>
                {password_field("old", ACCOUNT_PASSWORD_OLD, "current-password", None, posted)}
                {password_field("new", ACCOUNT_PASSWORD_NEW, "new-password", Some(advice("new", posted)), posted)}
                {password_field("again", ACCOUNT_PASSWORD_AGAIN, "new-password", None, posted)}
                <div class="formpage__acts">
                    <button class="btn btn--primary">{t(ACCOUNT_PASSWORD_CHANGE)}</button>
                </div>
            </div>
        </form>
    }
    .into_any()
}

fn devices(sessions: &[OwnSession]) -> AnyView {
    let rows = sessions
        .iter()
        .map(|session| {
            let used = text::moment(Zone::VIETNAM.local(session.used));
            let began = text::moment(Zone::VIETNAM.local(session.began));
            let this =
                session.is_this.then(|| view! { <Badge tone=BadgeTone::Met text=t(ACCOUNT_THIS_DEVICE)/> });
            view! {
                <li>
                    <div class="item">
                        <span class="glyph"><Icon name="monitor"/></span>
                        <span class="item__text">
                            <span class="item__title">{session.device.clone()}</span>
                            <span class="item__meta">
                                <span>{tf(ACCOUNT_SESSION_USED, &[("when", &used)])}</span>
                                <span>{tf(ACCOUNT_SESSION_BEGAN, &[("when", &began)])}</span>
                            </span>
                        </span>
                        {this}
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <Card title=t(ACCOUNT_SESSIONS)>
            <ul class="list">{rows}</ul>
            <form class="card__foot" method="post" action="/api/accounts/sign-out-everywhere">
                <button class="btn btn--danger"><Icon name="log-out"/>{t(ACCOUNT_SIGN_OUT_EVERYWHERE)}</button>
                <p class="hint">{t(ACCOUNT_SIGN_OUT_EVERYWHERE_HINT)}</p>
            </form>
        </Card>
    }
    .into_any()
}
