//! People: a position in an agency, and the roles they hold.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::access::{Caller, Role};
use crate::agencies::AgencyRef;
use crate::error::Outcome;
use crate::ids::{AgencyId, PersonId};

/// A person as other things name them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonRef {
    /// Identifier.
    pub id: PersonId,
    /// Name, or a role such as "Thư ký 1".
    pub name: String,
    /// Position, such as "Giám đốc".
    pub position: String,
    /// Short name of the agency.
    pub agency: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Identifier.
    pub id: PersonId,
    /// User name for signing in; unique, lower case.
    pub user_name: String,
    /// Name.
    pub name: String,
    /// Position.
    pub position: String,
    /// Agency.
    pub agency: AgencyRef,
    /// Roles with the short name of the agency each is held in.
    pub roles: Vec<(Role, String)>,
    /// Whether the person may sign in.
    pub is_active: bool,
}

/// A person to be added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonInput {
    /// User name.
    pub user_name: String,
    /// Name.
    pub name: String,
    /// Position.
    pub position: String,
    /// Code of the agency.
    pub agency: String,
    /// Role codes parted by spaces or `|`; held in the person's own agency.
    #[serde(default)]
    pub roles: String,
    /// First password; when empty, one is made and shown once.
    #[serde(default)]
    pub password: String,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// Rows in all.
    pub total: i64,
    /// This page, from 1.
    pub page: u32,
    /// Rows a page.
    pub per_page: u32,
}

impl<T> Page<T> {
    /// Number of pages, at least 1.
    pub fn pages(&self) -> u32 {
        let per_page = i64::from(self.per_page.max(1));
        u32::try_from((self.total + per_page - 1) / per_page).unwrap_or(u32::MAX).max(1)
    }
}

/// People and their roles.
///
/// Everybody may find people to invite; administrators manage those of their agencies. Refusals: `AlreadyThere`.
#[async_trait]
pub trait People: Send + Sync {
    /// People whose name, position or agency matches folded text, best first; at most 20.
    async fn find(&self, caller: &Caller, text: &str) -> Outcome<Vec<PersonRef>>;
    /// People by their identifiers, in no order; those that are unknown are left out.
    async fn named(&self, caller: &Caller, people: Vec<PersonId>) -> Outcome<Vec<PersonRef>>;
    /// People of an agency and those below it, or of all the caller manages.
    async fn list(
        &self,
        caller: &Caller,
        agency: Option<AgencyId>,
        text: &str,
        page: u32,
    ) -> Outcome<Page<Person>>;
    /// Adds a person; gives back the first password when one was made.
    async fn add(&self, caller: &Caller, input: PersonInput) -> Outcome<(PersonId, Option<String>)>;
    /// Sets a new password, ends the person's sessions and gives the password back, to be shown once.
    async fn reset_password(&self, caller: &Caller, person: PersonId) -> Outcome<String>;
    /// Lets a person sign in, or no longer.
    async fn set_active(&self, caller: &Caller, person: PersonId, is_active: bool) -> Outcome<()>;
}
