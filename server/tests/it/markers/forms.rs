//! Lists, calendars and the check beside the form: requested in many ways, each narrowed to something
//! revealing.

use domain::meetings::{MeetingInput, SittingInput};
use serde_json::{Value, json};

use super::asks::Ask;
use super::office::Office;
use super::oracle::Narrow;

/// Only every third person is requested: all of them, by every caller, would take minutes.
const PERSON_OF: usize = 3;

pub(super) fn lists(office: &Office, address: &'static str) -> Vec<Ask> {
    let ask = |filter: Value| Ask::json(address, json!({"filter": filter, "find": ""}));
    let mut all = vec![ask(json!({})), ask(json!({"text": "mk"})), ask(json!({"stage": "draft"}))];
    for what in ["held", "cancelled", "postponed", "hybrid", "exceeded"] {
        all.push(ask(json!({"counted": ["all", what]})));
        all.push(ask(json!({"counted": ["all", what], "text": "mk"})));
    }
    for code in office.codes() {
        all.push(ask(json!({"agency": office.agency(code), "with_subtree": true})));
        all.push(ask(json!({"agency": office.agency(code), "counted": ["all", "held"]})));
    }
    all.extend(office.rooms.iter().map(|room| ask(json!({"room": room}))));
    for (number, person) in office.people.iter().enumerate().step_by(PERSON_OF) {
        let narrow = Narrow::Person(number);
        all.push(ask(json!({"person": person.caller.person})).narrowed(narrow));
        all.push(ask(json!({"person": person.caller.person, "counted": ["all", "held"]})).narrowed(narrow));
    }
    all
}

pub(super) fn calendars(office: &Office, address: &'static str) -> Vec<Ask> {
    let ask = |query: Value| {
        let mut query = query;
        query["shape"] = json!("month");
        query["date"] = json!("2026-06-18");
        Ask::json(address, json!({ "query": query }))
    };
    let mut all = vec![ask(json!({"whose": "all"})), ask(json!({}))];
    all.extend(
        office.codes().map(|code| {
            ask(json!({"whose": {"agency": office.agency(code)}})).narrowed(Narrow::Agency(code))
        }),
    );
    all.extend(office.rooms.iter().map(|room| ask(json!({"whose": "all", "room": room}))));
    all.extend(office.people.iter().enumerate().step_by(PERSON_OF).map(|(number, person)| {
        let query = json!({"whose": "all", "person": person.caller.person});
        ask(query).narrowed(Narrow::Person(number))
    }));
    all
}

/// Forms at the time of each meeting, with its room, or with its people and sites. The form's agency is
/// empty.
pub(super) fn checks(office: &Office, address: &'static str) -> Vec<Ask> {
    let mut all = Vec::new();
    for meeting in &office.meetings {
        let sittings = vec![SittingInput {
            date: meeting.date.into(),
            from: meeting.from.clone(),
            to: meeting.to.clone(),
            ..SittingInput::default()
        }];
        let form = MeetingInput {
            kind: "briefing".into(),
            form: "hybrid".into(),
            sittings,
            ..MeetingInput::default()
        };
        let rooms =
            MeetingInput { rooms: office.rooms.iter().map(ToString::to_string).collect(), ..form.clone() };
        let others = MeetingInput {
            chair: office.people[meeting.chair].caller.person.to_string(),
            delegates: office.people.iter().map(|person| format!("p-{}", person.caller.person)).collect(),
            sites: meeting.sites.iter().map(|site| office.agency(site).to_string()).collect(),
            ..form
        };
        let ask = |input: MeetingInput| Ask::json(address, json!({"id": null, "input": input}));
        all.push(ask(rooms));
        all.push(ask(others).narrowed(Narrow::Others));
    }
    all
}
