//! The people as a table with what may be done for each.

use domain::agencies::Agency;
use domain::people::{Page, Person};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::calls::{list_people, password_report};
use super::form::fields;
use crate::admin;
use crate::agencies::calls::agency_tree;
use crate::context::Report;
use crate::form::{Posted, escape, posted};
use crate::session;
use crate::text::keys::*;
use crate::text::{Text, number, t, tf};
use crate::ui::pager::PagerWords;
use crate::ui::{Badge, BadgeTone, Empty, Icon, Notice, Pager, Tone, loaded, resource};
use crate::words;

/// The page of people.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| {
            let page = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1_u32);
            (query.get("text").unwrap_or_default(), page)
        })
    });
    let people = resource(move || filter.get(), |(text, page)| list_people(text, page));
    let report = query.with_untracked(|query| query.get("report")).unwrap_or_default();
    let report = resource(move || report.clone(), password_report);
    let posted = posted();
    let may_add = session::may_somewhere(domain::access::Action::ManagePeople);
    let came_back = posted.clone();
    let tree = may_add.then(|| resource(|| (), |()| agency_tree()));
    let adding = tree.map(|tree| loaded(tree, move |tree| adding(tree, &came_back)));
    let text = filter.get_untracked().0;
    view! {
        {admin::head(PEOPLE_TITLE, PEOPLE_LEAD)}
        <div class="admin">
            {admin::outcome(&posted)}
            {loaded(report, password)}
            {adding}
            <form class="filterbar" method="get" action="/admin/people" role="search">
                <div class="affix">
                    <Icon name="search"/>
                    <input class="input" r#type="search" name="text" aria-label=t(PEOPLE_FIND) placeholder=t(PEOPLE_FIND) value=text/>
                </div>
                <button class="btn btn--secondary">{t(SEARCH_SUBMIT)}</button>
            </form>
            {loaded(people, move |people| shown(&people, &filter.get_untracked().0))}
        </div>
    }
}

fn adding(tree: Vec<Agency>, posted: &Posted) -> AnyView {
    let fields = view! {
        {fields(tree, None, posted)}
        <p class="hint">{t(PEOPLE_ADD_HINT)}</p>
    };
    admin::adding(PEOPLE_ADD, "/api/people/add", PEOPLE_ADD, posted, fields.into_any()).into_any()
}

fn password(report: Option<Report>) -> AnyView {
    match report {
        Some(Report::Password { user_name, password }) => view! {
            <Notice tone=Tone::Met icon="key-round" title=tf(PEOPLE_PASSWORD, &[("user", &user_name)]) alert=true>
                <p><code class="num">{password}</code></p>
                <p>{t(PEOPLE_PASSWORD_HINT)}</p>
            </Notice>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

fn shown(people: &Page<Person>, text: &str) -> AnyView {
    if people.rows.is_empty() {
        return view! { <Empty title=t(PEOPLE_NONE) body=t(PEOPLE_NONE_BODY)/> }.into_any();
    }
    let rows = people.rows.iter().map(|person| row(person, text)).collect_view();
    let query = escape(text);
    let words = PagerWords {
        label: t(PAGER_LABEL).to_owned(),
        previous: t(PAGER_PREVIOUS).to_owned(),
        next: t(PAGER_NEXT).to_owned(),
        sum: tf(PEOPLE_COUNT, &[("n", &number(people.total))]),
    };
    view! {
        <section class="card">
            <table class="table table--cards" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{t(PERSON_NAME)}</th>
                        <th role="columnheader" scope="col">{t(PERSON_USER_NAME)}</th>
                        <th role="columnheader" scope="col">{t(PERSON_AGENCY)}</th>
                        <th role="columnheader" scope="col">{t(PERSON_ROLES)}</th>
                        <th role="columnheader" scope="col"><span class="vh">{t(PERSON_ACTIONS)}</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
            <Pager
                page=people.page
                pages=people.pages()
                href=Callback::new(move |page: u32| format!("/admin/people?text={query}&page={page}"))
                words
            />
        </section>
    }
    .into_any()
}

fn row(person: &Person, text: &str) -> impl IntoView + use<> {
    let roles = person
        .roles
        .iter()
        .map(|(role, agency)| match agency.id == person.agency.id {
            true => words::role(*role).to_owned(),
            false => tf(PERSON_ROLE_IN, &[("role", &words::role(*role)), ("agency", &agency.short_name)]),
        })
        .collect::<Vec<_>>()
        .join("; ");
    let roles = if roles.is_empty() { t(ROLE_DELEGATE).to_owned() } else { roles };
    let state = (!person.is_active)
        .then(|| view! { <Badge tone=BadgeTone::Risk icon="ban" text=t(PERSON_INACTIVE)/> });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                {person.name.clone()}" "{state}
                <span class="hint" style="display:block">{person.position.clone()}</span>
            </th>
            <td role="cell" data-label=t(PERSON_USER_NAME)>{person.user_name.clone()}</td>
            <td role="cell" data-label=t(PERSON_AGENCY)>{person.agency.short_name.clone()}</td>
            <td role="cell" data-label=t(PERSON_ROLES)>{roles}</td>
            <td role="cell" data-label=t(PERSON_ACTIONS)>{person.may_change.then(|| menu(person, text))}</td>
        </tr>
    }
}

/// An item of the menu that opens what it would do, with the button that does it.
fn asked(icon: &'static str, word: Text, what: String, form: AnyView) -> AnyView {
    view! {
        <details class="menu__asked">
            <summary class="menu__item"><Icon name=icon/>{t(word)}</summary>
            <div class="menu__question"><p class="hint">{what}</p>{form}</div>
        </details>
    }
    .into_any()
}

fn menu(person: &Person, text: &str) -> impl IntoView + use<> {
    let id = person.id.to_string();
    let (active, icon, word) = if person.is_active {
        ("no", "user-x", PERSON_DEACTIVATE)
    } else {
        ("yes", "user-check", PERSON_ACTIVATE)
    };
    let name: &[(&str, &dyn std::fmt::Display)] = &[("name", &person.name)];
    let is_own = session::me().is_some_and(|me| me.person == person.id);
    let second_factor = (person.has_second_factor && !is_own).then(|| {
        let (id, text) = (id.clone(), text.to_owned());
        let form = view! {
            <form method="post" action="/api/people/turn-off-second-factor">
                <input r#type="hidden" name="person" value=id/>
                <input r#type="hidden" name="text" value=text/>
                <button class="btn btn--danger btn--block">{t(PERSON_TURN_OFF_SECOND_FACTOR)}</button>
            </form>
        };
        asked(
            "smartphone",
            PERSON_TURN_OFF_SECOND_FACTOR,
            tf(PERSON_SECOND_FACTOR_ASKED, name),
            form.into_any(),
        )
    });
    let reset = view! {
        <form method="post" action="/api/people/reset-password">
            <input r#type="hidden" name="person" value=id.clone()/>
            <input r#type="hidden" name="user_name" value=person.user_name.clone()/>
            <button class="btn btn--danger btn--block">{t(PERSON_RESET)}</button>
        </form>
    };
    let reset = asked("key-round", PERSON_RESET, tf(PERSON_RESET_ASKED, name), reset.into_any());
    let class = if person.is_active { "btn btn--danger btn--block" } else { "menu__item" };
    let set_active = view! {
        <form method="post" action="/api/people/set-active">
            <input r#type="hidden" name="person" value=id.clone()/>
            <input r#type="hidden" name="active" value=active/>
            <input r#type="hidden" name="text" value=text.to_owned()/>
            <button class=class>{(!person.is_active).then(|| view! { <Icon name=icon/> })}{t(word)}</button>
        </form>
    }
    .into_any();
    // Unlocking takes nothing away and is not asked about.
    let set_active = match person.is_active {
        true => asked(icon, word, tf(PERSON_LOCK_ASKED, name), set_active),
        false => set_active,
    };
    view! {
        <details class="menu menu--end">
            <summary class="btn btn--icon" aria-label=tf(PERSON_ACTIONS_OF, &[("name", &person.name)])>
                <Icon name="ellipsis"/>
            </summary>
            <div class="menu__pop">
                <a class="menu__item" href=format!("/admin/people/{id}")><Icon name="pencil"/>{t(PERSON_TITLE)}</a>
                {reset}
                {second_factor}
                {set_active}
            </div>
        </details>
    }
}
