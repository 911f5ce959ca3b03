//! The one edge where text that a person typed, pasted, uploaded or imported becomes text that is kept. A [`Line`] and
//! [`Paragraphs`] are clean by construction: composed letters, no control or unseen characters, plain spaces, plain
//! breaks, `Đ` for its look-alikes. Passwords never come here. Knows no field and no limit.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::error::Problem;

/// Most code points for each letter that a text may have. A Vietnamese letter is one code point, a flag is two. Without
/// this limit one letter could carry a megabyte of marks.
const CODE_POINTS_PER_LETTER: usize = 4;

/// Text of one line. Words are parted by single spaces, and there is no space at the ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Line(String);

/// Text of several lines. Every line is as clean as a [`Line`], lines end with `\n`, and there is at most one empty
/// line between two others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Paragraphs(String);

impl Line {
    /// Cleans a text of any length. Line breaks become spaces.
    ///
    /// ```
    /// use domain::text::Line;
    /// assert_eq!(&*Line::new(" Ðại\u{a0}hội\r\nlần\u{200b} II "), "Đại hội lần II");
    /// ```
    pub fn new(text: &str) -> Line {
        if is_plain_line(text) {
            return Line(text.to_owned());
        }
        let mut line = String::with_capacity(text.len());
        let mut is_gap = false;
        for c in seen(text).nfc() {
            if c == ' ' || c == '\n' {
                is_gap = !line.is_empty();
                continue;
            }
            if is_gap {
                line.push(' ');
                is_gap = false;
            }
            line.push(c);
        }
        Line(line)
    }

    /// Cleans a required text of at most `at_most` letters.
    ///
    /// # Errors
    /// `Missing` or `TooManyLetters`.
    pub fn parse(text: &str, at_most: u32) -> Result<Line, Problem> {
        let line = Line::parse_optional(text, at_most)?;
        if line.is_empty() { Err(Problem::Missing) } else { Ok(line) }
    }

    /// Cleans a text that may be empty.
    ///
    /// # Errors
    /// `TooManyLetters`.
    pub fn parse_optional(text: &str, at_most: u32) -> Result<Line, Problem> {
        let line = Line::new(text);
        within(&line, at_most)?;
        Ok(line)
    }

    /// The first letters of a cleaned text: what a list shows of a draft that is too long.
    pub fn shortened(text: &str, at_most: u32) -> Line {
        let (line, limit) = (Line::new(text), at_most as usize);
        if within(&line, at_most).is_ok() {
            return line;
        }
        let mut first: String = line.graphemes(true).take(limit).collect();
        if let Some((end, _)) = first.char_indices().nth(limit * CODE_POINTS_PER_LETTER) {
            first.truncate(end);
        }
        Line::new(&first)
    }
}

impl Paragraphs {
    /// Cleans a text of any length.
    ///
    /// ```
    /// use domain::text::Paragraphs;
    /// assert_eq!(&*Paragraphs::new("Một\r\n\r\n\r\nHai\u{2028} Ba \n"), "Một\n\nHai\nBa");
    /// ```
    pub fn new(text: &str) -> Paragraphs {
        // `\r\n` is one break. All other breaks are one character, which `seen` makes `\n`.
        let text = text.replace("\r\n", "\n");
        let text: String = seen(&text).collect();
        let mut paragraphs = String::with_capacity(text.len());
        let mut breaks = 0;
        for line in text.split('\n').map(Line::new) {
            if line.is_empty() {
                breaks += 1;
                continue;
            }
            if !paragraphs.is_empty() {
                paragraphs.push_str(if breaks > 0 { "\n\n" } else { "\n" });
            }
            breaks = 0;
            paragraphs.push_str(&line);
        }
        Paragraphs(paragraphs)
    }

    /// Cleans a text that may be empty.
    ///
    /// # Errors
    /// `TooManyLetters`.
    pub fn parse_optional(text: &str, at_most: u32) -> Result<Paragraphs, Problem> {
        let paragraphs = Paragraphs::new(text);
        within(&paragraphs, at_most)?;
        Ok(paragraphs)
    }
}

/// Letters as people see and count them.
///
/// ```
/// assert_eq!(domain::text::letters("họp 🇻🇳"), 5);
/// ```
pub fn letters(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).count() }
}

fn within(text: &str, at_most: u32) -> Result<(), Problem> {
    let limit = at_most as usize;
    // Every letter has at least one byte.
    if text.len() <= limit {
        return Ok(());
    }
    let count = letters(text);
    if count <= limit && text.chars().count() <= limit * CODE_POINTS_PER_LETTER {
        return Ok(());
    }
    let over = u32::try_from(count.saturating_sub(limit).max(1)).unwrap_or(u32::MAX);
    Err(Problem::TooManyLetters { at_most, over })
}

/// Whether a text is clean already and in ASCII, as most cells of a large file are.
fn is_plain_line(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("  ")
}

/// What a reader sees of a text, character by character: breaks as `\n`, other spaces as a plain one.
pub(super) fn seen(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter_map(|c| match c {
        // LF, VT, FF, CR, NEL, line and paragraph separator.
        '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        c if c.is_whitespace() || c == BRAILLE_BLANK => Some(' '),
        c if is_unseen(c) => None,
        // Eth and African D, which old converters and some keyboards write for the Vietnamese letter.
        'Ð' | 'Ɖ' => Some('Đ'),
        'ð' | 'ɖ' => Some('đ'),
        c => Some(c),
    })
}

/// Shown as a space, though it is none to Unicode.
const BRAILLE_BLANK: char = '\u{2800}';

/// Characters that are not shown: controls, those that Unicode lets programs ignore, and those that are no characters.
fn is_unseen(c: char) -> bool {
    let is_format = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}'
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    );
    let is_no_character = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    is_format || is_no_character || c.is_control()
}

macro_rules! clean_text {
    ($type:ident) => {
        impl Deref for $type {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl From<$type> for String {
            fn from(text: $type) -> String {
                text.0
            }
        }
        impl From<&str> for $type {
            fn from(text: &str) -> $type {
                $type::new(text)
            }
        }
        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }
        impl PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
        impl PartialEq<String> for $type {
            fn eq(&self, other: &String) -> bool {
                &self.0 == other
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                Ok($type::new(&String::deserialize(deserializer)?))
            }
        }
    };
}
clean_text!(Line);
clean_text!(Paragraphs);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_has_plain_spaces_and_no_breaks() {
        for gap in ["  ", "\t", "\r", "\r\n", "\n", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}"] {
            assert_eq!(Line::new(&format!("{gap}Giao{gap}ban{gap}")), "Giao ban", "{gap:?}");
        }
        for gap in
            ["\u{a0}", "\u{1680}", "\u{2002}", "\u{2007}", "\u{202f}", "\u{205f}", "\u{3000}", "\u{2800}"]
        {
            assert_eq!(Line::new(&format!("Giao{gap}ban")), "Giao ban", "{gap:?}");
        }
    }

    #[test]
    fn unseen_characters_part_nothing() {
        let unseen = [
            "\0",
            "\u{1b}",
            "\u{7f}",
            "\u{9c}",
            "\u{ad}",
            "\u{34f}",
            "\u{61c}",
            "\u{180e}",
            "\u{200b}",
            "\u{200d}",
            "\u{200f}",
            "\u{202e}",
            "\u{2060}",
            "\u{2066}",
            "\u{2069}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{feff}",
            "\u{fffb}",
            "\u{fffc}",
            "\u{fffe}",
            "\u{fdd0}",
            "\u{e0041}",
            "\u{10ffff}",
        ];
        for c in unseen {
            assert_eq!(Line::new(&format!("{c}tri{c}ển khai{c}")), "triển khai", "{c:?}");
            assert_eq!(Paragraphs::new(&format!("{c}tri{c}ển{c}\n{c}")), "triển", "{c:?}");
        }
    }

    #[test]
    fn letters_are_composed_even_around_what_is_taken_out() {
        assert_eq!(Line::new("Ho\u{323}i nghi\u{323}"), "Họi nghị");
        assert_eq!(Line::new("Ho\u{ad}\u{323}p"), "Họp");
        assert_eq!(Line::new("ê\u{301} e\u{301}\u{302}"), "ế é̂");
    }

    #[test]
    fn look_alikes_of_the_letter_d_are_mended() {
        assert_eq!(Line::new("Ðề án, Ɖảng bộ; ðiều ɖộng"), "Đề án, Đảng bộ; điều động");
    }

    #[test]
    fn what_people_see_is_kept() {
        for text in ["📄 Họp 🇻🇳", "Số 2 – bản “sửa”; 100 %", "٢٠٢٦", "ﬁle １２３", "�"]
        {
            assert_eq!(Line::new(text), text);
        }
    }

    #[test]
    fn a_length_counts_what_people_see() {
        let decomposed: String = "ệ".repeat(10).nfd().collect();
        assert!(Line::parse(&decomposed, 10).is_ok());
        assert!(Line::parse(&"🇻🇳".repeat(10), 10).is_ok());
        assert!(Line::parse(&format!("{}\u{200b}", "ờ".repeat(10)), 10).is_ok());
        let over = |text: &str| {
            Line::parse(text, 10)
                .map_err(|problem| matches!(problem, Problem::TooManyLetters { over: 2, .. }))
        };
        assert_eq!(over(&"ệ".repeat(12)), Err(true));
        assert_eq!(over(&"a".repeat(12)), Err(true));
        assert_eq!(Line::parse(" \u{200b}\t", 10), Err(Problem::Missing));
        assert_eq!(Line::parse_optional(" \u{200b}\t", 10), Ok(Line::default()));
    }

    #[test]
    fn a_letter_under_a_heap_of_marks_is_too_long() {
        let heap = format!("a{}", "\u{316}".repeat(1000));
        assert_eq!(Line::parse(&heap, 10), Err(Problem::TooManyLetters { at_most: 10, over: 1 }));
    }

    #[test]
    fn a_shortened_text_may_be_kept() {
        for text in ["ệ".repeat(40), "🇻🇳".repeat(40), format!("a{}", "\u{316}".repeat(1000)), "ab".to_owned()]
        {
            let short = Line::shortened(&text, 10);
            assert_eq!(Line::parse(&short, 10), Ok(short.clone()), "{text}");
            assert!(!short.is_empty());
        }
        assert_eq!(Line::shortened("một hai ba", 4), "một");
    }

    #[test]
    fn paragraphs_keep_their_breaks_and_nothing_else() {
        assert_eq!(
            Paragraphs::new("  a\u{a0} b\r\nc\rd\u{b}e\u{2029}f\n\n\n\ng\n \n"),
            "a b\nc\nd\ne\nf\n\ng"
        );
        assert_eq!(
            Paragraphs::parse_optional("ab\ncd", 4),
            Err(Problem::TooManyLetters { at_most: 4, over: 1 })
        );
    }

    #[test]
    fn text_that_comes_over_the_wire_is_cleaned_while_it_is_read() {
        let line: Line = serde_json::from_str("\"a\\u0000\\u00a0\\u00adb\"").unwrap();
        assert_eq!(line, "a b");
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in "\\PC*|[\\s\\p{M}\\p{C}a-eđÐ]*") {
            let line = Line::new(&text);
            prop_assert_eq!(&Line::new(&line), &line);
            prop_assert!(!line.chars().any(|c| c.is_control() || is_unseen(c) || (c.is_whitespace() && c != ' ')));
            let paragraphs = Paragraphs::new(&text);
            prop_assert_eq!(&Paragraphs::new(&paragraphs), &paragraphs);
            prop_assert_eq!(Line::new(&paragraphs), line);
        }
    }
}
