//! The letters and words of a line, and the words that make "mật" a marking or an ordinary word.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::COLUMN_GAP;
use crate::papers::Level;

/// Words that turn "mật" into an ordinary word when they come before it, even on the line above: bí mật, bảo
/// mật, cơ mật, giải mật.
pub(super) const ORDINARY_BEFORE: [&str; 8] = ["BÍ", "BẢO", "CƠ", "GIẢI", "BI", "BAO", "CO", "GIAI"];
/// Words that do so only on the same line, because they also end the name of an office: "đường mật" is the
/// bile duct. "Độ mật" is a label. The last ones are for text without marks: "vắng mặt", "tiền mặt".
#[rustfmt::skip]
pub(super) const ORDINARY_BESIDE: [&str; 43] = [
    "ĐỘ", "ĐỌ", "DO", "MỨC", "MUC", "KHÔNG", "KHONG", "LỘ", "LO",
    "THÂN", "CẨN", "KÍN", "NGHIÊM", "TRÙ", "THỊ", "THI",
    "ONG", "LẤY", "QUAY", "HÚT", "LÍT", "RỈ", "GỈ", "NẤM", "DƯA", "KHOAI",
    "GAN", "TÚI", "ỐNG", "SỎI", "ĐƯỜNG", "DỊCH", "TIẾT", "TẮC", "VIÊM", "CẮT",
    "VANG", "GAP", "TIEN", "BE", "RA", "NUOC", "BO",
];
/// Words that turn "mật" into an ordinary word when they come after it: mật độ, mật mã, mật ong. The last
/// ones are for text without marks: "mặt trận", "mặt bằng".
#[rustfmt::skip]
pub(super) const ORDINARY_AFTER: [&str; 37] = [
    "ĐỘ", "MÃ", "KHẨU", "ONG", "THIẾT", "VỤ", "ƯỚC", "MÍA", "TÔNG", "GIÁO", "GẤU", "BÒ", "HEO", "LỢN",
    "RẮN", "HOA", "NGỌT", "NHÀ", "THÁM", "ĐÀM", "PHỤC", "HIỆU", "NGỮ", "CẬT", "DO", "MA", "KHAU", "THIET",
    "NHA", "TRAN", "BANG", "HANG", "NUOC", "DAT", "DUONG", "KHAC", "TRAI",
];
/// The same, but the word may also begin a title beside a stamp: mật danh, and "MẬT DANH SÁCH".
pub(super) const UNUSUAL_AFTER: [&str; 4] = ["DANH", "NGHỊ", "THƯ", "LỆNH"];
/// Words that make a label of a marking with "mật" after them: "độ mật", "mức độ mật", "mức mật".
pub(super) const LABEL_BEFORE: [&str; 4] = ["ĐỘ", "DO", "MỨC", "MUC"];
/// Labels of a marking with a colon after them, without spaces. Longer ones end with one of them: "mức độ bảo
/// mật".
pub(super) const LABEL_WITH_COLON: [&str; 9] =
    ["BẢOMẬT", "PHÂNLOẠI", "LOẠI", "ĐÓNGDẤU", "DẤU", "MỨCĐỘ", "CẤPĐỘ", "MỨC", "CẤP"];
/// Heads of a table's column, or cells before a value, that ask for a marking. Without spaces.
pub(super) const LABEL_IN_TABLE: [&str; 8] =
    ["ĐỘMẬT", "MỨCMẬT", "MỨCĐỘMẬT", "CẤPĐỘMẬT", "ĐỘBẢOMẬT", "MỨCBẢOMẬT", "MỨCĐỘBẢOMẬT", "CẤPĐỘBẢOMẬT"];
/// Frequent surnames that are no other word before "mật": not "hồ", as in "hồ sơ mật".
#[rustfmt::skip]
const SURNAMES: [&str; 31] = [
    "NGUYỄN", "TRẦN", "LÊ", "PHẠM", "HOÀNG", "HUỲNH", "PHAN", "VŨ", "VÕ", "ĐẶNG", "BÙI", "ĐỖ", "NGÔ",
    "DƯƠNG", "LÝ", "ĐINH", "TRỊNH", "LƯU", "ĐÀO", "ĐOÀN", "TRƯƠNG", "LÂM", "PHÙNG", "TRIỆU", "VI", "LÒ",
    "CẦM", "QUÀNG", "LƯỜNG", "TÒNG", "GIÀNG",
];
/// Words of address before a name. "Đồng chí" ends with the last one.
const ADDRESSES: [&str; 5] = ["ÔNG", "BÀ", "ANH", "CHỊ", "CHÍ"];
/// Most words of a name before its last.
const NAME_AT_MOST: usize = 3;

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
    /// Whether a sign and a space are before it, as between two parts of a line.
    pub(super) follows_pause: bool,
    /// Whether a colon is before it.
    pub(super) follows_colon: bool,
    /// Whether a gap is before it that is too wide for a space between two words.
    pub(super) follows_gap: bool,
}

/// The letters of a text. In text with wide letter spacing, which is read as single letters, a word may begin
/// at each letter.
pub(super) fn letters(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    // Some files write Ậ as Â with a full stop for its dot.
    let text: String = text.nfc().collect::<String>().replace("Â.T", "ẬT").replace("â.t", "ật");
    let mut between = String::new();
    for letter in text.chars() {
        if letter.is_alphabetic() || letter == NAMELESS {
            let is_first = letters.is_empty();
            for capital in letter.to_uppercase() {
                let follows_sign = between.chars().any(|sign| !sign.is_whitespace());
                letters.push(Letter {
                    capital,
                    is_small: letter.is_lowercase(),
                    starts_word: is_first || !between.is_empty(),
                    follows_sign: is_first || follows_sign,
                    follows_pause: follows_sign && between.contains(char::is_whitespace),
                    follows_colon: between.contains(':'),
                    follows_gap: between.contains(COLUMN_GAP),
                });
                between.clear();
            }
        } else {
            between.push(letter);
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

/// Whether a text is one of the words and nothing else. The words are without spaces.
pub(super) fn is_any(letters: &[Letter], words: &[&str]) -> bool {
    words.iter().any(|word| letters.iter().map(|letter| letter.capital).eq(word.chars()))
}

/// Whether one of the words begins at a letter.
pub(super) fn spells_any(letters: &[Letter], from: usize, words: &[&str]) -> bool {
    words.iter().any(|word| spells(letters, from, word))
}

/// Whether "mật" that ends before a letter is the beginning of an ordinary word, such as "mật độ".
pub(super) fn starts_word(letters: &[Letter], end: usize) -> bool {
    letters.get(end).is_some_and(|next| !next.follows_pause) && spells_any(letters, end, &ORDINARY_AFTER)
}

/// Whether the word that begins at a letter is certainly the last word of a person's name: "Nguyễn Thị Mật",
/// "bà Mật". In capitals only with a middle name that is usual, because there a name looks like any heading.
pub(super) fn ends_name(letters: &[Letter], from: usize) -> bool {
    let is_in_capitals = letters.get(from + 1).is_none_or(|second| !second.is_small);
    let words = words_before(letters, from);
    let is =
        |at: usize, list: &[&str]| words.get(at).is_some_and(|word| is_any(&letters[word.clone()], list));
    if is_in_capitals {
        return is(0, &["THỊ", "VĂN"]) && is(1, &SURNAMES);
    }
    let is_name = |word: &Range<usize>| !letters[word.start].is_small;
    let names = words.iter().take_while(|word| is_name(word)).count();
    !letters[from].is_small
        && (is(names, &ADDRESSES) || (0..names.min(NAME_AT_MOST)).any(|at| is(at, &SURNAMES)))
}

/// Whether the part of a line up to the word that begins at a letter may be a person's name.
pub(super) fn may_end_name(letters: &[Letter], from: usize) -> bool {
    let words = words_before(letters, from);
    let first = words.last().filter(|_| words.len() <= NAME_AT_MOST);
    first.is_some_and(|first| is_any(&letters[first.clone()], &SURNAMES))
}

/// The words before a letter up to the next sign, the nearest one first.
fn words_before(letters: &[Letter], from: usize) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut end = from;
    while end > 0 && !letters.get(end).is_some_and(|next| next.follows_sign) {
        let start = letters[..end].iter().rposition(|letter| letter.starts_word).unwrap_or(0);
        words.push(start..end);
        end = start;
    }
    words
}

/// Whether a text ends within a sentence.
pub(super) fn ends_small(text: &str) -> bool {
    text.trim_end().trim_end_matches([',', ';']).chars().last().is_some_and(char::is_lowercase)
}
