//! Finds a classification marking on a first page: MẬT, TỐI MẬT or TUYỆT MẬT in capitals on a short line, or
//! after "Độ mật". Works on lines of text and the text before each line, never on a file.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::Level;

/// A line of a page, as a reader sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLine {
    /// Its text. A letter that the file does not name is U+FFFD.
    pub text: String,
    /// Text that this line may continue: the line above it in the same block, or the text before it on the
    /// same line. There are several if the page can be read in several ways.
    pub before: Vec<String>,
}

impl PageLine {
    /// A line that continues nothing.
    pub fn alone(text: impl Into<String>) -> Self {
        Self { text: text.into(), before: Vec::new() }
    }
}

/// Words that turn "mật" into an ordinary word when they come before it, even on the line above: bí mật, bảo
/// mật, cơ mật, giải mật.
const ORDINARY_BEFORE: [&str; 8] = ["BÍ", "BẢO", "CƠ", "GIẢI", "BI", "BAO", "CO", "GIAI"];
/// Words that do so only on the same line, because they also end the name of an office: "đường mật" is the
/// bile duct. "Độ mật" is a label, and "Mật" also a name.
const ORDINARY_BESIDE: [&str; 23] = [
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
const ORDINARY_AFTER: [&str; 21] = [
    "ĐỘ", "MÃ", "KHẨU", "ONG", "THIẾT", "VỤ", "DANH", "NGHỊ", "ƯỚC", "MÍA", "THƯ", "LỆNH", "TÔNG", "GẤU",
    "HOA", "NHÀ", "DO", "MA", "KHAU", "THIET", "NHA",
];
/// Words that make a label of a marking with "mật" after them: "độ mật", "mức độ mật", "mức mật".
const LABEL_BEFORE: [&str; 4] = ["ĐỘ", "DO", "MỨC", "MUC"];

/// Most letters of a line with a marking. A longer one is running text: "đóng dấu MẬT lên tài liệu".
const LINE_AT_MOST: usize = 40;
/// Most letters beside "TỐI MẬT" between two signs, such as "HỎA TỐC".
const BESIDE_AT_MOST: usize = 24;
/// Most letters beside "MẬT", which has everyday meanings: "TÀI LIỆU MẬT" is a marking, and the heading
/// "QUY ĐỊNH QUẢN LÝ VĂN BẢN MẬT" is none.
const BESIDE_MAT_AT_MOST: usize = 10;

/// The replacement character: a letter without a Unicode value in the file.
const NAMELESS: char = '\u{fffd}';

/// Finds a classification marking in the lines of a first page. "Bí mật" and "bảo mật" in running text are
/// not markings. "Mật" alone on a line is not a marking either if a heading wraps within one of these words.
///
/// ```
/// use domain::papers::{Level, PageLine, marking};
/// let lines = ["UBND TỈNH", "TỐI MẬT", "BÁO CÁO"].map(PageLine::alone);
/// assert_eq!(marking(&lines), Some(Level::Secret));
/// assert_eq!(marking(&[PageLine::alone("MẬT (Bản số 01)")]), Some(Level::Confidential));
/// assert_eq!(marking(&[PageLine::alone("Công tác bảo vệ bí mật nhà nước")]), None);
/// let wrapped = PageLine { text: "MẬT".into(), before: vec!["BẢO VỆ TÀI LIỆU BÍ".into()] };
/// assert_eq!(marking(&[wrapped]), None);
/// ```
pub fn marking(lines: &[PageLine]) -> Option<Level> {
    lines.iter().filter_map(marked).max_by_key(|level| level.rank())
}

/// The level that one line states.
fn marked(line: &PageLine) -> Option<Level> {
    let letters = letters(&line.text);
    if let Some(level) = leading(line, &letters) {
        return Some(level);
    }
    if letters.is_empty() || letters.len() > LINE_AT_MOST {
        return None;
    }
    let labelled = labelled(&letters);
    let found = |phrase: &Phrase| {
        let starts = 0..letters.len();
        starts.filter_map(|from| stated(phrase, line, &letters, from)).max_by_key(|level| level.rank())
    };
    PHRASES.iter().filter_map(found).chain(labelled).max_by_key(|level| level.rank())
}

/// The level in capitals that begins a line and ends at a sign, whatever comes after it, at any length:
/// "TUYỆT MẬT - chỉ người có tên mới được bóc". A sentence that goes on from the line above is not meant.
fn leading(line: &PageLine, letters: &[Letter]) -> Option<Level> {
    if line.before.iter().any(|text| ends_small(text)) {
        return None;
    }
    let phrase = PHRASES.iter().rev().find(|phrase| {
        phrase.at(letters, 0).is_some_and(|part| {
            let is_shouted =
                !letters[part.clone()].iter().any(|letter| letter.is_small || letter.capital == NAMELESS);
            is_shouted && letters.get(part.end).is_some_and(|next| next.follows_sign)
        })
    })?;
    if phrase.level == Level::Confidential { first_of_line(&line.before) } else { Some(phrase.level) }
}

/// A letter of a line.
struct Letter {
    /// The composed letter in upper case.
    capital: char,
    /// Whether it is in lower case on the page.
    is_small: bool,
    /// Whether a word may begin here.
    starts_word: bool,
    /// Whether a sign or a digit is before it, or the line begins with it.
    follows_sign: bool,
}

/// The letters of a text. In text with wide letter spacing, which is read as single letters, a word may begin
/// at each letter.
fn letters(text: &str) -> Vec<Letter> {
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
fn last_word(letters: &[Letter]) -> String {
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
fn ends_with(letters: &[Letter], words: &[&str]) -> bool {
    let last = last_word(letters);
    let is_spaced = letters.last().is_some_and(|letter| letter.starts_word);
    words.iter().any(|word| last == *word || (is_spaced && last.ends_with(word)))
}

/// A level with the letters that state it.
struct Phrase {
    level: Level,
    /// For each letter its spellings, the right one first. Programs drop one or both marks of a letter.
    letters: &'static [&'static str],
}

const PHRASES: [Phrase; 3] = [
    Phrase { level: Level::Confidential, letters: &["M", "ẬÂẠA", "T"] },
    Phrase { level: Level::Secret, letters: &["T", "ỐÔÓO", "I", "M", "ẬÂẠA", "T"] },
    Phrase { level: Level::TopSecret, letters: &["T", "U", "Y", "ỆÊẸE", "T", "M", "ẬÂẠA", "T"] },
];

impl Phrase {
    /// The part of a line from a letter on that spells the phrase from word border to word border.
    fn at(&self, letters: &[Letter], from: usize) -> Option<Range<usize>> {
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

/// The level that the phrase states if it begins at a letter of a line.
fn stated(phrase: &Phrase, line: &PageLine, letters: &[Letter], from: usize) -> Option<Level> {
    let part = phrase.at(letters, from)?;
    let segment = segment(letters, &part);
    let beside = segment.len() - part.len();
    let is_whole_line = part.len() == letters.len();
    let begins_small = letters[part.start].is_small;
    let is_shouted = !letters[part.clone()].iter().any(|letter| letter.is_small);
    // Each part of a line of notes begins with a capital: "MẬT - Bản số 01". Running text does not:
    // `dấu "MẬT".`
    let is_running =
        letters.iter().any(|letter| letter.follows_sign && letter.is_small) || letters[0].is_small;
    if phrase.level != Level::Confidential {
        let others = &letters[segment.clone()];
        let names_a_list =
            (0..others.len()).any(|at| ["BÍMẬT", "BIMAT"].iter().any(|word| spells(others, at, word)));
        let is_marking = match is_shouted {
            true => beside <= BESIDE_AT_MOST && !is_running && !names_a_list,
            // "Tối mật" has no everyday meaning; but a sentence may end with it on a line of its own.
            false if is_whole_line => !(begins_small && line.before.iter().any(|text| ends_small(text))),
            false => beside == 0 && !is_running,
        };
        return is_marking.then_some(phrase.level);
    }
    let is_nameless = letters[part.clone()].iter().any(|letter| letter.capital == NAMELESS);
    let most_beside = if is_nameless { 0 } else { BESIDE_MAT_AT_MOST };
    if !is_shouted || is_running || beside > most_beside {
        return None;
    }
    let (before, after) = (&letters[..part.start], &letters[part.end..segment.end]);
    if ends_with(before, &ORDINARY_BEFORE)
        || (part.start > segment.start && ends_with(before, &ORDINARY_BESIDE))
        || ORDINARY_AFTER.iter().any(|word| spells(after, 0, word))
    {
        return None;
    }
    if part.start == 0 { first_of_line(&line.before) } else { Some(Level::Confidential) }
}

/// The letters around a part of a line up to the next signs or digits.
fn segment(letters: &[Letter], part: &Range<usize>) -> Range<usize> {
    let start = letters[..=part.start].iter().rposition(|letter| letter.follows_sign).unwrap_or(0);
    let after = letters[part.end..].iter().position(|letter| letter.follows_sign);
    start..after.map_or(letters.len(), |after| part.end + after)
}

/// Whether a word, or several words without spaces, begins at a letter and ends at a word border.
fn spells(letters: &[Letter], from: usize, word: &str) -> bool {
    let count = word.chars().count();
    let Some(part) = letters.get(from..from + count) else { return false };
    part.first().is_some_and(|first| first.starts_word)
        && part.iter().map(|letter| letter.capital).eq(word.chars())
        && letters.get(from + count).is_none_or(|next| next.starts_word)
}

/// The level stated after a label: "Độ mật: Tối mật; Độ khẩn: Hỏa tốc".
fn labelled(letters: &[Letter]) -> Option<Level> {
    let ends = (0..letters.len()).filter_map(|at| {
        let word = LABEL_BEFORE.iter().find(|word| spells(letters, at, word))?;
        Some(PHRASES[0].at(letters, at + word.chars().count())?.end)
    });
    let stated = ends.flat_map(|end| {
        let follows_sign = letters.get(end).is_some_and(|letter| letter.follows_sign);
        PHRASES.iter().filter_map(move |phrase| {
            let last = if follows_sign { letters.len() } else { end + 1 };
            (end..last).find_map(|from| {
                let part = phrase.at(letters, from)?;
                let is_ordinary = [&ORDINARY_BEFORE[..], &ORDINARY_BESIDE[..]]
                    .iter()
                    .any(|words| from > end && ends_with(&letters[..from], words));
                let is_last = letters.get(part.end).is_none_or(|next| next.follows_sign);
                (!is_ordinary && (follows_sign || is_last)).then_some(phrase.level)
            })
        })
    });
    stated.max_by_key(|level| level.rank())
}

/// What a line that begins with "MẬT" means, given the text before it: the two words of a stamp may be on two
/// lines, and a heading may wrap within "bí mật".
fn first_of_line(before: &[String]) -> Option<Level> {
    let before: Vec<Vec<Letter>> = before.iter().map(|text| letters(text)).collect();
    let is = |text: &[Letter], spellings: &[&str]| {
        spellings.iter().any(|word| text.iter().map(|letter| letter.capital).eq(word.chars()))
    };
    if before.iter().any(|text| is(text, &["TUYỆT", "TUY\u{fffd}T"])) {
        return Some(Level::TopSecret);
    }
    if before.iter().any(|text| is(text, &["TỐI", "T\u{fffd}I"])) {
        return Some(Level::Secret);
    }
    let wraps = before.iter().any(|text| ends_with(text, &ORDINARY_BEFORE));
    (!wraps).then_some(Level::Confidential)
}

/// Whether a text ends within a sentence.
fn ends_small(text: &str) -> bool {
    text.trim_end().trim_end_matches([',', ';']).chars().last().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marking_is_found_in_every_spelling() {
        for (text, level) in [
            ("MẬT", Some(Level::Confidential)),
            ("  T U Y Ệ T   M Ậ T  ", Some(Level::TopSecret)),
            ("(TỐI MẬT)", Some(Level::Secret)),
            ("TO\u{302}\u{301}I MA\u{323}\u{302}T", Some(Level::Secret)),
            ("TOI MAT", Some(Level::Secret)),
            ("Độ mật: Tối mật", Some(Level::Secret)),
            ("Độ mật: Mật", Some(Level::Confidential)),
            ("Độ mật", None),
            ("BẢO MẬT THÔNG TIN", None),
            ("BÍ MẬT", None),
            ("B Í M Ậ T", None),
            ("mật", None),
            ("Mật ong rừng Sơn La", None),
            ("MẶT", None),
            ("MẮT", None),
            ("MẤT", None),
            ("", None),
        ] {
            assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
        }
    }

    #[test]
    fn a_marking_that_begins_a_line_counts_whatever_comes_after_its_sign() {
        for (text, level) in [
            ("TỐI MẬT (bản số 01)", Some(Level::Secret)),
            ("TUYỆT MẬT / hỏa tốc", Some(Level::TopSecret)),
            ("TỐI MẬT; không sao chụp", Some(Level::Secret)),
            ("TUYỆT MẬT - chỉ người có tên mới được bóc", Some(Level::TopSecret)),
            ("TỐI MẬT - trang 1/5", Some(Level::Secret)),
            ("TUYỆT MẬT - Báo cáo tình hình biên giới sáu tháng đầu năm 2026", Some(Level::TopSecret)),
            ("MẬT, ngày 12 tháng 12 năm 2026", Some(Level::Confidential)),
            ("Tuyệt mật, tối mật và mật là ba độ mật theo Luật Bảo vệ bí mật nhà nước", None),
            ("MẬT ONG RỪNG, đặc sản của xã", None),
        ] {
            assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
        }
        let goes_on = |above: &str, text: &str| PageLine { text: text.into(), before: vec![above.into()] };
        assert_eq!(marking(&[goes_on("tài liệu thuộc độ", "TỐI MẬT, phải gửi qua cơ yếu")]), None);
        assert_eq!(marking(&[goes_on("QUY CHẾ BẢO", "MẬT, AN TOÀN THÔNG TIN")]), None);
    }

    #[test]
    fn a_marking_is_found_after_a_label_of_any_wording() {
        for (text, level) in [
            ("Mức độ mật: Tối mật", Some(Level::Secret)),
            ("Mức độ mật: MẬT", Some(Level::Confidential)),
            ("MỨC ĐỘ MẬT: TUYỆT MẬT", Some(Level::TopSecret)),
            ("Mức mật: Mật", Some(Level::Confidential)),
            ("Cấp độ mật - Tối mật", Some(Level::Secret)),
            ("Độ mật Tối mật", Some(Level::Secret)),
            ("Độ mật: Tối mật; Độ khẩn: Hỏa tốc", Some(Level::Secret)),
            ("Độ mật: Mật (A)", Some(Level::Confidential)),
            ("Độ mật: A - Tuyệt mật", Some(Level::TopSecret)),
            ("Độ khẩn: Thường; Độ mật: Tối mật", Some(Level::Secret)),
            ("ĐỘ MÂT: MÂT", Some(Level::Confidential)),
            ("DO MAT: MAT", Some(Level::Confidential)),
            ("Độ mật: Không mật", None),
            ("Độ mật: Thường", None),
            ("MỨC ĐỘ MẬT", None),
            ("SỐ KÝ HIỆU, ĐỘ MẬT, TRÍCH YẾU", None),
            ("Độ mật tối mật gồm các tin sau", None),
        ] {
            assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
        }
    }

    #[test]
    fn a_marking_is_found_beside_other_words() {
        for (text, level) in [
            ("MẬT - KHẨN", Some(Level::Confidential)),
            ("KHẨN - MẬT", Some(Level::Confidential)),
            ("MẬT KHẨN", Some(Level::Confidential)),
            ("TUYỆT MẬT/ HỎA TỐC", Some(Level::TopSecret)),
            ("TUYỆT MẬT HỎA TỐC", Some(Level::TopSecret)),
            ("BẢN SỐ: 01 - MẬT", Some(Level::Confidential)),
            ("MẬT (Bản số 01)", Some(Level::Confidential)),
            ("Bản số 01 - TỐI MẬT", Some(Level::Secret)),
            ("TÀI LIỆU MẬT", Some(Level::Confidential)),
            ("Tài liệu MẬT", Some(Level::Confidential)),
            ("VĂN BẢN MẬT", Some(Level::Confidential)),
            ("TÀI LIỆU TUYỆT MẬT", Some(Level::TopSecret)),
            ("Tối mật", Some(Level::Secret)),
            ("Tối Mật", Some(Level::Secret)),
            ("Tuyệt mật", Some(Level::TopSecret)),
            ("Tuyệt mật (Bản số 02)", Some(Level::TopSecret)),
        ] {
            assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
        }
    }

    #[test]
    fn ordinary_words_and_sentences_are_no_marking() {
        for text in [
            "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
            "LUẬT BẢO VỆ BÍ-MẬT NHÀ NƯỚC",
            "KẾ HOẠCH BẢO MẬT",
            "KẾ HOẠCH B Ả O M Ậ T",
            "GIẢI MẬT",
            "DANH MỤC GIẢI MẬT",
            "QUY ĐỊNH QUẢN LÝ VĂN BẢN MẬT",
            "DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TỐI MẬT",
            "MẬT ĐỘ DÂN SỐ",
            "MẬT MÃ",
            "NUÔI ONG MẬT",
            "NGUYỄN THỊ MẬT",
            "dấu \"MẬT\".",
            "mật, tối mật, tuyệt mật.",
            "Văn bản được đóng dấu MẬT, TỐI MẬT hoặc TUYỆT MẬT theo quy định",
            "Người soạn thảo đề xuất độ mật của văn bản",
            "CO MAT",
            "BAO MAT",
        ] {
            assert_eq!(marking(&[PageLine::alone(text)]), None, "{text}");
        }
        let end = PageLine {
            text: "tuyệt mật.".into(), before: vec!["gồm tài liệu mật, tối mật và".into()]
        };
        assert_eq!(marking(&[end]), None);
        let wrapped = PageLine { text: "MẬT NHÀ NƯỚC".into(), before: vec!["BẢO VỆ BÍ".into()] };
        assert_eq!(marking(&[wrapped]), None);
    }

    #[test]
    fn letters_without_a_name_or_without_their_marks_are_read() {
        for (text, level) in [
            ("M\u{fffd}T", Some(Level::Confidential)),
            ("T\u{fffd}I M\u{fffd}T", Some(Level::Secret)),
            ("TUY\u{fffd}T M\u{fffd}T", Some(Level::TopSecret)),
            ("T\u{fffd}i m\u{fffd}t", Some(Level::Secret)),
            ("MÂT", Some(Level::Confidential)),
            ("MÂ.T", Some(Level::Confidential)),
            ("TÔI MÂT", Some(Level::Secret)),
            ("TUYÊT MÂT", Some(Level::TopSecret)),
            ("C\u{c1}C M\u{fffd}T C\u{fffd}NG T\u{c1}C", None),
            ("Tôi mất", None),
        ] {
            assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
        }
    }

    #[test]
    fn what_stands_before_decides_over_the_single_word() {
        for (before, level) in [
            (&[][..], Some(Level::Confidential)),
            (&["ỦY BAN NHÂN DÂN TỈNH"], Some(Level::Confidential)),
            (&["QUY ĐỊNH VỀ BẢO VỆ BÍ"], None),
            (&["CÔNG TÁC B Í"], None),
            (&["QUY CHẾ BẢO"], None),
            (&["TỈNH SƠN LA", "QUY CHẾ BẢO"], None),
            (&["SỬA CHỮA THIẾT BỊ"], Some(Level::Confidential)),
            (&["TỐI"], Some(Level::Secret)),
            (&["T U Y Ệ T"], Some(Level::TopSecret)),
        ] {
            let before = before.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(marking(&[PageLine { text: "MẬT".into(), before }]), level);
        }
    }

    #[test]
    fn the_highest_level_of_a_page_counts() {
        let lines = ["MẬT", "TUYỆT MẬT", "TỐI MẬT"].map(PageLine::alone);
        assert_eq!(marking(&lines), Some(Level::TopSecret));
    }
}
