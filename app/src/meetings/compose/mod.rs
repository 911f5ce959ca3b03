//! The composer: one form in the order a secretary thinks, and beside it the check that never leaves the screen. It is a
//! plain form whose every press keeps what was typed; a browser with script does the same without leaving the page.

mod beside;
pub mod calls;
mod content;
mod difference;
mod field;
pub mod finding;
mod guests;
mod items;
#[cfg(any(feature = "hydrate", test))]
mod keeper;
pub mod listed;
mod live;
mod notes;
mod overtaken;
mod panel;
mod people;
mod place;
mod preview;
#[cfg(any(feature = "hydrate", test))]
mod settled;
mod sheet;
mod step;
mod targets;
mod time;
mod typed;

use domain::error::Failure;
use domain::ids::MeetingId;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_params_map, use_query_map};

use crate::form::{FlashMessage, posted};
use crate::text::keys::*;
use crate::text::{self, Text, t};
use crate::ui::{Icon, Loaded, Notice, StageBadge, Tone, loaded_page, resource};
use calls::{Composed, Start};
use sheet::{Keeping, Sheet};

/// `/meetings/new`.
#[component]
pub fn NewPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let start = Start::read(|name| query.get(name).unwrap_or_default());
    let visit = visits(|path| path == "/meetings/new", || None);
    let data: Loaded<Composed> =
        resource(move || visit.get(), move |visit| calls::compose(visit.meeting, start.clone()));
    loaded_page(data, t(NAV_COMPOSE), |composed| composer(composed).into_any())
}

/// `/meetings/:id/edit`.
#[component]
pub fn EditPage() -> impl IntoView {
    let params = use_params_map();
    let named = move || params.with(|params| params.get("id").and_then(|id| id.parse::<MeetingId>().ok()));
    let visit = visits(|path| path.ends_with("/edit"), named);
    let data: Loaded<Composed> = resource(
        move || visit.get(),
        |visit| async move {
            match visit.meeting {
                Some(id) => calls::compose(Some(id), Start::default()).await,
                None => Err(Failure::NotFound.into()),
            }
        },
    );
    loaded_page(data, t(COMPOSER_CHANGE), |composed| composer(composed).into_any())
}

/// The meeting that a page of the composer has open. A form that is kept for the first time tells it here.
#[derive(Clone, Copy, Debug)]
struct Opened(StoredValue<Option<MeetingId>>);

/// One opening of the composer: the same page may be asked for anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Visit {
    number: u32,
    meeting: Option<MeetingId>,
}

/// Openings of a page: its address names the draft that was made there, or else the meeting of its path. An address that
/// names what is open already is no new one. `is_here` knows the page's own addresses: the next page's is not for it.
fn visits(
    is_here: fn(&str) -> bool,
    named: impl Fn() -> Option<MeetingId> + Copy + Send + Sync + 'static,
) -> Memo<Visit> {
    let (query, path) = (use_query_map(), use_location().pathname);
    let draft = move || query.with(|query| query.get("draft").and_then(|id| id.parse().ok()));
    let opened = Opened(StoredValue::new(None));
    provide_context(opened);
    Memo::new(move |last: Option<&Visit>| {
        let meeting = draft().or_else(named);
        let is_here = path.with(|path| is_here(path));
        match last {
            Some(last) if !is_here || opened.0.get_value() == meeting => *last,
            last => {
                opened.0.set_value(meeting);
                Visit { number: last.map_or(0, |last| last.number + 1), meeting }
            }
        }
    })
}

fn composer(mut composed: Composed) -> impl IntoView {
    let posted = posted();
    let shows_missing = use_query_map().get_untracked().get("all").as_deref() == Some("on");
    // A plain form that could not be kept comes back as it was typed.
    if posted.failure.is_some() && posted.typed("typed") == "on" {
        composed.input = typed::input_of(|name| posted.all(name));
    }
    let sheet = Sheet::new(composed, &posted, shows_missing);
    live::enliven(sheet);
    let id = move || sheet.saved.get().map(|saved| saved.id.to_string()).unwrap_or_default();
    let rev = move || sheet.saved.get().map(|saved| saved.rev.to_string()).unwrap_or_default();
    view! {
        <Title text=t(title_of(sheet))/>
        <form
            class="cmp"
            method="post"
            action="/api/meetings/save"
            novalidate=true
            autocomplete="off"
            node_ref=sheet.form
            on:input=move |_| live::typed(sheet)
            on:change=move |_| live::typed(sheet)
            on:submit=move |event| live::submit(sheet, &event)
        >
            // Enter in a field presses the first button of a form: it keeps the draft.
            <button class="vh" name="then" value="keep" tabindex="-1" aria-hidden="true">{t(COMPOSER_KEEP)}</button>
            <input r#type="hidden" name="id" value=id/>
            <input r#type="hidden" name="rev" value=rev/>
            <div class="cmp__form">
                {head(sheet)}
                {copied(posted.note)}
                {content::content(sheet)}
                {time::time(sheet)}
                {place::place(sheet)}
                {people::people(sheet)}
                {items::items(sheet)}
            </div>
            {panel::panel(sheet)}
            <a class="cmp__sum" href="#check" rel="external"><Icon name="list-checks"/><span>{move || panel::sum(sheet)}</span></a>
            {hours()}
            {preview::preview(sheet)}
        </form>
    }
}

fn title_of(sheet: Sheet) -> Text {
    if sheet.stage == domain::access::Stage::Draft { NAV_COMPOSE } else { COMPOSER_CHANGE }
}

fn head(sheet: Sheet) -> impl IntoView {
    let is_draft = sheet.stage == domain::access::Stage::Draft;
    let back = move || {
        sheet
            .saved
            .get()
            .filter(|_| !is_draft)
            .map_or("/meetings".to_owned(), |saved| format!("/meetings/{}", saved.id))
    };
    view! {
        <header class="cmp__head">
            <a class="btn btn--icon" href=back aria-label=t(COMPOSER_BACK)><Icon name="arrow-left"/></a>
            <h1>{t(title_of(sheet))}</h1>
            <StageBadge stage=sheet.stage text=crate::words::stage(sheet.stage)/>
            <span class="grow"></span>
            <span class="hint row" role="status">{move || kept(sheet.keeping.get())}</span>
            {move || sheet.saved.get().map(|saved| view! {
                <a class="btn btn--quiet" href=format!("/meetings/{}", saved.id)>
                    <Icon name="eye"/>{t(if is_draft { COMPOSER_DRAFT_PAGE } else { COMPOSER_MEETING_PAGE })}
                </a>
            })}
        </header>
    }
}

/// How the draft stands, in a few words.
fn kept(keeping: Keeping) -> Option<AnyView> {
    let (icon, words) = match keeping {
        Keeping::Still => return None,
        Keeping::Typed | Keeping::Sending => ("save", t(COMPOSER_KEEPING).to_owned()),
        Keeping::Kept(at) => {
            let time = text::time(crate::meetings::words::local(at).time());
            ("circle-check", text::tf(COMPOSER_KEPT, &[("time", &time)]))
        }
        Keeping::Failed => ("triangle-alert", t(COMPOSER_NOT_KEPT).to_owned()),
    };
    Some(view! { <Icon name=icon/>{words} }.into_any())
}

/// Told when somebody else was faster and what was typed became a draft of its own.
fn copied(note: Option<FlashMessage>) -> Option<AnyView> {
    let Some(FlashMessage::CopyOf(original)) = note else { return None };
    let href = format!("/meetings/{original}/edit");
    Some(
        view! {
            <Notice tone=Tone::Risk title=t(FAILURE_STALE) alert=true>
                {t(COMPOSER_COPIED)}" "<a href=href rel="external">{t(COMPOSER_COPIED_OTHER)}</a>
            </Notice>
        }
        .into_any(),
    )
}

/// Hours that offices begin and end at, offered while one types.
fn hours() -> impl IntoView {
    let hours = [
        "07:30", "08:00", "09:00", "10:00", "11:00", "11:30", "13:30", "14:00", "15:00", "16:00", "16:30",
        "17:00",
    ];
    view! { <datalist id="hours">{hours.map(|hour| view! { <option value=hour></option> }).collect_view()}</datalist> }
}
