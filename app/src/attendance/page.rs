//! The page behind the hall's code: the delegate presses once to confirm their presence. The page never does
//! it by itself, because a person elsewhere may have received its address in a message. Every other case says
//! why it does not work and where to go next. It is a plain form, so any camera's browser works.

use domain::access::Stage;
use domain::error::Failure;
use domain::ids::MeetingId;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::calls::scan_landing;
use super::landing::Landing;
use crate::failure::{CallError, Problem};
use crate::form::{Posted, posted};
use crate::parts::when;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Icon, Loaded, Notice, Tone, loaded_page, named, resource};

/// The page that a scanned code opens.
#[component]
pub fn ScanPage() -> impl IntoView {
    let id = named::<MeetingId>();
    let landing: Loaded<Option<Landing>> = resource(move || id.get(), load);
    let code = use_query_map().with_untracked(|query| query.get("code")).unwrap_or_default();
    let posted = posted();
    view! {
        <Title text=t(SCAN_TITLE)/>
        <div class="formpage scan">
            {loaded_page(landing, t(SCAN_TITLE), move |landing| match id.get_untracked() {
                Some(id) => draw(id, landing.as_ref(), &code, &posted),
                None => ().into_any(),
            })}
        </div>
    }
}

/// The meeting, or none for somebody who is not listed and so learns nothing of it.
async fn load(id: Option<MeetingId>) -> Result<Option<Landing>, CallError> {
    let Some(id) = id else { return Err(CallError::from(Failure::NotFound)) };
    match scan_landing(id).await {
        Ok(landing) => Ok(Some(landing)),
        Err(CallError(Failure::NotFound | Failure::Forbidden)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn draw(id: MeetingId, landing: Option<&Landing>, code: &str, posted: &Posted) -> AnyView {
    let Some(landing) = landing else {
        return view! {
            <header class="pagehead"><div class="pagehead__text"><h1>{t(SCAN_TITLE)}</h1></div></header>
            <div class="stack">{stranger()}</div>
        }
        .into_any();
    };
    let body = match (landing.is_present, landing.stage, landing.part) {
        (_, Stage::Held | Stage::Cancelled | Stage::Postponed, Some(_)) => over(id, landing),
        (true, ..) => present(id, landing),
        (false, _, None) => stranger(),
        (false, Stage::UnderWay, Some(_)) => confirm(id, code, posted),
        (false, Stage::Draft | Stage::Scheduled, Some(_)) => {
            closed(id, landing, SCAN_NOT_YET, t(SCAN_NOT_YET_BODY).to_owned())
        }
    };
    view! {
        <header class="pagehead">
            <div class="pagehead__text">
                <p class="eyebrow">{t(SCAN_TITLE)}</p>
                <h1>{landing.title.clone()}</h1>
                <p class="muted">{when(landing.first.as_ref(), None)}</p>
            </div>
        </header>
        <div class="stack">{body}</div>
    }
    .into_any()
}

/// The button that says "I am here". The code is typed if the address has none.
fn confirm(id: MeetingId, code: &str, posted: &Posted) -> AnyView {
    let is_scanned = !code.is_empty() && posted.failure.is_none();
    let failure = posted.failure.clone().map(|failure| view! { <Problem failure/> });
    if is_scanned {
        return view! {
            <form method="post" action="/api/attendance/scan" class="card scan__card">
                <input r#type="hidden" name="meeting" value=id.to_string()/>
                <input r#type="hidden" name="code" value=code.to_owned()/>
                <p>{t(SCAN_CONFIRM_BODY)}</p>
                <button class="btn btn--primary btn--lg" r#type="submit"><Icon name="user-check"/>{t(SCAN_CONFIRM)}</button>
            </form>
        }
        .into_any();
    }
    view! {
        {failure}
        <form method="post" action="/api/attendance/scan" class="card scan__card">
            <input r#type="hidden" name="meeting" value=id.to_string()/>
            <div class="field">
                <label for="code">{t(SCAN_CODE)}</label>
                <p class="hint" id="code-hint">{t(SCAN_CODE_HINT)}</p>
                <input
                    class="input num scan__code"
                    id="code"
                    name="code"
                    required=true
                    maxlength="16"
                    autocomplete="one-time-code"
                    autocapitalize="characters"
                    spellcheck="false"
                    aria-describedby="code-hint"
                />
            </div>
            <button class="btn btn--primary btn--lg" r#type="submit"><Icon name="user-check"/>{t(SCAN_CONFIRM)}</button>
        </form>
    }
    .into_any()
}

fn present(id: MeetingId, landing: &Landing) -> AnyView {
    view! {
        <Notice tone=Tone::Met title=t(SCAN_PRESENT) alert=true>{t(SCAN_PRESENT_BODY)}</Notice>
        {papers(id, landing, "btn btn--primary btn--lg")}
    }
    .into_any()
}

fn stranger() -> AnyView {
    view! {
        <Notice tone=Tone::Risk title=t(REFUSED_NOT_A_DELEGATE) alert=true>{t(REFUSED_NOT_A_DELEGATE_BODY)}</Notice>
        <a class="btn btn--secondary" href="/">{t(NAV_HOME_LINK)}</a>
    }
    .into_any()
}

fn closed(id: MeetingId, landing: &Landing, title: crate::text::Text, body: String) -> AnyView {
    view! {
        <Notice title=t(title) alert=true>{body}</Notice>
        {papers(id, landing, "btn btn--secondary btn--lg")}
    }
    .into_any()
}

/// It is too late: since when, and the way to the meeting, which says why.
fn over(id: MeetingId, landing: &Landing) -> AnyView {
    let why = landing.over.clone().map(|why| view! { <Problem failure=why.into()/> });
    let was_present = landing.is_present.then(|| view! { <p>{t(SCAN_WAS_PRESENT)}</p> });
    view! {
        {why}
        {was_present}
        <a class="btn btn--secondary btn--lg" href=format!("/meetings/{id}")><Icon name="book-open"/>{t(SCAN_OPEN_MEETING)}</a>
    }
    .into_any()
}

/// The one way on: to the meeting and its papers.
fn papers(id: MeetingId, landing: &Landing, class: &'static str) -> AnyView {
    let words = match landing.papers {
        0 => t(SCAN_OPEN_MEETING).to_owned(),
        count => tf(SCAN_OPEN_PAPERS, &[("n", &count)]),
    };
    view! { <a class=class href=format!("/meetings/{id}")><Icon name="book-open"/>{words}</a> }.into_any()
}
