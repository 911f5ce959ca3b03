//! What the page of people asks the server. Passwords that are made go into the store of reports, never into a link.

use domain::ids::PersonId;
use domain::people::{Page, Person};
use leptos::prelude::*;

use crate::context::Report;
use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{context::Reports, form::answer, session::asked};

/// People of a text, page by page.
#[server(prefix = "/api", endpoint = "people/list")]
pub async fn list_people(
    /// Folded before it is compared.
    #[server(default)]
    text: String,
    /// Page from 1.
    #[server(default)]
    page: u32,
) -> Result<Page<Person>, CallError> {
    let (services, caller) = asked()?;
    Ok(services.people.list(&caller, None, &text, page.max(1)).await?)
}

/// Adds a person.
#[server(prefix = "/api", endpoint = "people/add")]
pub async fn add_person(
    /// User name.
    #[server(default)]
    user_name: String,
    /// Name.
    #[server(default)]
    name: String,
    /// Position.
    #[server(default)]
    position: String,
    /// Code of the agency.
    #[server(default)]
    agency: String,
    /// What was typed to find it, for a form that comes back.
    #[server(default)]
    agency_name: String,
    /// Codes of the roles.
    #[server(default)]
    roles: Vec<String>,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let roles = roles.join(" ");
    let input =
        domain::people::PersonInput { user_name, name, position, agency, roles, password: String::new() };
    let added = services.people.add(&caller, input.clone()).await;
    let typed = [
        ("user_name", &*input.user_name),
        ("name", &*input.name),
        ("position", &*input.position),
        ("agency", &*input.agency),
        ("agency_name", &*agency_name),
        ("roles", &*input.roles),
    ];
    answer("/admin/people", added, &typed, |(_, password)| match password {
        Some(password) => keep(&caller, input.user_name.clone(), password),
        None => "/admin/people?done=added".to_owned(),
    })
}

/// Sets a new password for a person, who is signed out everywhere.
#[server(prefix = "/api", endpoint = "people/reset-password")]
pub async fn reset_password(
    /// Who.
    person: PersonId,
    /// User name, as shown with the new password.
    #[server(default)]
    user_name: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let reset = services.people.reset_password(&caller, person).await;
    answer("/admin/people", reset, &[], |password| keep(&caller, user_name.clone(), password))
}

/// Keeps a password for the next page, and gives that page's address.
#[cfg(feature = "ssr")]
fn keep(caller: &domain::access::Caller, user_name: String, password: String) -> String {
    let report = Report::Password { user_name, password };
    match use_context::<Reports>() {
        Some(Reports(store)) => format!("/admin/people?report={}", store.put(caller.session, report)),
        None => "/admin/people?done=added".to_owned(),
    }
}

/// Lets a person sign in, or no longer.
#[server(prefix = "/api", endpoint = "people/set-active")]
pub async fn set_active(
    /// Who.
    person: PersonId,
    /// `yes` or `no`.
    active: String,
    /// The search of the list, to come back to.
    #[server(default)]
    text: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let set = services.people.set_active(&caller, person, active == "yes").await;
    let back = format!("/admin/people?text={}", crate::form::escape(&text));
    answer(&back, set, &[], |()| format!("{back}&done=set"))
}

/// A password that was just made; once.
#[server(prefix = "/api", endpoint = "people/password-report")]
pub async fn password_report(
    /// Name of the report.
    name: String,
) -> Result<Option<Report>, CallError> {
    let (_, caller) = asked()?;
    if name.is_empty() {
        return Ok(None);
    }
    Ok(use_context::<Reports>().and_then(|Reports(store)| store.get(caller.session, &name)))
}
