//! A meeting in virtual time: the server's rooms and any number of sites in one process, joined by lines with a delay and
//! a loss drawn from a seed. Time moves from one thing that happens to the next.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use domain::ids::MeetingId;
use media::Limits;
use media::command::{Command, Event, Link, Over, Seat};
use media::peer::{Identity, Path};
use media::rooms::Rooms;
use media::sdp::Candidate;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::client::Client;

pub(crate) fn meeting() -> MeetingId {
    "00000000-0000-0000-0000-000000000007".parse().unwrap()
}

pub(crate) fn seat(number: u64) -> Seat {
    Seat { meeting: meeting(), number }
}

/// One way of a line.
const DELAY: Duration = Duration::from_millis(20);

enum Flight {
    Up(Path, BytesMut),
    Down(u64, Link, BytesMut),
}

pub(crate) struct World {
    pub(crate) start: Instant,
    pub(crate) now: Instant,
    pub(crate) rooms: Rooms,
    pub(crate) clients: BTreeMap<(u64, Link), Client>,
    pub(crate) events: Vec<Event>,
    /// A client that sends its checks from an address that is not its own.
    pub(crate) forger: Option<((u64, Link), SocketAddr)>,
    /// Datagrams sent to addresses where nobody is, except answers to checks.
    pub(crate) astray: Vec<SocketAddr>,
    /// Of a thousand datagrams towards the sites, so many are lost.
    pub(crate) loss: u32,
    flying: BTreeMap<(Instant, u64), Flight>,
    launched: u64,
    chance: StdRng,
}

fn server() -> SocketAddr {
    "10.0.0.1:3478".parse().unwrap()
}

fn address(number: u64, link: Link) -> SocketAddr {
    let net = if link == Link::Publish { 1 } else { 2 };
    format!("10.0.{net}.{number}:{}", 5_000 + number).parse().unwrap()
}

/// Whether a datagram is STUN, by its first byte (RFC 7983).
fn is_check(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| *first < 4)
}

impl World {
    pub(crate) fn new(limits: Limits) -> Self {
        let start = Instant::now();
        let candidates = vec![Candidate { address: server(), over: Over::Udp }];
        let rooms =
            Rooms::new(start, limits, candidates, Identity::generate().unwrap(), StdRng::seed_from_u64(1));
        Self {
            start,
            now: start,
            rooms,
            clients: BTreeMap::new(),
            events: Vec::new(),
            forger: None,
            astray: Vec::new(),
            loss: 0,
            flying: BTreeMap::new(),
            launched: 0,
            chance: StdRng::seed_from_u64(2),
        }
    }

    pub(crate) fn tell(&mut self, command: Command) {
        self.rooms.command(self.now, command);
        self.settle();
    }

    /// A site that sees, and sends too if it is to.
    pub(crate) fn site(&mut self, number: u64, sends: bool) {
        self.tell(Command::Join { seat: seat(number), is_under_way: false });
        if sends {
            self.publish(number);
        }
        self.tell(Command::Subscribe { seat: seat(number) });
    }

    pub(crate) fn publish(&mut self, number: u64) {
        let mut client = Client::new(self.now, address(number, Link::Publish), server(), false);
        let offer = client.offer(self.now);
        self.clients.insert((number, Link::Publish), client);
        self.tell(Command::Publish { seat: seat(number), offer });
    }

    /// Lets everybody do what can be done at this moment.
    pub(crate) fn settle(&mut self) {
        let mut told: Vec<Event> = self.rooms.events().collect();
        for event in told.drain(..) {
            self.hear(event);
        }
        self.fly();
    }

    fn hear(&mut self, event: Event) {
        match &event {
            Event::Answer { seat, answer } => {
                if let Some(client) = self.clients.get_mut(&(seat.number, Link::Publish)) {
                    client.take_answer(self.now, answer);
                }
            }
            Event::Offer { seat, offer } => {
                let mut client =
                    Client::new(self.now, address(seat.number, Link::Subscribe), server(), false);
                let answer = client.answer(self.now, offer);
                self.clients.insert((seat.number, Link::Subscribe), client);
                self.rooms.command(self.now, Command::Answer { seat: *seat, answer });
            }
            _ => {}
        }
        self.events.push(event);
    }

    fn fly(&mut self) {
        let at = self.now + DELAY;
        for (key, client) in &mut self.clients {
            for datagram in client.give_out() {
                let forged = self.forger.filter(|(forger, _)| forger == key && is_check(&datagram));
                let from = forged.map_or(client.address, |(_, address)| address);
                self.launched += 1;
                self.flying.insert((at, self.launched), Flight::Up(Path::udp(from), datagram));
            }
        }
        let clients = &self.clients;
        let (flying, launched) = (&mut self.flying, &mut self.launched);
        let (loss, chance, astray) = (self.loss, &mut self.chance, &mut self.astray);
        self.rooms.send(self.now, |path, datagrams| {
            let to = clients.iter().find(|(_, client)| client.address == path.address).map(|(key, _)| *key);
            for datagram in datagrams.drain(..) {
                if to.is_none() && !is_check(&datagram) {
                    astray.push(path.address);
                }
                let Some((number, link)) = to.filter(|_| chance.random_range(0..1_000) >= loss) else {
                    continue;
                };
                *launched += 1;
                flying.insert((at, *launched), Flight::Down(number, link, datagram));
            }
        });
    }

    /// Lets time pass up to a moment.
    pub(crate) fn run_until(&mut self, end: Instant) {
        loop {
            let due = self.clients.values_mut().filter_map(Client::due).min();
            let next = [due, self.rooms.wake(), self.flying.keys().next().map(|(at, _)| *at)];
            let next = next.into_iter().flatten().min().unwrap_or(end).max(self.now);
            if next > end {
                self.now = end;
                return;
            }
            // What is due at once again and again would stop the clock.
            self.now = if next == self.now { next + Duration::from_micros(100) } else { next };
            while let Some(entry) = self.flying.first_entry().filter(|entry| entry.key().0 <= self.now) {
                match entry.remove() {
                    Flight::Up(path, datagram) => self.rooms.datagram(self.now, path, &datagram),
                    Flight::Down(number, link, datagram) => {
                        if let Some(client) = self.clients.get_mut(&(number, link)) {
                            client.take_in(self.now, &datagram);
                        }
                    }
                }
            }
            for client in self.clients.values_mut() {
                client.timeout(self.now);
            }
            self.rooms.timeout(self.now);
            self.settle();
        }
    }

    /// Lets a fiftieth of a second pass.
    pub(crate) fn tick(&mut self) {
        self.run_until(self.now + Duration::from_millis(20));
    }

    pub(crate) fn millis(&self) -> u64 {
        self.now.duration_since(self.start).as_millis() as u64
    }

    /// Until all are connected, or ten seconds have passed.
    pub(crate) fn connect(&mut self) {
        for _ in 0..500 {
            self.tick();
            if self.clients.values().all(|client| client.is_connected) {
                // The server has heard of it too, and looked at its plan.
                (0..20).for_each(|_| self.tick());
                return;
            }
        }
        let missing: Vec<_> =
            self.clients.iter().filter(|(_, c)| !c.is_connected).map(|(key, _)| *key).collect();
        panic!("not connected: {missing:?}; {:?}", self.events);
    }

    pub(crate) fn client(&mut self, number: u64, link: Link) -> &mut Client {
        self.clients.get_mut(&(number, link)).unwrap()
    }

    /// Films with all sizes at 25 frames a second and speaks at a level, for a while. A whole picture every two seconds.
    pub(crate) fn show(&mut self, time: Duration, sites: &[(u64, u8)]) {
        let end = self.now + time;
        while self.now < end {
            let (millis, now) = (self.millis(), self.now);
            let frame = millis / 40;
            for (number, level) in sites {
                let client = self.client(*number, Link::Publish);
                client.speak(now, millis, *level);
                if millis / 20 % 2 == 0 {
                    (0..3).for_each(|size| client.film(now, millis, size, 1 + size, frame % 50 == 0));
                }
            }
            self.settle();
            self.tick();
        }
    }
}
