//! Builds lines from letters: which letters a reader takes together, and what comes before them. A page can
//! be read in several ways (two columns side by side, wide letter spacing, a stamp across the text), so lines
//! are given for each of them.
//! Knows positions and letters, not PDF.

use std::collections::{BTreeMap, HashSet};

use domain::papers::{COLUMN_GAP, PageLine};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::page::Glyph;
use super::rows::{self, Row, SAME_LINE, SAME_PLACE, is_same_size};

/// A gap of at least this size is a space.
const SPACE: f64 = 0.15;
/// The same between letters on a curve, whose corners are apart.
const BENT_SPACE: f64 = 0.4;
/// Gaps that divide a line into columns, in heights of the font: from wide letter spacing to no division at
/// all.
const COLUMNS: [f64; 5] = [0.8, 1.6, 3.0, 6.0, f64::INFINITY];
/// A part may continue what is on the same line and at most this far before it.
const CONTINUES_WITHIN: f64 = 4.0;
/// The next line of a block begins within this many heights of the font.
const NEXT_LINE_WITHIN: f64 = 2.6;
/// A line that is further below the line above it, in heights of the font, stands apart. The lines of a text with
/// one and a half spacing are 1.75 apart.
const APART_FROM: f64 = 1.9;
/// The next line of a block is at least this far away, in heights of the font. A raised number is nearer.
const NEXT_LINE_FROM: f64 = 0.6;
/// Letters of the line below that are given. An ordinary word after "mật" has at most 5.
const AFTER_AT_MOST: usize = 16;
/// Length of a line, in letters, for which the text before it is given. "MẬT" has three letters. A line that begins
/// with "mật" may be longer.
const TOLD_BEFORE: std::ops::RangeInclusive<usize> = 3..=24;
/// Most texts before a line: one for each way to read the page.
const BEFORE_AT_MOST: usize = 16;
/// Most pairs of parts that are compared. A map with 10,000 labels has about 20 million; this takes 0.5 s.
const PAIRS_AT_MOST: usize = 100_000_000;
/// Most letters and signs of "mật" at the beginning or end of a line: a quotation mark or two, and each mark by itself.
const MAT_AT_MOST: usize = 8;
/// Letters of a line in capitals that is not long text.
const SHORT_LINE: usize = 40;

/// A part of a row: the row's index, its first letter, and the letter after its last.
type Part = (usize, usize, usize);

/// The lines of a page; none if it has more than can be compared in time.
pub(super) fn lines(glyphs: &[Glyph]) -> Option<Vec<PageLine>> {
    let rows = rows::straight(glyphs);
    let mut pairs = 0;
    let mut parts: BTreeMap<Part, Surroundings> = BTreeMap::new();
    for gap in COLUMNS {
        let level: Vec<Part> = rows.iter().enumerate().flat_map(|(at, row)| columns(at, row, gap)).collect();
        let mut places: Vec<Place> = level.iter().map(|part| Place::of(&rows, *part)).collect();
        places.sort_by(|a, b| a.angle.cmp(&b.angle).then(a.across.total_cmp(&b.across)));
        for place in &places {
            let around = parts.entry(place.part).or_default();
            let line = letters(&rows, place.part);
            let mut find = |from: f64, to: f64| {
                let near = near(&places, place, (from, to));
                pairs += near.len();
                (pairs <= PAIRS_AT_MOST).then_some(near)
            };
            if may_continue(line) {
                around.add_before(find(-SAME_LINE, NEXT_LINE_WITHIN)?, place, &rows);
            }
            if ends_with_mat(line) {
                around.add_after(find(-NEXT_LINE_WITHIN, -NEXT_LINE_FROM)?, place, &rows);
            }
        }
    }
    let line = |(part, mut around): (Part, Surroundings)| {
        for texts in [&mut around.before, &mut around.after] {
            texts.sort();
            texts.dedup();
        }
        PageLine {
            text: text(letters(&rows, part)),
            before: around.before,
            after: around.after,
            is_apart: around.rise.is_some_and(|rise| rise > APART_FROM),
        }
    };
    let mut lines: Vec<PageLine> = parts.into_iter().map(line).collect();
    lines.extend(rows::bent(glyphs).iter().map(|row| PageLine::alone(bent_text(row))));
    let mut seen = HashSet::new();
    lines.retain(|line| !line.text.is_empty() && seen.insert((line.text.clone(), line.before.clone())));
    Some(lines)
}

/// The largest number of letters on one line for which the file does not say which letters they are.
pub(super) fn longest_nameless(glyphs: &[Glyph]) -> usize {
    let nameless: Vec<Glyph> = glyphs.iter().filter(|glyph| glyph.text.is_none()).cloned().collect();
    rows::by_place(&nameless).iter().map(Vec::len).max().unwrap_or(0)
}

/// Whether a word in capitals on a short line has a letter that the file does not name. It may be the letter
/// that makes a marking. A bullet before a word is no part of it.
pub(super) fn has_nameless_capitals(line: &PageLine) -> bool {
    if !line.text.contains(NAMELESS)
        || line.text.chars().filter(|letter| is_letter(*letter)).count() > SHORT_LINE
    {
        return false;
    }
    let words: Vec<&str> =
        line.text.split(|letter: char| !is_letter(letter)).filter(|word| !word.is_empty()).collect();
    let is_in_doubt = |word: &&str| {
        word.contains(NAMELESS)
            && word.chars().any(char::is_uppercase)
            && !word.chars().any(char::is_lowercase)
    };
    // Wide letter spacing: each letter is a word.
    let is_spaced_in_doubt = |words: &[&str]| {
        words.iter().all(|word| word.chars().count() == 1)
            && words[1].contains(NAMELESS)
            && [words[0], words[2]].iter().all(|word| word.chars().all(char::is_uppercase))
    };
    words.iter().any(is_in_doubt) || words.windows(3).any(is_spaced_in_doubt)
}

/// Whether a line may be the end of a marking that begins before it, or of a word such as "bảo mật". Such a line
/// begins with "mật", "tối" or "tuyệt". On a map with thousands of labels, few do.
fn may_continue(line: &[&Glyph]) -> bool {
    let begins = |starts: &[char]| {
        line.iter()
            .flat_map(|glyph| said(glyph).chars())
            .find(|letter| is_letter(*letter))
            .is_some_and(|first| starts.contains(&first))
    };
    (TOLD_BEFORE.contains(&line.len()) && begins(&['M', 'm', 'T', 't', NAMELESS])) || begins_with_mat(line)
}

/// Whether the first letters of a line are "mật".
fn begins_with_mat(line: &[&Glyph]) -> bool {
    let start: String = line.iter().take(MAT_AT_MOST).map(|glyph| said(glyph)).collect();
    spell_mat(start.nfc().filter(|letter| is_letter(*letter)))
}

/// Whether the last letters of a line are "mật".
fn ends_with_mat(line: &[&Glyph]) -> bool {
    let end: String =
        line[line.len().saturating_sub(MAT_AT_MOST)..].iter().map(|glyph| said(glyph)).collect();
    let letters: Vec<char> = end.nfc().filter(|letter| is_letter(*letter)).collect();
    spell_mat(letters[letters.len().saturating_sub(3)..].iter().copied())
}

/// Whether letters begin with "mật", in any case and with any of its marks.
fn spell_mat(letters: impl Iterator<Item = char>) -> bool {
    let mut letters = letters.flat_map(char::to_uppercase);
    letters.next() == Some('M')
        && letters.next().is_some_and(|second| matches!(second, 'Ậ' | 'Â' | 'Ạ' | 'A' | NAMELESS))
        && letters.next() == Some('T')
}

fn is_letter(letter: char) -> bool {
    letter.is_alphabetic() || letter == NAMELESS
}

/// The replacement character: a letter without a Unicode value in the file.
const NAMELESS: char = char::REPLACEMENT_CHARACTER;

fn letters<'r, 'a>(rows: &'r [Row<'a>], (row, from, to): Part) -> &'r [&'a Glyph] {
    &rows[row][from..to]
}

/// The parts of a row between gaps that are wider than `gap` heights of the font.
fn columns(at: usize, row: &[&Glyph], gap: f64) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut from = 0;
    for to in 1..row.len() {
        if is_gap(row[to - 1], row[to], gap) {
            parts.push((at, from, to));
            from = to;
        }
    }
    if from < row.len() {
        parts.push((at, from, row.len()));
    }
    parts
}

/// Whether two letters are further apart than `gap` heights of the font.
fn is_gap(last: &Glyph, next: &Glyph, gap: f64) -> bool {
    next.along - (last.along + last.width) > gap * last.size
}

/// Where a part is.
struct Place {
    part: Part,
    angle: i32,
    across: f64,
    size: f64,
    left: f64,
    right: f64,
}

impl Place {
    fn of(rows: &[Row<'_>], part: Part) -> Place {
        let first = rows[part.0][0];
        let letters = letters(rows, part);
        let right = letters.last().map_or(f64::NEG_INFINITY, |last| last.along + last.width);
        let left = letters[0].along;
        Place { part, angle: first.angle, across: first.across, size: first.size, left, right }
    }

    /// How far another place is above this one.
    fn rise_to(&self, other: &Place) -> f64 {
        other.across - self.across
    }
}

/// The parts of the same direction that are in a range of heights above a part, in heights of its font. The parts are
/// sorted by direction and height.
fn near<'p>(places: &'p [Place], own: &Place, (lowest, highest): (f64, f64)) -> &'p [Place] {
    let from = |angle: i32, across: f64| {
        places.partition_point(|place| (place.angle, place.across) < (angle, across))
    };
    let across = |rise: f64| own.across + rise * own.size;
    &places[from(own.angle, across(lowest))..from(own.angle, across(highest))]
}

/// The text that a part may continue, and that may continue it.
#[derive(Default)]
struct Surroundings {
    /// The text of the nearest parts above it in the same block, and of what is close before it.
    before: Vec<String>,
    /// The beginning of the nearest parts below it in the same block.
    after: Vec<String>,
    /// How far the nearest part above it is, in heights of the font.
    rise: Option<f64>,
}

impl Surroundings {
    /// Adds what is before a part in one way to read the page.
    fn add_before(&mut self, near: &[Place], own: &Place, rows: &[Row<'_>]) {
        let line = SAME_LINE * own.size;
        let above = in_block(near, own).filter(|other| own.rise_to(other) >= NEXT_LINE_FROM * own.size);
        let nearest = above.clone().map(|other| own.rise_to(other)).fold(f64::INFINITY, f64::min);
        if nearest.is_finite() {
            self.rise = Some(self.rise.unwrap_or(f64::INFINITY).min(nearest / own.size));
        }
        let above = above.filter(|other| own.rise_to(other) < nearest + line);
        let beside = near.iter().filter(|other| {
            let gap = own.left - other.right;
            is_same_size(other.size, own.size)
                && own.rise_to(other).abs() < line
                && (-SAME_PLACE * own.size..CONTINUES_WITHIN * own.size).contains(&gap)
        });
        let texts = above.chain(beside).map(|place| text(letters(rows, place.part)));
        self.before.extend(texts.take(BEFORE_AT_MOST));
    }

    /// Adds what is below a part in one way to read the page.
    fn add_after(&mut self, near: &[Place], own: &Place, rows: &[Row<'_>]) {
        let nearest = in_block(near, own).map(|other| own.rise_to(other)).fold(f64::NEG_INFINITY, f64::max);
        let below = in_block(near, own).filter(|other| own.rise_to(other) > nearest - SAME_LINE * own.size);
        let texts = below.map(|place| {
            let letters = letters(rows, place.part);
            text(&letters[..letters.len().min(AFTER_AT_MOST)])
        });
        self.after.extend(texts.take(BEFORE_AT_MOST));
    }
}

/// The parts that are in the same block as a part: above or below it, in about the same size.
fn in_block<'p>(near: &'p [Place], own: &'p Place) -> impl Iterator<Item = &'p Place> + Clone {
    near.iter().filter(|other| {
        is_same_size(other.size, own.size) && other.left < own.right && own.left < other.right
    })
}

/// The composed text of letters, with spaces where there are gaps.
fn text(letters: &[&Glyph]) -> String {
    let mut text = String::new();
    let mut end: Option<f64> = None;
    for (at, glyph) in letters.iter().enumerate() {
        let said = said(glyph);
        let is_mark = said.chars().all(is_combining_mark);
        if let Some(end) = end
            && !is_mark
            && glyph.along - end > SPACE * glyph.size
        {
            let is_wide = at > 0 && is_gap(letters[at - 1], glyph, COLUMNS[0]);
            text.push(if is_wide { COLUMN_GAP } else { ' ' });
        }
        text.push_str(said);
        end = Some(end.unwrap_or(f64::NEG_INFINITY).max(glyph.along + glyph.width));
    }
    text.nfc().collect()
}

/// The text of letters that are not on a straight line. Each letter of a column is a word by itself, as in wide
/// letter spacing.
fn bent_text(letters: &[&Glyph]) -> String {
    let mut text = String::new();
    let mut last: Option<&Glyph> = None;
    for glyph in letters {
        let is_space = last.is_some_and(|last| rows::gap(last, glyph) > BENT_SPACE * glyph.size);
        if is_space && !said(glyph).chars().all(is_combining_mark) {
            text.push(' ');
        }
        text.push_str(said(glyph));
        last = Some(glyph);
    }
    text.nfc().collect()
}

fn said(glyph: &Glyph) -> &str {
    glyph.text.as_deref().map_or("\u{fffd}", str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::papers::{Level, marking, may_be_marked};

    /// A text whose letters are half as wide as high, placed one after the other.
    fn put(text: &str, (along, across): (f64, f64), size: f64, spacing: f64) -> Vec<Glyph> {
        let step = size / 2.0 + spacing;
        let glyph = |(at, letter): (usize, char)| Glyph {
            text: Some(letter.to_string()),
            place: (along + step * at as f64, across),
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
        marking(&lines(&texts.concat()).unwrap())
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
        let doubled =
            lines(&[put("AA", (0.0, 0.0), 10.0, 0.0), put("AA", (0.3, 0.0), 10.0, 0.0)].concat()).unwrap();
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
    fn a_long_line_that_begins_with_mat_continues_the_line_above() {
        let above = put("cơ quan thực hiện tốt công tác bảo", (50.0, 700.0), 12.0, 0.0);
        let below = |text| put(text, (50.0, 682.0), 12.0, 0.0);
        let may_be = |texts: &[Vec<Glyph>]| may_be_marked(&lines(&texts.concat()).unwrap());
        let rest = "mật thông tin, an toàn mạng và chuyển đổi số";
        assert!(!may_be(&[above.clone(), below(rest)]));
        assert!(may_be(&[above, below("Mật")]), "a word in small letters does not go on like this");
        assert!(may_be(&[put("cơ quan thực hiện các văn bản", (50.0, 700.0), 12.0, 0.0), below(rest)]));
    }

    #[test]
    fn an_ordinary_word_may_end_on_the_next_line_or_begin_a_column() {
        let at = |text: &str, along, across| put(text, (along, across), 10.0, 0.0);
        let may_be = |texts: &[Vec<Glyph>]| may_be_marked(&lines(&texts.concat()).unwrap());
        let above = at("cần đổi ngay mật", 50.0, 700.0);
        assert!(!may_be(&[above.clone(), at("khẩu của mọi người", 50.0, 685.0)]));
        assert!(may_be(&[above, at("của cơ quan", 50.0, 685.0)]));
        let columns = |first: &str| {
            may_be(&[
                at("các đơn vị", 50.0, 700.0),
                at("công tác bảo", 250.0, 700.0),
                at(first, 50.0, 685.0),
                at("mật thông tin", 250.0, 685.0),
            ])
        };
        assert!(!columns("hai bên đời"));
        assert!(columns("tài liệu mật"), "the word is in the first column");
    }

    #[test]
    fn a_raised_number_is_not_the_line_above() {
        let page = [
            put("cơ quan làm tốt công tác bảo", (50.0, 700.0), 12.0, 0.0),
            put("mật thông tin", (50.0, 682.0), 12.0, 0.0),
            put("1", (60.0, 687.0), 10.0, 0.0),
        ];
        assert!(!may_be_marked(&lines(&page.concat()).unwrap()));
    }

    #[test]
    fn a_stamp_apart_from_a_heading_is_asked_about() {
        let heading = put("QUY CHẾ BẢO", (100.0, 700.0), 14.0, 0.0);
        let may_be = |across| {
            let page = [heading.clone(), put("MẬT", (120.0, across), 14.0, 0.0)];
            (found(&page), may_be_marked(&lines(&page.concat()).unwrap()))
        };
        assert_eq!(may_be(679.0), (None, false), "one and a half lines");
        assert_eq!(may_be(670.0), (None, true), "more than two lines");
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
