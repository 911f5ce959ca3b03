//! Finds a classification marking on a first page: MẬT, TỐI MẬT or TUYỆT MẬT on a line of its own, or after
//! "Độ mật". Works on lines of text and the text before each line, never on a file.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::Level;

/// A line of a page, as a reader sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLine {
    /// Its text.
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

/// Words that turn "mật" into an ordinary word when they come before it: bí mật, bảo mật, cơ mật.
const ORDINARY_BEFORE: [&str; 3] = ["BÍ", "BẢO", "CƠ"];

/// Finds a classification marking in the lines of a first page. "Bí mật" and "bảo mật" in running text are
/// not markings. "Mật" alone on a line is not a marking either if a heading wraps within one of these words.
///
/// ```
/// use domain::papers::{Level, PageLine, marking};
/// let lines = ["UBND TỈNH", "TỐI MẬT", "BÁO CÁO"].map(PageLine::alone);
/// assert_eq!(marking(&lines), Some(Level::Secret));
/// assert_eq!(marking(&[PageLine::alone("Công tác bảo vệ bí mật nhà nước")]), None);
/// let wrapped = PageLine { text: "MẬT".into(), before: vec!["BẢO VỆ TÀI LIỆU BÍ".into()] };
/// assert_eq!(marking(&[wrapped]), None);
/// ```
pub fn marking(lines: &[PageLine]) -> Option<Level> {
    lines.iter().filter_map(marked).max_by_key(|level| level.rank())
}

/// The level that one line states.
fn marked(line: &PageLine) -> Option<Level> {
    let is_shouted = !line.text.chars().any(char::is_lowercase);
    let letters = letters(&line.text);
    let after_label = ["ĐỘMẬT", "ĐỘMAT", "DOMAT"].iter().find_map(|label| letters.strip_prefix(label));
    let (is_labelled, rest) = match after_label {
        Some(rest) if !rest.is_empty() => (true, rest),
        _ => (false, letters.as_str()),
    };
    if !(is_shouted || is_labelled) {
        return None;
    }
    match rest {
        "MẬT" | "MAT" => alone_or_stacked(line),
        "TỐIMẬT" | "TOIMAT" => Some(Level::Secret),
        "TUYỆTMẬT" | "TUYETMAT" => Some(Level::TopSecret),
        _ => None,
    }
}

/// What "MẬT" alone means, given the text before it: the two words of a stamp may be on two lines, and a
/// heading may wrap within "bí mật".
fn alone_or_stacked(line: &PageLine) -> Option<Level> {
    let before: Vec<String> = line.before.iter().map(|text| letters(text)).collect();
    if before.iter().any(|text| text == "TUYỆT") {
        return Some(Level::TopSecret);
    }
    if before.iter().any(|text| text == "TỐI") {
        return Some(Level::Secret);
    }
    let wraps = before.iter().any(|text| ORDINARY_BEFORE.iter().any(|word| text.ends_with(word)));
    (!wraps).then_some(Level::Confidential)
}

/// The letters of a text, composed and in capitals. Spaces are ignored, because a stamp is often set with
/// wide letter spacing, which is read as single letters. Signs and digits around it are ignored too.
fn letters(text: &str) -> String {
    text.nfc().flat_map(char::to_uppercase).filter(|letter| letter.is_alphabetic()).collect()
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
