//! The demo fills an empty database, once, with something in every state.

use backend::{Backend, DEMO_PASSWORD};
use chrono::{DateTime, Utc};
use domain::access::Stage;
use domain::accounts::Accounts;
use domain::meetings::Meetings;
use domain::people::People;
use reports::Faces;

use crate::support::{World, instant};

/// The faces the site carries for official documents; `cargo xtask test` installs them.
fn faces() -> Faces {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../node_modules/@expo-google-fonts/tinos");
    let face = |name: &str| std::fs::read(format!("{folder}/{name}")).expect("npm packages are installed");
    let (regular, bold) = (face("400Regular/Tinos_400Regular.ttf"), face("700Bold/Tinos_700Bold.ttf"));
    Faces::new(regular, bold, face("400Regular_Italic/Tinos_400Regular_Italic.ttf")).unwrap()
}

async fn filled(now: DateTime<Utc>) -> (tempfile::TempDir, Backend) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open_empty(folder.path()).await;
    world.fill_with_demo(&faces(), now).await.unwrap();
    (folder, world)
}

#[tokio::test]
async fn the_demo_has_a_conference_under_way_and_something_in_every_state() {
    let now = instant("2026-06-11T08:40");
    let (_folder, backend) = filled(now).await;
    let signed_in =
        backend.sign_in("giamdoc.snv", DEMO_PASSWORD, false, "test", "127.0.0.1", now).await.unwrap();
    let delegate = backend.identify(&signed_in.token, now).await.unwrap();
    let found = People::find(&backend, &delegate, "giam doc so khoa hoc").await.unwrap();
    assert!(!found.is_empty(), "people are found by their agency's full name");
    let next = backend.today(&delegate).await.unwrap().next.expect("a meeting is under way");
    assert_eq!(next.state.stage(), Stage::UnderWay);
    assert_eq!(next.sites.len(), 75);
    assert_eq!(next.papers().filter(|paper| paper.pages.is_some()).count(), 3, "their pages are known");
    for stage in Stage::ALL {
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM meeting WHERE stage = $1";
        let (count,): (i64,) = backend::q(sql).bind(stage.code()).one(backend.db()).await.unwrap();
        assert!(count > 0, "some are {stage:?}");
    }
    assert!(backend.fill_with_demo(&faces(), now).await.is_err(), "never twice");
    backend.db().close().await;
}
