//! The media thread: the sockets and the clock of [`crate::rooms`]. A plain loop without locks: wait, take in what has come,
//! let the rooms work, send what they give out, tell what they tell. Nothing of a meeting is decided here.

mod backlog;
mod sys;
mod tcp;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use mio::unix::SourceFd;
use mio::{Interest, Poll, Token, Waker};
use rand::rngs::StdRng;
use socket2::{Domain, Protocol, Socket, Type};

use crate::command::{Command, Event, Over, Seat};
use crate::peer::{Identity, Path};
use crate::rooms::Rooms;
use crate::sdp::Candidate;
use crate::settings::Settings;
use backlog::{Backlog, CHANNEL};
use sys::{Inbox, Outbox};
use tcp::Streams;

/// Commands that may wait: a whole meeting joins, publishes, subscribes and answers within one tick.
const COMMANDS: usize = 1_024;
/// Commands obeyed in one round, so that media goes on meanwhile: an offer costs some 100 µs.
const OBEYED: usize = 32;
/// Streams handed over that may wait: as many strangers as there may be.
const HANDED_OVER: usize = 128;
/// How long the first datagram waits for others: a frame's packets, and those of several sites, then leave for each subscriber
/// as one message. With four publishers a packet costs a fifth less by it.
const GATHERS: Duration = Duration::from_millis(1);
/// Batches of datagrams taken in before what they cause is sent.
const BATCHES: usize = 4;
/// Asked of the kernel for each direction: a tick of a full server; it gives what its settings allow.
const BUFFER: usize = 4 << 20;
/// How often streams are looked through for those whose client has left.
const SWEEPS: Duration = Duration::from_secs(1);
/// How long an event waits for a slow reader before it is tried again, and a stranger's stream to be looked at.
const AGAIN: Duration = Duration::from_millis(50);
/// Before the thread begins anew after a fault, so that one that comes again and again does not take the whole machine.
const BREATH: Duration = Duration::from_millis(200);

const WAKER: Token = Token(0);
const UDP: Token = Token(1);
const TCP: Token = Token(2);

/// The way to tell the media thread something. When the last of them is dropped, the thread ends.
#[derive(Clone)]
pub struct Media(Arc<Handle>);

struct Handle {
    commands: Option<SyncSender<Command>>,
    streams: SyncSender<(TcpStream, SocketAddr)>,
    left: Arc<Left>,
    waker: Arc<Waker>,
    udp: SocketAddr,
    tcp: Option<SocketAddr>,
}

/// Seats that left while the queue was full: a leaving is never lost, or the seat would be taken for ever. As many at most
/// as there are seats; the flag spares the thread the lock.
#[derive(Default)]
struct Left {
    any: AtomicBool,
    seats: Mutex<Vec<Seat>>,
}

impl Left {
    fn push(&self, seat: Seat) {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner).push(seat);
        self.any.store(true, Ordering::Release);
    }

    fn take(&self) -> Vec<Seat> {
        if !self.any.swap(false, Ordering::Acquire) {
            return Vec::new();
        }
        std::mem::take(&mut self.seats.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // First the channel's end, then the call to look at it.
        self.commands = None;
        let _ = self.waker.wake();
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media").field("udp", &self.0.udp).field("tcp", &self.0.tcp).finish_non_exhaustive()
    }
}

/// The media thread is behind; nothing was told. Say it again later.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Busy;

impl Media {
    /// Tells the media thread; what comes of it, the events say. A leaving is always taken.
    pub fn tell(&self, command: Command) -> Result<(), Busy> {
        let commands = self.0.commands.as_ref().ok_or(Busy)?;
        match commands.try_send(command) {
            Ok(()) => {}
            Err(TrySendError::Full(Command::Leave { seat })) => self.0.left.push(seat),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => return Err(Busy),
        }
        self.0.waker.wake().map_err(|_| Busy)
    }

    /// Takes over a TCP stream, from its first byte on, that somebody else has accepted. Beyond what may wait it is closed.
    ///
    /// # Errors
    /// When the stream cannot be read without waiting.
    pub fn adopt(&self, stream: TcpStream, from: SocketAddr) -> io::Result<()> {
        stream.set_nonblocking(true)?;
        if self.0.streams.try_send((stream, from)).is_ok() {
            self.0.waker.wake()?;
        }
        Ok(())
    }

    /// The UDP address in use.
    pub fn udp(&self) -> SocketAddr {
        self.0.udp
    }

    /// The TCP address in use.
    pub fn tcp(&self) -> Option<SocketAddr> {
        self.0.tcp
    }
}

/// What the media thread tells, in order. For one thread of the program, which may wait in it.
#[derive(Debug)]
pub struct Events(Receiver<Event>);

impl Events {
    /// Waits for the next; `None` when the media thread has ended.
    pub fn next(&self) -> Option<Event> {
        self.0.recv().ok()
    }

    /// Waits so long at most.
    pub fn next_within(&self, time: Duration) -> Result<Event, RecvTimeoutError> {
        self.0.recv_timeout(time)
    }
}

/// Why the media server does not start.
#[derive(Debug)]
pub enum StartError {
    /// The UDP address cannot be listened on.
    Udp(SocketAddr, io::Error),
    /// The TCP address cannot be listened on.
    Tcp(SocketAddr, io::Error),
    /// No certificate could be made.
    Identity(String),
    /// No thread, or nothing to wait with.
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(address, error) => write!(f, "cannot listen on UDP {address}: {error}"),
            Self::Tcp(address, error) => write!(f, "cannot listen on TCP {address}: {error}"),
            Self::Identity(error) => write!(f, "cannot make a certificate: {error}"),
            Self::Thread(error) => write!(f, "cannot start the media thread: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

/// Starts the media thread. It ends when nobody is left to command it, or when it cannot go on at all; a fault in the
/// program is at the expense of those it is found at.
pub fn start(settings: Settings) -> Result<(Media, Events), StartError> {
    let (wire, media, events) = open(settings)?;
    thread::Builder::new().name("media".to_owned()).spawn(|| wire.run()).map_err(StartError::Thread)?;
    Ok((media, events))
}

fn open(settings: Settings) -> Result<(Wire, Media, Events), StartError> {
    let socket = bind_udp(settings.udp).map_err(|error| StartError::Udp(settings.udp, error))?;
    let udp = socket.local_addr().map_err(|error| StartError::Udp(settings.udp, error))?;
    let mut listener = None;
    if let Some(address) = settings.tcp {
        let bound = mio::net::TcpListener::bind(address);
        listener = Some(bound.map_err(|error| StartError::Tcp(address, error))?);
    }
    let tcp = listener.as_ref().and_then(|listener| listener.local_addr().ok());
    let identity = Identity::generate().map_err(|error| StartError::Identity(error.to_string()))?;
    let poll = Poll::new().map_err(StartError::Thread)?;
    let registry = poll.registry();
    registry
        .register(&mut SourceFd(&raw_fd(&socket)), UDP, Interest::READABLE)
        .map_err(StartError::Thread)?;
    if let Some(listener) = &mut listener {
        registry.register(listener, TCP, Interest::READABLE).map_err(StartError::Thread)?;
    }
    let waker = Arc::new(Waker::new(registry, WAKER).map_err(StartError::Thread)?);
    let (commands, obey) = sync_channel(COMMANDS);
    let (tell, events) = sync_channel(CHANNEL);
    let (streams, adopted) = sync_channel(HANDED_OVER);
    let tcp_ports = tcp.map(|tcp| tcp.port()).into_iter().chain(settings.further_tcp_port);
    let candidates = candidates(&settings.advertised, udp, tcp_ports.collect());
    let rng: StdRng = rand::make_rng();
    let left = Arc::new(Left::default());
    let thread_left = left.clone();
    let rooms = Rooms::new(Instant::now(), settings.limits, candidates, identity, rng);
    let wire = Wire {
        poll,
        _waker: waker.clone(),
        socket,
        inbox: Inbox::new(),
        outbox: Outbox::new(),
        streams: Streams::new(listener),
        rooms,
        obey,
        adopted,
        left: thread_left,
        tell,
        backlog: Backlog::default(),
        has_more: true,
        next_sweep: Instant::now(),
    };
    let handle = Handle { commands: Some(commands), streams, left, waker, udp, tcp };
    Ok((wire, Media(Arc::new(handle)), Events(events)))
}

fn raw_fd(socket: &UdpSocket) -> std::os::fd::RawFd {
    use std::os::fd::AsRawFd;
    socket.as_raw_fd()
}

fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    // Smaller buffers lose packets in bursts, which repairs mend: no reason not to start.
    let _ = socket.set_recv_buffer_size(BUFFER);
    let _ = socket.set_send_buffer_size(BUFFER);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// What clients are told: UDP before TCP, in the order of the settings.
fn candidates(advertised: &[IpAddr], udp: SocketAddr, tcp: Vec<u16>) -> Vec<Candidate> {
    let here = if udp.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { udp.ip() };
    let addresses = if advertised.is_empty() { vec![here] } else { advertised.to_vec() };
    let with =
        |port: u16, over| addresses.iter().map(move |ip| Candidate { address: (*ip, port).into(), over });
    with(udp.port(), Over::Udp).chain(tcp.into_iter().flat_map(|port| with(port, Over::Tcp))).collect()
}

/// All meetings live in this thread: should the program find a fault in itself, those it was working for pay alone.
fn contained(rooms: &mut Rooms, now: Instant, work: impl FnOnce(&mut Rooms)) {
    if catch_unwind(AssertUnwindSafe(|| work(rooms))).is_err() {
        rooms.recover(now);
    }
}

struct Wire {
    poll: Poll,
    /// A call that is not heard yet is lost when its caller is the last to hold this.
    _waker: Arc<Waker>,
    socket: UdpSocket,
    inbox: Inbox,
    outbox: Outbox,
    streams: Streams,
    rooms: Rooms,
    obey: Receiver<Command>,
    /// Streams that somebody else accepted.
    adopted: Receiver<(TcpStream, SocketAddr)>,
    left: Arc<Left>,
    tell: SyncSender<Event>,
    backlog: Backlog,
    /// Something may be left to take in that the loop will not be told of again.
    has_more: bool,
    next_sweep: Instant,
}

impl Wire {
    fn run(mut self) {
        let mut ready = mio::Events::with_capacity(256);
        while self.round(&mut ready) {}
    }

    /// Once round, whatever happens in it; false when it is over.
    fn round(&mut self, ready: &mut mio::Events) -> bool {
        if let Ok(goes_on) = catch_unwind(AssertUnwindSafe(|| self.turn(ready))) {
            return goes_on;
        }
        tracing::error!("the media thread came to a stop and begins anew");
        thread::sleep(BREATH);
        let begun = catch_unwind(AssertUnwindSafe(|| self.begin_anew(Instant::now())));
        if begun.is_err() {
            tracing::error!("the media thread cannot begin anew and ends");
        }
        begun.is_ok()
    }

    fn turn(&mut self, ready: &mut mio::Events) -> bool {
        let wait = self.wait(Instant::now());
        match self.poll.poll(ready, wait) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                tracing::error!(%error, "the media thread cannot wait for its sockets and ends");
                return false;
            }
        }
        if ready.iter().any(|event| event.token() == UDP) {
            thread::sleep(GATHERS);
        }
        let now = Instant::now();
        let mut is_udp = std::mem::take(&mut self.has_more);
        for event in &*ready {
            match event.token() {
                WAKER => {}
                UDP => is_udp = true,
                TCP => self.streams.accept(now, self.poll.registry()),
                stream => self
                    .streams
                    .ready(stream, event.is_readable() || event.is_error() || event.is_read_closed()),
            }
        }
        while let Ok((stream, from)) = self.adopted.try_recv() {
            let stream = mio::net::TcpStream::from_std(stream);
            self.streams.take_in(now, self.poll.registry(), (stream, from));
        }
        if !self.obey(now) {
            return false;
        }
        if is_udp {
            self.take_in(now);
        }
        self.take_in_streams(now);
        contained(&mut self.rooms, now, |rooms| rooms.timeout(now));
        if now >= self.next_sweep {
            self.next_sweep = now + SWEEPS;
            self.streams.sweep(|path| self.rooms.knows(path));
        }
        // Read again: the estimates of the lines live by when packets truly leave.
        self.give_out(Instant::now());
        self.backlog.pass(&self.tell, self.rooms.events());
        true
    }

    /// On the same ports, with the same seats, and nothing else of what was: nobody knows what the fault has left.
    fn begin_anew(&mut self, now: Instant) {
        self.streams.begin_anew();
        (self.inbox, self.outbox) = (Inbox::new(), Outbox::new());
        self.rooms.begin_anew(now);
        self.has_more = true;
    }

    fn wait(&self, now: Instant) -> Option<Duration> {
        if self.has_more || self.streams.has_more() {
            return Some(Duration::ZERO);
        }
        let due = self.rooms.wake().map(|due| due.saturating_duration_since(now));
        let again = (!self.backlog.is_empty() || self.streams.has_strangers()).then_some(AGAIN);
        due.into_iter().chain(again).min()
    }

    /// False when nobody is left to command.
    fn obey(&mut self, now: Instant) -> bool {
        for _ in 0..OBEYED {
            match self.obey.try_recv() {
                Ok(command) => contained(&mut self.rooms, now, |rooms| rooms.command(now, command)),
                Err(TryRecvError::Empty) => {
                    // After all that was said before.
                    for seat in self.left.take() {
                        let leave = Command::Leave { seat };
                        contained(&mut self.rooms, now, |rooms| rooms.command(now, leave));
                    }
                    return true;
                }
                Err(TryRecvError::Disconnected) => return false,
            }
        }
        self.has_more = true;
        true
    }

    fn take_in(&mut self, now: Instant) {
        for _ in 0..BATCHES {
            let received = self.inbox.receive(self.socket.as_fd());
            match received {
                Ok(_) => {
                    for (from, datagram) in self.inbox.datagrams() {
                        contained(&mut self.rooms, now, |rooms| {
                            rooms.datagram(now, Path::udp(from), datagram)
                        });
                    }
                }
                // A client's closed port is reported to whoever sends next; there is more to receive.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return,
            }
            if let Ok(false) = received {
                return;
            }
        }
        self.has_more = true;
    }

    fn take_in_streams(&mut self, now: Instant) {
        if !self.streams.has_more() && !self.streams.has_strangers() {
            return;
        }
        let rooms = std::cell::RefCell::new(&mut self.rooms);
        let take = |path: Path, datagram: &[u8]| {
            let mut rooms = rooms.borrow_mut();
            contained(&mut rooms, now, |rooms| rooms.datagram(now, path, datagram));
            rooms.whose(path).is_some()
        };
        let (end, whose) = (|path| rooms.borrow_mut().broken(path), |path| rooms.borrow().whose(path));
        self.streams.read(now, self.poll.registry(), take, end, whose);
    }

    fn give_out(&mut self, now: Instant) {
        let (outbox, streams) = (&mut self.outbox, &mut self.streams);
        let mut lost = 0;
        let mut send = |path: Path, datagrams: &mut Vec<BytesMut>| match path.stream {
            None => outbox.push(path.address, datagrams),
            Some(number) => lost += streams.send(number, datagrams),
        };
        contained(&mut self.rooms, now, |rooms| rooms.send(now, &mut send));
        lost += outbox.flush(self.socket.as_fd());
        if lost > 0 {
            tracing::debug!(lost, "datagrams could not be sent");
        }
    }
}

#[cfg(test)]
mod tests;
