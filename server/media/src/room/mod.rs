//! One meeting's media: who sends what, where it goes, what is asked of whom. Fed with packets, commands and `now`; it
//! has no thread, clock or socket. The decisions are `policy`'s and the packets' numbers `rewrite`'s; here they meet.

mod deal;
mod seat;

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use domain::ids::MeetingId;

use crate::command::{Direction, Event, Link, Look, Seat};
use crate::keyframes::Keyframes;
use crate::levels::Levels;
use crate::peer::{Path, Publisher, State, Subscriber, What, Wish};
use crate::policy::{Asks, Plan};
use crate::rewrite::Incoming;
use crate::rooms::{At, Work};
use crate::vp8;
use seat::{News, Place};

/// The voices are looked at this often, which is as fast as a speaker is noticed.
const LOOKS_EVERY: Duration = Duration::from_millis(50);
/// A plan is made anew when something has happened, and this often because lines change by themselves.
const PLANS_EVERY: Duration = Duration::from_millis(250);
/// How loud each is, is told at most this often.
const LEVELS_EVERY: Duration = Duration::from_millis(500);
/// How the lines are, is told this often.
const LINES_EVERY: Duration = Duration::from_secs(2);

/// A meeting's media.
pub(crate) struct Room {
    meeting: MeetingId,
    /// The later, the higher.
    pub(crate) opened: u64,
    /// The meeting has begun.
    pub(crate) is_under_way: bool,
    /// Nobody is sent more, bit/s.
    at_most: u64,
    seats: BTreeMap<u64, Place>,
    direction: Direction,
    levels: Levels,
    keyframes: Keyframes,
    asks: Asks,
    plan: Plan,
    is_stale: bool,
    /// Streams that have been heard: whose, and what.
    sources: HashMap<u64, (u64, What)>,
    /// Where each stream goes: seat and place.
    targets: HashMap<u64, Vec<(u64, usize)>>,
    wishes: Vec<Wish>,
    next_look: Instant,
    next_plan: Instant,
    next_levels: Instant,
    next_lines: Instant,
    was_loud: bool,
}

impl Room {
    pub(crate) fn new(now: Instant, meeting: MeetingId, opened: u64, at_most: u64) -> Self {
        Self {
            meeting,
            opened,
            is_under_way: false,
            at_most,
            seats: BTreeMap::new(),
            direction: Direction::default(),
            levels: Levels::default(),
            keyframes: Keyframes::default(),
            asks: Asks::default(),
            plan: Plan::default(),
            is_stale: true,
            sources: HashMap::new(),
            targets: HashMap::new(),
            wishes: Vec::new(),
            next_look: now,
            next_plan: now,
            next_levels: now,
            next_lines: now + LINES_EVERY,
            was_loud: false,
        }
    }

    /// A room with the seats of another and its chair's will, and none of its connections.
    pub(crate) fn anew(now: Instant, other: &Self, at_most: u64) -> Self {
        let seats = other.seats.iter().map(|(number, place)| (*number, place.anew())).collect();
        let room = Self::new(now, other.meeting, other.opened, at_most);
        Self { seats, direction: other.direction.clone(), is_under_way: other.is_under_way, ..room }
    }

    pub(crate) fn len(&self) -> usize {
        self.seats.len()
    }

    pub(crate) fn has(&self, number: u64) -> bool {
        self.seats.contains_key(&number)
    }

    pub(crate) fn join(&mut self, number: u64) {
        self.seats.entry(number).or_default();
        self.is_stale = true;
    }

    /// The seat's connections, to be told goodbye.
    pub(crate) fn leave(&mut self, number: u64) -> (Option<Box<Publisher>>, Option<Box<Subscriber>>) {
        let publisher = self.take_publisher(number);
        let subscriber = self.seats.get_mut(&number).and_then(|place| place.subscriber.take());
        self.seats.remove(&number);
        self.asks.forget(number);
        self.is_stale = true;
        (publisher, subscriber)
    }

    /// Puts a sending connection in the seat; the former is given back.
    pub(crate) fn publish(&mut self, number: u64, publisher: Publisher) -> Option<Box<Publisher>> {
        let former = self.take_publisher(number);
        if let Some(place) = self.seats.get_mut(&number) {
            place.publisher = Some(Box::new(publisher));
            place.begin(Link::Publish);
        }
        // A new connection sends everything until it is told what is wanted.
        self.asks.forget(number);
        self.is_stale = true;
        former
    }

    /// Puts a receiving connection in the seat; the former is given back.
    pub(crate) fn subscribe(&mut self, number: u64, subscriber: Subscriber) -> Option<Box<Subscriber>> {
        let place = self.seats.get_mut(&number)?;
        let former = place.subscriber.replace(Box::new(subscriber));
        place.has_share = true;
        place.begin(Link::Subscribe);
        self.is_stale = true;
        former
    }

    pub(crate) fn take_publisher(&mut self, number: u64) -> Option<Box<Publisher>> {
        let publisher = self.seats.get_mut(&number)?.publisher.take()?;
        for source in publisher.sources() {
            self.sources.remove(&source.number);
            self.targets.remove(&source.number);
            self.keyframes.forget(source.number);
        }
        self.levels.forget(number);
        self.is_stale = true;
        Some(publisher)
    }

    pub(crate) fn take_subscriber(&mut self, number: u64) -> Option<Box<Subscriber>> {
        self.is_stale = true;
        self.seats.get_mut(&number)?.subscriber.take()
    }

    pub(crate) fn publisher(&mut self, number: u64) -> Option<&mut Publisher> {
        self.seats.get_mut(&number)?.publisher.as_deref_mut()
    }

    pub(crate) fn subscriber(&mut self, number: u64) -> Option<&mut Subscriber> {
        self.seats.get_mut(&number)?.subscriber.as_deref_mut()
    }

    /// Whether a connection's handshake is done.
    pub(crate) fn is_connected(&self, number: u64, link: Link) -> bool {
        self.seats.get(&number).is_some_and(|place| place.is_connected(link))
    }

    pub(crate) fn place(&mut self, number: u64) -> Option<&mut Place> {
        self.seats.get_mut(&number)
    }

    pub(crate) fn direct(&mut self, direction: Direction) {
        for muted in direction.muted.difference(&self.direction.muted) {
            self.levels.forget(*muted);
        }
        self.is_under_way = direction.is_under_way;
        self.direction = direction;
        self.is_stale = true;
    }

    pub(crate) fn look(&mut self, number: u64, look: Look) {
        if let Some(place) = self.seats.get_mut(&number) {
            place.look = look;
            self.is_stale = true;
        }
    }

    /// A datagram of media from a seat; who got something to send is added to `dirty`.
    pub(crate) fn media(
        &mut self,
        now: Instant,
        work: &mut Work,
        seat: Seat,
        (path, datagram): (Path, &[u8]),
        dirty: &mut Vec<u64>,
    ) {
        let Seat { meeting, number } = seat;
        let Some(publisher) = self.publisher(number) else { return };
        let Some(arrived) = publisher.media(now, path, datagram) else { return };
        if let Some(level) = arrived.level.filter(|_| !self.direction.muted.contains(&number)) {
            self.levels.heard(now, number, level);
        }
        if self.sources.insert(arrived.source, (number, arrived.what)).is_none() {
            self.is_stale = true;
        }
        if arrived.what != What::Voice
            && vp8::parse(&arrived.payload).is_some_and(|found| found.starts_keyframe(&arrived.payload))
        {
            self.keyframes.came(arrived.source);
        }
        let packet = Incoming {
            source: arrived.source,
            sequence: arrived.sequence,
            timestamp: arrived.timestamp,
            marker: arrived.marker,
            payload: &arrived.payload,
        };
        for (seat, place) in self.targets.get(&arrived.source).map_or(&[][..], Vec::as_slice) {
            work.is_for(At::Link(Seat { meeting, number: *seat }, Link::Subscribe));
            let subscriber = self.seats.get_mut(seat).and_then(|seat| seat.subscriber.as_deref_mut());
            let Some(subscriber) = subscriber else { continue };
            if subscriber.forward(now, *place, &packet, &arrived.payload) {
                // The former source of the place is no longer its business, and the page is to know.
                self.is_stale = true;
            }
            dirty.push(*seat);
        }
    }

    /// A control datagram from a seat.
    pub(crate) fn control(&mut self, now: Instant, seat: Seat, link: Link, (path, datagram): (Path, &[u8])) {
        let Some(place) = self.seats.get_mut(&seat.number) else { return };
        if link == Link::Publish {
            if let Some(publisher) = &mut place.publisher {
                publisher.control(now, path, datagram);
            }
            return;
        }
        let Some(mut subscriber) = place.subscriber.take() else { return };
        let mut wishes = std::mem::take(&mut self.wishes);
        subscriber.control(now, path, datagram, &mut wishes);
        for wish in wishes.drain(..) {
            match wish {
                Wish::Repeat { place, source, sequence } => {
                    let publisher = self.sources.get(&source).and_then(|(seat, _)| self.seats.get(seat));
                    let stored = publisher.and_then(|seat| seat.publisher.as_ref()?.stored(source, sequence));
                    if let Some(stored) = stored {
                        subscriber.repeat(now, place, source, sequence, stored);
                    }
                }
                Wish::Keyframe { source } => self.keyframes.want(source),
            }
        }
        self.wishes = wishes;
        if let Some(place) = self.seats.get_mut(&seat.number) {
            place.subscriber = Some(subscriber);
        }
    }

    /// Does what is due; what is to be told is added to `events`, connections that are over to `gone`.
    pub(crate) fn timeout(
        &mut self,
        now: Instant,
        work: &mut Work,
        events: &mut Vec<Event>,
        gone: &mut Vec<(Seat, Link)>,
    ) {
        for (number, place) in &mut self.seats {
            let seat = Seat { meeting: self.meeting, number: *number };
            work.is_for(At::Seat(seat));
            if let Some(publisher) = &mut place.publisher {
                publisher.timeout(now);
            }
            if let Some(subscriber) = &mut place.subscriber {
                subscriber.timeout(now);
            }
            for link in [Link::Publish, Link::Subscribe] {
                match place.news(now, link) {
                    Some(News::Connected(over)) => {
                        self.is_stale = true;
                        events.push(Event::Connected { seat, link, over });
                    }
                    Some(News::Disconnected(since)) => events.push(Event::Disconnected { seat, link, since }),
                    Some(News::Gone(since)) => {
                        events.push(Event::Disconnected { seat, link, since });
                        gone.push((seat, link));
                    }
                    None => {}
                }
            }
        }
        work.is_for(At::Meeting(self.meeting));
        self.look_at_voices(now, events);
        if self.is_stale || now >= self.next_plan {
            self.next_plan = now + PLANS_EVERY;
            self.is_stale = false;
            self.deal(now, work, events);
        }
        while let Some(source) = self.keyframes.due(now) {
            let owner = self.sources.get(&source).map(|(owner, _)| *owner);
            if let Some(publisher) = owner.and_then(|owner| self.publisher(owner)) {
                publisher.ask_keyframe(source);
            }
        }
        if now >= self.next_lines {
            self.next_lines = now + LINES_EVERY;
            self.tell_lines(events);
        }
    }

    fn look_at_voices(&mut self, now: Instant, events: &mut Vec<Event>) {
        if now < self.next_look {
            return;
        }
        self.next_look = now + LOOKS_EVERY;
        let changed = self.levels.look(now);
        self.is_stale |= changed.loudest || changed.speaker;
        if changed.speaker {
            events.push(Event::Speaker { meeting: self.meeting, seat: self.levels.speaker() });
        }
        if now >= self.next_levels {
            let loud: Vec<(u64, u8)> = self.levels.loud().collect();
            // Silence is told once.
            if !loud.is_empty() || self.was_loud {
                self.next_levels = now + LEVELS_EVERY;
                self.was_loud = !loud.is_empty();
                events.push(Event::Levels { meeting: self.meeting, loud });
            }
        }
    }

    /// The seats that have a connection by which something is to be sent.
    pub(crate) fn connections(&mut self) -> impl Iterator<Item = (u64, &mut Place)> {
        self.seats.iter_mut().map(|(number, place)| (*number, place))
    }

    /// Its seats.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.seats.keys().copied().collect()
    }

    /// Seats that have a share of what the server sends: those that ever had a receiving connection.
    pub(crate) fn shares(&self) -> usize {
        self.seats.values().filter(|place| place.has_share).count()
    }

    /// Whether a seat is one of them.
    pub(crate) fn has_share(&self, number: u64) -> bool {
        self.seats.get(&number).is_some_and(|place| place.has_share)
    }

    fn is_live(&self, number: u64) -> bool {
        let publisher = self.seats.get(&number).and_then(|place| place.publisher.as_ref());
        publisher.is_some_and(|publisher| publisher.transport.state() == State::Connected)
    }
}
