//! Builds lines from letters: which letters a reader takes together, and what comes before them. A page can
//! be read in several ways (two columns side by side, wide letter spacing, a stamp across the text), so lines
//! are given for each of them.
//! Knows positions and letters, not PDF.

use std::collections::BTreeMap;

use domain::papers::PageLine;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::page::Glyph;

/// Letters are on one line if their positions differ by less than this, in heights of the font.
const SAME_LINE: f64 = 0.35;
/// Letters belong together if their sizes differ by at most this factor.
const SAME_SIZE: f64 = 1.25;
/// The same letter drawn twice this close, in heights of the font, is one bold letter.
const SAME_PLACE: f64 = 0.25;
/// A gap of at least this size is a space.
const SPACE: f64 = 0.15;
/// Gaps that divide a line into columns, in heights of the font: from wide letter spacing to no division at
/// all.
const COLUMNS: [f64; 5] = [0.8, 1.6, 3.0, 6.0, f64::INFINITY];
/// A part may continue what is on the same line and at most this far before it.
const CONTINUES_WITHIN: f64 = 4.0;
/// The next line of a block begins within this many heights of the font.
const NEXT_LINE_WITHIN: f64 = 2.6;
/// Longest line, in letters, for which the text before it is given.
const TOLD_BEFORE: usize = 24;

/// Letters of one line, from left to right.
type Row<'a> = Vec<&'a Glyph>;

/// A part of a row: the row's index, its first letter, and the letter after its last.
type Part = (usize, usize, usize);

/// The lines of a page.
pub(super) fn lines(glyphs: &[Glyph]) -> Vec<PageLine> {
    let mut rows = rows_by_place(glyphs);
    rows.extend(rows_as_drawn(glyphs));
    let boxes: Vec<Bounds> = rows.iter().map(|row| Bounds::of(row)).collect();
    let mut parts: BTreeMap<Part, Vec<String>> = BTreeMap::new();
    for gap in COLUMNS {
        let level: Vec<Part> = rows.iter().enumerate().flat_map(|(at, row)| columns(at, row, gap)).collect();
        for part in &level {
            let before = parts.entry(*part).or_default();
            if part.2 - part.1 <= TOLD_BEFORE {
                before.extend(standing_before(&rows, &boxes, &level, *part));
            }
        }
    }
    let line = |((row, from, to), mut before): (Part, Vec<String>)| {
        before.sort();
        before.dedup();
        PageLine { text: text(&rows[row][from..to]), before }
    };
    let mut lines: Vec<PageLine> = parts.into_iter().map(line).collect();
    let mut seen = std::collections::HashSet::new();
    lines.retain(|line| !line.text.is_empty() && seen.insert((line.text.clone(), line.before.clone())));
    lines
}

/// The largest number of letters on one line for which the file does not say which letters they are.
pub(super) fn longest_nameless(glyphs: &[Glyph]) -> usize {
    let nameless: Vec<Glyph> = glyphs.iter().filter(|glyph| glyph.text.is_none()).cloned().collect();
    rows_by_place(&nameless).iter().map(Vec::len).max().unwrap_or(0)
}

/// Letters of one direction, height and size, from left to right.
fn rows_by_place(glyphs: &[Glyph]) -> Vec<Row<'_>> {
    let mut sorted: Vec<&Glyph> = glyphs.iter().collect();
    let size_class = |glyph: &Glyph| (glyph.size.ln() / SAME_SIZE.ln()).round();
    sorted.sort_by(|a, b| {
        (a.angle, size_class(a))
            .partial_cmp(&(b.angle, size_class(b)))
            .unwrap_or(std::cmp::Ordering::Equal)
            .then(b.across.total_cmp(&a.across))
    });
    let mut rows: Vec<Row<'_>> = Vec::new();
    for glyph in sorted {
        match rows.last_mut() {
            Some(row) if belongs(row, glyph) => row.push(glyph),
            _ => rows.push(vec![glyph]),
        }
    }
    for row in &mut rows {
        // A mark that is drawn by itself stays with the letter that it was drawn after: the sort keeps the
        // order of equals.
        row.sort_by(|a, b| a.along.total_cmp(&b.along));
        *row = without_bold(row);
    }
    rows
}

fn belongs(row: &[&Glyph], glyph: &Glyph) -> bool {
    row.first().is_some_and(|first| {
        first.angle == glyph.angle
            && (first.across - glyph.across).abs() < SAME_LINE * first.size.min(glyph.size)
            && is_same_size(first.size, glyph.size)
    })
}

fn is_same_size(a: f64, b: f64) -> bool {
    a <= b * SAME_SIZE && b <= a * SAME_SIZE
}

/// A row without letters that are drawn a second time in the same position.
fn without_bold<'a>(row: &[&'a Glyph]) -> Row<'a> {
    let mut kept: Row<'a> = Vec::with_capacity(row.len());
    for glyph in row {
        let near = kept.iter().rev().take_while(|other| glyph.along - other.along < SAME_PLACE * glyph.size);
        let is_again = glyph.text.is_some() && near.into_iter().any(|other| other.text == glyph.text);
        if !is_again {
            kept.push(glyph);
        }
    }
    kept
}

/// Letters in the order in which they are drawn: a stamp across the text is drawn by itself.
fn rows_as_drawn(glyphs: &[Glyph]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for glyph in glyphs {
        let follows = rows.last().is_some_and(|row| {
            belongs(row, glyph)
                && row.last().is_some_and(|last| {
                    let gap = glyph.along - (last.along + last.width);
                    gap.abs() < COLUMNS[1] * glyph.size
                })
        });
        match rows.last_mut() {
            Some(row) if follows => row.push(glyph),
            _ => rows.push(vec![glyph]),
        }
    }
    rows
}

/// The parts of a row between gaps that are wider than `gap` heights of the font.
fn columns(at: usize, row: &[&Glyph], gap: f64) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut from = 0;
    for to in 1..row.len() {
        let (last, next) = (row[to - 1], row[to]);
        if next.along - (last.along + last.width) > gap * last.size {
            parts.push((at, from, to));
            from = to;
        }
    }
    if from < row.len() {
        parts.push((at, from, row.len()));
    }
    parts
}

/// Where a row is.
struct Bounds {
    angle: i32,
    across: f64,
    size: f64,
}

impl Bounds {
    fn of(row: &[&Glyph]) -> Bounds {
        let first = row[0];
        Bounds { angle: first.angle, across: first.across, size: first.size }
    }
}

/// What a part may continue: the nearest part above it in the same block, and what is close before it.
fn standing_before(rows: &[Row<'_>], boxes: &[Bounds], level: &[Part], part: Part) -> Vec<String> {
    let (row, from, to) = part;
    let own = &boxes[row];
    let (left, right) = (rows[row][from].along, end(&rows[row][from..to]));
    let drop_to = |other: usize| boxes[other].across - own.across;
    let is_alike =
        |other: usize| boxes[other].angle == own.angle && is_same_size(boxes[other].size, own.size);
    let said = |(other, first, after): &Part| text(&rows[*other][*first..*after]);
    let above = level.iter().filter(|(other, first, after)| {
        is_alike(*other)
            && (SAME_LINE * own.size..NEXT_LINE_WITHIN * own.size).contains(&drop_to(*other))
            && rows[*other][*first].along < right
            && left < end(&rows[*other][*first..*after])
    });
    let nearest = above.clone().map(|(other, ..)| drop_to(*other)).fold(f64::INFINITY, f64::min);
    let nearest = above.filter(|(other, ..)| drop_to(*other) < nearest + SAME_LINE * own.size);
    let beside = level.iter().filter(|(other, first, after)| {
        let gap = left - end(&rows[*other][*first..*after]);
        is_alike(*other)
            && drop_to(*other).abs() < SAME_LINE * own.size
            && (-SAME_PLACE * own.size..CONTINUES_WITHIN * own.size).contains(&gap)
    });
    nearest.chain(beside).map(said).collect()
}

/// Where the letters end.
fn end(letters: &[&Glyph]) -> f64 {
    letters.last().map_or(f64::NEG_INFINITY, |last| last.along + last.width)
}

/// The composed text of letters, with spaces where there are gaps.
fn text(letters: &[&Glyph]) -> String {
    let mut text = String::new();
    let mut end: Option<f64> = None;
    for glyph in letters {
        let said = glyph.text.as_deref().unwrap_or("\u{fffd}").trim();
        let is_mark = said.chars().all(is_combining_mark);
        if let Some(end) = end
            && !is_mark
            && glyph.along - end > SPACE * glyph.size
        {
            text.push(' ');
        }
        text.push_str(said);
        end = Some(end.unwrap_or(f64::NEG_INFINITY).max(glyph.along + glyph.width));
    }
    text.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::papers::{Level, marking};

    /// A text whose letters are half as wide as high, placed one after the other.
    fn put(text: &str, (along, across): (f64, f64), size: f64, spacing: f64) -> Vec<Glyph> {
        let step = size / 2.0 + spacing;
        let glyph = |(at, letter): (usize, char)| Glyph {
            text: Some(letter.to_string()),
            along: along + step * at as f64,
            across,
            angle: 0,
            size,
            width: size / 2.0,
            is_visible: true,
            is_on_page: true,
        };
        text.chars().enumerate().filter(|(_, letter)| *letter != ' ').map(glyph).collect()
    }

    fn found(texts: &[Vec<Glyph>]) -> Option<Level> {
        marking(&lines(&texts.concat()))
    }

    #[test]
    fn two_columns_on_one_line_are_read_each_by_itself() {
        let page = [put("UBND TỈNH", (50.0, 700.0), 12.0, 0.0), put("TỐI MẬT", (300.0, 700.0), 12.0, 0.0)];
        assert_eq!(found(&page), Some(Level::Secret));
    }

    #[test]
    fn wide_letter_spacing_is_no_column() {
        for spacing in [6.0, 12.0, 30.0] {
            assert_eq!(
                found(&[put("MẬT", (50.0, 700.0), 12.0, spacing)]),
                Some(Level::Confidential),
                "{spacing}"
            );
        }
        let spaced_title = put("BẢO VỆ BÍ MẬT", (50.0, 700.0), 12.0, 8.0);
        assert_eq!(found(&[spaced_title]), None);
    }

    #[test]
    fn letters_drawn_twice_for_bold_are_read_once() {
        let again = put("MẬT", (50.4, 700.0), 12.0, 0.0);
        assert_eq!(found(&[put("MẬT", (50.0, 700.0), 12.0, 0.0), again]), Some(Level::Confidential));
        let doubled = lines(&[put("AA", (0.0, 0.0), 10.0, 0.0), put("AA", (0.3, 0.0), 10.0, 0.0)].concat());
        assert!(doubled.iter().any(|line| line.text == "AA"), "{doubled:?}");
    }

    #[test]
    fn a_heading_that_wraps_is_no_marking_and_a_stamp_is() {
        let heading = put("QUY ĐỊNH BẢO VỆ BÍ", (100.0, 700.0), 14.0, 0.0);
        let next = |across| put("MẬT", (150.0, across), 14.0, 0.0);
        assert_eq!(found(&[heading.clone(), next(680.0)]), None);
        assert_eq!(found(&[heading.clone(), next(600.0)]), Some(Level::Confidential), "far below");
        let larger = put("MẬT", (150.0, 680.0), 24.0, 0.0);
        assert_eq!(found(&[heading, larger]), Some(Level::Confidential), "in another size");
        let stacked = [put("TUYỆT", (100.0, 700.0), 14.0, 0.0), put("MẬT", (105.0, 682.0), 14.0, 0.0)];
        assert_eq!(found(&stacked), Some(Level::TopSecret));
    }

    #[test]
    fn a_stamp_across_the_text_of_the_same_size_is_read_as_it_is_drawn() {
        let body = put("về việc phân bổ kinh phí năm nay cho các", (50.0, 700.0), 12.0, 0.0);
        assert_eq!(found(&[body, put("TỐI MẬT", (103.0, 701.0), 12.0, 0.0)]), Some(Level::Secret));
    }

    #[test]
    fn marks_of_their_own_are_composed_with_their_letter() {
        let mut letters = put("MA", (50.0, 700.0), 12.0, 0.0);
        for mark in ["\u{302}", "\u{323}"] {
            let base = letters[1].clone();
            letters.push(Glyph { text: Some(mark.into()), width: 0.0, along: base.along + 0.1, ..base });
        }
        letters.extend(put("T", (62.0, 700.0), 12.0, 0.0));
        assert_eq!(found(&[letters]), Some(Level::Confidential));
    }

    #[test]
    fn nameless_letters_are_counted_by_line() {
        let mut page = put("• mục • mục", (50.0, 700.0), 12.0, 0.0);
        page[0].text = None;
        assert_eq!(longest_nameless(&page), 1);
        for glyph in &mut page {
            glyph.text = None;
        }
        assert_eq!(longest_nameless(&page), 8);
    }
}
