//! What kind of file was sent, by its first bytes. Knows the beginnings of files, never what is in them.

/// Whether the first bytes are those of a PDF. The header may stand within the first kilobyte.
pub(super) fn looks_like_pdf(head: &[u8]) -> bool {
    head.windows(5).take(1024).any(|five| five == b"%PDF-")
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
