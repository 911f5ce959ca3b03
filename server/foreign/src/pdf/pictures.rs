//! Tells whether a picture on a page, or several side by side, is large enough for a stamp. Knows where pictures
//! are, not what they show.

use std::collections::BTreeMap;

use hayro_interpret::kurbo::{Affine, Rect};

use super::page::Scale;

/// Smallest picture that may be a stamp, in millimetres. Stamps are 20 to 40 mm wide and 8 mm high; at 60 % of that
/// size the letters are still easy to read. A thin rule is lower.
const STAMP: (f64, f64) = (12.0, 5.0);
/// Share of a stamp's area that slices must cover together. Letters that are a picture each leave gaps of a tenth.
const COVERED_AT_LEAST: f64 = 0.85;
/// Size of the cells that a page is divided into to add up slices, in millimetres. A stamp is 10 cells high.
const CELL: f64 = 0.5;
/// Most cells of a page: those of A0, 841 mm by 1189 mm. On larger pages the cells are larger.
const CELLS_AT_MOST: f64 = 4_000_000.0;

/// The pictures of a page.
#[derive(Debug)]
pub(super) struct Pictures {
    /// The page, in units of the page.
    page: Rect,
    scale: Scale,
    has_stamp: bool,
    /// The small pictures that are turned, by whole degrees. Sides of 0 and 90 degrees are the same.
    turned: BTreeMap<i32, Turned>,
    /// The pictures that are smaller than a stamp.
    cells: Option<Cells>,
}

impl Pictures {
    pub(super) fn new(page: Rect, scale: Scale) -> Pictures {
        Pictures { page, scale, has_stamp: false, turned: BTreeMap::new(), cells: None }
    }

    /// Adds a picture of `width` by `height` pixels. A slice adds up with others beside it.
    pub(super) fn add(&mut self, transform: Affine, (width, height): (f64, f64), is_slice: bool) {
        let [a, b, c, d, ..] = transform.as_coeffs();
        let sides = (self.scale.mm(a.hypot(b) * width), self.scale.mm(c.hypot(d) * height));
        let area = transform.transform_rect_bbox(Rect::new(0.0, 0.0, width, height)).intersect(self.page);
        if !area.is_finite() || area.is_zero_area() {
            return;
        }
        let seen = (self.scale.mm(area.width()), self.scale.mm(area.height()));
        self.has_stamp |= holds_stamp(sides) && holds_stamp(seen);
        if self.has_stamp || !is_slice {
            return;
        }
        let is_turned = a.abs().min(b.abs()) * width > CELL && c.abs().min(d.abs()) * height > CELL;
        if is_turned {
            let angle = b.atan2(a).to_degrees().round().rem_euclid(90.0);
            let upright = Affine::rotate(-angle.to_radians()) * transform;
            let frame = upright.transform_rect_bbox(Rect::new(0.0, 0.0, width, height));
            self.turned.entry(angle as i32).or_default().add(frame, sides.0 * sides.1);
            return;
        }
        let cells = self.cells.get_or_insert_with(|| Cells::new(self.page, self.scale));
        cells.add(area, self.scale);
    }

    /// Whether a picture, or several together, may be a stamp.
    pub(super) fn may_have_stamp(&self) -> bool {
        self.has_stamp
            || self.turned.values().any(|turned| turned.hold_stamp(self.scale))
            || self.cells.as_ref().is_some_and(Cells::hold_stamp)
    }
}

/// Whether a rectangle with these sides in millimetres holds a stamp, upright or turned.
fn holds_stamp((width, height): (f64, f64)) -> bool {
    width.max(height) >= STAMP.0 && width.min(height) >= STAMP.1
}

/// Small pictures that are turned by the same angle. They are rare, so they are added up as if they were all side
/// by side.
#[derive(Debug, Default)]
struct Turned {
    /// The rectangle around them, in their direction.
    frame: Option<Rect>,
    /// Their area in square millimetres.
    area: f64,
}

impl Turned {
    fn add(&mut self, frame: Rect, area: f64) {
        self.frame = Some(self.frame.map_or(frame, |all| all.union(frame)));
        self.area += area;
    }

    fn hold_stamp(&self, scale: Scale) -> bool {
        let sides =
            self.frame.map_or((0.0, 0.0), |frame| (scale.mm(frame.width()), scale.mm(frame.height())));
        holds_stamp(sides) && self.area >= COVERED_AT_LEAST * STAMP.0 * STAMP.1
    }
}

/// A page in cells, with the number of pictures on each. The numbers are kept as differences to the cell before, so
/// that a picture changes four of them, however large it is.
#[derive(Debug)]
struct Cells {
    columns: usize,
    rows: usize,
    /// Side of a cell in millimetres.
    side: f64,
    changes: Vec<i32>,
}

impl Cells {
    fn new(page: Rect, scale: Scale) -> Cells {
        let (width, height) = (scale.mm(page.width()), scale.mm(page.height()));
        let side = CELL.max((width * height / CELLS_AT_MOST).sqrt());
        let (columns, rows) = ((width / side).ceil() as usize + 1, (height / side).ceil() as usize + 1);
        Cells { columns, rows, side, changes: vec![0; columns * rows] }
    }

    /// Adds a picture: it is on the cells whose middle it covers.
    fn add(&mut self, area: Rect, scale: Scale) {
        let cell = |place: f64, most: usize| {
            ((scale.mm(place) / self.side + 0.5).floor().max(0.0) as usize).min(most - 1)
        };
        let (left, right) = (cell(area.x0, self.columns), cell(area.x1, self.columns));
        let (bottom, top) = (cell(area.y0, self.rows), cell(area.y1, self.rows));
        for (row, column, change) in
            [(bottom, left, 1), (bottom, right, -1), (top, left, -1), (top, right, 1)]
        {
            self.changes[row * self.columns + column] += change;
        }
    }

    /// Whether an area of the size of a stamp is mostly covered.
    fn hold_stamp(&self) -> bool {
        let covered = self.covered_before();
        let cells = |side: f64| ((side / self.side).round() as usize).max(1);
        let (long, short) = (cells(STAMP.0), cells(STAMP.1));
        let needed = (COVERED_AT_LEAST * (long * short) as f64) as u32;
        [(long, short), (short, long)].into_iter().any(|(width, height)| {
            (height..self.rows).any(|top| {
                (width..self.columns).any(|right| {
                    let at = |row: usize, column: usize| covered[row * self.columns + column];
                    let inside = at(top, right) + at(top - height, right - width);
                    inside - at(top - height, right) - at(top, right - width) >= needed
                })
            })
        })
    }

    /// For each corner of a cell, the number of covered cells below and to the left of it.
    fn covered_before(&self) -> Vec<u32> {
        let mut covered = vec![0_u32; self.changes.len()];
        let mut pictures = vec![0_i32; self.columns];
        for row in 1..self.rows {
            let (mut change, mut in_row) = (0, 0);
            for column in 1..self.columns {
                change += self.changes[(row - 1) * self.columns + column - 1];
                pictures[column - 1] += change;
                in_row += u32::from(pictures[column - 1] > 0);
                covered[row * self.columns + column] = covered[(row - 1) * self.columns + column] + in_row;
            }
        }
        covered
    }
}
