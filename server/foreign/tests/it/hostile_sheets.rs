//! Workbooks made to take the program down. The real child with its real limits reads each of them. Whatever a file
//! does, the room gives an answer, and the serving process hardly grows.

use domain::imports::NotRows;
use foreign::{LOOKS_AT_ONCE, SheetRows};

use crate::books::{Book, HEADER, Piece, sheet};
use crate::hostile::{GROWTH_KIB_AT_MOST, MEASURED, alone, peak_kib};
use crate::inspector::one;
use crate::seen::real;
use crate::sheets::rows_of;

#[test]
fn no_workbook_takes_more_than_its_child() {
    if std::env::var_os(MEASURED).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(read_all());
    }
    alone("hostile_sheets::no_workbook_takes_more_than_its_child");
}

async fn read_all() {
    let room = real();
    let good = Book::of(&[("A", "", &format!("<row>{HEADER}</row>"))]).done();
    rows_of(&room, &good, one(0)).await.unwrap();
    // Made on the disk beforehand: what makes them needs memory too.
    let mut files = Vec::new();
    for (name, _, why) in KINDS {
        let file = tempfile::NamedTempFile::new().unwrap();
        let made = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "hostile_sheets::made_in_a_process_of_its_own", "--nocapture"])
            .env(MADE, name)
            .env(MADE_AT, file.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{name}");
        files.push((name, file, why));
    }
    let before = peak_kib();
    let mut readings = tokio::task::JoinSet::new();
    for (sender, (name, file, why)) in files.into_iter().enumerate() {
        let room = room.clone();
        readings.spawn(async move {
            let book = std::fs::File::open(file.path()).unwrap();
            let rows = tempfile::tempfile().unwrap();
            let kind = domain::imports::ImportKind::Rooms;
            let answer = room.read_sheet(book, kind, rows, one(sender as u128)).await.unwrap();
            match (answer, why) {
                (SheetRows::Read { .. }, None) => {}
                (SheetRows::Not(found), Some(why)) => assert_eq!(found, why, "{name}"),
                (answer, why) => panic!("{name}: {answer:?} instead of {why:?}"),
            }
        });
    }
    while let Some(reading) = readings.join_next().await {
        reading.unwrap();
    }
    assert_eq!(room.free_slots(), LOOKS_AT_ONCE);
    let growth = peak_kib().saturating_sub(before);
    assert!(growth <= GROWTH_KIB_AT_MOST, "the parent grew by {growth} KiB");
}

const MADE: &str = "PHIEN_TEST_MADE";
const MADE_AT: &str = "PHIEN_TEST_MADE_AT";

/// Makes one of the files, where it is asked to.
#[test]
fn made_in_a_process_of_its_own() {
    let (Some(name), Some(path)) = (std::env::var_os(MADE), std::env::var_os(MADE_AT)) else { return };
    let (_, make, _) = KINDS.into_iter().find(|(known, ..)| *known == name).unwrap();
    std::fs::write(path, make()).unwrap();
}

/// What it is, how it is made, and why it cannot be read; none if it can.
type Kind = (&'static str, fn() -> Vec<u8>, Option<NotRows>);

const HUGE: Option<NotRows> = Some(NotRows::HugeWorkbook);
const BROKEN: Option<NotRows> = Some(NotRows::BrokenWorkbook);

const KINDS: [Kind; 17] = [
    ("texts of one gibibyte", || strings("<si><t>aaaaaaaaaaaaaaaaaaaaaaaa</t></si>", 30_000_000), HUGE),
    ("one text of one gibibyte", || one_string(&"a".repeat(1024), 1 << 20), HUGE),
    ("texts that are said to be four billion", || counted("4294967295"), HUGE),
    ("a million rows of one cell", || rows("<row><c><v>1</v></c></row>", 1 << 20), None),
    // All of them are read, by a program that is not optimised.
    ("two hundred thousand rows of nothing", || rows("<row><c s=\"0\"/></row>", 200_000), None),
    ("three million cells of nothing", || rows_of_cells("<c r=\"A1\"/>", 3 << 20), HUGE),
    ("a million columns in a row", || rows_of_cells("<c><v>1</v></c>", 1 << 20), None),
    (
        "cells at the far end of the sheet",
        || rows("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>", 1),
        None,
    ),
    ("a row beyond the last one", || rows("<row r=\"4294967295\"><c><v>1</v></c></row>", 1), BROKEN),
    (
        "rows that go backwards",
        || rows("<row r=\"9\"><c r=\"A9\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>1</v></c></row>", 9),
        BROKEN,
    ),
    ("a sheet that is said to be as large as can be", dimension, None),
    ("long texts in every row", || rows(&inline(&"ệ".repeat(16_000)), 10_000), HUGE),
    ("one cell of one gibibyte", || pieces(&[(&"a".repeat(1024), 1 << 20)]), HUGE),
    ("entities of entities", entities, BROKEN),
    ("elements within elements", || pieces(&[("<a>", 20_000_000)]), HUGE),
    ("a thousand sheets without a header", thousand_sheets, Some(NotRows::NoSheet)),
    ("a million styles", styles, HUGE),
];

fn inline(text: &str) -> String {
    format!("<row><c t=\"inlineStr\"><is><t>{text}</t></is></c></row>")
}

fn header() -> Piece {
    (format!("<sheetData><row>{HEADER}</row>"), 1)
}

fn rows(row: &str, times: usize) -> Vec<u8> {
    Book::of_pieces(vec![header(), (row.to_owned(), times), ("</sheetData>".into(), 1)]).done()
}

fn rows_of_cells(cell: &str, times: usize) -> Vec<u8> {
    let (begin, end) = ("<row>".to_owned(), "</row></sheetData>".to_owned());
    Book::of_pieces(vec![header(), (begin, 1), (cell.to_owned(), times), (end, 1)]).done()
}

/// A sheet with a cell whose text is made of these pieces.
fn pieces(pieces: &[(&str, usize)]) -> Vec<u8> {
    let begin = ("<row><c t=\"inlineStr\"><is><t>".to_owned(), 1);
    let pieces = pieces.iter().map(|(piece, times)| ((*piece).to_owned(), *times));
    let end = ("</t></is></c></row></sheetData>".to_owned(), 1);
    Book::of_pieces([header(), begin].into_iter().chain(pieces).chain([end]).collect()).done()
}

fn book() -> Book {
    Book::of(&[("A", "", &format!("<row>{HEADER}</row><row><c t=\"s\"><v>0</v></c></row>"))])
}

fn strings(item: &str, times: usize) -> Vec<u8> {
    let all = vec![("<sst>".to_owned(), 1), (item.to_owned(), times), ("</sst>".to_owned(), 1)];
    book().with_pieces("xl/sharedStrings.xml", all).done()
}

fn one_string(piece: &str, times: usize) -> Vec<u8> {
    let begin = ("<sst><si><t>".to_owned(), 1);
    let all = vec![begin, (piece.to_owned(), times), ("</t></si></sst>".to_owned(), 1)];
    book().with_pieces("xl/sharedStrings.xml", all).done()
}

fn counted(count: &str) -> Vec<u8> {
    let text = format!("<sst uniqueCount=\"{count}\"><si><t>A</t></si></sst>");
    book().with("xl/sharedStrings.xml", &text).done()
}

fn dimension() -> Vec<u8> {
    let data = format!("<dimension ref=\"A1:XFD1048576\"/><sheetData><row>{HEADER}</row></sheetData>");
    Book::of_pieces(vec![(data, 1)]).done()
}

fn entities() -> Vec<u8> {
    let mut declared = "<!ENTITY a0 \"aaaaaaaaaa\">".to_owned();
    for level in 1..30 {
        let inner = format!("&a{};", level - 1).repeat(10);
        declared += &format!("<!ENTITY a{level} \"{inner}\">");
    }
    let data = format!("<row>{HEADER}</row>{}", inline("&a29;"));
    let content = format!("<!DOCTYPE x [{declared}]>{}", sheet(&data));
    book().with("xl/worksheets/sheet1.xml", &content).done()
}

fn thousand_sheets() -> Vec<u8> {
    let names: Vec<String> = (0..1000).map(|number| format!("S{number}")).collect();
    let mut book = Book::frame(names.iter().map(|name| (name.as_str(), "")), "");
    for number in 1..=1000 {
        let content = sheet("<row><c><v>1</v></c></row>");
        book = book.with(&format!("xl/worksheets/sheet{number}.xml"), &content);
    }
    book.done()
}

fn styles() -> Vec<u8> {
    let all = vec![
        ("<styleSheet><cellXfs>".to_owned(), 1),
        ("<xf numFmtId=\"0\"/>".to_owned(), 5_000_000),
        ("</cellXfs></styleSheet>".to_owned(), 1),
    ];
    book().with_pieces("xl/styles.xml", all).done()
}
