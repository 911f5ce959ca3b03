//! What the scan page asks the server, and the form that confirms a presence.

use domain::ids::MeetingId;
use leptos::prelude::*;

use super::landing::Landing;
use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::form::answer;
#[cfg(feature = "ssr")]
use crate::session::asked;

/// Which meeting the code belongs to, and whether the person is in already.
#[server(prefix = "/api", endpoint = "attendance/landing")]
pub async fn scan_landing(
    /// The meeting.
    meeting: MeetingId,
) -> Result<Landing, CallError> {
    let (services, caller) = asked()?;
    Ok(Landing::of(&services.meetings.get(&caller, meeting).await?, caller.person))
}

/// The person is present, by the code of the moment.
#[server(prefix = "/api", endpoint = "attendance/scan")]
pub async fn scan_in(
    /// The meeting.
    meeting: MeetingId,
    /// The code, as scanned or typed.
    #[server(default)]
    code: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let (path, outcome) =
        (format!("/meetings/{meeting}/in"), services.attendance.scan(&caller, meeting, &code).await);
    answer(&path, outcome, &[], |_| path.clone())
}
