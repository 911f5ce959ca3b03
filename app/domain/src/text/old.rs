//! The old Vietnamese encodings TCVN3 and VNI, which put Vietnamese letters in the places of Western ones: "TèI MËT",
//! "TOÁI MAÄT". Converts letters. Whether a text is in one of them is for the caller to judge.

use unicode_normalization::UnicodeNormalization;

/// The letters of TCVN3 by code, from 0xA1 on; `.` where there is no letter.
const TCVN3: &str =
    "ĂÂÊÔƠƯĐăâêôơưđ......àảãáạ.ằẳẵắ.......ặầẩẫấậè.ẻẽéẹềểễếệìỉ...ĩíịò.ỏõóọồổỗốộờởỡớợù.ủũúụừửữứựỳỷỹýỵ";
/// The first code of [`TCVN3`].
const TCVN3_FIRST: u32 = 0xa1;

/// Marks of VNI, which follow their letter: the code in lower and upper case, and the marks to put on the
/// letter.
const VNI_MARKS: [(char, char, &str); 17] = [
    ('ù', 'Ù', "\u{301}"),
    ('ø', 'Ø', "\u{300}"),
    ('û', 'Û', "\u{309}"),
    ('õ', 'Õ', "\u{303}"),
    ('ï', 'Ï', "\u{323}"),
    ('â', 'Â', "\u{302}"),
    ('á', 'Á', "\u{302}\u{301}"),
    ('à', 'À', "\u{302}\u{300}"),
    ('å', 'Å', "\u{302}\u{309}"),
    ('ã', 'Ã', "\u{302}\u{303}"),
    ('ä', 'Ä', "\u{302}\u{323}"),
    ('ê', 'Ê', "\u{306}"),
    ('é', 'É', "\u{306}\u{301}"),
    ('è', 'È', "\u{306}\u{300}"),
    ('ú', 'Ú', "\u{306}\u{309}"),
    ('ü', 'Ü', "\u{306}\u{303}"),
    ('ë', 'Ë', "\u{306}\u{323}"),
];
/// Letters of VNI that need no mark.
const VNI_LETTERS: [(char, char); 12] = [
    ('ñ', 'đ'),
    ('Ñ', 'Đ'),
    ('ö', 'ư'),
    ('Ö', 'Ư'),
    ('ô', 'ơ'),
    ('Ô', 'Ơ'),
    ('æ', 'ỉ'),
    ('Æ', 'Ỉ'),
    ('ó', 'ĩ'),
    ('Ó', 'Ĩ'),
    ('ò', 'ị'),
    ('Ò', 'Ị'),
];

/// Text of TCVN3, read as Western letters, in Unicode. In capitals where all plain letters are: fonts of capitals have
/// no codes of their own.
pub fn from_tcvn3(text: &str) -> String {
    in_the_case_of(text, tcvn3_letters(text))
}

/// The same, letter by letter.
pub fn tcvn3_letters(text: &str) -> String {
    let letter = |letter: char| {
        let place = u32::from(letter).checked_sub(TCVN3_FIRST);
        let found = place.and_then(|place| TCVN3.chars().nth(place as usize)).filter(|found| *found != '.');
        found.unwrap_or(letter)
    };
    text.chars().map(letter).collect()
}

/// Text of VNI, read as Western letters, in Unicode.
pub fn from_vni(text: &str) -> String {
    let mut converted = String::new();
    for letter in text.chars() {
        let mark = VNI_MARKS.iter().find(|(small, capital, _)| [*small, *capital].contains(&letter));
        let carries = converted.chars().last().is_some_and(|last| "aeiouyAEIOUYưƯơƠ".contains(last));
        match (mark, VNI_LETTERS.iter().find(|(place, _)| *place == letter)) {
            (Some((.., marks)), _) if carries => converted.push_str(marks),
            (_, Some((_, letter))) => converted.push(*letter),
            _ => converted.push(letter),
        }
    }
    in_the_case_of(text, converted.nfc().collect())
}

/// The converted text, in capitals where all plain letters of the original are capitals.
fn in_the_case_of(original: &str, converted: String) -> String {
    let mut plain = original.chars().filter(char::is_ascii_alphabetic).peekable();
    let is_in_capitals = plain.peek().is_some() && plain.all(|letter| letter.is_ascii_uppercase());
    if is_in_capitals { converted.to_uppercase() } else { converted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_encodings_are_converted() {
        assert_eq!(TCVN3.chars().count(), 0xfe - 0xa1 + 1);
        for (old, new) in [
            ("TèI MËT", "TỐI MẬT"),
            ("Céng hßa x· héi chñ nghÜa ViÖt Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        ] {
            assert_eq!(from_tcvn3(old), new);
        }
        for (old, new) in [
            ("TOÁI MAÄT", "TỐI MẬT"),
            ("TUYEÄT MAÄT", "TUYỆT MẬT"),
            ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
            ("Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"),
        ] {
            assert_eq!(from_vni(old), new);
        }
    }
}
