//! Rooms.

use domain::access::Role;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::rooms::{RoomInput, Rooms};

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
