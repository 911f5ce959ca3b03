//! The audit trail.

use domain::access::{Grant, Role};
use domain::agencies::{Agencies, HoursInput};
use domain::attendance::{Attendance, Presence};
use domain::audit::{Audit, AuditFilter};
use domain::error::Failure;
use domain::meetings::{MeetingInput, Meetings};
use domain::time::Hours;

use crate::meetings::{briefing, item, published};
use crate::support::each_database;

fn blocking(days: &str) -> HoursInput {
    HoursInput { blocked_days: days.into(), ..HoursInput::of(&Hours::default(), &[]) }
}

#[tokio::test]
async fn every_change_leaves_a_line_with_before_and_after() {
    each_database(async |world| {
        let snv = world.agency("SNV").await;
        let administrator = world.caller(Role::SystemAdministrator, "UBND").await;
        Agencies::set_hours(&world.backend, &administrator, snv, blocking("25")).await.unwrap();
        let page = Audit::list(&world.backend, &administrator, AuditFilter::default()).await.unwrap();
        assert_eq!(page.total, 3);
        let newest = page.rows.iter().find(|line| line.what == "agencies.set_hours").unwrap();
        assert_eq!((newest.who.as_str(), newest.subject.as_str()), ("Người 1", "Cơ quan SNV"));
        assert!(newest.before.contains("[]") && newest.after.contains("[25]"), "{newest:?}");
        assert!(page.rows.iter().any(|line| line.who == "Phiên" && line.what == "agencies.add"));
    })
    .await;
}

#[tokio::test]
async fn text_and_days_choose_lines_and_the_newest_comes_first() {
    each_database(async |world| {
        let mut administrator = world.caller(Role::SystemAdministrator, "SNV").await;
        let snv = administrator.agency.id;
        for day in 1..=3u32 {
            administrator.now = world.now + chrono::Duration::days(i64::from(day));
            Agencies::set_hours(&world.backend, &administrator, snv, blocking(&day.to_string()))
                .await
                .unwrap();
        }
        let filter = AuditFilter { text: "set_hours người".into(), ..AuditFilter::default() };
        let page = Audit::list(&world.backend, &administrator, filter.clone()).await.unwrap();
        assert_eq!(page.total, 3);
        assert!(page.rows.windows(2).all(|pair| pair[0].at > pair[1].at));
        let (from, to) = ("2026-06-17".parse().ok(), "2026-06-18".parse().ok());
        let page =
            Audit::list(&world.backend, &administrator, AuditFilter { from, to, ..filter }).await.unwrap();
        assert_eq!(page.total, 2);
        let nothing = AuditFilter { text: "không có".into(), ..AuditFilter::default() };
        assert_eq!(Audit::list(&world.backend, &administrator, nothing).await.unwrap().total, 0);
    })
    .await;
}

#[tokio::test]
async fn an_agency_administrator_sees_the_lines_of_the_agency_alone() {
    each_database(async |world| {
        let (snv, stc) = (world.agency("SNV").await, world.agency("STC").await);
        for agency in [snv, stc] {
            Agencies::set_hours(&world.backend, &world.system(), agency, blocking("")).await.unwrap();
        }
        let own = world.caller(Role::AgencyAdministrator, "SNV").await;
        let page = Audit::list(&world.backend, &own, AuditFilter::default()).await.unwrap();
        assert_eq!(page.total, 2);
        assert!(page.rows.iter().all(|line| line.subject == "Cơ quan SNV"));
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let forbidden = Audit::list(&world.backend, &secretary, AuditFilter::default()).await;
        assert_eq!(forbidden, Err(Failure::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn what_a_meeting_holds_is_shown_to_those_alone_who_may_open_it() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("SNV").await;
        let input = MeetingInput {
            title: "Họp bàn công tác cán bộ".into(),
            delegates: vec![format!("p-{}", delegate.person)],
            agenda: vec![item("Phương án luân chuyển")],
            ..briefing(&secretary, &secretary, &[])
        };
        let id = published(world, &secretary, input.clone()).await;
        let listed = world.backend.get(&secretary, id).await.unwrap().participants.pop().unwrap();
        let absent = Presence::Absent { reason: "Điều trị dài ngày".into() };
        world.backend.mark(&secretary, id, listed.id, absent).await.unwrap();
        let draft = MeetingInput { title: "Họp kín".into(), ..input };
        world.backend.save(&secretary, None, draft).await.unwrap();

        let own = world.caller(Role::AgencyAdministrator, "SNV").await;
        let mut both = secretary.clone();
        both.grants.extend(own.grants.iter().copied());
        let system = world.caller(Role::SystemAdministrator, "STC").await;
        for (caller, is_shown, titles) in [
            (&system, false, ["", ""]),
            (&own, false, ["Họp bàn công tác cán bộ", ""]),
            (&both, true, ["Họp bàn công tác cán bộ", "Họp kín"]),
        ] {
            let page = Audit::list(&world.backend, caller, AuditFilter::default()).await.unwrap();
            let of_meetings: Vec<_> = page
                .rows
                .iter()
                .filter(|line| line.what.starts_with("meetings.") || line.what.starts_with("attendance."))
                .collect();
            assert_eq!(of_meetings.len(), 4, "drafted, published, marked, drafted");
            for line in of_meetings {
                assert_eq!(line.who, secretary.name);
                assert_eq!(line.is_withheld, !is_shown, "{line:?}");
                assert_eq!(line.after.is_empty(), !is_shown, "{line:?}");
                assert!(titles.contains(&line.subject.as_str()), "{line:?}");
            }
            let text = serde_json::to_string(&page.rows).unwrap();
            for secret in ["Phương án luân chuyển", "Điều trị dài ngày", &delegate.person.to_string()]
            {
                assert_eq!(text.contains(secret), is_shown, "{secret}");
            }
            assert!(
                page.rows.iter().filter(|line| line.what == "agencies.add").all(|line| !line.is_withheld)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_published_with_papers_is_shown_to_those_who_may_read_them() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        published(world, &secretary, briefing(&secretary, &secretary, &[])).await;
        let mut leader = world.caller(Role::Leader, "SNV").await;
        leader.grants.push(Grant { role: Role::AgencyAdministrator, agency: leader.agency.id });
        let page = Audit::list(&world.backend, &leader, AuditFilter::default()).await.unwrap();
        let of = |what: &str| page.rows.iter().find(|line| line.what == what).unwrap();
        assert!(of("meetings.publish").is_withheld && !of("meetings.draft").is_withheld);
    })
    .await;
}
