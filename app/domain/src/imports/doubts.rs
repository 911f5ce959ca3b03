//! What is doubtful in a file, though every cell can be taken: what spreadsheets make of codes, letters that a wrong
//! encoding has damaged, things that seem to be there under another code. Also how a file was read, and why it was not.
//! Judges single values; what is stored is for the caller to compare.

use serde::{Deserialize, Serialize};

use crate::text::{fold, same_key};
use crate::time::Sitting;

/// A cell that can be taken and is probably not meant so.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Warning {
    /// Line in the file.
    pub line: u64,
    /// Column, as in the header.
    pub column: String,
    /// The value found.
    pub value: String,
    /// Why it is doubtful.
    pub doubt: Doubt,
}

/// Why a cell is doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// A new code is another one without its leading zeros, or with more of them.
    ZerosLost {
        /// The other code.
        code: String,
    },
    /// A new code differs from another one only in capitals, marks, spaces or dashes.
    LikeCode {
        /// The other code.
        code: String,
    },
    /// A new code is a number as spreadsheets shorten it: `5.00E+10`.
    Shortened,
    /// A new code is a date that a spreadsheet has made: `03-Thg4`.
    MadeADate,
    /// Something with the same name is there in the same place under another code.
    SameName {
        /// The other code.
        code: String,
    },
    /// Letters were replaced by question marks or `�`.
    Damaged,
    /// What a spreadsheet shows instead of a value: `#N/A`, `#####`.
    SheetError,
    /// UTF-8 was read in another encoding and then written as UTF-8: `PhÃ²ng`.
    TwiceEncoded {
        /// The text as it was.
        reads: String,
    },
}

/// How a file was read, where that is not plain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// It is not in UTF-8.
    Encoding(Encoding),
    /// Lines above the header are no rows and were skipped.
    Header {
        /// The line of the header.
        line: u64,
    },
    /// One sheet of a workbook with several was read.
    Sheet {
        /// Its name.
        name: String,
        /// How many sheets there are.
        of: u32,
    },
    /// Sittings are written as offices write them, with the day before the month.
    Sittings {
        /// The first such cell.
        written: String,
        /// Its first sitting as it was read.
        read: Sitting,
    },
}

/// An encoding that is read besides UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-16 of either order: what Excel calls Unicode text.
    Utf16,
    /// The code page of Windows for Vietnamese.
    Windows1258,
}

/// Why a file holds no rows that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotRows {
    /// Text for the fonts `.VnTime` and the like.
    Tcvn3,
    /// Text for the fonts `VNI-Times` and the like.
    Vni,
    /// Text in no encoding that is certain.
    NoEncoding {
        /// The first line that is not UTF-8.
        line: u64,
    },
    /// A workbook of Excel before 2007 (.xls).
    OldWorkbook,
    /// A workbook of Excel that opens with a password.
    LockedWorkbook,
    /// A binary workbook of Excel (.xlsb).
    BinaryWorkbook,
    /// A sheet of LibreOffice (.ods).
    OpenDocument,
    /// A workbook whose parts cannot be read.
    BrokenWorkbook,
    /// A workbook that takes more memory or time than any list, or holds more text than a file may.
    HugeWorkbook,
    /// No sheet of the workbook names the columns.
    NoSheet,
    /// A PDF.
    Pdf,
    /// A file of another kind.
    Other(crate::papers::FileKind),
}

/// Names of months as spreadsheets write them in dates, in Vietnamese and English, without marks.
const MONTHS: [&str; 14] =
    ["thg", "thang", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What is doubtful about a new code by itself.
///
/// ```
/// use domain::imports::{Doubt, doubt_of_code};
/// assert_eq!(doubt_of_code("5,00E+10"), Some(Doubt::Shortened));
/// assert_eq!(doubt_of_code("03-Thg4"), Some(Doubt::MadeADate));
/// assert_eq!(doubt_of_code("3-4"), None);
/// ```
pub fn doubt_of_code(code: &str) -> Option<Doubt> {
    if is_shortened(code) {
        Some(Doubt::Shortened)
    } else if is_made_a_date(code) {
        Some(Doubt::MadeADate)
    } else {
        None
    }
}

/// Digits, a decimal mark, digits, `E+` and digits. A code such as `5E10` has neither mark nor sign.
fn is_shortened(code: &str) -> bool {
    let upper = code.to_ascii_uppercase();
    let Some((number, power)) = upper.split_once("E+") else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    digits(whole) && digits(part) && digits(power)
}

fn is_made_a_date(code: &str) -> bool {
    let folded = fold(code);
    let parts: Vec<&str> = folded.split(' ').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |text: &str| {
        let name = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let needs_number = matches!(name, "thg" | "thang");
        MONTHS.contains(&name) && (name != text) == needs_number
    };
    match parts.as_slice() {
        [day, month] | [day, month, _] if is_number(day) && day.len() <= 2 && is_month(month) => {
            parts.get(2).is_none_or(|year| is_number(year))
        }
        [day, "thg" | "thang", month] if is_number(day) && day.len() <= 2 => {
            is_number(month) && month.len() <= 2
        }
        [month, year] if is_month(month) && is_number(year) => matches!(year.len(), 2 | 4),
        [one, two, three] if [one, two, three].into_iter().all(|part| is_number(part)) => {
            let lengths = [one.len(), two.len(), three.len()];
            let has_dashes = code.matches(['/', '-']).count() == 2;
            has_dashes && matches!(lengths, [1..=2, 1..=2, 4] | [4, 2, 2])
        }
        _ => false,
    }
}

/// A code without what people mistype or spreadsheets lose: capitals, marks, spaces and dashes; zeros before a number
/// stay.
pub fn loose_key(code: &str) -> String {
    fold(code).replace(' ', "")
}

/// A code of [`loose_key`] without the zeros before its numbers.
///
/// ```
/// use domain::imports::without_zeros;
/// assert_eq!(without_zeros("xa09001"), "xa9001");
/// assert_eq!(without_zeros("000"), "0");
/// ```
pub fn without_zeros(key: &str) -> String {
    let mut kept = String::with_capacity(key.len());
    let mut letters = key.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins_number = !kept.ends_with(|c: char| c.is_ascii_digit());
        let is_followed = letters.peek().is_some_and(char::is_ascii_digit);
        if !(letter == '0' && begins_number && is_followed) {
            kept.push(letter);
        }
    }
    kept
}

/// What spreadsheets show where a formula has no value.
const SHEET_ERRORS: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"];

/// What is doubtful about the letters of a text, as it stands in the file.
///
/// ```
/// use domain::imports::{Doubt, doubt_of_text};
/// assert_eq!(doubt_of_text("Ph??ng M??ng L?u"), Some(Doubt::Damaged));
/// assert_eq!(doubt_of_text("Phòng 201?"), None);
/// ```
pub fn doubt_of_text(text: &str) -> Option<Doubt> {
    if SHEET_ERRORS.contains(&text) || text.len() > 2 && text.bytes().all(|byte| byte == b'#') {
        return Some(Doubt::SheetError);
    }
    if text.contains('\u{fffd}') || has_replaced_letters(text) {
        return Some(Doubt::Damaged);
    }
    let reads = decoded_again(text)?;
    Some(Doubt::TwiceEncoded { reads })
}

/// A question mark between two letters, or several of them beside a letter: `M?t`, `Ph??`.
fn has_replaced_letters(text: &str) -> bool {
    if text.is_ascii() && !text.contains('?') || text.contains("://") {
        return false;
    }
    let letters: Vec<char> = text.chars().collect();
    let is_letter = |index: Option<usize>| {
        index.and_then(|index| letters.get(index)).is_some_and(|letter| letter.is_alphabetic())
    };
    (0..letters.len()).filter(|index| letters[*index] == '?').any(|first| {
        if first.checked_sub(1).is_some_and(|before| letters[before] == '?') {
            return false;
        }
        let count = letters[first..].iter().take_while(|letter| **letter == '?').count();
        let (before, after) = (is_letter(first.checked_sub(1)), is_letter(Some(first + count)));
        after && (before || count > 1)
    })
}

/// The text that was meant, if runs of its letters are the bytes of Vietnamese letters in UTF-8, read as Windows-1252.
fn decoded_again(text: &str) -> Option<String> {
    let (mut decoded, mut run, mut is_changed) = (String::new(), Vec::new(), false);
    let mut end = |run: &mut Vec<(char, u8)>, decoded: &mut String| {
        let bytes: Vec<u8> = run.iter().map(|(_, byte)| *byte).collect();
        match std::str::from_utf8(&bytes) {
            Ok(read) if !read.is_empty() && read.chars().all(is_vietnamese_or_mark) => {
                decoded.push_str(read);
                is_changed = true;
            }
            _ => decoded.extend(run.iter().map(|(letter, _)| *letter)),
        }
        run.clear();
    };
    for letter in text.chars() {
        match byte_of(letter) {
            Some(byte) => run.push((letter, byte)),
            None => {
                end(&mut run, &mut decoded);
                decoded.push(letter);
            }
        }
    }
    end(&mut run, &mut decoded);
    is_changed.then(|| crate::text::Line::new(&decoded).into())
}

fn is_vietnamese_or_mark(letter: char) -> bool {
    matches!(letter, '\u{1ea0}'..='\u{1ef9}' | '–' | '“' | '”' | '…')
        || "àáâãèéêìíòóôõùúýăđĩũơưÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ".contains(letter)
}

/// The byte above 127 that Windows-1252 reads as this letter. The five unused bytes are read as control characters.
fn byte_of(letter: char) -> Option<u8> {
    /// From 0x80 to 0x9f; a space where the byte is unused.
    const MIDDLE: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";
    match letter {
        '\u{80}'..='\u{ff}' => u8::try_from(u32::from(letter)).ok(),
        ' ' => None,
        _ => MIDDLE.chars().position(|other| other == letter).and_then(|at| u8::try_from(0x80 + at).ok()),
    }
}

/// A name by which two things are one: as people see it, capitals aside.
pub fn name_key(name: &str) -> String {
    same_key(name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_make_of_codes_is_known_and_codes_are_left_alone() {
        for code in ["5.00E+10", "5,00E+10", "1E+05", "1.2e+15"] {
            assert_eq!(doubt_of_code(code), Some(Doubt::Shortened), "{code}");
        }
        for code in [
            "03-Thg4",
            "3-Thg 4",
            "4-Mar",
            "04-mar-26",
            "Mar-04",
            "Thg3-26",
            "03/04/2026",
            "2026-04-03",
            "3-4-2026",
            "01-Tháng 5",
        ] {
            assert_eq!(doubt_of_code(code), Some(Doubt::MadeADate), "{code}");
        }
        for code in [
            "5E10",
            "3-4",
            "SNV",
            "P201",
            "XA-09001",
            "12-TB",
            "2026",
            "1.2.3",
            "E+10",
            "MAR",
            "P-03-2026",
            "A.E+1",
            "3-march",
            "10 thang",
            "T1-2-26",
        ] {
            assert_eq!(doubt_of_code(code), None, "{code}");
        }
    }

    #[test]
    fn codes_that_differ_in_zeros_have_one_key_without_them() {
        for (one, other) in [("09001", "9001"), ("XA 007", "xa-7"), ("P0", "p00"), ("A01B02", "A1B2")] {
            assert_eq!(without_zeros(&loose_key(one)), without_zeros(&loose_key(other)), "{one}");
        }
        for (one, other) in [("9001", "90010"), ("P10", "P1"), ("100", "1")] {
            assert_ne!(without_zeros(&loose_key(one)), without_zeros(&loose_key(other)), "{one}");
        }
    }

    #[test]
    fn damaged_letters_are_seen_and_questions_are_not() {
        for text in ["Ph�ng", "M?t", "Ph??ng", "??ng Hà", "H?i tr??ng"] {
            assert_eq!(doubt_of_text(text), Some(Doubt::Damaged), "{text}");
        }
        for text in ["#N/A", "#REF!", "#####"] {
            assert_eq!(doubt_of_text(text), Some(Doubt::SheetError), "{text}");
        }
        for text in
            ["Phòng 201?", "#1", "##", "Sao? Vậy", "https://a.vn/?b=c", "Họp gì?!", "???", "Phòng họp 2 (?)"]
        {
            assert_eq!(doubt_of_text(text), None, "{text}");
        }
    }

    #[test]
    fn text_that_was_encoded_twice_is_told_with_what_it_was() {
        let twice = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    0x80..=0x9f => "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ"
                        .chars()
                        .nth(usize::from(byte - 0x80))
                        .unwrap(),
                    byte => char::from(byte),
                })
                .collect()
        };
        assert_eq!(twice("Phòng"), "PhÃ²ng");
        for text in ["Phòng họp", "Đoàn Kết", "ỦY BAN – “Ừ”", "Sở Tài chính"] {
            assert_eq!(
                doubt_of_text(&twice(text)),
                Some(Doubt::TwiceEncoded { reads: text.into() }),
                "{text}"
            );
        }
        for text in ["Phòng họp", "Ý»", "Âu", "Sở Nội vụ “A”", "ÂN", "café", "10 m²", "Ã", "Cô-ta"]
        {
            assert_eq!(doubt_of_text(text), None, "{text}");
        }
    }
}
