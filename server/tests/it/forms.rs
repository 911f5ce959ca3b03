//! Plain forms without script: a refusal shows the form's page again with what was typed.

use domain::access::Caller;
use domain::ids::MeetingId;
use http::{Method, StatusCode, header};

use crate::world::{Answer, PASSWORD, World, now};

const FORM: &str = "application/x-www-form-urlencoded";

impl World {
    /// Sends a form like a browser without script.
    pub(crate) async fn submit(&self, cookie: &str, call: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, typed)| format!("{}={}", app::form::escape(name), app::form::escape(typed)))
            .collect();
        let ask = self.ask(Method::POST, call).with(header::ACCEPT, "text/html").signed_in(cookie);
        ask.with(header::REFERER, "https://hop.example/").body(FORM, body.join("&")).send().await
    }
}

/// A province with one meeting under way and one coming meeting.
pub(crate) struct Office {
    pub(crate) world: World,
    pub(crate) administrator: String,
    pub(crate) secretary: String,
    pub(crate) caller: Caller,
    pub(crate) coming: MeetingId,
    pub(crate) on: MeetingId,
    pub(crate) participant: String,
    pub(crate) agency: String,
    pub(crate) room: String,
    pub(crate) person: String,
}

impl Office {
    pub(crate) async fn new() -> Office {
        let (world, administrator) = World::claimed().await;
        let (secretary, caller) = world.person("thuky1", "secretary|leader").await;
        let (coming, _) = world.meeting(&caller).await;
        // The other meeting has another chair, because both are at the same hours.
        let (_, other) = world.person("thuky2", "secretary").await;
        let (on, _) = world.meeting_with(&other, "Họp đang diễn ra", &[&caller]).await;
        let on_the_day = Caller { now: "2026-06-18T01:00:00Z".parse().unwrap(), ..caller.clone() };
        world.site.services.meetings.open(&on_the_day, on).await.unwrap();
        let listed = world.site.services.meetings.get(&caller, on).await.unwrap().participants;
        let system = world.site.backend.system_caller(now());
        let tree = world.site.services.agencies.tree(&system).await.unwrap();
        let room = domain::rooms::RoomInput {
            code: "P1".into(),
            name: "Phòng họp 1".into(),
            agency: tree[0].code.clone(),
            capacity: "20".into(),
            ..Default::default()
        };
        let room = world.site.services.rooms.add(&system, room).await.unwrap();
        Office {
            administrator,
            secretary,
            coming,
            on,
            participant: listed[0].id.to_string(),
            agency: tree[0].id.to_string(),
            room: room.to_string(),
            person: caller.person.to_string(),
            caller,
            world,
        }
    }

    /// Addresses of a page that have something to show.
    pub(crate) fn addresses(&self, page: &str) -> Vec<String> {
        let ids = match page {
            "/admin/agencies/{id}" => vec![self.agency.clone()],
            "/admin/people/{id}" => vec![self.person.clone()],
            "/admin/rooms/{id}" => vec![self.room.clone()],
            _ => vec![self.coming.to_string(), self.on.to_string()],
        };
        match page.contains("{id}") {
            true => ids.iter().map(|id| page.replace("{id}", id)).collect(),
            false => vec![page.to_owned()],
        }
    }
}

#[tokio::test]
async fn the_first_administrators_form_comes_back_without_its_secrets() {
    let world = World::empty().await;
    let typed = [
        ("code", "ABCD-EFGH"),
        ("agency_name", "Ủy ban nhân dân tỉnh"),
        ("user_name", "quantri"),
        ("name", "Quản trị"),
        ("password", PASSWORD),
    ];
    let answer = world.submit("", "/api/accounts/claim-first", &typed).await;
    assert_eq!((answer.status.as_u16(), answer.header(header::LOCATION)), (422, ""));
    let text = answer.text();
    assert!(text.contains("value=\"Ủy ban nhân dân tỉnh\"") && text.contains("value=\"Quản trị\""), "{text}");
    assert!(!text.contains("ABCD-EFGH") && !text.contains(PASSWORD), "{text}");
}

#[tokio::test]
async fn what_was_typed_cannot_break_out_of_the_page() {
    let office = Office::new().await;
    let evil = "</script><script>alert(1)</script>\"><img src=x onerror=alert(1)>";
    let fields = [("name", evil), ("short_name", ""), ("id", office.agency.as_str()), ("aliases", evil)];
    let answer = office.world.submit(&office.administrator, "/api/agencies/change", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    assert!(text.contains("alert(1)"), "it came back");
    assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{text}");
    let evil = format!("</textarea>{evil}");
    let on = office.on.to_string();
    let fields = [("id", on.as_str()), ("ended", "trưa"), ("reason", evil.as_str())];
    let answer = office.world.submit(&office.secretary, "/api/meetings/close", &fields).await;
    let text = answer.text();
    assert!(text.contains("&lt;/textarea&gt;") && !text.contains("<script>alert"), "{text}");
    let fields = [("user_name", "a"), ("next", "/meetings</script><script>alert(1)//\"")];
    let answer = office.world.submit("", "/api/accounts/sign-in", &fields).await;
    assert!(!answer.text().contains("<script>alert"), "{}", answer.text());
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused_in_words() {
    let office = Office::new().await;
    for (call, fields) in [
        ("/api/meetings/open", vec![]),
        ("/api/meetings/publish", vec![("id", "khong phai ma"), ("rev", "1")]),
        ("/api/attendance/mark", vec![("reason", "đi khám bệnh")]),
    ] {
        let answer = office.world.submit(&office.secretary, call, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{call}");
        assert_eq!(answer.header(header::LOCATION), "", "{call}");
        assert!(answer.text().contains("<h1>"), "{call}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_script_gets_the_failure_itself() {
    let office = Office::new().await;
    let ask = office.world.ask(Method::POST, "/api/rooms/add").signed_in(&office.administrator);
    let answer = ask.with(header::ACCEPT, "application/json").body(FORM, "name=").send().await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().starts_with("{\"invalid\""), "{}", answer.text());
}

#[tokio::test]
async fn a_name_that_fits_nobody_and_a_refused_sending_come_back_to_the_saved_draft() {
    let office = Office::new().await;
    let press = async |then: &str, add: &str| {
        let fields = [("then", then), ("title", "Họp mới"), ("agency", &office.agency), ("add", add)];
        office.world.submit(&office.secretary, "/api/meetings/save", &fields).await
    };
    let nobody = press("add_delegate", "Ông Không Có").await;
    assert_eq!((nobody.status, nobody.header(header::LOCATION)), (StatusCode::OK, ""));
    assert!(nobody.text().contains("value=\"Ông Không Có\""), "{}", nobody.text());
    assert!(nobody.text().contains("/edit\")</script>"), "at the draft's own address");
    let refused = press("publish", "").await;
    assert_eq!((refused.status.as_u16(), refused.header(header::LOCATION)), (422, ""));
    assert!(refused.text().contains(">Họp mới</textarea>") && refused.text().contains("field__error"));
    let saved = press("keep", "").await;
    assert_eq!(saved.status, StatusCode::FOUND);
    assert!(!saved.header(header::LOCATION).contains('?'), "{}", saved.header(header::LOCATION));
    // However much was typed, all of it is sent back.
    let long = "Ủy ban ".repeat(30_000);
    let fields = [("title", long.as_str()), ("agency", &office.agency), ("add", "Ông Không Có")];
    let back = office.world.submit(&office.secretary, "/api/meetings/save", &fields).await;
    assert!(
        back.status == StatusCode::UNPROCESSABLE_ENTITY && back.text().contains(&long),
        "{}",
        back.status
    );
    assert!(back.text().contains("value=\"Ông Không Có\""), "names beside the buttons too");
}

#[tokio::test]
async fn a_name_that_fits_several_is_asked_about_and_one_press_chooses() {
    let office = Office::new().await;
    let people = &office.world.site.services.people;
    let mut added = Vec::new();
    for user_name in ["man.mot", "man.hai"] {
        let input = domain::people::PersonInput {
            user_name: user_name.into(),
            name: "Lò Thị Mận".into(),
            position: "Chuyên viên".into(),
            agency: office.caller.agency.code.clone(),
            roles: "delegate".into(),
            password: String::new(),
        };
        let administrator = office.world.site.backend.system_caller(office.caller.now);
        added.push(people.add(&administrator, input).await.unwrap().0);
    }
    let draft = |text: &str| -> String {
        let from = text.find("name=\"id\" value=\"").unwrap() + "name=\"id\" value=\"".len();
        text[from..].split('"').next().unwrap().to_owned()
    };
    let fields =
        [("then", "add_delegate"), ("title", "Họp mới"), ("agency", &office.agency), ("add", "lo thi man")];
    let asked = office.world.submit(&office.secretary, "/api/meetings/save", &fields).await;
    assert_eq!((asked.status, asked.header(header::LOCATION)), (StatusCode::OK, ""));
    let text = asked.text();
    for (person, user_name) in added.iter().zip(["man.mot", "man.hai"]) {
        assert!(text.contains(&format!("value=\"choose:add:p-{person}\"")), "{text}");
        assert!(text.contains(&format!("Lò Thị Mận ({user_name})")), "{text}");
        assert!(!text.contains(&format!("name=\"delegates[]\" value=\"p-{person}\"")), "nobody is taken yet");
    }
    assert!(text.contains("value=\"lo thi man\""), "what was typed stays");
    let id = draft(text);
    let choose = format!("choose:add:p-{}", added[1]);
    let fields = [
        ("then", choose.as_str()),
        ("id", &id),
        ("rev", "1"),
        ("title", "Họp mới"),
        ("agency", &office.agency),
        ("add", "lo thi man"),
    ];
    let chosen = office.world.submit(&office.secretary, "/api/meetings/save", &fields).await;
    assert_eq!(chosen.status, StatusCode::FOUND, "{}", chosen.text());
    let (input, ..) =
        office.world.site.services.meetings.input(&office.caller, id.parse().unwrap()).await.unwrap();
    assert_eq!(input.delegates, [format!("p-{}", added[1])]);
}

#[tokio::test]
async fn people_are_looked_for_without_script_by_the_same_form_that_names_them() {
    let office = Office::new().await;
    let tree = office.world.site.services.agencies.tree(&office.caller).await.unwrap();
    let input = domain::meetings::MeetingInput {
        title: "Họp mời cơ quan".into(),
        agency: office.agency.clone(),
        kind: "briefing".into(),
        form: "in_person".into(),
        sittings: vec![domain::meetings::SittingInput {
            date: "2026-06-19".into(),
            from: "08:00".into(),
            to: "10:00".into(),
            ..domain::meetings::SittingInput::default()
        }],
        place: "Phòng họp số 2".into(),
        chair: office.person.clone(),
        secretary: office.person.clone(),
        delegates: vec![format!("a-{}", tree[0].id)],
        agenda: vec![domain::meetings::AgendaInput {
            title: "Báo cáo".into(),
            minutes: "30".into(),
            ..Default::default()
        }],
        ..Default::default()
    };
    let meetings = &office.world.site.services.meetings;
    let saved = meetings.save(&office.caller, None, input).await.unwrap();
    meetings.publish(&office.caller, saved.id, saved.rev).await.unwrap();
    let (_, delegate) = office.world.person("chuyenvien7", "delegate").await;
    let (id, ticked) = (saved.id.to_string(), delegate.person.to_string());
    let fields = [
        ("meeting", id.as_str()),
        ("agency", &office.agency),
        ("people[]", &ticked),
        ("text", "khongco"),
        ("then", "find"),
    ];
    let answer = office.world.submit(&office.secretary, "/api/attendance/name-delegates", &fields).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::OK, ""));
    let text = answer.text();
    assert!(
        text.contains("value=\"khongco\"") && text.contains(&format!("value=\"{ticked}\" checked")),
        "{text}"
    );
    assert!(
        office.world.site.services.meetings.get(&office.caller, saved.id).await.unwrap().to_name.len() == 1
    );
}
