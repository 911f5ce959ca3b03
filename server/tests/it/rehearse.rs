//! A rehearsal over real sockets: three sites with test pictures and sound, and who may hold one.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use domain::access::Caller;
use domain::ids::MeetingId;
use server::rehearse::{Plan, Rehearsal, Report};
use server::serve::ConnectionLimits;
use tokio::net::TcpListener;

use crate::world::{PASSWORD, World};

/// Far longer than anything here takes; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program that carries picture and sound, with a meeting to which two delegates are invited.
struct Office {
    world: World,
    url: String,
    meeting: MeetingId,
    secretary: Caller,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Office {
    async fn new() -> Office {
        let (world, _) = World::claimed().await;
        let (_, secretary) = world.person("thuky", "secretary").await;
        let (_, first) = world.person("daibieu1", "delegate").await;
        let (_, second) = world.person("daibieu2", "delegate").await;
        let (meeting, _) = world.meeting_with(&secretary, "Họp trực tuyến", &[&first, &second]).await;
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let settings = media::Settings { udp: any, tcp: None, ..media::Settings::default() };
        let (media, events) = media::start(settings).unwrap();
        world.site.live.carry(media, events);
        tokio::spawn(world.site.live.clone().follow());
        let listener = TcpListener::bind(any).await.unwrap();
        let url = format!("http://{}/meetings/{meeting}", listener.local_addr().unwrap());
        let limits = ConnectionLimits::of(&world.site.config);
        let serving = server::serve::serve(
            listener,
            (None, None),
            world.router.clone(),
            limits,
            std::future::pending(),
        );
        let serving = tokio::spawn(serving);
        Office { world, url, meeting, secretary, serving }
    }

    fn plan(&self, user: &str, sites: u32) -> Plan {
        Plan {
            url: self.url.clone(),
            user: user.to_owned(),
            password: PASSWORD.to_owned(),
            sites,
            speakers: 2,
            time: Duration::from_secs(1),
            loss_percent: 0,
            moves_after: None,
        }
    }

    async fn refused(&self, plan: &Plan) -> String {
        Rehearsal::begin(plan).await.err().expect("this rehearsal is refused")
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Whether every site saw others, and those heard the speaker who do not speak themselves.
fn is_seen_and_heard(report: &Report) -> bool {
    report.rows.iter().enumerate().all(|(number, row)| {
        let figures = &row.told.figures;
        figures.pictures.frames >= 10 && (number == 0 || figures.sounds.frames >= 50)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn sites_connect_see_and_hear_each_other_and_mark_nobody() {
    let office = Office::new().await;
    let mut rehearsal = Rehearsal::begin(&office.plan("thuky", 3)).await.unwrap();
    let watching = async {
        while !is_seen_and_heard(&rehearsal.so_far()) {
            rehearsal.take_turns(Duration::from_millis(200)).await;
        }
    };
    let came = tokio::time::timeout(PATIENCE, watching).await;
    assert!(came.is_ok(), "{}", rehearsal.so_far().lines());
    let seated = office.world.site.backend.live_for_all(office.meeting).await.unwrap();
    assert_eq!(seated.seats.iter().filter(|kept| kept.is_connected).count(), 3);
    let report = rehearsal.end().await;
    assert!(report.is_well(), "{}", report.lines());
    let (pictures, sounds) = report.all();
    assert_eq!((pictures.lost, sounds.lost), (0, 0), "{}", report.lines());
    for row in &report.rows {
        let (up, down) = row.rates(report.time);
        assert!(up > 10_000 && down > 10_000, "{up} and {down} bit/s");
        assert!(row.told.figures.round_trip.is_some());
        assert!(row.told.figures.pictures.late.of(50).is_some());
    }
    assert!(report.json()["is_well"].as_bool().unwrap());
    let meeting = office.world.site.services.meetings.get(&office.secretary, office.meeting).await.unwrap();
    assert!(meeting.participants.iter().all(|of| of.presence == domain::attendance::Presence::NotCalled));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_directs_rehearses_and_no_more_seats_than_there_are() {
    let office = Office::new().await;
    assert!(office.refused(&office.plan("daibieu1", 1)).await.contains("directs"));
    let refused = office.refused(&office.plan("thuky", 9)).await;
    assert_eq!(refused, "9 sites are asked for, and the meeting has 3 free seats");
    let elsewhere = Plan { url: office.url.replace("meetings", "papers"), ..office.plan("thuky", 1) };
    assert!(office.refused(&elsewhere).await.contains("not a meeting's address"));
    let wrong = Plan { password: "khong-phai-mat-khau".into(), ..office.plan("thuky", 3) };
    assert!(office.refused(&wrong).await.contains("password"));
}
