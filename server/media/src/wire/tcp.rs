//! ICE-TCP: datagrams over byte streams, for sites whose firewall refuses UDP. Each stream is bounded in what it may hold
//! and how long it may say nothing that proves itself; a full one loses datagrams, as a line would.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

use crate::framing::{self, Frames};
use crate::peer::Path;
use crate::rooms::Whose;
use domain::ids::MeetingId;

/// Streams of clients at once: two for each seat of two full meetings behind firewalls, and as many on their way.
const STREAMS: usize = 512;
/// Streams that have not proved themselves. A stranger can fill these, and then displaces its own.
const STRANGERS: usize = 128;
/// Time to prove to be a client: a handshake and a check, several times over a bad line.
const PROBATION: Duration = Duration::from_secs(8);
/// Bytes that may wait for a slow stream: two seconds of its line. What is older helps nobody.
const WAITING: usize = 256 * 1024;
/// Reads of one stream before the others have their turn.
const READS: usize = 16;
/// Accepted in one round.
const ACCEPTS: usize = 64;
/// Tokens below this are the loop's own.
pub(super) const FIRST: usize = 16;

struct Stream {
    stream: TcpStream,
    address: SocketAddr,
    frames: Frames,
    waiting: VecDeque<u8>,
    since: Instant,
    is_proven: bool,
}

/// All streams of the TCP port.
pub(super) struct Streams {
    listener: Option<TcpListener>,
    streams: HashMap<u32, Stream>,
    next: u32,
    /// Streams that may have more to read.
    readable: Vec<u32>,
}

impl Streams {
    pub(super) fn new(listener: Option<TcpListener>) -> Self {
        Self { listener, streams: HashMap::new(), next: 0, readable: Vec::new() }
    }

    /// Lets everybody go, and looks at once who knocks.
    pub(super) fn begin_anew(&mut self) {
        self.streams.clear();
        self.readable = vec![u32::MAX];
    }

    /// Takes in whoever knocks.
    pub(super) fn accept(&mut self, now: Instant, registry: &Registry) {
        for _ in 0..ACCEPTS {
            let Some(listener) = &self.listener else { return };
            let (stream, address) = match listener.accept() {
                Ok(accepted) => accepted,
                // One that gave up while it waited.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
                // Nobody; or too many open files, and who waits is taken in with the next who knocks.
                Err(_) => return,
            };
            self.take_in(now, registry, (stream, address));
        }
        // There may be more; the next round goes on.
        self.readable.push(u32::MAX);
    }

    /// Takes in a stranger, who has to prove to be a client. There is always a place for one.
    pub(super) fn take_in(
        &mut self,
        now: Instant,
        registry: &Registry,
        (mut stream, address): (TcpStream, SocketAddr),
    ) {
        self.make_room();
        if stream.set_nodelay(true).is_err() {
            return;
        }
        self.next = self.next.wrapping_add(1) % (u32::MAX / 2);
        let number = self.next;
        let token = Token(FIRST + number as usize);
        if registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE).is_ok() {
            let (frames, waiting) = (Frames::default(), VecDeque::new());
            let stream = Stream { stream, address, frames, waiting, since: now, is_proven: false };
            self.streams.insert(number, stream);
        }
    }

    /// When there are too many strangers, the oldest of the address that most of them come from gives way: whoever knocks
    /// without end displaces nobody else.
    fn make_room(&mut self) {
        let mut of: HashMap<IpAddr, usize> = HashMap::new();
        for stream in self.streams.values().filter(|stream| !stream.is_proven) {
            *of.entry(network(stream.address.ip())).or_default() += 1;
        }
        if of.values().sum::<usize>() < STRANGERS {
            return;
        }
        let strangers = self.streams.iter().filter(|(_, stream)| !stream.is_proven);
        let first_to_go = strangers
            .max_by_key(|(_, stream)| (of[&network(stream.address.ip())], Reverse(stream.since)))
            .map(|(number, _)| *number);
        if let Some(number) = first_to_go {
            self.streams.remove(&number);
        }
    }

    /// The loop was told of this token.
    pub(super) fn ready(&mut self, token: Token, is_readable: bool) {
        let number = (token.0 - FIRST) as u32;
        if is_readable {
            self.readable.push(number);
        }
        if let Some(stream) = self.streams.get_mut(&number) {
            // A failure shows itself at the next read.
            let _ = stream.drain();
        }
    }

    /// Whether there is something left to do without being told.
    pub(super) fn has_more(&self) -> bool {
        !self.readable.is_empty()
    }

    /// Reads what has come. `take` gets each datagram and says whether its way is a client's now; `end` gets ways that broke;
    /// `whose` tells whose a way is, as long as a client has it.
    pub(super) fn read(
        &mut self,
        now: Instant,
        registry: &Registry,
        mut take: impl FnMut(Path, &[u8]) -> bool,
        mut end: impl FnMut(Path),
        whose: impl Fn(Path) -> Option<Whose>,
    ) {
        let mut readable = std::mem::take(&mut self.readable);
        readable.sort_unstable();
        readable.dedup();
        for number in readable {
            if number == u32::MAX {
                self.accept(now, registry);
                continue;
            }
            let Some(stream) = self.streams.get_mut(&number) else { continue };
            let was_proven = stream.is_proven;
            let path = Path { address: stream.address, stream: Some(number) };
            let read = stream.read(path, &mut take);
            let is_new = stream.is_proven && !was_proven;
            match read {
                Ok(true) => self.readable.push(number),
                Ok(false) => {}
                Err(_) => {
                    self.streams.remove(&number);
                    end(path);
                }
            }
            if is_new {
                self.give_way(&whose).into_iter().for_each(&mut end);
            }
        }
        self.streams
            .retain(|_, stream| stream.is_proven || now.saturating_duration_since(stream.since) < PROBATION);
    }

    /// When more have proved themselves than there are places: those that are nobody's any more go, then the newest of the
    /// meeting that has most, of those not under way first. Gives the way that went.
    fn give_way(&mut self, whose: impl Fn(Path) -> Option<Whose>) -> Option<Path> {
        let proven =
            |streams: &HashMap<u32, Stream>| streams.values().filter(|stream| stream.is_proven).count();
        if proven(&self.streams) <= STREAMS {
            return None;
        }
        self.sweep(|path| whose(path).is_some());
        if proven(&self.streams) <= STREAMS {
            return None;
        }
        let path =
            |(number, stream): (&u32, &Stream)| Path { address: stream.address, stream: Some(*number) };
        let mut of: HashMap<MeetingId, (bool, usize)> = HashMap::new();
        for stream in self.streams.iter().filter(|(_, stream)| stream.is_proven) {
            if let Some(of_whom) = whose(path(stream)) {
                let (waits, count) = of.entry(of_whom.meeting).or_default();
                (*waits, *count) = (!of_whom.is_under_way, *count + 1);
            }
        }
        let largest = of.into_iter().max_by_key(|(_, share)| *share).map(|(meeting, _)| meeting)?;
        let theirs = self.streams.iter().filter(|(_, stream)| stream.is_proven);
        let theirs = theirs.filter(|stream| whose(path(*stream)).is_some_and(|of| of.meeting == largest));
        let (number, stream) = theirs.max_by_key(|(number, stream)| (stream.since, **number))?;
        let (number, gone) = (*number, path((number, stream)));
        self.streams.remove(&number);
        Some(gone)
    }

    /// Lets go of streams whose client has left, or come by other ways.
    pub(super) fn sweep(&mut self, is_known: impl Fn(Path) -> bool) {
        self.streams.retain(|number, stream| {
            !stream.is_proven || is_known(Path { address: stream.address, stream: Some(*number) })
        });
    }

    /// Sends datagrams by a stream; returns how many were lost.
    pub(super) fn send(&mut self, number: u32, datagrams: &mut Vec<BytesMut>) -> usize {
        let Some(stream) = self.streams.get_mut(&number) else {
            return std::mem::take(datagrams).len();
        };
        let mut lost = 0;
        for datagram in datagrams.drain(..) {
            match framing::header(datagram.len()).filter(|_| stream.waiting.len() + datagram.len() < WAITING)
            {
                Some(header) => {
                    stream.waiting.extend(header);
                    stream.waiting.extend(&datagram[..]);
                }
                None => lost += 1,
            }
        }
        // A failure shows itself at the next read.
        let _ = stream.drain();
        lost
    }

    /// Streams without which nothing is to be watched in time.
    pub(super) fn has_strangers(&self) -> bool {
        self.streams.values().any(|stream| !stream.is_proven)
    }
}

/// What one machine may come from: an address, or a network of IPv6, of which each machine has a whole one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

impl Stream {
    /// True when it may have more.
    fn read(&mut self, path: Path, take: &mut impl FnMut(Path, &[u8]) -> bool) -> io::Result<bool> {
        for _ in 0..READS {
            let count = match self.stream.read(self.frames.space()) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.frames.filled(count);
            while let Some(datagram) = self.frames.take().map_err(|_| io::ErrorKind::InvalidData)? {
                self.is_proven |= take(path, datagram);
            }
        }
        Ok(true)
    }

    fn drain(&mut self) -> io::Result<()> {
        while !self.waiting.is_empty() {
            let (front, _) = self.waiting.as_slices();
            match self.stream.write(front) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => drop(self.waiting.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
