//! What of a meeting's state is other than it was: a meeting may list a thousand people, and telling all of them again
//! with every raised hand would take a weak line from its sound.

use serde::{Deserialize, Serialize};

use super::wire::{Devices, State, Trouble};
use super::{Kept, Live, Seat};

/// What leads from one state to a newer one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateUpdate {
    /// Version of the state that it goes on from.
    pub before: u64,
    /// Version of the state that it leads to.
    pub version: u64,
    /// What is kept, without seats.
    pub live: Live,
    /// How many seats stay where they are from the first on.
    pub first: usize,
    /// The seats between those and the last ones, which replace all that stood there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub between: Vec<Kept>,
    /// How many seats stay at the end.
    pub last: usize,
    /// Those of the seats that stay of which anything else is other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Kept>,
    /// What seats have on; only those that sit there now.
    pub on: Vec<(Seat, Devices)>,
    /// What is wrong with lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<(Seat, Trouble)>,
}

/// An update goes on from another state than this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotNext;

impl State {
    /// What leads from an earlier state to this one.
    ///
    /// ```
    /// # use domain::live::{Kept, Seat, wire::State};
    /// # let state: State = serde_json::from_str(r#"{"version":1,"live":{"stage":"under_way","item":null,"floor":null,
    /// #     "large":null,"paper":null,"chair":null,"seats":[{"seat":"hall","name":""}]},"on":[]}"#).unwrap();
    /// let mut newer = state.clone();
    /// newer.version = 2;
    /// newer.live.seats[0].is_connected = true;
    /// let mut page = state.clone();
    /// page.take(newer.since(&state)).unwrap();
    /// assert_eq!(page, newer);
    /// ```
    pub fn since(&self, before: &State) -> StateUpdate {
        let (was, is) = (&before.live.seats, &self.live.seats);
        let is_same = |(was, is): &(&Kept, &Kept)| was.seat == is.seat;
        let first = was.iter().zip(is).take_while(is_same).count();
        let at_most = was.len().min(is.len()) - first;
        let last = was.iter().rev().zip(is.iter().rev()).take(at_most).take_while(is_same).count();
        let end = is.len() - last;
        let stay =
            was[..first].iter().zip(&is[..first]).chain(was[was.len() - last..].iter().zip(&is[end..]));
        StateUpdate {
            before: before.version,
            version: self.version,
            live: self.live.without_seats(),
            first,
            between: is[first..end].to_vec(),
            last,
            changed: stay.filter(|(was, is)| was != is).map(|(_, is)| is.clone()).collect(),
            on: self.on.clone(),
            troubles: self.troubles.clone(),
        }
    }

    /// Becomes the newer state.
    ///
    /// # Errors
    /// [`NotNext`] when the update goes on from another state; nothing has changed then.
    pub fn take(&mut self, update: StateUpdate) -> Result<(), NotNext> {
        let StateUpdate { before, version, live, first, between, last, changed, on, troubles } = update;
        let seats = &mut self.live.seats;
        if before != self.version || first + last > seats.len() {
            return Err(NotNext);
        }
        let mut seats = std::mem::take(seats);
        let end = seats.len() - last;
        seats.splice(first..end, between);
        let places: std::collections::HashMap<Seat, usize> = match changed.len() {
            0 => Default::default(),
            _ => seats.iter().enumerate().map(|(place, kept)| (kept.seat, place)).collect(),
        };
        for kept in changed {
            if let Some(place) = places.get(&kept.seat) {
                seats[*place] = kept;
            }
        }
        *self = State { version, live: Live { seats, ..live }, on, troubles };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::access::Stage;
    use crate::ids::PersonId;

    fn kept((person, is_muted, asked): (u8, bool, bool)) -> Kept {
        Kept {
            seat: Seat::Person(PersonId(uuid::Uuid::from_u128(person.into()))),
            name: format!("Ông số {person}"),
            is_removed: false,
            is_muted,
            asked: asked.then(DateTime::default),
            is_connected: true,
            lost: None,
        }
    }

    fn state(version: u64, seats: Vec<(u8, bool, bool)>) -> State {
        let mut seats: Vec<Kept> = seats.into_iter().map(kept).collect();
        let mut seen = std::collections::HashSet::new();
        seats.retain(|kept| seen.insert(kept.seat));
        let floor = seats.first().map(|kept| kept.seat);
        let on = seats.iter().map(|kept| (kept.seat, Devices::default())).collect();
        let live = Live {
            stage: Stage::UnderWay,
            item: None,
            floor,
            turn: None,
            turn_minutes: 7,
            large: None,
            paper: None,
            chair: None,
            is_all_muted: false,
            seats,
        };
        State { version, live, on, troubles: Vec::new() }
    }

    proptest! {
        #[test]
        fn an_update_leads_to_the_newer_state(
            was in prop::collection::vec((0u8..12, any::<bool>(), any::<bool>()), 0..12),
            is in prop::collection::vec((0u8..12, any::<bool>(), any::<bool>()), 0..12),
        ) {
            let (was, is) = (state(4, was), state(9, is));
            let update = serde_json::to_string(&is.since(&was)).unwrap();
            let mut page = was.clone();
            prop_assert_eq!(page.take(serde_json::from_str(&update).unwrap()), Ok(()));
            prop_assert_eq!(page, is);
        }
    }

    #[test]
    fn one_hand_among_a_thousand_is_a_few_bytes() {
        let many = |asks: bool| {
            let mut state = state(1, (0..=255).map(|n| (n, false, asks && n == 200)).collect());
            state.on.clear();
            state
        };
        let (was, is) = (many(false), many(true));
        let size = |it: &str| it.len();
        let (whole, update) =
            (serde_json::to_string(&is).unwrap(), serde_json::to_string(&is.since(&was)).unwrap());
        assert!(size(&update) * 20 < size(&whole), "{} of {}", size(&update), size(&whole));
    }

    #[test]
    fn an_update_of_another_state_changes_nothing() {
        let (first, second, third) =
            (state(1, vec![(1, false, false)]), state(2, vec![(2, false, false)]), state(3, vec![]));
        let mut page = first.clone();
        assert_eq!(page.take(third.since(&second)), Err(NotNext));
        assert_eq!(page, first);
    }
}
