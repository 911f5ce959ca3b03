//! The order of names, and people of one name: wherever people are listed, chosen or called.

use domain::access::{Caller, Part, Role, Stage};
use domain::agencies::{Agencies, AgencyChange};
use domain::attendance::{Attendance, Presence};
use domain::audit::{Audit, AuditFilter};
use domain::ids::{MeetingId, PersonId};
use domain::live::LivePort;
use domain::meetings::Meetings;
use domain::people::{People, PersonChange, PersonInput, PersonRef};

use crate::support::{World, each_database};
use backend::{Backend, SeededEntropy};

/// In the order of Vietnamese lists.
const IN_ORDER: [&str; 9] = [
    "Quàng Thị An",
    "Cầm Văn Ăn",
    "Bạc Thị Ân",
    "Vì Văn Dũng",
    "Lò Văn Đạt",
    "An Thị Hà",
    "Lò Thị Hạ",
    "Bùi Văn Ơn",
    "Đỗ Thị Uyên",
];

fn input(user_name: &str, name: &str, position: &str, agency: &str) -> PersonInput {
    PersonInput {
        user_name: user_name.into(),
        name: name.into(),
        position: position.into(),
        agency: agency.into(),
        roles: "delegate".into(),
        password: String::new(),
    }
}

async fn add(world: &World, user_name: &str, name: &str, position: &str, agency: &str) -> PersonId {
    let person = input(user_name, name, position, agency);
    People::add(&world.backend, &world.system(), person).await.unwrap().0
}

/// The people of [`IN_ORDER`], added in another order.
async fn add_all(world: &World, agency: &str) -> Vec<PersonId> {
    world.agency(agency).await;
    let mut people = Vec::new();
    for at in [4, 0, 8, 2, 6, 1, 7, 3, 5] {
        let name = IN_ORDER[at];
        people
            .push(add(world, &format!("{}.{at}", agency.to_lowercase()), name, "Chuyên viên", agency).await);
    }
    people
}

fn names(people: &[PersonRef]) -> Vec<&str> {
    people.iter().map(|person| person.name.as_str()).collect()
}

/// Somebody as a caller, to be put into a meeting.
async fn as_caller(world: &World, person: PersonId, agency: &str) -> Caller {
    Caller { person, ..world.person(agency).await }
}

async fn meeting_of(world: &World, stage: Stage, people: &[(PersonId, &str)]) -> MeetingId {
    let mut seed = world.meeting("SNV").stage(stage).at("2026-06-16T07:30/11:30");
    for (person, agency) in people {
        seed = seed.delegate(&as_caller(world, *person, agency).await);
    }
    seed.store().await
}

#[tokio::test]
async fn people_are_listed_by_given_name_in_the_order_of_the_alphabet() {
    each_database(async |world| {
        let people = add_all(world, "SNV").await;
        let secretary = world.caller(Role::Secretary, "SNV").await;
        world.run("UPDATE person SET is_active = FALSE WHERE name LIKE 'Người %'").await;
        let found = People::find(&world.backend, &secretary, "snv").await.unwrap();
        assert_eq!(names(&found), IN_ORDER, "picker, {}", world.engine);
        let listed = People::list(&world.backend, &world.system(), None, "chuyen vien", 1).await.unwrap();
        let listed = listed.rows.iter().map(|person| person.name.as_str());
        let listed: Vec<&str> = listed.filter(|name| !name.starts_with("Người")).collect();
        assert_eq!(listed, IN_ORDER, "page of people, {}", world.engine);

        let leader = world.caller(Role::Leader, "SNV").await;
        let other = world.meeting("STC").stage(Stage::Scheduled).store().await;
        let agency = crate::attendance::invite(world, other, "SNV").await;
        world.run("UPDATE person SET is_active = FALSE WHERE name LIKE 'Người %'").await;
        let nameable = Attendance::nameable(&world.backend, &leader, other, agency, "").await.unwrap();
        assert_eq!(names(&nameable), IN_ORDER, "naming, {}", world.engine);

        let invited: Vec<(PersonId, &str)> = people.iter().map(|person| (*person, "SNV")).collect();
        let meeting = meeting_of(world, Stage::UnderWay, &invited).await;
        let roll = Meetings::get(&world.backend, &secretary, meeting).await.unwrap().participants;
        let roll: Vec<PersonRef> = roll.into_iter().filter_map(|of| of.person).collect();
        assert_eq!(names(&roll), IN_ORDER, "roll, {}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn a_roll_is_in_the_order_of_parts_then_of_the_tree_then_of_names() {
    each_database(async |world| {
        for (code, parent, level) in
            [("STC", "UBND", "department"), ("SNV", "UBND", "department"), ("03646", "UBND", "commune")]
        {
            world.agency("UBND").await;
            world.agency_below(code, parent, level).await;
        }
        world.agency_below("SNV.VP", "SNV", "unit").await;
        let mut invited = Vec::new();
        for (user, name, agency) in [
            ("a", "Vũ Thị Bình", "STC"),
            ("b", "Vũ Thị An", "03646"),
            ("c", "Lò Văn Đông", "SNV.VP"),
            ("d", "Lò Văn Yên", "SNV"),
            ("e", "Lò Văn Ý", "STC"),
            ("f", "Hà Văn Ân", "SNV.VP"),
        ] {
            invited.push((add(world, user, name, "Chuyên viên", agency).await, agency));
        }
        let meeting = meeting_of(world, Stage::Scheduled, &invited).await;
        crate::attendance::invite(world, meeting, "SNV").await;
        world.run("UPDATE participant SET part = 'chair' WHERE person_id = (SELECT id FROM person WHERE user_name = 'e')").await;
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let roll = Meetings::get(&world.backend, &secretary, meeting).await.unwrap().participants;
        assert_eq!(roll[0].part, Part::Chair);
        let shown: Vec<String> = roll
            .iter()
            .map(|of| of.person.as_ref().map_or_else(|| of.agency.code.clone(), |person| person.name.clone()))
            .collect();
        assert_eq!(
            shown,
            ["Lò Văn Ý", "Lò Văn Yên", "SNV", "Hà Văn Ân", "Lò Văn Đông", "Vũ Thị Bình", "Vũ Thị An"],
            "{}",
            world.engine
        );
    })
    .await;
}

#[tokio::test]
async fn agencies_found_are_in_the_order_of_their_names() {
    each_database(async |world| {
        for (code, name) in
            [("A1", "Sở Y tế"), ("A2", "Sở Đất đai"), ("A3", "Sở Dân tộc"), ("A4", "Sở Ấn loát")]
        {
            world.agency(code).await;
            let change = AgencyChange { name: name.into(), short_name: name.into(), aliases: String::new() };
            let id = world.agency(code).await;
            Agencies::change(&world.backend, &world.system(), id, change).await.unwrap();
        }
        let found = Agencies::find(&world.backend, &world.system(), "so").await.unwrap();
        let found: Vec<&str> = found.iter().map(|agency| agency.short_name.as_str()).collect();
        assert_eq!(found, ["Sở Ấn loát", "Sở Dân tộc", "Sở Đất đai", "Sở Y tế"], "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn names_stored_before_there_was_an_order_are_put_into_it_at_the_start() {
    each_database(async |world| {
        add_all(world, "SNV").await;
        world.run("UPDATE person SET name_key = ''").await;
        world.run("UPDATE agency SET name_key = ''").await;
        world.run("DELETE FROM one_time_work").await;
        let opened = Backend::open(world.config.clone(), Box::new(SeededEntropy::new(3))).await.unwrap();
        opened.db().close().await;
        let secretary = world.caller(Role::Secretary, "STC").await;
        let found = People::find(&world.backend, &secretary, "chuyen vien snv").await.unwrap();
        assert_eq!(names(&found), IN_ORDER, "{}", world.engine);
        assert_eq!(world.count("agency WHERE name_key = ''").await, 0);
    })
    .await;
}

/// Five people called Hùng or nearly so. The first two differ in nothing but the user name.
async fn namesakes(world: &World) -> [PersonId; 5] {
    world.agency("SNV").await;
    world.agency("STC").await;
    [
        add(world, "hung.mot", "Lò Văn Hùng", "Chuyên viên", "SNV").await,
        add(world, "hung.hai", "Lò văn Hùng", "Chuyên viên", "SNV").await,
        add(world, "hung.ba", "Lò Văn Hùng", "Phó Giám đốc", "SNV").await,
        add(world, "hung.bon", "Lò Văn Hùng", "Chuyên viên", "STC").await,
        add(world, "hung.nam", "Lò Văn Hưng", "Chuyên viên", "SNV").await,
    ]
}

const MARKS: [&str; 5] = ["hung.mot", "hung.hai", "", "", ""];

#[tokio::test]
async fn people_who_look_the_same_in_a_list_are_told_apart_and_nobody_else_is_marked() {
    each_database(async |world| {
        let people = namesakes(world).await;
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let marks = |found: &[PersonRef]| {
            people.map(|id| {
                let person = found.iter().find(|person| person.id == id);
                person.map(|person| person.namesake_mark.clone()).unwrap_or_default()
            })
        };
        let found = People::find(&world.backend, &secretary, "hung").await.unwrap();
        assert_eq!(marks(&found), MARKS, "picker, {}", world.engine);
        let named = People::named(&world.backend, &secretary, people.to_vec()).await.unwrap();
        assert_eq!(marks(&named), MARKS, "chips, {}", world.engine);

        // A name with a wrong letter proposes three, those of the line's position and agency first.
        let near = async |line: &str| People::find_near(&world.backend, &secretary, line).await.unwrap();
        let proposed = near("Đ/c Lò Văn Hùnk, Phó Giám đốc").await;
        assert_eq!(proposed.len(), 3, "{}", world.engine);
        for person in &proposed {
            let at = people.iter().position(|id| *id == person.id).unwrap();
            assert_eq!(person.namesake_mark, MARKS[at], "proposed, {}", world.engine);
        }
        assert_eq!(near("Hùnk").await, [], "one word fits too many");

        let other = world.meeting("STC").stage(Stage::Scheduled).store().await;
        let agency = crate::attendance::invite(world, other, "SNV").await;
        let leader = world.caller(Role::Leader, "SNV").await;
        let nameable = Attendance::nameable(&world.backend, &leader, other, agency, "hung").await.unwrap();
        assert_eq!(marks(&nameable), MARKS, "naming, {}", world.engine);

        let of = ["SNV", "SNV", "SNV", "STC", "SNV"];
        let invited: Vec<(PersonId, &str)> = people.into_iter().zip(of).collect();
        let meeting = meeting_of(world, Stage::UnderWay, &invited).await;
        let roll = Meetings::get(&world.backend, &secretary, meeting).await.unwrap().participants;
        let persons: Vec<PersonRef> = roll.iter().filter_map(|of| of.person.clone()).collect();
        assert_eq!(marks(&persons), MARKS, "roll, {}", world.engine);

        // Of another name, the two are told apart by it, and of another position by that.
        let position = |position: &str| PersonChange {
            name: "Lò Văn Hùng".into(),
            position: position.into(),
            agency: "SNV".into(),
            roles: "delegate".into(),
        };
        People::change(&world.backend, &world.system(), people[1], position("Chánh Thanh tra"))
            .await
            .unwrap();
        let found = People::find(&world.backend, &secretary, "hung").await.unwrap();
        assert_eq!(marks(&found), [""; 5], "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn units_of_one_short_name_do_not_hide_that_two_people_are_meant() {
    each_database(async |world| {
        for parent in ["SNV", "STC"] {
            world.agency(parent).await;
            world.agency_below(&format!("{parent}.VP"), parent, "unit").await;
        }
        world.run("UPDATE agency SET short_name = 'Văn phòng' WHERE code LIKE '%.VP'").await;
        add(world, "lan.mot", "Hà Thị Lan", "Văn thư", "SNV.VP").await;
        add(world, "lan.hai", "Hà Thị Lan", "Văn thư", "STC.VP").await;
        let found = People::find(&world.backend, &world.system(), "lan").await.unwrap();
        let mut marks: Vec<&str> = found.iter().map(|person| person.namesake_mark.as_str()).collect();
        marks.sort_unstable();
        assert_eq!(marks, ["lan.hai", "lan.mot"], "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn the_trail_and_the_online_meeting_tell_namesakes_apart() {
    each_database(async |world| {
        let people = namesakes(world).await;
        let invited: Vec<(PersonId, &str)> = people[..3].iter().map(|person| (*person, "SNV")).collect();
        let meeting = meeting_of(world, Stage::UnderWay, &invited).await;
        let secretary = world.caller(Role::Secretary, "SNV").await;
        let roll = Meetings::get(&world.backend, &secretary, meeting).await.unwrap().participants;
        let second = roll.iter().find(|of| of.person.as_ref().is_some_and(|person| person.id == people[1]));
        let attendance: &dyn Attendance = &world.backend;
        attendance.mark(&secretary, meeting, second.unwrap().id, Presence::InRoom).await.unwrap();
        attendance.mark_rest(&secretary, meeting, Presence::InRoom).await.unwrap();
        // One of the namesakes acts, too.
        let acting = Caller { person: people[0], name: "Lò Văn Hùng".into(), ..secretary.clone() };
        attendance.mark(&acting, meeting, second.unwrap().id, Presence::NotCalled).await.unwrap();
        let administrator = world.caller(Role::SystemAdministrator, "SNV").await;
        let reader =
            Caller { grants: [administrator.grants, secretary.grants.clone()].concat(), ..administrator };
        let lines = Audit::list(&world.backend, &reader, AuditFilter::default()).await.unwrap().rows;
        let of = |what: &str| lines.iter().find(|line| line.what == what).unwrap();
        assert!(
            of("attendance.mark").before.contains("Lò văn Hùng (hung.hai)"),
            "{:?}",
            of("attendance.mark")
        );
        assert_eq!(of("attendance.mark").who, "Lò Văn Hùng (hung.mot)", "{}", world.engine);
        let rest = &of("attendance.mark_rest").after;
        assert!(
            rest.contains("[\"Lò Văn Hùng (hung.mot)\",\"Lò Văn Hùng\"]")
                || rest.contains("[\"Lò Văn Hùng\",\"Lò Văn Hùng (hung.mot)\"]"),
            "{rest}"
        );

        let live = LivePort::live(&world.backend, &secretary, meeting).await.unwrap();
        let mut seats: Vec<&str> = live.seats.iter().map(|seat| seat.name.as_str()).collect();
        seats.retain(|name| !name.is_empty());
        seats.sort_unstable();
        assert_eq!(
            seats,
            ["Lò Văn Hùng", "Lò Văn Hùng (hung.mot)", "Lò văn Hùng (hung.hai)"],
            "{}",
            world.engine
        );
    })
    .await;
}
