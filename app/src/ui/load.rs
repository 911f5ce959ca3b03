//! What a page shows while its data comes, when it has come, and when it does not.

use std::future::Future;
use std::str::FromStr;

use domain::error::Failure;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::card::PageHead;
use crate::failure::{CallError, Problem};
use crate::text::keys::NAV_HOME_LINK;
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
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    drawn(resource, |failure| view! { <Problem failure/> }.into_any(), shown)
}

/// The same for a page whose head comes with its data: without it, this title stands above why it is not there.
pub fn loaded_page<T, F>(resource: Loaded<T>, title: &'static str, shown: F) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    let refused = move |failure| view! { <Title text=title/><PageHead title/><Problem failure/> }.into_any();
    drawn(resource, refused, shown)
}

/// The same for a page without the frame around it, which has no way on of its own.
pub fn loaded_alone<T, F>(resource: Loaded<T>, title: &'static str, shown: F) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    let refused = move |failure| {
        view! {
            <Title text=title/>
            <main class="main" id="main">
                <PageHead title/>
                <Problem failure/>
                <p><a class="btn btn--secondary" href="/" rel="external">{t(NAV_HOME_LINK)}</a></p>
            </main>
        }
        .into_any()
    };
    drawn(resource, refused, shown)
}

fn drawn<T, F>(
    resource: Loaded<T>,
    refused: impl Fn(Failure) -> AnyView + Copy + Send + Sync + 'static,
    shown: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    let body = move || {
        let shown = shown.clone();
        Suspend::new(async move {
            match resource.await {
                Ok(data) => shown(data),
                Err(CallError(failure)) => refused(failure),
            }
        })
    };
    view! { <Transition fallback=skeleton>{body}</Transition> }
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
