//! Nobody can take the places of everyone: connections, forms, uploads, downloads and expensive reads are
//! limited for each.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use domain::access::Caller;
use futures::StreamExt;
use http::{Method, Request, StatusCode, header};
use server::config::Proxies;
use server::guard::HEAVY_READS;
use server::places::Sender;
use server::serve::ConnectionLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use crate::world::{Answer, World};

const MULTIPART: &str = "multipart/form-data; boundary=b";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
/// Nobody waits: a request that gets no place is refused at once.
pub(crate) const AT_ONCE: Duration = Duration::ZERO;

/// Far longer than it takes to get a place; only a failing test waits this long.
pub(crate) const HELD_WITHIN: Duration = Duration::from_secs(60);

/// A program with room for eight pages and six uploads, of which a person holds two at most and an office three.
async fn small() -> World {
    let world = World::with(|config| {
        config.concurrent_requests = 8;
        config.limits.uploads = 6;
        config.limits.uploads_per_person = 2;
        config.limits.turn_within = AT_ONCE;
        config.limits.import_turn_within = AT_ONCE;
    });
    world.await.claim().await.0
}

/// Runs senders that never end until `is_held`, then runs `meanwhile`, and then drops the senders.
async fn while_held<T>(
    senders: Vec<impl Future<Output = Answer>>,
    is_held: impl Fn() -> bool,
    meanwhile: impl Future<Output = T>,
) -> T {
    let mut senders: Vec<_> = senders.into_iter().map(Box::pin).collect();
    let began = std::time::Instant::now();
    while !is_held() {
        assert!(began.elapsed() < HELD_WITHIN, "the senders hold fewer places than they are to");
        for sender in &mut senders {
            if let std::task::Poll::Ready(answer) = futures::poll!(sender) {
                panic!("a sender that sends nothing was answered with {}", answer.status);
            }
        }
        tokio::task::yield_now().await;
    }
    meanwhile.await
}

#[tokio::test]
async fn whoever_may_add_no_papers_is_answered_before_a_byte_arrives() {
    let world = small().await;
    let (_, secretary) = world.person("thuky1", "secretary").await;
    let (delegate_cookie, delegate) = world.person("daibieu1", "delegate").await;
    let (meeting, _) = world.meeting_with(&secretary, "Họp giao ban", &[&delegate]).await;
    let (stranger, _) = world.person("khach1", "delegate").await;
    let nowhere = "0190f0c0-0000-7000-8000-000000000000".to_owned();
    for (cookie, meeting, status) in [
        (&delegate_cookie, meeting.to_string(), StatusCode::FORBIDDEN),
        (&stranger, meeting.to_string(), StatusCode::NOT_FOUND),
        (&delegate_cookie, nowhere, StatusCode::NOT_FOUND),
        (&delegate_cookie, "nonsense".to_owned(), StatusCode::NOT_FOUND),
    ] {
        let ask = world.ask(Method::POST, &format!("/meetings/{meeting}/papers")).signed_in(cookie);
        let answer = ask.endless_body(MULTIPART).send().await;
        assert_eq!((answer.status, answer.header(header::CONNECTION)), (status, "close"), "{meeting}");
    }
    let ask = world.ask(Method::POST, "/admin/imports/meetings").signed_in(&stranger);
    assert_eq!(ask.endless_body(MULTIPART).send().await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn idle_uploads_stop_neither_pages_nor_the_uploads_of_others() {
    let world = small().await;
    let (first, caller) = world.person("thuky1", "secretary").await;
    let (second, _) = world.person("thuky2", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    let upload = |cookie: &str| {
        let ask = world.ask(Method::POST, &format!("/meetings/{meeting}/papers")).signed_in(cookie);
        ask.endless_body(MULTIPART).send()
    };
    let places = &world.site.places;
    let idle = vec![upload(&first), upload(&first)];
    while_held(idle, || places.uploads.taken() == 2, async {
        assert_eq!(places.pages.taken(), 0, "an upload holds no place of a page");
        let third = upload(&first).await;
        assert_eq!(third.status, StatusCode::SERVICE_UNAVAILABLE, "two are one person's share");
        assert!(!third.header(header::RETRY_AFTER).is_empty());
        while_held(vec![upload(&second)], || places.uploads.taken() == 3, async {
            for path in ["/", "/calendar"] {
                assert_eq!(world.page(path).signed_in(&first).send().await.status, StatusCode::OK);
            }
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn an_import_that_is_still_arriving_holds_no_place_of_others() {
    let world = small().await;
    let (_, caller) = world.person("quantri9", "system_administrator").await;
    let mut idle = Vec::new();
    for number in 0..3 {
        let (cookie, _) = world.person(&format!("quantri{number}"), "system_administrator").await;
        idle.push(
            world.ask(Method::POST, "/admin/imports/agencies").signed_in(&cookie).endless_body(MULTIPART),
        );
    }
    let places = &world.site.places;
    let idle: Vec<_> = idle.into_iter().map(crate::world::Ask::send).collect();
    while_held(idle, || places.uploads.taken() == 3, async {
        assert_eq!(places.pages.taken(), 0);
        assert!(world.site.backend.turn_to_import(&caller, Duration::ZERO).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_second_import_of_one_person_is_refused() {
    let world = small().await;
    let (cookie, caller) = world.person("quantri2", "system_administrator").await;
    let _turn = world.site.backend.turn_to_import(&caller, Duration::ZERO).await.unwrap();
    let body =
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\ncode\r\n--b--\r\n";
    let ask = world.ask(Method::POST, "/admin/imports/agencies").signed_in(&cookie);
    let answer = ask.body(MULTIPART, Body::from(body)).send().await;
    assert!(answer.text().contains("Đang có tệp khác được nhập"), "{}", answer.text());
}

#[tokio::test]
async fn a_paper_keeps_its_place_until_it_is_taken_whole() {
    let world = small().await;
    let (cookie, caller) = world.person("thuky1", "secretary").await;
    let paper = paper(&world, &caller).await;
    let request = Request::get(format!("/papers/{paper}/file")).header(header::COOKIE, &cookie);
    let request = request.body(axum::body::Body::empty()).unwrap();
    let response = world.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let places = &world.site.places;
    assert_eq!((places.downloads.taken(), places.pages.taken()), (1, 0));
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(bytes.starts_with(b"%PDF"));
    assert_eq!(places.downloads.taken(), 0);
}

async fn paper(world: &World, secretary: &Caller) -> domain::ids::PaperId {
    let (_, item) = world.meeting(secretary).await;
    paper_of(world, secretary, item).await
}

/// A small paper of an item.
pub(crate) async fn paper_of(
    world: &World,
    secretary: &Caller,
    item: domain::ids::AgendaItemId,
) -> domain::ids::PaperId {
    let level = domain::papers::Level::Open;
    let mut upload = world.site.backend.begin_upload(secretary, item, "Tờ trình", level).await.unwrap();
    upload.write(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n").await.unwrap();
    upload.answer(backend::Answers { is_declared: true, is_again: true });
    upload.finish().await.unwrap()
}

#[tokio::test]
async fn a_form_without_end_of_fields_is_refused() {
    let world = small().await;
    let (cookie, caller) = world.person("thuky1", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    let send = |fields: usize| {
        let field = "--b\r\ncontent-disposition: form-data; name=\"more\"\r\n\r\nx\r\n";
        let body = format!("{}--b--\r\n", field.repeat(fields));
        let ask = world.ask(Method::POST, &format!("/meetings/{meeting}/papers")).signed_in(&cookie);
        ask.body(MULTIPART, body).send()
    };
    assert!(send(60).await.text().contains("too_many"));
    assert!(send(50).await.text().contains("missing"));
}

#[tokio::test]
async fn no_form_is_waited_for_before_its_sender_has_shown_the_cheap_proofs() {
    let world = small().await;
    let signed_out = world.ask(Method::POST, "/api/rooms/add").endless_body(FORM).send().await;
    assert_eq!(signed_out.status, StatusCode::UNAUTHORIZED);
    let foreign = world.ask(Method::POST, "/api/accounts/sign-in").coming_from("cross-site");
    assert_eq!(foreign.endless_body(FORM).send().await.status, StatusCode::FORBIDDEN);
    let (cookie, _) = world.person("chuyenvien1", "delegate").await;
    let page = world.ask(Method::POST, "/calendar").signed_in(&cookie).endless_body(FORM).send().await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(world.site.places.forms.taken(), 0);
}

#[tokio::test]
async fn slow_strangers_of_an_office_keep_none_of_its_people_from_writing_or_signing_in() {
    let world = World::with(|config| {
        config.limits.forms_per_network = 2;
        config.limits.turn_within = AT_ONCE;
        config.limits.form_at_once = Duration::ZERO;
    });
    let (world, _) = world.await.claim().await;
    let (cookie, _) = world.person("chuyenvien1", "delegate").await;
    let stranger = || {
        let ask = world.ask(Method::POST, "/api/accounts/sign-in").over_connection_from("10.0.0.8");
        ask.endless_body(FORM).send()
    };
    while_held(vec![stranger(), stranger()], || world.site.places.forms.taken() == 2, async {
        let own = || world.ask(Method::POST, "/api/notices/acknowledge").over_connection_from("10.0.0.8");
        // A form that takes its time has a place of the person's own …
        let late = futures::stream::once(async {
            tokio::task::yield_now().await;
            Ok::<_, std::io::Error>("newest=nobody")
        });
        let answer = own().signed_in(&cookie).body(FORM, Body::from_stream(late)).send().await;
        assert_ne!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        // … and one that arrives at once needs none.
        let signs_in = world.ask(Method::POST, "/api/accounts/sign-in").over_connection_from("10.0.0.8");
        let typed = "user_name=chuyenvien1&password=sai&next=/";
        assert_ne!(signs_in.body(FORM, typed).send().await.status, StatusCode::SERVICE_UNAVAILABLE);
    })
    .await;
}

#[tokio::test]
async fn one_address_takes_only_some_of_the_places_for_forms() {
    for trust_proxy in [false, true] {
        let world = World::with(|config| {
            config.limits.forms_per_network = 2;
            config.limits.turn_within = AT_ONCE;
            config.trust_proxy = trust_proxy;
        })
        .await;
        let send = |address: &'static str| {
            let ask = world.ask(Method::POST, "/api/accounts/sign-in").endless_body(FORM);
            let ask = match trust_proxy {
                true => {
                    ask.over_connection_from("127.0.0.1").with("x-forwarded-for".parse().unwrap(), address)
                }
                false => ask.over_connection_from(&bracketed(address)),
            };
            ask.send()
        };
        let forms = &world.site.places.forms;
        let idle = vec![send("2001:db8::1"), send("2001:db8::2")];
        while_held(idle, || forms.taken() == 2, async {
            assert_eq!(send("2001:db8::3").await.status, StatusCode::SERVICE_UNAVAILABLE);
            while_held(vec![send("10.0.0.8")], || forms.taken() == 3, async {}).await;
        })
        .await;
    }
}

fn bracketed(address: &str) -> String {
    if address.contains(':') { format!("[{address}]") } else { address.to_owned() }
}

#[tokio::test]
async fn a_person_reads_only_some_lists_at_once() {
    let world = World::with(|config| {
        config.limits.heavy_reads_per_person = 1;
        config.limits.turn_within = AT_ONCE;
    });
    let (world, _) = world.await.claim().await;
    let (cookie, caller) = world.person("chuyenvien1", "delegate").await;
    let (other, _) = world.person("chuyenvien2", "delegate").await;
    let busy = world.site.places.heavy_reads.try_acquire(Sender::Person(caller.person), None).unwrap();
    let status = async |cookie: &str, path: &str| world.page(path).signed_in(cookie).send().await.status;
    assert_eq!(status(&cookie, "/meetings").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(status(&other, "/meetings").await, StatusCode::OK);
    assert_eq!(status(&cookie, "/account").await, StatusCode::OK, "a page that reads little");
    drop(busy);
    assert_eq!(status(&cookie, "/meetings").await, StatusCode::OK);
    for path in HEAVY_READS {
        assert!(server::permission::of(path).is_some(), "{path} is no address");
    }
}

#[tokio::test]
async fn the_watch_is_told_which_places_have_not_come_free() {
    let world = World::with(|config| {
        config.limits.pages_stuck_after = Duration::ZERO;
        config.limits.uploads_stuck_after = Duration::ZERO;
    });
    let (world, _) = world.await.claim().await;
    let health = async || {
        let answer = world.ask(Method::GET, "/health").send().await;
        (answer.status, answer.text().to_owned())
    };
    assert_eq!(health().await.0, StatusCode::OK);
    let uploads = &world.site.places.uploads;
    let mut held = Vec::new();
    let people = (1..).map(|number| domain::ids::PersonId(uuid::Uuid::from_u128(number)));
    held.extend(people.map_while(|person| uploads.try_acquire(person, None)));
    assert_eq!(held.len(), world.site.config.limits.uploads);
    // Senders can hold these for hours. If the monitoring restarted the program, everyone's conferences would
    // end.
    assert_eq!(health().await.0, StatusCode::OK);
    assert_eq!(world.site.places.crowded(&world.site.config.limits), Some("uploads"));
    let pages = &world.site.places.pages;
    let mut held: Vec<_> = std::iter::from_fn(|| pages.try_acquire(())).collect();
    assert_eq!(health().await, (StatusCode::SERVICE_UNAVAILABLE, "no free place for pages\n".to_owned()));
    held.pop();
    assert_eq!(health().await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_watch_is_told_that_no_expensive_read_has_ended() {
    let (world, _) = World::claimed().await;
    let backend = &world.site.backend;
    let health = async || {
        let answer = world.ask(Method::GET, "/health").send().await;
        (answer.status, answer.text().to_owned())
    };
    let later = async |seconds| {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
    };
    let mut held = Vec::new();
    while backend.heavy_reads_full_for().is_none() {
        later(60).await;
        held.push(backend.db().heavy_reader().await.unwrap());
    }
    assert_eq!(held.len(), 3);
    assert_eq!(health().await.0, StatusCode::OK, "the last one was taken just now");
    later(30).await;
    assert_eq!(health().await.0, StatusCode::OK);
    later(30).await;
    let stuck = (StatusCode::SERVICE_UNAVAILABLE, "no free place for expensive reads\n".to_owned());
    assert_eq!(health().await, stuck);
    held.pop();
    while backend.heavy_reads_full_for().is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(health().await.0, StatusCode::OK);
}

/// Serves, with two connections per address.
async fn serve(
    world: &World,
    proxies: Proxies,
) -> (SocketAddr, tokio::task::JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let of_config = ConnectionLimits::of(&world.site.config);
    let limits = ConnectionLimits { per_network: 2, proxies, ..of_config };
    let serving =
        server::serve::serve(listener, (None, None), world.router.clone(), limits, std::future::pending());
    (address, tokio::spawn(serving))
}

/// The answer to a request over a new connection; empty if the connection was closed.
async fn ask(address: SocketAddr) -> String {
    let mut answer = String::new();
    let asked = async {
        let mut connection = TcpStream::connect(address).await?;
        connection.write_all(b"GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await?;
        connection.read_to_string(&mut answer).await
    };
    asked.await.ok();
    answer
}

#[tokio::test]
async fn one_address_takes_only_some_of_the_connections() {
    let world = World::empty().await;
    let (address, serving) = serve(&world, Proxies::None).await;
    let first = TcpStream::connect(address).await.unwrap();
    let _second = TcpStream::connect(address).await.unwrap();
    assert_eq!(ask(address).await, "", "the third is closed");
    drop(first);
    while ask(address).await.is_empty() {
        tokio::task::yield_now().await;
    }
    serving.abort();
}

#[tokio::test]
async fn behind_a_proxy_that_is_trusted_no_connection_is_refused() {
    let world = World::empty().await;
    let (address, serving) = serve(&world, Proxies::Loopback).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(TcpStream::connect(address).await.unwrap());
    }
    assert!(ask(address).await.starts_with("HTTP/1.1 200"));
    serving.abort();
}

#[tokio::test]
async fn whoever_is_signed_out_while_a_file_arrives_has_sent_nothing() {
    let (world, administrator) = World::claimed().await;
    let (secretary, writer) = world.person("thuky1", "secretary").await;
    let (meeting, item) = world.meeting(&writer).await;
    let accounts = &world.site.services.accounts;
    let importer = administrator.split_once('=').unwrap().1;
    let importer = accounts.identify(importer, crate::world::now()).await.unwrap();
    let item = item.to_string();
    let paper = [("item", item.as_str()), ("level", "open"), ("declared", "yes")];
    let rows = "code,parent,level,name,short_name\nX1,,department,Sở Mới,Sở Mới\n";
    for (cookie, caller, path, fields, file) in [
        (
            &secretary,
            &writer,
            format!("/meetings/{meeting}/papers"),
            &paper[..],
            "%PDF-1.4\ntrailer\n%%EOF\n",
        ),
        (&administrator, &importer, "/admin/imports/agencies".to_owned(), &[("mode", "write")][..], rows),
    ] {
        let mut first = String::new();
        for (name, value) in fields {
            first.push_str(&format!(
                "--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        first.push_str(&format!(
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n{file}"
        ));
        let (accounts, caller) = (accounts.clone(), caller.clone());
        let rest = futures::stream::once(async move {
            accounts.sign_out_everywhere(&caller).await.unwrap();
            Ok::<_, std::io::Error>("\r\n--b--\r\n".to_owned())
        });
        let body = futures::stream::once(async move { Ok(first) }).chain(rest);
        let ask = world.ask(Method::POST, &path).signed_in(cookie);
        let answer = ask.body(MULTIPART, Body::from_stream(body)).send().await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}: {}", answer.text());
    }
    let meeting = world.site.services.meetings.get(&writer, meeting).await.unwrap();
    assert!(meeting.agenda[0].papers.is_empty());
    let tree = world.site.services.agencies.tree(&importer).await.unwrap();
    assert!(tree.iter().all(|agency| agency.code != "X1"));
}

#[tokio::test]
async fn a_form_is_refused_if_its_session_ends_while_it_arrives() {
    let (world, _) = World::with(|config| config.limits.form_at_once = Duration::ZERO).await.claim().await;
    let (cookie, caller) = world.person("thuky1", "secretary").await;
    let accounts = world.site.services.accounts.clone();
    let signed_out = {
        let caller = caller.clone();
        async move { accounts.sign_out_everywhere(&caller).await.unwrap() }
    };
    let rest = futures::stream::once(async move {
        tokio::task::yield_now().await;
        signed_out.await;
        Ok::<_, std::io::Error>("password=")
    });
    let ask = world.ask(Method::POST, "/api/accounts/change-password").signed_in(&cookie);
    let answer = ask.body(FORM, Body::from_stream(rest)).send().await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text());
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_a_large_body_reaches_its_sender() {
    let world = World::claimed().await.0;
    let (address, serving) = serve(&world, Proxies::None).await;
    let large = vec![b'x'; 4 * 1024 * 1024];
    for (path, kind, said) in [
        ("/meetings/0190f0c0-0000-7000-8000-000000000000/papers", MULTIPART, "HTTP/1.1 401"),
        ("/admin/imports/people", MULTIPART, "HTTP/1.1 401"),
        ("/api/accounts/sign-in", FORM, "HTTP/1.1 413"),
    ] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        let length = large.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        connection.write_all(&large).await.unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(said), "{path}: {answer}");
    }
    serving.abort();
}
