//! Who takes part: chair, secretary, delegates. A person or an agency is found while a name is typed; without script the
//! button beside the field finds the one that is meant, and asks when several fit.

use domain::meetings::MeetingInput;
use leptos::prelude::*;

use super::field::{error, folded, press};
use super::finding::{self, Found};
use super::guests::guests;
use super::sheet::{ADD_ROOM, Sheet};
use super::step::{add_once, add_room};
use super::{listed, live};
use crate::failure::CallError;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::combo::{ComboOption, Finding};
use crate::ui::{Chip, Combo};

/// More delegates than these are folded away.
const DELEGATES_SHOWN: usize = 40;

/// The fourth section.
pub(super) fn people(sheet: Sheet) -> impl IntoView {
    let count = move || sheet.input.with(|input| input.delegates.len());
    view! {
        <section class="card cmp__sec" aria-labelledby="people">
            <h2 id="people">{t(COMPOSER_PEOPLE)}</h2>
            <div class="formpage__two leaders">
                {sheet.drawn(move |input| leader(sheet, input, &CHAIR))}
                {sheet.drawn(move |input| leader(sheet, input, &SECRETARY))}
            </div>
            <h3 class="label">{t(COMPOSER_DELEGATES)}" "<span class="muted">{count}</span></h3>
            {error(sheet, "delegates")}
            {sheet.drawn(move |input| delegates(sheet, input))}
            <div class="pick">
                <div class="grow">{sheet.drawn(move |_| adding(sheet))}</div>
                {press("add_delegate".to_owned(), "plus", Some(t(COMPOSER_ADD)), None, "btn btn--secondary")}
            </div>
            {sheet.drawn(move |_| listed::pasting(sheet))}
            <div class="row row--wrap">
                {press("invite_all_communes".to_owned(), "plus", Some(t(COMPOSER_INVITE_ALL_COMMUNES)), None, "btn btn--quiet")}
                {move || (count() > 1).then(drop_all)}
            </div>
            {guests(sheet)}
        </section>
    }
}

fn drop_all() -> impl IntoView {
    press("drop_all_delegates".to_owned(), "x", Some(t(COMPOSER_DROP_ALL_DELEGATES)), None, "btn btn--quiet")
}

fn adding(sheet: Sheet) -> impl IntoView + use<> {
    finder(sheet, "add", t(COMPOSER_ADD_DELEGATE_LABEL), t(COMPOSER_ADD_DELEGATE_HINT))
}

/// The chair's or the secretary's field.
struct Leader {
    field: &'static str,
    finder: &'static str,
    drop: &'static str,
    label: crate::text::Text,
    of: fn(&MeetingInput) -> &String,
}

const CHAIR: Leader = Leader {
    field: "chair",
    finder: "add_chair",
    drop: "drop_chair",
    label: PART_CHAIR,
    of: |input| &input.chair,
};
const SECRETARY: Leader = Leader {
    field: "secretary",
    finder: "add_secretary",
    drop: "drop_secretary",
    label: PART_SECRETARY,
    of: |input| &input.secretary,
};

fn leader(sheet: Sheet, input: &MeetingInput, leader: &Leader) -> impl IntoView + use<> {
    let id = (leader.of)(input).clone();
    let hidden = view! { <input r#type="hidden" name=leader.field value=id.clone()/> };
    let error = error(sheet, leader.field);
    if id.is_empty() {
        return view! {
            <div class="stack stack--s">{error}{hidden}{finder(sheet, leader.finder, t(leader.label), "")}</div>
        }
        .into_any();
    }
    let (name, agency) = match sheet.person(&id) {
        Some(person) => (person.distinct_name(), person.agency),
        None => (t(COMPOSER_UNKNOWN_PERSON).to_owned(), String::new()),
    };
    let words = if agency.is_empty() { name.clone() } else { format!("{name}, {agency}") };
    let drop = leader.drop.to_owned();
    let label = tf(COMPOSER_DROP, &[("name", &name)]);
    view! {
        <div class="field">
            <span class="label">{t(leader.label)}</span>
            {error}
            {hidden}
            <div>{chip(sheet, id, words, agency, drop, label)}</div>
        </div>
    }
    .into_any()
}

fn chip(
    sheet: Sheet,
    id: String,
    words: String,
    agency: String,
    drop: String,
    label: String,
) -> impl IntoView {
    move || {
        let is_busy = sheet.is_busy(&id);
        let text = if is_busy { tf(COMPOSER_BUSY, &[("name", &words)]) } else { words.clone() };
        let (drop, label) = (drop.clone(), label.clone());
        view! {
            <Chip text agency=agency.clone() is_busy>
                {press(drop, "x", None, Some(label), "btn btn--icon")}
            </Chip>
        }
    }
}

fn delegates(sheet: Sheet, input: &MeetingInput) -> Option<AnyView> {
    if input.delegates.is_empty() {
        return None;
    }
    let chips: Vec<AnyView> =
        input.delegates.iter().map(|code| delegate(sheet, code.clone()).into_any()).collect();
    let list = view! { <div class="combo__picked">{chips}</div> };
    if input.delegates.len() <= DELEGATES_SHOWN {
        return Some(list.into_any());
    }
    let codes = input.delegates.clone();
    let summary = move || {
        let chosen = tf(COMPOSER_DELEGATES_MANY, &[("n", &codes.len())]);
        let ids = codes.iter().filter_map(|code| code.split_once('-').map(|(_, id)| id));
        let busy = ids.filter(|id| sheet.is_busy(id)).count();
        if busy == 0 { chosen } else { tf(COMPOSER_MANY_BUSY, &[("chosen", &chosen), ("n", &busy)]) }
    };
    Some(folded(sheet, "delegates", summary, list.into_any()).into_any())
}

fn delegate(sheet: Sheet, code: String) -> impl IntoView {
    let (name, agency, is_agency) = sheet
        .delegate(&code)
        .unwrap_or_else(|| (t(COMPOSER_UNKNOWN_PERSON).to_owned(), String::new(), false));
    let words = match (is_agency, agency.is_empty()) {
        (true, _) => tf(COMPOSER_SENDS_DELEGATE, &[("agency", &name)]),
        (false, true) => name.clone(),
        (false, false) => format!("{name}, {agency}"),
    };
    let label = tf(COMPOSER_DROP, &[("name", &name)]);
    let drop = format!("drop_delegate:{code}");
    let id = code.split_once('-').map(|(_, id)| id.to_owned()).unwrap_or_default();
    view! {
        <input r#type="hidden" name="delegates[]" value=code/>
        {chip(sheet, id, words, agency, drop, label)}
    }
}

/// What fits a text in a search field: rooms, or people and, where one will do, agencies.
pub(super) async fn search(sheet: Sheet, field: &str, text: String) -> Result<Vec<Found>, CallError> {
    if field == ADD_ROOM {
        let agency = sheet.input.try_with_untracked(|input| input.agency.clone()).unwrap_or_default();
        let rooms = finding::find_rooms(text, agency).await?;
        return Ok(rooms.into_iter().map(Found::Room).collect());
    }
    finding::find(text, field != "add").await
}

/// A field that finds what [`search`] does.
pub(super) fn finder(
    sheet: Sheet,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
) -> impl IntoView {
    let seen = StoredValue::new(Vec::<Found>::new());
    let find = Callback::new(move |text: String| -> Finding {
        Box::pin(async move {
            let found = search(sheet, name, text).await.ok()?;
            let options = found.iter().map(option).collect();
            // What is listed is among all that were found.
            seen.try_update_value(|seen| {
                seen.retain(|known| !found.iter().any(|new| new.code() == known.code()));
                seen.extend(found);
            });
            Some(options)
        })
    });
    let choose = Callback::new(move |chosen: ComboOption| {
        let found = seen.with_value(|seen| seen.iter().find(|found| found.code() == chosen.value).cloned());
        if let Some(found) = found {
            sheet.clear(name);
            take(sheet, name, found);
        }
    });
    let error = Signal::derive(move || {
        let loose = sheet.loose.with(|loose| loose.iter().find(|loose| loose.field == name).copied());
        loose.map(|loose| loose.words().to_owned())
    });
    let value = sheet.beside(name);
    let hint = (!hint.is_empty()).then_some(hint);
    let none = t(if name == ADD_ROOM { COMPOSER_NO_ROOM_FOUND } else { COMPOSER_NOBODY_FOUND });
    view! {
        <div class="stack stack--s">
            <Combo name label hint value error none clears=true find on_choose=choose/>
            {offers(sheet, name)}
        </div>
    }
}

/// Those whom the text of a search field fits, to choose from: one press each, with script and without.
fn offers(sheet: Sheet, field: &'static str) -> impl IntoView {
    move || {
        let offered = sheet.offered(field);
        let rows = offered
            .iter()
            .map(|found| {
                let ComboOption { value, label, detail } = option(found);
                view! {
                    <button class="choice" name="then" value=format!("choose:{field}:{value}")>
                        <span><b>{label}</b><span class="hint">{detail}</span></span>
                    </button>
                }
            })
            .collect_view();
        (!offered.is_empty()).then(|| {
            view! {
                <fieldset class="field" id=format!("{field}-offers") tabindex="-1">
                    <legend>{t(COMPOSER_CHOOSE_ONE)}</legend>
                    <div class="choices choices--2">{rows}</div>
                </fieldset>
            }
        })
    }
}

pub(super) fn option(found: &Found) -> ComboOption {
    let value = found.code();
    match found {
        Found::Person(person) => {
            let detail = [person.position.as_str(), person.agency.as_str()];
            let detail: Vec<&str> = detail.into_iter().filter(|part| !part.is_empty()).collect();
            ComboOption { value, label: person.distinct_name(), detail: detail.join(", ") }
        }
        Found::Agency(agency) => ComboOption {
            value,
            label: agency.short_name.clone(),
            detail: t(COMPOSER_AGENCY_SENDS).to_owned(),
        },
        Found::Room(room) => {
            let seats = tf(ROOM_SEATS, &[("n", &room.capacity)]);
            let detail = format!("{}, {seats}", room.agency.short_name);
            ComboOption { value, label: room.name.clone(), detail }
        }
    }
}

/// Puts who was found by a search field in their place; the work goes on where it makes sense next.
pub(super) fn take(sheet: Sheet, field: &str, found: Found) {
    let code = found.code();
    let person = match found {
        Found::Person(person) => {
            let id = person.id.to_string();
            sheet.meet(person);
            Some(id)
        }
        Found::Agency(_) => None,
        Found::Room(room) => {
            sheet.meet_room(room);
            sheet.input.update(|input| add_room(&mut input.rooms, code));
            return live::changed(sheet, Some(ADD_ROOM.to_owned()));
        }
    };
    sheet.input.update(|input| match (field, person) {
        ("add_chair", Some(id)) => input.chair = id,
        ("add_secretary", Some(id)) => input.secretary = id,
        _ => add_once(&mut input.delegates, code),
    });
    live::changed(sheet, Some("add".to_owned()));
}
