//! What the figures are made of: meetings grouped by the facts that counting knows, one statement for each window.

use std::collections::HashMap;

use domain::count::{Base, Counterpart, Facts, Form, Outcome, Scope, Side};
use domain::figures::Reach;
use domain::ids::AgencyId;
use domain::period::{Period, Window};

use crate::agencies::subtree_pattern;
use crate::db::{Q, Source, q};
use crate::stop::Done;
use crate::stored;

/// So many meetings of one agency and one month with the same facts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) agency: AgencyId,
    /// `year * 12 + month - 1`, in the months of the period.
    pub(super) month: i64,
    pub(super) facts: Facts,
    pub(super) count: i64,
}

/// Counts of both bases, conferences first.
pub(super) type Held = [i64; 2];

#[derive(sqlx::FromRow)]
struct Row {
    agency_id: String,
    month: i64,
    stage: String,
    side: String,
    scope: String,
    form: String,
    counterpart: String,
    is_connected: bool,
    has_exceeded: bool,
    count: i64,
}

/// A condition on `agency_id`: the agency alone or with all below it.
fn within(q: &mut Q, agency: AgencyId, reach: Reach) -> String {
    match reach {
        Reach::Own => format!("agency_id = {}", q.place(agency)),
        Reach::Subtree => {
            let below = q.place(subtree_pattern(agency));
            format!("agency_id IN (SELECT id FROM agency WHERE path LIKE {below})")
        }
    }
}

/// A condition on the date of the first sitting.
fn during(q: &mut Q, window: Window) -> String {
    let (from, to) = (q.place(window.from), q.place(window.to));
    format!("first_date >= {from} AND first_date <= {to}")
}

/// Everything held, cancelled or postponed in the period.
pub(super) async fn groups(
    on: impl Source,
    agency: AgencyId,
    reach: Reach,
    period: &Period,
) -> Done<Vec<Group>> {
    let follows_decree = !matches!(period, Period::CalendarYear(_) | Period::Custom(_));
    let month = if follows_decree { "month_report" } else { "month_civil" };
    let facts = "stage, side, scope, form, counterpart, is_connected, has_exceeded";
    let mut q = q(format!(
        "SELECT agency_id, {month} AS month, {facts}, CAST(COUNT(*) AS BIGINT) AS count FROM meeting WHERE "
    ));
    let conditions = [within(&mut q, agency, reach), during(&mut q, period.window())].join(" AND ");
    q.push(&format!(
        "{conditions} AND stage IN ('held', 'cancelled', 'postponed') GROUP BY agency_id, {month}, {facts}"
    ));
    let rows: Vec<Row> = q.all(on).await?;
    rows.into_iter().map(group).collect()
}

fn group(row: Row) -> Done<Group> {
    let facts = Facts {
        scope: stored::code(&row.scope, Scope::parse)?,
        form: stored::code(&row.form, Form::parse)?,
        is_connected: row.is_connected,
        side: stored::code(&row.side, Side::parse)?,
        counterpart: stored::code(&row.counterpart, Counterpart::parse)?,
        outcome: stored::code(&row.stage, Outcome::parse)?,
        has_exceeded: row.has_exceeded,
    };
    Ok(Group { agency: stored::id(&row.agency_id)?, month: row.month, facts, count: row.count })
}

/// Held and organised in a window, by agency; agencies with nothing are missing.
pub(super) async fn held(
    on: impl Source,
    agency: AgencyId,
    reach: Reach,
    window: Window,
) -> Done<HashMap<AgencyId, Held>> {
    let mut q = q("SELECT agency_id, scope, CAST(COUNT(*) AS BIGINT) FROM meeting WHERE ");
    let conditions = [within(&mut q, agency, reach), during(&mut q, window)].join(" AND ");
    q.push(&format!("{conditions} AND stage = 'held' AND side = 'organised' GROUP BY agency_id, scope"));
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
    let mut q = q("SELECT agency_id, year, base, held, source FROM baseline WHERE ");
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
