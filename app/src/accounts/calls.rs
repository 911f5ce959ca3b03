//! What the account pages ask the server. Every form is posted whole and answered with a redirect, so it needs no script.

use domain::accounts::OwnSession;
use leptos::prelude::*;

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::form::{FlashMessage, answer, escape, noted};
#[cfg(feature = "ssr")]
use crate::session;

/// Signs in and goes on to `next`.
#[server(prefix = "/api", endpoint = "accounts/sign-in")]
pub async fn sign_in(
    /// User name.
    #[server(default)]
    user_name: String,
    /// Password.
    #[server(default)]
    password: String,
    /// `yes` on a device of one's own.
    #[server(default)]
    keep: String,
    /// Where to go then.
    #[server(default)]
    next: String,
) -> Result<(), CallError> {
    let client = use_context::<crate::context::ClientInfo>().unwrap_or_default();
    let signed_in = session::services()?
        .accounts
        .sign_in(&user_name, &password, keep == "yes", &client.device, &client.address, session::now()?)
        .await;
    if signed_in.is_ok() {
        end_former_session().await;
    }
    let back = match next.as_str() {
        "" => "/sign-in".to_owned(),
        next => format!("/sign-in?next={}", escape(next)),
    };
    answer(&back, signed_in, &[("user_name", &user_name), ("keep", &keep)], |signed_in| {
        session::begin_in_browser(&signed_in);
        session::safe_next(&next).to_owned()
    })
}

/// Ends the session whose cookie came with a sign-in: the browser forgets its token, so nobody else must find
/// it. If the database is busy, that session expires by itself, because the browser must receive the new one.
#[cfg(feature = "ssr")]
async fn end_former_session() {
    let former = use_context::<Option<domain::access::Caller>>().flatten();
    if let (Some(former), Ok(services)) = (former, session::services()) {
        let _ = services.accounts.sign_out(&former).await;
    }
}

/// Ends this session.
#[server(prefix = "/api", endpoint = "accounts/sign-out")]
pub async fn sign_out() -> Result<(), CallError> {
    let (services, caller) = session::asked()?;
    let ended = services.accounts.sign_out(&caller).await;
    answer("/account", ended, &[], |()| {
        session::end_in_browser();
        "/sign-in".to_owned()
    })
}

/// Ends all of the caller's sessions.
#[server(prefix = "/api", endpoint = "accounts/sign-out-everywhere")]
pub async fn sign_out_everywhere() -> Result<(), CallError> {
    let (services, caller) = session::asked()?;
    let ended = services.accounts.sign_out_everywhere(&caller).await;
    answer("/account", ended, &[], |()| {
        session::end_in_browser();
        "/sign-in".to_owned()
    })
}

/// Changes the caller's password.
#[server(prefix = "/api", endpoint = "accounts/change-password")]
pub async fn change_password(
    /// The password until now.
    #[server(default)]
    old: String,
    /// The new one.
    #[server(default)]
    new: String,
    /// The new one again.
    #[server(default)]
    again: String,
    /// Where to go afterwards, from the page that a duty leads to; empty on the account page.
    #[server(default)]
    next: String,
) -> Result<(), CallError> {
    use domain::error::{Failure, FieldProblem, Problem};
    let (services, caller) = session::asked()?;
    let changed = if new == again {
        services.accounts.change_password(&caller, &old, &new).await
    } else {
        Err(Failure::Invalid(vec![FieldProblem::new("again", Problem::Different)]))
    };
    if next.is_empty() {
        return answer("/account", changed, &[], |()| {
            noted(FlashMessage::PasswordChanged, "/account".to_owned())
        });
    }
    let back = format!("/account/password?next={}", escape(&next));
    answer(&back, changed, &[], |()| session::safe_next(&next).to_owned())
}

/// The caller's sessions, and the clock's reading to tell them by.
#[server(prefix = "/api", endpoint = "accounts/sessions")]
pub async fn own_sessions() -> Result<Vec<OwnSession>, CallError> {
    let (services, caller) = session::asked()?;
    Ok(services.accounts.sessions(&caller).await?)
}

/// Whether nobody can sign in yet.
#[server(prefix = "/api", endpoint = "accounts/is-first")]
pub async fn is_first() -> Result<bool, CallError> {
    Ok(session::services()?.accounts.is_empty().await?)
}

/// Makes the first administrator and signs them in.
#[server(prefix = "/api", endpoint = "accounts/claim-first")]
pub async fn claim_first(
    /// The printed code.
    #[server(default)]
    code: String,
    /// Name of the root agency.
    #[server(default)]
    agency_name: String,
    /// User name.
    #[server(default)]
    user_name: String,
    /// Name.
    #[server(default)]
    name: String,
    /// Password.
    #[server(default)]
    password: String,
) -> Result<(), CallError> {
    let client = use_context::<crate::context::ClientInfo>().unwrap_or_default();
    let first = domain::accounts::FirstAdministrator {
        code,
        agency_name: agency_name.clone(),
        user_name: user_name.clone(),
        name: name.clone(),
        password,
    };
    let claimed =
        session::services()?.accounts.claim(first, &client.device, &client.address, session::now()?).await;
    // Secrets are not sent back to the form, and the code is a secret.
    let typed = [("agency_name", &*agency_name), ("user_name", &*user_name), ("name", &*name)];
    answer("/first", claimed, &typed, |signed_in| {
        session::begin_in_browser(&signed_in);
        "/admin".to_owned()
    })
}
