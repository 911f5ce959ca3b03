//! The list's filters as its address carries them. Every filter is in the address, so that a list can be sent on,
//! and the numbers of the figures can name theirs.

use chrono::NaiveDate;
use domain::access::Stage;
use domain::count::{Base, Form, What};
use domain::error::Problem;
use domain::meetings::MeetingFilter;
use domain::period::{Period, Window};
use domain::time::read_ends;
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
    /// What was typed as the first and the last day and makes no window.
    pub(super) unread: [String; 2],
    /// The query of the report of which this list stands behind a number.
    pub(super) figures: String,
}

/// What an address says. What cannot be read filters nothing.
pub(super) fn read(query: &ParamsMap, today: NaiveDate) -> Asked {
    let text = |name: &str| query.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let [from, to] = read_ends(&text("from"), &text("to"), today);
    let unread = |name: &str, end: &Result<Option<NaiveDate>, Problem>| {
        if end.is_err() { text(name) } else { String::new() }
    };
    let mut unread = [unread("from", &from), unread("to", &to)];
    let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
    // A window that ends before it begins stays in the form too.
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        unread = [text("from"), text("to")];
    }
    let window = window(from, to);
    Asked { filter: filter(query, window), find: text("find"), unread, figures: text("figures") }
}

fn filter(query: &ParamsMap, window: Option<Window>) -> MeetingFilter {
    let text = |name: &str| query.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let counted = Base::parse(&text("base")).zip(What::parse(&text("what")));
    let window = window.or_else(|| Period::parse(&text("period")).map(|p| p.window()));
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

/// Two ends; one alone reaches as far as the calendar does.
fn window(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<Window> {
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

    fn read_on(pairs: &[(&str, &str)]) -> Asked {
        read(&query(pairs), "2026-11-29".parse().unwrap())
    }

    #[test]
    fn dates_of_a_filter_are_the_latest_and_its_end_is_not_before_its_beginning() {
        let window = |from, to| {
            let window = read_on(&[("from", from), ("to", to)]).filter.window.unwrap();
            (window.from.to_string(), window.to.to_string())
        };
        let ends = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(window("1/6", "hôm qua"), ends("2026-06-01", "2026-11-28"));
        assert_eq!(window("15/12", "14/1"), ends("2025-12-15", "2026-01-14"));
        assert_eq!(window("1/6", "15/12"), ends("2026-06-01", "2026-12-15"));
    }

    #[test]
    fn a_date_that_cannot_be_read_filters_nothing_and_stays_as_typed() {
        let asked = read_on(&[("from", "31/11"), ("to", "đầu tháng")]);
        assert_eq!(asked.filter.window, None);
        assert_eq!(asked.unread, ["31/11", "đầu tháng"]);
        let inverted = read_on(&[("from", "5/12/2026"), ("to", "4/12/2026")]);
        assert_eq!(inverted.filter.window, None);
        assert_eq!(inverted.unread, ["5/12/2026", "4/12/2026"]);
    }

    #[test]
    fn an_address_reads_back() {
        let asked = read_on(&[
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
        ]);
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
        let asked = read_on(&figure);
        assert!(asked.filter.counted.is_some() && !asked.filter.is_compared);
        let mut with = figure.to_vec();
        with.push(("period", "y-2026"));
        assert!(read_on(&with).filter.is_compared);
    }

    #[test]
    fn nonsense_filters_nothing() {
        let asked = read_on(&[
            ("stage", "soon"),
            ("from", "?"),
            ("page", "-2"),
            ("base", "all"),
            ("compared", "1"),
            ("room", "1"),
        ]);
        assert!(!is_narrowed(&asked.filter));
        assert_eq!(href(&asked), "/meetings");
    }

    #[test]
    fn one_date_leaves_the_other_end_open() {
        let asked = read_on(&[("from", "2026-01-01")]);
        assert_eq!(href(&asked), "/meetings?from=2026-01-01");
    }
}
