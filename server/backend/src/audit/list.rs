//! Reads a page of the trail. The values before and after a change are read of those lines alone that the caller may
//! see, and only as many as a page holds.

use std::collections::{HashMap, HashSet};

use chrono::Days;
use domain::access::{Action, Caller};
use domain::audit::{Audience, AuditEntry, AuditFilter};
use domain::people::Page;
use domain::sight::Sight;

use super::cut;
use crate::access::Within;
use crate::db::{Q, Source, places, q};
use crate::meetings::sight::{self, MeetingSight};
use crate::stop::Done;
use crate::{Backend, people, stored, typed};

/// Lines on one page: as many as a long screen shows.
const PER_PAGE: u32 = 50;
/// Bytes of all values on one page: about 5 KiB a line, several times what a usual line holds. A line that has
/// no room is shown with its values on a page of its own.
const PAGE_BYTES_AT_MOST: i64 = 256 * 1024;

/// A line without its values, only with their size.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: String,
    at: i64,
    who: String,
    what: String,
    subject: String,
    audience: String,
    meeting_id: Option<String>,
    bytes: i64,
}

pub(super) async fn list(backend: &Backend, caller: &Caller, filter: AuditFilter) -> Done<Page<AuditEntry>> {
    let within = Within::of(caller, Action::ViewAudit);
    let page = filter.page.max(1);
    let mut counting = q("SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE ");
    let chosen = condition(backend, &mut counting, &within, &filter);
    counting.push(&chosen);
    let mut db = backend.db().heavy_reader().await?;
    let (total,): (i64,) = counting.one(&mut db).await?;
    // Both databases know the number of bytes without reading the text.
    let mut rows = q(format!(
        "SELECT id, at, who || COALESCE((SELECT {} FROM person p JOIN agency a ON a.id = p.agency_id \
         WHERE p.id = audit.person_id), '') AS who, what, subject, audience, meeting_id, \
         CAST(octet_length(before_json) + octet_length(after_json) AS BIGINT) AS bytes FROM audit WHERE ",
        people::behind_name("p", "a")
    ));
    let chosen = condition(backend, &mut rows, &within, &filter);
    rows.push(&chosen).push(" ORDER BY at DESC, seq DESC");
    let (limit, offset) =
        (rows.place(i64::from(PER_PAGE)), rows.place(i64::from(page - 1) * i64::from(PER_PAGE)));
    rows.push(&format!(" LIMIT {limit} OFFSET {offset}"));
    let rows = rows.all::<Row>(&mut db).await?;
    let about = rows.iter().filter_map(|row| row.meeting_id.clone()).collect();
    let sights = sight::with_rolls(&mut db, caller, about).await?;
    let mut values = values_of(&mut db, with_room(&rows, &sights)).await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let values = values.remove(&row.id);
            entry(row, &sights, values)
        })
        .collect::<Done<_>>()?;
    Ok(Page { rows, total, has_more: false, page, per_page: PER_PAGE })
}

fn condition(backend: &Backend, q: &mut Q, within: &Within, filter: &AuditFilter) -> String {
    let mut all = vec![within.condition(q, "agency_id")];
    let midnight = |day: chrono::NaiveDate| backend.zone().instant(day.and_time(chrono::NaiveTime::MIN));
    if let Some(line) = filter.line {
        all.push(format!("id = {}", q.place(line)));
    }
    if let Some(from) = filter.from {
        all.push(format!("at >= {}", q.place(midnight(from))));
    }
    if let Some(after) = filter.to.and_then(|to| to.checked_add_days(Days::new(1))) {
        all.push(format!("at < {}", q.place(midnight(after))));
    }
    let has_text = !crate::typed::words(&filter.text).is_empty();
    if has_text {
        let mut found = vec![typed::every_word(q, &filter.text, |word| format!("folded LIKE {word}"))];
        let deeds: Vec<String> = filter.deeds.iter().map(|deed| q.place(deed.code())).collect();
        if !deeds.is_empty() {
            found.push(format!("what IN ({})", deeds.join(", ")));
        }
        let found: Vec<String> = found.into_iter().map(|found| format!("({found})")).collect();
        all.push(format!("({})", found.join(" OR ")));
    }
    all.join(" AND ")
}

/// What the caller may see of the meeting that a line is about.
fn sight_of(row: &Row, sights: &HashMap<String, MeetingSight>) -> MeetingSight {
    row.meeting_id.as_ref().and_then(|id| sights.get(id)).copied().unwrap_or_default()
}

/// Whether a caller with this sight of the meeting is in the audience.
fn is_among(audience: Audience, seen: MeetingSight) -> bool {
    let (opens, reads) = (seen.sight >= Sight::Opens, seen.sight >= Sight::Papers);
    let calls = seen.shows_absences;
    match audience {
        Audience::TrailReaders => true,
        Audience::MeetingReaders => opens,
        Audience::PaperReaders => opens && reads,
        Audience::RollCallers => opens && calls,
        Audience::FormWriters => opens && seen.shows_form,
        Audience::PaperReadersWhoCallTheRoll => opens && reads && calls,
    }
}

fn is_shown(row: &Row, sights: &HashMap<String, MeetingSight>) -> bool {
    is_among(Audience::parse(&row.audience), sight_of(row, sights))
}

/// The lines whose values the page shows: the caller may see them, and they have room. A line alone always has:
/// lines from before the limit on a line's size are cut to that size when they are shown.
fn with_room<'r>(rows: &'r [Row], sights: &HashMap<String, MeetingSight>) -> HashSet<&'r str> {
    let mut bytes = 0;
    let has_room = |row: &&Row| {
        let fits = rows.len() == 1 || bytes + row.bytes <= PAGE_BYTES_AT_MOST;
        bytes += if fits { row.bytes } else { 0 };
        fits
    };
    let shown = rows.iter().filter(|row| row.bytes > 0 && is_shown(row, sights));
    shown.filter(has_room).map(|row| row.id.as_str()).collect()
}

/// The values before and after of these lines.
async fn values_of(on: impl Source, ids: HashSet<&str>) -> Done<HashMap<String, (String, String)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query =
        q(format!("SELECT id, before_json, after_json FROM audit WHERE id IN ({})", places(1, ids.len())));
    let rows: Vec<(String, String, String)> = query.bind_all(ids).all(on).await?;
    Ok(rows.into_iter().map(|(id, before, after)| (id, cut::fit(before, after))).collect())
}

fn entry(
    row: Row,
    sights: &HashMap<String, MeetingSight>,
    values: Option<(String, String)>,
) -> Done<AuditEntry> {
    let is_shown = is_shown(&row, sights);
    let is_named = Audience::parse(&row.audience) == Audience::TrailReaders
        || sight_of(&row, sights).sight >= Sight::Title;
    let is_left_out = is_shown && row.bytes > 0 && values.is_none();
    let (before, after) = values.unwrap_or_default();
    Ok(AuditEntry {
        id: stored::id(&row.id)?,
        at: stored::instant(row.at)?,
        who: row.who,
        what: row.what,
        subject: if is_named { row.subject } else { String::new() },
        before,
        after,
        is_withheld: !is_shown,
        is_left_out,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::{PAGE_BYTES_AT_MOST, Row, with_room};
    use crate::meetings::sight::MeetingSight;

    fn row(id: &str, audience: &str, bytes: i64) -> Row {
        let [who, what, subject] = ["Ai", "meetings.publish", "Họp"].map(str::to_owned);
        let meeting_id = (audience != "trail").then(|| "m".to_owned());
        Row { id: id.into(), at: 0, who, what, subject, audience: audience.into(), meeting_id, bytes }
    }

    #[test]
    fn values_are_read_of_lines_that_are_shown_and_have_room() {
        let mut rows = vec![
            row("withheld", "papers_and_roll", 10),
            row("most", "trail", PAGE_BYTES_AT_MOST - 10),
            row("no room", "trail", 11),
            row("room", "trail", 10),
            row("nothing", "trail", 0),
        ];
        let nothing: HashMap<String, MeetingSight> = HashMap::new();
        assert_eq!(with_room(&rows, &nothing), HashSet::from(["most", "room"]));
        rows = vec![row("old", "trail", PAGE_BYTES_AT_MOST * 4)];
        assert_eq!(with_room(&rows, &nothing), HashSet::from(["old"]), "a line alone");
        rows = vec![row("withheld", "meeting", 10)];
        assert_eq!(with_room(&rows, &nothing), HashSet::new());
    }
}
