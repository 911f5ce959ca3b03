//! What a list or a calendar is narrowed to: an agency, a room, a person. Both use this module, so that
//! neither reveals more than the other. Knows no base condition: the caller supplies it.

use domain::access::Caller;
use domain::ids::{AgencyId, PersonId, RoomId};
use domain::sight::Sight;

use super::sight::{at_least, is_own_agency_invited};
use crate::agencies::subtree_pattern;
use crate::db::Q;

/// Which meetings of an agency are selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgencyScope {
    /// Those it holds.
    Held(AgencyId),
    /// Those that it or an agency below it holds.
    HeldBelow(AgencyId),
    /// The same, and those that the agency's people attend: an office plans around both.
    HeldOrAttended(AgencyId),
}

/// What to narrow to. The default narrows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Narrow {
    pub(super) agency: Option<AgencyScope>,
    pub(super) room: Option<RoomId>,
    pub(super) person: Option<PersonId>,
}

impl Narrow {
    /// Conditions on `meeting m`. All of them must hold.
    ///
    /// Finding a meeting by a room reveals that the meeting exists; finding it by a person reveals that they
    /// attend. So each condition also requires the sight that goes with it, whatever the list itself
    /// requires.
    pub(super) fn conditions(self, query: &mut Q, caller: &Caller) -> Vec<String> {
        let mut all = Vec::new();
        if let Some(of) = self.agency {
            all.push(of_agency(query, caller, of));
        }
        if let Some(room) = self.room {
            let room = query.place(room);
            all.push(format!("m.id IN (SELECT k.meeting_id FROM meeting_room k WHERE k.room_id = {room})"));
            all.push(at_least(query, caller, Sight::Title));
        }
        if let Some(person) = self.person {
            let id = query.place(person);
            all.push(format!("m.id IN (SELECT k.meeting_id FROM participant k WHERE k.person_id = {id})"));
            if person != caller.person {
                all.push(at_least(query, caller, Sight::Opens));
            }
        }
        all
    }
}

fn of_agency(query: &mut Q, caller: &Caller, of: AgencyScope) -> String {
    let below = |query: &mut Q, agency| {
        let pattern = query.place(subtree_pattern(agency));
        (format!("m.agency_id IN (SELECT id FROM agency WHERE path LIKE {pattern})"), pattern)
    };
    match of {
        AgencyScope::Held(agency) => format!("m.agency_id = {}", query.place(agency)),
        AgencyScope::HeldBelow(agency) => below(query, agency).0,
        AgencyScope::HeldOrAttended(agency) => {
            let (held, pattern) = below(query, agency);
            let opened = at_least(query, caller, Sight::Opens);
            // Anyone in an invited agency may know that their agency is invited.
            let own = is_own_agency_invited(query, caller);
            let id = query.place(caller.agency.id);
            format!(
                "({held} OR (({opened}) AND EXISTS (SELECT 1 FROM participant p JOIN agency o ON o.id = p.agency_id \
                 WHERE p.meeting_id = m.id AND o.path LIKE {pattern})) \
                 OR ({own} AND {id} IN (SELECT id FROM agency WHERE path LIKE {pattern})))"
            )
        }
    }
}
