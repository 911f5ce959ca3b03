//! One meeting as its people see it, in few queries: its row, its small parts together, people, agenda, papers.
//! Refuses to decide anything but who may see it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::{Action, Caller, Part, Stage};
use domain::agencies::AgencyRef;
use domain::attendance::Presence;
use domain::error::Failure;
use domain::ids::{AgendaItemId, MeetingId};
use domain::meetings::{
    AgendaItem, CHANGES_TOLD, Change, Guest, Meeting, OLDER_HOURS_TOLD, Participant, Site,
    TAKEN_BACK_WITHIN_MINUTES, decisive,
};
use domain::papers::{Declaration, Paper, PaperLine, Unread, WithdrawnPaper};
use domain::people::PersonRef;
use domain::rooms::RoomRef;
use domain::text::name_key;
use domain::time::Sitting;

use super::head::Head;
use super::{guests, record};
use crate::attendance::{called_by_of, naming};
use crate::db::{Source, q};
use crate::papers::is_read_by;
use crate::scope::part_of;
use crate::stop::{Done, Stop};
use crate::{agencies, people, stored};

/// A meeting that the caller may see; `NotFound` otherwise. `today` is the caller's local date.
pub(super) async fn meeting(
    on: &mut impl Source,
    caller: &Caller,
    id: MeetingId,
    today: NaiveDate,
) -> Done<Meeting> {
    let head = Head::load(&mut *on, caller, id, today).await?;
    whole(on, caller, id, head).await.map(|(meeting, _)| meeting)
}

/// A meeting, and the number of the newest change if the caller, listed in it, has not seen it or not opened the meeting.
pub(super) async fn whole(
    on: &mut impl Source,
    caller: &Caller,
    id: MeetingId,
    head: Head,
) -> Done<(Meeting, Option<i64>)> {
    let may = head.may(caller)?;
    if !may.contains(&Action::ViewMeeting) {
        return Err(Failure::NotFound.into());
    }
    let stage = head.stage()?;
    let parts = Parts::load(&mut *on, id).await?;
    let mut participants = participants(&mut *on, id).await?;
    put_in_roll_order(&mut *on, &mut participants).await?;
    let mut guests = guests::load(&mut *on, id).await?;
    keep_reasons_for_those_concerned((&mut participants, &mut guests), caller, &may, head.part());
    let mut papers =
        if may.contains(&Action::ReadPaper) { papers(&mut *on, id, caller).await? } else { Vec::new() };
    let is_manager = may.contains(&Action::ManagePapers);
    if !is_manager {
        papers.iter_mut().for_each(|paper| paper.declared_by = None);
    }
    let mut agenda = agenda(&mut *on, id, &papers).await?;
    if is_manager {
        add_withdrawn(&mut *on, id, &mut agenda).await?;
    }
    let names = may.contains(&Action::NameDelegates) && participants.iter().any(|p| p.person.is_none());
    let to_name = if names { naming::to_name(&mut *on, caller, id).await? } else { Vec::new() };
    let is_conducted = stage == Stage::UnderWay && may.contains(&Action::ConductMeeting);
    let pressed = if is_conducted { pressed(&mut *on, caller, id).await? } else { None };
    let is_unseen = |number: i64| head.seen_change.is_some_and(|seen| seen < number);
    let newest = parts.changes.first().map_or(0, |(number, _)| *number);
    let unseen = (is_unseen(newest) || head.has_opened == Some(false)).then_some(newest);
    let changes = parts.changes.into_iter();
    let changes = changes.map(|(number, change)| Change { is_unseen: is_unseen(number), ..change }).collect();
    let record = record::state(&mut *on, caller, id, &head, (stage, &may)).await?;
    let meeting = Meeting {
        id,
        rev: head.rev,
        agency: head.agency()?,
        title: head.title.clone(),
        kind: head.kind_ref(),
        limit_sessions: head.limit(),
        form: head.form(),
        side: head.side(),
        counterpart: head.counterpart(),
        is_unexpected: head.is_unexpected,
        sittings: parts.sittings,
        rooms: parts.rooms,
        place: head.place.clone(),
        sites: parts.sites,
        participants,
        guests,
        agenda,
        state: head.state()?,
        pressed,
        changes,
        was_invited: head.invited()?.is_some(),
        has_unpublished: stage != Stage::Draft
            && !head.draft.is_empty()
            && may.contains(&Action::ComposeMeeting),
        to_name,
        my_part: head.part(),
        record,
        may,
    };
    Ok((meeting, unseen))
}

/// When the meeting's opening was pressed, if that was so lately that it may be taken back. The trail tells: of a meeting
/// whose days were over, the row holds the planned start.
async fn pressed(on: impl Source, caller: &Caller, id: MeetingId) -> Done<Option<DateTime<Utc>>> {
    let (pressed,): (Option<i64>,) =
        q("SELECT MAX(at) FROM audit WHERE at > $2 AND meeting_id = $1 AND what = 'meetings.open'")
            .bind(id)
            .bind(caller.now - TimeDelta::minutes(TAKEN_BACK_WITHIN_MINUTES))
            .one(on)
            .await?;
    stored::optional_instant(pressed)
}

/// Sittings, rooms, sites and changes.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) sittings: Vec<Sitting>,
    pub(super) rooms: Vec<RoomRef>,
    pub(super) sites: Vec<Site>,
    /// With their numbers, the newest first: those that a page tells.
    changes: Vec<(i64, Change)>,
}

/// A row of any of them: its table, its place in the order, two texts, two more, and two numbers.
type Part4 = (String, i64, String, String, String, i64, i64);

impl Parts {
    pub(super) async fn load(on: impl Source, id: MeetingId) -> Done<Parts> {
        let decisive: Vec<String> = decisive().map(|what| format!("what LIKE '%\"{what}\"%'")).collect();
        let rows: Vec<Part4> = q(format!("\
            SELECT 'sitting' AS tag, position AS n, date AS a, '' AS b, '' AS c, from_minute AS x, to_minute AS y \
            FROM sitting WHERE meeting_id = $1 \
            UNION ALL SELECT 'room', mr.position, r.id, r.name, '', 0, 0 \
            FROM meeting_room mr JOIN room r ON r.id = mr.room_id WHERE mr.meeting_id = $1 \
            UNION ALL SELECT 'site', s.position, a.id, a.code, a.short_name, \
                CASE WHEN s.is_connected THEN 1 ELSE 0 END, 0 \
            FROM site s JOIN agency a ON a.id = s.agency_id WHERE s.meeting_id = $1 \
            UNION ALL SELECT 'change', number, what, before_text, '', at, 0 \
            FROM meeting_change WHERE meeting_id = $1 AND ( \
                number > (SELECT MAX(number) FROM meeting_change WHERE meeting_id = $1) - {CHANGES_TOLD} \
                OR number = (SELECT MAX(number) FROM meeting_change WHERE meeting_id = $1 AND ({})) \
                OR number IN (SELECT number FROM meeting_change WHERE meeting_id = $1 AND what LIKE '%\"time\"%' \
                              ORDER BY number DESC LIMIT {OLDER_HOURS_TOLD})) \
            ORDER BY n", decisive.join(" OR ")))
        .bind(id)
        .all(on)
        .await?;
        let mut parts = Parts::default();
        for row in rows {
            parts.put(row)?;
        }
        parts.changes.reverse();
        // Those that are told besides the newest ones are told for when and where alone.
        let newest = parts.changes.first().map_or(0, |(number, _)| *number);
        for (_, change) in parts.changes.iter_mut().filter(|(number, _)| *number <= newest - CHANGES_TOLD) {
            change.leave_guests_out();
        }
        Ok(parts)
    }

    fn put(&mut self, (tag, n, a, b, c, x, y): Part4) -> Done<()> {
        match tag.as_str() {
            "sitting" => self.sittings.push(stored::sitting(&a, x, y)?),
            "room" => self.rooms.push(RoomRef { id: stored::id(&a)?, name: b }),
            "site" => self.sites.push(Site {
                agency: AgencyRef { id: stored::id(&a)?, code: b, short_name: c },
                is_connected: x != 0,
            }),
            _ => {
                let what: Vec<String> = serde_json::from_str(&a)?;
                // A change of papers keeps how it may be taken back, which is nothing to be told.
                let before = if what == ["papers"] { String::new() } else { b };
                let change = Change { at: stored::instant(x)?, what, before, is_unseen: false };
                self.changes.push((n, change));
            }
        }
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct ParticipantRow {
    id: String,
    part: String,
    person_id: Option<String>,
    agency_id: String,
    code: String,
    short_name: String,
    name: Option<String>,
    post: Option<String>,
    person_agency: Option<String>,
    namesake_mark: String,
    presence: String,
    reason: String,
    called_by: String,
    added_at: Option<i64>,
}

/// Why somebody is absent is for the chair, for those who call the roll, and for the absent one.
fn keep_reasons_for_those_concerned(
    (participants, guests): (&mut [Participant], &mut [Guest]),
    caller: &Caller,
    may: &[Action],
    part: Option<Part>,
) {
    if may.contains(&Action::CallRoll) || part == Some(Part::Chair) {
        return;
    }
    for participant in participants {
        let is_own = participant.person.as_ref().is_some_and(|person| person.id == caller.person);
        if let Presence::Absent { reason } = &mut participant.presence
            && !is_own
        {
            reason.clear();
        }
    }
    for guest in guests {
        if let Presence::Absent { reason } = &mut guest.presence {
            reason.clear();
        }
    }
}

/// The order in which a roll is called and read: chair, secretary, then the delegates by the agency they are invited for,
/// in the order of the tree, and by name. A seat that its agency has named nobody for comes after those it has named.
async fn put_in_roll_order(on: impl Source, participants: &mut [Participant]) -> Done<()> {
    let places = agencies::places_in_tree(on, participants.iter().map(|of| of.agency.id)).await?;
    let rank = |part: Part| match part {
        Part::Chair => 0,
        Part::Secretary => 1,
        Part::Delegate | Part::Invited => 2,
    };
    participants.sort_by_cached_key(|of| {
        let name = of.person.as_ref().map(|person| name_key(&person.name));
        (rank(of.part), places.get(&of.agency.id).cloned(), name.is_none(), name)
    });
    Ok(())
}

/// Chair, secretary, delegates in the order of inviting.
pub(super) async fn participants(on: impl Source, id: MeetingId) -> Done<Vec<Participant>> {
    let rows: Vec<ParticipantRow> = q(format!(
        "\
        SELECT p.id, p.part, p.person_id, p.agency_id, a.code, a.short_name, h.name, h.position AS post, \
               ha.short_name AS person_agency, p.presence, p.reason, p.called_by, p.added_at, {} AS namesake_mark \
        FROM participant p JOIN agency a ON a.id = p.agency_id \
        LEFT JOIN person h ON h.id = p.person_id LEFT JOIN agency ha ON ha.id = h.agency_id \
        WHERE p.meeting_id = $1 \
        ORDER BY CASE p.part WHEN 'chair' THEN 0 WHEN 'secretary' THEN 1 ELSE 2 END, p.position, p.id",
        people::namesake_mark("h", "ha")
    ))
    .bind(id)
    .all(on)
    .await?;
    rows.into_iter().map(participant).collect()
}

fn participant(row: ParticipantRow) -> Done<Participant> {
    let person = match (row.person_id, row.name, row.post, row.person_agency) {
        (Some(id), Some(name), Some(position), Some(agency)) => {
            Some(PersonRef { id: stored::id(&id)?, name, position, agency, namesake_mark: row.namesake_mark })
        }
        _ => None,
    };
    Ok(Participant {
        id: stored::id(&row.id)?,
        part: stored::code(&row.part, part_of)?,
        person,
        agency: AgencyRef { id: stored::id(&row.agency_id)?, code: row.code, short_name: row.short_name },
        presence: stored::code(&row.presence, |code| Presence::parse(code, &row.reason))?,
        called_by: called_by_of(&row.called_by),
        added: stored::optional_instant(row.added_at)?,
    })
}

type ItemRow = (String, String, i64, String, bool, Option<i64>, Option<i64>);

#[derive(sqlx::FromRow)]
struct PaperRow {
    id: String,
    item_id: String,
    is_neutral: bool,
    title: String,
    version: i64,
    bytes: i64,
    pages: Option<i64>,
    is_read: bool,
    declared_by: Option<String>,
    declared_at: Option<i64>,
    unread: String,
}

/// Not for those who may not read papers: a title alone tells what a paper holds.
async fn papers(on: impl Source, id: MeetingId, caller: &Caller) -> Done<Vec<PaperRow>> {
    q(format!(
        "SELECT p.id, p.item_id, p.is_neutral, p.title, p.version, p.bytes, p.pages, p.unread, \
               d.name AS declared_by, p.declared_at, \
               {} AS is_read \
        FROM paper p LEFT JOIN person d ON d.id = p.declared_by \
        WHERE p.meeting_id = $1 AND p.withdrawn_at IS NULL ORDER BY p.position",
        is_read_by("p", "$2")
    ))
    .bind(id)
    .bind(caller.person)
    .all(on)
    .await
    .map_err(Stop::from)
}

async fn agenda(on: impl Source, id: MeetingId, papers: &[PaperRow]) -> Done<Vec<AgendaItem>> {
    let items: Vec<ItemRow> = q("SELECT id, title, minutes, presenter, is_discussion, began_at, done_at \
                                 FROM agenda_item WHERE meeting_id = $1 ORDER BY position")
    .bind(id)
    .all(on)
    .await?;
    let mut agenda = Vec::with_capacity(items.len());
    for (item, title, minutes, presenter, is_discussion, began, done) in items {
        let lines = papers.iter().filter(|p| p.item_id == item).map(line).collect::<Done<_>>()?;
        agenda.push(AgendaItem {
            id: stored::id(&item)?,
            title,
            minutes: u32::try_from(minutes).unwrap_or(0),
            presenter,
            is_discussion,
            papers: lines,
            withdrawn: Vec::new(),
            began: stored::optional_instant(began)?,
            done: stored::optional_instant(done)?,
        });
    }
    Ok(agenda)
}

/// Withdrawn papers that are listed: those of one day, even if every paper of a long agenda was replaced. Older ones are
/// in the audit trail.
const WITHDRAWN_AT_MOST: i64 = 50;

/// Adds the papers that were withdrawn last, for those who manage papers.
async fn add_withdrawn(on: impl Source, id: MeetingId, agenda: &mut [AgendaItem]) -> Done<()> {
    let rows: Vec<(String, String, String, i64)> = q("SELECT id, item_id, title, withdrawn_at FROM paper \
        WHERE meeting_id = $1 AND withdrawn_at IS NOT NULL AND NOT is_neutral \
        ORDER BY withdrawn_at DESC, id LIMIT $2")
    .bind(id)
    .bind(WITHDRAWN_AT_MOST)
    .all(on)
    .await?;
    for (paper, item, title, at) in rows {
        let item: AgendaItemId = stored::id(&item)?;
        let paper = WithdrawnPaper { id: stored::id(&paper)?, title, at: stored::instant(at)? };
        if let Some(line) = agenda.iter_mut().find(|line| line.id == item) {
            line.withdrawn.push(paper);
        }
    }
    Ok(())
}

fn declaration(row: &PaperRow) -> Done<Option<Declaration>> {
    let (Some(by), Some(at)) = (&row.declared_by, row.declared_at) else { return Ok(None) };
    Ok(Some(Declaration { by: by.clone(), at: stored::instant(at)? }))
}

fn line(row: &PaperRow) -> Done<PaperLine> {
    let id = stored::id(&row.id)?;
    if row.is_neutral {
        return Ok(PaperLine::OnPaper { id });
    }
    Ok(PaperLine::Paper(Paper {
        id,
        title: row.title.clone(),
        version: u32::try_from(row.version).unwrap_or(1),
        pages: row.pages.and_then(|n| u32::try_from(n).ok()),
        bytes: row.bytes,
        is_read: row.is_read,
        unread: Unread::parse(&row.unread),
        declaration: declaration(row)?,
    }))
}
