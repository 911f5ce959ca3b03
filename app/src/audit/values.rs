//! What is kept of a change, as people read it: names for identifiers that stand beside them, words for codes, local
//! times. What has no better words is shown as it is kept.

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{Role, Stage};
use domain::attendance::Presence;
use domain::calendar::DayKind;
use domain::count::{Counterpart, Form};
use domain::time::{DayTime, Zone};
use serde_json::{Map, Value};

use super::words::field;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::words;

/// Fields that say how the page was seen by the one who changed it, and counters: nobody changed them.
const OF_THE_VIEW: [&str; 5] = ["id", "may", "my_part", "rev", "to_name"];

/// The field that names the changed fields whose values a line has no room for.
const MORE: &str = "more";

/// A field that is kept: its value, and the same in words. Two values may have the same words and still differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept {
    pub(super) value: Value,
    pub(super) words: String,
}

impl Kept {
    fn of(value: Value) -> Kept {
        Kept { words: said(&value), value }
    }
}

/// Fields of an object by their codes; a value without fields is one field without a name.
pub(super) fn fields(kept: &str) -> Vec<(String, Kept)> {
    match serde_json::from_str(kept) {
        Ok(Value::Object(object)) => object
            .into_iter()
            .filter(|(name, _)| !OF_THE_VIEW.contains(&name.as_str()))
            .map(|(name, value)| {
                let kept = if name == MORE { more(value) } else { Kept::of(value) };
                (name, kept)
            })
            .collect(),
        Ok(value) => vec![(String::new(), Kept::of(value))],
        Err(_) if kept.is_empty() => Vec::new(),
        Err(_) => vec![(String::new(), Kept { value: kept.into(), words: kept.to_owned() })],
    }
}

/// The names of further fields, in words.
fn more(value: Value) -> Kept {
    let names: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let words = names.into_iter().map(field).collect::<Vec<_>>().join("; ");
    Kept { words, value }
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(is_so) => t(if *is_so { AUDIT_YES } else { AUDIT_NO }).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text_said(text),
        Value::Array(several) => {
            let parts: Vec<String> = several.iter().map(said).filter(|part| !part.is_empty()).collect();
            if parts.is_empty() && !several.is_empty() { several.len().to_string() } else { parts.join("; ") }
        }
        Value::Object(object) => object_said(object),
    }
}

/// A code, an instant, a day or an hour in words; identifiers and fingerprints say nothing to people.
fn text_said(text: &str) -> String {
    if is_identifier(text) {
        return String::new();
    }
    if let Some(stage) = Stage::parse(text) {
        return words::stage(stage).to_owned();
    }
    if let Some(presence) = Presence::parse(text, "").filter(|presence| *presence != Presence::Online) {
        return words::presence(&presence).to_owned();
    }
    if let Some(role) = role_said(text) {
        return role;
    }
    if let Some(form) = Form::parse(text) {
        return words::form(form).to_owned();
    }
    if let Some(kind) = DayKind::parse(text) {
        return words::day_kind(kind).to_owned();
    }
    if let Some(with) = Counterpart::parse(text) {
        return words::counterpart(with).to_owned();
    }
    if let Ok(at) = text.parse::<DateTime<Utc>>() {
        return text::moment(Zone::VIETNAM.local(at));
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        return text::date(day);
    }
    match text.parse::<DayTime>() {
        Ok(time) if text.contains(':') => text::time(time),
        _ => text.to_owned(),
    }
}

/// A role, with the agency it is held in where that is not the person's own.
fn role_said(text: &str) -> Option<String> {
    match text.split_once('@') {
        None => Role::parse(text).map(|role| words::role(role).to_owned()),
        Some((role, agency)) => {
            let role = words::role(Role::parse(role)?);
            Some(tf(PERSON_ROLE_IN, &[("role", &role), ("agency", &agency)]))
        }
    }
}

/// An identifier, alone or behind the letter of its kind, or the fingerprint of a file.
fn is_identifier(text: &str) -> bool {
    let bare = text.get(2..).filter(|_| text.as_bytes().get(1) == Some(&b'-')).unwrap_or(text);
    let is_hex = || text.bytes().all(|letter| letter.is_ascii_hexdigit());
    (bare.len() == 36 && bare.parse::<domain::ids::MeetingId>().is_ok()) || (text.len() == 64 && is_hex())
}

fn object_said(object: &Map<String, Value>) -> String {
    let of = |name: &str| object.get(name).map(said).filter(|said| !said.is_empty());
    if let (Some(date), Some(from), Some(to)) = (of("date"), of("from"), of("to")) {
        return format!("{date}, {from}–{to}");
    }
    if let (Some(vi), Some(en)) = (of("name_vi"), of("name_en")) {
        return text::either(&vi, &en).to_owned();
    }
    // Whoever takes part, and how.
    if object.contains_key("part") {
        let who = of("person").or_else(|| of("agency")).unwrap_or_default();
        let how = of("presence").filter(|_| object.get("presence") != Some(&Value::from("not_called")));
        return [Some(who), how].into_iter().flatten().collect::<Vec<_>>().join(": ");
    }
    // A guest, by whom they come for; and how, where they were called.
    if object.contains_key("organisation") {
        let who: Vec<String> = ["name", "position", "organisation"].into_iter().filter_map(of).collect();
        let how = of("presence").filter(|_| object.get("presence") != Some(&Value::from("not_called")));
        return [Some(who.join(", ")), how].into_iter().flatten().collect::<Vec<_>>().join(": ");
    }
    if let Some(name) = ["title", "short_name", "name", "agency"].into_iter().find_map(of) {
        return name;
    }
    let rest = object.iter().filter(|(name, _)| !OF_THE_VIEW.contains(&name.as_str()));
    let rest = rest.map(|(name, value)| (field(name), said(value)));
    let rest = rest.map(|(name, value)| if value.is_empty() { name } else { format!("{name}: {value}") });
    rest.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::fields;

    fn only(kept: &str) -> String {
        let fields = fields(kept);
        assert_eq!(fields.len(), 1, "{fields:?}");
        fields[0].1.words.clone()
    }

    #[test]
    fn sittings_people_and_codes_are_read_as_people_read_them() {
        assert_eq!(
            only(r#"{"sittings":[{"date":"2026-11-11","from":"07:30:00","to":"09:00:00"}]}"#),
            "11/11/2026, 07:30–09:00"
        );
        assert_eq!(
            only(r#"{"sittings":[{"date":"2026-11-11","from":"20:00:00","to":"24:00:00"}]}"#),
            "11/11/2026, 20:00–24:00"
        );
        assert_eq!(only(r#"{"kind":"work"}"#), "Làm bù");
        let delegate = r#"{"participants":[{"id":"01a19ed0-1740-7523-bd57-5ac427bd7c3b","part":"chair",
            "person":{"id":"01a2023d-fafc-746d-9fd9-174d2c52848b","name":"Chánh Văn phòng","agency":"VP"},
            "presence":"absent"}]}"#;
        assert_eq!(only(delegate), "Chánh Văn phòng: Vắng không lý do");
        let guest = r#"{"guests":[{"id":"","name":"Khách","position":"","organisation":"Bộ Y tế","sort":"ministry"}]}"#;
        assert_eq!(only(guest), "Khách, Bộ Y tế");
        assert_eq!(only(r#"{"form":"hybrid"}"#), "Kết hợp");
        assert_eq!(only(r#"{"roles":["secretary@UBND tỉnh","delegate"]}"#), "Thư ký, UBND tỉnh; Đại biểu");
        assert_eq!(
            only(r#"{"state":{"held":{"opened":"2026-11-11T00:32:00Z"}}}"#),
            "Đã họp: Bắt đầu: 07:32, 11/11/2026"
        );
    }

    #[test]
    fn what_a_line_was_cut_by_is_told() {
        let delegate = r#"{"part":"delegate","person":{"name":"An"},"presence":"not_called"}"#;
        assert_eq!(only(&format!(r#"{{"participants":[{delegate},"… +288"]}}"#)), "An; … +288");
        assert_eq!(only(r#"{"agenda":[{"title":"Báo cáo …"},"… +3"]}"#), "Báo cáo …; … +3");
        assert_eq!(only(r#"{"more":["agenda","participants"]}"#), "Chương trình; Đại biểu");
    }

    #[test]
    fn identifiers_and_fingerprints_are_left_out_and_counted_where_they_stand_alone() {
        assert_eq!(
            only(r#"["Báo cáo","9f878891172114835a4c2ac8b8c46de1387303793788022338fa040753ed6220"]"#),
            "Báo cáo"
        );
        assert_eq!(
            only(
                r#"{"delegates":["p-01a2023d-fafc-746d-9fd9-174d2c52848b","a-01a2023d-fafc-7d92-bf22-b93f83d17eed"]}"#
            ),
            "2"
        );
        assert_eq!(fields(r#"{"rev":3,"may":[]}"#), []);
        assert_eq!(only("no json"), "no json");
    }
}
