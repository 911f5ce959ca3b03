//! A notice: what is wrong, why, what would fit.

use leptos::prelude::*;

use super::icon::Icon;

/// What a notice or badge means; each has its own icon, word and colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Plain,
    /// Reached, allowed, done.
    Met,
    /// Near the limit, late.
    Risk,
    /// Over the limit, refused.
    Missed,
}

impl Tone {
    /// The icon of this meaning.
    pub const fn icon(self) -> &'static str {
        match self {
            Tone::Plain => "info",
            Tone::Met => "circle-check",
            Tone::Risk => "triangle-alert",
            Tone::Missed => "octagon-x",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Tone::Plain => "notice",
            Tone::Met => "notice notice--met",
            Tone::Risk => "notice notice--risk",
            Tone::Missed => "notice notice--missed",
        }
    }
}

/// A notice with a title and a body.
#[component]
pub fn Notice(
    /// What it means.
    #[prop(optional)]
    tone: Tone,
    /// What happened.
    #[prop(into)]
    title: String,
    /// Spoken at once; for answers to something just done.
    #[prop(optional)]
    alert: bool,
    /// Another icon than that of the meaning.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Why, and what fits.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let role = alert.then_some(if tone == Tone::Missed { "alert" } else { "status" });
    view! {
        <div class=tone.class() role=role>
            <Icon name=icon.unwrap_or(tone.icon())/>
            <p class="notice__title">{title}</p>
            {children.map(|children| view! { <div class="notice__body">{children()}</div> })}
        </div>
    }
}
