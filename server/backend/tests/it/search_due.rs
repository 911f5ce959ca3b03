//! What follows from a changed name for what meetings and people are found by: some at a time, after the change.

use backend::q;
use domain::access::{Caller, Role};
use domain::agencies::{Agencies, AgencyChange};
use domain::ids::RoomId;
use domain::meetings::{MeetingFilter, Meetings};
use domain::people::{People, PersonChange};
use domain::rooms::{RoomChange, Rooms};

use crate::bounds::{fill_people, fill_year, numbered};
use crate::search::index;
use crate::support::{World, each_database};

/// More than three turns take.
const MANY: u32 = 330;

/// How many meetings are found by some words.
async fn found(world: &World, caller: &Caller, text: &str) -> i64 {
    let filter = MeetingFilter { text: text.into(), ..MeetingFilter::default() };
    Meetings::list(&world.backend, caller, filter).await.unwrap().total
}

fn named(name: &str, seats: &str) -> RoomChange {
    RoomChange { name: name.into(), capacity: seats.into(), video: "no".into(), equipment: String::new() }
}

/// Many meetings of an agency in a room.
async fn held_in(world: &World, by: &Caller, room: RoomId) {
    fill_year(world, by.agency.id, 2026, MANY).await;
    world
        .run(&format!(
            "INSERT INTO meeting_room (meeting_id, room_id, position) SELECT id, '{room}', 0 FROM meeting"
        ))
        .await;
    index(world).await;
}

#[tokio::test]
async fn a_changed_name_is_one_row_however_many_meetings_are_found_by_it() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let room = world.room("P1", "SNV").await;
        held_in(world, &secretary, room).await;
        let many = i64::from(MANY);
        Rooms::change(&world.backend, &administrator, room, named("Phòng Hoa Ban", "40")).await.unwrap();
        world.write_due_words().await;
        assert_eq!(found(world, &secretary, "hoa ban").await, many, "{}", world.engine);

        Rooms::change(&world.backend, &administrator, room, named("Phòng Hoa Ban", "60")).await.unwrap();
        assert_eq!(world.count("search_due").await, 0, "no meeting is found by seats");

        Rooms::change(&world.backend, &administrator, room, named("Phòng Mộc Châu", "60")).await.unwrap();
        let agency = AgencyChange {
            name: "Sở Đất và Nước".into(),
            short_name: "Sở Đất và Nước".into(),
            aliases: String::new(),
        };
        let system = world.system();
        Agencies::change(&world.backend, &system, secretary.agency.id, agency).await.unwrap();
        assert_eq!(world.count("search_due").await, 3, "the room, the agency, its people");
        assert_eq!(found(world, &secretary, "hoa ban").await, many, "as yet by the old name");
        assert!(world.write_due_words().await >= 8, "some at a time");
        assert_eq!(found(world, &secretary, "hoa ban").await, 0, "{}", world.engine);
        assert_eq!(found(world, &secretary, "moc chau dat nuoc").await, many);
        assert_eq!(found(world, &secretary, "họp").await, many, "what else they are found by stays");
    })
    .await;
}

#[tokio::test]
async fn a_name_that_changes_again_begins_again_and_a_small_one_does_not_wait_behind_a_large_one() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let (large, small) = (world.room("P1", "SNV").await, world.room("P2", "SNV").await);
        held_in(world, &secretary, large).await;
        let one =
            world.meeting("SNV").title("Họp riêng").room(small).at("2026-06-28T08:00/10:00").store().await;
        index(world).await;
        Rooms::change(&world.backend, &administrator, large, named("Phòng Hoa Ban", "40")).await.unwrap();
        assert!(world.backend.write_due_words().await.unwrap());
        let first = found(world, &secretary, "hoa ban").await;
        assert!((1..i64::from(MANY)).contains(&first), "{first} on {}", world.engine);

        Rooms::change(&world.backend, &administrator, small, named("Phòng Nhỏ Xinh", "4")).await.unwrap();
        assert!(world.backend.write_due_words().await.unwrap());
        assert_eq!(found(world, &secretary, "nhỏ xinh").await, 1, "{one} does not wait: {}", world.engine);

        Rooms::change(&world.backend, &administrator, large, named("Phòng Mộc Châu", "40")).await.unwrap();
        world.write_due_words().await;
        assert_eq!(found(world, &secretary, "hoa ban").await, 0, "the first ones too");
        assert_eq!(found(world, &secretary, "mộc châu").await, i64::from(MANY));
    })
    .await;
}

#[tokio::test]
async fn people_are_found_by_their_agencys_new_name_and_meetings_by_their_chairs() {
    each_database(async |world| {
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let system = world.system();
        let chair = world.person("SNV").await;
        world.meeting("SNV").title("Giao ban").chair(&chair).at("2026-06-28T08:00/10:00").store().await;
        index(world).await;
        fill_people(world, secretary.agency.id, MANY).await;
        let agency = AgencyChange {
            name: "Sở Đất và Nước".into(),
            short_name: "Sở Đất và Nước".into(),
            aliases: String::new(),
        };
        Agencies::change(&world.backend, &system, secretary.agency.id, agency).await.unwrap();
        let change = PersonChange {
            name: "Lò Thị Ban".into(),
            position: "Giám đốc".into(),
            agency: "SNV".into(),
            roles: String::new(),
        };
        People::change(&world.backend, &system, chair.person, change).await.unwrap();
        world.write_due_words().await;
        assert_eq!(found(world, &secretary, "giao ban lo thi").await, 1, "{}", world.engine);
        let (left,): (i64,) =
            q("SELECT CAST(COUNT(*) AS BIGINT) FROM person p JOIN agency a ON a.id = p.agency_id \
             WHERE a.code = 'SNV' AND p.folded NOT LIKE '%so dat va nuoc%'")
            .one(world.backend.db())
            .await
            .unwrap();
        assert_eq!(left, 0, "of {MANY} and a few");
    })
    .await;
}

#[tokio::test]
async fn what_a_newer_version_noted_is_passed_over() {
    each_database(async |world| {
        world
            .run(&numbered(
                3,
                "search_due (what, id, place, written) SELECT 'planet', CAST(i AS TEXT), '', 0",
            ))
            .await;
        assert_eq!(world.write_due_words().await, 3);
        assert_eq!(world.count("search_due").await, 0);
    })
    .await;
}
