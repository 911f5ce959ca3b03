//! Files made to take the program down. The real child with its real limits looks into each of them. Whatever
//! a file does, the room gives an answer, and the serving process hardly grows.
//!
//! Most of them end at once, because the library reads only what the first page needs. Few of the kinds below
//! take the whole 10 s of processor time, so that the tests take less than a minute on two cores.

use std::io::Write;

use foreign::{LOOKS_AT_ONCE, Unseen};

use crate::files::{File, at, head, packed};
use crate::inspector::{file, one};
use crate::seen::real;

/// The serving process may grow by at most this over all files.
pub(crate) const GROWTH_KIB_AT_MOST: u64 = 32 * 1024;

/// The result that a file must lead to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// The room or the kernel ended the child.
    Ended,
    /// An answer of any kind.
    Any,
}

/// Tells a process of this program that it is the measured one.
pub(crate) const MEASURED: &str = "PHIEN_TEST_MEASURED";

/// Runs in a process of its own: otherwise the memory of other tests would be counted, or would hide the
/// memory of this one.
#[test]
fn no_file_takes_more_than_its_child() {
    if std::env::var_os(MEASURED).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(look_into_all());
    }
    alone("hostile::no_file_takes_more_than_its_child");
}

/// Runs a test in a process of its own.
pub(crate) fn alone(name: &str) {
    let alone = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(MEASURED, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[alone.stdout, alone.stderr].concat()).into_owned();
    assert!(alone.status.success() && said.contains("1 passed"), "{said}");
}

async fn look_into_all() {
    let room = real();
    let good = File::page(&head(), "", "").done();
    room.inspect(file(&good), one(0)).await.unwrap();
    let before = peak_kib();
    let mut looks = tokio::task::JoinSet::new();
    for (sender, (name, make, end)) in KINDS.into_iter().enumerate() {
        let room = room.clone();
        looks.spawn(async move {
            let answer = room.inspect(file(&make()), one(sender as u128)).await;
            match &answer {
                Ok(_) => assert_ne!(
                    end,
                    End::Ended,
                    "{name}: it was not as hostile as it was meant to be: {answer:?}"
                ),
                Err(Unseen::Died(_) | Unseen::TookTooLong) => {}
                Err(other) => panic!("{name}: {other}"),
            }
        });
    }
    while let Some(look) = looks.join_next().await {
        look.unwrap();
    }
    assert_eq!(room.free_slots(), LOOKS_AT_ONCE);
    let growth = peak_kib().saturating_sub(before);
    assert!(growth <= GROWTH_KIB_AT_MOST, "the parent grew by {growth} KiB");
}

/// The peak memory of this process.
pub(crate) fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

type Kind = (&'static str, fn() -> Vec<u8>, End);

const KINDS: [Kind; 24] = [
    ("a map of all codes that there can be", map_of_all_codes, End::Any),
    ("objects that unpack to 256 MiB", unpacked_objects, End::Any),
    ("an index that names an endless array often", endless_array, End::Any),
    ("brackets without end in the page", || nested("<</Type/Page/A", "["), End::Any),
    ("dictionaries without end in the page", || nested("<</Type/Page/A", "<</A"), End::Any),
    ("brackets without end in the content", || File::page(&b"[".repeat(2_000_000), "", "").done(), End::Any),
    ("a tree of pages that is a ring", || tree("2 0 R 3 0 R", 2_147_483_647), End::Any),
    ("a tree of pages a hundred thousand levels deep", deep_tree, End::Any),
    ("a form that draws itself", || forms(1, "/X0 Do ".repeat(3).as_str()), End::Any),
    ("forms that draw the next one twice, forty times over", || forms(40, ""), End::Ended),
    ("content packed thrice, one gibibyte of it", packed_thrice, End::Any),
    ("content of one gibibyte by LZW", lzw_bomb, End::Any),
    ("a table of two billion places", huge_table, End::Any),
    ("objects packed within themselves", objects_within_themselves, End::Any),
    (
        "a picture of four billion lines",
        || picture("/Width 4294967295/Height 4294967295/BitsPerComponent 16", ""),
        End::Any,
    ),
    (
        "a picture by JPEG 2000 that is nothing",
        || picture("/Width 99999/Height 99999", "/Filter/JPXDecode"),
        End::Any,
    ),
    (
        "a picture by JBIG2 that is nothing",
        || picture("/Width 99999/Height 99999", "/Filter/JBIG2Decode"),
        End::Any,
    ),
    ("a picture in the content that never ends", inline_picture, End::Any),
    ("a font whose letters draw themselves", letters_that_draw_themselves, End::Any),
    ("a pattern of itself", pattern_of_itself, End::Any),
    ("widths of two billion letters", widths, End::Ended),
    ("a key of absurd length", absurd_key, End::Any),
    ("one word of a hundred million letters", one_word, End::Any),
    ("a path of ten million lines", || long("0 0 m ", "1 1 l "), End::Any),
];

fn map_of_all_codes() -> Vec<u8> {
    let map = b"begincmap 1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange \
        1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange endcmap";
    File::page(b"BT /F1 12 Tf <0041> Tj ET", "", "")
        .object(5, "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 6 0 R/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/X>>]>>")
        .stream(6, "", map)
        .done()
}

/// The page itself is in the object stream, so the stream must be read.
fn objects(index: &[u8], content: &[(&[u8], usize)], count: usize) -> Vec<u8> {
    let parts: Vec<(&[u8], usize)> = std::iter::once((index, 1)).chain(content.iter().copied()).collect();
    let stream = packed(&parts);
    // 1 the catalog and 2 the tree are plain; 3 the page is in stream 6; 7 is the table itself.
    let mut file = File::page(&head(), "", "")
        .stream(6, &format!("/Type/ObjStm/N {count}/First {}/Filter/FlateDecode", index.len()), &stream)
        .done();
    // Replaces the plain table with one that says where the page is.
    let place = |number: u32| {
        let name = format!("\n{number} 0 obj\n");
        file.windows(name.len()).position(|part| part == name.as_bytes()).unwrap() as u32 + 1
    };
    let mut rows = vec![0, 0, 0, 0, 0, 0];
    for number in 1..=6_u32 {
        let (kind, value) = if number == 3 { (2, 6) } else { (1, place(number)) };
        rows.push(kind);
        rows.extend_from_slice(&value.to_be_bytes());
        rows.push(0);
    }
    let at = file.len();
    rows.push(1);
    rows.extend_from_slice(&u32::try_from(at).unwrap().to_be_bytes());
    rows.push(0);
    file.extend(
        format!("7 0 obj\n<</Type/XRef/Size 8/Root 1 0 R/W[1 4 1]/Length {}>>\nstream\n", rows.len()).bytes(),
    );
    file.extend_from_slice(&rows);
    file.extend(format!("\nendstream\nendobj\nstartxref\n{at}\n%%EOF\n").bytes());
    file
}

fn unpacked_objects() -> Vec<u8> {
    objects(
        b"3 0 ",
        &[(b"<</Type/Page/MediaBox[0 0 9 9]/Contents 4 0 R/A[", 1), (b"0 ", 128 << 20), (b"]>>", 1)],
        1,
    )
}

fn endless_array() -> Vec<u8> {
    let index = b"3 0 ".repeat(100_000);
    objects(&index, &[(b"<</Type/Page/MediaBox[0 0 9 9]/A[", 1), (b"[0 ", 1_000_000)], 100_000)
}

fn objects_within_themselves() -> Vec<u8> {
    objects(b"6 0 3 9 ", &[(b"<</A 6 0 R>> <</Type/Page/MediaBox 6 0 R/Contents 6 0 R>>", 1)], 2)
}

fn nested(begin: &str, level: &str) -> Vec<u8> {
    File::page(b"", "", "").object(3, &format!("{begin}{}", level.repeat(1_000_000))).done()
}

fn tree(kids: &str, count: u32) -> Vec<u8> {
    File::page(&head(), "", "").object(2, &format!("<</Type/Pages/Kids[{kids}]/Count {count}>>")).done()
}

fn deep_tree() -> Vec<u8> {
    // All in one dictionary, because writing a table of that many objects would take the test too long.
    let (open, close) = ("<</Type/Pages/Count 1/Kids[", "]>>");
    File::page(&head(), "", "")
        .object(2, &format!("{}3 0 R{}", open.repeat(100_000), close.repeat(100_000)))
        .done()
}

/// Forms from object 10 on. Each draws the next one twice; the last one draws `last`.
fn forms(levels: u32, last: &str) -> Vec<u8> {
    let names: String = (0..levels).map(|level| format!("/X{level} {} 0 R", 10 + level)).collect();
    let resources = format!("/XObject<<{names}>>");
    let mut file = File::page(&[head(), b"/X0 Do".to_vec()].concat(), &resources, "");
    for level in 0..levels {
        let next =
            if level + 1 == levels { last.to_owned() } else { format!("/X{0} Do /X{0} Do", level + 1) };
        let entries = format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<<{resources}>>");
        file = file.stream(10 + level, &entries, next.as_bytes());
    }
    file.done()
}

fn packed_thrice() -> Vec<u8> {
    let once = packed(&[(b"q Q ", 256 << 20)]);
    let thrice = packed(&[(&packed(&[(&once, 1)]), 1)]);
    File::without_content("", "").stream(4, "/Filter[/FlateDecode/FlateDecode/FlateDecode]", &thrice).done()
}

fn lzw_bomb() -> Vec<u8> {
    // The table grows by one letter per code, up to a word of 3,837 letters, which is then repeated.
    let codes = [256, u32::from(b' ')].into_iter().chain(258..4094).chain(std::iter::repeat_n(4093, 270_000));
    let (mut bits, mut held, mut content) = (0_u32, 0_u64, Vec::new());
    for (at, code) in codes.enumerate() {
        let width = match at {
            0..=254 => 9,
            255..=766 => 10,
            767..=1790 => 11,
            _ => 12,
        };
        held = held << width | u64::from(code);
        bits += width;
        while bits >= 8 {
            bits -= 8;
            content.write_all(&[u8::try_from(held >> bits & 0xff).unwrap()]).unwrap();
        }
        held &= (1 << bits) - 1;
    }
    File::without_content("", "").stream(4, "/Filter/LZWDecode", &content).done()
}

fn huge_table() -> Vec<u8> {
    let mut file = File::page(&head(), "", "").done();
    let at = file.len();
    let rows = packed(&[(&[0; 24], 32 << 20)]);
    file.extend(
        format!(
            "9 0 obj\n<</Type/XRef/Size 2147483647/Index[0 2147483647]/Root 1 0 R/W[8 8 8]/Filter/FlateDecode/Length {}>>\nstream\n",
            rows.len()
        )
        .bytes(),
    );
    file.extend_from_slice(&rows);
    file.extend(format!("\nendstream\nendobj\nstartxref\n{at}\n%%EOF\n").bytes());
    file
}

fn picture(entries: &str, filter: &str) -> Vec<u8> {
    File::page(&[b"/I Do ".to_vec(), head()].concat(), "/XObject<</I 6 0 R>>", "")
        .stream(6, &format!("/Type/XObject/Subtype/Image/ColorSpace/DeviceRGB{entries}{filter}"), b"nothing")
        .done()
}

fn inline_picture() -> Vec<u8> {
    let begin = [head(), b"BI /W 4000000000 /H 4000000000 /BPC 8 /CS /RGB ID ".to_vec()].concat();
    let bytes = packed(&[(&begin, 1), (b"EI EI", 8 << 20)]);
    File::without_content("", "").stream(4, "/Filter/FlateDecode", &bytes).done()
}

fn letters_that_draw_themselves() -> Vec<u8> {
    let font = "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 6 0 R>>\
        /Encoding<</Differences[65/a]>>/FirstChar 65/LastChar 65/Widths[1]/Resources<</Font<</F1 5 0 R>>>>>>";
    File::page(&b"BT /F1 1 Tf (AAAAAAAA) Tj ET ".repeat(1000), "", "")
        .object(5, font)
        .stream(6, "", b"1 0 d0 BT /F1 1 Tf (AAAAAAAA) Tj ET")
        .done()
}

fn pattern_of_itself() -> Vec<u8> {
    let tile = "/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 1/YStep 1/Resources<</Pattern<</P 6 0 R>>>>";
    File::page(&b"/Pattern cs /P scn 0 0 9 9 re f ".repeat(1000), "/Pattern<</P 6 0 R>>", "")
        .stream(6, tile, &b"/Pattern cs /P scn 0 0 9 9 re f ".repeat(8))
        .done()
}

fn widths() -> Vec<u8> {
    let descendant = "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/W[0 2147483647 500]/FontDescriptor<</Type/FontDescriptor/FontName/X/Flags 4>>>>";
    File::page(b"BT /F1 12 Tf <0041> Tj ET", "", "")
        .object(
            5,
            &format!(
                "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[{descendant}]>>"
            ),
        )
        .done()
}

fn absurd_key() -> Vec<u8> {
    File::page(&head(), "", "").done_with(
        "/Encrypt<</Filter/Standard/V 5/R 6/Length 2147483640/P -1/O(x)/U(x)/OE(x)/UE(x)/CF<</StdCF<</CFM/AESV3/Length 999999999>>>>\
         /StmF/StdCF/StrF/StdCF>>/ID[<00><00>]",
    )
}

fn one_word() -> Vec<u8> {
    long("BT /F1 12 Tf (", "M")
}

/// Content that repeats one piece.
fn long(begin: &str, piece: &str) -> Vec<u8> {
    let begin = [at("BÁO CÁO", 60, 700, 12), begin.as_bytes().to_vec()].concat();
    let bytes = packed(&[(&begin, 1), (piece.as_bytes(), (100 << 20) / piece.len()), (b") Tj ET", 1)]);
    File::without_content("", "").stream(4, "/Filter/FlateDecode", &bytes).done()
}
