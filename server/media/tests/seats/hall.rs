//! A whole meeting in virtual time: the server's rooms, any number of sites, the lines between them. It moves in steps of
//! five milliseconds and carries what is signalled at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::MeetingId;
use media::Limits;
use media::command::{Command, Direction, Event, Look, Over, Seat};
use media::peer::{Identity, Path};
use media::rooms::Rooms;
use media::sdp::Candidate;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::link::Certificates;
use crate::net::{Flying, Net, Quality};
use crate::site::Site;

const STEP: Duration = Duration::from_millis(5);

pub(crate) struct Hall {
    pub(crate) now: Instant,
    start: Instant,
    meeting: MeetingId,
    rooms: Rooms,
    net: Net,
    pub(crate) sites: BTreeMap<u64, Site>,
    paths: BTreeMap<Path, u64>,
    certificates: Arc<Certificates>,
    pub(crate) speakers: Vec<(Duration, Option<u64>)>,
    pub(crate) refused: u32,
}

impl Hall {
    pub(crate) fn new(seed: u64) -> Self {
        let now = Instant::now();
        let candidate = Candidate { address: ([10, 0, 0, 1], 3478).into(), over: Over::Udp };
        let chance = StdRng::seed_from_u64(seed);
        Self {
            now,
            start: now,
            meeting: "00000000-0000-0000-0000-000000000076".parse().unwrap(),
            rooms: Rooms::new(now, Limits::default(), vec![candidate], Identity::generate().unwrap(), chance),
            net: Net::new(seed),
            sites: BTreeMap::new(),
            paths: BTreeMap::new(),
            certificates: Arc::new(Certificates::new()),
            speakers: Vec::new(),
            refused: 0,
        }
    }

    fn seat(&self, number: u64) -> Seat {
        Seat { meeting: self.meeting, number }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.now - self.start
    }

    pub(crate) fn tell(&mut self, command: Command) {
        self.rooms.command(self.now, command);
    }

    pub(crate) fn direct(&mut self, direction: Direction) {
        self.tell(Command::Direct { meeting: self.meeting, direction });
    }

    pub(crate) fn look(&mut self, seat: u64, look: Look) {
        self.tell(Command::Look { seat: self.seat(seat), look });
    }

    /// How a site's line is from here on.
    pub(crate) fn line(&mut self, seat: u64, quality: Quality) {
        self.net.set(seat, quality);
    }

    /// A site opens its page: it joins, offers what it sends and asks for what it is to see.
    pub(crate) fn join(&mut self, seat: u64) {
        self.join_with(seat, false);
    }

    /// The same, with a screen to share.
    pub(crate) fn join_with(&mut self, seat: u64, has_screen: bool) {
        let mut site = Site::new(self.now, seat, self.certificates.clone());
        site.sender.has_screen = has_screen;
        self.sites.insert(seat, site);
        self.tell(Command::Join { seat: self.seat(seat), is_under_way: false });
        self.publish(seat);
        self.tell(Command::Subscribe { seat: self.seat(seat) });
    }

    /// The site offers its sending connection, anew if it has one.
    pub(crate) fn publish(&mut self, seat: u64) {
        let offer = self.sites[&seat].offer();
        self.tell(Command::Publish { seat: self.seat(seat), offer });
    }

    pub(crate) fn leave(&mut self, seat: u64) {
        self.tell(Command::Leave { seat: self.seat(seat) });
        self.sites.remove(&seat);
    }

    /// This site alone speaks from here on.
    pub(crate) fn speaks(&mut self, seat: u64) {
        for site in self.sites.values_mut() {
            site.sender.is_speaking = site.seat == seat;
        }
    }

    pub(crate) fn site(&mut self, seat: u64) -> &mut Site {
        self.sites.get_mut(&seat).expect("the site is there")
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.step();
        }
    }

    /// Until something is so; how long it took, or `None` if it was not so within this time.
    pub(crate) fn run_until(
        &mut self,
        most: Duration,
        mut is_so: impl FnMut(&Self) -> bool,
    ) -> Option<Duration> {
        let start = self.now;
        while self.now - start < most {
            if is_so(self) {
                return Some(self.now - start);
            }
            self.step();
        }
        None
    }

    fn step(&mut self) {
        self.now += STEP;
        let now = self.now;
        while let Some(flying) = self.net.arrived(now) {
            if flying.is_up {
                self.rooms.datagram(now, flying.path, &flying.bytes);
            } else if let Some(site) = self.sites.get_mut(&flying.site) {
                site.receive(now, flying.path, &flying.bytes);
            }
        }
        for (seat, site) in &mut self.sites {
            site.timeout(now);
            for (path, bytes) in site.leaving() {
                self.paths.insert(path, *seat);
                self.net.send(now, Flying { site: *seat, is_up: true, path, bytes });
            }
        }
        self.rooms.timeout(now);
        let (net, paths) = (&mut self.net, &self.paths);
        self.rooms.send(now, |path, datagrams| {
            let site = paths[&path];
            for bytes in datagrams.drain(..) {
                net.send(now, Flying { site, is_up: false, path, bytes: bytes.to_vec() });
            }
        });
        for event in self.rooms.events().collect::<Vec<_>>() {
            self.hear(event);
        }
    }

    fn hear(&mut self, event: Event) {
        let (now, elapsed) = (self.now, self.elapsed());
        match event {
            Event::Speaker { seat, .. } => self.speakers.push((elapsed, seat)),
            Event::Refused { .. } => self.refused += 1,
            Event::Answer { seat, answer } => self.with(seat, |site| site.answered(now, &answer)),
            Event::Offer { seat, offer } => {
                // The page may have gone in the meantime.
                let Some(site) = self.sites.get_mut(&seat.number) else { return };
                let answer = site.offered(now, &offer);
                self.tell(Command::Answer { seat, answer });
            }
            Event::Ask { seat, send } => self.with(seat, |site| site.sender.ask(send)),
            Event::Line { seat, line } => self.with(seat, |site| site.line = Some(line)),
            Event::Slots { seat, slots } => self.with(seat, |site| {
                site.told = slots.into_iter().filter_map(|slot| Some((slot.place, slot.shows?))).collect();
            }),
            Event::Connected { .. } | Event::Disconnected { .. } | Event::Levels { .. } => {}
        }
    }

    fn with(&mut self, seat: Seat, does: impl FnOnce(&mut Site)) {
        if let Some(site) = self.sites.get_mut(&seat.number) {
            does(site);
        }
    }
}
