//! Reads a page by drawing it onto a device that records the letters with their positions, how much of the page
//! pictures cover, and the shapes that may be letters. The interpreter handles forms, annotations, layers, filters and encryption.

use std::collections::{BTreeSet, HashSet};
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
    BlendMode, CacheKey, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, InterpreterWarning, Paint, RenderContent, SoftMask, interpret,
    interpret_page,
};

use super::notes;
use super::outlines::Outlines;
use super::pictures::Pictures;
use crate::letters::Font;

/// Most letters of one page. A page of small print has 10,000, a map about 50,000.
const GLYPHS_AT_MOST: usize = 100_000;
/// Most different patterns and masks that are read. A page has one or two as its background, and a chart one for
/// each kind of bar.
const PATTERNS_AT_MOST: usize = 100;
/// Most different letters that are drawn by instructions of their own. A font has at most 256.
const DRAWN_LETTERS_AT_MOST: usize = 4000;
/// Patterns, masks and letters within one another that are read.
const NESTED_AT_MOST: usize = 8;
/// The interpreter draws no form that is within 50 others, and does not say so. Each form has a clip.
const FORMS_AT_MOST: usize = 50;
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
    /// Whether a picture on the page, or several side by side, may be a stamp.
    pub(super) has_stamp_picture: bool,
    /// Whether shapes on the page may be letters.
    pub(super) has_outlines: bool,
    /// Whether text is set in a font that cannot be loaded.
    pub(super) has_unknown_font: bool,
    /// Whether the page holds more than is read: too many patterns, or forms that are too deep.
    pub(super) has_more: bool,
    /// Whether part of the page's content cannot be decompressed.
    pub(super) is_damaged: bool,
}

/// Millimetres in a point.
const POINT: f64 = 25.4 / 72.0;

/// The size of a page's unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale(f64);

impl Scale {
    /// A page's unit is a point, unless the page says otherwise.
    fn of(page: &Page<'_>) -> Scale {
        let points = page.raw().get::<f64>(b"UserUnit").filter(|unit| unit.is_finite() && *unit > 0.0);
        Scale(points.unwrap_or(1.0) * POINT)
    }

    /// A length in millimetres.
    pub(super) fn mm(self, length: f64) -> f64 {
        length * self.0
    }
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
    let scale = Scale::of(page);
    let mut eyes = ContentReader {
        page: area,
        scale,
        seen: PageContent::default(),
        pictures: Pictures::new(area, scale),
        outlines: Outlines::default(),
        patterns: HashSet::new(),
        drawn_letters: HashSet::new(),
        nested: 0,
        is_in_letter: false,
        clips: 0,
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
    seen.has_stamp_picture = eyes.pictures.may_have_stamp();
    seen.has_outlines = eyes.outlines.may_be_letters();
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
    scale: Scale,
    seen: PageContent,
    pictures: Pictures,
    outlines: Outlines,
    /// The patterns and masks that were read.
    patterns: HashSet<u128>,
    /// The letters that were read whose shapes are instructions.
    drawn_letters: HashSet<u128>,
    /// How many patterns, masks and letters the present content is within.
    nested: usize,
    /// Whether the present content is a letter that is drawn by instructions. Its font names it.
    is_in_letter: bool,
    /// How many clips the present content is within.
    clips: usize,
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

    /// Reads the word in a pattern: a page's background may be one.
    fn read_paint<'a>(&mut self, props: &DrawProps<'a>) {
        if let Paint::Pattern(pattern) = &props.paint
            && let Pattern::Tiling(tile) = &**pattern
        {
            let is_new = self.patterns.insert(tile.cache_key());
            self.read_within(is_new, |eyes| {
                tile.interpret(eyes, props.transform * tile.matrix, false);
            });
        }
        self.read_mask(props.soft_mask.as_ref());
    }

    /// Reads the letters in a mask: what is drawn is visible in their shape.
    fn read_mask(&mut self, mask: Option<&SoftMask<'_>>) {
        let Some(mask) = mask else { return };
        let is_new = self.patterns.insert(mask.cache_key());
        self.read_within(is_new, |eyes| mask.interpret(eyes));
    }

    /// Reads a letter that is drawn by instructions. If it draws other letters, it is a text by itself, and is
    /// read only once.
    fn read_drawn_letter<'a>(&mut self, glyph: &PositionedGlyph<'a>, props: &DrawProps<'a>) {
        let FontGlyph::Type3(drawn) = &**glyph else { return };
        let is_new = self.drawn_letters.insert(drawn.cache_key());
        let letters = self.seen.glyphs.len();
        let is_within = std::mem::replace(&mut self.is_in_letter, true);
        self.read_within(is_new, |eyes| {
            drawn.interpret(eyes, props.transform, glyph.transform(), &props.paint);
        });
        self.is_in_letter = is_within;
        self.seen.has_more |= self.seen.glyphs.len() > letters;
    }

    /// Reads something with content of its own if it is new, or reports that it is not read.
    fn read_within(&mut self, is_new: bool, read: impl FnOnce(&mut Self)) {
        if !is_new {
            return;
        }
        let is_too_much = self.patterns.len() > PATTERNS_AT_MOST
            || self.drawn_letters.len() > DRAWN_LETTERS_AT_MOST
            || self.nested >= NESTED_AT_MOST;
        if is_too_much {
            self.seen.has_more = true;
            return;
        }
        self.nested += 1;
        read(self);
        self.nested -= 1;
    }

    fn read_outlines(&mut self, path: &BezPath, transform: Affine, is_area: bool) {
        if !self.is_in_letter {
            self.outlines.add(path, transform, self.scale, is_area);
        }
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
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.read_outlines(path, props.transform, !matches!(mode, DrawMode::Stroke(_)));
        self.read_paint(&props);
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        // What is drawn within a clip has its form.
        self.read_outlines(&clip.path, Affine::IDENTITY, true);
        self.clips += 1;
        self.seen.has_more |= self.clips + self.nested >= FORMS_AT_MOST;
    }

    fn push_transparency_group(&mut self, _: f32, mask: Option<SoftMask<'a>>, _: BlendMode) {
        self.read_mask(mask.as_ref());
    }

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
        self.read_paint(&props);
        for glyph in run.glyphs() {
            self.read_drawn_letter(glyph, &props);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let pixels = Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        let drawn = props.transform.transform_rect_bbox(pixels).intersect(self.page);
        let share = drawn.area() / self.page.area();
        if share.is_finite() {
            self.seen.covered += share.max(0.0);
        }
        self.pictures.add(props.transform, (pixels.width(), pixels.height()), !self.is_in_letter);
    }

    fn pop_clip(&mut self) {
        self.clips = self.clips.saturating_sub(1);
    }

    fn pop_transparency_group(&mut self) {}
}
