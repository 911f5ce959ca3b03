//! Agencies: the tree of offices, their other names, hours and settings.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::calendar::WorkCalendar;
use crate::count::HybridCounts;
use crate::error::{FieldProblem, Outcome, Problem};
use crate::ids::AgencyId;
use crate::meetings::parse_time;
use crate::time::Hours;

/// Most agencies below one that is itself below another, in all levels together: a ministry's department has under 60
/// units. Those directly below the topmost agency are not counted, because a province has as many as it has.
pub const AGENCIES_BELOW_AT_MOST: u32 = 500;

/// Most levels of agencies, the topmost one included: a province has four. Every permission walks up the levels.
pub const AGENCY_LEVELS_AT_MOST: u32 = 8;

/// An agency as other things name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AgencyRef {
    /// Identifier.
    pub id: AgencyId,
    /// Code, unique, such as `SNV` or `03646`.
    pub code: String,
    /// Short name for lists.
    pub short_name: String,
}

/// Where an agency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The province.
    Province,
    /// A department or an office of the province.
    Department,
    /// A commune or ward.
    Commune,
    /// A unit within an agency.
    Unit,
}

impl Level {
    /// The code in files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Department => "department",
            Self::Commune => "commune",
            Self::Unit => "unit",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Level> {
        [Self::Province, Self::Department, Self::Commune, Self::Unit].into_iter().find(|l| l.code() == code)
    }
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// Identifier.
    pub id: AgencyId,
    /// Code, unique.
    pub code: String,
    /// The agency above; none for the root.
    pub parent: Option<AgencyId>,
    /// Where it stands.
    pub level: Level,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Other names it is found by, former communes among them.
    pub aliases: Vec<String>,
    /// Depth in the tree, the root being 0.
    pub depth: u32,
}

impl Agency {
    /// The agency as other things name it.
    pub fn to_ref(&self) -> AgencyRef {
        AgencyRef { id: self.id, code: self.code.clone(), short_name: self.short_name.clone() }
    }
}

/// The path of an agency of a tree, from the agency itself up to the root, as permission asks for it.
pub fn path_in(tree: &[Agency], agency: &Agency) -> Vec<AgencyId> {
    let mut path = vec![agency.id];
    let mut above = agency.parent;
    while let Some(parent) = above {
        path.push(parent);
        above = tree.iter().find(|agency| agency.id == parent).and_then(|agency| agency.parent);
    }
    path
}

/// Settings of one agency that scheduling and counting read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencySettings {
    /// Working hours.
    pub hours: Hours,
    /// Days off, swapped days, blocked days of the month.
    pub calendar: WorkCalendar,
    /// How hybrid meetings count.
    pub hybrid: HybridCounts,
}

/// Working hours and blocked days as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoursInput {
    /// Start of the morning.
    pub morning_from: String,
    /// End of the morning.
    pub morning_to: String,
    /// Start of the afternoon.
    pub afternoon_from: String,
    /// End of the afternoon.
    pub afternoon_to: String,
    /// Days of the month on which nothing is to be held, parted by commas or spaces.
    pub blocked_days: String,
}

impl HoursInput {
    /// As a form shows them.
    pub fn of(hours: &Hours, blocked_days: &[u32]) -> HoursInput {
        let typed = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
        HoursInput {
            morning_from: typed(hours.morning_from),
            morning_to: typed(hours.morning_to),
            afternoon_from: typed(hours.afternoon_from),
            afternoon_to: typed(hours.afternoon_to),
            blocked_days: blocked_days.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
        }
    }

    /// The hours and the days in order, or what is wrong with each field.
    pub fn parse(&self) -> Result<(Hours, Vec<u32>), Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut time = |field: &str, typed: &str| {
            parse_time(typed).unwrap_or_else(|| {
                let problem = if typed.trim().is_empty() { Problem::Missing } else { Problem::NotATime };
                problems.push(FieldProblem::new(field, problem));
                chrono::NaiveTime::MIN
            })
        };
        let hours = Hours {
            morning_from: time("morning_from", &self.morning_from),
            morning_to: time("morning_to", &self.morning_to),
            afternoon_from: time("afternoon_from", &self.afternoon_from),
            afternoon_to: time("afternoon_to", &self.afternoon_to),
        };
        if problems.is_empty()
            && let Some(field) = hours.out_of_order()
        {
            problems.push(FieldProblem::new(field, Problem::EndsBeforeStart));
        }
        let words = self.blocked_days.split([',', ';', ' ']).map(str::trim).filter(|word| !word.is_empty());
        let days: Option<Vec<u32>> =
            words.map(|word| word.parse().ok().filter(|day| (1..=31).contains(day))).collect();
        let Some(mut days) = days else {
            problems.push(FieldProblem::new("blocked_days", Problem::NotInRange(1, 31)));
            return Err(problems);
        };
        days.sort_unstable();
        days.dedup();
        if problems.is_empty() { Ok((hours, days)) } else { Err(problems) }
    }
}

/// An agency to be added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyInput {
    /// Code, unique.
    pub code: String,
    /// Code of the agency above.
    pub parent: String,
    /// Level code.
    pub level: String,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Other names, parted by `|`.
    #[serde(default)]
    pub aliases: String,
}

/// What is to stand of an agency that is there: all its names, as typed. Its code and its place in the tree stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyChange {
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Other names, parted by `|`.
    pub aliases: String,
}

/// The tree of agencies.
///
/// Everybody signed in may see it; the system administrator adds to it and changes names. Refusals: `AlreadyThere`.
#[async_trait]
pub trait Agencies: Send + Sync {
    /// The whole tree in display order: parents before children, siblings by level and code.
    async fn tree(&self, caller: &Caller) -> Outcome<Vec<Agency>>;
    /// Agencies whose name, code or alias matches folded text; at most 20.
    async fn find(&self, caller: &Caller, text: &str) -> Outcome<Vec<AgencyRef>>;
    /// Adds one agency.
    async fn add(&self, caller: &Caller, input: AgencyInput) -> Outcome<AgencyId>;
    /// Writes an agency's names anew; its people, meetings and rooms are found by them.
    async fn change(&self, caller: &Caller, agency: AgencyId, input: AgencyChange) -> Outcome<()>;
    /// Working hours, days off and counting settings of one agency.
    async fn settings(&self, caller: &Caller, agency: AgencyId) -> Outcome<AgencySettings>;
    /// Changes an agency's working hours and blocked days of the month.
    async fn set_hours(&self, caller: &Caller, agency: AgencyId, input: HoursInput) -> Outcome<()>;
}

/// First words of a short name that say what an agency is and not which.
const KINDS: [&str; 6] = ["Sở", "Ban", "Phòng", "Xã", "Phường", "Đặc"];

/// Two letters that name an agency by its short name: the beginning of its abbreviation, or the initials of its own
/// words, those with a capital first.
pub fn two_letters(short_name: &str) -> String {
    let mut words: Vec<&str> = short_name.split_whitespace().collect();
    if words.len() > 1 && KINDS.contains(&words[0]) {
        words.remove(0);
    }
    let is_abbreviation = |word: &&str| word.chars().count() > 1 && !word.chars().any(char::is_lowercase);
    if let Some(abbreviation) = words.first().filter(|word| is_abbreviation(word)) {
        return abbreviation.chars().take(2).collect();
    }
    let is_name = |word: &&&str| word.starts_with(char::is_uppercase);
    let names: Vec<&str> = words.iter().filter(is_name).copied().collect();
    let own = if names.len() > 1 { names } else { words };
    own.iter().take(2).filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::two_letters;

    #[test]
    fn avatars_name_the_agency() {
        let pairs = [
            ("UBND tỉnh", "UB"),
            ("VP UBND tỉnh", "VP"),
            ("Sở Nội vụ", "NV"),
            ("Sở NN và MT", "NN"),
            ("Sở Văn hóa, Thể thao và Du lịch", "VT"),
            ("Phòng TCHCQT", "TC"),
            ("Phường Chiềng Cơi", "CC"),
            ("Xã Mường É", "MÉ"),
            ("Đặc khu Phú Quốc", "PQ"),
            ("Thanh tra tỉnh", "TT"),
            ("", ""),
        ];
        for (short_name, letters) in pairs {
            assert_eq!(two_letters(short_name), letters, "{short_name}");
        }
    }
}
