//! Workbooks of Excel for tests, part by part.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The header of a file of rooms, as the cells of a row.
pub(crate) const HEADER: &str = r#"<c t="inlineStr"><is><t>code</t></is></c><c t="inlineStr"><is><t>name</t></is></c><c t="inlineStr"><is><t>agency</t></is></c><c t="inlineStr"><is><t>capacity</t></is></c>"#;

/// A piece of a part, and how often it is repeated.
pub(crate) type Piece = (String, usize);

/// A workbook.
pub(crate) struct Book {
    parts: Vec<(String, Vec<Piece>)>,
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

impl Book {
    /// A workbook of sheets, each with its name, further attributes, and the content of its `sheetData`.
    pub(crate) fn of(sheets: &[(&str, &str, &str)]) -> Book {
        let mut book = Book::frame(sheets.iter().map(|(name, more, _)| (*name, *more)), "");
        for (number, (_, _, data)) in sheets.iter().enumerate() {
            book = book.with(&format!("xl/worksheets/sheet{}.xml", number + 1), &sheet(data));
        }
        book
    }

    /// A workbook whose only sheet has this content, piece by piece.
    pub(crate) fn of_pieces(pieces: Vec<Piece>) -> Book {
        let (begin, end) = (format!("<worksheet xmlns=\"{MAIN}\">"), "</worksheet>".to_owned());
        let all = std::iter::once((begin, 1)).chain(pieces).chain([(end, 1)]).collect();
        Book::frame([("Sheet1", "")].into_iter(), "").with_pieces("xl/worksheets/sheet1.xml", all)
    }

    /// A workbook without its sheets. `properties` comes before the list of them.
    pub(crate) fn frame<'s>(sheets: impl Iterator<Item = (&'s str, &'s str)>, properties: &str) -> Book {
        let (mut list, mut relations) = (String::new(), String::new());
        for (number, (name, more)) in sheets.enumerate() {
            let number = number + 1;
            list += &format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\" {more}/>");
            relations += &format!(
                "<Relationship Id=\"r{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            );
        }
        let book = Book { parts: Vec::new() };
        book.with(
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
        )
        .with(
            "_rels/.rels",
            &format!(
                "<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        )
        .with(
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\">{properties}<sheets>{list}</sheets></workbook>"
            ),
        )
        .with(
            "xl/_rels/workbook.xml.rels",
            &format!("<Relationships xmlns=\"{RELATIONS}\">{relations}</Relationships>"),
        )
    }

    /// Adds or replaces a part.
    pub(crate) fn with(self, name: &str, content: &str) -> Book {
        self.with_pieces(name, vec![(content.to_owned(), 1)])
    }

    /// Adds or replaces a part of many pieces, which is never held whole.
    pub(crate) fn with_pieces(mut self, name: &str, pieces: Vec<Piece>) -> Book {
        self.parts.retain(|(other, _)| other != name);
        self.parts.push((name.to_owned(), pieces));
        self
    }

    /// Number formats of cells: style 1 is the first one.
    pub(crate) fn with_formats(self, formats: &[&str]) -> Book {
        let (mut codes, mut styles) = (String::new(), "<xf numFmtId=\"0\"/>".to_owned());
        for (number, format) in formats.iter().enumerate() {
            codes += &format!("<numFmt numFmtId=\"{}\" formatCode=\"{format}\"/>", 170 + number);
            styles += &format!("<xf numFmtId=\"{}\"/>", 170 + number);
        }
        let content = format!(
            "<styleSheet xmlns=\"{MAIN}\"><numFmts>{codes}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>"
        );
        self.with("xl/styles.xml", &content)
    }

    /// Texts that cells name by their number.
    pub(crate) fn with_strings(self, texts: &[&str]) -> Book {
        let items: String = texts.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
        self.with("xl/sharedStrings.xml", &format!("<sst xmlns=\"{MAIN}\">{items}</sst>"))
    }

    /// The file.
    pub(crate) fn done(self) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, pieces) in self.parts {
            archive.start_file(name, SimpleFileOptions::default()).unwrap();
            for (piece, times) in pieces {
                // A piece at a time would take the compressor minutes.
                let at_once = (64 * 1024 / piece.len().max(1)).clamp(1, times.max(1));
                let block = piece.repeat(at_once);
                (0..times / at_once).for_each(|_| archive.write_all(block.as_bytes()).unwrap());
                archive.write_all(piece.repeat(times % at_once).as_bytes()).unwrap();
            }
        }
        archive.finish().unwrap().into_inner()
    }
}

/// A sheet with this content.
pub(crate) fn sheet(data: &str) -> String {
    format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{data}</sheetData></worksheet>")
}
