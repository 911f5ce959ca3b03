//! The list's filters as its address carries them. Every filter is in the address, so that a list can be sent on,
//! and the numbers of the figures can name theirs.

use domain::access::Stage;
use domain::count::{Base, Form, What};
use domain::meetings::{MeetingFilter, parse_date};
use domain::period::{Period, Window};
use leptos_router::params::ParamsMap;

use crate::form::escape;
use crate::text::iso;

/// All that an address of the list says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Which meetings.
    pub(super) filter: MeetingFilter,
    /// Some of a name: whose meetings, not found yet.
    pub(super) find: String,
    /// The query of the report of which this list stands behind a number.
    pub(super) figures: String,
}

/// What an address says. What cannot be read is left out.
pub(super) fn read(query: &ParamsMap) -> Asked {
    let text = |name: &str| query.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    Asked { filter: filter(query), find: text("find"), figures: text("figures") }
}

fn filter(query: &ParamsMap) -> MeetingFilter {
    let text = |name: &str| query.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let counted = Base::parse(&text("base")).zip(What::parse(&text("what")));
    let window =
        window(&text("from"), &text("to")).or_else(|| Period::parse(&text("period")).map(|p| p.window()));
    MeetingFilter {
        agency: text("agency").parse().ok(),
        with_subtree: matches!(text("subtree").as_str(), "on" | "1" | "true") || text("scope") == "subtree",
        room: text("room").parse().ok(),
        person: text("person").parse().ok(),
        window,
        stage: Stage::parse(&text("stage")),
        form: Form::parse(&text("form")),
        kind: Some(text("kind")).filter(|kind| !kind.is_empty()),
        text: text("text"),
        counted,
        // Compared with the year before a window: without one there is nothing to compare.
        is_compared: counted.is_some() && window.is_some() && text("compared") == "1",
        page: text("page").parse().unwrap_or(1).max(1),
    }
}

/// Two dates as typed; one alone reaches as far as the calendar does.
fn window(from: &str, to: &str) -> Option<Window> {
    let (from, to) = (parse_date(from), parse_date(to));
    match (from, to) {
        (None, None) => None,
        (from, to) => Window::new(from.unwrap_or(FIRST_DAY), to.unwrap_or(LAST_DAY)),
    }
}

/// Ends of an open window: no office keeps meetings outside them.
pub(super) const FIRST_DAY: chrono::NaiveDate = day(1945, 1, 1);
/// The other end.
pub(super) const LAST_DAY: chrono::NaiveDate = day(2999, 12, 31);

const fn day(year: i32, month: u32, day: u32) -> chrono::NaiveDate {
    match chrono::NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => chrono::NaiveDate::MIN,
    }
}

/// The address that says this.
pub(super) fn href(asked: &Asked) -> String {
    let filter = &asked.filter;
    let mut query = String::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            query.push_str(if query.is_empty() { "?" } else { "&" });
            query.push_str(&format!("{name}={}", escape(value)));
        }
    };
    put("text", &filter.text);
    put("stage", filter.stage.map(Stage::code).unwrap_or_default());
    put("form", filter.form.map(Form::code).unwrap_or_default());
    put("kind", filter.kind.as_deref().unwrap_or_default());
    put("agency", &filter.agency.map(|id| id.to_string()).unwrap_or_default());
    put("subtree", if filter.with_subtree { "on" } else { "" });
    put("room", &filter.room.map(|id| id.to_string()).unwrap_or_default());
    put("person", &filter.person.map(|id| id.to_string()).unwrap_or_default());
    if let Some(window) = filter.window {
        put("from", &if window.from == FIRST_DAY { String::new() } else { iso(window.from) });
        put("to", &if window.to == LAST_DAY { String::new() } else { iso(window.to) });
    }
    if let Some((base, what)) = filter.counted {
        put("base", base.code());
        put("what", &what.code());
        put("compared", if filter.is_compared { "1" } else { "" });
        put("figures", &asked.figures);
    }
    put("find", &asked.find);
    if filter.page > 1 {
        put("page", &filter.page.to_string());
    }
    format!("/meetings{query}")
}

/// Whether anything but the page is asked for.
pub(super) fn is_narrowed(filter: &MeetingFilter) -> bool {
    MeetingFilter { page: 0, ..filter.clone() } != MeetingFilter::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> ParamsMap {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_address_reads_back() {
        let asked = read(&query(&[
            ("text", "hop giao ban"),
            ("stage", "held"),
            ("form", "online"),
            ("from", "16/4/2026"),
            ("to", "2026-05-15"),
            ("base", "conferences"),
            ("what", "counted_online"),
            ("compared", "1"),
            ("figures", "period=h-2026-1&sort=share&dir=desc"),
            ("page", "3"),
        ]));
        assert_eq!(asked.filter.counted, Some((Base::Conferences, What::CountedOnline)));
        assert_eq!(
            href(&asked),
            "/meetings?text=hop%20giao%20ban&stage=held&form=online&from=2026-04-16&to=2026-05-15\
             &base=conferences&what=counted_online&compared=1\
             &figures=period%3Dh-2026-1%26sort%3Dshare%26dir%3Ddesc&page=3"
        );
    }

    #[test]
    fn nothing_is_compared_without_a_window() {
        let figure = [("base", "conferences"), ("what", "held"), ("compared", "1")];
        let asked = read(&query(&figure));
        assert!(asked.filter.counted.is_some() && !asked.filter.is_compared);
        let mut with = figure.to_vec();
        with.push(("period", "y-2026"));
        assert!(read(&query(&with)).filter.is_compared);
    }

    #[test]
    fn nonsense_filters_nothing() {
        let asked = read(&query(&[
            ("stage", "soon"),
            ("from", "?"),
            ("page", "-2"),
            ("base", "all"),
            ("compared", "1"),
            ("room", "1"),
        ]));
        assert!(!is_narrowed(&asked.filter));
        assert_eq!(href(&asked), "/meetings");
    }

    #[test]
    fn one_date_leaves_the_other_end_open() {
        let asked = read(&query(&[("from", "2026-01-01")]));
        assert_eq!(href(&asked), "/meetings?from=2026-01-01");
    }
}
