//! An agency has at most 50 meetings a day, in files and on the page.

use domain::access::Role;
use domain::error::{Failure, Problem, Refusal};
use domain::imports::ImportKind;
use domain::meetings::{MEETINGS_A_DAY_AT_MOST, MeetingInput, Meetings, PUBLISHED_AN_HOUR_AT_MOST};

use crate::imports::{bad, meetings, written};
use crate::meetings::{briefing, published};
use crate::support::{World, each_database};

const LIMIT: u64 = MEETINGS_A_DAY_AT_MOST as u64;

/// Meetings of an agency that were held, or called off, on these sittings.
fn rows(agency: &str, count: u64, sittings: &str, stage: &str) -> Vec<String> {
    let row = |n| format!("{agency},Họp {n},working,online,{sittings},{stage},organised,internal,0");
    (0..count).map(row).collect()
}

fn file(rows: &[String]) -> String {
    meetings(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}

fn full(line: u64, day: &str) -> (u64, String, Problem) {
    let problem = Problem::DayFull { date: day.parse().unwrap(), at_most: MEETINGS_A_DAY_AT_MOST };
    (line, "sittings".to_owned(), problem)
}

async fn import(world: &World, rows: &[String]) -> [u64; 4] {
    written(world, ImportKind::Meetings, &file(rows)).await
}

#[tokio::test]
async fn a_file_fills_a_day_and_no_more() {
    each_database(async |world| {
        for agency in ["SNV", "STC"] {
            world.agency(agency).await;
        }
        let day = "2026-05-04T08:00/09:00";
        let too_many = file(&rows("SNV", LIMIT + 2, day, "held"));
        let last = [full(LIMIT + 2, "2026-05-04"), full(LIMIT + 3, "2026-05-04")];
        assert_eq!(bad(world, ImportKind::Meetings, &too_many).await, last, "{}", world.engine);
        let mut most = rows("SNV", LIMIT - 10, day, "held");
        assert_eq!(import(world, &most).await, [40, 40, 0, 0], "{}", world.engine);
        // What is stored counts; not the rows that are there already.
        most.extend(rows("SNV", 10, "2026-05-04T14:00/15:00", "held"));
        assert_eq!(import(world, &most).await, [LIMIT, 10, 0, LIMIT - 10], "{}", world.engine);
        let one = rows("SNV", 1, "2026-05-04T16:00/17:00", "held");
        assert_eq!(bad(world, ImportKind::Meetings, &file(&one)).await, [full(2, "2026-05-04")]);
        // A meeting that began on another day takes the day too.
        let began = rows("SNV", 1, "2026-05-01T08:00/09:00", "held");
        import(world, &began).await;
        let longer = rows("SNV", 1, "2026-05-01T08:00/09:00 2026-05-04T16:00/17:00", "held");
        assert_eq!(bad(world, ImportKind::Meetings, &file(&longer)).await, [full(2, "2026-05-04")]);
        // Meetings of the full day can be corrected; another day and another agency have room.
        let corrected: Vec<String> = most.iter().map(|row| row.replace("working", "briefing")).collect();
        assert_eq!(import(world, &corrected).await, [LIMIT, 0, LIMIT, 0], "{}", world.engine);
        import(world, &rows("STC", 1, day, "held")).await;
        import(world, &rows("SNV", 1, "2026-05-05T08:00/09:00", "held")).await;
        // A meeting that leaves the day makes room for another one.
        let mut moved = rows("STC", LIMIT - 1, "2026-05-06T08:00/09:00", "held");
        moved.extend(rows("STC", 1, "2026-05-05T08:00/09:00 2026-05-06T08:00/09:00", "held"));
        import(world, &moved).await;
        let mut one_less = rows("STC", 1, "2026-05-05T08:00/09:00", "held");
        one_less.extend(rows("STC", 1, "2026-05-06T14:00/15:00", "held"));
        assert_eq!(import(world, &one_less).await, [2, 1, 1, 0], "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_is_not_sent_for_a_day_that_is_full() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, other) = (world.person("SNV").await, world.person("SNV").await);
        let day = "2026-06-18T14:00/15:00";
        import(world, &rows("SNV", LIMIT - 1, day, "scheduled")).await;
        let last = published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        let typed = MeetingInput { secretary: String::new(), ..briefing(&secretary, &other, &[]) };
        let saved = world.backend.save(&secretary, None, typed).await.unwrap();
        let full = Refusal::DayFull { date: "2026-06-18".parse().unwrap(), at_most: MEETINGS_A_DAY_AT_MOST };
        let publish = world.backend.publish(&secretary, saved.id, saved.rev).await;
        assert_eq!(publish, Err(Failure::Refused(full)), "{}", world.engine);
        // What was sent already can still be changed.
        let (input, saved, _) = world.backend.input(&secretary, last).await.unwrap();
        let input = MeetingInput { title: "Họp giao ban đầu tuần".into(), ..input };
        let saved = world.backend.save(&secretary, Some((last, saved.rev)), input).await.unwrap();
        world.backend.publish(&secretary, last, saved.rev).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_was_called_off_or_only_attended_keeps_nobody_from_planning() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        let day = "2026-06-18T14:00/15:00";
        let attended = |row: String| row.replace("organised", "attended");
        let half = LIMIT / 2;
        import(world, &rows("SNV", half, day, "cancelled")).await;
        let others = rows("SNV", LIMIT - half, "2026-06-18T15:00/16:00", "scheduled");
        import(world, &others.into_iter().map(attended).collect::<Vec<_>>()).await;
        published(world, &secretary, briefing(&secretary, &chair, &[])).await;
    })
    .await;
}

#[tokio::test]
async fn files_and_the_page_count_the_same_meetings_of_a_day() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, other) = (world.person("SNV").await, world.person("SNV").await);
        let day = "2026-06-18T14:00/15:00";
        let attended = |rows: Vec<String>| -> Vec<String> {
            rows.into_iter().map(|row| row.replace("organised", "attended")).collect()
        };
        // A day full of what was called off, and of what is only attended, takes both.
        import(world, &rows("SNV", LIMIT, day, "cancelled")).await;
        import(world, &attended(rows("SNV", LIMIT, "2026-06-18T15:00/16:00", "scheduled"))).await;
        import(world, &rows("SNV", LIMIT - 1, "2026-06-18T16:00/17:00", "scheduled")).await;
        published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        // A day that is full of what is held takes neither, and still what is attended or was called off.
        let one = rows("SNV", 1, "2026-06-18T10:00/11:00", "scheduled");
        assert_eq!(bad(world, ImportKind::Meetings, &file(&one)).await, [full(2, "2026-06-18")]);
        import(world, &attended(one)).await;
        import(world, &rows("SNV", 1, "2026-06-18T11:00/12:00", "postponed")).await;
        let typed = MeetingInput {
            secretary: String::new(),
            side: "attended".into(),
            ..briefing(&secretary, &other, &[])
        };
        published(world, &secretary, typed).await;
        // What was called off and is said to have taken place after all takes a place.
        let back = rows("SNV", 1, day, "scheduled");
        assert_eq!(bad(world, ImportKind::Meetings, &file(&back)).await, [full(2, "2026-06-18")]);
    })
    .await;
}

#[tokio::test]
async fn one_person_sends_only_so_often_in_an_hour() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        let (chair, other) = (world.person("SNV").await, world.person("SNV").await);
        let id = published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        let (input, mut saved, _) = world.backend.input(&secretary, id).await.unwrap();
        for time in 1..PUBLISHED_AN_HOUR_AT_MOST {
            let input = MeetingInput { title: format!("Họp giao ban {time}"), ..input.clone() };
            saved = world.backend.save(&secretary, Some((id, saved.rev)), input).await.unwrap();
            saved = world.backend.publish(&secretary, id, saved.rev).await.unwrap();
        }
        let typed = MeetingInput { secretary: String::new(), ..briefing(&secretary, &other, &[]) };
        let one_more = world.backend.save(&secretary, None, typed).await.unwrap();
        let refused = Refusal::PublishedTooOften { at_most: PUBLISHED_AN_HOUR_AT_MOST };
        let publish = world.backend.publish(&secretary, one_more.id, one_more.rev).await;
        assert_eq!(publish.map(drop), Err(Failure::Refused(refused)), "{}", world.engine);
        secretary.now += chrono::Duration::minutes(61);
        world.backend.publish(&secretary, one_more.id, one_more.rev).await.unwrap();
    })
    .await;
}
