//! The agenda as it is composed: title, minutes, presenter, whether it is discussed at once; rows move by buttons.

use domain::meetings::{AgendaInput, MeetingInput};
use leptos::prelude::*;

use super::field::{entry, press};
use super::sheet::Sheet;
use crate::text::keys::*;
use crate::text::{t, tf};

/// The last section.
pub(super) fn items(sheet: Sheet) -> impl IntoView {
    let total = move || {
        let minutes: u32 = sheet.input.with(|input| {
            input.agenda.iter().filter_map(|item| item.minutes.trim().parse::<u32>().ok()).sum()
        });
        (minutes > 0).then(|| tf(COMPOSER_ITEMS_TOTAL, &[("n", &minutes)]))
    };
    view! {
        <section class="card cmp__sec" aria-labelledby="items">
            <h2 id="items">{t(COMPOSER_ITEMS)}</h2>
            {sheet.drawn(move |input| rows(sheet, input))}
            <div class="row row--wrap">
                {press("add_agenda".to_owned(), "plus", Some(t(COMPOSER_ADD_ITEM)), None, "btn btn--quiet")}
                <span class="grow"></span>
                <span class="hint">{total}</span>
            </div>
        </section>
    }
}

fn rows(sheet: Sheet, input: &MeetingInput) -> impl IntoView + use<> {
    let blank = [AgendaInput::default()];
    let items: &[AgendaInput] = if input.agenda.is_empty() { &blank } else { &input.agenda };
    let count = items.len();
    items.iter().enumerate().map(|(at, item)| row(sheet, at, item, count)).collect_view()
}

fn row(sheet: Sheet, at: usize, item: &AgendaInput, count: usize) -> impl IntoView + use<> {
    let name = |field: &str| format!("agenda[{at}][{field}]");
    let number = at + 1;
    let button = |value: String, icon: &'static str, text: crate::text::Text| {
        press(value, icon, None, Some(tf(text, &[("n", &number)])), "btn btn--icon")
    };
    view! {
        <fieldset class="cmp__item">
            <legend class="vh">{tf(COMPOSER_ITEM, &[("n", &number)])}</legend>
            <span class="cmp__item-no num" aria-hidden="true">{number}</span>
            <div class="cmp__item-fields">
                <input r#type="hidden" name=name("id") value=item.id.clone()/>
                {entry(sheet, name("title"), t(COMPOSER_ITEM_TITLE), item.title.clone(), "text", "")}
                <div class="cmp__item-two">
                    {entry(sheet, name("presenter"), t(COMPOSER_ITEM_PRESENTER), item.presenter.clone(), "text", "")}
                    {entry(sheet, name("minutes"), t(COMPOSER_ITEM_MINUTES), item.minutes.clone(), "number", "num")}
                </div>
                <label class="tick">
                    <input r#type="checkbox" name=name("discussion") value="on" checked=item.discussion == "on"/>
                    {t(COMPOSER_ITEM_DISCUSSION)}
                </label>
            </div>
            <div class="cmp__item-acts">
                {(at > 0).then(|| button(format!("up:{at}"), "arrow-up", COMPOSER_ITEM_UP))}
                {(at + 1 < count).then(|| button(format!("down:{at}"), "arrow-down", COMPOSER_ITEM_DOWN))}
                {(count > 1).then(|| button(format!("drop_agenda:{at}"), "trash-2", COMPOSER_ITEM_DROP))}
            </div>
        </fieldset>
    }
}
