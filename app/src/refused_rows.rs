//! The words of why a file holds no rows: its encoding, its kind, its state; how a file was read; and of what is doubtful in
//! it. Decides nothing.

use domain::imports::{Doubt, Encoding, HEADER_AMONG, NotRows, Note};
use domain::papers::FileKind;

use crate::text::keys::*;
use crate::text::{self, Text, number, t, tf};

/// What the file is, and what to do.
pub(crate) fn not_rows(why: NotRows) -> (String, String) {
    let (title, body) = match why {
        NotRows::NoEncoding { line } => {
            let title = tf(REFUSED_NOT_ROWS_NO_ENCODING, &[("line", &line)]);
            return (title, t(REFUSED_NOT_ROWS_NO_ENCODING_BODY).to_owned());
        }
        NotRows::NoSheet => {
            let body = tf(REFUSED_NOT_ROWS_NO_SHEET_BODY, &[("n", &HEADER_AMONG)]);
            return (t(REFUSED_NOT_ROWS_NO_SHEET).to_owned(), body);
        }
        NotRows::Tcvn3 => (REFUSED_NOT_ROWS_TCVN3, REFUSED_NOT_ROWS_OLD_BODY),
        NotRows::Vni => (REFUSED_NOT_ROWS_VNI, REFUSED_NOT_ROWS_OLD_BODY),
        NotRows::OldWorkbook => (REFUSED_NOT_ROWS_OLD_WORKBOOK, REFUSED_NOT_ROWS_SAVE_BODY),
        NotRows::LockedWorkbook => (REFUSED_NOT_ROWS_LOCKED, REFUSED_NOT_ROWS_LOCKED_BODY),
        NotRows::BinaryWorkbook => (REFUSED_NOT_ROWS_BINARY, REFUSED_NOT_ROWS_SAVE_BODY),
        NotRows::OpenDocument => (REFUSED_NOT_ROWS_OPEN_DOCUMENT, REFUSED_NOT_ROWS_SAVE_BODY),
        NotRows::BrokenWorkbook => (REFUSED_NOT_ROWS_BROKEN, REFUSED_NOT_ROWS_SAVE_BODY),
        NotRows::HugeWorkbook => (REFUSED_NOT_ROWS_HUGE, REFUSED_NOT_ROWS_HUGE_BODY),
        NotRows::Pdf => (REFUSED_NOT_ROWS_PDF, REFUSED_NOT_ROWS_OTHER_BODY),
        NotRows::Other(kind) => (of_kind(kind), REFUSED_NOT_ROWS_OTHER_BODY),
    };
    (t(title).to_owned(), t(body).to_owned())
}

fn of_kind(kind: FileKind) -> Text {
    match kind {
        FileKind::Office => REFUSED_NOT_ROWS_OFFICE,
        FileKind::Picture => REFUSED_NOT_ROWS_PICTURE,
        FileKind::Packed => REFUSED_NOT_ROWS_PACKED,
        FileKind::WebPage => REFUSED_NOT_ROWS_WEB_PAGE,
        FileKind::Form | FileKind::Cut => REFUSED_NOT_ROWS_PDF,
        FileKind::Other => REFUSED_NOT_ROWS_OTHER,
    }
}

/// What is doubtful about a cell.
pub fn describe_doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::ZerosLost { code } => tf(DOUBT_ZEROS_LOST, &[("code", code)]),
        Doubt::LikeCode { code } => tf(DOUBT_LIKE_CODE, &[("code", code)]),
        Doubt::Shortened => t(DOUBT_SHORTENED).to_owned(),
        Doubt::MadeADate => t(DOUBT_MADE_A_DATE).to_owned(),
        Doubt::SameName { code } => tf(DOUBT_SAME_NAME, &[("code", code)]),
        Doubt::SheetError => t(DOUBT_SHEET_ERROR).to_owned(),
        Doubt::Damaged => t(DOUBT_DAMAGED).to_owned(),
        Doubt::TwiceEncoded { reads } => tf(DOUBT_TWICE_ENCODED, &[("reads", reads)]),
    }
}

/// How a file was read.
pub fn describe_note(note: &Note) -> String {
    match note {
        Note::Encoding(Encoding::Utf16) => t(NOTE_UTF16).to_owned(),
        Note::Encoding(Encoding::Windows1258) => t(NOTE_WINDOWS1258).to_owned(),
        Note::Header { line } => tf(NOTE_HEADER, &[("line", line)]),
        Note::Sittings { written, read } => {
            tf(NOTE_SITTINGS, &[("written", written), ("read", &text::sitting(read))])
        }
        Note::Sheet { name, of } => tf(NOTE_SHEET, &[("name", name), ("n", &number(i64::from(*of)))]),
    }
}
