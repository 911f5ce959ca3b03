//! What is decided while a meeting is on: who asks for the floor and has it, who is muted, seen large or sent out, and
//! which paper lies open before everybody.

use domain::access::{Action, Caller};
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Problem};
use domain::ids::MeetingId;
use domain::live::{Direction, Seat, ShownPaper, is_on};
use serde_json::{Value, json};

use super::seats::refuse_removed;
use super::stays::{OpenOf, drop_open};
use super::{floor, permit_seat};
use crate::Backend;
use crate::audit::{self, Entry};
use crate::db::{Source, Tx, q};
use crate::scope::{self, MeetingScope};
use crate::stop::Done;

pub(super) async fn ask(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    seat: Seat,
    wants: bool,
) -> Done<()> {
    let mut db = backend.db();
    let scope = MeetingScope::load(db, caller, meeting).await?;
    permit_seat(&mut db, caller, (meeting, &scope), seat).await?;
    let mut tx = backend.begin_for(caller, meeting).await?;
    let scope = MeetingScope::hold(&mut tx, caller, meeting).await?;
    permit_seat(&mut tx, caller, (meeting, &scope), seat).await?;
    if wants {
        refuse_removed(&mut tx, meeting, seat).await?;
    }
    // Who has asked already keeps their place among those who ask, and what changes nothing is not told.
    let changed = q("INSERT INTO live_seat (meeting_id, seat, asked_at) VALUES ($1, $2, $3) \
         ON CONFLICT (meeting_id, seat) DO UPDATE SET asked_at = excluded.asked_at \
         WHERE (live_seat.asked_at IS NULL) <> (excluded.asked_at IS NULL)")
    .bind(meeting)
    .bind(seat.to_string())
    .bind(wants.then(|| caller.now.timestamp_millis()))
    .run(&mut tx)
    .await?;
    let has_floor = !wants && floor::holder(&mut tx, meeting).await? == Some(seat);
    if has_floor {
        floor::take(&mut tx, meeting, seat).await?;
    }
    if changed == 0 && !has_floor {
        return Ok(());
    }
    tx.changes(meeting);
    Ok(tx.commit().await?)
}

pub(super) async fn direct(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    seat: Option<Seat>,
    direction: Direction,
) -> Done<()> {
    // Whoever may not direct takes no turn among those who write.
    permit_direct(&mut backend.db(), caller, meeting, (seat, direction)).await?;
    let mut tx = backend.begin_for(caller, meeting).await?;
    scope::hold(&mut tx, meeting).await?;
    let scope = permit_direct(&mut tx, caller, meeting, (seat, direction)).await?;
    let before = decided(&mut tx, meeting, direction).await?;
    let after = decide(&mut tx, caller, meeting, (seat, direction)).await?;
    let is_new = decided(&mut tx, meeting, direction).await? != before;
    let ends_screen = matches!(direction, Direction::EndScreen(_));
    // What is said again changes nothing, and nobody is told.
    if !is_new && is_kept_whole(direction) {
        return Ok(());
    }
    // Turning a page is sent to everybody but is not recorded in the trail.
    tx.changes(meeting);
    if ends_screen || is_new {
        let deed =
            if matches!(direction, Direction::Paper(_)) { Deed::LiveShowPaper } else { Deed::LiveDirect };
        let entry = Entry::new(deed, &scope.title).of(scope.agency).about(meeting).after(&after)?;
        audit::record(&mut tx, backend, caller, entry).await?;
    }
    Ok(tx.commit().await?)
}

/// Whether all that a decision changes is what [`decided`] reads.
fn is_kept_whole(direction: Direction) -> bool {
    match direction {
        Direction::Mute { .. }
        | Direction::MuteAll
        | Direction::UnmuteAll
        | Direction::Floor(_)
        | Direction::Large(_)
        | Direction::Remove(_)
        | Direction::Admit(_) => true,
        Direction::MoreTime(_)
        | Direction::TurnMinutes(_)
        | Direction::EndScreen(_)
        | Direction::Paper(_) => false,
    }
}

/// What the trail records of a decision, before and after it: floor, large seat, paper, whether all are muted; the mark of
/// the one seat that it is about; how many are muted, where it is about all.
type Decided =
    (Option<(Option<String>, Option<String>, Option<String>, bool)>, Option<(bool, bool, bool)>, i64);

async fn decided(tx: &mut Tx, meeting: MeetingId, direction: Direction) -> Done<Decided> {
    let whole =
        q("SELECT floor_seat, large_seat, paper_id, is_all_muted FROM live_meeting WHERE meeting_id = $1 \
         AND (floor_seat IS NOT NULL OR large_seat IS NOT NULL OR paper_id IS NOT NULL OR is_all_muted)")
        .bind(meeting)
        .optional(&mut *tx)
        .await?;
    let seat = match direction {
        Direction::Mute { seat, .. } | Direction::Remove(seat) | Direction::Admit(seat) => Some(seat),
        Direction::Floor(seat) => seat,
        _ => None,
    };
    let seat = match seat {
        Some(seat) => {
            q("SELECT is_removed, is_muted, asked_at IS NOT NULL FROM live_seat \
               WHERE meeting_id = $1 AND seat = $2 AND (is_removed OR is_muted OR asked_at IS NOT NULL)")
            .bind(meeting)
            .bind(seat.to_string())
            .optional(&mut *tx)
            .await?
        }
        None => None,
    };
    let muted = match direction {
        Direction::MuteAll | Direction::UnmuteAll => {
            let (muted,): (i64,) =
                q("SELECT CAST(COUNT(*) AS BIGINT) FROM live_seat WHERE meeting_id = $1 AND is_muted")
                    .bind(meeting)
                    .one(&mut *tx)
                    .await?;
            muted
        }
        _ => 0,
    };
    Ok((whole, seat, muted))
}

/// The meeting, if the caller may say this from a seat of it.
async fn permit_direct(
    on: &mut impl Source,
    caller: &Caller,
    meeting: MeetingId,
    (seat, direction): (Option<Seat>, Direction),
) -> Done<MeetingScope> {
    let scope = MeetingScope::load(&mut *on, caller, meeting).await?;
    scope.permit(caller, Action::ViewMeeting)?;
    if !is_on(scope.stage) {
        return Err(scope.refusal().into());
    }
    let conducts = scope.may(caller, Action::ConductMeeting);
    if !conducts && !presents(on, caller, (meeting, &scope), seat, direction).await? {
        scope.permit(caller, Action::ConductMeeting)?;
    }
    Ok(scope)
}

/// Whether this is a paper, and the caller's seat has the floor: who reports opens the report.
async fn presents(
    on: &mut impl Source,
    caller: &Caller,
    (meeting, scope): (MeetingId, &MeetingScope),
    seat: Option<Seat>,
    direction: Direction,
) -> Done<bool> {
    let (Direction::Paper(_), Some(seat)) = (direction, seat) else { return Ok(false) };
    if floor::holder(&mut *on, meeting).await? != Some(seat) {
        return Ok(false);
    }
    permit_seat(on, caller, (meeting, scope), seat).await?;
    Ok(true)
}

/// Keeps a decision that is made from a seat, if from one; gives what the trail tells of it.
async fn decide(
    tx: &mut Tx,
    caller: &Caller,
    meeting: MeetingId,
    (from, direction): (Option<Seat>, Direction),
) -> Done<Value> {
    match direction {
        Direction::Mute { seat, is_muted } => {
            let name = name(tx, meeting, seat).await?;
            set(tx, meeting, seat, "is_muted", is_muted).await?;
            Ok(json!({ "seat": name, "muted": is_muted }))
        }
        Direction::MuteAll => {
            keep_all_muted(tx, meeting, true).await?;
            floor::silence_all(tx, meeting, from).await?;
            Ok(json!({ "muted": "all" }))
        }
        Direction::UnmuteAll => {
            keep_all_muted(tx, meeting, false).await?;
            q("UPDATE live_seat SET is_muted = FALSE WHERE meeting_id = $1 AND is_muted")
                .bind(meeting)
                .run(tx)
                .await?;
            Ok(json!({ "muted": "none" }))
        }
        Direction::Floor(seat) => {
            let name = optional_name(tx, meeting, seat).await?;
            floor::give(tx, meeting, seat, caller.now).await?;
            Ok(json!({ "floor": name }))
        }
        Direction::MoreTime(minutes) => {
            floor::prolong(tx, meeting, minutes, caller.now).await?;
            Ok(json!({ "more_minutes": minutes }))
        }
        Direction::TurnMinutes(minutes) => {
            floor::set_turn_minutes(tx, meeting, minutes).await?;
            Ok(json!({ "turn_minutes": minutes }))
        }
        Direction::Large(seat) => {
            let name = optional_name(tx, meeting, seat).await?;
            keep(tx, meeting, "large_seat", seat.map(|seat| seat.to_string())).await?;
            Ok(json!({ "large": name }))
        }
        Direction::Remove(seat) => {
            let name = name(tx, meeting, seat).await?;
            remove(tx, caller, meeting, seat).await?;
            Ok(json!({ "seat": name, "removed": true }))
        }
        Direction::Admit(seat) => {
            let name = name(tx, meeting, seat).await?;
            set(tx, meeting, seat, "is_removed", false).await?;
            Ok(json!({ "seat": name, "removed": false }))
        }
        // The database does not store which seat shares its screen: the node that hosts the meeting ends it.
        Direction::EndScreen(seat) => {
            let name = name(tx, meeting, seat).await?;
            Ok(json!({ "seat": name, "screen": false }))
        }
        Direction::Paper(shown) => open_paper(tx, meeting, shown).await,
    }
}

/// What a seat is called; `NotFound` when it is none of this meeting.
pub(super) async fn name(tx: &mut Tx, meeting: MeetingId, seat: Seat) -> Done<String> {
    let sql = match seat {
        Seat::Hall => "SELECT '' FROM meeting WHERE id = $1 AND form <> 'online' AND $2 = $2",
        Seat::Site(_) => {
            "SELECT a.short_name FROM site s JOIN agency a ON a.id = s.agency_id \
             WHERE s.meeting_id = $1 AND s.agency_id = $2"
        }
        Seat::Person(_) => {
            "SELECT h.name FROM participant p JOIN person h ON h.id = p.person_id \
             WHERE p.meeting_id = $1 AND p.person_id = $2"
        }
    };
    let id = match seat {
        Seat::Hall => String::new(),
        Seat::Site(agency) => agency.to_string(),
        Seat::Person(person) => person.to_string(),
    };
    let row: Option<(String,)> = q(sql).bind(meeting).bind(id).optional(tx).await?;
    Ok(row.ok_or(Failure::NotFound)?.0)
}

async fn optional_name(tx: &mut Tx, meeting: MeetingId, seat: Option<Seat>) -> Done<Option<String>> {
    match seat {
        Some(seat) => name(tx, meeting, seat).await.map(Some),
        None => Ok(None),
    }
}

/// Sets a mark of a seat.
pub(super) async fn set(tx: &mut Tx, meeting: MeetingId, seat: Seat, mark: &str, is_set: bool) -> Done<()> {
    q(format!(
        "INSERT INTO live_seat (meeting_id, seat, {mark}) VALUES ($1, $2, $3) \
         ON CONFLICT (meeting_id, seat) DO UPDATE SET {mark} = excluded.{mark}"
    ))
    .bind(meeting)
    .bind(seat.to_string())
    .bind(is_set)
    .run(tx)
    .await?;
    Ok(())
}

/// Keeps what holds for the whole meeting.
async fn keep(tx: &mut Tx, meeting: MeetingId, column: &str, value: Option<String>) -> Done<()> {
    q(format!(
        "INSERT INTO live_meeting (meeting_id, {column}) VALUES ($1, $2) \
         ON CONFLICT (meeting_id) DO UPDATE SET {column} = excluded.{column}"
    ))
    .bind(meeting)
    .bind(value)
    .run(tx)
    .await?;
    Ok(())
}

async fn keep_all_muted(tx: &mut Tx, meeting: MeetingId, is_all_muted: bool) -> Done<()> {
    q("INSERT INTO live_meeting (meeting_id, is_all_muted) VALUES ($1, $2) \
       ON CONFLICT (meeting_id) DO UPDATE SET is_all_muted = excluded.is_all_muted")
    .bind(meeting)
    .bind(is_all_muted)
    .run(tx)
    .await?;
    Ok(())
}

/// Whoever sits there is put out, and neither has the floor nor is seen large any more.
async fn remove(tx: &mut Tx, caller: &Caller, meeting: MeetingId, seat: Seat) -> Done<()> {
    set(tx, meeting, seat, "is_removed", true).await?;
    floor::give_back(tx, meeting, seat).await?;
    q("UPDATE live_meeting SET large_seat = NULL WHERE meeting_id = $1 AND large_seat = $2")
        .bind(meeting)
        .bind(seat.to_string())
        .run(&mut *tx)
        .await?;
    drop_open(tx, OpenOf::Seat(meeting, seat)).await?;
    q("UPDATE seat_connection SET ended_at = COALESCE(silent_since, $3), was_left = (silent_since IS NULL) \
       WHERE meeting_id = $1 AND seat = $2 AND ended_at IS NULL")
    .bind(meeting)
    .bind(seat.to_string())
    .bind(caller.now)
    .run(tx)
    .await?;
    Ok(())
}

async fn open_paper(tx: &mut Tx, meeting: MeetingId, shown: Option<ShownPaper>) -> Done<Value> {
    let Some(ShownPaper { paper, page }) = shown else {
        keep(tx, meeting, "paper_id", None).await?;
        return Ok(json!({ "paper": null }));
    };
    let row: Option<(String, Option<i64>)> = q("SELECT title, pages FROM paper \
         WHERE id = $1 AND meeting_id = $2 AND withdrawn_at IS NULL AND NOT is_neutral")
    .bind(paper)
    .bind(meeting)
    .optional(&mut *tx)
    .await?;
    let (title, pages) = row.ok_or(Failure::NotFound)?;
    let last = pages.unwrap_or(i64::from(u32::MAX)).max(1);
    if !(1..=last).contains(&i64::from(page)) {
        let problem = FieldProblem::new("page", Problem::NotInRange(1, last));
        return Err(Failure::Invalid(vec![problem]).into());
    }
    keep(tx, meeting, "paper_id", Some(paper.to_string())).await?;
    q("UPDATE live_meeting SET page = $2 WHERE meeting_id = $1").bind(meeting).bind(page).run(tx).await?;
    Ok(json!({ "paper": title, "page": page }))
}
