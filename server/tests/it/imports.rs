//! Files of rows from the administration's page.

use std::time::Duration;

use app::context::Report;
use domain::error::Problem;
use domain::imports::{ImportKind, ImportMode};
use http::{Method, StatusCode, header};

use server::allowance::Rate;

use crate::world::{Answer, World, now};

const ROWS: &str = "code,parent,level,name,short_name\nSNV,{root},department,Sở Nội vụ,Sở Nội vụ\n";

async fn send(world: &World, cookie: &str, kind: &str, mode: &str, rows: &str) -> Answer {
    send_read(world, cookie, kind, (mode, ""), rows).await
}

/// Sends a file with the mark of the warnings that were read.
async fn send_read(
    world: &World,
    cookie: &str,
    kind: &str,
    (mode, read): (&str, &str),
    rows: &str,
) -> Answer {
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"mode\"\r\n\r\n{mode}\r\n\
         --b\r\ncontent-disposition: form-data; name=\"warnings_read\"\r\n\r\n{read}\r\n\
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
        (
            "meetings",
            &[
                "05/3/2025 07:30-11:30",
                "Hội nghị tập huấn",
                ">dissemination<",
                ">regular_session<",
                ">postponed<",
            ][..],
        ),
        ("people", &[">reporting_officer<", "Thư ký@"][..]),
        ("baseline", &[">conferences<"][..]),
    ] {
        let page = world.page(&format!("/admin/imports?kind={kind}")).signed_in(&cookie).send().await;
        assert_eq!(page.status, StatusCode::OK);
        for word in words {
            assert!(page.text().contains(word), "{kind}: {word}");
        }
        let of = ImportKind::parse(kind).unwrap();
        let sample = app::imports::sample(of, app::context::Locale::Vi);
        assert!(sample.starts_with(of.heading(words_of(kind)[0])), "{sample}");
        let file = format!("href=\"{}", app::text::csv_href(&sample.replace(',', ";")));
        assert!(page.text().contains(&file), "{kind}: {file}");
        assert!(page.text().contains(&format!("download=\"{kind}.csv\"")), "{kind}");
    }
}

#[tokio::test]
async fn a_workbook_to_fill_in_is_offered_and_can_be_imported_as_it_stands() {
    let (world, cookie) = World::claimed().await;
    let system = world.site.backend.system_caller(now());
    for kind in ImportKind::ALL {
        let page =
            world.page(&format!("/admin/imports?kind={}", kind.code())).signed_in(&cookie).send().await;
        let href = format!("/admin/imports/{}/sample.xlsx", kind.code());
        assert!(page.text().contains(&format!("href=\"{href}\"")), "{}", page.text());
        let file = world.page(&href).signed_in(&cookie).send().await;
        assert_eq!(file.status, StatusCode::OK);
        assert!(file.header(header::CONTENT_DISPOSITION).contains(&format!("{}.xlsx", kind.code())));
        let imports = &world.site.services.imports;
        let report = imports.import(&system, kind, file.body.to_vec(), ImportMode::DryRun).await.unwrap();
        // The sample names agencies of its own; nothing else is wrong with it.
        let unknown = report.bad.iter().all(|bad| matches!(bad.problem, Problem::NoSuchCode { .. }));
        assert!(report.rows > 0 && unknown && report.warnings_count == 0, "{report:?}");
    }
    let (secretary, _) = world.person("thuky1", "secretary").await;
    let refused = world.page("/admin/imports/agencies/sample.xlsx").signed_in(&secretary).send().await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let none = world.page("/admin/imports/secrets/sample.xlsx").signed_in(&cookie).send().await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

/// The columns of a kind of file.
fn words_of(kind: &str) -> Vec<&'static str> {
    ImportKind::parse(kind).unwrap().each_column().map(|(column, _)| column).collect()
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
    assert!(text.contains("Tải danh sách 5.000 ô (CSV)"), "{text}");
    let listed = downloaded(text);
    assert_eq!(listed.len(), 5_000);
    assert_eq!(listed[4_999][..3], ["5001", "Mã cơ quan", "KHONGCO"]);
}

/// The rows of the list of bad cells, read as a spreadsheet does.
fn downloaded(page: &str) -> Vec<Vec<String>> {
    let (_, file) = page.split_once("o-can-sua.csv").map_or_else(
        || panic!("{page}"),
        |(before, _)| before.rsplit_once("href=\"data:text/csv;charset=utf-8,").unwrap(),
    );
    let file = file.split('"').next().unwrap();
    let mut bytes = Vec::new();
    let mut rest = file.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let code = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&code).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    let rows = bytes.strip_prefix("\u{feff}".as_bytes()).expect("the mark by which spreadsheets know UTF-8");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(rows);
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn no_cell_of_the_list_of_bad_cells_is_a_formula() {
    let (world, cookie) = World::claimed().await;
    let hostile = ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1+1", "＝1+1", "a\"\";=1+1"];
    let rows: String =
        (0..210).map(|n| format!("\"{}\",2024,all,12,Báo cáo\n", hostile[n % hostile.len()])).collect();
    let answer =
        send(&world, &cookie, "baseline", "dry_run", &format!("agency,year,base,held,source\n{rows}")).await;
    let page = world.page(answer.header(header::LOCATION)).signed_in(&cookie).send().await;
    let listed = downloaded(page.text());
    assert_eq!((listed.len(), listed[6][2].as_str()), (210, "a\";=1+1"));
    for cell in listed.iter().flatten() {
        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '＝']), "{cell}");
    }
}

#[tokio::test]
async fn a_file_with_warnings_is_written_once_its_sender_has_ticked_that_they_are_read() {
    let (world, cookie) = World::claimed().await;
    let system = world.site.backend.system_caller(now());
    let root = world.site.services.agencies.tree(&system).await.unwrap()[0].code.clone();
    let rows = format!("code,parent,level,name,short_name\n5.00E+10,{root},unit,H?i tr??ng,Hội trường\n");
    let answer = send(&world, &cookie, "agencies", "write", &rows).await;
    let page = world.page(answer.header(header::LOCATION)).signed_in(&cookie).send().await;
    let text = page.text();
    assert!(text.contains("2 cảnh báo") && text.contains("chưa ghi gì"), "{text}");
    assert!(text.contains("5.00E+10") && text.contains("H?i tr??ng"), "{text}");
    let tick =
        text.split("name=\"warnings_read\" value=\"").nth(1).expect("a tick").split('"').next().unwrap();
    // Not without the tick, and not by the tick alone.
    for (mode, read, agencies) in
        [("write", "", 1), ("write", "1", 1), ("dry_run", tick, 1), ("write", tick, 2)]
    {
        let answer = send_read(&world, &cookie, "agencies", (mode, read), &rows).await;
        let Report::Import { outcome, .. } = report(&world, &cookie, &answer).await else {
            panic!("a report")
        };
        assert_eq!(outcome.is_written, agencies == 2, "{mode} {read}");
        assert_eq!(world.site.services.agencies.tree(&system).await.unwrap().len(), agencies);
    }
    // A file without warnings asks for no tick.
    let clean = rows.replace("5.00E+10", "HT").replace("H?i tr??ng", "Hội trường nhỏ");
    let answer = send(&world, &cookie, "agencies", "dry_run", &clean).await;
    let page = world.page(answer.header(header::LOCATION)).signed_in(&cookie).send().await;
    assert!(!page.text().contains("warnings_read"), "{}", page.text());
}

#[tokio::test]
async fn a_file_of_another_encoding_is_refused_with_what_to_do() {
    let (world, cookie) = World::claimed().await;
    let rows = "code,name,agency,capacity\nA1,Phßng häp T« HiÖu,SNV,20\n";
    let answer = send(&world, &cookie, "rooms", "dry_run", rows).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("TCVN3") && answer.text().contains("UniKey"), "{}", answer.text());
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
