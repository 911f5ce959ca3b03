//! The live socket over a real connection: who is let in, what everybody is told, and what ends it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::access::Caller;
use domain::error::{Failure, Refusal};
use domain::ids::{MeetingId, PageId};
use domain::live::wire::{Devices, State, ToPage, ToServer};
use domain::live::{Arrival, Coming, Direction, LivePort, Seat};
use domain::meetings::Meetings;
use futures::{SinkExt, StreamExt};
use http::StatusCode;
use server::allowance::Rate;
use server::serve::ConnectionLimits;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::world::World;

/// Far longer than any answer takes; only a test that fails waits for it.
pub(crate) const HEARD_WITHIN: Duration = Duration::from_secs(20);

/// A program that listens, with a meeting under way.
pub(crate) struct Open {
    pub(crate) world: World,
    pub(crate) address: String,
    pub(crate) meeting: MeetingId,
    pub(crate) secretary: (String, Caller),
    pub(crate) delegate: (String, Caller),
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Open {
    pub(crate) async fn new() -> Open {
        Open::over(World::claimed().await.0).await
    }

    pub(crate) async fn over(world: World) -> Open {
        let secretary = world.person("thuky", "secretary").await;
        let delegate = world.person("daibieu1", "delegate").await;
        let (meeting, _) = world.meeting_with(&secretary.1, "Họp giao ban", &[&delegate.1]).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(world.site.live.clone().follow());
        let limits = ConnectionLimits::of(&world.site.config);
        let serving = server::serve::serve(
            listener,
            (None, None),
            world.router.clone(),
            limits,
            std::future::pending(),
        );
        let serving = tokio::spawn(serving);
        Open { world, address, meeting, secretary, delegate, serving }
    }

    /// A page's socket; or the status that it is refused with.
    async fn page(&self, cookie: &str, site: &str) -> Result<Page, StatusCode> {
        Page::open(&self.address, self.meeting, &[("cookie", cookie), ("sec-fetch-site", site)]).await
    }

    pub(crate) async fn own_page(&self, cookie: &str) -> Page {
        self.page(cookie, "same-origin").await.expect("a page that may see the meeting is let in")
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Pages so far, each of a number of its own.
static PAGES: AtomicU64 = AtomicU64::new(1);

/// A page's socket, as a browser has it.
pub(crate) struct Page {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    number: u128,
    /// The newest state, with what seats have on since.
    state: Option<State>,
}

impl Page {
    /// At a server, with headers; or the status that it is refused with.
    pub(crate) async fn open(
        address: &str,
        meeting: MeetingId,
        headers: &[(&'static str, &str)],
    ) -> Result<Page, StatusCode> {
        let mut request = format!("ws://{address}/meetings/{meeting}/socket").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => {
                Ok(Page { socket, number: PAGES.fetch_add(1, Ordering::Relaxed).into(), state: None })
            }
            Err(Error::Http(answer)) => Err(answer.status()),
            Err(failure) => panic!("{failure}"),
        }
    }

    pub(crate) async fn say(&mut self, message: &ToServer) {
        self.socket.send(Message::text(serde_json::to_string(message).unwrap())).await.unwrap();
    }

    /// The next message; `None` when the socket is closed.
    pub(crate) async fn hear(&mut self) -> Option<ToPage> {
        loop {
            let heard = tokio::time::timeout(HEARD_WITHIN, self.socket.next()).await;
            match heard.expect("the server is heard") {
                Some(Ok(Message::Text(text))) => {
                    let message = serde_json::from_str(&text).unwrap();
                    match &message {
                        ToPage::State(state) => self.state = Some(state.clone()),
                        ToPage::Update(update) => {
                            let state = self.state.as_mut().expect("a state comes first");
                            state.take(update.clone()).expect("it goes on from what was told last");
                        }
                        ToPage::Has { version, seat, devices } => {
                            self.state.as_mut().expect("a state comes first").has(*version, *seat, *devices);
                        }
                        _ => {}
                    }
                    return Some(message);
                }
                Some(Ok(Message::Ping(_))) => {}
                _ => return None,
            }
        }
    }

    /// The first message that is what is looked for; others are passed over.
    pub(crate) async fn until<T>(&mut self, mut is: impl FnMut(ToPage) -> Option<T>) -> T {
        // A page that waits is told every few seconds that it is still connected.
        let found = async {
            loop {
                let heard = self.hear().await.expect("the socket stands");
                if let Some(found) = is(heard) {
                    return found;
                }
            }
        };
        tokio::time::timeout(HEARD_WITHIN, found).await.expect("what is waited for is heard")
    }

    /// The first state of which this is true.
    pub(crate) async fn state(&mut self, is: impl Fn(&State) -> bool) -> State {
        let found = async {
            loop {
                let heard = self.hear().await.expect("the socket stands");
                let tells = matches!(heard, ToPage::State(_) | ToPage::Update(_) | ToPage::Has { .. });
                if let Some(state) = self.state.as_ref().filter(|state| tells && is(state)) {
                    return state.clone();
                }
            }
        };
        tokio::time::timeout(HEARD_WITHIN, found).await.expect("the state is told")
    }

    pub(crate) async fn refused(&mut self) -> Failure {
        self.until(|heard| if let ToPage::Refused(failure) = heard { Some(failure) } else { None }).await
    }

    pub(crate) async fn come(&mut self, seat: Seat) {
        let page = PageId(uuid::Uuid::from_u128(self.number));
        self.say(&ToServer::Sit(Arrival { seat, page, how: Coming::Pressed })).await;
    }

    pub(crate) async fn sit(&mut self, seat: Seat) {
        self.come(seat).await;
        assert_eq!(self.seated().await, Ok(seat));
    }

    /// The answer to whoever came for a seat.
    pub(crate) async fn seated(&mut self) -> Result<Seat, Failure> {
        let answer = |heard| match heard {
            ToPage::Seated(seat) | ToPage::Stays(seat) => Some(Ok(seat)),
            ToPage::Refused(failure) => Some(Err(failure)),
            _ => None,
        };
        self.until(answer).await
    }
}

pub(crate) fn is_connected(state: &State, seat: Seat) -> bool {
    state.live.seat(seat).is_some_and(|kept| kept.is_connected)
}

#[tokio::test]
async fn what_a_page_has_kept_counts_as_a_call_over_all_pages_of_the_person() {
    let world = World::with(|config| {
        config.limits.calls_of_person = Rate { at_once: 2, every: Duration::from_secs(3600) };
    });
    let open = Open::over(world.await.claim().await.0).await;
    let direct = async || {
        let mut page = open.own_page(&open.secretary.0).await;
        page.state(|_| true).await;
        // Of a seat that nobody has taken.
        let end = Direction::EndScreen(Seat::Person(open.delegate.1.person));
        page.say(&ToServer::Direct(end)).await;
        page.say(&ToServer::Behind { present: Vec::new() }).await;
        page.refused().await
    };
    // The first is done, and what is said from no seat is refused for that.
    assert_eq!(direct().await, Failure::Refused(Refusal::WrongState));
    assert_eq!(direct().await, Failure::Unavailable, "another page is no new person");
}

#[tokio::test]
async fn whoever_sits_in_the_hall_asks_without_a_seat_and_gives_the_floor_back() {
    let open = Open::new().await;
    let (cookie, delegate) = &open.delegate;
    let seat = Seat::Person(delegate.person);
    let mut tablet = open.own_page(cookie).await;
    let asks = |state: &State| state.live.seat(seat).is_some_and(|kept| kept.asked.is_some());
    tablet.say(&ToServer::Ask { wants: true }).await;
    let told = tablet.state(asks).await;
    assert!(!is_connected(&told, seat), "nobody sits before a camera for it");
    tablet.say(&ToServer::Ask { wants: false }).await;
    tablet.state(|state| !asks(state)).await;
    let mut chair = open.own_page(&open.secretary.0).await;
    chair.say(&ToServer::Direct(Direction::Floor(Some(seat)))).await;
    tablet.state(|state| state.live.floor == Some(seat)).await;
    tablet.say(&ToServer::Ask { wants: false }).await;
    chair.state(|state| state.live.floor.is_none() && state.live.turn.is_none()).await;
    // Who sees the meeting and is not listed has nothing to ask from.
    let (leader, _) = open.world.person("lanhdao", "leader").await;
    let mut other = open.own_page(&leader).await;
    other.say(&ToServer::Ask { wants: true }).await;
    assert_eq!(other.refused().await, Refusal::WrongState.into());
}

#[tokio::test]
async fn one_person_has_seats_in_a_few_meetings_and_not_in_all() {
    let open = Open::new().await;
    let (cookie, delegate) = &open.delegate;
    let seat = Seat::Person(delegate.person);
    let told = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let mut sitting = Vec::new();
    for number in 1..=5 {
        let (_, chair) = open.world.person(&format!("thuky{number}"), "secretary").await;
        let (meeting, _) = open.world.meeting_with(&chair, "Họp giao ban", &[delegate]).await;
        let mut page = Page::open(&open.address, meeting, &told).await.unwrap();
        page.sit(seat).await;
        page.state(|state| is_connected(state, seat)).await;
        sitting.push(page);
    }
    let mut page = open.own_page(cookie).await;
    page.come(seat).await;
    assert_eq!(page.refused().await, Refusal::SeatsElsewhere { at_most: 5 }.into());
    open.own_page(&open.secretary.0).await.sit(Seat::Hall).await;
    sitting[0].say(&ToServer::Rise).await;
    sitting[0].state(|state| !is_connected(state, seat)).await;
    page.sit(seat).await;
}

#[tokio::test]
async fn the_socket_is_for_those_who_may_see_the_meeting_and_for_our_own_pages() {
    let open = Open::new().await;
    let cookie = &open.secretary.0;
    assert_eq!(open.page(cookie, "cross-site").await.err(), Some(StatusCode::FORBIDDEN));
    let (stranger, _) = open.world.person("daibieu", "delegate").await;
    assert_eq!(open.page(&stranger, "same-origin").await.err(), Some(StatusCode::NOT_FOUND));
    assert!(open.page("phien=nobody", "same-origin").await.is_err());
    let mut page = open.own_page(cookie).await;
    let standing = page
        .until(|heard| if let ToPage::Welcome { standing, .. } = heard { Some(standing) } else { None })
        .await;
    assert!(standing.directs);
    assert_eq!(standing.seats, [Seat::Person(open.secretary.1.person), Seat::Hall]);
}

#[tokio::test]
async fn every_page_is_told_of_every_change_whoever_makes_it() {
    let open = Open::new().await;
    let (mut first, mut second) =
        (open.own_page(&open.secretary.0).await, open.own_page(&open.secretary.0).await);
    let before = first.state(|_| true).await;
    second.state(|_| true).await;
    let agenda = open.world.site.backend.get(&open.secretary.1, open.meeting).await.unwrap().agenda;
    let seat = Seat::Person(open.secretary.1.person);
    open.world.site.backend.ask(&open.secretary.1, open.meeting, seat, true).await.unwrap();
    for page in [&mut first, &mut second] {
        let told = page.state(|state| state.live.seat(seat).is_some_and(|kept| kept.asked.is_some())).await;
        assert!(told.version > before.version);
        assert_eq!(told.live.item, None, "of {} items none is discussed", agenda.len());
    }
}

#[tokio::test]
async fn a_seat_shows_what_it_has_on_and_is_left_with_its_page() {
    let open = Open::new().await;
    let (mut watcher, mut page) =
        (open.own_page(&open.secretary.0).await, open.own_page(&open.secretary.0).await);
    let seat = Seat::Hall;
    page.say(&ToServer::Have(Devices { camera: true, ..Devices::default() })).await;
    assert_eq!(
        page.refused().await,
        Failure::Refused(Refusal::WrongState),
        "a page without a seat has nothing"
    );
    let seat_of_mine = Seat::Person(open.secretary.1.person);
    page.come(Seat::Site(open.secretary.1.agency.id)).await;
    assert_eq!(page.refused().await, Failure::NotFound);
    page.sit(seat_of_mine).await;
    watcher.state(|state| is_connected(state, seat_of_mine)).await;
    page.say(&ToServer::Have(Devices { microphone: true, ..Devices::default() })).await;
    watcher.state(|state| state.devices(seat_of_mine).microphone).await;
    page.sit(seat).await;
    watcher.state(|state| !is_connected(state, seat_of_mine)).await;
    drop(page);
    let left = watcher.state(|state| !is_connected(state, seat) && state.on.is_empty()).await;
    assert!(!is_connected(&left, seat_of_mine));
}

#[tokio::test]
async fn the_latest_page_has_the_seat_and_who_is_sent_out_hears_it() {
    let open = Open::new().await;
    let seat = Seat::Person(open.secretary.1.person);
    let (mut first, mut second) =
        (open.own_page(&open.secretary.0).await, open.own_page(&open.secretary.0).await);
    first.sit(seat).await;
    second.sit(seat).await;
    first.until(|heard| (heard == ToPage::Unseated).then_some(())).await;
    first.say(&ToServer::Direct(Direction::Remove(seat))).await;
    second.until(|heard| (heard == ToPage::Unseated).then_some(())).await;
    second.come(seat).await;
    assert_eq!(second.refused().await, Failure::Refused(Refusal::SentOut));
}

#[tokio::test]
async fn a_screen_is_shared_with_the_floor_and_ended_by_the_chair_alone() {
    let open = Open::new().await;
    let (mut chair, mut page) =
        (open.own_page(&open.secretary.0).await, open.own_page(&open.delegate.0).await);
    let seat = Seat::Person(open.delegate.1.person);
    page.sit(seat).await;
    chair.state(|state| is_connected(state, seat)).await;
    let on = |microphone| Devices { screen: true, microphone, ..Devices::default() };
    page.say(&ToServer::Have(on(true))).await;
    assert_eq!(page.refused().await, Refusal::ScreenNeedsFloor.into());
    let shown = chair.state(|state| state.devices(seat).microphone).await;
    assert!(!shown.devices(seat).screen, "the rest of what was said is taken");
    chair.say(&ToServer::Direct(Direction::Floor(Some(seat)))).await;
    page.state(|state| state.live.floor == Some(seat)).await;
    page.say(&ToServer::Have(on(true))).await;
    chair.state(|state| state.devices(seat).screen).await;
    // Without the floor it continues until the chair ends it; the seat stays.
    chair.say(&ToServer::Direct(Direction::Floor(None))).await;
    page.state(|state| state.live.floor.is_none()).await;
    page.say(&ToServer::Have(on(false))).await;
    chair.state(|state| state.devices(seat) == on(false)).await;
    page.say(&ToServer::Direct(Direction::EndScreen(seat))).await;
    assert_eq!(page.refused().await, Failure::Forbidden);
    chair.say(&ToServer::Direct(Direction::EndScreen(seat))).await;
    assert_eq!(page.refused().await, Refusal::ScreenEnded.into());
    let ended = chair.state(|state| !state.devices(seat).screen).await;
    assert!(is_connected(&ended, seat));
    page.say(&ToServer::Have(on(true))).await;
    assert_eq!(page.refused().await, Refusal::ScreenNeedsFloor.into());
    // Anyone who directs the meeting may share at any time.
    chair.sit(Seat::Person(open.secretary.1.person)).await;
    chair.say(&ToServer::Have(on(false))).await;
    chair.state(|state| state.devices(Seat::Person(open.secretary.1.person)).screen).await;
}

#[tokio::test]
async fn who_says_what_nobody_understands_or_floods_is_cut_off_and_nobody_else() {
    let open = Open::new().await;
    let mut watcher = open.own_page(&open.secretary.0).await;
    let mut babbler = open.own_page(&open.secretary.0).await;
    babbler.socket.send(Message::text("{\"sit\": \"throne\"}")).await.unwrap();
    while babbler.hear().await.is_some() {}
    let mut flooder = open.own_page(&open.secretary.0).await;
    let ask = Message::text(serde_json::to_string(&ToServer::Rise).unwrap());
    // More than it may say, and more than the kernel keeps for it.
    for _ in 0..2_000 {
        if flooder.socket.send(ask.clone()).await.is_err() {
            break;
        }
    }
    while flooder.hear().await.is_some() {}
    watcher.sit(Seat::Person(open.secretary.1.person)).await;
}

#[tokio::test]
async fn one_person_sits_down_only_so_often_over_all_pages_and_waits_for_no_other() {
    let open = Open::new().await;
    let (seat, mut sat, mut refused) = (Seat::Person(open.delegate.1.person), 0, None);
    let answer = |heard| match heard {
        ToPage::Seated(_) => Some(Ok(())),
        ToPage::Refused(failure) => Some(Err(failure)),
        _ => None,
    };
    for _ in 0..12 {
        let mut page = open.own_page(&open.delegate.0).await;
        for _ in 0..20 {
            page.come(seat).await;
            match page.until(answer).await {
                Ok(()) => sat += 1,
                Err(failure) => refused = Some(failure),
            }
        }
    }
    assert_eq!(refused, Some(Failure::Unavailable), "a page that is told so asks again by itself");
    assert!((48..120).contains(&sat), "{sat}");
    open.own_page(&open.secretary.0).await.sit(Seat::Person(open.secretary.1.person)).await;
    let mut page = open.own_page(&open.delegate.0).await;
    let again = async {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            page.come(seat).await;
            if page.until(answer).await.is_ok() {
                return;
            }
        }
    };
    tokio::time::timeout(HEARD_WITHIN, again).await.unwrap();
}

/// As many pages as a person can open, and what the next is refused with.
async fn pages_of(open: &Open, cookie: &str) -> (Vec<Page>, Option<StatusCode>) {
    let mut pages = Vec::new();
    loop {
        match open.page(cookie, "same-origin").await {
            Ok(page) if pages.len() < 300 => pages.push(page),
            refused => return (pages, refused.err()),
        }
    }
}

#[tokio::test]
async fn one_person_opens_no_more_pages_than_they_can_look_at() {
    let open = Open::new().await;
    let (mut pages, refused) = pages_of(&open, &open.delegate.0).await;
    assert_eq!((pages.len(), refused), (24, Some(StatusCode::SERVICE_UNAVAILABLE)));
    open.own_page(&open.secretary.0).await;
    drop(pages.pop());
    // The place is free as soon as the program has seen the page go.
    let again = async { while open.page(&open.delegate.0, "same-origin").await.is_err() {} };
    tokio::time::timeout(HEARD_WITHIN, again).await.unwrap();
}

#[tokio::test]
async fn who_rehearses_a_meeting_opens_as_many_pages_more_as_it_has_seats() {
    let open = Open::new().await;
    let (pages, refused) = pages_of(&open, &open.secretary.0).await;
    assert_eq!((pages.len(), refused), (224, Some(StatusCode::SERVICE_UNAVAILABLE)));
}

#[tokio::test]
async fn a_program_that_ends_tells_its_pages_to_come_back_and_leaves_their_seats() {
    let open = Open::new().await;
    let seat = Seat::Person(open.secretary.1.person);
    let mut page = open.own_page(&open.secretary.0).await;
    page.sit(seat).await;
    let (ended, told) =
        tokio::join!(open.world.site.live.end(), page.until(|heard| (heard == ToPage::Again).then_some(())));
    assert_eq!((ended, told), ((), ()));
    let live = open.world.site.backend.live_for_all(open.meeting).await.unwrap();
    assert!(!live.seat(seat).unwrap().is_connected);
    let refused = open.page(&open.secretary.0, "same-origin").await.err();
    assert_eq!(refused, Some(StatusCode::SERVICE_UNAVAILABLE));
}

#[tokio::test]
async fn a_session_that_has_ended_says_nothing_any_more() {
    let open = Open::new().await;
    let mut page = open.own_page(&open.secretary.0).await;
    let accounts = &open.world.site.services.accounts;
    accounts.sign_out(&open.secretary.1).await.unwrap();
    page.say(&ToServer::Direct(Direction::MuteAll)).await;
    assert_eq!(page.refused().await, Failure::SignedOut);
    let live = open.world.site.backend.live_for_all(open.meeting).await.unwrap();
    assert!(live.seats.iter().all(|kept| !kept.is_muted));
}
