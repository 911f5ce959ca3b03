//! What the floor brings with it: a microphone where all are silent, and the paper of whoever reports.

use domain::access::{Caller, Stage};
use domain::error::Failure;
use domain::live::{Direction, LivePort, Seat};

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
