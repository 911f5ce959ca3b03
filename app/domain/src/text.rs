//! Folding of Vietnamese text, so that "hop khong giay" finds "họp không giấy". Pure; the index keeps folded text.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Text without marks, in lower case, its words parted by single spaces.
///
/// ```
/// assert_eq!(domain::text::fold("Đặt phòng: họp KHÔNG giấy"), "dat phong hop khong giay");
/// ```
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'đ' | 'Đ' => push(&mut folded, 'd', &mut gap),
            c if c.is_alphanumeric() => {
                for lower in c.to_lowercase() {
                    push(&mut folded, lower, &mut gap);
                }
            }
            _ => gap = true,
        }
    }
    folded
}

fn push(folded: &mut String, c: char, gap: &mut bool) {
    if *gap && !folded.is_empty() {
        folded.push(' ');
    }
    *gap = false;
    folded.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_and_decomposed_letters_fold_alike() {
        assert_eq!(fold("Hội nghị sơ kết"), fold("Hội nghị sơ kết"));
        assert_eq!(fold("  226-KL/TW  "), "226 kl tw");
        assert_eq!(fold("ỦY BAN"), "uy ban");
        assert_eq!(fold("…"), "");
    }
}
