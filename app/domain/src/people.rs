//! People: a position in an agency, and the roles they hold there or in other agencies.

mod user_name;

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
pub use user_name::{USER_NAME_AT_MOST, parse_user_name, typed_user_name};

use crate::access::{Caller, Role};
use crate::agencies::AgencyRef;
use crate::error::{FieldProblem, Outcome, Problem};
use crate::ids::{AgencyId, PersonId};
use crate::text::Line;

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
    /// The user name, when somebody else has the same name, position and agency, so that nobody takes one for the other.
    /// Empty for everybody else: a user name is told only where nothing else tells people apart.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namesake_mark: String,
}

impl PersonRef {
    /// The name, with what tells the person from somebody of the same name, position and agency.
    pub fn distinct_name(&self) -> String {
        match self.namesake_mark.as_str() {
            "" => self.name.clone(),
            mark => format!("{} ({mark})", self.name),
        }
    }
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
    /// Roles with the agency that each is held in.
    pub roles: Vec<(Role, AgencyRef)>,
    /// Whether the person may sign in.
    pub is_active: bool,
    /// Whether signing in also asks for a code from the phone.
    pub has_second_factor: bool,
    /// Whether the account is the caller's to change: none of the roles lies outside what they manage.
    pub may_change: bool,
    /// Whether the caller may change the name, the position and the agency: their own are changed by another
    /// administrator.
    pub may_rename: bool,
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
    /// Roles as [`typed_roles`] reads them.
    #[serde(default)]
    pub roles: String,
    /// First password; when empty, one is made and shown once.
    #[serde(default)]
    pub password: String,
}

/// What is to stand of a person who is there: all of it, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChange {
    /// Name.
    pub name: String,
    /// Position.
    pub position: String,
    /// Code of the agency.
    pub agency: String,
    /// Every role, as [`typed_roles`] reads them.
    pub roles: String,
}

/// Most people of one agency, with those who no longer work there: the largest department of a province has under 1,000.
/// A list of people stays one that is read at once.
pub const PEOPLE_OF_AGENCY_AT_MOST: u32 = 5_000;

/// Most roles of one person: all of them in several agencies.
pub const ROLES_AT_MOST: u32 = 30;

/// A role as typed: `secretary` in the person's own agency, `secretary@UBND` in the agency of that code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypedRole {
    /// The role.
    pub role: Role,
    /// Code of the agency; none for the person's own.
    pub agency: Option<String>,
}

impl fmt::Display for TypedRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.agency {
            Some(agency) => write!(f, "{}@{agency}", self.role.code()),
            None => f.write_str(self.role.code()),
        }
    }
}

/// Roles parted by spaces, commas or `|`, each once, in order.
///
/// ```
/// use domain::people::typed_roles;
/// let roles = typed_roles("secretary@UBND|delegate secretary").unwrap();
/// let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
/// assert_eq!(roles, ["secretary", "secretary@UBND", "delegate"]);
/// assert!(typed_roles("minister").is_err() && typed_roles("secretary@").is_err());
/// ```
///
/// # Errors
/// What is wrong with the field `roles`.
pub fn typed_roles(typed: &str) -> Result<Vec<TypedRole>, FieldProblem> {
    let read = |word: &str| match word.split_once('@') {
        None => Some(TypedRole { role: Role::parse(word)?, agency: None }),
        Some((_, "")) => None,
        Some((role, agency)) => Some(TypedRole { role: Role::parse(role)?, agency: Some(agency.to_owned()) }),
    };
    let typed = Line::new(typed);
    let words = typed.split([' ', '|', ',']).filter(|word| !word.is_empty());
    let roles: Option<Vec<TypedRole>> = words.map(read).collect();
    let mut roles = roles.ok_or_else(|| FieldProblem::new("roles", Problem::Unknown))?;
    roles.sort();
    roles.dedup();
    if roles.len() > ROLES_AT_MOST as usize {
        return Err(FieldProblem::new("roles", Problem::TooMany(ROLES_AT_MOST)));
    }
    Ok(roles)
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// Rows in all, as far as they are looked for.
    pub total: i64,
    /// Whether there are more than `total`, which are neither counted nor shown.
    pub has_more: bool,
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

/// People who are named at once: those of two versions of a meeting's form.
pub const NAMED_AT_MOST: usize = 2 * (crate::meetings::DELEGATES_AT_MOST as usize + 2);

/// People and their roles.
///
/// Everybody may find people to invite; administrators manage those of their agencies, and give the roles of their
/// agencies. Who runs the whole system is for those who run it to say. Refusals: `AlreadyThere`.
#[async_trait]
pub trait People: Send + Sync {
    /// People whose name, position or agency matches folded text, best first; at most 20.
    async fn find(&self, caller: &Caller, text: &str) -> Outcome<Vec<PersonRef>>;
    /// The few people whom a line of a list may mean ([`near_people`](crate::meetings::near_people)), of those whom all words of
    /// its name but one fit, as when one is mistyped. Nobody for a single word, or for more words than a name has.
    async fn find_near(&self, caller: &Caller, line: &str) -> Outcome<Vec<PersonRef>>;
    /// People by their identifiers, each once and in no order; those that are unknown are left out, and so is what is beyond
    /// [`NAMED_AT_MOST`].
    async fn named(&self, caller: &Caller, people: Vec<PersonId>) -> Outcome<Vec<PersonRef>>;
    /// People of an agency and those below it, or of all the caller manages.
    async fn list(
        &self,
        caller: &Caller,
        agency: Option<AgencyId>,
        text: &str,
        page: u32,
    ) -> Outcome<Page<Person>>;
    /// One person, for an administrator who may change all that the person has: agency and every role.
    async fn get(&self, caller: &Caller, person: PersonId) -> Outcome<Person>;
    /// Adds a person; gives back the first password when one was made.
    async fn add(&self, caller: &Caller, input: PersonInput) -> Outcome<(PersonId, Option<String>)>;
    /// Replaces a person's name, position, agency and roles. A person can neither give themselves a role nor
    /// take the right to manage people from themselves.
    async fn change(&self, caller: &Caller, person: PersonId, input: PersonChange) -> Outcome<()>;
    /// Sets a new password, ends the person's sessions and returns the password, to be shown once. The person
    /// must change it at the next sign-in and is told who reset it.
    async fn reset_password(&self, caller: &Caller, person: PersonId) -> Outcome<String>;
    /// Turns a person's second factor off, for example after they lost the phone. Does nothing if it is off.
    async fn turn_off_second_factor(&self, caller: &Caller, person: PersonId) -> Outcome<()>;
    /// Lets a person sign in, or no longer.
    async fn set_active(&self, caller: &Caller, person: PersonId, is_active: bool) -> Outcome<()>;
}
