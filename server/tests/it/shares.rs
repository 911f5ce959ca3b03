//! One sender takes only a share of what the program does at once, and the others of the sender wait without holding
//! anything.

use std::hash::Hash;
use std::time::Duration;

use domain::access::Caller;
use domain::ids::{AgencyId, PersonId};
use http::{Method, StatusCode};
use server::allowance::Rate;
use server::network::Network;
use server::places::Sender;
use server::quota::{SharedPermit, SharedQuota};

use crate::places::{AT_ONCE, FORM, HELD_WITHIN};
use crate::world::World;

#[tokio::test]
async fn one_sender_is_answered_only_some_requests_at_once() {
    let world = World::with(|config| {
        config.limits.requests_per_sender = 1;
        config.limits.turn_within = AT_ONCE;
    });
    let (world, _) = world.await.claim().await;
    let (cookie, caller) = world.person("chuyenvien1", "delegate").await;
    let (other, _) = world.person("chuyenvien2", "delegate").await;
    let status = async |cookie: &str, path: &str| world.page(path).signed_in(cookie).send().await.status;
    let busy =
        world.site.places.requests.try_acquire(Sender::Person(caller.person), Some(caller.office())).unwrap();
    assert_eq!(status(&cookie, "/account").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(status(&other, "/account").await, StatusCode::OK);
    assert_eq!(status(&cookie, "/meetings").await, StatusCode::OK, "lists have places of their own");
    assert_eq!(world.page("/health").signed_in(&cookie).send().await.status, StatusCode::OK);
    drop(busy);
    assert_eq!(status(&cookie, "/account").await, StatusCode::OK);

    let network = |address: &str| Sender::Network(Some(Network::of(address.parse().unwrap())));
    let sign_in = async |address: &str| {
        let ask = world.ask(Method::POST, "/api/accounts/sign-in").over_connection_from(address);
        ask.body(FORM, "user_name=chuyenvien1&password=sai&next=/").send().await.status
    };
    let busy = world.site.places.requests.try_acquire(network("10.0.0.7"), None).unwrap();
    assert_eq!(sign_in("10.0.0.7").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_ne!(sign_in("10.0.0.8").await, StatusCode::SERVICE_UNAVAILABLE);
    drop(busy);
    assert_ne!(sign_in("10.0.0.7").await, StatusCode::SERVICE_UNAVAILABLE);
}

/// As many places as the colleagues of a caller get, each of them one.
fn share_of_office<K: Eq + Hash + Copy>(
    places: &SharedQuota<K, AgencyId>,
    caller: &Caller,
    key: fn(PersonId) -> K,
) -> Vec<SharedPermit<K, AgencyId>> {
    let colleagues = (1..).map(|number| PersonId(uuid::Uuid::from_u128(number)));
    colleagues.map_while(|person| places.try_acquire(key(person), Some(caller.office()))).collect()
}

#[tokio::test]
async fn the_people_of_one_office_hold_only_some_of_all_places() {
    let world = World::with(|config| config.limits.turn_within = AT_ONCE).await;
    let (world, _) = world.claim().await;
    let (cookie, caller) = world.person("thuky1", "secretary").await;
    let (meeting, item) = world.meeting(&caller).await;
    let paper = crate::places::paper_of(&world, &caller, item).await;
    let (places, config) = (&world.site.places, &world.site.config);
    let (pages, limits) = (config.concurrent_requests, &config.limits);
    let status = async |path: &str| world.page(path).signed_in(&cookie).send().await.status;
    let upload = async || {
        let ask = world.ask(Method::POST, &format!("/meetings/{meeting}/papers")).signed_in(&cookie);
        let ask = ask.body("multipart/form-data; boundary=b", "--b--\r\n");
        ask.send().await.status
    };
    let file = format!("/papers/{paper}/file");

    let held = share_of_office(&places.heavy_reads, &caller, Sender::Person);
    assert_eq!(held.len(), pages / 4);
    assert_eq!(status("/meetings").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(status("/account").await, StatusCode::OK, "a page that reads little");
    drop(held);
    assert_eq!(status("/meetings").await, StatusCode::OK);

    let held = share_of_office(&places.requests, &caller, Sender::Person);
    assert_eq!(held.len(), pages / 4);
    assert_eq!(status("/account").await, StatusCode::SERVICE_UNAVAILABLE);
    drop(held);

    let held = share_of_office(&places.uploads, &caller, |person| person);
    assert_eq!(held.len(), limits.uploads / 2);
    assert_eq!(upload().await, StatusCode::SERVICE_UNAVAILABLE);
    drop(held);
    assert_ne!(upload().await, StatusCode::SERVICE_UNAVAILABLE);

    let held = share_of_office(&places.downloads, &caller, |person| person);
    assert_eq!(held.len(), limits.downloads / 2);
    assert_eq!(status(&file).await, StatusCode::SERVICE_UNAVAILABLE);
    let other = AgencyId(uuid::Uuid::from_u128(7));
    assert!(places.downloads.try_acquire(caller.person, Some(other)).is_some(), "others have the rest");
    drop(held);
    assert_eq!(status(&file).await, StatusCode::OK);

    let held = share_of_office(&places.forms_of_people, &caller, |person| person);
    assert_eq!(held.len(), pages / 4);
}

#[tokio::test]
async fn requests_of_one_network_are_identified_only_some_at_a_time() {
    let world = World::with(|config| {
        config.limits.identifications_per_network = 1;
        config.limits.turn_within = AT_ONCE;
    });
    let (world, _) = world.await.claim().await;
    let network = |address: &str| Some(Network::of(address.parse().unwrap()));
    let busy = world.site.places.identifications.try_acquire(network("10.0.0.7")).unwrap();
    let status = async |path: &str, address: &str| {
        world.ask(Method::GET, path).over_connection_from(address).send().await.status
    };
    assert_eq!(status("/sign-in", "10.0.0.7").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(status("/sign-in", "10.0.0.8").await, StatusCode::OK);
    assert_eq!(status("/health", "10.0.0.7").await, StatusCode::OK);
    drop(busy);
    assert_eq!(status("/sign-in", "10.0.0.7").await, StatusCode::OK);
}

#[tokio::test]
async fn one_person_makes_only_some_calls_in_a_short_time() {
    let world = World::with(|config| {
        config.limits.calls_of_person = Rate { at_once: 3, every: Duration::MAX };
    });
    let (world, _) = world.await.claim().await;
    let (cookie, _) = world.person("chuyenvien1", "delegate").await;
    let (other, _) = world.person("chuyenvien2", "delegate").await;
    let call = async |cookie: &str| {
        let ask = world.ask(Method::POST, "/api/notices/acknowledge").signed_in(cookie);
        ask.body(FORM, "newest=nobody").send().await.status
    };
    for _ in 0..3 {
        assert_ne!(call(&cookie).await, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(call(&cookie).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_ne!(call(&other).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        world.page("/account").signed_in(&cookie).send().await.status,
        StatusCode::OK,
        "pages are not counted"
    );
}

#[tokio::test]
async fn a_request_that_waits_for_its_senders_others_holds_no_page() {
    let world = World::with(|config| config.limits.requests_per_sender = 1).await;
    let (world, _) = world.claim().await;
    let (cookie, caller) = world.person("chuyenvien1", "delegate").await;
    let places = &world.site.places;
    let busy = places.requests.try_acquire(Sender::Person(caller.person), Some(caller.office())).unwrap();
    let mut waiting = Box::pin(world.page("/account").signed_in(&cookie).send());
    let began = std::time::Instant::now();
    loop {
        assert!(futures::poll!(&mut waiting).is_pending());
        if places.pages.taken() == 0 {
            break;
        }
        assert!(began.elapsed() < HELD_WITHIN, "it holds a page while it waits");
        tokio::task::yield_now().await;
    }
    drop(busy);
    assert_eq!(waiting.await.status, StatusCode::OK);
}
