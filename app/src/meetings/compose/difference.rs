//! What of a meeting is no longer as those invited know it, before it is told: each fact of the invitation in parts, held
//! against the same fact as it was sent. Knows no form and no page.

/// One fact of an invitation: a single one, or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// Its label.
    pub(super) label: &'static str,
    /// What stands between its parts when they are read in one line.
    pub(super) between: &'static str,
    /// Its parts, in order.
    pub(super) parts: Vec<FactPart>,
}

/// A part of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FactPart {
    /// What tells it from the other parts, whatever its words become.
    pub(super) key: String,
    /// The words that are read.
    pub(super) words: String,
}

impl Fact {
    /// A fact of a few words; without words it has no part.
    pub(super) fn single(label: &'static str, words: String) -> Fact {
        Fact::list(label, "", [(String::new(), words)])
    }

    /// A fact of several parts; those without words are left out.
    pub(super) fn list(
        label: &'static str,
        between: &'static str,
        parts: impl IntoIterator<Item = (String, String)>,
    ) -> Fact {
        let parts = parts.into_iter().map(|(key, words)| FactPart { key, words });
        Fact { label, between, parts: parts.filter(|part| !part.words.is_empty()).collect() }
    }

    /// The words of its parts.
    pub(super) fn words(&self) -> Vec<String> {
        self.parts.iter().map(|part| part.words.clone()).collect()
    }
}

/// How a fact differs from what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// The fact's label.
    pub(super) label: &'static str,
    /// What stands between parts that are read in one line.
    pub(super) between: &'static str,
    /// Parts that have other words now: before, and now.
    pub(super) changed: Vec<(String, String)>,
    /// Parts that are new.
    pub(super) added: Vec<String>,
    /// Parts that are gone.
    pub(super) dropped: Vec<String>,
    /// Whether the parts that stay follow each other in another order.
    pub(super) is_reordered: bool,
}

/// The facts that differ, in the order of the newer ones. Both lists hold the same facts.
pub(super) fn differences(sent: &[Fact], now: &[Fact]) -> Vec<Difference> {
    sent.iter().zip(now).filter_map(|(sent, now)| difference(sent, now)).collect()
}

fn difference(sent: &Fact, now: &Fact) -> Option<Difference> {
    let is_in = |fact: &Fact, part: &FactPart| fact.parts.iter().any(|other| other.key == part.key);
    let missing = |from: &Fact, of: &Fact| -> Vec<String> {
        of.parts.iter().filter(|part| !is_in(from, part)).map(|part| part.words.clone()).collect()
    };
    let staying = |of: &Fact, in_both: &Fact| -> Vec<FactPart> {
        of.parts.iter().filter(|part| is_in(in_both, part)).cloned().collect()
    };
    let (before, after) = (staying(sent, now), staying(now, sent));
    let changed = before.iter().filter_map(|was| {
        let is = after.iter().find(|is| is.key == was.key)?;
        (is.words != was.words).then(|| (was.words.clone(), is.words.clone()))
    });
    let found = Difference {
        label: now.label,
        between: now.between,
        changed: changed.collect(),
        added: missing(sent, now),
        dropped: missing(now, sent),
        is_reordered: before.iter().map(|part| &part.key).ne(after.iter().map(|part| &part.key)),
    };
    let same = Difference { label: now.label, between: now.between, ..Difference::default() };
    (found != same).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(parts: &[(&str, &str)]) -> Fact {
        Fact::list("list", ", ", parts.iter().map(|(key, words)| ((*key).to_owned(), (*words).to_owned())))
    }

    fn single(words: &str) -> Fact {
        Fact::single("single", words.to_owned())
    }

    #[test]
    fn what_is_the_same_does_not_differ() {
        assert_eq!(differences(&[single("a"), list(&[("1", "x")])], &[single("a"), list(&[("1", "x")])]), []);
        assert_eq!(differences(&[single("")], &[single("")]), []);
    }

    #[test]
    fn a_single_fact_is_changed_added_or_dropped() {
        let of = |sent: &str, now: &str| differences(&[single(sent)], &[single(now)]).remove(0);
        let single = Difference { label: "single", ..Difference::default() };
        assert_eq!(of("a", "b"), Difference { changed: vec![("a".into(), "b".into())], ..single.clone() });
        assert_eq!(of("", "b"), Difference { added: vec!["b".into()], ..single.clone() });
        assert_eq!(of("a", ""), Difference { dropped: vec!["a".into()], ..single });
    }

    #[test]
    fn a_list_tells_who_came_who_went_and_whose_words_are_others() {
        let sent = list(&[("1", "a"), ("2", "b"), ("3", "c")]);
        let of = |now: &[(&str, &str)]| differences(std::slice::from_ref(&sent), &[list(now)]).remove(0);
        let list = Difference { label: "list", between: ", ", ..Difference::default() };
        assert_eq!(
            of(&[("1", "a"), ("3", "C"), ("4", "d")]),
            Difference {
                changed: vec![("c".into(), "C".into())],
                added: vec!["d".into()],
                dropped: vec!["b".into()],
                ..list.clone()
            }
        );
        assert_eq!(
            of(&[("2", "b"), ("1", "a"), ("3", "c")]),
            Difference { is_reordered: true, ..list.clone() }
        );
        assert_eq!(
            of(&[("4", "d"), ("1", "a"), ("2", "b"), ("3", "c")]),
            Difference { added: vec!["d".into()], ..list }
        );
    }
}
