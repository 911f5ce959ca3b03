//! From the plan to the places: which stream stands where, what each seat is asked to send, what the pages are told.

use std::time::{Duration, Instant};

use super::Room;
use crate::command::{Event, Layer, Line, Link, Over, Seat, Slot};
use crate::peer::{MIDS, PLACES, SCREEN, VOICE, What, place};
use crate::policy::{self, Member, Shown, View};
use crate::rooms::{At, Work};

/// A stream not heard for so long is not sent at present: at five frames a second, what a screen at rest sends, several
/// are missing, and of a voice more than its silence leaves out.
const SENT_WITHIN: Duration = Duration::from_millis(1_500);
/// A screen not heard for so long is one that was only announced, or has been left: longer than any pause of one that
/// is shown over a poor line.
const SCREEN_WITHIN: Duration = Duration::from_secs(2);

impl Room {
    /// Makes the plan, puts the streams in their places, asks the seats, tells the pages.
    pub(super) fn deal(&mut self, now: Instant, work: &mut Work, events: &mut Vec<Event>) {
        let members = self.members(now);
        let at_most = u32::try_from(self.at_most).unwrap_or(u32::MAX);
        let room = policy::Room {
            members: &members,
            direction: &self.direction,
            recent: self.levels.recent(),
            loudest: self.levels.loudest(),
            at_most,
        };
        self.plan = policy::plan(&room, &self.plan);
        let plan = std::mem::take(&mut self.plan);
        self.targets.clear();
        let (meeting, nothing) = (self.meeting, View::default());
        for number in self.seats.keys().copied().collect::<Vec<_>>() {
            work.is_for(At::Seat(Seat { meeting, number }));
            self.deal_to(now, number, plan.view(number).unwrap_or(&nothing));
        }
        work.is_for(At::Meeting(meeting));
        // Only who can send is asked.
        let sends: Vec<_> = plan.sends.iter().filter(|(number, _)| self.is_live(*number)).copied().collect();
        self.asks.update(now, &sends, |number, send| {
            events.push(Event::Ask { seat: Seat { meeting, number }, send })
        });
        self.plan = plan;
        self.tell_slots(events);
    }

    fn members(&self, now: Instant) -> Vec<Member> {
        let member = |(number, place): (&u64, &super::Place)| {
            let (camera, screen) =
                place.publisher.as_ref().map_or((false, false), |publisher| publisher.pictures());
            let is_live = place.is_connected(Link::Publish);
            Member {
                number: *number,
                camera: camera && is_live,
                screen: screen && is_live,
                screen_comes: is_live && self.is_heard(now, *number, What::Screen, SCREEN_WITHIN),
                sound: is_live && self.is_sent(now, *number, What::Voice),
                subscribes: place.is_connected(Link::Subscribe),
                look: place.look,
                line: place.subscriber.as_ref().map_or_else(Default::default, |subscriber| subscriber.line()),
                bits_per_second: place.subscriber.as_ref().map_or(0, |s| s.estimate.bits_per_second()),
            }
        };
        self.seats.iter().map(member).collect()
    }

    fn deal_to(&mut self, now: Instant, number: u64, view: &View) {
        let wanted: [Wanted; PLACES] = std::array::from_fn(|place| self.wanted(now, place, view));
        let hidden = &self.direction.hidden;
        let Some(subscriber) = self.seats.get_mut(&number).and_then(|seat| seat.subscriber.as_deref_mut())
        else {
            return;
        };
        for (place, wanted) in wanted.into_iter().enumerate() {
            let shown = subscriber.shown(place);
            match wanted {
                Wanted::Source(source) => subscriber.show(place, Some(source)),
                // Its camera is starting: who stands there stays meanwhile, unless it may not be seen any more.
                Wanted::Soon => {
                    let owner = shown.and_then(|shown| self.sources.get(&shown)).map(|(owner, _)| owner);
                    if owner.is_none_or(|owner| hidden.contains(owner)) {
                        subscriber.show(place, None);
                    }
                }
                Wanted::Nothing => subscriber.show(place, None),
            }
            let flowing = subscriber.shown(place);
            let awaited = subscriber.awaited(place);
            for source in flowing.into_iter().chain(awaited) {
                self.targets.entry(source).or_default().push((number, place));
            }
            if let Some(source) = awaited.filter(|_| place < VOICE) {
                self.keyframes.want(source);
            }
        }
    }

    fn wanted(&self, now: Instant, place: usize, view: &View) -> Wanted {
        match place {
            0 => self.camera(now, view.main),
            SCREEN => self.stream(now, view.screen, What::Screen),
            VOICE.. => match view.voices[place - VOICE].and_then(|seat| self.find(seat, What::Voice)) {
                Some(source) => Wanted::Source(source.number),
                None => Wanted::Nothing,
            },
            _ => self.camera(now, view.thumbs[place - 1]),
        }
    }

    fn camera(&self, now: Instant, shown: Option<Shown>) -> Wanted {
        let Some(shown) = shown else { return Wanted::Nothing };
        let layer = policy::nearest(shown.layer, |layer| self.is_sent(now, shown.seat, What::Camera(layer)));
        match layer {
            Layer::Off => Wanted::Soon,
            layer => self.stream(now, Some(shown.seat), What::Camera(layer)),
        }
    }

    fn stream(&self, now: Instant, seat: Option<u64>, what: What) -> Wanted {
        let Some(seat) = seat else { return Wanted::Nothing };
        match self.find(seat, what).filter(|_| self.is_sent(now, seat, what)) {
            Some(source) => Wanted::Source(source.number),
            None => Wanted::Soon,
        }
    }

    /// The newest stream of a seat that shows this.
    fn find(&self, seat: u64, what: What) -> Option<crate::peer::Source> {
        let publisher = self.seats.get(&seat)?.publisher.as_ref()?;
        publisher.sources().filter(|source| source.what == what).max_by_key(|source| source.heard).copied()
    }

    fn is_sent(&self, now: Instant, seat: u64, what: What) -> bool {
        self.is_heard(now, seat, what, SENT_WITHIN)
    }

    fn is_heard(&self, now: Instant, seat: u64, what: What, within: Duration) -> bool {
        self.find(seat, what).is_some_and(|source| now.saturating_duration_since(source.heard) < within)
    }

    fn tell_slots(&mut self, events: &mut Vec<Event>) {
        for (number, seat) in &mut self.seats {
            let Some(subscriber) = &seat.subscriber else { continue };
            let slot = |index: usize| {
                let source = subscriber.shown(index).and_then(|source| self.sources.get(&source));
                let layer = match source.map(|(_, what)| *what) {
                    Some(What::Camera(layer)) => layer,
                    Some(What::Screen) => Layer::High,
                    Some(What::Voice) => Layer::Low,
                    None => Layer::Off,
                };
                Slot { place: place(index), mid: MIDS[index], shows: source.map(|(owner, _)| *owner), layer }
            };
            let slots: Vec<Slot> = (0..PLACES).map(slot).collect();
            if slots != seat.slots {
                seat.slots.clone_from(&slots);
                events.push(Event::Slots { seat: Seat { meeting: self.meeting, number: *number }, slots });
            }
        }
    }

    pub(super) fn tell_lines(&mut self, events: &mut Vec<Event>) {
        for (number, place) in &self.seats {
            let Some(subscriber) = place.subscriber.as_ref().filter(|_| place.is_connected(Link::Subscribe))
            else {
                continue;
            };
            let estimate = &subscriber.estimate;
            let line = Line {
                down_bps: estimate.bits_per_second().into(),
                loss_permille: estimate.loss_permille(),
                rtt_ms: estimate
                    .round_trip()
                    .map(|round| u32::try_from(round.as_millis()).unwrap_or(u32::MAX)),
                over: subscriber.transport.path().map_or(Over::Udp, |path| path.over()),
                state: estimate.state(),
            };
            events.push(Event::Line { seat: Seat { meeting: self.meeting, number: *number }, line });
        }
    }
}

/// What shall stand in a place.
#[derive(Clone, Copy)]
enum Wanted {
    Nothing,
    /// A stream that has not begun yet.
    Soon,
    Source(u64),
}
