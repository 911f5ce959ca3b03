//! Whether somebody at a seat is really there: heard over the socket, and with picture or sound once they had them. Shared by
//! the page, which leaves the seat, and the room, which may have given it to somebody else by then.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::media::command::Link;
use chrono::{DateTime, TimeDelta, Utc};
use domain::live::wire::HERE_SECONDS;
use tokio::sync::Notify;

/// Who stands is heard within this: a sign of life and a slow line's pause.
const HEARD_WITHIN: TimeDelta = TimeDelta::seconds(HERE_SECONDS as i64 + 3);

/// When a page was last heard. A browser answers every sign of life by itself.
#[derive(Debug)]
pub(super) struct Heard(AtomicI64);

impl Heard {
    pub(super) fn at(now: DateTime<Utc>) -> Heard {
        Heard(AtomicI64::new(now.timestamp_millis()))
    }

    pub(super) fn note(&self, now: DateTime<Utc>) {
        self.0.store(now.timestamp_millis(), Ordering::Relaxed);
    }

    /// When a page was last heard that is not heard any more.
    pub(super) fn unheard_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let last = DateTime::from_timestamp_millis(self.0.load(Ordering::Relaxed))?;
        (now - last > HEARD_WITHIN).then_some(last)
    }
}

/// A connection that carries, or has been silent since.
pub(super) type Line = Result<(), DateTime<Utc>>;

/// One stay at a seat.
#[derive(Debug)]
pub(super) struct Presence {
    heard: Arc<Heard>,
    /// When the seat was taken.
    began: DateTime<Utc>,
    /// Its two connections, as far as they have ever carried picture and sound.
    lines: Mutex<[Option<Line>; 2]>,
    /// Told when picture or sound goes over it, for the first time and after each time in the dark.
    carried: Notify,
}

impl Presence {
    /// Of a page, which may take over from one whose line had gone dark: until something carries, it is so still.
    pub(super) fn new(
        heard: Arc<Heard>,
        began: DateTime<Utc>,
        dark_since: Option<DateTime<Utc>>,
    ) -> Presence {
        Presence { heard, began, lines: Mutex::new([dark_since.map(Err); 2]), carried: Notify::new() }
    }

    /// Of the page that had the seat and comes back while its picture and sound go on.
    pub(super) fn again(before: &Presence, heard: Arc<Heard>, began: DateTime<Utc>) -> Presence {
        let again = Presence { heard, began, lines: Mutex::new(*before.lines()), carried: Notify::new() };
        // The stay is another one, and is to be known as one that carries.
        again.carries();
        again
    }

    /// Until picture or sound goes over it that did not before.
    pub(super) async fn carried(&self) {
        self.carried.notified().await;
    }

    fn lines(&self) -> MutexGuard<'_, [Option<Line>; 2]> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Picture or sound goes over it.
    pub(super) fn carries(&self) {
        self.carried.notify_one();
    }

    pub(super) fn is_heard(&self, now: DateTime<Utc>) -> bool {
        self.heard.unheard_since(now).is_none()
    }

    /// Since when nothing carries any more.
    pub(super) fn silent_since(&self) -> Option<DateTime<Utc>> {
        silent_since(&self.lines())
    }

    /// Since when neither picture nor sound goes over it: since it was taken, where nothing ever did.
    pub(super) fn dark_since(&self) -> Option<DateTime<Utc>> {
        let lines = self.lines();
        let carries = lines.iter().flatten().any(Line::is_ok);
        (!carries).then(|| silent_since(&lines).unwrap_or(self.began))
    }

    /// Whether picture or sound goes over it.
    pub(super) fn carries_now(&self) -> bool {
        self.lines().iter().flatten().any(Line::is_ok)
    }

    /// Since when nobody is really there.
    pub(super) fn gone_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        [self.heard.unheard_since(now), self.silent_since()].into_iter().flatten().min()
    }

    /// A connection fell silent, or carries again. Gives since when it was dark until now, if it was.
    pub(super) fn note(&self, link: Link, line: Line) -> Option<DateTime<Utc>> {
        let mut lines = self.lines();
        let before = silent_since(&lines);
        // A line that was silent before goes on being so.
        let known = lines[link as usize].and_then(Line::err);
        if line.is_ok() && !lines.iter().flatten().any(Line::is_ok) {
            self.carries();
        }
        lines[link as usize] = Some(line.map_err(|since| known.map_or(since, |known| known.min(since))));
        before.filter(|_| silent_since(&lines).is_none())
    }
}

fn silent_since(lines: &[Option<Line>; 2]) -> Option<DateTime<Utc>> {
    let lines = lines.iter().flatten();
    if lines.clone().any(Line::is_ok) {
        return None;
    }
    lines.filter_map(|line| line.err()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + second, 0).unwrap()
    }

    fn there(dark_since: Option<DateTime<Utc>>) -> Presence {
        Presence::new(Arc::new(Heard::at(at(0))), at(0), dark_since)
    }

    #[test]
    fn a_seat_is_silent_when_nothing_carries_that_had() {
        let seat = there(None);
        assert_eq!(seat.dark_since(), Some(at(0)), "as yet");
        assert_eq!(seat.note(Link::Publish, Ok(())), None);
        assert_eq!(seat.dark_since(), None);
        assert_eq!(seat.note(Link::Subscribe, Ok(())), None);
        assert_eq!(seat.note(Link::Publish, Err(at(3))), None);
        assert_eq!(seat.silent_since(), None, "one of two carries");
        assert_eq!(seat.note(Link::Subscribe, Err(at(5))), None);
        assert_eq!((seat.silent_since(), seat.dark_since()), (Some(at(5)), Some(at(5))));
        assert_eq!(seat.note(Link::Subscribe, Err(at(9))), None, "tried again in vain");
        assert_eq!(seat.note(Link::Subscribe, Ok(())), Some(at(5)));
        assert_eq!(seat.silent_since(), None);
    }

    #[test]
    fn who_sends_nothing_is_silent_when_what_it_receives_is() {
        let seat = there(None);
        seat.note(Link::Subscribe, Ok(()));
        seat.note(Link::Subscribe, Err(at(5)));
        assert_eq!(seat.gone_since(at(6)), Some(at(5)));
    }

    #[test]
    fn a_page_that_takes_over_in_the_dark_is_dark_until_something_carries() {
        let seat = there(Some(at(2)));
        assert_eq!(seat.gone_since(at(3)), Some(at(2)));
        assert_eq!(seat.note(Link::Publish, Ok(())), Some(at(2)));
        assert_eq!(seat.gone_since(at(3)), None);
    }

    #[test]
    fn who_is_not_heard_for_two_signs_of_life_is_not_there() {
        let heard = Heard::at(at(0));
        assert_eq!(heard.unheard_since(at(8)), None);
        assert_eq!(heard.unheard_since(at(9)), Some(at(0)));
        heard.note(at(9));
        assert_eq!(heard.unheard_since(at(12)), None);
    }
}
