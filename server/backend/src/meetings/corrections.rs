//! The corrections of a meeting's hours and the closings that were taken back, as its trail keeps them. Writes nothing.

use chrono::{DateTime, Utc};
use domain::access::{Action, Caller};
use domain::audit::Deed;
use domain::ids::MeetingId;
use domain::meetings::{HoursCorrected, HoursKept, Reopened, State};
use serde::Deserialize;

use super::head::Head;
use crate::db::{Source, q};
use crate::stop::Done;
use crate::stored;

/// Most corrections of a kind that a meeting's page tells; a record is put right once or twice. The trail keeps all.
const TOLD_AT_MOST: i64 = 20;

/// The hours of a line. The trail may have cut what was too long for it, so every field may be missing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct StoredHours {
    opened: Option<DateTime<Utc>>,
    closed: Option<DateTime<Utc>>,
    overrun_reason: String,
    agenda: Vec<String>,
    reason: String,
}

impl StoredHours {
    fn read(json: &str) -> StoredHours {
        serde_json::from_str(json).unwrap_or_default()
    }

    fn kept(self) -> HoursKept {
        let StoredHours { opened, closed, overrun_reason, agenda, .. } = self;
        HoursKept { opened, closed, overrun_reason, agenda }
    }
}

/// The corrections of a meeting, the newest first, for those who may correct it or read the trail of its agency; none for
/// others.
pub(super) async fn load(
    on: impl Source,
    caller: &Caller,
    id: MeetingId,
    head: &Head,
    may: &[Action],
) -> Done<Vec<HoursCorrected>> {
    if !may.contains(&Action::CorrectMeeting) && !head.reads_trail(caller)? {
        return Ok(Vec::new());
    }
    let told = |(at, by, before, after): Line| {
        let (before, mut after) = (StoredHours::read(&before), StoredHours::read(&after));
        let reason = std::mem::take(&mut after.reason);
        Ok(HoursCorrected {
            at: stored::instant(at)?,
            by,
            reason,
            before: before.kept(),
            after: after.kept(),
        })
    };
    lines(on, id, Deed::MeetingsCorrect).await?.into_iter().map(told).collect()
}

/// The closings that were taken back, the newest first, for those who conduct the meeting, may correct it or read the trail of its
/// agency; none for others.
pub(super) async fn reopened(
    on: impl Source,
    caller: &Caller,
    id: MeetingId,
    head: &Head,
    may: &[Action],
) -> Done<Vec<Reopened>> {
    let conducts = may.contains(&Action::ConductMeeting) || may.contains(&Action::CorrectMeeting);
    if !conducts && !head.reads_trail(caller)? {
        return Ok(Vec::new());
    }
    let told = |(at, by, before, _): Line| {
        let closed = match serde_json::from_str(&before) {
            Ok(State::Held { closed, .. }) => Some(closed),
            _ => None,
        };
        Ok(Reopened { at: stored::instant(at)?, by, closed })
    };
    lines(on, id, Deed::MeetingsReopen).await?.into_iter().map(told).collect()
}

/// When, by whom, what was before and after.
type Line = (i64, String, String, String);

/// The newest lines of a deed, the newest first.
async fn lines(on: impl Source, id: MeetingId, what: Deed) -> Done<Vec<Line>> {
    let rows = q("SELECT at, who, before_json, after_json FROM audit WHERE meeting_id = $1 AND what = $2 ORDER BY seq DESC LIMIT $3")
        .bind(id)
        .bind(what.code())
        .bind(TOLD_AT_MOST)
        .all(on)
        .await?;
    Ok(rows)
}
