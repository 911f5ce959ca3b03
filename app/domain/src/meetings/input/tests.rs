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
        sittings: vec![SittingInput {
            date: "16/6/2026".into(),
            from: "7h30".into(),
            to: "11:30".into(),
            ..SittingInput::default()
        }],
        delegates: vec![format!("p-{ID}"), format!("a-{ID}"), format!("a-{ID}")],
        ..MeetingInput::default()
    }
}

fn today() -> NaiveDate {
    "2026-06-01".parse().unwrap()
}

fn problems(input: MeetingInput) -> Vec<String> {
    input.parse(today()).unwrap_err().into_iter().map(|p| p.field).collect()
}

#[test]
fn dates_and_times_are_read_as_offices_type_them() {
    let plan = whole().parse(today()).unwrap();
    assert_eq!(plan.title, "Họp giao ban");
    assert_eq!(plan.sittings[0].date.to_string(), "2026-06-16");
    assert_eq!(plan.sittings[0].from.to_string(), "07:30:00");
}

#[test]
fn a_date_without_its_year_is_the_next_one_and_of_a_held_meeting_the_latest() {
    let on = |date: &str, held: &str| {
        let mut input = MeetingInput { held: held.into(), ..whole() };
        input.sittings[0].date = date.into();
        input.settled(today()).sittings[0].date.clone()
    };
    assert_eq!((on("5/3", "").as_str(), on("5/3", "on").as_str()), ("2027-03-05", "2026-03-05"));
    assert_eq!(on("mai", ""), "2026-06-02");
    assert_eq!(on("khoảng giữa tháng", ""), "khoảng giữa tháng");
}

#[test]
fn a_settled_form_means_the_same_on_any_later_day() {
    let mut input = whole();
    input.sittings[0].date = "thứ sáu".into();
    let settled = input.settled(today());
    for later in ["2026-06-05", "2026-06-06", "2031-01-01"] {
        assert_eq!(settled.parse(later.parse().unwrap()).unwrap().sittings[0].date.to_string(), "2026-06-05");
    }
}

#[test]
fn a_date_without_its_year_follows_whether_the_meeting_took_place() {
    let settled = |input: MeetingInput, held: &str, on: &str| {
        MeetingInput { held: held.into(), ..input }.settled(on.parse().unwrap())
    };
    let typed = |date: &str| {
        let mut input = whole();
        input.sittings[0].date = date.into();
        input
    };
    // Typed on 1/6/2026, ticked and unticked later, when the text itself would mean other days.
    for (date, coming, past) in
        [("20/5", "2027-05-20", "2026-05-20"), ("thứ sáu", "2026-06-05", "2026-05-29")]
    {
        let planned = settled(typed(date), "", "2026-06-01");
        assert_eq!(planned.sittings[0].date, coming);
        let held = settled(planned.clone(), "on", "2026-09-01");
        assert_eq!(held.sittings[0].date, past, "{date}");
        assert_eq!(settled(held.clone(), "on", "2026-09-01"), held, "nothing turns twice");
        assert_eq!(settled(held, "", "2031-01-01").sittings[0].date, coming, "{date}");
        assert_eq!(settled(typed(date), "on", "2026-06-01").sittings[0].date, past);
        assert_eq!(settled(planned.clone(), "", "2031-01-01"), planned, "{date} stays what it was");
    }
    for whole_date in ["20/5/2027", "2027-05-20", "20/5/27"] {
        let planned = settled(typed(whole_date), "", "2026-06-01");
        assert_eq!(settled(planned, "on", "2026-06-01").sittings[0].date, "2027-05-20", "{whole_date}");
    }
    // Another date over one without a year: what was read of that one is forgotten.
    let mut planned = settled(typed("20/5"), "", "2026-06-01");
    planned.sittings[0].date = "21/05/2027".into();
    let held = settled(planned, "on", "2026-06-01");
    assert_eq!((held.sittings[0].date.as_str(), held.sittings[0].two_ways.as_str()), ("2027-05-21", ""));
}

#[test]
fn a_day_that_does_not_exist_is_named_with_the_one_that_was_meant() {
    let mut wrong = whole();
    wrong.sittings[0].date = "31/6".into();
    let problem = Problem::NoSuchDay { typed: "31/06/2026".into(), meant: "2026-06-30".parse().unwrap() };
    assert_eq!(wrong.parse(today()), Err(vec![FieldProblem::new("sittings[0][date]", problem)]));
}

#[test]
fn an_evening_may_end_at_midnight_and_no_later() {
    let table = [
        ("20h", "24h", Ok("24:00")),
        ("20:00", "24:00", Ok("24:00")),
        ("0h", "24h", Ok("24:00")),
        ("20h", "0h", Err(Problem::EndsAtMidnight)),
        ("20:00", "00:00", Err(Problem::EndsAtMidnight)),
        ("22h", "1h", Err(Problem::PastMidnight)),
        ("18:00", "05:59", Err(Problem::PastMidnight)),
        ("13:30", "11:30", Err(Problem::EndsBeforeStart)),
        ("20h", "6h", Err(Problem::EndsBeforeStart)),
        ("20h", "20h", Err(Problem::EndsBeforeStart)),
    ];
    for (from, to, outcome) in table {
        let typed = SittingInput {
            date: "16/6/2026".into(),
            from: from.into(),
            to: to.into(),
            ..SittingInput::default()
        };
        let read = typed.parse(0, &DateReading::coming(today()));
        let wrong = |problem| vec![FieldProblem::new("sittings[0][to]", problem)];
        assert_eq!(
            read.map(|sitting| sitting.to.to_string()),
            outcome.map(str::to_owned).map_err(wrong),
            "{from}–{to}"
        );
    }
    let late = SittingInput {
        date: "16/6/2026".into(),
        from: "24:00".into(),
        to: "24:00".into(),
        ..SittingInput::default()
    };
    assert!(late.parse(0, &DateReading::coming(today())).is_err(), "nothing begins at the end of a day");
}

#[test]
fn chair_is_not_listed_twice() {
    assert_eq!(whole().parse(today()).unwrap().delegates.len(), 1);
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
fn guests_are_parsed_in_order_and_each_wrong_one_is_named_by_its_row() {
    let guest = |name: &str| GuestInput { name: name.into(), ..GuestInput::default() };
    let mut input = whole();
    input.guests = vec![guest(" Khách  một "), GuestInput::default(), guest("Khách hai")];
    let names: Vec<String> =
        input.parse(today()).unwrap().guests.iter().map(|g| g.name.to_string()).collect();
    assert_eq!(names, ["Khách một", "Khách hai"], "a blank row is nobody");
    input.guests[2] = GuestInput { organisation: "Bộ Y tế".into(), ..GuestInput::default() };
    assert_eq!(problems(input.clone()), ["guests[2][name]"]);
    input.guests = vec![guest("Khách"); 501];
    assert_eq!(problems(input), ["guests"]);
}

#[test]
fn overlapping_sittings_are_refused() {
    let mut input = whole();
    input.sittings.push(SittingInput {
        date: "2026-06-16".into(),
        from: "11:00".into(),
        to: "12:00".into(),
        ..SittingInput::default()
    });
    assert_eq!(problems(input), ["sittings[1][from]"]);
}

#[test]
fn an_in_person_meeting_has_no_sites() {
    let mut input = whole();
    input.form = "in_person".into();
    input.place = "Hội trường xã".into();
    input.sites = vec![ID.into()];
    assert!(input.parse(today()).unwrap().sites.is_empty());
}
