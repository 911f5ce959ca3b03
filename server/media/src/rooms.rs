//! All meetings of one port: commands, datagrams and `now` in, datagrams and events out. It knows which connection a
//! datagram belongs to (by the name in a STUN request, then by where it comes from) and what is too much for the server.
//! No thread, clock, socket or source of chance of its own: the same input gives the same output.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use domain::ids::MeetingId;
use rand::RngExt;
use rand::distr::Alphanumeric;
use rand::rngs::StdRng;

use crate::command::{Command, Event, Limited, Link, Refused, Seat};
use crate::demux::{self, Kind};
use crate::peer::{Credentials, Identity, Path, Publisher, SOURCES, Subscriber};
use crate::room::Room;
use crate::sdp::Candidate;
use crate::settings::Limits;

/// How often the clock is looked at while there are connections: the grain of pacing and of repairs.
pub const TICK: Duration = Duration::from_millis(5);
/// While there are seats and no connections, only to see that nothing is due.
const IDLE: Duration = Duration::from_millis(250);
/// Letters of an ICE name: 2⁴⁷ names, of which a few hundred are in use.
const FRAGMENT: usize = 8;
/// Letters of an ICE password: 142 bits (RFC 8445 asks for 128).
const PASSWORD: usize = 24;

/// Whose connection.
type Route = (Seat, Link);

/// All meetings of one port.
pub struct Rooms {
    limits: Limits,
    candidates: Vec<Candidate>,
    identity: Arc<Identity>,
    rng: StdRng,
    rooms: BTreeMap<MeetingId, Room>,
    fragments: HashMap<String, Route>,
    paths: HashMap<Path, Route>,
    next_source: u64,
    next_tick: Instant,
    events: Vec<Event>,
    /// Answers to be sent by the way their question came.
    direct: Vec<(Path, BytesMut)>,
    /// Connections by which something is to be sent.
    dirty: Vec<Route>,
    numbers: Vec<u64>,
    gone: Vec<Route>,
}

impl Rooms {
    /// None yet. `candidates` are told to clients, the preferred first.
    pub fn new(
        now: Instant,
        limits: Limits,
        candidates: Vec<Candidate>,
        identity: Identity,
        rng: StdRng,
    ) -> Self {
        Self {
            limits,
            candidates,
            identity: Arc::new(identity),
            rng,
            rooms: BTreeMap::new(),
            fragments: HashMap::new(),
            paths: HashMap::new(),
            next_source: 1,
            next_tick: now,
            events: Vec::new(),
            direct: Vec::new(),
            dirty: Vec::new(),
            numbers: Vec::new(),
            gone: Vec::new(),
        }
    }

    /// Does as it is told, or says why not.
    pub fn command(&mut self, now: Instant, command: Command) {
        self.next_tick = self.next_tick.min(now + TICK);
        let (seat, done) = match command {
            Command::Join { seat } => (seat, self.join(now, seat)),
            Command::Leave { seat } => return self.leave(now, seat),
            Command::Publish { seat, offer } => (seat, self.publish(now, seat, &offer)),
            Command::Subscribe { seat } => (seat, self.subscribe(now, seat)),
            Command::Answer { seat, answer } => (seat, self.answer(seat, &answer)),
            Command::Direct { meeting, direction } => {
                // A meeting without seats has nothing to direct; the program says it again when one joins.
                return self
                    .rooms
                    .get_mut(&meeting)
                    .into_iter()
                    .for_each(|room| room.direct(direction.clone()));
            }
            Command::Look { seat, look } => {
                let room = self.rooms.get_mut(&seat.meeting).filter(|room| room.has(seat.number));
                (seat, room.map(|room| room.look(seat.number, look)).ok_or(Refused::NoSeat))
            }
        };
        if let Err(why) = done {
            self.events.push(Event::Refused { seat, why });
        }
    }

    fn join(&mut self, now: Instant, seat: Seat) -> Result<(), Refused> {
        let limit = |what, at_most: usize| Err(Refused::Limit { what, at_most: at_most as u64 });
        let is_full = self.rooms.len() >= self.limits.meetings;
        let most = self.limits.seats_per_meeting;
        match self.rooms.get_mut(&seat.meeting) {
            Some(room) if room.has(seat.number) => {}
            Some(room) if room.len() >= most => return limit(Limited::Seats, most),
            Some(room) => room.join(seat.number),
            None if is_full => return limit(Limited::Meetings, self.limits.meetings),
            None => {
                let mut room = Room::new(now, seat.meeting, self.limits.seat_downlink_bps);
                room.join(seat.number);
                self.rooms.insert(seat.meeting, room);
            }
        }
        Ok(())
    }

    fn leave(&mut self, now: Instant, seat: Seat) {
        let Some(room) = self.rooms.get_mut(&seat.meeting) else { return };
        let (publisher, subscriber) = room.leave(seat.number);
        if room.len() == 0 {
            self.rooms.remove(&seat.meeting);
        }
        self.let_go(now, publisher, subscriber);
    }

    fn publish(&mut self, now: Instant, seat: Seat, offer: &str) -> Result<(), Refused> {
        self.room(seat)?;
        let (ours, first) = (self.credentials(), self.next_source);
        let bps = self.limits.seat_uplink_bps;
        let (publisher, answer) =
            Publisher::new(now, offer, &self.identity, ours, &self.candidates, bps, first)
                .map_err(Refused::BadOffer)?;
        self.next_source += SOURCES;
        self.fragments.insert(publisher.transport.ours().fragment.clone(), (seat, Link::Publish));
        self.tell_replaced(seat, Link::Publish);
        let former = self.room(seat)?.publish(seat.number, publisher);
        self.let_go(now, former, None);
        self.events.push(Event::Answer { seat, answer });
        Ok(())
    }

    fn subscribe(&mut self, now: Instant, seat: Seat) -> Result<(), Refused> {
        let is_new = self.room(seat)?.subscriber(seat.number).is_none();
        let others: usize = self.rooms.values().map(Room::subscribers).sum();
        let bps = self.limits.seat_downlink_bps;
        if is_new && (others as u64 + 1) * bps > self.limits.egress_bps {
            return Err(Refused::Limit { what: Limited::Egress, at_most: self.limits.egress_bps });
        }
        let ours = self.credentials();
        let (subscriber, offer) =
            Subscriber::new(now, &self.identity, ours, &self.candidates, bps, &mut self.rng);
        self.fragments.insert(subscriber.transport.ours().fragment.clone(), (seat, Link::Subscribe));
        self.tell_replaced(seat, Link::Subscribe);
        let former = self.room(seat)?.subscribe(seat.number, subscriber);
        self.let_go(now, None, former);
        self.events.push(Event::Offer { seat, offer });
        Ok(())
    }

    /// Whoever offers anew has lost the connection before, or is about to: how long nothing was heard counts from there.
    fn tell_replaced(&mut self, seat: Seat, link: Link) {
        let place = self.rooms.get_mut(&seat.meeting).and_then(|room| room.place(seat.number));
        if let Some(since) = place.and_then(|place| place.replaced(link)) {
            self.events.push(Event::Disconnected { seat, link, since });
        }
    }

    fn answer(&mut self, seat: Seat, answer: &str) -> Result<(), Refused> {
        let subscriber = self.room(seat)?.subscriber(seat.number);
        subscriber.ok_or(Refused::BadAnswer("no offer was made"))?.answer(answer).map_err(Refused::BadAnswer)
    }

    fn room(&mut self, seat: Seat) -> Result<&mut Room, Refused> {
        self.rooms.get_mut(&seat.meeting).filter(|room| room.has(seat.number)).ok_or(Refused::NoSeat)
    }

    fn credentials(&mut self) -> Credentials {
        let mut letters =
            |count| (0..count).map(|_| char::from(self.rng.sample(Alphanumeric))).collect::<String>();
        let (mut fragment, password) = (letters(FRAGMENT), letters(PASSWORD));
        while self.fragments.contains_key(&fragment) {
            fragment = letters(FRAGMENT);
        }
        Credentials { fragment, password }
    }

    /// Says goodbye and forgets how the connections were found.
    fn let_go(
        &mut self,
        now: Instant,
        publisher: Option<Box<Publisher>>,
        subscriber: Option<Box<Subscriber>>,
    ) {
        let transports = [
            publisher.map(|publisher| publisher.transport),
            subscriber.map(|subscriber| subscriber.transport),
        ];
        for mut transport in transports.into_iter().flatten() {
            transport.close(now);
            while let (Some(record), Some(path)) = (transport.handshake(), transport.path()) {
                self.direct.push((path, record));
            }
            self.fragments.remove(&transport.ours().fragment);
            transport.paths().iter().for_each(|path| {
                self.paths.remove(path);
            });
        }
    }

    /// A datagram that came by a way. What fits nobody is dropped at the cost of looking.
    pub fn datagram(&mut self, now: Instant, path: Path, datagram: &[u8]) {
        let Some(kind) = demux::kind(datagram) else { return };
        if kind == Kind::Stun {
            return self.check(now, path, datagram);
        }
        let Some(&(seat, link)) = self.paths.get(&path) else { return };
        let Some(room) = self.rooms.get_mut(&seat.meeting) else { return };
        match kind {
            Kind::Dtls => {
                if let Some(transport) = room.place(seat.number).and_then(|place| place.transport(link)) {
                    transport.shake(now, datagram);
                    self.dirty.push((seat, link));
                    self.next_tick = now;
                }
            }
            Kind::Rtcp => {
                room.control(now, seat, link, datagram);
                self.dirty.push((seat, link));
            }
            Kind::Rtp if link == Link::Publish => {
                room.media(now, seat.number, datagram, &mut self.numbers);
                let numbers = self.numbers.drain(..);
                self.dirty.extend(numbers.map(|number| (Seat { number, ..seat }, Link::Subscribe)));
            }
            Kind::Rtp | Kind::Stun => {}
        }
    }

    fn check(&mut self, now: Instant, path: Path, datagram: &[u8]) {
        let Some(username) = demux::username(datagram) else { return };
        let Some(&(seat, link)) = self.fragments.get(username.ours) else { return };
        let place = self.rooms.get_mut(&seat.meeting).and_then(|room| room.place(seat.number));
        let Some(transport) = place.and_then(|place| place.transport(link)) else { return };
        if let Some((response, given_up)) = transport.check(now, path, datagram) {
            self.direct.push((path, BytesMut::from(&response[..])));
            given_up.iter().for_each(|path| {
                self.paths.remove(path);
            });
            // An address may pass from one connection to the next of the same client.
            self.paths.insert(path, (seat, link));
        }
    }

    /// Whether a way has proved itself to be a client's.
    pub fn knows(&self, path: Path) -> bool {
        self.paths.contains_key(&path)
    }

    /// A way is broken: its TCP connection ended.
    pub fn broken(&mut self, path: Path) {
        let Some((seat, link)) = self.paths.remove(&path) else { return };
        let place = self.rooms.get_mut(&seat.meeting).and_then(|room| room.place(seat.number));
        if let Some(transport) = place.and_then(|place| place.transport(link)) {
            transport.lose(path);
        }
    }

    /// Does what is due by now.
    pub fn timeout(&mut self, now: Instant) {
        if now < self.next_tick {
            return;
        }
        self.next_tick = now + if self.fragments.is_empty() { IDLE } else { TICK };
        for room in self.rooms.values_mut() {
            room.timeout(now, &mut self.events, &mut self.gone);
        }
        for (seat, link) in std::mem::take(&mut self.gone) {
            self.end(now, seat, link);
        }
        for (meeting, room) in &mut self.rooms {
            for (number, place) in room.connections() {
                let seat = Seat { meeting: *meeting, number };
                let links = [Link::Publish, Link::Subscribe];
                self.dirty.extend(
                    links
                        .into_iter()
                        .filter(|link| place.transport(*link).is_some())
                        .map(|link| (seat, link)),
                );
            }
        }
    }

    /// Ends the connection that comes by a way, because what it sent cannot be borne.
    pub fn expel(&mut self, now: Instant, path: Path) {
        if let Some(&(seat, link)) = self.paths.get(&path) {
            self.end(now, seat, link);
            self.events.push(Event::Disconnected { seat, link, since: now });
        }
    }

    fn end(&mut self, now: Instant, seat: Seat, link: Link) {
        let Some(room) = self.rooms.get_mut(&seat.meeting) else { return };
        match link {
            Link::Publish => {
                let publisher = room.take_publisher(seat.number);
                self.let_go(now, publisher, None);
            }
            Link::Subscribe => {
                let subscriber = room.take_subscriber(seat.number);
                self.let_go(now, None, subscriber);
            }
        }
    }

    /// When [`Self::timeout`] is due; `None` while there is nobody.
    pub fn wake(&self) -> Option<Instant> {
        (!self.rooms.is_empty()).then_some(self.next_tick)
    }

    /// Gives out what is to be sent: for each connection its way and its datagrams, which `send` takes.
    pub fn send(&mut self, now: Instant, mut send: impl FnMut(Path, &mut Vec<BytesMut>)) {
        let mut one = Vec::with_capacity(1);
        for (path, datagram) in self.direct.drain(..) {
            one.push(datagram);
            send(path, &mut one);
            one.clear();
        }
        self.dirty.sort_unstable();
        self.dirty.dedup();
        for (seat, link) in self.dirty.drain(..) {
            let Some(room) = self.rooms.get_mut(&seat.meeting) else { continue };
            let (transport, out) = match link {
                Link::Publish => match room.publisher(seat.number) {
                    Some(publisher) => (&mut publisher.transport, &mut publisher.out),
                    None => continue,
                },
                Link::Subscribe => match room.subscriber(seat.number) {
                    Some(subscriber) => {
                        if subscriber.is_ready() {
                            subscriber.flush(now);
                        }
                        (&mut subscriber.transport, &mut subscriber.out)
                    }
                    None => continue,
                },
            };
            while let Some(record) = transport.handshake() {
                out.push(record);
            }
            if let Some(path) = transport.path().filter(|_| !out.is_empty()) {
                send(path, out);
            }
            out.clear();
        }
    }

    /// What is to be told, in order.
    pub fn events(&mut self) -> std::vec::Drain<'_, Event> {
        self.events.drain(..)
    }
}
