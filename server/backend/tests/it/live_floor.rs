//! What the floor brings with it: a microphone where all are silent, and the paper of whoever reports.

use std::time::Duration;

use backend::{Event, q};
use chrono::TimeDelta;
use domain::access::{Caller, Stage};
use domain::error::{Failure, Refusal};
use domain::ids::MeetingId;
use domain::live::{Direction, Leaving, LivePort, Seat};
use futures::future::join_all;
use tokio::time::timeout;

use crate::live::Hybrid;
use crate::support::{each_database, each_database_over};

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

#[tokio::test]
async fn a_turn_ends_when_the_chair_has_said_and_is_prolonged_from_its_end_or_from_now() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (site, me) = (at.site(), Seat::Person(at.delegate.person));
        let direct = async |seconds: i64, direction| {
            let chair = Caller { now: world.now + TimeDelta::seconds(seconds), ..at.chair.clone() };
            world.backend.direct(&chair, at.meeting, None, direction).await
        };
        let turn = async || at.live(world).await.turn;
        let ends = async || (turn().await.unwrap().ends.unwrap() - world.now).num_seconds();
        assert_eq!((turn().await, at.live(world).await.turn_minutes), (None, 7));
        assert_eq!(direct(0, Direction::MoreTime(2)).await, Err(Refusal::WrongState.into()), "nobody has it");
        direct(0, Direction::Floor(Some(site))).await.unwrap();
        assert_eq!((turn().await.unwrap().since, ends().await), (world.now, 420), "{}", world.engine);
        direct(60, Direction::Floor(Some(site))).await.unwrap();
        assert_eq!(ends().await, 420, "given twice it begins once");
        direct(100, Direction::MoreTime(2)).await.unwrap();
        assert_eq!(ends().await, 540);
        direct(600, Direction::MoreTime(1)).await.unwrap();
        assert_eq!(ends().await, 660, "it was over");

        direct(600, Direction::TurnMinutes(3)).await.unwrap();
        assert_eq!(ends().await, 660, "of the next turn");
        direct(700, Direction::Floor(Some(me))).await.unwrap();
        assert_eq!((turn().await.unwrap().since, ends().await), (world.now + TimeDelta::seconds(700), 880));
        direct(700, Direction::Floor(None)).await.unwrap();
        assert_eq!(turn().await, None);
        direct(700, Direction::TurnMinutes(0)).await.unwrap();
        direct(710, Direction::Floor(Some(me))).await.unwrap();
        assert_eq!(turn().await.unwrap().ends, None, "without end");
        direct(720, Direction::MoreTime(5)).await.unwrap();
        assert_eq!(ends().await, 1_020, "from now");

        for wrong in [Direction::MoreTime(0), Direction::MoreTime(61), Direction::TurnMinutes(61)] {
            assert!(matches!(direct(800, wrong).await, Err(Failure::Invalid(_))), "{wrong:?}");
        }
        for direction in [Direction::MoreTime(1), Direction::TurnMinutes(1)] {
            let by = world.backend.direct(&at.delegate, at.meeting, Some(me), direction).await;
            assert_eq!(by, Err(Failure::Forbidden), "whoever speaks sets no length");
        }
    })
    .await;
}

#[tokio::test]
async fn who_has_the_floor_gives_it_back() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (site, me) = (at.site(), Seat::Person(at.delegate.person));
        at.direct(world, Direction::MuteAll).await.unwrap();
        at.direct(world, Direction::Floor(Some(me))).await.unwrap();
        world.backend.ask(&at.technician, at.meeting, site, false).await.unwrap();
        assert_eq!(at.live(world).await.floor, Some(me), "another's is not theirs to give");
        world.backend.ask(&at.delegate, at.meeting, me, false).await.unwrap();
        let live = at.live(world).await;
        assert_eq!((live.floor, live.turn), (None, None), "{}", world.engine);
        assert!(live.seat(me).unwrap().is_muted, "as whoever loses it");
    })
    .await;
}

#[tokio::test]
async fn of_a_line_that_broke_is_told_since_when_and_of_whoever_left_nothing() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (site, me) = (at.site(), Seat::Person(at.delegate.person));
        let lost = async |seat| at.live(world).await.seat(seat).unwrap().lost;
        for (by, seat) in [(&at.technician, site), (&at.delegate, me)] {
            let connection = at.sit(world, by, seat).await.unwrap();
            world.backend.carried(by, at.meeting, seat, connection).await.unwrap();
            let why = if seat == site { Leaving::Lost } else { Leaving::Meant };
            assert_eq!(lost(seat).await, None, "while it stands");
            world.backend.rise(connection, world.now, why).await.unwrap();
        }
        assert_eq!((lost(site).await, lost(me).await), (Some(world.now), None), "{}", world.engine);
        at.sit(world, &at.technician, site).await.unwrap();
        assert_eq!(lost(site).await, None, "back again");
    })
    .await;
}

/// Whoever waits for a meeting holds no connection: on a server two dozen would hold all that pages need.
#[tokio::test]
async fn pages_are_read_while_many_wait_to_change_one_meeting() {
    each_database_over(4, async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let mut holding = world.backend.db().begin().await.unwrap();
        q("UPDATE meeting SET rev = rev WHERE id = $1").bind(at.meeting).run(&mut holding).await.unwrap();
        let waiting = join_all((0..24).map(|_| at.direct(world, Direction::MuteAll)));
        let reading = async {
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            let read = timeout(Duration::from_secs(15), at.live(world)).await;
            holding.commit().await.unwrap();
            read.unwrap_or_else(|_| panic!("no connection is left to read with: {}", world.engine));
        };
        let (all, ()) = tokio::join!(waiting, reading);
        assert!(all.iter().all(Result::is_ok));
    })
    .await;
}

#[tokio::test]
async fn what_is_decided_again_is_told_to_nobody() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let (site, me) = (at.site(), Seat::Person(at.delegate.person));
        let mut told = world.backend.listen().await.unwrap();
        let decisions = [
            Direction::Mute { seat: site, is_muted: true },
            Direction::MuteAll,
            Direction::Floor(Some(me)),
            Direction::Large(Some(me)),
            Direction::UnmuteAll,
            Direction::Floor(None),
            Direction::Remove(me),
            Direction::Admit(me),
        ];
        let mut heard: Vec<MeetingId> = Vec::new();
        for direction in decisions {
            for _ in 0..2 {
                at.direct(world, direction).await.unwrap();
            }
        }
        // A change that is told of another meeting ends what was told of this one.
        let end = Hybrid::at(world, Stage::UnderWay).await;
        end.direct(world, Direction::MuteAll).await.unwrap();
        while heard.last() != Some(&end.meeting) {
            match told.next().await.unwrap() {
                Event::Meeting(meeting) => heard.push(meeting),
                Event::Resync => panic!("nothing was missed"),
            }
        }
        assert_eq!(heard.len() - 1, decisions.len(), "each once: {}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn whoever_was_sent_out_asks_for_nothing() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let me = Seat::Person(at.delegate.person);
        let asked = async || at.live(world).await.seat(me).unwrap().asked;
        world.backend.ask(&at.delegate, at.meeting, me, true).await.unwrap();
        at.direct(world, Direction::Remove(me)).await.unwrap();
        assert_eq!(asked().await, None);
        let again = world.backend.ask(&at.delegate, at.meeting, me, true).await;
        assert_eq!(again, Err(Refusal::SentOut.into()), "{}", world.engine);
        assert_eq!(world.backend.ask(&at.delegate, at.meeting, me, false).await, Ok(()));
        at.direct(world, Direction::Admit(me)).await.unwrap();
        // Who has the floor and asks again is given it again, and asks no more.
        at.direct(world, Direction::Floor(Some(me))).await.unwrap();
        world.backend.ask(&at.delegate, at.meeting, me, true).await.unwrap();
        at.direct(world, Direction::Floor(Some(me))).await.unwrap();
        assert_eq!(asked().await, None);
    })
    .await;
}
