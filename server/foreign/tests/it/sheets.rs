//! Workbooks as offices make them, read by the real child: which sheet, which cells, and what is no workbook.

use std::io::Read;

use domain::imports::{ImportKind, NotRows};
use domain::papers::FileKind;
use foreign::{Inspector, Program, Sender, SheetRead, SheetRows, Unseen};

use crate::books::{Book, HEADER, sheet};
use crate::inspector::{file, one};
use crate::seen::real;

pub(crate) async fn rows_of(room: &Inspector, book: &[u8], sender: Sender) -> Result<SheetRows, Unseen> {
    let rows = tempfile::tempfile().unwrap();
    room.read_sheet(file(book), ImportKind::Rooms, rows, sender).await
}

/// The sheet that was read, and its rows.
async fn read(book: Book) -> (SheetRead, String) {
    match rows_of(&real(), &book.done(), one(1)).await.unwrap() {
        SheetRows::Read { sheet, mut rows } => {
            let mut text = String::new();
            rows.read_to_string(&mut text).unwrap();
            (sheet, text)
        }
        SheetRows::Not(why) => panic!("{why:?}"),
    }
}

async fn refused(file: &[u8]) -> NotRows {
    match rows_of(&real(), file, one(1)).await.unwrap() {
        SheetRows::Not(why) => why,
        SheetRows::Read { sheet, .. } => panic!("{sheet:?}"),
    }
}

#[tokio::test]
async fn cells_are_read_as_people_see_them() {
    let row = "<row r=\"1\">".to_owned() + HEADER + "</row>";
    let data = row
        + r#"<row r="2"><c r="A2" s="1"><v>9001</v></c><c r="B2" t="s"><v>0</v></c><c r="C2" t="str"><f>A1</f><v>SNV</v></c><c r="D2"><v>40</v></c></row>
        <row r="3"><c r="A3" s="2"><v>45721.3125</v></c><c r="B3" t="b"><v>1</v></c><c r="C3" s="3"><v>0.4</v></c><c r="D3" t="e"><v>#N/A</v></c></row>
        <row r="4"><c r="A4" s="2"><f>TODAY()</f><v>45721</v></c><c r="B4" t="inlineStr"><is><r><t>Phòng</t></r><r><t xml:space="preserve"> họp</t></r></is></c><c r="D4"><v>0.1</v></c></row>"#;
    let book = Book::of(&[("Trang 1", "", &data)])
        .with_formats(&["00000", "dd/mm/yyyy hh:mm", "0%"])
        .with_strings(&["Phòng &amp; \"A\",&#10;tầng 2"]);
    let (sheet, text) = read(book).await;
    assert_eq!(sheet, SheetRead { name: "Trang 1".into(), of: 1 });
    let expected = "\"code\",\"name\",\"agency\",\"capacity\"\n\
        \"09001\",\"Phòng & \"\"A\"\", tầng 2\",\"SNV\",\"40\"\n\
        \"2025-03-05T07:30\",\"TRUE\",\"40%\",\"#N/A\"\n\
        \"2025-03-05\",\"Phòng họp\",,\"0.1\"\n";
    assert_eq!(text, expected);
}

#[tokio::test]
async fn dates_of_old_macs_are_four_years_later() {
    let data = format!("<row>{HEADER}</row><row><c s=\"1\"><v>44259</v></c></row>");
    let book = Book::frame([("A", "")].into_iter(), "<workbookPr date1904=\"1\"/>")
        .with("xl/worksheets/sheet1.xml", &sheet(&data))
        .with_formats(&["yyyy-mm-dd"]);
    assert!(read(book).await.1.ends_with("\n\"2025-03-05\"\n"));
}

#[tokio::test]
async fn the_first_visible_sheet_with_the_header_is_read_each_row_on_its_line() {
    let notes = "<row r=\"1\"><c t=\"inlineStr\"><is><t>Hướng dẫn</t></is></c></row>";
    let data = format!(
        "<row r=\"1\"><c t=\"inlineStr\"><is><t>DANH SÁCH PHÒNG HỌP</t></is></c></row><row r=\"4\">{HEADER}</row>\
         <row r=\"6\"><c r=\"A6\"><v>1</v></c><c r=\"ZZ6\"><v>2</v></c></row>\
         <row r=\"900000\"><c r=\"A900000\" s=\"0\"/></row>"
    );
    let other = format!("<row r=\"1\">{HEADER}</row>");
    let book = Book::of(&[
        ("Ghi chú", "", notes),
        ("Cũ", "state=\"hidden\"", &other),
        ("Phòng", "", &data),
        ("Phòng 2", "", &other),
    ]);
    let (sheet, text) = read(book).await;
    assert_eq!(sheet, SheetRead { name: "Phòng".into(), of: 3 });
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(
        (lines[0], lines[3]),
        ("\"DANH SÁCH PHÒNG HỌP\"", "\"code\",\"name\",\"agency\",\"capacity\"")
    );
    assert_eq!((lines.len(), lines[1], lines[2], lines[4]), (7, "", "", ""));
    // What is far to the right comes in the last column that is passed on, so that it is told.
    assert_eq!(lines[5], format!("\"1\"{}\"2\"", ",".repeat(64)));
}

#[tokio::test]
async fn what_is_no_workbook_is_named_for_what_it_is() {
    let without = Book::of(&[("A", "", "<row><c><v>1</v></c></row>")]);
    assert_eq!(refused(&without.done()).await, NotRows::NoSheet);
    let archive = |parts: &[(&str, &str)]| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in parts {
            let stored =
                zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            archive.start_file(*name, stored).unwrap();
            std::io::Write::write_all(&mut archive, content.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    let types = ("[Content_Types].xml", "<Types/>");
    for (file, why) in [
        (
            archive(&[
                ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
                ("content.xml", "<a/>"),
            ]),
            NotRows::OpenDocument,
        ),
        (archive(&[types, ("xl/workbook.bin", "x")]), NotRows::BinaryWorkbook),
        (archive(&[types, ("word/document.xml", "<a/>")]), NotRows::Other(FileKind::Office)),
        (archive(&[("anh.jpg", "x")]), NotRows::Other(FileKind::Packed)),
        (archive(&[types, ("xl/workbook.xml", "<a/>")]), NotRows::BrokenWorkbook),
    ] {
        assert_eq!(refused(&file).await, why);
    }
    let whole = Book::of(&[("A", "", &format!("<row>{HEADER}</row>"))]).done();
    assert_eq!(refused(&whole[..whole.len() / 2]).await, NotRows::BrokenWorkbook, "cut off");
    let broken = Book::of(&[("A", "", &format!("<row>{HEADER}</row><row><c t=\"s\"><v>7</v></c></row>"))]);
    assert_eq!(refused(&broken.done()).await, NotRows::BrokenWorkbook, "a text that is not there");
}

#[tokio::test]
async fn a_child_that_says_too_much_or_nothing_is_an_answer() {
    let shell = |line: &str| {
        let arguments = ["-c", line].map(std::ffi::OsString::from).to_vec();
        Inspector::new(Program { path: "/bin/sh".into(), arguments })
    };
    for (line, why) in [
        ("exec cat /dev/zero", NotRows::HugeWorkbook),
        ("kill -9 $$", NotRows::HugeWorkbook),
        ("exit 101", NotRows::BrokenWorkbook),
        ("echo nonsense", NotRows::BrokenWorkbook),
    ] {
        let answer = rows_of(&shell(line), b"", one(1)).await.unwrap();
        assert!(matches!(answer, SheetRows::Not(found) if found == why), "{line}: {answer:?}");
    }
    let none = Inspector::new(Program::at("/nowhere/at/all"));
    assert!(matches!(rows_of(&none, b"", one(1)).await, Err(Unseen::NotStarted(_))));
}
