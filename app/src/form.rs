//! Forms posted without script: the answer is a redirect that carries what went wrong and what was typed.
//! Knows no field; passwords are never carried.

use domain::error::Failure;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
#[cfg(feature = "ssr")]
use server_fn::error::FromServerFnError;

use crate::failure::{CallError, field_error};

/// Whether the request is a form sent by the browser itself, which waits for a page and not for an answer.
#[cfg(feature = "ssr")]
pub fn is_plain() -> bool {
    use_context::<http::request::Parts>().is_some_and(|request| {
        request.method == http::Method::POST
            && request.headers.get(http::header::ACCEPT).is_some_and(|accepted| {
                accepted.to_str().is_ok_and(|accepted| accepted.contains("text/html"))
            })
    })
}

/// Ends a posted form: on to `done(value)`, or back to `path` with the failure and what was typed.
#[cfg(feature = "ssr")]
pub fn answer<T>(
    path: &str,
    outcome: Result<T, Failure>,
    typed: &[(&str, &str)],
    done: impl FnOnce(T) -> String,
) -> Result<(), CallError> {
    match outcome {
        Ok(value) => leptos_axum::redirect(&done(value)),
        Err(failure) => {
            let mut target = failed(path, failure);
            for (name, value) in typed {
                target.push_str(&format!("&{name}={}", escape(value)));
            }
            leptos_axum::redirect(&target);
        }
    }
    Ok(())
}

/// A page's address with why its form was refused.
#[cfg(feature = "ssr")]
pub fn failed(path: &str, failure: Failure) -> String {
    let failure = String::from_utf8(CallError(failure).ser().to_vec()).unwrap_or_default();
    format!("{path}{}failed={}", if path.contains('?') { '&' } else { '?' }, escape(&failure))
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

/// What came back with a posted form.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    /// Why it was refused.
    pub failure: Option<Failure>,
    typed: leptos_router::params::ParamsMap,
}

impl Posted {
    /// The same without a failure that is not one of these.
    pub fn only(mut self, these: impl Fn(&Failure) -> bool) -> Self {
        self.failure = self.failure.filter(these);
        self
    }

    /// What had been typed into a field.
    pub fn typed(&self, name: &str) -> String {
        self.typed.get(name).unwrap_or_default()
    }

    /// Whether a field came back: of several forms of a page only that one's do.
    pub fn has(&self, name: &str) -> bool {
        self.typed.get(name).is_some()
    }

    /// All that had been sent with a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.typed.get_all(name).unwrap_or_default()
    }

    /// What is wrong with a field, in words.
    pub fn error(&self, name: &str) -> Option<String> {
        field_error(self.failure.as_ref(), name)
    }
}

/// Reads what came back from the page's own address, the same on the server and in the browser.
pub fn posted() -> Posted {
    let typed = use_query_map().get_untracked();
    let failure = typed
        .get("failed")
        .map(|text| <CallError as server_fn::error::FromServerFnError>::de(text.into_bytes().into()).0);
    Posted { failure, typed }
}

#[cfg(test)]
mod tests {
    #[test]
    fn links_carry_vietnamese_and_signs() {
        assert_eq!(super::escape("Sở A & B"), "S%E1%BB%9F%20A%20%26%20B");
    }
}
