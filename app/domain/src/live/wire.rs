//! What an open page of a meeting and the server say to each other, as JSON texts on one WebSocket.
//!
//! # The conversation
//!
//! The page opens `/meetings/{id}/socket` with its session's cookie. The server answers [`ToPage::Welcome`] with what the
//! caller may do, then [`ToPage::State`]: the whole state, once over each socket. Each time anything of it has changed,
//! [`ToPage::Update`] leads from the state that this socket told last to the newest: a page that was slow or asleep is
//! right again with one, however many states it missed. Updates come no faster than a weak line bears them beside its
//! sound. What one seat has on changes with every press of somebody's microphone, and comes as [`ToPage::Has`], a few
//! bytes, until the next update says it again. Every few seconds the server says [`ToPage::Here`]; a page that hears
//! nothing for [`SILENT_SECONDS`], or an update that leads on from another state, closes the socket and opens another.
//! When the program ends it says [`ToPage::Again`] and every page comes back by itself.
//!
//! To take part with picture and sound the page says [`ToServer::Sit`] and is answered [`ToPage::Seated`], or
//! [`ToPage::Refused`]. It then offers a connection that sends ([`ToServer::Publish`], answered by [`ToPage::Answer`])
//! and is offered one that receives ([`ToPage::Offer`], answered by [`ToServer::Answer`]). Both are offered anew,
//! whole, when the line changed; nothing is ever renegotiated. Where only the socket broke they go on, and a page that is
//! back soon is answered [`ToPage::Stays`]. Which seat is behind which of the receiving connection's
//! tracks comes as [`ToPage::Slots`], what to send as [`ToPage::Send`].
//!
//! Each message is checked against the caller's permission when it comes, not when the socket was opened: the session
//! may have ended meanwhile. What cannot be understood ends the socket.

use std::ops::Not;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::rehearsal::Rehearsal;
use super::{Arrival, Direction, Live, Seat, Standing, StateUpdate};
use crate::error::Failure;
use crate::ids::{ParticipantId, PersonId};

/// The server is heard at least so often.
pub const HERE_SECONDS: u32 = 5;
/// A page that has heard nothing for so long takes the line for dead: two signs of life and a slow line's pause.
pub const SILENT_SECONDS: u32 = 12;
/// WebSocket close code of a page that reconnects because its socket seems broken. Any other code means that the page was closed or
/// reloaded.
pub const BROKEN_CODE: u16 = 4_000;
/// Largest message of a page: an offer with simulcast and every codec of a browser is some 12 KB.
pub const MESSAGE_BYTES_AT_MOST: usize = 64 * 1024;
/// Most messages of a page in a row, faster than one a second: a person who presses everything is slower.
pub const MESSAGES_AT_ONCE: u32 = 40;

/// What a page says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToServer {
    /// Takes a seat.
    Sit(Arrival),
    /// Leaves its seat.
    Rise,
    /// Offers the connection that sends.
    Publish {
        /// A session description.
        offer: String,
    },
    /// Asks to be offered the connection that receives, again after the line changed.
    Subscribe,
    /// Answers the offer of the connection that receives.
    Answer {
        /// A session description.
        answer: String,
    },
    /// What of itself it has on.
    Have(Devices),
    /// What it wants to see.
    Look(Look),
    /// Asks for the floor, or no longer: from the seat, or without one for the person themself, who sits in the hall.
    Ask {
        /// Whether.
        wants: bool,
    },
    /// Decides for all.
    Direct(Direction),
    /// What was tried at a seat before the meeting.
    Rehearsed {
        /// The seat, which need not be taken any more.
        seat: Seat,
        /// What was found.
        what: Rehearsal,
    },
    /// Who of the listed sits behind the site's camera.
    Behind {
        /// All of them.
        present: Vec<ParticipantId>,
    },
}

/// What a seat has on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    /// A camera that is on.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub camera: bool,
    /// A microphone that is on.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub microphone: bool,
    /// Its screen is shared.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub screen: bool,
}

/// What a page wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Whoever speaks large, the last few small.
    #[default]
    Speaker,
    /// Several alike.
    Grid {
        /// Which of them, from 0.
        page: u32,
    },
    /// No pictures but a shared screen: for a line that is paid by the megabyte.
    SoundOnly,
    /// One's own picture as it comes back from the server, and nobody else: for trying the line.
    Mirror,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToPage {
    /// The first word over a socket, and again whenever what the caller may do has changed.
    Welcome {
        /// Whose session the socket was opened with: after signing out, the next one in this browser may be another person.
        person: PersonId,
        /// What the caller may do.
        standing: Standing,
        /// The server's clock.
        now: DateTime<Utc>,
    },
    /// How the meeting stands, whole.
    State(State),
    /// What of it is other than it was told last.
    Update(StateUpdate),
    /// What one seat has on from now on, unless a newer state says so already.
    Has {
        /// When, among the versions of states.
        version: u64,
        /// The seat.
        seat: Seat,
        /// What it has on.
        devices: Devices,
    },
    /// The seat is taken.
    Seated(Seat),
    /// The page has its seat again after reconnecting, and its picture and sound were never interrupted: it keeps its connections.
    Stays(Seat),
    /// Another page sits there now, or the chair sent the seat out; this page has none any more. A page that comes back by
    /// itself is answered so as well when another has sat down meanwhile.
    Unseated,
    /// Answers the offer of the connection that sends.
    Answer {
        /// A session description.
        answer: String,
    },
    /// Offers the connection that receives.
    Offer {
        /// A session description.
        offer: String,
    },
    /// Who is behind which track of the connection that receives.
    Slots(Vec<Slot>),
    /// What to send.
    Send(Sending),
    /// How the line is.
    Line(Line),
    /// Who can be heard now, loudest first.
    Speaking(Vec<Seat>),
    /// What was asked did not happen.
    Refused(Failure),
    /// The server is still there.
    Here,
    /// The program ends, or lost sight of what it told: come back at once.
    Again,
}

/// How a meeting stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Grows whenever anything of the meeting has changed, its papers and its roll too: then the page reads it anew.
    pub version: u64,
    /// What is kept.
    pub live: Live,
    /// What seats have on; only those that sit there now.
    pub on: Vec<(Seat, Devices)>,
    /// What is wrong with the lines of seats that sit there now; those that are well are not listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<(Seat, Trouble)>,
}

/// What is wrong with a seat's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Neither picture nor sound goes over it since then: it has only just come, or its network lets nothing through.
    Dark(DateTime<Utc>),
    /// It carries small pictures only.
    Small,
    /// It carries sound and a shared screen only.
    SoundAndScreen,
}

impl State {
    /// What a seat has on.
    pub fn devices(&self, seat: Seat) -> Devices {
        self.on.iter().find(|(of, _)| *of == seat).map(|(_, devices)| *devices).unwrap_or_default()
    }

    /// What is wrong with a seat's line.
    pub fn trouble(&self, seat: Seat) -> Option<Trouble> {
        self.troubles.iter().find(|(of, _)| *of == seat).map(|(_, trouble)| *trouble)
    }

    /// A seat has other things on since that version.
    pub fn has(&mut self, version: u64, seat: Seat, devices: Devices) {
        if version < self.version {
            return;
        }
        match self.on.iter_mut().find(|(of, _)| *of == seat) {
            Some((_, on)) => *on = devices,
            None => self.on.push((seat, devices)),
        }
    }
}

/// A track of the connection that receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The `mid` of its line in the offer.
    pub mid: String,
    /// What it is for.
    pub place: Place,
    /// Who is behind it; nobody.
    pub seat: Option<Seat>,
    /// Whether a picture comes; not over a weak line.
    pub has_picture: bool,
}

/// What a track is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The large picture.
    Main,
    /// A small picture.
    Thumb,
    /// A shared screen.
    Screen,
    /// Sound.
    Sound,
}

/// What a seat is asked to send: nobody watches the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// The camera at 160×90.
    pub low: bool,
    /// The camera at 320×180.
    pub mid: bool,
    /// The camera at 640×360.
    pub high: bool,
    /// The screen.
    pub screen: bool,
    /// The microphone.
    pub sound: bool,
}

/// How a seat's line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What can be sent to the page, in bits per second.
    pub down_bps: u64,
    /// Packets lost on the way to it, per thousand.
    pub loss_permille: u32,
    /// There and back, in milliseconds.
    pub round_trip_ms: u32,
    /// Whether it goes over TCP, because a firewall lets nothing else through.
    pub is_tcp: bool,
    /// How much it carries.
    pub carries: Carries,
}

/// How much a line carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// Everything.
    All,
    /// Small pictures.
    Small,
    /// Sound, and the shared screen.
    SoundAndScreen,
}
