//! A person's fields as typed, read in one place for the page and for files. The agencies are for the caller to look up.

use domain::error::FieldProblem;
use domain::people::{PersonChange, PersonInput, TypedRole, parse_user_name, typed_roles};
use domain::text::Line;

use super::kept::{Held, Kept};
use crate::accounts::password;
use crate::agencies::{NAME_AT_MOST, Place, optional_text, text};

/// A person as typed, every field read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParsedPerson {
    pub(crate) user_name: String,
    pub(crate) name: Line,
    pub(crate) position: Line,
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
    let user_name = user_name(&mut problems, &input.user_name, &input.name);
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
) -> (Line, Line, Vec<TypedRole>) {
    let name = text(problems, "name", name, NAME_AT_MOST);
    let position = optional_text(problems, "position", position, NAME_AT_MOST);
    let roles = typed_roles(roles).unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    (name, position, roles)
}

/// A user name for somebody new. `full_name` is what another one is proposed from if it cannot be taken.
pub(crate) fn user_name(problems: &mut Vec<FieldProblem>, typed: &str, full_name: &str) -> String {
    parse_user_name(typed, full_name).unwrap_or_else(|problem| {
        problems.push(FieldProblem::new("user_name", problem));
        String::new()
    })
}
