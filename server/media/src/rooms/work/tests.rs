//! What a fault costs, and whom.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::command::Command;
use crate::peer::Identity;
use crate::settings::Limits;

const SEATS: u64 = 3;

fn seat(meeting: u8, number: u64) -> Seat {
    Seat { meeting: format!("00000000-0000-0000-0000-0000000000{meeting:02}").parse().unwrap(), number }
}

/// Two meetings of three seats, each with a receiving connection.
fn two_meetings(now: Instant) -> Rooms {
    let identity = Identity::generate().unwrap();
    let mut rooms = Rooms::new(now, Limits::default(), Vec::new(), identity, StdRng::seed_from_u64(1));
    for meeting in [1, 2] {
        for number in 1..=SEATS {
            let seat = seat(meeting, number);
            rooms.command(now, Command::Join { seat, is_under_way: false });
            rooms.command(now, Command::Subscribe { seat });
        }
    }
    assert_eq!(rooms.events().filter(|event| matches!(event, Event::Offer { .. })).count(), 6);
    rooms
}

/// Whose connections are told to have ended when this fault is met within a round.
fn lost_by(at: At) -> Vec<Seat> {
    let start = Instant::now();
    let mut rooms = two_meetings(start);
    rooms.trap(Some(at));
    let now = start + Duration::from_secs(1);
    let round = |rooms: &mut Rooms| {
        catch_unwind(AssertUnwindSafe(|| {
            rooms.timeout(now);
            rooms.send(now, |_, _| {});
        }))
    };
    assert!(round(&mut rooms).is_err());
    rooms.recover(now);
    let lost = |event: Event| match event {
        Event::Disconnected { seat, link: Link::Subscribe, .. } => Some(seat),
        _ => None,
    };
    let lost: Vec<Seat> = rooms.events().filter_map(lost).collect();
    // The seats are there still: who lost a connection asks for another, and the work goes on.
    rooms.trap(None);
    for seat in &lost {
        rooms.command(now, Command::Subscribe { seat: *seat });
    }
    assert_eq!(rooms.events().filter(|event| matches!(event, Event::Offer { .. })).count(), lost.len());
    assert_eq!(rooms.fragments.len(), 2 * SEATS as usize);
    assert!(round(&mut rooms).is_ok());
    lost
}

fn all(meeting: u8) -> Vec<Seat> {
    (1..=SEATS).map(|number| seat(meeting, number)).collect()
}

#[test]
fn a_fault_found_at_a_seat_ends_that_seats_connections_alone() {
    assert_eq!(lost_by(At::Seat(seat(1, 2))), [seat(1, 2)]);
    assert_eq!(lost_by(At::Link(seat(2, 3), Link::Subscribe)), [seat(2, 3)]);
}

#[test]
fn a_fault_found_at_a_meeting_ends_that_meetings_connections_alone() {
    assert_eq!(lost_by(At::Meeting(seat(2, 1).meeting)), all(2));
}

#[test]
fn a_fault_that_is_nobodys_ends_every_connection_and_keeps_the_seats() {
    assert_eq!(lost_by(At::Everybody), [all(1), all(2)].concat());
}

#[test]
fn what_a_stranger_sends_ends_nobodys_connection() {
    let now = Instant::now();
    let mut rooms = two_meetings(now);
    rooms.trap(Some(At::Stranger));
    let way = crate::peer::Path::udp("10.1.2.3:4".parse().unwrap());
    assert!(catch_unwind(AssertUnwindSafe(|| rooms.datagram(now, way, &[0x80; 40]))).is_err());
    rooms.recover(now);
    assert_eq!(rooms.events().count(), 0);
}
