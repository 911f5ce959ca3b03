//! What stands before every page and route.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, StatusCode, header};

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn an_empty_system_leads_every_page_to_the_first_administrator() {
    let world = World::empty().await;
    for path in ["/", "/sign-in", "/meetings", "/figures"] {
        let answer = world.page(path).send().await;
        assert_eq!(
            (answer.status, answer.header(header::LOCATION)),
            (StatusCode::SEE_OTHER, "/first"),
            "{path}"
        );
    }
    assert_eq!(world.page("/first").send().await.status, StatusCode::OK);
    assert_eq!(world.ask(Method::GET, "/health").send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn signed_out_people_are_led_to_sign_in_and_back() {
    let (world, _) = World::claimed().await;
    let answer = world.page("/meetings?page=2").send().await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), "/sign-in?next=%2Fmeetings%3Fpage%3D2");
    assert_eq!(world.page("/").send().await.header(header::LOCATION), "/sign-in");
    assert_eq!(world.page("/sign-in").send().await.status, StatusCode::OK);
    let stale = world.page("/").signed_in("phien=0123").send().await;
    assert_eq!(stale.header(header::LOCATION), "/sign-in");
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_leads_back_to_its_page() {
    let (world, _) = World::claimed().await;
    let sent_from = async |page: &'static str| {
        let ask = world.ask(Method::POST, "/api/rooms/add").with(header::ACCEPT, "text/html");
        let ask = ask.with(header::REFERER, page).body("application/x-www-form-urlencoded", "code=P1");
        let answer = ask.send().await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        answer.header(header::LOCATION).to_owned()
    };
    assert_eq!(
        sent_from("https://hop.example/admin/rooms?page=2").await,
        "/sign-in?next=%2Fadmin%2Frooms%3Fpage%3D2"
    );
    for other in
        ["https://evil.example/admin/rooms", "https://hop.example/", "https://hop.example/sign-in", ""]
    {
        assert_eq!(sent_from(other).await, "/sign-in", "{other}");
    }
}

#[tokio::test]
async fn everything_that_is_not_public_asks_who_is_there() {
    let (world, _) = World::claimed().await;
    let id = "0190f0c0-0000-7000-8000-000000000000";
    for (address, access) in server::permission::all() {
        let path = address.replace("{id}", id).replace("{kind}", "rooms").replace("{*file}", "none");
        let is_page = server::router::page_routes().iter().any(|route| route.path() == address);
        let method = if is_page || address.ends_with("/file") || address.ends_with(".ics") {
            Method::GET
        } else {
            Method::POST
        };
        let answer = world.ask(method, &path).with(header::ACCEPT, "application/json").send().await;
        let is_public =
            matches!(access, server::permission::Access::Open | server::permission::Access::Public);
        if is_public {
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{address}");
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{address}");
        }
    }
}

#[tokio::test]
async fn another_site_changes_nothing() {
    let (world, cookie) = World::claimed().await;
    let send = |site: &'static str, origin: &'static str| {
        let ask = world.ask(Method::POST, "/api/accounts/sign-out").signed_in(&cookie);
        ask.coming_from(site)
            .with(header::ORIGIN, origin)
            .body("application/x-www-form-urlencoded", "")
            .send()
    };
    assert_eq!(send("cross-site", "https://hop.example").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send("same-site", "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send("", "https://other.example").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send("", "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.page("/").signed_in(&cookie).send().await.status, StatusCode::OK, "still signed in");
    assert_ne!(send("", "https://hop.example").await.status, StatusCode::FORBIDDEN);
    let after = world.page("/").signed_in(&cookie).send().await;
    assert_eq!(after.status, StatusCode::SEE_OTHER, "signed out by our own page");
}

#[tokio::test]
async fn pages_allow_only_their_own_scripts() {
    let (world, cookie) = World::claimed().await;
    let answer = world.page("/").signed_in(&cookie).send().await;
    assert_eq!(answer.status, StatusCode::OK);
    let policy = answer.header(header::CONTENT_SECURITY_POLICY).to_owned();
    let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
    let (nonce, _) = rest.split_once('\'').unwrap();
    assert!(answer.text().contains(&format!("nonce=\"{nonce}\"")), "the page's scripts carry it");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'self'"));
    let again = world.page("/").signed_in(&cookie).send().await;
    assert!(!again.header(header::CONTENT_SECURITY_POLICY).contains(nonce), "never the same one");
    assert_eq!(answer.header(header::REFERRER_POLICY), "same-origin");
    assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert!(answer.header("permissions-policy").contains("geolocation=()"));
    assert!(!answer.header("x-request-id").is_empty());
}

#[tokio::test]
async fn pages_get_their_data_while_another_program_starts() {
    let (world, _) = World::claimed().await;
    let is_done = Arc::new(AtomicBool::new(false));
    let starting = {
        let (site, is_done) = (world.site.clone(), Arc::clone(&is_done));
        std::thread::spawn(move || {
            while !is_done.load(Ordering::Relaxed) {
                drop(server::router::router(site.clone()));
            }
        })
    };
    let mut stalled = false;
    for _ in 0..10 {
        let answer = world.page("/sign-in").send();
        stalled = stalled || tokio::time::timeout(Duration::from_secs(10), answer).await.is_err();
    }
    is_done.store(true, Ordering::Relaxed);
    starting.join().unwrap();
    assert!(!stalled, "a page waited for data that nobody fetches");
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_sent_compressed() {
    let world = World::empty().await;
    let plain = world.ask(Method::GET, "/pkg/phien.0.css").send().await;
    assert_eq!((plain.status, plain.text()), (StatusCode::OK, "body{}"));
    assert!(plain.header(header::CACHE_CONTROL).contains("immutable"));
    let small =
        world.ask(Method::GET, "/pkg/phien.0.css").with(header::ACCEPT_ENCODING, "gzip, br").send().await;
    assert_eq!((small.header(header::CONTENT_ENCODING), small.text()), ("br", "compressed"));
    assert!(small.header(header::CONTENT_TYPE).starts_with("text/css"));
    let missing = world.ask(Method::GET, "/pkg/phien.1.css").send().await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(!missing.header(header::CACHE_CONTROL).contains("immutable"), "it may come with the next build");
    for file in ["/favicon.svg", "/icon-192.png", "/icon-512.png", "/apple-touch-icon.png"] {
        assert_eq!(world.ask(Method::GET, file).send().await.status, StatusCode::OK, "{file}");
    }
    let engine = world.ask(Method::GET, "/pdfjs/5.4.0/pdf.min.mjs").send().await;
    assert!(engine.header(header::CACHE_CONTROL).contains("immutable"), "its version is in the path");
}

#[tokio::test]
async fn nothing_but_the_public_folders_is_served() {
    let (world, cookie) = World::claimed().await;
    for path in [
        "/documents/Tinos-Regular.ttf",
        "/assets.json",
        "/pkg/../assets.json",
        "/pkg/%2e%2e/assets.json",
        "/phien.db",
    ] {
        let answer = world.page(path).signed_in(&cookie).send().await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.text().contains("a face"));
    }
}

#[tokio::test]
async fn an_over_large_form_is_refused_said_or_unsaid() {
    let world = World::empty().await;
    let large = "a".repeat(1024 * 1024 + 1);
    let kind = "application/x-www-form-urlencoded";
    let said = world.ask(Method::POST, "/api/preferences/set").body(kind, large.clone());
    let said = said.with(header::CONTENT_LENGTH, &large.len().to_string()).send().await;
    assert_eq!(said.status, StatusCode::PAYLOAD_TOO_LARGE);
    let pieces = futures::stream::iter([Ok::<_, std::io::Error>(large)]);
    let unsaid =
        world.ask(Method::POST, "/api/preferences/set").body(kind, axum::body::Body::from_stream(pieces));
    assert!(!unsaid.send().await.status.is_success());
}

#[tokio::test]
async fn senders_who_never_finish_keep_nobody_else_waiting() {
    const TURNS: usize = 8;
    let world = World::with(|config| config.concurrent_requests = TURNS).await;
    let kind = "application/x-www-form-urlencoded";
    let ask = || world.ask(Method::POST, "/api/accounts/sign-in").endless_body(kind);
    let mut senders: Vec<_> = (0..TURNS).map(|_| Box::pin(ask().send())).collect();
    while world.site.places.forms.taken() < TURNS {
        for sender in &mut senders {
            assert!(futures::poll!(sender).is_pending());
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(world.page("/health").send().await.status, StatusCode::OK);
    assert_eq!(world.page("/first").send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_program_that_has_lost_picture_and_sound_for_good_says_so_to_its_watch() {
    let world = World::empty().await;
    let any = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0));
    let start =
        || media::start(media::Settings { udp: any, tcp: None, ..media::Settings::default() }).unwrap();
    let ((standing, _silent), (over, events)) = (start(), start());
    world.site.live.carry(standing, events);
    assert_eq!(world.page("/health").send().await.status, StatusCode::OK);
    // The thread that was to tell ends, and the program goes on.
    drop(over);
    let is_lost = async {
        while world.page("/health").send().await.status == StatusCode::OK {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), is_lost).await.unwrap();
    assert_eq!(world.page("/health").send().await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_missing_page_says_so_in_the_language_of_the_device() {
    let (world, cookie) = World::claimed().await;
    let vi = world.page("/khong-co").signed_in(&cookie).send().await;
    let en = world.page("/khong-co").signed_in(&format!("{cookie}; locale=en")).send().await;
    assert_eq!((vi.status, en.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert!(vi.text().contains("<html lang=\"vi\"") && en.text().contains("<html lang=\"en\""));
}

#[tokio::test]
async fn cookies_are_secure_behind_tls() {
    let sent = |world: World| async move {
        let ask = world.ask(Method::POST, "/api/preferences/set");
        let answer = ask.body("application/x-www-form-urlencoded", "locale=en").send().await;
        answer.header(header::SET_COOKIE).to_owned()
    };
    let plain = sent(World::empty().await).await;
    assert!(plain.contains("locale=en") && !plain.contains("Secure"), "{plain}");
    let secure =
        sent(World::with(|config| config.public_url = "https://hop.example".parse().ok()).await).await;
    assert!(secure.contains("Secure"), "{secure}");
}

/// Signs in with the form and whatever cookie the browser has, and returns the answer.
async fn sign_in(world: &World, cookie: &str) -> crate::world::Answer {
    let fields = [("user_name", "quantri"), ("password", PASSWORD), ("next", "/calendar")];
    let answer = world.submit(cookie, "/api/accounts/sign-in", &fields).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::FOUND, "/calendar"));
    answer
}

#[tokio::test]
async fn over_tls_the_session_has_a_cookie_that_no_other_host_can_set() {
    let (world, in_clear) = World::claimed().await;
    let set = sign_in(&world, "").await.header(header::SET_COOKIE).to_owned();
    assert!(set.starts_with("phien=") && !set.contains("Secure"), "{set}");
    let url = "https://hop.example".parse().ok();
    let secure = world.anew(|config| config.public_url = url, server::clock::Clock::of(crate::world::now));
    let set = sign_in(&secure, "").await.header(header::SET_COOKIE).to_owned();
    assert!(
        set.starts_with("__Host-phien=") && set.contains("; Path=/;") && set.contains("; Secure"),
        "{set}"
    );
    assert!(!set.contains("Domain"), "{set}");
    let good = set.split(';').next().unwrap();
    let status = async |cookie: &str| secure.page("/account").signed_in(cookie).send().await.status;
    assert_eq!(status(good).await, StatusCode::OK);
    assert_eq!(
        status(&in_clear).await,
        StatusCode::SEE_OTHER,
        "the name that anybody can set counts no more"
    );
    assert_eq!(status(&format!("{in_clear}; {good}")).await, StatusCode::OK);
    assert_eq!(status(&format!("{good}; {good}")).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let (world, first) = World::claimed().await;
    let open =
        async |cookie: &str| world.page("/account").signed_in(cookie).send().await.status == StatusCode::OK;
    let again =
        sign_in(&world, &first).await.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
    assert!(open(&again).await && !open(&first).await);
    let other_device =
        sign_in(&world, "").await.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
    assert!(open(&other_device).await && open(&again).await, "a browser without a session ends none");
    let refused = world.submit(&again, "/api/accounts/sign-in", &[("user_name", "quantri")]).await;
    assert_eq!(
        (refused.status, refused.header(header::LOCATION)),
        (StatusCode::FOUND, "/"),
        "signed in as they are"
    );
    assert!(open(&again).await, "only who is signed in anew is signed out before");
}

#[tokio::test]
async fn signing_out_empties_the_browsers_cache_over_tls_alone() {
    for (url, told) in [("https://hop.example", "\"cache\""), ("http://hop.example", "")] {
        let world = World::with(|config| config.public_url = url.parse().ok()).await;
        let code = world.site.backend.first_code().await.unwrap().unwrap();
        let fields = [
            ("code", code.as_str()),
            ("agency_name", "Ủy ban nhân dân tỉnh"),
            ("user_name", "quantri"),
            ("name", "Quản trị"),
            ("password", PASSWORD),
        ];
        let claimed = world.submit("", "/api/accounts/claim-first", &fields).await;
        let cookie = claimed.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
        for call in ["/api/accounts/sign-out", "/api/accounts/sign-out-everywhere"] {
            let cookie = match call.ends_with("everywhere") {
                true => {
                    sign_in(&world, "").await.header(header::SET_COOKIE).split(';').next().unwrap().to_owned()
                }
                false => cookie.clone(),
            };
            let out = world.submit(&cookie, call, &[]).await;
            assert_eq!(out.header("clear-site-data"), told, "{url} {call}");
            let name = cookie.split_once('=').unwrap().0;
            assert!(out.header(header::SET_COOKIE).starts_with(&format!("{name}=; ")), "{url} {call}");
        }
    }
}

#[tokio::test]
async fn what_an_open_page_asks_by_itself_is_no_use_of_the_session() {
    let minutes = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let (world, _) = World::claimed().await;
    let (secretary, caller) = world.person("thuky1", "secretary").await;
    let (meeting, _) = world.meeting(&caller).await;
    let later = Arc::clone(&minutes);
    let clock = server::clock::Clock::of(move || {
        crate::world::now() + chrono::Duration::minutes(later.load(std::sync::atomic::Ordering::Relaxed))
    });
    let world = world.anew(|_| {}, clock);
    let ask = async |call: &str, after: i64| {
        minutes.store(after, std::sync::atomic::Ordering::Relaxed);
        let ask =
            world.ask(Method::POST, call).signed_in(&secretary).with(header::ACCEPT, "application/json");
        ask.body("application/x-www-form-urlencoded", format!("id={meeting}")).send().await.status
    };
    assert_eq!(ask("/api/meetings/follow", 4 * 60).await, StatusCode::OK);
    assert_eq!(ask("/api/meetings/get", 7 * 60).await, StatusCode::OK, "somebody looks");
    for hour in [9, 11, 13, 14] {
        assert_eq!(ask("/api/meetings/follow", hour * 60).await, StatusCode::OK, "{hour}");
    }
    assert_eq!(
        ask("/api/meetings/follow", 15 * 60).await,
        StatusCode::UNAUTHORIZED,
        "eight hours after that"
    );
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// What this thread logs from now on, until the guard is dropped.
fn listen() -> (Log, tracing::subscriber::DefaultGuard) {
    // Beside tests without a log, what is worth logging would be remembered as nothing: one listens always.
    let always = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(std::io::sink);
    let _ = tracing::subscriber::set_global_default(always.finish());
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
    let guard = tracing::subscriber::set_default(subscriber.with_writer(move || writer.clone()).finish());
    (log, guard)
}

#[tokio::test]
async fn a_forwarded_address_that_is_not_believed_is_in_the_log_once() {
    let told = async |trust_proxy: bool| {
        let world = World::with(|config| config.trust_proxy = trust_proxy).await;
        let (log, _guard) = listen();
        for _ in 0..3 {
            let ask = world.page("/health").over_connection_from("127.0.0.1");
            ask.with("x-forwarded-for".parse().unwrap(), "10.0.0.7").send().await;
        }
        let text = log.text();
        assert!(!text.contains("10.0.0.7"), "no address is in the log: {text}");
        text.matches("PHIEN_TRUST_PROXY").count()
    };
    assert_eq!(told(false).await, 1);
    assert_eq!(told(true).await, 0);
}

#[tokio::test]
async fn the_log_holds_routes_and_no_secrets() {
    let (world, cookie) = World::claimed().await;
    let (log, guard) = listen();
    world.page("/search?q=Bao+cao+mat").signed_in(&cookie).send().await;
    let form = format!("user_name=quantri&password={PASSWORD}");
    let sign_in = world.ask(Method::POST, "/api/accounts/sign-in");
    sign_in.body("application/x-www-form-urlencoded", form).send().await;
    drop(guard);
    let text = log.text();
    assert!(text.contains("/search") && text.contains("/api/accounts/sign-in"), "{text}");
    let token = cookie.split_once('=').unwrap().1;
    for secret in [token, PASSWORD, "Bao+cao", "127.0.0.1"] {
        assert!(!text.contains(secret), "{secret} in the log:\n{text}");
    }
}
