//! What a page shows while its data comes, when it has come, and when it does not.

use std::future::Future;
use std::str::FromStr;

use domain::error::{Failure, Refusal};
use domain::ids::MeetingId;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_params_map};

use super::card::PageHead;
use super::notice::{Notice, Tone};
use crate::failure::{CallError, Problem};
use crate::text::keys::*;
use crate::text::t;

/// A page's data as a resource.
pub type Loaded<T> = Resource<Result<T, CallError>, Json>;

/// A page's data, asked for anew whenever what it depends on changes. The browser reads the first answer from the
/// document.
pub fn resource<S, T, Asked>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Asked + Send + Sync + 'static,
) -> Loaded<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Asked: Future<Output = Result<T, CallError>> + Send + 'static,
{
    Resource::new_with_options(source, fetch, true)
}

/// What the page's address names as `:id`; none where that is no identifier.
pub fn named<Id: FromStr + PartialEq + Send + Sync + 'static>() -> Memo<Option<Id>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse().ok())))
}

/// The data of what the page's address names, see [`named`].
pub fn resource_of<Id, T, Asked>(
    id: Memo<Option<Id>>,
    fetch: impl Fn(Id) -> Asked + Send + Sync + 'static,
) -> Loaded<T>
where
    Id: PartialEq + Copy + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Asked: Future<Output = Result<T, CallError>> + Send + 'static,
{
    let fetched = move |id: Option<Id>| {
        let asked = id.map(&fetch);
        async move {
            match asked {
                Some(asked) => asked.await,
                None => Err(Failure::NotFound.into()),
            }
        }
    };
    resource(move || id.get(), fetched)
}

/// JSON as answers of calls are read, from bytes: leptos' own reads the document's data from text, which would bring the
/// reading of every type to the browser twice.
#[derive(Debug)]
pub struct Json;

impl<T: Serialize> Encoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, serde_json::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, serde_json::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

/// Shows the data of a resource once it is there, or why it is not.
///
/// While other data is on its way the old stays, so that a filter does not make the page jump.
pub fn loaded<T, F>(resource: Loaded<T>, shown: F) -> impl IntoView
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    drawn(resource, |why| why, shown)
}

/// The same for a page whose head comes with its data: without it, this title stands above why it is not there.
pub fn loaded_page<T, F>(resource: Loaded<T>, title: &'static str, shown: F) -> impl IntoView
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    let refused = move |why| view! { <Title text=title/><PageHead title/>{why} }.into_any();
    drawn(resource, refused, shown)
}

/// The same for a page without the frame around it, which has no way on of its own.
pub fn loaded_alone<T, F>(resource: Loaded<T>, title: &'static str, shown: F) -> impl IntoView
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    let refused = move |why| {
        view! {
            <Title text=title/>
            <main class="main" id="main">
                <PageHead title/>
                {why}
                <p><a class="btn btn--secondary" href="/" rel="external">{t(NAV_HOME_LINK)}</a></p>
            </main>
        }
        .into_any()
    };
    drawn(resource, refused, shown)
}

fn drawn<T, F>(
    resource: Loaded<T>,
    refused: impl Fn(AnyView) -> AnyView + Copy + Send + Sync + 'static,
    shown: F,
) -> impl IntoView
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    let path = use_location().pathname;
    let body = move || {
        let shown = shown.clone();
        Suspend::new(async move {
            match resource.await {
                Ok(data) => shown(data),
                Err(CallError(
                    failure @ Failure::Refused(Refusal::MeetingOver { .. } | Refusal::WrongState),
                )) => {
                    let on = to_meeting(&path.get_untracked());
                    refused(view! { <div class="stack"><Problem failure/>{on}</div> }.into_any())
                }
                Err(CallError(failure)) => refused(missing(resource, failure)),
            }
        })
    };
    view! { <Transition fallback=skeleton>{body}</Transition> }
}

/// The ways on from a page of a meeting that is over, or at another step: to the meeting, which tells the rest, and to the others.
fn to_meeting(path: &str) -> Option<impl IntoView + use<>> {
    let meeting = path.strip_prefix("/meetings/")?.split('/').next()?.parse::<MeetingId>().ok()?;
    Some(view! {
        <p class="row row--wrap">
            <a class="btn btn--primary" href=format!("/meetings/{meeting}") rel="external">{t(SCAN_OPEN_MEETING)}</a>
            <a class="btn btn--secondary" href="/meetings" rel="external">{t(FAILURE_TO_MEETINGS)}</a>
        </p>
    })
}

/// Why the data of a resource is not there. Where there was no connection, it can be asked for again.
pub fn missing<T>(resource: Loaded<T>, failure: Failure) -> AnyView
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    match failure {
        Failure::Unavailable => unreached(Callback::new(move |()| resource.refetch())),
        failure => view! { <Problem failure/> }.into_any(),
    }
}

/// There was no connection: asks again when pressed, when the browser is online again and when the tab is shown again.
fn unreached(again: Callback<()>) -> AnyView {
    #[cfg(feature = "hydrate")]
    {
        when_online(again);
        soon_after("visibilitychange", again, || !document().hidden());
    }
    let press = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        again.run(());
    };
    // Without script it is a link to this address.
    view! {
        <Notice tone=Tone::Risk title=t(FAILURE_UNAVAILABLE) alert=true>
            {t(FAILURE_UNAVAILABLE_PAGE)}
            <a class="btn btn--secondary" href="" rel="external" on:click=press>{t(FAILURE_TRY_AGAIN)}</a>
        </Notice>
    }
    .into_any()
}

/// Reads a page's data anew when the page is seen again, and every five minutes while it is seen and nobody is at work on it:
/// a page that stayed open over night tells of today. What is read like that is no use of the session.
#[cfg(feature = "hydrate")]
pub fn keep_fresh<T>(resource: Loaded<T>)
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    use leptos::leptos_dom::helpers::set_interval_with_handle;

    const ANEW_EVERY: std::time::Duration = std::time::Duration::from_secs(300);

    let again = Callback::new(move |()| {
        resource.refetch();
    });
    soon_after("visibilitychange", again, || !document().hidden());
    let is_idle = || document().active_element().is_none_or(|at| at.tag_name() == "BODY");
    let tick = move || {
        if !document().hidden() && is_idle() {
            let _ = again.try_run(());
        }
    };
    if let Ok(ticking) = set_interval_with_handle(tick, ANEW_EVERY) {
        on_cleanup(move || ticking.clear());
    }
}

/// Calls `again` a moment after each `event` of the window that `is_meant`, until what is shown is replaced.
#[cfg(feature = "hydrate")]
fn soon_after(event: &str, again: Callback<()>, is_meant: fn() -> bool) {
    use leptos::leptos_dom::helpers::{set_timeout, window_event_listener_untyped};

    // A hall whose network returns does not ask all at once.
    const SPREAD_MILLISECONDS: f64 = 1_500.0;

    let listener = window_event_listener_untyped(event, move |_| {
        if is_meant() {
            let pause = web_sys::js_sys::Math::random() * SPREAD_MILLISECONDS;
            let ask = move || {
                let _ = again.try_run(());
            };
            set_timeout(ask, std::time::Duration::from_millis(pause as u64));
        }
    });
    on_cleanup(move || listener.remove());
}

/// Calls `again` when the browser is online again.
#[cfg(feature = "hydrate")]
pub(crate) fn when_online(again: Callback<()>) {
    soon_after("online", again, || true);
}

fn skeleton() -> impl IntoView {
    view! {
        <div class="stack" aria-hidden="true">
            <span class="sk" style="width:40%"></span>
            <span class="sk"></span>
            <span class="sk" style="width:75%"></span>
        </div>
    }
}
