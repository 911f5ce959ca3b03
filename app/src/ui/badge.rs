//! Badges and labels: kind outlined, state tinted, live solid; a form is never a box but icon and word.

use domain::access::Stage;
use domain::count::Form;
use leptos::prelude::*;

use super::icon::Icon;

/// How a badge looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadgeTone {
    /// Grey.
    #[default]
    Plain,
    /// Reached.
    Met,
    /// Near the limit.
    Risk,
    /// Missed.
    Missed,
    /// Being held.
    Live,
    /// A kind, outlined.
    Kind,
    /// Of the accent colour.
    Accent,
}

impl BadgeTone {
    const fn look(self) -> (&'static str, Option<&'static str>) {
        match self {
            BadgeTone::Plain => ("badge", None),
            BadgeTone::Met => ("badge badge--met", Some("circle-check")),
            BadgeTone::Risk => ("badge badge--risk", Some("triangle-alert")),
            BadgeTone::Missed => ("badge badge--missed", Some("octagon-x")),
            BadgeTone::Live => ("badge badge--live", None),
            BadgeTone::Kind => ("badge badge--kind", None),
            BadgeTone::Accent => ("badge badge--accent", None),
        }
    }
}

/// A badge: a word, with the icon of its meaning.
#[component]
pub fn Badge(
    /// How it looks.
    #[prop(optional)]
    tone: BadgeTone,
    /// Another icon than that of the look.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// The word.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let (class, own) = tone.look();
    view! { <span class=class>{icon.or(own).map(|name| view! { <Icon name/> })}{text}</span> }
}

/// How people take part: an icon and a word.
#[component]
pub fn FormLabel(
    /// The form.
    form: Form,
    /// Its word.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let (class, icon) = match form {
        Form::InPerson => ("form form--inperson", "building-2"),
        Form::Online => ("form form--online", "video"),
        Form::Hybrid => ("form form--hybrid", "blend"),
    };
    view! { <span class=class><Icon name=icon/>{text}</span> }
}

/// How far a meeting has come.
#[component]
pub fn StageBadge(
    /// The stage.
    stage: Stage,
    /// Its word.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let (tone, icon) = match stage {
        Stage::Draft => (BadgeTone::Plain, Some("pencil")),
        Stage::Scheduled => (BadgeTone::Accent, Some("calendar-check")),
        Stage::UnderWay => (BadgeTone::Live, None),
        Stage::Held => (BadgeTone::Plain, Some("check")),
        Stage::Cancelled => (BadgeTone::Plain, Some("ban")),
        Stage::Postponed => (BadgeTone::Risk, Some("calendar-clock")),
    };
    let (class, _) = tone.look();
    view! { <span class=class>{icon.map(|name| view! { <Icon name/> })}{text}</span> }
}
