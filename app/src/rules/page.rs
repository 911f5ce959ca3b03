//! The rules as a table with source and validity, and the form that adds a row. The past is never edited.

use chrono::NaiveDate;
use domain::count::{HybridCounts, Scope};
use domain::rules::{KindRef, KindRule, rule_on};
use domain::time::{Toward, Zone};
use leptos::prelude::*;

use super::calls::{RuleBook, all_rules};
use crate::admin;
use crate::dates::DateField;
use crate::form::{Posted, posted};
use crate::session;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Badge, BadgeTone, Card, Choice, Field, Notice, Select, TextArea, loaded, resource};
use crate::words;

/// The page of rules.
#[component]
pub fn RulesPage() -> impl IntoView {
    let book = resource(|| (), |()| all_rules());
    let posted = posted();
    let may_add = session::with_page(|page| {
        page.me.as_ref().is_some_and(|me| me.has_role(domain::access::Role::SystemAdministrator))
    });
    let outcome = admin::outcome(&posted);
    view! {
        {admin::head(RULES_TITLE, RULES_LEAD)}
        <div class="admin">
            {outcome}
            {loaded(book, move |book| {
                let fields = || fields(&posted, &book);
                let adding = may_add
                    .then(|| admin::adding(RULES_ADD, "/api/rules/add", RULES_ADD, &posted, fields()));
                view! {
                    {adding}
                    {shown(&book, may_add)}
                    {short_forms(&book.short_forms, &posted, may_add)}
                }
                .into_any()
            })}
        </div>
    }
}

fn shown(book: &RuleBook, may_set: bool) -> AnyView {
    let today = Zone::VIETNAM.date(book.now);
    let targets = tf(
        RULES_TARGETS,
        &[
            ("share", &text::percent(book.targets.share, book.targets.share)),
            ("reduction", &text::percent(book.targets.reduction, book.targets.reduction)),
            ("source", &book.targets.source),
        ],
    );
    let table = |scope: Scope, title| {
        let rows = book
            .rules
            .iter()
            .filter(|rule| rule.kind.scope == scope)
            .map(|rule| row(rule, &book.rules, today))
            .collect_view();
        view! {
            <Card title=t(title)>
                <table class="table table--cards" role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{t(RULE_KIND)}</th>
                            <th role="columnheader" scope="col">{t(RULE_LIMIT)}</th>
                            <th role="columnheader" scope="col">{t(RULE_SOURCE)}</th>
                            <th role="columnheader" scope="col">{t(RULE_FROM)}</th>
                            <th role="columnheader" scope="col">{t(RULE_STATE)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </Card>
        }
    };
    view! {
        <Notice title=t(RULES_TARGETS_TITLE)>{targets}</Notice>
        {table(Scope::Conference, RULES_CONFERENCES)}
        {table(Scope::Meeting, RULES_MEETINGS)}
        {hybrid(book.hybrid, may_set)}
    }
    .into_any()
}

/// The short forms that search knows, and for the system administrator the list to edit.
fn short_forms(set: &str, posted: &Posted, may_set: bool) -> AnyView {
    if !may_set {
        let rows = set.lines().map(|line| view! { <li>{line.to_owned()}</li> }).collect_view();
        return view! {
            <Card title=t(RULES_SHORT_FORMS_TITLE)>
                <div class="card__body"><p class="hint">{t(RULES_SHORT_FORMS_LEAD)}</p><ul>{rows}</ul></div>
            </Card>
        }
        .into_any();
    }
    let error = posted.error("short_forms");
    let value = if error.is_some() { posted.typed("short_forms") } else { set.to_owned() };
    view! {
        <Card title=t(RULES_SHORT_FORMS_TITLE)>
            <form method="post" action="/api/rules/set-short-forms">
                <div class="formpage__sec">
                    <TextArea
                        name="short_forms"
                        label=t(RULES_SHORT_FORMS_LABEL)
                        hint=t(RULES_SHORT_FORMS_LEAD)
                        value=value
                        error=error
                    />
                    <div class="formpage__acts"><button class="btn btn--secondary">{t(RULES_SHORT_FORMS_SET)}</button></div>
                </div>
            </form>
        </Card>
    }
    .into_any()
}

/// How hybrid meetings count, and for the system administrator the choice.
fn hybrid(set: HybridCounts, may_set: bool) -> AnyView {
    let ways = [
        (HybridCounts::OnlineWhenConnected, RULES_HYBRID_ONLINE, RULES_HYBRID_ONLINE_HINT),
        (HybridCounts::InPerson, RULES_HYBRID_IN_PERSON, RULES_HYBRID_IN_PERSON_HINT),
    ];
    if !may_set {
        let words = ways.into_iter().find(|(way, ..)| *way == set).map(|(_, label, hint)| {
            view! { <div class="card__body"><p><b>{t(label)}</b></p><p class="hint">{t(hint)}</p></div> }
        });
        return view! { <Card title=t(RULES_HYBRID_TITLE)>{words}</Card> }.into_any();
    }
    let choices = ways.map(|(way, label, hint)| {
        view! { <Choice name="hybrid" value=way.code() label=t(label) hint=t(hint) checked=way == set radio=true/> }
    });
    view! {
        <Card title=t(RULES_HYBRID_TITLE)>
            <form method="post" action="/api/rules/set-hybrid">
                <fieldset class="formpage__sec">
                    <legend class="vh">{t(RULES_HYBRID_TITLE)}</legend>
                    {choices.into_iter().collect_view()}
                    <p class="hint">{t(RULES_HYBRID_NOTE)}</p>
                    <div class="formpage__acts"><button class="btn btn--secondary">{t(RULES_HYBRID_SET)}</button></div>
                </fieldset>
            </form>
        </Card>
    }
    .into_any()
}

/// What a new row needs whether its kind is there or new.
fn is_always_asked(name: &str) -> bool {
    matches!(name, "limit_sessions" | "source" | "valid_from")
}

fn row(rule: &KindRule, all: &[KindRule], today: NaiveDate) -> impl IntoView + use<> {
    let state = if rule.valid_from > today {
        view! { <Badge tone=BadgeTone::Accent icon="calendar-clock" text=t(RULE_COMING)/> }
    } else if rule_on(all, &rule.kind.code, today).is_some_and(|newest| newest.id == rule.id) {
        view! { <Badge tone=BadgeTone::Met text=t(RULE_IN_FORCE)/> }
    } else {
        view! { <Badge icon="history" text=t(RULE_REPLACED)/> }
    };
    let limit = format!("{} ({})", text::sessions(rule.limit_sessions), text::days(rule.limit_sessions));
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                {text::either(&rule.kind.name_vi, &rule.kind.name_en).to_owned()}
                <br/><code class="sub" lang="en">{rule.kind.code.clone()}</code>
            </th>
            <td role="cell" data-label=t(RULE_LIMIT)>{limit}</td>
            <td role="cell" data-label=t(RULE_SOURCE)>{rule.source.clone()}</td>
            <td role="cell" class="num" data-label=t(RULE_FROM)>{text::date(rule.valid_from)}</td>
            <td role="cell" data-label=t(RULE_STATE)>{state}</td>
        </tr>
    }
}

/// The kinds that are there, each once.
fn kinds(rules: &[KindRule]) -> Vec<(String, String)> {
    let choice = |kind: &KindRef| (kind.code.clone(), text::either(&kind.name_vi, &kind.name_en).to_owned());
    domain::rules::kinds(rules).into_iter().map(choice).collect()
}

fn fields(posted: &Posted, book: &RuleBook) -> AnyView {
    let field = |name: &'static str, label, kind: &'static str, hint: Option<&'static str>| {
        view! {
            <Field
                name=name
                label=t(label)
                kind=kind
                value=posted.typed(name)
                error=posted.error(name)
                hint=hint
                required=is_always_asked(name)
            />
        }
    };
    let scope = |scope: Scope| (scope.code().to_owned(), words::scope(scope).to_owned());
    let kept = (String::new(), t(RULE_SCOPE_KEPT).to_owned());
    let scopes = vec![kept, scope(Scope::Conference), scope(Scope::Meeting)];
    view! {
        <p class="hint">{t(RULES_ADD_HINT)}</p>
        <div class="formpage__two">
            <Field
                name="code"
                label=t(RULE_CODE)
                value=posted.typed("code")
                error=posted.error("code")
                hint=Some(t(RULE_CODE_HINT))
                required=true
                choices=kinds(&book.rules)
            />
            <Select
                name="scope"
                label=t(RULE_SCOPE)
                options=scopes
                selected=posted.typed("scope")
                error=posted.error("scope")
            />
        </div>
        <div class="formpage__two">
            {field("name_vi", RULE_NAME_VI, "text", None)}
            {field("name_en", RULE_NAME_EN, "text", None)}
        </div>
        <div class="formpage__two">
            {field("limit_sessions", RULE_LIMIT_SESSIONS, "number", Some(t(RULE_LIMIT_HINT)))}
            <DateField
                name="valid_from"
                label=t(RULE_FROM)
                value=posted.typed("valid_from")
                toward=Toward::Future
                error=posted.error("valid_from")
                required=true
            />
        </div>
        {field("source", RULE_SOURCE, "text", Some(t(RULE_SOURCE_HINT)))}
    }
    .into_any()
}
