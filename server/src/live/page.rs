//! One page's conversation: who asks is asked anew with every message, for a session may end and a part be taken away
//! while the socket stands.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocket;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Caller;
use domain::error::{Failure, Refusal};
use domain::ids::{ConnectionId, MeetingId, PageId, PersonId};
use domain::live::wire::{Devices, HERE_SECONDS, ToPage, ToServer};
use domain::live::{Arrival, Coming, DROP_OUT_SECONDS, Direction, Leaving, Seat, Standing, is_no_room};
use futures::StreamExt;
use http::{Extensions, HeaderMap};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::channel::{Channel, Event, Gone, News, Talk};
use super::claims::{Claim, Claimed};
use super::media::{Carried, Carrier};
use super::presence::{Heard, Presence};
use super::room::Resumed;
use super::{Visit, ended};
use crate::site::Site;
use crate::visitor;

/// Whether the page may still see the meeting is asked again after so many signs of life.
const ASKED_EVERY: u32 = 2;
/// Whether the seat is still the caller's is asked with what is said from there, and once for what is said in one breath.
const PERMITTED_FOR: Duration = Duration::from_secs(2);
/// Pause before it is kept again that a seat carries picture and sound.
const KEPT_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Who asks, as far as the socket knows them.
pub(super) struct Asker {
    site: Site,
    token: String,
    /// None when the address names none.
    meeting: Option<MeetingId>,
}

impl Asker {
    pub(super) fn new(site: Site, headers: &HeaderMap, extensions: &Extensions, meeting: &str) -> Asker {
        let token = visitor::session_token(&site.config, headers, extensions).unwrap_or_default().to_owned();
        Asker { site, token, meeting: meeting.parse().ok() }
    }

    /// The caller as of now, who is using the page.
    async fn caller(&self) -> Result<Caller, Failure> {
        self.site.services.accounts.identify(&self.token, self.site.clock.now()).await
    }

    /// The caller as of now, for a page that may be open with nobody there.
    async fn caller_in_background(&self) -> Result<Caller, Failure> {
        self.site.services.accounts.identify_in_background(&self.token, self.site.clock.now()).await
    }

    /// What the caller may do there.
    pub(super) async fn standing(
        &self,
        known: Option<Caller>,
    ) -> Result<((Caller, MeetingId), Standing), Failure> {
        let caller = match known {
            Some(caller) => caller,
            None => self.caller_in_background().await?,
        };
        let meeting = self.meeting.ok_or(Failure::NotFound)?;
        let standing = self.site.services.live.standing(&caller, meeting).await?;
        Ok(((caller, meeting), standing))
    }
}

/// A seat this page has.
struct Taken {
    seat: Seat,
    connection: ConnectionId,
    /// Its number with the media thread, where there is one.
    number: Option<u64>,
    /// The page that sits, as it names itself.
    page: PageId,
    messages: mpsc::Receiver<ToPage>,
    presence: Arc<Presence>,
    /// When it was last asked whether the seat is still the caller's.
    permitted: Instant,
    claimed: Claimed,
}

/// An open page.
pub(super) struct Page {
    asker: Asker,
    visit: Visit,
    /// Whose session it is, from the first to the last word.
    person: PersonId,
    meeting: MeetingId,
    seat: Option<Taken>,
    standing: Standing,
    /// When the page was last heard.
    heard_at: Arc<Heard>,
}

impl Page {
    pub(super) fn new(
        asker: Asker,
        visit: Visit,
        (person, meeting): (PersonId, MeetingId),
        standing: Standing,
    ) -> Page {
        let heard_at = Arc::new(Heard::at(asker.site.clock.now()));
        Page { asker, visit, person, meeting, seat: None, standing, heard_at }
    }

    /// Until either side closes.
    pub(super) async fn talk(mut self, socket: WebSocket) {
        let (out, incoming) = socket.split();
        let news = News::of(&self.visit.room);
        let clock = self.asker.site.clock.clone();
        let mut channel = Channel::new(out, incoming, news, clock, Arc::clone(&self.heard_at));
        let mut ending = self.visit.hub.0.ending.subscribe();
        let mut moved = self.visit.room.moved();
        let mut here = interval(Duration::from_secs(HERE_SECONDS.into()));
        here.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut turns = 0;
        let mut is_broken = true;
        let mut talked = self.welcome(&mut channel).await;
        while talked.is_ok() {
            let presence = self.seat.as_ref().map(|taken| Arc::clone(&taken.presence));
            talked = tokio::select! {
                event = channel.next() => match event {
                    Event::Heard(text) => self.hear(&text, &mut channel).await,
                    event => channel.pass_on(event).await,
                },
                () = carried(presence) => channel.meanwhile(self.keep_carried()).await,
                message = next_message(&mut self.seat) => self.pass_on(message, &mut channel).await,
                _ = here.tick() => {
                    turns += 1;
                    self.sign_of_life(turns, &mut channel).await
                }
                () = either(ended(&mut ending), ended(&mut moved)) => {
                    is_broken = false;
                    let _ = channel.send(&ToPage::Again).await;
                    Err(Gone)
                }
            };
        }
        // Whoever closes the page is heard until then; whose line broke was there until it was last heard.
        let now = self.asker.site.clock.now();
        let left = self.heard_at.unheard_since(now).unwrap_or(now);
        self.leave(left, Leaving::Lost, is_broken && !channel.has_left()).await;
        channel.close().await;
    }

    async fn welcome(&self, channel: &mut Channel) -> Talk {
        let now = self.asker.site.clock.now();
        channel.send(&ToPage::Welcome { person: self.person, standing: self.standing.clone(), now }).await
    }

    async fn sign_of_life(&mut self, turns: u32, channel: &mut Channel) -> Talk {
        channel.ask_for_life().await?;
        if !turns.is_multiple_of(ASKED_EVERY) {
            return channel.send(&ToPage::Here).await;
        }
        // A person in a meeting stays for hours without touching the page; any other page may be open with
        // nobody there.
        let has_seat = self.seat.is_some();
        let asked = async {
            let known = if has_seat { Some(self.asker.caller().await?) } else { None };
            self.asker.standing(known).await
        };
        match channel.meanwhile(asked).await? {
            Ok((_, standing)) if standing == self.standing && self.has_own_seat() => {
                channel.send(&ToPage::Here).await
            }
            Ok((_, standing)) => self.stand_anew(standing, channel).await,
            Err(
                failure @ (Failure::SignedOut
                | Failure::NotFound
                | Failure::Forbidden
                | Failure::Refused(Refusal::DutyFirst { .. })),
            ) => self.turned_out(failure, channel).await,
            // The database's trouble is not this page's.
            Err(_) => channel.send(&ToPage::Here).await,
        }
    }

    /// Whether the seat that this page has, if any, is one that the caller's standing names.
    fn has_own_seat(&self) -> bool {
        self.seat.as_ref().is_none_or(|taken| is_theirs(&self.standing, taken.seat))
    }

    /// The caller may do other things now: a seat that is no longer theirs is left.
    async fn stand_anew(&mut self, standing: Standing, channel: &mut Channel) -> Talk {
        let seat = self.seat.as_ref().map(|taken| taken.seat);
        if seat.is_some_and(|seat| !is_theirs(&standing, seat)) {
            channel.meanwhile(self.rise(Leaving::Meant)).await?;
            channel.send(&ToPage::Unseated).await?;
        }
        self.standing = standing;
        self.welcome(channel).await
    }

    /// Refuses what is said from a seat that is not the caller's any more.
    async fn permit(&mut self, caller: &Caller) -> Result<(), Failure> {
        let taken = self.taken()?;
        if taken.permitted.elapsed() < PERMITTED_FOR {
            return Ok(());
        }
        let seat = taken.seat;
        let (_, standing) = self.asker.standing(Some(caller.clone())).await?;
        if !is_theirs(&standing, seat) {
            self.rise(Leaving::Meant).await;
            return Err(Failure::Forbidden);
        }
        if let Some(taken) = &mut self.seat {
            taken.permitted = Instant::now();
        }
        Ok(())
    }

    /// Picture and sound go over the seat: whoever sits there is really connected.
    async fn keep_carried(&mut self) {
        let Ok(Taken { seat, connection, presence, .. }) = self.taken() else { return };
        let (seat, connection, presence) = (*seat, *connection, Arc::clone(presence));
        let kept = match self.asker.caller().await {
            Ok(caller) => {
                self.asker.site.services.live.carried(&caller, self.meeting, seat, connection).await
            }
            Err(failure) => Err(failure),
        };
        if let Err(failure @ (Failure::Unavailable | Failure::Internal(_))) = kept {
            tracing::warn!(?failure, "a seat that carries is not marked yet");
            // The page is talked to meanwhile.
            tokio::spawn(async move {
                sleep(KEPT_AGAIN_AFTER).await;
                presence.carries();
            });
        }
    }

    async fn turned_out(&mut self, failure: Failure, channel: &mut Channel) -> Talk {
        channel.meanwhile(self.rise(Leaving::Meant)).await?;
        let _ = channel.send(&ToPage::Refused(failure)).await;
        Err(Gone)
    }

    /// What the room has for this seat. None: the room lost patience with a page that takes nothing.
    async fn pass_on(&mut self, message: Option<ToPage>, channel: &mut Channel) -> Talk {
        match message {
            Some(ToPage::Unseated) => {
                channel.meanwhile(self.rise(Leaving::Meant)).await?;
                channel.send(&ToPage::Unseated).await
            }
            // For want of room the seat carries nothing, and is free again.
            Some(ToPage::Refused(failure)) if is_no_room(&failure) => {
                channel.meanwhile(self.rise(Leaving::Meant)).await?;
                channel.send(&ToPage::Refused(failure)).await
            }
            Some(message) => channel.send(&message).await,
            None => {
                let _ = channel.send(&ToPage::Again).await;
                Err(Gone)
            }
        }
    }

    async fn hear(&mut self, text: &str, channel: &mut Channel) -> Talk {
        let Ok(message) = serde_json::from_str::<ToServer>(text) else { return Err(Gone) };
        let sat = self.seat.is_some();
        match channel.meanwhile(self.answer(message)).await? {
            Ok(None) => Ok(()),
            Ok(Some(answer)) => channel.send(&answer).await,
            Err(Failure::SignedOut) => self.turned_out(Failure::SignedOut, channel).await,
            Err(failure) => {
                if sat && self.seat.is_none() {
                    channel.send(&ToPage::Unseated).await?;
                }
                channel.send(&ToPage::Refused(failure)).await
            }
        }
    }

    async fn answer(&mut self, message: ToServer) -> Result<Option<ToPage>, Failure> {
        let caller = self.asker.caller().await?;
        let live = Arc::clone(&self.asker.site.services.live);
        let is_kept = matches!(
            message,
            ToServer::Ask { .. } | ToServer::Direct(_) | ToServer::Rehearsed { .. } | ToServer::Behind { .. }
        );
        // What is kept counts as a call, over all pages of the person.
        if is_kept && !self.asker.site.places.calls.takes(caller.person, Instant::now()) {
            return Err(Failure::Unavailable);
        }
        match message {
            ToServer::Sit(arrival) => {
                return match self.sit(&caller, arrival).await {
                    Ok(true) => Ok(Some(ToPage::Stays(arrival.seat))),
                    Ok(false) => Ok(Some(ToPage::Seated(arrival.seat))),
                    // Another device took over while this page was away.
                    Err(Failure::Refused(Refusal::SeatTaken)) if arrival.how == Coming::Back => {
                        Ok(Some(ToPage::Unseated))
                    }
                    Err(failure) => Err(failure),
                };
            }
            ToServer::Rise => self.rise(Leaving::Meant).await,
            ToServer::Have(devices) => {
                self.permit(&caller).await?;
                let Taken { seat, connection, .. } = *self.taken()?;
                let may_share = self.visit.room.may_share(self.standing.directs, seat, connection);
                let shown = Devices { screen: devices.screen && may_share, ..devices };
                self.visit.room.have(&self.visit.hub, seat, connection, shown);
                if shown != devices {
                    return Err(Refusal::ScreenNeedsFloor.into());
                }
            }
            ToServer::Publish { offer } => {
                self.permit(&caller).await?;
                let (carrier, number) = self.carried()?;
                carrier.publish(self.meeting, number, offer)?;
            }
            ToServer::Subscribe => {
                self.permit(&caller).await?;
                let (carrier, number) = self.carried()?;
                carrier.subscribe(self.meeting, number)?;
            }
            ToServer::Answer { answer } => {
                self.permit(&caller).await?;
                let (carrier, number) = self.carried()?;
                carrier.answer(self.meeting, number, answer)?;
            }
            ToServer::Look(look) => {
                self.permit(&caller).await?;
                let (carrier, number) = self.carried()?;
                carrier.look(self.meeting, number, look)?;
            }
            ToServer::Ask { wants } => live.ask(&caller, self.meeting, self.asks_from()?, wants).await?,
            // No screen is shared there, so there is nothing to end, and nothing for the trail to tell.
            ToServer::Direct(Direction::EndScreen(seat)) if !self.visit.room.shares_screen(seat) => {}
            ToServer::Direct(direction) => {
                let seat = self.seat.as_ref().map(|taken| taken.seat);
                live.direct(&caller, self.meeting, seat, direction).await?;
                if let Direction::EndScreen(seat) = direction {
                    self.visit.room.end_screen(&self.visit.hub, seat);
                }
            }
            ToServer::Rehearsed { seat, what } => {
                live.rehearsed(&caller, self.meeting, seat, what).await?;
            }
            ToServer::Behind { present } => {
                let Seat::Site(site) = self.taken()?.seat else { return Err(Failure::Forbidden) };
                live.behind(&caller, self.meeting, site, present).await?;
            }
        }
        Ok(None)
    }

    /// The seat that asks for the floor: the one this page has, or that of the person, who sits in the hall.
    fn asks_from(&self) -> Result<Seat, Failure> {
        let own = Seat::Person(self.person);
        match &self.seat {
            Some(taken) => Ok(taken.seat),
            None if self.standing.seats.contains(&own) => Ok(own),
            None => Err(Failure::Refused(Refusal::WrongState)),
        }
    }

    fn taken(&self) -> Result<&Taken, Failure> {
        self.seat.as_ref().ok_or(Failure::Refused(Refusal::WrongState))
    }

    /// Picture and sound of this page's seat; `MediaOff` where the program carries none.
    fn carried(&self) -> Result<(&Carrier, u64), Failure> {
        let number = self.taken()?.number;
        self.visit.hub.carrier().zip(number).ok_or(Failure::Refused(Refusal::MediaOff))
    }

    /// Takes a seat; whether its picture and sound have gone on since this page had it last.
    async fn sit(&mut self, caller: &Caller, arrival: Arrival) -> Result<bool, Failure> {
        let site = &self.asker.site;
        let (seat, now) = (arrival.seat, site.clock.now());
        self.visit.hub.may_sit_down(caller.person, self.standing.rehearses)?;
        // Whether the meeting is under way decides whether it may wait for others.
        self.visit.room.until_read().await;
        let claim = Claim { person: caller.person, meeting: self.meeting, office: self.standing.office };
        let claimed = self.visit.hub.claim(claim, site.config.media_meetings)?;
        // A page that is not really there any more left when it last was, and not when the next one sits down.
        let former = self.visit.room.former(seat, now);
        let connection = ConnectionId(site.entropy.id(now));
        site.services.live.sit(caller, self.meeting, arrival, connection, former).await?;
        // From one seat to another is no interruption of either.
        self.rise(Leaving::Meant).await;
        let is_back = arrival.how == Coming::Back;
        let resumed = is_back.then(|| self.visit.room.resume(arrival.page, seat)).flatten();
        let goes_on = resumed.is_some();
        let heard_at = Arc::clone(&self.heard_at);
        let (presence, carried) = match resumed {
            Some(Resumed { carried, presence }) => (Presence::again(&presence, heard_at, now), Some(carried)),
            None => {
                let dark_since = self.visit.room.takes_over_in_the_dark(seat).then_some(now);
                let carried = Carried::new(&self.visit.hub, self.meeting, seat);
                (Presence::new(heard_at, now, dark_since), carried)
            }
        };
        let (page, presence) = (arrival.page, Arc::new(presence));
        let number = carried.as_ref().map(|carried| carried.number);
        // What the media thread says of the seat must find it.
        let messages = self.visit.room.seat(seat, connection, carried, Arc::clone(&presence));
        let permitted = Instant::now();
        self.seat = Some(Taken { seat, connection, number, page, messages, presence, permitted, claimed });
        if let Some((carrier, number)) = self.visit.hub.carrier().zip(number).filter(|_| !goes_on) {
            if let Err(failure) = carrier.join(self.meeting, number, self.visit.room.is_under_way()) {
                self.rise(Leaving::Meant).await;
                return Err(failure);
            }
            // What the chair wants of the seat is told after it has joined.
            self.visit.room.change();
        }
        Ok(goes_on)
    }

    async fn rise(&mut self, why: Leaving) {
        let now = self.asker.site.clock.now();
        self.leave(now, why, false).await;
    }

    /// Leaves the seat, at the time at which it was really left. Picture and sound may go on where the socket alone broke.
    async fn leave(&mut self, left: DateTime<Utc>, why: Leaving, is_broken: bool) {
        let Some(Taken { seat, connection, page, presence, claimed, .. }) = self.seat.take() else { return };
        if !is_broken || !self.visit.room.wait_for(page, seat, connection) {
            self.visit.room.rise(seat, connection, &presence);
        }
        let silent = presence.silent_since();
        // Who leaves because nothing is seen any more has dropped out before.
        let dropped_out = silent.is_some_and(|silent| left - silent > TimeDelta::seconds(DROP_OUT_SECONDS));
        let why = if dropped_out { Leaving::Lost } else { why };
        let left = silent.map_or(left, |silent| silent.min(left));
        if let Err(failure) = self.asker.site.services.live.rise(connection, left, why).await {
            // It ends when it is no longer marked, a little late.
            tracing::warn!(?failure, "a seat that was left is still marked as taken");
        }
        // Not before the seat: until then it counts.
        drop(claimed);
    }
}

/// Whatever comes first.
async fn either(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    tokio::select! {
        () = one => {}
        () = other => {}
    }
}

/// Whether a seat is the caller's to have.
fn is_theirs(standing: &Standing, seat: Seat) -> bool {
    standing.rehearses || standing.seats.contains(&seat)
}

/// Waits for ever where there is nothing to wait for.
async fn carried(presence: Option<Arc<Presence>>) {
    match presence {
        Some(presence) => presence.carried().await,
        None => std::future::pending().await,
    }
}

/// Waits for ever at a page without a seat.
async fn next_message(seat: &mut Option<Taken>) -> Option<ToPage> {
    match seat {
        Some(taken) => taken.messages.recv().await,
        None => std::future::pending().await,
    }
}
