//! What the figures are made of: one statement for each window, counted in the database by the conditions that the lists
//! behind the numbers use too.

use std::collections::HashMap;

use domain::count::{Base, Counterpart, Facts, Form, HybridCounts, Outcome, Scope, Side, Tally, What};
use domain::figures::Reach;
use domain::ids::AgencyId;
use domain::period::{Period, Window};

use crate::agencies::subtree_pattern;
use crate::counted::condition;
use crate::db::{Q, Source, q};
use crate::stop::Done;
use crate::stored;

/// The counts of one scope of an agency or a month.
#[derive(Clone, Debug)]
pub(super) struct Part<Of> {
    pub(super) of: Of,
    pub(super) scope: Scope,
    pub(super) tally: Tally,
}

impl<Of> Part<Of> {
    /// Whether it belongs to a base.
    pub(super) fn is_in(&self, base: Base) -> bool {
        base == Base::All || self.scope == Scope::Conference
    }
}

/// The same meetings added up twice; agencies, months and scopes with nothing are missing.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) by_agency: Vec<Part<AgencyId>>,
    /// `year * 12 + month - 1`, in the months of the period.
    pub(super) by_month: Vec<Part<i64>>,
}

/// Counts of both bases, conferences first.
pub(super) type Held = [i64; 2];

#[derive(sqlx::FromRow)]
struct Row {
    agency_id: Option<String>,
    month: Option<i64>,
    scope: String,
    held: i64,
    in_person: i64,
    online: i64,
    hybrid: i64,
    hybrid_online: i64,
    counted_online: i64,
    exceeded: i64,
    cancelled: i64,
    postponed: i64,
}

/// The numbers of a tally, in the order of [`Row`].
const NUMBERS: [What; 9] = [
    What::Held,
    What::InPerson,
    What::Online,
    What::Hybrid,
    What::HybridOnline,
    What::CountedOnline,
    What::Exceeded,
    What::Cancelled,
    What::Postponed,
];

/// A condition on `meeting m`: the agency alone or with all below it.
fn within(q: &mut Q, agency: AgencyId, reach: Reach) -> String {
    match reach {
        Reach::Own => format!("m.agency_id = {}", q.place(agency)),
        Reach::Subtree => {
            let below = q.place(subtree_pattern(agency));
            format!("m.agency_id IN (SELECT id FROM agency WHERE path LIKE {below})")
        }
    }
}

/// A condition on the date of the first sitting.
fn during(q: &mut Q, window: Window) -> String {
    let (from, to) = (q.place(window.from), q.place(window.to));
    format!("m.first_date >= {from} AND m.first_date <= {to}")
}

/// Everything organised in the period. The meetings are read once and added up in the database: over a province some
/// hundred rows come back, whatever the number of meetings.
pub(super) async fn parts(
    on: impl Source,
    agency: AgencyId,
    reach: Reach,
    period: &Period,
    hybrid: HybridCounts,
) -> Done<Parts> {
    let month = if period.follows_decree() { "m.month_report" } else { "m.month_civil" };
    let counts = NUMBERS.map(|what| {
        format!("COUNT(*) FILTER (WHERE {}) AS {}", condition(Base::All, what, hybrid), what.code())
    });
    let sums = NUMBERS.map(|what| format!("CAST(SUM({0}) AS BIGINT) AS {0}", what.code())).join(", ");
    let mut q = q(format!(
        "WITH part AS MATERIALIZED (SELECT m.agency_id, {month} AS month, m.scope, {} FROM meeting m WHERE ",
        counts.join(", ")
    ));
    let conditions = [within(&mut q, agency, reach), during(&mut q, period.window())].join(" AND ");
    q.push(&format!(
        "{conditions} AND m.side = 'organised' AND m.stage IN ('held', 'cancelled', 'postponed') \
         GROUP BY m.agency_id, {month}, m.scope) \
         SELECT agency_id, CAST(NULL AS BIGINT) AS month, scope, {sums} FROM part GROUP BY agency_id, scope \
         UNION ALL SELECT CAST(NULL AS TEXT), month, scope, {sums} FROM part GROUP BY month, scope"
    ));
    let mut parts = Parts::default();
    let rows: Vec<Row> = q.all(on).await?;
    for row in rows {
        let (scope, tally) = (stored::code(&row.scope, Scope::parse)?, row.tally());
        match (row.agency_id, row.month) {
            (Some(agency), _) => parts.by_agency.push(Part { of: stored::id(&agency)?, scope, tally }),
            (None, Some(month)) => parts.by_month.push(Part { of: month, scope, tally }),
            (None, None) => {}
        }
    }
    Ok(parts)
}

impl Row {
    fn tally(&self) -> Tally {
        Tally {
            held: self.held,
            in_person: self.in_person,
            online: self.online,
            hybrid: self.hybrid,
            hybrid_online: self.hybrid_online,
            counted_online: self.counted_online,
            exceeded: self.exceeded,
            cancelled: self.cancelled,
            postponed: self.postponed,
        }
    }
}

/// Everything held in a window, by what the counts by counterpart tell apart.
pub(super) async fn by_counterpart(
    on: impl Source,
    agency: AgencyId,
    reach: Reach,
    window: Window,
) -> Done<Vec<(Facts, i64)>> {
    let mut q = q("SELECT m.side, m.form, m.counterpart, m.is_connected, COUNT(*) FROM meeting m WHERE ");
    let conditions = [within(&mut q, agency, reach), during(&mut q, window)].join(" AND ");
    q.push(&format!(
        "{conditions} AND m.stage = 'held' GROUP BY m.side, m.form, m.counterpart, m.is_connected"
    ));
    let rows: Vec<(String, String, String, bool, i64)> = q.all(on).await?;
    rows.into_iter()
        .map(|(side, form, counterpart, is_connected, count)| {
            let facts = Facts {
                // Both bases together: the scope does not matter here, nor the length.
                scope: Scope::Meeting,
                has_exceeded: false,
                form: stored::code(&form, Form::parse)?,
                is_connected,
                side: stored::code(&side, Side::parse)?,
                counterpart: stored::code(&counterpart, Counterpart::parse)?,
                outcome: Outcome::Held,
            };
            Ok((facts, count))
        })
        .collect()
}

/// Held and organised in a window, by agency; agencies with nothing are missing.
pub(super) async fn held(
    on: impl Source,
    agency: AgencyId,
    reach: Reach,
    window: Window,
) -> Done<HashMap<AgencyId, Held>> {
    let mut q = q("SELECT m.agency_id, m.scope, COUNT(*) FROM meeting m WHERE ");
    let conditions = [within(&mut q, agency, reach), during(&mut q, window)].join(" AND ");
    let is_held = condition(Base::All, What::Held, HybridCounts::InPerson);
    q.push(&format!("{conditions} AND {is_held} GROUP BY m.agency_id, m.scope"));
    let rows: Vec<(String, String, i64)> = q.all(on).await?;
    let mut held: HashMap<AgencyId, Held> = HashMap::new();
    for (agency, scope, count) in rows {
        let sums = held.entry(stored::id(&agency)?).or_default();
        sums[1] += count;
        if stored::code(&scope, Scope::parse)? == Scope::Conference {
            sums[0] += count;
        }
    }
    Ok(held)
}

/// A figure that was entered for a year before the system, and the document it stands in.
pub(super) type Entered = HashMap<(AgencyId, i64, Base), (i64, String)>;

/// Entered figures of some years.
pub(super) async fn entered(
    on: impl Source,
    agency: AgencyId,
    reach: Reach,
    years: [i32; 2],
) -> Done<Entered> {
    let mut q = q("SELECT agency_id, year, base, held, source FROM baseline m WHERE ");
    let place = within(&mut q, agency, reach);
    let (first, second) = (q.place(i64::from(years[0])), q.place(i64::from(years[1])));
    q.push(&format!("{place} AND year IN ({first}, {second})"));
    let rows: Vec<(String, i64, String, i64, String)> = q.all(on).await?;
    rows.into_iter()
        .map(|(agency, year, base, held, source)| {
            let key = (stored::id(&agency)?, year, stored::code(&base, Base::parse)?);
            Ok((key, (held, source)))
        })
        .collect()
}
