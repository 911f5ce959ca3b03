//! What somebody looks for, read from what they typed: days, months and years, the short forms of the office, words with
//! one wrong letter. Pure; an index finds what is meant.

mod dates;
mod rank;
mod short_forms;
mod spelling;

pub use dates::{AskedDates, asked_dates};
pub use rank::{Texts, Wanted};
pub use short_forms::{
    SHORT_FORM_WORDS_AT_MOST, SHORT_FORMS_AT_MOST, ShortForm, parse_short_forms, written_short_forms,
};
pub use spelling::similar_syllables;

use crate::text::fold;

/// Most words of a question: more of them find nothing more.
pub const WORDS_AT_MOST: usize = 12;
/// Longest word: no name has one half as long. The beginning of a longer one is looked for.
const LETTERS_AT_MOST: usize = 60;
/// Words in which a wrong letter is looked for: each is tried with some forty others in its place.
const MISSPELT_AT_MOST: usize = 6;

/// What an index is asked for. Words are folded: letters and digits only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A word, or one that begins so.
    Word(String, IsBegun),
    /// Words one after another; the last one may only be begun.
    Phrase(Vec<String>, IsBegun),
    /// All of these.
    All(Vec<Asked>),
    /// At least one of these.
    Any(Vec<Asked>),
}

/// Whether a word may go on after what was typed.
pub type IsBegun = bool;

/// The words of a text, folded.
pub fn words_of(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(' ').filter(|word| !word.is_empty()).take(WORDS_AT_MOST);
    words.map(|word| word.chars().take(LETTERS_AT_MOST).collect()).collect()
}

/// Whether the last word may go on: a number is meant as it is, for `số 2` is not `số 27`.
fn is_begun(words: &[String]) -> IsBegun {
    words.last().is_some_and(|word| word.chars().all(char::is_alphabetic))
}

/// Every word, the last one as a beginning. A short form stands for its meaning too, and a meaning for its short form.
/// None without words.
pub fn every_word(words: &[String], forms: &[ShortForm]) -> Option<Asked> {
    all_of(words, forms, is_begun(words))
}

/// Every word as it was typed to its end.
pub fn every_whole_word(words: &[String], forms: &[ShortForm]) -> Option<Asked> {
    all_of(words, forms, false)
}

/// The words one after another.
pub fn phrase(words: &[String]) -> Option<Asked> {
    (!words.is_empty()).then(|| Asked::Phrase(words.to_vec(), is_begun(words)))
}

fn all_of(words: &[String], forms: &[ShortForm], is_begun: IsBegun) -> Option<Asked> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let rest = &words[at..];
        let longest =
            forms.iter().filter(|form| rest.starts_with(&form.folded)).max_by_key(|form| form.folded.len());
        let typed = |count: usize| -> Vec<Asked> {
            let is_last = |n: usize| at + n + 1 == words.len();
            let word = |(n, word): (usize, &String)| Asked::Word(word.clone(), is_begun && is_last(n));
            rest.iter().take(count).enumerate().map(word).collect()
        };
        match longest {
            Some(form) => {
                let count = form.folded.len();
                all.push(Asked::Any(vec![Asked::All(typed(count)), Asked::Word(form.key(), false)]));
                at += count;
            }
            None => {
                let meanings = forms.iter().filter(|form| form.key() == words[at]);
                let mut any = typed(1);
                any.extend(meanings.map(|form| Asked::Phrase(form.folded.clone(), false)));
                all.push(if any.len() == 1 { any.remove(0) } else { Asked::Any(any) });
                at += 1;
            }
        }
    }
    (!all.is_empty()).then_some(Asked::All(all))
}

/// The same words with a wrong letter in one of them. None when no word can be such a one.
pub fn one_letter_wrong(words: &[String]) -> Option<Asked> {
    let other = |(at, word): (usize, &String)| {
        let similar: Vec<Asked> =
            similar_syllables(word).into_iter().map(|word| Asked::Word(word, false)).collect();
        let others = words.iter().enumerate().filter(|(n, _)| *n != at);
        let mut all: Vec<Asked> = others.map(|(_, word)| Asked::Word(word.clone(), false)).collect();
        (!similar.is_empty()).then(|| {
            all.push(Asked::Any(similar));
            Asked::All(all)
        })
    };
    let any: Vec<Asked> = words.iter().enumerate().filter_map(other).take(MISSPELT_AT_MOST).collect();
    (!any.is_empty()).then_some(Asked::Any(any))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms() -> Vec<ShortForm> {
        parse_short_forms("CĐS = chuyển đổi số\nUB = ủy ban").unwrap()
    }

    fn word(text: &str) -> Asked {
        Asked::Word(text.into(), false)
    }

    fn begun(text: &str) -> Asked {
        Asked::Word(text.into(), true)
    }

    #[test]
    fn the_last_word_is_a_beginning_unless_it_is_a_number() {
        let asked = |text: &str| every_word(&words_of(text), &[]).unwrap();
        assert_eq!(asked("Họp giao"), Asked::All(vec![word("hop"), begun("giao")]));
        assert_eq!(asked("phòng số 2"), Asked::All(vec![word("phong"), word("so"), word("2")]));
        assert_eq!(
            every_whole_word(&words_of("họp giao"), &[]),
            Some(Asked::All(vec![word("hop"), word("giao")]))
        );
        assert_eq!(every_word(&words_of("…"), &[]), None);
    }

    #[test]
    fn a_short_form_stands_for_its_meaning_and_the_meaning_for_it() {
        let meaning = ["chuyen", "doi", "so"].map(str::to_owned).to_vec();
        let asked = every_word(&words_of("họp CĐS"), &forms()).unwrap();
        let short = Asked::Any(vec![begun("cds"), Asked::Phrase(meaning, false)]);
        assert_eq!(asked, Asked::All(vec![word("hop"), short]));
        let asked = every_word(&words_of("chuyển đổi số 2026"), &forms()).unwrap();
        let long = Asked::All(vec![word("chuyen"), word("doi"), word("so")]);
        assert_eq!(asked, Asked::All(vec![Asked::Any(vec![long, word("cds")]), word("2026")]));
    }

    #[test]
    fn one_wrong_letter_is_looked_for_in_one_word_at_a_time() {
        let Some(Asked::Any(tried)) = one_letter_wrong(&words_of("hop giai")) else { panic!("two words") };
        let Asked::All(second) = &tried[1] else { panic!("both words") };
        assert_eq!(second[0], word("hop"));
        let Asked::Any(similar) = &second[1] else { panic!("other words") };
        assert!(similar.contains(&word("giay")) && similar.len() < 60, "{}", similar.len());
        assert_eq!(one_letter_wrong(&words_of("226 kl")), None);
    }
}
