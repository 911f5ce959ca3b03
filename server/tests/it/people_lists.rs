//! Lists of people in plain forms: names pasted into the composer, and people added while the meeting is under way.

use http::{Method, StatusCode, header};

use crate::forms::Office;

/// What stands in a field of a page.
fn textarea(page: &str, name: &str) -> String {
    let field = page.split_once(&format!("name=\"{name}\"")).unwrap().1;
    field.split_once('>').unwrap().1.split("</textarea>").next().unwrap().to_owned()
}

fn delegates(page: &str) -> Vec<String> {
    let parts = page.split("name=\"delegates[]\" value=\"").skip(1);
    parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn names_that_are_clear_are_added_and_the_others_stay_with_a_choice() {
    let office = Office::new().await;
    let (_, one) = office.world.person("chuyenvien1", "delegate").await;
    let (_, two) = office.world.person("chuyenvien2", "delegate").await;
    let agency = {
        let system = office.world.site.backend.system_caller(crate::world::now());
        office.world.site.services.agencies.tree(&system).await.unwrap().remove(0)
    };
    let list = format!(
        "1. Ông {}; Người ở ngoài, Vụ trưởng, Bộ Y tế\r\n{}\r\nkhông có ai thế này",
        one.name, agency.short_name
    );
    let fields = [
        ("then", "paste_delegates"),
        ("title", "Họp theo danh sách"),
        ("agency", office.agency.as_str()),
        ("add_list", &list),
    ];
    let answer = office.world.submit(&office.secretary, "/api/meetings/save", &fields).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::OK, ""));
    let page = answer.text();
    assert_eq!(delegates(page), [format!("p-{}", one.person), format!("a-{}", agency.id)]);
    assert_eq!(textarea(page, "add_list"), "Người ở ngoài, Vụ trưởng, Bộ Y tế\nkhông có ai thế này");
    let words = page.replace("<!>", "");
    assert!(words.contains("Người ở ngoài, Vụ trưởng, Bộ Y tế</b>: không tìm thấy"), "{words}");

    // One is settled as a guest, and the rest of the list waits.
    let id = page.split_once("name=\"id\" value=\"").unwrap().1.split('"').next().unwrap();
    let again = office.world.page(&format!("/meetings/{id}/edit")).signed_in(&office.secretary).send().await;
    assert_eq!(textarea(again.text(), "add_list"), textarea(page, "add_list"), "the draft keeps the list");
    let rev = page.split_once("name=\"rev\" value=\"").unwrap().1.split('"').next().unwrap();
    let listed = textarea(page, "add_list");
    let settle = async |then: &str| {
        let fields = [
            ("id", id),
            ("rev", rev),
            ("then", then),
            ("title", "Họp theo danh sách"),
            ("agency", &office.agency),
            ("add_list", &listed),
        ];
        office.world.submit(&office.secretary, "/api/meetings/save", &fields).await
    };
    let settled = settle("settle_guest:Người ở ngoài, Vụ trưởng, Bộ Y tế").await;
    let page = settled.text();
    assert!(page.contains("value=\"Người ở ngoài\"") && page.contains("value=\"Bộ Y tế\""), "{page}");
    assert_eq!(textarea(page, "add_list"), "không có ai thế này");
    // A list that waits holds the sending back.
    let fields = [("then", "publish"), ("agency", office.agency.as_str()), ("add_list", &two.name)];
    let held = office.world.submit(&office.secretary, "/api/meetings/save", &fields).await;
    assert_eq!(textarea(held.text(), "add_list"), two.name);
    assert!(delegates(held.text()).is_empty(), "nobody is invited by a guess");
}

#[tokio::test]
async fn a_line_that_is_no_whole_name_is_answered_with_proposals_and_nobody_is_taken() {
    let office = Office::new().await;
    let (_, one) = office.world.person("chuyenvien1", "delegate").await;
    let mut tx = office.world.site.backend.db().begin().await.unwrap();
    backend::q("UPDATE person SET name = 'Lò Văn Khánh', folded = 'lo van khanh' WHERE id = $1")
        .bind(one.person)
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let agency = {
        let system = office.world.site.backend.system_caller(crate::world::now());
        office.world.site.services.agencies.tree(&system).await.unwrap().remove(0)
    };
    let (agency_code, person_code) = (format!("a-{}", agency.id), format!("p-{}", one.person));
    let short = &agency.short_name;
    for (line, code) in [
        (format!("2. Đại diện lãnh đạo {short}"), &agency_code),
        (format!("{short} (01 lãnh đạo)"), &agency_code),
        (format!("Các phòng chuyên môn {short}"), &agency_code),
        ("Ông Lò Văn Khánhh".to_owned(), &person_code),
        ("Lò Văn Khánh, Trưởng phòng, nơi khác".to_owned(), &person_code),
    ] {
        let fields = [("then", "paste_delegates"), ("agency", office.agency.as_str()), ("add_list", &line)];
        let answer = office.world.submit(&office.secretary, "/api/meetings/save", &fields).await;
        let page = answer.text();
        assert!(delegates(page).is_empty(), "{line}: nobody is invited by a guess");
        assert_eq!(textarea(page, "add_list"), line);
        assert!(page.contains(&format!("value=\"settle:{code}:{line}\"")), "{line}: {page}");
        assert!(page.contains("không có ai đúng tên này, có thể là"), "{line}: {page}");
    }
    // A number of people asks for nobody in particular.
    let line = format!("{short} (01 đồng chí)");
    let fields = [("then", "paste_delegates"), ("agency", office.agency.as_str()), ("add_list", &line)];
    let answer = office.world.submit(&office.secretary, "/api/meetings/save", &fields).await;
    let page = office.world.follow(&office.secretary, &answer).await;
    assert_eq!(delegates(page.text()), [agency_code]);
}

#[tokio::test]
async fn several_people_of_one_name_are_chosen_among() {
    let office = Office::new().await;
    let (_, one) = office.world.person("chuyenvien1", "delegate").await;
    let (_, two) = office.world.person("chuyenvien2", "delegate").await;
    let mut tx = office.world.site.backend.db().begin().await.unwrap();
    for person in [one.person, two.person] {
        backend::q("UPDATE person SET name = 'Người trùng tên', folded = 'nguoi trung ten' WHERE id = $1")
            .bind(person)
            .run(&mut tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    // A semicolon in the field of one delegate makes a list of it.
    let fields = [("then", "add_delegate"), ("agency", office.agency.as_str()), ("add", "Người trùng tên; ")];
    let answer = office.world.submit(&office.secretary, "/api/meetings/save", &fields).await;
    let page = answer.text();
    assert!(delegates(page).is_empty() && page.contains("tìm thấy 2, chọn một"), "{page}");
    let value = format!("settle:p-{}:Người trùng tên", two.person);
    assert!(page.contains(&format!("value=\"{value}\"")), "{page}");
    let fields = [("then", value.as_str()), ("agency", &office.agency), ("add_list", "Người trùng tên")];
    let answer = office.world.submit(&office.secretary, "/api/meetings/save", &fields).await;
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
    let page = office.world.follow(&office.secretary, &answer).await;
    assert_eq!(delegates(page.text()), [format!("p-{}", two.person)]);
}

#[tokio::test]
async fn somebody_is_added_while_the_meeting_is_under_way_without_script() {
    let office = Office::new().await;
    let (late_cookie, late) = office.world.person("chuyenvien3", "delegate").await;
    let on = office.on.to_string();
    let add = async |fields: &[(&str, &str)]| {
        let fields: Vec<(&str, &str)> =
            [("id", on.as_str())].into_iter().chain(fields.iter().copied()).collect();
        office.world.submit(&office.secretary, "/api/attendance/add", &fields).await
    };
    let found = add(&[("then", "find"), ("text", &late.name), ("name", "Khách đến sau")]).await;
    assert_eq!((found.status, found.header(header::LOCATION)), (StatusCode::OK, ""));
    let code = format!("p-{}", late.person);
    assert!(found.text().contains(&format!("name=\"delegate\" value=\"{code}\"")), "{}", found.text());
    assert!(found.text().contains("value=\"Khách đến sau\""), "what was typed of the guest stays");
    let typed = add(&[("text", &late.name)]).await;
    assert_eq!(typed.status, StatusCode::OK, "a name alone adds nobody");
    let added = add(&[
        ("delegate", &code),
        ("text", &late.name),
        ("name", "Khách đến sau"),
        ("organisation", "Bộ Y tế"),
    ])
    .await;
    assert_eq!(added.status, StatusCode::FOUND, "{}", added.text());
    let page = office.world.follow(&office.secretary, &added).await;
    let page = page.text();
    assert!(
        page.contains("Khách đến sau") && page.contains(&late.name) && page.contains("bổ sung lúc"),
        "{page}"
    );
    let home = office.world.page("/").signed_in(&late_cookie).send().await;
    assert!(home.text().contains("Được bổ sung vào cuộc họp đang diễn ra"), "{}", home.text());
    let again = add(&[("delegate", &code)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_list_that_no_meeting_has_people_for_is_refused_before_a_name_is_looked_up() {
    let office = Office::new().await;
    let list: String = (0..60_000).map(|n| format!("n{n};")).collect();
    let call = async |list: &str| {
        let ask = office.world.ask(Method::POST, "/api/meetings/find-list").signed_in(&office.secretary);
        let body = format!("text={}", app::form::escape(list));
        ask.body("application/x-www-form-urlencoded", body).send().await
    };
    assert_eq!(call(&list).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // As many as there may be are taken, each once; those beyond the first hundred wait.
    let list = "một;hai;một;".repeat(5_000);
    let answer = call(&list).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.text().matches("\"text\"").count(), 2);
    // What is longer than any name is nobody's, whatever it says, and is not compared with people and agencies.
    let name = office.world.person("chuyenvien1", "delegate").await.1.name;
    let long = format!("{name} {}", "a ".repeat(domain::meetings::LISTED_NAME_BYTES_AT_MOST));
    assert!(call(&name).await.text().contains("\"one\"") || call(&name).await.text().contains("\"One\""));
    assert!(call(&long).await.text().contains("\"Nobody\""));
}
