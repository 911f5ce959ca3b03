//! Names that have changed and that many meetings and people are found by. Whoever changes one notes it here, in one row; the
//! words are written anew afterwards, some at a time, so that no change holds up the others however much follows from it.

use std::time::{Duration, Instant};

use domain::ids::{AgencyId, PersonId, RoomId};

use super::write_about;
use crate::Backend;
use crate::db::{Tx, q};
use crate::people;
use crate::stop::Done;

/// Meetings and people of one turn at most.
const AT_ONCE: usize = 100;
/// Read and written together.
const TOGETHER: usize = 10;
/// A turn takes no more of them when it has held the database for so long.
const HELD_AT_MOST: Duration = Duration::from_millis(100);

/// One that failed waits as if so many had been written.
const SET_BACK: i64 = 1_000_000;

/// Whose words are to be written anew.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Due {
    /// The meetings that an agency holds.
    MeetingsOfAgency(AgencyId),
    /// The meetings in a room.
    MeetingsInRoom(RoomId),
    /// The meetings that a person chairs.
    MeetingsOfChair(PersonId),
    /// The people of an agency.
    PeopleOfAgency(AgencyId),
}

const AGENCY: &str = "agency";
const ROOM: &str = "room";
const CHAIR: &str = "chair";
const PEOPLE: &str = "people";

impl Due {
    fn stored(self) -> (&'static str, String) {
        match self {
            Due::MeetingsOfAgency(id) => (AGENCY, id.to_string()),
            Due::MeetingsInRoom(id) => (ROOM, id.to_string()),
            Due::MeetingsOfChair(id) => (CHAIR, id.to_string()),
            Due::PeopleOfAgency(id) => (PEOPLE, id.to_string()),
        }
    }
}

/// The next ids, after a place and in their order. Of something that an older or a newer version noted: none.
fn next(what: &str) -> Option<&'static str> {
    match what {
        AGENCY => Some("SELECT id FROM meeting WHERE agency_id = $1 AND id > $2 ORDER BY id LIMIT $3"),
        ROOM => Some(
            "SELECT meeting_id FROM meeting_room WHERE room_id = $1 AND meeting_id > $2 ORDER BY meeting_id LIMIT $3",
        ),
        CHAIR => Some(
            "SELECT meeting_id FROM participant WHERE person_id = $1 AND part = 'chair' AND meeting_id > $2 \
             ORDER BY meeting_id LIMIT $3",
        ),
        PEOPLE => Some("SELECT id FROM person WHERE agency_id = $1 AND id > $2 ORDER BY id LIMIT $3"),
        _ => None,
    }
}

/// Notes that a name has changed: what was noted of it before begins again, and keeps its place behind others.
pub(crate) async fn be_due(tx: &mut Tx, due: Due) -> Done<()> {
    let (what, id) = due.stored();
    q("INSERT INTO search_due (what, id, place, written) VALUES ($1, $2, '', 0) \
       ON CONFLICT (what, id) DO UPDATE SET place = ''")
    .bind(what)
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

impl Backend {
    /// Writes some of the words that are due since a name has changed, and gives whether it found any. Of several names it
    /// takes the one of which least is written, so a small one does not wait behind a large one. What was written stays
    /// written when the program ends; another node may do the next.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn write_due_words(&self) -> Done<bool> {
        let first = "SELECT what, id, place FROM search_due ORDER BY written, what, id LIMIT 1";
        let Some((what, id, _)) = q(first).optional::<(String, String, String)>(self.db()).await? else {
            return Ok(false);
        };
        let written = self.write_first(first).await;
        if written.is_err() {
            // Those behind it come first from now on.
            let back = "UPDATE search_due SET written = written + $3 WHERE what = $1 AND id = $2";
            let mut tx = self.db().begin().await?;
            q(back).bind(&what).bind(&id).bind(SET_BACK).run(&mut tx).await?;
            tx.commit().await?;
        }
        written
    }

    async fn write_first(&self, first: &str) -> Done<bool> {
        let mut tx = self.db().begin().await?;
        let locked = if tx.is_postgres() { format!("{first} FOR UPDATE SKIP LOCKED") } else { first.into() };
        let Some((what, id, place)) = q(locked).optional::<(String, String, String)>(&mut tx).await? else {
            return Ok(false);
        };
        let ids: Vec<String> = match next(&what) {
            None => Vec::new(),
            Some(next) => {
                let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
                let ids: Vec<(String,)> = q(next).bind(&id).bind(&place).bind(limit).all(&mut tx).await?;
                ids.into_iter().map(|(id,)| id).collect()
            }
        };
        let (begin, mut written, mut last) = (Instant::now(), 0, None);
        for chunk in ids.chunks(TOGETHER) {
            match what.as_str() {
                PEOPLE => people::refold(&mut tx, chunk).await?,
                _ => write_about(&mut tx, chunk).await?,
            }
            written += chunk.len();
            last = chunk.last();
            if begin.elapsed() > HELD_AT_MOST {
                break;
            }
        }
        match last {
            Some(last) if written < ids.len() || ids.len() == AT_ONCE => {
                q("UPDATE search_due SET place = $3, written = written + $4 WHERE what = $1 AND id = $2")
                    .bind(&what)
                    .bind(&id)
                    .bind(last)
                    .bind(i64::try_from(written).unwrap_or(i64::MAX))
                    .run(&mut tx)
                    .await?;
            }
            _ => {
                q("DELETE FROM search_due WHERE what = $1 AND id = $2")
                    .bind(&what)
                    .bind(&id)
                    .run(&mut tx)
                    .await?;
            }
        }
        tx.commit().await?;
        Ok(true)
    }
}
