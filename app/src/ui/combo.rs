//! A text field with what fits listed under it. Without script it is a plain text field, and the form's button finds.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;

use super::{Icon, Words};

/// One thing to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComboOption {
    /// What choosing it gives.
    pub value: String,
    /// Its name.
    pub label: String,
    /// A line below it.
    pub detail: String,
}

/// The options for a text, on their way.
pub type Finding = Pin<Box<dyn Future<Output = Vec<ComboOption>> + Send>>;

/// A combobox: arrows move, Enter chooses, Escape closes.
#[component]
pub fn Combo(
    /// Name and id of the text field.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// What is said when nothing fits.
    #[prop(into)]
    none: String,
    /// A line that helps.
    #[prop(into, optional)]
    hint: Words,
    /// What stands in it at first.
    #[prop(into, optional)]
    value: String,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Whether the field is emptied when something was chosen; for lists that grow.
    #[prop(optional)]
    clears: bool,
    /// Finds the options of a text; an empty one is told too, but its options are not waited for.
    find: Callback<String, Finding>,
    /// Called with what was chosen.
    on_choose: Callback<ComboOption>,
) -> impl IntoView {
    let text = RwSignal::new(value);
    let options = RwSignal::new(Vec::<ComboOption>::new());
    let is_open = RwSignal::new(false);
    let active = RwSignal::new(None::<usize>);
    let asked = StoredValue::new(0_u64);
    // An arrow key pressed while the options are still on their way.
    let is_awaited = StoredValue::new(false);
    let next_turn = move || {
        asked.try_update_value(|turn| {
            *turn += 1;
            *turn
        })
    };
    // An answer that is still on its way must not open the list again.
    let close = move || {
        next_turn();
        is_open.set(false);
        active.set(None);
    };
    let seek = move |typed: String| {
        text.set(typed.clone());
        active.set(None);
        is_awaited.set_value(false);
        let is_empty = typed.trim().is_empty();
        let finding = find.run(typed);
        if is_empty {
            return close();
        }
        let turn = next_turn();
        leptos::task::spawn_local(async move {
            let found = finding.await;
            // Answers may overtake each other; only the last question's counts.
            if asked.try_get_value() == turn {
                let before =
                    active.get_untracked().and_then(|at| options.with_untracked(|all| all.get(at).cloned()));
                active.set(active_in(&found, before.as_ref(), is_awaited.get_value()));
                options.set(found);
                is_open.set(true);
                is_awaited.set_value(false);
            }
        });
    };
    let choose = move |option: ComboOption| {
        text.set(if clears { String::new() } else { option.label.clone() });
        close();
        on_choose.run(option);
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if !is_open.get_untracked() {
            match event.key().as_str() {
                "Escape" => close(),
                "ArrowDown" => is_awaited.set_value(true),
                _ => {}
            }
            return;
        }
        let count = options.with_untracked(Vec::len);
        let now = active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if count > 0 => active.set(Some(now.map_or(0, |at| (at + 1) % count))),
            "ArrowUp" if count > 0 => active.set(Some(now.map_or(count - 1, |at| (at + count - 1) % count))),
            "Enter" => match now.and_then(|at| options.with_untracked(|all| all.get(at).cloned())) {
                Some(option) => choose(option),
                None => return,
            },
            "Escape" => close(),
            _ => return,
        }
        event.prevent_default();
    };
    let of_list = name.clone();
    // That nothing fits is said once: by the error, where there is one.
    let is_said = move || error.with(Option::is_some) && options.with(Vec::is_empty);
    let list = move || {
        (is_open.get() && !is_said())
            .then(|| list_of(&of_list, options.get(), active, Callback::new(choose), none.clone()))
    };
    let has_hint = hint.0.is_some();
    let hint = hint.0.map(|hint| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> });
    let is_wrong = Memo::new(move |_| error.with(Option::is_some));
    let of_field = name.clone();
    let described = move || match (is_wrong.get(), has_hint) {
        (true, true) => Some(format!("{of_field}-error {of_field}-hint")),
        (true, false) => Some(format!("{of_field}-error")),
        (false, true) => Some(format!("{of_field}-hint")),
        (false, false) => None,
    };
    let of_error = name.clone();
    let error = move || {
        error.get().map(|words| {
            view! { <p class="field__error" id=format!("{of_error}-error")><Icon name="octagon-x"/>{words}</p> }
        })
    };
    let of_option = name.clone();
    view! {
        <div class="field combo" class:field--error=is_wrong>
            <label for=name.clone()>{label}</label>
            {hint}
            {error}
            <input
                class="input"
                id=name.clone()
                name=name.clone()
                role="combobox"
                autocomplete="off"
                aria-autocomplete="list"
                aria-expanded=move || is_open.get().to_string()
                aria-controls=format!("{name}-list")
                aria-invalid=move || is_wrong.get().then_some("true")
                aria-describedby=described
                aria-activedescendant=move || active.get().map(|at| format!("{of_option}-{at}"))
                prop:value=text
                value=text.get_untracked()
                on:input=move |event| seek(event_target_value(&event))
                on:keydown=on_key
                on:blur=move |_| close()
            />
            {list}
        </div>
    }
}

/// Which of the options that have just arrived is active, so that an arrow key pressed before is not lost: the one that was
/// active in the list before, else the first, if an arrow was pressed at all.
fn active_in(found: &[ComboOption], before: Option<&ComboOption>, is_awaited: bool) -> Option<usize> {
    let same = before.and_then(|before| found.iter().position(|option| option.value == before.value));
    let first = (!found.is_empty() && (before.is_some() || is_awaited)).then_some(0);
    same.or(first)
}

fn list_of(
    name: &str,
    options: Vec<ComboOption>,
    active: RwSignal<Option<usize>>,
    choose: Callback<ComboOption>,
    none: String,
) -> impl IntoView + use<> {
    if options.is_empty() {
        return view! { <div class="combo__list" role="status"><p class="combo__none">{none}</p></div> }
            .into_any();
    }
    let rows = options
        .into_iter()
        .enumerate()
        .map(|(at, option)| {
            let (label, detail) = (option.label.clone(), option.detail.clone());
            // The press comes before the field loses its focus, which would close the list.
            let press = move |event: leptos::ev::MouseEvent| {
                event.prevent_default();
                choose.run(option.clone());
            };
            view! {
                <div
                    class="combo__opt"
                    role="option"
                    id=format!("{name}-{at}")
                    aria-selected=move || (active.get() == Some(at)).to_string()
                    on:mousedown=press
                >
                    <span>{label}<small>{detail}</small></span>
                </div>
            }
        })
        .collect_view();
    view! { <div class="combo__list" role="listbox" id=format!("{name}-list")>{rows}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_key_pressed_before_the_options_arrive_is_not_lost() {
        let options = |values: &[&str]| -> Vec<ComboOption> {
            let option = |value: &&str| ComboOption {
                value: (*value).to_owned(),
                label: String::new(),
                detail: String::new(),
            };
            values.iter().map(option).collect()
        };
        let [first, second] = options(&["a", "b"]).try_into().unwrap();
        assert_eq!(active_in(&options(&["a", "b"]), None, false), None, "nothing was pressed");
        assert_eq!(active_in(&options(&["a", "b"]), None, true), Some(0));
        assert_eq!(active_in(&options(&["x", "b"]), Some(&second), false), Some(1), "the same one");
        assert_eq!(active_in(&options(&["x", "y"]), Some(&first), false), Some(0), "it is gone");
        assert_eq!(active_in(&[], Some(&first), true), None);
    }
}
