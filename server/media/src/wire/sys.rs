//! The two system calls that the standard library lacks, and which a media server lives by: many datagrams received by
//! one call, many sent by one, a subscriber's whole frame as one message that the kernel cuts (UDP GSO).
//! All unsafe code of the crate is here; what the datagrams are is not known.

#![expect(
    unsafe_code,
    reason = "recvmmsg, sendmmsg and UDP_SEGMENT have no safe binding that takes borrowed buffers"
)]

use std::io;
use std::mem;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

use bytes::BytesMut;
use socket2::SockAddr;

use crate::framing::LONGEST;

/// Datagrams taken in by one call: a tick of 5 ms of the publishers of one meeting.
const RECEIVED: usize = 64;
/// Messages given out by one call; the kernel takes up to 1024.
const SENT: usize = 128;
/// Segments of one message that every kernel with UDP GSO takes.
const SEGMENTS: usize = 64;
/// Bytes of one message: what IP can carry, less headers.
const MESSAGE: usize = 65_000;

/// Buffers for datagrams that come.
pub(super) struct Inbox {
    bytes: Box<[u8]>,
    from: Vec<libc::sockaddr_storage>,
    received: Vec<(usize, usize, libc::socklen_t)>,
}

impl Inbox {
    pub(super) fn new() -> Self {
        // SAFETY: a sockaddr_storage of zeros is an address of no family, a valid value of a plain C struct.
        let empty: libc::sockaddr_storage = unsafe { mem::zeroed() };
        Self { bytes: vec![0; RECEIVED * LONGEST].into(), from: vec![empty; RECEIVED], received: Vec::new() }
    }

    /// Receives what waits, up to a batch; true when there may be more.
    pub(super) fn receive(&mut self, socket: BorrowedFd<'_>) -> io::Result<bool> {
        self.received.clear();
        let mut parts: Vec<libc::iovec> = self
            .bytes
            .chunks_exact_mut(LONGEST)
            .map(|buffer| libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: LONGEST })
            .collect();
        let mut messages: Vec<libc::mmsghdr> = (parts.iter_mut().zip(&mut self.from))
            .map(|(part, from)| message(from, size_of::<libc::sockaddr_storage>(), part, 1))
            .collect();
        // SAFETY: each message points at one buffer and one address of this struct, which outlive the call and are
        // nobody else's meanwhile; the count is that of the messages.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                messages.as_mut_ptr(),
                RECEIVED as _,
                libc::MSG_DONTWAIT as _,
                ptr::null_mut(),
            )
        };
        if count < 0 {
            return Err(io::Error::last_os_error());
        }
        let taken = messages.iter().take(count as usize).enumerate();
        // What did not fit is longer than anything we talk of.
        let whole = taken.filter(|(_, message)| message.msg_hdr.msg_flags & libc::MSG_TRUNC == 0);
        self.received.extend(
            whole.map(|(place, message)| (place, message.msg_len as usize, message.msg_hdr.msg_namelen)),
        );
        Ok(count as usize == RECEIVED)
    }

    /// What was received last.
    pub(super) fn datagrams(&self) -> impl Iterator<Item = (SocketAddr, &[u8])> {
        self.received.iter().filter_map(|(place, length, name)| {
            // SAFETY: the kernel has written an address of this length into the storage.
            let from = unsafe { SockAddr::new(mem::transmute_copy(&self.from[*place]), *name) };
            let begin = place * LONGEST;
            Some((from.as_socket()?, &self.bytes[begin..begin + (*length).min(LONGEST)]))
        })
    }
}

fn message(
    name: *mut libc::sockaddr_storage,
    name_length: usize,
    parts: *mut libc::iovec,
    count: usize,
) -> libc::mmsghdr {
    // SAFETY: zeros are valid for a plain C struct of pointers and lengths; it has private padding on some platforms.
    let mut header: libc::msghdr = unsafe { mem::zeroed() };
    header.msg_name = name.cast();
    header.msg_namelen = name_length as _;
    header.msg_iov = parts;
    header.msg_iovlen = count as _;
    libc::mmsghdr { msg_hdr: header, msg_len: 0 }
}

/// One message: datagrams of one length, of which the last may be shorter, to one address.
struct Run {
    to: SockAddr,
    first: usize,
    count: usize,
    size: usize,
    bytes: usize,
}

/// A control message that says how long the segments are, in the layout of the kernel.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Segment {
    length: libc::size_t,
    level: libc::c_int,
    kind: libc::c_int,
    size: u16,
    padding: [u8; 6],
}

/// Datagrams on their way out.
pub(super) struct Outbox {
    runs: Vec<Run>,
    datagrams: Vec<BytesMut>,
    can_segment: bool,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self { runs: Vec::new(), datagrams: Vec::new(), can_segment: true }
    }

    /// Adds datagrams to one address, in order.
    pub(super) fn push(&mut self, to: SocketAddr, datagrams: &mut Vec<BytesMut>) {
        let to = SockAddr::from(to);
        let begin = self.runs.len();
        for datagram in datagrams.drain(..) {
            let (place, length) = (self.datagrams.len(), datagram.len());
            self.datagrams.push(datagram);
            let open = self.runs.get_mut(begin..).and_then(<[Run]>::last_mut).filter(|run| {
                // A shorter one ends a run, so only a run of whole segments is open.
                run.bytes == run.count * run.size
                    && length <= run.size
                    && run.count < SEGMENTS
                    && run.bytes + length <= MESSAGE
            });
            match open.filter(|_| self.can_segment) {
                Some(run) => {
                    run.count += 1;
                    run.bytes += length;
                }
                None => self.runs.push(Run {
                    to: to.clone(),
                    first: place,
                    count: 1,
                    size: length,
                    bytes: length,
                }),
            }
        }
    }

    /// Sends everything; returns how many datagrams the kernel would not take, which are lost like any on the way.
    pub(super) fn flush(&mut self, socket: BorrowedFd<'_>) -> usize {
        let (mut lost, mut next) = (0, 0);
        while next < self.runs.len() {
            let end = (next + SENT).min(self.runs.len());
            match send(socket, &self.runs[next..end], &self.datagrams) {
                Ok(sent) => next += sent.max(1),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    lost += self.runs[next..].iter().map(|run| run.count).sum::<usize>();
                    break;
                }
                Err(error) => {
                    let run = &self.runs[next];
                    if run.count > 1 {
                        // The way there does not take segments (a tunnel, a small MTU): this once one by one, and from
                        // now on if the kernel or the card knows nothing of them.
                        let is_for_good = [libc::ENOPROTOOPT, libc::EOPNOTSUPP, libc::EIO];
                        self.can_segment &=
                            !error.raw_os_error().is_some_and(|code| is_for_good.contains(&code));
                        let singles = (run.first..run.first + run.count).map(|first| Run {
                            to: run.to.clone(),
                            first,
                            count: 1,
                            size: 0,
                            bytes: 0,
                        });
                        lost += singles
                            .filter(|single| {
                                send(socket, std::slice::from_ref(single), &self.datagrams).is_err()
                            })
                            .count();
                    } else {
                        // An address that cannot be reached concerns its client alone.
                        lost += 1;
                    }
                    next += 1;
                }
            }
        }
        self.runs.clear();
        self.datagrams.clear();
        lost
    }
}

fn send(socket: BorrowedFd<'_>, runs: &[Run], datagrams: &[BytesMut]) -> io::Result<usize> {
    let mut parts: Vec<libc::iovec> = Vec::with_capacity(runs.iter().map(|run| run.count).sum());
    for datagram in runs.iter().flat_map(|run| &datagrams[run.first..run.first + run.count]) {
        parts.push(libc::iovec { iov_base: datagram.as_ptr().cast_mut().cast(), iov_len: datagram.len() });
    }
    let mut segments: Vec<Segment> = runs.iter().map(|run| segment(run.size)).collect();
    let mut messages = Vec::with_capacity(runs.len());
    let mut part = 0;
    for (run, segment) in runs.iter().zip(&mut segments) {
        let name = run.to.as_ptr().cast::<libc::sockaddr_storage>().cast_mut();
        let mut message = message(name, run.to.len() as usize, parts[part..].as_mut_ptr(), run.count);
        part += run.count;
        if run.count > 1 {
            message.msg_hdr.msg_control = ptr::from_mut(segment).cast();
            message.msg_hdr.msg_controllen = size_of::<Segment>() as _;
        }
        messages.push(message);
    }
    // SAFETY: names, parts and control messages are borrowed for the whole call and only read by it; a Segment has the
    // layout of a cmsghdr with two bytes of data, aligned and padded as CMSG_SPACE asks; the count is that of the messages.
    let sent = unsafe {
        libc::sendmmsg(
            socket.as_raw_fd(),
            messages.as_mut_ptr(),
            messages.len() as _,
            libc::MSG_DONTWAIT as _,
        )
    };
    if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(sent as usize) }
}

fn segment(size: usize) -> Segment {
    Segment {
        // CMSG_LEN of two bytes: the header, and the data without its padding.
        length: mem::offset_of!(Segment, size) + size_of::<u16>(),
        level: libc::SOL_UDP,
        kind: libc::UDP_SEGMENT,
        size: size as u16,
        padding: [0; 6],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;
    use std::os::fd::AsFd;
    use std::time::Duration;

    fn sent(lengths: &[usize]) -> (usize, Vec<usize>) {
        let (from, to) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
        to.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut outbox = Outbox::new();
        let mut datagrams = lengths.iter().map(|length| BytesMut::zeroed(*length)).collect();
        outbox.push(to.local_addr().unwrap(), &mut datagrams);
        let runs = outbox.runs.len();
        assert_eq!(outbox.flush(from.as_fd()), 0);
        let mut buffer = [0; 2048];
        (runs, lengths.iter().map(|_| to.recv(&mut buffer).unwrap()).collect())
    }

    #[test]
    fn a_frame_leaves_as_few_messages_and_arrives_as_its_datagrams() {
        assert_eq!(sent(&[1_100, 1_100, 1_100, 400]), (1, vec![1_100, 1_100, 1_100, 400]));
        assert_eq!(sent(&[900, 900, 901, 901, 60]), (2, vec![900, 900, 901, 901, 60]));
        assert_eq!(sent(&[50]), (1, vec![50]));
    }

    #[test]
    fn many_are_received_by_one_call_with_their_senders() {
        let to = UdpSocket::bind("127.0.0.1:0").unwrap();
        let senders = [UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap()];
        for (place, sender) in senders.iter().enumerate() {
            sender.send_to(&vec![7; 10 + place], to.local_addr().unwrap()).unwrap();
        }
        let mut inbox = Inbox::new();
        assert!(!inbox.receive(to.as_fd()).unwrap());
        let got: Vec<_> = inbox.datagrams().map(|(from, bytes)| (from, bytes.len())).collect();
        let expected: Vec<_> =
            senders.iter().enumerate().map(|(i, s)| (s.local_addr().unwrap(), 10 + i)).collect();
        assert_eq!(got, expected);
        assert_eq!(inbox.receive(to.as_fd()).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}
