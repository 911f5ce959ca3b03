//! All ports together: what the pages are handed, and what the backend makes.

use std::sync::Arc;

use crate::accounts::Accounts;
use crate::agencies::Agencies;
use crate::attendance::Attendance;
use crate::audit::Audit;
use crate::calendar::WorkDays;
use crate::figures::FiguresPort;
use crate::imports::Imports;
use crate::live::LivePort;
use crate::meetings::{MeetingRecord, Meetings};
use crate::notices::Notices;
use crate::papers::Papers;
use crate::people::People;
use crate::rooms::Rooms;
use crate::rules::Rules;
use crate::second_factor::SecondFactor;

/// Every port, cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Signing in.
    pub accounts: Arc<dyn Accounts>,
    /// The tree of agencies.
    pub agencies: Arc<dyn Agencies>,
    /// The roll.
    pub attendance: Arc<dyn Attendance>,
    /// The audit trail.
    pub audit: Arc<dyn Audit>,
    /// Figures.
    pub figures: Arc<dyn FiguresPort>,
    /// Files of rows.
    pub imports: Arc<dyn Imports>,
    /// Meetings while they are on.
    pub live: Arc<dyn LivePort>,
    /// Meetings.
    pub meetings: Arc<dyn Meetings>,
    /// The record of meetings put right.
    pub records: Arc<dyn MeetingRecord>,
    /// Notices that people see until they acknowledge them.
    pub notices: Arc<dyn Notices>,
    /// Papers.
    pub papers: Arc<dyn Papers>,
    /// People.
    pub people: Arc<dyn People>,
    /// Rooms.
    pub rooms: Arc<dyn Rooms>,
    /// Rules.
    pub rules: Arc<dyn Rules>,
    /// Days off and worked weekends.
    pub work_days: Arc<dyn WorkDays>,
    /// The second factor.
    pub second_factor: Arc<dyn SecondFactor>,
}
