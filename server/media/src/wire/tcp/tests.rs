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
        streams.accept(start, poll.registry(), known);
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
        streams.read(start, poll.registry(), take, |_| {}, known);
    }
    let mut strangers = Vec::new();
    for _ in 0..STRANGERS + 20 {
        strangers.push(std::net::TcpStream::connect(address).unwrap());
        streams.accept(start + Duration::from_secs(1), poll.registry(), known);
    }
    assert!((STRANGERS..=STRANGERS + 1).contains(&streams.streams.len()), "{}", streams.streams.len());
    assert!(streams.has_strangers());
    streams.read(start + Duration::from_secs(2) + PROBATION, poll.registry(), |_, _| false, |_| {}, known);
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
        streams.accept(start + Duration::from_millis(after), poll.registry(), |_| true);
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

#[test]
fn a_client_that_opens_ways_without_end_keeps_nobody_out() {
    let poll = mio::Poll::new().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let server = listener.local_addr().unwrap();
    let mut streams = Streams::new(Some(listener));
    let start = Instant::now();
    let mut clients = Vec::new();
    // Each way proves itself; the client has the newest eight of them, as a connection keeps no more.
    let mut newest = 0;
    for _ in 0..STREAMS + 40 {
        clients.push(std::net::TcpStream::connect(server).unwrap());
        let before = streams.next;
        while streams.next == before {
            streams
                .accept(start, poll.registry(), |path| path.stream.is_some_and(|number| number + 8 > newest));
        }
        newest = streams.next;
        let stream = streams.streams.get_mut(&newest).expect("nobody is kept out");
        stream.is_proven = true;
    }
    assert!(streams.streams.len() < STREAMS, "{}", streams.streams.len());
}

#[test]
fn a_machine_with_many_addresses_is_one() {
    let network = |text: &str| network(text.parse().unwrap());
    assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:0:1"));
    assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1"));
    assert_ne!(network("10.0.0.1"), network("10.0.0.2"));
}
