//! What the form on the page holds, as the input it stands for.

use domain::meetings::{AgendaInput, MeetingInput, parse_date};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlElement, HtmlFormElement, HtmlInputElement};

use super::super::sheet::{FINDERS, Sheet};
use super::super::step::meaning;
use super::super::typed::input_of;

/// Puts the focus on what has this identifier.
pub(super) fn focus_on(id: &str) {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(element) = element {
        let _ = element.focus();
    }
}

/// What has the focus now.
pub(super) fn focused() -> Option<String> {
    document().active_element().map(|element| element.id()).filter(|id| !id.is_empty())
}

/// Writes the identifiers of the agenda's items beside their fields.
pub(super) fn name_items(sheet: Sheet, items: &[AgendaInput]) {
    let Some(form) = sheet.form.try_get_untracked().flatten() else { return };
    for (at, item) in items.iter().enumerate() {
        let field = form.query_selector(&format!("input[name=\"agenda[{at}][id]\"]")).ok().flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
            field.set_value(&item.id);
        }
    }
}

pub(super) fn data(sheet: Sheet) -> Option<FormData> {
    let form: HtmlFormElement = sheet.form.try_get_untracked().flatten()?;
    FormData::new_with_form(&form).ok()
}

pub(super) fn text(data: &FormData, name: &str) -> String {
    data.get(name).as_string().unwrap_or_default()
}

fn texts(data: &FormData, name: &str) -> Vec<String> {
    data.get_all(name).iter().filter_map(|value| value.as_string()).collect()
}

/// Takes what stands in the search fields; whether that is news. What was wrong with a text says nothing about the next one.
fn read_beside(sheet: Sheet, data: &FormData) -> bool {
    let now = FINDERS.map(|field| text(data, field));
    let before = sheet.beside.get_untracked();
    if now == before {
        return false;
    }
    let is_other = |field: &str| {
        FINDERS.iter().zip(now.iter().zip(&before)).any(|(of, (now, before))| *of == field && now != before)
    };
    sheet.loose.update(|loose| loose.retain(|loose| !is_other(loose.field)));
    sheet.offers.update(|offers| offers.retain(|(field, _)| !is_other(field)));
    sheet.beside.set(now);
    true
}

/// Writes beside each date what else it may mean, and the date itself where it means another day than it did: one typed
/// without its year follows whether the meeting took place.
fn write_dates(sheet: Sheet, data: &FormData, input: &MeetingInput) {
    let Some(form) = sheet.form.try_get_untracked().flatten() else { return };
    let write = |name: &str, value: &str| {
        let field = form.query_selector(&format!("input[name=\"{name}\"]")).ok().flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
            field.set_value(value);
        }
    };
    for (at, sitting) in input.sittings.iter().enumerate() {
        let [date, two_ways] = ["date", "two_ways"].map(|field| format!("sittings[{at}][{field}]"));
        let before = text(data, &two_ways);
        if before == sitting.two_ways {
            continue;
        }
        write(&two_ways, &sitting.two_ways);
        // A date that is being typed is left alone; one that stood there whole may have turned.
        if let (Some(was), Some(is)) = (parse_date(&text(data, &date)), parse_date(&sitting.date))
            && was != is
        {
            write(&date, &crate::text::typed(is));
        }
    }
}

/// Takes what the form holds now, what is nobody yet among it; whether that is news.
pub(super) fn read(sheet: Sheet) -> bool {
    let Some(data) = data(sheet) else { return false };
    let is_news_beside = read_beside(sheet, &data);
    let input = input_of(|name| texts(&data, name)).settled(sheet.clock.today());
    write_dates(sheet, &data, &input);
    let is_news = sheet.input.with_untracked(|old| meaning(old) != meaning(&input));
    if sheet.input.with_untracked(|old| *old != input) {
        sheet.input.set(input);
    }
    is_news || is_news_beside
}
