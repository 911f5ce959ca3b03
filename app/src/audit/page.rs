//! The trail as a list with its filter.

use domain::people::Page;
use domain::time::{Toward, Zone};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::calls::{TrailLine, audit_trail};
use crate::admin;
use crate::dates::{self, DateField};
use crate::form::escape;
use crate::text::keys::*;
use crate::text::{self, number, t, tf};
use crate::ui::pager::PagerWords;
use crate::ui::{Badge, BadgeTone, Empty, Icon, Pager, loaded, resource};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Filter {
    line: String,
    text: String,
    from: String,
    to: String,
    page: u32,
}

/// The page of the trail.
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| Filter {
            line: query.get("line").unwrap_or_default(),
            text: query.get("text").unwrap_or_default(),
            from: query.get("from").unwrap_or_default(),
            to: query.get("to").unwrap_or_default(),
            page: query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1),
        })
    });
    let trail = resource(
        move || filter.get(),
        |filter| audit_trail(filter.line, filter.text, filter.from, filter.to, filter.page),
    );
    let now = filter.get_untracked();
    let inverted = dates::inverted(&now.from, &now.to);
    view! {
        {admin::head(AUDIT_TITLE, AUDIT_LEAD)}
        <div class="admin">
            <form class="filterbar" method="get" action="/admin/audit" role="search">
                <div class="affix">
                    <Icon name="search"/>
                    <input class="input" r#type="search" name="text" aria-label=t(AUDIT_FIND) placeholder=t(AUDIT_FIND) value=now.text/>
                </div>
                <DateField name="from" label=t(AUDIT_FROM) value=now.from toward=Toward::Past/>
                <DateField name="to" label=t(AUDIT_TO) value=now.to toward=Toward::Past error=inverted after=Some("from")/>
                <button class="btn btn--secondary">{t(SEARCH_SUBMIT)}</button>
            </form>
            {loaded(trail, move |trail| shown(&trail, filter.get_untracked()))}
        </div>
    }
}

fn shown(trail: &Page<TrailLine>, filter: Filter) -> AnyView {
    if trail.rows.is_empty() {
        return view! { <Empty title=t(AUDIT_NONE) body=t(AUDIT_NONE_BODY)/> }.into_any();
    }
    let rows = trail.rows.iter().map(line).collect_view();
    let words = PagerWords {
        label: t(PAGER_LABEL).to_owned(),
        previous: t(PAGER_PREVIOUS).to_owned(),
        next: t(PAGER_NEXT).to_owned(),
        sum: tf(AUDIT_COUNT, &[("n", &number(trail.total))]),
    };
    let kept =
        format!("text={}&from={}&to={}", escape(&filter.text), escape(&filter.from), escape(&filter.to));
    view! {
        <section class="card">
            <ul class="list">{rows}</ul>
            <Pager
                page=trail.page
                pages=trail.pages()
                href=Callback::new(move |page: u32| format!("/admin/audit?{kept}&page={page}"))
                words
            />
        </section>
    }
    .into_any()
}

fn line(line: &TrailLine) -> impl IntoView + use<> {
    let at = Zone::VIETNAM.local(line.at);
    let changes = (!line.changes.is_empty()).then(|| {
        let fields = line
            .changes
            .iter()
            .map(|(field, before, after)| {
                let before = (!before.is_empty())
                    .then(|| view! { <del><span class="vh">{t(AUDIT_BEFORE)}" "</span>{before.clone()}</del> });
                let after = (!after.is_empty())
                    .then(|| view! { <ins><span class="vh">{t(AUDIT_AFTER)}" "</span>{after.clone()}</ins> });
                view! { <dt>{super::words::field(field)}</dt><dd>{before}</dd><dd>{after}</dd> }
            })
            .collect_view();
        view! {
            <details class="more">
                <summary><Icon name="chevron-right"/>{tf(AUDIT_CHANGES, &[("n", &line.changes.len())])}</summary>
                <dl class="audit">{fields}</dl>
            </details>
        }
    });
    let alone = line.is_left_out.then(|| {
        let href = format!("/admin/audit?line={}", line.id);
        view! { <a href=href>{t(AUDIT_ALONE)}</a> }
    });
    let subject = if line.subject.is_empty() && line.is_withheld {
        t(AUDIT_SOME_MEETING).to_owned()
    } else {
        line.subject.clone()
    };
    view! {
        <li>
            <div class="item row--top">
                <span class="item__text">
                    <span class="item__title">{subject}</span>
                    <span class="item__meta">
                        <time datetime=text::machine(at)>{text::moment(at)}</time>
                        <span>{line.who.clone()}</span>
                        {line.is_withheld.then(|| view! { <span>{t(AUDIT_WITHHELD)}</span> })}
                    </span>
                    {changes}
                    {alone}
                </span>
                <Badge tone=BadgeTone::Kind text=super::words::deed(&line.what)/>
            </div>
        </li>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use chrono::DateTime;
    use domain::ids::AuditId;
    use leptos::prelude::RenderHtml;

    use super::{TrailLine, line};

    #[test]
    fn a_line_without_room_links_to_itself_alone() {
        let mut of = TrailLine {
            id: AuditId(uuid::Uuid::nil()),
            at: DateTime::UNIX_EPOCH,
            who: "An".into(),
            what: "people.change".into(),
            subject: "Bình".into(),
            changes: Vec::new(),
            is_withheld: false,
            is_left_out: true,
        };
        let link = format!("href=\"/admin/audit?line={}\"", of.id);
        assert!(line(&of).to_html().contains(&link));
        of.is_left_out = false;
        assert!(!line(&of).to_html().contains(&link));
    }
}
