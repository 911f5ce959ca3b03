//! Which node hosts a meeting: exactly one, for as long as it says so.

use backend::{Host, Lost};
use chrono::Duration;
use domain::access::{Role, Stage};
use domain::error::Failure;
use domain::ids::MeetingId;
use domain::meetings::Meetings;
use futures::future::join_all;

use crate::meetings::briefing;
use crate::support::{World, each_busy_database, each_database};

const FIRST: &str = "http://10.0.0.1:3000";
const SECOND: &str = "http://10.0.0.2:3000";

async fn asked(world: &World, meeting: MeetingId, node: &str, seconds: i64) -> Host {
    world.backend.host(meeting, node, None, world.now + Duration::seconds(seconds)).await.unwrap()
}

fn at(node: &str) -> Host {
    Host::At(node.to_owned())
}

#[tokio::test]
async fn a_meeting_is_hosted_by_whoever_asks_first_until_they_no_longer_say_so() {
    each_database(async |world| {
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).store().await;
        assert_eq!(asked(world, meeting, FIRST, 0).await, Host::Here);
        assert_eq!(asked(world, meeting, SECOND, 1).await, at(FIRST));
        assert_eq!(asked(world, meeting, FIRST, 30).await, Host::Here, "on {}", world.engine);
        assert_eq!(asked(world, meeting, SECOND, 75).await, at(FIRST));
        assert_eq!(asked(world, meeting, SECOND, 76).await, Host::Here);
        assert_eq!(asked(world, meeting, FIRST, 77).await, at(SECOND));
    })
    .await;
}

/// Eight nodes ask for a meeting at once; which of them hosts it.
async fn race(world: &World, meeting: MeetingId, lost: Option<Lost<'_>>, seconds: i64) -> Vec<String> {
    let now = world.now + Duration::seconds(seconds);
    let hosts = join_all((1..=8).map(async |number| {
        let node = format!("http://10.0.1.{number}:3000");
        let host = world.backend.host(meeting, &node, lost, now).await.unwrap();
        (node, host)
    }))
    .await;
    let (first, others): (Vec<_>, Vec<_>) = hosts.into_iter().partition(|(_, host)| *host == Host::Here);
    let winners: Vec<String> = first.into_iter().map(|(node, _)| node).collect();
    for (node, host) in others {
        assert_eq!(vec![host], winners.iter().map(|winner| at(winner)).collect::<Vec<_>>(), "told to {node}");
    }
    winners
}

#[tokio::test]
async fn of_many_nodes_at_once_exactly_one_hosts() {
    each_busy_database(async |world| {
        let store = async || world.meeting("SNV").stage(Stage::UnderWay).store().await;
        let (nobodys, silent, over) = (store().await, store().await, store().await);
        for meeting in [silent, over] {
            asked(world, meeting, FIRST, 0).await;
        }
        assert_eq!(race(world, nobodys, None, 0).await.len(), 1, "on {}", world.engine);
        assert_eq!(race(world, silent, Some(Lost::Gone(FIRST)), 0).await.len(), 1, "on {}", world.engine);
        assert_eq!(race(world, over, None, 46).await.len(), 1, "on {}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn a_host_that_is_gone_is_replaced_once_and_by_nobody_who_names_another() {
    each_database(async |world| {
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).store().await;
        let third = "http://10.0.0.3:3000";
        asked(world, meeting, FIRST, 0).await;
        let replace = async |node, gone| {
            world.backend.host(meeting, node, Some(Lost::Gone(gone)), world.now).await.unwrap()
        };
        assert_eq!(replace(SECOND, third).await, at(FIRST));
        assert_eq!(replace(SECOND, FIRST).await, Host::Here);
        assert_eq!(
            replace(third, FIRST).await,
            at(SECOND),
            "whoever finds that too late goes to the new one"
        );
    })
    .await;
}

#[tokio::test]
async fn a_host_that_is_silent_keeps_its_meetings_as_long_as_it_says_that_it_goes_on() {
    each_database(async |world| {
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).store().await;
        asked(world, meeting, FIRST, 0).await;
        let found_silent = async |seconds| {
            let now = world.now + Duration::seconds(seconds);
            world.backend.host(meeting, SECOND, Some(Lost::Silent(FIRST)), now).await.unwrap()
        };
        assert_eq!(found_silent(14).await, at(FIRST), "on {}", world.engine);
        world.backend.go_on_hosting(&[meeting], FIRST, world.now + Duration::seconds(14)).await.unwrap();
        assert_eq!(found_silent(28).await, at(FIRST));
        assert_eq!(found_silent(30).await, Host::Here, "it has not said anything for a while");
    })
    .await;
}

#[tokio::test]
async fn who_goes_on_hosting_keeps_its_meetings_and_is_told_the_lost_ones() {
    each_database(async |world| {
        let store = async || world.meeting("SNV").stage(Stage::UnderWay).store().await;
        let (kept, lost, unsaid) = (store().await, store().await, store().await);
        for meeting in [kept, lost] {
            asked(world, meeting, FIRST, 0).await;
        }
        world.backend.host(lost, SECOND, Some(Lost::Gone(FIRST)), world.now).await.unwrap();
        let go_on = async |seconds| {
            let now = world.now + Duration::seconds(seconds);
            world.backend.go_on_hosting(&[kept, lost, unsaid], FIRST, now).await.unwrap()
        };
        assert_eq!(go_on(40).await, [lost]);
        for meeting in [kept, unsaid] {
            assert_eq!(asked(world, meeting, SECOND, 84).await, at(FIRST), "on {}", world.engine);
        }
        assert_eq!(go_on(95).await, [] as [MeetingId; 0], "the other one says nothing any more");
    })
    .await;
}

#[tokio::test]
async fn what_is_given_up_is_anybodys_and_nobody_gives_up_for_another() {
    each_database(async |world| {
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).store().await;
        asked(world, meeting, FIRST, 0).await;
        world.backend.stop_hosting(Some(meeting), SECOND).await.unwrap();
        world.backend.stop_hosting(None, SECOND).await.unwrap();
        assert_eq!(asked(world, meeting, SECOND, 0).await, at(FIRST));
        world.backend.stop_hosting(None, FIRST).await.unwrap();
        assert_eq!(asked(world, meeting, SECOND, 0).await, Host::Here);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_is_dropped_takes_its_host_along() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let saved =
            world.backend.save(&secretary, None, briefing(&secretary, &secretary, &[])).await.unwrap();
        asked(world, saved.id, FIRST, 0).await;
        world.backend.call_off(&secretary, saved.id, false, "").await.unwrap();
        assert_eq!(world.count("live_host").await, 0);
        let host = world.backend.host(saved.id, FIRST, None, world.now).await;
        assert_eq!(host, Err(Failure::NotFound));
    })
    .await;
}
