//! All meetings of one port: commands, datagrams and `now` in, datagrams and events out. It knows which connection a
//! datagram belongs to (by the name in a STUN request, then by where it comes from) and what is too much for the server.
//! No thread, clock, socket or source of chance of its own: the same input gives the same output.

mod limits;
mod work;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use domain::ids::MeetingId;
use rand::RngExt;
use rand::distr::Alphanumeric;
use rand::rngs::StdRng;

use crate::command::{Command, Event, Link, Refused, Seat};
use crate::demux::{self, Kind};
use crate::peer::{Credentials, Identity, Path, Publisher, SOURCES, Subscriber, Transport};
use crate::room::Room;
use crate::sdp::Candidate;
use crate::settings::Limits;
pub(crate) use work::{At, Work};

/// How often the clock is looked at while there are connections: the grain of pacing and of repairs.
pub const TICK: Duration = Duration::from_millis(5);
/// While there are seats and no connections, only to see that nothing is due.
const IDLE: Duration = Duration::from_millis(250);
/// Letters of an ICE name: 2⁴⁷ names, of which a few hundred are in use.
const FRAGMENT: usize = 8;
/// Letters of an ICE password: 142 bits (RFC 8445 asks for 128).
const PASSWORD: usize = 24;

/// An address that somebody else was heard from so lately is still theirs: two of a browser's checks.
const HELD: Duration = Duration::from_secs(5);

/// Whose connection.
type Route = (Seat, Link);

/// Where a way leads, and when it was last used.
struct Way {
    route: Route,
    heard: Instant,
}

/// Whose a way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The meeting of the seat.
    pub meeting: MeetingId,
    /// Whether it is under way.
    pub is_under_way: bool,
}

/// All meetings of one port.
pub struct Rooms {
    limits: Limits,
    candidates: Vec<Candidate>,
    identity: Arc<Identity>,
    rng: StdRng,
    rooms: BTreeMap<MeetingId, Room>,
    fragments: HashMap<String, Route>,
    paths: HashMap<Path, Way>,
    next_source: u64,
    /// Meetings so far.
    opened: u64,
    next_tick: Instant,
    events: Vec<Event>,
    /// Answers to be sent by the way their question came.
    direct: Vec<(Path, BytesMut)>,
    /// Connections by which something is to be sent.
    dirty: Vec<Route>,
    numbers: Vec<u64>,
    gone: Vec<Route>,
    work: Work,
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
            opened: 0,
            next_tick: now,
            events: Vec::new(),
            direct: Vec::new(),
            dirty: Vec::new(),
            numbers: Vec::new(),
            gone: Vec::new(),
            work: Work::default(),
        }
    }

    /// Does as it is told, or says why not.
    pub fn command(&mut self, now: Instant, command: Command) {
        self.work.is_for(At::Stranger);
        self.next_tick = self.next_tick.min(now + TICK);
        let (seat, done) = match command {
            Command::Join { seat, is_under_way } => (seat, self.join(now, seat, is_under_way)),
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

    fn leave(&mut self, now: Instant, seat: Seat) {
        let Some(room) = self.rooms.get_mut(&seat.meeting) else { return };
        let (publisher, subscriber) = room.leave(seat.number);
        if room.len() == 0 {
            self.rooms.remove(&seat.meeting);
        }
        self.let_go(now, seat, publisher, subscriber);
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
        self.let_go(now, seat, former, None);
        self.events.push(Event::Answer { seat, answer });
        Ok(())
    }

    fn subscribe(&mut self, now: Instant, seat: Seat) -> Result<(), Refused> {
        self.take_share(now, seat)?;
        let bps = self.limits.seat_downlink_bps;
        let ours = self.credentials();
        let (subscriber, offer) =
            Subscriber::new(now, &self.identity, ours, &self.candidates, bps, &mut self.rng);
        self.fragments.insert(subscriber.transport.ours().fragment.clone(), (seat, Link::Subscribe));
        self.tell_replaced(seat, Link::Subscribe);
        let former = self.room(seat)?.subscribe(seat.number, subscriber);
        self.let_go(now, seat, None, former);
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
        seat: Seat,
        publisher: Option<Box<Publisher>>,
        subscriber: Option<Box<Subscriber>>,
    ) {
        let transports = [
            publisher.map(|publisher| (Link::Publish, publisher.transport)),
            subscriber.map(|subscriber| (Link::Subscribe, subscriber.transport)),
        ];
        for (link, mut transport) in transports.into_iter().flatten() {
            // Also of a connection in which a fault was found: its goodbye is not worth another.
            work::try_to(|| {
                transport.close(now);
                while let (Some(record), Some(path)) = (transport.handshake(), transport.path()) {
                    self.direct.push((path, record));
                }
            });
            self.fragments.remove(&transport.ours().fragment);
            transport.paths().iter().for_each(|path| self.forget((seat, link), *path));
        }
    }

    /// A way leads to this connection no more. It may lead to another by now: a NAT gives ports away again.
    fn forget(&mut self, route: Route, path: Path) {
        if self.paths.get(&path).is_some_and(|way| way.route == route) {
            self.paths.remove(&path);
        }
    }

    /// A datagram that came by a way. What fits nobody is dropped at the cost of looking.
    pub fn datagram(&mut self, now: Instant, path: Path, datagram: &[u8]) {
        self.work.is_for(At::Stranger);
        let Some(kind) = demux::kind(datagram) else { return };
        if kind == Kind::Stun {
            return self.check(now, path, datagram);
        }
        let Some(way) = self.paths.get_mut(&path) else { return };
        way.heard = now;
        let (seat, link) = way.route;
        self.work.is_for(At::Link(seat, link));
        let Some(room) = self.rooms.get_mut(&seat.meeting) else { return };
        match kind {
            Kind::Dtls => {
                if let Some(transport) = room.place(seat.number).and_then(|place| place.transport(link)) {
                    transport.shake(now, path, datagram);
                    self.dirty.push((seat, link));
                    self.next_tick = now;
                }
            }
            Kind::Rtcp => {
                room.control(now, seat, link, (path, datagram));
                self.dirty.push((seat, link));
            }
            Kind::Rtp if link == Link::Publish => {
                room.media(now, &mut self.work, seat, (path, datagram), &mut self.numbers);
                let numbers = self.numbers.drain(..);
                self.dirty.extend(numbers.map(|number| (Seat { number, ..seat }, Link::Subscribe)));
            }
            Kind::Rtp | Kind::Stun => {}
        }
    }

    fn check(&mut self, now: Instant, path: Path, datagram: &[u8]) {
        let Some(username) = demux::username(datagram) else { return };
        let Some(&(seat, link)) = self.fragments.get(username.ours) else { return };
        self.work.is_for(At::Link(seat, link));
        if self.is_held_by_another(now, path, seat) {
            return;
        }
        let Some(transport) = self.transport((seat, link)) else { return };
        if let Some((response, given_up)) = transport.check(now, path, datagram) {
            self.direct.push((path, BytesMut::from(&response[..])));
            given_up.iter().for_each(|path| self.forget((seat, link), *path));
            // An address may pass from one connection to the next of the same client, or to a neighbour behind its NAT.
            let former = self.paths.insert(path, Way { route: (seat, link), heard: now });
            if let Some(former) = former.filter(|former| former.route != (seat, link)) {
                self.transport(former.route).into_iter().for_each(|transport| transport.lose(path));
            }
        }
    }

    /// Whether a way belongs to a seat other than this one that has just been heard by it. A client may know the password
    /// of its own connection and forge where it writes from.
    fn is_held_by_another(&mut self, now: Instant, path: Path, seat: Seat) -> bool {
        let Some(&Way { route, heard }) = self.paths.get(&path) else { return false };
        let is_recent = |heard: Instant| now.saturating_duration_since(heard) < HELD;
        route.0 != seat
            && is_recent(heard)
            && self.transport(route).is_some_and(|transport| is_recent(transport.heard()))
    }

    fn transport(&mut self, (seat, link): Route) -> Option<&mut Transport> {
        self.rooms.get_mut(&seat.meeting)?.place(seat.number)?.transport(link)
    }

    /// Whether a way has proved itself to be a client's.
    pub fn knows(&self, path: Path) -> bool {
        self.paths.contains_key(&path)
    }

    /// Whose way it is, if its client's handshake is done; nobody's before: a password alone is had by whoever may sit down.
    pub fn whose(&self, path: Path) -> Option<Whose> {
        let Way { route: (seat, link), .. } = *self.paths.get(&path)?;
        let room = self.rooms.get(&seat.meeting)?;
        room.is_connected(seat.number, link)
            .then_some(Whose { meeting: seat.meeting, is_under_way: room.is_under_way })
    }

    /// A way is broken: its TCP connection ended.
    pub fn broken(&mut self, path: Path) {
        let Some(way) = self.paths.remove(&path) else { return };
        if let Some(transport) = self.transport(way.route) {
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
            room.timeout(now, &mut self.work, &mut self.events, &mut self.gone);
        }
        self.work.is_for(At::Everybody);
        for (seat, link) in std::mem::take(&mut self.gone) {
            self.end(now, seat, link);
        }
        for (meeting, room) in &mut self.rooms {
            for (number, place) in room.connections() {
                let seat = Seat { meeting: *meeting, number };
                let links = [Link::Publish, Link::Subscribe];
                self.dirty
                    .extend(links.into_iter().filter(|link| place.may_send(*link)).map(|link| (seat, link)));
            }
        }
    }

    fn end(&mut self, now: Instant, seat: Seat, link: Link) {
        let Some(room) = self.rooms.get_mut(&seat.meeting) else { return };
        match link {
            Link::Publish => {
                let publisher = room.take_publisher(seat.number);
                self.let_go(now, seat, publisher, None);
            }
            Link::Subscribe => {
                let subscriber = room.take_subscriber(seat.number);
                self.let_go(now, seat, None, subscriber);
            }
        }
    }

    /// When [`Self::timeout`] is due; `None` while there is nobody.
    pub fn wake(&self) -> Option<Instant> {
        (!self.rooms.is_empty()).then_some(self.next_tick)
    }

    /// Gives out what is to be sent: for each connection its way and its datagrams, which `send` takes.
    pub fn send(&mut self, now: Instant, mut send: impl FnMut(Path, &mut Vec<BytesMut>)) {
        self.work.is_for(At::Everybody);
        let mut one = Vec::with_capacity(1);
        for (path, datagram) in self.direct.drain(..) {
            one.push(datagram);
            send(path, &mut one);
            one.clear();
        }
        self.dirty.sort_unstable();
        self.dirty.dedup();
        for (seat, link) in self.dirty.drain(..) {
            self.work.is_for(At::Link(seat, link));
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
