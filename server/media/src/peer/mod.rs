//! One WebRTC connection without sockets and clocks: datagrams and `now` in, datagrams and packets out.
//!
//! The protocol engines are those of `rtc` (DTLS, SRTP, STUN). The session around them is our own, because a media
//! server needs a small, known part of a peer connection: it is ICE-lite, always the DTLS server, allocates its m-lines
//! once, and must not walk a chain of handlers for each of 76 subscribers' packets. Who is in a meeting, who sees whom
//! and how a datagram reaches the network is known elsewhere.

mod flight;
mod ice;
mod identity;
mod keys;
mod lines;
mod publisher;
mod reception;
mod subscriber;
mod transport;
mod voice;

pub use identity::{Fingerprint, Identity};
pub(crate) use publisher::SOURCES;
pub use publisher::{Arrived, Publisher, Source, What};
pub use subscriber::{MIDS, PLACES, Subscriber, Wish, place};
pub(crate) use subscriber::{SCREEN, VOICE};
pub use transport::{Credentials, GONE_AFTER, SILENT_AFTER, State, Transport};
pub(crate) use voice::pieces;

use std::net::SocketAddr;

use crate::command::Over;

/// Where a connection's datagrams come from and go to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Path {
    /// The client's address, or that of its NAT.
    pub address: SocketAddr,
    /// The TCP connection, numbered by the wire; `None` for UDP.
    pub stream: Option<u32>,
}

impl Path {
    /// By datagrams.
    pub fn udp(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// What carries it.
    pub fn over(&self) -> Over {
        if self.stream.is_some() { Over::Tcp } else { Over::Udp }
    }
}
