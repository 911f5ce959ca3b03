//! What the pages of administration share: the head with the way back, the forms that add and correct, the answer above.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::failure::Problem;
use crate::form::{FlashMessage, Posted};
use crate::text::keys::*;
use crate::text::{Text, t};
use crate::ui::{Card, Icon, Notice, PageHead, Tone};

/// Title, way back and a line on what the page is for.
pub fn head(title: Text, lead: Text) -> impl IntoView {
    view! {
        <Title text=t(title)/>
        <nav class="crumbs" aria-label=t(CRUMBS)>
            <a href="/admin">{t(NAV_ADMIN)}</a>
            <span aria-hidden="true">"/"</span>
            <span>{t(title)}</span>
        </nav>
        <PageHead title=t(title) lead=t(lead)/>
    }
}

/// The same for one thing of a list, whose page and title come first.
pub fn head_of(
    (list, title): (&'static str, &'static str),
    crumb: String,
    name: String,
    lead: String,
) -> impl IntoView {
    view! {
        <Title text=name.clone()/>
        <nav class="crumbs" aria-label=t(CRUMBS)>
            <a href="/admin">{t(NAV_ADMIN)}</a>
            <span aria-hidden="true">"/"</span>
            <a href=list>{title}</a>
            <span aria-hidden="true">"/"</span>
            <span>{crumb}</span>
        </nav>
        <PageHead title=name lead=lead/>
    }
}

/// What came of the form that was posted.
pub fn outcome(posted: &Posted) -> impl IntoView + use<> {
    let done = (posted.note == Some(FlashMessage::Saved))
        .then(|| view! { <Notice tone=Tone::Met title=t(ADMIN_DONE) alert=true/> });
    view! {
        {done}
        {posted.failure.clone().map(|failure| view! { <Problem failure/> })}
    }
}

/// A form that adds one thing: closed at first, open when it came back with something to correct.
pub fn adding(
    title: Text,
    action: &'static str,
    submit: Text,
    posted: &Posted,
    fields: AnyView,
) -> impl IntoView + use<> {
    view! {
        <details class="card more" open=posted.failure.is_some()>
            <summary class="card__head"><Icon name="chevron-right"/>{t(title)}</summary>
            <form method="post" action=action>
                <div class="formpage__sec">
                    {fields}
                    <div class="formpage__acts"><button class="btn btn--primary">{t(submit)}</button></div>
                </div>
            </form>
        </details>
    }
}

/// A form that corrects one thing, by its identifier.
pub fn correcting(title: Text, action: &'static str, id: String, fields: AnyView) -> impl IntoView {
    view! {
        <Card title=t(title)>
            <form method="post" action=action>
                <input r#type="hidden" name="id" value=id/>
                <div class="formpage__sec">
                    {fields}
                    <div class="formpage__acts"><button class="btn btn--primary">{t(ADMIN_SAVE)}</button></div>
                </div>
            </form>
        </Card>
    }
}
