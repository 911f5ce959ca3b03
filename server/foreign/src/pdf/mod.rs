//! Looks into a PDF: how many pages it has, and what a reader sees on the first page. Runs only in the child:
//! a malicious file may use all of the child's memory or time, or make it panic.

mod lines;
mod notes;
mod outlines;
mod page;
mod pictures;
mod rows;

use domain::papers::{FileKind, PageLine, Unread};
use hayro_interpret::hayro_syntax::object::Dict;
use hayro_interpret::hayro_syntax::{LoadPdfError, Pdf};

use crate::{Inspection, letters};
use page::PageContent;

/// Letters that a page with a large picture must have to count as readable. A scanned page has fewer: the
/// name of the scanning program, or of the signer.
const WRITTEN_AT_LEAST: usize = 40;
/// Share of the page from which on a picture is what the reader looks at.
const COVERED_AT_LEAST: f64 = 0.5;
/// Letters of unknown value on one line that make a page unread. "MẬT" has three; a bullet or a sign has one.
/// Within a word in capitals one is enough.
const NAMELESS_AT_LEAST: usize = 3;

/// The mark with which a PDF ends.
const END: &[u8] = b"%%EOF";
/// The mark stands in so many of the last bytes. The standard's readers search 1,024.
const END_WITHIN: usize = 4096;

/// Looks into a file; none if its first page holds more than a page can hold.
pub(crate) fn inspect(file: Vec<u8>) -> Option<Inspection> {
    let is_cut = is_cut(&file);
    let pdf = match Pdf::new(file) {
        Ok(pdf) => pdf,
        Err(LoadPdfError::Decryption(_)) => return Some(Inspection::unread(Unread::Locked)),
        Err(LoadPdfError::Invalid) => return Some(pageless(is_cut)),
    };
    let found = u32::try_from(pdf.pages().len()).ok()?;
    let Some(first) = pdf.pages().first() else { return Some(pageless(is_cut)) };
    if is_form(&pdf) {
        return Some(Inspection { unreadable: Some(FileKind::Form), ..Inspection::default() });
    }
    let pages = certain(found, promised(&pdf)).filter(|_| !is_cut);
    let seen = page::see(&pdf, first)?;
    let mut lines = lines::lines(&seen.glyphs)?;
    let mut unread = unread(&seen, &lines);
    if pages.is_none() || seen.is_damaged {
        // The first page that was found may not be the real first page.
        unread = Some(Unread::Damaged);
    }
    lines.extend(seen.notes);
    let converted: Vec<PageLine> = lines.iter().flat_map(letters::converted).collect();
    lines.extend(converted);
    Some(Inspection { pages, lines, unread, ..Inspection::default() })
}

/// A file in which no page is found. If its end is missing, other programs do not open it either.
fn pageless(is_cut: bool) -> Inspection {
    let unreadable = is_cut.then_some(FileKind::Cut);
    Inspection { unreadable, ..Inspection::unread(Unread::Damaged) }
}

/// Whether the real pages are in an XFA form. Browsers show the page that stands beside it, which asks for another
/// program. A form that says nothing of the kind has its pages as others do.
fn is_form(pdf: &Pdf) -> bool {
    let catalog: Option<Dict<'_>> = pdf.xref().get(pdf.xref().root_id());
    catalog.is_some_and(|catalog| {
        let needs_rendering = catalog.get::<bool>(b"NeedsRendering") == Some(true);
        let form: Option<Dict<'_>> = catalog.get(b"AcroForm");
        needs_rendering && form.is_some_and(|form| form.contains_key(b"XFA"))
    })
}

/// Whether the end of the file is missing. Programs that send files may add some bytes after it.
fn is_cut(file: &[u8]) -> bool {
    let end = &file[file.len().saturating_sub(END_WITHIN)..];
    !end.windows(END.len()).any(|part| part == END)
}

/// The number of pages that the root of the page tree states.
fn promised(pdf: &Pdf) -> Option<i64> {
    let catalog: Dict<'_> = pdf.xref().get(pdf.xref().root_id())?;
    let count: f64 = catalog.get::<Dict<'_>>(b"Pages")?.get(b"Count")?;
    Some(count as i64)
}

/// The number of pages, if everything was found. If the file states no number, the program that wrote it made a
/// mistake. If it states another number than was found, some pages cannot be opened; browsers open none of a file
/// that states 0 or less.
fn certain(found: u32, promised: Option<i64>) -> Option<u32> {
    match promised {
        Some(promised) if promised != i64::from(found) => None,
        _ => Some(found),
    }
}

/// Why the page could not be read, or not all of it, or may have a marking that is no text.
fn unread(seen: &PageContent, lines: &[PageLine]) -> Option<Unread> {
    let written = seen.glyphs.iter().filter(|glyph| glyph.is_visible && glyph.is_on_page).count();
    let is_picture = seen.covered >= COVERED_AT_LEAST && written < WRITTEN_AT_LEAST;
    if seen.has_unknown_font
        || lines::longest_nameless(&seen.glyphs) >= NAMELESS_AT_LEAST
        || lines.iter().any(lines::has_nameless_capitals)
    {
        return Some(Unread::Letters);
    }
    if is_picture || seen.glyphs.iter().all(|glyph| !glyph.is_visible) {
        return Some(Unread::NoText);
    }
    let text = seen.glyphs.iter().filter_map(|glyph| glyph.text.as_deref());
    let fonts = seen.fonts.iter().map(String::as_str);
    if letters::has_old_font(fonts) || letters::is_old(text) {
        return Some(Unread::OldLetters);
    }
    [
        (seen.has_more, Unread::NotAll),
        (seen.has_stamp_picture, Unread::Pictures),
        (seen.has_outlines, Unread::Outlines),
    ]
    .into_iter()
    .find_map(|(is_so, why)| is_so.then_some(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_pages_is_right_or_unknown() {
        for (found, promised, pages) in [
            (5, Some(5), Some(5)),
            (1, None, Some(1)),
            (1, Some(0), None),
            (1, Some(-3), None),
            (4, Some(5), None),
            (5, Some(4), None),
            (3, Some(i64::MAX), None),
        ] {
            assert_eq!(certain(found, promised), pages, "{found} {promised:?}");
        }
    }
}
