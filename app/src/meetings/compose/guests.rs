//! Guests from outside: rows that are typed and dropped, and a field that takes a whole pasted list. Knows no account and
//! no agency.

use domain::meetings::{GUESTS_AT_MOST, GuestInput, GuestSort, MeetingInput, pasted_guests};
use leptos::prelude::*;

use super::field::{entry, error, folded, framed, invalid, press};
use super::sheet::{ADD_GUESTS, Sheet};
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Icon, textarea_text};
use crate::words;

/// More guests than these are folded away.
const GUESTS_SHOWN: usize = 20;

/// The guests, below the delegates.
pub(super) fn guests(sheet: Sheet) -> impl IntoView {
    let count =
        move || sheet.input.with(|input| input.guests.iter().filter(|guest| !guest.is_blank()).count());
    view! {
        <h3 class="label" id="guests">{t(COMPOSER_GUESTS)}" "<span class="muted">{count}</span></h3>
        <p class="hint">{t(COMPOSER_GUESTS_HINT)}</p>
        {error(sheet, "guests")}
        {sheet.drawn(move |input| rows(sheet, input))}
        <div>{press("add_guest".to_owned(), "plus", Some(t(COMPOSER_ADD_GUEST)), None, "btn btn--secondary")}</div>
        {sheet.drawn(move |_| pasting(sheet))}
    }
}

fn rows(sheet: Sheet, input: &MeetingInput) -> Option<AnyView> {
    if input.guests.is_empty() {
        return None;
    }
    let rows = input.guests.iter().enumerate().map(|(at, guest)| row(sheet, at, guest)).collect_view();
    let rows = view! { <div class="guests">{rows}</div> }.into_any();
    let count = input.guests.len();
    if count <= GUESTS_SHOWN {
        return Some(rows);
    }
    let summary = move || tf(COMPOSER_GUESTS_MANY, &[("n", &count)]);
    Some(folded(sheet, "guests", summary, rows).into_any())
}

fn row(sheet: Sheet, at: usize, guest: &GuestInput) -> impl IntoView + use<> {
    let name = |field: &str| format!("guests[{at}][{field}]");
    let number = at + 1;
    let chosen = GuestSort::parse(&guest.sort);
    let options = GuestSort::ALL.into_iter().map(|sort| {
        view! { <option value=sort.code() selected=chosen == Some(sort)>{words::guest_sort(sort)}</option> }
    });
    let sort = view! {
        <select class="select" id=name("sort") name=name("sort") aria-invalid=invalid(sheet, &name("sort"))>
            <option value="" selected=chosen.is_none()>{t(COMPOSER_GUEST_SORT_AUTO)}</option>
            {options.collect_view()}
        </select>
    };
    let drop = tf(COMPOSER_GUEST_DROP, &[("n", &number)]);
    view! {
        <fieldset class="guests__row">
            <legend class="vh">{tf(COMPOSER_GUEST, &[("n", &number)])}</legend>
            <input r#type="hidden" name=name("id") value=guest.id.clone()/>
            {entry(sheet, name("name"), t(COMPOSER_GUEST_NAME), guest.name.clone(), "text", "")}
            {entry(sheet, name("position"), t(PERSON_POSITION), guest.position.clone(), "text", "")}
            {entry(sheet, name("organisation"), t(COMPOSER_GUEST_ORGANISATION), guest.organisation.clone(), "text", "")}
            {framed(sheet, name("sort"), t(COMPOSER_GUEST_SORT), sort.into_any(), false)}
            <div class="guests__act">{press(format!("drop_guest:{at}"), "trash-2", None, Some(drop), "btn btn--icon")}</div>
        </fieldset>
    }
}

/// The field for a list that was written elsewhere.
fn pasting(sheet: Sheet) -> impl IntoView + use<> {
    let text = sheet.beside(ADD_GUESTS);
    let wrong = move || {
        let loose = sheet.loose.with(|loose| loose.iter().find(|loose| loose.field == ADD_GUESTS).copied());
        loose.map(|loose| {
            view! { <p class="field__error" id="add_guests-error"><Icon name="octagon-x"/>{loose.words()}</p> }
        })
    };
    if !text.is_empty() {
        sheet.unfolded.update_value(|unfolded| unfolded.push("pasted_guests"));
    }
    let body = view! {
        <div class="field">
            <label for=ADD_GUESTS>{t(COMPOSER_PASTE_GUESTS_LABEL)}</label>
            <p class="hint" id="add_guests-hint">{t(COMPOSER_PASTE_GUESTS_HINT)}</p>
            {wrong}
            <textarea
                class="input"
                id=ADD_GUESTS
                name=ADD_GUESTS
                rows="5"
                aria-describedby="add_guests-hint add_guests-error"
            >{textarea_text(text)}</textarea>
            <div>{press("paste_guests".to_owned(), "plus", Some(t(COMPOSER_PASTE_ADD)), None, "btn btn--secondary")}</div>
        </div>
    };
    folded(sheet, "pasted_guests", || t(COMPOSER_PASTE_GUESTS).to_owned(), body.into_any())
}

/// Puts pasted guests behind those that are listed, each once. False, and nothing is changed, if there would be more than a meeting
/// takes.
pub(super) fn take_pasted(input: &mut MeetingInput, text: &str) -> bool {
    let mut guests: Vec<GuestInput> =
        input.guests.iter().filter(|guest| !guest.is_blank()).cloned().collect();
    for guest in pasted_guests(text) {
        add_guest(&mut guests, guest);
    }
    let fits = guests.len() <= GUESTS_AT_MOST as usize;
    if fits {
        input.guests = guests;
    }
    fits
}

/// Puts a guest behind the others, unless the same one is listed.
pub(super) fn add_guest(guests: &mut Vec<GuestInput>, guest: GuestInput) {
    if !guests.iter().any(|listed| listed.is_same_as(&guest)) {
        guests.push(guest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_list_goes_behind_those_listed_or_nowhere() {
        let listed = GuestInput { name: "Khách".into(), ..GuestInput::default() };
        let mut input =
            MeetingInput { guests: vec![listed, GuestInput::default()], ..MeetingInput::default() };
        assert!(take_pasted(&mut input, "Một; A\nHai"));
        let names: Vec<&str> = input.guests.iter().map(|guest| guest.name.as_str()).collect();
        assert_eq!(names, ["Khách", "Một", "Hai"]);
        let before = input.clone();
        assert!(take_pasted(&mut input, "Khách\nHai\nMột; A"), "they are listed");
        assert_eq!(input, before);
        let many = |count: usize| (0..count).map(|number| format!("Khách {number}\n")).collect::<String>();
        assert!(!take_pasted(&mut input, &many(498)));
        assert_eq!(input, before);
        assert!(take_pasted(&mut input, &many(497)));
    }
}
