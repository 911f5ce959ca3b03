//! What a meeting's page asks of the server to put its record right: a real start, a step, a closing or an entry
//! afterwards taken back, hours corrected.

use domain::ids::MeetingId;
use domain::meetings::CorrectionInput;
use leptos::prelude::*;

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use {
    super::calls::{back, back_with},
    crate::session::asked,
    domain::error::{Failure, FieldProblem, Problem},
    domain::meetings::parse_moment,
    domain::time::Zone,
};

/// Opens the meeting at the time it really began.
#[server(endpoint = "meetings/open-since")]
pub async fn open_since(
    /// The meeting.
    id: MeetingId,
    /// When it really began.
    #[server(default)]
    began: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let wrong = |problem| Failure::Invalid(vec![FieldProblem::new("began", problem)]);
    let today = Zone::VIETNAM.date(caller.now);
    let outcome = match parse_moment(&began, today, today) {
        Ok(Some(at)) => services.records.open_since(&caller, id, at).await,
        Ok(None) => Err(wrong(Problem::Missing)),
        Err(problem) => Err(wrong(problem)),
    };
    back_with(id, "#agenda", outcome, &[("began", &began)])
}

/// Takes back the last step of the agenda.
#[server(endpoint = "meetings/undo-step")]
pub async fn undo_step(
    /// The meeting.
    id: MeetingId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "#agenda", services.records.undo_step(&caller, id).await)
}

/// Takes back a closing that was a mistake.
#[server(endpoint = "meetings/reopen")]
pub async fn reopen(
    /// The meeting.
    id: MeetingId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "#agenda", services.records.reopen(&caller, id).await)
}

/// Takes back that a meeting was entered after it took place.
#[server(endpoint = "meetings/back-to-draft")]
pub async fn back_to_draft(
    /// The meeting.
    id: MeetingId,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let outcome = services.records.back_to_draft(&caller, id, &reason).await;
    back_with(id, "", outcome, &[("draft_reason", &reason)])
}

/// Corrects the hours of a held meeting.
#[server(endpoint = "meetings/correct")]
pub async fn correct(
    /// The meeting.
    id: MeetingId,
    /// What was typed.
    #[server(flatten)]
    input: CorrectionInput,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let mut typed: Vec<(String, String)> = [
        ("opened", &input.opened),
        ("closed", &input.closed),
        ("overrun_reason", &input.overrun_reason),
        ("correct_reason", &input.reason),
    ]
    .map(|(name, text)| (name.to_owned(), text.clone()))
    .into();
    for (at, item) in input.items.iter().enumerate() {
        typed.push((format!("items[{at}][began]"), item.began.clone()));
        typed.push((format!("items[{at}][done]"), item.done.clone()));
    }
    let outcome = services.records.correct(&caller, id, input).await;
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    back_with(id, "", outcome, &typed)
}
