//! The short forms of the office, such as `CCHC` for "cải cách hành chính", as a list that it edits.

use serde::{Deserialize, Serialize};

use super::words_of;
use crate::error::{FieldProblem, Problem};
use crate::text::{Line, fold};

/// Most short forms: an office uses a few dozen, and each is compared with every question.
pub const SHORT_FORMS_AT_MOST: u32 = 300;
/// Most words of a meaning: longer ones are whole titles.
pub const SHORT_FORM_WORDS_AT_MOST: usize = 10;
/// Longest short form and longest meaning, in letters.
const LETTERS_AT_MOST: u32 = 120;

/// A short form and its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortForm {
    /// As it is written: `CCHC`.
    pub short: Line,
    /// What it means: `cải cách hành chính`.
    pub meaning: Line,
    /// The folded words of the meaning.
    pub folded: Vec<String>,
}

impl ShortForm {
    /// Reads one. None if the short form is not exactly one word, or the meaning has too few or too many.
    pub fn new(short: &str, meaning: &str) -> Option<ShortForm> {
        let (short, meaning) = (Line::new(short), Line::new(meaning));
        let folded = words_of(&meaning);
        let is_word = words_of(&short).len() == 1;
        let is_good = is_word && (2..=SHORT_FORM_WORDS_AT_MOST).contains(&folded.len());
        is_good.then_some(ShortForm { short, meaning, folded })
    }

    /// The word by which it is known.
    pub fn key(&self) -> String {
        fold(&self.short)
    }
}

/// A list as typed: one a line, `CCHC = cải cách hành chính`. Empty lines are nothing; a short form that comes twice has the
/// meaning of the last line.
///
/// # Errors
/// What is wrong with the field `short_forms`.
pub fn parse_short_forms(text: &str) -> Result<Vec<ShortForm>, FieldProblem> {
    let wrong = |problem| Err(FieldProblem::new("short_forms", problem));
    let mut forms: Vec<ShortForm> = Vec::new();
    for line in text.lines().filter(|line| !Line::new(line).is_empty()) {
        let Some((short, meaning)) = line.split_once('=') else {
            return wrong(Problem::NotAShortForm(shown(line)));
        };
        if Line::parse(meaning, LETTERS_AT_MOST).is_err() || Line::parse(short, LETTERS_AT_MOST).is_err() {
            return wrong(Problem::NotAShortForm(shown(line)));
        }
        let Some(form) = ShortForm::new(short, meaning) else {
            return wrong(Problem::NotAShortForm(shown(line)));
        };
        forms.retain(|known| known.key() != form.key());
        forms.push(form);
        if forms.len() > SHORT_FORMS_AT_MOST as usize {
            return wrong(Problem::TooMany(SHORT_FORMS_AT_MOST));
        }
    }
    Ok(forms)
}

/// A wrong line as the refusal quotes it.
fn shown(line: &str) -> String {
    Line::shortened(line, 40).to_string()
}

/// The list as it is edited.
pub fn written_short_forms(forms: &[ShortForm]) -> String {
    forms.iter().map(|form| format!("{} = {}\n", &*form.short, &*form.meaning)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_written_alike() {
        let text = "CCHC = cải cách hành chính\nĐTC = đầu tư công\n";
        let forms = parse_short_forms(text).unwrap();
        assert_eq!(forms[1].key(), "dtc");
        assert_eq!(forms[1].folded, ["dau", "tu", "cong"]);
        assert_eq!(written_short_forms(&forms), text);
        let again = parse_short_forms("\n  đtc=đầu tư   công \n\nĐTC = đường thủy cũ\n").unwrap();
        assert_eq!(written_short_forms(&again), "ĐTC = đường thủy cũ\n", "the last line counts");
        assert_eq!(parse_short_forms(" \n"), Ok(Vec::new()));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        for line in ["CCHC", "CC HC = cải cách", "CCHC = cải", "= cải cách", "CCHC ="] {
            let problem = Problem::NotAShortForm(shown(line));
            assert_eq!(parse_short_forms(line), Err(FieldProblem::new("short_forms", problem)), "{line}");
        }
        let many: String = (0..=SHORT_FORMS_AT_MOST).map(|n| format!("A{n} = một hai\n")).collect();
        assert!(parse_short_forms(&many).is_err());
        let long = format!("AB = {}", "a ".repeat(11));
        assert!(parse_short_forms(&long).is_err());
    }
}
