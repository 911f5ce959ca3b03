//! Choices: real radios and checkboxes whose whole box is the target, and segments of links.

use leptos::prelude::*;

use super::Words;

/// One box: a radio or a checkbox with its words.
#[component]
pub fn Choice(
    /// Name of the form's field.
    name: &'static str,
    /// Value sent when chosen.
    #[prop(into)]
    value: String,
    /// Its words.
    #[prop(into)]
    label: String,
    /// A line below them.
    #[prop(into, optional)]
    hint: Words,
    /// Whether it is chosen at first.
    #[prop(optional)]
    checked: bool,
    /// One of several instead of on its own.
    #[prop(optional)]
    radio: bool,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input r#type=if radio { "radio" } else { "checkbox" } name=name value=value checked=checked/>
            <span>
                <b>{label}</b>
                {hint.0.map(|hint| view! { <span class="hint">{hint}</span> })}
            </span>
        </label>
    }
}

/// Two to four short options as radios in one strip.
#[component]
pub fn Seg(
    /// What is chosen, spoken before the options.
    #[prop(into)]
    label: String,
    /// Name of the form's field.
    name: &'static str,
    /// Value and words of each option.
    options: Vec<(String, String)>,
    /// The value chosen at first.
    #[prop(into)]
    selected: String,
    /// Called with the value that was chosen.
    #[prop(optional)]
    on_choose: Option<Callback<String>>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, words)| {
            let checked = value == selected;
            let chosen = value.clone();
            let choose = move |_| {
                if let Some(on_choose) = on_choose {
                    on_choose.run(chosen.clone());
                }
            };
            view! { <label><input r#type="radio" name=name value=value checked=checked on:change=choose/>{words}</label> }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend>{label}</legend>
            <div class="seg">{options}</div>
        </fieldset>
    }
}

/// A strip of links, of which one is current.
#[component]
pub fn SegLinks(
    /// What the strip switches, for those who hear it.
    #[prop(into)]
    label: String,
    /// Address, words and whether it is current.
    links: Vec<(String, String, bool)>,
) -> impl IntoView {
    let links = links
        .into_iter()
        .map(|(href, words, current)| view! { <a href=href aria-current=current.then_some("true")>{words}</a> })
        .collect_view();
    view! { <nav class="seg seg--auto" aria-label=label>{links}</nav> }
}
