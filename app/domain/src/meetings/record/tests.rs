use uuid::Uuid;

use super::*;

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn sit(date: &str, from: &str, to: &str) -> Sitting {
    let time = |text: &str| format!("{text}:00").parse().unwrap();
    Sitting::new(date.parse().unwrap(), time(from), time(to)).unwrap()
}

#[test]
fn nothing_of_a_signed_period_is_corrected() {
    assert_eq!(correctable(false), Ok(()));
    assert_eq!(correctable(true), Err(Refusal::PeriodSigned));
    let held = [sit("2026-06-16", "08:00", "10:00")];
    assert_eq!(may_enter(&held, at("2026-06-17T08:00:00"), true), Err(Refusal::PeriodSigned));
}

#[test]
fn a_closing_asks_when_it_comes_long_before_the_planned_end() {
    let morning = sit("2026-06-16", "07:30", "11:30");
    let noon = sit("2026-06-16", "13:30", "16:30");
    let next_day = sit("2026-06-17", "07:30", "11:30");
    // Planned; opened; closed; whether it asks.
    let table: [(&[Sitting], &str, &str, bool); 14] = [
        (&[noon], "2026-06-16T12:49:00", "2026-06-16T12:51:00", true),
        (&[noon], "2026-06-16T13:30:00", "2026-06-16T14:14:00", true),
        (&[noon], "2026-06-16T13:30:00", "2026-06-16T14:59:00", true),
        (&[noon], "2026-06-16T13:30:00", "2026-06-16T15:00:00", false),
        (&[noon], "2026-06-16T13:30:00", "2026-06-16T16:25:00", false),
        // Past the planned end nothing is early, however late it was opened.
        (&[noon], "2026-06-16T16:28:00", "2026-06-16T16:30:00", false),
        (&[noon], "2026-06-16T16:00:00", "2026-06-16T16:20:00", true),
        // Before the last sitting a part of the plan is left out.
        (&[morning, noon], "2026-06-16T07:30:00", "2026-06-16T11:30:00", true),
        (&[morning, noon], "2026-06-16T07:30:00", "2026-06-16T13:30:00", true),
        (&[morning, noon], "2026-06-16T07:30:00", "2026-06-16T15:30:00", false),
        (&[morning, next_day], "2026-06-16T07:30:00", "2026-06-16T11:30:00", true),
        (&[morning, next_day], "2026-06-16T07:30:00", "2026-06-17T08:00:00", true),
        (&[morning, next_day], "2026-06-16T07:30:00", "2026-06-17T10:00:00", false),
        (&[], "2026-06-16T07:30:00", "2026-06-16T07:31:00", false),
    ];
    for (planned, opened, closed, asks) in table {
        assert_eq!(closes_early(planned, at(opened), at(closed)).is_some(), asks, "{opened} {closed}");
    }
}

#[test]
fn a_meeting_that_begins_now_may_be_sent_out() {
    let first = sit("2026-06-16", "08:00", "10:00");
    let may = |now: &str, is_unexpected| may_still_begin(&first, is_unexpected, at(now));
    assert!(may("2026-06-16T08:15:00", false));
    assert!(!may("2026-06-16T08:15:01", false));
    assert!(may("2026-06-16T09:59:59", true));
    assert!(!may("2026-06-16T10:00:00", true));
    let short = sit("2026-06-16", "08:00", "08:05");
    assert!(may_still_begin(&short, true, at("2026-06-16T08:10:00")), "the grace is for all");
}

#[test]
fn a_meeting_began_on_a_day_of_its_own_and_not_in_the_future() {
    let planned = [sit("2026-06-16", "08:00", "10:00"), sit("2026-06-18", "08:00", "10:00")];
    // When it began, when that is entered, and whether that is possible.
    let table = [
        ("2026-06-16T08:05:00", "2026-06-16T10:00:00", true),
        ("2026-06-16T05:00:00", "2026-06-16T10:00:00", true),
        ("2026-06-16T04:59:00", "2026-06-16T10:00:00", false),
        ("2026-06-16T10:01:00", "2026-06-16T10:00:00", false),
        ("2026-06-17T08:00:00", "2026-06-17T10:00:00", false),
        ("2026-06-16T08:05:00", "2026-06-17T10:00:00", true),
        ("2026-06-20T08:05:00", "2026-06-20T10:00:00", false),
    ];
    for (began, now, may) in table {
        assert_eq!(began_before(&planned, at(began), at(now)).is_ok(), may, "{began} at {now}");
    }
}

#[test]
fn what_is_entered_afterwards_is_over_and_of_this_year_or_the_year_before() {
    let enter = |sitting: Sitting, now: &str| may_enter(&[sitting], at(now), false);
    let held = sit("2026-11-27", "08:00", "10:00");
    assert_eq!(enter(held, "2026-11-27T10:00:00"), Ok(()));
    assert_eq!(enter(held, "2026-11-27T09:59:00"), Err(Refusal::NotOverYet));
    let from = "2024-12-15".parse().unwrap();
    assert_eq!(enter(sit("2024-12-15", "08:00", "10:00"), "2026-11-27T09:00:00"), Ok(()));
    let older = enter(sit("2024-12-14", "08:00", "10:00"), "2026-11-27T09:00:00");
    assert_eq!(older, Err(Refusal::TooLongAgo { from }));
}

fn item(number: u128) -> AgendaItemId {
    AgendaItemId(Uuid::from_u128(number))
}

fn typed(opened: &str, closed: &str, items: &[(u128, &str, &str)]) -> CorrectionInput {
    CorrectionInput {
        opened: opened.into(),
        closed: closed.into(),
        reason: "Bấm nhầm".into(),
        items: items
            .iter()
            .map(|(id, began, done)| ItemTimesInput {
                id: item(*id).to_string(),
                began: (*began).into(),
                done: (*done).into(),
            })
            .collect(),
        ..CorrectionInput::default()
    }
}

fn recorded() -> Recorded {
    Recorded {
        opened: at("2026-06-16T08:02:30"),
        closed: at("2026-06-16T09:00:10"),
        items: vec![ItemTimes {
            id: item(1),
            times: Some((at("2026-06-16T08:02:40"), at("2026-06-16T09:00:10"))),
        }],
    }
}

#[test]
fn what_is_not_corrected_keeps_its_seconds() {
    let planned = [sit("2026-06-16", "08:00", "10:00")];
    let now = at("2026-06-16T12:00:00");
    let same = typed("8h02", "09:00, 16/6/2026", &[(1, "08:02", "09:00")]);
    let read = same.parse(&recorded(), Some(&planned), now).unwrap();
    assert_eq!((read.opened, read.closed, read.items), {
        let known = recorded();
        (known.opened, known.closed, known.items)
    });
    // An item typed in the minute of the opening begins with the meeting, not before it.
    let read = typed("08:02", "09:55", &[(2, "08:02", "08:30")]).parse(&recorded(), Some(&planned), now);
    let read = read.unwrap();
    assert_eq!(read.closed, at("2026-06-16T09:55:00"));
    assert_eq!(read.items[0].times, Some((at("2026-06-16T08:02:30"), at("2026-06-16T08:30:00"))));
}

#[test]
fn every_hour_that_cannot_be_is_named() {
    let planned = [sit("2026-06-16", "08:00", "10:00")];
    let now = at("2026-06-16T12:00:00");
    let table: [(CorrectionInput, &str, Problem); 11] = [
        (typed("", "09:00", &[]), "opened", Problem::Missing),
        (typed("sáng", "09:00", &[]), "opened", Problem::NotATime),
        (typed("08:00, 15/6/2026", "09:00", &[]), "opened", Problem::NotItsDay),
        (typed("04:00", "09:00", &[]), "opened", Problem::NotItsDay),
        (typed("09:30", "09:00", &[]), "closed", Problem::EndsBeforeStart),
        (typed("08:00", "12:01", &[]), "closed", Problem::NotYet),
        (typed("08:30", "09:00", &[(1, "08:02", "09:00")]), "items[0][began]", Problem::OutsideMeeting),
        (typed("08:00", "09:00", &[(1, "08:10", "09:01")]), "items[0][done]", Problem::OutsideMeeting),
        (typed("08:00", "09:00", &[(1, "08:40", "08:10")]), "items[0][done]", Problem::EndsBeforeStart),
        (typed("08:00", "09:00", &[(1, "08:40", "")]), "items[0][done]", Problem::Missing),
        (CorrectionInput { reason: " ".into(), ..typed("08:00", "09:00", &[]) }, "reason", Problem::Missing),
    ];
    for (input, field, problem) in table {
        let wrong = input.parse(&recorded(), Some(&planned), now).unwrap_err();
        assert!(wrong.contains(&FieldProblem::new(field, problem)), "{input:?}: {wrong:?}");
    }
    let moved = typed("08:00, 15/6/2026", "09:00", &[(1, "", "")]).parse(&recorded(), None, now).unwrap();
    assert_eq!(moved.closed, at("2026-06-15T09:00:00"), "without a plan the day may be another");
}
