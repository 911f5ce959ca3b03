//! The list of meetings as a page: what it is narrowed by, without script, and the way back to the figures.

use domain::meetings::MeetingInput;
use domain::people::PersonInput;
use domain::rooms::RoomInput;
use domain::time::Zone;
use http::StatusCode;

use crate::world::{World, now};

/// The address within the first link whose address begins so.
fn first_link<'a>(page: &'a str, begins: &str) -> &'a str {
    let at = page.find(&format!("href=\"{begins}")).unwrap_or_else(|| panic!("no {begins} in {page}"));
    page[at + 6..].split('"').next().unwrap()
}

#[tokio::test]
async fn a_list_by_room_and_person_says_so_and_keeps_both() {
    let (world, _) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    world.meeting(&caller).await;
    let system = world.site.backend.system_caller(now());
    let input = RoomInput {
        code: "A1".into(),
        name: "Phòng A1".into(),
        agency: caller.agency.code.clone(),
        capacity: "20".into(),
        ..RoomInput::default()
    };
    let room = world.site.services.rooms.add(&system, input).await.unwrap();
    let person = PersonInput {
        user_name: "chutri".into(),
        name: "Lò Thị Chủ Trì".into(),
        position: "Giám đốc".into(),
        agency: caller.agency.code.clone(),
        ..PersonInput::default()
    };
    let (person, _) = world.site.services.people.add(&system, person).await.unwrap();

    let asked = format!("/meetings?room={room}&person={person}&figures=x&find=");
    let answer = world.page(&asked).signed_in(&secretary).send().await;
    assert_eq!(answer.status, StatusCode::OK);
    let page = answer.text();
    // The form sends both again, and each has its way off.
    for chosen in [room.to_string(), person.to_string()] {
        assert!(page.contains(&format!("<option value=\"{chosen}\" selected")), "{page}");
    }
    assert!(page.contains(&format!("href=\"/meetings?person={person}\" aria-label=\"Bỏ bộ lọc Phòng A1\"")));
    assert!(
        page.contains(&format!("href=\"/meetings?room={room}\" aria-label=\"Bỏ bộ lọc Lò Thị Chủ Trì\""))
    );
    assert!(!page.contains("Họp giao ban tuần"), "neither is at the only meeting");

    // Somebody else is found by some of the name, and the rest of the filter stays.
    let answer = world.page(&format!("/meetings?room={room}&find=lo+thi")).signed_in(&secretary).send().await;
    let page = answer.text();
    assert!(page.contains(&format!("href=\"/meetings?room={room}&amp;person={person}\"")), "{page}");
    let mine = format!("/meetings?person={}", caller.person);
    assert!(world.page(&mine).signed_in(&secretary).send().await.text().contains("Họp giao ban tuần"));
}

#[tokio::test]
async fn an_opened_number_leads_back_to_the_report_it_stands_in() {
    let (world, _) = World::claimed().await;
    let (officer, caller) = world.person("baocao", "reporting_officer").await;
    let report = format!(
        "/figures?agency={}&scope=subtree&period=h-2026-1&base=conferences&sort=share&dir=desc",
        caller.agency.id
    );
    let answer = world.page(&report).signed_in(&officer).send().await;
    assert_eq!(answer.status, StatusCode::OK);
    let list = first_link(answer.text(), "/meetings?agency=").replace("&amp;", "&");
    assert!(list.contains("what=counted_online"), "{list}");
    let answer = world.page(&list).signed_in(&officer).send().await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.text().contains(&format!("href=\"{}\"", report.replace('&', "&amp;"))),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn a_draft_is_listed_with_who_began_it_and_when_and_nothing_for_what_it_lacks() {
    let (world, _) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    let (colleague, _) = world.person("thuky2", "secretary").await;
    let typed = MeetingInput { title: "Họp chưa xong".into(), ..MeetingInput::default() };
    let saved = world.site.services.meetings.save(&caller, None, typed).await.unwrap();
    for reader in [&secretary, &colleague] {
        let list = world.page("/meetings?stage=draft").signed_in(reader).send().await;
        let (_, under) = list.text().split_once("<small class=\"listrow__under\">").expect("a row");
        let under = under.split("</small>").next().unwrap().replace("<!>", "");
        let time = app::text::time(Zone::VIETNAM.local(now()).time());
        let told = format!("{}, người soạn: thuky1, sửa lúc {time} hôm nay", caller.agency.short_name);
        assert_eq!(under, told);
        let home = world.page("/").signed_in(reader).send().await;
        assert!(
            home.text().contains(&format!("người soạn: thuky1, sửa lúc {time} hôm nay")),
            "{}",
            home.text()
        );
    }
    let page = world.page(&format!("/meetings/{}", saved.id)).signed_in(&colleague).send().await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text().contains("badge--kind"), "a badge without a word");
}
