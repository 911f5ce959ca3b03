//! A long roll without script: narrowed by the address, marked where it was narrowed, its rest marked once it was asked.

use http::{StatusCode, header};

use crate::forms::Office;

/// The rows of a page of the roll, by the names in them.
fn names(page: &str) -> Vec<String> {
    let rows = page.split("class=\"item__title\">").skip(1);
    rows.map(|row| row.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_roll_is_narrowed_by_its_address_and_a_mark_comes_back_to_it() {
    let office = Office::new().await;
    let services = &office.world.site.services;
    let guest = domain::meetings::pasted_guests("Khách một; Vụ trưởng; Bộ Nội vụ\nKhách hai").into_iter();
    let added = guest.map(domain::attendance::Added::Guest).collect();
    services.attendance.add(&office.caller, office.on, added).await.unwrap();
    let id = office.on.to_string();
    let shown = async |query: &str| office.page(&format!("/meetings/{id}?tab=delegates{query}")).await;
    let all = shown("").await;
    assert!(names(&all).len() > 2 && !all.contains("rc__narrow"), "a short roll is seen whole");
    let found = shown("&find=vu%20truong%20bo").await;
    assert_eq!(names(&found), ["Khách một"]);
    assert!(found.contains("rc__narrow") && found.contains("value=\"vu truong bo\""), "{found}");
    assert!(shown("&find=zzz").await.contains("Không có ai trong phần đang lọc"));

    let meeting = services.meetings.get(&office.caller, office.on).await.unwrap();
    let who = meeting.guests[0].id.to_string();
    let fields = [
        ("id", id.as_str()),
        ("participant", &who),
        ("presence", "in_room"),
        ("find", "khach"),
        ("only", "not_called"),
    ];
    let marked = office.world.submit(&office.secretary, "/api/attendance/mark", &fields).await;
    assert_eq!(marked.status, StatusCode::FOUND, "{}", marked.text());
    let goal = marked.header(header::LOCATION);
    assert!(goal.ends_with("?tab=delegates&find=khach&only=not_called#roll"), "{goal}");
    assert_eq!(names(&shown("&find=khach&only=not_called").await), ["Khách hai"]);
}

#[tokio::test]
async fn marking_the_rest_is_asked_with_their_number_and_agencies_without_anybody_are_counted() {
    let office = Office::new().await;
    let services = &office.world.site.services;
    let agency = {
        let system = office.world.site.backend.system_caller(crate::world::now());
        services.agencies.tree(&system).await.unwrap().remove(0).id
    };
    let id = office.on.to_string();
    let shown = async || office.page(&format!("/meetings/{id}?tab=delegates")).await.replace("<!>", "");
    assert!(!shown().await.contains("Cơ quan chưa cử người</span>"));
    let added = vec![domain::attendance::Added::Agency { agency, is_site: false }];
    services.attendance.add(&office.caller, office.on, added).await.unwrap();
    let page = shown().await;
    assert!(page.contains("<b class=\"num\">1</b><span>Cơ quan chưa cử người</span>"), "{page}");
    let left = domain::attendance::RollTally::of(
        &services.meetings.get(&office.caller, office.on).await.unwrap().participants,
    );
    let asked = format!("{} người chưa điểm danh sẽ được ghi là có mặt", left.not_called);
    assert!(left.not_called > 0 && page.contains(&asked), "{page}");
}
