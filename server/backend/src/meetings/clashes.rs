//! Drafts of the calendar that clash: their room or chair is taken, or another draft wants it too.

use std::collections::HashSet;

use domain::access::Caller;
use domain::period::Window;
use domain::sight::Sight;

use super::booking::HOLDING;
use super::lines;
use super::sight::at_least;
use crate::db::{Q, Source, q};
use crate::stop::Done;

/// Sittings of drafts whose room or chair is taken, or wanted by another draft that the caller may know of:
/// meeting, date, first minute. That the chair attends another meeting counts only if the caller may open
/// that meeting.
pub(super) async fn clashing(
    on: impl Source,
    caller: &Caller,
    window: Window,
) -> Done<HashSet<(String, String, i64)>> {
    let rows: Vec<(String, String, i64)> = question(caller, window).all(on).await?;
    Ok(rows.into_iter().collect())
}

/// The drafts come first, and only those that the calendar shows to the caller: otherwise each sitting of the window is
/// compared with every other one.
fn question(caller: &Caller, window: Window) -> Q {
    let mut query = q("").bind(window.from).bind(window.to);
    let shown = at_least(&mut query, caller, Sight::Title);
    let own = lines::secretariat(&mut query, caller);
    let opened = at_least(&mut query, caller, Sight::Opens);
    query.push(&format!(
        "WITH wanted AS MATERIALIZED (SELECT s.meeting_id, s.date, s.from_minute, s.to_minute \
            FROM meeting m JOIN sitting s ON s.meeting_id = m.id \
            WHERE m.stage = 'draft' AND s.date BETWEEN $1 AND $2 AND {shown}) \
         SELECT s.meeting_id, s.date, s.from_minute FROM wanted s WHERE EXISTS ( \
            SELECT 1 FROM sitting o JOIN meeting m ON m.id = o.meeting_id \
            WHERE o.date = s.date AND o.meeting_id <> s.meeting_id AND o.from_minute < s.to_minute \
              AND o.to_minute > s.from_minute AND (m.stage IN {HOLDING} OR (m.stage = 'draft' AND {own})) \
              AND (EXISTS (SELECT 1 FROM meeting_room x JOIN meeting_room y ON y.room_id = x.room_id \
                           WHERE x.meeting_id = s.meeting_id AND y.meeting_id = o.meeting_id) \
                OR ({opened} AND EXISTS (SELECT 1 FROM participant x JOIN participant y ON y.person_id = x.person_id \
                           WHERE x.meeting_id = s.meeting_id AND x.part = 'chair' AND y.meeting_id = o.meeting_id))))"
    ));
    query
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use domain::access::{Grant, Role};
    use domain::agencies::AgencyRef;
    use domain::ids::{AgencyId, PersonId, SessionId};
    use uuid::Uuid;

    use super::*;
    use crate::probe::{CountedReader, store_agencies};
    use crate::{Backend, BackendConfig, SeededEntropy};

    /// Held meetings on the one day.
    const HELD: u64 = 2_000;
    /// Steps of the embedded database for each held meeting: some 50 are needed. With each meeting compared to
    /// every other one it is 40,000.
    const STEPS_A_MEETING: u64 = 200;

    fn secretary(agency: AgencyId) -> Caller {
        let now: DateTime<Utc> = "2026-06-16T02:00:00Z".parse().unwrap();
        Caller {
            person: PersonId(Uuid::from_u128(9)),
            name: "Thư ký".into(),
            position: String::new(),
            agency: AgencyRef { id: agency, code: "SNV".into(), short_name: "SNV".into() },
            line: vec![agency],
            grants: vec![Grant { role: Role::Secretary, agency }],
            session: SessionId(Uuid::from_u128(9)),
            now,
        }
    }

    /// Meetings with one sitting on 16 June 2026 each, in one room. A draft is compared with those held first.
    async fn store(backend: &Backend, agency: AgencyId, stage: &str, count: u64) {
        let name = if stage == "held" { "a" } else { "b" };
        let numbered = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) INSERT INTO"
        );
        let mut tx = backend.db().begin().await.unwrap();
        for rows in [
            format!(
                "meeting (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, stage, \
                 created_at, scope, first_date, last_date) SELECT '{name}-' || i, 1, '{agency}', 'Họp', 'working', \
                 'online', 'organised', 'internal', FALSE, '', '{stage}', 0, 'work', '2026-06-16', '2026-06-16' FROM n"
            ),
            format!(
                "sitting (meeting_id, position, date, from_minute, to_minute) \
                 SELECT '{name}-' || i, 0, '2026-06-16', 480, 540 FROM n"
            ),
            format!("meeting_room (meeting_id, room_id, position) SELECT '{name}-' || i, 'room', 0 FROM n"),
        ] {
            q(format!("{numbered} {rows}")).run(&mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// What clashes, and how many steps it took to find out.
    async fn steps(backend: &Backend, caller: &Caller) -> (usize, u64) {
        let day = "2026-06-16".parse().unwrap();
        let window = Window::new(day, day).unwrap();
        let mut counted = CountedReader::of(backend).await;
        let found = clashing(&mut counted.reader, caller, window).await.unwrap();
        (found.len(), counted.steps())
    }

    #[tokio::test]
    async fn the_work_grows_with_the_meetings_of_a_day_and_not_with_their_square() {
        let folder = tempfile::tempdir().unwrap();
        let config = BackendConfig::embedded(folder.path());
        let backend = Backend::open(config, Box::new(SeededEntropy::new(7))).await.unwrap();
        let (own, other) = (AgencyId(Uuid::from_u128(1)), AgencyId(Uuid::from_u128(2)));
        store_agencies(&backend, &[(own, "SNV"), (other, "STC")]).await;
        let mut tx = backend.db().begin().await.unwrap();
        q(format!(
            "INSERT INTO room (id, code, name, agency_id, capacity, has_video, equipment, folded) \
             VALUES ('room', 'A1', 'A1', '{own}', 40, FALSE, '', '')"
        ))
        .run(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let caller = secretary(own);
        store(&backend, other, "held", HELD).await;
        store(&backend, own, "draft", 2).await;
        let (found, taken) = steps(&backend, &caller).await;
        assert_eq!(found, 2, "the two drafts want the same room");
        assert!(taken < HELD * STEPS_A_MEETING, "{taken} steps");
        // Drafts that the caller may not know of are compared with nothing.
        let (found, of_strangers) = steps(&backend, &secretary(other)).await;
        assert_eq!(found, 0);
        assert!(of_strangers * 2 < taken, "{of_strangers} steps of {taken}");
        backend.db().close().await;
    }
}
