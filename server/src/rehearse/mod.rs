//! `phien rehearse`: takes a meeting's seats with sites that nobody sits at, and tells how their lines held. For the office
//! before a great conference, for tests and for measurements. It is a client like any other: all it knows of the server is
//! what a page knows.
//!
//! A rehearsal is for whoever directs the meeting, before its opening; the opening ends it. It takes the seats that are free
//! and nobody's own: the rehearsing person's own seat stays theirs.

mod report;
mod visit;
mod web;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use backend::{Entropy, SystemEntropy};
use domain::access::Stage;
use domain::ids::PageId;
use domain::live::Seat;
use domain::live::wire::{SILENT_SECONDS, ToPage};
use futures::StreamExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use url::Url;

use crate::clock::Clock;
pub use report::{Report, Row};
use visit::Visit;
pub use visit::{Score, Told};
use web::Web;

/// Sites arrive so far apart: all 76 of a province within ten seconds.
const APART: Duration = Duration::from_millis(130);
/// Each speaker has so long: longer than whoever spoke before is kept large.
const SPEAKS_FOR: Duration = Duration::from_secs(6);
/// Sites that are told that it is over have told what came of it within this.
const ENDS_WITHIN: Duration = Duration::from_secs(5);
/// The meeting and its state are heard within this, or never.
const HEARD_WITHIN: Duration = Duration::from_secs(SILENT_SECONDS as u64);

/// What is to be rehearsed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The meeting's address, as in the browser.
    pub url: String,
    /// Who rehearses.
    pub user: String,
    /// Their password.
    pub password: String,
    /// How many sites.
    pub sites: u32,
    /// How many of them take turns to speak.
    pub speakers: u32,
    /// How long, once all have arrived.
    pub time: Duration,
    /// Of a hundred datagrams so many are lost, either way, from then on.
    pub loss_percent: u32,
    /// When every site changes its address, from then on.
    pub moves_after: Option<Duration>,
}

/// A rehearsal under way.
pub struct Rehearsal {
    /// The clock of all times in the report.
    pub began: Instant,
    score: Arc<watch::Sender<Score>>,
    visits: Vec<Visiting>,
    speakers: u32,
    turns: Vec<(Duration, u32)>,
}

struct Visiting {
    seat: Seat,
    name: String,
    told: watch::Receiver<Told>,
    stays: JoinHandle<()>,
}

/// Rehearses as planned.
///
/// # Errors
/// When there is nothing to rehearse, said in a sentence. A site that does not connect is in the report.
pub async fn rehearse(plan: &Plan) -> Result<Report, String> {
    let mut rehearsal = Rehearsal::begin(plan).await?;
    rehearsal.change(|score| score.loses = plan.loss_percent * 10);
    let before = plan.moves_after.map_or(plan.time, |after| after.min(plan.time));
    rehearsal.take_turns(before).await;
    if plan.moves_after.is_some() {
        rehearsal.change(|score| score.moves += 1);
        rehearsal.take_turns(plan.time - before).await;
    }
    Ok(rehearsal.end().await)
}

impl Rehearsal {
    /// Sends the sites, one after the other; the first of them speaks.
    ///
    /// # Errors
    /// When the meeting is not to be rehearsed by this person now, or has too few seats.
    pub async fn begin(plan: &Plan) -> Result<Rehearsal, String> {
        let url = Url::parse(&plan.url).map_err(|cause| format!("{}: {cause}", plan.url))?;
        let meeting = meeting(&url).ok_or_else(|| format!("{url} is not a meeting's address"))?;
        let mut web = Web::new(url)?;
        web.sign_in(&plan.user, &plan.password).await?;
        let from = addresses(web.own_address().await?);
        let seats = seats(&web, &meeting, plan.sites).await?;
        let began = Instant::now();
        let (score, _) = watch::channel(Score { speaker: Some(0), ..Score::default() });
        let mut rehearsal = Rehearsal {
            began,
            score: Arc::new(score),
            visits: Vec::new(),
            speakers: plan.speakers.clamp(1, plan.sites),
            turns: vec![(Duration::ZERO, 0)],
        };
        let web = Arc::new(web);
        let (entropy, clock): (&dyn Entropy, _) = (&SystemEntropy, Clock::system());
        let stage = media::sites::Stage { began, from };
        for (number, (seat, name)) in (0..).zip(seats) {
            if number > 0 {
                sleep(APART).await;
            }
            let (tells, told) = watch::channel(Told::default());
            let visit = Visit {
                web: Arc::clone(&web),
                meeting: meeting.clone(),
                seat,
                page: PageId(entropy.id(clock.now())),
                number,
                score: rehearsal.score.subscribe(),
                tells,
            };
            let stays = tokio::spawn(visit.stay(stage.clone()));
            rehearsal.visits.push(Visiting { seat, name, told, stays });
        }
        Ok(rehearsal)
    }

    /// Lets the speakers take turns for a while, or until every site has given up.
    pub async fn take_turns(&mut self, time: Duration) {
        let end = Instant::now() + time;
        let mut turn = self.turns.len() as u32;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            sleep(left.min(SPEAKS_FOR)).await;
            let is_empty = self.visits.iter().all(|visiting| visiting.stays.is_finished());
            if Instant::now() >= end || is_empty {
                return;
            }
            if self.speakers > 1 {
                let speaker = turn % self.speakers;
                self.change(|score| score.speaker = Some(speaker));
                self.turns.push((self.began.elapsed(), speaker));
            }
            turn += 1;
        }
    }

    /// Changes what all sites are told.
    pub fn change(&self, change: impl FnOnce(&mut Score)) {
        self.score.send_modify(change);
    }

    /// What has come of it so far, a second ago at most.
    #[must_use]
    pub fn so_far(&self) -> Report {
        let rows = self.visits.iter().map(|visiting| Row {
            seat: visiting.seat,
            name: visiting.name.clone(),
            told: visiting.told.borrow().clone(),
        });
        Report { rows: rows.collect(), turns: self.turns.clone(), time: self.began.elapsed() }
    }

    /// Ends it, and tells what came of it.
    pub async fn end(mut self) -> Report {
        self.change(|score| score.ends = true);
        let time = self.began.elapsed();
        let end = Instant::now() + ENDS_WITHIN;
        for visiting in &mut self.visits {
            // What a site that broke, or does not end, told last is told all the same.
            let left = end.saturating_duration_since(Instant::now());
            if timeout(left, &mut visiting.stays).await.is_err() {
                visiting.stays.abort();
            }
        }
        Report { time, ..self.so_far() }
    }
}

/// The meeting whose page is at an address.
fn meeting(url: &Url) -> Option<String> {
    let mut segments = url.path_segments()?;
    let (folder, id) = (segments.next()?, segments.next()?);
    (folder == "meetings" && !id.is_empty()).then(|| id.to_owned())
}

/// Where sites send from. A server on this machine may call itself by an address of the network.
fn addresses(own: IpAddr) -> Vec<IpAddr> {
    if own.is_loopback() { vec![own, IpAddr::V4(Ipv4Addr::UNSPECIFIED)] } else { vec![own] }
}

/// The seats that are taken for the rehearsal, and their names.
async fn seats(web: &Web, meeting: &str, count: u32) -> Result<Vec<(Seat, String)>, String> {
    let mut socket = web.socket(meeting).await?;
    let mut own = None;
    let live = loop {
        let heard = timeout(HEARD_WITHIN, socket.next()).await;
        let Ok(Some(Ok(message))) = heard else { return Err("the meeting's socket says nothing".to_owned()) };
        let Message::Text(text) = message else { continue };
        match serde_json::from_str::<ToPage>(&text) {
            Ok(ToPage::Welcome { standing, .. }) if !standing.directs => {
                return Err("only who directs the meeting can rehearse it".to_owned());
            }
            Ok(ToPage::Welcome { standing, .. }) => own = Some(standing),
            Ok(ToPage::State(state)) => break state.live,
            Ok(ToPage::Refused(failure)) => return Err(crate::cli::line(&failure)),
            Ok(_) => {}
            Err(cause) => return Err(format!("the server speaks another version's words: {cause}")),
        }
    };
    let _ = timeout(HEARD_WITHIN, socket.close(None)).await;
    match (live.stage, own) {
        (Stage::Scheduled, Some(own)) if own.rehearses => {
            let is_own = |seat: Seat| seat != Seat::Hall && own.seats.contains(&seat);
            let free = live.seats.iter().filter(|kept| !kept.is_connected && !kept.is_removed);
            let free = free.filter(|kept| !is_own(kept.seat));
            let seats: Vec<_> = free.map(|kept| (kept.seat, name(kept.seat, &kept.name))).collect();
            let found = seats.len();
            if found < count as usize {
                return Err(format!("{count} sites are asked for, and the meeting has {found} free seats"));
            }
            Ok(in_order(seats, count as usize))
        }
        _ => Err("a meeting is rehearsed after its invitations and before its opening".to_owned()),
    }
}

fn name(seat: Seat, name: &str) -> String {
    if seat == Seat::Hall { "hall".to_owned() } else { name.to_owned() }
}

/// Sites first, for they are what is to be tried; then the hall, then people.
fn in_order(mut seats: Vec<(Seat, String)>, count: usize) -> Vec<(Seat, String)> {
    seats.sort_by_key(|(seat, _)| match seat {
        Seat::Site(_) => 0,
        Seat::Hall => 1,
        Seat::Person(_) => 2,
    });
    seats.truncate(count);
    seats
}
