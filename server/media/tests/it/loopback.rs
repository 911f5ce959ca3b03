//! The media thread over real sockets.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use media::command::{Command, Event, Link, Over};
use media::framing::{self, Frames};
use media::{Events, Settings};

use crate::client::Client;
use crate::world::seat;

/// What a test waits at most; on an idle machine everything is over in a second.
const PATIENCE: Duration = Duration::from_secs(30);

enum Way {
    Udp(UdpSocket),
    Tcp(TcpStream, Box<Frames>),
}

impl Way {
    fn open(server: SocketAddr, over: Over) -> (Self, SocketAddr, SocketAddr) {
        match over {
            Over::Udp => {
                let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
                socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
                let address = socket.local_addr().unwrap();
                (Self::Udp(socket), address, server)
            }
            Over::Tcp => {
                let stream = TcpStream::connect(server).unwrap();
                stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
                stream.set_nodelay(true).unwrap();
                let address = stream.local_addr().unwrap();
                (Self::Tcp(stream, Box::default()), address, server)
            }
        }
    }

    fn send(&mut self, to: SocketAddr, datagram: &[u8]) {
        match self {
            Self::Udp(socket) => drop(socket.send_to(datagram, to).unwrap()),
            Self::Tcp(stream, _) => {
                stream.write_all(&framing::header(datagram.len()).unwrap()).unwrap();
                stream.write_all(datagram).unwrap();
            }
        }
    }

    /// What has come, waiting a moment for it.
    fn receive(&mut self) -> Vec<Vec<u8>> {
        let mut got = Vec::new();
        let mut buffer = [0; 2048];
        match self {
            Self::Udp(socket) => {
                while let Ok(count) = socket.recv(&mut buffer) {
                    got.push(buffer[..count].to_vec());
                }
            }
            Self::Tcp(stream, frames) => match stream.read(frames.space()) {
                Ok(count) => {
                    frames.filled(count);
                    while let Some(datagram) = frames.take().unwrap() {
                        got.push(datagram.to_vec());
                    }
                }
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}")
                }
            },
        }
        got
    }
}

struct Site {
    way: Way,
    client: Client,
}

impl Site {
    fn open(server: SocketAddr, over: Over) -> Self {
        let (way, address, server) = Way::open(server, over);
        Self { way, client: Client::new(Instant::now(), address, server, over == Over::Tcp) }
    }

    fn turn(&mut self) {
        self.client.timeout(Instant::now());
        let server = self.client.server;
        self.client.give_out().iter().for_each(|datagram| self.way.send(server, datagram));
        for datagram in self.way.receive() {
            self.client.take_in(Instant::now(), &datagram);
        }
    }
}

fn until<T>(events: &Events, find: impl Fn(Event) -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        let event = events.next_within(end.saturating_duration_since(Instant::now())).unwrap();
        if let Some(found) = find(event) {
            return found;
        }
    }
}

/// A picture over each way; with a `front`, streams come by that, and are handed over.
fn a_picture_goes_through(over: Over, front: Option<TcpListener>) {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let front_at = front.as_ref().map(|front| front.local_addr().unwrap());
    let further_tcp_port = front_at.map(|at| at.port());
    let settings = Settings { udp: any, tcp: Some(any), further_tcp_port, ..Settings::default() };
    let (media, events) = media::start(settings).unwrap();
    let own = if over == Over::Tcp { media.tcp().unwrap() } else { media.udp() };
    let at = front_at.unwrap_or(own);
    if let Some(front) = front {
        let media = media.clone();
        std::thread::spawn(move || {
            for _ in 0..2 {
                let (stream, from) = front.accept().unwrap();
                media.adopt(stream, from).unwrap();
            }
        });
    }
    let (mut sends, mut sees) = (Site::open(at, over), Site::open(at, over));
    for number in [1, 2] {
        media.tell(Command::Join { seat: seat(number), is_under_way: false }).unwrap();
    }
    let offer = sends.client.offer(Instant::now());
    media.tell(Command::Publish { seat: seat(1), offer }).unwrap();
    media.tell(Command::Subscribe { seat: seat(2) }).unwrap();
    let answer =
        until(&events, |event| if let Event::Answer { answer, .. } = event { Some(answer) } else { None });
    sends.client.take_answer(Instant::now(), &answer);
    let offer =
        until(&events, |event| if let Event::Offer { offer, .. } = event { Some(offer) } else { None });
    let answer = sees.client.answer(Instant::now(), &offer);
    media.tell(Command::Answer { seat: seat(2), answer }).unwrap();
    let start = Instant::now();
    let mut filmed = 0;
    while sees.client.got.len() < 200 {
        assert!(start.elapsed() < PATIENCE, "{} packets came", sees.client.got.len());
        let (now, millis) = (Instant::now(), start.elapsed().as_millis() as u64);
        if sends.client.is_connected && millis / 20 > filmed {
            filmed = millis / 20;
            sends.client.speak(now, millis, 20);
            sends.client.film(now, millis, 0, 3, filmed % 50 == 0);
        }
        sends.turn();
        sees.turn();
    }
    let mut connected = Vec::new();
    while connected.len() < 2 {
        connected.push(until(&events, |event| match event {
            Event::Connected { link, over, .. } => Some((link, over)),
            _ => None,
        }));
    }
    connected.sort_unstable();
    assert_eq!(connected, [(Link::Publish, over), (Link::Subscribe, over)]);
    drop(media);
    // The thread says all it has to say, and ends.
    while events.next().is_some() {}
}

#[test]
fn a_picture_goes_through_udp() {
    a_picture_goes_through(Over::Udp, None);
}

#[test]
fn a_picture_goes_through_tcp() {
    a_picture_goes_through(Over::Tcp, None);
}

#[test]
fn a_picture_goes_through_tcp_that_somebody_else_accepted() {
    a_picture_goes_through(Over::Tcp, Some(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()));
}

#[test]
fn a_leaving_is_never_lost() {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let limits = media::Limits { seats_per_meeting: 1, ..media::Limits::default() };
    let settings = Settings { udp: any, tcp: None, limits, ..Settings::default() };
    let (media, events) = media::start(settings).unwrap();
    media.tell(Command::Join { seat: seat(1), is_under_way: false }).unwrap();
    // More than the queue holds, faster than the thread obeys; the leaving goes last.
    let mut told = 0;
    while media.tell(Command::Subscribe { seat: seat(1) }).is_ok() && told < 100_000 {
        told += 1;
    }
    media.tell(Command::Leave { seat: seat(1) }).unwrap();
    let insist = |command: Command| {
        while media.tell(command.clone()).is_err() {
            std::thread::yield_now();
        }
    };
    // A join may overtake the leaving while the queue is full: then it is refused, and asks again.
    loop {
        insist(Command::Join { seat: seat(2), is_under_way: false });
        insist(Command::Subscribe { seat: seat(2) });
        let is_in = until(&events, |event| match event {
            Event::Offer { seat: of, .. } if of == seat(2) => Some(true),
            Event::Refused { seat: of, .. } if of == seat(2) => Some(false),
            _ => None,
        });
        if is_in {
            return;
        }
    }
}
