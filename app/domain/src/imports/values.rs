//! Values as offices write them in files, where it is certain what they mean.

use crate::text::fold;

/// A whole number as people write it.
///
/// `40`, `40,0` and `40.00` are certain. `1.000` is a thousand here and one elsewhere, so it is not taken.
///
/// # Errors
/// The number that is probably meant, if there is one.
///
/// ```
/// use domain::imports::number;
/// assert_eq!(number("40,0"), Ok(40));
/// assert_eq!(number("1.000"), Err(Some(1000)));
/// assert_eq!(number("40 người"), Err(Some(40)));
/// assert_eq!(number("vài chục"), Err(None));
/// ```
pub fn number(text: &str) -> Result<i64, Option<i64>> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    if let Some((whole, part)) = text.split_once(['.', ',']) {
        // Three digits after the mark may be thousands; one, two or more than three are none.
        let is_nothing = !part.is_empty() && part.len() != 3 && part.bytes().all(|byte| byte == b'0');
        if let (true, Ok(number)) = (is_nothing, whole.parse()) {
            return Ok(number);
        }
    }
    Err(grouped(text).or_else(|| first_number(text)))
}

/// A number whose digits are in groups of three: `1.000`, `1 000`, `1,000,000`.
fn grouped(text: &str) -> Option<i64> {
    let mark = text
        .chars()
        .find(|letter| !letter.is_ascii_digit())
        .filter(|mark| matches!(mark, '.' | ',' | ' '))?;
    let mut groups = text.split(mark);
    let is_first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()));
    let are_groups = groups.all(|group| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit()));
    (is_first && are_groups).then(|| text.replace(mark, "").parse().ok())?
}

/// The only number in a text of words.
fn first_number(text: &str) -> Option<i64> {
    let mut numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let (first, next) = (numbers.next()?, numbers.next());
    let is_whole = !text.contains(['.', ',', '-', '/', '%']);
    (next.is_none() && is_whole).then(|| first.parse().ok())?
}

/// A cell that says yes or no, in the words of lists, forms and spreadsheets. None for any other word.
///
/// ```
/// use domain::imports::yes_or_no;
/// assert_eq!((yes_or_no("Có"), yes_or_no("FALSE"), yes_or_no("có thể")), (Some(true), Some(false), None));
/// ```
pub fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim() {
        "✓" | "✔" | "☑" => return Some(true),
        "" | "-" | "–" | "☐" => return Some(false),
        _ => {}
    }
    match fold(text).as_str() {
        "yes" | "y" | "on" | "true" | "1" | "x" | "co" | "dung" => Some(true),
        "no" | "n" | "off" | "false" | "0" | "khong" | "ko" | "sai" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_only_when_it_can_mean_one_thing() {
        for (text, read) in [("0", 0), (" 40 ", 40), ("40,0", 40), ("40.00", 40), ("12,0000", 12), ("-3", -3)]
        {
            assert_eq!(number(text), Ok(read), "{text}");
        }
        for (text, meant) in [
            ("1.000", Some(1000)),
            ("1,000", Some(1000)),
            ("1 000", Some(1000)),
            ("1.000.000", Some(1_000_000)),
            ("40 người", Some(40)),
            ("khoảng 40", Some(40)),
            ("40,5", None),
            ("40-50", None),
            ("40%", None),
            ("1.00.000", None),
            ("", None),
            ("4E+1", None),
        ] {
            assert_eq!(number(text), Err(meant), "{text}");
        }
    }
}
