//! The audit trail.

use domain::access::Role;
use domain::agencies::{Agencies, HoursInput};
use domain::audit::{Audit, AuditFilter};
use domain::error::Failure;
use domain::time::Hours;

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
