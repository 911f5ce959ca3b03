//! Files of rows from the administration's page.

use app::context::Report;
use http::{Method, StatusCode, header};

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
        let done = outcome.unwrap();
        assert_eq!((done.added, done.is_written, file.as_str()), (1, mode == "write", "rows.csv"), "{mode}");
        assert_eq!(world.site.services.agencies.tree(&system).await.unwrap().len(), agencies, "{mode}");
    }
}

#[tokio::test]
async fn a_file_of_several_megabytes_is_read() {
    let (world, cookie) = World::claimed().await;
    let rows = format!("agency,year,base,held,source\n{}", "KHONGCO,2024,all,12,Báo cáo\n".repeat(100_000));
    let answer = send(&world, &cookie, "baseline", "write", &rows).await;
    let Report::Import { outcome, .. } = report(&world, &cookie, &answer).await else {
        panic!("an import gives its report")
    };
    let done = outcome.unwrap();
    assert_eq!((done.rows, done.is_written), (100_000, false), "{} bytes", rows.len());
}

#[tokio::test]
async fn who_may_not_import_is_told_so_in_the_report() {
    let (world, _) = World::claimed().await;
    let (secretary, _) = world.person("thuky1", "secretary").await;
    let answer = send(&world, &secretary, "agencies", "write", "code,parent,level,name,short_name\n").await;
    let Report::Import { outcome, .. } = report(&world, &secretary, &answer).await else {
        panic!("an import gives its report")
    };
    assert_eq!(outcome, Err(domain::error::Failure::Forbidden));
    let unread = "not even a form".to_owned();
    let ask = world.ask(Method::POST, "/admin/imports/agencies").signed_in(&secretary);
    let unread = ask.body("multipart/form-data; boundary=b", unread).send().await;
    let Report::Import { outcome, .. } = report(&world, &secretary, &unread).await else {
        panic!("an import gives its report")
    };
    assert_eq!(
        outcome,
        Err(domain::error::Failure::Forbidden),
        "who may not import is told before the form is read"
    );
    let unknown = send(&world, &secretary, "secrets", "write", "a\n").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
