//! Forms posted without script. A refused form is answered with its own page, status 422, the reason and what
//! was typed. The answer itself carries all of it; nothing is put into an address
//! ([why](../../docs/decisions/refused-forms.md)). Knows no field; passwords are never sent back.

#[cfg(feature = "ssr")]
use std::sync::{Arc, Mutex, PoisonError};

use domain::error::Failure;
use domain::ids::MeetingId;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::failure::CallError;
use crate::failure::field_error;
#[cfg(feature = "ssr")]
use crate::session::set_cookie;
use crate::ui::Json;

/// What the server sends back to a page with a posted form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The page that it belongs to, without a query.
    page: String,
    /// Why the form was refused.
    pub failure: Option<Failure>,
    /// What the form that redirected here did.
    pub note: Option<FlashMessage>,
    /// The fields with what was typed, in the order of the form.
    typed: Vec<(String, String)>,
}

impl Posted {
    /// A form that is shown again because of a failure, or to be completed.
    #[cfg(feature = "ssr")]
    fn new(address: &str, failure: Option<Failure>, typed: &[(&str, &str)]) -> Posted {
        let typed = typed.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Posted { page: path_of(address).to_owned(), failure, note: None, typed }
    }

    /// What was typed into a field.
    pub fn typed(&self, name: &str) -> String {
        self.values(name).next().cloned().unwrap_or_default()
    }

    /// Whether a field was sent back. If a page has several forms, only the fields of the posted one are.
    pub fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// Everything that was sent with a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.values(name).cloned().collect()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &String> {
        self.typed.iter().filter(move |(field, _)| field == name).map(|(_, text)| text)
    }

    /// What is wrong with a field, in words.
    pub fn error(&self, name: &str) -> Option<String> {
        field_error(self.failure.as_ref(), name)
    }
}

/// What a form did before it redirected to another page. That page says it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashMessage {
    /// Something was added or changed.
    Saved,
    /// The caller's password was changed.
    PasswordChanged,
    /// The caller turned their second factor off.
    SecondFactorTurnedOff,
    /// Another person had saved this meeting first; what was typed became the draft that is shown.
    CopyOf(MeetingId),
}

/// The cookie that carries a note over the redirect after a successful form. A link cannot set it.
pub const NOTE_COOKIE: &str = "note";
/// The browser requests the next page at once; a minute is enough for a line that breaks in between.
#[cfg(feature = "ssr")]
const NOTE_SECONDS: i64 = 60;

/// The note's cookie, if the request had one.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct NoteCookie(pub String);

#[cfg(feature = "ssr")]
impl FlashMessage {
    fn code(self) -> String {
        match self {
            FlashMessage::Saved => "saved".to_owned(),
            FlashMessage::PasswordChanged => "password".to_owned(),
            FlashMessage::SecondFactorTurnedOff => "second-factor".to_owned(),
            FlashMessage::CopyOf(meeting) => format!("copy.{meeting}"),
        }
    }

    fn parse(code: &str) -> Option<FlashMessage> {
        match code {
            "saved" => Some(FlashMessage::Saved),
            "password" => Some(FlashMessage::PasswordChanged),
            "second-factor" => Some(FlashMessage::SecondFactorTurnedOff),
            _ => code.strip_prefix("copy.")?.parse().ok().map(FlashMessage::CopyOf),
        }
    }
}

/// Leaves a note for the page of this address, and returns the address.
#[cfg(feature = "ssr")]
pub fn noted(note: FlashMessage, address: String) -> String {
    set_cookie(NOTE_COOKIE, &format!("{}@{}", note.code(), path_of(&address)), Some(NOTE_SECONDS));
    address
}

/// The note for this page, if there is one. Removes it.
#[cfg(feature = "ssr")]
fn take_note(page: &str) -> Option<FlashMessage> {
    let NoteCookie(cookie) = use_context()?;
    let (code, path) = cookie.split_once('@')?;
    let note = FlashMessage::parse(code).filter(|_| path == page)?;
    set_cookie(NOTE_COOKIE, "", Some(0));
    Some(note)
}

/// Whether the request is a form sent by the browser itself, which waits for a page and not for an answer.
#[cfg(feature = "ssr")]
pub fn is_plain() -> bool {
    use_context::<http::request::Parts>().is_some_and(|request| is_plain_request(&request))
}

/// The same for a given request.
#[cfg(feature = "ssr")]
pub fn is_plain_request(request: &http::request::Parts) -> bool {
    request.method == http::Method::POST
        && request
            .headers
            .get(http::header::ACCEPT)
            .is_some_and(|accepted| accepted.to_str().is_ok_and(|accepted| accepted.contains("text/html")))
}

/// The page that answers a plain form.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct FormPage {
    /// The page's own address, shown in the browser instead of the form's.
    pub address: String,
    /// What the page shows besides its data.
    pub posted: Posted,
}

#[cfg(feature = "ssr")]
impl FormPage {
    /// A refused form: shows its page again with what was typed.
    pub fn refused(address: String, failure: Failure, typed: &[(&str, &str)]) -> FormPage {
        FormPage { posted: Posted::new(&address, Some(failure), typed), address }
    }

    /// The path of the page.
    pub fn path(&self) -> &str {
        path_of(&self.address)
    }

    /// The same answer on another page.
    pub fn moved_to(mut self, address: &str) -> FormPage {
        self.posted.page = path_of(address).to_owned();
        address.clone_into(&mut self.address);
        self
    }

    /// The status of the answer. Every refusal is 422; a server error keeps the status that monitors look
    /// for.
    pub fn status(&self) -> http::StatusCode {
        match &self.posted.failure {
            None => http::StatusCode::OK,
            Some(Failure::Refused(_) | Failure::Invalid(_) | Failure::Stale) => {
                http::StatusCode::UNPROCESSABLE_ENTITY
            }
            Some(failure) => crate::failure::status(failure),
        }
    }
}

/// Where the call behind a plain form leaves the answer for the router. The router provides it.
#[cfg(feature = "ssr")]
#[derive(Clone, Default)]
pub struct FormAnswer(Arc<Mutex<Option<FormOutcome>>>);

/// The answer to a plain form that does not redirect.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub enum FormOutcome {
    /// A page.
    Page(Box<FormPage>),
    /// A failure of a form that named no page because it could not even be read.
    Failed(Failure),
}

#[cfg(feature = "ssr")]
impl FormAnswer {
    /// Takes the answer that was left.
    pub fn take(&self) -> Option<FormOutcome> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(answered: FormOutcome) {
        if let Some(FormAnswer(place)) = use_context() {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(answered);
        }
    }

    /// The call failed before it could name the page of its form.
    pub(crate) fn fail(failure: &Failure) {
        Self::put(FormOutcome::Failed(failure.clone()));
    }
}

/// Ends a posted form: redirects to `done(value)`, or shows the page of `address` again with the failure and
/// what was typed.
#[cfg(feature = "ssr")]
pub fn answer<T>(
    address: &str,
    outcome: Result<T, Failure>,
    typed: &[(&str, &str)],
    done: impl FnOnce(T) -> String,
) -> Result<(), CallError> {
    match outcome {
        Ok(value) => {
            leptos_axum::redirect(&done(value));
            Ok(())
        }
        Err(failure) if is_plain() => {
            let page = FormPage::refused(address.to_owned(), failure, typed);
            FormAnswer::put(FormOutcome::Page(Box::new(page)));
            Ok(())
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Shows the page of `address` again with what was typed, to be completed: nothing failed.
#[cfg(feature = "ssr")]
pub fn fill_in_further(address: &str, typed: &[(&str, &str)]) {
    let page = FormPage { address: address.to_owned(), posted: Posted::new(address, None, typed) };
    FormAnswer::put(FormOutcome::Page(Box::new(page)));
}

/// The page that belongs to the address of a form. After a refusal, a browser without script shows the form's
/// address.
#[cfg(feature = "ssr")]
pub fn page_of_call(path: &str) -> &'static str {
    let call = path.strip_prefix("/api/").unwrap_or_default();
    match (call, call.split('/').next().unwrap_or_default()) {
        ("accounts/sign-in", _) => "/sign-in",
        ("accounts/claim-first", _) => "/first",
        ("second-factor/enter", _) => "/sign-in/code",
        (_, "accounts" | "second-factor" | "notices") => "/account",
        (_, "agencies") => "/admin/agencies",
        (_, "people") => "/admin/people",
        (_, "rooms") => "/admin/rooms",
        (_, "rules") => "/admin/rules",
        (_, "imports") => "/admin/imports",
        (_, "meetings" | "attendance" | "papers") => "/meetings",
        _ => "/",
    }
}

#[cfg(feature = "ssr")]
fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// Text as part of a link's query.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte))
            }
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}

/// Provides the pages with what was posted with the request: on the server from the router, in the browser
/// from the document.
pub(crate) fn provide_posted() {
    let posted = SharedValue::<Posted, Json>::new_with_encoding(posted_with_request);
    provide_context(StoredValue::new(posted.into_inner()));
}

#[cfg(feature = "ssr")]
fn posted_with_request() -> Posted {
    if let Some(FormPage { posted, .. }) = use_context() {
        return posted;
    }
    let request = use_context::<http::request::Parts>();
    let page = request.map(|request| request.uri.path().to_owned()).unwrap_or_default();
    let note = take_note(&page);
    Posted { page, note, ..Posted::default() }
}

#[cfg(not(feature = "ssr"))]
fn posted_with_request() -> Posted {
    Posted::default()
}

/// Forgets what was posted as soon as the user leaves its page without loading another document.
#[component]
pub(crate) fn ForgetPosted() -> impl IntoView {
    let path = use_location().pathname;
    let posted = use_context::<StoredValue<Posted>>();
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if let (Some(posted), true) = (posted, before.is_some_and(|before| before != now)) {
            posted.try_set_value(Posted::default());
        }
        now
    });
}

/// What was posted with this page.
pub fn posted() -> Posted {
    let page = use_location().pathname.get_untracked();
    let posted = use_context::<StoredValue<Posted>>().and_then(|posted| posted.try_get_value());
    posted.filter(|posted| posted.page == page).unwrap_or_default()
}

/// Puts the page's own address into the browser's address bar when the document answers a form. A reload or a
/// bookmark then uses the page, and the page hydrates under its own address.
#[cfg(feature = "ssr")]
pub(crate) fn own_address() -> Option<impl IntoView> {
    let FormPage { address, .. } = use_context()?;
    // A JSON string is a valid JavaScript string. `<` could end the script, so it is written as an escape.
    let address = serde_json::to_string(&address).ok()?.replace('<', "\\u003c");
    let script = format!("history.replaceState(null,'',{address})");
    Some(view! { <script nonce=leptos::nonce::use_nonce() inner_html=script></script> })
}

#[cfg(test)]
mod tests {
    #[test]
    fn links_carry_vietnamese_and_signs() {
        assert_eq!(super::escape("Sở A & B"), "S%E1%BB%9F%20A%20%26%20B");
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_note_is_read_as_it_was_written_and_nothing_else_is_one() {
        use super::FlashMessage;
        let meeting = "00000000-0000-0000-0000-000000000007".parse().unwrap();
        for note in [FlashMessage::Saved, FlashMessage::PasswordChanged, FlashMessage::CopyOf(meeting)] {
            assert_eq!(FlashMessage::parse(&note.code()), Some(note));
        }
        for other in ["", "Saved", "copy.", "copy.<b>", "Gọi số 0900"] {
            assert_eq!(FlashMessage::parse(other), None);
        }
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn the_address_of_a_form_leads_to_a_page() {
        use super::page_of_call;
        assert_eq!(page_of_call("/api/people/change"), "/admin/people");
        assert_eq!(page_of_call("/api/accounts/sign-in"), "/sign-in");
        assert_eq!(page_of_call("/api/accounts/change-password"), "/account");
        assert_eq!(page_of_call("/api/khong/co"), "/");
    }
}
