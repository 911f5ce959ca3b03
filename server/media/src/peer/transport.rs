//! The encrypted way between the server and one client: ICE-lite, then DTLS, then SRTP.
//! It opens and seals; what is inside the packets it does not ask.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rtc::dtls::endpoint::{Endpoint, EndpointEvent};
use rtc::shared::TransportProtocol;
use rtc::shared::error::Error;

use super::flight::Flight;
use super::identity::Fingerprint;
use super::keys::Keys;
use super::{Identity, Path, ice};
use crate::rtp::Header;

/// A client that says nothing for so long is told to have been cut off: browsers check their way every 2.5 s, so
/// three checks in a row have failed.
pub const SILENT_AFTER: Duration = Duration::from_secs(8);
/// Its connection is given up after this, the longest a browser itself believes in it (RFC 7675).
pub const GONE_AFTER: Duration = Duration::from_secs(30);
/// A chosen way that was not checked for so long gives way to any that is: two of a browser's checks have failed.
const LOST_AFTER: Duration = Duration::from_secs(6);
/// Ways a client may come by before it chooses one: its addresses, by UDP and TCP.
const PATHS: usize = 8;
/// Those of them that are TCP connections: two ports, by two of its addresses.
const STREAMS: usize = 4;
/// The handshake's engine keeps its peers by address; ours has one, however it moves.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// The ICE name and password of our end.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Tells the connections of the one port apart.
    pub fragment: String,
    /// Never sent over the way it protects.
    pub password: String,
}

/// How far a connection has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Neither has heard enough of the other yet.
    Connecting,
    /// Media flows.
    Connected,
    /// Over, by the client's word or by a failure; it cannot come back.
    Closed,
}

/// One encrypted way.
pub struct Transport {
    identity: Arc<Identity>,
    ours: Credentials,
    paths: Vec<Path>,
    chosen: Option<Path>,
    /// Paths on which something arrived that only the client can have made, the newest last.
    proven: Vec<Path>,
    /// When the chosen way was last checked.
    checked: Instant,
    handshake: Option<Endpoint>,
    flight: Flight,
    keys: Option<Keys>,
    state: State,
    heard: Instant,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("state", &self.state)
            .field("chosen", &self.chosen)
            .finish_non_exhaustive()
    }
}

impl Transport {
    /// Waits for a client that knows the password.
    pub fn new(now: Instant, identity: Arc<Identity>, ours: Credentials) -> Self {
        Self {
            identity,
            ours,
            paths: Vec::new(),
            chosen: None,
            proven: Vec::new(),
            checked: now,
            handshake: None,
            flight: Flight::new(now),
            keys: None,
            state: State::Connecting,
            heard: now,
        }
    }

    /// Expects the client with this certificate from here on; before, its handshake is not answered.
    pub fn expect(&mut self, client: Fingerprint) -> Result<(), Error> {
        let config = self.identity.handshake(client)?;
        self.handshake = Some(Endpoint::new(PEER, TransportProtocol::UDP, Some(config)));
        Ok(())
    }

    /// The ICE name and password of our end.
    pub fn ours(&self) -> &Credentials {
        &self.ours
    }

    /// Who the server says it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// How far it has come.
    pub fn state(&self) -> State {
        self.state
    }

    /// When the client was last heard.
    pub fn heard(&self) -> Instant {
        self.heard
    }

    /// The path to send on, once a client has come. A check proves the password but not where it came from,
    /// so a client may choose an address that is not its own. Once there are keys, a new path therefore gets
    /// nothing but answers to checks until something sealed arrives on it. Until then everything goes to the
    /// last path that was proven like this.
    pub fn path(&self) -> Option<Path> {
        if self.keys.is_none() {
            return self.chosen;
        }
        self.chosen.filter(|chosen| self.proven.contains(chosen)).or(self.proven.last().copied())
    }

    /// Records that something arrived on a path that only the client can have made.
    fn prove(&mut self, path: Path) {
        if self.proven.last() != Some(&path) && self.paths.contains(&path) {
            self.proven.retain(|known| *known != path);
            self.proven.push(path);
        }
    }

    /// Every way that proved itself.
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// A way is broken: a TCP connection ended.
    pub fn lose(&mut self, path: Path) {
        self.paths.retain(|known| *known != path);
        self.proven.retain(|known| *known != path);
        if self.chosen == Some(path) {
            self.chosen = self.paths.last().copied();
        }
    }

    /// A binding request; `Some` is the response, to be sent back by the same way, and the way given up for this one.
    pub fn check(&mut self, now: Instant, path: Path, datagram: &[u8]) -> Option<(Vec<u8>, Option<Path>)> {
        let checked = ice::check(datagram, path, &self.ours.password, self.identity.crypto().crypto())?;
        let mut given_up = None;
        if !self.paths.contains(&path) {
            let streams = self.paths.iter().filter(|known| known.stream.is_some()).count();
            let is_one_more = path.stream.is_some() && streams >= STREAMS;
            if self.paths.len() == PATHS || is_one_more {
                let sends = self.path();
                let in_use = |known: &Path| {
                    let is_sent_by = Some(*known) == self.chosen || Some(*known) == sends;
                    is_sent_by || is_one_more && known.stream.is_none()
                };
                let oldest = self.paths.iter().position(|known| !in_use(known))?;
                let oldest = self.paths.remove(oldest);
                self.proven.retain(|known| *known != oldest);
                given_up = Some(oldest);
            }
            self.paths.push(path);
        }
        // A client that moved behind its NAT may not know it, and does not choose anew.
        let is_lost = now.saturating_duration_since(self.checked) > LOST_AFTER;
        if checked.nominated || self.chosen.is_none() || is_lost {
            self.chosen = Some(path);
        }
        if self.chosen == Some(path) {
            self.checked = now;
        }
        self.heard = now;
        Some((checked.response, given_up))
    }

    /// A record of the handshake. What is to be sent for it is fetched with [`Self::handshake`].
    pub fn shake(&mut self, now: Instant, path: Path, record: &[u8]) {
        if self.state == State::Closed {
            return;
        }
        let Some(endpoint) = &mut self.handshake else { return };
        let record = BytesMut::from(record);
        // The engine reads what anybody may send who knows the address; should that stop it, this connection ends alone.
        let read = catch_unwind(AssertUnwindSafe(|| endpoint.read(now, PEER, None, record)));
        let events = match read {
            Ok(Ok(events)) => events,
            Ok(Err(error)) => {
                tracing::debug!(%error, "a record of a handshake was refused");
                return;
            }
            Err(_) => {
                tracing::error!("the handshake engine stopped at a record");
                self.state = State::Closed;
                return;
            }
        };
        self.heard = now;
        self.flight.heard(now);
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => {
                    self.agree();
                    self.prove(path);
                }
                EndpointEvent::PeerClosed => self.state = State::Closed,
                _ => {}
            }
        }
    }

    fn agree(&mut self) {
        let agreed = self.handshake.as_ref().and_then(|endpoint| endpoint.get_connection_state(PEER));
        match agreed.map(|state| Keys::new(state, &self.identity)) {
            Some(Ok(keys)) => {
                self.keys = Some(keys);
                self.state = State::Connected;
            }
            Some(Err(error)) => {
                tracing::debug!(%error, "a handshake agreed on no keys for media");
                self.state = State::Closed;
            }
            None => self.state = State::Closed,
        }
    }

    /// The next record of the handshake to be sent.
    pub fn handshake(&mut self) -> Option<BytesMut> {
        let record = self.handshake.as_mut()?.poll_transmit().map(|transmit| transmit.message);
        if self.keys.is_some() || self.state == State::Closed {
            return record;
        }
        self.flight.next(record)
    }

    /// Says goodbye; the record is fetched with [`Self::handshake`].
    pub fn close(&mut self, now: Instant) {
        if let Some(endpoint) = self.handshake.as_mut().filter(|_| self.state != State::Closed) {
            // Nobody is left to be told of a failure.
            let _ = endpoint.close(now);
        }
        self.state = State::Closed;
    }

    /// Opens a media packet that arrived on a path.
    pub fn open(&mut self, now: Instant, path: Path, packet: &[u8]) -> Option<BytesMut> {
        let opened = self.keys.as_mut()?.open(packet)?;
        self.prove(path);
        self.heard = now;
        Some(opened)
    }

    /// Opens a control packet that arrived on a path.
    pub fn open_control(&mut self, now: Instant, path: Path, packet: &[u8]) -> Option<BytesMut> {
        let opened = self.keys.as_mut()?.open_control(packet)?;
        self.prove(path);
        self.heard = now;
        Some(opened)
    }

    /// Seals a media packet that begins with this header.
    pub fn seal(&mut self, header: &Header, packet: &[u8]) -> Option<BytesMut> {
        self.keys.as_mut()?.seal(header, packet)
    }

    /// Seals a control packet.
    pub fn seal_control(&mut self, packet: &[u8]) -> Option<BytesMut> {
        self.keys.as_mut()?.seal_control(packet)
    }
}

#[cfg(test)]
mod tests;
