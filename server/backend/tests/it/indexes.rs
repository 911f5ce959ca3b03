//! What goes is found without reading whole tables: all of a table is read within the one transaction that writes.

use crate::support::{World, each_database};

/// Tables whose rows go, one by one or with a meeting.
const GOING: [&str; 7] = ["meeting", "paper", "agenda_item", "participant", "room", "role_given", "session"];

/// What goes by its time, each time somebody writes beside it.
const BY_TIME: [&str; 7] = [
    "DELETE FROM role_given WHERE at <= 1",
    "DELETE FROM draft_page WHERE kept_at < 1",
    "DELETE FROM sign_in_failure WHERE forgiven_at < 1",
    "DELETE FROM familiar_address WHERE last_at <= 1",
    "DELETE FROM session WHERE ends_at <= 1 OR used_at + idle_ms <= 1",
    "DELETE FROM known_device WHERE person_id = '' AND last_at <= 1",
    "DELETE FROM meeting WHERE id = ''",
];

#[tokio::test]
async fn what_goes_takes_along_what_an_index_finds() {
    each_database(async |world| {
        if world.engine != "SQLite" {
            return;
        }
        let loose: Vec<(String, String, String)> = backend::q(
            "SELECT t.name, f.\"from\", f.\"table\" FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f \
             WHERE t.type = 'table' AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) l \
             JOIN pragma_index_info(l.name) i ON i.seqno = 0 WHERE i.name = f.\"from\" AND l.partial = 0)",
        )
        .all(world.backend.db())
        .await
        .unwrap();
        let loose: Vec<_> = loose.into_iter().filter(|(.., of)| GOING.contains(&of.as_str())).collect();
        assert!(loose.is_empty(), "{loose:?}");
        for statement in BY_TIME {
            let plan = plan(world, statement).await;
            assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{statement}: {plan:?}");
        }
    })
    .await;
}

async fn plan(world: &World, statement: &str) -> Vec<String> {
    let steps = backend::q(format!("EXPLAIN QUERY PLAN {statement}"));
    let steps = steps.all::<(i64, i64, i64, String)>(world.backend.db()).await.unwrap();
    steps.into_iter().map(|(.., step)| step).collect()
}
