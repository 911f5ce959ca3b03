//! Before a meeting: what a site tries and who is told, and whoever directs it taking seats that nobody sits at.

use domain::access::{Caller, Role, Stage};
use domain::attendance::Presence;
use domain::error::{Failure, Refusal};
use domain::ids::{ConnectionId, PageId};
use domain::live::rehearsal::{Rehearsal, Tried, Verdict};
use domain::live::{Arrival, Coming, LivePort, Seat};
use domain::meetings::Meetings;

use crate::live::Hybrid;
use crate::meetings::{briefing, published};
use crate::support::{ROOT, each_database, instant};

#[tokio::test]
async fn what_a_site_tried_is_told_to_those_who_direct_and_to_the_site() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::Scheduled).await;
        let line = Tried {
            is_tcp: true,
            up_bps: 512_000,
            down_bps: 498_000,
            loss_permille: 7,
            round_trip_ms: Some(48),
        };
        let what = Rehearsal { camera: true, microphone: true, speaker: None, line: Some(line) };
        let tried =
            async |caller: &Caller, seat, what| world.backend.rehearsed(caller, at.meeting, seat, what).await;
        assert_eq!(tried(&at.technician, at.site(), Rehearsal::default()).await, Ok(()));
        assert_eq!(tried(&at.technician, at.site(), what).await, Ok(()), "the last time counts");
        assert_eq!(tried(&at.technician, Seat::Hall, what).await, Err(Failure::Forbidden));

        let told = async |caller: &Caller| world.backend.rehearsals(caller, at.meeting).await.unwrap();
        let all = told(&at.secretary).await;
        assert_eq!(all.len(), 5, "the hall, two sites, the chair and a delegate");
        let (mine, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.seat == at.site());
        assert!(others.iter().all(|one| one.last.is_none()));
        let last = mine[0].last.clone().unwrap();
        assert_eq!((last.at, last.what, last.what.verdict()), (world.now, what, Verdict::Weak));
        assert!(!last.by.is_empty());
        assert_eq!(told(&at.technician).await, mine);
        assert_eq!(told(&at.delegate).await.len(), 1, "one's own seat, untried");
        let stranger = world.caller(Role::Delegate, "STP").await;
        assert_eq!(world.backend.rehearsals(&stranger, at.meeting).await, Err(Failure::NotFound));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_tried_once_the_meeting_is_under_way() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let tried =
            world.backend.rehearsed(&at.technician, at.meeting, at.site(), Rehearsal::default()).await;
        assert_eq!(tried, Err(Refusal::WrongState.into()));
        assert_eq!(world.count("rehearsal").await, 0);
    })
    .await;
}

#[tokio::test]
async fn who_directs_a_meeting_rehearses_it_from_any_of_its_seats_until_it_is_opened() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::Scheduled).await;
        let rehearses = async |at: &Hybrid, caller: &Caller| {
            world.backend.standing(caller, at.meeting).await.unwrap().rehearses
        };
        assert_eq!((rehearses(&at, &at.chair).await, rehearses(&at, &at.secretary).await), (true, true));
        assert_eq!(
            (rehearses(&at, &at.delegate).await, rehearses(&at, &at.technician).await),
            (false, false)
        );
        let (site, delegate) = (at.site(), Seat::Person(at.delegate.person));
        let tries = async |at: &Hybrid, caller: &Caller, seat| {
            let arrival = Arrival { seat, page: PageId(world.id()), how: Coming::Rehearsing };
            at.come(world, caller, arrival).await
        };
        for seat in [site, delegate, Seat::Hall] {
            tries(&at, &at.chair, seat).await.unwrap();
        }
        assert_eq!(
            at.sit(world, &at.chair, site).await,
            Err(Failure::Forbidden),
            "in earnest it is the site's"
        );
        let stranger = world.caller(Role::Delegate, "STP").await;
        for none in [Seat::Site(stranger.agency.id), Seat::Person(stranger.person)] {
            assert_eq!(tries(&at, &at.chair, none).await, Err(Failure::NotFound), "{none}");
        }
        assert_eq!(tries(&at, &at.technician, delegate).await, Err(Failure::Forbidden));
        let asked = world.backend.ask(&at.secretary, at.meeting, site, true).await;
        assert_eq!(asked, Err(Failure::Forbidden), "a rehearsal speaks for nobody");
        tries(&at, &at.technician, site).await.unwrap();
        at.sit(world, &at.technician, site).await.unwrap();
        let taken = tries(&at, &at.chair, site).await;
        assert_eq!(taken, Err(Refusal::SeatTaken.into()), "who sits there in earnest is left alone");

        let at = Hybrid::at(world, Stage::UnderWay).await;
        assert_eq!((rehearses(&at, &at.chair).await, rehearses(&at, &at.secretary).await), (false, false));
        assert_eq!(at.sit(world, &at.chair, at.site()).await, Err(Failure::Forbidden));
        assert_eq!(tries(&at, &at.technician, at.site()).await, Err(Refusal::WrongState.into()));
    })
    .await;
}

#[tokio::test]
async fn the_opening_ends_a_rehearsal_and_marks_nobody_for_it() {
    each_database(async |world| {
        // Who may connect every site of the province by right.
        let mut secretary = world.caller(Role::Secretary, ROOT).await;
        let (mut chair, technician) = (world.person("SNV").await, world.caller(Role::Delegate, "SYT").await);
        let input = domain::meetings::MeetingInput {
            form: "hybrid".into(),
            sites: vec![technician.agency.id.to_string()],
            ..briefing(&secretary, &chair, &[])
        };
        let meeting = published(world, &secretary, input).await;
        for caller in [&mut secretary, &mut chair] {
            caller.now = instant("2026-06-18T07:20");
        }
        let site = ConnectionId(world.id());
        let others = ConnectionId(world.id());
        let seat = Seat::Site(technician.agency.id);
        for (seat, connection) in [(seat, site), (Seat::Person(chair.person), others)] {
            let arrival = Arrival { seat, page: PageId(world.id()), how: Coming::Rehearsing };
            world.backend.sit(&secretary, meeting, arrival, connection, None).await.unwrap();
        }
        world.backend.open(&secretary, meeting).await.unwrap();
        let opened = world.backend.get(&secretary, meeting).await.unwrap();
        assert!(!opened.sites[0].is_connected);
        assert!(opened.participants.iter().all(|of| of.presence == Presence::NotCalled));
        let mut gone =
            world.backend.standing_by(&[(site, None), (others, None)], secretary.now).await.unwrap();
        gone.sort_unstable_by_key(|connection| *connection != site);
        assert_eq!(gone, [site, others]);
        assert_eq!(world.backend.lines(&secretary, meeting).await.unwrap(), []);
    })
    .await;
}
