//! Finds a classification marking on a first page: MẬT, TỐI MẬT or TUYỆT MẬT in capitals on a short line, or
//! after "Độ mật". Works on lines of text and the text before each line, never on a file.

mod words;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::Level;
use words::{
    LABEL_BEFORE, Letter, NAMELESS, ORDINARY_AFTER, ORDINARY_BEFORE, ORDINARY_BESIDE, PHRASES, Phrase,
    ends_small, ends_with, letters, segment, spells,
};

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

/// Most letters of a line with a marking. A longer one is running text: "đóng dấu MẬT lên tài liệu".
const LINE_AT_MOST: usize = 40;
/// Most letters beside "TỐI MẬT" between two signs, such as "HỎA TỐC".
const BESIDE_AT_MOST: usize = 24;
/// Most letters beside "MẬT", which has everyday meanings: "TÀI LIỆU MẬT" is a marking, and the heading
/// "QUY ĐỊNH QUẢN LÝ VĂN BẢN MẬT" is none.
const BESIDE_MAT_AT_MOST: usize = 10;

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
