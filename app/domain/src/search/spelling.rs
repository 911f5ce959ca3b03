//! Vietnamese syllables without marks that differ from a word by one letter. They are made from the sounds of the language,
//! not from an index: so nobody learns from them which words are stored.

/// How a syllable begins. Longer ones first where one begins another.
const ONSETS: [&str; 28] = [
    "ngh", "ng", "nh", "gh", "gi", "kh", "ph", "qu", "th", "tr", "ch", "b", "c", "d", "g", "h", "k", "l",
    "m", "n", "p", "r", "s", "t", "v", "x", "q", "",
];
/// How it goes on.
const RIMES: &str = " a ac ach ai am an ang anh ao ap at au ay e ec em en eng enh eo ep et eu ech i ia ich iec iem ien ieng \
    iep iet ieu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oat oay oc oe oen oeo oet oi om on ong op ot \
    u ua uan uang uat uay uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen \
    uyet uynh uyt y yem yen yet yeu ";
/// Words shorter than these letters are similar to too many others.
const LETTERS_AT_LEAST: usize = 3;
/// No syllable is longer: `nghieng`.
const LETTERS_AT_MOST: usize = 7;

/// Whether a word without marks can be a Vietnamese syllable.
fn is_syllable(word: &str) -> bool {
    ONSETS.iter().any(|onset| {
        let rime = word.strip_prefix(onset);
        rime.is_some_and(|rime| !rime.is_empty() && RIMES.contains(&format!(" {rime} ")))
    })
}

/// The syllables from which a word differs by one letter: another one, one too many, one too few, or two that changed
/// places. Words with digits and very short ones have none.
///
/// ```
/// assert!(domain::search::similar_syllables("giai").contains(&"giay".to_owned()));
/// ```
pub fn similar_syllables(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let is_word = letters.iter().all(char::is_ascii_lowercase);
    if !is_word || !(LETTERS_AT_LEAST..=LETTERS_AT_MOST + 1).contains(&letters.len()) {
        return Vec::new();
    }
    let mut similar: Vec<String> = Vec::new();
    let mut put = |letters: Vec<char>| {
        let other: String = letters.into_iter().collect();
        if other != word && is_syllable(&other) {
            similar.push(other);
        }
    };
    for at in 0..letters.len() {
        let mut fewer = letters.clone();
        fewer.remove(at);
        put(fewer);
        if at + 1 < letters.len() {
            let mut swapped = letters.clone();
            swapped.swap(at, at + 1);
            put(swapped);
        }
    }
    for letter in 'a'..='z' {
        for at in 0..=letters.len() {
            let mut more = letters.clone();
            more.insert(at, letter);
            put(more);
            if at < letters.len() {
                let mut other = letters.clone();
                other[at] = letter;
                put(other);
            }
        }
    }
    similar.sort();
    similar.dedup();
    similar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_known_by_their_sounds() {
        for syllable in "nghieng quyet gi giay hop khong thuong yeu oanh ubnd".split(' ').take(9) {
            assert!(is_syllable(syllable), "{syllable}");
        }
        for other in ["", "ubnd", "giaz", "xyz", "hopp"] {
            assert!(!is_syllable(other), "{other}");
        }
    }

    #[test]
    fn one_letter_makes_the_difference() {
        for (typed, meant) in [
            ("hopp", "hop"),
            ("kohng", "khong"),
            ("khng", "khong"),
            ("giaj", "giay"),
            ("ngi", "nghi"),
            ("bao", "cao"),
        ] {
            assert!(similar_syllables(typed).contains(&meant.to_owned()), "{typed} for {meant}");
        }
        assert!(!similar_syllables("giay").contains(&"giay".to_owned()), "the word itself is none");
        assert!(similar_syllables("226").is_empty() && similar_syllables("kl").is_empty());
        assert!(similar_syllables(&"a".repeat(60)).is_empty());
    }
}
