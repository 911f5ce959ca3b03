//! Adding somebody while the meeting is under way, from the roll: a delegate or an agency that is found by name, or a guest.
//! Without script a button of the same form looks for people; nobody is added by a guess.

use std::time::Duration;

use domain::access::Action;
use domain::count::Form;
use domain::meetings::{Delegation, GuestSort};
use leptos::prelude::*;
use server_fn::ServerFn;

use super::compose::finding::{self, Found};
use super::desk::Desk;
use super::roll_calls::AddParticipants;
use super::step::Step;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Icon, Loaded, hydrated, loaded, resource};
use crate::words;

/// A pause in typing: shorter would ask the server at every key.
const FIND_AFTER: Duration = Duration::from_millis(250);

/// The folded form; nothing for those who may not add.
pub(super) fn adding(desk: Desk) -> impl IntoView {
    let may = Memo::new(move |_| desk.meeting.with(|meeting| meeting.may(Action::AddParticipants)));
    let turn = RwSignal::new(0_u32);
    let is_open = desk.filled("add") == "on" || !desk.filled("add_name").is_empty();
    move || {
        may.get().then(|| {
            // After somebody was added the fields are empty again.
            let form = move || {
                let is_first = turn.get() == 0;
                form(desk, turn, is_first)
            };
            view! {
                <details class="more rc__add" id="roll-add" open=is_open>
                    <summary><Icon name="chevron-right"/>{t(ROLL_ADD)}</summary>
                    {form}
                </details>
            }
        })
    }
}

fn form(desk: Desk, turn: RwSignal<u32>, is_first: bool) -> impl IntoView {
    let filled = move |field: &str| if is_first { desk.filled(field) } else { String::new() };
    let done = Callback::new(move |()| {
        turn.update(|turn| *turn += 1);
        #[cfg(feature = "hydrate")]
        request_animation_frame(empty);
    });
    let has_sites = Memo::new(move |_| desk.meeting.with(|meeting| meeting.form != Form::InPerson));
    let is_online = desk.meeting.with_untracked(|meeting| meeting.form == Form::Online);
    view! {
        <Step desk path=AddParticipants::PATH done says=Some(DONE_ADDED) class="stack rc__add-form">
            <input r#type="hidden" name="id" value=desk.id.to_string()/>
            <p class="hint">{t(ROLL_ADD_HINT)}</p>
            {finder(desk, filled("add_text"))}
            {move || has_sites.get().then(|| view! {
                <label class="tick">
                    <input r#type="checkbox" name="site" value="on" checked=is_online/>
                    {t(ROLL_ADD_SITE)}
                </label>
                {wrong(desk, "site")}
            })}
            <fieldset class="field">
                <legend>{t(ROLL_ADD_GUEST)}</legend>
                <div class="guests__row">
                    {entry(desk, "name", t(COMPOSER_GUEST_NAME), filled("add_name"))}
                    {entry(desk, "position", t(PERSON_POSITION), filled("add_position"))}
                    {entry(desk, "organisation", t(COMPOSER_GUEST_ORGANISATION), filled("add_organisation"))}
                    {sorts(desk, &filled("add_sort"))}
                </div>
            </fieldset>
            <div><button class="btn btn--primary"><Icon name="user-plus"/>{t(ROLL_ADD_SUBMIT)}</button></div>
        </Step>
    }
}

/// What was typed stays in fields that are drawn anew, unless they are reset.
#[cfg(feature = "hydrate")]
fn empty() {
    use wasm_bindgen::JsCast;

    let form = document().query_selector("#roll-add form").ok().flatten();
    if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
        form.reset();
    }
}

/// The field that finds people and agencies, and those found as a choice.
fn finder(desk: Desk, text: String) -> impl IntoView {
    let text = RwSignal::new(text);
    let typing = StoredValue::new(0_u32);
    let seek = move |typed: String| {
        let now = typing.try_update_value(|typing| {
            *typing += 1;
            *typing
        });
        let ask = move || {
            if now.is_some() && typing.try_get_value() == now {
                text.try_set(typed);
            }
        };
        set_timeout(ask, FIND_AFTER);
    };
    let found: Loaded<Vec<Found>> = resource(
        move || text.get(),
        |text| async move {
            if text.trim().is_empty() { Ok(Vec::new()) } else { finding::find(text, false).await }
        },
    );
    // Enter in the search field finds; it must not send the form before somebody is chosen.
    let stay = |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
        }
    };
    // With script the list follows what is typed, and the button must not be the one that Enter presses in the form's other fields.
    let is_hydrated = hydrated();
    let kind = move || if is_hydrated.get() { "button" } else { "submit" };
    view! {
        <div class="pick">
            <div class="field grow">
                <label for="add-text">{t(ROLL_ADD_FIND)}</label>
                {wrong(desk, "delegate")}
                <input
                    class="input"
                    r#type="search"
                    id="add-text"
                    name="text"
                    autocomplete="off"
                    value=text.get_untracked()
                    on:input=move |event| seek(event_target_value(&event))
                    on:keydown=stay
                />
            </div>
            <button class="btn btn--secondary" r#type=kind name="then" value="find">
                <Icon name="search"/>{t(SEARCH_SUBMIT)}
            </button>
        </div>
        <fieldset class="field">
            <legend class="vh">{t(ROLL_ADD_FOUND)}</legend>
            {loaded(found, move |found| choices(&found, text))}
        </fieldset>
    }
}

fn choices(found: &[Found], text: RwSignal<String>) -> AnyView {
    if found.is_empty() {
        let is_typed = text.with_untracked(|text| !text.trim().is_empty());
        return is_typed
            .then(|| view! { <p class="muted" role="status">{t(ROLL_ADD_NOBODY)}</p> })
            .into_any();
    }
    let rows = found.iter().filter_map(choice).collect_view();
    view! { <div class="choices choices--2">{rows}</div> }.into_any()
}

fn choice(found: &Found) -> Option<impl IntoView + use<>> {
    let (code, name, detail) = match found {
        Found::Person(person) => {
            let detail = [person.position.as_str(), person.agency.as_str()];
            let detail: Vec<&str> = detail.into_iter().filter(|part| !part.is_empty()).collect();
            (Delegation::Person(person.id).code(), person.distinct_name(), detail.join(", "))
        }
        Found::Agency(agency) => (
            Delegation::Agency(agency.id).code(),
            agency.short_name.clone(),
            t(COMPOSER_AGENCY_SENDS).to_owned(),
        ),
        Found::Room(_) => return None,
    };
    Some(view! {
        <label class="choice">
            <input r#type="radio" name="delegate" value=code/>
            <span><b>{name}</b><span class="hint">{detail}</span></span>
        </label>
    })
}

fn wrong(desk: Desk, field: &'static str) -> impl IntoView {
    move || {
        desk.problem(field).map(|words| {
            view! { <p class="field__error"><Icon name="octagon-x"/>{words}</p> }
        })
    }
}

fn entry(desk: Desk, field: &'static str, label: &'static str, value: String) -> impl IntoView {
    let id = format!("add-{field}");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {wrong(desk, field)}
            <input class="input" id=id name=field value=value autocomplete="off"/>
        </div>
    }
}

fn sorts(desk: Desk, chosen: &str) -> impl IntoView + use<> {
    let chosen = GuestSort::parse(chosen);
    let options = GuestSort::ALL.into_iter().map(|sort| {
        view! { <option value=sort.code() selected=chosen == Some(sort)>{words::guest_sort(sort)}</option> }
    });
    view! {
        <div class="field">
            <label for="add-sort">{t(COMPOSER_GUEST_SORT)}</label>
            {wrong(desk, "sort")}
            <select class="select" id="add-sort" name="sort">
                <option value="" selected=chosen.is_none()>{t(COMPOSER_GUEST_SORT_AUTO)}</option>
                {options.collect_view()}
            </select>
        </div>
    }
}
