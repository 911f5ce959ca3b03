//! What a caller is to one meeting: the facts that permission is decided on. Everything about a meeting asks here first.

use chrono::{DateTime, Utc};
use domain::access::{Action, Caller, Part, Scope, Stage, office_of, stage_for};
use domain::error::{Failure, Refusal};
use domain::ids::{AgencyId, MeetingId};

use crate::access::Within;
use crate::db::{Q, Source, Tx, q};
use crate::stop::Done;
use crate::{agencies, stored};

/// A meeting as permission sees it.
#[derive(Clone, Debug)]
pub(crate) struct MeetingScope {
    pub(crate) title: String,
    pub(crate) agency: AgencyId,
    path: Vec<AgencyId>,
    pub(crate) part: Option<Part>,
    is_invited: bool,
    pub(crate) stage: Stage,
    /// When it was closed or called off, once it was.
    over: Option<DateTime<Utc>>,
    is_entered: bool,
}

/// Title, agency with its path, stage, the caller's part, whether their agency is invited and it was entered afterwards, and
/// since when it is over.
type ScopeRow = (String, String, String, String, Option<String>, bool, bool, Option<i64>);

impl MeetingScope {
    /// The office of the agency that holds the meeting.
    pub(crate) fn office(&self) -> AgencyId {
        office_of(&self.path).unwrap_or(self.agency)
    }

    /// Reads it; `NotFound` when there is no such meeting.
    pub(crate) async fn load(on: impl Source, caller: &Caller, meeting: MeetingId) -> Done<MeetingScope> {
        let mut query = q("SELECT ").bind(meeting).bind(caller.person);
        let is_invited = is_invited(&mut query, caller);
        query.push(&format!(
            "m.title, m.agency_id, a.path, m.stage, p.part, {is_invited} AS is_invited, \
             m.entered_at IS NOT NULL AS is_entered, \
             CASE WHEN m.stage = 'held' THEN m.closed_at ELSE m.called_off_at END AS over_since \
             FROM meeting m JOIN agency a ON a.id = m.agency_id \
             LEFT JOIN participant p ON p.meeting_id = m.id AND p.person_id = $2 WHERE m.id = $1"
        ));
        let row: Option<ScopeRow> = query.optional(on).await?;
        let (title, agency, path, stage, part, is_invited, is_entered, over) =
            row.ok_or(Failure::NotFound)?;
        Ok(MeetingScope {
            title,
            agency: stored::id(&agency)?,
            path: agencies::read_path(&path)?,
            part: part.as_deref().map(|p| stored::code(p, part_of)).transpose()?,
            is_invited,
            stage: stored::code(&stage, Stage::parse)?,
            over: over.and_then(DateTime::from_timestamp_millis),
            is_entered,
        })
    }

    /// Reads it for a write: it stays as it was read until the transaction ends. Whoever read it without would write into a
    /// meeting that was closed, or a paper that was withdrawn, in the same moment. What the write depends on beside it is
    /// read after this.
    pub(crate) async fn hold(tx: &mut Tx, caller: &Caller, meeting: MeetingId) -> Done<MeetingScope> {
        hold(tx, meeting).await?;
        MeetingScope::load(tx, caller, meeting).await
    }

    /// Why a step cannot be taken in its stage, for who may open the meeting. See [`domain::meetings::State::refusal`].
    pub(crate) fn refusal(&self) -> Refusal {
        match (self.stage, self.over) {
            (stage @ (Stage::Held | Stage::Cancelled | Stage::Postponed), Some(at)) => {
                Refusal::MeetingOver { stage, at }
            }
            _ => Refusal::WrongState,
        }
    }

    /// Whether the caller may do this to the meeting.
    pub(crate) fn may(&self, caller: &Caller, action: Action) -> bool {
        let parts = [self.part, self.is_invited.then_some(Part::Invited)];
        let stage = stage_for(action, self.stage, self.is_entered);
        let scope = |part| Scope::Meeting { agency: &self.path, part, stage };
        parts.into_iter().any(|part| caller.may(action, scope(part)))
    }

    /// `Forbidden` when not, or `NotFound` when the meeting is not even theirs to know of.
    pub(crate) fn permit(&self, caller: &Caller, action: Action) -> Done<()> {
        if self.may(caller, action) {
            return Ok(());
        }
        let known = self.may(caller, Action::ViewMeeting);
        Err(if known { Failure::Forbidden } else { Failure::NotFound }.into())
    }
}

/// Takes the meeting's lock without growing its revision. Whoever writes to a meeting holds it first, so that one comes
/// after the other, what is read then is as the one before has left it, and the numbers of changes follow each other.
pub(crate) async fn hold(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    q("UPDATE meeting SET rev = rev WHERE id = $1").bind(meeting).run(tx).await?;
    Ok(())
}

/// A condition on `meeting m`: an agency for which the caller may name delegates, or that the caller may connect as a
/// site, was invited to it.
pub(crate) fn is_invited(query: &mut Q, caller: &Caller) -> String {
    let names = Within::of(caller, Action::NameDelegates).condition(query, "i.agency_id");
    let connects = Within::of(caller, Action::ConnectSite).condition(query, "s.agency_id");
    format!(
        "(EXISTS (SELECT 1 FROM participant i WHERE i.meeting_id = m.id AND (i.person_id IS NULL OR i.is_named) \
         AND {names}) OR EXISTS (SELECT 1 FROM site s WHERE s.meeting_id = m.id AND {connects}))"
    )
}

/// The code of a part, as stored; an invited agency's is none of its own.
pub(crate) const fn part_code(part: Part) -> &'static str {
    match part {
        Part::Chair => "chair",
        Part::Secretary => "secretary",
        Part::Delegate => "delegate",
        Part::Invited => "invited",
    }
}

/// Reads a stored part of a person.
pub(crate) fn part_of(code: &str) -> Option<Part> {
    [Part::Chair, Part::Secretary, Part::Delegate].into_iter().find(|part| part_code(*part) == code)
}
