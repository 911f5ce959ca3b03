//! Files as offices have them: how they are read, what is said of those that cannot be, and what is doubtful in them.

use domain::error::{Failure, Problem, Refusal};
use domain::imports::{Doubt, Encoding, ImportKind, ImportMode, ImportReport, Imports, NotRows, Note};
use domain::rooms::Rooms;

use crate::imports::{TREE, bad, cells, named, written};
use crate::support::{World, each_database};

async fn import(
    world: &World,
    kind: ImportKind,
    file: &[u8],
    mode: ImportMode,
) -> Result<ImportReport, Failure> {
    Imports::import(&world.backend, &world.system(), kind, file.to_vec(), mode).await
}

async fn checked(world: &World, kind: ImportKind, file: &str) -> ImportReport {
    let report = import(world, kind, file.as_bytes(), ImportMode::DryRun).await.unwrap();
    assert!(report.bad.is_empty(), "{:?}", report.bad);
    report
}

/// Line, column and doubt of each warning.
fn doubts(report: &ImportReport) -> Vec<(u64, &str, Doubt)> {
    report.warnings.iter().map(|warning| (warning.line, &*warning.column, warning.doubt.clone())).collect()
}

fn same(code: &str) -> Doubt {
    Doubt::SameName { code: code.into() }
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[tokio::test]
async fn a_list_is_read_in_every_encoding_that_is_certain() {
    each_database(async |world| {
        world.agency("SNV").await;
        let of_1258: &[u8] = b"code,name,agency,capacity\r\nA1,Pho\xccng ho\xf2p T\xf4\xec Hi\xea\xf2u,SNV,20\r\n\
            A2,Ph\xfd\xf5\xccng M\xfd\xf5\xccng L\xfd\xf2u,SNV,20\r\n";
        let of_excel = utf_16(
            "\u{feff}code\tname\tagency\tcapacity\r\nB1\tPhòng Lê Lợi\tSNV\t20\r\nB2\tPhòng Quán Sứ\tSNV\t20\r\n",
        );
        for (file, encoding, names) in [
            (of_1258, Encoding::Windows1258, ["Phòng họp Tố Hiệu", "Phường Mường Lựu"]),
            (&of_excel, Encoding::Utf16, ["Phòng Lê Lợi", "Phòng Quán Sứ"]),
        ] {
            let report = import(world, ImportKind::Rooms, file, ImportMode::Write).await.unwrap();
            assert_eq!((report.is_written, &*report.notes), (true, &[Note::Encoding(encoding)][..]));
            let rooms = Rooms::list(&world.backend, &world.system(), "", 1).await.unwrap().rows;
            for name in names {
                assert!(rooms.iter().any(|room| room.name == name), "{name}: {rooms:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_that_holds_no_rows_is_named_for_what_it_is() {
    each_database(async |world| {
        world.agency("SNV").await;
        let tcvn3 = "code,name,agency,capacity\nA1,Phßng häp T« HiÖu,SNV,20\n";
        let head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
        let locked = [&head[..], &[0; 504], &utf_16("EncryptedPackage"), &[0; 200]].concat();
        for (file, why) in [
            (tcvn3.as_bytes(), NotRows::Tcvn3),
            (b"%PDF-1.7\n", NotRows::Pdf),
            (&locked, NotRows::LockedWorkbook),
            (b"code,name\nA,caf\xe9\n", NotRows::NoEncoding { line: 2 }),
        ] {
            let refused = import(world, ImportKind::Rooms, file, ImportMode::Write).await;
            assert_eq!(refused, Err(Failure::Refused(Refusal::NotRows { why })));
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_and_words_of_offices_are_read_where_they_are_certain_and_else_told() {
    each_database(async |world| {
        world.agency("SNV").await;
        let certain = "code;name;agency;capacity;video\nA;Một;SNV;40,0;Có\nB;Hai;SNV;12;TRUE\nC;Ba;SNV;7;x\n\
            D;Bốn;SNV;8;Không\n";
        assert_eq!(written(world, ImportKind::Rooms, certain).await, [4, 4, 0, 0]);
        let told = "code;name;agency;capacity;video\nE;Năm;SNV;1.000;\nF;Sáu;SNV;40 người;\n\
            G;Bảy;snv;vài chục;có thể\n";
        let expected = [
            (2, "capacity", Problem::WriteNumber(1000)),
            (3, "capacity", Problem::WriteNumber(40)),
            (4, "agency", Problem::NoSuchCode { like: "SNV".into() }),
            (4, "capacity", Problem::NotInRange(0, 10_000)),
            (4, "video", Problem::Unknown),
        ];
        assert_eq!(bad(world, ImportKind::Rooms, told).await, named(&expected));
        let meetings = "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n\
            SNV,A,briefing,online,5/3/2025 7h30-9h00,held,organised,internal,0\n\
            SNV,B,briefing,online,sáng thứ hai,held,organised,internal,\"1,000\"\n";
        let expected =
            [(3, "sittings", Problem::NotASitting), (3, "sites_connected", Problem::WriteNumber(1000))];
        assert_eq!(bad(world, ImportKind::Meetings, meetings).await, named(&expected));
    })
    .await;
}

const COMMUNES: &str = "code,parent,level,name,short_name\n\
    09001,UBND,commune,Xã Một,Một\n\
    5E10,UBND,unit,Đội Ba,Ba\n\
    3-4,UBND,unit,Tổ Bốn,Bốn\n";
const AFTER_EXCEL: &str = "code,parent,level,name,short_name\n\
    9001,UBND,commune,Xã Một,Một\n\
    5.00E+10,UBND,unit,Đội ba,Ba\n\
    03-Thg4,UBND,unit,Tổ Bốn,Bốn\n";

#[tokio::test]
async fn codes_that_a_spreadsheet_has_changed_are_warned_of_before_anything_is_doubled() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        assert_eq!(written(world, ImportKind::Agencies, COMMUNES).await, [3, 3, 0, 0]);
        let report = checked(world, ImportKind::Agencies, AFTER_EXCEL).await;
        let expected = [
            (2, "code", Doubt::ZerosLost { code: "09001".into() }),
            (3, "name", same("5E10")),
            (3, "code", Doubt::Shortened),
            (4, "name", same("3-4")),
            (4, "code", Doubt::MadeADate),
        ];
        assert_eq!(doubts(&report), expected);
        assert_eq!((report.warnings_count, report.added), (5, 3));
        // What is there under these codes is not doubtful.
        assert_eq!(doubts(&checked(world, ImportKind::Agencies, COMMUNES).await), []);
        let people = "user_name,name,position,agency\nthu.xa1,Thư ký xã 1,Văn thư,9001\n";
        let expected = [(2, "agency", Problem::NoSuchCode { like: "09001".into() })];
        assert_eq!(bad(world, ImportKind::People, people).await, named(&expected));
    })
    .await;
}

#[tokio::test]
async fn a_file_with_warnings_is_written_only_by_those_who_have_read_these_very_warnings() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        written(world, ImportKind::Agencies, COMMUNES).await;
        let agencies = world.count("agency").await;
        let write = async |file: &str, mode| {
            import(world, ImportKind::Agencies, file.as_bytes(), mode).await.unwrap()
        };
        let held = write(AFTER_EXCEL, ImportMode::Write).await;
        let mark = held.warnings_mark;
        assert_eq!((held.is_written, held.warnings_count), (false, 5));
        assert_ne!(mark, 0);
        // Other warnings, and one more than was read.
        let more = format!("{AFTER_EXCEL}3-5,UBND,unit,Tổ H?i,Tổ 5\n");
        for (file, mode) in [
            (AFTER_EXCEL, ImportMode::WriteWarned(mark ^ 1)),
            (&more, ImportMode::WriteWarned(mark)),
            (AFTER_EXCEL, ImportMode::DryRun),
        ] {
            assert!(!write(file, mode).await.is_written);
        }
        assert_eq!(world.count("agency").await, agencies);
        let report = write(AFTER_EXCEL, ImportMode::WriteWarned(mark)).await;
        assert_eq!((report.is_written, report.warnings_count), (true, 5));
        assert_eq!(world.count("agency").await, agencies + 3);
        // A mark of warnings that are gone is in nobody's way.
        assert!(write(AFTER_EXCEL, ImportMode::WriteWarned(mark)).await.is_written);
    })
    .await;
}

#[tokio::test]
async fn names_that_are_there_and_letters_that_are_lost_are_warned_of_in_every_kind_of_file() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let rooms = "code,name,agency,capacity\nP-1,Phòng Hoà Bình,SNV,10\n";
        assert_eq!(written(world, ImportKind::Rooms, rooms).await, [1, 1, 0, 0]);
        let rooms = "code,name,agency,capacity,equipment\nP 1,Phòng 1,SNV,10,\nP2,PHÒNG  HÒA BÌNH,SNV,10,\n\
            P3,Phòng Hoà Bình,UBND,10,M?y chi?u\nP4,PhÃ²ng 4,SNV,10,\np4,Phòng 5,SNV,5,\n";
        let expected = [
            (2, "code", Doubt::LikeCode { code: "P-1".into() }),
            (3, "name", same("P-1")),
            (4, "equipment", Doubt::Damaged),
            (5, "name", Doubt::TwiceEncoded { reads: "Phòng 4".into() }),
            (6, "code", Doubt::LikeCode { code: "P4".into() }),
        ];
        assert_eq!(doubts(&checked(world, ImportKind::Rooms, rooms).await), expected);

        let people = "user_name,name,position,agency\nan,Nguyễn Văn An,,SNV\n";
        assert_eq!(written(world, ImportKind::People, people).await, [1, 1, 0, 0]);
        let people = "user_name,name,position,agency,password\nvan.an,nguyễn văn  an,,SNV,m?t-kh?u-l?-gi-9\n\
            an.stc,Nguyễn Văn An,,UBND,\nan,Nguyễn Văn An,Phó phòng,SNV,\n";
        assert_eq!(doubts(&checked(world, ImportKind::People, people).await), [(2, "name", same("an"))]);

        let figures = "agency,year,base,held,source\nSNV,2024,all,1,B?o c?o\n";
        let report = checked(world, ImportKind::Baseline, figures).await;
        assert_eq!(doubts(&report), [(2, "source", Doubt::Damaged)]);
        let meetings = "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n\
            SNV,H?p giao ban,briefing,online,2025-03-05T07:30/09:00,held,organised,internal,0\n";
        let report = checked(world, ImportKind::Meetings, meetings).await;
        assert_eq!(doubts(&report), [(2, "title", Doubt::Damaged)]);
    })
    .await;
}

#[tokio::test]
async fn rows_that_stick_together_are_never_taken_for_one() {
    each_database(async |world| {
        world.agency("SNV").await;
        let file = "code,name,agency,capacity,video,equipment\n\
            A,Phòng một,SNV,10,no,\"Máy chiếu\nB,Phòng hai,SNV,10,no,Màn hình\nC,Phòng ba,SNV,10,no,Loa\n";
        let report = import(world, ImportKind::Rooms, file.as_bytes(), ImportMode::Write).await.unwrap();
        assert_eq!(cells(report), named(&[(2, "", Problem::QuoteOpen)]));
    })
    .await;
}
