//! Roles and seats given in the agencies that the caller leads, as a list with a button to acknowledge each.

use domain::access::Role;
use domain::notices::{Given, RoleGiven};
use domain::time::Zone;
use leptos::prelude::*;

use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::Icon;
use crate::words;

/// The list; nothing if it is empty.
pub fn roles_given(roles: &[RoleGiven]) -> AnyView {
    if roles.is_empty() {
        return ().into_any();
    }
    let rows = roles.iter().map(row).collect_view();
    view! {
        <section class="notices" aria-labelledby="roles-given">
            <h2 class="sec" id="roles-given">{t(NOTICES_ROLES)}</h2>
            <p class="hint">{t(NOTICES_ROLES_HINT)}</p>
            <ul class="card list">{rows}</ul>
        </section>
    }
    .into_any()
}

fn row(given: &RoleGiven) -> impl IntoView + use<> {
    let (role, by) = match given.given {
        Given::Role(role) => (role, NOTICES_ROLE_BY),
        Given::Seat(_) => (Role::Delegate, NOTICES_NAMED_BY),
    };
    let title = tf(
        NOTICES_ROLE,
        &[("name", &given.person.name), ("role", &words::role(role)), ("agency", &given.agency)],
    );
    let when = text::moment(Zone::VIETNAM.local(given.at));
    let meeting = match &given.given {
        Given::Role(_) => None,
        Given::Seat(None) => Some(t(NOTICES_SOME_MEETING).into_any()),
        Given::Seat(Some(meeting)) => {
            let href = format!("/meetings/{}", meeting.id);
            Some(view! { <a href=href>{meeting.title.clone()}</a> }.into_any())
        }
    };
    let meeting = meeting.map(|meeting| view! { <span>{meeting}</span> });
    let who = [given.person.position.as_str(), given.person.agency.as_str()];
    let who = who.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let seen = tf(NOTICES_SEEN_OF, &[("what", &title)]);
    view! {
        <li>
            <div class="item">
                <span class="glyph"><Icon name="user-check"/></span>
                <span class="item__text">
                    <span class="item__title">{title}</span>
                    <span class="item__meta">
                        <span>{who}</span>
                        {meeting}
                        <span>{tf(by, &[("by", &given.given_by), ("when", &when)])}</span>
                    </span>
                </span>
                <form method="post" action="/api/notices/acknowledge-role">
                    <input r#type="hidden" name="id" value=given.id.to_string()/>
                    <button class="btn btn--secondary" aria-label=seen><Icon name="check"/>{t(NOTICES_SEEN)}</button>
                </form>
            </div>
        </li>
    }
}
