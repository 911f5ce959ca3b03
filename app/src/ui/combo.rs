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
    // Where the arrow keys stand; counted from the first option, below zero from the last.
    let cursor = RwSignal::new(None::<isize>);
    // The options of the text in the field are still on their way; those shown are of an earlier text.
    let is_awaited = RwSignal::new(false);
    // Enter was pressed on an option that is still on its way.
    let is_chosen = StoredValue::new(false);
    let asked = StoredValue::new(0_u64);
    let active = Memo::new(move |_| match is_awaited.get() {
        true => None,
        false => options.with(|all| option_at(cursor.get(), all.len())),
    });
    let next_turn = move || {
        asked.try_update_value(|turn| {
            *turn += 1;
            *turn
        })
    };
    let start_over = move |is_waiting: bool| {
        cursor.set(None);
        is_chosen.set_value(false);
        is_awaited.set(is_waiting);
    };
    // An answer that is still on its way must not open the list again.
    let close = move || {
        next_turn();
        is_open.set(false);
        start_over(false);
    };
    let choose = move |option: ComboOption| {
        text.set(if clears { String::new() } else { option.label.clone() });
        close();
        on_choose.run(option);
    };
    let active_option =
        move || active.get_untracked().and_then(|at| options.with_untracked(|all| all.get(at).cloned()));
    let seek = move |typed: String| {
        text.set(typed.clone());
        let is_empty = typed.trim().is_empty();
        let finding = find.run(typed);
        if is_empty {
            return close();
        }
        start_over(true);
        let turn = next_turn();
        leptos::task::spawn_local(async move {
            let found = finding.await;
            // Answers may overtake each other; only the last question's counts.
            if asked.try_get_value() == turn {
                options.set(found);
                is_open.set(true);
                is_awaited.set(false);
                match active_option().filter(|_| is_chosen.get_value()) {
                    Some(option) => choose(option),
                    None => is_chosen.set_value(false),
                }
            }
        });
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let is_waiting = is_awaited.get_untracked();
        let has_options = is_open.get_untracked() && options.with_untracked(|all| !all.is_empty());
        match event.key().as_str() {
            "Escape" if is_open.get_untracked() => close(),
            "Escape" => return close(),
            key @ ("ArrowDown" | "ArrowUp") if is_waiting || has_options => {
                cursor.update(|now| *now = Some(moved(*now, key == "ArrowDown")));
            }
            "Enter" if is_waiting && cursor.get_untracked().is_some() => is_chosen.set_value(true),
            "Enter" => match active_option() {
                Some(option) => choose(option),
                None => return,
            },
            _ => return,
        }
        event.prevent_default();
    };
    let of_list = name.clone();
    // That nothing fits is said once: by the error, where there is one.
    let is_said = move || error.with(Option::is_some) && options.with(Vec::is_empty);
    // Nor is it said of a text that is still looked for.
    let is_shown =
        Memo::new(move |_| is_open.get() && !is_said() && !(is_awaited.get() && options.with(Vec::is_empty)));
    let list = move || {
        is_shown.get().then(|| {
            list_of(&of_list, options.get(), active, is_awaited, Callback::new(choose), none.clone())
        })
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

/// Where the arrow keys stand after one more: the first press of "down" is the first option, of "up" the last.
fn moved(now: Option<isize>, is_down: bool) -> isize {
    match (now, is_down) {
        (None, true) => 0,
        (None, false) => -1,
        (Some(at), true) => at.wrapping_add(1),
        (Some(at), false) => at.wrapping_sub(1),
    }
}

/// The option where the arrow keys stand, of `count`; past either end they go round. So keys that were pressed before the
/// options arrived count for those, and not for the ones of an earlier text.
fn option_at(cursor: Option<isize>, count: usize) -> Option<usize> {
    let count = isize::try_from(count).ok().filter(|count| *count > 0)?;
    cursor.and_then(|at| usize::try_from(at.rem_euclid(count)).ok())
}

fn list_of(
    name: &str,
    options: Vec<ComboOption>,
    active: Memo<Option<usize>>,
    is_stale: RwSignal<bool>,
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
    let is_busy = move || is_stale.get().then_some("true");
    view! { <div class="combo__list" role="listbox" id=format!("{name}-list") aria-busy=is_busy>{rows}</div> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_pressed_before_the_options_arrive_stand_where_they_would_have() {
        let after = |keys: &str, count| {
            let cursor = keys.chars().fold(None, |now, key| Some(moved(now, key == 'd')));
            option_at(cursor, count)
        };
        assert_eq!(after("", 3), None, "nothing was pressed");
        assert_eq!(after("d", 3), Some(0));
        assert_eq!(after("dd", 3), Some(1));
        assert_eq!(after("dddd", 3), Some(0), "past the end");
        assert_eq!(after("u", 3), Some(2));
        assert_eq!(after("du", 3), Some(2), "past the beginning");
        assert_eq!(after("uud", 3), Some(2));
        assert_eq!(after("d", 0), None, "nothing fits");
    }
}
