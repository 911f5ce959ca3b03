//! One site: its two connections, what it sends and what came of what it was sent. Connections are made anew, whole, as a
//! page does it; figures go on over them.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::live::wire::{Place, Sending, Slot};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use webrtc::error::{Error, Result};
use webrtc::peer_connection::PeerConnection;

use super::connection::{Making, Receives, Sends, Sizes, Told, round_trip};
use super::film::{Camera, voice};
use super::line::Wire;
use super::meter::{self, Stream};
use super::watch::Came;
use crate::command::Link;

/// A turn of the camera and the microphone.
const TURN: Duration = Duration::from_millis(20);
/// How loud somebody who speaks is, and a quiet room, in decibels below the loudest (RFC 6464).
const LOUD: u8 = 25;
const QUIET: u8 = 100;
/// What of connections waits to be heard by a site.
const TOLD_AT_MOST: usize = 64;

/// What all sites of a process share.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The clock by which pictures are stamped.
    pub began: Instant,
    /// The addresses that sites send from.
    pub from: Vec<IpAddr>,
}

/// What a site sends, as its turns read it.
#[derive(Debug, Default)]
struct Wish {
    sending: Mutex<Sending>,
    level: AtomicU8,
}

/// What a site sent and what came.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Bytes of datagrams sent.
    pub sent: u64,
    /// Bytes of datagrams that came.
    pub came: u64,
    /// All places of pictures.
    pub pictures: Came,
    /// All places of sound.
    pub sounds: Came,
    /// There and back to the server.
    pub round_trip: Option<Duration>,
    /// Since when whose pictures were shown large, by the stage's clock.
    pub turns: Vec<(Duration, u32)>,
}

/// A site.
pub struct Site {
    number: u32,
    stage: Stage,
    sizes: Sizes,
    wire: Arc<Wire>,
    is_dead: Arc<AtomicBool>,
    wish: Arc<Wish>,
    /// Connections made so far.
    made: u64,
    sends: Option<(u64, Pending)>,
    sending: Option<JoinHandle<()>>,
    receives: Option<(u64, Receives)>,
    slots: Vec<Slot>,
    before: Figures,
    tell: mpsc::Sender<Told>,
    told: mpsc::Receiver<Told>,
}

/// A connection that sends: before its answer, and after.
enum Pending {
    Offered(Box<Sends>),
    Answered(Arc<Sends>),
}

impl Pending {
    fn connection(&self) -> Arc<dyn PeerConnection> {
        match self {
            Pending::Offered(sends) => Arc::clone(sends.connection()),
            Pending::Answered(sends) => Arc::clone(sends.connection()),
        }
    }
}

impl Site {
    /// With a number by which its pictures are known; connected to nothing yet.
    #[must_use]
    pub fn new(number: u32, stage: Stage) -> Site {
        let (tell, told) = mpsc::channel(TOLD_AT_MOST);
        let wish = Wish { level: AtomicU8::new(QUIET), ..Wish::default() };
        Site {
            number,
            stage,
            sizes: Sizes::Three,
            wire: Arc::new(Wire::new(number)),
            is_dead: Arc::default(),
            wish: Arc::new(wish),
            made: 0,
            sends: None,
            sending: None,
            receives: None,
            slots: Vec::new(),
            before: Figures::default(),
            tell,
            told,
        }
    }

    /// With a camera of so many sizes from its next offer on.
    #[must_use]
    pub fn with(mut self, sizes: Sizes) -> Site {
        self.sizes = sizes;
        self
    }

    /// What a connection says of itself by now: a server that is no lite one wants to know its addresses.
    pub async fn described(&self, link: Link) -> Option<String> {
        let connection = match link {
            Link::Publish => self.sends.as_ref()?.1.connection(),
            Link::Subscribe => Arc::clone(self.receives.as_ref()?.1.connection()),
        };
        Some(connection.local_description().await?.sdp)
    }

    /// So many of a thousand datagrams are lost from now on, either way.
    pub fn lose(&self, permille: u32) {
        self.wire.loses.store(permille, Ordering::Relaxed);
    }

    /// The address is gone: nothing goes through the connections of before any more.
    pub fn cut(&mut self) {
        self.is_dead.store(true, Ordering::Relaxed);
        self.is_dead = Arc::default();
    }

    fn making(&mut self) -> Making {
        self.made += 1;
        Making {
            number: self.made,
            from: self.stage.from.clone(),
            wire: Arc::clone(&self.wire),
            is_dead: Arc::clone(&self.is_dead),
            told: self.tell.clone(),
        }
    }

    /// The offer of a new connection that sends; the one before ends.
    ///
    /// # Errors
    /// When the library makes none.
    pub async fn offer(&mut self) -> std::result::Result<String, String> {
        self.end_sending();
        let making = self.making();
        let connection = making.number;
        // Four streams a connection, and no two connections of a site alike.
        let first = self.number << 16 | (connection as u32 & 0x0FFF) << 4 | 1 << 31;
        let (sends, offer) = Sends::offer(making, first, self.sizes).await.map_err(words)?;
        self.sends = Some((connection, Pending::Offered(Box::new(sends))));
        Ok(offer)
    }

    /// The server's answer to it. An answer that nobody waits for is passed over.
    ///
    /// # Errors
    /// When the library cannot take it.
    pub async fn answered(&mut self, answer: String) -> std::result::Result<(), String> {
        match self.sends.take() {
            Some((connection, Pending::Offered(mut sends))) => {
                let taken = sends.answered(answer).await;
                self.sends = Some((connection, Pending::Answered(Arc::from(sends))));
                taken.map_err(words)
            }
            other => {
                self.sends = other;
                Ok(())
            }
        }
    }

    /// The answer to the server's offer of a connection that receives; the one before ends.
    ///
    /// # Errors
    /// When the library cannot take it.
    pub async fn answer(&mut self, offer: String) -> std::result::Result<String, String> {
        self.end_receiving();
        let making = self.making();
        let connection = making.number;
        let (receives, answer) = Receives::answer(making, self.stage.began, offer).await.map_err(words)?;
        self.receives = Some((connection, receives));
        Ok(answer)
    }

    /// What connections tell, one after the other; a connection that was replaced is not heard any more.
    pub async fn hear(&mut self) -> Told {
        loop {
            // Never closed: the site holds one end itself.
            let Some(told) = self.told.recv().await else { std::future::pending().await };
            let numbers = [
                self.sends.as_ref().map(|(number, _)| (Link::Publish, *number)),
                self.receives.as_ref().map(|(number, _)| (Link::Subscribe, *number)),
            ];
            if !numbers.contains(&Some((told.link, told.connection))) {
                continue;
            }
            if told.link == Link::Publish && told.is_up {
                self.begin();
            }
            return told;
        }
    }

    /// What the server asks to be sent.
    pub fn send(&self, sending: Sending) {
        *self.wish.sending.lock().unwrap_or_else(PoisonError::into_inner) = sending;
    }

    /// Whether somebody speaks here.
    pub fn speak(&self, speaks: bool) {
        self.wish.level.store(if speaks { LOUD } else { QUIET }, Ordering::Relaxed);
    }

    /// What stands in the places of the connection that receives.
    pub fn show(&mut self, slots: Vec<Slot>) {
        self.slots = slots;
        self.promise();
    }

    /// The connection that receives is up: what is promised is waited for from now on.
    pub fn promise(&mut self) {
        let Some((_, receives)) = &self.receives else { return };
        let now = self.now();
        let mut ear = meter::lock(&receives.ear);
        for slot in self.slots.iter().filter(|slot| slot.place != Place::Sound) {
            if slot.place == Place::Main {
                ear.set_main(&slot.mid);
            }
            ear.promise(&slot.mid, slot.has_picture, now);
        }
    }

    fn now(&self) -> Duration {
        self.stage.began.elapsed()
    }

    fn begin(&mut self) {
        let Some((_, Pending::Answered(sends))) = &self.sends else { return };
        if self.sending.is_some() {
            return;
        }
        let turns =
            turns(self.number, self.sizes, self.stage.began, Arc::clone(sends), Arc::clone(&self.wish));
        self.sending = Some(tokio::spawn(async move {
            // Ends when the connection takes nothing any more, which its state tells as well.
            let _ = turns.await;
        }));
    }

    fn end_sending(&mut self) {
        if let Some(sending) = self.sending.take() {
            sending.abort();
        }
        if let Some((_, sends)) = self.sends.take() {
            close(sends.connection());
        }
    }

    fn end_receiving(&mut self) {
        let Some((_, receives)) = self.receives.take() else { return };
        let now = self.now();
        add(&mut self.before, &meter::lock(&receives.ear), now);
        close(Arc::clone(receives.connection()));
    }

    /// What was sent and came until now.
    pub async fn figures(&self) -> Figures {
        let mut figures = self.before.clone();
        figures.sent = self.wire.sent.load(Ordering::Relaxed);
        figures.came = self.wire.came.load(Ordering::Relaxed);
        if let Some((_, receives)) = &self.receives {
            figures.round_trip = round_trip(receives.connection(), Instant::now()).await;
            add(&mut figures, &meter::lock(&receives.ear), self.now());
        }
        figures
    }

    /// Ends both connections.
    pub fn close(&mut self) {
        self.end_sending();
        self.end_receiving();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(sending) = &self.sending {
            sending.abort();
        }
    }
}

fn add(figures: &mut Figures, ear: &meter::Ear, now: Duration) {
    for stream in ear.streams() {
        match stream {
            Stream::Pictures(pictures) => figures.pictures.add(&pictures.came(now)),
            Stream::Sounds(sounds) => figures.sounds.add(&sounds.came()),
        }
    }
    figures.turns.extend(ear.turns());
}

/// Closing waits for the connection's last words, and nobody has to.
fn close(connection: Arc<dyn PeerConnection>) {
    tokio::spawn(async move {
        if let Err(cause) = connection.close().await {
            tracing::debug!(%cause, "a site's connection did not end well");
        }
    });
}

fn words(error: Error) -> String {
    error.to_string()
}

/// Films and speaks until the connection takes nothing any more.
async fn turns(number: u32, sizes: Sizes, began: Instant, sends: Arc<Sends>, wish: Arc<Wish>) -> Result<()> {
    let mut camera = Camera::new(number);
    let mut turns = interval(TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut sequence, mut timestamp) = (0_u16, 0_u32);
    loop {
        turns.tick().await;
        let mut sending = *wish.sending.lock().unwrap_or_else(PoisonError::into_inner);
        let now = began.elapsed();
        if sizes == Sizes::One {
            let high = sending.low || sending.mid || sending.high;
            sending = Sending { low: false, mid: false, high, ..sending };
        }
        let only = (sizes == Sizes::One).then_some(2);
        sends.wanted.take().for_each(|size| camera.want_key(only.unwrap_or(size)));
        timestamp = timestamp.wrapping_add(960);
        if sending.sound {
            sequence = sequence.wrapping_add(1);
            let level = wish.level.load(Ordering::Relaxed);
            sends.speak(sequence, timestamp, level, voice(number, now)).await?;
        }
        for piece in camera.turn(now, sending) {
            sends.film(piece).await?;
        }
    }
}
