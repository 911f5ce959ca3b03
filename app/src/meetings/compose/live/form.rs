//! What the form on the page holds, as the input it stands for.

use domain::meetings::{AgendaInput, MeetingInput, SittingInput};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlElement, HtmlFormElement, HtmlInputElement};

use super::super::sheet::Sheet;
use super::super::step::meaning;

/// A text field by its identifier.
pub(super) fn input(id: &str) -> Option<HtmlInputElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

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

/// Takes what the form holds now; whether that is news.
pub(super) fn read(sheet: Sheet) -> bool {
    let Some(data) = data(sheet) else { return false };
    let row = |list: &str, at: usize, field: &str| text(&data, &format!("{list}[{at}][{field}]"));
    let rows =
        |list: &str, field: &str| (0..).take_while(|at| data.has(&format!("{list}[{at}][{field}]"))).count();
    let sittings = (0..rows("sittings", "date")).map(|at| SittingInput {
        date: row("sittings", at, "date"),
        from: row("sittings", at, "from"),
        to: row("sittings", at, "to"),
    });
    let agenda = (0..rows("agenda", "title")).map(|at| AgendaInput {
        id: row("agenda", at, "id"),
        title: row("agenda", at, "title"),
        minutes: row("agenda", at, "minutes"),
        presenter: row("agenda", at, "presenter"),
        discussion: row("agenda", at, "discussion"),
    });
    let input = MeetingInput {
        title: text(&data, "title"),
        agency: text(&data, "agency"),
        kind: text(&data, "kind"),
        form: text(&data, "form"),
        side: text(&data, "side"),
        counterpart: text(&data, "counterpart"),
        unexpected: text(&data, "unexpected"),
        sittings: sittings.collect(),
        rooms: texts(&data, "rooms[]"),
        place: text(&data, "place"),
        sites: texts(&data, "sites[]"),
        chair: text(&data, "chair"),
        secretary: text(&data, "secretary"),
        delegates: texts(&data, "delegates[]"),
        agenda: agenda.collect(),
    };
    let is_news = sheet.input.with_untracked(|old| meaning(old) != meaning(&input));
    if sheet.input.with_untracked(|old| *old != input) {
        sheet.input.set(input);
    }
    is_news
}
