//! Lines of a pasted list of delegates whose text is nobody's whole name: which agencies and people such a line may mean.
//! Proposes and never decides: somebody has to choose. Knows no form and no database.

use strsim::normalized_damerau_levenshtein;

use super::guest::without_address;
use super::shortened::{shortens, words};
use crate::agencies::Agency;
use crate::people::PersonRef;
use crate::text::fold;

/// Words that follow a number of people, folded.
const COUNTED: [&str; 4] = ["nguoi", "dai bieu", "dong chi", "d c"];

/// Most proposals for a line: more are a list to search in, and the search field does that better.
pub const PROPOSED_AT_MOST: usize = 5;
/// Most people among them, so that the agency that a line names as well is still seen.
const PEOPLE_PROPOSED_AT_MOST: usize = 3;
/// Names that are this much alike are one name mistyped: a wrong letter in a short word, or two in a whole name. `so y te`
/// and `so noi vu` are not.
const ALIKE_FROM: f64 = 0.8;
/// Longest line that is looked up, in bytes: room for a name, a position and an agency of 300 letters together. A longer line
/// is not a name, and nobody is found for it.
pub const LISTED_NAME_BYTES_AT_MOST: usize = 1_000;
/// Longest first word that gives the level of an agency, in letters: `Bộ`, `Sở`, `Xã`, `Ban`.
const LEVEL_LETTERS_AT_MOST: usize = 3;
/// A code or a name of one word is looked for within a line only from this many letters: shorter ones are found in any.
const LONE_WORD_FROM: usize = 3;

/// Words before an agency's name that ask it for somebody, folded.
const ASKING: [&str; 12] = [
    "dai dien",
    "lanh dao",
    "thu truong",
    "nguoi dung dau",
    "dong chi",
    "d c",
    "can bo",
    "cong chuc",
    "dai bieu",
    "nguoi",
    "moi",
    "cu",
];

/// The agencies of a tree with their names as lines are compared with them, made once for a whole list.
#[derive(Debug)]
pub struct AgencyNames<'t>(Vec<(Vec<String>, &'t Agency)>);

impl<'t> AgencyNames<'t> {
    /// The names, short names, codes and other names of all of them.
    pub fn of(tree: &'t [Agency]) -> AgencyNames<'t> {
        AgencyNames(tree.iter().map(|agency| (names(agency).collect(), agency)).collect())
    }

    /// The agencies of exactly this name, also where words of it are shortened to their first letters: `Sở KH&CN`.
    pub fn named(&self, line: &str) -> Vec<&'t Agency> {
        let asked = [line, &without_address(line)].map(|line| words(line).join(" "));
        self.called(&asked)
    }

    /// Those that one of the texts names, by a whole name if any has it, else by first letters.
    fn called(&self, asked: &[String]) -> Vec<&'t Agency> {
        let whole = self.where_any(|name| asked.iter().any(|asked| asked == name));
        if !whole.is_empty() {
            return whole;
        }
        self.where_any(|name| asked.iter().any(|asked| shortens(asked, name)))
    }

    /// The agencies that a line means when it only asks for somebody of them: `Lãnh đạo Sở Y tế`, `Sở Y tế (01 đồng chí)`.
    /// Empty when it says anything else, or nothing beside the agency's name.
    pub fn asked(&self, line: &str) -> Vec<&'t Agency> {
        let words = words(line);
        let asked = without_asking(&words);
        if asked.is_empty() || asked.len() == words.len() {
            return Vec::new();
        }
        let mut agencies = self.called(&[asked.join(" ")]);
        agencies.truncate(PROPOSED_AT_MOST);
        agencies
    }

    /// The agencies that a line names with a number of people and nothing else: `Sở Y tế (02 người)`. The number is only read
    /// over: an agency names as many as it sends.
    pub fn counted(&self, line: &str) -> Vec<&'t Agency> {
        let words = words(line);
        let name = without(&words, &COUNTED);
        if name.is_empty() || name.len() == words.len() { Vec::new() } else { self.called(&[name.join(" ")]) }
    }

    /// The agencies that a line may mean, best first. Agencies whose name is part of the line come alone; if there are none,
    /// agencies with a similar name.
    pub fn near(&self, line: &str) -> Vec<&'t Agency> {
        let asked = self.asked(line);
        if !asked.is_empty() {
            return asked;
        }
        let words = words(line);
        let line = words.join(" ");
        let mut within: Vec<(&str, &Agency)> = self
            .0
            .iter()
            .filter_map(|(names, agency)| Some((longest_within(names, &line)?, *agency)))
            .collect();
        within.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        // The name of another agency may stand within a longer name: `UBND tỉnh` in `Văn phòng UBND tỉnh`.
        let longer = |name: &str, before: &[(&str, &Agency)]| {
            before.iter().any(|(other, _)| other.len() > name.len() && holds(other, name))
        };
        let apart = within.iter().enumerate().filter(|(at, (name, _))| !longer(name, &within[..*at]));
        let found: Vec<&Agency> = apart.map(|(_, (_, agency))| *agency).take(PROPOSED_AT_MOST).collect();
        if found.is_empty() { self.like(&without_asking(&words).join(" ")) } else { found }
    }

    fn like(&self, asked: &str) -> Vec<&'t Agency> {
        let alike = |name: &String| if is_of_other_level(asked, name) { 0.0 } else { likeness(asked, name) };
        let likeness = |names: &[String]| names.iter().map(alike).fold(0.0, f64::max);
        best(self.0.iter().map(|(names, agency)| (likeness(names), *agency)), PROPOSED_AT_MOST)
    }

    fn where_any(&self, fits: impl Fn(&str) -> bool) -> Vec<&'t Agency> {
        let found = self.0.iter().filter(|(names, _)| names.iter().any(|name| fits(name)));
        found.map(|(_, agency)| *agency).collect()
    }
}

/// First words of agencies and other bodies, with their marks: `Trương` is a name, and `Trường` a school.
const BODIES: [&str; 27] = [
    "sở ",
    "bộ ",
    "phường ",
    "xã ",
    "ubnd ",
    "hđnd ",
    "ủy ban ",
    "uỷ ban ",
    "văn phòng ",
    "vp ",
    "hội ",
    "chi cục ",
    "cục ",
    "công an ",
    "trung tâm ",
    "đảng ủy ",
    "đảng uỷ ",
    "thanh tra ",
    "kho bạc ",
    "tòa án ",
    "viện ",
    "trường ",
    "đặc khu ",
    "huyện ",
    "thị trấn ",
    "so ",
    "uy ban ",
];

/// The agencies of a line that names several, parted by commas, and nothing else: `Sở Y tế, Sở Nội vụ`, also each with a number
/// of people in brackets. Any other line as it is.
pub fn parts_of_line(line: &str) -> Vec<&str> {
    let parts: Vec<&str> = line.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let has_number = |part: &str| {
        let inner = part.strip_suffix(')').and_then(|part| part.rsplit_once('('));
        inner.is_some_and(|(_, inner)| inner.trim_start().starts_with(|letter: char| letter.is_ascii_digit()))
    };
    let is_body = |part: &str| {
        let name = part.trim_start_matches(|letter: char| !letter.is_alphabetic()).to_lowercase();
        // `Văn phòng HĐND, UBND tỉnh` is one.
        BODIES.iter().any(|body| name.starts_with(body)) && !name.ends_with("hđnd") && !name.ends_with("hdnd")
    };
    let are_bodies = parts.iter().all(|part| has_number(part) || is_body(part));
    if parts.len() > 1 && are_bodies { parts } else { vec![line] }
}

/// How much two texts are alike, from 0 to 1. Those of which one is longer by a fourth are not compared: they cannot be alike
/// enough, and long ones would cost much.
fn likeness(one: &str, other: &str) -> f64 {
    let (shorter, longer) = (one.len().min(other.len()), one.len().max(other.len()));
    if shorter * 5 < longer * 4 { 0.0 } else { normalized_damerau_levenshtein(one, other) }
}

/// Whether a line may name more than one: it stays in the list until somebody says that it is done.
pub fn names_several(line: &str) -> bool {
    [",", ":", "+", " và ", " va "].iter().any(|mark| line.contains(mark))
}

/// Whether two names begin with another short word: `bo noi vu` is a ministry and no department mistyped.
fn is_of_other_level(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|name| name.split(' ').next().unwrap_or_default());
    one != other && one.len().max(other.len()) <= LEVEL_LETTERS_AT_MOST
}

/// The longest name of an agency that stands in a line, word for word.
fn longest_within<'n>(names: &'n [String], line: &str) -> Option<&'n str> {
    let is_long = |name: &&String| name.contains(' ') || name.len() >= LONE_WORD_FROM;
    let found = names.iter().filter(is_long).filter(|name| holds(line, name));
    found.max_by_key(|name| name.len()).map(String::as_str)
}

/// Whether whole words of a text are these words, in this order. Folded texts hold letters, digits and single spaces.
fn holds(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let is_end = |letter: Option<char>| letter.is_none_or(|letter| letter == ' ');
        is_end(text[..at].chars().next_back()) && is_end(text[at + words.len()..].chars().next())
    })
}

/// The people of a search for a part of a line whom the line may mean, the best first: those whose name is like it, and
/// those of whom it says nothing wrong.
pub fn near_people(line: &str, found: Vec<PersonRef>) -> Vec<PersonRef> {
    let part = person_in(line);
    let scored = found.into_iter().map(|person| {
        let likeness = likeness(&fold(&part), &fold(&person.name));
        (if may_mean(&part, &person) { 1.0 } else { likeness }, person)
    });
    best(scored, PEOPLE_PROPOSED_AT_MOST)
}

/// Whether a text of which every word was found in somebody's name, position or agency may mean them: it says some of their
/// name and nothing else, or some of their position and agency and nothing else, or their whole name beside other things. Words
/// that stand partly in one and partly in the other mean nobody: `Bộ Nội vụ` is no `Cán bộ` of `Sở Nội vụ`.
pub fn may_mean(text: &str, person: &PersonRef) -> bool {
    let [said, name, post] =
        [text, &person.name, &format!("{} {}", person.position, person.agency)].map(fold);
    let [said, name, post] = [&said, &name, &post].map(|text| text.split(' ').collect::<Vec<_>>());
    // A search finds words by their beginning.
    let within = |words: &[&str], others: &[&str]| {
        words.iter().all(|word| others.iter().any(|other| other.starts_with(word)))
    };
    within(&said, &name) || within(&said, &post) || within(&name, &said)
}

/// What a line says of a person before anything else: without its number and form of address, up to the first comma, dash
/// or bracket.
///
/// ```
/// use domain::meetings::person_in;
/// assert_eq!(person_in("3. Đ/c Lò Văn An, Trưởng phòng, Sở Y tế"), "Lò Văn An");
/// assert_eq!(person_in("Giám đốc Sở Y tế – trưởng ban"), "Giám đốc Sở Y tế");
/// ```
pub fn person_in(line: &str) -> String {
    let line = without_address(line.trim());
    let end = [",", " - ", " – ", " — ", "(", ":"].into_iter().filter_map(|mark| line.find(mark)).min();
    line[..end.unwrap_or(line.len())].trim().to_owned()
}

fn best<T>(scored: impl Iterator<Item = (f64, T)>, at_most: usize) -> Vec<T> {
    let mut scored: Vec<(f64, T)> = scored.filter(|(likeness, _)| *likeness >= ALIKE_FROM).collect();
    scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    scored.into_iter().map(|(_, of)| of).take(at_most).collect()
}

fn names(agency: &Agency) -> impl Iterator<Item = String> {
    let names = [&agency.name, &agency.short_name, &agency.code].into_iter().chain(&agency.aliases);
    names.map(|name| words(name).join(" ")).filter(|name| !name.is_empty())
}

/// The words without those that ask for somebody and without numbers, before and behind.
fn without_asking(words: &[String]) -> &[String] {
    without(words, &ASKING)
}

/// The words without some phrases and without numbers, before and behind.
fn without<'w>(words: &'w [String], phrases: &[&str]) -> &'w [String] {
    let is_number = |word: &String| word.chars().all(|letter| letter.is_ascii_digit());
    let mut left = words;
    loop {
        let before = phrases.iter().find_map(|asking| {
            let count = asking.split(' ').count();
            (left.len() >= count && left[..count].join(" ") == *asking).then_some(count)
        });
        let behind = phrases.iter().find_map(|asking| {
            let rest = left.len().checked_sub(asking.split(' ').count())?;
            (left[rest..].join(" ") == *asking).then_some(rest)
        });
        left = match (before, behind, left) {
            (Some(count), ..) => &left[count..],
            (None, Some(rest), _) => &left[..rest],
            (None, None, [number, rest @ ..]) if is_number(number) => rest,
            (None, None, [rest @ .., number]) if is_number(number) => rest,
            _ => return left,
        };
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::agencies::Level;
    use crate::ids::{AgencyId, PersonId};

    fn tree() -> Vec<Agency> {
        let names = [
            ("UBND", "Ủy ban nhân dân tỉnh", "UBND tỉnh", ""),
            ("VPUB", "Văn phòng Ủy ban nhân dân tỉnh", "VP UBND tỉnh", ""),
            ("SYT", "Sở Y tế", "Sở Y tế", "Sở Lao động"),
            ("STC", "Sở Tài chính", "Sở Tài chính", "Sở Kế hoạch và Đầu tư"),
            ("SNV", "Sở Nội vụ", "Sở Nội vụ", ""),
            ("SNNMT", "Sở Nông nghiệp và Môi trường", "Sở NN và MT", ""),
            ("03646", "Phường Tô Hiệu", "Phường Tô Hiệu", "Chiềng Lề"),
        ];
        let agency = |(code, name, short_name, alias): (&str, &str, &str, &str)| Agency {
            id: AgencyId(Uuid::nil()),
            code: code.to_owned(),
            parent: None,
            level: Level::Department,
            name: name.to_owned(),
            short_name: short_name.to_owned(),
            aliases: if alias.is_empty() { Vec::new() } else { vec![alias.to_owned()] },
            depth: 1,
        };
        names.map(agency).to_vec()
    }

    fn codes(found: Vec<&Agency>) -> Vec<&str> {
        found.into_iter().map(|agency| agency.code.as_str()).collect()
    }

    #[test]
    fn a_line_that_asks_an_agency_for_somebody_means_the_agency() {
        let tree = tree();
        for (line, code) in [
            ("Lãnh đạo Sở Y tế", "SYT"),
            ("4. Đại diện Sở Y tế;", "SYT"),
            ("Đại diện lãnh đạo Sở Y tế", "SYT"),
            ("Sở Y tế (01 đồng chí)", "SYT"),
            ("- Sở Y tế: 02 đ/c lãnh đạo", "SYT"),
            ("02 đại biểu Văn phòng UBND tỉnh", "VPUB"),
            ("Đại diện VP UBND tỉnh", "VPUB"),
            ("dai dien so ke hoach va dau tu", "STC"),
            ("Lãnh đạo Chiềng Lề", "03646"),
        ] {
            assert_eq!(codes(AgencyNames::of(&tree).asked(line)), [code], "{line}");
        }
        for line in ["Sở Y tế", "Giám đốc Sở Y tế", "Lãnh đạo", "Lãnh đạo Sở", "01", ""]
        {
            assert!(AgencyNames::of(&tree).asked(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn an_agency_named_in_a_line_or_like_it_is_proposed() {
        let tree = tree();
        for (line, found) in [
            ("Các phòng chuyên môn Văn phòng UBND tỉnh", &["VPUB"][..]),
            ("Trưởng phòng, Sở Tài chính, cùng Sở Nội vụ", &["STC", "SNV"]),
            ("Giám đốc SNV", &["SNV"]),
            ("Sở Tài chánh", &["STC"]),
            ("Lãnh đạo Sở Tài chínhh", &["STC"]),
            ("Sở Nông nghiệp Môi trường", &["SNNMT"]),
            ("Bộ Nội vụ", &[]),
            ("Sở Xây dựng", &[]),
            ("Nguyễn Văn An", &[]),
            ("", &[]),
        ] {
            assert_eq!(codes(AgencyNames::of(&tree).near(line)), found, "{line}");
        }
    }

    #[test]
    fn a_line_of_several_agencies_is_parted_and_no_other_line() {
        for (line, parts) in [
            ("Sở Y tế, Sở Nội vụ, VP UBND tỉnh", &["Sở Y tế", "Sở Nội vụ", "VP UBND tỉnh"][..]),
            ("UBND phường Tô Hiệu, UBND xã Mường La,", &["UBND phường Tô Hiệu", "UBND xã Mường La"]),
            (
                "- Sở Y tế (02 người), Hội Luật gia ( 1 đ/c)",
                &["- Sở Y tế (02 người)", "Hội Luật gia ( 1 đ/c)"],
            ),
        ] {
            assert_eq!(parts_of_line(line), parts);
        }
        for line in [
            "Sở Y tế",
            "Sở Y tế, Trưởng phòng",
            "Lò Văn An, Sở Y tế",
            "Trương Văn An, Sở Y tế",
            "Lò Văn A, Sở Y tế (02)",
            "Văn phòng HĐND, UBND tỉnh",
            "Sở Nông nghiệp, Môi trường",
            "",
        ] {
            assert_eq!(parts_of_line(line), [line]);
        }
    }

    #[test]
    fn an_agency_with_a_number_of_people_is_that_agency() {
        let tree = tree();
        let counted = |line: &str| codes(AgencyNames::of(&tree).counted(line));
        for line in ["Sở Y tế (02 người)", "1. Sở Y tế: 02 đ/c", "Sở Y tế (02)", "02 đại biểu Sở Y tế"]
        {
            assert_eq!(counted(line), ["SYT"], "{line}");
        }
        for line in ["Sở Y tế", "Lãnh đạo Sở Y tế (02 người)", "Sở Y tế (02 lãnh đạo)", "02 người", ""]
        {
            assert!(counted(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn an_agency_is_named_by_its_initials_too() {
        let tree = tree();
        let named = |line: &str| codes(AgencyNames::of(&tree).named(line));
        assert_eq!(named("Sở NN&MT"), ["SNNMT"]);
        assert_eq!(named("Sở NN và MT"), ["SNNMT"]);
        assert_eq!(named("Sở KH&ĐT"), ["STC"], "a former name");
        assert_eq!(named("Sở TC"), ["STC"]);
        for line in ["Sở NN", "NN&MT", "Sở", "Sở Y", "TC", "Sở TCC", ""] {
            assert!(named(line).is_empty(), "{line}");
        }
        assert_eq!(codes(AgencyNames::of(&tree).asked("Lãnh đạo Sở NN&MT (02 người)")), ["SNNMT"]);
        // However a name is made, it costs no more.
        assert!(!shortens(&format!("so {}", "va ab ".repeat(150)), &format!("so {}", "ab b ".repeat(45))));
    }

    #[test]
    fn people_whose_name_is_like_a_line_are_proposed_and_few_of_them() {
        let person = |name: &str, position: &str| PersonRef {
            id: PersonId(Uuid::nil()),
            name: name.to_owned(),
            position: position.to_owned(),
            agency: "Sở Tài chính".to_owned(),
            namesake_mark: String::new(),
        };
        let names = |line: &str, found: &[PersonRef]| {
            near_people(line, found.to_vec()).into_iter().map(|person| person.name).collect::<Vec<_>>()
        };
        let found = [
            person("Lò Văn Bình", "Chuyên viên"),
            person("Lò Văn An", "Phó phòng"),
            person("Cà Thị Mai", ""),
        ];
        assert_eq!(names("2. Ông Lò Văn Ann, Trưởng phòng", &found), ["Lò Văn An"]);
        assert_eq!(names("Nguyễn Văn Không Có, Sở Xây dựng", &found), Vec::<String>::new());
        let clerk = [person("Thư ký 1", "Cán bộ")];
        assert_eq!(names("Vũ Thu (Bộ Nội vụ)", &clerk), Vec::<String>::new());
        let of_home_affairs = PersonRef { agency: "Sở Nội vụ".to_owned(), ..clerk[0].clone() };
        assert!(!may_mean(
            "Bộ Nội vụ",
            &PersonRef { name: "Cán bộ".into(), position: String::new(), ..of_home_affairs.clone() }
        ));
        assert!(!may_mean("Vũ Thu", &of_home_affairs));
        assert!(may_mean("Thư ký", &of_home_affairs) && may_mean("cán bộ Sở Nội vụ", &of_home_affairs));
        assert!(may_mean("Thư ký 1, Sở Y tế", &of_home_affairs), "the whole name, with another agency");
        let director = [person("Hoàng Thị Hai", "Giám đốc")];
        assert_eq!(names("Giám đốc Sở Tài chính - chủ đầu tư", &director), ["Hoàng Thị Hai"]);
        assert_eq!(names("Lò Văn An", &vec![person("Lò Văn An", ""); 9]).len(), 3);
    }
}
