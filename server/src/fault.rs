//! A failure as an answer of a route: a page for a person, JSON for a script, in the words of `app::failure`.
//! The pages' own failures are theirs to show; this is for what never reaches a page.

use app::context::Locale;
use app::failure::{CallError, describe, describe_problem, status};
use app::refused_rows::{describe_doubt, describe_note};
use axum::response::{IntoResponse, Response};
use domain::error::{Failure, Problem};
use domain::ids::IncidentId;
use domain::imports::{Doubt, Note};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use leptos::prelude::{Owner, provide_context};

use crate::visitor;

/// Whether the answer is for a person's eyes.
pub fn wants_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

/// A failure in the words and the form that the request asks for: a page, or `{"message", "failure"}`.
pub fn failure(failure: &Failure, headers: &HeaderMap) -> Response {
    shown(failure, wants_html(headers), visitor::locale(headers))
}

/// A failure of a call, exactly as the pages decode it.
pub fn call(failure: Failure) -> Response {
    let status = status(&failure);
    no_store((status, axum::Json(CallError(failure))).into_response())
}

/// A panic's answer: a page or JSON with the number under which the log has the cause.
pub fn internal(incident: IncidentId, html: bool, locale: Locale) -> Response {
    shown(&Failure::Internal(incident), html, locale)
}

fn shown(failure: &Failure, html: bool, locale: Locale) -> Response {
    let words = words(failure, locale);
    if html {
        return page(status(failure), locale, &words);
    }
    let answer = serde_json::json!({ "message": words.line(), "failure": failure });
    no_store((status(failure), axum::Json(answer)).into_response())
}

/// A bare answer, for those who get no further than the limits.
pub fn plain(status: StatusCode) -> Response {
    no_store((status, format!("{status}\n")).into_response())
}

/// A failure in words.
pub struct Words {
    title: String,
    body: String,
}

/// The words of `app` in a language.
pub fn words(failure: &Failure, locale: Locale) -> Words {
    let owner = Owner::new();
    owner.with(|| {
        provide_context(locale);
        let described = describe(failure);
        Words { title: described.title, body: described.body }
    })
}

/// What is wrong with one value, in English, for the command line.
pub fn problem(problem: &Problem) -> String {
    in_english(|| describe_problem(problem))
}

/// What is doubtful about one value, in English, for the command line.
pub fn doubt(doubt: &Doubt) -> String {
    in_english(|| describe_doubt(doubt))
}

/// How a file was read, in English, for the command line.
pub fn note(note: &Note) -> String {
    in_english(|| describe_note(note))
}

fn in_english(words: impl FnOnce() -> String) -> String {
    let owner = Owner::new();
    owner.with(|| {
        provide_context(Locale::En);
        words()
    })
}

impl Words {
    /// Both sentences in one line, as a script shows it.
    pub fn line(&self) -> String {
        let Words { title, body } = self;
        let joint = if title.ends_with(['.', '?', '!']) || body.is_empty() { "" } else { "." };
        format!("{title}{joint} {body}").trim().to_owned()
    }
}

fn page(status: StatusCode, locale: Locale, words: &Words) -> Response {
    let (lang, title, body) = (locale.code(), escaped(&words.title), escaped(&words.body));
    let html = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <style>:root{{color-scheme:light dark}}body{{font:1.125rem/1.5 \"Be Vietnam Pro\",system-ui,sans-serif;\
         max-width:36rem;margin:15vh auto;padding:0 1.25rem}}h1{{font-size:1.5rem;line-height:1.3}}\
         a{{color:inherit;display:inline-block;padding:.75rem 0}}</style></head>\
         <body><main><h1>{title}</h1><p>{body}</p><p><a href=\"/\">Phiên</a></p></main></body></html>"
    );
    let mut answer = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")]).into_response();
    *answer.body_mut() = html.into();
    no_store(answer)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn no_store(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sentences_in_a_line_are_told_apart() {
        let line = |title: &str, body: &str| Words { title: title.into(), body: body.into() }.line();
        assert_eq!(line("Tệp không có nội dung", "Chọn lại tệp."), "Tệp không có nội dung. Chọn lại tệp.");
        assert_eq!(line("Chưa ghi.", "Thử lại."), "Chưa ghi. Thử lại.");
        assert_eq!(line("Không tìm thấy", ""), "Không tìm thấy");
    }
}
