//! Stamps in every shape that office programs give them: small capitals, a large first letter, letters one
//! under another.

use std::time::{Duration, Instant};

use domain::papers::{Level, Unread, marking};

use crate::files::{File, at, head, string};
use crate::inspector::{file, one};
use crate::seen::{hold, page, real};

const SECRET: Option<Level> = Some(Level::Secret);
const CONFIDENTIAL: Option<Level> = Some(Level::Confidential);

/// Draws parts of a text one after the other, each in its own size.
fn in_sizes(parts: &[(&str, i32)]) -> Vec<u8> {
    let mut text = b"BT 60 600 Td".to_vec();
    for (part, size) in parts {
        text.extend(format!(" /F1 {size} Tf ").bytes());
        text.extend(string(part));
        text.extend_from_slice(b" Tj");
    }
    [text, b" ET\n".to_vec()].concat()
}

#[tokio::test]
async fn words_in_two_sizes_are_read_as_one_word() {
    let marked = |parts: &[(&str, i32)]| page(&in_sizes(parts), "", "").done();
    hold(vec![
        ("small capitals", marked(&[("T", 14), ("ỐI ", 11), ("M", 14), ("ẬT", 11)]), SECRET, None),
        ("small capitals, one word", marked(&[("M", 14), ("ẬT", 11)]), CONFIDENTIAL, None),
        ("of a browser", marked(&[("T", 20), ("ỐI ", 14), ("M", 20), ("ẬT", 14)]), SECRET, None),
        ("large first letter", marked(&[("T", 16), ("ỐI MẬT", 10)]), SECRET, None),
        ("ordinary word", marked(&[("B", 14), ("Í ", 11), ("M", 14), ("ẬT", 11)]), None, None),
        (
            "ordinary heading",
            marked(&[
                ("B", 14),
                ("ẢO ", 11),
                ("V", 14),
                ("Ệ ", 11),
                ("B", 14),
                ("Í ", 11),
                ("M", 14),
                ("ẬT", 11),
            ]),
            None,
            None,
        ),
    ])
    .await;
}

#[tokio::test]
async fn letters_one_under_another_are_read_as_one_word() {
    let column = |letters: &str, step: i32| {
        let letters = letters.chars().enumerate().filter(|(_, letter)| *letter != ' ');
        let drawn = letters.flat_map(|(row, letter)| {
            let row = i32::try_from(row).unwrap();
            at(&letter.to_string(), 500, 600 - step * row, 14)
        });
        page(&drawn.collect::<Vec<u8>>(), "", "").done()
    };
    hold(vec![
        ("close", column("TỐIMẬT", 15), SECRET, None),
        ("with a space", column("TỐI MẬT", 18), SECRET, None),
        ("one word", column("MẬT", 16), CONFIDENTIAL, None),
        ("numbers of a list", column("1234", 18), None, None),
    ])
    .await;
}

#[tokio::test]
async fn a_map_full_of_labels_is_read_in_time() {
    let labels = (0..8000).flat_map(|label| at("AB", 5 + label * 37 % 580, 5 + label * 53 % 830, 8));
    let map = [labels.collect::<Vec<u8>>(), at("TỐI MẬT", 60, 780, 13)].concat();
    let map = File::page(&[head(), map].concat(), "", "").done();
    let start = Instant::now();
    let look = real().inspect(file(&map), one(1)).await.unwrap();
    assert_eq!((marking(&look.lines), look.unread), (SECRET, None));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

/// A page with a text in a composite font, F2. `names` is its map from codes to letters.
fn composite(content: &[u8], names: &str) -> Vec<u8> {
    let count = names.split_whitespace().count() / 2;
    let map = format!(
        "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange {count} beginbfchar {names} endbfchar endcmap"
    );
    let fonts = "/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>";
    let descendant = "/Type/Font/Subtype/CIDFontType2/BaseFont/X/FontDescriptor 8 0 R";
    let identity = "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>";
    let font =
        "/Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[7 0 R]/ToUnicode 9 0 R";
    page(content, "", "")
        .object(3, &format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R{fonts}>>"))
        .object(6, &format!("<<{font}>>"))
        .object(7, &format!("<<{descendant}{identity}>>"))
        .object(8, "<</Type/FontDescriptor/FontName/X/Flags 4>>")
        .stream(9, "", map.as_bytes())
        .done()
}

#[tokio::test]
async fn a_letter_without_a_name_among_capitals_is_told() {
    // Codes of the letters T, Ố, I, M, Ậ, O, and a.
    let all = "<0031> <0054> <0033> <0049> <0034> <004D> <0036> <004F> <0037> <0061>";
    let draw = |strings: &str| [b"BT /F2 14 Tf 60 600 Td ", strings.as_bytes(), b" ET\n"].concat();
    let told = Some(Unread::Letters);
    hold(vec![
        ("MẬT without a name for Ậ", composite(&draw("<003400350031> Tj"), all), CONFIDENTIAL, told),
        (
            "TỐI MẬT without names for Ố and Ậ",
            composite(&draw("<003100320033> Tj 60 0 Td <003400350031> Tj"), all),
            SECRET,
            told,
        ),
        ("far apart", composite(&draw("20 Tc <003400350031> Tj"), all), CONFIDENTIAL, told),
        ("another word in capitals", composite(&draw("<003600350036> Tj"), all), None, told),
        ("another word, far apart", composite(&draw("20 Tc <003600350036> Tj"), all), None, told),
        ("within small letters", composite(&draw("<003700350037> Tj"), all), None, None),
        ("a bullet", composite(&draw("<0035> Tj 30 0 Td <00360036> Tj"), all), None, None),
    ])
    .await;
}
