//! The line between a site and the server: Tokio's sockets, with what goes through them counted. A measurement can make it
//! lose datagrams or go dead. Knows nothing of what the datagrams carry.

use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, Runtime,
    TokioRuntime, Transmit,
};

/// The first byte of a datagram that is lost on the way in: none of the protocols that share the port begins so, and the
/// connection passes it over.
const LOST: u8 = 0xFF;

/// What went through a site's sockets, and what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Wire {
    /// Bytes of datagrams sent.
    pub(super) sent: AtomicU64,
    /// Bytes of datagrams that came.
    pub(super) came: AtomicU64,
    /// So many of a thousand datagrams are lost, either way.
    pub(super) loses: AtomicU32,
    chance: AtomicU64,
}

impl Wire {
    pub(super) fn new(seed: u32) -> Wire {
        Wire { chance: AtomicU64::new(u64::from(seed) << 1 | 1), ..Wire::default() }
    }

    /// Whether this datagram is lost. A coin for measurements, which need neither secrecy nor order.
    fn is_lost(&self) -> bool {
        let loses = u64::from(self.loses.load(Ordering::Relaxed));
        if loses == 0 {
            return false;
        }
        let step = |state: u64| {
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
        };
        let before =
            self.chance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| Some(step(state)));
        (before.unwrap_or_default() >> 33) % 1_000 < loses
    }
}

/// What one connection runs on.
#[derive(Debug)]
pub(super) struct Line {
    wire: Arc<Wire>,
    /// Nothing goes through any more: the address is gone.
    is_dead: Arc<AtomicBool>,
}

impl Line {
    pub(super) fn new(wire: Arc<Wire>, is_dead: Arc<AtomicBool>) -> Line {
        Line { wire, is_dead }
    }
}

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Borrowed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl Runtime for Line {
    fn spawn(&self, future: Work<()>) -> Box<dyn JoinHandle> {
        TokioRuntime.spawn(future)
    }

    fn wrap_udp_socket(&self, socket: UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let inner = TokioRuntime.wrap_udp_socket(socket)?;
        Ok(Arc::new(Counted { inner, wire: Arc::clone(&self.wire), is_dead: Arc::clone(&self.is_dead) }))
    }

    fn wrap_tcp_listener(&self, listener: TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        TokioRuntime.wrap_tcp_listener(listener)
    }

    fn connect_tcp<'a>(&'a self, to: SocketAddr) -> Borrowed<'a, io::Result<Arc<dyn AsyncTcpStream>>> {
        Box::pin(async move { TokioRuntime.connect_tcp(to).await })
    }

    fn resolve_host<'a>(&'a self, host: &'a str) -> Borrowed<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { TokioRuntime.resolve_host(host).await })
    }

    fn sleep(&self, duration: Duration) -> Work<()> {
        TokioRuntime.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        TokioRuntime.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        TokioRuntime.block_on(future);
    }

    fn yield_now(&self) -> Work<()> {
        TokioRuntime.yield_now()
    }
}

/// A socket that counts.
#[derive(Debug)]
struct Counted {
    inner: Arc<dyn AsyncUdpSocket>,
    wire: Arc<Wire>,
    is_dead: Arc<AtomicBool>,
}

impl AsyncUdpSocket for Counted {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let length = transmit.contents.len();
        if self.is_dead.load(Ordering::Relaxed) || self.wire.is_lost() {
            return Poll::Ready(Ok(length));
        }
        let sent = self.inner.poll_send(cx, transmit);
        if let Poll::Ready(Ok(_)) = sent {
            self.wire.sent.fetch_add(length as u64, Ordering::Relaxed);
        }
        sent
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let came = self.inner.poll_recv(cx, bufs, meta);
        if let Poll::Ready(Ok(count)) = came {
            let is_dead = self.is_dead.load(Ordering::Relaxed);
            for (buffer, meta) in bufs.iter_mut().zip(meta.iter()).take(count) {
                let bytes = &mut buffer[..meta.len];
                for datagram in bytes.chunks_mut(meta.stride.max(1)) {
                    if is_dead || self.wire.is_lost() {
                        datagram[0] = LOST;
                    } else {
                        self.wire.came.fetch_add(datagram.len() as u64, Ordering::Relaxed);
                    }
                }
            }
        }
        came
    }

    // One datagram at a time, so that each is lost for itself.
    fn max_gso_segments(&self) -> usize {
        if self.wire.loses.load(Ordering::Relaxed) == 0 { self.inner.max_gso_segments() } else { 1 }
    }

    fn max_gro_segments(&self) -> usize {
        self.inner.max_gro_segments()
    }
}
