//! Days off, worked weekends, and the years of which they are entered in full. One list for the whole system; what an agency
//! keeps free besides is its own setting. Knows no meeting.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::NaiveDate;
use domain::access::{Action, Caller, Scope};
use domain::audit::Deed;
use domain::calendar::{DayKind, WorkCalendar, WorkDay, WorkDayInput, WorkDays, WorkYear};
use domain::error::{Failure, FieldProblem, Outcome, Problem};
use domain::ids::AgencyId;
use domain::time::{DateReading, YEARS};
use serde_json::json;

use crate::access::permit;
use crate::audit::{self, Entry};
use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::{Backend, stored};

/// The calendar as an agency works by it.
pub(crate) async fn calendar(mut on: impl Source, agency: AgencyId) -> Done<WorkCalendar> {
    let blocked: Option<(String,)> =
        q("SELECT blocked_days FROM agency WHERE id = $1").bind(agency).optional(&mut on).await?;
    let (blocked,) = blocked.ok_or(Failure::NotFound)?;
    let days = listed(&mut on).await?.into_iter().map(|(date, day)| (date, (day.kind, day.name))).collect();
    let years = entered_years(&mut on).await?;
    Ok(WorkCalendar { days, years, blocked_days_of_month: stored::json(&blocked)? })
}

/// Every listed date.
pub(crate) async fn listed(on: impl Source) -> Done<BTreeMap<NaiveDate, WorkDay>> {
    let rows: Vec<(String, String, String)> =
        q("SELECT date, kind, name FROM work_day ORDER BY date").all(on).await?;
    rows.into_iter().map(|row| read(row).map(|day| (day.date, day))).collect()
}

/// The years that are entered in full.
pub(crate) async fn entered_years(on: impl Source) -> Done<BTreeSet<i32>> {
    let rows: Vec<(i64,)> = q("SELECT year FROM work_year").all(on).await?;
    rows.into_iter().map(|(year,)| stored_year(year)).collect()
}

fn read((date, kind, name): (String, String, String)) -> Done<WorkDay> {
    Ok(WorkDay { date: stored::date(&date)?, kind: stored::code(&kind, DayKind::parse)?, name })
}

fn stored_year(year: i64) -> Done<i32> {
    Ok(i32::try_from(stored::number(year)?).unwrap_or(i32::MAX))
}

/// Writes a listed date, whatever was listed of it before.
pub(crate) async fn write(tx: &mut Tx, day: &WorkDay) -> Done<()> {
    q("INSERT INTO work_day (date, kind, name) VALUES ($1, $2, $3) \
       ON CONFLICT (date) DO UPDATE SET kind = $2, name = $3")
    .bind(day.date)
    .bind(day.kind.code())
    .bind(&day.name)
    .run(tx)
    .await?;
    Ok(())
}

/// Takes a year as entered in full. False when it was already.
pub(crate) async fn enter_year(tx: &mut Tx, year: i32) -> Done<bool> {
    let written = q("INSERT INTO work_year (year) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(i64::from(year))
        .run(tx)
        .await?;
    Ok(written > 0)
}

/// Adds the trail's line of a listed date.
pub(crate) async fn record_day(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    before: Option<&WorkDay>,
    after: Option<&WorkDay>,
) -> Done<()> {
    let deed = if after.is_some() { Deed::WorkDaysSet } else { Deed::WorkDaysDrop };
    let name = after.or(before).map(|day| day.name.as_str()).unwrap_or_default();
    let mut entry = Entry::new(deed, name);
    if let Some(before) = before {
        entry = entry.before(before)?;
    }
    if let Some(after) = after {
        entry = entry.after(after)?;
    }
    audit::record(tx, backend, caller, entry).await
}

/// Adds the trail's line of a year that is said to be entered in full, or not to be.
pub(crate) async fn record_year(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (year, is_entered): (i32, bool),
) -> Done<()> {
    let subject = year.to_string();
    let entry = Entry::new(Deed::WorkDaysDeclare, &subject)
        .before(&json!({ "is_entered": !is_entered }))?
        .after(&json!({ "is_entered": is_entered }))?;
    audit::record(tx, backend, caller, entry).await
}

#[async_trait]
impl WorkDays for Backend {
    async fn year(&self, caller: &Caller, year: i32) -> Outcome<WorkYear> {
        self.outcome(year_of(self, caller, year).await)
    }

    async fn years(&self, caller: &Caller) -> Outcome<Vec<(i32, bool)>> {
        self.outcome(years(self, caller).await)
    }

    async fn set(&self, caller: &Caller, input: WorkDayInput) -> Outcome<NaiveDate> {
        self.outcome(set(self, caller, input).await)
    }

    async fn remove(&self, caller: &Caller, date: NaiveDate) -> Outcome<()> {
        self.outcome(drop_day(self, caller, date).await)
    }

    async fn declare(&self, caller: &Caller, year: i32, is_entered: bool) -> Outcome<()> {
        self.outcome(declare(self, caller, year, is_entered).await)
    }
}

async fn year_of(backend: &Backend, caller: &Caller, year: i32) -> Done<WorkYear> {
    permit(caller, Action::ViewCalendar, Scope::Myself)?;
    if !YEARS.contains(&year) {
        return Err(Failure::NotFound.into());
    }
    let rows: Vec<(String, String, String)> =
        q("SELECT date, kind, name FROM work_day WHERE date BETWEEN $1 AND $2 ORDER BY date")
            .bind(format!("{year}-01-01"))
            .bind(format!("{year}-12-31"))
            .all(backend.db())
            .await?;
    let is_entered = entered_years(backend.db()).await?.contains(&year);
    Ok(WorkYear { year, is_entered, days: rows.into_iter().map(read).collect::<Done<_>>()? })
}

async fn years(backend: &Backend, caller: &Caller) -> Done<Vec<(i32, bool)>> {
    permit(caller, Action::ViewCalendar, Scope::Myself)?;
    let listed: Vec<(i64,)> =
        q("SELECT DISTINCT CAST(SUBSTR(date, 1, 4) AS BIGINT) FROM work_day").all(backend.db()).await?;
    let entered = entered_years(backend.db()).await?;
    let mut all = entered.clone();
    for (year,) in listed {
        all.insert(stored_year(year)?);
    }
    Ok(all.into_iter().map(|year| (year, entered.contains(&year))).collect())
}

async fn set(backend: &Backend, caller: &Caller, input: WorkDayInput) -> Done<NaiveDate> {
    permit(caller, Action::ManageWorkDays, Scope::System)?;
    let dates = DateReading::coming(backend.zone().date(caller.now));
    let day = input.parse(&dates).map_err(Failure::Invalid)?;
    let mut tx = backend.begin_by(caller).await?;
    let before = one(&mut tx, day.date).await?;
    if before.as_ref() == Some(&day) {
        return Ok(day.date);
    }
    write(&mut tx, &day).await?;
    record_day(&mut tx, backend, caller, before.as_ref(), Some(&day)).await?;
    tx.commit().await?;
    Ok(day.date)
}

async fn one(on: impl Source, date: NaiveDate) -> Done<Option<WorkDay>> {
    let row: Option<(String, String, String)> =
        q("SELECT date, kind, name FROM work_day WHERE date = $1").bind(date).optional(on).await?;
    row.map(read).transpose()
}

async fn drop_day(backend: &Backend, caller: &Caller, date: NaiveDate) -> Done<()> {
    permit(caller, Action::ManageWorkDays, Scope::System)?;
    let mut tx = backend.begin_by(caller).await?;
    let before = one(&mut tx, date).await?.ok_or(Failure::NotFound)?;
    q("DELETE FROM work_day WHERE date = $1").bind(date).run(&mut tx).await?;
    record_day(&mut tx, backend, caller, Some(&before), None).await?;
    Ok(tx.commit().await?)
}

async fn declare(backend: &Backend, caller: &Caller, year: i32, is_entered: bool) -> Done<()> {
    permit(caller, Action::ManageWorkDays, Scope::System)?;
    if !YEARS.contains(&year) {
        let range = Problem::NotInRange(i64::from(*YEARS.start()), i64::from(*YEARS.end()));
        return Err(Failure::Invalid(vec![FieldProblem::new("year", range)]).into());
    }
    let mut tx = backend.begin_by(caller).await?;
    let is_new = if is_entered {
        enter_year(&mut tx, year).await?
    } else {
        q("DELETE FROM work_year WHERE year = $1").bind(i64::from(year)).run(&mut tx).await? > 0
    };
    if !is_new {
        return Ok(());
    }
    record_year(&mut tx, backend, caller, (year, is_entered)).await?;
    Ok(tx.commit().await?)
}
