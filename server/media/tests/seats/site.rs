//! One site: a browser with its two connections, and what it was told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::command::{Line, Place};
use media::peer::Path;
use media::rtcp::{self, Said};
use media::rtp::Packet;
use media::{sdp, twcc};

use crate::link::{Certificates, Link, Opened};
use crate::receiver::Slot;
use crate::sender::Sender;

/// Arrival times are reported this often.
const ARRIVALS: Duration = Duration::from_millis(100);

pub(crate) struct Site {
    pub(crate) seat: u64,
    pub(crate) sender: Sender,
    pub(crate) publish: Option<Link>,
    pub(crate) subscribe: Option<Link>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) told: BTreeMap<Place, u64>,
    pub(crate) line: Option<Line>,
    pub(crate) received_bytes: u64,
    certificates: Arc<Certificates>,
    arrivals: twcc::Arrivals,
    next_arrivals: Instant,
    connections: u64,
}

impl Site {
    pub(crate) fn new(now: Instant, seat: u64, certificates: Arc<Certificates>) -> Self {
        Self {
            seat,
            sender: Sender::new(now, seat),
            publish: None,
            subscribe: None,
            slots: Vec::new(),
            told: BTreeMap::new(),
            line: None,
            received_bytes: 0,
            certificates,
            arrivals: twcc::Arrivals::new(now),
            next_arrivals: now,
            connections: 0,
        }
    }

    fn address(&mut self) -> SocketAddr {
        self.connections += 1;
        SocketAddr::from(([10, self.connections as u8, (self.seat >> 8) as u8, self.seat as u8], 5_000))
    }

    pub(crate) fn offer(&self) -> String {
        self.sender.offer(&self.certificates.fingerprint)
    }

    pub(crate) fn answered(&mut self, now: Instant, answer: &str) {
        let address = self.address();
        self.publish = Some(Link::new(now, self.certificates.clone(), address, answer));
    }

    /// Takes the server's offer and answers it.
    pub(crate) fn offered(&mut self, now: Instant, offer: &str) -> String {
        let address = self.address();
        self.subscribe = Some(Link::new(now, self.certificates.clone(), address, offer));
        self.arrivals = twcc::Arrivals::new(now);
        let sections = sdp::read(offer).unwrap().sections;
        self.slots = sections
            .iter()
            .map(|section| match section.repeats.first() {
                Some((ssrc, repeats)) => Slot::new(section.mid.clone(), *ssrc, Some(*repeats)),
                None => Slot::new(section.mid.clone(), section.streams[0], None),
            })
            .collect();
        let hex: Vec<String> =
            self.certificates.fingerprint.iter().map(|byte| format!("{byte:02X}")).collect();
        let section = |section: &sdp::Section| {
            let (form, codecs) = match section.kind {
                sdp::Kind::Audio => (
                    "audio 9 UDP/TLS/RTP/SAVPF 111 63",
                    "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\na=rtpmap:63 red/48000/2\r\n",
                ),
                _ => ("video 9 UDP/TLS/RTP/SAVPF 96", ""),
            };
            format!(
                "m={form}\r\na=mid:{}\r\na=recvonly\r\n{codecs}\
                 a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n",
                section.mid
            )
        };
        let sections: String = sections.iter().map(section).collect();
        format!("v=0\r\na=setup:active\r\na=fingerprint:sha-256 {}\r\n{sections}", hex.join(":"))
    }

    /// The connection moves to another address, as when a tablet changes its network.
    pub(crate) fn roam(&mut self, now: Instant) {
        let addresses = [self.address(), self.address()];
        for (link, address) in [&mut self.publish, &mut self.subscribe].into_iter().flatten().zip(addresses) {
            link.move_to(now, address);
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        [&self.publish, &self.subscribe].into_iter().all(|link| link.as_ref().is_some_and(Link::is_connected))
    }

    pub(crate) fn slot(&self, mid: &str) -> &Slot {
        self.slots.iter().find(|slot| slot.mid == mid).expect("the server offers all places")
    }

    pub(crate) fn heard(&self, seat: u64) -> u32 {
        self.slots.iter().filter_map(|slot| slot.heard.get(&seat)).sum()
    }

    pub(crate) fn receive(&mut self, now: Instant, path: Path, datagram: &[u8]) {
        if let Some(link) = self.publish.as_mut().filter(|link| link.path == path) {
            if let Some(Opened::Control(control)) = link.receive(now, datagram) {
                let sender = &mut self.sender;
                rtcp::read(&control, |said| match said {
                    Said::Keyframe { about } => sender.wants_keyframe(about),
                    Said::Missing { about, entries } => {
                        rtcp::numbers(entries)
                            .for_each(|number| sender.repeat(about, number, |packet| link.send(packet)));
                    }
                    _ => {}
                });
            }
        } else if let Some(link) = self.subscribe.as_mut().filter(|link| link.path == path)
            && let Some(Opened::Media(media)) = link.receive(now, datagram)
        {
            self.received_bytes += datagram.len() as u64 + 28;
            let packet = Packet::read(&media).expect("the server sends RTP");
            if let Some(&[high, low]) = packet.extension(3) {
                self.arrivals.note(now, u16::from_be_bytes([high, low]));
            }
            assert!(
                self.slots.iter_mut().any(|slot| slot.take(now, &packet)),
                "a stream that was not offered"
            );
        }
    }

    pub(crate) fn timeout(&mut self, now: Instant) {
        if let Some(link) = &mut self.publish {
            link.timeout(now);
            if link.is_connected() {
                self.sender.produce(now, |packet| link.send(packet));
            }
        }
        let Some(link) = &mut self.subscribe else { return };
        link.timeout(now);
        if !link.is_connected() {
            return;
        }
        let mut control = Vec::new();
        rtcp::write_reports(&mut control, 9, &[]);
        let bare = control.len();
        for slot in &mut self.slots {
            rtcp::write_missing(&mut control, 9, slot.ssrc, &slot.questions(now));
            if slot.wants_keyframe(now) {
                rtcp::write_keyframe(&mut control, 9, slot.ssrc);
            }
        }
        let mut body = Vec::new();
        if now >= self.next_arrivals {
            self.next_arrivals = now + ARRIVALS;
            while self.arrivals.tell(&mut body) {
                rtcp::write_arrivals(&mut control, 9, 9, &body);
            }
        }
        if control.len() > bare {
            link.send_control(&control);
        }
    }

    /// What is to be sent, each with its way.
    pub(crate) fn leaving(&mut self) -> Vec<(Path, Vec<u8>)> {
        let links = [&mut self.publish, &mut self.subscribe];
        links
            .into_iter()
            .flatten()
            .flat_map(|link| link.out.drain(..).map(|bytes| (link.path, bytes)).collect::<Vec<_>>())
            .collect()
    }
}
