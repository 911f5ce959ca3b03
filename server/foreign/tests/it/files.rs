//! Builds PDF files for the tests, object by object. Lower-case Vietnamese letters are not needed, because
//! markings are in capitals.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress};

/// The letters beyond ASCII in the tests' font, from code 128 on.
const LETTERS: &str = "ẬỐỆÍỦƠÂÁỊỘĐẢÃẤẾỀÊỪỂÔ";

/// Size of the pieces in which repeated content is compressed.
const PIECE: usize = 64 * 1024;

/// A file that is being built.
#[derive(Default)]
pub(crate) struct File {
    objects: Vec<(u32, Vec<u8>)>,
}

impl File {
    /// A file with one page: object 1 is the catalog, 2 the page tree, 3 the page, 4 its content, 5 the font
    /// F1. `resources` and `page` are added to the dictionaries of the same name.
    pub(crate) fn page(content: &[u8], resources: &str, page: &str) -> File {
        File::without_content(resources, page).stream(4, "", content)
    }

    /// The same without object 4.
    pub(crate) fn without_content(resources: &str, page: &str) -> File {
        let names: String = LETTERS.chars().map(|letter| format!("/uni{:04X}", u32::from(letter))).collect();
        let contents = if page.contains("/Contents") { "" } else { "/Contents 4 0 R" };
        File::default()
            .object(1, "<</Type/Catalog/Pages 2 0 R>>")
            .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
            .object(
                3,
                &format!(
                    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{contents}{page}/Resources<</Font<</F1 5 0 R>>{resources}>>>>"
                ),
            )
            .object(
                5,
                &format!(
                    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</BaseEncoding/WinAnsiEncoding/Differences[128{names}]>>>>"
                ),
            )
    }

    /// Sets an object.
    pub(crate) fn object(self, number: u32, body: &str) -> File {
        self.raw(number, body.as_bytes().to_vec())
    }

    /// Sets an uncompressed stream.
    pub(crate) fn stream(self, number: u32, entries: &str, content: &[u8]) -> File {
        let mut body = format!("<<{entries}/Length {}>>\nstream\n", content.len()).into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\nendstream");
        self.raw(number, body)
    }

    /// Sets a compressed stream.
    pub(crate) fn packed(self, number: u32, entries: &str, content: &[u8]) -> File {
        self.stream(number, &format!("/Filter/FlateDecode{entries}"), &packed(&[(content, 1)]))
    }

    fn raw(mut self, number: u32, body: Vec<u8>) -> File {
        self.objects.retain(|(other, _)| *other != number);
        self.objects.push((number, body));
        self
    }

    /// The whole file.
    pub(crate) fn done(self) -> Vec<u8> {
        self.done_with("")
    }

    /// The whole file, with additional trailer entries.
    pub(crate) fn done_with(self, trailer: &str) -> Vec<u8> {
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut places = Vec::new();
        for (number, body) in &self.objects {
            places.push((*number, file.len()));
            file.extend(format!("{number} 0 obj\n").bytes());
            file.extend_from_slice(body);
            file.extend_from_slice(b"\nendobj\n");
        }
        let table = file.len();
        let most = places.iter().map(|(number, _)| *number).max().unwrap_or(0);
        file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", most + 1).bytes());
        for number in 1..=most {
            let line = match places.iter().find(|(other, _)| *other == number) {
                Some((_, place)) => format!("{place:010} 00000 n \n"),
                None => "0000000000 65535 f \n".to_owned(),
            };
            file.extend(line.bytes());
        }
        let size = most + 1;
        file.extend(
            format!("trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n").bytes(),
        );
        file
    }
}

/// Compresses parts, each repeated a number of times, without holding or compressing the whole content: equal
/// pieces are equal when compressed. Repeated content ends without its checksum, which readers tolerate.
pub(crate) fn packed(parts: &[(&[u8], usize)]) -> Vec<u8> {
    if let [(whole, 1)] = parts {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(whole).unwrap();
        return packed.finish().unwrap();
    }
    let mut packer = Compress::new(Compression::best(), false);
    let mut pack = |piece: &[u8]| {
        let mut packed = Vec::with_capacity(piece.len() + 1024);
        packer.compress_vec(piece, &mut packed, FlushCompress::Full).unwrap();
        packed
    };
    let mut packed = b"\x78\xda".to_vec();
    for (part, times) in parts {
        let at_once = (PIECE / part.len()).clamp(1, *times);
        let piece = pack(&part.repeat(at_once));
        packed.extend(piece.repeat(times / at_once));
        packed.extend(pack(&part.repeat(times % at_once)));
    }
    packed
}

/// A text as a string of the tests' font.
pub(crate) fn string(text: &str) -> Vec<u8> {
    let place = |letter: char| match LETTERS.chars().position(|other| other == letter) {
        Some(at) => 128 + u8::try_from(at).unwrap(),
        None => u8::try_from(letter).expect("the tests' font has it"),
    };
    [b"(", text.chars().map(place).collect::<Vec<_>>().as_slice(), b")"].concat()
}

/// Draws a text at a position.
pub(crate) fn at(text: &str, x: i32, y: i32, size: i32) -> Vec<u8> {
    [format!("BT /F1 {size} Tf {x} {y} Td ").as_bytes(), &string(text), b" Tj ET\n"].concat()
}

/// The head of a letter, without a marking.
pub(crate) fn head() -> Vec<u8> {
    [
        at("ỦY BAN NHÂN DÂN TỈNH".replace('Ỉ', "Ị").as_str(), 60, 780, 13),
        at("BÁO CÁO CÔNG TÁC THÁNG 6", 150, 700, 14),
        at("Kinh phi cho cac don vi, nhiem vu trong tam cua quy 3", 60, 660, 12),
    ]
    .concat()
}
