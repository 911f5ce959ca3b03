//! What the pages that show notices ask the server.

use domain::ids::RoleGivenId;
use domain::notices::RoleGiven;
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
}

/// Everything that the caller has not acknowledged yet.
#[server(prefix = "/api", endpoint = "notices/unseen")]
pub async fn unseen() -> Result<UnseenNotices, CallError> {
    let (services, caller) = asked()?;
    Ok(UnseenNotices { roles: services.notices.roles_given(&caller).await? })
}

/// Acknowledges a role that was given, and goes back home.
#[server(prefix = "/api", endpoint = "notices/acknowledge-role")]
pub async fn acknowledge_role(
    /// Which.
    id: RoleGivenId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let acknowledged = services.notices.acknowledge_role(&caller, id).await;
    answer("/", acknowledged, &[], |()| "/".to_owned())
}
