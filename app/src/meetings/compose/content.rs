//! What the meeting is: title, kind, form, who holds it, with whom.

use domain::count::{Counterpart, Scope};
use domain::meetings::MeetingInput;
use domain::rules::{KindRule, rules_on};
use leptos::prelude::*;

use super::field::{choice, folded, framed, long_entry};
use super::sheet::Sheet;
use crate::meetings::words as meeting_words;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::Icon;
use crate::words;

/// The first section.
pub(super) fn content(sheet: Sheet) -> impl IntoView {
    view! {
        <section class="card cmp__sec" aria-labelledby="top">
            <h2 id="top">{t(COMPOSER_CONTENT)}</h2>
            {sheet.drawn(move |input| {
                view! {
                    {long_entry(sheet, "title".to_owned(), t(COMPOSER_TITLE), input.title.clone())}
                    {holder(sheet, input, Shown::Here)}
                    <div class="two">{kinds(sheet, input)}{counterparts(input)}</div>
                    {forms(sheet, input)}
                    {more(sheet, input)}
                }
            })}
        </section>
    }
}

/// Kinds in two groups, each with its limit in words, by the rules of the meeting's date.
fn kinds(sheet: Sheet, input: &MeetingInput) -> impl IntoView + use<> {
    let date = input.readable_sittings(sheet.clock.today()).first().map(|sitting| sitting.date);
    let rules: Vec<KindRule> = sheet.choices.with_value(|choices| {
        let newest = choices.rules.iter().map(|rule| rule.valid_from).max().unwrap_or_default();
        rules_on(&choices.rules, date.unwrap_or(newest)).into_iter().cloned().collect()
    });
    let group = |scope: Scope| {
        let options = rules
            .iter()
            .filter(|rule| rule.kind.scope == scope)
            .map(|rule| {
                let limit = text::days(rule.limit_sessions);
                let name = meeting_words::kind(&rule.kind).to_owned();
                let words = tf(COMPOSER_KIND_LIMIT, &[("kind", &name), ("limit", &limit)]);
                view! { <option value=rule.kind.code.clone() selected=rule.kind.code == input.kind>{words}</option> }
            })
            .collect_view();
        view! { <optgroup label=words::scope(scope)>{options}</optgroup> }
    };
    let options = view! {
        <option value="">{t(COMPOSER_KIND_NONE)}</option>
        {group(Scope::Conference)}
        {group(Scope::Meeting)}
    };
    choice(sheet, "kind".to_owned(), t(COMPOSER_KIND), options.into_any())
}

fn counterparts(input: &MeetingInput) -> impl IntoView + use<> {
    let chosen = Counterpart::parse(&input.counterpart).unwrap_or(Counterpart::Internal);
    let options = Counterpart::ALL
        .into_iter()
        .map(|with| {
            view! { <option value=with.code() selected=with == chosen>{words::counterpart(with)}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for="counterpart">{t(COMPOSER_WITH)}</label>
            <select class="select" id="counterpart" name="counterpart">{options}</select>
        </div>
    }
}

fn forms(sheet: Sheet, input: &MeetingInput) -> impl IntoView + use<> {
    let options = meeting_words::FORMS
        .into_iter()
        .map(|form| {
            let icon = match form {
                domain::count::Form::InPerson => "building-2",
                domain::count::Form::Online => "video",
                domain::count::Form::Hybrid => "blend",
            };
            view! {
                <label>
                    <input r#type="radio" name="form" value=form.code() checked=input.form == form.code()/>
                    <Icon name=icon/>
                    {words::form(form)}
                </label>
            }
        })
        .collect_view();
    let control = view! { <div class="seg">{options}</div> }.into_any();
    framed(sheet, "form".to_owned(), t(COMPOSER_FORM), control, true)
}

/// Where the organiser is chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Among the first fields.
    Here,
    /// Folded away.
    Folded,
}

/// The organiser: in sight for those who write for several agencies, folded away for those who write for one.
fn holder(sheet: Sheet, input: &MeetingInput, place: Shown) -> Option<AnyView> {
    let agencies: Vec<(String, String)> = sheet.choices.with_value(|choices| {
        let is_one = |id: &str| choices.own.iter().any(|own| own.to_string() == id) || id == input.agency;
        let named = choices.agencies.iter().map(|agency| (agency.id.to_string(), agency.name.clone()));
        named.filter(|(id, _)| is_one(id)).collect()
    });
    let shown = if agencies.len() > 1 { Shown::Here } else { Shown::Folded };
    (shown == place).then(|| {
        let options = agencies
            .into_iter()
            .map(|(id, name)| {
                let chosen = id == input.agency;
                view! { <option value=id selected=chosen>{name}</option> }
            })
            .collect_view();
        choice(sheet, "agency".to_owned(), t(COMPOSER_AGENCY), options.into_any()).into_any()
    })
}

/// What is seldom changed, folded away.
fn more(sheet: Sheet, input: &MeetingInput) -> impl IntoView + use<> {
    let attended = input.side == "attended";
    let folded_holder = holder(sheet, input, Shown::Folded);
    let words = if folded_holder.is_some() { COMPOSER_MORE } else { COMPOSER_MORE_ALONE };
    let body = view! {
            <div class="stack">
                {folded_holder}
                <div class="field">
                    <label for="side">{t(COMPOSER_SIDE)}</label>
                    <select class="select" id="side" name="side">
                        <option value="organised" selected=!attended>{t(COMPOSER_SIDE_ORGANISED)}</option>
                        <option value="attended" selected=attended>{t(COMPOSER_SIDE_ATTENDED)}</option>
                    </select>
                </div>
                <label class="tick">
                    <input r#type="checkbox" name="unexpected" value="on" checked=input.unexpected == "on"/>
                    {t(COMPOSER_UNEXPECTED)}
                </label>
            </div>
    };
    folded(sheet, "more", move || t(words).to_owned(), body.into_any())
}
