//! Files of rows: all or nothing, again and again.

use domain::access::{Caller, Role, Stage};
use domain::accounts::Accounts;
use domain::agencies::Agencies;
use domain::error::{Failure, Problem, Refusal};
use domain::imports::{ImportKind, ImportMode, ImportReport, Imports};
use domain::meetings::Meetings;
use domain::people::People;

use crate::support::{World, each_database};

pub(crate) async fn import(
    world: &World,
    caller: &Caller,
    kind: ImportKind,
    text: &str,
) -> Result<ImportReport, Failure> {
    Imports::import(&world.backend, caller, kind, text.as_bytes().to_vec(), ImportMode::Write).await
}

pub(crate) async fn written(world: &World, kind: ImportKind, text: &str) -> [u64; 4] {
    let report = import(world, &world.system(), kind, text).await.unwrap();
    assert!(report.is_written && report.bad.is_empty(), "{:?}", report.bad);
    [report.rows, report.added, report.changed, report.unchanged]
}

/// Line, column and problem of every bad row; nothing may have been written.
pub(crate) async fn bad(world: &World, kind: ImportKind, text: &str) -> Vec<(u64, String, Problem)> {
    let lines = world.count("audit").await;
    let report = import(world, &world.system(), kind, text).await.unwrap();
    assert_eq!(world.count("audit").await, lines);
    cells(report)
}

pub(crate) fn cells(report: ImportReport) -> Vec<(u64, String, Problem)> {
    assert!(!report.is_written);
    report.bad.into_iter().map(|bad| (bad.line, bad.column, bad.problem)).collect()
}

pub(crate) fn named(found: &[(u64, &str, Problem)]) -> Vec<(u64, String, Problem)> {
    found.iter().map(|(line, column, problem)| (*line, (*column).to_owned(), problem.clone())).collect()
}

pub(crate) const TREE: &str = "code,parent,level,name,short_name\n\
    SNV-VP,SNV,unit,Văn phòng Sở,Văn phòng\n\
    SNV,UBND,department,Sở Nội vụ,Sở Nội vụ\n\
    UBND,,province,Ủy ban nhân dân tỉnh,UBND tỉnh\n";

#[tokio::test]
async fn every_sample_can_be_imported_as_it_stands() {
    each_database(async |world| {
        world.agency("UBND").await;
        for kind in ImportKind::ALL {
            let report = import(world, &world.system(), kind, kind.sample()).await.unwrap();
            assert!(report.is_written && report.added > 0, "{kind:?}: {:?}", report.bad);
        }
    })
    .await;
}

#[tokio::test]
async fn parents_may_come_later_in_the_file_and_a_second_time_nothing_changes() {
    each_database(async |world| {
        assert_eq!(written(world, ImportKind::Agencies, TREE).await, [3, 3, 0, 0]);
        assert_eq!(written(world, ImportKind::Agencies, TREE).await, [3, 0, 0, 3]);
        let tree = Agencies::tree(&world.backend, &world.system()).await.unwrap();
        let lines: Vec<(&str, u32)> = tree.iter().map(|a| (a.code.as_str(), a.depth)).collect();
        assert_eq!(lines, [("UBND", 0), ("SNV", 1), ("SNV-VP", 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_moved_agency_takes_all_below_it_along() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let moved = "code;parent;level;name;short_name;aliases\n\
            STC;UBND;department;Sở Tài chính;Sở Tài chính;Sở TC|Tài chính\n\
            SNV;STC;department;Sở Nội vụ;Sở Nội vụ;\n";
        assert_eq!(written(world, ImportKind::Agencies, moved).await, [2, 1, 1, 0]);
        let tree = Agencies::tree(&world.backend, &world.system()).await.unwrap();
        let lines: Vec<(&str, u32)> = tree.iter().map(|a| (a.code.as_str(), a.depth)).collect();
        assert_eq!(lines, [("UBND", 0), ("STC", 1), ("SNV", 2), ("SNV-VP", 3)]);
        assert_eq!(tree[1].aliases, ["Sở TC", "Tài chính"]);
        // The administrator of the new agency above reaches the unit at the bottom.
        let unit = tree[3].id;
        let administrator = world.caller(Role::AgencyAdministrator, "STC").await;
        assert!(People::list(&world.backend, &administrator, Some(unit), "", 1).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_tree_without_end_or_root_is_refused_row_by_row() {
    each_database(async |world| {
        let text = "code,parent,level,name,short_name\n\
            A,B,unit,A,A\n\
            B,A,unit,B,B\n\
            C,NOWHERE,unit,C,C\n\
            C,,village,,C\n\
            C,,unit,C,C\n";
        let expected = [
            (2, "parent", Problem::Repeated),
            (3, "parent", Problem::Repeated),
            (4, "parent", Problem::NoSuchCode { like: String::new() }),
            (5, "level", Problem::Unknown),
            (5, "name", Problem::Missing),
            (6, "code", Problem::Repeated),
        ];
        assert_eq!(bad(world, ImportKind::Agencies, text).await, named(&expected));
        assert_eq!(world.count("agency").await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_root_of_the_file_takes_the_place_of_the_one_made_by_name() {
    each_database(async |world| {
        let code = world.backend.first_code().await.unwrap().unwrap();
        let first = domain::accounts::FirstAdministrator {
            code,
            agency_name: "Tỉnh".into(),
            user_name: "quantri".into(),
            name: "Quản trị".into(),
            password: "mat-khau-dai-1".into(),
        };
        Accounts::claim(&world.backend, first, "", "", world.now).await.unwrap();
        assert_eq!(written(world, ImportKind::Agencies, TREE).await, [3, 2, 1, 0]);
        let tree = Agencies::tree(&world.backend, &world.system()).await.unwrap();
        assert_eq!((tree.len(), tree[0].code.as_str()), (3, "UBND"));
        world.write_due_words().await;
        let found = People::find(&world.backend, &world.system(), "quản trị ubnd").await.unwrap();
        assert_eq!(found[0].agency, "UBND tỉnh");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_writes_nothing() {
    each_database(async |world| {
        let system = world.system();
        let file = TREE.as_bytes();
        let dry =
            Imports::import(&world.backend, &system, ImportKind::Agencies, file.to_vec(), ImportMode::DryRun)
                .await;
        let dry = dry.unwrap();
        assert_eq!((dry.rows, dry.added, dry.is_written), (3, 3, false));
        assert_eq!(world.count("agency").await, 0);
        let people = "user_name,name,position,agency\ntk1,Thư ký 1,Chuyên viên,SNV\n".as_bytes();
        written(world, ImportKind::Agencies, TREE).await;
        let dry =
            Imports::import(&world.backend, &system, ImportKind::People, people.to_vec(), ImportMode::DryRun)
                .await;
        let dry = dry.unwrap();
        assert_eq!((dry.added, dry.passwords.len()), (1, 0));
        assert_eq!(world.count("person").await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_agencys_administrator_imports_for_that_agency_alone() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        world.agency("STC").await;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let own = "user_name,name,position,agency\na,A,,SNV-VP\n";
        assert!(import(world, &administrator, ImportKind::People, own).await.unwrap().is_written);
        let others = "user_name,name,position,agency\nb,B,,SNV\nc,C,,STC\n";
        let outside = import(world, &administrator, ImportKind::People, others).await.unwrap();
        assert_eq!(cells(outside), named(&[(3, "agency", Problem::NotYours)]));
        let above = "user_name,name,position,agency,roles\nb,B,,SNV,system_administrator\n";
        let above = import(world, &administrator, ImportKind::People, above).await.unwrap();
        assert_eq!(cells(above), named(&[(2, "roles", Problem::NotYours)]));
        written(world, ImportKind::People, "user_name,name,position,agency\nd,D,,STC\n").await;
        let moved = "user_name,name,position,agency\nd,D,,SNV\n";
        let moved = import(world, &administrator, ImportKind::People, moved).await.unwrap();
        assert_eq!(cells(moved), named(&[(2, "user_name", Problem::NotYours)]));
        let tree = import(world, &administrator, ImportKind::Agencies, TREE).await;
        assert_eq!(tree, Err(Failure::Forbidden));
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let rooms = "code,name,agency,capacity\nP1,P1,SNV,10\n";
        assert_eq!(import(world, &secretary, ImportKind::Rooms, rooms).await, Err(Failure::Forbidden));
        assert_eq!(world.count("person").await, 4);
    })
    .await;
}

#[tokio::test]
async fn rooms_are_changed_by_their_code() {
    each_database(async |world| {
        world.agency("SNV").await;
        let file = "code,name,agency,capacity,video\nP1,Phòng 1,SNV,20,yes\nP2,Phòng 2,UBND,40,\n";
        assert_eq!(written(world, ImportKind::Rooms, file).await, [2, 2, 0, 0]);
        let again = file.replace("Phòng 2,UBND,40", "Phòng 2,UBND,60");
        assert_eq!(written(world, ImportKind::Rooms, &again).await, [2, 0, 1, 1]);
        let wrong = "code,name,agency,capacity,video\nP3,,NONE,many,maybe\n";
        let found = bad(world, ImportKind::Rooms, wrong).await;
        let columns: Vec<&str> = found.iter().map(|(_, column, _)| column.as_str()).collect();
        assert_eq!(columns, ["agency", "name", "capacity", "video"]);
    })
    .await;
}

const HEADER: &str = "agency,title,kind,form,sittings,status,role,counterpart,sites_connected";

pub(crate) fn meetings(rows: &[&str]) -> String {
    format!("\u{feff}{HEADER}\r\n{}\r\n", rows.join("\r\n"))
}

#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
struct Stored {
    title: String,
    stage: String,
    scope: String,
    first_date: String,
    last_date: String,
    month_civil: i64,
    month_report: i64,
    is_connected: bool,
    has_exceeded: bool,
}

#[tokio::test]
async fn meetings_of_the_past_are_stored_with_what_counting_reads() {
    each_database(async |world| {
        world.agency("SNV").await;
        let file = meetings(&[
            "SNV,\"Hội nghị chuyên môn, quý II\",professional,hybrid,2026-06-15T07:30/11:30 2026-06-16T07:30/09:00 2026-06-15T13:30/17:00,held,organised,communes,3",
            "SNV,Họp năm trước,professional,in_person,2025-05-14T07:30/17:00 2025-05-15T07:30/17:00,held,organised,internal,0",
            "SNV,Họp đã hủy,working,online,2026-05-04T07:30/18:30,cancelled,organised,departments,0",
        ]);
        assert_eq!(written(world, ImportKind::Meetings, &file).await, [3, 3, 0, 0]);
        let rows: Vec<Stored> = backend::q("SELECT title, stage, scope, first_date, last_date, month_civil, \
            month_report, is_connected, has_exceeded FROM meeting ORDER BY first_date DESC")
            .all(world.backend.db())
            .await
            .unwrap();
        let expected = [
            ("Hội nghị chuyên môn, quý II", "held", "conference", "2026-06-15", "2026-06-16", [24317, 24318], true, true),
            ("Họp đã hủy", "cancelled", "meeting", "2026-05-04", "2026-05-04", [24316, 24316], false, false),
            // KL 226 of December 2025 is held against the months before it too.
            ("Họp năm trước", "held", "conference", "2025-05-14", "2025-05-15", [24304, 24304], false, true),
        ];
        for (row, (title, stage, scope, first, last, months, is_connected, has_exceeded)) in rows.iter().zip(expected) {
            let expected = Stored {
                title: title.into(),
                stage: stage.into(),
                scope: scope.into(),
                first_date: first.into(),
                last_date: last.into(),
                month_civil: months[0],
                month_report: months[1],
                is_connected,
                has_exceeded,
            };
            assert_eq!(*row, expected);
        }
        assert_eq!(rows.len(), 3);
        let (opened, closed): (i64, i64) = backend::q("SELECT opened_at, closed_at FROM meeting WHERE is_connected")
            .one(world.backend.db())
            .await
            .unwrap();
        assert_eq!(opened, crate::support::instant("2026-06-15T07:30").timestamp_millis());
        assert_eq!(closed, crate::support::instant("2026-06-16T09:00").timestamp_millis());
    })
    .await;
}

#[tokio::test]
async fn the_same_meeting_again_is_unchanged_and_a_corrected_one_changed() {
    each_database(async |world| {
        world.agency("SNV").await;
        let one = "SNV,Họp giao ban,briefing,in_person,2026-05-04T07:30/11:30,held,organised,internal,0";
        let twin = "SNV,Họp giao ban,working,online,2026-05-04T07:30/11:30,held,organised,internal,0";
        // Two groups of one office meet under one title at one time: two equal rows are two meetings.
        let file = meetings(&[one, twin, one]);
        assert_eq!(written(world, ImportKind::Meetings, &file).await, [3, 3, 0, 0]);
        assert_eq!(written(world, ImportKind::Meetings, &file).await, [3, 0, 0, 3]);
        let corrected = meetings(&[&one.replace("07:30/11:30", "07:30/14:00"), twin, one]);
        assert_eq!(written(world, ImportKind::Meetings, &corrected).await, [3, 0, 1, 2]);
        assert_eq!(world.count("meeting").await, 3);
        assert_eq!(world.count("sitting").await, 3);
        let changes: Vec<(String, String, String)> =
            backend::q("SELECT subject, before_json, after_json FROM audit WHERE what = 'meetings.import_change' AND agency_id IS NOT NULL")
                .all(world.backend.db())
                .await
                .unwrap();
        assert_eq!(changes.len(), 1);
        let (subject, before, after) = &changes[0];
        assert_eq!(subject, "Họp giao ban");
        assert!(before.contains("11:30") && after.contains("14:00"), "{before} {after}");
        let (exceeded,): (i64,) = backend::q(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM meeting WHERE has_exceeded AND kind = 'briefing'",
        )
        .one(world.backend.db())
        .await
        .unwrap();
        assert_eq!(exceeded, 1);
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_is_planned_here_is_never_changed_from_a_file() {
    each_database(async |world| {
        let chair = world.person("SNV").await;
        let meeting =
            world.meeting("SNV").title("Họp A").stage(Stage::Scheduled).at("2026-06-18T07:30/11:30");
        meeting.chair(&chair).store().await;
        let same =
            meetings(&["SNV,Họp A,working,in_person,2026-06-18T07:30/11:30,scheduled,organised,internal,0"]);
        assert_eq!(written(world, ImportKind::Meetings, &same).await, [1, 0, 0, 1]);
        let found = bad(world, ImportKind::Meetings, &same.replace("scheduled", "cancelled")).await;
        assert_eq!(found, named(&[(2, "title", Problem::PlannedHere)]));
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_was_led_here_is_never_changed_from_a_file() {
    each_database(async |world| {
        world.agency("SNV").await;
        let file = meetings(&[
            "SNV,Họp A,working,in_person,2026-06-16T08:00/10:00,scheduled,organised,internal,0",
            "SNV,Họp B,working,in_person,2026-06-18T08:00/10:00,scheduled,organised,internal,0",
        ]);
        written(world, ImportKind::Meetings, &file).await;
        let ids: Vec<(String,)> =
            backend::q("SELECT id FROM meeting ORDER BY title").all(world.backend.db()).await.unwrap();
        let (opened, called_off) = (ids[0].0.parse().unwrap(), ids[1].0.parse().unwrap());
        let secretary = world.caller(Role::Secretary, "SNV").await;
        Meetings::open(&world.backend, &secretary, opened).await.unwrap();
        Meetings::call_off(&world.backend, &secretary, called_off, false, "Bão").await.unwrap();
        let expected = named(&[(2, "title", Problem::LedHere), (3, "title", Problem::LedHere)]);
        assert_eq!(bad(world, ImportKind::Meetings, &file).await, expected);
        let mut later = secretary;
        later.now += chrono::TimeDelta::hours(1);
        Meetings::close(&world.backend, &later, opened, None, "", true).await.unwrap();
        assert_eq!(bad(world, ImportKind::Meetings, &file).await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_file_is_no_way_around_the_law_nor_ahead_of_time() {
    each_database(async |world| {
        world.agency("SNV").await;
        // It is nine in the morning of 16 June 2026.
        let file = meetings(&[
            "SNV,Dài,working,online,2026-07-01T07:30/17:00,scheduled,organised,internal,0",
            "SNV,Vừa,working,online,2026-07-01T07:30/11:30,scheduled,organised,internal,0",
            "SNV,Dự,working,online,2026-07-01T07:30/17:00,scheduled,attended,ministries,0",
            "SNV,Chưa xong,working,online,2026-06-16T07:30/11:30,held,organised,internal,0",
            "SNV,Đã xong,working,online,2026-06-16T07:30/09:00,held,organised,internal,0",
            "SNV,Dài đã qua,working,online,2026-05-04T07:30/17:00,held,organised,internal,0",
            "SNV,Cổ,working,online,2017-05-04T07:30/11:30,scheduled,organised,internal,0",
        ]);
        let over = Problem::OverLimit { sessions: 2, limit: 1, source: "QĐ 45/2018/QĐ-TTg".into() };
        let expected =
            [(2, "sittings", over), (5, "status", Problem::InTheFuture), (8, "kind", Problem::NoRule)];
        assert_eq!(bad(world, ImportKind::Meetings, &file).await, named(&expected));
        let right: Vec<&str> = file.lines().skip(1).collect();
        let right = meetings(&[right[1], right[2], right[4], right[5]]);
        assert_eq!(written(world, ImportKind::Meetings, &right).await, [4, 4, 0, 0]);
        let (exceeded,): (i64,) =
            backend::q("SELECT CAST(COUNT(*) AS BIGINT) FROM meeting WHERE has_exceeded")
                .one(world.backend.db())
                .await
                .unwrap();
        assert_eq!(exceeded, 1, "what was held too long is taken and counted");
    })
    .await;
}

#[tokio::test]
async fn every_bad_cell_is_named_and_nothing_is_written() {
    each_database(async |world| {
        world.agency("SNV").await;
        let file = meetings(&[
            "SNV,Tốt,working,online,2026-05-04T07:30/11:30,held,organised,internal,0",
            "XYZ,,party,video,2026-05-04T07:30/2026-05-05T11:30,running,host,nobody,-1",
            "SNV,Chồng,working,online,2026-05-04T07:30/11:30 2026-05-04T11:00/12:00,held,organised,internal,",
            "SNV,Trống,working,online,,draft,organised,internal,0",
        ]);
        let expected = [
            (3, "agency", Problem::NoSuchCode { like: String::new() }),
            (3, "title", Problem::Missing),
            (3, "kind", Problem::Unknown),
            (3, "form", Problem::Unknown),
            (3, "sittings", Problem::Different),
            (3, "status", Problem::Unknown),
            (3, "role", Problem::Unknown),
            (3, "counterpart", Problem::Unknown),
            (3, "sites_connected", Problem::NotInRange(0, 10_000)),
            (4, "sittings", Problem::OverlapsOwn),
            (4, "sites_connected", Problem::Missing),
            (5, "sittings", Problem::Missing),
            (5, "status", Problem::Unknown),
        ];
        assert_eq!(bad(world, ImportKind::Meetings, &file).await, named(&expected));
        assert_eq!(world.count("meeting").await, 0);
        let headless = bad(world, ImportKind::Meetings, "agency,title\nSNV,A\n").await;
        assert_eq!((headless.len(), headless[0].0, headless[0].1.as_str()), (7, 1, "kind"));
        let empty = import(world, &world.system(), ImportKind::Meetings, " \n").await;
        assert_eq!(empty, Err(Failure::Refused(Refusal::EmptyFile)));
        let many: Vec<String> = (0..250)
            .map(|n| format!("NONE,Họp {n},working,online,2026-05-04T07:30/11:30,held,organised,internal,0"))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let listed = import(world, &world.system(), ImportKind::Meetings, &meetings(&many)).await.unwrap();
        assert_eq!((listed.bad_rows, listed.bad_cells, listed.bad.len()), (250, 250, 250));
        assert_eq!(listed.bad[249].line, 251, "the last one is named too");
        let twice = "agency,year,base,held,source\nSNV,24,both,-1,\nSNV,2024,all,1,x\n";
        let twice = import(world, &world.system(), ImportKind::Baseline, twice).await.unwrap();
        assert_eq!(
            (twice.bad_rows, twice.bad.len()),
            (1, 4),
            "a row is one row however much is wrong with it"
        );
    })
    .await;
}

#[tokio::test]
async fn figures_of_earlier_years_are_replaced_in_the_open() {
    each_database(async |world| {
        world.agency("SNV").await;
        let file = "agency;year;base;held;source\nSNV;2024;all;120;\"Báo cáo số 5; 2024\"\nSNV;2024;conferences;30;Báo cáo\n";
        assert_eq!(written(world, ImportKind::Baseline, file).await, [2, 2, 0, 0]);
        assert_eq!(written(world, ImportKind::Baseline, file).await, [2, 0, 0, 2]);
        let again = file.replace(";120;", ";125;");
        assert_eq!(written(world, ImportKind::Baseline, &again).await, [2, 0, 1, 1]);
        let (before, after): (String, String) =
            backend::q("SELECT before_json, after_json FROM audit WHERE what = 'baseline.set' AND before_json <> ''")
                .one(world.backend.db())
                .await
                .unwrap();
        assert!(before.contains("120") && after.contains("125"));
        let wrong = "agency,year,base,held,source\nSNV,24,both,-1,\nSNV,2024,all,1,x\nSNV,2024,all,2,y\n";
        let found = bad(world, ImportKind::Baseline, wrong).await;
        let cells: Vec<(u64, &str)> = found.iter().map(|(line, column, _)| (*line, column.as_str())).collect();
        assert_eq!(cells, [(2, "year"), (2, "base"), (2, "held"), (2, "source"), (4, "agency")]);
        let officer = world.caller(Role::ReportingOfficer, "SNV").await;
        assert!(import(world, &officer, ImportKind::Baseline, file).await.unwrap().is_written);
    })
    .await;
}
