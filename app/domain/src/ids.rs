//! Identifiers, one type each, so that a room can never be passed for a person.
//! They are made at the entry points from the clock and the entropy given there; nothing here makes one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.hyphenated().fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}({})", stringify!($name), self.0) }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text.trim()).map(Self) }
        }
    )+};
}

ids! {
    /// An agency: a node of the tree province → department or commune → unit.
    AgencyId,
    /// A person with a position in one agency.
    PersonId,
    /// A meeting room.
    RoomId,
    /// A meeting, in any state.
    MeetingId,
    /// One line of a meeting's agenda.
    AgendaItemId,
    /// One invited person, or one agency that names its delegate later, in one meeting.
    ParticipantId,
    /// A document of an agenda item.
    PaperId,
    /// A file that was sent and waits for a declaration.
    HeldPaperId,
    /// A signed-in device.
    SessionId,
    /// A time that one page sat at a seat of a meeting.
    ConnectionId,
    /// An open page of a meeting, by a number that it draws itself.
    PageId,
    /// A row of the rules on kinds of meeting, or of the targets.
    RuleId,
    /// A line of the audit trail; they sort by time.
    AuditId,
    /// A role or a seat that was given to a person, as shown to leaders.
    RoleGivenId,
    /// An event of an account, as shown to its owner.
    AccountEventId,
    /// What an administrator quotes to find the cause of a failure in the log.
    IncidentId,
}
