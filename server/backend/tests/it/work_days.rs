//! Days off and worked weekends: who enters them, and what is said of a year without them.

use domain::access::Role;
use domain::audit::{Audit, AuditFilter};
use domain::calendar::{DayKind, WorkDayInput, WorkDays};
use domain::error::{Failure, FieldProblem, Problem};
use domain::imports::{ImportKind, ImportMode, Imports};
use domain::meetings::{CalendarFilter, MeetingInput, Meetings, Note, SittingInput};
use domain::period::Window;

use crate::imports::{bad, written};
use crate::meetings::briefing;
use crate::support::{World, each_database, instant, sitting};

fn input(date: &str, kind: &str, name: &str) -> WorkDayInput {
    WorkDayInput { date: date.into(), kind: kind.into(), name: name.into() }
}

async fn what(world: &World) -> Vec<(String, String)> {
    let trail = Audit::list(&world.backend, &world.system(), AuditFilter::default()).await.unwrap();
    let is_of_days = |what: &str| what.starts_with("work_days.");
    let lines = trail.rows.into_iter().filter(|line| is_of_days(&line.what));
    lines.map(|line| (line.what, line.subject)).collect()
}

#[tokio::test]
async fn a_new_database_knows_three_years_with_their_swapped_days() {
    each_database(async |world| {
        let person = world.person("SNV").await;
        let years = world.backend.years(&person).await.unwrap();
        assert_eq!(years, [(2025, true), (2026, true), (2027, true)]);
        let year = WorkDays::year(&world.backend, &person, 2026).await.unwrap();
        let is = |date: &str| year.days.iter().find(|day| day.date.to_string() == date).map(|day| day.kind);
        assert_eq!(is("2026-02-17"), Some(DayKind::Off));
        assert_eq!(is("2026-08-31"), Some(DayKind::Off));
        assert_eq!(is("2026-08-22"), Some(DayKind::Work));
        assert_eq!(is("2026-08-24"), None);
        let unknown = WorkDays::year(&world.backend, &person, 2028).await.unwrap();
        assert!(!unknown.is_entered && unknown.days.is_empty());
        assert_eq!(WorkDays::year(&world.backend, &person, 12).await.unwrap_err(), Failure::NotFound);
    })
    .await;
}

#[tokio::test]
async fn the_administrator_of_the_system_enters_days_and_nobody_else() {
    each_database(async |world| {
        let admin = world.caller(Role::SystemAdministrator, "UBND").await;
        let tet = || input("26/1/2028", "off", "Tết Nguyên Đán");
        for role in [Role::AgencyAdministrator, Role::Secretary, Role::ReportingOfficer] {
            let other = world.caller(role, "UBND").await;
            assert_eq!(world.backend.set(&other, tet()).await.unwrap_err(), Failure::Forbidden);
            let date = "2026-09-02".parse().unwrap();
            assert_eq!(world.backend.remove(&other, date).await.unwrap_err(), Failure::Forbidden);
            assert_eq!(world.backend.declare(&other, 2028, true).await.unwrap_err(), Failure::Forbidden);
        }
        world.backend.set(&admin, tet()).await.unwrap();
        world.backend.set(&admin, tet()).await.unwrap();
        world.backend.set(&admin, input("26/1/2028", "off", "Mùng một Tết")).await.unwrap();
        let year = WorkDays::year(&world.backend, &admin, 2028).await.unwrap();
        assert_eq!((year.days.len(), year.is_entered), (1, false));
        assert_eq!(year.days[0].name, "Mùng một Tết");
        world.backend.declare(&admin, 2028, true).await.unwrap();
        world.backend.declare(&admin, 2028, true).await.unwrap();
        assert!(WorkDays::year(&world.backend, &admin, 2028).await.unwrap().is_entered);
        world.backend.remove(&admin, year.days[0].date).await.unwrap();
        assert_eq!(world.backend.remove(&admin, year.days[0].date).await.unwrap_err(), Failure::NotFound);
        world.backend.declare(&admin, 2028, false).await.unwrap();
        assert_eq!(world.backend.years(&admin).await.unwrap().len(), 3);
        let line = |what: &str, subject: &str| (what.to_owned(), subject.to_owned());
        assert_eq!(
            what(world).await,
            [
                line("work_days.declare", "2028"),
                line("work_days.drop", "Mùng một Tết"),
                line("work_days.declare", "2028"),
                line("work_days.set", "Mùng một Tết"),
                line("work_days.set", "Tết Nguyên Đán"),
            ]
        );
        let wrong = world.backend.set(&admin, input("27/1/2028", "work", "Làm bù")).await.unwrap_err();
        assert_eq!(wrong, Failure::Invalid(vec![FieldProblem::new("date", Problem::WorkedAnyway)]));
    })
    .await;
}

const FILE: &str = "date,kind,name\n\
    2028-01-01,off,Tết Dương lịch\n\
    26/01/2028,off,\"Tết Nguyên Đán, mùng một\"\n\
    2028-02-05,work,Làm bù\n";

#[tokio::test]
async fn a_file_enters_whole_years() {
    each_database(async |world| {
        assert_eq!(written(world, ImportKind::WorkDays, FILE).await, [3, 3, 0, 0]);
        let person = world.person("SNV").await;
        let year = WorkDays::year(&world.backend, &person, 2028).await.unwrap();
        assert!(year.is_entered);
        assert_eq!(year.days[1].name, "Tết Nguyên Đán, mùng một");
        assert_eq!(written(world, ImportKind::WorkDays, FILE).await, [3, 0, 0, 3]);
        // A year that was taken back is entered again by the same file.
        world.backend.declare(&world.system(), 2028, false).await.unwrap();
        assert_eq!(written(world, ImportKind::WorkDays, FILE).await, [3, 0, 1, 2]);
        assert!(WorkDays::year(&world.backend, &person, 2028).await.unwrap().is_entered);
        // A worked weekend alone says nothing of a year.
        let alone = "date,kind,name\n2029-01-06,work,Làm bù\n";
        assert_eq!(written(world, ImportKind::WorkDays, alone).await, [1, 1, 0, 0]);
        assert!(!WorkDays::year(&world.backend, &person, 2029).await.unwrap().is_entered);
    })
    .await;
}

#[tokio::test]
async fn a_file_of_days_is_refused_cell_by_cell_and_to_others_as_a_whole() {
    each_database(async |world| {
        let file = "date,kind,name\n\
            2028-01-01,off,Tết\n\
            1/1/2028,off,Tết\n\
            31/4/2028,off,Nghỉ\n\
            2028-01-03,work,Làm bù\n\
            5/1,off,Nghỉ\n\
            mai,off,Nghỉ\n\
            2028-01-06,free,Nghỉ\n\
            2028-01-07,off,\n";
        let meant = "2028-04-30".parse().unwrap();
        let expected = [
            (3, "date", Problem::Repeated),
            (4, "date", Problem::NoSuchDay { typed: "31/04/2028".into(), meant }),
            (5, "date", Problem::WorkedAnyway),
            (6, "date", Problem::NotADate),
            (7, "date", Problem::NotADate),
            (8, "kind", Problem::Unknown),
            (9, "name", Problem::Missing),
        ];
        assert_eq!(bad(world, ImportKind::WorkDays, file).await, crate::imports::named(&expected));
        for role in [Role::AgencyAdministrator, Role::Secretary] {
            let other = world.caller(role, "UBND").await;
            let refused =
                world.backend.import(&other, ImportKind::WorkDays, FILE.into(), ImportMode::Write).await;
            assert_eq!(refused.unwrap_err(), Failure::Forbidden);
        }
    })
    .await;
}

#[tokio::test]
async fn a_year_without_its_days_off_is_never_taken_for_ordinary() {
    each_database(async |world| {
        let mut secretary = world.caller(Role::Secretary, "SNV").await;
        let form = briefing(&secretary, &secretary, &[]);
        let on =
            |text: &str| MeetingInput { sittings: vec![SittingInput::of(&sitting(text))], ..form.clone() };
        let tet = on("2028-01-26T07:30/11:30");
        let unknown = Note::DaysNotEntered { year: 2028 };
        let is_off = |note: &Note| matches!(note, Note::DayOff { .. });
        let check = world.backend.check(&secretary, None, tet.clone()).await.unwrap();
        assert_eq!(check.notes.iter().filter(|note| **note == unknown).count(), 1, "{:?}", check.notes);

        // In 2027 nothing is unknown, though the notice is counted from 2026.
        let check = world.backend.check(&secretary, None, on("2027-02-08T07:30/11:30")).await.unwrap();
        assert!(check.notes.iter().any(is_off) && !check.notes.contains(&unknown));

        // What is free around a weekend of the unknown year is not known.
        let sunday = on("2028-01-02T07:30/11:30");
        let check = world.backend.check(&secretary, None, sunday).await.unwrap();
        let is_known =
            |slot: &Vec<domain::time::Sitting>| slot.iter().all(|s| s.date.to_string().starts_with("2027"));
        assert!(check.free_slots.iter().all(is_known), "{:?}", check.free_slots);

        // The notice reaches from the known year into the unknown one.
        secretary.now = instant("2027-12-20T09:00");
        let check = world.backend.check(&secretary, None, on("2028-01-05T07:30/11:30")).await.unwrap();
        assert!(check.notes.contains(&unknown), "{:?}", check.notes);

        let window = Window::new("2027-12-27".parse().unwrap(), "2028-01-02".parse().unwrap()).unwrap();
        let filter = CalendarFilter { window, agency: None, room: None, person: None };
        let calendar = world.backend.calendar(&secretary, filter.clone()).await.unwrap();
        assert_eq!(calendar.years_not_entered, [2028]);

        written(world, ImportKind::WorkDays, FILE).await;
        let check = world.backend.check(&secretary, None, tet).await.unwrap();
        assert!(check.notes.iter().any(is_off) && !check.notes.contains(&unknown), "{:?}", check.notes);
        let calendar = world.backend.calendar(&secretary, filter).await.unwrap();
        assert!(calendar.years_not_entered.is_empty());
    })
    .await;
}
