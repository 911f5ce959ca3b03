//! Dates and times as they are typed into a form: by the day on which they are typed, and up to midnight.

use backend::q;
use domain::access::{Caller, Role};
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::RoomId;
use domain::imports::ImportKind;
use domain::meetings::{CalendarFilter, MeetingInput, MeetingRecord, Meetings, SittingInput};
use domain::period::Window;

use crate::imports::{bad, written};
use crate::meetings::{briefing, published};
use crate::meetings_record::{correction, get};
use crate::support::{World, each_database, instant};

fn typed(date: &str, from: &str, to: &str) -> Vec<SittingInput> {
    vec![SittingInput { date: date.into(), from: from.into(), to: to.into(), ..SittingInput::default() }]
}

#[tokio::test]
async fn a_date_is_of_the_day_on_which_it_was_typed() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        for (date, kept) in [("mai", "2026-06-17"), ("thứ sáu", "2026-06-19"), ("5/1", "2027-01-05")] {
            secretary.now = instant("2026-06-16T09:00");
            let input = MeetingInput {
                sittings: typed(date, "7h30", "9 giờ"),
                ..briefing(&secretary, &secretary, &[])
            };
            let saved = world.backend.save(&secretary, None, input).await.unwrap();
            secretary.now = instant("2026-06-17T07:00");
            let (mut draft, ..) = world.backend.input(&secretary, saved.id).await.unwrap();
            assert_eq!((draft.sittings[0].date.as_str(), draft.sittings[0].from.as_str()), (kept, "7h30"));
            // Saved a day later without a new date.
            draft.title = "Họp giao ban".into();
            let saved = world.backend.save(&secretary, Some((saved.id, saved.rev)), draft).await.unwrap();
            world.backend.publish(&secretary, saved.id, saved.rev).await.unwrap();
            let sittings = get(world, &secretary, saved.id).await.sittings;
            assert_eq!((sittings[0].date.to_string().as_str(), sittings[0].minutes()), (kept, 90));
            world.backend.call_off(&secretary, saved.id, false, "Dời").await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_date_that_is_not_understood_stays_as_typed_and_a_day_that_is_not_there_is_told() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let input = |date: &str| MeetingInput {
            sittings: typed(date, "730", "24h30"),
            ..briefing(&secretary, &secretary, &[])
        };
        let told = |field: &str, problem| FieldProblem::new(format!("sittings[0][{field}]"), problem);
        let meant = "2026-06-30".parse().unwrap();
        for (date, problem) in [
            ("cuối tháng", Problem::NotADate),
            ("31/6", Problem::NoSuchDay { typed: "31/06/2026".into(), meant }),
        ] {
            let saved = world.backend.save(&secretary, None, input(date)).await.unwrap();
            let (draft, ..) = world.backend.input(&secretary, saved.id).await.unwrap();
            assert_eq!(draft.sittings, typed(date, "730", "24h30"));
            let expected = [told("date", problem), told("to", Problem::NotATime)];
            let check = world.backend.check(&secretary, Some(saved.id), draft).await.unwrap();
            assert_eq!(check.fields, expected);
            let refused = world.backend.publish(&secretary, saved.id, saved.rev).await;
            assert_eq!(refused.unwrap_err(), Failure::Invalid(expected.to_vec()));
        }
    })
    .await;
}

async fn evening(world: &World, secretary: &Caller, rooms: &[RoomId], hours: (&str, &str)) -> MeetingInput {
    let chair = world.person("SNV").await;
    MeetingInput { sittings: typed("18/6", hours.0, hours.1), ..briefing(secretary, &chair, rooms) }
}

#[tokio::test]
async fn an_evening_until_midnight_takes_its_room_up_to_midnight() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let room = world.room("A1", "SNV").await;
        let late = evening(world, &secretary, &[room], ("20h", "24h")).await;
        let id = published(world, &secretary, late).await;
        let sitting = get(world, &secretary, id).await.sittings[0];
        assert_eq!((sitting.to.to_string().as_str(), sitting.minutes()), ("24:00", 240));

        let last_hour = evening(world, &secretary, &[room], ("23:00", "24:00")).await;
        let saved = world.backend.save(&secretary, None, last_hour.clone()).await.unwrap();
        let check = world.backend.check(&secretary, Some(saved.id), last_hour).await.unwrap();
        assert!(check.conflicts.iter().any(|conflict| conflict.blocks), "{:?}", check.conflicts);
        let refused = world.backend.publish(&secretary, saved.id, saved.rev).await;
        assert!(matches!(refused, Err(Failure::Refused(Refusal::RoomTaken { .. }))), "{refused:?}");
        // The first hour of the next date is free, and so is what comes before the evening.
        let next = MeetingInput {
            sittings: typed("19/6", "0h", "6h"),
            ..evening(world, &secretary, &[room], ("18h", "20h")).await
        };
        published(world, &secretary, next).await;
        let before = evening(world, &secretary, &[room], ("18h", "20h")).await;
        published(world, &secretary, before).await;

        let day = |text: &str| text.parse().unwrap();
        let window = Window::new(day("2026-06-15"), day("2026-06-21")).unwrap();
        let filter = CalendarFilter { window, agency: None, room: Some(room), person: None };
        let calendar = world.backend.calendar(&secretary, filter).await.unwrap();
        let shown = calendar.entries.iter().find(|entry| entry.meeting.id == id).unwrap();
        assert_eq!(shown.sitting, sitting);
    })
    .await;
}

#[tokio::test]
async fn what_sat_until_midnight_counts_as_one_evening_of_its_date() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        secretary.now = instant("2026-06-16T09:00");
        let input = MeetingInput {
            held: "on".into(),
            sittings: typed("15/6", "20h", "24h"),
            ..briefing(&secretary, &chair, &[])
        };
        let check = world.backend.check(&secretary, None, input.clone()).await.unwrap();
        assert_eq!(check.duration.unwrap().sessions.len(), 1);
        let id = published(world, &secretary, input).await;
        let hours = async |world: &World| {
            let (from, to): (i64, i64) =
                q("SELECT from_minute, to_minute FROM sitting WHERE meeting_id = $1")
                    .bind(id)
                    .one(world.backend.db())
                    .await
                    .unwrap();
            (from, to)
        };
        assert_eq!(hours(world).await, (20 * 60, 24 * 60));
        let meeting = get(world, &secretary, id).await;
        let closed = world
            .backend
            .correct(&secretary, id, correction("19h30, 15/6", "24h, 15/6", &meeting, &[]))
            .await;
        assert_eq!(closed, Ok(()));
        assert_eq!(hours(world).await, (19 * 60 + 30, 24 * 60));
    })
    .await;
}

#[tokio::test]
async fn an_end_past_midnight_says_how_it_is_written() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        for (to, problem) in [("0h", Problem::EndsAtMidnight), ("1h", Problem::PastMidnight)] {
            let input = evening(world, &secretary, &[], ("22h", to)).await;
            let saved = world.backend.save(&secretary, None, input).await.unwrap();
            let refused = world.backend.publish(&secretary, saved.id, saved.rev).await.unwrap_err();
            assert_eq!(refused, Failure::Invalid(vec![FieldProblem::new("sittings[0][to]", problem)]));
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_of_meetings_may_hold_evenings_until_midnight() {
    each_database(async |world| {
        world.agency("SNV").await;
        let file = |sittings: &str| {
            format!(
                "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n\
                 SNV,Trực bão,working,in_person,{sittings},held,organised,internal,0\n"
            )
        };
        let text = file("2025-03-05T20:00/24:00 2025-03-06T20:00/2025-03-07T00:00");
        assert_eq!(written(world, ImportKind::Meetings, &text).await, [1, 1, 0, 0]);
        assert_eq!(written(world, ImportKind::Meetings, &text).await, [1, 0, 0, 1]);
        assert_eq!(world.count("sitting WHERE to_minute = 1440").await, 2);
        let past = bad(world, ImportKind::Meetings, &file("2025-03-05T22:00/01:00")).await;
        assert_eq!(past, [(2, "sittings".to_owned(), Problem::PastMidnight)]);
    })
    .await;
}
