//! The tree of agencies.

use domain::access::Role;
use domain::agencies::{Agencies, AgencyChange, AgencyInput, HoursInput};
use domain::audit::{Audit, AuditFilter};
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::imports::{ImportKind, ImportMode, Imports};
use domain::meetings::{MeetingFilter, Meetings};
use domain::people::People;
use domain::time::Hours;

use crate::meetings::{briefing, published};
use crate::support::each_database;

fn input(code: &str, parent: &str, name: &str, aliases: &str) -> AgencyInput {
    AgencyInput {
        code: code.into(),
        parent: parent.into(),
        level: "commune".into(),
        name: name.into(),
        short_name: name.into(),
        aliases: aliases.into(),
    }
}

#[tokio::test]
async fn the_tree_has_parents_first_and_siblings_by_level_and_code() {
    each_database(async |world| {
        world.agency("STC").await;
        world.agency("SNV").await;
        world.agency_below("03646", "UBND", "commune").await;
        world.agency_below("SNV-VP", "SNV", "unit").await;
        let caller = world.person("SNV").await;
        let tree = Agencies::tree(&world.backend, &caller).await.unwrap();
        let lines: Vec<(&str, u32)> = tree.iter().map(|a| (a.code.as_str(), a.depth)).collect();
        assert_eq!(lines, [("UBND", 0), ("SNV", 1), ("SNV-VP", 2), ("STC", 1), ("03646", 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_former_commune_is_found_without_marks() {
    each_database(async |world| {
        world.agency("UBND").await;
        let system = world.system();
        let to_hieu = input("03646", "UBND", "Phường Tô Hiệu", "Phường Quyết Thắng|Phường Chiềng Lề");
        Agencies::add(&world.backend, &system, to_hieu).await.unwrap();
        let caller = world.person("SNV").await;
        for text in ["chieng le", "QUYẾT thắng", "to hieu", "03646"] {
            let found = Agencies::find(&world.backend, &caller, text).await.unwrap();
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].code, "03646");
        }
        assert!(Agencies::find(&world.backend, &caller, "mộc châu").await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_the_system_administrator_adds_agencies() {
    each_database(async |world| {
        let agency = world.caller(Role::AgencyAdministrator, "UBND").await;
        let added = Agencies::add(&world.backend, &agency, input("X", "UBND", "X", "")).await;
        assert_eq!(added, Err(Failure::Forbidden));
        let system = world.caller(Role::SystemAdministrator, "UBND").await;
        Agencies::add(&world.backend, &system, input("X", "UBND", "X", "")).await.unwrap();
        let again = Agencies::add(&world.backend, &system, input("X", "UBND", "X", "")).await;
        assert_eq!(again, Err(Failure::Refused(Refusal::AlreadyThere { name: "X".into() })));
        let nowhere = Agencies::add(&world.backend, &system, input("Y", "NONE", "Y", "")).await;
        assert_eq!(nowhere, Err(Failure::Invalid(vec![FieldProblem::new("parent", Problem::Unknown)])));
        let blank = Agencies::add(&world.backend, &system, AgencyInput::default()).await;
        let Err(Failure::Invalid(fields)) = blank else { panic!("{blank:?}") };
        assert_eq!(fields.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn hours_and_blocked_days_are_the_agencys_own() {
    each_database(async |world| {
        let (snv, stc) = (world.agency("SNV").await, world.agency("STC").await);
        let system = world.system();
        let at = |text: &str| chrono::NaiveTime::parse_from_str(text, "%H:%M").unwrap();
        let hours = Hours { morning_from: at("07:00"), afternoon_to: at("16:30"), ..Hours::default() };
        let input = HoursInput { blocked_days: "25; 10,25".into(), ..HoursInput::of(&hours, &[]) };
        let own = world.caller(Role::AgencyAdministrator, "SNV").await;
        Agencies::set_hours(&world.backend, &own, snv, input.clone()).await.unwrap();
        let settings = Agencies::settings(&world.backend, &system, snv).await.unwrap();
        assert_eq!(settings.hours, hours);
        assert_eq!(settings.calendar.blocked_days_of_month, [10, 25]);
        assert!(!settings.calendar.is_working("2026-09-02".parse().unwrap()));
        assert!(settings.calendar.is_working("2026-08-22".parse().unwrap()));
        let other = Agencies::settings(&world.backend, &system, stc).await.unwrap();
        assert_eq!((other.hours, other.calendar.blocked_days_of_month), (Hours::default(), vec![]));

        let backwards = HoursInput { morning_to: "6h".into(), blocked_days: "32".into(), ..input.clone() };
        let refused = Agencies::set_hours(&world.backend, &system, snv, backwards).await;
        let wrong = [("morning_to", Problem::EndsBeforeStart), ("blocked_days", Problem::NotInRange(1, 31))];
        let wrong = wrong.map(|(field, problem)| FieldProblem::new(field, problem)).to_vec();
        assert_eq!(refused, Err(Failure::Invalid(wrong)));
        let blank = Agencies::set_hours(&world.backend, &system, snv, HoursInput::default()).await;
        let Err(Failure::Invalid(fields)) = blank else { panic!("{blank:?}") };
        assert_eq!(fields.len(), 4);
        for (role, agency) in [(Role::Secretary, "SNV"), (Role::AgencyAdministrator, "STC")] {
            let other = world.caller(role, agency).await;
            let forbidden = Agencies::set_hours(&world.backend, &other, snv, input.clone()).await;
            assert_eq!(forbidden, Err(Failure::Forbidden));
        }
    })
    .await;
}

#[tokio::test]
async fn a_meeting_is_found_by_the_new_name_of_its_agency_and_room_and_no_longer_by_the_old() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let room = world.room("P1", "SNV").await;
        let id = published(world, &secretary, briefing(&secretary, &secretary, &[room])).await;
        let finds = async |text: &str| {
            let filter = MeetingFilter { text: text.into(), ..MeetingFilter::default() };
            let found = Meetings::list(&world.backend, &secretary, filter).await.unwrap();
            found.rows.iter().any(|row| row.id == id)
        };
        assert!(finds("co quan snv").await && finds("phong p1").await);
        for (kind, text) in [
            (
                ImportKind::Agencies,
                "code,parent,level,name,short_name\nSNV,UBND,department,Sở Nội vụ,Sở NV\n",
            ),
            (ImportKind::Rooms, "code,name,agency,capacity\nP1,Hội trường Hoa Ban,SNV,40\n"),
        ] {
            let (system, mode) = (world.system(), ImportMode::Write);
            let report =
                Imports::import(&world.backend, &system, kind, text.as_bytes().to_vec(), mode).await.unwrap();
            assert_eq!(report.changed, 1, "{:?}", report.bad);
        }
        world.write_due_words().await;
        assert!(finds("so noi vu").await && finds("hoa ban").await);
        assert!(!finds("co quan snv").await && !finds("phong p1").await);
    })
    .await;
}

#[tokio::test]
async fn an_agencys_names_are_corrected_and_all_is_found_by_the_new_ones() {
    each_database(async |world| {
        world.agency("UBND").await;
        let system = world.caller(Role::SystemAdministrator, "UBND").await;
        let agencies: &dyn Agencies = &world.backend;
        let id = agencies.add(&system, input("03646", "UBND", "Phường Tô Hậu", "Chiềng Lề")).await.unwrap();
        let below = world.agency_below("03646-VP", "03646", "unit").await;
        world.person("03646").await;
        let change = |name: &str, aliases: &str| AgencyChange {
            name: name.into(),
            short_name: name.into(),
            aliases: aliases.into(),
        };
        let missing = ["name", "short_name"].map(|field| FieldProblem::new(field, Problem::Missing)).to_vec();
        assert_eq!(agencies.change(&system, id, change(" ", "")).await, Err(Failure::Invalid(missing)));
        let right = change("Phường Tô Hiệu", "Quyết Thắng|Chiềng Lề");
        agencies.change(&system, id, right.clone()).await.unwrap();
        agencies.change(&system, id, right).await.unwrap();
        world.write_due_words().await;
        let tree = agencies.tree(&system).await.unwrap();
        let changed = tree.iter().find(|agency| agency.id == id).unwrap();
        assert_eq!((changed.code.as_str(), changed.name.as_str()), ("03646", "Phường Tô Hiệu"));
        assert_eq!(changed.aliases, ["Chiềng Lề", "Quyết Thắng"]);
        assert_eq!((changed.parent, changed.depth), (Some(system.agency.id), 1), "it stays where it is");
        assert_eq!(tree.iter().find(|agency| agency.id == below).unwrap().depth, 2);
        assert_eq!(agencies.find(&system, "quyet thang").await.unwrap().len(), 1);
        assert!(agencies.find(&system, "to hau").await.unwrap().is_empty());
        assert_eq!(People::find(&world.backend, &system, "to hieu").await.unwrap().len(), 1);
        let filter = AuditFilter { text: "agencies.change".into(), ..AuditFilter::default() };
        let lines = Audit::list(&world.backend, &system, filter).await.unwrap().rows;
        assert_eq!(lines.len(), 1, "what changes nothing leaves no line");
        assert!(lines[0].before.contains("Tô Hậu") && lines[0].after.contains("Quyết Thắng"));
        let agency = world.caller(Role::AgencyAdministrator, "03646").await;
        let own = agencies.change(&agency, id, change("Phường của tôi", "")).await;
        assert_eq!(own, Err(Failure::Forbidden));
        let nowhere = domain::ids::AgencyId(uuid::Uuid::nil());
        assert_eq!(agencies.change(&system, nowhere, change("X", "")).await, Err(Failure::NotFound));
    })
    .await;
}
