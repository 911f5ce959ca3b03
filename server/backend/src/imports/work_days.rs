//! Days off and worked weekends from a file. The file holds whole years, as they are published: each year with a day off in it
//! is entered in full afterwards. A date that is listed already is changed; none is taken off the list.

use std::collections::{BTreeSet, HashSet};

use chrono::Datelike;
use domain::access::{Action, Scope};
use domain::audit::Deed;
use domain::calendar::{DayKind, WorkDay, WorkDayInput};
use domain::error::{FieldProblem, Problem};
use domain::time::{DateReading, parse_date};

use super::cells::line;
use super::changes::{Area, Change};
use super::shown::Shown;
use super::table::{Cells, Table};
use super::{FileSteps, Import};
use crate::access::permit;
use crate::db::Tx;
use crate::stop::Done;
use crate::work_days;

/// A file of days off.
pub(super) struct WorkDayFile;

/// What is to be written.
#[derive(Default)]
pub(super) struct Plan {
    days: Vec<(Option<WorkDay>, WorkDay)>,
    years: BTreeSet<i32>,
}

impl FileSteps for WorkDayFile {
    type Plan = Plan;
    const DEED: Deed = Deed::ImportsWorkDays;

    async fn prepare(&mut self, import: &mut Import<'_>, table: &Table<'_>) -> Done<Plan> {
        permit(import.caller, Action::ManageWorkDays, Scope::System)?;
        let db = import.backend.db();
        let (mut there, entered) = (work_days::listed(db).await?, work_days::entered_years(db).await?);
        let dates = DateReading::coming(import.backend.zone().date(import.caller.now));
        let (mut seen, mut plan) = (HashSet::new(), Plan::default());
        let mut lines = table.rows();
        while let Some(cells) = lines.next(&mut import.bad) {
            let after = match whole_date(cells, &dates).and_then(|()| input(cells).parse(&dates)) {
                Ok(day) => day,
                Err(problems) => {
                    import.bad.fields(cells, problems);
                    continue;
                }
            };
            if !seen.insert(after.date) {
                import.bad.cell(cells, "date", Problem::Repeated);
                continue;
            }
            let year = after.date.year();
            let is_new_year =
                after.kind == DayKind::Off && !entered.contains(&year) && plan.years.insert(year);
            judge(import, cells, &mut plan, (there.remove(&after.date), after), is_new_year);
        }
        import.report.rows = lines.count();
        Ok(plan)
    }

    fn is_concerned(_: &Plan, change: &Change) -> bool {
        matches!(change.area, Area::WorkDays | Area::Any)
    }

    async fn write(&mut self, import: &mut Import<'_>, plan: Plan, tx: &mut Tx) -> Done<bool> {
        for (before, after) in plan.days {
            work_days::write(tx, &after).await?;
            work_days::record_day(tx, import.backend, import.caller, before.as_ref(), Some(&after)).await?;
        }
        for year in plan.years {
            if work_days::enter_year(tx, year).await? {
                work_days::record_year(tx, import.backend, import.caller, (year, true)).await?;
            }
        }
        Ok(true)
    }
}

/// Counts a row. One that lists what is listed changes something all the same when its year was not entered in full.
fn judge(
    import: &mut Import<'_>,
    cells: Cells<'_>,
    plan: &mut Plan,
    (before, after): (Option<WorkDay>, WorkDay),
    is_new_year: bool,
) {
    if before.as_ref() == Some(&after) {
        if is_new_year {
            import.changes(cells, &after, &after);
        } else {
            import.report.unchanged += 1;
        }
        return;
    }
    match before {
        Some(ref before) => import.changes(cells, before, &after),
        None => import.adds(cells),
    }
    plan.days.push((before, after));
}

impl Shown for WorkDay {
    fn cells(&self) -> Vec<(&'static str, String)> {
        vec![("kind", self.kind.code().to_owned()), ("name", self.name.clone())]
    }
}

/// A file's dates are whole: it is read on many a day.
fn whole_date(cells: Cells<'_>, dates: &DateReading) -> Result<(), Vec<FieldProblem>> {
    let text: String = line(cells, "date").into();
    let problem = match (parse_date(&text), dates.read(&text)) {
        (Some(_), _) => return Ok(()),
        (None, Err(problem @ Problem::NoSuchDay { .. })) => problem,
        (None, _) if text.is_empty() => Problem::Missing,
        (None, _) => Problem::NotADate,
    };
    Err(vec![FieldProblem::new("date", problem)])
}

fn input(cells: Cells<'_>) -> WorkDayInput {
    let cell = |column| line(cells, column).into();
    WorkDayInput { date: cell("date"), kind: cell("kind"), name: cell("name") }
}
