//! What a PDF file says of itself: whether it is one, how many pages it has, and the text of its first page.
//! A file that cannot be understood is still a paper; only its page count stays unknown.

use std::io::Read;
use std::path::Path;

use flate2::read::ZlibDecoder;
use lopdf::{ObjectId, Stream};

/// Files above this are not taken apart: their objects would fill the memory of a small machine.
const TAKEN_APART_MIB_AT_MOST: u64 = 64;

/// A page of dense text with its fonts takes a tenth of this; one that takes more is not read for its marking.
const UNPACKED_BYTES_AT_MOST: u64 = 2 * 1024 * 1024;

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
        let first = pages.iter().next().filter(|(_, page)| is_of_a_page(&document, **page));
        let first_page = first.and_then(|(number, _)| document.extract_text(&[*number]).ok());
        Content { pages: i64::try_from(pages.len()).ok(), first_page: first_page.unwrap_or_default() }
    })
    .unwrap_or_default()
}

/// Whether what a page is drawn by unpacks to no more than pages have: some kilobytes can hold gigabytes.
fn is_of_a_page(document: &lopdf::Document, page: ObjectId) -> bool {
    let contents = document.get_page_contents(page).into_iter().filter_map(|id| document.get_object(id).ok());
    let fonts = document.get_page_fonts(page).unwrap_or_default();
    let maps = fonts.values().filter_map(|font| {
        let map = font.get(b"ToUnicode").ok()?;
        document.dereference(map).ok().map(|(_, map)| map)
    });
    let mut left = UNPACKED_BYTES_AT_MOST;
    contents.chain(maps).filter_map(|object| object.as_stream().ok()).all(|stream| {
        let Some(bytes) = unpacked(stream, left) else { return false };
        left -= bytes;
        true
    })
}

/// The size of a stream once it is unpacked; none when it is larger than `most`, or packed in a way that is not measured.
fn unpacked(stream: &Stream, most: u64) -> Option<u64> {
    let filters = stream.filters().unwrap_or_default();
    let bytes = match filters.as_slice() {
        [] => stream.content.len() as u64,
        [only] if *only == b"FlateDecode" => {
            let mut unpacked = ZlibDecoder::new(stream.content.as_slice()).take(most + 1);
            let mut piece = [0; 16 * 1024];
            let mut bytes = 0;
            // What breaks off is as large as it came.
            while let Ok(read @ 1..) = unpacked.read(&mut piece) {
                bytes += read as u64;
            }
            bytes
        }
        _ => return None,
    };
    (bytes <= most).then_some(bytes)
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

    #[test]
    fn a_small_stream_that_unpacks_to_much_is_measured_and_not_kept() {
        use std::io::Write;
        let packed = |bytes: usize| {
            let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
            packed.write_all(&vec![b' '; bytes]).unwrap();
            let mut stream = Stream::new(lopdf::Dictionary::new(), packed.finish().unwrap());
            stream.dict.set("Filter", lopdf::Object::Name(b"FlateDecode".to_vec()));
            stream
        };
        assert_eq!(unpacked(&packed(1000), 2000), Some(1000));
        assert_eq!(unpacked(&packed(9_000_000), UNPACKED_BYTES_AT_MOST), None);
        assert_eq!(unpacked(&Stream::new(lopdf::Dictionary::new(), vec![b' '; 10]), 9), None);
    }
}
