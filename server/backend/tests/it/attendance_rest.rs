//! Marking those who are left.

use domain::access::{Role, Stage};
use domain::attendance::{Attendance, Presence};

use crate::support::each_database;

/// Said again and again it would fill the trail and put a hand to whom nobody has called.
#[tokio::test]
async fn the_rest_are_not_called_without_being_marked_for_it() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("SNV").await;
        let id = world.meeting("SNV").stage(Stage::UnderWay).delegate(&delegate).store().await;
        let lines = world.count("audit").await;
        for _ in 0..2 {
            let marked = world.backend.mark_rest(&secretary, id, Presence::NotCalled).await;
            assert_eq!(marked, Ok(0), "{}", world.engine);
        }
        assert_eq!(world.count("audit").await, lines);
        let (called,): (i64,) =
            backend::q("SELECT CAST(COUNT(*) AS BIGINT) FROM participant WHERE called_at IS NOT NULL")
                .one(world.backend.db())
                .await
                .unwrap();
        assert_eq!(called, 0);
    })
    .await;
}
