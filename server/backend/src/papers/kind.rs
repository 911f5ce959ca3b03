//! Detects the kind of a sent file by its first bytes. Never looks at the content after them.

use domain::papers::FileKind;

/// The header of a PDF is within this many bytes of the beginning, or follows a PostScript header.
const HEADER_WITHIN: usize = 1024;

/// The first bytes of files that people send instead of a PDF.
const BEGINNINGS: [(&[u8], FileKind); 17] = [
    // Word, Excel and PowerPoint before 2007.
    (b"\xd0\xcf\x11\xe0", FileKind::Office),
    (b"{\\rtf", FileKind::Office),
    // A ZIP archive. It is an office file if its first part lists its parts or names its type.
    (b"PK\x03\x04", FileKind::Packed),
    (b"\x1f\x8b", FileKind::Packed),
    (b"Rar!", FileKind::Packed),
    (b"7z\xbc\xaf", FileKind::Packed),
    (b"\xff\xd8\xff", FileKind::Picture),
    (b"\x89PNG", FileKind::Picture),
    (b"GIF8", FileKind::Picture),
    (b"II*\0", FileKind::Picture),
    (b"MM\0*", FileKind::Picture),
    (b"BM", FileKind::Picture),
    (b"RIFF", FileKind::Picture),
    (b"<!doctype html", FileKind::WebPage),
    (b"<html", FileKind::WebPage),
    (b"<head", FileKind::WebPage),
    (b"<?xml", FileKind::WebPage),
];

/// Whether the first bytes are those of a PDF. The header may be anywhere in the first kilobyte.
pub(super) fn looks_like_pdf(head: &[u8]) -> bool {
    let has_header = head.windows(5).take(HEADER_WITHIN).any(|five| five == b"%PDF-");
    has_header || head.starts_with(b"%!PS-Adobe-") && head.windows(5).take(32).any(|five| five == b" PDF-")
}

/// The kind of a file that is not a PDF.
pub(crate) fn of(head: &[u8]) -> FileKind {
    let start = head.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins = |with: &[u8]| start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    let names = |part: &[u8]| head.windows(part.len()).any(|window| window == part);
    let found = BEGINNINGS.iter().find(|(with, _)| begins(with)).map(|(_, kind)| *kind);
    match found {
        Some(FileKind::Packed)
            if names(b"[Content_Types].xml") || names(b"opendocument") || names(b"word/") =>
        {
            FileKind::Office
        }
        None if head.get(4..8) == Some(b"ftyp") => FileKind::Picture,
        found => found.unwrap_or(FileKind::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_make_a_pdf() {
        assert!(looks_like_pdf(b"%PDF-1.7\n..."));
        assert!(looks_like_pdf(b"\xef\xbb\xbf%PDF-1.4"));
        assert!(looks_like_pdf(b"%!PS-Adobe-3.0 PDF-1.4\n"));
        assert!(!looks_like_pdf(b"%!PS-Adobe-3.0\n"));
        assert!(!looks_like_pdf(b"PK\x03\x04 report.pdf"));
        assert!(!looks_like_pdf(b""));
    }

    #[test]
    fn what_is_sent_in_place_of_a_pdf_is_named() {
        for (head, kind) in [
            (&b"PK\x03\x04\x14\0\x06\0[Content_Types].xml"[..], FileKind::Office),
            (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.text", FileKind::Office),
            (b"PK\x03\x04 scans/1.png", FileKind::Packed),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind::Office),
            (b"\x1f\x8b\x08", FileKind::Packed),
            (b"\xff\xd8\xff\xe0", FileKind::Picture),
            (b"\0\0\0\x18ftypheic", FileKind::Picture),
            (b"\xef\xbb\xbf\r\n<!DOCTYPE HTML><html>", FileKind::WebPage),
            (b"T\xe1\xbb\x9d tr\xc3\xacnh", FileKind::Other),
            (b"", FileKind::Other),
        ] {
            assert_eq!(of(head), kind, "{head:?}");
        }
    }
}
