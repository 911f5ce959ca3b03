//! The meeting as its page keeps it: what its parts share, and how the outcome of a step comes back to all of them.

use chrono::{DateTime, Utc};
use domain::error::Failure;
use domain::ids::MeetingId;
use domain::live::ShownPaper;
use domain::meetings::Meeting;
use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use super::calls;
use super::calls::Shown;
#[cfg(feature = "hydrate")]
use crate::failure::CallError;
use crate::failure::field_error;
use crate::form::{Posted, posted};

/// What of a meeting is shown below its head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tab {
    /// Chương trình.
    #[default]
    Agenda,
    /// Đại biểu.
    Delegates,
    /// Điểm cầu.
    Sites,
}

impl Tab {
    pub(super) fn parse(code: &str) -> Tab {
        match code {
            "delegates" => Tab::Delegates,
            "sites" => Tab::Sites,
            _ => Tab::Agenda,
        }
    }
}

/// The meeting on the page, shared by its parts.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// The meeting's identifier.
    pub(super) id: MeetingId,
    /// The meeting as last heard of.
    pub(super) meeting: RwSignal<Meeting>,
    /// The server's clock as last heard of.
    pub(super) now: RwSignal<DateTime<Utc>>,
    /// The paper that lies open before everybody, once the live socket has told.
    pub(super) shown: RwSignal<Option<ShownPaper>>,
    /// Why the last step did not happen.
    pub(super) failure: RwSignal<Option<Failure>>,
    /// How often the server was asked, and the newest question whose answer was taken.
    #[cfg(feature = "hydrate")]
    asked: StoredValue<(u32, u32)>,
    /// What came back with a plain form.
    posted: StoredValue<Posted>,
}

impl Desk {
    pub(super) fn new(shown: Shown) -> Desk {
        let posted = posted();
        Desk {
            id: shown.meeting.id,
            meeting: RwSignal::new(shown.meeting),
            now: RwSignal::new(shown.now),
            shown: RwSignal::new(None),
            failure: RwSignal::new(posted.failure.clone()),
            #[cfg(feature = "hydrate")]
            asked: StoredValue::new((0, 0)),
            posted: StoredValue::new(posted),
        }
    }

    /// What was wrong with a field of the last step, in words.
    pub(super) fn problem(self, field: &str) -> Option<String> {
        self.failure.with(|failure| field_error(failure.as_ref(), field))
    }

    /// What had been typed into a field of a plain form that was refused.
    pub(super) fn typed(self, field: &str) -> String {
        self.posted.with_value(
            |posted| {
                if posted.failure.is_some() { posted.typed(field) } else { String::new() }
            },
        )
    }

    /// What came back of a field, whether the form was refused or only to be filled in further.
    pub(super) fn filled(self, field: &str) -> String {
        self.posted.with_value(|posted| posted.typed(field))
    }

    /// The titles of the papers that a plain form brought in before it was refused.
    pub(super) fn kept(self) -> Vec<String> {
        self.posted.with_value(|posted| posted.all("kept"))
    }

    /// How many papers were stored; if there are many, only the last are named by title.
    pub(super) fn kept_count(self) -> usize {
        self.posted.with_value(|posted| posted.typed("kept_count").parse().unwrap_or(0))
    }

    /// The name of the file for which a plain form was refused.
    pub(super) fn refused_file(self) -> Option<String> {
        self.posted.with_value(|posted| Some(posted.typed("refused_file")).filter(|name| !name.is_empty()))
    }

    /// Asks the server again; what has not changed is not redrawn.
    #[cfg(feature = "hydrate")]
    pub(super) fn refresh(self) {
        // A page that was left asks no more.
        let asked = self.asked.try_update_value(|(asked, _)| {
            *asked += 1;
            *asked
        });
        let Some(turn) = asked else { return };
        leptos::task::spawn_local(async move {
            let Shown { meeting, now } = match calls::follow(self.id).await {
                Ok(shown) => shown,
                Err(CallError(Failure::SignedOut)) => return self.say_signed_out(true),
                // A network or server error is temporary.
                Err(_) => return,
            };
            self.say_signed_out(false);
            // Answers may overtake each other.
            let is_newest = self.asked.try_update_value(|(_, taken)| {
                let is_newest = *taken < turn;
                *taken = turn.max(*taken);
                is_newest
            });
            if is_newest != Some(true) {
                return;
            }
            self.now.try_set(now);
            if self.meeting.try_with_untracked(|old| *old != meeting) == Some(true) {
                self.meeting.try_set(meeting);
            }
        });
    }

    /// Says once that the session has ended. Removes the message when a user has signed in again in another
    /// tab.
    #[cfg(feature = "hydrate")]
    fn say_signed_out(self, is_signed_out: bool) {
        let is_said = self.failure.try_with_untracked(|said| *said == Some(Failure::SignedOut)) == Some(true);
        if is_said != is_signed_out {
            self.failure.try_set(is_signed_out.then_some(Failure::SignedOut));
        }
    }

    /// Takes the outcome of a step: on success the meeting is read anew, otherwise the reason is shown.
    #[cfg(feature = "hydrate")]
    pub(super) fn settle(self, outcome: Result<(), CallError>) {
        match outcome {
            Ok(()) => {
                self.failure.try_set(None);
                self.refresh();
            }
            Err(CallError(failure)) => {
                self.failure.try_set(Some(failure));
            }
        }
    }
}
