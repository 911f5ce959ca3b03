//! Search that knows Vietnamese without marks: a folded title and body per meeting in the engine's own full-text index,
//! kept in the transaction of the meeting. The one place where the two engines part.

use domain::ids::MeetingId;
use domain::text::fold;

use crate::db::{Db, Q, Tx, q};
use crate::stop::Done;

/// Most words of a question: more of them find nothing more.
const WORDS_AT_MOST: usize = 12;

const SQLITE: [&str; 1] = ["CREATE VIRTUAL TABLE IF NOT EXISTS meeting_search USING fts5 (\
    meeting_id UNINDEXED, title, body, tokenize = 'unicode61')"];
const POSTGRES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS meeting_search (\
        meeting_id TEXT PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, \
        words TSVECTOR GENERATED ALWAYS AS (setweight(to_tsvector('simple', title), 'A') || \
            setweight(to_tsvector('simple', body), 'B')) STORED)",
    "CREATE INDEX IF NOT EXISTS meeting_search_words ON meeting_search USING gin (words)",
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
    let missing: Vec<(String,)> =
        q("SELECT id FROM meeting WHERE id NOT IN (SELECT meeting_id FROM meeting_search)")
            .all(&mut tx)
            .await?;
    for (id,) in missing {
        refresh(&mut tx, crate::stored::id(&id)?).await?;
    }
    Ok(tx.commit().await?)
}

/// Writes the words of one meeting anew: its title, and its agenda, agency, rooms and place.
pub(crate) async fn refresh(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    let rows: Vec<(String, String)> = q("\
        SELECT 'title' AS tag, title AS words FROM meeting WHERE id = $1 \
        UNION ALL SELECT 'body', place FROM meeting WHERE id = $1 \
        UNION ALL SELECT 'body', a.name || ' ' || a.short_name FROM meeting m JOIN agency a ON a.id = m.agency_id \
            WHERE m.id = $1 \
        UNION ALL SELECT 'body', r.name FROM meeting_room mr JOIN room r ON r.id = mr.room_id WHERE mr.meeting_id = $1 \
        UNION ALL SELECT 'body', title FROM agenda_item WHERE meeting_id = $1")
    .bind(meeting)
    .all(&mut *tx)
    .await?;
    let words = |tag: &str| {
        let texts: Vec<&str> = rows.iter().filter(|row| row.0 == tag).map(|row| row.1.as_str()).collect();
        fold(&texts.join(" "))
    };
    forget(tx, meeting).await?;
    q("INSERT INTO meeting_search (meeting_id, title, body) VALUES ($1, $2, $3)")
        .bind(meeting)
        .bind(words("title"))
        .bind(words("body"))
        .run(&mut *tx)
        .await?;
    Ok(())
}

/// Takes a meeting out of the index.
pub(crate) async fn forget(tx: &mut Tx, meeting: MeetingId) -> Done<()> {
    q("DELETE FROM meeting_search WHERE meeting_id = $1").bind(meeting).run(tx).await?;
    Ok(())
}

/// A condition on a column of meeting identifiers: those that hold every word typed, the last one as a beginning.
/// None when nothing was typed that could be searched for.
pub(crate) fn condition(query: &mut Q, is_postgres: bool, column: &str, text: &str) -> Option<String> {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(WORDS_AT_MOST).collect();
    if words.is_empty() {
        return None;
    }
    let last = words.len() - 1;
    // Folded words hold letters and digits only, so nothing in them is syntax to either engine.
    let asked = words.iter().enumerate().map(|(n, word)| match (is_postgres, n == last) {
        (true, true) => format!("'{word}':*"),
        (true, false) => format!("'{word}'"),
        (false, true) => format!("\"{word}\"*"),
        (false, false) => format!("\"{word}\""),
    });
    let asked = asked.collect::<Vec<_>>().join(if is_postgres { " & " } else { " AND " });
    let asked = query.place(asked);
    Some(if is_postgres {
        format!(
            "{column} IN (SELECT meeting_id FROM meeting_search WHERE words @@ to_tsquery('simple', {asked}))"
        )
    } else {
        format!("{column} IN (SELECT meeting_id FROM meeting_search WHERE meeting_search MATCH {asked})")
    })
}
