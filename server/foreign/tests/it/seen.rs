//! What a reader sees on a first page, however it got there. The real child finds a marking in every way in
//! which it can be put on a page, and reports what it could not read.

use domain::papers::{FileKind, Level, Unread, marking};
use foreign::{Inspection, Inspector, Program};

use crate::files::{File, at, head, packed, string};
use crate::inspector::{file, one};

pub(crate) fn real() -> Inspector {
    Inspector::new(Program::at(env!("CARGO_BIN_EXE_foreign-child")))
}

async fn look(bytes: &[u8]) -> Inspection {
    real().inspect(file(bytes), one(1)).await.unwrap()
}

/// A name, a file, the marking that must be found, and the reason that must be reported.
pub(crate) type Case = (&'static str, Vec<u8>, Option<Level>, Option<Unread>);

/// Looks into each file, and compares the marking and the unread reason with the expected ones.
pub(crate) async fn hold(cases: Vec<Case>) {
    for (name, bytes, level, unread) in cases {
        let look = look(&bytes).await;
        assert_eq!((marking(&look.lines), look.unread), (level, unread), "{name}: {look:?}");
    }
}

const SECRET: Option<Level> = Some(Level::Secret);

/// A page with the head of a letter and more.
pub(crate) fn page(more: &[u8], resources: &str, entries: &str) -> File {
    File::page(&[head(), more.to_vec()].concat(), resources, entries)
}

pub(crate) fn stamp() -> Vec<u8> {
    at("TỐI MẬT", 0, 0, 16)
}

fn text(operators: &str, strings: &[&str]) -> Vec<u8> {
    let mut text = b"BT /F1 13 Tf ".to_vec();
    let mut strings = strings.iter();
    for part in operators.split_inclusive('~') {
        text.extend_from_slice(part.trim_end_matches('~').as_bytes());
        if part.ends_with('~') {
            text.extend(string(strings.next().unwrap()));
        }
    }
    text.extend_from_slice(b" ET\n");
    text
}

#[tokio::test]
async fn plain_pages_are_read_and_counted() {
    let plain = look(&page(b"", "", "").done()).await;
    assert_eq!((plain.pages, plain.unread), (Some(1), None), "{plain:?}");
    let texts: Vec<&str> = plain.lines.iter().map(|line| line.text.as_str()).collect();
    assert!(texts.contains(&"BÁO CÁO CÔNG TÁC THÁNG 6"), "{texts:?}");
    hold(vec![
        ("plain", page(b"", "", "").done(), None, None),
        ("marked", page(&at("TỐI MẬT", 60, 760, 13), "", "").done(), SECRET, None),
        ("bi mat", page(&at("BẢO VỆ BÍ MẬT", 60, 620, 13), "", "").done(), None, None),
        (
            "heading that wraps",
            page(
                &[at("KẾ HOẠCH BẢO VỆ BÍ".replace('Ạ', "Â").as_str(), 60, 620, 14), at("MẬT", 120, 602, 14)]
                    .concat(),
                "",
                "",
            )
            .done(),
            None,
            None,
        ),
    ])
    .await;
}

#[tokio::test]
async fn every_operator_of_text_makes_lines() {
    let three = ["VĂN PHÒNG".replace(['Ă', 'Ò'], "A"), "TỐI MẬT".into(), "BÁO CÁO".into()];
    let three: Vec<&str> = three.iter().map(String::as_str).collect();
    let forms = [
        ("Td", "50 500 Td ~ Tj 0 -20 Td ~ Tj 0 -20 Td ~ Tj"),
        ("TD", "50 500 Td ~ Tj 0 -20 TD ~ Tj 0 -20 TD ~ Tj"),
        ("Tm", "1 0 0 1 50 500 Tm ~ Tj 1 0 0 1 50 480 Tm ~ Tj 1 0 0 1 50 460 Tm ~ Tj"),
        ("T*", "20 TL 50 500 Td ~ Tj T* ~ Tj T* ~ Tj"),
        ("'", "20 TL 50 500 Td ~ Tj ~ ' ~ '"),
        ("\"", "20 TL 50 500 Td ~ Tj 0 0 ~ \" 0 0 ~ \""),
        ("columns", "50 500 Td ~ Tj 200 0 Td ~ Tj 100 -20 Td ~ Tj"),
        ("spacing", "6 Tc 50 500 Td ~ Tj 0 -20 Td ~ Tj 0 -20 Td ~ Tj"),
        ("turned", "50 500 Td ~ Tj .7 .7 -.7 .7 200 300 Tm ~ Tj 1 0 0 1 50 460 Tm ~ Tj"),
        ("outline", "1 Tr 50 500 Td ~ Tj 0 -20 Td ~ Tj 0 -20 Td ~ Tj"),
        ("bold", "2 Tr 50 500 Td ~ Tj 0 -20 Td ~ Tj 0 -20 Td ~ Tj"),
    ];
    hold(forms.map(|(name, form)| (name, page(&text(form, &three), "", "").done(), SECRET, None)).to_vec())
        .await;
    let pieces = [
        b"BT /F1 13 Tf 50 500 Td [".to_vec(),
        string("TỐ"),
        b"-20".to_vec(),
        string("I M"),
        string("ẬT"),
        b"] TJ ET".to_vec(),
    ]
    .concat();
    let letters: Vec<u8> = "TỐIMẬT"
        .chars()
        .enumerate()
        .flat_map(|(n, letter)| at(&letter.to_string(), 50 + 14 * n as i32, 480, 13))
        .collect();
    hold(vec![
        ("TJ", page(&pieces, "", "").done(), SECRET, None),
        ("letter by letter", page(&letters, "", "").done(), SECRET, None),
        (
            "half transparent",
            page(
                &[b"q /G gs ".to_vec(), at("TỐI MẬT", 90, 420, 40), b"Q".to_vec()].concat(),
                "/ExtGState<</G<</ca .3>>>>",
                "",
            )
            .done(),
            SECRET,
            None,
        ),
    ])
    .await;
}

#[tokio::test]
async fn forms_annotations_and_patterns_are_read() {
    let form = "/Type/XObject/Subtype/Form/BBox[0 0 300 100]";
    let in_form = page(b"q 1 0 0 1 60 500 cm /X Do Q", "/XObject<</X 6 0 R>>", "");
    let fonts = "/Resources<</Font<</F1 5 0 R>>>>";
    let nested = "/Resources<</Font<</F1 5 0 R>>/XObject<</Y 7 0 R/X 6 0 R>>>>";
    let note = "/Type/Annot/Rect[60 500 360 600]";
    let looks = page(b"", "", "/Annots[6 0 R]");
    let tile = "/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 300 100]/XStep 300/YStep 100";
    hold(vec![
        ("form", in_form_of(&in_form_parts(), form, fonts).done(), SECRET, None),
        (
            "form in a form, which draws itself too",
            in_form
                .stream(6, &format!("{form}{nested}"), b"/Y Do /X Do")
                .packed(7, &format!("{form}{fonts}"), &stamp())
                .done(),
            SECRET,
            None,
        ),
        (
            "stamp",
            page(b"", "", "/Annots[6 0 R]")
                .object(6, &format!("<<{note}/Subtype/Stamp/AP<</N 7 0 R>>>>"))
                .stream(7, &format!("{form}{fonts}"), &stamp())
                .done(),
            SECRET,
            None,
        ),
        (
            "states of a field",
            page(b"", "", "/Annots[6 0 R]")
                .object(6, &format!("<<{note}/Subtype/Widget/AS/On/AP<</N<</On 7 0 R>>>>>>"))
                .stream(7, &format!("{form}{fonts}"), &stamp())
                .done(),
            SECRET,
            None,
        ),
        (
            "hidden stamp",
            page(b"", "", "/Annots[6 0 R]")
                .object(6, &format!("<<{note}/F 2/Subtype/Stamp/AP<</N 7 0 R>>>>"))
                .stream(7, &format!("{form}{fonts}"), &stamp())
                .done(),
            None,
            None,
        ),
        (
            "free text that readers draw",
            looks
                .object(6, &format!("<<{note}/Subtype/FreeText/Contents<FEFF00541ED00049000A004D1EAC0054>>>"))
                .done(),
            SECRET,
            None,
        ),
        (
            "background",
            page(b"/Pattern cs /P scn 0 0 500 500 re f", "/Pattern<</P 6 0 R>>", "")
                .stream(6, &format!("{tile}{fonts}"), &stamp())
                .done(),
            SECRET,
            None,
        ),
    ])
    .await;
}

fn in_form_parts() -> Vec<u8> {
    b"q 1 0 0 1 60 500 cm /X Do Q".to_vec()
}

fn in_form_of(content: &[u8], form: &str, fonts: &str) -> File {
    page(content, "/XObject<</X 6 0 R>>", "").stream(6, &format!("{form}{fonts}"), &stamp())
}

#[tokio::test]
async fn every_filter_and_every_cut_is_read() {
    let content = [head(), at("TỐI MẬT", 60, 760, 13)].concat();
    let flate = packed(&[(&content, 1)]);
    let hex: String = content.iter().map(|byte| format!("{byte:02X}")).collect::<String>() + ">";
    let run: Vec<u8> = content
        .chunks(128)
        .flat_map(|part| [&[u8::try_from(part.len() - 1).unwrap()][..], part].concat())
        .chain([128])
        .collect();
    // Each row of 16 bytes starts with the number of its predictor: none.
    let rows: Vec<u8> =
        content.chunks(16).flat_map(|row| [&[0][..], row, &vec![b' '; 16 - row.len()]].concat()).collect();
    let of = |entries: &str, bytes: &[u8]| File::without_content("", "").stream(4, entries, bytes).done();
    let (start, rest) = content.split_at(content.len() - 14);
    let cut =
        File::without_content("", "/Contents[6 0 R 7 0 R]").stream(6, "", start).stream(7, "", rest).done();
    hold(vec![
        ("flate", of("/Filter/FlateDecode", &flate), SECRET, None),
        ("85 and flate", of("/Filter[/ASCII85Decode/FlateDecode]", &ascii85(&flate)), SECRET, None),
        ("hex", of("/Filter/ASCIIHexDecode", hex.as_bytes()), SECRET, None),
        ("run length", of("/Filter/RunLengthDecode", &run), SECRET, None),
        ("lzw", of("/Filter/LZWDecode", &lzw(&content)), SECRET, None),
        (
            "predictor",
            of("/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 16>>", &packed(&[(&rows, 1)])),
            SECRET,
            None,
        ),
        ("content in two, cut within a word", cut, SECRET, None),
    ])
    .await;
}

#[tokio::test]
async fn files_that_everybody_can_open_are_decrypted_and_locked_ones_told() {
    hold(vec![
        ("owner's password", include_bytes!("owner.pdf").to_vec(), SECRET, None),
        ("reader's password", include_bytes!("locked.pdf").to_vec(), None, Some(Unread::Locked)),
    ])
    .await;
}

#[tokio::test]
async fn composite_fonts_are_read_by_their_map_and_told_without_one() {
    let descendant = "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor 8 0 R>>";
    let map = b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 6 beginbfchar <0001> <0054> <0002> <004F03020301> <0003> <0049> <0004> <004D> <0005> <004103230302> <0006> <0054> endbfchar endcmap";
    let with = |to_unicode: &str| {
        let content =
            [head(), b"BT /F2 14 Tf 60 600 Td <000100020003> Tj 40 0 Td <000400050006> Tj ET".to_vec()]
                .concat();
        File::page(&content, "", "")
            .object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>")
            .object(6, &format!("<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[7 0 R]{to_unicode}>>"))
            .object(7, descendant)
            .object(8, "<</Type/FontDescriptor/FontName/X/Flags 4>>")
            .stream(9, "", map)
            .done()
    };
    let names = page(b"BT /F2 12 Tf 60 600 Td (AAAA) Tj ET", "", "")
        .object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>")
        .object(
            6,
            "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<</g1 7 0 R>>\
             /Encoding<</Differences[65/g1]>>/FirstChar 65/LastChar 65/Widths[10]>>",
        )
        .stream(7, "", b"9 0 d0 0 0 9 9 re f");
    hold(vec![
        ("with a map", with("/ToUnicode 9 0 R"), SECRET, None),
        ("without", with(""), None, Some(Unread::Letters)),
        ("names that say nothing", names.done(), None, Some(Unread::Letters)),
    ])
    .await;
}

#[tokio::test]
async fn old_encodings_are_told_and_their_markings_found() {
    let in_font = |name: &str, stamp: &str| {
        let body = "C\u{e9}ng h\u{df}a x\u{b7} h\u{e9}i ch\u{f1} ngh\u{dc}a Vi\u{d6}t Nam";
        let place = |text: &str| {
            text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect::<Vec<_>>()
        };
        let content = [
            b"BT /F1 12 Tf 60 700 Td (".to_vec(),
            place(body),
            b") Tj 0 -40 Td (".to_vec(),
            place(stamp),
            b") Tj ET".to_vec(),
        ]
        .concat();
        File::page(&content, "", "")
            .object(5, &format!("<</Type/Font/Subtype/TrueType/BaseFont/{name}/Encoding/WinAnsiEncoding>>"))
            .done()
    };
    let old = Some(Unread::OldLetters);
    hold(vec![
        ("tcvn3", in_font(".VnTime", "T\u{e8}I M\u{cb}T"), SECRET, old),
        ("tcvn3 by its letters alone", in_font("Arial", "T\u{e8}I M\u{cb}T"), SECRET, old),
        ("vni", in_font("VNI-Times", "TO\u{c1}I MA\u{c4}T"), SECRET, old),
        ("without a marking", in_font(".VnTime", "B\u{b8}o c\u{b8}o"), None, old),
    ])
    .await;
}

#[tokio::test]
async fn pictures_of_pages_are_told() {
    let image = "/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray";
    let scan = |more: &[u8]| {
        let content = [b"q 595 0 0 842 0 0 cm /I Do Q ".to_vec(), more.to_vec()].concat();
        File::page(&content, "/XObject<</I 6 0 R>>", "").stream(6, image, b"\x00\xff\xff\x00").done()
    };
    let under = |text: Vec<u8>| [b"3 Tr ".to_vec(), text].concat();
    let no_text = Some(Unread::NoText);
    hold(vec![
        ("nothing at all", File::page(b"", "", "").done(), None, no_text),
        ("scan", scan(b""), None, no_text),
        (
            "scan with the name of its program",
            scan(&at("Scanned with a telephone", 60, 20, 8)),
            None,
            no_text,
        ),
        ("scan with text laid under", scan(&under(head())), None, no_text),
        ("the same, marked", scan(&under(at("TỐI MẬT", 60, 760, 13))), SECRET, no_text),
        (
            "text over a background",
            scan(&[head(), at("Nội dung".replace(['ộ'], "o").as_str(), 60, 500, 12)].concat()),
            None,
            Some(Unread::Pictures),
        ),
    ])
    .await;
}

#[tokio::test]
async fn damaged_files_are_told_and_their_pages_unknown() {
    let whole = page(b"", "", "");
    let missing = page(b"", "", "").object(2, "<</Type/Pages/Kids[9 0 R 3 0 R]/Count 2>>").done();
    let endless = page(b"", "", "").object(2, "<</Type/Pages/Kids[2 0 R 3 0 R]/Count 7>>").done();
    let negative = page(b"", "", "").object(2, "<</Type/Pages/Kids[3 0 R]/Count -1>>").done();
    let content = page(b"", "", "").stream(4, "/Filter/FlateDecode", b"not packed").done();
    let whole = whole.done();
    let cut = whole[..whole.len() - 40].to_vec();
    let with_more = [&whole, &b"\r\n-- \r\nsent by a mail program\r\n"[..]].concat();
    for (name, bytes, pages, unread) in [
        ("whole", whole, Some(1), None),
        ("whole, with some more after it", with_more, Some(1), None),
        ("the end is missing", cut, None, Some(Unread::Damaged)),
        ("a page is missing", missing, None, Some(Unread::Damaged)),
        ("a tree that holds itself", endless, None, Some(Unread::Damaged)),
        ("a negative number of pages, which no browser opens", negative, None, Some(Unread::Damaged)),
        ("content that cannot be unpacked", content, Some(1), Some(Unread::NoText)),
        ("a head alone", b"%PDF-1.7\n".to_vec(), None, Some(Unread::Damaged)),
        ("no PDF", b"PK\x03\x04".to_vec(), None, Some(Unread::Damaged)),
        ("nothing", Vec::new(), None, Some(Unread::Damaged)),
    ] {
        let look = look(&bytes).await;
        assert_eq!((look.pages, look.unread), (pages, unread), "{name}: {look:?}");
    }
}

#[tokio::test]
async fn what_nobody_can_read_in_a_browser_is_named() {
    let form = |entries: &str| {
        let catalog = format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</XFA[(template)]/Fields[]>>{entries}>>");
        page(b"", "", "").object(1, &catalog).done()
    };
    let half = page(b"", "", "").done();
    let half = half[..40].to_vec();
    for (name, bytes, kind) in [
        ("a form for another program", form("/NeedsRendering true"), Some(FileKind::Form)),
        ("a form whose pages are drawn", form(""), None),
        ("a head alone", b"%PDF-1.7\n".to_vec(), Some(FileKind::Cut)),
        ("a beginning", half, Some(FileKind::Cut)),
        ("whole and without a page", b"%PDF-1.7\n%%EOF\n".to_vec(), None),
        ("a paper", page(b"", "", "").done(), None),
    ] {
        assert_eq!(look(&bytes).await.unreadable, kind, "{name}");
    }
}

/// Encodes bytes as ASCII85.
fn ascii85(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for group in bytes.chunks(4) {
        let mut four = [0; 4];
        four[..group.len()].copy_from_slice(group);
        let mut number = u32::from_be_bytes(four);
        let mut five = [0; 5];
        for digit in five.iter_mut().rev() {
            *digit = b'!' + u8::try_from(number % 85).unwrap();
            number /= 85;
        }
        text.extend_from_slice(&five[..=group.len()]);
    }
    text.extend_from_slice(b"~>");
    text
}

/// Encodes bytes as LZW without repetitions: nine bits per byte, and the table is cleared before it grows.
pub(crate) fn lzw(bytes: &[u8]) -> Vec<u8> {
    let mut codes = Vec::new();
    for part in bytes.chunks(200) {
        codes.push(256);
        codes.extend(part.iter().map(|byte| u32::from(*byte)));
    }
    codes.push(257);
    let bits: Vec<u8> =
        codes.iter().flat_map(|code| (0..9).rev().map(move |bit| u8::from(code >> bit & 1 == 1))).collect();
    bits.chunks(8)
        .map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | bit << (7 - at)))
        .collect()
}
