//! Keeps the values of a line short: what differs between two values, and the limit that every line is held to.
//! A line can never be deleted, so its size must not depend on the size of what was changed. Whatever is cut
//! carries a mark: "…" in a text, "… +3" for three more entries of a list, `more` for the names of further
//! fields. Knows no deed.

use std::collections::{BTreeSet, HashSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::stop::Done;

/// Bytes of the value before a change, and of the value after it: the names of 500 delegates.
pub(crate) const VALUE_BYTES_AT_MOST: usize = 16 * 1024;
/// Bytes of a difference, before and after together: all fields of a usual form. Of fields beyond this size
/// only the name is written.
pub(crate) const DIFFERENCE_BYTES_AT_MOST: usize = 16 * 1024;
/// Characters of a value that no shortening makes small enough. In JSON they take at most 8 KiB.
const RAW_CHARS_AT_MOST: usize = 1_000;

/// How much of each text and each list is kept.
#[derive(Clone, Copy, Debug)]
struct Extent {
    chars: usize,
    entries: usize,
}

/// The extent of a difference: the beginning of a text is enough to recognise the title of an item.
const BRIEF: Extent = Extent { chars: 120, entries: 12 };
/// The extents that are tried for a value beyond its limit, the longest first.
const EXTENTS: [Extent; 5] = [
    Extent { chars: 2_000, entries: 500 },
    Extent { chars: 500, entries: 200 },
    Extent { chars: 300, entries: 50 },
    BRIEF,
    Extent { chars: 40, entries: 4 },
];

/// The fields that differ between two values.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Difference {
    pub(crate) before: Map<String, Value>,
    pub(crate) after: Map<String, Value>,
}

impl Difference {
    pub(crate) fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

/// The fields of a value by their names; none if the value has no fields.
pub(crate) fn fields(value: &impl Serialize) -> Done<Map<String, Value>> {
    let Value::Object(fields) = serde_json::to_value(value)? else { return Ok(Map::new()) };
    Ok(fields)
}

/// What differs between two sets of fields, short fields first, cut to `DIFFERENCE_BYTES_AT_MOST`.
pub(crate) fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Difference {
    let mut found: Vec<(&String, Value, Value)> = Vec::new();
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let [last, next] = [before, after].map(|of| of.get(name).unwrap_or(&Value::Null));
        if last != next {
            let (last, next) = shorten(last, next, BRIEF);
            found.push((name, last, next));
        }
    }
    let size = |(_, last, next): &(&String, Value, Value)| last.to_string().len() + next.to_string().len();
    found.sort_by_key(size);
    let mut difference = Difference::default();
    let (mut bytes, mut more) = (0, Vec::new());
    for field in found {
        bytes += size(&field);
        let (name, last, next) = field;
        if bytes > DIFFERENCE_BYTES_AT_MOST {
            more.push(name);
            continue;
        }
        difference.before.insert(name.clone(), last);
        difference.after.insert(name.clone(), next);
    }
    if !more.is_empty() {
        difference.after.insert("more".into(), json!(more));
    }
    difference
}

/// Shortens the JSON before and after a change to `VALUE_BYTES_AT_MOST` each. Both stay valid JSON, or empty.
/// Both are cut to the same extent, so that a field that is the same in both remains so.
pub(super) fn fit(before: String, after: String) -> (String, String) {
    let fits = |text: &str| text.len() <= VALUE_BYTES_AT_MOST;
    if fits(&before) && fits(&after) {
        return (before, after);
    }
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|_| text.into());
    let write = |value: Value, of: &str| if of.is_empty() { String::new() } else { value.to_string() };
    let (last, next) = (read(&before), read(&after));
    let mut shortest = (before, after);
    for extent in EXTENTS {
        let (last, next) = shorten(&last, &next, extent);
        let shorter = (write(last, &shortest.0), write(next, &shortest.1));
        if fits(&shorter.0) && fits(&shorter.1) {
            return shorter;
        }
        shortest = shorter;
    }
    let raw = |text: String| {
        if fits(&text) { text } else { Value::from(cut_text(&text, RAW_CHARS_AT_MOST)).to_string() }
    };
    (raw(shortest.0), raw(shortest.1))
}

/// The beginning of a text, with "…" if something was cut.
pub(super) fn cut_text(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Two values cut to an extent, so that what differs between them stays visible.
fn shorten(before: &Value, after: &Value, extent: Extent) -> (Value, Value) {
    match (before, after) {
        (Value::String(last), Value::String(next)) => shorten_texts(last, next, extent),
        (Value::Array(last), Value::Array(next)) => shorten_lists(last, next, extent),
        (Value::Object(last), Value::Object(next)) => {
            let (mut before, mut after) = (Map::new(), Map::new());
            for (name, value) in last {
                let (value, other) = match next.get(name) {
                    Some(other) => shorten(value, other, extent),
                    None => (cut(value, extent), Value::Null),
                };
                before.insert(name.clone(), value);
                if next.contains_key(name) {
                    after.insert(name.clone(), other);
                }
            }
            for (name, value) in next.iter().filter(|(name, _)| !last.contains_key(*name)) {
                after.insert(name.clone(), cut(value, extent));
            }
            (before.into(), after.into())
        }
        _ => (cut(before, extent), cut(after, extent)),
    }
}

/// Two texts. If their beginnings are the same up to where they are cut, they begin shortly before the first
/// letter that differs.
fn shorten_texts(last: &str, next: &str, extent: Extent) -> (Value, Value) {
    let same = last.chars().zip(next.chars()).take_while(|(one, other)| one == other).count();
    if same < extent.chars || last == next {
        return (cut_text(last, extent.chars).into(), cut_text(next, extent.chars).into());
    }
    let from = same - extent.chars / 2;
    let tail = |text: &str| {
        let tail: String = text.chars().skip(from).collect();
        Value::from(format!("…{}", cut_text(&tail, extent.chars)))
    };
    (tail(last), tail(next))
}

/// Of two lists, the entries that only one of them has. If only the order differs, all entries from the first
/// that has moved.
fn shorten_lists(last: &[Value], next: &[Value], extent: Extent) -> (Value, Value) {
    let only = |these: &[Value], others: &[Value]| -> Vec<Value> {
        let others: HashSet<&Value> = others.iter().collect();
        these.iter().filter(|entry| !others.contains(entry)).cloned().collect()
    };
    let (gone, new) = (only(last, next), only(next, last));
    if gone.is_empty() && new.is_empty() {
        let moved = last.iter().zip(next).position(|(one, other)| one != other).unwrap_or_default();
        return (cut_list(&last[moved..], extent), cut_list(&next[moved..], extent));
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for n in 0..extent.entries {
        match (gone.get(n), new.get(n)) {
            (Some(one), Some(other)) => {
                let (one, other) = shorten(one, other, extent);
                before.push(one);
                after.push(other);
            }
            (one, other) => {
                before.extend(one.map(|entry| cut(entry, extent)));
                after.extend(other.map(|entry| cut(entry, extent)));
            }
        }
    }
    (kept_entries(before, gone.len()), kept_entries(after, new.len()))
}

fn cut_list(entries: &[Value], extent: Extent) -> Value {
    let kept = entries.iter().take(extent.entries).map(|entry| cut(entry, extent)).collect();
    kept_entries(kept, entries.len())
}

/// A list of which these entries are kept; the others are counted.
fn kept_entries(mut kept: Vec<Value>, of: usize) -> Value {
    if of > kept.len() {
        kept.push(format!("… +{}", of - kept.len()).into());
    }
    kept.into()
}

fn cut(value: &Value, extent: Extent) -> Value {
    match value {
        Value::String(text) => cut_text(text, extent.chars).into(),
        Value::Array(entries) => cut_list(entries, extent),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), cut(value, extent)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{DIFFERENCE_BYTES_AT_MOST, Difference, VALUE_BYTES_AT_MOST, difference, fit};

    fn of(before: Value, after: Value) -> Difference {
        let fields = |value: Value| value.as_object().cloned().unwrap_or_else(Map::new);
        difference(&fields(before), &fields(after))
    }

    #[test]
    fn one_letter_far_into_a_text_or_a_list_stays_visible() {
        let long = "ộ".repeat(290);
        let found = of(json!({ "title": format!("{long}a!") }), json!({ "title": format!("{long}b!") }));
        let shown = |letter: &str| json!(format!("…{}{letter}!", "ộ".repeat(60)));
        assert_eq!((&found.before["title"], &found.after["title"]), (&shown("a"), &shown("b")));

        let item = |letter: &str| json!({ "title": format!("{long}{letter}!"), "minutes": 5 });
        let list = |letter: &str| json!({ "agenda": [item("x"), item(letter)] });
        let found = of(list("a"), list("b"));
        assert_eq!(found.before["agenda"], json!([{ "title": shown("a"), "minutes": 5 }]));
        assert_eq!(found.after["agenda"], json!([{ "title": shown("b"), "minutes": 5 }]));

        let mut people: Vec<u32> = (0..1000).collect();
        let before = json!({ "delegates": people });
        people.swap(700, 701);
        let found = of(before, json!({ "delegates": people }));
        assert_eq!(found.before["delegates"][0], 700, "order");
        assert_eq!(found.after["delegates"][0], 701);
        assert_eq!(found.after["delegates"][12], "… +288");
    }

    #[test]
    fn entries_of_different_lists_are_counted_once() {
        let list = |from: u32, to: u32| json!({ "list": (from..to).collect::<Vec<_>>() });
        let found = of(list(0, 20), list(15, 100));
        assert_eq!(found.before["list"][12], "… +3");
        assert_eq!(found.after["list"][12], "… +68");
        let nested = |from: u32| json!({ "list": [{ "of": (from..from + 20).collect::<Vec<_>>() }] });
        let found = of(nested(0), nested(50));
        assert_eq!(found.before["list"][0]["of"][12], "… +8");
    }

    #[test]
    fn a_difference_is_of_bounded_size_and_names_the_fields_that_it_leaves_out() {
        let fields: Map<String, Value> =
            (0..60).map(|n| (format!("f{n:02}"), json!("ộ".repeat(200 + n)))).collect();
        let found = difference(&Map::new(), &fields);
        let bytes = json!(found.before).to_string().len() + json!(found.after).to_string().len();
        assert!(bytes < DIFFERENCE_BYTES_AT_MOST + 2048, "{bytes}");
        let more = found.after["more"].as_array().unwrap().len();
        assert_eq!(found.after.len() + more, 61);
    }

    #[test]
    fn values_of_any_shape_fit_and_stay_json() {
        let texts = json!({ "texts": vec!["ộ".repeat(3000); 100] });
        let keys: Map<String, Value> = (0..3000).map(|n| (format!("\"{n}"), json!(n))).collect();
        let mut deep = json!("ộ".repeat(300));
        for _ in 0..4 {
            deep = json!(vec![deep; 6]);
        }
        let text = json!("\"".repeat(20_000));
        for huge in [texts, json!(keys), deep, text] {
            let huge = huge.to_string();
            assert!(huge.len() > VALUE_BYTES_AT_MOST);
            for (before, after) in [("", huge.as_str()), (&huge, ""), (&huge, "[1]"), (&huge, &huge)] {
                let (last, next) = fit(before.into(), after.into());
                for (short, long) in [(last, before), (next, after)] {
                    assert!(short.len() <= VALUE_BYTES_AT_MOST, "{}", short.len());
                    assert_eq!(short.is_empty(), long.is_empty());
                    assert!(short.is_empty() || serde_json::from_str::<Value>(&short).is_ok(), "{short}");
                    assert!(long.len() < VALUE_BYTES_AT_MOST || short.contains('…'), "{short}");
                }
            }
        }
    }

    #[test]
    fn what_fits_is_kept_as_it_is_and_what_is_the_same_on_both_sides_stays_the_same() {
        let short = (r#"{"a":1}"#.to_owned(), String::new());
        assert_eq!(fit(short.0.clone(), short.1.clone()), short);
        let names: Vec<String> = (0..5000).map(|n| format!("Nguyễn Thị {n}")).collect();
        let roll = |presence: &str| json!({ "delegates": names, "presence": presence }).to_string();
        let (before, after) = fit(roll("not_called"), roll("in_room"));
        let [before, after] = [before, after].map(|text| serde_json::from_str::<Value>(&text).unwrap());
        assert_eq!(before["delegates"], after["delegates"]);
        assert_eq!(after["delegates"][499], "Nguyễn Thị 499");
        assert_eq!(after["delegates"][500], "… +4500");
        assert_eq!((&before["presence"], &after["presence"]), (&json!("not_called"), &json!("in_room")));
    }
}
