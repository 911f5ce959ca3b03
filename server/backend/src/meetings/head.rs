//! The row of one meeting with what permission and the law say of it: the one place where its columns become a state.
//! Knows nothing of its sittings, people or papers.

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{Action, Caller, Part, Scope, Stage, stage_for};
use domain::agencies::AgencyRef;
use domain::count::{Counterpart, Form, Side};
use domain::error::Failure;
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::{EnteredAfterwards, State};
use domain::rules::KindRef;

use crate::db::{Source, Tx, q};
use crate::scope::{is_invited, part_of};
use crate::stop::{Done, Stop};
use crate::{agencies, stored};

/// A stored meeting without its parts.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Head {
    pub(super) rev: i64,
    agency_id: String,
    code: String,
    short_name: String,
    path: String,
    pub(super) title: String,
    pub(super) kind: String,
    form: String,
    side: String,
    counterpart: String,
    pub(super) is_unexpected: bool,
    pub(super) place: String,
    stage: String,
    pub(super) draft: String,
    invited_at: Option<i64>,
    opened_at: Option<i64>,
    closed_at: Option<i64>,
    called_off_at: Option<i64>,
    entered_at: Option<i64>,
    entered_by: Option<String>,
    pub(super) reason: String,
    pub(super) current_item: Option<String>,
    pub(super) scope: String,
    pub(super) first_date: Option<String>,
    part: Option<String>,
    is_invited: bool,
    pub(super) seen_change: Option<i64>,
    pub(super) has_opened: Option<bool>,
    name_vi: Option<String>,
    name_en: Option<String>,
    rule_scope: Option<String>,
    limit_sessions: Option<i64>,
}

/// `$1` the meeting, `$2` the person who asks, `$3` the date whose rule counts while there is no sitting yet.
const HEAD: &str = "\
    m.rev, m.agency_id, a.code, a.short_name, a.path, m.title, m.kind, m.form, m.side, m.counterpart, \
           m.is_unexpected, m.place, m.stage, m.draft, m.invited_at, m.opened_at, m.closed_at, m.called_off_at, \
           m.entered_at, e.name AS entered_by, \
           m.reason, m.current_item, m.scope, m.first_date, p.part, p.seen_change, p.has_opened, \
           k.name_vi, k.name_en, k.scope AS rule_scope, \
           CASE WHEN k.valid_from <= COALESCE(m.first_date, $3) THEN k.limit_sessions END AS limit_sessions \
    FROM meeting m JOIN agency a ON a.id = m.agency_id \
    LEFT JOIN person e ON e.id = m.entered_by \
    LEFT JOIN participant p ON p.meeting_id = m.id AND p.person_id = $2 \
    LEFT JOIN kind_rule k ON k.kind = m.kind AND k.valid_from = COALESCE( \
        (SELECT MAX(r.valid_from) FROM kind_rule r WHERE r.kind = m.kind AND r.valid_from <= COALESCE(m.first_date, $3)), \
        (SELECT MIN(r.valid_from) FROM kind_rule r WHERE r.kind = m.kind)) \
    WHERE m.id = $1";

impl Head {
    /// Reads it; `NotFound` when there is none.
    pub(super) async fn load(
        on: impl Source,
        caller: &Caller,
        meeting: MeetingId,
        today: NaiveDate,
    ) -> Done<Head> {
        let mut query = q("SELECT ").bind(meeting).bind(caller.person).bind(today);
        let is_invited = is_invited(&mut query, caller);
        query.push(&format!("{is_invited} AS is_invited, {HEAD}"));
        let head = query.optional(on).await?;
        Ok(head.ok_or(Failure::NotFound)?)
    }

    /// Takes the meeting's lock by growing its revision, so that a second editor waits, then reads it.
    pub(super) async fn lock(
        tx: &mut Tx,
        caller: &Caller,
        meeting: MeetingId,
        today: NaiveDate,
    ) -> Done<Head> {
        q("UPDATE meeting SET rev = rev + 1 WHERE id = $1").bind(meeting).run(&mut *tx).await?;
        let head = Head::load(&mut *tx, caller, meeting, today).await?;
        head.permit(caller, Action::ViewMeeting)?;
        Ok(head)
    }

    /// `Stale` when the revision that an editor saw was not the newest as the lock was taken. Asked after the permission: the
    /// revision is for those who edit.
    pub(super) fn newest(&self, seen: i64) -> Done<()> {
        if seen + 1 == self.rev { Ok(()) } else { Err(Failure::Stale.into()) }
    }

    pub(super) fn agency_id(&self) -> Done<AgencyId> {
        stored::id(&self.agency_id)
    }

    pub(super) fn agency(&self) -> Done<AgencyRef> {
        Ok(AgencyRef { id: self.agency_id()?, code: self.code.clone(), short_name: self.short_name.clone() })
    }

    /// The caller's own part.
    pub(super) fn part(&self) -> Option<Part> {
        self.part.as_deref().and_then(part_of)
    }

    /// Whether the caller's roles, own part or invited agency allow it: who is listed may speak for an agency as well.
    fn allows(&self, caller: &Caller, action: Action, path: &[AgencyId], stage: Stage) -> bool {
        let parts = [self.part(), self.is_invited.then_some(Part::Invited)];
        let stage = stage_for(action, stage, self.entered_at.is_some());
        parts.into_iter().any(|part| caller.may(action, Scope::Meeting { agency: path, part, stage }))
    }

    pub(super) fn stage(&self) -> Done<Stage> {
        stored::code(&self.stage, Stage::parse)
    }

    /// A draft whose form was not chosen yet shows as in person.
    pub(super) fn form(&self) -> Form {
        Form::parse(&self.form).unwrap_or(Form::InPerson)
    }

    pub(super) fn side(&self) -> Side {
        Side::parse(&self.side).unwrap_or(Side::Organised)
    }

    pub(super) fn counterpart(&self) -> Counterpart {
        Counterpart::parse(&self.counterpart).unwrap_or(Counterpart::Internal)
    }

    pub(super) fn kind_ref(&self) -> KindRef {
        let scope = self.rule_scope.as_deref().unwrap_or(&self.scope);
        KindRef {
            code: self.kind.clone(),
            name_vi: self.name_vi.clone().unwrap_or_else(|| self.kind.clone()),
            name_en: self.name_en.clone().unwrap_or_else(|| self.kind.clone()),
            scope: domain::count::Scope::parse(scope).unwrap_or(domain::count::Scope::Meeting),
        }
    }

    /// The limit on the meeting's date; none when no rule holds.
    pub(super) fn limit(&self) -> Option<u32> {
        self.limit_sessions.and_then(|n| u32::try_from(n).ok())
    }

    /// Everything the caller may do to the meeting now.
    pub(super) fn may(&self, caller: &Caller) -> Done<Vec<Action>> {
        let (path, stage) = (agencies::read_path(&self.path)?, self.stage()?);
        Ok(Action::ALL.into_iter().filter(|action| self.allows(caller, *action, &path, stage)).collect())
    }

    /// Whether the caller reads the trail of the meeting's agency.
    pub(super) fn reads_trail(&self, caller: &Caller) -> Done<bool> {
        let path = agencies::read_path(&self.path)?;
        Ok(caller.may(Action::ViewAudit, Scope::Agency(&path)))
    }

    /// `Forbidden` when not, or `NotFound` when the meeting is not even theirs to know of; a stage that rules the
    /// action out for everybody is told to those who could do it in another.
    pub(super) fn permit(&self, caller: &Caller, action: Action) -> Done<()> {
        let (path, now) = (agencies::read_path(&self.path)?, self.stage()?);
        let may = |action, stage| self.allows(caller, action, &path, stage);
        if may(action, now) {
            return Ok(());
        }
        if !may(Action::ViewMeeting, now) {
            return Err(Failure::NotFound.into());
        }
        if Stage::ALL.into_iter().any(|stage| may(action, stage)) {
            return Err(self.state()?.refusal().into());
        }
        Err(Failure::Forbidden.into())
    }

    /// Whether the caller may compose the meeting once it is a draft, when no part in it counts.
    pub(super) fn may_compose_as_draft(&self, caller: &Caller) -> Done<bool> {
        let path = agencies::read_path(&self.path)?;
        Ok(self.allows(caller, Action::ComposeMeeting, &path, Stage::Draft))
    }

    /// When the invitations first went out; none for a meeting nobody was invited to here.
    pub(super) fn invited(&self) -> Done<Option<DateTime<Utc>>> {
        stored::optional_instant(self.invited_at)
    }

    /// When and by whom the meeting was entered after it took place, if it was.
    pub(super) fn entered(&self) -> Done<Option<EnteredAfterwards>> {
        let Some(at) = stored::optional_instant(self.entered_at)? else { return Ok(None) };
        Ok(Some(EnteredAfterwards { at, by: self.entered_by.clone().unwrap_or_default() }))
    }

    /// The state, with exactly its own data.
    pub(super) fn state(&self) -> Done<State> {
        let invited = || instant(self.invited_at, "invited_at");
        let off = || instant(self.called_off_at, "called_off_at");
        let reason = || self.reason.clone();
        Ok(match self.stage()? {
            Stage::Draft => State::Draft,
            Stage::Scheduled => State::Scheduled { invited: invited()? },
            Stage::UnderWay => {
                State::UnderWay { invited: invited()?, opened: instant(self.opened_at, "opened_at")? }
            }
            Stage::Held => State::Held {
                opened: instant(self.opened_at, "opened_at")?,
                closed: instant(self.closed_at, "closed_at")?,
                overrun_reason: reason(),
            },
            Stage::Cancelled => State::Cancelled { at: off()?, reason: reason() },
            Stage::Postponed => State::Postponed { at: off()?, reason: reason() },
        })
    }
}

fn instant(millis: Option<i64>, column: &str) -> Done<DateTime<Utc>> {
    stored::instant(millis.ok_or_else(|| Stop::Stored(format!("no {column}")))?)
}

/// Keeps a state in the meeting's row. `draft` is what stays typed but unpublished.
pub(super) async fn store_state(tx: &mut Tx, meeting: MeetingId, state: &State) -> Done<()> {
    let stage = state.stage().code();
    let query = match state {
        State::Draft => q("UPDATE meeting SET stage = $2 WHERE id = $1").bind(meeting).bind(stage),
        State::Scheduled { invited } => {
            q("UPDATE meeting SET stage = $2, invited_at = $3, called_off_at = NULL, \
             reason = '', draft = '' WHERE id = $1")
            .bind(meeting)
            .bind(stage)
            .bind(*invited)
        }
        State::UnderWay { opened, .. } => q("UPDATE meeting SET stage = $2, opened_at = $3 WHERE id = $1")
            .bind(meeting)
            .bind(stage)
            .bind(*opened),
        State::Held { closed, overrun_reason, .. } => {
            q("UPDATE meeting SET stage = $2, closed_at = $3, reason = $4, current_item = NULL WHERE id = $1")
                .bind(meeting)
                .bind(stage)
                .bind(*closed)
                .bind(overrun_reason)
        }
        State::Cancelled { at, reason } | State::Postponed { at, reason } => {
            q("UPDATE meeting SET stage = $2, called_off_at = $3, reason = $4 WHERE id = $1")
                .bind(meeting)
                .bind(stage)
                .bind(*at)
                .bind(reason)
        }
    };
    query.run(&mut *tx).await?;
    Ok(())
}
