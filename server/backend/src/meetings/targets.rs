//! What a meeting does to the year's figures of the agency that holds it: share and reduction before and after.
//! Counts by `domain::count`; a meeting not held yet is taken as held.

use chrono::Datelike;
use domain::count::{Base, Counterpart, Facts, Form, HybridCounts, Outcome, Scope, Side, Tally, What};
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::{BaseShift, Note, Shift, TargetsCheck};
use domain::period::{Period, Window};
use domain::rules::{KindRule, rule_on};
use domain::targets::{Fraction, Targets};

use super::rows::Rows;
use crate::db::{Source, q};
use crate::stop::Done;
use crate::{counted, rules, stored};

/// The check, and what the ceilings are held against.
pub(super) struct Found {
    pub(super) check: TargetsCheck,
    counts: Vec<Count>,
}

/// Held in a base with this meeting, and the year before.
struct Count {
    base: Base,
    held: i64,
    previous: Option<i64>,
}

/// What the year's figures become in both bases; none while agency, date, kind or form are open, or when it is only
/// attended.
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
    let before = of_year(&mut on, rows.agency, date.year(), own).await?;
    // As real counting has it, see `counted::keep_connection`: the organiser's own site is no outside one.
    let is_joined = rows.sites.iter().any(|site| *site != rows.agency);
    let with = Added {
        this: facts(scope, form, is_joined),
        // Nobody moves a meeting online that took place.
        online: (form != Form::Online && !rows.is_held).then(|| facts(scope, Form::Online, true)),
    };
    let (mut bases, mut counts) = (Vec::new(), Vec::new());
    let order = if scope == Scope::Conference { Base::BOTH } else { [Base::All, Base::Conferences] };
    for base in order {
        let previous = of_year_before(&mut on, rows.agency, date.year() - 1, base).await?;
        let (shift, held) = with.shift(&before, base, previous, hybrid);
        if shift.counts_it {
            counts.push(Count { base, held, previous });
        }
        bases.push(shift);
    }
    let bases = [bases[0], bases[1]];
    let targets = rules::targets(&mut on, date).await?;
    let check = TargetsCheck { bases, previous_year: date.year() - 1, targets };
    Ok(Some(Found { check, counts }))
}

/// This meeting, as it is planned and as it would be online.
struct Added {
    this: Facts,
    online: Option<Facts>,
}

impl Added {
    /// The figures of a base before and after, and how many it counts after.
    fn shift(
        &self,
        year: &[(Facts, i64)],
        base: Base,
        previous: Option<i64>,
        hybrid: HybridCounts,
    ) -> (BaseShift, i64) {
        let with = |added: Option<Facts>| {
            let groups = year.iter().copied().chain(added.map(|facts| (facts, 1))).collect::<Vec<_>>();
            Tally::of(&groups, base, hybrid)
        };
        let (before, after) = (with(None), with(Some(self.this)));
        let after_online = self.online.map(|online| with(Some(online)));
        let shift = |of: &dyn Fn(&Tally) -> Option<Fraction>| Shift {
            before: of(&before),
            after: of(&after),
            after_online: after_online.as_ref().and_then(of),
        };
        let shift = BaseShift {
            base,
            counts_it: self.this.is_in(base),
            share: shift(&|tally| Targets::share_of(tally.counted_online, tally.held)),
            reduction: shift(&|tally| Targets::reduction_of(previous?, tally.held)),
        };
        (shift, after.held)
    }
}

/// The notes that a year's ceiling is passed with this meeting, base by base.
pub(super) fn over_ceiling(found: &Found) -> impl Iterator<Item = Note> {
    found.counts.iter().filter_map(|Count { base, held, previous }| {
        let ceiling = found.check.targets.ceiling((*previous)?);
        (*held > ceiling).then_some(Note::OverCeiling { base: *base, ceiling, count: *held })
    })
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

/// Held, scheduled and running meetings of a year, in groups that count alike. A scheduled one with an
/// outside site is taken as connected.
async fn of_year(
    on: &mut impl Source,
    agency: AgencyId,
    number: i32,
    own: Option<MeetingId>,
) -> Done<Vec<(Facts, i64)>> {
    let Window { from, to } = year(number);
    let rows: Vec<(String, String, bool, i64)> = q("SELECT scope, form, is_joined, COUNT(*) AS meetings FROM ( \
            SELECT m.scope, m.form, CASE WHEN m.stage = 'held' THEN m.is_connected \
                ELSE EXISTS (SELECT 1 FROM site k WHERE k.meeting_id = m.id AND k.agency_id <> m.agency_id) END AS is_joined \
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
