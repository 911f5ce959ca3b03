//! The columns of a meeting that counting reads, worked out from its sittings by the rules of `domain`. Whoever changes
//! a meeting writes them in the same transaction. Knows no table but their own and that of the sites.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use domain::count::{self, Form, HybridCounts, What};
use domain::duration::is_within;
use domain::ids::MeetingId;
use domain::period::{Period, Window};
use domain::rules::{KindRule, rule_on};
use domain::time::{Hours, Sitting, Zone};

use crate::agencies::read_hours;
use crate::db::{Q, Tx, q};
use crate::rules::kind_on;
use crate::stop::{Done, Stop};
use crate::stored;

/// What counting reads of a meeting, apart from what was entered as it is (form, side, counterpart, stage).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Conference or meeting, as its kind is on the first date; a kind without any row counts as a meeting.
    pub(crate) scope: count::Scope,
    /// Local date of the first sitting.
    pub(crate) first_date: Option<NaiveDate>,
    /// Local date of the last sitting.
    pub(crate) last_date: Option<NaiveDate>,
    /// Calendar month of the first date as `year * 12 + month - 1`; 0 without a date.
    pub(crate) month_civil: i64,
    /// Month of the report regime (NĐ 09) of the first date, likewise.
    pub(crate) month_report: i64,
    /// At least one outside site was connected.
    pub(crate) is_connected: bool,
    /// It went over the limit that held on its first date; never where no rule held.
    pub(crate) has_exceeded: bool,
}

/// Works them out. `planned` gives the dates; `went` is what is held against the limit (`domain::duration::counted`) once
/// the meeting is closed, nothing before that.
pub(crate) fn derived(
    planned: &[Sitting],
    went: &[Sitting],
    connected_sites: u32,
    kind: &str,
    rules: &[KindRule],
    hours: &Hours,
) -> Counted {
    let first_date = planned.iter().map(|sitting| sitting.date).min();
    let rule = first_date.and_then(|date| rule_on(rules, kind, date));
    let (month_civil, month_report) = first_date.map_or((0, 0), months);
    Counted {
        scope: kind_on(rules, kind, first_date).map_or(count::Scope::Meeting, |kind| kind.scope),
        first_date,
        last_date: planned.iter().map(|sitting| sitting.date).max(),
        month_civil,
        month_report,
        is_connected: connected_sites > 0,
        has_exceeded: rule.is_some_and(|rule| !is_within(went, hours, rule.limit_sessions)),
    }
}

/// Writes whether a site outside the main one was connected. The organiser's own site is the main one wherever it
/// stands in the list, so it never makes a hybrid meeting count as online.
pub(crate) async fn keep_connection(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    q("UPDATE meeting SET is_connected = EXISTS (SELECT 1 FROM site s WHERE s.meeting_id = meeting.id \
       AND s.is_connected AND s.agency_id <> meeting.agency_id) WHERE id = $1")
    .bind(meeting)
    .run(tx)
    .await?;
    Ok(())
}

/// A held meeting: when it was opened, its first item begun and it closed, and the hours of its agency.
type Went = (String, Option<i64>, Option<i64>, Option<i64>, String);

/// Counts anew which meetings of a kind that were held from one date to before another went over its limit: for a row
/// of the law that came late. Gives how many meetings changed.
pub(crate) async fn recount_exceeded(
    tx: &mut Tx,
    rules: &[KindRule],
    kind: &str,
    (from, before): (NaiveDate, NaiveDate),
) -> Done<u64> {
    let held = "m.stage = 'held' AND m.kind = $1 AND m.first_date >= $2 AND m.first_date < $3";
    let meetings: Vec<Went> = q(format!(
        "SELECT m.id, m.opened_at, (SELECT MIN(i.began_at) FROM agenda_item i WHERE i.meeting_id = m.id), \
         m.closed_at, a.hours FROM meeting m JOIN agency a ON a.id = m.agency_id WHERE {held}"
    ))
    .bind(kind)
    .bind(from)
    .bind(before)
    .all(&mut *tx)
    .await?;
    let rows: Vec<(String, String, i64, i64)> = q(format!(
        "SELECT s.meeting_id, s.date, s.from_minute, s.to_minute FROM sitting s \
         JOIN meeting m ON m.id = s.meeting_id WHERE {held}"
    ))
    .bind(kind)
    .bind(from)
    .bind(before)
    .all(&mut *tx)
    .await?;
    let mut sittings: HashMap<String, Vec<Sitting>> = HashMap::new();
    for (meeting, date, from, to) in rows {
        sittings.entry(meeting).or_default().push(stored::sitting(&date, from, to)?);
    }
    let mut changed = 0;
    for (id, opened, began, closed, hours) in meetings {
        let planned = sittings.remove(&id).unwrap_or_default();
        let local = |at| Ok::<_, Stop>(stored::optional_instant(at)?.map(|at| Zone::VIETNAM.local(at)));
        let went = match (local(opened)?, local(closed)?) {
            (Some(opened), Some(closed)) => {
                domain::duration::counted(&planned, opened, local(began)?, closed)
            }
            _ => planned.clone(),
        };
        let counted = derived(&planned, &went, 0, kind, rules, &read_hours(&hours)?);
        changed += q("UPDATE meeting SET has_exceeded = $2 WHERE id = $1 AND has_exceeded <> $2")
            .bind(&id)
            .bind(counted.has_exceeded)
            .run(&mut *tx)
            .await?;
    }
    Ok(changed)
}

/// The calendar month and the report regime's month a date belongs to, each as `year * 12 + month - 1`.
pub(crate) fn months(date: NaiveDate) -> (i64, i64) {
    let number = |year: i32, month: u32| i64::from(year) * 12 + i64::from(month) - 1;
    let Period::Month(year, month) = Period::month_of(date) else { unreachable!("month_of gives a month") };
    (number(date.year(), date.month()), number(year, month))
}

/// A condition on the agency of `meeting m`: it has a figure of a base for the year before a window, its own or one that
/// was entered for the whole year. Whom the reduction compares, see `figures::previous`.
pub(crate) fn has_figure_before(query: &mut Q, base: count::Base, window: Window) -> String {
    let is_held = condition(base, What::Held, HybridCounts::InPerson);
    let before = window.year_before();
    let (from, to) = (query.place(before.from), query.place(before.to));
    let own = format!(
        "m.agency_id IN (SELECT m.agency_id FROM meeting m WHERE m.first_date BETWEEN {from} AND {to} AND {is_held})"
    );
    let Some(year) = window.calendar_year() else { return own };
    let year = query.place(i64::from(year) - 1);
    let base = base.code();
    format!(
        "({own} OR m.agency_id IN (SELECT b.agency_id FROM baseline b WHERE b.year = {year} AND b.base = '{base}'))"
    )
}

/// `domain::count` as a condition on `meeting m`, for the numbers and for the lists behind them; a test holds it against
/// the rule itself.
pub(crate) fn condition(base: count::Base, what: What, hybrid: HybridCounts) -> String {
    let online = match hybrid {
        HybridCounts::OnlineWhenConnected => "(m.form = 'online' OR (m.form = 'hybrid' AND m.is_connected))",
        HybridCounts::InPerson => "m.form = 'online'",
    };
    let form = |form: Form| format!("m.form = '{}'", form.code());
    let (side, stage) = match what {
        What::Attended(_) | What::AttendedOnline(_) => ("attended", "held"),
        What::Cancelled => ("organised", "cancelled"),
        What::Postponed => ("organised", "postponed"),
        _ => ("organised", "held"),
    };
    let mut all = vec![format!("m.side = '{side}' AND m.stage = '{stage}'")];
    if base == count::Base::Conferences {
        all.push("m.scope = 'conference'".into());
    }
    match what {
        What::Held | What::Cancelled | What::Postponed => {}
        What::InPerson => all.push(form(Form::InPerson)),
        What::Online => all.push(form(Form::Online)),
        What::Hybrid => all.push(form(Form::Hybrid)),
        What::HybridOnline => all.push("m.form = 'hybrid' AND m.is_connected".into()),
        What::CountedOnline => all.push(online.into()),
        What::Exceeded => all.push("m.has_exceeded".into()),
        What::OrganisedOnline(c) | What::AttendedOnline(c) => {
            all.push(format!("{online} AND m.counterpart = '{}'", c.code()));
        }
        What::Attended(c) => all.push(format!("m.counterpart = '{}'", c.code())),
    }
    all.join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifteenth_begins_the_next_report_month() {
        let months = |date: &str| months(date.parse().unwrap());
        assert_eq!(months("2026-06-14"), (2026 * 12 + 5, 2026 * 12 + 5));
        assert_eq!(months("2026-06-15"), (2026 * 12 + 5, 2026 * 12 + 6));
        assert_eq!(months("2025-12-15"), (2025 * 12 + 11, 2026 * 12));
    }

    #[test]
    fn an_afternoon_opened_early_is_held_against_the_limit_from_its_hour() {
        let day: NaiveDate = "2026-06-16".parse().unwrap();
        let at = |hour, minute| chrono::NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let afternoon = [Sitting::new(day, at(13, 30), at(17, 0)).unwrap()];
        let rules = [KindRule {
            id: domain::ids::RuleId(uuid::Uuid::from_u128(1)),
            kind: domain::rules::KindRef {
                code: "briefing".into(),
                name_vi: "Họp giao ban".into(),
                name_en: "Regular briefing".into(),
                scope: count::Scope::Meeting,
            },
            limit_sessions: 1,
            source: "QĐ 45".into(),
            valid_from: "2018-12-15".parse().unwrap(),
        }];
        let exceeds = |opened, closed| {
            let went =
                domain::duration::counted(&afternoon, day.and_time(opened), None, day.and_time(closed));
            derived(&afternoon, &went, 0, "briefing", &rules, &Hours::default()).has_exceeded
        };
        assert!(!exceeds(at(12, 20), at(17, 0)));
        assert!(exceeds(at(12, 20), at(18, 30)));
    }

    #[test]
    fn a_meeting_older_than_any_rule_exceeds_nothing() {
        let day: NaiveDate = "2017-03-01".parse().unwrap();
        let at = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let whole = [Sitting::new(day, at(7), at(20)).unwrap()];
        let counted = derived(&whole, &whole, 2, "professional", &[], &Hours::default());
        assert!(!counted.has_exceeded && counted.is_connected);
        assert_eq!(counted.scope, count::Scope::Meeting);
    }
}
