//! Between the hub's seats and the media thread's numbers: what a page says of picture and sound is told to the thread,
//! what the thread tells goes to the page it concerns. Knows no packet.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use domain::access::Stage;
use domain::error::{Failure, Refusal};
use domain::ids::MeetingId;
use domain::live::wire::{Carries, Devices, Line, Look, Place, Sending, Slot, ToPage};
use domain::live::{Live, Seat};
use media::command::{Limited, LineState, Link, Over, Refused};
use media::{Command, Event, Media};

use super::Hub;

/// The media thread as the hub sees it.
pub(super) struct Carrier {
    media: Media,
    seats: Mutex<Numbers>,
}

/// A seat's number with the media thread. Dropped, the seat has neither picture nor sound any more.
pub(super) struct Carried {
    hub: Hub,
    meeting: MeetingId,
    /// The number.
    pub(super) number: u64,
}

impl Carried {
    /// A number for a seat; none where the program carries nothing.
    pub(super) fn new(hub: &Hub, meeting: MeetingId, seat: Seat) -> Option<Carried> {
        let number = hub.carrier()?.number(meeting, seat);
        Some(Carried { hub: hub.clone(), meeting, number })
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        if let Some(carrier) = self.hub.carrier() {
            carrier.leave(self.meeting, self.number);
        }
    }
}

/// Which number is which seat; a number is never given twice.
#[derive(Default)]
struct Numbers {
    last: u64,
    seats: HashMap<u64, (MeetingId, Seat)>,
    /// What the chair wants, as last told, so that it is told when it changes.
    directions: HashMap<MeetingId, media::command::Direction>,
}

impl Carrier {
    pub(super) fn new(media: Media) -> Carrier {
        Carrier { media, seats: Mutex::default() }
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a seat.
    fn number(&self, meeting: MeetingId, seat: Seat) -> u64 {
        let mut numbers = self.numbers();
        numbers.last += 1;
        let number = numbers.last;
        numbers.seats.insert(number, (meeting, seat));
        number
    }

    /// A seat begins to have picture and sound; silent until the next state says whether the chair wants it heard.
    pub(super) fn join(&self, meeting: MeetingId, number: u64, is_under_way: bool) -> Result<(), Failure> {
        // Under one lock with what the chair wants: of two that tell it at once the later one knows of both.
        let mut numbers = self.numbers();
        self.tell(Command::Join { seat: media::Seat { meeting, number }, is_under_way })?;
        let direction = numbers.directions.entry(meeting).or_default();
        direction.muted.insert(number);
        direction.is_under_way = is_under_way;
        self.tell(Command::Direct { meeting, direction: direction.clone() })
    }

    /// A seat is left. The media thread always hears that.
    fn leave(&self, meeting: MeetingId, number: u64) {
        self.numbers().seats.remove(&number);
        let _ = self.tell(Command::Leave { seat: media::Seat { meeting, number } });
    }

    /// Nobody is left in a meeting.
    pub(super) fn close(&self, meeting: MeetingId) {
        self.numbers().directions.remove(&meeting);
    }

    pub(super) fn publish(&self, meeting: MeetingId, number: u64, offer: String) -> Result<(), Failure> {
        self.tell(Command::Publish { seat: media::Seat { meeting, number }, offer })
    }

    pub(super) fn subscribe(&self, meeting: MeetingId, number: u64) -> Result<(), Failure> {
        self.tell(Command::Subscribe { seat: media::Seat { meeting, number } })
    }

    pub(super) fn answer(&self, meeting: MeetingId, number: u64, answer: String) -> Result<(), Failure> {
        self.tell(Command::Answer { seat: media::Seat { meeting, number }, answer })
    }

    pub(super) fn look(&self, meeting: MeetingId, number: u64, look: Look) -> Result<(), Failure> {
        let look = match look {
            Look::Speaker => media::command::Look::Speaker,
            Look::Grid { page } => {
                media::command::Look::Grid { page: u16::try_from(page).unwrap_or(u16::MAX) }
            }
            Look::SoundOnly => media::command::Look::AudioOnly,
            Look::Mirror => media::command::Look::Mirror,
        };
        self.tell(Command::Look { seat: media::Seat { meeting, number }, look })
    }

    fn tell(&self, command: Command) -> Result<(), Failure> {
        self.media.tell(command).map_err(|media::Busy| Failure::Unavailable)
    }

    /// What the chair has decided, for the seats that are taken here; whether it was told.
    pub(super) fn direct(
        &self,
        meeting: MeetingId,
        live: &Live,
        taken: &BTreeMap<Seat, (u64, Devices)>,
    ) -> bool {
        let number = |seat: Seat| taken.get(&seat).map(|(number, _)| *number);
        let numbers_of = |is: &dyn Fn(Seat, Devices) -> bool| {
            taken.iter().filter(|(seat, (_, on))| is(**seat, *on)).map(|(_, (number, _))| *number).collect()
        };
        let mut numbers = self.numbers();
        let before = numbers.directions.get(&meeting).cloned();
        let shares = |of: u64| taken.values().any(|(number, on)| *number == of && on.screen);
        // Whoever has the floor comes first; else whoever was shown stays, as long as they share.
        let has_floor = live.floor.and_then(number).filter(|number| shares(*number));
        let was_shown = before.as_ref().and_then(|before| before.sharing).filter(|number| shares(*number));
        let any = || taken.values().find(|(_, on)| on.screen).map(|(number, _)| *number);
        let direction = media::command::Direction {
            large: live.large.and_then(number),
            floor: live.floor.and_then(number),
            muted: numbers_of(&|seat, _| live.seat(seat).is_some_and(|kept| kept.is_muted)),
            hidden: numbers_of(&|_, on| !on.camera),
            sharing: has_floor.or(was_shown).or_else(any),
            chair: live.chair.and_then(number),
            hall: number(Seat::Hall),
            is_under_way: live.stage == Stage::UnderWay,
        };
        if before.as_ref() == Some(&direction) {
            return true;
        }
        let is_told = self.tell(Command::Direct { meeting, direction: direction.clone() }).is_ok();
        if is_told {
            numbers.directions.insert(meeting, direction);
        }
        is_told
    }

    fn seat(&self, number: u64) -> Option<Seat> {
        self.numbers().seats.get(&number).map(|(_, seat)| *seat)
    }

    /// What an event says, to which seat; to all of a meeting where it names none.
    pub(super) fn heard(&self, event: Event) -> Option<(MeetingId, Option<u64>, ToPage)> {
        let to = |seat: media::Seat, message: ToPage| Some((seat.meeting, Some(seat.number), message));
        match event {
            Event::Answer { seat, answer } => to(seat, ToPage::Answer { answer }),
            Event::Offer { seat, offer } => to(seat, ToPage::Offer { offer }),
            Event::Slots { seat, slots } => {
                let slots = slots.into_iter().map(|slot| self.slot(&slot)).collect();
                to(seat, ToPage::Slots(slots))
            }
            Event::Ask { seat, send } => to(seat, ToPage::Send(sending(send))),
            Event::Line { seat, line: of } => to(seat, ToPage::Line(line(of))),
            Event::Refused { seat, why } => to(seat, ToPage::Refused(refused(&why)?)),
            Event::Levels { meeting, loud } => {
                let seats = loud.iter().filter_map(|(number, _)| self.seat(*number)).collect();
                Some((meeting, None, ToPage::Speaking(seats)))
            }
            // The slots say who is large; a connection's end is felt by its page, which makes another, and noted by the room.
            Event::Speaker { .. } | Event::Connected { .. } | Event::Disconnected { .. } => None,
        }
    }

    fn slot(&self, slot: &media::command::Slot) -> Slot {
        use media::command::{Layer, Place as Of};
        Slot {
            mid: slot.mid.to_owned(),
            place: match slot.place {
                Of::Main => Place::Main,
                Of::Thumb(_) => Place::Thumb,
                Of::Screen => Place::Screen,
                Of::Audio(_) => Place::Sound,
            },
            seat: slot.shows.and_then(|number| self.seat(number)),
            has_picture: slot.layer != Layer::Off,
        }
    }
}

/// What has become of a seat's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Became {
    /// It is silent since then.
    Silent(Instant),
    /// It carries picture and sound, or does again.
    Carrying,
}

/// A seat's connection that began or ended with this event.
pub(super) fn of_line(event: &Event) -> Option<(media::Seat, Link, Became)> {
    match event {
        Event::Connected { seat, link, .. } => Some((*seat, *link, Became::Carrying)),
        Event::Disconnected { seat, link, since } => Some((*seat, *link, Became::Silent(*since))),
        _ => None,
    }
}

fn sending(of: media::command::Sending) -> Sending {
    let media::command::Sending { low, mid, high, screen } = of;
    Sending { low, mid, high, screen, sound: true }
}

fn line(of: media::command::Line) -> Line {
    Line {
        down_bps: of.down_bps,
        loss_permille: of.loss_permille.into(),
        round_trip_ms: of.rtt_ms.unwrap_or_default(),
        is_tcp: of.over == Over::Tcp,
        carries: match of.state {
            LineState::Full => Carries::All,
            LineState::Thumbs => Carries::Small,
            LineState::AudioAndScreen => Carries::SoundAndScreen,
        },
    }
}

/// None for what tells a page nothing: it has left meanwhile.
fn refused(why: &Refused) -> Option<Failure> {
    match why {
        Refused::Limit { what, at_most } => {
            let at_most = u32::try_from(*at_most).unwrap_or(u32::MAX);
            Some(Failure::Refused(match what {
                Limited::Seats => Refusal::MeetingFull { at_most },
                Limited::Meetings => Refusal::MeetingsFull { at_most },
                Limited::Egress => Refusal::ServerLineFull,
            }))
        }
        Refused::BadOffer(_) | Refused::BadAnswer(_) => Some(Failure::Refused(Refusal::WrongState)),
        Refused::NoSeat => None,
    }
}
