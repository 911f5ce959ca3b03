//! What the page of an online meeting asks of the server beside its line.

use chrono::{DateTime, Utc};
use domain::ids::{AgencyId, MeetingId};
use domain::live::rehearsal::Rehearsed;
use domain::live::{Behind, LineRecord};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::session::{asked, now};

/// How the lines of a meeting held, and the clock's reading that this is as of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRecords {
    /// Seats that were ever connected while it was on, in their order.
    pub records: Vec<LineRecord>,
    /// The server's now.
    pub now: DateTime<Utc>,
}

/// How the lines of a meeting held.
#[server(endpoint = "live/lines")]
pub async fn lines(
    /// The meeting.
    id: MeetingId,
) -> Result<LineRecords, CallError> {
    let (services, caller) = asked()?;
    Ok(LineRecords { records: services.live.lines(&caller, id).await?, now: now()? })
}

/// What was tried at each seat, and the clock's reading that this is as of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// The seats that the caller may know of, in their order.
    pub seats: Vec<Rehearsed>,
    /// The server's now.
    pub now: DateTime<Utc>,
}

/// What was tried at each seat before the meeting.
#[server(endpoint = "live/rehearsals")]
pub async fn rehearsals(
    /// The meeting.
    id: MeetingId,
) -> Result<Readiness, CallError> {
    let (services, caller) = asked()?;
    Ok(Readiness { seats: services.live.rehearsals(&caller, id).await?, now: now()? })
}

/// The delegates who may sit behind a site's camera.
#[server(name = BehindCall, endpoint = "live/behind")]
pub async fn behind(
    /// The meeting.
    id: MeetingId,
    /// The site.
    site: AgencyId,
) -> Result<Vec<Behind>, CallError> {
    let (services, caller) = asked()?;
    Ok(services.live.delegates_of(&caller, id, site).await?)
}

/// Whether the session is still valid, for a page whose socket does not come about.
#[server(endpoint = "live/session")]
pub async fn session() -> Result<(), CallError> {
    asked()?;
    Ok(())
}
