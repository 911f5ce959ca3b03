//! Workbooks of Excel: read like any file of rows, with what Excel has made of their cells.

use domain::error::{Failure, Problem, Refusal};
use domain::imports::{Doubt, ImportKind, ImportMode, ImportReport, Imports, NotRows, Note};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};
use sha2::{Digest, Sha256};

use crate::imports::{TREE, cells, named, written};
use crate::support::{World, each_database};

async fn import(
    world: &World,
    kind: ImportKind,
    file: &[u8],
    mode: ImportMode,
) -> Result<ImportReport, Failure> {
    Imports::import(&world.backend, &world.system(), kind, file.to_vec(), mode).await
}

/// A sheet with a title across the columns, an empty row, and the columns of a kind of file in row 3.
fn titled(name: &str, kind: ImportKind) -> Worksheet {
    let mut sheet = Worksheet::new();
    sheet.set_name(name).unwrap();
    sheet.merge_range(0, 0, 0, 3, "DANH SÁCH, NĂM 2026", &Format::new()).unwrap();
    for (column, (title, _)) in (0..).zip(kind.each_column()) {
        sheet.write(2, column, title).unwrap();
    }
    sheet
}

fn file_of(sheets: Vec<Worksheet>) -> Vec<u8> {
    let mut book = Workbook::new();
    sheets.into_iter().for_each(|sheet| {
        book.push_worksheet(sheet);
    });
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn rows_of_a_workbook_are_read_from_the_sheet_that_has_them_with_their_own_numbers() {
    each_database(async |world| {
        world.agency("SNV").await;
        let mut about = Worksheet::new();
        about.set_name("Hướng dẫn").unwrap().write(0, 0, "Điền vào trang sau").unwrap();
        let mut rooms = titled("Phòng họp", ImportKind::Rooms);
        for (row, code, seats, video) in [(4, "P1", 40.0, true), (6, "P2", 12.0, false)] {
            rooms.write(row, 0, code).unwrap().write(row, 1, format!("Phòng \"{code}\",\ntầng 2")).unwrap();
            rooms.write(row, 2, "SNV").unwrap().write(row, 3, seats).unwrap();
            rooms.write_boolean(row, 4, video).unwrap();
        }
        rooms.write_blank(90_000, 0, &Format::new().set_bold()).unwrap();
        let file = file_of(vec![about, rooms]);
        let report = import(world, ImportKind::Rooms, &file, ImportMode::Write).await.unwrap();
        assert_eq!((report.rows, report.added, report.is_written), (2, 2, true), "{:?}", report.bad);
        let sheet = Note::Sheet { name: "Phòng họp".into(), of: 2 };
        assert_eq!(report.notes, [sheet, Note::Header { line: 3 }]);
        let rooms = domain::rooms::Rooms::list(&world.backend, &world.system(), "", 1).await.unwrap().rows;
        assert_eq!(
            (rooms[0].name.as_str(), rooms[0].capacity, rooms[0].has_video),
            ("Phòng \"P1\", tầng 2", 40, true)
        );
        // The trail keeps the file as it was sent.
        let (after,): (String,) = backend::q("SELECT after_json FROM audit WHERE what = 'imports.rooms'")
            .one(world.backend.db())
            .await
            .unwrap();
        assert!(after.contains(&hex::encode(Sha256::digest(&file))), "{after}");

        let mut wrong = titled("A", ImportKind::Rooms);
        wrong.write(9, 0, "P9").unwrap().write(9, 1, "Chín").unwrap().write(9, 2, "STC").unwrap();
        wrong.write_with_format(9, 3, 0.4, &Format::new().set_num_format("0%")).unwrap();
        let report =
            import(world, ImportKind::Rooms, &file_of(vec![wrong]), ImportMode::Write).await.unwrap();
        let expected = [
            (10, "agency", Problem::NoSuchCode { like: String::new() }),
            (10, "capacity", Problem::NotInRange(0, 10_000)),
        ];
        assert_eq!(cells(report), named(&expected));
    })
    .await;
}

#[tokio::test]
async fn what_excel_has_made_of_codes_is_warned_of_unless_it_shows_them_right() {
    each_database(async |world| {
        written(world, ImportKind::Agencies, TREE).await;
        let known = "code,parent,level,name,short_name\n09001,UBND,commune,Xã Một,Một\n";
        written(world, ImportKind::Agencies, known).await;
        let mut sheet = titled("A", ImportKind::Agencies);
        let row = |sheet: &mut Worksheet, row, name: &str| {
            for (column, text) in [(1, "UBND"), (2, "commune"), (3, name), (4, name)] {
                sheet.write(row, column, text).unwrap();
            }
        };
        sheet.write(3, 0, 9001).unwrap();
        row(&mut sheet, 3, "Xã Một");
        let date = ExcelDateTime::from_ymd(2026, 4, 3).unwrap();
        sheet.write_with_format(4, 0, &date, &Format::new().set_num_format("dd-mmm")).unwrap();
        row(&mut sheet, 4, "Tổ Bốn");
        sheet.write(5, 0, "X6").unwrap();
        row(&mut sheet, 5, "#N/A");
        let report =
            import(world, ImportKind::Agencies, &file_of(vec![sheet]), ImportMode::Write).await.unwrap();
        assert!(!report.is_written && report.bad.is_empty(), "{:?}", report.bad);
        let found: Vec<_> =
            report.warnings.iter().map(|w| (w.line, &*w.column, &*w.value, w.doubt.clone())).collect();
        let expected = [
            (4, "code", "9001", Doubt::ZerosLost { code: "09001".into() }),
            (5, "code", "2026-04-03", Doubt::MadeADate),
            (6, "name", "#N/A", Doubt::SheetError),
            (6, "short_name", "#N/A", Doubt::SheetError),
        ];
        assert_eq!(found, expected);

        let mut sheet = titled("A", ImportKind::Agencies);
        sheet.write_with_format(3, 0, 9001, &Format::new().set_num_format("00000")).unwrap();
        row(&mut sheet, 3, "Xã Một");
        sheet.write(3, 4, "Một").unwrap();
        let report =
            import(world, ImportKind::Agencies, &file_of(vec![sheet]), ImportMode::Write).await.unwrap();
        assert_eq!((report.unchanged, report.warnings_count), (1, 0), "{:?}", report.bad);
    })
    .await;
}

#[tokio::test]
async fn a_workbook_that_holds_no_rows_is_refused_for_what_it_is() {
    each_database(async |world| {
        world.agency("SNV").await;
        let mut other = Worksheet::new();
        other.write(0, 0, "sep=;").unwrap().write(1, 0, "code;name;agency;capacity").unwrap();
        let whole = file_of(vec![titled("A", ImportKind::Rooms)]);
        let mut old = titled("A", ImportKind::Rooms);
        let names = ["Phßng häp T« HiÖu", "M¸y chiÕu", "Nhµ v¨n hãa", "Tæ hµnh chÝnh", "Trung t©m x·"];
        for (row, name) in (3..).zip(names) {
            old.write(row, 0, row).unwrap().write(row, 1, name).unwrap();
        }
        for (file, why) in [
            (file_of(vec![other]), NotRows::NoSheet),
            (file_of(vec![old]), NotRows::Tcvn3),
            (whole[..whole.len() - 400].to_vec(), NotRows::BrokenWorkbook),
        ] {
            let refused = import(world, ImportKind::Rooms, &file, ImportMode::Write).await;
            assert_eq!(refused, Err(Failure::Refused(Refusal::NotRows { why })));
        }
        // What was sent, and what was read of it, is no longer on the disk.
        let incoming = world.config.data_dir.join("papers/incoming");
        assert_eq!(std::fs::read_dir(incoming).unwrap().count(), 0);
    })
    .await;
}
