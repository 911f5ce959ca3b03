//! What somebody typed to find something, as words to look for: few and short, whatever was sent.
//! Knows no table.

use domain::text::fold;

use crate::db::Q;

/// Most words of a question: more of them find nothing more, and each is a condition to the database.
const WORDS_AT_MOST: usize = 12;
/// Longest word: no name has one half as long. The beginning of a longer one is looked for.
const LETTERS_AT_MOST: usize = 60;
/// So much of what was typed is read at all.
const TYPED_AT_MOST: usize = 1_000;

/// The words of a text, folded.
pub(crate) fn words(text: &str) -> Vec<String> {
    let end = text.char_indices().nth(TYPED_AT_MOST).map_or(text.len(), |(end, _)| end);
    let folded = fold(&text[..end]);
    let words = folded.split(' ').filter(|word| !word.is_empty()).take(WORDS_AT_MOST);
    words.map(|word| word.chars().take(LETTERS_AT_MOST).collect()).collect()
}

/// A condition that holds when every word of a text does; one that always holds when there are none.
pub(crate) fn every_word(q: &mut Q, text: &str, condition: impl Fn(&str) -> String) -> String {
    let words = words(text).into_iter();
    let all: Vec<String> = words.map(|word| condition(&q.place(format!("%{word}%")))).collect();
    if all.is_empty() { "1 = 1".into() } else { all.join(" AND ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_few_and_short() {
        assert_eq!(words("  Sở Nội-vụ "), ["so", "noi", "vu"]);
        assert!(words(" … ").is_empty());
        assert_eq!(words(&"a ".repeat(1_001)).len(), 12);
        assert_eq!(words(&"ờ".repeat(3_000)), ["o".repeat(60)]);
    }
}
