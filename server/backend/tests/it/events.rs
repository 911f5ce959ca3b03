//! What has changed is told: after its commit, to every node, and never of what was rolled back.

use std::time::Duration;

use backend::{Backend, Event, Listener, SeededEntropy};
use domain::access::{Role, Stage};
use domain::attendance::{Attendance, Presence};
use domain::error::Failure;
use domain::ids::ParticipantId;

use crate::support::{World, each_busy_database};

/// Far longer than a notification travels; only a test that fails waits for it.
const HEARD_WITHIN: Duration = Duration::from_secs(20);

async fn heard(listener: &mut Listener) -> Event {
    let event = tokio::time::timeout(HEARD_WITHIN, listener.next()).await;
    event.expect("a change is told").expect("the program has not ended")
}

#[tokio::test]
async fn whoever_listens_hears_of_a_change_and_of_none_that_was_refused() {
    each_busy_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("SNV").await;
        let (first, second) = (
            world.meeting("SNV").stage(Stage::UnderWay).delegate(&delegate).store().await,
            world.meeting("SNV").stage(Stage::UnderWay).delegate(&delegate).store().await,
        );
        let mut listener = world.backend.listen().await.unwrap();
        let nobody = ParticipantId(first.0);
        let refused = world.backend.mark(&secretary, first, nobody, Presence::Online).await;
        assert_eq!(refused, Err(Failure::NotFound));
        world.backend.mark_rest(&secretary, second, Presence::Online).await.unwrap();
        assert_eq!(heard(&mut listener).await, Event::Meeting(second), "on {}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn on_a_server_every_node_hears_what_another_one_changed() {
    each_busy_database(async |world| {
        if world.config.database_url.is_empty() {
            return;
        }
        let other = Backend::open(world.config.clone(), Box::new(SeededEntropy::new(23))).await.unwrap();
        let mut listener = other.listen().await.unwrap();
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("SNV").await;
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).delegate(&delegate).store().await;
        world.backend.mark_rest(&secretary, meeting, Presence::Online).await.unwrap();
        assert_eq!(heard(&mut listener).await, Event::Meeting(meeting));
        other.db().close().await;
    })
    .await;
}

#[tokio::test]
async fn a_line_to_the_server_that_breaks_is_made_again_and_told_of() {
    each_busy_database(async |world| {
        if world.config.database_url.is_empty() {
            return;
        }
        let mut listener = world.backend.listen().await.unwrap();
        cut_listening_lines(world).await;
        assert_eq!(heard(&mut listener).await, Event::Resync);
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("SNV").await;
        let meeting = world.meeting("SNV").stage(Stage::UnderWay).delegate(&delegate).store().await;
        world.backend.mark_rest(&secretary, meeting, Presence::Online).await.unwrap();
        assert_eq!(heard(&mut listener).await, Event::Meeting(meeting));
    })
    .await;
}

async fn cut_listening_lines(world: &World) {
    let cut: Vec<(bool,)> = backend::q(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()",
    )
    .all(world.backend.db())
    .await
    .unwrap();
    assert_eq!(cut, [(true,)], "one line listens");
}
