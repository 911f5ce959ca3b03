//! `phien figures`: the figures of a window, as the pages count them.

use chrono::NaiveDate;
use domain::figures::{FiguresFilter, Reach};
use domain::period::{Period, Window};

use super::{Ending, line, open};
use crate::clock::Clock;
use crate::config::Config;
use crate::figures_json;

/// What was asked for.
pub struct Asked {
    /// Code of the agency.
    pub agency: String,
    /// Alone or with all below it.
    pub scope: Reach,
    /// First day.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
    /// JSON, or lines for a person.
    pub json: bool,
}

/// Prints the figures.
pub async fn figures(config: &Config, clock: &Clock, asked: Asked) -> Ending {
    let window = Window::new(asked.from, asked.to).ok_or("--to lies before --from")?;
    let backend = open(config).await?;
    let (services, caller) = (backend.services(), backend.system_caller(clock.now()));
    let tree = services.agencies.tree(&caller).await.map_err(|failure| line(&failure))?;
    let agency = tree.iter().find(|agency| agency.code == asked.agency);
    let agency = agency.ok_or_else(|| format!("no agency has the code {}", asked.agency))?.id;
    let filter = FiguresFilter { agency, reach: asked.scope, period: period(window) };
    let report = services.figures.report(&caller, filter).await.map_err(|failure| line(&failure))?;
    let printed = figures_json::Printed::of(&report);
    let text = match asked.json {
        true => serde_json::to_string_pretty(&printed),
        false => serde_json::to_string(&printed).map(|_| figures_json::lines(&report)),
    };
    println!("{}", text.map_err(|cause| cause.to_string())?);
    Ok(())
}

/// A whole calendar year is one, so that figures entered for years count.
fn period(window: Window) -> Period {
    window.calendar_year().map_or(Period::Custom(window), Period::CalendarYear)
}
