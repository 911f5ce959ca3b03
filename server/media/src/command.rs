//! What the media thread is told and what it tells: the whole language between it and the program.
//! Names, permissions and the signalling's transport are not in it: a seat is a number in a meeting, an offer a text.

use std::collections::BTreeSet;
use std::time::Instant;

use domain::ids::MeetingId;

/// One connected page with, perhaps, a camera and a microphone: a site, the hall, or one delegate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Seat {
    /// The meeting it sits in.
    pub meeting: MeetingId,
    /// Given by the caller, never given twice while the process runs.
    pub number: u64,
}

/// What the program asks of the media thread.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// A seat exists from here on; refused with [`Event::Refused`] when the meeting, or the server, is full. Said of a seat
    /// once more it changes whether the meeting is under way, and nothing else.
    Join {
        /// Which.
        seat: Seat,
        /// The meeting has begun: where the server is full, it displaces the newest that has not. Whose seats those are
        /// they are told as when they come too late, by [`Event::Refused`].
        is_under_way: bool,
    },
    /// The seat is gone, whatever it was doing. Twice is harmless.
    Leave {
        /// Which.
        seat: Seat,
    },
    /// The client's offer of its sending connection. Once more replaces the former connection.
    Publish {
        /// Whose.
        seat: Seat,
        /// The client's session description.
        offer: String,
    },
    /// Asks for the server's offer of the receiving connection. Once more replaces the former connection.
    Subscribe {
        /// Whose.
        seat: Seat,
    },
    /// The client's answer to [`Event::Offer`].
    Answer {
        /// Whose.
        seat: Seat,
        /// The client's session description.
        answer: String,
    },
    /// The chair's will for a meeting, replaced as a whole.
    Direct {
        /// Which meeting.
        meeting: MeetingId,
        /// What the chair wants.
        direction: Direction,
    },
    /// What a seat wants to see.
    Look {
        /// Whose.
        seat: Seat,
        /// What.
        look: Look,
    },
}

/// The chair's will.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Direction {
    /// The seat shown large to everybody, instead of whoever speaks.
    pub large: Option<u64>,
    /// The seat that has the floor.
    pub floor: Option<u64>,
    /// Seats whose sound is forwarded to nobody.
    pub muted: BTreeSet<u64>,
    /// Seats whose picture is forwarded to nobody.
    pub hidden: BTreeSet<u64>,
    /// The seat whose shared screen is shown.
    pub sharing: Option<u64>,
    /// The seat at which the chair sits: it is seen and heard whoever else speaks. `None` where that is not known.
    pub chair: Option<u64>,
    /// The hall's seat, which is seen next to the chair's; the same where the chair speaks from the hall.
    pub hall: Option<u64>,
    /// Whether the meeting has begun: from then on no other meeting takes its room.
    pub is_under_way: bool,
}

/// What a seat wants to see.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Look {
    /// The speaker large, the last few small.
    #[default]
    Speaker,
    /// Everybody small, one page at a time.
    Grid {
        /// Counted from 0.
        page: u16,
    },
    /// Sound alone, for a line that is poor or dear.
    AudioOnly,
    /// One's own picture as it comes back, and nothing else: for trying the line.
    Mirror,
}

/// What the media thread tells. Where several of one kind wait for a slow reader, the newest stands for them all.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// The answer to [`Command::Publish`].
    Answer {
        /// Whose.
        seat: Seat,
        /// The server's session description.
        answer: String,
    },
    /// The offer asked for by [`Command::Subscribe`].
    Offer {
        /// Whose.
        seat: Seat,
        /// The server's session description.
        offer: String,
    },
    /// A connection carries media.
    Connected {
        /// Whose.
        seat: Seat,
        /// Which of the two.
        link: Link,
        /// By what transport.
        over: Over,
    },
    /// A connection has been silent for [`crate::peer::SILENT_AFTER`], or the client closed it.
    Disconnected {
        /// Whose.
        seat: Seat,
        /// Which of the two.
        link: Link,
        /// When it was last heard.
        since: Instant,
    },
    /// Who speaks now; it does not flicker.
    Speaker {
        /// In which meeting.
        meeting: MeetingId,
        /// Nobody, when all are silent from the start or the speaker left.
        seat: Option<u64>,
    },
    /// How loud each is, for the "who speaks" marks; at most twice a second.
    Levels {
        /// In which meeting.
        meeting: MeetingId,
        /// Seats and how loud they are, 0 to 127.
        loud: Vec<(u64, u8)>,
    },
    /// What stands in each slot of a subscriber now.
    Slots {
        /// Whose.
        seat: Seat,
        /// All of them, in the order of the offer.
        slots: Vec<Slot>,
    },
    /// What a seat is asked to send, so that an unwatched camera costs its site nothing.
    Ask {
        /// Whose.
        seat: Seat,
        /// What.
        send: Sending,
    },
    /// How a subscriber's line is, every two seconds.
    Line {
        /// Whose.
        seat: Seat,
        /// Its figures.
        line: Line,
    },
    /// A command was not obeyed.
    Refused {
        /// Whose.
        seat: Seat,
        /// Why.
        why: Refused,
    },
}

/// Which of a seat's two connections.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Link {
    /// The client sends, the server receives.
    Publish,
    /// The server sends, the client receives.
    Subscribe,
}

/// What carries a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Over {
    /// Datagrams: the rule.
    Udp,
    /// A byte stream through a firewall that refuses UDP.
    Tcp,
}

/// One receiving place of a subscriber, fixed for the life of its connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Which place.
    pub place: Place,
    /// The `mid` of its m-line, by which the browser knows the track.
    pub mid: &'static str,
    /// The seat shown or heard in it.
    pub shows: Option<u64>,
    /// At which size; for sound [`Layer::Low`] when there is one.
    pub layer: Layer,
}

/// The places of a subscriber.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// The large picture.
    Main,
    /// A small picture.
    Thumb(u8),
    /// The shared screen.
    Screen,
    /// A voice.
    Audio(u8),
}

/// The sizes a camera sends, smallest first. Chromium sends all three of a picture of 960 × 540 or more only: the page
/// captures 1280 × 720 and has it scaled down by 8, 4 and 2.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Layer {
    /// Nothing.
    #[default]
    Off,
    /// 160 × 90, rid `l`.
    Low,
    /// 320 × 180, rid `m`.
    Mid,
    /// 640 × 360, rid `h`.
    High,
}

/// What a seat is asked to send.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Sending {
    /// The smallest size of the camera.
    pub low: bool,
    /// The middle size.
    pub mid: bool,
    /// The largest size.
    pub high: bool,
    /// The shared screen.
    pub screen: bool,
}

/// A subscriber's line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// What it is believed to carry towards the client, bit/s.
    pub down_bps: u64,
    /// Packets lost on the way to the client, of a thousand.
    pub loss_permille: u16,
    /// There and back, once it has been measured.
    pub rtt_ms: Option<u32>,
    /// By what transport.
    pub over: Over,
    /// What is sent over it therefore.
    pub state: LineState,
}

/// What a subscriber gets, by the strength of its line.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LineState {
    /// Voices and the shared screen alone.
    AudioAndScreen,
    /// Everything, small.
    Thumbs,
    /// Everything.
    #[default]
    Full,
}

/// Why a command was not obeyed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    /// A limit of [`crate::Limits`] is reached; meetings under way do not notice.
    Limit {
        /// Which.
        what: Limited,
        /// Its value.
        at_most: u64,
    },
    /// The description is not one this server can talk to.
    BadOffer(&'static str),
    /// The answer is not one to the offer that was made.
    BadAnswer(&'static str),
    /// No such seat has joined.
    NoSeat,
}

/// What can be full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limited {
    /// The seats of a meeting.
    Seats,
    /// The meetings of the server.
    Meetings,
    /// What the server sends altogether, bit/s.
    Egress,
}
