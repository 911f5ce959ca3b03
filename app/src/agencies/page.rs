//! The tree of agencies, and the form that adds to it.

use domain::agencies::{Agency, Level};
use leptos::prelude::*;

use super::calls::agency_tree;
use crate::admin;
use crate::form::{Posted, posted};
use crate::session;
use crate::text::keys::*;
use crate::text::{number, t, tf};
use crate::ui::{Avatar, Badge, BadgeTone, Card, Field, Select, loaded, resource};
use crate::words;

/// The page of agencies.
#[component]
pub fn AgenciesPage() -> impl IntoView {
    let tree = resource(|| (), |()| agency_tree());
    let posted = StoredValue::new(posted());
    view! {
        {admin::head(AGENCIES_TITLE, AGENCIES_LEAD)}
        <div class="admin">
            {posted.with_value(admin::outcome)}
            {loaded(tree, move |tree| posted.with_value(|posted| shown(&tree, posted)))}
        </div>
    }
}

fn shown(tree: &[Agency], posted: &Posted) -> AnyView {
    let may_add = session::may_somewhere(domain::access::Action::ManageAgencies);
    let adding = may_add.then(|| {
        admin::adding(AGENCIES_ADD, "/api/agencies/add", AGENCIES_ADD, posted, fields(tree, posted))
    });
    let rows = tree
        .iter()
        .map(|agency| {
            let aliases = (!agency.aliases.is_empty())
                .then(|| view! { <span>{tf(AGENCY_ALSO, &[("names", &agency.aliases.join(", "))])}</span> });
            view! {
                <li style=format!("--d:{}", agency.depth)>
                    <div class="item">
                        <Avatar agency=agency.short_name.clone() large=true/>
                        <span class="item__text">
                            <a class="item__title" href=format!("/admin/agencies/{}", agency.id)>{agency.name.clone()}</a>
                            <span class="item__meta"><span class="num">{agency.code.clone()}</span>{aliases}</span>
                        </span>
                        <Badge tone=BadgeTone::Kind text=words::agency_level(agency.level)/>
                    </div>
                </li>
            }
        })
        .collect_view();
    let count = i64::try_from(tree.len()).unwrap_or(i64::MAX);
    view! {
        {adding}
        <Card title=tf(AGENCIES_COUNT, &[("n", &number(count))])>
            <ul class="list tree">{rows}</ul>
        </Card>
    }
    .into_any()
}

fn fields(tree: &[Agency], posted: &Posted) -> AnyView {
    let parents = tree
        .iter()
        .map(|agency| {
            let indent = "\u{2003}".repeat(agency.depth as usize);
            (agency.code.clone(), format!("{indent}{}", agency.name))
        })
        .collect();
    let levels = [Level::Department, Level::Commune, Level::Unit]
        .map(|level| (level.code().to_owned(), words::agency_level(level).to_owned()));
    let field = |name: &'static str, label, hint: Option<&'static str>| {
        view! {
            <Field
                name=name
                label=t(label)
                value=posted.typed(name)
                error=posted.error(name)
                hint=hint
                required=name != "aliases"
            />
        }
    };
    view! {
        <Select
            name="parent"
            label=t(AGENCY_PARENT)
            options=parents
            selected=posted.typed("parent")
            error=posted.error("parent")
        />
        <div class="formpage__two">
            <Select
                name="level"
                label=t(AGENCY_LEVEL)
                options=levels.to_vec()
                selected=posted.typed("level")
                error=posted.error("level")
            />
            {field("code", AGENCY_CODE, None)}
        </div>
        {field("name", AGENCY_NAME, None)}
        <div class="formpage__two">
            {field("short_name", AGENCY_SHORT_NAME, None)}
            {field("aliases", AGENCY_ALIASES, Some(t(AGENCY_ALIASES_HINT)))}
        </div>
    }
    .into_any()
}
