//! How long a password would withstand automated guessing, estimated by `zxcvbn` with what is known of its
//! owner. Knows no account; the words to compare with are passed in as texts.

use domain::accounts::Weakness;
use domain::text::fold;
use zxcvbn::feedback::{Suggestion, Warning};
use zxcvbn::{Entropy, Score, zxcvbn};

/// The lowest accepted score: more than 10⁸ guesses, which takes weeks on one machine because of the argon2id
/// hash.
const LEAST: Score = Score::Three;
/// Characters of the password that are examined: about five words. The estimator's time grows at least with
/// the square of the length.
const LOOKED_AT: usize = 40;
/// Signs that the estimator reads as letters. It tries all combinations of their meanings, which is a
/// thousand readings for a password that holds every sign.
const SIGNS: &str = "@({[<!|$+%";
/// Different signs that are examined: as many as people put into a word. Digits are read as letters too, but
/// add only a few readings in all.
const SIGNS_AT_MOST: usize = 3;
/// Most words of the owner that are compared: the names of an agency of ten lines are no password.
const OWN_AT_MOST: usize = 60;
/// Shorter words occur in every password.
const WORD_AT_LEAST: usize = 3;
/// What people in these offices type first, without marks. The estimator's own lists are English.
const LOCAL: [&str; 30] = [
    "matkhau",
    "phien",
    "quantri",
    "thuky",
    "vanphong",
    "ubnd",
    "hopkhonggiay",
    "hoinghi",
    "cuochop",
    "hop",
    "sonla",
    "vietnam",
    "hanoi",
    "saigon",
    "tinh",
    "huyen",
    "phuong",
    "lanhdao",
    "giamdoc",
    "chutich",
    "chuyenvien",
    "dangnhap",
    "taikhoan",
    "anhyeuem",
    "emyeuanh",
    "yeuem",
    "giadinh",
    "hanhphuc",
    "khongbiet",
    "xinchao",
];

/// Why a password is weak; none if it is good. Takes some milliseconds, so it runs outside the async threads.
pub(super) fn weakness(password: &str, own: &[String]) -> Option<Weakness> {
    let typed = with_few_signs(password.chars().take(LOOKED_AT));
    // Marks do not make a word harder to guess for a person who speaks the language.
    let plain = without_marks(&typed);
    let all: Vec<&str> = own.iter().map(String::as_str).chain(LOCAL).collect();
    let found = [typed.as_str(), plain.as_str()].map(|text| zxcvbn(text, &all));
    let found = found.into_iter().min_by_key(Entropy::guesses)?;
    if found.score() >= LEAST {
        return None;
    }
    let without_own = zxcvbn(&plain, &LOCAL).score();
    Some(if without_own >= LEAST { Weakness::Own } else { reason(&found) })
}

/// Keeps only the first few different signs; the others are replaced by one sign that is not read as a
/// letter.
fn with_few_signs(text: impl Iterator<Item = char>) -> String {
    let mut kept = Vec::new();
    let tamed = text.map(|letter| {
        if !SIGNS.contains(letter) || kept.contains(&letter) {
            letter
        } else if kept.len() < SIGNS_AT_MOST {
            kept.push(letter);
            letter
        } else {
            '_'
        }
    });
    tamed.collect()
}

fn without_marks(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_ascii() { letter.to_string() } else { fold(&letter.to_string()) })
        .collect()
}

/// The words of the owner's texts: each word alone, and each text as a whole, as a person would type them.
pub(crate) fn own_words(texts: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for text in texts {
        let folded = fold(text);
        let parts: Vec<&str> = folded
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|part| !part.is_empty())
            .collect();
        let whole = parts.concat();
        for word in [text.to_lowercase(), whole].into_iter().chain(parts.into_iter().map(str::to_owned)) {
            if word.chars().count() >= WORD_AT_LEAST && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words.truncate(OWN_AT_MOST);
    words
}

/// Translates the estimator's feedback into our own weaknesses.
fn reason(found: &Entropy) -> Weakness {
    let Some(feedback) = found.feedback() else { return Weakness::Guessable };
    match feedback.warning() {
        Some(
            Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword,
        ) => Weakness::Common,
        Some(Warning::ThisIsSimilarToACommonlyUsedPassword) => Weakness::LikeCommon,
        Some(Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess) => {
            Weakness::Keys
        }
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => Weakness::Repeats,
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => Weakness::Sequence,
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => Weakness::Date,
        Some(Warning::AWordByItselfIsEasyToGuess) => Weakness::Word,
        Some(
            Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => Weakness::Name,
        None => feedback
            .suggestions()
            .iter()
            .find_map(|suggestion| suggested(*suggestion))
            .unwrap_or(Weakness::Guessable),
    }
}

/// The weakness that a suggestion implies, if there is no warning.
fn suggested(suggestion: Suggestion) -> Option<Weakness> {
    match suggestion {
        Suggestion::AvoidRepeatedWordsAndCharacters => Some(Weakness::Repeats),
        Suggestion::AvoidSequences => Some(Weakness::Sequence),
        Suggestion::AvoidRecentYears
        | Suggestion::AvoidYearsThatAreAssociatedWithYou
        | Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => Some(Weakness::Date),
        Suggestion::UseALongerKeyboardPatternWithMoreTurns => Some(Weakness::Keys),
        Suggestion::CapitalizationDoesntHelpVeryMuch
        | Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase
        | Suggestion::ReversedWordsArentMuchHarderToGuess
        | Suggestion::PredictableSubstitutionsDontHelpVeryMuch => Some(Weakness::LikeCommon),
        Suggestion::UseAFewWordsAvoidCommonPhrases
        | Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters
        | Suggestion::AddAnotherWordOrTwo => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_the_secretary(password: &str) -> Option<Weakness> {
        let own = own_words(&["thuky1.vpub", "Nguyễn Thị Hoa Mai", "VPUB Văn phòng UBND tỉnh", "2026"]);
        weakness(password, &own)
    }

    #[test]
    fn what_is_guessed_first_is_refused_with_its_reason() {
        for (password, expected) in [
            ("1234567890", Weakness::Common),
            ("aaaaaaaaaa", Weakness::Repeats),
            ("qwertyuiop", Weakness::Common),
            ("thuky1.vpub", Weakness::Own),
            ("nguyenthihoamai", Weakness::Own),
            ("NguyễnThịHoaMai", Weakness::Own),
            ("abcdefghijkl", Weakness::Sequence),
        ] {
            assert_eq!(of_the_secretary(password), Some(expected), "{password}");
        }
        for password in [
            "password12",
            "matkhau123",
            "Matkhau@2026",
            "phien2026!",
            "2026202620",
            "P@ssw0rd123",
            "thuky1vpub1",
        ] {
            assert!(of_the_secretary(password).is_some(), "{password}");
        }
    }

    #[test]
    fn some_words_that_have_nothing_to_do_with_each_other_are_good() {
        for password in [
            "nui xanh dem ba con ca",
            "quả bưởi ngồi trên mái nhà",
            "k7m2-p9xw-t4vd",
            "correct horse battery",
        ] {
            assert_eq!(of_the_secretary(password), None, "{password}");
        }
    }

    #[test]
    fn own_words_are_the_parts_and_the_whole_without_marks() {
        assert_eq!(
            own_words(&["thuky1.vpub", "Nguyễn An"]),
            ["thuky1.vpub", "thuky1vpub", "thuky1", "vpub", "nguyễn an", "nguyenan", "nguyen"]
        );
    }

    #[test]
    fn only_the_first_forty_letters_and_three_signs_of_a_password_are_looked_at() {
        assert_eq!(weakness(&"a".repeat(200), &[]), Some(Weakness::Repeats));
        let typed = format!("{}{}", "a".repeat(40), "nui xanh dem ba con ca");
        assert_eq!(weakness(&typed, &[]), Some(Weakness::Repeats));
        assert_eq!(with_few_signs("p@ss(w!rd[{<|@!".chars()), "p@ss(w!rd____@!");
        // Every character at once that the estimator reads as a letter.
        let hostile = "4@8({[<369!1|70$5+7%2".repeat(9);
        assert_eq!(weakness(&hostile, &[]), None);
    }
}
