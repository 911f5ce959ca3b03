//! Which sitting is which when a meeting's plan changes, for calendars of other programs: an event follows its sitting, and
//! a sitting that was taken out is taken out there too. Pure.

use crate::time::Sitting;

/// A sitting that people were told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Counted from 1 within the meeting; never used for another sitting again.
    pub number: u32,
    /// When it is; of one that was taken out, when it was to be.
    pub sitting: Sitting,
    /// Whether it still stands.
    pub stands: bool,
}

/// The sittings of all plans that people were told of, oldest plan first, the one that holds last.
///
/// A sitting keeps its number while it stays as it is. What is left on both sides of a change is taken, in order, as
/// moved; what is left over of the older plan was taken out, of the newer one added.
pub fn numbered(plans: &[&[Sitting]]) -> Vec<Numbered> {
    let mut told: Vec<Numbered> = Vec::new();
    for plan in plans {
        let mut added: Vec<Sitting> = plan.to_vec();
        added.sort();
        let mut left: Vec<usize> = Vec::new();
        for (at, one) in told.iter().enumerate().filter(|(_, one)| one.stands) {
            match added.iter().position(|sitting| *sitting == one.sitting) {
                Some(same) => drop(added.remove(same)),
                None => left.push(at),
            }
        }
        let mut added = added.into_iter();
        for at in left {
            match added.next() {
                Some(sitting) => told[at].sitting = sitting,
                None => told[at].stands = false,
            }
        }
        for sitting in added {
            let number = u32::try_from(told.len() + 1).unwrap_or(u32::MAX);
            told.push(Numbered { number, sitting, stands: true });
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveTime};
    use proptest::prelude::*;

    use super::*;

    fn on(day: u32) -> Sitting {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        Sitting::new(NaiveDate::from_ymd_opt(2026, 6, day).unwrap(), at(8), at(11)).unwrap()
    }

    /// Number, day, whether it stands.
    type Told = (u32, u32, bool);

    fn days(plans: &[&[u32]]) -> Vec<Told> {
        let plans: Vec<Vec<Sitting>> =
            plans.iter().map(|plan| plan.iter().map(|day| on(*day)).collect()).collect();
        let plans: Vec<&[Sitting]> = plans.iter().map(Vec::as_slice).collect();
        let day = |sitting: Sitting| chrono::Datelike::day(&sitting.date);
        numbered(&plans).into_iter().map(|one| (one.number, day(one.sitting), one.stands)).collect()
    }

    #[test]
    fn an_event_follows_its_sitting() {
        let table: [(&[&[u32]], &[Told]); 7] = [
            (&[&[12, 13, 14]], &[(1, 12, true), (2, 13, true), (3, 14, true)]),
            // The first day is taken out; the others keep their events.
            (&[&[12, 13, 14], &[13, 14]], &[(1, 12, false), (2, 13, true), (3, 14, true)]),
            // A day is put in before the others.
            (&[&[13, 14], &[12, 13, 14]], &[(1, 13, true), (2, 14, true), (3, 12, true)]),
            // One that moves is the same event.
            (&[&[12], &[19]], &[(1, 19, true)]),
            (&[&[12, 13], &[12, 20]], &[(1, 12, true), (2, 20, true)]),
            // One that comes back is a new event: calendars may have forgotten the old one.
            (&[&[12, 13], &[13], &[12, 13]], &[(1, 12, false), (2, 13, true), (3, 12, true)]),
            (&[], &[]),
        ];
        for (plans, told) in table {
            assert_eq!(days(plans), told, "{plans:?}");
        }
    }

    proptest! {
        #[test]
        fn what_stands_is_the_last_plan(
            plans in prop::collection::vec(prop::collection::btree_set(1u32..9, 0..5), 1..6)
        ) {
            let plans: Vec<Vec<u32>> = plans.into_iter().map(|plan| plan.into_iter().collect()).collect();
            let told = days(&plans.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let mut standing: Vec<u32> = told.iter().filter(|one| one.2).map(|one| one.1).collect();
            standing.sort_unstable();
            prop_assert_eq!(&standing, plans.last().unwrap());
            let numbers: Vec<u32> = told.iter().map(|one| one.0).collect();
            prop_assert_eq!(numbers, (1..=told.len() as u32).collect::<Vec<_>>());
        }
    }
}
