//! What the pages ask about agencies.

use domain::agencies::Agency;
use leptos::prelude::*;

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{form::answer, session::asked};

/// The whole tree in display order.
#[server(prefix = "/api", endpoint = "agencies/tree")]
pub async fn agency_tree() -> Result<Vec<Agency>, CallError> {
    let (services, caller) = asked()?;
    Ok(services.agencies.tree(&caller).await?)
}

/// Adds an agency.
#[server(prefix = "/api", endpoint = "agencies/add")]
pub async fn add_agency(
    /// Code, unique.
    #[server(default)]
    code: String,
    /// Code of the agency above.
    #[server(default)]
    parent: String,
    /// Code of the level.
    #[server(default)]
    level: String,
    /// Full name.
    #[server(default)]
    name: String,
    /// Short name.
    #[server(default)]
    short_name: String,
    /// Other names, parted by `|`.
    #[server(default)]
    aliases: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let input = domain::agencies::AgencyInput { code, parent, level, name, short_name, aliases };
    let added = services.agencies.add(&caller, input.clone()).await;
    let typed = [
        ("code", &*input.code),
        ("parent", &*input.parent),
        ("level", &*input.level),
        ("name", &*input.name),
        ("short_name", &*input.short_name),
        ("aliases", &*input.aliases),
    ];
    answer("/admin/agencies", added, &typed, |_| "/admin/agencies?done=added".to_owned())
}
