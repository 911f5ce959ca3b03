//! Which page has a seat, and how long: what the record of the lines says of pages that slept, programs that were killed
//! and breaks.

use chrono::Duration;
use domain::access::{Caller, Stage};
use domain::error::{Failure, Refusal};
use domain::ids::{ConnectionId, PageId};
use domain::live::{Arrival, Coming, Direction, DropOut, Leaving, LivePort};

use crate::live::{Hybrid, later};
use crate::support::{each_database, instant};

#[tokio::test]
async fn a_seat_is_one_page_and_the_latest_has_it() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let first = at.sit(world, &at.technician, at.site()).await.unwrap();
        let second = at.sit(world, &later(&at.technician, 5), at.site()).await.unwrap();
        let gone = world.backend.standing_by(&[(first, None), (second, None)], world.now).await;
        assert_eq!(gone, Ok(vec![first]), "the first page hears that its seat was taken");
        world.backend.rise(first, world.now + Duration::seconds(9), Leaving::Lost).await.unwrap();
        assert!(
            at.live(world).await.seat(at.site()).unwrap().is_connected,
            "the page that was replaced left"
        );
        world.backend.rise(second, world.now + Duration::seconds(20), Leaving::Lost).await.unwrap();
        assert!(!at.live(world).await.seat(at.site()).unwrap().is_connected);
        let lines = world.backend.lines(&at.secretary, at.meeting).await.unwrap();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let since = world.now + Duration::seconds(20);
        assert_eq!(lines[0].drop_outs, [DropOut { since, until: None }]);
    })
    .await;
}

#[tokio::test]
async fn a_page_that_comes_back_by_itself_takes_no_seat_from_another_device() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (phone, desk) = (PageId(world.id()), PageId(world.id()));
        let come = async |page, how, seconds| {
            at.come(world, &later(&at.technician, seconds), Arrival { seat: at.site(), page, how }).await
        };
        come(phone, Coming::Pressed, 0).await.unwrap();
        come(phone, Coming::Back, 3).await.unwrap();
        let second = come(desk, Coming::Pressed, 5).await.unwrap();
        assert_eq!(come(phone, Coming::Back, 9).await, Err(Refusal::SeatTaken.into()));
        come(desk, Coming::Back, 10).await.unwrap();
        let gone = world.backend.standing_by(&[(second, None)], world.now).await.unwrap();
        assert_eq!(gone, [second], "the desk's own former line");
        // Whoever is not heard any more has not got the seat either.
        come(phone, Coming::Back, 40).await.unwrap();
        come(desk, Coming::Pressed, 41).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_page_that_was_not_there_any_more_left_when_it_last_was_and_only_for_who_may_sit() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let second = |second| world.now + Duration::seconds(second);
        let first = at.sit(world, &at.technician, at.site()).await.unwrap();
        let page = PageId(world.id());
        let arrival = Arrival { seat: at.site(), page, how: Coming::Pressed };
        let stranger = later(&at.delegate, 20);
        let (next, former) = (ConnectionId(world.id()), Some((first, second(5))));
        let refused = world.backend.sit(&stranger, at.meeting, arrival, next, former).await;
        assert_eq!(refused, Err(Failure::Forbidden));
        assert!(at.live(world).await.seat(at.site()).unwrap().is_connected, "a refusal ends nobody's seat");
        let back = later(&at.technician, 20);
        world.backend.sit(&back, at.meeting, arrival, next, former).await.unwrap();
        world.backend.carried(&back, at.meeting, at.site(), next).await.unwrap();
        let lines = world.backend.lines(&later(&at.secretary, 60), at.meeting).await.unwrap();
        assert_eq!(lines[0].drop_outs, [DropOut { since: second(5), until: Some(second(20)) }]);
    })
    .await;
}

#[tokio::test]
async fn a_line_without_picture_and_sound_is_a_drop_out_though_its_page_stood() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let connection = at.sit(world, &at.technician, at.site()).await.unwrap();
        let second = |second| world.now + Duration::seconds(second);
        world.backend.interrupted(connection, second(60), second(95)).await.unwrap();
        assert!(at.live(world).await.seat(at.site()).unwrap().is_connected);
        world.backend.interrupted(connection, second(120), second(150)).await.unwrap();
        world.backend.rise(connection, second(200), Leaving::Lost).await.unwrap();
        // What comes too late changes nothing.
        world.backend.interrupted(connection, second(160), second(190)).await.unwrap();
        let reader = later(&at.secretary, 300);
        let lines = world.backend.lines(&reader, at.meeting).await.unwrap();
        let out = |since, until: Option<i64>| DropOut { since: second(since), until: until.map(second) };
        assert_eq!(lines[0].drop_outs, [out(60, Some(95)), out(120, Some(150)), out(200, None)]);
    })
    .await;
}

#[tokio::test]
async fn noon_is_no_drop_out() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let noon = "INSERT INTO sitting (meeting_id, position, date, from_minute, to_minute) \
                    VALUES ($1, 1, '2026-06-16', 810, 1020)";
        let mut tx = world.backend.db().begin().await.unwrap();
        backend::q(noon).bind(at.meeting).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let morning = at.sit(world, &at.technician, at.site()).await.unwrap();
        world.backend.rise(morning, instant("2026-06-16T11:31"), Leaving::Lost).await.unwrap();
        let back = Caller { now: instant("2026-06-16T13:25"), ..at.technician.clone() };
        at.sit(world, &back, at.site()).await.unwrap();
        let reader = Caller { now: instant("2026-06-16T15:00"), ..at.secretary.clone() };
        let lines = world.backend.lines(&reader, at.meeting).await.unwrap();
        assert_eq!(lines[0].drop_outs, []);
    })
    .await;
}

#[tokio::test]
async fn a_program_that_was_killed_left_its_seats_when_it_last_marked_them() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let connection = at.sit(world, &at.technician, at.site()).await.unwrap();
        let marked = world.now + Duration::seconds(15);
        assert_eq!(world.backend.standing_by(&[(connection, None)], marked).await, Ok(vec![]));
        assert_eq!(world.backend.end_lost(marked).await, Ok(0), "what was just marked stands");
        assert_eq!(world.backend.end_lost(marked + Duration::seconds(1)).await, Ok(1));
        at.sit(world, &later(&at.technician, 75), at.site()).await.unwrap();
        let lines = world.backend.lines(&at.secretary, at.meeting).await.unwrap();
        let until = world.now + Duration::seconds(75);
        assert_eq!(lines[0].drop_outs, [DropOut { since: marked, until: Some(until) }]);
    })
    .await;
}

#[tokio::test]
async fn a_line_that_was_dead_for_long_is_a_drop_out_when_its_page_is_back() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let connection = at.sit(world, &at.technician, at.site()).await.unwrap();
        let marked = world.now + Duration::seconds(60);
        world.backend.standing_by(&[(connection, None)], marked).await.unwrap();
        at.sit(world, &later(&at.technician, 300), at.site()).await.unwrap();
        let lines = world.backend.lines(&at.secretary, at.meeting).await.unwrap();
        let until = Some(world.now + Duration::seconds(300));
        assert_eq!(lines[0].drop_outs, [DropOut { since: marked, until }]);
        // What is told late of the page that was replaced changes nothing any more.
        world.backend.rise(connection, world.now + Duration::seconds(310), Leaving::Lost).await.unwrap();
        assert_eq!(world.backend.lines(&at.secretary, at.meeting).await.unwrap(), lines);
    })
    .await;
}

#[tokio::test]
async fn who_left_on_purpose_or_was_sent_out_did_not_drop_out() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let second = |second| world.now + Duration::seconds(second);
        let connection = at.sit(world, &at.technician, at.site()).await.unwrap();
        world.backend.rise(connection, second(60), Leaving::Meant).await.unwrap();
        let record = async || {
            let lines = world.backend.lines(&later(&at.secretary, 900), at.meeting).await.unwrap();
            (lines[0].drop_outs.clone(), lines[0].left)
        };
        assert_eq!(record().await, (vec![], Some(second(60))));
        let back = at.sit(world, &later(&at.technician, 300), at.site()).await.unwrap();
        assert_eq!(record().await, (vec![], None), "and came back");
        let out = Direction::Remove(at.site());
        world.backend.direct(&later(&at.chair, 400), at.meeting, None, out).await.unwrap();
        // Its page hears of it, and leaves as if its line had broken.
        world.backend.rise(back, second(401), Leaving::Lost).await.unwrap();
        assert_eq!(record().await, (vec![], Some(second(400))));
    })
    .await;
}

#[tokio::test]
async fn a_seat_that_was_dark_when_the_program_was_killed_was_missing_from_then_on() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let second = |second| world.now + Duration::seconds(second);
        let connection = at.sit(world, &at.technician, at.site()).await.unwrap();
        world.backend.standing_by(&[(connection, Some(second(20)))], second(35)).await.unwrap();
        world.backend.end_lost(second(80)).await.unwrap();
        let lines = world.backend.lines(&later(&at.secretary, 90), at.meeting).await.unwrap();
        assert_eq!(lines[0].drop_outs, [DropOut { since: second(20), until: None }]);
    })
    .await;
}

#[tokio::test]
async fn a_seat_that_was_dark_for_a_moment_is_marked_as_before() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let second = |second| world.now + Duration::seconds(second);
        let connection = at.sit(world, &at.technician, at.site()).await.unwrap();
        world.backend.standing_by(&[(connection, Some(second(20)))], second(25)).await.unwrap();
        world.backend.standing_by(&[(connection, None)], second(30)).await.unwrap();
        world.backend.end_lost(second(80)).await.unwrap();
        let lines = world.backend.lines(&later(&at.secretary, 90), at.meeting).await.unwrap();
        assert_eq!(lines[0].drop_outs, [DropOut { since: second(30), until: None }]);
    })
    .await;
}

#[tokio::test]
async fn a_page_that_takes_over_in_the_dark_is_missing_once_and_marked_when_it_carries() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let second = |second| world.now + Duration::seconds(second);
        let first = at.sit(world, &at.technician, at.site()).await.unwrap();
        world.backend.rise(first, second(30), Leaving::Lost).await.unwrap();
        let next = later(&at.technician, 40);
        let arrival = Arrival { seat: at.site(), page: PageId(world.id()), how: Coming::Pressed };
        let connection = at.come_silently(world, &next, arrival).await.unwrap();
        // The end of the dark is told by the line itself, and may come before or after the seat is marked.
        world.backend.interrupted(connection, second(41), second(70)).await.unwrap();
        world.backend.carried(&later(&at.technician, 70), at.meeting, at.site(), connection).await.unwrap();
        world.backend.interrupted(connection, second(41), second(70)).await.unwrap();
        let lines = world.backend.lines(&later(&at.secretary, 90), at.meeting).await.unwrap();
        assert_eq!(lines[0].drop_outs, [DropOut { since: second(30), until: Some(second(70)) }]);
    })
    .await;
}

#[tokio::test]
async fn a_seat_that_is_dark_when_it_is_sent_out_had_dropped_out_before() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let second = |second| world.now + Duration::seconds(second);
        let connection = at.sit(world, &at.technician, at.site()).await.unwrap();
        world.backend.standing_by(&[(connection, Some(second(20)))], second(25)).await.unwrap();
        let out = Direction::Remove(at.site());
        world.backend.direct(&later(&at.chair, 60), at.meeting, None, out).await.unwrap();
        let lines = world.backend.lines(&later(&at.secretary, 90), at.meeting).await.unwrap();
        assert_eq!(
            (&lines[0].drop_outs[..], lines[0].left),
            (&[DropOut { since: second(20), until: None }][..], None)
        );
    })
    .await;
}
