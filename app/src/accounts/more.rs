//! What the tab bar has no room for, and the rooms of administration. Links only.

use domain::access::Action;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::session::{self, Me};
use crate::shell::{entries, prefs};
use crate::text::keys::*;
use crate::text::{Text, t};
use crate::ui::{Icon, PageHead};

/// The tab "Thêm".
#[component]
pub fn MorePage() -> impl IntoView {
    let me = session::me();
    let mut links = vec![
        Way { href: "/search", icon: "search", text: NAV_SEARCH, hint: MORE_SEARCH },
        Way { href: "/account", icon: "user", text: ACCOUNT_TITLE, hint: MORE_ACCOUNT },
    ];
    if me.as_ref().is_some_and(entries::may_compose) {
        links.insert(0, Way { href: "/meetings/new", icon: "plus", text: NAV_COMPOSE, hint: MORE_COMPOSE });
        links.push(Way { href: "/papers", icon: "book-open", text: NAV_PAPERS, hint: MORE_PAPERS });
    } else {
        links.push(Way { href: "/meetings", icon: "users-round", text: NAV_MEETINGS, hint: MORE_MEETINGS });
    }
    if let Some(me) = &me {
        links.extend(rooms_of_administration(me));
    }
    view! {
        <Title text=t(NAV_MORE)/>
        <PageHead title=t(NAV_MORE)/>
        <div class="stack">
            {ways(&links)}
            {prefs::prefs()}
            <form method="post" action="/api/accounts/sign-out">
                <button class="btn btn--secondary btn--block"><Icon name="log-out"/>{t(ACCOUNT_SIGN_OUT)}</button>
            </form>
        </div>
    }
}

/// The entry to administration.
#[component]
pub fn AdminPage() -> impl IntoView {
    let links = session::me().as_ref().map(rooms_of_administration).unwrap_or_default();
    view! {
        <Title text=t(NAV_ADMIN)/>
        <PageHead title=t(NAV_ADMIN)/>
        <div class="main--narrow">{ways(&links)}</div>
    }
}

struct Way {
    href: &'static str,
    icon: &'static str,
    text: Text,
    hint: Text,
}

fn rooms_of_administration(me: &Me) -> Vec<Way> {
    let all = [
        (
            Action::ManageAgencies,
            Way { href: "/admin/agencies", icon: "network", text: AGENCIES_TITLE, hint: AGENCIES_LEAD },
        ),
        (
            Action::ManagePeople,
            Way { href: "/admin/people", icon: "users-round", text: PEOPLE_TITLE, hint: PEOPLE_LEAD },
        ),
        (
            Action::ManageRooms,
            Way { href: "/admin/rooms", icon: "door-open", text: ROOMS_TITLE, hint: ROOMS_LEAD },
        ),
        (
            Action::ViewFigures,
            Way { href: "/admin/rules", icon: "gavel", text: RULES_TITLE, hint: RULES_LEAD },
        ),
        (
            Action::ViewCalendar,
            Way { href: "/admin/days-off", icon: "calendar-x", text: WORK_DAYS_TITLE, hint: WORK_DAYS_LEAD },
        ),
        (
            Action::ImportBaseline,
            Way { href: "/admin/imports", icon: "upload", text: IMPORTS_TITLE, hint: IMPORTS_LEAD },
        ),
        (
            Action::ViewAudit,
            Way { href: "/admin/audit", icon: "scroll-text", text: AUDIT_TITLE, hint: AUDIT_LEAD },
        ),
    ];
    if !entries::may_administer(me) {
        return Vec::new();
    }
    all.into_iter().filter(|(action, _)| me.may_somewhere(*action)).map(|(_, way)| way).collect()
}

fn ways(links: &[Way]) -> impl IntoView + use<> {
    let rows = links
        .iter()
        .map(|way| {
            view! {
                <li>
                    <a class="item" href=way.href>
                        <span class="glyph"><Icon name=way.icon/></span>
                        <span class="item__text">
                            <span class="item__title">{t(way.text)}</span>
                            <span class="item__meta">{t(way.hint)}</span>
                        </span>
                        <span class="chev"><Icon name="chevron-right"/></span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="card list">{rows}</ul> }
}
