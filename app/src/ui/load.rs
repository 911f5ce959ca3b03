//! What a page shows while its data comes, when it has come, and when it does not.

use leptos::prelude::*;

use crate::failure::{CallError, Problem};

/// A page's data as a resource.
pub type Loaded<T> = Resource<Result<T, CallError>>;

/// Shows the data of a resource once it is there, or why it is not.
///
/// While other data is on its way the old stays, so that a filter does not make the page jump.
pub fn loaded<T, F>(resource: Loaded<T>, shown: F) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    let body = move || {
        let shown = shown.clone();
        Suspend::new(async move {
            match resource.await {
                Ok(data) => shown(data),
                Err(CallError(failure)) => view! { <Problem failure/> }.into_any(),
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
