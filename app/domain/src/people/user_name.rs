//! User names: plain letters that every keyboard and every printer has. Whether a name is taken is for the backend.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::error::Problem;
use crate::text::Line;

/// Longest user name: twice the longest that an office has made of a name.
pub const USER_NAME_AT_MOST: u32 = 60;

/// Reads a user name for somebody new: unaccented letters, digits and `. - _ @`, in lower case, with at least one letter
/// or digit. A name with anything else is refused and another one proposed, made of it or of the person's full name.
///
/// ```
/// use domain::error::Problem;
/// use domain::people::parse_user_name;
/// assert_eq!(parse_user_name("Tran.Van.Dung ", ""), Ok("tran.van.dung".to_owned()));
/// let proposal = "nguyen.van.binh".to_owned();
/// assert_eq!(parse_user_name("nguyễn văn bình", ""), Err(Problem::UserName { proposal }));
/// ```
///
/// # Errors
/// `Missing`, `TooManyLetters` or `UserName`.
pub fn parse_user_name(typed: &str, full_name: &str) -> Result<String, Problem> {
    let user_name = Line::parse(typed, USER_NAME_AT_MOST)?.to_lowercase();
    if user_name.chars().all(is_plain) && user_name.contains(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(user_name);
    }
    let proposal = proposal(typed).or_else(|| proposal(full_name)).unwrap_or_default();
    Err(Problem::UserName { proposal })
}

/// A user name as it was typed to sign in. It is not judged: one that nobody has finds nobody.
pub fn typed_user_name(typed: &str) -> String {
    Line::new(typed).nfkc().collect::<String>().to_lowercase()
}

fn is_plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '@')
}

/// The text in plain letters, its words parted by dots. None if a letter has no plain form, such as a Cyrillic one, or
/// if nothing is left.
fn proposal(text: &str) -> Option<String> {
    let mut proposal = String::new();
    for c in Line::new(text).nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'đ' => proposal.push('d'),
            c if is_plain(c) && c.is_ascii_alphanumeric() => proposal.push(c),
            c if c.is_alphanumeric() => return None,
            _ if proposal.is_empty() || proposal.ends_with(['.', '-', '_', '@']) => {}
            c => proposal.push(if is_plain(c) { c } else { '.' }),
        }
    }
    let proposal = proposal.trim_end_matches(['.', '-', '_', '@']);
    let is_short = proposal.len() <= USER_NAME_AT_MOST as usize;
    (is_short && !proposal.is_empty()).then(|| proposal.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_cannot_be_typed_everywhere_is_refused_with_a_proposal() {
        let refused = [
            ("lê thị cúc", "lê.thị.cúc", "le.thi.cuc"),
            ("Đinh", "đinh-thi_em", "dinh-thi_em"),
            ("Phạm Văn Giang", "pham,van;giang", "pham.van.giang"),
            ("Trần Dấu", ".", "tran.dau"),
            ("Trần Dấu", "@-_", "tran.dau"),
            ("Chữ Nga", "\u{430}dmin", "chu.nga"),
            ("", "\u{430}dmin", ""),
            ("", "thu\u{2024}ky", "thu.ky"),
            ("", "ｔｈｕｋｙ", "thuky"),
            ("", "a  (b)", "a.b"),
        ];
        for (full_name, typed, proposal) in refused {
            let expected = Err(Problem::UserName { proposal: proposal.to_owned() });
            assert_eq!(parse_user_name(typed, full_name), expected, "{typed}");
            if !proposal.is_empty() {
                assert_eq!(parse_user_name(proposal, ""), Ok(proposal.to_owned()));
            }
        }
    }

    #[test]
    fn a_plain_name_is_taken_without_what_surrounds_it() {
        for typed in ["\u{feff}le-thi.cuc_2@vp", " LE-THI.CUC_2@VP\u{a0}", "le-thi.\u{200b}cuc_2@vp"] {
            assert_eq!(parse_user_name(typed, ""), Ok("le-thi.cuc_2@vp".to_owned()));
        }
        assert_eq!(parse_user_name(" \u{200b}", "Lê Cúc"), Err(Problem::Missing));
        let too_long = Problem::TooManyLetters { at_most: USER_NAME_AT_MOST, over: 1 };
        assert_eq!(parse_user_name(&"a".repeat(61), ""), Err(too_long));
    }

    #[test]
    fn signing_in_takes_what_a_phone_pastes() {
        assert_eq!(typed_user_name(" Le.Cuc\u{200b}\u{a0}"), "le.cuc");
        assert_eq!(typed_user_name("ｌｅ\0"), "le");
    }
}
