//! A page's end of the socket: what the page says, in order, and what all pages are told. It keeps the page alive while
//! something is worked on for it, however long the database takes. Knows no seat and no permission.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use domain::live::wire::{BROKEN_CODE, HERE_SECONDS, MESSAGES_AT_ONCE, ToPage};
use futures::stream::{SplitSink, SplitStream};
use futures::{Sink, SinkExt, Stream, StreamExt};
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, interval_at, timeout};

use super::presence::Heard;
use super::room::{Room, Told, written};
use crate::allowance::{Allowance, Rate};
use crate::clock::Clock;

/// A page that takes nothing for this long has gone to sleep. It comes back by itself.
const SENT_WITHIN: Duration = Duration::from_secs(10);
/// A page that answers nothing for this long is gone: it did not answer three signs of life.
const SILENT_AT_MOST: Duration = Duration::from_secs(15);

/// How much a page may say, so that nobody floods the others with what they press.
const SAID: Rate = Rate { at_once: MESSAGES_AT_ONCE, every: Duration::from_secs(1) };

/// Signs of life of a page. A browser answers those of the server, one every few seconds, and sends none of its own.
const ALIVE: Rate = Rate { at_once: 20, every: Duration::from_secs(1) };

/// The page cannot be reached any more.
#[derive(Debug)]
pub(super) struct Gone;

pub(super) type Talk = Result<(), Gone>;

/// Something that happened on the channel.
pub(super) enum Event {
    /// The page said something.
    Heard(Utf8Bytes),
    /// The page gave a sign of life.
    Alive,
    /// The page closed the socket, said something that is no message, or said too much.
    Closed,
    /// There is a newer state.
    State,
    /// The devices of one seat changed.
    Has(Arc<str>),
    /// More changed than the page could take.
    Missed,
}

/// What all pages of the meeting are told.
pub(super) struct News {
    told: watch::Receiver<Told>,
    has: broadcast::Receiver<Arc<str>>,
    /// The state at this moment.
    state: Box<dyn Fn() -> Told + Send + Sync>,
    /// The state that the page was told last.
    last: Told,
}

impl News {
    pub(super) fn of(room: &Arc<Room>) -> News {
        let (told, has, room) = (room.listen(), room.listen_to_seats(), Arc::clone(room));
        News { told, has, state: Box::new(move || room.state()), last: None }
    }
}

/// The socket of one page.
pub(super) struct Channel<O = SplitSink<WebSocket, Message>, I = SplitStream<WebSocket>> {
    out: O,
    incoming: I,
    news: News,
    /// What the page said while something else was worked on.
    waiting: VecDeque<Utf8Bytes>,
    allowance: Allowance,
    alive: Allowance,
    clock: Clock,
    /// Whether the page closed the socket by itself, and not because nothing came over it.
    has_left: bool,
    /// When the page was last heard.
    heard: Instant,
    /// The same by the clock, for the room.
    heard_at: Arc<Heard>,
}

impl<O, I> Channel<O, I>
where
    O: Sink<Message> + Unpin,
    I: Stream<Item = Result<Message, axum::Error>> + Unpin,
{
    pub(super) fn new(out: O, incoming: I, news: News, clock: Clock, heard_at: Arc<Heard>) -> Self {
        let now = Instant::now();
        let (allowance, alive) = (Allowance::full(SAID, now), Allowance::full(ALIVE, now));
        Channel {
            out,
            incoming,
            news,
            waiting: VecDeque::new(),
            allowance,
            alive,
            clock,
            has_left: false,
            heard: now,
            heard_at,
        }
    }

    /// Whether the page closed the socket by itself, and not because nothing came over it.
    pub(super) fn has_left(&self) -> bool {
        self.has_left
    }

    /// The next event. What the page said before comes first. Cancelling it loses nothing.
    pub(super) async fn next(&mut self) -> Event {
        match self.waiting.pop_front() {
            Some(text) => Event::Heard(text),
            None => self.arriving().await,
        }
    }

    /// The next event that has not arrived yet.
    async fn arriving(&mut self) -> Event {
        let News { told, has, .. } = &mut self.news;
        // A state is told before what changed after it.
        let news = async {
            tokio::select! {
                biased;
                Ok(()) = told.changed() => Event::State,
                has = has.recv() => has.map_or(Event::Missed, Event::Has),
            }
        };
        let message = tokio::select! {
            news = news => return news,
            message = self.incoming.next() => message,
        };
        self.heard = Instant::now();
        self.heard_at.note(self.clock.now());
        match message {
            Some(Ok(Message::Text(text))) if self.allowance.takes(Instant::now()) => Event::Heard(text),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) if self.alive.takes(Instant::now()) => Event::Alive,
            Some(Ok(Message::Close(frame))) => {
                self.has_left = frame.is_none_or(|frame| frame.code != BROKEN_CODE);
                Event::Closed
            }
            _ => Event::Closed,
        }
    }

    /// Tells the page what an event means for all pages. Of what the page itself said it keeps the text for later.
    pub(super) async fn pass_on(&mut self, event: Event) -> Talk {
        match event {
            Event::Heard(text) => {
                self.waiting.push_back(text);
                Ok(())
            }
            Event::Alive => Ok(()),
            Event::Closed => Err(Gone),
            Event::State => {
                let state = self.news.told.borrow_and_update().clone();
                self.tell(state).await
            }
            Event::Has(has) => self.send_text(has.as_ref().into()).await,
            Event::Missed => self.tell((self.news.state)()).await,
        }
    }

    /// Tells the page a state: whole, if it is the first.
    async fn tell(&mut self, state: Told) -> Talk {
        let Some(state) = state else { return Ok(()) };
        let text = state.text(self.news.last.as_deref());
        self.news.last = Some(state);
        self.send_text(text).await
    }

    /// Does some work while the page goes on being told the news and given signs of life. The work is always finished,
    /// and never waits for the page.
    ///
    /// # Errors
    /// `Gone` if the page was lost meanwhile.
    pub(super) async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Gone> {
        let mut work = pin!(work);
        let every = Duration::from_secs(HERE_SECONDS.into());
        let mut here = interval_at(Instant::now() + every, every);
        loop {
            let event = tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                event = self.arriving() => Some(event),
                _ = here.tick() => None,
            };
            let telling = async {
                match event {
                    Some(event) => self.pass_on(event).await,
                    None => self.sign_of_life().await,
                }
            };
            match alongside(telling, work.as_mut()).await {
                (Ok(()), None) => {}
                (Ok(()), Some(done)) => return Ok(done),
                (Err(gone), Some(_)) => return Err(gone),
                (Err(gone), None) => {
                    work.await;
                    return Err(gone);
                }
            }
        }
    }

    /// Tells the page that it is still connected, and asks whether it is there. A browser answers by itself, so that a
    /// lost connection is noticed.
    pub(super) async fn sign_of_life(&mut self) -> Talk {
        self.ask_for_life().await?;
        self.send(&ToPage::Here).await
    }

    /// Asks whether the page is there.
    pub(super) async fn ask_for_life(&mut self) -> Talk {
        if self.heard.elapsed() > SILENT_AT_MOST {
            return Err(Gone);
        }
        self.put(Message::Ping(Default::default())).await
    }

    pub(super) async fn send(&mut self, message: &ToPage) -> Talk {
        self.send_text(written(message).into()).await
    }

    async fn send_text(&mut self, text: Utf8Bytes) -> Talk {
        self.put(Message::Text(text)).await
    }

    async fn put(&mut self, message: Message) -> Talk {
        match timeout(SENT_WITHIN, self.out.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }

    /// Closes the socket, if the page can still be reached.
    pub(super) async fn close(mut self) {
        let _ = timeout(SENT_WITHIN, self.out.close()).await;
    }
}

/// Awaits a future while some work goes on beside it. Also gives the work's result, if it was finished by then.
async fn alongside<T, W: Future>(
    future: impl Future<Output = T>,
    mut work: Pin<&mut W>,
) -> (T, Option<W::Output>) {
    let mut future = pin!(future);
    let mut done = None;
    loop {
        tokio::select! {
            biased;
            result = &mut future => return (result, done),
            finished = &mut work, if done.is_none() => done = Some(finished),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Error;
    use chrono::DateTime;
    use domain::live::wire::{State, ToServer};
    use futures::channel::mpsc;
    use tokio::time::sleep;

    use super::super::telling::Telling;
    use super::*;

    /// Longer than a page waits for a sign of life, and than the server waits for one of the page.
    const LONG: Duration = Duration::from_secs(20);

    struct Far {
        /// What the page receives.
        received: mpsc::Receiver<Message>,
        /// What the page sends.
        says: mpsc::UnboundedSender<Result<Message, Error>>,
        told: watch::Sender<Told>,
        _has: broadcast::Sender<Arc<str>>,
    }

    type TestChannel = Channel<mpsc::Sender<Message>, mpsc::UnboundedReceiver<Result<Message, Error>>>;

    /// A channel with the page's side of it. The page takes `room` messages without reading them.
    fn channel(room: usize) -> (TestChannel, Far) {
        let (out, received) = mpsc::channel(room);
        let (says, incoming) = mpsc::unbounded();
        let (told, has) = (watch::Sender::new(None), broadcast::Sender::new(4));
        let news =
            News { told: told.subscribe(), has: has.subscribe(), state: Box::new(|| None), last: None };
        let clock = Clock::of(DateTime::default);
        let heard = Arc::new(Heard::at(clock.now()));
        (Channel::new(out, incoming, news, clock, heard), Far { received, says, told, _has: has })
    }

    fn texts(far: &mut Far) -> Vec<String> {
        let received = std::iter::from_fn(|| far.received.try_recv().ok());
        received
            .filter_map(|message| match message {
                Message::Text(text) => Some(text.to_string()),
                _ => None,
            })
            .collect()
    }

    /// The page answers the server's signs of life for as long as it is there.
    async fn answers(says: mpsc::UnboundedSender<Result<Message, Error>>) {
        while says.unbounded_send(Ok(Message::Pong(Default::default()))).is_ok() {
            sleep(Duration::from_secs(5)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_kept_alive_and_told_the_news_while_its_wish_is_worked_on() {
        let (mut channel, mut far) = channel(100);
        let answering = tokio::spawn(answers(far.says.clone()));
        far.told.send_replace(Some(Telling::of(state(1), None)));
        assert_eq!(
            channel
                .meanwhile(async {
                    sleep(LONG).await;
                    7
                })
                .await
                .unwrap(),
            7
        );
        answering.abort();
        let received = texts(&mut far);
        assert_eq!(received[0], written(&ToPage::State(state(1))));
        let here = written(&ToPage::Here);
        assert!(received.iter().filter(|text| **text == here).count() >= 3, "{received:?}");
    }

    fn state(version: u64) -> State {
        let state = r#"{"version":0,"live":{"stage":"under_way","item":null,"floor":null,"large":null,"paper":null,"chair":null,
            "seats":[{"seat":"hall","name":""}]},"on":[]}"#;
        State { version, ..serde_json::from_str(state).unwrap() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_told_the_whole_state_once_and_then_what_is_other_than_it_knows() {
        let (mut channel, mut far) = channel(100);
        let tell = |version, before: &Told| {
            let telling = Telling::of(state(version), before.as_deref());
            far.told.send_replace(Some(Arc::clone(&telling)));
            Some(telling)
        };
        let mut last = tell(1, &None);
        let event = channel.next().await;
        channel.pass_on(event).await.unwrap();
        last = tell(2, &last);
        let event = channel.next().await;
        channel.pass_on(event).await.unwrap();
        // Two that come in one go: the page never hears of the first.
        last = tell(3, &last);
        tell(4, &last);
        let event = channel.next().await;
        channel.pass_on(event).await.unwrap();
        let update = |after, before| written(&ToPage::Update(state(after).since(&state(before))));
        assert_eq!(texts(&mut far), [written(&ToPage::State(state(1))), update(2, 1), update(4, 2)]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_page_says_meanwhile_is_heard_afterwards_in_its_order() {
        let (mut channel, far) = channel(100);
        let say = |text: &str| far.says.unbounded_send(Ok(Message::Text(text.into()))).unwrap();
        let said =
            [ToServer::Subscribe, ToServer::Rise].map(|message| serde_json::to_string(&message).unwrap());
        said.iter().for_each(|text| say(text));
        channel.meanwhile(sleep(Duration::from_secs(1))).await.unwrap();
        say("last");
        for expected in [&said[0], &said[1], "last"] {
            let Event::Heard(text) = channel.next().await else { panic!("{expected} was not heard") };
            assert_eq!(text, expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_gives_only_so_many_signs_of_life() {
        let (mut channel, far) = channel(100);
        let ping = || far.says.unbounded_send(Ok(Message::Ping(Default::default()))).unwrap();
        for _ in 0..=ALIVE.at_once {
            ping();
        }
        for _ in 0..ALIVE.at_once {
            assert!(matches!(channel.next().await, Event::Alive));
        }
        assert!(matches!(channel.next().await, Event::Closed));
        sleep(Duration::from_secs(5)).await;
        ping();
        assert!(matches!(channel.next().await, Event::Alive), "a browser answers more slowly than that");
    }

    #[tokio::test(start_paused = true)]
    async fn work_never_waits_for_a_page_that_takes_nothing_and_is_finished_if_the_page_is_lost() {
        // One message fits besides the first, and then nothing more.
        let (mut channel, far) = channel(0);
        let began = Instant::now();
        let answering = tokio::spawn(answers(far.says.clone()));
        let (mut finished_after, mut is_finished) = (None, false);
        let work = async {
            sleep(LONG).await;
            finished_after = Some(began.elapsed());
        };
        assert!(channel.meanwhile(work).await.is_err());
        assert_eq!(finished_after, Some(LONG), "the page held it up");
        answering.abort();

        drop(far);
        let work = async {
            sleep(LONG).await;
            is_finished = true;
        };
        assert!(channel.meanwhile(work).await.is_err());
        assert!(is_finished);
    }
}
