//! The audit trail.

use std::collections::BTreeSet;

use backend::q;
use chrono::{DateTime, Utc};
use domain::access::{Action, Caller, Grant, Part, Role, Stage};
use domain::agencies::{Agencies, HoursInput};
use domain::attendance::{Attendance, Presence};
use domain::audit::{Audience, Audit, AuditFilter, Deed};
use domain::error::Failure;
use domain::ids::{AgencyId, AuditId, MeetingId};
use domain::meetings::{MeetingFilter, MeetingInput, Meetings};
use domain::time::{Hours, Zone};

use crate::meetings::{briefing, item, published};
use crate::support::{World, each_database};

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
            Agencies::set_hours(&world.backend, &world.system(), agency, blocking("25")).await.unwrap();
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
        let mut writer = secretary.clone();
        for (caller, is_withheld) in [(&mut leader, true), (&mut writer, false)] {
            caller.grants.push(Grant { role: Role::AgencyAdministrator, agency: caller.agency.id });
            let page = Audit::list(&world.backend, caller, AuditFilter::default()).await.unwrap();
            let of = |what: &str| page.rows.iter().find(|line| line.what == what).unwrap();
            // Only people who write the form may see what was typed, and only people who may read the papers
            // see what was published.
            let lines = [of("meetings.publish").is_withheld, of("meetings.draft").is_withheld];
            assert_eq!(lines, [is_withheld; 2]);
        }
    })
    .await;
}

/// Writes a line of every deed about a meeting, with a secret in each part that may be withheld.
async fn line_of_every_deed(world: &World, agency: AgencyId, meeting: MeetingId, at: DateTime<Utc>) {
    let mut tx = world.backend.db().begin().await.unwrap();
    for deed in Deed::ALL {
        let (seq,): (i64,) =
            q("UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq").one(&mut tx).await.unwrap();
        q("INSERT INTO audit (id, at, who, agency_id, meeting_id, what, subject, before_json, after_json, audience, \
           folded, seq) VALUES ($1, $2, 'Ai', $3, $4, $5, 'title', '\"before\"', '\"after\"', $6, '', $7)")
            .bind(AuditId(world.id()))
            .bind(at)
            .bind(agency)
            .bind(Some(meeting).filter(|_| deed.audience() != Audience::TrailReaders))
            .bind(deed.code())
            .bind(deed.audience().code())
            .bind(seq)
            .run(&mut tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// What a meeting's page shows a caller: that it takes place, its contents, its papers, the reasons for
/// absence.
async fn shown_on_its_page(world: &World, caller: &Caller, meeting: MeetingId) -> [bool; 4] {
    let page = Meetings::get(&world.backend, caller, meeting).await;
    let filter = MeetingFilter { page: 1, ..MeetingFilter::default() };
    let known = Meetings::list(&world.backend, caller, filter)
        .await
        .unwrap()
        .rows
        .iter()
        .any(|row| row.id == meeting);
    let Ok(page) = page else { return [known, false, false, false] };
    let calls = page.may(Action::CallRoll) || page.my_part == Some(Part::Chair);
    [true, true, page.may(Action::ReadPaper), calls]
}

#[tokio::test]
async fn a_line_of_any_deed_shows_no_more_than_the_page_of_its_meeting() {
    each_database(async |world| {
        let (snv, chair, delegate) =
            (world.agency("SNV").await, world.person("SNV").await, world.person("SNV").await);
        let other = world.person("STC").await;
        let roles = [None, Some(Role::Secretary), Some(Role::Leader), Some(Role::ReportingOfficer)];
        let mut met = BTreeSet::new();
        for (day, stage) in (1..).zip(Stage::ALL) {
            let at = world.now + chrono::Duration::days(day);
            let seed = world.meeting("SNV").stage(stage).chair(&chair).delegate(&delegate);
            let meeting = seed.store().await;
            line_of_every_deed(world, snv, meeting, at).await;
            let people = [&chair, &delegate, &other];
            for (person, role) in people.into_iter().flat_map(|person| roles.map(|role| (person, role))) {
                let mut caller = person.clone();
                caller.grants.push(Grant { role: Role::AgencyAdministrator, agency: snv });
                caller.grants.extend(role.map(|role| Grant { role, agency: snv }));
                let [knows, opens, reads, calls] = shown_on_its_page(world, &caller, meeting).await;
                met.insert((opens, reads, calls));
                let day = Some(Zone::VIETNAM.date(at));
                let mut lines = Vec::new();
                for page in 1.. {
                    let filter = AuditFilter { from: day, to: day, page, ..AuditFilter::default() };
                    let found = Audit::list(&world.backend, &caller, filter).await.unwrap().rows;
                    if found.is_empty() {
                        break;
                    }
                    lines.extend(found);
                }
                assert_eq!(lines.len(), Deed::ALL.len());
                for line in lines {
                    let audience = Deed::parse(&line.what).unwrap().audience();
                    let may = match audience {
                        Audience::TrailReaders => true,
                        Audience::MeetingReaders => opens,
                        Audience::PaperReaders => reads,
                        Audience::RollCallers => calls,
                        Audience::FormWriters => opens && role == Some(Role::Secretary),
                        Audience::PaperReadersWhoCallTheRoll => reads && calls,
                    };
                    let is_titled = audience == Audience::TrailReaders || knows;
                    let seen = (!line.subject.is_empty(), !line.before.is_empty(), !line.after.is_empty());
                    assert_eq!(seen, (is_titled, may, may), "{stage:?} {role:?} {line:?}");
                    assert_eq!(line.is_withheld, !may);
                }
            }
        }
        assert!(met.len() >= 4, "the callers differ in what they see: {met:?}");
    })
    .await;
}

#[tokio::test]
async fn nothing_that_is_withheld_finds_a_line() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let delegate = world.person("SNV").await;
        let input = MeetingInput {
            title: "Họp thẩm định".into(),
            delegates: vec![format!("p-{}", delegate.person)],
            ..briefing(&secretary, &secretary, &[])
        };
        let id = published(world, &secretary, input).await;
        let listed = world.backend.get(&secretary, id).await.unwrap().participants.pop().unwrap();
        let absent = Presence::Absent { reason: "Điều trị dài ngày".into() };
        world.backend.mark(&secretary, id, listed.id, absent).await.unwrap();
        let system = world.caller(Role::SystemAdministrator, "UBND").await;
        let found = async |text: &str| {
            let filter = AuditFilter { text: text.into(), ..AuditFilter::default() };
            Audit::list(&world.backend, &system, filter).await.unwrap().total
        };
        for withheld in ["tham dinh", "dieu tri", "ket qua cong tac"] {
            assert_eq!(found(withheld).await, 0, "{withheld}");
        }
        assert_eq!(found("attendance.mark").await, 1);
        assert!(found(&secretary.name).await >= 3);
    })
    .await;
}

#[tokio::test]
async fn the_trail_is_found_by_its_deeds() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let chair = world.person("SNV").await;
        published(world, &secretary, briefing(&secretary, &chair, &[])).await;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let found = async |text: &str, deeds: &[Deed]| {
            let filter = AuditFilter { text: text.into(), deeds: deeds.to_vec(), ..AuditFilter::default() };
            Audit::list(&world.backend, &administrator, filter).await.unwrap().total
        };
        assert_eq!(found("gui giay moi", &[]).await, 0, "{}", world.engine);
        assert_eq!(found("gui giay moi", &[Deed::MeetingsPublish]).await, 1);
        assert!(found("", &[]).await > 1, "no text finds all");
    })
    .await;
}
