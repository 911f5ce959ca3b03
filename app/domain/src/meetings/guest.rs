//! Guests of a meeting: people from outside, without an account and without an agency of the tree. How they are typed,
//! pasted and parsed. Knows no delegate, no form around them and no database.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::attendance::{CalledBy, Presence};
use crate::count::Counterpart;
use crate::error::Problem;
use crate::ids::ParticipantId;
use crate::text::{Line, fold, same_key};

/// Most guests of one meeting. A conference of a province with ministries, enterprises and the press has some 300; 500
/// rows are one page that can still be read and typed in.
pub const GUESTS_AT_MOST: u32 = 500;
/// Longest name, position or organisation of a guest, in characters: the longest name of a ministry's unit has some 120.
pub const GUEST_TEXT_AT_MOST: u32 = 200;

/// What a guest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuestSort {
    /// Bộ, ngành, cơ quan Trung ương.
    Ministry,
    /// Doanh nghiệp.
    Enterprise,
    /// Cơ quan, tổ chức khác.
    Organisation,
    /// Người dân, khách mời.
    Citizen,
}

impl GuestSort {
    /// In the order of the form.
    pub const ALL: [GuestSort; 4] = [Self::Ministry, Self::Enterprise, Self::Organisation, Self::Citizen];

    /// The code in forms and tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ministry => "ministry",
            Self::Enterprise => "enterprise",
            Self::Organisation => "organisation",
            Self::Citizen => "citizen",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<GuestSort> {
        Self::ALL.into_iter().find(|sort| sort.code() == code)
    }

    /// With whom an agency meets when it invites such a guest. Another organisation says nothing of it.
    pub const fn counterpart(self) -> Option<Counterpart> {
        match self {
            Self::Ministry => Some(Counterpart::Ministries),
            Self::Enterprise | Self::Citizen => Some(Counterpart::People),
            Self::Organisation => None,
        }
    }

    /// What a guest of this organisation is, by the first words of its name.
    ///
    /// ```
    /// use domain::meetings::GuestSort;
    /// assert_eq!(GuestSort::of_organisation("Bộ Nội vụ"), GuestSort::Ministry);
    /// assert_eq!(GuestSort::of_organisation("Công ty cổ phần A"), GuestSort::Enterprise);
    /// assert_eq!(GuestSort::of_organisation("Hội Luật gia"), GuestSort::Organisation);
    /// assert_eq!(GuestSort::of_organisation(""), GuestSort::Citizen);
    /// ```
    pub fn of_organisation(organisation: &str) -> GuestSort {
        let folded = fold(organisation);
        if folded.is_empty() {
            GuestSort::Citizen
        } else if begins_with(&folded, &MINISTRY_WORDS) {
            GuestSort::Ministry
        } else if begins_with(&folded, &ENTERPRISE_WORDS) {
            GuestSort::Enterprise
        } else {
            GuestSort::Organisation
        }
    }
}

/// Whether a folded text begins with one of these, each a whole word or several.
fn begins_with(folded: &str, words: &[&str]) -> bool {
    let ends_a_word = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    words.iter().any(|word| folded.strip_prefix(word).is_some_and(ends_a_word))
}

/// First words of central bodies, folded. A province has bodies that begin with "Bộ" too, so each ministry is
/// named.
const MINISTRY_WORDS: [&str; 21] = [
    "bo noi vu",
    "bo tai chinh",
    "bo xay dung",
    "bo cong thuong",
    "bo cong an",
    "bo quoc phong",
    "bo tu phap",
    "bo y te",
    "bo ngoai giao",
    "bo giao duc",
    "bo khoa hoc",
    "bo nong nghiep",
    "bo van hoa",
    "bo dan toc",
    "thanh tra chinh phu",
    "ngan hang nha nuoc",
    "van phong chinh phu",
    "van phong quoc hoi",
    "van phong trung uong",
    "quoc hoi",
    "trung uong",
];

/// First words of enterprises, folded.
const ENTERPRISE_WORDS: [&str; 16] = [
    "vnpt",
    "viettel",
    "mobifone",
    "evn",
    "agribank",
    "bidv",
    "vietinbank",
    "cong ty",
    "tong cong ty",
    "tap doan",
    "doanh nghiep",
    "hop tac xa",
    "ngan hang thuong mai",
    "ngan hang tmcp",
    "cty",
    "dntn",
];

/// One guest as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GuestInput {
    /// Identifier of a guest who is there already; empty for a new one.
    pub id: String,
    /// Name.
    pub name: String,
    /// Position.
    pub position: String,
    /// Organisation.
    pub organisation: String,
    /// Code of the sort; when empty, the organisation's name says it.
    pub sort: String,
}

/// Guests read from pasted text: one a line, as `name; position; organisation`, with tabs as copied from a sheet, or with
/// commas or dashes as a letter writes them, after a number and a form of address. Of two parts the second is the position,
/// unless it is a body by its first words. An empty line is nobody.
///
/// ```
/// use domain::meetings::pasted_guests;
/// let guests = pasted_guests("Đại diện 1; Vụ trưởng; Bộ Nội vụ\r\n\nĐại diện 2");
/// assert_eq!((guests.len(), &*guests[0].organisation, &*guests[1].name), (2, "Bộ Nội vụ", "Đại diện 2"));
/// ```
pub fn pasted_guests(text: &str) -> Vec<GuestInput> {
    let lines = text.split(['\n', '\r']).filter(|line| !Line::new(line).is_empty());
    lines.map(pasted_guest).collect()
}

fn pasted_guest(line: &str) -> GuestInput {
    let written_out = out_of_brackets(line);
    let line = written_out.as_deref().unwrap_or(line);
    let separator =
        ["\t", ";", " - ", " – ", " — ", ","].into_iter().find(|separator| line.contains(separator));
    // A name of an organisation may hold the separator; what is behind the second one belongs to it.
    let mut parts = line.splitn(3, separator.unwrap_or(";")).map(|part| String::from(Line::new(part)));
    let mut part = || parts.next().unwrap_or_default();
    let (name, mut position, mut organisation) = (without_address(&part()), part(), part());
    if organisation.is_empty() && is_body(&position) {
        organisation = std::mem::take(&mut position);
    }
    GuestInput { name, position, organisation, ..GuestInput::default() }
}

/// A name with what somebody is in brackets behind it, as `name; what they are`: `Vũ Thu (Vụ trưởng, Bộ Nội vụ)`. None of a
/// line that is written otherwise, and none where the brackets hold a number of people.
fn out_of_brackets(line: &str) -> Option<String> {
    let (name, inner) = line.trim_end().strip_suffix(')')?.split_once('(')?;
    let inner = inner.trim();
    let is_number = inner.starts_with(|letter: char| letter.is_ascii_digit());
    let is_plain = !inner.is_empty() && !inner.contains(['(', ')']) && !name.contains([',', ';', '\t']);
    (is_plain && !is_number && !Line::new(name).is_empty())
        .then(|| format!("{name};{}", inner.replacen([',', ';'], ";", 1)))
}

/// Forms of address before a name, folded.
const ADDRESSES: [&str; 6] = ["ong", "ba", "anh", "chi", "dong chi", "d c"];

/// A name without the number or the dash of its line and without a form of address, unless nothing else is left.
pub fn without_address(name: &str) -> String {
    let mut words: Vec<&str> = name.split_whitespace().collect();
    while words.len() > 1 && !words[0].contains(char::is_alphabetic) {
        words.remove(0);
    }
    let held =
        |count: &usize| words.len() > *count && ADDRESSES.contains(&&*fold(&words[..*count].join(" ")));
    let count = [2, 1].iter().find(|count| held(count)).copied().unwrap_or_default();
    words[count..].join(" ")
}

/// First words of bodies that are no position, folded, beside those of ministries and enterprises.
const BODY_WORDS: [&str; 14] = [
    "bo",
    "so",
    "uy ban",
    "ubnd",
    "hoi",
    "vien",
    "truong",
    "hiep hoi",
    "lien doan",
    "mat tran",
    "benh vien",
    "dai hoc",
    "van phong",
    "ban",
];

/// Whether a text names a body and no position: `Trường Đại học Tây Bắc` and not `Trưởng phòng`.
fn is_body(text: &str) -> bool {
    let is_position = ["truong phong", "truong ban", "truong doan", "vien truong"]
        .iter()
        .any(|words| fold(text).starts_with(words));
    let is_office = begins_with(&fold(text), &BODY_WORDS);
    let is_central_or_enterprise =
        matches!(GuestSort::of_organisation(text), GuestSort::Ministry | GuestSort::Enterprise);
    !is_position && (is_office || is_central_or_enterprise)
}

/// What is wrong with a field of a guest, by the field's name.
pub type GuestProblem = (&'static str, Problem);

impl GuestInput {
    /// Whether nothing was typed.
    pub fn is_blank(&self) -> bool {
        [&self.name, &self.position, &self.organisation].iter().all(|text| text.trim().is_empty())
    }

    /// Whether both are the same person, as far as what was typed tells.
    pub fn is_same_as(&self, other: &GuestInput) -> bool {
        let texts = |of: &GuestInput| [&of.name, &of.position, &of.organisation].map(|text| same_key(text));
        texts(self) == texts(other)
    }

    /// What the guest is: as chosen, else as the organisation says.
    pub fn sort(&self) -> Option<GuestSort> {
        match self.sort.trim() {
            "" => Some(GuestSort::of_organisation(&self.organisation)),
            code => GuestSort::parse(code),
        }
    }

    /// The guest, or what is wrong with each field.
    ///
    /// # Errors
    /// Every wrong field with its problem.
    pub fn parse(&self) -> Result<PlannedGuest, Vec<GuestProblem>> {
        let mut problems = Vec::new();
        let mut text = |field, text: &str| {
            Line::parse_optional(text, GUEST_TEXT_AT_MOST).unwrap_or_else(|problem| {
                problems.push((field, problem));
                Line::default()
            })
        };
        let (name, position) = (text("name", &self.name), text("position", &self.position));
        let organisation = text("organisation", &self.organisation);
        let id = if self.id.trim().is_empty() { None } else { self.id.trim().parse().ok() };
        if problems.is_empty() && name.is_empty() {
            problems.push(("name", Problem::Missing));
        }
        let sort = self.sort();
        if sort.is_none() {
            problems.push(("sort", Problem::Unknown));
        }
        match sort.filter(|_| problems.is_empty()) {
            Some(sort) => Ok(PlannedGuest { id, name, position, organisation, sort }),
            None => Err(problems),
        }
    }

    /// What can be kept of a guest while the form is a draft.
    pub fn readable(&self) -> PlannedGuest {
        let text = |text: &str| Line::shortened(text, GUEST_TEXT_AT_MOST);
        PlannedGuest {
            id: self.id.trim().parse().ok(),
            name: text(&self.name),
            position: text(&self.position),
            organisation: text(&self.organisation),
            sort: self.sort().unwrap_or(GuestSort::Organisation),
        }
    }
}

/// A guest, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedGuest {
    /// Identifier when they are there already.
    pub id: Option<ParticipantId>,
    /// Name.
    pub name: Line,
    /// Position; may be empty.
    pub position: Line,
    /// Organisation; may be empty.
    pub organisation: Line,
    /// What they are.
    pub sort: GuestSort,
}

/// A guest of a meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// Identifier on the roll, beside those of participants.
    pub id: ParticipantId,
    /// Name.
    pub name: String,
    /// Position; may be empty.
    pub position: String,
    /// Organisation; may be empty.
    pub organisation: String,
    /// What they are.
    pub sort: GuestSort,
    /// Where they are.
    pub presence: Presence,
    /// How that is known.
    pub called_by: Option<CalledBy>,
    /// When they were added, if that was while the meeting was under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<DateTime<Utc>>,
}

impl Guest {
    /// Name, position and organisation in one line.
    pub fn words(&self) -> String {
        in_one_line([&self.name, &self.position, &self.organisation])
    }
}

impl PlannedGuest {
    /// Name, position and organisation in one line.
    pub fn words(&self) -> String {
        in_one_line([&self.name, &self.position, &self.organisation])
    }
}

fn in_one_line(parts: [&str; 3]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Guests that a change names: the others are only counted, so that a change stays a sentence.
const GUESTS_TOLD: usize = 5;
/// What is told of one of them, in letters: name, position and organisation as letters write them. Each change keeps it, and
/// everybody invited loads it.
const GUEST_TOLD_LETTERS: u32 = 120;

/// The guests of a meeting as a change tells them: the first ones by name, and how many more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestsTold {
    /// Name, position and organisation of the first ones.
    pub first: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

impl GuestsTold {
    /// Of all guests.
    pub fn of(guests: &[Guest]) -> GuestsTold {
        let words = |guest: &Guest| Line::shortened(&guest.words(), GUEST_TOLD_LETTERS).into();
        let first: Vec<String> = guests.iter().take(GUESTS_TOLD).map(words).collect();
        GuestsTold { more: guests.len() - first.len(), first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_as_a_letter_writes_it_is_read() {
        let read = |line: &str| {
            let GuestInput { name, position, organisation, .. } = pasted_guests(line).remove(0);
            [name, position, organisation]
        };
        let one = ["Trần Văn Hùng", "Vụ trưởng Vụ Chính quyền địa phương", "Bộ Nội vụ"];
        for line in [
            "1. Ông Trần Văn Hùng, Vụ trưởng Vụ Chính quyền địa phương, Bộ Nội vụ",
            "- Đ/c Trần Văn Hùng - Vụ trưởng Vụ Chính quyền địa phương - Bộ Nội vụ",
            "12) Đồng chí Trần Văn Hùng – Vụ trưởng Vụ Chính quyền địa phương – Bộ Nội vụ",
        ] {
            assert_eq!(read(line), one, "{line}");
        }
        assert_eq!(read("Bà Lê Thị Mai, Công ty Hai"), ["Lê Thị Mai", "", "Công ty Hai"]);
        assert_eq!(read("Lê Thị Mai, Trưởng phòng"), ["Lê Thị Mai", "Trưởng phòng", ""]);
        assert_eq!(read("Bà Vũ Thu (Bộ Nội vụ)"), ["Vũ Thu", "", "Bộ Nội vụ"]);
        assert_eq!(read("2. Vũ Thu (Vụ trưởng, Bộ Nội vụ)"), ["Vũ Thu", "Vụ trưởng", "Bộ Nội vụ"]);
        assert_eq!(read("Hội Luật gia (02 người)"), ["Hội Luật gia (02 người)", "", ""]);
        assert_eq!(read("Vũ Thu (con) (Hội A)"), ["Vũ Thu (con) (Hội A)", "", ""], "nothing is lost");
        assert_eq!(read("Bà Huyện"), ["Huyện", "", ""], "a name alone");
        assert_eq!(read("Anh"), ["Anh", "", ""]);
        assert_eq!(read("3. "), ["3.", "", ""], "nothing is lost");
    }

    #[test]
    fn pasted_lines_become_guests_in_their_order() {
        let read = |text: &str| {
            let guests = pasted_guests(text).into_iter();
            guests.map(|g| format!("{}|{}|{}", g.name, g.position, g.organisation)).collect::<Vec<_>>()
        };
        assert_eq!(
            read(" Khách  một ;Giám đốc; Công ty A; chi nhánh B \r\nKhách hai;Vụ trưởng\rKhách ba\n \n"),
            ["Khách một|Giám đốc|Công ty A; chi nhánh B", "Khách hai|Vụ trưởng|", "Khách ba||"]
        );
        assert_eq!(
            read("Khách\tChủ tịch; kiêm Giám đốc\tHợp tác xã"),
            ["Khách|Chủ tịch; kiêm Giám đốc|Hợp tác xã"]
        );
        assert_eq!(read(" \r\n\t\n"), Vec::<String>::new());
    }

    #[test]
    fn the_first_words_of_an_organisation_say_what_its_guest_is() {
        use GuestSort::{Citizen, Enterprise, Ministry, Organisation};
        for (organisation, sort) in [
            ("BỘ NỘI VỤ", Ministry),
            ("Ngân hàng Nhà nước Việt Nam", Ministry),
            ("Bộ Chỉ huy quân sự tỉnh", Organisation),
            ("Bộ phận một cửa", Organisation),
            ("Tập đoàn Điện lực", Enterprise),
            ("Ngân hàng TMCP Ngoại thương", Enterprise),
            ("Ctyên", Organisation),
            ("VNPT Sơn La", Enterprise),
            ("Đoàn đại biểu Quốc hội tỉnh", Organisation),
            (" ", Citizen),
        ] {
            assert_eq!(GuestSort::of_organisation(organisation), sort, "{organisation}");
        }
        let chosen =
            GuestInput {
                organisation: "Bộ Y tế".into(), sort: "citizen".into(), ..GuestInput::default()
            };
        assert_eq!(chosen.sort(), Some(Citizen), "what was chosen goes before the name");
    }

    #[test]
    fn a_guest_needs_a_name_and_every_wrong_field_is_named() {
        let nameless = GuestInput { organisation: "Bộ Y tế".into(), ..GuestInput::default() };
        assert_eq!(nameless.parse(), Err(vec![("name", Problem::Missing)]));
        let long = "ư".repeat(201);
        let wrong = GuestInput {
            name: "Khách".into(),
            position: long.clone(),
            organisation: long,
            sort: "king".into(),
            ..GuestInput::default()
        };
        let fields: Vec<&str> = wrong.parse().unwrap_err().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["position", "organisation", "sort"]);
        assert_eq!(wrong.readable().organisation.chars().count(), 200);
        assert!(GuestInput { id: "1".into(), position: " ".into(), ..GuestInput::default() }.is_blank());
    }
}
