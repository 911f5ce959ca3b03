//! A step of a meeting's life as a form: sent in place by script, and by the browser itself without.
//! Knows no step; that is the address it is sent to.
#![expect(unreachable_pub, reason = "the component's macro makes its properties public")]

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::desk::Desk;
use crate::text::Text;
#[cfg(feature = "hydrate")]
use crate::text::t;
use crate::ui::Told;

/// The form of one call that answers nothing but whether it was done; what came of it is settled on the desk.
///
/// Not leptos' `ActionForm`, which reads the form into the call's type and writes it out again: every step would bring
/// both to the browser, where the form's own fields are all there is to send.
#[component]
pub(super) fn Step(
    desk: Desk,
    /// The call's address.
    path: &'static str,
    #[prop(optional)] class: &'static str,
    /// Called when the step was taken.
    #[prop(optional)]
    done: Option<Callback<()>>,
    /// Where it leads when it was taken, for a step after which there is no meeting any more.
    #[prop(optional_no_strip)]
    leaves_for: Option<&'static str>,
    /// What is said once it was taken; nothing where the page shows it in the same place.
    #[prop(optional_no_strip)]
    says: Option<Text>,
    children: Children,
) -> impl IntoView {
    let after = After { done, leaves_for, says, told: Told::here() };
    let send = move |event: SubmitEvent| send(desk, path, after, &event);
    view! { <form method="post" action=path class=class on:submit=send>{children()}</form> }
}

/// What follows a step that was taken.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only a form with script is followed by something")
)]
struct After {
    done: Option<Callback<()>>,
    leaves_for: Option<&'static str>,
    says: Option<Text>,
    told: Told,
}

#[cfg(feature = "hydrate")]
fn send(desk: Desk, path: &'static str, after: After, event: &SubmitEvent) {
    use wasm_bindgen::JsCast;

    if event.default_prevented() {
        return;
    }
    let form = event.target().and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
    // A form that cannot be read is left to the browser, which sends it as without script.
    let Some(form) = form else { return };
    let Some(fields) = fields(&form) else { return };
    event.prevent_default();
    leptos::task::spawn_local(async move {
        let outcome = post(path, fields).await;
        if outcome.is_ok() {
            // The menu that the form stands in has served.
            if let Ok(Some(menu)) = form.closest("details.menu") {
                let _ = menu.remove_attribute("open");
            }
            if let Some(done) = after.done {
                done.run(());
            }
            if let Some(goal) = after.leaves_for {
                after.says.into_iter().for_each(|says| Told::say_next(t(says)));
                let _ = window().location().set_href(goal);
                return;
            }
            after.says.into_iter().for_each(|says| after.told.say(t(says).to_owned()));
        }
        desk.settle(outcome);
    });
}

#[cfg(not(feature = "hydrate"))]
fn send(_: Desk, _: &'static str, _: After, _: &SubmitEvent) {}

#[cfg(feature = "hydrate")]
fn fields(form: &web_sys::HtmlFormElement) -> Option<String> {
    let fields = web_sys::FormData::new_with_form(form).ok()?;
    let fields = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    Some(fields.to_string().into())
}

#[cfg(feature = "hydrate")]
async fn post(path: &str, fields: String) -> Result<(), crate::failure::CallError> {
    use server_fn::client::{Client, browser::BrowserClient};
    use server_fn::error::FromServerFnError;
    use server_fn::request::{ClientReq, browser::BrowserRequest};
    use server_fn::response::{ClientRes, browser::BrowserResponse};

    use crate::failure::CallError;

    type Reached = Result<BrowserResponse, CallError>;

    let request: Result<BrowserRequest, CallError> =
        BrowserRequest::try_new_post(path, "application/json", "application/x-www-form-urlencoded", fields);
    let answer: Reached = <BrowserClient as Client<CallError>>::send(request?).await;
    let answer = answer?;
    if ClientRes::<CallError>::status(&answer) < 400 {
        return Ok(());
    }
    let body: Result<server_fn::Bytes, CallError> = answer.try_into_bytes().await;
    Err(CallError::de(body?))
}
