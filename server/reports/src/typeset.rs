//! Breaking text into lines and lines into pages, by the measures of NĐ 30/2020/NĐ-CP: A4, margins 20/20/30/20 mm,
//! body 14 pt justified with a first line of 1.27 cm and 6 pt between paragraphs. Knows no PDF: it gives marks on pages.

use krilla::text::Font;

use crate::letter::{Block, Letter};

/// Millimetres in points.
const MM: f32 = 72.0 / 25.4;
/// A4.
pub(crate) const PAGE: (f32, f32) = (210.0 * MM, 297.0 * MM);
const TOP: f32 = 20.0 * MM;
const BOTTOM: f32 = 20.0 * MM;
const LEFT: f32 = 30.0 * MM;
const RIGHT: f32 = 20.0 * MM;
const WIDTH: f32 = PAGE.0 - LEFT - RIGHT;
const BODY: f32 = 14.0;
const LINE: f32 = 1.32;
const FIRST_LINE: f32 = 12.7 * MM;
const BETWEEN: f32 = 6.0;
const CELL_PAD: f32 = 4.0;
const CELL_SIZE: f32 = 12.0;

/// A face of the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Regular,
    Bold,
    Italic,
}

/// The faces letters are set in: Times New Roman or a metric-compatible one, with all Vietnamese letters.
#[derive(Clone, Debug)]
pub struct Faces {
    faces: [Face; 3],
}

#[derive(Clone, Debug)]
struct Face {
    font: Font,
    data: std::sync::Arc<Vec<u8>>,
}

/// A file that is no usable TrueType face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaceError;

impl std::fmt::Display for FaceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a usable TrueType face")
    }
}
impl std::error::Error for FaceError {}

impl Faces {
    /// Faces from the bytes of three TrueType files.
    ///
    /// # Errors
    /// When one of them cannot be read as a face.
    pub fn new(regular: Vec<u8>, bold: Vec<u8>, italic: Vec<u8>) -> Result<Faces, FaceError> {
        let face = |data: Vec<u8>| {
            ttf_parser::Face::parse(&data, 0).map_err(|_| FaceError)?;
            let font = Font::new(data.clone().into(), 0).ok_or(FaceError)?;
            Ok(Face { font, data: std::sync::Arc::new(data) })
        };
        Ok(Faces { faces: [face(regular)?, face(bold)?, face(italic)?] })
    }

    fn face(&self, style: Style) -> &Face {
        match style {
            Style::Regular => &self.faces[0],
            Style::Bold => &self.faces[1],
            Style::Italic => &self.faces[2],
        }
    }

    pub(crate) fn font(&self, style: Style) -> Font {
        self.face(style).font.clone()
    }

    /// Reads the three faces for measuring, once per letter.
    fn rulers(&self) -> Option<[ttf_parser::Face<'_>; 3]> {
        let read = |style| ttf_parser::Face::parse(&self.face(style).data, 0).ok();
        Some([read(Style::Regular)?, read(Style::Bold)?, read(Style::Italic)?])
    }
}

/// Something to draw, in points from the top left of its page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    Text { x: f32, y: f32, style: Style, size: f32, text: String },
    Line { from: (f32, f32), to: (f32, f32) },
}

/// Sets a letter; one list of marks a page, at least one page.
pub(crate) fn pages(letter: &Letter, faces: &Faces) -> Vec<Vec<Mark>> {
    let Some(rulers) = faces.rulers() else { return vec![Vec::new()] };
    let mut sheet = Sheet { rulers, pages: vec![Vec::new()], y: TOP };
    sheet.head(letter);
    for (index, block) in letter.blocks.iter().enumerate() {
        let is_last = index + 1 == letter.blocks.len();
        match block {
            Block::Heading(text) => sheet.heading(text),
            Block::Paragraph(text) if is_last => sheet.paragraph(&format!("{text}./.")),
            Block::Paragraph(text) => sheet.paragraph(text),
            Block::Table { header, rows } => sheet.table(header, rows),
            Block::NewPage => sheet.new_page(),
        }
    }
    sheet.foot(letter);
    sheet.pages
}

struct Sheet<'a> {
    rulers: [ttf_parser::Face<'a>; 3],
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Sheet<'_> {
    fn width(&self, text: &str, style: Style, size: f32) -> f32 {
        let face = &self.rulers[style as usize];
        let units: u32 = text
            .chars()
            .filter_map(|c| face.glyph_index(c))
            .filter_map(|glyph| face.glyph_hor_advance(glyph))
            .map(u32::from)
            .sum();
        units as f32 * size / f32::from(face.units_per_em())
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn text(&mut self, x: f32, y: f32, style: Style, size: f32, text: &str) {
        self.put(Mark::Text { x, y, style, size, text: text.to_owned() });
    }

    fn centred(&mut self, middle: f32, y: f32, style: Style, size: f32, text: &str) -> f32 {
        let width = self.width(text, style, size);
        self.text(middle - width / 2.0, y, style, size, text);
        width
    }

    fn rule(&mut self, middle: f32, y: f32, width: f32) {
        self.put(Mark::Line { from: (middle - width / 2.0, y), to: (middle + width / 2.0, y) });
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
        let number = self.pages.len().to_string();
        self.centred(PAGE.0 / 2.0, TOP / 2.0 + 6.0, Style::Regular, 13.0, &number);
    }

    /// Makes sure so much fits below, on this page or the next.
    fn reserve(&mut self, height: f32) {
        if self.y + height > PAGE.1 - BOTTOM {
            self.new_page();
        }
    }

    /// The words of a text in lines no wider than given; `first` is the indent of the first.
    fn broken(&self, text: &str, style: Style, size: f32, width: f32, first: f32) -> Vec<Vec<String>> {
        let space = self.width(" ", style, size);
        let mut lines: Vec<Vec<String>> = vec![Vec::new()];
        let mut used = first;
        for word in text.split_whitespace() {
            let wide = self.width(word, style, size);
            let is_first = lines.last().is_none_or(Vec::is_empty);
            if !is_first && used + space + wide > width {
                lines.push(Vec::new());
                used = wide;
            } else {
                used += if is_first { wide } else { space + wide };
            }
            if let Some(line) = lines.last_mut() {
                line.push(word.to_owned());
            }
        }
        lines
    }

    fn head(&mut self, letter: &Letter) {
        let (left, right) = (LEFT + WIDTH * 0.2, LEFT + WIDTH * 0.72);
        let mut y = self.y + 13.0;
        self.centred(left, y, Style::Regular, 12.0, &letter.above.to_uppercase());
        self.centred(right, y, Style::Bold, 12.5, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
        y += 17.0;
        let lines = self.broken(&letter.agency.to_uppercase(), Style::Bold, 12.0, WIDTH * 0.4, 0.0);
        let motto = self.centred(right, y, Style::Bold, 13.5, "Độc lập - Tự do - Hạnh phúc");
        self.rule(right, y + 5.0, motto);
        for line in &lines {
            self.centred(left, y, Style::Bold, 12.0, &line.join(" "));
            y += 15.0;
        }
        self.rule(left, y - 9.0, WIDTH * 0.13);
        y += 9.0;
        self.centred(left, y, Style::Regular, 13.0, &letter.number);
        self.centred(right, y, Style::Italic, 13.5, &letter.place_and_date);
        y += 34.0;
        self.centred(LEFT + WIDTH / 2.0, y, Style::Bold, 14.0, &letter.kind.to_uppercase());
        for line in &letter.about {
            y += 18.0;
            self.centred(LEFT + WIDTH / 2.0, y, Style::Bold, 14.0, line);
        }
        self.rule(LEFT + WIDTH / 2.0, y + 7.0, WIDTH * 0.24);
        self.y = y + 26.0;
    }

    fn heading(&mut self, text: &str) {
        self.reserve(BODY * LINE * 3.0);
        for line in self.broken(text, Style::Bold, BODY, WIDTH - FIRST_LINE, 0.0) {
            self.y += BODY * LINE;
            let y = self.y;
            self.text(LEFT + FIRST_LINE, y, Style::Bold, BODY, &line.join(" "));
        }
        self.y += BETWEEN;
    }

    fn paragraph(&mut self, text: &str) {
        let lines = self.broken(text, Style::Regular, BODY, WIDTH, FIRST_LINE);
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.iter().enumerate() {
            self.reserve(BODY * LINE);
            self.y += BODY * LINE;
            let indent = if index == 0 { FIRST_LINE } else { 0.0 };
            self.line(line, indent, index == last);
        }
        self.y += BETWEEN;
    }

    /// One line of a paragraph; all but the last are stretched to the full width.
    fn line(&mut self, words: &[String], indent: f32, is_last: bool) {
        let y = self.y;
        let space = self.width(" ", Style::Regular, BODY);
        let ink: f32 = words.iter().map(|word| self.width(word, Style::Regular, BODY)).sum();
        let gaps = words.len().saturating_sub(1);
        let gap = if is_last || gaps == 0 { space } else { (WIDTH - indent - ink) / gaps as f32 };
        let mut x = LEFT + indent;
        for word in words {
            self.text(x, y, Style::Regular, BODY, word);
            x += self.width(word, Style::Regular, BODY) + gap;
        }
    }

    fn table(&mut self, header: &[String], rows: &[Vec<String>]) {
        let columns = header.len().max(1);
        let first = if columns > 1 { WIDTH * 0.4 } else { WIDTH };
        let other = if columns > 1 { (WIDTH - first) / (columns - 1) as f32 } else { 0.0 };
        self.row(header, Style::Bold, first, other);
        for row in rows {
            self.row(row, Style::Regular, first, other);
        }
        self.y += BETWEEN * 2.0;
    }

    fn row(&mut self, cells: &[String], style: Style, first: f32, other: f32) {
        let width = |column: usize| if column == 0 { first } else { other };
        let set: Vec<Vec<Vec<String>>> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| self.broken(cell, style, CELL_SIZE, width(column) - 2.0 * CELL_PAD, 0.0))
            .collect();
        let tallest = set.iter().map(Vec::len).max().unwrap_or(1);
        let height = tallest as f32 * CELL_SIZE * LINE + 2.0 * CELL_PAD;
        self.reserve(height);
        let (top, bottom) = (self.y, self.y + height);
        let mut x = LEFT;
        self.put(Mark::Line { from: (LEFT, top), to: (LEFT + WIDTH, top) });
        self.put(Mark::Line { from: (LEFT, bottom), to: (LEFT + WIDTH, bottom) });
        self.put(Mark::Line { from: (LEFT, top), to: (LEFT, bottom) });
        for (column, lines) in set.iter().enumerate() {
            for (index, line) in lines.iter().enumerate() {
                let y = top + CELL_PAD + (index as f32 + 0.8) * CELL_SIZE * LINE;
                let text = line.join(" ");
                if column == 0 && style == Style::Regular {
                    self.text(x + CELL_PAD, y, style, CELL_SIZE, &text);
                } else {
                    self.centred(x + width(column) / 2.0, y, style, CELL_SIZE, &text);
                }
            }
            x += width(column);
            self.put(Mark::Line { from: (x, top), to: (x, bottom) });
        }
        self.y = bottom;
    }

    fn foot(&mut self, letter: &Letter) {
        if letter.signer.is_empty() && letter.recipients.is_empty() {
            return;
        }
        self.reserve(120.0);
        self.y += 18.0;
        let top = self.y;
        self.centred(LEFT + WIDTH * 0.75, top, Style::Bold, 13.5, &letter.signer.to_uppercase());
        if !letter.recipients.is_empty() {
            self.text(LEFT, top, Style::Bold, 12.0, "Nơi nhận:");
            for (index, line) in letter.recipients.iter().enumerate() {
                self.text(LEFT, top + 15.0 * (index + 1) as f32, Style::Regular, 11.0, line);
            }
        }
        self.y = top + 100.0;
    }
}
