//! What the page of people asks the server. Passwords that are made go into the store of reports, never into a link.

use domain::agencies::Agency;
use domain::ids::PersonId;
use domain::people::{Page, Person};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::context::Report;
use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{
    context::Reports,
    form::{FlashMessage, answer, noted},
    session::asked,
};

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

/// A person and the tree in which their roles are held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonShown {
    /// The person.
    pub person: Person,
    /// Every agency.
    pub tree: Vec<Agency>,
}

/// One person, to be changed.
#[server(prefix = "/api", endpoint = "people/get")]
pub async fn get_person(
    /// Who.
    id: PersonId,
) -> Result<PersonShown, CallError> {
    let (services, caller) = asked()?;
    let person = services.people.get(&caller, id).await?;
    Ok(PersonShown { person, tree: services.agencies.tree(&caller).await? })
}

/// A role in another agency than the person's own, as a line of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OtherRole {
    /// Code of the role.
    pub role: String,
    /// Code of the agency.
    pub agency: String,
    /// What was typed to find it, for a form that comes back.
    pub agency_name: String,
}

/// The roles ticked and those of the lines, as the port reads them; a line whose role was set to none gives none.
#[cfg(feature = "ssr")]
fn typed_roles(roles: &[String], others: &[OtherRole]) -> String {
    let filled = others.iter().filter(|other| !other.role.is_empty());
    let others = filled.map(|other| format!("{}@{}", other.role, other.agency));
    roles.iter().cloned().chain(others).collect::<Vec<_>>().join("|")
}

/// The same as the form is given back.
#[cfg(feature = "ssr")]
fn lines(roles: &[String], others: &[OtherRole]) -> Vec<(String, String)> {
    let ticked = roles.iter().map(|role| ("roles[]".to_owned(), role.clone()));
    let lines = others.iter().enumerate().flat_map(|(at, other)| {
        let OtherRole { role, agency, agency_name } = other.clone();
        [("role", role), ("agency", agency), ("agency_name", agency_name)]
            .map(|(field, typed)| (format!("others[{at}][{field}]"), typed))
    });
    ticked.chain(lines).collect()
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
    /// Codes of the roles in that agency.
    #[server(default)]
    roles: Vec<String>,
    /// Roles in other agencies.
    #[server(default)]
    others: Vec<OtherRole>,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let input = domain::people::PersonInput {
        user_name,
        name,
        position,
        agency,
        roles: typed_roles(&roles, &others),
        password: String::new(),
    };
    let added = services.people.add(&caller, input.clone()).await;
    let lines = lines(&roles, &others);
    let fields = [
        ("user_name", &*input.user_name),
        ("name", &*input.name),
        ("position", &*input.position),
        ("agency", &*input.agency),
        ("agency_name", &*agency_name),
    ];
    let typed: Vec<(&str, &str)> =
        fields.into_iter().chain(lines.iter().map(|(name, typed)| (&**name, &**typed))).collect();
    answer("/admin/people", added, &typed, |(_, password)| match password {
        Some(password) => keep(&caller, input.user_name.clone(), password),
        None => noted(FlashMessage::Saved, "/admin/people".to_owned()),
    })
}

/// Writes a person's name, position, agency and roles anew.
#[server(prefix = "/api", endpoint = "people/change")]
pub async fn change_person(
    /// Who.
    id: PersonId,
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
    /// Codes of the roles in that agency.
    #[server(default)]
    roles: Vec<String>,
    /// Roles in other agencies.
    #[server(default)]
    others: Vec<OtherRole>,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let input = domain::people::PersonChange { name, position, agency, roles: typed_roles(&roles, &others) };
    let changed = services.people.change(&caller, id, input.clone()).await;
    let lines = lines(&roles, &others);
    let fields = [
        ("name", &*input.name),
        ("position", &*input.position),
        ("agency", &*input.agency),
        ("agency_name", &*agency_name),
    ];
    let typed: Vec<(&str, &str)> =
        fields.into_iter().chain(lines.iter().map(|(name, typed)| (&**name, &**typed))).collect();
    let path = format!("/admin/people/{id}");
    answer(&path, changed, &typed, |()| noted(FlashMessage::Saved, path.clone()))
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
        Some(Reports(store)) => format!("/admin/people?report={}", store.put(caller, report)),
        None => noted(FlashMessage::Saved, "/admin/people".to_owned()),
    }
}

/// Turns a person's second factor off.
#[server(prefix = "/api", endpoint = "people/turn-off-second-factor")]
pub async fn turn_off_second_factor_of(
    /// The person.
    person: PersonId,
    /// The search text of the list, to return to it.
    #[server(default)]
    text: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let off = services.people.turn_off_second_factor(&caller, person).await;
    let back = format!("/admin/people?text={}", crate::form::escape(&text));
    answer(&back, off, &[], |()| format!("{back}&done=set"))
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
    answer(&back, set, &[], |()| noted(FlashMessage::Saved, back.clone()))
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
