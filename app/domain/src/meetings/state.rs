//! The states of a meeting, each holding exactly its own data. A step consumes the state and gives the next, or says why not.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Stage;
use crate::count::Outcome;
use crate::error::Refusal;

/// An opening is taken back within so many minutes: long enough to see that nobody is there. Later the meeting sat, and is
/// closed.
pub const TAKEN_BACK_WITHIN_MINUTES: i64 = 15;

/// How far a meeting has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being composed.
    Draft,
    /// Invitations are out.
    Scheduled {
        /// When they first went out.
        invited: DateTime<Utc>,
    },
    /// Being held.
    UnderWay {
        /// When the invitations went out.
        invited: DateTime<Utc>,
        /// When it was really opened.
        opened: DateTime<Utc>,
    },
    /// Held.
    Held {
        /// When it was really opened.
        opened: DateTime<Utc>,
        /// When it was really closed.
        closed: DateTime<Utc>,
        /// Why it ran over, when it did.
        overrun_reason: String,
    },
    /// Will not be held.
    Cancelled {
        /// When that was decided.
        at: DateTime<Utc>,
        /// Why.
        reason: String,
    },
    /// Waits for a new date.
    Postponed {
        /// When that was decided.
        at: DateTime<Utc>,
        /// Why.
        reason: String,
    },
}

impl State {
    /// The stage, for permission and lists.
    pub fn stage(&self) -> Stage {
        match self {
            State::Draft => Stage::Draft,
            State::Scheduled { .. } => Stage::Scheduled,
            State::UnderWay { .. } => Stage::UnderWay,
            State::Held { .. } => Stage::Held,
            State::Cancelled { .. } => Stage::Cancelled,
            State::Postponed { .. } => Stage::Postponed,
        }
    }

    /// Why a step cannot be taken in this state: the meeting is over, since when, or only that it is another state.
    pub fn refusal(&self) -> Refusal {
        match self {
            State::Held { closed: at, .. } | State::Cancelled { at, .. } | State::Postponed { at, .. } => {
                Refusal::MeetingOver { stage: self.stage(), at: *at }
            }
            State::Draft | State::Scheduled { .. } | State::UnderWay { .. } => Refusal::WrongState,
        }
    }

    /// What counting makes of it.
    pub fn outcome(&self) -> Outcome {
        match self {
            State::Held { .. } => Outcome::Held,
            State::Cancelled { .. } => Outcome::Cancelled,
            State::Postponed { .. } => Outcome::Postponed,
            State::Draft | State::Scheduled { .. } | State::UnderWay { .. } => Outcome::Pending,
        }
    }

    /// Sends the invitations, or a change of them. A postponed meeting gets its new date this way.
    pub fn publish(self, now: DateTime<Utc>) -> Result<State, Refusal> {
        match self {
            State::Draft | State::Postponed { .. } => Ok(State::Scheduled { invited: now }),
            State::Scheduled { invited } => Ok(State::Scheduled { invited }),
            other => Err(other.refusal()),
        }
    }

    /// Opens the meeting.
    pub fn open(self, now: DateTime<Utc>) -> Result<State, Refusal> {
        match self {
            State::Scheduled { invited } => Ok(State::UnderWay { invited, opened: now }),
            other => Err(other.refusal()),
        }
    }

    /// Takes back an opening that was a mistake, within [`TAKEN_BACK_WITHIN_MINUTES`] after it was pressed: one of a
    /// meeting whose days were over counts from the planned start, long before.
    pub fn take_back(self, pressed: DateTime<Utc>, now: DateTime<Utc>) -> Result<State, Refusal> {
        match self {
            State::UnderWay { invited, .. }
                if now - pressed < TimeDelta::minutes(TAKEN_BACK_WITHIN_MINUTES) =>
            {
                Ok(State::Scheduled { invited })
            }
            other => Err(other.refusal()),
        }
    }

    /// Closes the meeting at a time that lies after its opening.
    pub fn close(self, closed: DateTime<Utc>, overrun_reason: String) -> Result<State, Refusal> {
        match self {
            State::UnderWay { opened, .. } if closed > opened => {
                Ok(State::Held { opened, closed, overrun_reason })
            }
            other => Err(other.refusal()),
        }
    }

    /// Takes a closing back: under way again as it was opened, and why it ran over falls away.
    pub fn reopen(self, invited: DateTime<Utc>) -> Result<State, Refusal> {
        match self {
            State::Held { opened, .. } => Ok(State::UnderWay { invited, opened }),
            other => Err(other.refusal()),
        }
    }

    /// Enters a meeting that took place, from its opening to its closing. Nobody was invited to it here.
    pub fn enter(self, opened: DateTime<Utc>, closed: DateTime<Utc>) -> Result<State, Refusal> {
        match self {
            State::Draft if closed > opened => {
                Ok(State::Held { opened, closed, overrun_reason: String::new() })
            }
            other => Err(other.refusal()),
        }
    }

    /// Takes back that it was entered: a draft again. Of which held meetings that may be asked, the record knows.
    pub fn back_to_draft(self) -> Result<State, Refusal> {
        match self {
            State::Held { .. } => Ok(State::Draft),
            other => Err(other.refusal()),
        }
    }

    /// Cancels it, with a reason unless only its secretariat knew of it.
    pub fn cancel(self, now: DateTime<Utc>, reason: String) -> Result<State, Refusal> {
        match self {
            State::Draft => Ok(State::Cancelled { at: now, reason }),
            State::Scheduled { .. } | State::Postponed { .. } if reason.is_empty() => {
                Err(Refusal::ReasonNeeded)
            }
            State::Scheduled { .. } | State::Postponed { .. } => Ok(State::Cancelled { at: now, reason }),
            other => Err(other.refusal()),
        }
    }

    /// Postpones it, with a reason.
    pub fn postpone(self, now: DateTime<Utc>, reason: String) -> Result<State, Refusal> {
        match self {
            State::Scheduled { .. } if reason.is_empty() => Err(Refusal::ReasonNeeded),
            State::Scheduled { .. } => Ok(State::Postponed { at: now, reason }),
            other => Err(other.refusal()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + minute * 60, 0).unwrap()
    }

    #[test]
    fn a_meeting_goes_from_draft_to_held() {
        let held = State::Draft
            .publish(at(0))
            .and_then(|s| s.open(at(1)))
            .and_then(|s| s.close(at(90), String::new()));
        assert_eq!(held, Ok(State::Held { opened: at(1), closed: at(90), overrun_reason: String::new() }));
    }

    #[test]
    fn calling_off_needs_a_reason_once_people_are_invited() {
        let scheduled = State::Scheduled { invited: at(0) };
        assert_eq!(scheduled.clone().cancel(at(1), String::new()), Err(Refusal::ReasonNeeded));
        assert_eq!(scheduled.postpone(at(1), String::new()), Err(Refusal::ReasonNeeded));
        assert!(State::Draft.cancel(at(1), String::new()).is_ok());
    }

    #[test]
    fn what_comes_too_late_is_told_since_when() {
        let held = State::Held { opened: at(0), closed: at(1), overrun_reason: String::new() };
        let over = |stage| Err(Refusal::MeetingOver { stage, at: at(1) });
        assert_eq!(held.clone().publish(at(2)), over(Stage::Held));
        assert_eq!(held.clone().open(at(2)), over(Stage::Held));
        assert_eq!(held.cancel(at(2), "x".into()), over(Stage::Held));
        let reason = || "Bão".to_owned();
        assert_eq!(State::Cancelled { at: at(1), reason: reason() }.publish(at(2)), over(Stage::Cancelled));
        assert_eq!(State::Postponed { at: at(1), reason: reason() }.open(at(2)), over(Stage::Postponed));
    }

    #[test]
    fn an_opening_is_taken_back_for_a_quarter_of_an_hour() {
        let under_way = State::UnderWay { invited: at(0), opened: at(5) };
        assert_eq!(under_way.clone().take_back(at(5), at(19)), Ok(State::Scheduled { invited: at(0) }));
        assert_eq!(under_way.clone().take_back(at(5), at(20)), Err(Refusal::WrongState));
        let afterwards = under_way.take_back(at(5000), at(5014));
        assert_eq!(afterwards, Ok(State::Scheduled { invited: at(0) }), "from the press");
        assert_eq!(State::Scheduled { invited: at(0) }.take_back(at(0), at(1)), Err(Refusal::WrongState));
    }

    #[test]
    fn a_closing_is_taken_back_to_the_opening() {
        let held = State::Held { opened: at(1), closed: at(3), overrun_reason: "Bàn thêm".into() };
        assert_eq!(held.reopen(at(0)), Ok(State::UnderWay { invited: at(0), opened: at(1) }));
        assert_eq!(State::Scheduled { invited: at(0) }.reopen(at(0)), Err(Refusal::WrongState));
    }

    #[test]
    fn only_a_draft_is_entered_as_held() {
        let held = State::Held { opened: at(1), closed: at(9), overrun_reason: String::new() };
        assert_eq!(State::Draft.enter(at(1), at(9)), Ok(held.clone()));
        assert_eq!(held.back_to_draft(), Ok(State::Draft));
        assert_eq!(State::Scheduled { invited: at(0) }.back_to_draft(), Err(Refusal::WrongState));
        assert_eq!(State::Draft.enter(at(1), at(1)), Err(Refusal::WrongState));
        assert_eq!(State::Scheduled { invited: at(0) }.enter(at(1), at(9)), Err(Refusal::WrongState));
    }

    #[test]
    fn closing_before_opening_is_refused() {
        let under_way = State::UnderWay { invited: at(0), opened: at(5) };
        assert_eq!(under_way.close(at(5), String::new()), Err(Refusal::WrongState));
    }
}
