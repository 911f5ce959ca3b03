//! The order of Vietnamese names. A key is made once and stored; it holds digits only, because databases and browsers
//! agree on the order of digits, whatever their locale. Knows no database.
//!
//! Words are compared one after another: first their letters in the order of the Vietnamese alphabet, then their tones
//! (level, grave, hook above, tilde, acute, dot below). Capitals do not count.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{clean, is_tone};

/// The alphabet with the four letters of foreign names. A letter's weight is its place after [`FIRST_LETTER`].
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
/// Weights below are for the end of a word (00) and for numbers (10).
const FIRST_LETTER: usize = 20;
/// Longest number that is compared by its value; of a longer one the first digits decide.
const DIGITS_AT_MOST: usize = 99;

/// The key of a person's name: the given name, then the family name, then the names between, as Vietnamese lists do.
/// Titles before a name (`TS.`) and what stands behind it, in brackets or as a number, count last.
///
/// ```
/// use domain::text::name_key;
/// assert!(name_key("Vũ Thị An") < name_key("Bùi Văn Bình"));
/// assert!(name_key("Lò Văn Dũng") < name_key("Lò Văn Đạt"));
/// ```
pub fn name_key(name: &str) -> String {
    let name: String = clean::seen(name).collect();
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_behind = |word: &&str| !word.starts_with(char::is_alphabetic);
    let end = 1 + words.iter().skip(1).position(is_behind).unwrap_or(words.len());
    let (named, behind) = words.split_at(end.min(words.len()));
    let titles = named.iter().take_while(|word| word.ends_with('.')).count();
    let (titles, named) = named.split_at(if titles < named.len() { titles } else { 0 });
    let (family, given) = match named {
        [family @ .., given] => (family, Some(given)),
        [] => (named, None),
    };
    key_of(given.into_iter().chain(family).chain(behind).chain(titles))
}

/// The key of any other name: its words as written, numbers by their value.
///
/// ```
/// use domain::text::title_key;
/// assert!(title_key("Sở Công Thương") < title_key("Sở Y tế"));
/// assert!(title_key("Phòng họp số 2") < title_key("Phòng họp số 10"));
/// ```
pub fn title_key(text: &str) -> String {
    let text: String = clean::seen(text).collect();
    key_of(text.split_whitespace().collect::<Vec<_>>().iter())
}

fn key_of<'w>(words: impl Iterator<Item = &'w &'w str>) -> String {
    let mut key = String::new();
    for word in words {
        push_word(&mut key, word);
    }
    key
}

/// Letters, an end that sorts before every letter, then tones and their end.
fn push_word(key: &mut String, word: &str) {
    let (mut tones, mut number) = (String::new(), String::new());
    let mut letters: Vec<char> = Vec::new();
    let start = key.len();
    for c in word.nfkd().flat_map(char::to_lowercase) {
        if let Some(tone) = tone(c) {
            tones.push(tone);
            continue;
        }
        if is_combining_mark(c) {
            if let Some(last) = letters.last_mut() {
                *last = with_mark(*last, c);
            }
            continue;
        }
        if c.is_numeric() {
            push_letters(key, &mut letters);
            number.push(c);
            continue;
        }
        push_number(key, &mut number);
        // A hyphen or an apostrophe within a name (`H'Hen`) parts no letters.
        if c.is_alphabetic() {
            letters.push(c);
        }
    }
    push_letters(key, &mut letters);
    push_number(key, &mut number);
    if key.len() > start {
        key.push_str("00");
        key.push_str(&tones);
        key.push('0');
    }
}

fn push_letters(key: &mut String, letters: &mut Vec<char>) {
    for letter in letters.drain(..) {
        match ALPHABET.chars().position(|of| of == letter) {
            Some(place) => key.push_str(&(FIRST_LETTER + place).to_string()),
            // Letters of other scripts come after all of ours.
            None => key.push_str(&format!("99{:07}", u32::from(letter))),
        }
    }
}

/// A number sorts before letters, and a short one before a long one.
fn push_number(key: &mut String, number: &mut String) {
    if number.is_empty() {
        return;
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    let digits = &digits[..digits.len().min(DIGITS_AT_MOST)];
    key.push_str(&format!("10{:02}{digits}", digits.len()));
    number.clear();
}

/// The place of a tone in the order of dictionaries; the level tone has no mark.
fn tone(c: char) -> Option<char> {
    is_tone(c).then_some(match c {
        '\u{300}' => '1',
        '\u{309}' => '2',
        '\u{303}' => '3',
        '\u{301}' => '4',
        _ => '5',
    })
}

/// A letter with the mark that makes another letter of it.
fn with_mark(letter: char, mark: char) -> char {
    match (letter, mark) {
        ('a', '\u{306}') => 'ă',
        ('a', '\u{302}') => 'â',
        ('e', '\u{302}') => 'ê',
        ('o', '\u{302}') => 'ô',
        ('o', '\u{31b}') => 'ơ',
        ('u', '\u{31b}') => 'ư',
        (letter, _) => letter,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    /// Asserts that names come in this order and in no other.
    fn in_order(names: &[&str], key: fn(&str) -> String) {
        for pair in names.windows(2) {
            assert!(key(pair[0]) < key(pair[1]), "{} before {}", pair[0], pair[1]);
        }
        let mut turned: Vec<&str> = names.iter().rev().copied().collect();
        turned.sort_by_key(|name| key(name));
        assert_eq!(turned, names);
    }

    /// The letters as schools teach them: every letter with a mark follows its plain one, and f, j, w and z stand where
    /// the Latin alphabet has them.
    #[test]
    fn letters_come_in_the_order_of_the_alphabet() {
        let names =
            "An Ăn Ân Bá Cơ Da Đa E Ê Fa Ga Ha I Ja Ka La Ma Na O Ô Ơ Pa Qua Ra Sa Ta U Ư Va Wa Xa Y Za";
        let names: Vec<&str> = names.split(' ').collect();
        in_order(&names, name_key);
        in_order(&names, title_key);
    }

    /// Dictionaries compare the letters of a word before its tone: "Hàng" is after every "Ha", of whatever tone.
    #[test]
    fn tones_count_after_letters_in_the_order_of_dictionaries() {
        in_order(
            &["Ha", "Hà", "Hả", "Hã", "Há", "Hạ", "Hai", "Hàng", "Hằng", "Hân", "Hận", "Hậu", "Hiên", "Hiền"],
            name_key,
        );
        in_order(
            &["Hoa", "Hòa", "Hỏa", "Hoài", "Hoàn", "Hoàng", "Hoằng", "Hồng", "Hợp", "Huệ", "Hưng"],
            name_key,
        );
        in_order(&["Ôn", "Ồn", "Ổn", "Ỗn", "Ốn", "Ộn", "Ơn", "Ờn", "Ớn"], name_key);
        in_order(&["ư", "ừ", "ử", "ữ", "ứ", "ự", "ưa", "Vân"], name_key);
    }

    #[test]
    fn the_given_name_counts_first_then_the_family_name() {
        in_order(
            &[
                "Quàng Thị An",
                "Đặng Văn Ân",
                "Cầm Bá Bảo",
                "Bùi Thị Dung",
                "Vàng A Đô",
                "Lò Thị Hà",
                "Lò Văn Hà",
                "Nguyễn Hà",
                "Nguyễn Ngọc Hà",
                "Nguyễn Thanh Hà",
                "An Thị Hạ",
                "Trần Thị Oanh",
                "Hoàng Văn Ơn",
                "Lường Thị Ước",
                "A Vân",
                "Tòng Thị Ý",
            ],
            name_key,
        );
    }

    #[test]
    fn titles_numbers_and_brackets_count_last() {
        in_order(
            &["Lò Văn An", "TS. Lò Văn An", "Cà Văn Bình", "Lò Văn Bình (Phòng 1)", "PGS. TS. Lò Thị Chi"],
            name_key,
        );
        in_order(
            &["Thư ký", "Thư ký 1", "Thư ký 2", "Thư ký 10", "Chuyên viên 1", "Kỹ thuật viên 1"],
            name_key,
        );
        assert_eq!(name_key("TS."), title_key("TS."), "a name that is nothing but a title");
        assert_eq!(name_key(""), "");
    }

    #[test]
    fn other_names_are_read_from_the_left() {
        in_order(
            &[
                "Bản 2",
                "Bản 10",
                "Bản Đông",
                "Phường Chiềng An",
                "Phường Chiềng Cơi",
                "Sở Nội vụ",
                "Sở Tài chính",
                "Ủy ban",
            ],
            title_key,
        );
    }

    #[test]
    fn composed_letters_capitals_and_the_place_of_the_tone_do_not_matter() {
        let decomposed: String = "Đỗ Thị Hường".nfd().collect();
        assert_eq!(name_key("Đỗ Thị Hường"), name_key(&decomposed));
        assert_eq!(name_key("Nguyễn Thị Hoà"), name_key("NGUYỄN  THỊ HÒA"));
        assert_ne!(name_key("Nguyễn Văn Hùng"), name_key("Nguyễn Văn Hưng"));
    }

    proptest! {
        #[test]
        fn a_key_is_of_digits_alone(text in "\\PC{0,40}") {
            prop_assert!(name_key(&text).bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert!(title_key(&text).bytes().all(|byte| byte.is_ascii_digit()));
        }
    }
}
