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

/// Whether a text is a name of which some words are shortened to their first letters, several in one: `so kh cn` is
/// `so khoa hoc va cong nghe`. The first word is written out.
pub(super) fn shortens(text: &[&str], name: &[&str]) -> bool {
    match (text, name) {
        ([first, text @ ..], [word, name @ ..]) => first == word && goes_on(text, name),
        _ => false,
    }
}

fn goes_on(text: &[&str], name: &[&str]) -> bool {
    let (Some((first, rest)), Some((word, others))) = (text.split_first(), name.split_first()) else {
        return text.is_empty() && name.is_empty();
    };
    // Nobody says the "and" between two shortened words.
    let is_left_out = *word == "va" && goes_on(text, others);
    let is_whole = || first == word && goes_on(rest, others);
    let letters = first.len();
    let is_short = || {
        let initials = name.iter().filter(|word| **word != "va").map(|word| word.as_bytes().first());
        let is_initials =
            letters > 1 && first.bytes().map(Some).eq(initials.take(letters).map(Option::<&u8>::copied));
        is_initials && goes_on(rest, after(name, letters))
    };
    is_left_out || is_whole() || is_short()
}

/// What comes after so many words, "and" not counted.
fn after<'n, 'w>(name: &'n [&'w str], count: usize) -> &'n [&'w str] {
    let mut left = count;
    let end = name.iter().position(|word| {
        let is_end = left == 0;
        left -= usize::from(!is_end && *word != "va");
        is_end
    });
    &name[end.unwrap_or(name.len())..]
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
