//! Old Vietnamese encodings: TCVN3 and VNI put Vietnamese letters in the places of Western ones, so that
//! their text reads as "TèI MËT" or "TOÁI MAÄT". Detects fonts and lines of such text. The letters are in `domain::text`.

use domain::papers::PageLine;
use domain::text::{from_tcvn3, from_vni, tcvn3_letters};
use unicode_normalization::UnicodeNormalization;

/// Characters that Vietnamese text in Unicode never has within a word, and that most words in an old encoding
/// have.
const STRANGE: &str = "¡¢£¤¥¦§¨©ª«¬\u{ad}®µ¶·¸¹»¼½¾ÄÅÆÇËÎÏÐÑÖ×ØÛÜÞßäåæçëîïðñö÷øûüþÿ";
/// Text in an old encoding has at least this many of them, and at least [`STRANGE_PERCENT`] of its letters
/// are among them, in hundredths. Old encodings reach 20; German has 5.
const STRANGE_AT_LEAST: usize = 5;
/// See [`STRANGE_AT_LEAST`].
const STRANGE_PERCENT: usize = 8;

/// How the letters of a font must be read, by the font's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Font {
    /// As Unicode.
    Today,
    /// `.VnTime` and similar fonts: TCVN3.
    Tcvn3,
    /// `.VnTimeH`: TCVN3 that looks like capitals, whatever is typed.
    Tcvn3Capitals,
    /// `VNI-Times` and similar fonts.
    Vni,
}

impl Font {
    pub(crate) fn of(name: &str) -> Font {
        let name = name.split_once('+').map_or(name, |(_, name)| name);
        let family = name.split(['-', ',']).next().unwrap_or_default();
        let is_tcvn3 = name.starts_with(".Vn") || name.starts_with("Vn");
        match (is_tcvn3, family.ends_with('H')) {
            (true, true) => Font::Tcvn3Capitals,
            (true, false) => Font::Tcvn3,
            _ if name.to_ascii_uppercase().starts_with("VNI-") => Font::Vni,
            _ => Font::Today,
        }
    }

    /// The text of a letter. VNI uses two codes for most letters, so its text is converted line by line.
    pub(crate) fn read(self, letter: String) -> String {
        match self {
            Font::Tcvn3 => tcvn3_letters(&letter),
            Font::Tcvn3Capitals => tcvn3_letters(&letter).to_uppercase(),
            Font::Today | Font::Vni => letter,
        }
    }
}

/// Whether one of the fonts is of an old encoding.
pub(crate) fn has_old_font<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    names.into_iter().any(|name| Font::of(name) != Font::Today)
}

/// Whether the letters of a page look like an old encoding.
pub(crate) fn is_old<'a>(letters: impl Iterator<Item = &'a str>) -> bool {
    let (mut strange, mut vietnamese, mut all) = (0, 0, 0);
    for letter in letters.flat_map(|text| text.nfc().collect::<Vec<_>>()) {
        all += 1;
        strange += usize::from(STRANGE.contains(letter));
        vietnamese += usize::from(is_of_today(letter));
    }
    strange >= STRANGE_AT_LEAST && strange * 100 >= all * STRANGE_PERCENT && strange > vietnamese
}

/// Whether only Unicode has the letter: text in an old encoding is read as Western letters.
fn is_of_today(letter: char) -> bool {
    matches!(letter, '\u{1ea0}'..='\u{1ef9}' | 'đ' | 'Đ' | 'ư' | 'Ư' | 'ơ' | 'Ơ' | 'ă' | 'Ă')
}

/// The text of a line if it may be in an old encoding. A line with letters of today is not: "bí mật" would become
/// "bớ mật". In a font of capitals small letters look like capitals, so
/// a line is also given in capitals if its plain letters are capitals.
pub(crate) fn converted(line: &PageLine) -> Vec<PageLine> {
    if line.text.nfc().any(is_of_today) {
        return Vec::new();
    }
    let both = [from_tcvn3, from_vni].map(|convert| PageLine {
        text: convert(&line.text),
        before: line.before.iter().map(|text| convert(text)).collect(),
        ..line.clone()
    });
    both.into_iter().filter(|converted| converted.text != line.text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_letters_of_today_is_not_converted() {
        assert_eq!(converted(&PageLine::alone("bí mật nhà nước")), []);
        assert!(converted(&PageLine::alone("TèI MËT")).iter().any(|line| line.text == "TỐI MẬT"));
    }

    #[test]
    fn old_text_is_told_from_text_of_today() {
        for old in [
            "Céng hßa x· héi chñ nghÜa ViÖt Nam, §éc lËp - Tù do - H¹nh phóc",
            "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, Ñoäc laäp - Töï do - Haïnh phuùc",
        ] {
            assert!(is_old([old].into_iter()), "{old}");
        }
        for today in [
            "Cộng hòa xã hội chủ nghĩa Việt Nam, Độc lập - Tự do - Hạnh phúc",
            "Die Prüfung der Bücher für das Jahr hat ergeben, daß alle Beträge stimmen und nichts fehlt",
            "Le conseil a décidé à l'unanimité de reporter la séance à une date ultérieure",
            "",
        ] {
            assert!(!is_old([today].into_iter()), "{today}");
        }
    }

    #[test]
    fn old_fonts_are_known_by_their_names() {
        for (name, font) in [
            (".VnTime", Font::Tcvn3),
            ("ABCDEF+.VnTimeH", Font::Tcvn3Capitals),
            (".VnArialH,Bold", Font::Tcvn3Capitals),
            ("VNI-Times", Font::Vni),
            ("ABCDEF+VNI-Helve-Condense", Font::Vni),
            ("VnArial", Font::Tcvn3),
            ("TimesNewRomanPSMT", Font::Today),
            ("ABCDEF+Tinos", Font::Today),
        ] {
            assert_eq!(Font::of(name), font, "{name}");
        }
        assert_eq!(Font::Tcvn3Capitals.read("\u{e8}".into()), "Ố");
        assert_eq!(Font::Tcvn3.read("\u{e8}".into()), "ố");
    }
}
