//! The law as rows.

use backend::{Backend, SeededEntropy};
use domain::access::{Role, Stage};
use domain::audit::{Audit, AuditFilter};
use domain::count::{HybridCounts, Scope};
use domain::error::{Failure, Refusal};
use domain::ids::MeetingId;
use domain::meetings::Meetings;
use domain::rules::{KindRuleInput, Rules, rule_on};
use domain::targets::Fraction;

use crate::support::{World, each_database, instant};

fn row(code: &str, limit: &str, from: &str) -> KindRuleInput {
    KindRuleInput {
        code: code.into(),
        name_vi: "Họp giao ban".into(),
        name_en: "Regular briefing".into(),
        scope: "meeting".into(),
        limit_sessions: limit.into(),
        source: "Văn bản mới".into(),
        valid_from: from.into(),
    }
}

#[tokio::test]
async fn a_new_database_holds_the_law_once() {
    each_database(async |world| {
        let caller = world.person("SNV").await;
        let rules = Rules::list(&world.backend, &caller).await.unwrap();
        assert_eq!(rules.len(), 15);
        assert_eq!(rules[0].kind.code, "dissemination");
        let on = |kind: &str, date: &str| {
            rule_on(&rules, kind, date.parse().unwrap()).map(|rule| (rule.limit_sessions, rule.kind.scope))
        };
        assert_eq!(on("in_depth", "2026-06-16"), Some((3, Scope::Conference)));
        let source = |date: &str| rule_on(&rules, "in_depth", date.parse().unwrap()).unwrap().source.as_str();
        assert_eq!((source("2025-12-11"), source("2025-12-10")), ("KL 226-KL/TW", "Quy định của cơ quan"));
        // No document limited it before, and its limit is held against every meeting on record.
        assert_eq!(on("in_depth", "2018-12-15"), Some((3, Scope::Conference)));
        assert_eq!(on("in_depth", "2018-12-14"), None);
        assert_eq!(on("training", "2020-01-01"), Some((4, Scope::Conference)));
        assert_eq!(on("regular_session", "2026-06-16"), Some((2, Scope::Meeting)));
        let targets = Rules::targets(&world.backend, &caller).await.unwrap();
        assert_eq!(targets.share, Fraction { num: 60, den: 100 });
        assert_eq!(targets.reduction, Fraction { num: 10, den: 100 });
        assert_eq!(targets.source, "KL 226-KL/TW; QĐ 534/QĐ-TTg");

        Backend::open(world.config.clone(), Box::new(SeededEntropy::new(1))).await.unwrap();
        assert_eq!(world.count("kind_rule").await, 15);
        assert!(world.count("work_day").await > 40);
    })
    .await;
}

#[tokio::test]
async fn a_changed_law_is_a_new_row_that_begins_later() {
    each_database(async |world| {
        let system = world.caller(Role::SystemAdministrator, "UBND").await;
        let early = Rules::add(&world.backend, &system, row("briefing", "2", "2018-12-15")).await;
        assert_eq!(early, Err(Failure::Refused(Refusal::RuleInThePast)));
        Rules::add(&world.backend, &system, row("briefing", "2", "01/01/2027")).await.unwrap();
        Rules::add(&world.backend, &system, row("night_shift", "1", "2027-01-01")).await.unwrap();
        let rules = Rules::list(&world.backend, &system).await.unwrap();
        let on = |date: &str| rule_on(&rules, "briefing", date.parse().unwrap()).unwrap().limit_sessions;
        assert_eq!((on("2026-12-31"), on("2027-01-01")), (1, 2));
        assert_eq!(rules.last().unwrap().kind.code, "night_shift");
        let briefings: Vec<_> = rules.iter().filter(|rule| rule.kind.code == "briefing").collect();
        assert!(briefings[0].valid_from < briefings[1].valid_from);
    })
    .await;
}

#[tokio::test]
async fn a_new_rule_begins_tomorrow_at_the_earliest() {
    each_database(async |world| {
        let system = world.system();
        for (code, from) in
            [("briefing", "2026-06-15"), ("briefing", "2026-06-16"), ("night_shift", "2026-06-16")]
        {
            let refused = Rules::add(&world.backend, &system, row(code, "2", from)).await;
            assert_eq!(refused, Err(Failure::Refused(Refusal::RuleInThePast)), "{code} {from}");
        }
        assert_eq!(world.count("kind_rule").await, 15);
        Rules::add(&world.backend, &system, row("briefing", "2", "2026-06-17")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn meetings_planned_for_when_a_new_rule_holds_are_counted_by_it() {
    each_database(async |world| {
        let planned = async |kind: &str, at: &str| {
            world.meeting("SNV").kind(kind).stage(Stage::Scheduled).at(at).store().await
        };
        let before = planned("briefing", "2026-12-31T07:30/11:30").await;
        let after = planned("briefing", "2027-01-01T07:30/11:30").await;
        let other = planned("working", "2027-01-01T13:30/16:30").await;
        let changed = KindRuleInput { scope: "conference".into(), ..row("briefing", "1", "2027-01-01") };
        Rules::add(&world.backend, &world.system(), changed).await.unwrap();
        for (id, scope) in [(before, "meeting"), (after, "conference"), (other, "meeting")] {
            assert_eq!(scope_of(world, id).await, scope);
        }
    })
    .await;
}

#[tokio::test]
async fn a_meeting_is_counted_by_the_rule_of_its_date_once_it_is_closed() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        let id = world.meeting("SNV").kind("professional").stage(Stage::UnderWay).store().await;
        let mut tx = world.backend.db().begin().await.unwrap();
        backend::q("UPDATE meeting SET scope = 'meeting'").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        secretary.now = instant("2026-06-16T11:00");
        world.backend.close(&secretary, id, None, "", true).await.unwrap();
        assert_eq!(scope_of(world, id).await, "conference");
    })
    .await;
}

async fn scope_of(world: &World, id: MeetingId) -> String {
    let (scope,): (String,) =
        backend::q("SELECT scope FROM meeting WHERE id = $1").bind(id).one(world.backend.db()).await.unwrap();
    scope
}

#[tokio::test]
async fn only_the_system_administrator_adds_a_rule_and_every_field_is_named() {
    each_database(async |world| {
        let secretary = world.caller(Role::AgencyAdministrator, "UBND").await;
        let forbidden = Rules::add(&world.backend, &secretary, row("briefing", "2", "2027-01-01")).await;
        assert_eq!(forbidden, Err(Failure::Forbidden));
        let system = world.system();
        let wrong = KindRuleInput { scope: "party".into(), ..row("Giao ban", "31", "2027-13-01") };
        let Err(Failure::Invalid(fields)) = Rules::add(&world.backend, &system, wrong).await else {
            panic!("wrong fields were taken")
        };
        let names: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(names, ["code", "scope", "limit_sessions", "valid_from"]);
        assert_eq!(world.count("kind_rule").await, 15);
    })
    .await;
}

#[tokio::test]
async fn how_hybrid_meetings_count_is_the_system_administrators_to_say() {
    each_database(async |world| {
        let system = world.caller(Role::SystemAdministrator, "UBND").await;
        assert_eq!(Rules::hybrid(&world.backend, &system).await, Ok(HybridCounts::OnlineWhenConnected));
        let agency = world.caller(Role::AgencyAdministrator, "UBND").await;
        let refused = Rules::set_hybrid(&world.backend, &agency, HybridCounts::InPerson).await;
        assert_eq!(refused, Err(Failure::Forbidden));
        Rules::set_hybrid(&world.backend, &system, HybridCounts::InPerson).await.unwrap();
        assert_eq!(Rules::hybrid(&world.backend, &agency).await, Ok(HybridCounts::InPerson));
        let trail = Audit::list(&world.backend, &system, AuditFilter::default()).await.unwrap();
        let line = trail.rows.iter().find(|line| line.what == "rules.set_hybrid").unwrap();
        assert!(
            line.before.contains("online_when_connected") && line.after.contains("in_person"),
            "{line:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_limit_of_a_kind_that_is_there_needs_no_names() {
    each_database(async |world| {
        let input = KindRuleInput {
            code: "briefing".into(),
            limit_sessions: "2".into(),
            source: "QĐ mới".into(),
            valid_from: "2026-07-01".into(),
            ..KindRuleInput::default()
        };
        Rules::add(&world.backend, &world.system(), input.clone()).await.unwrap();
        let rows = Rules::list(&world.backend, &world.system()).await.unwrap();
        let of: Vec<_> = rows.iter().filter(|row| row.kind.code == "briefing").collect();
        assert_eq!((of.len(), of[1].limit_sessions, &of[1].kind), (2, 2, &of[0].kind));
        // A slip is no kind: names and scope of a new one have to be said.
        let slip = KindRuleInput { code: "briefng".into(), ..input };
        let Err(Failure::Invalid(fields)) = Rules::add(&world.backend, &world.system(), slip).await else {
            panic!("a kind without a name was added")
        };
        let named: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(named, ["name_vi", "name_en", "scope"]);
    })
    .await;
}

#[tokio::test]
async fn a_database_of_before_gets_the_earlier_rows_and_counts_by_them_once() {
    each_database(async |world| {
        let sizes = ["2025-05-06T07:30/11:30", "2025-05-06T07:30/16:30", "2026-05-06T07:30/16:30"];
        let mut meetings = Vec::new();
        for at in sizes {
            meetings.push(world.meeting("SNV").kind("dissemination").at(at).store().await);
        }
        let mut tx = world.backend.db().begin().await.unwrap();
        backend::q("DELETE FROM kind_rule WHERE valid_from < '2025-12-11' AND kind IN \
            (SELECT k.kind FROM kind_rule k WHERE k.source = 'KL 226-KL/TW')")
            .run(&mut tx)
            .await
            .unwrap();
        backend::q("UPDATE meeting SET has_exceeded = FALSE WHERE first_date < '2025-12-11'")
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        for _ in 0..2 {
            world.backend.complete_rules(world.now).await.unwrap();
            assert_eq!(world.count("kind_rule").await, 15);
        }
        let lines: Vec<(String, String, Option<String>, String)> =
            backend::q("SELECT subject, who, person_id, after_json FROM audit WHERE what = 'rules.recount' ORDER BY subject")
                .all(world.backend.db())
                .await
                .unwrap();
        let of = |(subject, who, person, after): &(String, String, Option<String>, String)| {
            let after: serde_json::Value = serde_json::from_str(after).unwrap();
            (subject.clone(), who.clone(), person.is_some(), after["meetings"].as_u64())
        };
        let expected = [
            ("Hội nghị chuyên môn", 0),
            ("Hội nghị quan trọng cần thảo luận sâu", 0),
            ("Hội nghị quán triệt, triển khai", 1),
        ]
        .map(|(kind, changed)| (kind.to_owned(), "Phiên".to_owned(), false, Some(changed)));
        assert_eq!(lines.iter().map(of).collect::<Vec<_>>(), expected);
        let rules = Rules::list(&world.backend, &world.system()).await.unwrap();
        let on = |date: &str| rule_on(&rules, "dissemination", date.parse().unwrap()).unwrap();
        assert_eq!((on("2025-05-06").limit_sessions, on("2026-05-06").limit_sessions), (1, 1));
        let sources = (on("2025-05-06").source.as_str(), on("2026-05-06").source.as_str());
        assert_eq!(sources, ("Quy định của cơ quan", "KL 226-KL/TW"));
        for (meeting, expected) in meetings.into_iter().zip([false, true, true]) {
            let (exceeded,): (bool,) = backend::q("SELECT has_exceeded FROM meeting WHERE id = $1")
                .bind(meeting)
                .one(world.backend.db())
                .await
                .unwrap();
            assert_eq!(exceeded, expected, "{meeting}");
        }
    })
    .await;
}
