//! What home asks the server.

use domain::ids::MeetingId;
use domain::meetings::Today;
use domain::papers::PaperLine;
use domain::time::Sitting;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use {
    crate::session::asked,
    chrono::Days,
    domain::access::{Caller, Stage},
    domain::meetings::{MeetingFilter, MeetingRow, Meetings},
    domain::period::Window,
    domain::time::Zone,
};

/// Coming meetings whose papers are listed at once: two full weeks of the busiest delegate.
#[cfg(feature = "ssr")]
const MEETINGS_AT_MOST: usize = 20;
/// Papers are seldom sent earlier.
#[cfg(feature = "ssr")]
const DAYS_AHEAD: u64 = 60;

/// The caller's home.
#[server(name = TodayCall, prefix = "/api", endpoint = "meetings/today")]
pub async fn today() -> Result<Today, CallError> {
    let (services, caller) = asked()?;
    Ok(services.meetings.today(&caller).await?)
}

/// The caller's meetings from today on that have papers, the nearest first.
#[cfg(feature = "ssr")]
async fn coming(meetings: &dyn Meetings, caller: &Caller) -> Result<Vec<MeetingRow>, CallError> {
    let today = Zone::VIETNAM.date(caller.now);
    let last = today.checked_add_days(Days::new(DAYS_AHEAD)).unwrap_or(today);
    let mut filter = MeetingFilter {
        person: Some(caller.person),
        window: Some(Window { from: today, to: last }),
        page: 1,
        ..MeetingFilter::default()
    };
    let has_papers = |row: &MeetingRow| {
        row.may_open() && row.papers > 0 && matches!(row.stage, Stage::Scheduled | Stage::UnderWay)
    };
    // Lists begin with the last meeting, so they are read from their end.
    let first_page = meetings.list(caller, filter.clone()).await?;
    let mut found = Vec::new();
    for page in (1..=first_page.pages()).rev() {
        let listed = match page {
            1 => first_page.rows.clone(),
            _ => {
                filter.page = page;
                meetings.list(caller, filter.clone()).await?.rows
            }
        };
        found.extend(listed.into_iter().rev().filter(has_papers));
        if found.len() >= MEETINGS_AT_MOST {
            break;
        }
    }
    found.truncate(MEETINGS_AT_MOST);
    Ok(found)
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
    let coming = coming(services.meetings.as_ref(), &caller).await?;
    let mut meetings: Vec<_> = today.next.clone().into_iter().collect();
    for row in coming {
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
