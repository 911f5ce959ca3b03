//! What the page of an online meeting asks of the server beside its line.

use chrono::{DateTime, Utc};
use domain::ids::MeetingId;
use domain::live::LineRecord;
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
