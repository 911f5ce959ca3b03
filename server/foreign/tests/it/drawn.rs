//! Stamps that are no text: pictures, and letters that are drawn as lines and areas. The sender is asked about them.
//! Rules, boxes, charts and small logos raise no question.

use domain::papers::{Level, Unread};

use crate::files::File;
use crate::seen::{hold, page, stamp};

const IMAGE: &str = "/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray";
const PIXELS: &[u8] = b"\x00\xff\xff\x00";
const FORM: &str = "/Type/XObject/Subtype/Form/BBox[0 0 300 100]";
const PICTURES: Option<Unread> = Some(Unread::Pictures);
const OUTLINES: Option<Unread> = Some(Unread::Outlines);
/// A picture of 30 mm by 8 mm.
const STAMP: &str = "85 0 0 23 60 600";

/// Draws the picture I once for each placement.
fn draw(placements: &[&str]) -> Vec<u8> {
    placements.iter().flat_map(|placement| format!("q {placement} cm /I Do Q ").into_bytes()).collect()
}

/// A page with the picture I.
fn with_picture(content: &[u8], entries: &str) -> File {
    page(content, "/XObject<</I 6 0 R>>", entries).stream(6, IMAGE, PIXELS)
}

fn pictures(placements: &[&str]) -> Vec<u8> {
    with_picture(&draw(placements), "").done()
}

/// Draws the picture many times: a number of steps from (60, 600), each as large as `size`.
fn row_of(count: i32, size: (f64, f64), step: (f64, f64)) -> Vec<u8> {
    let placement = |at: i32| {
        let (x, y) = (60.0 + f64::from(at) * step.0, 600.0 + f64::from(at) * step.1);
        format!("{} 0 0 {} {x} {y}", size.0, size.1)
    };
    let placements: Vec<String> = (0..count).map(placement).collect();
    pictures(&placements.iter().map(String::as_str).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_picture_that_may_be_a_stamp_is_told() {
    hold(vec![
        ("of a stamp's size", pictures(&[STAMP]), None, PICTURES),
        ("upright", pictures(&["0 85 -23 0 90 600"]), None, PICTURES),
        ("turned", pictures(&["70 40 -12 21 90 600"]), None, PICTURES),
        ("of the smallest size", pictures(&["34.1 0 0 14.3 60 600"]), None, PICTURES),
        ("a small logo", pictures(&["28 0 0 28 60 700"]), None, None),
        ("a thin rule", pictures(&["480 0 0 3 60 690"]), None, None),
        ("a turned thin rule", pictures(&["200 200 -2 2 60 300"]), None, None),
        ("beside the page", pictures(&["85 0 0 23 700 600"]), None, None),
        (
            "on a page of small units",
            with_picture(&draw(&["45 0 0 9 60 600"]), "/UserUnit 2").done(),
            None,
            PICTURES,
        ),
        ("the same on a page of points", pictures(&["45 0 0 9 60 600"]), None, None),
        ("one that only text is over", pictures(&["595 0 0 842 0 0"]), None, PICTURES),
    ])
    .await;
}

#[tokio::test]
async fn slices_of_a_picture_add_up() {
    hold(vec![
        ("strips one above another", row_of(10, (85.0, 2.3), (0.0, 2.3)), None, PICTURES),
        ("strips side by side", row_of(40, (2.0, 23.0), (2.0, 0.0)), None, PICTURES),
        ("letters with gaps", row_of(4, (11.5, 17.0), (13.0, 0.0)), None, PICTURES),
        (
            "turned",
            {
                let strips: Vec<String> =
                    (0..12).map(|at| format!("70 40 -1 2 {} {}", 90 - at, 600 + 2 * at)).collect();
                pictures(&strips.iter().map(String::as_str).collect::<Vec<_>>())
            },
            None,
            PICTURES,
        ),
        ("bullets of a list", row_of(20, (6.0, 6.0), (0.0, -18.0)), None, None),
        ("rules of a table", row_of(20, (400.0, 1.0), (0.0, -14.0)), None, None),
    ])
    .await;
}

#[tokio::test]
async fn a_picture_is_told_wherever_it_is() {
    let xobjects = "/Resources<</XObject<</I 6 0 R>>>>";
    let tile = "/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 300 100]/XStep 300/YStep 100";
    let content = draw(&["85 0 0 23 0 0"]);
    let group = "/Group<</S/Transparency/CS/DeviceGray>>";
    let inline = b"q 85 0 0 23 60 600 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \x00\xff\xff\x00 EI Q";
    let stencil =
        IMAGE.replace("/BitsPerComponent 8/ColorSpace/DeviceGray", "/ImageMask true/BitsPerComponent 1");
    hold(vec![
        ("in the content", page(inline, "", "").done(), None, PICTURES),
        (
            "a mask",
            page(&draw(&[STAMP]), "/XObject<</I 6 0 R>>", "").stream(6, &stencil, b"\x80\x40").done(),
            None,
            PICTURES,
        ),
        (
            "in a form",
            page(b"/X Do", "/XObject<</X 7 0 R>>", "")
                .stream(6, IMAGE, PIXELS)
                .stream(7, &format!("{FORM}{xobjects}"), &content)
                .done(),
            None,
            PICTURES,
        ),
        (
            "in a form that makes it small",
            page(b"q .3 0 0 .3 0 0 cm /X Do Q", "/XObject<</X 7 0 R>>", "")
                .stream(6, IMAGE, PIXELS)
                .stream(7, &format!("{FORM}{xobjects}"), &content)
                .done(),
            None,
            None,
        ),
        (
            "in a pattern",
            page(b"/Pattern cs /P scn 0 0 500 500 re f", "/Pattern<</P 7 0 R>>", "")
                .stream(6, IMAGE, PIXELS)
                .stream(7, &format!("{tile}{xobjects}"), &content)
                .done(),
            None,
            PICTURES,
        ),
        (
            "in a mask of what is drawn",
            page(
                b"q /G gs 0 0 300 100 re f Q",
                "/ExtGState<</G<</SMask<</Type/Mask/S/Luminosity/G 7 0 R>>>>>>",
                "",
            )
            .stream(6, IMAGE, PIXELS)
            .stream(7, &format!("{FORM}{group}{xobjects}"), &content)
            .done(),
            None,
            PICTURES,
        ),
        (
            "in a note",
            page(b"", "", "/Annots[8 0 R]")
                .stream(6, IMAGE, PIXELS)
                .stream(7, &format!("{FORM}{xobjects}"), &content)
                .object(8, "<</Type/Annot/Subtype/Stamp/Rect[60 500 360 600]/AP<</N 7 0 R>>>>")
                .done(),
            None,
            PICTURES,
        ),
        (
            "beside a marking",
            with_picture(&[draw(&[STAMP]), stamp()].concat(), "").done(),
            Some(Level::Secret),
            PICTURES,
        ),
    ])
    .await;
}

/// "MẬT" as areas: M, A with its hole, the circumflex, the dot and T, from (0, 0) on, 10 high.
const LETTERS: &str = "0 0 m 0 10 l 2 10 l 5 4 l 8 10 l 10 10 l 10 0 l 8 0 l 8 7 l 5 1 l 2 7 l 2 0 l h \
    12 0 m 16 10 l 18 10 l 22 0 l 20 0 l 19 3 l 15 3 l 14 0 l h 15.6 4 m 17 8 l 18.4 4 l h \
    14.5 11 m 17 13.5 l 19.5 11 l 18.5 11 l 17 12 l 15.5 11 l h 16 -3 2 2 re \
    24 8 m 24 10 l 32 10 l 32 8 l 29 8 l 29 0 l 27 0 l 27 8 l h ";
/// "MẬT" as lines.
const LINES: &str = "0 0 m 0 10 l 5 4 l 10 10 l 10 0 l 12 0 m 17 10 l 22 0 l 14 3 m 20 3 l \
    14.5 11 m 17 13.5 l 19.5 11 l 17 -3 m 17 -2 l 24 10 m 32 10 l 28 10 m 28 0 l ";
/// A circle of radius 4 around (5, 5).
const CIRCLE: &str = "9 5 m 9 7.2 7.2 9 5 9 c 2.8 9 1 7.2 1 5 c 1 2.8 2.8 1 5 1 c 7.2 1 9 2.8 9 5 c h ";
/// A box of 20 by 10 with round corners.
const ROUND_BOX: &str = "3 0 m 17 0 l 19 0 20 1 20 3 c 20 7 l 20 9 19 10 17 10 c 3 10 l 1 10 0 9 0 7 c \
    0 3 l 0 1 1 0 3 0 c h ";
/// An arrow: its shaft, and its head as an area.
const ARROW: &str = "0 5 m 40 5 l S 40 5 m 34 2 l 34 8 l h f ";

/// Draws paths at (60, 600), twice as large, one beside the other.
fn drawn(paths: &[&str], paint: &str, step: i32) -> Vec<u8> {
    let places = (0..).map(|at| 60 + at * step);
    places
        .zip(paths)
        .flat_map(|(x, path)| format!("q 2 0 0 2 {x} 600 cm {path} {paint} Q ").into_bytes())
        .collect()
}

fn shapes(paths: &[&str], paint: &str) -> Vec<u8> {
    page(&drawn(paths, paint, 30), "", "").done()
}

#[tokio::test]
async fn letters_that_are_drawn_are_told() {
    let each: Vec<String> = LETTERS.split_inclusive("h ").map(|letter| format!("{letter} f ")).collect();
    let each = each.concat();
    let small = format!("q .6 0 0 .6 60 600 cm {LETTERS} f Q");
    let large = format!("q 10 0 0 10 60 300 cm {LETTERS} f Q");
    let turned = format!("q 2 2 -2 2 60 300 cm {LETTERS} f Q");
    let clip = format!("q 2 0 0 2 60 600 cm {LETTERS} W n 0 0 50 50 re f Q");
    let in_form = page(b"q 1 0 0 1 60 500 cm /X Do Q", "/XObject<</X 6 0 R>>", "").stream(
        6,
        FORM,
        &drawn(&[LETTERS], "f", 0),
    );
    let in_note = page(b"", "", "/Annots[6 0 R]")
        .object(6, "<</Type/Annot/Subtype/Stamp/Rect[60 500 360 600]/AP<</N 7 0 R>>>>")
        .stream(7, &FORM.replace("[0 0 300 100]", "[0 560 300 700]"), &drawn(&[LETTERS], "f", 0));
    let plain = |content: &str| page(content.as_bytes(), "", "").done();
    hold(vec![
        ("as areas", shapes(&[LETTERS], "f"), None, OUTLINES),
        ("as areas with lines around them", shapes(&[LETTERS], "B"), None, OUTLINES),
        ("as lines", shapes(&[LINES], "S"), None, OUTLINES),
        ("letter by letter", shapes(&[&each], ""), None, OUTLINES),
        ("small", plain(&small), None, OUTLINES),
        ("large", plain(&large), None, OUTLINES),
        ("turned", plain(&turned), None, OUTLINES),
        ("as a clip", plain(&clip), None, OUTLINES),
        ("in a form", in_form.done(), None, OUTLINES),
        ("in a note", in_note.done(), None, OUTLINES),
        (
            "with a font for the rest",
            page(&[drawn(&[LETTERS], "f", 0), stamp()].concat(), "", "").done(),
            Some(Level::Secret),
            OUTLINES,
        ),
    ])
    .await;
}

/// Squares in the form of "MẬT", five wide and seven high.
fn squares(size: i32, step: i32) -> Vec<u8> {
    const GRID: [&str; 7] = [
        "#...#..#..#####",
        "##.##.#.#...#..",
        "#.#.##...#..#..",
        "#...######..#..",
        "#...##...#..#..",
        "#...##...#..#..",
        "#...##.#.#..#..",
    ];
    let mut drawn = String::new();
    for (y, row) in (0..).zip(GRID) {
        for (x, cell) in (0..).zip(row.chars()) {
            if cell == '#' {
                drawn.push_str(&format!("{} {} {size} {size} re f ", 60 + step * x, 600 - step * y));
            }
        }
    }
    page(drawn.as_bytes(), "", "").done()
}

#[tokio::test]
async fn letters_of_many_squares_are_told() {
    let dots: String = (0..200).map(|at| format!("{} 600 1 1 re f ", 60 + 2 * at)).collect();
    let corners: String =
        (0..12 * 20).map(|at| format!("{} {} 1 1 re f ", 60 + at % 12 * 30, 600 - at / 12 * 16)).collect();
    let plain = |content: &str| page(content.as_bytes(), "", "").done();
    hold(vec![
        ("of squares", squares(2, 2), None, OUTLINES),
        ("of larger squares", squares(4, 4), None, OUTLINES),
        ("a dotted line", plain(&dots), None, None),
        ("the corners of a table", plain(&corners), None, None),
    ])
    .await;
}

#[tokio::test]
async fn ordinary_drawings_raise_no_question() {
    let grid: String =
        (0..20).map(|at| format!("60 {0} m 500 {0} l S 60 {0} 80 14 re S ", 300 + 14 * at)).collect();
    let bars: String =
        (0..20).map(|at| format!("{} 300 8 {} re f ", 60 + 12 * at, 10 + at * 37 % 90)).collect();
    let chart: String = (0..30).map(|at| format!("{} {} l ", 60 + 15 * at, 300 + at * 37 % 90)).collect();
    let chart = format!("60 300 m {chart} S");
    let sector = "300 300 m 380 300 l 380 344 344 380 300 380 c h f 300 300 m 300 380 l 256 380 220 344 220 300 c h f ";
    let underline = "60 655 m 400 655 l S 60 640 300 .6 re f ";
    let plain = |content: &str| page(content.as_bytes(), "", "").done();
    hold(vec![
        ("a table", plain(&grid), None, None),
        ("bars", plain(&bars), None, None),
        ("a chart of lines", plain(&chart), None, None),
        ("sectors", plain(sector), None, None),
        ("underlines", plain(underline), None, None),
        ("round boxes", shapes(&[ROUND_BOX; 5], "S"), None, None),
        ("circles", shapes(&[CIRCLE; 9], "f"), None, None),
        ("an arrow", shapes(&[ARROW], ""), None, None),
        ("arrows", shapes(&[ARROW; 4], ""), None, None),
        ("a block arrow", shapes(&["0 3 m 20 3 l 20 0 l 26 5 l 20 10 l 20 7 l 0 7 l h"], "f"), None, None),
        ("an open arrow", shapes(&["0 5 m 40 5 l S 34 2 m 40 5 l 34 8 l"], "S"), None, None),
    ])
    .await;
}

#[tokio::test]
async fn letters_of_a_font_that_are_pictures_raise_no_question() {
    let font = "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 65/LastChar 65\
                /Widths[9]/Encoding<</Differences[65/A]>>/CharProcs<</A 7 0 R>>/Resources<</XObject<</I 8 0 R>>>>>>";
    let fonts = "/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>";
    let with = |size: i32, letter: &str| {
        page(format!("BT /F2 {size} Tf 60 500 Td (AAAAAAAAA) Tj ET").as_bytes(), "", "")
            .object(3, &format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R{fonts}>>"))
            .object(6, font)
            .stream(7, "", format!("9 0 d0 {letter}").as_bytes())
            .stream(8, IMAGE, PIXELS)
            .done()
    };
    hold(vec![
        ("letters", with(12, "8 0 0 8 0 0 cm /I Do"), None, None),
        ("as large as a stamp", with(50, "8 0 0 8 0 0 cm /I Do"), None, PICTURES),
        ("drawn", with(12, LETTERS), None, None),
    ])
    .await;
}
