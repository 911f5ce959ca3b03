//! Notes and form fields, which readers draw by themselves: their text is found wherever the file keeps it.

use domain::papers::Level;

use crate::files::File;
use crate::seen::{hold, page};

const CONFIDENTIAL: Option<Level> = Some(Level::Confidential);
/// "MẬT", and "BẢO VỆ BÍ" with "MẬT" on the next line.
const MARKING: &str = "<FEFF004D1EAC0054>";
const WRAPPED: &str = "<FEFF00421EA2004F002000561EC60020004200CD000D004D1EAC0054>";

/// A page with one annotation, object 6.
fn with(annotation: &str) -> File {
    page(b"", "", "/Annots[6 0 R]").object(6, &format!("<</Type/Annot/Rect[60 500 360 600]{annotation}>>"))
}

/// The same with a form whose fields readers draw by themselves.
fn redrawn(file: File) -> File {
    file.object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</NeedAppearances true/Fields[6 0 R]>>>>")
}

#[tokio::test]
async fn the_value_of_a_field_is_read_wherever_it_is() {
    let field = |entries: &str| with(&format!("/Subtype/Widget/FT/Tx{entries}"));
    let old = |file: File| file.stream(8, "/Type/XObject/Subtype/Form/BBox[0 0 300 100]", b"0 0 m 9 9 l S");
    let empty = |file: File| file.stream(8, "/Type/XObject/Subtype/Form/BBox[0 0 300 100]", b" \n");
    let value = format!("/V{MARKING}");
    let drawn = format!("/V{MARKING}/AP<</N 8 0 R>>");
    let parent = |entries: &str| {
        with("/Subtype/Widget/Parent 7 0 R").object(7, &format!("<</FT/Tx/Kids[6 0 R]{entries}>>"))
    };
    let chosen = format!("/V[(a){MARKING}]");
    let coded = format!("/V(a)/Opt[[(a){MARKING}][(b)(B)]]");
    let not_chosen = format!("/V(b)/Opt[[(a){MARKING}][(b)(B)]]");
    hold(vec![
        ("its own", field(&value).done(), CONFIDENTIAL, None),
        ("of its parent", parent(&value).done(), CONFIDENTIAL, None),
        (
            "of its parent's parent",
            parent("/Parent 9 0 R").object(9, &format!("<</Kids[7 0 R]{value}>>")).done(),
            CONFIDENTIAL,
            None,
        ),
        ("parents in a circle", parent("/Parent 7 0 R").done(), None, None),
        ("old picture, redrawn", redrawn(old(field(&drawn))).done(), CONFIDENTIAL, None),
        ("old picture", old(field(&drawn)).done(), CONFIDENTIAL, None),
        ("picture without a mark", empty(field(&drawn)).done(), CONFIDENTIAL, None),
        ("no picture in its states", field(&format!("{value}/AP<<>>")).done(), CONFIDENTIAL, None),
        ("one of several", with(&format!("/Subtype/Widget/FT/Ch{chosen}")).done(), CONFIDENTIAL, None),
        ("text of a code", with(&format!("/Subtype/Widget/FT/Ch{coded}")).done(), CONFIDENTIAL, None),
        ("text of another code", with(&format!("/Subtype/Widget/FT/Ch{not_chosen}")).done(), None, None),
        (
            "long text",
            field("/V 9 0 R").stream(9, "", b"\xfe\xff\x00M\x1e\xac\x00T").done(),
            CONFIDENTIAL,
            None,
        ),
        ("hidden", field(&format!("/F 2{value}")).done(), None, None),
        ("wraps", field(&format!("/V{WRAPPED}")).done(), None, None),
    ])
    .await;
}

#[tokio::test]
async fn free_text_without_a_picture_is_read() {
    let note = |entries: &str| with(&format!("/Subtype/FreeText/Contents{MARKING}{entries}")).done();
    hold(vec![
        ("without looks", note(""), CONFIDENTIAL, None),
        ("with empty looks", note("/AP<<>>"), CONFIDENTIAL, None),
        ("with looks that are missing", note("/AP<</N 99 0 R>>"), CONFIDENTIAL, None),
        ("with no states", note("/AP<</N<<>>>>"), CONFIDENTIAL, None),
    ])
    .await;
}
