//! What has changed, told once it is permanent to whoever listens, on this node and on every other one that shares the
//! database. Carries identifiers only: whoever hears one reads again, and so sees no more than they may.
//!
//! On the embedded database a commit tells its own process. On PostgreSQL it travels as a notification of the
//! transaction, which the server sends on commit and to every node alike, the one that wrote it too.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::ids::MeetingId;
use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use sqlx::{PgConnection, Postgres};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// So many changes may wait for a listener. One that falls further behind is told to read everything anew: a thousand
/// meetings changed in the moment it was away, or it hangs.
const WAITING_AT_MOST: usize = 1024;
/// The notifications' name on PostgreSQL.
const CHANNEL: &str = "phien_meeting";
/// Pause before the line for notifications is asked for again: a server that restarts is back in a few of these.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Something that listeners are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something of this meeting has changed.
    Meeting(MeetingId),
    /// Something may have been missed: whatever is shown has to be read anew.
    Resync,
}

/// Where changes are told. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Events(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sender: broadcast::Sender<Event>,
    /// Whether notifications of the server are being passed on here.
    is_following: AtomicBool,
}

impl Default for Events {
    fn default() -> Self {
        let (sender, _) = broadcast::channel(WAITING_AT_MOST);
        Events(Arc::new(Inner { sender, is_following: AtomicBool::new(false) }))
    }
}

impl Events {
    /// From now on.
    pub(crate) fn listen(&self) -> Listener {
        Listener(self.0.sender.subscribe())
    }

    pub(crate) fn tell(&self, news: News) {
        if news.is_too_much() {
            return self.say(Event::Resync);
        }
        for meeting in news.0 {
            self.say(Event::Meeting(meeting));
        }
    }

    /// That nobody listens is no failure.
    fn say(&self, event: Event) {
        let _ = self.0.sender.send(event);
    }

    /// Passes on what the server notifies of, once for all who listen here; ends with its pool. The first answer comes
    /// when the line stands, so that whoever then changes something is heard.
    ///
    /// # Errors
    /// When the server gives no line for it.
    pub(crate) async fn follow(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        if self.0.is_following.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let line = match connect(pool).await {
            Ok(line) => line,
            Err(cause) => {
                self.0.is_following.store(false, Ordering::Release);
                return Err(cause);
            }
        };
        tokio::spawn(self.clone().pass_on(line, pool.clone()));
        Ok(())
    }

    async fn pass_on(self, mut line: PgListener, pool: PgPool) {
        while !pool.is_closed() {
            let heard = tokio::select! {
                heard = line.try_recv() => heard,
                () = pool.close_event() => return,
            };
            match heard {
                Ok(Some(note)) => {
                    self.say(note.payload().parse().map_or(Event::Resync, Event::Meeting));
                }
                // The line broke, and stands again when next asked: what was said meanwhile is lost.
                Ok(None) => self.say(Event::Resync),
                Err(cause) => {
                    tracing::warn!(%cause, "the database tells of no changes; asking again");
                    tokio::time::sleep(AGAIN_AFTER).await;
                    if let Ok(again) = connect(&pool).await {
                        line = again;
                    }
                    self.say(Event::Resync);
                }
            }
        }
    }
}

/// A connection of its own: one taken from the pool would be missing there for good.
async fn connect(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let options = pool.connect_options().as_ref().clone();
    let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    let mut line = PgListener::connect_with(&own).await?;
    line.listen(CHANNEL).await?;
    Ok(line)
}

/// The meetings that a transaction has changed, each once.
#[derive(Debug, Default)]
pub(crate) struct News(BTreeSet<MeetingId>);

impl News {
    pub(crate) fn add(&mut self, meeting: MeetingId) {
        self.0.insert(meeting);
    }

    /// Whether the meetings are more than a listener is told one by one: a file changed them.
    fn is_too_much(&self) -> bool {
        self.0.len() > WAITING_AT_MOST
    }

    /// Has the server notify of them when the transaction is permanent.
    pub(crate) async fn send(self, on: &mut PgConnection) -> Result<(), sqlx::Error> {
        let payloads = match self.is_too_much() {
            // Whatever is no identifier has everything read again.
            true => vec![String::new()],
            false => self.0.iter().map(MeetingId::to_string).collect(),
        };
        for payload in payloads {
            sqlx::query::<Postgres>("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(payload)
                .execute(&mut *on)
                .await?;
        }
        Ok(())
    }
}

/// Tells what a transaction has changed when it goes: a commit goes on though whoever waits for it hangs up, and one
/// telling too many costs one reading.
#[derive(Debug)]
pub(crate) struct Telling {
    events: Events,
    news: News,
}

impl Telling {
    pub(crate) fn of(events: Events, news: News) -> Telling {
        Telling { events, news }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.events.tell(std::mem::take(&mut self.news));
    }
}

/// Hears what has changed since it began to listen.
#[derive(Debug)]
pub struct Listener(broadcast::Receiver<Event>);

impl Listener {
    /// The next change; `None` when the program ends.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(_)) => Some(Event::Resync),
            Err(RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meeting(number: usize) -> MeetingId {
        format!("00000000-0000-0000-0000-{number:012}").parse().expect("twelve digits end an identifier")
    }

    #[tokio::test]
    async fn who_falls_behind_is_told_to_read_anew_and_goes_on_from_there() {
        let events = Events::default();
        let mut listener = events.listen();
        for number in 0..=WAITING_AT_MOST {
            events.say(Event::Meeting(meeting(number)));
        }
        assert_eq!(listener.next().await, Some(Event::Resync));
        assert_eq!(listener.next().await, Some(Event::Meeting(meeting(1))));
    }

    #[tokio::test]
    async fn a_transaction_that_changed_very_many_meetings_has_everything_read_again() {
        let events = Events::default();
        let mut listener = events.listen();
        events.tell(News((0..=WAITING_AT_MOST).map(meeting).collect()));
        drop(events);
        assert_eq!((listener.next().await, listener.next().await), (Some(Event::Resync), None));
    }

    #[tokio::test]
    async fn a_meeting_that_a_transaction_changed_twice_is_told_once() {
        let events = Events::default();
        let mut listener = events.listen();
        let mut news = News::default();
        for number in [1, 1, 2] {
            news.add(meeting(number));
        }
        events.tell(news);
        drop(events);
        assert_eq!(listener.next().await, Some(Event::Meeting(meeting(1))));
        assert_eq!(listener.next().await, Some(Event::Meeting(meeting(2))));
        assert_eq!(listener.next().await, None);
    }
}
