//! What the byte streams promise.

use super::*;
use socket2::{Domain, Socket, Type};
use std::net::Ipv4Addr;

#[test]
fn strangers_displace_strangers_and_are_closed_in_time() {
    let poll = mio::Poll::new().unwrap();
    let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = listener.local_addr().unwrap();
    poll.registry().register(&mut listener, Token(2), Interest::READABLE).unwrap();
    let mut streams = Streams::new(Some(listener));
    let start = Instant::now();
    let mut client = std::net::TcpStream::connect(address).unwrap();
    client.write_all(&[0, 3, 1, 2, 3]).unwrap();
    let known = |path: Path| path.address == client.local_addr().unwrap();
    let mut took = 0;
    // The loopback delivers what was written before, sooner or later.
    while took == 0 {
        streams.accept(start, poll.registry());
        streams
            .streams
            .keys()
            .copied()
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|n| streams.readable.push(n));
        let take = |path: Path, datagram: &[u8]| {
            took += usize::from(datagram == [1, 2, 3]);
            known(path)
        };
        streams.read(start, poll.registry(), take, |_| {}, |_| None);
    }
    let mut strangers = Vec::new();
    for _ in 0..STRANGERS + 20 {
        strangers.push(std::net::TcpStream::connect(address).unwrap());
        streams.accept(start + Duration::from_secs(1), poll.registry());
    }
    assert!((STRANGERS..=STRANGERS + 1).contains(&streams.streams.len()), "{}", streams.streams.len());
    assert!(streams.has_strangers());
    streams.read(start + Duration::from_secs(2) + PROBATION, poll.registry(), |_, _| false, |_| {}, |_| None);
    assert_eq!(streams.streams.len(), 1);
    // The client has left: its stream goes too.
    streams.sweep(|_| false);
    assert_eq!(streams.streams.len(), 0);
}

#[test]
fn a_flood_from_one_address_displaces_nobody_elses_stream() {
    let poll = mio::Poll::new().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let server = listener.local_addr().unwrap();
    let mut streams = Streams::new(Some(listener));
    let start = Instant::now();
    let mut clients = Vec::new();
    let mut connect = |streams: &mut Streams, host: u8, after: u64| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, host], 0)).into()).unwrap();
        socket.connect(&server.into()).unwrap();
        clients.push(socket);
        streams.accept(start + Duration::from_millis(after), poll.registry());
    };
    let of = |streams: &Streams, host: u8| {
        let from = |stream: &&Stream| stream.address.ip() == Ipv4Addr::new(127, 0, 0, host);
        streams.streams.values().filter(from).map(|stream| stream.since).collect::<Vec<_>>()
    };
    // An honest one first, then the flood, another honest one in the middle of it.
    for after in 0..400 {
        connect(&mut streams, if [0, 200].contains(&after) { 2 } else { 3 }, after);
    }
    assert_eq!(of(&streams, 2).len(), 2);
    let flood = of(&streams, 3);
    assert!((STRANGERS - 3..=STRANGERS).contains(&flood.len()), "{}", flood.len());
    assert!(flood.iter().all(|since| *since > start + Duration::from_millis(200)), "its own oldest went");
}

/// Streams that have proved themselves: so many of each meeting, the first meeting's the oldest.
fn held(of: &[(u128, usize)]) -> (mio::Poll, Streams, Vec<std::net::TcpStream>, HashMap<u32, u128>) {
    let poll = mio::Poll::new().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let server = listener.local_addr().unwrap();
    let mut streams = Streams::new(Some(listener));
    let (mut clients, mut owners) = (Vec::new(), HashMap::new());
    for (meeting, count) in of {
        for _ in 0..*count {
            clients.push(std::net::TcpStream::connect(server).unwrap());
            let before = streams.next;
            while streams.next == before {
                streams.accept(Instant::now(), poll.registry());
            }
            streams.streams.get_mut(&streams.next).expect("there is a place for a stranger").is_proven = true;
            owners.insert(streams.next, *meeting);
        }
    }
    (poll, streams, clients, owners)
}

fn of_meeting(owners: &HashMap<u32, u128>, under_way: u128) -> impl Fn(Path) -> Option<Whose> {
    move |path| {
        let meeting = *owners.get(&path.stream?)?;
        Some(Whose {
            meeting: format!("00000000-0000-0000-0000-{meeting:012}").parse().unwrap(),
            is_under_way: meeting == under_way,
        })
    }
}

#[test]
fn a_meeting_that_holds_all_places_gives_way_to_another() {
    let (_poll, mut streams, _clients, owners) = held(&[(1, STREAMS), (2, 1)]);
    let newcomer = streams.next;
    let gone = streams.give_way(of_meeting(&owners, 0)).and_then(|path| path.stream).unwrap();
    assert_eq!(owners[&gone], 1);
    assert_eq!(gone, newcomer - 1, "its newest");
    assert!(streams.streams.contains_key(&newcomer));
    assert_eq!(streams.give_way(of_meeting(&owners, 0)), None);
}

#[test]
fn what_is_under_way_gives_way_last_and_what_is_nobodys_first() {
    let (_poll, mut streams, _clients, mut owners) = held(&[(1, STREAMS - 2), (2, 3)]);
    // Meeting 1 is under way: the rehearsal gives way, though it has three.
    let gone = streams.give_way(of_meeting(&owners, 1)).and_then(|path| path.stream).unwrap();
    assert_eq!(owners[&gone], 2);
    // Ways that a client gave up go before anybody's.
    let (_poll, mut streams, _clients, more) = held(&[(1, STREAMS), (2, 1)]);
    owners = more;
    let given_up: Vec<u32> = owners.keys().copied().filter(|number| number % 50 == 0).collect();
    owners.retain(|number, _| !given_up.contains(number));
    assert_eq!(streams.give_way(of_meeting(&owners, 1)), None);
    assert_eq!(streams.streams.len(), STREAMS + 1 - given_up.len());
}

#[test]
fn a_machine_with_many_addresses_is_one() {
    let network = |text: &str| network(text.parse().unwrap());
    assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:0:1"));
    assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1"));
    assert_ne!(network("10.0.0.1"), network("10.0.0.2"));
}
