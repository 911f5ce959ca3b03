//! What a delegate finds behind the hall's code: which meeting, whether they are listed and already present.

use domain::access::{Part, Stage};
use domain::attendance::Presence;
use domain::error::Refusal;
use domain::ids::PersonId;
use domain::meetings::{Meeting, State};
use domain::time::Sitting;
use serde::{Deserialize, Serialize};

/// A meeting as the scan page needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landing {
    /// Title.
    pub title: String,
    /// How far it has come.
    pub stage: Stage,
    /// Why it is too late, once it is.
    pub over: Option<Refusal>,
    /// First sitting.
    pub first: Option<Sitting>,
    /// The person's part, if any.
    pub part: Option<Part>,
    /// Whether the person is present already.
    pub is_present: bool,
    /// Number of papers.
    pub papers: usize,
}

/// Why it is too late for a meeting that was held or called off.
pub(super) fn over(state: &State) -> Option<Refusal> {
    let why = state.refusal();
    matches!(why, Refusal::MeetingOver { .. }).then_some(why)
}

impl Landing {
    /// What a person finds of a meeting.
    pub fn of(meeting: &Meeting, person: PersonId) -> Landing {
        let is_own = |listed: &&domain::meetings::Participant| {
            listed.person.as_ref().is_some_and(|listed| listed.id == person)
        };
        let own = meeting.participants.iter().find(is_own);
        Landing {
            title: meeting.title.clone(),
            stage: meeting.state.stage(),
            over: over(&meeting.state),
            first: meeting.sittings.iter().min().copied(),
            part: meeting.my_part,
            is_present: own.is_some_and(|listed| Presence::is_present(&listed.presence)),
            papers: meeting.papers().count(),
        }
    }
}
