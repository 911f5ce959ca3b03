//! The fields of the form that adds a person.

use domain::access::{Action, Role};
use leptos::prelude::*;

use crate::agencies::AgencyField;
use crate::form::Posted;
use crate::session;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::Field;
use crate::words;

pub(super) fn fields(posted: &Posted) -> AnyView {
    let field = |name: &'static str, label, hint: Option<&'static str>, value: String| {
        view! {
            <Field
                name=name
                label=t(label)
                value=value
                error=posted.error(name)
                hint=hint
                autocomplete="off"
                required=true
            />
        }
    };
    view! {
        <div class="formpage__two">
            {field("name", PERSON_NAME, None, posted.typed("name"))}
            {field("position", PERSON_POSITION, None, posted.typed("position"))}
        </div>
        <div class="formpage__two">
            {field("user_name", PERSON_USER_NAME, Some(t(PERSON_USER_NAME_HINT)), posted.typed("user_name"))}
            <AgencyField label=t(PERSON_AGENCY) posted=posted.clone() action=Action::ManagePeople/>
        </div>
        {roles(&posted.typed("roles"))}
        <p class="hint">{t(PEOPLE_ADD_HINT)}</p>
    }
    .into_any()
}

fn roles(typed: &str) -> impl IntoView + use<> {
    let is_system =
        session::with_page(|page| page.me.as_ref().is_some_and(|me| me.has_role(Role::SystemAdministrator)));
    let ticks = Role::ALL
        .into_iter()
        .filter(|role| is_system || *role != Role::SystemAdministrator)
        .map(|role| {
            let checked = typed.split_whitespace().any(|code| code == role.code());
            view! {
                <label class="tick">
                    <input r#type="checkbox" name="roles[]" value=role.code() checked=checked/>
                    {words::role(role)}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend>{t(PERSON_ROLES)}</legend>
            <div class="formpage__two" style="gap:0 1.25rem">{ticks}</div>
        </fieldset>
    }
}
