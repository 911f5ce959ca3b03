//! Meetings in virtual time.

use std::collections::BTreeMap;
use std::time::Duration;

use media::Limits;
use media::command::{Command, Direction, Event, Limited, Link, Place, Refused};

use crate::client::Got;
use crate::world::{World, meeting, seat};

/// What came by stream, each in the order of its numbers.
fn streams(got: &[Got]) -> BTreeMap<u32, Vec<&Got>> {
    let mut streams: BTreeMap<u32, Vec<&Got>> = BTreeMap::new();
    got.iter().for_each(|packet| streams.entry(packet.ssrc).or_default().push(packet));
    streams
}

/// The numbers that are missing between the first and the last of a stream.
fn gaps(packets: &[&Got]) -> usize {
    let first = packets[0].sequence;
    let mut numbers: Vec<u16> = packets.iter().map(|packet| packet.sequence.wrapping_sub(first)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    usize::from(*numbers.last().unwrap()) + 1 - numbers.len()
}

fn shown_large(world: &World, viewer: u64) -> Option<u64> {
    let slots = world.events.iter().rev().find_map(|event| match event {
        Event::Slots { seat, slots } if seat.number == viewer => Some(slots),
        _ => None,
    })?;
    slots.iter().find(|slot| slot.place == Place::Main)?.shows
}

fn offers(world: &World) -> usize {
    world.events.iter().filter(|event| matches!(event, Event::Offer { .. })).count()
}

#[test]
fn a_published_picture_and_voice_arrive_whole() {
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, false);
    world.connect();
    world.show(Duration::from_secs(6), &[(1, 20)]);
    assert_eq!(shown_large(&world, 2), Some(1));
    let got = std::mem::take(&mut world.client(2, Link::Subscribe).got);
    let streams = streams(&got);
    // A large picture and a voice; a seat does not see itself.
    assert_eq!(streams.len(), 2, "{:?}", streams.keys());
    for packets in streams.values() {
        assert!(packets.len() > 100, "{}", packets.len());
        assert_eq!(gaps(packets), 0);
        assert!(packets[0].payload.len() < 100 || packets.iter().any(|packet| packet.marker));
    }
    assert!(world.client(1, Link::Subscribe).got.is_empty());
}

#[test]
fn a_speaker_change_negotiates_nothing_and_breaks_no_numbers() {
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, true);
    world.site(3, false);
    world.connect();
    world.show(Duration::from_secs(4), &[(1, 20), (2, 127)]);
    assert_eq!(shown_large(&world, 3), Some(1));
    let offered = offers(&world);
    world.show(Duration::from_secs(6), &[(1, 127), (2, 20)]);
    assert_eq!(shown_large(&world, 3), Some(2));
    assert_eq!(offers(&world), offered);
    let got = std::mem::take(&mut world.client(3, Link::Subscribe).got);
    let streams = streams(&got);
    // The large picture, a small one of the other, two voices at most.
    assert!((3..=4).contains(&streams.len()), "{:?}", streams.keys());
    for packets in streams.values() {
        assert_eq!(gaps(packets), 0);
        assert!(packets.windows(2).all(|two| two[1].timestamp.wrapping_sub(two[0].timestamp) < 90_000 * 3));
    }
    let large = streams.values().find(|packets| packets[0].payload.len() > 100).unwrap();
    // Picture numbers go up by one a frame, whoever is shown.
    let numbers: Vec<u16> = large
        .iter()
        .map(|packet| u16::from_be_bytes([packet.payload[2], packet.payload[3]]) & 0x7FFF)
        .collect();
    assert!(numbers.windows(2).all(|two| two[1].wrapping_sub(two[0]) & 0x7FFF <= 1), "{numbers:?}");
}

#[test]
fn what_a_line_loses_is_sent_again() {
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, false);
    world.connect();
    world.loss = 30;
    world.show(Duration::from_secs(8), &[(1, 20)]);
    world.loss = 0;
    world.show(Duration::from_secs(1), &[(1, 20)]);
    let got = std::mem::take(&mut world.client(2, Link::Subscribe).got);
    let streams = streams(&got);
    let (pictures, voices): (Vec<_>, Vec<_>) =
        streams.values().partition(|packets| packets[0].payload.len() > 100);
    assert!(
        pictures.iter().all(|packets| gaps(packets) == 0),
        "{:?}",
        pictures.iter().map(|p| gaps(p)).collect::<Vec<_>>()
    );
    // The loss is real: without repeats a dozen of the four hundred would be missing.
    let (came, missing) = voices
        .iter()
        .fold((0, 0), |(came, missing), packets| (came + packets.len(), missing + gaps(packets)));
    assert!(came > 380 && missing <= 1, "{missing} of {came}");
}

#[test]
fn leaving_in_every_state_harms_nobody() {
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, false);
    world.connect();
    let leave = |world: &mut World, number| {
        world.tell(Command::Leave { seat: seat(number) });
        world.tell(Command::Leave { seat: seat(number) });
        world.clients.retain(|(client, _), _| *client != number);
    };
    // Joined only.
    world.tell(Command::Join { seat: seat(11), is_under_way: false });
    leave(&mut world, 11);
    // Offered, and not yet come.
    world.site(12, true);
    leave(&mut world, 12);
    // In the middle of the handshake, at several depths.
    for depth in 1..12 {
        world.site(20 + depth, true);
        world.run_until(world.now + Duration::from_millis(15 * depth));
        leave(&mut world, 20 + depth);
    }
    // Connected, and speaking.
    world.site(13, true);
    world.connect();
    world.show(Duration::from_secs(4), &[(1, 127), (13, 10)]);
    assert_eq!(shown_large(&world, 2), Some(13));
    leave(&mut world, 13);
    world.show(Duration::from_secs(4), &[(1, 20)]);
    assert_eq!(shown_large(&world, 2), Some(1));
    let before = world.client(2, Link::Subscribe).got.len();
    world.show(Duration::from_secs(1), &[(1, 20)]);
    assert!(world.client(2, Link::Subscribe).got.len() > before + 50);
    leave(&mut world, 1);
    leave(&mut world, 2);
    assert_eq!(world.rooms.wake(), None);
    assert!(!world.rooms.knows(media::peer::Path::udp("10.0.2.2:5002".parse().unwrap())));
}

#[test]
fn who_comes_when_it_is_full_is_told_so_and_the_others_go_on() {
    let limits = Limits { seats_per_meeting: 2, meetings: 1, egress_bps: 1_500_000, ..Limits::default() };
    let mut world = World::new(limits);
    world.site(1, true);
    world.site(2, false);
    let refused = |world: &World| match world.events.last() {
        Some(Event::Refused { why: Refused::Limit { what, at_most }, .. }) => Some((*what, *at_most)),
        _ => None,
    };
    assert_eq!(refused(&world), Some((Limited::Egress, 1_500_000)));
    world.tell(Command::Join { seat: seat(3), is_under_way: false });
    assert_eq!(refused(&world), Some((Limited::Seats, 2)));
    let elsewhere = "00000000-0000-0000-0000-000000000008".parse().unwrap();
    world.tell(Command::Join { seat: media::Seat { meeting: elsewhere, number: 4 }, is_under_way: false });
    assert_eq!(refused(&world), Some((Limited::Meetings, 1)));
    world.tell(Command::Subscribe { seat: seat(3) });
    assert!(matches!(world.events.last(), Some(Event::Refused { why: Refused::NoSeat, .. })));
    world.connect();
}

/// A seat of another meeting.
fn elsewhere(meeting: u64, number: u64) -> media::Seat {
    media::Seat { meeting: format!("00000000-0000-0000-0000-{meeting:012}").parse().unwrap(), number }
}

/// Who was refused since, and by which limit.
fn refused(world: &mut World) -> Vec<(media::Seat, Limited)> {
    let refused = world.events.drain(..).filter_map(|event| match event {
        Event::Refused { seat, why: Refused::Limit { what, .. } } => Some((seat, what)),
        _ => None,
    });
    refused.collect()
}

#[test]
fn a_meeting_under_way_displaces_the_newest_that_is_not_and_never_another_under_way() {
    let mut world = World::new(Limits { meetings: 3, ..Limits::default() });
    let join = |world: &mut World, meeting, number, is_under_way| {
        world.tell(Command::Join { seat: elsewhere(meeting, number), is_under_way });
        refused(world)
    };
    for number in 1..=2 {
        assert_eq!(join(&mut world, 1, number, false), []);
    }
    assert_eq!(join(&mut world, 9, 3, false), []);
    assert_eq!(join(&mut world, 5, 4, false), []);
    assert_eq!(join(&mut world, 4, 5, false), [(elsewhere(4, 5), Limited::Meetings)]);
    // The oldest begins: its seats say so.
    assert_eq!(join(&mut world, 1, 1, true), []);
    assert_eq!(join(&mut world, 2, 6, true), [(elsewhere(5, 4), Limited::Meetings)]);
    assert_eq!(join(&mut world, 3, 7, true), [(elsewhere(9, 3), Limited::Meetings)]);
    assert_eq!(join(&mut world, 6, 8, true), [(elsewhere(6, 8), Limited::Meetings)]);
    for seat in [elsewhere(1, 2), elsewhere(2, 6), elsewhere(3, 7)] {
        world.tell(Command::Look { seat, look: media::command::Look::Speaker });
    }
    assert_eq!(world.events, []);
    // Those who had to go are not there any more.
    world.tell(Command::Subscribe { seat: elsewhere(5, 4) });
    assert!(matches!(world.events.last(), Some(Event::Refused { why: Refused::NoSeat, .. })));
}

#[test]
fn a_site_that_comes_back_finds_its_share_of_what_is_sent() {
    let mut world = World::new(Limits { egress_bps: 2_000_000, ..Limits::default() });
    world.site(1, false);
    world.site(2, false);
    world.connect();
    world.clients.remove(&(1, Link::Subscribe));
    world.run_until(world.now + Duration::from_secs(40));
    world.site(3, false);
    assert_eq!(refused(&mut world), [(seat(3), Limited::Egress)]);
    world.tell(Command::Subscribe { seat: seat(1) });
    assert_eq!((offers(&world), refused(&mut world)), (1, vec![]));
    // Who has left needs it no more.
    world.tell(Command::Leave { seat: seat(1) });
    world.tell(Command::Subscribe { seat: seat(3) });
    assert_eq!(offers(&world), 1);
}

#[test]
fn seats_that_wait_for_their_meeting_leave_what_is_sent_to_those_under_way() {
    let mut world = World::new(Limits { egress_bps: 2_000_000, ..Limits::default() });
    let come = |world: &mut World, seat, is_under_way| {
        world.tell(Command::Join { seat, is_under_way });
        world.tell(Command::Subscribe { seat });
        refused(world)
    };
    assert_eq!(come(&mut world, elsewhere(1, 1), false), []);
    assert_eq!(come(&mut world, elsewhere(2, 2), false), []);
    // Joined only: it takes nothing, and so is left alone.
    world.tell(Command::Join { seat: elsewhere(3, 3), is_under_way: false });
    assert_eq!(come(&mut world, elsewhere(4, 4), true), [(elsewhere(2, 2), Limited::Egress)]);
    assert_eq!(come(&mut world, elsewhere(4, 5), true), [(elsewhere(1, 1), Limited::Egress)]);
    assert_eq!(come(&mut world, elsewhere(4, 6), true), [(elsewhere(4, 6), Limited::Egress)]);
    assert_eq!(come(&mut world, elsewhere(3, 3), false), [(elsewhere(3, 3), Limited::Egress)]);
}

#[test]
fn the_chairs_will_goes_before_the_loudest() {
    let mut world = World::new(Limits::default());
    (1..=2).for_each(|number| world.site(number, true));
    world.site(3, false);
    world.connect();
    let direct = |world: &mut World, direction| world.tell(Command::Direct { meeting: meeting(), direction });
    direct(&mut world, Direction { large: Some(2), ..Direction::default() });
    world.show(Duration::from_secs(4), &[(1, 10), (2, 127)]);
    assert_eq!(shown_large(&world, 3), Some(2));
    // Muted and hidden: nothing of it arrives any more.
    let gone = Direction { muted: [1].into(), hidden: [1, 2].into(), ..Direction::default() };
    direct(&mut world, gone);
    world.show(Duration::from_secs(1), &[(1, 10), (2, 127)]);
    world.client(3, Link::Subscribe).got.clear();
    world.show(Duration::from_secs(1), &[(1, 10), (2, 127)]);
    assert_eq!(world.client(3, Link::Subscribe).got.len(), 0);
}

#[test]
fn whoever_has_the_floor_is_heard_although_others_make_more_noise() {
    let mut world = World::new(Limits::default());
    (1..=5).for_each(|number| world.site(number, true));
    world.site(6, false);
    world.connect();
    let noise = [(1, 10), (2, 10), (3, 10), (4, 10), (5, 110)];
    let heard = |world: &World| {
        let slots = world.events.iter().rev().find_map(|event| match event {
            Event::Slots { seat, slots } if seat.number == 6 => Some(slots),
            _ => None,
        });
        let voices = slots.into_iter().flatten().filter(|slot| matches!(slot.place, Place::Audio(_)));
        voices.filter_map(|slot| slot.shows).collect::<Vec<_>>()
    };
    world.show(Duration::from_secs(2), &noise);
    assert!(heard(&world).len() == 3 && !heard(&world).contains(&5));
    let direction = Direction { floor: Some(5), ..Direction::default() };
    world.tell(Command::Direct { meeting: meeting(), direction });
    world.show(Duration::from_secs(2), &noise);
    assert!(heard(&world).len() == 3 && heard(&world).contains(&5));
}

#[test]
fn a_new_connection_of_the_same_site_takes_over() {
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, false);
    world.connect();
    world.show(Duration::from_secs(3), &[(1, 20)]);
    world.publish(1);
    world.connect();
    world.client(2, Link::Subscribe).got.clear();
    world.show(Duration::from_secs(3), &[(1, 20)]);
    assert_eq!(shown_large(&world, 2), Some(1));
    let got = std::mem::take(&mut world.client(2, Link::Subscribe).got);
    assert!(streams(&got).values().all(|packets| gaps(packets) == 0 && packets.len() > 50));
}

#[test]
fn a_site_that_falls_silent_is_told_and_then_forgotten() {
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, false);
    world.connect();
    world.show(Duration::from_secs(2), &[(1, 20)]);
    world.clients.retain(|(number, _), _| *number != 1);
    world.run_until(world.now + Duration::from_secs(12));
    let is_told = |event: &Event| matches!(event, Event::Disconnected { seat, link: Link::Publish, .. } if seat.number == 1);
    assert_eq!(world.events.iter().filter(|event| is_told(event)).count(), 1);
    world.run_until(world.now + Duration::from_secs(25));
    assert_eq!(world.events.iter().filter(|event| is_told(event)).count(), 2);
    // The seat is still taken; only its connections are gone.
    world.publish(1);
    world.connect();
}

#[test]
fn a_site_that_sends_more_than_it_may_loses_the_excess_alone() {
    let mut world = World::new(Limits { seat_uplink_bps: 200_000, ..Limits::default() });
    world.site(1, true);
    world.site(2, false);
    world.site(3, true);
    world.connect();
    // It sends some 800 kbit/s, four times what it may; the other speaks.
    world.show(Duration::from_secs(2), &[(1, 127)]);
    for number in 1..=3 {
        world.client(number, Link::Subscribe).got.clear();
    }
    let end = world.now + Duration::from_secs(10);
    while world.now < end {
        let (now, millis) = (world.now, world.millis());
        world.client(3, Link::Publish).speak(now, millis, 20);
        world.show(Duration::from_millis(20), &[(1, 127)]);
    }
    let got = std::mem::take(&mut world.client(2, Link::Subscribe).got);
    let (pictures, voices): (Vec<_>, Vec<_>) = got.iter().partition(|packet| packet.payload.len() > 100);
    let bits = pictures.iter().map(|packet| packet.payload.len() * 8).sum::<usize>();
    assert!(bits <= 200_000 * 12, "{bits}");
    let voice = streams(&got).into_values().find(|packets| packets[0].payload.first() == Some(&20)).unwrap();
    assert_eq!((gaps(&voice), voices.len() > 400), (0, true));
}

#[test]
fn whoever_is_cut_off_by_a_fault_comes_back_to_the_same_seat() {
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, false);
    world.connect();
    let way = media::peer::Path::udp(world.client(2, Link::Subscribe).address);
    world.rooms.begin_anew(world.now);
    world.settle();
    let lost = |event: &&Event| matches!(event, Event::Disconnected { .. });
    assert_eq!(world.events.iter().filter(lost).count(), 3);
    assert!(!world.rooms.knows(way));
    world.publish(1);
    for number in [1, 2] {
        world.tell(Command::Subscribe { seat: seat(number) });
    }
    world.connect();
    world.show(Duration::from_secs(3), &[(1, 20)]);
    assert_eq!(shown_large(&world, 2), Some(1));
}

#[test]
fn an_address_that_has_passed_to_a_neighbour_stays_the_neighbours() {
    let mut world = World::new(Limits::default());
    world.site(1, false);
    world.site(2, false);
    world.connect();
    // The first falls silent, and its NAT gives the port to the second.
    let address = world.clients.remove(&(1, Link::Subscribe)).unwrap().address;
    world.run_until(world.now + Duration::from_secs(7));
    world.client(2, Link::Subscribe).address = address;
    world.run_until(world.now + Duration::from_secs(4));
    let way = media::peer::Path::udp(address);
    assert!(world.rooms.knows(way));
    world.tell(Command::Leave { seat: seat(1) });
    assert!(world.rooms.knows(way));
}

#[test]
fn a_seat_that_forges_anothers_address_does_not_get_it() {
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, false);
    world.connect();
    world.show(Duration::from_secs(2), &[(1, 20)]);
    world.client(2, Link::Subscribe).got.clear();
    world.site(3, false);
    world.client(3, Link::Subscribe).address = world.client(1, Link::Publish).address;
    world.show(Duration::from_secs(6), &[(1, 20)]);
    let got = std::mem::take(&mut world.client(2, Link::Subscribe).got);
    let streams = streams(&got);
    assert_eq!(streams.len(), 2);
    assert!(streams.values().all(|packets| gaps(packets) == 0));
}

#[test]
fn pictures_go_to_no_address_that_a_seat_chooses_before_it_has_written_from_there() {
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, false);
    world.connect();
    world.show(Duration::from_secs(2), &[(1, 20)]);
    let victim = "203.0.113.7:9".parse().unwrap();
    world.forger = Some(((2, Link::Subscribe), victim));
    world.client(2, Link::Subscribe).got.clear();
    // Long enough for the server to give up the path that is no longer checked for the one that is.
    world.show(Duration::from_secs(8), &[(1, 20)]);
    assert!(world.rooms.knows(media::peer::Path::udp(victim)), "its checks were answered");
    assert!(world.astray.is_empty(), "the address gets nothing but answers to checks");
    let got = std::mem::take(&mut world.client(2, Link::Subscribe).got);
    assert!(streams(&got).values().all(|packets| gaps(packets) == 0) && !got.is_empty());
}

#[test]
fn what_others_forge_under_a_seats_address_takes_nothing_from_what_it_may_send() {
    let mut world = World::new(Limits { seat_uplink_bps: 1_500_000, ..Limits::default() });
    world.site(1, true);
    world.site(2, false);
    world.connect();
    world.show(Duration::from_secs(2), &[(1, 20)]);
    world.client(2, Link::Subscribe).got.clear();
    let way = media::peer::Path::udp(world.client(1, Link::Publish).address);
    let end = world.now + Duration::from_secs(4);
    while world.now < end {
        // About 5 Mbit/s, more than three times what the seat may send.
        for number in 0..10_u8 {
            let mut forged = vec![number; 1200];
            forged[..2].copy_from_slice(&[0x80, 120]);
            world.rooms.datagram(world.now, way, &forged);
        }
        world.show(Duration::from_millis(20), &[(1, 20)]);
    }
    let got = std::mem::take(&mut world.client(2, Link::Subscribe).got);
    assert!(streams(&got).values().all(|packets| gaps(packets) == 0));
    assert!(got.len() > 400, "{}", got.len());
}

#[test]
fn a_page_that_closes_is_gone_at_once() {
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, false);
    world.connect();
    world.client(1, Link::Publish).close();
    world.run_until(world.now + Duration::from_millis(200));
    let gone =
        world.events.iter().filter(|event| matches!(event, Event::Disconnected { link: Link::Publish, .. }));
    assert_eq!(gone.count(), 1);
}

#[test]
fn a_strangers_flood_costs_only_the_looking() {
    use media::peer::Path;
    use rand::{RngExt, SeedableRng, rngs::StdRng};
    let mut world = World::new(Limits::default());
    world.site(1, true);
    world.site(2, false);
    world.connect();
    let mut chance = StdRng::seed_from_u64(3);
    // From addresses of its own and, forged, from those of a site.
    let ways = ["10.9.9.9:9", "10.0.1.1:5001", "10.0.2.2:5002"].map(|way| Path::udp(way.parse().unwrap()));
    for round in 0..20_000_u32 {
        let mut datagram: Vec<u8> = (0..chance.random_range(0..200)).map(|_| chance.random()).collect();
        if let Some(first) = datagram.first_mut() {
            *first = [0, 0x16, 0x80, 0x90, *first][round as usize % 5];
        }
        world.rooms.datagram(world.now, ways[round as usize % ways.len()], &datagram);
    }
    world.show(Duration::from_secs(3), &[(1, 20)]);
    assert_eq!(shown_large(&world, 2), Some(1));
}
