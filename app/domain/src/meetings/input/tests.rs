//! Parsing a form from what was typed.

use super::*;

const ID: &str = "00000000-0000-7000-8000-000000000001";

#[test]
fn a_list_without_end_is_named_and_a_long_one_is_not() {
    let delegates = |count: usize| MeetingInput { delegates: vec!["x".into(); count], ..whole() };
    assert_eq!(delegates(4000).endless_list(), None);
    let endless = delegates(4001).endless_list().unwrap();
    assert_eq!((endless.field.as_str(), endless.problem), ("delegates", Problem::TooMany(4000)));
    let blank = |count: usize| MeetingInput { agenda: vec![AgendaInput::default(); count], ..whole() };
    assert_eq!(blank(240).endless_list(), None);
    assert_eq!(blank(241).endless_list().unwrap().field, "agenda", "blank rows are drawn as well");
}

fn whole() -> MeetingInput {
    MeetingInput {
        title: "  Họp   giao ban ".into(),
        agency: ID.into(),
        kind: "briefing".into(),
        form: "online".into(),
        chair: ID.into(),
        sittings: vec![SittingInput { date: "16/6/2026".into(), from: "7h30".into(), to: "11:30".into() }],
        delegates: vec![format!("p-{ID}"), format!("a-{ID}"), format!("a-{ID}")],
        ..MeetingInput::default()
    }
}

fn problems(input: MeetingInput) -> Vec<String> {
    input.parse().unwrap_err().into_iter().map(|p| p.field).collect()
}

#[test]
fn dates_and_times_are_read_as_offices_type_them() {
    let plan = whole().parse().unwrap();
    assert_eq!(plan.title, "Họp giao ban");
    assert_eq!(plan.sittings[0].date.to_string(), "2026-06-16");
    assert_eq!(plan.sittings[0].from.to_string(), "07:30:00");
    let mut wrong = whole();
    wrong.sittings[0].date = "16/6/26".into();
    let problem = FieldProblem::new("sittings[0][date]", Problem::NotADate);
    assert_eq!(wrong.parse(), Err(vec![problem]), "a year has four digits");
    for (text, read) in [("7g05", Some("07:05:00")), ("14h", Some("14:00:00")), ("24:00", None), ("x", None)]
    {
        assert_eq!(parse_time(text).map(|t| t.to_string()).as_deref(), read, "{text}");
    }
}

#[test]
fn chair_is_not_listed_twice() {
    assert_eq!(whole().parse().unwrap().delegates.len(), 1);
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let mut input = whole();
    input.title = " ".into();
    input.form = "in_person".into();
    input.sittings[0].to = "07:00".into();
    input.agenda.push(AgendaInput { minutes: "soon".into(), ..AgendaInput::default() });
    let fields = problems(input);
    for field in ["title", "sittings[0][to]", "rooms", "agenda[0][minutes]", "agenda[0][title]"] {
        assert!(fields.iter().any(|f| f == field), "{field} in {fields:?}");
    }
}

#[test]
fn overlapping_sittings_are_refused() {
    let mut input = whole();
    input.sittings.push(SittingInput { date: "2026-06-16".into(), from: "11:00".into(), to: "12:00".into() });
    assert_eq!(problems(input), ["sittings[1][from]"]);
}

#[test]
fn an_in_person_meeting_has_no_sites() {
    let mut input = whole();
    input.form = "in_person".into();
    input.place = "Hội trường xã".into();
    input.sites = vec![ID.into()];
    assert!(input.parse().unwrap().sites.is_empty());
}
