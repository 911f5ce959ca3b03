//! Seats in many meetings at once: one person has a few, and one office does not hold all by picture and sound.

use std::net::{Ipv4Addr, SocketAddr};

use domain::error::Refusal;
use domain::live::Seat;
use domain::live::wire::ToServer;

use crate::live::{Open, Page, is_connected};
use crate::world::World;

#[tokio::test]
async fn pages_that_sit_down_in_the_same_moment_are_counted_one_after_the_other() {
    let open = Open::new().await;
    let (cookie, delegate) = &open.delegate;
    let seat = Seat::Person(delegate.person);
    let told = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let mut pages = Vec::new();
    for number in 1..=12 {
        let (_, chair) = open.world.person(&format!("thuky{number}"), "secretary").await;
        let (meeting, _) = open.world.meeting_with(&chair, "Họp giao ban", &[delegate]).await;
        pages.push(Page::open(&open.address, meeting, &told).await.unwrap());
    }
    for page in &mut pages {
        page.come(seat).await;
    }
    let mut refused = 0;
    for page in &mut pages {
        match page.seated().await {
            Ok(taken) => assert_eq!(taken, seat),
            Err(failure) => {
                assert_eq!(failure, Refusal::SeatsElsewhere { at_most: 5 }.into());
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 7, "five of twelve");
}

#[tokio::test]
async fn one_office_holds_only_some_meetings_by_picture_and_sound() {
    let world = World::with(|config| config.media_meetings = 3);
    let open = Open::over(world.await.claim().await.0).await;
    let udp = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let settings = media::Settings { udp, tcp: None, ..media::Settings::default() };
    let (media, events) = media::start(settings).unwrap();
    open.world.site.live.carry(media, events);
    let mut sitting = Vec::new();
    for number in 1..=3 {
        let (cookie, chair) = open.world.person(&format!("thuky{number}"), "secretary").await;
        let (meeting, _) = open.world.meeting_with(&chair, "Họp giao ban", &[]).await;
        let told = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
        let mut page = Page::open(&open.address, meeting, &told).await.unwrap();
        page.sit(Seat::Hall).await;
        page.state(|state| is_connected(state, Seat::Hall)).await;
        sitting.push(page);
    }
    let mut page = open.own_page(&open.secretary.0).await;
    page.come(Seat::Hall).await;
    assert_eq!(page.refused().await, Refusal::MeetingsFull { at_most: 3 }.into());
    sitting[0].say(&ToServer::Rise).await;
    sitting[0].state(|state| !is_connected(state, Seat::Hall)).await;
    page.sit(Seat::Hall).await;
}
