//! Nobody can rewrite the trail unnoticed: the database refuses it, and if it happens all the same, the chain
//! shows where.

use backend::{Backend, SystemEntropy, TrailFault, TrailState, q};
use domain::access::{Caller, Role};
use domain::accounts::Accounts;
use domain::agencies::{Agencies, HoursInput};
use domain::audit::{Audit, AuditFilter};
use domain::error::Failure;
use domain::ids::AgencyId;
use domain::meetings::Meetings;
use domain::time::Hours;

use crate::meetings::{briefing, published};
use crate::support::{World, each_busy_database, each_database};

async fn state(world: &World) -> TrailState {
    Backend::verify_trail(&world.config).await.unwrap()
}

/// Runs a statement directly on the database, not through the program.
async fn run(world: &World, sql: &str) -> Result<u64, String> {
    let mut tx = world.backend.db().begin().await.unwrap();
    let rows = q(sql).run(&mut tx).await.map_err(|error| error.to_string())?;
    tx.commit().await.unwrap();
    Ok(rows)
}

/// Removes the triggers, like an attacker who owns the database and knows of them.
async fn unguard(world: &World) {
    for (trigger, table) in
        [("audit_keeps", "audit"), ("audit_loses_none", "audit"), ("audit_head_grows", "audit_head")]
    {
        let on = if world.engine == "SQLite" { String::new() } else { format!(" ON {table}") };
        run(world, &format!("DROP TRIGGER {trigger}{on}")).await.unwrap();
    }
}

async fn set_hours(world: &World, agency: AgencyId, caller: &Caller, days: &str) -> Result<(), Failure> {
    let hours = HoursInput { blocked_days: days.into(), ..HoursInput::of(&Hours::default(), &[]) };
    Agencies::set_hours(&world.backend, caller, agency, hours).await
}

/// Writes lines of several kinds. One of them names a person and a meeting.
async fn some_lines(world: &World) {
    let secretary = world.caller(Role::Secretary, "SNV").await;
    published(world, &secretary, briefing(&secretary, &secretary, &[])).await;
    for day in 1..=3 {
        set_hours(world, secretary.agency.id, &world.system(), &day.to_string()).await.unwrap();
    }
}

#[tokio::test]
async fn every_line_is_chained_to_the_one_before_and_the_last_is_told() {
    each_database(async |world| {
        some_lines(world).await;
        let found = state(world).await;
        assert_eq!(found.broken, None);
        assert_eq!(found.lines, world.count("audit").await);
        assert_eq!(found.at, Some(world.now));
        let (hash,): (String,) = q("SELECT hash FROM audit WHERE seq = $1")
            .bind(found.lines)
            .one(world.backend.db())
            .await
            .unwrap();
        assert_eq!(found.hash, hash);
        assert_ne!(hash, "");
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_to_change_a_line_or_to_lose_one() {
    each_database(async |world| {
        some_lines(world).await;
        let mut attempts = vec![
            "UPDATE audit SET who = 'Ai khác' WHERE seq = 2",
            "UPDATE audit SET seq = seq + 1000",
            "DELETE FROM audit WHERE seq = 2",
            "DELETE FROM audit",
            "UPDATE audit_head SET seq = 1",
            "INSERT INTO audit (id, at, who, what, subject, before_json, after_json, folded) \
             VALUES ('x', 1, 'a', 'b', 'c', '', '', '')",
        ];
        attempts.push(if world.engine == "SQLite" {
            "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 2"
        } else {
            "TRUNCATE audit"
        });
        let before = state(world).await;
        for sql in attempts {
            let refused = run(world, sql).await.expect_err(sql);
            assert!(refused.contains("audit trail") || refused.contains("seq"), "{sql}: {refused}");
        }
        assert_eq!(state(world).await, before);
    })
    .await;
}

#[tokio::test]
async fn the_first_line_that_was_rewritten_is_named() {
    each_database(async |world| {
        some_lines(world).await;
        unguard(world).await;
        run(world, "UPDATE audit SET after_json = '' WHERE seq = 4").await.unwrap();
        run(world, "UPDATE audit SET who = 'Ai khác' WHERE seq = 3").await.unwrap();
        let Some(TrailFault::Changed { seq, id }) = state(world).await.broken else { panic!("unnoticed") };
        let (third,): (String,) =
            q("SELECT id FROM audit WHERE seq = 3").one(world.backend.db()).await.unwrap();
        assert_eq!((seq, id), (3, third));
    })
    .await;
}

#[tokio::test]
async fn lines_that_were_taken_out_or_put_elsewhere_are_missed() {
    each_database(async |world| {
        some_lines(world).await;
        let last = state(world).await.lines;
        unguard(world).await;
        run(world, &format!("DELETE FROM audit WHERE seq = {last}")).await.unwrap();
        assert_eq!(state(world).await.broken, Some(TrailFault::Missing(last)));
        run(world, &format!("UPDATE audit_head SET seq = {}", last - 1)).await.unwrap();
        assert_eq!(state(world).await.broken, Some(TrailFault::OtherEnd));
        run(world, "DELETE FROM audit WHERE seq = 2").await.unwrap();
        assert_eq!(state(world).await.broken, Some(TrailFault::Missing(2)));
        run(world, "UPDATE audit SET seq = 2 WHERE seq = 3").await.unwrap();
        assert!(matches!(state(world).await.broken, Some(TrailFault::Changed { seq: 2, .. })));
    })
    .await;
}

#[tokio::test]
async fn triggers_that_are_missing_are_told_and_set_at_the_next_start() {
    each_database(async |world| {
        some_lines(world).await;
        unguard(world).await;
        assert_eq!(state(world).await.broken, Some(TrailFault::Unguarded));
        let opened = Backend::open(world.config.clone(), Box::new(SystemEntropy)).await.unwrap();
        opened.db().close().await;
        assert_eq!(state(world).await.broken, None, "the next start sets them");
        run(world, "DELETE FROM audit WHERE seq = 1").await.unwrap_err();
    })
    .await;
}

#[tokio::test]
async fn what_is_rolled_back_leaves_no_line_and_no_gap() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let before = state(world).await.lines;
        let refused = set_hours(world, secretary.agency.id, &world.system(), "nothing of the kind").await;
        assert!(matches!(refused, Err(Failure::Invalid(_))), "{refused:?}");
        // Refused after its change is written, because the chair is taken.
        let input = briefing(&secretary, &secretary, &[]);
        published(world, &secretary, input.clone()).await;
        let saved = world.backend.save(&secretary, None, input).await.unwrap();
        world.backend.publish(&secretary, saved.id, saved.rev).await.unwrap_err();
        let after = state(world).await;
        assert_eq!((after.lines - before, after.broken), (3, None), "drafted, published, drafted");
    })
    .await;
}

#[tokio::test]
async fn many_writers_at_once_make_one_chain() {
    each_busy_database(async |world| {
        let mut agencies = Vec::new();
        for number in 0..8 {
            agencies.push(world.agency(&format!("CQ{number}")).await);
        }
        let before = state(world).await.lines;
        let system = world.system();
        let work = agencies.iter().flat_map(|agency| {
            let system = &system;
            (1..=5).map(move |day| async move {
                set_hours(world, *agency, system, &day.to_string()).await.unwrap();
            })
        });
        futures::future::join_all(work).await;
        let after = state(world).await;
        assert_eq!((after.lines - before, after.broken), (40, None));
    })
    .await;
}

#[tokio::test]
async fn who_waits_for_somebody_else_keeps_nobody_from_writing_lines() {
    each_busy_database(async |world| {
        if world.engine == "SQLite" {
            return;
        }
        let person = world.person("SNV").await;
        let stc = world.agency("STC").await;
        // Another transaction is changing the code of the person's agency, and has not committed.
        let mut changing = world.backend.db().begin().await.unwrap();
        let rename = q("UPDATE agency SET code = 'SNV2' WHERE id = $1").bind(person.agency.id);
        rename.run(&mut changing).await.unwrap();
        let waiting = Accounts::sign_out_everywhere(&world.backend, &person);
        let system = world.system();
        let others = async {
            for day in 1..=20 {
                set_hours(world, stc, &system, &day.to_string()).await.unwrap();
            }
            changing.commit().await.unwrap();
        };
        let (waited, ()) = futures::join!(waiting, others);
        waited.unwrap();
        assert_eq!(state(world).await.broken, None);
    })
    .await;
}

#[tokio::test]
async fn lines_of_before_are_chained_at_the_first_start_with_the_audience_of_their_deed() {
    each_database(async |world| {
        some_lines(world).await;
        unguard(world).await;
        let is_sqlite = world.engine == "SQLite";
        let on = if is_sqlite { "" } else { " ON audit" };
        run(world, &format!("DROP TRIGGER audit_numbers{on}")).await.unwrap();
        if !is_sqlite {
            run(world, "ALTER TABLE audit ALTER COLUMN seq DROP NOT NULL").await.unwrap();
        }
        let forget = "UPDATE audit SET seq = NULL, hash = '', audience = 'papers_and_roll'";
        run(world, forget).await.unwrap();
        run(world, "UPDATE audit_head SET seq = 0, hash = '', at = 0").await.unwrap();
        for number in 0..1200 {
            let what = ["live.direct", "attendance.mark", "something.gone"][number % 3];
            let sql = format!(
                "INSERT INTO audit (id, at, who, what, subject, before_json, after_json, folded, meeting_id) \
                 VALUES ('00000000-0000-7000-8000-{number:012}', {number}, 'Ai', '{what}', 'Họp kín', '', '', 'ai hop kin', 'm')"
            );
            run(world, &sql).await.unwrap();
        }
        let opened = Backend::open(world.config.clone(), Box::new(SystemEntropy)).await.unwrap();
        opened.db().close().await;
        let found = state(world).await;
        assert_eq!((found.lines, found.broken), (world.count("audit").await, None));
        for (what, audience) in [
            ("live.direct", "papers"),
            ("attendance.mark", "roll"),
            ("something.gone", "papers_and_roll"),
            ("agencies.set_hours", "trail"),
        ] {
            let other = format!("audit WHERE what = '{what}' AND audience <> '{audience}'");
            assert_eq!(world.count(&other).await, 0, "{what}");
        }
        let system = world.caller(Role::SystemAdministrator, "UBND").await;
        let filter = AuditFilter { text: "hop kin".into(), ..AuditFilter::default() };
        assert_eq!(Audit::list(&world.backend, &system, filter).await.unwrap().total, 0);
        set_hours(world, world.agency("SNV").await, &world.system(), "7").await.unwrap();
        let after = state(world).await;
        assert_eq!((after.lines, after.broken), (found.lines + 1, None));
    })
    .await;
}
