//! Short forms in the names that offices type: of agencies, of their first letters, of posts. Knows no list and no person.

use crate::text::fold;

/// Abbreviations that every office uses, and their full names, both folded.
const SHORT_FORMS: [(&str, &str); 4] = [
    ("ubnd", "uy ban nhan dan"),
    ("hdnd", "hoi dong nhan dan"),
    ("vp", "van phong"),
    ("mttq", "mat tran to quoc"),
];

/// The words of a line, folded, with short forms written out.
pub(super) fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let written_out = |word: &str| {
        let form = SHORT_FORMS.iter().find(|(short, _)| *short == word);
        form.map_or_else(|| word.to_owned(), |(_, whole)| (*whole).to_owned())
    };
    let words = folded.split(' ').filter(|word| !word.is_empty()).map(written_out);
    words
        .collect::<Vec<_>>()
        .join(" ")
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Longest text that is compared by first letters, in words: an agency's name has some ten.
const SHORTENED_WORDS_AT_MOST: usize = 12;

/// The words of a folded text without the "and" that nobody says between shortened words.
fn spoken(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| !matches!(*word, "" | "va"))
}

/// Whether a folded text is a name of which some words are shortened to their first letters, several in one: `so kh cn` is
/// `so khoa hoc va cong nghe`. The first word is written out.
pub(super) fn shortens(text: &str, name: &str) -> bool {
    let (mut text, mut name) = (spoken(text), spoken(name));
    // Most names end here.
    if text.next() != name.next() {
        return false;
    }
    let rest: Vec<&str> = text.take(SHORTENED_WORDS_AT_MOST + 1).collect();
    if rest.is_empty() || rest.len() > SHORTENED_WORDS_AT_MOST {
        return false;
    }
    let others: Vec<&str> = name.collect();
    let initials: Vec<u8> = others.iter().filter_map(|word| word.bytes().next()).collect();
    // How many words of the name the text may have said so far.
    let mut ends = vec![0_usize];
    for said in rest {
        let letters = said.len();
        let mut next = Vec::with_capacity(2);
        for at in ends {
            let whole = (others.get(at) == Some(&said)).then_some(at + 1);
            let is_short = letters > 1 && initials.get(at..at + letters) == Some(said.as_bytes());
            for end in whole.into_iter().chain(is_short.then_some(at + letters)) {
                if !next.contains(&end) {
                    next.push(end);
                }
            }
        }
        ends = next;
    }
    ends.contains(&others.len())
}

/// Short forms of posts as they are written, in capitals, and what they mean.
const POSTS: [(&str, &str); 11] = [
    ("CT", "Chủ tịch"),
    ("PCT", "Phó Chủ tịch"),
    ("GĐ", "Giám đốc"),
    ("PGĐ", "Phó Giám đốc"),
    ("BT", "Bí thư"),
    ("PBT", "Phó Bí thư"),
    ("CVP", "Chánh Văn phòng"),
    ("PCVP", "Phó Chánh Văn phòng"),
    ("TTr", "Thanh tra"),
    ("PTP", "Phó Trưởng phòng"),
    ("CV", "Chuyên viên"),
];

/// A line whose short forms of posts are written out, as people are found by: `PCT UBND tỉnh` is the `Phó Chủ tịch`.
pub fn post_written_out(line: &str) -> String {
    let word = |word: &str| {
        let post = POSTS.iter().find(|(short, _)| *short == word.trim_end_matches([',', '.', ';']));
        post.map_or_else(|| word.to_owned(), |(short, whole)| word.replacen(short, whole, 1))
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_form_of_a_post_is_written_out() {
        for (line, whole) in [
            ("PCT UBND tỉnh", "Phó Chủ tịch UBND tỉnh"),
            ("3. GĐ Sở Y tế", "3. Giám đốc Sở Y tế"),
            ("Ông Lò Văn An, PGĐ Sở Y tế", "Ông Lò Văn An, Phó Giám đốc Sở Y tế"),
            ("Lò Văn Gđ", "Lò Văn Gđ"),
        ] {
            assert_eq!(post_written_out(line), whole);
        }
    }
}
