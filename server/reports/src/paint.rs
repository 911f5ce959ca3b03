//! Marks on pages as a PDF with embedded, subset faces, so that its text can be searched and copied.

use krilla::Document;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Stroke;
use krilla::text::TextDirection;

use crate::letter::Letter;
use crate::typeset::{FaceError, Faces, Mark, PAGE, pages};

/// A letter as the bytes of a PDF.
///
/// # Errors
/// When a face turns out unusable.
pub fn pdf(letter: &Letter, faces: &Faces) -> Result<Vec<u8>, FaceError> {
    let mut document = Document::new();
    let title = if letter.about.is_empty() { letter.kind.clone() } else { letter.about.join(" ") };
    document.set_metadata(Metadata::new().title(title).language("vi".to_owned()));
    for marks in pages(letter, faces) {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(FaceError)?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in marks {
            match mark {
                Mark::Text { x, y, style, size, text } => {
                    surface.draw_text(
                        Point::from_xy(x, y),
                        faces.font(style),
                        size,
                        &text,
                        false,
                        TextDirection::LeftToRight,
                    );
                }
                Mark::Line { from, to } => {
                    let mut path = PathBuilder::new();
                    path.move_to(from.0, from.1);
                    path.line_to(to.0, to.1);
                    if let Some(path) = path.finish() {
                        surface.set_fill(None);
                        surface.set_stroke(Some(Stroke { width: 0.6, ..Stroke::default() }));
                        surface.draw_path(&path);
                        surface.set_stroke(None);
                        surface.set_fill(Some(krilla::paint::Fill::default()));
                    }
                }
            }
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|_| FaceError)
}
