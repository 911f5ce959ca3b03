//! How well what was found fits what was typed. Pure: an index has found it already, and knows nothing of better or worse.

use super::{Asked, IsBegun};

/// Where the words of a meeting stand, each text folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Texts<'t> {
    /// Its title.
    pub title: &'t str,
    /// The titles on its agenda.
    pub agenda: &'t str,
    /// Its agency, places and chair.
    pub about: &'t str,
}

impl Asked {
    /// Whether the texts match. A phrase must stand within one text; separate words may stand in different texts.
    pub fn is_in(&self, texts: &[&str]) -> bool {
        match self {
            Asked::Word(word, is_begun) => {
                texts.iter().any(|text| text.split(' ').any(|other| fits(word, other, *is_begun)))
            }
            Asked::Phrase(words, is_begun) => texts.iter().any(|text| holds_in_order(text, words, *is_begun)),
            Asked::All(all) => all.iter().all(|asked| asked.is_in(texts)),
            Asked::Any(any) => any.iter().any(|asked| asked.is_in(texts)),
        }
    }
}

fn fits(word: &str, other: &str, is_begun: IsBegun) -> bool {
    if is_begun { other.starts_with(word) } else { other == word }
}

fn holds_in_order(text: &str, words: &[String], is_begun: IsBegun) -> bool {
    let Some(last) = words.len().checked_sub(1) else { return false };
    let others: Vec<&str> = text.split(' ').collect();
    let fits = |(n, (word, other)): (usize, (&String, &&str))| fits(word, other, is_begun && n == last);
    others.windows(words.len()).any(|others| words.iter().zip(others).enumerate().all(fits))
}

/// What was typed, as far as it tells better from worse.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The words in their order, when that is asked for.
    pub in_order: Option<&'a Asked>,
    /// The words as typed to their ends.
    pub whole: Option<&'a Asked>,
    /// Every word.
    pub every: &'a Asked,
}

impl Wanted<'_> {
    /// The lower, the better: the words in their order in the title, as typed in the title, begun in the title, in their order
    /// on the agenda, begun there, in their order anywhere, then everything else.
    pub fn rank(&self, texts: Texts<'_>) -> usize {
        let title = [texts.title];
        let agenda = [texts.title, texts.agenda];
        let anywhere = [texts.title, texts.agenda, texts.about];
        let steps: [(Option<&Asked>, &[&str]); 6] = [
            (self.in_order, &title),
            (self.whole, &title),
            (Some(self.every), &title),
            (self.in_order, &agenda),
            (Some(self.every), &agenda),
            (self.in_order, &anywhere),
        ];
        let is_met =
            |(asked, texts): &(Option<&Asked>, &[&str])| asked.is_some_and(|asked| asked.is_in(texts));
        steps.iter().position(is_met).unwrap_or(steps.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{every_whole_word, every_word, phrase, words_of};
    use super::*;

    fn rank(typed: &str, title: &str, agenda: &str, about: &str) -> usize {
        let words = words_of(typed);
        let (in_order, whole) = (phrase(&words), every_whole_word(&words, &[]));
        let every = every_word(&words, &[]).unwrap();
        let wanted = Wanted { in_order: in_order.as_ref(), whole: whole.as_ref(), every: &every };
        wanted.rank(Texts { title, agenda, about })
    }

    #[test]
    fn a_title_is_better_than_an_agenda_and_an_agenda_than_a_place() {
        let ranks = [
            rank("đất đai", "ve dat dai", "", ""),
            rank("đất đai", "dai va dat", "", ""),
            rank("đất đai", "daihoi va dat", "", ""),
            rank("đất đai", "hop", "gia dat dai", ""),
            rank("đất đai", "hop ve dat", "dai", ""),
            rank("đất đai", "hop", "", "so dat dai"),
            rank("đất đai", "hop ve dat", "", "dai"),
        ];
        assert_eq!(ranks, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn words_in_order_stand_in_one_text_and_only_the_last_may_be_begun() {
        let words = words_of("giao ban");
        let asked = phrase(&words).unwrap();
        assert!(asked.is_in(&["hop giao bang"]) && asked.is_in(&["x", "giao ban"]));
        for other in ["giaos ban", "ban giao", "giao", ""] {
            assert!(!asked.is_in(&[other]), "{other}");
        }
        assert!(!asked.is_in(&["hop giao", "ban ve"]));
        assert!(!Asked::Phrase(Vec::new(), false).is_in(&["giao"]));
    }
}
