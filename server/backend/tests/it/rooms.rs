//! Rooms.

use domain::access::Role;
use domain::audit::{Audit, AuditFilter};
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::rooms::{RoomChange, RoomInput, Rooms};

use crate::support::each_database;

fn input(code: &str, agency: &str) -> RoomInput {
    RoomInput {
        code: code.into(),
        name: format!("Phòng {code}"),
        agency: agency.into(),
        capacity: "40".into(),
        video: "yes".into(),
        equipment: "Máy chiếu".into(),
    }
}

#[tokio::test]
async fn the_nearest_rooms_come_first() {
    each_database(async |world| {
        world.agency("SNV").await;
        world.agency("STC").await;
        let rooms: &dyn Rooms = &world.backend;
        for (code, agency) in [("P3", "STC"), ("P1", "UBND"), ("P2", "SNV")] {
            rooms.add(&world.system(), input(code, agency)).await.unwrap();
        }
        let caller = world.person("SNV").await;
        let codes = |rooms: Vec<domain::rooms::Room>| -> Vec<String> {
            rooms.into_iter().map(|room| room.code).collect()
        };
        assert_eq!(codes(rooms.list(&caller, None).await.unwrap()), ["P2", "P1", "P3"]);
        let stc = world.agency("STC").await;
        assert_eq!(codes(rooms.list(&caller, Some(stc)).await.unwrap()), ["P3"]);
        assert_eq!(rooms.list(&world.system(), None).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn administrators_add_the_rooms_of_their_agencies() {
    each_database(async |world| {
        world.agency("SNV").await;
        world.agency("STC").await;
        let rooms: &dyn Rooms = &world.backend;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        rooms.add(&administrator, input("P1", "SNV")).await.unwrap();
        assert_eq!(rooms.add(&administrator, input("P2", "STC")).await, Err(Failure::Forbidden));
        let again = rooms.add(&administrator, input("P1", "SNV")).await;
        assert_eq!(again, Err(Failure::Refused(Refusal::AlreadyThere { name: "P1".into() })));
        let wrong = RoomInput { capacity: "nhiều".into(), video: "có".into(), ..input("P3", "SNV") };
        let expected = vec![
            FieldProblem::new("capacity", Problem::NotInRange(0, 10_000)),
            FieldProblem::new("video", Problem::Unknown),
        ];
        assert_eq!(rooms.add(&administrator, wrong).await, Err(Failure::Invalid(expected)));
        let secretary = world.caller(Role::Secretary, "SNV").await;
        assert_eq!(rooms.add(&secretary, input("P3", "SNV")).await, Err(Failure::Forbidden));
    })
    .await;
}

#[tokio::test]
async fn a_room_is_corrected_by_who_manages_it_with_before_and_after_in_the_trail() {
    each_database(async |world| {
        world.agency("SNV").await;
        world.agency("STC").await;
        let rooms: &dyn Rooms = &world.backend;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let room = rooms.add(&administrator, input("P1", "SNV")).await.unwrap();
        let change = |name: &str, capacity: &str| RoomChange {
            name: name.into(),
            capacity: capacity.into(),
            video: "no".into(),
            equipment: "Bảng trắng".into(),
        };
        let wrong = rooms.change(&administrator, room, change("", "nhiều")).await;
        let expected = vec![
            FieldProblem::new("name", Problem::Missing),
            FieldProblem::new("capacity", Problem::NotInRange(0, 10_000)),
        ];
        assert_eq!(wrong, Err(Failure::Invalid(expected)));
        rooms.change(&administrator, room, change("Phòng họp lớn", "60")).await.unwrap();
        rooms.change(&administrator, room, change("Phòng họp lớn", "60")).await.unwrap();
        let changed = rooms.get(&administrator, room).await.unwrap();
        assert_eq!((changed.code.as_str(), changed.name.as_str()), ("P1", "Phòng họp lớn"));
        assert_eq!((changed.capacity, changed.has_video), (60, false));
        assert_eq!(changed.equipment, "Bảng trắng");
        let filter = AuditFilter { text: "rooms.change".into(), ..AuditFilter::default() };
        let lines = Audit::list(&world.backend, &administrator, filter).await.unwrap().rows;
        assert_eq!(lines.len(), 1, "what changes nothing leaves no line");
        assert!(lines[0].before.contains(r#""capacity":40"#) && lines[0].after.contains(r#""capacity":60"#));
        let others = world.caller(Role::AgencyAdministrator, "STC").await;
        assert_eq!(rooms.change(&others, room, change("Của tôi", "1")).await, Err(Failure::Forbidden));
        assert_eq!(rooms.get(&others, room).await, Err(Failure::Forbidden));
        let none =
            rooms.change(&administrator, domain::ids::RoomId(uuid::Uuid::nil()), change("?", "1")).await;
        assert_eq!(none, Err(Failure::NotFound));
    })
    .await;
}
