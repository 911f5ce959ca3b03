//! A whole program in a temporary folder: a site, an empty database, a clock that stands at nine in the morning of
//! Tuesday 16 June 2026, and people who sign in.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use backend::{Backend, BackendConfig, SeededEntropy, q};
use chrono::{DateTime, Utc};
use domain::access::Caller;
use domain::accounts::FirstAdministrator;
use domain::ids::{AgendaItemId, MeetingId};
use domain::meetings::{AgendaInput, MeetingInput, SittingInput};
use domain::people::PersonInput;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use server::clock::Clock;
use server::config::{Config, Sources};
use server::router::router;
use server::site::Site;
use tempfile::TempDir;
use tower::ServiceExt;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "hop-khong-giay-2026";

/// Tuesday, 09:00 in Viet Nam.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-06-16T02:00:00Z".parse().unwrap()
}

/// The program under test.
pub(crate) struct World {
    pub(crate) site: Site,
    pub(crate) router: Router,
    /// Goes when the world does.
    _folder: TempDir,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header as text; empty when it is missing.
    pub(crate) fn header(&self, name: impl http::header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The session that the answer sets, as the browser sends it back.
    pub(crate) fn session(&self) -> String {
        let set = self.header(header::SET_COOKIE);
        set.split(';').next().unwrap_or_default().to_owned()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A request that is being built.
pub(crate) struct Ask<'a> {
    world: &'a World,
    request: http::request::Builder,
    body: Body,
}

impl World {
    /// A program on an empty database.
    pub(crate) async fn empty() -> World {
        World::with(|_| {}).await
    }

    /// A program with another configuration.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> World {
        World::over("", change).await
    }

    /// The same over a database: the embedded one, or one of a server.
    async fn over(database_url: &str, change: impl FnOnce(&mut Config)) -> World {
        let folder = tempfile::tempdir().unwrap();
        let site_folder = folder.path().join("site");
        std::fs::create_dir_all(site_folder.join("pkg")).unwrap();
        std::fs::create_dir_all(site_folder.join("documents")).unwrap();
        std::fs::create_dir_all(site_folder.join("pdfjs/5.4.0")).unwrap();
        let files = [
            (
                "assets.json",
                r#"{"css": "/pkg/phien.0.css", "js": "/pkg/phien.0.js", "wasm": "/pkg/phien.0.wasm"}"#,
            ),
            ("pkg/phien.0.css", "body{}"),
            ("pkg/phien.0.css.br", "compressed"),
            ("documents/Tinos-Regular.ttf", "a face"),
            ("pdfjs/5.4.0/pdf.min.mjs", "export {}"),
            ("icon-192.png", "an icon"),
            ("icon-512.png", "an icon"),
            ("apple-touch-icon.png", "an icon"),
            ("favicon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ];
        for (name, text) in files {
            std::fs::write(site_folder.join(name), text).unwrap();
        }
        let data = folder.path().join("data");
        let mut config = Config::read(&Sources::default()).unwrap();
        config.data_dir.clone_from(&data);
        config.site = Some(site_folder);
        change(&mut config);
        let database = BackendConfig {
            database_url: database_url.to_owned(),
            second_factor_roles: config.second_factor_roles.clone(),
            looker: foreign::Program::at(env!("CARGO_BIN_EXE_phien")),
            ..BackendConfig::embedded(data)
        };
        let backend = Backend::open(database, Box::new(SeededEntropy::new(7))).await.unwrap();
        let clock = Clock::of(now);
        let site = Site::new(config, backend, clock, Arc::new(SeededEntropy::new(11))).unwrap();
        World { router: router(site.clone()), site, _folder: folder }
    }

    /// A program with its root agency and a first administrator `quantri`; the cookie of that administrator.
    pub(crate) async fn claimed() -> (World, String) {
        World::empty().await.claim().await
    }

    /// The same over a database of a server.
    pub(crate) async fn claimed_over(database_url: &str) -> (World, String) {
        World::over(database_url, |_| {}).await.claim().await
    }

    /// The same for a program with another configuration.
    pub(crate) async fn claim(self) -> (World, String) {
        let world = self;
        let code = world.site.backend.first_code().await.unwrap().unwrap();
        let first = FirstAdministrator {
            code,
            agency_name: "Ủy ban nhân dân tỉnh".into(),
            user_name: "quantri".into(),
            name: "Quản trị viên".into(),
            password: PASSWORD.into(),
        };
        let signed_in = world.site.services.accounts.claim(first, "test", "127.0.0.1", now()).await.unwrap();
        (world, cookie(&signed_in.token))
    }

    /// The same program over the same data with another configuration or clock.
    pub(crate) fn anew(self, change: impl FnOnce(&mut Config), clock: Clock) -> World {
        let mut config = self.site.config.clone();
        change(&mut config);
        let backend = self.site.backend.clone();
        let site = Site::new(config, backend, clock, Arc::new(SeededEntropy::new(13))).unwrap();
        World { router: router(site.clone()), site, ..self }
    }

    /// Adds a person of the root agency and signs them in.
    pub(crate) async fn person(&self, user_name: &str, roles: &str) -> (String, Caller) {
        let system = self.site.backend.system_caller(now());
        let tree = self.site.services.agencies.tree(&system).await.unwrap();
        let person = PersonInput {
            user_name: user_name.into(),
            name: user_name.into(),
            position: "Chuyên viên".into(),
            agency: tree[0].code.clone(),
            roles: roles.into(),
            password: PASSWORD.into(),
        };
        self.site.services.people.add(&system, person).await.unwrap();
        self.has_chosen_a_password(user_name).await;
        let accounts = &self.site.services.accounts;
        let signed_in =
            accounts.sign_in(user_name, PASSWORD, false, "test", "127.0.0.1", now()).await.unwrap();
        let caller = accounts.identify(&signed_in.token, now()).await.unwrap();
        (cookie(&signed_in.token), caller)
    }

    /// Acts as if an added person had changed the first password, to the same one.
    pub(crate) async fn has_chosen_a_password(&self, user_name: &str) {
        let mut tx = self.site.backend.db().begin().await.unwrap();
        let changed = q("UPDATE person SET must_change = FALSE WHERE user_name = $1").bind(user_name);
        assert_eq!(changed.run(&mut tx).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }

    /// A draft with one agenda item.
    pub(crate) async fn meeting(&self, secretary: &Caller) -> (MeetingId, AgendaItemId) {
        self.meeting_called(secretary, "Họp giao ban tuần").await
    }

    /// The same under another title.
    pub(crate) async fn meeting_called(&self, secretary: &Caller, title: &str) -> (MeetingId, AgendaItemId) {
        self.meeting_with(secretary, title, &[]).await
    }

    /// The same with delegates.
    pub(crate) async fn meeting_with(
        &self,
        secretary: &Caller,
        title: &str,
        delegates: &[&Caller],
    ) -> (MeetingId, AgendaItemId) {
        let input = MeetingInput {
            title: title.into(),
            agency: secretary.agency.id.to_string(),
            kind: "briefing".into(),
            form: "in_person".into(),
            sittings: vec![SittingInput {
                date: "2026-06-18".into(),
                from: "08:00".into(),
                to: "10:00".into(),
                ..SittingInput::default()
            }],
            place: "Phòng họp số 1".into(),
            chair: secretary.person.to_string(),
            secretary: secretary.person.to_string(),
            delegates: delegates.iter().map(|delegate| format!("p-{}", delegate.person)).collect(),
            agenda: vec![AgendaInput {
                title: "Báo cáo tuần".into(),
                minutes: "30".into(),
                ..AgendaInput::default()
            }],
            ..MeetingInput::default()
        };
        let meetings = &self.site.services.meetings;
        let saved = meetings.save(secretary, None, input).await.unwrap();
        let saved = meetings.publish(secretary, saved.id, saved.rev).await.unwrap();
        let meeting = meetings.get(secretary, saved.id).await.unwrap();
        (saved.id, meeting.agenda[0].id)
    }

    /// The page that an answer redirects to, with the cookies that the answer left in the browser.
    pub(crate) async fn follow(&self, cookie: &str, answer: &Answer) -> Answer {
        assert!(answer.status.is_redirection(), "{} {}", answer.status, answer.text());
        let mut jar = cookie.to_owned();
        for left in answer.headers.get_all(header::SET_COOKIE) {
            let pair = left.to_str().unwrap().split(';').next().unwrap();
            if !pair.starts_with(app::session::COOKIE) {
                jar = format!("{jar}; {pair}");
            }
        }
        self.page(answer.header(header::LOCATION)).signed_in(&jar).send().await
    }

    /// A page as a browser asks for it.
    pub(crate) fn page(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path).with(header::ACCEPT, "text/html,application/xhtml+xml")
    }

    /// Any request from one of our own pages.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "hop.example");
        Ask { world: self, request, body: Body::empty() }.with(SITE, "same-origin")
    }
}

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The cookie of a session.
pub(crate) fn cookie(token: &str) -> String {
    format!("{}={token}", app::session::COOKIE)
}

impl Ask<'_> {
    /// Sets a header; an empty value takes it away.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        let headers = self.request.headers_mut().unwrap();
        if value.is_empty() {
            headers.remove(name);
        } else {
            headers.insert(name, value.parse().unwrap());
        }
        self
    }

    /// Comes from elsewhere: `cross-site`, or empty for a browser that does not say.
    pub(crate) fn coming_from(self, site: &str) -> Self {
        self.with(SITE, site)
    }

    /// Signed in.
    pub(crate) fn signed_in(self, cookie: &str) -> Self {
        self.with(header::COOKIE, cookie)
    }

    /// Pretends that the request came over a connection from an address.
    pub(crate) fn over_connection_from(mut self, peer: &str) -> Self {
        let peer: SocketAddr = format!("{peer}:5").parse().unwrap();
        self.request = self.request.extension(ConnectInfo(peer));
        self
    }

    /// Uses a body of which nothing ever arrives.
    pub(crate) fn endless_body(self, kind: &str) -> Self {
        let nothing = futures::stream::pending::<Result<&[u8], std::io::Error>>();
        self.body(kind, Body::from_stream(nothing))
    }

    /// With a body.
    pub(crate) fn body(mut self, kind: &str, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self.with(header::CONTENT_TYPE, kind)
    }

    /// Sends it and reads the answer.
    pub(crate) async fn send(self) -> Answer {
        let request = self.request.body(self.body).unwrap();
        let response = self.world.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
