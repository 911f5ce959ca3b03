//! One meeting: its head, then agenda, delegates or sites.

use domain::ids::MeetingId;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::calls::{self, Shown};
use super::desk::{Desk, Tab};
use super::{agenda, changes, correct, head, papers, record, roll, sites};
use crate::failure::Problem;
use crate::text::keys::{
    AGENDA_UPLOAD_KEPT, AGENDA_UPLOAD_KEPT_MANY, AGENDA_UPLOAD_REFUSED_FILE, MEETINGS_COLUMN_TITLE, SHOWN_GO,
    SHOWN_NOW,
};
use crate::text::{t, tf};
use crate::ui::{Icon, Loaded, Notice, Tone, loaded_page, named, resource_of};

/// `/meetings/:id`.
#[component]
pub fn MeetingPage() -> impl IntoView {
    let query = use_query_map();
    let tab = Memo::new(move |_| query.with(|query| Tab::parse(&query.get("tab").unwrap_or_default())));
    opened(tab)
}

/// `/meetings/:id/roll`: the same page, open at the roll.
#[component]
pub fn RollPage() -> impl IntoView {
    opened(Memo::new(|_| Tab::Delegates))
}

fn opened(tab: Memo<Tab>) -> impl IntoView {
    let id = named::<MeetingId>();
    let data: Loaded<Shown> = resource_of(id, calls::fetch);
    loaded_page(data, t(MEETINGS_COLUMN_TITLE), move |shown| meeting_view(Desk::new(shown), tab).into_any())
}

fn meeting_view(desk: Desk, tab: Memo<Tab>) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::follow::follow(desk);
    let kept_count = desk.kept_count();
    let failure = move || {
        // The closing form asks its own question.
        let failure = desk.failure.get().filter(|_| !record::is_asked_early(desk));
        failure.map(|failure| {
            let declaring = papers::declaring(desk, &failure);
            view! {
                <div class="refusal"><Problem failure/></div>
                {declaring}
                {desk.refused_file().map(|name| view! {
                    <Notice tone=Tone::Risk title=tf(AGENDA_UPLOAD_REFUSED_FILE, &[("name", &name)])/>
                })}
                {kept(kept_count, &desk.kept())}
            }
        })
    };
    let body = move || match tab.get() {
        Tab::Agenda => agenda::agenda(desk).into_any(),
        Tab::Delegates => roll::roll(desk).into_any(),
        Tab::Sites => sites::sites(desk).into_any(),
    };
    view! {
        <Title text=title(desk)/>
        {head::head(desk, tab)}
        <div class="stack">
            {failure}
            {presented(desk)}
            {record::notices(desk)}
            {changes::changes(desk)}
            {head::to_name(desk)}
            {body}
            {correct::corrected(desk)}
            {correct::correcting(desk)}
        </div>
    }
}

/// Which papers of a refused form are there all the same: only those after them have to be sent again.
fn kept(count: usize, last: &[String]) -> Option<AnyView> {
    let (key, titles) =
        (if count > last.len() { AGENDA_UPLOAD_KEPT_MANY } else { AGENDA_UPLOAD_KEPT }, last.join("; "));
    let title = tf(key, &[("n", &count), ("titles", &titles)]);
    (count > 0).then(|| view! { <Notice tone=Tone::Met title/> }.into_any())
}

/// The paper that lies open before everybody, one press away.
fn presented(desk: Desk) -> impl IntoView {
    let which = Memo::new(move |_| desk.shown.get().map(|shown| shown.paper));
    move || {
        let paper = which.get()?;
        let title = desk.meeting.with(|meeting| {
            meeting.papers().find(|known| known.id == paper).map(|known| known.title.clone())
        })?;
        Some(view! {
            <Notice icon="presentation" title=tf(SHOWN_NOW, &[("title", &title)])>
                <a class="btn btn--primary" href=format!("/papers/{paper}?follow=on")><Icon name="book-open"/>{t(SHOWN_GO)}</a>
            </Notice>
        })
    }
}

/// The document's title. The server writes it into the head after the page was drawn, when the page's signals may be gone.
fn title(desk: Desk) -> TextProp {
    let title = move || desk.meeting.with(|meeting| meeting.title.clone());
    if cfg!(feature = "ssr") { untrack(title).into() } else { title.into() }
}
