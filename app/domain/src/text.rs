//! Vietnamese text: how it is cleaned when it comes in, folded so that "hop khong giay" finds "họp không giấy", and
//! compared by what people see, and put in the order of names. Pure; the index keeps folded text.

mod clean;
mod old;
mod order;
mod syllables;

pub use clean::{Line, Paragraphs, letters};
pub use old::{from_tcvn3, from_vni, tcvn3_letters};
pub use order::{name_key, title_key};
pub use syllables::are_syllables;
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
    for c in clean::seen(text).nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'đ' | 'Đ' => push(&mut folded, 'd', &mut gap),
            c if c.is_alphanumeric() => {
                for lower in c.to_lowercase().filter(|c| !is_combining_mark(*c)) {
                    push(&mut folded, lower, &mut gap);
                }
            }
            _ => gap = true,
        }
    }
    folded
}

/// Text with its marks joined to its letters.
///
/// ```
/// assert_eq!(domain::text::composed("ho\u{323}p"), "họp");
/// ```
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// A key that two texts share when people see the same text in them: composed letters or not, one space or two, the tone
/// placed in the old way or the new (`hoà`, `hòa`), compatible forms (`ﬁ`, `１`), any dash, any quotation mark.
/// Capitals differ from small letters. The key is for comparing, not for showing.
///
/// ```
/// use domain::text::same_key;
/// assert_eq!(same_key("Chuẩn  hoá"), same_key("Chuẩn\u{a0}hóa"));
/// assert_ne!(same_key("hoà"), same_key("hoả"));
/// ```
pub fn same_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let (mut tones, mut is_gap) = (String::new(), false);
    for c in clean::seen(text).nfkd() {
        if is_tone(c) {
            tones.push(c);
            continue;
        }
        // A tone goes to the end of its word, so its place within the word does not matter.
        if !c.is_alphabetic() && !is_combining_mark(c) {
            key.push_str(&tones);
            tones.clear();
        }
        if c.is_whitespace() {
            is_gap = !key.is_empty();
            continue;
        }
        if is_gap {
            key.push(' ');
            is_gap = false;
        }
        key.push(match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '\u{2018}'..='\u{201b}' | '\u{2032}' => '\'',
            '\u{201c}'..='\u{201f}' | '\u{2033}' | '«' | '»' => '"',
            c => c,
        });
    }
    key.push_str(&tones);
    key
}

/// One of the five tone marks: grave, acute, tilde, hook above, dot below.
fn is_tone(c: char) -> bool {
    matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
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
        let decomposed: String = "Hội nghị sơ kết".nfd().collect();
        assert_eq!(fold("Hội nghị sơ kết"), fold(&decomposed));
        assert_eq!(fold("  226-KL/TW  "), "226 kl tw");
        assert_eq!(fold("ỦY BAN"), "uy ban");
        assert_eq!(fold("…"), "");
    }

    #[test]
    fn unseen_characters_and_other_forms_do_not_hide_a_word() {
        assert_eq!(fold("ngh\u{ad}ị quy\u{200b}ết"), "nghi quyet");
        assert_eq!(fold("Ðảng ủy, Ɖoàn, ðất"), "dang uy doan dat");
        assert_eq!(fold("ﬁle Ｎｏ １２"), "file no 12");
        assert_eq!(fold("Một\u{b}hai\u{2028}ba"), "mot hai ba");
    }

    #[test]
    fn texts_that_people_see_alike_have_one_key() {
        let alike = [
            ("Thuỷ lợi, khoẻ", "Thủy lợi, khỏe"),
            ("Uỷ ban", "Ủy ban"),
            ("Quý  III", " Quý III "),
            ("Đại hội", "Ðại hội"),
            ("Sơ – kết “quý”", "Sơ - kết \"quý\""),
            ("ﬁle số １", "file số 1"),
            ("Hội ngh\u{ad}ị", "Hội\u{202f}nghị"),
            ("loá\u{200b}ng", "lóang"),
        ];
        for (one, other) in alike {
            assert_eq!(same_key(one), same_key(other));
            let decomposed: String = one.nfd().collect();
            assert_eq!(same_key(&decomposed), same_key(other));
        }
    }

    #[test]
    fn texts_that_people_tell_apart_have_different_keys() {
        for (one, other) in [
            ("hoá", "hoà"),
            ("hoa", "hòa"),
            ("ban", "bán"),
            ("SNV", "snv"),
            ("ôm", "om"),
            ("a b", "ab"),
            ("đa", "da"),
        ] {
            assert_ne!(same_key(one), same_key(other), "{one} {other}");
        }
        assert_ne!(same_key("hòa binh"), same_key("hoa bình"));
    }
}
