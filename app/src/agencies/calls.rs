//! What the pages ask about agencies.

use domain::agencies::{Agency, AgencySettings};
use domain::ids::AgencyId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{
    form::{FlashMessage, answer, noted},
    session::asked,
};

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
    answer("/admin/agencies", added, &typed, |_| noted(FlashMessage::Saved, "/admin/agencies".to_owned()))
}

/// An agency and what is set for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyShown {
    /// The agency.
    pub agency: Agency,
    /// Hours, days kept free, how hybrid meetings count.
    pub settings: AgencySettings,
}

/// One agency with its working hours.
#[server(prefix = "/api", endpoint = "agencies/settings")]
pub async fn agency_hours(
    /// The agency.
    id: AgencyId,
) -> Result<AgencyShown, CallError> {
    let (services, caller) = asked()?;
    let settings = services.agencies.settings(&caller, id).await?;
    let tree = services.agencies.tree(&caller).await?;
    let agency = tree.into_iter().find(|agency| agency.id == id).ok_or(domain::error::Failure::NotFound)?;
    Ok(AgencyShown { agency, settings })
}

/// Sets an agency's working hours and the days of the month that it keeps free.
#[server(prefix = "/api", endpoint = "agencies/set-hours")]
pub async fn set_hours(
    /// The agency.
    id: AgencyId,
    /// Start of the morning.
    #[server(default)]
    morning_from: String,
    /// End of the morning.
    #[server(default)]
    morning_to: String,
    /// Start of the afternoon.
    #[server(default)]
    afternoon_from: String,
    /// End of the afternoon.
    #[server(default)]
    afternoon_to: String,
    /// Days of the month, parted by commas.
    #[server(default)]
    blocked_days: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let input =
        domain::agencies::HoursInput { morning_from, morning_to, afternoon_from, afternoon_to, blocked_days };
    let set = services.agencies.set_hours(&caller, id, input.clone()).await;
    let typed = [
        ("morning_from", &*input.morning_from),
        ("morning_to", &*input.morning_to),
        ("afternoon_from", &*input.afternoon_from),
        ("afternoon_to", &*input.afternoon_to),
        ("blocked_days", &*input.blocked_days),
    ];
    let path = format!("/admin/agencies/{id}");
    answer(&path, set, &typed, |()| noted(FlashMessage::Saved, path.clone()))
}

/// Writes an agency's names anew.
#[server(prefix = "/api", endpoint = "agencies/change")]
pub async fn change_agency(
    /// The agency.
    id: AgencyId,
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
    let input = domain::agencies::AgencyChange { name, short_name, aliases };
    let changed = services.agencies.change(&caller, id, input.clone()).await;
    let typed = [("name", &*input.name), ("short_name", &*input.short_name), ("aliases", &*input.aliases)];
    let path = format!("/admin/agencies/{id}");
    answer(&path, changed, &typed, |()| noted(FlashMessage::Saved, path.clone()))
}
