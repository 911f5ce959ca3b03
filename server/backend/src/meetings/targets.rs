//! What a meeting does to the year's figures of the agency that holds it: share and reduction before and after.
//! Counts by `domain::count`; a meeting not held yet is taken as held.

use chrono::Datelike;
use domain::count::{Base, Counterpart, Facts, Form, HybridCounts, Outcome, Scope, Side, Tally, What};
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::{Note, Shift, TargetsCheck};
use domain::period::{Period, Window};
use domain::rules::{KindRule, rule_on};
use domain::targets::Targets;

use super::rows::Rows;
use crate::db::{Source, q};
use crate::stop::Done;
use crate::{counted, rules, stored};

/// The check, and what the ceiling is held against.
pub(super) struct Found {
    pub(super) check: TargetsCheck,
    held: i64,
    previous: Option<i64>,
}

/// What the year's figures become; none while agency, date, kind or form are open, or when it is only attended.
pub(super) async fn check(
    on: impl Source,
    rows: &Rows,
    own: Option<MeetingId>,
    hybrid: HybridCounts,
    rules: &[KindRule],
) -> Done<Option<Found>> {
    let mut on = on;
    let Some(date) = rows.sittings.first().map(|sitting| sitting.date) else { return Ok(None) };
    let (Some(form), Some(rule)) = (rows.form, rule_on(rules, &rows.kind, date)) else { return Ok(None) };
    if rows.side == Side::Attended {
        return Ok(None);
    }
    let scope = rule.kind.scope;
    let base = if scope == Scope::Conference { Base::Conferences } else { Base::All };
    let this = |form, is_connected| facts(scope, form, is_connected);
    let before = of_year(&mut on, rows.agency, date.year(), own).await?;
    let previous = of_year_before(&mut on, rows.agency, date.year() - 1, base).await?;
    let targets = rules::targets(&mut on, date).await?;
    let with = |added: Option<Facts>| {
        let groups = before.iter().copied().chain(added.map(|facts| (facts, 1))).collect::<Vec<_>>();
        Tally::of(&groups, base, hybrid)
    };
    let tallies = [
        Some(with(None)),
        Some(with(Some(this(form, !rows.sites.is_empty())))),
        (form != Form::Online).then(|| with(Some(this(Form::Online, true)))),
    ];
    let held = tallies[1].as_ref().map_or(0, |tally| tally.held);
    let shift = |of: &dyn Fn(&Tally) -> Option<domain::targets::Fraction>| {
        let [before, after, after_online] =
            [&tallies[0], &tallies[1], &tallies[2]].map(|t| t.as_ref().and_then(of));
        Shift { before, after, after_online }
    };
    let check = TargetsCheck {
        base,
        share: shift(&|tally| Targets::share_of(tally.counted_online, tally.held)),
        reduction: shift(&|tally| Targets::reduction_of(previous?, tally.held)),
        previous_year: date.year() - 1,
        targets,
    };
    Ok(Some(Found { check, held, previous }))
}

/// The note that the year's ceiling is passed with this meeting.
pub(super) fn over_ceiling(found: &Found) -> Option<Note> {
    let ceiling = found.check.targets.ceiling(found.previous?);
    (found.held > ceiling).then_some(Note::OverCeiling { ceiling, count: found.held })
}

fn facts(scope: Scope, form: Form, is_connected: bool) -> Facts {
    Facts {
        scope,
        form,
        is_connected,
        side: Side::Organised,
        counterpart: Counterpart::Internal,
        outcome: Outcome::Held,
        has_exceeded: false,
    }
}

fn year(number: i32) -> Window {
    Period::CalendarYear(number).window()
}

/// Held, scheduled and running meetings of a year, in groups that count alike. A scheduled one with sites is taken as
/// connected.
async fn of_year(
    on: &mut impl Source,
    agency: AgencyId,
    number: i32,
    own: Option<MeetingId>,
) -> Done<Vec<(Facts, i64)>> {
    let Window { from, to } = year(number);
    let rows: Vec<(String, String, bool, i64)> = q("SELECT scope, form, is_joined, COUNT(*) AS meetings FROM ( \
            SELECT m.scope, m.form, CASE WHEN m.stage = 'held' THEN m.is_connected \
                ELSE EXISTS (SELECT 1 FROM site k WHERE k.meeting_id = m.id) END AS is_joined \
            FROM meeting m WHERE m.agency_id = $1 AND m.first_date BETWEEN $2 AND $3 AND m.side = 'organised' \
              AND m.stage IN ('held', 'scheduled', 'under_way') AND m.id <> $4) AS year \
         GROUP BY scope, form, is_joined")
    .bind(agency)
    .bind(from)
    .bind(to)
    .bind(own.map(|id| id.to_string()).unwrap_or_default())
    .all(on)
    .await?;
    rows.into_iter()
        .map(|(scope, form, is_joined, count)| {
            let (scope, form) = (stored::code(&scope, Scope::parse)?, stored::code(&form, Form::parse)?);
            Ok((facts(scope, form, is_joined), count))
        })
        .collect()
}

/// Held in the year before: the system's own where it has any, else the figure entered; none without either.
async fn of_year_before(
    on: &mut impl Source,
    agency: AgencyId,
    number: i32,
    base: Base,
) -> Done<Option<i64>> {
    let Window { from, to }: Window = year(number);
    let is_counted = counted::condition(base, What::Held, HybridCounts::InPerson);
    let (held,): (i64,) = q(format!(
        "SELECT COUNT(*) FROM meeting m WHERE m.agency_id = $1 AND m.first_date BETWEEN $2 AND $3 AND {is_counted}"
    ))
    .bind(agency)
    .bind(from)
    .bind(to)
    .one(&mut *on)
    .await?;
    if held > 0 {
        return Ok(Some(held));
    }
    let entered: Option<(i64,)> =
        q("SELECT held FROM baseline WHERE agency_id = $1 AND year = $2 AND base = $3")
            .bind(agency)
            .bind(i64::from(number))
            .bind(base.code())
            .optional(on)
            .await?;
    Ok(entered.map(|(held,)| held))
}
