//! What the thread promises whatever happens in it.

use super::*;
use crate::rooms::At;

const PATIENCE: Duration = Duration::from_secs(20);

fn here() -> Settings {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Settings { udp: any, tcp: Some(any), ..Settings::default() }
}

fn seat() -> Seat {
    Seat { meeting: "00000000-0000-0000-0000-000000000001".parse().unwrap(), number: 1 }
}

/// Goes round until this is told.
fn until(wire: &mut Wire, ready: &mut mio::Events, events: &Events, is_it: impl Fn(&Event) -> bool) {
    let end = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < end && wire.round(ready));
        if events.0.try_iter().any(|event| is_it(&event)) {
            return;
        }
    }
}

fn is_offer(event: &Event) -> bool {
    matches!(event, Event::Offer { .. })
}

fn is_end(event: &Event) -> bool {
    matches!(event, Event::Disconnected { .. })
}

#[test]
fn a_fault_of_the_thread_leaves_ports_and_seats_and_is_told() {
    let (mut wire, media, events) = open(here()).unwrap();
    let mut ready = mio::Events::with_capacity(16);
    media.tell(Command::Join { seat: seat(), is_under_way: false }).unwrap();
    media.tell(Command::Subscribe { seat: seat() }).unwrap();
    until(&mut wire, &mut ready, &events, is_offer);
    // In what is done for everybody, every round.
    wire.rooms.trap(Some(At::Everybody));
    until(&mut wire, &mut ready, &events, is_end);
    wire.rooms.trap(None);
    media.tell(Command::Subscribe { seat: seat() }).unwrap();
    until(&mut wire, &mut ready, &events, is_offer);
    // And in the thread's own work: a token that it has never given out.
    let odd = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    wire.poll.registry().register(&mut SourceFd(&raw_fd(&odd)), Token(5), Interest::READABLE).unwrap();
    odd.send_to(&[1], odd.local_addr().unwrap()).unwrap();
    until(&mut wire, &mut ready, &events, is_end);
    media.tell(Command::Subscribe { seat: seat() }).unwrap();
    until(&mut wire, &mut ready, &events, is_offer);
    assert_eq!(wire.socket.local_addr().unwrap(), media.udp());
    assert!(std::net::TcpStream::connect(media.tcp().unwrap()).is_ok());
    drop(media);
    while wire.round(&mut ready) {}
}

#[test]
fn the_thread_ends_with_whoever_commands_it_however_soon() {
    for _ in 0..100 {
        let (media, events) = start(here()).unwrap();
        media.tell(Command::Subscribe { seat: seat() }).unwrap();
        assert!(matches!(events.next_within(PATIENCE), Ok(Event::Refused { .. })));
        drop(media);
        assert_eq!(events.next_within(PATIENCE), Err(RecvTimeoutError::Disconnected));
    }
}
