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
        // The row at which reading stops is bad too.
        assert_eq!((report.bad_rows, report.bad_cells, report.bad.len()), (10_001, 90_001, 5_000));
        assert_eq!((report.rows, report.stopped_at), (10_000, Some(10_002)));
        assert!(!report.is_written);
    })
    .await;
}

#[tokio::test]
async fn a_file_holds_only_so_many_sittings_roles_and_names() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let stops = async |kind, head: &str, row: &str, rows: usize| {
            let file = format!(
                "{head}\n{}",
                (0..rows).map(|n| row.replace('#', &n.to_string())).collect::<String>()
            );
            let report = import(world, &world.system(), kind, &file).await.unwrap();
            assert!(!report.is_written, "{}", world.engine);
            let last = report.bad.iter().find(|bad| bad.problem == Problem::TooMany(15_000)).cloned();
            (report.stopped_at, last.map(|bad| (bad.line, bad.column)))
        };
        let at = |line: u64, column: &str| (Some(line), Some((line, column.to_owned())));
        let sittings: Vec<String> = (1..=20).map(|day| format!("2026-05-{day:02}T08:00/09:00")).collect();
        let row = format!("SNV,Họp #,working,online,{},held,organised,internal,0\n", sittings.join(" "));
        let head = "agency,title,kind,form,sittings,status,role,counterpart,sites_connected";
        assert_eq!(stops(ImportKind::Meetings, head, &row, 800).await, at(752, "sittings"));
        let roles: Vec<String> = (0..30).map(|n| format!("delegate@A{n}")).collect();
        let row = format!("nguoi.#,Người #,,SNV,{}\n", roles.join("|"));
        let head = "user_name,name,position,agency,roles";
        assert_eq!(stops(ImportKind::People, head, &row, 600).await, at(502, "roles"));
        let names: Vec<String> = (0..1_000).map(|n| format!("Tên {n}")).collect();
        let row = format!("A#,UBND,unit,A,A,{}\n", names.join("|"));
        let head = "code,parent,level,name,short_name,aliases";
        assert_eq!(stops(ImportKind::Agencies, head, &row, 20).await, at(17, "aliases"));
    })
    .await;
}

#[tokio::test]
async fn a_file_adds_and_changes_only_so_many_rooms_and_figures() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let agencies = (0..11).map(|n| format!("A{n},UBND,unit,Đơn vị {n},Đơn vị {n}\n"));
        let agencies = format!("code,parent,level,name,short_name\n{}", agencies.collect::<String>());
        written(world, ImportKind::Agencies, &agencies).await;
        let rooms = |count: usize| {
            let rows = (0..count).map(|n| format!("P{n},Phòng {n},A{},20\n", n / 200));
            format!("code,name,agency,capacity\n{}", rows.collect::<String>())
        };
        let too_many = vec![(2_002, String::new(), Problem::TooMany(2_000))];
        assert_eq!(bad(world, ImportKind::Rooms, &rooms(2_001)).await, too_many);
        assert_eq!(written(world, ImportKind::Rooms, &rooms(2_000)).await, [2_000, 2_000, 0, 0]);
        assert_eq!(written(world, ImportKind::Rooms, &rooms(2_001)).await, [2_001, 1, 0, 2_000]);
        let figures = (1990..2991).flat_map(|year| ["all", "conferences"].map(|base| (year, base)));
        let figures = figures.map(|(year, base)| format!("SNV,{year},{base},12,Báo cáo\n"));
        let figures = format!("agency,year,base,held,source\n{}", figures.collect::<String>());
        assert_eq!(bad(world, ImportKind::Baseline, &figures).await, too_many);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_changes_much_leaves_a_bounded_trail() {
    each_database(async |world| {
        world.agency("SNV").await;
        let file = |sites: u32| {
            let rows: Vec<String> = (0..205)
                .map(|n| {
                    let day = 1 + n % 28;
                    format!(
                        "SNV,Họp {n},working,online,2026-05-{day:02}T08:00/09:00,held,organised,internal,{sites}"
                    )
                })
                .collect();
            meetings(&rows.iter().map(String::as_str).collect::<Vec<_>>())
        };
        assert_eq!(written(world, ImportKind::Meetings, &file(0)).await, [205, 205, 0, 0]);
        let before = world.count("audit").await;
        assert_eq!(written(world, ImportKind::Meetings, &file(3)).await, [205, 0, 205, 0]);
        assert_eq!(world.count("audit").await - before, 201, "{}", world.engine);
        let (last,): (String,) = backend::q(
            "SELECT after_json FROM audit WHERE what = 'imports.meetings' ORDER BY seq DESC LIMIT 1",
        )
        .one(world.backend.db())
        .await
        .unwrap();
        let last: serde_json::Value = serde_json::from_str(&last).unwrap();
        assert_eq!((&last["changed"], &last["unlisted"]), (&205.into(), &5.into()));
        let (connected,): (i64,) =
            backend::q("SELECT CAST(COUNT(*) AS BIGINT) FROM meeting WHERE is_connected AND rev = 2")
                .one(world.backend.db())
                .await
                .unwrap();
        assert_eq!(connected, 205);
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
        let rows = (0..9_000).map(|n| match n {
            0 => "A0,,province,A,A\n".to_owned(),
            n => format!("A{n},A{},unit,A,A\n", n - 1),
        });
        let file = format!("code,parent,level,name,short_name\n{}", rows.collect::<String>());
        let found = bad(world, ImportKind::Agencies, &file).await;
        assert_eq!(found[0], (10, "parent".to_owned(), Problem::TooDeep { at_most: 8 }), "{}", world.engine);
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
