//! One site's part in a rehearsal: it sits down, offers and is offered connections, and makes them anew when they are lost,
//! as a page does. What came of it is told at the end. Knows its own seat alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::access::Stage;
use domain::error::Failure;
use domain::ids::PageId;
use domain::live::wire::{Devices, Line, SILENT_SECONDS, State, ToPage, ToServer};
use domain::live::{Arrival, Coming, Seat, StateUpdate};
use futures::{SinkExt, StreamExt};
use media::command::Link;
use media::sites::{Figures, Site};
use tokio::sync::watch;
use tokio::time::{interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::web::{Socket, Web};

/// A connection that does not stand after so long is tried anew: a handshake may have lost its last word.
const STANDS_WITHIN: Duration = Duration::from_secs(5);
/// Pause before a socket that was lost is opened anew.
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How often it is looked whether something takes too long.
const LOOKS_EVERY: Duration = Duration::from_millis(500);
/// Pause before a seat that was not to be had for now is asked for again.
const SITS_AGAIN_AFTER: Duration = Duration::from_secs(2);
/// Nothing is heard for so long only from a server that is gone.
const SILENT: Duration = Duration::from_secs(SILENT_SECONDS as u64);

/// What all sites are told, replaced as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// The site that speaks.
    pub speaker: Option<u32>,
    /// So many of a thousand datagrams are lost, either way.
    pub loses: u32,
    /// Grows when every site changes its address.
    pub moves: u32,
    /// The rehearsal is over.
    pub ends: bool,
}

/// A site's place in the rehearsal.
pub(super) struct Visit {
    pub(super) web: Arc<Web>,
    pub(super) meeting: String,
    pub(super) seat: Seat,
    pub(super) page: PageId,
    pub(super) number: u32,
    pub(super) score: watch::Receiver<Score>,
    /// Where it tells every second what has come of it so far.
    pub(super) tells: watch::Sender<Told>,
}

/// What came of a site.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// From the opening of its socket until both connections stood.
    pub connected: Option<Duration>,
    /// When both first stood, by the stage's clock.
    pub connected_at: Option<Duration>,
    /// Each time it was away afterwards, from when it noticed, by the stage's clock.
    pub away: Vec<(Duration, Option<Duration>)>,
    /// Connections that were tried, of each kind one at least.
    pub tries: u32,
    /// How the server saw the line when it last told.
    pub line: Option<Line>,
    /// What came and went.
    pub figures: Figures,
    /// Why it is not there.
    pub why: Option<String>,
}

/// How a conversation ended.
enum End {
    /// It is over.
    Over,
    /// It can be begun anew.
    Lost(String),
    /// It makes no sense to try again.
    Refused(String),
}

/// How far a connection has come.
#[derive(Clone, Copy)]
enum Try {
    Idle,
    Since(Instant),
    Up,
}

/// A visit while it lasts.
struct Staying<'v> {
    visit: &'v mut Visit,
    site: Site,
    told: Told,
    came: Instant,
    began: Instant,
    up: [Try; 2],
    /// When its seat is asked for again, after the server had none for now.
    sits_at: Option<Instant>,
    moves: u32,
    looks: u32,
}

impl Visit {
    /// Takes part until it is over.
    pub(super) async fn stay(mut self, stage: media::sites::Stage) {
        let began = stage.began;
        let site = Site::new(self.number, stage);
        let moves = self.score.borrow().moves;
        let mut staying = Staying {
            visit: &mut self,
            site,
            told: Told::default(),
            came: Instant::now(),
            began,
            up: [Try::Idle; 2],
            sits_at: None,
            moves,
            looks: 0,
        };
        loop {
            match staying.talk().await {
                End::Over => break,
                End::Refused(why) => {
                    staying.told.why = Some(why);
                    break;
                }
                End::Lost(why) => {
                    staying.told.why = Some(why);
                    staying.lose();
                    if staying.is_over_within(AGAIN_AFTER).await {
                        break;
                    }
                }
            }
        }
        staying.tell().await;
        staying.site.close();
    }
}

fn place(link: Link) -> usize {
    usize::from(link == Link::Subscribe)
}

impl Staying<'_> {
    fn lose(&mut self) {
        self.up = [Try::Idle; 2];
        self.note();
    }

    async fn is_over_within(&mut self, time: Duration) -> bool {
        let score = &mut self.visit.score;
        tokio::select! {
            ended = score.wait_for(|score| score.ends) => ended.is_ok(),
            () = sleep(time) => false,
        }
    }

    async fn talk(&mut self) -> End {
        let opening = timeout(SILENT, self.visit.web.socket(&self.visit.meeting)).await;
        let mut socket = match opening {
            Ok(Ok(socket)) => socket,
            Ok(Err(why)) => return End::Lost(why),
            Err(_) => return End::Lost("the server does not answer".to_owned()),
        };
        if let Err(end) = self.sit(&mut socket).await {
            return end;
        }
        let mut looks = interval(LOOKS_EVERY);
        let mut heard_at = Instant::now();
        if self.perform().ends {
            return End::Over;
        }
        loop {
            let went = tokio::select! {
                heard = socket.next() => {
                    heard_at = Instant::now();
                    match heard {
                        Some(Ok(Message::Text(text))) => self.hear(&text, &mut socket).await,
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                        _ => Err(End::Lost("the socket broke".to_owned())),
                    }
                }
                told = self.site.hear() => self.connection(told.link, told.is_up, &mut socket).await,
                _ = self.visit.score.changed() => self.follow(&mut socket).await,
                _ = looks.tick() => {
                    if heard_at.elapsed() > SILENT {
                        Err(End::Lost("the server was silent".to_owned()))
                    } else {
                        self.look(&mut socket).await
                    }
                }
            };
            if let Err(end) = went {
                let _ = timeout(AGAIN_AFTER, socket.close(None)).await;
                return end;
            }
        }
    }

    async fn sit(&mut self, socket: &mut Socket) -> Result<(), End> {
        let how = Coming::Rehearsing;
        let arrival = Arrival { seat: self.visit.seat, page: self.visit.page, how };
        say(socket, &ToServer::Sit(arrival)).await
    }

    async fn hear(&mut self, text: &str, socket: &mut Socket) -> Result<(), End> {
        let Ok(message) = serde_json::from_str::<ToPage>(text) else {
            return Err(End::Refused("the server speaks another version's words".to_owned()));
        };
        match message {
            ToPage::Seated(_) | ToPage::Stays(_) => {
                self.told.why = None;
                self.sits_at = None;
                say(socket, &ToServer::Have(Devices { camera: true, microphone: true, screen: false }))
                    .await?;
                self.publish(socket).await?;
                self.subscribe(socket).await?;
            }
            ToPage::Answer { answer } => self.site.answered(answer).await.map_err(End::Lost)?,
            ToPage::Offer { offer } => {
                let answer = self.site.answer(offer).await.map_err(End::Lost)?;
                say(socket, &ToServer::Answer { answer }).await?;
            }
            ToPage::Slots(slots) => self.site.show(slots),
            ToPage::Send(sending) => self.site.send(sending),
            ToPage::Line(line) => self.told.line = Some(line),
            ToPage::State(State { live, .. }) | ToPage::Update(StateUpdate { live, .. })
                if live.stage != Stage::Scheduled =>
            {
                return Err(End::Refused("the meeting was opened, which ends a rehearsal".to_owned()));
            }
            ToPage::Unseated => return Err(End::Refused("somebody else sat down on its seat".to_owned())),
            ToPage::Refused(failure) => return self.refused(&failure),
            ToPage::Again => return Err(End::Lost("the server ended".to_owned())),
            ToPage::Welcome { .. }
            | ToPage::State(_)
            | ToPage::Update(_)
            | ToPage::Has { .. }
            | ToPage::Speaking(_)
            | ToPage::Here => {}
        }
        Ok(())
    }

    fn refused(&mut self, failure: &Failure) -> Result<(), End> {
        let why = crate::cli::line(failure);
        if matches!(failure, Failure::Unavailable) {
            // Full, or not ready: what was asked for is asked for again.
            self.told.why = Some(why);
            if matches!(self.up, [Try::Idle, Try::Idle]) {
                self.sits_at = Some(Instant::now() + SITS_AGAIN_AFTER);
            }
            return Ok(());
        }
        Err(End::Refused(why))
    }

    async fn publish(&mut self, socket: &mut Socket) -> Result<(), End> {
        self.begin(Link::Publish);
        let offer = self.site.offer().await.map_err(End::Lost)?;
        say(socket, &ToServer::Publish { offer }).await
    }

    async fn subscribe(&mut self, socket: &mut Socket) -> Result<(), End> {
        self.begin(Link::Subscribe);
        say(socket, &ToServer::Subscribe).await
    }

    fn begin(&mut self, link: Link) {
        self.told.tries += 1;
        self.up[place(link)] = Try::Since(Instant::now());
        self.note();
    }

    /// A connection stands, or is lost.
    async fn connection(&mut self, link: Link, is_up: bool, socket: &mut Socket) -> Result<(), End> {
        if is_up {
            self.up[place(link)] = Try::Up;
            self.note();
            if link == Link::Subscribe {
                self.site.promise();
            }
            return Ok(());
        }
        match link {
            Link::Publish => self.publish(socket).await,
            Link::Subscribe => self.subscribe(socket).await,
        }
    }

    /// Tells how it is.
    async fn tell(&mut self) {
        self.told.figures = self.site.figures().await;
        self.visit.tells.send_replace(self.told.clone());
    }

    /// Tries anew what takes too long.
    async fn look(&mut self, socket: &mut Socket) -> Result<(), End> {
        self.looks += 1;
        if self.looks.is_multiple_of(2) {
            self.tell().await;
        }
        if self.sits_at.is_some_and(|at| at <= Instant::now()) {
            self.sits_at = None;
            self.sit(socket).await?;
        }
        let is_late = |of: Try| matches!(of, Try::Since(since) if since.elapsed() > STANDS_WITHIN);
        let [publishing, receiving] = self.up.map(is_late);
        if publishing {
            self.publish(socket).await?;
        }
        if receiving {
            self.subscribe(socket).await?;
        }
        Ok(())
    }

    /// Does what the score says that can be done at once.
    fn perform(&mut self) -> Score {
        let score = *self.visit.score.borrow_and_update();
        self.site.speak(score.speaker == Some(self.visit.number));
        self.site.lose(score.loses);
        score
    }

    async fn follow(&mut self, socket: &mut Socket) -> Result<(), End> {
        let score = self.perform();
        if score.ends {
            return Err(End::Over);
        }
        if score.moves != self.moves {
            self.moves = score.moves;
            self.site.cut();
            self.publish(socket).await?;
            self.subscribe(socket).await?;
        }
        Ok(())
    }

    /// Writes down when both connections stood, and when no longer.
    fn note(&mut self) {
        let is_up = self.up.iter().all(|up| matches!(up, Try::Up));
        let now = self.began.elapsed();
        if is_up {
            self.told.why = None;
        }
        match (is_up, self.told.connected) {
            (true, None) => {
                self.told.connected = Some(self.came.elapsed());
                self.told.connected_at = Some(now);
            }
            (true, Some(_)) => {
                if let Some((_, back @ None)) = self.told.away.last_mut() {
                    *back = Some(now);
                }
            }
            (false, Some(_)) if self.told.away.last().is_none_or(|(_, back)| back.is_some()) => {
                self.told.away.push((now, None));
            }
            (false, _) => {}
        }
    }
}

async fn say(socket: &mut Socket, message: &ToServer) -> Result<(), End> {
    let text = serde_json::to_string(message).map_err(|cause| End::Refused(cause.to_string()))?;
    match timeout(SILENT, socket.send(Message::text(text))).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(End::Lost("the socket broke".to_owned())),
    }
}
