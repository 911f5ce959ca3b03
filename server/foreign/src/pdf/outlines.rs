//! Tells whether shapes on a page may be letters that are drawn as lines and areas, without a font. A letter is told
//! from rules, boxes, bars and arrows by its form. Knows forms, not which letter they are.

use std::collections::{HashMap, HashSet};

use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect};

use super::page::Scale;

/// Larger side of a letter or of its mark, in millimetres. The circumflex of 8 pt type is 1 mm wide; "MẬT" across a
/// whole page has letters of 50 mm. The lines of a chart are wider.
const LETTER: std::ops::RangeInclusive<f64> = 0.7..=50.0;
/// Curves and slanted lines that a letter has at least. A block arrow has two as well, but stands alone.
const BENT_AT_LEAST: usize = 2;
/// Shapes like letters that stand together in a word. "MẬT" has three: M, A and the circumflex. T may be straight.
const SHAPES_AT_LEAST: usize = 3;
/// Letters of a word are at most this far apart, in sizes of the larger one.
const TOGETHER_WITHIN: f64 = 1.5;
/// A line is slanted if it rises and runs by more than this share of its length: 3 degrees.
const SLANTED_FROM: f64 = 0.05;
/// A shorter step has no direction, in millimetres: a circle may miss its beginning by a rounding error.
const STEP_AT_LEAST: f64 = 0.01;
/// Most shapes like letters that are compared. A page with more has letters, or a drawing that may hide them.
const SHAPES_AT_MOST: usize = 1000;

/// Sides of the squares that a letter may be put together of, in millimetres. Word draws the corners of a table as
/// squares of 0.17 mm.
const SQUARE: std::ops::RangeInclusive<f64> = 0.2..=3.0;
/// Squares in an area of [`AREA`] that touch each other. "MẬT" in a grid of five by seven has about 40, in 15 mm.
const SQUARES_AT_LEAST: usize = 20;
/// Side of that area, in millimetres.
const AREA: f64 = 10.0;
/// Most squares of one area that are compared. More of them may be letters.
const SQUARES_AT_MOST: usize = 400;
/// Shapes that are drawn twice are counted once: bold letters, and lines around areas. In millimetres.
const SAME_WITHIN: f64 = 0.05;

/// The shapes of a page that may be letters, in millimetres.
#[derive(Debug, Default)]
pub(super) struct Outlines {
    letters: Vec<Rect>,
    /// The squares by area. Each is in four areas, which overlap by half.
    squares: HashMap<(i64, i64), Vec<Rect>>,
    /// What was added, to tell what is drawn a second time.
    seen: HashSet<[i64; 4]>,
}

impl Outlines {
    /// Adds the shapes of a path. Areas end where they begin; lines need not.
    pub(super) fn add(&mut self, path: &BezPath, transform: Affine, scale: Scale, is_area: bool) {
        let mut shape = Shape::default();
        let place = |point: Point| {
            let point = transform * point;
            Point::new(scale.mm(point.x), scale.mm(point.y))
        };
        for element in path.elements() {
            match *element {
                PathEl::MoveTo(to) => {
                    self.keep(std::mem::take(&mut shape), is_area);
                    shape.begin(place(to));
                }
                PathEl::LineTo(to) => shape.line(place(to)),
                PathEl::QuadTo(by, to) => shape.curve(&[place(by), place(to)]),
                PathEl::CurveTo(by, then, to) => shape.curve(&[place(by), place(then), place(to)]),
                PathEl::ClosePath => shape.close(),
            }
        }
        self.keep(shape, is_area);
    }

    fn keep(&mut self, mut shape: Shape, is_area: bool) {
        if is_area {
            shape.close();
        }
        let Some(area) = shape.area.filter(Rect::is_finite) else { return };
        let is_letter = shape.is_letter();
        if self.letters.len() > SHAPES_AT_MOST || !(is_letter || shape.is_square()) {
            return;
        }
        let steps = [area.x0, area.y0, area.x1, area.y1].map(|side| (side / SAME_WITHIN).round() as i64);
        if !self.seen.insert(steps) {
            return;
        }
        if is_letter {
            return self.letters.push(area);
        }
        let (x, y) =
            ((area.center().x / AREA * 2.0).floor() as i64, (area.center().y / AREA * 2.0).floor() as i64);
        for (column, row) in [(x, y), (x - 1, y), (x, y - 1), (x - 1, y - 1)] {
            let squares = self.squares.entry((column, row)).or_default();
            if squares.len() <= SQUARES_AT_MOST {
                squares.push(area);
            }
        }
    }

    /// Whether the shapes may be letters.
    pub(super) fn may_be_letters(&self) -> bool {
        self.letters.len() > SHAPES_AT_MOST
            || self.letters.iter().any(|letter| {
                let together = self.letters.iter().filter(|other| stand_together(letter, other));
                together.count() >= SHAPES_AT_LEAST
            })
            || self.squares.values().any(|squares| {
                let touching =
                    squares.iter().filter(|square| squares.iter().any(|other| touch(square, other)));
                squares.len() > SQUARES_AT_MOST || touching.count() >= SQUARES_AT_LEAST
            })
    }
}

fn size(area: &Rect) -> f64 {
    area.width().max(area.height())
}

/// Whether two shapes may belong to one word. A shape stands together with itself.
fn stand_together(a: &Rect, b: &Rect) -> bool {
    let gap = TOGETHER_WITHIN * size(a).max(size(b));
    a.inflate(gap, gap).overlaps(*b)
}

/// Whether two different squares touch.
fn touch(a: &Rect, b: &Rect) -> bool {
    a != b && a.inflate(SAME_WITHIN, SAME_WITHIN).overlaps(*b)
}

/// A shape while its path is followed.
#[derive(Default)]
struct Shape {
    area: Option<Rect>,
    first: Point,
    last: Point,
    /// The first and the last direction, of length 1.
    directions: Option<(Point, Point)>,
    /// Curves and slanted lines.
    bent: usize,
    turns_left: bool,
    turns_right: bool,
    is_closed: bool,
}

impl Shape {
    fn begin(&mut self, at: Point) {
        (self.first, self.last, self.area) = (at, at, Some(Rect::from_points(at, at)));
    }

    fn line(&mut self, to: Point) {
        let direction = self.step(to);
        let is_slanted = |to: Point| to.x.abs().min(to.y.abs()) > SLANTED_FROM;
        self.bent += usize::from(direction.is_some_and(is_slanted));
    }

    /// Follows the points that a curve is drawn by: a curve turns as they do.
    fn curve(&mut self, by: &[Point]) {
        let steps = by.iter().filter(|to| self.step(**to).is_some()).count();
        self.bent += usize::from(steps > 1);
    }

    /// Goes to a point. Returns the direction, unless it is the same point.
    fn step(&mut self, to: Point) -> Option<Point> {
        self.area = self.area.map(|area| area.union_pt(to));
        let (x, y) = (to.x - self.last.x, to.y - self.last.y);
        let length = x.hypot(y);
        if length.is_nan() || length < STEP_AT_LEAST {
            return None;
        }
        self.last = to;
        let direction = Point::new(x / length, y / length);
        if let Some((_, last)) = self.directions {
            self.turn(last, direction);
        }
        self.directions = Some((self.directions.map_or(direction, |(first, _)| first), direction));
        Some(direction)
    }

    fn turn(&mut self, from: Point, to: Point) {
        let turn = from.x * to.y - from.y * to.x;
        self.turns_left |= turn > SLANTED_FROM;
        self.turns_right |= turn < -SLANTED_FROM;
    }

    fn close(&mut self) {
        if self.is_closed || self.area.is_none() {
            return;
        }
        self.line(self.first);
        self.is_closed = true;
        if let Some((first, last)) = self.directions {
            self.turn(last, first);
        }
    }

    /// Whether it has the form of a letter. A closed shape that turns in one direction only is a box, a circle, a
    /// rounded box or the head of an arrow.
    fn is_letter(&self) -> bool {
        let is_plain = self.is_closed && !(self.turns_left && self.turns_right);
        self.bent >= BENT_AT_LEAST && !is_plain && self.area.is_some_and(|area| LETTER.contains(&size(&area)))
    }

    fn is_square(&self) -> bool {
        let is_box = self.is_closed && self.bent == 0 && !(self.turns_left && self.turns_right);
        is_box
            && self.area.is_some_and(|area| SQUARE.contains(&area.width()) && SQUARE.contains(&area.height()))
    }
}
