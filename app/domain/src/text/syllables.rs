//! Vietnamese syllables: which sequences of letters can be one. Tells Vietnamese text from text that was read in a wrong
//! encoding. Knows no words.

use unicode_normalization::UnicodeNormalization;

use super::is_tone;

const BEGINNINGS: [&str; 28] = [
    "ngh", "ng", "nh", "gh", "gi", "kh", "ph", "qu", "th", "tr", "ch", "kr", "b", "c", "d", "đ", "g", "h",
    "k", "l", "m", "n", "p", "r", "s", "t", "v", "x",
];
const ENDS: [&str; 9] = ["ng", "nh", "ch", "c", "m", "n", "p", "t", "k"];
/// Vowels between them, without tones.
const MIDDLES: &str = " a ă â e ê i o ô ơ u ư y ai ao au ay âu ây eo êu ia iê iu oa oă oe oi oo ôi ơi ua uâ uê ui uô uơ \
    uy ưa ưi ươ ưu yê iêu yêu oai oao oay oeo uây uôi uya uyê uyu ươi ươu ";

/// Characters beyond ASCII that stand between words of today's text.
const BETWEEN: &str = "–—“”‘’…•°«»\u{a0}\u{ad}";

/// Whether every word of a text that has a letter beyond ASCII is a Vietnamese syllable, and there is one.
///
/// ```
/// use domain::text::are_syllables;
/// assert!(are_syllables("Nghiễng (A1)"));
/// assert!(!are_syllables("Phßng") && !are_syllables("Phong"));
/// ```
pub fn are_syllables(text: &str) -> bool {
    let text: String = text.nfc().collect();
    if text.chars().any(|c| !c.is_ascii() && !c.is_alphabetic() && !BETWEEN.contains(c)) {
        return false;
    }
    let mut words =
        text.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_ascii()).peekable();
    words.peek().is_some() && words.all(is_syllable)
}

fn is_syllable(word: &str) -> bool {
    let lower = word.to_lowercase();
    let tones = lower.nfd().filter(|mark| is_tone(*mark)).count();
    let plain: String = lower.nfd().filter(|mark| !is_tone(*mark)).nfc().collect();
    let is_middle = |middle: &str| !middle.is_empty() && MIDDLES.contains(&format!(" {middle} "));
    let rests =
        BEGINNINGS.iter().filter_map(|beginning| plain.strip_prefix(beginning)).chain([plain.as_str()]);
    let mut bodies = rests.flat_map(|rest| {
        ENDS.iter().filter_map(move |end| rest.strip_suffix(end)).chain([rest]).collect::<Vec<_>>()
    });
    tones <= 1 && bodies.any(is_middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_offices_are_syllables() {
        let text = "Ủy ban nhân dân tỉnh, Sở Nội vụ, Hội nghị quán triệt Nghị quyết số 18; Giường, khuỷu, gì, giếng, quý, \
            thuở, nghiêng, ngoằn, xoong, Đắk Lắk, Ðà Nẵng, rượu, khuya, yếu, HUYỆN, hoá, hóa, uống, ượt, Krông Pắc"
            .replace('Ð', "Đ");
        for word in text.split(' ').filter(|word| !word.is_ascii()) {
            assert!(are_syllables(word), "{word}");
        }
        let decomposed: String = text.nfd().collect();
        assert!(are_syllables(&decomposed));
    }

    #[test]
    fn words_read_in_a_wrong_encoding_are_none() {
        for word in [
            "Phßng", "häp", "M¸y", "Hiöu", "Phoøng", "hoïp", "Maùy", "PhÃ²ng", "café", "straße", "Ph�ng",
            "123", "–",
        ] {
            assert!(!are_syllables(word), "{word}");
        }
    }
}
