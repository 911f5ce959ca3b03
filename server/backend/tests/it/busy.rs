//! Somebody else holds the embedded database for long: an import, or another program. Reading goes on; who wants to
//! change something is told to try again. And reads that take too long, which end.

use std::time::Duration;

use backend::{Backend, BackendConfig, SeededEntropy, Tx, q};
use domain::access::{Caller, Role};
use domain::accounts::{Accounts, FirstAdministrator};
use domain::error::Failure;
use domain::imports::{ImportKind, ImportMode, Imports};
use domain::meetings::{MeetingFilter, Meetings};

use crate::imports::meetings;
use crate::support::{World, each_database_with, instant};

const ROWS: &str = "code,parent,level,name,short_name\nSNV,UBNDT,department,Sở Nội vụ,Sở Nội vụ\n";

/// A database with one administrator, whose token comes with it, and who is not waited for.
async fn claimed(folder: &std::path::Path) -> (Backend, String) {
    let config = BackendConfig { patience: Duration::from_millis(20), ..BackendConfig::embedded(folder) };
    let backend = Backend::open(config, Box::new(SeededEntropy::new(7))).await.unwrap();
    let first = FirstAdministrator {
        code: backend.first_code().await.unwrap().unwrap(),
        agency_name: "Ủy ban nhân dân tỉnh".into(),
        user_name: "quantri".into(),
        name: "Quản trị".into(),
        password: "mat-khau-dai-1".into(),
    };
    let signed_in = Accounts::claim(&backend, first, "", "", instant("2026-06-16T09:00")).await.unwrap();
    (backend, signed_in.token)
}

/// What goes on while another holds the database.
async fn reading_goes_on(backend: &Backend, token: &str) -> Caller {
    let later = instant("2026-06-16T09:10");
    let caller = Accounts::identify(backend, token, later).await.unwrap();
    assert_eq!(caller.name, "Quản trị", "its use is not written down, and it does not wait for that");
    let dry =
        Imports::import(backend, &caller, ImportKind::Agencies, ROWS.as_bytes().to_vec(), ImportMode::DryRun)
            .await;
    assert_eq!(dry.unwrap().added, 1, "a dry run holds nothing and waits for nobody");
    caller
}

async fn used_at(backend: &Backend) -> i64 {
    q("SELECT used_at FROM session").one::<(i64,)>(backend.db()).await.unwrap().0
}

#[tokio::test]
async fn who_reads_does_not_wait_for_a_long_change() {
    let folder = tempfile::tempdir().unwrap();
    let (backend, token) = claimed(folder.path()).await;
    let held: Tx = backend.db().begin().await.unwrap();
    let before = used_at(&backend).await;
    reading_goes_on(&backend, &token).await;
    assert_eq!(used_at(&backend).await, before);
    held.commit().await.unwrap();
    Accounts::identify(&backend, &token, instant("2026-06-16T09:20")).await.unwrap();
    assert_eq!(used_at(&backend).await, instant("2026-06-16T09:20").timestamp_millis());
}

#[tokio::test]
async fn who_reads_does_not_wait_for_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let (backend, token) = claimed(folder.path()).await;
    let other = Backend::open(BackendConfig::embedded(folder.path()), Box::new(SeededEntropy::new(8)));
    let other = other.await.unwrap();
    let held: Tx = other.db().begin().await.unwrap();
    let caller = reading_goes_on(&backend, &token).await;
    let write =
        Imports::import(&backend, &caller, ImportKind::Agencies, ROWS.as_bytes().to_vec(), ImportMode::Write);
    assert_eq!(write.await, Err(Failure::Unavailable), "whoever changes something is told to try again");
    assert_eq!(Accounts::sign_out(&backend, &caller).await, Err(Failure::Unavailable));
    held.commit().await.unwrap();
    Accounts::sign_out(&backend, &caller).await.unwrap();
}

/// A count that does not end.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n) \
    SELECT CAST(COUNT(*) AS BIGINT) FROM n";

/// Runs a test where an expensive read soon ends and there is one connection for such reads.
async fn each_impatient_database(test: impl AsyncFn(&World)) {
    let reads_within = Duration::from_millis(300);
    each_database_with(|config| BackendConfig { connections: 1, reads_within, ..config }, test).await;
}

#[tokio::test]
async fn an_expensive_read_ends_while_somebody_waits_for_it() {
    each_impatient_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let list = || world.backend.list(&secretary, MeetingFilter::default());
        // Every list reads the rules, which now takes for ever.
        world.run("ALTER TABLE kind_rule RENAME TO stored_rule").await;
        let rules = format!("CREATE VIEW kind_rule AS SELECT * FROM stored_rule WHERE ({ENDLESS}) > 0");
        world.run(&rules).await;
        assert_eq!(list().await, Err(Failure::Unavailable), "{}: told to try again", world.engine);
        world.run("DROP VIEW kind_rule").await;
        world.run("ALTER TABLE stored_rule RENAME TO kind_rule").await;
        assert!(list().await.is_ok(), "{}: the connection is free again", world.engine);
    })
    .await;
}

#[tokio::test]
async fn what_an_import_of_meetings_reads_ends_too() {
    each_impatient_database(async |world| {
        world.meeting("SNV").title("Họp 0").at("2026-06-15T07:30/11:30").store().await;
        let import = async |title: &str| {
            let row = format!("SNV,{title},working,online,2026-06-15T07:30/11:30,held,organised,internal,0");
            let (file, caller) = (meetings(&[&row]).into_bytes(), world.system());
            let (kind, mode) = (ImportKind::Meetings, ImportMode::DryRun);
            Imports::import(&world.backend, &caller, kind, file, mode).await
        };
        world.run("ALTER TABLE sitting RENAME TO stored_sitting").await;
        let sittings = format!("CREATE VIEW sitting AS SELECT * FROM stored_sitting WHERE ({ENDLESS}) > 0");
        world.run(&sittings).await;
        // The first is stored already and is compared with the file; of the other only its day is looked at.
        for title in ["Họp 0", "Họp 1"] {
            assert_eq!(import(title).await, Err(Failure::Unavailable), "{}: {title}", world.engine);
        }
        world.run("DROP VIEW sitting").await;
        world.run("ALTER TABLE stored_sitting RENAME TO sitting").await;
        assert!(import("Họp 1").await.is_ok(), "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn an_expensive_read_that_was_left_gives_its_connection_back() {
    each_impatient_database(async |world| {
        let db = world.backend.db();
        let mut reader = db.heavy_reader().await.unwrap();
        {
            let mut reading = Box::pin(q(ENDLESS).one::<(i64,)>(&mut reader));
            for _ in 0..100 {
                assert!(futures::poll!(&mut reading).is_pending());
                tokio::task::yield_now().await;
            }
        }
        assert!(world.backend.heavy_reads_full_for().is_some(), "{}", world.engine);
        drop(reader);
        let mut next = db.heavy_reader().await.unwrap();
        let one = q("SELECT CAST(1 AS BIGINT)").one::<(i64,)>(&mut next).await.unwrap();
        assert_eq!(one, (1,), "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn an_import_waits_for_no_page() {
    let one = |config| BackendConfig { connections: 1, ..config };
    each_database_with(one, async |world| {
        let caller = world.caller(Role::SystemAdministrator, "SNV").await;
        let held = world.backend.db().heavy_reader().await.unwrap();
        let row = "SNV,Họp 1,working,online,2026-06-15T07:30/11:30,held,organised,internal,0";
        let file = meetings(&[row]).into_bytes();
        let report =
            Imports::import(&world.backend, &caller, ImportKind::Meetings, file, ImportMode::Write).await;
        assert_eq!(report.expect("it has a connection of its own").added, 1, "{}", world.engine);
        drop(held);
    })
    .await;
}

#[tokio::test]
async fn a_search_and_a_list_wait_for_none_of_each_other() {
    let one = |config| BackendConfig { connections: 1, ..config };
    each_database_with(one, async |world| {
        let caller = world.caller(Role::Secretary, "SNV").await;
        world.meeting("SNV").title("Họp giao ban").store().await;
        let db = world.backend.db();
        let of = |text: &str| MeetingFilter { text: text.into(), ..MeetingFilter::default() };
        let searching = db.search_reader().await.unwrap();
        assert!(world.backend.list(&caller, of("")).await.is_ok(), "{}: a list", world.engine);
        drop(searching);
        let listing = db.heavy_reader().await.unwrap();
        assert!(world.backend.list(&caller, of("giao ban")).await.is_ok(), "{}: a search", world.engine);
        drop(listing);
    })
    .await;
}
