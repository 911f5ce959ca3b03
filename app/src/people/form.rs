//! The fields of a person: the same for somebody new and for somebody who is there. Roles in the person's own agency are
//! ticked; a role in another agency has that agency beside it.

use domain::access::{Action, Role};
use domain::agencies::Agency;
use domain::people::Person;
use leptos::prelude::*;

use crate::agencies::{First, agency_choice, reached};
use crate::form::Posted;
use crate::session;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Field, Icon, Select};
use crate::words;

/// Lines for further roles in other agencies, beside those that are held: whoever needs more saves in between.
const BLANK_LINES: usize = 2;

/// Fields with what was typed, else with what stands of the person, else empty.
pub(super) fn fields(tree: Vec<Agency>, person: Option<&Person>, posted: &Posted) -> AnyView {
    let agencies = reached(tree, Action::ManagePeople);
    let stands = person.filter(|_| posted.failure.is_none());
    let field = |name: &'static str, label, hint: Option<&'static str>, stands: Option<&String>| {
        view! {
            <Field
                name=name
                label=t(label)
                value=stands.cloned().unwrap_or_else(|| posted.typed(name))
                error=posted.error(name)
                hint=hint
                autocomplete="off"
                required=name != "position"
            />
        }
    };
    let first = match person {
        Some(person) => First::of(posted, person.agency.code.clone()),
        None => First::own(posted),
    };
    let user_name =
        person.is_none().then(|| field("user_name", PERSON_USER_NAME, Some(t(PERSON_USER_NAME_HINT)), None));
    let named = match person.filter(|person| !person.may_rename) {
        Some(own) => fixed(own).into_any(),
        None => view! {
            <div class="formpage__two">
                {field("name", PERSON_NAME, None, stands.map(|person| &person.name))}
                {field("position", PERSON_POSITION, None, stands.map(|person| &person.position))}
            </div>
            <div class="formpage__two">{user_name}{agency_choice(t(PERSON_AGENCY), agencies, first)}</div>
        }
        .into_any(),
    };
    view! {
        {named}
        {roles(stands, posted)}
        {others(agencies, stands, posted)}
    }
    .into_any()
}

/// The caller's own name, position and agency, which another administrator changes: shown, and sent as they are.
fn fixed(own: &Person) -> impl IntoView + use<> {
    let Person { name, position, agency, .. } = own.clone();
    let shown = [&name, &position, &agency.short_name];
    let shown = shown.into_iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(", ");
    view! {
        <input r#type="hidden" name="name" value=name/>
        <input r#type="hidden" name="position" value=position/>
        <input r#type="hidden" name="agency" value=agency.code/>
        <p>{shown}</p>
        <p class="hint">{t(PROBLEM_OWN_NAME)}</p>
    }
}

/// The roles that the caller may give at all.
fn given() -> impl Iterator<Item = Role> {
    let is_system =
        session::with_page(|page| page.me.as_ref().is_some_and(|me| me.has_role(Role::SystemAdministrator)));
    Role::ALL.into_iter().filter(move |role| is_system || *role != Role::SystemAdministrator)
}

fn roles(stands: Option<&Person>, posted: &Posted) -> impl IntoView + use<> {
    let typed = posted.all("roles[]");
    let is_held = |role: Role| match stands {
        Some(person) => {
            person.roles.iter().any(|(held, agency)| *held == role && agency.id == person.agency.id)
        }
        None => typed.iter().any(|code| code == role.code()),
    };
    let ticks = given()
        .map(|role| {
            view! {
                <label class="tick">
                    <input r#type="checkbox" name="roles[]" value=role.code() checked=is_held(role)/>
                    {words::role(role)}
                </label>
            }
        })
        .collect_view();
    let error = posted.error("roles").map(|error| {
        view! { <p class="field__error" id="roles-error"><Icon name="octagon-x"/>{error}</p> }
    });
    let class = if error.is_some() { "field field--error" } else { "field" };
    view! {
        <fieldset class=class>
            <legend>{t(PERSON_ROLES)}</legend>
            {error}
            <div class="formpage__two" style="gap:0 1.25rem">{ticks}</div>
        </fieldset>
    }
}

/// A line: role, agency and what was typed to find it.
#[derive(Clone, Debug, Default)]
struct Line {
    role: String,
    agency: String,
    typed: String,
}

fn lines(stands: Option<&Person>, posted: &Posted) -> Vec<Line> {
    let mut lines = match stands {
        Some(person) => {
            let elsewhere = person.roles.iter().filter(|(_, agency)| agency.id != person.agency.id);
            let line = |(role, agency): &(Role, _)| Line {
                role: role.code().to_owned(),
                agency: domain::agencies::AgencyRef::clone(agency).code,
                typed: String::new(),
            };
            elsewhere.map(line).collect()
        }
        None => {
            let typed = |at: usize, field: &str| posted.typed(&format!("others[{at}][{field}]"));
            (0..domain::people::ROLES_AT_MOST as usize)
                .map(|at| Line {
                    role: typed(at, "role"),
                    agency: typed(at, "agency"),
                    typed: typed(at, "agency_name"),
                })
                .filter(|line| ![&line.role, &line.agency, &line.typed].iter().all(|text| text.is_empty()))
                .collect::<Vec<_>>()
        }
    };
    lines.resize_with(lines.len() + BLANK_LINES, Line::default);
    lines
}

fn others(
    agencies: StoredValue<Vec<Agency>>,
    stands: Option<&Person>,
    posted: &Posted,
) -> impl IntoView + use<> {
    let lines = lines(stands, posted);
    let is_open = lines.len() > BLANK_LINES;
    let rows = lines.into_iter().enumerate().map(|(at, line)| other(agencies, at, line)).collect_view();
    view! {
        <details class="more" open=is_open>
            <summary><Icon name="chevron-right"/>{t(PERSON_ROLES_ELSEWHERE)}</summary>
            <p class="hint">{t(PERSON_ROLES_ELSEWHERE_HINT)}</p>
            {rows}
        </details>
    }
}

fn other(agencies: StoredValue<Vec<Agency>>, at: usize, line: Line) -> impl IntoView {
    let name = |field: &str| format!("others[{at}][{field}]");
    let none = (String::new(), t(PERSON_ROLE_NONE).to_owned());
    let roles = given().map(|role| (role.code().to_owned(), words::role(role).to_owned()));
    let first = First {
        name: name("agency"),
        typed_name: name("agency_name"),
        code: line.agency,
        typed: line.typed,
        error: None,
    };
    view! {
        <div class="formpage__two">
            <Select
                name=name("role")
                label=t(PERSON_ROLE)
                options=[none].into_iter().chain(roles).collect()
                selected=line.role
            />
            {agency_choice(t(PERSON_ROLE_AGENCY), agencies, first)}
        </div>
    }
}
