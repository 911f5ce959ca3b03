//! What has changed since the invitations went out, and which of it a reader is told first. Knows no words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::guest::GuestsTold;
use crate::time::Sitting;

/// What can change, the weightiest first: whether, when and where comes before with whom and about what.
const BY_WEIGHT: [&str; 14] = [
    "state",
    "time",
    "place",
    "form",
    "title",
    "kind",
    "counterpart",
    "notice",
    "chair",
    "delegates",
    "guests",
    "sites",
    "agenda",
    "papers",
];

/// Of these a reader who misses one comes in vain.
const DECISIVE: [&str; 4] = ["state", "time", "place", "form"];

/// The newest changes that a meeting's page tells. Nobody reads more of them, and everybody invited loads them.
pub const CHANGES_TOLD: i64 = 30;
/// Of the changes before those, so many that concern the hours are told besides: calendars of other programs know the sittings
/// by them.
pub const OLDER_HOURS_TOLD: i64 = 100;

/// A change that delegates see after the invitations went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When it was published.
    pub at: DateTime<Utc>,
    /// What changed: `title`, `kind`, `counterpart`, `notice`, `time`, `place`, `form`, `agenda`, `delegates`, `guests`,
    /// `sites`, `chair`, `state`, `papers`.
    pub what: Vec<String>,
    /// [`Before`] as JSON.
    pub before: String,
    /// Whether the reader is invited and has not seen it.
    pub is_unseen: bool,
}

/// When, where and with which guests a meeting was to be before a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Before {
    /// Its sittings.
    pub sittings: Vec<Sitting>,
    /// Names of its rooms.
    pub rooms: Vec<String>,
    /// Another place.
    pub place: String,
    /// Its guests, if the change is about them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guests: Option<GuestsTold>,
}

impl Change {
    /// What the meeting was before; none of a change of papers.
    pub fn before(&self) -> Option<Before> {
        serde_json::from_str(&self.before).ok()
    }

    /// Leaves out of what was before the guests, and keeps when and where: for a change that only these are looked for in.
    pub fn leave_guests_out(&mut self) {
        let Some(before) = self.before().filter(|before| before.guests.is_some()) else { return };
        if let Ok(json) = serde_json::to_string(&Before { guests: None, ..before }) {
            self.before = json;
        }
    }

    fn is_decisive(&self) -> bool {
        is_decisive(&self.what)
    }
}

/// What decides if, when, where or how one comes.
pub fn decisive() -> impl Iterator<Item = &'static str> {
    DECISIVE.into_iter()
}

/// Whether one of the changed things decides if, when, where or how one comes.
pub fn is_decisive(what: &[String]) -> bool {
    what.iter().any(|what| DECISIVE.contains(&what.as_str()))
}

/// What changed, each once, the weightiest first. What is not known comes last.
pub fn by_weight<'a>(what: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let weight = |what: &String| BY_WEIGHT.iter().position(|known| known == what).unwrap_or(BY_WEIGHT.len());
    let mut sorted: Vec<String> = Vec::new();
    for one in what {
        if !sorted.contains(one) {
            sorted.push(one.clone());
        }
    }
    sorted.sort_by_key(weight);
    sorted
}

/// The changes that a reader is told first, as one: all that they have not seen, or else the newest; and in any case the
/// newest that decides when and where one comes, whatever came after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foremost {
    /// What changed, the weightiest first.
    pub what: Vec<String>,
    /// When the newest of them was published.
    pub at: DateTime<Utc>,
    /// What the meeting was before the first of them that concerns the time.
    pub time: Option<Before>,
    /// The same, of the place.
    pub place: Option<Before>,
    /// The same, of the guests.
    pub guests: Option<Before>,
    /// The other changes, the newest first.
    pub others: Vec<Change>,
}

/// Of `changes`, the newest first, what a reader is told first; none if nothing changed.
pub fn foremost(changes: &[Change]) -> Option<Foremost> {
    let has_unseen = changes.iter().any(|change| change.is_unseen);
    let decisive = changes.iter().position(Change::is_decisive);
    let is_told = |at: usize, change: &Change| match has_unseen {
        true => change.is_unseen || decisive == Some(at),
        false => at == 0 || decisive == Some(at),
    };
    let (told, others): (Vec<_>, Vec<_>) =
        changes.iter().enumerate().partition(|(at, change)| is_told(*at, change));
    let told: Vec<&Change> = told.into_iter().map(|(_, change)| change).collect();
    let before =
        |code: &str| told.iter().rev().find(|change| change.what.iter().any(|what| what == code))?.before();
    Some(Foremost {
        what: by_weight(told.iter().flat_map(|change| &change.what)),
        at: told.first()?.at,
        time: before("time"),
        place: before("place"),
        guests: before("guests"),
        others: others.into_iter().map(|(_, change)| change.clone()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes, the newest first; `!` before one that is not seen.
    fn changes(lines: &[&str]) -> Vec<Change> {
        let of = |(at, line): (usize, &&str)| {
            let (is_unseen, what) = line.strip_prefix('!').map_or((false, *line), |what| (true, what));
            Change {
                at: DateTime::from_timestamp(1000 - at as i64, 0).unwrap(),
                what: what.split(' ').map(str::to_owned).collect(),
                before: serde_json::to_string(&Before { place: line.to_string(), ..Before::default() })
                    .unwrap(),
                is_unseen,
            }
        };
        lines.iter().enumerate().map(of).collect()
    }

    fn told(lines: &[&str]) -> (String, usize) {
        let found = foremost(&changes(lines)).unwrap();
        (found.what.join(" "), found.others.len())
    }

    #[test]
    fn the_hours_stay_before_what_came_later() {
        assert_eq!(told(&["papers"]), ("papers".into(), 0));
        assert_eq!(told(&["papers", "agenda time"]), ("time agenda papers".into(), 0));
        assert_eq!(told(&["papers", "agenda", "place", "time"]), ("place papers".into(), 2));
        assert_eq!(told(&["papers", "agenda"]), ("papers".into(), 1));
        assert_eq!(told(&["!papers", "!time", "place"]), ("time papers".into(), 1));
        assert_eq!(told(&["!papers", "!agenda", "place", "title"]), ("place agenda papers".into(), 1));
    }

    #[test]
    fn the_hours_are_compared_with_what_the_reader_knew() {
        let found = foremost(&changes(&["!papers", "!time place", "!time", "time"])).unwrap();
        assert_eq!(found.time.unwrap().place, "!time");
        assert_eq!(found.place.unwrap().place, "!time place");
        assert_eq!(found.guests, None);
        assert_eq!(found.at.timestamp(), 1000);
        assert_eq!(foremost(&[]), None);
    }

    #[test]
    fn what_changed_is_told_once_in_its_order() {
        let what: Vec<String> = ["papers", "x", "agenda", "papers", "time"].map(str::to_owned).to_vec();
        assert_eq!(by_weight(&what), ["time", "agenda", "papers", "x"]);
        assert!(is_decisive(&what));
        assert!(!is_decisive(&what[..3]));
    }
}
