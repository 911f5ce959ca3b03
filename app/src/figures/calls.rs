//! What the figures ask the server.

use chrono::NaiveDate;
use domain::agencies::AgencyRef;
use domain::figures::Figures;
#[cfg(feature = "ssr")]
use domain::time::Zone;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;

use super::query::Subject;
use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::session::asked;

/// A report and the day on which it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The figures.
    pub figures: Figures,
    /// The day.
    pub today: NaiveDate,
}

/// The report of an agency over a period.
#[server(prefix = "/api", endpoint = "figures/report", input = Json)]
pub async fn figures_report(
    /// What it is about.
    subject: Subject,
) -> Result<Report, CallError> {
    let (services, caller) = asked()?;
    let figures = services.figures.report(&caller, subject.filter(&caller)).await?;
    Ok(Report { figures, today: Zone::VIETNAM.date(caller.now) })
}

/// Agencies whose figures may be seen.
#[server(prefix = "/api", endpoint = "figures/agencies")]
pub async fn figures_agencies() -> Result<Vec<AgencyRef>, CallError> {
    let (services, caller) = asked()?;
    Ok(services.figures.agencies(&caller).await?)
}
