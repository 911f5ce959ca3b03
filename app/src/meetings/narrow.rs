//! What the list of meetings is narrowed by: a plain form, and the conditions in force, each with its way off.

use domain::access::Stage;
use domain::agencies::Agency;
use domain::meetings::MeetingFilter;
use domain::time::Toward;
use leptos::prelude::*;

use super::calls::Listed;
use super::filter::Asked;
use super::{filter, words};
use crate::dates::{self, DateField};
use crate::session::me;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::Icon;

/// The filters as a form, and above the list those in force, each with its way off.
pub(super) fn filters(all: &Asked, listed: &Listed) -> impl IntoView + use<> {
    let asked = &all.filter;
    let option = |value: String, word: String, chosen: bool| view! { <option value=value selected=chosen>{word}</option> };
    let stages = Stage::ALL
        .into_iter()
        .map(|stage| {
            option(stage.code().to_owned(), crate::words::stage(stage).to_owned(), asked.stage == Some(stage))
        })
        .collect_view();
    let forms = words::FORMS
        .into_iter()
        .map(|form| {
            option(form.code().to_owned(), crate::words::form(form).to_owned(), asked.form == Some(form))
        })
        .collect_view();
    let kinds = listed
        .kinds
        .iter()
        .map(|kind| {
            option(kind.code.clone(), words::kind(kind).to_owned(), asked.kind.as_ref() == Some(&kind.code))
        })
        .collect_view();
    let agencies = listed
        .agencies
        .iter()
        .map(|agency| option(agency.id.to_string(), indented(agency), asked.agency == Some(agency.id)))
        .collect_view();
    let rooms = listed
        .rooms
        .iter()
        .map(|room| {
            let name = format!("{}, {}", room.name, room.agency.short_name);
            option(room.id.to_string(), name, asked.room == Some(room.id))
        })
        .collect_view();
    let (mut from, mut to) =
        asked.window.map(|window| (edge(window.from), edge(window.to))).unwrap_or_default();
    for (end, unread) in [&mut from, &mut to].into_iter().zip(&all.unread) {
        if !unread.is_empty() {
            end.clone_from(unread);
        }
    }
    let inverted = dates::inverted(&from, &to);
    view! {
        <form class="filterbar" method="get" action="/meetings" role="search">
            <div class="field field--wide">
                <label for="text">{t(MEETINGS_FILTER_TEXT)}</label>
                <div class="affix"><Icon name="search"/><input class="input" id="text" name="text" r#type="search" value=asked.text.clone()/></div>
            </div>
            {fold(asked, all.unread.iter().any(|typed| !typed.is_empty()))}
            <div class="filterbar__rest">
                {select("stage", t(MEETINGS_COLUMN_STATE), stages.into_any())}
                {select("form", t(MEETINGS_COLUMN_FORM), forms.into_any())}
                {select("kind", t(MEETINGS_FILTER_KIND), kinds.into_any())}
                {select("agency", t(MEETINGS_FILTER_AGENCY), agencies.into_any())}
                {select("room", t(MEETINGS_FILTER_ROOM), rooms.into_any())}
                {select("person", t(MEETINGS_FILTER_PERSON), people(asked, listed))}
                <div class="field filterbar__find">
                    <label for="find">{t(MEETINGS_FILTER_FIND)}</label>
                    <input class="input" id="find" name="find" value=all.find.clone() autocomplete="off"/>
                </div>
                <div class="filterbar__dates">
                <DateField name="from" label=t(MEETINGS_FILTER_FROM) value=from toward=Toward::Past/>
                <DateField name="to" label=t(MEETINGS_FILTER_TO) value=to toward=Toward::Past error=inverted after=Some("from")/>
                </div>
                <label class="tick">
                    <input r#type="checkbox" name="subtree" value="on" checked=asked.with_subtree/>
                    {t(MEETINGS_FILTER_SUBTREE)}
                </label>
            </div>
            <button class="btn btn--secondary"><Icon name="funnel"/>{t(MEETINGS_FILTER_APPLY)}</button>
        </form>
        {found(all, listed)}
        {in_force(all, listed)}
    }
}

/// On small screens the conditions stand folded behind their count, so that the list is the first thing seen; a date
/// that was not understood stays in sight.
fn fold(asked: &MeetingFilter, has_unread: bool) -> impl IntoView + use<> {
    let set = [
        asked.stage.is_some(),
        asked.form.is_some(),
        asked.kind.is_some(),
        asked.agency.is_some(),
        asked.room.is_some(),
        asked.person.is_some(),
        asked.window.is_some(),
    ];
    let word = match set.into_iter().filter(|is_set| *is_set).count() {
        0 => t(MEETINGS_FILTER_FOLD).to_owned(),
        set => tf(MEETINGS_FILTER_FOLD_SET, &[("n", &set)]),
    };
    view! {
        <details class="filterbar__fold not-desk" open=has_unread>
            <summary class="btn btn--secondary">{word}<Icon name="chevron-down"/></summary>
        </details>
    }
}

fn select(name: &'static str, label: &'static str, options: AnyView) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select class="select" id=name name=name><option value="">{t(MEETINGS_FILTER_ALL)}</option>{options}</select>
        </div>
    }
}

/// Oneself, and whoever was found by name before.
fn people(asked: &MeetingFilter, listed: &Listed) -> AnyView {
    let own = me().map(|me| (me.person, t(MEETINGS_FILTER_ME).to_owned()));
    let other = listed.person.as_ref().filter(|person| own.as_ref().is_none_or(|own| own.0 != person.id));
    let other = other.map(|person| (person.id, person.distinct_name()));
    [own, other]
        .into_iter()
        .flatten()
        .map(|(id, name)| {
            view! { <option value=id.to_string() selected=asked.person == Some(id)>{name}</option> }
        })
        .collect_view()
        .into_any()
}

/// The people and rooms that a name may mean, each a link to the same list of their meetings.
fn found(all: &Asked, listed: &Listed) -> Option<AnyView> {
    if all.find.is_empty() {
        return None;
    }
    let is_none = listed.found.is_empty() && listed.found_rooms.is_empty();
    let title = if is_none { MEETINGS_FOUND_NONE } else { MEETINGS_FOUND };
    let link = |change: &dyn Fn(&mut MeetingFilter), name: &str, detail: String| {
        let mut with = Asked { find: String::new(), ..all.clone() };
        change(&mut with.filter);
        with.filter.page = 1;
        view! {
            <li>
                <a class="menu__item" href=filter::href(&with)>
                    <span class="grow">{name.to_owned()}<small class="hint">" "{detail}</small></span>
                    <Icon name="chevron-right"/>
                </a>
            </li>
        }
    };
    let people = listed.found.iter().map(|person| {
        let detail = format!("{}, {}", person.position, person.agency);
        link(&|filter| filter.person = Some(person.id), &person.distinct_name(), detail)
    });
    let rooms = listed
        .found_rooms
        .iter()
        .map(|room| link(&|filter| filter.room = Some(room.id), &room.name, room.agency.short_name.clone()));
    Some(
        view! {
            <section class="card">
                <header class="card__head"><h2>{tf(title, &[("name", &all.find)])}</h2></header>
                <ul>{people.chain(rooms).collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}

fn edge(date: chrono::NaiveDate) -> String {
    if date == filter::FIRST_DAY || date == filter::LAST_DAY { String::new() } else { text::typed(date) }
}

fn indented(agency: &Agency) -> String {
    format!("{}{}", "\u{a0}\u{a0}".repeat(agency.depth as usize), agency.short_name)
}

fn in_force(all: &Asked, listed: &Listed) -> Option<AnyView> {
    let asked = &all.filter;
    let without = |change: &dyn Fn(&mut MeetingFilter)| {
        let mut left = all.clone();
        left.filter.page = 1;
        change(&mut left.filter);
        filter::href(&left)
    };
    let mut on: Vec<(String, String)> = Vec::new();
    if !asked.text.is_empty() {
        on.push((format!("“{}”", asked.text), without(&|f| f.text.clear())));
    }
    if let Some(stage) = asked.stage {
        on.push((crate::words::stage(stage).to_owned(), without(&|f| f.stage = None)));
    }
    if let Some(form) = asked.form {
        on.push((crate::words::form(form).to_owned(), without(&|f| f.form = None)));
    }
    if let Some(kind) = listed.kinds.iter().find(|kind| Some(&kind.code) == asked.kind.as_ref()) {
        on.push((words::kind(kind).to_owned(), without(&|f| f.kind = None)));
    }
    if let Some(agency) = listed.agencies.iter().find(|agency| Some(agency.id) == asked.agency) {
        let name = agency.short_name.clone();
        let name = if asked.with_subtree { tf(MEETINGS_AND_BELOW, &[("agency", &name)]) } else { name };
        on.push((
            name,
            without(&|f| {
                f.agency = None;
                f.with_subtree = false;
            }),
        ));
    }
    if let Some(room) = asked.room {
        let name = listed.rooms.iter().find(|listed| listed.id == room).map(|room| room.name.clone());
        on.push((name.unwrap_or_else(|| t(MEETINGS_FILTER_ROOM).to_owned()), without(&|f| f.room = None)));
    }
    if let Some(person) = asked.person {
        let own = me().filter(|me| me.person == person).map(|_| t(MEETINGS_FILTER_ME).to_owned());
        let name = own.or_else(|| listed.person.as_ref().map(|person| person.distinct_name()));
        on.push((
            name.unwrap_or_else(|| t(MEETINGS_FILTER_PERSON).to_owned()),
            without(&|f| f.person = None),
        ));
    }
    if let Some(window) = asked.window {
        on.push((window_in_words(window), without(&without_window)));
    }
    if asked.counted.is_some() {
        let word = if asked.is_compared { MEETINGS_COMPARED_ONLY } else { MEETINGS_COUNTED_ONLY };
        on.push((
            t(word).to_owned(),
            without(&|f| {
                f.counted = None;
                f.is_compared = false;
            }),
        ));
    }
    let chips = on
        .iter()
        .map(|(word, href)| {
            let label = tf(MEETINGS_FILTER_REMOVE, &[("filter", word)]);
            view! { <a class="slot" href=href.clone() aria-label=label>{word.clone()}<Icon name="x"/></a> }
        })
        .collect_view();
    (!on.is_empty()).then(|| view! { <div class="filterbar__on">{chips}</div> }.into_any())
}

/// Which agencies are compared follows from the window.
fn without_window(filter: &mut MeetingFilter) {
    filter.window = None;
    filter.is_compared = false;
}

fn window_in_words(window: domain::period::Window) -> String {
    match (window.from == filter::FIRST_DAY, window.to == filter::LAST_DAY) {
        (false, false) => format!("{}–{}", text::date(window.from), text::date(window.to)),
        (false, true) => tf(MEETINGS_SINCE, &[("date", &text::date(window.from))]),
        _ => tf(MEETINGS_UNTIL, &[("date", &text::date(window.to))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::period::Period;

    #[test]
    fn without_its_window_a_list_compares_nothing() {
        let window = Period::parse("y-2026").map(|period| period.window());
        let mut filter = MeetingFilter { window, is_compared: true, ..MeetingFilter::default() };
        without_window(&mut filter);
        assert_eq!(filter, MeetingFilter::default());
    }
}
