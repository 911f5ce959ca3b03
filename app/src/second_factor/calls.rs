//! The calls of the second factor's pages. Every form is posted as a whole and answered with a redirect.

use domain::second_factor::SecondFactorState;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{
    context::{ClientInfo, Report, Reports},
    form::{FlashMessage, answer, escape, noted},
    qr, session,
};
#[cfg(feature = "ssr")]
use domain::access::Caller;

/// The page of the caller's own second factor.
#[cfg(feature = "ssr")]
const PAGE: &str = "/account/second-factor";

/// The state of the caller's second factor, with what the page draws.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorShown {
    /// The state.
    pub state: SecondFactorState,
    /// The picture for the phone's camera: the number of squares per side, and the path of the dark ones.
    pub picture: Option<(usize, String)>,
    /// Recovery codes that were just made.
    pub codes: Vec<String>,
}

/// The state of the caller's second factor. `report` names recovery codes that were just made.
#[server(prefix = "/api", endpoint = "second-factor/state")]
pub async fn second_factor(
    /// Name of the report; empty for none.
    report: String,
) -> Result<SecondFactorShown, CallError> {
    let (services, caller) = session::asked()?;
    let state = services.second_factor.state(&caller).await?;
    let picture = state.setup.as_ref().and_then(|setup| qr::drawn(&setup.address));
    let store = use_context::<Reports>().filter(|_| !report.is_empty());
    let codes = match store.and_then(|Reports(store)| store.get(caller.session, &report)) {
        Some(Report::RecoveryCodes(codes)) => codes,
        Some(Report::Import { .. } | Report::Password { .. }) | None => Vec::new(),
    };
    Ok(SecondFactorShown { state, picture, codes })
}

/// Begins to set it up.
#[server(prefix = "/api", endpoint = "second-factor/begin")]
pub async fn begin_second_factor(
    /// The password.
    #[server(default)]
    second_password: String,
) -> Result<(), CallError> {
    let (services, caller) = session::asked()?;
    let begun = services.second_factor.begin(&caller, &second_password).await;
    answer(PAGE, begun, &[], |()| PAGE.to_owned())
}

/// Replaces the recovery codes by new ones.
#[server(prefix = "/api", endpoint = "second-factor/renew-codes")]
pub async fn renew_recovery_codes(
    /// The password.
    #[server(default)]
    second_password: String,
    /// A code or a recovery code.
    #[server(default)]
    second_code: String,
) -> Result<(), CallError> {
    let (services, caller) = session::asked()?;
    let renewed = services.second_factor.renew_recovery_codes(&caller, &second_password, &second_code).await;
    answer(PAGE, renewed, &[], |codes| page_of_codes(&caller, codes))
}

/// Turns it on with the first code.
#[server(prefix = "/api", endpoint = "second-factor/confirm")]
pub async fn confirm_second_factor(
    /// The code that the phone shows.
    #[server(default)]
    second_code: String,
) -> Result<(), CallError> {
    let (services, caller) = session::asked()?;
    let confirmed = services.second_factor.confirm(&caller, &second_code).await;
    answer(PAGE, confirmed, &[], |codes| page_of_codes(&caller, codes))
}

/// The page that shows these recovery codes once.
#[cfg(feature = "ssr")]
fn page_of_codes(caller: &Caller, codes: Vec<String>) -> String {
    match use_context::<Reports>() {
        Some(Reports(store)) => {
            format!("{PAGE}?report={}", store.put(caller, Report::RecoveryCodes(codes)))
        }
        None => PAGE.to_owned(),
    }
}

/// Turns it off.
#[server(prefix = "/api", endpoint = "second-factor/turn-off")]
pub async fn turn_off_second_factor(
    /// The password.
    #[server(default)]
    second_password: String,
    /// A code or a recovery code.
    #[server(default)]
    second_code: String,
) -> Result<(), CallError> {
    let (services, caller) = session::asked()?;
    let off = services.second_factor.turn_off(&caller, &second_password, &second_code).await;
    answer("/account", off, &[], |()| noted(FlashMessage::SecondFactorTurnedOff, "/account".to_owned()))
}

/// Completes a sign-in that waits for a code, and redirects to `next`.
#[server(prefix = "/api", endpoint = "second-factor/enter")]
pub async fn enter_code(
    /// A code or a recovery code.
    #[server(default)]
    second_code: String,
    /// Where to go afterwards.
    #[server(default)]
    next: String,
) -> Result<(), CallError> {
    let (services, caller) = session::asked()?;
    let client = use_context::<ClientInfo>().unwrap_or_default();
    let entered =
        services.second_factor.enter_code(&caller, &second_code, &client.device, &client.address).await;
    let back = format!("/sign-in/code?next={}", escape(&next));
    answer(&back, entered, &[], |signed_in| {
        session::begin_in_browser(&signed_in);
        session::safe_next(&next).to_owned()
    })
}
