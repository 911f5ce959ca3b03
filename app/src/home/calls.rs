//! What home asks the server.

use domain::ids::MeetingId;
use domain::meetings::Today;
use domain::papers::PaperLine;
use domain::time::Sitting;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::session::asked;

/// Coming meetings whose papers are listed at once: two full weeks of the busiest delegate.
#[cfg(feature = "ssr")]
const MEETINGS_AT_MOST: usize = 20;

/// The caller's home.
#[server(name = TodayCall, prefix = "/api", endpoint = "meetings/today")]
pub async fn today() -> Result<Today, CallError> {
    let (services, caller) = asked()?;
    Ok(services.meetings.today(&caller).await?)
}

/// A coming meeting with its papers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingPapers {
    /// The meeting.
    pub id: MeetingId,
    /// Its title.
    pub title: String,
    /// Its first sitting.
    pub first: Option<Sitting>,
    /// Its last sitting.
    pub last: Option<Sitting>,
    /// Its papers in the order of the agenda.
    pub papers: Vec<PaperLine>,
}

/// The papers of the caller's coming meetings, in the order of the meetings. Meetings without papers are left out.
#[server(prefix = "/api", endpoint = "papers/coming")]
pub async fn coming_papers() -> Result<Vec<MeetingPapers>, CallError> {
    let (services, caller) = asked()?;
    let today = services.meetings.today(&caller).await?;
    let coming = today.coming.iter().filter(|row| row.is_mine && row.papers > 0);
    let mut meetings: Vec<_> = today.next.clone().into_iter().collect();
    for row in coming.take(MEETINGS_AT_MOST) {
        if meetings.iter().all(|meeting| meeting.id != row.id) {
            meetings.push(services.meetings.get(&caller, row.id).await?);
        }
    }
    let listed = meetings.into_iter().map(|meeting| MeetingPapers {
        id: meeting.id,
        title: meeting.title,
        first: meeting.sittings.first().copied(),
        last: meeting.sittings.last().copied(),
        papers: meeting.agenda.into_iter().flat_map(|item| item.papers).collect(),
    });
    Ok(listed.filter(|meeting| !meeting.papers.is_empty()).collect())
}
