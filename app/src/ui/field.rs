//! Fields of forms: label, hint, what is wrong, control, in that order, so that a tablet's keyboard hides none of it.

use leptos::prelude::*;

use super::Words;
use super::icon::Icon;

/// The frame of a field; the control comes in with its attributes already wired by [`described_by`].
fn framed(
    name: String,
    label: String,
    hint: Option<String>,
    error: Option<String>,
    control: AnyView,
) -> impl IntoView {
    let hint = hint.map(|hint| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> });
    let class = if error.is_some() { "field field--error" } else { "field" };
    let error = error.map(|error| {
        view! { <p class="field__error" id=format!("{name}-error")><Icon name="octagon-x"/>{error}</p> }
    });
    view! {
        <div class=class>
            <label for=name>{label}</label>
            {hint}
            {error}
            {control}
        </div>
    }
}

fn described_by(name: &str, hint: &Option<String>, error: &Option<String>) -> Option<String> {
    match (error.is_some(), hint.is_some()) {
        (true, true) => Some(format!("{name}-error {name}-hint")),
        (true, false) => Some(format!("{name}-error")),
        (false, true) => Some(format!("{name}-hint")),
        (false, false) => None,
    }
}

/// A line of text. Its name is its id too, so a form has each name once.
#[component]
pub fn Field(
    /// Name of the form's field.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// What stands in it at first.
    #[prop(into, optional)]
    value: String,
    /// `text`, `date`, `time`, `number`, `search`.
    #[prop(default = "text")]
    kind: &'static str,
    /// A line that helps.
    #[prop(into, optional)]
    hint: Words,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Words,
    /// Whether the browser asks for it before sending.
    #[prop(optional)]
    required: bool,
    /// What the browser may fill in.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Least and most of a number or date, as the browser takes them.
    #[prop(into, optional)]
    min: Option<String>,
    /// The most of it.
    #[prop(into, optional)]
    max: Option<String>,
    /// Values that the browser offers while one types, each with its words; any other is taken too.
    #[prop(optional)]
    choices: Vec<(String, String)>,
) -> impl IntoView {
    let (Words(hint), Words(error)) = (hint, error);
    let described = described_by(&name, &hint, &error);
    let list = (!choices.is_empty()).then(|| format!("{name}-choices"));
    let choices = list.clone().map(|list| {
        let options = choices
            .into_iter()
            .map(|(value, words)| view! { <option value=value>{words}</option> })
            .collect_view();
        view! { <datalist id=list>{options}</datalist> }
    });
    let control = view! {
        <input
            class="input"
            id=name.clone()
            name=name.clone()
            r#type=kind
            value=value
            required=required
            autocomplete=autocomplete
            min=min
            max=max
            list=list
            aria-invalid=error.is_some().then_some("true")
            aria-describedby=described
        />
        {choices}
    }
    .into_any();
    framed(name, label, hint, error, control)
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// Name of the form's field.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// What stands in it at first.
    #[prop(into, optional)]
    value: String,
    /// A line that helps.
    #[prop(into, optional)]
    hint: Words,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Words,
    /// Whether the browser asks for it before sending.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let (Words(hint), Words(error)) = (hint, error);
    let described = described_by(&name, &hint, &error);
    let control = view! {
        <textarea
            class="input"
            id=name.clone()
            name=name.clone()
            required=required
            aria-invalid=error.is_some().then_some("true")
            aria-describedby=described
        >
            {textarea_text(value)}
        </textarea>
    }
    .into_any();
    framed(name, label, hint, error, control)
}

/// The text of a `<textarea>`. Leptos writes it into the document without escaping, but a browser reads
/// entities in it and ends it at the first `</textarea>`. So the server escapes the text here. In the browser
/// it is set as text.
pub fn textarea_text(text: String) -> String {
    if cfg!(feature = "ssr") {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        text
    }
}

/// One of several options.
#[component]
pub fn Select(
    /// Name of the form's field.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// Value and words of each option.
    options: Vec<(String, String)>,
    /// The value chosen at first.
    #[prop(into, optional)]
    selected: String,
    /// A line that helps.
    #[prop(into, optional)]
    hint: Words,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Words,
) -> impl IntoView {
    let (Words(hint), Words(error)) = (hint, error);
    let described = described_by(&name, &hint, &error);
    let options = options
        .into_iter()
        .map(|(value, words)| {
            let chosen = value == selected;
            view! { <option value=value selected=chosen>{words}</option> }
        })
        .collect_view();
    let control = view! {
        <select
            class="select"
            id=name.clone()
            name=name.clone()
            aria-invalid=error.is_some().then_some("true")
            aria-describedby=described
        >
            {options}
        </select>
    }
    .into_any();
    framed(name, label, hint, error, control)
}

/// A password, which can be shown while it is typed. The button belongs to `elements/page.js`.
#[component]
pub fn Password(
    /// Name of the form's field.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// Label of the button that shows it.
    #[prop(into)]
    show: String,
    /// Label of the button that hides it again.
    #[prop(into)]
    hide: String,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    /// A line that helps.
    #[prop(into, optional)]
    hint: Words,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Words,
) -> impl IntoView {
    let (Words(hint), Words(error)) = (hint, error);
    let described = described_by(&name, &hint, &error);
    let control = view! {
        <div class="pw">
            <input
                class="input"
                id=name.clone()
                name=name.clone()
                r#type="password"
                required=true
                autocomplete=autocomplete
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            />
            <button
                r#type="button"
                class="btn btn--icon"
                aria-label=show.clone()
                data-reveal=name.clone()
                data-t-show=show
                data-t-hide=hide
            >
                <Icon name="eye"/>
            </button>
        </div>
    }
    .into_any();
    framed(name, label, hint, error, control)
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    #[test]
    fn what_was_typed_into_a_text_area_does_not_end_it() {
        let text = super::textarea_text("</textarea><b>Sở A & B".into());
        assert_eq!(text, "&lt;/textarea&gt;&lt;b&gt;Sở A &amp; B");
    }
}
