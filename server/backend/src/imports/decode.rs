//! A file's bytes as text. UTF-8, UTF-16, and Windows-1258 where its words are Vietnamese; what is certainly another
//! encoding or another kind of file is named. Knows no rows.

use std::borrow::Cow;

use domain::imports::{Encoding, NotRows};
use domain::papers::FileKind;
use domain::text::{are_syllables, composed, from_tcvn3, from_vni};
use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};

use crate::papers::file_kind;

/// Words that are judged. More say no more.
const WORDS_JUDGED: usize = 2_000;
/// Fewest words with Vietnamese letters that make an encoding certain: one may be chance.
const WORDS_AT_LEAST: usize = 2;
/// Of these words, in hundredths, so many are Vietnamese syllables if the encoding is right. The others are names of
/// places, abbreviations and slips.
const PERCENT_RIGHT: usize = 80;
/// No more than so many are if the encoding is wrong.
const PERCENT_WRONG: usize = 40;
/// Characters of UTF-16 without a mark in which the header must show. Column names are ASCII.
const UTF_16_SHOWN: usize = 8;

/// A file as text.
pub(super) type Decoded<'f> = (Cow<'f, str>, Option<Encoding>);

/// Whether a file is an archive, as workbooks are.
pub(super) fn is_archive(file: &[u8]) -> bool {
    file.starts_with(b"PK\x03\x04") || file.starts_with(b"PK\x05\x06")
}

/// Decodes a file.
pub(super) fn decode(file: &[u8]) -> Result<Decoded<'_>, NotRows> {
    if let Some(text) = utf_16(file) {
        return match old_encoding(&text) {
            Some(old) => Err(old),
            None => Ok((Cow::Owned(text), Some(Encoding::Utf16))),
        };
    }
    let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
    match std::str::from_utf8(file) {
        Ok(text) => {
            let other =
                Some(file).filter(|file| b"<%{".contains(file.trim_ascii_start().first().unwrap_or(&0)));
            match other.and_then(other_kind).or_else(|| old_encoding(text)) {
                Some(why) => Err(why),
                None => Ok((Cow::Borrowed(text), None)),
            }
        }
        Err(error) => {
            if let Some(kind) = other_kind(file) {
                return Err(kind);
            }
            let line = 1 + file[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() as u64;
            code_page(file, line)
        }
    }
}

/// The text of UTF-16 with a mark, or without one where the ASCII letters of the header show which order it has.
fn utf_16(file: &[u8]) -> Option<String> {
    let (encoding, bytes) = match file {
        [0xff, 0xfe, rest @ ..] => (UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => (UTF_16BE, rest),
        _ => (unmarked_utf_16(file)?, file),
    };
    // The rest of half a character is left out: a file that was cut while it was copied.
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[..bytes.len() & !1])?;
    Some(text.into_owned())
}

fn unmarked_utf_16(file: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = file.get(..2 * UTF_16_SHOWN).filter(|_| file.len().is_multiple_of(2))?;
    let (even, odd): (Vec<u8>, Vec<u8>) = head.chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip();
    let is_text = |bytes: &[u8]| bytes.iter().all(|byte| *byte >= b' ' || b"\t\r\n".contains(byte));
    let is_zero = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    if is_text(&even) && is_zero(&odd) {
        Some(UTF_16LE)
    } else if is_text(&odd) && is_zero(&even) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// A kind of file that is no text, by its beginning.
fn other_kind(file: &[u8]) -> Option<NotRows> {
    if file.starts_with(b"%PDF-") {
        return Some(NotRows::Pdf);
    }
    match file_kind(&file[..file.len().min(4096)]) {
        FileKind::Other => None,
        FileKind::Office if file.starts_with(b"\xd0\xcf\x11\xe0") => Some(compound(file)),
        kind => Some(NotRows::Other(kind)),
    }
}

/// A file of Office before 2007, and what Office locks with a password: both are a folder of streams, with their names in
/// UTF-16.
fn compound(file: &[u8]) -> NotRows {
    let holds = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // The entries of the folder are 128 bytes long, each begins with its name, and sectors are 512 bytes.
        file.chunks_exact(128).any(|entry| entry.starts_with(&name))
    };
    if holds("EncryptedPackage") {
        NotRows::LockedWorkbook
    } else if holds("Workbook") || holds("Book") {
        NotRows::OldWorkbook
    } else {
        NotRows::Other(FileKind::Office)
    }
}

/// How much of a text is Vietnamese.
#[derive(Clone, Copy)]
struct Share {
    words: usize,
    vietnamese: usize,
}

impl Share {
    /// Judges the words with letters beyond ASCII, each read anew by `read`.
    fn of(text: &str, read: impl Fn(&str) -> String) -> Share {
        let words = text.split(|letter: char| letter.is_ascii() && !letter.is_ascii_alphanumeric());
        let words = words.filter(|word| !word.is_ascii()).take(WORDS_JUDGED);
        let mut share = Share { words: 0, vietnamese: 0 };
        for word in words {
            share.words += 1;
            share.vietnamese += usize::from(are_syllables(&read(word)));
        }
        share
    }

    fn is_right(self) -> bool {
        self.words >= WORDS_AT_LEAST && self.vietnamese * 100 >= self.words * PERCENT_RIGHT
    }

    fn is_wrong(self) -> bool {
        self.vietnamese * 100 <= self.words * PERCENT_WRONG
    }
}

/// The old encoding of a text of Western letters, if that is certain.
pub(super) fn old_encoding(text: &str) -> Option<NotRows> {
    let as_it_is = Share::of(text, str::to_owned);
    if as_it_is.words < WORDS_AT_LEAST || !as_it_is.is_wrong() {
        return None;
    }
    let (tcvn3, vni) = (Share::of(text, from_tcvn3), Share::of(text, from_vni));
    match (tcvn3.is_right(), vni.is_right()) {
        (true, _) if tcvn3.vietnamese >= vni.vietnamese => Some(NotRows::Tcvn3),
        (_, true) => Some(NotRows::Vni),
        _ => None,
    }
}

/// A file of one byte a letter. `line` is the first one that is not UTF-8.
fn code_page(file: &[u8], line: u64) -> Result<Decoded<'static>, NotRows> {
    // Bytes of UTF-16 are no letters of a code page.
    if file.contains(&0) {
        return Err(NotRows::NoEncoding { line });
    }
    if let Some(text) = WINDOWS_1258.decode_without_bom_handling_and_without_replacement(file) {
        let text = composed(&text);
        if Share::of(&text, str::to_owned).is_right() {
            return Ok((Cow::Owned(text), Some(Encoding::Windows1258)));
        }
    }
    // The old encodings were typed as Western letters.
    let (western, _) = WINDOWS_1252.decode_without_bom_handling(file);
    Err(old_encoding(&western).unwrap_or(NotRows::NoEncoding { line }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOMS: &str = "code,name,agency\r\nT1,Phòng họp Tố Hiệu,SNV\r\nT2,Phường Mường Lựu,SNV\r\n";

    fn utf_16_bytes(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn utf_16_is_read_in_both_orders_with_a_mark_and_without() {
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            let without = utf_16_bytes(ROOMS, order);
            let with = [&order(0xfeff)[..], &without].concat();
            for file in [with, without] {
                assert_eq!(decode(&file), Ok((ROOMS.into(), Some(Encoding::Utf16))));
            }
        }
        let cut = utf_16_bytes(&format!("\u{feff}{ROOMS}"), u16::to_le_bytes);
        assert!(decode(&cut[..cut.len() - 1]).is_ok_and(|(text, _)| text == ROOMS.trim_end_matches('\n')));
        let lone =
            [&utf_16_bytes("\u{feff}code,name", u16::to_le_bytes)[..], &[0x00, 0xd8, 0x2c, 0]].concat();
        assert_eq!(decode(&lone), Err(NotRows::NoEncoding { line: 1 }), "half a pair");
        assert_eq!(decode("ab\0c".as_bytes()), Ok(("ab\0c".into(), None)));
    }

    #[test]
    fn utf_8_loses_its_mark_and_nothing_else() {
        assert_eq!(decode(format!("\u{feff}{ROOMS}").as_bytes()), Ok((ROOMS.into(), None)));
        for text in
            ["café,déjà vu,straße,über", "Ea H'leo, Krông Năng, Cư M'gar, Đắk R'lấp", "", "日本語,한국어"]
        {
            assert_eq!(decode(text.as_bytes()), Ok((text.into(), None)));
        }
    }

    /// ROOMS in Windows-1258, the marks of tones on their own.
    const OF_1258: &[u8] = b"code,name,agency\r\nT1,Pho\xccng ho\xf2p T\xf4\xec Hi\xea\xf2u,SNV\r\n\
        T2,Ph\xfd\xf5\xccng M\xfd\xf5\xccng L\xfd\xf2u,SNV\r\n";

    #[test]
    fn windows_1258_is_read_where_its_words_are_vietnamese() {
        let western = b"code,name\nT1,caf\xe9 d\xe9j\xe0\nT2,Stra\xdfe, Gr\xfc\xdfe\n";
        assert_eq!(decode(western), Err(NotRows::NoEncoding { line: 2 }));
        assert_eq!(
            decode(b"code,name\nT1,Ph\xf2ng\n"),
            Err(NotRows::NoEncoding { line: 2 }),
            "one word may be chance"
        );
        assert_eq!(decode(OF_1258), Ok((ROOMS.into(), Some(Encoding::Windows1258))));
    }

    #[test]
    fn old_encodings_are_named_in_bytes_and_as_letters() {
        let tcvn3 = "T1,Phßng häp T« HiÖu\nT2,Phêng Mêng Lùu\nT3,M¸y chiÕu";
        let vni = "T1,Phoøng hoïp Toâ Hieäu\nT2,Phöôøng Möôøng Löïu\nT3,Maùy chieáu";
        for (text, named) in [(tcvn3, NotRows::Tcvn3), (vni, NotRows::Vni)] {
            assert_eq!(decode(text.as_bytes()), Err(named));
            assert_eq!(decode(&utf_16_bytes(&format!("\u{feff}{text}"), u16::to_le_bytes)), Err(named));
            let (bytes, _, is_lost) = WINDOWS_1252.encode(text);
            assert!(!is_lost);
            assert_eq!(decode(&bytes), Err(named));
        }
    }

    #[test]
    fn files_of_other_kinds_are_named() {
        let entry = |name: &str| {
            let mut entry = name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
            entry.resize(128, 0xff);
            entry
        };
        let office = |name: &str| {
            let head = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0xff; 504]].concat();
            [head, entry("Root Entry"), entry(name), vec![0xff; 100]].concat()
        };
        assert_eq!(decode(&office("Workbook")), Err(NotRows::OldWorkbook));
        assert_eq!(decode(&office("Book")), Err(NotRows::OldWorkbook));
        assert_eq!(decode(&office("EncryptedPackage")), Err(NotRows::LockedWorkbook));
        assert_eq!(decode(&office("WordDocument")), Err(NotRows::Other(FileKind::Office)));
        assert_eq!(decode(b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n"), Err(NotRows::Pdf));
        assert_eq!(decode(b"%PDF-1.7\n1 0 obj"), Err(NotRows::Pdf));
        assert_eq!(decode(b" <!DOCTYPE html><p>Not found"), Err(NotRows::Other(FileKind::WebPage)));
        assert_eq!(decode(b"\x89PNG\r\n\x1a\n"), Err(NotRows::Other(FileKind::Picture)));
        assert!(is_archive(b"PK\x03\x04") && !is_archive(b"PKS,1"));
    }
}
