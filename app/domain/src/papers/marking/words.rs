//! The letters and words of a line, and the words that make "mật" a marking or an ordinary word.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::papers::Level;

/// Words that turn "mật" into an ordinary word when they come before it, even on the line above: bí mật, bảo
/// mật, cơ mật, giải mật.
pub(super) const ORDINARY_BEFORE: [&str; 8] = ["BÍ", "BẢO", "CƠ", "GIẢI", "BI", "BAO", "CO", "GIAI"];
/// Words that do so only on the same line, because they also end the name of an office: "đường mật" is the
/// bile duct. "Độ mật" is a label, and "Mật" also a name.
pub(super) const ORDINARY_BESIDE: [&str; 23] = [
    "ĐỘ",
    "ĐỌ",
    "DO",
    "MỨC",
    "MUC",
    "KHÔNG",
    "KHONG",
    "LỘ",
    "LO",
    "THÂN",
    "CẨN",
    "THỊ",
    "THI",
    "ONG",
    "GAN",
    "TÚI",
    "ỐNG",
    "SỎI",
    "ĐƯỜNG",
    "DỊCH",
    "NẤM",
    "DƯA",
    "KÍN",
];
/// Words that turn "mật" into an ordinary word when they come after it: mật độ, mật mã, mật ong.
pub(super) const ORDINARY_AFTER: [&str; 21] = [
    "ĐỘ", "MÃ", "KHẨU", "ONG", "THIẾT", "VỤ", "DANH", "NGHỊ", "ƯỚC", "MÍA", "THƯ", "LỆNH", "TÔNG", "GẤU",
    "HOA", "NHÀ", "DO", "MA", "KHAU", "THIET", "NHA",
];
/// Words that make a label of a marking with "mật" after them: "độ mật", "mức độ mật", "mức mật".
pub(super) const LABEL_BEFORE: [&str; 4] = ["ĐỘ", "DO", "MỨC", "MUC"];

/// The replacement character: a letter without a Unicode value in the file.
pub(super) const NAMELESS: char = '\u{fffd}';

/// A letter of a line.
pub(super) struct Letter {
    /// The composed letter in upper case.
    pub(super) capital: char,
    /// Whether it is in lower case on the page.
    pub(super) is_small: bool,
    /// Whether a word may begin here.
    pub(super) starts_word: bool,
    /// Whether a sign or a digit is before it, or the line begins with it.
    pub(super) follows_sign: bool,
}

/// The letters of a text. In text with wide letter spacing, which is read as single letters, a word may begin
/// at each letter.
pub(super) fn letters(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    let (mut starts_word, mut follows_sign) = (true, true);
    // Some files write Ậ as Â with a full stop for its dot.
    let text: String = text.nfc().collect::<String>().replace("Â.T", "ẬT").replace("â.t", "ật");
    for letter in text.chars() {
        if letter.is_alphabetic() || letter == NAMELESS {
            for capital in letter.to_uppercase() {
                letters.push(Letter { capital, is_small: letter.is_lowercase(), starts_word, follows_sign });
                (starts_word, follows_sign) = (false, false);
            }
        } else {
            starts_word = true;
            follows_sign |= !letter.is_whitespace();
        }
    }
    letters
}

/// The last word of a text, in capitals. Single letters in a row are one word, as in wide letter spacing.
pub(super) fn last_word(letters: &[Letter]) -> String {
    let mut word: Vec<char> = Vec::new();
    let mut is_spaced = true;
    for (at, letter) in letters.iter().enumerate().rev() {
        word.push(letter.capital);
        let is_single = letter.starts_word && letters.get(at + 1).is_none_or(|next| next.starts_word);
        is_spaced &= is_single;
        if letter.starts_word && !is_spaced {
            break;
        }
    }
    word.iter().rev().collect()
}

/// Whether the last word of a text is one of the words. In wide letter spacing it is unknown where the last
/// word begins.
pub(super) fn ends_with(letters: &[Letter], words: &[&str]) -> bool {
    let last = last_word(letters);
    let is_spaced = letters.last().is_some_and(|letter| letter.starts_word);
    words.iter().any(|word| last == *word || (is_spaced && last.ends_with(word)))
}

/// A level with the letters that state it.
pub(super) struct Phrase {
    pub(super) level: Level,
    /// For each letter its spellings, the right one first. Programs drop one or both marks of a letter.
    pub(super) letters: &'static [&'static str],
}

pub(super) const PHRASES: [Phrase; 3] = [
    Phrase { level: Level::Confidential, letters: &["M", "ẬÂẠA", "T"] },
    Phrase { level: Level::Secret, letters: &["T", "ỐÔÓO", "I", "M", "ẬÂẠA", "T"] },
    Phrase { level: Level::TopSecret, letters: &["T", "U", "Y", "ỆÊẸE", "T", "M", "ẬÂẠA", "T"] },
];

impl Phrase {
    /// The part of a line from a letter on that spells the phrase from word border to word border.
    pub(super) fn at(&self, letters: &[Letter], from: usize) -> Option<Range<usize>> {
        let to = from + self.letters.len();
        let part = letters.get(from..to)?;
        let is_small = part.iter().any(|letter| letter.is_small);
        let mut pairs = part.iter().zip(self.letters);
        let is_spelled = pairs.all(|(letter, spellings)| {
            let mut accepted = spellings.chars().take(if is_small { 1 } else { usize::MAX });
            accepted.any(|spelling| spelling == letter.capital)
                || (letter.capital == NAMELESS && !spellings.is_ascii())
        });
        let ends = letters.get(to).is_none_or(|next| next.starts_word);
        (is_spelled && part[0].starts_word && ends).then_some(from..to)
    }
}

/// The letters around a part of a line up to the next signs or digits.
pub(super) fn segment(letters: &[Letter], part: &Range<usize>) -> Range<usize> {
    let start = letters[..=part.start].iter().rposition(|letter| letter.follows_sign).unwrap_or(0);
    let after = letters[part.end..].iter().position(|letter| letter.follows_sign);
    start..after.map_or(letters.len(), |after| part.end + after)
}

/// Whether a word, or several words without spaces, begins at a letter and ends at a word border.
pub(super) fn spells(letters: &[Letter], from: usize, word: &str) -> bool {
    let count = word.chars().count();
    let Some(part) = letters.get(from..from + count) else { return false };
    part.first().is_some_and(|first| first.starts_word)
        && part.iter().map(|letter| letter.capital).eq(word.chars())
        && letters.get(from + count).is_none_or(|next| next.starts_word)
}

/// Whether a text ends within a sentence.
pub(super) fn ends_small(text: &str) -> bool {
    text.trim_end().trim_end_matches([',', ';']).chars().last().is_some_and(char::is_lowercase)
}
