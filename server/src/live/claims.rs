//! Counts the meetings in which people have seats or are taking one. A seat is counted before it is asked for, so pages that
//! sit down in the same moment are counted one after the other. Knows no seat and no packet.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::error::{Failure, Refusal};
use domain::ids::{AgencyId, MeetingId, PersonId};

use super::MEETINGS_OF_ONE_AT_MOST;

/// One in so many meetings by picture and sound is for an office that holds few at this moment.
const RESERVED: usize = 4;

/// All seats that are taken from pages of this node.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims(Arc<Mutex<Vec<Claim>>>);

/// What is claimed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub(super) person: PersonId,
    pub(super) meeting: MeetingId,
    /// The office that holds the meeting.
    pub(super) office: AgencyId,
}

/// How many meetings may be held by picture and sound, and which of them are under way.
pub(super) struct Carried<'a> {
    pub(super) at_most: usize,
    pub(super) under_way: &'a HashSet<MeetingId>,
}

/// A claim, until it is dropped.
#[derive(Debug)]
pub(super) struct Claimed {
    claims: Claims,
    claim: Claim,
}

impl Claims {
    /// Claims a place for one more seat; with `carried` where it has picture and sound.
    ///
    /// # Errors
    /// `SeatsElsewhere` if the person has seats in as many other meetings as they may. `MeetingsFull` if hardly more meetings
    /// can be held by picture and sound and the office that holds this one has its share. For a meeting under way only other
    /// meetings under way count, because the media thread ends waiting ones to make place for it.
    pub(super) fn claim(&self, claim: Claim, carried: Option<Carried<'_>>) -> Result<Claimed, Failure> {
        let mut all = self.all();
        let elsewhere: HashSet<MeetingId> =
            all.iter().filter(|of| of.person == claim.person).map(|of| of.meeting).collect();
        let at_most = MEETINGS_OF_ONE_AT_MOST;
        if elsewhere.iter().filter(|of| **of != claim.meeting).count() >= at_most as usize {
            return Err(Refusal::SeatsElsewhere { at_most }.into());
        }
        if let Some(Carried { at_most, under_way }) = carried {
            let counts = |of: &&Claim| {
                let is_held_against = under_way.contains(&of.meeting) || !under_way.contains(&claim.meeting);
                of.meeting != claim.meeting && is_held_against
            };
            let others: HashSet<(MeetingId, AgencyId)> =
                all.iter().filter(counts).map(|of| (of.meeting, of.office)).collect();
            let (share, reserved) = ((at_most / RESERVED).max(1), at_most / RESERVED);
            let of_office = others.iter().filter(|(_, office)| *office == claim.office).count();
            if of_office >= share && others.len() + reserved >= at_most {
                let at_most = u32::try_from(at_most).unwrap_or(u32::MAX);
                return Err(Refusal::MeetingsFull { at_most }.into());
            }
        }
        all.push(claim);
        Ok(Claimed { claims: self.clone(), claim })
    }

    fn all(&self) -> MutexGuard<'_, Vec<Claim>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        let mut all = self.claims.all();
        let is_it = |of: &Claim| (of.person, of.meeting) == (self.claim.person, self.claim.meeting);
        if let Some(at) = all.iter().position(is_it) {
            all.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn claim(person: u128, meeting: u128, office: u128) -> Claim {
        Claim {
            person: PersonId(Uuid::from_u128(person)),
            meeting: MeetingId(Uuid::from_u128(meeting)),
            office: AgencyId(Uuid::from_u128(office)),
        }
    }

    fn full(at_most: u32) -> Failure {
        Refusal::MeetingsFull { at_most }.into()
    }

    #[test]
    fn one_person_claims_seats_in_a_few_meetings_however_many_at_once() {
        let claims = Claims::default();
        let held: Vec<_> =
            (0..22).filter_map(|meeting| claims.claim(claim(1, meeting, 9), None).ok()).collect();
        assert_eq!(held.len(), MEETINGS_OF_ONE_AT_MOST as usize);
        let _again = claims.claim(claim(1, 0, 9), None).unwrap();
        claims.claim(claim(2, 30, 9), None).unwrap();
        drop(held);
        let elsewhere = (50..60).filter(|meeting| claims.claim(claim(1, *meeting, 9), None).is_ok());
        assert_eq!(elsewhere.count(), 10, "each is given back at once");
        assert_eq!(claims.all().len(), 1);
    }

    #[test]
    fn what_is_left_of_all_meetings_is_for_offices_that_hold_few() {
        let (claims, none) = (Claims::default(), HashSet::new());
        let carried = || Some(Carried { at_most: 8, under_way: &none });
        // Somebody sits in five meetings of an office that holds no other: the office goes on.
        let mut held: Vec<_> =
            (0..5).map(|meeting| claims.claim(claim(1, meeting, 9), carried()).unwrap()).collect();
        held.push(claims.claim(claim(2, 5, 9), carried()).unwrap());
        // Six of eight are held, all of one office: the rest is for others.
        assert_eq!(claims.claim(claim(2, 6, 9), carried()).unwrap_err(), full(8));
        held.push(claims.claim(claim(3, 5, 9), carried()).unwrap());
        held.push(claims.claim(claim(3, 7, 10), carried()).unwrap());
        held.push(claims.claim(claim(3, 8, 10), carried()).unwrap());
        assert_eq!(claims.claim(claim(3, 9, 10), carried()).unwrap_err(), full(8));
    }

    #[test]
    fn a_meeting_under_way_is_not_held_against_those_that_wait() {
        let claims = Claims::default();
        let under_way: HashSet<_> = [claim(0, 100, 0).meeting].into();
        let carried = || Some(Carried { at_most: 4, under_way: &under_way });
        let _held: Vec<_> =
            (0..5).filter_map(|meeting| claims.claim(claim(1, meeting, 9), carried()).ok()).collect();
        assert_eq!(claims.claim(claim(2, 50, 9), carried()).unwrap_err(), full(4));
        claims.claim(claim(2, 100, 9), carried()).unwrap();
    }
}
