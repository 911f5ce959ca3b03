//! The corrections of a held meeting's hours, as its trail keeps them. Writes nothing.

use chrono::{DateTime, Utc};
use domain::access::{Action, Caller};
use domain::audit::Deed;
use domain::ids::MeetingId;
use domain::meetings::{HoursCorrected, HoursKept};
use serde::Deserialize;

use super::head::Head;
use crate::db::{Source, q};
use crate::stop::Done;
use crate::stored;

/// Most corrections that a meeting's page tells; a record is put right once or twice. The trail keeps all.
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
    let rows: Vec<(i64, String, String, String)> = q("SELECT at, who, before_json, after_json FROM audit \
         WHERE meeting_id = $1 AND what = $2 ORDER BY seq DESC LIMIT $3")
    .bind(id)
    .bind(Deed::MeetingsCorrect.code())
    .bind(TOLD_AT_MOST)
    .all(on)
    .await?;
    let told = |(at, by, before, after): (i64, String, String, String)| {
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
    rows.into_iter().map(told).collect()
}
