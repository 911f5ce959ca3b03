//! Search that knows Vietnamese without marks: a folded title and body per meeting in the engine's own full-text index,
//! kept in the transaction of the meeting. The one place where the two engines part.

use std::collections::HashMap;

use domain::ids::{AgencyId, MeetingId, RoomId};
use domain::text::fold;

use crate::db::{Db, Q, Tx, Value, places, q};
use crate::stop::Done;

/// Most words of a question: more of them find nothing more.
const WORDS_AT_MOST: usize = 12;
/// Meetings written at once: with three values each they stay below the limit of values.
const WRITTEN_AT_ONCE: usize = 150;

/// The index numbers its lines; the table beside it says which meeting a number is, and finds it without a scan.
const SQLITE: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS meeting_line (number INTEGER PRIMARY KEY, meeting_id TEXT NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS meeting_words USING fts5 (title, body, tokenize = 'unicode61')",
];
const POSTGRES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS meeting_line (\
        meeting_id TEXT PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, \
        words TSVECTOR GENERATED ALWAYS AS (setweight(to_tsvector('simple', title), 'A') || \
            setweight(to_tsvector('simple', body), 'B')) STORED)",
    "CREATE INDEX IF NOT EXISTS meeting_line_words ON meeting_line USING gin (words)",
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
    let missing: Vec<(String,)> =
        q("SELECT m.id FROM meeting m WHERE NOT EXISTS (SELECT 1 FROM meeting_line l WHERE l.meeting_id = m.id)")
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

/// Writes the words of one meeting anew: its title, and its agenda, agency, rooms and place.
pub(crate) async fn refresh(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    write(tx, &[meeting.to_string()]).await
}

/// Writes the words of meetings that are new.
pub(crate) async fn refresh_all(tx: &mut Tx, meetings: &[MeetingId]) -> Done<()> {
    write_all(tx, meetings.iter().map(|meeting| (meeting.to_string(),)).collect()).await
}

/// Writes the words of an agency's meetings anew: its name is among them.
pub(crate) async fn refresh_agency(tx: &mut Tx, agency: AgencyId) -> Done<()> {
    let held: Vec<(String,)> =
        q("SELECT id FROM meeting WHERE agency_id = $1 ORDER BY id").bind(agency).all(&mut *tx).await?;
    write_all(tx, held).await
}

/// Writes the words of a room's meetings anew: its name is among them.
pub(crate) async fn refresh_room(tx: &mut Tx, room: RoomId) -> Done<()> {
    let held: Vec<(String,)> =
        q("SELECT meeting_id FROM meeting_room WHERE room_id = $1 ORDER BY meeting_id")
            .bind(room)
            .all(&mut *tx)
            .await?;
    write_all(tx, held).await
}

/// Takes a meeting out of the index.
pub(crate) async fn forget(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    if !tx.is_postgres() {
        q("DELETE FROM meeting_words WHERE rowid IN (SELECT number FROM meeting_line WHERE meeting_id = $1)")
            .bind(meeting)
            .run(&mut *tx)
            .await?;
    }
    q("DELETE FROM meeting_line WHERE meeting_id = $1").bind(meeting).run(tx).await?;
    Ok(())
}

/// Folded title and body, by meeting.
type Words = HashMap<String, (String, String)>;

async fn write(tx: &mut Tx, meetings: &[String]) -> Done<()> {
    let words = words(tx, meetings).await?;
    if tx.is_postgres() {
        let rows = words.into_iter().map(|(id, (title, body))| [id.into(), title.into(), body.into()]);
        let then = "ON CONFLICT (meeting_id) DO UPDATE SET title = excluded.title, body = excluded.body";
        return insert(tx, "meeting_line (meeting_id, title, body)", rows.collect(), then).await;
    }
    let ids = meetings.iter().map(|id| [id.into()]).collect();
    insert(tx, "meeting_line (meeting_id)", ids, "ON CONFLICT DO NOTHING").await?;
    let numbers: Vec<(String, i64)> = q(format!(
        "SELECT meeting_id, number FROM meeting_line WHERE meeting_id IN ({})",
        places(1, meetings.len())
    ))
    .bind_all(meetings)
    .all(&mut *tx)
    .await?;
    q(format!("DELETE FROM meeting_words WHERE rowid IN ({})", places(1, numbers.len())))
        .bind_all(numbers.iter().map(|(_, number)| *number))
        .run(&mut *tx)
        .await?;
    let rows = numbers.into_iter().filter_map(|(id, number)| {
        let (title, body) = words.get(&id)?;
        Some([number.into(), title.into(), body.into()])
    });
    insert(tx, "meeting_words (rowid, title, body)", rows.collect(), "").await
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

async fn words(tx: &mut Tx, meetings: &[String]) -> Done<Words> {
    let these = places(1, meetings.len());
    let rows: Vec<(String, String, String)> = q(format!(
        "SELECT 'title' AS tag, id, title AS words FROM meeting WHERE id IN ({these}) \
         UNION ALL SELECT 'body', m.id, m.place || ' ' || a.name || ' ' || a.short_name \
            FROM meeting m JOIN agency a ON a.id = m.agency_id WHERE m.id IN ({these}) \
         UNION ALL SELECT 'body', mr.meeting_id, r.name FROM meeting_room mr JOIN room r ON r.id = mr.room_id \
            WHERE mr.meeting_id IN ({these}) \
         UNION ALL SELECT 'body', meeting_id, title FROM agenda_item WHERE meeting_id IN ({these})"
    ))
    .bind_all(meetings)
    .all(&mut *tx)
    .await?;
    let mut words = Words::new();
    for (tag, meeting, text) in rows {
        let (title, body) = words.entry(meeting).or_default();
        let into = if tag == "title" { title } else { body };
        if !into.is_empty() {
            into.push(' ');
        }
        into.push_str(&fold(&text));
    }
    Ok(words)
}

/// Where words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum In {
    /// In titles alone, which everybody sees who may know of a meeting.
    Titles,
    /// In places, agencies and the agenda too.
    Everything,
}

/// A condition on a column of meeting identifiers: those that hold every word typed, the last one as a beginning.
/// None when nothing was typed that could be searched for.
pub(crate) fn condition(
    query: &mut Q,
    is_postgres: bool,
    column: &str,
    text: &str,
    place: In,
) -> Option<String> {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(WORDS_AT_MOST).collect();
    if words.is_empty() {
        return None;
    }
    let last = words.len() - 1;
    // Folded words hold letters and digits only, so nothing in them is syntax to either engine.
    // Titles are weighed as A on PostgreSQL and a column of their own on SQLite.
    let (weight, column_of) = match place {
        In::Titles => ("A", "title : "),
        In::Everything => ("", ""),
    };
    let asked = words.iter().enumerate().map(|(n, word)| match (is_postgres, n == last) {
        (true, true) => format!("'{word}':*{weight}"),
        (true, false) if weight.is_empty() => format!("'{word}'"),
        (true, false) => format!("'{word}':{weight}"),
        (false, true) => format!("{column_of}\"{word}\"*"),
        (false, false) => format!("{column_of}\"{word}\""),
    });
    let asked = asked.collect::<Vec<_>>().join(if is_postgres { " & " } else { " AND " });
    let asked = query.place(asked);
    Some(if is_postgres {
        format!(
            "{column} IN (SELECT meeting_id FROM meeting_line WHERE words @@ to_tsquery('simple', {asked}))"
        )
    } else {
        format!(
            "{column} IN (SELECT l.meeting_id FROM meeting_words w JOIN meeting_line l ON l.number = w.rowid \
             WHERE w.meeting_words MATCH {asked})"
        )
    })
}
