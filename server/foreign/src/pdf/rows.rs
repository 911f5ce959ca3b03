//! Groups letters into rows: the ways in which a reader may take letters together. Text is mostly in straight
//! lines, but a stamp may have small capitals, letters one under another, or letters on a curve.

use super::page::Glyph;

/// Letters are on one line if their positions differ by less than this, in heights of the font.
pub(super) const SAME_LINE: f64 = 0.35;
/// The same for letters that are raised and lowered in turn.
const SAME_LOOSE_LINE: f64 = 0.5;
/// Letters belong together if their sizes differ by at most this factor.
const SAME_SIZE: f64 = 1.25;
/// Small capitals and a large first letter belong to a word too. Word sets small capitals in 11 pt beside
/// 14 pt, browsers in 0.7 of the size.
const SAME_WORD_SIZE: f64 = 1.7;
/// The same letter drawn twice this close, in heights of the font, is one bold letter.
pub(super) const SAME_PLACE: f64 = 0.25;
/// Letters that are drawn one after the other are in one row up to this gap, in heights of the font.
const DRAWN_WITHIN: f64 = 1.6;
/// Letters one under another are a word up to this distance, in heights of the font: with a space between two
/// words.
const UNDER_WITHIN: f64 = 3.0;
/// Most open rows that are searched for the row of a letter. Rows of one height differ in their sizes.
const OPEN_ROWS: usize = 8;
/// Most letters of a word that is not on a straight line.
const BENT_AT_MOST: usize = 60;

/// Letters of one line, from left to right.
pub(super) type Row<'a> = Vec<&'a Glyph>;

/// The rows of letters on straight lines.
pub(super) fn straight(glyphs: &[Glyph]) -> Vec<Row<'_>> {
    let mut rows = by_place(glyphs);
    let loose = by_loose_place(glyphs);
    let single: Vec<Row<'_>> = rows.iter().chain(&loose).filter_map(|row| without_shadow(row)).collect();
    rows.extend(loose);
    rows.extend(single);
    rows.extend(as_drawn(glyphs));
    rows
}

/// The words whose letters are not on a straight line, in the order of reading: one under another, or each in
/// another direction or height.
pub(super) fn bent(glyphs: &[Glyph]) -> Vec<Row<'_>> {
    let mut rows = one_under_another(glyphs);
    rows.extend(along_a_curve(glyphs));
    rows.retain(|row| (3..=BENT_AT_MOST).contains(&row.len()));
    rows
}

/// Letters of one direction, height and size, from left to right.
pub(super) fn by_place(glyphs: &[Glyph]) -> Vec<Row<'_>> {
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
        put_in_order(row);
    }
    rows
}

/// Letters of one direction on about one height, in the sizes of one word. Only rows that [`by_place`] divides.
fn by_loose_place(glyphs: &[Glyph]) -> Vec<Row<'_>> {
    let mut sorted: Vec<&Glyph> = glyphs.iter().collect();
    sorted.sort_by(|a, b| a.angle.cmp(&b.angle).then(b.across.total_cmp(&a.across)));
    let mut rows: Vec<Row<'_>> = Vec::new();
    for glyph in sorted {
        let open = rows.iter_mut().rev().take(OPEN_ROWS).find(|row| {
            row[0].angle == glyph.angle
                && (row[0].across - glyph.across).abs() < SAME_LOOSE_LINE * row[0].size.min(glyph.size)
                && is_within(SAME_WORD_SIZE, row[0].size, glyph.size)
        });
        match open {
            Some(row) => row.push(glyph),
            None => rows.push(vec![glyph]),
        }
    }
    rows.retain(|row| row.iter().any(|glyph| !belongs(row, glyph)));
    for row in &mut rows {
        put_in_order(row);
    }
    rows
}

/// Puts a row in the order of reading, without the second drawing of bold letters.
fn put_in_order(row: &mut Row<'_>) {
    // A mark that is drawn by itself stays with the letter that it was drawn after: the sort keeps the order
    // of equals.
    row.sort_by(|a, b| a.along.total_cmp(&b.along));
    *row = without_bold(row);
}

fn belongs(row: &[&Glyph], glyph: &Glyph) -> bool {
    row.first().is_some_and(|first| {
        first.angle == glyph.angle
            && (first.across - glyph.across).abs() < SAME_LINE * first.size.min(glyph.size)
            && is_same_size(first.size, glyph.size)
    })
}

pub(super) fn is_same_size(a: f64, b: f64) -> bool {
    is_within(SAME_SIZE, a, b)
}

fn is_within(factor: f64, a: f64, b: f64) -> bool {
    a <= b * factor && b <= a * factor
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

/// A row in which each letter has a shadow beside it, without the shadows: "MMẬẬTT" is "MẬT".
fn without_shadow<'a>(row: &[&'a Glyph]) -> Option<Row<'a>> {
    let mut kept: Row<'a> = row.to_vec();
    kept.dedup_by(|next, last| next.text == last.text && next.along - last.along < last.size);
    (kept.len() > 1 && kept.len() * 2 <= row.len()).then_some(kept)
}

/// Letters in the order in which they are drawn: a stamp across the text is drawn by itself.
fn as_drawn(glyphs: &[Glyph]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for glyph in glyphs {
        let follows = rows.last().is_some_and(|row| {
            belongs(row, glyph)
                && row.last().is_some_and(|last| {
                    let gap = glyph.along - (last.along + last.width);
                    gap.abs() < DRAWN_WITHIN * glyph.size
                })
        });
        match rows.last_mut() {
            Some(row) if follows => row.push(glyph),
            _ => rows.push(vec![glyph]),
        }
    }
    rows
}

/// Letters that stand alone on their line, from top to bottom.
fn one_under_another(glyphs: &[Glyph]) -> Vec<Row<'_>> {
    let middle = |glyph: &Glyph| glyph.along + glyph.width / 2.0;
    let mut alone: Vec<&Glyph> = Vec::new();
    for row in by_place(glyphs) {
        for (at, glyph) in row.iter().enumerate() {
            let gap_after = row.get(at + 1).map(|next| next.along - (glyph.along + glyph.width));
            let gap_before = (at > 0).then(|| glyph.along - (row[at - 1].along + row[at - 1].width));
            if [gap_before, gap_after].into_iter().flatten().all(|gap| gap > SAME_LINE * glyph.size) {
                alone.push(glyph);
            }
        }
    }
    // A column between two classes is found in one of two divisions.
    let divisions = [0.0, 0.5].map(|shift| {
        let mut sorted = alone.clone();
        let class = |glyph: &Glyph| (middle(glyph) / glyph.size + shift).floor();
        sorted.sort_by(|a, b| {
            let place = class(a).total_cmp(&class(b));
            a.angle.cmp(&b.angle).then(place).then(b.across.total_cmp(&a.across))
        });
        let mut rows: Vec<Row<'_>> = Vec::new();
        for glyph in sorted {
            let is_under = |last: &Glyph| {
                let drop = last.across - glyph.across;
                last.angle == glyph.angle
                    && class(last) == class(glyph)
                    && is_within(SAME_WORD_SIZE, last.size, glyph.size)
                    && drop < UNDER_WITHIN * glyph.size
            };
            match rows.last_mut() {
                Some(row) if row.last().is_some_and(|last| is_under(last)) => row.push(glyph),
                _ => rows.push(vec![glyph]),
            }
        }
        rows
    });
    divisions.into_iter().flatten().collect()
}

/// Letters that are drawn one after the other, each near the end of the one before it, in changing directions
/// or heights.
fn along_a_curve(glyphs: &[Glyph]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for glyph in glyphs {
        let follows = rows.last().and_then(|row| row.last()).is_some_and(|last| {
            is_within(SAME_WORD_SIZE, last.size, glyph.size) && gap(last, glyph) < DRAWN_WITHIN * glyph.size
        });
        match rows.last_mut() {
            Some(row) if follows => row.push(glyph),
            _ => rows.push(vec![glyph]),
        }
    }
    rows.retain(|row| row.iter().any(|glyph| !belongs(row, glyph)));
    rows
}

/// The distance from the end of a letter to the beginning of another, in any direction.
pub(super) fn gap(from: &Glyph, to: &Glyph) -> f64 {
    let (sine, cosine) = f64::from(from.angle).to_radians().sin_cos();
    let end = (from.place.0 + from.width * cosine, from.place.1 + from.width * sine);
    (to.place.0 - end.0).hypot(to.place.1 - end.1)
}
