//! Limits of papers, also for those that arrive at the same time.

use domain::access::Stage;
use domain::error::{Failure, Refusal};
use domain::papers::Level;

use crate::papers::{PDF, add, meeting};
use crate::support::each_database;

#[tokio::test]
async fn papers_that_arrive_at_once_are_limited_too() {
    each_database(async |world| {
        let (_, item, secretary, _) = meeting(world, Stage::Scheduled).await;
        add(&world.backend, &secretary, item, "Báo cáo", PDF).await.unwrap();
        let begin = async || {
            let mut upload = world.backend.begin_upload(&secretary, item, "Phụ lục", Level::Open).await.unwrap();
            upload.answer(backend::Answers { is_declared: false, is_again: true });
            upload.write(PDF).await.unwrap();
            upload
        };
        let (last, late) = (begin().await, begin().await);
        world
            .run(
                "INSERT INTO paper (id, meeting_id, item_id, position, is_neutral, title, version, hash, bytes, added_by, added_at) \
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 48) \
                 SELECT 'x-' || i, meeting_id, item_id, position + i, is_neutral, title, version, hash, bytes, added_by, \
                        added_at FROM paper, n",
            )
            .await;
        last.finish().await.unwrap();
        let refused = late.finish().await;
        assert_eq!(refused, Err(Failure::Refused(Refusal::TooMany { at_most: 50 })));
        assert_eq!(world.count("paper").await, 50);
    })
    .await;
}
