//! A text field with what fits listed under it. Without script it is a plain text field, and the form's button finds.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use leptos::prelude::*;

use super::{Icon, Words};
use crate::text::keys::*;
use crate::text::t;

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

/// The options for a text, on their way; none when they could not be asked for.
pub type Finding = Pin<Box<dyn Future<Output = Option<Vec<ComboOption>>> + Send>>;

/// A question that could not be answered is asked again after this: a busy server has mostly caught up by then.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// A combobox: arrows move, Enter chooses, Escape closes. It asks one question at a time: what is typed while an answer is on
/// its way is asked for after it, and only what was typed last.
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
    /// Finds the options of a text, each text as it is typed. What it gives is waited for only if nothing was typed since, and
    /// never of an empty text.
    find: Callback<String, Finding>,
    /// Called with what was chosen.
    on_choose: Callback<ComboOption>,
) -> impl IntoView {
    let combo = Combobox::new(value, clears, find, on_choose);
    show_active(name.clone(), combo.active);
    let Combobox { text, options, is_open, is_awaited, is_failed, active, .. } = combo;
    let of_list = name.clone();
    // That nothing fits is said once: by the error, where there is one.
    let is_said = move || error.with(Option::is_some) && options.with(Vec::is_empty);
    // Nor is it said of a text that is still looked for.
    let is_shown =
        Memo::new(move |_| is_open.get() && !is_said() && !(is_awaited.get() && options.with(Vec::is_empty)));
    let list = move || match (is_failed.get(), is_shown.get()) {
        (true, _) => Some(told(t(COMBO_FAILED).to_owned())),
        (false, true) => Some(list_of(&of_list, combo, none.clone())),
        (false, false) => None,
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
                on:input=move |event| combo.seek(event_target_value(&event))
                on:keydown=move |event| combo.on_key(&event)
                on:blur=move |_| combo.close()
            />
            {list}
        </div>
    }
}

/// Brings the option where the arrow keys stand into sight, within its list and on the page.
fn show_active(name: String, active: Memo<Option<usize>>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let Some(at) = active.get() else { return };
        let Some(option) = document().get_element_by_id(&format!("{name}-{at}")) else { return };
        let nearest = web_sys::ScrollIntoViewOptions::new();
        nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&nearest);
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (name, active);
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

/// A line in the place of the list.
fn told(words: String) -> AnyView {
    view! { <div class="combo__list" role="status"><p class="combo__none">{words}</p></div> }.into_any()
}

fn list_of(name: &str, combo: Combobox, none: String) -> AnyView {
    let Combobox { active, is_awaited, .. } = combo;
    let options = combo.options.get();
    if options.is_empty() {
        return told(none);
    }
    let rows = options
        .into_iter()
        .enumerate()
        .map(|(at, option)| {
            let (label, detail) = (option.label.clone(), option.detail.clone());
            // The press comes before the field loses its focus, which would close the list.
            let press = move |event: leptos::ev::MouseEvent| {
                event.prevent_default();
                combo.choose(option.clone());
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
    let is_busy = move || is_awaited.get().then_some("true");
    view! { <div class="combo__list" role="listbox" id=format!("{name}-list") aria-busy=is_busy>{rows}</div> }
        .into_any()
}

/// The state of one field and its list.
#[derive(Clone, Copy)]
struct Combobox {
    text: RwSignal<String>,
    clears: bool,
    find: Callback<String, Finding>,
    on_choose: Callback<ComboOption>,
    /// What was found last.
    options: RwSignal<Vec<ComboOption>>,
    is_open: RwSignal<bool>,
    /// Where the arrow keys stand; counted from the first option, below zero from the last.
    cursor: RwSignal<Option<isize>>,
    /// The option there; none while the options are of an earlier text.
    active: Memo<Option<usize>>,
    /// The options of the text in the field are still on their way; those shown are of an earlier text.
    is_awaited: RwSignal<bool>,
    /// They could not be asked for, and are asked for again.
    is_failed: RwSignal<bool>,
    /// Enter was pressed on an option that is still on its way.
    is_chosen: StoredValue<bool>,
    /// The newest question; answers to earlier ones are too late.
    asked: StoredValue<u64>,
    /// What is asked when the question under way is answered.
    next: StoredValue<Mutex<Option<(u64, Finding)>>>,
    is_asking: StoredValue<bool>,
}

impl Combobox {
    fn new(
        value: String,
        clears: bool,
        find: Callback<String, Finding>,
        on_choose: Callback<ComboOption>,
    ) -> Combobox {
        let (options, cursor) = (RwSignal::new(Vec::<ComboOption>::new()), RwSignal::new(None));
        let is_awaited = RwSignal::new(false);
        let active = Memo::new(move |_| match is_awaited.get() {
            true => None,
            false => options.with(|all| option_at(cursor.get(), all.len())),
        });
        Combobox {
            text: RwSignal::new(value),
            clears,
            find,
            on_choose,
            options,
            is_open: RwSignal::new(false),
            cursor,
            active,
            is_awaited,
            is_failed: RwSignal::new(false),
            is_chosen: StoredValue::new(false),
            asked: StoredValue::new(0),
            next: StoredValue::new(Mutex::new(None)),
            is_asking: StoredValue::new(false),
        }
    }

    fn next_turn(self) -> Option<u64> {
        self.asked.try_update_value(|turn| {
            *turn += 1;
            *turn
        })
    }

    fn start_over(self, is_awaited: bool) {
        self.cursor.set(None);
        self.is_chosen.set_value(false);
        self.is_failed.set(false);
        self.is_awaited.set(is_awaited);
    }

    /// An answer that is still on its way does not open the list again.
    fn close(self) {
        self.next_turn();
        self.is_open.set(false);
        self.start_over(false);
    }

    fn choose(self, option: ComboOption) {
        self.text.set(if self.clears { String::new() } else { option.label.clone() });
        self.close();
        self.on_choose.run(option);
    }

    fn active_option(self) -> Option<ComboOption> {
        let at = self.active.get_untracked()?;
        self.options.with_untracked(|all| all.get(at).cloned())
    }

    /// Something was typed.
    fn seek(self, typed: String) {
        self.text.set(typed.clone());
        let is_empty = typed.trim().is_empty();
        let finding = self.find.run(typed);
        if is_empty {
            return self.close();
        }
        self.start_over(true);
        if let Some(turn) = self.next_turn() {
            self.ask(turn, finding);
        }
    }

    /// Asks, once the question under way is answered; of those who wait only the last is asked.
    fn ask(self, turn: u64, finding: Finding) {
        self.next
            .with_value(|next| *next.lock().unwrap_or_else(PoisonError::into_inner) = Some((turn, finding)));
        if self.is_asking.try_update_value(|is_asking| std::mem::replace(is_asking, true)) != Some(false) {
            return;
        }
        leptos::task::spawn_local(async move {
            while let Some((turn, finding)) = self.take_next() {
                let found = finding.await;
                if self.asked.try_get_value() == Some(turn) {
                    self.land(turn, found);
                }
            }
            self.is_asking.try_set_value(false);
        });
    }

    fn take_next(self) -> Option<(u64, Finding)> {
        let take =
            |next: &Mutex<Option<(u64, Finding)>>| next.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.next.try_with_value(take).flatten()
    }

    /// The options of what was typed last are there, or could not be asked for.
    fn land(self, turn: u64, found: Option<Vec<ComboOption>>) {
        let Some(found) = found else {
            self.is_failed.set(true);
            return set_timeout(move || self.ask_again(turn), AGAIN_AFTER);
        };
        self.options.set(found);
        self.is_open.set(true);
        self.is_failed.set(false);
        self.is_awaited.set(false);
        match self.active_option().filter(|_| self.is_chosen.get_value()) {
            Some(option) => self.choose(option),
            None => self.is_chosen.set_value(false),
        }
    }

    fn ask_again(self, turn: u64) {
        if self.asked.try_get_value() == Some(turn) {
            self.ask(turn, self.find.run(self.text.get_untracked()));
        }
    }

    fn on_key(self, event: &leptos::ev::KeyboardEvent) {
        let is_waiting = self.is_awaited.get_untracked();
        let has_options = self.is_open.get_untracked() && self.options.with_untracked(|all| !all.is_empty());
        match event.key().as_str() {
            "Escape" if self.is_open.get_untracked() => self.close(),
            "Escape" => return self.close(),
            key @ ("ArrowDown" | "ArrowUp") if is_waiting || has_options => {
                self.cursor.update(|now| *now = Some(moved(*now, key == "ArrowDown")));
            }
            "Enter" if is_waiting && self.cursor.get_untracked().is_some() => self.is_chosen.set_value(true),
            "Enter" => match self.active_option() {
                Some(option) => self.choose(option),
                None => return,
            },
            _ => return,
        }
        event.prevent_default();
    }
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
