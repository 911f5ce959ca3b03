//! Finds a classification marking on a first page: MẬT, TỐI MẬT or TUYỆT MẬT in capitals on a short line, or
//! after a label such as "Độ mật". A word that may be one is a doubt, about which the sender is asked. Works on
//! lines of text and the text before each line, never on a file.

mod doubt;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Level;
pub use doubt::may_be_marked;
use words::{
    LABEL_BEFORE, LABEL_IN_TABLE, LABEL_WITH_COLON, Letter, NAMELESS, ORDINARY_AFTER, ORDINARY_BEFORE,
    ORDINARY_BESIDE, PHRASES, Phrase, UNUSUAL_AFTER, ends_small, ends_with, is_any, letters, may_end_name,
    segment, spells, spells_any, starts_word,
};

/// A gap in a line that is too wide for a space between two words: an em space.
pub const COLUMN_GAP: char = '\u{2003}';

/// A line of a page, as a reader sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLine {
    /// Its text. A letter that the file does not name is U+FFFD. A gap as wide as between columns is
    /// [`COLUMN_GAP`].
    pub text: String,
    /// Text that this line may continue: the line above it in the same block, or the text before it on the
    /// same line. There are several if the page can be read in several ways.
    pub before: Vec<String>,
    /// Text that may continue this line, below it in the same block. Only for lines that end with "mật".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Whether the line above is further away than the next line of a text is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_apart: bool,
}

impl PageLine {
    /// A line that continues nothing.
    pub fn alone(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
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
/// let before = vec!["BẢO VỆ TÀI LIỆU BÍ".into()];
/// let wrapped = PageLine { text: "MẬT".into(), before, ..PageLine::default() };
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
    let is_short = letters.len() <= LINE_AT_MOST;
    let labelled = labelled(&letters, is_short).or_else(|| in_table(line, &letters));
    if letters.is_empty() || !is_short {
        return labelled;
    }
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
    let is_shouted = !letters[part.clone()].iter().any(|letter| letter.is_small);
    // Each part of a line of notes begins with a capital: "MẬT - Bản số 01". Running text does not:
    // `dấu "MẬT".`
    let is_running =
        letters.iter().any(|letter| letter.follows_sign && letter.is_small) || letters[0].is_small;
    if phrase.level != Level::Confidential {
        let others = &letters[segment.clone()];
        let names_a_list =
            (0..others.len()).any(|at| ["BÍMẬT", "BIMAT"].iter().any(|word| spells(others, at, word)));
        // In small letters it may be a cell of a table or the end of a sentence: a doubt.
        let is_marking = is_shouted && beside <= BESIDE_AT_MOST && !is_running && !names_a_list;
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
        || spells_any(after, 0, &ORDINARY_AFTER)
        || spells_any(after, 0, &UNUSUAL_AFTER)
        || may_end_name(letters, part.start)
        || (part.end == letters.len() && goes_on_below(line))
    {
        return None;
    }
    if part.start == 0 { first_of_line(&line.before) } else { Some(Level::Confidential) }
}

/// The level stated after a label: "Độ mật: Tối mật; Độ khẩn: Hỏa tốc", "Đóng dấu: TỐI MẬT, gửi qua cơ yếu".
/// Several levels are a list of what there is: "Độ mật: mật, tối mật, tuyệt mật".
fn labelled(letters: &[Letter], is_short: bool) -> Option<Level> {
    let stated = (0..letters.len()).filter_map(|at| {
        let with_colon = LABEL_WITH_COLON.iter().find_map(|label| {
            let end = at + label.chars().count();
            let is_label = spells(letters, at, label) && letters.get(end)?.follows_colon;
            is_label.then_some(end)
        });
        let plain = LABEL_BEFORE.iter().find_map(|word| {
            let from = at + word.chars().count();
            spells(letters, at, word).then(|| PHRASES[0].at(letters, from))?.map(|label| label.end)
        });
        let end = with_colon.or(plain.filter(|_| is_short))?;
        let found = levels(letters, end);
        let (part, level) = found.first()?;
        let is_list = found.iter().any(|(_, other)| other != level);
        let is_alone = part.start == end && letters.get(part.end).is_none_or(|next| next.follows_sign);
        let is_anywhere = with_colon.is_none() && letters.get(end).is_some_and(|next| next.follows_sign);
        (!is_list && (is_alone || is_anywhere)).then_some(*level)
    });
    stated.max_by_key(|level| level.rank())
}

/// The levels that are stated from a letter on.
fn levels(letters: &[Letter], start: usize) -> Vec<(Range<usize>, Level)> {
    let mut found: Vec<(Range<usize>, Level)> = Vec::new();
    for from in start..letters.len() {
        let longest = PHRASES.iter().rev().find_map(|phrase| Some((phrase.at(letters, from)?, phrase.level)));
        let Some((part, level)) = longest else { continue };
        let is_within = found.last().is_some_and(|(last, _)| last.end > from);
        let is_ordinary = [&ORDINARY_BEFORE[..], &ORDINARY_BESIDE]
            .iter()
            .any(|words| from > start && ends_with(&letters[..from], words))
            || starts_word(letters, part.end);
        if !is_within && !is_ordinary {
            found.push((part, level));
        }
    }
    found
}

/// "Mật" as a cell below or beside the cell "Độ mật".
fn in_table(line: &PageLine, letters: &[Letter]) -> Option<Level> {
    let is_whole_line = PHRASES[0].at(letters, 0)? == (0..letters.len());
    let is_asked_for = line.before.iter().any(|text| is_any(&words::letters(text), &LABEL_IN_TABLE));
    (is_whole_line && is_asked_for).then_some(Level::Confidential)
}

/// Whether the text below a line that ends with "mật" may end the word: "MẬT" above "ONG RỪNG".
fn goes_on_below(line: &PageLine) -> bool {
    line.after.iter().any(|text| spells_any(&letters(text), 0, &ORDINARY_AFTER))
}

/// What a line that begins with "MẬT" means, given the text before it: the two words of a stamp may be on two
/// lines, and a heading may wrap within "bí mật".
fn first_of_line(before: &[String]) -> Option<Level> {
    let before: Vec<Vec<Letter>> = before.iter().map(|text| letters(text)).collect();
    if before.iter().any(|text| is_any(text, &["TUYỆT", "TUY\u{fffd}T"])) {
        return Some(Level::TopSecret);
    }
    if before.iter().any(|text| is_any(text, &["TỐI", "T\u{fffd}I"])) {
        return Some(Level::Secret);
    }
    (!before.iter().any(|text| may_wrap(text))).then_some(Level::Confidential)
}

/// Whether a word in capitals may begin at the end of a text and end with "MẬT" on the next line.
fn may_wrap(text: &[Letter]) -> bool {
    let is_in_capitals = text.last().is_some_and(|last| !last.is_small);
    is_in_capitals && (ends_with(text, &ORDINARY_BEFORE) || ends_with(text, &["ĐỘ"]))
}
