//! Papers in and out over HTTP.

use http::{Method, StatusCode, header};

use crate::world::{Answer, World};

const BOUNDARY: &str = "phien-test-boundary";

/// A PDF of one page with a word on it, padded so that a client needs several range requests.
fn pdf(bytes: usize) -> Vec<u8> {
    saying("(Bao cao) Tj", bytes)
}

/// The same with other text operators.
fn saying(text: &str, bytes: usize) -> Vec<u8> {
    let content = format!("BT /F1 12 Tf 72 700 Td {text} ET");
    let mut file = format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
        2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n\
        4 0 obj<</Length {}>>stream\n{content}\nendstream endobj\n\
        5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n",
        content.len()
    )
    .into_bytes();
    file.extend(std::iter::repeat_n(b"% filling\n", bytes / 10).flatten());
    file.extend_from_slice(b"trailer<</Root 1 0 R>>\n%%EOF\n");
    file
}

/// A form as a browser writes it.
fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    for (name, bytes) in files {
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: application/pdf\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

struct Uploads {
    world: World,
    secretary: String,
    meeting: String,
    item: String,
}

impl Uploads {
    async fn new() -> Uploads {
        let (world, _) = World::claimed().await;
        let (secretary, caller) = world.person("thuky1", "secretary").await;
        let (meeting, item) = world.meeting(&caller).await;
        Uploads { world, secretary, meeting: meeting.to_string(), item: item.to_string() }
    }

    async fn send(&self, cookie: &str, level: &str, accept: &str, files: &[(&str, &[u8])]) -> Answer {
        self.send_with(cookie, accept, &[("item", &self.item), ("level", level)], files).await
    }

    async fn send_with(
        &self,
        cookie: &str,
        accept: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        let body = form(fields, files);
        let ask = self.world.ask(Method::POST, &format!("/meetings/{}/papers", self.meeting));
        let ask = ask.signed_in(cookie).with(header::ACCEPT, accept);
        ask.body(&format!("multipart/form-data; boundary={BOUNDARY}"), body).send().await
    }

    /// A paper on the agenda, by its address.
    async fn paper(&self, file: &[u8]) -> String {
        let answer = self.send(&self.secretary, "open", "application/json", &[("Bao_cao.pdf", file)]).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        format!("/papers/{}/file", answer["papers"][0].as_str().unwrap())
    }

    async fn lines_on_paper(&self) -> usize {
        let system = self
            .world
            .site
            .services
            .accounts
            .identify(self.secretary.split_once('=').unwrap().1, crate::world::now());
        let caller = system.await.unwrap();
        let meeting =
            self.world.site.services.meetings.get(&caller, self.meeting.parse().unwrap()).await.unwrap();
        let papers = meeting.agenda.into_iter().flat_map(|item| item.papers);
        papers.filter(|paper| matches!(paper, domain::papers::PaperLine::OnPaper { .. })).count()
    }
}

#[tokio::test]
async fn several_papers_come_in_one_form_and_a_plain_form_goes_back_to_its_meeting() {
    let uploads = Uploads::new().await;
    let (one, two) = (pdf(100), pdf(200));
    let answer =
        uploads.send(&uploads.secretary, "open", "text/html", &[("a.pdf", &one), ("b.pdf", &two)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(answer.header(header::LOCATION), format!("/meetings/{}", uploads.meeting));
}

#[tokio::test]
async fn a_paper_is_read_whole_and_in_pieces() {
    let uploads = Uploads::new().await;
    let file = pdf(700_000);
    let path = uploads.paper(&file).await;
    let get = |range: &str| {
        let ask = uploads.world.ask(Method::GET, &path).signed_in(&uploads.secretary);
        ask.with(header::RANGE, range).send()
    };
    let whole = get("").await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.body, file);
    assert_eq!(whole.header(header::CONTENT_LENGTH), file.len().to_string());
    assert_eq!(whole.header(header::ACCEPT_RANGES), "bytes");
    assert_eq!(whole.header(header::CACHE_CONTROL), "private, max-age=0, must-revalidate");
    assert!(whole.header(header::CONTENT_DISPOSITION).ends_with("filename*=UTF-8''Bao%20cao.pdf"));

    let part = get("bytes=300000-600000").await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.body, file[300_000..=600_000]);
    assert_eq!(part.header(header::CONTENT_RANGE), format!("bytes 300000-600000/{}", file.len()));
    assert_eq!(get("bytes=-5").await.body, file[file.len() - 5..]);
    let beyond = get(&format!("bytes={}-", file.len())).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.header(header::CONTENT_RANGE), format!("bytes */{}", file.len()));
}

#[tokio::test]
async fn a_paper_that_did_not_change_is_not_sent_again() {
    let uploads = Uploads::new().await;
    let file = pdf(5_000);
    let path = uploads.paper(&file).await;
    let get = |name, value: &str| {
        uploads.world.ask(Method::GET, &path).signed_in(&uploads.secretary).with(name, value)
    };
    let tag = get(header::RANGE, "").send().await.header(header::ETAG).to_owned();
    let again = get(header::IF_NONE_MATCH, &tag).send().await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let same = get(header::IF_RANGE, &tag).with(header::RANGE, "bytes=0-9").send().await;
    assert_eq!((same.status, same.body.len()), (StatusCode::PARTIAL_CONTENT, 10));
    let other = get(header::IF_RANGE, "\"0\"").with(header::RANGE, "bytes=0-9").send().await;
    assert_eq!((other.status, other.body.len()), (StatusCode::OK, file.len()));
    let head = uploads.world.ask(Method::HEAD, &path).signed_in(&uploads.secretary).send().await;
    assert_eq!((head.header(header::CONTENT_LENGTH), head.body.len()), (file.len().to_string().as_str(), 0));
}

#[tokio::test]
async fn only_people_of_the_meeting_read_its_papers() {
    let uploads = Uploads::new().await;
    let path = uploads.paper(&pdf(100)).await;
    let (stranger, _) = uploads.world.person("khach1", "delegate").await;
    let get = |cookie: &str| uploads.world.ask(Method::GET, &path).signed_in(cookie).send();
    assert!(matches!(get(&stranger).await.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND));
    assert_eq!(get("").await.status, StatusCode::UNAUTHORIZED);
    let nonsense = uploads.world.ask(Method::GET, "/papers/nonsense/file").signed_in(&uploads.secretary);
    assert_eq!(nonsense.send().await.status, StatusCode::NOT_FOUND);
    let upload = uploads.send(&stranger, "open", "application/json", &[("a.pdf", &pdf(10))]).await;
    assert!(matches!(upload.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn a_classified_paper_leaves_one_neutral_line() {
    let uploads = Uploads::new().await;
    for _ in 0..2 {
        let answer =
            uploads.send(&uploads.secretary, "secret", "application/json", &[("mat.pdf", &pdf(10))]).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(answer["message"].as_str().unwrap().len() > 10, "{answer}");
        assert_eq!(uploads.lines_on_paper().await, 1);
    }
}

#[tokio::test]
async fn what_is_no_paper_is_refused_in_words() {
    let uploads = Uploads::new().await;
    let (word, empty) = ([b'x'; 3000], []);
    let none: &[(&str, &[u8])] = &[];
    let send = |files| uploads.send(&uploads.secretary, "open", "application/json", files);
    let (no_pdf, nothing) = ([("a.pdf", word.as_slice())], [("a.pdf", empty.as_slice())]);
    for (answer, status) in [
        (send(&no_pdf).await, StatusCode::CONFLICT),
        (send(&nothing).await, StatusCode::CONFLICT),
        (send(none).await, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains("\"message\""), "{}", answer.text());
    }
    let plain = uploads.send(&uploads.secretary, "open", "text/html", &no_pdf).await;
    assert_eq!(
        plain.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a form without script gets its meeting's page"
    );
    assert_eq!(plain.header(header::LOCATION), "");
    assert!(
        plain.text().contains("class=\"notice") && plain.text().contains("Báo cáo tuần"),
        "{}",
        plain.text()
    );
    let unsaid = uploads.send(&uploads.secretary, "", "application/json", &[("a.pdf", &pdf(10))]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY, "a level must be declared");
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_asked_about_and_its_file_sent_once() {
    let uploads = Uploads::new().await;
    let scan = saying("", 100);
    let sent = uploads.send(&uploads.secretary, "open", "application/json", &[("Ban_quet.pdf", &scan)]).await;
    assert_eq!(sent.status, StatusCode::CONFLICT, "{}", sent.text());
    let answer: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    let unread = &answer["failure"]["refused"]["first_page_unread"];
    assert_eq!((unread["why"].as_str(), unread["title"].as_str()), (Some("no_text"), Some("Ban quet")));
    let kept = unread["kept"].as_str().unwrap();
    let declare = |fields: Vec<(&'static str, String)>| {
        let uploads = &uploads;
        async move {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            uploads.send_with(&uploads.secretary, "application/json", &fields, &[]).await
        }
    };
    let silent = declare(vec![("kept", kept.to_owned())]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing was declared: {}", silent.text());
    let secret = [("kept", kept), ("declared", "yes"), ("level", "secret")];
    let secret = declare(secret.map(|(name, value)| (name, value.to_owned())).to_vec()).await;
    assert_eq!(secret.status, StatusCode::CONFLICT, "a level above open: {}", secret.text());
    let declared = declare(vec![("kept", kept.to_owned()), ("declared", "yes".to_owned())]).await;
    assert_eq!(declared.status, StatusCode::CREATED, "{}", declared.text());
    let again = declare(vec![("kept", kept.to_owned()), ("declared", "yes".to_owned())]).await;
    assert!(again.text().contains("\"no_longer_kept\""), "the element then sends the file: {}", again.text());
    let fields = [("item", uploads.item.as_str()), ("level", "open"), ("declared", "yes")];
    let other = saying("", 200);
    let at_once = uploads
        .send_with(&uploads.secretary, "application/json", &fields, &[("b.pdf", other.as_slice())])
        .await;
    assert_eq!(at_once.status, StatusCode::CREATED, "{}", at_once.text());
    let page = uploads.world.page(&format!("/meetings/{}", uploads.meeting)).signed_in(&uploads.secretary);
    let page = page.send().await;
    assert_eq!(page.text().matches("xác nhận không chứa bí mật nhà nước, ").count(), 2, "{}", page.text());
    assert!(page.text().contains("data-t-declare="), "{}", page.text());
}

#[tokio::test]
async fn a_plain_form_is_asked_for_the_declaration_alone() {
    let uploads = Uploads::new().await;
    let scan = saying("", 100);
    let sent = uploads.send(&uploads.secretary, "open", "text/html", &[("Ban_quet.pdf", &scan)]).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = sent.text();
    assert!(text.contains("Chưa đọc được trang đầu của “Ban quet”"), "{text}");
    let (_, rest) = text.split_once("name=\"kept\" value=\"").expect("a form that names the file");
    let kept = rest.split('"').next().unwrap();
    let fields = [("kept", kept), ("declared", "yes")];
    let declared = uploads.send_with(&uploads.secretary, "text/html", &fields, &[]).await;
    assert_eq!(declared.header(header::LOCATION), format!("/meetings/{}", uploads.meeting));
}

#[tokio::test]
async fn a_plain_form_is_asked_whether_a_paper_should_be_there_twice() {
    let uploads = Uploads::new().await;
    let file = pdf(10);
    uploads.paper(&file).await;
    let sent = uploads.send(&uploads.secretary, "open", "text/html", &[("Ban_sao.pdf", &file)]).await;
    let text = sent.text();
    assert!(text.contains("Tệp “Ban sao” đã có trong nội dung này với tên “Bao cao”"), "{text}");
    let (_, rest) = text.split_once("name=\"kept\" value=\"").expect("a form that names the file");
    let fields = [("kept", rest.split('"').next().unwrap()), ("again", "yes")];
    let again = uploads.send_with(&uploads.secretary, "text/html", &fields, &[]).await;
    assert_eq!(again.header(header::LOCATION), format!("/meetings/{}", uploads.meeting));
}

#[tokio::test]
async fn a_paper_of_several_megabytes_comes_in() {
    let uploads = Uploads::new().await;
    let file = pdf(3_000_000);
    let path = uploads.paper(&file).await;
    let answer = uploads.world.ask(Method::GET, &path).signed_in(&uploads.secretary).send().await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, file.len()));
}

#[tokio::test]
async fn a_paper_over_the_limit_is_refused_while_it_comes() {
    let (mut world, _) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    let (meeting, item) = world.meeting(&caller).await;
    world.router = small_router(&world);
    let uploads = Uploads { world, secretary, meeting: meeting.to_string(), item: item.to_string() };
    for bytes in [1_100_000, 3_000_000] {
        let answer =
            uploads.send(&uploads.secretary, "open", "application/json", &[("a.pdf", &pdf(bytes))]).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text());
        assert!(answer.text().contains("too_large"), "{}", answer.text());
    }
    // The page's own script knows the same limit.
    let page = uploads.world.page(&format!("/meetings/{}", uploads.meeting)).signed_in(&uploads.secretary);
    let page = page.send().await;
    assert!(page.text().contains("data-max-bytes=\"1048576\""), "{}", page.text());
    assert!(page.text().contains("data-t-too-big=\"{name} quá 1 MB\""), "{}", page.text());
}

#[tokio::test]
async fn a_plain_form_refused_at_its_third_file_says_which_were_kept() {
    let uploads = Uploads::new().await;
    let bad = b"no paper".as_slice();
    let good: Vec<_> = (1..8).map(|lines| pdf(lines * 10)).collect();
    let files =
        [("Bao_cao.pdf", good[0].as_slice()), ("Phụ lục.pdf", &good[1]), ("c.pdf", bad), ("d.pdf", &good[2])];
    let answer = uploads.send(&uploads.secretary, "open", "text/html", &files).await;
    let page = answer;
    assert_eq!((page.status.as_u16(), page.header(header::LOCATION)), (422, ""));
    assert!(page.text().contains("Đã lưu 2 tệp gửi trước đó: Bao cao; Phụ lục"), "{}", page.text());
    let more = ["a.pdf", "b.pdf", "c.pdf", "d.pdf"].into_iter().zip(good[3..].iter().map(Vec::as_slice));
    let more: Vec<_> = more.chain([("e.pdf", bad)]).collect();
    let back = uploads.send(&uploads.secretary, "open", "text/html", &more).await;
    assert!(back.text().contains("Đã lưu 4 tệp gửi trước đó, gần nhất là: b; c; d"), "{}", back.text());
    let none = uploads.send(&uploads.secretary, "open", "text/html", &files[2..]).await;
    assert!(!none.text().contains("gửi trước đó"), "{}", none.text());
}

/// The same program with a limit of one mebibyte.
fn small_router(world: &World) -> axum::Router {
    let mut config = world.site.config.clone();
    config.upload_mib = 1;
    let clock = server::clock::Clock::of(crate::world::now);
    let entropy = std::sync::Arc::new(backend::SeededEntropy::new(12));
    let site = server::site::Site::new(config, world.site.backend.clone(), clock, entropy).unwrap();
    server::router::router(site)
}
