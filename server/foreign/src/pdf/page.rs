//! Reads a page by drawing it onto a device that records the letters with their positions, and how much of
//! the page pictures cover. The interpreter handles forms, annotations, layers, filters and encryption.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::papers::PageLine;
use hayro_interpret::font::{Glyph as FontGlyph, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::content::TypedIter;
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Stream};
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{Affine, BezPath, Rect};
use hayro_interpret::pattern::Pattern;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, InterpreterWarning, Paint, RenderContent, SoftMask, interpret, interpret_page,
};

use super::notes;
use crate::letters::Font;

/// Most letters of one page. A page of small print has 10,000, a map about 50,000.
const GLYPHS_AT_MOST: usize = 100_000;
/// Most patterns that are examined: a page has one or two, as its background.
const PATTERNS_AT_MOST: usize = 8;
/// Units of a font per height of its letters.
const UNITS: f64 = 1000.0;

/// A letter with its position.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    /// Its text; none if the file does not say.
    pub(super) text: Option<String>,
    /// Its position on the page.
    pub(super) place: (f64, f64),
    /// Its position along its line, in the line's direction.
    pub(super) along: f64,
    /// The position of the line, upwards.
    pub(super) across: f64,
    /// The line's direction, in whole degrees.
    pub(super) angle: i32,
    /// Height of the font.
    pub(super) size: f64,
    /// Width.
    pub(super) width: f64,
    /// Whether it is drawn, rather than placed invisibly under a picture for searching.
    pub(super) is_visible: bool,
    /// Whether it is part of the page itself, not of an annotation.
    pub(super) is_on_page: bool,
}

/// What was seen on a page.
#[derive(Debug, Default)]
pub(super) struct PageContent {
    /// Letters, in the order they are drawn.
    pub(super) glyphs: Vec<Glyph>,
    /// Text that readers draw by themselves: of notes and fields.
    pub(super) notes: Vec<PageLine>,
    /// Names of the fonts.
    pub(super) fonts: BTreeSet<String>,
    /// Share of the page that its largest picture covers, or many pictures together.
    pub(super) covered: f64,
    /// Whether text is set in a font that cannot be loaded.
    pub(super) has_unknown_font: bool,
    /// Whether part of the page's content cannot be decompressed.
    pub(super) is_damaged: bool,
}

/// Draws the first page; none if it holds more than a page can hold.
pub(super) fn see(pdf: &Pdf, page: &Page<'_>) -> Option<PageContent> {
    let has_unknown_font = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&has_unknown_font);
    let settings = InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::UnsupportedFont) {
                told.store(true, Ordering::Relaxed);
            }
        }),
        render_content: RenderContent::ANNOTATIONS,
        ..InterpreterSettings::default()
    };
    let (width, height) = page.base_dimensions();
    let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let corner = page.intersected_crop_box();
    let mut eyes = ContentReader {
        page: area,
        seen: PageContent::default(),
        patterns: 0,
        is_on_page: true,
        font: Font::Today,
    };
    let cache = InterpreterCache::new();
    let mut context =
        Context::new(Affine::translate((-corner.x0, -corner.y0)), area, &cache, pdf.xref(), settings);
    let (contents, is_damaged) = contents(page);
    for content in &contents {
        interpret(TypedIter::new(content), page.resources(), &mut context, &mut eyes);
    }
    eyes.is_on_page = false;
    interpret_page(page, &mut context, &mut eyes);
    let mut seen = eyes.seen;
    seen.notes = notes::lines(page);
    seen.fonts.extend(font_names(page));
    seen.is_damaged = is_damaged;
    seen.has_unknown_font = has_unknown_font.load(Ordering::Relaxed);
    (seen.glyphs.len() <= GLYPHS_AT_MOST).then_some(seen)
}

/// The page's content, and whether part of it cannot be decompressed. If it is in several pieces, it is given
/// twice: joined with a space between them, as the standard requires, and without one, as common readers do.
/// A piece may end within a word.
fn contents(page: &Page<'_>) -> (Vec<Vec<u8>>, bool) {
    let raw = page.raw();
    if let Some(stream) = raw.get::<Stream<'_>>(b"Contents") {
        return stream.decoded_data().map_or((Vec::new(), true), |data| (vec![data.into_owned()], false));
    }
    let Some(pieces) = raw.get::<Array<'_>>(b"Contents") else {
        return (Vec::new(), raw.contains_key(b"Contents"));
    };
    let promised = pieces.raw_iter().count();
    let pieces: Vec<_> = pieces
        .iter::<Stream<'_>>()
        .filter_map(|piece| piece.decoded_data().ok().map(|data| data.into_owned()))
        .collect();
    let is_damaged = pieces.len() < promised;
    let parted = pieces.join(&b' ');
    if pieces.len() < 2 { (vec![parted], is_damaged) } else { (vec![parted, pieces.concat()], is_damaged) }
}

/// Names of the page's fonts. Fonts of forms are recorded with their letters.
fn font_names(page: &Page<'_>) -> Vec<String> {
    let fonts = &page.resources().fonts;
    let names = fonts.keys().filter_map(|key| fonts.get::<Dict<'_>>(&*key)?.get::<Name<'_>>(b"BaseFont"));
    names.map(|name| name.as_str().to_owned()).collect()
}

/// The device: records what is drawn and draws nothing.
struct ContentReader {
    page: Rect,
    seen: PageContent,
    patterns: usize,
    is_on_page: bool,
    /// The font of the letters that are being drawn.
    font: Font,
}

impl ContentReader {
    /// Records a letter. `end` is the position of the space after it, if there is one.
    fn keep(&mut self, glyph: &FontGlyph<'_>, transform: Affine, end: Option<Affine>, is_visible: bool) {
        let width = match glyph {
            FontGlyph::Outline(outline) => outline.advance_width(),
            FontGlyph::Type3(drawn) => drawn.advance_width(),
        };
        let [a, b, c, d, e, f] = transform.as_coeffs();
        let (length, size) = (a.hypot(b) * UNITS, c.hypot(d) * UNITS);
        if !(length.is_finite() && size.is_finite() && e.is_finite() && f.is_finite()) || size <= 0.0 {
            return;
        }
        let text = named(glyph).map(|text| self.font.read(text));
        // A space, or a letter that has neither a name nor a shape.
        let is_blank = match &text {
            Some(text) => text.trim().is_empty(),
            None => matches!(glyph, FontGlyph::Outline(outline) if outline.outline().is_empty()),
        };
        if is_blank {
            return;
        }
        let direction = b.atan2(a);
        let (sine, cosine) = direction.sin_cos();
        let angle = (direction.to_degrees().round() as i32).rem_euclid(360);
        let along = e * cosine + f * sine;
        let width = f64::from(width.unwrap_or(500.0)) / UNITS * length;
        // The width in the font may be wider than the file's own: without this, the space would be lost.
        let told = end.map(|end| end.translation()).map(|end| end.x * cosine + end.y * sine - along);
        let width = told.filter(|told| (0.0..width).contains(told)).unwrap_or(width);
        self.seen.glyphs.push(Glyph {
            text,
            place: (e, f),
            along,
            across: f * cosine - e * sine,
            angle,
            size,
            width,
            is_visible,
            is_on_page: self.is_on_page,
        });
    }

    fn is_full(&self) -> bool {
        self.seen.glyphs.len() > GLYPHS_AT_MOST
    }
}

/// The text of a letter. None for control characters and private-use codes, which fonts fill as they like.
fn named(glyph: &FontGlyph<'_>) -> Option<String> {
    let text = match glyph.as_unicode()? {
        BfString::Char(letter) => letter.to_string(),
        BfString::String(text) => text,
    };
    let says_nothing = |letter: char| {
        letter.is_control() && !letter.is_whitespace()
            || matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{fffd}')
    };
    (!text.is_empty() && !text.chars().any(says_nothing)).then_some(text)
}

fn is_space(glyph: &FontGlyph<'_>) -> bool {
    named(glyph).is_some_and(|text| text.trim().is_empty())
}

impl<'a> Device<'a> for ContentReader {
    fn draw_path(&mut self, _: &BezPath, props: DrawProps<'a>, _: &DrawMode) {
        // A page's background may be a pattern that contains a word.
        if let Paint::Pattern(pattern) = &props.paint
            && let Pattern::Tiling(tile) = &**pattern
            && self.patterns < PATTERNS_AT_MOST
        {
            self.patterns += 1;
            tile.interpret(self, props.transform * tile.matrix, false);
        }
    }

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        if self.is_full() {
            return;
        }
        let is_visible = !matches!(mode, DrawMode::Invisible);
        let first = run.glyphs().first().map(|glyph| &**glyph);
        let name = match first {
            Some(FontGlyph::Outline(outline)) => outline.font_data().and_then(|data| data.postscript_name),
            _ => None,
        };
        self.font = name.as_deref().map_or(Font::Today, Font::of);
        self.seen.fonts.extend(name);
        let placed = |glyph: &PositionedGlyph<'_>| props.transform * glyph.transform();
        for (at, glyph) in run.glyphs().iter().enumerate() {
            let next = run.glyphs().get(at + 1).filter(|next| is_space(next));
            self.keep(glyph, placed(glyph), next.map(placed), is_visible);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let pixels = Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        let drawn = props.transform.transform_rect_bbox(pixels).intersect(self.page);
        let share = drawn.area() / self.page.area();
        if share.is_finite() {
            self.seen.covered += share.max(0.0);
        }
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
