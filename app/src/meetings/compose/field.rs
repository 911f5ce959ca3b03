//! Fields of the composer: what is wrong with them changes while one types, so their errors are live. Knows no section.

use leptos::prelude::*;

use super::sheet::Sheet;
use crate::ui::{Icon, textarea_text};

/// The error of a field, appearing and going as the check says.
pub(super) fn error(sheet: Sheet, name: &str) -> impl IntoView + use<> {
    let (field, id) = (name.to_owned(), format!("{name}-error"));
    move || {
        let id = id.clone();
        sheet
            .problem(&field)
            .map(|words| view! { <p class="field__error" id=id><Icon name="octagon-x"/>{words}</p> })
    }
}

fn class_of(sheet: Sheet, name: &str) -> impl Fn() -> &'static str + Send + Sync + use<> {
    let field = name.to_owned();
    move || if sheet.problem(&field).is_some() { "field field--error" } else { "field" }
}

/// Whether a field is wrong, for those who hear it.
pub(super) fn invalid(sheet: Sheet, name: &str) -> impl Fn() -> Option<&'static str> + Send + Sync + use<> {
    let field = name.to_owned();
    move || sheet.problem(&field).map(|_| "true")
}

/// A frame of label, error and control; of a group of radios when `is_group`.
pub(super) fn framed(
    sheet: Sheet,
    name: String,
    label: &'static str,
    control: AnyView,
    is_group: bool,
) -> impl IntoView {
    let (class, error) = (class_of(sheet, &name), error(sheet, &name));
    if is_group {
        view! { <fieldset class=class><legend>{label}</legend>{error}{control}</fieldset> }.into_any()
    } else {
        view! { <div class=class><label for=name>{label}</label>{error}{control}</div> }.into_any()
    }
}

/// A line of text.
pub(super) fn entry(
    sheet: Sheet,
    name: String,
    label: &'static str,
    value: String,
    kind: &'static str,
    class: &'static str,
) -> impl IntoView {
    let control = view! {
        <input
            class=format!("input {class}")
            id=name.clone()
            name=name.clone()
            r#type=kind
            value=value
            autocomplete="off"
            aria-invalid=invalid(sheet, &name)
            aria-describedby=format!("{name}-error")
        />
    };
    framed(sheet, name, label, control.into_any(), false)
}

/// So many letters fit into one row of the form.
const ONE_ROW: usize = 70;

/// A line of text that is usually long: it is shown whole, over several rows, and Enter makes no line of its own.
pub(super) fn long_entry(sheet: Sheet, name: String, label: &'static str, value: String) -> impl IntoView {
    // For browsers that do not let it grow by itself.
    let rows = if value.chars().count() > ONE_ROW { "2" } else { "1" };
    let control = view! {
        <textarea
            class="input input--grows"
            id=name.clone()
            name=name.clone()
            rows=rows
            autocomplete="off"
            aria-invalid=invalid(sheet, &name)
            aria-describedby=format!("{name}-error")
            on:keydown=move |event| {
                if event.key() == "Enter" {
                    event.prevent_default();
                }
            }
        >
            {textarea_text(value)}
        </textarea>
    };
    framed(sheet, name, label, control.into_any(), false)
}

/// One of several options.
pub(super) fn choice(sheet: Sheet, name: String, label: &'static str, options: AnyView) -> impl IntoView {
    let control = view! {
        <select
            class="select"
            id=name.clone()
            name=name.clone()
            aria-invalid=invalid(sheet, &name)
            aria-describedby=format!("{name}-error")
        >
            {options}
        </select>
    };
    framed(sheet, name, label, control.into_any(), false)
}

/// A part that is folded away until it is wanted, and stays unfolded when it is drawn anew.
pub(super) fn folded(
    sheet: Sheet,
    name: &'static str,
    summary: impl Fn() -> String + Send + 'static,
    body: AnyView,
) -> impl IntoView {
    let is_open = sheet.unfolded.with_value(|unfolded| unfolded.contains(&name));
    let turn = move |event: leptos::ev::Event| {
        let is_open = is_unfolded(&event);
        sheet.unfolded.try_update_value(|unfolded| {
            unfolded.retain(|part| *part != name);
            if is_open {
                unfolded.push(name);
            }
        });
    };
    view! {
        <details class="more" open=is_open on:toggle=turn>
            <summary><Icon name="chevron-right"/>{summary}</summary>
            {body}
        </details>
    }
}

#[cfg(feature = "hydrate")]
fn is_unfolded(event: &leptos::ev::Event) -> bool {
    event_target::<web_sys::Element>(event).has_attribute("open")
}

#[cfg(not(feature = "hydrate"))]
fn is_unfolded(_: &leptos::ev::Event) -> bool {
    false
}

/// A button of the form: an icon with its name, or with a word beside it.
pub(super) fn press(
    value: String,
    icon: &'static str,
    word: Option<&'static str>,
    label: Option<String>,
    class: &'static str,
) -> impl IntoView {
    let title = label.clone().filter(|_| word.is_none());
    view! {
        <button class=class name="then" value=value aria-label=label title=title>
            <Icon name=icon/>
            {word}
        </button>
    }
}
