//! Whose a seat is.

use domain::access::{Caller, Role, Stage};
use domain::error::Failure;
use domain::live::{Leaving, LivePort, Seat};

use crate::live::Hybrid;
use crate::support::each_database;

#[tokio::test]
async fn a_chair_in_the_hall_with_a_camera_of_their_own_leads_from_there_while_it_is_on() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let chair = async || at.live(world).await.chair;
        assert_eq!(chair().await, Some(Seat::Hall));
        let own = Seat::Person(at.chair.person);
        let connection = at.sit(world, &at.chair, own).await.unwrap();
        assert_eq!(chair().await, Some(own));
        world.backend.rise(connection, world.now, Leaving::Meant).await.unwrap();
        assert_eq!(chair().await, Some(Seat::Hall));
    })
    .await;
}

#[tokio::test]
async fn nobody_sits_on_a_seat_that_is_not_theirs() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let stranger = world.caller(Role::Delegate, "STP").await;
        let other = Seat::Person(at.chair.person);
        // Roles of an agency above reach down to the sites' agencies, and still do not sit for them.
        let above = [Role::Delegate, Role::Secretary, Role::Leader];
        let mut reaching = Vec::new();
        for role in above {
            reaching.push(world.caller(role, "UBND").await);
        }
        let opened = world.backend.standing(&reaching[0], at.meeting).await;
        assert_eq!(
            opened,
            Err(Failure::NotFound),
            "a delegate of the agency above opens nothing of a site's meeting"
        );
        for caller in &reaching {
            let seats = world.backend.standing(caller, at.meeting).await.map(|standing| standing.seats);
            assert!(!seats.is_ok_and(|seats| seats.contains(&at.site())), "{:?}", caller.grants);
            let expected =
                if caller.has_role(Role::Delegate) { Failure::NotFound } else { Failure::Forbidden };
            assert_eq!(at.sit(world, caller, at.site()).await, Err(expected), "{:?}", caller.grants);
        }
        for (caller, seat, failure) in [
            (&at.technician, Seat::Hall, Failure::Forbidden),
            (&at.technician, Seat::Person(at.technician.person), Failure::Forbidden),
            (&at.delegate, at.site(), Failure::Forbidden),
            (&at.delegate, other, Failure::Forbidden),
            (&at.secretary, Seat::Site(stranger.agency.id), Failure::NotFound),
            (&stranger, at.site(), Failure::NotFound),
        ] {
            assert_eq!(at.sit(world, caller, seat).await, Err(failure), "{seat}");
        }
        assert_eq!(world.count("seat_connection").await, 0);
        assert!(at.live(world).await.seats.iter().all(|seat| !seat.is_connected));
    })
    .await;
}

#[tokio::test]
async fn a_meeting_that_is_wholly_online_has_no_hall_to_sit_in() {
    each_database(async |world| {
        let at = Hybrid::at(world, Stage::UnderWay).await;
        let seats = async |caller: &Caller| world.backend.standing(caller, at.meeting).await.unwrap().seats;
        assert!(seats(&at.secretary).await.contains(&Seat::Hall));
        let mut tx = world.backend.db().begin().await.unwrap();
        let online = backend::q("UPDATE meeting SET form = 'online' WHERE id = $1").bind(at.meeting);
        online.run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(seats(&at.secretary).await, []);
        assert_eq!(seats(&at.chair).await, [Seat::Person(at.chair.person)]);
        let refused = at.sit(world, &at.secretary, Seat::Hall).await;
        assert_eq!(refused.err(), Some(Failure::NotFound), "{}", world.engine);
    })
    .await;
}
