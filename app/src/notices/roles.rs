//! Roles given in the agencies that the caller leads, as a list with a button to acknowledge each.

use domain::notices::RoleGiven;
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
    let title = tf(
        NOTICES_ROLE,
        &[("name", &given.person.name), ("role", &words::role(given.role)), ("agency", &given.agency)],
    );
    let when = text::moment(Zone::VIETNAM.local(given.at));
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
                        <span>{tf(NOTICES_ROLE_BY, &[("by", &given.given_by), ("when", &when)])}</span>
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
