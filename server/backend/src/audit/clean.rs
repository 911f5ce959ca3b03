//! What a line of the trail says, as people see it. Some lines show a form as it was typed; a line can never be
//! changed, and whoever reads it must not be misled by characters that are not shown. Knows no deed.

use domain::text::{Line, Paragraphs};
use serde_json::Value;

/// What a line is about.
pub(super) fn subject(subject: &str) -> Line {
    Line::new(subject)
}

/// A value as JSON with all its texts cleaned; unchanged if they are clean already.
pub(super) fn value(json: String) -> String {
    if json.is_ascii() && !json.contains('\\') {
        return json;
    }
    let Ok(mut value) = serde_json::from_str(&json) else { return json };
    if clean(&mut value) { value.to_string() } else { json }
}

/// Whether anything was unclean. Goes as deep as the forms and parts of meetings are.
fn clean(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            let cleaned = Paragraphs::new(text);
            let is_unclean = cleaned != *text;
            *text = cleaned.into();
            is_unclean
        }
        Value::Array(values) => values.iter_mut().fold(false, |found, value| clean(value) | found),
        Value::Object(fields) => fields.values_mut().fold(false, |found, value| clean(value) | found),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_cleaned_at_every_depth_and_otherwise_left_alone() {
        let clean = r#"{"b":"Họp","a":["x  y"],"n":1}"#.to_owned();
        assert_eq!(value(r#"{"b":"Họp","a":["x y"],"n":1}"#.to_owned()), r#"{"b":"Họp","a":["x y"],"n":1}"#);
        assert!(value(clean).contains("\"x y\""));
        let typed = r#"{"title":"Ho\u0323p\u0000","lines":[{"reason":"một\r\nhai\u202e"}]}"#.to_owned();
        assert_eq!(value(typed), r#"{"lines":[{"reason":"một\nhai"}],"title":"Họp"}"#);
    }
}
