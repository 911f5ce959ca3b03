//! Rooms.

use domain::access::{Role, Stage};
use domain::audit::{Audit, AuditFilter};
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::imports::ImportKind;
use domain::meetings::{CalendarFilter, Meetings, Note};
use domain::period::Window;
use domain::rooms::{
    ROOMS_OF_AGENCY_AT_MOST, ROOMS_OFFERED_AT_MOST, Room, RoomAfter, RoomChange, RoomInput, Rooms,
    RoomsWanted,
};

use crate::imports::{bad, written};
use crate::meetings::briefing;
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
        assert_eq!(codes(&rooms.list(&caller, "", 1).await.unwrap().rows), ["P2", "P1", "P3"]);
        assert_eq!(codes(&rooms.list(&caller, "stc", 1).await.unwrap().rows), ["P3"]);
        assert_eq!(codes(&rooms.list(&caller, "phong p3", 1).await.unwrap().rows), ["P3"]);
        assert_eq!(codes(&rooms.list(&caller, "máy chiếu", 1).await.unwrap().rows), ["P2", "P1", "P3"]);
        assert_eq!(rooms.list(&world.system(), "", 1).await.unwrap().total, 3);
        let wanted = RoomsWanted { holder: Some(caller.agency.id), ..RoomsWanted::default() };
        let offered = rooms.offer(&caller, wanted.clone()).await.unwrap();
        assert_eq!((codes(&offered.rooms), offered.has_more), (vec!["P2", "P1"], false), "{}", world.engine);
        let stranger = rooms.list(&caller, "P3", 1).await.unwrap().rows[0].id;
        let offered = rooms.offer(&caller, RoomsWanted { chosen: vec![stranger], ..wanted }).await.unwrap();
        assert_eq!(codes(&offered.rooms), ["P2", "P1", "P3"], "what is chosen is offered");
        let secretary = world.caller(Role::Secretary, "STC").await;
        let lent = RoomsWanted { holder: Some(caller.agency.id), ..RoomsWanted::default() };
        let offered = rooms.offer(&secretary, lent).await.unwrap();
        assert_eq!(codes(&offered.rooms), ["P2", "P1", "P3"], "and what the caller may lend");
    })
    .await;
}

fn codes(rooms: &[Room]) -> Vec<&str> {
    rooms.iter().map(|room| room.code.as_str()).collect()
}

#[tokio::test]
async fn however_many_rooms_there_are_few_are_offered_and_a_page_is_listed() {
    each_database(async |world| {
        let rooms: &dyn Rooms = &world.backend;
        for n in 0..ROOMS_OFFERED_AT_MOST + 1 {
            world.room(&format!("H{n:02}"), "UBND").await;
        }
        let caller = world.person("SNV").await;
        let near = world.room("GẦN", "SNV").await;
        let wanted = RoomsWanted { holder: Some(caller.agency.id), ..RoomsWanted::default() };
        let offered = rooms.offer(&caller, wanted.clone()).await.unwrap();
        assert_eq!(
            (offered.rooms.len(), offered.has_more),
            (ROOMS_OFFERED_AT_MOST, true),
            "{}",
            world.engine
        );
        assert_eq!(offered.rooms[0].id, near);
        let typed = RoomsWanted { text: "H50".into(), ..wanted };
        let offered = rooms.offer(&caller, typed).await.unwrap();
        assert_eq!((codes(&offered.rooms), offered.has_more), (vec!["H50"], false));
        let second = rooms.list(&caller, "", 2).await.unwrap();
        assert_eq!((second.rows.len(), second.total, second.pages()), (2, 52, 2));

        for n in 0..50 {
            world.room(&format!("B{n:02}"), "UBND").await;
        }
        let day = "2026-06-16".parse().unwrap();
        let window = Window { from: day, to: day };
        let filter = CalendarFilter { window, agency: None, room: None, person: None };
        let calendar = world.backend.calendar(&caller, filter).await.unwrap();
        assert_eq!((calendar.rooms.len(), calendar.has_more_rooms), (100, true));
        assert_eq!(calendar.rooms[0].room.id, near, "the agency's own come first");
        let filter = CalendarFilter { window, agency: Some(caller.agency.id), room: None, person: None };
        let calendar = world.backend.calendar(&caller, filter).await.unwrap();
        assert_eq!((calendar.rooms.len(), calendar.has_more_rooms), (1, false));
    })
    .await;
}

#[tokio::test]
async fn an_agency_has_only_so_many_rooms() {
    each_database(async |world| {
        let rooms: &dyn Rooms = &world.backend;
        world.agency("SNV").await;
        world.agency("STC").await;
        for n in 0..ROOMS_OF_AGENCY_AT_MOST - 1 {
            world.room(&format!("P{n}"), "SNV").await;
        }
        let limit = Problem::TooMany(ROOMS_OF_AGENCY_AT_MOST);
        let file = |rows: &str| format!("code,name,agency,capacity\n{rows}");
        let two = file("N1,Phòng 1,SNV,20\nN2,Phòng 2,SNV,20\n");
        assert_eq!(bad(world, ImportKind::Rooms, &two).await, [(3, "agency".to_owned(), limit.clone())]);
        // A room that leaves makes place for another one.
        let moves = file("P0,Phòng,STC,20\nN1,Phòng 1,SNV,20\nN2,Phòng 2,SNV,20\n");
        assert_eq!(written(world, ImportKind::Rooms, &moves).await, [3, 2, 1, 0]);
        let back = file("P0,Phòng,SNV,20\n");
        assert_eq!(bad(world, ImportKind::Rooms, &back).await, [(2, "agency".to_owned(), limit.clone())]);
        let expected = Failure::Invalid(vec![FieldProblem::new("agency", limit)]);
        assert_eq!(rooms.add(&world.system(), input("N3", "SNV")).await, Err(expected));
        rooms.add(&world.system(), input("N3", "STC")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_room_is_withdrawn_once_no_meeting_to_come_holds_it() {
    each_database(async |world| {
        let rooms: &dyn Rooms = &world.backend;
        let administrator = world.caller(Role::AgencyAdministrator, "SNV").await;
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let (used, unused) = (world.room("P1", "SNV").await, world.room("P2", "SNV").await);
        let when = "2026-06-18T08:00/09:30";
        let coming = world.meeting("SNV").stage(Stage::Scheduled).at(when).room(used).store().await;
        let until = "2026-06-18".parse().unwrap();
        let refused = Failure::Refused(Refusal::RoomInUse { until });
        assert_eq!(rooms.withdraw(&administrator, used).await, Err(refused), "{}", world.engine);
        assert_eq!(rooms.withdraw(&secretary, used).await, Err(Failure::Forbidden));
        assert_eq!(rooms.withdraw(&administrator, unused).await, Ok(RoomAfter::Removed));
        assert_eq!(rooms.get(&administrator, unused).await, Err(Failure::NotFound));

        world.run(&format!("UPDATE meeting SET stage = 'cancelled' WHERE id = '{coming}'")).await;
        for _ in 0..2 {
            assert_eq!(rooms.withdraw(&administrator, used).await, Ok(RoomAfter::Withdrawn));
        }
        assert!(rooms.get(&administrator, used).await.unwrap().is_withdrawn);
        let wanted = RoomsWanted { holder: Some(secretary.agency.id), ..RoomsWanted::default() };
        assert!(rooms.offer(&secretary, wanted).await.unwrap().rooms.is_empty());
        let form = briefing(&secretary, &secretary, &[used]);
        let check = world.backend.check(&secretary, None, form.clone()).await.unwrap();
        assert!(check.notes.contains(&Note::RoomWithdrawn { room: "Phòng P1".into() }), "{:?}", check.notes);
        let saved = world.backend.save(&secretary, None, form).await.unwrap();
        let refused = world.backend.publish(&secretary, saved.id, saved.rev).await;
        let withdrawn = Refusal::RoomWithdrawn { room: "Phòng P1".into() };
        assert_eq!(refused.map(drop), Err(Failure::Refused(withdrawn)));

        let postponed = world.meeting("SNV").stage(Stage::Scheduled).at("2026-06-22T08:00/09:30").room(used);
        let postponed = postponed.chair(&secretary).store().await;
        world.backend.call_off(&secretary, postponed, true, "Chủ trì bận").await.unwrap();
        let (input, kept, _) = world.backend.input(&secretary, postponed).await.unwrap();
        let again = world.backend.save(&secretary, Some((postponed, kept.rev)), input).await.unwrap();
        let refused = world.backend.publish(&secretary, postponed, again.rev).await;
        let withdrawn = Refusal::RoomWithdrawn { room: "Phòng P1".into() };
        assert_eq!(refused.map(drop), Err(Failure::Refused(withdrawn)), "what was postponed holds no room");

        for _ in 0..2 {
            rooms.restore(&administrator, used).await.unwrap();
        }
        world.backend.publish(&secretary, saved.id, saved.rev).await.unwrap();
        let deeds = async |code: &str| {
            let filter = AuditFilter { text: code.into(), ..AuditFilter::default() };
            Audit::list(&world.backend, &administrator, filter).await.unwrap().rows.len()
        };
        assert_eq!((deeds("rooms.withdraw").await, deeds("rooms.restore").await), (2, 1));
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
        let wrong = RoomInput { capacity: "nhiều".into(), video: "có thể".into(), ..input("P3", "SNV") };
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
