//! What is corrected on pages, by plain forms without any script.

use domain::access::Caller;
use domain::agencies::AgencyInput;
use domain::attendance::Presence;
use domain::meetings::MeetingInput;
use domain::people::Person;
use domain::rooms::RoomInput;
use http::{StatusCode, header};

use crate::world::{World, now};

impl World {
    /// Sends a form as a browser does, and gives the page that comes of it.
    async fn form(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.submit(cookie, path, fields).await;
        if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
            return answer.text().to_owned();
        }
        assert!(answer.status.is_redirection(), "{path}: {} {}", answer.status, answer.text());
        let next = answer.header(header::LOCATION).to_owned();
        let shown = self.page(&next).signed_in(cookie).send().await;
        assert_eq!(shown.status, StatusCode::OK, "{next}");
        shown.text().to_owned()
    }

    /// An agency below the root.
    async fn below(&self, code: &str, short_name: &str) {
        let system = self.site.backend.system_caller(now());
        let tree = self.site.services.agencies.tree(&system).await.unwrap();
        let input = AgencyInput {
            code: code.into(),
            parent: tree[0].code.clone(),
            level: "department".into(),
            name: format!("Cơ quan {short_name}"),
            short_name: short_name.into(),
            aliases: String::new(),
        };
        self.site.services.agencies.add(&system, input).await.unwrap();
    }

    async fn found(&self, user_name: &str) -> Person {
        let system = self.site.backend.system_caller(now());
        self.site.services.people.list(&system, None, user_name, 1).await.unwrap().rows.remove(0)
    }
}

/// The roles with the codes of their agencies.
fn held(person: &Person) -> Vec<String> {
    person.roles.iter().map(|(role, agency)| format!("{}@{}", role.code(), agency.code)).collect()
}

#[tokio::test]
async fn a_person_is_added_and_corrected_with_roles_in_other_agencies() {
    let (world, cookie) = World::claimed().await;
    world.below("VPUB", "VP UBND tỉnh").await;
    world.below("SNV", "Sở Nội vụ").await;
    let added = [
        ("user_name", "thuky1"),
        ("name", "Thư kí 1"),
        ("position", "Chuyên viên"),
        ("agency", "VPUB"),
        ("roles[]", "delegate"),
        ("others[0][role]", "secretary"),
        ("others[0][agency]", "SNV"),
        ("others[0][agency_name]", "Sở Nội vụ"),
        ("others[1][role]", ""),
        ("others[1][agency]", ""),
    ];
    world.form(&cookie, "/api/people/add", &added).await;
    let person = world.found("thuky1").await;
    assert_eq!(held(&person), ["secretary@SNV", "delegate@VPUB"]);
    let listed = world.page("/admin/people?text=thuky1").signed_in(&cookie).send().await;
    assert!(listed.text().contains("Thư ký, Sở Nội vụ; Đại biểu"), "{}", listed.text());

    let page = format!("/admin/people/{}", person.id);
    assert!(listed.text().contains(&page));
    let shown = world.page(&page).signed_in(&cookie).send().await.text().to_owned();
    assert!(
        shown.contains(r#"value="Thư kí 1""#) && shown.contains(r#"name="others[0][agency]""#),
        "{shown}"
    );
    let needs = |name: &str| {
        let field = shown.split("<input").find(|tag| tag.contains(&format!(r#"name="{name}""#))).unwrap();
        field.split('>').next().unwrap().contains("required")
    };
    assert!(needs("name") && !needs("position"), "{shown}");
    let id = person.id.to_string();
    let wrong = [
        ("id", id.as_str()),
        ("name", "Thư ký 1"),
        ("position", "Chuyên viên"),
        ("agency", "SNV"),
        ("others[0][role]", "leader"),
        ("others[0][agency]", ""),
        ("others[0][agency_name]", "Sở không có"),
    ];
    let back = world.form(&cookie, "/api/people/change", &wrong).await;
    assert!(back.contains(r#"id="roles-error""#) && back.contains(r#"value="Thư ký 1""#), "{back}");
    assert_eq!(world.found("thuky1").await, person, "nothing was written");
    let right = [
        ("id", id.as_str()),
        ("name", "Thư ký 1"),
        ("position", "Chuyên viên"),
        ("agency", "SNV"),
        ("roles[]", "leader"),
        ("roles[]", "delegate"),
        ("others[0][role]", ""),
        ("others[0][agency]", "SNV"),
    ];
    let done = world.form(&cookie, "/api/people/change", &right).await;
    assert!(done.contains(r#"value="Thư ký 1""#), "{done}");
    let person = world.found("thuky1").await;
    assert_eq!(held(&person), ["leader@SNV", "delegate@SNV"]);
    let (secretary, _) = world.person("thuky2", "secretary").await;
    let refused = world.page(&page).signed_in(&secretary).send().await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_room_is_corrected_by_its_administrator() {
    let (world, cookie) = World::claimed().await;
    world.below("SNV", "Sở Nội vụ").await;
    let system = world.site.backend.system_caller(now());
    let input = RoomInput {
        code: "P1".into(),
        name: "Phòng hợp 1".into(),
        agency: "SNV".into(),
        capacity: "20".into(),
        ..RoomInput::default()
    };
    let room = world.site.services.rooms.add(&system, input).await.unwrap();
    let (secretary, _) = world.person("thuky1", "secretary").await;
    let page = format!("/admin/rooms/{room}");
    let list = world.page("/admin/rooms").signed_in(&secretary).send().await;
    assert!(list.text().contains("Phòng hợp 1") && !list.text().contains(&page));
    let list = world.page("/admin/rooms").signed_in(&cookie).send().await;
    assert!(list.text().contains(&page), "{}", list.text());
    let id = room.to_string();
    let fields = [("id", id.as_str()), ("name", "Phòng họp 1"), ("capacity", "rộng"), ("video", "yes")];
    let back = world.form(&cookie, "/api/rooms/change", &fields).await;
    assert!(back.contains(r#"id="capacity-error""#) && back.contains(r#"value="Phòng họp 1""#), "{back}");
    let fields = [("id", id.as_str()), ("name", "Phòng họp 1"), ("capacity", "30"), ("equipment", "Bảng")];
    let done = world.form(&cookie, "/api/rooms/change", &fields).await;
    assert!(done.contains(r#"value="Phòng họp 1""#) && done.contains(r#"value="30""#), "{done}");
}

#[tokio::test]
async fn a_room_that_is_booked_is_not_withdrawn_and_its_form_stays_filled_in() {
    let (world, cookie) = World::claimed().await;
    let system = world.site.backend.system_caller(now());
    let root = world.site.services.agencies.tree(&system).await.unwrap()[0].code.clone();
    let room = async |code: &str| {
        let input = RoomInput {
            code: code.into(),
            name: format!("Phòng {code}"),
            agency: root.clone(),
            capacity: "20".into(),
            ..RoomInput::default()
        };
        world.site.services.rooms.add(&system, input).await.unwrap().to_string()
    };
    let (booked, unused) = (room("P1").await, room("P2").await);
    let (_, secretary) = world.person("thuky1", "secretary|leader").await;
    let meetings = &world.site.services.meetings;
    let (meeting, _) = world.meeting(&secretary).await;
    let (input, saved, _) = meetings.input(&secretary, meeting).await.unwrap();
    let input = MeetingInput { rooms: vec![booked.clone()], ..input };
    let saved = meetings.save(&secretary, Some((meeting, saved.rev)), input).await.unwrap();
    meetings.publish(&secretary, meeting, saved.rev).await.unwrap();
    let back = world.form(&cookie, "/api/rooms/withdraw", &[("id", &booked)]).await;
    assert!(back.contains("Phòng còn cuộc họp sắp tới") && back.contains("18/6/2026"), "{back}");
    assert!(back.contains(r#"value="Phòng P1""#) && back.contains(r#"value="20""#), "{back}");
    let list = world.form(&cookie, "/api/rooms/withdraw", &[("id", &unused)]).await;
    assert!(list.contains("Phòng P1") && !list.contains("Phòng P2"), "{list}");
}

#[tokio::test]
async fn an_agencys_names_are_corrected_by_who_runs_the_system() {
    let (world, cookie) = World::claimed().await;
    world.below("03646", "Phường Tô Hậu").await;
    let system = world.site.backend.system_caller(now());
    let tree = world.site.services.agencies.tree(&system).await.unwrap();
    let id = tree[1].id.to_string();
    let page = format!("/admin/agencies/{id}");
    let (keeper, _) = world.person("quantri2", "agency_administrator").await;
    let shown = world.page(&page).signed_in(&keeper).send().await;
    assert!(
        shown.text().contains("/api/agencies/set-hours") && !shown.text().contains("/api/agencies/change")
    );
    let wrong = [("id", id.as_str()), ("name", "UBND phường"), ("short_name", ""), ("aliases", "Chiềng Lề")];
    let back = world.form(&cookie, "/api/agencies/change", &wrong).await;
    assert!(back.contains(r#"id="short_name-error""#) && back.contains(r#"value="Chiềng Lề""#), "{back}");
    assert!(back.contains(r#"value="07:30""#), "the hours stand as they are");
    let right =
        [("id", id.as_str()), ("name", "UBND phường"), ("short_name", "Phường Tô Hiệu"), ("aliases", "")];
    let done = world.form(&cookie, "/api/agencies/change", &right).await;
    assert!(done.contains("<title>UBND phường"), "{done}");
}

#[tokio::test]
async fn a_slip_of_the_roll_is_taken_back() {
    let (world, _) = World::claimed().await;
    let (cookie, caller) = world.person("thuky1", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    let on_the_day = Caller { now: "2026-06-18T01:00:00Z".parse().unwrap(), ..caller.clone() };
    world.site.services.meetings.open(&on_the_day, meeting).await.unwrap();
    let listed = world.site.services.meetings.get(&caller, meeting).await.unwrap().participants;
    let (id, participant) = (meeting.to_string(), listed[0].id.to_string());
    let mark = async |presence: &str| {
        let fields = [("id", id.as_str()), ("participant", participant.as_str()), ("presence", presence)];
        world.form(&cookie, "/api/attendance/mark", &fields).await
    };
    let back = r#"<input type="hidden" name="presence" value="not_called""#;
    assert!(mark("in_room").await.contains(back));
    assert!(!mark("not_called").await.contains(back));
    let listed = world.site.services.meetings.get(&caller, meeting).await.unwrap().participants;
    assert_eq!(listed[0].presence, Presence::NotCalled);
}

#[tokio::test]
async fn an_opening_by_mistake_is_taken_back() {
    let (world, _) = World::claimed().await;
    let (cookie, caller) = world.person("thuky1", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    let on_the_day = Caller { now: "2026-06-18T01:00:00Z".parse().unwrap(), ..caller };
    world.site.services.meetings.open(&on_the_day, meeting).await.unwrap();
    let page = world.page(&format!("/meetings/{meeting}")).signed_in(&cookie).send().await;
    assert!(page.text().contains(r#"action="/api/meetings/take-back""#), "{}", page.text());
    let back = world.form(&cookie, "/api/meetings/take-back", &[("id", &meeting.to_string())]).await;
    assert!(back.contains(r#"action="/api/meetings/open""#) && !back.contains("/api/meetings/take-back"));
}
