//! Guests in the plain form: typed, pasted, dropped, and shown on the meeting's page and its roll.

use http::{StatusCode, header};

use crate::forms::Office;
use crate::world::Answer;

impl Office {
    async fn press(&self, then: &str, fields: &[(&str, &str)]) -> Answer {
        let form = [("then", then), ("title", "Họp mời khách"), ("agency", &self.agency)];
        let fields: Vec<(&str, &str)> = form.into_iter().chain(fields.iter().copied()).collect();
        self.world.submit(&self.secretary, "/api/meetings/save", &fields).await
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        self.world.page(path).signed_in(&self.secretary).send().await.text().to_owned()
    }
}

#[tokio::test]
async fn guests_are_typed_pasted_and_dropped_without_script() {
    let office = Office::new().await;
    let typed = [
        ("guests[0][name]", "Khách một"),
        ("guests[0][organisation]", "Bộ Nội vụ"),
        ("guests[1][name]", ""),
        ("add_guests", "Khách hai; Giám đốc; Công ty Hai\r\n\r\nKhách ba"),
    ];
    let pasted = office.press("paste_guests", &typed).await;
    assert_eq!(pasted.status, StatusCode::FOUND, "{}", pasted.text());
    let goal = pasted.header(header::LOCATION).to_owned();
    assert!(goal.ends_with("/edit#guests"), "{goal}");
    let path = goal.split('#').next().unwrap();
    let page = office.page(path).await;
    for (at, name) in ["Khách một", "Khách hai", "Khách ba"].into_iter().enumerate() {
        let field = format!("name=\"guests[{at}][name]\"");
        let row = page.split_once(&field).unwrap_or_else(|| panic!("{field}")).1;
        assert!(row.split('>').next().unwrap().contains(&format!("value=\"{name}\"")), "{name}");
    }
    assert!(!page.contains("guests[3]"), "a blank row is not kept among pasted ones");

    let id = path.split('/').nth(2).unwrap();
    let rev = page.split_once("name=\"rev\" value=\"").unwrap().1.split('"').next().unwrap();
    let rows = [("id", id), ("rev", rev), ("guests[0][name]", "Khách một"), ("guests[1][name]", "Khách hai")];
    let dropped = office.press("drop_guest:0", &rows).await;
    assert_eq!(dropped.status, StatusCode::FOUND, "{}", dropped.text());
    let page = office.page(path).await;
    assert!(page.contains("value=\"Khách hai\"") && !page.contains("Khách một"));
    let meeting = office.page(&format!("/meetings/{id}?tab=delegates")).await;
    assert!(meeting.contains("Khách hai"), "the page of the draft shows its guests");
}

#[tokio::test]
async fn a_list_that_is_too_long_comes_back_as_it_was_pasted() {
    let office = Office::new().await;
    let long: String = (0..501).map(|n| format!("Khách số {n}\n")).collect();
    let back = office.press("paste_guests", &[("add_guests", &long)]).await;
    assert_eq!(back.status, StatusCode::OK);
    assert!(back.text().contains("Khách số 500") && back.text().contains("nhiều nhất 500 khách mời"));
    assert!(!back.text().contains("guests[0]"), "none of them was taken");
    // What was pasted and not added holds the sending back.
    let held = office.press("publish", &[("add_guests", "Khách chưa thêm")]).await;
    assert!(
        held.text().contains("Khách chưa thêm") && held.text().contains("chưa được thêm"),
        "{}",
        held.text()
    );
}

#[tokio::test]
async fn the_roll_names_guests_apart_and_marks_them() {
    let office = Office::new().await;
    let services = &office.world.site.services;
    let (mut input, saved, _) = services.meetings.input(&office.caller, office.coming).await.unwrap();
    input.guests = domain::meetings::pasted_guests("Khách một; Vụ trưởng; Bộ Nội vụ\nKhách hai");
    // At the first hours the chair leads the meeting that is under way.
    input.sittings[0].date = "2026-06-19".into();
    let saved = services.meetings.save(&office.caller, Some((saved.id, saved.rev)), input).await.unwrap();
    services.meetings.publish(&office.caller, saved.id, saved.rev).await.unwrap();
    let meeting = services.meetings.get(&office.caller, office.coming).await.unwrap();
    let (id, guest) = (office.coming.to_string(), meeting.guests[0].id.to_string());
    let fields =
        [("id", id.as_str()), ("participant", &guest), ("presence", "absent"), ("reason", "Bận việc ở Bộ")];
    let marked = office.world.submit(&office.secretary, "/api/attendance/mark", &fields).await;
    assert_eq!(marked.status, StatusCode::FOUND, "{}", marked.text());
    let page = office.page(&format!("/meetings/{id}/roll")).await;
    let (above, guests) = page.split_once("rc__group").unwrap();
    let (_, delegates) = above.split_once("id=\"roll\"").unwrap();
    assert!(!delegates.contains("Khách một"), "{delegates}");
    assert!(guests.contains("Khách một") && guests.contains("Bận việc ở Bộ"), "{guests}");
    assert!(page.contains("0/2 khách mời có mặt"), "{page}");
    assert!(
        page.contains("không có khách mời") && page.contains("Khách một, Vụ trưởng, Bộ Nội vụ; Khách hai")
    );
}
