//! The words that offices write in columns that take a few values, beside the codes that programs write. Knows no row.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::ImportKind;
use crate::text::fold;

/// Each code of a column with its words: the first without a comma is the one in samples.
type Words = &'static [(&'static str, &'static [&'static str])];

/// Longest cell in which a word is looked for: the longest word has 30 bytes, and a cell names a few.
const LOOKED_AT_BYTES_AT_MOST: usize = 1000;

/// What parts the roles of a person; a word of two syllables holds a space.
const PARTS: [char; 4] = ['|', ',', ';', '\n'];

const COLUMNS: [(ImportKind, &str, Words); 9] = [
    (
        ImportKind::Agencies,
        "level",
        &[
            ("province", &["Tỉnh", "Cấp tỉnh", "Province"]),
            ("department", &["Sở, ban, ngành", "Sở", "Department"]),
            ("commune", &["Xã, phường", "Xã", "Phường", "Cấp xã", "Commune or ward", "Commune", "Ward"]),
            ("unit", &["Đơn vị trực thuộc", "Đơn vị", "Unit"]),
        ],
    ),
    (
        ImportKind::People,
        "roles",
        &[
            ("system_administrator", &["Quản trị hệ thống", "System administrator"]),
            ("agency_administrator", &["Quản trị cơ quan", "Agency administrator"]),
            ("secretary", &["Thư ký", "Secretary"]),
            ("leader", &["Lãnh đạo", "Leader"]),
            ("delegate", &["Đại biểu", "Delegate"]),
            ("reporting_officer", &["Cán bộ báo cáo", "Reporting officer"]),
        ],
    ),
    (ImportKind::Rooms, "video", &[("yes", &["Có", "Yes"]), ("no", &["Không", "No"])]),
    (
        ImportKind::Meetings,
        "form",
        &[
            ("in_person", &["Trực tiếp", "In person"]),
            ("online", &["Trực tuyến", "Online"]),
            ("hybrid", &["Kết hợp", "Trực tiếp kết hợp trực tuyến", "Hybrid"]),
        ],
    ),
    (
        ImportKind::Meetings,
        "status",
        &[
            ("held", &["Đã họp", "Held"]),
            ("cancelled", &["Hủy", "Đã hủy", "Cancelled"]),
            ("postponed", &["Hoãn", "Đã hoãn", "Postponed"]),
            ("scheduled", &["Đã gửi giấy mời", "Invitations sent"]),
        ],
    ),
    (
        ImportKind::Meetings,
        "role",
        &[
            ("organised", &["Cơ quan tổ chức", "Tổ chức", "Chủ trì", "Held by the agency"]),
            ("attended", &["Chỉ tham dự", "Tham dự", "Dự", "Only attended"]),
        ],
    ),
    (
        ImportKind::Meetings,
        "counterpart",
        &[
            ("internal", &["Trong nội bộ", "Nội bộ", "Within the agency"]),
            ("communes", &["Xã, phường", "Cấp xã", "Communes and wards"]),
            ("departments", &["Sở, ban, ngành", "Sở", "Departments"]),
            ("ministries", &["Bộ, ngành Trung ương", "Trung ương", "Central ministries"]),
            ("people", &["Người dân, doanh nghiệp", "Người dân", "Doanh nghiệp", "People and enterprises"]),
        ],
    ),
    (
        ImportKind::Baseline,
        "base",
        &[
            ("conferences", &["Chỉ hội nghị", "Hội nghị", "Conferences only"]),
            ("all", &["Hội nghị và cuộc họp", "Tất cả", "Conferences and meetings"]),
        ],
    ),
    (
        ImportKind::WorkDays,
        "kind",
        &[("off", &["Nghỉ", "Ngày nghỉ", "Day off"]), ("work", &["Làm bù", "Worked instead"])],
    ),
];

/// The code of each word of a column, as it is folded.
type Codes = HashMap<String, &'static str>;

static CODES: LazyLock<HashMap<(ImportKind, &str), Codes>> = LazyLock::new(|| {
    let codes = |words: Words| -> Codes {
        words.iter().flat_map(|(code, words)| words.iter().map(|word| (fold(word), *code))).collect()
    };
    COLUMNS.iter().map(|(kind, column, words)| ((*kind, *column), codes(words))).collect()
});

impl ImportKind {
    fn words(self, column: &str) -> Option<Words> {
        COLUMNS.iter().find(|(kind, of, _)| *kind == self && *of == column).map(|(_, _, words)| *words)
    }

    /// The value of a cell. A Vietnamese or English word that the column knows is replaced by its code; capitals and marks do
    /// not matter. A cell of roles may hold several, each with an agency behind `@`.
    ///
    /// ```
    /// use domain::imports::ImportKind;
    /// assert_eq!(ImportKind::Meetings.value("form", "TRỰC TUYẾN"), "online");
    /// assert_eq!(ImportKind::People.value("roles", "Thư ký@UBND; Đại biểu"), "secretary@UBND|delegate");
    /// assert_eq!(ImportKind::People.value("name", "Thư ký"), "Thư ký");
    /// ```
    pub fn value<'c>(self, column: &str, cell: &'c str) -> Cow<'c, str> {
        let codes = CODES.get(&(self, column)).filter(|_| cell.len() <= LOOKED_AT_BYTES_AT_MOST);
        let Some(codes) = codes else { return Cow::Borrowed(cell) };
        if (self, column) != (ImportKind::People, "roles") {
            return codes.get(&fold(cell)).map_or(Cow::Borrowed(cell), |code| Cow::Borrowed(*code));
        }
        let role = |part: &str| {
            let (word, agency) =
                part.split_once('@').map_or((part, None), |(word, at)| (word, Some(at.trim())));
            let code = codes.get(&fold(word))?;
            Some(agency.map_or_else(|| (*code).to_owned(), |agency| format!("{code}@{agency}")))
        };
        let roles = cell.split(PARTS).map(|part| role(part).unwrap_or_else(|| part.trim().to_owned()));
        Cow::Owned(roles.collect::<Vec<_>>().join("|"))
    }

    /// The cell of a sample in Vietnamese: the word for each code that stands there.
    pub(super) fn vietnamese(self, column: &str, cell: &str) -> String {
        if (self, column) == (ImportKind::Meetings, "sittings") {
            return cell.split(' ').map(as_offices_write).collect::<Vec<_>>().join("; ");
        }
        let kind = SAMPLE_KINDS.iter().find(|(code, _)| *code == cell);
        if let Some((_, name)) = kind.filter(|_| (self, column) == (ImportKind::Meetings, "kind")) {
            return (*name).to_owned();
        }
        let Some(words) = self.words(column) else { return cell.to_owned() };
        let word = |part: &str| {
            let found = words.iter().find(|(code, _)| *code == part);
            found.and_then(|(_, words)| words.iter().find(|word| !word.contains(','))).copied()
        };
        cell.split('|').map(|part| word(part).unwrap_or(part)).collect::<Vec<_>>().join("|")
    }
}

/// Kinds of meetings in the sample, by the names that they are entered with.
const SAMPLE_KINDS: [(&str, &str); 2] =
    [("professional", "Hội nghị chuyên môn"), ("training", "Hội nghị tập huấn")];

/// A sitting of the sample as offices write it: `05/3/2025 07:30-11:30` for `2025-03-05T07:30/11:30`.
fn as_offices_write(sitting: &str) -> String {
    let parts: Vec<&str> = sitting.split(['-', 'T', '/']).collect();
    let [year, month, day, from, to] = parts[..] else { return sitting.to_owned() };
    format!("{day}/{}/{year} {from}-{to}", month.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, Stage};
    use crate::agencies::Level;
    use crate::calendar::DayKind;
    use crate::count::{Base, Counterpart, Form, Side};

    fn is_code(kind: ImportKind, column: &str, code: &str) -> bool {
        match (kind, column) {
            (_, "level") => Level::parse(code).is_some(),
            (_, "roles") => Role::parse(code).is_some(),
            (_, "video") => crate::imports::yes_or_no(code).is_some(),
            (_, "form") => Form::parse(code).is_some(),
            (_, "status") => Stage::parse(code).is_some(),
            (_, "role") => Side::parse(code).is_some(),
            (_, "counterpart") => Counterpart::parse(code).is_some(),
            (_, "base") => Base::parse(code).is_some(),
            (_, "kind") => DayKind::parse(code).is_some(),
            _ => false,
        }
    }

    #[test]
    fn every_word_means_one_code_and_a_code_itself() {
        for (kind, column, words) in COLUMNS {
            let mut seen: Vec<String> = Vec::new();
            for (code, words) in words {
                assert!(is_code(kind, column, code), "{kind:?} {column} {code}");
                assert_eq!(kind.value(column, code), *code);
                for word in *words {
                    // A comma parts roles; no role has one.
                    assert_eq!(kind.value(column, &word.to_uppercase()), *code, "{kind:?} {column} {word}");
                    assert!(!seen.contains(&fold(word)), "{kind:?} {column} {word} means two");
                    seen.push(fold(word));
                }
            }
        }
    }

    #[test]
    fn what_is_no_word_stays_as_it_is() {
        for (cell, value) in [
            ("Thư ký", "secretary"),
            ("thu ky | đại biểu", "secretary|delegate"),
            ("Thư ký, Cán bộ báo cáo", "secretary|reporting_officer"),
            ("secretary delegate", "secretary delegate"),
            ("Trưởng phòng|Thư ký", "Trưởng phòng|secretary"),
            ("Lãnh đạo @ SNV", "leader@SNV"),
            ("", ""),
        ] {
            assert_eq!(ImportKind::People.value("roles", cell), value, "{cell}");
        }
        assert_eq!(ImportKind::Meetings.value("form", "Trực"), "Trực");
        let long = "Thư ký|".repeat(1000);
        assert_eq!(ImportKind::People.value("roles", &long), long.as_str());
    }

    #[test]
    fn a_sample_in_vietnamese_says_the_same() {
        for kind in ImportKind::ALL {
            let columns: Vec<&str> = kind.each_column().map(|(column, _)| column).collect();
            let (plain, words) = (kind.sample(), kind.sample_with_headings());
            for (plain, words) in plain.lines().zip(words.lines()).skip(1) {
                let cells: Vec<_> = columns.iter().zip(words.split(',')).collect();
                for ((column, cell), plain) in cells.into_iter().zip(plain.split(',')) {
                    // Kinds of meetings and sittings are read by other rules.
                    if kind != ImportKind::Meetings || !matches!(*column, "kind" | "sittings") {
                        assert_eq!(kind.value(column, cell), plain);
                    }
                }
            }
        }
        assert!(ImportKind::People.sample_with_headings().contains(",Thư ký|Cán bộ báo cáo,"));
        let meetings = ImportKind::Meetings.sample_with_headings();
        assert!(
            meetings.contains(",Hội nghị tập huấn,Trực tiếp,10/4/2025 07:30-11:30; 10/4/2025 13:30-16:30,")
        );
    }
}
