//! What a file changes is told before it is written, and files say it in the words of offices.

use domain::access::{Caller, Role};
use domain::imports::{CHANGES_LISTED, ImportKind, ImportMode, ImportReport, Imports};

use crate::imports::{TREE, import, written};
use crate::support::{World, each_database};

async fn checked(world: &World, caller: &Caller, kind: ImportKind, file: &str) -> ImportReport {
    let report =
        Imports::import(&world.backend, caller, kind, file.as_bytes().to_vec(), ImportMode::DryRun).await;
    let report = report.unwrap();
    assert!(report.bad.is_empty() && !report.is_written, "{:?}", report.bad);
    report
}

/// Line and name of each changed row, with its cells as `column: before > after`.
fn changes(report: &ImportReport) -> Vec<String> {
    let row = |change: &domain::imports::RowChange| {
        let cells = change.cells.iter();
        let cells: Vec<_> =
            cells.map(|cell| format!("{}: {} > {}", cell.column, cell.before, cell.after)).collect();
        format!("{} {} {}", change.line, change.name, cells.join(", "))
    };
    report.changes.iter().map(row).collect()
}

#[tokio::test]
async fn every_sample_in_vietnamese_says_what_the_plain_one_says() {
    each_database(async |world| {
        world.agency("UBND").await;
        for kind in ImportKind::ALL {
            let first = written(world, kind, kind.sample()).await;
            let again = written(world, kind, &kind.sample_with_headings()).await;
            assert_eq!(again, [first[0], 0, 0, first[0]], "{kind:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_check_tells_what_is_there_and_what_the_file_puts_there() {
    each_database(async |world| {
        let system = world.system();
        world.agency("UBND").await;
        for kind in ImportKind::ALL {
            written(world, kind, kind.sample()).await;
        }
        for (kind, file, told) in [
            (
                ImportKind::Agencies,
                "Mã,Cấp trên,Cấp,Tên,Tên ngắn,Tên khác\nSNV,UBND,Đơn vị,Sở Nội vụ tỉnh,Sở NV,Ban Dân tộc\n",
                "2 SNV level: department > unit, short_name: Sở Nội vụ > Sở NV, \
                 aliases: Ban Dân tộc|Sở Lao động > Ban Dân tộc",
            ),
            (
                ImportKind::People,
                "Tài khoản,Họ tên,Chức vụ,Cơ quan,Vai trò\nthuky.snv,Thư ký 1,Chánh văn phòng,SNV,\"Thư ký, Lãnh đạo@UBND\"\n",
                "2 thuky.snv position: Chuyên viên > Chánh văn phòng, \
                 roles: reporting_officer|secretary > leader@UBND|secretary",
            ),
            (
                ImportKind::Rooms,
                "Mã phòng,Tên,Cơ quan,Số chỗ,Họp trực tuyến,Thiết bị\nP201,Phòng họp 201,UBND,45,không,Máy chiếu\n",
                "2 P201 agency: Sở Nội vụ > UBND, capacity: 40 > 45, video: yes > no",
            ),
            (
                ImportKind::Meetings,
                "Cơ quan,Tên cuộc họp,Loại,Hình thức,Thời gian,Trạng thái,Vai trò,Họp với,Số điểm cầu\n\
                 SNV,Hội nghị tập huấn,training,Trực tuyến,2025-04-10T07:30/11:30,Đã họp,Tổ chức,Nội bộ,3\n",
                "2 Hội nghị tập huấn form: in_person > online, \
                 sittings: 10/04/2025 07:30–11:30; 10/04/2025 13:30–16:30 > 10/04/2025 07:30–11:30, \
                 sites_connected: no > yes",
            ),
            (
                ImportKind::Baseline,
                "Cơ quan,Năm,Phạm vi,Số cuộc,Nguồn\nSNV,2024,Tất cả,118,Báo cáo tổng kết năm 2024\n",
                "2 SNV held: 120 > 118",
            ),
            (
                ImportKind::WorkDays,
                "Ngày,Loại,Tên\n2024-05-04,nghỉ,Nghỉ bù\n",
                "2 2024-05-04 kind: work > off, name: Làm bù cho 29/4/2024 > Nghỉ bù",
            ),
        ] {
            let report = checked(world, &system, kind, file).await;
            assert_eq!(changes(&report), [told], "{kind:?}");
            assert_eq!((report.changed, report.added), (1, 0), "{kind:?}");
        }
        assert!(checked(world, &system, ImportKind::Rooms, ImportKind::Rooms.sample()).await.changes.is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_the_first_changes_are_listed_and_none_of_what_is_not_ones_own() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let figures = |held: usize| {
            let rows = (0..CHANGES_LISTED + 5).map(|n| format!("SNV,{},all,{held},Báo cáo\n", 1990 + n));
            format!("agency,year,base,held,source\n{}", rows.collect::<String>())
        };
        written(world, ImportKind::Baseline, &figures(10)).await;
        let report = checked(world, &world.system(), ImportKind::Baseline, &figures(12)).await;
        assert_eq!((report.changed, report.changes.len()), (CHANGES_LISTED as u64 + 5, CHANGES_LISTED));
        assert_eq!(changes(&report)[0], "2 SNV held: 10 > 12");

        let room = |seats: u32| format!("code,name,agency,capacity\nP1,Phòng,SNV,{seats}\n");
        written(world, ImportKind::Rooms, &room(10)).await;
        let stranger = world.caller(Role::AgencyAdministrator, "SYT").await;
        let report = import(world, &stranger, ImportKind::Rooms, &room(12)).await.unwrap();
        assert!(report.bad_rows > 0 && report.changes.is_empty());
    })
    .await;
}
