//! What the floor brings with it: a microphone where all are silent, and the paper of whoever reports.

use chrono::TimeDelta;
use domain::access::{Caller, Stage};
use domain::error::Failure;
use domain::live::{Direction, Leaving, LivePort, Seat};

use crate::live::Hybrid;
use crate::support::each_database;

#[tokio::test]
async fn where_all_are_silent_the_floor_turns_one_microphone_on_and_off_again() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (site, me) = (at.site(), Seat::Person(at.delegate.person));
        let muted = async |seat| at.live(world).await.seat(seat).unwrap().is_muted;
        at.direct(world, Direction::Floor(Some(site))).await.unwrap();
        at.direct(world, Direction::Floor(None)).await.unwrap();
        assert!(!muted(site).await, "nobody had been silenced");
        at.direct(world, Direction::MuteAll).await.unwrap();
        assert!(at.live(world).await.is_all_muted);
        at.direct(world, Direction::Floor(Some(site))).await.unwrap();
        assert!(!muted(site).await);
        at.direct(world, Direction::Floor(Some(site))).await.unwrap();
        assert!(!muted(site).await, "given twice");
        at.direct(world, Direction::Floor(Some(me))).await.unwrap();
        assert_eq!((muted(site).await, muted(me).await), (true, false), "passed on");
        at.direct(world, Direction::Floor(None)).await.unwrap();
        assert!(muted(me).await, "taken back");
        at.direct(world, Direction::UnmuteAll).await.unwrap();
        let live = at.live(world).await;
        assert!(!live.is_all_muted && live.seats.iter().all(|kept| !kept.is_muted));
    })
    .await;
}

#[tokio::test]
async fn who_has_the_floor_opens_papers_before_everybody_and_nobody_else_does() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let me = Seat::Person(at.delegate.person);
        let close = async |caller: &Caller, seat| {
            world.backend.direct(caller, at.meeting, Some(seat), Direction::Paper(None)).await
        };
        assert_eq!(close(&at.delegate, me).await, Err(Failure::Forbidden));
        at.direct(world, Direction::Floor(Some(me))).await.unwrap();
        assert_eq!(close(&at.delegate, me).await, Ok(()));
        assert_eq!(close(&at.technician, me).await, Err(Failure::Forbidden), "another's seat");
        assert_eq!(close(&at.technician, at.site()).await, Err(Failure::Forbidden));
        let more = Direction::Large(Some(me));
        let refused = world.backend.direct(&at.delegate, at.meeting, Some(me), more).await;
        assert_eq!(refused, Err(Failure::Forbidden), "the floor decides nothing else");
        at.direct(world, Direction::Floor(None)).await.unwrap();
        assert_eq!(close(&at.delegate, me).await, Err(Failure::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn who_silences_all_is_not_silenced_nor_is_the_chair() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (site, me) = (at.site(), Seat::Person(at.delegate.person));
        let chair = Seat::Person(at.chair.person);
        let muted = async |seat| at.live(world).await.seat(seat).unwrap().is_muted;
        // The chair presses, from a seat of their own.
        world.backend.direct(&at.chair, at.meeting, Some(chair), Direction::MuteAll).await.unwrap();
        assert!(muted(site).await && muted(me).await && !muted(chair).await);
        at.direct(world, Direction::UnmuteAll).await.unwrap();
        // A secretary presses, from a site's seat: neither they nor the chair.
        world.backend.direct(&at.secretary, at.meeting, Some(site), Direction::MuteAll).await.unwrap();
        assert!(!muted(site).await && muted(me).await && !muted(chair).await);
        // Nor when the chair had the floor and gives it on.
        for seat in [chair, me] {
            world
                .backend
                .direct(&at.secretary, at.meeting, None, Direction::Floor(Some(seat)))
                .await
                .unwrap();
        }
        assert!(!muted(chair).await && !muted(me).await);
        // One seat alone is silenced by name, the chair's too.
        let one = Direction::Mute { seat: chair, is_muted: true };
        world.backend.direct(&at.secretary, at.meeting, None, one).await.unwrap();
        assert!(muted(chair).await);
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_gives_the_floor_and_the_request_back_at_once() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (site, me) = (at.site(), Seat::Person(at.delegate.person));
        let first = at.sit(world, &at.technician, site).await.unwrap();
        let second = at.sit(world, &at.delegate, me).await.unwrap();
        at.direct(world, Direction::MuteAll).await.unwrap();
        at.direct(world, Direction::Floor(Some(site))).await.unwrap();
        world.backend.ask(&at.delegate, at.meeting, me, true).await.unwrap();
        world.backend.rise(first, world.now, Leaving::Meant).await.unwrap();
        world.backend.rise(second, world.now, Leaving::Meant).await.unwrap();
        let live = at.live(world).await;
        assert_eq!((live.floor, live.seat(me).unwrap().asked), (None, None), "{}", world.engine);
        assert!(live.seat(site).unwrap().is_muted, "as whoever loses the floor");
    })
    .await;
}

#[tokio::test]
async fn a_lost_line_keeps_the_floor_for_half_a_minute_and_a_request_for_two() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (site, me) = (at.site(), Seat::Person(at.delegate.person));
        let after = |seconds: i64| world.now + TimeDelta::seconds(seconds);
        let first = at.sit(world, &at.technician, site).await.unwrap();
        let second = at.sit(world, &at.delegate, me).await.unwrap();
        at.direct(world, Direction::Floor(Some(site))).await.unwrap();
        world.backend.ask(&at.delegate, at.meeting, me, true).await.unwrap();
        let has = async || {
            let live = at.live(world).await;
            (live.floor == Some(site), live.seat(me).unwrap().asked.is_some())
        };
        world.backend.give_back_lost(after(600)).await.unwrap();
        assert_eq!(has().await, (true, true), "they are there");
        for connection in [first, second] {
            world.backend.rise(connection, after(10), Leaving::Lost).await.unwrap();
        }
        assert_eq!(world.backend.give_back_lost(after(39)).await, Ok(0));
        assert_eq!(has().await, (true, true), "{}", world.engine);
        assert_eq!(world.backend.give_back_lost(after(41)).await, Ok(1));
        assert_eq!(has().await, (false, true));
        world.backend.give_back_lost(after(131)).await.unwrap();
        assert_eq!(has().await, (false, false));
        // Given while nobody sits there, to a delegate in the hall, it stays; so does what they ask for.
        let later = |caller: &Caller| Caller { now: after(200), ..caller.clone() };
        world.backend.ask(&later(&at.delegate), at.meeting, me, true).await.unwrap();
        let given = Direction::Floor(Some(site));
        world.backend.direct(&later(&at.secretary), at.meeting, None, given).await.unwrap();
        assert_eq!(world.backend.give_back_lost(after(9_000)).await, Ok(0));
        assert_eq!(has().await, (true, true));
    })
    .await;
}
