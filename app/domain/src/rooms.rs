//! Rooms: places of an agency that can be held by one meeting at a time.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::agencies::AgencyRef;
use crate::error::Outcome;
use crate::ids::{AgencyId, RoomId};
use crate::people::Page;

/// Most rooms of one agency, withdrawn ones among them.
pub const ROOMS_OF_AGENCY_AT_MOST: u32 = 200;
/// The most rooms in one list of choices. Other rooms are found by typing part of their name.
pub const ROOMS_OFFERED_AT_MOST: usize = 50;

/// A room as other things name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RoomRef {
    /// Identifier.
    pub id: RoomId,
    /// Name.
    pub name: String,
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Identifier.
    pub id: RoomId,
    /// Code, unique.
    pub code: String,
    /// Name.
    pub name: String,
    /// Agency it belongs to.
    pub agency: AgencyRef,
    /// Seats.
    pub capacity: u32,
    /// Whether it has equipment for online meetings.
    pub has_video: bool,
    /// Other equipment, as text.
    pub equipment: String,
    /// Whether no new meeting may use it.
    pub is_withdrawn: bool,
}

/// A room to be added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomInput {
    /// Code, unique.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the agency.
    pub agency: String,
    /// Seats.
    pub capacity: String,
    /// `yes` or `no`.
    #[serde(default)]
    pub video: String,
    /// Other equipment.
    #[serde(default)]
    pub equipment: String,
}

/// What is to stand of a room that is there: all of it, as typed. Its code and its agency stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomChange {
    /// Name.
    pub name: String,
    /// Seats.
    pub capacity: String,
    /// `yes` or `no`.
    pub video: String,
    /// Other equipment.
    pub equipment: String,
}

/// Which rooms are to be offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomsWanted {
    /// Words of a room's name, code or equipment, or of its agency's name; every room fits when there are none.
    pub text: String,
    /// Only rooms that a meeting of this agency may use, see [`may_hold_room`](crate::meetings::may_hold_room).
    /// Every room when there is none.
    pub holder: Option<AgencyId>,
    /// Rooms that are offered in any case: those already chosen.
    pub chosen: Vec<RoomId>,
}

/// Rooms to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomsOffered {
    /// At most [`ROOMS_OFFERED_AT_MOST`] rooms, the nearest to the wanted agency first; then the chosen ones that
    /// are not among them.
    pub rooms: Vec<Room>,
    /// Whether more rooms would fit.
    pub has_more: bool,
}

/// Rooms. Everybody may see them; administrators add, change and withdraw those of their agencies. Refusals:
/// `AlreadyThere`, `RoomInUse`.
#[async_trait]
pub trait Rooms: Send + Sync {
    /// Rooms to choose from. Withdrawn rooms are offered only when they are chosen already.
    async fn offer(&self, caller: &Caller, wanted: RoomsWanted) -> Outcome<RoomsOffered>;
    /// A page, from 1, of all rooms whose name, code, equipment or agency holds the words; the nearest to the
    /// caller's agency first.
    async fn list(&self, caller: &Caller, text: &str, page: u32) -> Outcome<Page<Room>>;
    /// One room, for an administrator who may change it.
    async fn get(&self, caller: &Caller, room: RoomId) -> Outcome<Room>;
    /// Adds a room; `TooMany` at the agency when it has [`ROOMS_OF_AGENCY_AT_MOST`].
    async fn add(&self, caller: &Caller, input: RoomInput) -> Outcome<RoomId>;
    /// Writes a room's name, seats and equipment anew; its bookings stay.
    async fn change(&self, caller: &Caller, room: RoomId, input: RoomChange) -> Outcome<()>;
    /// Ends a room's use: no new meeting may book it. A room that no meeting ever used is removed.
    async fn withdraw(&self, caller: &Caller, room: RoomId) -> Outcome<RoomAfter>;
    /// Lets meetings use a withdrawn room again.
    async fn restore(&self, caller: &Caller, room: RoomId) -> Outcome<()>;
}

/// What is left of a withdrawn room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomAfter {
    /// It is kept with its past meetings, and can be restored.
    Withdrawn,
    /// Nothing: no meeting ever used it.
    Removed,
}
