//! The roll: marking delegates and sites, naming an agency's delegates, scanning in. The code of the moment is in [`code`].
//! Every mark is one transaction with its line in the audit trail.

mod adding;
mod code;
pub(crate) mod naming;
mod taking_off;

use async_trait::async_trait;
use domain::access::{Action, Caller, Stage};
use domain::attendance::{Added, Attendance, CalledBy, Hall, HallCode, Presence, REASON_AT_MOST, RollTally};
use domain::audit::Deed;
use domain::count::Form;
use domain::error::{Failure, FieldProblem, Outcome, Refusal};
use domain::ids::{AgencyId, MeetingId, ParticipantId, PersonId};
use domain::meetings::Meetings;
use domain::people::PersonRef;
use domain::text::Paragraphs;
use serde_json::json;

use crate::audit::{self, Entry};
use crate::db::{BINDS_AT_MOST, Tx, places, q};
use crate::scope::MeetingScope;
use crate::stop::Done;
use crate::{Backend, counted, people, stored};

#[async_trait]
impl Attendance for Backend {
    async fn mark(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        participant: ParticipantId,
        presence: Presence,
    ) -> Outcome<()> {
        self.outcome(mark(self, caller, meeting, participant, presence).await)
    }

    async fn mark_rest(&self, caller: &Caller, meeting: MeetingId, presence: Presence) -> Outcome<u32> {
        self.outcome(mark_rest(self, caller, meeting, presence).await)
    }

    async fn mark_site(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        site: AgencyId,
        is_connected: bool,
    ) -> Outcome<()> {
        self.outcome(mark_site(self, caller, meeting, site, is_connected).await)
    }

    async fn name_delegates(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        agency: AgencyId,
        people: Vec<PersonId>,
    ) -> Outcome<()> {
        self.outcome(naming::name_delegates(self, caller, meeting, agency, people).await)
    }

    async fn add(&self, caller: &Caller, meeting: MeetingId, added: Vec<Added>) -> Outcome<()> {
        self.outcome(adding::add(self, caller, meeting, added).await)
    }

    async fn take_off(&self, caller: &Caller, meeting: MeetingId, participant: ParticipantId) -> Outcome<()> {
        self.outcome(taking_off::take_off(self, caller, meeting, participant).await)
    }

    async fn hall(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Hall> {
        hall(self, caller, meeting).await
    }

    async fn scan(&self, caller: &Caller, meeting: MeetingId, code: &str) -> Outcome<String> {
        self.outcome(scan(self, caller, meeting, code).await)
    }

    async fn nameable(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        agency: AgencyId,
        text: &str,
    ) -> Outcome<Vec<PersonRef>> {
        self.outcome(naming::nameable(self, caller, meeting, agency, text).await)
    }
}

/// No reason of an absence is longer than it may be.
fn checked(presence: Presence) -> Done<Presence> {
    let Presence::Absent { reason } = &presence else { return Ok(presence) };
    match Paragraphs::parse_optional(reason, REASON_AT_MOST) {
        Ok(reason) => Ok(Presence::Absent { reason: reason.into() }),
        Err(problem) => Err(Failure::Invalid(vec![FieldProblem::new("reason", problem)]).into()),
    }
}

/// Refuses what cannot be known before the meeting is open.
fn refuse_early(scope: &MeetingScope, is_known_early: bool) -> Done<()> {
    match scope.stage {
        Stage::UnderWay | Stage::Held => Ok(()),
        _ if is_known_early => Ok(()),
        _ => Err(Refusal::RollNotOpen.into()),
    }
}

fn reason_of(presence: &Presence) -> &str {
    match presence {
        Presence::Absent { reason } => reason,
        Presence::NotCalled | Presence::InRoom | Presence::Online => "",
    }
}

/// The meeting, if the caller may call its roll; it stays as it is until the transaction ends.
async fn called(tx: &mut Tx, caller: &Caller, meeting: MeetingId) -> Done<MeetingScope> {
    let scope = MeetingScope::hold(tx, caller, meeting).await?;
    scope.permit(caller, Action::CallRoll)?;
    Ok(scope)
}

async fn mark(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    participant: ParticipantId,
    presence: Presence,
) -> Done<()> {
    let presence = checked(presence)?;
    let mut tx = backend.begin_for(caller, meeting).await?;
    let scope = called(&mut tx, caller, meeting).await?;
    refuse_early(&scope, presence.is_known_early())?;
    set_and_tell(&mut tx, backend, caller, (meeting, &scope), participant, (&presence, CalledBy::Hand))
        .await?;
    Ok(tx.commit().await?)
}

/// Stores where a delegate or a guest is, and the line of it.
async fn set_and_tell(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    (meeting, scope): (MeetingId, &MeetingScope),
    participant: ParticipantId,
    (presence, by): (&Presence, CalledBy),
) -> Done<()> {
    // A seat that nobody has been named for is nobody to call.
    let before: Option<(String, String, String, String)> = q(format!(
        "SELECT p.presence, p.reason, p.called_by, {} FROM participant p JOIN person h ON h.id = p.person_id \
             JOIN agency a ON a.id = h.agency_id WHERE p.id = $1 AND p.meeting_id = $2 \
         UNION ALL SELECT g.presence, g.reason, g.called_by, g.name FROM guest g \
             WHERE g.id = $1 AND g.meeting_id = $2",
        people::distinct_name("h", "a")
    ))
    .bind(participant)
    .bind(meeting)
    .optional(&mut *tx)
    .await?;
    let (presence_before, reason_before, called_by, delegate) = before.ok_or(Failure::NotFound)?;
    // Marking again what is marked in the same way is no news, and the trail is kept for ever.
    let is_same = presence_before == presence.code() && reason_before == reason_of(presence);
    let way = if *presence == Presence::NotCalled { "" } else { by_code(by) };
    if is_same && called_by == way {
        return Ok(());
    }
    set_presence(tx, caller, participant, presence, by).await?;
    let what = if by == CalledBy::Code { Deed::AttendanceScan } else { Deed::AttendanceMark };
    let told = |presence: &str, reason: &str| json!({ "delegate": delegate, "presence": presence, "reason": reason });
    let entry = Entry::new(what, &scope.title)
        .of(scope.agency)
        .about(meeting)
        .before(&told(&presence_before, &reason_before))?
        .after(&told(presence.code(), reason_of(presence)))?;
    audit::record(tx, backend, caller, entry).await
}

pub(crate) async fn set_presence(
    tx: &mut Tx,
    caller: &Caller,
    participant: ParticipantId,
    presence: &Presence,
    by: CalledBy,
) -> Done<()> {
    let is_called = *presence != Presence::NotCalled;
    // One identifier is in one of the tables only.
    for table in ["participant", "guest"] {
        let sql = format!(
            "UPDATE {table} SET presence = $2, reason = $3, called_by = $4, called_at = $5 WHERE id = $1"
        );
        let written = q(sql)
            .bind(participant)
            .bind(presence.code())
            .bind(reason_of(presence))
            .bind(if is_called { by_code(by) } else { "" })
            .bind(is_called.then(|| caller.now.timestamp_millis()))
            .run(&mut *tx)
            .await?;
        if written > 0 {
            break;
        }
    }
    Ok(())
}

/// The same for many delegates at once.
pub(crate) async fn set_presences(
    tx: &mut Tx,
    caller: &Caller,
    participants: Vec<ParticipantId>,
    presence: &Presence,
    by: CalledBy,
) -> Done<()> {
    let is_called = *presence != Presence::NotCalled;
    for some in participants.chunks(BINDS_AT_MOST - 4) {
        q(format!(
            "UPDATE participant SET presence = $1, reason = $2, called_by = $3, called_at = $4 WHERE id IN ({})",
            places(5, some.len())
        ))
        .bind(presence.code())
        .bind(reason_of(presence))
        .bind(if is_called { by_code(by) } else { "" })
        .bind(is_called.then(|| caller.now.timestamp_millis()))
        .bind_all(some.iter().copied())
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Reads how a presence came to be known.
pub(crate) fn called_by_of(code: &str) -> Option<CalledBy> {
    let all = [CalledBy::Hand, CalledBy::Code, CalledBy::Joining, CalledBy::Site];
    all.into_iter().find(|by| by_code(*by) == code)
}

/// How a presence came to be known, as stored.
const fn by_code(by: CalledBy) -> &'static str {
    match by {
        CalledBy::Hand => "hand",
        CalledBy::Code => "code",
        CalledBy::Joining => "joining",
        CalledBy::Site => "site",
    }
}

async fn mark_rest(backend: &Backend, caller: &Caller, meeting: MeetingId, presence: Presence) -> Done<u32> {
    let presence = checked(presence)?;
    let mut tx = backend.begin_for(caller, meeting).await?;
    let scope = called(&mut tx, caller, meeting).await?;
    refuse_early(&scope, presence.is_known_early())?;
    // Whoever is not called yet is so already: nothing is written, and nothing told.
    if presence == Presence::NotCalled {
        return Ok(0);
    }
    let person_name = people::distinct_name("h", "a");
    let mut marked: Vec<(String, String)> = Vec::new();
    for (table, and, sort, name) in [
        (
            "participant",
            "AND person_id IS NOT NULL",
            "(SELECT h.name_key FROM person h WHERE h.id = participant.person_id)",
            format!(
                "(SELECT {person_name} FROM person h JOIN agency a ON a.id = h.agency_id \
                  WHERE h.id = participant.person_id)"
            ),
        ),
        ("guest", "", "''", "name".to_owned()),
    ] {
        let sql = format!(
            "UPDATE {table} SET presence = $2, reason = $3, called_by = 'hand', called_at = $4 \
             WHERE meeting_id = $1 AND presence = 'not_called' {and} RETURNING {sort} AS sort, {name} AS name"
        );
        let called = q(sql).bind(meeting).bind(presence.code()).bind(reason_of(&presence)).bind(caller.now);
        let mut of_table: Vec<(String, String)> = called.all(&mut tx).await?;
        of_table.sort();
        marked.extend(of_table);
    }
    let count = u32::try_from(marked.len()).unwrap_or(u32::MAX);
    if count == 0 {
        return Ok(count);
    }
    let names: Vec<String> = marked.into_iter().map(|(_, name)| name).collect();
    let told =
        |presence: &str, reason: &str| json!({ "delegates": names, "presence": presence, "reason": reason });
    let entry = Entry::new(Deed::AttendanceMarkRest, &scope.title)
        .of(scope.agency)
        .about(meeting)
        .before(&told(Presence::NotCalled.code(), ""))?
        .after(&told(presence.code(), reason_of(&presence)))?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.commit().await?;
    Ok(count)
}

async fn mark_site(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    site: AgencyId,
    is_connected: bool,
) -> Done<()> {
    let mut tx = backend.begin_for(caller, meeting).await?;
    let scope = called(&mut tx, caller, meeting).await?;
    let before: Option<(bool, String)> = q("SELECT s.is_connected, a.short_name FROM site s \
         JOIN agency a ON a.id = s.agency_id WHERE s.meeting_id = $1 AND s.agency_id = $2")
    .bind(meeting)
    .bind(site)
    .optional(&mut tx)
    .await?;
    let (was_connected, name) = before.ok_or(Failure::NotFound)?;
    if was_connected == is_connected {
        return Ok(());
    }
    refuse_early(&scope, !is_connected)?;
    q("UPDATE site SET is_connected = $3 WHERE meeting_id = $1 AND agency_id = $2")
        .bind(meeting)
        .bind(site)
        .bind(is_connected)
        .run(&mut tx)
        .await?;
    counted::keep_connection(&mut tx, meeting).await?;
    let entry = Entry::new(Deed::AttendanceMarkSite, &scope.title)
        .of(scope.agency)
        .about(meeting)
        .before(&json!({ "site": name, "connected": was_connected }))?
        .after(&json!({ "site": name, "connected": is_connected }))?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.commit().await?;
    Ok(())
}

async fn hall(backend: &Backend, caller: &Caller, meeting: MeetingId) -> Outcome<Hall> {
    let scope = backend.outcome(MeetingScope::load(backend.db(), caller, meeting).await)?;
    // A hall that is already running keeps showing the end: closing the meeting must not black out the display.
    let asked = if scope.stage == Stage::Held { Action::CallRoll } else { Action::ShowHall };
    backend.outcome(scope.permit(caller, asked))?;
    let shown = backend.get(caller, meeting).await?;
    if scope.stage == Stage::UnderWay {
        // A meeting of a whole day is longer than a session may be idle, and nobody touches the display.
        backend.outcome(crate::accounts::session::note_use(backend, caller).await)?;
    }
    let roll = RollTally::of(&shown.participants);
    let connected = shown.sites.iter().filter(|site| site.is_connected).count();
    let code = match scope.stage {
        Stage::UnderWay if shown.form != Form::Online => {
            let secret = backend.outcome(backend.roll_secret().await)?;
            let turn = code::turn_at(caller.now);
            Some(HallCode { text: code::code_of(&secret, meeting, turn), renews: code::end_of(turn) })
        }
        _ => None,
    };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Hall {
        roll,
        guests: RollTally::of_guests(&shown.guests),
        sites: (count(connected), count(shown.sites.len())),
        code,
        now: caller.now,
        meeting: shown,
    })
}

async fn scan(backend: &Backend, caller: &Caller, meeting: MeetingId, typed: &str) -> Done<String> {
    let secret = backend.roll_secret().await?;
    let mut tx = backend.begin_for(caller, meeting).await?;
    let scope = MeetingScope::hold(&mut tx, caller, meeting).await?;
    let is_good = code::is_good(&secret, meeting, typed, caller.now);
    if scope.part.is_none() || scope.stage == Stage::Draft {
        // A caller with the code of the moment stands in the hall, so the meeting is no secret to them. Any other caller
        // learns that there is such a meeting only if they may see it.
        let is_in_hall = is_good && scope.stage == Stage::UnderWay;
        if !is_in_hall {
            scope.permit(caller, Action::ViewMeeting)?;
        }
        return Err(Refusal::NotADelegate.into());
    }
    if scope.stage != Stage::UnderWay {
        return Err(scope.refusal().into());
    }
    if !scope.may(caller, Action::ScanIn) {
        return Err(Failure::Forbidden.into());
    }
    if !is_good {
        return Err(Refusal::CodeExpired.into());
    }
    let (participant,): (String,) = q("SELECT id FROM participant WHERE meeting_id = $1 AND person_id = $2")
        .bind(meeting)
        .bind(caller.person)
        .one(&mut tx)
        .await?;
    let participant = stored::id(&participant)?;
    let here = (&Presence::InRoom, CalledBy::Code);
    set_and_tell(&mut tx, backend, caller, (meeting, &scope), participant, here).await?;
    tx.commit().await?;
    Ok(scope.title)
}
