//! Which ended stays are kept: those in earnest with picture or sound, because the roll and the record of the lines read
//! them; all others are deleted, however often somebody sits down.

use chrono::Duration;
use domain::access::{Caller, Stage};
use domain::ids::{ConnectionId, PageId};
use domain::live::{Arrival, Coming, Direction, Leaving, LivePort, Seat};

use crate::live::{Hybrid, later};
use crate::support::{World, each_database};

async fn sits_silently(world: &World, at: &Hybrid, caller: &Caller, seat: Seat) -> ConnectionId {
    let arrival = Arrival { seat, page: PageId(world.id()), how: Coming::Pressed };
    at.come_silently(world, caller, arrival).await.unwrap()
}

#[tokio::test]
async fn who_sits_down_a_hundred_times_without_picture_and_sound_leaves_one_row() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let own = Seat::Person(at.delegate.person);
        let mut last = sits_silently(world, &at, &at.delegate, own).await;
        for second in 1..100 {
            let before = last;
            last = sits_silently(world, &at, &later(&at.delegate, second), own).await;
            let gone = world.backend.standing_by(&[(before, None), (last, None)], world.now).await;
            assert_eq!(gone, Ok(vec![before]), "a page hears that its seat was taken");
        }
        assert_eq!(world.count("seat_connection").await, 1);
        world.backend.rise(last, world.now + Duration::seconds(200), Leaving::Meant).await.unwrap();
        assert_eq!(world.count("seat_connection").await, 0);

        // However it ends: sent out, or with a program that was killed.
        sits_silently(world, &at, &at.delegate, own).await;
        at.direct(world, Direction::Remove(own)).await.unwrap();
        sits_silently(world, &at, &at.technician, at.site()).await;
        assert_eq!(world.backend.end_lost(world.now + Duration::seconds(60)).await, Ok(1));
        assert_eq!(world.count("seat_connection").await, 0);
        assert_eq!(world.backend.lines(&at.secretary, at.meeting).await, Ok(vec![]));
    })
    .await;
}

#[tokio::test]
async fn a_stay_with_picture_and_sound_is_kept_for_the_record_and_a_rehearsal_is_not() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let own = Seat::Person(at.delegate.person);
        let first = at.sit(world, &at.delegate, own).await.unwrap();
        world.backend.rise(first, world.now + Duration::seconds(30), Leaving::Lost).await.unwrap();
        // In between the page comes back, and nothing goes over its line.
        sits_silently(world, &at, &later(&at.delegate, 40), own).await;
        at.sit(world, &later(&at.delegate, 60), own).await.unwrap();
        assert_eq!(world.count("seat_connection").await, 2);
        let lines = world.backend.lines(&later(&at.secretary, 90), at.meeting).await.unwrap();
        let missing = lines[0].drop_outs[0];
        assert_eq!(lines.len(), 1);
        assert_eq!(missing.since, world.now + Duration::seconds(30));
        assert_eq!(missing.until, Some(world.now + Duration::seconds(60)));

        let at = Hybrid::at(world, Stage::Scheduled).await;
        let before = world.count("seat_connection").await;
        for second in 0..5 {
            let arrival = Arrival { seat: at.site(), page: PageId(world.id()), how: Coming::Rehearsing };
            let tried = at.come(world, &later(&at.secretary, second), arrival).await.unwrap();
            world.backend.interrupted(tried, world.now, world.now + Duration::seconds(20)).await.unwrap();
        }
        assert_eq!(world.count("seat_connection").await, before + 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_of_the_present_reads_no_stay_that_ended() {
    each_database(async |world| {
        if world.engine != "SQLite" {
            return;
        }
        for asked in [
            "SELECT DISTINCT seat FROM seat_connection WHERE meeting_id = 'm' AND ended_at IS NULL",
            "UPDATE seat_connection SET ended_at = 1 WHERE meeting_id = 'm' AND seat = 's' AND ended_at IS NULL",
        ] {
            let plan: Vec<(i64, i64, i64, String)> =
                backend::q(format!("EXPLAIN QUERY PLAN {asked}")).all(world.backend.db()).await.unwrap();
            assert!(plan.iter().any(|(.., step)| step.contains("seat_connection_taken")), "{plan:?}");
        }
    })
    .await;
}
