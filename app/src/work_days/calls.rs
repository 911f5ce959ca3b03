//! What the page of days off asks, and what the small calendar of date fields asks of a year.

use chrono::NaiveDate;
use domain::calendar::WorkYear;
use leptos::prelude::*;

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{
    form::{FlashMessage, answer, noted},
    session::asked,
};

/// What is entered of a year.
#[server(name = WorkYearCall, prefix = "/api", endpoint = "work-days/year")]
pub async fn work_year(
    /// The year.
    year: i32,
) -> Result<WorkYear, CallError> {
    let (services, caller) = asked()?;
    Ok(services.work_days.year(&caller, year).await?)
}

/// The years of which anything is entered, and whether each is entered in full.
#[server(prefix = "/api", endpoint = "work-days/years")]
pub async fn work_years() -> Result<Vec<(i32, bool)>, CallError> {
    let (services, caller) = asked()?;
    Ok(services.work_days.years(&caller).await?)
}

/// Enters what kind of day a date is, or replaces what was entered for it.
#[server(prefix = "/api", endpoint = "work-days/set")]
pub async fn set_work_day(
    /// The year that is shown.
    #[server(default)]
    year: String,
    /// The date as typed.
    #[server(default)]
    date: String,
    /// `off` or `work`.
    #[server(default)]
    kind: String,
    /// Its name.
    #[server(default)]
    name: String,
) -> Result<(), CallError> {
    use chrono::Datelike;
    let (services, caller) = asked()?;
    let input = domain::calendar::WorkDayInput { date, kind, name };
    let set = services.work_days.set(&caller, input.clone()).await;
    let typed = [("date", &*input.date), ("kind", &*input.kind), ("name", &*input.name)];
    answer(&page_of(&year), set, &typed, |date| noted(FlashMessage::Saved, page_of(&date.year().to_string())))
}

/// Takes a date off the list.
#[server(prefix = "/api", endpoint = "work-days/drop")]
pub async fn drop_work_day(
    /// The date.
    date: NaiveDate,
) -> Result<(), CallError> {
    use chrono::Datelike;
    let (services, caller) = asked()?;
    let page = page_of(&date.year().to_string());
    let dropped = services.work_days.remove(&caller, date).await;
    answer(&page, dropped, &[], |()| noted(FlashMessage::Saved, page.clone()))
}

/// Says whether a year is entered in full.
#[server(prefix = "/api", endpoint = "work-days/declare")]
pub async fn declare_work_year(
    /// The year.
    year: i32,
    /// `on` when it is.
    #[server(default)]
    entered: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let page = page_of(&year.to_string());
    let declared = services.work_days.declare(&caller, year, entered == "on").await;
    answer(&page, declared, &[], |()| noted(FlashMessage::Saved, page.clone()))
}

/// The address at which a year is shown.
#[cfg(feature = "ssr")]
fn page_of(year: &str) -> String {
    if year.parse().is_ok_and(|year: i32| domain::time::YEARS.contains(&year)) {
        format!("/admin/days-off?year={year}")
    } else {
        "/admin/days-off".to_owned()
    }
}
