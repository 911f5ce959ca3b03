//! What a PDF file says of itself: whether it is one, how many pages it has, and the text of its first page.
//! A file that cannot be understood is still a paper; only its page count stays unknown.

use std::path::Path;

/// Files above this are not taken apart: their objects would fill the memory of a small machine.
const TAKEN_APART_MIB_AT_MOST: u64 = 64;

/// What was found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// Number of pages, when it could be told.
    pub(super) pages: Option<i64>,
    /// Text of the first page; empty when there is none or it cannot be read.
    pub(super) first_page: String,
}

/// Whether the first bytes are those of a PDF. The header may stand within the first kilobyte.
pub(super) fn looks_like_pdf(head: &[u8]) -> bool {
    head.windows(5).take(1024).any(|five| five == b"%PDF-")
}

/// Looks into a file; blocks, and never panics its caller.
pub(super) fn look_into(file: &Path, bytes: u64) -> Content {
    if bytes > TAKEN_APART_MIB_AT_MOST << 20 {
        return Content::default();
    }
    std::panic::catch_unwind(|| {
        let Ok(document) = lopdf::Document::load(file) else { return Content::default() };
        if document.is_encrypted() {
            return Content::default();
        }
        let pages = document.get_pages();
        let first_page = pages.keys().next().and_then(|first| document.extract_text(&[*first]).ok());
        Content { pages: i64::try_from(pages.len()).ok(), first_page: first_page.unwrap_or_default() }
    })
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_make_a_pdf() {
        assert!(looks_like_pdf(b"%PDF-1.7\n..."));
        assert!(looks_like_pdf(b"\xef\xbb\xbf%PDF-1.4"));
        assert!(!looks_like_pdf(b"PK\x03\x04 report.pdf"));
        assert!(!looks_like_pdf(b""));
    }
}
