//! The agenda as it is composed: title, minutes, presenter, whether it is discussed at once; rows move by buttons.

use domain::meetings::{AgendaInput, MeetingInput};
use leptos::prelude::*;

use super::field::{entry, press};
use super::sheet::Sheet;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::Icon;

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
    // Each has an identifier: after a move it has the focus again, so that Enter moves on.
    let button = |value: String, icon: &'static str, text: crate::text::Text| {
        let label = tf(text, &[("n", &number)]);
        view! {
            <button class="btn btn--icon" id=value.clone() name="then" value=value aria-label=label.clone() title=label>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <fieldset class="cmp__item">
            <legend class="vh">{tf(COMPOSER_ITEM, &[("n", &number)])}</legend>
            <span class="cmp__item-no num" aria-hidden="true">{number}</span>
            <div class="cmp__item-fields">
                <input r#type="hidden" name=name("id") value=item.id.clone()/>
                <div class="cmp__item-two">
                    {entry(sheet, name("title"), t(COMPOSER_ITEM_TITLE), item.title.clone(), "text", "")}
                    {entry(sheet, name("minutes"), t(COMPOSER_ITEM_MINUTES), item.minutes.clone(), "number", "num")}
                </div>
                <div class="cmp__item-more">
                    {entry(sheet, name("presenter"), t(COMPOSER_ITEM_PRESENTER), item.presenter.clone(), "text", "")}
                    <label class="tick">
                        <input r#type="checkbox" name=name("discussion") value="on" checked=item.discussion == "on"/>
                        {t(COMPOSER_ITEM_DISCUSSION)}
                    </label>
                    {to_papers(sheet, at)}
                </div>
            </div>
            <div class="cmp__item-acts">
                {(at > 0).then(|| button(format!("up:{at}"), "arrow-up", COMPOSER_ITEM_UP))}
                {(at + 1 < count).then(|| button(format!("down:{at}"), "arrow-down", COMPOSER_ITEM_DOWN))}
                {(count > 1).then(|| button(format!("drop_agenda:{at}"), "trash-2", COMPOSER_ITEM_DROP))}
            </div>
        </fieldset>
    }
}

/// To the item's papers, on the meeting's own page; once the item was kept.
fn to_papers(sheet: Sheet, at: usize) -> impl IntoView {
    let item = Memo::new(move |_| {
        let id =
            sheet.input.with(|input| input.agenda.get(at).map(|item| item.id.clone()).unwrap_or_default());
        sheet.saved.get().filter(|_| !id.is_empty()).map(|saved| (saved.id, id))
    });
    move || {
        item.get().map(|(meeting, id)| {
            let count = sheet.papers.with_value(|papers| papers.get(&id).copied().unwrap_or_default());
            let words = match count {
                0 => t(COMPOSER_ITEM_ADD_PAPERS).to_owned(),
                count => tf(COMPOSER_ITEM_PAPERS, &[("n", &count)]),
            };
            view! {
                <a class="btn btn--quiet btn--sm cmp__papers" href=format!("/meetings/{meeting}#item-{id}")>
                    <Icon name="file-text"/>{words}<span class="vh">", "{tf(COMPOSER_ITEM, &[("n", &(at + 1))])}</span>
                </a>
            }
        })
    }
}
