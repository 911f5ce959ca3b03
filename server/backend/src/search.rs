//! Search that knows Vietnamese without marks: folded title, agenda and surroundings of each meeting in the engine's own
//! full-text index, kept in the transaction of the meeting. The one place where the two engines part.

mod ask;
mod due;

use std::collections::HashMap;

use domain::ids::MeetingId;
use domain::text::fold;

pub(crate) use ask::{In, Search, short_forms};
pub(crate) use due::{Due, be_due};

use crate::db::{Db, Tx, Value, places, q};
use crate::stop::Done;

/// Meetings written at once: with four values each they stay below the limit of values.
const WRITTEN_AT_ONCE: usize = 150;

/// The index numbers its lines; the table beside it says which meeting a number is, and finds it without a scan. The two
/// tables of an older index hold nothing else and go.
const SQLITE: [&str; 4] = [
    "DROP TABLE IF EXISTS meeting_words",
    "DROP TABLE IF EXISTS meeting_line",
    "CREATE TABLE IF NOT EXISTS search_line (number INTEGER PRIMARY KEY, meeting_id TEXT NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5 (title, agenda, about, tokenize = 'unicode61')",
];
/// The table of an older index stays: a node of an older version may still write it.
const POSTGRES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS search_line (\
        meeting_id TEXT PRIMARY KEY, title TEXT NOT NULL, agenda TEXT NOT NULL, about TEXT NOT NULL, \
        words TSVECTOR GENERATED ALWAYS AS (setweight(to_tsvector('simple', title), 'A') || \
            setweight(to_tsvector('simple', agenda), 'B') || setweight(to_tsvector('simple', about), 'C')) STORED)",
    "CREATE INDEX IF NOT EXISTS search_line_words ON search_line USING gin (words)",
];

/// Makes the index of this engine when it is missing, and fills it with the meetings it does not hold yet.
pub(crate) async fn ensure(db: &Db) -> Done<()> {
    let mut tx = db.begin().await?;
    if tx.is_postgres() {
        // Two programs may open the same new database at once; IF NOT EXISTS alone does not stand that.
        let _: (bool,) = q("SELECT pg_advisory_xact_lock(50226) IS NOT NULL").one(&mut tx).await?;
    }
    let statements: &[&str] = if tx.is_postgres() { &POSTGRES } else { &SQLITE };
    for statement in statements {
        q(*statement).run(&mut tx).await?;
    }
    fill(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// Takes in every meeting that the index does not hold yet: after many were written at once.
pub(crate) async fn fill(tx: &mut Tx) -> Done<()> {
    let missing: Vec<(String,)> = q(
        "SELECT m.id FROM meeting m WHERE NOT EXISTS (SELECT 1 FROM search_line l WHERE l.meeting_id = m.id)",
    )
    .all(&mut *tx)
    .await?;
    write_all(tx, missing).await
}

/// Writes the words of meetings, some at a time.
pub(crate) async fn write_all(tx: &mut Tx, meetings: Vec<(String,)>) -> Done<()> {
    let meetings: Vec<String> = meetings.into_iter().map(|(id,)| id).collect();
    for chunk in meetings.chunks(WRITTEN_AT_ONCE) {
        write(tx, chunk).await?;
    }
    Ok(())
}

/// Writes the words of one meeting anew: its title, its agenda, and its agency, rooms, place and chair.
pub(crate) async fn refresh(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    write(tx, &[meeting.to_string()]).await
}

/// Writes the words of meetings that are new.
pub(crate) async fn refresh_all(tx: &mut Tx, meetings: &[MeetingId]) -> Done<()> {
    write_all(tx, meetings.iter().map(|meeting| (meeting.to_string(),)).collect()).await
}

/// Takes a meeting out of the index.
pub(crate) async fn forget(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    if !tx.is_postgres() {
        q("DELETE FROM search_words WHERE rowid IN (SELECT number FROM search_line WHERE meeting_id = $1)")
            .bind(meeting)
            .run(&mut *tx)
            .await?;
    }
    q("DELETE FROM search_line WHERE meeting_id = $1").bind(meeting).run(tx).await?;
    Ok(())
}

/// The folded texts of the meetings `found`: the columns title, agenda and about, each cut after some characters, and how they
/// are joined.
pub(crate) fn texts(is_postgres: bool, at_most: u32) -> (String, &'static str) {
    let columns = |of: &str| {
        let cut = |column| format!("substr({of}.{column}, 1, {at_most}) AS {column}");
        ["title", "agenda", "about"].map(cut).join(", ")
    };
    match is_postgres {
        true => (columns("l"), "JOIN search_line l ON l.meeting_id = found.id"),
        false => (
            columns("w"),
            "JOIN search_line l ON l.meeting_id = found.id JOIN search_words w ON w.rowid = l.number",
        ),
    }
}

/// The folded words of a meeting, by the columns of the index.
#[derive(Default)]
struct Words {
    title: String,
    agenda: String,
    about: String,
}

async fn write(tx: &mut Tx, meetings: &[String]) -> Done<()> {
    let mut words = words(tx, meetings, &[TITLE, AGENDA, ABOUT]).await?;
    if tx.is_postgres() {
        // In the order of their ids, as others write theirs: two that write many never wait for each other.
        let mut words: Vec<_> = words.drain().collect();
        words.sort_by(|a, b| a.0.cmp(&b.0));
        let rows = words.into_iter().map(|(id, Words { title, agenda, about })| {
            [id.into(), title.into(), agenda.into(), about.into()]
        });
        let then = "ON CONFLICT (meeting_id) DO UPDATE SET title = excluded.title, agenda = excluded.agenda, \
            about = excluded.about";
        return insert(tx, "search_line (meeting_id, title, agenda, about)", rows.collect(), then).await;
    }
    let ids = meetings.iter().map(|id| [id.into()]).collect();
    insert(tx, "search_line (meeting_id)", ids, "ON CONFLICT DO NOTHING").await?;
    let numbers: Vec<(String, i64)> = q(format!(
        "SELECT meeting_id, number FROM search_line WHERE meeting_id IN ({})",
        places(1, meetings.len())
    ))
    .bind_all(meetings)
    .all(&mut *tx)
    .await?;
    q(format!("DELETE FROM search_words WHERE rowid IN ({})", places(1, numbers.len())))
        .bind_all(numbers.iter().map(|(_, number)| *number))
        .run(&mut *tx)
        .await?;
    let rows = numbers.into_iter().filter_map(|(id, number)| {
        let Words { title, agenda, about } = words.remove(&id)?;
        Some([number.into(), title.into(), agenda.into(), about.into()])
    });
    insert(tx, "search_words (rowid, title, agenda, about)", rows.collect(), "").await
}

/// Writes anew what stands around meetings that the index holds: their titles and agendas stay.
async fn write_about(tx: &mut Tx, meetings: &[String]) -> Done<()> {
    let mut words = words(tx, meetings, &[ABOUT]).await?;
    let update = match tx.is_postgres() {
        true => "UPDATE search_line SET about = $2 WHERE meeting_id = $1 AND about <> $2",
        false => {
            "UPDATE search_words SET about = $2 WHERE rowid = (SELECT number FROM search_line WHERE meeting_id = $1) \
             AND about <> $2"
        }
    };
    for meeting in meetings {
        if let Some(Words { about, .. }) = words.remove(meeting) {
            q(update).bind(meeting).bind(about).run(&mut *tx).await?;
        }
    }
    Ok(())
}

async fn insert<const N: usize>(tx: &mut Tx, into: &str, rows: Vec<[Value; N]>, then: &str) -> Done<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let groups: Vec<String> = (0..rows.len()).map(|n| format!("({})", places(n * N + 1, N))).collect();
    q(format!("INSERT INTO {into} VALUES {} {then}", groups.join(", ")))
        .bind_all(rows.into_iter().flatten())
        .run(tx)
        .await?;
    Ok(())
}

/// Where the words of a column of the index come from: the column, the meeting and a text, of [`THESE`] meetings.
const TITLE: &str = "SELECT 'title' AS tag, id, title AS words FROM meeting WHERE id IN THESE";
const AGENDA: &str =
    "SELECT 'agenda' AS tag, meeting_id, title AS words FROM agenda_item WHERE meeting_id IN THESE";
const ABOUT: &str = "SELECT 'about' AS tag, m.id, m.place || ' ' || a.name || ' ' || a.short_name AS words \
        FROM meeting m JOIN agency a ON a.id = m.agency_id WHERE m.id IN THESE \
    UNION ALL SELECT 'about', mr.meeting_id, r.name FROM meeting_room mr JOIN room r ON r.id = mr.room_id \
        WHERE mr.meeting_id IN THESE \
    UNION ALL SELECT 'about', k.meeting_id, c.name FROM participant k JOIN person c ON c.id = k.person_id \
        WHERE k.part = 'chair' AND k.meeting_id IN THESE";
const THESE: &str = "THESE";

async fn words(tx: &mut Tx, meetings: &[String], from: &[&str]) -> Done<HashMap<String, Words>> {
    let these = format!("({})", places(1, meetings.len()));
    let each = from.join(" UNION ALL ").replace(THESE, &these);
    let rows: Vec<(String, String, String)> = q(each).bind_all(meetings).all(&mut *tx).await?;
    let mut words: HashMap<String, Words> = HashMap::new();
    for (tag, meeting, text) in rows {
        let of = words.entry(meeting).or_default();
        let into = match tag.as_str() {
            "title" => &mut of.title,
            "agenda" => &mut of.agenda,
            _ => &mut of.about,
        };
        if !into.is_empty() {
            into.push(' ');
        }
        into.push_str(&fold(&text));
    }
    Ok(words)
}
