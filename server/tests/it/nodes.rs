//! Several nodes on one database: a meeting's pages meet at one of them, whichever they come to.

use std::sync::Arc;

use backend::{Backend, BackendConfig, Host, Lost, SeededEntropy};
use chrono::TimeDelta;
use domain::access::Caller;
use domain::ids::MeetingId;
use domain::live::wire::{Devices, State, ToPage, ToServer};
use domain::live::{LivePort, Seat};
use futures::{SinkExt, StreamExt};
use http::StatusCode;
use server::clock::Clock;
use server::config::Config;
use server::router::router;
use server::serve::ConnectionLimits;
use server::site::Site;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;

use crate::live::{HEARD_WITHIN, Page, is_connected};
use crate::world::{World, now};

/// One of several programs over the same database.
struct Node {
    site: Site,
    address: String,
    serving: [JoinHandle<()>; 2],
}

impl Node {
    async fn of(world: &World) -> Node {
        Node::over(world, world.site.backend.clone()).await
    }

    /// With a way of its own to the database.
    async fn over(world: &World, backend: Backend) -> Node {
        Node::made(world, backend, |config, address| {
            config.node_url = Some(format!("http://{address}").parse().unwrap());
        })
        .await
    }

    async fn with(world: &World, change: impl FnOnce(&mut Config, &str)) -> Node {
        Node::made(world, world.site.backend.clone(), change).await
    }

    async fn made(world: &World, backend: Backend, change: impl FnOnce(&mut Config, &str)) -> Node {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let mut config = world.site.config.clone();
        change(&mut config, &at.to_string());
        let entropy = Arc::new(SeededEntropy::new(at.port().into()));
        let site = Site::new(config, backend, Clock::of(now), entropy).unwrap();
        let routes = router(site.clone());
        let limits = ConnectionLimits::of(&site.config);
        let serving = [
            tokio::spawn(site.live.clone().follow()),
            tokio::spawn(async move {
                server::serve::serve(listener, (None, None), routes, limits, std::future::pending())
                    .await
                    .unwrap();
            }),
        ];
        Node { site, address: at.to_string(), serving }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    async fn page(&self, meeting: MeetingId, cookie: &str) -> Result<Page, StatusCode> {
        Page::open(&self.address, meeting, &[("cookie", cookie), ("sec-fetch-site", "same-origin")]).await
    }

    /// A page that comes back until it is let in, as pages do.
    async fn back(&self, meeting: MeetingId, cookie: &str) -> Page {
        let again = async {
            loop {
                if let Ok(page) = self.page(meeting, cookie).await {
                    return page;
                }
            }
        };
        tokio::time::timeout(HEARD_WITHIN, again).await.unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.serving.iter().for_each(JoinHandle::abort);
    }
}

/// A meeting before its opening, its secretary and a delegate.
struct Shared {
    world: World,
    meeting: MeetingId,
    secretary: (String, Caller),
    delegate: (String, Caller),
}

impl Shared {
    async fn new() -> Shared {
        let (world, _) = World::claimed().await;
        Shared::within(world).await
    }

    async fn within(world: World) -> Shared {
        let secretary = world.person("thuky", "secretary").await;
        let delegate = world.person("daibieu1", "delegate").await;
        let (meeting, _) = world.meeting_with(&secretary.1, "Họp giao ban", &[&delegate.1]).await;
        Shared { world, meeting, secretary, delegate }
    }

    /// Has it that somebody hosts the meeting.
    async fn hosted_at(&self, url: &str) {
        self.last_said(url, 0).await;
    }

    /// The same, of somebody who has said so last some seconds ago.
    async fn last_said(&self, url: &str, ago: i64) {
        let (backend, then) = (&self.world.site.backend, now() - TimeDelta::seconds(ago));
        assert_eq!(backend.host(self.meeting, url, None, then).await.unwrap(), Host::Here);
    }

    /// Who hosts it; found out by asking for it, which whoever hosts it already does not mind.
    async fn is_hosted_at(&self, url: &str) -> bool {
        let asked = self.world.site.backend.host(self.meeting, "http://nobody", None, now()).await;
        asked.unwrap() == Host::At(url.to_owned())
    }

    async fn hosts(&self) -> i64 {
        let count = backend::q("SELECT CAST(COUNT(*) AS BIGINT) FROM live_host");
        count.one::<(i64,)>(self.world.site.backend.db()).await.unwrap().0
    }
}

#[tokio::test]
async fn pages_that_come_to_two_nodes_sit_in_one_meeting() {
    let shared = Shared::new().await;
    let (first, second) = (Node::of(&shared.world).await, Node::of(&shared.world).await);
    let mut here = first.page(shared.meeting, &shared.secretary.0).await.unwrap();
    here.state(|_| true).await;
    assert!(shared.is_hosted_at(&first.url()).await);
    let mut there = second.page(shared.meeting, &shared.delegate.0).await.unwrap();
    let standing = there
        .until(|heard| if let ToPage::Welcome { standing, .. } = heard { Some(standing) } else { None })
        .await;
    assert!(!standing.directs, "the host knows whose page it is");
    let (secretary, delegate) =
        (Seat::Person(shared.secretary.1.person), Seat::Person(shared.delegate.1.person));
    there.sit(delegate).await;
    // What a seat has on is known only to the node that hosts it.
    there.say(&ToServer::Have(Devices { camera: true, ..Devices::default() })).await;
    here.state(|state| state.devices(delegate).camera).await;
    here.sit(secretary).await;
    here.say(&ToServer::Have(Devices { microphone: true, ..Devices::default() })).await;
    there.state(|state| state.devices(secretary).microphone && is_connected(state, secretary)).await;
    there.socket.close(None).await.unwrap();
    here.state(|state| !is_connected(state, delegate)).await;
}

#[tokio::test]
async fn the_host_has_the_last_word_with_a_page_of_another_node() {
    let shared = Shared::new().await;
    let (first, second) = (Node::of(&shared.world).await, Node::of(&shared.world).await);
    let _here = first.page(shared.meeting, &shared.secretary.0).await.unwrap();
    let mut there = second.page(shared.meeting, &shared.delegate.0).await.unwrap();
    there.socket.send(Message::text("{\"sit\": \"throne\"}")).await.unwrap();
    let last = async {
        loop {
            match there.socket.next().await.expect("a socket is closed before it ends") {
                Ok(Message::Close(_)) => return,
                Ok(_) => {}
                Err(failure) => panic!("{failure}"),
            }
        }
    };
    tokio::time::timeout(HEARD_WITHIN, last).await.unwrap();
}

#[tokio::test]
async fn a_person_has_no_more_pages_at_two_nodes_than_at_one() {
    let shared = Shared::new().await;
    let (first, second) = (Node::of(&shared.world).await, Node::of(&shared.world).await);
    let mut pages = Vec::new();
    for at in [&first, &second].into_iter().cycle().take(24) {
        pages.push(at.page(shared.meeting, &shared.delegate.0).await.unwrap());
    }
    for at in [&first, &second] {
        let refused = at.page(shared.meeting, &shared.delegate.0).await.err();
        assert_eq!(refused, Some(StatusCode::SERVICE_UNAVAILABLE));
    }
}

#[tokio::test]
async fn a_host_that_is_gone_is_replaced_by_the_node_that_finds_it_so() {
    let shared = Shared::new().await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refuses = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    // This one takes the connection and says nothing.
    let hangs = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", hangs.local_addr().unwrap());
    for (url, ago) in [(refuses, 0), (silent, 20)] {
        shared.last_said(&url, ago).await;
        let node = Node::of(&shared.world).await;
        let mut page = node.page(shared.meeting, &shared.secretary.0).await.unwrap();
        page.sit(Seat::Person(shared.secretary.1.person)).await;
        assert!(shared.is_hosted_at(&node.url()).await);
        drop(page);
        node.site.live.end().await;
    }
}

#[tokio::test]
async fn a_host_that_is_slow_and_says_that_it_goes_on_keeps_its_meeting() {
    let shared = Shared::new().await;
    let hangs = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = format!("http://{}", hangs.local_addr().unwrap());
    shared.hosted_at(&slow).await;
    let node = Node::of(&shared.world).await;
    let refused = node.page(shared.meeting, &shared.secretary.0).await.err();
    assert_eq!(refused, Some(StatusCode::SERVICE_UNAVAILABLE), "the page comes again");
    assert!(shared.is_hosted_at(&slow).await);
}

#[tokio::test]
async fn sockets_that_are_passed_on_both_ways_wait_for_no_place_of_each_other() {
    let shared = Shared::new().await;
    let (first, second) = (Node::of(&shared.world).await, Node::of(&shared.world).await);
    let delegates = [&shared.delegate.1];
    let (cookie, colleague) = shared.world.person("thuky2", "secretary").await;
    let (other, _) = shared.world.meeting_with(&colleague, "Họp chiều", &delegates).await;
    let _here = first.page(shared.meeting, &shared.secretary.0).await.unwrap();
    let _there = second.page(other, &cookie).await.unwrap();
    // More than the places that one person has among the requests of a node.
    let opened = (0..16).map(|number| {
        let (node, meeting) = if number % 2 == 0 { (&second, shared.meeting) } else { (&first, other) };
        node.page(meeting, &shared.delegate.0)
    });
    let opened = futures::future::join_all(opened).await;
    let refused: Vec<StatusCode> = opened.iter().filter_map(|page| page.as_ref().err()).copied().collect();
    assert!(refused.is_empty(), "{refused:?}");
    assert!(shared.is_hosted_at(&first.url()).await);
}

#[tokio::test]
async fn pages_come_together_again_at_another_node_when_their_host_ends() {
    let shared = Shared::new().await;
    let (first, second) = (Node::of(&shared.world).await, Node::of(&shared.world).await);
    let mut here = first.page(shared.meeting, &shared.secretary.0).await.unwrap();
    here.state(|_| true).await;
    let mut there = second.page(shared.meeting, &shared.delegate.0).await.unwrap();
    there.state(|_| true).await;
    let again = |heard| (heard == ToPage::Again).then_some(());
    tokio::join!(first.site.live.end(), here.until(again), there.until(again));
    let mut there = second.back(shared.meeting, &shared.delegate.0).await;
    there.sit(Seat::Person(shared.delegate.1.person)).await;
    assert!(shared.is_hosted_at(&second.url()).await);
}

#[tokio::test]
async fn a_node_that_ends_lets_go_of_pages_that_are_hosted_elsewhere() {
    let shared = Shared::new().await;
    let (first, second) = (Node::of(&shared.world).await, Node::of(&shared.world).await);
    let seat = Seat::Person(shared.delegate.1.person);
    let mut here = first.page(shared.meeting, &shared.secretary.0).await.unwrap();
    let mut there = second.page(shared.meeting, &shared.delegate.0).await.unwrap();
    there.sit(seat).await;
    here.state(|state| is_connected(state, seat)).await;
    let left = async { while there.hear().await.is_some() {} };
    tokio::join!(second.site.live.end(), left, here.state(|state| !is_connected(state, seat)));
}

#[tokio::test]
async fn pages_of_a_meeting_that_another_node_hosts_meanwhile_are_sent_there() {
    let shared = Shared::new().await;
    let (first, second) = (Node::of(&shared.world).await, Node::of(&shared.world).await);
    let mut page = first.page(shared.meeting, &shared.secretary.0).await.unwrap();
    page.state(|_| true).await;
    let backend = &shared.world.site.backend;
    let first_url = first.url();
    let taken = backend.host(shared.meeting, &second.url(), Some(Lost::Gone(&first_url)), now()).await;
    assert_eq!(taken, Ok(Host::Here));
    first.site.live.go_on_hosting().await;
    page.until(|heard| (heard == ToPage::Again).then_some(())).await;
    let seat = Seat::Person(shared.secretary.1.person);
    let mut back = first.page(shared.meeting, &shared.secretary.0).await.unwrap();
    back.sit(seat).await;
    back.say(&ToServer::Have(Devices { camera: true, ..Devices::default() })).await;
    let mut other = second.page(shared.meeting, &shared.delegate.0).await.unwrap();
    other.state(|state| state.devices(seat).camera).await;
    assert!(shared.is_hosted_at(&second.url()).await);
}

#[tokio::test]
async fn nothing_is_opened_inwards_for_whoever_may_not_see_the_meeting() {
    let shared = Shared::new().await;
    let host = TcpListener::bind("127.0.0.1:0").await.unwrap();
    shared.hosted_at(&format!("http://{}", host.local_addr().unwrap())).await;
    let node = Node::of(&shared.world).await;
    let (stranger, _) = shared.world.person("daibieu2", "delegate").await;
    let open = async |cookie: &str, site: &str| {
        let headers = [("cookie", cookie), ("sec-fetch-site", site), ("x-forwarded-for", "10.9.9.9")];
        Page::open(&node.address, shared.meeting, &headers).await.err()
    };
    assert!(open("phien=nobody", "same-origin").await.is_some());
    assert_eq!(open(&stranger, "same-origin").await, Some(StatusCode::NOT_FOUND));
    assert_eq!(open(&shared.delegate.0, "cross-site").await, Some(StatusCode::FORBIDDEN));
    // Whoever asked the host first is heard first: had one of those come so far, this would be theirs.
    let answer = async {
        let (mut line, _) = host.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(line.read_u8().await.unwrap());
        }
        line.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        String::from_utf8(head).unwrap()
    };
    let (refused, head) = tokio::join!(open(&shared.delegate.0, "same-origin"), answer);
    assert_eq!(refused, Some(StatusCode::FORBIDDEN), "the host's refusal is the page's");
    assert!(head.starts_with(&format!("GET /meetings/{}/socket HTTP/1.1\r\n", shared.meeting)), "{head}");
    let told = |name: &str, value: &str| head.lines().any(|line| line == format!("{name}: {value}"));
    assert!(told("cookie", &shared.delegate.0) && told("sec-fetch-site", "same-origin"), "{head}");
    assert!(told("host", &node.address) && told("phien-passed-on", "1"), "{head}");
    assert!(!head.contains("x-forwarded-for"), "a header that this node does not believe: {head}");
}

#[tokio::test]
async fn what_was_passed_on_once_is_never_passed_on_again() {
    let shared = Shared::new().await;
    let (first, second) = (Node::of(&shared.world).await, Node::of(&shared.world).await);
    let (_, port) = second.address.split_once(':').unwrap();
    // An address that leads back to the node itself, which it does not know for its own.
    shared.hosted_at(&format!("http://localhost:{port}")).await;
    let refused = second.page(shared.meeting, &shared.delegate.0).await.err();
    assert_eq!(refused, Some(StatusCode::SERVICE_UNAVAILABLE));
    shared.world.site.backend.stop_hosting(None, &format!("http://localhost:{port}")).await.unwrap();

    let _here = first.page(shared.meeting, &shared.secretary.0).await.unwrap();
    let passed_on = async |node: &Node| {
        let headers =
            [("cookie", &*shared.delegate.0), ("sec-fetch-site", "same-origin"), ("phien-passed-on", "1")];
        Page::open(&node.address, shared.meeting, &headers).await.err()
    };
    assert_eq!(passed_on(&first).await, None, "the host takes it");
    assert_eq!(passed_on(&second).await, Some(StatusCode::MISDIRECTED_REQUEST));
}

#[tokio::test]
async fn a_meeting_is_hosted_from_its_first_page_to_its_last_and_by_a_single_program_never() {
    let shared = Shared::new().await;
    let alone = Node::with(&shared.world, |_, _| {}).await;
    let mut page = alone.page(shared.meeting, &shared.secretary.0).await.unwrap();
    page.state(|_| true).await;
    assert_eq!(shared.hosts().await, 0);
    let node = Node::of(&shared.world).await;
    let mut pages = Vec::new();
    for _ in 0..2 {
        let mut page = node.page(shared.meeting, &shared.secretary.0).await.unwrap();
        page.sit(Seat::Hall).await;
        pages.push(page);
    }
    assert_eq!(shared.hosts().await, 1);
    drop(pages);
    let given_up = async { while shared.hosts().await > 0 {} };
    tokio::time::timeout(HEARD_WITHIN, given_up).await.unwrap();
    let live = shared.world.site.backend.live_for_all(shared.meeting).await.unwrap();
    assert!(!live.seat(Seat::Hall).unwrap().is_connected);
}

/// Two programs as in service, each with connections of its own to one PostgreSQL; passed over where no test server is.
#[tokio::test]
async fn nodes_on_one_server_hear_what_each_other_wrote_and_take_over_from_each_other() {
    let Ok(server) = std::env::var("PHIEN_TEST_POSTGRES") else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = |database_url: &str, number: u64| {
        let database_url = database_url.to_owned();
        let config = BackendConfig { database_url, ..BackendConfig::embedded(folder.path()) };
        Backend::open(config, Box::new(SeededEntropy::new(number)))
    };
    let name = format!("phien_nodes_{}", std::process::id());
    let any = at(&server, 1).await.unwrap();
    backend::q(format!("CREATE DATABASE {name}")).run(any.db()).await.unwrap();
    let (before, _) = server.rsplit_once('/').unwrap();
    let url = format!("{before}/{name}");
    {
        let (world, _) = World::claimed_over(&url).await;
        let shared = Shared::within(world).await;
        let other = at(&url, 23).await.unwrap();
        let first = Node::of(&shared.world).await;
        let second = Node::over(&shared.world, other.clone()).await;
        let mut here = first.page(shared.meeting, &shared.secretary.0).await.unwrap();
        here.state(|_| true).await;
        let mut there = second.page(shared.meeting, &shared.delegate.0).await.unwrap();
        let delegate = Seat::Person(shared.delegate.1.person);
        there.sit(delegate).await;
        here.state(|state| is_connected(state, delegate)).await;
        // Written by the program that does not host it.
        other.ask(&shared.delegate.1, shared.meeting, delegate, true).await.unwrap();
        let asks = |state: &State| state.live.seat(delegate).is_some_and(|kept| kept.asked.is_some());
        here.state(asks).await;
        assert!(shared.is_hosted_at(&first.url()).await);
        first.site.live.end().await;
        let mut back = second.back(shared.meeting, &shared.delegate.0).await;
        back.state(asks).await;
        assert!(shared.is_hosted_at(&second.url()).await);
        second.site.live.end().await;
        drop((first, second));
        other.db().close().await;
        shared.world.site.backend.db().close().await;
    }
    backend::q(format!("DROP DATABASE {name} WITH (FORCE)")).run(any.db()).await.unwrap();
}
