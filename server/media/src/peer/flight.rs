//! What was sent last in a handshake, to be sent again when the client says the same again. The handshake's engine drops
//! what was said before and forgets its own timer by it; and a browser says it again after fifty milliseconds. So an answer
//! that was lost would never be repeated, and the client never connect. Here the client alone keeps the time.
//! Knows datagrams and times, not what is in them: what comes twice, the client's replay window drops.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::BytesMut;

/// A client that says the same again has not had the answer; this soon after it, the answer may still be on its way.
const ON_ITS_WAY: Duration = Duration::from_millis(40);
/// After so many times the client is gone, or not one: nobody makes the server repeat itself for ever.
const TIMES: u32 = 12;
/// Datagrams of a flight: a certificate and what goes with it are two.
const DATAGRAMS: usize = 8;

/// The last flight of a handshake under way.
pub(super) struct Flight {
    last: Vec<BytesMut>,
    again: VecDeque<BytesMut>,
    /// When it was last sent, and how often it was sent again.
    sent: Instant,
    times: u32,
    is_answered: bool,
    now: Instant,
}

impl Flight {
    /// Nothing has been sent.
    pub(super) fn new(now: Instant) -> Self {
        Self { last: Vec::new(), again: VecDeque::new(), sent: now, times: 0, is_answered: true, now }
    }

    /// Something came from the client. What the engine sends next answers it; if it sends nothing, the client may have
    /// missed what it was sent before.
    pub(super) fn heard(&mut self, now: Instant) {
        self.now = now;
        self.is_answered = true;
        let may = self.times < TIMES && now.saturating_duration_since(self.sent) >= ON_ITS_WAY;
        if may && self.again.is_empty() && !self.last.is_empty() {
            self.times += 1;
            self.sent = now;
            self.again.extend(self.last.iter().cloned());
        }
    }

    /// The next datagram to be sent: the engine's, else one of the flight again.
    pub(super) fn next(&mut self, from_engine: Option<BytesMut>) -> Option<BytesMut> {
        let Some(datagram) = from_engine else { return self.again.pop_front() };
        if std::mem::take(&mut self.is_answered) {
            self.last.clear();
            self.again.clear();
        }
        if self.last.len() < DATAGRAMS {
            self.last.push(datagram.clone());
        }
        self.sent = self.now;
        Some(datagram)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use bytes::BytesMut;

    use super::{Flight, TIMES};

    fn sent(flight: &mut Flight, from_engine: &[&str]) -> Vec<String> {
        let mut all = Vec::new();
        let mut engine = from_engine.iter().map(|text| BytesMut::from(*text));
        while let Some(datagram) = flight.next(engine.next()) {
            all.push(String::from_utf8(datagram.to_vec()).unwrap());
        }
        all
    }

    #[test]
    fn what_the_client_says_again_is_answered_again() {
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        let mut flight = Flight::new(start);
        flight.heard(start);
        assert_eq!(sent(&mut flight, &["certificate", "done"]), ["certificate", "done"]);
        flight.heard(after(30));
        assert_eq!(sent(&mut flight, &[]), [""; 0], "it may still be on its way");
        flight.heard(after(100));
        assert_eq!(sent(&mut flight, &[]), ["certificate", "done"]);
        // A new answer takes the place of the old one, and is all that is sent.
        flight.heard(after(300));
        assert_eq!(sent(&mut flight, &["finished"]), ["finished"]);
        flight.heard(after(2_000));
        assert_eq!(sent(&mut flight, &[]), ["finished"]);
    }

    #[test]
    fn a_client_that_is_gone_is_not_written_to_for_ever() {
        let start = Instant::now();
        let mut flight = Flight::new(start);
        flight.heard(start);
        sent(&mut flight, &["certificate"]);
        let mut again = 0;
        for millis in 0..60_000 {
            let now = start + Duration::from_millis(millis);
            flight.heard(now);
            again += sent(&mut flight, &[]).len();
        }
        assert_eq!(again, TIMES as usize);
    }
}
