//! What the media server is started with. Every number has its reason beside it; none is repeated elsewhere.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where the media server listens, what it calls itself, how much it takes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The one UDP port of everybody. Port 0 takes any free one, for tests.
    pub udp: SocketAddr,
    /// The one TCP port, for sites whose firewall refuses UDP; `None` offers none.
    pub tcp: Option<SocketAddr>,
    /// A further TCP port that clients are told, for firewalls that let one port through: whoever listens there hands streams over
    /// with [`Media::adopt`](crate::Media::adopt), or passes them on to `tcp`.
    pub further_tcp_port: Option<u16>,
    /// The addresses told to clients, public and private; the ports are those of `udp` and `tcp`. Empty: the
    /// addresses listened on, which is of use on one machine only.
    pub advertised: Vec<IpAddr>,
    /// How much the server takes on.
    pub limits: Limits,
}

impl Default for Settings {
    /// Every address on port 3478, the port firewalls know for this kind of traffic (STUN), by UDP and TCP.
    fn default() -> Self {
        let every = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 3478));
        Self {
            udp: every,
            tcp: Some(every),
            further_tcp_port: None,
            advertised: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// How much the server takes on. Reaching one is said to whom it concerns; what is under way goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Seats in one meeting: a province has 76 sites, the rest are delegates on tablets.
    pub seats_per_meeting: usize,
    /// Meetings at once: no province holds more by video in the same hour.
    pub meetings: usize,
    /// What one seat may send, bit/s: three sizes of camera (1 Mbit/s) and a screen at 1.5 Mbit/s.
    pub seat_uplink_bps: u64,
    /// What is sent to one seat at most, bit/s: a commune's line carries about 1 Mbit/s beside its other work.
    pub seat_downlink_bps: u64,
    /// What the server sends altogether, bit/s: less than half of the province's gigabit.
    pub egress_bps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            seats_per_meeting: 100,
            meetings: 20,
            seat_uplink_bps: 3_000_000,
            seat_downlink_bps: 1_000_000,
            egress_bps: 400_000_000,
        }
    }
}
