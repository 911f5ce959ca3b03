//! The calls of the pages that show notices.

use domain::ids::{AccountEventId, RoleGivenId};
use domain::notices::{AccountEvent, RoleGiven};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{form::answer, session::asked};

/// What the caller has not acknowledged yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnseenNotices {
    /// Roles given in agencies that the caller leads.
    pub roles: Vec<RoleGiven>,
    /// Events of the caller's account that the home page reports.
    pub events: Vec<AccountEvent>,
}

/// Everything that the caller has not acknowledged yet.
#[server(prefix = "/api", endpoint = "notices/unseen")]
pub async fn unseen() -> Result<UnseenNotices, CallError> {
    let (services, caller) = asked()?;
    let roles = services.notices.roles_given(&caller).await?;
    let events = services.notices.account_events(&caller).await?;
    Ok(UnseenNotices {
        roles,
        events: events.into_iter().filter(|event| !event.is_seen && event.kind.is_told_on_home()).collect(),
    })
}

/// The last events of the caller's account, seen or not.
#[server(prefix = "/api", endpoint = "notices/account-events")]
pub async fn account_events() -> Result<Vec<AccountEvent>, CallError> {
    let (services, caller) = asked()?;
    Ok(services.notices.account_events(&caller).await?)
}

/// Acknowledges the events of the caller's account up to one event, and returns to the home page.
#[server(prefix = "/api", endpoint = "notices/acknowledge-account")]
pub async fn acknowledge_account(
    /// The newest event that was shown.
    newest: AccountEventId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let acknowledged = services.notices.acknowledge_account(&caller, newest).await;
    answer("/", acknowledged, &[], |()| "/".to_owned())
}

/// Acknowledges a given role, and returns to the home page.
#[server(prefix = "/api", endpoint = "notices/acknowledge-role")]
pub async fn acknowledge_role(
    /// Which role.
    id: RoleGivenId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let acknowledged = services.notices.acknowledge_role(&caller, id).await;
    answer("/", acknowledged, &[], |()| "/".to_owned())
}
