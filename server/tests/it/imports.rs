//! Files of rows from the administration's page.

use std::time::Duration;

use app::context::Report;
use http::{Method, StatusCode, header};

use server::allowance::Rate;

use crate::world::{Answer, World, now};

const ROWS: &str = "code,parent,level,name,short_name\nSNV,{root},department,Sở Nội vụ,Sở Nội vụ\n";

async fn send(world: &World, cookie: &str, kind: &str, mode: &str, rows: &str) -> Answer {
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"mode\"\r\n\r\n{mode}\r\n\
         --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"rows.csv\"\r\n\r\n{rows}\r\n--b--\r\n"
    );
    let ask = world.ask(Method::POST, &format!("/admin/imports/{kind}")).signed_in(cookie);
    let ask = ask.with(header::ACCEPT, "text/html");
    ask.body("multipart/form-data; boundary=b", body).send().await
}

/// The report that the browser is led to.
async fn report(world: &World, cookie: &str, answer: &Answer) -> Report {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let (_, name) = answer.header(header::LOCATION).split_once("report=").unwrap();
    let token = cookie.split_once('=').unwrap().1;
    let caller = world.site.services.accounts.identify(token, now()).await.unwrap();
    world.site.reports.0.get(caller.session, name).unwrap()
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_a_write_does() {
    let (world, cookie) = World::claimed().await;
    let system = world.site.backend.system_caller(now());
    let root = world.site.services.agencies.tree(&system).await.unwrap()[0].code.clone();
    let rows = ROWS.replace("{root}", &root);
    for (mode, agencies) in [("dry_run", 1), ("anything else", 1), ("write", 2)] {
        let answer = send(&world, &cookie, "agencies", mode, &rows).await;
        let Report::Import { outcome, file, .. } = report(&world, &cookie, &answer).await else {
            panic!("an import gives its report")
        };
        let done = outcome;
        assert_eq!((done.added, done.is_written, file.as_str()), (1, mode == "write", "rows.csv"), "{mode}");
        assert_eq!(world.site.services.agencies.tree(&system).await.unwrap().len(), agencies, "{mode}");
    }
}

#[tokio::test]
async fn a_file_of_several_megabytes_is_read() {
    let (world, cookie) = World::claimed().await;
    let system = world.site.backend.system_caller(now());
    let root = world.site.services.agencies.tree(&system).await.unwrap()[0].code.clone();
    let figures = (1990..2990).flat_map(|year| ["all", "conferences"].map(|base| (year, base)));
    let source = "ệ".repeat(300);
    let figures = figures.map(|(year, base)| format!("{root},{year},{base},12,{source}\n"));
    let rows = format!("agency,year,base,held,source\n{}", figures.collect::<String>());
    let answer = send(&world, &cookie, "baseline", "dry_run", &rows).await;
    let Report::Import { outcome, .. } = report(&world, &cookie, &answer).await else {
        panic!("an import gives its report")
    };
    let done = outcome;
    assert_eq!((done.rows, done.added, done.bad_rows), (2_000, 2_000, 0), "{} bytes", rows.len());
}

#[tokio::test]
async fn who_may_not_import_is_told_so_and_leaves_no_report() {
    let (world, _) = World::claimed().await;
    let (secretary, _) = world.person("thuky1", "secretary").await;
    let answer = send(&world, &secretary, "agencies", "write", "code,parent,level,name,short_name\n").await;
    let refused = |answer: &Answer| {
        assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::FORBIDDEN, ""));
        assert!(
            answer.text().contains("Không thuộc thẩm quyền") && answer.text().contains("class=\"tabs\""),
            "{}",
            answer.text()
        );
    };
    refused(&answer);
    let unread = "not even a form".to_owned();
    let ask = world.ask(Method::POST, "/admin/imports/agencies").signed_in(&secretary);
    let ask = ask.with(header::ACCEPT, "text/html");
    // Refused before the form is read.
    refused(&ask.body("multipart/form-data; boundary=b", unread).send().await);
    let unknown = send(&world, &secretary, "secrets", "write", "a\n").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_that_is_refused_is_answered_with_the_page_and_the_reason() {
    let (world, cookie) = World::claimed().await;
    let answer = send(&world, &cookie, "rooms", "write", "").await;
    assert_eq!((answer.status.as_u16(), answer.header(header::LOCATION)), (422, ""));
    assert!(
        answer.text().contains("class=\"notice") && answer.text().contains("action=\"/admin/imports/rooms\"")
    );
    let ask = world.ask(Method::POST, "/admin/imports/rooms").signed_in(&cookie);
    let script = ask.body("multipart/form-data; boundary=b", "--b--\r\n").send().await;
    assert_eq!(script.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(script.text().contains("\"message\""), "{}", script.text());
}

#[tokio::test]
async fn the_page_says_how_a_file_is_written_and_gives_one_to_begin_with() {
    let (world, cookie) = World::claimed().await;
    for (kind, words) in [
        ("meetings", &["2025-03-05T07:30/11:30", ">dissemination<", ">regular_session<", ">postponed<"][..]),
        ("people", &[">reporting_officer<", "secretary@"][..]),
        ("baseline", &[">conferences<"][..]),
    ] {
        let page = world.page(&format!("/admin/imports?kind={kind}")).signed_in(&cookie).send().await;
        assert_eq!(page.status, StatusCode::OK);
        for word in words {
            assert!(page.text().contains(word), "{kind}: {word}");
        }
        let file = format!("href=\"data:text/csv;charset=utf-8,%EF%BB%BF{}%2C", words_of(kind)[0]);
        assert!(page.text().contains(&file), "{kind}: {file}");
        assert!(page.text().contains(&format!("download=\"{kind}.csv\"")), "{kind}");
    }
}

/// The columns of a kind of file.
fn words_of(kind: &str) -> Vec<&'static str> {
    domain::imports::ImportKind::parse(kind).unwrap().each_column().map(|(column, _)| column).collect()
}

#[tokio::test]
async fn a_page_shows_the_first_bad_cells_their_number_and_a_file_of_all() {
    let (world, cookie) = World::claimed().await;
    let rows = format!("agency,year,base,held,source\n{}", "KHONGCO,2024,all,12,Báo cáo\n".repeat(6_000));
    let answer = send(&world, &cookie, "baseline", "write", &rows).await;
    let Report::Import { outcome, .. } = report(&world, &cookie, &answer).await else {
        panic!("an import gives its report")
    };
    let done = outcome;
    assert_eq!((done.bad_rows, done.bad_cells, done.bad.len()), (6_000, 6_000, 5_000));
    let page = world.page(answer.header(header::LOCATION)).signed_in(&cookie).send().await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert_eq!(text.matches("class=\"report__line\"").count(), 200);
    assert!(text.contains("Liệt kê 200 ô đầu tiên trong 6.000 ô cần sửa."), "{text}");
    assert!(text.contains("Tải danh sách 5.000 ô (CSV)") && text.contains("%0D%0A5001%2C"), "{text}");
}

#[tokio::test]
async fn a_kind_is_shown_with_its_code_and_offered_by_it() {
    let (world, cookie) = World::claimed().await;
    let page = world.page("/admin/rules").signed_in(&cookie).send().await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in [">briefing<", "<option value=\"briefing\">Họp giao ban<"] {
        assert!(page.text().contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn a_file_of_another_kind_is_left_and_the_page_says_where() {
    let (world, cookie) = World::claimed().await;
    let rows = format!("agency,year,base,held,source\n{}", "KHONGCO,2024,all,12,Báo cáo\n".repeat(30_000));
    let answer = send(&world, &cookie, "baseline", "write", &rows).await;
    let page = world.page(answer.header(header::LOCATION)).signed_in(&cookie).send().await;
    let text = page.text();
    assert!(text.contains("Dừng đọc ở dòng 10.002"), "{text}");
    assert!(text.contains("không quá 10.000 dòng và 15.000 phiên họp, vai trò hoặc tên cũ"), "{text}");
}

#[tokio::test]
async fn one_person_writes_only_some_files_in_a_short_time() {
    let world = World::with(|config| {
        config.limits.written_imports_of_person = Rate { at_once: 2, every: Duration::from_secs(3 * 86_400) };
        config.limits.written_imports_of_office = Rate { at_once: 4, every: Duration::from_secs(5 * 86_400) };
    });
    let (world, cookie) = world.await.claim().await;
    let system = world.site.backend.system_caller(now());
    let root = world.site.services.agencies.tree(&system).await.unwrap()[0].code.clone();
    let (rows, wrong) = (ROWS.replace("{root}", &root), ROWS.replace("{root}", "NONE"));
    let status = async |mode, rows| send(&world, &cookie, "agencies", mode, rows).await.status;
    // What holds nobody up is not counted.
    for (mode, rows) in [("dry_run", &rows), ("dry_run", &rows), ("dry_run", &rows), ("write", &wrong)] {
        assert_eq!(status(mode, rows).await, StatusCode::SEE_OTHER, "{mode}");
    }
    assert_eq!(status("write", &rows).await, StatusCode::SEE_OTHER);
    assert_eq!(status("write", &wrong).await, StatusCode::SEE_OTHER);
    assert_eq!(status("write", &rows).await, StatusCode::SEE_OTHER);
    let refused = send(&world, &cookie, "agencies", "write", &rows).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Three days are 4,320 minutes.
    assert!(refused.text().contains("Gửi lại tệp sau 4320 phút"), "{}", refused.text());
    assert_eq!(status("dry_run", &rows).await, StatusCode::SEE_OTHER);
    let other = world.person("quantri2", "system_administrator").await.0;
    assert_eq!(send(&world, &other, "agencies", "write", &rows).await.status, StatusCode::SEE_OTHER);
    // Whoever makes more people for it has the files of their office, and those who come after have none.
    assert_eq!(send(&world, &other, "agencies", "write", &wrong).await.status, StatusCode::SEE_OTHER);
    assert_eq!(send(&world, &other, "agencies", "write", &rows).await.status, StatusCode::SEE_OTHER);
    let third = world.person("quantri3", "system_administrator").await.0;
    let refused = send(&world, &third, "agencies", "write", &rows).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Gửi lại tệp sau 7200 phút"), "{}", refused.text());
    assert_eq!(send(&world, &third, "agencies", "dry_run", &rows).await.status, StatusCode::SEE_OTHER);
}
