//! Rooms: places of an agency that can be held by one meeting at a time.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::agencies::AgencyRef;
use crate::error::Outcome;
use crate::ids::{AgencyId, RoomId};

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

/// Rooms. Everybody may see them; administrators add and change those of their agencies. Refusals: `AlreadyThere`.
#[async_trait]
pub trait Rooms: Send + Sync {
    /// All rooms, those of the caller's own agency and the ones above it first; of one agency and below when given.
    async fn list(&self, caller: &Caller, agency: Option<AgencyId>) -> Outcome<Vec<Room>>;
    /// One room, for an administrator who may change it.
    async fn get(&self, caller: &Caller, room: RoomId) -> Outcome<Room>;
    /// Adds a room.
    async fn add(&self, caller: &Caller, input: RoomInput) -> Outcome<RoomId>;
    /// Writes a room's name, seats and equipment anew; its bookings stay.
    async fn change(&self, caller: &Caller, room: RoomId, input: RoomChange) -> Outcome<()>;
}
