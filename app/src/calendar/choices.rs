//! What the calendar can be filtered by: the tree of agencies and the rooms.

use domain::agencies::Agency;
use domain::ids::{AgencyId, RoomId};
use domain::rooms::Room;
use serde::{Deserialize, Serialize};

/// An agency to choose: only what the list of choices needs, for the tree is long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyChoice {
    /// Identifier.
    pub id: AgencyId,
    /// Depth in the tree.
    pub depth: u32,
    /// Short name.
    pub name: String,
}

/// Agencies in display order, and rooms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Agencies, parents before children.
    pub agencies: Vec<AgencyChoice>,
    /// The nearest rooms, and the one that is shown.
    pub rooms: Vec<Room>,
}

impl Choices {
    /// The choices that the tree and the rooms offer.
    pub fn new(tree: Vec<Agency>, rooms: Vec<Room>) -> Choices {
        let agencies = tree
            .into_iter()
            .map(|agency| AgencyChoice { id: agency.id, depth: agency.depth, name: agency.short_name })
            .collect();
        Choices { agencies, rooms }
    }

    /// The short name of an agency.
    pub fn agency(&self, id: AgencyId) -> Option<&str> {
        self.agencies.iter().find(|agency| agency.id == id).map(|agency| agency.name.as_str())
    }

    /// The name of a room.
    pub fn room(&self, id: RoomId) -> Option<&str> {
        self.rooms.iter().find(|room| room.id == id).map(|room| room.name.as_str())
    }
}
