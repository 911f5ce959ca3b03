//! Content within other content: patterns, masks, forms and letters that are drawn. It is read, or what was
//! not read is reported.

use domain::papers::{Level, Unread};

use crate::files::{File, at};
use crate::seen::{hold, page, stamp};

const SECRET: Option<Level> = Some(Level::Secret);
const NOT_ALL: Option<Unread> = Some(Unread::NotAll);
const FORM: &str = "/Type/XObject/Subtype/Form/BBox[0 0 300 100]";
const FONTS: &str = "/Font<</F1 5 0 R>>";
const TILE: &str = "/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 300 100]/XStep 300/YStep 100";

/// A page with patterns, from object 10 on. The last one draws `last`, and the others a line.
fn patterns(count: u32, last: &[u8]) -> Vec<u8> {
    let names: String = (0..count).map(|pattern| format!("/P{pattern} {} 0 R", 10 + pattern)).collect();
    let fills: String =
        (0..count).map(|pattern| format!("/Pattern cs /P{pattern} scn 0 0 500 500 re f ")).collect();
    let file = page(fills.as_bytes(), &format!("/Pattern<<{names}>>"), "");
    let add = |file: File, pattern: u32| {
        let content = if pattern + 1 == count { last } else { b"0 0 m 9 9 l S" };
        file.stream(10 + pattern, &format!("{TILE}/Resources<<{FONTS}>>"), content)
    };
    (0..count).fold(file, add).done()
}

/// A page with forms within one another, from object 10 on. The innermost one draws a stamp.
fn forms(levels: u32) -> Vec<u8> {
    let file = page(b"/X Do", "/XObject<</X 10 0 R>>", "");
    let add = |file: File, level: u32| {
        let content = if level + 1 == levels { stamp() } else { b"/X Do".to_vec() };
        let next = format!("/XObject<</X {} 0 R>>", 11 + level);
        file.stream(10 + level, &format!("{FORM}/Resources<<{FONTS}{next}>>"), &content)
    };
    (0..levels).fold(file, add).done()
}

#[tokio::test]
async fn every_pattern_is_read_up_to_a_limit() {
    let same = b"/Pattern cs /P scn 0 0 500 500 re f ".repeat(500);
    hold(vec![
        ("a thin pattern", patterns(1, b"0 0 m 9 9 l S"), None, None),
        ("the ninth", patterns(9, &stamp()), SECRET, None),
        (
            "one that is used often",
            page(&same, "/Pattern<</P 6 0 R>>", "").stream(6, TILE, b"0 0 m 9 9 l S").done(),
            None,
            None,
        ),
        ("more than are read", patterns(150, &stamp()), None, NOT_ALL),
    ])
    .await;
}

#[tokio::test]
async fn letters_in_a_mask_are_read() {
    let group = "/Group<</S/Transparency/CS/DeviceGray>>";
    let masked = |kind: &str, mask: &[u8]| {
        let look = format!("/ExtGState<</G<</SMask<</Type/Mask/S/{kind}/G 6 0 R>>>>>>");
        page(b"q /G gs 0 0 300 100 re f Q", &look, "")
            .stream(6, &format!("{FORM}{group}/Resources<<{FONTS}>>"), mask)
            .done()
    };
    let on_a_form = page(
        b"q /G gs /X Do Q",
        "/XObject<</X 7 0 R>>/ExtGState<</G<</SMask<</Type/Mask/S/Alpha/G 6 0 R>>>>>>",
        "",
    )
    .stream(6, &format!("{FORM}{group}/Resources<<{FONTS}>>"), &stamp())
    .stream(7, &format!("{FORM}{group}"), b"0 0 300 100 re f");
    hold(vec![
        ("by its light", masked("Luminosity", &[b"1 g ".to_vec(), stamp()].concat()), SECRET, None),
        ("by its shape", masked("Alpha", &stamp()), SECRET, None),
        ("on a form", on_a_form.done(), SECRET, None),
        ("without letters", masked("Luminosity", b"1 g 0 0 9 9 re f"), None, None),
    ])
    .await;
}

#[tokio::test]
async fn a_small_logo_that_is_transparent_raises_no_question() {
    let image = "/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray";
    let logo = page(b"q 28 0 0 28 60 600 cm /I Do Q", "/XObject<</I 6 0 R>>", "")
        .stream(6, &format!("{image}/SMask 7 0 R"), b"\x00\xff\xff\x00")
        .stream(7, image, b"\x00\xff\xff\x00");
    hold(vec![("logo", logo.done(), None, None)]).await;
}

#[tokio::test]
async fn forms_that_are_too_deep_are_told() {
    hold(vec![
        ("three", forms(3), SECRET, None),
        ("thirty", forms(30), SECRET, None),
        ("sixty", forms(60), None, NOT_ALL),
    ])
    .await;
}

#[tokio::test]
async fn letters_that_draw_a_text_are_told() {
    let font = "/Type/Font/Subtype/Type3/FontBBox[0 0 900 900]/FontMatrix[.01 0 0 .01 0 0]/FirstChar 65/LastChar 65\
                /Widths[900]/Encoding<</Differences[65/A]>>/CharProcs<</A 7 0 R>>";
    let drawn = |letter: &[u8]| {
        let fonts = format!("/Resources<<{FONTS}>>");
        let page_fonts = "/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>";
        page(b"BT /F2 1 Tf 60 600 Td (AAA) Tj ET", "", "")
            .object(
                3,
                &format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R{page_fonts}>>"),
            )
            .object(6, &format!("<<{font}{fonts}>>"))
            .stream(7, "", &[b"900 0 d0 ", letter].concat())
            .done()
    };
    hold(vec![
        ("a shape", drawn(b"0 0 9 9 re f"), None, None),
        ("a text", drawn(&at("TỐI MẬT", 0, 0, 100)), SECRET, NOT_ALL),
    ])
    .await;
}

#[tokio::test]
async fn letters_that_are_a_clip_are_read() {
    let clip =
        |fill: &str| [b"q 7 Tr ".to_vec(), at("TỐI MẬT", 60, 600, 20), fill.as_bytes().to_vec()].concat();
    hold(vec![("clip", page(&clip("0 0 595 842 re f Q"), "", "").done(), SECRET, None)]).await;
}
