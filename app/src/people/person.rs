//! One person, to be corrected: name, position, agency and every role.

use domain::ids::PersonId;
use leptos::prelude::*;

use super::calls::{PersonShown, get_person};
use super::form::fields;
use crate::admin;
use crate::form::{Posted, posted};
use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Loaded, loaded_page, named, resource_of};

/// `/admin/people/:id`.
#[component]
pub fn PersonPage() -> impl IntoView {
    let id = named::<PersonId>();
    let data: Loaded<PersonShown> = resource_of(id, get_person);
    let posted = StoredValue::new(posted());
    loaded_page(data, t(PERSON_TITLE), move |data| posted.with_value(|posted| shown(data, posted)))
}

fn shown(data: PersonShown, posted: &Posted) -> AnyView {
    let PersonShown { person, tree } = data;
    let lead = format!("{}, {}", person.user_name, person.agency.short_name);
    let fields = fields(tree, Some(&person), posted);
    view! {
        {admin::head_of(("/admin/people", t(PEOPLE_TITLE)), person.name.clone(), person.name.clone(), lead)}
        <div class="admin">
            {admin::outcome(posted)}
            {admin::correcting(PERSON_TITLE, "/api/people/change", person.id.to_string(), fields)}
        </div>
    }
    .into_any()
}
