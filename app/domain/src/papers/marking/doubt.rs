//! Tells whether a page has a word that may be a marking, although it is not certain: "Mật" by itself, "tài liệu
//! tuyệt mật" within a sentence, or "MẬT" below the name of an office that ends like the first word of "bảo mật".

use std::ops::Range;

use super::words::{
    Letter, ORDINARY_AFTER, ORDINARY_BEFORE, ORDINARY_BESIDE, PHRASES, ends_name, ends_with, letters,
    spells_any, starts_word,
};
use super::{PageLine, may_wrap};
use crate::papers::Level;

/// Words of headings, without spaces. A heading with one of them may wrap within "bảo mật" or "bí mật".
#[rustfmt::skip]
const HEADING: [&str; 33] = [
    "BẢOVỆ", "GIỮ", "QUYCHẾ", "QUYĐỊNH", "QUYTRÌNH", "KẾHOẠCH", "BÁOCÁO", "CÔNGTÁC", "VỀ", "HƯỚNGDẪN",
    "CHƯƠNGTRÌNH", "THÔNGBÁO", "NGHỊQUYẾT", "NGHỊĐỊNH", "QUYẾTĐỊNH", "CHỈTHỊ", "TĂNGCƯỜNG", "ANTOÀN",
    "ANNINH", "TÀILIỆU", "THÔNGTIN", "DANHMỤC", "LUẬT", "TRIỂNKHAI", "TẬPHUẤN", "PHỔBIẾN", "GIẢIPHÁP",
    "HỆTHỐNG", "TIÊUCHUẨN", "YÊUCẦU", "ĐẢMBẢO", "BẢOĐẢM", "CAMKẾT",
];
/// Words with which the name of an office begins, without spaces.
#[rustfmt::skip]
const OFFICES: [&str; 47] = [
    "ỦYBAN", "UỶBAN", "UBND", "HỘIĐỒNG", "HĐND", "SỞ", "PHÒNG", "BAN", "TỔ", "CỤC", "CHICỤC", "TỔNGCỤC",
    "TRUNGTÂM", "VĂNPHÒNG", "CÔNGAN", "ĐẢNG", "ĐẢNGỦY", "ĐẢNGBỘ", "CHIBỘ", "TỈNHỦY", "HUYỆNỦY",
    "THÀNHỦY", "TRƯỜNG", "BỆNHVIỆN", "VIỆN", "TÒAÁN", "TOÀÁN", "ĐỘI", "ĐOÀN", "CÔNGTY", "THÔN", "BẢN", "KHU",
    "XÃ", "PHƯỜNG", "THỊTRẤN", "THỊXÃ", "QUẬN", "HUYỆN", "TỈNH", "THÀNHPHỐ", "BỘ", "HỘI", "MẶTTRẬN",
    "ĐỒN", "TRẠM", "THANHTRA",
];
/// Words with which the name of an office begins that ends with the name of a place, without spaces.
#[rustfmt::skip]
const PLACES: [&str; 15] = [
    "ỦYBAN", "UỶBAN", "UBND", "HĐND", "CÔNGAN", "ĐẢNGỦY", "ĐẢNGBỘ", "XÃ", "PHƯỜNG", "THỊTRẤN", "THỊXÃ", "HUYỆN",
    "TỈNH", "THÀNHPHỐ", "THÔN",
];
/// Words that begin like the name of an office and name none.
const NO_OFFICES: [&str; 4] = ["BANHÀNH", "TỔCHỨC", "PHÒNGNGỪA", "PHÒNGCHỐNG"];

/// Whether a word in the lines of a first page may be a marking. "Mật" in an ordinary word is none: bí mật, bảo
/// mật, mật độ, bà Nguyễn Thị Mật.
///
/// ```
/// use domain::papers::{PageLine, may_be_marked};
/// assert!(may_be_marked(&[PageLine::alone("Mật")]));
/// assert!(may_be_marked(&[PageLine::alone("gửi kèm tài liệu tuyệt mật")]));
/// assert!(!may_be_marked(&[PageLine::alone("Công tác bảo vệ bí mật nhà nước")]));
/// let below_an_office = vec!["ỦY BAN NHÂN DÂN XÃ VĨNH BẢO".into()];
/// assert!(may_be_marked(&[PageLine { text: "MẬT".into(), before: below_an_office, ..PageLine::default() }]));
/// ```
pub fn may_be_marked(lines: &[PageLine]) -> bool {
    lines.iter().any(|line| {
        let letters = letters(&line.text);
        (0..letters.len()).any(|from| {
            PHRASES.iter().any(|phrase| {
                phrase.at(&letters, from).is_some_and(|part| {
                    let is_level = phrase.level != Level::Confidential;
                    let is_ordinary = starts_word(&letters, part.end)
                        || (!is_level
                            && (is_at_gap(&letters, &part)
                                || starts_word_below(line, &letters, &part)
                                || ends_word(line, &letters, from)));
                    !is_ordinary
                })
            })
        })
    })
}

/// Whether a part of a line is a word beside a gap between columns. The page is also read in columns, so the word is
/// in another line with what is really before and after it. In wide letter spacing each letter is beside a gap.
fn is_at_gap(letters: &[Letter], part: &Range<usize>) -> bool {
    let is_spaced = letters[part.start + 1..part.end].iter().any(|letter| letter.follows_gap);
    let follows_gap = part.start > 0 && letters[part.start].follows_gap;
    !is_spaced && (follows_gap || letters.get(part.end).is_some_and(|next| next.follows_gap))
}

/// Whether "mật" at the end of a line of running text is the beginning of a word that ends on the next line.
fn starts_word_below(line: &PageLine, letters: &[Letter], part: &Range<usize>) -> bool {
    let is_at_end = part.start > 0 && part.end == letters.len() && line.text.ends_with(char::is_alphabetic);
    is_at_end
        && letters[part.start].is_small
        && line.after.iter().any(|text| {
            let next = super::letters(text);
            next.first().is_some_and(|first| first.is_small) && spells_any(&next, 0, &ORDINARY_AFTER)
        })
}

/// Whether "mật" that begins at a letter is the end of an ordinary word, such as "bảo mật", or of a name.
fn ends_word(line: &PageLine, letters: &[Letter], from: usize) -> bool {
    if from == 0 {
        return line.before.iter().any(|text| {
            let before = super::letters(text);
            let is_name = || ends_name(&super::letters(&format!("{text} {}", line.text)), before.len());
            wraps_clearly(&before, line, letters) || is_name()
        });
    }
    let before = &letters[..from];
    let is_beside = ends_with(before, &ORDINARY_BEFORE) || ends_with(before, &ORDINARY_BESIDE);
    // Both parts of a word begin alike: "Độ mật" and "ĐỘ MẬT" are labels, and "độ Mật" names the level.
    let begins_small = before.iter().rfind(|letter| letter.starts_word).is_some_and(|start| start.is_small);
    let is_one_word = !letters[from].follows_pause && (letters[from].is_small || !begins_small);
    (is_beside && is_one_word && !ends_place(before)) || ends_name(letters, from)
}

/// Whether a text is the name of an office of a place in capitals, such as "UBND XÃ VĨNH BẢO". After it "MẬT" is not
/// the end of "bảo mật".
fn ends_place(text: &[Letter]) -> bool {
    let start = text.iter().rposition(|letter| letter.follows_sign).unwrap_or(0);
    let part = &text[start..];
    part.last().is_some_and(|last| !last.is_small) && spells_any(part, 0, &PLACES) && !has_heading_word(part)
}

/// Whether a line that begins with "mật" clearly continues a word at the end of the text before it. Running text
/// does, and so does a heading. A stamp below the name of an office does not: "XÃ VĨNH BẢO", "TỔ HÒA GIẢI".
fn wraps_clearly(before: &[Letter], line: &PageLine, letters: &[Letter]) -> bool {
    let ends_small = before.last().is_some_and(|last| last.is_small);
    if letters[0].is_small {
        return ends_small && (ends_with(before, &ORDINARY_BEFORE) || ends_with(before, &ORDINARY_BESIDE));
    }
    let is_in_capitals = letters.get(1).is_some_and(|second| !second.is_small);
    is_in_capitals && may_wrap(before) && !line.is_apart && is_heading(before)
}

/// Whether a text is part of a heading, and not the name of an office. "Bảo vệ bí" ends no office's name.
fn is_heading(text: &[Letter]) -> bool {
    let last_part = text.iter().rposition(|letter| letter.follows_sign).unwrap_or(0);
    let text = &text[last_part..];
    let ends_protection = ["VỆBÍ", "GIỮBÍ"].iter().any(|end| {
        text.len().checked_sub(end.chars().count()).is_some_and(|from| spells_any(text, from, &[end]))
    });
    let is_office = spells_any(text, 0, &OFFICES) && !spells_any(text, 0, &NO_OFFICES);
    ends_protection || (has_heading_word(text) && !is_office)
}

fn has_heading_word(text: &[Letter]) -> bool {
    (0..text.len()).any(|from| spells_any(text, from, &HEADING))
}
