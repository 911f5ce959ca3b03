//! Between the hub's seats and the media thread's numbers: what a page says of picture and sound is told to the thread,
//! what the thread tells goes to the page it concerns. Knows no packet.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::error::{Failure, Refusal};
use domain::ids::MeetingId;
use domain::live::wire::{Carries, Line, Look, Place, Sending, Slot, ToPage};
use domain::live::{Live, Seat};
use media::command::{Limited, LineState, Over, Refused};
use media::{Command, Event, Media};

/// The media thread as the hub sees it.
pub(super) struct Carrier {
    media: Media,
    seats: Mutex<Numbers>,
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

    /// A seat begins to have picture and sound; gives its number.
    pub(super) fn join(&self, meeting: MeetingId, seat: Seat) -> Result<u64, Failure> {
        let number = {
            let mut numbers = self.numbers();
            numbers.last += 1;
            let number = numbers.last;
            numbers.seats.insert(number, (meeting, seat));
            number
        };
        self.tell(Command::Join { seat: media::Seat { meeting, number } })?;
        Ok(number)
    }

    /// A seat is left.
    pub(super) fn leave(&self, meeting: MeetingId, number: u64) {
        self.numbers().seats.remove(&number);
        // A thread that is behind hears of nothing more from this seat, and lets it go when it falls silent.
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
        };
        self.tell(Command::Look { seat: media::Seat { meeting, number }, look })
    }

    fn tell(&self, command: Command) -> Result<(), Failure> {
        self.media.tell(command).map_err(|media::Busy| Failure::Unavailable)
    }

    /// What the chair has decided, for the seats that are taken here and those of them that share their screen.
    pub(super) fn direct(&self, meeting: MeetingId, live: &Live, taken: &BTreeMap<Seat, (u64, bool)>) {
        let number = |seat: Seat| taken.get(&seat).map(|(number, _)| *number);
        let is_muted = |seat: Seat| live.seat(seat).is_some_and(|kept| kept.is_muted);
        let sharing: Vec<Seat> =
            taken.iter().filter(|(_, (_, shares))| *shares).map(|(seat, _)| *seat).collect();
        let has_floor = |seat: &&Seat| live.floor == Some(**seat);
        let shown = sharing.iter().find(has_floor).or(sharing.first());
        let direction = media::command::Direction {
            large: live.large.and_then(number),
            floor: live.floor.and_then(number),
            muted: taken
                .iter()
                .filter(|(seat, _)| is_muted(**seat))
                .map(|(_, (number, _))| *number)
                .collect(),
            hidden: Default::default(),
            sharing: shown.and_then(|seat| number(*seat)),
        };
        {
            let mut numbers = self.numbers();
            if numbers.directions.get(&meeting) == Some(&direction) {
                return;
            }
            numbers.directions.insert(meeting, direction.clone());
        }
        if self.tell(Command::Direct { meeting, direction }).is_err() {
            // Told again with the next state.
            self.close(meeting);
        }
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
            // The slots say who is large; a connection's end is felt by its page, which makes another.
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
        Refused::Limit { what: Limited::Seats, at_most } => {
            let at_most = u32::try_from(*at_most).unwrap_or(u32::MAX);
            Some(Failure::Refused(Refusal::TooMany { at_most }))
        }
        Refused::Limit { what: Limited::Meetings | Limited::Egress, .. } => Some(Failure::Unavailable),
        Refused::BadOffer(_) | Refused::BadAnswer(_) => Some(Failure::Refused(Refusal::WrongState)),
        Refused::NoSeat => None,
    }
}
