//! Files that are too much: counted and left, one at a time, and none for nobody.

use domain::error::{Failure, Problem, Refusal};
use domain::imports::ImportKind;

use crate::imports::{TREE, bad, import, meetings, written};
use crate::support::each_database;

#[tokio::test]
async fn a_file_of_a_wrong_kind_is_left_soon_and_its_bad_cells_are_counted() {
    each_database(async |world| {
        let file = meetings(&["x"; 60_000]);
        let report = import(world, &world.system(), ImportKind::Meetings, &file).await.unwrap();
        assert_eq!((report.bad_rows, report.bad_cells, report.bad.len()), (20_000, 180_000, 5_000));
        assert_eq!((report.rows, report.stopped_at), (20_000, Some(20_002)));
        assert!(!report.is_written);
    })
    .await;
}

#[tokio::test]
async fn while_one_file_is_imported_the_next_is_told_so() {
    each_database(async |world| {
        let system = world.system();
        let import = || import(world, &system, ImportKind::Agencies, TREE);
        // The first import cannot end while the test holds the database.
        let held = world.backend.db().begin().await.unwrap();
        let mut first = Box::pin(import());
        assert!(futures::poll!(&mut first).is_pending());
        assert_eq!(import().await, Err(Failure::Refused(Refusal::ImportUnderWay)), "{}", world.engine);
        drop(held);
        assert!(first.await.unwrap().is_written);
        assert_eq!(import().await.unwrap().unchanged, 3);
    })
    .await;
}

#[tokio::test]
async fn an_import_that_nobody_waits_for_writes_nothing_and_keeps_its_turn_until_it_ends() {
    each_database(async |world| {
        let system = world.system();
        let import = || import(world, &system, ImportKind::Agencies, TREE);
        let held = world.backend.db().begin().await.unwrap();
        let mut left = Box::pin(import());
        assert!(futures::poll!(&mut left).is_pending());
        drop((left, held));
        let again = loop {
            match import().await {
                Err(Failure::Refused(Refusal::ImportUnderWay)) => tokio::task::yield_now().await,
                done => break done.unwrap(),
            }
        };
        assert_eq!((again.added, again.unchanged), (3, 0), "{}: the first wrote nothing", world.engine);
    })
    .await;
}

#[tokio::test]
async fn a_chain_of_agencies_is_no_tree() {
    each_database(async |world| {
        let rows = (0..19_000).map(|n| match n {
            0 => "A0,,province,A,A\n".to_owned(),
            n => format!("A{n},A{},unit,A,A\n", n - 1),
        });
        let file = format!("code,parent,level,name,short_name\n{}", rows.collect::<String>());
        let found = bad(world, ImportKind::Agencies, &file).await;
        assert_eq!(found[0], (22, "parent".to_owned(), Problem::TooMany(20)), "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn the_trail_holds_which_file_was_imported() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let (after,): (String,) = backend::q("SELECT after_json FROM audit WHERE what = 'imports.agencies'")
            .one(world.backend.db())
            .await
            .unwrap();
        let after: serde_json::Value = serde_json::from_str(&after).unwrap();
        assert_eq!(after["bytes"], TREE.len());
        let hash = after["sha256"].as_str().unwrap();
        assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
    })
    .await;
}
