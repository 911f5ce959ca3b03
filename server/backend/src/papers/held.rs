//! Uploaded files whose first page could not be read and that wait for their sender's declaration, so that
//! the sender need not send 200 MB again. They exist in the memory of one node; a file that is not here must
//! be sent again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::{HeldPaperId, PersonId};

/// A file waits this long: enough time to open a paper and look at it.
const WAITS: Duration = Duration::from_secs(15 * 60);
/// Files of one person that wait at once; a further one removes the oldest. They are on the disk, up to 200
/// MiB each.
const OF_ONE_PERSON: usize = 5;
/// Files of all people that wait at once; a further one removes the oldest.
const OF_EVERYBODY: usize = 50;

/// The waiting files. Clones share them.
#[derive(Debug)]
pub(crate) struct PendingDeclarations<T>(Arc<Mutex<Shelf<T>>>);

#[derive(Debug)]
struct Shelf<T> {
    waiting: HashMap<HeldPaperId, Waiting<T>>,
    /// The number of the newest file, which gives their order.
    came: u64,
}

#[derive(Debug)]
struct Waiting<T> {
    person: PersonId,
    came: u64,
    what: T,
}

impl<T> Default for PendingDeclarations<T> {
    fn default() -> Self {
        PendingDeclarations(Arc::new(Mutex::new(Shelf { waiting: HashMap::new(), came: 0 })))
    }
}

impl<T: Send + 'static> PendingDeclarations<T> {
    fn shelf(&self) -> MutexGuard<'_, Shelf<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a file for a person until it is taken or its time is over.
    pub(crate) fn keep(&self, id: HeldPaperId, person: PersonId, what: T) {
        let mut shelf = self.shelf();
        shelf.came += 1;
        let came = shelf.came;
        shelf.waiting.insert(id, Waiting { person, came, what });
        shelf.give_way(OF_ONE_PERSON, |waiting| waiting.person == person);
        shelf.give_way(OF_EVERYBODY, |_| true);
        let shelf = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            tokio::time::sleep(WAITS).await;
            if let Some(shelf) = shelf.upgrade() {
                shelf.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(&id);
            }
        });
    }

    /// Takes the file with this identifier, if it waits for this person.
    pub(crate) fn take(&self, id: HeldPaperId, person: PersonId) -> Option<T> {
        let mut shelf = self.shelf();
        let is_theirs = shelf.waiting.get(&id).is_some_and(|waiting| waiting.person == person);
        if is_theirs { shelf.waiting.remove(&id).map(|waiting| waiting.what) } else { None }
    }
}

impl<T> Shelf<T> {
    /// Removes the oldest of the counted files until at most `at_most` are left.
    fn give_way(&mut self, at_most: usize, is_counted: impl Fn(&Waiting<T>) -> bool) {
        loop {
            let counted = self.waiting.iter().filter(|(_, waiting)| is_counted(waiting));
            let oldest = counted.clone().min_by_key(|(_, waiting)| waiting.came).map(|(id, _)| *id);
            match oldest {
                Some(oldest) if counted.count() > at_most => self.waiting.remove(&oldest),
                _ => return,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> HeldPaperId {
        HeldPaperId(uuid::Uuid::from_u128(number))
    }

    fn person(number: u128) -> PersonId {
        PersonId(uuid::Uuid::from_u128(number))
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_is_for_its_sender_once_and_for_a_quarter_of_an_hour() {
        let held = PendingDeclarations::default();
        held.keep(id(1), person(1), "paper");
        assert_eq!(held.take(id(1), person(2)), None, "of somebody else");
        assert_eq!(held.take(id(1), person(1)), Some("paper"));
        assert_eq!(held.take(id(1), person(1)), None, "once");
        held.keep(id(2), person(1), "paper");
        tokio::time::sleep(WAITS - Duration::from_secs(1)).await;
        assert_eq!(held.take(id(2), person(1)), Some("paper"));
        held.keep(id(3), person(1), "paper");
        tokio::time::sleep(WAITS + Duration::from_secs(1)).await;
        assert_eq!(held.take(id(3), person(1)), None, "too late");
    }

    #[tokio::test]
    async fn the_oldest_gives_way() {
        let held = PendingDeclarations::default();
        for number in 0..10 {
            held.keep(id(number), person(1), number);
        }
        assert_eq!(held.take(id(4), person(1)), None);
        assert_eq!(held.take(id(5), person(1)), Some(5));
        for number in 100..200 {
            held.keep(id(number), person(number), number);
        }
        assert_eq!(held.take(id(149), person(149)), None);
        assert_eq!(held.take(id(150), person(150)), Some(150));
        assert_eq!(held.take(id(9), person(1)), None, "of everybody");
    }
}
