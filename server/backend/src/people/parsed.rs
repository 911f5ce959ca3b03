//! A person's fields as typed, read in one place for the page and for files. The agencies are for the caller to look up.

use domain::error::{FieldProblem, Problem};
use domain::people::{PersonChange, PersonInput, TypedRole, typed_roles};

use super::kept::{Held, Kept};
use crate::accounts::password;
use crate::agencies::{NAME_AT_MOST, Place, text};

/// Longest user name.
const USER_NAME_AT_MOST: u32 = 60;

/// A person as typed, every field read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParsedPerson {
    pub(crate) user_name: String,
    pub(crate) name: String,
    pub(crate) position: String,
    pub(crate) roles: Vec<TypedRole>,
    /// None when one is to be made.
    pub(crate) password: Option<String>,
}

impl ParsedPerson {
    /// The person in an agency, with these roles.
    pub(crate) fn kept(&self, place: Place, roles: Vec<Held>) -> Kept {
        Kept {
            user_name: self.user_name.clone(),
            name: self.name.clone(),
            position: self.position.clone(),
            place,
            roles,
        }
    }
}

/// Reads the fields of somebody new, or of a row of a file.
pub(crate) fn parse(input: &PersonInput) -> Result<ParsedPerson, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let user_name = user_name(&mut problems, &input.user_name);
    let (name, position, roles) = shared(&mut problems, &input.name, &input.position, &input.roles);
    let password = Some(input.password.clone()).filter(|password| !password.is_empty());
    if let Some(problem) = password.as_deref().and_then(password::problem) {
        problems.push(FieldProblem::new("password", problem));
    }
    if problems.is_empty() {
        Ok(ParsedPerson { user_name, name, position, roles, password })
    } else {
        Err(problems)
    }
}

/// Reads the fields of somebody who is there under a user name.
pub(super) fn parse_change(user_name: &str, input: &PersonChange) -> Result<ParsedPerson, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let (name, position, roles) = shared(&mut problems, &input.name, &input.position, &input.roles);
    if problems.is_empty() {
        Ok(ParsedPerson { user_name: user_name.to_owned(), name, position, roles, password: None })
    } else {
        Err(problems)
    }
}

fn shared(
    problems: &mut Vec<FieldProblem>,
    name: &str,
    position: &str,
    roles: &str,
) -> (String, String, Vec<TypedRole>) {
    let name = text(problems, "name", name, NAME_AT_MOST);
    let position = position.trim().to_owned();
    if position.chars().count() > NAME_AT_MOST as usize {
        problems.push(FieldProblem::new("position", Problem::TooLong(NAME_AT_MOST)));
    }
    let roles = typed_roles(roles).unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    (name, position, roles)
}

/// A user name: letters without marks, digits, `.`, `-`, `_`, `@`; kept in lower case.
pub(crate) fn user_name(problems: &mut Vec<FieldProblem>, value: &str) -> String {
    let user_name = text(problems, "user_name", value, USER_NAME_AT_MOST).to_lowercase();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    if !user_name.chars().all(is_plain) {
        problems.push(FieldProblem::new("user_name", Problem::Unknown));
    }
    user_name
}
